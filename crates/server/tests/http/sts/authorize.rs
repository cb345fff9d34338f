//! Sign-in in a browser: what the client sends, what the person sees, what comes back.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_names::Duration;
use serde_json::json;
use std::collections::BTreeMap;

use super::verified;
use crate::browser::{Browser, form_of, problem};
use crate::harness::{Answer, COMMAND_LINE, Caller, ORIGIN, World};

const SCOPE: &str = "https://management.core.windows.net//.default offline_access openid profile";
const VERIFIER: &str = "a-verifier-of-more-than-forty-three-characters-0123456789";
const BACK: &str = "http://localhost:8400";
const SESSION: &str = "__Host-doorward";

pub fn url(tenant: &str, changed: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
    let mut parameters = BTreeMap::from([
        ("client_id", COMMAND_LINE),
        ("response_type", "code"),
        ("redirect_uri", BACK),
        ("scope", SCOPE),
        ("state", "a state&more"),
        ("nonce", "n-0S6_WzA2Mj"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("client_info", "1"),
    ]);
    for (name, value) in changed {
        parameters.insert(name, value);
    }
    parameters.retain(|_, value| !value.is_empty());
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    format!("/{tenant}/oauth2/v2.0/authorize?{}", query.finish())
}

/// What a redirect carries behind `mark`.
pub fn carried(answer: &Answer, mark: char) -> BTreeMap<String, String> {
    assert_eq!(answer.status, 302, "{}", answer.text);
    let location = answer.header("location").unwrap();
    let (base, rest) = location.split_once(mark).unwrap_or_else(|| panic!("{location}"));
    assert_eq!(base, format!("{BACK}/"));
    url::form_urlencoded::parse(rest.as_bytes())
        .into_owned()
        .collect()
}

pub async fn sign_in(browser: &mut Browser, page: &Answer, person: &Caller) -> Answer {
    let filled = [
        ("username", person.name.as_str()),
        ("password", &person.secret),
        ("step", "sign_in"),
    ];
    browser.submit(page, &filled).await
}

pub async fn redeem(world: &World, code: &str, changed: &[(&str, &str)]) -> Answer {
    let mut form = BTreeMap::from([
        ("grant_type", "authorization_code"),
        ("client_id", COMMAND_LINE),
        ("code", code),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
        ("scope", SCOPE),
        ("client_info", "1"),
    ]);
    for (name, value) in changed {
        form.insert(name, value);
    }
    form.retain(|_, value| !value.is_empty());
    let form: Vec<_> = form.into_iter().collect();
    world.post_form("/organizations/oauth2/v2.0/token", &form).await
}

/// A code for `person`, in a new browser.
async fn code_of(world: &World, person: &Caller) -> String {
    let mut browser = Browser::new(world);
    let page = browser.visit(&url("organizations", &[])).await;
    carried(&sign_in(&mut browser, &page, person).await, '?')["code"].clone()
}

#[tokio::test]
async fn a_person_signs_in_for_a_client_by_every_response_mode() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        for segment in ["organizations", "common", tenant.domain.as_str()] {
            for mode in ["", "query", "fragment", "form_post"] {
                let mut browser = Browser::new(&world);
                let page = browser.visit(&url(segment, &[("response_mode", mode)])).await;
                assert!(
                    page.status == 200 && page.text.contains("Microsoft Azure CLI"),
                    "{}",
                    page.text
                );
                let policy = page.header("content-security-policy").unwrap();
                assert!(
                    policy.contains("form-action 'self' http://localhost:8400;"),
                    "{policy}"
                );
                assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("script-src"));
                let back = sign_in(&mut browser, &page, &alice).await;
                let fields = match mode {
                    "form_post" => {
                        assert!(back.status == 200 && back.text.contains("name=\"hiddenform\""));
                        let policy = back.header("content-security-policy").unwrap();
                        let nonce = policy
                            .split_once("'nonce-")
                            .unwrap()
                            .1
                            .split_once('\'')
                            .unwrap()
                            .0;
                        assert!(back.text.contains(&format!("<script nonce=\"{nonce}\">")));
                        let form = form_of(&back);
                        assert_eq!(form.action, BACK);
                        form.fields
                    }
                    "fragment" => carried(&back, '#'),
                    _ => carried(&back, '?'),
                };
                assert_eq!(fields["state"], "a state&more");
                assert_eq!(back.header("cache-control"), Some("no-store"));
                let body = redeem(&world, &fields["code"], &[]).await.ok();
                assert_eq!(body["scope"], SCOPE);
                assert!(body["client_info"].is_string() && body["refresh_token"].is_string());
                let access = verified(&world, &tenant.domain, body["access_token"].as_str().unwrap()).await;
                assert_eq!(access["upn"], alice.name.as_str());
                assert_eq!(access["aud"], "https://management.core.windows.net/");
                let id = verified(&world, &tenant.domain, body["id_token"].as_str().unwrap()).await;
                assert_eq!(id["nonce"], "n-0S6_WzA2Mj");
                assert_eq!(id["iss"], format!("{ORIGIN}/{}/v2.0", tenant.id));
            }
        }
    }
}

