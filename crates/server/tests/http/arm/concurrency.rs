//! Many at once: nothing is lost, nothing is there twice, and nobody acts by a right that was taken.

use super::ground::{AUTHORIZATION, Ground, MANAGEMENT, WORKSPACES, assignment_body, guid, role_body, said};
use super::subscription;
use crate::harness::{Answer, Caller, World, random, request};
use bytes::Bytes;
use doorward_domain::rbac::{CONTRIBUTOR, OWNER, READER};
use doorward_names::ObjectId;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

const WRITERS: usize = 8;

/// Asks again while the server says that it is busy.
async fn insist(caller: &Caller, method: &str, path: &str, body: Option<Value>) -> Answer {
    for _ in 0..50 {
        let answer = caller.arm(method, path, body.clone()).await;
        if answer.status != 503 {
            return answer;
        }
    }
    panic!("{method} {path}: busy fifty times");
}

/// What eight at once hear, sorted.
async fn at_once<F>(of: impl Fn(usize) -> F) -> Vec<String>
where
    F: Future<Output = String> + Send + 'static,
{
    let mut all = JoinSet::new();
    for number in 0..WRITERS {
        all.spawn(of(number));
    }
    let mut heard = all.join_all().await;
    heard.sort();
    heard
}

fn one_and_the_rest(one: &str, rest: &str) -> Vec<String> {
    let mut all = vec![rest.to_owned(); WRITERS - 1];
    all.push(one.to_owned());
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_writers_beside_eight_readers() {
    for world in World::own().await {
        let ground = Arc::new(Ground::of(&world).await);
        let group = ground.group("g").await;
        let workspace = ground.workspace(&group, "ws1").await;
        let reader = ground.tenant.user("reader", &[]).await;
        ground.tenant.assign(&reader, READER, &ground.at).await;
        let (over, read) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let mut readers = JoinSet::new();
        for _ in 0..8 {
            let (reader, over, read, workspace) = (
                reader.clone(),
                Arc::clone(&over),
                Arc::clone(&read),
                workspace.clone(),
            );
            readers.spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    for tail in ["", &format!("/{AUTHORIZATION}/roleAssignments")] {
                        let answer = reader.arm("GET", &format!("{workspace}{tail}"), None).await;
                        assert_eq!(answer.status, 200, "{}", answer.text);
                    }
                    read.fetch_add(1, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                }
            });
        }
        let put = |path: String, body: Value| {
            let owner = ground.owner.clone();
            async move { said(&insist(&owner, "PUT", &path, Some(body)).await) }
        };
        let principal = ground.tenant.user("p", &[]).await.id;
        let body = assignment_body(CONTRIBUTOR, principal);
        // The same role by eight names: it is there once.
        let heard = at_once(|_| put(ground.assignment(&group, &guid()), body.clone())).await;
        assert_eq!(heard, one_and_the_rest("201", "409 RoleAssignmentExists"));
        let list = format!(
            "{group}/{AUTHORIZATION}/roleAssignments?api-version=2022-04-01&$filter=principalId%20eq%20'{principal}'"
        );
        let found = ground.owner.arm("GET", &list, None).await.ok();
        assert_eq!(found["value"].as_array().unwrap().len(), 1);
        let id = found["value"][0]["id"].as_str().unwrap().to_owned();
        // Taken by eight at once, it is taken; given again by one name, it is given once.
        let take = |_| {
            let (owner, id) = (ground.owner.clone(), id.clone());
            async move { said(&insist(&owner, "DELETE", &id, None).await) }
        };
        let heard = at_once(take).await;
        assert!(
            heard.iter().all(|word| word == "200" || word == "204"),
            "{heard:?}"
        );
        assert!(heard.contains(&"200".to_owned()));
        let heard = at_once(|_| put(id.clone(), body.clone())).await;
        assert_eq!(heard, one_and_the_rest("201", "200"));
        // Eight roles of one name, and eight versions of one role.
        let everything = json!([{"actions": ["*/read"]}]);
        let role = |id: &str| format!("{}/{AUTHORIZATION}/roleDefinitions/{id}", ground.at);
        let heard = at_once(|_| {
            put(
                role(&guid()),
                role_body("same", everything.clone(), &[&ground.at]),
            )
        })
        .await;
        assert_eq!(
            heard,
            one_and_the_rest("201", "409 RoleDefinitionWithSameNameExists")
        );
        let one = role(&guid());
        let heard = at_once(|number| {
            let actions = json!([{"actions": [format!("Microsoft.X/n{number}/read")]}]);
            put(
                one.clone(),
                role_body(&format!("n{number}"), actions, &[&ground.at]),
            )
        });
        assert_eq!(heard.await, vec!["201"; WRITERS]);
        let shown = ground.owner.arm("GET", &one, None).await.ok()["properties"].clone();
        let name = shown["roleName"].as_str().unwrap();
        assert_eq!(
            shown["permissions"][0]["actions"],
            json!([format!("Microsoft.X/{name}/read")])
        );
        // One group, made by eight.
        let new = format!("{}/resourceGroups/new", ground.at);
        let heard = at_once(|_| put(new.clone(), json!({"location": "westeurope"}))).await;
        assert_eq!(heard, one_and_the_rest("201", "200"));
        let new = format!("{group}/{WORKSPACES}/new");
        let heard = at_once(|_| put(new.clone(), json!({"location": "westeurope"}))).await;
        assert_eq!(heard, one_and_the_rest("201", "200"));
        // Everybody's tag is there.
        for path in [&group, &workspace] {
            let tags = format!("{path}/providers/Microsoft.Resources/tags/default");
            let heard = at_once(|number| {
                let (owner, tags) = (ground.owner.clone(), tags.clone());
                async move {
                    for turn in 0..4 {
                        let tag = json!({format!("t{number}-{turn}"): "x"});
                        let body = json!({"operation": "Merge", "properties": {"tags": tag}});
                        let answer = insist(&owner, "PATCH", &tags, Some(body)).await;
                        assert_eq!(answer.status, 200, "{}", answer.text);
                    }
                    String::new()
                }
            });
            heard.await;
            let shown = ground.owner.arm("GET", &tags, None).await.ok();
            assert_eq!(
                shown["properties"]["tags"].as_object().unwrap().len(),
                4 * WRITERS
            );
        }
        counted_by_etag(&ground, &workspace).await;
        over.store(true, Ordering::Relaxed);
        readers.join_all().await;
        assert!(read.load(Ordering::Relaxed) > 8);
    }
}

