//! `ad group`: groups through the command line.

use crate::run::{Cli, SERVER};
use serde_json::json;

impl Cli {
    /// Makes a group; its id.
    fn group(&self, name: &str, nickname: &str) -> String {
        let create = [
            "ad",
            "group",
            "create",
            "--display-name",
            name,
            "--mail-nickname",
            nickname,
        ];
        self.run(create).json()["id"].as_str().unwrap().to_owned()
    }

    /// The ids that a list prints, sorted.
    fn ids<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let text = self
            .run(arguments.into_iter().chain(["--query", "[].id", "-o", "tsv"]))
            .text();
        let mut ids: Vec<String> = text.lines().map(str::to_owned).collect();
        ids.sort();
        ids
    }

    fn me(&self) -> String {
        let me = self.run(["ad", "signed-in-user", "show"]).json();
        me["id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_group_is_made_once_and_found_by_name_and_id() {
    let cli = Cli::admin();
    let create = [
        "ad",
        "group",
        "create",
        "--display-name",
        "Data O'Neil",
        "--mail-nickname",
        "data",
        "--description",
        "Those who train",
    ];
    let made = cli.run(create).json();
    assert_eq!(
        (
            &made["description"],
            &made["securityEnabled"],
            &made["mailEnabled"]
        ),
        (&json!("Those who train"), &json!(true), &json!(false))
    );
    let id = made["id"].as_str().unwrap();
    let again = cli.run(create);
    assert!(
        again
            .err()
            .starts_with("WARNING: A group with the same display name"),
        "{}",
        again.err()
    );
    assert_eq!(again.json()["id"], id);
    // By id, by name, and by what the name starts with.
    for name in [id, "data o'neil", "Data O'"] {
        assert_eq!(
            cli.run(["ad", "group", "show", "--group", name]).json()["id"],
            id,
            "{name}"
        );
    }
    let listed = cli.ids(["ad", "group", "list", "--display-name", "Data O"]);
    assert_eq!(listed, [id]);
    let filter = "mailNickname eq 'data' and securityEnabled eq true";
    assert_eq!(cli.ids(["ad", "group", "list", "--filter", filter]), [id]);
    let table = cli
        .run(["ad", "group", "list", "--display-name", "Data O", "-o", "table"])
        .text();
    assert!(table.starts_with("DisplayName"), "{table}");

    // Two of one name: the name is nobody's.
    let second = cli.run(create.into_iter().chain(["--force"])).json();
    assert_ne!(second["id"], id);
    for arguments in [
        vec!["ad", "group", "show", "-g", "Data O'Neil"],
        vec!["ad", "group", "delete", "-g", "Data O'"],
    ] {
        let said = cli.run(arguments).failed(1);
        assert!(
            said.starts_with("ERROR: More than one group match the name of 'Data O'"),
            "{said}"
        );
        assert!(said.contains("To mend it: give the object id"), "{said}");
    }
    let said = cli.run(create).failed(1);
    assert!(said.starts_with("ERROR: There is more than one group"), "{said}");
    assert_eq!(cli.run(["ad", "group", "delete", "-g", id]).text(), "");
    assert_eq!(
        cli.run(["ad", "group", "show", "-g", "Data O'Neil"]).json()["id"],
        second["id"]
    );
    let said = cli.run(["ad", "group", "show", "-g", id]).failed(3);
    assert!(said.starts_with("ERROR: (Request_ResourceNotFound) "), "{said}");
    let said = cli.run(["ad", "group", "show", "-g", "no such"]).failed(3);
    assert!(
        said.starts_with("ERROR: No group matches the name of 'no such'"),
        "{said}"
    );
}

#[test]
fn members_are_put_in_checked_and_taken_out() {
    let cli = Cli::admin();
    let (outer, inner) = (cli.group("outer", "o"), cli.group("inner", "i"));
    let me = cli.me();
    let made = cli.run(["ad", "sp", "create-for-rbac", "-n", "member"]).json();
    let sp = cli
        .run(["ad", "sp", "show", "--id", made["appId"].as_str().unwrap()])
        .json();
    let sp = sp["id"].as_str().unwrap();
    let on = |verb: &str, group: &str, member: &str| {
        cli.run(["ad", "group", "member", verb, "-g", group, "--member-id", member])
    };
    assert_eq!(on("add", "outer", &inner).text(), "");
    assert_eq!(on("add", &inner, &me).text(), "");
    let app = made["appId"].as_str().unwrap();
    for verb in ["add", "remove"] {
        let said = on(verb, "inner", app).failed(3);
        assert!(
            said.contains("--member-id takes an object id")
                && said.contains(&format!("`doorward ad sp show --id {app} --query id -o tsv`")),
            "{said}"
        );
    }
    assert_eq!(on("add", "inner", sp).text(), "");
    let said = on("add", "inner", sp).failed(1);
    assert!(
        said.starts_with("ERROR: (Request_BadRequest) One or more added object references already exist"),
        "{said}"
    );
    on("add", "inner", &inner).failed(1);
    on("add", "inner", made["appId"].as_str().unwrap()).failed(3);

    assert_eq!(
        cli.ids(["ad", "group", "member", "list", "-g", "outer"]),
        std::slice::from_ref(&inner)
    );
    let mut both = vec![me.clone(), sp.to_owned()];
    both.sort();
    assert_eq!(cli.ids(["ad", "group", "member", "list", "-g", "inner"]), both);
    let table = cli
        .run(["ad", "group", "member", "list", "-g", "inner", "-o", "table"])
        .text();
    assert!(
        table.starts_with("Type") && table.contains("#microsoft.graph.servicePrincipal"),
        "{table}"
    );
    // Through the inner group as well.
    assert_eq!(on("check", "outer", sp).json(), json!({"value": true}));
    assert_eq!(on("check", "inner", &outer).json(), json!({"value": false}));
    let above = |flags: &[&str]| {
        cli.run(
            ["ad", "group", "get-member-groups", "-g", "inner"]
                .iter()
                .chain(flags)
                .copied(),
        )
        .json()
    };
    assert_eq!(above(&[]), json!([outer]));
    assert_eq!(above(&["--security-enabled-only"]), json!([outer]));

    assert_eq!(on("remove", "inner", sp).text(), "");
    on("remove", "inner", sp).failed(3);
    assert_eq!(on("check", "outer", sp).json(), json!({"value": false}));
    assert_eq!(on("check", "outer", &me).json(), json!({"value": true}));
}

#[test]
fn a_member_of_the_tenant_owns_what_they_make() {
    let (cli, domain) = (Cli::admin(), SERVER.env["DOORWARD_TENANT_DOMAIN"].as_str());
    let upn = format!("gina@{domain}");
    let password = "a-long-pass-phrase-9";
    let create = [
        "ad",
        "user",
        "create",
        "--display-name",
        "Gina",
        "--user-principal-name",
        &upn,
        "--password",
        "-",
    ];
    let made = cli.feed(create, password).json();
    let gina = Cli::at_server();
    gina.feed(["login", "-u", &upn, "-p", "-"], password).text();
    gina.group("gina's", "g");
    let owners = || cli.ids(["ad", "group", "owner", "list", "-g", "gina's"]);
    let her = made["id"].as_str().unwrap().to_owned();
    assert_eq!(owners(), std::slice::from_ref(&her));

    let me = cli.me();
    let on = |cli: &Cli, verb: &str, owner: &str| {
        cli.run([
            "ad",
            "group",
            "owner",
            verb,
            "--group",
            "gina's",
            "--owner-object-id",
            owner,
        ])
    };
    assert_eq!(on(&gina, "add", &me).text(), "");
    assert_eq!(on(&gina, "add", &me).text(), "", "a second time is no failure");
    let mut both = vec![me.clone(), her.clone()];
    both.sort();
    assert_eq!(owners(), both);
    assert_eq!(on(&cli, "remove", &her).text(), "");
    let said = on(&gina, "remove", &me).failed(1);
    assert!(
        said.starts_with("ERROR: (Authorization_RequestDenied) Insufficient privileges"),
        "{said}"
    );
    let said = on(&cli, "remove", &me).failed(1);
    assert!(said.contains("must have at least one owner"), "{said}");
    gina.run(["ad", "group", "delete", "-g", "gina's"]).failed(1);
    cli.run(["ad", "group", "delete", "-g", "gina's"]).text();
}
