//! `/groups`: security groups. Others, which Microsoft Graph also knows, are refused.

use doorward_domain::audit::Event;
use doorward_domain::directory::query::Query;
use doorward_domain::directory::rights::Action;
use doorward_domain::group::{Group, MAX_DESCRIPTION_CHARS, Member, MemberKind, admit};
use doorward_names::{DisplayName, MailNickname, ObjectId};
use doorward_protocol::graph::{CreateGroup, UpdateGroup};
use doorward_store::{self as store, View};
use http::StatusCode;

use super::access::{Acting, OrFail as _, Stop, change, look};
use super::members::{find_member, references};
use super::{Call, GraphError, created, entity, no_content, query, to_wire};
use crate::entropy;
use crate::http::{Response, json};

/// GET /v1.0/groups
pub async fn list(call: Call) -> Result<Response, GraphError> {
    let asked: Query<_> = query::query(&call.options)?;
    let groups = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        acting.require_any(Action::ReadGroup)?;
        store::group::list(view, acting.tenant, &asked).or_fail()
    })
    .await?;
    let found = groups.iter().map(|group| (group.id, to_wire::group(group)));
    let page = query::page(&call.ctx, (&call.path, "groups"), &call.options, found.collect());
    Ok(json(StatusCode::OK, &page))
}

/// POST /v1.0/groups. Who could not manage the group otherwise becomes its owner, if they are a person; what an
/// application makes without naming owners has none (Microsoft Graph, "Create group").
pub async fn create(call: Call) -> Result<Response, GraphError> {
    let asked: CreateGroup = call.body()?;
    let mail_enabled = required(asked.mail_enabled, "mailEnabled")?;
    let security_enabled = required(asked.security_enabled, "securityEnabled")?;
    security_only(
        asked.group_types.as_deref(),
        Some(mail_enabled),
        Some(security_enabled),
    )?;
    let group = Group {
        id: ObjectId::from_random(entropy::bytes()),
        tenant: call.bearer.tenant,
        display_name: DisplayName::new(&required(asked.display_name, "displayName")?)?,
        mail_nickname: required(asked.mail_nickname, "mailNickname")?.parse()?,
        description: description(asked.description)?,
        created_at: call.ctx.now,
    };
    let (members, owners) = (references(&asked.members)?, references(&asked.owners)?);
    let new = group.clone();
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        acting.require_any(Action::CreateGroup)?;
        let members = nameable(tx, acting, &members)?;
        let mut owners = owners_of(tx, acting, &owners)?;
        if acting.is_person() && !acting.may(Action::UpdateGroup) && !owners.contains(&acting.id) {
            owners.push(acting.id);
        }
        store::group::insert(tx, &new).or_fail()??;
        for owner in owners {
            // A fresh group has no owner, and none is named twice.
            let _ = store::owner::insert(tx, acting.tenant, new.id, owner).or_fail()?;
        }
        acting.record(tx, Event::DirectoryCreated, new.id, "group")?;
        put(tx, acting, new.id, &members)
    })
    .await?;
    Ok(created(&call, "groups", &to_wire::group(&group)))
}

/// GET /v1.0/groups/{id}
pub async fn get(call: Call, id: String) -> Result<Response, GraphError> {
    let group = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        permitted(view, acting, &id, Action::ReadGroup)
    })
    .await?;
    Ok(entity(&call, "groups", &to_wire::group(&group)))
}

/// PATCH /v1.0/groups/{id}: properties, and members to be added.
pub async fn update(call: Call, id: String) -> Result<Response, GraphError> {
    let asked: UpdateGroup = call.body()?;
    security_only(
        asked.group_types.as_deref(),
        asked.mail_enabled,
        asked.security_enabled,
    )?;
    let display_name = asked.display_name.as_deref().map(DisplayName::new).transpose()?;
    let nickname: Option<MailNickname> = asked.mail_nickname.as_deref().map(str::parse).transpose()?;
    let description = asked.description.map(description).transpose()?;
    let members = references(&asked.members)?;
    let other = display_name.is_some() || nickname.is_some() || description.is_some();
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let action = if members.is_empty() {
            Action::UpdateGroup
        } else {
            Action::AddMember
        };
        let mut group = permitted(tx, acting, &id, action)?;
        if other {
            acting.require(Action::UpdateGroup, &acting.group(tx, &group)?)?;
        }
        let added = addable(tx, acting, group.id, &members)?;
        if other || members.is_empty() {
            group.display_name = display_name.clone().unwrap_or(group.display_name);
            group.mail_nickname = nickname.clone().unwrap_or(group.mail_nickname);
            group.description = description.clone().unwrap_or(group.description);
            store::group::update(tx, &group).or_fail()?;
            acting.record(tx, Event::DirectoryUpdated, group.id, "group")?;
        }
        put(tx, acting, group.id, &added)
    })
    .await?;
    Ok(no_content())
}

