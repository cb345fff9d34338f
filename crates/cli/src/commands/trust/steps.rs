//! Steps that are printed as shell commands or taken: copying a file, removing it, running a program.

use crate::shell::quote;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// One step.
#[derive(Debug, Clone)]
pub enum Step {
    /// Copies a file.
    Copy(PathBuf, PathBuf),
    /// Removes a file.
    Remove(PathBuf),
    /// Runs a program.
    Run(Vec<String>),
    /// Runs a program that may fail: it takes away what needn't be there.
    Try(Vec<String>),
}

impl Step {
    /// A program and its arguments.
    pub fn run<const N: usize>(words: [&str; N]) -> Self {
        Self::Run(words.map(str::to_owned).to_vec())
    }

    /// The same, where failure is no failure.
    pub fn attempt<const N: usize>(words: [&str; N]) -> Self {
        Self::Try(words.map(str::to_owned).to_vec())
    }

    /// The step as a shell command.
    pub fn to_text(&self) -> String {
        match self {
            Self::Copy(from, to) => {
                format!(
                    "install -m 0644 {} {}",
                    quote(&from.to_string_lossy()),
                    quote(&to.to_string_lossy())
                )
            }
            Self::Remove(path) => format!("rm -f {}", quote(&path.to_string_lossy())),
            Self::Run(words) | Self::Try(words) => {
                words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ")
            }
        }
    }

    /// Takes the step.
    pub fn take(&self) -> Result<(), String> {
        match self {
            Self::Copy(from, to) => fs::copy(from, to)
                .map(drop)
                .map_err(|e| format!("{}: {}", to.display(), plain(&e))),
            Self::Remove(path) => match fs::remove_file(path) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => {
                    Err(format!("{}: {}", path.display(), plain(&e)))
                }
                _ => Ok(()),
            },
            Self::Run(words) => run(words),
            Self::Try(words) => {
                drop(run(words));
                Ok(())
            }
        }
    }
}

fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "that needs root: run it with `sudo`".to_owned(),
        _ => error.to_string(),
    }
}

fn run(words: &[String]) -> Result<(), String> {
    let Some((program, arguments)) = words.split_first() else {
        return Ok(());
    };
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("{program}: {}", plain(&e)))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(if output.stderr.is_empty() {
        &output.stdout
    } else {
        &output.stderr
    })
    .into_owned();
    Err(format!(
        "{program}: {}",
        said.lines().next_back().unwrap_or("it failed").trim()
    ))
}
