//! What every handler knows of its request.

use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::run_ticket::RunTicket;
use doorward_names::{CorrelationId, TenantId, Timestamp, TraceId};
use std::net::IpAddr;
use std::sync::Arc;

use crate::app::App;
use crate::entropy;
use crate::origin::Origin;

/// One request: the server it reached, under which name, when, and from where.
#[derive(Clone)]
pub struct Ctx {
    /// The server.
    pub app: Arc<App>,
    /// The name it was asked under: what programs are led on to, and what issues tokens.
    pub origin: Arc<Origin>,
    /// The server's own name that it reached: what people are led to. The same as `origin` outside of a run.
    pub outside: Arc<Origin>,
    /// The live ticket of the run that it came out of.
    pub ticket: Option<Arc<RunTicket>>,
    /// When it arrived.
    pub now: Timestamp,
    /// Our number for it.
    pub trace: TraceId,
    /// The client's number for it.
    pub correlation: CorrelationId,
    /// The address it came from.
    pub source: IpAddr,
}

impl Ctx {
    /// For what the server does without being asked by a request.
    pub fn internal(app: &Arc<App>) -> Self {
        let trace = TraceId::from_random(entropy::bytes());
        Self {
            app: Arc::clone(app),
            origin: Arc::clone(app.origins.first()),
            outside: Arc::clone(app.origins.first()),
            ticket: None,
            now: app.clock.now(),
            trace,
            correlation: CorrelationId::from_bytes(*trace.as_bytes()),
            source: IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED),
        }
    }

    /// An audit row of this request, to be filled in.
    pub fn audit(&self, tenant: TenantId, event: Event) -> AuditRow {
        AuditRow {
            tenant: Some(tenant),
            ..self.server_audit(event)
        }
    }

    /// As [`Self::audit`], for what concerns no one tenant.
    pub fn server_audit(&self, event: Event) -> AuditRow {
        AuditRow {
            at: self.now,
            tenant: None,
            event,
            actor: None,
            client: None,
            target: None,
            uti: None,
            action: None,
            scope: None,
            detail: String::new(),
            trace: self.trace,
            correlation: self.correlation,
        }
    }
}
