//! A person who is signed in to a browser, so that the next application need not ask for their password.

use doorward_names::{Duration, ObjectId, SecretHash, TenantId, Timestamp};

use crate::guest::Seat;
use crate::user::User;

/// A session that was not used for so long has ended.
pub const MAX_IDLE: Duration = Duration::hours(12);

/// A session ends after so long in any case.
pub const MAX_AGE: Duration = Duration::hours(24);

/// The same as [`MAX_IDLE`] where the person wished to stay signed in.
pub const MAX_IDLE_STAYING: Duration = Duration::days(14);

/// The same as [`MAX_AGE`] where the person wished to stay signed in.
pub const MAX_AGE_STAYING: Duration = Duration::days(90);

/// A browser's session.
#[derive(Debug, Clone)]
pub struct BrowserSession {
    /// Keyed hash of the cookie.
    pub hash: SecretHash,
    /// The person's tenant.
    pub tenant: TenantId,
    /// The person.
    pub user: ObjectId,
    /// How they proved who they are (`amr`).
    pub methods: String,
    /// When they did.
    pub signed_in_at: Timestamp,
    /// When it was last used.
    pub used_at: Timestamp,
    /// Whether the person wished to stay signed in, also when the browser is closed.
    pub stays: bool,
}

/// What an application says of who may be signed in for it.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// The tenant in the path; `None` where the person's decides.
    pub tenant: Option<TenantId>,
    /// `login_hint`.
    pub login_hint: Option<String>,
    /// `max_age`: how many seconds ago the person may have proved who they are.
    pub max_age: Option<i64>,
}

impl BrowserSession {
    /// Whether the session still stands for `user`: alive, the account enabled, the password the same,
    /// nothing revoked since.
    pub fn stands_for(&self, user: Option<&User>, now: Timestamp) -> bool {
        let (idle, age) = match self.stays {
            true => (MAX_IDLE_STAYING, MAX_AGE_STAYING),
            false => (MAX_IDLE, MAX_AGE),
        };
        let alive = now.since(self.used_at) <= idle && now.since(self.signed_in_at) <= age;
        let user = user.filter(|user| user.enabled && user.tenant == self.tenant && user.id == self.user);
        alive && user.is_some_and(|user| user.stands_by(self.signed_in_at))
    }

    /// Whether it is enough for what an application wishes.
    pub fn fits(&self, seat: &Seat, wish: &Wish, now: Timestamp) -> bool {
        let hint = wish.login_hint.as_deref();
        seat.is_open()
            && wish.tenant.is_none_or(|tenant| tenant == seat.user.tenant)
            && hint.is_none_or(|hint| hint.eq_ignore_ascii_case(seat.home.upn.as_str()))
            && wish.max_age.is_none_or(|seconds| {
                now.since(self.signed_in_at) <= Duration::seconds(seconds) && seconds > 0
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest::Guest;
    use crate::user::sample::alice_with_password;
    use doorward_names::HashKeyId;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

    fn user() -> User {
        alice_with_password(NOW)
    }

    fn session() -> BrowserSession {
        BrowserSession {
            hash: SecretHash::new(HashKeyId::from_u128(3), [0; 32]),
            tenant: TenantId::from_u128(2),
            user: ObjectId::from_u128(1),
            methods: "pwd".to_owned(),
            signed_in_at: NOW,
            used_at: NOW,
            stays: false,
        }
    }

    #[test]
    fn it_ends_by_time_and_with_the_account_and_the_password() {
        let stands = |session: &BrowserSession, user: &User, now| session.stands_for(Some(user), now);
        assert!(stands(&session(), &user(), NOW.plus(MAX_IDLE)));
        let second = Duration::seconds(1);
        assert!(!stands(&session(), &user(), NOW.plus(MAX_IDLE).plus(second)));
        let used = BrowserSession {
            used_at: NOW.plus(MAX_AGE),
            ..session()
        };
        assert!(stands(&used, &user(), NOW.plus(MAX_AGE)));
        assert!(!stands(&used, &user(), NOW.plus(MAX_AGE).plus(second)));
        let staying = |used_at| BrowserSession {
            stays: true,
            used_at,
            ..session()
        };
        assert!(stands(&staying(NOW), &user(), NOW.plus(MAX_IDLE_STAYING)));
        assert!(!stands(
            &staying(NOW),
            &user(),
            NOW.plus(MAX_IDLE_STAYING).plus(second)
        ));
        let last = NOW.plus(MAX_AGE_STAYING);
        assert!(stands(&staying(last), &user(), last));
        assert!(!stands(&staying(last), &user(), last.plus(second)));
        let disabled = User {
            enabled: false,
            ..user()
        };
        assert!(!stands(&session(), &disabled, NOW));
        assert!(!session().stands_for(None, NOW));
        let mut changed = user();
        changed.password.as_mut().unwrap().set_at = NOW.plus(second);
        assert!(!stands(&session(), &changed, NOW.plus(second)));
        for (revoked_at, still) in [(NOW.minus(second), true), (NOW, false), (NOW.plus(second), false)] {
            let revoked = User {
                sessions_revoked_at: Some(revoked_at),
                ..user()
            };
            assert_eq!(stands(&session(), &revoked, NOW.plus(second)), still);
        }
    }

    #[test]
    fn an_application_may_wish_for_somebody_else_or_a_fresh_proof() {
        let fits = |wish: Wish| session().fits(&Seat::of(user()), &wish, NOW.plus(Duration::minutes(1)));
        assert!(fits(Wish::default()));
        let tenant = |tenant| Wish {
            tenant: Some(TenantId::from_u128(tenant)),
            ..Wish::default()
        };
        assert!(fits(tenant(2)) && !fits(tenant(7)));
        let hint = |hint: &str| Wish {
            login_hint: Some(hint.to_owned()),
            ..Wish::default()
        };
        assert!(fits(hint("ALICE@contoso.example")) && !fits(hint("bob@contoso.example")));
        let age = |seconds| Wish {
            max_age: Some(seconds),
            ..Wish::default()
        };
        assert!(fits(age(60)) && !fits(age(59)) && !fits(age(0)));
    }

    #[test]
    fn a_guest_fits_where_they_are_one() {
        let guest = |enabled| User {
            tenant: TenantId::from_u128(7),
            id: ObjectId::from_u128(9),
            enabled,
            guest: Some(Guest {
                email: String::new(),
                home: Some(user().account()),
                since: NOW,
            }),
            ..user()
        };
        let seat = |enabled| Seat {
            user: guest(enabled),
            home: user(),
        };
        let wish = |tenant| Wish {
            tenant: Some(TenantId::from_u128(tenant)),
            ..Wish::default()
        };
        assert!(session().fits(&seat(true), &wish(7), NOW));
        assert!(!session().fits(&seat(false), &wish(7), NOW));
        assert!(!session().fits(&seat(true), &wish(2), NOW));
    }
}
