//! Applications, service principals and their passwords.

use super::{code, make_application};
use crate::harness::{NOW, ORIGIN, World};
use doorward_domain::directory::DirectoryRole as R;
use doorward_names::{Duration, GeneratedSecret, SecretKind};
use doorward_store::{self as store};
use serde_json::json;

#[tokio::test]
async fn a_member_makes_an_application_and_its_secret_signs_in() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let dev = tenant.user("dev", &[]).await;
        let (application, principal, secret) = make_application(&dev, "ml-auth").await;
        assert_eq!(application["passwordCredentials"], json!([]));
        assert_eq!(application["keyCredentials"], json!([]));
        assert_eq!(application["signInAudience"], "AzureADMyOrg");
        assert_eq!(principal["servicePrincipalNames"], json!([application["appId"]]));
        assert!(GeneratedSecret::parse(SecretKind::Client, &secret).is_some());
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", application["appId"].as_str().unwrap()),
            ("client_secret", secret.as_str()),
            ("resource", "https://management.azure.com/"),
        ];
        let path = format!("/{}/oauth2/token", tenant.domain);
        world.post_form(&path, &form).await.ok();

        // The text is never shown again.
        let object = format!("/v1.0/applications/{}", application["id"].as_str().unwrap());
        let seen = dev.get(&object).await;
        assert!(!seen.text.contains(&secret));
        let known = &seen.ok()["passwordCredentials"][0];
        assert_eq!(
            (&known["secretText"], &known["hint"]),
            (&json!(null), &json!(&secret[..7]))
        );
        let rows = world
            .app
            .store
            .read(|view| store::audit::page(view, None, 100_000))
            .await
            .unwrap();
        assert!(!format!("{rows:?}").contains(&secret));

        // Removed, it stops at once; deleted, the client is gone with its application.
        let key = known["keyId"].as_str().unwrap();
        assert_eq!(
            dev.post(&format!("{object}/removePassword"), json!({"keyId": key}))
                .await
                .status,
            204
        );
        assert_eq!(world.post_form(&path, &form).await.aadsts(), 7_000_215);
        assert_eq!(
            dev.post(&format!("{object}/removePassword"), json!({"keyId": key}))
                .await
                .status,
            400
        );
        assert_eq!(dev.delete(&object).await.status, 204);
        assert_eq!(world.post_form(&path, &form).await.aadsts(), 700_016);
        let gone = dev
            .get(&format!(
                "/v1.0/servicePrincipals/{}",
                principal["id"].as_str().unwrap()
            ))
            .await;
        assert_eq!(
            (gone.status, code(&gone).as_str()),
            (404, "Request_ResourceNotFound")
        );
    }
}

#[tokio::test]
async fn passwords_have_a_beginning_and_an_end() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let dev = tenant.user("dev", &[]).await;
        let (application, ..) = make_application(&dev, "ml-auth").await;
        let path = format!(
            "/v1.0/applications/{}/addPassword",
            application["id"].as_str().unwrap()
        );
        let at = |days: i64| NOW.plus(Duration::days(days)).to_rfc3339();
        let add = |start: Option<String>, end: Option<String>| {
            dev.post_owned(
                path.clone(),
                json!({"passwordCredential": {"startDateTime": start, "endDateTime": end}}),
            )
        };
        let made = add(None, None).await.ok();
        assert_eq!(
            (&made["startDateTime"], &made["endDateTime"]),
            (&json!(at(0)), &json!(at(730)))
        );
        let made = add(Some(at(1)), Some(at(2))).await.ok();
        assert_eq!(made["endDateTime"], at(2));
        assert_eq!(add(Some(at(2)), Some(at(1))).await.status, 400);
        assert_eq!(add(Some("yesterday".into()), None).await.status, 400);
        let full = add(None, None);
        full.await.ok();
        for _ in 0..96 {
            add(None, None).await.ok();
        }
        let answer = add(None, None).await;
        assert_eq!(
            (answer.status, code(&answer).as_str()),
            (400, "Directory_QuotaExceeded")
        );
    }
}

