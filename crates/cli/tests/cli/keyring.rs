//! Where the command line's secrets lie on a desktop: sealed, with their key in the keyring. The keyring is GNOME's own
//! daemon on a bus of its own.

use crate::run::{Cli, SERVER};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A session's bus that starts nobody by itself, and the keyring on it.
pub struct Desktop {
    directory: TempDir,
    address: String,
    bus: Child,
    keyring: Child,
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for child in [&mut self.keyring, &mut self.bus] {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

impl Desktop {
    pub fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let config = at.join("bus.conf");
        let text = format!(
            "<busconfig><type>session</type><listen>unix:dir={}</listen><auth>EXTERNAL</auth>\
             <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>\
             <allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>",
            at.display()
        );
        fs::write(&config, text).unwrap();
        let mut bus = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--print-address=1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon, which ./test installs");
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        let address = address.trim().to_owned();
        let mut keyring = Command::new("gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .env("DBUS_SESSION_BUS_ADDRESS", &address)
            .env("HOME", at)
            .env("XDG_DATA_HOME", at.join("data"))
            .env("XDG_RUNTIME_DIR", at)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon, which ./test installs");
        keyring.stdin.take().unwrap().write_all(b"unlocked").unwrap();
        let desktop = Self {
            directory,
            address,
            bus,
            keyring,
        };
        let began = Instant::now();
        while !desktop
            .call(
                "/",
                "org.freedesktop.DBus",
                "org.freedesktop.DBus.NameHasOwner",
                "string:org.freedesktop.secrets",
            )
            .contains("true")
        {
            assert!(began.elapsed() < Duration::from_secs(20), "the keyring came");
            std::thread::sleep(Duration::from_millis(20));
        }
        desktop
    }

    fn call(&self, path: &str, to: &str, method: &str, argument: &str) -> String {
        let done = Command::new("dbus-send")
            .args([
                "--session",
                "--print-reply",
                &format!("--dest={to}"),
                path,
                method,
                argument,
            ])
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .output()
            .expect("dbus-send, which ./test installs");
        String::from_utf8(done.stdout).unwrap()
    }

    fn secrets(&self, method: &str, argument: &str) -> String {
        let method = format!("org.freedesktop.Secret.Service.{method}");
        self.call(
            "/org/freedesktop/secrets",
            "org.freedesktop.secrets",
            &method,
            argument,
        )
    }

    /// How many keys of ours are in the keyring.
    pub fn keys(&self) -> usize {
        self.secrets("SearchItems", "dict:string:string:application,doorward")
            .matches("object path")
            .count()
    }

    fn lock(&self) {
        self.secrets("Lock", "array:objpath:/org/freedesktop/secrets/collection/login");
    }

    /// The keyring goes away.
    fn end(&mut self) {
        self.keyring.kill().unwrap();
        self.keyring.wait().unwrap();
    }

    /// A command line on this desktop.
    pub fn cli(&self, cli: Cli) -> Cli {
        cli.with("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .with("DOORWARD_KEYRING", "")
    }
}

fn log_in(cli: &Cli) -> crate::run::Done {
    let env = &SERVER.env;
    cli.feed(
        ["login", "-u", &env["DOORWARD_ADMIN_UPN"], "-p", "-"],
        &env["DOORWARD_ADMIN_PASSWORD"],
    )
}

fn token(cli: &Cli, resource: &str) -> crate::run::Done {
    cli.say(&format!(
        "account get-access-token --query accessToken -o tsv --resource {resource}"
    ))
}

const GRAPH: &str = "https://graph.microsoft.com";
const STORAGE: &str = "https://storage.azure.com";

fn secrets(cli: &Cli) -> String {
    fs::read_to_string(cli.config().join("secrets.json")).unwrap()
}

/// Whether a file below `directory` holds something of a token's kind, in the clear.
fn holds_tokens(directory: &Path) -> bool {
    fs::read_dir(directory).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => holds_tokens(&path),
            false => {
                let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
                text.contains("dwr~") || text.contains("eyJ0")
            }
        }
    })
}

