//! Who wishes to stay signed in to a browser.

use doorward_names::Duration;

use super::authorize::url;
use crate::app::enrol;
use crate::browser::Browser;
use crate::harness::{Answer, Caller, World};

/// Signs in, or goes as far as a password leads; the last answer.
async fn sign_in(browser: &mut Browser, person: &Caller, stays: bool) -> Answer {
    let page = browser.visit(&url("organizations", &[])).await;
    let mut filled = vec![
        ("username", person.name.as_str()),
        ("password", &person.secret),
        ("step", "sign_in"),
    ];
    if stays {
        filled.push(("stay", "1"));
    }
    browser.submit(&page, &filled).await
}

/// What the answer says of how long the browser keeps its session: nothing, until it is closed.
fn kept(answer: &Answer) -> Option<String> {
    let cookies = answer.headers.get_all("set-cookie").iter();
    let own = cookies
        .filter_map(|cookie| cookie.to_str().ok())
        .find(|cookie| cookie.starts_with("__Host-doorward="))
        .expect("a session begins");
    own.split("; ")
        .find_map(|part| part.strip_prefix("Max-Age="))
        .map(str::to_owned)
}

async fn is_signed_in(browser: &mut Browser) -> bool {
    let page = browser.visit(&url("organizations", &[])).await;
    let asks = page.text.contains("name=\"password\"");
    assert!(
        asks || page.text.contains("Continue with this account?"),
        "{}",
        page.text
    );
    !asks
}

#[tokio::test]
async fn who_wishes_to_stay_is_signed_in_for_days_and_nobody_else() {
    for world in World::own().await {
        let tenant = world.tenant().await;
        let (alice, carol) = (tenant.user("alice", &[]).await, tenant.user("carol", &[]).await);
        let [mut staying, mut closing, mut by_app] = [(); 3].map(|()| Browser::new(&world));
        assert_eq!(
            kept(&sign_in(&mut staying, &carol, true).await).as_deref(),
            Some("7776000")
        );
        assert_eq!(kept(&sign_in(&mut closing, &carol, false).await), None);
        // The wish goes with what was proven through the steps that follow the password.
        let app = enrol(&world, &alice).await;
        let page = sign_in(&mut by_app, &alice, true).await;
        let back = by_app.submit(&page, &[("otp", &app.code(&world))]).await;
        assert_eq!(kept(&back).as_deref(), Some("7776000"));
        world.app.clock.advance(Duration::hours(13));
        assert!(is_signed_in(&mut staying).await && is_signed_in(&mut by_app).await);
        assert!(!is_signed_in(&mut closing).await);
        // As long as it is used, for ninety days at most; unused for two weeks.
        for _ in 0..6 {
            world.app.clock.advance(Duration::days(13));
            assert!(is_signed_in(&mut staying).await);
        }
        assert!(!is_signed_in(&mut by_app).await);
        world.app.clock.advance(Duration::days(13));
        assert!(!is_signed_in(&mut staying).await);
        // Signing out ends it as well.
        assert!(kept(&sign_in(&mut staying, &carol, true).await).is_some());
        assert!(is_signed_in(&mut staying).await);
        staying.get("/common/oauth2/v2.0/logout").await;
        assert!(!is_signed_in(&mut staying).await);
    }
}
