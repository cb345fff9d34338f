//! Invitations: made over the wire, taken up in a browser.

use doorward_domain::directory::DirectoryRole as R;
use doorward_domain::guest::LIFETIME;
use doorward_names::Duration;
use doorward_store::{self as store, QueryError};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::code;
use crate::app::enrol;
use crate::browser::{Browser, problem};
use crate::harness::{Answer, COMMAND_LINE, Caller, ORIGIN, Tenancy, World};

const APP: &str = "https://app.example/welcome?to=all";
const OVER: &str = "This invitation is not known here. It was used, taken back, or is older than 90 days.";

fn invitation(email: &str) -> Value {
    json!({"invitedUserEmailAddress": email, "inviteRedirectUrl": APP})
}

async fn invite(inviter: &Caller, email: &str) -> Value {
    let made = inviter.post("/v1.0/invitations", invitation(email)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()
}

/// The path of the page on which an invitation is accepted.
fn link(invitation: &Value) -> String {
    let url = invitation["inviteRedeemUrl"].as_str().unwrap();
    url.strip_prefix(ORIGIN)
        .unwrap_or_else(|| panic!("{url}"))
        .to_owned()
}

/// The page that asks `person` whether they accept.
async fn asked(browser: &mut Browser, link: &str, person: &Caller) -> Answer {
    let page = browser.visit(link).await;
    assert_eq!(page.status, 200, "{}", page.text);
    sign_in(browser, &page, person).await
}

async fn sign_in(browser: &mut Browser, page: &Answer, person: &Caller) -> Answer {
    let filled = [
        ("username", person.name.as_str()),
        ("password", person.secret.as_str()),
        ("step", "sign_in"),
    ];
    let answer = browser.submit(page, &filled).await;
    match answer.header("location").map(str::to_owned) {
        Some(back) => browser.visit(&back).await,
        None => answer,
    }
}

async fn accept(world: &World, link: &str, person: &Caller) -> Answer {
    let mut browser = Browser::new(world);
    let page = asked(&mut browser, link, person).await;
    browser.submit(&page, &[("step", "accept")]).await
}

/// The number of the refusal, or 0, when `person` asks for a token of a tenant.
async fn enters(world: &World, tenant: &Tenancy, person: &Caller) -> u64 {
    let form = [
        ("grant_type", "password"),
        ("client_id", COMMAND_LINE),
        ("username", person.name.as_str()),
        ("password", person.secret.as_str()),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let path = format!("/{}/oauth2/v2.0/token", tenant.domain);
    let answer = world.post_form(&path, &form).await;
    match answer.status {
        200 => 0,
        _ => answer.aadsts(),
    }
}

async fn two(world: &World) -> (Tenancy, Tenancy) {
    (world.tenant().await, world.tenant().await)
}

#[tokio::test]
async fn who_was_invited_accepts_as_who_they_are_at_home() {
    for world in World::shared().await {
        let (home, there) = two(&world).await;
        let alice = home.user("alice", &[R::GlobalAdministrator]).await;
        let inviter = there.user("inviter", &[R::GuestInviter]).await;
        let mut asked_for = invitation(&alice.name);
        asked_for["invitedUserDisplayName"] = json!("Alice of home");
        asked_for["sendInvitationMessage"] = json!(false);
        asked_for["invitedUserMessageInfo"] = json!({"customizedMessageBody": null});
        let made = inviter.post("/v1.0/invitations", asked_for).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let made = made.json();
        let user = made["invitedUser"]["id"].as_str().unwrap().to_owned();
        let mut shown = made.clone();
        shown.as_object_mut().unwrap().remove("id").unwrap();
        shown.as_object_mut().unwrap().remove("inviteRedeemUrl").unwrap();
        assert_eq!(
            shown,
            json!({
                "@odata.context": format!("{ORIGIN}/v1.0/$metadata#invitations/$entity"),
                "invitedUserDisplayName": "Alice of home", "invitedUserType": "Guest",
                "invitedUserEmailAddress": alice.name, "sendInvitationMessage": false, "resetRedemption": false,
                "inviteRedirectUrl": APP, "status": "PendingAcceptance", "invitedUserMessageInfo": null,
                "invitedUser": {"id": user},
            })
        );
        let member = there.user("member", &[]).await;
        let state = async |member: &Caller| {
            let whole =
                "$select=id,displayName,userPrincipalName,mail,userType,creationType,externalUserState";
            let body = member.get(&format!("/v1.0/users/{user}?{whole}")).await.ok();
            let mut body = body.as_object().unwrap().clone();
            body.remove("@odata.context");
            Value::Object(body)
        };
        let mut expected = json!({
            "id": user, "displayName": "Alice of home", "mail": alice.name, "userType": "Guest",
            "userPrincipalName": format!("alice_{}#EXT#@{}", home.domain, there.domain),
            "creationType": "Invitation", "externalUserState": "PendingAcceptance",
        });
        assert_eq!(state(&member).await, expected);
        assert_eq!(enters(&world, &there, &alice).await, 50_020);

        let link = link(&made);
        let mut browser = Browser::new(&world);
        let page = browser.visit(&link).await;
        assert!(
            page.text.contains(&format!("value=\"{}\"", alice.name)),
            "{}",
            page.text
        );
        let filled = [
            ("password", "wrong"),
            ("username", alice.name.as_str()),
            ("step", "sign_in"),
        ];
        let wrong = browser.submit(&page, &filled).await;
        assert_eq!(problem(&wrong).unwrap(), "The account or the password is wrong.");
        let page = sign_in(&mut browser, &page, &alice).await;
        assert!(
            page.text.contains("value=\"accept\"") && page.text.contains(&alice.name),
            "{}",
            page.text
        );
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("form-action 'self' https://app.example;"),
            "{policy}"
        );
        assert_eq!(
            enters(&world, &there, &alice).await,
            50_020,
            "signing in accepts nothing"
        );
        let answer = browser.submit(&page, &[("step", "accept")]).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (302, Some(APP)),
            "{}",
            answer.text
        );

        expected["externalUserState"] = json!("Accepted");
        assert_eq!(state(&member).await, expected);
        assert_eq!(enters(&world, &there, &alice).await, 0);
        // It is good once, for whomever.
        for page in [
            browser.visit(&link).await,
            Browser::new(&world).visit(&link).await,
        ] {
            assert_eq!(page.status, 404);
            assert!(page.text.contains(OVER), "{}", page.text);
        }
        let guests = member
            .get("/v1.0/users?$filter=userType%20eq%20'Guest'")
            .await
            .ok();
        let guests = guests["value"].as_array().unwrap();
        assert_eq!((guests.len(), &guests[0]["id"]), (1, &json!(user)));
        let root = there.user("root", &[R::GlobalAdministrator]).await;
        let audits = root.get("/v1.0/auditLogs/directoryAudits").await.ok().to_string();
        assert!(
            audits.contains("invitation accepted by") && !audits.contains("dwi~"),
            "{audits}"
        );
    }
}

