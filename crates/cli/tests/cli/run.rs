//! Running the binary: files of its own for each test, one server for all of them.

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

/// A command line with a configuration directory of its own.
pub struct Cli {
    pub directory: TempDir,
    variables: BTreeMap<String, String>,
}

impl Cli {
    pub fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            variables: BTreeMap::new(),
        }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A command line that knows the server, with nobody signed in.
    pub fn at_server() -> Self {
        Self::new()
            .with("DOORWARD_URL", &SERVER.env["DOORWARD_URL"])
            .with("DOORWARD_CA", &SERVER.env["DOORWARD_CA"])
    }

    /// A command line where the administrator is signed in.
    pub fn admin() -> Self {
        let cli = Self::at_server();
        let env = &SERVER.env;
        cli.feed(
            ["login", "-u", &env["DOORWARD_ADMIN_UPN"], "-p", "-"],
            &env["DOORWARD_ADMIN_PASSWORD"],
        )
        .json();
        cli
    }

    /// A command line where a service principal is signed in that `create-for-rbac` made.
    pub fn principal(made: &Value) -> Self {
        let cli = Self::at_server();
        cli.run([
            "login",
            "--service-principal",
            "--allow-no-subscriptions",
            "-u",
            made["appId"].as_str().unwrap(),
            "-p",
            made["password"].as_str().unwrap(),
            "-t",
            &SERVER.env["DOORWARD_TENANT_ID"],
        ])
        .text();
        cli
    }

    /// The same with a command line's words in one text.
    pub fn say(&self, line: &str) -> Done {
        self.run(line.split_ascii_whitespace())
    }

    pub fn config(&self) -> PathBuf {
        self.directory.path().join("config")
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.directory.path())
            .env("DOORWARD_CONFIG_DIR", self.config())
            // Nor is anything left in the keyring of whoever runs the tests.
            .env("DOORWARD_KEYRING", "never")
            .envs(&self.variables)
            .stdin(Stdio::null());
        command
    }

    pub fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Done {
        Done(self.command().args(arguments).output().unwrap())
    }

    /// The same with a line on standard input.
    pub fn feed<'a>(&self, arguments: impl IntoIterator<Item = &'a str>, line: &str) -> Done {
        let mut child = self
            .command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        writeln!(child.stdin.take().unwrap(), "{line}").unwrap();
        Done(child.wait_with_output().unwrap())
    }
}

/// What a command said, and how it ended.
pub struct Done(pub Output);

impl Done {
    pub fn code(&self) -> i32 {
        self.0.status.code().unwrap()
    }

    pub fn out(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    pub fn err(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).unwrap()
    }

    /// Standard output of a command that did it.
    pub fn text(&self) -> String {
        assert_eq!(self.code(), 0, "{}", self.err());
        self.out()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text()).unwrap_or(Value::Null)
    }

    /// Standard error of a command that failed so.
    pub fn failed(&self, code: i32) -> String {
        assert_eq!(self.code(), code, "{}{}", self.out(), self.err());
        assert_eq!(self.out(), "");
        self.err()
    }
}

/// The server that all tests share; each makes objects of its own.
pub struct Server {
    pub url: String,
    pub env: BTreeMap<String, String>,
    _directory: TempDir,
    _guard: Child,
}

pub static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let directory = tempfile::tempdir().unwrap();
    // The server ends when the pipe closes, which it does when this process ends, however it ends.
    let script = r#"exec 3<&0; "$@" <&- 3<&- & cat <&3 >/dev/null; kill $!; wait"#;
    let up = up(directory.path());
    let mut guard = Command::new("sh")
        .args(["-c", script, "guard"])
        .arg(up.get_program())
        .args(up.get_args())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", directory.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let url = ready(&mut guard);
    Server {
        url,
        env: exports(&directory.path().join("env")),
        _directory: directory,
        _guard: guard,
    }
});

/// The command that starts a server with all its files in `directory`.
pub fn up(directory: &Path) -> Command {
    up_at(directory, "127.0.0.1:0")
}

/// The same at a chosen address.
pub fn up_at(directory: &Path, listen: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", directory)
        .args(["up", "--listen", listen, "--data"])
        .arg(directory.join("data"))
        .arg("--env-file")
        .arg(directory.join("env"))
        .args(engine(directory))
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

/// Which engine a server in `directory` uses: SQLite, or a PostgreSQL database of its own when `DOORWARD_TEST_UP` says
/// `postgres`; `./test` runs these tests on both.
pub fn engine(directory: &Path) -> Vec<String> {
    #[expect(clippy::disallowed_methods, reason = "the test script chooses the engine")]
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    if variable("DOORWARD_TEST_UP") != "postgres" {
        return Vec::new();
    }
    let server = variable("DOORWARD_TEST_POSTGRES");
    let hash = directory
        .to_str()
        .unwrap()
        .bytes()
        .fold(5381_u64, |h, b| h.wrapping_mul(33) ^ u64::from(b));
    let database = format!("up_{hash:x}");
    let create = format!("CREATE DATABASE {database}");
    // There already at a second start.
    let made = Command::new("psql")
        .args([&server, "--quiet", "--command", &create])
        .stderr(Stdio::null())
        .status();
    made.expect("psql, which ./test installs with PostgreSQL");
    vec!["--postgres".to_owned(), format!("{server} dbname={database}")]
}

/// Waits for the line by which a server says that it can serve; the URL in it.
pub fn ready(server: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    line.strip_prefix("ready ").expect(&line).trim().to_owned()
}

/// What an env file exports.
pub fn exports(path: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(path).unwrap();
    let pair = |line: &str| {
        let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
        (name.to_owned(), value.trim_matches('\'').to_owned())
    };
    text.lines().map(pair).collect()
}
