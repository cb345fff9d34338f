//! `/policies/authorizationPolicy` and `/policies/signInPolicy`: what people and programs may do without an administrator.

use super::DirectoryClient;
use crate::Error;
use doorward_protocol::graph::authorization_policy::{
    AuthorizationPolicy, SELF_CONSENT, UpdateAuthorizationPolicy, UpdateUserRolePermissions,
};
use doorward_protocol::graph::sign_in_policy::{SignInPolicy, UpdateSignInPolicy};
use doorward_protocol::paths::GraphPath;
use serde::de::DeserializeOwned;

/// What people and programs may do in a tenant without an administrator; in a change, what is `None` stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TenantSettings {
    /// People agree to what applications ask of them.
    pub user_consent: Option<bool>,
    /// Programs send a person's name and password.
    pub password_grant: Option<bool>,
    /// Built-in clients of the time before code challenges do without one, on the loopback.
    pub legacy_clients: Option<bool>,
}

impl DirectoryClient {
    /// The tenant's settings, each of them.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn tenant_settings(&self) -> Result<TenantSettings, Error> {
        let people: AuthorizationPolicy = self.read(&GraphPath::AuthorizationPolicy).await?;
        let programs: SignInPolicy = self.read(&GraphPath::SignInPolicy).await?;
        let people = people.default_user_role_permissions;
        Ok(TenantSettings {
            user_consent: Some(!people.permission_grant_policies_assigned.is_empty()),
            password_grant: Some(programs.allow_password_grant),
            legacy_clients: Some(programs.allow_legacy_clients),
        })
    }

    /// Changes them.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn update_tenant_settings(&self, change: TenantSettings) -> Result<(), Error> {
        if let Some(consent) = change.user_consent {
            let assigned = consent.then(|| SELF_CONSENT.to_owned());
            let people = UpdateUserRolePermissions {
                permission_grant_policies_assigned: Some(assigned.into_iter().collect()),
                ..UpdateUserRolePermissions::default()
            };
            let asked = UpdateAuthorizationPolicy {
                default_user_role_permissions: Some(people),
                ..UpdateAuthorizationPolicy::default()
            };
            self.write(&GraphPath::AuthorizationPolicy, &asked).await?;
        }
        let asked = UpdateSignInPolicy {
            allow_password_grant: change.password_grant,
            allow_legacy_clients: change.legacy_clients,
        };
        match asked == UpdateSignInPolicy::default() {
            true => Ok(()),
            false => self.write(&GraphPath::SignInPolicy, &asked).await,
        }
    }

    async fn read<T: DeserializeOwned>(&self, path: &GraphPath) -> Result<T, Error> {
        let shown = self.get(path).await?;
        serde_json::from_value(shown).map_err(|_| self.nonsense("the policy can't be read"))
    }

    async fn write(&self, path: &GraphPath, change: &impl serde::Serialize) -> Result<(), Error> {
        let written = serde_json::to_value(change)
            .map_err(|e| Error::Invalid(format!("the policy can't be written: {e}")))?;
        self.patch(path, &written).await
    }
}
