//! A full or read-only disk: an error per operation, nothing damaged, and all works again when there is space.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "functions that tests share"
)]

#[cfg(test)]
mod support;

use doorward_store::*;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use support::{NOW, Place, audit_row, block_on};

const DIRECTORY: &str = "DOORWARD_TEST_DIRECTORY";

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Runs a test of this file in a mount namespace of its own, where it may mount what it likes.
fn in_namespace(test: &str) {
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new("unshare")
        .args(["--mount", "--map-root-user"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory.path())
        .output()
        .expect("this test needs `unshare` of util-linux");
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

/// A small disk, which goes with this process.
fn small_disk(size: &str) -> PathBuf {
    let directory = PathBuf::from(std::env::var(DIRECTORY).expect("only this file's tests start this one"));
    run(
        "mount",
        &["-t", "tmpfs", "-o", size, "none", directory.to_str().unwrap()],
    );
    directory
}

fn sqlite(directory: &Path) -> Place {
    Place::at(Location::Sqlite {
        path: directory.join("doorward.db"),
    })
}

#[test]
fn a_full_disk_refuses_and_recovers() {
    in_namespace("full");
}

#[test]
#[ignore = "started in a namespace of its own"]
fn full() {
    let directory = small_disk("size=2m");
    let place = sqlite(&directory);
    let store = Arc::new(place.open());
    block_on(async {
        let mut written = HashSet::new();
        for lap in 0..3 {
            // Alone and in groups, until nothing fits.
            let mut refused = 0;
            for n in 0..10_000 {
                let name = format!("{lap}/{n}/{}", "x".repeat(3000));
                match store.append(audit_row(&name)).await {
                    Ok(()) => {
                        written.insert(name);
                    }
                    Err(error) => {
                        assert_eq!(error, StoreError::Full);
                        refused += 1;
                    }
                }
                if refused == 5 {
                    break;
                }
            }
            assert_eq!(refused, 5, "the disk never was full");
            let mut tasks = tokio::task::JoinSet::new();
            for n in 0..50 {
                let store = Arc::clone(&store);
                tasks.spawn(async move {
                    let name = format!("{lap}/group {n}/{}", "x".repeat(9000));
                    let row = audit_row(&name);
                    (name, store.write(move |tx| audit::insert(tx, &row)).await)
                });
            }
            for (name, result) in tasks.join_all().await {
                match result {
                    Ok(_) => {
                        written.insert(name);
                    }
                    Err(error) => assert_eq!(error, StoreError::Full),
                }
            }
            // Looking goes on, and sees exactly what was acknowledged.
            let found = store.read(|v| audit::page(v, None, 100_000)).await.unwrap();
            let found: HashSet<String> = found.into_iter().map(|(_, row)| row.detail).collect();
            assert_eq!(found, written);
            let size = format!("remount,size={}m", 4 + 2 * lap);
            run("mount", &["-o", &size, directory.to_str().unwrap()]);
            let name = format!("{lap}/after");
            store.append(audit_row(&name)).await.unwrap();
            written.insert(name);
        }
        let expected = written.len() as u64;
        assert_eq!(store.read(audit::count).await.unwrap(), expected);
    });
    let expected = block_on(store.read(audit::count)).unwrap();
    Arc::into_inner(store).unwrap().close();
    let connection = rusqlite::Connection::open(directory.join("doorward.db")).unwrap();
    let verdict: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
    drop(connection);

    // Opening a store on a full disk, and making one there.
    let ballast = directory.join("ballast");
    let _ = Command::new("dd")
        .args(["if=/dev/zero", "bs=4096"])
        .arg(format!("of={}", ballast.display()))
        .output();
    let error = place.try_open().unwrap_err();
    assert_eq!(
        error,
        OpenError::Full {
            place: format!("`{}`", directory.join("doorward.db").display())
        }
    );
    let error = Place::at(Location::Sqlite {
        path: directory.join("other.db"),
    })
    .try_open()
    .unwrap_err();
    assert!(matches!(error, OpenError::Full { .. }), "{error}");
    std::fs::remove_file(ballast).unwrap();
    let store = place.open();
    assert_eq!(block_on(store.read(audit::count)).unwrap(), expected);
    let other = Place::at(Location::Sqlite {
        path: directory.join("other.db"),
    });
    assert!(other.open().is_new());
}

#[test]
fn a_read_only_disk_is_refused() {
    in_namespace("read_only");
}

#[test]
#[ignore = "started in a namespace of its own"]
fn read_only() {
    let directory = small_disk("size=8m");
    let place = sqlite(&directory);
    drop(place.open());
    run("mount", &["-o", "remount,ro", directory.to_str().unwrap()]);
    let path = format!("`{}`", directory.join("doorward.db").display());
    assert_eq!(place.try_open().unwrap_err(), OpenError::ReadOnly { place: path });
    let error = Place::at(Location::Sqlite {
        path: directory.join("other.db"),
    })
    .try_open()
    .unwrap_err();
    assert!(matches!(error, OpenError::ReadOnly { .. }), "{error}");
    run("mount", &["-o", "remount,rw", directory.to_str().unwrap()]);
    drop(place.open());
}

#[test]
fn a_read_only_server_is_named_and_recovers() {
    let Some(place) = Place::postgres() else { return };
    let store = place.open();
    let Location::Postgres { url } = &place.location else {
        unreachable!()
    };
    let name = url.rsplit_once("dbname=").unwrap().1;
    let kick = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    place.damage(&format!(
        "ALTER DATABASE {name} SET default_transaction_read_only = on"
    ));
    place.damage(kick);
    block_on(async {
        assert_eq!(
            store.append(audit_row("x")).await.unwrap_err(),
            StoreError::ReadOnly
        );
        let write = store.write(|tx| throttle::prune(tx, NOW)).await;
        assert_eq!(write.unwrap_err(), StoreError::ReadOnly);
        assert_eq!(store.read(audit::count).await.unwrap(), 0);
    });
    assert_eq!(
        place.try_open().unwrap_err(),
        OpenError::ReadOnly {
            place: "the PostgreSQL server".to_owned()
        }
    );
    place.damage(&format!(
        "BEGIN READ WRITE; ALTER DATABASE {name} RESET default_transaction_read_only; COMMIT"
    ));
    place.damage(kick);
    block_on(store.append(audit_row("x"))).unwrap();
}
