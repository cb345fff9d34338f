//! `/identity/conditionalAccess/policies`: of whom a second factor is demanded, and for what. What else Microsoft Graph lets
//! a policy look at or demand is refused by its name, for a policy that was half understood would protect nobody.

use doorward_domain::audit::Event;
use doorward_domain::conditional_access::{Applications, MAX_POLICIES, People, Policy, PolicyRefusal};
use doorward_domain::directory::DirectoryRole;
use doorward_domain::directory::rights::Action;
use doorward_names::{AppId, DisplayName, ObjectId};
use doorward_protocol::graph::conditional_access::{
    ALL, ConditionalAccessPolicy, Conditions, DISABLED, ENABLED, GUESTS, GrantControls, MFA,
    PolicyApplications, PolicyUsers, WriteConditionalAccessPolicy, WriteConditions, WriteGrantControls,
};
use doorward_protocol::graph::{List, context};
use doorward_store::{self as store, View};
use http::StatusCode;

use super::access::{Acting, OrFail as _, Stop, change, look};
use super::{Call, GraphError, created, entity, no_content, query};
use crate::entropy;
use crate::http::{Response, json};

const CONTEXT: &str = "identity/conditionalAccess/policies";

/// GET /v1.0/identity/conditionalAccess/policies
pub async fn list(call: Call) -> Result<Response, GraphError> {
    if call.options.filter.is_some() {
        return Err(GraphError::UnsupportedFilter(
            "conditionalAccessPolicy".to_owned(),
        ));
    }
    let policies = look(&call.ctx, call.bearer.clone(), |view, acting| {
        acting.require_any(Action::ReadPolicy)?;
        store::conditional_access::list(view, acting.tenant).or_fail()
    })
    .await?;
    let shown = policies.iter().map(to_wire);
    let value = shown
        .map(|policy| query::selected(&call.options, &policy))
        .collect();
    let body = List::<serde_json::Value> {
        context: Some(context(call.ctx.origin.url(), CONTEXT)),
        next_link: None,
        value,
    };
    Ok(json(StatusCode::OK, &body))
}

/// POST /v1.0/identity/conditionalAccess/policies
pub async fn create(call: Call) -> Result<Response, GraphError> {
    let asked: WriteConditionalAccessPolicy = call.body()?;
    let required = |there: bool, name: &str| match there {
        true => Ok(()),
        false => Err(GraphError::Invalid(format!(
            "A value is required for property '{name}' of resource 'ConditionalAccessPolicy'."
        ))),
    };
    required(asked.display_name.is_some(), "displayName")?;
    required(asked.state.is_some(), "state")?;
    required(asked.conditions.is_some(), "conditions")?;
    required(asked.grant_controls.is_some(), "grantControls")?;
    let blank = Policy {
        id: ObjectId::from_random(entropy::bytes()),
        tenant: call.bearer.tenant,
        display_name: DisplayName::new(asked.display_name.as_deref().unwrap_or_default())?,
        enabled: false,
        people: People::default(),
        except_people: People::default(),
        applications: Applications::Named(Vec::new()),
        except_resources: Vec::new(),
        created_at: call.ctx.now,
        modified_at: None,
    };
    let policy = written(blank, &asked)?.checked()?;
    let new = policy.clone();
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        acting.require_any(Action::ManagePolicy)?;
        if store::conditional_access::list(tx, acting.tenant)
            .or_fail()?
            .len()
            >= MAX_POLICIES
        {
            return Err(PolicyRefusal::TooMany.into());
        }
        nameable(tx, acting, &new)?;
        store::conditional_access::insert(tx, &new).or_fail()??;
        acting.record(tx, Event::DirectoryCreated, new.id, &detail(&new))
    })
    .await?;
    Ok(created(&call, CONTEXT, &to_wire(&policy)))
}

/// GET /v1.0/identity/conditionalAccess/policies/{id}
pub async fn get(call: Call, id: String) -> Result<Response, GraphError> {
    let found = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        acting.require_any(Action::ReadPolicy)?;
        find(view, acting, &id)
    })
    .await?;
    Ok(entity(&call, CONTEXT, &to_wire(&found)))
}

