//! Slowing down those who guess. A correct secret always succeeds: the proof is checked first, and only a failure
//! is counted, and answered with "wait" once there were too many. What is short or chosen by people (a code, a password)
//! is not looked at any more after so many.

use doorward_names::{Duration, Timestamp};
use std::net::IpAddr;

/// Failures from one source against one client that are answered plainly within [`WINDOW`].
pub const FREE_FAILURES: u32 = 20;

/// The span over which failures are counted.
pub const WINDOW: Duration = Duration::minutes(5);

/// Failures of one source against one principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// When the present window began.
    pub since: Timestamp,
    /// How many there were since then.
    pub count: u32,
}

/// What to answer to a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Say what was wrong.
    Plain,
    /// Say only: too many, wait.
    Wait {
        /// Whole seconds until the window ends, at least 1 (`Retry-After`).
        seconds: i64,
    },
}

/// How many failures within which span are answered plainly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// So many.
    pub free: u32,
    /// Within this span, which begins with the first of them.
    pub window: Duration,
}

/// Failures of one source against one principal.
pub const PER_SOURCE: Limit = Limit {
    free: FREE_FAILURES,
    window: WINDOW,
};

/// Wrong one-time codes of one account, from wherever. Six digits of which three are right at a time are found by one
/// try in 333 333, so that this many tell a stranger who knows the password a code once in a year or more.
pub const CODES: Limit = Limit {
    free: 30,
    window: Duration::hours(24),
};

/// The longest window of all, those of passwords included.
pub const LONGEST: Duration = CODES.window;

impl Limit {
    /// Counts one more failure.
    pub fn record(self, before: Option<Failures>, now: Timestamp) -> (Failures, Verdict) {
        let failures = match before.filter(|f| self.is_open(*f, now)) {
            Some(f) => Failures {
                count: f.count.saturating_add(1),
                ..f
            },
            None => Failures { since: now, count: 1 },
        };
        let verdict = match failures.count > self.free {
            true => Verdict::Wait {
                seconds: self.left(failures, now),
            },
            false => Verdict::Plain,
        };
        (failures, verdict)
    }

    /// How many seconds nothing further is looked at, not even what is right: for what is short enough to be guessed.
    pub fn closed(self, failures: Option<Failures>, now: Timestamp) -> Option<i64> {
        failures
            .filter(|f| self.is_open(*f, now) && f.count >= self.free)
            .map(|f| self.left(f, now))
    }

    fn is_open(self, failures: Failures, now: Timestamp) -> bool {
        now.since(failures.since) < self.window && now >= failures.since
    }

    fn left(self, failures: Failures, now: Timestamp) -> i64 {
        let left = failures.since.plus(self.window).since(now).as_seconds();
        left.max(1)
    }
}

/// Counts one more failure of one source against one principal.
pub fn record(before: Option<Failures>, now: Timestamp) -> (Failures, Verdict) {
    PER_SOURCE.record(before, now)
}

/// The source under which an address is counted: an IPv4 address itself, an IPv6 address by its /64.
pub fn source(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

    #[test]
    fn the_twenty_first_failure_waits_and_a_new_window_starts_over() {
        let mut failures = None;
        for _ in 0..FREE_FAILURES {
            let (next, verdict) = record(failures, NOW);
            assert_eq!(verdict, Verdict::Plain);
            failures = Some(next);
        }
        let (next, verdict) = record(failures, NOW.plus(Duration::minutes(1)));
        assert_eq!(verdict, Verdict::Wait { seconds: 240 });
        assert_eq!(
            record(Some(next), NOW.plus(Duration::minutes(5))).1,
            Verdict::Plain
        );
    }

    #[test]
    fn what_can_be_guessed_is_not_looked_at_after_so_many() {
        let failures = |count| Some(Failures { since: NOW, count });
        let later = NOW.plus(Duration::hours(23));
        assert_eq!(CODES.closed(None, NOW), None);
        assert_eq!(CODES.closed(failures(29), later), None);
        assert_eq!(CODES.closed(failures(30), later), Some(3600));
        assert_eq!(CODES.closed(failures(30), NOW.plus(CODES.window)), None);
    }

    #[test]
    fn ipv6_is_counted_by_its_64() {
        let at = |text: &str| source(text.parse().unwrap());
        assert_eq!(at("2001:db8:1:2:3:4:5:6"), at("2001:db8:1:2::ffff"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_eq!(at("::ffff:192.0.2.7"), "192.0.2.7");
    }
}
