//! The command line's own files: private, replaced as a whole, one process at a time.

use crate::config;
use crate::failure::Failure;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The directory of the command line's own files.
#[derive(Debug, Clone)]
pub struct Home(PathBuf);

/// The right to change files; given back when it is dropped.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "holds the lock")] File);

impl Home {
    /// `DOORWARD_CONFIG_DIR`, or `~/.doorward`. Nothing is made yet.
    pub fn find() -> Result<Self, Failure> {
        config::config_dir().map(Self).ok_or_else(|| {
            Failure::new("there is no home directory for the command line's files")
                .cure("set DOORWARD_CONFIG_DIR to a directory of your own")
        })
    }

    /// A file's path.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A file's content; nothing when there is no such file.
    pub fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Failure> {
        let bytes = self.bytes(name)?;
        bytes.map(|bytes| self.parse(name, &bytes)).transpose()
    }

    /// The same, as it is.
    pub fn bytes(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        let path = self.path(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Failure::file(&path, e)),
        }
    }

    /// What the bytes of a file say.
    pub fn parse<T: DeserializeOwned>(&self, name: &str, bytes: &[u8]) -> Result<T, Failure> {
        serde_json::from_slice(bytes).map_err(|e| {
            // The position only: a message of serde may repeat what it read.
            let place = format!("it is damaged at line {} column {}", e.line(), e.column());
            Failure::file(&self.path(name), place)
                .cure("remove it with `doorward account clear`, then sign in again")
        })
    }

    /// Waits until no other process changes these files.
    pub fn turn(&self) -> Result<Turn, Failure> {
        self.lock("lock")
    }

    /// Waits until no other process renews a session: of many that find a token expired, one asks the server. The system
    /// takes the lock from a process that was killed. Whoever has this turn may take [`Self::turn`] as well, never the
    /// other way round.
    pub fn turn_to_renew(&self) -> Result<Turn, Failure> {
        self.lock("renewal.lock")
    }

    fn lock(&self, name: &str) -> Result<Turn, Failure> {
        self.make()?;
        let path = self.path(name);
        let open = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path);
        open.and_then(|file| file.lock().map(|()| Turn(file)))
            .map_err(|e| Failure::file(&path, e))
    }

    /// Replaces a file.
    pub fn write<T: Serialize>(&self, _turn: &Turn, name: &str, content: &T) -> Result<(), Failure> {
        let path = self.path(name);
        let mut bytes = serde_json::to_vec_pretty(content).map_err(|e| Failure::file(&path, e))?;
        bytes.push(b'\n');
        replace(&path, &bytes).map_err(|e| Failure::file(&path, e))
    }

    /// Gives a file another name, in the place of whatever has it; says where it is then.
    pub fn set_aside(&self, _turn: &Turn, name: &str, aside: &str) -> Result<PathBuf, Failure> {
        let (from, to) = (self.path(name), self.path(aside));
        fs::rename(&from, &to).map_err(|e| Failure::file(&from, e))?;
        Ok(to)
    }

    /// Replaces a file of plain text.
    pub fn write_text(&self, name: &str, text: &str) -> Result<PathBuf, Failure> {
        self.make()?;
        let path = self.path(name);
        replace(&path, text.as_bytes()).map_err(|e| Failure::file(&path, e))?;
        Ok(path)
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, name: &str) -> Result<(), Failure> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Failure::file(&path, e)),
            _ => Ok(()),
        }
    }

    fn make(&self) -> Result<(), Failure> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.0)
            .map_err(|e| Failure::file(&self.0, e))
    }
}

/// Puts `bytes` in the place of the file at `path` at once, readable by its owner only.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("file");
    let beside = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let written = write_new(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // The first error is the one that tells; what is left over is removed where that is possible.
        drop(fs::remove_file(&beside));
    }
    written
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(bytes)?;
    file.sync_all()
}