#[tokio::test]
async fn the_older_endpoint_asks_by_resource() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let bob = tenant.user("bob", &[]).await;
        let resource = ("resource", "https://management.core.windows.net/");
        let path = url("common", &[("scope", ""), resource]).replace("/v2.0", "");
        let mut browser = Browser::new(&world);
        let page = browser.visit(&path).await;
        let code = carried(&sign_in(&mut browser, &page, &bob).await, '?')["code"].clone();
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", COMMAND_LINE),
            ("code", code.as_str()),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
            resource,
        ];
        let body = world.post_form("/common/oauth2/token", &form).await.ok();
        assert_eq!(
            (&body["resource"], &body["expires_in"]),
            (&json!(resource.1), &json!("3599"))
        );
        let id = verified(&world, &tenant.domain, body["id_token"].as_str().unwrap()).await;
        assert_eq!(
            (&id["ver"], &id["nonce"]),
            (&json!("1.0"), &json!("n-0S6_WzA2Mj"))
        );
    }
}

#[tokio::test]
async fn one_sign_in_serves_the_next_application_until_it_ends() {
    for world in World::own().await {
        let (tenant, other) = (world.tenant().await, world.tenant().await);
        let carol = tenant.user("carol", &[]).await;
        let carol_id = carol.id.to_string();
        let mut browser = Browser::new(&world);
        let silent = url("organizations", &[("prompt", "none")]);
        let refused = carried(&browser.get(&silent).await, '?');
        assert_eq!(
            (refused["error"].as_str(), refused["state"].as_str()),
            ("login_required", "a state&more")
        );
        let page = browser.visit(&url("organizations", &[])).await;
        sign_in(&mut browser, &page, &carol).await;
        let first = browser.cookie(SESSION).unwrap().to_owned();
        assert!(first.starts_with("dwb~"));
        // A local program is never served in silence; the person goes on by a click.
        let refused = carried(&browser.get(&silent).await, '?');
        assert_eq!(refused["error"], "interaction_required");
        for prompt in ["", "select_account", "consent"] {
            let page = browser.visit(&url("organizations", &[("prompt", prompt)])).await;
            assert!(page.text.contains("Continue with this account?") && page.text.contains(&carol.name));
            let back = browser.submit(&page, &[("step", "continue")]).await;
            redeem(&world, &carried(&back, '?')["code"], &[]).await.ok();
            let form = browser.submit(&page, &[("step", "other")]).await;
            assert!(form.text.contains("name=\"password\""));
            let said_no = carried(&browser.submit(&page, &[("step", "cancel")]).await, '?');
            assert_eq!(said_no["error"], "access_denied");
            assert!(said_no["error_description"].starts_with("AADSTS65004: "));
        }
        // Another account than the page named: somebody else signed in meanwhile.
        let page = browser.visit(&url("organizations", &[])).await;
        let tried = browser
            .submit(&page, &[("step", "continue"), ("account", &other.id.to_string())])
            .await;
        assert!(tried.status == 200 && tried.text.contains("name=\"password\""));
        // Who has to prove themselves again, or is somebody else.
        world.app.clock.advance(Duration::seconds(61));
        let elsewhere = other.id.to_string();
        for (tenant, changed) in [
            ("organizations", ("prompt", "login")),
            ("organizations", ("max_age", "60")),
            ("organizations", ("max_age", "0")),
            ("organizations", ("login_hint", "dave@contoso.example")),
            (elsewhere.as_str(), ("prompt", "")),
        ] {
            let page = browser.visit(&url(tenant, &[changed])).await;
            assert!(page.text.contains("name=\"password\""), "{changed:?}");
            // Nor by saying that one goes on.
            let going_on = [("step", "continue"), ("account", carol_id.as_str())];
            let tried = browser.submit(&page, &going_on).await;
            assert!(
                tried.status == 200 && tried.text.contains("name=\"password\""),
                "{changed:?}"
            );
        }
        let hinted = browser
            .visit(&url("common", &[("login_hint", "dave@contoso.example")]))
            .await;
        assert!(hinted.text.contains("value=\"dave@contoso.example\""));
        // The cookie turns over with each sign-in, and the one before is worth nothing.
        let stale = browser.clone();
        let page = browser.visit(&url("organizations", &[("prompt", "login")])).await;
        sign_in(&mut browser, &page, &carol).await;
        assert_ne!(browser.cookie(SESSION).unwrap(), first);
        let page = stale.clone().visit(&url("organizations", &[])).await;
        assert!(page.text.contains("name=\"password\""));
        // Signing out.
        let thief = browser.clone();
        let out = browser.get("/common/oauth2/v2.0/logout").await;
        assert!(out.status == 200 && out.text.contains("signed out"));
        assert_eq!(browser.cookie(SESSION), None);
        let page = thief.clone().visit(&url("organizations", &[])).await;
        assert!(page.text.contains("name=\"password\""), "the copy of the cookie");
        // Twelve hours without use.
        let page = browser.visit(&url("organizations", &[])).await;
        sign_in(&mut browser, &page, &carol).await;
        world.app.clock.advance(Duration::hours(12).plus_a_minute());
        let page = browser.visit(&url("organizations", &[])).await;
        assert!(page.text.contains("name=\"password\""));
    }
}