#[tokio::test]
async fn who_was_not_meant_is_told_so_and_changes_nothing() {
    for world in World::own().await {
        let (home, there) = two(&world).await;
        let alice = home.user("alice", &[]).await;
        let bob = home.user("bob", &[]).await;
        let member = there.user("member", &[]).await;
        let elsewhere = world.tenant().await;
        let namesake = elsewhere.user("alice", &[]).await;
        let made = invite(&member, &alice.name).await;
        let first = link(&made);
        for (person, text) in [
            (&bob, "Another account was invited."),
            (&namesake, "Another account was invited."),
            (
                &member,
                "This account belongs to the organisation that invites. Use one of another organisation.",
            ),
        ] {
            let page = accept(&world, &first, person).await;
            assert_eq!((page.status, problem(&page).as_deref()), (400, Some(text)));
        }
        // Who is a guest there already is one once.
        let guest = there.join(&bob).await;
        let second = invite(&member, "someone@nowhere.example").await;
        let page = accept(&world, &link(&second), &bob).await;
        assert!(
            problem(&page)
                .unwrap()
                .contains("a guest of the organisation already"),
            "{}",
            page.text
        );
        assert_eq!(guest.get("/v1.0/me").await.ok()["id"], guest.id.to_string());

        // The one that the page showed accepts, and no other.
        let mut browser = Browser::new(&world);
        let page = asked(&mut browser, &first, &alice).await;
        let other = browser
            .submit(&page, &[("step", "accept"), ("account", &bob.id.to_string())])
            .await;
        assert_eq!(other.status, 400, "{}", other.text);
        let out = Browser::new(&world)
            .post("/redeem", &[("invitation", "x"), ("step", "accept")])
            .await;
        assert_eq!(out.status, 400, "no cookie: {}", out.text);
        for wrong in [
            "",
            "dwi~",
            &"a".repeat(5000),
            "%00",
            "dwi~".repeat(12).as_str(),
            "%22%3E%3Cscript%3E",
        ] {
            let page = Browser::new(&world)
                .visit(&format!("/redeem?invitation={wrong}"))
                .await;
            assert_eq!(page.status, 404, "{wrong}");
            assert!(
                page.text.contains(OVER) && !page.text.contains("<script"),
                "{}",
                page.text
            );
        }
        assert_eq!(enters(&world, &there, &alice).await, 50_020);

        // A guest's account that was disabled stays so; one that was deleted is gone, and the invitation with it.
        let admin = there.user("admin", &[R::UserAdministrator]).await;
        let user = format!("/v1.0/users/{}", made["invitedUser"]["id"].as_str().unwrap());
        assert_eq!(
            admin.patch(&user, json!({"accountEnabled": false})).await.status,
            204
        );
        let page = browser.submit(&page, &[("step", "accept")]).await;
        assert!(problem(&page).unwrap().contains("disabled"), "{}", page.text);
        assert_eq!(
            admin.patch(&user, json!({"accountEnabled": true})).await.status,
            204
        );
        // Who was disabled at home in between accepts nothing.
        let (tenant, id) = (home.id, alice.id);
        let write = world.app.snapshots.write(move |tx| {
            let mut user = store::user::find(tx, tenant, id)?.unwrap();
            user.enabled = false;
            store::user::update(tx, &user).map(|_| ())
        });
        write
            .await
            .map_err(|e: store::StoreError<QueryError>| e.to_string())
            .unwrap();
        let page = browser.submit(&page, &[("step", "accept")]).await;
        assert_eq!(page.status, 400, "{}", page.text);
        assert_eq!(admin.delete(&user).await.status, 204);
        assert_eq!(Browser::new(&world).visit(&first).await.status, 404);

        // Ninety days, and not a second more.
        let late = invite(&admin, "late@nowhere.example").await;
        let late = link(&late);
        world.app.clock.advance(LIFETIME);
        assert_eq!(Browser::new(&world).visit(&late).await.status, 200);
        world.app.clock.advance(Duration::seconds(1));
        assert_eq!(Browser::new(&world).visit(&late).await.status, 404);
    }
}

