//! What an application is told of who its token is about, besides who that is: their roles in it, and of a person the groups
//! and directory roles that it wishes to hear of. And whether it lets them in without a role.

use doorward_domain::app_role;
use doorward_domain::application::GroupClaims;
use doorward_domain::directory::DirectoryRole;
use doorward_domain::group::MemberKind;
use doorward_domain::resource::Resource;
use doorward_domain::token::claims::{MAX_GROUPS, Told};
use doorward_domain::user::User;
use doorward_names::{ObjectId, TenantId};
use doorward_store::{self as store, QueryError};

use super::StsError;
use super::client::AdmittedClient;
use crate::ctx::Ctx;

/// What `audience` is told of a person with these directory roles. A built-in resource hears of those and asks for all else
/// itself.
///
/// # Errors
/// When the store fails.
pub async fn of_person(
    ctx: &Ctx,
    (user, roles): (&User, &[DirectoryRole]),
    audience: &Resource,
) -> Result<Told, StsError> {
    if audience.first_party.is_some() {
        let directory_roles = roles.to_vec();
        return Ok(Told {
            directory_roles,
            ..Told::default()
        });
    }
    let (tenant, id, wish) = (user.tenant, user.id, audience.group_claims);
    let Some(principal) = audience.principal else {
        return Ok(Told::default());
    };
    let has_roles = !audience.roles.is_empty();
    let found = ctx
        .app
        .store
        .read(move |view| {
            let held = match has_roles {
                true => store::app_role::held(view, tenant, (id, MemberKind::User), principal)?,
                false => Vec::new(),
            };
            let groups = match wish {
                GroupClaims::ApplicationGroup => {
                    store::app_role::groups_of(view, tenant, (id, principal), MAX_GROUPS + 1)?
                }
                wish if wish.names_groups() => {
                    store::group_member::some_groups_of(view, tenant, id, MAX_GROUPS + 1)?
                }
                _ => Vec::new(),
            };
            Ok::<_, QueryError>((held, groups))
        })
        .await?;
    let (held, groups) = found;
    Ok(Told {
        roles: app_role::words(&audience.roles, &held),
        groups: groups.into(),
        directory_roles: match wish.names_roles() {
            true => roles.to_vec(),
            false => Vec::new(),
        },
    })
}

/// What the client of a person is told of them in its id_token; a built-in one nothing.
///
/// # Errors
/// When the store fails.
pub async fn client_of_person(
    ctx: &Ctx,
    person: (&User, &[DirectoryRole]),
    client: &AdmittedClient,
) -> Result<Told, StsError> {
    match client.client().registration() {
        None => Ok(Told::default()),
        Some(application) => {
            let audience = Resource::from(application.clone()).seen_by(client.principal());
            of_person(ctx, person, &audience).await
        }
    }
}

/// The words of the roles that a service principal was given in `audience` itself; of those of its groups, none count.
///
/// # Errors
/// When the store fails.
pub async fn of_application(
    ctx: &Ctx,
    (tenant, id): (TenantId, ObjectId),
    audience: &Resource,
) -> Result<Vec<String>, StsError> {
    let Some(principal) = audience.principal.filter(|_| !audience.roles.is_empty()) else {
        return Ok(Vec::new());
    };
    let holder = (id, MemberKind::ServicePrincipal);
    let held = ctx
        .app
        .store
        .read(move |view| store::app_role::held(view, tenant, holder, principal))
        .await?;
    Ok(app_role::words(&audience.roles, &held))
}

/// Refuses who was given nothing in an application that lets nobody else in.
///
/// # Errors
/// [`StsError::NotAssigned`].
pub async fn let_in(
    ctx: &Ctx,
    (tenant, id, kind): (TenantId, ObjectId, MemberKind),
    application: &Resource,
) -> Result<(), StsError> {
    let Some(principal) = application.principal.filter(|_| application.assignment_required) else {
        return Ok(());
    };
    let held = ctx
        .app
        .store
        .read(move |view| store::app_role::held(view, tenant, (id, kind), principal))
        .await?;
    match held.is_empty() {
        false => Ok(()),
        true => Err(StsError::NotAssigned {
            application: application.app_id,
            name: application.display_name().to_owned(),
            person: kind == MemberKind::User,
        }),
    }
}
