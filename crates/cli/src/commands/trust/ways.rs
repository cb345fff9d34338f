//! Where certificate authorities are trusted on a machine: the system, browsers, Java, Node, Python.

use super::bundle;
use super::steps::Step;
use crate::config;
use crate::failure::Failure;
use crate::files::Home;
use crate::shell::Shell;
use std::fs;
use std::path::{Path, PathBuf};

/// One way.
#[derive(Debug)]
pub struct Way {
    /// Its name.
    pub name: String,
    /// Why it isn't gone here, if so.
    missing: Option<&'static str>,
    install: Vec<Step>,
    uninstall: Vec<Step>,
    /// What else the person has to do.
    note: Option<String>,
}

/// What came of a way.
pub enum Result {
    /// It was gone.
    Done,
    /// It doesn't lead anywhere on this machine.
    NotHere(&'static str),
    /// Only a person can go it.
    ByHand,
    /// It was tried.
    Failed(String),
}

impl Way {
    /// Takes the steps, or takes them back.
    pub fn take(&self, back: bool) -> Result {
        if let Some(reason) = self.missing {
            return Result::NotHere(reason);
        }
        let steps = if back { &self.uninstall } else { &self.install };
        if steps.is_empty() {
            return Result::ByHand;
        }
        for step in steps {
            if let Err(reason) = step.take() {
                return Result::Failed(reason);
            }
        }
        Result::Done
    }

    /// The steps as shell commands.
    pub fn to_text(&self) -> String {
        let mut lines = vec![format!("# {}", self.name)];
        if let Some(reason) = self.missing {
            lines.push(format!("# (not on this machine: {reason})"));
        }
        lines.extend(self.install.iter().map(Step::to_text));
        lines.extend(self.note.clone());
        if !self.uninstall.is_empty() {
            lines.push("# and back:".to_owned());
            lines.extend(
                self.uninstall
                    .iter()
                    .map(|step| format!("#   {}", step.to_text())),
            );
        }
        lines.join("\n")
    }
}

/// Every way for this certificate authority.
pub fn all(ca_file: &Path, home: &Home) -> std::result::Result<Vec<Way>, Failure> {
    let pem = fs::read(ca_file).map_err(|e| Failure::file(ca_file, e))?;
    if !pem.starts_with(b"-----BEGIN CERTIFICATE-----") {
        return Err(Failure::file(ca_file, "it is not a certificate in PEM form"));
    }
    // Two servers on one machine have two authorities: each has its own name, so that taking one back is exact.
    let name = format!("doorward-{:016x}", fingerprint(&pem));
    let mut ways = vec![debian(ca_file, &name), fedora(ca_file, &name)];
    ways.extend(browsers(ca_file, &name));
    ways.push(firefox_policy(ca_file));
    ways.push(java(ca_file, &name));
    ways.extend(variables(ca_file, home));
    Ok(ways)
}

/// FNV-1a: tells files apart, proves nothing.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn found(program: &str) -> bool {
    config::search_path()
        .iter()
        .any(|directory| directory.join(program).is_file())
        || Path::new("/usr/sbin").join(program).is_file()
}

