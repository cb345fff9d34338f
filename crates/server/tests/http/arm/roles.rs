//! Which role allows what where: a golden table over real requests.

use super::ground::{
    AUTHORIZATION, Ground, WORKSPACES, assignment_body, cluster_body, deployment_body, guid, instance_body,
    role_body, said,
};
use crate::harness::{Caller, World};
use doorward_domain::rbac::{
    COMPUTE_OPERATOR, CONTRIBUTOR, DATA_SCIENTIST, OWNER, READER, USER_ACCESS_ADMINISTRATOR,
};
use doorward_names::RoleDefinitionId;
use serde_json::{Value, json};
use std::fmt::Write as _;

const ML: &str = "Microsoft.MachineLearningServices/workspaces";

/// What is tried, in this order: what destroys comes last.
const PROBES: [&str; 17] = [
    "read the group",
    "read the workspace",
    "list the workspace's keys",
    "write the workspace",
    "write the group",
    "write tags",
    "deploy",
    "give a role",
    "make a role",
    "create a compute",
    "read a compute",
    "stop a compute",
    "start a compute",
    "use a compute",
    "delete a compute",
    "delete the workspace",
    "delete the group",
];

/// A group of its own, in which one role is tried.
struct Try<'a> {
    ground: &'a Ground,
    caller: Caller,
    group: String,
    workspace: String,
}

impl<'a> Try<'a> {
    async fn of(ground: &'a Ground, number: usize) -> Self {
        let group = ground.group(&format!("g{number}")).await;
        let workspace = ground.workspace(&group, "ws1").await;
        ground
            .put(&format!("{workspace}/computes/comp1"), instance_body("Shared"))
            .await;
        Self {
            ground,
            caller: ground.tenant.user(&format!("u{number}"), &[]).await,
            group,
            workspace,
        }
    }

    /// `+` when it is allowed, `-` when it isn't.
    async fn probe(&self, what: &str) -> char {
        let (group, workspace) = (self.group.as_str(), self.workspace.as_str());
        let compute = format!("{workspace}/computes/comp1");
        let here = || Some(json!({"location": "westeurope"}));
        let (method, path, body): (_, _, Option<Value>) = match what {
            "read the group" => ("GET", group.to_owned(), None),
            "read the workspace" => ("GET", workspace.to_owned(), None),
            "list the workspace's keys" => ("POST", format!("{workspace}/listKeys"), None),
            "write the workspace" => ("PUT", workspace.to_owned(), here()),
            "write the group" => ("PUT", group.to_owned(), here()),
            "write tags" => {
                let body = json!({"operation": "Merge", "properties": {"tags": {"a": "b"}}});
                (
                    "PATCH",
                    format!("{workspace}/providers/Microsoft.Resources/tags/default"),
                    Some(body),
                )
            }
            "deploy" => (
                "PUT",
                format!("{group}/providers/Microsoft.Resources/deployments/d1"),
                Some(deployment_body()),
            ),
            "give a role" => {
                let body = assignment_body(READER, self.ground.owner.id);
                ("PUT", self.ground.assignment(workspace, &guid()), Some(body))
            }
            "make a role" => {
                let body = role_body(&guid(), json!([{"actions": ["*/read"]}]), &[workspace]);
                (
                    "PUT",
                    format!("{workspace}/{AUTHORIZATION}/roleDefinitions/{}", guid()),
                    Some(body),
                )
            }
            "create a compute" => ("PUT", format!("{workspace}/computes/comp2"), Some(cluster_body())),
            "read a compute" => ("GET", compute, None),
            "stop a compute" => ("POST", format!("{compute}/stop"), None),
            "start a compute" => ("POST", format!("{compute}/start"), None),
            "use a compute" => ("POST", format!("{compute}/applicationaccess"), None),
            "delete a compute" => {
                let query = "api-version=2022-04-01&underlyingResourceAction=Delete";
                ("DELETE", format!("{compute}?{query}"), None)
            }
            "delete the workspace" => ("DELETE", workspace.to_owned(), None),
            "delete the group" => ("DELETE", group.to_owned(), None),
            other => panic!("{other}"),
        };
        let answer = self.caller.arm(method, &path, body).await;
        match answer.status {
            200..300 => '+',
            403 => {
                assert_eq!(said(&answer), "403 AuthorizationFailed", "{what}");
                '-'
            }
            other => panic!("{what}: {other} {}", answer.text),
        }
    }
}

