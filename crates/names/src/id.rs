//! One identifier type per kind of thing, all 128-bit UUIDs (RFC 9562), printed in lower case with dashes.

use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// A text that is not a UUID with dashes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{input}` is not a {expected} (a UUID such as `00000003-0000-0000-c000-000000000000`)")]
pub struct InvalidId {
    /// The offending text, cut to 64 characters.
    pub input: String,
    /// The kind of identifier that was expected.
    pub expected: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $label:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The identifier with these 16 bytes, as they are.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self { Self(Uuid::from_bytes(bytes)) }
            /// The identifier with this value, for well-known constants.
            pub const fn from_u128(value: u128) -> Self { Self(Uuid::from_u128(value)) }
            /// A version 4 identifier made of 16 random bytes.
            pub fn from_random(bytes: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }
            /// The 16 bytes.
            pub const fn as_bytes(&self) -> &[u8; 16] { self.0.as_bytes() }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.as_hyphenated().fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.as_hyphenated())
            }
        }
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let fail = || InvalidId { input: text.chars().filter(|c| !c.is_control()).take(64).collect(), expected: $label };
                // The hyphenated form only: `Uuid` would also take braces, URNs and bare hexadecimal.
                if text.len() != 36 { return Err(fail()); }
                Uuid::try_parse(text).map(Self).map_err(|_| fail())
            }
        }
    )*};
}

ids! {
    /// A directory tenant (`tid`).
    TenantId = "tenant id";
    /// A directory object: user, group, application object or service principal (`oid`, Graph `id`).
    ObjectId = "object id";
    /// An application, as clients name themselves (`client_id`, `appid`, `azp`).
    AppId = "application id";
    /// One password or key credential of an application (Graph `keyId`).
    CredentialId = "credential id";
    /// The keyed-hash key under which a secret was hashed.
    HashKeyId = "hash key id";
    /// A subscription: the billing and role scope under which resources live.
    SubscriptionId = "subscription id";
    /// A person's signed-in session, to which refresh tokens belong.
    SessionId = "session id";
    /// The template of a directory role, the same in every tenant.
    RoleTemplateId = "directory role template id";
    /// A permission that a resource offers (Graph `appRoles[].id`).
    PermissionId = "permission id";
    /// A role definition of Resource Manager; the built-in ones have the same in every tenant.
    RoleDefinitionId = "role definition id";
    /// A role assignment of Resource Manager, unique in its tenant.
    RoleAssignmentId = "role assignment id";
    /// A deny assignment of Resource Manager, unique in its tenant.
    DenyAssignmentId = "deny assignment id";
    /// One long-running operation of Resource Manager.
    OperationId = "operation id";
    /// Our number for one request (`trace_id`, `x-ms-request-id`).
    TraceId = "trace id";
    /// The client's number for one request (`client-request-id`, `correlation_id`).
    CorrelationId = "correlation id";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        assert!("1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10".parse::<TenantId>().is_ok());
        for text in [
            "",
            "1b4f0e9851a34c3c9f3a7b1d5c2e8a10",
            "{1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10}",
            "contoso.com",
        ] {
            assert!(text.parse::<TenantId>().is_err(), "{text}");
        }
    }

    #[test]
    fn case_is_folded() {
        let id: AppId = "1B4F0E98-51A3-4C3C-9F3A-7B1D5C2E8A10".parse().unwrap();
        assert_eq!(id.to_string(), "1b4f0e98-51a3-4c3c-9f3a-7b1d5c2e8a10");
    }
}
