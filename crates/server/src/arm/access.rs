//! Who may do what here: a caller's questions to the index of access, and what is written down of the answers.

use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::rbac::{Action, Because, Decision, Index, Missing, Plane, Request, decide};
use doorward_names::{ObjectId, Scope};
use doorward_store::{self as store, QueryError, StoreError, Tx};
use std::fmt::Write as _;

use super::{ArmError, Call, Requirement};

/// An action that the caller is allowed; only [`Call::require`] and its like make one.
#[derive(Debug, Clone)]
pub struct Authorized {
    action: Action,
    scope: Scope,
    /// What allows it, in words.
    because: String,
}

impl Authorized {
    /// Whether it is allowed by that index too.
    pub fn holds(&self, principal: ObjectId, index: &Index) -> bool {
        let request = Request {
            principal,
            action: &self.action,
            plane: Plane::Control,
            scope: &self.scope,
        };
        decide(&request, index).is_allowed()
    }

    /// The action.
    pub fn action(&self) -> &str {
        self.action.as_str()
    }

    /// Where.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The audit row of what was done with it; `about` says more than action and scope do.
    pub fn row(&self, call: &Call, event: Event, about: &str) -> AuditRow {
        let detail = match about {
            "" => self.because.clone(),
            about => format!("{about}; by {}", self.because),
        };
        AuditRow {
            action: Some(self.action.to_string()),
            scope: Some(self.scope.to_string()),
            detail,
            ..call.row(event)
        }
    }
}

/// Why a change is rolled back.
#[derive(Debug, thiserror::Error)]
enum Halt {
    /// It is refused.
    #[error("a change was refused")]
    Refused(ArmError),
    /// The store failed.
    #[error("{0}")]
    Failed(#[from] QueryError),
}

impl Call {
    /// Whether the caller may, without a trace of the question: for what a list shows.
    pub fn may(&self, action: &str, scope: &Scope) -> bool {
        let Ok(action) = action.parse::<Action>() else {
            return false;
        };
        decide(&self.request(&action, scope), &self.access.get()).is_allowed()
    }

    /// Whether a deny assignment takes it from the caller.
    fn is_denied(&self, action: &str, scope: &Scope) -> bool {
        let Ok(action) = action.parse::<Action>() else {
            return false;
        };
        let decision = decide(&self.request(&action, scope), &self.access.get());
        matches!(decision, Decision::Denied(Missing::DeniedBy(_)))
    }

    /// Whether the caller has any role at a scope, above or below it.
    pub fn reaches(&self, scope: &Scope) -> bool {
        self.access.get().reaches_into(self.caller.id(), scope)
    }

    /// Whether the caller has any role at a scope or below it.
    pub fn holds_within(&self, scope: &Scope) -> bool {
        self.access.get().holds_within(self.caller.id(), scope)
    }

    fn request<'a>(&self, action: &'a Action, scope: &'a Scope) -> Request<'a> {
        Request {
            principal: self.caller.id(),
            action,
            plane: Plane::Control,
            scope,
        }
    }

    /// Refuses unless the caller may; a refusal is written down before it is told.
    pub async fn require(&self, action: &str, scope: &Scope) -> Result<Authorized, ArmError> {
        let Ok(action) = action.parse::<Action>() else {
            return Err(ArmError::NotServed);
        };
        let decision = decide(&self.request(&action, scope), &self.access.get());
        match decision {
            Decision::Allowed(because) => {
                self.count(&action, scope);
                let because = in_words(&because);
                let scope = scope.clone();
                Ok(Authorized {
                    action,
                    scope,
                    because,
                })
            }
            Decision::Denied(missing) => Err(self.refuse(&action, scope, &missing).await?),
        }
    }

    /// Refuses unless the caller has what the route table asks for. `None` for what needs no right.
    pub async fn admit(&self, requirement: &Requirement) -> Result<Option<Authorized>, ArmError> {
        match requirement {
            Requirement::Open | Requirement::Handler => Ok(None),
            Requirement::Action(action, scope) => self.require(action, scope).await.map(Some),
            Requirement::Within(action, scope) => {
                if self.may(action, scope) || self.is_denied(action, scope) || !self.reaches(scope) {
                    return self.require(action, scope).await.map(Some);
                }
                Ok(None)
            }
        }
    }