#[tokio::test]
async fn golden_role_by_action_by_scope() {
    let mut tables = Vec::new();
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let operator: RoleDefinitionId = "f1a07417-d97a-45cb-824c-7a7467783830".parse().unwrap();
        let scientist = json!([{"actions": ["*"], "notActions": [
            format!("{ML}/*/delete"), format!("{ML}/write"), format!("{ML}/computes/*/write"),
            format!("{ML}/computes/*/delete"), "Microsoft.Authorization/*/write",
        ]}]);
        let scientist = ground
            .role("Data Scientist Custom", scientist, &[&ground.at])
            .await;
        let automation = json!([{"actions": [
            format!("{ML}/read"), format!("{ML}/computes/read"), format!("{ML}/computes/write"),
            format!("{ML}/computes/delete"),
        ]}]);
        let automation = ground.role("Automation", automation, &[&ground.at]).await;
        let mut table = String::new();
        let mut number = 0;
        for (name, role) in [
            ("Owner", OWNER),
            ("Contributor", CONTRIBUTOR),
            ("Reader", READER),
            ("User Access Administrator", USER_ACCESS_ADMINISTRATOR),
            ("AzureML Data Scientist", DATA_SCIENTIST),
            ("AzureML Compute Operator", COMPUTE_OPERATOR),
            ("Managed Identity Operator", operator),
            ("a custom data scientist", scientist),
            ("an automation", automation),
        ] {
            let mut columns = Vec::new();
            for place in 0..3 {
                number += 1;
                let attempt = Try::of(&ground, number).await;
                let scope = [&ground.at, &attempt.group, &attempt.workspace][place];
                ground.tenant.assign(&attempt.caller, role, scope).await;
                let mut column = Vec::new();
                for what in PROBES {
                    // Over what isn't theirs, a role of elsewhere decides nothing.
                    column.push(attempt.probe(what).await);
                }
                columns.push(column);
            }
            let _ = writeln!(table, "{name}: subscription, group, workspace");
            for (row, what) in PROBES.iter().enumerate() {
                let signs: String = columns.iter().map(|column| column[row]).collect();
                let _ = writeln!(table, "    {what:<28}{signs}");
            }
        }
        tables.push(table);
    }
    insta::assert_snapshot!(crate::harness::agreed(tables));
}

/// A role in one group says nothing of the next, whose name begins alike.
#[tokio::test]
async fn a_role_is_worth_nothing_beside_its_scope() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let (one, ten) = (ground.group("rg1").await, ground.group("rg10").await);
        let bob = ground.tenant.user("bob", &[]).await;
        ground.tenant.assign(&bob, OWNER, &one).await;
        let workspace = format!("{ten}/{WORKSPACES}/ws1");
        for (method, path) in [
            ("GET", &ten),
            ("DELETE", &ten),
            ("PUT", &workspace),
            ("GET", &ground.at),
        ] {
            let body = (method == "PUT").then(|| json!({"location": "westeurope"}));
            let answer = bob.arm(method, path, body).await;
            // The subscription that it is in may be seen.
            let expected = if path == &ground.at {
                "200"
            } else {
                "403 AuthorizationFailed"
            };
            assert_eq!(said(&answer), expected, "{method} {path}");
        }
        assert_eq!(said(&bob.arm("GET", &one, None).await), "200");
    }
}
