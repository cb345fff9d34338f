//! `/groups/{id}/members`: who is in a group.

use doorward_domain::audit::Event;
use doorward_domain::directory::rights::Action;
use doorward_domain::group::{MAX_ADDED, Member, MemberKind};
use doorward_names::{ObjectId, TenantId};
use doorward_protocol::graph::{Reference, object_id};
use doorward_store::group_member::Reach;
use doorward_store::{self as store, View};
use http::StatusCode;

use super::access::{OrFail as _, Stop, change, look};
use super::groups::{addable, permitted, put};
use super::{Call, GraphError, directory_objects, no_content, query};
use crate::http::{Response, json};

/// GET /v1.0/groups/{id}/members, GET /v1.0/groups/{id}/transitiveMembers
pub async fn list(call: Call, id: String, reach: Reach) -> Result<Response, GraphError> {
    let part = query::part(&call.options)?;
    let found = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let group = permitted(view, acting, &id, Action::ReadGroup)?;
        let members = store::group_member::members(view, acting.tenant, group.id, reach, part).or_fail()?;
        let mut shown = Vec::new();
        for member in members {
            let object = directory_objects::seen(view, acting, member.id)?;
            shown.extend(object.map(|object| (member.id, object)));
        }
        Ok(shown)
    })
    .await?;
    let page = query::page(&call.ctx, (&call.path, "directoryObjects"), &call.options, found);
    Ok(json(StatusCode::OK, &page))
}

/// POST /v1.0/groups/{id}/members/$ref
pub async fn add(call: Call, id: String) -> Result<Response, GraphError> {
    let asked: Reference = call.body()?;
    let member = references(&[asked.url])?;
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let group = permitted(tx, acting, &id, Action::AddMember)?;
        let added = addable(tx, acting, group.id, &member)?;
        put(tx, acting, group.id, &added)
    })
    .await?;
    Ok(no_content())
}

/// DELETE /v1.0/groups/{id}/members/{id}/$ref
pub async fn remove(call: Call, id: String, member: String) -> Result<Response, GraphError> {
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let group = permitted(tx, acting, &id, Action::RemoveMember)?;
        let missing = || GraphError::NotFound(member.clone());
        let member: ObjectId = member.parse().map_err(|_| missing())?;
        if !store::group_member::delete(tx, acting.tenant, group.id, member).or_fail()? {
            return Err(missing().into());
        }
        let detail = format!("member {member} removed");
        acting.record(tx, Event::DirectoryUpdated, group.id, &detail)
    })
    .await?;
    Ok(no_content())
}

/// The ids of objects that are named by their URLs: not too many, and none twice.
pub fn references(urls: &[String]) -> Result<Vec<ObjectId>, GraphError> {
    if urls.len() > MAX_ADDED {
        return Err(GraphError::Invalid(format!(
            "At most {MAX_ADDED} references can be added in one request."
        )));
    }
    let mut ids = Vec::new();
    for url in urls {
        let id =
            object_id(url).ok_or_else(|| GraphError::Invalid("@odata.id names no object.".to_owned()))?;
        if ids.contains(&id) {
            let text = format!("The object '{id}' can be referenced once only in a request.");
            return Err(GraphError::Invalid(text));
        }
        ids.push(id);
    }
    Ok(ids)
}

/// What can be in a group, by its id.
pub fn find_member(view: &View<'_>, tenant: TenantId, id: ObjectId) -> Result<Member, Stop> {
    let kind = if store::user::find(view, tenant, id).or_fail()?.is_some() {
        MemberKind::User
    } else if store::service_principal::find(view, tenant, id)
        .or_fail()?
        .is_some()
    {
        MemberKind::ServicePrincipal
    } else if store::group::find(view, tenant, id).or_fail()?.is_some() {
        MemberKind::Group
    } else {
        return Err(GraphError::NotFound(id.to_string()).into());
    };
    Ok(Member { id, kind })
}
