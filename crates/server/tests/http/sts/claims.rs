//! What tokens say of people and to whom.

use bytes::Bytes;
use doorward_domain::directory::{DirectoryRole as R, Permission as P};
use doorward_domain::group::{Member, MemberKind};
use doorward_names::ObjectId;
use doorward_store::{self as store, QueryError};
use serde_json::{Value, json};

use super::registered::{Registered, asking, carried, code_of, platforms, redeem, refresh, register, stage};
use super::verified;
use crate::browser::Browser;
use crate::graph::code;
use crate::harness::{Answer, Caller, Tenancy, World, request};

const BACK: &str = "https://app.example";
const AT: &str = "https://app.example/";

/// The answer to a sign-in of `person` to `app` for `scope`.
pub async fn answered(
    world: &World,
    (domain, app): (&str, &Registered),
    person: &Caller,
    scope: &str,
) -> Value {
    let path = asking(domain, app, BACK, &[("scope", scope)]);
    let code = code_of(world, person, &path, AT).await;
    let shown = [("client_secret", app.secret.as_str()), ("scope", scope)];
    redeem(world, app, (&code, BACK), (None, &shown)).await.ok()
}

/// The claims of id_token and access token of a sign-in.
pub async fn signed_in(
    world: &World,
    at: (&str, &Registered),
    person: &Caller,
    scope: &str,
) -> (Value, Value) {
    let body = answered(world, at, person, scope).await;
    let id = verified(world, at.0, body["id_token"].as_str().unwrap()).await;
    let access = verified(world, at.0, body["access_token"].as_str().unwrap()).await;
    (id, access)
}

#[tokio::test]
async fn each_application_knows_a_person_by_a_name_of_its_own() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, platforms()).await;
        let domain = tenant.domain.as_str();
        let other = register(&alice, "Other", platforms()).await;
        let (id, access) = signed_in(&world, (domain, &app), &alice, "openid profile").await;
        let (of_other, for_other) = signed_in(&world, (domain, &other), &alice, "openid profile").await;
        assert_ne!(id["sub"], of_other["sub"]);
        assert_eq!(id["oid"], of_other["oid"]);
        // A resource knows a person by one name, through whichever client they come: Graph has its own.
        assert_eq!(access["sub"], for_other["sub"]);
        assert_ne!(access["sub"], id["sub"]);
        // To itself, an application is both.
        let own = format!("openid {}/.default", app.id);
        let (id_again, own) = signed_in(&world, (domain, &app), &alice, &own).await;
        assert_eq!((&id_again["sub"], &own["sub"]), (&id["sub"], &id["sub"]));
        // Others are others, and the name tells nothing of the account.
        let bob = tenant.user("bob", &[]).await;
        let (of_bob, _) = signed_in(&world, (domain, &app), &bob, "openid").await;
        assert_ne!(of_bob["sub"], id["sub"]);
        let name = id["sub"].as_str().unwrap();
        assert!(
            name.len() == 43 && !name.contains(&alice.id.to_string()),
            "{name}"
        );
        if let Some(second) = world.second_node().await {
            let (there, _) = signed_in(&second, (domain, &app), &alice, "openid").await;
            assert_eq!(there["sub"], id["sub"]);
        }
        // An application is known by its object id, to everyone.
        let robot = tenant.service_principal("robot", &[]).await;
        let body = robot.ask_v1("https://graph.microsoft.com").await.ok();
        let robot_s = verified(&world, domain, body["access_token"].as_str().unwrap()).await;
        assert_eq!(robot_s["sub"], json!(robot.id));
    }
}

const READER: &str = "11111111-0000-4000-8000-000000000001";
const WRITER: &str = "11111111-0000-4000-8000-000000000002";
const RUNNER: &str = "11111111-0000-4000-8000-000000000003";

/// Every platform, three roles, and more.
fn with_roles(more: Value) -> Value {
    let role = |id: &str, word: &str, whom: &str| {
        json!({"id": id, "value": word, "displayName": word, "description": word, "isEnabled": true,
            "allowedMemberTypes": [whom]})
    };
    let mut all = platforms();
    all["appRoles"] = json!([
        role(READER, "Reader", "User"),
        role(WRITER, "Writer", "User"),
        role(RUNNER, "Runner", "Application")
    ]);
    for (name, value) in more.as_object().unwrap() {
        all[name] = value.clone();
    }
    all
}

