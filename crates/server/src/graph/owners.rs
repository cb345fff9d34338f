//! `owners` of applications, service principals and groups.

use doorward_domain::audit::Event;
use doorward_domain::group;
use doorward_names::{ObjectId, TenantId};
use doorward_protocol::graph::{List, Reference, context};
use doorward_store::{self as store, View};
use http::StatusCode;

use super::access::{OrFail as _, Stop, change, look};
use super::holder::{Holder, permitted};
use super::{Call, GraphError, directory_objects, no_content, query};
use crate::http::{Response, json};

/// GET …/owners
pub async fn list(call: Call, holder: Holder) -> Result<Response, GraphError> {
    let owners = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let object = permitted(view, acting, &holder, holder.see_owners())?;
        let owners = store::owner::list(view, acting.tenant, object).or_fail()?;
        let found = owners
            .into_iter()
            .map(|owner| directory_objects::seen(view, acting, owner));
        Ok(found
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect::<Vec<_>>())
    })
    .await?;
    let value = owners
        .iter()
        .map(|owner| query::selected(&call.options, owner))
        .collect();
    let context = Some(context(call.ctx.origin.url(), "directoryObjects"));
    Ok(json(
        StatusCode::OK,
        &List {
            context,
            next_link: None,
            value,
        },
    ))
}

/// POST …/owners/$ref
pub async fn add(call: Call, holder: Holder) -> Result<Response, GraphError> {
    let asked: Reference = call.body()?;
    let owner = asked
        .object_id()
        .ok_or_else(|| GraphError::Invalid("@odata.id names no object.".to_owned()))?;
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let object = permitted(tx, acting, &holder, holder.add_owner())?;
        let person = store::user::find(tx, acting.tenant, owner).or_fail()?.is_some();
        if !person
            && store::service_principal::find(tx, acting.tenant, owner)
                .or_fail()?
                .is_none()
        {
            return Err(GraphError::NotFound(owner.to_string()).into());
        }
        if store::owner::insert(tx, acting.tenant, object, owner)
            .or_fail()?
            .is_err()
        {
            return Err(GraphError::AlreadyReferenced("owners").into());
        }
        acting.record(
            tx,
            Event::DirectoryUpdated,
            object,
            &format!("owner {owner} added"),
        )
    })
    .await?;
    Ok(no_content())
}

/// DELETE …/owners/{id}/$ref
pub async fn remove(call: Call, holder: Holder, id: String) -> Result<Response, GraphError> {
    let owner: ObjectId = id.parse().map_err(|_| GraphError::NotFound(id))?;
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let object = permitted(tx, acting, &holder, holder.remove_owner())?;
        if matches!(holder, Holder::Group(_)) {
            group::release(owner, &people(tx, acting.tenant, object)?)?;
        }
        if !store::owner::delete(tx, acting.tenant, object, owner).or_fail()? {
            return Err(GraphError::NotFound(owner.to_string()).into());
        }
        acting.record(
            tx,
            Event::DirectoryUpdated,
            object,
            &format!("owner {owner} removed"),
        )
    })
    .await?;
    Ok(no_content())
}

/// The owners who are people.
fn people(view: &View<'_>, tenant: TenantId, object: ObjectId) -> Result<Vec<ObjectId>, Stop> {
    let mut people = Vec::new();
    for owner in store::owner::list(view, tenant, object).or_fail()? {
        if store::user::find(view, tenant, owner).or_fail()?.is_some() {
            people.push(owner);
        }
    }
    Ok(people)
}
