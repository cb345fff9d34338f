//! `doorward login`: a service principal by its secret, a person by a password or a one-time link.

use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use crate::profile::{Account, NO_SUBSCRIPTION, Profile, Server, User, UserKind};
use crate::vault::{Owner, Vault};
use crate::{config, local_time, prompt, session};
use doorward_names::{Secret, SecretString, TenantName, Upn};
use doorward_protocol::jose::UnverifiedToken;
use doorward_sdk::{AccessToken, ServicePrincipalAuthentication, SignedIn, UserSession};
use serde::Deserialize;
use serde_json::Value;

/// For which resource the first token is had, as `az` does it.
const FIRST_RESOURCE: &str = "https://management.core.windows.net/";

/// Who signs in, and by what.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Sign a service principal in
    #[arg(long, conflicts_with = "setup_link")]
    service_principal: bool,
    /// User principal name, or application id of a service principal
    #[arg(long, short)]
    username: Option<String>,
    /// Password or secret; `-` reads it from standard input, `@FILE` from a file; asked for when not given
    #[arg(long, short, allow_hyphen_values = true)]
    password: Option<String>,
    /// Tenant, by id or domain
    #[arg(long, short)]
    tenant: Option<String>,
    /// One-time link of `doorward init` or `doorward admin recover`, which sets the password as well
    #[arg(long, value_name = "URL")]
    setup_link: Option<String>,
    /// Taken as `az` takes it; accounts without a subscription are always allowed
    #[arg(long, hide = true)]
    allow_no_subscriptions: bool,
}

/// What a client may read of a token that it was given for itself.
#[derive(Deserialize)]
struct Hints {
    tid: Option<String>,
    preferred_username: Option<String>,
    upn: Option<String>,
}

struct New {
    server: Server,
    tenant: String,
    user: User,
    secret: SecretString,
    /// The first token, where it is for [`FIRST_RESOURCE`].
    token: Option<AccessToken>,
}

/// Signs in.
pub fn run(args: &Args, context: &Context) -> Outcome {
    let server = Server::chosen(&Profile::load(&context.home)?);
    let new = match (&args.setup_link, args.service_principal) {
        (Some(link), _) => by_link(args, link)?,
        (None, true) => service_principal(args, server)?,
        (None, false) => person(args, server)?,
    };
    let accounts = keep(new, context)?;
    Ok(Report::Value(accounts))
}

fn service_principal(args: &Args, server: Server) -> Result<New, Failure> {
    let id = args.username.as_deref().ok_or_else(|| {
        Failure::usage("--username is missing").cure("give the application id: `--username <appId>`")
    })?;
    let tenant = args.tenant.as_deref().ok_or_else(|| {
        Failure::usage("--tenant is missing")
            .cure("a service principal names its tenant: `--tenant <id or domain>`")
    })?;
    let secret = prompt::secret(args.password.as_deref(), "Secret")?;
    let principal =
        ServicePrincipalAuthentication::new(tenant, id, secret.clone())?.options(server.options()?);
    let token = session::block_on(async { Ok(principal.token(FIRST_RESOURCE).await?) })?;
    let hints = hints(token.secret())?;
    Ok(New {
        tenant: hints.tid.unwrap_or_else(|| tenant.to_owned()),
        user: User {
            name: id.to_owned(),
            kind: UserKind::ServicePrincipal,
        },
        server,
        secret,
        token: Some(token),
    })
}

fn person(args: &Args, server: Server) -> Result<New, Failure> {
    let upn = upn(args)?;
    let tenant = match &args.tenant {
        Some(tenant) => tenant.parse().map_err(wrong)?,
        None => TenantName::Organizations,
    };
    let password = prompt::secret(args.password.as_deref(), "Password")?;
    let options = server.options()?;
    let signed_in = session::block_on(async {
        Ok(UserSession::sign_in(options, tenant, &upn, &password, FIRST_RESOURCE).await?)
    })?;
    signed(server, Some(upn.as_str()), signed_in, true)
}

