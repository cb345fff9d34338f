//! One-time links by which the owner of the data makes the first administrator, or lets one back in.

use doorward_names::{Duration, ObjectId, SecretHash, TenantId, Timestamp};

/// How long a link can be used.
pub const LIFETIME: Duration = Duration::minutes(60);

/// What a link does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Makes the tenant's first administrator.
    FirstAdministrator,
    /// Sets a new password for this user.
    Recover(ObjectId),
}

/// A one-time link as it is remembered.
#[derive(Debug, Clone)]
pub struct SetupLink {
    /// Keyed hash of the secret in the link.
    pub hash: SecretHash,
    /// The tenant it is for.
    pub tenant: TenantId,
    /// What it does.
    pub purpose: Purpose,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was used, if it was.
    pub used_at: Option<Timestamp>,
}

/// Why a link does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkRefusal {
    /// It was used before.
    #[error("this link was used before")]
    Used,
    /// Its 60 minutes are over.
    #[error("this link is older than 60 minutes")]
    Expired,
}

impl SetupLink {
    /// Spends the link.
    ///
    /// # Errors
    /// When it was used before, or is too old.
    pub fn spend(self, now: Timestamp) -> Result<Self, LinkRefusal> {
        self.check(now)?;
        Ok(Self {
            used_at: Some(now),
            ..self
        })
    }

    /// Whether the link could be spent now.
    ///
    /// # Errors
    /// When it was used before, or is too old.
    pub fn check(&self, now: Timestamp) -> Result<(), LinkRefusal> {
        if self.used_at.is_some() {
            return Err(LinkRefusal::Used);
        }
        if now.since(self.created_at) > LIFETIME {
            return Err(LinkRefusal::Expired);
        }
        Ok(())
    }
}
