//! The rules for custom roles: how they may look, and when they may be made, changed and deleted.
//!
//! Whether somebody may do it at all, each assignable scope's `Microsoft.Authorization/roleDefinitions/write` decides;
//! that is asked elsewhere. Source: Azure's documentation of custom roles, "limits" and "properties".

use doorward_names::{ObjectId, RoleDefinitionId, Scope, ScopeKind, Timestamp};

use super::operations::is_unsupported;
use super::{Index, Pattern, Permissions, Plane, RoleDefinition, RoleKind};

/// Longest name, in characters.
pub const MAX_NAME: usize = 512;
/// Longest description, in characters.
pub const MAX_DESCRIPTION: usize = 2048;
/// Most scopes that a role may be assignable at.
pub const MAX_SCOPES: usize = 2000;
/// Most custom roles in a tenant.
pub const MAX_ROLES: usize = 5000;

/// What somebody wants a custom role to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedRole {
    /// Its id: of a new role, or of the one to change.
    pub id: RoleDefinitionId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it allows.
    pub permissions: Vec<Permissions>,
    /// Where it may be assigned.
    pub assignable_scopes: Vec<Scope>,
}

/// Why a custom role isn't made, changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoleRefused {
    /// Built-in roles stay as they are.
    #[error("role `{0}` is built in, and stays as it is")]
    BuiltIn(RoleDefinitionId),
    /// The name is empty or too long.
    #[error("a role's name has 1 to {MAX_NAME} characters, not {0}")]
    Name(usize),
    /// Another role, built in or custom, has that name.
    #[error("role `{other}` has the name `{name}` already")]
    NameTaken {
        /// The name.
        name: String,
        /// Who has it.
        other: RoleDefinitionId,
    },
    /// The description is too long.
    #[error("a role's description has at most {MAX_DESCRIPTION} characters, not {0}")]
    Description(usize),
    /// It could be assigned nowhere.
    #[error("a role has at least one assignable scope")]
    NoScope,
    /// There are too many assignable scopes.
    #[error("a role has at most {MAX_SCOPES} assignable scopes, not {0}")]
    TooManyScopes(usize),
    /// Only built-in roles may be assignable everywhere.
    #[error("`/` can't be an assignable scope of a custom role")]
    Root,
    /// Assignable scopes are places, not patterns.
    #[error("assignable scope `{0}` has a wildcard")]
    WildcardScope(Scope),
    /// There is more than one management group among the assignable scopes.
    #[error("a role has at most one management group among its assignable scopes; `{0}` is another one")]
    SecondManagementGroup(Scope),
    /// An action has more than one wildcard.
    #[error("action `{0}` has more than one wildcard")]
    Wildcards(String),
    /// An action of a provider that is known and has no such operation.
    #[error("`{0}` does not match any of the actions supported by the providers")]
    NoSuchAction(String),
    /// A data action of a provider that is known and has no such operation.
    #[error("`{0}` does not match any of the data actions supported by the providers")]
    NoSuchDataAction(String),
    /// The tenant has as many custom roles as it may.
    #[error("a tenant has at most {MAX_ROLES} custom roles")]
    TooManyRoles,
    /// It is assigned.
    #[error("there are assignments of role `{0}`")]
    Assigned(RoleDefinitionId),
}

