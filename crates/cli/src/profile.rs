//! Who is signed in where: `accounts.json`, in the words of `az account`.

use crate::config;
use crate::failure::Failure;
use crate::files::Home;
use doorward_sdk::{Authority, ClientOptions};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;

const FILE: &str = "accounts.json";

/// How a subscription is called that isn't one.
pub const NO_SUBSCRIPTION: &str = "N/A(tenant level account)";

/// All accounts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Profile {
    /// One for each subscription of each account that is signed in.
    #[serde(default)]
    pub subscriptions: Vec<Account>,
}

/// An account in a subscription.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// The cloud's name.
    pub environment_name: String,
    /// The tenant that the account belongs to.
    pub home_tenant_id: String,
    /// The subscription; the tenant's id where there is none.
    pub id: String,
    /// Whether it is the one that commands use.
    pub is_default: bool,
    /// Always empty.
    #[serde(default)]
    pub managed_by_tenants: Vec<Value>,
    /// The subscription's name.
    pub name: String,
    /// `Enabled`.
    pub state: String,
    /// The tenant's first domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_default_domain: Option<String>,
    /// The tenant's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_display_name: Option<String>,
    /// The tenant.
    pub tenant_id: String,
    /// Who.
    pub user: User,
    /// Where.
    pub server: Server,
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// User principal name or application id.
    pub name: String,
    /// Which of the two.
    #[serde(rename = "type")]
    pub kind: UserKind,
}

/// What kind of account it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UserKind {
    /// A person.
    User,
    /// A service principal.
    ServicePrincipal,
}

/// The server that an account is signed in to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Server {
    /// Its origin.
    pub authority: String,
    /// Its certificate authority, when the system doesn't know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
}

impl Server {
    /// The server of `DOORWARD_URL`, else that of the account in use, else `https://localhost:8443`.
    pub fn chosen(profile: &Profile) -> Self {
        let current = profile.current().ok().map(|account| account.server.clone());
        match config::url() {
            Some(authority) => {
                let authority = authority.trim_end_matches('/').to_owned();
                let known = profile
                    .subscriptions
                    .iter()
                    .find(|account| account.server.authority == authority);
                let ca_file = known.and_then(|known| known.server.ca_file.clone());
                Self { authority, ca_file }
            }
            None => current.unwrap_or_else(|| Self {
                authority: doorward_sdk::config::DEFAULT_AUTHORITY.to_owned(),
                ca_file: None,
            }),
        }
        .with_environment()
    }

    /// `DOORWARD_CA` is about the server of `DOORWARD_URL`; about any server when there is no such variable.
    fn with_environment(self) -> Self {
        let about_this = config::url().is_none_or(|url| url.trim_end_matches('/') == self.authority);
        let ca_file = config::ca_file().filter(|_| about_this).or(self.ca_file);
        Self { ca_file, ..self }
    }

    /// The file of its certificate authority, when the system doesn't know it.
    pub fn trusted(&self) -> Option<PathBuf> {
        self.clone().with_environment().ca_file
    }

    /// How the SDK is told about it.
    pub fn options(&self) -> Result<ClientOptions, Failure> {
        let options = ClientOptions::new(Authority::parse(&self.authority)?);
        let server = self.clone().with_environment();
        Ok(match server.ca_file {
            Some(path) => options.ca_file(path),
            None => options,
        })
    }
}

impl Profile {
    /// Reads the file.
    pub fn load(home: &Home) -> Result<Self, Failure> {
        Ok(home.read(FILE)?.unwrap_or_default())
    }

    /// Changes the file, with no other process in between.
    pub fn change<T>(
        home: &Home,
        change: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let turn = home.turn()?;
        let mut profile = Self::load(home)?;
        let result = change(&mut profile)?;
        profile.one_default();
        home.write(&turn, FILE, &profile)?;
        Ok(result)
    }

    /// Removes the file.
    pub fn clear(home: &Home) -> Result<(), Failure> {
        home.remove(FILE)
    }

    /// The account in use.
    pub fn current(&self) -> Result<&Account, Failure> {
        self.subscriptions
            .iter()
            .find(|account| account.is_default)
            .ok_or_else(Failure::not_signed_in)
    }

    /// The account in the subscription of that id or name; the one in use when it has several.
    pub fn find(&self, subscription: &str) -> Result<&Account, Failure> {
        let named = |account: &&Account| {
            account.id.eq_ignore_ascii_case(subscription) || account.name.eq_ignore_ascii_case(subscription)
        };
        let found = self
            .subscriptions
            .iter()
            .filter(|account| account.is_default)
            .find(named);
        found
            .or_else(|| self.subscriptions.iter().find(named))
            .ok_or_else(|| {
                Failure::new(format!(
                    "The subscription of '{subscription}' doesn't exist in cloud 'Doorward'."
                ))
                .cure("`doorward account list` shows those that do")
            })
    }

