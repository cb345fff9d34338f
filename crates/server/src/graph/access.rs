//! Looking and changing on behalf of a caller: the caller's rights are loaded in the same transaction as what is
//! decided about, and a refusal is written down.

use doorward_domain::application::Application;
use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::directory::DirectoryRole;
use doorward_domain::directory::rights::{Action, Caller, Denied, Standing, Target, decide, lends_itself};
use doorward_domain::group::Group;
use doorward_domain::service_principal::ServicePrincipal;
use doorward_domain::session::SessionRefusal;
use doorward_domain::user::User;
use doorward_names::{ObjectId, TenantId, Timestamp};
use doorward_store::{self as store, QueryError, Tx, View};

use super::GraphError;
use super::bearer::{Bearer, BearerKind, TokenProblem};
use crate::ctx::Ctx;

/// Why a closure stops: it refuses, which is committed, or the store failed, which is rolled back.
pub enum Stop {
    /// A refusal.
    Refused(GraphError),
    /// A failure.
    Failed(QueryError),
}

impl<E: Into<GraphError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

/// Turns a failed query into a [`Stop`]; refusals use `?` directly.
pub trait OrFail<T> {
    /// The value, or the failure.
    fn or_fail(self) -> Result<T, Stop>;
}

impl<T> OrFail<T> for Result<T, QueryError> {
    fn or_fail(self) -> Result<T, Stop> {
        self.map_err(Stop::Failed)
    }
}

/// A caller at work.
pub struct Acting {
    /// The tenant of everything within reach.
    pub tenant: TenantId,
    /// The caller's object id.
    pub id: ObjectId,
    /// When.
    pub now: Timestamp,
    caller: Caller,
    row: AuditRow,
}

impl Acting {
    /// Refuses unless the caller may.
    pub fn require(&self, action: Action, target: &Target) -> Result<(), Stop> {
        decide(&self.caller, action, target)
            .map(|_| ())
            .map_err(Stop::from)
    }

    /// Refuses unless the caller may in general; for lists and for what does not exist yet.
    pub fn require_any(&self, action: Action) -> Result<(), Stop> {
        self.require(action, &Target::default())
    }

    /// Whether the caller may in general.
    pub fn may(&self, action: Action) -> bool {
        decide(&self.caller, action, &Target::default()).is_ok()
    }

    /// Refuses unless the caller may lend a command their whole identity.
    pub fn require_itself(&self) -> Result<(), Stop> {
        lends_itself(&self.caller).map_err(Stop::from)
    }

    /// What to answer for an object that is not there: that, to who may see such objects; else a denial.
    pub fn missing(&self, action: Action, id: &str) -> Stop {
        match decide(&self.caller, action, &Target::default()) {
            Ok(_) => Stop::Refused(GraphError::NotFound(id.to_owned())),
            Err(denied) => Stop::Refused(denied.into()),
        }
    }

    /// Whether the caller is a person.
    pub fn is_person(&self) -> bool {
        matches!(self.caller.standing, Standing::Person { .. })
    }

    /// Writes down what the caller did.
    pub fn record(
        &self,
        tx: &mut Tx<'_>,
        event: Event,
        target: impl Into<Option<ObjectId>>,
        detail: &str,
    ) -> Result<(), Stop> {
        let row = AuditRow {
            event,
            target: target.into(),
            detail: detail.to_owned(),
            ..self.row.clone()
        };
        store::audit::insert(tx, &row).or_fail()
    }

    /// An application as a target.
    pub fn application(&self, view: &View<'_>, application: &Application) -> Result<Target, Stop> {
        let principal =
            store::service_principal::find_by_app_id(view, self.tenant, application.app_id).or_fail()?;
        let owners = store::owner::list(view, self.tenant, application.id).or_fail()?;
        let target = match &principal {
            Some(principal) => self.principal(view, principal)?,
            None => Target::default(),
        };
        Ok(Target {
            is_owned: owners.contains(&self.id),
            ..target
        })
    }

    /// A service principal as a target.
    pub fn principal(&self, view: &View<'_>, principal: &ServicePrincipal) -> Result<Target, Stop> {
        let owners = store::owner::list(view, self.tenant, principal.id).or_fail()?;
        Ok(Target {
            is_caller: principal.id == self.id,
            is_owned: owners.contains(&self.id),
            roles: store::directory_role::of(view, self.tenant, principal.id).or_fail()?,
            permissions: store::permission::of(view, self.tenant, principal.id).or_fail()?,
        })
    }

    /// A group as a target.
    pub fn group(&self, view: &View<'_>, group: &Group) -> Result<Target, Stop> {
        let owners = store::owner::list(view, self.tenant, group.id).or_fail()?;
        Ok(Target {
            is_owned: owners.contains(&self.id),
            ..Target::default()
        })
    }

    /// A user as a target. Whoever takes an account over also takes over what it owns, so that counts as its own.
    pub fn user(&self, view: &View<'_>, user: &User) -> Result<Target, Stop> {
        let mut target = Target {
            is_caller: user.id == self.id,
            roles: store::directory_role::of(view, self.tenant, user.id).or_fail()?,
            ..Target::default()
        };
        for owned in store::owner::owned_by(view, self.tenant, user.id).or_fail()? {
            let principal = match store::application::find(view, self.tenant, owned).or_fail()? {
                Some(a) => store::service_principal::find_by_app_id(view, self.tenant, a.app_id).or_fail()?,
                None => store::service_principal::find(view, self.tenant, owned).or_fail()?,
            };
            if let Some(principal) = principal {
                target
                    .roles
                    .extend(store::directory_role::of(view, self.tenant, principal.id).or_fail()?);
                target
                    .permissions
                    .extend(store::permission::of(view, self.tenant, principal.id).or_fail()?);
            }
        }
        Ok(target)
    }
}

