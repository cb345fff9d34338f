//! `/tenants`

use super::doors;
use crate::harness::World;
use crate::run::Run;
use serde_json::json;

#[tokio::test]
async fn everyone_sees_the_tenant_that_they_are_in() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let _other = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let guest = tenant.guest("guest").await;
        let app = tenant.service_principal("app", &[]).await;
        let run = Run::of(&alice).await;
        for door in doors(&world, &run) {
            for caller in [&alice, &guest, &app] {
                let token = door.token(caller).await;
                let label = tenant.domain.strip_suffix(".example").unwrap();
                let expected = json!({"value": [{
                    "id": format!("/tenants/{}", tenant.id),
                    "tenantId": tenant.id.to_string(),
                    "tenantCategory": "Home",
                    "displayName": label,
                    "defaultDomain": tenant.domain,
                    "domains": [tenant.domain],
                }]});
                for path in ["/tenants?api-version=2020-01-01", "/tenants", "/Tenants/"] {
                    let answer = door.get(path, Some(&token)).await;
                    assert_eq!(answer.ok(), expected, "{} {path}", door.name());
                }
            }
        }
    }
}
