//! What is written down: who did what where, by which right; who was refused what, and why; and what was used how often.

use super::ground::{
    AUTHORIZATION, Filled, Ground, MANAGEMENT, assignment_body, deployment_body, guid, said,
};
use crate::harness::{Answer, Caller, NOW, World};
use doorward_domain::audit::AuditRow;
use doorward_domain::directory::DirectoryRole;
use doorward_domain::rbac::{CONTRIBUTOR, READER};
use doorward_names::Duration;
use doorward_server::boot::write_uses;
use doorward_store::access_use::AccessUse;
use doorward_store::{self as store, audit::Between};
use serde_json::{Value, json};
use std::fmt::Write as _;

async fn rows(ground: &Ground) -> Vec<AuditRow> {
    let tenant = ground.tenant.id;
    let between = Between {
        since: NOW,
        until: NOW.plus(Duration::days(1)),
        actor: None,
        after: None,
        limit: 10_000,
    };
    let read = ground
        .tenant
        .world
        .app
        .store
        .read(move |view| store::audit::page_of_tenant(view, tenant, &between));
    read.await.unwrap().into_iter().map(|(_, row)| row).collect()
}

/// One call after another, each with the rows that it left.
struct Script<'a> {
    ground: &'a Ground,
    filled: Filled,
    names: Vec<(String, &'static str)>,
    seen: usize,
    text: String,
}

impl<'a> Script<'a> {
    async fn of(ground: &'a Ground) -> Self {
        let filled = ground.fill().await;
        let mut names = vec![(ground.at.clone(), "{s}"), (ground.id.to_string(), "{id}")];
        names.push((filled.role.to_string(), "{role}"));
        Self {
            ground,
            filled,
            names,
            seen: rows(ground).await.len(),
            text: String::new(),
        }
    }

    fn name(&mut self, id: impl ToString, name: &'static str) {
        self.names.push((id.to_string(), name));
    }

    async fn call(
        &mut self,
        (who, caller): (&str, &Caller),
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        // A token leaves a row of its own.
        caller.arm_token().await;
        self.seen = rows(self.ground).await.len();
        let answer = caller.arm(method, path, body).await;
        let mut lines = String::new();
        let _ = writeln!(lines, "{who} {method} {path}: {}", said(&answer));
        let all = rows(self.ground).await;
        for row in &all[self.seen..] {
            assert_eq!(row.tenant, Some(self.ground.tenant.id));
            assert_eq!(row.actor, Some(caller.id), "who");
            assert!(row.client.is_some(), "with which client");
            assert_eq!(
                row.trace.to_string(),
                answer.header("x-ms-request-id").unwrap(),
                "which request"
            );
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let (action, scope) = (text(&row.action), text(&row.scope));
            let _ = writeln!(
                lines,
                "    {} {action} at {scope}\n      {}",
                row.event.as_str(),
                row.detail
            );
        }
        self.seen = all.len();
        for (id, name) in &self.names {
            lines = lines.replace(id, name);
        }
        self.text.push_str(&lines);
        answer
    }
}

/// Who under which name does what where, with which body.
type Step<'a> = ((&'a str, &'a Caller), &'a str, String, Option<Value>);

