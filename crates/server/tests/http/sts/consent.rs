//! Applications are given what somebody agreed to: the question, who may answer it, and what the answer gives.

use doorward_domain::directory::DirectoryRole as R;
use doorward_domain::tenant_settings::Setting;
use doorward_names::Duration;
use doorward_store as store;
use serde_json::{Value, json};

use super::authorize::sign_in;
use super::registered::{Registered, asking, carried, code_of, platforms, redeem, refresh, set, stage};
use super::verified;
use crate::browser::{Browser, unescape};
use crate::harness::{Answer, Caller, World};

const BACK: &str = "https://app.example";
const AT: &str = "https://app.example/";
const ARM: &str = "https://management.azure.com";
const SCOPE: &str = "https://management.azure.com/user_impersonation openid profile offline_access";

/// A browser in which `person` signed in and sees what the application asks for.
async fn asked(world: &World, person: &Caller, path: &str) -> (Browser, Answer) {
    let mut browser = Browser::new(world);
    let page = browser.visit(path).await;
    let page = sign_in(&mut browser, &page, person).await;
    (browser, page)
}

/// Whether the browser is led to the request again.
#[track_caller]
fn asked_again(answer: &Answer, path: &str) {
    let location = answer.header("location").unwrap_or_default();
    assert!(answer.status == 302 && location.starts_with(path), "{location}");
}

async fn grants(admin: &Caller) -> Vec<Value> {
    let answer = admin.get("/v1.0/oauth2PermissionGrants").await.ok();
    answer["value"].as_array().unwrap().clone()
}

async fn redeemed(world: &World, app: &Registered, code: &str) -> Value {
    let shown = [("client_secret", app.secret.as_str()), ("scope", SCOPE)];
    redeem(world, app, (code, BACK), (None, &shown)).await.ok()
}

#[tokio::test]
async fn a_person_sees_what_is_asked_and_agrees_once() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let path = asking(&tenant.domain, &app, BACK, &[("scope", SCOPE)]);
        let (mut browser, page) = asked(&world, &alice, &path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let text = unescape(&page.text);
        for shown in [
            "Shop & Co",
            alice.name.as_str(),
            "Windows Azure Service Management API",
            "do there in your name all that you may",
            "Microsoft Graph",
            "sign you in",
            "keep what it may do while you are away",
        ] {
            assert!(text.contains(shown), "{shown}: {text}");
        }
        assert!(!text.contains("for_all") && !text.contains("<script"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("form-action 'self' https://app.example;"),
            "{policy}"
        );
        assert!(grants(&root).await.is_empty(), "asking gives nothing");
        let back = browser.submit(&page, &[("step", "agree")]).await;
        let code = carried(&back, AT, '?')["code"].clone();
        let body = redeemed(&world, &app, &code).await;
        let access = verified(&world, &tenant.domain, body["access_token"].as_str().unwrap()).await;
        assert_eq!(
            (&access["aud"], &access["scp"], &access["upn"]),
            (&json!(ARM), &json!("user_impersonation"), &json!(alice.name))
        );
        // It was written down for this person alone, and is not asked again.
        let given = grants(&root).await;
        assert_eq!(given.len(), 2);
        assert!(
            given
                .iter()
                .all(|g| g["consentType"] == "Principal" && g["principalId"] == alice.id.to_string())
        );
        let given = browser.get(&path).await;
        assert!(carried(&given, AT, '?').contains_key("code"));
        let bob = tenant.user("bob", &[]).await;
        let (_, page) = asked(&world, &bob, &path).await;
        assert!(page.text.contains("value=\"agree\""));
        // Taken back, it is asked again, and what was given renews no more.
        for grant in grants(&root).await {
            let path = format!("/v1.0/oauth2PermissionGrants/{}", grant["id"].as_str().unwrap());
            assert_eq!(root.delete(&path).await.status, 204);
        }
        let shown = [("client_secret", app.secret.as_str()), ("scope", SCOPE)];
        let refused = refresh(
            &world,
            &app,
            body["refresh_token"].as_str().unwrap(),
            (None, &shown),
        )
        .await;
        assert_eq!(refused.aadsts(), 65_001);
        assert!(browser.get(&path).await.text.contains("value=\"agree\""));
        let silent = asking(
            &tenant.domain,
            &app,
            BACK,
            &[("scope", SCOPE), ("prompt", "none")],
        );
        let told = carried(&browser.get(&silent).await, AT, '?');
        assert_eq!(told["error"], "consent_required");
        let rows = world
            .app
            .store
            .read(|view| store::audit::page(view, None, 100_000));
        let rows = format!("{:?}", rows.await.unwrap());
        assert!(rows.contains("consent for themselves: user_impersonation on"));
    }
}

