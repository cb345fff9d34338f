//! The rooms of the house: who may use whom, which outside crates may stand where, and what a room never contains.
//!
//! ARCHITECTURE.md says why. The tables here are the rule; a change of a table is a change of the architecture.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking, as tests do"
)]

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which of our crates each room uses, in normal and build dependencies.
const EDGES: &[(&str, &[&str])] = &[
    ("names", &[]),
    ("protocol", &["names"]),
    ("domain", &["names"]),
    ("store", &["names", "domain"]),
    ("authority", &["names"]),
    ("server", &["names", "protocol", "domain", "store", "authority"]),
    ("keychain", &["names"]),
    ("client", &["names", "protocol", "keychain"]),
    ("sandbox", &[]),
    ("relay", &["names", "protocol", "authority"]),
    ("workload", &["names", "protocol"]),
    (
        "cli",
        &[
            "names", "protocol", "keychain", "client", "server", "sandbox", "relay", "workload",
        ],
    ),
];

/// Edges that the table has and the crates don't need yet. An entry goes when its edge comes.
const NOT_YET: &[(&str, &[&str])] = &[("workload", &["names", "protocol"]), ("cli", &["workload"])];

const HTTP_SERVERS: &[&str] = &["axum", "hyper", "hyper-util", "tower", "tower-http"];
const HTTP_CLIENTS: &[&str] = &["reqwest", "hyper-rustls", "ureq"];
const SQL: &[&str] = &[
    "rusqlite",
    "libsqlite3-sys",
    "postgres",
    "tokio-postgres",
    "sqlx",
    "diesel",
    "sea-orm",
];
const ASYNC: &[&str] = &[
    "tokio",
    "async-trait",
    "futures",
    "futures-util",
    "async-std",
    "smol",
];
const SERDE: &[&str] = &["serde", "serde_json", "serde_derive", "toml"];
const COMMANDS: &[&str] = &["clap", "clap_complete"];
const LINUX: &[&str] = &[
    "nix",
    "netlink-packet-core",
    "netlink-packet-route",
    "netlink-sys",
];

/// Outside crates that a room doesn't name, in any kind of dependency but those of its tests.
const DENIED: &[(&str, &[&[&str]])] = &[
    (
        "names",
        &[
            HTTP_SERVERS,
            HTTP_CLIENTS,
            SQL,
            ASYNC,
            COMMANDS,
            &["serde_json", "http"],
            LINUX,
        ],
    ),
    (
        "protocol",
        &[HTTP_SERVERS, HTTP_CLIENTS, SQL, ASYNC, COMMANDS, &["http"], LINUX],
    ),
    (
        "domain",
        &[
            HTTP_SERVERS,
            HTTP_CLIENTS,
            SQL,
            ASYNC,
            SERDE,
            COMMANDS,
            &["http", "url", "tracing"],
            LINUX,
        ],
    ),
    (
        "store",
        &[
            HTTP_SERVERS,
            HTTP_CLIENTS,
            COMMANDS,
            &["http", "url", "askama", "serde_json"],
            LINUX,
        ],
    ),
    (
        "authority",
        &[HTTP_SERVERS, HTTP_CLIENTS, SQL, ASYNC, SERDE, COMMANDS, LINUX],
    ),
    ("server", &[SQL, HTTP_CLIENTS, COMMANDS, LINUX]),
    ("client", &[HTTP_SERVERS, SQL, COMMANDS, &["askama"], LINUX]),
    (
        "keychain",
        &[HTTP_SERVERS, HTTP_CLIENTS, SQL, COMMANDS, &["askama"], LINUX],
    ),
    ("sandbox", &[HTTP_SERVERS, HTTP_CLIENTS, SQL, COMMANDS, SERDE]),
    ("relay", &[SQL, SERDE, COMMANDS, LINUX, &["askama"]]),
    ("workload", &[SQL, COMMANDS, &["askama"]]),
    (
        "cli",
        &[
            HTTP_SERVERS,
            HTTP_CLIENTS,
            SQL,
            LINUX,
            &["askama", "aws-lc-rs", "rcgen"],
        ],
    ),
];