#[tokio::test]
async fn golden_rows_of_changes_and_refusals() {
    let mut tables = Vec::new();
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let mut script = Script::of(&ground).await;
        let bob = ground.tenant.user("bob", &[]).await;
        let admin = ground
            .tenant
            .user("admin", &[DirectoryRole::GlobalAdministrator])
            .await;
        let team = ground.tenant.group("team").await;
        super::groups::join(&ground.tenant, team, bob.id, false).await;
        let group = script.filled.group.clone();
        let group_kind = doorward_domain::rbac::PrincipalKind::Group;
        let through = ground
            .tenant
            .assign_to((team, group_kind), CONTRIBUTOR, &group)
            .await;
        let new = guid();
        let held = ground.tenant.id;
        let owners = owner_assignment(&ground).await;
        for (id, name) in [
            (through.to_string(), "{team's}"),
            (owners, "{owner's}"),
            (new.clone(), "{new}"),
            (bob.id.to_string(), "{bob}"),
            (team.to_string(), "{team}"),
            (held.to_string(), "{tenant}"),
            (READER.to_string(), "{reader}"),
            (script.filled.deny.to_string(), "{deny}"),
        ] {
            script.name(id, name);
        }
        let (o, b) = (("owner", &ground.owner), ("bob", &bob));
        let at = ground.at.clone();
        let workspace = script.filled.workspace.clone();
        let instance = script.filled.instance.clone();
        let here = || Some(json!({"location": "westeurope"}));
        let give = || Some(assignment_body(READER, bob.id));
        let assignment = ground.assignment(&group, &new);
        let steps: Vec<Step<'_>> = vec![
            (b, "GET", workspace.clone(), None),
            (b, "GET", at.clone(), None),
            (b, "PATCH", workspace.clone(), Some(json!({"tags": {"a": "b"}}))),
            (
                b,
                "PATCH",
                workspace.clone(),
                Some(json!({"properties": {"keyVault": "x"}})),
            ),
            (b, "PUT", assignment.clone(), give()),
            (b, "PUT", at.clone() + "/resourceGroups/other", here()),
            (b, "GET", format!("{MANAGEMENT}/real-mg"), None),
            (b, "POST", format!("/{AUTHORIZATION}/elevateAccess"), None),
            (b, "PUT", format!("{MANAGEMENT}/mine"), Some(json!({}))),
            (b, "POST", format!("{workspace}/listKeys"), None),
            (b, "POST", format!("{instance}/start"), None),
            (b, "POST", format!("{instance}/applicationaccess"), None),
            (
                b,
                "PUT",
                format!("{group}/providers/Microsoft.Resources/deployments/d1"),
                Some(deployment_body()),
            ),
            (
                b,
                "POST",
                format!("{at}/providers/Microsoft.KeyVault/unregister"),
                None,
            ),
            (o, "PUT", assignment.clone(), give()),
            (o, "PUT", assignment.clone(), give()),
            (
                o,
                "PUT",
                ground.assignment(&group, "11111111-2222-4333-8444-555555555555"),
                give(),
            ),
            (o, "DELETE", assignment.clone(), None),
            (o, "DELETE", assignment, None),
            (o, "PUT", format!("{MANAGEMENT}/mine"), Some(json!({}))),
            (o, "DELETE", format!("{MANAGEMENT}/mine"), None),
            (
                o,
                "POST",
                format!("{at}/providers/Microsoft.KeyVault/unregister"),
                None,
            ),
            (
                o,
                "DELETE",
                group.clone() + "/providers/Microsoft.Resources/tags/default",
                None,
            ),
            (o, "DELETE", group.clone(), None),
            (
                ("admin", &admin),
                "POST",
                format!("/{AUTHORIZATION}/elevateAccess"),
                None,
            ),
        ];
        for (who, method, path, body) in steps {
            script.call(who, method, &path, body).await;
        }
        tables.push(script.text);
    }
    insta::assert_snapshot!(crate::harness::agreed(tables));
}

/// The id of what lets the owner do everything.
async fn owner_assignment(ground: &Ground) -> String {
    let (tenant, owner) = (ground.tenant.id, ground.owner.id);
    let read = ground
        .tenant
        .world
        .app
        .store
        .read(move |view| store::access_assignment::of(view, tenant, owner));
    let found = read.await.unwrap();
    assert_eq!(found.len(), 1);
    found[0].id.to_string()
}

