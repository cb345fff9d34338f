//! PostgreSQL: changes in serializable transactions on several connections, audit rows in batches on another.

mod address;
mod open;
mod session;
mod threads;
mod tls;

pub(crate) use session::Session;

use crate::OpenError;
use crate::QueryError;
use crate::job::{Append, ReadJob, WriteJob};
use crate::queue::Queue;
use crate::view::Context;
use doorward_domain::mode::Mode;
use doorward_names::Timestamp;
use std::cell::{RefCell, RefMut};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// Connections that change.
const WRITERS: usize = 8;

/// Connections that look.
const READERS: usize = 4;

pub(crate) struct Postgres {
    writes: Arc<Queue<Box<dyn WriteJob>>>,
    reads: Arc<Queue<Box<dyn ReadJob>>>,
    appends: Arc<Queue<Append>>,
    threads: Vec<JoinHandle<()>>,
}

impl Postgres {
    pub(super) fn open(
        url: &str,
        mode: Mode,
        now: Timestamp,
        context: &Arc<Context>,
    ) -> Result<(Self, bool), OpenError> {
        let address = address::Address::parse(url)?;
        let is_new = open::open(&address, mode, now, context)?;
        let mut engine = Self {
            writes: Arc::new(Queue::new()),
            reads: Arc::new(Queue::new()),
            appends: Arc::new(Queue::new()),
            threads: Vec::new(),
        };
        let lane = Arc::new(Mutex::new(()));
        for _ in 0..WRITERS {
            let (queue, lane) = (Arc::clone(&engine.writes), Arc::clone(&lane));
            let line = threads::Line::new(address.clone(), Arc::clone(context));
            engine.start("store-write", move || threads::write(line, &queue, &lane))?;
        }
        for _ in 0..READERS {
            let queue = Arc::clone(&engine.reads);
            let line = threads::Line::new(address.clone(), Arc::clone(context));
            engine.start("store-read", move || threads::read(line, &queue))?;
        }
        let queue = Arc::clone(&engine.appends);
        let line = threads::Line::new(address, Arc::clone(context));
        engine.start("store-append", move || threads::append(line, &queue))?;
        Ok((engine, is_new))
    }

    fn start(&mut self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), OpenError> {
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
        self.threads
            .push(thread.map_err(|error| OpenError::Failed(error.to_string()))?);
        Ok(())
    }

    pub(super) fn read(&self, job: Box<dyn ReadJob>) {
        self.reads.push(job);
    }

    pub(super) fn write(&self, job: Box<dyn WriteJob>) {
        self.writes.push(job);
    }

    pub(super) fn append(&self, append: Append) {
        self.appends.push(append);
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.reads.close();
        self.writes.close();
        self.appends.close();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// The session for one statement.
pub(super) fn session(cell: &RefCell<Session>) -> Result<RefMut<'_, Session>, QueryError> {
    cell.try_borrow_mut()
        .map_err(|_| QueryError::Statement("the connection is in use".to_owned()))
}