    /// Writes a refusal down, and gives what to tell.
    async fn refuse(&self, action: &Action, scope: &Scope, missing: &Missing) -> Result<ArmError, ArmError> {
        let reason = match missing {
            Missing::DeniedBy(id) => format!("deny assignment {id}"),
            Missing::NoAssignment => "no role here or above".to_owned(),
            Missing::NotInRoles => "no role that allows it".to_owned(),
            Missing::Condition(id) => format!("role assignment {id} has a condition"),
        };
        self.refuse_by_hand(action.as_str(), scope, &reason).await
    }

    /// As a refusal by roles, for what they don't decide.
    pub async fn refuse_by_hand(
        &self,
        action: &str,
        scope: &Scope,
        reason: &str,
    ) -> Result<ArmError, ArmError> {
        let row = AuditRow {
            action: Some(action.to_owned()),
            scope: Some(scope.to_string()),
            detail: reason.to_owned(),
            ..self.row(Event::ResourceRefused)
        };
        self.ctx.app.store.append(row).await?;
        Ok(ArmError::Forbidden {
            name: self.caller.name.clone(),
            id: self.caller.id(),
            action: action.to_string(),
            scope: scope.to_string(),
        })
    }

    /// As [`Self::require`] for another scope that an allowed action touches: the refusal names both.
    pub async fn require_linked(
        &self,
        authorized: &Authorized,
        action: &str,
        scope: &Scope,
    ) -> Result<(), ArmError> {
        match self.require(action, scope).await {
            Ok(_) => Ok(()),
            Err(ArmError::Forbidden {
                name,
                id,
                action: missing,
                scope: linked,
            }) => Err(ArmError::LinkedForbidden(Box::new(super::error::Linked {
                name,
                id,
                action: authorized.action.to_string(),
                scope: authorized.scope.to_string(),
                missing,
                linked,
            }))),
            Err(other) => Err(other),
        }
    }

    /// An audit row of this call, to be filled in.
    pub fn row(&self, event: Event) -> AuditRow {
        AuditRow {
            actor: Some(self.caller.id()),
            client: Some(self.caller.bearer.client),
            ..self.ctx.audit(self.caller.bearer.tenant, event)
        }
    }

    /// Changes something that was allowed, together with the audit row that says so; a refusal leaves nothing behind.
    pub async fn change<T: Send + 'static>(
        &self,
        authorized: &Authorized,
        event: Event,
        f: impl Fn(&mut Tx<'_>) -> Result<Result<T, ArmError>, QueryError> + Send + 'static,
    ) -> Result<T, ArmError> {
        let row = authorized.row(self, event, "");
        self.change_all(vec![row], f).await
    }

    /// As [`Self::change`], with all its audit rows.
    pub async fn change_all<T: Send + 'static>(
        &self,
        rows: Vec<AuditRow>,
        f: impl Fn(&mut Tx<'_>) -> Result<Result<T, ArmError>, QueryError> + Send + 'static,
    ) -> Result<T, ArmError> {
        let written = self.ctx.app.snapshots.write(move |tx| {
            let value = f(tx)?.map_err(Halt::Refused)?;
            rows.iter().try_for_each(|row| store::audit::insert(tx, row))?;
            Ok(value)
        });
        match written.await {
            Ok(value) => Ok(value),
            Err(StoreError::Refused(Halt::Refused(refusal))) => Err(refusal),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Writes down that something allowed was done that changed nothing in the store.
    pub async fn record(&self, authorized: &Authorized, event: Event) -> Result<(), ArmError> {
        let row = authorized.row(self, event, "");
        Ok(self.ctx.app.store.append(row).await?)
    }

    fn count(&self, action: &Action, scope: &Scope) {
        let (tenant, principal) = (self.caller.bearer.tenant, self.caller.id());
        self.ctx
            .app
            .access_uses
            .count(tenant, principal, (action, scope), self.ctx.now);
    }
}

/// What allows, for the audit.
fn in_words(because: &Because) -> String {
    let mut text = format!("role assignment {} at {}", because.assignment, because.scope);
    if let Some(group) = because.through {
        let _ = write!(text, ", through group {group}");
    }
    text
}

/// Who is asked about: anybody in the index.
pub fn decide_for(
    call: &Call,
    principal: ObjectId,
    action: &Action,
    plane: Plane,
    scope: &Scope,
) -> Decision {
    let request = Request {
        principal,
        action,
        plane,
        scope,
    };
    decide(&request, &call.access.get())
}
