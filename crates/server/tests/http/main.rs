//! The server as its clients see it: every request goes through the one function that answers requests, on a real
//! database of either engine, with the clock in hand. The tree of modules mirrors the tree of URLs.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking, as tests do"
)]

mod app;
mod arm;
mod browser;
mod forge;
mod graph;
mod harness;
mod log;
mod run;
mod sts;
