//! `/subscriptions`, `/subscriptions/{id}`

use super::{doors, subscription};
use crate::harness::World;
use crate::run::Run;
use doorward_domain::directory::DirectoryRole;
use doorward_domain::rbac::{CONTRIBUTOR, OWNER, READER};
use doorward_domain::subscription::Subscription;
use doorward_names::{DisplayName, Duration, SubscriptionId};
use doorward_store as store;
use serde_json::{Value, json};

fn wire(subscription: &Subscription) -> Value {
    json!({
        "id": format!("/subscriptions/{}", subscription.id),
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": subscription.id.to_string(),
        "tenantId": subscription.tenant.to_string(),
        "displayName": subscription.display_name.as_str(),
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "Internal_2014-09-01",
            "spendingLimit": "Off",
        },
    })
}

#[tokio::test]
async fn people_and_applications_see_those_that_they_have_a_role_in() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let first = subscription(&tenant).await;
        let second = Subscription {
            id: SubscriptionId::from_random(crate::harness::random()),
            tenant: tenant.id,
            display_name: DisplayName::new("Second").unwrap(),
            created_at: first.created_at.plus(Duration::seconds(1)),
        };
        let new = second.clone();
        let written = world
            .app
            .snapshots
            .write(move |tx| store::subscription::insert(tx, &new));
        written.await.unwrap().unwrap();
        let alice = tenant.user("alice", &[]).await;
        let app = tenant.service_principal("app", &[]).await;
        // A role on each, wherever below.
        let group = format!("/subscriptions/{}/resourceGroups/deep", second.id);
        for caller in [&alice, &app] {
            tenant
                .assign(caller, READER, &format!("/subscriptions/{}", first.id))
                .await;
            tenant.assign(caller, CONTRIBUTOR, &group).await;
        }
        let run = Run::of(&alice).await;
        for door in doors(&world, &run) {
            for caller in [&alice, &app] {
                let token = door.token(caller).await;
                let list = door
                    .get("/subscriptions?api-version=2020-01-01", Some(&token))
                    .await;
                assert_eq!(
                    list.header("content-type"),
                    Some("application/json; charset=utf-8")
                );
                assert_eq!(
                    list.ok(),
                    json!({"value": [wire(&first), wire(&second)]}),
                    "{}",
                    door.name()
                );
                for wanted in [&first, &second] {
                    let upper = wanted.id.to_string().to_uppercase();
                    for path in [
                        format!("/subscriptions/{}?api-version=2020-01-01", wanted.id),
                        format!("/Subscriptions/{upper}/"),
                    ] {
                        let found = door.get(&path, Some(&token)).await;
                        assert_eq!(found.ok(), wire(wanted), "{} {path}", door.name());
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn every_form_of_the_audience_opens_it() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let app = tenant.service_principal("app", &[]).await;
        let run = Run::of(&app).await;
        for door in doors(&world, &run) {
            for target in [
                ("resource", "https://management.azure.com"),
                ("resource", "https://management.azure.com/"),
                ("resource", "https://management.core.windows.net"),
                ("resource", "https://management.core.windows.net/"),
                ("resource", "797f4846-ba00-4fd7-ba43-dac1f8f63013"),
                ("scope", "https://management.azure.com/.default"),
                ("scope", "https://management.azure.com//.default"),
                ("scope", "https://management.core.windows.net//.default"),
            ] {
                let body = door.ask(&app, target).await;
                let answer = door.get("/subscriptions", body["access_token"].as_str()).await;
                assert_eq!(answer.status, 200, "{} {target:?}", door.name());
            }
        }
    }
}

#[tokio::test]
async fn another_tenants_administrator_sees_only_their_own() {
    for world in World::shared().await {
        let (tenant, other) = (world.tenant().await, world.tenant().await);
        let (ours, theirs) = (subscription(&tenant).await, subscription(&other).await);
        let mallory = other.user("mallory", &[DirectoryRole::GlobalAdministrator]).await;
        let app = other.service_principal("app", &[]).await;
        for caller in [&mallory, &app] {
            other
                .assign(caller, OWNER, &format!("/subscriptions/{}", theirs.id))
                .await;
        }
        let run = Run::of(&mallory).await;
        for door in doors(&world, &run) {
            for caller in [&mallory, &app] {
                let token = door.token(caller).await;
                let list = door.get("/subscriptions", Some(&token)).await;
                assert_eq!(list.ok(), json!({"value": [wire(&theirs)]}));
                let id = SubscriptionId::from_random(crate::harness::random());
                let missing = door.get(&format!("/subscriptions/{id}"), Some(&token)).await;
                let text = format!("The subscription '{id}' could not be found.");
                assert_eq!(missing.status, 404, "{}", door.name());
                assert_eq!(
                    missing.json(),
                    json!({"error": {"code": "SubscriptionNotFound", "message": text}})
                );
                assert_eq!(missing.header("www-authenticate"), None);
                // Whose a subscription is, they hear, as strangers do; and nothing else.
                for path in ["", "/resourceGroups/x", "/locations"] {
                    let path = format!("/subscriptions/{}{path}", ours.id);
                    let refused = door.get(&path, Some(&token)).await;
                    assert_eq!(refused.status, 401, "{path}");
                    let body = refused.json();
                    assert_eq!(body["error"]["code"], "InvalidAuthenticationTokenTenant");
                    assert!(
                        body["error"]["message"]
                            .as_str()
                            .unwrap()
                            .contains(&tenant.id.to_string())
                    );
                    assert!(
                        !refused.text.contains(&tenant.domain) && !refused.text.contains("resourceGroups")
                    );
                    assert!(
                        refused
                            .header("www-authenticate")
                            .unwrap()
                            .contains(&tenant.id.to_string())
                    );
                }
                let hidden = [tenant.id.to_string(), ours.id.to_string(), tenant.domain.clone()];
                assert!(
                    hidden.iter().all(|word| !list.text.contains(word.as_str())),
                    "{}",
                    list.text
                );
            }
        }
    }
}
