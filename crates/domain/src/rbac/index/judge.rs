//! How an index comes to a decision.

use std::cmp::min_by_key;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use doorward_names::{DenyAssignmentId, ObjectId, RoleAssignmentId, RoleDefinitionId};

use super::Index;
use super::holdings::Holding;
use super::people::Caller;
use super::places::Line;
use crate::rbac::{Action, Because, Decision, Missing, Plane, Request};

impl Index {
    pub(in crate::rbac) fn decide(&self, request: &Request<'_>) -> Decision {
        // That memory is far away, and comes while the line is made.
        self.people.prefetch(request.principal);
        let line = self.tree.line(request.scope);
        let caller = self.people.caller(request.principal);
        self.decide_for(request, caller, &line)
    }

    fn decide_for(&self, request: &Request<'_>, caller: Caller<'_>, line: &Line<'_>) -> Decision {
        let denies = self.denies.against(request, caller, line, &self.places);
        match denies.first() {
            Some(deny) => Decision::Denied(Missing::DeniedBy(*deny)),
            None => self.roles_of(request, caller, line),
        }
    }

    /// Every deny assignment that takes what is asked for away, by id.
    pub(in crate::rbac) fn denies_against(&self, request: &Request<'_>) -> BTreeSet<DenyAssignmentId> {
        let line = self.tree.line(request.scope);
        let caller = self.people.caller(request.principal);
        self.denies.against(request, caller, &line, &self.places)
    }

    /// What the decision would be without deny assignments.
    pub(in crate::rbac) fn decide_without_denies(&self, request: &Request<'_>) -> Decision {
        let line = self.tree.line(request.scope);
        self.roles_of(request, self.people.caller(request.principal), &line)
    }

    /// What the decision would be, were the principal in that group as well; `None` when that changes nothing.
    pub(in crate::rbac) fn decide_in_group(
        &self,
        request: &Request<'_>,
        group: ObjectId,
    ) -> Option<Decision> {
        let group = self.people.find(group)?;
        let caller = self.people.caller(request.principal);
        if caller.all.contains(&group) {
            return None;
        }
        let all = self.people.joined(caller, group);
        let caller = Caller { all: &all, ..caller };
        Some(self.decide_for(request, caller, &self.tree.line(request.scope)))
    }

    /// Whether a role allows an action, wherever it is assigned.
    pub(in crate::rbac) fn role_allows(&self, role: RoleDefinitionId, action: &Action, plane: Plane) -> bool {
        self.roles
            .find(role)
            .is_some_and(|role| role.allows(action, plane))
    }

    /// What the caller's roles say, deny assignments apart.
    fn roles_of(&self, request: &Request<'_>, caller: Caller<'_>, line: &Line<'_>) -> Decision {
        let mut any = false;
        let mut conditional: Option<RoleAssignmentId> = None;
        let found = self
            .holdings
            .perhaps(caller.all, line.levels(), |principal, level, holdings| {
                self.people.prefetch_id(principal);
                let mut allowing: Option<&Holding> = None;
                for perhaps in holdings {
                    // Far memory is looked at only when it matters: a yes is by the very assignment; for the reason of a
                    // no, that all hashes agree is enough.
                    any = true;
                    let role = perhaps.role().and_then(|role| self.roles.get(role));
                    if !role.is_some_and(|role| role.allows(request.action, request.plane)) {
                        continue;
                    }
                    let Some(holding) = perhaps.look(principal, level) else {
                        continue;
                    };
                    if holding.has_condition {
                        conditional = Some(conditional.map_or(holding.id, |other| other.min(holding.id)));
                    } else {
                        let least = |other| min_by_key(other, holding, |each| each.id);
                        allowing = Some(allowing.map_or(holding, least));
                    }
                }
                match allowing.and_then(|holding| self.because(holding, principal, caller)) {
                    Some(because) => ControlFlow::Break(because),
                    None => ControlFlow::Continue(()),
                }
            });
        if let ControlFlow::Break(because) = found {
            return Decision::Allowed(because);
        }
        Decision::Denied(match (conditional, any) {
            (Some(id), _) => Missing::Condition(id),
            (None, true) => Missing::NotInRoles,
            (None, false) => Missing::NoAssignment,
        })
    }

    fn because(&self, holding: &Holding, principal: u32, caller: Caller<'_>) -> Option<Because> {
        let through = match caller.own == Some(principal) {
            true => None,
            false => Some(self.people.id(principal)?),
        };
        Some(Because {
            assignment: holding.id,
            role: self.roles.get(holding.role)?.id,
            scope: Arc::clone(&holding.scope),
            through,
        })
    }
}
