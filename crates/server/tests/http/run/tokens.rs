//! Two worlds of tokens and keys: the server's own names, and Azure's. Neither knows the other's.

use super::{GRAPH, LOGIN, MANAGEMENT, Run, claims};
use crate::forge::{Forge, claims_of};
use crate::harness::{Answer, ORIGIN, World, request};
use bytes::Bytes;
use doorward_domain::directory::Permission;
use doorward_domain::signing_key::KeyUse;
use doorward_names::Duration;
use doorward_server::boot::keys as turn_over_by_hand;
use doorward_server::boot::turn_over;
use doorward_store as store;
use serde_json::{Value, json};
use std::fmt::Write as _;

async fn own(world: &World, path: &str, token: &str) -> Answer {
    let draft = request("GET", path, Some(token), Bytes::new());
    world.send(draft.body_from()).await
}

fn verdict(answer: &Answer) -> String {
    match answer.status {
        200 => "200".to_owned(),
        status => {
            let error = &answer.json()["error"];
            format!(
                "{status} {} {}",
                error["code"].as_str().unwrap(),
                error["message"]
            )
        }
    }
}

/// Each plane: a host of Azure's, a path, and audiences.
const PLANES: [(&str, &str, &str, &[&str]); 2] = [
    (
        "Graph",
        GRAPH,
        "/v1.0/users",
        &[
            "https://graph.microsoft.com",
            "00000003-0000-0000-c000-000000000000",
            ORIGIN,
        ],
    ),
    (
        "Resource Manager",
        MANAGEMENT,
        "/subscriptions?api-version=2020-01-01",
        &[
            "https://management.azure.com",
            "https://management.core.windows.net/",
            "797f4846-ba00-4fd7-ba43-dac1f8f63013",
            ORIGIN,
        ],
    ),
];

/// Tokens that differ in who signed them and in whose name, under both kinds of name.
#[tokio::test]
async fn golden_worlds_of_tokens() {
    let mut tables = Vec::new();
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let app = tenant
            .service_principal("app", &[Permission::DirectoryReadAll])
            .await;
        let run = Run::of(&app).await;
        let forge = Forge::of(&world).await;
        let id = tenant.id;
        let issuers = [
            ("own v1", format!("{ORIGIN}/{id}/")),
            ("own v2.0", format!("{ORIGIN}/{id}/v2.0")),
            ("Azure v1", format!("https://sts.windows.net/{id}/")),
            (
                "Azure v2.0",
                format!("https://login.microsoftonline.com/{id}/v2.0"),
            ),
            ("asked host", format!("https://graph.microsoft.com/{id}/")),
            ("other login host", format!("https://login.windows.net/{id}/v2.0")),
        ];
        let mut table = String::new();
        for key_use in KeyUse::ALL {
            for (name, issuer) in &issuers {
                for (plane, host, path, audiences) in PLANES {
                    for audience in audiences {
                        let token = forge.sign(key_use, &claims_of(&app, issuer, audience));
                        let there = own(&world, path, &token).await;
                        let here = run.get(host, path, Some(&token)).await;
                        let key = key_use.as_str();
                        let _ = writeln!(table, "{plane}: {key} key, issuer {name}, audience {audience}");
                        let _ = writeln!(table, "  own name    {}", verdict(&there));
                        let _ = writeln!(table, "  Azure's     {}", verdict(&here));
                    }
                }
            }
        }
        tables.push(table);
    }
    insta::assert_snapshot!(crate::harness::agreed(tables));
}

#[tokio::test]
async fn a_token_opens_the_world_that_issued_it() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let app = tenant
            .service_principal("app", &[Permission::DirectoryReadAll])
            .await;
        let run = Run::of(&app).await;
        let outside = app.graph_token().await;
        let pair = (app.name.as_str(), app.secret.as_str());
        let inside = run
            .client_token(&tenant, pair, "https://graph.microsoft.com")
            .await
            .ok();
        let inside = inside["access_token"].as_str().unwrap();
        assert_eq!(own(&world, "/v1.0/users", &outside).await.status, 200);
        assert_eq!(own(&world, "/v1.0/users", inside).await.status, 401);
        assert_eq!(run.get(GRAPH, "/v1.0/users", Some(inside)).await.status, 200);
        assert_eq!(run.get(GRAPH, "/v1.0/users", Some(&outside)).await.status, 401);
        // No run out of a run: its tokens do not make tickets.
        let begun = request("POST", "/run/tickets", Some(inside), Bytes::new());
        assert_eq!(world.send(begun.body_from()).await.status, 401);
        // A token from inside opens Azure's names through any living ticket, and through none when there is none.
        let second = Run::of(&app).await;
        assert_eq!(second.get(GRAPH, "/v1.0/users", Some(inside)).await.status, 200);
        // Under Azure's names, Graph goes by its own names alone.
        let by_address = run.client_token(&tenant, pair, ORIGIN).await;
        assert_eq!(by_address.aadsts(), 500_011);
        let v1 = claims(inside);
        assert_eq!(
            (&v1["iss"], &v1["idp"]),
            (
                &v1["idp"],
                &json!(format!("https://sts.windows.net/{}/", tenant.id))
            )
        );
    }
}

