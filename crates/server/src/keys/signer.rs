//! The pool that signs. An RSA signature takes about a millisecond of one core; on the threads that answer requests
//! it would make every other endpoint wait. So it runs on threads of its own, as many as cores, at lower priority,
//! behind a bounded queue: when that is full the server says so instead of letting everyone wait.

use doorward_protocol::jose::SigningKeyPair;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// Signatures that may wait, per thread: about a quarter of a second of work.
const QUEUE_PER_THREAD: usize = 256;

/// How much nicer than the rest of the process the pool is (`nice`).
const NICENESS: i32 = 5;

/// Why nothing was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// Too many signatures wait already.
    #[error("too many tokens are being signed")]
    Busy,
    /// There is no key to sign with (yet), or it does not sign.
    #[error("no signing key is ready")]
    NoKey,
}

struct Job {
    key: Arc<SigningKeyPair>,
    input: Vec<u8>,
    answer: oneshot::Sender<Result<Vec<u8>, SignError>>,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    closed: bool,
}

struct Shared {
    queue: Mutex<Queue>,
    more: Condvar,
    limit: usize,
}

/// The pool.
pub struct Signer {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Signer {
    /// Starts a pool of `threads` threads.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(threads: usize) -> std::io::Result<Self> {
        let threads = threads.max(1);
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            more: Condvar::new(),
            limit: threads.saturating_mul(QUEUE_PER_THREAD),
        });
        let threads = (0..threads)
            .map(|n| {
                let shared = Arc::clone(&shared);
                std::thread::Builder::new()
                    .name(format!("sign-{n}"))
                    .spawn(move || work(&shared))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { shared, threads })
    }

    /// Takes `input` in to be signed with RS256, or refuses at once; so that whoever is refused leaves no trace.
    ///
    /// # Errors
    /// [`SignError::Busy`] when the queue is full.
    pub fn submit(&self, key: Arc<SigningKeyPair>, input: Vec<u8>) -> Result<Pending, SignError> {
        let (answer, signature) = oneshot::channel();
        {
            let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            if queue.closed || queue.jobs.len() >= self.shared.limit {
                return Err(SignError::Busy);
            }
            queue.jobs.push_back(Job { key, input, answer });
        }
        self.shared.more.notify_one();
        Ok(Pending(signature))
    }
}

/// A signature that is on its way.
pub struct Pending(oneshot::Receiver<Result<Vec<u8>, SignError>>);

impl Pending {
    /// The signature.
    ///
    /// # Errors
    /// [`SignError::NoKey`] when the key does not sign, or the pool is gone.
    pub async fn signature(self) -> Result<Vec<u8>, SignError> {
        self.0.await.map_err(|_| SignError::NoKey)?
    }
}

impl Drop for Signer {
    fn drop(&mut self) {
        self.shared
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .closed = true;
        self.shared.more.notify_all();
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing left to finish.
            let _ = thread.join();
        }
    }
}

fn work(shared: &Shared) {
    // Without the right to lower it, the priority stays: slower for others, not wrong.
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS);
    loop {
        let mut queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let job = loop {
            if let Some(job) = queue.jobs.pop_front() {
                break job;
            }
            if queue.closed {
                return;
            }
            queue = shared.more.wait(queue).unwrap_or_else(PoisonError::into_inner);
        };
        drop(queue);
        // Whoever asked and went away needs no signature.
        if !job.answer.is_closed() {
            let _ = job
                .answer
                .send(job.key.sign(&job.input).map_err(|_| SignError::NoKey));
        }
    }
}
