//! From domain values to Graph's objects.

use doorward_domain::application::{Application, PasswordCredential, SignInAudience};
use doorward_domain::directory::{DirectoryRole, Permission};
use doorward_domain::group::Group;
use doorward_domain::guest::Guest;
use doorward_domain::resource::{FirstParty, Resource};
use doorward_domain::service_principal::{ServicePrincipal, ServicePrincipalKind};
use doorward_domain::tenant::Tenant;
use doorward_domain::user::{User, UserKind};
use doorward_names::DisplayName;
use doorward_protocol::graph as wire;
use doorward_protocol::{NoItems, Null};

use super::application_parts;

/// A user with the properties that are shown without `$select`.
pub fn user(user: &User) -> wire::User {
    wire::User {
        mail: user.guest.as_ref().map(|guest| guest.email.clone()),
        ..wire::User::new(user.id, user.upn.to_string(), user.display_name.to_string())
    }
}

/// A user with every property there is, for `$select` to choose from.
pub fn whole_user(from: &User) -> wire::User {
    let kind = match from.kind {
        UserKind::Member => "Member",
        UserKind::Guest => "Guest",
    };
    let guest = from.guest.as_ref();
    wire::User {
        account_enabled: Some(from.enabled),
        created_date_time: Some(from.created_at),
        mail_nickname: Some(from.mail_nickname.clone()),
        user_type: Some(kind.to_owned()),
        creation_type: guest.map(|_| "Invitation".to_owned()),
        external_user_state: guest.map(|guest| external_state(guest).to_owned()),
        external_user_state_change_date_time: guest.map(|guest| guest.since),
        sign_in_sessions_valid_from_date_time: from.sessions_revoked_at.or(Some(from.created_at)),
        ..user(from)
    }
}

const fn external_state(guest: &Guest) -> &'static str {
    match guest.home {
        None => "PendingAcceptance",
        Some(_) => "Accepted",
    }
}

/// An application with its passwords, without their texts.
pub fn application(
    from: &Application,
    passwords: &[PasswordCredential],
    tenant: &Tenant,
) -> wire::Application {
    let parts = application_parts::shown_parts(from);
    wire::Application {
        id: from.id,
        app_id: from.app_id,
        created_date_time: Some(from.created_at),
        display_name: Some(from.display_name.to_string()),
        identifier_uris: from.identifier_uris.iter().map(ToString::to_string).collect(),
        publisher_domain: Some(tenant.default_domain.to_string()),
        sign_in_audience: Some(audience(from.audience).to_owned()),
        api: application_parts::shown_api(from),
        app_roles: from.roles.iter().map(application_parts::shown_role).collect(),
        group_membership_claims: application_parts::shown_group_claims(from.group_claims),
        is_fallback_public_client: from.sign_in.fallback_public,
        optional_claims: parts.claims,
        public_client: parts.public_client,
        required_resource_access: parts.required,
        spa: parts.spa,
        web: parts.web,
        password_credentials: passwords.iter().map(password).collect(),
        constants: wire::ApplicationConstants::default(),
    }
}

/// The word for who may sign in.
pub const fn audience(audience: SignInAudience) -> &'static str {
    match audience {
        SignInAudience::SingleTenant => "AzureADMyOrg",
        SignInAudience::MultiTenant => "AzureADMultipleOrgs",
    }
}

/// A service principal; `application` is its registration, for all but the built-in ones.
pub fn service_principal(
    from: &ServicePrincipal,
    application: Option<&Application>,
    passwords: &[PasswordCredential],
) -> wire::ServicePrincipal {
    let built_in = FirstParty::ALL.into_iter().find(|r| r.app_id() == from.app_id);
    let mut names = vec![from.app_id.to_string()];
    names.extend(
        application
            .into_iter()
            .flat_map(|a| a.identifier_uris.iter().map(ToString::to_string)),
    );
    names.extend(
        built_in
            .into_iter()
            .flat_map(|r| r.uris().iter().map(|uri| (*uri).to_owned())),
    );
    let roles = match built_in {
        Some(FirstParty::MicrosoftGraph) => Permission::ALL.into_iter().filter_map(app_role).collect(),
        _ => application
            .iter()
            .flat_map(|a| a.roles.iter().map(application_parts::shown_role))
            .collect(),
    };
    let sign_in = application.map(|a| &a.sign_in);
    wire::ServicePrincipal {
        id: from.id,
        account_enabled: from.enabled,
        app_display_name: Some(
            application
                .map_or(&from.display_name, |a| &a.display_name)
                .to_string(),
        ),
        app_id: from.app_id,
        app_owner_organization_id: from.app_owner,
        app_role_assignment_required: from.assignment_required,
        app_roles: roles,
        created_date_time: Some(from.created_at),
        display_name: Some(from.display_name.to_string()),
        password_credentials: passwords.iter().map(password).collect(),
        service_principal_names: names,
        service_principal_type: Some(
            match from.kind {
                ServicePrincipalKind::Application | ServicePrincipalKind::FirstParty => "Application",
                ServicePrincipalKind::ManagedIdentity => "ManagedIdentity",
            }
            .to_owned(),
        ),
        sign_in_audience: Some(
            application
                .map_or("AzureADMultipleOrgs", |a| audience(a.audience))
                .to_owned(),
        ),
        homepage: sign_in.and_then(|s| s.home_page.as_ref().map(ToString::to_string)),
        logout_url: sign_in.and_then(|s| s.logout.as_ref().map(ToString::to_string)),
        oauth2_permission_scopes: match built_in {
            Some(first_party) => {
                let offered = Resource::from(first_party).offered();
                offered.iter().map(application_parts::shown_scope).collect()
            }
            None => application
                .iter()
                .flat_map(|a| a.scopes.iter().map(application_parts::shown_scope))
                .collect(),
        },
        reply_urls: sign_in
            .iter()
            .flat_map(|s| s.redirects.iter().map(|known| known.uri.to_string()))
            .collect(),
        constants: wire::ServicePrincipalConstants::default(),
    }
}

