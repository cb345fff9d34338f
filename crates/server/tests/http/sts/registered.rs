//! Registered applications sign people in: servers, pages and programs, each by what it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use doorward_domain::tenant_settings::Setting;
use doorward_names::{Duration, TenantId};
use doorward_store as store;
use serde_json::{Value, json};
use std::collections::BTreeMap;

use super::authorize::url;
use super::verified;
use crate::browser::{Browser, form_of};
use crate::graph::make_application;
use crate::harness::{Answer, COMMAND_LINE, Caller, Tenancy, World, form_request, request};

const VERIFIER: &str = "a-verifier-of-more-than-forty-three-characters-0123456789";
const SERVER: &str = "https://app.example/back?x=1";
const PAGE: &str = "https://spa.example";
const LOCAL_PAGE: &str = "http://localhost:3000";
const SIGN_IN: &str = "openid profile offline_access";
const ARM: &str = "https://management.azure.com";

/// A registered application with its service principal, and its secret.
pub struct Registered {
    pub id: String,
    pub object: String,
    pub principal: String,
    pub secret: String,
}

/// Registers an application that says `more`.
pub async fn register(owner: &Caller, name: &str, more: Value) -> Registered {
    let (application, principal, secret) = make_application(owner, name).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let made = Registered {
        id: text(&application["appId"]),
        object: text(&application["id"]),
        principal: text(&principal["id"]),
        secret,
    };
    let path = format!("/v1.0/applications/{}", made.object);
    let answer = owner.patch(&path, more).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    made
}

/// One of every platform.
pub fn platforms() -> Value {
    json!({
        "web": {"redirectUris": [SERVER, "https://app.example"]},
        "spa": {"redirectUris": [PAGE, LOCAL_PAGE]},
        "publicClient": {"redirectUris": ["http://localhost", "msal1://auth"]},
    })
}

/// A request of that application.
pub fn asking(tenant: &str, app: &Registered, redirect: &str, changed: &[(&str, &str)]) -> String {
    let mut all = vec![
        ("client_id", app.id.as_str()),
        ("redirect_uri", redirect),
        ("scope", SIGN_IN),
    ];
    all.extend_from_slice(changed);
    url(tenant, &all)
}

/// Without a code challenge.
const BARE: [(&str, &str); 2] = [("code_challenge", ""), ("code_challenge_method", "")];

/// What a redirect to `base` carries behind `mark`.
#[track_caller]
pub fn carried(answer: &Answer, base: &str, mark: char) -> BTreeMap<String, String> {
    assert_eq!(answer.status, 302, "{}", answer.text);
    let location = answer.header("location").unwrap();
    let rest = location
        .strip_prefix(base)
        .and_then(|rest| rest.strip_prefix(mark))
        .unwrap_or_else(|| panic!("{location}"));
    url::form_urlencoded::parse(rest.as_bytes())
        .into_owned()
        .collect()
}

/// Redeems a code, from a page's origin where one is given.
pub async fn redeem(
    world: &World,
    app: &Registered,
    (code, redirect): (&str, &str),
    (origin, changed): (Option<&str>, &[(&str, &str)]),
) -> Answer {
    let mut form = BTreeMap::from([
        ("grant_type", "authorization_code"),
        ("client_id", app.id.as_str()),
        ("code", code),
        ("redirect_uri", redirect),
        ("code_verifier", VERIFIER),
        ("scope", SIGN_IN),
    ]);
    for (name, value) in changed {
        form.insert(name, value);
    }
    form.retain(|_, value| !value.is_empty());
    let form: Vec<_> = form.into_iter().collect();
    post(world, &form, origin).await
}

pub async fn refresh(
    world: &World,
    app: &Registered,
    token: &str,
    (origin, changed): (Option<&str>, &[(&str, &str)]),
) -> Answer {
    let mut form = vec![
        ("grant_type", "refresh_token"),
        ("client_id", app.id.as_str()),
        ("refresh_token", token),
    ];
    form.extend_from_slice(changed);
    if !changed.iter().any(|(name, _)| *name == "scope") {
        form.push(("scope", SIGN_IN));
    }
    post(world, &form, origin).await
}

