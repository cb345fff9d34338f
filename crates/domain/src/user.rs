//! People's accounts.

use crate::guest::Guest;
use doorward_names::{DisplayName, ObjectId, TenantId, Timestamp, Upn};

/// Whether a person belongs to the tenant or was invited into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserKind {
    /// Belongs to the tenant.
    Member,
    /// Was invited from elsewhere.
    Guest,
}

/// A person's account in one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its object id (`oid`).
    pub id: ObjectId,
    /// The tenant it lives in.
    pub tenant: TenantId,
    /// Its sign-in name, unique in the tenant; the domain is one of the tenant's.
    pub upn: Upn,
    /// Its name for people.
    pub display_name: DisplayName,
    /// Its mail alias (Graph `mailNickname`).
    pub mail_nickname: String,
    /// Member or guest.
    pub kind: UserKind,
    /// Whether it may sign in.
    pub enabled: bool,
    /// Its password, if it has one.
    pub password: Option<Password>,
    /// That it was made for somebody who was invited from elsewhere, and what became of that.
    pub guest: Option<Guest>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its sessions were last revoked: what was proven until then counts no more.
    pub sessions_revoked_at: Option<Timestamp>,
}

impl User {
    /// Whether the password is a temporary one, which lets nobody in before it is changed.
    pub fn must_change_password(&self) -> bool {
        self.password
            .as_ref()
            .is_some_and(|password| password.must_change)
    }

    /// Whether a password was set after `at`.
    pub fn password_set_after(&self, at: Timestamp) -> bool {
        self.password
            .as_ref()
            .is_some_and(|password| password.set_at > at)
    }

    /// Whether the sessions were revoked at `at` or later.
    pub fn revoked_since(&self, at: Timestamp) -> bool {
        self.sessions_revoked_at
            .is_some_and(|revoked_at| revoked_at >= at)
    }

    /// Whether what the person proved at `at` still counts: neither another password nor a revocation came after it.
    pub fn stands_by(&self, at: Timestamp) -> bool {
        !self.password_set_after(at) && !self.revoked_since(at)
    }
}

/// A person's password as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Password {
    /// Argon2id in PHC string form.
    pub hash: PasswordHash,
    /// Whether the person must choose another at the next sign-in.
    pub must_change: bool,
    /// When it was set.
    pub set_at: Timestamp,
}

/// A password hash in PHC string form; shows nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a PHC string.
    pub fn new(phc: String) -> Self {
        Self(phc)
    }
    /// The PHC string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Somebody for tests.
#[cfg(test)]
pub(crate) mod sample {
    use super::*;

    /// Alice, who belongs to tenant 2 and has no password.
    pub fn alice() -> User {
        User {
            id: ObjectId::from_u128(1),
            tenant: TenantId::from_u128(2),
            upn: "alice@contoso.example".parse().unwrap(),
            display_name: DisplayName::new("Alice").unwrap(),
            mail_nickname: "alice".to_owned(),
            kind: UserKind::Member,
            enabled: true,
            password: None,
            guest: None,
            created_at: Timestamp::from_unix_seconds(1_800_000_000),
            sessions_revoked_at: None,
        }
    }

    /// The same with a password that was set at `at`.
    pub fn alice_with_password(at: Timestamp) -> User {
        User {
            password: Some(Password {
                hash: PasswordHash::new(String::new()),
                must_change: false,
                set_at: at,
            }),
            ..alice()
        }
    }
}
