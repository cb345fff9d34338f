//! Policies that demand a second factor: who is asked, what a silent client hears, and that a password proves nothing then.

use doorward_domain::audit::Event;
use doorward_domain::directory::{DirectoryRole, Permission};
use doorward_names::Duration;
use doorward_store as store;
use serde_json::{Value, json};

use super::authorize::{carried, redeem, sign_in, url};
use super::refresh_token::refresh_token;
use super::{device_code, verified};
use crate::app::{App, enrol};
use crate::browser::Browser;
use crate::graph::code;
use crate::harness::{Answer, COMMAND_LINE, Caller, Tenancy, World};

const POLICIES: &str = "/v1.0/identity/conditionalAccess/policies";
const GRAPH: &str = "https://graph.microsoft.com";
const ARM: &str = "https://management.azure.com/";
const ARM_ID: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
const USER_ADMINISTRATOR: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";

/// A policy in the words of Microsoft Graph.
fn policy(users: Value, applications: Value) -> Value {
    json!({
        "displayName": "second factor",
        "state": "enabled",
        "conditions": {"users": users, "applications": applications, "clientAppTypes": ["all"]},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    })
}

fn for_all() -> Value {
    policy(
        json!({"includeUsers": ["All"]}),
        json!({"includeApplications": ["All"]}),
    )
}

async fn make(admin: &Caller, body: Value) -> String {
    let made = admin.post(POLICIES, body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn admin_of(tenant: &Tenancy) -> Caller {
    let admin = tenant.user("admin", &[DirectoryRole::GlobalAdministrator]).await;
    // Before any policy demands more.
    admin.graph_token().await;
    admin
}

async fn refresh(world: &World, token: &str, resource: &str) -> Answer {
    refresh_in(world, "common", (token, resource)).await
}

async fn refresh_in(world: &World, tenant: &str, (token, resource): (&str, &str)) -> Answer {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", COMMAND_LINE),
        ("refresh_token", token),
        ("resource", resource),
    ];
    world.post_form(&format!("/{tenant}/oauth2/token"), &form).await
}

/// What a client that may not ask hears: the whole of it but for marks. Gives what to return with.
#[track_caller]
fn stepped_up(answer: &Answer, resource: &str) -> Option<String> {
    let body = answer.json();
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert_eq!(
        (&body["error"], &body["suberror"], &body["error_codes"]),
        (
            &json!("interaction_required"),
            &json!("basic_action"),
            &json!([50076])
        )
    );
    let description = body["error_description"].as_str().unwrap();
    assert!(
        description.starts_with("AADSTS50076: Due to a configuration change")
            && description.contains(&format!("to access '{resource}'.")),
        "{description}"
    );
    assert!(!description.contains('"') && !description.contains('\\'));
    body["claims"].as_str().map(str::to_owned)
}

fn claims_of(policies: &[&str]) -> String {
    json!({"access_token": {"capolids": {"essential": true, "values": policies}}}).to_string()
}

async fn amr(world: &World, tenant: &Tenancy, body: &Value) -> Value {
    let token = body["access_token"].as_str().unwrap();
    verified(world, &tenant.domain, token).await["amr"].clone()
}

#[tokio::test]
async fn a_silent_client_hears_what_to_return_with_and_steps_up_in_the_browser() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let admin = admin_of(&tenant).await;
        let alice = tenant.user("alice", &[]).await;
        let mut browser = Browser::new(&world);
        let page = browser.visit(&url("organizations", &[])).await;
        let back = sign_in(&mut browser, &page, &alice).await;
        let first = redeem(&world, &carried(&back, '?')["code"], &[]).await.ok();
        let before = refresh_token(&first);

        let id = make(&admin, for_all()).await;
        let answer = refresh(&world, &before, ARM).await;
        let claims = stepped_up(&answer, ARM).unwrap();
        assert_eq!(claims, claims_of(&[&id]));
        // The refusal costs nothing: the same token says the same.
        world.app.clock.advance(Duration::minutes(5));
        stepped_up(&refresh(&world, &before, ARM).await, ARM);
        // Her browser is signed in, but for so long that a first app needs the password again.
        world.app.clock.advance(Duration::minutes(6));
        let path = url(
            "organizations",
            &[("claims", &claims), ("login_hint", &alice.name)],
        );
        let page = browser.visit(&path).await;
        let page = browser.submit(&page, &[("step", "continue")]).await;
        assert!(page.text.contains("name=\"password\""), "{}", page.text);
        let page = sign_in(&mut browser, &page, &alice).await;
        assert!(
            page.text
                .contains("An administrator asks for more than a password here"),
            "{}",
            page.text
        );
        let mut app = App::of(&page);
        let codes = browser.submit(&page, &[("otp", &app.code(&world))]).await;
        app.codes = crate::app::recovery_codes(&codes);
        assert_eq!(app.codes.len(), 10);
        let back = browser.submit(&codes, &[]).await;
        let body = redeem(&world, &carried(&back, '?')["code"], &[]).await.ok();
        assert_eq!(amr(&world, &tenant, &body).await, json!(["pwd", "otp", "mfa"]));
        // From then on everything is silent again.
        let next = refresh(&world, &refresh_token(&body), GRAPH).await.ok();
        assert_eq!(amr(&world, &tenant, &next).await, json!(["pwd", "otp", "mfa"]));
        let page = browser.visit(&path).await;
        let back = browser.submit(&page, &[("step", "continue")]).await;
        assert!(carried(&back, '?').contains_key("code"));
        // The old session still lacks it; without the policy it would not.
        stepped_up(&refresh(&world, &before, ARM).await, ARM);
        let off = admin
            .patch(&format!("{POLICIES}/{id}"), json!({"state": "disabled"}))
            .await;
        assert_eq!(off.status, 204, "{}", off.text);
        refresh(&world, &before, ARM).await.ok();
    }
}

