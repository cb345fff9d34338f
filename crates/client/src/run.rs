//! Runs' tickets (`doorward run`): had and kept alive as whoever the tokens are of, ended by the ticket itself.

use crate::directory::{RESOURCE, refusal};
use crate::transport::{Again, Body, Request, Response, Transport};
use crate::{ClientOptions, Error, TokenSource};
use doorward_names::SecretString;
use doorward_protocol::paths::{RUN_TICKET, RUN_TICKETS};
use doorward_protocol::run::{TICKET_HEADER, TicketRequest};
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use std::sync::Arc;

pub use doorward_protocol::run::{IdentityKind, RunIdentity, TicketAnswer, TicketKept};

/// Makes tickets on one server, with one caller's tokens.
#[derive(Debug)]
pub struct RunClient {
    transport: Transport,
    tokens: Arc<dyn TokenSource>,
}

impl RunClient {
    /// Runs on the server of `options`, as whoever `tokens` are of.
    pub fn new(options: ClientOptions, tokens: Arc<dyn TokenSource>) -> Self {
        Self {
            transport: Transport::new(options),
            tokens,
        }
    }

    /// Makes a ticket; with `identity` also a secret by which the command signs in as that principal: a user principal
    /// name, or a service principal's application id, object id or display name.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such principal, [`Error::NotAllowed`] when the caller may not act as it, and
    /// what every call can meet.
    pub async fn begin(&self, identity: Option<&str>) -> Result<TicketAnswer, Error> {
        let asked = TicketRequest {
            identity: identity.map(str::to_owned),
        };
        let body = serde_json::to_vec(&asked)
            .map_err(|e| Error::Invalid(format!("the request can't be written: {e}")))?;
        let request = Request {
            method: Method::POST,
            url: self.transport.options().authority.at(RUN_TICKETS)?,
            authorization: Some(self.authorization().await?),
            header: None,
            body: Body::Json(body),
            again: Again::Never,
        };
        self.send(&request).await?.json()
    }

    /// Keeps a ticket alive.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the ticket has ended, which is final; and what every call can meet.
    pub async fn keep(&self, ticket: &SecretString) -> Result<TicketKept, Error> {
        let request = Request {
            authorization: Some(self.authorization().await?),
            ..self.about(Method::POST, ticket)?
        };
        self.send(&request).await?.json()
    }

    /// Ends a ticket; one that has ended already is no error.
    ///
    /// # Errors
    /// What every call can meet.
    pub async fn end(&self, ticket: &SecretString) -> Result<(), Error> {
        self.send(&self.about(Method::DELETE, ticket)?).await.map(drop)
    }

    async fn authorization(&self) -> Result<HeaderValue, Error> {
        let token = self.tokens.token(RESOURCE).await?;
        sensitive(&format!("Bearer {}", token.secret().expose()))
    }

    fn about(&self, method: Method, ticket: &SecretString) -> Result<Request, Error> {
        Ok(Request {
            method,
            url: self.transport.options().authority.at(RUN_TICKET)?,
            authorization: None,
            header: Some((
                HeaderName::from_static(TICKET_HEADER),
                sensitive(ticket.expose())?,
            )),
            body: Body::None,
            again: Again::Always,
        })
    }

    async fn send(&self, request: &Request) -> Result<Response, Error> {
        let response = self.transport.send(request).await?;
        if response.is_success() {
            Ok(response)
        } else {
            Err(refusal(&response))
        }
    }
}

fn sensitive(text: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| Error::Invalid("the secret is not fit for a header".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}
