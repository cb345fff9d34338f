//! Signing a person out everywhere: what they hold is worth nothing from then on, wherever it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use doorward_domain::directory::{DirectoryRole as R, Permission};
use doorward_names::Duration;
use serde_json::{Value, json};

use super::refresh_token::{refresh_token, turn};
use super::{authorize, device_code, verified};
use crate::browser::Browser;
use crate::graph::code;
use crate::harness::{Answer, COMMAND_LINE, Caller, World, request};

const ARM: &str = "https://management.azure.com/";
const GRAPH: &str = "https://graph.microsoft.com";
const CAPABLE: &str = r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#;

fn of_user(person: &Caller) -> String {
    format!("/v1.0/users/{}/revokeSignInSessions", person.id)
}

async fn revoke(by: &Caller, path: &str) -> Answer {
    by.call("POST", path, None).await
}

/// Tokens of a person whose client says `claims`; the clock is a second further afterwards.
async fn tokens(person: &Caller, resource: &str, claims: Option<&str>) -> Value {
    let mut form = person.form(("resource", resource));
    form.extend(claims.map(|claims| ("claims", claims)));
    let path = format!("/{}/oauth2/token", person.tenant);
    let answer = person.world.post_form(&path, &form).await.ok();
    person.world.app.clock.advance(Duration::seconds(1));
    answer
}

fn access(body: &Value) -> &str {
    body["access_token"].as_str().unwrap()
}

/// What each plane says to a token of it.
async fn call(world: &World, path: &str, body: &Value) -> Answer {
    let draft = request("GET", path, Some(access(body)), Bytes::new());
    world.send(draft.body_from()).await
}

const ME: &str = "/v1.0/me";
const SUBSCRIPTIONS: &str = "/subscriptions?api-version=2022-12-01";

#[tokio::test]
async fn everything_of_a_person_ends_at_once_and_what_is_on_its_way_gives_nothing() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let admin = tenant.user("admin", &[R::UserAdministrator]).await;
        let (alice, bob) = (tenant.user("alice", &[]).await, tenant.user("bob", &[]).await);
        let (graph, arm) = (tokens(&alice, GRAPH, None).await, tokens(&alice, ARM, None).await);
        let bobs = tokens(&bob, GRAPH, None).await;
        // A browser that is signed in, a code that was not redeemed, a device that was approved.
        let mut browser = Browser::new(&world);
        let path = authorize::url("organizations", &[]);
        let page = browser.visit(&path).await;
        let back = authorize::sign_in(&mut browser, &page, &alice).await;
        let unredeemed = authorize::carried(&back, '?')["code"].clone();
        let begun = device_code::begin(&world, "organizations").await;
        let device = device_code::text(&begun, "device_code");
        let mut other = Browser::new(&world);
        let question =
            device_code::question(&mut other, &device_code::text(&begun, "user_code"), &alice).await;
        other.submit(&question, &[("answer", "approve")]).await;
        assert!(
            browser
                .visit(&path)
                .await
                .text
                .contains("Continue with this account?")
        );

        let done = revoke(&admin, &of_user(&alice)).await;
        assert_eq!(done.status, 200, "{}", done.text);
        assert_eq!(done.json()["value"], json!(true));
        let context = done.json()["@odata.context"].as_str().unwrap().to_owned();
        assert!(context.ends_with("/v1.0/$metadata#Edm.Boolean"), "{context}");

        let refused = call(&world, ME, &graph).await;
        assert_eq!(
            (refused.status, code(&refused).as_str()),
            (401, "InvalidAuthenticationToken")
        );
        let challenge = refused.header("www-authenticate").unwrap();
        assert!(!challenge.contains("claims"), "{challenge}");
        let refused = call(&world, SUBSCRIPTIONS, &arm).await;
        assert_eq!(refused.json()["error"]["code"], "InvalidAuthenticationToken");
        let challenge = refused.header("www-authenticate").unwrap();
        assert!(
            challenge.contains("error=\"invalid_token\"") && !challenge.contains("claims"),
            "{challenge}"
        );
        for body in [&graph, &arm] {
            assert_eq!(turn(&world, &refresh_token(body)).await.aadsts(), 50_132);
        }
        assert_eq!(authorize::redeem(&world, &unredeemed, &[]).await.aadsts(), 50_132);
        assert_eq!(
            device_code::poll(&world, "organizations", &device).await.aadsts(),
            50_132
        );
        let page = browser.visit(&path).await;
        assert!(
            page.text.contains("name=\"password\"") && !page.text.contains(&alice.name),
            "{}",
            page.text
        );

        // Nobody else is touched, and a new sign-in is as good as ever.
        assert_eq!(call(&world, ME, &bobs).await.status, 200);
        world.app.clock.advance(Duration::seconds(1));
        let again = tokens(&alice, GRAPH, None).await;
        assert_eq!(call(&world, ME, &again).await.status, 200);
        turn(&world, &refresh_token(&again)).await.ok();
        assert_eq!(call(&world, ME, &graph).await.status, 401);
        let shown = admin
            .get(&format!(
                "/v1.0/users/{}?$select=signInSessionsValidFromDateTime",
                alice.id
            ))
            .await
            .ok();
        let since = shown["signInSessionsValidFromDateTime"].as_str().unwrap();
        assert!(
            since.starts_with("2027-01-15T08:00:0") && since.ends_with('Z'),
            "{since}"
        );
    }
}

