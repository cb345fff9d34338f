//! What the token service needs to know of a client.

use doorward_domain::application::{Application, PasswordCredential};
use doorward_domain::directory::Permission;
use doorward_domain::service_principal::ServicePrincipal;
use doorward_names::{AppId, TenantId};
use doorward_store::revision::Kind;
use doorward_store::{self as store, QueryError, View};
use std::sync::Arc;

use super::{ReadError, Snapshots, keep, look};

/// A client as one tenant knows it.
#[derive(Debug, Clone)]
pub struct ClientRecord {
    /// Its service principal; `None` when the application is registered but has none here.
    pub service_principal: Option<ServicePrincipal>,
    /// Its registration; `None` for a built-in client.
    pub application: Option<Application>,
    /// Every password of both.
    pub credentials: Vec<PasswordCredential>,
    /// The Graph permissions it was given here.
    pub permissions: Vec<Permission>,
}

impl Snapshots {
    /// The client of that id; `None` when the tenant knows no such application.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn client(
        &self,
        tenant: TenantId,
        app_id: AppId,
    ) -> Result<Option<Arc<ClientRecord>>, ReadError> {
        let key = (tenant, app_id);
        let tag = self
            .tag(&[(Kind::Client, tenant), (Kind::Directory, tenant)])
            .await?;
        if let Some(kept) = look(&self.clients, &key, &tag) {
            return Ok(Some(kept));
        }
        let Some(found) = self
            .store
            .read(move |view| find(view, tenant, app_id))
            .await?
            .map(Arc::new)
        else {
            return Ok(None);
        };
        // A client from another tenant would have to follow that tenant's revision as well; it is read each time.
        if found.application.as_ref().is_none_or(|a| a.tenant == tenant) {
            keep(&self.clients, key, tag, Arc::clone(&found));
        }
        Ok(Some(found))
    }
}

fn find(view: &View<'_>, tenant: TenantId, app_id: AppId) -> Result<Option<ClientRecord>, QueryError> {
    let service_principal = store::service_principal::find_by_app_id(view, tenant, app_id)?;
    let home = service_principal.as_ref().map_or(Some(tenant), |sp| sp.app_owner);
    let application = match home {
        Some(home) => store::application::find_by_app_id(view, home, app_id)?,
        None => None,
    };
    if service_principal.is_none() && application.is_none() {
        return Ok(None);
    }
    let mut record = ClientRecord {
        service_principal,
        application,
        credentials: vec![],
        permissions: vec![],
    };
    if let Some(application) = &record.application {
        record.credentials = store::credential::list(view, application.tenant, application.id)?;
    }
    if let Some(service_principal) = &record.service_principal {
        record
            .credentials
            .extend(store::credential::list(view, tenant, service_principal.id)?);
        record.permissions = store::permission::of(view, tenant, service_principal.id)?;
    }
    Ok(Some(record))
}
