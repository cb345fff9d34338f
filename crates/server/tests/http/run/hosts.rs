//! What is answered under each of Azure's names, and to whom.

use super::{GRAPH, LOGIN, MANAGEMENT, Run, client_form};
use crate::harness::{ORIGIN, World, request};
use bytes::Bytes;
use doorward_domain::directory::Permission;
use serde_json::{Value, json};
use std::fmt::Write as _;

const WORKSPACE: &str = "eastus2.api.azureml.ms";

const HOSTS: [&str; 11] = [
    LOGIN,
    "login.windows.net",
    "login.microsoft.com",
    "sts.windows.net",
    MANAGEMENT,
    "management.core.windows.net",
    GRAPH,
    "graph.windows.net",
    WORKSPACE,
    "ml.azure.com",
    "aka.ms",
];

const PATHS: [&str; 25] = [
    "/",
    "/common/.well-known/openid-configuration",
    "/common/discovery/v2.0/keys",
    "/common/oauth2/token",
    "/common/oauth2/v2.0/authorize",
    "/common/oauth2/deviceauth",
    "/error?code=50126",
    "/assets/doorward.css",
    "/v1.0/users",
    "/v1.0/nothing",
    "/beta/users",
    "/metadata/endpoints",
    "/subscriptions?api-version=2020-01-01",
    "/subscriptions/07070707-0707-0707-0707-070707070707?api-version=2020-01-01",
    "/tenants?api-version=2020-01-01",
    "/setup",
    "/run/tickets",
    "/run/ticket",
    "/devicelogin",
    "/DeviceLogin/",
    "/azcli",
    "/azure-cli-extension-index-v1",
    "/extensions/azure-cli",
    "/healthz",
    "/history/v1.0/experiments",
];

#[tokio::test]
async fn azs_extension_is_served_outside_of_runs_too() {
    for world in World::shared().await {
        let _ = world.tenant().await;
        let index = world.get("/extensions/azure-cli").await.ok();
        let entry = &index["extensions"]["azure-cli-ml"][0];
        let name = entry["filename"].as_str().unwrap();
        let path = format!("/extensions/azure-cli/{name}");
        assert_eq!(entry["downloadUrl"], format!("{ORIGIN}{path}"));
        let wheel = world
            .send(request("HEAD", &path, None, Bytes::new()).body_from())
            .await;
        assert_eq!(wheel.status, 200);
        assert_eq!(wheel.header("content-type"), Some("application/octet-stream"));
        assert_eq!(world.get("/extensions/azure-cli/another.whl").await.status, 404);
    }
}

#[tokio::test]
async fn golden_host_by_path() {
    let mut tables = Vec::new();
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let app = tenant
            .service_principal("app", &[Permission::DirectoryReadAll])
            .await;
        let run = Run::of(&app).await;
        let mut table = String::new();
        for host in HOSTS {
            let _ = writeln!(table, "{host}");
            for path in PATHS {
                let answer = run.get(host, path, None).await;
                let kind = answer.header("content-type").unwrap_or("-");
                let kind = kind.split(';').next().unwrap_or_default();
                let said = match answer.status {
                    404 if kind == "application/json" => {
                        let body = answer.json();
                        let (error, older) = (&body["error"], &body["odata.error"]);
                        match older {
                            Value::Null => format!(" {}: {}", error["code"], error["message"]),
                            older => format!(" {}: {}", older["code"], older["message"]["value"]),
                        }
                    }
                    302 => format!(" {}", answer.header("location").unwrap()),
                    _ => String::new(),
                };
                let _ = writeln!(table, "  {path:<76}{} {kind}{said}", answer.status);
            }
        }
        tables.push(table);
    }
    insta::assert_snapshot!(crate::harness::agreed(tables));
}

