//! The command's home: everything of the person's is there by links, but the files in which Azure's programs keep
//! credentials; those are the run's own.

use super::directory::{Directory, private_directory};
use crate::config;
use crate::context::Context;
use crate::failure::Failure;
use crate::output;
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

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

/// Ours: the person's session, and a development server's data. There only when the command is nobody else than them.
const OWN: [&str; 2] = [".doorward", ".local/share/doorward"];

/// Files by which a directory shows itself as one of `az`.
const OF_AZ: [&str; 7] = [
    "azureProfile.json",
    "msal_token_cache.json",
    "msal_token_cache.bin",
    "service_principal_entries.json",
    "accessTokens.json",
    "clouds.config",
    "az.json",
];

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
    /// The private directories, relative to the home.
    hidden: HashSet<PathBuf>,
    /// What is a link, likewise.
    linked: HashSet<PathBuf>,
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
        // Without HOME, programs ask the system for it.
        let real = config::home()
            .or_else(std::env::home_dir)
            .unwrap_or_else(|| PathBuf::from("/"));
        let mut home = Self {
            view,
            instead: Vec::new(),
            real,
            split: Vec::new(),
            hidden: HashSet::new(),
            linked: HashSet::new(),
            private,
        };
        let own = if foreign { &OWN[..] } else { &[] };
        for name in PRIVATE.iter().chain(own) {
            let own = home.private.join(name);
            private_directory(&own)?;
            home.instead.push((own, home.real.join(name)));
            home.hidden.insert(PathBuf::from(name));
        }
        if let Some(elsewhere) = config::azure_config_dir().filter(|path| is_of_az(path)) {
            home.hide(".azure", &elsewhere);
        }
        if foreign {
            let [session, data] = OWN;
            config::config_dir()
                .iter()
                .for_each(|path| home.hide(session, path));
            config::data_dir().iter().for_each(|path| home.hide(data, path));
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
                self.linked.insert(path);
            }
        }
        Ok(())
    }

    /// Hides a directory that the person keeps in another place than usual: but not one that stands there already, nor
    /// their home or anything above it.
    fn hide(&mut self, name: &str, elsewhere: &Path) {
        let Ok(place) = fs::canonicalize(elsewhere) else {
            return;
        };
        let real = fs::canonicalize(&self.real).unwrap_or_else(|_| self.real.clone());
        let known = self
            .instead
            .iter()
            .any(|(_, target)| fs::canonicalize(target).is_ok_and(|target| target == place));
        if !known && !real.starts_with(&place) {
            self.instead.push((self.private.join(name), place));
        }
    }

    /// After the command: what it made in the home and isn't hidden is the person's, and so is what it put in the place
    /// of one of their files. Other hidden files, which is where programs put what they remember, go with the run.
    pub fn settle(&self, since: &Path) {
        let since = fs::metadata(since).and_then(|data| data.modified()).ok();
        for at in &self.split {
            let view = self.view.join(at);
            if !is_directory(&view) || !is_directory(&self.real.join(at)) {
                continue;
            }
            for entry in fs::read_dir(view).into_iter().flatten().flatten() {
                let path = at.join(entry.file_name());
                let link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
                if link || self.split.contains(&path) || self.hidden.contains(&path) {
                    continue;
                }
                let dotted = entry.file_name().to_string_lossy().starts_with('.');
                if self.linked.contains(&path) {
                    put_back(&entry.path(), &self.real.join(&path), since);
                } else if !dotted {
                    move_out(&entry.path(), &self.real.join(&path));
                }
            }
        }
    }
}

fn is_directory(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|data| data.is_dir())
}

/// Whether a directory is one of `az`, or could become one.
fn is_of_az(path: &Path) -> bool {
    let empty = || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    OF_AZ.iter().any(|name| path.join(name).exists()) || empty()
}

fn link(to: &Path, place: &Path) -> Result<(), Failure> {
    symlink(to, place).map_err(|e| Failure::file(place, e))
}

/// Moves a file or directory to where nothing is yet, across file systems too; what can't be moved is named.
fn move_out(from: &Path, to: &Path) {
    let free = fs::symlink_metadata(to).is_err();
    let moved = free && (fs::rename(from, to).is_ok() || copy(from, to).is_ok());
    if !moved {
        output::warn(&format!(
            "{} could not be kept: {} is there already, or can't be written",
            from.file_name().unwrap_or_default().to_string_lossy(),
            to.display()
        ));
    }
}

/// Puts a file in the place of the person's, of which it was an edit: many programs write a new file and rename it. If
/// theirs has changed since the run began, both are kept.
fn put_back(from: &Path, to: &Path, since: Option<SystemTime>) {
    let changed = fs::metadata(to).and_then(|data| data.modified()).ok() > since;
    let both_files = fs::metadata(to).is_ok_and(|data| data.is_file())
        && fs::symlink_metadata(from).is_ok_and(|data| data.is_file());
    if changed || !both_files {
        let name = to.file_name().unwrap_or_default().to_string_lossy();
        move_out(from, &to.with_file_name(format!("{name}.from-run")));
        return;
    }
    // Through the person's own name for it, which may be a link itself.
    let to = fs::canonicalize(to).unwrap_or_else(|_| to.to_owned());
    if let Err(e) = fs::copy(from, &to) {
        output::warn(&format!("{} could not be changed: {e}", to.display()));
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    let kind = fs::symlink_metadata(from)?.file_type();
    if kind.is_dir() {
        fs::create_dir(to)?;
        for entry in fs::read_dir(from)?.flatten() {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        fs::set_permissions(to, fs::metadata(from)?.permissions())
    } else if kind.is_symlink() {
        symlink(fs::read_link(from)?, to)
    } else if kind.is_file() {
        fs::copy(from, to).map(drop)
    } else {
        // Sockets and pipes end with those who hold them.
        Ok(())
    }
}