/// Crates that are nowhere in what is built, and why.
const BANNED: &[(&str, &str)] = &[
    ("ring", "aws-lc-rs is the one cryptographic library"),
    ("rsa", "its private-key operations leak by their timing"),
    ("openssl", "TLS is rustls"),
    ("openssl-sys", "TLS is rustls"),
    ("native-tls", "TLS is rustls"),
];

/// Licences that whoever gives the binary on can keep to by a list of notices.
const LICENCES: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "CC0-1.0",
    "Unlicense",
    "BSL-1.0",
];

fn metadata() -> Metadata {
    MetadataCommand::new()
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .unwrap()
}

/// Our crates by the name of their directory.
fn rooms(metadata: &Metadata) -> BTreeMap<String, &Package> {
    let room = |package: &Package| {
        package
            .manifest_path
            .parent()
            .unwrap()
            .file_name()
            .unwrap()
            .to_owned()
    };
    metadata
        .workspace_packages()
        .into_iter()
        .map(|package| (room(package), package))
        .collect()
}

fn outside_tests(package: &Package) -> impl Iterator<Item = &cargo_metadata::Dependency> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != DependencyKind::Development)
}

#[test]
fn rooms_use_each_other_as_the_table_says() {
    let metadata = metadata();
    let rooms = rooms(&metadata);
    let by_package: BTreeMap<&str, &str> = rooms
        .iter()
        .map(|(room, package)| (package.name.as_str(), room.as_str()))
        .collect();
    assert_eq!(
        rooms.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        EDGES.iter().map(|(room, _)| *room).collect()
    );
    for (room, allowed) in EDGES {
        let used: BTreeSet<&str> = outside_tests(rooms[*room])
            .filter_map(|used| by_package.get(used.name.as_str()).copied())
            .collect();
        let later: BTreeSet<&str> = NOT_YET
            .iter()
            .filter(|(other, _)| other == room)
            .flat_map(|(_, edges)| edges.iter().copied())
            .collect();
        assert_eq!(
            used.intersection(&later).next(),
            None,
            "{room}: the edge is there; take it out of NOT_YET"
        );
        let expected: BTreeSet<&str> = allowed.iter().copied().collect();
        assert_eq!(
            used.union(&later).copied().collect::<BTreeSet<_>>(),
            expected,
            "{room}"
        );
    }
}

#[test]
fn tests_see_no_room_that_their_room_may_not_see() {
    // Tests may use what the room uses; those of the two ends may use more, and say so here.
    const MORE: &[(&str, &str)] = &[];
    let metadata = metadata();
    let rooms = rooms(&metadata);
    for (room, allowed) in EDGES {
        for dependency in &rooms[*room].dependencies {
            let Some((used, _)) = rooms
                .iter()
                .find(|(_, package)| package.name.as_str() == dependency.name)
            else {
                continue;
            };
            let known =
                allowed.contains(&used.as_str()) || used == room || MORE.contains(&(*room, used.as_str()));
            assert!(known, "{room} uses {used}, if only in its tests");
        }
    }
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    let metadata = metadata();
    let rooms = rooms(&metadata);
    assert_eq!(DENIED.len(), rooms.len());
    for (room, lists) in DENIED {
        for dependency in outside_tests(rooms[*room]) {
            let denied = lists.iter().any(|list| list.contains(&dependency.name.as_str()));
            assert!(!denied, "{room} may not use {}", dependency.name);
        }
    }
}

