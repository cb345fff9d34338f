//! A service asks on behalf of who came to it: with the token that they came by, and for no longer than they are there.

use doorward_domain::directory::{DirectoryRole as R, Permission as P};
use doorward_names::{Duration, SessionId};
use doorward_store::{self as store, QueryError};
use serde_json::{Value, json};

use super::registered::{Registered, platforms, refresh, register, stage};
use super::verified;
use crate::harness::{Answer, Caller, Tenancy, World, form_request, request};
use bytes::Bytes;

const GRAPH: &str = "https://graph.microsoft.com";
const USER_READ: &str = "https://graph.microsoft.com/User.Read";
const FOR_LONG: &str = "https://graph.microsoft.com/User.Read openid offline_access";

/// A token of a person for the service, by the command line.
async fn came_by(person: &Caller, service: &Registered) -> String {
    let body = person.ask_v2(&format!("{}/.default", service.id)).await.ok();
    body["access_token"].as_str().unwrap().to_owned()
}

/// The form by which the service asks on.
fn form<'a>(service: &'a Registered, assertion: &'a str, scope: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("requested_token_use", "on_behalf_of"),
        ("client_id", &service.id),
        ("client_secret", &service.secret),
        ("assertion", assertion),
        ("scope", scope),
    ]
}

async fn asks_on(tenant: &Tenancy, service: &Registered, assertion: &str, scope: &str) -> Answer {
    let path = format!("/{}/oauth2/v2.0/token", tenant.domain);
    tenant
        .world
        .post_form(&path, &form(service, assertion, scope))
        .await
}

/// Agrees for everybody that the service may read accounts.
async fn agree(root: &Caller, service: &Registered) {
    let graph = root
        .get("/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')")
        .await
        .ok();
    let body = json!({"clientId": service.principal, "resourceId": graph["id"], "consentType": "AllPrincipals",
        "scope": "User.Read"});
    root.post("/v1.0/oauth2PermissionGrants", body).await.ok();
}

/// A service to which people come, which may read their accounts; its tenant, its owner, an administrator.
async fn service(world: &World) -> (Tenancy, Caller, Registered, Caller) {
    let (tenant, alice, service) = stage(world, platforms()).await;
    let root = tenant.user("root", &[R::GlobalAdministrator]).await;
    root.graph_token().await;
    agree(&root, &service).await;
    (tenant, alice, service, root)
}

async fn me(world: &World, token: &str) -> Answer {
    world
        .send(request("GET", "/v1.0/me", Some(token), Bytes::new()).body_from())
        .await
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_else(|| panic!("{name}: {body}"))
}

