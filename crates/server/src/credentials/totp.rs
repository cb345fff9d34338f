//! Codes of authenticator apps: TOTP (RFC 6238) with SHA-1, six digits and half minutes, which every app knows.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use doorward_domain::second_factor::{SECRET_BYTES, STEP_SECONDS, steps};
use doorward_names::{Secret, SecretString, Timestamp};
use std::fmt::{self, Write as _};

const DIGITS: usize = 6;
const MODULUS: u32 = 1_000_000;

/// What an authenticator app and the server know.
pub type TotpSecret = Secret<[u8; SECRET_BYTES]>;

/// Six digits that a person typed.
#[derive(Clone)]
pub struct TypedCode(SecretString);

impl TypedCode {
    /// Reads what was typed, with blanks wherever they like; `None` when it is no six digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.chars().filter(|c| !c.is_whitespace());
        let digits: String = digits.take(DIGITS + 1).collect();
        let fits = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        let digits = SecretString::new(digits);
        fits.then_some(Self(digits))
    }
}

impl fmt::Debug for TypedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Which of the steps that are taken now shows this code; the latest, should several.
pub fn matching_step(secret: &TotpSecret, typed: &TypedCode, now: Timestamp) -> Option<i64> {
    let mut matched = None;
    for step in steps(now) {
        let shown = code(secret, step);
        let right = verify_slices_are_equal(shown.expose().as_bytes(), typed.0.expose().as_bytes()).is_ok();
        if right {
            matched = matched.max(Some(step));
        }
    }
    matched
}

/// What an app shows in a step (RFC 4226 §5.3).
pub fn code(secret: &TotpSecret, step: i64) -> SecretString {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.expose());
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag.last().copied().unwrap_or_default() & 0x0f);
    let number = tag
        .iter()
        .skip(offset)
        .take(4)
        .fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
    let mut text = String::with_capacity(DIGITS);
    // Writing into a String cannot fail.
    let _ = write!(text, "{:06}", (number & 0x7fff_ffff) % MODULUS);
    SecretString::new(text)
}

/// The secret as apps take it by hand (RFC 4648 §6), 32 letters and digits.
pub fn base32(secret: &TotpSecret) -> SecretString {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(SECRET_BYTES * 8 / 5);
    for five in secret.expose().chunks(5) {
        let bits = five
            .iter()
            .fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        for at in (0..8_u32).rev() {
            let index = usize::try_from((bits >> (5 * at)) & 31).unwrap_or_default();
            text.push(LETTERS.get(index).copied().map_or('A', char::from));
        }
    }
    SecretString::new(text)
}

/// The URI that an app reads out of a QR code.
pub fn uri(secret: &TotpSecret, issuer: &str, account: &str) -> SecretString {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode as encode};
    let (issuer, account) = (
        encode(issuer, NON_ALPHANUMERIC),
        encode(account, NON_ALPHANUMERIC),
    );
    SecretString::new(format!(
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}",
        base32(secret).expose()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> TotpSecret {
        Secret::new(*b"12345678901234567890")
    }

    #[test]
    fn the_codes_are_those_of_the_standard() {
        // RFC 4226 appendix D; RFC 6238 appendix B, whose eight digits end in these six.
        let shown = |step| code(&secret(), step).expose().clone();
        for (step, expected) in (0..).zip(["755224", "287082", "359152", "969429", "338314"]) {
            assert_eq!(shown(step), expected);
        }
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(shown(seconds / STEP_SECONDS), expected);
        }
    }

    #[test]
    fn a_code_is_right_in_its_step_and_on_either_side() {
        let typed = |text| TypedCode::parse(text).unwrap();
        let at = |seconds| {
            matching_step(
                &secret(),
                &typed("287 082"),
                Timestamp::from_unix_seconds(seconds),
            )
        };
        for (seconds, expected) in [(0, Some(1)), (59, Some(1)), (89, Some(1)), (90, None)] {
            assert_eq!(at(seconds), expected, "{seconds}");
        }
        for wrong in ["", "28708", "2870822", "28708a", "２８７０８２"] {
            assert!(TypedCode::parse(wrong).is_none(), "{wrong}");
        }
        assert_eq!(format!("{:?}", typed("287082")), "[redacted]");
    }

    #[test]
    fn an_app_reads_the_secret_out_of_the_uri() {
        let text = uri(&secret(), "Doorward", "alice+1@contoso.example");
        assert_eq!(
            text.expose(),
            "otpauth://totp/Doorward:alice%2B1%40contoso%2Eexample?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Doorward&algorithm=SHA1&digits=6&period=30"
        );
    }
}
