//! Stores to test on: SQLite in a directory of its own, PostgreSQL in a database of its own.
#![allow(dead_code, reason = "every test binary uses a part of it")]

pub mod writer;

use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::mode::Mode;
use doorward_names::{AppId, CorrelationId, ObjectId, TenantId, Timestamp, TraceId};
use doorward_store::{Location, MasterKey, OpenError, OpenOptions, Store};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

pub const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
pub const MASTER: [u8; 32] = [7; 32];

/// Random bytes for tests.
pub fn entropy(buffer: &mut [u8]) {
    use std::io::Read;
    std::fs::File::open("/dev/urandom")
        .unwrap()
        .read_exact(buffer)
        .unwrap();
}

pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    entropy(&mut bytes);
    bytes
}

pub fn object() -> ObjectId {
    ObjectId::from_random(random())
}

pub fn tenant() -> TenantId {
    TenantId::from_random(random())
}

/// A place for one store.
pub struct Place {
    pub location: Location,
    pub engine: &'static str,
    _directory: Option<tempfile::TempDir>,
}

impl Place {
    pub fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("doorward.db");
        Self {
            location: Location::Sqlite { path },
            engine: "sqlite",
            _directory: Some(directory),
        }
    }

    /// A new database in the cluster that `./test` started; none when only SQLite was asked for.
    pub fn postgres() -> Option<Self> {
        let url = server()?;
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!(
            "t{}_{count}_{:x}",
            std::process::id(),
            u32::from_be_bytes(random())
        );
        let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
        client.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let location = Location::Postgres {
            url: format!("{url} dbname={name}"),
        };
        Some(Self {
            location,
            engine: "postgres",
            _directory: None,
        })
    }

    /// A place that is there already.
    pub fn at(location: Location) -> Self {
        let engine = if matches!(location, Location::Sqlite { .. }) {
            "sqlite"
        } else {
            "postgres"
        };
        Self {
            location,
            engine,
            _directory: None,
        }
    }

    /// Every engine that is asked for.
    pub fn all() -> Vec<Self> {
        std::iter::once(Self::sqlite()).chain(Self::postgres()).collect()
    }

    pub fn options(&self) -> OpenOptions {
        OpenOptions {
            location: self.location.clone(),
            mode: Mode::Development,
            master: MasterKey::from_bytes(MASTER),
            entropy,
            now: NOW,
        }
    }

    pub fn open(&self) -> Store {
        self.try_open().unwrap()
    }

    pub fn try_open(&self) -> Result<Store, OpenError> {
        Store::open(self.options())
    }

    /// Runs a statement past the store, as damage would.
    pub fn damage(&self, sql: &str) {
        match &self.location {
            Location::Sqlite { path } => rusqlite::Connection::open(path)
                .unwrap()
                .execute_batch(sql)
                .unwrap(),
            Location::Postgres { url } => {
                let url = url.clone();
                let sql = sql.to_owned();
                let run = move || postgres::Client::connect(&url, postgres::NoTls)?.batch_execute(&sql);
                std::thread::spawn(run).join().unwrap().unwrap();
            }
        }
    }
}

/// The cluster's connection string without its database; none when only SQLite was asked for.
#[expect(
    clippy::disallowed_methods,
    reason = "the test script speaks through the environment"
)]
fn server() -> Option<String> {
    if std::env::var("DOORWARD_TEST_ENGINES").is_ok_and(|engines| engines == "sqlite") {
        return None;
    }
    let Ok(url) = std::env::var("DOORWARD_TEST_POSTGRES") else {
        panic!("DOORWARD_TEST_POSTGRES is not set: run `./test rust`, which starts one");
    };
    Some(url)
}

/// A PostgreSQL cluster that a test may kill.
pub struct Cluster {
    pub directory: tempfile::TempDir,
    pub url: String,
}

impl Cluster {
    /// None when only SQLite was asked for.
    pub fn start() -> Option<Self> {
        server()?;
        let directory = tempfile::Builder::new()
            .prefix("dwpg")
            .tempdir_in("/tmp")
            .unwrap();
        let mut cluster = Self {
            directory,
            url: String::new(),
        };
        cluster.start_again();
        Some(cluster)
    }

    fn script(verb: &str, directory: &std::path::Path) -> std::process::Output {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../dev/postgres");
        Command::new(script).arg(verb).arg(directory).output().unwrap()
    }

    pub fn start_again(&mut self) {
        let output = Self::script("start", self.directory.path());
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        self.url = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    }

    /// Starts it again with a TLS listener on the loopback that takes nothing unencrypted.
    pub fn encrypt(&mut self, certificate: &str, key: &str, port: u16) {
        use std::io::Write;
        use std::os::unix::fs::{PermissionsExt, chown};
        let stopped = Self::script("stop", self.directory.path());
        assert!(stopped.status.success());
        let data = self.directory.path().join("data");
        std::fs::write(data.join("server.crt"), certificate).unwrap();
        std::fs::write(data.join("server.key"), key).unwrap();
        std::fs::set_permissions(data.join("server.key"), std::fs::Permissions::from_mode(0o600)).unwrap();
        let owner = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(&data).unwrap());
        chown(data.join("server.key"), Some(owner), None).unwrap();
        chown(data.join("server.crt"), Some(owner), None).unwrap();
        let mut settings = std::fs::File::options()
            .append(true)
            .open(data.join("postgresql.conf"))
            .unwrap();
        writeln!(
            settings,
            "listen_addresses = '127.0.0.1'\nport = {port}\nssl = on"
        )
        .unwrap();
        std::fs::write(
            data.join("pg_hba.conf"),
            "local all all trust\nhostssl all all all trust\n",
        )
        .unwrap();
        self.start_again();
    }

    /// Kills the postmaster and every backend at once, as a power cut would.
    pub fn kill(&self) {
        let data = self.directory.path().join("data");
        let pid = std::fs::read_to_string(data.join("postmaster.pid")).unwrap();
        let pid: u32 = pid.lines().next().unwrap().parse().unwrap();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        let all: Vec<String> = std::iter::once(pid.to_string())
            .chain(children.split_whitespace().map(str::to_owned))
            .collect();
        Command::new("kill").arg("-9").args(&all).status().unwrap();
        while all.iter().any(|pid| alive(pid)) {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        // Nobody may reap the dead here, and a server would take a zombie's number for a living one's.
        std::fs::remove_file(data.join("postmaster.pid")).unwrap();
        let _ = std::fs::remove_file(self.directory.path().join(".s.PGSQL.5432.lock"));
    }
}

/// Whether a process runs still; a zombie does not.
fn alive(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .trim_start()
            .starts_with('Z')
    })
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = Self::script("stop", self.directory.path());
    }
}

pub fn audit_row(detail: &str) -> AuditRow {
    AuditRow {
        at: NOW,
        tenant: Some(TenantId::from_u128(1)),
        event: Event::TokenIssued,
        actor: Some(ObjectId::from_u128(2)),
        client: Some(AppId::from_u128(3)),
        target: None,
        uti: Some("AAAAAAAAAAAAAAAAAAAAAA".to_owned()),
        action: None,
        scope: None,
        detail: detail.to_owned(),
        trace: TraceId::from_u128(4),
        correlation: CorrelationId::from_u128(5),
    }
}

/// Runs a test on its own runtime.
pub fn block_on<T>(future: impl std::future::Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}
