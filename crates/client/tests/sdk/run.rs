//! Runs' tickets: what is sent, what is repeated, and that nothing shows a secret.

use crate::mock::{Answer, Seen, Server, TestClock, answer, token};
use doorward_sdk::run::{IdentityKind, RunClient};
use doorward_sdk::{Error, RetryPolicy};
use serde_json::json;
use std::sync::Arc;

const TICKET: &str = "dwt~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

async fn runs(answers: impl Fn(usize, &Seen) -> Answer + Send + Sync + 'static) -> (Server, RunClient) {
    let server = Server::start(move |number, seen| {
        if seen.line.contains("/oauth2/") {
            token("t", 3600)
        } else {
            answers(number, seen)
        }
    })
    .await;
    let clock = TestClock::new();
    let client = RunClient::new(server.options(&clock), Arc::new(server.principal(&clock)));
    (server, client)
}

fn made() -> String {
    json!({
        "ticket": TICKET,
        "expiresIn": 120,
        "tenantId": crate::mock::TENANT,
        "identity": {
            "type": "servicePrincipal",
            "clientId": crate::mock::CLIENT,
            "objectId": crate::mock::CLIENT,
            "secret": "dwc~hush",
        },
    })
    .to_string()
}

#[tokio::test]
async fn a_run_begins_is_kept_and_ends() {
    let (server, client) = runs(|_, seen| match seen.line.split(' ').next() {
        Some("DELETE") => answer(204, ""),
        _ if seen.line.contains("/run/tickets") => answer(201, made()),
        _ => answer(200, r#"{"expiresIn":120}"#),
    })
    .await;
    let begun = client.begin(Some("ml-auth")).await.unwrap();
    let identity = begun.identity.clone().unwrap();
    assert_eq!(
        (begun.expires_in, identity.kind),
        (120, IdentityKind::ServicePrincipal)
    );
    let shown = format!("{begun:?} {client:?}");
    assert!(!shown.contains("AAAA") && !shown.contains("hush"), "{shown}");
    assert_eq!(client.keep(&begun.ticket).await.unwrap().expires_in, 120);
    client.end(&begun.ticket).await.unwrap();
    client.begin(None).await.unwrap();
    let seen: Vec<Seen> = server
        .seen()
        .into_iter()
        .filter(|s| !s.line.contains("/oauth2/"))
        .collect();
    let lines: Vec<&str> = seen.iter().map(|s| s.line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "POST /run/tickets HTTP/1.1",
            "POST /run/ticket HTTP/1.1",
            "DELETE /run/ticket HTTP/1.1",
            "POST /run/tickets HTTP/1.1"
        ]
    );
    assert_eq!(
        (seen[0].body.as_str(), seen[3].body.as_str()),
        (r#"{"identity":"ml-auth"}"#, "{}")
    );
    assert!(seen[0].head.contains("authorization: Bearer t"));
    for about in &seen[1..3] {
        assert!(about.head.contains(&format!("doorward-ticket: {TICKET}")));
    }
    assert!(
        seen[1].head.contains("authorization: Bearer t"),
        "kept by its maker"
    );
    assert!(
        !seen[2].head.contains("authorization"),
        "ended by the ticket alone"
    );
}

#[tokio::test]
async fn an_ended_ticket_is_told_apart() {
    let body = r#"{"error":{"code":"Request_ResourceNotFound","message":"The run's ticket has ended."}}"#;
    let (_, client) = runs(move |_, _| answer(404, body)).await;
    let ended = client.keep(&TICKET.into()).await.unwrap_err();
    assert!(matches!(ended, Error::NotFound(_)), "{ended}");
    assert!(!ended.to_string().contains("AAAA"));
    assert!(matches!(
        client.keep(&"bad\nticket".into()).await.unwrap_err(),
        Error::Invalid(_)
    ));
}

#[tokio::test]
async fn keeping_is_repeated_and_beginning_only_when_nothing_was_done() {
    let (server, client) = runs(|_, _| answer(500, "{}")).await;
    assert!(client.keep(&TICKET.into()).await.is_err());
    assert_eq!(server.seen().len(), 1 + 4, "a token, and four tries");
    assert!(client.begin(None).await.is_err());
    assert_eq!(server.seen().len(), 1 + 4 + 1, "one try");
    let (server, client) = runs(|number, _| match number {
        0..=2 => answer(503, "{}"),
        _ => answer(201, made()),
    })
    .await;
    client.begin(None).await.unwrap();
    assert_eq!(server.seen().len(), 1 + 3);
}

#[tokio::test]
async fn requests_are_passed_on_as_they_are() {
    let server = Server::start(|_, _| {
        let mut found = answer(302, "there");
        found.headers = "location: /elsewhere\r\n".to_owned();
        found
    })
    .await;
    let options = server.options(&TestClock::new()).retry(RetryPolicy::NEVER);
    let client = options.http_client().unwrap();
    let response = client.get(format!("{}/here", server.url)).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 302, "no redirect is followed");
    assert_eq!(response.text().await.unwrap(), "there");
    assert!(
        !server.seen()[0].head.contains("user-agent"),
        "{}",
        server.seen()[0].head
    );
    let missing = options.ca_file("/nowhere/ca.pem").http_client().unwrap_err();
    assert!(matches!(missing, Error::CaFile { .. }));
}
