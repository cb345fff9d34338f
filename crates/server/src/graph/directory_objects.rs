//! `/directoryObjects`: objects of any kind by id.

use doorward_domain::directory::rights::Action;
use doorward_names::{ObjectId, TenantId};
use doorward_protocol::graph::{DirectoryObject, GetByIds, List, MAX_IDS, context};
use doorward_store::{self as store, View};
use http::StatusCode;

use super::access::{OrFail as _, Stop, denied, look};
use super::{Call, GraphError, applications, entity, query, service_principals, to_wire};
use crate::http::{Response, json};

/// GET /v1.0/directoryObjects/{id}
pub async fn get(call: Call, id: String) -> Result<Response, GraphError> {
    let object = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let (users, applications) = (
            acting.require_any(Action::ReadUser),
            acting.require_any(Action::ReadApplication),
        );
        let found = match id.parse() {
            Ok(id) => find(view, acting.tenant, id)?,
            Err(_) => None,
        };
        match &found {
            Some(DirectoryObject::User(_)) => users?,
            Some(_) => applications?,
            None if users.is_err() && applications.is_err() => return Err(denied()),
            None => return Err(GraphError::NotFound(id.clone()).into()),
        }
        found.ok_or_else(|| GraphError::NotFound(id.clone()).into())
    })
    .await?;
    Ok(entity(&call, "directoryObjects", &object))
}

/// POST /v1.0/directoryObjects/getByIds
pub async fn get_by_ids(call: Call) -> Result<Response, GraphError> {
    let asked: GetByIds = call.body()?;
    if asked.ids.len() > MAX_IDS {
        return Err(GraphError::Invalid(format!(
            "At most {MAX_IDS} ids may be asked for at a time."
        )));
    }
    let types = asked.types.unwrap_or_default();
    let wants = move |kind: &str| {
        types.is_empty()
            || types
                .iter()
                .any(|t| t.eq_ignore_ascii_case(kind) || t == "directoryObject")
    };
    let objects = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let users = acting.require_any(Action::ReadUser).is_ok();
        let applications = acting.require_any(Action::ReadApplication).is_ok();
        if !users && !applications {
            return Err(denied());
        }
        let mut objects = Vec::new();
        for id in &asked.ids {
            let Ok(id) = id.parse() else { continue };
            objects.extend(find(view, acting.tenant, id)?.filter(|object| match object {
                DirectoryObject::User(_) => users && wants("user"),
                DirectoryObject::ServicePrincipal(_) => applications && wants("servicePrincipal"),
                DirectoryObject::Application(_) => applications && wants("application"),
                DirectoryObject::DirectoryRole(_) => false,
            }));
        }
        Ok(objects)
    })
    .await?;
    let value = objects
        .iter()
        .map(|object| query::selected(&call.options, object))
        .collect();
    let context = Some(context(call.ctx.origin.url(), "directoryObjects"));
    Ok(json(
        StatusCode::OK,
        &List::<serde_json::Value> {
            context,
            next_link: None,
            value,
        },
    ))
}

/// The user, service principal or application of that id.
pub fn find(view: &View<'_>, tenant: TenantId, id: ObjectId) -> Result<Option<DirectoryObject>, Stop> {
    if let Some(user) = store::user::find(view, tenant, id).or_fail()? {
        return Ok(Some(DirectoryObject::User(to_wire::user(&user))));
    }
    if let Some(principal) = store::service_principal::find(view, tenant, id).or_fail()? {
        let (principal, application, passwords) = service_principals::whole(view, principal)?;
        let object = to_wire::service_principal(&principal, application.as_ref(), &passwords);
        return Ok(Some(DirectoryObject::ServicePrincipal(object)));
    }
    let Some(application) = store::application::find(view, tenant, id).or_fail()? else {
        return Ok(None);
    };
    let passwords = store::credential::list(view, tenant, id).or_fail()?;
    let tenant = applications::tenant_of(view, tenant)?;
    Ok(Some(DirectoryObject::Application(to_wire::application(
        &application,
        &passwords,
        &tenant,
    ))))
}
