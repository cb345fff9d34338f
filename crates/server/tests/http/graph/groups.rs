//! Groups, who is in them, who owns them, and what the answers look like.

use super::code;
use crate::harness::{Answer, Caller, World};
use doorward_domain::directory::{DirectoryRole as R, Permission as P};
use serde_json::{Value, json};

fn body(name: &str) -> Value {
    json!({"displayName": name, "mailNickname": "team", "mailEnabled": false, "securityEnabled": true})
}

/// Makes a group; its path.
async fn make(caller: &Caller, name: &str) -> String {
    let made = caller.post("/v1.0/groups", body(name)).await.ok();
    format!("/v1.0/groups/{}", id(&made))
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

fn url(id: &impl ToString) -> String {
    format!(
        "https://graph.microsoft.com/v1.0/directoryObjects/{}",
        id.to_string()
    )
}

fn named(id: &impl ToString) -> Value {
    json!({"@odata.id": url(id)})
}

/// The ids in a list, in order of the list.
#[track_caller]
fn ids(answer: &Answer) -> Vec<String> {
    let list = answer.ok();
    list["value"].as_array().unwrap().iter().map(id).collect()
}

fn sorted<const N: usize>(ids: [&dyn ToString; N]) -> Vec<String> {
    let mut ids = ids.map(|id| id.to_string());
    ids.sort();
    ids.to_vec()
}

/// Checks that a call was refused as a bad request, with these words in its message.
#[track_caller]
fn refused(answer: &Answer, words: &str) {
    assert_eq!(
        (answer.status, code(answer).as_str()),
        (400, "Request_BadRequest"),
        "{}",
        answer.text
    );
    assert!(answer.text.contains(words), "{words}: {}", answer.text);
}

#[tokio::test]
async fn a_group_is_made_found_changed_and_deleted() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GroupsAdministrator]).await;
        // What the command line sends.
        let made = root
            .post(
                "/v1.0/groups",
                json!({
                    "displayName": "Data Scientists", "mailNickname": "Data.Sci", "description": "Those who train",
                    "mailEnabled": false, "securityEnabled": true,
                }),
            )
            .await;
        assert_eq!(made.status, 201, "{}", made.text);
        let made = made.json();
        let shown: Vec<_> = [
            "displayName",
            "mailNickname",
            "description",
            "mailEnabled",
            "securityEnabled",
            "groupTypes",
            "mail",
        ]
        .map(|name| made[name].clone())
        .to_vec();
        assert_eq!(
            Value::from(shown),
            json!([
                "Data Scientists",
                "Data.Sci",
                "Those who train",
                false,
                true,
                [],
                null
            ])
        );
        assert!(
            made["securityIdentifier"]
                .as_str()
                .unwrap()
                .starts_with("S-1-12-1-")
        );
        assert_eq!(
            made["@odata.context"],
            "https://localhost:8443/v1.0/$metadata#groups/$entity"
        );
        let path = format!("/v1.0/groups/{}", id(&made));
        assert_eq!(root.get(&path).await.ok(), made);
        let object = root
            .get(&format!("/v1.0/directoryObjects/{}", id(&made)))
            .await
            .ok();
        assert_eq!(
            (&object["@odata.type"], &object["displayName"]),
            (&json!("#microsoft.graph.group"), &made["displayName"])
        );
        let some = json!({"ids": [made["id"], root.id.to_string()], "types": ["group"]});
        let some = root.post("/v1.0/directoryObjects/getByIds", some).await;
        assert_eq!(ids(&some), [id(&made)]);

        let second = make(&root, "data entry").await;
        for (filter, expected) in [
            ("displayName%20eq%20'data%20SCIENTISTS'", vec![id(&made)]),
            (
                "displayName%20eq%20'Data%20Scientists'%20and%20mailNickname%20eq%20'data.sci'",
                vec![id(&made)],
            ),
            (
                "startswith(displayName,'data')",
                sorted([&id(&made), &last(&second)]),
            ),
            (
                "securityEnabled%20eq%20true",
                sorted([&id(&made), &last(&second)]),
            ),
            ("mailEnabled%20eq%20true", vec![]),
            ("groupTypes/any(c:c%20eq%20'Unified')", vec![]),
        ] {
            let found = root.get(&format!("/v1.0/groups?$filter={filter}")).await;
            assert_eq!(ids(&found), expected, "{filter}");
        }
        let chosen = root.get("/v1.0/groups?$top=1&$select=id,mailNickname").await.ok();
        assert_eq!(chosen["value"][0].as_object().unwrap().len(), 2);
        let next = chosen["@odata.nextLink"].as_str().unwrap();
        let rest = root.get(next.strip_prefix(crate::harness::ORIGIN).unwrap()).await;
        let mut walked = vec![id(&chosen["value"][0])];
        walked.extend(ids(&rest));
        assert_eq!(walked, sorted([&id(&made), &last(&second)]));
        assert!(rest.json().get("@odata.nextLink").is_none());

        let changes = json!({"displayName": "Trainers", "description": null, "groupTypes": []});
        assert_eq!(root.patch(&path, changes).await.status, 204);
        let changed = root.get(&path).await.ok();
        assert_eq!(
            (
                &changed["displayName"],
                &changed["description"],
                &changed["mailNickname"]
            ),
            (&json!("Trainers"), &Value::Null, &json!("Data.Sci"))
        );
        assert_eq!(root.delete(&path).await.status, 204);
        for answer in [root.get(&path).await, root.delete(&path).await] {
            assert_eq!(
                (answer.status, code(&answer).as_str()),
                (404, "Request_ResourceNotFound")
            );
        }
    }
}