#[tokio::test]
async fn a_form_that_is_cut_off_accepts_nothing_and_the_invitation_is_still_good() {
    for world in World::own().await {
        let (home, there) = two(&world).await;
        let alice = home.user("alice", &[]).await;
        let made = invite(&there.user("inviter", &[R::GuestInviter]).await, &alice.name).await;
        let path = link(&made);
        let mut browser = Browser::new(&world);
        let page = browser.visit(&path).await;
        let filled = [
            ("username", alice.name.as_str()),
            ("password", alice.secret.as_str()),
            ("step", "sign_in"),
        ];
        browser.give_up(&page, &filled).await;
        let page = sign_in(&mut browser, &page, &alice).await;
        browser.give_up(&page, &[("step", "accept")]).await;
        assert_eq!(enters(&world, &there, &alice).await, 50_020);
        let answer = browser.go_through(&page, &[("step", "accept")]).await;
        assert!(
            answer.starts_with("HTTP/1.1 302 ") && answer.contains(APP),
            "{answer}"
        );
        assert_eq!(enters(&world, &there, &alice).await, 0);
    }
}

#[tokio::test]
async fn who_has_an_app_shows_its_code_first() {
    for world in World::own().await {
        let (home, there) = two(&world).await;
        let alice = home.user("alice", &[]).await;
        let app = enrol(&world, &alice).await;
        world.app.clock.advance(Duration::minutes(1));
        let made = invite(&there.user("member", &[]).await, &alice.name).await;
        let mut browser = Browser::new(&world);
        let page = asked(&mut browser, &link(&made), &alice).await;
        assert!(
            page.text.contains("id=\"otp\"") && !page.text.contains("value=\"accept\""),
            "{}",
            page.text
        );
        // Nobody is signed in by the password alone.
        let unasked = Browser::clone(&browser).visit(&link(&made)).await;
        assert!(unasked.text.contains("id=\"password\""), "{}", unasked.text);
        let back = browser.submit(&page, &[("otp", &app.code(&world))]).await;
        let page = browser.visit(back.header("location").unwrap()).await;
        let answer = browser.submit(&page, &[("step", "accept")]).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (302, Some(APP)),
            "{}",
            answer.text
        );
    }
}

