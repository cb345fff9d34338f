//! The second factor of a person: looked at, spent once, and counted when it is wrong.
//!
//! A wrong code counts like a wrong password. It is short enough to be guessed as well, so after too many wrong ones for
//! an account, which only who knows its password can send, a right one waits; a recovery code never does. Counting, looking and
//! spending are one transaction: whoever sends a thousand at once has no more tries than who sends them one by one.

use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::second_factor::{FactorRefusal, RECOVERY_CODES, SecondFactor};
use doorward_domain::throttle::{CODES, PER_SOURCE, Verdict};
use doorward_domain::user::User;
use doorward_names::{ObjectId, RecoveryCode, SecretHash, TenantId, Timestamp};
use doorward_store::{self as store, QueryError, Tx};

use super::StsError;
use super::throttle::here;
use crate::credentials::totp::{TypedCode, matching_step};
use crate::ctx::Ctx;
use crate::entropy;

/// What a person typed as their second factor.
#[derive(Debug, Clone)]
pub enum Typed {
    /// What their app shows.
    App(TypedCode),
    /// One of the codes on paper.
    Recovery(RecoveryCode),
    /// Something in the place of the app's code that is none.
    NoCode,
    /// Something in the place of a recovery code that is none.
    NoRecoveryCode,
}

/// A look at a code within a transaction, that may be repeated.
#[derive(Clone)]
struct Look {
    tenant: TenantId,
    user: ObjectId,
    typed: Typed,
    hashes: Vec<SecretHash>,
    keys: [String; 2],
    audit: AuditRow,
    now: Timestamp,
}

/// Spends what was typed.
///
/// # Errors
/// [`StsError::SecondFactor`] when it is wrong or was used, [`StsError::Throttled`] after too many wrong ones.
pub async fn prove(ctx: &Ctx, user: &User, typed: Typed) -> Result<(), StsError> {
    let hashes = match &typed {
        Typed::Recovery(code) => ctx.app.hasher.hashes_of_recovery_code(code),
        Typed::App(_) | Typed::NoCode | Typed::NoRecoveryCode => Vec::new(),
    };
    let mut audit = ctx.audit(user.tenant, Event::SignInRefused);
    audit.actor = Some(user.id);
    let look = Look {
        tenant: user.tenant,
        user: user.id,
        typed,
        hashes,
        keys: [format!("{} {}", user.id, here(ctx)), failures_key(user.id)],
        audit,
        now: ctx.now,
    };
    ctx.app.snapshots.write(move |tx| look.run(tx)).await?
}

impl Look {
    fn run(&self, tx: &mut Tx<'_>) -> Result<Result<(), StsError>, QueryError> {
        let [from_here, anywhere] = &self.keys;
        let before = (
            store::throttle::get(tx, from_here)?,
            store::throttle::get(tx, anywhere)?,
        );
        let guessable = matches!(self.typed, Typed::App(_));
        if let (true, Some(seconds)) = (guessable, CODES.closed(before.1, self.now)) {
            return Ok(Err(StsError::Throttled { seconds }));
        }
        let Err(refusal) = self.spend(tx)? else {
            return Ok(Ok(()));
        };
        let (failures, verdict) = PER_SOURCE.record(before.0, self.now);
        store::throttle::put(tx, from_here, failures)?;
        if guessable {
            store::throttle::put(tx, anywhere, CODES.record(before.1, self.now).0)?;
        }
        let mut audit = self.audit.clone();
        audit.detail = format!("second factor: {refusal}");
        store::audit::insert(tx, &audit)?;
        Ok(Err(match verdict {
            Verdict::Plain => StsError::SecondFactor(refusal),
            Verdict::Wait { seconds } => StsError::Throttled { seconds },
        }))
    }