/// The role that `wanted` becomes: a new one, or the custom one that has its id, changed.
///
/// # Errors
/// When the role may not be so.
pub fn write(
    wanted: WantedRole,
    index: &Index,
    by: ObjectId,
    now: Timestamp,
) -> Result<RoleDefinition, RoleRefused> {
    let before = index.role(wanted.id);
    if before.is_some_and(|role| role.kind == RoleKind::BuiltIn) {
        return Err(RoleRefused::BuiltIn(wanted.id));
    }
    check_texts(&wanted)?;
    check_scopes(&wanted.assignable_scopes)?;
    if let Some(other) = index.role_named(&wanted.name).filter(|role| role.id != wanted.id) {
        return Err(RoleRefused::NameTaken {
            name: wanted.name,
            other: other.id,
        });
    }
    let custom = || index.roles().filter(|role| role.kind == RoleKind::Custom);
    if before.is_none() && custom().count() >= MAX_ROLES {
        return Err(RoleRefused::TooManyRoles);
    }
    Ok(RoleDefinition {
        id: wanted.id,
        name: wanted.name,
        description: wanted.description,
        kind: RoleKind::Custom,
        permissions: wanted.permissions,
        assignable_scopes: wanted.assignable_scopes,
        created_at: before.map_or(now, |role| role.created_at),
        created_by: before.map_or(Some(by), |role| role.created_by),
        updated_at: now,
        updated_by: Some(by),
    })
}

/// Whether a role may be deleted.
///
/// # Errors
/// When it is built in, or assigned.
pub fn delete(role: &RoleDefinition, index: &Index) -> Result<(), RoleRefused> {
    match role.kind {
        RoleKind::BuiltIn => Err(RoleRefused::BuiltIn(role.id)),
        RoleKind::Custom if index.is_assigned(role.id) => Err(RoleRefused::Assigned(role.id)),
        RoleKind::Custom => Ok(()),
    }
}

fn check_texts(wanted: &WantedRole) -> Result<(), RoleRefused> {
    let length = wanted.name.chars().count();
    if length == 0 || length > MAX_NAME {
        return Err(RoleRefused::Name(length));
    }
    let length = wanted.description.chars().count();
    if length > MAX_DESCRIPTION {
        return Err(RoleRefused::Description(length));
    }
    for permissions in &wanted.permissions {
        for pattern in permissions.actions.iter().chain(&permissions.not_actions) {
            check_pattern(pattern, Plane::Control)?;
        }
        for pattern in permissions
            .data_actions
            .iter()
            .chain(&permissions.not_data_actions)
        {
            check_pattern(pattern, Plane::Data)?;
        }
    }
    Ok(())
}

fn check_pattern(pattern: &Pattern, plane: Plane) -> Result<(), RoleRefused> {
    let text = || pattern.as_str().to_owned();
    if pattern.wildcards() > 1 {
        return Err(RoleRefused::Wildcards(text()));
    }
    match (is_unsupported(pattern, plane), plane) {
        (true, Plane::Control) => Err(RoleRefused::NoSuchAction(text())),
        (true, Plane::Data) => Err(RoleRefused::NoSuchDataAction(text())),
        (false, _) => Ok(()),
    }
}

