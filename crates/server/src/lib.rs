//! The only place where HTTP, protocol, domain and store meet: the planes, the web pages, and starting and stopping.
//!
//! Every request goes one way, and its handler shows it. Reading: parse → load → decide → render. Changing: parse →
//! one closure in the store that loads, decides, applies and writes the audit row → render. Deliberately not here:
//! SQL, and rules of who may do what.
#![forbid(unsafe_code)]

mod access_uses;
mod app;
mod arm;
mod bearer;
pub mod boot;
pub mod clock;
mod credentials;
mod ctx;
mod entropy;
mod extension;
mod graph;
pub mod http;
mod keys;
mod ops;
pub mod origin;
mod run;
mod snapshots;
mod sts;
pub mod tls;
mod web;

pub use app::App;
