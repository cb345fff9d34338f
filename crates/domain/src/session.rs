//! A person's signed-in session with one client, from which access tokens are had again without a password.

use doorward_names::{AppId, Duration, ObjectId, SecretHash, SessionId, TenantId, Timestamp};

use crate::application::Platform;
use crate::guest::Seat;
use crate::user::User;

/// A session that is not used for this long ends by itself.
pub const MAX_INACTIVE: Duration = Duration::days(90);

/// A session of a single-page application ends after so long in any case, however it is used: what lies in a browser is
/// easier to come by.
pub const MAX_SINGLE_PAGE: Duration = Duration::hours(24);

/// For so long after a refresh token was turned over, the one before it gives a further one, as long as its successor
/// is unused: the answer may have been lost, or another of the client's processes was faster (RFC 9700 §4.14.2).
pub const CONTINUATION: Duration = Duration::seconds(60);

/// A session: who, with which client, and how far its refresh tokens have come.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id (`sid`).
    pub id: SessionId,
    /// The tenant of the person's account, whichever tenant they signed in to.
    pub tenant: TenantId,
    /// The person.
    pub user: ObjectId,
    /// The client that was given the refresh token.
    pub client: AppId,
    /// The keyed hash of the first refresh token, which is of generation 0.
    pub refresh_hash: SecretHash,
    /// The generation of the newest refresh token; each use of one of the newest makes the next.
    pub generation: i64,
    /// When the newest generation began, unless it is the first.
    pub turned_at: Option<Timestamp>,
    /// How the person proved who they are (`amr`), space-separated: `pwd`.
    pub methods: String,
    /// When they signed in.
    pub signed_in_at: Timestamp,
    /// When it was last used.
    pub used_at: Timestamp,
    /// When it was ended, if it was.
    pub revoked_at: Option<Timestamp>,
    /// What the client is: what it has to show to use the session.
    pub platform: Platform,
    /// When it ends in any case, if it does.
    pub ends_at: Option<Timestamp>,
    /// The session by whose token it began, on behalf of whom that is (the first, of several in a row); it ends with that.
    pub root: Option<SessionId>,
    /// The ticket of the run that it began in, by that run's secret; it gives tokens to that run alone.
    pub ticket: Option<SecretHash>,
}

/// Why a session gives no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionRefusal {
    /// It was ended by sign-out or by an administrator.
    #[error("the session was ended")]
    Revoked,
    /// It was not used for [`MAX_INACTIVE`].
    #[error("the session was not used for 90 days")]
    Inactive,
    /// It has lasted as long as it may.
    #[error("the session of a single-page application lasts no longer than a day")]
    Ended,
    /// The refresh token was used before, and longer ago than a lost answer explains: somebody has a copy.
    #[error("the refresh token was used before")]
    Reused,
    /// Another client presents the refresh token. That ends nothing: a client id is no secret, so whoever has a copy would
    /// name the right one, and this is a mistake.
    #[error("the refresh token was issued to another client")]
    OtherClient,
    /// The account is gone or may not sign in; a guest's, or the one at home.
    #[error("the account is disabled")]
    UserDisabled,
    /// It belongs to a run, and another asks, or none.
    #[error("the session belongs to a run that has ended")]
    OtherRun,
    /// The password was changed after the session began.
    #[error("the password was changed after the session began")]
    PasswordChanged,
}

impl SessionRefusal {
    /// What is told to who wants a new token. Disabling an account ends its sessions besides, and is the cause.
    pub fn cause(self, home: Option<&User>) -> Self {
        match (self, home) {
            (Self::Revoked, Some(user)) if !user.enabled => Self::UserDisabled,
            (other, _) => other,
        }
    }
}

/// When a session that begins now ends in any case.
pub fn end_of(platform: Platform, now: Timestamp) -> Option<Timestamp> {
    (platform == Platform::SinglePage).then(|| now.plus(MAX_SINGLE_PAGE))
}

