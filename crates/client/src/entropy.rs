//! The one module of this crate that asks the system for random bytes.

use crate::Error;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_names::{CorrelationId, SecretString};

/// 256 random bits as text of 43 characters that needs no escaping: a verifier as RFC 7636 §4.1 wants it, or whatever
/// else nobody may guess.
///
/// # Errors
/// [`Error::Invalid`] when the system has none to give.
pub(crate) fn secret() -> Result<SecretString, Error> {
    Ok(SecretString::new(URL_SAFE_NO_PAD.encode(secret_bytes::<32>()?)))
}

/// `N` random bytes that nobody may guess.
///
/// # Errors
/// As [`secret`].
pub(crate) fn secret_bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut buffer = [0; N];
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let filled = provider.secure_random.fill(&mut buffer);
    filled.map_err(|_| Error::Invalid("the system gives no random numbers".to_owned()))?;
    Ok(buffer)
}

/// `N` random bytes; zeros should the system have none to give, so nothing secret is made of them.
fn bytes<const N: usize>() -> [u8; N] {
    let mut buffer = [0; N];
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    if provider.secure_random.fill(&mut buffer).is_err() {
        buffer = [0; N];
    }
    buffer
}

/// A fresh number for one request (`client-request-id`).
pub(crate) fn request_id() -> CorrelationId {
    CorrelationId::from_random(bytes())
}

/// 16 bytes for the id of something new. Ids are no secrets.
pub(crate) fn id_bytes() -> [u8; 16] {
    bytes()
}

/// A number from 0 up to and including `most`, by which retries of many clients are spread.
pub(crate) fn jitter(most: u64) -> u64 {
    u64::from_le_bytes(bytes())
        .checked_rem(most.saturating_add(1))
        .unwrap_or(0)
}