async fn post(world: &World, form: &[(&str, &str)], origin: Option<&str>) -> Answer {
    let mut request = form_request("/organizations/oauth2/v2.0/token", form);
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.parse().unwrap());
    }
    world.send(request).await
}

/// Signs a person in, who agrees to what is asked for.
pub async fn sign_in(browser: &mut Browser, page: &Answer, person: &Caller) -> Answer {
    let answer = super::authorize::sign_in(browser, page, person).await;
    match answer.text.contains("value=\"agree\"") {
        true => browser.submit(&answer, &[("step", "agree")]).await,
        false => answer,
    }
}

/// A code for `person`, in a new browser.
pub async fn code_of(world: &World, person: &Caller, path: &str, base: &str) -> String {
    let mut browser = Browser::new(world);
    let page = browser.visit(path).await;
    let mark = if base.contains('?') { '&' } else { '?' };
    carried(&sign_in(&mut browser, &page, person).await, base, mark)["code"].clone()
}

pub async fn set(world: &World, tenant: TenantId, setting: Setting, on: bool) {
    let write = world
        .app
        .snapshots
        .write(move |tx| store::tenant_setting::put(tx, tenant, setting, on));
    let written: Result<(), _> = write.await;
    written.unwrap();
}

pub async fn stage(world: &World, more: Value) -> (Tenancy, Caller, Registered) {
    let tenant = world.tenant().await;
    let alice = tenant.user("alice", &[]).await;
    let app = register(&alice, "Shop & Co", more).await;
    (tenant, alice, app)
}

#[tokio::test]
async fn a_server_proves_itself_and_needs_no_challenge() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let domain = tenant.domain.as_str();
        for mode in ["", "query", "fragment", "form_post"] {
            let mut browser = Browser::new(&world);
            let changed = [BARE[0], BARE[1], ("response_mode", mode), ("max_age", "600")];
            let page = browser.visit(&asking(domain, &app, SERVER, &changed)).await;
            assert!(page.text.contains("Shop &#38; Co"), "{}", page.text);
            let policy = page.header("content-security-policy").unwrap();
            assert!(
                policy.contains("form-action 'self' https://app.example;"),
                "{policy}"
            );
            let back = sign_in(&mut browser, &page, &alice).await;
            let fields = match mode {
                "form_post" => {
                    let policy = back.header("content-security-policy").unwrap();
                    assert!(
                        policy.contains("form-action 'self' https://app.example;"),
                        "{policy}"
                    );
                    let form = form_of(&back);
                    assert_eq!(form.action, SERVER);
                    form.fields
                }
                "fragment" => carried(&back, SERVER, '#'),
                _ => carried(&back, SERVER, '&'),
            };
            assert_eq!(fields["state"], "a state&more");
            let secret = [("client_secret", app.secret.as_str()), ("code_verifier", "")];
            let body = redeem(&world, &app, (&fields["code"], SERVER), (None, &secret)).await;
            assert!(body.header("access-control-allow-origin").is_none());
            let body = body.ok();
            let id = verified(&world, domain, body["id_token"].as_str().unwrap()).await;
            assert_eq!(
                (&id["aud"], &id["nonce"]),
                (&json!(app.id), &json!("n-0S6_WzA2Mj"))
            );
            assert_eq!(id["auth_time"], crate::harness::NOW.unix_seconds());
            let access = verified(&world, domain, body["access_token"].as_str().unwrap()).await;
            assert_eq!(
                (
                    &access["aud"],
                    &access["scp"],
                    &access["appid"],
                    &access["appidacr"]
                ),
                (
                    &json!("https://graph.microsoft.com"),
                    &json!("openid profile"),
                    &json!(app.id),
                    &json!("1")
                )
            );
            let token = body["refresh_token"].as_str().unwrap();
            let header = STANDARD.encode(format!("{}:{}", app.id, app.secret));
            let mut request = form_request(
                "/organizations/oauth2/v2.0/token",
                &[
                    ("grant_type", "refresh_token"),
                    ("refresh_token", token),
                    ("scope", SIGN_IN),
                ],
            );
            let basic = format!("Basic {header}").parse().unwrap();
            request.headers_mut().insert("authorization", basic);
            let body = world.send(request).await.ok();
            assert!(!body["id_token"].is_null());
            // Who has the refresh token alone has nothing.
            let token = body["refresh_token"].as_str().unwrap();
            for (shown, number) in [("", 7_000_218), ("dwc~wrong", 7_000_215)] {
                let shown = [("client_secret", shown)];
                let changed = if shown[0].1.is_empty() {
                    &shown[..0]
                } else {
                    &shown[..]
                };
                let refused = refresh(&world, &app, token, (None, changed)).await;
                assert_eq!((refused.status, refused.aadsts()), (401, number));
            }
            let secret = [("client_secret", app.secret.as_str())];
            refresh(&world, &app, token, (None, &secret)).await.ok();
        }
        // As the code: without the secret it gives nothing, and stays good for who has it; a challenge that came is kept to.
        let path = asking(domain, &app, "https://app.example", &[]);
        let code = code_of(&world, &alice, &path, "https://app.example/").await;
        let at = (code.as_str(), "https://app.example");
        let refused = redeem(&world, &app, at, (None, &[])).await;
        assert_eq!((refused.status, refused.aadsts()), (401, 7_000_218));
        let secret = ("client_secret", app.secret.as_str());
        let pages = redeem(&world, &app, at, (Some(PAGE), &[secret])).await;
        assert_eq!(pages.aadsts(), 9_002_326);
        let body = redeem(&world, &app, at, (None, &[secret, ("scope", "openid")]))
            .await
            .ok();
        assert!(body["refresh_token"].is_null(), "nobody asked for it: {body}");
        let code = code_of(&world, &alice, &path, "https://app.example/").await;
        let at = (code.as_str(), "https://app.example");
        let refused = redeem(&world, &app, at, (None, &[secret, ("code_verifier", "")])).await;
        assert_eq!(refused.aadsts(), 501_481);
        let rows = world
            .app
            .store
            .read(|view| store::audit::page(view, None, 100_000));
        let rows = format!("{:?}", rows.await.unwrap());
        assert!(rows.contains("session ") && !rows.contains(&app.secret) && !rows.contains(&code));
    }
}

