//! Sign-in on another device (RFC 8628): a device is given its codes here, and asks here until a person has answered on
//! the page for it.

use bytes::Bytes;
use doorward_domain::application::Platform;
use doorward_domain::client::PlatformRefusal;
use doorward_domain::device_grant::{
    DeviceGrant, INTERVAL, LIFETIME, PollRefusal, SignedInPerson, Stage, Wanted,
};
use doorward_domain::guest::HomeAccount;
use doorward_domain::throttle::source;
use doorward_names::{
    AppId, GeneratedSecret, ObjectId, SecretHash, SecretKind, SecretString, TenantId, TenantName, UserCode,
};
use doorward_protocol::oauth::{
    ClaimsRequest, DeviceCodeRequest, DeviceCodeResponseV1, DeviceCodeResponseV2, Target,
};
use doorward_protocol::paths::{DEVICE_LOGIN, EndpointVersion};
use doorward_store::{self as store, QueryError, Tx, View};
use http::StatusCode;
use http::request::Parts;

use super::client::{self, Shown};
use super::issue::{IdTokenWish, NewSession, Person, new_session};
use super::seat::Seated;
use super::token::read_form;
use super::{StsError, issue_for_person, tenant, throttle, to_wire};
use crate::ctx::Ctx;
use crate::entropy;
use crate::http::{Response, json};
use crate::web::words;

/// How often another person's code is drawn when one is in use.
const DRAWS: usize = 4;

/// POST /{tenant}/oauth2/devicecode and POST /{tenant}/oauth2/v2.0/devicecode
pub async fn begin<B>(
    ctx: &Ctx,
    (segment, version): (&str, EndpointVersion),
    head: &Parts,
    body: B,
) -> Result<Response, StsError>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let form = read_form(head, body).await?;
    let asked = DeviceCodeRequest::parse(version, &form)?;
    let claims = ClaimsRequest::parse(form.get("claims")).map_err(StsError::Claims)?;
    let tenant = named_or_open(ctx, segment).await?;
    let client = client::named(ctx, &asked.client_id, segment).await?;
    let app_id = client.app_id();
    let told = |refusal| StsError::Platform(refusal, app_id);
    client.admit_device().map_err(told)?;
    match tenant {
        Some(tenant) => {
            client::admit_found(ctx, tenant, client).await?;
        }
        None if !client.is_multi_tenant() => return Err(told(PlatformRefusal::SingleTenant)),
        None => {}
    }
    let language = form.get("mkt").map(str::to_owned);
    let language = words::chosen(language.as_deref().or(parameter(head).as_deref()), head);
    let device = GeneratedSecret::from_entropy(SecretKind::Device, entropy::bytes());
    let wanted = match version {
        EndpointVersion::V1 => Wanted {
            resource: Some(asked.target.requested),
            scope: asked.scope,
        },
        EndpointVersion::V2 => Wanted {
            resource: None,
            scope: Some(asked.target.requested),
        },
    };
    let code = remember(ctx, &device, (tenant, app_id, wanted, claims.second_factor)).await?;
    Ok(answer(ctx, version, (&device, &code), language))
}

/// The tenant of the path; `None` where the person's decides.
pub async fn named_or_open(ctx: &Ctx, segment: &str) -> Result<Option<TenantId>, StsError> {
    match segment.parse() {
        Ok(TenantName::Common | TenantName::Organizations) => Ok(None),
        _ => Ok(Some(tenant::named(ctx, segment).await?.id)),
    }
}

fn parameter(head: &Parts) -> Option<String> {
    let query = head.uri.query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "mkt")
        .map(|(_, value)| value.into_owned())
}

async fn remember(
    ctx: &Ctx,
    device: &GeneratedSecret,
    (tenant, client, wanted, second_factor): (Option<TenantId>, AppId, Wanted, bool),
) -> Result<UserCode, StsError> {
    let hasher = &ctx.app.hasher;
    for _ in 0..DRAWS {
        let code = UserCode::from_entropy(entropy::bytes());
        let grant = DeviceGrant {
            device: hasher.hash(device).ok_or(StsError::Unavailable)?,
            user_code: hasher.hash_code(&code).ok_or(StsError::Unavailable)?,
            tenant,
            client,
            wanted: wanted.clone(),
            second_factor,
            source: source(ctx.source),
            created_at: ctx.now,
            polled_at: None,
            stage: Stage::Waiting,
        };
        let write = move |tx: &mut Tx<'_>| store::device_grant::insert(tx, &grant);
        if ctx.app.snapshots.write::<_, QueryError>(write).await?.is_ok() {
            return Ok(code);
        }
    }
    Err(StsError::Unavailable)
}

fn answer(
    ctx: &Ctx,
    version: EndpointVersion,
    (device, code): (&GeneratedSecret, &UserCode),
    words: &words::Words,
) -> Response {
    // A person follows this one, so it is where their browser finds the server.
    let url = format!("{}{DEVICE_LOGIN}", ctx.outside.url());
    let (expires_in, interval) = (LIFETIME.as_seconds(), INTERVAL.as_seconds());
    let message = (words.device_message)(&url, code.expose());
    let (user_code, device_code) = (code.expose().to_owned(), device.as_secret().clone());
    match version {
        EndpointVersion::V1 => json(
            StatusCode::OK,
            &DeviceCodeResponseV1 {
                user_code,
                device_code,
                verification_url: url.clone(),
                verification_uri: url,
                expires_in,
                interval,
                message,
            },
        ),
        EndpointVersion::V2 => json(
            StatusCode::OK,
            &DeviceCodeResponseV2 {
                user_code,
                device_code,
                verification_uri: url.clone(),
                verification_url: url,
                expires_in,
                interval,
                message,
            },
        ),
    }
}

