//! What must not be shown: `secrets.json`, with refresh tokens, client secrets and access tokens.

use crate::failure::Failure;
use crate::files::Home;
use crate::profile::{Account, UserKind};
use doorward_names::{Secret, SecretString, Timestamp};
use doorward_sdk::AccessToken;
use serde::{Deserialize, Serialize};

const FILE: &str = "secrets.json";

/// Every secret of every account. Shows nothing of itself.
#[derive(Default, Serialize, Deserialize)]
pub struct Vault {
    #[serde(default)]
    credentials: Vec<Credential>,
    #[serde(default)]
    tokens: Vec<Token>,
}

/// Whose secret it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    authority: String,
    tenant: String,
    user: String,
}

#[derive(Serialize, Deserialize)]
struct Credential {
    owner: Owner,
    kind: UserKind,
    /// A person's refresh token, or a service principal's secret.
    secret: String,
}

#[derive(Serialize, Deserialize)]
struct Token {
    owner: Owner,
    scope: String,
    secret: String,
    issued_at: i64,
    expires_at: i64,
}

impl Owner {
    /// The owner that an account is.
    pub fn of(account: &Account) -> Self {
        Self {
            authority: account.server.authority.clone(),
            tenant: account.tenant_id.clone(),
            user: account.user.name.to_lowercase(),
        }
    }
}

impl Vault {
    /// Reads the file.
    pub fn load(home: &Home) -> Result<Self, Failure> {
        Ok(home.read(FILE)?.unwrap_or_default())
    }

    /// Changes the file, with no other process in between.
    pub fn change(home: &Home, now: Timestamp, change: impl FnOnce(&mut Self)) -> Result<(), Failure> {
        let turn = home.turn()?;
        let mut vault = Self::load(home)?;
        change(&mut vault);
        vault.tokens.retain(|token| token.expires_at > now.unix_seconds());
        home.write(&turn, FILE, &vault)
    }

    /// Removes the file.
    pub fn clear(home: &Home) -> Result<(), Failure> {
        home.remove(FILE)
    }

    /// The secret by which an account has tokens.
    pub fn credential(&self, owner: &Owner, kind: UserKind) -> Option<SecretString> {
        let found = self
            .credentials
            .iter()
            .find(|known| known.owner == *owner && known.kind == kind)?;
        Some(Secret::new(found.secret.clone()))
    }

    /// Keeps the secret by which an account has tokens; another secret than before ends the tokens that are kept.
    pub fn keep_credential(&mut self, owner: &Owner, kind: UserKind, secret: &SecretString) {
        let same = |known: &Credential| known.owner == *owner && known.kind == kind;
        self.credentials.retain(|known| !same(known));
        self.credentials.push(Credential {
            owner: owner.clone(),
            kind,
            secret: secret.expose().clone(),
        });
    }

    /// Keeps the secret that came in the place of `old`; says whether that was still what an account has tokens by. When
    /// it isn't, somebody signed in anew or out meanwhile, and what they did stays.
    pub fn replace_credential(
        &mut self,
        owner: &Owner,
        kind: UserKind,
        (old, new): (&SecretString, &SecretString),
    ) -> bool {
        let found = self
            .credentials
            .iter_mut()
            .find(|known| known.owner == *owner && known.kind == kind && known.secret == *old.expose());
        let Some(found) = found else {
            return false;
        };
        found.secret.clone_from(new.expose());
        true
    }

    /// A token for that scope that needn't be renewed yet.
    pub fn token(&self, owner: &Owner, scope: &str, now: Timestamp) -> Option<AccessToken> {
        let found = self
            .tokens
            .iter()
            .find(|token| token.owner == *owner && token.scope == scope)?;
        let at = Timestamp::from_unix_seconds;
        let token = AccessToken::new(
            Secret::new(found.secret.clone()),
            at(found.issued_at),
            at(found.expires_at),
        );
        (token.is_valid(now) && !token.is_due(now)).then_some(token)
    }

    /// Keeps a token.
    pub fn keep_token(&mut self, owner: &Owner, scope: &str, token: &AccessToken, now: Timestamp) {
        self.tokens
            .retain(|known| !(known.owner == *owner && known.scope == scope));
        self.tokens.push(Token {
            owner: owner.clone(),
            scope: scope.to_owned(),
            secret: token.secret().expose().clone(),
            issued_at: now.unix_seconds(),
            expires_at: token.expires_at().unix_seconds(),
        });
    }

    /// Forgets the tokens of an owner.
    pub fn forget_tokens(&mut self, owner: &Owner) {
        self.tokens.retain(|known| known.owner != *owner);
    }

    /// Forgets everything of an owner.
    pub fn forget(&mut self, owner: &Owner) {
        self.forget_tokens(owner);
        self.credentials.retain(|known| known.owner != *owner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_replaced_only_where_it_stands() {
        let owner = |user: &str| Owner {
            authority: "https://localhost".to_owned(),
            tenant: "t".to_owned(),
            user: user.to_owned(),
        };
        let secret = |text: &str| SecretString::new(text.to_owned());
        let (alice, kind) = (owner("alice"), UserKind::User);
        let mut vault = Vault::default();
        let turned = (secret("one"), secret("two"));
        let turned = (&turned.0, &turned.1);
        // Signed out meanwhile.
        assert!(!vault.replace_credential(&alice, kind, turned));
        vault.keep_credential(&alice, kind, &secret("one"));
        vault.keep_credential(&owner("bob"), kind, &secret("one"));
        assert!(!vault.replace_credential(&alice, UserKind::ServicePrincipal, turned));
        assert!(vault.replace_credential(&alice, kind, turned));
        assert_eq!(vault.credential(&alice, kind).unwrap().expose(), "two");
        assert_eq!(vault.credential(&owner("bob"), kind).unwrap().expose(), "one");
        // Signed in anew meanwhile.
        vault.keep_credential(&alice, kind, &secret("another session's"));
        assert!(!vault.replace_credential(&alice, kind, turned));
        assert_eq!(
            vault.credential(&alice, kind).unwrap().expose(),
            "another session's"
        );
    }
}
