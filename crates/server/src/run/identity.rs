//! Whose identity a run's command gets: found by name in the caller's tenant, and granted only to who could act as that
//! principal anyway, by giving it a credential or a password.

use doorward_domain::directory::query::{MAX_PAGE, Predicate, Query, ServicePrincipalField, Value};
use doorward_domain::directory::rights::Action;
use doorward_domain::mode::Mode;
use doorward_domain::resource::client::COMMAND_LINE;
use doorward_domain::run_ticket::ActsAs;
use doorward_domain::service_principal::{ServicePrincipal, ServicePrincipalKind};
use doorward_domain::user::User;
use doorward_names::{AppId, ObjectId, SecretString, Upn};
use doorward_protocol::run::{IdentityKind, RunIdentity};
use doorward_store::{self as store, View};

use crate::graph::GraphError;
use crate::graph::access::{Acting, OrFail as _, Stop};

/// Most characters of a name, as an answer repeats it.
const SHOWN: usize = 256;

/// A principal whose identity was granted.
#[derive(Debug, Clone)]
pub struct Found {
    /// Person or service principal.
    pub kind: ActsAs,
    /// Its object id.
    pub id: ObjectId,
    /// Its application id; the command line's, for a person.
    pub client: AppId,
    username: Option<String>,
}

impl Found {
    /// As it goes over the wire, with the secret that was made for it.
    pub fn to_wire(&self, secret: SecretString) -> RunIdentity {
        RunIdentity {
            kind: match self.kind {
                ActsAs::Person => IdentityKind::User,
                ActsAs::ServicePrincipal => IdentityKind::ServicePrincipal,
            },
            client_id: self.client,
            object_id: self.id,
            username: self.username.clone(),
            secret,
        }
    }
}

/// Finds the principal that `name` names, and grants its identity or refuses.
pub fn find(view: &View<'_>, acting: &Acting, name: &str, mode: Mode) -> Result<Found, Stop> {
    let upn = name.parse::<Upn>().ok();
    if let Some(upn) = &upn
        && let Some(found) = person(view, acting, upn, mode)?
    {
        return Ok(found);
    }
    match service_principal(view, acting, name)? {
        Some(principal) => grant_service_principal(view, acting, &principal),
        None => {
            // As in `person`: that there is none is told only to who may see people.
            if upn.is_some() {
                acting.require_any(Action::ReadUser)?;
            }
            let shown: String = name.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
            Err(acting.missing(Action::ReadApplication, &shown))
        }
    }
}

/// The caller themself always; another person in development alone, to who may set their password.
fn person(view: &View<'_>, acting: &Acting, upn: &Upn, mode: Mode) -> Result<Option<Found>, Stop> {
    let found = store::user::find_by_upn(view, acting.tenant, upn).or_fail()?;
    let Some(user) = found else { return Ok(None) };
    if user.id == acting.id {
        acting.require_itself()?;
    } else {
        // Who may not see people must not learn from the refusal that there is one.
        acting.require_any(Action::ReadUser)?;
        if mode == Mode::Production {
            let text = "A run gets another person's identity in development only; here it gets your own, or a \
                        service principal's.";
            return Err(GraphError::Forbidden(text.to_owned()).into());
        }
        acting.require(Action::ResetPassword, &acting.user(view, &user)?)?;
    }
    if user.guest.is_some() {
        let text = "A guest's identity is not lent: what it opens is their own organization's to decide.";
        return Err(GraphError::Forbidden(text.to_owned()).into());
    }
    if !user.enabled {
        return Err(disabled(user.upn.as_str()));
    }
    Ok(Some(of_person(&user)))
}

fn of_person(user: &User) -> Found {
    Found {
        kind: ActsAs::Person,
        id: user.id,
        client: COMMAND_LINE,
        username: Some(user.upn.as_str().to_owned()),
    }
}

/// By application id, object id, or display name.
fn service_principal(view: &View<'_>, acting: &Acting, name: &str) -> Result<Option<ServicePrincipal>, Stop> {
    let tenant = acting.tenant;
    if let Ok(app_id) = name.parse::<AppId>()
        && let Some(found) = store::service_principal::find_by_app_id(view, tenant, app_id).or_fail()?
    {
        return Ok(Some(found));
    }
    if let Ok(id) = name.parse::<ObjectId>()
        && let Some(found) = store::service_principal::find(view, tenant, id).or_fail()?
    {
        return Ok(Some(found));
    }
    let query = Query {
        filter: Some(Predicate::Equals(
            ServicePrincipalField::DisplayName,
            Value::Text(name.to_owned()),
        )),
        after: None,
        limit: MAX_PAGE,
    };
    let mut found = store::service_principal::list(view, tenant, &query).or_fail()?;
    found.retain(|principal| principal.display_name.as_str() == name);
    if found.len() > 1 {
        acting.require_any(Action::ReadApplication)?;
        let ids: Vec<_> = found.iter().map(|p| p.app_id.to_string()).collect();
        let text = format!(
            "Several service principals have this name; take one of the application ids: {}.",
            ids.join(", ")
        );
        return Err(GraphError::Invalid(text).into());
    }
    Ok(found.pop())
}

fn grant_service_principal(
    view: &View<'_>,
    acting: &Acting,
    principal: &ServicePrincipal,
) -> Result<Found, Stop> {
    acting.require(Action::AddCredential, &acting.principal(view, principal)?)?;
    if principal.kind != ServicePrincipalKind::Application {
        let text = "A run cannot have the identity of a built-in application.";
        return Err(GraphError::Forbidden(text.to_owned()).into());
    }
    if !principal.enabled {
        return Err(disabled(principal.display_name.as_str()));
    }
    Ok(Found {
        kind: ActsAs::ServicePrincipal,
        id: principal.id,
        client: principal.app_id,
        username: None,
    })
}

fn disabled(name: &str) -> Stop {
    GraphError::Forbidden(format!("'{name}' is disabled, and so may not sign in.")).into()
}
