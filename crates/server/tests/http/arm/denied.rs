//! Who is not let in, and what they hear; and what is not served.

use super::ground::Ground;
use super::{Door, doors, every_route, subscription};
use crate::forge::{Forge, claims_of};
use crate::harness::{Answer, Caller, NOW, ORIGIN, World};
use crate::run::{Run, claims};
use doorward_domain::directory::DirectoryRole;
use doorward_domain::rbac::OWNER;
use doorward_domain::signing_key::KeyUse;
use doorward_names::{SubscriptionId, TenantId};
use doorward_store as store;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Every path of the plane, served or not.
fn paths(subscription: SubscriptionId) -> Vec<String> {
    let own = format!("/subscriptions/{subscription}");
    let mut all: Vec<String> = ["/tenants", "/subscriptions", "/tenants/x", "/subscriptions/x"]
        .map(str::to_owned)
        .to_vec();
    all.extend(["/providers", "/providers/Microsoft.Authorization/elevateAccess"].map(str::to_owned));
    all.extend([own.clone(), format!("{own}/resourceGroups/x"), own.to_uppercase()]);
    all
}

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

fn own_issuer(tenant: TenantId) -> String {
    format!("{ORIGIN}/{tenant}/")
}

/// Callers whose account was disabled, or whose session was ended, after they had their tokens.
struct Gone {
    person: Caller,
    application: Caller,
    signed_out: Caller,
}

/// The wrong tokens, as Authorization headers, each with a word for what is wrong.
async fn wrong(
    door: &Door<'_>,
    other: &Door<'_>,
    app: &Caller,
    gone: &Gone,
) -> Vec<(&'static str, Vec<String>)> {
    let forge = Forge::of(door.world).await;
    let now = NOW.unix_seconds();
    let (key_use, issuer) = match door.relay {
        Some(_) => (KeyUse::Relay, format!("https://sts.windows.net/{}/", app.tenant)),
        None => (KeyUse::Origin, own_issuer(app.tenant)),
    };
    let right = claims_of(app, &issuer, "https://management.azure.com/");
    let signed = |claims: &Value| vec![format!("Bearer {}", forge.sign(key_use, claims))];
    let with = |name: &str, value: Value| {
        let mut claims = right.clone();
        claims[name] = value;
        signed(&claims)
    };
    let found = door.call_with("GET", "/subscriptions", &signed(&right)).await;
    assert_eq!(found.status, 200, "each of them differs from a right one");
    let bearer = |token: &str| vec![format!("Bearer {token}")];
    let stranger = "11111111-2222-4333-8444-555555555555";
    let person = door.ask(
        &gone.signed_out,
        ("scope", "https://graph.microsoft.com/.default openid"),
    );
    let person = person.await;
    let good = door.token(app).await;
    let mut all = vec![
        ("missing", vec![]),
        ("empty", vec!["Bearer".to_owned()]),
        ("basic", vec!["Basic YTpi".to_owned()]),
        ("twice", vec![format!("Bearer {good}"), format!("Bearer {good}")]),
        ("no token", bearer("nonsense")),
        ("huge", bearer(&"a".repeat(60_000))),
        ("cut", bearer(good.split_at(good.len() - 4).0)),
        ("a secret", bearer(&app.secret)),
        ("expired", with("exp", json!(now - 301))),
        ("not yet", with("nbf", json!(now + 301))),
        (
            "issuer",
            with("iss", json!(format!("https://login.windows.net/{}/", app.tenant))),
        ),
        ("another tenant", with("tid", json!(stranger))),
        ("unknown principal", with("oid", json!(stranger))),
        (
            "another client",
            with("appid", json!(crate::harness::COMMAND_LINE)),
        ),
        ("id_token", bearer(person["id_token"].as_str().unwrap())),
        ("other world", bearer(&other.token(app).await)),
    ];
    for resource in [
        "https://graph.microsoft.com/",
        "https://graph.windows.net/",
        "https://storage.azure.com/",
        "https://ml.azure.com",
    ] {
        all.push((resource, bearer(&door.token_for(app, resource).await)));
    }
    if door.relay.is_none() {
        all.push(("own address", bearer(&door.token_for(app, ORIGIN).await)));
    }
    all
}

