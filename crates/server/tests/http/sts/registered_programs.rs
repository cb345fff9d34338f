//! Registered applications that name no redirect URI: by a device's code, and by name and password.

use doorward_domain::directory::DirectoryRole as R;
use doorward_domain::tenant_settings::Setting;
use doorward_store as store;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::device_code::{question, text};
use super::registered::{Registered, platforms, refresh, register, set, stage};
use super::verified;
use crate::browser::{Browser, form_of, problem, unescape};
use crate::harness::{Answer, COMMAND_LINE, Caller, World};

const SCOPE: &str = "https://management.azure.com/user_impersonation openid profile offline_access";
const ARM: &str = "https://management.azure.com";

fn program() -> Value {
    json!({
        "publicClient": {"redirectUris": ["http://localhost"]},
        "requiredResourceAccess": [{
            "resourceAppId": "797f4846-ba00-4fd7-ba43-dac1f8f63013",
            "resourceAccess": [{"id": "41094075-9dad-400e-a0bd-54e686782033", "type": "Scope"}],
        }],
    })
}

/// Asks for a code: on the v1 endpoint for a resource, on the other for scopes.
async fn begin(world: &World, tenant: &str, app: &str, v1: bool) -> Answer {
    let (path, target) = match v1 {
        true => ("oauth2/devicecode", ("resource", ARM)),
        false => ("oauth2/v2.0/devicecode", ("scope", SCOPE)),
    };
    let form = [("client_id", app), target];
    world.post_form(&format!("/{tenant}/{path}"), &form).await
}

async fn poll(world: &World, tenant: &str, (app, device): (&str, &str), more: &[(&str, &str)]) -> Answer {
    let mut form = vec![
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", app),
        ("device_code", device),
    ];
    form.extend_from_slice(more);
    world
        .post_form(&format!("/{tenant}/oauth2/v2.0/token"), &form)
        .await
}

async fn by_password(
    world: &World,
    segment: &str,
    (app, person): (&str, (&str, &str)),
    more: &[(&str, &str)],
) -> Answer {
    let mut form = vec![
        ("grant_type", "password"),
        ("client_id", app),
        ("username", person.0),
        ("password", person.1),
        ("scope", SCOPE),
    ];
    form.extend_from_slice(more);
    world
        .post_form(&format!("/{segment}/oauth2/v2.0/token"), &form)
        .await
}

async fn grants(admin: &Caller) -> Vec<Value> {
    let answer = admin.get("/v1.0/oauth2PermissionGrants").await.ok();
    answer["value"].as_array().unwrap().clone()
}

/// Agrees for everybody to what the application asks for.
async fn agree(world: &World, domain: &str, app: &Registered, admin: &Caller) {
    let begun = begin(world, domain, &app.id, false).await.ok();
    let mut browser = Browser::new(world);
    let page = question(&mut browser, &text(&begun, "user_code"), admin).await;
    let done = browser
        .submit(&page, &[("answer", "approve"), ("for_all", "1")])
        .await;
    assert!(done.text.contains("Signed in on the device"), "{}", done.text);
}

#[tokio::test]
async fn a_registered_program_signs_in_by_a_code_and_the_person_agrees_on_the_page() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, program()).await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let domain = tenant.domain.as_str();
        for (round, v1) in [false, true].into_iter().enumerate() {
            let begun = begin(&world, domain, &app.id, v1).await.ok();
            let (code, device) = (text(&begun, "user_code"), text(&begun, "device_code"));
            let mut browser = Browser::new(&world);
            let page = question(&mut browser, &code, &alice).await;
            let shown = unescape(&page.text);
            assert!(
                shown.contains("Shop & Co") && !shown.contains("for_all"),
                "{shown}"
            );
            let asks = shown.contains("do there in your name all that you may");
            assert_eq!(asks, round == 0, "asked once: {shown}");
            if asks {
                assert!(
                    shown.contains("keep what it may do while you are away"),
                    "{shown}"
                );
                assert!(grants(&root).await.is_empty());
            }
            let done = browser.submit(&page, &[("answer", "approve")]).await;
            assert!(done.text.contains("Signed in on the device"), "{}", done.text);
            // Another client's code is nobody's, and a program shows no secret.
            let other = poll(&world, domain, (COMMAND_LINE, &device), &[]).await;
            assert_eq!(other.aadsts(), 70_018);
            let secret = [("client_secret", app.secret.as_str())];
            let shown = poll(&world, domain, (&app.id, &device), &secret).await;
            assert_eq!(shown.aadsts(), 700_025);
            let segment = match v1 {
                true => format!("/{domain}/oauth2/token"),
                false => format!("/{domain}/oauth2/v2.0/token"),
            };
            let form = [
                ("grant_type", "device_code"),
                ("client_id", app.id.as_str()),
                ("code", &device),
            ];
            let body = world.post_form(&segment, &form).await.ok();
            let access = verified(&world, domain, &text(&body, "access_token")).await;
            assert_eq!(
                (
                    &access["aud"],
                    &access["scp"],
                    &access["appid"],
                    &access["appidacr"]
                ),
                (
                    &json!(ARM),
                    &json!("user_impersonation"),
                    &json!(app.id),
                    &json!("0")
                )
            );
            let id = verified(&world, domain, &text(&body, "id_token")).await;
            assert_eq!(id["aud"], app.id.as_str());
            let token = text(&body, "refresh_token");
            refresh(&world, &app, &token, (None, &[])).await.ok();
            let given = grants(&root).await;
            assert!(given.len() == 2 && given.iter().all(|g| g["principalId"] == alice.id.to_string()));
        }
    }
}

