//! Sign-in on another device (RFC 8628): a device shows a short code, a person enters it in a browser, signs in there
//! and says yes or no, and the device, which kept asking, is answered once.

use doorward_names::{AppId, Duration, ObjectId, SecretHash, TenantId, Timestamp};

/// How long a code can be used.
pub const LIFETIME: Duration = Duration::minutes(15);

/// How long a device waits between its questions.
pub const INTERVAL: Duration = Duration::seconds(5);

/// Who asks again sooner than this is told to slow down. It is well below [`INTERVAL`], for some clients give up or
/// hang when they hear that.
pub const TOO_SOON: Duration = Duration::seconds(2);

/// What a device asked for, as it wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// `resource` (v1).
    pub resource: Option<String>,
    /// `scope` (v2.0; beside `resource` on v1).
    pub scope: Option<String>,
}

/// The person who entered the code, as they proved to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedInPerson {
    /// Their tenant.
    pub tenant: TenantId,
    /// Their account.
    pub user: ObjectId,
    /// How they proved it (`amr`), space-separated.
    pub methods: String,
    /// When.
    pub at: Timestamp,
}

/// How far it has come.
#[derive(Debug, Clone)]
pub enum Stage {
    /// Nobody has signed in for it.
    Waiting,
    /// Somebody signed in; whoever holds the secret of `proof`, which their page does, may answer.
    SignedIn {
        /// Who.
        person: SignedInPerson,
        /// The keyed hash of that secret.
        proof: SecretHash,
    },
    /// They said yes.
    Approved(SignedInPerson),
    /// They said no.
    Declined,
    /// The device was given its tokens.
    Redeemed,
}

/// A device's wish, as it is remembered.
#[derive(Debug, Clone)]
pub struct DeviceGrant {
    /// Keyed hash of the device's code.
    pub device: SecretHash,
    /// Keyed hash of the person's code.
    pub user_code: SecretHash,
    /// The tenant in the path; `None` where the person's decides.
    pub tenant: Option<TenantId>,
    /// The client.
    pub client: AppId,
    /// For what.
    pub wanted: Wanted,
    /// Whether the client asked for a second factor, whatever the tenant demands.
    pub second_factor: bool,
    /// The address that it came from.
    pub source: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the device last asked.
    pub polled_at: Option<Timestamp>,
    /// How far it has come.
    pub stage: Stage,
}

/// Why a person's code leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryRefusal {
    /// Its time is over.
    #[error("the code has expired")]
    Expired,
    /// It was answered before.
    #[error("the code was used before")]
    Used,
    /// The account is of another tenant than the device asked for.
    #[error("the device asked for another tenant")]
    OtherTenant,
    /// Another sign-in took its place, or there was none.
    #[error("the answer is not by who signed in")]
    NotSignedIn,
}

/// Why a device gets nothing, or not yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PollRefusal {
    /// The person has not answered yet.
    #[error("the person has not answered yet")]
    Pending,
    /// The same, and the device asks too often.
    #[error("the device asks too often")]
    SlowDown,
    /// The time is over.
    #[error("the code has expired")]
    Expired,
    /// The person said no.
    #[error("the person said no")]
    Declined,
    /// Another client or tenant asks than the code was given to.
    #[error("the code is another client's")]
    OtherClient,
    /// The code was redeemed before.
    #[error("the code was redeemed before")]
    Used,
}

impl DeviceGrant {
    /// Whether a person may go on with the code.
    ///
    /// # Errors
    /// When it is too old, or was answered.
    pub fn enter(&self, now: Timestamp) -> Result<(), EntryRefusal> {
        match self.stage {
            Stage::Waiting | Stage::SignedIn { .. } if self.expired(now) => Err(EntryRefusal::Expired),
            Stage::Waiting | Stage::SignedIn { .. } => Ok(()),
            Stage::Approved(_) | Stage::Declined | Stage::Redeemed => Err(EntryRefusal::Used),
        }
    }

    /// Notes who signed in for it; the page that they get holds the secret of `proof`.
    ///
    /// # Errors
    /// When the code leads nowhere, or the person is of another tenant than the device asked for.
    pub fn sign_in(
        self,
        person: SignedInPerson,
        proof: SecretHash,
        now: Timestamp,
    ) -> Result<Self, EntryRefusal> {
        self.enter(now)?;
        if self.tenant.is_some_and(|tenant| tenant != person.tenant) {
            return Err(EntryRefusal::OtherTenant);
        }
        let stage = Stage::SignedIn { person, proof };
        Ok(Self { stage, ..self })
    }

    /// Takes the answer of who signed in.
    ///
    /// # Errors
    /// When the code leads nowhere, or none of `presented` is the hash of that sign-in's secret.
    pub fn answer(self, presented: &[SecretHash], yes: bool, now: Timestamp) -> Result<Self, EntryRefusal> {
        self.enter(now)?;
        let stage = match &self.stage {
            Stage::SignedIn { person, proof } if presented.iter().any(|hash| hash.matches(proof)) => {
                match yes {
                    true => Stage::Approved(person.clone()),
                    false => Stage::Declined,
                }
            }
            _ => return Err(EntryRefusal::NotSignedIn),
        };
        Ok(Self { stage, ..self })
    }