async fn tokens_of(door: &Door<'_>, gone: &Gone) -> Vec<(&'static str, Vec<String>)> {
    let mut all = Vec::new();
    for (what, caller) in [
        ("disabled person", &gone.person),
        ("disabled application", &gone.application),
        ("ended session", &gone.signed_out),
    ] {
        all.push((what, vec![format!("Bearer {}", door.token(caller).await)]));
    }
    all
}

/// Where a refusal's header sends the client, and why.
fn challenge(answer: &Answer) -> (&str, &str) {
    let header = answer.header("www-authenticate").unwrap();
    header
        .split_once(", error=\"invalid_token\", error_description=")
        .unwrap()
}

/// What a refusal says, after checking that header and body agree.
fn said(answer: &Answer) -> (u16, String) {
    let error = answer.json()["error"].clone();
    let message = error["message"].as_str().unwrap();
    let (_, why) = challenge(answer);
    let missing = "The authentication failed because of missing 'Authorization' header.";
    let code = error["code"].as_str().unwrap();
    let expected = if code == "AuthenticationFailed" {
        missing
    } else {
        message
    };
    assert_eq!(why, format!("\"{expected}\""));
    (answer.status, format!("{code}: {message}"))
}

#[tokio::test]
async fn golden_refusals_on_every_route() {
    let mut tables = Vec::new();
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let routes = every_route::paths(&ground, &ground.fill().await);
        let (tenant, id) = (&ground.tenant, ground.id);
        let admin = tenant.user("admin", &[DirectoryRole::GlobalAdministrator]).await;
        let app = tenant.service_principal("app", &[]).await;
        let gone = Gone {
            person: tenant.user("gone", &[]).await,
            application: tenant.service_principal("disabled", &[]).await,
            signed_out: tenant.user("signedout", &[]).await,
        };
        let run = Run::of(&app).await;
        let doors = doors(&world, &run);
        let mut cases = Vec::new();
        for (number, door) in doors.iter().enumerate() {
            let other = if number == 0 { &doors[1] } else { &doors[0] };
            let mut all = wrong(door, other, &app, &gone).await;
            all.extend(tokens_of(door, &gone).await);
            cases.push(all);
        }
        let disable = json!({"accountEnabled": false});
        for path in [
            format!("/v1.0/users/{}", gone.person.id),
            format!("/v1.0/servicePrincipals/{}", gone.application.id),
        ] {
            assert_eq!(admin.patch(&path, disable.clone()).await.status, 204);
        }
        let (at, who) = (tenant.id, gone.signed_out.id);
        let ended = world
            .app
            .snapshots
            .write(move |tx| store::session::revoke_all_of_user(tx, at, who, NOW));
        assert!(ended.await.unwrap() > 0);

        let mut table = String::new();
        for (door, cases) in doors.iter().zip(&cases) {
            let _ = writeln!(table, "{}", door.name());
            for (what, authorization) in cases {
                let first = door.call_with("GET", "/subscriptions", authorization).await;
                let (_, why) = challenge(&first);
                let (status, text) = said(&first);
                let _ = writeln!(table, "  {what:<30}{status} {text}");
                // Every route for some, since who calls is known, or isn't, before the path is read.
                let mut paths = paths(id);
                if ["missing", "cut", "disabled person", "other world"].contains(what) {
                    paths.extend(routes.clone());
                }
                for path in paths {
                    for method in METHODS {
                        let answer = door.call_with(method, &path, authorization).await;
                        let context = format!("{} {method} {path}: {what}", door.name());
                        match method {
                            "HEAD" => {
                                assert_eq!((answer.status, answer.text.as_str()), (status, ""), "{context}")
                            }
                            _ => assert_eq!(said(&answer), (status, text.clone()), "{context}"),
                        }
                        let (uri, because) = challenge(&answer);
                        assert_eq!(because, why, "{context}");
                        let inside = every_route::is_inside(&path.to_lowercase(), &ground);
                        let expected = match (inside, door.relay) {
                            (true, Some(_)) => format!("https://login.windows.net/{}", tenant.id),
                            (true, None) => format!("{ORIGIN}/{}", tenant.id),
                            (false, Some(_)) => {
                                "https://login.microsoftonline.com/common/oauth2/authorize".to_owned()
                            }
                            (false, None) => format!("{ORIGIN}/common/oauth2/authorize"),
                        };
                        assert_eq!(uri, format!("Bearer authorization_uri=\"{expected}\""));
                    }
                }
            }
        }
        tables.push(table);
    }
    insta::assert_snapshot!(crate::harness::agreed(tables));
}