/// Every crate that is built for this machine, tests included: name and licence. `cargo metadata` would also name
/// optional crates that nothing turns on; `cargo tree` doesn't.
fn built() -> Vec<(String, String)> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--workspace",
            "--offline",
            "--edges",
            "normal,build,dev",
            "--prefix",
            "none",
        ])
        .args(["--format", "{p}|{l}", "--no-dedupe"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let line = |line: &str| {
        let (package, licence) = line.split_once('|')?;
        Some((package.split(' ').next()?.to_owned(), licence.trim().to_owned()))
    };
    let crates: BTreeSet<(String, String)> = text.lines().filter_map(line).collect();
    assert!(
        crates.len() > 100,
        "cargo tree says something else than it used to"
    );
    crates.into_iter().collect()
}

#[test]
fn banned_crates_are_nowhere() {
    for (name, _) in built() {
        let banned = BANNED.iter().find(|(banned, _)| *banned == name);
        assert!(
            banned.is_none(),
            "{banned:?}: `cargo tree -i {name}` shows who brings it"
        );
    }
}

#[test]
fn licences_are_on_the_list() {
    for (name, licence) in built() {
        assert!(allowed(&licence), "{name}: {licence}");
    }
}

/// An SPDX expression, with the older `/` for OR. AND binds more tightly than OR.
fn allowed(expression: &str) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words = spaced.split_ascii_whitespace().peekable();
    let result = either(&mut words);
    result && words.next().is_none()
}

type Words<'a, 'b> = &'b mut std::iter::Peekable<std::str::SplitAsciiWhitespace<'a>>;

fn either(words: Words<'_, '_>) -> bool {
    let mut result = both(words);
    while words.next_if_eq(&"OR").is_some() {
        result |= both(words);
    }
    result
}

fn both(words: Words<'_, '_>) -> bool {
    let mut result = one(words);
    while words.next_if_eq(&"AND").is_some() {
        result &= one(words);
    }
    result
}

fn one(words: Words<'_, '_>) -> bool {
    match words.next() {
        Some("(") => either(words) & words.next_if_eq(&")").is_some(),
        Some(name) => match words.next_if_eq(&"WITH") {
            Some(_) => {
                LICENCES.contains(&format!("{name} WITH {}", words.next().unwrap_or_default()).as_str())
            }
            None => LICENCES.contains(&name),
        },
        None => false,
    }
}

#[test]
fn licence_expressions_are_understood() {
    for good in [
        "MIT",
        "MIT/GPL-3.0",
        "(MIT OR GPL-3.0) AND Unicode-3.0",
        "GPL-3.0 OR Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(allowed(good), "{good}");
    }
    for bad in [
        "",
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "MPL-2.0",
        "(MIT",
        "MIT MIT",
        "Apache-2.0 WITH Other",
    ] {
        assert!(!allowed(bad), "{bad}");
    }
}

/// A source file without its comments and its unit tests.
struct Source {
    room: String,
    path: PathBuf,
    lines: Vec<(usize, String)>,
    length: usize,
}

fn sources() -> Vec<Source> {
    let metadata = metadata();
    let mut sources = Vec::new();
    for (room, package) in rooms(&metadata) {
        let directory = package.manifest_path.parent().unwrap().join("src");
        let mut files = Vec::new();
        walk(directory.as_std_path(), &mut files);
        sources.extend(files.into_iter().map(|path| read(&room, path)));
    }
    assert!(sources.len() > 100, "only {} files were found", sources.len());
    sources
}

fn walk(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path
            .file_stem()
            .is_some_and(|stem| stem == "tests" || stem == "test_support");
        if path.is_dir() && !is_test {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
            files.push(path);
        }
    }
}