#[tokio::test]
async fn a_no_gives_nothing() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let path = asking(&tenant.domain, &app, BACK, &[("scope", SCOPE)]);
        let (mut browser, page) = asked(&world, &alice, &path).await;
        let told = carried(&browser.submit(&page, &[("step", "cancel")]).await, AT, '?');
        assert_eq!(
            (told["error"].as_str(), told["state"].as_str()),
            ("access_denied", "a state&more")
        );
        assert!(told["error_description"].starts_with("AADSTS65004: ") && !told.contains_key("code"));
        assert!(grants(&alice).await.is_empty());
    }
}

#[tokio::test]
async fn a_form_is_good_once_for_one_browser_one_request_and_not_for_long() {
    for world in World::own().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let path = asking(&tenant.domain, &app, BACK, &[("scope", SCOPE)]);
        let (browser, page) = asked(&world, &alice, &path).await;
        // Sixteen at once: one is sent back to the application, all others to the request again.
        let all = (0..16).map(|_| {
            let (mut browser, page) = (browser.clone(), &page);
            async move { browser.submit(page, &[("step", "agree")]).await }
        });
        let answers = futures_util::future::join_all(all).await;
        let won = answers
            .iter()
            .filter(|a| a.header("location").unwrap().starts_with(AT))
            .count();
        assert_eq!(won, 1);
        assert!(answers.iter().all(|a| a.status == 302));
        assert_eq!(grants(&alice).await.len(), 2);
        let again = browser.clone().submit(&page, &[("step", "agree")]).await;
        asked_again(&again, &path);

        // Another's form, another browser's, another request's, an altered one, an old one.
        let bob = tenant.user("bob", &[]).await;
        let (mut bobs, page) = asked(&world, &bob, &path).await;
        let stolen = crate::browser::form_of(&page).fields["consent"].clone();
        let mut other = browser.clone();
        let narrow = asking(&tenant.domain, &app, BACK, &[("scope", "openid")]);
        let (mut fresh, of_narrow) = asked(&world, &bob, &narrow).await;
        let moved = fresh
            .submit(&of_narrow, &[("step", "agree"), ("consent", &stolen)])
            .await;
        asked_again(&moved, &narrow);
        let of_alice = other.submit(&page, &[("step", "agree")]).await;
        assert!(of_alice.header("location").is_none_or(|to| !to.starts_with(AT)));
        for altered in [
            stolen.replacen('/', "//", 1),
            String::new(),
            "x".repeat(1000),
            format!("{stolen}0"),
        ] {
            let tried = bobs
                .submit(&page, &[("step", "agree"), ("consent", &altered)])
                .await;
            asked_again(&tried, &path);
        }
        let tried = bobs.submit(&page, &[("step", "agree"), ("for_all", "1")]).await;
        asked_again(&tried, &path);
        world.app.clock.advance(Duration::seconds(601));
        let tried = bobs.submit(&page, &[("step", "agree")]).await;
        asked_again(&tried, &path);
        assert_eq!(grants(&alice).await.len(), 2);
    }
}

#[tokio::test]
async fn a_form_that_is_cut_off_agrees_to_nothing_and_is_still_good() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let path = asking(&tenant.domain, &app, BACK, &[("scope", SCOPE)]);
        let (browser, page) = asked(&world, &alice, &path).await;
        for step in ["agree", "cancel"] {
            browser.give_up(&page, &[("step", step)]).await;
            assert!(grants(&alice).await.is_empty());
        }
        let back = browser.go_through(&page, &[("step", "agree")]).await;
        assert!(
            back.starts_with("HTTP/1.1 302 ") && back.contains(&format!("{AT}?code=")),
            "{back}"
        );
        assert_eq!(grants(&alice).await.len(), 2);
    }
}