#[tokio::test]
async fn strangers_learn_a_subscriptions_tenant_and_nothing_else() {
    for world in World::shared().await {
        let (tenant, other) = (world.tenant().await, world.tenant().await);
        let (ours, theirs) = (subscription(&tenant).await, subscription(&other).await);
        let run = Run::of(&tenant.user("alice", &[]).await).await;
        for door in doors(&world, &run) {
            let told = |id: SubscriptionId| {
                let door = &door;
                async move {
                    let answer = door.get(&format!("/subscriptions/{id}"), None).await;
                    (challenge(&answer).0.to_owned(), answer.text)
                }
            };
            // Of whichever tenant; the one of the ticket is no other.
            assert!(told(ours.id).await.0.contains(&tenant.id.to_string()));
            assert!(told(theirs.id).await.0.contains(&other.id.to_string()));
            let unknown = told(SubscriptionId::from_random(crate::harness::random())).await;
            assert!(unknown.0.ends_with("/common/oauth2/authorize\""), "{}", unknown.0);
            assert_eq!(unknown.1, told(ours.id).await.1, "the body is the same");
        }
    }
}

#[tokio::test]
async fn methods_and_unknown_paths_once_it_is_known_who_asks() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let id = subscription(&tenant).await.id;
        let alice = tenant.user("alice", &[]).await;
        tenant
            .assign(&alice, OWNER, &format!("/subscriptions/{id}"))
            .await;
        let run = Run::of(&alice).await;
        for door in doors(&world, &run) {
            let token = door.token(&alice).await;
            assert_eq!(claims(&token)["aud"], "https://management.core.windows.net/");
            for path in [
                "/tenants".to_owned(),
                "/subscriptions".to_owned(),
                format!("/subscriptions/{id}"),
                format!("/subscriptions//{id}"),
                "/providers".to_owned(),
                format!("/subscriptions/{id}/resourceGroups"),
            ] {
                for method in METHODS {
                    let answer = door.call(method, &path, Some(&token)).await;
                    let expected = if matches!(method, "GET" | "HEAD") {
                        200
                    } else {
                        405
                    };
                    assert_eq!(answer.status, expected, "{} {method} {path}", door.name());
                    let allowed = (expected == 405).then_some("GET, HEAD");
                    assert_eq!(answer.header("allow"), allowed);
                }
            }
            for (path, status, code) in [
                ("/tenants/x".to_owned(), 404, "NotFound"),
                ("/subscriptions/x".to_owned(), 400, "InvalidSubscriptionId"),
                (format!("/subscriptions/{id}x"), 400, "InvalidSubscriptionId"),
                (format!("/subscriptions/../subscriptions/{id}"), 404, "NotFound"),
                (format!("/subscriptions/{id}/nothing"), 404, "NotFound"),
            ] {
                for method in METHODS {
                    let answer = door.call(method, &path, Some(&token)).await;
                    assert_eq!(answer.status, status, "{} {method} {path}", door.name());
                    match method {
                        "HEAD" => assert_eq!(answer.text, ""),
                        _ => assert_eq!(answer.json()["error"]["code"], code),
                    }
                    assert_eq!(answer.header("www-authenticate"), None);
                }
            }
            for (query, code) in [
                ("", "MissingApiVersionParameter"),
                ("?api-version=", "MissingApiVersionParameter"),
                ("?api-version=latest", "InvalidApiVersionParameter"),
                ("?api-version=2020-01-01&API-VERSION=2020-01-01", "InvalidRequest"),
            ] {
                // A path with a question mark is taken as it is.
                let query = if query.is_empty() { "?" } else { query };
                let answer = door.get(&format!("/subscriptions{query}"), Some(&token)).await;
                assert_eq!(
                    (answer.status, &answer.json()["error"]["code"]),
                    (400, &json!(code)),
                    "{query}"
                );
            }
            // Under Azure's names the plane has every path; under its own name the server has other pages.
            let expected = if door.relay.is_some() { 401 } else { 404 };
            assert_eq!(door.get("/nothing", None).await.status, expected);
        }
    }
}
