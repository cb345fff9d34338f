//! A run's ticket (`doorward run`): as long as it lives, the server answers under Azure's host names to whoever brings
//! it. It dies by itself unless it is renewed, so that a run that was cut off leaves nothing behind.

use doorward_names::{AppId, Duration, ObjectId, SecretHash, SessionId, TenantId, Timestamp};

use crate::user::User;

/// How long a ticket lives after it was made or renewed.
pub const LIFETIME: Duration = Duration::seconds(120);

/// Most tickets of one principal that live at a time.
pub const MAX_LIVE: u64 = 1000;

/// The principal that made a ticket; the ticket is worthless once that may not sign in any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Maker {
    /// Its object id.
    pub id: ObjectId,
    /// The client it came through, or the application that it is.
    pub client: AppId,
    /// A person's session.
    pub session: Option<SessionId>,
}

/// What kind of principal a command acts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActsAs {
    /// A person.
    Person,
    /// A service principal.
    ServicePrincipal,
}

impl ActsAs {
    /// The word that the store keeps and people read.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "user",
            Self::ServicePrincipal => "service_principal",
        }
    }

    /// The kind of that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Person, Self::ServicePrincipal]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// Whose identity the run's command has, and the secret by which it proves that.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Person or service principal.
    pub kind: ActsAs,
    /// The principal's object id.
    pub id: ObjectId,
    /// The application id of a service principal; the client that a person signs in through.
    pub client: AppId,
    /// The keyed hash of the secret that was made for this run alone.
    pub secret: SecretHash,
}

/// A ticket as it is remembered.
#[derive(Debug, Clone)]
pub struct RunTicket {
    /// The ticket's keyed hash.
    pub hash: SecretHash,
    /// The tenant of who made it.
    pub tenant: TenantId,
    /// Who made it.
    pub maker: Maker,
    /// When.
    pub made_at: Timestamp,
    /// When it dies unless it is renewed.
    pub expires_at: Timestamp,
    /// Whose identity the command has, when one was asked for.
    pub identity: Option<Identity>,
}

impl RunTicket {
    /// A ticket that begins to live at `now`.
    pub fn new(
        hash: SecretHash,
        tenant: TenantId,
        maker: Maker,
        identity: Option<Identity>,
        now: Timestamp,
    ) -> Self {
        Self {
            hash,
            tenant,
            maker,
            made_at: now,
            expires_at: now.plus(LIFETIME),
            identity,
        }
    }

    /// Whether it lives.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// The same with a full life before it; `None` when it is dead, for death is final.
    #[must_use]
    pub fn renewed(self, now: Timestamp) -> Option<Self> {
        self.is_alive(now).then(|| Self {
            expires_at: now.plus(LIFETIME),
            ..self
        })
    }

    /// Whether `presented`, a secret's hash under every key in use, proves the service principal `id`.
    pub fn proves_service_principal(
        &self,
        (tenant, id): (TenantId, ObjectId),
        presented: &[SecretHash],
        now: Timestamp,
    ) -> bool {
        self.tenant == tenant
            && self
                .secret_of(ActsAs::ServicePrincipal, presented, now)
                .is_some_and(|identity| identity.id == id)
    }

    /// Whether `presented` is the secret of the person whose identity the command has, whoever that is.
    pub fn holds_secret_of_person(&self, presented: &[SecretHash], now: Timestamp) -> bool {
        self.secret_of(ActsAs::Person, presented, now).is_some()
    }

    /// Whether the run's secret stands for `user`: the person it was made for, unless they were given a password or
    /// signed out everywhere since.
    pub fn stands_for(&self, user: &User) -> bool {
        let identity = self.identity.as_ref();
        let theirs = identity.is_some_and(|i| i.kind == ActsAs::Person && i.id == user.id);
        theirs && self.tenant == user.tenant && user.stands_by(self.made_at)
    }

