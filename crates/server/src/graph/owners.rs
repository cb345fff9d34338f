//! `owners` of applications and service principals.

use doorward_domain::audit::Event;
use doorward_domain::directory::rights::Action;
use doorward_names::ObjectId;
use doorward_protocol::graph::{List, Reference, context};
use doorward_store as store;
use http::StatusCode;

use super::access::{OrFail as _, change, look};
use super::holder::{Holder, permitted};
use super::{Call, GraphError, directory_objects, no_content, query};
use crate::http::{Response, json};

/// GET …/owners
pub async fn list(call: Call, holder: Holder) -> Result<Response, GraphError> {
    let owners = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let object = permitted(view, acting, &holder, Action::ReadApplication)?;
        let owners = store::owner::list(view, acting.tenant, object).or_fail()?;
        let found = owners
            .into_iter()
            .map(|owner| directory_objects::find(view, acting.tenant, owner));
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
        let object = permitted(tx, acting, &holder, Action::AddOwner)?;
        let person = store::user::find(tx, acting.tenant, owner).or_fail()?.is_some();
        if !person && store::service_principal::find(tx, acting.tenant, owner).or_fail()?.is_none() {
            return Err(GraphError::NotFound(owner.to_string()).into());
        }
        if store::owner::insert(tx, acting.tenant, object, owner).or_fail()?.is_err() {
            let text = "One or more added object references already exist for the following modified properties: 'owners'.";
            return Err(GraphError::Invalid(text.to_owned()).into());
        }
        acting.record(tx, Event::DirectoryUpdated, object, &format!("owner {owner} added"))
    })
    .await?;
    Ok(no_content())
}

/// DELETE …/owners/{id}/$ref
pub async fn remove(call: Call, holder: Holder, id: String) -> Result<Response, GraphError> {
    let owner: ObjectId = id.parse().map_err(|_| GraphError::NotFound(id))?;
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let object = permitted(tx, acting, &holder, Action::RemoveOwner)?;
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
