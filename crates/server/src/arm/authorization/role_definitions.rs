//! `{scope}/providers/Microsoft.Authorization/roleDefinitions`: what roles there are, and custom ones.

use doorward_domain::audit::Event;
use doorward_domain::rbac::custom_role::{self, RoleRefused, WantedRole};
use doorward_domain::rbac::{Index, Pattern, Permissions, RoleDefinition, RoleKind};
use doorward_names::{RoleDefinitionId, Scope, SubscriptionId};
use doorward_protocol::arm::{self as wire, List, Permission, PutRoleDefinition};
use doorward_protocol::odata::{FilterExpr, Literal};
use doorward_protocol::paths::{ArmPath, AuthorizationTail};
use doorward_store as store;

use crate::arm::ArmError;
use crate::arm::access::Authorized;
use crate::arm::call::{Call, bare, created, ok};
use crate::arm::role_changes::{Change, change};
use crate::http::Response;

const WRITE: &str = "Microsoft.Authorization/roleDefinitions/write";
const DELETE: &str = "Microsoft.Authorization/roleDefinitions/delete";

/// GET …/roleDefinitions
pub async fn list(call: &Call, scope: Scope) -> Result<Response, ArmError> {
    let filter = call
        .query
        .get("$filter")
        .map(read_filter)
        .transpose()?
        .unwrap_or_default();
    let index = call.access.get();
    let mut found: Vec<_> = index
        .roles()
        .filter(|role| is_assignable(role, &scope, &index, filter.below) && filter.lets_through(role))
        .collect();
    found.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    let found: Vec<_> = found
        .into_iter()
        .map(|role| to_wire(role, scope.subscription_id()))
        .collect();
    Ok(ok(&List::from(found)))
}

/// GET …/roleDefinitions/{id}
pub async fn get(call: &Call, scope: Scope, id: RoleDefinitionId) -> Result<Response, ArmError> {
    let index = call.access.get();
    let role = index.role(id).ok_or_else(|| unknown(id))?;
    Ok(ok(&to_wire(role, scope.subscription_id())))
}

/// PUT …/roleDefinitions/{id}
pub async fn put(call: &Call, scope: Scope, id: RoleDefinitionId) -> Result<Response, ArmError> {
    let asked: PutRoleDefinition = call.body()?;
    let wanted = from_wire(id, asked)?;
    let authorized = call.require(WRITE, &scope).await?;
    let old = scopes_of(&call.access.get(), id);
    // Whoever changes a role changes it wherever it may be assigned.
    let is_built_in = old.iter().any(|scope| *scope == Scope::root());
    let touched = wanted
        .assignable_scopes
        .iter()
        .chain(old.iter().filter(|_| !is_built_in));
    require_everywhere(call, &authorized, WRITE, touched).await?;
    let looked_at = [old, wanted.assignable_scopes.clone()].concat();
    let (tenant, by, now) = (call.tenant(), call.caller.id(), call.ctx.now);
    let decide = move |index: &Index| {
        still_within(index, id, &looked_at)?;
        custom_role::write(wanted.clone(), index, by, now).map_err(refused)
    };
    let apply = move |tx: &mut store::Tx<'_>, role: &RoleDefinition| {
        Ok(match store::access_role::put(tx, tenant, role)? {
            Ok(()) => Ok(()),
            Err(_) => Err(same_name(&role.name)),
        })
    };
    let what = Change {
        authorized: &authorized,
        event: Event::ResourceWritten,
        about: &format!("role {id}"),
    };
    let role = change(call, what, decide, apply).await?;
    Ok(created(&to_wire(&role, scope.subscription_id())))
}

