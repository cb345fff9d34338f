//! The command line as a person or script meets it: the real binary, and a real server behind it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking, as tests do"
)]

mod account;
mod ad;
mod audit;
mod docs;
mod groups;
mod guests;
mod half_way;
mod keyring;
mod login;
mod person;
mod renewal;
mod resources;
mod roles;
mod run;
mod sdk;
mod trust;
mod up;
mod usage;
mod workspaces;
