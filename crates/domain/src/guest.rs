//! Guests: people of one tenant who were invited into another. They prove who they are at home, always; in the other tenant
//! they have an account of its own, with its own object id, that is joined to the one at home by that one's tenant and object
//! id. The address that was invited says who was meant, and joins nothing.

use doorward_names::{DomainName, Duration, InvalidName, ObjectId, SecretHash, TenantId, Timestamp, Upn};

use crate::user::User;

/// An invitation that nobody took up ends after this.
pub const LIFETIME: Duration = Duration::days(90);

/// An account, in whichever tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HomeAccount {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its object id.
    pub user: ObjectId,
}

/// What makes an account a guest's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// The address that was invited.
    pub email: String,
    /// The account at home, once its owner has accepted (Graph `externalUserState`).
    pub home: Option<HomeAccount>,
    /// Since when it is as it is (`externalUserStateChangeDateTime`).
    pub since: Timestamp,
}

/// A person in a tenant: the account there, and the one by which they prove who they are. The two differ for a guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The account in the tenant.
    pub user: User,
    /// The account at home.
    pub home: User,
}

/// An invitation that can be taken up, by whoever has its secret.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The secret's keyed hash.
    pub hash: SecretHash,
    /// The tenant that invites.
    pub tenant: TenantId,
    /// The guest's account there.
    pub user: ObjectId,
    /// Where to lead the guest once they have accepted.
    pub redirect_url: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Why somebody is not let in as a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GuestRefusal {
    /// The invitation was accepted, or is none any more.
    #[error("the invitation was used")]
    Used,
    /// Nobody took it up in time.
    #[error("the invitation has expired")]
    Expired,
    /// The account belongs to the tenant that invites.
    #[error("the account belongs to the organisation that invites")]
    OwnTenant,
    /// The account is itself a guest's, and so proves nothing.
    #[error("the account is a guest's")]
    OfGuest,
    /// The account is a guest there already, by another invitation.
    #[error("the account is a guest there already")]
    AlreadyGuest,
    /// Somebody else was meant: the address that was invited is the sign-in name of another account.
    #[error("another account was invited")]
    SomebodyElse,
    /// The guest's account may not sign in.
    #[error("the guest's account is disabled")]
    Disabled,
}

impl User {
    /// This account, as it stands at home.
    pub const fn account(&self) -> HomeAccount {
        HomeAccount {
            tenant: self.tenant,
            user: self.id,
        }
    }

    /// The account by which its owner proves who they are; `None` for a guest who has not accepted.
    pub fn home(&self) -> Option<HomeAccount> {
        match &self.guest {
            None => Some(self.account()),
            Some(guest) => guest.home,
        }
    }
}

impl Seat {
    /// Somebody at home.
    pub fn of(home: User) -> Self {
        Self {
            user: home.clone(),
            home,
        }
    }

    /// Whether both accounts may sign in, and belong together.
    pub fn is_open(&self) -> bool {
        self.user.enabled && self.home.enabled && self.user.home() == Some(self.home.account())
    }

    /// Whether the account is another than the one at home.
    pub fn is_guest(&self) -> bool {
        self.user.account() != self.home.account()
    }
}

impl Invitation {
    /// Whether it can be taken up now.
    pub fn stands(&self, now: Timestamp) -> bool {
        now.since(self.created_at) <= LIFETIME
    }

    /// The guest's account once `home` has accepted; `tenant_of_address` is the tenant here in which the domain of the
    /// invited address is, if any. There, an address that is a sign-in name is known to be one person's.
    ///
    /// # Errors
    /// Why it is not theirs.
    pub fn accept(
        &self,
        user: User,
        (home, tenant_of_address): (&User, Option<TenantId>),
        now: Timestamp,
    ) -> Result<User, GuestRefusal> {
        let Some(guest) = user.guest.clone().filter(|guest| guest.home.is_none()) else {
            return Err(GuestRefusal::Used);
        };
        if !self.stands(now) {
            return Err(GuestRefusal::Expired);
        }
        if home.tenant == self.tenant {
            return Err(GuestRefusal::OwnTenant);
        }
        if home.guest.is_some() {
            return Err(GuestRefusal::OfGuest);
        }
        let meant = home.tenant == tenant_of_address.unwrap_or(home.tenant)
            && (tenant_of_address.is_none() || guest.email.eq_ignore_ascii_case(home.upn.as_str()));
        if !meant {
            return Err(GuestRefusal::SomebodyElse);
        }
        if !user.enabled {
            return Err(GuestRefusal::Disabled);
        }
        Ok(User {
            guest: Some(Guest {
                home: Some(home.account()),
                since: now,
                ..guest
            }),
            ..user
        })
    }
}

