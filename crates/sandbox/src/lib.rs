//! Private places for `doorward run`: Linux namespaces, mounts, routes and ports, and the keeper of the command's
//! processes.
//!
//! Three processes make a place. The *host* is `doorward run` itself: it stays outside, says what is wanted ([`Plan`]),
//! and gets the place's listening sockets ([`Place`]). The *founder* ([`found`]) makes the namespaces, or is root and
//! drops to the caller. The *keeper* ([`keep`]) is the first process inside: it starts the command, passes signals on,
//! and lets nothing outlive it. They talk over one Unix socket in a directory that only the caller can enter.
//! Deliberately not here: HTTP, TLS, names of hosts, identity.
#![forbid(unsafe_code)]

mod caller;
mod config;
#[cfg(any(not(target_os = "linux"), test))]
#[cfg_attr(
    target_os = "linux",
    expect(dead_code, reason = "built here for its tests alone")
)]
mod elsewhere;
#[cfg(target_os = "linux")]
mod found;
#[cfg(target_os = "linux")]
mod keep;
mod message;
#[cfg(target_os = "linux")]
mod network;
mod peer;
mod place;
mod plan;
mod signals;
mod tree;

pub use caller::Caller;
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{found, keep};
#[cfg(target_os = "linux")]
pub use found::found;
#[cfg(target_os = "linux")]
pub use keep::keep;
pub use message::{Ended, Failed};
pub use peer::belongs;
pub use place::{DIRECTORY_PREFIX, Helper, Keeper, Place, PlaceError};
pub use plan::{Plan, Way};
pub use signals::{Caught, Signals, end_as, unblocked};

pub use tree::remove_tree;

/// First word of the command lines by which the founder and the keeper are started.
pub const ROLE: &str = "sandbox";

/// The second word of the founder's.
pub const FOUND: &str = "found";

/// The second word of the keeper's.
pub const KEEP: &str = "keep";

/// The step at which a place fails that can't have a process namespace of its own.
pub const PROCESSES: &str = "processes";