#[tokio::test]
async fn filters_and_pages() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let dev = tenant.user("dev", &[]).await;
        let mut ids = Vec::new();
        for number in 0..7 {
            let (application, ..) = make_application(&dev, &format!("job-{number} 'x'")).await;
            ids.push(application["appId"].as_str().unwrap().to_owned());
        }
        let names = |answer: &serde_json::Value| -> Vec<String> {
            answer["value"]
                .as_array()
                .unwrap()
                .iter()
                .map(|a| a["displayName"].as_str().unwrap().to_owned())
                .collect()
        };
        // As `az` asks.
        let by_name = dev
            .get("/v1.0/servicePrincipals?$filter=displayName%20eq%20'job-3%20''x'''")
            .await
            .ok();
        assert_eq!(names(&by_name), ["job-3 'x'"]);
        let starts = dev
            .get("/v1.0/applications?$filter=startswith(displayName,'JOB-')&$top=3")
            .await
            .ok();
        assert_eq!(starts["value"].as_array().unwrap().len(), 3);
        let mut seen = names(&starts);
        let mut next = starts["@odata.nextLink"].as_str().map(str::to_owned);
        while let Some(link) = next {
            let page = dev.get(link.strip_prefix(ORIGIN).unwrap()).await.ok();
            seen.extend(names(&page));
            next = page["@odata.nextLink"].as_str().map(str::to_owned);
        }
        seen.sort();
        assert_eq!(seen, (0..7).map(|n| format!("job-{n} 'x'")).collect::<Vec<_>>());
        let path = format!(
            "/v1.0/servicePrincipals?$filter=servicePrincipalNames/any(c:c%20eq%20'{}')",
            ids[2]
        );
        assert_eq!(names(&dev.get(&path).await.ok()), ["job-2 'x'"]);
        let path = format!(
            "/v1.0/applications?$filter=appId%20eq%20'{}'&$select=appId",
            ids[1]
        );
        let one = dev.get(&path).await.ok();
        assert_eq!(one["value"], json!([{"appId": ids[1]}]));
        for (query, expected) in [
            ("$filter=colour%20eq%20'red'", "Request_UnsupportedQuery"),
            ("$filter=displayName%20eq", "BadRequest"),
            ("$top=0", "BadRequest"),
            ("$orderby=displayName", "BadRequest"),
            ("$skiptoken=nonsense", "BadRequest"),
        ] {
            let answer = dev.get(&format!("/v1.0/applications?{query}")).await;
            assert_eq!(
                (answer.status, code(&answer).as_str()),
                (400, expected),
                "{query}"
            );
        }
        let answer = dev.get("/v1.0/colours").await;
        assert_eq!((answer.status, code(&answer).as_str()), (400, "BadRequest"));
    }
}

#[tokio::test]
async fn names_are_unique_where_they_have_to_be() {
    for world in World::shared().await {
        let (tenant, other) = (world.tenant().await, world.tenant().await);
        let (dev, elsewhere) = (tenant.user("dev", &[]).await, other.user("dev", &[]).await);
        let with_uri = json!({"displayName": "api", "identifierUris": ["api://models"]});
        dev.post("/v1.0/applications", with_uri.clone()).await.ok();
        let again = dev
            .post(
                "/v1.0/applications",
                json!({"displayName": "b", "identifierUris": ["API://Models/"]}),
            )
            .await;
        assert_eq!(
            (again.status, code(&again).as_str()),
            (400, "Request_MultipleObjectsWithSameKeyValue")
        );
        elsewhere.post("/v1.0/applications", with_uri).await.ok();
        let (application, ..) = make_application(&dev, "twice").await;
        let again = dev
            .post("/v1.0/servicePrincipals", json!({"appId": application["appId"]}))
            .await;
        assert_eq!(again.status, 400);
        // Another tenant's application cannot be told from one that does not exist.
        let root = other.user("root", &[R::GlobalAdministrator]).await;
        let foreign = root
            .post("/v1.0/servicePrincipals", json!({"appId": application["appId"]}))
            .await;
        let nobody = root
            .post(
                "/v1.0/servicePrincipals",
                json!({"appId": "11111111-2222-4333-8444-555555555555"}),
            )
            .await;
        assert_eq!(foreign.status, nobody.status);
        let blank = |text: &str, id: &str| text.replace(id, "ID");
        assert_eq!(
            blank(
                foreign.json()["error"]["message"].as_str().unwrap(),
                application["appId"].as_str().unwrap()
            ),
            blank(
                nobody.json()["error"]["message"].as_str().unwrap(),
                "11111111-2222-4333-8444-555555555555"
            )
        );
    }
}

