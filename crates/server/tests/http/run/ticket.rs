//! A ticket's life, and who gets one.

use super::{GRAPH, LOGIN, Run, begin};
use crate::graph::code;
use crate::harness::{NOW, World, request};
use bytes::Bytes;
use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::directory::{DirectoryRole, Permission};
use doorward_domain::run_ticket::{MAX_LIVE, Maker, RunTicket};
use doorward_names::{AppId, Duration, HashKeyId, SecretHash, TenantId};
use doorward_store::{self as store, QueryError};
use serde_json::{Value, json};

const DISCOVERY: &str = "/common/.well-known/openid-configuration";

async fn audited(world: &World, tenant: TenantId) -> Vec<AuditRow> {
    let rows = world
        .app
        .store
        .read(|view| store::audit::page(view, None, 10_000));
    let rows = rows.await.unwrap().into_iter().map(|(_, row)| row);
    rows.filter(|row| row.tenant == Some(tenant) && row.detail.starts_with(['a', 'w']))
        .filter(|row| matches!(row.event, Event::RunBegan | Event::RunEnded))
        .collect()
}

#[tokio::test]
async fn it_is_made_used_kept_and_ended() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let run = Run::of(&alice).await;
        assert!(run.ticket.starts_with("dwt~") && run.ticket.len() == 50);
        assert_eq!(run.answer["expiresIn"], 120);
        assert_eq!(run.answer["tenantId"], tenant.id.to_string());
        assert_eq!(run.answer.get("identity"), None);
        assert_eq!(run.get(LOGIN, DISCOVERY, None).await.status, 200);
        world.app.clock.advance(Duration::seconds(119));
        let kept = run.keep().await;
        assert_eq!((kept.status, kept.json()), (200, json!({"expiresIn": 120})));
        world.app.clock.advance(Duration::seconds(119));
        assert_eq!(run.get(LOGIN, DISCOVERY, None).await.status, 200);
        assert_eq!(run.end().await.status, 204);
        let after = run.get(LOGIN, DISCOVERY, None).await;
        assert_eq!(after.status, 403);
        assert!(after.text.contains("doorward run -- COMMAND"), "{}", after.text);
        assert_eq!(run.end().await.status, 204, "ending twice is no error");
        let kept = run.keep().await;
        assert_eq!(
            (kept.status, code(&kept).as_str()),
            (404, "Request_ResourceNotFound")
        );
        let rows = audited(&world, tenant.id).await;
        let events: Vec<_> = rows.iter().map(|row| row.event).collect();
        assert_eq!(
            events,
            [Event::RunBegan, Event::RunEnded],
            "the second end leaves none"
        );
        for row in rows {
            assert_eq!((row.actor, row.target), (Some(alice.id), None));
            assert_eq!(row.detail, "without an identity");
        }
    }
}

#[tokio::test]
async fn only_its_maker_keeps_it_alive() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let admin = tenant.user("admin", &[DirectoryRole::GlobalAdministrator]).await;
        let run = Run::of(&tenant.user("alice", &[]).await).await;
        let other_tenants = world.tenant().await.user("alice", &[]).await;
        // The ticket alone is what a program inside has.
        let alone = run.keep_as(None).await;
        assert_eq!(
            (alone.status, code(&alone).as_str()),
            (401, "InvalidAuthenticationToken")
        );
        for other in [admin, other_tenants] {
            let token = other.graph_token().await;
            assert_eq!(run.keep_as(Some(&token)).await.status, 404);
        }
        assert_eq!(run.keep().await.status, 200);
    }
}

#[tokio::test]
async fn it_dies_by_itself_and_is_forgotten() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let run = Run::of(&alice).await;
        world.app.clock.advance(Duration::seconds(120));
        assert_eq!(run.get(LOGIN, DISCOVERY, None).await.status, 403);
        assert_eq!(run.keep().await.status, 404, "death is final");
        assert_eq!(run.end().await.status, 204);
        assert_eq!(
            audited(&world, tenant.id).await.len(),
            1,
            "it was not ended by anyone"
        );
        let now = world.app.clock.now();
        let later = now.plus(Duration::seconds(200));
        let run = Run::of(&alice).await;
        let snapshots = &world.app.snapshots;
        let prune = |at| snapshots.write(move |tx| store::run_ticket::prune(tx, at));
        assert_eq!(prune(now).await.unwrap(), 0);
        assert_eq!(prune(later).await.unwrap(), 1);
        assert_eq!(run.keep().await.status, 404);
    }
}

