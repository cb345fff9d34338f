//! The password grant (RFC 6749 §4.3): a person's name and password without a browser. Development only; production
//! signs people in where a second factor can be asked for, and takes here nothing but the secret of a run, by which a
//! person who is signed in already lends a command their identity.

use doorward_domain::mode::Mode;
use doorward_domain::resource::client::COMMAND_LINE;
use doorward_domain::run_ticket::RunTicket;
use doorward_names::{AppId, SecretKind, SecretString, TenantId, Upn};
use doorward_protocol::oauth::{MICROSOFT_GRAPH, Target};
use doorward_protocol::paths::EndpointVersion;
use doorward_store::{self as store, View};

use super::conditional_access::{self, Purpose};
use super::issue::Person;
use super::{StsError, issue_for_person, person, start_session, tenant, to_wire};
use crate::ctx::Ctx;
use crate::http::Response;

/// What the client sent.
pub struct Asked {
    /// The client.
    pub client_id: String,
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
    let tenant = tenant::named_or_of_user(ctx, segment, &asked.username).await?;
    // The run whose secret was sent, if it was one.
    let run = ctx.ticket.as_deref().filter(|ticket| {
        let hasher = &ctx.app.hasher;
        let presented = hasher.candidates(SecretKind::Password, asked.password.expose());
        ticket.holds_secret_of_person(&presented, ctx.now)
    });
    if run.is_none() && ctx.app.mode() == Mode::Production {
        return Err(StsError::PasswordGrantOff);
    }
    if asked.client_id.parse::<AppId>() != Ok(COMMAND_LINE) {
        return Err(StsError::NotPublicClient(asked.client_id));
    }
    let id = tenant.id;
    let (user, roles) = match run {
        None => {
            without_second_factor(ctx, id, &asked).await?;
            person::by_password(ctx, id, (&asked.username, asked.password)).await?
        }
        Some(run) => {
            let found = find(ctx, id, &asked.username).await?;
            let right = found.as_ref().is_some_and(|(user, _)| run.stands_for(user));
            person::admit(ctx, id, (found, right)).await?
        }
    };
    let methods = match run {
        Some(run) => methods_of_maker(ctx, run).await?,
        None => person::PASSWORD.to_owned(),
    };
    let (session, refresh_token) = start_session(ctx, (id, COMMAND_LINE), &user, &methods, run).await?;
    let person = Person {
        capable: asked.capable,
        user: &user,
        session: &session,
        roles,
        refresh_token,
        nonce: None,
    };
    let (granted, requested) =
        issue_for_person(ctx, version, person, (&asked.target, asked.client_info)).await?;
    Ok(to_wire::token_response(version, &granted, &requested))
}

async fn find(ctx: &Ctx, tenant: TenantId, name: &str) -> Result<Option<person::Found>, StsError> {
    let upn = name.parse::<Upn>().ok();
    let find = move |view: &View<'_>| person::find(view, tenant, upn.as_ref());
    Ok(ctx.app.store.read(find).await?)
}

/// Refuses where the account needs a second factor, which can't be proven here, without a look at the password: a right
/// one and a wrong one must not be told apart. A name that nobody has is answered as anybody else's.
async fn without_second_factor(ctx: &Ctx, tenant: TenantId, asked: &Asked) -> Result<(), StsError> {
    let found = find(ctx, tenant, &asked.username).await?;
    let (user, roles) = match &found {
        Some((user, roles)) => (Some(user), roles.as_slice()),
        None => (None, [].as_slice()),
    };
    let requested = asked.target.resource.as_deref().unwrap_or(MICROSOFT_GRAPH);
    let purpose = Purpose {
        client: COMMAND_LINE,
        resource: Some(requested.to_owned()),
    };
    let by_password = (user, roles, person::PASSWORD);
    let policies = conditional_access::unmet_by(ctx, tenant, by_password, &purpose).await?;
    conditional_access::met(policies, requested)?;
    let Some(id) = user.map(|user| user.id) else {
        return Ok(());
    };
    let enrolled = move |view: &View<'_>| store::second_factor::exists(view, tenant, id);
    match ctx.app.store.read(enrolled).await? {
        true => Err(StsError::SecondFactorNeeded {
            policies: Vec::new(),
            resource: requested.to_owned(),
        }),
        false => Ok(()),
    }
}

/// How the maker of a run proved who they are: a run is worth as much.
async fn methods_of_maker(ctx: &Ctx, run: &RunTicket) -> Result<String, StsError> {
    let (tenant, maker) = (run.tenant, run.maker.session);
    let find = move |view: &View<'_>| match maker {
        Some(session) => store::session::find(view, tenant, session),
        None => Ok(None),
    };
    let session = ctx.app.store.read(find).await?;
    Ok(session.map_or_else(|| person::PASSWORD.to_owned(), |session| session.methods))
}
