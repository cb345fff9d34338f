//! Whose identity a run gets, and who may ask for it.

use super::{Run, begin, claims};
use crate::graph::code;
use crate::harness::{Answer, World, request};
use bytes::Bytes;
use doorward_domain::directory::{DirectoryRole, Permission};
use doorward_domain::signing_key::KeyUse;
use doorward_names::ObjectId;
use doorward_protocol::jose::{JwsHeader, SigningKeyPair, encode_rs256};
use doorward_store::{self as store, QueryError};
use serde_json::json;
use std::fmt::Write as _;

fn message(answer: &Answer) -> String {
    code(answer);
    answer.json()["error"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_service_principal_goes_by_three_names() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let other = world.tenant().await;
        let admin = tenant.user("admin", &[DirectoryRole::GlobalAdministrator]).await;
        let app = tenant.service_principal("Training app", &[]).await;
        for name in [app.name.clone(), app.id.to_string(), "Training app".to_owned()] {
            let run = Run::as_identity(&admin, &name).await;
            assert_eq!(run.answer["identity"]["clientId"], app.name.as_str(), "{name}");
        }
        let foreign = other.service_principal("foreign", &[]).await;
        let stranger = other.user("stranger", &[]).await;
        let huge = "x".repeat(10_000);
        for name in [
            "training app",
            "Training",
            "nobody@nowhere.example",
            "",
            "' OR 1=1 --",
            "11111111-2222-4333-8444-555555555555",
            &app.application.to_string(),
            &foreign.name,
            &foreign.id.to_string(),
            "foreign",
            &stranger.name,
            &huge,
        ] {
            let answer = begin(&admin, json!({"identity": name})).await;
            assert_eq!(answer.status, 404, "{name} {}", answer.text);
            assert!(
                message(&answer).contains(&name[..name.len().min(100)]),
                "{}",
                answer.text
            );
            assert!(answer.text.len() < 1000);
        }
        let nul = begin(&admin, json!({"identity": "a\u{0}b"})).await;
        assert_eq!(nul.status, 400, "{}", nul.text);
        let twin = tenant.service_principal("Training app", &[]).await;
        let several = begin(&admin, json!({"identity": "Training app"})).await;
        assert_eq!(several.status, 400);
        let said = message(&several);
        assert!(said.contains(&app.name) && said.contains(&twin.name), "{said}");
        // Who may not see applications learns neither how many there are nor that there are none.
        let reader = tenant
            .service_principal("reader", &[Permission::ApplicationReadAll])
            .await;
        for name in [admin.name.as_str(), "nobody@nowhere.example"] {
            let answer = begin(&reader, json!({ "identity": name })).await;
            assert_eq!(answer.status, 403, "{name}: it may see applications, not people");
        }
        let guest = tenant.guest("guest").await;
        for name in [
            "Training app",
            "nothing",
            &app.name,
            &admin.name,
            "nobody@nowhere.example",
        ] {
            let answer = begin(&guest, json!({"identity": name})).await;
            assert_eq!(answer.status, 403, "{name}");
            assert_eq!(
                message(&answer),
                "Insufficient privileges to complete the operation."
            );
        }
    }
}