/// What headers make of a request for the discovery document: under Azure's name, under ours, or refused.
#[tokio::test]
async fn headers_name_one_host_and_one_living_ticket() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let run = Run::of(&tenant.user("alice", &[]).await).await;
        let ended = Run::of(&tenant.user("bob", &[]).await).await;
        ended.end().await;
        let good = run.ticket.as_str();
        let damaged = format!("{}x", &good[..49]);
        let unknown = {
            let secret = doorward_names::GeneratedSecret::from_entropy(
                doorward_names::SecretKind::Ticket,
                [7; doorward_names::GENERATED_SECRET_ENTROPY],
            );
            secret.as_secret().expose().clone()
        };
        let huge = "a".repeat(60_000);
        let cases: Vec<(Vec<&str>, Vec<&str>, u16)> = vec![
            (vec![], vec![], 200),
            (vec![good], vec![LOGIN], 200),
            (vec![good], vec!["LOGIN.microsoftonline.com:443"], 200),
            // The ticket is no living ticket.
            (vec![damaged.as_str()], vec![LOGIN], 403),
            (vec![unknown.as_str()], vec![LOGIN], 403),
            (vec![ended.ticket.as_str()], vec![LOGIN], 403),
            (vec![""], vec![LOGIN], 403),
            (vec![huge.as_str()], vec![LOGIN], 403),
            (vec!["dwt~"], vec![LOGIN], 403),
            (vec![good, good], vec![LOGIN], 403),
            (vec![good, "x"], vec![LOGIN], 403),
            // The host is not one of Azure's, or not one.
            (vec![], vec![LOGIN], 421),
            (vec![good], vec![], 421),
            (vec!["nonsense"], vec![], 421),
            (vec![good], vec![LOGIN, LOGIN], 421),
            (vec![good], vec![LOGIN, GRAPH], 421),
            (vec![good], vec![""], 421),
            (vec![good], vec!["localhost:8443"], 421),
            (vec![good], vec!["login.microsoftonline.com.evil.example"], 421),
            (vec![good], vec!["login.microsoftonline.com:8443"], 421),
            (vec![good], vec!["portal.azure.com"], 421),
            (vec![good], vec![huge.as_str()], 421),
            (vec![ended.ticket.as_str()], vec!["evil.example"], 421),
        ];
        for (tickets, hosts, expected) in cases {
            let mut draft = request(
                "GET",
                "/common/.well-known/openid-configuration",
                None,
                Bytes::new(),
            );
            for ticket in &tickets {
                draft = draft.header("doorward-ticket", ticket);
            }
            for host in &hosts {
                draft = draft.header("doorward-asked-host", host);
            }
            let answer = world.send(draft.body_from()).await;
            let shown: Vec<_> = tickets.iter().map(|t| &t[..t.len().min(20)]).collect();
            assert_eq!(answer.status, expected, "{shown:?} {:?}", hosts.first());
            assert!(!answer.text.contains(good) && answer.text.len() < 4000);
            if expected != 200 {
                assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
            }
            let health = request("GET", "/healthz", None, Bytes::new());
            let health = tickets
                .iter()
                .fold(health, |draft, t| draft.header("doorward-ticket", t));
            assert_eq!(world.send(health.body_from()).await.status, 200);
        }
        // Azure's names are no names of this server's, ticket or not.
        for host in [LOGIN, GRAPH, MANAGEMENT] {
            let plain = request(
                "GET",
                "/common/.well-known/openid-configuration",
                None,
                Bytes::new(),
            );
            let mut plain = plain.body_from();
            plain.headers_mut().insert("host", host.parse().unwrap());
            assert_eq!(world.send(plain.clone()).await.status, 421);
            assert_eq!(world.send(run.relayed(LOGIN, plain)).await.status, 421);
        }
    }
}

#[tokio::test]
async fn programs_stay_under_azures_names_and_people_are_led_outside() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let app = tenant
            .service_principal("app", &[Permission::DirectoryReadAll])
            .await;
        for n in 0..3 {
            tenant.user(&format!("u{n}"), &[]).await;
        }
        let run = Run::of(&app).await;
        let path = format!("/{}/v2.0/.well-known/openid-configuration", tenant.domain);
        let document = run.get("login.windows.net", &path, None).await.ok();
        let issuer = format!("https://login.microsoftonline.com/{}/v2.0", tenant.id);
        assert_eq!(document["issuer"], issuer);
        for (name, base) in [
            ("token_endpoint", "https://login.windows.net/"),
            ("jwks_uri", "https://login.windows.net/"),
            ("device_authorization_endpoint", "https://login.windows.net/"),
            ("authorization_endpoint", "https://localhost:8443/"),
            ("end_session_endpoint", "https://localhost:8443/"),
        ] {
            let url = document[name].as_str().unwrap();
            assert!(
                url.starts_with(&format!("{base}{}/", tenant.domain)),
                "{name} {url}"
            );
        }
        assert_eq!(document["msgraph_host"], GRAPH);
        let keys = format!("/{}/discovery/v2.0/keys", tenant.id);
        let keys = run.get(LOGIN, &keys, None).await.ok();
        assert_eq!(keys["keys"][0]["issuer"], issuer);

        let form = client_form((&app.name, "wrong"), ("resource", "x"));
        let refused = run
            .post_form(LOGIN, &format!("/{}/oauth2/token", tenant.id), &form)
            .await;
        assert_eq!(refused.aadsts(), 7_000_215);
        assert_eq!(
            refused.json()["error_uri"],
            format!("{ORIGIN}/error?code=7000215")
        );
        let nobody = run.get(GRAPH, "/v1.0/users", None).await;
        let challenge = nobody.header("www-authenticate").unwrap();
        assert!(
            challenge
                .contains("authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\""),
            "{challenge}"
        );
        let token = run
            .client_token(&tenant, (&app.name, &app.secret), "https://graph.microsoft.com/")
            .await
            .ok();
        let token = token["access_token"].as_str().unwrap();
        let page = run.get(GRAPH, "/v1.0/users?$top=1", Some(token)).await.ok();
        let next = page["@odata.nextLink"].as_str().unwrap();
        let next = next.strip_prefix("https://graph.microsoft.com").unwrap();
        assert_eq!(run.get(GRAPH, next, Some(token)).await.status, 200);
    }
}

