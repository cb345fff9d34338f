//! Which tokens a resource server takes, and how often it asks for keys.

use crate::mock::{CLIENT, Server, TENANT, TestClock, answer};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_names::Duration;
use doorward_protocol::jose::{JoseError, Jwk, JwkSet, JwsHeader, SigningKeyPair, encode_rs256};
use doorward_sdk::clock::Clock;
use doorward_sdk::validation::{TokenValidator, TokenVersion, ValidationError, Who};
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock};

const AUDIENCE: &str = "api://mine";
const OID: &str = "7b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a12";

static KEY: LazyLock<SigningKeyPair> = LazyLock::new(|| {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
    SigningKeyPair::from_pkcs8(der.as_ref()).unwrap()
});

struct Fixture {
    server: Server,
    clock: Arc<TestClock>,
    validator: TokenValidator,
}

async fn fixture() -> Fixture {
    let server = Server::start(|_, _| {
        let set = JwkSet {
            keys: vec![Jwk::rsa_signing("k1", KEY.public_key(), &[], None)],
        };
        answer(200, serde_json::to_string(&set).unwrap())
    })
    .await;
    let clock = TestClock::new();
    let validator = TokenValidator::new(
        server.options(&clock),
        TENANT.parse().unwrap(),
        [AUDIENCE, CLIENT],
    );
    Fixture {
        server,
        clock,
        validator,
    }
}

impl Fixture {
    fn claims(&self) -> Value {
        let now = self.clock.now().unix_seconds();
        json!({
            "aud": AUDIENCE, "iss": format!("{}/{TENANT}/", self.server.url), "iat": now - 300, "nbf": now - 300,
            "exp": now + 3600, "appid": CLIENT, "appidacr": "1", "idtyp": "app", "oid": OID, "sub": OID, "tid": TENANT,
            "uti": "abc", "ver": "1.0", "roles": ["Read"],
        })
    }

    async fn check(
        &self,
        claims: &Value,
    ) -> Result<doorward_sdk::validation::ValidatedToken, ValidationError> {
        self.validator.validate(&signed("k1", claims)).await
    }

    async fn refused(&self, name: &str, value: Value) -> ValidationError {
        let mut claims = self.claims();
        claims[name] = value;
        self.check(&claims).await.unwrap_err()
    }
}

fn signed(kid: &str, claims: &Value) -> String {
    let token = encode_rs256(&JwsHeader::v1(kid), claims.to_string().as_bytes(), |input| {
        KEY.sign(input)
    });
    token.unwrap().expose().clone()
}

#[tokio::test]
async fn a_good_token_says_who_and_what() {
    let fixture = fixture().await;
    let token = fixture.check(&fixture.claims()).await.unwrap();
    assert_eq!((token.version(), token.audience()), (TokenVersion::V1, AUDIENCE));
    assert_eq!(token.object_id().to_string(), OID);
    assert_eq!(token.client().to_string(), CLIENT);
    assert_eq!(
        *token.who(),
        Who::Application {
            roles: vec!["Read".to_owned()]
        }
    );
    assert!(
        fixture.server.seen()[0]
            .line
            .contains(&format!("GET /{TENANT}/discovery/v2.0/keys "))
    );

    let mut person = fixture.claims();
    person["idtyp"] = json!("user");
    person["scp"] = json!("a b");
    person["upn"] = json!("alice@contoso.com");
    let token = fixture.check(&person).await.unwrap();
    let Who::Person { scopes, username, .. } = token.who() else {
        panic!("{token:?}")
    };
    assert_eq!(
        (scopes.len(), username.as_deref()),
        (2, Some("alice@contoso.com"))
    );
}

#[tokio::test]
async fn a_v2_token_has_its_own_issuer_and_client_claim() {
    let fixture = fixture().await;
    let mut claims = fixture.claims();
    claims["ver"] = json!("2.0");
    claims["azp"] = json!(CLIENT);
    claims["azpacr"] = json!("1");
    claims["aud"] = json!(CLIENT);
    assert!(matches!(
        fixture.check(&claims).await,
        Err(ValidationError::WrongIssuer(_))
    ));
    claims["iss"] = json!(format!("{}/{TENANT}/v2.0", fixture.server.url));
    assert_eq!(fixture.check(&claims).await.unwrap().version(), TokenVersion::V2);
}

