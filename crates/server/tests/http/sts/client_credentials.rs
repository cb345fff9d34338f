//! POST /{tenant}/oauth2/token and /{tenant}/oauth2/v2.0/token, grant client_credentials.

use super::{header, verified};
use crate::harness::{NOW, ORIGIN, World, form_request, request};
use bytes::Bytes;
use doorward_domain::application::{Application, SignInAudience};
use doorward_domain::directory::Permission;
use doorward_domain::token::TokenVersion;
use doorward_names::Duration;
use doorward_store::{self as store, QueryError};

const MANAGEMENT: &str = "https://management.azure.com/";

#[tokio::test]
async fn v1_answers_in_text_and_the_token_verifies() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let app = tenant.service_principal("ml-auth", &[]).await;
        let answer = app.ask_v1(MANAGEMENT).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let body = answer.ok();
        let keys: Vec<_> = body.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            [
                "access_token",
                "expires_in",
                "expires_on",
                "ext_expires_in",
                "not_before",
                "resource",
                "token_type"
            ]
        );
        for (name, value) in body.as_object().unwrap() {
            assert!(value.is_string(), "{name} is not text");
        }
        assert_eq!(body["expires_in"], "3599");
        assert_eq!(body["resource"], MANAGEMENT);
        let token = body["access_token"].as_str().unwrap();
        let claims = verified(&world, &tenant.domain, token).await;
        let now = NOW.unix_seconds();
        let (tid, oid) = (tenant.id.to_string(), app.id.to_string());
        let issuer = format!("{ORIGIN}/{tid}/");
        assert_eq!(
            claims,
            serde_json::json!({
                "aud": MANAGEMENT, "iss": issuer, "iat": now - 300, "nbf": now - 300, "exp": now + 3600,
                "appid": app.name, "appidacr": "1", "idp": issuer, "idtyp": "app", "oid": oid, "sub": oid,
                "tid": tid, "uti": claims["uti"], "ver": "1.0",
            })
        );
        let header = header(token);
        assert_eq!(header["x5t"], header["kid"]);
        assert_eq!(header["alg"], "RS256");
    }
}

#[tokio::test]
async fn v2_answers_in_numbers_and_the_resource_chooses_the_version() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let app = tenant.service_principal("ml-auth", &[]).await;
        let body = app.ask_v2("https://management.azure.com//.default").await.ok();
        let keys: Vec<_> = body.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            ["access_token", "expires_in", "ext_expires_in", "token_type"]
        );
        assert_eq!(body["expires_in"], 3599);
        let claims = verified(&world, &tenant.domain, body["access_token"].as_str().unwrap()).await;
        assert_eq!(
            (&claims["ver"], &claims["aud"]),
            (&"1.0".into(), &MANAGEMENT.into())
        );

        let api = tenant.service_principal("api", &[]).await;
        modern(&world, &tenant, &api, "api://models").await;
        for (endpoint, body) in [
            (1, app.ask_v1("api://models").await),
            (2, app.ask_v2("api://models/.default").await),
            (2, app.ask_v2(&format!("{}/.default", api.name)).await),
        ] {
            let token = body.ok()["access_token"].as_str().unwrap().to_owned();
            let claims = verified(&world, &tenant.domain, &token).await;
            assert_eq!(claims["ver"], "2.0", "endpoint {endpoint}");
            assert_eq!(claims["aud"], api.name.as_str());
            assert_eq!(claims["iss"], format!("{ORIGIN}/{}/v2.0", tenant.id));
            assert_eq!(claims["azp"], app.name.as_str());
            assert_eq!(claims["azpacr"], "1");
            assert!(claims.get("appid").is_none() && claims.get("idtyp").is_none());
            assert!(header(&token).get("x5t").is_none());
        }
    }
}

