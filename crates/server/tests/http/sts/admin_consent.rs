//! `/{tenant}/adminconsent`: an administrator agrees for everybody.

use doorward_domain::directory::DirectoryRole as R;
use doorward_domain::tenant_settings::Setting;
use doorward_names::Duration;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::authorize::sign_in;
use super::registered::{Registered, asking, carried, code_of, redeem, register, set};
use super::verified;
use crate::browser::{Browser, problem, unescape};
use crate::harness::{Answer, Caller, Tenancy, World};

const BACK: &str = "https://app.example";
const AT: &str = "https://app.example/";
const ARM: &str = "https://management.azure.com";
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// An application that asks for a scope of Resource Manager's, and to read accounts as itself.
fn wishes() -> Value {
    json!({
        "web": {"redirectUris": [BACK]},
        "requiredResourceAccess": [
            {
                "resourceAppId": "797f4846-ba00-4fd7-ba43-dac1f8f63013",
                "resourceAccess": [{"id": "41094075-9dad-400e-a0bd-54e686782033", "type": "Scope"}],
            },
            {
                "resourceAppId": GRAPH,
                "resourceAccess": [{"id": "df021288-bdef-4463-88db-98f22de89214", "type": "Role"}],
            },
        ],
    })
}

struct Stage {
    world: World,
    tenant: Tenancy,
    root: Caller,
    alice: Caller,
    app: Registered,
}

async fn stages() -> Vec<Stage> {
    let mut all = Vec::new();
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let alice = tenant.user("alice", &[]).await;
        let app = register(&alice, "Shop & Co", wishes()).await;
        set(&world, tenant.id, Setting::UserConsent, false).await;
        all.push(Stage {
            world,
            tenant,
            root,
            alice,
            app,
        });
    }
    all
}

/// The address of the request; a value that is empty takes a parameter away.
fn asked(segment: &str, app: &str, changed: &[(&str, &str)]) -> String {
    let mut all = vec![
        ("client_id", app),
        ("redirect_uri", BACK),
        ("state", "a state&more"),
    ];
    for (name, value) in changed {
        all.retain(|(known, _)| known != name);
        all.push((name, value));
    }
    all.retain(|(_, value)| !value.is_empty());
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&all)
        .finish();
    let v2 = all.iter().any(|(name, _)| *name == "scope");
    let version = if v2 { "v2.0/" } else { "" };
    format!("/{segment}/{version}adminconsent?{query}")
}

/// A browser in which `person` signed in for that request.
async fn at(world: &World, person: &Caller, path: &str) -> (Browser, Answer) {
    let mut browser = Browser::new(world);
    let page = browser.visit(path).await;
    let page = sign_in(&mut browser, &page, person).await;
    (browser, page)
}

/// The grants of everybody, and the permissions that the application has as itself.
async fn given(root: &Caller, principal: &str) -> (Vec<(String, String)>, usize) {
    let all = root.get("/v1.0/oauth2PermissionGrants").await.ok();
    let mut grants: Vec<_> = all["value"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|grant| grant["clientId"] == principal)
        .map(|grant| (grant["consentType"].to_string(), grant["scope"].to_string()))
        .collect();
    grants.sort();
    let path = format!("/v1.0/servicePrincipals/{principal}/appRoleAssignments");
    let roles = root.get(&path).await.ok();
    (grants, roles["value"].as_array().unwrap().len())
}

fn for_all(scopes: &[&str]) -> Vec<(String, String)> {
    let one = |scopes: &&str| ("\"AllPrincipals\"".to_owned(), format!("\"{scopes}\""));
    scopes.iter().map(one).collect()
}

#[tokio::test]
async fn an_administrator_agrees_for_everybody_to_all_that_is_registered() {
    for stage in stages().await {
        let Stage {
            world,
            tenant,
            root,
            alice,
            app,
        } = &stage;
        let path = asked(&tenant.domain, &app.id, &[]);
        let (mut browser, page) = at(world, root, &path).await;
        let text = unescape(&page.text);
        for shown in [
            "Shop & Co",
            root.name.as_str(),
            "everybody in your organisation",
            "Windows Azure Service Management API",
            "do there in your name all that you may",
            "read all accounts (User.Read.All)",
        ] {
            assert!(text.contains(shown), "{shown}: {text}");
        }
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("form-action 'self' https://app.example;"),
            "{policy}"
        );
        assert_eq!(
            given(root, &app.principal).await,
            (vec![], 0),
            "asking gives nothing"
        );
        let back = browser.submit(&page, &[("step", "agree")]).await;
        let fields = carried(&back, AT, '?');
        let expected = [
            ("admin_consent", "True".to_owned()),
            ("state", "a state&more".to_owned()),
            ("tenant", tenant.id.to_string()),
        ];
        assert_eq!(
            fields,
            expected.map(|(name, value)| (name.to_owned(), value)).into()
        );
        assert_eq!(
            given(root, &app.principal).await,
            (for_all(&["user_impersonation"]), 1)
        );
        // The form is worth nothing a second time.
        let again = browser.submit(&page, &[("step", "agree")]).await;
        assert!(again.status == 302 && again.header("location").unwrap().starts_with('/'));
        // Agreed to again, it is the same; and people aren't asked any more.
        let page = browser.get(&path).await;
        let back = browser.submit(&page, &[("step", "agree")]).await;
        assert!(carried(&back, AT, '?').contains_key("admin_consent"));
        assert_eq!(
            given(root, &app.principal).await,
            (for_all(&["user_impersonation"]), 1)
        );
        let scope = [("scope", "https://management.azure.com/.default")];
        let code = code_of(world, alice, &asking(&tenant.domain, app, BACK, &scope), AT).await;
        let shown = [("client_secret", app.secret.as_str()), scope[0]];
        let body = redeem(world, app, (&code, BACK), (None, &shown)).await.ok();
        let access = verified(world, &tenant.domain, body["access_token"].as_str().unwrap()).await;
        assert_eq!(
            (&access["aud"], &access["scp"]),
            (&json!(ARM), &json!("user_impersonation"))
        );
        let trail = root.get("/v1.0/auditLogs/directoryAudits").await.text;
        assert!(
            trail.contains("consent for everybody: user_impersonation") && trail.contains("User.Read.All")
        );
    }
}

