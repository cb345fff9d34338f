//! Workspaces and computes through the command line.

use crate::resources::{object_id, sample};
use crate::run::{Cli, SERVER};
use serde_json::{Value, json};

const SAMPLE: &str = "-w ml-example -g ml-rg";

#[test]
fn a_workspace_is_shared_as_the_page_has_it() {
    let admin = Cli::admin();
    let made = admin.say("ad sp create-for-rbac -n shared-with").json();
    let id = object_id(&admin, made["appId"].as_str().unwrap());
    let mut line =
        "ml workspace share -w ml-example -g ml-rg --user OBJECT_ID --role owner".replace("OBJECT_ID", &id);
    let done = admin.say(&line);
    assert_eq!((done.text().as_str(), done.err().as_str()), ("", ""));
    // Once more does no harm, by whatever name.
    line = line.replace(&id, made["appId"].as_str().unwrap());
    assert_eq!(admin.say(&line).text(), "");
    let cli = Cli::principal(&made);
    let shown = cli.say(&format!("ml workspace show {SAMPLE}")).json();
    assert_eq!((&shown["id"], &shown["sku"]), (&json!(sample()), &json!("Basic")));
    let by_name = cli.say("ml workspace show --name ml-example --resource-group ml-rg");
    assert_eq!(by_name.json(), shown);
    let listed = cli.say("ml workspace list --query [].workspaceName").json();
    assert_eq!(listed, json!(["ml-example"]));
    let unknown = admin
        .say("ml workspace share -w ml-example -g ml-rg --user nobody@doorward.test --role owner")
        .failed(3);
    assert!(
        unknown.contains("Cannot find user or service principal"),
        "{unknown}"
    );
    let unknown = admin
        .say(&format!("ml workspace share {SAMPLE} --user {id} --role emperor"))
        .failed(3);
    assert!(unknown.contains("Role 'emperor' doesn't exist."), "{unknown}");
    admin
        .say(&format!(
            "role assignment delete --assignee {id} --role owner --scope {}",
            sample()
        ))
        .text();
}

#[test]
fn a_reader_may_not_delete_and_is_told_in_azure_s_words() {
    let admin = Cli::admin();
    let made = admin
        .say(&format!(
            "ad sp create-for-rbac -n only-reads --role Reader --scopes {}",
            sample()
        ))
        .json();
    let id = made["appId"].as_str().unwrap();
    let refused = Cli::principal(&made)
        .say(&format!("ml workspace delete {SAMPLE} --yes"))
        .failed(1);
    let expected = format!(
        "ERROR: (AuthorizationFailed) The client '{id}' with object id '{}' does not have authorization to perform action \
         'Microsoft.MachineLearningServices/workspaces/delete' over scope '{}' or the scope is invalid. If access was \
         recently granted, please refresh your credentials.\n",
        object_id(&admin, id),
        sample()
    );
    assert!(refused.starts_with(&expected), "{refused}");
}

#[test]
fn a_workspace_is_made_with_what_it_needs_and_deleted() {
    let cli = Cli::admin();
    let create = "ml workspace create -w cli-made -g cli-made-rg -l westeurope --tags by=test";
    let missing = cli.say(create).failed(3);
    assert!(missing.contains("(ResourceGroupNotFound)"), "{missing}");
    let made = cli.say(&format!("{create} --yes --friendly-name Made")).json();
    assert_eq!(
        (
            &made["name"],
            &made["resourceGroup"],
            &made["friendlyName"],
            &made["tags"]
        ),
        (
            &json!("cli-made"),
            &json!("cli-made-rg"),
            &json!("Made"),
            &json!({ "by": "test" })
        )
    );
    for need in ["storageAccount", "keyVault", "applicationInsights"] {
        let id = made[need].as_str().unwrap();
        assert!(
            id.contains("/resourceGroups/cli-made-rg/providers/Microsoft."),
            "{id}"
        );
    }
    assert_eq!(made["provisioningState"], "Succeeded");
    let again = cli.say(create).failed(1);
    assert!(
        again.contains("there is a workspace `cli-made` in the resource group cli-made-rg already"),
        "{again}"
    );
    let kept = cli.say(&format!("{create} --exist-ok")).json();
    assert_eq!(kept["workspaceid"], made["workspaceid"]);
    // Another one may use what the first one needed.
    let given = format!(
        "--storage-account {} --keyvault {} --application-insights {}",
        made["storageAccount"].as_str().unwrap(),
        made["keyVault"].as_str().unwrap(),
        made["applicationInsights"].as_str().unwrap()
    );
    let second = cli
        .say(&format!(
            "ml workspace create -w cli-second -g cli-made-rg {given}"
        ))
        .json();
    assert_eq!(
        (&second["storageAccount"], &second["location"]),
        (&made["storageAccount"], &json!("westeurope"))
    );
    let listed = cli
        .say("ml workspace list -g cli-made-rg --query sort([].workspaceName)")
        .json();
    assert_eq!(listed, json!(["cli-made", "cli-second"]));
    let which = "-w cli-made -g cli-made-rg";
    let asked = cli.say(&format!("ml workspace delete {which}")).failed(2);
    assert!(
        asked.contains("no tty available") && asked.contains("--yes"),
        "{asked}"
    );
    cli.say(&format!("ml workspace show {which}")).text();
    assert_eq!(cli.say(&format!("ml workspace delete {which} -y")).text(), "");
    cli.say(&format!("ml workspace show {which}")).failed(3);
    let location = cli
        .say("ml workspace create -w 1 -g cli-made-rg -l atlantis")
        .code();
    assert_ne!(location, 0);
    cli.say("group delete -n cli-made-rg -y").text();
}

