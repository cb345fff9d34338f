//! Clients that act for people: who they are, whether a tenant lets them, and what they have to show.

use doorward_domain::application::{ConsentType, PermissionScope, Platform};
use doorward_domain::client::{Client, PlatformRefusal};
use doorward_domain::client_credentials::ClientRefusal;
use doorward_domain::consent::{self, Asked, ScopeRefusal, Weighed};
use doorward_domain::group::MemberKind;
use doorward_domain::resource::{FirstParty, Resource, client};
use doorward_domain::service_principal::ServicePrincipal;
use doorward_domain::tenant::Tenant;
use doorward_domain::tenant_settings::{Setting, TenantSettings};
use doorward_domain::token::claims::ClientProof;
use doorward_names::{AppId, ObjectId, TenantId, TenantName};
use doorward_protocol::oauth::{ClientSecret, MICROSOFT_GRAPH, Target};
use doorward_store::{self as store, QueryError, View};
use std::sync::Arc;

use super::client_credentials::{name_of, verify};
use super::{StsError, resource, throttle, told};
use crate::ctx::Ctx;

/// What a client shows at the token endpoint.
#[derive(Clone)]
pub struct Shown {
    /// Its secret.
    pub secret: Option<ClientSecret>,
    /// The origin of the page that asks, where one does (RFC 6454 §7).
    pub origin: Option<String>,
}

/// A client that the tenant lets in; only [`admit`] and [`prove`] make one.
#[derive(Clone)]
pub struct AdmittedClient {
    client: Client,
    principal: ServicePrincipal,
    proof: ClientProof,
}

impl AdmittedClient {
    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Its service principal in the tenant.
    pub fn principal(&self) -> &ServicePrincipal {
        &self.principal
    }

    /// How it proved itself.
    pub fn proof(&self) -> ClientProof {
        self.proof
    }
}

/// The client with this id, wherever it is registered.
///
/// # Errors
/// When the store fails.
pub async fn find(ctx: &Ctx, app_id: AppId) -> Result<Option<Client>, StsError> {
    if client::display_name(app_id).is_some() {
        return Ok(Some(Client::BuiltIn(app_id)));
    }
    let find = move |view: &View<'_>| store::application::find_anywhere(view, app_id);
    let found = ctx.app.store.read::<_, QueryError>(find).await?;
    Ok(found.map(|application| Client::Registered(Box::new(application))))
}

/// The client that a request names, wherever it is registered.
///
/// # Errors
/// [`StsError::ClientUnknown`], told of the tenant in the path.
pub async fn named(ctx: &Ctx, client_id: &str, segment: &str) -> Result<Client, StsError> {
    let found = match client_id.parse() {
        Ok(id) => find(ctx, id).await?,
        Err(_) => None,
    };
    found.ok_or_else(|| StsError::ClientUnknown {
        client: client_id.chars().filter(|c| !c.is_control()).take(64).collect(),
        tenant: segment.to_owned(),
    })
}

/// The client with this id, when people of `tenant` may sign in to it: it is open to them, and its service principal there is
/// enabled.
///
/// # Errors
/// [`StsError::ClientUnknown`], [`StsError::NoServicePrincipal`], [`StsError::Client`], [`StsError::Platform`].
pub async fn admit(ctx: &Ctx, tenant: TenantId, app_id: AppId) -> Result<AdmittedClient, StsError> {
    let Some(client) = find(ctx, app_id).await? else {
        return Err(StsError::ClientUnknown {
            client: app_id.to_string(),
            tenant: name_of(&*known(ctx, tenant).await?),
        });
    };
    admit_found(ctx, tenant, client).await
}

/// As [`admit`], of a client that was found.
///
/// # Errors
/// As [`admit`].
pub async fn admit_found(ctx: &Ctx, tenant: TenantId, client: Client) -> Result<AdmittedClient, StsError> {
    let app_id = client.app_id();
    client
        .admit_tenant(tenant)
        .map_err(|refusal| StsError::Platform(refusal, app_id))?;
    let record = ctx.app.snapshots.client(tenant, app_id).await?;
    let principal = record.and_then(|record| record.service_principal.clone());
    let name = async || Ok::<_, StsError>(name_of(&*known(ctx, tenant).await?));
    match principal {
        None => Err(StsError::NoServicePrincipal {
            client: app_id.to_string(),
            tenant: name().await?,
        }),
        Some(principal) if !principal.enabled => Err(StsError::Client {
            refusal: ClientRefusal::Disabled,
            client: app_id,
            tenant: name().await?,
        }),
        Some(principal) => Ok(AdmittedClient {
            client,
            principal,
            proof: ClientProof::None,
        }),
    }
}

