//! `account`: shown without a network, tokens kept on disk.

use crate::run::{Cli, SERVER};
use doorward_sdk::clock::{Clock, SystemClock};
use serde_json::Value;

#[test]
fn the_account_is_shown_in_the_words_of_az() {
    let shown = Cli::admin().run(["account", "show"]).json();
    let keys: Vec<&String> = shown.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "environmentName",
            "homeTenantId",
            "id",
            "isDefault",
            "managedByTenants",
            "name",
            "state",
            "tenantId",
            "user"
        ]
    );
}

#[test]
fn of_several_who_see_a_subscription_one_is_chosen_by_name() {
    let (cli, upn) = (Cli::admin(), SERVER.env["DOORWARD_ADMIN_UPN"].as_str());
    let subscription = SERVER.env["DOORWARD_SUBSCRIPTION_ID"].as_str();
    let scope = format!("/subscriptions/{subscription}");
    let made = cli
        .run([
            "ad",
            "sp",
            "create-for-rbac",
            "--name",
            "chosen-sp",
            "--role",
            "Reader",
            "--scopes",
            &scope,
        ])
        .json();
    let (id, secret) = (
        made["appId"].as_str().unwrap(),
        made["password"].as_str().unwrap(),
    );
    let tenant = SERVER.env["DOORWARD_TENANT_ID"].as_str();
    let login = [
        "login",
        "--service-principal",
        "-u",
        id,
        "-p",
        secret,
        "-t",
        tenant,
    ];
    assert_eq!(cli.run(login).json()[0]["cloudName"], "Doorward");
    let in_use = || {
        let shown = cli.run(["account", "show"]).json();
        (shown["id"].clone(), shown["user"]["name"].clone())
    };
    assert_eq!(in_use(), (subscription.into(), id.into()));
    // The subscription alone says nothing about who: whoever is in use stays it.
    cli.run(["account", "set", "-s", subscription]).text();
    assert_eq!(in_use(), (subscription.into(), id.into()));
    cli.run(["account", "set", "-s", subscription, "--username", upn])
        .text();
    assert_eq!(in_use(), (subscription.into(), upn.into()));
    cli.run(["account", "set", "--username", id]).text();
    assert_eq!(in_use(), (subscription.into(), id.into()));
    let said = cli.run(["account", "set", "--username", "nobody"]).failed(1);
    assert!(said.contains("no active accounts named 'nobody'"), "{said}");
    assert!(cli.run(["account", "set"]).failed(2).contains("--subscription"));
    cli.run(["account", "clear"]).text();
    let none = cli.run(["account", "list"]);
    assert!(none.err().contains("doorward login"), "{}", none.err());
    assert_eq!(none.json(), serde_json::json!([]));
}

#[test]
fn inside_a_run_the_hint_to_sign_in_is_another_one() {
    let outside = Cli::new().say("group list").failed(4);
    assert!(outside.contains("`doorward up`"), "{outside}");
    let inside = Cli::new()
        .with("DOORWARD_RUN", "/nowhere")
        .say("group list")
        .failed(4);
    assert!(
        !inside.contains("doorward up") && inside.contains("outside the run"),
        "{inside}"
    );
}

#[test]
fn results_come_in_every_form() {
    let cli = Cli::admin();
    let upn = SERVER.env["DOORWARD_ADMIN_UPN"].as_str();
    assert_eq!(
        cli.run(["account", "show", "--query", "user.name", "-o", "tsv"])
            .text(),
        format!("{upn}\n")
    );
    assert_eq!(
        cli.run(["account", "show", "--query", "user.name"]).text(),
        format!("\"{upn}\"\n")
    );
    assert_eq!(
        cli.run(["account", "show", "--query", "user", "-o", "yaml"])
            .text(),
        format!("name: {upn}\ntype: user\n")
    );
    assert_eq!(cli.run(["account", "show", "-o", "none"]).text(), "");
    assert!(
        cli.run(["account", "list", "-o", "table"])
            .text()
            .starts_with("Name ")
    );
    assert!(
        cli.run(["account", "show", "--query", "["])
            .failed(2)
            .contains("JMESPath")
    );
}

