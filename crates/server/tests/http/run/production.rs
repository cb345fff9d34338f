//! Production: no password opens anything but a run's, and a run has nobody's identity but the caller's own.

use super::{LOGIN, Run, begin, person_form};
use crate::graph::code;
use crate::harness::{COMMAND_LINE, Caller, Tenancy, World, random, request};
use bytes::Bytes;
use doorward_domain::application::Platform;
use doorward_domain::conditional_access::{People, Policy};
use doorward_domain::directory::DirectoryRole;
use doorward_domain::session::Session;
use doorward_names::{DisplayName, GeneratedSecret, ObjectId, SecretKind, SessionId};
use doorward_store::{self as store, QueryError};
use serde_json::{Value, json};

/// Signs a person in as `doorward login` would have, by a password alone, and gives them their token for the directory.
async fn sign_in(tenant: &Tenancy, person: &Caller) -> String {
    sign_in_by(tenant, person, "pwd").await
}

async fn sign_in_by(tenant: &Tenancy, person: &Caller, methods: &str) -> String {
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
        methods: methods.to_owned(),
        signed_in_at: now,
        used_at: now,
        revoked_at: None,
        platform: Platform::Public,
        ends_at: None,
        root: None,
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

#[tokio::test]
async fn a_run_is_worth_the_second_factor_of_who_began_it() {
    let world = World::production().await;
    let tenant = world.tenant().await;
    let alice = tenant.user("alice", &[]).await;
    let path = format!("/{}/oauth2/v2.0/token", tenant.id);
    let name = DisplayName::new("everyone").unwrap();
    let policy = Policy {
        people: People {
            everyone: true,
            ..People::default()
        },
        ..Policy::for_administrators(
            (ObjectId::from_random(random()), tenant.id),
            name,
            world.app.clock.now(),
        )
    };
    let mut runs = Vec::new();
    for methods in ["pwd", "pwd otp mfa"] {
        let token = sign_in_by(&tenant, &alice, methods).await;
        let body = Bytes::from(json!({"identity": alice.name}).to_string());
        let draft = request("POST", "/run/tickets", Some(&token), body);
        let draft = draft.header("content-type", "application/json");
        let answer = world.send(draft.body_from()).await.ok();
        runs.push(Run {
            world: world.clone(),
            ticket: answer["ticket"].as_str().unwrap().to_owned(),
            answer,
            maker_token: String::new(),
        });
    }
    let write = world.app.snapshots.write(move |tx| {
        store::conditional_access::insert(tx, &policy)?.unwrap();
        Ok::<_, QueryError>(())
    });
    write.await.unwrap();
    let [by_password, by_both] = <[Run; 2]>::try_from(runs).ok().unwrap();
    let form = person_form((&alice.name, by_password.secret()));
    let refused = by_password.post_form(LOGIN, &path, &form).await.json();
    assert_eq!(
        (&refused["error"], &refused["error_codes"]),
        (&json!("interaction_required"), &json!([50076]))
    );
    let form = person_form((&alice.name, by_both.secret()));
    by_both.post_form(LOGIN, &path, &form).await.ok();
}
