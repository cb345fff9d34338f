//! Between a run (`doorward run`) and the server: tickets, by which the server answers under Azure's hosts.
//!
//! `POST /run/tickets` with an access token for the directory makes one; `POST /run/ticket`, with its maker's token, keeps
//! it alive, and `DELETE /run/ticket` ends it, both with the ticket in its header. Every relayed request carries the ticket and the
//! host that the program asked for.

use doorward_names::{AppId, ObjectId, SecretString, TenantId};
use serde::{Deserialize, Serialize};

use crate::graph::RequestBody;
use crate::wire;

/// Carries the ticket.
pub const TICKET_HEADER: &str = "doorward-ticket";

/// Carries the host that the program asked for: one of [`crate::azure_hosts`].
pub const ASKED_HOST_HEADER: &str = "doorward-asked-host";

/// What is asked for with `POST /run/tickets`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TicketRequest {
    /// Whose identity the command is to have: a user principal name; an application id, object id or display name of a
    /// service principal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
}

impl RequestBody for TicketRequest {
    const KEPT: &'static [&'static str] = &["identity"];
    const EMPTY_ONLY: &'static [&'static str] = &[];
}

/// A ticket.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketAnswer {
    /// The ticket itself.
    #[serde(with = "wire::secret")]
    pub ticket: SecretString,
    /// Whole seconds until it ends unless it is kept alive.
    pub expires_in: i64,
    /// The caller's tenant.
    pub tenant_id: TenantId,
    /// What the command signs in by, when an identity was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<RunIdentity>,
}

/// What a command signs in by, as long as its ticket lives and only through that ticket.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunIdentity {
    /// Person or service principal.
    #[serde(rename = "type")]
    pub kind: IdentityKind,
    /// The application id; a person's is that of the command line.
    pub client_id: AppId,
    /// The principal's object id.
    pub object_id: ObjectId,
    /// The person's sign-in name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Client secret or password.
    #[serde(with = "wire::secret")]
    pub secret: SecretString,
}

/// Person or service principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum IdentityKind {
    /// A person.
    User,
    /// A service principal.
    ServicePrincipal,
}

/// The answer to `POST /run/ticket`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketKept {
    /// Whole seconds until it ends unless it is kept alive again.
    pub expires_in: i64,
}

/// The words of a refusal, as Microsoft Graph forms them: `{"error": {"code", "message"}}`.
pub type TicketRefusal = crate::graph::GraphErrorBody;
