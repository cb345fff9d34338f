//! SQLite: one thread writes, a few read. Whatever waits is written in one commit.

mod connect;
mod statement;
mod threads;

pub(super) use statement::{batch, execute, query};

use crate::OpenError;
use crate::job::{ReadJob, WriteJob};
use crate::queue::Queue;
use crate::view::Context;
use doorward_domain::mode::Mode;
use doorward_names::Timestamp;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

/// Threads that read.
const READERS: usize = 4;

pub(crate) struct Sqlite {
    writes: Arc<Queue<Box<dyn WriteJob>>>,
    reads: Arc<Queue<Box<dyn ReadJob>>>,
    writer: Option<JoinHandle<()>>,
    readers: Vec<JoinHandle<()>>,
}

impl Sqlite {
    pub(super) fn open(
        path: &Path,
        mode: Mode,
        now: Timestamp,
        context: &Arc<Context>,
    ) -> Result<(Self, bool), OpenError> {
        let (connection, is_new) = connect::open(path, mode, now, context)?;
        let failed = |error: std::io::Error| OpenError::Failed(error.to_string());
        let mut engine = Self {
            writes: Arc::new(Queue::new()),
            reads: Arc::new(Queue::new()),
            writer: None,
            readers: Vec::new(),
        };
        for _ in 0..READERS {
            let connection = connect::reader(path)?;
            let (queue, context) = (Arc::clone(&engine.reads), Arc::clone(context));
            let thread = std::thread::Builder::new().name("store-read".to_owned());
            let thread = thread
                .spawn(move || threads::read(&connection, &queue, &context))
                .map_err(failed)?;
            engine.readers.push(thread);
        }
        let (queue, context) = (Arc::clone(&engine.writes), Arc::clone(context));
        let thread = std::thread::Builder::new().name("store-write".to_owned());
        let thread = thread
            .spawn(move || threads::write(connection, &queue, &context))
            .map_err(failed)?;
        engine.writer = Some(thread);
        Ok((engine, is_new))
    }

    pub(super) fn read(&self, job: Box<dyn ReadJob>) {
        self.reads.push(job);
    }

    pub(super) fn write(&self, job: Box<dyn WriteJob>) {
        self.writes.push(job);
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.reads.close();
        self.writes.close();
        // Readers first, so that the writer can fold the whole log into the file.
        for thread in self.readers.drain(..).chain(self.writer.take()) {
            let _ = thread.join();
        }
    }
}
