//! What a run's command signs in by: good for one principal, through one ticket, as long as that lives.

use super::{LOGIN, Run, begin, claims, client_form, person_form};
use crate::harness::{Answer, COMMAND_LINE, Caller, World};
use doorward_domain::directory::{DirectoryRole, Permission};
use doorward_names::Duration;
use doorward_store::{self as store, QueryError};
use serde_json::json;

const RESOURCE: &str = "https://graph.microsoft.com";

#[tokio::test]
async fn a_service_principals_secret_proves_it_and_no_other() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let admin = tenant.user("admin", &[DirectoryRole::GlobalAdministrator]).await;
        let app = tenant
            .service_principal("app", &[Permission::DirectoryReadAll])
            .await;
        let other = tenant.service_principal("other", &[]).await;
        let run = Run::as_identity(&admin, &app.name).await;
        let identity = &run.answer["identity"];
        assert_eq!(identity["type"], "servicePrincipal");
        assert_eq!(identity["clientId"], app.name.as_str());
        assert_eq!(identity["objectId"], app.id.to_string());
        assert_eq!(identity.get("username"), None);
        let secret = run.secret();
        assert!(secret.starts_with("dwc~"));

        // Both endpoints, in the body and by the header, through any login host.
        let v1 = run
            .client_token(&tenant, (&app.name, secret), RESOURCE)
            .await
            .ok();
        let said = claims(v1["access_token"].as_str().unwrap());
        assert_eq!(said["iss"], format!("https://sts.windows.net/{}/", tenant.id));
        assert_eq!(
            (&said["appid"], &said["appidacr"]),
            (&json!(app.name), &json!("1"))
        );
        let form = client_form(
            (&app.name, secret),
            ("scope", "https://graph.microsoft.com/.default"),
        );
        let v2 = format!("/{}/oauth2/v2.0/token", tenant.id);
        for host in [
            LOGIN,
            "login.windows.net",
            "login.microsoft.com",
            "sts.windows.net",
        ] {
            run.post_form(host, &v2, &form).await.ok();
        }
        // Its own secrets keep working through the relay.
        run.client_token(&tenant, (&app.name, &app.secret), RESOURCE)
            .await
            .ok();

        // Without the relay, through another run, for another principal, in another tenant.
        let refused = |answer: Answer| {
            assert!(!answer.text.contains(secret), "{}", answer.text);
            (answer.status, answer.aadsts())
        };
        let bare = world.post_form(&v2, &form).await;
        assert_eq!(refused(bare), (401, 7_000_215));
        let second = Run::as_identity(&admin, &app.name).await;
        assert_ne!(second.secret(), secret);
        let through_another = second.client_token(&tenant, (&app.name, secret), RESOURCE).await;
        assert_eq!(refused(through_another), (401, 7_000_215));
        let for_another = run.client_token(&tenant, (&other.name, secret), RESOURCE).await;
        assert_eq!(refused(for_another), (401, 7_000_215));
        let elsewhere = world.tenant().await;
        let elsewhere = run.client_token(&elsewhere, (&app.name, secret), RESOURCE).await;
        assert_eq!(refused(elsewhere), (400, 700_016));
        let as_password = run.person_token(&tenant, (&admin.name, secret)).await;
        assert_eq!(refused(as_password), (400, 50_126));

        // It is nowhere among the application's credentials.
        for path in [
            format!("/v1.0/applications/{}", app.application),
            format!("/v1.0/servicePrincipals/{}", app.id),
        ] {
            let shown = admin.get(&path).await.ok();
            let credentials = shown["passwordCredentials"].as_array().unwrap();
            assert!(
                credentials
                    .iter()
                    .all(|c| !secret.starts_with(c["hint"].as_str().unwrap()))
            );
            assert!(credentials.len() <= 1);
        }

        // It ends with the run, by hand or by time; the other run's goes on.
        run.end().await;
        assert_eq!(
            run.client_token(&tenant, (&app.name, secret), RESOURCE)
                .await
                .status,
            403
        );
        let after = second.client_token(&tenant, (&app.name, secret), RESOURCE).await;
        assert_eq!(refused(after), (401, 7_000_215));
        let theirs = second.secret();
        second
            .client_token(&tenant, (&app.name, theirs), RESOURCE)
            .await
            .ok();
        world.app.clock.advance(Duration::seconds(120));
        assert_eq!(
            second
                .client_token(&tenant, (&app.name, theirs), RESOURCE)
                .await
                .status,
            403
        );
    }
}