/// DELETE /v1.0/groups/{id}
pub async fn delete(call: Call, id: String) -> Result<Response, GraphError> {
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let group = permitted(tx, acting, &id, Action::DeleteGroup)?;
        store::group::delete(tx, acting.tenant, group.id).or_fail()?;
        acting.record(tx, Event::DirectoryDeleted, group.id, "group")
    })
    .await?;
    Ok(no_content())
}

/// The group of that id, once the caller may do `action` to it.
pub fn permitted(view: &View<'_>, acting: &Acting, id: &str, action: Action) -> Result<Group, Stop> {
    let found = match id.parse() {
        Ok(id) => store::group::find(view, acting.tenant, id).or_fail()?,
        Err(_) => None,
    };
    let group = found.ok_or_else(|| acting.missing(action, id))?;
    acting.require(action, &acting.group(view, &group)?)?;
    Ok(group)
}

/// Those who can be added to a group: they are there, they are not in it, and none is the group itself.
pub fn addable(
    view: &View<'_>,
    acting: &Acting,
    group: ObjectId,
    ids: &[ObjectId],
) -> Result<Vec<Member>, Stop> {
    let mut members = Vec::new();
    for id in ids {
        let member = find_member(view, acting.tenant, *id)?;
        admit(group, member.id)?;
        if store::group_member::is_member(view, acting.tenant, group, member.id).or_fail()? {
            return Err(GraphError::AlreadyReferenced("members").into());
        }
        members.push(member);
    }
    Ok(members)
}

/// Puts those into a group that [`addable`] has let through.
pub fn put(tx: &mut store::Tx<'_>, acting: &Acting, group: ObjectId, members: &[Member]) -> Result<(), Stop> {
    for member in members {
        store::group_member::insert(tx, acting.tenant, group, *member).or_fail()??;
        let detail = format!("member {} added", member.id);
        acting.record(tx, Event::DirectoryUpdated, group, &detail)?;
    }
    Ok(())
}

/// Those whom the caller may name as members of a new group. Who may add members to any group may name anybody; who
/// may only make groups names whom they see, and themselves (Microsoft Graph, `Group.Create`).
fn nameable(view: &View<'_>, acting: &Acting, ids: &[ObjectId]) -> Result<Vec<Member>, Stop> {
    let mut members = Vec::new();
    for id in ids {
        let found = find_member(view, acting.tenant, *id);
        let free = *id == acting.id || acting.may(Action::AddMember);
        if !free {
            match &found {
                Ok(member) => acting.require_any(sight(member.kind))?,
                Err(_) => acting.require_any(Action::ReadUser)?,
            }
        }
        members.push(found?);
    }
    Ok(members)
}

const fn sight(kind: MemberKind) -> Action {
    match kind {
        MemberKind::User => Action::ReadUser,
        MemberKind::ServicePrincipal => Action::ReadApplication,
        MemberKind::Group => Action::ReadGroup,
    }
}

/// As [`nameable`], for owners, which groups can't be.
fn owners_of(view: &View<'_>, acting: &Acting, ids: &[ObjectId]) -> Result<Vec<ObjectId>, Stop> {
    let found = nameable(view, acting, ids)?;
    match found.iter().find(|owner| owner.kind == MemberKind::Group) {
        Some(group) => Err(GraphError::NotFound(group.id.to_string()).into()),
        None => Ok(found.into_iter().map(|owner| owner.id).collect()),
    }
}

fn required<T>(value: Option<T>, property: &str) -> Result<T, GraphError> {
    value.ok_or_else(|| {
        GraphError::Invalid(format!(
            "A value is required for property '{property}' of resource 'Group'."
        ))
    })
}

/// Refuses what is no security group.
fn security_only(
    types: Option<&[String]>,
    mail_enabled: Option<bool>,
    security_enabled: Option<bool>,
) -> Result<(), GraphError> {
    if types.is_some_and(|types| !types.is_empty()) {
        let text = "Only security groups are kept here: groupTypes has to be empty.";
        return Err(GraphError::Invalid(text.to_owned()));
    }
    if mail_enabled == Some(true) || security_enabled == Some(false) {
        let text = "The service does not currently support writes of mail-enabled groups. Please ensure that the \
                    mail-enablement property is unset and the security-enablement property is set.";
        return Err(GraphError::Invalid(text.to_owned()));
    }
    Ok(())
}

/// An empty description is none.
fn description(text: Option<String>) -> Result<Option<String>, GraphError> {
    let text = text.filter(|text| !text.is_empty());
    if text
        .as_ref()
        .is_some_and(|text| text.chars().count() > MAX_DESCRIPTION_CHARS)
    {
        return Err(GraphError::Invalid(format!(
            "description has at most {MAX_DESCRIPTION_CHARS} characters."
        )));
    }
    Ok(text)
}
