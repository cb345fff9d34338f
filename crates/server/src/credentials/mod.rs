//! How secrets are checked: keyed hashes for generated ones, Argon2id for people's passwords.

mod keyed_hash;
mod password;

pub use keyed_hash::SecretHasher;
pub use password::{Passwords, hash_now};