/// PATCH /v1.0/identity/conditionalAccess/policies/{id}: each list that is given takes the place of the one before.
pub async fn update(call: Call, id: String) -> Result<Response, GraphError> {
    let asked: WriteConditionalAccessPolicy = call.body()?;
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        acting.require_any(Action::ManagePolicy)?;
        let next = written(find(tx, acting, &id)?, &asked)?.checked()?;
        let next = Policy {
            modified_at: Some(acting.now),
            ..next
        };
        nameable(tx, acting, &next)?;
        store::conditional_access::update(tx, &next).or_fail()?;
        acting.record(tx, Event::DirectoryUpdated, next.id, &detail(&next))
    })
    .await?;
    Ok(no_content())
}

/// DELETE /v1.0/identity/conditionalAccess/policies/{id}
pub async fn delete(call: Call, id: String) -> Result<Response, GraphError> {
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        acting.require_any(Action::ManagePolicy)?;
        let policy = find(tx, acting, &id)?;
        store::conditional_access::delete(tx, acting.tenant, policy.id).or_fail()?;
        acting.record(tx, Event::DirectoryDeleted, policy.id, &detail(&policy))
    })
    .await?;
    Ok(no_content())
}

fn find(view: &View<'_>, acting: &Acting, id: &str) -> Result<Policy, Stop> {
    let found = match id.parse() {
        Ok(id) => store::conditional_access::find(view, acting.tenant, id).or_fail()?,
        Err(_) => None,
    };
    found.ok_or_else(|| GraphError::NotFound(id.to_owned()).into())
}

/// What is written down of a change: whether the policy counts says whether it protects anybody.
fn detail(policy: &Policy) -> String {
    format!("conditional access policy, {}", state(policy))
}

/// Refuses people and applications that the tenant doesn't have: a slip of the pen must not look like protection.
fn nameable(view: &View<'_>, acting: &Acting, policy: &Policy) -> Result<(), Stop> {
    for user in policy.people.users.iter().chain(&policy.except_people.users) {
        if store::user::find(view, acting.tenant, *user).or_fail()?.is_none() {
            return Err(unknown("user", user.to_string()));
        }
    }
    let named = match &policy.applications {
        Applications::All => &[],
        Applications::Named(named) => named.as_slice(),
    };
    for app in named.iter().chain(&policy.except_resources) {
        let found = store::service_principal::find_by_app_id(view, acting.tenant, *app).or_fail()?;
        if found.is_none() {
            return Err(unknown("application", app.to_string()));
        }
    }
    Ok(())
}

fn unknown(kind: &str, id: String) -> Stop {
    GraphError::Invalid(format!("The tenant has no {kind} '{id}'.")).into()
}

/// The policy with what was asked for.
fn written(policy: Policy, asked: &WriteConditionalAccessPolicy) -> Result<Policy, GraphError> {
    let display_name = match &asked.display_name {
        Some(name) => DisplayName::new(name)?,
        None => policy.display_name,
    };
    let enabled = match asked.state.as_deref() {
        None => policy.enabled,
        Some(ENABLED) => true,
        Some(DISABLED) => false,
        Some(other) => return Err(unsupported("state", other)),
    };
    if let Some(controls) = &asked.grant_controls {
        only_mfa(controls)?;
    }
    let policy = Policy {
        display_name,
        enabled,
        ..policy
    };
    match &asked.conditions {
        Some(conditions) => under(policy, conditions),
        None => Ok(policy),
    }
}

fn only_mfa(controls: &WriteGrantControls) -> Result<(), GraphError> {
    let operator = controls.operator.as_deref().unwrap_or("OR");
    if !matches!(operator, "AND" | "OR") {
        return Err(unsupported("operator", operator));
    }
    let demanded = controls.built_in_controls.as_deref().unwrap_or_default();
    match demanded.iter().find(|control| *control != MFA) {
        Some(other) => Err(unsupported("builtInControls", other)),
        None if demanded.is_empty() => Err(GraphError::Invalid(format!(
            "builtInControls is [\"{MFA}\"]: a second factor is what a policy demands here."
        ))),
        None => Ok(()),
    }
}

