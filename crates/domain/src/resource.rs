//! Resources: what tokens are for. The built-in ones carry their well-known ids; all others are applications
//! that are named by id or identifier URI.

use doorward_names::{AppId, IdentifierUri, ObjectId, PermissionId};

use crate::application::{
    AppRole, Application, ConsentType, GroupClaims, OptionalClaim, PermissionScope, PreAuthorized,
};
use crate::service_principal::ServicePrincipal;
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

/// A scope of a built-in resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delegated {
    /// Its published id.
    pub id: u128,
    /// As it stands in `scp`.
    pub value: &'static str,
    /// Who can agree to it.
    pub consent: ConsentType,
    /// What it allows, in a few words.
    pub name: &'static str,
}

impl Delegated {
    const fn new(id: u128, value: &'static str, name: &'static str) -> Self {
        Self {
            id,
            value,
            consent: ConsentType::User,
            name,
        }
    }

    const fn by_administrators(id: u128, value: &'static str, name: &'static str) -> Self {
        Self {
            consent: ConsentType::Admin,
            ..Self::new(id, value, name)
        }
    }

    /// As scopes are described elsewhere.
    pub fn scope(&self) -> PermissionScope {
        let text = || self.name.to_owned();
        PermissionScope {
            id: PermissionId::from_u128(self.id),
            value: self.value.to_owned(),
            enabled: true,
            consent: self.consent,
            for_administrators: (text(), text()),
            for_people: (Some(text()), Some(text())),
        }
    }
}

/// Scopes of Microsoft Graph (Microsoft Graph permissions reference). Those of sign-in are among them.
const GRAPH: &[Delegated] = &[
    Delegated::new(0x37f7f235_527c_4136_accd_4a02d197296e, "openid", "Sign you in"),
    Delegated::new(0x14dad69e_099b_42c9_810b_d002981feec1, "profile", "See your name"),
    Delegated::new(
        0x64a6cdd6_aab1_4aaf_94b8_3cc8405e90d0,
        "email",
        "See your e-mail address",
    ),
    Delegated::new(
        0x7427e0e9_2fba_42fe_b0c0_848c9e6a8182,
        "offline_access",
        "Keep what it may do while you are away",
    ),
    Delegated::new(
        0xe1fe6dd8_ba31_4d61_89e7_88639da4683d,
        "User.Read",
        "Read your account in the directory",
    ),
    Delegated::by_administrators(
        0xa154be20_db9c_4678_8ab7_66f6cc099a59,
        "User.Read.All",
        "Read all accounts",
    ),
    Delegated::by_administrators(
        0x204e0828_b5ca_4ad8_b9f3_f32a958e7cc4,
        "User.ReadWrite.All",
        "Read and change all accounts",
    ),
    Delegated::by_administrators(
        0x5f8c59db_677d_491f_a6b8_5f174b11ec1d,
        "Group.Read.All",
        "Read all groups",
    ),
    Delegated::by_administrators(
        0x4e46008b_f24c_477d_8fff_7bb4ec7aafe0,
        "Group.ReadWrite.All",
        "Read and change all groups",
    ),
    Delegated::by_administrators(
        0xbc024368_1153_4739_b217_4326f2e966d0,
        "GroupMember.Read.All",
        "See who is in which group",
    ),
    Delegated::by_administrators(
        0xf81125ac_d3b7_4573_a3b2_7099cc39df9e,
        "GroupMember.ReadWrite.All",
        "See and change who is in which group",
    ),
    Delegated::by_administrators(
        0xc79f8feb_a9db_4090_85f9_90d820caa0eb,
        "Application.Read.All",
        "Read all applications",
    ),
    Delegated::by_administrators(
        0xbdfbf15f_ee85_4955_8675_146e8e5296b5,
        "Application.ReadWrite.All",
        "Read and change all applications",
    ),
    Delegated::by_administrators(
        0xe4c9e354_4dc5_45b8_9e7c_e1393b0b1a20,
        "AuditLog.Read.All",
        "Read the audit log",
    ),
    Delegated::by_administrators(
        0x06da0dbc_49e2_44d2_8312_53f166ab848a,
        "Directory.Read.All",
        "Read the directory",
    ),
    Delegated::by_administrators(
        0xc5366453_9fb0_48a5_a156_24f0c49a4b84,
        "Directory.ReadWrite.All",
        "Read and change the directory",
    ),
    Delegated::by_administrators(
        0x0e263e50_5827_48a4_b97c_d940288653c7,
        "Directory.AccessAsUser.All",
        "Do in the directory all that you may",
    ),
];

