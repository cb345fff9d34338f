//! Development's private certificate authority. Its critical name constraints (RFC 5280 §4.2.1.10) confine it to
//! `localhost` and the loopback addresses: whoever trusts it, or steals its key, gains nothing about other names.

use base64::Engine as _;
use doorward_names::{Duration, Secret, Timestamp};
pub use rcgen::SanType;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256, SerialNumber,
};
use rustls_pki_types::PrivatePkcs8KeyDer;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::TlsError;
use crate::entropy;

const AUTHORITY_LIFETIME: Duration = Duration::days(3650);
const LEAF_LIFETIME: Duration = Duration::days(397);

/// A certificate in PEM form and its private key in PKCS#8 DER.
#[derive(Clone)]
pub struct Credential {
    /// The certificate, PEM.
    pub certificate: String,
    /// The private key.
    pub key: Secret<Vec<u8>>,
}

impl Credential {
    /// The private key, PEM.
    pub fn key_pem(&self) -> zeroize::Zeroizing<String> {
        let body = base64::engine::general_purpose::STANDARD.encode(self.key.expose());
        let lines: Vec<_> = body.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        zeroize::Zeroizing::new(format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            lines.join("\n")
        ))
    }
}

/// The authority: a root that others trust, and the issuing certificate under it that signs.
///
/// The root's key is thrown away as soon as it has signed the issuing certificate. Two tiers are needed because a
/// verifier may ignore the constraints of the very certificate that it was told to trust (RFC 5280 §6.1.1 d), and
/// Java does.
#[derive(Clone)]
pub struct Authority {
    /// The root's certificate, PEM: what others trust.
    pub root: String,
    /// The issuing certificate and its key.
    pub issuing: Credential,
}

/// Makes an authority that may sign for `localhost`, 127.0.0.0/8 and ::1, and for no e-mail address.
///
/// # Errors
/// When a key cannot be made.
pub fn make(now: Timestamp) -> Result<Authority, TlsError> {
    let root_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let issuing_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let root = authority_params(ROOT, 1, now).self_signed(&root_key)?;
    let issuer = Issuer::new(authority_params(ROOT, 1, now), root_key);
    let issuing = authority_params(ISSUING, 0, now).signed_by(&issuing_key, &issuer)?;
    Ok(Authority {
        root: root.pem(),
        issuing: Credential {
            certificate: issuing.pem(),
            key: Secret::new(issuing_key.serialize_der()),
        },
    })
}

/// Signs a server certificate for `localhost`, 127.0.0.1 and ::1.
///
/// # Errors
/// When the authority cannot be read, or a key not be made.
pub fn sign_loopback_leaf(authority: &Authority, now: Timestamp) -> Result<Credential, TlsError> {
    let names = vec![
        SanType::DnsName("localhost".try_into()?),
        SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        SanType::IpAddress(IpAddr::V6(Ipv6Addr::LOCALHOST)),
    ];
    sign_leaf(authority, names, now)
}

/// Signs a server certificate for `names`; what the authority may not sign for, every verifier refuses. The result's
/// certificate is the chain that a server sends: leaf, then issuing certificate.
///
/// # Errors
/// When the authority cannot be read, or a key not be made.
pub fn sign_leaf(authority: &Authority, names: Vec<SanType>, now: Timestamp) -> Result<Credential, TlsError> {
    let issuing_key = KeyPair::try_from(&PrivatePkcs8KeyDer::from(
        authority.issuing.key.expose().as_slice(),
    ))?;
    let issuer = Issuer::new(authority_params(ISSUING, 0, now), issuing_key);
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = base_params("Doorward development server", now, LEAF_LIFETIME);
    params.subject_alt_names = names;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let leaf = params.signed_by(&key, &issuer)?;
    Ok(Credential {
        certificate: format!("{}{}", leaf.pem(), authority.issuing.certificate),
        key: Secret::new(key.serialize_der()),
    })
}

const ROOT: &str = "Doorward development root";
const ISSUING: &str = "Doorward development issuing authority";

fn authority_params(common_name: &str, tiers_below: u8, now: Timestamp) -> CertificateParams {
    let mut params = base_params(common_name, now, AUTHORITY_LIFETIME);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(tiers_below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 0], [255, 0, 0, 0])),
            GeneralSubtree::IpAddress(CidrSubnet::V6(Ipv6Addr::LOCALHOST.octets(), [255; 16])),
            // A form of name without a permitted subtree would be free: confine e-mail to a name that cannot be.
            GeneralSubtree::Rfc822Name("localhost.invalid".to_owned()),
        ],
        excluded_subtrees: vec![],
    });
    params
}

fn base_params(common_name: &str, now: Timestamp, lifetime: Duration) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.serial_number = Some(SerialNumber::from(serial()));
    params.not_before = at(now.minus(Duration::hours(24)));
    params.not_after = at(now.plus(lifetime));
    params
}

/// A random positive serial number (RFC 5280 §4.1.2.2).
fn serial() -> Vec<u8> {
    let mut serial = entropy::bytes::<16>();
    if let Some(first) = serial.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    serial.to_vec()
}

fn at(instant: Timestamp) -> time::OffsetDateTime {
    time::OffsetDateTime::from_unix_timestamp(instant.unix_seconds())
        .unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
}
