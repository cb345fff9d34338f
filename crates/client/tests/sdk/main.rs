//! The SDK against a server that says what a test tells it to.

mod cache;
mod directory;
mod mock;
mod retry;
mod validation;
