//! A world: a network namespace with a server, machines elsewhere, and a person with a home.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

/// Who the person is, when these tests are run by root: nobody in particular.
const USER: u32 = 54321;

/// An address of the documentation's (RFC 5737): here, a machine elsewhere.
pub const ELSEWHERE: &str = "192.0.2.1";

/// Where those machines listen.
const LISTENING: [&str; 6] = [
    "tcp,192.0.2.1,80",
    "tcp,192.0.2.1,443",
    "tcp,192.0.2.1,22",
    "tcp,192.0.2.1,4444",
    "tcp,169.254.169.254,80",
    "udp,192.0.2.1,4444",
];

/// The ways, as `--via` names them.
pub const WAYS: [&str; 3] = ["namespaces", "root", "proxy"];

/// Those of a private network.
pub const PRIVATE: [&str; 2] = ["namespaces", "root"];

/// The binary where everyone may run it: another user may not get to where it was built.
static BINARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let user = rustix::process::geteuid().as_raw();
    let shared = std::env::temp_dir().join(format!("doorward-test-{user}"));
    fs::create_dir_all(&shared).unwrap();
    let (new, copy) = (shared.join("doorward.new"), shared.join("doorward"));
    fs::copy(env!("CARGO_BIN_EXE_doorward"), &new).unwrap();
    for path in [&shared, &new] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    // One for all runs of these tests; one that still runs keeps its own.
    fs::rename(&new, &copy).unwrap();
    copy
});

/// Whether these tests are run by root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A world. It ends when this is dropped.
pub struct World {
    pub home: TempDir,
    holder: Child,
    children: Vec<Child>,
    pub env: BTreeMap<String, String>,
}

impl World {
    /// A world whose person is signed in as the administrator.
    pub fn new() -> Self {
        let home = tempfile::Builder::new().prefix("dw-world-").tempdir().unwrap();
        let script = format!(
            "ip link set lo up && ip addr add {ELSEWHERE}/32 dev lo && ip addr add 169.254.169.254/32 dev lo && \
             echo ready && exec sleep 600"
        );
        let mut holder = Command::new("unshare")
            .args(if is_root() {
                &["--net"][..]
            } else {
                &["--map-root-user", "--net"]
            })
            .args(["sh", "-c", &script])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        wait_for_line(&mut holder, "ready");
        let mut world = Self {
            home,
            holder,
            children: Vec::new(),
            env: BTreeMap::new(),
        };
        world.start_elsewhere();
        world.start_server();
        world.hand_over();
        world.sign_in();
        world
    }

    fn start_elsewhere(&mut self) {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/run/elsewhere.py");
        let mut command = self.enter();
        command.arg("python3").arg(program).arg(self.path("elsewhere"));
        let mut child = command
            .args(LISTENING)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        wait_for_line(&mut child, "listening");
        self.children.push(child);
    }