#[tokio::test]
async fn a_page_redeems_from_its_own_origin_alone() {
    for world in World::own().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let domain = tenant.domain.as_str();
        // Without a challenge there is no sign-in.
        let mut browser = Browser::new(&world);
        let page = browser.visit(&asking(domain, &app, PAGE, &BARE)).await;
        let told = carried(
            &sign_in(&mut browser, &page, &alice).await,
            "https://spa.example/",
            '?',
        );
        assert_eq!(
            (told["error"].as_str(), told["state"].as_str()),
            ("invalid_request", "a state&more")
        );
        assert!(!told.contains_key("code"));

        let path = asking(domain, &app, PAGE, &[]);
        let code = code_of(&world, &alice, &path, "https://spa.example/").await;
        let at = (code.as_str(), PAGE);
        for (origin, number) in [
            (None, 9_002_327),
            (Some("https://evil.example"), 9_002_326),
            (Some("https://app.example"), 9_002_326),
            (Some("null"), 9_002_326),
            (Some("https://spa.example.evil.example"), 9_002_326),
        ] {
            let refused = redeem(&world, &app, at, (origin, &[])).await;
            assert_eq!(refused.aadsts(), number, "{origin:?}");
            assert!(refused.header("access-control-allow-origin").is_none());
        }
        let secret = [("client_secret", app.secret.as_str())];
        let refused = redeem(&world, &app, at, (Some(PAGE), &secret)).await;
        assert_eq!((refused.status, refused.aadsts()), (401, 700_025));
        assert_eq!(
            refused.header("access-control-allow-origin"),
            Some(PAGE),
            "a page may read why not"
        );
        let body = redeem(&world, &app, at, (Some(PAGE), &[])).await;
        assert_eq!(body.header("access-control-allow-origin"), Some(PAGE));
        assert!(body.header("vary").unwrap().contains("Origin"));
        assert!(body.header("access-control-allow-credentials").is_none());
        let token = body.ok()["refresh_token"].as_str().unwrap().to_owned();
        assert_eq!(
            refresh(&world, &app, &token, (None, &[])).await.aadsts(),
            9_002_327
        );
        // Another registered origin of the application is as good; a day after, none is.
        world.app.clock.advance(Duration::hours(23));
        let body = refresh(&world, &app, &token, (Some(LOCAL_PAGE), &[])).await.ok();
        let token = body["refresh_token"].as_str().unwrap().to_owned();
        world.app.clock.advance(Duration::seconds(3601));
        let over = refresh(&world, &app, &token, (Some(PAGE), &[])).await;
        assert_eq!((over.status, over.aadsts()), (400, 700_084));

        // Nothing but codes and refresh tokens is for pages.
        for grant in ["client_credentials", "password", "device_code"] {
            let form = [
                ("grant_type", grant),
                ("client_id", app.id.as_str()),
                ("client_secret", app.secret.as_str()),
                ("username", alice.name.as_str()),
                ("password", alice.secret.as_str()),
                ("device_code", "x"),
                ("scope", "https://management.azure.com/.default"),
            ];
            assert_eq!(
                post(&world, &form, Some(PAGE)).await.aadsts(),
                9_002_326,
                "{grant}"
            );
        }
    }
}