#[tokio::test]
async fn a_service_asks_on_for_who_came_to_it() {
    for world in World::shared().await {
        let (tenant, alice, service, root) = service(&world).await;
        let domain = tenant.domain.as_str();
        let assertion = came_by(&alice, &service).await;
        let came = verified(&world, domain, &assertion).await;
        let body = asks_on(&tenant, &service, &assertion, USER_READ).await.ok();
        assert!(body["refresh_token"].is_null() && body["id_token"].is_null());
        assert_eq!(body["scope"], USER_READ);
        let token = text(&body, "access_token");
        let access = verified(&world, domain, token).await;
        assert_eq!(
            (
                &access["aud"],
                &access["oid"],
                &access["appid"],
                &access["appidacr"],
                &access["amr"]
            ),
            (
                &json!(GRAPH),
                &json!(alice.id),
                &json!(service.id),
                &json!("1"),
                &came["amr"]
            )
        );
        assert!(text(&access, "scp").split(' ').any(|scope| scope == "User.Read"));
        assert_ne!(access["sid"], came["sid"]);
        assert_eq!(me(&world, token).await.ok()["id"], json!(alice.id));
        // For longer, and who they are.
        let body = asks_on(&tenant, &service, &assertion, FOR_LONG).await.ok();
        let id = verified(&world, domain, text(&body, "id_token")).await;
        assert_eq!((&id["aud"], &id["oid"]), (&json!(service.id), &json!(alice.id)));
        let renewal = text(&body, "refresh_token");
        let bare = refresh(&world, &service, renewal, (None, &[("scope", USER_READ)])).await;
        assert_eq!((bare.status, bare.aadsts()), (401, 7_000_218));
        let shown = [("client_secret", service.secret.as_str()), ("scope", FOR_LONG)];
        let renewed = refresh(&world, &service, renewal, (None, &shown)).await.ok();
        me(&world, text(&renewed, "access_token")).await.ok();
        // The older endpoint; a shared word in the path stands for the tenant of the token.
        for segment in [domain, "common"] {
            let mut v1 = form(&service, &assertion, GRAPH);
            v1.retain(|(name, _)| *name != "scope");
            v1.push(("resource", GRAPH));
            let body = world
                .post_form(&format!("/{segment}/oauth2/token"), &v1)
                .await
                .ok();
            assert!(body["expires_in"].is_string());
            me(&world, text(&body, "access_token")).await.ok();
        }
        // Nobody agreed to what another service asks for, nor this one to more.
        let other = register(&alice, "Other", platforms()).await;
        let to_other = came_by(&alice, &other).await;
        let refused = asks_on(&tenant, &other, &to_other, USER_READ).await;
        assert_eq!((refused.status, refused.aadsts()), (400, 65_001));
        assert_eq!(
            (&refused.json()["error"], &refused.json()["suberror"]),
            (&json!("invalid_grant"), &json!("consent_required"))
        );
        let more = asks_on(
            &tenant,
            &service,
            &assertion,
            "https://graph.microsoft.com/Group.Read.All",
        )
        .await;
        assert_eq!(more.aadsts(), 65_001);
        // In a row: the second service is called by the first.
        agree(&root, &other).await;
        let scope = json!({"id": "22222222-0000-4000-8000-000000000001", "value": "Use", "isEnabled": true,
            "type": "User", "adminConsentDisplayName": "Use", "adminConsentDescription": "Use"});
        let path = format!("/v1.0/applications/{}", other.object);
        let trusting = json!({"api": {"oauth2PermissionScopes": [scope]}});
        assert_eq!(alice.patch(&path, trusting).await.status, 204);
        let trusting = json!({"api": {"preAuthorizedApplications": [
            {"appId": service.id, "delegatedPermissionIds": ["22222222-0000-4000-8000-000000000001"]}
        ]}});
        assert_eq!(alice.patch(&path, trusting).await.status, 204);
        let scope = format!("{}/Use", other.id);
        let body = asks_on(&tenant, &service, &assertion, &scope).await.ok();
        let body = asks_on(&tenant, &other, text(&body, "access_token"), FOR_LONG)
            .await
            .ok();
        me(&world, text(&body, "access_token")).await.ok();
        // It all ends with the session that began it.
        let session: SessionId = text(&came, "sid").parse().unwrap();
        let (home, now) = (tenant.id, world.app.clock.now());
        let end = move |tx: &mut store::Tx<'_>| store::session::revoke(tx, home, session, now);
        assert!(world.app.snapshots.write::<_, QueryError>(end).await.unwrap());
        for token in [token, text(&renewed, "access_token"), text(&body, "access_token")] {
            assert_eq!(me(&world, token).await.status, 401);
        }
        let renewal = text(&renewed, "refresh_token");
        assert_eq!(
            refresh(&world, &service, renewal, (None, &shown)).await.aadsts(),
            50_132
        );
        let over = asks_on(&tenant, &service, &assertion, USER_READ).await;
        assert_eq!((over.status, over.aadsts()), (400, 50_132));
    }
}

