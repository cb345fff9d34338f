//! `doorward up` as a process: what it makes, says, keeps, and refuses.
use crate::common::{BINARY, Server, doorward, failing};
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn up(home: &Path) -> Command {
    let mut command = doorward(home);
    command
        .args(["up", "--listen", "127.0.0.1:0", "--data"])
        .arg(home.join("data"));
    command
}

/// One sentence for the person, perhaps followed by a cure; no backtrace, no debug output.
fn is_clear(said: &str) {
    let error: Vec<_> = said.lines().filter(|line| line.starts_with("ERROR: ")).collect();
    assert_eq!(error.len(), 1, "{said}");
    assert!(
        !said.contains("panicked") && !said.contains("RUST_BACKTRACE"),
        "{said}"
    );
}

#[test]
fn the_first_start_makes_everything_and_keeps_it_private() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::up(home.path());
    assert!(server.url.starts_with("https://localhost:"), "{}", server.url);
    assert_eq!(mode(home.path().join("data")), 0o700);
    for file in [
        "data/doorward.db",
        "data/master.key",
        "data/dev-credentials",
        "env",
    ] {
        assert_eq!(mode(home.path().join(file)), 0o600, "{file}");
    }
    assert_eq!(server.env("DOORWARD_URL"), server.url);
    assert_eq!(server.env("DOORWARD_CA"), server.ca().to_str().unwrap());
    let password = server.env("DOORWARD_ADMIN_PASSWORD");
    assert!(!server.log().contains(&password), "a password stands in the log");
    assert!(!server.env("DOORWARD_SUBSCRIPTION_ID").is_empty());
    let tenant = server.env("DOORWARD_TENANT_ID");
    let (status, discovery) = server.curl(&format!("/{tenant}/v2.0/.well-known/openid-configuration"), &[]);
    assert_eq!(status, 200);
    assert!(
        discovery.contains(&format!("\"issuer\":\"{}/{tenant}/v2.0\"", server.url)),
        "{discovery}"
    );
    assert_eq!(server.curl("/healthz", &[]), (200, "ok\n".to_owned()));
    let me = server.json(&["ad", "signed-in-user", "show"]);
    assert_eq!(me["userPrincipalName"], server.env("DOORWARD_ADMIN_UPN").as_str());
    server.stop();
}

#[test]
fn a_second_start_continues_where_the_first_ended() {
    let home = tempfile::tempdir().unwrap();
    let first = Server::up(home.path());
    let tenant = first.env("DOORWARD_TENANT_ID");
    let output = first.run(&["ad", "sp", "create-for-rbac", "--sdk-auth", "--name", "ml-auth"]);
    let printed = String::from_utf8(output.stdout).unwrap();
    let keys: Vec<_> = printed
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.split('"').next())
        .collect();
    assert_eq!(
        keys,
        [
            "clientId",
            "clientSecret",
            "subscriptionId",
            "tenantId",
            "activeDirectoryEndpointUrl",
            "resourceManagerEndpointUrl",
            "activeDirectoryGraphResourceId",
            "sqlManagementEndpointUrl",
            "galleryEndpointUrl",
            "managementEndpointUrl",
        ]
    );
    let made: serde_json::Value = serde_json::from_str(&printed).unwrap();
    first.stop();
    let second = Server::up(home.path());
    assert_eq!(second.env("DOORWARD_TENANT_ID"), tenant);
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&resource=https://management.azure.com/",
        made["clientId"].as_str().unwrap(),
        made["clientSecret"].as_str().unwrap()
    );
    let (status, body) = second.curl(&format!("/{tenant}/oauth2/token"), &["--data", &form]);
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("\"expires_in\":\"3599\""), "{body}");
    let secret = made["clientSecret"].as_str().unwrap();
    assert!(!second.log().contains(secret), "a secret stands in the log");
    second.stop();
}

#[test]
fn tokens_may_expire_sooner_and_nobody_overlooks_it() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::up_with(home.path(), &["--token-lifetime", "360"]);
    assert!(
        server
            .log()
            .contains("WARNING: access tokens expire 360 seconds after they were issued")
    );
    let form = format!(
        "grant_type=password&client_id=04b07795-8ddb-461a-bbee-02f9e1bf7b46&resource=https://graph.microsoft.com\
         &username={}&password={}",
        server.env("DOORWARD_ADMIN_UPN"),
        server.env("DOORWARD_ADMIN_PASSWORD")
    );
    let tenant = server.env("DOORWARD_TENANT_ID");
    let (status, body) = server.curl(&format!("/{tenant}/oauth2/token"), &["--data", &form]);
    assert_eq!(status, 200, "{body}");
    let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(answer["expires_in"], "359");
    let times =
        ["expires_on", "not_before"].map(|name| answer[name].as_str().unwrap().parse::<i64>().unwrap());
    // Tokens begin five minutes before they are issued.
    assert_eq!(times[0] - times[1], 360 + 300);
    // The command line goes on by itself.
    let me = server.json(&["ad", "signed-in-user", "show"]);
    assert_eq!(me["userPrincipalName"], server.env("DOORWARD_ADMIN_UPN").as_str());
    server.stop();
    for wrong in ["9", "3601", "-1", "6m"] {
        let refused = doorward(home.path())
            .args(["up", "--token-lifetime", wrong])
            .output()
            .unwrap();
        assert_eq!(refused.status.code(), Some(2), "{wrong}: {refused:?}");
    }
}