async fn give(by: &Caller, app: &Registered, whom: ObjectId, role: &str) -> Answer {
    let path = format!("/v1.0/servicePrincipals/{}/appRoleAssignedTo", app.principal);
    let body = json!({"principalId": whom, "resourceId": app.principal, "appRoleId": role});
    by.post(&path, body).await
}

/// Puts objects into a group.
pub async fn fill(tenant: &Tenancy, group: ObjectId, members: &[(ObjectId, MemberKind)]) {
    let (id, members) = (tenant.id, members.to_vec());
    let write = tenant.world.app.snapshots.write(move |tx| {
        for (member, kind) in &members {
            let member = Member {
                id: *member,
                kind: *kind,
            };
            store::group_member::insert(tx, id, group, member)?.unwrap();
        }
        Ok::<_, QueryError>(())
    });
    write.await.unwrap();
}

#[tokio::test]
async fn tokens_say_the_roles_that_somebody_was_given_in_an_application() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, with_roles(json!({}))).await;
        let domain = tenant.domain.as_str();
        let other = register(&alice, "Other", platforms()).await;
        let [bob, carol, dave] = ["bob", "carol", "dave"].map(|name| tenant.user(name, &[]));
        let (bob, carol, dave) = (bob.await, carol.await, dave.await);
        let robot = tenant.service_principal("robot", &[]).await;
        let [team, inner] = [tenant.group("team").await, tenant.group("inner").await];
        fill(
            &tenant,
            team,
            &[(carol.id, MemberKind::User), (inner, MemberKind::Group)],
        )
        .await;
        fill(&tenant, inner, &[(dave.id, MemberKind::User)]).await;
        let own = format!("openid {}/.default", app.id);
        let roles = async |person: &Caller| {
            let (id, access) = signed_in(&world, (domain, &app), person, &own).await;
            assert_eq!(id["roles"], access["roles"]);
            id["roles"].clone()
        };
        assert_eq!(roles(&bob).await, Value::Null);
        // Nobody gives themselves or others what they have no say in; who owns the application does.
        let refused = give(&bob, &app, bob.id, READER).await;
        assert_eq!(
            (refused.status, code(&refused).as_str()),
            (403, "Authorization_RequestDenied")
        );
        let made = give(&alice, &app, bob.id, READER).await.ok();
        give(&alice, &app, team, WRITER).await.ok();
        give(&alice, &app, bob.id, WRITER).await.ok();
        give(&alice, &app, robot.id, RUNNER).await.ok();
        assert_eq!(roles(&bob).await, json!(["Reader", "Writer"]));
        assert_eq!(roles(&carol).await, json!(["Writer"]));
        // A role of a group is not had through another group.
        assert_eq!(roles(&dave).await, Value::Null);
        // Another application hears nothing of them; whoever asks for a token for this one brings the same.
        let (id, graph) = signed_in(&world, (domain, &other), &bob, "openid").await;
        assert!(id["roles"].is_null() && graph["roles"].is_null());
        let body = bob.ask_v2(&format!("{}/.default", app.id)).await.ok();
        let by_other = verified(&world, domain, body["access_token"].as_str().unwrap()).await;
        assert_eq!(by_other["roles"], json!(["Reader", "Writer"]));
        // An application as itself has what it was given itself.
        let body = robot.ask_v2(&format!("{}/.default", app.id)).await.ok();
        let access = verified(&world, domain, body["access_token"].as_str().unwrap()).await;
        assert_eq!(
            (&access["roles"], &access["idtyp"]),
            (&json!(["Runner"]), &json!("app"))
        );
        // From every side it looks the same.
        assert_eq!(
            (
                &made["principalType"],
                &made["principalDisplayName"],
                &made["resourceDisplayName"]
            ),
            (&json!("User"), &json!("bob"), &json!("Shop & Co"))
        );
        let one = made["id"].as_str().unwrap();
        let side = format!("/v1.0/users/{}/appRoleAssignments", bob.name);
        let listed = alice.get(&side).await.ok();
        assert_eq!(listed["value"].as_array().unwrap().len(), 2);
        let mut shown = alice.get(&format!("{side}/{one}")).await.ok();
        shown["@odata.context"] = made["@odata.context"].clone();
        assert_eq!(shown, made);
        let of_team = alice
            .get(&format!("/v1.0/groups/{team}/appRoleAssignments"))
            .await
            .ok();
        assert_eq!(of_team["value"][0]["appRoleId"], WRITER);
        let of_robot = alice
            .get(&format!(
                "/v1.0/servicePrincipals/{}/appRoleAssignments",
                robot.id
            ))
            .await
            .ok();
        assert_eq!(of_robot["value"][0]["resourceId"], app.principal);
        let all = format!("/v1.0/servicePrincipals/{}/appRoleAssignedTo", app.principal);
        let mut walked = Vec::new();
        let mut next = Some(format!("{all}?$top=1"));
        while let Some(path) = next {
            let page = alice.get(&path).await.ok();
            let value = page["value"].as_array().unwrap();
            assert!(value.len() <= 1);
            walked.extend(value.iter().map(|one| one["id"].as_str().unwrap().to_owned()));
            let link = page["@odata.nextLink"].as_str();
            next = link.map(|link| link.strip_prefix(crate::harness::ORIGIN).unwrap().to_owned());
        }
        assert_eq!(walked.len(), 4);
        // Of another's side it is not to be had, and nobody else takes it away.
        let of_carol = format!("/v1.0/users/{}/appRoleAssignments/{one}", carol.name);
        assert_eq!(alice.get(&of_carol).await.status, 404);
        assert_eq!(alice.delete(&of_carol).await.status, 404);
        assert_eq!(bob.delete(&format!("{side}/{one}")).await.status, 403);
        assert_eq!(alice.delete(&format!("{side}/{one}")).await.status, 204);
        assert_eq!(roles(&bob).await, json!(["Writer"]));
        // What goes takes its roles along.
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        for gone in [format!("/v1.0/groups/{team}"), format!("/v1.0/users/{}", bob.id)] {
            assert_eq!(root.delete(&gone).await.status, 204);
        }
        assert_eq!(roles(&carol).await, Value::Null);
        assert_eq!(alice.get(&all).await.ok()["value"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_role_is_given_once_and_to_whom_it_is_for() {
    for world in World::own().await {
        let (tenant, alice, app) = stage(&world, with_roles(json!({}))).await;
        let bob = tenant.user("bob", &[]).await;
        let robot = tenant.service_principal("robot", &[]).await;
        let nil = "00000000-0000-0000-0000-000000000000";
        for (whom, role) in [
            (bob.id, RUNNER),
            (robot.id, READER),
            (bob.id, "11111111-0000-4000-8000-00000000000f"),
            (bob.id, nil),
            (ObjectId::from_u128(5), READER),
        ] {
            let refused = give(&alice, &app, whom, role).await;
            assert_eq!(
                (refused.status, code(&refused).as_str()),
                (400, "Request_BadRequest"),
                "{whom} {role}"
            );
        }
        let path = format!("/v1.0/users/{}/appRoleAssignments", alice.id);
        let body = json!({"principalId": bob.id, "resourceId": app.principal, "appRoleId": READER});
        assert_eq!(alice.post(&path, body).await.status, 400);
        let all = (0..16).map(|_| give(&alice, &app, bob.id, READER));
        let statuses: Vec<_> = futures_util::future::join_all(all)
            .await
            .iter()
            .map(|a| a.status)
            .collect();
        assert_eq!(
            statuses.iter().filter(|status| **status == 201).count(),
            1,
            "{statuses:?}"
        );
        assert_eq!(
            statuses.iter().filter(|status| **status == 400).count(),
            15,
            "{statuses:?}"
        );
        // Permissions of Graph are given by who may give permissions, whichever the side.
        let graph = "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')";
        let graph_id = alice.get(graph).await.ok()["id"].clone();
        let permission = P::UserReadAll.app_role_id().unwrap().to_string();
        let body = json!({"principalId": app.principal, "resourceId": graph_id, "appRoleId": permission});
        for path in [
            format!("{graph}/appRoleAssignedTo"),
            format!("/v1.0/servicePrincipals/{}/appRoleAssignments", app.principal),
        ] {
            assert_eq!(alice.post(&path, body.clone()).await.status, 403, "{path}");
        }
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let made = root
            .post(&format!("{graph}/appRoleAssignedTo"), body.clone())
            .await
            .ok();
        let one = format!("{graph}/appRoleAssignedTo/{}", made["id"].as_str().unwrap());
        assert_eq!(root.get(&one).await.ok()["principalId"], app.principal);
        assert_eq!(alice.delete(&one).await.status, 403);
        assert_eq!(root.delete(&one).await.status, 204);
        assert_eq!(root.get(&one).await.status, 404);
    }
}

#[tokio::test]
async fn an_application_may_let_in_only_who_was_given_a_role() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, with_roles(json!({}))).await;
        let domain = tenant.domain.as_str();
        let bob = tenant.user("bob", &[]).await;
        let robot = tenant.service_principal("robot", &[]).await;
        let scope = "openid offline_access";
        let before = answered(&world, (domain, &app), &bob, scope).await;
        let path = asking(domain, &app, BACK, &[("scope", scope)]);
        let mut known = Browser::new(&world);
        let page = known.visit(&path).await;
        super::registered::sign_in(&mut known, &page, &bob).await;
        let principal = format!("/v1.0/servicePrincipals/{}", app.principal);
        let only = |only: bool| alice.patch(&principal, json!({"appRoleAssignmentRequired": only}));
        assert_eq!(
            bob.patch(&principal, json!({"appRoleAssignmentRequired": false}))
                .await
                .status,
            403
        );
        assert_eq!(only(true).await.status, 204);
        assert_eq!(
            alice.get(&principal).await.ok()["appRoleAssignmentRequired"],
            true
        );
        // On a page, in silence, by what was given before, and as itself.
        let mut browser = Browser::new(&world);
        let page = browser.visit(&path).await;
        let page = super::authorize::sign_in(&mut browser, &page, &bob).await;
        assert!(
            page.status != 302 && page.text.contains("AADSTS50105"),
            "{} {}",
            page.status,
            page.text
        );
        let silent = asking(domain, &app, BACK, &[("scope", scope), ("prompt", "none")]);
        let told = carried(&known.get(&silent).await, AT, '?');
        assert_eq!(told["error"], "access_denied");
        assert!(told["error_description"].starts_with("AADSTS50105"), "{told:?}");
        let token = before["refresh_token"].as_str().unwrap();
        let shown = [("client_secret", app.secret.as_str()), ("scope", scope)];
        let refused = refresh(&world, &app, token, (None, &shown)).await;
        assert_eq!((refused.status, refused.aadsts()), (400, 50_105));
        let own = format!("{}/.default", app.id);
        let refused = robot.ask_v2(&own).await;
        assert_eq!((refused.status, refused.aadsts()), (400, 501_051));
        // Also who comes by another client.
        let refused = bob.ask_v2(&format!("{}/.default", app.id)).await;
        assert_eq!((refused.status, refused.aadsts()), (400, 50_105));
        // Given a role, they are let in; the refused renewal cost the session nothing.
        give(&alice, &app, bob.id, READER).await.ok();
        give(&alice, &app, robot.id, RUNNER).await.ok();
        refresh(&world, &app, token, (None, &shown)).await.ok();
        robot.ask_v2(&own).await.ok();
        bob.ask_v2(&own).await.ok();
        let answer = known.get(&silent).await;
        assert!(carried(&answer, AT, '?').contains_key("code"), "{}", answer.text);
        assert_eq!(only(false).await.status, 204);
        let carol = tenant.user("carol", &[]).await;
        signed_in(&world, (domain, &app), &carol, scope).await;
    }
}

