//! Secrets as they are given: on the command line, from standard input or a file, or typed without an echo.

use crate::failure::Failure;
use crate::output;
use doorward_names::{Secret, SecretString};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use std::fs;
use std::io::{self, BufRead, IsTerminal};

/// What `-p` was given: `-` reads a line of standard input, `@FILE` a file, nothing asks.
pub fn secret(given: Option<&str>, question: &str) -> Result<SecretString, Failure> {
    match given {
        Some("-") => line(),
        Some(text) if text.starts_with('@') => {
            let path = text.trim_start_matches('@');
            let text = fs::read_to_string(path).map_err(|e| Failure::usage(format!("{path}: {e}")))?;
            Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
        }
        Some(text) => Ok(Secret::from(text)),
        None if io::stdin().is_terminal() => typed(question),
        None => line(),
    }
}

/// A new password: typed twice, or given as [`secret`] says.
pub fn new_secret(given: Option<&str>, question: &str) -> Result<SecretString, Failure> {
    let first = secret(given, question)?;
    if given.is_none() && io::stdin().is_terminal() {
        let second = typed("Once more")?;
        if first.expose() != second.expose() {
            return Err(Failure::usage("the two passwords are not the same"));
        }
    }
    Ok(first)
}

/// Whether the person is sure, unless they said so before. Without a terminal there is nobody to ask.
pub fn confirm(question: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(
            Failure::usage("Unable to prompt for confirmation as no tty available.")
                .cure("say `--yes` if you are sure"),
        );
    }
    output::ask(&format!("{question} (y/n)"));
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|e| Failure::new(format!("standard input: {e}")))?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::new("Operation cancelled.")),
    }
}

fn line() -> Result<SecretString, Failure> {
    let mut text = String::new();
    io::stdin()
        .lock()
        .read_line(&mut text)
        .map_err(|e| Failure::new(format!("standard input: {e}")))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(Failure::usage("no secret was given")
            .cure("give it on standard input, with `-p @FILE`, or where you are asked for it"));
    }
    Ok(Secret::from(text))
}

fn typed(question: &str) -> Result<SecretString, Failure> {
    let fail = |e: rustix::io::Errno| Failure::new(format!("the terminal: {e}"));
    let terminal = io::stdin();
    let before = tcgetattr(&terminal).map_err(fail)?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    output::ask(question);
    tcsetattr(&terminal, OptionalActions::Flush, &silent).map_err(fail)?;
    let result = line();
    tcsetattr(&terminal, OptionalActions::Flush, &before).map_err(fail)?;
    output::note("");
    result
}