fn by_link(args: &Args, link: &str) -> Result<New, Failure> {
    let origin = url::Url::parse(link).map_err(|_| Failure::usage("that is not a set-up link"))?;
    let server = Server {
        authority: origin.origin().ascii_serialization(),
        ca_file: config::ca_file(),
    };
    let options = server.options()?;
    let username = args.username.as_deref();
    let password = prompt::new_secret(args.password.as_deref(), "New password")?;
    let signed_in = session::block_on(async {
        Ok(UserSession::sign_in_by_link(options, link, username, &password).await?)
    })?;
    signed(server, username, signed_in, false)
}

fn upn(args: &Args) -> Result<Upn, Failure> {
    let name = args.username.as_deref().ok_or_else(|| {
        Failure::usage("--username is missing")
            .cure("give the user principal name: `--username alice@contoso.com`")
    })?;
    name.parse().map_err(wrong)
}

fn wrong(error: doorward_names::InvalidName) -> Failure {
    Failure::usage(error.to_string())
}

fn signed(server: Server, typed: Option<&str>, signed_in: SignedIn, first: bool) -> Result<New, Failure> {
    let hints = hints(
        signed_in
            .id_token
            .as_ref()
            .unwrap_or_else(|| signed_in.token.secret()),
    )?;
    let tenant = hints
        .tid
        .ok_or_else(|| Failure::new("the server doesn't say which tenant was signed in to"))?;
    let name = hints
        .preferred_username
        .or(hints.upn)
        .or_else(|| typed.map(str::to_owned));
    let name = name.ok_or_else(|| Failure::new("the server doesn't say who was signed in"))?;
    Ok(New {
        server,
        tenant,
        user: User {
            name,
            kind: UserKind::User,
        },
        secret: signed_in.session.refresh_token(),
        token: first.then_some(signed_in.token),
    })
}

fn hints(token: &SecretString) -> Result<Hints, Failure> {
    let unreadable = |e: doorward_protocol::jose::JoseError| Failure::new(format!("the server's token: {e}"));
    let claims = UnverifiedToken::parse(token.expose()).and_then(|token| token.unverified_claims::<Value>());
    let claims = claims.map_err(unreadable)?.distrusted().clone();
    serde_json::from_value(claims).map_err(|_| Failure::new("the server's token names no tenant"))
}

/// Keeps account and secret; prints the accounts of whoever signed in, as `az login` does.
fn keep(new: New, context: &Context) -> Result<Value, Failure> {
    let known = Profile::load(&context.home)?
        .known_subscription(&new.server, &new.tenant)
        .cloned();
    let named = config::subscription_of(&new.tenant);
    let subscription = known.as_ref().map(|known| (known.id.clone(), known.name.clone()));
    let (id, name) = subscription
        .or_else(|| named.map(|id| (id.clone(), id)))
        .unwrap_or_else(|| (new.tenant.clone(), NO_SUBSCRIPTION.to_owned()));
    let account = Account {
        environment_name: "Doorward".to_owned(),
        home_tenant_id: new.tenant.clone(),
        id,
        is_default: true,
        managed_by_tenants: Vec::new(),
        name,
        state: "Enabled".to_owned(),
        tenant_default_domain: known
            .as_ref()
            .and_then(|known| known.tenant_default_domain.clone()),
        tenant_display_name: known.as_ref().and_then(|known| known.tenant_display_name.clone()),
        tenant_id: new.tenant,
        user: new.user,
        server: new.server,
    };
    store(&account, &new.secret, new.token.as_ref(), context)?;
    Ok(Value::Array(vec![account.to_az()]))
}

/// Keeps a signed-in account: its secret first, so that no account stands there without one.
pub fn store(
    account: &Account,
    secret: &SecretString,
    token: Option<&AccessToken>,
    context: &Context,
) -> Result<(), Failure> {
    let (owner, now) = (Owner::of(account), local_time::now());
    Vault::change(&context.home, now, |vault| {
        vault.forget_tokens(&owner);
        vault.keep_credential(&owner, account.user.kind, &Secret::from(secret.expose().as_str()));
        if let Some(token) = token {
            vault.keep_token(&owner, FIRST_RESOURCE, token, now);
        }
    })?;
    Profile::change(&context.home, |profile| {
        profile.sign_in(account.clone());
        Ok(())
    })
}
