//! The relay of a run: inside `doorward run`, Azure's host names lead here. It ends TLS under a certificate authority
//! that lives no longer than the run, hands what is asked to the server with the run's ticket, and lets everything
//! else through untouched.
//!
//! Two doors lead to it: connections taken from a private network ([`Relay::take`]), and a loopback proxy
//! ([`Relay::proxy`]). Deliberately not here: namespaces, the command, the person's files, and any answer of the
//! token service's own.
#![forbid(unsafe_code)]

mod authority;
mod browser;
mod forward;
mod hello;
mod names;
mod proxy;
mod redirects;
mod relay;
mod serve;
mod take;
mod trust;
mod tunnel;

pub use authority::Leaf;
pub use browser::{Refused, Seen, see};
pub use forward::{Others, Server};
pub use names::NameServer;
pub use proxy::{Admission, Credential, Peer};
pub use redirects::{Inside, Redirects};
pub use relay::Relay;
pub use take::Rules;
pub use trust::{JAVA_PASSWORD, java_trust_store, with_authority};
pub use tunnel::{Outside, UpstreamProxy};
