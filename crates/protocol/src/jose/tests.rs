use super::*;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD as B64};
use doorward_names::SecretString;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

static KEY: LazyLock<SigningKeyPair> = LazyLock::new(key);

fn key() -> SigningKeyPair {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
    SigningKeyPair::from_pkcs8(der.as_ref()).unwrap()
}

fn token(header: &JwsHeader, claims: &Value) -> SecretString {
    encode_rs256(header, claims.to_string().as_bytes(), |input| KEY.sign(input)).unwrap()
}

fn forged(header: &Value, payload: &str) -> String {
    format!("{}.{}.", B64.encode(header.to_string()), B64.encode(payload))
}

#[test]
fn a_token_is_verified_by_its_key_and_no_other() {
    let token = token(&JwsHeader::v1("k1"), &json!({ "sub": "alice" }));
    let read = UnverifiedToken::parse(token.expose()).unwrap();
    assert_eq!(read.header(), &JwsHeader::v1("k1"));
    assert_eq!(
        read.unverified_claims::<Value>().unwrap().distrusted()["sub"],
        "alice"
    );
    let verified = read.verify::<Value>(KEY.public_key()).unwrap();
    assert_eq!(verified.get()["sub"], "alice");
    assert_eq!(
        read.verify::<Value>(key().public_key()),
        Err(JoseError::WrongSignature)
    );
}

#[test]
fn headers_are_as_the_real_service_writes_them() {
    let header = |header: &JwsHeader| {
        let token = token(header, &json!({}));
        String::from_utf8(B64.decode(token.expose().split('.').next().unwrap()).unwrap()).unwrap()
    };
    assert_eq!(
        header(&JwsHeader::v1("k")),
        r#"{"typ":"JWT","alg":"RS256","x5t":"k","kid":"k"}"#
    );
    assert_eq!(
        header(&JwsHeader::v2("k")),
        r#"{"typ":"JWT","alg":"RS256","kid":"k"}"#
    );
}

#[test]
fn one_changed_character_is_noticed() {
    let token = token(&JwsHeader::v2("k1"), &json!({ "sub": "alice" }));
    let parts: Vec<&str> = token.expose().split('.').collect();
    let payload = B64.encode(json!({ "sub": "malory" }).to_string());
    let changed = format!("{}.{payload}.{}", parts[0], parts[2]);
    let read = UnverifiedToken::parse(&changed).unwrap();
    assert_eq!(
        read.verify::<Value>(KEY.public_key()),
        Err(JoseError::WrongSignature)
    );
}

#[test]
fn no_other_algorithm_is_verified_even_with_a_right_signature() {
    for alg in [
        "none", "None", "HS256", "HS512", "PS256", "RS384", "ES256", "rs256", "",
    ] {
        let header = JwsHeader {
            alg: alg.to_owned(),
            ..JwsHeader::v2("k1")
        };
        let read = UnverifiedToken::parse(token(&header, &json!({})).expose()).unwrap();
        let refused = Err(JoseError::AlgorithmNotAllowed(alg.to_owned()));
        assert_eq!(read.verify::<Value>(KEY.public_key()), refused, "{alg}");
    }
    let unsigned = UnverifiedToken::parse(&forged(&json!({ "alg": "none" }), "{}")).unwrap();
    assert!(matches!(
        unsigned.verify::<Value>(KEY.public_key()),
        Err(JoseError::AlgorithmNotAllowed(_))
    ));
    let empty = UnverifiedToken::parse(&forged(&json!({ "alg": "RS256" }), "{}")).unwrap();
    assert_eq!(
        empty.verify::<Value>(KEY.public_key()),
        Err(JoseError::WrongSignature)
    );
}