#[track_caller]
fn is_sealed(cli: &Cli) {
    let kept: Value = serde_json::from_str(&secrets(cli)).unwrap();
    let names: Vec<_> = kept.as_object().unwrap().keys().collect();
    assert_eq!(names, ["key", "nonce", "sealed", "version"]);
    assert!(!holds_tokens(&cli.config()));
    let mode = fs::metadata(cli.config().join("secrets.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn secrets_are_sealed_by_a_key_in_the_keyring_which_goes_with_them() {
    let desktop = Desktop::start();
    let cli = desktop.cli(Cli::at_server());
    log_in(&cli).json();
    is_sealed(&cli);
    assert_eq!(desktop.keys(), 1);
    // Others have a key of their own.
    let other = desktop.cli(Cli::at_server());
    log_in(&other).json();
    assert_eq!(desktop.keys(), 2);
    assert!(token(&cli, STORAGE).text().starts_with("eyJ"));
    is_sealed(&cli);
    // Where they lie is said to who asks.
    let said = cli.say("account get-access-token --debug -o none").err();
    assert!(
        said.contains("secrets are sealed by a key in the keyring"),
        "{said}"
    );
    assert_eq!(cli.say("account get-access-token -o none").err(), "");
    // What is changed is noticed, and told apart from a key that is gone.
    let whole = secrets(&cli);
    let mut broken: Value = serde_json::from_str(&whole).unwrap();
    let sealed = broken["sealed"].as_str().unwrap().replacen(|c| c != 'A', "A", 1);
    broken["sealed"] = sealed.into();
    fs::write(cli.config().join("secrets.json"), broken.to_string()).unwrap();
    let said = token(&cli, GRAPH).failed(4);
    assert!(
        said.contains("it was changed, or belongs to another key") && said.contains("doorward login"),
        "{said}"
    );
    fs::write(cli.config().join("secrets.json"), &whole[..whole.len() / 2]).unwrap();
    let said = token(&cli, GRAPH).err();
    assert!(said.contains("it is damaged at line"), "{said}");
    fs::write(cli.config().join("secrets.json"), &whole).unwrap();
    // Without a keyring from now on: once more it is opened, and then as it was without one.
    let without = cli.with("DOORWARD_KEYRING", "never");
    token(&without, GRAPH).text();
    assert!(secrets(&without).contains("dwr~"));
    assert_eq!(desktop.keys(), 1);
    other.say("account clear").text();
    assert_eq!(desktop.keys(), 0);
}

#[test]
fn what_lay_in_the_clear_is_sealed_by_many_processes_at_once_with_one_key() {
    let desktop = Desktop::start();
    let cli = Cli::at_server();
    log_in(&cli).json();
    assert!(holds_tokens(&cli.config()));
    let cli = desktop.cli(cli);
    let ask = |n: usize| {
        let resource = format!(
            "https://{}.azure.com",
            ["storage", "ml", "vault", "database"][n % 4]
        );
        let words = [
            "account",
            "get-access-token",
            "--query",
            "accessToken",
            "-o",
            "tsv",
            "--resource",
        ];
        cli.command()
            .args(words)
            .arg(
                resource
                    .replace("vault.azure.com", "management.azure.com")
                    .replace("database.azure.com", "graph.microsoft.com"),
            )
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let asked: Vec<_> = (0..16).map(ask).collect();
    for child in asked {
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(
            done.status.success() && done.stdout.starts_with(b"eyJ") && said.is_empty(),
            "{said}"
        );
    }
    is_sealed(&cli);
    assert_eq!(desktop.keys(), 1);
    // Everything that they had is in it.
    for resource in ["https://storage.azure.com", "https://ml.azure.com"] {
        token(&cli, resource).text();
    }
}

#[test]
fn a_keyring_that_is_locked_or_gone_is_told_and_who_signs_in_again_goes_on() {
    let mut desktop = Desktop::start();
    let cli = desktop.cli(Cli::at_server());
    log_in(&cli).json();
    let before = secrets(&cli);
    desktop.lock();
    let began = Instant::now();
    let said = token(&cli, GRAPH).failed(4);
    assert!(
        said.contains("the keyring is locked") && said.contains("start or unlock the keyring"),
        "{said}"
    );
    assert!(began.elapsed() < Duration::from_secs(10));
    // Who signs in for the first time while it is locked isn't stopped by that.
    let other = desktop.cli(Cli::at_server());
    assert_eq!(log_in(&other).err(), "");
    assert!(secrets(&other).contains("dwr~"));
    desktop.end();
    let said = token(&cli, GRAPH).failed(4);
    assert!(
        said.contains("there is no keyring here") && said.contains("doorward login"),
        "{said}"
    );
    assert_eq!(secrets(&cli), before, "nothing is lost");
    let again = log_in(&cli);
    again.json();
    assert!(
        again
            .err()
            .contains("secrets.unreadable.json; other accounts have to sign in again"),
        "{}",
        again.err()
    );
    assert_eq!(
        fs::read_to_string(cli.config().join("secrets.unreadable.json")).unwrap(),
        before
    );
    assert!(secrets(&cli).contains("dwr~"));
    let mode = fs::metadata(cli.config().join("secrets.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    token(&cli, STORAGE).text();
    assert!(desktop.directory.path().exists());
}

#[test]
fn a_bus_that_says_nothing_holds_up_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("bus");
    let _bus = UnixListener::bind(&socket).unwrap();
    let cli = Cli::at_server()
        .with(
            "DBUS_SESSION_BUS_ADDRESS",
            &format!("unix:path={}", socket.display()),
        )
        .with("DOORWARD_KEYRING", "");
    let began = Instant::now();
    let done = log_in(&cli);
    done.json();
    assert_eq!(done.err(), "");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert!(secrets(&cli).contains("dwr~"));
}
