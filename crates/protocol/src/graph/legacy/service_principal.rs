//! The older directory API's (1.6) shape of a service principal, which `az ad sp show` printed in 2020.

use doorward_names::{AppId, ObjectId, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{NoItems, Null};

/// A service principal as the page shows it, in alphabetical order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "named as in the older API; what each means stands at the newer type"
)]
pub struct LegacyServicePrincipal {
    /// `"True"` or `"False"`, as text: so the command line printed it.
    pub account_enabled: String,
    pub add_ins: NoItems,
    pub alternative_names: NoItems,
    pub app_display_name: Option<String>,
    pub app_id: AppId,
    pub app_owner_tenant_id: Option<TenantId>,
    pub app_role_assignment_required: bool,
    pub app_roles: Vec<crate::graph::AppRole>,
    pub application_template_id: Null,
    pub deletion_timestamp: Null,
    pub display_name: Option<String>,
    pub error_url: Null,
    pub homepage: Option<String>,
    pub informational_urls: Value,
    pub key_credentials: NoItems,
    pub logout_url: Option<String>,
    pub notification_email_addresses: NoItems,
    pub oauth2_permissions: Vec<crate::graph::PermissionScope>,
    pub object_id: ObjectId,
    /// `ServicePrincipal`.
    pub object_type: String,
    /// `Microsoft.DirectoryServices.ServicePrincipal`.
    #[serde(rename = "odata.type")]
    pub odata_type: String,
    pub password_credentials: NoItems,
    pub preferred_single_sign_on_mode: Null,
    pub preferred_token_signing_key_end_date_time: Null,
    pub preferred_token_signing_key_thumbprint: Null,
    pub publisher_name: Option<String>,
    pub reply_urls: Vec<String>,
    pub saml_metadata_url: Null,
    pub saml_single_sign_on_settings: Null,
    pub service_principal_names: Vec<String>,
    pub service_principal_type: Option<String>,
    pub sign_in_audience: Option<String>,
    pub tags: NoItems,
    pub token_encryption_key_id: Null,
}

impl From<&crate::graph::ServicePrincipal> for LegacyServicePrincipal {
    fn from(it: &crate::graph::ServicePrincipal) -> Self {
        Self {
            account_enabled: if it.account_enabled { "True" } else { "False" }.to_owned(),
            add_ins: NoItems,
            alternative_names: NoItems,
            app_display_name: it.app_display_name.clone(),
            app_id: it.app_id,
            app_owner_tenant_id: it.app_owner_organization_id,
            app_role_assignment_required: it.app_role_assignment_required,
            app_roles: it.app_roles.clone(),
            application_template_id: Null,
            deletion_timestamp: Null,
            display_name: it.display_name.clone(),
            error_url: Null,
            homepage: it.homepage.clone(),
            informational_urls: crate::graph::application::nulls(&[
                "marketing",
                "privacy",
                "support",
                "termsOfService",
            ]),
            key_credentials: NoItems,
            logout_url: it.logout_url.clone(),
            notification_email_addresses: NoItems,
            oauth2_permissions: it.oauth2_permission_scopes.clone(),
            object_id: it.id,
            object_type: "ServicePrincipal".to_owned(),
            odata_type: "Microsoft.DirectoryServices.ServicePrincipal".to_owned(),
            password_credentials: NoItems,
            preferred_single_sign_on_mode: Null,
            preferred_token_signing_key_end_date_time: Null,
            preferred_token_signing_key_thumbprint: Null,
            publisher_name: None,
            reply_urls: it.reply_urls.clone(),
            saml_metadata_url: Null,
            saml_single_sign_on_settings: Null,
            service_principal_names: it.service_principal_names.clone(),
            service_principal_type: it.service_principal_type.clone(),
            sign_in_audience: it.sign_in_audience.clone(),
            tags: NoItems,
            token_encryption_key_id: Null,
        }
    }
}
