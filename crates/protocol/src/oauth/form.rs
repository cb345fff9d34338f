//! Request bodies in `application/x-www-form-urlencoded` (WHATWG URL §5.1, RFC 6749 appendix B), read strictly.
//!
//! A body without Content-Type is read as a form: the page's Java program sends none, and does not encode its
//! secret either, so characters that need no escape there (`~ - . _`) pass as they are.

use std::collections::BTreeMap;
use std::fmt;

use doorward_names::{Secret, SecretString};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::wire_text::percent_decode;

/// Most parameters in one body.
const MAX_PARAMETERS: usize = 128;

/// The parameters of a body. Prints their names only.
#[derive(Clone, Default)]
pub struct Form(BTreeMap<String, SecretString>);

/// Why a body is not a form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Another media type.
    #[error("the content type is not application/x-www-form-urlencoded")]
    MediaType,
    /// A `%` without two hexadecimal digits after it, or bytes that are not UTF-8.
    #[error("the body is not well-formed percent-encoded UTF-8")]
    Encoding,
    /// A U+0000 in a name or value.
    #[error("the body holds a null character")]
    NullCharacter,
    /// The same parameter twice (RFC 6749 §3.2).
    #[error("parameter `{0}` is there more than once")]
    Duplicate(String),
    /// More than 128 parameters.
    #[error("the body has more than 128 parameters")]
    TooMany,
}

/// Reads a body.
///
/// # Errors
/// See [`FormError`].
pub fn parse(content_type: Option<&str>, body: &[u8]) -> Result<Form, FormError> {
    let media_type = content_type
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    if !media_type.is_empty() && !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(FormError::MediaType);
    }
    let body = std::str::from_utf8(body).map_err(|_| FormError::Encoding)?;
    let mut parameters = BTreeMap::new();
    for pair in body.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text| percent_decode(text, true).ok_or(FormError::Encoding);
        let (name, value) = (decode(name)?, Secret::new(decode(value)?));
        if name.contains('\0') || value.expose().contains('\0') {
            return Err(FormError::NullCharacter);
        }
        if parameters.contains_key(&name) {
            let shown = name.chars().filter(|c| !c.is_control()).take(64).collect();
            return Err(FormError::Duplicate(shown));
        }
        if parameters.len() == MAX_PARAMETERS {
            return Err(FormError::TooMany);
        }
        parameters.insert(name, value);
    }
    Ok(Form(parameters))
}

/// Writes a body; everything but letters, digits and `- . _ ~` is escaped, so that every reader agrees on it.
pub fn encode<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> SecretString {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    let mut body = String::new();
    for (name, value) in parameters {
        if !body.is_empty() {
            body.push('&');
        }
        body.extend(utf8_percent_encode(name, ESCAPED));
        body.push('=');
        body.extend(utf8_percent_encode(value, ESCAPED));
    }
    Secret::new(body)
}

impl Form {
    /// The parameter's value. One without a value counts as missing (RFC 6749 §3.2).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.expose().as_str())
            .filter(|value| !value.is_empty())
    }

    /// The parameter's value, kept secret.
    pub fn secret(&self, name: &str) -> Option<SecretString> {
        self.0
            .get(name)
            .filter(|value| !value.expose().is_empty())
            .cloned()
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn form(body: &str) -> Form {
        parse(None, body.as_bytes()).unwrap()
    }

    #[test]
    fn the_page_s_java_program_is_read_as_it_is() {
        let form = form(
            "grant_type=client_credentials&client_id=1b4f0e98&resource=https://management.azure.com&client_secret=dwc~a-b.c_d~~",
        );
        assert_eq!(form.get("resource"), Some("https://management.azure.com"));
        assert_eq!(form.get("client_secret"), Some("dwc~a-b.c_d~~"));
    }

    #[test]
    fn media_types_are_read_leniently_and_others_refused() {
        for media_type in [
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded;charset=utf-8",
            "Application/X-WWW-Form-Urlencoded ; charset=\"utf-8\"; x=y",
            "",
        ] {
            assert_eq!(
                parse(Some(media_type), b"a=1").unwrap().get("a"),
                Some("1"),
                "{media_type}"
            );
        }
        for media_type in [
            "application/json",
            "multipart/form-data; boundary=x",
            "text/plain",
            "x",
        ] {
            assert_eq!(
                parse(Some(media_type), b"a=1").unwrap_err(),
                FormError::MediaType,
                "{media_type}"
            );
        }
    }

    #[test]
    fn form_rules() {
        let form = form("&a=x+y%2B%26&empty=&novalue&eq=a=b&%61b=%EA%B0%80&");
        assert_eq!(form.get("a"), Some("x y+&"));
        assert_eq!(form.get("empty"), None);
        assert_eq!(form.get("novalue"), None);
        assert_eq!(form.get("eq"), Some("a=b"));
        assert_eq!(form.get("ab"), Some("가"));
        assert_eq!(form.get("A"), None);
        assert!(form.secret("empty").is_none());
    }

    #[test]
    fn what_is_ambiguous_is_refused() {
        let error = |body: &[u8]| parse(None, body).unwrap_err();
        assert_eq!(error(b"a=1&b=2&a=1"), FormError::Duplicate("a".into()));
        assert_eq!(error(b"a=1&%61=2"), FormError::Duplicate("a".into()));
        assert_eq!(error(b"a=%"), FormError::Encoding);
        assert_eq!(error(b"a=%2"), FormError::Encoding);
        assert_eq!(error(b"a=%gg"), FormError::Encoding);
        assert_eq!(error(b"a=%ff"), FormError::Encoding);
        assert_eq!(error(b"a=\xff"), FormError::Encoding);
        assert_eq!(error(b"a=%00"), FormError::NullCharacter);
        assert_eq!(error(b"a\0=1"), FormError::NullCharacter);
        let many: Vec<String> = (0..=MAX_PARAMETERS).map(|n| format!("p{n}=1")).collect();
        assert_eq!(error(many.join("&").as_bytes()), FormError::TooMany);
    }

    #[test]
    fn nothing_prints_a_value() {
        let shown = format!("{:?}", form("client_secret=hunter2&code=hunter2"));
        assert_eq!(shown, r#"{"client_secret", "code"}"#);
    }

    proptest! {
        #[test]
        fn written_and_read_again_it_is_the_same(pairs in proptest::collection::btree_map("[^\0]{0,9}", "[^\0]{1,30}", 0..8)) {
            let body = encode(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            let form = parse(None, body.expose().as_bytes()).unwrap();
            for (name, value) in &pairs {
                prop_assert_eq!(form.get(name), Some(value.as_str()));
            }
        }

        #[test]
        fn no_body_makes_it_panic(body: Vec<u8>, media_type in proptest::option::of(".*")) {
            let _ = parse(media_type.as_deref(), &body);
        }
    }
}
