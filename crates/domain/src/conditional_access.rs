//! Conditional access: for whom, and for which applications, a tenant demands a second factor (Microsoft Graph,
//! `conditionalAccessPolicy`).
//!
//! Deliberately not here: what a person has to do then, which is the second factor's own rule.

use doorward_names::{AppId, DisplayName, ObjectId, TenantId, Timestamp};

use crate::directory::DirectoryRole;
use crate::second_factor::is_multiple;
use crate::user::{User, UserKind};

/// Most policies of a tenant (Microsoft Entra service limits).
pub const MAX_POLICIES: usize = 195;

/// Most people, roles or applications that one list of a policy names.
pub const MAX_NAMED: usize = 250;

/// The roles whose holders a fresh production store asks for a second factor: all that can change anything that isn't
/// their own.
pub const ADMINISTRATORS: [DirectoryRole; 6] = [
    DirectoryRole::GlobalAdministrator,
    DirectoryRole::PrivilegedRoleAdministrator,
    DirectoryRole::ApplicationAdministrator,
    DirectoryRole::UserAdministrator,
    DirectoryRole::AuthenticationAdministrator,
    DirectoryRole::GroupsAdministrator,
];

/// People that a policy names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// Everyone.
    pub everyone: bool,
    /// Every guest.
    pub guests: bool,
    /// These.
    pub users: Vec<ObjectId>,
    /// Who holds one of these.
    pub roles: Vec<DirectoryRole>,
}

/// Applications that a policy names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applications {
    /// Every one.
    All,
    /// These, as what is signed in to or what signs in.
    Named(Vec<AppId>),
}

/// A policy: who of these people signs in to one of these applications has to prove a second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its id.
    pub id: ObjectId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Its name for people.
    pub display_name: DisplayName,
    /// Whether it counts.
    pub enabled: bool,
    /// Whom it reaches.
    pub people: People,
    /// Whom it doesn't, although it would.
    pub except_people: People,
    /// For which applications.
    pub applications: Applications,
    /// For which resources it doesn't count.
    pub except_resources: Vec<AppId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed, if it was.
    pub modified_at: Option<Timestamp>,
}

/// Who signs in to what.
#[derive(Debug, Clone, Copy)]
pub struct SignIn<'a> {
    /// The account; none for a name that nobody has.
    pub user: Option<&'a User>,
    /// The directory roles that it holds.
    pub roles: &'a [DirectoryRole],
    /// The application that signs them in.
    pub client: AppId,
    /// The application that the token is for.
    pub resource: AppId,
}

/// Why a policy is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyRefusal {
    /// It reaches nobody.
    #[error("the policy names no people")]
    NoPeople,
    /// It counts for no application.
    #[error("the policy names no applications")]
    NoApplications,
    /// It spares everyone.
    #[error("the policy cannot except everyone")]
    ExceptsEveryone,
    /// One of its lists is longer than [`MAX_NAMED`].
    #[error("a list of the policy names more than {MAX_NAMED}")]
    TooManyNamed,
    /// The tenant has [`MAX_POLICIES`].
    #[error("the tenant has {MAX_POLICIES} policies, which is the most")]
    TooMany,
}

impl People {
    /// Whether it names who signs in.
    fn holds(&self, sign_in: &SignIn<'_>) -> bool {
        let named =
            |user: &User| self.users.contains(&user.id) || self.guests && user.kind == UserKind::Guest;
        self.everyone
            || sign_in.user.is_some_and(named)
            || sign_in.roles.iter().any(|role| self.roles.contains(role))
    }

    fn is_nobody(&self) -> bool {
        *self == Self::default()
    }

    fn is_long(&self) -> bool {
        self.users.len() > MAX_NAMED || self.roles.len() > MAX_NAMED
    }
}

impl Policy {
    /// The policy that a fresh production store begins with.
    pub fn for_administrators(
        (id, tenant): (ObjectId, TenantId),
        display_name: DisplayName,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            tenant,
            display_name,
            enabled: true,
            people: People {
                roles: ADMINISTRATORS.to_vec(),
                ..People::default()
            },
            except_people: People::default(),
            applications: Applications::All,
            except_resources: Vec::new(),
            created_at: now,
            modified_at: None,
        }
    }

    /// The same, if it can be one.
    ///
    /// # Errors
    /// The reason why not.
    pub fn checked(self) -> Result<Self, PolicyRefusal> {
        let named = match &self.applications {
            Applications::All => None,
            Applications::Named(named) => Some(named.len()),
        };
        if self.people.is_nobody() {
            return Err(PolicyRefusal::NoPeople);
        }
        if self.except_people.everyone {
            return Err(PolicyRefusal::ExceptsEveryone);
        }
        if named == Some(0) {
            return Err(PolicyRefusal::NoApplications);
        }
        let long = |count: usize| count > MAX_NAMED;
        match self.people.is_long()
            || self.except_people.is_long()
            || named.is_some_and(long)
            || long(self.except_resources.len())
        {
            true => Err(PolicyRefusal::TooManyNamed),
            false => Ok(self),
        }
    }

    /// Whether it counts for this sign-in. Only a resource is spared: who signs in through which client is what the
    /// client says, and a public one can say anything.
    pub fn applies(&self, sign_in: &SignIn<'_>) -> bool {
        let named = match &self.applications {
            Applications::All => true,
            Applications::Named(named) => {
                named.contains(&sign_in.resource) || named.contains(&sign_in.client)
            }
        };
        self.enabled
            && named
            && !self.except_resources.contains(&sign_in.resource)
            && self.people.holds(sign_in)
            && !self.except_people.holds(sign_in)
    }
}

