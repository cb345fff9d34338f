//! The threads: each has a connection, which it makes anew when it was lost.

use super::address::Address;
use super::session::Session;
use crate::QueryError;
use crate::StoreError;
use crate::audit::next_id;
use crate::engine::Link;
use crate::job::{Append, ReadJob, WriteJob};
use crate::queue::Queue;
use crate::revision::Bump;
use crate::view::{Context, Tx, View};
use doorward_domain::audit::AuditRow;
use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Most audit rows in one statement.
const BATCH: usize = 512;

/// Most tries of one closure; the waits between them add up to about 5 seconds.
const TRIES: u32 = 60;

/// A connection, or the want of one.
pub(super) struct Line {
    address: Address,
    context: Arc<Context>,
    session: Option<RefCell<Session>>,
}

/// What became of one try.
enum Try {
    Done(Result<Vec<Bump>, QueryError>),
    /// The closure raises a counter: it has to run again, alone on this node.
    NeedsLane,
    Again(QueryError),
}

impl Line {
    pub(super) fn new(address: Address, context: Arc<Context>) -> Self {
        Self {
            address,
            context,
            session: None,
        }
    }

    /// The connection, and whether it was made just now.
    fn session(&mut self) -> Result<(&RefCell<Session>, bool), QueryError> {
        if self
            .session
            .as_ref()
            .is_some_and(|session| session.borrow().is_closed())
        {
            self.session = None;
        }
        let fresh = self.session.is_none();
        let session = match self.session.take() {
            Some(session) => session,
            None => RefCell::new(Session::connect(&self.address)?),
        };
        Ok((self.session.insert(session), fresh))
    }

    /// Ends a transaction that is not to be kept; a connection on which that fails is given up.
    fn roll_back(&mut self) {
        let ended = self
            .session
            .as_ref()
            .is_some_and(|session| Link::Postgres(session).batch("ROLLBACK").is_ok());
        if !ended {
            self.session = None;
        }
    }

    fn pause(&self, attempt: u32) {
        let mut random = [0; 2];
        (self.context.entropy)(&mut random);
        let most = (500_u64 << attempt.min(8)).min(100_000);
        let wait = most / 2 + u64::from(u16::from_be_bytes(random)) * most / 131_072;
        std::thread::sleep(Duration::from_micros(wait));
    }

    fn change(&mut self, job: &mut dyn WriteJob, in_lane: bool) -> Try {
        let context = Arc::clone(&self.context);
        let (session, fresh) = match self.session() {
            Ok(found) => found,
            Err(error) => return Try::Done(Err(error)),
        };
        let link = Link::Postgres(session);
        let outcome = link.batch("BEGIN ISOLATION LEVEL SERIALIZABLE").and_then(|()| {
            let mut tx = Tx::new(link, &context);
            let kept = job.run(&mut tx);
            match tx.take_failure() {
                Some(failure) if failure.breaks_transaction() || !kept => Err(failure),
                _ if !kept => Ok(None),
                _ if tx.has_bumps() && !in_lane => Ok(Some(None)),
                _ => tx.write_bumps().map(|bumps| Some(Some(bumps))),
            }
        });
        match outcome {
            Ok(Some(Some(bumps))) => self.commit(bumps),
            Ok(Some(None)) => {
                self.roll_back();
                Try::NeedsLane
            }
            Ok(None) => {
                self.roll_back();
                Try::Done(Ok(Vec::new()))
            }
            Err(error) => {
                self.roll_back();
                match error {
                    QueryError::Contended => Try::Again(error),
                    // Nothing was committed yet: a connection that had gone stale may be tried anew.
                    QueryError::Unavailable(_) if !fresh => {
                        self.session = None;
                        Try::Again(error)
                    }
                    other => Try::Done(Err(other)),
                }
            }
        }
    }

    fn commit(&mut self, bumps: Vec<Bump>) -> Try {
        let committed = self
            .session
            .as_ref()
            .map(|session| Link::Postgres(session).batch("COMMIT"));
        match committed {
            Some(Ok(())) => Try::Done(Ok(bumps)),
            Some(Err(error @ QueryError::Contended)) => {
                self.roll_back();
                Try::Again(error)
            }
            Some(Err(QueryError::Unavailable(reason))) => {
                self.session = None;
                let reason =
                    format!("the connection was lost during a commit, which may have happened ({reason})");
                Try::Done(Err(QueryError::Unavailable(reason)))
            }
            Some(Err(error)) => {
                self.session = None;
                Try::Done(Err(error))
            }
            None => Try::Done(Err(QueryError::Unavailable("the connection was lost".to_owned()))),
        }
    }

