//! Signals that the host gets for the command.

use nix::sys::signal::{SigSet, SigmaskHow, Signal, raise};
use std::io;
use std::sync::Arc;
use tokio::sync::mpsc;

/// What is passed on. Stopping and going on are the terminal's business with all of its foreground.
pub(crate) const PASSED_ON: [Signal; 8] = [
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTERM,
    Signal::SIGHUP,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGALRM,
    Signal::SIGWINCH,
];

/// `si_code` of what a process sent, and not the kernel (sigaction(2)).
#[cfg(target_os = "linux")]
const SI_USER: i32 = 0;

/// A signal that the host got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caught {
    /// Its number.
    pub number: i32,
    /// Whether a process sent it. What the terminal sends, the command gets by itself.
    pub sent: bool,
}

impl Caught {
    /// Whether it ends a program that has no other use for it. A terminal's new size doesn't.
    pub fn ends(&self) -> bool {
        self.number != Signal::SIGWINCH as i32
    }
}

/// Signals, caught from the moment this is made.
#[derive(Debug)]
pub struct Signals(mpsc::UnboundedReceiver<Caught>);

impl Signals {
    /// Catches them in this thread, and in those that it starts from now on.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn catch() -> io::Result<Self> {
        let mut set = SigSet::empty();
        PASSED_ON.into_iter().for_each(|signal| set.add(signal));
        set.thread_block()?;
        let (tell, told) = mpsc::unbounded_channel();
        std::thread::Builder::new().spawn(move || listen(set, &tell))?;
        Ok(Self(told))
    }

    /// The next one.
    pub async fn next(&mut self) -> Option<Caught> {
        self.0.recv().await
    }
}

#[cfg(target_os = "linux")]
fn listen(set: SigSet, tell: &mpsc::UnboundedSender<Caught>) {
    use nix::sys::signalfd::{SfdFlags, SignalFd};
    let Ok(signals) = SignalFd::with_flags(&set, SfdFlags::SFD_CLOEXEC) else {
        return;
    };
    while let Ok(Some(info)) = signals.read_signal() {
        let caught = Caught {
            number: i32::try_from(info.ssi_signo).unwrap_or_default(),
            sent: info.ssi_code <= SI_USER,
        };
        if tell.send(caught).is_err() {
            return;
        }
    }
}

#[cfg(not(target_os = "linux"))]
use crate::elsewhere::listen;

/// Does something, such as starting a program, with no signal held back; programs keep what their parent held back.
///
/// What comes just then ends nobody: a handler is there that does nothing, and that a new program doesn't have.
pub fn unblocked<T>(work: impl FnOnce() -> T) -> T {
    for signal in PASSED_ON {
        let _ = signal_hook::flag::register(signal as i32, Arc::default());
    }
    let held = SigSet::empty().thread_swap_mask(SigmaskHow::SIG_SETMASK);
    let done = work();
    if let Ok(held) = held {
        let _ = held.thread_set_mask();
    }
    done
}

/// Ends this process by that signal, as the command was ended, so that whoever waits sees the same.
pub fn end_as(number: i32) {
    let Ok(signal) = Signal::try_from(number) else {
        return;
    };
    let limit = rustix::process::Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // The command has left its own picture of memory, if any. Whatever fails here, this process ends all the same.
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, limit);
    let _ = SigSet::from(signal).thread_unblock();
    let _ = signal_hook::low_level::emulate_default_handler(number);
    // That takes signals it doesn't know for harmless ones.
    let _ = raise(signal);
}
