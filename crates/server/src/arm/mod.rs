//! Resource Manager: subscriptions and what is in them, and who may do what with it. Every call is decided on before
//! anything of what it names is told.

mod access;
mod authorization;
mod call;
mod catalogue;
mod deployments;
mod error;
mod management_groups;
mod operations;
mod providers;
mod query;
mod requirement;
mod resource_groups;
mod resources;
mod role_changes;
mod routes;
mod subscriptions;
mod tags;
mod template;
mod tenants;
mod workspace;

use bytes::Bytes;
use doorward_names::TenantId;
use doorward_protocol::paths::ArmPath;
use http::request::Parts;

use crate::ctx::Ctx;
use crate::http::Response;
use call::Call;
pub(crate) use call::Conditions;
pub(crate) use catalogue::{Kept, find_type};
use doorward_store as store;
use error::ArmError;
use requirement::Requirement;
pub(crate) use resources::putting::Putting;
pub use workspace::services::discover;

/// Whether a path belongs to this plane.
pub fn owns(path: &str) -> bool {
    ArmPath::owns(path)
}

/// Answers a call: token, path, subscription, version, right, handler.
pub async fn answer<B>(ctx: &Ctx, head: &Parts, body: B) -> Response
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let answer = match call::authenticate(ctx, head).await {
        Ok(caller) => routes::answer(ctx, caller, head, body).await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(response) => response,
        Err(error) if error.is_challenge() => match tenant_of(ctx, head.uri.path()).await {
            Ok(tenant) => error.answer(ctx, tenant),
            Err(failure) => failure.answer(ctx, None),
        },
        Err(error) => error.answer(ctx, None),
    }
}

/// The tenant of the subscription that a path names.
async fn tenant_of(ctx: &Ctx, path: &str) -> Result<Option<TenantId>, ArmError> {
    let Some(id) = ArmPath::subscription_of(path) else {
        return Ok(None);
    };
    let found = ctx
        .app
        .store
        .read(move |view| store::subscription::tenant_of(view, id));
    Ok(found.await?)
}
