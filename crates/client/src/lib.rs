//! The Rust SDK: authentication classes, token cache, directory calls and token validation.