/// The policies that demand more of this sign-in than `methods` (`amr`, space-separated) have proven.
pub fn unmet(policies: &[Policy], sign_in: &SignIn<'_>, methods: &str) -> Vec<ObjectId> {
    if is_multiple(methods) {
        return Vec::new();
    }
    let applying = policies.iter().filter(|policy| policy.applies(sign_in));
    applying.map(|policy| policy.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::sample::alice;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
    const TENANT: TenantId = TenantId::from_u128(1);
    const CLIENT: AppId = AppId::from_u128(2);
    const RESOURCE: AppId = AppId::from_u128(3);
    const OTHER: AppId = AppId::from_u128(4);

    fn user(kind: UserKind) -> User {
        User {
            id: ObjectId::from_u128(5),
            tenant: TENANT,
            kind,
            ..alice()
        }
    }

    fn policy(people: People) -> Policy {
        let name = DisplayName::new("A policy").unwrap();
        Policy {
            people,
            ..Policy::for_administrators((ObjectId::from_u128(6), TENANT), name, NOW)
        }
    }

    fn everyone() -> People {
        People {
            everyone: true,
            ..People::default()
        }
    }

    fn named(user: u128) -> People {
        People {
            users: vec![ObjectId::from_u128(user)],
            ..People::default()
        }
    }

    fn holding(role: DirectoryRole) -> People {
        People {
            roles: vec![role],
            ..People::default()
        }
    }

    fn guests() -> People {
        People {
            guests: true,
            ..People::default()
        }
    }

    fn applies(policy: &Policy, user: Option<&User>, roles: &[DirectoryRole]) -> bool {
        policy.applies(&SignIn {
            user,
            roles,
            client: CLIENT,
            resource: RESOURCE,
        })
    }

    #[test]
    fn it_reaches_whom_it_names_and_not_whom_it_excepts() {
        let (member, guest) = (user(UserKind::Member), user(UserKind::Guest));
        let admin = [DirectoryRole::UserAdministrator];
        for (people, expected) in [
            // A member, a guest, a member with a role, a name that nobody has.
            (everyone(), [true, true, true, true]),
            (guests(), [false, true, false, false]),
            (named(5), [true, true, true, false]),
            (named(7), [false, false, false, false]),
            (
                holding(DirectoryRole::UserAdministrator),
                [false, false, true, false],
            ),
            (holding(DirectoryRole::GuestInviter), [false, false, false, false]),
        ] {
            let seen = |policy: &Policy| {
                [
                    applies(policy, Some(&member), &[]),
                    applies(policy, Some(&guest), &[]),
                    applies(policy, Some(&member), &admin),
                    applies(policy, None, &[]),
                ]
            };
            assert_eq!(seen(&policy(people.clone())), expected, "{people:?}");
            let off = Policy {
                enabled: false,
                ..policy(people.clone())
            };
            assert_eq!(seen(&off), [false; 4], "{people:?}");
            let except = Policy {
                except_people: people.clone(),
                ..policy(everyone())
            };
            assert_eq!(seen(&except), expected.map(|reached| !reached), "{people:?}");
        }
    }

    #[test]
    fn it_counts_for_applications_by_either_side_and_spares_resources_alone() {
        let alice = user(UserKind::Member);
        for (included, excepted, expected) in [
            (Applications::All, vec![], true),
            (Applications::All, vec![OTHER], true),
            (Applications::All, vec![RESOURCE], false),
            (Applications::All, vec![CLIENT], true),
            (Applications::Named(vec![OTHER, RESOURCE]), vec![], true),
            (Applications::Named(vec![CLIENT]), vec![], true),
            (Applications::Named(vec![CLIENT]), vec![RESOURCE], false),
            (Applications::Named(vec![OTHER]), vec![], false),
        ] {
            let policy = Policy {
                applications: included,
                except_resources: excepted,
                ..policy(everyone())
            };
            assert_eq!(applies(&policy, Some(&alice), &[]), expected, "{policy:?}");
        }
    }

    #[test]
    fn a_second_factor_meets_every_policy() {
        let alice = user(UserKind::Member);
        let sign_in = SignIn {
            user: Some(&alice),
            roles: &[],
            client: CLIENT,
            resource: RESOURCE,
        };
        let policies = [policy(everyone()), policy(named(7)), policy(named(5))];
        assert_eq!(unmet(&policies, &sign_in, "pwd").len(), 2);
        assert!(unmet(&policies, &sign_in, "pwd otp mfa").is_empty());
        assert!(unmet(&[], &sign_in, "pwd").is_empty());
    }

    #[test]
    fn what_cannot_be_a_policy() {
        let ok = policy(everyone());
        assert_eq!(ok.clone().checked(), Ok(ok.clone()));
        let nobody = policy(People::default());
        assert_eq!(nobody.checked(), Err(PolicyRefusal::NoPeople));
        let spares_all = Policy {
            except_people: everyone(),
            ..ok.clone()
        };
        assert_eq!(spares_all.checked(), Err(PolicyRefusal::ExceptsEveryone));
        let nothing = Policy {
            applications: Applications::Named(vec![]),
            ..ok.clone()
        };
        assert_eq!(nothing.checked(), Err(PolicyRefusal::NoApplications));
        for (count, expected) in [(MAX_NAMED, true), (MAX_NAMED + 1, false)] {
            let apps = Policy {
                applications: Applications::Named(vec![OTHER; count]),
                ..ok.clone()
            };
            let excepted = Policy {
                except_resources: vec![OTHER; count],
                ..ok.clone()
            };
            let people = policy(People {
                users: vec![ObjectId::from_u128(1); count],
                ..People::default()
            });
            for policy in [apps, excepted, people] {
                assert_eq!(policy.checked().is_ok(), expected, "{count}");
            }
        }
    }
}
