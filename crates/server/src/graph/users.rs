//! `/me` and `/users`.

use doorward_domain::audit::Event;
use doorward_domain::directory::query::Query;
use doorward_domain::directory::rights::{Action, Target};
use doorward_domain::new_password;
use doorward_domain::user::{Password, PasswordHash, User, UserKind};
use doorward_names::{DisplayName, MailNickname, ObjectId, SecretString, TenantId, Upn};
use doorward_protocol::graph::{CreateUser, Done, Entity, PasswordProfile, UpdateUser, context};
use doorward_store::{self as store, Tx, View};
use http::StatusCode;

use super::access::{Acting, OrFail as _, Stop, change, keep_an_administrator, look};
use super::{Call, GraphError, created, entity, no_content, query, to_wire};
use crate::ctx::Ctx;
use crate::entropy;
use crate::http::{Response, json};
use crate::sts::lockout;

/// GET /v1.0/me
pub async fn me(call: Call) -> Result<Response, GraphError> {
    let user = look(&call.ctx, call.bearer.clone(), |view, acting| {
        if !acting.is_person() {
            return Err(no_person().into());
        }
        acting.require(
            Action::ReadUser,
            &Target {
                is_caller: true,
                ..Target::default()
            },
        )?;
        let found = store::user::find(view, acting.tenant, acting.id).or_fail()?;
        found.ok_or_else(|| acting.missing(Action::ReadUser, "me"))
    })
    .await?;
    Ok(shown(&call, &user))
}

/// GET /v1.0/users
pub async fn list(call: Call) -> Result<Response, GraphError> {
    let asked: Query<_> = query::query(&call.options)?;
    let users = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        acting.require_any(Action::ReadUser)?;
        store::user::list(view, acting.tenant, &asked).or_fail()
    })
    .await?;
    let whole = call.options.select.is_some();
    let project = if whole { to_wire::whole_user } else { to_wire::user };
    let found = users.iter().map(|user| (user.id, project(user))).collect();
    Ok(json(
        StatusCode::OK,
        &query::page(&call.ctx, (&call.path, "users"), &call.options, found),
    ))
}

/// POST /v1.0/users
pub async fn create(call: Call) -> Result<Response, GraphError> {
    let asked: CreateUser = call.body()?;
    let password = match asked.password_profile {
        Some(profile) => {
            let names = [&*asked.user_principal_name, &*asked.display_name];
            hashed_password(&call.ctx, profile, &names).await?
        }
        None => {
            return Err(GraphError::Invalid(
                "A password profile with a password is required.".to_owned(),
            ));
        }
    };
    let upn: Upn = asked.user_principal_name.parse()?;
    let kind = kind(asked.user_type.as_deref())?.unwrap_or(UserKind::Member);
    let user = User {
        id: ObjectId::from_random(entropy::bytes()),
        tenant: call.bearer.tenant,
        display_name: DisplayName::new(&asked.display_name)?,
        mail_nickname: nickname(asked.mail_nickname.as_deref().unwrap_or(upn.local_part()))?,
        upn,
        kind,
        enabled: asked.account_enabled.unwrap_or(true),
        password: Some(password),
        guest: None,
        created_at: call.ctx.now,
        sessions_revoked_at: None,
    };
    let new = user.clone();
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        acting.require_any(Action::CreateUser)?;
        own_domain(tx, acting.tenant, &new.upn)?;
        store::user::insert(tx, &new).or_fail()??;
        acting.record(tx, Event::DirectoryCreated, new.id, "user")
    })
    .await?;
    Ok(created(&call, "users", &to_wire::user(&user)))
}

/// GET /v1.0/users/{id or user principal name}
pub async fn get(call: Call, name: String) -> Result<Response, GraphError> {
    let user = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let Some(user) = find(view, acting.tenant, &name)? else {
            return Err(acting.missing(Action::ReadUser, &name));
        };
        acting.require(
            Action::ReadUser,
            &Target {
                is_caller: user.id == acting.id,
                ..Target::default()
            },
        )?;
        Ok(user)
    })
    .await?;
    Ok(shown(&call, &user))
}

