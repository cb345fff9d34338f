//! What every handler knows of its request.

use doorward_domain::audit::{AuditRow, Event};
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
    /// The name it was asked under.
    pub origin: Arc<Origin>,
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
            detail: String::new(),
            trace: self.trace,
            correlation: self.correlation,
        }
    }
}
