//! Resource groups, providers and subscriptions through the command line.

use crate::run::{Cli, SERVER};
use serde_json::{Value, json};

fn subscription() -> &'static str {
    &SERVER.env["DOORWARD_SUBSCRIPTION_ID"]
}

#[test]
fn groups_come_and_go() {
    let cli = Cli::admin();
    let made = cli
        .run([
            "group",
            "create",
            "-n",
            "come-rg",
            "-l",
            "westeurope",
            "--tags",
            "team=come and go",
            "kept",
        ])
        .json();
    let expected = json!({
        "id": format!("/subscriptions/{}/resourceGroups/come-rg", subscription()),
        "location": "westeurope", "managedBy": null, "name": "come-rg",
        "properties": { "provisioningState": "Succeeded" },
        "tags": { "team": "come and go", "kept": "" }, "type": "Microsoft.Resources/resourceGroups",
    });
    assert_eq!(made, expected);
    assert_eq!(cli.say("group show -g COME-RG").json(), expected);
    let listed = cli
        .run(["group", "list", "--tag", "team=come and go", "-o", "table"])
        .text();
    assert_eq!(
        listed,
        "Name     Location    Status\n-------  ----------  ---------\ncome-rg  westeurope  Succeeded\n"
    );
    assert_eq!(
        cli.run(["group", "list", "--tag", "team=other"]).json(),
        json!([])
    );
    let bare = cli.run(["group", "update", "-n", "come-rg", "--tags", ""]).json();
    assert_eq!(bare["tags"], json!({}));
    let asked = cli.say("group delete -n come-rg").failed(2);
    assert!(
        asked.contains("no tty available") && asked.contains("--yes"),
        "{asked}"
    );
    assert_eq!(cli.say("group exists -n come-rg").text(), "true\n");
    assert_eq!(cli.say("group delete -n come-rg --yes").text(), "");
    assert_eq!(cli.say("group exists -n come-rg").text(), "false\n");
    let gone = cli.say("group show -n come-rg").failed(3);
    assert!(
        gone.starts_with("ERROR: (ResourceGroupNotFound) ") && gone.contains("doorward group list"),
        "{gone}"
    );
    assert!(
        cli.say("group create -n a/b -l westeurope")
            .failed(2)
            .contains("resource group name")
    );
}

#[test]
fn providers_and_places_are_listed() {
    let cli = Cli::admin();
    let namespaces = cli.say("provider list --query [].namespace").json();
    assert!(
        namespaces
            .as_array()
            .unwrap()
            .contains(&json!("Microsoft.MachineLearningServices")),
        "{namespaces}"
    );
    let registered = || {
        let shown = cli.say("provider show -n microsoft.containerregistry --query registrationState");
        shown.json() == "Registered"
    };
    assert_eq!(
        cli.say("provider unregister -n Microsoft.ContainerRegistry")
            .text(),
        ""
    );
    assert!(!registered());
    assert_eq!(
        cli.say("provider register --namespace Microsoft.ContainerRegistry")
            .text(),
        ""
    );
    assert!(registered());
    let table = cli
        .say("provider operation show -n Microsoft.MachineLearningServices -o table")
        .text();
    assert!(table.starts_with("Operation "), "{table}");
    assert!(
        table.contains("\nMicrosoft.MachineLearningServices/workspaces/delete "),
        "{table}"
    );
    let all = cli.say("provider operation list --query [].name").json();
    assert!(
        all.as_array()
            .unwrap()
            .contains(&json!("Microsoft.Authorization"))
    );
    cli.say("provider show -n Microsoft.Nothing").failed(3);
    let places = cli
        .say("account list-locations --query [?name=='westeurope'].displayName")
        .json();
    assert_eq!(places, json!(["West Europe"]));
}

#[test]
fn who_has_no_role_sees_no_subscription_until_they_have_one() {
    let admin = Cli::admin();
    let made = admin.say("ad sp create-for-rbac -n sees-none").json();
    let id = made["appId"].as_str().unwrap();
    let password = made["password"].as_str().unwrap();
    let cli = Cli::at_server();
    let login = format!(
        "login --service-principal -u {id} -p {password} -t {}",
        SERVER.env["DOORWARD_TENANT_ID"]
    );
    let done = cli.say(&login);
    let account = &done.json()[0];
    assert_eq!(account["name"], "N/A(tenant level account)");
    assert_eq!(account["id"], SERVER.env["DOORWARD_TENANT_ID"].as_str());
    assert!(
        done.err().contains("No subscriptions found for") && done.err().contains("--refresh"),
        "{}",
        done.err()
    );
    assert_eq!(cli.say(&format!("{login} --allow-no-subscriptions")).err(), "");
    let said = cli.say("group list").failed(1);
    assert!(
        said.contains("No subscription is known") && said.contains("account list --refresh"),
        "{said}"
    );
    admin.say("group create -n sees-rg -l westeurope").text();
    admin
        .say(&format!(
            "role assignment create --assignee {id} --role Reader -g sees-rg"
        ))
        .text();
    let listed = cli.say("account list --refresh").json();
    assert_eq!(
        (&listed[0]["id"], &listed[0]["isDefault"]),
        (&json!(subscription()), &json!(true))
    );
    assert_eq!(cli.say("group list --query [].name").json(), json!(["sees-rg"]));
    let refused = cli
        .run(["group", "update", "-n", "sees-rg", "--tags", "a=b"])
        .failed(1);
    let scope = format!("/subscriptions/{}/resourceGroups/sees-rg", subscription());
    let expected = format!(
        "ERROR: (AuthorizationFailed) The client '{id}' with object id '{}' does not have authorization to perform action \
         'Microsoft.Resources/subscriptions/resourceGroups/write' over scope '{scope}' or the scope is invalid. If access \
         was recently granted, please refresh your credentials.\n",
        object_id(&admin, id)
    );
    assert!(refused.starts_with(&expected), "{refused}");
    assert!(
        refused.contains(&format!(
            "doorward role explain --assignee {}",
            object_id(&admin, id)
        )),
        "{refused}"
    );
    admin.say("group delete -n sees-rg -y").text();
}

/// The object id of a service principal.
pub fn object_id(cli: &Cli, app_id: &str) -> String {
    let shown = cli
        .run(["ad", "sp", "show", "--id", app_id, "--query", "id"])
        .json();
    shown.as_str().unwrap().to_owned()
}

/// Where the sample workspace is.
pub fn sample() -> String {
    format!(
        "/subscriptions/{}/resourceGroups/ml-rg/providers/Microsoft.MachineLearningServices/workspaces/ml-example",
        subscription()
    )
}

/// Values of a key in a list.
pub fn all<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    let items = list.as_array().unwrap().iter();
    items.map(|item| item[key].as_str().unwrap_or_default()).collect()
}
