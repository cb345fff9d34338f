//! Looking for a resource, and saying that it isn't there.

use doorward_domain::arm::Resource;
use doorward_names::{Scope, ScopeKind, TenantId};
use doorward_store::{self as store, QueryError, View};

use crate::arm::ArmError;
use crate::arm::call::Call;

/// Refuses a list of a group or resource that isn't there.
pub async fn there(call: &Call, scope: &Scope) -> Result<(), ArmError> {
    let (tenant, at) = (call.tenant(), scope.clone());
    call.ctx
        .app
        .store
        .read(move |view| check_there(view, tenant, &at))
        .await?
}

/// Refuses a group or resource that isn't there; subscriptions are looked for elsewhere.
pub fn check_there(
    view: &View<'_>,
    tenant: TenantId,
    scope: &Scope,
) -> Result<Result<(), ArmError>, QueryError> {
    Ok(
        match (scope.kind(), scope.subscription_id(), scope.resource_group_name()) {
            (ScopeKind::ResourceGroup, Some(id), Some(name)) => {
                let found = store::resource_group::find(view, (tenant, id), &name)?;
                found
                    .map(|_| ())
                    .ok_or_else(|| ArmError::ResourceGroupNotFound(name.to_string()))
            }
            (ScopeKind::Resource, ..) => {
                let found = store::resource::find(view, tenant, scope)?;
                found
                    .map(|_| ())
                    .ok_or_else(|| ArmError::ResourceNotFound(scope.clone()))
            }
            (ScopeKind::ManagementGroup, ..) => {
                let key = scope.name().to_lowercase();
                let found =
                    key == tenant.to_string() || store::management_group::find(view, tenant, &key)?.is_some();
                match found {
                    true => Ok(()),
                    false => Err(ArmError::NotFound("NotFound", format!("'{scope}' not found"))),
                }
            }
            _ => Ok(()),
        },
    )
}

/// The resource, or that it or its group isn't there.
pub async fn find(call: &Call, scope: &Scope) -> Result<Resource, ArmError> {
    if let (Some(_), Some(_)) = (scope.subscription_id(), scope.resource_group_name()) {
        let mut group = scope.clone();
        while group.kind() != ScopeKind::ResourceGroup {
            group = group.parent().ok_or(ArmError::NotServed)?;
        }
        there(call, &group).await?;
    }
    let (tenant, at) = (call.tenant(), scope.clone());
    let found = call
        .ctx
        .app
        .store
        .read(move |view| store::resource::find(view, tenant, &at))
        .await?;
    found.ok_or_else(|| ArmError::ResourceNotFound(scope.clone()))
}
