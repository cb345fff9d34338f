//! What `doorward up` has ready for a first try: the workspace `ml-example` in the resource group `ml-rg`, and the service
//! principal `ml-sample` that may read it.

use doorward_domain::application::{Application, Bare};
use doorward_domain::arm::{ResourceGroup, Tags};
use doorward_domain::rbac::{PrincipalKind, READER, RoleAssignment};
use doorward_domain::service_principal::{ServicePrincipal, ServicePrincipalKind};
use doorward_names::{
    AppId, DisplayName, InvalidName, ObjectId, RoleAssignmentId, Scope, SubscriptionId, TenantId, Timestamp,
};
use doorward_protocol::arm::Resource as Wire;
use doorward_store::{self as store, QueryError, Tx};
use serde_json::{Value, json};

use crate::arm::{Conditions, Kept, Putting, find_type};
use crate::entropy;

/// The resource group.
pub const GROUP: &str = "ml-rg";
/// The workspace.
pub const WORKSPACE: &str = "ml-example";
/// The service principal.
pub const PRINCIPAL: &str = "ml-sample";
/// Where they are.
const PLACE: &str = "westeurope";

/// Everything of the sample, with every id that it needs.
#[derive(Clone)]
pub struct Sample {
    group: ResourceGroup,
    resources: Vec<(Putting, Scope, Wire)>,
    application: Application,
    principal: ServicePrincipal,
    reader: RoleAssignment,
}

impl Sample {
    /// Thinks one up; nothing is written yet.
    ///
    /// # Errors
    /// When one of its names is none (never).
    pub fn draw(
        (tenant, subscription): (TenantId, SubscriptionId),
        (admin, admin_name): (ObjectId, &str),
        now: Timestamp,
    ) -> Result<Self, InvalidName> {
        let group = ResourceGroup {
            tenant,
            subscription,
            name: GROUP.parse()?,
            location: PLACE.to_owned(),
            tags: Tags::new(),
            managed_by: None,
            created_at: now,
            changed_at: now,
        };
        let at = group.scope();
        let suffix: String = ObjectId::from_random(entropy::bytes())
            .to_string()
            .chars()
            .take(8)
            .collect();
        let vault = at.resource("Microsoft.KeyVault", &["vaults", &format!("mlexample-{suffix}")])?;
        let storage = at.resource(
            "Microsoft.Storage",
            &["storageAccounts", &format!("mlexample{suffix}")],
        )?;
        let insights = at.resource("Microsoft.Insights", &["components", WORKSPACE])?;
        let workspace = at.resource("Microsoft.MachineLearningServices", &["workspaces", WORKSPACE])?;
        let links = json!({
            "friendlyName": WORKSPACE,
            "description": "A workspace to try things on.",
            "keyVault": vault.as_str(),
            "storageAccount": storage.as_str(),
            "applicationInsights": insights.as_str(),
        });
        let caller = || (tenant, admin, admin_name.to_owned());
        let resource = |scope: &Scope, properties: Value| {
            let kept = scope
                .resource_type()
                .and_then(|kind| find_type(&kind))
                .map_or(Kept::Apart, |(_, entry)| entry.kept);
            let wire = Wire {
                location: Some(PLACE.to_owned()),
                properties: properties.as_object().cloned(),
                ..Wire::default()
            };
            (Putting::of(kept, caller(), now), scope.clone(), wire)
        };
        let application = Application::from(Bare {
            id: ObjectId::from_random(entropy::bytes()),
            tenant,
            app_id: AppId::from_random(entropy::bytes()),
            display_name: DisplayName::new(PRINCIPAL)?,
            created_at: now,
        });
        let principal = ServicePrincipal {
            id: ObjectId::from_random(entropy::bytes()),
            tenant,
            app_id: application.app_id,
            app_owner: Some(tenant),
            display_name: application.display_name.clone(),
            kind: ServicePrincipalKind::Application,
            enabled: true,
            assignment_required: false,
            created_at: now,
        };
        let reader = RoleAssignment {
            id: RoleAssignmentId::from_random(entropy::bytes()),
            scope: workspace.clone(),
            role: READER,
            principal: principal.id,
            principal_kind: PrincipalKind::ServicePrincipal,
            description: None,
            condition: None,
            delegated_identity: None,
            created_at: now,
            created_by: Some(admin),
            updated_at: now,
            updated_by: Some(admin),
        };
        Ok(Self {
            resources: vec![
                resource(&vault, json!({})),
                resource(&storage, json!({})),
                resource(&insights, json!({})),
                resource(&workspace, links),
            ],
            group,
            application,
            principal,
            reader,
        })
    }

    /// Writes it; says whether all of it could be.
    ///
    /// # Errors
    /// When the store fails.
    pub fn plant(&self, tx: &mut Tx<'_>) -> Result<bool, QueryError> {
        store::resource_group::put(tx, &self.group)?;
        let mut planted = true;
        for (putting, scope, wire) in &self.resources {
            planted &= putting.write(tx, (scope, wire), &Conditions::default())?.is_ok();
        }
        planted &= store::application::insert(tx, &self.application)?.is_ok();
        planted &= store::service_principal::insert(tx, &self.principal)?.is_ok();
        planted &= store::access_assignment::insert(tx, self.group.tenant, &self.reader)?.is_ok();
        Ok(planted)
    }
}