#[tokio::test]
async fn what_a_group_has_to_be() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let path = make(&root, "there").await;
        let with = |name: &str, value: Value| {
            let mut body = body("Team");
            body[name] = value;
            body
        };
        let required = |name: &str| format!("A value is required for property '{name}' of resource 'Group'.");
        for name in ["displayName", "mailNickname", "mailEnabled", "securityEnabled"] {
            let answer = root.post("/v1.0/groups", with(name, Value::Null)).await;
            refused(&answer, &required(name));
        }
        for (name, value, words) in [
            ("displayName", json!(" "), "must not be blank"),
            (
                "displayName",
                json!("x".repeat(257)),
                "may have at most 256 characters",
            ),
            ("mailNickname", json!("a b"), "visible ASCII characters"),
            ("mailNickname", json!("a@b"), "visible ASCII characters"),
            ("mailNickname", json!("x".repeat(65)), "1 to 64 characters"),
            ("description", json!("x".repeat(1025)), "at most 1024 characters"),
            ("description", json!("a\u{0}b"), "U+0000"),
            ("mailEnabled", json!(true), "mail-enabled groups"),
            ("securityEnabled", json!(false), "mail-enabled groups"),
            ("groupTypes", json!(["Unified"]), "groupTypes has to be empty"),
            ("isAssignableToRole", json!(true), "isAssignableToRole"),
            ("visibility", json!("Private"), "visibility"),
            ("membershipRule", json!("user.country -eq 'x'"), "membershipRule"),
            ("colour", json!("red"), "Invalid property 'colour'"),
            ("members@odata.bind", json!("x"), "wrong type"),
        ] {
            let answer = root.post("/v1.0/groups", with(name, value.clone())).await;
            refused(&answer, words);
            let answer = root.patch(&path, json!({ name: value })).await;
            refused(&answer, words);
        }
        assert_eq!(ids(&root.get("/v1.0/groups").await), [last(&path)]);
        for (query, status) in [
            ("$search=%22displayName:x%22", 400),
            ("$orderby=displayName", 400),
            ("$filter=visibility%20eq%20'x'", 400),
            ("$top=0", 400),
            ("$top=999", 200),
        ] {
            let answer = root.get(&format!("/v1.0/groups?{query}")).await;
            assert_eq!(answer.status, status, "{query}: {}", answer.text);
        }
        for list in ["members", "transitiveMembers", "memberOf"] {
            let answer = root
                .get(&format!("{path}/{list}?$filter=displayName%20eq%20'x'"))
                .await;
            assert_eq!(
                (answer.status, code(&answer).as_str()),
                (400, "Request_UnsupportedQuery")
            );
        }
    }
}

