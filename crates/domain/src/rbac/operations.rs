//! The operations of the resource providers that Doorward knows: what a role's actions can be.
//!
//! They stand in `operations.txt`, which is data: its first lines say how it is read. The list is for people who look for
//! an operation's name, and a custom role is held against it; no decision on access looks at it. Of other providers, and
//! of the families that are left out here, roles may name anything.

use std::sync::LazyLock;

use super::{Action, Pattern, Plane};

/// An operation of a resource provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Its name, `Microsoft.KeyVault/vaults/secrets/getSecret/action`.
    pub action: Action,
    /// On a resource, or on what is in it.
    pub plane: Plane,
    /// The provider's namespace, `Microsoft.KeyVault`.
    pub provider: &'static str,
    /// The type of the resource, `vaults/secrets`; empty for the provider itself.
    pub resource_type: &'static str,
    /// `read`, `write`, `delete`, or `getSecret/action`.
    pub verb: &'static str,
}

const DATA: &str = include_str!("operations.txt");

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    // What couldn't be read isn't listed; a test asserts that there is no such line.
    read(DATA).0
});

/// Every known operation, by provider and by type of resource.
pub fn operations() -> &'static [Operation] {
    &OPERATIONS
}

/// The operations of each provider.
pub fn operations_by_provider() -> impl Iterator<Item = &'static [Operation]> {
    operations().chunk_by(|a, b| a.provider == b.provider)
}

/// Of one provider's operations, those of each type of resource.
pub fn operations_by_type(of_provider: &[Operation]) -> impl Iterator<Item = &[Operation]> {
    of_provider.chunk_by(|a, b| a.resource_type == b.resource_type)
}

/// What is left out of the list, folded: names that begin so are taken as they are.
const LEFT_OUT: [&str; 3] = [
    "microsoft.compute/",
    "microsoft.insights/logs/",
    "microsoft.operationalinsights/workspaces/query/",
];

/// Whether a pattern that names a provider of the list stands for none of its operations on that plane.
pub fn is_unsupported(pattern: &Pattern, plane: Plane) -> bool {
    let folded = pattern.folded();
    let namespace = folded.split('/').next().unwrap_or_default();
    let mut of_provider = operations()
        .iter()
        .filter(|operation| operation.provider.eq_ignore_ascii_case(namespace))
        .peekable();
    of_provider.peek().is_some()
        && !LEFT_OUT.iter().any(|family| folded.starts_with(family))
        && !of_provider.any(|operation| operation.plane == plane && pattern.matches(&operation.action))
}

impl Operation {
    /// The provider's name in words, `Microsoft Key Vault`.
    pub fn provider_words(&self) -> String {
        self.provider
            .split('.')
            .map(|part| words(part, true))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The resources in words, `key rotation policies`; empty for the provider itself.
    pub fn resource_words(&self) -> String {
        let name = self.resource_type.rsplit('/').next();
        words(name.unwrap_or(self.resource_type), false)
    }

    /// What it does, in words: `Read secrets`, `Get secret: secrets`.
    pub fn words(&self) -> String {
        let resources = self.resource_words();
        match self.verb.strip_suffix("/action") {
            None if self.verb == "read" => format!("Read {resources}"),
            None if self.verb == "write" => format!("Create or change {resources}"),
            None => format!("Delete {resources}"),
            Some(name) if resources.is_empty() => capitalized(&words(name, false)),
            Some(name) => format!("{}: {resources}", capitalized(&words(name, false))),
        }
    }
}

/// The words of a name that is written as one, `roleAssignments` or `DataCollectionRules`. Abbreviations stay as they
/// are, other words lose their capital unless they are to `keep` it.
fn words(name: &str, keep: bool) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut found: Vec<String> = Vec::new();
    for (at, &letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        // A capital begins a word after a small letter, and before one, but for the plural of an abbreviation.
        let after_small = before.is_some_and(|c| !c.is_ascii_uppercase());
        let before_small =
            after.is_some_and(char::is_ascii_lowercase) && !(after == Some(&'s') && letters.len() == at + 2);
        let begins = letter.is_ascii_uppercase() && (after_small || before_small);
        match found.last_mut() {
            _ if letter == '_' || letter == '.' => found.push(String::new()),
            Some(word) if !begins || word.is_empty() => word.push(letter),
            _ => found.push(letter.to_string()),
        }
    }
    for word in &mut found {
        let is_abbreviation = word.chars().take(2).filter(char::is_ascii_uppercase).count() == 2;
        if !keep && !is_abbreviation {
            word.make_ascii_lowercase();
        }
    }
    found.join(" ")
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_ascii_uppercase().to_string() + letters.as_str(),
        None => String::new(),
    }
}

