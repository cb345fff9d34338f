//! `up`: one line when it is ready, the command line signed in, a second start that continues.

use crate::run::{Cli, engine, exports, ready, up, up_at};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

fn stop(mut server: Child) -> String {
    let id = server.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    assert!(server.wait().unwrap().success());
    let mut said = String::new();
    if let Some(mut err) = server.stderr.take() {
        err.read_to_string(&mut said).unwrap();
    }
    said
}

#[test]
fn the_command_line_is_signed_in_at_each_start() {
    let cli = Cli::new();
    let directory = cli.directory.path();
    let start = || {
        let mut server = up(directory)
            .env("DOORWARD_CONFIG_DIR", cli.config())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let url = ready(&mut server);
        (server, url)
    };
    let (server, url) = start();
    let env = exports(&directory.join("env"));
    assert_eq!(env["DOORWARD_URL"], url);
    assert_eq!(
        std::fs::metadata(directory.join("env"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
    let shown = cli.run(["account", "show"]).json();
    assert_eq!(shown["id"], env["DOORWARD_SUBSCRIPTION_ID"].as_str());
    assert_eq!(shown["user"]["name"], env["DOORWARD_ADMIN_UPN"].as_str());
    let token = cli.run(["account", "get-access-token"]).json();
    assert_eq!(token["subscription"], env["DOORWARD_SUBSCRIPTION_ID"].as_str());
    let said = stop(server);
    assert!(!said.contains(&env["DOORWARD_ADMIN_PASSWORD"]), "{said}");

    let (server, second) = start();
    let again = exports(&directory.join("env"));
    assert_eq!(again["DOORWARD_ADMIN_PASSWORD"], env["DOORWARD_ADMIN_PASSWORD"]);
    assert_eq!(again["DOORWARD_TENANT_ID"], env["DOORWARD_TENANT_ID"]);
    assert_ne!(second, url);
    cli.run([
        "account",
        "get-access-token",
        "--resource",
        "https://ml.azure.com",
    ])
    .json();
    assert_eq!(
        cli.run(["account", "list"]).json().as_array().unwrap().len(),
        1,
        "the old port's account is gone"
    );

    cli.run(["account", "clear"]).text();
    stop(server);
    let (server, _) = start();
    cli.run(["account", "get-access-token"]).json();
    stop(server);
}

#[test]
fn a_taken_port_and_a_taken_directory_are_said() {
    let cli = Cli::new();
    let directory = cli.directory.path();
    let mut server = up(directory)
        .env("DOORWARD_CONFIG_DIR", cli.config())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let url = ready(&mut server);
    let address = url.replace("https://localhost", "127.0.0.1");
    let other = directory.join("other");
    let said = cli
        .run(["up", "--data", other.to_str().unwrap(), "--listen", &address])
        .failed(1);
    assert!(
        said.contains("ERROR: cannot listen on") && said.contains("--listen 127.0.0.1:9443"),
        "{said}"
    );
    let data = directory.join("data");
    let said = cli
        .run(["up", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"])
        .failed(1);
    assert!(
        said.contains("another doorward is running") && said.contains("--data DIR"),
        "{said}"
    );
    let said = cli
        .run(["up", "--data", other.to_str().unwrap(), "--listen", "0.0.0.0:0"])
        .failed(1);
    assert!(said.contains("loopback"), "{said}");
    stop(server);
}

#[test]
fn a_start_that_looks_whether_the_session_is_good_keeps_what_it_turned_over_to() {
    let cli = Cli::new();
    let directory = cli.directory.path();
    // Given by the system and free again, so nobody else is likely to have it.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let mut server = up_at(directory, &address)
            .env("DOORWARD_CONFIG_DIR", cli.config())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        ready(&mut server);
        let secrets = std::fs::read(cli.config().join("secrets.json")).unwrap();
        let secrets: serde_json::Value = serde_json::from_slice(&secrets).unwrap();
        tokens.push(secrets["credentials"][0]["secret"].as_str().unwrap().to_owned());
        assert_eq!(secrets["credentials"].as_array().unwrap().len(), 1);
        // It is one session all along: the log holds one sign-in.
        let log = directory.join("log");
        cli.run(["audit", "export", "--file", log.to_str().unwrap()])
            .text();
        let log = std::fs::read_to_string(log).unwrap();
        assert_eq!(log.matches(" by pwd").count(), 1, "{log}");
        stop(server);
    }
    assert!(
        tokens[0] != tokens[1] && tokens[1] != tokens[2],
        "a token was used and not replaced"
    );
}

#[test]
fn signing_keys_are_listed_beside_a_running_server() {
    let cli = Cli::new();
    let directory = cli.directory.path();
    let mut server = up(directory)
        .env("DOORWARD_CONFIG_DIR", cli.config())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    ready(&mut server);
    cli.run(["account", "get-access-token"]).json();
    let data = directory.join("data");
    let data = data.to_str().unwrap();
    let engine = engine(directory);
    let keys = |arguments: &[&str]| {
        let mut all = vec!["keys"];
        all.extend(arguments);
        all.extend(["--data", data]);
        all.extend(engine.iter().map(String::as_str));
        cli.run(all)
    };
    let listed = keys(&["list"]).json();
    let current: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .filter(|key| key["stage"] == "current")
        .collect();
    assert_eq!(current.len(), 1, "{listed}");
    assert_eq!(current[0]["use"], "origin");
    let name = current[0]["name"].as_str().unwrap();
    keys(&["revoke", "--compromised", name]).text();
    // A key's name may begin as an option does.
    let unknown = keys(&["revoke", "--compromised", "-Rx"]).failed(1);
    assert!(!unknown.contains("unexpected argument"), "{unknown}");
    let after = keys(&["list"]).json();
    assert!(
        after
            .as_array()
            .unwrap()
            .iter()
            .any(|key| key["name"] == name && key["stage"] == "revoked"),
        "{after}"
    );
    stop(server);
}
