//! The directory of one run: private, and gone when the run is. What a run left that was killed, the next one removes.

use crate::failure::Failure;
use doorward_sandbox::DIRECTORY_PREFIX;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Held as long as the run lives.
const LOCK: &str = "lock";

/// What stands in it.
const MARK: &[u8] = b"held by a run of doorward\n";

/// The directory of one run.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    _lock: File,
}

impl Directory {
    /// Makes one where temporary files are: what programs put into their home may be large.
    pub fn make() -> Result<Self, Failure> {
        let base = std::env::temp_dir();
        remove_leftovers(&base);
        let made = tempfile::Builder::new()
            .prefix(DIRECTORY_PREFIX)
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(&base)
            .map_err(|e| Failure::file(&base, e))?;
        // From here on the keeper removes it, should this process be killed.
        let path = made.keep();
        let lock = hold(&path).map_err(|e| Failure::file(&path, e))?;
        Ok(Self { _lock: lock, path })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The lock, which was written when the run began.
    pub fn lock(&self) -> PathBuf {
        self.join(LOCK)
    }

    /// A path in it.
    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Makes a directory in it, readable by the caller alone.
    pub fn directory(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.join(name);
        private_directory(&path)?;
        Ok(path)
    }

    /// Writes a file in it.
    pub fn file(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, Failure> {
        let path = self.join(name);
        fs::write(&path, bytes).map_err(|e| Failure::file(&path, e))?;
        Ok(path)
    }

    /// Removes it.
    pub fn remove(&self) {
        doorward_sandbox::remove_tree(&self.path);
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Makes a directory and those above it, readable by the caller alone.
pub fn private_directory(path: &Path) -> Result<(), Failure> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|e| Failure::file(path, e))
}

/// Makes the lock, held from the moment it is there: a lock that nobody holds is of a run that is no more.
fn hold(directory: &Path) -> io::Result<File> {
    let making = directory.join("lock.new");
    let mut file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(&making)?;
    file.write_all(MARK)?;
    file.lock()?;
    fs::rename(making, directory.join(LOCK))?;
    Ok(file)
}

/// Removes the directories of runs that are no more. One that is just being made has no lock yet, and is left alone.
fn remove_leftovers(base: &Path) {
    let own = rustix::process::getuid().as_raw();
    let Ok(entries) = fs::read_dir(base) else {
        return;
    };
    for entry in entries.flatten() {
        let ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(DIRECTORY_PREFIX));
        let owned = || {
            entry
                .metadata()
                .is_ok_and(|data| data.is_dir() && data.uid() == own)
        };
        if ours && owned() && is_over(&entry.path().join(LOCK)) {
            doorward_sandbox::remove_tree(&entry.path());
        }
    }
}

/// Whether a file is a run's lock that nobody holds.
fn is_over(lock: &Path) -> bool {
    if !fs::symlink_metadata(lock).is_ok_and(|data| data.is_file()) {
        return false;
    }
    let open = || OpenOptions::new().read(true).write(true).open(lock);
    open().is_ok_and(|file| {
        let mut mark = Vec::new();
        let marked = (&file).take(64).read_to_end(&mut mark).is_ok() && mark == MARK;
        marked && file.try_lock().is_ok()
    })
}