/// PATCH /v1.0/users/{id or user principal name}
pub async fn update(call: Call, name: String) -> Result<Response, GraphError> {
    let asked: UpdateUser = call.body()?;
    let display_name = asked.display_name.as_deref().map(DisplayName::new).transpose()?;
    let nickname = asked.mail_nickname.as_deref().map(nickname).transpose()?;
    let upn: Option<Upn> = asked.user_principal_name.as_deref().map(str::parse).transpose()?;
    let kind = kind(asked.user_type.as_deref())?;
    let password = match asked.password_profile {
        Some(profile) => {
            let mut names = names_of(&call, name.clone()).await?;
            names.extend(asked.user_principal_name.into_iter().chain(asked.display_name));
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            Some(hashed_password(&call.ctx, profile, &names).await?)
        }
        None => None,
    };
    let other = asked.account_enabled.is_some()
        || display_name.is_some()
        || nickname.is_some()
        || upn.is_some()
        || kind.is_some();
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let Some(mut user) = find(tx, acting.tenant, &name)? else {
            return Err(acting.missing(Action::UpdateUser, &name));
        };
        let target = acting.user(tx, &user)?;
        if other || password.is_none() {
            acting.require(Action::UpdateUser, &target)?;
        }
        if password.is_some() {
            acting.require(Action::ResetPassword, &target)?;
            if user.guest.is_some() {
                let text = "A guest's password is the one that they have in their own organization.";
                return Err(GraphError::Invalid(text.to_owned()).into());
            }
        }
        let disabled = asked.account_enabled == Some(false) && user.enabled;
        if disabled {
            keep_an_administrator(tx, acting.tenant, user.id)?;
        }
        if let Some(upn) = &upn {
            own_domain(tx, acting.tenant, upn)?;
            user.upn = upn.clone();
        }
        user.enabled = asked.account_enabled.unwrap_or(user.enabled);
        user.display_name = display_name.clone().unwrap_or(user.display_name);
        user.mail_nickname = nickname.clone().unwrap_or(user.mail_nickname);
        user.kind = kind.unwrap_or(user.kind);
        user.password = password.clone().or(user.password);
        store::user::update(tx, &user).or_fail()??;
        if password.is_some() {
            lockout::forgive(tx, &user).or_fail()?;
        }
        if disabled || password.is_some() {
            store::session::revoke_all_of_user(tx, acting.tenant, user.id, acting.now).or_fail()?;
        }
        let what = if password.is_some() {
            "user: password reset"
        } else {
            "user"
        };
        acting.record(tx, Event::DirectoryUpdated, user.id, what)
    })
    .await?;
    Ok(no_content())
}

/// What somebody is called whose password the caller may reset; nobody else hears what a name is compared with.
async fn names_of(call: &Call, name: String) -> Result<Vec<String>, GraphError> {
    look(&call.ctx, call.bearer.clone(), move |view, acting| {
        let Some(user) = find(view, acting.tenant, &name)? else {
            return Err(acting.missing(Action::UpdateUser, &name));
        };
        acting.require(Action::ResetPassword, &acting.user(view, &user)?)?;
        Ok(vec![user.upn.to_string(), user.display_name.to_string()])
    })
    .await
}

fn kind(text: Option<&str>) -> Result<Option<UserKind>, GraphError> {
    Ok(match text {
        None => None,
        Some("Member") => Some(UserKind::Member),
        Some("Guest") => Some(UserKind::Guest),
        Some(_) => return Err(GraphError::Invalid("userType is Member or Guest.".to_owned())),
    })
}

/// DELETE /v1.0/users/{id or user principal name}
pub async fn delete(call: Call, name: String) -> Result<Response, GraphError> {
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let Some(user) = find(tx, acting.tenant, &name)? else {
            return Err(acting.missing(Action::DeleteUser, &name));
        };
        acting.require(Action::DeleteUser, &acting.user(tx, &user)?)?;
        keep_an_administrator(tx, acting.tenant, user.id)?;
        store::user::delete(tx, acting.tenant, user.id).or_fail()?;
        acting.record(tx, Event::DirectoryDeleted, user.id, "user")
    })
    .await?;
    Ok(no_content())
}

