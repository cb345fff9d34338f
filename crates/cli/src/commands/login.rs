//! `doorward login`: a service principal by its secret, a person in a browser on this machine, by a code that they enter
//! in any other one, by a password, or by a one-time link.

use super::subscriptions;
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use crate::profile::{Account, NO_SUBSCRIPTION, Profile, Server, User, UserKind};
use crate::vault::{Owner, Vault};
use crate::{config, local_time, output, prompt, session};
use doorward_names::{Secret, SecretString, TenantName, Upn};
use doorward_protocol::jose::UnverifiedToken;
use doorward_sdk::resource_manager::ResourceManagerClient;
use doorward_sdk::{
    AccessToken, Browser, Error, ServicePrincipalAuthentication, SignIn, SignInHints, SignedIn, TokenSource,
    UserSession, Way,
};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// For which resource the first token is had, as `az` does it.
const FIRST_RESOURCE: &str = "https://management.core.windows.net/";

/// Who signs in, and by what.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Sign a service principal in
    #[arg(long, conflicts_with = "setup_link")]
    service_principal: bool,
    /// User principal name, to sign in by a password; or application id of a service principal
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
    /// Sign in in any browser, by a code that is entered there; what is done anyway where no browser can be opened
    #[arg(long, conflicts_with_all = ["setup_link", "service_principal", "username", "password"])]
    use_device_code: bool,
    /// Sign in for this resource first (`https://management.azure.com/.default`), so that what its policies demand is asked
    /// for; a person in a browser or by a code
    #[arg(long, conflicts_with_all = ["setup_link", "service_principal", "username", "password"])]
    scope: Option<String>,
    /// Don't warn when the account sees no subscription: it is signed in to the tenant alone
    #[arg(long)]
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
    credential: Credential,
    /// The first token, where it is for [`FIRST_RESOURCE`].
    token: Option<AccessToken>,
}

/// From what further tokens are had.
#[derive(Debug)]
enum Credential {
    ServicePrincipal(ServicePrincipalAuthentication, SecretString),
    Person(UserSession),
}

/// Signs in.
pub fn run(args: &Args, context: &Context) -> Outcome {
    let server = Server::chosen(&Profile::load(&context.home)?);
    let new = match (&args.setup_link, args.service_principal) {
        _ if args.use_device_code => asked(args, server, Way::Code)?,
        (Some(link), _) => by_link(args, link)?,
        (None, true) => service_principal(args, server)?,
        (None, false) if args.username.is_none() && args.password.is_none() => {
            asked(args, server, Way::Browser(Browser::find()))?
        }
        (None, false) => person(args, server)?,
    };
    let accounts = keep(new, args.allow_no_subscriptions, context)?;
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
        credential: Credential::ServicePrincipal(principal, secret),
        token: Some(token),
    })
}

fn person(args: &Args, server: Server) -> Result<New, Failure> {
    let upn = upn(args)?;
    let tenant = tenant(args)?;
    let password = prompt::secret(args.password.as_deref(), "Password")?;
    let options = server.options()?;
    let signed_in = session::block_on(async {
        Ok(UserSession::sign_in(options, tenant, &upn, &password, FIRST_RESOURCE).await?)
    })?;
    signed(server, Some(upn.as_str()), signed_in, true)
}

fn asked(args: &Args, server: Server, way: Way) -> Result<New, Failure> {
    let sign_in = SignIn {
        options: server.options()?,
        tenant: tenant(args)?,
        way,
        hints: SignInHints::default(),
    };
    let resource = args.scope.as_deref().unwrap_or(FIRST_RESOURCE);
    let signed_in = session::block_on(async { Ok(sign_in.run(resource, &output::warn).await?) })?;
    signed(server, None, signed_in, args.scope.is_none())
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

fn tenant(args: &Args) -> Result<TenantName, Failure> {
    match &args.tenant {
        Some(tenant) => tenant.parse().map_err(wrong),
        None => Ok(TenantName::Organizations),
    }
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
        credential: Credential::Person(signed_in.session),
        token: first.then_some(signed_in.token),
    })
}

