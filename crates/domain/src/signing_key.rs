//! Signing keys and their four stages: next → current → retired, and revoked from any of them.

use doorward_names::{Duration, Timestamp};

/// How long a key is published before it may sign, so that every verifier has seen it (24 hours).
pub const PUBLISHED_BEFORE_USE: Duration = Duration::hours(24);

/// A key's name: base64url of the SHA-1 of its certificate; `kid` and `x5t` of tokens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyName(pub String);

/// Which tokens a key signs. Each use has a current and a next key of its own, and verifiers of the one never hear of the
/// other's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyUse {
    /// Those issued under the server's own names.
    Origin,
    /// Those issued under Azure's names, within a run.
    Relay,
}

impl KeyUse {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Origin, Self::Relay];

    /// The word that the store keeps and people read.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::Relay => "relay",
        }
    }

    /// The use of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key_use| key_use.as_str() == word)
    }
}

/// Where a key is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Published, not yet signing.
    Next {
        /// Since when verifiers could fetch it.
        published_at: Timestamp,
    },
    /// Signing.
    Current {
        /// Since when it signs.
        since: Timestamp,
    },
    /// Not signing any more; published until its last token has expired.
    Retired {
        /// When it stopped signing.
        at: Timestamp,
        /// When it stops being published.
        until: Timestamp,
    },
    /// Worthless: neither published nor accepted.
    Revoked {
        /// Since when.
        at: Timestamp,
    },
}

/// A signing key's place in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its name.
    pub name: KeyName,
    /// Which tokens it signs.
    pub key_use: KeyUse,
    /// Its stage.
    pub stage: Stage,
}

/// Why a key cannot go where it was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A `next` key has not been published for long enough.
    #[error("key `{name}` may sign from {from} on: it has to be published for 24 hours first")]
    TooYoung {
        /// The key.
        name: String,
        /// From when on it may sign.
        from: Timestamp,
    },
    /// The key is not in the stage that the step starts from.
    #[error("key `{0}` is not in the stage this step starts from")]
    WrongStage(String),
}

impl SigningKey {
    /// The first key of its use, which signs at once: no verifier can have cached an older set.
    pub fn first(name: KeyName, key_use: KeyUse, now: Timestamp) -> Self {
        Self {
            name,
            key_use,
            stage: Stage::Current { since: now },
        }
    }

    /// A key that is published now and signs later.
    pub fn published(name: KeyName, key_use: KeyUse, now: Timestamp) -> Self {
        Self {
            name,
            key_use,
            stage: Stage::Next { published_at: now },
        }
    }

    /// From when on a `next` key may sign.
    pub fn may_sign_from(&self) -> Option<Timestamp> {
        match self.stage {
            Stage::Next { published_at } => Some(published_at.plus(PUBLISHED_BEFORE_USE)),
            Stage::Current { .. } | Stage::Retired { .. } | Stage::Revoked { .. } => None,
        }
    }

    /// `next` → `current`, once it has been published for [`PUBLISHED_BEFORE_USE`].
    ///
    /// # Errors
    /// When it is too young, or not `next`.
    pub fn promote(self, now: Timestamp) -> Result<Self, KeyError> {
        match self.may_sign_from() {
            None => Err(KeyError::WrongStage(self.name.0)),
            Some(from) if now < from => Err(KeyError::TooYoung {
                name: self.name.0,
                from,
            }),
            Some(_) => Ok(Self {
                stage: Stage::Current { since: now },
                ..self
            }),
        }
    }

    /// `next` → `current` at once: only when the key in use was revoked, where waiting would help the thief.
    ///
    /// # Errors
    /// When it is not `next`.
    pub fn promote_in_emergency(self, now: Timestamp) -> Result<Self, KeyError> {
        match self.stage {
            Stage::Next { .. } => Ok(Self {
                stage: Stage::Current { since: now },
                ..self
            }),
            _ => Err(KeyError::WrongStage(self.name.0)),
        }
    }

    /// `current` → `retired`; published until `longest_token` and the allowed clock skew have passed.
    ///
    /// # Errors
    /// When it is not `current`.
    pub fn retire(self, now: Timestamp, longest_token: Duration) -> Result<Self, KeyError> {
        match self.stage {
            Stage::Current { .. } => {
                let until = now.plus(longest_token).plus(crate::token::CLOCK_SKEW);
                Ok(Self {
                    stage: Stage::Retired { at: now, until },
                    ..self
                })
            }
            _ => Err(KeyError::WrongStage(self.name.0)),
        }
    }

    /// Any stage → `revoked`.
    pub fn revoke(self, now: Timestamp) -> Self {
        Self {
            stage: Stage::Revoked { at: now },
            ..self
        }
    }

    /// Whether verifiers may be given this key, and tokens signed with it are accepted.
    pub fn is_published(&self, now: Timestamp) -> bool {
        match self.stage {
            Stage::Next { .. } | Stage::Current { .. } => true,
            Stage::Retired { until, .. } => now < until,
            Stage::Revoked { .. } => false,
        }
    }

    /// Whether this key signs.
    pub fn signs(&self) -> bool {
        matches!(self.stage, Stage::Current { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

    fn name() -> KeyName {
        KeyName("k".into())
    }

    #[test]
    fn a_key_is_published_a_day_before_it_signs() {
        let key = SigningKey::published(name(), KeyUse::Origin, NOW);
        let early = NOW.plus(Duration::hours(23));
        assert!(matches!(
            key.clone().promote(early),
            Err(KeyError::TooYoung { .. })
        ));
        assert!(key.promote(NOW.plus(Duration::hours(24))).unwrap().signs());
    }

    #[test]
    fn a_retired_key_stays_published_until_its_last_token_has_expired() {
        let key = SigningKey::first(name(), KeyUse::Origin, NOW)
            .retire(NOW, Duration::hours(1))
            .unwrap();
        assert!(!key.signs());
        assert!(key.is_published(NOW.plus(Duration::minutes(64))));
        assert!(!key.is_published(NOW.plus(Duration::minutes(65))));
    }

    #[test]
    fn a_revoked_key_vanishes_at_once() {
        let key = SigningKey::first(name(), KeyUse::Origin, NOW).revoke(NOW);
        assert!(!key.is_published(NOW) && !key.signs());
        assert!(key.clone().promote(NOW).is_err() && key.promote_in_emergency(NOW).is_err());
    }
}