/// POST /v1.0/me/revokeSignInSessions
pub async fn revoke_my_sessions(call: Call) -> Result<Response, GraphError> {
    let me = call.bearer.id.to_string();
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        if !acting.is_person() {
            return Err(no_person().into());
        }
        revoke(tx, acting, &me)
    })
    .await?;
    Ok(revoked(&call))
}

/// POST /v1.0/users/{id or user principal name}/revokeSignInSessions
pub async fn revoke_sessions(call: Call, name: String) -> Result<Response, GraphError> {
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        revoke(tx, acting, &name)
    })
    .await?;
    Ok(revoked(&call))
}

/// Ends every session of a person; what they proved until now counts no more, wherever it still is on its way.
fn revoke(tx: &mut Tx<'_>, acting: &Acting, name: &str) -> Result<(), Stop> {
    let Some(mut user) = find(tx, acting.tenant, name)? else {
        return Err(acting.missing(Action::RevokeSessions, name));
    };
    acting.require(Action::RevokeSessions, &acting.user(tx, &user)?)?;
    user.sessions_revoked_at = Some(acting.now);
    let id = user.id;
    store::user::update(tx, &user).or_fail()??;
    let ended = store::session::revoke_all_of_user(tx, acting.tenant, id, acting.now).or_fail()?;
    let what = format!("user: signed out everywhere, {ended} sessions");
    acting.record(tx, Event::DirectoryUpdated, id, &what)
}

fn revoked(call: &Call) -> Response {
    let context = Some(context(call.ctx.origin.url(), "Edm.Boolean"));
    json(
        StatusCode::OK,
        &Entity {
            context,
            value: Done { value: true },
        },
    )
}

fn shown(call: &Call, user: &User) -> Response {
    let whole = call.options.select.is_some();
    entity(
        call,
        "users",
        &if whole {
            to_wire::whole_user(user)
        } else {
            to_wire::user(user)
        },
    )
}

/// What an application hears that asks about itself as a person.
pub fn no_person() -> GraphError {
    GraphError::Invalid("/me request is only valid with delegated authentication flow.".to_owned())
}

/// The user of that id or user principal name.
pub fn find(view: &View<'_>, tenant: TenantId, name: &str) -> Result<Option<User>, Stop> {
    if let Ok(id) = name.parse() {
        return store::user::find(view, tenant, id).or_fail();
    }
    match name.parse() {
        Ok(upn) => store::user::find_by_upn(view, tenant, &upn).or_fail(),
        Err(_) => Ok(None),
    }
}

fn own_domain(view: &View<'_>, tenant: TenantId, upn: &Upn) -> Result<(), Stop> {
    let tenant = store::tenant::find(view, tenant).or_fail()?;
    if tenant.is_some_and(|tenant| tenant.domains.contains(upn.domain())) {
        return Ok(());
    }
    let text = "The domain portion of the userPrincipalName property is invalid. You must use one of the verified \
                domain names in your organization.";
    Err(GraphError::Invalid(text.to_owned()).into())
}

fn nickname(text: &str) -> Result<String, GraphError> {
    Ok(text.parse::<MailNickname>()?.to_string())
}

async fn hashed_password(
    ctx: &Ctx,
    profile: PasswordProfile,
    names: &[&str],
) -> Result<Password, GraphError> {
    let missing = || GraphError::Invalid("A password profile needs a password.".to_owned());
    let password: SecretString = profile.password.ok_or_else(missing)?;
    new_password::admit(&password, names).map_err(|e| {
        GraphError::Invalid(format!(
            "The specified password does not comply with password complexity requirements: {e}."
        ))
    })?;
    let hash: PasswordHash = ctx
        .app
        .passwords
        .hash(password)
        .await
        .ok_or(GraphError::Unavailable)?;
    let must_change = profile.force_change_password_next_sign_in.unwrap_or(true)
        || profile
            .force_change_password_next_sign_in_with_mfa
            .unwrap_or(false);
    Ok(Password {
        hash,
        must_change,
        set_at: ctx.now,
    })
}