/// What a device sends to the token endpoint.
pub struct Asked {
    /// The client.
    pub client_id: String,
    /// What it shows.
    pub shown: Shown,
    /// Its code.
    pub device_code: SecretString,
    /// Whether it wants `client_info`.
    pub client_info: bool,
    /// Whether it understands challenges of a resource.
    pub capable: bool,
}

/// The device grant of the token endpoint: tells how far the person has come; when they said yes, spends the code and
/// begins the session in one transaction.
pub async fn grant(
    ctx: &Ctx,
    (segment, version): (&str, EndpointVersion),
    asked: Asked,
) -> Result<Response, StsError> {
    let client: AppId = asked.client_id.parse().map_err(|_| StsError::DeviceCodeUnknown)?;
    let tenant = named_or_open(ctx, segment).await?;
    let hashes = ctx
        .app
        .hasher
        .candidates(SecretKind::Device, asked.device_code.expose());
    let look = hashes.clone();
    let found = ctx.app.store.read(move |view| find(view, &look)).await?;
    let Some(seen) = found else {
        return Err(throttle::unknown_device_code(ctx).await);
    };
    let mut target = wanted_target(&seen.wanted)?;
    // The older clients know a person by the id_token that they never ask for.
    target.openid |= version == EndpointVersion::V1;
    let session = match seen.poll(client, tenant, ctx.now) {
        Ok(person) => {
            let client = client::named(ctx, &asked.client_id, segment).await?;
            let platform = client.platform_without_redirect();
            let session = session_of(ctx, (client.app_id(), platform), person).await?;
            (session, person.tenant, platform)
        }
        Err(PollRefusal::Pending) => {
            note_poll(ctx, hashes).await?;
            return Err(PollRefusal::Pending.into());
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let (session, reached, platform) = session;
    let admitted = client::prove(ctx, reached, (client, platform), &asked.shown).await?;
    let ((seat, roles), new) = redeem(ctx, hashes, (client, tenant, session)).await?;
    let person = Person {
        capable: asked.capable,
        seat: &seat,
        session: &new.session,
        roles,
        refresh_token: new.refresh_token.clone(),
        client: admitted,
        wish: IdTokenWish::default(),
    };
    let (granted, requested) = issue_for_person(ctx, version, person, (&target, asked.client_info)).await?;
    Ok(to_wire::token_response(version, &granted, &requested))
}

async fn session_of(
    ctx: &Ctx,
    client: (AppId, Platform),
    person: &SignedInPerson,
) -> Result<NewSession, StsError> {
    let home = home(ctx, (person.tenant, person.user)).await?;
    let proven = (home, person.methods.as_str(), person.at);
    new_session(ctx, client, proven, None)
}

/// The account at home of one in a tenant. One that is gone stands for itself, and is refused as gone.
pub async fn home(ctx: &Ctx, (tenant, user): (TenantId, ObjectId)) -> Result<HomeAccount, StsError> {
    let find = move |view: &View<'_>| store::user::find(view, tenant, user);
    let found = ctx.app.store.read::<_, QueryError>(find).await?;
    let home = found.and_then(|user| user.home());
    Ok(home.unwrap_or(HomeAccount { tenant, user }))
}

type Redeemed = (Seated, NewSession);

/// Spends the code, if it still stands as it did, and begins the session.
async fn redeem(
    ctx: &Ctx,
    hashes: Vec<SecretHash>,
    (client, tenant, new): (AppId, Option<TenantId>, NewSession),
) -> Result<Redeemed, StsError> {
    let now = ctx.now;
    ctx.app
        .snapshots
        .write(move |tx| {
            let Some(grant) = find(tx, &hashes)? else {
                return Ok::<_, QueryError>(Err(StsError::DeviceCodeUnknown));
            };
            let (tenant, user) = match grant.poll(client, tenant, now) {
                Ok(person) => (person.tenant, person.user),
                Err(refusal) => return Ok(Err(refusal.into())),
            };
            let stage = Stage::Redeemed;
            store::device_grant::save(tx, &DeviceGrant { stage, ..grant })?;
            // What came between the person's answer and now counts: the account disabled, the password changed.
            let seat = store::user::seat(tx, tenant, user)?;
            if let Err(refusal) = new.session.admit(client, seat.as_ref(), now) {
                return Ok(Err(refusal.into()));
            }
            let (Some(seat), Ok(())) = (seat, new.begin(tx)?) else {
                return Ok(Err(StsError::Unavailable));
            };
            let roles = store::directory_role::of(tx, tenant, user)?;
            Ok(Ok(((seat, roles), new.clone())))
        })
        .await?
}

async fn note_poll(ctx: &Ctx, hashes: Vec<SecretHash>) -> Result<(), StsError> {
    let now = ctx.now;
    ctx.app
        .snapshots
        .write(move |tx| match find(tx, &hashes)? {
            Some(grant) => {
                let polled_at = Some(now);
                store::device_grant::save(tx, &DeviceGrant { polled_at, ..grant }).map(|_| ())
            }
            None => Ok::<_, QueryError>(()),
        })
        .await?;
    Ok(())
}

fn find(view: &View<'_>, hashes: &[SecretHash]) -> Result<Option<DeviceGrant>, QueryError> {
    for hash in hashes {
        if let Some(grant) = store::device_grant::find_by_device_code(view, hash)? {
            return Ok(Some(grant));
        }
    }
    Ok(None)
}

/// What a device asked for.
///
/// # Errors
/// When it cannot be read again.
pub fn wanted_target(wanted: &Wanted) -> Result<Target, StsError> {
    match &wanted.resource {
        Some(resource) => Ok(Target::from_resource(resource, wanted.scope.as_deref())),
        None => Ok(Target::from_scope(wanted.scope.as_deref().unwrap_or_default())?),
    }
}
