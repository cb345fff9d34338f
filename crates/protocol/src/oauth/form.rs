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