/// DELETE …/roleDefinitions/{id}
pub async fn delete(call: &Call, scope: Scope, id: RoleDefinitionId) -> Result<Response, ArmError> {
    let authorized = call.require(DELETE, &scope).await?;
    let Some(role) = call.access.get().role(id).cloned() else {
        return Ok(bare(http::StatusCode::NO_CONTENT));
    };
    if role.kind == RoleKind::Custom {
        require_everywhere(call, &authorized, DELETE, role.assignable_scopes.iter()).await?;
    }
    let (tenant, old) = (call.tenant(), role.assignable_scopes.clone());
    let decide = move |index: &Index| match index.role(id) {
        Some(role) => {
            still_within(index, id, &old)?;
            custom_role::delete(role, index).map_err(refused)
        }
        None => Ok(()),
    };
    let apply = move |tx: &mut store::Tx<'_>, (): &()| {
        if store::access_assignment::any_of_role(tx, tenant, id)? {
            return Ok(Err(refused(RoleRefused::Assigned(id))));
        }
        store::access_role::delete(tx, tenant, id)?;
        Ok(Ok(()))
    };
    let what = Change {
        authorized: &authorized,
        event: Event::ResourceDeleted,
        about: &format!("role {id}"),
    };
    change(call, what, decide, apply).await?;
    Ok(ok(&to_wire(&role, scope.subscription_id())))
}

fn scopes_of(index: &Index, id: RoleDefinitionId) -> Vec<Scope> {
    index
        .role(id)
        .map(|role| role.assignable_scopes.clone())
        .unwrap_or_default()
}

/// Refuses a change of a role that has come to be assignable where the caller's rights weren't looked at.
fn still_within(index: &Index, id: RoleDefinitionId, looked_at: &[Scope]) -> Result<(), ArmError> {
    let now = scopes_of(index, id);
    match now.iter().all(|scope| looked_at.contains(scope)) {
        true => Ok(()),
        false => Err(ArmError::Conflict(
            "RoleDefinitionChanged",
            "Somebody else has changed the role definition meanwhile: try again.".to_owned(),
        )),
    }
}

async fn require_everywhere(
    call: &Call,
    authorized: &Authorized,
    action: &str,
    scopes: impl Iterator<Item = &Scope>,
) -> Result<(), ArmError> {
    for scope in scopes {
        // A subscription of another tenant is no place here.
        if let Some(id) = scope.subscription_id() {
            call.subscription(id).await?;
        }
        call.require_linked(authorized, action, scope).await?;
    }
    Ok(())
}

/// Whether a role can be assigned at a scope; with `below`, there or anywhere below.
fn is_assignable(role: &RoleDefinition, scope: &Scope, index: &Index, below: bool) -> bool {
    role.assignable_scopes
        .iter()
        .any(|at| index.covers(at, scope) || below && index.covers(scope, at))
}

/// Which roles are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Filter {
    name: Option<String>,
    kind: Option<String>,
    below: bool,
}

impl Filter {
    fn lets_through(&self, role: &RoleDefinition) -> bool {
        let same = |wanted: &Option<String>, found: &str| {
            wanted
                .as_ref()
                .is_none_or(|wanted| wanted.to_lowercase() == found.to_lowercase())
        };
        same(&self.name, &role.name) && same(&self.kind, role.kind.as_str())
    }
}

/// `roleName eq '…'`, `type eq '…'`, `atScopeAndBelow()`, and several of them joined by `and`.
fn read_filter(text: &str) -> Result<Filter, ArmError> {
    let unsupported = || {
        let shown: String = text.chars().filter(|c| !c.is_control()).take(128).collect();
        ArmError::Invalid(
            "BadRequestFormat",
            format!(
                "The filter '{shown}' is not supported. Supported filters are: roleName eq '{{value}}', \
                     type eq '{{value}}' and atScopeAndBelow()."
            ),
        )
    };
    let mut filter = Filter::default();
    let mut rest = Vec::new();
    for part in text.split(" and ") {
        match part.trim() {
            part if part.eq_ignore_ascii_case("atScopeAndBelow()") => filter.below = true,
            part if part.eq_ignore_ascii_case("atScope()") => {}
            part => rest.push(part),
        }
    }
    if rest.is_empty() {
        return Ok(filter);
    }
    let parsed: FilterExpr = rest.join(" and ").parse().map_err(|_| unsupported())?;
    let parts = match parsed {
        FilterExpr::And(parts) => parts,
        one => vec![one],
    };
    for part in parts {
        let FilterExpr::Eq(field, Literal::Text(value)) = part else {
            return Err(unsupported());
        };
        match field.single().map(str::to_ascii_lowercase).as_deref() {
            Some("rolename") => filter.name = Some(value),
            Some("type") => filter.kind = Some(value),
            _ => return Err(unsupported()),
        }
    }
    Ok(filter)
}