    fn look(&mut self, job: &mut dyn ReadJob) -> (Option<QueryError>, bool) {
        let context = Arc::clone(&self.context);
        let (session, fresh) = match self.session() {
            Ok(found) => found,
            Err(error) => return (Some(error), true),
        };
        let link = Link::Postgres(session);
        let failure = match link.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") {
            Err(error) => Some(error),
            Ok(()) => {
                let view = View::new(link, &context);
                job.run(&view);
                view.take_failure()
            }
        };
        self.roll_back();
        self.give_up(failure.as_ref());
        (failure, fresh)
    }

    fn insert(&mut self, rows: &[Append], ids: &[[u8; 16]]) -> (Result<u64, QueryError>, bool) {
        let (session, fresh) = match self.session() {
            Ok(found) => found,
            Err(error) => return (Err(error), true),
        };
        let row = || rows.iter().map(|append| &append.row);
        let id: Vec<&[u8]> = ids.iter().map(<[u8; 16]>::as_slice).collect();
        let at: Vec<i64> = row().map(|row| row.at.micros()).collect();
        let tenant: Vec<Option<&[u8]>> = row()
            .map(|r| r.tenant.as_ref().map(|id| id.as_bytes().as_slice()))
            .collect();
        let event: Vec<&str> = row().map(|row| row.event.as_str()).collect();
        let actor: Vec<Option<&[u8]>> = row()
            .map(|r| r.actor.as_ref().map(|id| id.as_bytes().as_slice()))
            .collect();
        let client: Vec<Option<&[u8]>> = row()
            .map(|r| r.client.as_ref().map(|id| id.as_bytes().as_slice()))
            .collect();
        let target: Vec<Option<&[u8]>> = row()
            .map(|r| r.target.as_ref().map(|id| id.as_bytes().as_slice()))
            .collect();
        let uti: Vec<Option<&str>> = row().map(|row| row.uti.as_deref()).collect();
        let detail: Vec<&str> = row().map(|row| row.detail.as_str()).collect();
        let trace: Vec<&[u8]> = row().map(|row| row.trace.as_bytes().as_slice()).collect();
        let action: Vec<Option<&str>> = row().map(|row| row.action.as_deref()).collect();
        let scope: Vec<Option<&str>> = row().map(|row| row.scope.as_deref()).collect();
        let correlation: Vec<&[u8]> = row().map(|row| row.correlation.as_bytes().as_slice()).collect();
        // The ids are ours alone: a batch that is sent twice is written once.
        let written = session.borrow_mut().execute_raw(
            "INSERT INTO audit (id, at, tenant, event, actor, client, target, uti, detail, trace, correlation, \
             action, scope) SELECT * FROM unnest(CAST($1 AS bytea[]), CAST($2 AS bigint[]), CAST($3 AS bytea[]), \
             CAST($4 AS text[]), CAST($5 AS bytea[]), CAST($6 AS bytea[]), CAST($7 AS bytea[]), \
             CAST($8 AS text[]), CAST($9 AS text[]), CAST($10 AS bytea[]), CAST($11 AS bytea[]), \
             CAST($12 AS text[]), CAST($13 AS text[])) \
             ON CONFLICT (id) DO NOTHING",
            &[
                &id,
                &at,
                &tenant,
                &event,
                &actor,
                &client,
                &target,
                &uti,
                &detail,
                &trace,
                &correlation,
                &action,
                &scope,
            ],
        );
        self.give_up(written.as_ref().err());
        (written, fresh)
    }

    /// A connection that failed is not used again.
    fn give_up(&mut self, failure: Option<&QueryError>) {
        if matches!(failure, Some(QueryError::Unavailable(_))) {
            self.session = None;
        }
    }
}

pub(super) fn write(mut line: Line, queue: &Queue<Box<dyn WriteJob>>, lane: &Mutex<()>) {
    while let Some(mut job) = queue.take(1).pop() {
        let mut held: Option<MutexGuard<'_, ()>> = None;
        let mut attempt = 0;
        let outcome = loop {
            match line.change(job.as_mut(), held.is_some()) {
                Try::Done(outcome) => break outcome,
                Try::NeedsLane => held = Some(lane.lock().unwrap_or_else(PoisonError::into_inner)),
                Try::Again(error) if attempt == TRIES => break Err(error),
                Try::Again(_) => {
                    line.pause(attempt);
                    attempt += 1;
                }
            }
        };
        drop(held);
        job.finish(outcome);
    }
}

pub(super) fn read(mut line: Line, queue: &Queue<Box<dyn ReadJob>>) {
    while let Some(mut job) = queue.take(1).pop() {
        let mut attempt = 0;
        let failure = loop {
            let (failure, fresh) = line.look(job.as_mut());
            let again = match &failure {
                Some(QueryError::Contended) => attempt < TRIES,
                Some(QueryError::Unavailable(_)) => !fresh,
                _ => false,
            };
            if !again {
                break failure;
            }
            line.pause(attempt);
            attempt += 1;
        };
        job.finish(failure);
    }
}

pub(super) fn append(mut line: Line, queue: &Queue<Append>) {
    loop {
        let (rows, refused): (Vec<Append>, Vec<Append>) =
            queue.take(BATCH).into_iter().partition(|append| !has_nul(append));
        if rows.is_empty() && refused.is_empty() {
            return;
        }
        for append in refused {
            let _ = append.reply.send(Err(StoreError::NulCharacter));
        }
        if rows.is_empty() {
            continue;
        }
        let ids: Vec<[u8; 16]> = rows
            .iter()
            .map(|append| next_id(&line.context, &append.row))
            .collect();
        let mut attempt = 0;
        let outcome = loop {
            let (outcome, fresh) = line.insert(&rows, &ids);
            let again = match &outcome {
                Err(QueryError::Contended) => attempt < TRIES,
                Err(QueryError::Unavailable(_)) => !fresh,
                _ => false,
            };
            if !again {
                break outcome;
            }
            line.pause(attempt);
            attempt += 1;
        };
        for append in rows {
            let _ = append
                .reply
                .send(outcome.clone().map(|_| ()).map_err(StoreError::from));
        }
    }
}

fn has_nul(append: &Append) -> bool {
    let AuditRow {
        detail,
        uti,
        action,
        scope,
        ..
    } = &append.row;
    let optional = [uti, action, scope].into_iter().flatten();
    detail.contains('\0') || optional.into_iter().any(|text| text.contains('\0'))
}
