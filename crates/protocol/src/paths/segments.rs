//! Splitting a path into decoded segments, and writing segments back.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// What is escaped in a segment: all but RFC 3986's unreserved characters, `@` and `'`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'@')
    .remove(b'\'');

/// `text` as one path segment.
pub(super) fn encode(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, ESCAPED)
}

/// The longest path that is looked at.
const MAX_PATH: usize = 2048;

/// The decoded segments of an absolute path; one trailing slash is left aside. `None` when the path is not
/// absolute, too long, holds an empty segment or dot segment, a bad percent-encoding, a control character, or
/// what cannot be part of a path.
pub(super) fn split(path: &str) -> Option<Vec<String>> {
    if path.len() > MAX_PATH {
        return None;
    }
    let rest = path.strip_prefix('/')?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    rest.split('/').map(decode).collect()
}

fn decode(segment: &str) -> Option<String> {
    if segment.contains(['?', '#', '\\']) {
        return None;
    }
    let text = crate::wire_text::percent_decode(segment, false)?;
    let dots = text == "." || text == "..";
    (!text.is_empty() && !dots && !text.chars().any(char::is_control)).then_some(text)
}
