//! The older directory API, as clients of 2020 speak it at `graph.windows.net`.

use super::{LOGIN, Run, client_form};
use crate::harness::{Answer, Caller, Tenancy, World, request};
use bytes::Bytes;
use doorward_domain::directory::Permission;
use serde_json::{Value, json};

const HOST: &str = "graph.windows.net";
const RESOURCE: &str = "https://graph.windows.net/";
/// As az of 2020 makes them: 34 characters.
const CHOSEN: &str = "Q2hvc2VuLWJ5LXRoZS1jbGllbnQ~2020.x";

/// A run of a service principal, and its token for `resource` in it.
async fn caller(tenant: &Tenancy, app: &Caller, resource: &str) -> (Run, String) {
    let run = Run::of(app).await;
    let answer = run.client_token(tenant, (&app.name, &app.secret), resource).await;
    let token = answer.ok()["access_token"].as_str().unwrap().to_owned();
    (run, token)
}

async fn send(run: &Run, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Answer {
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let draft = request(method, path, token, Bytes::from(body));
    let whole = draft.header("content-type", "application/json").body_from();
    run.world.send(run.relayed(HOST, whole)).await
}

/// What az 2.14.2 sends for `ad sp create-for-rbac --name ml-auth`.
fn application(name: &str, secret: &str) -> Value {
    json!({
        "availableToOtherTenants": false, "homepage": format!("https://{name}"), "displayName": name,
        "identifierUris": [format!("http://{name}")],
        "passwordCredentials": [{
            "startDate": "2020-11-10T10:00:00.123456Z", "endDate": "2099-11-10T10:00:00.123456Z",
            "keyId": "1f1f1f1f-1f1f-4f1f-8f1f-1f1f1f1f1f1f", "value": secret,
        }],
    })
}

#[tokio::test]
async fn a_service_principal_is_made_as_in_2020_and_signs_in_by_the_clients_secret() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let app = tenant
            .service_principal("maker", &[Permission::ApplicationReadWriteAll])
            .await;
        let (run, token) = caller(&tenant, &app, RESOURCE).await;
        let at = |rest: &str| format!("/{}/{rest}api-version=1.6", tenant.id);
        let sent = application("ml-auth", CHOSEN);
        let made = send(&run, "POST", &at("applications?"), Some(&token), Some(sent)).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert!(!made.text.contains(CHOSEN), "{}", made.text);
        let made = made.json();
        assert_eq!(made["objectType"], "Application");
        assert_eq!(
            made["passwordCredentials"][0]["keyId"],
            "1f1f1f1f-1f1f-4f1f-8f1f-1f1f1f1f1f1f"
        );
        let client = made["appId"].as_str().unwrap();

        let wish = json!({ "accountEnabled": "True", "appId": client });
        let principal = send(&run, "POST", &at("servicePrincipals?"), Some(&token), Some(wish)).await;
        assert_eq!(principal.status, 201, "{}", principal.text);
        let filter = format!("servicePrincipals?$filter=servicePrincipalNames/any(c:c%20eq%20'{client}')&");
        let found = send(&run, "GET", &at(&filter), Some(&token), None).await.ok();
        assert_eq!(found["value"].as_array().unwrap().len(), 1);
        let id = found["value"][0]["objectId"].as_str().unwrap();
        let shown = send(
            &run,
            "GET",
            &at(&format!("servicePrincipals/{id}?")),
            Some(&token),
            None,
        )
        .await;
        assert!(
            shown
                .header("content-type")
                .unwrap()
                .contains("odata=minimalmetadata")
        );
        let shown = shown.ok();
        for (member, value) in [
            ("accountEnabled", "True"),
            ("appDisplayName", "ml-auth"),
            ("objectType", "ServicePrincipal"),
            ("objectId", id),
            ("odata.type", "Microsoft.DirectoryServices.ServicePrincipal"),
        ] {
            assert_eq!(shown[member], value, "{member}");
        }
        let wanted = json!({ "objectIds": [id], "includeDirectoryObjectReferences": true });
        let many = send(
            &run,
            "POST",
            &at("getObjectsByObjectIds?"),
            Some(&token),
            Some(wanted),
        )
        .await;
        assert_eq!(many.ok()["value"][0]["objectType"], "ServicePrincipal");

        run.client_token(&tenant, (client, CHOSEN), RESOURCE).await.ok();
        for wrong in [&CHOSEN[1..], "x"] {
            let refused = run.client_token(&tenant, (client, wrong), RESOURCE).await;
            assert_eq!(refused.aadsts(), 7_000_215, "{}", refused.text);
        }
        let gone = format!("applications/{}?", made["objectId"].as_str().unwrap());
        assert_eq!(
            send(&run, "DELETE", &at(&gone), Some(&token), None).await.status,
            204
        );
        let form = client_form((client, CHOSEN), ("resource", RESOURCE));
        let path = format!("/{}/oauth2/token", tenant.id);
        assert_eq!(run.post_form(LOGIN, &path, &form).await.aadsts(), 700_016);
    }
}