#[tokio::test]
async fn who_may_not_agree_approves_nothing_and_an_administrator_does_for_everybody() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, program()).await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let domain = tenant.domain.as_str();
        set(&world, tenant.id, Setting::UserConsent, false).await;
        let begun = begin(&world, domain, &app.id, false).await.ok();
        let (code, device) = (text(&begun, "user_code"), text(&begun, "device_code"));
        let mut browser = Browser::new(&world);
        let page = question(&mut browser, &code, &alice).await;
        assert!(page.text.contains("Ask an administrator") && !page.text.contains("value=\"approve\""));
        // A yes of one's own making is none.
        let forged = browser
            .submit(&page, &[("answer", "approve"), ("consent", "x")])
            .await;
        assert!(problem(&forged).is_some(), "{}", forged.text);
        assert!(grants(&root).await.is_empty());
        let waiting = poll(&world, domain, (&app.id, &device), &[]).await;
        assert_eq!(waiting.json()["error"], "authorization_pending");

        agree(&world, domain, &app, &root).await;
        let given = grants(&root).await;
        assert!(
            given.len() == 2 && given.iter().all(|g| g["consentType"] == "AllPrincipals"),
            "{given:?}"
        );
        let page = question(&mut browser, &code, &alice).await;
        let done = browser.submit(&page, &[("answer", "approve")]).await;
        assert!(done.text.contains("Signed in on the device"), "{}", done.text);
        poll(&world, domain, (&app.id, &device), &[]).await.ok();
    }
}

#[tokio::test]
async fn of_sixteen_yeses_with_what_they_agree_to_one_is_taken() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, program()).await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let begun = begin(&world, &tenant.domain, &app.id, false).await.ok();
        let mut browser = Browser::new(&world);
        let page = question(&mut browser, &text(&begun, "user_code"), &alice).await;
        // Of several at once a page of before is worth nothing.
        let older = form_of(&page);
        let page = question(&mut browser, &text(&begun, "user_code"), &alice).await;
        let stale: Vec<_> = older
            .fields
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        let stale = browser
            .post("/devicelogin", &[&stale[..], &[("answer", "approve")]].concat())
            .await;
        assert!(problem(&stale).is_some() && grants(&root).await.is_empty());
        let answers = join_all((0..16).map(|_| {
            let (mut browser, page) = (browser.clone(), &page);
            async move { browser.submit(page, &[("answer", "approve")]).await }
        }))
        .await;
        let taken = answers
            .iter()
            .filter(|a| a.text.contains("Signed in on the device"));
        assert_eq!(taken.count(), 1);
        assert_eq!(grants(&root).await.len(), 2);
    }
}

