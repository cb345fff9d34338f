//! How secrets are checked: keyed hashes for generated ones, Argon2id for people's passwords, TOTP
//! for their authenticator apps.

mod keyed_hash;
pub mod known_browser;
mod password;
pub mod totp;

pub use keyed_hash::SecretHasher;
pub use password::{PasswordRefusal, Passwords, hash_now};