#[test]
fn another_host_name_is_misdirected() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::up(home.path());
    for host in ["evil.example", "127.0.0.1:8443", "localhost:1"] {
        let (status, body) = server.curl(
            "/common/discovery/instance",
            &["--header", &format!("Host: {host}")],
        );
        assert_eq!(status, 421, "{host}");
        assert!(body.contains(&server.url), "{body}");
    }
}

#[test]
fn a_taken_port_is_said_and_leaves_no_trace() {
    let home = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = home.path().join("data");
    let (_, said) = failing(
        doorward(home.path())
            .args(["up", "--listen", &address, "--data"])
            .arg(&data),
    );
    is_clear(&said);
    assert!(said.contains(&address), "{said}");
    assert!(!data.join("doorward.db").exists());
}

#[test]
fn an_address_that_is_not_loopback_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let (_, said) = failing(
        doorward(home.path())
            .args(["up", "--listen", "0.0.0.0:0", "--data"])
            .arg(data),
    );
    is_clear(&said);
    assert!(said.contains("doorward serve"), "{said}");
}

#[test]
fn two_servers_on_one_directory_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::up(home.path());
    let (_, said) = failing(&mut up(home.path()));
    is_clear(&said);
    assert!(said.contains("another doorward"), "{said}");
    server.stop();
}

#[test]
fn a_wrong_missing_or_open_key_is_refused_and_nothing_is_damaged() {
    let home = tempfile::tempdir().unwrap();
    Server::up(home.path()).stop();
    let key = home.path().join("data/master.key");
    let right = fs::read(&key).unwrap();
    let cases: [(&str, Option<Vec<u8>>, u32); 4] = [
        ("not the one", Some(b"ab".repeat(32)), 0o600),
        ("64 hexadecimal digits", Some(b"short".to_vec()), 0o600),
        ("chmod 600", Some(right.clone()), 0o644),
        ("cannot be read", None, 0o600),
    ];
    for (expected, content, mode) in cases {
        match content {
            Some(content) => {
                fs::write(&key, content).unwrap();
                fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
            }
            None => fs::remove_file(&key).unwrap(),
        }
        let (_, said) = failing(&mut up(home.path()));
        is_clear(&said);
        assert!(said.contains(expected), "{expected}: {said}");
    }
    fs::write(&key, right).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    Server::up(home.path()).stop();
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let home = tempfile::tempdir().unwrap();
    Server::up(home.path()).stop();
    let database = home.path().join("data/doorward.db");
    fs::write(
        &database,
        b"this is not a database, but somebody may need it ".repeat(100),
    )
    .unwrap();
    let before = fs::read(&database).unwrap();
    let (_, said) = failing(&mut up(home.path()));
    is_clear(&said);
    assert_eq!(fs::read(&database).unwrap(), before);
}

/// Runs a script in a user and mount namespace of its own, where `$1` is a fresh directory, `$2` the binary.
fn in_a_private_mount(script: &str, home: &Path) -> String {
    let output = Command::new("unshare")
        .args([
            "--user",
            "--map-root-user",
            "--mount",
            "bash",
            "-euc",
            script,
            "bash",
        ])
        .arg(home)
        .arg(BINARY)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", home)
        .env("DOORWARD_CONFIG_DIR", home.join("config"))
        .output()
        .unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn a_full_disk_at_the_start_is_said() {
    let home = tempfile::tempdir().unwrap();
    let said = in_a_private_mount(
        r#"mkdir "$1/data"; mount -t tmpfs -o size=64k,mode=700 tmpfs "$1/data"
           if "$2" up --listen 127.0.0.1:0 --data "$1/data"; then exit 1; fi"#,
        home.path(),
    );
    is_clear(&said);
    assert!(said.contains("full") || said.contains("No space left"), "{said}");
}

#[test]
fn a_read_only_disk_at_the_start_is_said() {
    let home = tempfile::tempdir().unwrap();
    Server::up(home.path()).stop();
    let said = in_a_private_mount(
        r#"mount --bind "$1/data" "$1/data"; mount -o remount,bind,ro "$1/data"
           if "$2" up --listen 127.0.0.1:0 --data "$1/data"; then exit 1; fi"#,
        home.path(),
    );
    is_clear(&said);
    assert!(said.to_lowercase().contains("read-only"), "{said}");
    Server::up(home.path()).stop();
}

#[test]
fn a_disk_that_fills_up_while_running_stops_the_server_and_damages_nothing() {
    let home = tempfile::tempdir().unwrap();
    let said = in_a_private_mount(
        r#"mkdir "$1/data"; mount -t tmpfs -o size=8m,mode=700 tmpfs "$1/data"
           "$2" up --listen 127.0.0.1:0 --data "$1/data" >"$1/out" & server=$!
           until grep -q ready "$1/out"; do sleep 0.1; done
           "$2" ad sp create-for-rbac --name before -o tsv --query appId >"$1/app"
           dd if=/dev/zero of="$1/data/ballast" bs=4k status=none || true
           for try in 1 2 3; do "$2" ad app create --display-name "after $try" && exit 1; done
           status=0; wait $server || status=$?
           test $status != 0
           rm "$1/data/ballast"
           "$2" up --listen 127.0.0.1:0 --data "$1/data" >"$1/again" & server=$!
           until grep -q ready "$1/again"; do sleep 0.1; done
           "$2" ad sp show --id "$(cat "$1/app")" --query displayName -o tsv
           kill -TERM $server; wait $server"#,
        home.path(),
    );
    assert!(
        said.contains("stopped: the store's disk is full; nothing that was acknowledged is lost"),
        "{said}"
    );
    assert!(said.contains("before"), "{said}");
}