#[tokio::test]
async fn it_dies_with_its_maker() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let admin = tenant.user("admin", &[DirectoryRole::GlobalAdministrator]).await;
        for how in ["disabled", "deleted", "session ended", "application disabled"] {
            let person = how != "application disabled";
            let name = how.replace(' ', "-");
            let maker = match person {
                true => tenant.user(&name, &[]).await,
                false => tenant.service_principal(&name, &[]).await,
            };
            let run = Run::of(&maker).await;
            assert_eq!(run.keep().await.status, 200);
            let user = format!("/v1.0/users/{}", maker.id);
            let done = match how {
                "disabled" => admin.patch(&user, json!({"accountEnabled": false})).await.status,
                "deleted" => admin.delete(&user).await.status,
                "session ended" => {
                    let (tenant, id, now) = (tenant.id, maker.id, world.app.clock.now());
                    let end =
                        move |tx: &mut store::Tx<'_>| store::session::revoke_all_of_user(tx, tenant, id, now);
                    assert_eq!(world.app.snapshots.write(end).await.unwrap(), 1);
                    204
                }
                _ => {
                    let path = format!("/v1.0/servicePrincipals/{}", maker.id);
                    admin.patch(&path, json!({"accountEnabled": false})).await.status
                }
            };
            assert_eq!(done, 204, "{how}");
            assert_eq!(run.get(LOGIN, DISCOVERY, None).await.status, 403, "{how}");
            assert_eq!(run.keep().await.status, 404, "{how}");
            assert_eq!(begin(&maker, json!({})).await.status, 401, "{how}");
            assert_eq!(run.end().await.status, 204, "{how}");
        }
    }
}

#[tokio::test]
async fn only_a_token_for_the_directory_makes_one() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let app = tenant.service_principal("app", &[]).await;
        let post = |bearer: Option<String>, body: &'static [u8], kind: &'static str| {
            let world = world.clone();
            async move {
                let body = Bytes::from_static(body);
                let draft = request("POST", "/run/tickets", bearer.as_deref(), body);
                world.send(draft.header("content-type", kind).body_from()).await
            }
        };
        let json = "application/json";
        let none = post(None, b"", json).await;
        assert_eq!(
            (none.status, code(&none).as_str()),
            (401, "InvalidAuthenticationToken")
        );
        assert!(none.header("www-authenticate").unwrap().starts_with("Bearer"));
        assert_eq!(post(Some("nonsense".into()), b"", json).await.status, 401);
        let other = app.ask_v1("https://management.azure.com").await.ok();
        let other = other["access_token"].as_str().unwrap().to_owned();
        assert_eq!(
            post(Some(other), b"", json).await.status,
            401,
            "Resource Manager's token"
        );
        let token = Some(app.graph_token().await);
        assert_eq!(
            post(token.clone(), b"", "text/plain").await.status,
            201,
            "no body is fine"
        );
        assert_eq!(post(token.clone(), b"{}", json).await.status, 201);
        assert_eq!(
            post(token.clone(), b"{\"identity\":null}", json).await.status,
            201
        );
        let huge: &'static [u8] = Vec::leak(vec![b' '; 20_000]);
        for body in [
            b"[]".as_slice(),
            b"null",
            b"{",
            b"\xff",
            b"{\"identity\":1}",
            b"{\"Identity\":\"x\"}",
            b"{\"identity\":\"x\",\"more\":1}",
            huge,
        ] {
            let answer = post(token.clone(), body, json).await;
            assert_eq!(answer.status, 400, "{}", answer.text);
            code(&answer);
        }
        assert_eq!(post(token, b"{}", "text/plain").await.status, 415);
    }
}

