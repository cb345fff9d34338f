use std::fmt;
use std::str::FromStr;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// An instant: integer microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

/// A span of time: integer microseconds, possibly negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(i64);

impl Duration {
    /// A span of microseconds.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }
    /// A span of whole seconds.
    pub const fn seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }
    /// A span of whole minutes.
    pub const fn minutes(minutes: i64) -> Self {
        Self::seconds(minutes.saturating_mul(60))
    }
    /// A span of whole hours.
    pub const fn hours(hours: i64) -> Self {
        Self::minutes(hours.saturating_mul(60))
    }
    /// A span of days of 24 hours.
    pub const fn days(days: i64) -> Self {
        Self::hours(days.saturating_mul(24))
    }
    /// The span in whole seconds, rounded towards zero.
    pub const fn as_seconds(self) -> i64 {
        self.0 / 1_000_000
    }
    /// The span in microseconds.
    pub const fn as_micros(self) -> i64 {
        self.0
    }
}

impl Timestamp {
    /// The instant this many microseconds after the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }
    /// The instant this many seconds after the epoch.
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }
    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }
    /// Whole seconds since the epoch, rounded down (a JWT's NumericDate, RFC 7519 §2).
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
    /// This instant plus `span`.
    pub const fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.0))
    }
    /// This instant minus `span`.
    pub const fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
    /// The span from `earlier` to this instant; negative when `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }

    fn utc(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// RFC 3339 in UTC with whole seconds, `2020-11-10T08:30:00Z` (Microsoft Graph).
    pub fn to_rfc3339(self) -> String {
        self.utc()
            .format(format_description!(
                "[year]-[month]-[day]T[hour]:[minute]:[second]Z"
            ))
            .unwrap_or_default()
    }

    /// RFC 3339 in UTC with seven digits after the second, `2020-11-10T08:30:00.1234560Z` (Resource Manager).
    pub fn to_seven_digits(self) -> String {
        self.utc()
            .format(format_description!(
                "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:7]Z"
            ))
            .unwrap_or_default()
    }

    /// The form of the token service's errors, `2020-11-10 08:30:00Z`.
    pub fn to_error_form(self) -> String {
        self.utc()
            .format(format_description!(
                "[year]-[month]-[day] [hour]:[minute]:[second]Z"
            ))
            .unwrap_or_default()
    }

    /// The form of Resource Manager's errors, which is that of the United States: `8/21/2018 3:22:00 PM`.
    pub fn to_us_form(self) -> String {
        self.utc()
            .format(format_description!(
                "[month padding:none]/[day padding:none]/[year] \
                 [hour repr:12 padding:none]:[minute]:[second] [period]"
            ))
            .unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

impl FromStr for Timestamp {
    type Err = crate::InvalidName;

    /// Reads RFC 3339 with any offset and up to nine fractional digits, from the year 1970 on.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = || {
            crate::InvalidName::new(
                text,
                "date and time",
                "expected RFC 3339 such as `2030-01-31T00:00:00Z`",
            )
        };
        let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| fail())?;
        let micros = i64::try_from(at.unix_timestamp_nanos() / 1_000).map_err(|_| fail())?;
        if micros < 0 { Err(fail()) } else { Ok(Self(micros)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let at: Timestamp = "2020-11-10T08:30:00.1234567Z".parse().unwrap();
        assert_eq!(at.micros(), 1_604_997_000_123_456);
        assert_eq!(at.to_rfc3339(), "2020-11-10T08:30:00Z");
        assert_eq!(at.to_seven_digits(), "2020-11-10T08:30:00.1234560Z");
        assert_eq!(at.to_error_form(), "2020-11-10 08:30:00Z");
        assert_eq!(at.unix_seconds(), 1_604_997_000);
    }

    #[test]
    fn in_the_united_states_noon_and_midnight_are_twelve() {
        for (at, text) in [
            ("2018-08-21T15:22:00Z", "8/21/2018 3:22:00 PM"),
            ("2020-11-05T00:05:09Z", "11/5/2020 12:05:09 AM"),
            ("2020-12-31T12:00:00Z", "12/31/2020 12:00:00 PM"),
        ] {
            assert_eq!(at.parse::<Timestamp>().unwrap().to_us_form(), text);
        }
    }

    #[test]
    fn offsets_are_folded_to_utc() {
        let at: Timestamp = "2020-11-10T17:30:00+09:00".parse().unwrap();
        assert_eq!(at.to_rfc3339(), "2020-11-10T08:30:00Z");
        assert!("1969-12-31T23:59:59Z".parse::<Timestamp>().is_err());
        assert!("yesterday".parse::<Timestamp>().is_err());
    }
}
