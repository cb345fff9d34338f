//! JSON Web Signatures and Keys, pure: RS256 in compact form only (RFC 7515, 7517, 7518 §3.3, 7519).
//!
//! Deliberately not here: expiry, audience and issuer checks (rules), key storage and rotation, making keys.

mod jwk;
mod key;
mod sign;
mod token;

pub use jwk::{Jwk, JwkSet};
pub use key::{MIN_RSA_BITS, PublicKey, SigningKeyPair, certificate_thumbprint};
pub use sign::{SigningInput, encode_rs256};
pub use token::{JwsHeader, MAX_TOKEN_BYTES, UnverifiedClaims, UnverifiedToken, VerifiedClaims};

/// The one algorithm that is signed with and accepted.
pub const RS256: &str = "RS256";

/// Why a token or key is not accepted. Says nothing of the token's contents.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoseError {
    /// Longer than [`MAX_TOKEN_BYTES`].
    #[error("the token is longer than 16 KiB")]
    TooLong,
    /// Not three parts with two dots between them (JSON serialization and encryption included).
    #[error("the token is not in compact signed form")]
    NotCompact,
    /// A part is not base64url without padding.
    #[error("the token's {0} is not unpadded base64url")]
    Base64(&'static str),
    /// A part is not the JSON that is expected there.
    #[error("the token's {0} is not the expected JSON object")]
    Json(&'static str),
    /// The header demands an extension (`crit`, `b64`).
    #[error("the token's header demands an extension")]
    Extension,
    /// Another algorithm than RS256, `none` and HMAC included.
    #[error("algorithm `{0}` is not allowed")]
    AlgorithmNotAllowed(String),
    /// The signature does not fit key and text.
    #[error("the signature is wrong")]
    WrongSignature,
    /// Fewer than 2048 bits.
    #[error("the RSA key has fewer than 2048 bits")]
    WeakKey,
    /// Not a usable RSA key.
    #[error("the key is not a usable RSA key")]
    MalformedKey,
    /// Signing failed.
    #[error("signing failed")]
    SigningFailed,
}

#[cfg(test)]
mod tests;
