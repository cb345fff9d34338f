//! What is to be said of an application: from Graph's shapes into the registration.

use doorward_domain::application::{
    AccessKind, AppRole, Application, ConsentType, GroupClaims, OptionalClaim, OptionalClaims,
    PermissionScope, Platform, PreAuthorized, RequiredAccess, RoleHolders, SignInAudience,
};
use doorward_domain::token::TokenVersion;
use doorward_names::{AppId, RedirectUri};
use doorward_protocol::graph as wire;

use super::GraphError;

/// Says of `application` what was asked; what is missing stays as it is.
pub fn apply(asked: &wire::RequestedParts, application: &mut Application) -> Result<(), GraphError> {
    if let Some(text) = &asked.sign_in_audience {
        application.audience = audience(text)?;
    }
    if let Some(api) = &asked.api {
        apply_api(api, application)?;
    }
    if let Some(web) = &asked.web {
        apply_web(web, application)?;
    }
    for (part, platform) in [
        (&asked.spa, Platform::SinglePage),
        (&asked.public_client, Platform::Public),
    ] {
        if let Some(uris) = part.as_ref().and_then(|part| part.redirect_uris.as_ref()) {
            application.sign_in.set(platform, redirects(uris)?);
        }
    }
    if let Some(public) = asked.is_fallback_public_client {
        application.sign_in.fallback_public = public;
    }
    if let Some(roles) = &asked.app_roles {
        application.roles = roles.iter().map(role).collect::<Result<_, _>>()?;
    }
    if let Some(required) = &asked.required_resource_access {
        application.required = required_access(required)?;
    }
    if let Some(groups) = &asked.group_membership_claims {
        application.group_claims = group_claims(groups.as_deref())?;
    }
    if let Some(claims) = &asked.optional_claims {
        application.optional_claims = claims
            .as_ref()
            .map(optional_claims)
            .transpose()?
            .unwrap_or_default();
    }
    Ok(())
}

fn audience(text: &str) -> Result<SignInAudience, GraphError> {
    match text {
        "AzureADMyOrg" => Ok(SignInAudience::SingleTenant),
        "AzureADMultipleOrgs" => Ok(SignInAudience::MultiTenant),
        _ => Err(invalid(
            "signInAudience is AzureADMyOrg or AzureADMultipleOrgs here.",
        )),
    }
}

fn apply_api(api: &wire::RequestedApi, application: &mut Application) -> Result<(), GraphError> {
    let unsupported = [
        api.accept_mapped_claims == Some(true),
        api.known_client_applications
            .as_ref()
            .is_some_and(|known| !known.is_empty()),
    ];
    if unsupported.contains(&true) {
        return Err(invalid(
            "acceptMappedClaims and knownClientApplications are not supported here; leave them out.",
        ));
    }
    if let Some(version) = api.requested_access_token_version {
        application.token_version = match version {
            None | Some(1) => TokenVersion::V1,
            Some(2) => TokenVersion::V2,
            Some(_) => return Err(invalid("requestedAccessTokenVersion is null, 1 or 2.")),
        };
    }
    if let Some(scopes) = &api.oauth2_permission_scopes {
        application.scopes = scopes.iter().map(scope).collect::<Result<_, _>>()?;
    }
    if let Some(clients) = &api.pre_authorized_applications {
        let pre_authorized = |client: &wire::PreAuthorizedApplication| PreAuthorized {
            client: client.app_id,
            scopes: client.delegated_permission_ids.clone(),
        };
        application.pre_authorized = clients.iter().map(pre_authorized).collect();
    }
    Ok(())
}

fn scope(asked: &wire::PermissionScope) -> Result<PermissionScope, GraphError> {
    let text = |text: &Option<String>| words(text.as_deref(), &asked.value);
    Ok(PermissionScope {
        id: asked.id,
        value: asked.value.clone(),
        enabled: asked.is_enabled,
        consent: match asked.consent_type.as_deref() {
            None | Some("User") => ConsentType::User,
            Some("Admin") => ConsentType::Admin,
            Some(_) => return Err(invalid("The type of a permission scope is User or Admin.")),
        },
        for_administrators: (
            text(&asked.admin_consent_display_name)?,
            text(&asked.admin_consent_description)?,
        ),
        for_people: (
            shown(asked.user_consent_display_name.as_deref())?,
            shown(asked.user_consent_description.as_deref())?,
        ),
    })
}

fn role(asked: &wire::AppRole) -> Result<AppRole, GraphError> {
    let has = |word: &str| asked.allowed_member_types.iter().any(|known| known == word);
    let known = |word: &String| matches!(word.as_str(), "User" | "Application");
    if !asked.allowed_member_types.iter().all(known) {
        return Err(invalid(
            "allowedMemberTypes of an app role are User and Application.",
        ));
    }
    let value = asked.value.clone().filter(|value| !value.is_empty());
    let text = |text: &Option<String>| words(text.as_deref(), value.as_deref().unwrap_or_default());
    Ok(AppRole {
        id: asked.id,
        enabled: asked.is_enabled,
        holders: RoleHolders {
            people: has("User"),
            applications: has("Application"),
        },
        name: text(&asked.display_name)?,
        description: text(&asked.description)?,
        value,
    })
}