#[tokio::test]
async fn instance_discovery_vouches_for_both_worlds_within_a_run() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let run = Run::of(&tenant.user("alice", &[]).await).await;
        let path = |host: &str| {
            format!(
                "/common/discovery/instance?api-version=1.1&authorization_endpoint=https://{host}/contoso.example/oauth2/v2.0/authorize"
            )
        };
        for host in [
            LOGIN,
            "login.windows.net",
            "login.microsoft.com",
            "sts.windows.net",
        ] {
            let answer = run.get(LOGIN, &path(host), None).await.ok();
            assert_eq!(
                answer["tenant_discovery_endpoint"],
                format!("https://{host}/contoso.example/v2.0/.well-known/openid-configuration")
            );
            assert_eq!(
                answer["metadata"],
                json!([{
                    "preferred_network": "login.microsoftonline.com",
                    "preferred_cache": "login.windows.net",
                    "aliases": [
                        "login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"
                    ],
                }])
            );
            assert_eq!(
                world.get(&path(host)).await.aadsts(),
                50_049,
                "not under our own name"
            );
        }
        for host in ["localhost:8443", "localhost"] {
            let within = run.get(LOGIN, &path(host), None).await.ok();
            assert_eq!(within, world.get(&path(host)).await.ok(), "{host}");
        }
        for host in [
            GRAPH,
            MANAGEMENT,
            "evil.example",
            "login.microsoftonline.com:8443",
        ] {
            assert_eq!(run.get(LOGIN, &path(host), None).await.aadsts(), 50_049, "{host}");
        }
    }
}

#[tokio::test]
async fn the_clouds_metadata_is_azures_in_every_shape() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let run = Run::of(&tenant.user("alice", &[]).await).await;
        let get = |version: &'static str| {
            let path = format!("/metadata/endpoints?api-version={version}");
            let run = &run;
            async move { run.get(MANAGEMENT, &path, None).await.ok() }
        };
        let cloud = get("2022-09-01").await;
        assert_eq!(
            cloud,
            json!({
                "name": "AzureCloud",
                "portal": format!("{ORIGIN}/"),
                "authentication": {
                    "loginEndpoint": "https://login.microsoftonline.com",
                    "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
                    "tenant": "common",
                    "identityProvider": "AAD",
                },
                "graph": "https://graph.windows.net/",
                "graphAudience": "https://graph.windows.net/",
                "microsoftGraphResourceId": "https://graph.microsoft.com/",
                "resourceManager": "https://management.azure.com/",
                "suffixes": {},
            })
        );
        assert_eq!(get("2019-05-01").await, json!([cloud]));
        let flat: Value = get("2015-01-01").await;
        assert_eq!(
            flat["authentication"]["loginEndpoint"],
            "https://login.microsoftonline.com"
        );
        assert_eq!(flat["portalEndpoint"], format!("{ORIGIN}/"));
        assert_eq!(
            world.get("/metadata/endpoints?api-version=2022-09-01").await.ok()["name"],
            "Doorward"
        );
    }
}

#[tokio::test]
async fn a_device_inside_is_approved_on_the_page_outside() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let run = Run::of(&alice).await;
        let scope = "https://management.azure.com/.default openid";
        let form = [("client_id", crate::harness::COMMAND_LINE), ("scope", scope)];
        let path = "/organizations/oauth2/v2.0/devicecode";
        let begun = run.post_form(LOGIN, path, &form).await.ok();
        assert_eq!(begun["verification_uri"], format!("{ORIGIN}/devicelogin"));
        let mut browser = crate::browser::Browser::new(&world);
        let page = browser.get("/devicelogin").await;
        let code = begun["user_code"].as_str().unwrap();
        let page = browser.submit(&page, &[("user_code", code)]).await;
        let filled = [("username", alice.name.as_str()), ("password", &alice.secret)];
        let page = browser.submit(&page, &filled).await;
        browser.submit(&page, &[("answer", "approve")]).await;
        let form = [
            ("grant_type", "device_code"),
            ("client_id", crate::harness::COMMAND_LINE),
            ("device_code", begun["device_code"].as_str().unwrap()),
        ];
        let body = run
            .post_form(LOGIN, "/organizations/oauth2/v2.0/token", &form)
            .await
            .ok();
        let claims = super::claims(body["access_token"].as_str().unwrap());
        assert_eq!(claims["iss"], format!("https://sts.windows.net/{}/", tenant.id));
    }
}
