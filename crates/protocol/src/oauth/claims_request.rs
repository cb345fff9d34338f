//! What a client wishes its tokens to say, or returns with after a challenge (`claims`; OpenID Connect Core §5.5,
//! Microsoft identity platform, claims challenges and client capabilities).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_names::Timestamp;
use serde_json::{Value, json};

/// Most bytes of the parameter.
const MAX_BYTES: usize = 8 * 1024;

/// By this a client says that it understands challenges.
pub const CAPABLE: &str = "CP1";

/// What stands in `claims`, as far as it means anything here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimsRequest {
    /// Whether the client understands challenges of a resource (`xms_cc` holds `CP1`).
    pub capable: bool,
}

/// The parameter is no JSON object of claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("parameter `claims` is no JSON object of claims")]
pub struct ClaimsError;

impl ClaimsRequest {
    /// Reads the parameter's value; without one nothing is wished for. Claims that mean nothing here are let pass, as the
    /// standard has it.
    ///
    /// # Errors
    /// [`ClaimsError`] when it isn't an object whose members are objects or null, or is longer than 8 KiB.
    pub fn parse(text: Option<&str>) -> Result<Self, ClaimsError> {
        let Some(text) = text else {
            return Ok(Self::default());
        };
        if text.len() > MAX_BYTES {
            return Err(ClaimsError);
        }
        let value: Value = serde_json::from_str(text).map_err(|_| ClaimsError)?;
        let members = value.as_object().ok_or(ClaimsError)?;
        if members
            .values()
            .any(|member| !member.is_object() && !member.is_null())
        {
            return Err(ClaimsError);
        }
        let wished = |name: &str| value.get("access_token").and_then(|token| token.get(name));
        let says = |value: &Value| {
            let text = value.as_str();
            text.is_some_and(|text| text.eq_ignore_ascii_case(CAPABLE))
        };
        let capable = wished("xms_cc").is_some_and(|wish| {
            let many = wish.get("values").and_then(Value::as_array);
            many.is_some_and(|all| all.iter().any(says)) || wish.get("value").is_some_and(says)
        });
        Ok(Self { capable })
    }
}

/// The `claims` of a resource's challenge to who holds a token from before `since`: one issued later is needed. Base64 of
/// JSON, as it stands in `WWW-Authenticate`.
pub fn issued_since(since: Timestamp) -> String {
    let value = since.unix_seconds().to_string();
    let claims = json!({ "access_token": { "nbf": { "essential": true, "value": value } } });
    STANDARD.encode(claims.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn capable(text: &str) -> Result<bool, ClaimsError> {
        ClaimsRequest::parse(Some(text)).map(|claims| claims.capable)
    }

    #[test]
    fn what_clients_send() {
        assert_eq!(ClaimsRequest::parse(None), Ok(ClaimsRequest::default()));
        for (text, expected) in [
            (r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#, true),
            (
                r#"{"access_token":{"xms_cc":{"values":["llt","cp1"]},"nbf":{"essential":true,"value":"1"}}}"#,
                true,
            ),
            (r#"{"access_token":{"xms_cc":{"value":"CP1"}}}"#, true),
            (r#"{"id_token":{"xms_cc":{"values":["CP1"]}}}"#, false),
            (r#"{"access_token":{"xms_cc":{"values":["CP2"]}}}"#, false),
            (r#"{"access_token":{"xms_cc":{"values":"CP1"}}}"#, false),
            (r#"{"access_token":{"xms_cc":null}}"#, false),
            (
                r#"{"id_token":{"signin_state":null},"userinfo":null,"x":{}}"#,
                false,
            ),
            ("{}", false),
        ] {
            assert_eq!(capable(text), Ok(expected), "{text}");
        }
        for text in [
            "",
            "CP1",
            "[]",
            "null",
            "{",
            r#"{"access_token":1}"#,
            r#"{"access_token":"CP1"}"#,
        ] {
            assert_eq!(capable(text), Err(ClaimsError), "{text}");
        }
        let deep = format!("{{\"access_token\":{}1{}}}", "[".repeat(3000), "]".repeat(3000));
        assert_eq!(capable(&deep), Err(ClaimsError));
        assert_eq!(
            capable(&format!("{{\"x\":{{}}{}}}", " ".repeat(8192))),
            Err(ClaimsError)
        );
    }

    #[test]
    fn the_challenge_is_read_as_what_it_asks_for() {
        let text = STANDARD
            .decode(issued_since(Timestamp::from_unix_seconds(1_800_000_000)))
            .unwrap();
        let expected = r#"{"access_token":{"nbf":{"essential":true,"value":"1800000000"}}}"#;
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }

    proptest! {
        #[test]
        fn nothing_panics(text in ".{0,200}") {
            let _ = ClaimsRequest::parse(Some(&text));
        }
    }
}
