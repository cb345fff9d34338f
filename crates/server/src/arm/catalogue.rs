//! What this Resource Manager has to offer: places, providers, and their types of resources.

/// A place where resources can be.
pub struct Place {
    /// `westeurope`.
    pub name: &'static str,
    /// `West Europe`.
    pub display_name: &'static str,
    /// The part of the world that it is in.
    pub geography: &'static str,
}

const fn place(name: &'static str, display_name: &'static str, geography: &'static str) -> Place {
    Place {
        name,
        display_name,
        geography,
    }
}

/// Azure's public regions. All of them are here.
pub const PLACES: &[Place] = &[
    place("eastus", "East US", "US"),
    place("eastus2", "East US 2", "US"),
    place("centralus", "Central US", "US"),
    place("northcentralus", "North Central US", "US"),
    place("southcentralus", "South Central US", "US"),
    place("westcentralus", "West Central US", "US"),
    place("westus", "West US", "US"),
    place("westus2", "West US 2", "US"),
    place("westus3", "West US 3", "US"),
    place("canadacentral", "Canada Central", "Canada"),
    place("canadaeast", "Canada East", "Canada"),
    place("mexicocentral", "Mexico Central", "Mexico"),
    place("brazilsouth", "Brazil South", "South America"),
    place("northeurope", "North Europe", "Europe"),
    place("westeurope", "West Europe", "Europe"),
    place("francecentral", "France Central", "Europe"),
    place("germanywestcentral", "Germany West Central", "Europe"),
    place("italynorth", "Italy North", "Europe"),
    place("norwayeast", "Norway East", "Europe"),
    place("polandcentral", "Poland Central", "Europe"),
    place("spaincentral", "Spain Central", "Europe"),
    place("swedencentral", "Sweden Central", "Europe"),
    place("switzerlandnorth", "Switzerland North", "Europe"),
    place("uksouth", "UK South", "Europe"),
    place("ukwest", "UK West", "Europe"),
    place("israelcentral", "Israel Central", "Middle East"),
    place("qatarcentral", "Qatar Central", "Middle East"),
    place("uaenorth", "UAE North", "Middle East"),
    place("southafricanorth", "South Africa North", "Africa"),
    place("centralindia", "Central India", "Asia Pacific"),
    place("southindia", "South India", "Asia Pacific"),
    place("eastasia", "East Asia", "Asia Pacific"),
    place("southeastasia", "Southeast Asia", "Asia Pacific"),
    place("japaneast", "Japan East", "Asia Pacific"),
    place("japanwest", "Japan West", "Asia Pacific"),
    place("koreacentral", "Korea Central", "Asia Pacific"),
    place("koreasouth", "Korea South", "Asia Pacific"),
    place("australiaeast", "Australia East", "Asia Pacific"),
    place("australiasoutheast", "Australia Southeast", "Asia Pacific"),
    place("australiacentral", "Australia Central", "Asia Pacific"),
    place("newzealandnorth", "New Zealand North", "Asia Pacific"),
];

/// The place of that name, as a client writes it: `West Europe`, `westeurope`.
pub fn find_place(text: &str) -> Option<&'static Place> {
    let name: String = text.chars().filter(|c| *c != ' ').collect();
    PLACES.iter().find(|place| place.name.eq_ignore_ascii_case(&name))
}

/// A provider of resources.
pub struct ProviderEntry {
    /// Its namespace.
    pub namespace: &'static str,
    /// Whether a subscription has to register it.
    pub registration: bool,
    /// Its types.
    pub types: &'static [TypeEntry],
}

/// A type of resource.
pub struct TypeEntry {
    /// `workspaces/computes`.
    pub name: &'static str,
    /// The versions that clients choose from, newest first.
    pub versions: &'static [&'static str],
    /// How its resources are kept.
    pub kept: Kept,
}

/// How the resources of a type are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// By handlers of their own, under paths of their own.
    Apart,
    /// As records of whatever is put.
    Record(Naming),
    /// As a workspace.
    Workspace,
    /// As a compute of a workspace.
    Compute,
}

/// Which names a type's resources may have (Azure's "naming rules and restrictions").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Naming {
    /// Least and most characters.
    pub length: (usize, usize),
    /// What may stand in it besides letters and digits.
    pub also: &'static str,
    /// Only lower case.
    pub lower: bool,
    /// Beginning with a letter.
    pub letter_first: bool,
}