/// A text for people, or what stands for it.
fn words(text: Option<&str>, instead: &str) -> Result<String, GraphError> {
    Ok(shown(text)?.unwrap_or_else(|| instead.to_owned()))
}

fn shown(text: Option<&str>) -> Result<Option<String>, GraphError> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return Ok(None);
    };
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    match text.chars().count() > 1000 || text.chars().any(control) {
        true => Err(invalid(
            "A name or description for people has at most 1000 characters, none of them a control character.",
        )),
        false => Ok(Some(text.to_owned())),
    }
}

fn apply_web(web: &wire::RequestedWeb, application: &mut Application) -> Result<(), GraphError> {
    let implicit = web.implicit_grant_settings.unwrap_or_default();
    if implicit.enable_access_token_issuance || implicit.enable_id_token_issuance {
        return Err(invalid(
            "Tokens come from the token endpoint alone here: enableAccessTokenIssuance and enableIdTokenIssuance are false.",
        ));
    }
    let sign_in = &mut application.sign_in;
    if let Some(uris) = &web.redirect_uris {
        sign_in.set(Platform::Web, redirects(uris)?);
    }
    for (asked, kept) in [
        (&web.home_page_url, &mut sign_in.home_page),
        (&web.logout_url, &mut sign_in.logout),
    ] {
        if let Some(asked) = asked {
            *kept = asked
                .as_deref()
                .filter(|text| !text.is_empty())
                .map(page)
                .transpose()?;
        }
    }
    Ok(())
}

fn page(text: &str) -> Result<RedirectUri, GraphError> {
    let uri: RedirectUri = text.parse()?;
    match uri.parts() {
        Some(_) => Ok(uri),
        None => Err(invalid(
            "homePageUrl and logoutUrl begin with https:// or http://.",
        )),
    }
}

fn redirects(texts: &[String]) -> Result<Vec<RedirectUri>, GraphError> {
    texts.iter().map(|text| Ok(text.parse()?)).collect()
}

fn required_access(asked: &[wire::RequiredResourceAccess]) -> Result<Vec<RequiredAccess>, GraphError> {
    let mut all: Vec<RequiredAccess> = Vec::new();
    for of_resource in asked {
        for access in &of_resource.resource_access {
            let each = RequiredAccess {
                resource: of_resource.resource_app_id,
                id: access.id,
                kind: match access.kind.as_str() {
                    "Scope" => AccessKind::Scope,
                    "Role" => AccessKind::Role,
                    _ => return Err(invalid("The type of a resource access is Scope or Role.")),
                },
            };
            if !all.contains(&each) {
                all.push(each);
            }
        }
    }
    Ok(all)
}

fn group_claims(text: Option<&str>) -> Result<GroupClaims, GraphError> {
    match text.unwrap_or_default() {
        "" | "None" => Ok(GroupClaims::None),
        "SecurityGroup" => Ok(GroupClaims::SecurityGroup),
        "All" => Ok(GroupClaims::All),
        "ApplicationGroup" => Ok(GroupClaims::ApplicationGroup),
        "DirectoryRole" => Ok(GroupClaims::DirectoryRole),
        _ => Err(invalid(
            "groupMembershipClaims is None, SecurityGroup, All, ApplicationGroup or DirectoryRole.",
        )),
    }
}

fn optional_claims(asked: &wire::OptionalClaims) -> Result<OptionalClaims, GraphError> {
    let list = |asked: &[wire::OptionalClaim]| asked.iter().map(optional_claim).collect::<Result<_, _>>();
    Ok(OptionalClaims {
        id_token: list(&asked.id_token)?,
        access_token: list(&asked.access_token)?,
        saml: list(&asked.saml2_token)?,
    })
}

fn optional_claim(asked: &wire::OptionalClaim) -> Result<OptionalClaim, GraphError> {
    let word = |text: &String| {
        (1..=128).contains(&text.len()) && text.chars().all(|c| c.is_ascii_graphic() && c != '"')
    };
    match word(&asked.name) && asked.additional_properties.iter().all(word) {
        true => Ok(OptionalClaim {
            name: asked.name.clone(),
            essential: asked.essential,
            properties: asked.additional_properties.clone(),
        }),
        false => Err(invalid(
            "An optional claim has a name and properties that are words.",
        )),
    }
}

fn invalid(text: &str) -> GraphError {
    GraphError::Invalid(text.to_owned())
}

