//! Steps that are printed as shell commands or taken: copying a file, removing it, running a program.

use crate::shell::quote;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
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
            Self::Copy(from, to) => {
                let readable = || fs::set_permissions(to, fs::Permissions::from_mode(0o644));
                let copied = fs::copy(from, to).and_then(|_| readable());
                copied.map_err(|e| format!("{}: {}", to.display(), plain(&e)))
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_readable_by_everybody_and_goes_again() {
        let directory = tempfile::tempdir().unwrap();
        let (from, to) = (directory.path().join("from"), directory.path().join("to"));
        fs::write(&from, "x").unwrap();
        fs::set_permissions(&from, fs::Permissions::from_mode(0o600)).unwrap();
        Step::Copy(from, to.clone()).take().unwrap();
        assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o644);
        for _ in 0..2 {
            Step::Remove(to.clone()).take().unwrap();
        }
        assert!(!to.exists());
    }

    #[test]
    fn a_program_that_fails_says_why_unless_it_may_fail() {
        let failing = ["sh", "-c", "echo first >&2; echo second >&2; exit 3"];
        assert_eq!(Step::run(failing).take(), Err("sh: second".to_owned()));
        assert_eq!(Step::attempt(failing).take(), Ok(()));
        assert_eq!(Step::run(["echo", "a b"]).to_text(), "echo 'a b'");
    }
}
