//! For resource servers: whether an access token that somebody shows is one of ours, for us, and still good.
//!
//! The algorithm is pinned to RS256; an id_token, a token for somebody else or of another tenant is refused.
//! Deliberately not here: what the caller may do with it.

mod claims;
mod keys;
mod token;

pub use claims::{TokenVersion, ValidatedToken, Who};
pub use token::TokenValidator;

use crate::Error;
use doorward_protocol::jose::JoseError;

/// Why a token is not accepted. Says nothing secret: fit for a log, and for `WWW-Authenticate`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValidationError {
    /// It isn't a signed token, its algorithm is not RS256, or the signature is wrong.
    #[error(transparent)]
    Token(#[from] JoseError),
    /// Its header names no key.
    #[error("the token's header names no key")]
    NoKeyId,
    /// It is signed by a key that the server doesn't publish.
    #[error("the token is signed by an unknown key")]
    UnknownKey,
    /// A claim that an access token has is missing or malformed; this is what an id_token meets.
    #[error("the token is no access token")]
    NotAnAccessToken,
    /// Another server or tenant issued it.
    #[error("the token was issued by `{0}`")]
    WrongIssuer(String),
    /// It is for another tenant.
    #[error("the token is for another tenant")]
    WrongTenant,
    /// It is for another resource.
    #[error("the token is for `{0}`")]
    WrongAudience(String),
    /// It has expired.
    #[error("the token has expired")]
    Expired,
    /// It isn't valid yet.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// The keys couldn't be had, so nothing can be said about it: the fault isn't the caller's.
    #[error("the signing keys could not be had: {0}")]
    Keys(Error),
}
