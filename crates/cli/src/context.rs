//! What every command is given.

use crate::failure::Failure;
use crate::files::Home;
use crate::profile::{Account, Profile};
use crate::session::Session;
use serde_json::Value;
use std::sync::Arc;

/// The command line's surroundings.
#[derive(Debug)]
pub struct Context {
    /// Its own files.
    pub home: Home,
}

impl Context {
    /// The account in use.
    pub fn account(&self) -> Result<Account, Failure> {
        Profile::load(&self.home)?.current().cloned()
    }

    /// The session of the account in use.
    pub fn session(&self) -> Result<Arc<Session>, Failure> {
        Session::open(&self.home, &self.account()?, None)
    }
}

/// What a command has to say.
#[derive(Debug)]
pub enum Report {
    /// Nothing.
    Nothing,
    /// A value, to be printed in the form that was asked for.
    Value(Value),
    /// The same, with the columns of a table: heading and key.
    Table(Value, &'static [(&'static str, &'static str)]),
    /// The same, with a table of its own making.
    Listing {
        /// The value.
        value: Value,
        /// The rows of the table.
        rows: Value,
        /// Its columns: heading and key.
        columns: &'static [(&'static str, &'static str)],
    },
    /// The same, with a line before the table, which is left out when it has no rows.
    Answer {
        /// The value.
        value: Value,
        /// The line.
        line: String,
        /// The rows of the table.
        rows: Value,
        /// Its columns: heading and key.
        columns: &'static [(&'static str, &'static str)],
    },
    /// Text that is printed as it is.
    Text(String),
    /// Nothing; the program ends with this status, which is another program's.
    Status(u8),
}

impl From<Value> for Report {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

/// What every command gives.
pub type Outcome = Result<Report, Failure>;