#[tokio::test]
async fn what_is_asked_for_meanwhile_is_not_agreed_to() {
    for world in World::shared().await {
        let mut more = platforms();
        let access = |id: &str| json!([{"resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": [{"id": id, "type": "Scope"}]}]);
        more["requiredResourceAccess"] = access("e1fe6dd8-ba31-4d61-89e7-88639da4683d");
        let (tenant, alice, app) = stage(&world, more).await;
        let path = asking(
            &tenant.domain,
            &app,
            BACK,
            &[("scope", "https://graph.microsoft.com/.default")],
        );
        let bob = tenant.user("bob", &[]).await;
        let (mut browser, page) = asked(&world, &bob, &path).await;
        assert!(page.text.contains("read your account in the directory"));
        let object = format!("/v1.0/applications/{}", app.object);
        let wider = json!({"requiredResourceAccess": [{"resourceAppId": "797f4846-ba00-4fd7-ba43-dac1f8f63013",
            "resourceAccess": [{"id": "41094075-9dad-400e-a0bd-54e686782033", "type": "Scope"}]},
            access("0e263e50-5827-48a4-b97c-d940288653c7")[0], access("e1fe6dd8-ba31-4d61-89e7-88639da4683d")[0]]});
        assert_eq!(alice.patch(&object, wider).await.status, 204);
        let tried = browser.submit(&page, &[("step", "agree")]).await;
        asked_again(&tried, &path);
        assert!(grants(&alice).await.is_empty());
    }
}

#[tokio::test]
async fn an_administrator_agrees_to_what_others_may_not_and_for_everybody() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let scope = "https://graph.microsoft.com/Directory.AccessAsUser.All openid offline_access";
        let path = asking(&tenant.domain, &app, BACK, &[("scope", scope)]);
        let (mut browser, page) = asked(&world, &alice, &path).await;
        assert!(
            page.text.contains("An administrator has to agree first"),
            "{}",
            page.text
        );
        assert!(!page.text.contains("value=\"agree\""));
        let told = carried(&browser.submit(&page, &[("step", "cancel")]).await, AT, '?');
        assert_eq!(told["error"], "access_denied");
        let tried = browser.submit(&page, &[("step", "agree")]).await;
        asked_again(&tried, &path);

        let (mut browser, page) = asked(&world, &root, &path).await;
        assert!(page.text.contains("name=\"for_all\""), "{}", page.text);
        let back = browser
            .submit(&page, &[("step", "agree"), ("for_all", "1")])
            .await;
        assert!(carried(&back, AT, '?').contains_key("code"));
        let given = grants(&root).await;
        assert_eq!(given.len(), 1);
        assert_eq!(
            (
                &given[0]["consentType"],
                &given[0]["principalId"],
                &given[0]["scope"]
            ),
            (
                &json!("AllPrincipals"),
                &json!(null),
                &json!("Directory.AccessAsUser.All openid offline_access")
            )
        );
        // Now nobody is asked, and the person gets what they themselves may do.
        let code = code_of(&world, &alice, &path, AT).await;
        let shown = [("client_secret", app.secret.as_str()), ("scope", scope)];
        let body = redeem(&world, &app, (&code, BACK), (None, &shown)).await.ok();
        let access = verified(&world, &tenant.domain, body["access_token"].as_str().unwrap()).await;
        assert_eq!(access["scp"], "openid Directory.AccessAsUser.All");
        assert_eq!(access["upn"], alice.name.as_str());
        // Another tenant's application of that name has nothing of it.
        let (other, carol, elsewhere) = stage(&world, platforms()).await;
        let path = asking(&other.domain, &elsewhere, BACK, &[("scope", scope)]);
        let (_, page) = asked(&world, &carol, &path).await;
        assert!(page.text.contains("An administrator has to agree first"));
    }
}

#[tokio::test]
async fn in_production_administrators_alone_agree_unless_the_tenant_says_otherwise() {
    let world = World::production().await;
    let tenant = world.tenant().await;
    let alice = tenant.user("alice", &[]).await;
    let app = tenant.service_principal("Shop", &[]).await;
    let (id, object) = (tenant.id, app.application);
    let write = world.app.snapshots.write(move |tx| {
        let mut found = store::application::find(tx, id, object)?.unwrap();
        let web = doorward_domain::application::Platform::Web;
        found.sign_in.set(web, [BACK.parse().unwrap()]);
        store::application::update(tx, &found)?.unwrap();
        Ok::<_, store::QueryError>(())
    });
    write.await.unwrap();
    let app = Registered {
        id: app.name.clone(),
        object: String::new(),
        principal: String::new(),
        secret: app.secret.clone(),
    };
    let path = asking(&tenant.domain, &app, BACK, &[("scope", "openid")]);
    let (_, page) = asked(&world, &alice, &path).await;
    assert!(
        page.text.contains("An administrator has to agree first"),
        "{}",
        page.text
    );
    let mut korean = Browser::new(&world);
    let page = korean.visit(&format!("{path}&ui_locales=ko")).await;
    let page = sign_in(&mut korean, &page, &alice).await;
    assert!(
        page.text.contains("lang=\"ko\"") && page.text.contains("먼저 관리자의 동의가 필요합니다"),
        "{}",
        page.text
    );
    set(&world, tenant.id, Setting::UserConsent, true).await;
    let (mut browser, page) = asked(&world, &alice, &path).await;
    let back = browser.submit(&page, &[("step", "agree")]).await;
    assert!(carried(&back, AT, '?').contains_key("code"));
}