#[tokio::test]
async fn sixteen_at_once_make_one() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        root.graph_token().await;
        let application = root
            .post("/v1.0/applications", json!({"displayName": "once"}))
            .await
            .ok();
        let body = json!({"appId": application["appId"]});
        let all = (0..16).map(|_| root.post("/v1.0/servicePrincipals", body.clone()));
        let answers = futures_util::future::join_all(all).await;
        assert_eq!(answers.iter().filter(|a| a.status == 201).count(), 1);
        let user = json!({
            "userPrincipalName": format!("one@{}", tenant.domain), "displayName": "One", "mailNickname": "one",
            "accountEnabled": true, "passwordProfile": {"password": "a long enough one"},
        });
        let all = (0..16).map(|_| root.post("/v1.0/users", user.clone()));
        let answers = futures_util::future::join_all(all).await;
        assert_eq!(answers.iter().filter(|a| a.status == 201).count(), 1);
        let object = format!("/v1.0/applications/{}", application["id"].as_str().unwrap());
        let key = root.post(&format!("{object}/addPassword"), json!({})).await.ok()["keyId"].clone();
        let path = format!("{object}/removePassword");
        let all = (0..16).map(|_| root.post(&path, json!({"keyId": key})));
        let answers = futures_util::future::join_all(all).await;
        assert_eq!(answers.iter().filter(|a| a.status == 204).count(), 1);
    }
}

#[tokio::test]
async fn malformed_bodies_are_refused() {
    use crate::harness::request;
    use bytes::Bytes;
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let token = root.graph_token().await;
        let send = |content_type: &'static str, body: Vec<u8>| {
            let draft = request("POST", "/v1.0/applications", Some(&token), Bytes::from(body));
            world.send(draft.header("content-type", content_type).body_from())
        };
        for (content_type, body, status) in [
            ("application/json", b"".to_vec(), 400),
            ("application/json", b"{".to_vec(), 400),
            ("application/json", b"[]".to_vec(), 400),
            ("application/json", b"{\"displayName\":5}".to_vec(), 400),
            ("application/json", b"{\"displayName\":\"\"}".to_vec(), 400),
            (
                "application/json",
                b"{\"displayName\":\"a\\u0000b\"}".to_vec(),
                400,
            ),
            (
                "application/json",
                b"{\"displayName\":\"a\",\"colour\":\"red\"}".to_vec(),
                400,
            ),
            (
                "application/json",
                b"{\"displayName\":\"a\",\"keyCredentials\":[{}]}".to_vec(),
                400,
            ),
            ("application/json", [b"[".repeat(100_000)].concat(), 400),
            ("application/json", vec![b' '; 256 * 1024 + 1], 413),
            ("text/plain", b"{\"displayName\":\"a\"}".to_vec(), 415),
        ] {
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            let answer = send(content_type, body).await;
            assert_eq!(answer.status, status, "{content_type} {shown}: {}", answer.text);
            code(&answer);
        }
        send(
            "application/json; charset=utf-8",
            b"{\"displayName\":\"a\"}".to_vec(),
        )
        .await
        .ok();
    }
}