#[tokio::test]
async fn members_come_and_go_one_by_one_or_twenty_at_a_time() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::UserAdministrator]).await;
        let app = tenant.service_principal("app", &[]).await;
        let team = make(&root, "team").await;
        let inner = make(&root, "inner").await;
        let add = format!("{team}/members/$ref");
        for member in [root.id.to_string(), app.id.to_string(), last(&inner).to_owned()] {
            assert_eq!(root.post(&add, named(&member)).await.status, 204);
            refused(
                &root.post(&add, named(&member)).await,
                "One or more added object references already exist for the following modified properties: 'members'.",
            );
        }
        refused(
            &root.post(&add, named(&last(&team))).await,
            "A group cannot be a member of itself.",
        );
        refused(
            &root.post(&add, json!({"@odata.id": "x"})).await,
            "names no object",
        );
        // A registration is nobody; its service principal is.
        for nobody in [app.application.to_string(), tenant.id.to_string()] {
            let answer = root.post(&add, named(&nobody)).await;
            assert_eq!(answer.status, 404, "{}", answer.text);
        }
        let everybody = sorted([&root.id, &app.id, &last(&inner)]);
        let listed = root.get(&format!("{team}/members")).await;
        assert_eq!(ids(&listed), everybody);
        let listed = listed.json();
        assert_eq!(
            listed["@odata.context"],
            "https://localhost:8443/v1.0/$metadata#directoryObjects"
        );
        let mut kinds: Vec<_> = listed["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|member| member["@odata.type"].as_str().unwrap())
            .collect();
        kinds.sort_unstable();
        assert_eq!(
            kinds,
            [
                "#microsoft.graph.group",
                "#microsoft.graph.servicePrincipal",
                "#microsoft.graph.user"
            ]
        );
        let page = root.get(&format!("{team}/members?$top=2&$select=id")).await;
        let next = page.ok()["@odata.nextLink"].as_str().unwrap().to_owned();
        let rest = root.get(next.strip_prefix(crate::harness::ORIGIN).unwrap()).await;
        assert_eq!([ids(&page), ids(&rest)].concat(), everybody);

        let gone = format!("{team}/members/{}/$ref", app.id);
        assert_eq!(root.delete(&gone).await.status, 204);
        assert_eq!(root.delete(&gone).await.status, 404);

        // Several at once: all or none.
        let mut people = Vec::new();
        for number in 0..21 {
            people.push(url(&tenant.user(&format!("p{number}"), &[]).await.id));
        }
        let bind = |urls: &[String]| json!({"members@odata.bind": urls});
        refused(&root.patch(&team, bind(&people)).await, "At most 20 references");
        let twice = [people[0].clone(), people[0].clone()];
        refused(&root.patch(&team, bind(&twice)).await, "once only");
        let known = [people[0].clone(), url(&root.id)];
        refused(&root.patch(&team, bind(&known)).await, "already exist");
        let itself = [people[0].clone(), url(&last(&team))];
        refused(&root.patch(&team, bind(&itself)).await, "member of itself");
        let unknown = [people[0].clone(), url(&tenant.id)];
        assert_eq!(root.patch(&team, bind(&unknown)).await.status, 404);
        let before = sorted([&root.id, &last(&inner)]);
        assert_eq!(ids(&root.get(&format!("{team}/members")).await), before);
        assert_eq!(root.patch(&team, bind(&people[..20])).await.status, 204);
        assert_eq!(ids(&root.get(&format!("{team}/members")).await).len(), 22);

        let mut peopled = body("peopled");
        peopled["members@odata.bind"] = json!(people);
        refused(
            &root.post("/v1.0/groups", peopled.clone()).await,
            "At most 20 references",
        );
        peopled["members@odata.bind"] = json!(people[..20]);
        peopled["owners@odata.bind"] = json!([people[20], url(&app.id)]);
        let made = root.post("/v1.0/groups", peopled.clone()).await.ok();
        let path = format!("/v1.0/groups/{}", id(&made));
        assert_eq!(ids(&root.get(&format!("{path}/members")).await).len(), 20);
        assert_eq!(
            ids(&root.get(&format!("{path}/owners")).await),
            sorted([&last(&people[20]), &app.id])
        );
        // No group owns another.
        peopled["owners@odata.bind"] = json!([url(&last(&inner))]);
        assert_eq!(root.post("/v1.0/groups", peopled).await.status, 404);
        assert_eq!(ids(&root.get("/v1.0/groups").await).len(), 3);
    }
}

