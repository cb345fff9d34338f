//! Opening a database: look first, make or migrate in one transaction.

use super::address::Address;
use super::session::Session;
use crate::engine::Link;
use crate::schema::{self, Found, Stop};
use crate::view::Context;
use crate::{OpenError, QueryError};
use doorward_domain::mode::Mode;
use doorward_names::Timestamp;
use std::cell::RefCell;
use std::sync::Arc;

/// Two nodes may open an empty database at once; the loser looks again.
const TRIES: usize = 10;

/// Says whether the store was made. Runs on a thread of its own: the driver may not block an async one.
pub(super) fn open(
    address: &Address,
    mode: Mode,
    now: Timestamp,
    context: &Arc<Context>,
) -> Result<bool, OpenError> {
    let (address, context) = (address.clone(), Arc::clone(context));
    let thread = std::thread::Builder::new()
        .name("store-open".to_owned())
        .spawn(move || {
            let mut last = None;
            for _ in 0..TRIES {
                match once(&address, mode, now, &context) {
                    Ok(is_new) => return Ok(is_new),
                    Err(Stop::Query(error @ (QueryError::Contended | QueryError::Statement(_)))) => {
                        last = Some(error);
                        std::thread::sleep(std::time::Duration::from_millis(50));
                    }
                    Err(Stop::Open(error)) => return Err(error),
                    Err(Stop::Query(error)) => return Err(explain(error)),
                }
            }
            Err(explain(last.unwrap_or(QueryError::Contended)))
        });
    let thread = thread.map_err(|error| OpenError::Failed(error.to_string()))?;
    thread
        .join()
        .unwrap_or_else(|_| Err(OpenError::Failed("opening panicked".to_owned())))
}

fn once(address: &Address, mode: Mode, now: Timestamp, context: &Context) -> Result<bool, Stop> {
    let mut session = Session::connect(address)?;
    let encoding = session.setting("SHOW server_encoding")?;
    if !encoding.eq_ignore_ascii_case("utf8") {
        let reason = format!("the database's encoding is `{encoding}`, UTF8 is needed");
        return Err(Stop::Open(OpenError::Failed(reason)));
    }
    if session.setting("SHOW transaction_read_only")? == "on" {
        return Err(Stop::Query(QueryError::ReadOnly));
    }
    let session = RefCell::new(session);
    let link = Link::Postgres(&session);
    link.batch("BEGIN ISOLATION LEVEL SERIALIZABLE")?;
    let from = match schema::look(link, context, mode)? {
        Found::Store { version } => version,
        Found::Empty | Found::Foreign => 0,
    };
    schema::migrate(link, context, from, mode, now)?;
    link.batch("COMMIT")?;
    Ok(from == 0)
}

fn explain(error: QueryError) -> OpenError {
    let place = "the PostgreSQL server".to_owned();
    match error {
        QueryError::Full => OpenError::Full { place },
        QueryError::ReadOnly => OpenError::ReadOnly { place },
        QueryError::Unavailable(reason) => OpenError::Unreachable(reason),
        QueryError::Corrupt {
            table: "data_key",
            id,
            ..
        } => OpenError::DamagedKey(id),
        other => OpenError::Failed(other.to_string()),
    }
}
