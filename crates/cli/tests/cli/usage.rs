//! Words, flags, exit codes: what needs no server.

use crate::run::Cli;
use std::process::Stdio;
use std::time::Instant;

#[test]
fn a_wrong_command_line_ends_with_2() {
    for arguments in [
        vec!["nonsense"],
        vec!["ad", "sp", "show"],
        vec!["account", "show", "-o", "xml"],
        vec![],
    ] {
        assert_eq!(Cli::new().run(arguments.clone()).code(), 2, "{arguments:?}");
    }
}

#[test]
fn help_is_no_failure() {
    let cli = Cli::new();
    assert!(cli.run(["--help"]).text().contains("Usage: doorward"));
    assert!(
        cli.run(["ad", "sp", "create-for-rbac", "--help"])
            .text()
            .contains("--sdk-auth")
    );
    let page = cli.run(["help", "exit-codes"]).text();
    assert!(page.contains("5  The server can't be reached"), "{page}");
    assert!(cli.run(["version"]).text().contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn nobody_signed_in_ends_with_4_and_says_what_to_do() {
    let cli = Cli::new();
    for arguments in [
        vec!["account", "show"],
        vec!["ad", "sp", "list"],
        vec!["account", "get-access-token"],
    ] {
        let said = cli.run(arguments).failed(4);
        assert!(said.starts_with("ERROR: Please run 'doorward login'"), "{said}");
        assert!(
            said.contains("To mend it: sign in with `doorward login`"),
            "{said}"
        );
    }
    assert_eq!(cli.run(["account", "list"]).json(), serde_json::json!([]));
    assert!(!cli.config().exists(), "looking makes no files");
}

#[test]
fn a_server_that_is_not_there_ends_with_5() {
    let cli = Cli::new().with("DOORWARD_URL", "https://localhost:1");
    let said = cli
        .run([
            "login",
            "--service-principal",
            "-u",
            "x",
            "-p",
            "y",
            "-t",
            "contoso.com",
        ])
        .failed(5);
    assert!(
        said.contains("ERROR: can't reach localhost:1: connection refused"),
        "{said}"
    );
    assert!(said.contains("doorward up"), "{said}");
}

#[test]
fn a_role_needs_scopes_and_the_reverse_before_anything_is_done() {
    // Nobody is signed in: the refusal comes first.
    for (option, said) in [
        (vec!["--role", "owner"], "specify both --role and --scopes"),
        (vec!["--scopes", "/"], "specify both --role and --scopes"),
        (
            vec!["--role", "owner", "--scopes", "ml-rg"],
            "`ml-rg` is not a valid scope",
        ),
    ] {
        let create = ["ad", "sp", "create-for-rbac", "--name", "x"];
        let refused = Cli::new().run(create.into_iter().chain(option)).failed(2);
        assert!(refused.contains(said), "{refused}");
    }
}

#[test]
fn completions_are_scripts() {
    let cli = Cli::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        assert!(
            cli.run(["completion", shell]).text().contains("create-for-rbac"),
            "{shell}"
        );
    }
}

#[test]
fn a_reader_who_goes_away_is_no_failure() {
    let mut child = Cli::new()
        .command()
        .args(["completion", "bash"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_damaged_file_is_named_and_not_repeated() {
    let cli = Cli::new();
    std::fs::create_dir_all(cli.config()).unwrap();
    std::fs::write(
        cli.config().join("accounts.json"),
        r#"{"subscriptions":[{"id":"hush-hush"}]}"#,
    )
    .unwrap();
    let said = cli.run(["account", "show"]).failed(1);
    assert!(said.contains("accounts.json: it is damaged"), "{said}");
    assert!(!said.contains("hush-hush"), "{said}");
    cli.run(["account", "clear"]).text();
    cli.run(["account", "show"]).failed(4);
}

#[test]
fn looking_at_the_account_takes_no_noticeable_time() {
    let cli = Cli::new();
    cli.run(["account", "list"]).text();
    let best = (0..10)
        .map(|_| {
            let start = Instant::now();
            cli.run(["account", "list"]).text();
            start.elapsed()
        })
        .min()
        .unwrap();
    assert!(best.as_millis() < 100, "{best:?}");
}