#[tokio::test]
async fn secrets_are_in_no_row_and_no_log() {
    let log = crate::log::whole();
    for world in World::own().await {
        let ground = Ground::of(&world).await;
        let filled = ground.fill().await;
        let workspace = &filled.workspace;
        let mut secrets = Vec::new();
        for word in ["listKeys", "listStorageAccountKeys", "listNotebookKeys"] {
            let answer = ground
                .owner
                .arm("POST", &format!("{workspace}/{word}"), None)
                .await
                .ok();
            texts(&answer, &mut secrets);
        }
        secrets.retain(|text| !text.starts_with('/'));
        secrets.sort();
        secrets.dedup();
        assert_eq!(secrets.len(), 4, "{secrets:?}");
        let hidden = "Sekr3t-of-a-parameter";
        let mut body = deployment_body();
        body["properties"]["template"]["parameters"] = json!({"p": {"type": "securestring"}});
        body["properties"]["parameters"] = json!({"p": {"value": hidden}});
        let path = format!("{}/providers/Microsoft.Resources/deployments/d2", filled.group);
        let made = ground.owner.arm("PUT", &path, Some(body)).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let shown = ground.owner.arm("GET", &path, None).await;
        assert!(
            !made.text.contains(hidden) && !shown.text.contains(hidden),
            "{}",
            shown.text
        );
        // Also of what is refused, or can't be read.
        let cluster = format!("{workspace}/computes/secretive");
        let password = "Passw0rd-of-nodes";
        let mut body = super::ground::cluster_body();
        body["properties"]["properties"]["userAccountCredentials"] =
            json!({"adminUserName": "a", "adminUserPassword": password});
        for size in ["Standard_None", "STANDARD_DS3_V2"] {
            body["properties"]["properties"]["vmSize"] = json!(size);
            let answer = ground.owner.arm("PUT", &cluster, Some(body.clone())).await;
            assert!(!answer.text.contains(password), "{}", answer.text);
        }
        let shown = ground.owner.arm("GET", &cluster, None).await;
        assert!(
            shown.status == 200 && !shown.text.contains(password),
            "{}",
            shown.text
        );
        secrets.extend([
            hidden.to_owned(),
            password.to_owned(),
            ground.owner.arm_token().await,
        ]);
        let whole = format!("{:?}", rows(&ground).await);
        let logged = log.text();
        assert!(logged.contains(crate::log::SIGN_OF_LIFE));
        for secret in &secrets {
            assert!(!whole.contains(secret.as_str()), "{secret} is in the audit");
            assert!(!logged.contains(secret.as_str()), "{secret} is in the log");
        }
    }
}

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Object(members) => members.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn what_was_used_is_counted_by_the_hour() {
    for world in World::own().await {
        let ground = Ground::of(&world).await;
        let group = ground.group("g").await;
        let bob = ground.tenant.user("bob", &[]).await;
        ground.tenant.assign(&bob, READER, &ground.at).await;
        let counted = || {
            let (tenant, id) = (ground.tenant.id, bob.id);
            let read = world
                .app
                .store
                .read(move |view| store::access_use::of(view, tenant, id));
            async move { read.await.unwrap() }
        };
        for _ in 0..3 {
            assert_eq!(
                bob.arm(
                    "GET",
                    &group.to_uppercase().replace("/SUBSCRIPTIONS", "/subscriptions"),
                    None
                )
                .await
                .status,
                200
            );
        }
        assert_eq!(
            said(&bob.arm("DELETE", &group, None).await),
            "403 AuthorizationFailed"
        );
        assert!(counted().await.is_empty(), "they wait in memory");
        write_uses(&world.app).await;
        let used = |hour: i64| AccessUse {
            tenant: ground.tenant.id,
            principal: bob.id,
            action: "microsoft.resources/subscriptions/resourcegroups/read".to_owned(),
            scope_key: group.to_lowercase(),
            hour: AccessUse::hour_of(NOW) + hour,
        };
        assert_eq!(counted().await, [(used(0), 3)], "what was refused isn't used");
        write_uses(&world.app).await;
        assert_eq!(counted().await, [(used(0), 3)], "once");
        bob.arm("GET", &group, None).await;
        write_uses(&world.app).await;
        assert_eq!(counted().await, [(used(0), 4)]);
        world.app.clock.advance(Duration::minutes(50));
        bob.arm("GET", &group, None).await;
        world.app.clock.advance(Duration::minutes(10));
        bob.arm("GET", &group, None).await;
        write_uses(&world.app).await;
        assert_eq!(counted().await, [(used(0), 5), (used(1), 1)]);
    }
}
