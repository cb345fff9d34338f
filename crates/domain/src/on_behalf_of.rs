//! On behalf of a person who came by a token: a service that was called with it asks for one of its own, for what it calls in
//! turn (Microsoft identity platform, on-behalf-of flow; RFC 7523 §3).

use doorward_names::{IdentifierUri, SessionId, Timestamp};

use crate::application::Application;
use crate::token::CLOCK_SKEW;

/// What an access token says that is shown as an assertion. Its signature and issuer were looked at before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// `aud`.
    pub audience: String,
    /// `nbf`
    pub not_before: Timestamp,
    /// `exp`
    pub expires_at: Timestamp,
    /// The person's session (`sid`); `None` when the token is an application's own.
    pub session: Option<SessionId>,
}

/// Why an assertion gives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionRefusal {
    /// It is no access token of this server, or of another tenant.
    #[error("the assertion is no access token that was issued here")]
    Invalid,
    /// Its time is over, or has not come.
    #[error("the assertion is not within its time")]
    NotNow,
    /// It was issued for another application than the one that shows it.
    #[error("the assertion is for another application")]
    OtherAudience,
    /// It is an application's own: there is nobody to act for.
    #[error("the assertion is of an application, not of a person")]
    OfApplication,
}

impl Assertion {
    /// The session of the person for whom `client` may ask on.
    ///
    /// # Errors
    /// See [`AssertionRefusal`].
    pub fn admit(&self, client: &Application, now: Timestamp) -> Result<SessionId, AssertionRefusal> {
        let audience = IdentifierUri::fold(&self.audience);
        let named = |uri: &IdentifierUri| IdentifierUri::fold(uri.as_str()) == audience;
        if audience != client.app_id.to_string() && !client.identifier_uris.iter().any(named) {
            return Err(AssertionRefusal::OtherAudience);
        }
        if now >= self.expires_at.plus(CLOCK_SKEW) || now < self.not_before.minus(CLOCK_SKEW) {
            return Err(AssertionRefusal::NotNow);
        }
        self.session.ok_or(AssertionRefusal::OfApplication)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::Bare;
    use doorward_names::{AppId, DisplayName, Duration, ObjectId, TenantId};

    #[test]
    fn an_assertion_is_for_who_shows_it_and_for_now() {
        use AssertionRefusal as R;
        let now = Timestamp::from_unix_seconds(1_800_000_000);
        let mut client = Application::from(Bare {
            id: ObjectId::from_u128(1),
            tenant: TenantId::from_u128(2),
            app_id: AppId::from_u128(3),
            display_name: DisplayName::new("api").unwrap(),
            created_at: now,
        });
        client.identifier_uris = vec!["api://shop".parse().unwrap()];
        let session = SessionId::from_random([7; 16]);
        let good = Assertion {
            audience: client.app_id.to_string(),
            not_before: now,
            expires_at: now.plus(Duration::minutes(60)),
            session: Some(session),
        };
        let told = |change: &dyn Fn(&mut Assertion)| {
            let mut assertion = good.clone();
            change(&mut assertion);
            assertion.admit(&client, now)
        };
        assert_eq!(told(&|_| {}), Ok(session));
        for audience in ["api://shop", "api://shop/", "API://Shop"] {
            assert_eq!(
                told(&|a| a.audience = audience.to_owned()),
                Ok(session),
                "{audience}"
            );
        }
        for audience in [
            "",
            "api://shop/x",
            "https://graph.microsoft.com",
            "00000000-0000-0000-0000-000000000004",
        ] {
            assert_eq!(
                told(&|a| a.audience = audience.to_owned()),
                Err(R::OtherAudience),
                "{audience}"
            );
        }
        assert_eq!(told(&|a| a.session = None), Err(R::OfApplication));
        let (near, far) = (Duration::minutes(4), Duration::minutes(5));
        assert_eq!(told(&|a| a.expires_at = now.minus(near)), Ok(session));
        assert_eq!(told(&|a| a.expires_at = now.minus(far)), Err(R::NotNow));
        assert_eq!(told(&|a| a.not_before = now.plus(far)), Ok(session));
        assert_eq!(
            told(&|a| a.not_before = now.plus(far).plus(Duration::seconds(1))),
            Err(R::NotNow)
        );
    }
}
