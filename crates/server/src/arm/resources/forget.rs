//! What goes with a resource that is deleted.

use doorward_names::{Scope, TenantId};
use doorward_store::{self as store, QueryError, Tx};

use super::putting::principal_of;

/// Forgets what hangs on a scope and on everything below it, before that is deleted: role assignments, so that nobody has
/// them at another thing of the same name, and the identities of resources.
pub fn forget_within(tx: &mut Tx<'_>, tenant: TenantId, scope: &Scope) -> Result<(), QueryError> {
    let mut assignments = store::access_assignment::at(tx, tenant, scope)?;
    assignments.extend(store::access_assignment::below(tx, tenant, scope)?);
    let within = store::resource::Within {
        scope,
        type_key: None,
        after: "",
        limit: usize::MAX,
    };
    let mut resources = store::resource::page(tx, tenant, &within)?;
    resources.extend(store::resource::find(tx, tenant, scope)?);
    for id in resources.iter().filter_map(principal_of) {
        assignments.extend(store::access_assignment::of(tx, tenant, id)?);
        store::service_principal::delete(tx, tenant, id)?;
    }
    for assignment in assignments {
        store::access_assignment::delete(tx, tenant, assignment.id)?;
    }
    Ok(())
}