/// An application's parts as Graph shows them.
pub fn shown_parts(from: &Application) -> Shown {
    let uris = |platform| {
        from.sign_in
            .of(platform)
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    let web = uris(Platform::Web);
    Shown {
        web: wire::ApplicationWeb {
            home_page_url: from.sign_in.home_page.as_ref().map(ToString::to_string),
            implicit_grant_settings: wire::ImplicitGrantSettings::default(),
            logout_url: from.sign_in.logout.as_ref().map(ToString::to_string),
            redirect_uri_settings: web
                .iter()
                .map(|uri| wire::RedirectUriSetting {
                    uri: uri.clone(),
                    ..wire::RedirectUriSetting::default()
                })
                .collect(),
            redirect_uris: web,
        },
        spa: wire::RedirectUris {
            redirect_uris: uris(Platform::SinglePage),
        },
        public_client: wire::RedirectUris {
            redirect_uris: uris(Platform::Public),
        },
        required: shown_required(&from.required),
        claims: (!from.optional_claims.is_empty()).then(|| {
            let list = |claims: &[OptionalClaim]| claims.iter().map(shown_claim).collect();
            wire::OptionalClaims {
                access_token: list(&from.optional_claims.access_token),
                id_token: list(&from.optional_claims.id_token),
                saml2_token: list(&from.optional_claims.saml),
            }
        }),
    }
}

/// What [`shown_parts`] gives.
pub struct Shown {
    /// As a web application.
    pub web: wire::ApplicationWeb,
    /// As a page in a browser.
    pub spa: wire::RedirectUris,
    /// As a program on a person's machine.
    pub public_client: wire::RedirectUris,
    /// What it means to ask for.
    pub required: Vec<wire::RequiredResourceAccess>,
    /// What its tokens say beyond the usual.
    pub claims: Option<wire::OptionalClaims>,
}

fn shown_claim(claim: &OptionalClaim) -> wire::OptionalClaim {
    wire::OptionalClaim {
        additional_properties: claim.properties.clone(),
        essential: claim.essential,
        name: claim.name.clone(),
        ..wire::OptionalClaim::default()
    }
}

fn shown_required(all: &[RequiredAccess]) -> Vec<wire::RequiredResourceAccess> {
    let mut resources: Vec<AppId> = Vec::new();
    for each in all {
        if !resources.contains(&each.resource) {
            resources.push(each.resource);
        }
    }
    let of = |resource: &AppId| {
        let own = all.iter().filter(|each| each.resource == *resource);
        own.map(|each| wire::ResourceAccess {
            id: each.id,
            kind: match each.kind {
                AccessKind::Scope => "Scope",
                AccessKind::Role => "Role",
            }
            .to_owned(),
        })
        .collect()
    };
    resources
        .iter()
        .map(|resource| wire::RequiredResourceAccess {
            resource_access: of(resource),
            resource_app_id: *resource,
        })
        .collect()
}

/// A scope as Graph shows it.
pub fn shown_scope(from: &PermissionScope) -> wire::PermissionScope {
    wire::PermissionScope {
        admin_consent_description: Some(from.for_administrators.1.clone()),
        admin_consent_display_name: Some(from.for_administrators.0.clone()),
        id: from.id,
        is_enabled: from.enabled,
        origin: doorward_protocol::Null,
        consent_type: Some(
            match from.consent {
                ConsentType::User => "User",
                ConsentType::Admin => "Admin",
            }
            .to_owned(),
        ),
        user_consent_description: from.for_people.1.clone(),
        user_consent_display_name: from.for_people.0.clone(),
        value: from.value.clone(),
    }
}

/// A role as Graph shows it.
pub fn shown_role(from: &AppRole) -> wire::AppRole {
    let types = [
        ("User", from.holders.people),
        ("Application", from.holders.applications),
    ];
    wire::AppRole {
        allowed_member_types: types
            .into_iter()
            .filter(|(_, may)| *may)
            .map(|(word, _)| word.to_owned())
            .collect(),
        description: Some(from.description.clone()),
        display_name: Some(from.name.clone()),
        id: from.id,
        is_enabled: from.enabled,
        origin: Some("Application".to_owned()),
        value: from.value.clone(),
    }
}

/// Which groups an application's tokens name, as Graph says it.
pub fn shown_group_claims(groups: GroupClaims) -> Option<String> {
    let word = match groups {
        GroupClaims::None => return None,
        GroupClaims::SecurityGroup => "SecurityGroup",
        GroupClaims::All => "All",
        GroupClaims::ApplicationGroup => "ApplicationGroup",
        GroupClaims::DirectoryRole => "DirectoryRole",
    };
    Some(word.to_owned())
}

/// An application's scopes and the clients that need nobody's consent for them.
pub fn shown_api(from: &Application) -> wire::ApplicationApi {
    wire::ApplicationApi {
        requested_access_token_version: match from.token_version {
            TokenVersion::V1 => None,
            TokenVersion::V2 => Some(2),
        },
        oauth2_permission_scopes: from.scopes.iter().map(shown_scope).collect(),
        pre_authorized_applications: from
            .pre_authorized
            .iter()
            .map(|each| wire::PreAuthorizedApplication {
                app_id: each.client,
                delegated_permission_ids: each.scopes.clone(),
            })
            .collect(),
        ..wire::ApplicationApi::default()
    }
}
