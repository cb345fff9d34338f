//! Making tokens, so that the signature itself can be computed elsewhere.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_names::{Secret, SecretString};
use serde_json::Value;

use super::JwsHeader;

/// Header and payload as they are signed (RFC 7515 §5.1, step 5).
#[derive(Clone)]
pub struct SigningInput(SecretString);

impl SigningInput {
    /// Joins a header and the claims' JSON, which is taken as it is.
    pub fn new(header: &JwsHeader, claims_json: &[u8]) -> Self {
        let header = URL_SAFE_NO_PAD.encode(header_json(header));
        Self(Secret::new(format!(
            "{header}.{}",
            URL_SAFE_NO_PAD.encode(claims_json)
        )))
    }

    /// What is to be signed.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.expose().as_bytes()
    }

    /// The token in compact form.
    pub fn finish(self, signature: &[u8]) -> SecretString {
        Secret::new(format!(
            "{}.{}",
            self.0.expose(),
            URL_SAFE_NO_PAD.encode(signature)
        ))
    }
}

impl std::fmt::Debug for SigningInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningInput([redacted])")
    }
}

/// Makes a token in compact form; `sign` computes RS256 over what it is given.
///
/// # Errors
/// Those of `sign`.
pub fn encode_rs256<E>(
    header: &JwsHeader,
    claims_json: &[u8],
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<SecretString, E> {
    let input = SigningInput::new(header, claims_json);
    let signature = sign(input.as_bytes())?;
    Ok(input.finish(&signature))
}

/// The header in the order of the real service. Written by hand because it cannot fail.
fn header_json(header: &JwsHeader) -> String {
    let members = [
        ("typ", header.typ.as_ref()),
        ("alg", Some(&header.alg)),
        ("x5t", header.x5t.as_ref()),
        ("kid", header.kid.as_ref()),
    ];
    let members: Vec<String> = members
        .into_iter()
        .filter_map(|(name, value)| Some(format!("\"{name}\":{}", Value::from(value?.as_str()))))
        .collect();
    format!("{{{}}}", members.join(","))
}
