//! `{scope}/providers/Microsoft.Resources/deployments`: templates, carried out whole or not at all. Everything that a
//! template makes is decided on as if the caller had asked for it alone, with its own action.

mod carry_out;
mod shown;

use doorward_domain::arm::Resource;
use doorward_domain::audit::{AuditRow, Event};
use doorward_names::{Scope, ScopeKind};
use doorward_protocol::arm::{Deployment, DeploymentOperation, List, PutDeployment};
use doorward_protocol::paths::DeploymentTail;
use doorward_store as store;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::arm::access::Authorized;
use crate::arm::call::{Call, bare, created, is_there, ok};
use crate::arm::catalogue::DEPLOYMENT_KEY;
use crate::arm::resources::forget::forget_within;
use crate::arm::template::{Context, Group, Plan, TemplateError, expand};
use crate::arm::{ArmError, resource_groups, subscriptions, tags};
use crate::entropy;
use crate::http::Response;
use carry_out::{Job, Work, prepare};
use shown::{deployment, record};

const READ: &str = "Microsoft.Resources/deployments/read";

/// Deployments that a list shows at most.
const MAX_LISTED: usize = 800;

/// What is kept of a deployment.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    deployment: Deployment,
    operations: Vec<DeploymentOperation>,
}

/// Answers a call of a deployment's path.
pub async fn answer(
    call: &Call,
    scope: Scope,
    tail: DeploymentTail,
    (method, authorized): (&Method, Option<Authorized>),
) -> Result<Response, ArmError> {
    if !matches!(scope.kind(), ScopeKind::Subscription | ScopeKind::ResourceGroup) {
        return Err(ArmError::InvalidRequest(
            "Deployments are served in subscriptions and resource groups.".to_owned(),
        ));
    }
    let authorized = || authorized.clone().ok_or(ArmError::NotServed);
    // Spelt in the one way, whatever the request's path was like: clients look for its words.
    let spelt = scope.subscription_id().zip(scope.resource_group_name());
    let scope = spelt.map_or(scope, |(id, name)| Scope::resource_group(id, &name));
    match tail {
        DeploymentTail::All => list(call, scope).await,
        DeploymentTail::One(name) if method == Method::PUT => put(call, scope, &name, authorized()?).await,
        DeploymentTail::One(name) if method == Method::DELETE => {
            delete(call, scope, &name, authorized()?).await
        }
        DeploymentTail::One(_) if method == Method::PATCH => Err(ArmError::NotServed),
        DeploymentTail::One(name) => {
            let kept = find(call, &scope, &name).await?;
            Ok(is_there(call, ok(&kept.deployment)))
        }
        DeploymentTail::Operations(name) => {
            let kept = find(call, &scope, &name).await?;
            Ok(ok(&List::from(kept.operations)))
        }
        DeploymentTail::Validate(name) => validate(call, scope, &name).await,
        DeploymentTail::Status(name, _) => {
            let kept = find(call, &scope, &name).await?;
            Ok(ok(
                &json!({"status": kept.deployment.properties.provisioning_state}),
            ))
        }
    }
}

/// A deployment's own scope.
fn own_scope(scope: &Scope, name: &str) -> Result<Scope, ArmError> {
    let fine = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    let found = match (1..=64).contains(&name.chars().count()) && name.chars().all(fine) {
        true => scope.resource("Microsoft.Resources", &["deployments", name]).ok(),
        false => None,
    };
    found.ok_or_else(|| {
        ArmError::Invalid(
            "InvalidDeploymentName",
            "The name of a deployment has 1 to 64 letters, digits, '-', '_', '.', '(' and ')'.".to_owned(),
        )
    })
}

async fn find(call: &Call, scope: &Scope, name: &str) -> Result<Kept, ArmError> {
    let (tenant, at) = (call.tenant(), own_scope(scope, name)?);
    let found = call
        .ctx
        .app
        .store
        .read(move |view| store::resource::find(view, tenant, &at))
        .await?;
    found.as_ref().and_then(read).ok_or_else(|| missing(name))
}

fn read(resource: &Resource) -> Option<Kept> {
    serde_json::from_str(&resource.body).ok()
}

fn missing(name: &str) -> ArmError {
    let shown: String = name.chars().take(64).collect();
    ArmError::NotFound(
        "DeploymentNotFound",
        format!("Deployment '{shown}' could not be found."),
    )
}

/// GET {scope}/providers/Microsoft.Resources/deployments: those of the scope itself, which the caller may read.
async fn list(call: &Call, scope: Scope) -> Result<Response, ArmError> {
    let state = match call.query.get("$filter") {
        None => None,
        Some(text) => {
            let value = text
                .trim()
                .strip_prefix("provisioningState eq '")
                .and_then(|rest| rest.strip_suffix('\''));
            let unsupported = || {
                ArmError::Invalid(
                    "InvalidFilterInQueryString",
                    "The filter of deployments is provisioningState eq '{state}'.".to_owned(),
                )
            };
            Some(value.ok_or_else(unsupported)?.to_owned())
        }
    };
    let (tenant, at) = (call.tenant(), scope.clone());
    let found = call
        .ctx
        .app
        .store
        .read(move |view| {
            let within = store::resource::Within {
                scope: &at,
                type_key: Some(DEPLOYMENT_KEY),
                after: "",
                limit: MAX_LISTED,
            };
            store::resource::page(view, tenant, &within)
        })
        .await?;
    let shown = found.iter().filter(|each| {
        // A subscription's are not those of its groups.
        each.scope.resource_group_name().is_some() == scope.resource_group_name().is_some()
            && call.may(READ, &each.scope)
    });
    let shown = shown.filter_map(read).map(|kept| kept.deployment);
    let shown = shown.filter(|each| {
        state
            .as_ref()
            .is_none_or(|state| each.properties.provisioning_state.eq_ignore_ascii_case(state))
    });
    Ok(ok(&List::from(shown.collect::<Vec<_>>())))
}

