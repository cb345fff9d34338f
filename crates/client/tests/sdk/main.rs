//! The SDK against a server that says what a test tells it to.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking, as tests do"
)]

mod azure_cli;
mod browser_sign_in;
mod cache;
mod directory;
mod interactive;
mod mock;
mod resource_manager;
mod retry;
mod run;
mod user_session;
mod validation;
mod workspace;
