//! `doorward run` as its users meet it. Each sentence of `docs/run.md` names a test here; `docs.rs` checks that.
//!
//! Every test has a world of its own: a network namespace with a server in it, and with machines elsewhere that write
//! down who speaks to them. Nothing leaves this machine.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking, as tests do"
)]

mod docs;
mod environment;
mod files;
mod identity;
mod names;
mod network;
mod person;
mod processes;
mod proxy;
mod remote;
mod ways;
mod world;
