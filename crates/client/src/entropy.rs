//! The one module of this crate that asks the system for random bytes.

use doorward_names::CorrelationId;

/// `N` random bytes; zeros should the system have none to give, which is why nothing secret is made here.
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
