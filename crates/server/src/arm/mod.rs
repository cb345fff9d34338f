//! Resource Manager: which tenants and subscriptions a caller has. Roles over them are not there yet: everyone in a
//! tenant sees its subscriptions, and nobody may do anything with them.

mod error;
mod subscriptions;
mod tenants;

use doorward_domain::resource::FirstParty;
use doorward_names::TenantId;
use doorward_protocol::paths::ArmPath;
use http::Method;
use http::request::Parts;

use crate::bearer::{self, Bearer};
use crate::ctx::Ctx;
use crate::graph::access::{Stop, standing};
use crate::http::{Response, method_not_allowed};
use doorward_store::{self as store, StoreError};
use error::ArmError;

const GET: &[Method] = &[Method::GET, Method::HEAD];

/// Whether a path belongs to this plane.
pub fn owns(path: &str) -> bool {
    ArmPath::owns(path)
}

/// The route table of Resource Manager.
pub async fn answer(ctx: &Ctx, head: &Parts) -> Response {
    let answer = match authenticate(ctx, head).await {
        Ok(caller) => match ArmPath::parse(head.uri.path()) {
            Ok(ArmPath::Tenants | ArmPath::Subscriptions | ArmPath::Subscription(_))
                if !GET.contains(&head.method) =>
            {
                return method_not_allowed(GET);
            }
            Ok(ArmPath::Tenants) => tenants::list(ctx, &caller).await,
            Ok(ArmPath::Subscriptions) => subscriptions::list(ctx, &caller).await,
            Ok(ArmPath::Subscription(id)) => subscriptions::get(ctx, &caller, id).await,
            Ok(_) | Err(_) => Err(ArmError::NotServed),
        },
        Err(error) => Err(error),
    };
    match answer {
        Ok(response) => response,
        Err(error @ ArmError::Token(_)) => match tenant_of(ctx, head.uri.path()).await {
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

/// Who calls, if the token is for this plane and its principal may still sign in. Before that nothing is said.
async fn authenticate(ctx: &Ctx, head: &Parts) -> Result<Bearer, ArmError> {
    let is_ours = |audience: &str| FirstParty::find(audience) == Some(FirstParty::ResourceManager);
    let caller = bearer::authenticate(ctx, &head.headers, is_ours).await?;
    let (asked, now) = (caller.clone(), ctx.now);
    let stands = ctx.app.store.read(move |view| match standing(view, &asked, now) {
        Ok(_) => Ok(true),
        Err(Stop::Refused(_)) => Ok(false),
        Err(Stop::Failed(failure)) => Err::<bool, store::QueryError>(failure),
    });
    match stands.await.map_err(|e: StoreError<store::QueryError>| e)? {
        true => Ok(caller),
        false => Err(ArmError::Token(bearer::TokenProblem::Principal)),
    }
}
