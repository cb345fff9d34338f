//! `doorward version`.

use crate::context::Report;
use serde_json::json;

/// Prints the version.
pub fn run() -> Report {
    Report::Value(json!({ "doorward": env!("CARGO_PKG_VERSION") }))
}
