//! The client credentials grant (RFC 6749 §4.4).

use doorward_domain::audit::Event;
use doorward_domain::client_credentials::{self as rule, ClientRefusal, VerifiedClient};
use doorward_domain::group::MemberKind;
use doorward_domain::resource::FirstParty;
use doorward_domain::tenant::Tenant;
use doorward_domain::token::claims::{AccessToken, ClientProof, Subject};
use doorward_domain::token::optional;
use doorward_names::AppId;
use doorward_protocol::oauth::{ClientSecret, Target};
use doorward_protocol::paths::EndpointVersion;

use super::issue::{self, Granted};
use super::{StsError, resource, tenant, throttle, to_wire, told};
use crate::ctx::Ctx;
use crate::http::Response;
use crate::snapshots::ClientRecord;

/// What the client sent.
pub struct Asked {
    /// The client.
    pub client_id: String,
    /// Its secret.
    pub secret: ClientSecret,
    /// For what.
    pub target: Target,
    /// Whether it understands challenges of a resource.
    pub capable: bool,
}

/// Verifies the client, decides, issues.
pub async fn grant(
    ctx: &Ctx,
    (segment, version): (&str, EndpointVersion),
    asked: Asked,
) -> Result<Response, StsError> {
    let tenant = tenant::named(ctx, segment).await?;
    let record = find(ctx, &tenant, &asked.client_id).await?;
    let client = verify(ctx, &tenant, &record, &asked.secret).await?;
    let requested = asked.target.resource.unwrap_or_default();
    let resource = resource::find(ctx, tenant.id, &requested).await?;
    let principal = (tenant.id, client.service_principal());
    told::let_in(
        ctx,
        (principal.0, principal.1, MemberKind::ServicePrincipal),
        &resource,
    )
    .await?;
    let roles = match resource.first_party {
        Some(FirstParty::MicrosoftGraph) => {
            let granted = record.permissions.iter();
            granted.map(|permission| permission.name().to_owned()).collect()
        }
        _ => told::of_application(ctx, principal, &resource).await?,
    };
    let token = AccessToken {
        version: resource.token_version,
        audience: resource.audience(&requested),
        tenant: tenant.id,
        client: client.app_id(),
        proof: ClientProof::Secret,
        sub: client.service_principal().to_string(),
        subject: Subject::Application {
            service_principal: client.service_principal(),
            roles,
        },
        validity: ctx.app.validity(ctx.now),
        capable: asked.capable && resource.first_party.is_some(),
        uti: issue::fresh_uti(),
        optional: optional::of_application(&resource.optional_claims),
    };
    let mut audit = ctx.audit(tenant.id, Event::TokenIssued);
    audit.actor = Some(client.service_principal());
    audit.client = Some(client.app_id());
    audit.uti = Some(token.uti.clone());
    audit.detail = format!("client_credentials for {}", resource.app_id);
    let access_token = issue::sign_and_record(ctx, &token, audit).await?;
    let granted = Granted::for_application(access_token, token.validity);
    Ok(to_wire::token_response(version, &granted, &requested))
}

async fn find(ctx: &Ctx, tenant: &Tenant, client_id: &str) -> Result<std::sync::Arc<ClientRecord>, StsError> {
    let unknown = || StsError::ClientUnknown {
        client: client_id.to_owned(),
        tenant: name_of(tenant),
    };
    let found = match client_id.parse::<AppId>() {
        Ok(app_id) => ctx.app.snapshots.client(tenant.id, app_id).await?,
        Err(_) => None,
    };
    match found {
        Some(record) => Ok(record),
        None => Err(throttle::unknown_client(ctx, tenant.id, unknown()).await),
    }
}

/// Checks the secret first, and slows down only who failed.
pub(super) async fn verify(
    ctx: &Ctx,
    tenant: &Tenant,
    record: &ClientRecord,
    secret: &ClientSecret,
) -> Result<VerifiedClient, StsError> {
    let Some(principal) = &record.service_principal else {
        let app = record
            .application
            .as_ref()
            .map(|a| a.app_id.to_string())
            .unwrap_or_default();
        return Err(StsError::NoServicePrincipal {
            client: app,
            tenant: name_of(tenant),
        });
    };
    let presented = ctx.app.hasher.candidates_of_client(secret.text.expose());
    match rule::authenticate(
        principal,
        (&record.credentials, ctx.ticket.as_deref()),
        Some(&presented),
        ctx.now,
    ) {
        Ok(client) => Ok(client),
        Err(refusal) => {
            let error = StsError::Client {
                refusal,
                client: principal.app_id,
                tenant: name_of(tenant),
            };
            let mut audit = ctx.audit(tenant.id, Event::TokenRefused);
            audit.actor = Some(principal.id);
            audit.client = Some(principal.app_id);
            audit.detail = refusal.to_string();
            let guess = matches!(refusal, ClientRefusal::WrongSecret);
            Err(throttle::refused(ctx, &principal.app_id.to_string(), audit, (error, guess)).await)
        }
    }
}

/// How a tenant is named in an error: as Azure does, by its display name.
pub fn name_of(tenant: &Tenant) -> String {
    tenant.display_name.as_str().to_owned()
}
