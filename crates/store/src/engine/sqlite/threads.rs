//! The threads: one takes whatever waits to be written and commits it together, the others read.

use super::statement::{batch, execute};
use crate::QueryError;
use crate::engine::Link;
use crate::job::{ReadJob, WriteJob};
use crate::queue::Queue;
use crate::revision::Bump;
use crate::view::{Context, Tx, View};
use rusqlite::Connection;

/// Most closures in one commit.
const GROUP: usize = 256;

type Outcome = Result<Vec<Bump>, QueryError>;

pub(super) fn write(connection: Connection, queue: &Queue<Box<dyn WriteJob>>, context: &Context) {
    loop {
        let group = queue.take(GROUP);
        if group.is_empty() {
            break;
        }
        run(&connection, context, group);
    }
    // Best effort: what stays in the log is found there when the file is opened again.
    let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    let _ = connection.close();
}

fn run(connection: &Connection, context: &Context, mut group: Vec<Box<dyn WriteJob>>) {
    if let Err(error) = execute(connection, "BEGIN IMMEDIATE", &[]) {
        // Nobody gets in now: another process writes, or the disk is gone.
        group.into_iter().for_each(|job| job.finish(Err(error.clone())));
        return;
    }
    match together(connection, context, &mut group) {
        Ok(outcomes) => group
            .into_iter()
            .zip(outcomes)
            .for_each(|(job, outcome)| job.finish(outcome)),
        Err(error) if group.len() == 1 => group.into_iter().for_each(|job| job.finish(Err(error.clone()))),
        // One of them, or the disk, took all of them down: each gets its own chance and its own answer.
        Err(_) => group
            .into_iter()
            .for_each(|job| run(connection, context, vec![job])),
    }
}

/// One transaction, which has begun. `Err` means that nothing of it was kept.
fn together(
    connection: &Connection,
    context: &Context,
    group: &mut [Box<dyn WriteJob>],
) -> Result<Vec<Outcome>, QueryError> {
    let alone = group.len() == 1;
    let mut outcomes = Vec::with_capacity(group.len());
    for job in group {
        match one(connection, context, job.as_mut(), alone) {
            Ok(outcome) => outcomes.push(outcome),
            Err(error) => {
                roll_back(connection);
                return Err(error);
            }
        }
    }
    if let Err(error) = execute(connection, "COMMIT", &[]) {
        roll_back(connection);
        return Err(error);
    }
    Ok(outcomes)
}

/// One closure inside a transaction. `Err` means that the whole transaction has to go.
fn one(
    connection: &Connection,
    context: &Context,
    job: &mut dyn WriteJob,
    alone: bool,
) -> Result<Outcome, QueryError> {
    let savepoint = !alone && job.has_steps();
    if savepoint {
        execute(connection, "SAVEPOINT closure", &[])?;
    }
    let mut tx = Tx::new(Link::Sqlite(connection), context);
    let kept = job.run(&mut tx);
    let failure = tx.take_failure();
    let outcome = match failure {
        Some(failure) if failure.breaks_transaction() || !kept => Err(failure),
        _ if kept => tx.write_bumps(),
        _ => Ok(Vec::new()),
    };
    if connection.is_autocommit() {
        // SQLite rolled everything back by itself, as it does when the disk is full.
        return Err(outcome
            .err()
            .unwrap_or_else(|| QueryError::Statement("the transaction was lost".to_owned())));
    }
    let keep = kept && outcome.is_ok();
    if savepoint {
        if !keep {
            execute(connection, "ROLLBACK TO closure", &[])?;
        }
        execute(connection, "RELEASE closure", &[])?;
    } else if alone && !keep {
        execute(connection, "ROLLBACK", &[])?;
        execute(connection, "BEGIN", &[])?;
    }
    Ok(outcome)
}

fn roll_back(connection: &Connection) {
    if !connection.is_autocommit() {
        let _ = batch(connection, "ROLLBACK");
    }
}

pub(super) fn read(connection: &Connection, queue: &Queue<Box<dyn ReadJob>>, context: &Context) {
    while let Some(mut job) = queue.take(1).pop() {
        let failure = match execute(connection, "BEGIN", &[]) {
            Err(error) => Some(error),
            Ok(_) => {
                let view = View::new(Link::Sqlite(connection), context);
                job.run(&view);
                let failure = view.take_failure();
                roll_back(connection);
                failure
            }
        };
        job.finish(failure);
    }
}