#[tokio::test]
async fn a_disabled_service_principal_is_refused_within_its_run() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let admin = tenant.user("admin", &[DirectoryRole::GlobalAdministrator]).await;
        let app = tenant.service_principal("app", &[]).await;
        let run = Run::as_identity(&admin, &app.name).await;
        let path = format!("/v1.0/servicePrincipals/{}", app.id);
        let disabled = admin.patch(&path, json!({"accountEnabled": false})).await;
        assert_eq!(disabled.status, 204);
        let answer = run
            .client_token(&tenant, (&app.name, run.secret()), RESOURCE)
            .await;
        assert_eq!(answer.aadsts(), 7_000_112);
    }
}

#[tokio::test]
async fn sixteen_at_once_are_all_signed_in() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let admin = tenant.user("admin", &[DirectoryRole::GlobalAdministrator]).await;
        let app = tenant.service_principal("app", &[]).await;
        let run = std::sync::Arc::new(Run::as_identity(&admin, &app.name).await);
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let (run, tenant, name) = (run.clone(), tenant.clone(), app.name.clone());
                tokio::spawn(async move {
                    run.client_token(&tenant, (&name, run.secret()), RESOURCE)
                        .await
                        .status
                })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), 200);
        }
    }
}

async fn refresh(run: Option<&Run>, world: &World, token: &str) -> Answer {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", COMMAND_LINE),
        ("refresh_token", token),
        ("scope", "https://management.azure.com/.default"),
    ];
    match run {
        Some(run) => run.post_form(LOGIN, "/common/oauth2/v2.0/token", &form).await,
        None => world.post_form("/common/oauth2/v2.0/token", &form).await,
    }
}

fn text(answer: &Answer, name: &str) -> String {
    answer.ok()[name].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_persons_session_is_their_runs_alone() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let run = Run::as_identity(&alice, &alice.name.to_uppercase()).await;
        let identity = &run.answer["identity"];
        assert_eq!(
            (&identity["type"], &identity["clientId"]),
            (&json!("user"), &json!(COMMAND_LINE))
        );
        assert_eq!(
            (&identity["objectId"], &identity["username"]),
            (&json!(alice.id.to_string()), &json!(alice.name))
        );
        assert!(run.secret().starts_with("dwp~"));
        let signed_in = run.person_token(&tenant, (&alice.name, run.secret())).await;
        let id_token = claims(&text(&signed_in, "id_token"));
        assert_eq!(
            id_token["iss"],
            format!("https://login.microsoftonline.com/{}/v2.0", tenant.id)
        );
        let token = text(&signed_in, "refresh_token");
        refresh(Some(&run), &world, &token).await.ok();
        // Neither the true address nor another run of the same person has any use for it.
        assert_eq!(refresh(None, &world, &token).await.aadsts(), 50_132);
        let other = Run::as_identity(&alice, &alice.name).await;
        assert_eq!(refresh(Some(&other), &world, &token).await.aadsts(), 50_132);
        // Somebody else's name, no name at all, and another client.
        let bob = tenant.user("bob", &[]).await;
        for name in [bob.name.as_str(), "nobody", &format!("nobody@{}", tenant.domain)] {
            let answer = run.person_token(&tenant, (name, run.secret())).await;
            assert_eq!(answer.aadsts(), 50_126, "{name}");
        }
        let mut form = person_form((&alice.name, run.secret()));
        form[1] = ("client_id", "11111111-2222-4333-8444-555555555555");
        let path = format!("/{}/oauth2/v2.0/token", tenant.id);
        assert_eq!(run.post_form(LOGIN, &path, &form).await.aadsts(), 700_016);
        // Without the relay it is a wrong password, and through another run as well.
        let form = person_form((&alice.name, run.secret()));
        assert_eq!(world.post_form(&path, &form).await.aadsts(), 50_126);
        assert_eq!(other.post_form(LOGIN, &path, &form).await.aadsts(), 50_126);
        // The true password keeps working through the relay, and begins a session that is nobody's run's.
        let ordinary = run.person_token(&tenant, (&alice.name, &alice.secret)).await;
        refresh(None, &world, &text(&ordinary, "refresh_token"))
            .await
            .ok();
        run.end().await;
        assert_eq!(refresh(Some(&run), &world, &token).await.status, 403);
        assert_eq!(refresh(Some(&other), &world, &token).await.aadsts(), 50_132);
        assert_eq!(refresh(None, &world, &token).await.aadsts(), 50_132);
    }
}

