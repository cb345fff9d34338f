//! What goes over the wire: URL paths, OAuth 2.0 and OpenID Connect, JOSE, token claims, Microsoft Graph bodies,
//! OData queries, cloud metadata.
//!
//! Everything here is a pure function of values, shared by the server, the SDK and the tests. Deliberately not
//! here: the clock, I/O, async, HTTP statuses, and every rule about who may do what.
#![forbid(unsafe_code)]

pub mod arm;
pub mod azure_hosts;
pub mod claims;
pub mod graph;
pub mod jose;
pub mod metadata_endpoints;
pub mod oauth;
pub mod odata;
pub mod paths;
pub mod run;
mod wire;
mod wire_text;

pub use wire::{Marks, NoItems, Null};
