//! Sealing of what is kept on disk, under a key that lies elsewhere: in the person's keyring where there is one.
//!
//! Deliberately not here: files (the command line's and the SDK's are their own), and any question to the person. A
//! keyring that is locked is left locked.
#![forbid(unsafe_code)]

mod keyring;
mod sealed;

pub use keyring::{Keyring, KeyringError};
pub use sealed::{Key, Sealed, Unsealable};
