//! The second factor of a person: an authenticator app whose codes change every half minute (TOTP, RFC 6238), and
//! recovery codes for who has lost it.
//!
//! Deliberately not here: how a code is computed out of the secret.

use doorward_names::{Duration, ObjectId, Secret, TenantId, Timestamp};

/// How long one code is shown (RFC 6238 §5.2), in seconds.
pub const STEP_SECONDS: i64 = 30;

/// Bytes of the secret: as many as SHA-1 gives (RFC 4226 §4, R6).
pub const SECRET_BYTES: usize = 20;

/// How many recovery codes a person is given.
pub const RECOVERY_CODES: usize = 10;

/// How long after the first factor the second may be proven, and a new one enrolled.
pub const PATIENCE: Duration = Duration::minutes(10);

/// A person's authenticator app.
#[derive(Debug, Clone)]
pub struct SecondFactor {
    /// Its id (Graph `softwareOathMethods/{id}`).
    pub id: ObjectId,
    /// The person's tenant.
    pub tenant: TenantId,
    /// The person.
    pub user: ObjectId,
    /// What the app and the server know.
    pub secret: Secret<[u8; SECRET_BYTES]>,
    /// The last half minute whose code was taken, counted from 1970.
    pub last_step: i64,
    /// Since when it counts.
    pub enrolled_at: Timestamp,
}

/// Why a second factor does not prove anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FactorRefusal {
    /// The code is wrong.
    #[error("the code is wrong")]
    Wrong,
    /// The recovery code is wrong, or was used.
    #[error("the recovery code is wrong, or was used before")]
    WrongRecoveryCode,
    /// The code, or a later one, was taken before (RFC 6238 §5.2).
    #[error("the code was used before")]
    Used,
    /// There is none any more.
    #[error("the account has no second factor")]
    None,
}

/// What a person has to do after what they have proven already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing more.
    Nothing,
    /// Prove the second factor.
    Proof,
    /// Enrol one first.
    Enrolment,
}

/// The steps whose codes are taken now: the present one, and one on either side for clocks that differ and people who
/// type slowly.
pub fn steps(now: Timestamp) -> [i64; 3] {
    let present = step(now);
    [present, present - 1, present + 1]
}

/// The step of `now`.
pub fn step(now: Timestamp) -> i64 {
    now.unix_seconds().div_euclid(STEP_SECONDS)
}

impl SecondFactor {
    /// Takes the code of a step, once: never it again, nor an earlier one.
    ///
    /// # Errors
    /// When there is no such step, or it was taken.
    pub fn spend(self, matched: Option<i64>) -> Result<Self, FactorRefusal> {
        let step = matched.ok_or(FactorRefusal::Wrong)?;
        match step > self.last_step {
            true => Ok(Self {
                last_step: step,
                ..self
            }),
            false => Err(FactorRefusal::Used),
        }
    }
}

/// Whether a session with these methods (`amr`, space-separated) has a second factor behind it.
pub fn is_multiple(methods: &str) -> bool {
    methods.split(' ').any(|method| method == "mfa")
}

/// The methods once a one-time code was proven as well (RFC 8176 §2).
pub fn with_code(methods: &str) -> String {
    match is_multiple(methods) {
        true => methods.to_owned(),
        false => format!("{methods} otp mfa"),
    }
}

/// What is needed yet of a person who has proven `methods`: who has enrolled a second factor is asked for it, and who
/// has none enrols one where it is demanded.
pub fn need(methods: &str, enrolled: bool, demanded: bool) -> Need {
    match (is_multiple(methods), enrolled, demanded) {
        (true, _, _) | (false, false, false) => Need::Nothing,
        (false, true, _) => Need::Proof,
        (false, false, true) => Need::Enrolment,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

    fn factor(last_step: i64) -> SecondFactor {
        SecondFactor {
            id: ObjectId::from_u128(1),
            tenant: TenantId::from_u128(2),
            user: ObjectId::from_u128(3),
            secret: Secret::new([7; SECRET_BYTES]),
            last_step,
            enrolled_at: NOW,
        }
    }

    #[test]
    fn a_step_is_taken_once_and_none_before_it() {
        assert_eq!(steps(NOW), [60_000_000, 59_999_999, 60_000_001]);
        assert_eq!(step(NOW.plus(Duration::seconds(29))), 60_000_000);
        assert_eq!(step(NOW.plus(Duration::seconds(30))), 60_000_001);
        let spent = |last, matched| factor(last).spend(matched).map(|factor| factor.last_step);
        assert_eq!(spent(9, Some(10)), Ok(10));
        assert_eq!(spent(10, Some(10)), Err(FactorRefusal::Used));
        assert_eq!(spent(11, Some(10)), Err(FactorRefusal::Used));
        assert_eq!(spent(9, None), Err(FactorRefusal::Wrong));
        assert!(!format!("{:?}", factor(1)).contains("7, 7"));
    }

    #[test]
    fn who_has_one_is_asked_and_who_has_none_only_where_it_is_demanded() {
        assert_eq!(with_code("pwd"), "pwd otp mfa");
        assert_eq!(with_code("pwd otp mfa"), "pwd otp mfa");
        for (methods, enrolled, demanded, expected) in [
            ("pwd", false, false, Need::Nothing),
            ("pwd", true, false, Need::Proof),
            ("pwd", true, true, Need::Proof),
            ("pwd", false, true, Need::Enrolment),
            ("pwd otp mfa", true, true, Need::Nothing),
            ("pwd otp mfa", false, true, Need::Nothing),
        ] {
            assert_eq!(
                need(methods, enrolled, demanded),
                expected,
                "{methods} {enrolled} {demanded}"
            );
        }
    }
}
