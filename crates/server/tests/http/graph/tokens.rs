//! Which tokens this plane takes: its own, and no other.

use super::code;
use crate::harness::{COMMAND_LINE, NOW, ORIGIN, World, request};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use doorward_domain::directory::{DirectoryRole, Permission};
use doorward_names::Duration;
use doorward_protocol::jose::{JwsHeader, SigningKeyPair, encode_rs256};
use doorward_store::{self as store};
use serde_json::{Value, json};

async fn try_token(world: &World, token: &str) -> (u16, String) {
    let answer = world
        .send(request("GET", "/v1.0/users", Some(token), Bytes::new()).body_from())
        .await;
    let said = if answer.status == 200 {
        String::new()
    } else {
        format!("{}: {}", code(&answer), answer.json()["error"]["message"])
    };
    (answer.status, said)
}

/// RFC 6750 §2.3 lets a server do without; RFC 9700 §4.3.2 asks it to.
#[tokio::test]
async fn a_token_in_the_address_is_not_taken() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let reader = tenant.user("reader", &[DirectoryRole::GlobalAdministrator]).await;
        assert_eq!(reader.get("/v1.0/users").await.status, 200);
        let (graph, arm) = (reader.graph_token().await, reader.arm_token().await);
        for path in [
            format!("/v1.0/users?access_token={graph}"),
            format!("/subscriptions?api-version=2022-12-01&access_token={arm}"),
        ] {
            assert_eq!(world.get(&path).await.status, 401);
        }
    }
}