/// The sign-in name of a guest's account: `alice@home.example` becomes `alice_home.example#EXT#@there.example`.
///
/// # Errors
/// When the address is none, or too long to be part of a name.
pub fn upn_of_guest(email: &str, domain: &DomainName) -> Result<Upn, InvalidName> {
    // Whatever can be a sign-in name at home can be invited.
    let address: Upn = email.parse()?;
    format!("{}_{}#EXT#@{domain}", address.local_part(), address.domain()).parse()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::UserKind;
    use crate::user::sample::alice;
    use doorward_names::HashKeyId;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

    fn user(tenant: u128, id: u128, upn: &str) -> User {
        User {
            id: ObjectId::from_u128(id),
            tenant: TenantId::from_u128(tenant),
            upn: upn.parse().unwrap(),
            ..alice()
        }
    }

    fn invited() -> (Invitation, User) {
        let domain = "there.example".parse().unwrap();
        let name = upn_of_guest("alice@home.example", &domain).unwrap();
        let user = User {
            kind: UserKind::Guest,
            guest: Some(Guest {
                email: "alice@home.example".to_owned(),
                home: None,
                since: NOW,
            }),
            ..user(2, 20, name.as_str())
        };
        let invitation = Invitation {
            hash: SecretHash::new(HashKeyId::from_u128(1), [1; 32]),
            tenant: user.tenant,
            user: user.id,
            redirect_url: "https://app.example/".to_owned(),
            created_at: NOW,
        };
        (invitation, user)
    }

    #[test]
    fn a_guest_is_joined_to_the_account_that_accepted() {
        let (invitation, guest) = invited();
        let alice = user(1, 10, "Alice@home.example");
        let home = Some(alice.tenant);
        let accepted = invitation.accept(guest.clone(), (&alice, home), NOW).unwrap();
        assert_eq!(accepted.home(), Some(alice.account()));
        assert_eq!((accepted.id, accepted.tenant), (guest.id, guest.tenant));
        let seat = Seat {
            user: accepted.clone(),
            home: alice.clone(),
        };
        assert!(seat.is_open() && seat.is_guest());
        assert!(!Seat::of(alice.clone()).is_guest());
        // Whoever has the same name later is not who accepted.
        let namesake = User {
            id: ObjectId::from_u128(11),
            ..alice.clone()
        };
        let of_namesake = Seat {
            user: accepted.clone(),
            home: namesake,
        };
        assert!(!of_namesake.is_open());
        for (there, at_home) in [(false, true), (true, false)] {
            let mut seat = seat.clone();
            (seat.user.enabled, seat.home.enabled) = (there, at_home);
            assert!(!seat.is_open());
        }
        let again = invitation.accept(accepted, (&alice, home), NOW);
        assert_eq!(again.unwrap_err(), GuestRefusal::Used);
    }

    #[test]
    fn who_was_not_meant_is_not_let_in() {
        let (invitation, guest) = invited();
        let alice = user(1, 10, "alice@home.example");
        let refused = |guest: User, home: &User, of_address, now| {
            let accepted = invitation.accept(guest, (home, of_address), now);
            accepted.unwrap_err()
        };
        let home = Some(alice.tenant);
        let bob = user(1, 11, "bob@home.example");
        assert_eq!(
            refused(guest.clone(), &bob, home, NOW),
            GuestRefusal::SomebodyElse
        );
        let elsewhere = user(3, 10, "alice@home.example");
        assert_eq!(
            refused(guest.clone(), &elsewhere, home, NOW),
            GuestRefusal::SomebodyElse
        );
        let own = user(2, 10, "alice@home.example");
        assert_eq!(refused(guest.clone(), &own, None, NOW), GuestRefusal::OwnTenant);
        let another_guest = User {
            tenant: TenantId::from_u128(3),
            ..guest.clone()
        };
        assert_eq!(
            refused(guest.clone(), &another_guest, None, NOW),
            GuestRefusal::OfGuest
        );
        let late = NOW.plus(LIFETIME).plus(Duration::seconds(1));
        assert_eq!(refused(guest.clone(), &alice, home, late), GuestRefusal::Expired);
        let disabled = User {
            enabled: false,
            ..guest.clone()
        };
        assert_eq!(refused(disabled, &alice, home, NOW), GuestRefusal::Disabled);
        let member = user(2, 20, "alice@there.example");
        assert_eq!(refused(member, &alice, home, NOW), GuestRefusal::Used);
        // An address that no tenant here has is whoever's has the invitation.
        assert!(invitation.accept(guest, (&bob, None), NOW).is_ok());
    }

    #[test]
    fn a_guests_name_says_where_they_come_from() {
        let domain = "there.example".parse().unwrap();
        let name = |email| upn_of_guest(email, &domain).map(|upn| upn.to_string());
        assert_eq!(
            name("alice@home.example").unwrap(),
            "alice_home.example#EXT#@there.example"
        );
        for wrong in ["alice", "@home.example", "alice@home", "a b@home.example", ""] {
            assert!(name(wrong).is_err(), "{wrong}");
        }
        assert!(name(&format!("{}@home.example", "a".repeat(64))).is_ok());
    }
}
