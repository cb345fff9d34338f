//! A subscription with one of everything in it, for tests that go over all of it.

use super::subscription;
use crate::harness::{Answer, Caller, NOW, Tenancy, World, random};
use doorward_domain::rbac::{DenyAssignment, DenyPrincipal, OWNER, Permissions, PrincipalKind};
use doorward_names::{DenyAssignmentId, ObjectId, RoleAssignmentId, RoleDefinitionId, SubscriptionId};
use doorward_store::{self as store, QueryError};
use serde_json::{Value, json};
use std::fmt::Write as _;

pub const WORKSPACES: &str = "providers/Microsoft.MachineLearningServices/workspaces";
pub const AUTHORIZATION: &str = "providers/Microsoft.Authorization";
pub const MANAGEMENT: &str = "/providers/Microsoft.Management/managementGroups";

/// What nobody outside the tenant may read anywhere.
pub const HUSH: &str = "hush-hush";

pub fn guid() -> String {
    ObjectId::from_random(random()).to_string()
}

/// A tenant, its subscription, and an owner of everything in it.
pub struct Ground {
    pub tenant: Tenancy,
    pub owner: Caller,
    pub id: SubscriptionId,
    /// `/subscriptions/{id}`
    pub at: String,
}

/// Ids of what [`Ground::fill`] made.
pub struct Filled {
    pub group: String,
    pub workspace: String,
    pub instance: String,
    pub cluster: String,
    pub role: RoleDefinitionId,
    pub assignment: RoleAssignmentId,
    pub deny: DenyAssignmentId,
    pub management: String,
    pub deployment: String,
    /// Path of an operation's status, without a query.
    pub operation: String,
}

#[track_caller]
pub fn done(answer: &Answer) -> Value {
    assert!(
        (200..300).contains(&answer.status),
        "{} {}",
        answer.status,
        answer.text
    );
    if answer.text.is_empty() {
        return Value::Null;
    }
    answer.json()
}

/// Status and error code of an answer.
pub fn said(answer: &Answer) -> String {
    if answer.status < 400 {
        return answer.status.to_string();
    }
    let code = answer.json()["error"]["code"].as_str().unwrap().to_owned();
    format!("{} {code}", answer.status)
}

impl Ground {
    pub async fn of(world: &World) -> Self {
        let tenant = world.tenant().await;
        let id = subscription(&tenant).await.id;
        let owner = tenant.user("owner", &[]).await;
        tenant.assign(&owner, OWNER, "/").await;
        Self {
            at: format!("/subscriptions/{id}"),
            tenant,
            owner,
            id,
        }
    }

    pub async fn put(&self, path: &str, body: Value) -> Value {
        done(&self.owner.arm("PUT", path, Some(body)).await)
    }

    pub async fn group(&self, name: &str) -> String {
        let path = format!("{}/resourceGroups/{name}", self.at);
        self.put(&path, json!({"location": "westeurope"})).await;
        path
    }

    pub async fn workspace(&self, group: &str, name: &str) -> String {
        let path = format!("{group}/{WORKSPACES}/{name}");
        self.put(&path, json!({"location": "westeurope"})).await;
        path
    }

    /// A custom role.
    pub async fn role(&self, name: &str, permissions: Value, scopes: &[&str]) -> RoleDefinitionId {
        let id = RoleDefinitionId::from_random(random());
        let path = format!("{}/{AUTHORIZATION}/roleDefinitions/{id}", self.at);
        self.put(&path, role_body(name, permissions, scopes)).await;
        id
    }

    /// Puts a deny assignment into the store: the system alone makes them.
    pub async fn deny(
        &self,
        scope: &str,
        (principals, excluded): (Vec<DenyPrincipal>, Vec<ObjectId>),
        (actions, only_here): (&[&str], bool),
    ) -> DenyAssignmentId {
        let new = DenyAssignment {
            id: DenyAssignmentId::from_random(random()),
            name: guid(),
            description: HUSH.to_owned(),
            scope: scope.parse().unwrap(),
            only_here,
            permissions: vec![Permissions {
                actions: actions.iter().map(|text| text.parse().unwrap()).collect(),
                ..Permissions::default()
            }],
            principals,
            excluded,
            system_protected: true,
            created_at: NOW,
            updated_at: NOW,
        };
        let (tenant, id) = (self.tenant.id, new.id);
        let written = self.tenant.world.app.snapshots.write(move |tx| {
            store::deny_assignment::insert(tx, tenant, &new)?.unwrap();
            Ok::<_, QueryError>(())
        });
        written.await.unwrap();
        id
    }