    fn spend(&self, tx: &mut Tx<'_>) -> Result<Result<(), FactorRefusal>, QueryError> {
        match &self.typed {
            Typed::NoCode => Ok(Err(FactorRefusal::Wrong)),
            Typed::NoRecoveryCode => Ok(Err(FactorRefusal::WrongRecoveryCode)),
            Typed::App(code) => {
                let Some(factor) = store::second_factor::find(tx, self.tenant, self.user)? else {
                    return Ok(Err(FactorRefusal::None));
                };
                let matched = matching_step(&factor.secret, code, self.now);
                Ok(match factor.spend(matched) {
                    Ok(spent) if store::second_factor::save(tx, &spent)? => Ok(()),
                    Ok(_) => Err(FactorRefusal::Used),
                    Err(refusal) => Err(refusal),
                })
            }
            Typed::Recovery(_) => {
                for hash in &self.hashes {
                    if store::recovery_code::spend(tx, (self.tenant, self.user), hash)? {
                        let left = store::recovery_code::count(tx, self.tenant, self.user)?;
                        let mut audit = self.audit.clone();
                        audit.event = Event::SignedIn;
                        audit.detail = format!("by a recovery code, of which {left} are left");
                        store::audit::insert(tx, &audit)?;
                        return Ok(Ok(()));
                    }
                }
                Ok(Err(FactorRefusal::WrongRecoveryCode))
            }
        }
    }
}

/// Under what wrong codes of an account are counted.
pub fn failures_key(user: ObjectId) -> String {
    format!("code {user}")
}

/// Fresh recovery codes, and what the store keeps of them; `None` only when it holds no key.
pub fn draw_codes(ctx: &Ctx) -> Option<(Vec<RecoveryCode>, Vec<SecretHash>)> {
    let mut drawn = (Vec::new(), Vec::new());
    for _ in 0..RECOVERY_CODES {
        let code = RecoveryCode::from_entropy(entropy::bytes());
        drawn
            .1
            .push(ctx.app.hasher.hashes_of_recovery_code(&code).into_iter().next()?);
        drawn.0.push(code);
    }
    Some(drawn)
}

/// Enrols an app for a person who has none, and gives them recovery codes.
///
/// # Errors
/// [`StsError::SecondFactorThere`] when they have one.
pub async fn enrol(ctx: &Ctx, factor: SecondFactor) -> Result<Vec<RecoveryCode>, StsError> {
    let (codes, hashes) = draw_codes(ctx).ok_or(StsError::Unavailable)?;
    let mut audit = ctx.audit(factor.tenant, Event::CredentialAdded);
    audit.actor = Some(factor.user);
    audit.target = Some(factor.user);
    audit.detail = "authenticator app and recovery codes".to_owned();
    let write = move |tx: &mut Tx<'_>| {
        if store::second_factor::insert(tx, &factor)?.is_err() {
            return Ok::<_, QueryError>(Err(StsError::SecondFactorThere));
        }
        store::recovery_code::replace(tx, (factor.tenant, factor.user), &hashes)?;
        store::audit::insert(tx, &audit)?;
        Ok(Ok(()))
    };
    ctx.app.snapshots.write(write).await??;
    Ok(codes)
}

/// Gives a person who has an app new recovery codes in place of those of before.
///
/// # Errors
/// When they have none.
pub async fn renew_codes(ctx: &Ctx, user: &User) -> Result<Vec<RecoveryCode>, StsError> {
    let (codes, hashes) = draw_codes(ctx).ok_or(StsError::Unavailable)?;
    let (tenant, id) = (user.tenant, user.id);
    let mut audit = ctx.audit(tenant, Event::CredentialAdded);
    audit.actor = Some(id);
    audit.target = Some(id);
    audit.detail = "recovery codes, in place of those of before".to_owned();
    let write = move |tx: &mut Tx<'_>| {
        if !store::second_factor::exists(tx, tenant, id)? {
            return Ok::<_, QueryError>(Err(StsError::SecondFactor(FactorRefusal::None)));
        }
        store::recovery_code::replace(tx, (tenant, id), &hashes)?;
        store::audit::insert(tx, &audit)?;
        Ok(Ok(()))
    };
    ctx.app.snapshots.write(write).await??;
    Ok(codes)
}

/// Takes a person's own app and recovery codes away.
pub async fn remove(ctx: &Ctx, user: &User) -> Result<(), StsError> {
    let (tenant, id) = (user.tenant, user.id);
    let mut audit = ctx.audit(tenant, Event::CredentialRemoved);
    audit.actor = Some(id);
    audit.target = Some(id);
    audit.detail = "authenticator app and recovery codes, by the person".to_owned();
    let write = move |tx: &mut Tx<'_>| {
        if store::second_factor::delete(tx, tenant, id)? {
            store::audit::insert(tx, &audit)?;
        }
        Ok::<_, QueryError>(())
    };
    ctx.app.snapshots.write(write).await?;
    Ok(())
}
