//! `doorward logout`.

use crate::context::{Context, Outcome, Report};
use crate::failure::Failure;
use crate::local_time;
use crate::profile::Profile;
use crate::vault::{Owner, Vault};

/// Whom to sign out.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Account, by user principal name or application id; the one in use when not given
    #[arg(long)]
    username: Option<String>,
}

/// Forgets an account and its secrets.
pub fn run(args: &Args, context: &Context) -> Outcome {
    let gone = Profile::change(&context.home, |profile| {
        let name = match &args.username {
            Some(name) => name.clone(),
            None => profile.current()?.user.name.clone(),
        };
        let (gone, kept): (Vec<_>, Vec<_>) = profile
            .subscriptions
            .drain(..)
            .partition(|account| account.user.name.eq_ignore_ascii_case(&name));
        profile.subscriptions = kept;
        if gone.is_empty() {
            return Err(Failure::no_such_account(&name));
        }
        Ok(gone)
    })?;
    Vault::change(&context.home, local_time::now(), |vault| {
        gone.iter().for_each(|account| vault.forget(&Owner::of(account)));
    })?;
    Ok(Report::Nothing)
}