async fn known(ctx: &Ctx, tenant: TenantId) -> Result<Arc<Tenant>, StsError> {
    let found = ctx.app.snapshots.tenant(&TenantName::Id(tenant)).await?;
    found.ok_or_else(|| StsError::TenantUnknown(tenant.to_string()))
}

/// As [`admit`], of a client that redeems what was given to `platform`: a server proves itself, a page asks from its own
/// origin, and neither passes for the other.
///
/// # Errors
/// As [`admit`], and why it proves nothing.
pub async fn prove(
    ctx: &Ctx,
    tenant: TenantId,
    (app_id, platform): (AppId, Platform),
    shown: &Shown,
) -> Result<AdmittedClient, StsError> {
    let admitted = admit(ctx, tenant, app_id).await?;
    let told = |refusal| StsError::Platform(refusal, app_id);
    let client = &admitted.client;
    client
        .admit_origin(platform, shown.origin.as_deref())
        .map_err(told)?;
    client
        .admit_secret(platform, shown.secret.is_some())
        .map_err(told)?;
    if platform != Platform::Web {
        return Ok(admitted);
    }
    let tenant = known(ctx, tenant).await?;
    let Some(secret) = &shown.secret else {
        return Err(StsError::Client {
            refusal: ClientRefusal::NoSecret,
            client: app_id,
            tenant: name_of(&tenant),
        });
    };
    let record = ctx.app.snapshots.client(tenant.id, app_id).await?;
    let Some(record) = record else {
        let unknown = StsError::ClientUnknown {
            client: app_id.to_string(),
            tenant: name_of(&tenant),
        };
        return Err(throttle::unknown_client(ctx, tenant.id, unknown).await);
    };
    verify(ctx, &tenant, &record, secret).await?;
    Ok(AdmittedClient {
        proof: ClientProof::Secret,
        ..admitted
    })
}

/// Refuses a page's request for what no page is given.
///
/// # Errors
/// When a page asks.
pub fn not_from_page(shown: &Shown, client_id: &str) -> Result<(), StsError> {
    match &shown.origin {
        None => Ok(()),
        Some(origin) => {
            let origin = origin.chars().take(256).collect();
            let client = client_id.parse().unwrap_or(AppId::from_u128(0));
            Err(StsError::Platform(PlatformRefusal::OtherOrigin(origin), client))
        }
    }
}

/// What is allowed and forbidden in a tenant.
///
/// # Errors
/// When the store fails.
pub async fn settings(ctx: &Ctx, tenant: TenantId) -> Result<TenantSettings, StsError> {
    let mode = ctx.app.mode();
    let read = move |view: &View<'_>| store::tenant_setting::of(view, tenant, mode);
    Ok(ctx.app.store.read::<_, QueryError>(read).await?)
}

/// Whether the tenant admits built-in clients of the time before code challenges.
///
/// # Errors
/// When the store fails.
pub async fn admits_legacy(ctx: &Ctx, tenant: TenantId) -> Result<bool, StsError> {
    Ok(settings(ctx, tenant).await?.is_on(Setting::LegacyClients))
}

/// What somebody has to agree to, by resource.
type Missing = Vec<(Resource, Vec<PermissionScope>)>;

/// What a client asks for, as it stands.
pub struct Weighing {
    /// The resource that tokens are asked for.
    pub resource: Resource,
    /// What the client may do there (`scp`).
    pub scopes: Vec<String>,
    /// What somebody has to agree to first.
    pub missing: Missing,
}

impl Weighing {
    /// Whether a person can agree to all that is missing.
    pub fn is_for_people(&self) -> bool {
        let mut scopes = self.missing.iter().flat_map(|(_, scopes)| scopes);
        scopes.all(|scope| scope.consent == ConsentType::User)
    }
}

/// What a client asks for a person of a tenant, and what it may do there. Signing in is asked of Microsoft Graph, whatever else
/// is asked for, as Azure has it.
///
/// # Errors
/// [`StsError::ResourceUnknown`], [`StsError::NotAssigned`], [`StsError::ScopeUnknown`], [`StsError::ConsentRequired`].
pub async fn weigh(
    ctx: &Ctx,
    (tenant, person): (TenantId, ObjectId),
    client: &Client,
    target: &Target,
) -> Result<Weighing, StsError> {
    let requested = target.resource.as_deref().unwrap_or(MICROSOFT_GRAPH);
    let resource = resource::find(ctx, tenant, requested).await?;
    let whom = (tenant, person, MemberKind::User);
    let record = ctx.app.snapshots.client(tenant, client.app_id()).await?;
    if let Some(principal) = record
        .as_ref()
        .and_then(|record| record.service_principal.as_ref())
    {
        told::let_in(ctx, whom, &as_application(client, principal)).await?;
    }
    if resource.app_id != client.app_id() {
        told::let_in(ctx, whom, &resource).await?;
    }
    let (scopes, missing) = match client.registration() {
        Some(_) => weigh_registered(ctx, (tenant, person), client, (&resource, target)).await?,
        None => {
            let weighed = consent::weigh(client, &resource, asked(target), &[]);
            (
                weighed.map_err(|refusal| told(client, &refusal))?.scopes,
                Vec::new(),
            )
        }
    };
    Ok(Weighing {
        resource,
        scopes,
        missing,
    })
}

