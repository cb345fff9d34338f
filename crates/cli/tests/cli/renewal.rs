//! Renewing a person's session from many processes: each use of what it is renewed by makes another of it.

use crate::run::{Cli, SERVER};
use serde_json::Value;
use std::fs::File;
use std::process::{Child, Stdio};
use std::time::Duration;

const RESOURCES: [&str; 4] = [
    "https://management.azure.com",
    "https://graph.microsoft.com",
    "https://ml.azure.com",
    "https://storage.azure.com",
];

fn signed_in() -> Cli {
    let (cli, env) = (Cli::at_server(), &SERVER.env);
    cli.feed(
        ["login", "-u", &env["DOORWARD_ADMIN_UPN"], "-p", "-"],
        &env["DOORWARD_ADMIN_PASSWORD"],
    )
    .json();
    cli
}

fn secrets(cli: &Cli) -> Value {
    serde_json::from_slice(&std::fs::read(cli.config().join("secrets.json")).unwrap()).unwrap()
}

fn refresh_token(cli: &Cli) -> String {
    let secrets = secrets(cli);
    assert_eq!(secrets["credentials"].as_array().unwrap().len(), 1);
    secrets["credentials"][0]["secret"].as_str().unwrap().to_owned()
}

/// Every access token has ended.
fn expire(cli: &Cli) {
    let mut secrets = secrets(cli);
    for token in secrets["tokens"].as_array_mut().unwrap() {
        token["expires_at"] = 1.into();
    }
    std::fs::write(cli.config().join("secrets.json"), secrets.to_string()).unwrap();
}

fn ask(cli: &Cli, resource: &str) -> Child {
    let mut command = cli.command();
    command.args([
        "account",
        "get-access-token",
        "--query",
        "accessToken",
        "-o",
        "tsv",
        "--resource",
        resource,
    ]);
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn token(child: Child) -> String {
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    assert_eq!(said, "");
    let token = String::from_utf8(done.stdout).unwrap();
    assert!(token.starts_with("eyJ"), "{token}");
    token
}

fn renewal_lock(cli: &Cli) -> File {
    let lock = File::create(cli.config().join("renewal.lock")).unwrap();
    lock.lock().unwrap();
    lock
}

#[test]
fn sixteen_at_once_past_expiry_sign_nobody_out_and_ask_once_for_each_resource() {
    let cli = signed_in();
    let mut before = refresh_token(&cli);
    for _ in 0..2 {
        expire(&cli);
        let running: Vec<_> = (0..16).map(|n| ask(&cli, RESOURCES[n % 4])).collect();
        let tokens: Vec<_> = running.into_iter().map(token).collect();
        for (n, token) in tokens.iter().enumerate() {
            assert_eq!(*token, tokens[n % 4]);
        }
        let after = refresh_token(&cli);
        assert_ne!(after, before);
        before = after;
    }
}

#[test]
fn a_process_that_is_killed_while_it_renews_holds_up_nobody_and_ends_nothing() {
    let cli = signed_in();
    expire(&cli);
    for delay in [0, 10, 20, 30, 40, 60, 80, 120] {
        let mut child = ask(&cli, RESOURCES[0]);
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().unwrap();
        child.wait().unwrap();
        expire(&cli);
    }
    token(ask(&cli, RESOURCES[0]));
    expire(&cli);
    token(ask(&cli, RESOURCES[1]));
}

#[test]
fn who_signs_out_while_a_session_is_renewed_stays_signed_out() {
    let cli = signed_in();
    expire(&cli);
    let lock = renewal_lock(&cli);
    let mut waiting = ask(&cli, RESOURCES[0]);
    std::thread::sleep(Duration::from_millis(300));
    assert!(
        waiting.try_wait().unwrap().is_none(),
        "it doesn't wait for its turn"
    );
    cli.run(["logout"]).text();
    drop(lock);
    let done = waiting.wait_with_output().unwrap();
    assert!(!done.status.success());
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(said.contains("doorward login"), "{said}");
    let left = secrets(&cli).to_string();
    assert!(!left.contains("dwr~") && !left.contains("eyJ"), "{left}");
}

#[test]
fn a_home_that_cannot_be_written_spends_nothing() {
    let cli = signed_in();
    expire(&cli);
    let before = refresh_token(&cli);
    // A directory stands where the lock should: nobody can take it, root neither.
    std::fs::create_dir(cli.config().join("renewal.lock")).unwrap();
    let done = ask(&cli, RESOURCES[0]).wait_with_output().unwrap();
    assert!(!done.status.success());
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(said.contains("renewal.lock"), "{said}");
    std::fs::remove_dir(cli.config().join("renewal.lock")).unwrap();
    assert_eq!(refresh_token(&cli), before);
    token(ask(&cli, RESOURCES[0]));
}
