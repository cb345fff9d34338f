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
    /// Whether it comes back with a challenge for a second factor (`capolids`, `polids`), or says that it can't do without
    /// one (`amr` is essential and holds `mfa`).
    pub second_factor: bool,
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
        let named = |name: &str| wished(name).is_some_and(|wish| !texts(wish).is_empty());
        let essential = |token: &str| {
            let wish = value.get(token).and_then(|token| token.get("amr"));
            wish.is_some_and(|wish| {
                let mfa = |text: &&str| matches!(*text, "mfa" | "ngcmfa");
                wish.get("essential") == Some(&Value::Bool(true)) && texts(wish).iter().any(mfa)
            })
        };
        let second_factor = ["capolids", "polids"].into_iter().any(named)
            || ["access_token", "id_token"].into_iter().any(essential);
        Ok(Self {
            capable,
            second_factor,
        })
    }
}

/// The values that a claim is wished to have; Azure spells `values` in two ways.
fn texts(wish: &Value) -> Vec<&str> {
    let many = ["values", "Values"].into_iter().filter_map(|name| wish.get(name));
    let many = many.filter_map(Value::as_array).flatten();
    many.chain(wish.get("value")).filter_map(Value::as_str).collect()
}

/// The `claims` of a refusal by these policies, in plain JSON: a client returns with it, and is asked for what they demand.
pub fn policies_unmet<T: ToString>(policies: &[T]) -> String {
    let values: Vec<_> = policies.iter().map(ToString::to_string).collect();
    json!({ "access_token": { "capolids": { "essential": true, "values": values } } }).to_string()
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
    fn what_asks_for_a_second_factor() {
        let ours = policies_unmet(&["1f2b0d6e-0000-4000-8000-000000000001"]);
        assert_eq!(
            ours,
            r#"{"access_token":{"capolids":{"essential":true,"values":["1f2b0d6e-0000-4000-8000-000000000001"]}}}"#
        );
        for (text, expected) in [
            (ours.as_str(), true),
            (
                r#"{"access_token":{"polids":{"essential":true,"Values":["x"]}}}"#,
                true,
            ),
            (
                r#"{"id_token":{"amr":{"essential":true,"values":["mfa"]}}}"#,
                true,
            ),
            (
                r#"{"access_token":{"amr":{"essential":true,"value":"ngcmfa"}}}"#,
                true,
            ),
            (r#"{"id_token":{"amr":{"values":["mfa"]}}}"#, false),
            (
                r#"{"id_token":{"amr":{"essential":true,"values":["pwd"]}}}"#,
                false,
            ),
            (r#"{"access_token":{"capolids":{"values":[]}}}"#, false),
            (r#"{"access_token":{"capolids":null}}"#, false),
            (r#"{"id_token":{"capolids":{"values":["x"]}}}"#, false),
            (r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#, false),
        ] {
            let read = ClaimsRequest::parse(Some(text)).unwrap();
            assert_eq!(read.second_factor, expected, "{text}");
        }
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