#[tokio::test]
async fn on_v2_what_the_request_names_is_given() {
    for stage in stages().await {
        let Stage {
            world,
            tenant,
            root,
            app,
            ..
        } = &stage;
        let scope = "https://graph.microsoft.com/Group.Read.All openid profile";
        let path = asked("organizations", &app.id, &[("scope", scope)]);
        let refused = Browser::new(world).visit(&path).await;
        assert!(
            refused.status == 400 && refused.text.contains("AADSTS50194"),
            "{}",
            refused.text
        );
        let path = asked(&tenant.domain, &app.id, &[("scope", scope)]);
        let (mut browser, page) = at(world, root, &path).await;
        assert!(
            page.text.contains("read all groups") && page.text.contains("sign you in"),
            "{}",
            page.text
        );
        assert!(!page.text.contains("read all accounts"));
        let fields = carried(&browser.submit(&page, &[("step", "agree")]).await, AT, '?');
        assert_eq!((&*fields["admin_consent"], &*fields["scope"]), ("True", scope));
        assert_eq!(
            given(root, &app.principal).await,
            (for_all(&["Group.Read.All openid profile"]), 0)
        );
        // All that is registered on one resource; what was given before stays.
        let path = asked(
            &tenant.domain,
            &app.id,
            &[("scope", "https://graph.microsoft.com/.default")],
        );
        let page = browser.visit(&path).await;
        let fields = carried(&browser.submit(&page, &[("step", "agree")]).await, AT, '?');
        assert_eq!(fields["admin_consent"], "True");
        assert_eq!(
            given(root, &app.principal).await,
            (for_all(&["Group.Read.All openid profile"]), 1)
        );
        for (scope, error) in [
            ("https://graph.microsoft.com/Fly", "invalid_scope"),
            (
                "https://a.example/.default https://b.example/.default",
                "invalid_scope",
            ),
            ("https://nowhere.example/.default", "invalid_resource"),
        ] {
            let path = asked(&tenant.domain, &app.id, &[("scope", scope)]);
            let fields = carried(&browser.visit(&path).await, AT, '?');
            assert_eq!(
                (&*fields["error"], &*fields["state"]),
                (error, "a state&more"),
                "{scope}"
            );
        }
        let path = asked(&tenant.domain, &app.id, &[]).replace("/adminconsent", "/v2.0/adminconsent");
        assert_eq!(
            carried(&browser.visit(&path).await, AT, '?')["error"],
            "invalid_request"
        );
    }
}

