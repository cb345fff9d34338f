//! What must not be shown: `secrets.json`, with refresh tokens, client secrets and access tokens. It is sealed under a key
//! in the person's keyring; where none takes one, it is as it is, and the person's alone.

use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::{Home, Turn};
use crate::profile::{Account, UserKind};
use doorward_keychain::{Key, Keyring, KeyringError, Sealed};
use doorward_names::{Secret, SecretString, Timestamp};
use doorward_sdk::AccessToken;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

const FILE: &str = "secrets.json";

/// Where a sealed file goes that can't be opened, when somebody signs in anew.
const ASIDE: &str = "secrets.unreadable.json";

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
        match read(home)? {
            None => Ok(Self::default()),
            Some(Kept::Clear(vault)) => Ok(vault),
            Some(Kept::Sealed(sealed)) => open(home, &sealed),
        }
    }

    /// Changes the file, with no other process in between.
    pub fn change(home: &Home, now: Timestamp, change: impl FnOnce(&mut Self)) -> Result<(), Failure> {
        let turn = home.turn()?;
        Self::load(home)?.finish(home, &turn, now, change)
    }

    /// The same for who signs in: a sealed file that can't be opened is set aside, and said to be.
    pub fn change_anew(
        home: &Home,
        now: Timestamp,
        change: impl FnOnce(&mut Self),
    ) -> Result<Option<String>, Failure> {
        let turn = home.turn()?;
        let (vault, warning) = match Self::load(home) {
            Ok(vault) => (vault, None),
            Err(failure) => match read(home) {
                Ok(Some(Kept::Sealed(_))) => {
                    let aside = home.set_aside(&turn, FILE, ASIDE)?;
                    let warning = format!(
                        "{}. It was set aside as {}; other accounts have to sign in again.",
                        failure.message,
                        aside.display()
                    );
                    (Self::default(), Some(warning))
                }
                _ => return Err(failure),
            },
        };
        vault.finish(home, &turn, now, change)?;
        Ok(warning)
    }

    fn finish(
        mut self,
        home: &Home,
        turn: &Turn,
        now: Timestamp,
        change: impl FnOnce(&mut Self),
    ) -> Result<(), Failure> {
        change(&mut self);
        self.tokens.retain(|token| token.expires_at > now.unix_seconds());
        let before = key_name(home);
        let Some((name, key)) = key_for(before.as_deref()) else {
            home.write(turn, FILE, &self)?;
            // The file doesn't need it any more, so it may stay where it can't be had.
            if let Some(name) = before {
                drop(config::keyring().forget(&name));
            }
            return Ok(());
        };
        let fail = |e: &dyn std::fmt::Display| Failure::file(&home.path(FILE), e);
        let text = Zeroizing::new(serde_json::to_vec(&self).map_err(|e| fail(&e))?);
        let sealed = key.seal(FILE, &text).map_err(|e| fail(&e))?;
        home.write(turn, FILE, &sealed.by_key(&name))
    }

    /// Removes the file, and its key.
    pub fn clear(home: &Home) -> Result<(), Failure> {
        let name = key_name(home);
        home.remove(FILE)?;
        home.remove(ASIDE)?;
        if let Some(name) = name {
            // Nothing is sealed by it any more: one that can't be had now may stay.
            drop(config::keyring().forget(&name));
        }
        Ok(())
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

/// What is in the file.
enum Kept {
    Sealed(Sealed),
    Clear(Vault),
}

/// As much of the file as tells whether it is sealed.
#[derive(Deserialize)]
struct Outside {
    sealed: Option<IgnoredAny>,
}

fn read(home: &Home) -> Result<Option<Kept>, Failure> {
    let Some(bytes) = home.bytes(FILE)? else {
        return Ok(None);
    };
    let kept = match serde_json::from_slice(&bytes) {
        Ok(Outside { sealed: Some(_) }) => home.parse(FILE, &bytes).map(Kept::Sealed),
        _ => home.parse(FILE, &bytes).map(Kept::Clear),
    };
    kept.map(Some)
}

/// What the key of the file is called, if it has one.
fn key_name(home: &Home) -> Option<String> {
    match read(home) {
        Ok(Some(Kept::Sealed(sealed))) => sealed.key_name().map(str::to_owned),
        _ => None,
    }
}

/// The key to seal the file by: the one of before, else a new one where the keyring takes it.
fn key_for(before: Option<&str>) -> Option<(String, Key)> {
    let keyring = config::keyring();
    if keyring == Keyring::Never {
        return None;
    }
    if let Some((name, Ok(key))) = before.map(|name| (name, keyring.look_up(name))) {
        return Some((name.to_owned(), key));
    }
    match keyring.keep_fresh() {
        Ok(kept) => {
            tracing::debug!("secrets are sealed by a key in the keyring from now on");
            Some(kept)
        }
        Err(reason) => {
            tracing::debug!(%reason, "secrets are kept in a file that its owner alone may read");
            None
        }
    }
}

fn open(home: &Home, sealed: &Sealed) -> Result<Vault, Failure> {
    let path = home.path(FILE);
    let unusable = |reason: &dyn std::fmt::Display, cure: &str| Failure {
        exit: Exit::NotSignedIn,
        ..Failure::file(&path, format!("it can't be opened: {reason}")).cure(cure)
    };
    if !sealed.is_known() {
        let reason = "a newer version wrote it";
        return Err(unusable(
            &reason,
            "use that version, or sign in again: `doorward login`",
        ));
    }
    let Some(name) = sealed.key_name() else {
        return Err(unusable(&KeyringError::NoKey, AGAIN));
    };
    let key = config::keyring().look_up(name).map_err(|error| match error {
        KeyringError::NoKey => unusable(&error, AGAIN),
        other => unusable(&other, WAKE),
    })?;
    tracing::debug!("secrets are sealed by a key in the keyring");
    let opened = key.open(FILE, sealed);
    let opened = opened.and_then(|text| serde_json::from_slice(&text).ok());
    opened.ok_or_else(|| unusable(&"it was changed, or belongs to another key", AGAIN))
}

const AGAIN: &str = "sign in again: `doorward login`";
const WAKE: &str = "start or unlock the keyring of your session, or sign in again: `doorward login`";

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
