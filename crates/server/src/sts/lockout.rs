//! Looking at a password at most so often: what is counted for whom, before and after it is looked at.
//!
//! Nothing is hashed for who has to wait already. Many at once have no more tries than one after the other: what comes
//! of a look is told in the transaction that counts it, while the counters allow it, whether it was right or wrong. Names that nobody has are counted like those of
//! accounts, in buckets, so that neither the answer nor a wait tells them apart, and they can't fill the store.

use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::lockout::{Counted, lockout};
use doorward_domain::throttle::source;
use doorward_domain::user::User;
use doorward_names::{TenantId, Timestamp};
use doorward_store::{self as store, QueryError, Tx, View};

use super::StsError;
use super::throttle::here;
use crate::credentials::known_browser::Known;
use crate::ctx::Ctx;

/// So many names that nobody has are told apart, in each tenant.
const NOBODIES: u16 = 4096;

/// Who tries, and what is counted for it.
#[derive(Clone)]
pub struct Guard {
    counters: Vec<(Counted, String)>,
    refused: Option<AuditRow>,
    warning: AuditRow,
    now: Timestamp,
}

impl Guard {
    /// For a try with `name`, which is the account's whose `user` this is, by a browser that brings `known`.
    pub fn of(ctx: &Ctx, tenant: TenantId, (name, user): (&str, Option<&User>), known: Known<'_>) -> Self {
        let hasher = &ctx.app.hasher;
        let account = match user {
            Some(user) => user.id.to_string(),
            None => {
                let name = format!("{tenant} {}", name.to_lowercase());
                format!("nobody {tenant} {:04x}", hasher.bucket("nobody", &name, NOBODIES))
            }
        };
        let browser = user.and_then(|user| known.name_for(hasher, user, ctx.now));
        let counters = match browser {
            Some(browser) => vec![(Counted::KnownBrowser, format!("{account} known {browser}"))],
            None => vec![
                (Counted::Account, format!("{account} anywhere")),
                (Counted::AccountFromSource, format!("{account} {}", here(ctx))),
                (Counted::Source, format!("passwords {tenant} {}", here(ctx))),
            ],
        };
        let mut warning = ctx.audit(tenant, Event::SignInRefused);
        warning.actor = user.map(|user| user.id);
        let refused = user.map(|_| AuditRow {
            detail: "wrong password".to_owned(),
            ..warning.clone()
        });
        warning.detail = format!("the last one from {}", source(ctx.source));
        Self {
            counters,
            refused,
            warning,
            now: ctx.now,
        }
    }

    /// Whether a password may be looked at.
    ///
    /// # Errors
    /// [`StsError::Locked`] when it may not.
    pub async fn check(&self, ctx: &Ctx) -> Result<(), StsError> {
        let guard = self.clone();
        ctx.app.store.read(move |view| guard.look(view)).await?
    }

    /// What may be told of a look: that the password was `right`, or why not. A right one takes its turn among the wrong
    /// ones that are counted, and stands in their way as they stand in its: it is never told before them for being right.
    ///
    /// # Errors
    /// [`StsError::Locked`] when nothing may be told, [`StsError::WrongPassword`] for a wrong one, which is counted.
    pub async fn settle(self, ctx: &Ctx, right: bool) -> Result<(), StsError> {
        let write = move |tx: &mut Tx<'_>| {
            if let Err(locked) = self.look(tx)? {
                return Ok(Err(locked));
            }
            match right {
                true => self.touch(tx).map(Ok),
                false => self.record(tx).map(|()| Err(StsError::WrongPassword)),
            }
        };
        ctx.app.snapshots.write::<_, QueryError>(write).await?
    }

    fn look(&self, view: &View<'_>) -> Result<Result<(), StsError>, QueryError> {
        let mut found = Vec::new();
        for (counted, key) in &self.counters {
            found.push((*counted, store::throttle::get(view, key)?));
        }
        Ok(lockout(found, self.now).map_or(Ok(()), |lockout| Err(StsError::Locked(lockout))))
    }

    /// Writes the counters as they are, so that of several nodes' transactions about them one comes after the other.
    fn touch(&self, tx: &mut Tx<'_>) -> Result<(), QueryError> {
        for (_, key) in &self.counters {
            if let Some(failures) = store::throttle::get(tx, key)? {
                store::throttle::put(tx, key, failures)?;
            }
        }
        Ok(())
    }

    fn record(&self, tx: &mut Tx<'_>) -> Result<(), QueryError> {
        self.refused
            .iter()
            .try_for_each(|row| store::audit::insert(tx, row))?;
        for (counted, key) in &self.counters {
            let before = store::throttle::get(tx, key)?;
            let (failures, _) = counted.limit().record(before, self.now);
            store::throttle::put(tx, key, failures)?;
            // A stranger must not be able to fill the disk, so that of names that nobody has only the address is told.
            let told = self.refused.is_some() || *counted == Counted::Source;
            if told && failures.count == counted.limit().free {
                let mut warning = self.warning.clone();
                warning.detail = format!("{}, {}", words(*counted), warning.detail);
                store::audit::insert(tx, &warning)?;
            }
        }
        Ok(())
    }
}

/// Forgets the wrong passwords of an account, which has another one now.
pub fn forgive(tx: &mut Tx<'_>, user: &User) -> Result<(), QueryError> {
    store::throttle::forget_all_of(tx, &user.id.to_string())
}

fn words(counted: Counted) -> &'static str {
    match counted {
        Counted::Account => {
            "too many wrong passwords for the account from browsers that nobody signed in with"
        }
        Counted::AccountFromSource => "too many wrong passwords for the account from one address",
        Counted::Source => "too many wrong passwords from one address",
        Counted::KnownBrowser => "too many wrong passwords in a browser of the person's",
    }
}
