//! Discovery, instance discovery, user realm, cloud metadata, and the hosts that are answered.

use crate::harness::{ORIGIN, World, request};
use bytes::Bytes;

#[tokio::test]
async fn a_client_stays_in_the_tenant_it_named() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        for segment in [
            tenant.id.to_string(),
            tenant.domain.clone(),
            tenant.domain.to_uppercase(),
        ] {
            let v2 = world
                .get(&format!("/{segment}/v2.0/.well-known/openid-configuration"))
                .await
                .ok();
            assert_eq!(v2["issuer"], format!("{ORIGIN}/{}/v2.0", tenant.id));
            assert_eq!(
                v2["token_endpoint"],
                format!("{ORIGIN}/{segment}/oauth2/v2.0/token")
            );
            let v1 = world
                .get(&format!("/{segment}/.well-known/openid-configuration"))
                .await
                .ok();
            assert_eq!(v1["issuer"], format!("{ORIGIN}/{}/", tenant.id));
        }
        let common = world
            .get("/common/v2.0/.well-known/openid-configuration")
            .await
            .ok();
        assert_eq!(common["issuer"], format!("{ORIGIN}/{{tenantid}}/v2.0"));
        let unknown = world
            .get("/nowhere.example/v2.0/.well-known/openid-configuration")
            .await;
        assert_eq!((unknown.status, unknown.aadsts()), (400, 90_002));
    }
}

#[tokio::test]
async fn instance_discovery_vouches_only_for_us() {
    for world in World::shared().await {
        let ask = |endpoint: &str| {
            let query = url::form_urlencoded::byte_serialize(endpoint.as_bytes()).collect::<String>();
            let path = format!("/common/discovery/instance?api-version=1.1&authorization_endpoint={query}");
            let world = world.clone();
            async move { world.get(&path).await }
        };
        for ours in [
            "https://localhost:8443/contoso.com/oauth2/v2.0/authorize",
            // One client drops the port.
            "https://localhost/contoso.com/oauth2/authorize",
        ] {
            let body = ask(ours).await.ok();
            assert_eq!(
                body["tenant_discovery_endpoint"],
                format!("{ORIGIN}/contoso.com/v2.0/.well-known/openid-configuration")
            );
            assert_eq!(
                body["metadata"][0]["aliases"],
                serde_json::json!(["localhost:8443"])
            );
        }
        for foreign in [
            "https://login.microsoftonline.com/common/oauth2/authorize",
            "https://localhost.evil.example/contoso.com/oauth2/authorize",
            "https://evil@localhost:8443/contoso.com/oauth2/authorize",
            "http://localhost:8443/contoso.com/oauth2/authorize",
            "nonsense",
        ] {
            let answer = ask(foreign).await;
            assert_eq!((answer.status, answer.aadsts()), (400, 50_049), "{foreign}");
            assert_eq!(answer.json()["error"], "invalid_instance");
        }
    }
}

#[tokio::test]
async fn a_user_realm_never_says_whether_a_name_exists() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let realm = |path: String| {
            let world = world.clone();
            async move { world.get(&path).await.ok() }
        };
        let known = realm(format!("/common/userrealm/{}?api-version=1.0", alice.name)).await;
        let unknown = realm(format!(
            "/common/UserRealm/nobody%40{}?api-version=1.0",
            tenant.domain
        ))
        .await;
        assert_eq!(known, unknown);
        assert_eq!(known["account_type"], "Managed");
        assert_eq!(
            realm("/common/userrealm/a@elsewhere.example".into()).await["account_type"],
            "Unknown"
        );
    }
}

#[tokio::test]
async fn cloud_metadata_in_its_three_shapes() {
    for world in World::shared().await {
        let one = world.get("/metadata/endpoints?api-version=2022-09-01").await.ok();
        assert_eq!(one["authentication"]["loginEndpoint"], ORIGIN);
        assert_eq!(one["resourceManager"], format!("{ORIGIN}/"));
        let many = world.get("/metadata/endpoints?api-version=2019-05-01").await.ok();
        assert_eq!(many, serde_json::json!([one]));
        let old = world.get("/metadata/endpoints?api-version=2015-01-01").await.ok();
        assert_eq!(old["authentication"]["loginEndpoint"], ORIGIN);
    }
}

#[tokio::test]
async fn an_unknown_host_is_misdirected_on_every_plane() {
    for world in World::shared().await {
        for path in [
            "/common/discovery/instance",
            "/v1.0/users",
            "/setup",
            "/metadata/endpoints",
            "/error?code=1",
        ] {
            for host in ["evil.example", "localhost", "127.0.0.1:8443"] {
                let draft = http::Request::builder().uri(path).header("host", host);
                let request = draft.body(http_body_util::Full::new(Bytes::new())).unwrap();
                assert_eq!(world.send(request).await.status, 421, "{host} {path}");
            }
            let nobody = http::Request::builder()
                .uri(path)
                .body(http_body_util::Full::new(Bytes::new()))
                .unwrap();
            assert_eq!(world.send(nobody).await.status, 421);
        }
        let two =
            request("GET", "/common/discovery/instance", None, Bytes::new()).header("host", "evil.example");
        assert_eq!(world.send(two.body_from()).await.status, 421);
    }
}

#[tokio::test]
async fn every_answer_carries_the_clients_number_and_no_cache() {
    for world in World::shared().await {
        let number = "5e1f8a34-0c1d-4b6a-9a55-0f4b3a2c1d00";
        let draft = request("POST", "/nowhere.example/oauth2/token", None, Bytes::new());
        let answer = world
            .send(draft.header("client-request-id", number).body_from())
            .await;
        assert_eq!(answer.header("client-request-id"), Some(number));
        assert_eq!(answer.json()["correlation_id"], number);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
}

#[tokio::test]
async fn an_error_number_leads_to_its_cure() {
    for world in World::shared().await {
        let page = world.get("/error?code=7000215").await;
        assert_eq!(page.status, 200);
        assert!(
            page.text.contains("doorward ad app credential reset"),
            "{}",
            page.text
        );
        assert!(
            page.header("content-security-policy")
                .unwrap()
                .starts_with("default-src 'none'")
        );
        assert_eq!(world.get("/error?code=%3Cscript%3E").await.status, 404);
    }
}
