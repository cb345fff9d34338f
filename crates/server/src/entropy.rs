//! The only place of the server that asks the system for random bytes.

/// Fills `buffer` with cryptographically strong random bytes.
///
/// A system that has none to give can issue nothing safely: the process ends at once.
pub fn fill(buffer: &mut [u8]) {
    if aws_lc_rs::rand::fill(buffer).is_err() {
        tracing::error!("the system gives no random bytes; stopping");
        std::process::abort();
    }
}

/// `N` random bytes.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut buffer = [0; N];
    fill(&mut buffer);
    buffer
}