    /// One of everything.
    pub async fn fill(&self) -> Filled {
        let group = self.group("real-rg").await;
        let hush = json!({"location": "westeurope", "tags": {"note": HUSH}});
        self.put(&group, hush.clone()).await;
        let workspace = format!("{group}/{WORKSPACES}/real-ws");
        let mut asked = hush;
        asked["properties"] = json!({"friendlyName": HUSH});
        self.put(&workspace, asked).await;
        let instance = format!("{workspace}/computes/real-ci");
        self.put(&instance, instance_body("Shared")).await;
        let cluster = format!("{workspace}/computes/real-cl");
        self.put(&cluster, cluster_body()).await;
        let started = self.owner.arm("POST", &format!("{instance}/stop"), None).await;
        assert_eq!(started.status, 202, "{}", started.text);
        let operation = started.header("azure-asyncoperation").unwrap();
        let operation = operation.split_once("/subscriptions").unwrap().1;
        let operation = format!("/subscriptions{}", operation.split('?').next().unwrap());
        let permissions = json!([{"actions": ["*/read"]}]);
        let role = self
            .role(&format!("{HUSH} {}", guid()), permissions, &[&self.at])
            .await;
        let someone = self.tenant.user("someone", &[]).await;
        let assignment = self.tenant.assign(&someone, role, &group).await;
        let nobody = DenyPrincipal::Principal(ObjectId::from_random(random()), PrincipalKind::User);
        let deny = self
            .deny(&group, (vec![nobody], vec![]), (&["Microsoft.X/*"], false))
            .await;
        let management = format!("{MANAGEMENT}/real-mg");
        self.put(&management, json!({"properties": {"displayName": HUSH}}))
            .await;
        let deployment = format!("{group}/providers/Microsoft.Resources/deployments/real-dep");
        self.put(&deployment, deployment_body()).await;
        Filled {
            group,
            workspace,
            instance,
            cluster,
            role,
            assignment,
            deny,
            management,
            deployment,
            operation,
        }
    }

    /// An assignment's path.
    pub fn assignment(&self, scope: &str, id: &str) -> String {
        format!(
            "{}/{AUTHORIZATION}/roleAssignments/{id}",
            scope.trim_end_matches('/')
        )
    }
}

pub fn role_body(name: &str, permissions: Value, scopes: &[&str]) -> Value {
    json!({"properties": {
        "roleName": name, "description": "for a test", "type": "CustomRole", "permissions": permissions,
        "assignableScopes": scopes,
    }})
}

pub fn assignment_body(role: RoleDefinitionId, principal: ObjectId) -> Value {
    json!({"properties": {
        "roleDefinitionId": format!("/{AUTHORIZATION}/roleDefinitions/{role}"), "principalId": principal,
    }})
}

pub fn instance_body(policy: &str) -> Value {
    json!({"location": "westeurope", "properties": {
        "computeType": "ComputeInstance",
        "properties": {"vmSize": "STANDARD_DS3_V2", "applicationSharingPolicy": policy},
    }})
}

pub fn cluster_body() -> Value {
    json!({"location": "westeurope", "properties": {
        "computeType": "AmlCompute",
        "properties": {"vmSize": "STANDARD_DS3_V2", "scaleSettings": {"minNodeCount": 0, "maxNodeCount": 4}},
    }})
}

pub fn deployment_body() -> Value {
    json!({"properties": {"mode": "Incremental", "template": {
        "$schema": "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0", "resources": [],
    }}})
}

/// A table of what was answered, with ids in it replaced by words.
pub struct Table {
    /// What it says.
    pub text: String,
    words: Vec<(String, String)>,
}

impl Table {
    pub fn of(ground: &Ground) -> Self {
        let words = [
            (ground.at.clone(), "{s}"),
            (ground.id.to_string(), "{id}"),
            (ground.tenant.id.to_string(), "{tenant}"),
        ];
        Self {
            text: String::new(),
            words: words.map(|(id, word)| (id, word.to_owned())).to_vec(),
        }
    }

    pub fn name(&mut self, id: impl ToString, word: &str) {
        self.words.push((id.to_string(), word.to_owned()));
        self.words
            .push((id.to_string().replace('-', ""), format!("{word} without dashes")));
    }

    pub fn row(&mut self, what: &str, answer: &Answer) {
        let error = match answer.text.is_empty() {
            true => Value::Null,
            false => answer.json()["error"].clone(),
        };
        let mut line = match error.is_null() {
            true => answer.status.to_string(),
            false => {
                let text = |name: &str| error[name].as_str().unwrap().to_owned();
                format!("{} {}: {}", answer.status, text("code"), text("message"))
            }
        };
        for (id, word) in &self.words {
            line = line.replace(id, word);
        }
        let shown: String = line.chars().take(420).collect();
        let _ = writeln!(self.text, "{what:<46}{shown}");
    }
}
