//! Browsers in which a person has signed in before. What such a browser keeps says so under a seal of ours, to us alone:
//! neither a name nor an id stands in it. It is no proof of who somebody is; it only keeps a browser's wrong passwords
//! apart from those of strangers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_domain::lockout::KNOWN_FOR;
use doorward_domain::user::User;
use doorward_names::Timestamp;

use super::SecretHasher;

/// Most people that one browser is known for; who came longest ago goes first.
const MOST: usize = 4;

/// Most bytes of what a browser keeps.
pub const MAX_BYTES: usize = 512;

const PURPOSE: &str = "known browser";

/// What a browser brings that was given to it here, for up to [`MOST`] people.
#[derive(Clone, Copy)]
pub struct Known<'a>(&'a str);

impl<'a> Known<'a> {
    /// Takes what a browser brings, which anybody may have made up.
    pub const fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// The name under which this browser's wrong passwords for `user` are counted, when `user` has signed in there
    /// within [`KNOWN_FOR`] and has not signed out everywhere since.
    pub fn name_for(self, hasher: &SecretHasher, user: &User, now: Timestamp) -> Option<&'a str> {
        let mut all = self.0.split('~').take(MOST);
        all.find_map(|one| {
            let (at, name) = opened(hasher, user, one)?;
            (now.since(at) <= KNOWN_FOR && !user.revoked_since(at)).then_some(name)
        })
    }

    /// What the browser keeps from now on, since `user` has signed in there; `name` was drawn just now. `None` only
    /// when the store holds no key.
    pub fn with(
        self,
        hasher: &SecretHasher,
        user: &User,
        (name, now): ([u8; 16], Timestamp),
    ) -> Option<String> {
        let name = URL_SAFE_NO_PAD.encode(name);
        let at = now.micros().to_string();
        let seal = hasher.seal(PURPOSE, &sealed(user, &at, &name))?;
        let mut kept = format!("{at}.{name}.{seal}");
        let others = self
            .0
            .split('~')
            .filter(|one| !one.is_empty() && opened(hasher, user, one).is_none());
        for other in others.take(MOST - 1) {
            if kept.len() + 1 + other.len() <= MAX_BYTES {
                kept.push('~');
                kept.push_str(other);
            }
        }
        Some(kept)
    }
}

fn opened<'a>(hasher: &SecretHasher, user: &User, one: &'a str) -> Option<(Timestamp, &'a str)> {
    let mut parts = one.split('.');
    let (at, name, seal) = (parts.next()?, parts.next()?, parts.next()?);
    if !hasher.is_sealed(PURPOSE, &sealed(user, at, name), seal) {
        return None;
    }
    Some((Timestamp::from_micros(at.parse().ok()?), name))
}

fn sealed(user: &User, at: &str, name: &str) -> String {
    format!("{} {} {at} {name}", user.tenant, user.id)
}
