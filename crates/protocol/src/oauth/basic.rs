//! `Authorization: Basic` with form-encoded id and secret (RFC 6749 §2.3.1, RFC 7617).

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use doorward_names::{Secret, SecretString};

use crate::wire_text::percent_decode;

/// Standard base64, its padding optional.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads id and secret from a header's value; `Ok(None)` for another scheme.
pub(super) fn parse(value: &str) -> Result<Option<(String, SecretString)>, ()> {
    let value = value.trim();
    let (scheme, encoded) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    let decoded = Secret::new(BASE64.decode(encoded.trim()).map_err(|_| ())?);
    let text = std::str::from_utf8(decoded.expose()).map_err(|_| ())?;
    let (id, secret) = text.split_once(':').ok_or(())?;
    let decode = |text| {
        percent_decode(text, true)
            .filter(|text| !text.contains('\0'))
            .ok_or(())
    };
    Ok(Some((decode(id)?, Secret::new(decode(secret)?))))
}
