//! What people agree to, wherever they are asked: who may, what is named, and what is written down of it.

use doorward_domain::application::PermissionScope;
use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::directory::Permission;
use doorward_domain::directory::rights::{Action, Caller, Standing, Target, decide};
use doorward_domain::permission_grant::{Consenter, PermissionGrant};
use doorward_domain::resource::{FirstParty, Resource};
use doorward_domain::tenant_settings::Setting;
use doorward_domain::user::User;
use doorward_names::{AppId, ObjectId, SecretHash, TenantId};
use doorward_store::{self as store, QueryError, Tx, View};

use super::words::Words;
use crate::ctx::Ctx;
use crate::entropy;
use crate::sts::StsError;
use crate::sts::client::{self, Weighing};

/// Whom a person may agree for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Nobody.
    Nobody,
    /// Themselves.
    Themselves,
    /// Everybody, and to what people cannot agree to.
    Everybody,
}

/// Whom `user` may agree for, to what is missing.
///
/// # Errors
/// When the store fails.
pub async fn reach(ctx: &Ctx, user: &User, weighed: &Weighing) -> Result<Reach, StsError> {
    if administers(ctx, user).await? {
        return Ok(Reach::Everybody);
    }
    let settings = client::settings(ctx, user.tenant).await?;
    match settings.is_on(Setting::UserConsent) && weighed.is_for_people() {
        true => Ok(Reach::Themselves),
        false => Ok(Reach::Nobody),
    }
}

/// Whether somebody can agree for everybody, and to what people cannot agree to: who may give permissions.
///
/// # Errors
/// When the store fails.
pub async fn administers(ctx: &Ctx, user: &User) -> Result<bool, StsError> {
    may_all(ctx, user, &[Action::GrantPermission]).await
}

/// Whether somebody may do all of these in the directory, where no client stands between.
///
/// # Errors
/// When the store fails.
pub async fn may_all(ctx: &Ctx, user: &User, actions: &[Action]) -> Result<bool, StsError> {
    let (user, actions) = (user.clone(), actions.to_vec());
    let read = move |view: &View<'_>| {
        for action in &actions {
            if !may(view, &user, *action)? {
                return Ok(false);
            }
        }
        Ok::<_, QueryError>(true)
    };
    Ok(ctx.app.store.read(read).await?)
}

/// Whether somebody may do something in the directory, where no client stands between.
///
/// # Errors
/// When the store fails.
pub fn may(view: &View<'_>, user: &User, action: Action) -> Result<bool, QueryError> {
    let caller = Caller {
        standing: Standing::Person {
            kind: user.kind,
            scopes: vec![Permission::DirectoryAccessAsUserAll],
        },
        roles: store::directory_role::of(view, user.tenant, user.id)?,
    };
    Ok(decide(&caller, action, &Target::default()).is_ok())
}

/// What a person said yes to, not written yet.
#[derive(Clone)]
pub struct Agreed {
    tenant: TenantId,
    form: Vec<SecretHash>,
    grants: Vec<PermissionGrant>,
    audit: AuditRow,
}

