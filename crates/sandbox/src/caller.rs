//! Who the command is to be: this process's user or, for root who was asked by `sudo`, whoever asked.
//!
//! A caller may have the right to let root start this program and nothing more. So under `sudo` founder and keeper make
//! the caller's own private place and do nothing else: every path is followed with the caller's eyes, only what a run
//! replaces may be replaced, and groups are read before anything is.

use nix::unistd::{Gid, Uid, User, getgid, getgroups, getuid};
use std::io;
use std::path::Path;

use crate::config;

/// Who the command is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    pub(crate) user: Uid,
    pub(crate) group: Gid,
    /// Whether that is someone else than this process.
    pub(crate) other: bool,
}

impl Caller {
    /// Finds out.
    pub fn find() -> Self {
        let this = Self {
            user: getuid(),
            group: getgid(),
            other: false,
        };
        match config::asked_by_sudo() {
            Some((user, group)) if this.user.is_root() && user != 0 => Self {
                user: Uid::from_raw(user),
                group: Gid::from_raw(group),
                other: true,
            },
            _ => this,
        }
    }

    /// Whether this process is root for somebody else.
    pub fn is_other(&self) -> bool {
        self.other
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use super::*;
    use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
    use nix::unistd::{getgrouplist, setfsgid, setfsuid, setgroups, setresgid, setresuid};
    use std::ffi::CString;
    use std::fs;
    use std::os::unix::fs::MetadataExt as _;
    use std::os::unix::net::UnixStream;

    /// Files of the system that a run replaces.
    const REPLACED: [&str; 10] = [
        "/etc/hosts",
        "/etc/resolv.conf",
        "/etc/nsswitch.conf",
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
        "/run/systemd/resolve/io.systemd.Resolve",
        "/run/nscd/socket",
        "/var/run/nscd/socket",
    ];

    impl Caller {
        /// A connection to the host, which is this caller's and nobody else's.
        pub(crate) fn connect(&self, socket: &Path) -> io::Result<UnixStream> {
            let stream = self.seeing(|| UnixStream::connect(socket))?;
            if getsockopt(&stream, PeerCredentials)?.uid() == self.user.as_raw() {
                Ok(stream)
            } else {
                Err(io::ErrorKind::PermissionDenied.into())
            }
        }

        /// Does something with files as the caller may.
        pub(crate) fn seeing<T>(&self, work: impl FnOnce() -> T) -> T {
            if !self.other {
                return work();
            }
            setfsgid(self.group);
            setfsuid(self.user);
            let done = work();
            setfsuid(getuid());
            setfsgid(getgid());
            done
        }

        /// Whether something may stand in the place of `target` in this caller's place.
        pub(crate) fn may_replace(&self, target: &Path) -> bool {
            let own = || {
                let data = self.seeing(|| fs::metadata(target));
                data.is_ok_and(|data| data.is_dir() && data.uid() == self.user.as_raw())
            };
            !self.other || REPLACED.iter().any(|path| target == Path::new(path)) || own()
        }

        /// Takes on the caller's groups. To be done first: what says who is in them may be replaced later.
        pub(crate) fn join_groups(&self) -> nix::Result<()> {
            if !self.other {
                return Ok(());
            }
            let groups = match User::from_uid(self.user)? {
                Some(user) => {
                    let name = CString::new(user.name).map_err(|_| nix::errno::Errno::EINVAL)?;
                    getgrouplist(&name, self.group)?
                }
                // A user without a name is in no further groups.
                None => vec![self.group],
            };
            setgroups(&groups)?;
            setresgid(self.group, self.group, self.group)
        }

        /// Becomes the caller for good, and no program gains rights after that. The founder has taken on the groups;
        /// a process of another's groups was started by no founder.
        pub(crate) fn become_for_good(&self) -> io::Result<()> {
            if !self.other {
                return Ok(());
            }
            let root = Gid::from_raw(0);
            if getgid() != self.group || self.group != root && getgroups()?.contains(&root) {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
            setresuid(self.user, self.user, self.user)?;
            rustix::thread::set_no_new_privs(true)?;
            Ok(())
        }
    }
}