    /// What a device hears that asks now, as `client`, through `tenant` (`None` where no tenant is named).
    ///
    /// # Errors
    /// The reason why there are no tokens.
    pub fn poll(
        &self,
        client: AppId,
        tenant: Option<TenantId>,
        now: Timestamp,
    ) -> Result<&SignedInPerson, PollRefusal> {
        let named = match &self.stage {
            Stage::SignedIn { person, .. } | Stage::Approved(person) => Some(person.tenant),
            Stage::Waiting | Stage::Declined | Stage::Redeemed => self.tenant,
        };
        let other = |asked| named.is_some_and(|own| own != asked);
        if client != self.client || tenant.is_some_and(other) {
            return Err(PollRefusal::OtherClient);
        }
        match &self.stage {
            Stage::Redeemed => Err(PollRefusal::Used),
            Stage::Declined => Err(PollRefusal::Declined),
            _ if self.expired(now) => Err(PollRefusal::Expired),
            Stage::Approved(person) => Ok(person),
            Stage::Waiting | Stage::SignedIn { .. } => {
                let soon = |last: Timestamp| now.since(last) < TOO_SOON;
                Err(match self.polled_at.is_some_and(soon) {
                    true => PollRefusal::SlowDown,
                    false => PollRefusal::Pending,
                })
            }
        }
    }

    /// Who signed in for it, if somebody did and has not answered.
    pub fn signed_in(&self) -> Option<&SignedInPerson> {
        match &self.stage {
            Stage::SignedIn { person, .. } => Some(person),
            Stage::Waiting | Stage::Approved(_) | Stage::Declined | Stage::Redeemed => None,
        }
    }

    /// Whether the person said no.
    pub fn is_declined(&self) -> bool {
        matches!(self.stage, Stage::Declined)
    }

    fn expired(&self, now: Timestamp) -> bool {
        now.since(self.created_at) > LIFETIME
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_names::HashKeyId;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
    const CLIENT: AppId = AppId::from_u128(1);
    const TENANT: TenantId = TenantId::from_u128(2);

    fn hash(byte: u8) -> SecretHash {
        SecretHash::new(HashKeyId::from_u128(9), [byte; 32])
    }

    fn person() -> SignedInPerson {
        SignedInPerson {
            tenant: TENANT,
            user: ObjectId::from_u128(3),
            methods: "pwd".to_owned(),
            at: NOW,
        }
    }

    fn fresh(tenant: Option<TenantId>) -> DeviceGrant {
        DeviceGrant {
            device: hash(1),
            user_code: hash(2),
            tenant,
            client: CLIENT,
            wanted: Wanted {
                resource: None,
                scope: Some("openid".to_owned()),
            },
            second_factor: false,
            source: "192.0.2.1".to_owned(),
            created_at: NOW,
            polled_at: None,
            stage: Stage::Waiting,
        }
    }

    fn poll(grant: &DeviceGrant, now: Timestamp) -> Result<ObjectId, PollRefusal> {
        grant.poll(CLIENT, None, now).map(|person| person.user)
    }

    #[test]
    fn only_who_signed_in_answers_and_only_once() {
        let signed = fresh(None).sign_in(person(), hash(3), NOW).unwrap();
        assert_eq!(poll(&signed, NOW), Err(PollRefusal::Pending));
        let stranger = signed.clone().answer(&[hash(4)], true, NOW);
        assert_eq!(stranger.unwrap_err(), EntryRefusal::NotSignedIn);
        assert_eq!(
            fresh(None).answer(&[hash(3)], true, NOW).unwrap_err(),
            EntryRefusal::NotSignedIn
        );
        let approved = signed.clone().answer(&[hash(4), hash(3)], true, NOW).unwrap();
        assert_eq!(poll(&approved, NOW), Ok(person().user));
        assert_eq!(
            approved.answer(&[hash(3)], false, NOW).unwrap_err(),
            EntryRefusal::Used
        );
        let declined = signed.answer(&[hash(3)], false, NOW).unwrap();
        assert_eq!(poll(&declined, NOW), Err(PollRefusal::Declined));
    }

    #[test]
    fn a_code_is_for_one_client_and_one_tenant() {
        let other = TenantId::from_u128(7);
        let refused = fresh(Some(other)).sign_in(person(), hash(3), NOW);
        assert_eq!(refused.unwrap_err(), EntryRefusal::OtherTenant);
        let approved = DeviceGrant {
            stage: Stage::Approved(person()),
            ..fresh(None)
        };
        let ask = |client, tenant| approved.poll(client, tenant, NOW).map(|_| ());
        assert_eq!(ask(CLIENT, Some(TENANT)), Ok(()));
        assert_eq!(ask(CLIENT, Some(other)), Err(PollRefusal::OtherClient));
        assert_eq!(ask(AppId::from_u128(8), None), Err(PollRefusal::OtherClient));
    }

    #[test]
    fn it_ends_after_fifteen_minutes_also_when_approved() {
        let late = NOW.plus(LIFETIME).plus(Duration::seconds(1));
        assert_eq!(fresh(None).enter(NOW.plus(LIFETIME)), Ok(()));
        assert_eq!(fresh(None).enter(late), Err(EntryRefusal::Expired));
        assert_eq!(poll(&fresh(None), late), Err(PollRefusal::Expired));
        let approved = DeviceGrant {
            stage: Stage::Approved(person()),
            ..fresh(None)
        };
        assert_eq!(poll(&approved, late), Err(PollRefusal::Expired));
        let redeemed = DeviceGrant {
            stage: Stage::Redeemed,
            ..fresh(None)
        };
        assert_eq!(poll(&redeemed, late), Err(PollRefusal::Used));
    }

    #[test]
    fn a_device_that_keeps_to_the_interval_never_hears_slow_down() {
        let polled = DeviceGrant {
            polled_at: Some(NOW),
            ..fresh(None)
        };
        let after = |seconds| poll(&polled, NOW.plus(Duration::seconds(seconds)));
        assert_eq!(after(1), Err(PollRefusal::SlowDown));
        assert_eq!(after(2), Err(PollRefusal::Pending));
        assert_eq!(after(5), Err(PollRefusal::Pending));
    }
}