#[tokio::test]
async fn grants_are_made_and_changed_over_graph() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let graph = root
            .get("/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')")
            .await
            .ok();
        let offered = graph["oauth2PermissionScopes"].as_array().unwrap();
        assert!(offered.iter().any(|scope| scope["value"] == "User.Read"));
        let body = |scope: &str| json!({"clientId": app.principal, "consentType": "AllPrincipals", "resourceId": graph["id"], "scope": scope});
        let all = "/v1.0/oauth2PermissionGrants";
        assert_eq!(alice.post(all, body("User.Read")).await.status, 403);
        let mut wrong = vec![body("Files.Read"), body(&"x ".repeat(3000))];
        for (name, value) in [
            ("consentType", json!("Somebody")),
            ("consentType", json!("Principal")),
            ("principalId", json!(alice.id.to_string())),
        ] {
            let mut one = body("User.Read");
            one[name] = value;
            wrong.push(one);
        }
        for wrong in wrong {
            assert_eq!(root.post(all, wrong.clone()).await.status, 400, "{wrong}");
        }
        for (name, id) in [("clientId", &alice.id.to_string()), ("resourceId", &app.object)] {
            let mut one = body("User.Read");
            one[name] = json!(id);
            assert_eq!(root.post(all, one).await.status, 404);
        }
        let many = (0..16).map(|_| root.post(all, body("openid profile User.Read openid")));
        let answers = futures_util::future::join_all(many).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
        let made = answers.iter().find(|answer| answer.status == 201).unwrap().json();
        assert_eq!(made["scope"], "openid profile User.Read");
        let filter = |text: &str| format!("{all}?$filter={}", text.replace(' ', "%20"));
        let by_client = filter(&format!(
            "clientId eq '{}' and consentType eq 'AllPrincipals'",
            app.principal
        ));
        assert_eq!(
            root.get(&by_client).await.ok()["value"].as_array().unwrap().len(),
            1
        );
        let found = root.get(&filter("consentType eq 'Principal'")).await.ok();
        assert_eq!(found["value"], json!([]));
        assert_eq!(root.get(&filter("colour eq 'red'")).await.status, 400);
        // It is as good as an answer on the page.
        let wish = |scope| asking(&tenant.domain, &app, BACK, &[("scope", scope)]);
        let path = wish("openid profile offline_access User.Read");
        let mut browser = Browser::new(&world);
        let page = browser.visit(&path).await;
        let back = sign_in(&mut browser, &page, &alice).await;
        assert!(carried(&back, AT, '?').contains_key("code"));
        let one = format!("{all}/{}", made["id"].as_str().unwrap());
        assert_eq!(root.patch(&one, json!({"scope": "openid"})).await.status, 204);
        assert_eq!(root.get(&one).await.ok()["scope"], "openid");
        assert!(browser.get(&path).await.text.contains("read your account"));
        // Whoever agrees to anything agrees to sign in, but not to more of who they are.
        let back = browser.get(&wish("openid profile offline_access")).await;
        assert!(carried(&back, AT, '?').contains_key("code"));
        let page = browser.get(&wish("openid profile email")).await;
        assert!(page.text.contains("see your e-mail address"), "{}", page.text);
        assert_eq!(root.delete(&one).await.status, 204);
        assert_eq!(root.delete(&one).await.status, 404);
        // What is gone leaves no grant behind.
        root.post(all, body("openid")).await.ok();
        assert_eq!(
            root.delete(&format!("/v1.0/servicePrincipals/{}", app.principal))
                .await
                .status,
            204
        );
        assert!(grants(&root).await.is_empty());
    }
}
