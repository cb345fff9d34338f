//! A real `doorward` process, started and asked as a person or a script would.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The binary under test.
pub const BINARY: &str = env!("CARGO_BIN_EXE_doorward");

/// A command of the binary with an environment of its own.
pub fn doorward(config: &Path) -> Command {
    let mut command = Command::new(BINARY);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", config);
    command
        .env("DOORWARD_CONFIG_DIR", config.join("config"))
        .env("DOORWARD_KEYRING", "never")
        .stdin(Stdio::null());
    command
}

/// A server that runs until it is dropped.
pub struct Server {
    child: Child,
    /// What it calls itself.
    pub url: String,
    /// The directory that holds everything of this test.
    pub home: PathBuf,
}

impl Server {
    /// `doorward up` on a free port, with its data in `home/data`.
    pub fn up(home: &Path) -> Self {
        Self::up_with(home, &[])
    }

    /// The same with further options.
    pub fn up_with(home: &Path, options: &[&str]) -> Self {
        let mut command = doorward(home);
        command
            .args(["up", "--listen", "127.0.0.1:0"])
            .arg("--data")
            .arg(home.join("data"));
        command.arg("--env-file").arg(home.join("env")).args(options);
        Self::start(command, home)
    }

    /// Any command that serves.
    pub fn start(mut command: Command, home: &Path) -> Self {
        let log = std::fs::File::create(home.join("log")).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line.trim().strip_prefix("ready ").unwrap_or_else(|| {
            let log = std::fs::read_to_string(home.join("log")).unwrap();
            panic!("the server did not start: {line:?}\n{log}")
        });
        Self {
            url: url.to_owned(),
            home: home.to_owned(),
            child,
        }
    }

    /// The authority's certificate.
    pub fn ca(&self) -> PathBuf {
        self.home.join("data/ca.pem")
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.home.join("log")).unwrap()
    }

    /// A variable of the env file.
    pub fn env(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.home.join("env")).unwrap();
        let start = format!("export {name}=");
        let line = text.lines().find_map(|line| line.strip_prefix(&start));
        line.unwrap_or_else(|| panic!("no {name} in {text}"))
            .trim_matches('\'')
            .to_owned()
    }

    /// The command line of the person who started it, signed in as the administrator.
    pub fn run(&self, arguments: &[&str]) -> Output {
        doorward(&self.home).args(arguments).output().unwrap()
    }

    /// As [`Self::run`], for what has to succeed with JSON.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.run(arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// A request by `curl`, which trusts the authority in `ca`: the status, and the body.
    pub fn curl(&self, path: &str, arguments: &[&str]) -> (u16, String) {
        let certificate = if self.ca().exists() {
            self.ca()
        } else {
            self.home.join("ca.pem")
        };
        let output = Command::new("curl")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .args([
                "--silent",
                "--show-error",
                "--max-time",
                "20",
                "--write-out",
                "\n%{http_code}",
                "--cacert",
            ])
            .arg(certificate)
            .args(arguments)
            .arg(format!("{}{path}", self.url))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let text = String::from_utf8(output.stdout).unwrap();
        let (body, status) = text.rsplit_once('\n').unwrap();
        (status.parse().unwrap(), body.to_owned())
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.child.id().to_string())
            .status();
        assert!(status.unwrap().success());
    }

    /// Waits for the process to end by itself, and returns its status.
    pub fn end(mut self) -> Option<i32> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(
                began.elapsed() < Duration::from_secs(40),
                "the server did not end\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it with SIGTERM and expects status 0.
    pub fn stop(self) {
        self.signal("TERM");
        assert_eq!(self.end(), Some(0));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ended already, perhaps.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command that has to fail: its status and what it says.
pub fn failing(command: &mut Command) -> (i32, String) {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
            panic!("the command did not end by itself");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    let status = child.wait().unwrap().code().unwrap();
    assert_ne!(status, 0, "{said}");
    (status, said)
}
