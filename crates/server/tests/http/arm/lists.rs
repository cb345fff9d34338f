//! Pages, filters, and conditions of requests.

use super::ground::{AUTHORIZATION, Ground, WORKSPACES, cluster_body, said};
use super::{HOSTS, doors};
use crate::harness::{Answer, Caller, World, request};
use crate::run::Run;
use bytes::Bytes;
use doorward_domain::rbac::READER;
use serde_json::{Value, json};

/// A list's path with a query.
fn with(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("api-version", "2022-04-01").extend_pairs(pairs);
    format!("{path}?{}", query.finish())
}

fn names(answer: &Answer) -> Vec<String> {
    let all = answer.ok()["value"].as_array().unwrap().clone();
    all.iter()
        .map(|each| each["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn pages_lead_on_under_the_name_that_was_asked() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let group = ground.group("g0").await;
        for number in 1..5 {
            ground.group(&format!("g{number}")).await;
        }
        for number in 0..5 {
            let workspace = ground.workspace(&group, &format!("ws{number}")).await;
            ground
                .put(&format!("{workspace}/computes/comp"), cluster_body())
                .await;
        }
        let bob = ground.tenant.user("bob", &[]).await;
        // What bob may not see takes no place on his pages.
        for number in [0, 2, 4] {
            ground
                .tenant
                .assign(&bob, READER, &format!("{group}/{WORKSPACES}/ws{number}"))
                .await;
            ground
                .tenant
                .assign(&bob, READER, &format!("{}/resourceGroups/g{number}", ground.at))
                .await;
        }
        let groups = format!("{}/resourceGroups", ground.at);
        let workspaces = format!("{group}/{WORKSPACES}");
        let resources = format!("{}/resources", ground.at);
        let run = Run::of(&ground.owner).await;
        for door in doors(&world, &run) {
            let base = match door.relay {
                Some((_, host)) => format!("https://{host}"),
                None => crate::harness::ORIGIN.to_owned(),
            };
            for caller in [&ground.owner, &bob] {
                let token = door.token(caller).await;
                for path in [&groups, &workspaces, &resources] {
                    let whole = names(&door.get(&with(path, &[]), Some(&token)).await);
                    for size in ["1", "2", "3"] {
                        let mut next = Some(with(path, &[("$top", size)]));
                        let mut found = Vec::new();
                        while let Some(path) = next {
                            let answer = door.get(&path, Some(&token)).await;
                            let page = names(&answer);
                            assert!(!page.is_empty() && page.len() <= size.parse().unwrap(), "{path}");
                            found.extend(page);
                            let link = answer.json()["nextLink"].as_str().map(str::to_owned);
                            next = link.map(|link| {
                                link.strip_prefix(&base)
                                    .unwrap_or_else(|| panic!("{link}"))
                                    .to_owned()
                            });
                        }
                        assert_eq!(found, whole, "{} {path} by {size}", door.name());
                    }
                }
            }
        }
        assert_eq!(HOSTS.len(), 2);
        let expected = ["ws0", "ws2", "ws4"];
        assert_eq!(
            names(&bob.arm("GET", &format!("{}/{WORKSPACES}", ground.at), None).await).len(),
            5
        );
        let one = format!("{group}/{WORKSPACES}");
        let carol = ground.tenant.user("carol", &[]).await;
        for name in expected {
            ground
                .tenant
                .assign(&carol, READER, &format!("{one}/{name}"))
                .await;
        }
        assert_eq!(names(&carol.arm("GET", &one, None).await), expected);
        // A token of a page leads nowhere else: what is asked there is decided on as always.
        let other = Ground::of(&world).await;
        let theirs = other.group("theirs").await;
        other.workspace(&theirs, "hidden").await;
        for token in [
            theirs.to_lowercase(),
            "/".to_owned(),
            "0".to_owned(),
            String::new(),
        ] {
            use base64::Engine as _;
            let token = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(token);
            let answer = carol
                .arm("GET", &with(&one, &[("$skiptoken", &token)]), None)
                .await;
            assert!(
                names(&answer)
                    .iter()
                    .all(|name| expected.contains(&name.as_str()))
            );
        }
        for (name, value) in [
            ("$top", "0"),
            ("$top", "1001"),
            ("$top", "-1"),
            ("$top", "x"),
            ("$skiptoken", "!"),
            ("$skiptoken", "_w"),
            ("$skiptoken", "AA"),
        ] {
            for path in [&groups, &workspaces] {
                let answer = ground.owner.arm("GET", &with(path, &[(name, value)]), None).await;
                assert_eq!(said(&answer), "400 InvalidRequest", "{name}={value}");
            }
        }
    }
}

#[tokio::test]
async fn filters_of_groups_and_resources() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        for (name, tags) in [
            ("g1", json!({"Env": "Test"})),
            ("g2", json!({"env": "prod"})),
            ("g3", json!({})),
        ] {
            let group = ground.group(name).await;
            ground
                .put(&group, json!({"location": "westeurope", "tags": tags}))
                .await;
            let vault = format!("{group}/providers/Microsoft.KeyVault/vaults/vault-{name}");
            let place = if name == "g3" { "eastus" } else { "westeurope" };
            ground.put(&vault, json!({"location": place, "tags": tags})).await;
            ground.workspace(&group, &format!("ws-{name}")).await;
        }
        let groups = format!("{}/resourceGroups", ground.at);
        let resources = format!("{}/resources", ground.at);
        let rows: &[(&str, &str, &[&str])] = &[
            (&groups, "tagName eq 'env'", &["g1", "g2"]),
            (&groups, "tagName eq 'ENV' and tagValue eq 'Test'", &["g1"]),
            (&groups, "tagName eq 'env' and tagValue eq 'test'", &[]),
            (&groups, "tagName eq 'it''s'", &[]),
            (
                &resources,
                "resourceType eq 'Microsoft.KeyVault/vaults'",
                &["vault-g1", "vault-g2", "vault-g3"],
            ),
            (
                &resources,
                "resourceType eq 'microsoft.keyvault/VAULTS' and location eq 'eastus'",
                &["vault-g3"],
            ),
            (&resources, "name eq 'WS-g2'", &["ws-g2"]),
            (&resources, "resourceGroup eq 'G1'", &["vault-g1", "ws-g1"]),
            (
                &resources,
                "substringof('LT-g', name)",
                &["vault-g1", "vault-g2", "vault-g3"],
            ),
            (
                &resources,
                "tagName eq 'env' and tagValue eq 'prod'",
                &["vault-g2"],
            ),
            (&resources, "resourceType eq 'Microsoft.X/y'", &[]),
        ];
        for (path, filter, expected) in rows {
            let mut found = names(
                &ground
                    .owner
                    .arm("GET", &with(path, &[("$filter", filter)]), None)
                    .await,
            );
            found.sort();
            assert_eq!(&found, expected, "{filter}");
        }
        for (path, filter) in [
            (&groups, "name eq 'g1'"),
            (&groups, "tagName ne 'env'"),
            (&groups, "tagValue eq 'x'"),
            (&resources, "tagValue eq 'x'"),
            (&resources, "name ne 'x'"),
            (&resources, "name eq 'x' or name eq 'y'"),
            (&resources, "identity eq 'x'"),
            (&resources, "nonsense"),
        ] {
            let answer = ground
                .owner
                .arm("GET", &with(path, &[("$filter", filter)]), None)
                .await;
            assert_eq!(said(&answer), "400 InvalidFilterInQueryString", "{filter}");
        }
    }
}