#[tokio::test]
async fn tokens_for_others_are_refused() {
    let fixture = fixture().await;
    let other = "9b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a19";
    assert_eq!(
        fixture.refused("aud", json!("api://other")).await,
        ValidationError::WrongAudience("api://other".into())
    );
    assert_eq!(
        fixture.refused("tid", json!(other)).await,
        ValidationError::WrongTenant
    );
    assert!(matches!(
        fixture.refused("iss", json!("https://evil.example/")).await,
        ValidationError::WrongIssuer(_)
    ));
    let foreign = format!("{}/{other}/", fixture.server.url);
    assert!(matches!(
        fixture.refused("iss", json!(foreign)).await,
        ValidationError::WrongIssuer(_)
    ));
}

#[tokio::test]
async fn an_id_token_is_refused() {
    let fixture = fixture().await;
    for name in ["appid", "uti", "ver", "tid", "oid", "exp", "nbf"] {
        let mut claims = fixture.claims();
        claims.as_object_mut().unwrap().remove(name);
        assert_eq!(
            fixture.check(&claims).await.unwrap_err(),
            ValidationError::NotAnAccessToken,
            "{name}"
        );
    }
}

#[tokio::test]
async fn clocks_may_differ_by_five_minutes() {
    let fixture = fixture().await;
    let now = fixture.clock.now().unix_seconds();
    let at = |name: &'static str, at: i64| fixture.refused(name, json!(at));
    assert_eq!(at("exp", now - 300).await, ValidationError::Expired);
    assert_eq!(at("nbf", now + 301).await, ValidationError::NotYetValid);
    for (name, value) in [("exp", now - 299), ("nbf", now + 300)] {
        let mut claims = fixture.claims();
        claims[name] = json!(value);
        assert!(fixture.check(&claims).await.is_ok(), "{name}");
    }
}

#[tokio::test]
async fn other_algorithms_are_refused_without_a_look_at_the_keys() {
    let fixture = fixture().await;
    let payload = URL_SAFE_NO_PAD.encode(fixture.claims().to_string());
    for algorithm in ["none", "None", "HS256", "RS512", "PS256", "ES256"] {
        let header =
            URL_SAFE_NO_PAD.encode(json!({ "alg": algorithm, "typ": "JWT", "kid": "k1" }).to_string());
        for signature in ["", "AAAA"] {
            let refused = fixture
                .validator
                .validate(&format!("{header}.{payload}.{signature}"))
                .await
                .unwrap_err();
            let expected = ValidationError::Token(JoseError::AlgorithmNotAllowed(algorithm.to_owned()));
            assert_eq!(refused, expected);
        }
    }
    assert!(fixture.server.seen().is_empty());
}

#[tokio::test]
async fn a_changed_token_is_refused() {
    let fixture = fixture().await;
    let good = signed("k1", &fixture.claims());
    let mut parts: Vec<String> = good.split('.').map(str::to_owned).collect();
    let mut claims = fixture.claims();
    claims["roles"] = json!(["Write"]);
    parts[1] = URL_SAFE_NO_PAD.encode(claims.to_string());
    let refused = fixture.validator.validate(&parts.join(".")).await.unwrap_err();
    assert_eq!(refused, ValidationError::Token(JoseError::WrongSignature));
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_at_most_every_thirty_seconds() {
    let fixture = fixture().await;
    let unknown = signed("k2", &fixture.claims());
    for _ in 0..5 {
        assert_eq!(
            fixture.validator.validate(&unknown).await.unwrap_err(),
            ValidationError::UnknownKey
        );
    }
    assert_eq!(fixture.server.seen().len(), 1);
    // A known key is not held up by that.
    assert!(fixture.check(&fixture.claims()).await.is_ok());
    fixture.clock.forward(Duration::seconds(30));
    assert_eq!(
        fixture.validator.validate(&unknown).await.unwrap_err(),
        ValidationError::UnknownKey
    );
    assert_eq!(fixture.server.seen().len(), 2);
}

#[tokio::test]
async fn many_callers_fetch_the_keys_once() {
    let fixture = fixture().await;
    let token = signed("k1", &fixture.claims());
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let (validator, token) = (fixture.validator.clone(), token.clone());
            tokio::spawn(async move { validator.validate(&token).await.is_ok() })
        })
        .collect();
    for caller in callers {
        assert!(caller.await.unwrap());
    }
    assert_eq!(fixture.server.seen().len(), 1);
}

#[tokio::test]
async fn keys_that_can_not_be_had_are_not_the_callers_fault() {
    let server = Server::start(|_, _| answer(404, "")).await;
    let clock = TestClock::new();
    let validator = TokenValidator::new(server.options(&clock), TENANT.parse().unwrap(), [AUDIENCE]);
    let refused = validator.validate(&signed("k1", &json!({}))).await.unwrap_err();
    assert!(matches!(refused, ValidationError::Keys(_)), "{refused}");
}