#[tokio::test]
async fn a_browser_asks_beforehand_which_origins_may() {
    for world in World::shared().await {
        let (_, alice, app) = stage(&world, platforms()).await;
        let ask = async |origin: &str| {
            let path = "/common/oauth2/v2.0/token";
            let draft = request("OPTIONS", path, None, Bytes::new())
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "x-client-sku");
            world.send(draft.body_from()).await
        };
        let yes = ask(PAGE).await;
        assert_eq!(
            (yes.status, yes.header("access-control-allow-origin")),
            (204, Some(PAGE))
        );
        assert_eq!(yes.header("access-control-allow-methods"), Some("POST"));
        assert!(
            yes.header("access-control-allow-headers")
                .unwrap()
                .contains("x-client-sku")
        );
        for origin in [
            "https://evil.example",
            "https://app.example",
            "null",
            "http://spa.example",
            "https://SPA.example",
            "*",
        ] {
            let no = ask(origin).await;
            assert!(no.header("access-control-allow-origin").is_none(), "{origin}");
            assert!(no.header("access-control-allow-methods").is_none(), "{origin}");
        }
        // What is public, every page may read; pages for people none.
        for path in [
            "/common/v2.0/.well-known/openid-configuration",
            "/common/discovery/v2.0/keys",
        ] {
            let open = world.get(path).await;
            assert_eq!(open.header("access-control-allow-origin"), Some("*"), "{path}");
        }
        let page = world.get("/common/oauth2/v2.0/authorize").await;
        assert!(page.header("access-control-allow-origin").is_none());
        // Taken out of the registration, it may no more.
        let none = json!({"spa": {"redirectUris": []}});
        let path = format!("/v1.0/applications/{}", app.object);
        assert_eq!(alice.patch(&path, none).await.status, 204);
        world.app.snapshots.poll().await.unwrap();
        let origins = world
            .app
            .store
            .read(|view| store::application::is_page_origin(view, "https://nobody.example"));
        assert!(!origins.await.unwrap());
    }
}

#[tokio::test]
async fn a_program_listens_at_any_port_and_shows_no_secret() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let domain = tenant.domain.as_str();
        for (redirect, base) in [
            ("http://localhost:8400", "http://localhost:8400/"),
            ("http://localhost:50001/", "http://localhost:50001/"),
            ("msal1://auth", "msal1://auth"),
        ] {
            let path = asking(domain, &app, redirect, &[]);
            let code = code_of(&world, &alice, &path, base).await;
            let at = (code.as_str(), redirect);
            let secret = [("client_secret", app.secret.as_str())];
            assert_eq!(redeem(&world, &app, at, (None, &secret)).await.aadsts(), 700_025);
            let from_page = redeem(&world, &app, at, (Some(PAGE), &[])).await;
            assert_eq!(from_page.aadsts(), 9_002_326);
            let body = redeem(&world, &app, at, (None, &[])).await.ok();
            let access = verified(&world, domain, body["access_token"].as_str().unwrap()).await;
            assert_eq!(access["appidacr"], "0");
            let token = body["refresh_token"].as_str().unwrap();
            refresh(&world, &app, token, (None, &[])).await.ok();
        }
        let mut browser = Browser::new(&world);
        let page = browser
            .visit(&asking(domain, &app, "http://localhost:1", &BARE))
            .await;
        let told = carried(
            &sign_in(&mut browser, &page, &alice).await,
            "http://localhost:1/",
            '?',
        );
        assert_eq!(told["error"], "invalid_request");
    }
}