#[tokio::test]
async fn tokens_name_groups_and_directory_roles_as_the_application_wishes() {
    for world in World::shared().await {
        let (tenant, alice, app) = stage(&world, with_roles(json!({}))).await;
        let domain = tenant.domain.as_str();
        let bob = tenant.user("bob", &[R::DirectoryReaders]).await;
        let [outer, inner, apart] = [
            tenant.group("outer").await,
            tenant.group("inner").await,
            tenant.group("apart").await,
        ];
        // In a circle, which ends.
        fill(&tenant, outer, &[(inner, MemberKind::Group)]).await;
        fill(
            &tenant,
            inner,
            &[(bob.id, MemberKind::User), (outer, MemberKind::Group)],
        )
        .await;
        give(&alice, &app, inner, READER).await.ok();
        give(&alice, &app, outer, READER).await.ok();
        fill(&tenant, apart, &[(alice.id, MemberKind::User)]).await;
        let mut both = [outer, inner].map(|id| id.to_string());
        both.sort();
        let wids = json!([R::DirectoryReaders.template_id().to_string()]);
        let own = format!("openid {}/.default", app.id);
        for (wish, groups, roles) in [
            (json!(null), Value::Null, &Value::Null),
            (json!("None"), Value::Null, &Value::Null),
            (json!("SecurityGroup"), json!(both), &wids),
            (json!("All"), json!(both), &wids),
            (json!("DirectoryRole"), Value::Null, &wids),
            (json!("ApplicationGroup"), json!([inner]), &Value::Null),
        ] {
            let path = format!("/v1.0/applications/{}", app.object);
            let answer = alice.patch(&path, json!({"groupMembershipClaims": wish})).await;
            assert_eq!(answer.status, 204, "{}", answer.text);
            let (id, access) = signed_in(&world, (domain, &app), &bob, &own).await;
            for token in [&id, &access] {
                assert_eq!(
                    (&token["groups"], &token["wids"]),
                    (&groups, roles),
                    "{wish}: {token}"
                );
                assert_eq!(token["roles"], json!(["Reader"]));
                assert!(token["_claim_names"].is_null());
            }
        }
    }
}

