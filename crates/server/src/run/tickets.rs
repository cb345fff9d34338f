//! Making a ticket.

use bytes::Bytes;
use doorward_domain::audit::Event;
use doorward_domain::run_ticket::{self as rule, ActsAs, Maker, RunTicket};
use doorward_names::{GeneratedSecret, SecretKind};
use doorward_protocol::graph::parse_body;
use doorward_protocol::run::{TicketAnswer, TicketRequest};
use doorward_store as store;
use http::StatusCode;
use http::request::Parts;

use super::identity::{self, Found};
use crate::boot::ensure_relay_key;
use crate::ctx::Ctx;
use crate::entropy;
use crate::graph::access::{OrFail as _, change};
use crate::graph::bearer::{self, Bearer, BearerKind};
use crate::graph::{GraphError, is_json};
use crate::http::{BodyError, Response, collect, json};

/// Largest body of a request, in bytes.
const MAX_BODY: usize = 16 * 1024;

/// POST /run/tickets
pub async fn make<B>(ctx: &Ctx, head: &Parts, body: B) -> Result<Response, GraphError>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let bearer = bearer::authenticate(ctx, &head.headers).await?;
    let asked = read(head, body).await?;
    ensure_relay_key(&ctx.app).await.map_err(|reason| {
        tracing::error!("the relay's signing key could not be made: {reason}");
        GraphError::Unavailable
    })?;
    let hasher = &ctx.app.hasher;
    let ticket = GeneratedSecret::from_entropy(SecretKind::Ticket, entropy::bytes());
    let hash = hasher.hash(&ticket).ok_or(GraphError::Unavailable)?;
    // Which of the two is handed out is known only when the identity has been found.
    let secrets = [SecretKind::Client, SecretKind::Password]
        .map(|kind| GeneratedSecret::from_entropy(kind, entropy::bytes()));
    let [client, password] = &secrets;
    let hash_of = |secret| hasher.hash(secret).ok_or(GraphError::Unavailable);
    let hashes = (hash_of(client)?, hash_of(password)?);
    let (maker, mode) = (maker(&bearer), ctx.app.mode());
    let (tenant, wanted) = (bearer.tenant, asked.identity);
    let found = change(ctx, bearer, move |tx, acting| {
        let alive = store::run_ticket::count_alive(tx, tenant, maker.id, acting.now).or_fail()?;
        if alive >= rule::MAX_LIVE {
            return Err(GraphError::TooManyTickets.into());
        }
        let found = match &wanted {
            Some(name) => Some(identity::find(tx, acting, name, mode)?),
            None => None,
        };
        let identity = found.as_ref().map(|found| rule::Identity {
            kind: found.kind,
            id: found.id,
            client: found.client,
            secret: match found.kind {
                ActsAs::ServicePrincipal => hashes.0.clone(),
                ActsAs::Person => hashes.1.clone(),
            },
        });
        let ticket = RunTicket::new(hash.clone(), tenant, maker, identity, acting.now);
        store::run_ticket::insert(tx, &ticket).or_fail()??;
        let target = found.as_ref().map(|found| found.id);
        acting.record(tx, Event::RunBegan, target, &detail(ticket.identity.as_ref()))?;
        Ok(found)
    })
    .await?;
    let answer = TicketAnswer {
        ticket: ticket.as_secret().clone(),
        expires_in: rule::LIFETIME.as_seconds(),
        tenant_id: tenant,
        identity: found.map(|found: Found| {
            let secret = match found.kind {
                ActsAs::ServicePrincipal => client,
                ActsAs::Person => password,
            };
            found.to_wire(secret.as_secret().clone())
        }),
    };
    Ok(json(StatusCode::CREATED, &answer))
}

/// Whose identity a run has, for the audit table.
pub fn detail(identity: Option<&rule::Identity>) -> String {
    match identity {
        Some(identity) => {
            let kind = match identity.kind {
                ActsAs::Person => "user",
                ActsAs::ServicePrincipal => "service principal",
            };
            format!("as {kind} {}", identity.id)
        }
        None => "without an identity".to_owned(),
    }
}

async fn read<B>(head: &Parts, body: B) -> Result<TicketRequest, GraphError>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let body = collect(body, MAX_BODY).await.map_err(|e| match e {
        BodyError::TooLarge(limit) => {
            GraphError::Invalid(format!("The request body is larger than {limit} bytes."))
        }
        BodyError::CutOff => GraphError::Body(doorward_protocol::graph::BodyError::NotJson),
    })?;
    if body.is_empty() {
        return Ok(TicketRequest::default());
    }
    if !is_json(head) {
        return Err(GraphError::MediaType);
    }
    Ok(parse_body(&body)?)
}

fn maker(bearer: &Bearer) -> Maker {
    Maker {
        id: bearer.id,
        client: bearer.client,
        session: match bearer.kind {
            BearerKind::Person { session, .. } => Some(session),
            BearerKind::Application => None,
        },
    }
}