async fn names(answer: Answer) -> Vec<String> {
    let body: Value = answer.ok();
    let keys = body["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn each_world_has_keys_of_its_own() {
    const KEYS: &str = "/common/discovery/v2.0/keys";
    for world in World::own().await {
        let tenant = world.tenant().await;
        let app = tenant.service_principal("app", &[]).await;
        let before = names(world.get(KEYS).await).await;
        turn_over(&world.app).await;
        let stored = world.app.store.read(store::signing_key::list).await.unwrap();
        assert!(
            stored.iter().all(|k| k.key.key_use == KeyUse::Origin),
            "no run, no key"
        );
        let token = app.graph_token().await;
        let fresh = || {
            let (app, world, token) = (app.clone(), world.clone(), token.clone());
            async move {
                // The clock has gone on: a fresh token, and a fresh ticket.
                let _ = token;
                let token = app.ask_v1("https://graph.microsoft.com").await.ok();
                let draft = request(
                    "POST",
                    "/run/tickets",
                    token["access_token"].as_str(),
                    Bytes::new(),
                );
                let answer = world.send(draft.body_from()).await.ok();
                Run {
                    ticket: answer["ticket"].as_str().unwrap().to_owned(),
                    answer,
                    world,
                    maker_token: token["access_token"].as_str().unwrap().to_owned(),
                }
            }
        };
        let published = || async { names(fresh().await.get(LOGIN, KEYS, None).await).await };
        let first = published().await;
        assert_eq!(
            first.len(),
            1,
            "it signs at once; the next one comes in the background"
        );
        turn_over(&world.app).await;
        let both = published().await;
        assert_eq!((both.len(), &both[0]), (2, &first[0]));
        assert_eq!(
            names(world.get(KEYS).await).await,
            before,
            "never among the server's own"
        );
        assert!(both.iter().all(|name| !before.contains(name)));

        // Turned over by hand: each use by itself.
        let rotate = |key_use| {
            let world = world.clone();
            async move {
                let now = world.app.clock.now();
                let rotated = turn_over_by_hand::rotate_in(&world.app.store, key_use, now).await;
                world.app.snapshots.poll().await.unwrap();
                rotated
            }
        };
        assert!(rotate(KeyUse::Relay).await.is_err(), "too young");
        world.app.clock.advance(Duration::hours(25));
        assert_eq!(rotate(KeyUse::Relay).await.unwrap(), both[1]);
        assert_eq!(names(world.get(KEYS).await).await, before);
        let after = published().await;
        assert_eq!((after.len(), &after[0]), (3, &both[1]));

        // Stolen: the next of the same use takes over at once.
        let now = world.app.clock.now();
        turn_over_by_hand::revoke_in(&world.app.store, &both[1], now)
            .await
            .unwrap();
        world.app.snapshots.poll().await.unwrap();
        let left = published().await;
        assert!(!left.contains(&both[1]) && left.len() == 2);
        assert_eq!(names(world.get(KEYS).await).await, before);
        let pair = (app.name.as_str(), app.secret.as_str());
        let run = fresh().await;
        let token = run
            .client_token(&tenant, pair, "https://storage.azure.com")
            .await
            .ok();
        let header = token["access_token"].as_str().unwrap().split('.').next().unwrap();
        let header = crate::sts::header(&format!("{header}.."));
        assert_eq!(header["kid"], left[0].as_str());

        // By itself after ninety days, both.
        turn_over(&world.app).await;
        let due = (names(world.get(KEYS).await).await, published().await);
        world.app.clock.advance(Duration::days(91));
        turn_over(&world.app).await;
        assert_eq!(names(world.get(KEYS).await).await[0], due.0[1]);
        assert_eq!(
            published().await[0],
            *due.1.iter().find(|k| **k != left[0] && **k != first[0]).unwrap()
        );
    }
}