fn check_scopes(scopes: &[Scope]) -> Result<(), RoleRefused> {
    if scopes.is_empty() {
        return Err(RoleRefused::NoScope);
    }
    if scopes.len() > MAX_SCOPES {
        return Err(RoleRefused::TooManyScopes(scopes.len()));
    }
    if scopes.iter().any(|scope| scope.kind() == ScopeKind::Root) {
        return Err(RoleRefused::Root);
    }
    if let Some(scope) = scopes.iter().find(|scope| scope.as_str().contains('*')) {
        return Err(RoleRefused::WildcardScope(scope.clone()));
    }
    let mut groups = scopes
        .iter()
        .filter(|scope| scope.kind() == ScopeKind::ManagementGroup);
    let first = groups.next();
    match groups.find(|scope| Some(*scope) != first) {
        Some(second) => Err(RoleRefused::SecondManagementGroup(second.clone())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Change;
    use super::super::tests::{SUBSCRIPTION, allowing, given, role};
    use super::*;

    const BY: ObjectId = ObjectId::from_u128(9);

    fn wanted() -> WantedRole {
        WantedRole {
            id: RoleDefinitionId::from_u128(5),
            name: "Data Scientist Custom".to_owned(),
            description: String::new(),
            permissions: vec![allowing(&["*"], &["Microsoft.X/*/delete"])],
            assignable_scopes: vec![SUBSCRIPTION.parse().unwrap()],
        }
    }

    fn index() -> Index {
        let mut reader = role(RoleDefinitionId::from_u128(1), vec![allowing(&["*/read"], &[])]);
        reader.name = "Reader".to_owned();
        Index::new([reader])
    }

    fn refusal(change: impl FnOnce(&mut WantedRole), index: &Index) -> String {
        let mut wanted = wanted();
        change(&mut wanted);
        match write(wanted, index, BY, Timestamp::from_micros(7)) {
            Ok(_) => "fine".to_owned(),
            Err(refused) => {
                let text = refused.to_string();
                text.chars().take(100).collect()
            }
        }
    }

    #[test]
    fn a_role_is_made_and_changed_and_remembers_who_made_it() {
        let mut index = index();
        let made = write(wanted(), &index, BY, Timestamp::from_micros(7)).unwrap();
        assert_eq!((made.kind, made.created_by), (RoleKind::Custom, Some(BY)));
        assert_eq!(
            (made.created_at, made.updated_at),
            (Timestamp::from_micros(7), Timestamp::from_micros(7))
        );
        index.apply(Change::Role(made.clone()));
        let other = ObjectId::from_u128(8);
        let changed = WantedRole {
            description: "new".to_owned(),
            ..wanted()
        };
        let changed = write(changed, &index, other, Timestamp::from_micros(8)).unwrap();
        assert_eq!(
            (changed.created_at, changed.created_by),
            (made.created_at, made.created_by)
        );
        assert_eq!(
            (changed.updated_at, changed.updated_by),
            (Timestamp::from_micros(8), Some(other))
        );
        assert_eq!(
            (&*changed.description, changed.permissions),
            ("new", made.permissions)
        );
        assert_eq!(
            (changed.name, changed.assignable_scopes),
            (made.name, made.assignable_scopes)
        );
    }

    #[test]
    fn golden_refusals() {
        let index = index();
        let group = |name| Scope::management_group(name).unwrap();
        let scopes = |count| {
            move |wanted: &mut WantedRole| {
                wanted.assignable_scopes = vec![SUBSCRIPTION.parse().unwrap(); count];
            }
        };
        let list = |scopes: Vec<Scope>| move |wanted: &mut WantedRole| wanted.assignable_scopes = scopes;
        let named = |length| move |wanted: &mut WantedRole| wanted.name = "ä".repeat(length);
        let about = |length| move |wanted: &mut WantedRole| wanted.description = "ä".repeat(length);
        let mut with = [const { Vec::new() }; 4];
        for (at, permissions) in with.iter_mut().enumerate() {
            let mut one = Permissions::default();
            let field = match at {
                0 => &mut one.actions,
                1 => &mut one.not_actions,
                2 => &mut one.data_actions,
                _ => &mut one.not_data_actions,
            };
            *field = super::super::tests::patterns(&["Microsoft.X/a/*", "Microsoft.X/*/b/*"]);
            *permissions = vec![Permissions::default(), one];
        }
        let mut rows = vec![
            refusal(named(0), &index),
            refusal(named(1), &index),
            refusal(named(512), &index),
            refusal(named(513), &index),
            refusal(about(2048), &index),
            refusal(about(2049), &index),
            refusal(scopes(0), &index),
            refusal(scopes(2000), &index),
            refusal(scopes(2001), &index),
            refusal(list(vec![group("m"), Scope::root()]), &index),
            refusal(
                list(vec![group("m"), SUBSCRIPTION.parse().unwrap(), group("M")]),
                &index,
            ),
            refusal(
                list(vec![group("m"), SUBSCRIPTION.parse().unwrap(), group("n")]),
                &index,
            ),
            refusal(
                list(vec![group("m").resource("A.B", &["c", "*"]).unwrap()]),
                &index,
            ),
            refusal(|wanted| wanted.name = "READER".to_owned(), &index),
            refusal(|wanted| wanted.id = RoleDefinitionId::from_u128(1), &index),
        ];
        rows.extend(with.map(|permissions| refusal(|wanted| wanted.permissions = permissions, &index)));
        let vaults = ["Microsoft.KeyVault/vaults/secrets/setSecret/action"];
        for (actions, data_actions) in [
            (&["*"][..], &vaults[..]),
            (&vaults, &["*"]),
            (&["*"], &["Microsoft.KeyVault/vaults/read"]),
        ] {
            for is_taken_away in [false, true] {
                let mut one = allowing(&["*"], &["*"]);
                let (control, data) = match is_taken_away {
                    true => (&mut one.not_actions, &mut one.not_data_actions),
                    false => (&mut one.actions, &mut one.data_actions),
                };
                *control = super::super::tests::patterns(actions);
                *data = super::super::tests::patterns(data_actions);
                rows.push(refusal(|wanted| wanted.permissions = vec![one], &index));
            }
        }
        insta::assert_snapshot!(rows.join("\n"), @"
        a role's name has 1 to 512 characters, not 0
        fine
        fine
        a role's name has 1 to 512 characters, not 513
        fine
        a role's description has at most 2048 characters, not 2049
        a role has at least one assignable scope
        fine
        a role has at most 2000 assignable scopes, not 2001
        `/` can't be an assignable scope of a custom role
        fine
        a role has at most one management group among its assignable scopes; `/providers/Microsoft.Managemen
        assignable scope `/providers/Microsoft.Management/managementGroups/m/providers/A.B/c/*` has a wildca
        role `00000000-0000-0000-0000-000000000001` has the name `READER` already
        role `00000000-0000-0000-0000-000000000001` is built in, and stays as it is
        action `Microsoft.X/*/b/*` has more than one wildcard
        action `Microsoft.X/*/b/*` has more than one wildcard
        action `Microsoft.X/*/b/*` has more than one wildcard
        action `Microsoft.X/*/b/*` has more than one wildcard
        fine
        fine
        `Microsoft.KeyVault/vaults/secrets/setSecret/action` does not match any of the actions supported by 
        `Microsoft.KeyVault/vaults/secrets/setSecret/action` does not match any of the actions supported by 
        `Microsoft.KeyVault/vaults/read` does not match any of the data actions supported by the providers
        `Microsoft.KeyVault/vaults/read` does not match any of the data actions supported by the providers
        ");
    }

    #[test]
    fn a_tenant_has_five_thousand_custom_roles() {
        let mut index = index();
        for number in 0..MAX_ROLES {
            if number + 1 == MAX_ROLES {
                assert_eq!(refusal(|_| (), &index), "fine");
            }
            let mut custom = role(RoleDefinitionId::from_u128(1000 + number as u128), Vec::new());
            custom.kind = RoleKind::Custom;
            index.apply(Change::Role(custom));
        }
        assert_eq!(refusal(|_| (), &index), "a tenant has at most 5000 custom roles");
        assert_eq!(
            refusal(|wanted| wanted.id = RoleDefinitionId::from_u128(1000), &index),
            "fine"
        );
    }

    #[test]
    fn neither_a_built_in_role_nor_one_that_is_assigned_is_deleted() {
        let mut index = index();
        let reader = index.role(RoleDefinitionId::from_u128(1)).unwrap();
        assert_eq!(delete(reader, &index), Err(RoleRefused::BuiltIn(reader.id)));
        let custom = write(wanted(), &index, BY, Timestamp::from_micros(7)).unwrap();
        index.apply(Change::Role(custom.clone()));
        assert_eq!(delete(&custom, &index), Ok(()));
        index.apply(given(1, BY, custom.id, SUBSCRIPTION));
        assert_eq!(delete(&custom, &index), Err(RoleRefused::Assigned(custom.id)));
    }
}
