//! RSA keys: signing pairs out of PKCS#8, public keys out of their components.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;

use super::JoseError;

/// The smallest modulus that signs or verifies.
pub const MIN_RSA_BITS: usize = 2048;

/// The largest modulus that is accepted.
const MAX_RSA_BITS: usize = 8192;

/// A key's or certificate's name: base64url of the SHA-1 of the certificate's DER (`x5t`, RFC 7515 §4.1.7).
pub fn certificate_thumbprint(certificate_der: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate_der))
}

/// An RSA private key that signs RS256. Shows nothing of itself.
pub struct SigningKeyPair {
    pair: KeyPair,
    public: PublicKey,
}

impl SigningKeyPair {
    /// Takes a private key in PKCS#8 DER.
    ///
    /// # Errors
    /// When it is not an RSA key, or has fewer than [`MIN_RSA_BITS`].
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, JoseError> {
        let pair = KeyPair::from_pkcs8(der).map_err(|_| JoseError::MalformedKey)?;
        let public = PublicKey::from_pkcs1(pair.public_key().as_ref())?;
        Ok(Self { pair, public })
    }

    /// RS256 over `message` (RFC 7518 §3.3). Takes about a millisecond.
    ///
    /// # Errors
    /// When the library refuses; never because of the message.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, JoseError> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        // PKCS #1 v1.5 is deterministic: the random source blinds, and does not show in the signature.
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| JoseError::SigningFailed)?;
        Ok(signature)
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }
}

impl fmt::Debug for SigningKeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKeyPair([redacted])")
    }
}

/// An RSA public key of at least [`MIN_RSA_BITS`].
#[derive(Clone)]
pub struct PublicKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    parsed: ParsedPublicKey,
}

impl PublicKey {
    /// Takes modulus and exponent, big-endian; leading zeros are left aside.
    ///
    /// # Errors
    /// When the modulus is too small or too large, or the library refuses the pair.
    pub fn from_components(modulus: Vec<u8>, exponent: Vec<u8>) -> Result<Self, JoseError> {
        let (modulus, exponent) = (without_zeros(modulus), without_zeros(exponent));
        let bits = bit_length(&modulus);
        if bits < MIN_RSA_BITS {
            return Err(JoseError::WeakKey);
        }
        let odd = exponent.last().is_some_and(|byte| byte % 2 == 1);
        if bits > MAX_RSA_BITS || !odd || bit_length(&exponent) > 33 || exponent == [1] {
            return Err(JoseError::MalformedKey);
        }
        let parsed = PublicKeyComponents {
            n: &modulus,
            e: &exponent,
        }
        .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
        .map_err(|_| JoseError::MalformedKey)?;
        Ok(Self {
            modulus,
            exponent,
            parsed,
        })
    }

    /// Reads `RSAPublicKey` (RFC 8017 appendix A.1.1): a DER sequence of two integers.
    fn from_pkcs1(der: &[u8]) -> Result<Self, JoseError> {
        let read = || {
            let (sequence, []) = der_value(0x30, der)? else {
                return None;
            };
            let (modulus, rest) = der_value(0x02, sequence)?;
            let (exponent, []) = der_value(0x02, rest)? else {
                return None;
            };
            Some((modulus.to_vec(), exponent.to_vec()))
        };
        let (modulus, exponent) = read().ok_or(JoseError::MalformedKey)?;
        Self::from_components(modulus, exponent)
    }

    /// The modulus, big-endian without leading zeros.
    pub fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// The exponent, big-endian without leading zeros.
    pub fn exponent(&self) -> &[u8] {
        &self.exponent
    }

    /// Whether `signature` is RS256 of `message` under this key.
    ///
    /// # Errors
    /// [`JoseError::WrongSignature`] when it is not.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), JoseError> {
        self.parsed
            .verify_sig(message, signature)
            .map_err(|_| JoseError::WrongSignature)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey(RSA, {} bits)", bit_length(&self.modulus))
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.modulus == other.modulus && self.exponent == other.exponent
    }
}

impl Eq for PublicKey {}

fn without_zeros(bytes: Vec<u8>) -> Vec<u8> {
    bytes.into_iter().skip_while(|byte| *byte == 0).collect()
}

fn bit_length(bytes: &[u8]) -> usize {
    let zeros = bytes.first().map_or(0, |byte| byte.leading_zeros());
    bytes.len() * 8 - usize::try_from(zeros).unwrap_or(0)
}

/// The contents of a DER value with this tag, and what follows it.
fn der_value(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match usize::from(*first) {
        short @ 0..=0x7f => (short, rest),
        long => {
            let (digits, rest) = rest
                .split_at_checked(long - 0x80)
                .filter(|(digits, _)| digits.len() <= 3)?;
            (
                digits
                    .iter()
                    .fold(0, |length, digit| length << 8 | usize::from(*digit)),
                rest,
            )
        }
    };
    if *found == tag {
        rest.split_at_checked(length)
    } else {
        None
    }
}