impl Session {
    /// Whether the session gives a token to a request that brings the live ticket `run`, or none.
    ///
    /// # Errors
    /// When it belongs to another run.
    pub fn admit_run(&self, run: Option<&SecretHash>) -> Result<(), SessionRefusal> {
        match &self.ticket {
            Some(own) if !run.is_some_and(|run| run.matches(own)) => Err(SessionRefusal::OtherRun),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether the session gives `client` a token now, in the tenant where the person has this seat.
    ///
    /// # Errors
    /// The reason why not.
    pub fn admit(&self, client: AppId, seat: Option<&Seat>, now: Timestamp) -> Result<(), SessionRefusal> {
        if self.client != client {
            return Err(SessionRefusal::OtherClient);
        }
        if self.revoked_at.is_some() {
            return Err(SessionRefusal::Revoked);
        }
        if now.since(self.used_at) > MAX_INACTIVE {
            return Err(SessionRefusal::Inactive);
        }
        if self.ends_at.is_some_and(|end| now > end) {
            return Err(SessionRefusal::Ended);
        }
        let seat = seat
            .filter(|seat| seat.is_open() && (seat.home.tenant, seat.home.id) == (self.tenant, self.user))
            .ok_or(SessionRefusal::UserDisabled)?;
        if seat.home.password_set_after(self.signed_in_at) {
            return Err(SessionRefusal::PasswordChanged);
        }
        let revoked = |user: &User| user.revoked_since(self.signed_in_at);
        match revoked(&seat.home) || revoked(&seat.user) {
            true => Err(SessionRefusal::Revoked),
            false => Ok(()),
        }
    }

    /// The session as it is once a refresh token of generation `presented` has been used at `now`; its answer holds a token
    /// of the generation that the session has then.
    ///
    /// # Errors
    /// [`SessionRefusal::Reused`], after which the session has to be ended.
    pub fn turned(&self, presented: i64, now: Timestamp) -> Result<Self, SessionRefusal> {
        let lately = |turned: Timestamp| now.since(turned) <= CONTINUATION;
        let used = Self {
            used_at: now.max(self.used_at),
            ..self.clone()
        };
        if presented == self.generation {
            return Ok(Self {
                generation: presented.saturating_add(1),
                turned_at: Some(now),
                ..used
            });
        }
        match presented.checked_add(1) {
            Some(next) if next == self.generation && self.turned_at.is_some_and(lately) => Ok(used),
            _ => Err(SessionRefusal::Reused),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest::Guest;
    use crate::user::UserKind;
    use crate::user::sample::alice_with_password;
    use doorward_names::HashKeyId;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

    fn session() -> Session {
        Session {
            id: SessionId::from_u128(1),
            tenant: TenantId::from_u128(2),
            user: ObjectId::from_u128(3),
            client: AppId::from_u128(4),
            refresh_hash: SecretHash::new(HashKeyId::from_u128(5), [5; 32]),
            generation: 0,
            turned_at: None,
            methods: "pwd".to_owned(),
            signed_in_at: NOW,
            used_at: NOW,
            revoked_at: None,
            platform: Platform::Public,
            ends_at: None,
            root: None,
            ticket: None,
        }
    }

    fn at(seconds: i64) -> Timestamp {
        NOW.plus(Duration::seconds(seconds))
    }

    fn alice() -> User {
        User {
            id: ObjectId::from_u128(3),
            upn: "alice@home.example".parse().unwrap(),
            ..alice_with_password(NOW)
        }
    }

    /// Alice in another tenant.
    fn seat() -> Seat {
        Seat {
            user: User {
                id: ObjectId::from_u128(30),
                tenant: TenantId::from_u128(20),
                kind: UserKind::Guest,
                password: None,
                guest: Some(Guest {
                    email: "alice@home.example".to_owned(),
                    home: Some(alice().account()),
                    since: NOW,
                }),
                ..alice()
            },
            home: alice(),
        }
    }

    #[test]
    fn a_session_reaches_as_far_as_its_person_is_let_in() {
        let (session, client) = (session(), AppId::from_u128(4));
        let admit = |seat: &Seat| session.admit(client, Some(seat), NOW);
        assert_eq!(admit(&Seat::of(alice())), Ok(()));
        assert_eq!(admit(&seat()), Ok(()));
        let refused = |change: fn(&mut Seat)| {
            let mut seat = seat();
            change(&mut seat);
            admit(&seat).unwrap_err()
        };
        let disabled = SessionRefusal::UserDisabled;
        assert_eq!(refused(|seat| seat.user.enabled = false), disabled);
        assert_eq!(refused(|seat| seat.home.enabled = false), disabled);
        // The invitation was taken back, or is somebody else's.
        assert_eq!(
            refused(|seat| seat.user.guest.as_mut().unwrap().home = None),
            disabled
        );
        assert_eq!(refused(|seat| seat.home.id = ObjectId::from_u128(9)), disabled);
        let other = User {
            id: ObjectId::from_u128(9),
            ..alice()
        };
        assert_eq!(admit(&Seat::of(other)), Err(disabled));
        assert_eq!(session.admit(client, None, NOW), Err(disabled));
        let password = |seat: &mut Seat| seat.home.password.as_mut().unwrap().set_at = at(1);
        assert_eq!(refused(password), SessionRefusal::PasswordChanged);
        let revoked = SessionRefusal::Revoked;
        assert_eq!(
            refused(|seat| seat.home.sessions_revoked_at = Some(at(1))),
            revoked
        );
        assert_eq!(
            refused(|seat| seat.user.sessions_revoked_at = Some(at(1))),
            revoked
        );
        let other_client = session.admit(AppId::from_u128(5), None, NOW);
        assert_eq!(other_client, Err(SessionRefusal::OtherClient));
    }

    #[test]
    fn the_cause_is_told_rather_than_what_came_of_it() {
        let (revoked, ended) = (SessionRefusal::Revoked, SessionRefusal::Ended);
        let disabled = User {
            enabled: false,
            ..alice()
        };
        assert_eq!(revoked.cause(Some(&disabled)), SessionRefusal::UserDisabled);
        assert_eq!(revoked.cause(Some(&alice())), revoked);
        assert_eq!(revoked.cause(None), revoked);
        assert_eq!(ended.cause(Some(&disabled)), ended);
    }

    #[test]
    fn the_newest_token_gives_the_next() {
        let mut session = session();
        for (generation, hours) in (0_i64..).zip(1..4) {
            let now = NOW.plus(Duration::hours(hours));
            session = session.turned(generation, now).unwrap();
            assert_eq!(session.generation, generation + 1);
            assert_eq!((session.turned_at, session.used_at), (Some(now), now));
        }
    }

    #[test]
    fn the_one_before_goes_on_for_a_minute_and_does_not_lengthen_it() {
        let first = session().turned(0, at(0)).unwrap();
        let again = first.turned(0, at(60)).unwrap();
        assert_eq!((again.generation, again.turned_at), (1, Some(at(0))));
        assert_eq!(again.used_at, at(60));
        assert_eq!(again.turned(0, at(61)).unwrap_err(), SessionRefusal::Reused);
        // Of two tokens of one generation, either makes the next.
        assert_eq!(again.turned(1, at(3600)).unwrap().generation, 2);
    }

    #[test]
    fn once_its_successor_is_used_it_is_a_copy() {
        let second = session().turned(0, at(0)).unwrap().turned(1, at(1)).unwrap();
        assert_eq!(second.turned(0, at(2)).unwrap_err(), SessionRefusal::Reused);
        assert_eq!(second.turned(1, at(2)).unwrap().generation, 2);
        for made_up in [-1, 3, i64::MIN, i64::MAX] {
            assert_eq!(second.turned(made_up, at(2)).unwrap_err(), SessionRefusal::Reused);
        }
    }

    #[test]
    fn a_clock_that_is_behind_takes_nothing_back() {
        let turned = session().turned(0, at(10)).unwrap();
        assert_eq!(turned.turned(0, at(9)).unwrap().used_at, at(10));
    }

    #[test]
    fn a_page_signs_in_again_after_a_day() {
        let seat = seat();
        let end = NOW.plus(MAX_SINGLE_PAGE);
        for (platform, ends) in [
            (Platform::SinglePage, true),
            (Platform::Web, false),
            (Platform::Public, false),
        ] {
            let session = Session {
                platform,
                ends_at: end_of(platform, NOW),
                ..session()
            };
            let used = session.turned(0, end).unwrap();
            let admit = |at| used.admit(session.client, Some(&seat), at);
            assert_eq!(admit(end), Ok(()));
            let after = end.plus(Duration::seconds(1));
            let expected = if ends { Err(SessionRefusal::Ended) } else { Ok(()) };
            assert_eq!(admit(after), expected, "{platform:?}");
        }
    }
}