/// Makes an application accept v2.0 tokens under an identifier URI.
async fn modern(world: &World, tenant: &crate::harness::Tenancy, caller: &crate::harness::Caller, uri: &str) {
    let (id, object, uri) = (tenant.id, caller.application, uri.parse().unwrap());
    let write = world.app.snapshots.write(move |tx| {
        let found = store::application::find(tx, id, object)?.unwrap();
        let changed = Application {
            identifier_uris: vec![doorward_names::IdentifierUri::clone(&uri)],
            token_version: TokenVersion::V2,
            ..found
        };
        store::application::update(tx, &changed)?.unwrap();
        Ok::<_, QueryError>(())
    });
    write.await.unwrap();
}

#[tokio::test]
async fn every_spelling_of_a_built_in_resource() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let app = tenant.service_principal("ml-auth", &[]).await;
        for resource in [
            "https://management.azure.com",
            "https://management.azure.com/",
            "https://management.core.windows.net/",
            "https://graph.microsoft.com/",
            "https://graph.windows.net/",
            "00000003-0000-0000-c000-000000000000",
            "https://ml.azure.com",
            "https://storage.azure.com/",
            "https://vault.azure.net",
        ] {
            let v1 = app.ask_v1(resource).await.ok();
            assert_eq!(v1["resource"], resource);
            let claims = verified(&world, &tenant.domain, v1["access_token"].as_str().unwrap()).await;
            assert_eq!(claims["aud"], resource);
            let v2 = app.ask_v2(&format!("{resource}/.default")).await.ok();
            let claims = verified(&world, &tenant.domain, v2["access_token"].as_str().unwrap()).await;
            assert_eq!(claims["aud"], resource);
        }
    }
}

#[tokio::test]
async fn graph_permissions_stand_in_graph_tokens_alone() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let app = tenant
            .service_principal("reader", &[Permission::DirectoryReadAll])
            .await;
        let graph = app.ask_v1("https://graph.microsoft.com").await.ok();
        let claims = verified(&world, &tenant.domain, graph["access_token"].as_str().unwrap()).await;
        assert_eq!(claims["roles"], serde_json::json!(["Directory.Read.All"]));
        let other = app.ask_v1(MANAGEMENT).await.ok();
        let claims = verified(&world, &tenant.domain, other["access_token"].as_str().unwrap()).await;
        assert!(claims.get("roles").is_none());
    }
}

#[tokio::test]
async fn a_secret_may_stand_in_the_header_and_the_form_needs_no_content_type() {
    use base64::Engine as _;
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let app = tenant.service_principal("ml-auth", &[]).await;
        let path = format!("/{}/oauth2/v2.0/token", tenant.domain);
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", app.name, app.secret));
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", "https://management.azure.com/.default"),
        ];
        let mut with_header = form_request(&path, &form);
        with_header
            .headers_mut()
            .insert("authorization", format!("Basic {basic}").parse().unwrap());
        world.send(with_header).await.ok();
        // The page's Java program: no Content-Type, nothing encoded.
        let raw = format!(
            "grant_type=client_credentials&client_id={}&resource=https://management.azure.com&client_secret={}",
            app.name, app.secret
        );
        let path = format!("/{}/oauth2/token", tenant.id);
        world
            .send(request("POST", &path, None, Bytes::from(raw)).body_from())
            .await
            .ok();
    }
}

