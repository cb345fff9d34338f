//! Refresh tokens: each use turns one over, a lost answer costs nothing, a copy ends the session.

use crate::harness::{Answer, COMMAND_LINE, World};
use doorward_domain::audit::Event;
use doorward_names::{Duration, TenantId};
use doorward_store as store;
use serde_json::Value;
use std::collections::HashSet;

const GRAPH: &str = "https://graph.microsoft.com";

/// The refresh token of an answer.
pub fn refresh_token(body: &Value) -> String {
    body["refresh_token"].as_str().unwrap().to_owned()
}

/// Uses a refresh token as the command line.
pub async fn turn(world: &World, refresh: &str) -> Answer {
    turn_as(world, refresh, COMMAND_LINE).await
}

async fn turn_as(world: &World, refresh: &str, client: &str) -> Answer {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", client),
        ("refresh_token", refresh),
        ("resource", GRAPH),
    ];
    world.post_form("/common/oauth2/token", &form).await
}

/// Uses a refresh token that has to be good, and gives the next.
async fn turned(world: &World, refresh: &str) -> String {
    let next = refresh_token(&turn(world, refresh).await.ok());
    assert_ne!(next, refresh);
    next
}

/// What is written down of a tenant.
async fn written(world: &World, tenant: TenantId, event: Event) -> Vec<String> {
    let rows = world
        .app
        .store
        .read(|view| store::audit::page(view, None, 100_000));
    let rows = rows.await.unwrap().into_iter();
    let rows = rows.filter(|(_, row)| row.tenant == Some(tenant) && row.event == event);
    rows.map(|(_, row)| row.detail).collect()
}

fn later(world: &World, seconds: i64) {
    world.app.clock.advance(Duration::seconds(seconds));
}

#[tokio::test]
async fn each_use_turns_it_over_and_a_copy_ends_the_session() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let elsewhere = refresh_token(&alice.ask_v1(GRAPH).await.ok());
        // The first of all was copied; one in the middle; the one before the newest.
        for (ends, copied) in [0, 2, 3].into_iter().enumerate() {
            let mut tokens = vec![refresh_token(&alice.ask_v1(GRAPH).await.ok())];
            for _ in 0..4 {
                later(&world, 3600);
                tokens.push(turned(&world, &tokens[tokens.len() - 1]).await);
            }
            assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), 5);
            later(&world, 61);
            let issued = written(&world, tenant.id, Event::TokenIssued).await.len();
            assert_eq!(written(&world, tenant.id, Event::SignedOut).await.len(), ends);
            let copy = turn(&world, &tokens[copied]).await;
            assert_eq!((copy.status, copy.aadsts()), (400, 50_132));
            assert_eq!(copy.json()["error"], "invalid_grant");
            for token in &tokens {
                assert_eq!(turn(&world, token).await.aadsts(), 50_132);
                assert!(!copy.text.contains(token.as_str()));
            }
            // It is written down once, without the token, and nothing was issued.
            let ended = written(&world, tenant.id, Event::SignedOut).await;
            assert_eq!(ended.len(), ends + 1);
            let last = ended.last().unwrap();
            assert!(last.ends_with(": the refresh token was used before"), "{last}");
            assert_eq!(written(&world, tenant.id, Event::TokenIssued).await.len(), issued);
        }
        // What the person began elsewhere goes on.
        turned(&world, &elsewhere).await;
    }
}

#[tokio::test]
async fn a_lost_answer_signs_nobody_out() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let first = refresh_token(&alice.ask_v1(GRAPH).await.ok());
        turned(&world, &first).await;
        later(&world, 60);
        let second = turned(&world, &first).await;
        later(&world, 3600);
        let third = turned(&world, &second).await;
        // The answer with the third is lost as well, but its successor was used: by whom, nobody knows.
        let fourth = turned(&world, &third).await;
        assert_eq!(turn(&world, &second).await.aadsts(), 50_132);
        assert_eq!(turn(&world, &fourth).await.aadsts(), 50_132);
        // After a minute it is too late, even for the first answer that was lost.
        let lost = refresh_token(&alice.ask_v1(GRAPH).await.ok());
        let next = turned(&world, &lost).await;
        later(&world, 61);
        assert_eq!(turn(&world, &lost).await.aadsts(), 50_132);
        assert_eq!(turn(&world, &next).await.aadsts(), 50_132);
    }
}

#[tokio::test]
async fn many_at_once_are_all_answered_and_either_of_their_tokens_goes_on() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let first = refresh_token(&alice.ask_v1(GRAPH).await.ok());
        // Half of them ask another node, where there is one.
        let other = world.second_node().await.unwrap_or_else(|| world.clone());
        let tasks: Vec<_> = (0..16)
            .map(|number| {
                let node = if number % 2 == 0 { &world } else { &other };
                let (node, first) = (node.clone(), first.clone());
                tokio::spawn(async move { turned(&node, &first).await })
            })
            .collect();
        let mut given = HashSet::new();
        for task in tasks {
            given.insert(task.await.unwrap());
        }
        assert_eq!(given.len(), 16);
        let mut given = given.into_iter();
        let (one, another) = (given.next().unwrap(), given.next().unwrap());
        let next = turned(&world, &one).await;
        turned(&world, &another).await;
        turned(&world, &next).await;
        // By now the others are copies.
        assert_eq!(turn(&world, &another).await.aadsts(), 50_132);
    }
}

#[tokio::test]
async fn of_many_copies_at_once_none_gives_a_token_and_one_is_written_down() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let first = refresh_token(&alice.ask_v1(GRAPH).await.ok());
        let newest = turned(&world, &turned(&world, &first).await).await;
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let (world, first) = (world.clone(), first.clone());
                tokio::spawn(async move { turn(&world, &first).await.aadsts() })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), 50_132);
        }
        assert_eq!(turn(&world, &newest).await.aadsts(), 50_132);
        assert_eq!(written(&world, tenant.id, Event::SignedOut).await.len(), 1);
    }
}

#[tokio::test]
async fn what_gives_no_token_turns_nothing_over() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let first = refresh_token(&alice.ask_v1(GRAPH).await.ok());
        let newest = turned(&world, &turned(&world, &first).await).await;
        // Another client, with any of them: no use, and no harm.
        for token in [&first, &newest] {
            let other = turn_as(&world, token, "11111111-2222-4333-8444-555555555555").await;
            assert_eq!(other.aadsts(), 70_000);
        }
        // A resource that isn't there, asked for longer than a lost answer would be forgiven.
        for _ in 0..3 {
            let form = [
                ("grant_type", "refresh_token"),
                ("client_id", COMMAND_LINE),
                ("refresh_token", newest.as_str()),
                ("resource", "https://nowhere.example"),
            ];
            let answer = world.post_form("/common/oauth2/token", &form).await;
            assert_eq!(answer.aadsts(), 500_011);
            later(&world, 61);
        }
        turned(&world, &newest).await;
    }
}
