//! Who guesses is slowed down; who knows never is.

use crate::harness::{World, form_request};
use doorward_names::Duration;
use doorward_store::{self as store};

const MANAGEMENT: &str = "https://management.azure.com";

#[tokio::test]
async fn failures_are_slowed_by_source_and_a_right_secret_always_succeeds() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let app = tenant.service_principal("ml-auth", &[]).await;
        let path = format!("/{}/oauth2/token", tenant.id);
        let guess = |peer: &'static str, secret: String| {
            let (world, path, name) = (world.clone(), path.clone(), app.name.clone());
            async move {
                let form = [
                    ("grant_type", "client_credentials"),
                    ("client_id", name.as_str()),
                    ("client_secret", secret.as_str()),
                    ("resource", MANAGEMENT),
                ];
                world.send_from(peer, form_request(&path, &form)).await
            }
        };
        for _ in 0..20 {
            assert_eq!(guess("2001:db8::1", "guess".into()).await.aadsts(), 7_000_215);
        }
        let slowed = guess("2001:db8::ffff", "guess".into()).await;
        assert_eq!((slowed.status, slowed.aadsts()), (429, 90_055), "the same /64");
        assert!(slowed.header("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
        assert_eq!(
            guess("2001:db8:0:1::1", "guess".into()).await.aadsts(),
            7_000_215,
            "another /64"
        );
        guess("2001:db8::1", app.secret.clone()).await.ok();
        assert_eq!(
            guess("2001:db8::1", "guess".into()).await.status,
            429,
            "a success forgives nothing"
        );
        world.app.clock.advance(Duration::minutes(6));
        assert_eq!(guess("2001:db8::1", "guess".into()).await.aadsts(), 7_000_215);
    }
}

#[tokio::test]
async fn guessing_cannot_fill_the_audit_table() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let app = tenant.service_principal("ml-auth", &[]).await;
        let path = format!("/{}/oauth2/token", tenant.id);
        let before = world.app.store.read(store::audit::count).await.unwrap();
        for client in [
            app.name.as_str(),
            "nobody",
            "11111111-2222-4333-8444-555555555555",
        ] {
            for _ in 0..40 {
                let form = [
                    ("grant_type", "client_credentials"),
                    ("client_id", client),
                    ("client_secret", "guess"),
                    ("resource", MANAGEMENT),
                ];
                world.post_form(&path, &form).await.aadsts();
            }
        }
        let rows = world.app.store.read(store::audit::count).await.unwrap() - before;
        // Twenty plain refusals of the known client, one warning for it, one for the strangers.
        assert_eq!(rows, 22);
    }
}

#[tokio::test]
async fn wrong_secrets_at_once_are_all_counted() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let app = tenant.service_principal("ml-auth", &[]).await;
        let path = format!("/{}/oauth2/token", tenant.id);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", app.name.as_str()),
            ("client_secret", "guess"),
            ("resource", MANAGEMENT),
        ];
        let all = (0..30).map(|_| world.post_form(&path, &form));
        let answers = futures_util::future::join_all(all).await;
        assert_eq!(answers.iter().filter(|a| a.status == 401).count(), 20);
        assert_eq!(answers.iter().filter(|a| a.status == 429).count(), 10);
    }
}
