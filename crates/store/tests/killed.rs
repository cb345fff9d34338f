//! `kill -9` under load: what was acknowledged is there afterwards.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "functions that tests share"
)]

#[cfg(test)]
mod support;

use doorward_store::Location;
use std::collections::HashSet;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use support::{Cluster, Place, block_on, random, writer};

const LOCATION: &str = "DOORWARD_TEST_LOCATION";
const ROUND: &str = "DOORWARD_TEST_ROUND";

fn acknowledge(name: &str) {
    println!("\nack {name} .");
}

/// The process that is killed; started by the tests below.
#[test]
#[ignore = "started by the other tests of this file"]
fn child() {
    let location = std::env::var(LOCATION).expect("only the tests of this file start this one");
    let location = match location.strip_prefix("sqlite:") {
        Some(path) => Location::Sqlite {
            path: PathBuf::from(path),
        },
        None => Location::Postgres { url: location },
    };
    let place = Place::at(location);
    let store = Arc::new(place.open());
    let round = std::env::var(ROUND).unwrap();
    block_on(writer::write(store, &round, (16, usize::MAX), acknowledge));
}

fn start(place: &Place, round: usize) -> Child {
    let location = match &place.location {
        Location::Sqlite { path } => format!("sqlite:{}", path.display()),
        Location::Postgres { url } => url.clone(),
    };
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"])
        .env(LOCATION, location)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lets it work for a random while.
fn wait() {
    std::thread::sleep(Duration::from_millis(
        150 + u64::from(u16::from_be_bytes(random())) % 400,
    ));
}

fn killed(place: &Place, rounds: usize, mut cut: impl FnMut(usize)) {
    drop(place.open());
    let mut all = HashSet::new();
    for round in 0..rounds {
        // The pipe has to be drained while the child works.
        let mut child = start(place, round);
        let output = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let (mut output, mut text) = (output, String::new());
            output.read_to_string(&mut text).unwrap();
            text
        });
        wait();
        cut(round);
        child.kill().unwrap();
        child.wait().unwrap();
        let text = reader.join().unwrap();
        let names = text
            .lines()
            .filter_map(|line| line.strip_prefix("ack ")?.strip_suffix(" ."));
        let before = all.len();
        all.extend(names.map(str::to_owned));
        assert!(
            all.len() > before,
            "{} round {round}: nothing was written",
            place.engine
        );
        let store = place.open();
        block_on(writer::check(
            &store,
            &all,
            &format!("{} round {round}", place.engine),
        ));
    }
    println!(
        "{}: {} acknowledged writes outlived {rounds} kills",
        place.engine,
        all.len()
    );
}

#[test]
fn a_killed_process_loses_nothing() {
    for place in Place::all() {
        killed(&place, 8, |_| {});
    }
}

#[test]
fn a_killed_cluster_loses_nothing() {
    let Some(cluster) = Cluster::start() else { return };
    let mut cluster = cluster;
    let place = Place::at(Location::Postgres {
        url: cluster.url.clone(),
    });
    killed(&place, 5, |_| {
        cluster.kill();
        cluster.start_again();
    });
}
