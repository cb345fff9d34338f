//! Which groups something is in: `memberOf`, `transitiveMemberOf`, `getMemberGroups`, `checkMemberGroups` and their like of
//! users, service principals and groups. Whoever asks has to see both, the object and groups; of themselves, people hear the ids
//! through any client that may read their account.

use doorward_domain::directory::rights::{Action, Target};
use doorward_domain::group::{MAX_CHECKED, MAX_MEMBERSHIPS};
use doorward_names::ObjectId;
use doorward_protocol::graph::{CheckMemberGroups, DirectoryObject, GetMemberGroups, List, context};
use doorward_protocol::paths::{Memberships, ObjectKey};
use doorward_store::group_member::{Part, Reach};
use doorward_store::{self as store, View};
use http::StatusCode;

use super::access::{Acting, OrFail as _, Stop, denied, look};
use super::applications::name;
use super::{Call, GraphError, groups, query, service_principals, to_wire, users};
use crate::http::{Response, json};

/// What is asked about, as a path names it.
#[derive(Debug, Clone)]
pub enum Subject {
    /// The caller, who is a person.
    Me,
    /// A user, by id or user principal name.
    User(String),
    /// A service principal.
    ServicePrincipal(ObjectKey),
    /// A group.
    Group(String),
    /// Any of them, by id.
    Any(String),
}

/// Of what ids are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kinds {
    /// Groups.
    Groups,
    /// Groups, and the directory roles that the object holds.
    Objects,
}

/// Hands a question to its handler.
pub async fn answer(call: Call, subject: Subject, way: Memberships) -> Result<Response, GraphError> {
    match way {
        Memberships::MemberOf => list(call, subject, Reach::Direct).await,
        Memberships::TransitiveMemberOf => list(call, subject, Reach::Transitive).await,
        Memberships::GetMemberGroups => ids(call, (subject, Kinds::Groups)).await,
        Memberships::CheckMemberGroups => check(call, (subject, Kinds::Groups)).await,
        Memberships::GetMemberObjects => ids(call, (subject, Kinds::Objects)).await,
        Memberships::CheckMemberObjects => check(call, (subject, Kinds::Objects)).await,
    }
}

/// GET …/memberOf, GET …/transitiveMemberOf: groups, and the directory roles that the object holds.
async fn list(call: Call, subject: Subject, reach: Reach) -> Result<Response, GraphError> {
    let part = query::part(&call.options)?;
    let found = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let member = find(view, acting, &subject, Action::ReadGroup)?;
        let groups = store::group_member::groups_of(view, acting.tenant, member, reach, part).or_fail()?;
        let mut found = Vec::new();
        for id in groups {
            let group = store::group::find(view, acting.tenant, id).or_fail()?;
            found.extend(group.map(|group| (id, DirectoryObject::Group(to_wire::group(&group)))));
        }
        if acting.may(Action::ReadRoles) {
            for role in store::directory_role::of(view, acting.tenant, member).or_fail()? {
                let id = ObjectId::from_bytes(*role.template_id().as_bytes());
                if part.after.is_none_or(|after| id > after) {
                    found.push((id, DirectoryObject::DirectoryRole(to_wire::directory_role(role))));
                }
            }
        }
        found.sort_by_key(|(id, _)| *id);
        Ok(found)
    })
    .await?;
    let page = query::page(&call.ctx, (&call.path, "directoryObjects"), &call.options, found);
    Ok(json(StatusCode::OK, &page))
}

/// POST …/getMemberGroups, POST …/getMemberObjects: the ids of all of them, also through other groups.
async fn ids(call: Call, (subject, kinds): (Subject, Kinds)) -> Result<Response, GraphError> {
    let asked: GetMemberGroups = call.body()?;
    if asked.security_enabled_only.is_none() {
        let text = "A value is required for parameter 'securityEnabledOnly'.";
        return Err(GraphError::Invalid(text.to_owned()));
    }
    // Roles are no security groups.
    let kinds = match asked.security_enabled_only {
        Some(true) => Kinds::Groups,
        _ => kinds,
    };
    let found = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let member = find(view, acting, &subject, Action::ReadMemberships)?;
        let groups = all_of(view, acting, (member, kinds), MAX_MEMBERSHIPS + 1)?;
        if groups.len() > MAX_MEMBERSHIPS {
            return Err(GraphError::TooManyMemberships.into());
        }
        Ok(groups)
    })
    .await?;
    Ok(told(&call, found))
}