#[tokio::test]
async fn nothing_is_sent_where_the_application_is_not_registered() {
    for world in World::shared().await {
        let (tenant, _, app) = stage(&world, platforms()).await;
        let mut browser = Browser::new(&world);
        for redirect in [
            "https://app.example/back",
            "https://app.example/back?x=1&y=2",
            "https://app.example/back?x=2",
            "https://app.example/",
            "https://app.example/back/../evil?x=1",
            "https://app.example.evil.example/back?x=1",
            "https://app.example@evil.example/back?x=1",
            "https://app.example:444/back?x=1",
            "http://app.example/back?x=1",
            "https://evil.example#https://app.example/back?x=1",
            "https://spa.example/",
            "https://spa.example//evil.example",
            "http://localhost:3001/x",
            "http://localhost.evil.example:8400",
            "http://localhost:8400@evil.example",
            "http://127.0.0.1:8400",
            "msal1://evil",
            "javascript:alert(1)",
            "data:text/html,x",
            "//evil.example",
            "",
        ] {
            for (name, value) in [
                ("prompt", "none"),
                ("response_type", "token"),
                ("response_mode", "form_post"),
            ] {
                let path = asking(&tenant.domain, &app, redirect, &[(name, value)]);
                let page = browser.get(&path).await;
                assert_eq!(page.status, 400, "{redirect}");
                assert!(
                    page.header("location").is_none() && !page.text.contains("<form"),
                    "{redirect}"
                );
                let policy = page.header("content-security-policy").unwrap();
                assert!(!policy.contains("evil") && !policy.contains("script"), "{policy}");
            }
        }
    }
}

#[tokio::test]
async fn an_application_is_its_tenants_until_it_is_open_to_others() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let other = world.tenant().await;
        let bob = other.user("bob", &[]).await;
        let mut browser = Browser::new(&world);
        for (segment, number) in [("common", "AADSTS50194"), (other.domain.as_str(), "AADSTS50194")] {
            let page = browser.get(&asking(segment, &app, SERVER, &[])).await;
            assert!(page.status == 400 && page.text.contains(number), "{}", page.text);
        }
        let open = json!({"signInAudience": "AzureADMultipleOrgs"});
        let object = format!("/v1.0/applications/{}", app.object);
        assert_eq!(alice.patch(&object, open).await.status, 204);
        let code = code_of(
            &world,
            &alice,
            &asking("common", &app, "https://app.example", &[]),
            "https://app.example/",
        )
        .await;
        let secret = [("client_secret", app.secret.as_str())];
        redeem(&world, &app, (&code, "https://app.example"), (None, &secret))
            .await
            .ok();
        // In another tenant it needs a service principal first.
        let page = browser.get(&asking(&other.domain, &app, SERVER, &[])).await;
        assert!(
            page.status == 400 && page.text.contains("AADSTS7000229"),
            "{}",
            page.text
        );
        let page = browser.visit(&asking("common", &app, SERVER, &[])).await;
        let told = sign_in(&mut browser, &page, &bob).await;
        assert!(
            told.status == 400 && told.text.contains("AADSTS7000229"),
            "{}",
            told.text
        );
        assert!(told.header("location").is_none());
        let root = other
            .user(
                "root",
                &[doorward_domain::directory::DirectoryRole::GlobalAdministrator],
            )
            .await;
        root.post("/v1.0/servicePrincipals", json!({"appId": app.id}))
            .await
            .ok();
        let path = asking("common", &app, "https://app.example", &[]);
        let code = code_of(&world, &bob, &path, "https://app.example/").await;
        let body = redeem(&world, &app, (&code, "https://app.example"), (None, &secret))
            .await
            .ok();
        let id = verified(&world, &other.domain, body["id_token"].as_str().unwrap()).await;
        assert_eq!((&id["tid"], &id["aud"]), (&json!(other.id), &json!(app.id)));
        let _ = tenant;
    }
}