trait Later {
    fn plus_a_minute(self) -> Self;
}

impl Later for Duration {
    fn plus_a_minute(self) -> Self {
        Self::seconds(self.as_seconds() + 60)
    }
}

#[tokio::test]
async fn nothing_is_sent_to_an_address_that_is_not_the_clients() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let mut browser = Browser::new(&world);
        for changed in [
            ("redirect_uri", "https://evil.example"),
            ("redirect_uri", "http://localhost.evil.example:8400"),
            ("redirect_uri", "http://localhost:8400@evil.example"),
            ("redirect_uri", "http://localhost:8400/path"),
            ("redirect_uri", "https://localhost:8443"),
            ("redirect_uri", ""),
            ("client_id", "11111111-2222-4333-8444-555555555555"),
            ("client_id", ""),
        ] {
            for (name, value) in [("prompt", "none"), ("response_type", "token")] {
                let page = browser.get(&url(&tenant.domain, &[changed, (name, value)])).await;
                assert_eq!(page.status, 400, "{changed:?}");
                assert!(page.header("location").is_none() && !page.text.contains("<form"));
            }
        }
        for tenant in ["nowhere.example", "consumers"] {
            let page = browser.get(&url(tenant, &[])).await;
            assert!(
                page.status == 400 && page.text.contains("AADSTS90002"),
                "{}",
                page.text
            );
        }
        let faults = [
            (("response_type", "token"), "unsupported_response_type"),
            (("response_type", ""), "invalid_request"),
            (("response_mode", "web_message"), "invalid_request"),
            (("code_challenge_method", "plain"), "invalid_request"),
            (("code_challenge_method", ""), "invalid_request"),
            (("code_challenge", ""), "invalid_request"),
            (("prompt", "none login"), "invalid_request"),
            (("max_age", "x"), "invalid_request"),
            (("scope", ""), "invalid_request"),
            (("scope", "https://a/x https://b/y"), "invalid_scope"),
            (("resource", "https://a"), "invalid_request"),
        ];
        for (changed, error) in faults {
            let told = carried(&browser.get(&url(&tenant.domain, &[changed])).await, '?');
            assert_eq!(
                (told["error"].as_str(), told["state"].as_str()),
                (error, "a state&more"),
                "{changed:?}"
            );
            assert!(told["error_description"].starts_with("AADSTS"), "{changed:?}");
        }
        // Signing out leads on to where a client listens, and nowhere else.
        let out = |target: &str| format!("/common/oauth2/logout?state=s&post_logout_redirect_uri={target}");
        let back = browser.get(&out("http://localhost:8400")).await;
        assert_eq!(back.header("location"), Some("http://localhost:8400/?state=s"));
        for target in [
            "https://evil.example",
            "//evil.example",
            "http://localhost.evil.example",
        ] {
            let page = browser.get(&out(target)).await;
            assert!(
                page.status == 200 && page.header("location").is_none(),
                "{target}"
            );
        }
    }
}