fn read(room: &str, path: PathBuf) -> Source {
    let text = fs::read_to_string(&path).unwrap();
    let all: Vec<&str> = text.lines().collect();
    // Unit tests stand at the end of a file.
    let tests = all
        .windows(2)
        .position(|pair| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{'));
    let length = tests.unwrap_or(all.len());
    let code = all[..length]
        .iter()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"));
    let lines = code
        .map(|(number, line)| (number + 1, (*line).to_owned()))
        .collect();
    Source {
        room: room.to_owned(),
        path,
        lines,
        length,
    }
}

fn refuse(what: &str, is_wrong: impl Fn(&Source, &str) -> bool) {
    let mut found = Vec::new();
    for source in sources() {
        for (number, line) in &source.lines {
            if is_wrong(&source, line) {
                found.push(format!("{}:{number}: {}", source.path.display(), line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn unsafe_code_is_forbidden_in_every_crate_root() {
    for package in rooms(&metadata()).values() {
        for target in package
            .targets
            .iter()
            .filter(|target| target.is_lib() || target.is_bin())
        {
            let text = fs::read_to_string(&target.src_path).unwrap();
            assert!(
                text.lines().any(|line| line == "#![forbid(unsafe_code)]"),
                "{}",
                target.src_path
            );
        }
    }
}

#[test]
fn files_stop_at_500_lines() {
    for source in sources() {
        assert!(
            source.length <= 500,
            "{} has {} lines",
            source.path.display(),
            source.length
        );
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    let mut silent = Vec::new();
    for source in sources() {
        let text = fs::read_to_string(&source.path).unwrap();
        // A private file whose whole content is re-exported under its parent's name is explained there.
        let private_part = source.room == "names" && !source.path.ends_with("lib.rs");
        if !text.starts_with("//!") && !private_part {
            silent.push(source.path);
        }
    }
    assert!(silent.is_empty(), "these don't start with `//!`: {silent:#?}");
}

#[test]
fn routes_are_written_in_paths_only() {
    const ROUTES: &[&str] = &[
        "/oauth2/",
        "/.well-known/",
        "/discovery/",
        "/v1.0",
        "/applications",
        "/servicePrincipals",
        "/users",
        "/me",
        "/roleManagement",
        "/directoryObjects",
        "/metadata/endpoints",
        "/setup",
        "/healthz",
        "/common/",
    ];
    refuse("routes belong to protocol/src/paths", |source, line| {
        let in_paths =
            source.room == "protocol" && source.path.components().any(|part| part.as_os_str() == "paths");
        // At the start of a text or after a placeholder, and going on as a path does: sentences are for people.
        let is_path = |(at, route): (usize, &str)| {
            let goes_on = |c: char| "\"/{?(\\".contains(c);
            let whole = route.ends_with('/') || line[at + route.len()..].starts_with(goes_on);
            whole && line[..at].ends_with(['"', '}'])
        };
        !in_paths && ROUTES.iter().any(|route| line.match_indices(route).any(is_path))
    });
}

#[test]
fn sql_is_written_in_store_only() {
    const SQL: &[&str] = &[
        "\"SELECT ",
        "\"INSERT INTO ",
        "\"UPDATE ",
        "\"DELETE FROM ",
        "\"CREATE TABLE ",
        "\"ALTER TABLE ",
    ];
    refuse("SQL belongs to store", |source, line| {
        source.room != "store" && SQL.iter().any(|word| line.contains(word))
    });
}

#[test]
fn the_environment_is_read_in_config_only() {
    const READS: &[&str] = &["env::var(", "env::var_os(", "env::vars(", "env::vars_os("];
    refuse("the environment is read in config.rs", |source, line| {
        !source.path.ends_with("config.rs") && READS.iter().any(|read| line.contains(read))
    });
}

#[test]
fn time_and_randomness_are_asked_for_in_their_modules_only() {
    const CLOCK: &[&str] = &[
        "SystemTime::now(",
        "OffsetDateTime::now_utc(",
        "Uuid::new_v4(",
        "Uuid::now_v7(",
    ];
    refuse("time and randomness are values", |source, line| {
        let own = source.path.ends_with("clock.rs") || source.path.ends_with("entropy.rs");
        !own && CLOCK.iter().any(|word| line.contains(word))
    });
}

#[test]
fn printing_is_done_in_one_module() {
    const PRINTS: &[&str] = &["println!(", "print!(", "io::stdout()"];
    refuse("the command line prints in output.rs", |source, line| {
        !source.path.ends_with("cli/src/output.rs") && PRINTS.iter().any(|word| line.contains(word))
    });
}
