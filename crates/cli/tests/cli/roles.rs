//! Roles over resources through the command line: definitions, assignments, explanations, management groups.

use crate::resources::{all, object_id, sample};
use crate::run::{Cli, SERVER};
use serde_json::{Value, json};

fn subscription() -> String {
    format!("/subscriptions/{}", SERVER.env["DOORWARD_SUBSCRIPTION_ID"])
}

fn file(cli: &Cli, name: &str, content: &Value) -> String {
    let path = cli.directory.path().join(name);
    std::fs::write(&path, content.to_string()).unwrap();
    path.display().to_string()
}

#[test]
fn a_role_of_the_tenant_s_own_comes_and_goes() {
    let cli = Cli::admin();
    let written = json!({
        "Name": "Runs but never deletes", "IsCustom": true, "Description": "For data scientists.",
        "Actions": ["*"], "NotActions": ["Microsoft.MachineLearningServices/workspaces/*/delete"],
        "AssignableScopes": [subscription()],
    });
    let path = file(&cli, "role.json", &written);
    let create = ["role", "definition", "create", "--role-definition"];
    let made = cli.run(create.into_iter().chain([path.as_str()])).json();
    assert_eq!(
        (&made["roleName"], &made["roleType"], &made["assignableScopes"]),
        (
            &json!("Runs but never deletes"),
            &json!("CustomRole"),
            &json!([subscription()])
        )
    );
    assert_eq!(
        made["permissions"],
        json!([{
            "actions": ["*"], "notActions": ["Microsoft.MachineLearningServices/workspaces/*/delete"],
            "dataActions": [], "notDataActions": [], "condition": null, "conditionVersion": null,
        }])
    );
    let again = cli
        .run(create.into_iter().chain([written.to_string().as_str()]))
        .failed(1);
    assert!(again.contains("(RoleDefinitionWithSameNameExists)"), "{again}");
    let named = |name: &str| cli.run(["role", "definition", "list", "--name", name]).json();
    assert_eq!(named("runs BUT never deletes")[0], made);
    assert_eq!(named(made["name"].as_str().unwrap())[0], made);
    let listed = cli
        .say("role definition list --custom-role-only --query [].roleType")
        .json();
    let listed = listed.as_array().unwrap();
    assert!(!listed.is_empty() && listed.iter().all(|kind| kind == "CustomRole"));

    // What was printed can be changed and given back.
    let mut changed = made.clone();
    changed["description"] = json!("For all.");
    changed["permissions"][0]["actions"] = json!(["*/read"]);
    let path = file(&cli, "changed.json", &changed);
    let given = format!("@{path}");
    let update = cli
        .run(["role", "definition", "update", "--role-definition", &given])
        .json();
    assert_eq!(
        (&update["name"], &update["description"], &update["permissions"]),
        (&made["name"], &changed["description"], &changed["permissions"])
    );

    let id = made["id"].as_str().unwrap();
    let shown = cli
        .run(["role", "definition", "show", "--id", id, "-o", "table"])
        .text();
    assert!(
        shown.contains("Runs but never deletes  CustomRole  For all."),
        "{shown}"
    );
    let delete = ["role", "definition", "delete", "-n", "Runs but never deletes"];
    assert_eq!(cli.run(delete).text(), "");
    assert!(
        cli.run(delete)
            .failed(3)
            .contains("Role 'Runs but never deletes' doesn't exist.")
    );
    cli.say("role definition delete -n Reader").failed(1);
    assert!(
        cli.say("role definition create --role-definition [1]")
            .failed(2)
            .contains("dictionary")
    );
    let shape = cli.run(create.into_iter().chain(["{}"])).failed(2);
    assert!(shape.contains(r#""AssignableScopes": ["#), "{shape}");
    // One that can be assigned in a group alone is found from the subscription as well.
    let mut narrow = written;
    narrow["AssignableScopes"] = json!([format!("{}/resourceGroups/ml-rg", subscription())]);
    cli.run(create.into_iter().chain([narrow.to_string().as_str()]))
        .json();
    assert_eq!(
        named("Runs but never deletes")[0]["assignableScopes"],
        narrow["AssignableScopes"]
    );
    let me = cli.run(["ad", "signed-in-user", "show"]).json();
    let me = me["userPrincipalName"].as_str().unwrap();
    let given = cli
        .run([
            "role",
            "assignment",
            "create",
            "--assignee",
            me,
            "--role",
            "Runs but never deletes",
            "-g",
            "ml-rg",
        ])
        .json();
    assert_eq!(given["roleDefinitionName"], json!("Runs but never deletes"));
    assert!(
        cli.say("role assignment list --all -o table")
            .text()
            .contains("Runs but never deletes")
    );
    narrow["Actions"] = json!(["Microsoft.MachineLearningServices/workspaces/deletee"]);
    narrow["Name"] = json!("Misspelt");
    let misspelt = cli
        .run(create.into_iter().chain([narrow.to_string().as_str()]))
        .failed(1);
    assert!(
        misspelt.contains("(InvalidActionOrNotAction) 'Microsoft.MachineLearningServices/workspaces/deletee' does not match any"),
        "{misspelt}"
    );
}

#[test]
fn roles_are_given_listed_and_taken_back() {
    let cli = Cli::admin();
    let made = cli.say("ad sp create-for-rbac -n given-roles").json();
    let id = made["appId"].as_str().unwrap();
    let object = object_id(&cli, id);
    cli.say("group create -n given-rg -l westeurope").text();
    let scope = format!("{}/resourceGroups/given-rg", subscription());
    let create = format!("role assignment create --assignee {id} --role contributor --scope {scope}");
    let given = cli.say(&create).json();
    assert_eq!(
        (&given["principalId"], &given["principalType"], &given["scope"]),
        (&json!(object), &json!("ServicePrincipal"), &json!(scope))
    );
    // That they have it already is as good.
    let again = cli.say(&create).json();
    assert_eq!(
        (
            &again["name"],
            &again["roleDefinitionName"],
            &again["principalName"]
        ),
        (&given["name"], &json!("Contributor"), &json!(id))
    );

    let listed = |line: &str| cli.say(&format!("role assignment list {line}")).json();
    assert_eq!(listed(&format!("--assignee {id}")), json!([]));
    let everywhere = listed(&format!("--all --assignee {id}"));
    assert_eq!(all(&everywhere, "name"), [given["name"].as_str().unwrap()]);
    assert_eq!(all(&listed("-g given-rg"), "principalName"), [id]);
    let inherited = listed("-g given-rg --include-inherited");
    let owner = SERVER.env["DOORWARD_ADMIN_UPN"].as_str();
    assert!(all(&inherited, "principalName").contains(&owner), "{inherited}");
    assert!(all(&inherited, "principalName").contains(&id), "{inherited}");
    assert_eq!(listed("-g given-rg --role Reader"), json!([]));
    assert_eq!(
        all(
            &listed("-g given-rg --role b24988ac-6180-42a0-ab88-20f7382dd24c"),
            "principalName"
        ),
        [id]
    );
    let bare = listed("-g given-rg --fill-principal-name false --fill-role-definition-name false");
    assert!(
        bare[0].get("principalName").is_none() && bare[0].get("roleDefinitionName").is_none(),
        "{bare}"
    );
    let table = cli.say("role assignment list -g given-rg -o table").text();
    assert!(
        table.contains(&format!("{id}  Contributor  {scope}\n")),
        "{table}"
    );

    let delete = format!("role assignment delete --assignee {id} --scope {scope}");
    assert_eq!(cli.say(&format!("{delete} --role Reader")).code(), 3);
    assert_eq!(cli.say(&format!("{delete} --role Contributor")).text(), "");
    assert!(
        cli.say(&delete)
            .failed(3)
            .contains("No matched assignments were found to delete")
    );
    let named = "8f6b7a52-6c6e-4a2b-9f6b-0d2b3a4c5d6e";
    let second = cli
        .say(&format!(
            "role assignment create --assignee-object-id {object} --assignee-principal-type serviceprincipal --role Reader -g given-rg --name {named}"
        ))
        .json();
    assert_eq!(second["name"], named);
    assert_eq!(
        cli.run([
            "role",
            "assignment",
            "delete",
            "--ids",
            second["id"].as_str().unwrap()
        ])
        .text(),
        ""
    );
    assert_eq!(listed("-g given-rg"), json!([]));
    for (line, code, said) in [
        (
            "--assignee nobody@doorward.test --role Reader -g given-rg",
            3,
            "Cannot find user or service principal",
        ),
        ("--assignee-object-id x --role Reader -g given-rg", 2, "object id"),
        (
            &format!("--assignee {id} --role Emperor -g given-rg"),
            3,
            "Role 'Emperor' doesn't exist.",
        ),
        (&format!("--assignee {id} --role Reader --scope ml"), 2, "scope"),
        (&format!("--assignee {id} --role Reader"), 2, "--scope"),
        (
            &format!("--assignee {id} --assignee-object-id {object} --role Reader -g given-rg"),
            2,
            "cannot be used with",
        ),
        (
            "--assignee-object-id 11111111-2222-4333-8444-555555555555 --role Reader -g given-rg",
            1,
            "(PrincipalNotFound)",
        ),
    ] {
        let refused = cli.say(&format!("role assignment create {line}")).failed(code);
        assert!(refused.contains(said), "{line}: {refused}");
    }
    cli.say("role assignment delete").failed(2);
    cli.say("role assignment delete --ids /subscriptions/x").failed(2);
    cli.say("group delete -n given-rg -y").text();
}

#[test]
fn groups_and_people_have_roles_too() {
    let cli = Cli::admin();
    let domain = &SERVER.env["DOORWARD_TENANT_DOMAIN"];
    let upn = format!("roles-carla@{domain}");
    let create = [
        "ad",
        "user",
        "create",
        "--display-name",
        "Carla",
        "--user-principal-name",
        &upn,
        "--password",
        "-",
    ];
    let carla = cli.feed(create, "a-long-pass-phrase-7").json();
    let carla = carla["id"].as_str().unwrap();
    let group = cli
        .say("ad group create --display-name role-readers --mail-nickname role-readers")
        .json();
    let group = group["id"].as_str().unwrap();
    cli.say(&format!("ad group member add -g {group} --member-id {carla}"))
        .text();
    cli.say("group create -n people-rg -l westeurope").text();
    for (who, said) in [
        (
            "role-readers",
            "`doorward ad group show -g role-readers --query id -o tsv`",
        ),
        ("role-nobody", "`doorward ad sp list --display-name role-nobody`"),
    ] {
        let unknown = cli
            .say(&format!(
                "role assignment create --assignee {who} --role Reader -g people-rg"
            ))
            .failed(3);
        assert!(
            unknown.contains("Cannot find user or service principal") && unknown.contains(said),
            "{unknown}"
        );
    }
    let given = cli
        .say(&format!(
            "role assignment create --assignee {group} --role Reader -g people-rg"
        ))
        .json();
    assert_eq!(given["principalType"], "Group");
    let given = cli
        .say(&format!(
            "role assignment create --assignee {upn} --role Contributor -g people-rg"
        ))
        .json();
    assert_eq!(
        (&given["principalType"], &given["principalId"]),
        (&json!("User"), &json!(carla))
    );
    let names = |line: &str| {
        let listed = cli
            .say(&format!(
                "role assignment list -g people-rg --assignee {upn} {line}"
            ))
            .json();
        let mut names: Vec<String> = all(&listed, "principalName")
            .into_iter()
            .map(str::to_owned)
            .collect();
        names.sort_unstable();
        names
    };
    assert_eq!(names(""), [upn.as_str()]);
    assert_eq!(names("--include-groups"), ["role-readers", upn.as_str()]);
    let scope = format!("{}/resourceGroups/people-rg", subscription());
    let explained = cli
        .say(&format!(
            "role explain --assignee {carla} --action Microsoft.Resources/subscriptions/resourceGroups/read --scope {scope}"
        ))
        .json();
    assert_eq!(explained["allowed"], json!(true), "{explained}");
    cli.say("group delete -n people-rg -y").text();
}

#[test]
fn why_somebody_may_not_is_explained_with_what_helps() {
    let cli = Cli::admin();
    let made = cli.say("ad sp create-for-rbac -n explained").json();
    let id = made["appId"].as_str().unwrap();
    let ask = |action: &str, more: &str| {
        cli.say(&format!(
            "role explain --assignee {id} --action {action} --scope {} {more}",
            sample()
        ))
    };
    let delete = "Microsoft.MachineLearningServices/workspaces/delete";
    let no = ask(delete, "").json();
    assert_eq!(no["allowed"], json!(false));
    let cures = no["cures"].as_array().unwrap();
    let allows: Vec<u64> = cures.iter().filter_map(|cure| cure["allows"].as_u64()).collect();
    assert!(!allows.is_empty() && allows.is_sorted(), "{no}");
    // The cure that is named first is one.
    let command = cures[0]["command"].as_str().unwrap().replace('"', "'");
    let words = std::process::Command::new("sh")
        .args([
            "-c",
            &format!(
                "printf '%s\\n' {}",
                command
                    .strip_prefix(&format!("{} ", env!("CARGO_BIN_EXE_doorward")))
                    .unwrap()
            ),
        ])
        .output()
        .unwrap();
    let words = String::from_utf8(words.stdout).unwrap();
    let table = ask(delete, "-o table").text();
    let lines: Vec<&str> = table.lines().collect();
    assert!(
        lines[0].starts_with("No: ") && lines[1].is_empty() && lines[2].starts_with("WouldHelp "),
        "{table}"
    );
    assert_eq!(lines.len(), 4 + cures.len(), "{table}");
    assert!(
        lines[4].starts_with(cures[0]["roleName"].as_str().unwrap())
            && lines[4].ends_with(cures[0]["command"].as_str().unwrap()),
        "{table}"
    );
    cli.run(words.lines()).text();
    let table = ask(delete, "-o table").text();
    assert!(
        table.starts_with("Yes: the role") && table.lines().count() == 1,
        "{table}"
    );
    assert!(ask("nonsense", "").code() != 0);
    cli.say("role explain --assignee x --action y").failed(2);
    // Somebody who may not look into the directory asks by the same id.
    let password = made["password"].as_str().unwrap();
    cli.say("logout").text();
    cli.say(&format!(
        "login --service-principal -u {id} -p {password} -t {}",
        made["tenant"].as_str().unwrap()
    ))
    .text();
    assert_eq!(ask(delete, "").json()["allowed"], json!(true));
    let refused = cli.say("group exists -n nobody-here").failed(1);
    assert!(
        refused.contains("resourceGroups/read") && refused.contains("role explain --assignee"),
        "{refused}"
    );
    let refused = cli
        .say("ml workspace share -w ml-example -g ml-rg --user a@b.c --role Reader")
        .failed(1);
    assert!(
        refused.contains("name them by their object id") && !refused.contains("--assignee"),
        "{refused}"
    );
}

#[test]
fn create_for_rbac_gives_a_role_or_makes_nothing() {
    let cli = Cli::admin();
    cli.say("group create -n rbac-rg -l westeurope").text();
    let scope = format!("{}/resourceGroups/rbac-rg", subscription());
    let done = cli.say(&format!(
        "ad sp create-for-rbac -n rbac-role --role reader --scopes {scope} {} --sdk-auth",
        sample()
    ));
    let made = done.json();
    assert_eq!(
        made["subscriptionId"],
        SERVER.env["DOORWARD_SUBSCRIPTION_ID"].as_str()
    );
    assert!(
        done.err().contains(&format!(
            "Creating 'reader' role assignment under scope '{scope}'"
        )),
        "{}",
        done.err()
    );
    let listed = cli
        .say(&format!(
            "role assignment list --all --assignee {} --query [].roleDefinitionName",
            made["clientId"].as_str().unwrap()
        ))
        .json();
    assert_eq!(listed, json!(["Reader", "Reader"]));

    let elsewhere = "/subscriptions/11111111-2222-4333-8444-555555555555";
    let refused = cli
        .say(&format!(
            "ad sp create-for-rbac -n rbac-nothing --role reader --scopes {scope} {elsewhere}"
        ))
        .failed(3);
    assert!(
        refused.contains("ERROR: nothing was made: (SubscriptionNotFound)"),
        "{refused}"
    );
    assert_eq!(
        cli.say("ad app list --display-name rbac-nothing").json(),
        json!([])
    );
    let left = cli.say("role assignment list -g rbac-rg").json();
    assert_eq!(
        all(&left, "principalName"),
        [made["clientId"].as_str().unwrap()],
        "{left}"
    );
    cli.say("group delete -n rbac-rg -y").text();
}

#[test]
fn management_groups_stand_above_subscriptions() {
    let cli = Cli::admin();
    let upn = &SERVER.env["DOORWARD_ADMIN_UPN"];
    let refused = cli.say("account management-group create -n mg-refused").failed(1);
    assert!(
        refused.contains("(AuthorizationFailed)") && refused.contains("doorward role elevate-access"),
        "{refused}"
    );
    assert_eq!(cli.say("role elevate-access").text(), "");
    cli.say(&format!(
        "role assignment create --assignee {upn} --role Owner --scope /"
    ))
    .text();
    let made = cli
        .run([
            "account",
            "management-group",
            "create",
            "-n",
            "mg-one",
            "-d",
            "One",
        ])
        .json();
    assert_eq!(
        (&made["name"], &made["displayName"], &made["tenantId"]),
        (
            &json!("mg-one"),
            &json!("One"),
            &json!(SERVER.env["DOORWARD_TENANT_ID"])
        )
    );
    cli.say("account management-group create -n mg-two --parent mg-one")
        .text();
    let children = cli.say("account management-group show -n mg-one -e --query children[].name");
    assert_eq!(children.json(), json!(["mg-two"]));
    let id = SERVER.env["DOORWARD_SUBSCRIPTION_ID"].as_str();
    let placed = |word: &str, name: &str| {
        cli.say(&format!(
            "account management-group subscription {word} -n mg-two -s {name}"
        ))
        .text()
    };
    assert_eq!(placed("add", id), "");
    let children = cli.say("account management-group show -n mg-two -e --query children[].name");
    assert_eq!(children.json(), json!([id]));
    // What is given there holds below.
    let sp = cli.say("ad sp create-for-rbac -n below-mg").json();
    let sp = sp["appId"].as_str().unwrap();
    let scope = "/providers/Microsoft.Management/managementGroups/mg-one";
    cli.say(&format!(
        "role assignment create --assignee {sp} --role Reader --scope {scope}"
    ))
    .text();
    let explained = cli
        .say(&format!(
            "role explain --assignee {sp} --action Microsoft.MachineLearningServices/workspaces/read --scope {}",
            sample()
        ))
        .json();
    assert_eq!(
        (&explained["allowed"], &explained["scope"]),
        (&json!(true), &json!(scope))
    );
    assert_eq!(placed("remove", id), "");
    let renamed = cli
        .run([
            "account",
            "management-group",
            "update",
            "-n",
            "mg-two",
            "-d",
            "Two",
        ])
        .json();
    assert_eq!(renamed["displayName"], "Two");
    let full = cli.say("account management-group delete -n mg-one").code();
    assert_ne!(full, 0);
    cli.say("account management-group delete -n mg-two").text();
    cli.say("account management-group delete -n mg-one").text();
    let names = cli.say("account management-group list --query [].name").json();
    assert!(!names.as_array().unwrap().contains(&json!("mg-one")), "{names}");
    // As it was before.
    for role in ["Owner", "User Access Administrator"] {
        cli.run([
            "role",
            "assignment",
            "delete",
            "--assignee",
            upn,
            "--role",
            role,
            "--scope",
            "/",
        ])
        .text();
    }
}