#[tokio::test]
async fn who_may_not_is_told_so_in_the_older_form() {
    for world in World::shared().await {
        let (tenant, other) = (world.tenant().await, world.tenant().await);
        let app = tenant
            .service_principal("reader", &[Permission::ApplicationReadAll])
            .await;
        let (run, token) = caller(&tenant, &app, RESOURCE).await;
        let newer = run
            .client_token(&tenant, (&app.name, &app.secret), "https://graph.microsoft.com")
            .await;
        let newer = newer.ok()["access_token"].as_str().unwrap().to_owned();
        let own = |rest: &str| format!("/{}/{rest}", tenant.id);
        let sent = || Some(application("ml-no", CHOSEN));
        let missing = "Authentication_MissingOrMalformed";
        for (method, path, token, body, status, code) in [
            (
                "GET",
                own("applications?api-version=1.6"),
                None,
                None,
                401,
                missing,
            ),
            (
                "GET",
                own("applications?api-version=1.6"),
                Some(&newer),
                None,
                401,
                missing,
            ),
            (
                "GET",
                own("applications"),
                Some(&token),
                None,
                400,
                "Request_BadRequest",
            ),
            (
                "GET",
                own("applications?api-version=1.5"),
                Some(&token),
                None,
                400,
                "Request_BadRequest",
            ),
            (
                "GET",
                format!("/{}/applications?api-version=1.6", other.id),
                Some(&token),
                None,
                404,
                "Request_ResourceNotFound",
            ),
            (
                "GET",
                "/nowhere.test/applications?api-version=1.6".to_owned(),
                Some(&token),
                None,
                404,
                "Request_ResourceNotFound",
            ),
            (
                "GET",
                own("nothing?api-version=1.6"),
                Some(&token),
                None,
                404,
                "Request_ResourceNotFound",
            ),
            (
                "GET",
                own("servicePrincipals/none?api-version=1.6"),
                Some(&token),
                None,
                404,
                "Request_ResourceNotFound",
            ),
            (
                "POST",
                own("applications?api-version=1.6"),
                Some(&token),
                sent(),
                403,
                "Authorization_RequestDenied",
            ),
            (
                "GET",
                own("users?api-version=1.6"),
                Some(&token),
                None,
                403,
                "Authorization_RequestDenied",
            ),
        ] {
            let answer = send(&run, method, &path, token.map(String::as_str), body).await;
            assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
            let error = &answer.json()["odata.error"];
            assert_eq!(error["code"], code, "{method} {path}");
            assert!(
                error["message"]["value"].as_str().unwrap().len() > 10,
                "{}",
                answer.text
            );
        }
        let users = send(&run, "POST", &own("users?api-version=1.6"), Some(&token), sent()).await;
        assert_eq!(users.status, 405);
        for path in [
            "/myorganization/applications?api-version=1.6".to_owned(),
            format!("/{}/applications?api-version=1.6", tenant.domain),
        ] {
            let mine = send(&run, "GET", &path, Some(&token), None).await;
            assert_eq!(mine.ok()["value"].as_array().unwrap().len(), 1, "{path}");
        }
    }
}

/// The answer without what differs from one question to the next.
fn alike(answer: &Answer, asked: &str) -> String {
    let mut body = answer.json();
    let error = body["odata.error"].as_object_mut().unwrap();
    error.retain(|name, _| !["requestId", "date"].contains(&name.as_str()));
    format!("{} {body}", answer.status).replace(asked, "{asked}")
}

