//! What a program's sign-ins leave on this machine, so that the next program needn't ask the person again: one file,
//! sealed, that many processes share. Its key lies in the person's keyring, and where there is none in a file beside it.

mod files;

use crate::{AccessToken, Error, config};
use doorward_keychain::{Key, Keyring, Sealed};
use doorward_names::{SecretString, Timestamp};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const FILE: &str = "sessions.json";
const KEY_FILE: &str = "sessions.key";
const LOCK: &str = "sessions.lock";

/// A directory that holds the file, its lock, and its key unless the keyring has it.
#[derive(Debug, Clone)]
pub(crate) struct SessionFile {
    directory: PathBuf,
    keyring: Keyring,
}

/// The right to change the file; given back when it is dropped, by the system at the latest.
#[derive(Debug)]
pub(crate) struct Turn(#[expect(dead_code, reason = "holds the lock")] File);

/// Every session that is kept.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Sessions {
    sessions: Vec<Kept>,
}

/// A person's session at a server.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    authority: String,
    /// The tenant as it was asked for.
    asked: String,
    /// The tenant that was signed in to.
    tenant: Option<String>,
    refresh_token: String,
    #[serde(default)]
    tokens: Vec<KeptToken>,
}

#[derive(Clone, Serialize, Deserialize)]
struct KeptToken {
    scope: String,
    secret: String,
    issued_at: i64,
    expires_at: i64,
}

impl SessionFile {
    /// The one in `directory`, which is made when something is kept; its key lies beside it.
    pub fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            keyring: Keyring::Never,
        }
    }

    /// The one in the person's home; its key lies in their keyring where there is one.
    pub fn of_person() -> Option<Self> {
        config::session_directory().map(|directory| Self {
            directory,
            keyring: config::keyring(),
        })
    }

    /// Waits until no other process has the file.
    pub async fn turn(&self) -> Result<Turn, Error> {
        let directory = self.directory.clone();
        blocking(move || files::lock(&directory, LOCK).map(Turn)).await
    }

    /// What is kept. A file that can't be opened any more holds nothing: whoever it was about signs in again.
    pub async fn read(&self) -> Result<Sessions, Error> {
        let this = self.clone();
        blocking(move || this.read_now()).await
    }

    /// Replaces what is kept.
    pub async fn write(&self, _turn: &Turn, sessions: &Sessions) -> Result<(), Error> {
        let fail = |e: serde_json::Error| Error::Invalid(format!("{FILE}: {e}"));
        let text = Zeroizing::new(serde_json::to_vec(sessions).map_err(fail)?);
        let this = self.clone();
        blocking(move || this.write_now(&text)).await
    }

    fn read_now(&self) -> Result<Sessions, Error> {
        let Some(bytes) = files::read(&self.directory.join(FILE))? else {
            return Ok(Sessions::default());
        };
        let lost = |reason: &str| {
            tracing::warn!(file.path = %self.directory.join(FILE).display(), reason, "the sessions that were kept can't be read");
            Ok(Sessions::default())
        };
        let Ok(sealed) = serde_json::from_slice::<Sealed>(&bytes) else {
            return lost("it is damaged");
        };
        if !sealed.is_known() {
            let path = self.directory.join(FILE);
            return Err(Error::Invalid(format!(
                "{}: a newer version wrote this file",
                path.display()
            )));
        }
        let key = match sealed.key_name() {
            Some(name) => match self.keyring.look_up(name) {
                Ok(key) => key,
                Err(error) => return lost(&error.to_string()),
            },
            None => match self.key_beside()? {
                Some(key) => key,
                None => return lost("its key is gone"),
            },
        };
        let opened = key.open(FILE, &sealed);
        match opened.and_then(|text| serde_json::from_slice(&text).ok()) {
            Some(sessions) => Ok(sessions),
            None => lost("it belongs to another key, or was changed"),
        }
    }

    fn write_now(&self, text: &[u8]) -> Result<(), Error> {
        let path = self.directory.join(FILE);
        let unsealable = |e: doorward_keychain::Unsealable| Error::Invalid(e.to_string());
        let sealed = match self.key_in_keyring()? {
            Some((name, key)) => key.seal(FILE, text).map_err(unsealable)?.by_key(&name),
            None => {
                let key = match self.key_beside()? {
                    Some(key) => key,
                    None => {
                        let key = Key::fresh().map_err(unsealable)?;
                        files::replace(&self.directory.join(KEY_FILE), key.to_text().as_bytes())?;
                        key
                    }
                };
                key.seal(FILE, text).map_err(unsealable)?
            }
        };
        let bytes =
            serde_json::to_vec(&sealed).map_err(|e| Error::Invalid(format!("{}: {e}", path.display())))?;
        files::replace(&path, &bytes)?;
        if sealed.key_name().is_some() {
            // Nothing is sealed by the one beside it any more.
            files::remove(&self.directory.join(KEY_FILE))?;
        }
        Ok(())
    }

    /// The key that the keyring has for this file, or takes for it now.
    fn key_in_keyring(&self) -> Result<Option<(String, Key)>, Error> {
        if self.keyring == Keyring::Never {
            return Ok(None);
        }
        let before = files::read(&self.directory.join(FILE))?;
        let before = before.and_then(|bytes| serde_json::from_slice::<Sealed>(&bytes).ok());
        if let Some(name) = before.as_ref().and_then(Sealed::key_name)
            && let Ok(key) = self.keyring.look_up(name)
        {
            return Ok(Some((name.to_owned(), key)));
        }
        Ok(self.keyring.keep_fresh().ok())
    }

    fn key_beside(&self) -> Result<Option<Key>, Error> {
        let text = files::read(&self.directory.join(KEY_FILE))?;
        Ok(text.and_then(|text| Key::from_text(&String::from_utf8_lossy(&text))))
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|e| Error::Invalid(format!("the cache of sessions: {e}")))?
}