/// Reads on behalf of the caller.
pub async fn look<T: Send + 'static>(
    ctx: &Ctx,
    bearer: Bearer,
    f: impl Fn(&View<'_>, &Acting) -> Result<T, Stop> + Send + 'static,
) -> Result<T, GraphError> {
    let row = row(ctx, &bearer);
    let refused = AuditRow {
        event: Event::DirectoryRefused,
        ..row.clone()
    };
    let now = ctx.now;
    let found = ctx
        .app
        .store
        .read(move |view| settle(act(view, &bearer, (now, &row)).and_then(|acting| f(view, &acting))))
        .await?;
    if let Err(GraphError::Denied(denied)) = &found {
        ctx.app
            .store
            .append(AuditRow {
                detail: denied.to_string(),
                ..refused
            })
            .await?;
    }
    found
}

/// Changes on behalf of the caller. Whatever `f` refuses has to be refused before it writes anything.
pub async fn change<T: Send + 'static>(
    ctx: &Ctx,
    bearer: Bearer,
    f: impl Fn(&mut Tx<'_>, &Acting) -> Result<T, Stop> + Send + 'static,
) -> Result<T, GraphError> {
    let row = row(ctx, &bearer);
    let now = ctx.now;
    ctx.app
        .snapshots
        .write(move |tx| {
            let outcome = match act(tx, &bearer, (now, &row)) {
                Ok(acting) => f(tx, &acting),
                Err(stop) => Err(stop),
            };
            if let Err(Stop::Refused(GraphError::Denied(denied))) = &outcome {
                let detail = denied.to_string();
                store::audit::insert(
                    tx,
                    &AuditRow {
                        event: Event::DirectoryRefused,
                        detail,
                        ..row.clone()
                    },
                )?;
            }
            settle(outcome)
        })
        .await?
}

fn settle<T>(outcome: Result<T, Stop>) -> Result<Result<T, GraphError>, QueryError> {
    match outcome {
        Ok(value) => Ok(Ok(value)),
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        Err(Stop::Failed(failure)) => Err(failure),
    }
}

fn row(ctx: &Ctx, bearer: &Bearer) -> AuditRow {
    AuditRow {
        actor: Some(bearer.id),
        client: Some(bearer.client),
        ..ctx.audit(bearer.tenant, Event::DirectoryRefused)
    }
}

/// Loads what the caller may do now; its token's word is not taken for it.
fn act(view: &View<'_>, bearer: &Bearer, (now, row): (Timestamp, &AuditRow)) -> Result<Acting, Stop> {
    Ok(Acting {
        tenant: bearer.tenant,
        id: bearer.id,
        now,
        caller: standing(view, bearer, now)?,
        row: row.clone(),
    })
}

/// What a principal may do now, which is nothing once it is gone or disabled, or its session has ended.
pub fn standing(view: &View<'_>, bearer: &Bearer, now: Timestamp) -> Result<Caller, Stop> {
    let gone = || Stop::Refused(GraphError::Token(TokenProblem::Principal));
    let (tenant, id) = (bearer.tenant, bearer.id);
    let standing = match &bearer.kind {
        BearerKind::Person {
            scopes,
            session,
            capable,
            ..
        } => {
            let seat = store::user::seat(view, tenant, id).or_fail()?.ok_or_else(gone)?;
            let session = store::session::find(view, seat.home.tenant, *session)
                .or_fail()?
                .ok_or_else(gone)?;
            session
                .admit(bearer.client, Some(&seat), now)
                .map_err(|refusal| match refusal {
                    SessionRefusal::Revoked
                    | SessionRefusal::Inactive
                    | SessionRefusal::Ended
                    | SessionRefusal::PasswordChanged => {
                        let capable = *capable;
                        Stop::Refused(GraphError::Token(TokenProblem::SignedOut { capable }))
                    }
                    SessionRefusal::Reused
                    | SessionRefusal::OtherClient
                    | SessionRefusal::UserDisabled
                    | SessionRefusal::OtherRun => gone(),
                })?;
            Standing::Person {
                kind: seat.user.kind,
                scopes: scopes.clone(),
            }
        }
        BearerKind::Application => {
            let principal = store::service_principal::find(view, tenant, id).or_fail()?;
            if principal.is_none_or(|p| !p.enabled || p.app_id != bearer.client) {
                return Err(gone());
            }
            Standing::Application {
                permissions: store::permission::of(view, tenant, id).or_fail()?,
            }
        }
    };
    let roles = store::directory_role::of(view, tenant, id).or_fail()?;
    Ok(Caller { standing, roles })
}

/// Refuses what would leave the tenant without an enabled Global Administrator, were `leaving` gone.
pub fn keep_an_administrator(view: &View<'_>, tenant: TenantId, leaving: ObjectId) -> Result<(), Stop> {
    let administrators = store::directory_role::list(view, tenant).or_fail()?;
    let mut is_one = false;
    for assignment in administrators
        .iter()
        .filter(|a| a.role == DirectoryRole::GlobalAdministrator)
    {
        if assignment.principal == leaving {
            is_one = true;
        } else if store::user::find(view, tenant, assignment.principal)
            .or_fail()?
            .is_some_and(|u| u.enabled)
        {
            return Ok(());
        }
    }
    if is_one {
        Err(GraphError::LastAdministrator.into())
    } else {
        Ok(())
    }
}

/// A refusal that comes from the caller's rights, for what is decided by hand.
pub fn denied() -> Stop {
    Stop::Refused(GraphError::Denied(Denied::NoRight))
}
