//! An access token as the SDK hands it out.

use doorward_names::{Duration, SecretString, Timestamp};

/// An access token and when it ends.
#[derive(Debug, Clone)]
pub struct AccessToken {
    secret: SecretString,
    issued_at: Timestamp,
    expires_at: Timestamp,
}

/// Before its end a token is renewed this early, or after half its life when that is later.
const EARLY: Duration = Duration::minutes(5);

impl AccessToken {
    /// A token had at `issued_at` that ends at `expires_at`.
    pub fn new(secret: SecretString, issued_at: Timestamp, expires_at: Timestamp) -> Self {
        Self {
            secret,
            issued_at,
            expires_at,
        }
    }

    /// The token itself, for the `Authorization` header.
    pub fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// When it ends.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Whether it may still be shown to a resource.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Whether it is time to get another.
    pub fn is_due(&self, now: Timestamp) -> bool {
        let life = self.expires_at.since(self.issued_at);
        let half = self.issued_at.plus(Duration::seconds(life.as_seconds() / 2));
        now >= half.max(self.expires_at.minus(EARLY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(life: i64) -> AccessToken {
        let start = Timestamp::from_unix_seconds(0);
        AccessToken::new("x".into(), start, start.plus(Duration::seconds(life)))
    }

    #[test]
    fn an_hours_token_is_renewed_five_minutes_before_its_end() {
        let at = Timestamp::from_unix_seconds;
        assert!(!token(3600).is_due(at(3299)));
        assert!(token(3600).is_due(at(3300)));
        assert!(token(3600).is_valid(at(3599)) && !token(3600).is_valid(at(3600)));
    }

    #[test]
    fn a_short_tokens_half_life_counts() {
        let at = Timestamp::from_unix_seconds;
        assert!(!token(300).is_due(at(149)));
        assert!(token(300).is_due(at(150)));
    }

    #[test]
    fn it_is_not_shown() {
        assert!(
            format!(
                "{:?}",
                AccessToken::new(
                    "hush".into(),
                    Timestamp::from_unix_seconds(0),
                    Timestamp::from_unix_seconds(1)
                )
            )
            .contains("[redacted]")
        );
    }
}