#[tokio::test]
async fn more_groups_than_a_token_holds_are_asked_about_where_it_says() {
    for world in World::shared().await {
        let wish = with_roles(json!({"groupMembershipClaims": "SecurityGroup"}));
        let (tenant, _, app) = stage(&world, wish).await;
        let domain = tenant.domain.as_str();
        let bob = tenant.user("bob", &[R::DirectoryReaders]).await;
        let made = async |count: usize| {
            let mut all = Vec::new();
            for number in 0..count {
                all.push(tenant.group(&format!("g{number}")).await);
            }
            all
        };
        let groups = made(200).await;
        for group in groups.get(..100).unwrap() {
            fill(&tenant, *group, &[(bob.id, MemberKind::User)]).await;
        }
        for group in groups.get(100..).unwrap() {
            fill(&tenant, *group, &[(groups[7], MemberKind::Group)]).await;
        }
        let own = format!("openid {}/.default", app.id);
        let (id, access) = signed_in(&world, (domain, &app), &bob, &own).await;
        for token in [&id, &access] {
            assert_eq!(token["groups"].as_array().unwrap().len(), 200);
            assert!(token["_claim_names"].is_null() && token["_claim_sources"].is_null());
        }
        let last = tenant.group("last").await;
        fill(&tenant, last, &[(groups[150], MemberKind::Group)]).await;
        let (id, access) = signed_in(&world, (domain, &app), &bob, &own).await;
        for token in [&id, &access] {
            assert!(token["groups"].is_null());
            assert_eq!(token["_claim_names"], json!({"groups": "src1"}));
            assert_eq!(token["_claim_sources"], access["_claim_sources"]);
        }
        // The application asks there, with what it may: to read the account of who signed in.
        let endpoint = access["_claim_sources"]["src1"]["endpoint"].as_str().unwrap();
        let path = endpoint.strip_prefix(crate::harness::ORIGIN).unwrap();
        assert_eq!(path, format!("/v1.0/users/{}/getMemberObjects", bob.id));
        let body = answered(
            &world,
            (domain, &app),
            &bob,
            "https://graph.microsoft.com/User.Read",
        )
        .await;
        let token = body["access_token"].as_str().unwrap();
        let ask = async |path: &str, only: bool| {
            let body = Bytes::from(json!({"securityEnabledOnly": only}).to_string());
            let draft = request("POST", path, Some(token), body).header("content-type", "application/json");
            world.send(draft.body_from()).await
        };
        let told = ask(path, true).await.ok();
        let told = told["value"].as_array().unwrap();
        assert!(told.len() == 201 && told.contains(&json!(last)));
        let all = ask(path, false).await.ok();
        let role = json!(R::DirectoryReaders.template_id().to_string());
        assert!(all["value"].as_array().unwrap().contains(&role));
        // Of nobody else, and no more of the groups than their ids.
        let carol = tenant.user("carol", &[]).await;
        let other = format!("/v1.0/users/{}/getMemberObjects", carol.id);
        assert_eq!(ask(&other, true).await.status, 403);
        let listed = request("GET", "/v1.0/me/memberOf", Some(token), Bytes::new()).body_from();
        assert_eq!(world.send(listed).await.status, 403);
    }
}