/// What a text in the form of `operations.txt` says, and the numbers of the lines that mean nothing, from 1.
fn read(text: &'static str) -> (Vec<Operation>, Vec<usize>) {
    let (mut operations, mut rejected) = (Vec::new(), Vec::new());
    let mut provider = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(namespace) = line.strip_prefix("provider ") {
            provider = Some(namespace);
            continue;
        }
        match provider.and_then(|provider| of_type(provider, line)) {
            Some(found) => operations.extend(found),
            None => rejected.push(number),
        }
    }
    (operations, rejected)
}

/// The operations of a line `TYPE: OPERATION ... | OPERATION ...`.
fn of_type(provider: &'static str, line: &'static str) -> Option<Vec<Operation>> {
    let (resource_type, verbs) = line.split_once(": ")?;
    let resource_type = if resource_type == "." { "" } else { resource_type };
    let mut plane = Plane::Control;
    let mut found = Vec::new();
    for verb in verbs.split(' ') {
        if verb == "|" {
            plane = Plane::Data;
            continue;
        }
        let is_verb = matches!(verb, "read" | "write" | "delete")
            || verb
                .strip_suffix("/action")
                .is_some_and(|name| !name.contains('/'));
        if !is_verb {
            return None;
        }
        let name = match resource_type {
            "" => format!("{provider}/{verb}"),
            _ => format!("{provider}/{resource_type}/{verb}"),
        };
        found.push(Operation {
            action: name.parse().ok()?,
            plane,
            provider,
            resource_type,
            verb,
        });
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_line_is_lost() {
        let (found, rejected) = read(DATA);
        assert_eq!(rejected, Vec::<usize>::new());
        let listed: usize = DATA
            .lines()
            .filter(|line| line.starts_with("  "))
            .filter_map(|line| line.split_once(": "))
            .map(|(_, verbs)| verbs.split(' ').filter(|verb| *verb != "|").count())
            .sum();
        assert_eq!((found.len(), listed), (1288, 1288));
        assert_eq!(found.iter().filter(|each| each.plane == Plane::Data).count(), 104);
    }

    #[test]
    fn what_means_nothing_is_told_by_its_line() {
        let text = "a: read\nprovider Microsoft.X\n  a: read write\n  b: look\n  c read\n  d: a/b/action\n  é: read\n";
        let (found, rejected) = read(text);
        assert_eq!(rejected, [1, 4, 5, 6, 7]);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn each_once_and_of_one_type_together() {
        let names: BTreeSet<_> = operations()
            .iter()
            .map(|each| (each.action.folded(), each.plane))
            .collect();
        assert_eq!(names.len(), operations().len());
        let types: Vec<_> = operations_by_provider()
            .flat_map(operations_by_type)
            .filter_map(|each| each.first())
            .map(|each| (each.provider, each.resource_type.to_ascii_lowercase()))
            .collect();
        assert_eq!(types.iter().collect::<BTreeSet<_>>().len(), types.len());
    }

    #[test]
    fn how_many_each_provider_has() {
        let counts: Vec<String> = operations_by_provider()
            .map(|each| {
                let data = each.iter().filter(|one| one.plane == Plane::Data).count();
                format!("{} {} {data}", each[0].provider, each.len() - data)
            })
            .collect();
        insta::assert_snapshot!(counts.join("\n"), @r"
        Microsoft.Authorization 76 0
        Microsoft.Compute 44 3
        Microsoft.ContainerRegistry 128 10
        Microsoft.Insights 205 4
        Microsoft.KeyVault 70 52
        Microsoft.MachineLearningServices 314 0
        Microsoft.ManagedIdentity 12 0
        Microsoft.Management 21 0
        Microsoft.OperationalInsights 85 2
        Microsoft.Resources 71 0
        Microsoft.Storage 158 33
        ");
    }

    #[test]
    fn the_operations_that_the_documentation_of_machine_learning_names() {
        let known: BTreeSet<_> = operations().iter().map(|each| each.action.folded()).collect();
        for name in [
            "register/action",
            "locations/updateQuotas/action",
            "workspaces/listKeys/action",
            "workspaces/computes/applicationaccess/action",
            "workspaces/environments/readSecrets/action",
            "workspaces/experiments/runs/submit/action",
            "workspaces/endpoints/pipelines/write",
            "workspaces/services/aks/score/action",
            "workspaces/services/aci/write",
            "workspaces/listNotebookAccessToken/read",
            "workspaces/onlineEndpoints/token/action",
            "workspaces/labeling/labels/approve_unapprove/action",
        ] {
            let name = format!("microsoft.machinelearningservices/{}", name.to_ascii_lowercase());
            assert!(known.contains(name.as_str()), "{name}");
        }
    }

    #[test]
    fn in_words() {
        let words: Vec<String> = [
            "Microsoft.Authorization/elevateAccess/action",
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Compute/virtualMachines/powerOff/action",
            "Microsoft.KeyVault/managedHSMs/read",
            "Microsoft.KeyVault/vaults/secrets/delete",
            "Microsoft.KeyVault/vaults/secrets/getSecret/action",
            "Microsoft.Insights/Logs/Tables.Custom/read",
            "Microsoft.MachineLearningServices/workspaces/labeling/labels/approve_unapprove/action",
            "Microsoft.MachineLearningServices/workspaces/providers/Microsoft.Insights/logDefinitions/read",
            "Microsoft.Storage/storageAccounts/listAccountSas/action",
        ]
        .into_iter()
        .map(|name| {
            let action: Action = name.parse().unwrap();
            let found = operations().iter().find(|each| each.action == action).unwrap();
            format!(
                "{} | {} | {}",
                found.provider_words(),
                found.resource_words(),
                found.words()
            )
        })
        .collect();
        insta::assert_snapshot!(words.join("\n"), @r"
        Microsoft Authorization |  | Elevate access
        Microsoft Authorization | role assignments | Create or change role assignments
        Microsoft Compute | virtual machines | Power off: virtual machines
        Microsoft Key Vault | managed HSMs | Read managed HSMs
        Microsoft Key Vault | secrets | Delete secrets
        Microsoft Key Vault | secrets | Get secret: secrets
        Microsoft Insights | tables custom | Read tables custom
        Microsoft Machine Learning Services | labels | Approve unapprove: labels
        Microsoft Machine Learning Services | log definitions | Read log definitions
        Microsoft Storage | storage accounts | List account sas: storage accounts
        ");
    }
    #[test]
    fn what_a_pattern_of_a_known_provider_stands_for() {
        let unsupported = |plane: Plane, patterns: &[&'static str]| {
            let is = |text: &&&str| is_unsupported(&text.parse().unwrap(), plane);
            patterns.iter().filter(is).copied().collect::<Vec<_>>()
        };
        let patterns = [
            "*",
            "*/read",
            "Microsoft.KeyVault/*",
            "microsoft.keyvault/VAULTS/read",
            "Microsoft.KeyVault/vaults/reed",
            "Microsoft.KeyVault/vaults/secrets/setSecret/action",
            "Microsoft.MachineLearningServices/workspaces/computes/*/write",
            "Microsoft.MachineLearningServices/workspaces/computes/*/reed",
            "Microsoft.Unheard/of/reed",
            "Microsoft.Compute/disks/read",
            "Microsoft.Insights/logs/Heartbeat/read",
            "Microsoft.Insights/lags/Heartbeat/read",
            "Microsoft.OperationalInsights/workspaces/query/Heartbeat/read",
            "Microsoft.OperationalInsights/workspaces/queries/Heartbeat/read",
        ];
        assert_eq!(
            unsupported(Plane::Control, &patterns),
            [
                "Microsoft.KeyVault/vaults/reed",
                "Microsoft.KeyVault/vaults/secrets/setSecret/action",
                "Microsoft.MachineLearningServices/workspaces/computes/*/reed",
                "Microsoft.Insights/lags/Heartbeat/read",
                "Microsoft.OperationalInsights/workspaces/queries/Heartbeat/read",
            ]
        );
        assert_eq!(
            unsupported(
                Plane::Data,
                &[
                    "Microsoft.KeyVault/vaults/secrets/setSecret/action",
                    "Microsoft.KeyVault/vaults/read"
                ]
            ),
            ["Microsoft.KeyVault/vaults/read"]
        );
    }

    #[test]
    fn the_words_of_names() {
        for (name, expected) in [
            ("HSMPools", "HSM pools"),
            ("VMAssets", "VM assets"),
            ("VMAt", "VM at"),
            ("listVMs", "list VMs"),
            ("keyVaults", "key vaults"),
        ] {
            assert_eq!(words(name, false), expected);
        }
        assert_eq!(words("KeyVault", true), "Key Vault");
    }

    #[test]
    fn operations_are_grouped_by_type() {
        let of_vaults = operations_by_provider()
            .find(|of| of[0].provider == "Microsoft.KeyVault")
            .unwrap();
        let types: Vec<_> = operations_by_type(of_vaults)
            .map(|of| of[0].resource_type)
            .collect();
        assert!(
            types.contains(&"vaults") && types.contains(&"vaults/secrets"),
            "{types:?}"
        );
        let counted: usize = operations_by_type(of_vaults).map(<[_]>::len).sum();
        assert_eq!(counted, of_vaults.len());
    }
}
