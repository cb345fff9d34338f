//! The directory that holds the data: private to its owner, and open in one server at a time.

use doorward_names::Secret;
use doorward_store::MasterKey;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

use super::BootError;
use crate::entropy;

/// A data directory.
#[derive(Debug, Clone)]
pub struct DataDirectory(PathBuf);

/// Holds the directory for one server; let go when dropped.
#[derive(Debug)]
pub struct Hold(#[expect(dead_code, reason = "the lock lives as long as the open file")] File);

impl DataDirectory {
    /// Makes the directory with mode 0700 when it is missing, and refuses one that others can look into.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn prepare(path: &Path) -> Result<Self, BootError> {
        let fail = |reason: String| BootError::File {
            path: path.to_path_buf(),
            reason,
        };
        match fs::metadata(path) {
            Ok(metadata) if !metadata.is_dir() => return Err(fail("is not a directory".to_owned())),
            Ok(metadata) if metadata.mode() & 0o077 != 0 => {
                return Err(fail(format!(
                    "is open to others (mode {:o}); make it private with `chmod 700`",
                    metadata.mode() & 0o777
                )));
            }
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::NotFound => fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(path)
                .map_err(|e| fail(format!("cannot be made: {e}")))?,
            Err(e) => return Err(fail(e.to_string())),
        }
        Ok(Self(path.to_path_buf()))
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.file("doorward.db")
    }

    /// Takes the directory for this process.
    ///
    /// # Errors
    /// [`BootError::InUse`] when another server has it.
    pub fn hold(&self) -> Result<Hold, BootError> {
        let path = self.file("doorward.lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(|e| BootError::File {
                path: path.clone(),
                reason: e.to_string(),
            })?;
        match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Hold(file)),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(BootError::InUse(self.0.clone())),
            Err(e) => Err(BootError::File {
                path,
                reason: e.to_string(),
            }),
        }
    }

    /// Whether this process runs as the owner of the directory.
    ///
    /// # Errors
    /// [`BootError::NotOwner`] when not.
    pub fn require_owner(&self) -> Result<(), BootError> {
        let owner = fs::metadata(&self.0).map(|m| m.uid());
        let me = rustix::process::geteuid().as_raw();
        if owner.is_ok_and(|owner| owner == me) {
            Ok(())
        } else {
            Err(BootError::NotOwner(self.0.clone()))
        }
    }

    /// Writes a file of the directory for its owner alone, whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_private(&self, name: &str, content: &[u8]) -> Result<PathBuf, BootError> {
        let path = self.file(name);
        write_private(&path, content)?;
        Ok(path)
    }
}

/// Writes `path` with mode 0600, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn write_private(path: &Path, content: &[u8]) -> Result<(), BootError> {
    let fail = |e: io::Error| BootError::File {
        path: path.to_path_buf(),
        reason: e.to_string(),
    };
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let beside = PathBuf::from(beside);
    let write = || {
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&beside)?;
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().map_err(|e| {
        // The half-written file is of no use to anyone; that it cannot be removed changes nothing.
        let _ = fs::remove_file(&beside);
        fail(e)
    })
}

/// Reads a master key: 64 hexadecimal digits in a file that only its owner can read.
///
/// # Errors
/// What is wrong with the file.
pub fn read_master_key(path: &Path) -> Result<MasterKey, BootError> {
    let fail = |reason: String| BootError::File {
        path: path.to_path_buf(),
        reason,
    };
    let file = File::open(path).map_err(|e| fail(format!("the master key cannot be read: {e}")))?;
    let mode = file.metadata().map_err(|e| fail(e.to_string()))?.mode();
    if mode & 0o077 != 0 {
        return Err(fail(
            "the master key is open to others; make it private with `chmod 600`".to_owned(),
        ));
    }
    let mut text = Zeroizing::new(String::new());
    let wrong = || fail("holds no master key: expected 64 hexadecimal digits".to_owned());
    file.take(1024).read_to_string(&mut text).map_err(|_| wrong())?;
    let key = unhex(text.trim()).ok_or_else(wrong)?;
    Ok(MasterKey::from_bytes(*key.expose()))
}

/// Makes a master key file.
///
/// # Errors
/// When it cannot be written.
pub fn make_master_key(path: &Path) -> Result<MasterKey, BootError> {
    let key = Zeroizing::new(entropy::bytes::<32>());
    let text: Zeroizing<String> = Zeroizing::new(key.iter().map(|b| format!("{b:02x}")).collect());
    write_private(path, text.as_bytes())?;
    Ok(MasterKey::from_bytes(*key))
}

fn unhex(text: &str) -> Option<Secret<[u8; 32]>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut key = Zeroizing::new([0u8; 32]);
    for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(Secret::new(*key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_master_key_is_private_and_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        make_master_key(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert!(read_master_key(&path).is_ok());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(
            read_master_key(&path)
                .err()
                .unwrap()
                .to_string()
                .contains("chmod 600")
        );
        write_private(&path, b"abc").unwrap();
        assert!(
            read_master_key(&path)
                .err()
                .unwrap()
                .to_string()
                .contains("64 hexadecimal digits")
        );
    }

    #[test]
    fn a_directory_that_others_can_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("data");
        let made = DataDirectory::prepare(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
        let _held = made.hold().unwrap();
        assert!(matches!(made.hold(), Err(BootError::InUse(_))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(DataDirectory::prepare(&path).is_err());
    }
}