fn under(policy: Policy, asked: &WriteConditions) -> Result<Policy, GraphError> {
    let clients = asked.client_app_types.as_deref().unwrap_or_default();
    if let Some(other) = clients.iter().find(|kind| *kind != "all") {
        return Err(unsupported("clientAppTypes", other));
    }
    let mut policy = policy;
    if let Some(users) = &asked.users {
        name_users(&mut policy.people, "includeUsers", users.include_users.as_deref())?;
        name_users(
            &mut policy.except_people,
            "excludeUsers",
            users.exclude_users.as_deref(),
        )?;
        name_roles(&mut policy.people, "includeRoles", users.include_roles.as_deref())?;
        name_roles(
            &mut policy.except_people,
            "excludeRoles",
            users.exclude_roles.as_deref(),
        )?;
    }
    if let Some(applications) = &asked.applications {
        if let Some(named) = &applications.include_applications {
            policy.applications = match named.as_slice() {
                [all] if all == ALL => Applications::All,
                named => Applications::Named(app_ids("includeApplications", named)?),
            };
        }
        if let Some(named) = &applications.exclude_applications {
            policy.except_resources = app_ids("excludeApplications", named)?;
        }
    }
    Ok(policy)
}

fn name_users(people: &mut People, property: &str, named: Option<&[String]>) -> Result<(), GraphError> {
    let Some(named) = named else {
        return Ok(());
    };
    (people.everyone, people.guests, people.users) = (false, false, Vec::new());
    for name in named {
        match name.as_str() {
            ALL => people.everyone = true,
            GUESTS => people.guests = true,
            id => {
                let id = id.parse().map_err(|_| unsupported(property, name))?;
                push(&mut people.users, id);
            }
        }
    }
    Ok(())
}

fn name_roles(people: &mut People, property: &str, named: Option<&[String]>) -> Result<(), GraphError> {
    let Some(named) = named else {
        return Ok(());
    };
    people.roles = Vec::new();
    for name in named {
        let id = name.parse().ok();
        let role = id.and_then(DirectoryRole::of_template);
        push(
            &mut people.roles,
            role.ok_or_else(|| unsupported(property, name))?,
        );
    }
    Ok(())
}

fn app_ids(property: &str, named: &[String]) -> Result<Vec<AppId>, GraphError> {
    let mut ids = Vec::new();
    for name in named {
        push(&mut ids, name.parse().map_err(|_| unsupported(property, name))?);
    }
    Ok(ids)
}

/// Each once.
fn push<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

fn unsupported(property: &str, value: &str) -> GraphError {
    let shown: String = value.chars().filter(|c| !c.is_control()).take(64).collect();
    GraphError::Invalid(format!("'{shown}' is not supported in {property} here."))
}

const fn state(policy: &Policy) -> &'static str {
    match policy.enabled {
        true => ENABLED,
        false => DISABLED,
    }
}

fn to_wire(policy: &Policy) -> ConditionalAccessPolicy {
    let applications = match &policy.applications {
        Applications::All => vec![ALL.to_owned()],
        Applications::Named(named) => texts(named),
    };
    ConditionalAccessPolicy {
        id: policy.id,
        template_id: doorward_protocol::Null,
        display_name: policy.display_name.to_string(),
        created_date_time: Some(policy.created_at),
        modified_date_time: policy.modified_at,
        state: state(policy).to_owned(),
        session_controls: doorward_protocol::Null,
        conditions: Conditions {
            client_app_types: vec!["all".to_owned()],
            applications: PolicyApplications {
                include_applications: applications,
                exclude_applications: texts(&policy.except_resources),
                ..PolicyApplications::default()
            },
            users: PolicyUsers {
                include_users: users(&policy.people),
                exclude_users: users(&policy.except_people),
                include_roles: roles(&policy.people),
                exclude_roles: roles(&policy.except_people),
                ..PolicyUsers::default()
            },
            ..Conditions::default()
        },
        grant_controls: GrantControls::default(),
    }
}

fn users(people: &People) -> Vec<String> {
    let words = [(people.everyone, ALL), (people.guests, GUESTS)];
    let words = words.into_iter().filter(|(named, _)| *named);
    let words = words.map(|(_, word)| word.to_owned());
    words.chain(texts(&people.users)).collect()
}

fn roles(people: &People) -> Vec<String> {
    people
        .roles
        .iter()
        .map(|role| role.template_id().to_string())
        .collect()
}

fn texts<T: ToString>(ids: &[T]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}
