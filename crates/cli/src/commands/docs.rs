//! `doorward generate-docs`: the manual, docs/cli.md, out of the command line itself.

use crate::context::Report;
use crate::exit;
use clap::{Arg, Command};

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Prints the manual.
pub fn run(_: &Args, mut command: Command) -> Report {
    command.build();
    let mut text = format!(
        "# The command line\n\n<!-- Made by `doorward generate-docs`; don't edit. -->\n\n{}\n\n## Exit codes\n\n```text\n{}\n```\n",
        command.get_about().map(ToString::to_string).unwrap_or_default(),
        exit::PAGE
    );
    text.push_str("\n## Every command takes\n\n");
    command
        .get_arguments()
        .filter(|arg| arg.is_global_set())
        .for_each(|arg| line(arg, &mut text));
    section(&command, "", &mut text);
    Report::Text(text)
}

fn section(command: &Command, before: &str, text: &mut String) {
    for sub in command
        .get_subcommands()
        .filter(|sub| !sub.is_hide_set() && sub.get_name() != "help")
    {
        let name = format!("{before}{}", sub.get_name());
        if sub.has_subcommands() {
            section(sub, &format!("{name} "), text);
            continue;
        }
        let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
        text.push_str(&format!("\n## doorward {name}\n\n{about}.\n"));
        let arguments: Vec<&Arg> = sub
            .get_arguments()
            .filter(|arg| !arg.is_hide_set() && !arg.is_global_set() && arg.get_id() != "help")
            .collect();
        if !arguments.is_empty() {
            text.push('\n');
            arguments.into_iter().for_each(|arg| line(arg, text));
        }
    }
}

fn line(arg: &Arg, text: &mut String) {
    let value = arg
        .get_value_names()
        .filter(|_| arg.get_action().takes_values())
        .map(|names| names.join(" "));
    let mut names: Vec<String> = Vec::new();
    names.extend(arg.get_short().map(|short| format!("-{short}")));
    names.extend(arg.get_long().map(|long| format!("--{long}")));
    let more_short = arg.get_visible_short_aliases().unwrap_or_default();
    names.extend(more_short.iter().map(|short| format!("-{short}")));
    let more_long = arg.get_visible_aliases().unwrap_or_default();
    names.extend(more_long.iter().map(|long| format!("--{long}")));
    let mut shown = names.join(", ");
    if let Some(value) = value {
        shown = if shown.is_empty() {
            value
        } else {
            format!("{shown} {value}")
        };
    }
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let choices: Vec<String> = arg
        .get_possible_values()
        .iter()
        .map(|choice| format!("`{}`", choice.get_name()))
        .collect();
    let choices = match arg.get_action().takes_values() && !choices.is_empty() {
        true => format!(" ({})", choices.join(", ")),
        false => String::new(),
    };
    let required = if arg.is_required_set() { "; required" } else { "" };
    text.push_str(&format!("- `{shown}`: {help}{choices}{required}\n"));
}