async fn conditional(
    caller: &Caller,
    (method, path): (&str, &str),
    header: (&str, &str),
    body: Option<Value>,
) -> u16 {
    let token = caller.arm_token().await;
    let bytes = body.map_or_else(Bytes::new, |body| Bytes::from(serde_json::to_vec(&body).unwrap()));
    let path = with(path, &[("underlyingResourceAction", "Delete")]);
    let draft = request(method, &path, Some(&token), bytes)
        .header("content-type", "application/json")
        .header(header.0, header.1);
    caller.world.send(draft.body_from()).await.status
}

#[tokio::test]
async fn conditions_are_met_or_nothing_happens() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let group = ground.group("g").await;
        let vault = format!("{group}/providers/Microsoft.KeyVault/vaults/vault1");
        let workspace = format!("{group}/{WORKSPACES}/ws1");
        let compute = format!("{workspace}/computes/comp1");
        let here = json!({"location": "westeurope"});
        for (path, body) in [(&vault, &here), (&workspace, &here), (&compute, &cluster_body())] {
            let put = |header: (&'static str, String)| {
                let (owner, path, body) = (ground.owner.clone(), path.clone(), body.clone());
                async move { conditional(&owner, ("PUT", &path), (header.0, &header.1), Some(body)).await }
            };
            let send = |method: &'static str, header: (&'static str, String)| {
                let (owner, path) = (ground.owner.clone(), path.clone());
                let body = (method == "PATCH").then(|| json!({"tags": {"a": "b"}}));
                async move { conditional(&owner, (method, &path), (header.0, &header.1), body).await }
            };
            // Only where there is one; then only where there is none.
            assert_eq!(put(("if-match", "*".into())).await, 412, "{path}");
            assert_eq!(put(("if-match", "\"1\"".into())).await, 412, "{path}");
            assert_eq!(put(("if-none-match", "*".into())).await, 201, "{path}");
            assert_eq!(put(("if-none-match", "*".into())).await, 412, "{path}");
            let tag = |answer: &Answer| answer.header("etag").unwrap().to_owned();
            let first = tag(&ground.owner.arm("GET", path, None).await);
            assert_eq!(put(("if-match", format!("\"x\", {first}"))).await, 200, "{path}");
            let second = tag(&ground.owner.arm("GET", path, None).await);
            assert_ne!(first, second);
            assert_eq!(put(("if-none-match", second.clone())).await, 412, "{path}");
            assert_eq!(put(("if-none-match", first.clone())).await, 200, "{path}");
            for method in ["PATCH", "DELETE"] {
                assert_eq!(
                    send(method, ("if-match", first.clone())).await,
                    412,
                    "{method} {path}"
                );
                assert_eq!(
                    send(method, ("if-match", "\u{e9}".to_owned())).await,
                    412,
                    "{method} {path}"
                );
            }
            let third = ground.owner.arm("GET", path, None).await;
            assert_eq!(third.json()["etag"], tag(&third));
            assert_eq!(
                send("PATCH", ("if-match", format!("W/{}", tag(&third)))).await,
                200,
                "{path}"
            );
        }
        // Tags of a resource change it, and so obey its entity tag.
        let tags = format!("{vault}/providers/Microsoft.Resources/tags/default");
        let body = json!({"operation": "Merge", "properties": {"tags": {"c": "d"}}});
        let now = ground.owner.arm("GET", &vault, None).await;
        let now = now.header("etag").unwrap().to_owned();
        for expected in [200, 412] {
            let answer = conditional(
                &ground.owner,
                ("PATCH", &tags),
                ("if-match", &now),
                Some(body.clone()),
            );
            assert_eq!(answer.await, expected);
        }
        for path in [&compute, &workspace, &vault] {
            let last = ground.owner.arm("GET", path, None).await;
            let last = last.header("etag").unwrap().to_owned();
            assert_eq!(
                conditional(&ground.owner, ("DELETE", path), ("if-match", &last), None).await,
                200
            );
        }
    }
}

