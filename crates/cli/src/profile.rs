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

    /// The account in the subscription of that id or name. Of several people who see it, the one who is in use, else who
    /// signed in first.
    pub fn find(&self, subscription: &str) -> Result<&Account, Failure> {
        self.find_as(Some(subscription), None)
    }

    /// The same of one person or service principal, by name; their first subscription when none is named.
    pub fn find_as(&self, subscription: Option<&str>, user: Option<&str>) -> Result<&Account, Failure> {
        let same =
            |asked: Option<&str>, known: &str| asked.is_none_or(|asked| asked.eq_ignore_ascii_case(known));
        let of_user: Vec<&Account> = self
            .subscriptions
            .iter()
            .filter(|account| same(user, &account.user.name))
            .collect();
        if let (Some(user), true) = (user, of_user.is_empty()) {
            return Err(Failure::no_such_account(user));
        }
        let by = |is: &dyn Fn(&Account) -> bool| -> Vec<&Account> {
            of_user.iter().copied().filter(|account| is(account)).collect()
        };
        let by_id = by(&|account| same(subscription, &account.id));
        let found = match by_id.is_empty() {
            true => by(&|account| same(subscription, &account.name)),
            false => by_id,
        };
        let fail = |how: &str, cure: &str| {
            let asked = subscription.unwrap_or_default();
            Failure::new(format!(
                "The subscription of '{asked}' {how} in cloud 'Doorward'."
            ))
            .cure(cure)
        };
        let Some(first) = found.first() else {
            return Err(fail(
                "doesn't exist",
                "`doorward account list` shows those that do",
            ));
        };
        if subscription.is_some() && found.iter().any(|other| other.id != first.id) {
            return Err(fail(
                "has more than one match",
                "name it by its id: `doorward account list -o table` shows the ids",
            ));
        }
        Ok(found.iter().find(|account| account.is_default).unwrap_or(first))
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

    /// The same in a list, where `az` calls the cloud otherwise.
    pub fn to_az_in_list(&self) -> Value {
        let mut value = self.to_az();
        if let Some(object) = value.as_object_mut()
            && let Some(cloud) = object.remove("environmentName")
        {
            object.insert("cloudName".to_owned(), cloud);
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
    fn a_subscription_is_found_by_id_or_name() {
        let mut profile = Profile::default();
        profile.sign_in(all("a", &["1", "2"]));
        profile.sign_in(all("b", &["2"]));
        profile.sign_in(all("c", &["2"]));
        for (place, name) in ["one", "two", "two", "two"].into_iter().enumerate() {
            profile.subscriptions[place].name = name.to_owned();
        }
        let found = |profile: &Profile, subscription: Option<&str>, user: Option<&str>| {
            let found = profile.find_as(subscription, user);
            found
                .map(|a| format!("{}{}", a.user.name, a.id))
                .map_err(|f| f.message)
        };
        assert_eq!(found(&profile, Some("ONE"), None).unwrap(), "a1");
        assert_eq!(found(&profile, Some("two"), None).unwrap(), "c2");
        assert_eq!(found(&profile, Some("2"), Some("B")).unwrap(), "b2");
        assert_eq!(found(&profile, None, Some("a")).unwrap(), "a1");
        let said = found(&profile, Some("one"), Some("b")).unwrap_err();
        assert!(said.contains("doesn't exist"), "{said}");
        let said = found(&profile, None, Some("d")).unwrap_err();
        assert!(said.contains("no active accounts named 'd'"), "{said}");
        profile.sign_in(all("d", &["3"]));
        assert_eq!(found(&profile, Some("two"), None).unwrap(), "a2");
        profile.subscriptions[0].name = "two".to_owned();
        let said = found(&profile, Some("two"), None).unwrap_err();
        assert!(said.contains("has more than one match"), "{said}");
        // A name can be another one's id, which goes before.
        profile.subscriptions[4].name = "2".to_owned();
        assert_eq!(found(&profile, Some("2"), None).unwrap(), "a2");
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