impl Agreed {
    /// What `user` agrees to of what is missing for the application, by a form of that secret (none where something else is
    /// spent by the answer); `None` when it isn't theirs to agree to.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn by(
        ctx: &Ctx,
        (user, for_all): (&User, bool),
        (app_id, weighed): (AppId, &Weighing),
        form: Vec<SecretHash>,
    ) -> Result<Option<Self>, StsError> {
        let consenter = match (reach(ctx, user, weighed).await?, for_all) {
            (Reach::Everybody, true) => Consenter::Everybody,
            (Reach::Everybody | Reach::Themselves, false) => Consenter::Person(user.id),
            (Reach::Themselves, true) | (Reach::Nobody, _) => return Ok(None),
        };
        let tenant = user.tenant;
        let Some(client) = principal(ctx, tenant, app_id).await? else {
            return Ok(None);
        };
        let mut grants = Vec::new();
        for (resource, scopes) in &weighed.missing {
            let Some(resource) = principal(ctx, tenant, resource.app_id).await? else {
                return Ok(None);
            };
            grants.push(PermissionGrant {
                id: ObjectId::from_random(entropy::bytes()),
                client,
                consenter,
                resource,
                scopes: scopes.iter().map(|scope| scope.value.clone()).collect(),
                created_at: ctx.now,
            });
        }
        let mut audit = ctx.audit(tenant, Event::RoleGranted);
        audit.actor = Some(user.id);
        audit.client = Some(app_id);
        Ok(Some(Self {
            tenant,
            form,
            grants,
            audit,
        }))
    }

    /// Writes it down; `false` when the form was sent before, which then gives nothing.
    pub fn write(&self, tx: &mut Tx<'_>) -> Result<bool, QueryError> {
        for form in &self.form {
            if !store::permission_grant::spend_form(tx, form, self.audit.at)? {
                return Ok(false);
            }
        }
        for new in &self.grants {
            let by = (new.client, new.resource);
            let known = store::permission_grant::find_same(tx, self.tenant, by, new.consenter)?;
            match known {
                Some(mut known) => {
                    known.add(new.scopes.iter().map(String::as_str));
                    store::permission_grant::update(tx, self.tenant, &known)?;
                }
                None => {
                    store::permission_grant::insert(tx, self.tenant, new)?;
                }
            }
            let for_whom = match new.consenter {
                Consenter::Person(_) => "for themselves",
                Consenter::Everybody => "for everybody",
            };
            let row = AuditRow {
                target: Some(new.client),
                detail: format!("consent {for_whom}: {} on {}", new.scopes.join(" "), new.resource),
                ..self.audit.clone()
            };
            store::audit::insert(tx, &row)?;
        }
        Ok(true)
    }
}

async fn principal(ctx: &Ctx, tenant: TenantId, app_id: AppId) -> Result<Option<ObjectId>, StsError> {
    let record = ctx.app.snapshots.client(tenant, app_id).await?;
    Ok(record.and_then(|record| record.service_principal.as_ref().map(|principal| principal.id)))
}

/// All that is asked for, as a text that stands for nothing else.
pub fn named(weighed: &Weighing) -> String {
    let of = |(resource, scopes): &(Resource, Vec<PermissionScope>)| {
        let scopes: Vec<_> = scopes.iter().map(|scope| scope.value.as_str()).collect();
        format!("{} {}", resource.app_id, scopes.join(" "))
    };
    weighed.missing.iter().map(of).collect::<Vec<_>>().join("\n")
}

/// All that is asked for, for people: by resource.
pub fn shown(w: &Words, weighed: &Weighing) -> Vec<(String, Vec<String>)> {
    weighed
        .missing
        .iter()
        .map(|(resource, scopes)| of_resource(w, (resource, scopes)))
        .collect()
}

/// A resource and scopes on it, for people.
pub fn of_resource(w: &Words, (resource, scopes): (&Resource, &[PermissionScope])) -> (String, Vec<String>) {
    let name = resource.first_party.map_or_else(
        || {
            resource
                .name
                .clone()
                .unwrap_or_else(|| resource.app_id.to_string())
        },
        |first_party: FirstParty| first_party.display_name().to_owned(),
    );
    let text = |scope: &PermissionScope| {
        let known = resource.first_party.and_then(|_| (w.scope)(&scope.value));
        let (title, description) = &scope.for_people;
        let own = || {
            let title = title.as_ref().unwrap_or(&scope.for_administrators.0);
            let description = description.as_ref().unwrap_or(&scope.for_administrators.1);
            let says_nothing = [title.as_str(), &scope.value, ""].contains(&description.as_str());
            match says_nothing {
                true => format!("{title} ({})", scope.value),
                false => format!("{title}: {description} ({})", scope.value),
            }
        };
        known.map_or_else(own, str::to_owned)
    };
    (name, scopes.iter().map(text).collect())
}
