//! The way in: listeners, TLS, limits, and the one function through which every request goes.

mod body;
mod listener;
mod relayed;
mod respond;
mod source;

pub use body::{BodyError, collect};
pub use listener::{Listener, bind, loopback};
pub use respond::{Request, Response, json, method_not_allowed, respond, text, with_type};
pub use source::TrustedProxies;