/// DELETE …/deployments/{name}: the record alone; what it made stays.
async fn delete(call: &Call, scope: Scope, name: &str, authorized: Authorized) -> Result<Response, ArmError> {
    let (tenant, at) = (call.tenant(), own_scope(&scope, name)?);
    call.change(&authorized, Event::ResourceDeleted, move |tx| {
        forget_within(tx, tenant, &at)?;
        store::resource::delete(tx, tenant, &at).map(Ok)
    })
    .await?;
    Ok(bare(StatusCode::NO_CONTENT))
}

/// POST …/deployments/{name}/validate: everything but the making.
async fn validate(call: &Call, scope: Scope, name: &str) -> Result<Response, ArmError> {
    let asked: PutDeployment = call.body()?;
    let at = own_scope(&scope, name)?;
    let plan = plan(call, &scope, name, &asked).await?;
    prepare(call, &plan).await?;
    Ok(ok(&deployment(call, (&at, &scope), &asked, &plan, &[])))
}

/// PUT …/deployments/{name}
async fn put(call: &Call, scope: Scope, name: &str, authorized: Authorized) -> Result<Response, ArmError> {
    let asked: PutDeployment = call.body()?;
    let at = own_scope(&scope, name)?;
    let plan = plan(call, &scope, name, &asked).await?;
    let mut works = prepare(call, &plan).await?;
    let mut rows: Vec<AuditRow> = works.iter().map(|work| work.row(call)).collect();
    rows.push(authorized.row(call, Event::ResourceWritten, ""));
    let own = record(call, (&at, &scope), &asked, &plan)?;
    works.push(Work {
        authorized,
        job: Job::Record(Box::new(own)),
    });
    let new = call
        .change_all(rows, move |tx| {
            let mut new = true;
            for work in &works {
                match work.job.carry_out(tx)? {
                    Ok(made) => new = made,
                    Err(refusal) => return Ok(Err(refusal)),
                }
            }
            Ok(Ok(new))
        })
        .await?;
    let kept = find(call, &scope, name).await?;
    Ok(if new {
        created(&kept.deployment)
    } else {
        ok(&kept.deployment)
    })
}

/// Reads the template.
async fn plan(call: &Call, scope: &Scope, name: &str, asked: &PutDeployment) -> Result<Plan, ArmError> {
    let refused = |text: &str| ArmError::Invalid("InvalidDeployment", text.to_owned());
    let properties = &asked.properties;
    if properties.template_link.is_some() || properties.parameters_link.is_some() {
        return Err(refused(
            "Templates and parameters that lie elsewhere ('templateLink', 'parametersLink') are not served.",
        ));
    }
    if properties
        .mode
        .as_deref()
        .is_some_and(|mode| !mode.eq_ignore_ascii_case("Incremental"))
    {
        return Err(refused(
            "The deployment mode is 'Incremental': no other is served.",
        ));
    }
    let template = properties.template.as_ref();
    let template = template.ok_or_else(|| refused("The property 'template' is required."))?;
    asked.tags.as_ref().map_or(Ok(()), tags::check)?;
    let Some(subscription) = scope.subscription_id() else {
        return Err(ArmError::NotServed);
    };
    let tenant = call.tenant();
    let group = match scope.resource_group_name() {
        None => None,
        Some(group) => {
            let wanted = (subscription, group.clone());
            let found = call
                .ctx
                .app
                .store
                .read(move |view| resource_groups::find(view, tenant, &wanted))
                .await?;
            let found = found.ok_or_else(|| ArmError::ResourceGroupNotFound(group.to_string()))?;
            Some(Group {
                name: found.name,
                location: found.location,
                tags: found.tags,
            })
        }
    };
    if group.is_none() && asked.location.is_none() {
        return Err(ArmError::Invalid(
            "LocationRequired",
            "The location property is required for a deployment of a subscription.".to_owned(),
        ));
    }
    let all = subscriptions::of(call).await?;
    let named = all.iter().find(|each| each.id == subscription);
    let context = Context {
        tenant,
        subscription,
        subscription_name: named
            .map(|each| each.display_name.as_str().to_owned())
            .unwrap_or_default(),
        group,
        deployment: name.to_owned(),
        location: asked.location.clone(),
        new_guid: entropy::bytes(),
        utc_now: call.ctx.now,
    };
    let parameters = properties.parameters.clone().unwrap_or_default();
    expand(template, &parameters, &context)
        .map_err(|e: TemplateError| ArmError::Invalid(e.code(), e.message()))
}