fn unless_found(program: &str, reason: &'static str) -> Option<&'static str> {
    (!found(program)).then_some(reason)
}

fn debian(ca_file: &Path, name: &str) -> Way {
    let place = PathBuf::from(format!("/usr/local/share/ca-certificates/{name}.crt"));
    let link = PathBuf::from(format!("/etc/ssl/certs/{name}.pem"));
    Way {
        name: "System (Debian, Ubuntu): curl, Python's ssl, Rust, Go and the like; needs root".to_owned(),
        missing: unless_found("update-ca-certificates", "no update-ca-certificates"),
        install: vec![
            Step::Copy(ca_file.to_owned(), place.clone()),
            Step::run(["update-ca-certificates"]),
        ],
        // `update-ca-certificates` leaves the links of local certificates that are gone; `rehash` doesn't.
        uninstall: vec![
            Step::Remove(place),
            Step::Remove(link),
            Step::run(["update-ca-certificates"]),
            Step::attempt(["openssl", "rehash", "/etc/ssl/certs"]),
        ],
        note: None,
    }
}

fn fedora(ca_file: &Path, name: &str) -> Way {
    let place = PathBuf::from(format!("/etc/pki/ca-trust/source/anchors/{name}.pem"));
    Way {
        name: "System (Fedora, RHEL, SUSE): curl, Python's ssl, Rust, Go and the like; needs root".to_owned(),
        missing: unless_found("update-ca-trust", "no update-ca-trust"),
        install: vec![
            Step::Copy(ca_file.to_owned(), place.clone()),
            Step::run(["update-ca-trust"]),
        ],
        uninstall: vec![Step::Remove(place), Step::run(["update-ca-trust"])],
        note: None,
    }
}

/// Firefox and Chrome keep a store for each profile, which `certutil` changes.
fn browsers(ca_file: &Path, name: &str) -> Vec<Way> {
    let Some(home) = config::home() else {
        return Vec::new();
    };
    let mut stores = vec![home.join(".pki/nssdb")];
    for base in [".mozilla/firefox", "snap/firefox/common/.mozilla/firefox"] {
        let profiles = fs::read_dir(home.join(base))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        stores.extend(profiles);
    }
    stores.retain(|store| store.join("cert9.db").is_file());
    let missing = unless_found("certutil", "no certutil (package libnss3-tools or nss-tools)");
    let ca_file = ca_file.to_string_lossy();
    let way = |store: PathBuf| {
        let database = format!("sql:{}", store.display());
        let remove = ["certutil", "-d", &database, "-D", "-n", name];
        Way {
            name: format!("Browser profile {}", store.display()),
            missing,
            install: vec![
                Step::attempt(remove),
                Step::run([
                    "certutil", "-d", &database, "-A", "-t", "C,,", "-n", name, "-i", &ca_file,
                ]),
            ],
            uninstall: vec![Step::attempt(remove)],
            note: None,
        }
    };
    stores.into_iter().map(way).collect()
}

fn firefox_policy(ca_file: &Path) -> Way {
    let path = serde_json::Value::from(ca_file.to_string_lossy());
    Way {
        name: "Firefox, for all users, by /etc/firefox/policies/policies.json; needs root".to_owned(),
        missing: None,
        install: Vec::new(),
        uninstall: Vec::new(),
        note: Some(format!(
            "# {{\"policies\": {{\"Certificates\": {{\"Install\": [{path}]}}}}}}"
        )),
    }
}

fn java(ca_file: &Path, name: &str) -> Way {
    let ca_file = ca_file.to_string_lossy();
    let remove = [
        "keytool",
        "-delete",
        "-cacerts",
        "-storepass",
        "changeit",
        "-alias",
        name,
    ];
    let import = [
        "keytool",
        "-importcert",
        "-noprompt",
        "-trustcacerts",
        "-cacerts",
        "-storepass",
        "changeit",
        "-alias",
        name,
        "-file",
        &ca_file,
    ];
    // Debian's package for Java takes the system's certificates over, but doesn't let go of them.
    let of_system = format!("debian:{name}.pem");
    let remove_of_system = [
        "keytool",
        "-delete",
        "-cacerts",
        "-storepass",
        "changeit",
        "-alias",
        &of_system,
    ];
    Way {
        name: "Java's own store (cacerts of the `java` in PATH); may need root".to_owned(),
        missing: unless_found("keytool", "no keytool"),
        install: vec![Step::attempt(remove), Step::run(import)],
        uninstall: vec![Step::attempt(remove), Step::attempt(remove_of_system)],
        note: None,
    }
}

fn variables(ca_file: &Path, home: &Home) -> [Way; 2] {
    let bundle = bundle::path(home);
    let way = |name: &str, notes: Vec<String>| Way {
        name: name.to_owned(),
        missing: None,
        install: Vec::new(),
        uninstall: Vec::new(),
        note: Some(notes.join("\n")),
    };
    let export = |name: &str, path: &Path| Shell::Sh.export(name, &path.to_string_lossy());
    [
        way(
            "Node, by a variable (`doorward env` sets it)",
            vec![export("NODE_EXTRA_CA_CERTS", ca_file)],
        ),
        way(
            "Python, by variables (`doorward env` makes the file and sets them)",
            vec![
                export("REQUESTS_CA_BUNDLE", &bundle),
                export("SSL_CERT_FILE", &bundle),
            ],
        ),
    ]
}