#[tokio::test]
async fn memberships_are_told_also_around_a_circle() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let app = tenant.service_principal("app", &[]).await;
        let mut paths = Vec::new();
        for name in ["one", "two", "three"] {
            paths.push(make(&root, name).await);
        }
        let [one, two, three] = [0, 1, 2].map(|at| paths[at].as_str());
        for (group, member) in [
            (one, last(two).to_owned()),
            (two, last(three).to_owned()),
            (three, last(one).to_owned()),
            (three, root.id.to_string()),
            (two, app.id.to_string()),
        ] {
            let answer = root.post(&format!("{group}/members/$ref"), named(&member)).await;
            assert_eq!(answer.status, 204, "{}", answer.text);
        }
        let all = sorted([&last(one), &last(two), &last(three)]);
        let below = root.get(&format!("{one}/transitiveMembers")).await;
        assert_eq!(ids(&below), sorted([&last(two), &last(three), &root.id, &app.id]));
        let above = root.get(&format!("{one}/transitiveMemberOf")).await;
        assert_eq!(ids(&above), sorted([&last(two), &last(three)]));
        assert_eq!(ids(&root.get(&format!("{one}/memberOf")).await), [last(three)]);

        // A person's directory roles are among what they are in.
        let role = R::GlobalAdministrator.template_id();
        for me in ["me".to_owned(), format!("users/{}", root.name)] {
            let direct = root.get(&format!("/v1.0/{me}/memberOf")).await;
            assert_eq!(ids(&direct), sorted([&last(three), &role]));
            let page = root.get(&format!("/v1.0/{me}/memberOf?$top=1")).await;
            let next = page.ok()["@odata.nextLink"].as_str().unwrap().to_owned();
            let rest = root.get(next.strip_prefix(crate::harness::ORIGIN).unwrap()).await;
            assert_eq!([ids(&page), ids(&rest)].concat(), sorted([&last(three), &role]));
            let through = root.get(&format!("/v1.0/{me}/transitiveMemberOf")).await;
            assert_eq!(
                ids(&through),
                sorted([&last(one), &last(two), &last(three), &role])
            );
        }
        let direct = root
            .get(&format!("/v1.0/servicePrincipals/{}/memberOf", app.id))
            .await;
        assert_eq!(ids(&direct), [last(two)]);

        let asked = json!({"securityEnabledOnly": false});
        for subject in [
            "me".to_owned(),
            format!("users/{}", root.id),
            format!("servicePrincipals/{}", app.id),
            format!("directoryObjects/{}", app.id),
        ] {
            let answer = root
                .post(&format!("/v1.0/{subject}/getMemberGroups"), asked.clone())
                .await
                .ok();
            assert_eq!(answer["value"], json!(all), "{subject}");
            assert_eq!(
                answer["@odata.context"],
                "https://localhost:8443/v1.0/$metadata#Collection(Edm.String)"
            );
            let answer = root
                .post(
                    &format!("/v1.0/{subject}/checkMemberGroups"),
                    json!({"groupIds": [last(two), root.id.to_string(), last(one)]}),
                )
                .await
                .ok();
            assert_eq!(answer["value"], json!([last(two), last(one)]), "{subject}");
        }
        // A group is not in itself, whatever the circle.
        let answer = root.post(&format!("{one}/getMemberGroups"), asked).await.ok();
        assert_eq!(answer["value"], json!(sorted([&last(two), &last(three)])));

        refused(
            &root.post("/v1.0/me/getMemberGroups", json!({})).await,
            "'securityEnabledOnly'",
        );
        for (groups, words) in [
            (json!({}), "missing field `groupIds`"),
            (json!({"groupIds": ["x"]}), "is not a object id"),
            (json!({"groupIds": vec![last(one); 21]}), "At most 20 groups"),
        ] {
            refused(&root.post("/v1.0/me/checkMemberGroups", groups).await, words);
        }

        // Who is gone is in no group.
        let application = format!("/v1.0/applications/{}", app.application);
        assert_eq!(root.delete(&application).await.status, 204);
        assert_eq!(root.delete(three).await.status, 204);
        assert_eq!(
            ids(&root.get(&format!("{two}/members")).await),
            Vec::<String>::new()
        );
        assert_eq!(ids(&root.get("/v1.0/me/memberOf").await), [role.to_string()]);
    }
}

