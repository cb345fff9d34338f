//! What is written down of an administrator's yes, all of it or nothing.

use doorward_domain::application::Application;
use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::consent::ForEverybody;
use doorward_domain::directory::rights::Action;
use doorward_domain::permission_grant::{Consenter, PermissionGrant};
use doorward_domain::resource::Resource;
use doorward_domain::service_principal::{ServicePrincipal, ServicePrincipalKind};
use doorward_domain::user::User;
use doorward_names::{ObjectId, SecretHash};
use doorward_store::permission::Grant;
use doorward_store::{self as store, QueryError, Tx};

use crate::ctx::Ctx;
use crate::entropy;
use crate::sts::StsError;
use crate::web::consent::may;

/// What an administrator gives.
#[derive(Clone)]
pub struct Given {
    user: User,
    application: Application,
    wanted: Vec<(Resource, ForEverybody)>,
    form: Vec<SecretHash>,
    audit: AuditRow,
    /// For what is new: a service principal, and the grants.
    ids: Vec<ObjectId>,
}

impl Given {
    /// What `user` gives the application, by a form of that secret.
    pub fn new(
        ctx: &Ctx,
        (user, application): (User, &Application),
        wanted: &[(Resource, ForEverybody)],
        form: Vec<SecretHash>,
    ) -> Self {
        let mut audit = ctx.audit(user.tenant, Event::RoleGranted);
        audit.actor = Some(user.id);
        audit.client = Some(application.app_id);
        let needed = wanted
            .iter()
            .map(|(_, wanted)| 1 + wanted.permissions.len())
            .sum::<usize>()
            + 1;
        Self {
            user,
            application: application.clone(),
            wanted: wanted.to_vec(),
            form,
            audit,
            ids: (0..needed)
                .map(|_| ObjectId::from_random(entropy::bytes()))
                .collect(),
        }
    }

    /// Writes it down; `false` when the form was sent before or its sender may no longer, which gives nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn write(self, ctx: &Ctx) -> Result<bool, StsError> {
        let write = move |tx: &mut Tx<'_>| self.written(tx);
        Ok(ctx.app.snapshots.write::<_, QueryError>(write).await?)
    }

    fn written(&self, tx: &mut Tx<'_>) -> Result<bool, QueryError> {
        let tenant = self.user.tenant;
        for form in &self.form {
            if !store::permission_grant::spend_form(tx, form, self.audit.at)? {
                return Ok(false);
            }
        }
        if !may(tx, &self.user, Action::GrantPermission)? {
            return Ok(false);
        }
        let mut ids = self.ids.iter().copied();
        let Some(client) = self.principal(tx, ids.next())? else {
            return Ok(false);
        };
        for (resource, wanted) in &self.wanted {
            let found = store::service_principal::find_by_app_id(tx, tenant, resource.app_id)?;
            let (Some(resource), Some(id)) = (found, ids.next()) else {
                continue;
            };
            if !wanted.scopes.is_empty() {
                self.scopes(tx, (id, client, resource.id), wanted)?;
            }
            for (permission, id) in wanted.permissions.iter().zip(ids.by_ref()) {
                let grant = Grant {
                    id,
                    permission: *permission,
                    principal: client,
                };
                // What it has already stays.
                if store::permission::insert(tx, tenant, &grant)?.is_ok() {
                    self.note(tx, client, permission.name().to_owned())?;
                }
            }
        }
        Ok(true)
    }

    /// The application's service principal in the tenant, made when it has none there and the administrator may make one.
    fn principal(&self, tx: &mut Tx<'_>, id: Option<ObjectId>) -> Result<Option<ObjectId>, QueryError> {
        let (tenant, application) = (self.user.tenant, &self.application);
        let found = store::service_principal::find_by_app_id(tx, tenant, application.app_id)?;
        if let Some(found) = found {
            return Ok(Some(found.id));
        }
        let Some(id) = id else {
            return Ok(None);
        };
        if !may(tx, &self.user, Action::CreateServicePrincipal)? {
            return Ok(None);
        }
        let principal = ServicePrincipal {
            id,
            tenant,
            app_id: application.app_id,
            app_owner: Some(application.tenant),
            display_name: application.display_name.clone(),
            kind: ServicePrincipalKind::Application,
            enabled: true,
            assignment_required: false,
            created_at: self.audit.at,
        };
        if store::service_principal::insert(tx, &principal)?.is_err() {
            return Ok(None);
        }
        let row = AuditRow {
            event: Event::DirectoryCreated,
            target: Some(id),
            detail: "service principal".to_owned(),
            ..self.audit.clone()
        };
        store::audit::insert(tx, &row)?;
        Ok(Some(id))
    }

    fn scopes(
        &self,
        tx: &mut Tx<'_>,
        (id, client, resource): (ObjectId, ObjectId, ObjectId),
        wanted: &ForEverybody,
    ) -> Result<(), QueryError> {
        let tenant = self.user.tenant;
        let values = wanted.scopes.iter().map(|scope| scope.value.as_str());
        let by = (client, resource);
        match store::permission_grant::find_same(tx, tenant, by, Consenter::Everybody)? {
            Some(mut known) => {
                known.add(values.clone());
                store::permission_grant::update(tx, tenant, &known)?;
            }
            None => {
                let new = PermissionGrant {
                    id,
                    client,
                    consenter: Consenter::Everybody,
                    resource,
                    scopes: values.clone().map(str::to_owned).collect(),
                    created_at: self.audit.at,
                };
                store::permission_grant::insert(tx, tenant, &new)?;
            }
        }
        let values: Vec<_> = values.collect();
        self.note(
            tx,
            client,
            format!("consent for everybody: {} on {resource}", values.join(" ")),
        )
    }

    fn note(&self, tx: &mut Tx<'_>, client: ObjectId, detail: String) -> Result<(), QueryError> {
        let row = AuditRow {
            target: Some(client),
            detail,
            ..self.audit.clone()
        };
        store::audit::insert(tx, &row)
    }
}