#[tokio::test]
async fn inviting_again_is_for_who_may_change_the_guest() {
    for world in World::own().await {
        let (home, there) = two(&world).await;
        let alice = home.user("alice", &[]).await;
        let member = there.user("member", &[]).await;
        let admin = there.user("admin", &[R::UserAdministrator]).await;
        let first = invite(&member, &alice.name).await;
        let again = member.post("/v1.0/invitations", invitation(&alice.name)).await;
        assert_eq!(
            (again.status, code(&again).as_str()),
            (403, "Authorization_RequestDenied")
        );
        let second = invite(&admin, &alice.name.to_uppercase()).await;
        assert_eq!(second["invitedUser"], first["invitedUser"]);
        assert_eq!(
            Browser::new(&world).visit(&link(&first)).await.status,
            404,
            "the one before has ended"
        );
        assert_eq!(accept(&world, &link(&second), &alice).await.status, 302);
        // There is nothing to accept any more.
        let third = invite(&admin, &alice.name).await;
        assert_eq!(
            (&third["status"], &third["inviteRedeemUrl"]),
            (&json!("Completed"), &json!(APP))
        );
        assert_eq!(enters(&world, &there, &alice).await, 0);
        // Unless that is asked for; then what was joined is joined no more.
        let mut anew = invitation(&alice.name);
        anew["resetRedemption"] = json!(true);
        let fourth = admin.post("/v1.0/invitations", anew.clone()).await.ok();
        assert_eq!(
            (&fourth["status"], &fourth["resetRedemption"]),
            (&json!("PendingAcceptance"), &json!(true))
        );
        assert_eq!(enters(&world, &there, &alice).await, 50_020);
        assert_eq!(accept(&world, &link(&fourth), &alice).await.status, 302);
        assert_eq!(enters(&world, &there, &alice).await, 0);
        // Nobody comes by an account that may more than they.
        let root = there.user("root", &[R::GlobalAdministrator]).await;
        let role = json!({
            "principalId": first["invitedUser"]["id"],
            "roleDefinitionId": R::PrivilegedRoleAdministrator.template_id().to_string(),
        });
        let path = "/v1.0/roleManagement/directory/roleAssignments";
        assert_eq!(root.post(path, role).await.status, 201);
        assert_eq!(admin.post("/v1.0/invitations", anew.clone()).await.status, 403);
        assert_eq!(enters(&world, &there, &alice).await, 0);
        assert_eq!(root.post("/v1.0/invitations", anew).await.status, 201);
        // A guest invites nobody, and a member makes no member.
        let guest = there.guest("guest").await;
        let answer = guest
            .post("/v1.0/invitations", invitation("x@nowhere.example"))
            .await;
        assert_eq!(answer.status, 403);
        let mut as_member = invitation("x@nowhere.example");
        as_member["invitedUserType"] = json!("Member");
        assert_eq!(
            member.post("/v1.0/invitations", as_member.clone()).await.status,
            403
        );
        let made = admin.post("/v1.0/invitations", as_member).await.ok();
        assert_eq!(made["invitedUserType"], "Member");
    }
}

