//! TLS to PostgreSQL: used when asked for, and only with a server that proves its name.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "functions that tests share"
)]

#[cfg(test)]
mod support;

use doorward_store::{Location, OpenError, audit};
use std::net::TcpListener;
use std::process::{Command, Output};
use support::{Cluster, Place, audit_row, block_on};

const URL: &str = "DOORWARD_TEST_LOCATION";

/// The process whose trusted roots are given by `SSL_CERT_FILE`; started by the test below.
#[test]
#[ignore = "started by the other test of this file"]
fn child() {
    let url = std::env::var(URL).expect("only the test of this file starts this one");
    match Place::at(Location::Postgres { url }).try_open() {
        Err(error) => println!("refused: {error}"),
        Ok(store) => {
            block_on(store.append(audit_row("x"))).unwrap();
            println!("rows: {}", block_on(store.read(audit::count)).unwrap());
        }
    }
}

fn child_with(roots: &std::path::Path, url: &str) -> String {
    let output: Output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"])
        .env("SSL_CERT_FILE", roots)
        .env_remove("SSL_CERT_DIR")
        .env(URL, url)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_server_has_to_prove_its_name() {
    let Some(mut cluster) = Cluster::start() else {
        return;
    };
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let roots = tempfile::tempdir().unwrap();
    let (trusted, stranger) = (
        roots.path().join("trusted.pem"),
        roots.path().join("stranger.pem"),
    );
    std::fs::write(&trusted, made.cert.pem()).unwrap();
    std::fs::write(&stranger, other.cert.pem()).unwrap();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    cluster.encrypt(&made.cert.pem(), &made.signing_key.serialize_pem(), port);

    let url = format!("host=localhost port={port} user=postgres dbname=postgres sslmode=require");
    let text = child_with(&trusted, &url);
    assert!(text.contains("rows: 1"), "{text}");
    let text = child_with(&stranger, &url);
    assert!(text.contains("refused: cannot reach PostgreSQL: "), "{text}");
    let text = child_with(&trusted, &url.replace("localhost", "127.0.0.1"));
    assert!(text.contains("refused: cannot reach PostgreSQL: "), "{text}");
    // The server refuses what is not encrypted, so the first child was.
    let plain = Place::at(Location::Postgres {
        url: url.replace("sslmode=require", "sslmode=prefer"),
    });
    assert!(matches!(plain.try_open(), Err(OpenError::Unreachable(_))));
}