/// The claims of a challenge, decoded.
#[track_caller]
fn asked_for(answer: &Answer) -> Value {
    assert_eq!(answer.status, 401, "{}", answer.text);
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.contains("error=\"insufficient_claims\""), "{challenge}");
    assert!(
        challenge.starts_with("Bearer ") && challenge.contains("authorization_uri=\"https://localhost:8443/")
    );
    assert_eq!(challenge.matches("error=").count(), 1, "{challenge}");
    let text = challenge.split_once(" claims=\"").unwrap().1;
    let text = text.split_once('"').unwrap().0;
    serde_json::from_slice(&STANDARD.decode(text).unwrap()).unwrap()
}

#[tokio::test]
async fn a_client_that_understands_challenges_is_told_what_it_takes() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let admin = tenant.user("admin", &[R::GlobalAdministrator]).await;
        let alice = tenant.user("alice", &[]).await;
        let mut held = Vec::new();
        for (resource, path) in [(GRAPH, ME), (ARM, SUBSCRIPTIONS)] {
            let body = tokens(&alice, resource, Some(CAPABLE)).await;
            let claims = verified(&world, &tenant.domain, access(&body)).await;
            assert_eq!(claims["xms_cc"], json!(["CP1"]));
            assert_eq!(call(&world, path, &body).await.status, 200);
            // Whoever goes on in the session says it again, or doesn't.
            let form = [
                ("grant_type", "refresh_token"),
                ("client_id", COMMAND_LINE),
                ("refresh_token", body["refresh_token"].as_str().unwrap()),
                ("resource", resource),
                (
                    "claims",
                    r#"{"access_token":{"nbf":{"essential":true,"value":"1"},"xms_cc":{"values":["cp1"]}}}"#,
                ),
            ];
            let renewed = world.post_form("/common/oauth2/token", &form).await.ok();
            let claims = verified(&world, &tenant.domain, access(&renewed)).await;
            assert_eq!(claims["xms_cc"], json!(["CP1"]));
            held.push((path, renewed));
        }
        let plain = tokens(&alice, GRAPH, None).await;
        let claims = verified(&world, &tenant.domain, access(&plain)).await;
        assert_eq!(claims.get("xms_cc"), None);

        assert_eq!(revoke(&admin, &of_user(&alice)).await.status, 200);
        let now = world.app.clock.now().unix_seconds().to_string();
        let expected = json!({"access_token": {"nbf": {"essential": true, "value": now}}});
        for (path, body) in &held {
            assert_eq!(asked_for(&call(&world, path, body).await), expected, "{path}");
        }
        let challenge = call(&world, ME, &plain).await;
        assert!(!challenge.header("www-authenticate").unwrap().contains("claims"));

        // A new password says the same, and an account that may not sign in; one that is gone does not.
        world.app.clock.advance(Duration::seconds(1));
        let body = tokens(&alice, GRAPH, Some(CAPABLE)).await;
        let user = format!("/v1.0/users/{}", alice.id);
        let profile = json!({"password": "another horse battery", "forceChangePasswordNextSignIn": false});
        let reset = json!({"passwordProfile": profile});
        assert_eq!(admin.patch(&user, reset).await.status, 204);
        asked_for(&call(&world, ME, &body).await);
        assert_eq!(
            admin.patch(&user, json!({"accountEnabled": false})).await.status,
            204
        );
        asked_for(&call(&world, ME, &body).await);
        assert_eq!(turn(&world, &refresh_token(&body)).await.aadsts(), 50_057);
        assert_eq!(admin.delete(&user).await.status, 204);
        let refused = call(&world, ME, &body).await;
        assert!(!refused.header("www-authenticate").unwrap().contains("claims"));

        // An application says it as well, as `az` does; what is no JSON of claims is refused.
        let app = tenant.service_principal("app", &[]).await;
        let path = format!("/{}/oauth2/token", tenant.id);
        let mut form = app.form(("resource", ARM));
        form.push(("claims", CAPABLE));
        let body = world.post_form(&path, &form).await.ok();
        let claims = verified(&world, &tenant.domain, access(&body)).await;
        assert_eq!(claims["xms_cc"], json!(["CP1"]));
        form.pop();
        for wrong in ["CP1", "[]", "{\"access_token\":\"CP1\"}"] {
            let mut form = form.clone();
            form.push(("claims", wrong));
            let refused = world.post_form(&path, &form).await;
            assert_eq!((refused.status, refused.aadsts()), (400, 9_002_313), "{wrong}");
        }
    }
}