/// Everything that an application can say of itself, as Graph's clients write it.
fn outspoken() -> serde_json::Value {
    json!({
        "displayName": "outspoken",
        "identifierUris": ["api://outspoken"],
        "signInAudience": "AzureADMultipleOrgs",
        "isFallbackPublicClient": true,
        "groupMembershipClaims": "SecurityGroup",
        "web": {
            "redirectUris": ["https://app.example/back?x=1", "http://localhost:5000/back"],
            "homePageUrl": "https://app.example",
            "logoutUrl": "https://app.example/out",
            "implicitGrantSettings": {"enableAccessTokenIssuance": false, "enableIdTokenIssuance": false},
        },
        "spa": {"redirectUris": ["https://spa.example"]},
        "publicClient": {"redirectUris": ["http://localhost", "msal1://auth"]},
        "api": {
            "requestedAccessTokenVersion": 2,
            "oauth2PermissionScopes": [{
                "id": "00000000-0000-4000-8000-000000000001",
                "value": "Files.Read",
                "type": "User",
                "isEnabled": true,
                "adminConsentDisplayName": "Read files",
                "adminConsentDescription": "Reads the person's files.",
                "userConsentDisplayName": "Read your files",
                "userConsentDescription": null,
            }],
            "preAuthorizedApplications": [{
                "appId": "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
                "delegatedPermissionIds": ["00000000-0000-4000-8000-000000000001"],
            }],
        },
        "appRoles": [{
            "id": "00000000-0000-4000-8000-000000000002",
            "allowedMemberTypes": ["User", "Application"],
            "displayName": "Reader",
            "description": "Reads.",
            "isEnabled": true,
            "value": "Reader",
        }],
        "requiredResourceAccess": [{
            "resourceAppId": "00000003-0000-0000-c000-000000000000",
            "resourceAccess": [{"id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope"}],
        }],
        "optionalClaims": {
            "idToken": [{"name": "auth_time", "essential": true, "additionalProperties": []}],
            "accessToken": [],
            "saml2Token": [],
        },
    })
}

/// Whether all that `asked` says stands in `shown`.
#[track_caller]
fn holds(shown: &serde_json::Value, asked: &serde_json::Value) {
    match (shown, asked) {
        (serde_json::Value::Object(shown), serde_json::Value::Object(asked)) => {
            for (name, value) in asked {
                holds(shown.get(name).unwrap_or_else(|| panic!("{name}")), value);
            }
        }
        (serde_json::Value::Array(shown), serde_json::Value::Array(asked)) => {
            assert_eq!(shown.len(), asked.len());
            shown
                .iter()
                .zip(asked)
                .for_each(|(shown, asked)| holds(shown, asked));
        }
        (shown, asked) => assert_eq!(shown, asked),
    }
}

#[tokio::test]
async fn an_application_says_how_it_signs_people_in() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let dev = tenant.user("dev", &[]).await;
        let asked = outspoken();
        let made = dev.post("/v1.0/applications", asked.clone()).await.ok();
        holds(&made, &asked);
        let object = format!("/v1.0/applications/{}", made["id"].as_str().unwrap());
        holds(&dev.get(&object).await.ok(), &asked);
        let settings = &made["web"]["redirectUriSettings"];
        assert_eq!(settings[0]["uri"], "https://app.example/back?x=1");

        let principal = dev
            .post("/v1.0/servicePrincipals", json!({"appId": made["appId"]}))
            .await
            .ok();
        assert_eq!(principal["replyUrls"].as_array().unwrap().len(), 5);
        assert_eq!(principal["oauth2PermissionScopes"][0]["value"], "Files.Read");
        assert_eq!(principal["appRoles"][0]["value"], "Reader");
        assert_eq!(principal["logoutUrl"], "https://app.example/out");

        // What is not said stays; what is said stands instead of what was.
        let change =
            json!({"web": {"redirectUris": ["https://new.example"]}, "isFallbackPublicClient": null});
        assert_eq!(dev.patch(&object, change).await.status, 204);
        let seen = dev.get(&object).await.ok();
        assert_eq!(seen["web"]["redirectUris"], json!(["https://new.example"]));
        assert_eq!(seen["web"]["homePageUrl"], "https://app.example");
        assert_eq!(seen["isFallbackPublicClient"], json!(null));
        assert_eq!(seen["spa"], asked["spa"]);
        let empty =
            json!({"spa": {"redirectUris": []}, "optionalClaims": null, "groupMembershipClaims": null});
        assert_eq!(dev.patch(&object, empty).await.status, 204);
        let seen = dev.get(&object).await.ok();
        assert_eq!(
            (
                &seen["spa"],
                &seen["optionalClaims"],
                &seen["groupMembershipClaims"]
            ),
            (&json!({"redirectUris": []}), &json!(null), &json!(null))
        );
        // As Azure: what is enabled is disabled before it goes.
        let none = json!({"api": {"oauth2PermissionScopes": [], "preAuthorizedApplications": []}});
        let refused = dev.patch(&object, none.clone()).await;
        assert_eq!(
            (refused.status, code(&refused).as_str()),
            (400, "CannotDeleteOrUpdateEnabledEntitlement")
        );
        let mut off = asked["api"].clone();
        off["oauth2PermissionScopes"][0]["isEnabled"] = json!(false);
        assert_eq!(dev.patch(&object, json!({"api": off})).await.status, 204);
        assert_eq!(dev.patch(&object, none).await.status, 204);
        // Who does not own it changes nothing of it.
        let other = tenant.user("other", &[]).await;
        let evil = json!({"web": {"redirectUris": ["https://evil.example"]}});
        assert_eq!(other.patch(&object, evil).await.status, 403);
    }
}

