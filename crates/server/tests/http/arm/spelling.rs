//! One thing under many spellings, and bodies that are too much.

use super::ground::{Ground, WORKSPACES, said};
use crate::harness::{World, request};
use bytes::Bytes;
use doorward_domain::rbac::READER;
use serde_json::{Value, json};

#[tokio::test]
async fn a_thing_is_one_thing_however_it_is_spelt() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let group = ground.group("Groß-K").await;
        let workspace = ground.workspace(&group, "ml-Kiwi").await;
        let bob = ground.tenant.user("bob", &[]).await;
        ground
            .tenant
            .assign(&bob, READER, &workspace.to_uppercase().replace("SS-K", "ß-K"))
            .await;
        // Case, the Kelvin sign and escapes: what is decided on is what is read.
        let other = group.replace("-K", "-\u{212a}");
        for (spelt, status) in [
            (workspace.to_lowercase(), 200),
            (workspace.replace("Kiwi", "%4Biwi"), 200),
            (workspace.replace("ml-Kiwi", "ml-%E2%84%AAiwi"), 200),
            (
                workspace.replace(&group, &other.replace('\u{212a}', "%E2%84%AA")),
                200,
            ),
            (format!("{workspace}/"), 200),
            (workspace.replace("/ml-", "//ml-"), 200),
            (workspace.replace("Kiwi", "Kiwi%20"), 404),
            (workspace.replace("Kiwi", "Kiwi%00"), 404),
            (workspace.replace("Kiwi", "Kiwi%2Fcomputes%2Fx"), 404),
            (workspace.replace("/ml-", "/./ml-"), 404),
            (workspace.replace("/ml-", "/x/../ml-"), 404),
            (workspace.replace("/ml-", "/%2E%2E/ml-"), 404),
            (workspace.replace("Kiwi", "Kiwi%FF"), 404),
            (
                workspace
                    .replace("Kiwi", "K\u{131}wi")
                    .replace('\u{131}', "%C4%B1"),
                403,
            ),
            (
                workspace
                    .replace("Kiwi", "K\u{130}wi")
                    .replace('\u{130}', "%C4%B0"),
                403,
            ),
            (workspace.replace("ß", "ss"), 403),
            (workspace.replace("Kiwi", &"k".repeat(3000)), 404),
        ] {
            let spelt = spelt.replace('ß', "%C3%9F");
            let answer = bob.arm("GET", &spelt, None).await;
            assert_eq!(answer.status, status, "{spelt} {}", answer.text);
            let write = bob.arm("DELETE", &spelt, None).await;
            assert!([403, 404].contains(&write.status), "{spelt} {}", write.status);
        }
        // Made again under another spelling it is the same, and is named as it was.
        let spelt = workspace.replace("Groß-K", "gro%C3%9F-k").replace("Kiwi", "kiwi");
        let again = ground
            .owner
            .arm("PUT", &spelt, Some(json!({"location": "westeurope"})))
            .await;
        assert_eq!((again.status, &again.json()["name"]), (200, &json!("ml-Kiwi")));
        // A keyword is its letters: no other letter stands for one of them.
        for path in [
            workspace.replace("workspaces", "wor%E2%84%AAspaces"),
            format!("{workspace}/list%E2%84%AAeys"),
        ] {
            let path = path.replace('ß', "%C3%9F");
            for method in ["GET", "POST", "PUT", "DELETE"] {
                let answer = ground.owner.arm(method, &path, None).await;
                assert!(
                    [400, 404, 405].contains(&answer.status),
                    "{method} {path} {}",
                    answer.status
                );
            }
        }
    }
}

#[tokio::test]
async fn bodies_that_are_too_much() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let group = ground.group("g").await;
        let token = ground.owner.arm_token().await;
        let send = |path: String, body: Vec<u8>| {
            let (world, token) = (world.clone(), token.clone());
            async move {
                let path = format!("{path}?api-version=2022-04-01");
                let draft = request("PUT", &path, Some(&token), Bytes::from(body));
                said(
                    &world
                        .send(draft.header("content-type", "application/json").body_from())
                        .await,
                )
            }
        };
        let workspace = format!("{group}/{WORKSPACES}/ws1");
        let mut deep = "[".repeat(100_000);
        deep.push_str(&"]".repeat(100_000));
        let nested = format!(r#"{{"location":"westeurope","properties":{{"a":{deep}}}}}"#);
        let many: serde_json::Map<String, Value> = (0..1000).map(|n| (format!("t{n}"), json!("v"))).collect();
        let tags = |tags: Value| {
            json!({"location": "westeurope", "tags": tags})
                .to_string()
                .into_bytes()
        };
        for (body, expected) in [
            (vec![b' '; 1024 * 1024 + 1], "413 RequestContentTooLarge"),
            (nested.into_bytes(), "400 InvalidRequestContent"),
            (
                br#"{"location":"west\u0000europe"}"#.to_vec(),
                "400 InvalidRequestContent",
            ),
            (
                br#"{"location":"westeurope","tags":{"a\u0000":"b"}}"#.to_vec(),
                "400 InvalidRequestContent",
            ),
            (b"{\"location\":\"\xff\"}".to_vec(), "400 InvalidRequestContent"),
            (b"".to_vec(), "400 InvalidRequestContent"),
            (b"null".to_vec(), "400 InvalidRequestContent"),
            (tags(Value::Object(many)), "400 TooManyTags"),
            (
                tags(json!({"a": "x".repeat(257)})),
                "400 InvalidTagNameCharacters",
            ),
            (
                tags(json!({"a".repeat(513): "x"})),
                "400 InvalidTagNameCharacters",
            ),
            (tags(json!({"a": "b", "A": "b"})), "400 InvalidTagNameCharacters"),
        ] {
            for path in [&group, &workspace] {
                let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
                assert_eq!(send(path.clone(), body.clone()).await, expected, "{path} {shown}");
            }
        }
        assert_eq!(ground.owner.arm("GET", &workspace, None).await.status, 404);
        // Nor does a little come to much, by and by.
        let vault = format!("{group}/providers/Microsoft.KeyVault/vaults/vault1");
        ground.put(&vault, json!({"location": "westeurope"})).await;
        let mut heard = Vec::new();
        for part in ["a", "b", "c"] {
            let body = json!({"properties": {part: "x".repeat(400_000)}});
            heard.push(said(&ground.owner.arm("PATCH", &vault, Some(body)).await));
        }
        assert_eq!(heard, ["200", "200", "400 InvalidRequest"]);
        let shown = ground.owner.arm("GET", &vault, None).await.ok();
        assert_eq!(shown["properties"].get("c"), None);
    }
}
