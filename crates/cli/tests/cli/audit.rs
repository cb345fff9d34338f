//! The audit log through the command line.

use crate::resources::sample;
use crate::run::Cli;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;

#[test]
fn what_was_done_and_refused_is_listed_and_exported() {
    let cli = Cli::admin();
    let made = cli
        .say(&format!(
            "ad sp create-for-rbac -n audited --role Reader --scopes {}",
            sample()
        ))
        .json();
    let id = made["appId"].as_str().unwrap();
    let principal = Cli::principal(&made);
    principal
        .say("ml workspace delete -w ml-example -g ml-rg --yes")
        .failed(1);
    let list = format!("audit list --since 1h --who {id}");
    let rows = cli.say(&list).json();
    let rows = rows.as_array().unwrap();
    let refused: Vec<&Value> = rows.iter().filter(|row| row["result"] == "failure").collect();
    assert!(
        refused.iter().any(|row| row
            .to_string()
            .contains("Microsoft.MachineLearningServices/workspaces/delete")),
        "{rows:?}"
    );
    assert!(
        rows.iter()
            .all(|row| row["initiatedBy"]["app"]["appId"] == id && row["initiatedBy"]["user"].is_null()),
        "{rows:?}"
    );
    let table = cli.say(&format!("{list} -o table")).text();
    assert!(table.starts_with("Time ") && table.contains(id), "{table}");
    assert!(
        table
            .lines()
            .any(|line| line.contains("  workspaces/delete ") && line.contains("  failure  ml-example ")),
        "{table}"
    );
    let table = cli.say("audit list --since 1h -o table").text();
    assert!(
        table
            .lines()
            .any(|line| line.contains("  roleAssignments/write ") && line.contains("  role ")),
        "{table}"
    );
    assert_eq!(
        cli.say(&format!("audit list --since 2999-01-01 --who {id}"))
            .json(),
        Value::Array(Vec::new())
    );
    let file = cli.directory.path().join("audit.jsonl");
    let done = cli
        .say(&format!(
            "audit export --since 1h --who {id} --file {}",
            file.display()
        ))
        .json();
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(done["rows"], text.lines().count());
    for (line, row) in text.lines().zip(rows) {
        assert_eq!(serde_json::from_str::<Value>(line).unwrap(), *row);
    }
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let refused = principal.say("audit list").code();
    assert_ne!(refused, 0);
    cli.say("audit list --since yesterday").failed(2);
}
