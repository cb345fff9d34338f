//! Reading tokens: nothing in them counts before the signature was checked, and the types say so.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::fmt;

use super::{JoseError, PublicKey, RS256};

/// The longest token that is looked at.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// A token's header (RFC 7515 §4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JwsHeader {
    /// The algorithm as the token names it.
    pub alg: String,
    /// The signing key's name.
    pub kid: Option<String>,
    /// Thumbprint of the signing certificate.
    pub x5t: Option<String>,
    /// `JWT`.
    pub typ: Option<String>,
}

impl JwsHeader {
    /// The header of v1 tokens: `x5t` and `kid` are the same text.
    pub fn v1(kid: &str) -> Self {
        Self {
            x5t: Some(kid.to_owned()),
            ..Self::v2(kid)
        }
    }

    /// The header of v2.0 tokens, without `x5t`.
    pub fn v2(kid: &str) -> Self {
        Self {
            alg: RS256.to_owned(),
            kid: Some(kid.to_owned()),
            x5t: None,
            typ: Some("JWT".to_owned()),
        }
    }
}

/// The header as it is read; members that change the meaning of a token are noticed, others left aside.
#[derive(Deserialize)]
struct RawHeader {
    alg: String,
    kid: Option<String>,
    x5t: Option<String>,
    typ: Option<String>,
    #[serde(default)]
    crit: Present,
    #[serde(default)]
    b64: Present,
}

/// Whether a member is there, whatever its value, `null` included.
#[derive(Default)]
struct Present(bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self(true))
    }
}

/// A token in compact form that was taken apart, and that nobody has vouched for.
#[derive(Clone)]
pub struct UnverifiedToken {
    header: JwsHeader,
    payload: Vec<u8>,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

/// Claims that nobody has vouched for: good for finding a key or a message, never for a right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedClaims<T>(T);

/// Claims whose signature was checked. Expiry, audience and issuer are still the caller's to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedClaims<T>(T);

impl<T> UnverifiedClaims<T> {
    /// The claims, as anybody may have written them.
    pub fn distrusted(&self) -> &T {
        &self.0
    }
}

impl<T> VerifiedClaims<T> {
    /// The claims.
    pub fn get(&self) -> &T {
        &self.0
    }

    /// The claims, taken out.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl UnverifiedToken {
    /// Takes a token in compact form apart.
    ///
    /// # Errors
    /// When it is too long, not three parts of unpadded base64url, its header is no JSON object or demands an
    /// extension, or its payload is no JSON object. The algorithm is judged by [`Self::verify`].
    pub fn parse(text: &str) -> Result<Self, JoseError> {
        if text.len() > MAX_TOKEN_BYTES {
            return Err(JoseError::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(JoseError::NotCompact)?;
        let (header, payload) = signed.split_once('.').ok_or(JoseError::NotCompact)?;
        if payload.contains('.') {
            return Err(JoseError::NotCompact);
        }
        let decode = |part: &str, name| URL_SAFE_NO_PAD.decode(part).map_err(|_| JoseError::Base64(name));
        let header: RawHeader = object(&decode(header, "header")?).ok_or(JoseError::Json("header"))?;
        if header.crit.0 || header.b64.0 {
            return Err(JoseError::Extension);
        }
        let payload = decode(payload, "payload")?;
        object::<IgnoredObject>(&payload).ok_or(JoseError::Json("payload"))?;
        Ok(Self {
            header: JwsHeader {
                alg: header.alg,
                kid: header.kid,
                x5t: header.x5t,
                typ: header.typ,
            },
            payload,
            signed: signed.as_bytes().to_vec(),
            signature: decode(signature, "signature")?,
        })
    }

    /// The header, by which a key is chosen.
    pub fn header(&self) -> &JwsHeader {
        &self.header
    }

    /// The claims before anybody has vouched for them.
    ///
    /// # Errors
    /// When the payload is not a `T`.
    pub fn unverified_claims<T: DeserializeOwned>(&self) -> Result<UnverifiedClaims<T>, JoseError> {
        object(&self.payload)
            .map(UnverifiedClaims)
            .ok_or(JoseError::Json("payload"))
    }

    /// Checks algorithm and signature, in this order, and only then reads the claims.
    ///
    /// # Errors
    /// When the algorithm is not RS256, the signature is wrong, or the payload is not a `T`.
    pub fn verify<T: DeserializeOwned>(&self, key: &PublicKey) -> Result<VerifiedClaims<T>, JoseError> {
        if self.header.alg != RS256 {
            let shown = self
                .header
                .alg
                .chars()
                .filter(|c| !c.is_control())
                .take(16)
                .collect();
            return Err(JoseError::AlgorithmNotAllowed(shown));
        }
        key.verify(&self.signed, &self.signature)?;
        object(&self.payload)
            .map(VerifiedClaims)
            .ok_or(JoseError::Json("payload"))
    }
}

impl fmt::Debug for UnverifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedToken")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

/// Any JSON object.
struct IgnoredObject;

impl<'de> Deserialize<'de> for IgnoredObject {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::collections::BTreeMap::<String, IgnoredAny>::deserialize(deserializer).map(|_| Self)
    }
}

/// A JSON object as a `T`. Derived readers would take an array as well, so the brace is asked for.
fn object<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    let first = json.iter().find(|byte| !byte.is_ascii_whitespace())?;
    if *first != b'{' {
        return None;
    }
    serde_json::from_slice(json).ok()
}