#[tokio::test]
async fn each_refusal_has_its_number() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let other = world.tenant().await;
        let app = tenant.service_principal("ml-auth", &[]).await;
        let path = format!("/{}/oauth2/token", tenant.id);
        let day = Duration::days(1);
        let expired = tenant
            .add_secret(&app, NOW.minus(day), NOW.minus(Duration::seconds(1)))
            .await;
        let future = tenant
            .add_secret(&app, NOW.plus(day), NOW.plus(day).plus(day))
            .await;
        let fields = |change: &[(&'static str, &str)]| {
            let mut form = vec![
                ("grant_type", "client_credentials".to_owned()),
                ("client_id", app.name.clone()),
                ("client_secret", app.secret.clone()),
                ("resource", MANAGEMENT.to_owned()),
            ];
            for (name, value) in change {
                form.retain(|(known, _)| known != name);
                if !value.is_empty() {
                    form.push((name, (*value).to_owned()));
                }
            }
            form
        };
        let never = "dwc~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA000000";
        type Change<'a> = &'a [(&'static str, &'a str)];
        let cases: &[(Change<'_>, u16, &str, u64)] = &[
            (&[("client_secret", "guess")], 401, "invalid_client", 7_000_215),
            (&[("client_secret", never)], 401, "invalid_client", 7_000_215),
            (&[("client_secret", &expired)], 401, "invalid_client", 7_000_222),
            (&[("client_secret", &future)], 401, "invalid_client", 7_000_215),
            (&[("client_secret", "")], 401, "invalid_client", 7_000_218),
            (&[("client_id", "nobody")], 400, "unauthorized_client", 700_016),
            (
                &[("client_id", "11111111-2222-4333-8444-555555555555")],
                400,
                "unauthorized_client",
                700_016,
            ),
            (&[("client_id", "")], 400, "invalid_request", 900_144),
            (
                &[("resource", "https://nothing.example")],
                400,
                "invalid_resource",
                500_011,
            ),
            (&[("resource", "")], 400, "invalid_request", 900_144),
            (&[("grant_type", "")], 400, "invalid_request", 900_144),
            (
                &[("grant_type", "urn:magic")],
                400,
                "unsupported_grant_type",
                70_003,
            ),
            (
                &[("client_id", crate::harness::COMMAND_LINE)],
                400,
                "unauthorized_client",
                7_000_229,
            ),
        ];
        for (change, status, error, number) in cases {
            let form = fields(change);
            let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = world.post_form(&path, &form).await;
            assert_eq!((answer.status, answer.aadsts()), (*status, *number), "{change:?}");
            assert_eq!(answer.json()["error"], *error);
            assert!(
                !answer.text.contains(&app.secret) && !answer.text.contains(never),
                "{}",
                answer.text
            );
        }
        let form = fields(&[]);
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        // Another tenant does not know the client; nobody knows the tenant; `common` is no tenant.
        assert_eq!(
            world
                .post_form(&format!("/{}/oauth2/token", other.id), &form)
                .await
                .aadsts(),
            700_016
        );
        assert_eq!(
            world
                .post_form("/nowhere.example/oauth2/token", &form)
                .await
                .aadsts(),
            90_002
        );
        assert_eq!(
            world
                .post_form("/not%20a%20tenant/oauth2/token", &form)
                .await
                .aadsts(),
            90_002
        );
        assert_eq!(
            world.post_form("/common/oauth2/token", &form).await.aadsts(),
            50_059
        );
    }
}

#[tokio::test]
async fn a_disabled_service_principal_says_so_to_who_holds_its_secret() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let app = tenant.service_principal("ml-auth", &[]).await;
        app.ask_v1(MANAGEMENT).await.ok();
        let (id, object) = (tenant.id, app.id);
        let write = world.app.snapshots.write(move |tx| {
            let mut found = store::service_principal::find(tx, id, object)?.unwrap();
            found.enabled = false;
            store::service_principal::update(tx, &found)
        });
        write.await.unwrap();
        // At once: the node that wrote knows.
        assert_eq!(app.ask_v1(MANAGEMENT).await.aadsts(), 7_000_112);
    }
}

