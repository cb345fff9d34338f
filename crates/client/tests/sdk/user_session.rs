//! A session that its user keeps: what it is renewed by changes at each renewal, and is used once.

use crate::mock::{Answer, Server, TENANT, TestClock, answer};
use doorward_names::{Duration, SecretString};
use doorward_sdk::{Error, UserSession};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

const ARM: &str = "https://management.azure.com";

fn form(body: &str, name: &str) -> String {
    let mut pairs = url::form_urlencoded::parse(body.as_bytes());
    pairs.find(|(key, _)| key == name).unwrap().1.into_owned()
}

fn given(number: usize) -> Answer {
    answer(
        200,
        format!(
            r#"{{"token_type":"Bearer","expires_in":3600,"access_token":"at{number}","refresh_token":"rt{number}"}}"#
        ),
    )
}

/// Takes each refresh token once.
async fn strict(delay: u64) -> (Server, Arc<AtomicUsize>) {
    let (newest, reused) = (Mutex::new(0), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&reused);
    let server = Server::start(move |_, seen| {
        let mut newest = newest.lock().unwrap();
        if form(&seen.body, "refresh_token") != format!("rt{newest}") {
            count.fetch_add(1, Ordering::SeqCst);
        }
        *newest += 1;
        Answer {
            delay: std::time::Duration::from_millis(delay),
            ..given(*newest)
        }
    });
    (server.await, reused)
}

fn session(server: &Server, clock: &Arc<TestClock>) -> UserSession {
    let first = SecretString::new("rt0".to_owned());
    UserSession::resume(server.options(clock), TENANT.parse().unwrap(), first)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn clones_share_what_they_are_renewed_by() {
    let (server, reused) = strict(20).await;
    let clock = TestClock::new();
    let session = session(&server, &clock);
    for round in 1..=3 {
        let tasks: Vec<_> = (0..16)
            .map(|n| {
                let session = session.clone();
                tokio::spawn(async move { session.token(&format!("https://r{}.example", n % 4)).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(server.seen().len(), 4 * round);
        assert_eq!(session.refresh_token().expose(), &format!("rt{}", 4 * round));
        clock.forward(Duration::hours(2));
    }
    assert_eq!(reused.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_renewal_that_nobody_waits_for_is_brought_to_its_end() {
    let (server, reused) = strict(200).await;
    let session = session(&server, &TestClock::new());
    let hurry = std::time::Duration::from_millis(50);
    assert!(tokio::time::timeout(hurry, session.token(ARM)).await.is_err());
    session.token("https://graph.microsoft.com").await.unwrap();
    assert_eq!(session.refresh_token().expose(), "rt2");
    assert_eq!(reused.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_while_the_server_gives_it_again() {
    for (seconds, requests) in [(1, 3), (30, 2), (41, 1)] {
        let clock = TestClock::new();
        let moved = Arc::clone(&clock);
        let server = Server::start(move |number, seen| {
            assert_eq!(form(&seen.body, "refresh_token"), "rt0");
            moved.forward(Duration::seconds(seconds));
            if number < 2 { answer(502, "") } else { given(1) }
        });
        let server = server.await;
        let session = session(&server, &clock);
        let result = session.token(ARM).await;
        assert_eq!(server.seen().len(), requests, "{seconds}");
        assert_eq!(result.is_ok(), requests == 3);
        if let Err(error) = result {
            assert!(!matches!(error, Error::SessionEnded(_)), "{error}");
            assert_eq!(session.refresh_token().expose(), "rt0");
        }
    }
}