#[tokio::test]
async fn an_application_says_nothing_that_is_unsafe_or_not_to_be_had() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let dev = tenant.user("dev", &[]).await;
        let made = dev
            .post("/v1.0/applications", json!({"displayName": "plain"}))
            .await
            .ok();
        let object = format!("/v1.0/applications/{}", made["id"].as_str().unwrap());
        let redirect = |platform: &str, uri: &str| json!({platform: {"redirectUris": [uri]}});
        let scope = |change: (&str, serde_json::Value)| {
            let mut scope = outspoken()["api"]["oauth2PermissionScopes"][0].clone();
            scope[change.0] = change.1;
            json!({"api": {"oauth2PermissionScopes": [scope]}})
        };
        let role = |change: (&str, serde_json::Value)| {
            let mut role = outspoken()["appRoles"][0].clone();
            role[change.0] = change.1;
            json!({"appRoles": [role]})
        };
        for wrong in [
            redirect("web", "http://app.example"),
            redirect("web", "https://app.example/#part"),
            redirect("web", "https://*.app.example"),
            redirect("web", "https://user@app.example"),
            redirect("web", "https://app.example\\@evil.example"),
            redirect("web", "javascript:alert(1)"),
            redirect("web", "data:text/html,x"),
            redirect("web", "/back"),
            redirect("web", ""),
            redirect("spa", "http://spa.example"),
            redirect("spa", "msal1://auth"),
            redirect("publicClient", "http://app.example"),
            redirect("publicClient", "javascript://x"),
            json!({"web": {"redirectUris": ["https://a.example"]}, "spa": {"redirectUris": ["https://a.example"]}}),
            json!({"web": {"redirectUris": "https://a.example"}}),
            json!({"web": {"implicitGrantSettings": {"enableIdTokenIssuance": true}}}),
            json!({"web": {"logoutUrl": "javascript:alert(1)"}}),
            json!({"web": {"colour": "red"}}),
            json!({"signInAudience": "PersonalMicrosoftAccount"}),
            json!({"groupMembershipClaims": "Everything"}),
            json!({"optionalClaims": {"idToken": [{"name": ""}]}}),
            json!({"requiredResourceAccess": [{"resourceAppId": made["appId"], "resourceAccess": [{"id": made["appId"], "type": "Wish"}]}]}),
            json!({"api": {"acceptMappedClaims": true}}),
            json!({"api": {"requestedAccessTokenVersion": 3}}),
            scope(("value", json!("a b"))),
            scope(("value", json!(".default"))),
            scope(("value", json!("openid"))),
            scope(("type", json!("Nobody"))),
            scope(("id", json!("no id"))),
            role(("allowedMemberTypes", json!([]))),
            role(("allowedMemberTypes", json!(["Pet"]))),
            role(("value", json!("a/b"))),
        ] {
            let answer = dev.patch(&object, wrong.clone()).await;
            assert_eq!(answer.status, 400, "{wrong} {}", answer.text);
            code(&answer);
        }
        let seen = dev.get(&object).await.ok();
        assert_eq!(seen["web"], made["web"]);
        assert_eq!(seen["api"], made["api"]);
        // Too many, and far too many.
        let many: Vec<_> = (0..257).map(|n| format!("https://a{n}.example")).collect();
        let answer = dev.patch(&object, json!({"web": {"redirectUris": many}})).await;
        assert_eq!(answer.status, 400);
    }
}