/// POST …/checkMemberGroups, POST …/checkMemberObjects: those of the named that the object is in, also through other groups.
async fn check(call: Call, (subject, kinds): (Subject, Kinds)) -> Result<Response, GraphError> {
    let asked: CheckMemberGroups = call.body()?;
    if asked.group_ids.len() > MAX_CHECKED {
        return Err(GraphError::Invalid(format!(
            "At most {MAX_CHECKED} groups may be asked about at a time."
        )));
    }
    let wanted = asked.group_ids.iter().map(|id| id.parse::<ObjectId>());
    let wanted = wanted
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| GraphError::Invalid(format!("Invalid value: {error}.")))?;
    let found = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let member = find(view, acting, &subject, Action::ReadMemberships)?;
        let groups = all_of(view, acting, (member, kinds), usize::MAX)?;
        Ok(wanted.iter().copied().filter(|id| groups.contains(id)).collect())
    })
    .await?;
    Ok(told(&call, found))
}

fn all_of(
    view: &View<'_>,
    acting: &Acting,
    (member, kinds): (ObjectId, Kinds),
    limit: usize,
) -> Result<Vec<ObjectId>, Stop> {
    let part = Part { after: None, limit };
    let mut all =
        store::group_member::groups_of(view, acting.tenant, member, Reach::Transitive, part).or_fail()?;
    if kinds == Kinds::Objects && (member == acting.id || acting.may(Action::ReadRoles)) {
        let roles = store::directory_role::of(view, acting.tenant, member).or_fail()?;
        all.extend(
            roles
                .iter()
                .map(|role| ObjectId::from_bytes(*role.template_id().as_bytes())),
        );
    }
    Ok(all)
}

/// Ids as an answer.
fn told(call: &Call, ids: Vec<ObjectId>) -> Response {
    let context = Some(context(call.ctx.origin.url(), "Collection(Edm.String)"));
    json(
        StatusCode::OK,
        &List {
            context,
            next_link: None,
            value: ids,
        },
    )
}

/// The object's id, once the caller may see it, and its groups as `action` says.
fn find(view: &View<'_>, acting: &Acting, subject: &Subject, action: Action) -> Result<ObjectId, Stop> {
    let id = match subject {
        Subject::Me if acting.is_person() => user(view, acting, &acting.id.to_string())?,
        Subject::Me => return Err(users::no_person().into()),
        Subject::User(name) => user(view, acting, name)?,
        Subject::ServicePrincipal(key) => service_principal(view, acting, key)?,
        Subject::Group(id) => groups::permitted(view, acting, id, Action::ReadGroup)?.id,
        Subject::Any(id) => any(view, acting, id)?,
    };
    let target = Target {
        is_caller: id == acting.id,
        ..Target::default()
    };
    acting.require(action, &target)?;
    Ok(id)
}

fn user(view: &View<'_>, acting: &Acting, name: &str) -> Result<ObjectId, Stop> {
    let found = users::find(view, acting.tenant, name)?;
    let user = found.ok_or_else(|| acting.missing(Action::ReadUser, name))?;
    let target = Target {
        is_caller: user.id == acting.id,
        ..Target::default()
    };
    acting.require(Action::ReadUser, &target)?;
    Ok(user.id)
}

fn service_principal(view: &View<'_>, acting: &Acting, key: &ObjectKey) -> Result<ObjectId, Stop> {
    let found = service_principals::find(view, acting.tenant, key)?;
    let principal = found.ok_or_else(|| acting.missing(Action::ReadApplication, name(key)))?;
    acting.require(Action::ReadApplication, &acting.principal(view, &principal)?)?;
    Ok(principal.id)
}

fn any(view: &View<'_>, acting: &Acting, id: &str) -> Result<ObjectId, Stop> {
    let missing = || GraphError::NotFound(id.to_owned());
    if id.parse() == Ok(acting.id) && acting.is_person() {
        return user(view, acting, id);
    }
    if !acting.may(Action::ReadGroup) {
        return Err(denied());
    }
    let found: ObjectId = id.parse().map_err(|_| missing())?;
    if store::user::find(view, acting.tenant, found).or_fail()?.is_some() {
        return user(view, acting, id);
    }
    if store::group::find(view, acting.tenant, found)
        .or_fail()?
        .is_some()
    {
        return Ok(groups::permitted(view, acting, id, Action::ReadGroup)?.id);
    }
    match store::service_principal::find(view, acting.tenant, found).or_fail()? {
        Some(_) => service_principal(view, acting, &ObjectKey::Id(id.to_owned())),
        None => Err(missing().into()),
    }
}
