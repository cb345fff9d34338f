//! `docs/run.md` says what is isolated and what is not; each of its sentences names the test that shows it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn every_sentence_of_the_page_names_a_test_that_is_here() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = BTreeSet::new();
    for file in fs::read_dir(root.join("tests/run")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[0] == "#[test]") {
            let name = pair[1].strip_prefix("fn ").unwrap().split('(').next().unwrap();
            tests.insert(name.to_owned());
        }
    }
    let page = fs::read_to_string(root.join("../../docs/run.md")).unwrap();
    let mut named = BTreeSet::new();
    for line in page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ---"))
    {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        if cells.len() == 2 && cells[1].starts_with('`') {
            for name in cells[1].split(", ") {
                let name = name.trim_matches('`');
                assert!(
                    tests.contains(name),
                    "docs/run.md names `{name}`, which is no test"
                );
                named.insert(name.to_owned());
            }
        }
    }
    assert!(named.len() > 30, "the page's tables are not read any more");
}
