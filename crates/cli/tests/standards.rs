//! `docs/standards.md` says of each requirement what shows it: a test that is there, or why there is none.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail by panicking, as tests do"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn files(directory: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(fs::read_to_string(&path).unwrap());
        }
    }
}

/// The names of all tests of the workspace.
fn tests() -> BTreeSet<String> {
    let mut texts = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), &mut texts);
    let mut names = BTreeSet::new();
    for text in texts {
        let mut lines = text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            if line == "#[test]" || line.starts_with("#[tokio::test") {
                let function = lines.find_map(|line| line.split_once("fn ")).unwrap();
                names.insert(function.1.split('(').next().unwrap().to_owned());
            }
        }
    }
    names
}

/// What is wrong with a page, row by row.
fn faults(page: &str, tests: &BTreeSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    for line in page.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [section, asked, shown] = cells[..] else {
            faults.push(format!("not three cells: {line}"));
            continue;
        };
        if section == "section" || section == "---" {
            continue;
        }
        let is_exception = shown
            .strip_prefix("Exception: ")
            .is_some_and(|why| why.len() > 20);
        let named: Vec<&str> = shown
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|name| name.contains('_'))
            .collect();
        if asked.is_empty() || !is_exception && named.is_empty() {
            faults.push(format!("neither a test nor a reason: {line}"));
        }
        // A reason may name words of the wire beside tests.
        let missing = named
            .iter()
            .filter(|name| !is_exception && !tests.contains(**name));
        faults.extend(missing.map(|name| format!("no such test: {name}")));
    }
    faults
}

#[test]
fn every_requirement_has_its_test_or_its_reason() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/standards.md");
    let page = fs::read_to_string(page).unwrap();
    let tests = tests();
    assert!(
        tests.len() > 500,
        "the tests aren't found any more: {}",
        tests.len()
    );
    assert_eq!(faults(&page, &tests), [] as [String; 0]);
    for standard in ["RFC 9700", "RFC 8252", "RFC 8628", "OpenID Connect Core 1.0"] {
        let heading = format!("\n## {standard}\n");
        let (_, section) = page.split_once(&heading).unwrap();
        let rows = section
            .split("\n## ")
            .next()
            .unwrap()
            .lines()
            .filter(|line| line.starts_with("| "));
        assert!(rows.count() > 10, "{standard}");
    }
}

#[test]
fn what_is_wrong_with_a_row() {
    let tests = BTreeSet::from(["this_one".to_owned()]);
    for (row, expected) in [
        ("| 1 | asked | `this_one` |", 0),
        (
            "| 1 | asked | Exception: for a reason that is given in words |",
            0,
        ),
        ("| 1 | asked | `that_one` |", 1),
        ("| 1 | asked | `this_one`, `that_one` |", 1),
        ("| 1 | asked | |", 1),
        ("| 1 | asked | Exception: no |", 1),
        ("| 1 | asked | not yet |", 1),
        ("| 1 | asked |", 1),
    ] {
        assert_eq!(faults(row, &tests).len(), expected, "{row}");
    }
}
