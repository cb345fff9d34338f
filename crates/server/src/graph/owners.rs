//! `owners` of applications and service principals.

use doorward_domain::audit::Event;
use doorward_domain::directory::rights::{Action, Target};
use doorward_names::ObjectId;
use doorward_protocol::graph::{List, Reference, context};
use doorward_store::{self as store, View};
use http::StatusCode;

use super::access::{Acting, OrFail as _, Stop, change, look};
use super::routes::Holder;
use super::{Call, GraphError, applications, directory_objects, no_content, query, service_principals};
use crate::http::{Response, json};

/// GET …/owners
pub async fn list(call: Call, holder: Holder) -> Result<Response, GraphError> {
    let owners = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let (object, target) = find(view, acting, &holder, Action::ReadApplication)?;
        acting.require(Action::ReadApplication, &target)?;
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
        let (object, target) = find(tx, acting, &holder, Action::AddOwner)?;
        acting.require(Action::AddOwner, &target)?;
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
        let (object, target) = find(tx, acting, &holder, Action::RemoveOwner)?;
        acting.require(Action::RemoveOwner, &target)?;
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

fn find(
    view: &View<'_>,
    acting: &Acting,
    holder: &Holder,
    action: Action,
) -> Result<(ObjectId, Target), Stop> {
    match holder {
        Holder::Application(key) => {
            let found = applications::find(view, acting.tenant, key)?;
            let application = found.ok_or_else(|| acting.missing(action, applications::name(key)))?;
            Ok((application.id, acting.application(view, &application)?))
        }
        Holder::ServicePrincipal(key) => {
            let found = service_principals::find(view, acting.tenant, key)?;
            let principal = found.ok_or_else(|| acting.missing(action, applications::name(key)))?;
            Ok((principal.id, acting.principal(view, &principal)?))
        }
    }
}
