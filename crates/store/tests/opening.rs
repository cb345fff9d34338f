//! Opening: what is refused, in which words, and that a refusal changes nothing.
#![expect(clippy::unwrap_used, reason = "functions that tests share")]

#[cfg(test)]
mod support;

use doorward_domain::mode::Mode;
use doorward_domain::signing_key::{KeyName, KeyUse, SigningKey};
use doorward_names::Secret;
use doorward_store::signing_key::StoredKey;
use doorward_store::*;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use support::{MASTER, NOW, Place, audit_row, block_on};

fn sqlite(path: &Path) -> OpenOptions {
    OpenOptions {
        location: Location::Sqlite {
            path: path.to_owned(),
        },
        ..Place::sqlite().options()
    }
}

/// Every file of a directory with its content.
fn content(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                std::fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_mode_is_for_ever() {
    for place in Place::all() {
        drop(place.open());
        let wrong = || {
            Store::open(OpenOptions {
                mode: Mode::Production,
                ..place.options()
            })
            .unwrap_err()
        };
        assert_eq!(
            wrong(),
            OpenError::WrongMode {
                found: Mode::Development,
                asked: Mode::Production
            }
        );
        assert_eq!(
            wrong().to_string(),
            "the store was made for development by `doorward up` and cannot be opened by `doorward serve`"
        );
        assert!(!place.open().is_new());
    }
}

#[test]
fn a_refused_file_stays_as_it_was_log_included() {
    let directory = tempfile::tempdir().unwrap();
    let copied = tempfile::tempdir().unwrap();
    let path = directory.path().join("doorward.db");
    let store = Store::open(sqlite(&path)).unwrap();
    block_on(store.append(audit_row("in the log"))).unwrap();
    // A copy as a crash would leave it, with rows in its log.
    for (name, bytes) in content(directory.path()) {
        if !name.ends_with("-shm") {
            std::fs::write(copied.path().join(name), bytes).unwrap();
        }
    }
    drop(store);
    let before = content(copied.path());
    assert!(
        before
            .iter()
            .any(|(name, bytes)| name.ends_with("-wal") && !bytes.is_empty())
    );
    let path = copied.path().join("doorward.db");
    let error = Store::open(OpenOptions {
        mode: Mode::Production,
        ..sqlite(&path)
    })
    .unwrap_err();
    assert!(matches!(error, OpenError::WrongMode { .. }));
    let mut after = content(copied.path());
    after.retain(|(name, _)| !name.ends_with("-shm"));
    assert_eq!(before, after);
    let store = Store::open(sqlite(&path)).unwrap();
    assert_eq!(block_on(store.read(audit::count)).unwrap(), 1);
}

#[test]
fn another_master_key_is_refused() {
    for place in Place::all() {
        drop(place.open());
        let wrong = OpenOptions {
            master: MasterKey::from_bytes([8; 32]),
            ..place.options()
        };
        let error = Store::open(wrong).unwrap_err();
        assert_eq!(error, OpenError::WrongMasterKey);
        assert_eq!(
            error.to_string(),
            "the master key is not the one this store was made with"
        );
        drop(place.open());
    }
}

#[test]
fn a_newer_schema_is_refused() {
    for place in Place::all() {
        drop(place.open());
        place.damage("INSERT INTO migration (version, applied_at) VALUES (99, 0)");
        let error = place.try_open().unwrap_err();
        assert_eq!(error, OpenError::NewerSchema { found: 99, known: 15 });
    }
}

/// What a store looked like before the second migration.
const SCHEMA_1: &str = "DROP TABLE run_ticket; ALTER TABLE signing_key DROP COLUMN key_use; \
                        ALTER TABLE login_session DROP COLUMN ticket_key; \
                        ALTER TABLE login_session DROP COLUMN ticket_mac; \
                        DROP TABLE management_group; DROP TABLE resource_group; DROP TABLE resource; \
                        DROP TABLE resource_secret; DROP TABLE provider_registration; \
                        DROP TABLE resource_operation; DROP TABLE access_role; DROP TABLE access_assignment; \
                        DROP TABLE deny_assignment; DROP TABLE access_change; DROP TABLE access_use; \
                        DROP TABLE security_group; DROP TABLE group_member; \
                        DROP TABLE device_grant; DROP TABLE authorization_code; DROP TABLE browser_session; \
                        DROP TABLE second_factor; DROP TABLE recovery_code; DROP TABLE conditional_access_policy; \
                        ALTER TABLE account DROP COLUMN sessions_revoked_at; \
                        DROP TABLE invitation; DROP INDEX account_by_home; \
                        ALTER TABLE account DROP COLUMN guest_email; ALTER TABLE account DROP COLUMN guest_since; \
                        ALTER TABLE account DROP COLUMN home_tenant; ALTER TABLE account DROP COLUMN home_account; \
                        ALTER TABLE subscription DROP COLUMN management_group; \
                        DROP TABLE refresh_token; ALTER TABLE login_session DROP COLUMN generation; \
                        ALTER TABLE login_session DROP COLUMN turned_at; \
                        ALTER TABLE application DROP COLUMN settings; \
                        DROP TABLE page_origin; DROP TABLE tenant_setting; DROP TABLE oauth2_grant; DROP TABLE spent_form; \
                        DROP TABLE app_role_assignment; DROP INDEX login_session_by_root; \
                        ALTER TABLE login_session DROP COLUMN root; ALTER TABLE service_principal DROP COLUMN assignment_required; \
                        ALTER TABLE login_session DROP COLUMN platform; \
                        ALTER TABLE login_session DROP COLUMN ends_at; \
                        ALTER TABLE audit DROP COLUMN action; ALTER TABLE audit DROP COLUMN scope; \
                        DELETE FROM data_key WHERE purpose IN ('resource_secret', 'second_factor'); \
                        DELETE FROM migration WHERE version >= 2";

#[test]
fn an_older_store_is_migrated_and_keeps_what_it_has() {
    for place in Place::all() {
        let store = place.open();
        let stored = StoredKey {
            key: SigningKey::first(KeyName("kid".to_owned()), KeyUse::Origin, NOW),
            certificate: vec![1],
            private: Secret::new(b"private key".to_vec()),
        };
        block_on(store.write(move |tx| signing_key::insert(tx, &stored)))
            .unwrap()
            .value
            .unwrap();
        block_on(store.append(audit_row("before"))).unwrap();
        drop(store);
        place.damage(SCHEMA_1);
        for _ in 0..2 {
            let store = place.open();
            assert!(!store.is_new(), "{}", place.engine);
            let keys = block_on(store.read(signing_key::list)).unwrap();
            assert_eq!(keys.len(), 1);
            assert_eq!(
                keys[0].key.key_use,
                KeyUse::Origin,
                "its keys stay for the origin"
            );
            assert_eq!(keys[0].private.expose(), b"private key");
            assert_eq!(block_on(store.read(audit::count)).unwrap(), 1);
            assert_eq!(
                block_on(store.write(|tx| run_ticket::prune(tx, NOW)))
                    .unwrap()
                    .value,
                0
            );
        }
    }
}

#[test]
fn nodes_that_migrate_at_once_agree() {
    for place in Place::all() {
        drop(place.open());
        place.damage(SCHEMA_1);
        std::thread::scope(|scope| {
            let openers: Vec<_> = (0..4).map(|_| scope.spawn(|| place.try_open())).collect();
            for opener in openers {
                assert!(!opener.join().unwrap().unwrap().is_new(), "{}", place.engine);
            }
        });
    }
}

#[test]
fn what_is_no_store_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let text = directory.path().join("text");
    std::fs::write(
        &text,
        "not a database, but long enough to be looked at; ".repeat(100),
    )
    .unwrap();
    let error = Store::open(sqlite(&text)).unwrap_err();
    assert!(matches!(error, OpenError::NotADatabase { .. }), "{error}");
    assert!(
        std::fs::read_to_string(&text)
            .unwrap()
            .starts_with("not a database")
    );

    let foreign = directory.path().join("foreign");
    rusqlite::Connection::open(&foreign)
        .unwrap()
        .execute_batch("CREATE TABLE t (x)")
        .unwrap();
    let before = std::fs::read(&foreign).unwrap();
    let error = Store::open(sqlite(&foreign)).unwrap_err();
    assert!(matches!(error, OpenError::Foreign { .. }), "{error}");
    assert_eq!(std::fs::read(&foreign).unwrap(), before);

    let error = Store::open(sqlite(&directory.path().join("no/where"))).unwrap_err();
    assert!(error.to_string().contains("No such file or directory"), "{error}");
    let error = Store::open(sqlite(directory.path())).unwrap_err();
    assert!(matches!(error, OpenError::Unreadable { .. }), "{error}");
}