#[tokio::test]
async fn another_tenants_objects_are_as_if_they_were_not_there() {
    for world in World::shared().await {
        let (tenant, other) = (world.tenant().await, world.tenant().await);
        let app = tenant
            .service_principal(
                "mighty",
                &[
                    Permission::DirectoryReadWriteAll,
                    Permission::ApplicationReadWriteAll,
                ],
            )
            .await;
        let (run, token) = caller(&tenant, &app, RESOURCE).await;
        let (alice, group) = (other.user("alice", &[]).await, other.group("team").await);
        let theirs = other
            .service_principal("theirs", &[Permission::DirectoryReadAll])
            .await;
        let (their_run, their_token) = caller(&other, &theirs, RESOURCE).await;
        let nobody = "5e471e10-0000-4000-8000-000000000001";
        let targets = [
            ("users", alice.id.to_string(), nobody.to_owned()),
            ("users", alice.name.clone(), format!("nobody@{}", other.domain)),
            ("groups", group.to_string(), nobody.to_owned()),
            ("servicePrincipals", theirs.id.to_string(), nobody.to_owned()),
            ("applications", theirs.application.to_string(), nobody.to_owned()),
        ];
        for own in [
            tenant.id.to_string(),
            tenant.domain.clone(),
            "myorganization".to_owned(),
        ] {
            for (collection, there, nowhere) in &targets {
                for method in ["GET", "PATCH", "DELETE"] {
                    let ask = async |key: &str| {
                        let path = format!("/{own}/{collection}/{key}?api-version=1.6");
                        let body = (method == "PATCH").then(|| json!({ "displayName": "Taken" }));
                        send(&run, method, &path, Some(&token), body).await
                    };
                    let (answer, unknown) = (ask(there).await, ask(nowhere).await);
                    assert!(
                        [404, 405].contains(&answer.status),
                        "{method} {collection}/{there}: {}",
                        answer.text
                    );
                    if answer.status == 404 {
                        assert_eq!(
                            alike(&answer, there),
                            alike(&unknown, nowhere),
                            "{method} {collection}"
                        );
                    }
                    assert_eq!(answer.status, unknown.status, "{method} {collection}");
                }
            }
            // Lists, filters and ids of any kind bring nothing of theirs.
            for collection in ["users", "groups", "servicePrincipals", "applications"] {
                // An empty filter is none, as az of 2020 sends it.
                let path = format!("/{own}/{collection}?$filter=&api-version=1.6");
                let listed = send(&run, "GET", &path, Some(&token), None).await;
                assert_eq!(listed.status, 200, "{path}: {}", listed.text);
                for (_, there, _) in &targets {
                    assert!(!listed.text.contains(there), "{path}: {}", listed.text);
                }
            }
            let path = format!(
                "/{own}/servicePrincipals?$filter=servicePrincipalNames/any(c:c%20eq%20'{}')&api-version=1.6",
                theirs.name
            );
            assert_eq!(
                send(&run, "GET", &path, Some(&token), None).await.ok()["value"],
                json!([])
            );
            let wanted =
                json!({ "objectIds": [theirs.id.to_string(), group.to_string(), alice.id.to_string()] });
            let path = format!("/{own}/getObjectsByObjectIds?api-version=1.6");
            assert_eq!(
                send(&run, "POST", &path, Some(&token), Some(wanted)).await.ok()["value"],
                json!([])
            );
            // A service principal of an application that isn't here.
            let wish = json!({ "accountEnabled": "True", "appId": theirs.name });
            let path = format!("/{own}/servicePrincipals?api-version=1.6");
            let made = send(&run, "POST", &path, Some(&token), Some(wish)).await;
            assert!((400..500).contains(&made.status), "{}", made.text);
        }
        // Nor under the name of their tenant, be it there or not.
        for collection in ["users", "applications"] {
            let ask = async |name: &str| {
                let path = format!("/{name}/{collection}?api-version=1.6");
                let answer = send(&run, "GET", &path, Some(&token), None).await;
                alike(&answer, name)
            };
            let there = ask(&other.id.to_string()).await;
            assert!(there.starts_with("404"), "{there}");
            assert_eq!(there, ask(nobody).await);
            assert_eq!(ask(&other.domain).await, ask("nowhere.test").await);
        }
        // Everything is as it was.
        for (collection, there, _) in &targets {
            let path = format!("/{}/{collection}/{there}?api-version=1.6", other.id);
            let kept = send(&their_run, "GET", &path, Some(&their_token), None).await;
            assert_eq!(kept.status, 200, "{path}: {}", kept.text);
            assert!(!kept.text.contains("Taken"), "{path}: {}", kept.text);
        }
        let again = their_run
            .client_token(&other, (&theirs.name, &theirs.secret), RESOURCE)
            .await;
        assert_eq!(again.status, 200, "{}", again.text);
    }
}

#[tokio::test]
async fn in_production_a_client_makes_no_short_secret() {
    let world = World::production().await;
    let tenant = world.tenant().await;
    let app = tenant
        .service_principal("maker", &[Permission::ApplicationReadWriteAll])
        .await;
    let (run, token) = caller(&tenant, &app, RESOURCE).await;
    let path = format!("/{}/applications?api-version=1.6", tenant.id);
    for (secret, status) in [("short", 400), (&CHOSEN[3..], 400), ("", 400), (CHOSEN, 201)] {
        let sent = application(&format!("ml-{}", secret.len()), secret);
        let answer = send(&run, "POST", &path, Some(&token), Some(sent)).await;
        assert_eq!(answer.status, status, "{secret}: {}", answer.text);
        assert!(
            secret.is_empty() || !answer.text.contains(secret),
            "{}",
            answer.text
        );
    }
}

#[tokio::test]
async fn in_development_a_short_secret_will_do() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let app = tenant
            .service_principal("maker", &[Permission::ApplicationReadWriteAll])
            .await;
        let (run, token) = caller(&tenant, &app, RESOURCE).await;
        let path = format!("/{}/applications?api-version=1.6", tenant.id);
        let ours = app.secret.clone();
        for (secret, status) in [("p", 201), ("", 400), ("a\nb", 400), (ours.as_str(), 400)] {
            let mut sent = application(&format!("ml-{}", secret.len()), secret);
            sent["passwordCredentials"][0]["keyId"] = Value::Null;
            let answer = send(&run, "POST", &path, Some(&token), Some(sent)).await;
            assert_eq!(answer.status, status, "{secret}: {}", answer.text);
        }
    }
}