#[tokio::test]
async fn it_reaches_whom_and_what_it_names() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let admin = admin_of(&tenant).await;
        let bob = tenant.user("bob", &[DirectoryRole::UserAdministrator]).await;
        let (carol, guest) = (tenant.user("carol", &[]).await, tenant.guest("guest").await);
        let people = [&bob, &carol, &guest];
        let mut tokens = Vec::new();
        for person in people {
            tokens.push(refresh_token(&person.ask_v1(GRAPH).await.ok()));
        }
        let all = json!({"includeApplications": ["All"]});
        let everyone = json!({"includeUsers": ["All"]});
        for (users, applications, expected) in [
            // Bob, Carol, the guest: by Resource Manager and by Graph.
            (everyone.clone(), all.clone(), [true; 6]),
            (
                json!({"includeRoles": [USER_ADMINISTRATOR]}),
                all.clone(),
                [true, true, false, false, false, false],
            ),
            (
                json!({"includeUsers": ["GuestsOrExternalUsers"]}),
                all.clone(),
                [false, false, false, false, true, true],
            ),
            (
                json!({"includeUsers": [carol.id.to_string()]}),
                all.clone(),
                [false, false, true, true, false, false],
            ),
            (
                json!({"includeUsers": ["All"], "excludeUsers": [carol.id.to_string()], "excludeRoles": [USER_ADMINISTRATOR]}),
                all,
                [false, false, false, false, true, true],
            ),
            (
                everyone.clone(),
                json!({"includeApplications": [ARM_ID]}),
                [true, false, true, false, true, false],
            ),
            (
                everyone.clone(),
                json!({"includeApplications": ["All"], "excludeApplications": [ARM_ID]}),
                [false, true, false, true, false, true],
            ),
            (
                everyone,
                json!({"includeApplications": [COMMAND_LINE]}),
                [true; 6],
            ),
        ] {
            let body = policy(users, applications);
            let id = make(&admin, body.clone()).await;
            let mut seen = Vec::new();
            for (token, person) in tokens.iter_mut().zip(people) {
                for resource in [ARM, GRAPH] {
                    let answer = refresh_in(&world, &tenant.domain, (token, resource)).await;
                    match answer.status {
                        200 => {
                            *token = refresh_token(&answer.json());
                            person.ask_v1(resource).await.ok();
                            seen.push(false);
                        }
                        _ => {
                            let claims = stepped_up(&answer, resource);
                            assert_eq!(claims, Some(claims_of(&[&id])));
                            // A password gets no further; what is asked of everyone alone is said to who has no more.
                            let answer = person.ask_v1(resource).await;
                            match body["conditions"]["users"]["includeUsers"] == json!(["All"]) {
                                true => drop(stepped_up(&answer, resource)),
                                false => assert_eq!(answer.aadsts(), 50_126),
                            }
                            seen.push(true);
                        }
                    }
                }
            }
            assert_eq!(seen, expected, "{body}");
            assert_eq!(admin.delete(&format!("{POLICIES}/{id}")).await.status, 204);
        }
        // Other tenants, and applications that act as themselves, hear nothing of it.
        make(&admin, for_all()).await;
        let other = world.tenant().await.user("dave", &[]).await;
        other.ask_v1(ARM).await.ok();
        let app = tenant.service_principal("app", &[]).await;
        app.ask_v1(ARM).await.ok();
    }
}