#[test]
fn computes_come_and_go() {
    let cli = Cli::admin();
    let on = |words: &str| cli.say(&format!("ml compute {words} {SAMPLE}"));
    let made = on("create -n cli-instance --type computeinstance --size Standard_DS1_v2").json();
    assert_eq!(
        (
            &made["name"],
            &made["properties"]["computeType"],
            &made["location"]
        ),
        (
            &json!("cli-instance"),
            &json!("ComputeInstance"),
            &json!("westeurope")
        )
    );
    on("create -n cli-cluster --type AmlCompute --min-instances 1 --max-instances 4 --idle-time-before-scale-down 60")
        .text();
    let scale = on("show -n cli-cluster --query properties.properties.scaleSettings").json();
    assert_eq!(
        scale,
        json!({ "minNodeCount": 1, "maxNodeCount": 4, "nodeIdleTimeBeforeScaleDown": "PT60S" })
    );
    let state = || {
        on("show -n cli-instance --query properties.properties.state")
            .json()
            .as_str()
            .unwrap()
            .to_owned()
    };
    for (word, expected) in [("stop", "Stopped"), ("start", "Running"), ("restart", "Running")] {
        assert_eq!(on(&format!("{word} -n cli-instance")).text(), "");
        assert_eq!(state(), expected);
    }
    assert_eq!(
        on("application-access -n cli-instance").json()["name"],
        "cli-instance"
    );
    assert_eq!(on("list-keys -n cli-cluster").json()["computeType"], "AmlCompute");
    assert_eq!(on("list-nodes -n cli-cluster --query nodes").json(), json!([]));
    let table = on("list -o table").text();
    assert!(
        table.contains("\ncli-instance  ComputeInstance  STANDARD_DS1_V2  Running"),
        "{table}"
    );
    assert!(
        on("create -n cli-x --type AmlCompute --min-instances 2")
            .failed(2)
            .contains("--min-instances is more than --max-instances")
    );
    on("create -n cli-x --type Toaster").failed(2);
    // A second time, what is as it shall be will do; what is not isn't changed.
    let again = on("create -n cli-instance --type ComputeInstance --size standard_ds1_v2").json();
    assert_eq!(
        (&again["name"], &again["etag"]),
        (&made["name"], &on("show -n cli-instance").json()["etag"])
    );
    for words in [
        "create -n cli-instance --type ComputeInstance --size Standard_NC6s_v3",
        "create -n cli-instance --type AmlCompute --size Standard_DS1_v2",
        "create -n cli-instance --type ComputeInstance --size Standard_DS1_v2 --location northeurope",
        "create -n cli-cluster --type AmlCompute --min-instances 1 --max-instances 5 --idle-time-before-scale-down 60",
    ] {
        let other = on(words).failed(1);
        assert!(
            other.contains("in the workspace ml-example already")
                && other.contains(" -w ml-example -g ml-rg`")
                && other.contains("doorward ml compute delete -n cli-"),
            "{words}: {other}"
        );
    }
    let size = on("show -n cli-instance --query properties.properties.vmSize").json();
    assert_eq!(size, "STANDARD_DS1_V2");
    for name in ["cli-instance", "cli-cluster"] {
        let asked = on(&format!("delete -n {name}")).failed(2);
        assert!(asked.contains("no tty available"), "{asked}");
        on(&format!("show -n {name}")).text();
        assert_eq!(on(&format!("delete -n {name} --yes")).text(), "");
        on(&format!("show -n {name}")).failed(3);
    }
}

#[test]
fn a_workspace_is_changed_and_shows_its_keys() {
    let cli = Cli::admin();
    let update = [
        "ml",
        "workspace",
        "update",
        "-w",
        "ml-example",
        "-g",
        "ml-rg",
        "--image-build-compute",
        "builder",
        "--tags",
        "tried=yes",
    ];
    let changed = cli.run(update).json();
    assert_eq!(
        (&changed["imageBuildCompute"], &changed["tags"]),
        (&json!("builder"), &json!({ "tried": "yes" }))
    );
    assert!(
        cli.say(&format!("ml workspace update {SAMPLE}"))
            .failed(2)
            .contains("nothing to change")
    );
    let keys = cli.say(&format!("ml workspace list-keys {SAMPLE}")).json();
    assert!(
        keys["userStorageKey"].as_str().is_some_and(|key| key.len() > 20),
        "a key"
    );
    let gone = cli.say("ml workspace show -w nothing -g ml-rg").failed(3);
    assert!(
        gone.contains("there is no workspace `nothing`") && gone.contains("ml workspace list"),
        "{gone}"
    );
    cli.say("ml workspace show -w ml-example -g nothing").failed(3);
    cli.say("ml workspace show -w a/b -g ml-rg").failed(2);
}

#[test]
fn a_project_is_told_its_workspace() {
    let cli = Cli::admin();
    let project = cli.directory.path().join("project");
    std::fs::create_dir(&project).unwrap();
    let written = cli
        .say(&format!(
            "ml workspace write-config {SAMPLE} --path {}",
            project.display()
        ))
        .json();
    let file = project.join(".azureml/config.json");
    assert_eq!(written, json!({ "path": file }));
    let read: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(
        read,
        json!({
            "subscription_id": SERVER.env["DOORWARD_SUBSCRIPTION_ID"], "resource_group": "ml-rg",
            "workspace_name": "ml-example",
        })
    );
}
