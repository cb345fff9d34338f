//! Instants as people and `az` write them, by this machine's time zone.

use doorward_names::Timestamp;
use doorward_sdk::clock::{Clock, SystemClock};
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

/// The present instant.
pub fn now() -> Timestamp {
    SystemClock.now()
}

/// `2030-01-31 12:00:00.000000` in local time; in UTC where the time zone can't be told.
pub fn az_form(at: Timestamp) -> String {
    let utc = OffsetDateTime::from_unix_timestamp(at.unix_seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let offset = UtcOffset::local_offset_at(utc).unwrap_or(UtcOffset::UTC);
    utc.to_offset(offset)
        .format(format_description!(
            "[year]-[month]-[day] [hour]:[minute]:[second].[subsecond digits:6]"
        ))
        .unwrap_or_default()
}

/// `2030-01-31-12-00-00` in UTC, for names that nobody chose.
pub fn name_form(at: Timestamp) -> String {
    at.to_rfc3339().trim_end_matches('Z').replace([':', 'T'], "-")
}
