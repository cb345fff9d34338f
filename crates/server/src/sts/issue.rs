//! Issuing: a token is signed and written down side by side, and leaves only when both are done.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_domain::application::Platform;
use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::directory::DirectoryRole;
use doorward_domain::guest::{HomeAccount, Seat};
use doorward_domain::run_ticket::RunTicket;
use doorward_domain::session::{Session, end_of};
use doorward_domain::token::claims::{AccessToken, Subject};
use doorward_domain::token::optional::{self, SignedIn};
use doorward_domain::token::{TokenVersion, Validity};
use doorward_domain::user::User;
use doorward_names::{AppId, GeneratedSecret, SecretKind, SecretString, SessionId, Timestamp};
use doorward_protocol::jose::{JwsHeader, SigningInput};
use doorward_protocol::oauth::Target;
use doorward_protocol::paths::EndpointVersion;
use doorward_store::{self as store, Inserted, QueryError, Tx};

use super::client::{self, AdmittedClient};
use super::conditional_access::{self, Purpose};
use super::{StsError, to_wire, told};
use crate::ctx::Ctx;
use crate::entropy;
use crate::keys::Pending;

/// What a client is given.
#[derive(Debug, Clone)]
pub struct Granted {
    /// The access token.
    pub access_token: SecretString,
    /// Its instants.
    pub validity: Validity,
    /// `scope`, for a person's token.
    pub scope: Option<String>,
    /// By which it can be had again.
    pub refresh_token: Option<SecretString>,
    /// Who signed in.
    pub id_token: Option<SecretString>,
    /// `client_info`, when asked for.
    pub client_info: Option<String>,
}

impl Granted {
    /// What an application gets: the token alone.
    pub fn for_application(access_token: SecretString, validity: Validity) -> Self {
        Self {
            access_token,
            validity,
            scope: None,
            refresh_token: None,
            id_token: None,
            client_info: None,
        }
    }
}

/// A fresh unique name for a token: base64url of 16 random bytes.
pub fn fresh_uti() -> String {
    URL_SAFE_NO_PAD.encode(entropy::bytes::<16>())
}

/// Signs an access token while its audit row is made durable.
pub async fn sign_and_record(
    ctx: &Ctx,
    token: &AccessToken,
    audit: AuditRow,
) -> Result<SecretString, StsError> {
    let claims = to_wire::access_token_claims(token, &ctx.origin);
    let (input, pending) = begin(ctx, token.version, &claims).await?;
    let (signature, appended) = tokio::join!(pending.signature(), ctx.app.store.append(audit));
    appended?;
    Ok(input.finish(&signature?))
}

/// Signs claims with the key in use.
pub async fn sign(ctx: &Ctx, version: TokenVersion, claims: &[u8]) -> Result<SecretString, StsError> {
    let (input, pending) = begin(ctx, version, claims).await?;
    Ok(input.finish(&pending.signature().await?))
}

/// Hands claims to the pool that signs; refuses at once when it is busy, before anything is written down.
async fn begin(ctx: &Ctx, version: TokenVersion, claims: &[u8]) -> Result<(SigningInput, Pending), StsError> {
    let key = ctx
        .app
        .keyring
        .current(ctx.origin.key_use(), &ctx.app.snapshots, &ctx.app.store)
        .await?;
    let kid = &key.key.name.0;
    let header = match version {
        TokenVersion::V1 => JwsHeader::v1(kid),
        TokenVersion::V2 => JwsHeader::v2(kid),
    };
    let input = SigningInput::new(&header, claims);
    let pending = ctx.app.signer.submit(key.pair, input.as_bytes().to_vec())?;
    Ok((input, pending))
}