#[tokio::test]
async fn who_may_sign_whom_out() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let helper = tenant.user("helper", &[R::AuthenticationAdministrator]).await;
        let (alice, bob) = (tenant.user("alice", &[]).await, tenant.user("bob", &[]).await);
        let app = tenant
            .service_principal("guard", &[Permission::UserRevokeSessionsAll])
            .await;
        let idle = tenant.service_principal("idle", &[Permission::UserReadAll]).await;
        // Not each other, not upwards, and not without the permission.
        for (by, whom) in [(&alice, &bob), (&helper, &root), (&idle, &bob)] {
            let refused = revoke(by, &of_user(whom)).await;
            assert_eq!(
                (refused.status, code(&refused).as_str()),
                (403, "Authorization_RequestDenied")
            );
        }
        assert_eq!(bob.get(ME).await.status, 200);
        assert_eq!(root.get(ME).await.status, 200);
        // Whoever guards the tenant by a program may end an administrator's sessions too.
        assert_eq!(revoke(&app, &of_user(&root)).await.status, 200);
        assert_eq!(root.get(ME).await.status, 401);
        let by_name = format!("/v1.0/users/{}/revokeSignInSessions", bob.name);
        assert_eq!(revoke(&helper, &by_name).await.status, 200);
        assert_eq!(bob.get(ME).await.status, 401);
        // Oneself, by either path; a guest as well; an application is nobody's self.
        let guest = tenant.guest("guest").await;
        for (person, path) in [
            (&alice, "/v1.0/me/revokeSignInSessions".to_owned()),
            (&guest, of_user(&guest)),
        ] {
            assert_eq!(revoke(person, &path).await.status, 200);
            assert_eq!(revoke(person, &path).await.status, 401);
        }
        assert_eq!(revoke(&app, "/v1.0/me/revokeSignInSessions").await.status, 400);
        let nobody = format!("/v1.0/users/nobody@{}/revokeSignInSessions", tenant.domain);
        assert_eq!(revoke(&helper, &nobody).await.status, 404);
    }
}