#[tokio::test]
async fn a_new_password_ends_what_was_lent_before() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let admin = tenant.user("admin", &[DirectoryRole::GlobalAdministrator]).await;
        let bob = tenant.user("bob", &[]).await;
        let run = Run::as_identity(&admin, &bob.name).await;
        run.person_token(&tenant, (&bob.name, run.secret())).await.ok();
        world.app.clock.advance(Duration::seconds(5));
        let (id, tid, now) = (bob.id, tenant.id, world.app.clock.now());
        let set = world.app.snapshots.write(move |tx| {
            let mut user = store::user::find(tx, tid, id)?.unwrap();
            user.password.as_mut().unwrap().set_at = now;
            store::user::update(tx, &user)?.unwrap();
            Ok::<_, QueryError>(())
        });
        set.await.unwrap();
        let answer = run.person_token(&tenant, (&bob.name, run.secret())).await;
        assert_eq!(answer.aadsts(), 50_126);
        run.keep().await.ok();
    }
}

async fn whole_run(tenant: &crate::harness::Tenancy, caller: &Caller, name: &str) -> Vec<String> {
    let run = Run::as_identity(caller, name).await;
    let secret = run.secret().to_owned();
    run.client_token(tenant, (name, &secret), RESOURCE).await;
    run.client_token(tenant, (name, &secret), "https://nowhere.example")
        .await;
    run.client_token(tenant, (&secret, &run.ticket), RESOURCE).await;
    let signed_in = run.person_token(tenant, (name, &secret)).await;
    run.keep().await;
    run.end().await;
    run.keep().await;
    let mut secrets = vec![run.ticket.clone(), secret];
    if signed_in.status == 200 {
        secrets.push(text(&signed_in, "refresh_token"));
    }
    secrets
}

#[tokio::test]
async fn no_secret_is_logged_or_written_down() {
    let log = crate::log::whole();
    for world in World::own().await {
        let tenant = world.tenant().await;
        let admin = tenant.user("admin", &[DirectoryRole::GlobalAdministrator]).await;
        let app = tenant.service_principal("app", &[]).await;
        let mut secrets = whole_run(&tenant, &admin, &app.name).await;
        secrets.extend(whole_run(&tenant, &admin, &admin.name).await);
        assert_eq!(secrets.len(), 5);
        let rows = world
            .app
            .store
            .read(|view| store::audit::page(view, None, 10_000));
        let rows = format!("{:?}", rows.await.unwrap());
        let logged = log.text();
        assert!(logged.contains(crate::log::SIGN_OF_LIFE) && rows.contains("RunBegan"));
        for secret in secrets {
            assert!(
                !logged.contains(&secret[4..]) && !rows.contains(&secret[4..]),
                "{}",
                &secret[..4]
            );
        }
    }
}

#[tokio::test]
async fn nothing_is_begun_twice_by_the_same_secret() {
    for world in World::shared().await {
        let tenant = world.tenant().await;
        let alice = tenant.user("alice", &[]).await;
        let (one, two) = (begin(&alice, json!({})).await, begin(&alice, json!({})).await);
        assert_ne!(one.ok()["ticket"], two.ok()["ticket"]);
    }
}
