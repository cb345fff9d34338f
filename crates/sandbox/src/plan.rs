//! What a private place is to be.

use std::ffi::OsString;
use std::path::PathBuf;

/// How the place is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By an unprivileged user namespace and the mount, network and process namespaces that it owns.
    Namespaces,
    /// By root, who makes the same namespaces and then drops to the caller.
    Root,
    /// Not at all: the command is only kept, in the world as it is.
    Plain,
}

/// What a private place is to be, and what runs in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// How it is made.
    pub way: Way,
    /// Whether processes inside see only each other. Where `/proc` is masked, as in many containers, it can't be had.
    pub processes: bool,
    /// What stands in the place of what: source, target. A target that isn't there is left out.
    pub mounts: Vec<(PathBuf, PathBuf)>,
    /// TCP ports on which the host answers, in the order of [`crate::Place::listeners`].
    pub ports: Vec<u16>,
    /// Whether the host answers on these ports of every IPv4 address (else of the loopback addresses only).
    pub all_ipv4: bool,
    /// The same for IPv6.
    pub all_ipv6: bool,
    /// The command: program and arguments.
    pub command: Vec<OsString>,
    /// Its whole environment.
    pub environment: Vec<(OsString, OsString)>,
    /// A directory that the keeper removes when the host is gone without having done so.
    pub leftovers: PathBuf,
}