fn from_wire(id: RoleDefinitionId, asked: PutRoleDefinition) -> Result<WantedRole, ArmError> {
    let asked = asked.properties;
    let scopes = asked.assignable_scopes.iter().map(|text| {
        let invalid = |_| {
            ArmError::Invalid(
                "InvalidAssignableScope",
                format!("'{}' is no scope.", shown(text)),
            )
        };
        text.parse::<Scope>().map_err(invalid)
    });
    let mut assignable_scopes: Vec<Scope> = Vec::new();
    for scope in scopes {
        let scope = scope?;
        if !assignable_scopes.contains(&scope) {
            assignable_scopes.push(scope);
        }
    }
    let permissions = asked
        .permissions
        .iter()
        .map(permissions)
        .collect::<Result<_, _>>()?;
    if asked.role_name.chars().any(char::is_control) {
        return Err(ArmError::Invalid(
            "RoleDefinitionNameInvalid",
            "A role's name holds no control characters.".into(),
        ));
    }
    Ok(WantedRole {
        id,
        name: asked.role_name,
        description: asked.description.unwrap_or_default(),
        permissions,
        assignable_scopes,
    })
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(128).collect()
}

/// Patterns of a body.
pub fn permissions(asked: &Permission) -> Result<Permissions, ArmError> {
    /// Patterns in one role at most, of each of the four kinds.
    const MAX_PATTERNS: usize = 2000;
    let patterns = |texts: &[String]| {
        if texts.len() > MAX_PATTERNS {
            return Err(ArmError::Invalid(
                "InvalidActionOrNotAction",
                format!("A role has at most {MAX_PATTERNS} actions of a kind."),
            ));
        }
        let parsed = texts.iter().map(|text| {
            text.parse::<Pattern>().map_err(|_| {
                ArmError::Invalid(
                    "InvalidActionOrNotAction",
                    format!(
                        "'{}' does not match any of the actions supported by the providers.",
                        shown(text)
                    ),
                )
            })
        });
        parsed.collect::<Result<Vec<_>, _>>()
    };
    Ok(Permissions {
        actions: patterns(&asked.actions)?,
        not_actions: patterns(&asked.not_actions)?,
        data_actions: patterns(&asked.data_actions)?,
        not_data_actions: patterns(&asked.not_data_actions)?,
    })
}

/// The id under which a role is shown: a subscription's own, also for those that are the same everywhere.
pub fn role_path(id: RoleDefinitionId, subscription: Option<SubscriptionId>) -> String {
    let scope = subscription.map_or_else(Scope::root, Scope::subscription);
    ArmPath::Authorization(scope, AuthorizationTail::RoleDefinition(id)).to_string()
}

/// A role as it is shown.
pub fn to_wire(role: &RoleDefinition, subscription: Option<SubscriptionId>) -> wire::RoleDefinition {
    wire::RoleDefinition {
        id: role_path(role.id, subscription),
        kind: "Microsoft.Authorization/roleDefinitions".to_owned(),
        name: role.id,
        properties: wire::RoleDefinitionProperties {
            role_name: role.name.clone(),
            kind: role.kind.as_str().to_owned(),
            description: Some(role.description.clone()),
            assignable_scopes: role.assignable_scopes.iter().map(ToString::to_string).collect(),
            permissions: role.permissions.iter().map(permissions_to_wire).collect(),
            created_on: Some(role.created_at.to_seven_digits()),
            updated_on: Some(role.updated_at.to_seven_digits()),
            created_by: role.created_by,
            updated_by: role.updated_by,
        },
    }
}

