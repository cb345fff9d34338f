//! Requests that a run's relay brings: which of Azure's hosts the program asked for, and by which ticket.

use doorward_domain::run_ticket::RunTicket;
use doorward_names::Timestamp;
use doorward_protocol::azure_hosts::AzureHost;
use doorward_protocol::paths::RUN_TICKET;
use doorward_protocol::run::{ASKED_HOST_HEADER, TICKET_HEADER};
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use super::ticket::{find_alive, hashes};
use crate::app::App;
use crate::http::{Response, text};

/// A request out of a run.
pub struct Relayed {
    /// The host that the program asked for.
    pub host: AzureHost,
    /// The run's ticket, which lives.
    pub ticket: RunTicket,
}

/// Why a request is not answered as one out of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The headers name no host of Azure's, or no ticket beside one.
    Misdirected,
    /// The ticket is dead, or never was one.
    Ended,
    /// The store is not at hand.
    Unavailable,
}

impl Refusal {
    /// The answer, in words for whoever looks at the program's output.
    pub fn answer(self) -> Response {
        let (status, words) = match self {
            Self::Misdirected => (
                StatusCode::MISDIRECTED_REQUEST,
                format!(
                    "a relayed request carries {TICKET_HEADER} and {ASKED_HOST_HEADER} once each, and asks for one \
                     of Azure's hosts that is served here\n"
                ),
            ),
            Self::Ended => (
                StatusCode::FORBIDDEN,
                "the ticket of this run has ended, so nothing is answered here any more: run the command again, \
                 with `doorward run -- COMMAND`\n"
                    .to_owned(),
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "the server cannot reach its store: try again after a second\n".to_owned(),
            ),
        };
        text(status, words)
    }
}

/// What the headers say; `None` for a request of the ordinary kind.
///
/// # Errors
/// When it is out of a run and cannot be answered so.
pub async fn read(app: &App, head: &Parts, now: Timestamp) -> Result<Option<Relayed>, Refusal> {
    let (ticket, host) = (
        once(&head.headers, TICKET_HEADER),
        once(&head.headers, ASKED_HOST_HEADER),
    );
    if matches!(host, Header::Missing) {
        return match ticket {
            Header::Missing => Ok(None),
            // The one path to which the ticket is brought for its own sake.
            _ if head.uri.path() == RUN_TICKET => Ok(None),
            _ => Err(Refusal::Misdirected),
        };
    }
    let Header::Once(host) = host else {
        return Err(Refusal::Misdirected);
    };
    let host = AzureHost::parse(host).ok_or(Refusal::Misdirected)?;
    let hashes = match ticket {
        Header::Missing => return Err(Refusal::Misdirected),
        Header::Unreadable => return Err(Refusal::Ended),
        Header::Once(ticket) => hashes(app, ticket),
    };
    if hashes.is_empty() {
        return Err(Refusal::Ended);
    }
    let found = app.store.read(move |view| find_alive(view, &hashes, now)).await;
    match found {
        Ok(Some(ticket)) => Ok(Some(Relayed { host, ticket })),
        Ok(None) => Err(Refusal::Ended),
        Err(error) => {
            tracing::error!("the store failed: {error}");
            Err(Refusal::Unavailable)
        }
    }
}

enum Header<'a> {
    Missing,
    Once(&'a str),
    Unreadable,
}

fn once<'a>(headers: &'a HeaderMap, name: &str) -> Header<'a> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Header::Missing,
        (Some(value), None) => value.to_str().map_or(Header::Unreadable, Header::Once),
        (Some(_), Some(_)) => Header::Unreadable,
    }
}