#[test]
fn a_token_is_kept_until_it_has_to_be_renewed() {
    let cli = Cli::admin();
    let token = |arguments: &[&str]| {
        let all = ["account", "get-access-token"].iter().chain(arguments).copied();
        cli.run(all).json()
    };
    let graph = token(&["--resource-type", "ms-graph"]);
    assert_eq!(
        token(&["--resource", "https://graph.microsoft.com/"])["accessToken"],
        graph["accessToken"]
    );
    let arm = token(&[]);
    assert_ne!(arm["accessToken"], graph["accessToken"]);
    let now = SystemClock.now().unix_seconds();
    let left = arm["expires_on"].as_i64().unwrap() - now;
    assert!((3500..=3600).contains(&left), "{left}");
    assert_eq!(
        arm["expiresOn"].as_str().unwrap().len(),
        "2030-01-31 12:00:00.000000".len()
    );
    assert_eq!(claims(&arm)["aud"], "https://management.core.windows.net/");
    let scope = token(&["--scope", "https://management.azure.com/.default"]);
    assert_eq!(claims(&scope)["aud"], "https://management.azure.com");
}

pub fn claims(token: &Value) -> Value {
    let text = token["accessToken"].as_str().unwrap();
    let read = doorward_protocol::jose::UnverifiedToken::parse(text).unwrap();
    read.unverified_claims::<Value>().unwrap().distrusted().clone()
}

#[test]
fn debugging_shows_no_secret() {
    let cli = Cli::admin();
    let done = cli.run([
        "account",
        "get-access-token",
        "--resource-type",
        "ms-graph",
        "--debug",
    ]);
    let token = done.json()["accessToken"].as_str().unwrap().to_owned();
    let said = done.err();
    assert!(said.contains("answered"), "{said}");
    for secret in [token.as_str(), "dwr~", "eyJ"] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[test]
fn accounts_are_changed_by_set_and_many_processes_share_the_files() {
    let cli = Cli::admin();
    let made = cli
        .run(["ad", "sp", "create-for-rbac", "--name", "second-account"])
        .json();
    let (id, secret) = (
        made["appId"].as_str().unwrap(),
        made["password"].as_str().unwrap(),
    );
    let tenant = SERVER.env["DOORWARD_TENANT_ID"].as_str();
    cli.run([
        "login",
        "--service-principal",
        "-u",
        id,
        "-p",
        secret,
        "-t",
        tenant,
    ])
    .text();
    let resources: Vec<String> = (0..8)
        .map(|n| {
            format!(
                "https://{}",
                ["management.azure.com", "graph.microsoft.com"][n % 2]
            )
        })
        .collect();
    let running: Vec<_> = resources
        .iter()
        .map(|resource| {
            let mut command = cli.command();
            command
                .args([
                    "account",
                    "get-access-token",
                    "-o",
                    "none",
                    "--resource",
                    resource,
                ])
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in running {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(cli.run(["account", "list"]).json().as_array().unwrap().len(), 2);
    let table = cli.run(["account", "list", "-o", "table"]).text();
    assert!(
        table.lines().next().is_some_and(|line| line.contains("  User "))
            && table.contains(&format!("  {id} "))
            && table.contains(&format!("  {} ", SERVER.env["DOORWARD_ADMIN_UPN"])),
        "{table}"
    );
    assert_eq!(
        cli.run(["account", "show", "--query", "user.name", "-o", "tsv"])
            .text()
            .trim(),
        id
    );
    cli.run(["logout", "--username", id]).text();
    assert_eq!(
        cli.run(["account", "show", "--query", "user.type", "-o", "tsv"])
            .text()
            .trim(),
        "user"
    );
    let shown = cli.run(["account", "show"]).json();
    assert_eq!(shown["id"], SERVER.env["DOORWARD_SUBSCRIPTION_ID"].as_str());
    for name in ["id", "name"] {
        cli.run(["account", "set", "-s", shown[name].as_str().unwrap()])
            .text();
    }
    let again = cli.run(["account", "list", "--refresh"]).json();
    let mut listed = shown.as_object().unwrap().clone();
    let cloud = listed.remove("environmentName").unwrap();
    listed.insert("cloudName".to_owned(), cloud);
    assert_eq!(again[0], Value::Object(listed));
    assert!(
        cli.run(["account", "set", "-s", "nothing"])
            .failed(1)
            .contains("doesn't exist in cloud")
    );
}