    fn start_server(&mut self) {
        let mut command = self.enter();
        command
            .args(["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"])
            .arg(format!("HOME={}", self.path("server").display()))
            .arg(&*BINARY)
            .args(["up", "--listen", "127.0.0.1:8443", "--data"])
            .arg(self.path("server"))
            .arg("--env-file")
            .arg(self.path("env"));
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for_line(&mut child, "ready ");
        self.children.push(child);
        let text = fs::read_to_string(self.path("env")).unwrap();
        self.env = text
            .lines()
            .map(|line| line.strip_prefix("export ").unwrap().split_once('=').unwrap())
            .map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned()))
            .collect();
    }

    /// The home is the person's, and so is the server's certificate.
    fn hand_over(&self) {
        fs::set_permissions(self.home.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(self.person()).unwrap();
        fs::copy(self.path("server/ca.pem"), self.person().join("ca.pem")).unwrap();
        fs::set_permissions(self.person().join("ca.pem"), fs::Permissions::from_mode(0o644)).unwrap();
        self.own(&self.person());
        self.own(&self.person().join("ca.pem"));
    }

    /// Makes a file or directory the person's.
    pub fn own(&self, path: &Path) {
        if is_root() {
            chown(path, Some(USER), Some(USER)).unwrap();
        }
    }

    fn sign_in(&self) {
        let upn = &self.env["DOORWARD_ADMIN_UPN"];
        let mut child = self
            .as_person("namespaces")
            .arg(format!("DOORWARD_TENANT_ID={}", self.env["DOORWARD_TENANT_ID"]))
            .arg(format!(
                "DOORWARD_SUBSCRIPTION_ID={}",
                self.env["DOORWARD_SUBSCRIPTION_ID"]
            ))
            .arg(&*BINARY)
            .args(["login", "-u", upn, "-p", "-", "-o", "none"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let password = &self.env["DOORWARD_ADMIN_PASSWORD"];
        writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
        assert!(child.wait().unwrap().success());
    }

    /// The person's home.
    pub fn person(&self) -> PathBuf {
        self.path("person")
    }

    /// Something of the world's.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a file of the person's.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.person().join(name);
        let mut above = path.parent().unwrap().to_owned();
        let mut missing = Vec::new();
        while !above.exists() {
            missing.push(above.clone());
            above = above.parent().unwrap().to_owned();
        }
        for directory in missing.iter().rev() {
            fs::create_dir(directory).unwrap();
            self.own(directory);
        }
        fs::write(&path, text).unwrap();
        self.own(&path);
        path
    }

    /// What machines elsewhere heard so far.
    pub fn heard_elsewhere(&self) -> String {
        fs::read_to_string(self.path("elsewhere")).unwrap()
    }

    /// A command in the world's network.
    pub fn enter(&self) -> Command {
        let mut command = Command::new("nsenter");
        command
            .arg("--target")
            .arg(self.holder.id().to_string())
            .arg("--net");
        if !is_root() {
            command.args(["--user", "--preserve-credentials"]);
        }
        command.arg("--");
        command
    }

    /// The same, as the person: root for the way of that name, when these tests are root's, and nobody else otherwise.
    pub fn as_person(&self, via: &str) -> Command {
        let mut command = self.enter();
        if is_root() && via != "root" {
            let user = USER.to_string();
            command.args(["setpriv", "--reuid", &user, "--regid", &user, "--clear-groups"]);
        }
        command
            .args(["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"])
            .arg(format!("HOME={}", self.person().display()))
            .arg(format!("DOORWARD_CA={}", self.person().join("ca.pem").display()))
            .arg("DOORWARD_URL=https://localhost:8443")
            .current_dir(self.person())
            .stdin(Stdio::null());
        command
    }

    /// `doorward run --quiet --via VIA` with these options and this shell script.
    pub fn run(&self, via: &str, options: &[&str], script: &str) -> Done {
        self.run_with(via, &[], options, script)
    }

    /// The same with further variables, as `NAME=VALUE`.
    pub fn run_with(&self, via: &str, variables: &[&str], options: &[&str], script: &str) -> Done {
        let mut command = self.command(via, variables, options, script);
        Done(command.output().unwrap())
    }

    /// The command of [`Self::run_with`].
    pub fn command(&self, via: &str, variables: &[&str], options: &[&str], script: &str) -> Command {
        let mut command = self.as_person(via);
        command
            .args(variables)
            .arg(&*BINARY)
            .args(["run", "--quiet", "--via", via])
            .args(options)
            .args(["--", "sh", "-c", script]);
        command
    }

    /// A command of the command line, as the person.
    pub fn doorward(&self, arguments: &[&str]) -> Done {
        Done(
            self.as_person("namespaces")
                .arg(&*BINARY)
                .args(arguments)
                .output()
                .unwrap(),
        )
    }

    /// The binary that the person runs.
    pub fn binary() -> &'static Path {
        &BINARY
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev().chain([&mut self.holder]) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub struct Done(pub Output);

impl Done {
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    pub fn code(&self) -> Option<i32> {
        self.0.status.code()
    }

    /// Standard output of a command that did it.
    pub fn text(&self) -> String {
        assert!(
            self.0.status.success(),
            "{:?}\n{}\n{}",
            self.0.status,
            self.out(),
            self.err()
        );
        self.out()
    }
}

fn wait_for_line(child: &mut Child, start: &str) {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.starts_with(start), "{line:?} instead of {start:?}");
}

/// Waits until something holds; panics when it doesn't within some seconds.
pub fn eventually(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..100 {
        if holds() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("not within ten seconds: {what}");
}