#[tokio::test]
async fn who_keeps_a_secret_is_given_no_device_code_and_shows_it_beside_a_password() {
    for world in World::shared().await {
        let (tenant, alice, server) = stage(&world, platforms()).await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let domain = tenant.domain.as_str();
        let person = (alice.name.as_str(), "alice");
        let told_of = async |app: &str| {
            [
                begin(&world, domain, app, true).await.aadsts(),
                begin(&world, domain, app, false).await.aadsts(),
                by_password(&world, domain, (app, person), &[]).await.aadsts(),
                // Nothing is said of the password to who isn't even a client.
                by_password(&world, domain, (app, (person.0, "wrong")), &[])
                    .await
                    .aadsts(),
            ]
        };
        assert_eq!(told_of(&server.id).await, [7_000_218; 4]);
        let unknown = "11111111-2222-4333-8444-555555555555";
        assert_eq!(told_of(unknown).await, [700_016; 4]);
        assert_eq!(told_of("no id").await, [700_016; 4]);
        assert_eq!(
            begin(&world, "organizations", &server.id, false).await.aadsts(),
            7_000_218
        );

        let secret = [("client_secret", server.secret.as_str())];
        let with_secret = async || by_password(&world, domain, (&server.id, person), &secret).await;
        assert_eq!(with_secret().await.aadsts(), 65_001, "nobody agreed yet");
        let grant = json!({
            "clientId": server.principal, "consentType": "AllPrincipals", "scope": "user_impersonation",
            "resourceId": resource(&world, &tenant, "797f4846-ba00-4fd7-ba43-dac1f8f63013").await,
        });
        assert_eq!(root.post("/v1.0/oauth2PermissionGrants", grant).await.status, 201);
        let grant = json!({
            "clientId": server.principal, "consentType": "AllPrincipals", "scope": "openid profile offline_access",
            "resourceId": resource(&world, &tenant, "00000003-0000-0000-c000-000000000000").await,
        });
        assert_eq!(root.post("/v1.0/oauth2PermissionGrants", grant).await.status, 201);
        let body = with_secret().await.ok();
        let access = verified(&world, domain, &text(&body, "access_token")).await;
        assert_eq!(
            (&access["appid"], &access["appidacr"]),
            (&json!(server.id), &json!("1"))
        );
        let token = text(&body, "refresh_token");
        assert_eq!(
            refresh(&world, &server, &token, (None, &[])).await.aadsts(),
            7_000_218
        );
        refresh(&world, &server, &token, (None, &secret)).await.ok();
        let wrong = [("client_secret", "dwc~wrong")];
        assert_eq!(
            by_password(&world, domain, (&server.id, person), &wrong)
                .await
                .aadsts(),
            7_000_215
        );
        let wrong = by_password(&world, domain, (&server.id, (person.0, "wrong")), &secret).await;
        assert_eq!(wrong.aadsts(), 50_126);
    }
}

/// The object id of a built-in resource in the tenant.
async fn resource(world: &World, tenant: &crate::harness::Tenancy, app: &str) -> String {
    let (id, app) = (tenant.id, app.parse().unwrap());
    let found = world
        .app
        .store
        .read(move |view| store::service_principal::find_by_app_id(view, id, app));
    found.await.unwrap().unwrap().id.to_string()
}

#[tokio::test]
async fn a_program_takes_a_password_where_everything_allows_it() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, json!({"isFallbackPublicClient": true})).await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let domain = tenant.domain.as_str();
        let person = (alice.name.as_str(), "alice");
        let ask = async |more: &[(&str, &str)]| by_password(&world, domain, (&app.id, person), more).await;
        assert_eq!(ask(&[]).await.aadsts(), 65_001);
        agree(&world, domain, &app, &root).await;
        let body = ask(&[]).await.ok();
        let access = verified(&world, domain, &text(&body, "access_token")).await;
        assert_eq!(
            (&access["appid"], &access["appidacr"], &access["scp"]),
            (&json!(app.id), &json!("0"), &json!("user_impersonation"))
        );
        refresh(&world, &app, &text(&body, "refresh_token"), (None, &[]))
            .await
            .ok();
        let v1 = [
            ("grant_type", "password"),
            ("client_id", &app.id),
            ("username", person.0),
            ("password", person.1),
            ("resource", ARM),
        ];
        let body = world
            .post_form(&format!("/{domain}/oauth2/token"), &v1)
            .await
            .ok();
        assert_eq!(body["scope"], "user_impersonation");
        let secret = [("client_secret", app.secret.as_str())];
        assert_eq!(ask(&secret).await.aadsts(), 700_025);
        // It is the application of one tenant, and the setting of the tenant counts for it as well.
        let other = world.tenant().await;
        let mallory = other.user("mallory", &[]).await;
        let there = by_password(&world, &other.domain, (&app.id, (&mallory.name, "mallory")), &[]).await;
        assert_eq!(there.aadsts(), 50_194);
        assert_eq!(
            begin(&world, &other.domain, &app.id, false).await.aadsts(),
            50_194
        );
        assert_eq!(begin(&world, "common", &app.id, false).await.aadsts(), 50_194);
        set(&world, tenant.id, Setting::PasswordGrant, false).await;
        assert_eq!(ask(&[]).await.aadsts(), 70_003);
        let path = format!("/v1.0/applications/{}", app.object);
        let no = json!({"isFallbackPublicClient": false});
        assert_eq!(alice.patch(&path, no).await.status, 204);
        assert_eq!(begin(&world, domain, &app.id, false).await.aadsts(), 7_000_218);
        let another = register(&alice, "another", json!({})).await;
        assert_eq!(
            begin(&world, domain, &another.id, false).await.aadsts(),
            7_000_218
        );
    }
}