#[tokio::test]
async fn a_guest_meets_what_the_tenant_demands_that_they_are_a_guest_of() {
    for world in World::own().await {
        let (home, tenant) = (world.tenant().await, world.tenant().await);
        let admin = admin_of(&tenant).await;
        let erin = home.user("erin", &[]).await;
        tenant.join(&erin).await;
        let guests = json!({"includeUsers": ["GuestsOrExternalUsers"]});
        make(&admin, policy(guests, json!({"includeApplications": ["All"]}))).await;
        let mut browser = Browser::new(&world);
        let page = browser.visit(&url(&home.domain, &[])).await;
        let back = sign_in(&mut browser, &page, &erin).await;
        let at_home = redeem(&world, &carried(&back, '?')["code"], &[]).await.ok();
        let token = refresh_token(&at_home);
        stepped_up(&refresh_in(&world, &tenant.domain, (&token, ARM)).await, ARM);
        // What she sets up belongs to her account at home, and is worth the same in both.
        let page = browser.visit(&url(&tenant.domain, &[])).await;
        let page = browser.submit(&page, &[("step", "continue")]).await;
        let app = App::of(&page);
        let page = browser.submit(&page, &[("otp", &app.code(&world))]).await;
        let back = browser.submit(&page, &[]).await;
        let body = redeem(&world, &carried(&back, '?')["code"], &[]).await.ok();
        assert_eq!(amr(&world, &tenant, &body).await, json!(["pwd", "otp", "mfa"]));
        let token = refresh_token(&body);
        for (there, segment) in [(&tenant, &tenant.domain), (&home, &home.domain)] {
            let body = refresh_in(&world, segment, (&token, ARM)).await.ok();
            assert_eq!(amr(&world, there, &body).await, json!(["pwd", "otp", "mfa"]));
            world.app.clock.advance(Duration::seconds(1));
        }
    }
}

/// The body of a refusal without what differs each time.
fn plain(answer: &Answer) -> String {
    let mut body = answer.json();
    for mark in ["trace_id", "correlation_id", "timestamp", "error_description"] {
        body.as_object_mut().unwrap().remove(mark);
    }
    format!("{} {body}", answer.status)
}

#[tokio::test]
async fn a_right_password_and_a_wrong_one_are_answered_alike() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let admin = admin_of(&tenant).await;
        let (alice, bob) = (tenant.user("alice", &[]).await, tenant.user("bob", &[]).await);
        let wrong = |person: &Caller| {
            let mut person = person.clone();
            person.secret = "wrong".to_owned();
            person
        };
        let mut nobody = alice.clone();
        nobody.name = format!("nobody@{}", tenant.domain);
        // Who has an app is asked for its code on every page, so a password alone is not enough here either.
        enrol(&world, &alice).await;
        let right = alice.ask_v1(ARM).await;
        assert_eq!(stepped_up(&right, ARM), None);
        assert_eq!(plain(&right), plain(&wrong(&alice).ask_v1(ARM).await));
        bob.ask_v1(ARM).await.ok();
        assert_eq!(wrong(&bob).ask_v1(ARM).await.aadsts(), 50_126);
        assert_eq!(nobody.ask_v1(ARM).await.aadsts(), 50_126);
        // Where everyone is asked, not even a name is told apart; and wrong ones are not counted, for none was looked at.
        make(&admin, for_all()).await;
        let expected = plain(&bob.ask_v1(ARM).await);
        for caller in [&wrong(&bob), &alice, &wrong(&alice), &nobody, &wrong(&nobody)] {
            for _ in 0..5 {
                let answer = caller.ask_v1(ARM).await;
                stepped_up(&answer, ARM);
                assert_eq!(plain(&answer), expected);
            }
        }
        for version in ["oauth2/token", "oauth2/v2.0/token"] {
            let path = format!("/{}/{version}", tenant.id);
            let target = match version {
                "oauth2/token" => ("resource", ARM),
                _ => ("scope", "https://management.azure.com//.default"),
            };
            let answer = world.post_form(&path, &bob.form(target)).await;
            stepped_up(&answer, ARM);
        }
    }
}