#[tokio::test]
async fn a_client_that_was_disabled_signs_nobody_in() {
    use doorward_domain::directory::DirectoryRole as R;
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        root.graph_token().await;
        let secret = [("client_secret", app.secret.as_str())];
        let path = asking(&tenant.domain, &app, "https://app.example", &[]);
        let first = code_of(&world, &alice, &path, "https://app.example/").await;
        let body = redeem(&world, &app, (&first, "https://app.example"), (None, &secret))
            .await
            .ok();
        let token = body["refresh_token"].as_str().unwrap().to_owned();
        let code = code_of(&world, &alice, &path, "https://app.example/").await;
        let principal = format!("/v1.0/servicePrincipals/{}", app.principal);
        let off = json!({"accountEnabled": false});
        assert_eq!(root.patch(&principal, off.clone()).await.status, 204);
        let page = Browser::new(&world).get(&path).await;
        assert!(
            page.status == 400 && page.text.contains("AADSTS7000112"),
            "{}",
            page.text
        );
        let at = (code.as_str(), "https://app.example");
        assert_eq!(
            redeem(&world, &app, at, (None, &secret)).await.aadsts(),
            7_000_112
        );
        assert_eq!(
            refresh(&world, &app, &token, (None, &secret)).await.aadsts(),
            7_000_112
        );

        // The built-in one as well, on every flow.
        let form = alice.form(("resource", "https://graph.microsoft.com"));
        let v1 = format!("/{}/oauth2/token", tenant.domain);
        let before = world.post_form(&v1, &form).await.ok();
        let found = root
            .get(&format!("/v1.0/servicePrincipals(appId='{COMMAND_LINE}')"))
            .await
            .ok();
        let built_in = format!("/v1.0/servicePrincipals/{}", found["id"].as_str().unwrap());
        assert_eq!(root.patch(&built_in, off).await.status, 204);
        assert_eq!(world.post_form(&v1, &form).await.aadsts(), 7_000_112);
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", COMMAND_LINE),
            ("refresh_token", before["refresh_token"].as_str().unwrap()),
        ];
        assert_eq!(world.post_form(&v1, &form).await.aadsts(), 7_000_112);
        let device = format!("/{}/oauth2/v2.0/devicecode", tenant.domain);
        let form = [("client_id", COMMAND_LINE), ("scope", "openid")];
        assert_eq!(world.post_form(&device, &form).await.aadsts(), 7_000_112);
        let page = Browser::new(&world).get(&url(&tenant.domain, &[])).await;
        assert!(page.status == 400 && page.text.contains("AADSTS7000112"));
        let mut browser = Browser::new(&world);
        let page = browser.visit(&url("common", &[])).await;
        let told = sign_in(&mut browser, &page, &alice).await;
        assert!(
            told.status == 400 && told.text.contains("AADSTS7000112"),
            "{}",
            told.text
        );
        // In other tenants nothing changed.
        let other = world.tenant().await;
        other.user("bob", &[]).await.graph_token().await;
        // And what was done can be undone: Resource Manager's and Graph's tokens of before still stand.
        assert_eq!(
            root.patch(&built_in, json!({"accountEnabled": true}))
                .await
                .status,
            204
        );
        alice.graph_token().await;
    }
}

