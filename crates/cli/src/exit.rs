//! Exit codes, and the page about them.

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The server refused, or something failed on this machine.
    Failed,
    /// The command line itself is wrong.
    Usage,
    /// What was asked for doesn't exist.
    NotFound,
    /// Nobody is signed in, or the session has ended.
    NotSignedIn,
    /// The server can't be reached, or its certificate isn't trusted.
    Unreachable,
    /// `run` failed before the command ran.
    NotRun,
    /// The command of `run` can't be started.
    CommandNotStarted,
    /// The command of `run` isn't there.
    CommandNotFound,
}

impl Exit {
    /// The number that the shell sees.
    pub const fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::NotSignedIn => 4,
            Self::Unreachable => 5,
            Self::NotRun => 125,
            Self::CommandNotStarted => 126,
            Self::CommandNotFound => 127,
        }
    }
}

/// The page of `doorward help exit-codes`.
pub const PAGE: &str = "\
What the exit codes mean

  0  It was done.
  1  The server refused, or something failed on this machine.
  2  The command line itself is wrong; nothing was done.
  3  What was asked for doesn't exist.
  4  Nobody is signed in, or the session has ended: `doorward login`.
  5  The server can't be reached, or its certificate isn't trusted.

`doorward run` ends as its command ends: with its status, or by the same signal. What fails before:

  125  The command was not run: nobody is signed in, the server can't be reached, no private place can be made.
  126  The command can't be started.
  127  The command isn't there.

A message on standard error starts with `ERROR:`; the line after it says what to do.";
