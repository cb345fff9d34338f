//! Key sets as they are published (RFC 7517; `/{tenant}/discovery/keys`).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::{JoseError, PublicKey};

/// One published key. Keys of other kinds are read as well, so that one of them does not spoil a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// `RSA`.
    pub kty: String,
    /// `sig`.
    #[serde(rename = "use", default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// The key's name.
    #[serde(default)]
    pub kid: String,
    /// Thumbprint of the certificate (SHA-1, base64url); the same text as `kid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x5t: Option<String>,
    /// The modulus, base64url.
    #[serde(default)]
    pub n: String,
    /// The exponent, base64url.
    #[serde(default)]
    pub e: String,
    /// The certificate's DER, standard base64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub x5c: Vec<String>,
    /// The issuer that signs with it (v2.0 sets).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

impl Jwk {
    /// The key that `public` is under the name `kid`, with its certificates and, in v2.0 sets, its issuer.
    pub fn rsa_signing(kid: &str, public: &PublicKey, certificates: &[&[u8]], issuer: Option<&str>) -> Self {
        Self {
            kty: "RSA".to_owned(),
            usage: Some("sig".to_owned()),
            kid: kid.to_owned(),
            x5t: Some(kid.to_owned()),
            n: URL_SAFE_NO_PAD.encode(public.modulus()),
            e: URL_SAFE_NO_PAD.encode(public.exponent()),
            x5c: certificates.iter().map(|der| STANDARD.encode(der)).collect(),
            issuer: issuer.map(str::to_owned),
        }
    }

    /// The RSA key that it publishes for signatures.
    ///
    /// # Errors
    /// When it is of another kind or use, malformed, or too weak.
    pub fn public_key(&self) -> Result<PublicKey, JoseError> {
        if self.kty != "RSA" || self.usage.as_deref().is_some_and(|usage| usage != "sig") {
            return Err(JoseError::MalformedKey);
        }
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| JoseError::MalformedKey);
        PublicKey::from_components(decode(&self.n)?, decode(&self.e)?)
    }
}

/// A set of published keys.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct JwkSet {
    /// The keys; any of them may sign.
    pub keys: Vec<Jwk>,
}

impl JwkSet {
    /// The key of that name (compared as written).
    pub fn find(&self, kid: &str) -> Option<&Jwk> {
        self.keys.iter().find(|key| key.kid == kid)
    }
}