const fn naming(least: usize, most: usize, also: &'static str, lower: bool) -> Naming {
    Naming {
        length: (least, most),
        also,
        lower,
        letter_first: false,
    }
}

/// A workspace's name.
pub const WORKSPACE_NAME: Naming = naming(3, 33, "-_", false);
/// A compute's name.
pub const COMPUTE_NAME: Naming = Naming {
    letter_first: true,
    ..naming(3, 24, "-", false)
};

const fn apart(name: &'static str, versions: &'static [&'static str]) -> TypeEntry {
    TypeEntry {
        name,
        versions,
        kept: Kept::Apart,
    }
}

const fn record(name: &'static str, versions: &'static [&'static str], rule: Naming) -> TypeEntry {
    TypeEntry {
        name,
        versions,
        kept: Kept::Record(rule),
    }
}

const MACHINE_LEARNING: &[&str] = &[
    "2025-04-01",
    "2024-10-01",
    "2024-04-01",
    "2023-10-01",
    "2022-10-01",
    "2022-05-01",
    "2021-07-01",
    "2021-01-01",
    "2020-08-01",
    "2020-06-01",
    "2020-03-01",
    "2020-01-01",
    "2019-11-01",
    "2018-11-19",
];

/// Every provider.
pub const PROVIDERS: &[ProviderEntry] = &[
    ProviderEntry {
        namespace: "Microsoft.Authorization",
        registration: false,
        types: &[
            apart(
                "roleAssignments",
                &[
                    "2022-04-01",
                    "2020-10-01-preview",
                    "2018-09-01-preview",
                    "2015-07-01",
                ],
            ),
            apart(
                "roleDefinitions",
                &["2022-04-01", "2018-01-01-preview", "2015-07-01"],
            ),
            apart("denyAssignments", &["2022-04-01", "2018-07-01-preview"]),
            apart("permissions", &["2022-04-01", "2018-01-01-preview", "2015-07-01"]),
            apart(
                "providerOperations",
                &["2022-04-01", "2018-01-01-preview", "2015-07-01"],
            ),
            apart("checkAccess", &["2018-09-01-preview"]),
            apart("elevateAccess", &["2016-07-01", "2015-07-01"]),
        ],
    },
    ProviderEntry {
        namespace: "Microsoft.Resources",
        registration: false,
        types: &[
            apart("tenants", &["2022-12-01", "2020-01-01", "2019-11-01"]),
            apart("subscriptions", &["2022-12-01", "2020-01-01", "2019-11-01"]),
            apart(
                "subscriptions/locations",
                &["2022-12-01", "2020-01-01", "2019-11-01"],
            ),
            apart(
                "subscriptions/providers",
                &["2025-04-01", "2021-04-01", "2019-10-01"],
            ),
            apart(
                "subscriptions/resources",
                &["2025-04-01", "2021-04-01", "2019-10-01"],
            ),
            apart(
                "subscriptions/resourceGroups",
                &["2025-04-01", "2021-04-01", "2019-10-01", "2018-05-01"],
            ),
            apart(
                "resourceGroups",
                &["2025-04-01", "2021-04-01", "2019-10-01", "2018-05-01"],
            ),
            apart(
                "deployments",
                &["2025-04-01", "2021-04-01", "2020-06-01", "2019-10-01"],
            ),
            apart("tags", &["2025-04-01", "2021-04-01", "2019-10-01"]),
        ],
    },
    ProviderEntry {
        namespace: "Microsoft.Management",
        registration: true,
        types: &[apart(
            "managementGroups",
            &["2023-04-01", "2021-04-01", "2020-05-01"],
        )],
    },
    ProviderEntry {
        namespace: "Microsoft.MachineLearningServices",
        registration: true,
        types: &[
            TypeEntry {
                name: "workspaces",
                versions: MACHINE_LEARNING,
                kept: Kept::Workspace,
            },
            TypeEntry {
                name: "workspaces/computes",
                versions: MACHINE_LEARNING,
                kept: Kept::Compute,
            },
            apart("locations", MACHINE_LEARNING),
            apart("operations", MACHINE_LEARNING),
        ],
    },
    ProviderEntry {
        namespace: "Microsoft.KeyVault",
        registration: true,
        types: &[record(
            "vaults",
            &["2024-11-01", "2023-07-01", "2019-09-01", "2015-06-01"],
            naming(3, 24, "-", false),
        )],
    },
    ProviderEntry {
        namespace: "Microsoft.Storage",
        registration: true,
        types: &[record(
            "storageAccounts",
            &["2025-06-01", "2023-04-01", "2019-06-01", "2018-07-01"],
            naming(3, 24, "", true),
        )],
    },
    ProviderEntry {
        namespace: "Microsoft.Insights",
        registration: true,
        types: &[record(
            "components",
            &["2020-02-02", "2020-02-02-preview", "2015-05-01"],
            naming(1, 260, "-_.()", false),
        )],
    },
    ProviderEntry {
        namespace: "Microsoft.OperationalInsights",
        registration: true,
        types: &[record(
            "workspaces",
            &["2023-09-01", "2020-08-01", "2015-11-01-preview"],
            naming(4, 63, "-", false),
        )],
    },
    ProviderEntry {
        namespace: "Microsoft.ContainerRegistry",
        registration: true,
        types: &[record(
            "registries",
            &["2023-07-01", "2019-05-01", "2017-10-01"],
            naming(5, 50, "", false),
        )],
    },
];

/// The provider of that namespace.
pub fn find_provider(namespace: &str) -> Option<&'static ProviderEntry> {
    PROVIDERS
        .iter()
        .find(|provider| provider.namespace.eq_ignore_ascii_case(namespace))
}

/// The type of that name, `Microsoft.MachineLearningServices/workspaces`, with its provider.
pub fn find_type(kind: &str) -> Option<(&'static ProviderEntry, &'static TypeEntry)> {
    let (namespace, name) = kind.split_once('/')?;
    let provider = find_provider(namespace)?;
    let found = provider
        .types
        .iter()
        .find(|entry| entry.name.eq_ignore_ascii_case(name))?;
    Some((provider, found))
}

impl Naming {
    /// Whether a name follows the rule.
    pub fn allows(&self, name: &str) -> bool {
        let fine = |c: char| {
            c.is_ascii_lowercase()
                || c.is_ascii_digit()
                || !self.lower && c.is_ascii_uppercase()
                || self.also.contains(c)
        };
        (self.length.0..=self.length.1).contains(&name.chars().count())
            && name.chars().all(fine)
            && name.starts_with(|c: char| c.is_ascii_alphabetic() || !self.letter_first && c.is_ascii_digit())
    }

    /// The rule in a sentence.
    pub fn in_words(&self) -> String {
        let (least, most) = self.length;
        let letters = if self.lower {
            "lower-case letters"
        } else {
            "letters"
        };
        let also: Vec<String> = self.also.chars().map(|c| format!("'{c}'")).collect();
        let also = if also.is_empty() {
            String::new()
        } else {
            format!(" and {}", also.join(", "))
        };
        let first = if self.letter_first {
            "a letter"
        } else {
            "a letter or digit"
        };
        format!("{least} to {most} characters: {letters}, digits{also}, beginning with {first}")
    }
}

/// Sizes that computes may have: name, family, cores, memory in GiB, and GPUs.
pub const VM_SIZES: &[(&str, &str, u32, f64, u32)] = &[
    ("Standard_DS1_v2", "standardDSv2Family", 1, 3.5, 0),
    ("Standard_DS2_v2", "standardDSv2Family", 2, 7.0, 0),
    ("Standard_DS3_v2", "standardDSv2Family", 4, 14.0, 0),
    ("Standard_DS4_v2", "standardDSv2Family", 8, 28.0, 0),
    ("Standard_DS11_v2", "standardDSv2Family", 2, 14.0, 0),
    ("Standard_DS12_v2", "standardDSv2Family", 4, 28.0, 0),
    ("Standard_D2_v2", "standardDv2Family", 2, 7.0, 0),
    ("Standard_D4s_v3", "standardDSv3Family", 4, 16.0, 0),
    ("Standard_E4s_v3", "standardESv3Family", 4, 32.0, 0),
    ("Standard_F4s_v2", "standardFSv2Family", 4, 8.0, 0),
    ("Standard_NC6", "standardNCFamily", 6, 56.0, 1),
    ("Standard_NC6s_v3", "standardNCSv3Family", 6, 112.0, 1),
    (
        "Standard_NC24ads_A100_v4",
        "standardNCADSA100v4Family",
        24,
        220.0,
        1,
    ),
    ("Standard_ND96asr_v4", "standardNDASv4_A100Family", 96, 900.0, 8),
];

/// The type of a deployment, in lower case.
pub const DEPLOYMENT_KEY: &str = "microsoft.resources/deployments";
