//! `/directoryObjects`: objects of any kind by id.

use doorward_domain::directory::rights::Action;
use doorward_names::{ObjectId, TenantId};
use doorward_protocol::graph::{DirectoryObject, GetByIds, List, MAX_IDS, context};
use doorward_store::{self as store, View};
use http::StatusCode;
use serde_json::Value;

use super::access::{Acting, OrFail as _, Stop, denied, look};
use super::{Call, GraphError, applications, entity, query, service_principals, to_wire};
use crate::http::{Response, json};

/// GET /v1.0/directoryObjects/{id}
pub async fn get(call: Call, id: String) -> Result<Response, GraphError> {
    let object = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let found = match id.parse() {
            Ok(id) => find(view, acting.tenant, id)?,
            Err(_) => None,
        };
        match &found {
            Some(object) => acting.require_any(sight(object))?,
            None if !SIGHTS.into_iter().any(|action| acting.may(action)) => return Err(denied()),
            None => {}
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
        if !SIGHTS.into_iter().any(|action| acting.may(action)) {
            return Err(denied());
        }
        let mut objects = Vec::new();
        for id in &asked.ids {
            let Ok(id) = id.parse() else { continue };
            objects.extend(
                find(view, acting.tenant, id)?
                    .filter(|object| wants(kind(object)) && acting.may(sight(object))),
            );
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
        &List::<Value> {
            context,
            next_link: None,
            value,
        },
    ))
}

/// What gives sight of one kind of object or another.
const SIGHTS: [Action; 3] = [Action::ReadUser, Action::ReadApplication, Action::ReadGroup];

const fn sight(object: &DirectoryObject) -> Action {
    match object {
        DirectoryObject::User(_) => Action::ReadUser,
        DirectoryObject::Group(_) => Action::ReadGroup,
        DirectoryObject::ServicePrincipal(_) | DirectoryObject::Application(_) => Action::ReadApplication,
        DirectoryObject::DirectoryRole(_) => Action::ReadRoles,
    }
}

const fn kind(object: &DirectoryObject) -> &'static str {
    match object {
        DirectoryObject::User(_) => "user",
        DirectoryObject::Group(_) => "group",
        DirectoryObject::ServicePrincipal(_) => "servicePrincipal",
        DirectoryObject::Application(_) => "application",
        DirectoryObject::DirectoryRole(_) => "directoryRole",
    }
}

/// The object of that id as the caller may see it: of a kind that is hidden from them, no more than type and id
/// (Microsoft Graph, "Limited information returned for inaccessible member objects").
pub fn seen(view: &View<'_>, acting: &Acting, id: ObjectId) -> Result<Option<Value>, Stop> {
    let Some(object) = find(view, acting.tenant, id)? else {
        return Ok(None);
    };
    let mut value = serde_json::to_value(&object).unwrap_or_default();
    if let (false, Value::Object(members)) = (acting.may(sight(&object)), &mut value) {
        for (name, member) in members.iter_mut() {
            if name != "@odata.type" && name != "id" {
                *member = Value::Null;
            }
        }
    }
    Ok(Some(value))
}

/// The user, service principal, group or application of that id.
pub fn find(view: &View<'_>, tenant: TenantId, id: ObjectId) -> Result<Option<DirectoryObject>, Stop> {
    if let Some(user) = store::user::find(view, tenant, id).or_fail()? {
        return Ok(Some(DirectoryObject::User(to_wire::user(&user))));
    }
    if let Some(principal) = store::service_principal::find(view, tenant, id).or_fail()? {
        let (principal, application, passwords) = service_principals::whole(view, principal)?;
        let object = to_wire::service_principal(&principal, application.as_ref(), &passwords);
        return Ok(Some(DirectoryObject::ServicePrincipal(object)));
    }
    if let Some(group) = store::group::find(view, tenant, id).or_fail()? {
        return Ok(Some(DirectoryObject::Group(to_wire::group(&group))));
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
