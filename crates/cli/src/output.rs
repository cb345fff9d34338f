//! The only place that prints: results on standard output in the form that was asked for, the rest on standard
//! error.

mod query;
mod table;
mod yaml;

use crate::config;
use crate::context::Report;
use crate::failure::Failure;
use serde_json::Value;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// JSON
    #[default]
    Json,
    /// JSON, in colour on a terminal
    Jsonc,
    /// A table for people
    Table,
    /// Values between tabs, for scripts
    Tsv,
    /// YAML
    Yaml,
    /// Nothing
    None,
}

/// Prints a result.
pub fn report(report: Report, format: Format, query: Option<&str>) -> Result<(), Failure> {
    let own_table = query.is_none() && format == Format::Table;
    let (value, columns) = match report {
        Report::Nothing | Report::Status(_) => return Ok(()),
        Report::Text(text) => return standard_output(&format!("{}\n", text.trim_end_matches('\n'))),
        Report::Value(value) => (value, None),
        Report::Table(value, columns) => (value, Some(columns)),
        Report::Listing { rows, columns, .. } if own_table => (rows, Some(columns)),
        Report::Answer {
            line, rows, columns, ..
        } if own_table => {
            let table = match rows.as_array().is_some_and(Vec::is_empty) {
                true => String::new(),
                false => format!("\n{}", table::table(&rows, Some(columns), &[])),
            };
            return standard_output(&format!("{line}\n{table}"));
        }
        Report::Answer { value, columns, .. } => (value, Some(columns)),
        Report::Listing { value, columns, .. } => (value, Some(columns)),
    };
    let (value, order) = match query {
        Some(text) => query::search(text, &value)?,
        None => (value, Vec::new()),
    };
    if value.is_null() {
        return Ok(());
    }
    let text = match format {
        Format::Json => json(&value),
        Format::Jsonc => coloured(json(&value)),
        Format::Table => table::table(&value, columns.filter(|_| query.is_none()), &order),
        Format::Tsv => table::tsv(&value, &order),
        Format::Yaml => yaml::yaml(&value),
        Format::None => return Ok(()),
    };
    standard_output(&text)
}

fn json(value: &Value) -> String {
    format!("{value:#}\n")
}

fn coloured(text: String) -> String {
    if config::no_color() || !io::stdout().is_terminal() {
        return text;
    }
    let line = |line: &str| match line.split_once("\": ") {
        Some((key, value)) => format!("\u{1b}[36m{key}\"\u{1b}[0m: {value}\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// A reader who has gone away has had enough.
fn standard_output(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(Failure::new(format!("standard output: {e}"))),
        _ => Ok(()),
    }
}

/// A line on standard output at once, for who waits for it.
pub fn announce(line: &str) -> Result<(), Failure> {
    standard_output(&format!("{line}\n"))
}

/// A line on standard error.
pub fn note(line: &str) {
    // Nobody can be told that standard error is gone.
    drop(writeln!(io::stderr(), "{line}"));
}

/// A warning on standard error.
pub fn warn(line: &str) {
    note(&format!("WARNING: {line}"));
}

/// A question on standard error, for what is typed in the same line.
pub fn ask(question: &str) {
    let mut err = io::stderr();
    drop(write!(err, "{question}: ").and_then(|()| err.flush()));
}

/// A failure on standard error, and the code the program ends with.
pub fn failure(failure: &Failure) -> ExitCode {
    note(&format!("ERROR: {}", failure.message));
    if let Some(cure) = &failure.cure {
        note(&format!("To mend it: {cure}"));
    }
    ExitCode::from(failure.exit.code())
}
