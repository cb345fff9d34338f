//! The hosts of Azure's public cloud that programs name, and what each of them stands for.
//!
//! They lead to this server only inside a run (`doorward run`), and are answered only to a run's ticket. Deliberately
//! not here: addresses, certificates, and who may ask.

use doorward_names::TenantId;

/// What a host stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AzurePlane {
    /// The token service.
    Login,
    /// Resource Manager.
    ResourceManager,
    /// Microsoft Graph.
    Graph,
    /// The older directory API.
    DirectoryGraph,
    /// A workspace's own services.
    Workspace,
    /// The machine-learning studio.
    Studio,
    /// Short links; only some paths are ours ([`is_own_short_link`], [`below_extension_index`]).
    ShortLinks,
}

/// The host that tokens' issuers and caches name.
pub const LOGIN: &str = "login.microsoftonline.com";

/// The older name of [`LOGIN`], by which Resource Manager says to which tenant a subscription belongs.
pub const OLDER_LOGIN: &str = "login.windows.net";

/// The issuer of v1 tokens.
pub const V1_ISSUER: &str = "sts.windows.net";

/// The host of Microsoft Graph.
pub const GRAPH: &str = "graph.microsoft.com";

/// The host of short links.
pub const SHORT_LINKS: &str = "aka.ms";

/// Every host that is one name.
pub const NAMES: [(&str, AzurePlane); 10] = [
    (LOGIN, AzurePlane::Login),
    (OLDER_LOGIN, AzurePlane::Login),
    ("login.microsoft.com", AzurePlane::Login),
    (V1_ISSUER, AzurePlane::Login),
    ("management.azure.com", AzurePlane::ResourceManager),
    ("management.core.windows.net", AzurePlane::ResourceManager),
    (GRAPH, AzurePlane::Graph),
    ("graph.windows.net", AzurePlane::DirectoryGraph),
    ("ml.azure.com", AzurePlane::Studio),
    (SHORT_LINKS, AzurePlane::ShortLinks),
];

/// What follows the region in the host of a workspace's services: `eastus2.api.azureml.ms`.
pub const WORKSPACE_SUFFIX: &str = ".api.azureml.ms";

/// One of the hosts, in lower case and without a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AzureHost {
    name: String,
    plane: AzurePlane,
}

impl AzureHost {
    /// Reads a host name, or a Host header: any case, with or without `:443` or a final dot.
    pub fn parse(host: &str) -> Option<Self> {
        let name = host.strip_suffix(":443").unwrap_or(host).to_ascii_lowercase();
        let name = name.strip_suffix('.').unwrap_or(&name);
        let plane = match NAMES.iter().find(|(known, _)| *known == name) {
            Some((_, plane)) => *plane,
            None => name
                .strip_suffix(WORKSPACE_SUFFIX)
                .filter(|region| is_region(region))
                .map(|_| AzurePlane::Workspace)?,
        };
        Some(Self {
            name: name.to_owned(),
            plane,
        })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `https://NAME`.
    pub fn url(&self) -> String {
        format!("https://{}", self.name)
    }

    /// What it stands for.
    pub fn plane(&self) -> AzurePlane {
        self.plane
    }
}

/// One label (RFC 1035 §2.3.1), as a certificate's wildcard matches it.
fn is_region(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// The issuer of a tenant's v1 tokens under these hosts, whichever of them was asked.
pub fn v1_issuer(tenant: &str) -> String {
    format!("https://{V1_ISSUER}/{tenant}/")
}

/// The issuer of a tenant's v2.0 tokens under these hosts.
pub fn v2_issuer(tenant: &str) -> String {
    format!("https://{LOGIN}/{tenant}/v2.0")
}

/// Both issuers of a tenant.
pub fn issuers(tenant: TenantId) -> [String; 2] {
    [v1_issuer(&tenant.to_string()), v2_issuer(&tenant.to_string())]
}

/// What is said under these hosts when the server behind them isn't there: JSON in which clients of most planes read
/// `error.message`, and those of the token service `error_description`.
pub fn bad_gateway(message: &str) -> String {
    serde_json::json!({
        "error": {"code": "BadGateway", "message": message},
        "error_description": message,
    })
    .to_string()
}

/// Whether a path below `https://aka.ms` is one of ours; the others belong to Microsoft.
pub fn is_own_short_link(path: &str) -> bool {
    path.trim_end_matches('/')
        .eq_ignore_ascii_case(crate::paths::DEVICE_LOGIN)
}

/// Where `az` looks for its extensions, below [`SHORT_LINKS`].
pub const EXTENSION_INDEX: &str = "/azure-cli-extension-index-v1";

/// What follows the index of extensions in a path below `https://aka.ms`: nothing, or `/` and the name of a file; `None`
/// for every other path.
pub fn below_extension_index(path: &str) -> Option<&str> {
    let (index, below) = path.split_at_checked(EXTENSION_INDEX.len())?;
    (index.eq_ignore_ascii_case(EXTENSION_INDEX) && (below.is_empty() || below.starts_with('/')))
        .then_some(below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_in_every_spelling() {
        for (name, plane) in NAMES {
            for spelling in [
                name.to_owned(),
                name.to_uppercase(),
                format!("{name}:443"),
                format!("{name}."),
            ] {
                let host = AzureHost::parse(&spelling).unwrap();
                assert_eq!((host.name(), host.plane()), (name, plane), "{spelling}");
            }
        }
        let workspace = AzureHost::parse("EastUS2.api.azureml.ms").unwrap();
        assert_eq!(workspace.url(), "https://eastus2.api.azureml.ms");
        assert_eq!(workspace.plane(), AzurePlane::Workspace);
    }

    #[test]
    fn what_only_looks_alike_is_none() {
        for host in [
            "",
            "microsoftonline.com",
            "login.microsoftonline.com:8443",
            "login.microsoftonline.com.evil.test",
            "xlogin.microsoftonline.com",
            "api.azureml.ms",
            ".api.azureml.ms",
            "a.b.api.azureml.ms",
            "-a.api.azureml.ms",
            "www.aka.ms",
            "portal.azure.com",
            "login.microsoftonline.com..",
        ] {
            assert_eq!(AzureHost::parse(host), None, "{host}");
        }
    }

    #[test]
    fn only_the_device_page_is_our_short_link() {
        assert!(is_own_short_link("/devicelogin") && is_own_short_link("/DeviceLogin/"));
        assert!(
            !is_own_short_link("/") && !is_own_short_link("/devicelogin2") && !is_own_short_link("/azcli")
        );
    }

    #[test]
    fn the_index_of_extensions_and_what_is_below_it() {
        for (path, below) in [
            ("/azure-cli-extension-index-v1", Some("")),
            ("/Azure-CLI-extension-index-v1/a.whl", Some("/a.whl")),
            ("/azure-cli-extension-index-v12", None),
            ("/azure-cli-extension-index", None),
            ("/", None),
            ("/azure-cli-extension-index-\u{e9}", None),
        ] {
            assert_eq!(below_extension_index(path), below, "{path}");
        }
    }
}