#[tokio::test]
async fn its_header_stands_there_once() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let token = alice.graph_token().await;
        let run = Run::of(&alice).await;
        let huge = "a".repeat(60_000);
        let other = format!("dwt~{}", "A".repeat(46));
        for (method, tickets, expected) in [
            ("POST", vec![], 400),
            ("DELETE", vec![], 400),
            ("POST", vec![run.ticket.as_str(), run.ticket.as_str()], 400),
            ("DELETE", vec![run.ticket.as_str(), run.ticket.as_str()], 400),
            ("POST", vec!["nonsense"], 404),
            ("POST", vec![""], 404),
            ("POST", vec![huge.as_str()], 404),
            ("POST", vec![other.as_str()], 404),
            ("DELETE", vec!["nonsense"], 204),
            ("GET", vec![run.ticket.as_str()], 405),
            ("PATCH", vec![run.ticket.as_str()], 405),
            ("POST", vec![run.ticket.as_str()], 200),
        ] {
            let mut draft = request(method, "/run/ticket", Some(&token), Bytes::new());
            for ticket in &tickets {
                draft = draft.header("doorward-ticket", ticket);
            }
            let answer = world.send(draft.body_from()).await;
            assert_eq!(
                answer.status,
                expected,
                "{method} {} {}",
                tickets.len(),
                answer.text
            );
            assert!(!answer.text.contains(&run.ticket));
        }
        for method in ["GET", "DELETE", "PUT"] {
            let draft = request(method, "/run/tickets", None, Bytes::new());
            assert_eq!(world.send(draft.body_from()).await.status, 405, "{method}");
        }
        for path in ["/run", "/run/", "/run/ticket/x", "/run/other", "/RUN/tickets/"] {
            assert_eq!(world.get(path).await.status, 404, "{path}");
        }
    }
}

#[tokio::test]
async fn nobody_has_more_than_a_thousand() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let app = tenant
            .service_principal("app", &[Permission::DirectoryReadAll])
            .await;
        let other = tenant.service_principal("other", &[]).await;
        let (id, maker) = (tenant.id, app.id);
        let now = world.app.clock.now();
        let fill = world.app.snapshots.write(move |tx| {
            for n in 0..MAX_LIVE {
                let mut mac = [0; 32];
                mac[..8].copy_from_slice(&n.to_be_bytes());
                mac[8..24].copy_from_slice(maker.as_bytes());
                let hash = SecretHash::new(HashKeyId::from_bytes([1; 16]), mac);
                let maker = Maker {
                    id: maker,
                    client: AppId::from_u128(1),
                    session: None,
                };
                store::run_ticket::insert(tx, &RunTicket::new(hash, id, maker, None, now))?.unwrap();
            }
            Ok::<_, QueryError>(())
        });
        fill.await.unwrap();
        let refused = begin(&app, json!({})).await;
        assert_eq!(
            (refused.status, code(&refused).as_str()),
            (429, "TooManyRequests")
        );
        assert_eq!(refused.header("retry-after"), Some("120"));
        assert_eq!(begin(&other, json!({})).await.status, 201, "another has room");
        assert_eq!(NOW, now);
    }
}

#[tokio::test]
async fn many_first_tickets_make_one_key() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let app = tenant
            .service_principal("app", &[Permission::DirectoryReadAll])
            .await;
        app.graph_token().await;
        let relay = || async {
            let keys = world.app.store.read(store::signing_key::list).await.unwrap();
            keys.iter()
                .filter(|k| k.key.key_use == doorward_domain::signing_key::KeyUse::Relay)
                .count()
        };
        assert_eq!(relay().await, 0, "a server without runs has none");
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let app = app.clone();
                tokio::spawn(async move { begin(&app, json!({})).await.status })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), 201);
        }
        assert_eq!(relay().await, 1);
        let run = Run::of(&app).await;
        let keys = run.get(LOGIN, "/common/discovery/keys", None).await.ok();
        assert_eq!(keys["keys"].as_array().map(Vec::len), Some(1));
        let token = run
            .client_token(&tenant, (&app.name, &app.secret), "https://graph.microsoft.com")
            .await
            .ok();
        let token = token["access_token"].as_str().unwrap();
        let users: Value = run.get(GRAPH, "/v1.0/users", Some(token)).await.ok();
        assert_eq!(
            users["@odata.context"],
            "https://graph.microsoft.com/v1.0/$metadata#users"
        );
    }
}