#[tokio::test]
async fn what_cannot_be_invited_is_refused_by_name() {
    for world in World::shared().await {
        let there = world.tenant().await;
        let root = there.user("root", &[R::GlobalAdministrator]).await;
        let with = |name: &str, value: Value| {
            let mut body = invitation("alice@nowhere.example");
            body[name] = value;
            body
        };
        let own = format!("alice@{}", there.domain);
        for (body, part) in [
            (json!({}), "missing field"),
            (
                json!({"invitedUserEmailAddress": "a@b.example"}),
                "inviteRedirectUrl",
            ),
            (with("invitedUserEmailAddress", json!("alice")), "name@domain"),
            (with("invitedUserEmailAddress", json!("")), "name@domain"),
            (with("invitedUserEmailAddress", json!(7)), "wrong type"),
            (
                with("invitedUserEmailAddress", json!("a b@nowhere.example")),
                "letters, digits",
            ),
            (
                with("invitedUserEmailAddress", json!(own)),
                "your own organization",
            ),
            (
                with("inviteRedirectUrl", json!("javascript:alert(1)")),
                "inviteRedirectUrl",
            ),
            (with("invitedUserType", json!("Robot")), "Guest or Member"),
            (
                with("invitedUserDisplayName", json!("a".repeat(1000))),
                "Invalid value",
            ),
            (
                with("sendInvitationMessage", json!(true)),
                "sendInvitationMessage",
            ),
            (
                with("invitedUserMessageInfo", json!({"customizedMessageBody": "Hi"})),
                "invitedUserMessageInfo",
            ),
            (with("surprise", json!(1)), "surprise"),
        ] {
            let answer = root.post("/v1.0/invitations", body.clone()).await;
            assert_eq!(answer.status, 400, "{body}: {}", answer.text);
            assert!(answer.text.contains(part), "{body}: {}", answer.text);
        }
        assert_eq!(root.get("/v1.0/invitations").await.status, 405);
        let users = root.get("/v1.0/users?$filter=userType%20eq%20'Guest'").await.ok();
        assert_eq!(users["value"], json!([]), "nobody was made");
    }
}

#[tokio::test]
async fn of_sixteen_who_accept_at_once_one_becomes_the_guest() {
    for world in World::own().await {
        let (home, there) = two(&world).await;
        let member = there.user("member", &[]).await;
        let made = invite(&member, "whoever@nowhere.example").await;
        let mut waiting = Vec::new();
        for number in 0..16 {
            let person = home.user(&format!("p{number}"), &[]).await;
            let mut browser = Browser::new(&world);
            let page = asked(&mut browser, &link(&made), &person).await;
            waiting.push((browser, page, person));
        }
        let mut running = JoinSet::new();
        for (mut browser, page, person) in waiting {
            running.spawn(async move { (browser.submit(&page, &[("step", "accept")]).await, person) });
        }
        let mut winners = Vec::new();
        while let Some(done) = running.join_next().await {
            let (answer, person) = done.unwrap();
            match answer.status {
                302 => winners.push(person),
                other => assert_eq!(other, 404, "{}", answer.text),
            }
        }
        assert_eq!(winners.len(), 1);
        assert_eq!(enters(&world, &there, &winners[0]).await, 0);
    }
}
