//! A person's signed-in session with one client, from which access tokens are had again without a password.

use doorward_names::{AppId, Duration, ObjectId, SecretHash, SessionId, TenantId, Timestamp};

use crate::user::User;

/// A session that is not used for this long ends by itself.
pub const MAX_INACTIVE: Duration = Duration::days(90);

/// A session: who, with which client, and the hash of the refresh token that stands for it.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id (`sid`).
    pub id: SessionId,
    /// The tenant the person signed in to.
    pub tenant: TenantId,
    /// The person.
    pub user: ObjectId,
    /// The client that was given the refresh token.
    pub client: AppId,
    /// The refresh token's keyed hash.
    pub refresh_hash: SecretHash,
    /// How the person proved who they are (`amr`), space-separated: `pwd`.
    pub methods: String,
    /// When they signed in.
    pub signed_in_at: Timestamp,
    /// When it was last used, to within a minute.
    pub used_at: Timestamp,
    /// When it was ended, if it was.
    pub revoked_at: Option<Timestamp>,
    /// The ticket of the run that it began in, by that run's secret; it gives tokens to that run alone.
    pub ticket: Option<SecretHash>,
}

/// Why a session gives no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionRefusal {
    /// It was ended by sign-out or by an administrator.
    #[error("the session was ended")]
    Revoked,
    /// It was not used for [`MAX_INACTIVE`].
    #[error("the session was not used for 90 days")]
    Inactive,
    /// Another client presents the refresh token.
    #[error("the refresh token was issued to another client")]
    OtherClient,
    /// The account is gone or may not sign in.
    #[error("the account is disabled")]
    UserDisabled,
    /// It belongs to a run, and another asks, or none.
    #[error("the session belongs to a run that has ended")]
    OtherRun,
    /// The password was changed after the session began.
    #[error("the password was changed after the session began")]
    PasswordChanged,
}

impl Session {
    /// Whether the session gives a token to a request that brings the live ticket `run`, or none.
    ///
    /// # Errors
    /// When it belongs to another run.
    pub fn admit_run(&self, run: Option<&SecretHash>) -> Result<(), SessionRefusal> {
        match &self.ticket {
            Some(own) if !run.is_some_and(|run| run.matches(own)) => Err(SessionRefusal::OtherRun),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether the session gives `client` a token for `user` now.
    ///
    /// # Errors
    /// The reason why not.
    pub fn admit(&self, client: AppId, user: Option<&User>, now: Timestamp) -> Result<(), SessionRefusal> {
        if self.client != client {
            return Err(SessionRefusal::OtherClient);
        }
        if self.revoked_at.is_some() {
            return Err(SessionRefusal::Revoked);
        }
        if now.since(self.used_at) > MAX_INACTIVE {
            return Err(SessionRefusal::Inactive);
        }
        let user = user
            .filter(|u| u.enabled && u.tenant == self.tenant)
            .ok_or(SessionRefusal::UserDisabled)?;
        if user
            .password
            .as_ref()
            .is_some_and(|p| p.set_at > self.signed_in_at)
        {
            return Err(SessionRefusal::PasswordChanged);
        }
        Ok(())
    }
}
