//! The command's home: everything of the person's is there by links, but the files in which Azure's programs keep
//! credentials; those are the run's own.

use super::directory::{Directory, private_directory};
use crate::config;
use crate::context::Context;
use crate::failure::Failure;
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Directories below the home in which Azure's programs keep credentials, or learn them from.
pub const PRIVATE: [&str; 7] = [
    ".azure",
    ".Azure",
    ".azureml",
    ".azd",
    ".azure-devops",
    ".IdentityService",
    ".local/share/.IdentityService",
];

/// Ours: there only when the command is nobody else than the person.
const OWN: &str = ".doorward";

/// The command's home.
#[derive(Debug)]
pub struct PrivateHome {
    /// What `HOME` is for the command.
    pub view: PathBuf,
    /// What the private directories stand in the place of: source, target.
    pub instead: Vec<(PathBuf, PathBuf)>,
    /// Where the private directories are.
    pub private: PathBuf,
    real: PathBuf,
    /// Directories of the view that aren't links, relative to it; the view itself is the empty path.
    split: Vec<PathBuf>,
    hidden: HashSet<PathBuf>,
}

impl PrivateHome {
    /// Makes it in the run's directory; with a profile, the private directories are the profile's. `foreign`: whether
    /// the command has an identity of its own, and so isn't to have the person's session.
    pub fn make(
        directory: &Directory,
        profile: Option<&str>,
        context: &Context,
        foreign: bool,
    ) -> Result<Self, Failure> {
        let view = directory.directory("home")?;
        let private = match profile {
            Some(name) => context.home.path("run").join(name),
            None => view.clone(),
        };
        let real = config::home().unwrap_or_else(|| PathBuf::from("/"));
        let mut home = Self {
            view,
            instead: Vec::new(),
            real,
            split: Vec::new(),
            hidden: HashSet::new(),
            private,
        };
        for name in PRIVATE.into_iter().chain(foreign.then_some(OWN)) {
            let own = home.private.join(name);
            private_directory(&own)?;
            home.instead.push((own, home.real.join(name)));
            home.hidden.insert(PathBuf::from(name));
        }
        if let Some(elsewhere) = config::azure_config_dir().filter(|path| home.may_be_hidden(path)) {
            home.instead.push((home.private.join(".azure"), elsewhere));
        }
        if foreign && let Some(own) = config::config_dir().filter(|path| home.may_be_hidden(path)) {
            home.instead.push((home.private.join(OWN), own));
        }
        home.furnish(Path::new(""))?;
        Ok(home)
    }

    /// Where `az` keeps its files.
    pub fn azure(&self) -> PathBuf {
        self.view.join(".azure")
    }

    /// Fills one directory of the view: private directories, directories on the way to one, and links for the rest.
    fn furnish(&mut self, at: &Path) -> Result<(), Failure> {
        self.split.push(at.to_owned());
        let mut names: HashSet<OsString> = HashSet::new();
        if let Ok(entries) = fs::read_dir(self.real.join(at)) {
            names.extend(entries.flatten().map(|entry| entry.file_name()));
        }
        let below: Vec<PathBuf> = self
            .hidden
            .iter()
            .filter(|p| p.starts_with(at))
            .cloned()
            .collect();
        names.extend(
            below
                .iter()
                .filter_map(|path| path.strip_prefix(at).ok()?.iter().next().map(ToOwned::to_owned)),
        );
        for name in names {
            let path = at.join(&name);
            let place = self.view.join(&path);
            if self.hidden.contains(&path) {
                let own = self.private.join(&path);
                if own != place {
                    link(&own, &place)?;
                }
            } else if self.hidden.iter().any(|p| p.starts_with(&path)) {
                private_directory(&place)?;
                self.furnish(&path)?;
            } else {
                link(&self.real.join(&path), &place)?;
            }
        }
        Ok(())
    }

    /// Whether hiding a directory hides no more than was meant: not the home, nor anything above it.
    fn may_be_hidden(&self, path: &Path) -> bool {
        path.is_absolute() && !self.real.starts_with(path)
    }

    /// After the command: what it made in the home and isn't hidden is the person's. Hidden files, which is where
    /// programs put what they remember, go with the run.
    pub fn settle(&self) {
        for at in &self.split {
            let Ok(entries) = fs::read_dir(self.view.join(at)) else {
                continue;
            };
            for entry in entries.flatten() {
                let path = at.join(entry.file_name());
                let hidden = entry.file_name().to_string_lossy().starts_with('.');
                let link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
                if hidden || link || self.split.contains(&path) {
                    continue;
                }
                move_out(&entry.path(), &self.real.join(&path));
            }
        }
    }
}

fn link(to: &Path, place: &Path) -> Result<(), Failure> {
    symlink(to, place).map_err(|e| Failure::file(place, e))
}

/// Moves a file or directory to where nothing is yet, across file systems too; what can't be moved is named.
fn move_out(from: &Path, to: &Path) {
    let free = fs::symlink_metadata(to).is_err();
    let moved = free && (fs::rename(from, to).is_ok() || copy(from, to).is_ok());
    if !moved {
        crate::output::warn(&format!(
            "{} could not be kept: {} is there already, or can't be written",
            from.file_name().unwrap_or_default().to_string_lossy(),
            to.display()
        ));
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    let kind = fs::symlink_metadata(from)?.file_type();
    if kind.is_dir() {
        fs::create_dir(to)?;
        for entry in fs::read_dir(from)?.flatten() {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        Ok(())
    } else if kind.is_symlink() {
        symlink(fs::read_link(from)?, to)
    } else if kind.is_file() {
        fs::copy(from, to).map(drop)
    } else {
        // Sockets and pipes end with those who hold them.
        Ok(())
    }
}
