//! The roles that every tenant has: Azure's built-in ones, under Azure's ids.
//!
//! What they allow stands in `built_in_roles.txt`, which is data: its first lines say how it is read. Deliberately not
//! here: what any of it means (`definition.rs`), and custom roles.

use std::collections::HashMap;
use std::sync::LazyLock;

use doorward_names::{RoleDefinitionId, Scope, Timestamp};

use super::{Pattern, Permissions, RoleDefinition, RoleKind};

/// Everything, and giving roles to others.
pub const OWNER: RoleDefinitionId = RoleDefinitionId::from_u128(0x8e3af657_a8ff_443c_a75c_2fe8c4bcb635);
/// Everything but giving roles to others.
pub const CONTRIBUTOR: RoleDefinitionId = RoleDefinitionId::from_u128(0xb24988ac_6180_42a0_ab88_20f7382dd24c);
/// Sees everything and changes nothing.
pub const READER: RoleDefinitionId = RoleDefinitionId::from_u128(0xacdd72a7_3385_48ef_bd42_f606fba81ae7);
/// Gives and takes roles.
pub const USER_ACCESS_ADMINISTRATOR: RoleDefinitionId =
    RoleDefinitionId::from_u128(0x18d7d88d_d35e_4fb5_a5c3_7773c20a72d9);
/// AzureML Data Scientist: works in a workspace.
pub const DATA_SCIENTIST: RoleDefinitionId =
    RoleDefinitionId::from_u128(0xf6c7c914_8db3_469d_8ca1_694a8f32e121);
/// AzureML Compute Operator: manages a workspace's computes.
pub const COMPUTE_OPERATOR: RoleDefinitionId =
    RoleDefinitionId::from_u128(0xe503ece1_11d0_4e8e_8e2c_7a6c3bf38815);

/// When the built-in roles say they were made and changed: 2015-02-02T21:55:09Z, as Azure's oldest do.
const CREATED: Timestamp = Timestamp::from_unix_seconds(1_422_914_109);

const DATA: &str = include_str!("built_in_roles.txt");

struct BuiltIn {
    roles: Vec<RoleDefinition>,
    by_id: HashMap<RoleDefinitionId, usize>,
}

static BUILT_IN: LazyLock<BuiltIn> = LazyLock::new(|| {
    // What couldn't be read grants nothing; a test asserts that there is no such line.
    let roles = read(DATA).roles;
    let by_id = roles.iter().enumerate().map(|(at, role)| (role.id, at)).collect();
    BuiltIn { roles, by_id }
});

/// Every built-in role, by name. Assignable everywhere, and the same in every tenant.
pub fn built_in_roles() -> &'static [RoleDefinition] {
    &BUILT_IN.roles
}

/// The built-in role with that id.
pub fn built_in(id: RoleDefinitionId) -> Option<&'static RoleDefinition> {
    BUILT_IN.roles.get(*BUILT_IN.by_id.get(&id)?)
}

/// What a text in the form of `built_in_roles.txt` says.
#[derive(Default)]
struct Reading {
    roles: Vec<RoleDefinition>,
    /// Numbers of the lines that mean nothing, from 1.
    rejected: Vec<usize>,
    /// How many actions were left out because they need a condition.
    conditional: usize,
}

fn read(text: &str) -> Reading {
    let mut reading = Reading::default();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if reading.take(line).is_none() {
            reading.rejected.push(number);
        }
    }
    reading
}

impl Reading {
    /// Takes one line in; `None` when it means nothing where it stands.
    fn take(&mut self, line: &str) -> Option<()> {
        if line == "and" {
            self.roles.last_mut()?.permissions.push(Permissions::default());
            return Some(());
        }
        let (word, rest) = line.split_once(' ')?;
        if word == "role" {
            self.roles.push(role(rest)?);
            return Some(());
        }
        let role = self.roles.last_mut()?;
        if word == "about" {
            rest.clone_into(&mut role.description);
            return Some(());
        }
        let pattern: Pattern = rest.parse().ok()?;
        let permissions = role.permissions.last_mut()?;
        match word {
            "+" => permissions.actions.push(pattern),
            "-" => permissions.not_actions.push(pattern),
            "d+" => permissions.data_actions.push(pattern),
            "d-" => permissions.not_data_actions.push(pattern),
            "?" | "d?" => {
                self.conditional += 1;
                if !role.description.ends_with(CONDITIONAL) {
                    role.description.push_str(CONDITIONAL);
                }
            }
            _ => return None,
        }
        Some(())
    }
}

/// What the description of a role ends with when Azure grants some of it under a condition only.
const CONDITIONAL: &str = " What Azure grants under a condition is not granted.";

fn role(id_and_name: &str) -> Option<RoleDefinition> {
    let (id, name) = id_and_name.split_once(' ')?;
    Some(RoleDefinition {
        id: id.parse().ok()?,
        name: name.to_owned(),
        description: format!("Built-in role `{name}`."),
        kind: RoleKind::BuiltIn,
        permissions: vec![Permissions::default()],
        assignable_scopes: vec![Scope::root()],
        created_at: CREATED,
        created_by: None,
        updated_at: CREATED,
        updated_by: None,
    })
}

#[cfg(test)]
mod tests;