#[tokio::test]
async fn filters_of_assignments_show_where_each_is() {
    for world in World::shared().await {
        let ground = Ground::of(&world).await;
        let group = ground.group("g").await;
        let workspace = ground.workspace(&group, "ws1").await;
        let management = "/providers/Microsoft.Management/managementGroups/mg";
        ground.put(management, json!({})).await;
        ground
            .put(&format!("{management}/subscriptions/{}", ground.id), json!({}))
            .await;
        let bob = ground.tenant.user("bob", &[]).await;
        let (inner, outer) = (
            ground.tenant.group("inner").await,
            ground.tenant.group("outer").await,
        );
        super::groups::join(&ground.tenant, inner, bob.id, false).await;
        super::groups::join(&ground.tenant, outer, inner, true).await;
        ground.tenant.assign(&bob, READER, &ground.at).await;
        ground.tenant.assign(&bob, READER, &workspace).await;
        let team = doorward_domain::rbac::PrincipalKind::Group;
        ground.tenant.assign_to((outer, team), READER, management).await;
        ground.tenant.assign_to((inner, team), READER, &group).await;
        let all = [management, &ground.at, &group, &workspace];
        let (own, theirs) = (
            format!("principalId eq '{}'", bob.id),
            format!("principalId eq '{inner}'"),
        );
        let to = format!("assignedTo('{}')", bob.id);
        let both = format!("atScope() and {to}");
        let turned = format!("assignedTo('{}') and atScope()", bob.id);
        let rows: &[(&str, &str, &[&str])] = &[
            ("", &group, &all),
            ("atScope()", &group, &all[..3]),
            ("ATSCOPE()", &ground.at, &all[..2]),
            ("", &ground.at, &all),
            ("", management, &all),
            ("", "", &all),
            ("atScope()", management, &all[..1]),
            ("atScope()", &workspace, &all),
            (&own, &group, &[&ground.at, &workspace]),
            (&theirs, &ground.at, &[&group]),
            (&to, &group, &all),
            (&both, &group, &all[..3]),
            (&turned, &ground.at, &all[..2]),
        ];
        for (filter, at, expected) in rows {
            let path = format!("{at}/{AUTHORIZATION}/roleAssignments");
            let path = match *filter {
                "" => with(&path, &[]),
                filter => with(&path, &[("$filter", filter)]),
            };
            let found = ground.owner.arm("GET", &path, None).await.ok();
            let mut found: Vec<_> = found["value"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|each| each["properties"]["scope"] != "/")
                .map(|each| {
                    let scope = each["properties"]["scope"].as_str().unwrap().to_owned();
                    let name = each["name"].as_str().unwrap();
                    assert_eq!(
                        each["id"],
                        ground.assignment(&scope, name),
                        "the id is where it is"
                    );
                    scope
                })
                .collect();
            let mut expected: Vec<String> = expected.iter().map(|text| (*text).to_owned()).collect();
            found.sort();
            expected.sort();
            assert_eq!(found, expected, "{filter} at {at}");
        }
    }
}