/// What a registered client may do, and what somebody has to agree to first.
async fn weigh_registered(
    ctx: &Ctx,
    (tenant, person): (TenantId, ObjectId),
    client: &Client,
    (resource, target): (&Resource, &Target),
) -> Result<(Vec<String>, Missing), StsError> {
    let graph = Resource::from(FirstParty::MicrosoftGraph);
    let is_graph = resource.app_id == graph.app_id;
    let agreed = async |resource| agreed(ctx, (tenant, person), (client.app_id(), resource)).await;
    let here = agreed(resource.app_id).await?;
    let on_graph = match is_graph {
        true => here.clone(),
        false => agreed(graph.app_id).await?,
    };
    let words: Vec<_> = sign_in_words(target).map(str::to_owned).collect();
    let on_graph = consent::on_graph(on_graph, &here, &words);
    let weigh = |resource: &Resource, asked: Asked<'_>, agreed: &[String]| {
        consent::weigh(client, resource, asked, agreed).map_err(|refusal| told(client, &refusal))
    };
    let agreed = if is_graph { &on_graph } else { &here };
    let Weighed {
        mut scopes,
        mut missing,
    } = weigh(resource, asked(target), agreed)?;
    // It is no scope of Graph's, but says how long the client may do all else.
    scopes.retain(|scope| scope != "offline_access");
    let mut of_sign_in = weigh(&graph, Asked::Named(&words), &on_graph)?.missing;
    if is_graph {
        of_sign_in.retain(|scope| !missing.contains(scope));
        missing.append(&mut of_sign_in);
    }
    let mut all = vec![(resource.clone(), missing), (graph, of_sign_in)];
    all.retain(|(_, scopes)| !scopes.is_empty());
    Ok((scopes, all))
}

/// A client as an application that lets people in.
fn as_application(client: &Client, principal: &ServicePrincipal) -> Resource {
    let known = match client.registration() {
        Some(application) => Resource::from(application.clone()),
        None => Resource {
            app_id: client.app_id(),
            first_party: None,
            name: client::display_name(client.app_id()).map(str::to_owned),
            ..Resource::from(FirstParty::MicrosoftGraph)
        },
    };
    known.seen_by(principal)
}

/// What was agreed to for a client on a resource.
async fn agreed(
    ctx: &Ctx,
    (tenant, person): (TenantId, ObjectId),
    (client, resource): (AppId, AppId),
) -> Result<Vec<String>, StsError> {
    let principal = async |app_id| {
        let record = ctx.app.snapshots.client(tenant, app_id).await?;
        Ok::<_, StsError>(record.and_then(|record| record.service_principal.as_ref().map(|p| p.id)))
    };
    let (Some(client), Some(resource)) = (principal(client).await?, principal(resource).await?) else {
        return Ok(Vec::new());
    };
    let read =
        move |view: &View<'_>| store::permission_grant::agreed(view, tenant, (client, resource), person);
    Ok(ctx.app.store.read::<_, QueryError>(read).await?)
}

fn asked(target: &Target) -> Asked<'_> {
    match &target.resource {
        None => Asked::Named(&[]),
        Some(_) if target.scopes.is_empty() || target.is_default() => Asked::Default,
        Some(_) => Asked::Named(&target.scopes),
    }
}

/// The scopes of sign-in that were asked for.
pub fn sign_in_words(target: &Target) -> impl Iterator<Item = &'static str> {
    let asked = [
        ("openid", target.openid),
        ("profile", target.profile),
        ("email", target.email),
        ("offline_access", target.offline_access),
    ];
    asked
        .into_iter()
        .filter(|(_, asked)| *asked)
        .map(|(word, _)| word)
}

/// What is said of scopes that cannot be had.
pub fn told(client: &Client, refusal: &ScopeRefusal) -> StsError {
    match refusal {
        ScopeRefusal::Unknown(scope) => StsError::ScopeUnknown(scope.clone()),
        ScopeRefusal::Nothing => StsError::ConsentRequired(client.app_id()),
    }
}