#[tokio::test]
async fn an_application_is_given_what_somebody_agreed_to() {
    for world in World::shared().await {
        let scope = |id: u8, value: &str, kind: &str| {
            json!({"id": format!("00000000-0000-4000-8000-00000000000{id}"), "value": value, "type": kind, "isEnabled": true,
                   "adminConsentDisplayName": value, "adminConsentDescription": value})
        };
        let mut more = platforms();
        more["identifierUris"] = json!([]);
        more["api"] = json!({"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": [scope(1, "Orders.Read", "User"), scope(2, "Orders.Write", "Admin")]});
        let (tenant, alice, app) = stage(&world, more).await;
        let domain = tenant.domain.as_str();
        let back = "https://app.example";
        // Its own scopes are its own.
        for (asked, scp) in [
            (format!("{}/Orders.Write openid", app.id), "Orders.Write"),
            (format!("{}/.default openid", app.id), "Orders.Read"),
        ] {
            let path = asking(domain, &app, back, &[("scope", &asked)]);
            let code = code_of(&world, &alice, &path, "https://app.example/").await;
            let secret = [("client_secret", app.secret.as_str()), ("scope", asked.as_str())];
            let body = redeem(&world, &app, (&code, back), (None, &secret)).await.ok();
            assert_eq!(body["scope"], asked.as_str());
            let access = verified(&world, domain, body["access_token"].as_str().unwrap()).await;
            assert_eq!((&access["aud"], &access["scp"]), (&json!(app.id), &json!(scp)));
        }
        // What nobody offers cannot be agreed to.
        let mut browser = Browser::new(&world);
        for asked in [format!("{}/Nothing", app.id), format!("{ARM}/Nothing")] {
            let path = asking(domain, &app, back, &[("scope", &asked)]);
            let page = browser.visit(&path).await;
            let told = match page.status {
                302 => page,
                _ => sign_in(&mut browser, &page, &alice).await,
            };
            let told = carried(&told, "https://app.example/", '?');
            assert_eq!(told["error"], "invalid_scope", "{asked}");
            assert!(!told.contains_key("code"));
        }
        // Nor by a code or refresh token that was given for less.
        let path = asking(domain, &app, back, &[]);
        let code = code_of(&world, &alice, &path, "https://app.example/").await;
        let secret = ("client_secret", app.secret.as_str());
        let body = redeem(&world, &app, (&code, back), (None, &[secret])).await.ok();
        let token = body["refresh_token"].as_str().unwrap();
        let wish = format!("{ARM}/.default");
        let refused = refresh(&world, &app, token, (None, &[secret, ("scope", &wish)])).await;
        assert_eq!((refused.status, refused.aadsts()), (400, 65_001));
        assert_eq!(refused.json()["suberror"], "consent_required");
        let v1 = [
            ("grant_type", "refresh_token"),
            ("client_id", app.id.as_str()),
            secret,
            ("refresh_token", token),
            ("resource", "https://management.azure.com/"),
        ];
        assert_eq!(
            world.post_form("/common/oauth2/token", &v1).await.aadsts(),
            65_001
        );
    }
}

#[tokio::test]
async fn who_is_signed_in_is_served_in_silence_where_nobody_can_pass_for_the_client() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let domain = tenant.domain.as_str();
        let mut browser = Browser::new(&world);
        let silent = |redirect: &str| asking(domain, &app, redirect, &[("prompt", "none")]);
        let told = carried(&browser.get(&silent(PAGE)).await, "https://spa.example/", '?');
        assert_eq!(told["error"], "login_required");
        let page = browser.visit(&asking(domain, &app, PAGE, &[])).await;
        sign_in(&mut browser, &page, &alice).await;
        for (redirect, base, mark) in [(PAGE, "https://spa.example/", '?'), (SERVER, SERVER, '&')] {
            let given = carried(&browser.get(&silent(redirect)).await, base, mark);
            assert!(given.contains_key("code"), "{given:?}");
            let given = carried(
                &browser.get(&asking(domain, &app, redirect, &[])).await,
                base,
                mark,
            );
            assert!(given.contains_key("code"), "{given:?}");
            for prompt in ["select_account", "consent"] {
                let page = browser
                    .visit(&asking(domain, &app, redirect, &[("prompt", prompt)]))
                    .await;
                assert!(page.text.contains("Continue with this account?"), "{prompt}");
            }
            let page = browser
                .visit(&asking(domain, &app, redirect, &[("prompt", "login")]))
                .await;
            assert!(page.text.contains("name=\"password\""));
        }
        for (redirect, base) in [
            (LOCAL_PAGE, "http://localhost:3000/"),
            ("http://localhost:99", "http://localhost:99/"),
        ] {
            let told = carried(&browser.get(&silent(redirect)).await, base, '?');
            assert_eq!(told["error"], "interaction_required", "{redirect}");
            let page = browser.visit(&asking(domain, &app, redirect, &[])).await;
            assert!(page.text.contains("Continue with this account?"));
        }
        // Silence gives no more than a page would.
        let wish = format!("{ARM}/.default");
        let path = asking(domain, &app, PAGE, &[("prompt", "none"), ("scope", &wish)]);
        let told = carried(&browser.get(&path).await, "https://spa.example/", '?');
        assert_eq!(told["error"], "consent_required");
        let bare = [BARE[0], BARE[1], ("prompt", "none")];
        let told = carried(
            &browser.get(&asking(domain, &app, PAGE, &bare)).await,
            "https://spa.example/",
            '?',
        );
        assert_eq!(told["error"], "invalid_request");
    }
}

