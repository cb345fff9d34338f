//! Slowing down those who guess. A correct secret always succeeds: the proof is checked first, and only a failure
//! is counted, and answered with "wait" once there were too many.

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

/// Counts one more failure.
pub fn record(before: Option<Failures>, now: Timestamp) -> (Failures, Verdict) {
    let failures = match before {
        Some(f) if now.since(f.since) < WINDOW && now >= f.since => Failures {
            count: f.count.saturating_add(1),
            ..f
        },
        _ => Failures { since: now, count: 1 },
    };
    let verdict = if failures.count > FREE_FAILURES {
        let left = failures.since.plus(WINDOW).since(now).as_seconds();
        Verdict::Wait { seconds: left.max(1) }
    } else {
        Verdict::Plain
    };
    (failures, verdict)
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
    fn ipv6_is_counted_by_its_64() {
        let at = |text: &str| source(text.parse().unwrap());
        assert_eq!(at("2001:db8:1:2:3:4:5:6"), at("2001:db8:1:2::ffff"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_eq!(at("::ffff:192.0.2.7"), "192.0.2.7");
    }
}