#[tokio::test]
async fn a_policy_on_roles_tells_nobody_by_their_password_who_holds_one() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let admin = admin_of(&tenant).await;
        let bob = tenant.user("bob", &[DirectoryRole::UserAdministrator]).await;
        let carol = tenant.user("carol", &[]).await;
        let roles = json!({"includeRoles": [USER_ADMINISTRATOR]});
        make(&admin, policy(roles, json!({"includeApplications": ["All"]}))).await;
        let as_wrong = |person: &Caller| {
            let mut person = person.clone();
            person.secret = "wrong".to_owned();
            person
        };
        let mut nobody = bob.clone();
        nobody.name = format!("nobody@{}", tenant.domain);
        let expected = plain(&as_wrong(&carol).ask_v1(ARM).await);
        let (worked, looked) = (world.app.passwords.worked(), 20);
        for n in 0..=looked {
            let right = bob.ask_v1(ARM).await;
            match n < looked {
                true => assert_eq!(plain(&right), expected),
                // It is counted as a wrong one, so neither does a wait tell them apart.
                false => assert_eq!(right.aadsts(), 50_053),
            }
        }
        assert_eq!(
            world.app.passwords.worked() - worked,
            looked,
            "nor the time it takes"
        );
        world.app.clock.advance(Duration::minutes(5));
        for caller in [&as_wrong(&bob), &nobody, &as_wrong(&nobody)] {
            assert_eq!(plain(&caller.ask_v1(ARM).await), expected);
        }
        carol.ask_v1(ARM).await.ok();
        // On a page the person is led on.
        let mut browser = Browser::new(&world);
        let page = browser.visit(&url(&tenant.domain, &[])).await;
        let page = sign_in(&mut browser, &page, &bob).await;
        assert!(App::of(&page).code(&world).len() == 6);
    }
}

#[tokio::test]
async fn a_device_is_approved_with_the_second_factor_alone() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let admin = admin_of(&tenant).await;
        let alice = tenant.user("alice", &[]).await;
        let app = enrol(&world, &alice).await;
        let bob = tenant.user("bob", &[]).await;
        make(&admin, for_all()).await;
        for person in [&alice, &bob] {
            world.app.clock.advance(Duration::seconds(30));
            let begun = device_code::begin(&world, "organizations").await;
            let user_code = device_code::text(&begun, "user_code");
            let device = device_code::text(&begun, "device_code");
            let mut browser = Browser::new(&world);
            let page = device_code::question(&mut browser, &user_code, person).await;
            let (app, page) = match person.id == alice.id {
                true => (app.clone(), page),
                false => (App::of(&page), page),
            };
            let page = browser.submit(&page, &[("otp", &app.code(&world))]).await;
            let page = match person.id == alice.id {
                true => page,
                false => browser.submit(&page, &[]).await,
            };
            browser.submit(&page, &[("answer", "approve")]).await;
            world.app.clock.advance(Duration::seconds(5));
            let body = device_code::poll(&world, "organizations", &device).await.ok();
            assert_eq!(amr(&world, &tenant, &body).await, json!(["pwd", "otp", "mfa"]));
        }
    }
}

#[tokio::test]
async fn a_client_may_ask_for_a_second_factor_that_nobody_demands() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let asked = r#"{"id_token":{"amr":{"essential":true,"values":["mfa"]}}}"#;
        let mut browser = Browser::new(&world);
        let page = browser.visit(&url("organizations", &[("claims", asked)])).await;
        let page = sign_in(&mut browser, &page, &alice).await;
        App::of(&page);
        let capable = r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#;
        let page = browser.visit(&url("organizations", &[("claims", capable)])).await;
        let back = sign_in(&mut browser, &page, &alice).await;
        assert!(carried(&back, '?').contains_key("code"), "nothing more is asked");
        let malformed = browser.get(&url("organizations", &[("claims", "CP1")])).await;
        assert_eq!(carried(&malformed, '?')["error"], "invalid_request");

        let path = "/organizations/oauth2/v2.0/devicecode";
        let form = |claims| {
            [
                ("client_id", COMMAND_LINE),
                ("scope", ARM_SCOPE),
                ("claims", claims),
            ]
        };
        assert_eq!(world.post_form(path, &form("[]")).await.aadsts(), 9_002_313);
        for (claims, enrols) in [(asked, true), (capable, false)] {
            let begun = world.post_form(path, &form(claims)).await.ok();
            let mut browser = Browser::new(&world);
            let user_code = device_code::text(&begun, "user_code");
            let page = device_code::question(&mut browser, &user_code, &alice).await;
            assert_eq!(page.text.contains("<code class=\"key\""), enrols, "{}", page.text);
        }
    }
}