#[tokio::test]
async fn who_may_not_answer_gives_nothing_and_a_no_goes_back() {
    for stage in stages().await {
        let Stage {
            world,
            tenant,
            root,
            alice,
            app,
        } = &stage;
        let path = asked(&tenant.domain, &app.id, &[]);
        let (mut browser, page) = at(world, alice, &path).await;
        assert!(problem(&page).unwrap().contains("may not agree"), "{}", page.text);
        assert!(!page.text.contains("value=\"agree\""));
        // Another person's form, in another browser, or later, is none.
        let (mut theirs, question) = at(world, root, &path).await;
        let answer = browser.submit(&question, &[("step", "agree")]).await;
        assert!(problem(&answer).is_some(), "{}", answer.text);
        let seal = crate::browser::form_of(&page).fields["seal"].clone();
        let answer = browser
            .submit(&question, &[("step", "agree"), ("seal", &seal)])
            .await;
        assert!(answer.status == 302 && answer.header("location").unwrap().starts_with('/'));
        // Nor one of another request.
        let other = asked(&tenant.domain, &app.id, &[("state", "another")]);
        let fields = crate::browser::form_of(&question).fields;
        let fields: Vec<_> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let moved = theirs
            .post(&other, &[&fields[..], &[("step", "agree")]].concat())
            .await;
        assert!(moved.status == 302 && moved.header("location").unwrap().starts_with('/'));
        assert_eq!(given(root, &app.principal).await, (vec![], 0));
        let fields = carried(&theirs.submit(&question, &[("step", "cancel")]).await, AT, '?');
        assert_eq!(
            (&*fields["error"], &*fields["state"]),
            ("access_denied", "a state&more")
        );
        assert!(fields["error_description"].contains("AADSTS65004") && !fields.contains_key("admin_consent"));
        // An administrator of another tenant is nobody here.
        let mallory = world
            .tenant()
            .await
            .user("mallory", &[R::GlobalAdministrator])
            .await;
        let (_, page) = at(world, &mallory, &path).await;
        assert!(
            problem(&page).unwrap().contains("another organisation"),
            "{}",
            page.text
        );
        // Nothing is sent to an address that isn't the application's.
        for (changed, told) in [
            (("redirect_uri", "https://evil.example"), "AADSTS50011"),
            (("redirect_uri", "https://app.example/"), "AADSTS50011"),
            (("redirect_uri", ""), "redirect_uri"),
            (
                ("client_id", "11111111-2222-4333-8444-555555555555"),
                "AADSTS700016",
            ),
            (("client_id", crate::harness::COMMAND_LINE), "AADSTS700016"),
        ] {
            let page = Browser::new(world)
                .visit(&asked(&tenant.domain, &app.id, &[changed]))
                .await;
            assert!(
                page.status == 400 && page.text.contains(told),
                "{changed:?}: {}",
                page.text
            );
        }
        let nowhere = Browser::new(world)
            .visit(&asked("nowhere.example", &app.id, &[]))
            .await;
        assert!(nowhere.status == 400 && nowhere.text.contains("AADSTS90002"));
        let korean = format!("{path}&mkt=ko-KR");
        let page = theirs.visit(&korean).await;
        assert!(
            page.text.contains("조직의 모든 사람") && page.text.contains("lang=\"ko\""),
            "{}",
            page.text
        );
    }
}

#[tokio::test]
async fn of_sixteen_yeses_of_one_form_one_is_taken() {
    for stage in stages().await {
        let Stage {
            world,
            tenant,
            root,
            app,
            ..
        } = &stage;
        let path = asked(&tenant.domain, &app.id, &[]);
        let (browser, page) = at(world, root, &path).await;
        let answers = join_all((0..16).map(|_| {
            let (mut browser, page) = (browser.clone(), &page);
            async move { browser.submit(page, &[("step", "agree")]).await }
        }))
        .await;
        let back = answers
            .iter()
            .filter(|a| a.header("location").is_some_and(|l| l.starts_with(AT)));
        assert_eq!(back.count(), 1);
        assert_eq!(
            given(root, &app.principal).await,
            (for_all(&["user_impersonation"]), 1)
        );
    }
}

#[tokio::test]
async fn an_application_of_another_tenant_becomes_known_by_it() {
    for stage in stages().await {
        let Stage {
            world,
            root,
            alice,
            app,
            ..
        } = &stage;
        let object = format!("/v1.0/applications/{}", app.object);
        let open = json!({"signInAudience": "AzureADMultipleOrgs"});
        assert_eq!(alice.patch(&object, open).await.status, 204);
        let other = world.tenant().await;
        let granter = other.user("granter", &[R::PrivilegedRoleAdministrator]).await;
        let boss = other.user("boss", &[R::GlobalAdministrator]).await;
        let path = asked("organizations", &app.id, &[]);
        let (_, page) = at(world, &granter, &path).await;
        assert!(
            problem(&page).unwrap().contains("may not agree"),
            "they may make no service principal"
        );
        let (mut browser, page) = at(world, &boss, &path).await;
        let fields = carried(&browser.submit(&page, &[("step", "agree")]).await, AT, '?');
        assert_eq!(fields["tenant"], other.id.to_string());
        let known = format!("/v1.0/servicePrincipals(appId='{}')", app.id);
        let principal = boss.get(&known).await.ok()["id"].as_str().unwrap().to_owned();
        assert_eq!(
            given(&boss, &principal).await,
            (for_all(&["user_impersonation"]), 1)
        );
        assert_eq!(given(root, &app.principal).await, (vec![], 0), "nothing at home");
    }
}

#[tokio::test]
async fn a_page_that_was_shown_too_long_ago_asks_again() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let app = register(&root, "app", wishes()).await;
        let (mut browser, page) = at(&world, &root, &asked(&tenant.domain, &app.id, &[])).await;
        world.app.clock.advance(Duration::minutes(11));
        let late = browser.submit(&page, &[("step", "agree")]).await;
        let location = late.header("location").unwrap().to_owned();
        assert!(location.starts_with('/'), "{location}");
        let page = browser.get(&location).await;
        carried(&browser.submit(&page, &[("step", "agree")]).await, AT, '?');
    }
}
