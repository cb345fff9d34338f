//! Signing keys as verifiers and tokens see them.

use super::header;
use crate::harness::{NOW, World};
use doorward_domain::signing_key::KeyUse;
use doorward_names::Duration;
use doorward_server::boot::keys as turn_over_by_hand;
use doorward_server::boot::turn_over;
use doorward_store::{self as store};

async fn published(world: &World) -> Vec<String> {
    let body = world.get("/common/discovery/v2.0/keys").await.ok();
    body["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn keys_are_published_before_they_sign_and_until_their_tokens_have_expired() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let app = tenant.service_principal("ml-auth", &[]).await;
        let kid = || async {
            let body = app.ask_v1("https://management.azure.com").await.ok();
            header(body["access_token"].as_str().unwrap())["kid"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let first = kid().await;
        let both = published(&world).await;
        assert_eq!(both.len(), 2, "one that signs, and the next");
        assert_eq!(both[0], first);
        let next = both[1].clone();
        // Too young: not even the owner of the data can make it sign.
        let now = world.app.clock.now();
        assert!(
            turn_over_by_hand::rotate_in(&world.app.store, KeyUse::Origin, now)
                .await
                .is_err()
        );
        world.app.clock.advance(Duration::hours(25));
        let name = turn_over_by_hand::rotate_in(&world.app.store, KeyUse::Origin, world.app.clock.now())
            .await
            .unwrap();
        assert_eq!(name, next);
        world.app.snapshots.poll().await.unwrap();
        assert_eq!(kid().await, next);
        assert!(published(&world).await.contains(&first));
        world.app.clock.advance(Duration::minutes(66));
        assert!(
            !published(&world).await.contains(&first),
            "its last token has expired"
        );
    }
}

#[tokio::test]
async fn a_compromised_key_vanishes_at_once() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let app = tenant.service_principal("ml-auth", &[]).await;
        let both = published(&world).await;
        let now = world.app.clock.now();
        turn_over_by_hand::revoke_in(&world.app.store, &both[0], now)
            .await
            .unwrap();
        world.app.snapshots.poll().await.unwrap();
        assert_eq!(published(&world).await, [both[1].clone()]);
        let body = app.ask_v1("https://management.azure.com").await.ok();
        assert_eq!(
            header(body["access_token"].as_str().unwrap())["kid"],
            both[1].as_str()
        );
        assert!(
            turn_over_by_hand::revoke_in(&world.app.store, "no-such-key", now)
                .await
                .is_err()
        );
        // Every step is in the audit table.
        let rows = world
            .app
            .store
            .read(|view| store::audit::page(view, None, 100))
            .await
            .unwrap();
        let said: Vec<_> = rows
            .iter()
            .filter(|(_, row)| row.detail.contains("compromised"))
            .collect();
        assert_eq!(said.len(), 1);
    }
}

#[tokio::test]
async fn keys_turn_over_by_themselves_after_ninety_days() {
    for world in World::own().await {
        world.tenant().await;
        let before = published(&world).await;
        turn_over(&world.app).await;
        assert_eq!(published(&world).await, before, "nothing to do yet");
        world.app.clock.advance(Duration::days(91));
        turn_over(&world.app).await;
        let after = published(&world).await;
        assert_eq!(after[0], before[1], "the next one signs");
        assert_eq!(after.len(), 3, "a new next one, and the retired one for an hour");
        assert_eq!(NOW.plus(Duration::days(91)), world.app.clock.now());
    }
}
