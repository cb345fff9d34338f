//! Making a signing key: RSA with 2048 bits, and the self-signed certificate that names it.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use doorward_domain::signing_key::KeyName;
use doorward_names::{Duration, Secret, Timestamp};
use doorward_protocol::jose::certificate_thumbprint;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, SerialNumber};
use rustls_pki_types::PrivatePkcs8KeyDer;

use crate::entropy;
use crate::tls::TlsError;

/// A signing key that was just made.
#[derive(Clone)]
pub struct NewKey {
    /// base64url of the SHA-1 of the certificate: `kid` and `x5t`.
    pub name: KeyName,
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// The private key, PKCS#8 DER.
    pub private: Secret<Vec<u8>>,
}

/// Makes a signing key; takes some tenths of a second of one core.
///
/// # Errors
/// When the cryptographic library refuses.
pub fn make_signing_key(now: Timestamp) -> Result<NewKey, TlsError> {
    let unavailable = || rcgen::Error::KeyGenerationUnavailable;
    let pair = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).map_err(|_| unavailable())?;
    let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| unavailable())?;
    let private = Secret::new(pkcs8.as_ref().to_vec());
    let key = KeyPair::from_pkcs8_der_and_sign_algo(
        &PrivatePkcs8KeyDer::from(private.expose().as_slice()),
        &PKCS_RSA_SHA256,
    )?;
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "Doorward token signing");
    params.serial_number = Some(SerialNumber::from(
        entropy::bytes::<8>().map(|b| b & 0x7f | 1).to_vec(),
    ));
    let instant = |at: Timestamp| time::OffsetDateTime::from_unix_timestamp(at.unix_seconds());
    params.not_before = instant(now.minus(Duration::hours(24))).unwrap_or(params.not_before);
    params.not_after = instant(now.plus(Duration::days(5 * 365))).unwrap_or(params.not_after);
    let certificate = params.self_signed(&key)?.der().to_vec();
    Ok(NewKey {
        name: KeyName(certificate_thumbprint(&certificate)),
        certificate,
        private,
    })
}
