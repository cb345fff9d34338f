//! The subscriptions that an account sees, as accounts on this machine: one for each, or one in the tenant alone.

use crate::context::Context;
use crate::failure::Failure;
use crate::output;
use crate::profile::{Account, NO_SUBSCRIPTION, Profile};
use crate::session::{self, Session};
use doorward_sdk::resource_manager::models::Subscription;

/// An account for each subscription of `account`'s tenant that was found; the tenant-level one when there is none.
pub fn accounts(account: &Account, found: &[Subscription]) -> Vec<Account> {
    let of_tenant = found.iter().filter(|subscription| {
        subscription
            .tenant_id
            .to_string()
            .eq_ignore_ascii_case(&account.tenant_id)
    });
    let all: Vec<Account> = of_tenant
        .map(|subscription| Account {
            id: subscription.subscription_id.to_string(),
            name: subscription.display_name.clone(),
            state: subscription.state.clone(),
            ..account.clone()
        })
        .collect();
    if all.is_empty() {
        vec![tenant_level(account)]
    } else {
        all
    }
}

fn tenant_level(account: &Account) -> Account {
    Account {
        id: account.tenant_id.clone(),
        name: NO_SUBSCRIPTION.to_owned(),
        state: "Enabled".to_owned(),
        ..account.clone()
    }
}

/// Asks again for the subscriptions of everyone who is signed in. Whose session has ended stays as they are.
pub fn refresh(context: &Context) -> Result<(), Failure> {
    let mut done: Vec<Account> = Vec::new();
    for account in Profile::load(&context.home)?.subscriptions {
        if done.iter().any(|other| other.is_of_same_sign_in(&account)) {
            continue;
        }
        let found = Session::open(&context.home, &account, None).and_then(|session| {
            let manager = session.resource_manager()?;
            session::block_on(async { Ok(manager.subscriptions().await?) })
        });
        match found {
            Ok(found) => {
                let accounts = accounts(&account, &found);
                Profile::change(&context.home, |profile| {
                    profile.keep(accounts);
                    Ok(())
                })?;
            }
            Err(failure) => output::warn(&format!(
                "the subscriptions of {} can't be asked for: {}",
                account.user.name, failure.message
            )),
        }
        done.push(account);
    }
    Ok(())
}
