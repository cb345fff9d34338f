//! Keeping a ticket alive, which is its maker's to do, and ending it, for which the ticket is enough: whatever runs inside
//! has the ticket, and must not have it for longer than the run lives.

use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::run_ticket::{self as rule, RunTicket};
use doorward_names::{SecretHash, SecretKind, Timestamp};
use doorward_protocol::run::{TICKET_HEADER, TicketKept};
use doorward_store::{self as store, QueryError, View};
use http::{HeaderMap, StatusCode};

use super::no_content;
use super::tickets::detail;
use crate::app::App;
use crate::ctx::Ctx;
use crate::graph::GraphError;
use crate::graph::access::{Stop, standing};
use crate::graph::bearer::{self, Bearer, BearerKind};
use crate::http::{Response, json};

/// POST /run/ticket
pub async fn keep(ctx: &Ctx, headers: &HeaderMap) -> Result<Response, GraphError> {
    let maker = bearer::authenticate(ctx, headers).await?;
    let hashes = presented(&ctx.app, headers)?;
    let now = ctx.now;
    let kept = ctx.app.snapshots.write(move |tx| {
        let own = |ticket: &RunTicket| (ticket.tenant, ticket.maker.id) == (maker.tenant, maker.id);
        let renewed = find_alive(tx, &hashes, now)?
            .filter(own)
            .and_then(|ticket| ticket.renewed(now));
        match renewed {
            Some(ticket) => store::run_ticket::save(tx, &ticket),
            None => Ok(false),
        }
    });
    if !kept.await? {
        return Err(GraphError::TicketGone);
    }
    let expires_in = rule::LIFETIME.as_seconds();
    Ok(json(StatusCode::OK, &TicketKept { expires_in }))
}

/// DELETE /run/ticket
pub async fn end(ctx: &Ctx, headers: &HeaderMap) -> Result<Response, GraphError> {
    let hashes = presented(&ctx.app, headers)?;
    let (now, row) = (ctx.now, ctx.server_audit(Event::RunEnded));
    ctx.app
        .snapshots
        .write(move |tx| {
            let Some(ticket) = find(tx, &hashes)? else {
                return Ok(());
            };
            store::run_ticket::delete(tx, &ticket.hash)?;
            if !ticket.is_alive(now) {
                return Ok(());
            }
            let ended = AuditRow {
                tenant: Some(ticket.tenant),
                actor: Some(ticket.maker.id),
                client: Some(ticket.maker.client),
                target: ticket.identity.as_ref().map(|identity| identity.id),
                detail: detail(ticket.identity.as_ref()),
                ..row.clone()
            };
            store::audit::insert(tx, &ended)
        })
        .await?;
    Ok(no_content())
}

/// The ticket with one of these hashes, as long as it lives and its maker may sign in.
pub fn find_alive(
    view: &View<'_>,
    hashes: &[SecretHash],
    now: Timestamp,
) -> Result<Option<RunTicket>, QueryError> {
    let Some(ticket) = find(view, hashes)?.filter(|ticket| ticket.is_alive(now)) else {
        return Ok(None);
    };
    let maker = Bearer {
        tenant: ticket.tenant,
        id: ticket.maker.id,
        client: ticket.maker.client,
        kind: match ticket.maker.session {
            Some(session) => BearerKind::Person {
                openid: false,
                scopes: Vec::new(),
                session,
                capable: false,
            },
            None => BearerKind::Application,
        },
    };
    match standing(view, &maker, now) {
        Ok(_) => Ok(Some(ticket)),
        Err(Stop::Refused(_)) => Ok(None),
        Err(Stop::Failed(failure)) => Err(failure),
    }
}

fn find(view: &View<'_>, hashes: &[SecretHash]) -> Result<Option<RunTicket>, QueryError> {
    for hash in hashes {
        if let Some(ticket) = store::run_ticket::find_by_hash(view, hash)? {
            return Ok(Some(ticket));
        }
    }
    Ok(None)
}

/// The hashes of the ticket in the header; none for a text that is no ticket.
fn presented(app: &App, headers: &HeaderMap) -> Result<Vec<SecretHash>, GraphError> {
    let mut values = headers.get_all(TICKET_HEADER).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        let text = format!("The header {TICKET_HEADER} has to stand there once.");
        return Err(GraphError::Invalid(text));
    };
    Ok(hashes(app, value.to_str().unwrap_or_default()))
}

/// The hashes of a presented ticket.
pub fn hashes(app: &App, text: &str) -> Vec<SecretHash> {
    app.hasher.candidates(SecretKind::Ticket, text)
}
