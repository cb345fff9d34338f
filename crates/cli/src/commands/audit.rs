//! `doorward audit`: what was done and refused, by whom.

use super::principal;
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use crate::{files, local_time, session};
use clap::Subcommand;
use doorward_names::{Duration, Timestamp};
use doorward_protocol::graph::{AuditResult, DirectoryAudit};
use doorward_sdk::directory::AuditQuery;
use serde_json::{Value, json};
use std::path::PathBuf;

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print rows of the audit log
    List(Which),
    /// Write rows of the audit log to a file, one JSON object a line
    Export {
        /// The file, readable by you alone
        #[arg(long, short, value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        which: Which,
    },
}

/// Which rows.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// From when on: `2030-01-31`, `2030-01-31T12:00:00Z`, or how long ago: `30m`, `24h`, `7d`
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// By whom: a user principal name, application id or object id
    #[arg(long)]
    who: Option<String>,
}

const COLUMNS: &[(&str, &str)] = &[
    ("Time", "time"),
    ("Who", "who"),
    ("Activity", "activity"),
    ("Result", "result"),
    ("Target", "target"),
    ("Detail", "detail"),
];

/// How many characters of a detail a table shows.
const CELL: usize = 60;

/// Does it.
pub fn run(command: &Command, context: &Context) -> Outcome {
    match command {
        Command::List(which) => {
            let rows = which.rows(context)?;
            Ok(Report::Listing {
                rows: rows.iter().map(shown).collect::<Result<_, _>>()?,
                value: Value::Array(rows),
                columns: COLUMNS,
            })
        }
        Command::Export { file, which } => {
            let rows = which.rows(context)?;
            let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
            files::replace(file, lines.as_bytes()).map_err(|e| Failure::file(file, e))?;
            Ok(Report::Value(json!({ "file": file, "rows": rows.len() })))
        }
    }
}

impl Which {
    fn rows(&self, context: &Context) -> Result<Vec<Value>, Failure> {
        let since = self
            .since
            .as_deref()
            .map(|text| instant(text, local_time::now()))
            .transpose()?;
        let directory = context.session()?.directory()?;
        session::block_on(async {
            let who = match &self.who {
                Some(name) => Some(principal::find(&directory, name).await?.id),
                None => None,
            };
            Ok(directory.audits(&AuditQuery { since, who }).await?)
        })
    }
}

/// A date, an instant, or a span before now.
fn instant(text: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    let wrong = || {
        Failure::usage(format!("--since: `{text}` is no time")).cure(
            "write a date, `2030-01-31`; an instant, `2030-01-31T12:00:00Z`; or how long ago: `30m`, `24h`, `7d`",
        )
    };
    let mut chars = text.chars();
    let unit = chars.next_back();
    if let Ok(count) = chars.as_str().parse::<u16>() {
        let count = i64::from(count);
        let span = match unit {
            Some('m') => Duration::minutes(count),
            Some('h') => Duration::hours(count),
            Some('d') => Duration::days(count),
            _ => return Err(wrong()),
        };
        return Ok(now.minus(span));
    }
    let whole = match text.contains('T') {
        true => text.to_owned(),
        false => format!("{text}T00:00:00Z"),
    };
    whole.parse().map_err(|_| wrong())
}

/// A row as a table shows it.
fn shown(row: &Value) -> Result<Value, Failure> {
    let row: DirectoryAudit = serde_json::from_value(row.clone())
        .map_err(|e| Failure::new(format!("the server's audit log: {e}")))?;
    let (user, app) = (row.initiated_by.user, row.initiated_by.app);
    let user = user.and_then(|user| user.user_principal_name.or(user.id));
    let app = app.and_then(|app| app.app_id.or(app.service_principal_id));
    let target = row
        .target_resources
        .into_iter()
        .next()
        .and_then(|target| target.display_name.or(target.id));
    let details = row.additional_details;
    let detail = |key: &str| {
        let found = details.iter().find(|detail| detail.key == key);
        found.map(|detail| detail.value.as_str())
    };
    let result = match row.result {
        AuditResult::Success => "success",
        AuditResult::Failure => "failure",
    };
    Ok(json!({
        "time": row.activity_date_time,
        "who": user.or(app),
        "activity": activity(detail("action"), &row.activity_display_name),
        "result": result,
        "target": target,
        "detail": cut(match row.result {
            AuditResult::Success => detail("detail").unwrap_or_default(),
            AuditResult::Failure => &row.result_reason,
        }),
    }))
}

/// What was done: the action without its provider, which is the more telling word, else the event.
fn activity<'a>(action: Option<&'a str>, event: &'a str) -> &'a str {
    let Some(action) = action else { return event };
    match action.split_once('/') {
        Some((provider, rest)) if provider.contains('.') => rest,
        _ => action,
    }
}

/// As much of a text as a cell of a table shows.
fn cut(text: &str) -> String {
    if text.chars().count() <= CELL {
        return text.to_owned();
    }
    let kept: String = text.chars().take(CELL.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_was_done_and_not_too_much() {
        for (action, shown) in [
            (
                Some("Microsoft.MachineLearningServices/workspaces/computes/start/action"),
                "workspaces/computes/start/action",
            ),
            (Some("groups/write"), "groups/write"),
            (None, "token.issued"),
        ] {
            assert_eq!(activity(action, "token.issued"), shown);
        }
        assert_eq!(cut(&"é".repeat(60)), "é".repeat(60));
        assert_eq!(cut(&"é".repeat(61)), format!("{}…", "é".repeat(59)));
    }

    #[test]
    fn a_time_is_a_date_an_instant_or_a_span() {
        let now: Timestamp = "2030-01-31T12:00:00Z".parse().unwrap();
        for (text, at) in [
            ("90m", "2030-01-31T10:30:00Z"),
            ("24h", "2030-01-30T12:00:00Z"),
            ("7d", "2030-01-24T12:00:00Z"),
            ("2030-01-01", "2030-01-01T00:00:00Z"),
            ("2030-01-01T10:00:00+01:00", "2030-01-01T09:00:00Z"),
        ] {
            assert_eq!(instant(text, now).unwrap().to_rfc3339(), at, "{text}");
        }
        for text in ["", "7", "7y", "d", "-1h", "yesterday", "2030-13-01", "99999d"] {
            assert!(instant(text, now).is_err(), "{text}");
        }
    }
}