/// A person, in a session, through a client.
pub(crate) struct Person<'a> {
    /// The account in the tenant that the tokens are for, and the one at home.
    pub seat: &'a Seat,
    /// The session.
    pub session: &'a Session,
    /// The account's directory roles.
    pub roles: Vec<DirectoryRole>,
    /// The refresh token to hand out.
    pub refresh_token: SecretString,
    /// The client, let in by the tenant.
    pub client: AdmittedClient,
    /// What the client wishes of the id_token.
    pub wish: IdTokenWish,
    /// Whether the client understands challenges of a resource.
    pub capable: bool,
}

/// What a client wishes of an id_token.
#[derive(Debug, Clone, Default)]
pub(crate) struct IdTokenWish {
    /// What it has to repeat.
    pub nonce: Option<String>,
    /// When the person proved who they are, where the client asked for that (`auth_time`).
    pub auth_time: Option<Timestamp>,
}

/// Issues a person's tokens for what `target` names, unless a policy demands more than their session has proven.
pub(crate) async fn issue_for_person(
    ctx: &Ctx,
    version: EndpointVersion,
    person: Person<'_>,
    (target, client_info): (&Target, bool),
) -> Result<(Granted, String), StsError> {
    let user = &person.seat.user;
    let tenant = user.tenant;
    let requested = target
        .resource
        .clone()
        .unwrap_or_else(|| doorward_protocol::oauth::MICROSOFT_GRAPH.to_owned());
    let client = person.client.client();
    let weighed = client::weigh(ctx, (tenant, user.id), client, target).await?;
    let resource = weighed.resource;
    if !weighed.missing.is_empty() {
        return Err(StsError::ConsentRequired(client.app_id()));
    }
    let proven = (Some(user), &*person.roles, &*person.session.methods);
    let purpose = Purpose {
        client: person.session.client,
        resource: Some(requested.clone()),
    };
    let unmet = conditional_access::unmet_by(ctx, tenant, proven, &purpose).await?;
    conditional_access::met(unmet, &requested)?;
    let scope = to_wire::granted_scope(version, target, &weighed.scopes);
    let registered = client.registration().is_some();
    let mut told = told::of_person(ctx, (user, &person.roles), &resource).await?;
    optional::groups_as_roles(&resource.optional_claims, &mut told);
    let signed_in = |version| SignedIn {
        seat: person.seat,
        session: person.session,
        source: ctx.source,
        version,
    };
    let token = AccessToken {
        version: resource.token_version,
        audience: resource.audience(&requested),
        tenant,
        client: person.session.client,
        proof: person.client.proof(),
        sub: pairwise(ctx, user, resource.app_id)?,
        subject: Subject::person(person.seat, person.session, told, weighed.scopes),
        validity: ctx.app.validity(ctx.now),
        capable: person.capable && resource.first_party.is_some(),
        uti: fresh_uti(),
        optional: optional::of_person(&resource.optional_claims, signed_in(resource.token_version)),
    };
    let mut audit = ctx.audit(tenant, Event::TokenIssued);
    audit.actor = Some(user.id);
    audit.client = Some(person.session.client);
    audit.uti = Some(token.uti.clone());
    audit.detail = format!("session {} for {}", person.session.id, resource.app_id);
    let access_token = sign_and_record(ctx, &token, audit).await?;
    let id_token = match target.openid {
        true => {
            let sub = pairwise(ctx, user, client.app_id())?;
            let mut told = told::client_of_person(ctx, (user, &person.roles), &person.client).await?;
            let wishes = client
                .registration()
                .map(|own| own.optional_claims.id_token.as_slice());
            let wishes = wishes.unwrap_or_default();
            optional::groups_as_roles(wishes, &mut told);
            let of_client = to_wire::OfClient {
                sub,
                told,
                wish: person.wish,
                optional: optional::of_person(wishes, signed_in(to_wire::id_token_version(version))),
            };
            let claims = to_wire::id_token_claims(version, (&token, of_client), &ctx.origin);
            Some(sign(ctx, to_wire::id_token_version(version), &claims).await?)
        }
        false => None,
    };
    let granted = Granted {
        access_token,
        validity: token.validity,
        scope: Some(scope),
        // Who asks for nothing beyond now is given nothing beyond (OpenID Connect Core §11).
        refresh_token: (!registered || target.offline_access || version == EndpointVersion::V1)
            .then_some(person.refresh_token),
        id_token,
        client_info: client_info.then(|| to_wire::client_info(person.session)),
    };
    Ok((granted, requested))
}