fn hints(token: &SecretString) -> Result<Hints, Failure> {
    let unreadable = |e: doorward_protocol::jose::JoseError| Failure::new(format!("the server's token: {e}"));
    let claims = UnverifiedToken::parse(token.expose()).and_then(|token| token.unverified_claims::<Value>());
    let claims = claims.map_err(unreadable)?.distrusted().clone();
    serde_json::from_value(claims).map_err(|_| Failure::new("the server's token names no tenant"))
}

/// Keeps the accounts and the secret; prints the accounts of whoever signed in, as `az login` does.
fn keep(new: New, allow_none: bool, context: &Context) -> Result<Value, Failure> {
    let known = Profile::load(&context.home)?
        .known_subscription(&new.server, &new.tenant)
        .cloned();
    let account = Account {
        environment_name: "Doorward".to_owned(),
        home_tenant_id: new.tenant.clone(),
        id: new.tenant.clone(),
        is_default: true,
        managed_by_tenants: Vec::new(),
        name: NO_SUBSCRIPTION.to_owned(),
        state: "Enabled".to_owned(),
        tenant_default_domain: known
            .as_ref()
            .and_then(|known| known.tenant_default_domain.clone()),
        tenant_display_name: known.as_ref().and_then(|known| known.tenant_display_name.clone()),
        tenant_id: new.tenant,
        user: new.user,
        server: new.server,
    };
    let options = account.server.options()?;
    let found = session::block_on(async {
        let token = match &new.token {
            Some(token) => token.clone(),
            None => new.credential.token().await?,
        };
        let manager = ResourceManagerClient::new(options, Arc::new(OneToken(token)));
        Ok(manager.subscriptions().await?)
    });
    // Who is signed in stays so: what they signed in by may be good for one time only.
    let found = found.unwrap_or_else(|failure| {
        output::warn(&format!(
            "the subscriptions can't be asked for: {}",
            failure.message
        ));
        Vec::new()
    });
    let accounts = subscriptions::accounts(&account, &found);
    if !allow_none && accounts.iter().all(|account| account.name == NO_SUBSCRIPTION) {
        output::warn(&format!(
            "No subscriptions found for {}: it is signed in to the tenant alone. Once it has a role over one: `doorward account list --refresh`",
            account.user.name
        ));
    }
    let secret = match &new.credential {
        Credential::ServicePrincipal(_, secret) => secret.clone(),
        Credential::Person(session) => session.refresh_token(),
    };
    store(accounts, &secret, new.token.as_ref(), context)?;
    let profile = Profile::load(&context.home)?;
    let mine = profile
        .subscriptions
        .iter()
        .filter(|other| other.is_of_same_sign_in(&account));
    Ok(mine.map(Account::to_az_in_list).collect())
}

impl Credential {
    async fn token(&self) -> Result<AccessToken, Error> {
        match self {
            Self::ServicePrincipal(principal, _) => principal.token(FIRST_RESOURCE).await,
            Self::Person(session) => session.token(FIRST_RESOURCE).await,
        }
    }
}

/// One token, for whoever asks.
#[derive(Debug)]
struct OneToken(AccessToken);

#[async_trait::async_trait]
impl TokenSource for OneToken {
    async fn token(&self, _: &str) -> Result<AccessToken, Error> {
        Ok(self.0.clone())
    }
}

/// Keeps the accounts of a sign-in: their secret first, so that no account stands there without one.
pub fn store(
    accounts: Vec<Account>,
    secret: &SecretString,
    token: Option<&AccessToken>,
    context: &Context,
) -> Result<(), Failure> {
    let Some(account) = accounts.first() else {
        return Ok(());
    };
    let (owner, now) = (Owner::of(account), local_time::now());
    let warning = Vault::change_anew(&context.home, now, |vault| {
        vault.forget_tokens(&owner);
        vault.keep_credential(&owner, account.user.kind, &Secret::from(secret.expose().as_str()));
        if let Some(token) = token {
            vault.keep_token(&owner, FIRST_RESOURCE, token, now);
        }
    })?;
    if let Some(warning) = warning {
        output::warn(&warning);
    }
    Profile::change(&context.home, |profile| {
        profile.sign_in(accounts);
        Ok(())
    })
}