const ARM_SCOPE: &str = "https://management.azure.com/.default openid profile offline_access";

#[tokio::test]
async fn policies_are_written_as_microsoft_graph_has_them_and_nothing_is_half_understood() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let admin = admin_of(&tenant).await;
        let carol = tenant.user("carol", &[]).await;
        let app = tenant.service_principal("app", &[]).await;
        let body = policy(
            json!({"includeUsers": [carol.id.to_string(), "GuestsOrExternalUsers"], "includeGroups": [],
                   "includeRoles": [USER_ADMINISTRATOR], "excludeUsers": [admin.id.to_string()]}),
            json!({"includeApplications": [app.name, ARM_ID], "excludeApplications": ["00000003-0000-0000-c000-000000000000"]}),
        );
        let id = make(&admin, body).await;
        let one = format!("{POLICIES}/{id}");
        let shown = admin.get(&one).await.ok();
        assert_eq!(
            shown["conditions"],
            json!({
                "clientAppTypes": ["all"],
                "applications": {
                    "includeApplications": [app.name, ARM_ID],
                    "excludeApplications": ["00000003-0000-0000-c000-000000000000"],
                    "includeUserActions": [], "includeAuthenticationContextClassReferences": [], "applicationFilter": null,
                },
                "users": {
                    "includeUsers": ["GuestsOrExternalUsers", carol.id.to_string()], "excludeUsers": [admin.id.to_string()],
                    "includeGroups": [], "excludeGroups": [],
                    "includeRoles": [USER_ADMINISTRATOR], "excludeRoles": [],
                    "includeGuestsOrExternalUsers": null, "excludeGuestsOrExternalUsers": null,
                },
                "userRiskLevels": [], "signInRiskLevels": [], "servicePrincipalRiskLevels": [], "platforms": null,
                "locations": null, "devices": null, "clientApplications": null, "authenticationFlows": null,
                "insiderRiskLevels": null,
            })
        );
        assert_eq!(
            shown["grantControls"],
            json!({"operator": "OR", "builtInControls": ["mfa"], "customAuthenticationFactors": [], "termsOfUse": [],
                   "authenticationStrength": null})
        );
        assert_eq!(
            (&shown["state"], &shown["modifiedDateTime"]),
            (&json!("enabled"), &json!(null))
        );
        // What is not given stays.
        let patch = json!({"displayName": "other", "conditions": {"users": {"excludeUsers": []}}});
        assert_eq!(admin.patch(&one, patch).await.status, 204);
        let next = admin.get(&one).await.ok();
        assert_eq!(
            (&next["displayName"], &next["conditions"]["users"]["excludeUsers"]),
            (&json!("other"), &json!([]))
        );
        assert_eq!(
            next["conditions"]["users"]["includeRoles"],
            json!([USER_ADMINISTRATOR])
        );
        assert_eq!(
            next["conditions"]["applications"],
            shown["conditions"]["applications"]
        );
        assert!(next["modifiedDateTime"].is_string());
        let listed = admin.get(POLICIES).await.ok();
        let mut alone = next.clone();
        alone.as_object_mut().unwrap().remove("@odata.context");
        assert_eq!(listed["value"], json!([alone]));

        let all = || json!({"includeApplications": ["All"]});
        let everyone = || json!({"includeUsers": ["All"]});
        let with = |at: &str, value: Value| {
            let mut body = for_all();
            *body.pointer_mut(at).unwrap() = value;
            body
        };
        for (body, told) in [
            (json!({"displayName": "x"}), "'state'"),
            (with("/displayName", json!(" ")), "blank"),
            (
                with("/state", json!("enabledForReportingButNotEnforced")),
                "'enabledForReportingButNotEnforced'",
            ),
            (
                with("/grantControls/builtInControls", json!(["block"])),
                "'block'",
            ),
            (
                with(
                    "/grantControls/builtInControls",
                    json!(["mfa", "compliantDevice"]),
                ),
                "'compliantDevice'",
            ),
            (
                with("/grantControls/builtInControls", json!([])),
                "builtInControls",
            ),
            (with("/grantControls/operator", json!("XOR")), "'XOR'"),
            (
                with(
                    "/grantControls",
                    json!({"operator": "OR", "builtInControls": ["mfa"], "termsOfUse": ["x"]}),
                ),
                "'termsOfUse'",
            ),
            (
                with(
                    "/grantControls",
                    json!({"operator": "OR", "authenticationStrength": {"id": "x"}}),
                ),
                "'authenticationStrength'",
            ),
            (
                with(
                    "/conditions",
                    json!({"users": everyone(), "applications": all(), "locations": {"includeLocations": ["All"]}}),
                ),
                "'locations'",
            ),
            (
                with(
                    "/conditions",
                    json!({"users": everyone(), "applications": all(), "colour": 1}),
                ),
                "'colour'",
            ),
            (
                with("/conditions/clientAppTypes", json!(["browser"])),
                "'browser'",
            ),
            (policy(json!({"includeGroups": ["x"]}), all()), "'includeGroups'"),
            (policy(json!({"includeUsers": ["None"]}), all()), "'None'"),
            (policy(json!({"includeUsers": [app.name]}), all()), "no user"),
            (
                policy(json!({"includeRoles": [carol.id.to_string()]}), all()),
                "includeRoles",
            ),
            (policy(json!({}), all()), "names no people"),
            (
                policy(json!({"includeUsers": ["All"], "excludeUsers": ["All"]}), all()),
                "cannot except everyone",
            ),
            (
                policy(everyone(), json!({"includeApplications": ["Office365"]})),
                "'Office365'",
            ),
            (
                policy(everyone(), json!({"includeApplications": []})),
                "names no applications",
            ),
            (
                policy(everyone(), json!({"includeApplications": [carol.id.to_string()]})),
                "no application",
            ),
            (
                policy(
                    everyone(),
                    json!({"includeApplications": ["All"], "includeUserActions": ["urn:user:registersecurityinfo"]}),
                ),
                "'includeUserActions'",
            ),
            (json!([]), "JSON"),
        ] {
            for answer in [
                admin.post(POLICIES, body.clone()).await,
                admin.patch(&one, body.clone()).await,
            ] {
                // A change need not say all.
                if body == json!({"displayName": "x"}) && answer.status == 204 {
                    continue;
                }
                if body == policy(json!({}), all()) && answer.status == 204 {
                    continue;
                }
                assert_eq!(answer.status, 400, "{body}: {}", answer.text);
                assert!(answer.text.contains(told), "{body}: {}", answer.text);
            }
        }
        assert_eq!(
            admin.get(POLICIES).await.ok()["value"].as_array().unwrap().len(),
            1
        );
        assert_eq!(
            admin
                .get(&format!("{POLICIES}?$filter=state%20eq%20'x'"))
                .await
                .status,
            400
        );
        assert_eq!(admin.delete(&one).await.status, 204);
        for gone in [
            admin.get(&one).await,
            admin.delete(&one).await,
            admin.patch(&one, json!({})).await,
        ] {
            assert_eq!(
                (gone.status, code(&gone).as_str()),
                (404, "Request_ResourceNotFound")
            );
        }
        // It is written down, with what it came to.
        let rows = world
            .app
            .store
            .read(|view| store::audit::page(view, None, 100_000))
            .await
            .unwrap();
        let told: Vec<_> = rows
            .into_iter()
            .filter(|(_, row)| {
                row.tenant == Some(tenant.id) && row.target.is_some_and(|target| target.to_string() == id)
            })
            .map(|(_, row)| (row.event, row.detail))
            .collect();
        assert!(
            told.contains(&(
                Event::DirectoryCreated,
                "conditional access policy, enabled".to_owned()
            )),
            "{told:?}"
        );
        assert!(told.iter().any(|(event, _)| *event == Event::DirectoryDeleted));
    }
}

#[tokio::test]
async fn a_tenant_has_so_many_policies_and_only_who_may_sees_them() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let admin = admin_of(&tenant).await;
        let reader = tenant
            .service_principal("reader", &[Permission::PolicyReadAll])
            .await;
        let writer = tenant
            .service_principal("writer", &[Permission::PolicyReadWriteConditionalAccess])
            .await;
        let off = || {
            let mut body = for_all();
            body["state"] = json!("disabled");
            body
        };
        for number in 0..195 {
            let made = writer.post(POLICIES, off()).await;
            assert_eq!(made.status, 201, "{number} {}", made.text);
        }
        let refused = admin.post(POLICIES, off()).await;
        assert!(
            refused.status == 400 && refused.text.contains("195"),
            "{}",
            refused.text
        );
        assert_eq!(
            reader.get(POLICIES).await.ok()["value"].as_array().unwrap().len(),
            195
        );
        assert_eq!(reader.post(POLICIES, off()).await.status, 403);
    }
}
