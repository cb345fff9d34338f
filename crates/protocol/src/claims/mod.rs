//! What tokens say (Microsoft identity platform, access token and ID token claims references; RFC 7519 §4.1).
//!
//! Claims are written in the order of the real service, without those that a token does not carry. When read,
//! unknown ones are left aside, and what sets an access token apart from an id_token is required. Deliberately
//! not here: which claims a principal gets, and when a token is accepted.

mod access;
mod id_token;

pub use access::{AccessClaims, AccessClaimsV1, AccessClaimsV2};
pub use id_token::{IdClaimsV1, IdClaimsV2};
