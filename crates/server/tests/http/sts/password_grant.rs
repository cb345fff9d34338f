//! The password grant, where a tenant allows it and where not.

use super::registered::set;
use crate::harness::{Answer, COMMAND_LINE, Caller, World};
use doorward_domain::tenant_settings::Setting;

async fn ask(world: &World, segment: &str, (name, password): (&str, &str)) -> Answer {
    let form = [
        ("grant_type", "password"),
        ("client_id", COMMAND_LINE),
        ("username", name),
        ("password", password),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    world
        .post_form(&format!("/{segment}/oauth2/v2.0/token"), &form)
        .await
}

/// The number for a right password and for a wrong one, at each door; 0 is in.
async fn numbers(world: &World, segment: &str, person: &Caller) -> [u64; 2] {
    let mut all = [0; 2];
    for (number, password) in all.iter_mut().zip([person.secret.as_str(), "wrong"]) {
        let answer = ask(world, segment, (&person.name, password)).await;
        if answer.status != 200 {
            *number = answer.aadsts();
        }
    }
    all
}

const OFF: [u64; 2] = [70_003, 70_003];
const ON: [u64; 2] = [0, 50_126];

#[tokio::test]
async fn production_takes_a_password_only_where_the_tenant_allows_it() {
    let world = World::production().await;
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let alice = tenant.user("alice", &[]).await;
    let domain = tenant.domain.as_str();
    for segment in [domain, "organizations", "common"] {
        assert_eq!(numbers(&world, segment, &alice).await, OFF, "{segment}");
    }
    assert_eq!(
        ask(&world, domain, ("nobody@unknown.example", "x"))
            .await
            .aadsts(),
        70_003
    );
    set(&world, tenant.id, Setting::PasswordGrant, true).await;
    for segment in [domain, "organizations", "common"] {
        assert_eq!(numbers(&world, segment, &alice).await, ON, "{segment}");
    }
    // What one tenant allows counts in no other, for whoever comes.
    let mallory = other.user("mallory", &[]).await;
    assert_eq!(numbers(&world, "organizations", &mallory).await, OFF);
    let guest = other.join(&alice).await;
    assert_eq!(
        numbers(&world, &other.domain, &guest).await,
        OFF,
        "the tenant says no"
    );
    set(&world, other.id, Setting::PasswordGrant, true).await;
    assert_eq!(numbers(&world, &other.domain, &guest).await, ON);
    set(&world, tenant.id, Setting::PasswordGrant, false).await;
    assert_eq!(
        numbers(&world, &other.domain, &guest).await,
        OFF,
        "their home says no"
    );
    assert_eq!(numbers(&world, domain, &alice).await, OFF);
    assert_eq!(numbers(&world, &other.domain, &mallory).await, ON);
}

#[tokio::test]
async fn development_takes_it_until_the_tenant_forbids_it() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        assert_eq!(numbers(&world, &tenant.domain, &alice).await, ON);
        set(&world, tenant.id, Setting::PasswordGrant, false).await;
        assert_eq!(numbers(&world, &tenant.domain, &alice).await, OFF);
        assert_eq!(numbers(&world, "organizations", &alice).await, OFF);
    }
}