#[tokio::test]
async fn owners_look_after_their_group() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GroupsAdministrator]).await;
        let (alice, bob) = (tenant.user("alice", &[]).await, tenant.user("bob", &[]).await);
        let app = tenant.service_principal("app", &[]).await;
        // Whoever manages all groups needn't own theirs.
        let theirs = make(&root, "root's").await;
        assert_eq!(
            ids(&root.get(&format!("{theirs}/owners")).await),
            Vec::<String>::new()
        );
        let hers = make(&alice, "alice's").await;
        let owners = format!("{hers}/owners");
        assert_eq!(ids(&alice.get(&owners).await), [alice.id.to_string()]);

        let join = format!("{hers}/members/$ref");
        assert_eq!(bob.post(&join, named(&bob.id)).await.status, 403);
        assert_eq!(app.post(&join, named(&app.id)).await.status, 403);
        let add = format!("{owners}/$ref");
        for owner in [&bob, &app] {
            let user = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/users/{}", owner.id)});
            assert_eq!(alice.post(&add, user).await.status, 204);
            assert_eq!(owner.post(&join, named(&owner.id)).await.status, 204);
            refused(&alice.post(&add, named(&owner.id)).await, "properties: 'owners'.");
        }
        assert_eq!(alice.post(&add, named(&last(&theirs))).await.status, 404);

        let remove = |owner: &Caller| format!("{owners}/{}/$ref", owner.id);
        assert_eq!(bob.delete(&remove(&alice)).await.status, 204);
        assert_eq!(alice.delete(&remove(&bob)).await.status, 403);
        // The application stays an owner as well, and that is not enough.
        refused(&root.delete(&remove(&bob)).await, "must have at least one owner");
        assert_eq!(root.delete(&remove(&app)).await.status, 204);
        assert_eq!(root.delete(&remove(&app)).await.status, 404);
        assert_eq!(
            bob.patch(&hers, json!({"displayName": "bob's"})).await.status,
            204
        );
        assert_eq!(alice.patch(&hers, json!({"displayName": "x"})).await.status, 403);
        assert_eq!(bob.delete(&hers).await.status, 204);
    }
}

#[tokio::test]
async fn an_application_names_and_sees_no_more_than_it_may() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let maker = tenant.service_principal("maker", &[P::GroupCreate]).await;
        let seeing = tenant
            .service_principal("seeing", &[P::GroupCreate, P::UserReadAll])
            .await;
        let mut itself = body("itself");
        itself["owners@odata.bind"] = json!([url(&maker.id)]);
        let made = maker.post("/v1.0/groups", itself).await.ok();
        let path = format!("/v1.0/groups/{}", id(&made));
        assert_eq!(
            maker.patch(&path, json!({"displayName": "mine"})).await.status,
            204
        );
        let mut with_root = body("with root");
        with_root["members@odata.bind"] = json!([url(&root.id)]);
        assert_eq!(maker.post("/v1.0/groups", with_root.clone()).await.status, 403);
        let made = seeing.post("/v1.0/groups", with_root).await.ok();
        let path = format!("/v1.0/groups/{}", id(&made));
        assert_eq!(
            ids(&root.get(&format!("{path}/owners")).await),
            Vec::<String>::new()
        );
        // Made without an owner, it is out of its maker's reach.
        assert_eq!(seeing.get(&path).await.status, 403);

        // Of members that a caller may not see, they learn no more than that they are there.
        let app = tenant.service_principal("app", &[]).await;
        let add = format!("{path}/members/$ref");
        assert_eq!(root.post(&add, named(&app.id)).await.status, 204);
        let blind = tenant.service_principal("blind", &[P::GroupMemberReadAll]).await;
        for list in ["members", "transitiveMembers"] {
            let found = blind.get(&format!("{path}/{list}")).await;
            assert_eq!(ids(&found), sorted([&root.id, &app.id]));
            for member in found.json()["value"].as_array().unwrap() {
                assert!(member["@odata.type"].is_string(), "{member}");
                let told = member
                    .as_object()
                    .unwrap()
                    .values()
                    .filter(|value| !value.is_null());
                assert_eq!(told.count(), 2, "{member}");
            }
        }
        assert!(
            root.get(&format!("{path}/members"))
                .await
                .text
                .contains(&root.name)
        );
    }
}
