//! `doorward env`: how Azure's clients find the server and trust it.

use super::trust::bundle;
use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use crate::output;
use crate::profile::{Profile, Server};
use crate::shell::{Shell, quote};
use std::path::Path;

/// For which program.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the commands that register the server as a cloud of `az`
    #[arg(long)]
    az: bool,
    /// The shell that reads it
    #[arg(long, value_enum, default_value = "sh")]
    shell: Shell,
}

/// Prints it.
pub fn run(args: &Args, context: &Context) -> Outcome {
    let profile = Profile::load(&context.home)?;
    let server = Server::chosen(&profile);
    if args.az {
        return Ok(Report::Text(registration(&server.authority)));
    }
    let current = profile
        .current()
        .ok()
        .filter(|account| account.server.authority == server.authority);
    let mut variables = vec![
        ("DOORWARD_URL", server.authority.clone()),
        ("AZURE_AUTHORITY_HOST", server.authority.clone()),
        ("AZURE_CORE_INSTANCE_DISCOVERY", "false".to_owned()),
    ];
    if current.is_none() {
        output::warn(&format!(
            "nobody is signed in to {}: no tenant is named (`doorward login`)",
            server.authority
        ));
    }
    if let Some(account) = current {
        variables.push(("AZURE_TENANT_ID", account.tenant_id.clone()));
        if account.id != account.tenant_id {
            variables.push(("AZURE_SUBSCRIPTION_ID", account.id.clone()));
        }
    }
    if let Some(ca_file) = &server.ca_file {
        let bundle = text(&bundle::write(&context.home, ca_file)?)?;
        variables.push(("DOORWARD_CA", text(ca_file)?));
        variables.push(("REQUESTS_CA_BUNDLE", bundle.clone()));
        variables.push(("SSL_CERT_FILE", bundle));
        variables.push(("NODE_EXTRA_CA_CERTS", text(ca_file)?));
    }
    let lines: Vec<String> = variables
        .iter()
        .map(|(name, value)| args.shell.export(name, value))
        .collect();
    Ok(Report::Text(lines.join("\n")))
}

fn text(path: &Path) -> Result<String, Failure> {
    let text = path
        .to_str()
        .ok_or_else(|| Failure::new(format!("{} is no text", path.display())))?;
    Ok(text.to_owned())
}

fn registration(origin: &str) -> String {
    let origin = quote(origin);
    format!(
        "# `az` needs to trust the server first: eval \"$(doorward env)\"\n\
         az cloud register -n Doorward --endpoint-resource-manager {origin}\n\
         az cloud set -n Doorward\n\
         az config set core.instance_discovery=false"
    )
}
