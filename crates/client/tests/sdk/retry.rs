//! What is asked again, how often, after how long; and what each refusal is called.

use crate::mock::{Answer, Server, TestClock, answer, refusal, token};
use doorward_sdk::{Authority, ClientOptions, Error, RetryPolicy, ServicePrincipalAuthentication};
use std::time::Duration;

const ARM: &str = "https://management.azure.com";

fn busy(seconds: &str) -> Answer {
    Answer {
        headers: format!("retry-after: {seconds}\r\n"),
        ..answer(429, "{}")
    }
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let server = Server::start(|n, _| if n < 2 { busy("7") } else { token("t", 3600) }).await;
    let clock = TestClock::new();
    assert!(server.principal(&clock).token(ARM).await.is_ok());
    assert_eq!(*clock.slept.lock().unwrap(), [Duration::from_secs(7); 2]);
}

#[tokio::test]
async fn a_long_retry_after_is_handed_on() {
    let server = Server::start(|_, _| busy("120")).await;
    let clock = TestClock::new();
    let refused = server.principal(&clock).token(ARM).await.unwrap_err();
    assert!(
        matches!(refused, Error::Throttled { retry_after: Some(span), .. } if span.as_secs() == 120),
        "{refused}"
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn patience_has_an_end() {
    let server = Server::start(|_, _| answer(503, "busy")).await;
    let clock = TestClock::new();
    let refused = server.principal(&clock).token(ARM).await.unwrap_err();
    assert!(matches!(refused, Error::Throttled { .. }), "{refused}");
    assert_eq!(server.seen().len(), 4);
    assert_eq!(clock.slept.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn refusals_are_not_repeated_and_have_names() {
    type Check = fn(&Error) -> bool;
    let cases: [(u16, &str, u32, Check); 6] = [
        (401, "invalid_client", 7_000_215, |e| {
            matches!(e, Error::WrongSecret(_))
        }),
        (401, "invalid_client", 7_000_222, |e| {
            matches!(e, Error::ExpiredSecret(_))
        }),
        (400, "invalid_request", 90_002, |e| {
            matches!(e, Error::NoSuchTenant(_))
        }),
        (400, "unauthorized_client", 700_016, |e| {
            matches!(e, Error::NoSuchClient(_))
        }),
        (400, "invalid_resource", 500_011, |e| {
            matches!(e, Error::ResourceUnknown(_))
        }),
        (400, "invalid_request", 900_144, |e| {
            matches!(e, Error::Refused(_))
        }),
    ];
    for (status, word, number, check) in cases {
        let server = Server::start(move |_, _| refusal(status, word, number, "The text.")).await;
        let refused = server.principal(&TestClock::new()).token(ARM).await.unwrap_err();
        assert!(check(&refused), "{refused:?}");
        assert!(
            refused
                .to_string()
                .contains(&format!("AADSTS{number}: The text.")),
            "{refused}"
        );
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    drop(listener);
    let clock = TestClock::new();
    let options =
        ClientOptions::new(Authority::parse(&format!("http://{host}")).unwrap()).clock(clock.clone());
    let principal = ServicePrincipalAuthentication::new("contoso.com", "x", "y")
        .unwrap()
        .options(options);
    let failed = principal.token(ARM).await.unwrap_err();
    assert!(
        matches!(&failed, Error::Unreachable { host: named, .. } if *named == host),
        "{failed}"
    );
    assert_eq!(clock.slept.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_ca_file_that_is_none_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ca.pem");
    std::fs::write(&path, "nothing").unwrap();
    let options = ClientOptions::new(Authority::parse("https://localhost:1").unwrap())
        .ca_file(&path)
        .retry(RetryPolicy::NEVER);
    let principal = ServicePrincipalAuthentication::new("contoso.com", "x", "y")
        .unwrap()
        .options(options);
    let failed = principal.token(ARM).await.unwrap_err();
    assert!(
        matches!(&failed, Error::CaFile { path: named, .. } if *named == path),
        "{failed}"
    );
}