#[test]
fn the_files_are_for_their_owner_alone() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(sqlite(&directory.path().join("doorward.db"))).unwrap();
    block_on(store.append(audit_row("x"))).unwrap();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{:?}",
            entry.file_name()
        );
        names.push(entry.file_name());
    }
    assert_eq!(names.len(), 3);
    drop(store);
    assert_eq!(
        std::fs::read_dir(directory.path()).unwrap().count(),
        1,
        "closing leaves the file alone"
    );
}

#[test]
fn a_second_opener_works_beside_the_first() {
    for place in Place::all() {
        let (first, second) = (place.open(), place.open());
        block_on(async {
            for n in 0..20 {
                let store = if n % 2 == 0 { &first } else { &second };
                store.append(audit_row("x")).await.unwrap();
            }
            assert_eq!(first.read(audit::count).await.unwrap(), 20);
            assert_eq!(second.read(audit::count).await.unwrap(), 20);
            let mut ids: Vec<_> = first
                .read(|v| audit::page(v, None, 100))
                .await
                .unwrap()
                .into_iter()
                .map(|(id, _)| id)
                .collect();
            ids.dedup();
            assert_eq!(ids.len(), 20);
        });
    }
}

#[test]
fn nodes_that_open_an_empty_database_at_once_agree() {
    for place in Place::all() {
        let stores: Vec<Store> = std::thread::scope(|scope| {
            let openers: Vec<_> = (0..4).map(|_| scope.spawn(|| place.try_open())).collect();
            openers
                .into_iter()
                .map(|opener| opener.join().unwrap().unwrap())
                .collect()
        });
        let keys: Vec<_> = stores
            .iter()
            .map(|store| {
                block_on(store.read(hash_key::all)).unwrap()[0]
                    .1
                    .expose()
                    .to_owned()
            })
            .collect();
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "{}", place.engine);
        assert_eq!(
            stores.iter().filter(|store| store.is_new()).count(),
            1,
            "{}",
            place.engine
        );
    }
}