impl Sessions {
    /// The session at that server that was signed in to by, or for, that tenant.
    pub fn find(&self, authority: &str, tenant: &str) -> Option<&Kept> {
        let of = |kept: &&Kept| kept.authority == authority;
        let asked = self.sessions.iter().filter(of).find(|kept| kept.asked == tenant);
        let named = |kept: &&Kept| kept.tenant.as_deref() == Some(tenant);
        asked.or_else(|| self.sessions.iter().filter(of).find(named))
    }

    /// Takes a session in, in the place of the one before.
    pub fn keep(&mut self, kept: Kept) {
        self.forget(&kept.authority, &kept.asked);
        self.sessions.push(kept);
    }

    /// Forgets the session that was asked for by that tenant.
    pub fn forget(&mut self, authority: &str, asked: &str) {
        self.sessions
            .retain(|kept| !(kept.authority == authority && kept.asked == asked));
    }
}

impl Kept {
    pub fn new(authority: &str, asked: &str, tenant: Option<String>, refresh_token: &SecretString) -> Self {
        Self {
            authority: authority.to_owned(),
            asked: asked.to_owned(),
            tenant,
            refresh_token: refresh_token.expose().clone(),
            tokens: Vec::new(),
        }
    }

    pub fn asked(&self) -> &str {
        &self.asked
    }

    pub fn refresh_token(&self) -> SecretString {
        SecretString::new(self.refresh_token.clone())
    }

    /// A token for `scope` that needn't be renewed yet.
    pub fn token(&self, scope: &str, now: Timestamp) -> Option<AccessToken> {
        let found = self.tokens.iter().find(|token| token.scope == scope)?;
        let at = Timestamp::from_unix_seconds;
        let secret = SecretString::new(found.secret.clone());
        let token = AccessToken::new(secret, at(found.issued_at), at(found.expires_at));
        (token.is_valid(now) && !token.is_due(now)).then_some(token)
    }

    /// The same with another refresh token and one more access token.
    #[must_use]
    pub fn with(
        mut self,
        refresh_token: &SecretString,
        scope: &str,
        token: &AccessToken,
        now: Timestamp,
    ) -> Self {
        self.refresh_token.clone_from(refresh_token.expose());
        self.tokens
            .retain(|known| known.scope != scope && known.expires_at > now.unix_seconds());
        self.tokens.push(KeptToken {
            scope: scope.to_owned(),
            secret: token.secret().expose().clone(),
            issued_at: now.unix_seconds(),
            expires_at: token.expires_at().unix_seconds(),
        });
        self
    }
}
