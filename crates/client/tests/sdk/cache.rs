//! Tokens are kept, renewed early by one caller, and kept when the renewal fails.

use crate::mock::{Server, TestClock, answer, refusal, token};
use azure_core::credentials::TokenCredential;
use doorward_names::Duration;
use doorward_sdk::{Error, ServicePrincipalAuthentication};

const ARM: &str = "https://management.azure.com/";

#[tokio::test]
async fn the_request_is_the_client_credentials_grant() {
    let server = Server::start(|_, _| token("t", 3599)).await;
    let principal = server.principal(&TestClock::new());
    assert_eq!(principal.token(ARM).await.unwrap().secret().expose(), "t");
    let seen = server.seen();
    assert_eq!(
        seen[0].line,
        format!("POST /{}/oauth2/v2.0/token HTTP/1.1", crate::mock::TENANT)
    );
    // The resource keeps its slash: exactly `/.default` is added.
    let scope = "scope=https%3A%2F%2Fmanagement.azure.com%2F%2F.default";
    let client = format!(
        "grant_type=client_credentials&client_id={}&client_secret=hush&{scope}",
        crate::mock::CLIENT
    );
    assert_eq!(seen[0].body, client);
    assert!(seen[0].head.to_lowercase().contains("client-request-id: "));
}

#[tokio::test]
async fn a_token_is_kept_for_each_resource_and_renewed_five_minutes_before_its_end() {
    let server = Server::start(|n, _| token(&format!("t{n}"), 3600)).await;
    let clock = TestClock::new();
    let principal = server.principal(&clock);
    for expected in ["t0", "t0"] {
        assert_eq!(principal.token(ARM).await.unwrap().secret().expose(), expected);
    }
    assert_eq!(
        principal
            .token("https://graph.microsoft.com")
            .await
            .unwrap()
            .secret()
            .expose(),
        "t1"
    );
    clock.forward(Duration::seconds(3299));
    assert_eq!(principal.token(ARM).await.unwrap().secret().expose(), "t0");
    clock.forward(Duration::seconds(1));
    assert_eq!(principal.token(ARM).await.unwrap().secret().expose(), "t2");
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn callers_who_come_together_share_one_request() {
    let server = Server::start(|n, _| {
        let mut answer = token(&format!("t{n}"), 3600);
        answer.delay = std::time::Duration::from_millis(100);
        answer
    })
    .await;
    let principal = server.principal(&TestClock::new());
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let principal = principal.clone();
            tokio::spawn(async move { principal.token(ARM).await.unwrap().secret().expose().clone() })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), "t0");
    }
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn callers_who_come_together_share_a_failure_and_a_later_one_asks_again() {
    let server = Server::start(|n, _| {
        let mut answer = refusal(
            401,
            "invalid_client",
            7_000_215,
            "Invalid client secret provided.",
        );
        if n > 0 {
            answer = token("t", 3600);
        }
        answer.delay = std::time::Duration::from_millis(100);
        answer
    })
    .await;
    let principal = server.principal(&TestClock::new());
    let (one, two) = tokio::join!(principal.token(ARM), principal.token(ARM));
    assert!(matches!(one, Err(Error::WrongSecret(_))), "{one:?}");
    assert!(matches!(two, Err(Error::WrongSecret(_))), "{two:?}");
    assert_eq!(server.seen().len(), 1);
    assert!(principal.token(ARM).await.is_ok());
}

#[tokio::test]
async fn a_caller_who_goes_away_takes_nothing_along() {
    let server = Server::start(|n, _| {
        let mut answer = token(&format!("t{n}"), 3600);
        answer.delay = std::time::Duration::from_millis(100);
        answer
    })
    .await;
    let principal = server.principal(&TestClock::new());
    let gone = tokio::time::timeout(std::time::Duration::from_millis(20), principal.token(ARM)).await;
    assert!(gone.is_err());
    assert!(principal.token(ARM).await.is_ok());
}

#[tokio::test]
async fn a_renewal_that_fails_keeps_the_token_that_is_still_good() {
    let server = Server::start(|n, _| {
        if n == 0 {
            token("old", 3600)
        } else {
            answer(400, "{}")
        }
    })
    .await;
    let clock = TestClock::new();
    let principal = server.principal(&clock);
    principal.token(ARM).await.unwrap();
    clock.forward(Duration::seconds(3400));
    assert_eq!(principal.token(ARM).await.unwrap().secret().expose(), "old");
    let asked = server.seen().len();
    assert_eq!(asked, 2);
    // Not again at once.
    assert_eq!(principal.token(ARM).await.unwrap().secret().expose(), "old");
    assert_eq!(server.seen().len(), asked);
    clock.forward(Duration::seconds(31));
    principal.token(ARM).await.unwrap();
    assert_eq!(server.seen().len(), asked + 1);
    clock.forward(Duration::seconds(300));
    assert!(principal.token(ARM).await.is_err());
}

#[tokio::test]
async fn azure_clients_take_it_as_a_credential() {
    let server = Server::start(|_, _| token("t", 3599)).await;
    let principal = server.principal(&TestClock::new());
    let credential: &dyn TokenCredential = &principal;
    let token = credential
        .get_token(&["https://management.azure.com/.default"], None)
        .await
        .unwrap();
    assert_eq!(token.token.secret(), "t");
    assert_eq!(token.expires_on.unix_timestamp(), 1_900_003_599);
    assert!(
        credential
            .get_token(&["a/.default", "b/.default"], None)
            .await
            .is_err()
    );
    assert!(
        server.seen()[0]
            .body
            .ends_with("scope=https%3A%2F%2Fmanagement.azure.com%2F.default")
    );
}

#[test]
fn nothing_shows_the_secret() {
    let principal =
        ServicePrincipalAuthentication::new("contoso.com", crate::mock::CLIENT, "hush-hush").unwrap();
    assert!(!format!("{principal:?}").contains("hush-hush"));
    assert!(ServicePrincipalAuthentication::new("not a tenant", crate::mock::CLIENT, "x").is_err());
}

#[test]
fn a_missing_variable_is_named() {
    // Tests of this binary set none of these.
    let missing = ServicePrincipalAuthentication::from_env().unwrap_err();
    assert_eq!(
        missing,
        Error::MissingVariable {
            name: "AML_TENANT_ID"
        }
    );
    assert!(missing.to_string().contains("AML_TENANT_ID"));
}
