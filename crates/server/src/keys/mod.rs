//! Signing keys at work: making them, the set in use, the pool that signs, and their turn-over.

mod keyring;
mod maintenance;
mod make;
mod signer;

pub use keyring::Keyring;
pub use maintenance::{ChangeError, Occasion, ensure_keys, needs_attention, revoke, rotate};
pub use make::{NewKey, make_signing_key};
pub use signer::{Pending, SignError, Signer};
