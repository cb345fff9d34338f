//! The metadata front end that is served beside a workload.
//!
//! A room that stands ready; nothing is in it yet.
#![forbid(unsafe_code)]
