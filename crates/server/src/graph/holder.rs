//! What holds passwords and owners: an application or a service principal, as a path names it.

use doorward_domain::directory::rights::{Action, Target};
use doorward_domain::service_principal::ServicePrincipalKind;
use doorward_names::ObjectId;
use doorward_protocol::paths::ObjectKey;
use doorward_store::View;

use super::access::{Acting, Stop};
use super::{GraphError, applications, service_principals};

/// Whose passwords or owners a path is about.
#[derive(Debug, Clone)]
pub enum Holder {
    /// An application.
    Application(ObjectKey),
    /// A service principal.
    ServicePrincipal(ObjectKey),
}

/// The object, once the caller may do `action` to it; a built-in one can only be looked at.
pub fn permitted(
    view: &View<'_>,
    acting: &Acting,
    holder: &Holder,
    action: Action,
) -> Result<ObjectId, Stop> {
    let (id, target, built_in) = match holder {
        Holder::Application(key) => {
            let found = applications::find(view, acting.tenant, key)?;
            let application = found.ok_or_else(|| acting.missing(action, applications::name(key)))?;
            let target: Target = acting.application(view, &application)?;
            (application.id, target, false)
        }
        Holder::ServicePrincipal(key) => {
            let found = service_principals::find(view, acting.tenant, key)?;
            let principal = found.ok_or_else(|| acting.missing(action, applications::name(key)))?;
            let target = acting.principal(view, &principal)?;
            (
                principal.id,
                target,
                principal.kind != ServicePrincipalKind::Application,
            )
        }
    };
    acting.require(action, &target)?;
    if built_in && !action.reads() {
        Err(GraphError::BuiltIn.into())
    } else {
        Ok(id)
    }
}