    fn secret_of(&self, kind: ActsAs, presented: &[SecretHash], now: Timestamp) -> Option<&Identity> {
        self.identity.as_ref().filter(|identity| {
            identity.kind == kind
                && self.is_alive(now)
                && presented.iter().any(|hash| hash.matches(&identity.secret))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::{Password, PasswordHash, UserKind};
    use doorward_names::{DisplayName, HashKeyId};

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
    const TENANT: TenantId = TenantId::from_u128(1);

    fn hash(byte: u8) -> SecretHash {
        SecretHash::new(HashKeyId::from_bytes([1; 16]), [byte; 32])
    }

    fn ticket(kind: ActsAs) -> RunTicket {
        let maker = Maker {
            id: ObjectId::from_u128(2),
            client: AppId::from_u128(3),
            session: None,
        };
        let identity = Identity {
            kind,
            id: ObjectId::from_u128(4),
            client: AppId::from_u128(5),
            secret: hash(6),
        };
        RunTicket::new(hash(7), TENANT, maker, Some(identity), NOW)
    }

    fn person(id: u128, password_set: Option<Timestamp>) -> User {
        User {
            id: ObjectId::from_u128(id),
            tenant: TENANT,
            upn: "alice@contoso.example".parse().unwrap(),
            display_name: DisplayName::new("Alice").unwrap(),
            mail_nickname: "alice".to_owned(),
            kind: UserKind::Member,
            enabled: true,
            password: password_set.map(|set_at| Password {
                hash: PasswordHash::new(String::new()),
                must_change: false,
                set_at,
            }),
            guest: None,
            created_at: NOW,
            sessions_revoked_at: None,
        }
    }

    #[test]
    fn it_lives_two_minutes_from_its_last_renewal_and_never_again() {
        let at = |seconds| NOW.plus(Duration::seconds(seconds));
        let ticket = ticket(ActsAs::Person);
        assert!(ticket.is_alive(at(119)) && !ticket.is_alive(at(120)));
        let renewed = ticket.clone().renewed(at(119)).unwrap();
        assert!(renewed.is_alive(at(238)) && !renewed.is_alive(at(239)));
        assert!(ticket.renewed(at(120)).is_none());
    }

    #[test]
    fn its_secret_proves_one_principal_while_it_lives() {
        let run = ticket(ActsAs::ServicePrincipal);
        let proves = |tenant, id, byte, now| {
            run.proves_service_principal((tenant, ObjectId::from_u128(id)), &[hash(byte)], now)
        };
        assert!(proves(TENANT, 4, 6, NOW));
        assert!(!proves(TenantId::from_u128(9), 4, 6, NOW), "another tenant");
        assert!(!proves(TENANT, 9, 6, NOW), "another principal");
        assert!(!proves(TENANT, 4, 7, NOW), "another secret");
        assert!(!proves(TENANT, 4, 6, NOW.plus(LIFETIME)), "too late");
        assert!(!run.holds_secret_of_person(&[hash(6)], NOW), "another kind");
        assert!(!run.proves_service_principal((TENANT, ObjectId::from_u128(4)), &[], NOW));
        assert!(!run.stands_for(&person(4, None)));
    }

    #[test]
    fn it_stands_for_its_person_until_they_get_another_password() {
        let run = ticket(ActsAs::Person);
        assert!(run.holds_secret_of_person(&[hash(6)], NOW));
        assert!(!run.holds_secret_of_person(&[hash(6)], NOW.plus(LIFETIME)));
        assert!(run.stands_for(&person(4, None)) && run.stands_for(&person(4, Some(NOW))));
        assert!(!run.stands_for(&person(9, None)));
        assert!(!run.stands_for(&person(4, Some(NOW.plus(Duration::seconds(1))))));
        let revoked = User {
            sessions_revoked_at: Some(NOW),
            ..person(4, None)
        };
        assert!(!run.stands_for(&revoked));
    }
}
