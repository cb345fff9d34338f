//! Calls to the directory: pages, names in paths and filters, what is repeated.

use crate::mock::{CLIENT, Seen, Server, TestClock, answer, token};
use doorward_sdk::Error;
use doorward_sdk::directory::DirectoryClient;
use serde_json::json;
use std::sync::{Arc, OnceLock};

async fn directory(
    answers: impl Fn(&Seen) -> crate::mock::Answer + Send + Sync + 'static,
) -> (Server, DirectoryClient) {
    let server = Server::start(move |_, seen| {
        if seen.line.contains("/oauth2/") {
            token("t", 3600)
        } else {
            answers(seen)
        }
    })
    .await;
    let clock = TestClock::new();
    let client = DirectoryClient::new(server.options(&clock), Arc::new(server.principal(&clock)));
    (server, client)
}

#[tokio::test]
async fn pages_are_followed_on_the_same_server() {
    let origin = Arc::new(OnceLock::<String>::new());
    let known = Arc::clone(&origin);
    let (server, client) = directory(move |seen| match seen.line.contains("skiptoken") {
        false => answer(
            200,
            json!({ "value": [1], "@odata.nextLink": format!("{}/v1.0/users?$skiptoken=x", known.get().unwrap()) })
                .to_string(),
        ),
        true => answer(200, json!({ "value": [2] }).to_string()),
    })
    .await;
    origin.set(server.url.clone()).unwrap();
    assert_eq!(client.users(None).await.unwrap(), [json!(1), json!(2)]);
    assert!(server.seen()[1].head.contains("authorization: Bearer t"));
}

#[tokio::test]
async fn a_page_elsewhere_gets_no_token() {
    let (server, client) = directory(|_| {
        answer(
            200,
            r#"{"value":[],"@odata.nextLink":"https://evil.example/v1.0/users"}"#,
        )
    })
    .await;
    let refused = client.users(None).await.unwrap_err();
    assert!(matches!(refused, Error::Unexpected { .. }), "{refused}");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn names_stay_in_their_place() {
    let (server, client) = directory(|_| answer(200, r#"{"value":[{"id":"1"}]}"#)).await;
    client.user("../applications?x=#y").await.unwrap();
    client.find_service_principal("it's' or 1 eq 1").await.unwrap();
    let lines: Vec<String> = server.seen().into_iter().skip(1).map(|seen| seen.line).collect();
    assert!(
        lines[0].starts_with("GET /v1.0/users/..%2Fapplications%3Fx%3D%23y HTTP"),
        "{}",
        lines[0]
    );
    assert!(
        lines[1].contains("c+eq+%27it%27%27s%27%27+or+1+eq+1%27%29"),
        "{}",
        lines[1]
    );
}

#[tokio::test]
async fn a_change_that_may_have_happened_is_not_sent_twice() {
    let (server, client) = directory(|_| answer(500, "{}")).await;
    assert!(client.create_service_principal(CLIENT).await.is_err());
    assert_eq!(server.seen().len(), 2);
    assert!(client.users(None).await.is_err());
    assert_eq!(server.seen().len(), 2 + 4);
}

#[tokio::test]
async fn refusals_have_names() {
    type Check = fn(&Error) -> bool;
    let cases: [(u16, Check); 4] = [
        (401, |e| matches!(e, Error::Unauthenticated(_))),
        (403, |e| matches!(e, Error::NotAllowed(_))),
        (404, |e| matches!(e, Error::NotFound(_))),
        (400, |e| matches!(e, Error::Refused(_))),
    ];
    for (status, check) in cases {
        let (_, client) =
            directory(move |_| answer(status, r#"{"error":{"code":"Word","message":"The text."}}"#)).await;
        let refused = client.me().await.unwrap_err();
        assert!(
            check(&refused) && refused.to_string().contains("(Word) The text."),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn groups_are_asked_for_as_the_directory_has_them() {
    let (server, client) = directory(|seen| {
        if seen.line.contains("MemberGroups") {
            answer(200, r#"{"@odata.context":"x","value":["1","2"]}"#)
        } else if seen.line.starts_with("GET") {
            answer(200, r#"{"value":[]}"#)
        } else {
            answer(204, "")
        }
    })
    .await;
    client.create_group("Team", "team", None).await.unwrap();
    client.add_group_member("a/b", "m").await.unwrap();
    client.remove_group_member("g", "m").await.unwrap();
    client.group_transitive_members("g").await.unwrap();
    assert_eq!(client.user_member_groups("u@x", true).await.unwrap(), ["1", "2"]);
    assert_eq!(client.check_member_groups("o", &["1"]).await.unwrap(), ["1", "2"]);
    let seen: Vec<(String, String)> = server
        .seen()
        .into_iter()
        .skip(1)
        .map(|seen| (seen.line.replace(" HTTP/1.1", ""), seen.body))
        .collect();
    let reference = format!(r#"{{"@odata.id":"{}/v1.0/directoryObjects/m"}}"#, server.url);
    let expected = [
        (
            "POST /v1.0/groups",
            r#"{"displayName":"Team","mailEnabled":false,"mailNickname":"team","securityEnabled":true}"#,
        ),
        ("POST /v1.0/groups/a%2Fb/members/$ref", &reference),
        ("DELETE /v1.0/groups/g/members/m/$ref", ""),
        ("GET /v1.0/groups/g/transitiveMembers", ""),
        (
            "POST /v1.0/users/u@x/getMemberGroups",
            r#"{"securityEnabledOnly":true}"#,
        ),
        (
            "POST /v1.0/directoryObjects/o/checkMemberGroups",
            r#"{"groupIds":["1"]}"#,
        ),
    ];
    for (seen, expected) in seen.iter().zip(expected) {
        assert_eq!((seen.0.as_str(), seen.1.as_str()), expected);
    }
    assert_eq!(seen.len(), expected.len());
}