#[test]
fn the_public_key_is_no_hmac_secret() {
    use aws_lc_rs::hmac;
    let input = SigningInput::new(
        &JwsHeader {
            alg: "HS256".into(),
            ..JwsHeader::v2("k1")
        },
        json!({ "sub": "malory" }).to_string().as_bytes(),
    );
    let secret = hmac::Key::new(hmac::HMAC_SHA256, KEY.public_key().modulus());
    let tag = hmac::sign(&secret, input.as_bytes());
    let read = UnverifiedToken::parse(input.finish(tag.as_ref()).expose()).unwrap();
    assert!(matches!(
        read.verify::<Value>(KEY.public_key()),
        Err(JoseError::AlgorithmNotAllowed(_))
    ));
}

#[test]
fn only_the_strict_compact_form_is_taken_apart() {
    let good = token(&JwsHeader::v2("k1"), &json!({ "sub": "alice" }));
    let parts: Vec<&str> = good.expose().split('.').collect();
    let error = |text: &str| UnverifiedToken::parse(text).unwrap_err();
    assert_eq!(error(""), JoseError::NotCompact);
    assert_eq!(error(parts[0]), JoseError::NotCompact);
    assert_eq!(error(&parts[..2].join(".")), JoseError::NotCompact);
    assert_eq!(
        error(&format!("{}.{}", good.expose(), parts[2])),
        JoseError::NotCompact
    );
    assert_eq!(error(&format!("{}..", good.expose())), JoseError::NotCompact);
    assert_eq!(
        error(&json!({ "payload": "", "signatures": [] }).to_string()),
        JoseError::NotCompact
    );
    let padded = URL_SAFE.encode(r#"{"alg":"RS256" }"#);
    assert!(padded.ends_with('='));
    assert_eq!(
        error(&format!("{padded}.{}.{}", parts[1], parts[2])),
        JoseError::Base64("header")
    );
    assert_eq!(
        error(&format!("{}.{}+.{}", parts[0], parts[1], parts[2])),
        JoseError::Base64("payload")
    );
    assert_eq!(
        error(&format!("{} ", good.expose())),
        JoseError::Base64("signature")
    );
    assert_eq!(error(&"a".repeat(MAX_TOKEN_BYTES + 1)), JoseError::TooLong);
}

#[test]
fn bits_left_over_are_not_ignored() {
    let good = token(&JwsHeader::v2("k1"), &json!({})).expose().clone();
    let (rest, last) = good.split_at(good.len() - 1);
    // The last character of 256 bytes carries two bits; all others must be zero.
    assert!("AQgw".contains(last), "{last}");
    let other = char::from(last.as_bytes()[0] + 1);
    assert_eq!(
        UnverifiedToken::parse(&format!("{rest}{other}")).unwrap_err(),
        JoseError::Base64("signature")
    );
}

#[test]
fn headers_that_demand_more_are_refused() {
    for header in [
        json!({ "alg": "RS256", "crit": ["exp"] }),
        json!({ "alg": "RS256", "b64": false, "crit": ["b64"] }),
        json!({ "alg": "RS256", "b64": true }),
        json!({ "alg": "RS256", "crit": null }),
    ] {
        assert_eq!(
            UnverifiedToken::parse(&forged(&header, "{}")).unwrap_err(),
            JoseError::Extension,
            "{header}"
        );
    }
    for header in [
        "[]",
        r#"["RS256"]"#,
        "{}",
        "null",
        r#"{"alg":1}"#,
        r#"{"alg":"none","alg":"RS256"}"#,
    ] {
        let text = format!("{}.{}.", B64.encode(header), B64.encode("{}"));
        assert_eq!(
            UnverifiedToken::parse(&text).unwrap_err(),
            JoseError::Json("header"),
            "{header}"
        );
    }
    for payload in ["", "[]", "null", "1", "{", "{}{}"] {
        let text = forged(&json!({ "alg": "RS256" }), payload);
        assert_eq!(
            UnverifiedToken::parse(&text).unwrap_err(),
            JoseError::Json("payload"),
            "{payload}"
        );
    }
}

#[test]
fn a_published_key_verifies() {
    let jwk = Jwk::rsa_signing("k1", KEY.public_key(), &[b"der"], Some("https://h/t/v2.0"));
    let json = serde_json::to_value(JwkSet { keys: vec![jwk] }).unwrap();
    assert_eq!(json["keys"][0]["e"], "AQAB");
    assert_eq!(json["keys"][0]["x5c"][0], "ZGVy");
    let set: JwkSet = serde_json::from_value(json).unwrap();
    let public = set.find("k1").unwrap().public_key().unwrap();
    assert_eq!(&public, KEY.public_key());
    assert_eq!(set.find("K1"), None);
    let token = token(&JwsHeader::v2("k1"), &json!({}));
    assert!(
        UnverifiedToken::parse(token.expose())
            .unwrap()
            .verify::<Value>(&public)
            .is_ok()
    );
}

#[test]
fn foreign_and_weak_keys_are_read_and_not_used() {
    let set: JwkSet = serde_json::from_value(json!({ "keys": [
        { "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "ec" },
        { "kty": "RSA", "use": "enc", "kid": "enc", "n": B64.encode(KEY.public_key().modulus()), "e": "AQAB" },
        { "kty": "RSA", "use": "sig", "kid": "weak", "n": B64.encode([0xff; 128]), "e": "AQAB" },
        { "kty": "RSA", "use": "sig", "kid": "even", "n": B64.encode([0xff; 256]), "e": "AQAA" },
        { "kty": "RSA", "use": "sig", "kid": "one", "n": B64.encode([0xff; 256]), "e": "AQ" },
    ] }))
    .unwrap();
    assert_eq!(set.find("ec").unwrap().public_key(), Err(JoseError::MalformedKey));
    assert_eq!(
        set.find("enc").unwrap().public_key(),
        Err(JoseError::MalformedKey)
    );
    assert_eq!(set.find("weak").unwrap().public_key(), Err(JoseError::WeakKey));
    assert_eq!(
        set.find("even").unwrap().public_key(),
        Err(JoseError::MalformedKey)
    );
    assert_eq!(
        set.find("one").unwrap().public_key(),
        Err(JoseError::MalformedKey)
    );
}

#[test]
fn nothing_prints_a_key_or_a_token() {
    let token = token(&JwsHeader::v2("k1"), &json!({ "sub": "alice" }));
    let input = SigningInput::new(&JwsHeader::v2("k1"), b"{}");
    let read = UnverifiedToken::parse(token.expose()).unwrap();
    let shown = format!("{:?} {token:?} {read:?} {input:?} {:?}", *KEY, KEY.public_key());
    assert_eq!(
        shown,
        "SigningKeyPair([redacted]) [redacted] UnverifiedToken { header: JwsHeader { alg: \"RS256\", kid: \
         Some(\"k1\"), x5t: None, typ: Some(\"JWT\") }, .. } SigningInput([redacted]) PublicKey(RSA, 2048 bits)"
    );
}

#[test]
fn a_thumbprint_is_unpadded_base64url_of_sha1() {
    assert_eq!(certificate_thumbprint(b"abc"), "qZk-NkcGgWq6PiVxeFDCbJzQ2J0");
    assert!(matches!(
        SigningKeyPair::from_pkcs8(b"abc"),
        Err(JoseError::MalformedKey)
    ));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".*", parts in proptest::collection::vec(any::<Vec<u8>>(), 3)) {
        let _ = UnverifiedToken::parse(&text);
        let encoded: Vec<String> = parts.iter().map(|part| B64.encode(part)).collect();
        let _ = UnverifiedToken::parse(&encoded.join("."));
        let _ = SigningKeyPair::from_pkcs8(&parts[0]);
        let _ = PublicKey::from_components(parts[1].clone(), parts[2].clone());
    }

    #[test]
    fn whatever_the_key_is_called_the_header_is_json(kid in any::<String>()) {
        let token = encode_rs256::<()>(&JwsHeader::v1(&kid), b"{}", |_| Ok(Vec::new())).unwrap();
        let read = UnverifiedToken::parse(token.expose());
        prop_assert_eq!(read.unwrap().header().clone(), JwsHeader::v1(&kid));
    }
}
