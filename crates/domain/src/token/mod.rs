//! Access tokens: versions, lifetimes, and the claims each kind of principal gets.

pub mod claims;
pub mod optional;

use doorward_names::{Duration, Timestamp};

/// How long an access token is valid after it was issued; `expires_in` says one second less.
pub const LIFETIME: Duration = Duration::seconds(3600);

/// How far `nbf` and `iat` lie before the moment of issue, and how much clock skew verifiers allow.
pub const CLOCK_SKEW: Duration = Duration::minutes(5);

/// The form of a resource's access tokens; the resource chooses it, not the endpoint that was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TokenVersion {
    /// `ver` 1.0: issuer `https://HOST/{tid}/`, `aud` as the resource was asked for, `appid`.
    V1,
    /// `ver` 2.0: issuer `https://HOST/{tid}/v2.0`, `aud` is the resource's application id, `azp`.
    V2,
}

/// The instants of one token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// `iat` and `nbf`: five minutes before the issue, so that slow clocks accept it.
    pub not_before: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
    /// What the answer says: whole seconds that are left.
    pub expires_in: i64,
}

impl Validity {
    /// The instants of a token issued at `now`.
    pub fn starting(now: Timestamp) -> Self {
        Self::lasting(now, LIFETIME)
    }

    /// The same for one that is valid for `lifetime`.
    pub fn lasting(now: Timestamp, lifetime: Duration) -> Self {
        Self {
            not_before: now.minus(CLOCK_SKEW),
            expires_at: now.plus(lifetime),
            expires_in: lifetime.as_seconds() - 1,
        }
    }
}