/// The name by which an application knows somebody (`sub`): what its id_tokens and its user info say, and access tokens that
/// are for it.
///
/// # Errors
/// When the store holds no key.
pub(crate) fn pairwise(ctx: &Ctx, user: &User, application: AppId) -> Result<String, StsError> {
    let found = ctx.app.hasher.pairwise((user.tenant, user.id), application);
    found.ok_or(StsError::Unavailable)
}

/// Begins a session of the account at home with a client and returns it with its refresh token. A session that
/// began by a run's secret is that run's alone.
pub(crate) async fn start_session(
    ctx: &Ctx,
    client: (AppId, Platform),
    home: &User,
    methods: &str,
    run: Option<&RunTicket>,
) -> Result<(Session, SecretString), StsError> {
    let new = new_session(ctx, client, (home.account(), methods, ctx.now), run)?;
    let (session, secret) = (new.session.clone(), new.refresh_token.clone());
    ctx.app
        .snapshots
        .write(move |tx| new.begin(tx))
        .await?
        // The hash of 240 fresh random bits cannot be in use.
        .map_err(|_| StsError::Unavailable)?;
    Ok((session, secret))
}

/// A session that has not begun: it does in the transaction that decides about it.
#[derive(Clone)]
pub(crate) struct NewSession {
    /// The session.
    pub session: Session,
    /// Its refresh token.
    pub refresh_token: SecretString,
    audit: AuditRow,
}

impl NewSession {
    /// As [`Self`], with more to be written down of it.
    #[must_use]
    pub fn noting(mut self, more: &str) -> Self {
        self.audit.detail.push_str(more);
        self
    }

    /// As [`Self`], ending with the session by whose token it began.
    #[must_use]
    pub fn below(mut self, parent: &Session) -> Self {
        self.session.root = Some(parent.root.unwrap_or(parent.id));
        self
    }

    /// Begins it.
    pub fn begin(&self, tx: &mut Tx<'_>) -> Result<Inserted, QueryError> {
        store::audit::insert(tx, &self.audit)?;
        store::session::insert(tx, &self.session)
    }
}

/// Draws a session of an account, whose owner signed in by `methods` at `at`.
pub(crate) fn new_session(
    ctx: &Ctx,
    (client, platform): (AppId, Platform),
    (home, methods, at): (HomeAccount, &str, Timestamp),
    run: Option<&RunTicket>,
) -> Result<NewSession, StsError> {
    let HomeAccount { tenant, user } = home;
    let secret = GeneratedSecret::from_entropy(SecretKind::Refresh, entropy::bytes());
    let session = Session {
        id: SessionId::from_random(entropy::bytes()),
        tenant,
        user,
        client,
        refresh_hash: ctx.app.hasher.hash(&secret).ok_or(StsError::Unavailable)?,
        generation: 0,
        turned_at: None,
        methods: methods.to_owned(),
        signed_in_at: at,
        used_at: ctx.now,
        revoked_at: None,
        platform,
        ends_at: end_of(platform, ctx.now),
        root: None,
        ticket: run.map(|ticket| ticket.hash.clone()),
    };
    let mut audit = ctx.audit(tenant, Event::SignedIn);
    audit.actor = Some(user);
    audit.client = Some(client);
    let within = if run.is_some() { " within a run" } else { "" };
    audit.detail = format!("session {} by {methods}{within}", session.id);
    Ok(NewSession {
        session,
        refresh_token: secret.as_secret().clone(),
        audit,
    })
}
