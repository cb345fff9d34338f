//! Production: no password opens anything but a run's, and a run has nobody's identity but the caller's own.

use super::{LOGIN, Run, begin, person_form};
use crate::graph::code;
use crate::harness::{COMMAND_LINE, Caller, Tenancy, World, random, request};
use bytes::Bytes;
use doorward_domain::application::Platform;
use doorward_domain::directory::DirectoryRole;
use doorward_domain::session::Session;
use doorward_names::{GeneratedSecret, SecretKind, SessionId};
use doorward_store::{self as store, QueryError};
use serde_json::{Value, json};

/// Signs a person in as `doorward login` would have, and gives them their token for the directory.
async fn sign_in(tenant: &Tenancy, person: &Caller) -> String {
    let world = &tenant.world;
    let secret = GeneratedSecret::from_entropy(SecretKind::Refresh, random());
    let now = world.app.clock.now();
    let session = Session {
        id: SessionId::from_random(random()),
        tenant: tenant.id,
        user: person.id,
        client: COMMAND_LINE.parse().unwrap(),
        refresh_hash: world.app.hasher.hash(&secret).unwrap(),
        generation: 0,
        turned_at: None,
        methods: "pwd".to_owned(),
        signed_in_at: now,
        used_at: now,
        revoked_at: None,
        platform: Platform::Public,
        ends_at: None,
        ticket: None,
    };
    let insert = world.app.snapshots.write(move |tx| {
        store::session::insert(tx, &session)?.unwrap();
        Ok::<_, QueryError>(())
    });
    insert.await.unwrap();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", COMMAND_LINE),
        ("refresh_token", secret.as_secret().expose()),
        ("resource", "https://graph.microsoft.com"),
    ];
    let answer = world.post_form("/common/oauth2/token", &form).await.ok();
    answer["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_lends_a_run_their_own_identity_and_no_other() {
    let world = World::production().await;
    let tenant = world.tenant().await;
    let admin = tenant.user("admin", &[DirectoryRole::GlobalAdministrator]).await;
    let bob = tenant.user("bob", &[]).await;
    let app = tenant.service_principal("app", &[]).await;
    let token = sign_in(&tenant, &admin).await;
    let ask = |body: Value| {
        let body = Bytes::from(body.to_string());
        let draft = request("POST", "/run/tickets", Some(&token), body);
        world.send(draft.header("content-type", "application/json").body_from())
    };
    let other = ask(json!({"identity": bob.name})).await;
    assert_eq!(
        (other.status, code(&other).as_str()),
        (403, "Authorization_RequestDenied")
    );
    assert!(other.text.contains("in development only"), "{}", other.text);

    let path = format!("/{}/oauth2/v2.0/token", tenant.id);
    let begun = ask(json!({"identity": admin.name})).await.ok();
    let run = Run {
        world: world.clone(),
        ticket: begun["ticket"].as_str().unwrap().to_owned(),
        answer: begun,
        maker_token: String::new(),
    };
    let form = person_form((&admin.name, run.secret()));
    let signed_in = run.post_form(LOGIN, &path, &form).await.ok();
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", COMMAND_LINE),
        ("refresh_token", signed_in["refresh_token"].as_str().unwrap()),
        ("scope", "https://management.azure.com/.default"),
    ];
    run.post_form(LOGIN, &path, &refresh).await.ok();
    assert_eq!(world.post_form(&path, &refresh).await.aadsts(), 50_132);
    // The secret for another name, or without the relay; and the true password, with it and without.
    let another = person_form((&bob.name, run.secret()));
    assert_eq!(run.post_form(LOGIN, &path, &another).await.aadsts(), 50_126);
    assert_eq!(world.post_form(&path, &form).await.aadsts(), 70_003);
    let ordinary = person_form((&admin.name, &admin.secret));
    assert_eq!(run.post_form(LOGIN, &path, &ordinary).await.aadsts(), 70_003);
    assert_eq!(world.post_form(&path, &ordinary).await.aadsts(), 70_003);
    run.end().await;
    assert_eq!(run.post_form(LOGIN, &path, &form).await.status, 403);

    // A service principal's identity goes by the same rights as in development.
    let as_app = ask(json!({"identity": app.name})).await.ok();
    assert_eq!(as_app["identity"]["clientId"], app.name.as_str());
    assert_eq!(begin(&app, json!({"identity": app.name})).await.status, 403);
    assert_eq!(begin(&app, json!({})).await.status, 201);
}