    /// Takes in the accounts of one sign-in, one for each subscription, and makes one of them the one in use: the same as
    /// before where it is among them, else the first.
    pub fn sign_in(&mut self, accounts: Vec<Account>) {
        let Some(first) = accounts.first() else {
            return;
        };
        let before = self
            .subscriptions
            .iter()
            .find(|known| known.is_default && known.is_of_same_sign_in(first))
            .map(|known| known.id.clone());
        let chosen = before.filter(|id| accounts.iter().any(|account| account.id == *id));
        let chosen = chosen.unwrap_or_else(|| first.id.clone());
        self.subscriptions
            .retain(|known| !known.is_of_same_sign_in(first));
        for known in &mut self.subscriptions {
            known.is_default = false;
        }
        self.subscriptions
            .extend(accounts.into_iter().map(|account| Account {
                is_default: account.id == chosen,
                ..account
            }));
    }

    /// Replaces what is known of one sign-in, in its place; the account in use stays the one in use where it is still
    /// there.
    pub fn keep(&mut self, accounts: Vec<Account>) {
        let Some(first) = accounts.first() else {
            return;
        };
        let same = |known: &Account| known.is_of_same_sign_in(first);
        let (place, in_use) = (
            self.subscriptions.iter().position(same),
            self.subscriptions
                .iter()
                .find(|known| known.is_default && same(known)),
        );
        let in_use = in_use.map(|account| account.id.clone());
        let fallback = in_use.as_ref().map(|_| first.id.clone());
        let chosen = in_use
            .filter(|id| accounts.iter().any(|account| account.id == *id))
            .or(fallback);
        self.subscriptions.retain(|known| !same(known));
        let place = place.unwrap_or(self.subscriptions.len());
        let accounts: Vec<Account> = accounts
            .into_iter()
            .map(|account| Account {
                is_default: Some(&account.id) == chosen.as_ref(),
                ..account
            })
            .collect();
        self.subscriptions.splice(place..place, accounts);
    }

    /// A subscription of that tenant that is known from another account.
    pub fn known_subscription(&self, server: &Server, tenant: &str) -> Option<&Account> {
        self.subscriptions.iter().find(|account| {
            account.server.authority == server.authority
                && account.tenant_id == tenant
                && account.name != NO_SUBSCRIPTION
        })
    }

    fn one_default(&mut self) {
        if !self.subscriptions.iter().any(|account| account.is_default)
            && let Some(first) = self.subscriptions.first_mut()
        {
            first.is_default = true;
        }
    }
}

impl Account {
    /// Whether it is the same principal in the same tenant of the same server.
    pub fn is_of_same_sign_in(&self, other: &Self) -> bool {
        self.user == other.user
            && self.tenant_id == other.tenant_id
            && self.server.authority == other.server.authority
    }

    /// The account as `az account show` prints it.
    pub fn to_az(&self) -> Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Some(object) = value.as_object_mut() {
            object.remove("server");
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(user: &str, id: &str) -> Account {
        Account {
            environment_name: "Doorward".to_owned(),
            home_tenant_id: "t".to_owned(),
            id: id.to_owned(),
            is_default: false,
            managed_by_tenants: Vec::new(),
            name: id.to_owned(),
            state: "Enabled".to_owned(),
            tenant_default_domain: None,
            tenant_display_name: None,
            tenant_id: "t".to_owned(),
            user: User {
                name: user.to_owned(),
                kind: UserKind::User,
            },
            server: Server {
                authority: "https://localhost:8443".to_owned(),
                ca_file: None,
            },
        }
    }

    fn shown(profile: &Profile) -> String {
        let one = |a: &Account| format!("{}{}{}", a.user.name, a.id, if a.is_default { "*" } else { "" });
        profile
            .subscriptions
            .iter()
            .map(one)
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn all(user: &str, ids: &[&str]) -> Vec<Account> {
        ids.iter().map(|id| account(user, id)).collect()
    }

    #[test]
    fn a_sign_in_brings_all_its_subscriptions() {
        let mut profile = Profile::default();
        profile.sign_in(all("a", &["1", "2"]));
        profile.sign_in(all("b", &["2"]));
        assert_eq!(shown(&profile), "a1 a2 b2*");
        profile.sign_in(all("a", &["2", "3"]));
        assert_eq!(shown(&profile), "b2 a2* a3");
        for known in &mut profile.subscriptions {
            known.is_default = known.id == "3";
        }
        profile.sign_in(all("a", &["2", "3"]));
        assert_eq!(shown(&profile), "b2 a2 a3*");
    }

    #[test]
    fn what_is_asked_for_again_keeps_its_place_and_what_is_in_use() {
        let mut profile = Profile::default();
        profile.sign_in(all("b", &["2"]));
        profile.sign_in(all("a", &["1", "2"]));
        profile.keep(all("b", &["2", "3"]));
        assert_eq!(shown(&profile), "b2 b3 a1* a2");
        profile.keep(all("a", &["2", "1"]));
        assert_eq!(shown(&profile), "b2 b3 a2 a1*");
        profile.keep(all("a", &["4"]));
        assert_eq!(shown(&profile), "b2 b3 a4*");
    }
}