#[test]
fn damaged_rows_are_named() {
    for place in Place::all() {
        let store = place.open();
        let key = |name: &str| StoredKey {
            key: SigningKey::first(KeyName(name.to_owned()), KeyUse::Origin, NOW),
            certificate: vec![1],
            private: Secret::new(name.as_bytes().to_vec()),
        };
        let (one, two) = (key("one"), key("two"));
        block_on(store.write(move |tx| {
            let _ = signing_key::insert(tx, &one)?;
            let _ = signing_key::insert(tx, &two)?;
            tls::put(tx, "server", b"certificate", &Secret::new(b"key".to_vec()))
        }))
        .unwrap();
        let error = |store: &Store| block_on(store.read(signing_key::list)).unwrap_err();

        let take = "(SELECT private FROM signing_key WHERE name = 'one')";
        place.damage("ALTER TABLE signing_key ADD COLUMN spare TEXT");
        place.damage("UPDATE signing_key SET stage = 'lost' WHERE name = 'two'");
        assert_eq!(
            error(&store),
            StoreError::Corrupt {
                table: "signing_key",
                column: "stage",
                id: "two".to_owned()
            }
        );
        place.damage("UPDATE signing_key SET stage = 'current', key_use = 'lost' WHERE name = 'two'");
        assert_eq!(
            error(&store),
            StoreError::Corrupt {
                table: "signing_key",
                column: "key_use",
                id: "two".to_owned()
            }
        );
        place.damage("UPDATE signing_key SET key_use = 'relay' WHERE name = 'two'");
        assert_eq!(block_on(store.read(signing_key::list)).unwrap().len(), 2);
        place.damage(&format!(
            "UPDATE signing_key SET private = {take} WHERE name = 'two'"
        ));
        assert_eq!(
            error(&store),
            StoreError::Corrupt {
                table: "signing_key",
                column: "private",
                id: "two".to_owned()
            }
        );
        place.damage(&format!("UPDATE tls_certificate SET private = {take}"));
        let moved = block_on(store.read(|v| tls::get(v, "server"))).unwrap_err();
        assert_eq!(
            moved.to_string(),
            "table `tls_certificate` holds an impossible `private` in row `server`"
        );
        drop(store);
        // A damaged data key, which is noticed when the store is opened.
        place.damage("UPDATE data_key SET sealed = (SELECT sealed FROM data_key ORDER BY id LIMIT 1)");
        assert!(matches!(place.try_open().unwrap_err(), OpenError::DamagedKey(_)));
    }
}