/// Permissions as they are shown.
pub fn permissions_to_wire(permissions: &Permissions) -> Permission {
    let texts = |patterns: &[Pattern]| patterns.iter().map(ToString::to_string).collect();
    Permission {
        actions: texts(&permissions.actions),
        not_actions: texts(&permissions.not_actions),
        data_actions: texts(&permissions.data_actions),
        not_data_actions: texts(&permissions.not_data_actions),
    }
}

/// The refusal of a role that isn't there.
pub fn unknown(id: RoleDefinitionId) -> ArmError {
    ArmError::NotFound(
        "RoleDefinitionDoesNotExist",
        format!("The specified role definition with ID '{id}' does not exist."),
    )
}

fn same_name(name: &str) -> ArmError {
    ArmError::Conflict(
        "RoleDefinitionWithSameNameExists",
        format!(
            "A role definition with the same name already exists: '{}'.",
            shown(name)
        ),
    )
}

/// Causes to codes.
fn refused(refusal: RoleRefused) -> ArmError {
    let sentence = |code| ArmError::Invalid(code, format!("{}.", capital(&refusal.to_string())));
    match &refusal {
        RoleRefused::BuiltIn(id) => ArmError::Invalid(
            "RoleDefinitionUpdateNotPermitted",
            format!("The role definition '{id}' is built in and cannot be changed or deleted."),
        ),
        RoleRefused::NameTaken { name, .. } => same_name(name),
        RoleRefused::Assigned(_) => ArmError::Conflict(
            "RoleDefinitionHasAssignments",
            "There are existing role assignments referencing role.".to_owned(),
        ),
        RoleRefused::Name(_) => sentence("RoleDefinitionNameInvalid"),
        RoleRefused::Description(_) => sentence("RoleDefinitionDescriptionInvalid"),
        RoleRefused::NoScope | RoleRefused::Root | RoleRefused::WildcardScope(_) => {
            sentence("InvalidAssignableScope")
        }
        RoleRefused::TooManyScopes(_) => sentence("TooManyAssignableScopes"),
        RoleRefused::SecondManagementGroup(_) => sentence("MoreThanOneManagementGroup"),
        RoleRefused::Wildcards(_) => sentence("InvalidActionOrNotAction"),
        RoleRefused::NoSuchAction(_) => sentence("InvalidActionOrNotAction"),
        RoleRefused::NoSuchDataAction(_) => sentence("InvalidDataActionOrNotDataAction"),
        RoleRefused::TooManyRoles => sentence("RoleDefinitionLimitExceeded"),
    }
}

/// A sentence that begins as one, with the quotes of this plane.
pub fn capital(text: &str) -> String {
    let text = text.replace('`', "'");
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters() {
        let filter = |name: Option<&str>, kind: Option<&str>, below| {
            Ok(Filter {
                name: name.map(str::to_owned),
                kind: kind.map(str::to_owned),
                below,
            })
        };
        assert_eq!(
            read_filter("roleName eq 'owner'"),
            filter(Some("owner"), None, false)
        );
        assert_eq!(read_filter("atScopeAndBelow()"), filter(None, None, true));
        assert_eq!(
            read_filter("atScopeAndBelow() and type eq 'CustomRole'"),
            filter(None, Some("CustomRole"), true)
        );
        for bad in [
            "roleName ne 'x'",
            "roleName eq 'x' or type eq 'y'",
            "nonsense",
            "displayName eq 'x'",
        ] {
            assert!(read_filter(bad).is_err(), "{bad}");
        }
    }
}
