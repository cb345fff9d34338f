//! The command's environment: the person's, without what may hold Azure credentials, with what leads to the server.

use super::directory::Directory;
use super::home::PrivateHome;
use super::shim;
use super::ticket::Ticket;
use super::trust::{BUNDLE_VARIABLES, Trust};
use crate::config;
use doorward_names::SecretString;
use doorward_protocol::run::IdentityKind;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// What the names of variables start with that are not passed on.
const DROPPED: [&str; 6] = ["AZURE_", "ARM_", "AML_", "AZUREML_", "MSI_", "IDENTITY_"];

/// Further variables by which programs find an identity of the machine or the cloud they run in.
const ALSO_DROPPED: [&str; 6] = [
    "IMDS_ENDPOINT",
    "OBO_ENDPOINT",
    "DEFAULT_IDENTITY_CLIENT_ID",
    "ACC_CLOUD",
    "ACC_OID",
    "ACC_TID",
];

/// Ours; dropped only when the command has an identity of its own.
const OURS: &str = "DOORWARD_";

/// Variables that name a proxy.
const PROXIES: [&str; 4] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];

/// Turned off, for programs that report what is done with them.
const TELEMETRY: [(&str, &str); 4] = [
    ("AZURE_CORE_COLLECT_TELEMETRY", "no"),
    ("AZURE_DEV_COLLECT_TELEMETRY", "no"),
    ("AZURE_TELEMETRY_DISABLED", "1"),
    ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"),
];

/// Where the keyring would be reached, in which some programs keep tokens.
const KEYRING: &str = "DBUS_SESSION_BUS_ADDRESS";

/// What the environment is made of.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The run's directory.
    pub directory: &'a Directory,
    /// The command's home.
    pub home: &'a PrivateHome,
    /// What is trusted.
    pub trust: &'a Trust,
    /// The ticket.
    pub ticket: &'a Ticket,
    /// Variables that are passed on in any case.
    pub pass: &'a [String],
    /// Where the person outside is reached.
    pub socket: &'a Path,
}

/// A loopback proxy: its URL with the run's credential, and its port.
pub struct Proxy {
    /// The URL.
    pub url: SecretString,
    /// The port.
    pub port: u16,
}

/// Whether a variable stays outside.
pub fn is_dropped(name: &OsStr, foreign: bool) -> bool {
    let name = name.to_string_lossy().to_ascii_uppercase();
    DROPPED.iter().any(|prefix| name.starts_with(prefix))
        || ALSO_DROPPED.contains(&name.as_str())
        || foreign && name.starts_with(OURS)
        || PROXIES.contains(&name.as_str())
}

/// A variable with a credential that the command may miss: it stays outside, and no identity comes in its place.
pub fn missed(ticket: &Ticket, pass: &[String]) -> Option<String> {
    let names = config::everything().map(|(name, _)| name.to_string_lossy().into_owned());
    let credential = |name: &String| {
        let ends = [
            "_SECRET",
            "_PASSWORD",
            "_PASS",
            "_TOKEN_FILE",
            "_CLIENT_ID",
            "_PRINCIPAL_ID",
        ];
        ends.iter().any(|end| name.ends_with(end)) && is_dropped(OsStr::new(name), false)
    };
    let mut missed: Vec<String> = names
        .filter(credential)
        .filter(|name| !pass.contains(name))
        .collect();
    missed.sort();
    missed.into_iter().next().filter(|_| ticket.identity().is_none())
}

