//! The password grant (RFC 6749 §4.3): a person's name and password without a browser. In production a tenant has to allow
//! it; as long as it doesn't, people sign in where a second factor can be asked for, and nothing is taken here but the secret of a
//! run, by which a person who is signed in already lends a command their identity.

use doorward_domain::guest::Seat;
use doorward_domain::run_ticket::RunTicket;
use doorward_domain::tenant_settings::Setting;
use doorward_names::{AppId, SecretKind, SecretString, TenantId, Upn};
use doorward_protocol::oauth::{MICROSOFT_GRAPH, Target};
use doorward_protocol::paths::EndpointVersion;
use doorward_store::{self as store, QueryError, View};

use super::client::Shown;
use super::conditional_access::{self, Purpose};
use super::device_code::named_or_open;
use super::issue::{IdTokenWish, Person};
use super::{StsError, client, issue_for_person, person, seat, start_session, tenant, to_wire};
use crate::credentials::known_browser::Known;
use crate::ctx::Ctx;
use crate::http::Response;

/// What the client sent.
pub struct Asked {
    /// The client.
    pub client_id: String,
    /// What it shows.
    pub shown: Shown,
    /// The person's sign-in name.
    pub username: String,
    /// Their password.
    pub password: SecretString,
    /// For what.
    pub target: Target,
    /// Whether it wants `client_info`.
    pub client_info: bool,
    /// Whether it understands challenges of a resource.
    pub capable: bool,
}

/// Verifies the person, begins a session, issues.
pub async fn grant(
    ctx: &Ctx,
    (segment, version): (&str, EndpointVersion),
    asked: Asked,
) -> Result<Response, StsError> {
    // The run whose secret was sent, if it was one.
    let run = ctx.ticket.as_deref().filter(|ticket| {
        let hasher = &ctx.app.hasher;
        let presented = hasher.candidates(SecretKind::Password, asked.password.expose());
        ticket.holds_secret_of_person(&presented, ctx.now)
    });
    let client = client::named(ctx, &asked.client_id, segment).await?;
    let (app_id, platform) = (client.app_id(), client.platform_without_redirect());
    let (seat, roles) = match run {
        None => {
            // A name that says no tenant is told as such, here where no path does either.
            tenant::named_or_of_user(ctx, segment, &asked.username).await?;
            let named = named_or_open(ctx, segment).await?;
            let home = person::tenant_of(ctx, named, &asked.username).await?;
            allowed(ctx, (named, home)).await?;
            // Who is no client of the tenant's has nothing to try passwords with.
            if let Some(tenant) = named.or(home) {
                client::prove(ctx, tenant, (app_id, platform), &asked.shown).await?;
            }
            without_second_factor(ctx, (named, home), (app_id, &asked)).await?;
            let (typed, nothing) = ((&*asked.username, asked.password), Known::new(""));
            let home = person::by_password(ctx, named, typed, nothing).await?;
            seat::take(ctx, named, home).await?
        }
        Some(run) => {
            let id = tenant::named_or_of_user(ctx, segment, &asked.username).await?.id;
            let upn = asked.username.parse::<Upn>().ok();
            let find = move |view: &View<'_>| person::find(view, id, upn.as_ref());
            let found = ctx.app.store.read(find).await?;
            let right = found.as_ref().is_some_and(|(user, _)| run.stands_for(user));
            let (user, roles) = person::admit(ctx, id, (found, right)).await?;
            (Seat::of(user), roles)
        }
    };
    let methods = match run {
        Some(run) => methods_of_maker(ctx, run).await?,
        None => person::PASSWORD.to_owned(),
    };
    let admitted = client::prove(ctx, seat.user.tenant, (app_id, platform), &asked.shown).await?;
    let (session, refresh_token) = start_session(ctx, (app_id, platform), &seat.home, &methods, run).await?;
    let person = Person {
        capable: asked.capable,
        seat: &seat,
        session: &session,
        roles,
        refresh_token,
        client: admitted,
        wish: IdTokenWish::default(),
    };
    let (granted, requested) =
        issue_for_person(ctx, version, person, (&asked.target, asked.client_info)).await?;
    Ok(to_wire::token_response(version, &granted, &requested))
}

/// Refuses where a tenant forbids it: the one that was named, or the one whose password is typed.
async fn allowed(ctx: &Ctx, (named, home): (Option<TenantId>, Option<TenantId>)) -> Result<(), StsError> {
    let mut asked: Vec<_> = named.into_iter().chain(home).collect();
    asked.dedup();
    for tenant in &asked {
        if !client::settings(ctx, *tenant)
            .await?
            .is_on(Setting::PasswordGrant)
        {
            return Err(StsError::PasswordGrantOff);
        }
    }
    match asked.is_empty() && !Setting::PasswordGrant.default_in(ctx.app.mode()) {
        true => Err(StsError::PasswordGrantOff),
        false => Ok(()),
    }
}

/// Refuses where a second factor is needed, which can't be proven here, without a look at the password: a right one and a
/// wrong one must not be told apart. A name that nobody has is answered as anybody else's.
async fn without_second_factor(
    ctx: &Ctx,
    (named, home): (Option<TenantId>, Option<TenantId>),
    (client, asked): (AppId, &Asked),
) -> Result<(), StsError> {
    let upn = asked.username.parse::<Upn>().ok();
    let look = move |view: &View<'_>| {
        let Some(tenant) = home else {
            return Ok::<_, QueryError>((None, false));
        };
        let Some((user, _)) = person::find(view, tenant, upn.as_ref())? else {
            return Ok((None, false));
        };
        let enrolled = store::second_factor::exists(view, user.tenant, user.id)?;
        Ok((seat::find(view, named, &user)?, enrolled))
    };
    let (seated, enrolled) = ctx.app.store.read(look).await?;
    let requested = asked.target.resource.as_deref().unwrap_or(MICROSOFT_GRAPH);
    let purpose = Purpose {
        client,
        resource: Some(requested.to_owned()),
    };
    let policies = match named.or(home) {
        Some(tenant) => {
            let (user, roles) = match &seated {
                Some((seat, roles)) => (Some(&seat.user), roles.as_slice()),
                None => (None, [].as_slice()),
            };
            conditional_access::unmet_by(ctx, tenant, (user, roles, person::PASSWORD), &purpose).await?
        }
        None => Vec::new(),
    };
    match policies.is_empty() && !enrolled {
        true => Ok(()),
        false => Err(StsError::SecondFactorNeeded {
            policies,
            resource: requested.to_owned(),
        }),
    }
}

/// How the maker of a run proved who they are: a run is worth as much.
async fn methods_of_maker(ctx: &Ctx, run: &RunTicket) -> Result<String, StsError> {
    let (tenant, maker) = (run.tenant, run.maker);
    let find = move |view: &View<'_>| {
        let seat = store::user::seat(view, tenant, maker.id)?;
        match (seat, maker.session) {
            (Some(seat), Some(session)) => store::session::find(view, seat.home.tenant, session),
            _ => Ok::<_, QueryError>(None),
        }
    };
    let session = ctx.app.store.read(find).await?;
    Ok(session.map_or_else(|| person::PASSWORD.to_owned(), |session| session.methods))
}
