//! Nobody becomes more than they are by way of somebody else.

use super::code;
use crate::harness::World;
use doorward_domain::directory::{DirectoryRole as R, Permission as P};
use serde_json::json;

#[tokio::test]
async fn nobody_adds_a_credential_to_a_more_privileged_application() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let applications = tenant.user("apps", &[R::ApplicationAdministrator]).await;
        let all = tenant
            .service_principal("all", &[P::ApplicationReadWriteAll])
            .await;
        let mighty = tenant
            .service_principal("mighty", &[P::RoleManagementReadWriteDirectory])
            .await;
        let modest = tenant.service_principal("modest", &[P::UserReadAll]).await;
        for (who, caller) in [
            ("application administrator", &applications),
            ("Application.ReadWrite.All", &all),
        ] {
            for (target, status) in [(&mighty, 403), (&modest, 200)] {
                for path in [
                    format!("/v1.0/applications/{}/addPassword", target.application),
                    format!("/v1.0/servicePrincipals/{}/addPassword", target.id),
                ] {
                    assert_eq!(caller.post(&path, json!({})).await.status, status, "{who} {path}");
                }
            }
            // Nor by owning it first.
            let me = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{}", caller.id)});
            let path = format!("/v1.0/applications/{}/owners/$ref", mighty.application);
            assert_eq!(caller.post(&path, me).await.status, 403, "{who}");
        }
        let path = format!("/v1.0/applications/{}/addPassword", mighty.application);
        assert_eq!(root.post(&path, json!({})).await.status, 200);
    }
}

#[tokio::test]
async fn nobody_resets_a_more_privileged_person_or_the_owner_of_a_more_privileged_application() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let helper = tenant.user("helper", &[R::UserAdministrator]).await;
        let authenticator = tenant.user("auth", &[R::AuthenticationAdministrator]).await;
        let plain = tenant.user("plain", &[]).await;
        let owner = tenant.user("owner", &[]).await;
        let mighty = tenant
            .service_principal("mighty", &[P::DirectoryReadWriteAll])
            .await;
        let me =
            json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{}", owner.id)});
        let owners = format!("/v1.0/applications/{}/owners/$ref", mighty.application);
        assert_eq!(root.post(&owners, me).await.status, 204);
        let reset = json!({"passwordProfile": {"password": "a long enough one"}});
        for caller in [&helper, &authenticator] {
            for (target, status) in [(&root, 403), (&owner, 403), (&plain, 204)] {
                let answer = caller
                    .patch(&format!("/v1.0/users/{}", target.id), reset.clone())
                    .await;
                assert_eq!(
                    answer.status, status,
                    "{} {}: {}",
                    caller.name, target.name, answer.text
                );
            }
        }
        assert_eq!(
            helper.delete(&format!("/v1.0/users/{}", root.id)).await.status,
            403
        );
        assert_eq!(
            helper
                .patch(
                    &format!("/v1.0/users/{}", root.id),
                    json!({"accountEnabled": false})
                )
                .await
                .status,
            403
        );
    }
}

#[tokio::test]
async fn the_last_administrator_stays() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let path = format!("/v1.0/users/{}", root.id);
        let assignments = "/v1.0/roleManagement/directory/roleAssignments";
        let held = root.get(assignments).await.ok()["value"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let disable = json!({"accountEnabled": false});
        for answer in [
            root.delete(&path).await,
            root.patch(&path, disable.clone()).await,
            root.delete(&format!("{assignments}/{held}")).await,
        ] {
            assert_eq!(
                (answer.status, code(&answer).as_str()),
                (400, "Request_BadRequest"),
                "{}",
                answer.text
            );
        }
        let second = tenant.user("second", &[R::GlobalAdministrator]).await;
        // Both at once: one of them has to stay.
        second.graph_token().await;
        let second_path = format!("/v1.0/users/{}", second.id);
        let (one, other) = tokio::join!(
            root.patch(&second_path, disable.clone()),
            second.patch(&path, disable.clone())
        );
        let went = [one.status, other.status].iter().filter(|s| **s == 204).count();
        assert_eq!(went, 1, "{} {}", one.text, other.text);
    }
}

#[tokio::test]
async fn built_in_applications_stay_what_they_are() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let root = tenant.user("root", &[R::GlobalAdministrator]).await;
        let graph = root
            .get("/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')")
            .await
            .ok();
        let path = format!("/v1.0/servicePrincipals/{}", graph["id"].as_str().unwrap());
        assert_eq!(root.delete(&path).await.status, 403);
        assert_eq!(
            root.post(&format!("{path}/addPassword"), json!({})).await.status,
            403
        );
        assert_eq!(
            root.patch(&path, json!({"displayName": "Mine"})).await.status,
            403
        );
        // No application may stand under a name whose tokens open one of our planes.
        for uri in [
            "https://graph.microsoft.com",
            "https://management.azure.com/",
            "https://localhost:8443",
            "https://localhost:8443/x",
            "00000003-0000-0000-c000-000000000000",
        ] {
            let answer = root
                .post(
                    "/v1.0/applications",
                    json!({"displayName": "x", "identifierUris": [uri]}),
                )
                .await;
            assert_eq!(answer.status, 400, "{uri}: {}", answer.text);
        }
    }
}
