//! What holds passwords or owners, as a path names it: applications and service principals both, groups owners.

use doorward_domain::directory::rights::{Action, Target};
use doorward_domain::service_principal::ServicePrincipalKind;
use doorward_names::ObjectId;
use doorward_protocol::paths::ObjectKey;
use doorward_store::View;

use super::access::{Acting, Stop};
use super::{GraphError, applications, groups, service_principals};

/// Whose passwords or owners a path is about.
#[derive(Debug, Clone)]
pub enum Holder {
    /// An application.
    Application(ObjectKey),
    /// A service principal.
    ServicePrincipal(ObjectKey),
    /// A group.
    Group(String),
}

impl Holder {
    /// What seeing its owners is.
    pub const fn see_owners(&self) -> Action {
        match self {
            Self::Application(_) | Self::ServicePrincipal(_) => Action::ReadApplication,
            Self::Group(_) => Action::ReadGroup,
        }
    }

    /// What making somebody its owner is.
    pub const fn add_owner(&self) -> Action {
        match self {
            Self::Application(_) | Self::ServicePrincipal(_) => Action::AddOwner,
            Self::Group(_) => Action::AddGroupOwner,
        }
    }

    /// What making an owner one no more is.
    pub const fn remove_owner(&self) -> Action {
        match self {
            Self::Application(_) | Self::ServicePrincipal(_) => Action::RemoveOwner,
            Self::Group(_) => Action::RemoveGroupOwner,
        }
    }
}

/// The object, once the caller may do `action` to it; a built-in one can only be looked at.
pub fn permitted(
    view: &View<'_>,
    acting: &Acting,
    holder: &Holder,
    action: Action,
) -> Result<ObjectId, Stop> {
    let (id, target, built_in) = match holder {
        Holder::Group(id) => return Ok(groups::permitted(view, acting, id, action)?.id),
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