impl Surroundings<'_> {
    /// The whole environment, in the order of names.
    pub fn environment(&self, proxy: Option<&Proxy>) -> Vec<(OsString, OsString)> {
        let foreign = self.ticket.identity().is_some();
        let mut all: BTreeMap<OsString, OsString> = config::everything()
            .filter(|(name, _)| !is_dropped(name, foreign))
            .collect();
        for (name, value) in self.own(proxy) {
            all.insert(name.into(), value);
        }
        for (name, value) in config::everything() {
            if self.pass.iter().any(|wanted| name == wanted.as_str()) {
                all.insert(name, value);
            }
        }
        all.into_iter().collect()
    }

    fn own(&self, proxy: Option<&Proxy>) -> Vec<(&'static str, OsString)> {
        let mut own: Vec<(&'static str, OsString)> = vec![
            ("HOME", self.home.view.clone().into()),
            ("AZURE_CONFIG_DIR", self.home.azure().into()),
            (KEYRING, "disabled:".into()),
            (config::RUN, self.socket.into()),
            // Its files go with it, and would leave their keys behind.
            (config::KEYRING, "never".into()),
        ];
        own.extend(TELEMETRY.map(|(name, value)| (name, value.into())));
        own.extend(BUNDLE_VARIABLES.map(|name| (name, self.trust.bundle.clone().into())));
        let shims = self.directory.join(shim::DIRECTORY);
        own.push(("BROWSER", shims.join(shim::BROWSER).into()));
        let path = std::iter::once(shims).chain(config::search_path());
        own.extend(std::env::join_paths(path).map(|path| ("PATH", path)));
        own.push(("JAVA_TOOL_OPTIONS", self.java(proxy).into()));
        if let Some(proxy) = proxy {
            let url = OsString::from(proxy.url.expose());
            for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
                own.push((name, url.clone()));
            }
            for name in ["NO_PROXY", "no_proxy"] {
                own.push((name, "localhost,127.0.0.1,::1".into()));
            }
            own.push(("NODE_USE_ENV_PROXY", "1".into()));
        }
        own.extend(self.identity());
        own
    }

    fn java(&self, proxy: Option<&Proxy>) -> String {
        let mut options = vec![
            config::variable_text("JAVA_TOOL_OPTIONS").unwrap_or_default(),
            format!("-Duser.home={}", self.home.view.display()),
            self.trust.java_options(),
        ];
        if let Some(Proxy { port, .. }) = proxy {
            options.push(format!(
                "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort={port} -Dhttps.proxyHost=127.0.0.1 \
                 -Dhttps.proxyPort={port} -Dhttp.nonProxyHosts=localhost|127.0.0.1|[::1]"
            ));
        }
        options.join(" ").trim_start().to_owned()
    }

    /// What the command signs in by, under the names that the page and Azure's libraries read.
    fn identity(&self) -> Vec<(&'static str, OsString)> {
        let Some(identity) = self.ticket.identity() else {
            return Vec::new();
        };
        let (tenant, client) = (self.ticket.tenant().to_owned(), identity.client_id.to_string());
        let secret = identity.secret.expose().clone();
        let mut variables = match identity.kind {
            IdentityKind::ServicePrincipal => vec![
                ("AML_TENANT_ID", tenant.clone()),
                ("AML_PRINCIPAL_ID", client.clone()),
                ("AML_PRINCIPAL_PASS", secret.clone()),
                ("AZURE_CLIENT_SECRET", secret.clone()),
                ("ARM_TENANT_ID", tenant.clone()),
                ("ARM_CLIENT_ID", client.clone()),
                ("ARM_CLIENT_SECRET", secret),
            ],
            IdentityKind::User => vec![
                ("AML_TENANT_ID", tenant.clone()),
                ("AZURE_USERNAME", identity.username.clone().unwrap_or_default()),
                ("AZURE_PASSWORD", secret),
            ],
        };
        variables.push(("AZURE_TENANT_ID", tenant));
        variables.push(("AZURE_CLIENT_ID", client));
        if let Some(subscription) = self.ticket.subscription() {
            variables.push(("AZURE_SUBSCRIPTION_ID", subscription.to_owned()));
        }
        variables
            .into_iter()
            .map(|(name, value)| (name, value.into()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_hold_credentials_stays_outside() {
        for name in [
            "AZURE_CLIENT_SECRET",
            "azure_client_secret",
            "ARM_CLIENT_ID",
            "AML_PRINCIPAL_PASS",
            "AZUREML_SERVICE_PRINCIPAL_PASSWORD",
            "MSI_SECRET",
            "IDENTITY_HEADER",
            "IMDS_ENDPOINT",
            "https_proxy",
        ] {
            assert!(is_dropped(OsStr::new(name), false), "{name}");
        }
        for name in ["PATH", "HOME", "ARMOUR", "XAZURE_CLIENT_ID", "DOORWARD_URL"] {
            assert!(!is_dropped(OsStr::new(name), false), "{name}");
        }
        assert!(is_dropped(OsStr::new("DOORWARD_ADMIN_PASSWORD"), true));
    }
}
