//! Very many addresses, origins and policies: there is an end to them, and up to it nobody waits for them.

use bytes::Bytes;
use doorward_domain::directory::DirectoryRole as R;
use doorward_domain::user::User;
use doorward_names::ObjectId;
use doorward_store::{self as store, QueryError};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

use super::registered::{asking, platforms, register, stage};
use crate::browser::Browser;
use crate::harness::{Answer, Caller, World, request};

const POLICIES: &str = "/v1.0/identity/conditionalAccess/policies";

/// What a person bears, on a machine that is busy with other tests.
const BEARABLE: Duration = Duration::from_secs(1);

/// The answer to the last of eleven requests, half of which took no longer than is bearable.
async fn quick(what: &str, ask: impl AsyncFn() -> Answer) -> Answer {
    let mut took = Vec::new();
    let mut last = None;
    for _ in 0..11 {
        let began = Instant::now();
        last = Some(ask().await);
        took.push(began.elapsed());
    }
    took.sort();
    assert!(took[5] < BEARABLE, "{what}: {took:?}");
    last.unwrap()
}

fn addresses(from: usize, many: usize) -> Vec<String> {
    (from..from + many)
        .map(|n| format!("https://app{n}.example/back/{n}"))
        .collect()
}

async fn preflight(world: &World, origin: &str) -> Answer {
    let draft = request("OPTIONS", "/common/oauth2/v2.0/token", None, Bytes::new())
        .header("origin", origin)
        .header("access-control-request-method", "POST");
    world.send(draft.body_from()).await
}

#[tokio::test]
async fn an_application_has_so_many_addresses_and_a_tenant_thousands() {
    for world in World::own().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let path = format!("/v1.0/applications(appId='{}')", app.id);
        let before = root.get(&path).await.ok();
        let path = format!("/v1.0/applications/{}", before["id"].as_str().unwrap());
        for many in [257, 5000] {
            for platform in ["web", "spa", "publicClient"] {
                let mut body = json!({"web": {"redirectUris": []}, "spa": {"redirectUris": []}, "publicClient": {"redirectUris": []}});
                body[platform]["redirectUris"] = json!(addresses(0, many));
                let answer = root.patch(&path, body).await;
                assert!(
                    answer.status == 400 && answer.text.contains("256"),
                    "{many} {}",
                    answer.text
                );
            }
        }
        let far = root
            .patch(&path, json!({"spa": {"redirectUris": addresses(0, 100_000)}}))
            .await;
        assert!(
            far.status == 413 && far.text.contains("262144 bytes"),
            "{}",
            far.text
        );
        assert_eq!(
            root.get(&path).await.ok()["spa"],
            before["spa"],
            "nothing was taken"
        );

        // Twenty-four with as many as they may have.
        for n in 0..24 {
            let more = json!({"spa": {"redirectUris": addresses(256 * n, 256)}});
            register(&alice, &format!("Shop {n}"), more).await;
        }
        let whole = json!({"web": {"redirectUris": addresses(0, 256)}, "spa": {"redirectUris": []}, "publicClient": {"redirectUris": []}});
        assert_eq!(root.patch(&path, whole).await.status, 204);
        let last = addresses(255, 1).remove(0);
        let shown = quick("a page of it", async || {
            Browser::new(&world)
                .visit(&asking(&tenant.domain, &app, &last, &[]))
                .await
        });
        assert!(shown.await.text.contains("id=\"username\""));
        let refused = quick("one that isn't its own", async || {
            let strange = asking(&tenant.domain, &app, "https://app9999.example/back", &[]);
            Browser::new(&world).visit(&strange).await
        });
        assert_eq!(refused.await.status, 400);
        for (origin, known) in [
            ("https://app0.example", true),
            ("https://app6143.example", true),
            ("https://app6144.example", false),
        ] {
            let answer = quick(origin, async || preflight(&world, origin).await).await;
            assert_eq!(
                answer.header("access-control-allow-origin").is_some(),
                known,
                "{origin}"
            );
        }
    }
}

/// So many people, who are there and never sign in.
async fn crowd(world: &World, like: &Caller, many: u128) -> Vec<String> {
    let (tenant, like) = (like.tenant, like.id);
    let id = |n| ObjectId::from_u128((7 << 100) | n);
    let write = move |tx: &mut store::Tx<'_>| {
        let alice = store::user::find(tx, tenant, like)?.unwrap();
        for n in 0..many {
            let user = User {
                id: id(n),
                upn: format!("p{n}@{}", alice.upn.domain()).parse().unwrap(),
                ..alice.clone()
            };
            store::user::insert(tx, &user)?.unwrap();
        }
        Ok::<_, QueryError>(())
    };
    world.app.snapshots.write(write).await.unwrap();
    (0..many).map(|n| id(n).to_string()).collect()
}

fn policy(number: usize, people: &[String]) -> Value {
    json!({
        "displayName": format!("policy {number}"),
        "state": "enabled",
        "conditions": {
            "users": {"includeUsers": people},
            "applications": {"includeApplications": ["All"]},
            "clientAppTypes": ["all"],
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    })
}

async fn refused(admin: &Caller, body: Value, says: &str) {
    let answer = admin.post(POLICIES, body).await;
    assert!(
        answer.status == 400 && answer.text.contains(says),
        "{} {}",
        answer.status,
        answer.text
    );
}

#[tokio::test]
async fn as_many_policies_as_there_may_be_hold_nobody_up() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let admin = tenant.user("admin", &[R::GlobalAdministrator]).await;
        let alice = tenant.user("alice", &[]).await;
        let people = crowd(&world, &alice, 5000).await;
        for far in [251, 5000] {
            refused(&admin, policy(1, &people[..far]), "250").await;
        }
        for number in 0..195 {
            let made = admin
                .post(POLICIES, policy(number, &people[number..number + 250]))
                .await;
            assert_eq!(made.status, 201, "{number} {}", made.text);
        }
        refused(&admin, policy(1000, &people[..1]), "195").await;
        let token = quick("a password", async || {
            alice.ask_v1("https://graph.microsoft.com").await
        });
        token.await.ok();
        let listed = quick("the list", async || admin.get(POLICIES).await).await.ok();
        assert_eq!(listed["value"].as_array().unwrap().len(), 195);
        let page = quick("the page", async || {
            let mut browser = Browser::new(&world);
            let page = browser.visit(&super::authorize::url(&tenant.domain, &[])).await;
            super::authorize::sign_in(&mut browser, &page, &alice).await
        });
        assert_eq!(page.await.status, 302);
    }
}
