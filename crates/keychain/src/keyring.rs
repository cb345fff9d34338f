//! The person's keyring: the Secret Service of the desktop's session (freedesktop.org), GNOME Keyring or KWallet for one.

use crate::{Key, Unsealable};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// What every key of ours is called there.
const LABEL: &str = "Doorward: key of the files in which sign-ins are kept";

/// Keys that were had, by their names: it isn't asked twice for one. `None` where none was to be had.
static HAD: Mutex<BTreeMap<String, Result<Key, KeyringError>>> = Mutex::new(BTreeMap::new());

/// Why a key can't be had, or kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// There is none here, or it isn't to be used.
    #[error("there is no keyring here")]
    Absent,
    /// It is there, and says nothing.
    #[error("the keyring does not answer")]
    Silent,
    /// The person has locked it.
    #[error("the keyring is locked")]
    Locked,
    /// It holds no such key.
    #[error("the keyring does not hold the key any more")]
    NoKey,
    /// It says something that can't be worked with.
    #[error("the keyring fails: {0}")]
    Failed(String),
}

/// The keyring of whoever runs this program, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyring {
    /// The one of the session.
    OfSession,
    /// None, though there may be one.
    Never,
}

impl Keyring {
    /// The one that a setting (`DOORWARD_KEYRING`) names: `never`, or that of the session.
    pub fn of_setting(setting: Option<&str>) -> Self {
        match setting {
            Some(word) if word.trim().eq_ignore_ascii_case("never") => Self::Never,
            _ => Self::OfSession,
        }
    }

    /// The key called `name`. Blocks, for two seconds at most.
    ///
    /// A keyring that isn't to be used is still looked into: what was sealed by it has to be read once more.
    ///
    /// # Errors
    /// Why it can't be had. The same holds until the program ends.
    pub fn look_up(self, name: &str) -> Result<Key, KeyringError> {
        let mut had = HAD.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = had.get(name) {
            return known.clone();
        }
        let found = session::ask(session::Question::LookUp(name.to_owned()))
            .and_then(|text| text.ok_or(KeyringError::NoKey))
            .and_then(|text| Key::from_text(&text).ok_or(KeyringError::NoKey));
        had.insert(name.to_owned(), found.clone());
        found
    }

    /// Makes a key and keeps it; gives its name. Blocks, for four seconds at most.
    ///
    /// # Errors
    /// Why it can't be kept.
    pub fn keep_fresh(self) -> Result<(String, Key), KeyringError> {
        if self == Self::Never {
            return Err(KeyringError::Absent);
        }
        let no_entropy = |e: Unsealable| KeyringError::Failed(e.to_string());
        let (name, key) = (
            Key::fresh_name().map_err(no_entropy)?,
            Key::fresh().map_err(no_entropy)?,
        );
        session::ask(session::Question::Keep(name.clone(), key.to_text()))?;
        // What is sealed by it must be there for good, so the keyring is asked rather than believed.
        match self.look_up(&name)?.to_text() == key.to_text() {
            true => Ok((name, key)),
            false => Err(KeyringError::Failed(
                "it holds another key than it was given".to_owned(),
            )),
        }
    }

    /// Takes the key called `name` away. One that is gone is no failure.
    ///
    /// # Errors
    /// When the keyring can't be asked.
    pub fn forget(self, name: &str) -> Result<(), KeyringError> {
        let mut had = HAD.lock().unwrap_or_else(PoisonError::into_inner);
        had.remove(name);
        session::ask(session::Question::Forget(name.to_owned())).map(|_| ())
    }
}

#[cfg(target_os = "linux")]
mod session {
    use super::{KeyringError, LABEL, PATIENCE};
    use secret_service::{EncryptionType, Error, Item, SecretService};
    use std::collections::HashMap;
    use zeroize::Zeroizing;

    /// What is asked of the keyring.
    pub(super) enum Question {
        LookUp(String),
        Keep(String, Zeroizing<String>),
        Forget(String),
    }

    /// Asks on a thread of its own, since the caller's may drive a runtime already; gives up after a while.
    pub(super) fn ask(question: Question) -> Result<Option<Zeroizing<String>>, KeyringError> {
        let thread = std::thread::Builder::new().name("keyring".to_owned());
        let asked = thread.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|e| KeyringError::Failed(e.to_string()))?;
            runtime.block_on(async {
                match tokio::time::timeout(PATIENCE, answer(question)).await {
                    Ok(answered) => answered.map_err(|e| told(&e)),
                    Err(_) => Err(KeyringError::Silent),
                }
            })
        });
        let asked = asked.map_err(|e| KeyringError::Failed(e.to_string()))?;
        asked
            .join()
            .unwrap_or_else(|_| Err(KeyringError::Failed("it was cut off".to_owned())))
    }

    async fn answer(question: Question) -> Result<Option<Zeroizing<String>>, Error> {
        let service = SecretService::connect(EncryptionType::Dh).await?;
        match question {
            Question::LookUp(name) => {
                let Some(item) = find(&service, &name).await? else {
                    return Ok(None);
                };
                let text = Zeroizing::new(item.get_secret().await?);
                Ok(Some(Zeroizing::new(String::from_utf8_lossy(&text).into_owned())))
            }
            Question::Keep(name, text) => {
                let collection = service.get_default_collection().await?;
                collection.ensure_unlocked().await?;
                let item =
                    collection.create_item(LABEL, attributes(&name), text.as_bytes(), true, "text/plain");
                item.await?;
                Ok(None)
            }
            Question::Forget(name) => {
                if let Some(item) = find(&service, &name).await? {
                    item.delete().await?;
                }
                Ok(None)
            }
        }
    }

    /// The item of that name; nobody is asked to unlock anything.
    async fn find<'a>(service: &'a SecretService<'_>, name: &str) -> Result<Option<Item<'a>>, Error> {
        let found = service.search_items(attributes(name)).await?;
        match found.unlocked.into_iter().next() {
            Some(item) => Ok(Some(item)),
            None if found.locked.is_empty() => Ok(None),
            None => Err(Error::Locked),
        }
    }

    fn attributes(name: &str) -> HashMap<&str, &str> {
        HashMap::from([("application", "doorward"), ("key", name)])
    }

    fn told(error: &Error) -> KeyringError {
        match error {
            Error::Locked | Error::Prompt | Error::PromptDisconnected => KeyringError::Locked,
            Error::Unavailable | Error::NoResult => KeyringError::Absent,
            // No bus, or nobody on it who keeps secrets.
            Error::Zbus(_) | Error::ZbusFdo(_) => KeyringError::Absent,
            other => KeyringError::Failed(other.to_string()),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod session {
    use super::KeyringError;
    use zeroize::Zeroizing;

    /// What would be asked of a keyring.
    pub(super) enum Question {
        LookUp(String),
        Keep(String, Zeroizing<String>),
        Forget(String),
    }

    /// There is none that this program knows.
    pub(super) fn ask(_: Question) -> Result<Option<Zeroizing<String>>, KeyringError> {
        Err(KeyringError::Absent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_can_say_that_none_is_used() {
        for never in ["never", " Never "] {
            assert_eq!(Keyring::of_setting(Some(never)), Keyring::Never);
        }
        for other in [None, Some(""), Some("auto")] {
            assert_eq!(Keyring::of_setting(other), Keyring::OfSession);
        }
        assert_eq!(Keyring::Never.keep_fresh().err(), Some(KeyringError::Absent));
    }
}
