//! Files of the person's alone: private, replaced as a whole, one process at a time.

use crate::Error;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

fn fail(path: &Path, error: &io::Error) -> Error {
    Error::Invalid(format!("{}: {error}", path.display()))
}

/// Makes the directory where it is missing, and waits for the lock in it.
pub(super) fn lock(directory: &Path, name: &str) -> Result<File, Error> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .recursive(true)
        .create(directory)
        .map_err(|e| fail(directory, &e))?;
    let path = directory.join(name);
    let file = private()
        .truncate(false)
        .open(&path)
        .map_err(|e| fail(&path, &e))?;
    file.lock().map_err(|e| fail(&path, &e))?;
    Ok(file)
}

/// A file's content; nothing when there is none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(fail(path, &e)),
    }
}

/// Puts `bytes` in the place of the file at once.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    // One that was left over may have another owner's mode.
    drop(fs::remove_file(&beside));
    let written = private().truncate(true).open(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let done = written.and_then(|()| fs::rename(&beside, path));
    if done.is_err() {
        // The first error is the one that tells.
        drop(fs::remove_file(&beside));
    }
    done.map_err(|e| fail(path, &e))
}

/// Removes the file, if it is there.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(fail(path, &e)),
        _ => Ok(()),
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
