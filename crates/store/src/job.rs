//! A closure on its way to a store thread and its answer on the way back.

use crate::revision::{Bump, Committed};
use crate::view::{Tx, View};
use crate::{QueryError, StoreError, audit};
use doorward_domain::audit::AuditRow;
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::oneshot;

/// A change that waits for a transaction. It may run several times before it is finished.
pub(crate) trait WriteJob: Send {
    /// Runs the closure and keeps what it returned; says whether its changes are to be committed.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Whether a failure in the middle leaves half of it behind, so that a group needs a savepoint around it.
    fn has_steps(&self) -> bool;
    /// Answers the caller, after the commit.
    fn finish(self: Box<Self>, outcome: Result<Vec<Bump>, QueryError>);
}

/// A look that waits for a snapshot.
pub(crate) trait ReadJob: Send {
    fn run(&mut self, view: &View<'_>);
    fn finish(self: Box<Self>, failure: Option<QueryError>);
}

type Reply<T, E> = oneshot::Sender<Result<T, StoreError<E>>>;

struct Write<F, T, E> {
    closure: F,
    result: Option<Result<T, E>>,
    reply: Reply<Committed<T>, E>,
}

struct Read<F, T, E> {
    closure: F,
    result: Option<Result<T, E>>,
    reply: Reply<T, E>,
}

/// One audit row, which is a statement of its own.
pub(crate) struct Append {
    pub(crate) row: AuditRow,
    pub(crate) reply: Reply<(), Infallible>,
}

pub(crate) type Answer<T, E> = oneshot::Receiver<Result<T, StoreError<E>>>;

pub(crate) fn write<F, T, E>(closure: F) -> (Box<dyn WriteJob>, Answer<Committed<T>, E>)
where
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (
        Box::new(Write {
            closure,
            result: None,
            reply,
        }),
        answer,
    )
}

pub(crate) fn read<F, T, E>(closure: F) -> (Box<dyn ReadJob>, Answer<T, E>)
where
    F: Fn(&View<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (
        Box::new(Read {
            closure,
            result: None,
            reply,
        }),
        answer,
    )
}

/// Waits for the answer; a job that was dropped met a closed store.
pub(crate) async fn answer<T, E>(answer: Answer<T, E>) -> Result<T, StoreError<E>> {
    answer.await.unwrap_or(Err(StoreError::Closed))
}

fn panicked() -> QueryError {
    QueryError::Statement("the operation panicked".to_owned())
}

impl<F, T, E> WriteJob for Write<F, T, E>
where
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        self.result = catch_unwind(AssertUnwindSafe(|| (self.closure)(tx))).ok();
        matches!(self.result, Some(Ok(_)))
    }

    fn has_steps(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>, outcome: Result<Vec<Bump>, QueryError>) {
        let answer = match (outcome, self.result) {
            (Err(failure), _) => Err(failure.into()),
            (Ok(bumped), Some(Ok(value))) => Ok(Committed { value, bumped }),
            (Ok(_), Some(Err(refusal))) => Err(StoreError::Refused(refusal)),
            (Ok(_), None) => Err(panicked().into()),
        };
        // The caller may have gone; the change stays.
        let _ = self.reply.send(answer);
    }
}

impl<F, T, E> ReadJob for Read<F, T, E>
where
    F: Fn(&View<'_>) -> Result<T, E> + Send,
    T: Send,
    E: Send,
{
    fn run(&mut self, view: &View<'_>) {
        self.result = catch_unwind(AssertUnwindSafe(|| (self.closure)(view))).ok();
    }

    fn finish(self: Box<Self>, failure: Option<QueryError>) {
        let answer = match (failure, self.result) {
            (None, Some(Ok(value))) => Ok(value),
            (None, Some(Err(refusal))) => Err(StoreError::Refused(refusal)),
            (Some(failure), Some(Ok(value))) => {
                if failure.breaks_transaction() {
                    Err(failure.into())
                } else {
                    Ok(value)
                }
            }
            (Some(failure), _) => Err(failure.into()),
            (None, None) => Err(panicked().into()),
        };
        let _ = self.reply.send(answer);
    }
}

impl WriteJob for Append {
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        audit::insert(tx, &self.row).is_ok()
    }

    fn has_steps(&self) -> bool {
        false
    }

    fn finish(self: Box<Self>, outcome: Result<Vec<Bump>, QueryError>) {
        let _ = self.reply.send(outcome.map(|_| ()).map_err(StoreError::from));
    }
}