/// Scopes of the older directory API.
const DIRECTORY_GRAPH: &[Delegated] = &[
    Delegated::new(
        0x311a71cc_e848_46a1_bdf8_97ff7156d8e6,
        "User.Read",
        "Read your account in the directory",
    ),
    Delegated::by_administrators(
        0xa42657d6_7f20_40e3_b6f0_cee03008a62a,
        "Directory.AccessAsUser.All",
        "Do in the directory all that you may",
    ),
];

/// The one scope of most resources.
const fn in_your_name(id: u128) -> Delegated {
    Delegated::new(id, "user_impersonation", "Do there in your name all that you may")
}

const RESOURCE_MANAGER: &[Delegated] = &[in_your_name(0x41094075_9dad_400e_a0bd_54e686782033)];
const MACHINE_LEARNING: &[Delegated] = &[in_your_name(0x1a7925b5_f871_417a_9b8b_303f9f29fa10)];
const STORAGE: &[Delegated] = &[in_your_name(0x03e0da56_190b_40ad_a80c_ea378c433f7f)];
const KEY_VAULT: &[Delegated] = &[in_your_name(0xf53da476_18e3_4152_8e01_aec403e6edc0)];

impl FirstParty {
    /// The scopes that registered clients can be given on it.
    pub const fn delegated(self) -> &'static [Delegated] {
        match self {
            Self::ResourceManager => RESOURCE_MANAGER,
            Self::MicrosoftGraph => GRAPH,
            Self::DirectoryGraph => DIRECTORY_GRAPH,
            Self::MachineLearning => MACHINE_LEARNING,
            Self::Storage => STORAGE,
            Self::KeyVault => KEY_VAULT,
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
    /// What people call it; of a built-in one [`FirstParty::display_name`] says that.
    pub name: Option<String>,
    /// Scopes that its registration offers; of a built-in one none.
    pub scopes: Vec<PermissionScope>,
    /// Clients that need nobody's consent for some of them.
    pub trusted: Vec<PreAuthorized>,
    /// Its service principal in the tenant, where one was looked for.
    pub principal: Option<ObjectId>,
    /// Whether its tokens are only for those who were given a role in it.
    pub assignment_required: bool,
    /// Roles that people and applications can have in it.
    pub roles: Vec<AppRole>,
    /// Which groups its tokens name.
    pub group_claims: GroupClaims,
    /// What access tokens for it say besides.
    pub optional_claims: Vec<OptionalClaim>,
}

impl Resource {
    /// The resource as the tenant of this service principal knows it.
    #[must_use]
    pub fn seen_by(self, principal: &ServicePrincipal) -> Self {
        Self {
            principal: Some(principal.id),
            assignment_required: principal.assignment_required,
            ..self
        }
    }

    /// What people call it.
    pub fn display_name(&self) -> &str {
        match self.first_party {
            Some(first_party) => first_party.display_name(),
            None => self.name.as_deref().unwrap_or_default(),
        }
    }

    /// The scopes that can be asked for on it now.
    pub fn offered(&self) -> Vec<PermissionScope> {
        match self.first_party {
            Some(first_party) => first_party.delegated().iter().map(Delegated::scope).collect(),
            None => self
                .scopes
                .iter()
                .filter(|scope| scope.enabled)
                .cloned()
                .collect(),
        }
    }

    /// What a built-in client may do on it for a person.
    pub fn scopes_of_built_in_clients(&self) -> Vec<String> {
        let words = self
            .first_party
            .map_or(&["user_impersonation"][..], FirstParty::user_scopes);
        words.iter().map(|word| (*word).to_owned()).collect()
    }

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
            name: None,
            scopes: Vec::new(),
            trusted: Vec::new(),
            principal: None,
            assignment_required: false,
            roles: Vec::new(),
            group_claims: GroupClaims::None,
            optional_claims: Vec::new(),
        }
    }
}

impl From<Application> for Resource {
    fn from(application: Application) -> Self {
        Self {
            app_id: application.app_id,
            first_party: None,
            token_version: application.token_version,
            name: Some(application.display_name.to_string()),
            scopes: application.scopes,
            trusted: application.pre_authorized,
            principal: None,
            assignment_required: false,
            roles: application.roles,
            group_claims: application.group_claims,
            optional_claims: application.optional_claims.access_token,
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