/// What a caller gets for each kind of identity.
#[tokio::test]
async fn golden_identity_by_caller() {
    let mut tables = Vec::new();
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let admin = tenant.user("admin", &[DirectoryRole::GlobalAdministrator]).await;
        let bob = tenant.user("bob", &[]).await;
        let plain = tenant.service_principal("plain", &[]).await;
        let owned = tenant.service_principal("owned", &[]).await;
        let strong = tenant
            .service_principal("strong", &[Permission::RoleManagementReadWriteDirectory])
            .await;
        let disabled = tenant.service_principal("disabled", &[]).await;
        let gone = tenant.user("gone", &[]).await;
        for path in [
            format!("/v1.0/servicePrincipals/{}", disabled.id),
            format!("/v1.0/users/{}", gone.id),
        ] {
            let done = admin.patch(&path, json!({"accountEnabled": false})).await;
            assert_eq!(done.status, 204);
        }
        use DirectoryRole as R;
        let callers = [
            (
                "Global Administrator",
                tenant.user("ga", &[R::GlobalAdministrator]).await,
            ),
            (
                "Application Administrator",
                tenant.user("aa", &[R::ApplicationAdministrator]).await,
            ),
            (
                "User Administrator",
                tenant.user("ua", &[R::UserAdministrator]).await,
            ),
            (
                "Directory Readers",
                tenant.user("dr", &[R::DirectoryReaders]).await,
            ),
            ("member", tenant.user("member", &[]).await),
            ("guest", tenant.guest("guest").await),
            (
                "Application.ReadWrite.All",
                tenant
                    .service_principal("rw", &[Permission::ApplicationReadWriteAll])
                    .await,
            ),
            (
                "Application.ReadWrite.OwnedBy",
                tenant
                    .service_principal("ob", &[Permission::ApplicationReadWriteOwnedBy])
                    .await,
            ),
            (
                "application without permission",
                tenant.service_principal("none", &[]).await,
            ),
        ];
        let mut table = String::new();
        for (name, caller) in &callers {
            let (id, target, owner) = (tenant.id, owned.id, caller.id);
            let own = world.app.snapshots.write(move |tx| {
                let _ = store::owner::insert(tx, id, target, owner)?;
                Ok::<_, QueryError>(())
            });
            own.await.unwrap();
            let _ = writeln!(table, "{name}");
            for (what, identity) in [
                ("none", None),
                ("itself", Some(caller.name.as_str())),
                ("another person", Some(bob.name.as_str())),
                ("an administrator", Some(admin.name.as_str())),
                ("a disabled person", Some(gone.name.as_str())),
                ("an application", Some(plain.name.as_str())),
                ("an application it owns", Some(owned.name.as_str())),
                ("a privileged application", Some(strong.name.as_str())),
                ("a disabled application", Some(disabled.name.as_str())),
                ("a built-in application", Some("Microsoft Graph")),
                ("nobody", Some("nobody")),
            ] {
                let answer = begin(caller, json!({ "identity": identity })).await;
                let said = match answer.status {
                    201 => String::new(),
                    _ => format!(" {}", message(&answer).replace(&tenant.domain, "contoso.example")),
                };
                let _ = writeln!(table, "  {what:<26}{}{said}", answer.status);
            }
        }
        tables.push(table);
    }
    insta::assert_snapshot!(crate::harness::agreed(tables));
}

#[tokio::test]
async fn a_refusal_is_written_down() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let member = tenant.user("member", &[]).await;
        let app = tenant.service_principal("app", &[]).await;
        assert_eq!(begin(&member, json!({"identity": app.name})).await.status, 403);
        let rows = world
            .app
            .store
            .read(|view| store::audit::page(view, None, 100_000));
        let rows = rows.await.unwrap();
        let refused = |actor: ObjectId| {
            rows.iter().filter(move |(_, row)| {
                row.actor == Some(actor) && row.event == doorward_domain::audit::Event::DirectoryRefused
            })
        };
        assert_eq!(refused(member.id).count(), 1);
    }
}

/// A client that may do less than the person does not come by all that the person may, by way of a run.
#[tokio::test]
async fn a_narrow_client_does_not_lend_its_person_on() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[DirectoryRole::GlobalAdministrator]).await;
        let keys = world.app.store.read(store::signing_key::list).await.unwrap();
        let origin = keys
            .iter()
            .find(|k| k.key.signs() && k.key.key_use == KeyUse::Origin)
            .unwrap();
        let pair = SigningKeyPair::from_pkcs8(origin.private.expose()).unwrap();
        let mut said = claims(&alice.graph_token().await);
        for (scopes, expected) in [("Directory.AccessAsUser.All", 201), ("User.Read", 403)] {
            said["scp"] = json!(scopes);
            let bytes = serde_json::to_vec(&said).unwrap();
            let header = JwsHeader::v1(&origin.key.name.0);
            let token = encode_rs256(&header, &bytes, |input| pair.sign(input)).unwrap();
            let body = Bytes::from(json!({"identity": alice.name}).to_string());
            let draft = request("POST", "/run/tickets", Some(token.expose()), body);
            let draft = draft.header("content-type", "application/json");
            assert_eq!(world.send(draft.body_from()).await.status, expected, "{scopes}");
        }
    }
}