#[tokio::test]
async fn built_in_clients_of_old_need_the_tenants_leave() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let back = "http://localhost:8400/";
        let redeemed = async |code: &str| {
            let form = [
                ("grant_type", "authorization_code"),
                ("client_id", COMMAND_LINE),
                ("code", code),
                ("redirect_uri", "http://localhost:8400"),
                ("resource", "https://management.core.windows.net/"),
            ];
            world.post_form("/common/oauth2/token", &form).await
        };
        let old = |segment: &str| {
            let resource = ("resource", "https://management.core.windows.net/");
            url(segment, &[BARE[0], BARE[1], ("scope", ""), resource]).replace("/v2.0", "")
        };
        // A development server gives it.
        let code = code_of(&world, &alice, &old("common"), back).await;
        redeemed(&code).await.ok();
        let id = tenant.id;
        let rows = world
            .app
            .store
            .read(move |view| store::audit::page(view, None, 100_000));
        let noted = rows.await.unwrap().into_iter().any(|(_, row)| {
            row.tenant == Some(id) && row.detail.contains("of the time before code challenges")
        });
        assert!(noted);
        set(&world, tenant.id, Setting::LegacyClients, false).await;
        for segment in ["common", tenant.domain.as_str()] {
            let mut browser = Browser::new(&world);
            let page = browser.visit(&old(segment)).await;
            let told = carried(&sign_in(&mut browser, &page, &alice).await, back, '?');
            assert_eq!(told["error"], "invalid_request");
            assert!(told["error_description"].contains("AADSTS50147"));
        }
    }
    // Production does not.
    let world = World::production().await;
    let tenant = world.tenant().await;
    let alice = tenant.user("alice", &[]).await;
    let mut browser = Browser::new(&world);
    let path = url(&tenant.domain, &BARE);
    let page = browser.visit(&path).await;
    let told = carried(
        &sign_in(&mut browser, &page, &alice).await,
        "http://localhost:8400/",
        '?',
    );
    assert_eq!(told["error"], "invalid_request");
    set(&world, tenant.id, Setting::LegacyClients, true).await;
    let page = browser.visit(&path).await;
    carried(
        &sign_in(&mut browser, &page, &alice).await,
        "http://localhost:8400/",
        '?',
    );
}

#[tokio::test]
async fn of_sixteen_servers_with_one_code_one_wins() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let path = asking(&tenant.domain, &app, "https://app.example", &[]);
        let code = code_of(&world, &alice, &path, "https://app.example/").await;
        let secret = [("client_secret", app.secret.as_str())];
        let at = (code.as_str(), "https://app.example");
        let all = (0..16).map(|_| redeem(&world, &app, at, (None, &secret)));
        let answers = futures_util::future::join_all(all).await;
        let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(won.len(), 1);
        // And what it won ended when the code was shown again.
        let token = won[0].json()["refresh_token"].as_str().unwrap().to_owned();
        let over = refresh(&world, &app, &token, (None, &secret)).await;
        assert_eq!(
            (over.status, over.json()["error"].as_str()),
            (400, Some("invalid_grant"))
        );
    }
}