#[tokio::test]
async fn an_application_of_another_tenant_needs_to_be_multi_tenant_and_installed() {
    for world in World::shared().await {
        let (home, away) = (world.tenant().await, world.tenant().await);
        let app = home.service_principal("shared", &[]).await;
        let (home_id, object) = (home.id, app.application);
        let write = world.app.snapshots.write(move |tx| {
            let found = store::application::find(tx, home_id, object)?.unwrap();
            let open = Application {
                audience: SignInAudience::MultiTenant,
                ..found
            };
            store::application::update(tx, &open)?.unwrap();
            Ok::<_, QueryError>(())
        });
        write.await.unwrap();
        let away_path = format!("/{}/oauth2/token", away.id);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", app.name.as_str()),
            ("client_secret", app.secret.as_str()),
            ("resource", MANAGEMENT),
        ];
        assert_eq!(world.post_form(&away_path, &form).await.aadsts(), 700_016);
        let principal = doorward_domain::service_principal::ServicePrincipal {
            id: doorward_names::ObjectId::from_random(crate::harness::random()),
            tenant: away.id,
            app_id: app.name.parse().unwrap(),
            app_owner: Some(home.id),
            display_name: doorward_names::DisplayName::new("shared").unwrap(),
            kind: doorward_domain::service_principal::ServicePrincipalKind::Application,
            enabled: true,
            assignment_required: false,
            created_at: NOW,
        };
        let oid = principal.id.to_string();
        let write = world
            .app
            .snapshots
            .write(move |tx| store::service_principal::insert(tx, &principal));
        write.await.unwrap().unwrap();
        let body = world.post_form(&away_path, &form).await.ok();
        let claims = verified(&world, &away.domain, body["access_token"].as_str().unwrap()).await;
        assert_eq!(
            (&claims["tid"], &claims["oid"]),
            (&away.id.to_string().into(), &oid.into())
        );
    }
}

#[tokio::test]
async fn every_issue_is_written_down_and_no_secret_is() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let app = tenant.service_principal("ml-auth", &[]).await;
        let mut utis = Vec::new();
        for _ in 0..5 {
            let body = app.ask_v1(MANAGEMENT).await.ok();
            let claims = verified(&world, &tenant.domain, body["access_token"].as_str().unwrap()).await;
            utis.push(claims["uti"].as_str().unwrap().to_owned());
        }
        let rows = world
            .app
            .store
            .read(|view| store::audit::page(view, None, 1000))
            .await
            .unwrap();
        let text = format!("{rows:?}");
        for uti in &utis {
            assert_eq!(
                rows.iter()
                    .filter(|(_, row)| row.uti.as_deref() == Some(uti))
                    .count(),
                1
            );
        }
        assert!(!text.contains(&app.secret));
        utis.sort();
        utis.dedup();
        assert_eq!(utis.len(), 5);
    }
}

#[tokio::test]
async fn malformed_and_huge_bodies_are_refused_in_azures_form() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let path = format!("/{}/oauth2/token", tenant.id);
        let send = |content_type: &'static str, body: Vec<u8>| {
            let draft = request("POST", &path, None, Bytes::from(body)).header("content-type", content_type);
            world.send(draft.body_from())
        };
        let form = "application/x-www-form-urlencoded";
        for (content_type, body, status) in [
            (form, b"".to_vec(), 400),
            (form, b"grant_type=%zz".to_vec(), 400),
            (form, b"grant_type=\xff\xfe".to_vec(), 400),
            (form, b"grant_type=a&grant_type=b".to_vec(), 400),
            (form, b"a%00=b".to_vec(), 400),
            (form, b"a=b&".repeat(500), 400),
            (form, vec![b'a'; 64 * 1024 + 1], 413),
            ("application/json", b"{}".to_vec(), 400),
            ("text/plain", b"grant_type=client_credentials".to_vec(), 400),
            ("multipart/form-data; boundary=x", b"--x--".to_vec(), 400),
        ] {
            let shown = String::from_utf8_lossy(&body[..body.len().min(30)]).into_owned();
            let answer = send(content_type, body).await;
            assert_eq!(answer.status, status, "{content_type} {shown}");
            answer.aadsts();
        }
        for method in ["GET", "PUT", "DELETE", "PATCH"] {
            let answer = world
                .send(request(method, &path, None, Bytes::new()).body_from())
                .await;
            assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
        }
    }
}
