//! Strict percent-decoding (RFC 3986 §2.1), shared by paths, query strings and forms.

/// `text` decoded; `+` becomes a space when `plus_is_space` (HTML forms). `None` when an escape is not `%` and
/// two hexadecimal digits, or the bytes are not UTF-8.
pub(crate) fn percent_decode(text: &str, plus_is_space: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next()?)? * 16 + hex(rest.next()?)?,
            b'+' if plus_is_space => b' ',
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::percent_decode;

    #[test]
    fn escapes_are_read_strictly() {
        assert_eq!(percent_decode("a%2Fb+c", false).unwrap(), "a/b+c");
        assert_eq!(percent_decode("a%2fb+c", true).unwrap(), "a/b c");
        assert_eq!(percent_decode("%EA%B0%80", false).unwrap(), "가");
        for bad in ["%", "%2", "%zz", "%+1", "%ff", "%C0%80"] {
            assert_eq!(percent_decode(bad, true), None, "{bad}");
        }
    }
}