#[tokio::test]
async fn a_code_is_good_once_for_a_minute_and_for_who_asked() {
    for world in World::own().await {
        let (tenant, other) = (world.tenant().await, world.tenant().await);
        let erin = tenant.user("erin", &[]).await;
        for (changed, number) in [
            (("client_id", "11111111-2222-4333-8444-555555555555"), 70_000),
            (("redirect_uri", "http://localhost:8401"), 70_000),
            (("code_verifier", "another-verifier"), 501_481),
            (("code_verifier", ""), 501_481),
            (("scope", "https://graph.microsoft.com/.default"), 70_000),
        ] {
            let code = code_of(&world, &erin).await;
            assert_eq!(
                redeem(&world, &code, &[changed]).await.aadsts(),
                number,
                "{changed:?}"
            );
            let spent = !matches!(changed, ("scope", _));
            let again = redeem(&world, &code, &[]).await;
            assert_eq!(again.status, if spent { 400 } else { 200 }, "{changed:?}");
        }
        let code = code_of(&world, &erin).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", COMMAND_LINE),
            ("code", code.as_str()),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ];
        let path = format!("/{}/oauth2/v2.0/token", other.id);
        assert_eq!(
            world.post_form(&path, &form).await.aadsts(),
            70_000,
            "another tenant's path"
        );
        let code = code_of(&world, &erin).await;
        world.app.clock.advance(Duration::seconds(61));
        assert_eq!(redeem(&world, &code, &[]).await.aadsts(), 70_008);
        assert_eq!(redeem(&world, "dwa~nobody", &[]).await.aadsts(), 70_000);

        let code = code_of(&world, &erin).await;
        let body = redeem(&world, &code, &[]).await.ok();
        let refresh = [
            ("grant_type", "refresh_token"),
            ("client_id", COMMAND_LINE),
            ("refresh_token", body["refresh_token"].as_str().unwrap()),
            ("scope", SCOPE),
        ];
        world.post_form("/common/oauth2/v2.0/token", &refresh).await.ok();
        assert_eq!(redeem(&world, &code, &[]).await.aadsts(), 54_005);
        let ended = world.post_form("/common/oauth2/v2.0/token", &refresh).await;
        assert_eq!(
            ended.aadsts(),
            50_132,
            "what the code gave ends with its second showing"
        );
    }
}

#[tokio::test]
async fn of_sixteen_with_one_code_one_wins() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let frank = tenant.user("frank", &[]).await;
        let code = code_of(&world, &frank).await;
        let tries: Vec<_> = (0..16)
            .map(|_| {
                let (world, code) = (world.clone(), code.clone());
                tokio::spawn(async move { redeem(&world, &code, &[]).await })
            })
            .collect();
        let mut won = 0;
        for answer in tries {
            let answer = answer.await.unwrap();
            match answer.status {
                200 => won += 1,
                _ => assert_eq!(answer.aadsts(), 54_005),
            }
        }
        assert_eq!(won, 1);
    }
}

#[tokio::test]
async fn cookies_that_are_lost_and_forms_of_others() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let grace = tenant.user("grace", &[]).await;
        let path = url(&tenant.domain, &[]);
        // A browser that keeps none is told so, after one redirect.
        let first = world.get(&path).await;
        let again = world.get(first.header("location").unwrap()).await;
        assert!(
            again.status == 400 && again.text.contains("keeps no cookies") && !again.text.contains("<form")
        );
        let mut browser = Browser::new(&world);
        let page = browser.visit(&path).await;
        let lost = world
            .post_form(&form_of(&page).action, &[("step", "sign_in"), ("seal", "x")])
            .await;
        assert!(lost.status == 400 && lost.text.contains("keeps no cookies"));
        let mut other = Browser::new(&world);
        let others = other.visit(&path).await;
        let seal = form_of(&others).fields["seal"].clone();
        for seal in ["AAAA", seal.as_str()] {
            let filled = [
                ("seal", seal),
                ("username", grace.name.as_str()),
                ("password", &grace.secret),
                ("step", "sign_in"),
            ];
            let refused = browser.submit(&page, &filled).await;
            assert!(problem(&refused).unwrap().contains("came from elsewhere"));
            assert_eq!(browser.cookie(SESSION), None);
        }
        let wrong = [
            ("username", grace.name.as_str()),
            ("password", "wrong"),
            ("step", "sign_in"),
        ];
        let refused = browser.submit(&page, &wrong).await;
        assert_eq!(
            problem(&refused).unwrap(),
            "The account or the password is wrong."
        );
        let stranger = world.tenant().await.user("stranger", &[]).await;
        let refused = sign_in(&mut browser, &page, &stranger).await;
        assert!(problem(&refused).unwrap().contains("another organisation"));
        let korean = browser.visit(&format!("{path}&ui_locales=ko-KR")).await;
        assert!(korean.text.contains("<html lang=\"ko\">") && korean.text.contains("로그인"));
    }
}