fn app_role(permission: Permission) -> Option<wire::AppRole> {
    let name = permission.name().to_owned();
    Some(wire::AppRole {
        allowed_member_types: vec!["Application".to_owned()],
        description: Some(name.clone()),
        display_name: Some(name.clone()),
        id: permission.app_role_id()?,
        is_enabled: true,
        origin: Some("Application".to_owned()),
        value: Some(name),
    })
}

/// A group.
pub fn group(from: &Group) -> wire::Group {
    wire::Group {
        id: from.id,
        created_date_time: Some(from.created_at),
        description: from.description.clone(),
        display_name: Some(from.display_name.to_string()),
        group_types: NoItems,
        mail_enabled: false,
        mail_nickname: Some(from.mail_nickname.to_string()),
        renewed_date_time: Some(from.created_at),
        security_enabled: true,
        security_identifier: Some(wire::security_identifier(from.id)),
        constants: wire::GroupConstants::default(),
    }
}

/// A password without its text.
pub fn password(from: &PasswordCredential) -> wire::PasswordCredential {
    wire::PasswordCredential {
        custom_key_identifier: Null,
        display_name: from.display_name.as_ref().map(DisplayName::to_string),
        end_date_time: Some(from.ends_at),
        hint: Some(from.hint.clone()),
        key_id: from.id,
        secret_text: None,
        start_date_time: Some(from.starts_at),
    }
}

/// The tenant.
pub fn organization(from: &Tenant) -> wire::Organization {
    let domain = |name: &doorward_names::DomainName| wire::VerifiedDomain {
        capabilities: Some(String::new()),
        is_default: *name == from.default_domain,
        is_initial: *name == from.default_domain,
        name: name.to_string(),
        kind: Some("Managed".to_owned()),
    };
    wire::Organization {
        id: from.id,
        deleted_date_time: Null,
        business_phones: NoItems,
        country_letter_code: Null,
        created_date_time: Some(from.created_at),
        display_name: Some(from.display_name.to_string()),
        tenant_type: Some("AAD".to_owned()),
        verified_domains: from.domains.iter().map(domain).collect(),
        assigned_plans: NoItems,
        provisioned_plans: NoItems,
    }
}

/// An activated directory role; every role is, and its id is its template's.
pub fn directory_role(role: DirectoryRole) -> wire::DirectoryRole {
    wire::DirectoryRole {
        id: role.template_id().to_string(),
        deleted_date_time: Null,
        description: None,
        display_name: Some(role.display_name().to_owned()),
        role_template_id: role.template_id(),
    }
}

/// The definition of a directory role.
pub fn role_definition(role: DirectoryRole) -> wire::RoleDefinition {
    wire::RoleDefinition {
        id: role.template_id().to_string(),
        description: None,
        display_name: Some(role.display_name().to_owned()),
        is_built_in: true,
        is_enabled: true,
        resource_scopes: vec!["/".to_owned()],
        template_id: Some(role.template_id()),
        version: Some("1".to_owned()),
        role_permissions: vec![],
    }
}

/// Who holds a directory role.
pub fn role_assignment(from: &doorward_store::directory_role::RoleAssignment) -> wire::RoleAssignment {
    wire::RoleAssignment {
        id: from.id.to_string(),
        principal_id: from.principal,
        role_definition_id: from.role.template_id().to_string(),
        directory_scope_id: Some("/".to_owned()),
    }
}
