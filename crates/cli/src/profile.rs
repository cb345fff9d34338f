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

    /// Takes an account in and makes it the one in use.
    pub fn sign_in(&mut self, account: Account) {
        self.subscriptions.retain(|known| {
            !(known.id == account.id
                && known.user == account.user
                && known.server.authority == account.server.authority)
        });
        for known in &mut self.subscriptions {
            known.is_default = false;
        }
        self.subscriptions.push(Account {
            is_default: true,
            ..account
        });
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
    /// The account as `az account show` prints it.
    pub fn to_az(&self) -> Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Some(object) = value.as_object_mut() {
            object.remove("server");
        }
        value
    }
}
