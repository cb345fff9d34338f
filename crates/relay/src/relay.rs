//! The relay of one run.

use crate::authority::Leaf;
use crate::forward::Server;
use crate::tunnel::Outside;
use std::sync::Arc;

/// The relay of one run: its certificate, the server behind it, and the rest of the network.
pub struct Relay {
    pub(crate) leaf: Leaf,
    pub(crate) server: Server,
    pub(crate) outside: Outside,
}

impl Relay {
    /// A relay that answers nobody yet.
    pub fn new(leaf: Leaf, server: Server, outside: Outside) -> Arc<Self> {
        Arc::new(Self {
            leaf,
            server,
            outside,
        })
    }
}