/// A number that eight raise, each by what it read, unless somebody was faster.
async fn counted_by_etag(ground: &Arc<Ground>, workspace: &str) {
    const TURNS: usize = 4;
    let set = |text: String| json!({"properties": {"description": text}});
    let start = ground
        .owner
        .arm("PATCH", workspace, Some(set("0".to_owned())))
        .await;
    assert_eq!(start.status, 200, "{}", start.text);
    let token = ground.owner.arm_token().await;
    let heard = at_once(|_| {
        let (owner, token, workspace) = (ground.owner.clone(), token.clone(), workspace.to_owned());
        async move {
            let mut done = 0;
            while done < TURNS {
                let seen = owner.arm("GET", &workspace, None).await;
                let tag = seen.header("etag").unwrap().to_owned();
                let shown = seen.json();
                let number: usize = shown["properties"]["description"]
                    .as_str()
                    .unwrap()
                    .parse()
                    .unwrap();
                let body = serde_json::to_vec(&set((number + 1).to_string())).unwrap();
                let path = format!("{workspace}?api-version=2022-04-01");
                let draft = request("PATCH", &path, Some(&token), Bytes::from(body))
                    .header("content-type", "application/json")
                    .header("if-match", &tag);
                match owner.world.send(draft.body_from()).await.status {
                    200 => done += 1,
                    412 | 503 => {}
                    other => panic!("{other}"),
                }
            }
            String::new()
        }
    });
    heard.await;
    let shown = ground.owner.arm("GET", workspace, None).await.ok();
    assert_eq!(shown["properties"]["description"], (TURNS * WRITERS).to_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_who_gives_roles_stays() {
    for world in World::own().await {
        for turn in 0..6 {
            let tenant = world.tenant().await;
            let at = format!("/subscriptions/{}", subscription(&tenant).await.id);
            let mut owners = Vec::new();
            for name in ["anna", "ben"] {
                let owner = tenant.user(name, &[]).await;
                let id = tenant.assign(&owner, OWNER, &at).await;
                owners.push((owner, format!("{at}/{AUTHORIZATION}/roleAssignments/{id}")));
            }
            for (owner, _) in &owners {
                assert_eq!(owner.arm("GET", &at, None).await.status, 200);
            }
            // Each takes their own right, or each the other's.
            let mut all = JoinSet::new();
            for number in 0..2 {
                let owner = owners[number].0.clone();
                let path = owners[(number + turn) % 2].1.clone();
                all.spawn(async move { said(&insist(&owner, "DELETE", &path, None).await) });
            }
            let mut heard = all.join_all().await;
            heard.sort();
            assert_eq!(heard[0], "200", "{heard:?}");
            assert!(
                ["400 LastRbacAdminAssignment", "403 AuthorizationFailed"].contains(&heard[1].as_str()),
                "{heard:?}"
            );
            let mut left = 0;
            for (owner, _) in &owners {
                left += usize::from(owner.arm("GET", &at, None).await.status == 200);
            }
            assert_eq!(left, 1);
        }
    }
}

/// Two changes of which one makes the other wrong: never both, whichever comes first.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_that_exclude_each_other_one_is_done() {
    for world in World::own().await {
        let ground = Ground::of(&world).await;
        let owner = &ground.owner;
        let principal = ground.tenant.user("p", &[]).await.id;
        for turn in 0..6 {
            // A group is deleted while a role is given in it: the role doesn't outlive the group.
            let group = ground.group("short").await;
            let path = ground.assignment(&group, &guid());
            let (gone, given) = tokio::join!(
                insist(owner, "DELETE", &group, None),
                insist(owner, "PUT", &path, Some(assignment_body(READER, principal)))
            );
            assert_eq!(gone.status, 200);
            assert!(
                ["201", "404 ResourceGroupNotFound"].contains(&said(&given).as_str()),
                "{}",
                given.text
            );
            ground.group("short").await;
            assert_eq!(owner.arm("GET", &path, None).await.status, 404);
            // A role is deleted while it is given.
            let role = ground
                .role(
                    &format!("r{turn}"),
                    json!([{"actions": ["*/read"]}]),
                    &[&ground.at],
                )
                .await;
            let definition = format!("{}/{AUTHORIZATION}/roleDefinitions/{role}", ground.at);
            let (gone, given) = tokio::join!(
                insist(owner, "DELETE", &definition, None),
                insist(owner, "PUT", &path, Some(assignment_body(role, principal)))
            );
            let heard = (said(&gone), said(&given));
            let fine = [
                ("200", "400 RoleDefinitionDoesNotExist"),
                ("409 RoleDefinitionHasAssignments", "201"),
            ];
            assert!(fine.contains(&(heard.0.as_str(), heard.1.as_str())), "{heard:?}");
            // Two management groups are moved into each other, and one is deleted while something is moved there.
            let [a, b] = ["a", "b"].map(|name| format!("{MANAGEMENT}/{name}{turn}"));
            for name in [&a, &b] {
                ground.put(name, json!({})).await;
            }
            let inside = |parent: &str| Some(json!({"properties": {"details": {"parent": {"id": parent}}}}));
            let (one, two) = tokio::join!(
                insist(owner, "PUT", &a, inside(&b)),
                insist(owner, "PUT", &b, inside(&a))
            );
            let mut heard = [said(&one), said(&two)];
            heard.sort();
            assert_eq!(heard, ["200", "400 InvalidRequest"]);
            let [c, d] = ["c", "d"].map(|name| format!("{MANAGEMENT}/{name}{turn}"));
            ground.put(&c, json!({})).await;
            let (gone, made) = tokio::join!(
                insist(owner, "DELETE", &c, None),
                insist(owner, "PUT", &d, inside(&c))
            );
            let heard = (said(&gone), said(&made));
            let fine = [("204", "404 NotFound"), ("400 InvalidRequest", "200")];
            assert!(fine.contains(&(heard.0.as_str(), heard.1.as_str())), "{heard:?}");
        }
    }
}

/// A second node needs a store that several share: PostgreSQL alone is one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_right_that_was_taken_on_one_node_ends_on_the_other_within_a_second() {
    for world in World::own().await {
        let ground = Ground::of(&world).await;
        let Some(other) = world.second_node().await else {
            assert!(world.postgres.is_none());
            continue;
        };
        let group = ground.group("g").await;
        let bob = ground.tenant.user("bob", &[]).await;
        let mut there = bob.clone();
        there.world = other.clone();
        for _ in 0..2 {
            let path = ground.assignment(&group, &guid());
            let body = assignment_body(CONTRIBUTOR, bob.id);
            let given = ground.owner.arm("PUT", &path, Some(body)).await;
            assert_eq!(given.status, 201, "{}", given.text);
            tokio::time::sleep(Duration::from_secs(1)).await;
            // The other node has just looked.
            assert_eq!(there.arm("GET", &group, None).await.status, 200);
            assert_eq!(ground.owner.arm("DELETE", &path, None).await.status, 200);
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert_eq!(
                said(&there.arm("GET", &group, None).await),
                "403 AuthorizationFailed"
            );
        }
        // A change is decided by what is there now, however fresh the node's knowledge: of the same role given on both
        // nodes at once, one is refused.
        let mut owner_there = ground.owner.clone();
        owner_there.world = other.clone();
        for _ in 0..4 {
            let body = assignment_body(READER, ObjectId::from_random(random()));
            let mut body = body;
            body["properties"]["principalType"] = json!("User");
            let paths = [guid(), guid()].map(|id| ground.assignment(&group, &id));
            let (here, there) = tokio::join!(
                insist(&ground.owner, "PUT", &paths[0], Some(body.clone())),
                insist(&owner_there, "PUT", &paths[1], Some(body.clone()))
            );
            let mut heard = [said(&here), said(&there)];
            heard.sort();
            assert_eq!(heard, ["201", "409 RoleAssignmentExists"]);
        }
        // A node that can't look says so, and lets nobody through.
        assert_eq!(owner_there.arm("GET", &group, None).await.status, 200);
        let url = other.postgres.clone().unwrap();
        let rename = |from: &'static str, to: &'static str| {
            let url = url.clone();
            tokio::task::spawn_blocking(move || {
                let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
                client
                    .batch_execute(&format!("ALTER TABLE {from} RENAME TO {to}"))
                    .unwrap();
            })
        };
        rename("revision", "revision_away").await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        let answer = owner_there.arm("GET", &group, None).await;
        assert_eq!(
            (said(&answer).as_str(), answer.header("retry-after")),
            ("503 ServerBusy", Some("1"))
        );
        rename("revision_away", "revision").await.unwrap();
        assert_eq!(owner_there.arm("GET", &group, None).await.status, 200);
    }
}
