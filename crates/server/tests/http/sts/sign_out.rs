//! `/{tenant}/oauth2/v2.0/logout` for registered applications: the session ends, and the browser goes where it may.

use super::registered::{asking, code_of, platforms, redeem, register, stage};
use crate::browser::Browser;
use crate::harness::{Answer, COMMAND_LINE, World};

const BACK: &str = "https://app.example";

fn link(domain: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    format!("/{domain}/oauth2/v2.0/logout?{}", query.finish())
}

/// Whether the browser stays, signed out.
#[track_caller]
fn stays(answer: &Answer) {
    assert!(
        answer.status == 200 && answer.text.contains("signed out"),
        "{}",
        answer.text
    );
    assert!(answer.header("location").is_none());
}

#[tokio::test]
async fn a_browser_is_led_on_to_an_address_of_the_client_that_is_named() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let domain = tenant.domain.as_str();
        let other = register(&alice, "other", serde_json::json!({})).await;
        let code = code_of(
            &world,
            &alice,
            &asking(domain, &app, BACK, &[]),
            "https://app.example/",
        )
        .await;
        let secret = [("client_secret", app.secret.as_str())];
        let body = redeem(&world, &app, (&code, BACK), (None, &secret)).await.ok();
        let hint = body["id_token"].as_str().unwrap();
        let (head, rest) = hint.split_once('.').unwrap();
        let forged = format!("{head}.{}{rest}", "e");
        let to = ("post_logout_redirect_uri", BACK);
        let own = ("client_id", app.id.as_str());
        let state = ("state", "a b&c");
        for named in [
            &[("id_token_hint", hint)][..],
            &[own],
            &[own, ("id_token_hint", hint)],
        ] {
            let mut browser = Browser::new(&world);
            let all = [named, &[to, state]].concat();
            let answer = browser.get(&link(domain, &all)).await;
            assert_eq!(answer.status, 302, "{named:?}: {}", answer.text);
            assert_eq!(
                answer.header("location").unwrap(),
                "https://app.example/?state=a+b%26c"
            );
        }
        // Old as it may be, an id_token says whose it is.
        let program = [own, ("post_logout_redirect_uri", "http://localhost:50000")];
        let answer = Browser::new(&world).get(&link(domain, &program)).await;
        assert_eq!(answer.header("location").unwrap(), "http://localhost:50000/");
        for wrong in [
            &[to][..],
            &[to, ("client_id", other.id.as_str())],
            &[to, ("client_id", COMMAND_LINE)],
            &[to, ("client_id", "no id")],
            &[to, ("id_token_hint", &forged)],
            &[to, ("id_token_hint", "no.to.ken")],
            &[to, own, ("id_token_hint", &forged)],
            &[to, ("client_id", other.id.as_str()), ("id_token_hint", hint)],
            &[own, ("post_logout_redirect_uri", "https://evil.example")],
            &[own, ("post_logout_redirect_uri", "https://app.example/")],
            &[
                own,
                ("post_logout_redirect_uri", "https://app.example@evil.example"),
            ],
            &[own, ("post_logout_redirect_uri", "javascript:alert(1)")],
            &[("post_logout_redirect_uri", "https://evil.example")],
        ] {
            stays(&Browser::new(&world).get(&link(domain, wrong)).await);
        }
    }
}

#[tokio::test]
async fn the_session_ends_whatever_the_request_says_and_a_form_is_a_link() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let domain = tenant.domain.as_str();
        let path = asking(domain, &app, BACK, &[]);
        for (method, request) in [
            (
                "GET",
                link(domain, &[("post_logout_redirect_uri", "https://evil.example")]),
            ),
            ("GET", format!("/{domain}/oauth2/logout?state=1&state=2")),
            ("POST", format!("/{domain}/oauth2/v2.0/logout")),
        ] {
            let mut browser = Browser::new(&world);
            let page = browser.visit(&path).await;
            super::registered::sign_in(&mut browser, &page, &alice).await;
            let served = browser.get(&path).await;
            assert_eq!(served.status, 302, "signed in: {}", served.text);
            if method == "POST" {
                let fields = [
                    ("client_id", app.id.as_str()),
                    ("post_logout_redirect_uri", BACK),
                    ("x", "y"),
                ];
                let led = browser.post(&request, &fields).await;
                assert_eq!(led.status, 303, "{}", led.text);
                let next = led.header("location").unwrap().to_owned();
                assert!(
                    next.starts_with(&format!("{request}?client_id=")) && !next.contains("x=y"),
                    "{next}"
                );
                let answer = browser.get(&next).await;
                assert_eq!(answer.header("location").unwrap(), "https://app.example/");
            } else {
                stays(&browser.get(&request).await);
            }
            let asked = browser.visit(&path).await;
            assert!(
                asked.text.contains("type=\"password\""),
                "{method}: {}",
                asked.text
            );
        }
    }
}
