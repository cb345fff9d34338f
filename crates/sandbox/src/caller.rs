//! Who the command is to be.

use nix::unistd::{Gid, Uid, getgid, getuid};
use std::fs;
use std::io;
use std::os::unix::fs::lchown;
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
    /// This process's user.
    pub fn this() -> Self {
        Self {
            user: getuid(),
            group: getgid(),
            other: false,
        }
    }

    /// This process's user; for root who was asked by `sudo`, whoever asked.
    pub fn find() -> Self {
        let this = Self::this();
        match config::asked_by_sudo() {
            Some((user, group)) if this.user.is_root() && user != 0 => Self {
                user: Uid::from_raw(user),
                group: Gid::from_raw(group),
                other: true,
            },
            _ => this,
        }
    }

    /// Does something with files as the caller may: root follows a caller's paths with the caller's eyes.
    #[cfg(target_os = "linux")]
    pub fn seeing<T>(&self, work: impl FnOnce() -> T) -> T {
        use nix::unistd::{setfsgid, setfsuid};
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

    /// Elsewhere than on Linux, root makes no place for others.
    #[cfg(not(target_os = "linux"))]
    pub fn seeing<T>(&self, work: impl FnOnce() -> T) -> T {
        work()
    }

    /// Makes a directory and everything in it the caller's; links themselves, never what they lead to.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn give(&self, path: &Path) -> io::Result<()> {
        if !self.other {
            return Ok(());
        }
        if fs::symlink_metadata(path)?.is_dir() {
            for entry in fs::read_dir(path)? {
                self.give(&entry?.path())?;
            }
        }
        lchown(path, Some(self.user.as_raw()), Some(self.group.as_raw()))
    }
}
