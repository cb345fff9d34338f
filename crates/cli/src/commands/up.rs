//! `doorward up`: a development server, and the local command line signed in to it.

use super::login;
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use crate::profile::{Account, Profile, Server, User, UserKind};
use crate::session::Session;
use crate::shell::Shell;
use crate::{config, files, output, prompt};
use doorward_names::Duration;
use doorward_server::boot::{self, BootError, DevelopmentInfo, Running, UpOptions};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// How to start.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Data directory; `$XDG_DATA_HOME/doorward` or `~/.local/share/doorward` when not given
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where to listen, on this machine only; port 0 picks a free one; 127.0.0.1:8443 and [::1]:8443 when not given
    #[arg(long, value_name = "ADDR:PORT", value_parser = address)]
    listen: Option<SocketAddr>,
    /// Write what a script needs to this file, as `export`s, readable by you alone
    #[arg(long, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// PostgreSQL connection string instead of the built-in database; `@FILE` reads it from a file
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// At the first start, leave out the sample: the workspace `ml-example` and the service principal `ml-sample`
    #[arg(long)]
    bare: bool,
    /// Let access tokens expire sooner than after an hour, to see what a program does then
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(10..=3600))]
    token_lifetime: Option<i64>,
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let parsed = match text.strip_prefix("localhost:") {
        Some(port) => port
            .parse()
            .ok()
            .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        None => text.parse().ok(),
    };
    parsed.ok_or_else(|| "expected an address and a port, such as 127.0.0.1:8443 or [::1]:0".to_owned())
}

/// Where the data is when nobody says.
pub fn default_data() -> Result<PathBuf, Failure> {
    config::data_dir().ok_or_else(|| {
        Failure::new("there is no home directory for the data").cure("name a directory with `--data DIR`")
    })
}

/// Runs a server until it is told to stop.
pub fn run(args: Args, context: &Context) -> Outcome {
    let data = match args.data {
        Some(data) => std::path::absolute(&data).map_err(|e| Failure::file(&data, e))?,
        None => default_data()?,
    };
    let postgres = args
        .postgres
        .as_deref()
        .map(|given| prompt::secret(Some(given), "PostgreSQL"))
        .transpose()?;
    let options = UpOptions {
        data: data.clone(),
        listen: args.listen,
        postgres,
        bare: args.bare,
        token_lifetime: args.token_lifetime.map(Duration::seconds),
    };
    runtime()?.block_on(async {
        let (running, info) = boot::up(options).await.map_err(failure)?;
        let account = account(&running.url, &info);
        if let Some(path) = &args.env_file {
            files::replace(path, environment(&running.url, &info).as_bytes())
                .map_err(|e| Failure::file(path, e))?;
        }
        sign_in(&running, &info, &account, context).await?;
        banner(&running.url, &info, &data);
        if let Some(seconds) = args.token_lifetime {
            output::warn(&format!(
                "access tokens expire {seconds} seconds after they were issued"
            ));
        }
        output::announce(&format!("ready {}", running.url))?;
        running.wait().await.map_err(failure)
    })?;
    Ok(Report::Nothing)
}

/// The runtime of a server.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    built.map_err(|e| Failure::new(format!("can't start: {e}")))
}

/// Why the server doesn't start, and what to do about it.
pub fn failure(error: BootError) -> Failure {
    let cure = match &error {
        BootError::Listen(e) if e.kind() == std::io::ErrorKind::AddrInUse => {
            Some("stop the program that has the port, or choose another one: `--listen 127.0.0.1:9443`")
        }
        BootError::InUse(_) => Some("stop the other server, or choose another directory: `--data DIR`"),
        BootError::Disk(_) => Some("make room on the disk, then start again"),
        _ => None,
    };
    let failure = Failure::new(error.to_string());
    match cure {
        Some(cure) => failure.cure(cure),
        None => failure,
    }
}

fn account(url: &str, info: &DevelopmentInfo) -> Account {
    Account {
        environment_name: "Doorward".to_owned(),
        home_tenant_id: info.tenant.to_string(),
        id: info.subscription.to_string(),
        is_default: true,
        managed_by_tenants: Vec::new(),
        name: info.subscription_name.clone(),
        state: "Enabled".to_owned(),
        tenant_default_domain: Some(info.tenant_domain.clone()),
        tenant_display_name: Some(info.tenant_name.clone()),
        tenant_id: info.tenant.to_string(),
        user: User {
            name: info.admin_upn.clone(),
            kind: UserKind::User,
        },
        server: Server {
            authority: url.to_owned(),
            ca_file: Some(info.ca_file.clone()),
        },
    }
}

/// Signs the local command line in as the administrator, unless it is.
async fn sign_in(
    running: &Running,
    info: &DevelopmentInfo,
    account: &Account,
    context: &Context,
) -> Result<(), Failure> {
    let listed = Profile::load(&context.home)?
        .subscriptions
        .iter()
        .any(|other| same(other, account));
    if listed && !session_has_ended(account, context).await {
        return Ok(());
    }
    // The same tenant at another port is the same server, started differently.
    Profile::change(&context.home, |profile| {
        profile.subscriptions.retain(|other| {
            other.tenant_id != account.tenant_id || other.user != account.user || same(other, account)
        });
        Ok(())
    })?;
    let token = boot::sign_in(running, info).await.map_err(failure)?;
    login::store(vec![account.clone()], &token, None, context)
}

fn same(one: &Account, other: &Account) -> bool {
    one.id == other.id
        && one.tenant_id == other.tenant_id
        && one.user == other.user
        && one.server == other.server
}

/// Whether there is no session from an earlier start that is still good.
async fn session_has_ended(account: &Account, context: &Context) -> bool {
    match Session::open(&context.home, account, None) {
        Ok(session) => session.is_alive().await.is_ok_and(|alive| !alive),
        Err(_) => true,
    }
}

fn environment(url: &str, info: &DevelopmentInfo) -> String {
    let ca_file = info.ca_file.to_string_lossy();
    let (tenant, subscription) = (info.tenant.to_string(), info.subscription.to_string());
    [
        ("DOORWARD_URL", url),
        ("DOORWARD_CA", &ca_file),
        ("DOORWARD_TENANT_ID", &tenant),
        ("DOORWARD_TENANT_DOMAIN", &info.tenant_domain),
        ("DOORWARD_SUBSCRIPTION_ID", &subscription),
        ("DOORWARD_ADMIN_UPN", &info.admin_upn),
        ("DOORWARD_ADMIN_PASSWORD", info.admin_password.expose()),
    ]
    .map(|(name, value)| format!("{}\n", Shell::Sh.export(name, value)))
    .concat()
}

fn banner(url: &str, info: &DevelopmentInfo, data: &Path) {
    let program = config::program();
    let lines = [
        format!(
            "Doorward {} for development, on this machine only",
            env!("CARGO_PKG_VERSION")
        ),
        format!("  server        {url}"),
        format!("  tenant        {} ({})", info.tenant, info.tenant_domain),
        format!(
            "  subscription  {} ({})",
            info.subscription, info.subscription_name
        ),
        format!(
            "  administrator {} (password in {})",
            info.admin_upn,
            data.join("dev-credentials").display()
        ),
        format!("  authority     {}", info.ca_file.display()),
        "This machine's command line is signed in as the administrator. In another terminal:".to_owned(),
        format!("  {program} ad sp create-for-rbac --sdk-auth --name ml-auth"),
        format!("  {program} env      variables for Azure's clients"),
        format!("  {program} trust    certificate authority for browsers and other programs"),
    ];
    lines.iter().for_each(|line| output::note(line));
}
