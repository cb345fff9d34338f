//! `/v1.0/policies/authorizationPolicy` and `/v1.0/policies/signInPolicy`

use super::code;
use crate::harness::World;
use doorward_domain::directory::{DirectoryRole as R, Permission as P};
use serde_json::{Value, json};

const AUTHORIZATION: &str = "/v1.0/policies/authorizationPolicy";
const SIGN_IN: &str = "/v1.0/policies/signInPolicy";
const SELF_CONSENT: &str = "ManagePermissionGrantsForSelf.microsoft-user-default-legacy";

fn assigned(policies: Value) -> Value {
    json!({"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": policies}})
}

#[tokio::test]
async fn an_administrator_allows_and_forbids() {
    for world in World::shared().await {
        let (tenant, other) = (world.tenant().await, world.tenant().await);
        let admin = tenant.user("admin", &[R::PrivilegedRoleAdministrator]).await;
        let stranger = other.user("other", &[R::GlobalAdministrator]).await;
        let shown = admin.get(AUTHORIZATION).await.ok();
        insta::allow_duplicates! {
            insta::assert_json_snapshot!(shown, @r#"
            {
              "@odata.context": "https://localhost:8443/v1.0/$metadata#policies/authorizationPolicy/$entity",
              "allowEmailVerifiedUsersToJoinOrganization": false,
              "allowInvitesFrom": "adminsGuestInvitersAndAllMembers",
              "allowUserConsentForRiskyApps": null,
              "allowedToSignUpEmailBasedSubscriptions": false,
              "allowedToUseSSPR": false,
              "blockMsolPowerShell": false,
              "defaultUserRolePermissions": {
                "allowedToCreateApps": true,
                "allowedToCreateSecurityGroups": true,
                "allowedToCreateTenants": false,
                "allowedToReadBitlockerKeysForOwnedDevice": false,
                "allowedToReadOtherUsers": true,
                "permissionGrantPoliciesAssigned": [
                  "ManagePermissionGrantsForSelf.microsoft-user-default-legacy"
                ]
              },
              "deletedDateTime": null,
              "description": "Used to manage authorization related settings across the company.",
              "displayName": "Authorization Policy",
              "guestUserRoleId": "2af84b1e-32c8-42b7-82bc-daa82404023b",
              "id": "authorizationPolicy",
              "permissionGrantPolicyIdsAssignedToDefaultUserRole": []
            }
            "#);
        }
        assert_eq!(admin.patch(AUTHORIZATION, assigned(json!([]))).await.status, 204);
        let now = admin.get(AUTHORIZATION).await.ok();
        assert_eq!(
            now["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"],
            json!([])
        );
        // What was read can be written again, with the one thing changed.
        let mut written = now.clone();
        written["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"] = json!([SELF_CONSENT]);
        assert_eq!(admin.patch(AUTHORIZATION, written).await.status, 204);
        assert_eq!(admin.get(AUTHORIZATION).await.ok(), shown);

        let shown = admin.get(SIGN_IN).await.ok();
        assert_eq!(
            (
                &shown["id"],
                &shown["allowPasswordGrant"],
                &shown["allowLegacyClients"]
            ),
            (&json!("signInPolicy"), &json!(true), &json!(true))
        );
        for (change, expected) in [
            (json!({"allowLegacyClients": false}), [true, false]),
            (json!({"allowPasswordGrant": false}), [false, false]),
            (json!({}), [false, false]),
            (json!({"allowLegacyClients": null}), [false, false]),
            (
                json!({"allowPasswordGrant": true, "allowLegacyClients": true}),
                [true, true],
            ),
        ] {
            assert_eq!(admin.patch(SIGN_IN, change).await.status, 204);
            let now = admin.get(SIGN_IN).await.ok();
            assert_eq!(
                [&now["allowPasswordGrant"], &now["allowLegacyClients"]],
                [&json!(expected[0]), &json!(expected[1])]
            );
            let theirs = stranger.get(SIGN_IN).await.ok();
            assert_eq!(
                theirs["allowPasswordGrant"], true,
                "another tenant's stay as they were"
            );
        }
        let auditor = tenant.user("auditor", &[R::GlobalAdministrator]).await;
        let trail = auditor.get("/v1.0/auditLogs/directoryAudits").await.text;
        for said in [
            "user_consent off",
            "user_consent on",
            "legacy_clients off",
            "password_grant on",
        ] {
            assert!(trail.contains(said), "{said}: {trail}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_said_is_refused_by_its_name() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let admin = tenant.user("admin", &[R::GlobalAdministrator]).await;
        let before = [admin.get(AUTHORIZATION).await.ok(), admin.get(SIGN_IN).await.ok()];
        for (path, body, named) in [
            (
                AUTHORIZATION,
                assigned(json!([
                    "ManagePermissionGrantsForSelf.microsoft-user-default-low"
                ])),
                "default-low",
            ),
            (AUTHORIZATION, assigned(json!([SELF_CONSENT, "other"])), "other"),
            (AUTHORIZATION, assigned(json!("text")), "wrong type"),
            (
                AUTHORIZATION,
                json!({"defaultUserRolePermissions": {"allowedToCreateApps": false}}),
                "allowedToCreateApps",
            ),
            (
                AUTHORIZATION,
                json!({"defaultUserRolePermissions": {"allowedToFly": false}}),
                "allowedToFly",
            ),
            (
                AUTHORIZATION,
                json!({"allowInvitesFrom": "none"}),
                "allowInvitesFrom",
            ),
            (
                AUTHORIZATION,
                json!({"blockMsolPowerShell": true, "defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": []}}),
                "blockMsolPowerShell",
            ),
            (SIGN_IN, json!({"allowPasswordGrant": "false"}), "wrong type"),
            (
                SIGN_IN,
                json!({"allowLegacyClients": false, "allowAll": true}),
                "allowAll",
            ),
            (SIGN_IN, json!([]), "JSON"),
        ] {
            let answer = admin.patch(path, body.clone()).await;
            let expected = if body.is_array() {
                "BadRequest"
            } else {
                "Request_BadRequest"
            };
            assert_eq!((answer.status, code(&answer).as_str()), (400, expected), "{body}");
            assert!(answer.text.contains(named), "{body}: {}", answer.text);
        }
        assert_eq!(
            [admin.get(AUTHORIZATION).await.ok(), admin.get(SIGN_IN).await.ok()],
            before
        );
        // A client that reads policies, or changes other ones, opens nothing.
        for (permission, read, write) in [
            (P::PolicyReadWriteConditionalAccess, 403, 403),
            (P::PolicyReadAll, 200, 403),
            (P::PolicyReadWriteAuthorization, 200, 204),
        ] {
            let app = tenant.service_principal("app", &[permission]).await;
            for path in [AUTHORIZATION, SIGN_IN] {
                assert_eq!(app.get(path).await.status, read, "{permission:?} {path}");
                assert_eq!(
                    app.patch(path, json!({})).await.status,
                    write,
                    "{permission:?} {path}"
                );
            }
        }
    }
}