#[tokio::test]
async fn golden_token_kinds() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let other = world.tenant().await;
        let app = tenant
            .service_principal("reader", &[Permission::DirectoryReadAll])
            .await;
        let alice = tenant.user("alice", &[DirectoryRole::GlobalAdministrator]).await;
        let of =
            |answer: crate::harness::Answer, field: &str| answer.ok()[field].as_str().unwrap().to_owned();
        for good in [
            "https://graph.microsoft.com",
            "https://graph.microsoft.com/",
            "00000003-0000-0000-c000-000000000000",
            ORIGIN,
        ] {
            let token = of(app.ask_v1(good).await, "access_token");
            assert_eq!(try_token(&world, &token).await.0, 200, "{good}");
        }
        for foreign in [
            "https://management.azure.com/",
            "https://graph.windows.net/",
            "https://storage.azure.com",
            "https://ml.azure.com",
            "https://vault.azure.net",
        ] {
            let token = of(app.ask_v1(foreign).await, "access_token");
            let (status, said) = try_token(&world, &token).await;
            assert_eq!(
                (status, said.contains("Invalid audience")),
                (401, true),
                "{foreign} {said}"
            );
        }
        // An id_token says who signed in, and opens nothing.
        let form = [
            ("grant_type", "password"),
            ("client_id", COMMAND_LINE),
            ("username", alice.name.as_str()),
            ("password", alice.secret.as_str()),
            ("scope", "https://graph.microsoft.com/.default openid"),
        ];
        let body = world
            .post_form(&format!("/{}/oauth2/v2.0/token", tenant.id), &form)
            .await
            .ok();
        assert_eq!(try_token(&world, body["id_token"].as_str().unwrap()).await.0, 401);
        assert_eq!(
            try_token(&world, body["refresh_token"].as_str().unwrap()).await.0,
            401
        );

        // Tokens made by hand with the true key: each differs from the right one in a single thing.
        let keys = world.app.store.read(store::signing_key::list).await.unwrap();
        let current = keys.iter().find(|k| k.key.signs()).unwrap();
        let pair = SigningKeyPair::from_pkcs8(current.private.expose()).unwrap();
        let kid = current.key.name.0.clone();
        let now = NOW.unix_seconds();
        let right = json!({
            "aud": "https://graph.microsoft.com", "iss": format!("{ORIGIN}/{}/", tenant.id), "iat": now, "nbf": now,
            "exp": now + 3600, "appid": app.name, "appidacr": "1", "oid": app.id.to_string(), "sub": app.id.to_string(),
            "tid": tenant.id.to_string(), "uti": "AAAA", "ver": "1.0",
        });
        let signed = |claims: &Value| {
            let bytes = serde_json::to_vec(claims).unwrap();
            encode_rs256(&JwsHeader::v1(&kid), &bytes, |input| pair.sign(input))
                .unwrap()
                .expose()
                .clone()
        };
        let with = |name: &str, value: Value| {
            let mut claims = right.clone();
            claims[name] = value;
            claims
        };
        assert_eq!(try_token(&world, &signed(&right)).await.0, 200);
        let wrong = [
            (
                "issuer",
                with("iss", json!(format!("https://sts.windows.net/{}/", tenant.id))),
            ),
            (
                "issuer of another tenant",
                with("iss", json!(format!("{ORIGIN}/{}/", other.id))),
            ),
            ("tenant", with("tid", json!(other.id.to_string()))),
            ("unknown tenant", {
                let mut claims = with("tid", json!("11111111-2222-4333-8444-555555555555"));
                claims["iss"] = json!(format!("{ORIGIN}/11111111-2222-4333-8444-555555555555/"));
                claims
            }),
            (
                "audience",
                with("aud", json!("https://graph.microsoft.com.evil.example")),
            ),
            ("expired", with("exp", json!(now - 301))),
            ("not yet", with("nbf", json!(now + 301))),
            ("no client", {
                let mut claims = right.clone();
                claims.as_object_mut().unwrap().remove("appid");
                claims
            }),
            ("another client's principal", with("appid", json!(COMMAND_LINE))),
            (
                "unknown principal",
                with("oid", json!("11111111-2222-4333-8444-555555555555")),
            ),
            ("no version", with("ver", json!("3.0"))),
        ];
        for (what, claims) in &wrong {
            assert_eq!(try_token(&world, &signed(claims)).await.0, 401, "{what}");
        }
        // Other algorithms, other keys.
        let bytes = serde_json::to_vec(&right).unwrap();
        let unsigned = |header: Value, signature: &[u8]| {
            let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
            format!(
                "{}.{}.{}",
                part(header.to_string().as_bytes()),
                part(&bytes),
                part(signature)
            )
        };
        let hmac_key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, pair.public_key().modulus());
        let input = unsigned(json!({"alg": "HS256", "typ": "JWT", "kid": kid}), b"");
        let mac = aws_lc_rs::hmac::sign(&hmac_key, input.trim_end_matches('.').as_bytes());
        for (what, token) in [
            (
                "alg none",
                unsigned(json!({"alg": "none", "typ": "JWT", "kid": kid}), b""),
            ),
            (
                "HMAC with the public key",
                unsigned(json!({"alg": "HS256", "typ": "JWT", "kid": kid}), mac.as_ref()),
            ),
            (
                "no key name",
                unsigned(json!({"alg": "RS256", "typ": "JWT"}), &pair.sign(b"x").unwrap()),
            ),
            (
                "unknown key",
                unsigned(json!({"alg": "RS256", "typ": "JWT", "kid": "unknown"}), &[0; 256]),
            ),
            (
                "wrong signature",
                unsigned(json!({"alg": "RS256", "typ": "JWT", "kid": kid}), &[0; 256]),
            ),
            (
                "a critical extension",
                unsigned(json!({"alg": "RS256", "kid": kid, "crit": ["exp"]}), &[0; 256]),
            ),
            ("not a token", "dwc~nonsense".to_owned()),
            ("huge", "a".repeat(60_000)),
        ] {
            assert_eq!(try_token(&world, &token).await.0, 401, "{what}");
        }
        // The five minutes of skew, and then no more.
        world.app.clock.advance(Duration::minutes(64));
        assert_eq!(try_token(&world, &signed(&right)).await.0, 200);
        world.app.clock.advance(Duration::minutes(2));
        assert_eq!(try_token(&world, &signed(&right)).await.0, 401);
    }
}

#[tokio::test]
async fn what_was_taken_back_is_gone_at_once() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let admin = tenant.user("admin", &[DirectoryRole::GlobalAdministrator]).await;
        let app = tenant
            .service_principal("reader", &[Permission::DirectoryReadAll])
            .await;
        let bob = tenant.user("bob", &[]).await;
        assert_eq!(app.get("/v1.0/users").await.status, 200);
        assert_eq!(bob.get("/v1.0/me").await.status, 200);
        let grants = format!("/v1.0/servicePrincipals/{}/appRoleAssignments", app.id);
        let grant = admin.get(&grants).await.ok()["value"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(admin.delete(&format!("{grants}/{grant}")).await.status, 204);
        assert_eq!(
            app.get("/v1.0/users").await.status,
            403,
            "the token still says Directory.Read.All"
        );
        let disable = json!({"accountEnabled": false});
        assert_eq!(
            admin
                .patch(&format!("/v1.0/servicePrincipals/{}", app.id), disable.clone())
                .await
                .status,
            204
        );
        assert_eq!(app.get("/v1.0/users").await.status, 401);
        assert_eq!(
            admin
                .patch(&format!("/v1.0/users/{}", bob.id), disable)
                .await
                .status,
            204
        );
        assert_eq!(bob.get("/v1.0/me").await.status, 401);
    }
}
