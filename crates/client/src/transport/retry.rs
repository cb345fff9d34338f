//! When to ask again, and how long to wait before.

use crate::entropy;
use std::time::Duration;

/// How often and how patiently a request is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Most requests for one call, the first included; at least 1.
    pub attempts: u32,
    /// The first pause; each further one is twice as long, with up to half of it by chance on top.
    pub pause: Duration,
    /// The longest pause, also when the server asks for more: then the call fails at once.
    pub longest_pause: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 4,
            pause: Duration::from_millis(200),
            longest_pause: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// One request, no second.
    pub const NEVER: Self = Self {
        attempts: 1,
        pause: Duration::ZERO,
        longest_pause: Duration::ZERO,
    };

    /// How long to wait before request number `made + 1`; `None` to give up.
    pub(crate) fn wait(&self, made: u32, asked_for: Option<Duration>) -> Option<Duration> {
        if made >= self.attempts {
            return None;
        }
        if let Some(span) = asked_for {
            return (span <= self.longest_pause).then_some(span);
        }
        let doubled = self
            .pause
            .saturating_mul(2u32.saturating_pow(made.saturating_sub(1)));
        let half = u64::try_from(doubled.as_millis() / 2).unwrap_or(u64::MAX);
        let extra = Duration::from_millis(entropy::jitter(half));
        Some(doubled.saturating_add(extra).min(self.longest_pause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_asks_for_is_kept_within_bounds() {
        let policy = RetryPolicy::default();
        assert_eq!(
            policy.wait(1, Some(Duration::from_secs(7))),
            Some(Duration::from_secs(7))
        );
        assert_eq!(policy.wait(1, Some(Duration::from_secs(31))), None);
        assert_eq!(policy.wait(4, Some(Duration::from_secs(1))), None);
    }

    #[test]
    fn pauses_grow() {
        let policy = RetryPolicy::default();
        for (made, least, most) in [(1, 200, 300), (2, 400, 600), (3, 800, 1200)] {
            let pause = policy.wait(made, None).unwrap().as_millis();
            assert!((least..=most).contains(&pause), "{pause}");
        }
    }
}
