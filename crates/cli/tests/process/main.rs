//! The server as a process: how it starts, what it keeps and refuses, and how it ends.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests fail by panicking, as tests do, and pass PATH on"
)]

mod common;
mod serve;
mod up;