#[test]
fn a_data_key_of_another_process_is_found() {
    for place in Place::all() {
        let store = place.open();
        let other = place.open();
        block_on(async {
            let private = Secret::new(b"key".to_vec());
            other
                .write(move |tx| tls::put(tx, "server", b"c", &private))
                .await
                .unwrap();
            assert!(store.read(|v| tls::get(v, "server")).await.unwrap().is_some());
        });
    }
}

#[test]
fn far_and_silent_servers_are_refused_with_a_sentence() {
    let open = |url: &str| {
        Store::open(OpenOptions {
            location: Location::Postgres { url: url.to_owned() },
            ..Place::sqlite().options()
        })
        .unwrap_err()
        .to_string()
    };
    let far = open("host=db.example.com user=doorward password=hunter2 sslmode=disable");
    assert!(
        far.contains("another machine is reached through TLS only") && !far.contains("hunter2"),
        "{far}"
    );
    let silent = open("host=127.0.0.1 port=1 user=doorward");
    assert!(silent.starts_with("cannot reach PostgreSQL: "), "{silent}");
    let silent = open("host=/nowhere user=doorward");
    assert!(silent.starts_with("cannot reach PostgreSQL: "), "{silent}");
    let nothing = open("user=doorward");
    assert!(nothing.contains("names no host"), "{nothing}");
    assert!(open("=").starts_with("the PostgreSQL connection string cannot be used"));
    let shown = format!(
        "{:?}",
        Location::Postgres {
            url: "password=hunter2".to_owned()
        }
    );
    assert!(!shown.contains("hunter2"));
    let _ = MASTER;
}

#[test]
fn a_closed_connection_is_made_anew() {
    let Some(place) = Place::postgres() else { return };
    let store = place.open();
    let kick = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    block_on(async {
        for n in 0..5_u64 {
            store.append(audit_row("x")).await.unwrap();
            store
                .write(|tx| audit::insert(tx, &audit_row("y")))
                .await
                .unwrap();
            assert_eq!(store.read(audit::count).await.unwrap(), 2 * n + 2);
            tokio::task::block_in_place(|| place.damage(kick));
        }
    });
}
