//! Resources: what tokens are for. The built-in ones carry their well-known ids; all others are applications
//! that are named by id or identifier URI.

use doorward_names::{AppId, IdentifierUri};

use crate::token::TokenVersion;

/// A built-in resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FirstParty {
    /// Resource Manager, under both its names.
    ResourceManager,
    /// Microsoft Graph.
    MicrosoftGraph,
    /// The older directory graph.
    DirectoryGraph,
    /// Azure Machine Learning.
    MachineLearning,
    /// Storage.
    Storage,
    /// Key Vault.
    KeyVault,
}

impl FirstParty {
    /// Every built-in resource.
    pub const ALL: [Self; 6] = [
        Self::ResourceManager,
        Self::MicrosoftGraph,
        Self::DirectoryGraph,
        Self::MachineLearning,
        Self::Storage,
        Self::KeyVault,
    ];

    /// Its application id, the same everywhere.
    pub const fn app_id(self) -> AppId {
        AppId::from_u128(match self {
            Self::ResourceManager => 0x797f4846_ba00_4fd7_ba43_dac1f8f63013,
            Self::MicrosoftGraph => 0x00000003_0000_0000_c000_000000000000,
            Self::DirectoryGraph => 0x00000002_0000_0000_c000_000000000000,
            Self::MachineLearning => 0x0736f41a_0425_4b46_bdb5_1563eff02385,
            Self::Storage => 0xe406a681_f3d4_42a8_90b6_c2b029497af1,
            Self::KeyVault => 0xcfa8b339_82a2_471a_a3c9_0fc0be7a4093,
        })
    }

    /// The name that people know it by.
    pub const fn display_name(self) -> &'static str {
        match self {
            Self::ResourceManager => "Windows Azure Service Management API",
            Self::MicrosoftGraph => "Microsoft Graph",
            Self::DirectoryGraph => "Windows Azure Active Directory",
            Self::MachineLearning => "Azure Machine Learning",
            Self::Storage => "Azure Storage",
            Self::KeyVault => "Azure Key Vault",
        }
    }

    /// The URIs that name it, without a trailing slash; each may be asked for with one as well.
    pub const fn uris(self) -> &'static [&'static str] {
        match self {
            Self::ResourceManager => &[
                "https://management.azure.com",
                "https://management.core.windows.net",
            ],
            Self::MicrosoftGraph => &["https://graph.microsoft.com"],
            Self::DirectoryGraph => &["https://graph.windows.net"],
            Self::MachineLearning => &["https://ml.azure.com"],
            Self::Storage => &["https://storage.azure.com"],
            Self::KeyVault => &["https://vault.azure.net"],
        }
    }

    /// The resource that `text` names by id or URI, with or without trailing slash, in any case.
    pub fn find(text: &str) -> Option<Self> {
        let folded = IdentifierUri::fold(text);
        Self::ALL
            .into_iter()
            .find(|r| r.uris().contains(&folded.as_str()) || folded == r.app_id().to_string())
    }

    /// The form of its tokens.
    pub const fn token_version(self) -> TokenVersion {
        TokenVersion::V1
    }

    /// The scope that a built-in client holds on it for a person (`scp`).
    pub const fn user_scopes(self) -> &'static [&'static str] {
        match self {
            Self::MicrosoftGraph | Self::DirectoryGraph => &["Directory.AccessAsUser.All", "User.Read"],
            Self::ResourceManager | Self::MachineLearning | Self::Storage | Self::KeyVault => {
                &["user_impersonation"]
            }
        }
    }
}

/// A resource that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its application id.
    pub app_id: AppId,
    /// Which built-in resource it is, if it is one.
    pub first_party: Option<FirstParty>,
    /// The form of its tokens.
    pub token_version: TokenVersion,
}

impl Resource {
    /// `aud` of a token for this resource when the client asked for it as `requested`.
    ///
    /// v1 repeats the text that was asked for, trailing slash included; v2 is always the application id.
    pub fn audience(&self, requested: &str) -> String {
        match self.token_version {
            TokenVersion::V1 => requested.to_owned(),
            TokenVersion::V2 => self.app_id.to_string(),
        }
    }
}

impl From<FirstParty> for Resource {
    fn from(resource: FirstParty) -> Self {
        Self {
            app_id: resource.app_id(),
            first_party: Some(resource),
            token_version: resource.token_version(),
        }
    }
}

/// Built-in public clients: programs that act for people and hold no secret.
pub mod client {
    use doorward_names::AppId;

    /// The Azure command line, by whose id ours signs in as well.
    pub const COMMAND_LINE: AppId = AppId::from_u128(0x04b07795_8ddb_461a_bbee_02f9e1bf7b46);

    /// The name that people know a built-in client by; `None` for all others.
    pub fn display_name(client: AppId) -> Option<&'static str> {
        (client == COMMAND_LINE).then_some("Microsoft Azure CLI")
    }
}
