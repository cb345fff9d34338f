//! When a password is not looked at any more. People choose passwords, so unlike a generated secret one can be guessed,
//! and after too many wrong ones a right one waits as well.
//!
//! Whoever waits for that must not be the owner. So tries from a browser in which the person has signed in before are
//! counted for this browser alone, and whatever strangers do, from however many addresses, counts for strangers.

use crate::throttle::{Failures, Limit, PER_SOURCE};
use doorward_names::{Duration, Timestamp};

/// What a wrong password is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// The account, from all browsers together in which the person never signed in.
    Account,
    /// The account, from one of these browsers' addresses.
    AccountFromSource,
    /// One of these addresses, whatever account of a tenant it tried.
    Source,
    /// One browser in which the person has signed in.
    KnownBrowser,
}

impl Counted {
    /// How many wrong ones are answered within which span; after that, none is looked at until its end.
    ///
    /// A hundred a day for an account are what NIST SP 800-63B §3.2.2 allows.
    pub const fn limit(self) -> Limit {
        match self {
            Self::Account => Limit {
                free: 100,
                window: Duration::hours(24),
            },
            Self::AccountFromSource => PER_SOURCE,
            Self::Source => Limit {
                free: 100,
                window: Duration::hours(1),
            },
            Self::KnownBrowser => Limit {
                free: 20,
                window: Duration::hours(1),
            },
        }
    }
}

/// Why a password is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lockout {
    /// What there were too many for.
    pub counted: Counted,
    /// Whole seconds until one is looked at again, at least 1.
    pub seconds: i64,
}

/// For how long a browser stays known without another sign-in.
pub const KNOWN_FOR: Duration = Duration::days(365);

/// Whether a password may be looked at; the longest wait where there are several.
pub fn lockout(
    counters: impl IntoIterator<Item = (Counted, Option<Failures>)>,
    now: Timestamp,
) -> Option<Lockout> {
    let waits = counters.into_iter().filter_map(|(counted, failures)| {
        let seconds = counted.limit().closed(failures, now)?;
        Some(Lockout { counted, seconds })
    });
    waits.max_by_key(|lockout| lockout.seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

    /// One account's counters, as a store keeps them.
    #[derive(Default)]
    struct Kept(BTreeMap<String, Failures>);

    impl Kept {
        /// Tries a wrong password; says whether it was looked at.
        fn try_wrong(&mut self, counters: &[(Counted, String)], now: Timestamp) -> bool {
            let found = counters
                .iter()
                .map(|(counted, key)| (*counted, self.0.get(key).copied()));
            if lockout(found.collect::<Vec<_>>(), now).is_some() {
                return false;
            }
            for (counted, key) in counters {
                let before = self.0.get(key).copied();
                self.0.insert(key.clone(), counted.limit().record(before, now).0);
            }
            true
        }
    }

    fn stranger(address: i64) -> Vec<(Counted, String)> {
        vec![
            (Counted::Account, "account".to_owned()),
            (Counted::AccountFromSource, format!("account {address}")),
            (Counted::Source, format!("source {address}")),
        ]
    }

    #[test]
    fn a_hundred_thousand_wrong_tries_from_many_addresses_neither_fill_anything_nor_reach_the_owner() {
        let mut kept = Kept::default();
        let looked_at = (0..100_000_i64)
            .filter(|n| kept.try_wrong(&stranger(n % 50_000), NOW.plus(Duration::from_micros(*n * 1000))))
            .count();
        assert_eq!(looked_at, 100, "of all addresses together");
        assert_eq!(kept.0.len(), 1 + 2 * 100, "what is not looked at leaves nothing");
        // The owner mistypes, and goes on mistyping.
        let own = [(Counted::KnownBrowser, "known".to_owned())];
        let later = NOW.plus(Duration::minutes(2));
        assert_eq!((0..30).filter(|_| kept.try_wrong(&own, later)).count(), 20);
        assert!(!kept.try_wrong(&own, later.plus(Duration::minutes(59))));
        assert!(kept.try_wrong(&own, later.plus(Duration::hours(1))));
        // After a day, strangers are heard again.
        assert!(!kept.try_wrong(&stranger(1), NOW.plus(Duration::hours(23))));
        assert!(kept.try_wrong(&stranger(1), NOW.plus(Duration::hours(25))));
    }

    #[test]
    fn one_address_waits_sooner_and_for_all_accounts() {
        let mut kept = Kept::default();
        assert_eq!((0..30).filter(|_| kept.try_wrong(&stranger(1), NOW)).count(), 20);
        assert!(kept.try_wrong(&stranger(2), NOW));
        let spray = |account: i64| {
            vec![
                (Counted::Account, format!("account {account}")),
                (Counted::AccountFromSource, format!("account {account} 3")),
                (Counted::Source, "source 3".to_owned()),
            ]
        };
        assert_eq!((10..500).filter(|n| kept.try_wrong(&spray(*n), NOW)).count(), 100);
    }

    #[test]
    fn the_longest_wait_is_told() {
        let failures = |count| Some(Failures { since: NOW, count });
        let counters = [
            (Counted::AccountFromSource, failures(20)),
            (Counted::Account, failures(100)),
            (Counted::Source, failures(99)),
        ];
        let told = lockout(counters, NOW.plus(Duration::minutes(1))).unwrap();
        assert_eq!((told.counted, told.seconds), (Counted::Account, 86_340));
        assert_eq!(lockout([(Counted::Account, None)], NOW), None);
    }
}
