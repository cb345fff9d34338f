//! A resource to be put, and what is kept of one.

use doorward_domain::arm::Resource;
use doorward_names::{AppId, ObjectId, Secret, SecretString, TenantId, Timestamp};
use doorward_protocol::arm::Resource as Wire;
use serde_json::{Map, Value};
use std::sync::Arc;

use crate::arm::call::Call;
use crate::arm::catalogue::Kept;
use crate::entropy;

/// A resource to be put, with every value that chance decides.
#[derive(Clone)]
pub struct Putting {
    /// The tenant.
    pub tenant: TenantId,
    /// Who puts it.
    pub caller: ObjectId,
    /// Their name.
    pub caller_name: String,
    /// When.
    pub now: Timestamp,
    /// A GUID that may be shown.
    pub guid: String,
    /// How resources of its type are kept.
    pub kept: Kept,
    /// The object id of its own identity.
    pub principal: ObjectId,
    /// The application id of that.
    pub application: AppId,
    /// Its secrets.
    pub secrets: Arc<[SecretString; 4]>,
}

/// The secrets that a new workspace has.
pub const SECRETS: [&str; 4] = ["storage", "telemetry", "notebook-primary", "notebook-secondary"];

impl Putting {
    /// Draws what chance decides.
    pub fn draw(call: &Call, kept: Kept) -> Self {
        Self::of(
            kept,
            (call.tenant(), call.caller.id(), call.caller.name.clone()),
            call.ctx.now,
        )
    }

    /// As [`Self::draw`], for what isn't asked for by a request.
    pub fn of(
        kept: Kept,
        (tenant, caller, caller_name): (TenantId, ObjectId, String),
        now: Timestamp,
    ) -> Self {
        let guid = ObjectId::from_random(entropy::bytes()).to_string();
        let secret = |_| {
            use base64::Engine as _;
            let bytes: [u8; 32] = entropy::bytes();
            Secret::new(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
        };
        Self {
            tenant,
            caller,
            caller_name,
            now,
            guid,
            kept,
            principal: ObjectId::from_random(entropy::bytes()),
            application: AppId::from_random(entropy::bytes()),
            secrets: Arc::new(SECRETS.map(secret)),
        }
    }
}

/// The object id of a resource's own identity.
pub fn principal_of(resource: &Resource) -> Option<ObjectId> {
    read_body(resource).identity?.principal_id?.parse().ok()
}

/// What is kept of a resource besides what every resource has.
pub fn read_body(resource: &Resource) -> Wire {
    serde_json::from_str(&resource.body).unwrap_or_default()
}

/// The body that is kept: what every resource has stands elsewhere.
pub fn body(properties: Map<String, Value>, asked: &Wire) -> Wire {
    Wire {
        variety: asked.variety.clone(),
        sku: asked.sku.clone(),
        identity: asked.identity.clone(),
        managed_by: asked.managed_by.clone(),
        properties: Some(properties),
        ..Wire::default()
    }
}