#[tokio::test]
async fn what_is_no_token_of_a_person_for_the_service_gives_nothing() {
    for world in World::own().await {
        let (tenant, alice, service, root) = service(&world).await;
        let domain = tenant.domain.as_str();
        let assertion = came_by(&alice, &service).await;
        let other = register(&alice, "Other", platforms()).await;
        let robot = tenant.service_principal("robot", &[P::UserReadAll]).await;
        let own = robot.ask_v2(&format!("{}/.default", service.id)).await.ok();
        let body = super::claims::answered(&world, (domain, &service), &alice, "openid").await;
        let mut altered = assertion.clone();
        altered.replace_range(assertion.len() - 4.., "AAAA");
        let [head, claims, signature] = assertion.split('.').collect::<Vec<_>>()[..] else {
            panic!("{assertion}");
        };
        let unsigned = format!("{}.{claims}.", "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0");
        let swapped = format!(
            "{head}.{}.{signature}",
            own["access_token"].as_str().unwrap().split('.').nth(1).unwrap()
        );
        let for_other = came_by(&alice, &other).await;
        let for_graph = alice.graph_token().await;
        for (shown, number) in [
            (text(&own, "access_token"), 7_000_114),
            (text(&body, "id_token"), 50_013),
            (&for_graph, 500_131),
            (&for_other, 500_131),
            (&altered, 50_013),
            (&unsigned, 50_013),
            (&swapped, 50_013),
            ("x", 50_013),
            ("a.b.c", 50_013),
        ] {
            let refused = asks_on(&tenant, &service, shown, USER_READ).await;
            assert_eq!(
                (refused.status, refused.aadsts()),
                (400, number),
                "{}",
                refused.text
            );
            assert_eq!(refused.json()["error"], "invalid_grant");
            assert!(!refused.text.contains(shown) || shown.len() < 6);
        }
        // Who shows it has to be the service, and no page.
        let path = format!("/{domain}/oauth2/v2.0/token");
        let with = async |name: &str, value: &str| {
            let mut form = form(&service, &assertion, USER_READ);
            form.retain(|(known, _)| *known != name);
            if !value.is_empty() {
                form.push((name, value));
            }
            let answer = world.post_form(&path, &form).await;
            (answer.status, answer.aadsts())
        };
        assert_eq!(with("client_secret", "dwc~wrong").await, (401, 7_000_215));
        assert_eq!(with("client_secret", "").await, (401, 7_000_218));
        assert_eq!(with("client_secret", &other.secret).await, (401, 7_000_215));
        let (status, _) = with("client_id", crate::harness::COMMAND_LINE).await;
        assert!(matches!(status, 400 | 401), "{status}");
        assert_eq!(with("requested_token_use", "").await, (400, 900_144));
        assert_eq!(with("requested_token_use", "logon").await.0, 400);
        assert_eq!(with("assertion", "").await, (400, 900_144));
        let mut page = form_request(&path, &form(&service, &assertion, USER_READ));
        page.headers_mut()
            .insert("origin", "https://spa.example".parse().unwrap());
        assert_eq!(world.send(page).await.status, 400);
        // Another tenant gives nothing for it.
        let elsewhere = world.tenant().await;
        let path = format!("/{}/oauth2/v2.0/token", elsewhere.domain);
        let refused = world
            .post_form(&path, &form(&service, &assertion, USER_READ))
            .await;
        assert_eq!((refused.status, refused.aadsts()), (400, 50_013));
        // A policy for what is asked for is met by the person alone, who is asked by whom they came to.
        let policy = json!({
            "displayName": "second factor", "state": "enabled",
            "conditions": {"users": {"includeUsers": [alice.id]}, "clientAppTypes": ["all"],
                "applications": {"includeApplications": ["00000003-0000-0000-c000-000000000000"]}},
            "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
        });
        let made = root
            .post("/v1.0/identity/conditionalAccess/policies", policy)
            .await
            .ok();
        let refused = asks_on(&tenant, &service, &assertion, USER_READ).await;
        let body = refused.json();
        assert_eq!((refused.status, &body["error_codes"]), (400, &json!([50_076])));
        assert_eq!(body["error"], "interaction_required");
        assert!(text(&body, "claims").contains(text(&made, "id")), "{body}");
        let path = format!("/v1.0/identity/conditionalAccess/policies/{}", text(&made, "id"));
        assert_eq!(root.delete(&path).await.status, 204);
        asks_on(&tenant, &service, &assertion, USER_READ).await.ok();
        // Whoever may not sign in any more, is not acted for, nor on what they had when they may again.
        let account = format!("/v1.0/users/{}", alice.id);
        for enabled in [false, true] {
            let body = json!({"accountEnabled": enabled});
            assert_eq!(root.patch(&account, body).await.status, 204);
            let refused = asks_on(&tenant, &service, &assertion, USER_READ).await;
            assert_eq!((refused.status, refused.aadsts()), (400, 50_132));
        }
        let bob = tenant.user("bob", &[]).await;
        let assertion = came_by(&bob, &service).await;
        asks_on(&tenant, &service, &assertion, USER_READ).await.ok();
        world.app.clock.advance(Duration::seconds(1));
        let all = format!("/v1.0/users/{}/revokeSignInSessions", bob.id);
        assert_eq!(root.post(&all, json!({})).await.status, 200);
        let refused = asks_on(&tenant, &service, &assertion, USER_READ).await;
        assert_eq!((refused.status, refused.aadsts()), (400, 50_132));
        // A token that has expired is no assertion any more.
        let carol = tenant.user("carol", &[]).await;
        let assertion = came_by(&carol, &service).await;
        asks_on(&tenant, &service, &assertion, USER_READ).await.ok();
        world.app.clock.advance(Duration::minutes(66));
        let late = asks_on(&tenant, &service, &assertion, USER_READ).await;
        assert_eq!((late.status, late.aadsts()), (400, 500_133));
    }
}
