//! Private certificate authorities. Critical name constraints (RFC 5280 §4.2.1.10) confine each of them to the names
//! it was made for: whoever trusts one, or steals its key, gains nothing about other names.
//!
//! Deliberately not here: where certificates and keys are kept, TLS itself, the clock, and randomness beside that of
//! key generation.
#![forbid(unsafe_code)]

use base64::Engine as _;
use doorward_names::{Duration, Secret, Timestamp};
pub use rcgen::SanType;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256, SerialNumber,
};
use rustls_pki_types::PrivatePkcs8KeyDer;
use std::net::Ipv6Addr;

/// A certificate or key could not be made.
#[derive(Debug, thiserror::Error)]
#[error("could not make a certificate: {0}")]
pub struct AuthorityError(#[from] rcgen::Error);

/// Fills a buffer with fresh random bytes.
pub type Entropy = fn(&mut [u8]);

/// What an authority is called, what it may sign for, and for how long.
///
/// Every authority may sign for the loopback addresses besides, and for no e-mail address.
#[derive(Debug, Clone)]
pub struct Confines {
    /// What its certificates are called: `NAME root`, `NAME issuing authority`, `NAME server`.
    pub name: &'static str,
    /// DNS names that it may sign for, and those below them.
    pub dns: Vec<String>,
    /// For how long the authority is good.
    pub lifetime: Duration,
    /// For how long what it signs is good.
    pub leaf_lifetime: Duration,
}

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

impl Authority {
    /// Makes an authority within `confines`.
    ///
    /// # Errors
    /// When a key cannot be made.
    pub fn make(confines: &Confines, now: Timestamp, entropy: Entropy) -> Result<Self, AuthorityError> {
        let root_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let issuing_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let params = confines.root(now, entropy);
        let root = params.clone().self_signed(&root_key)?;
        let issuer = Issuer::new(params, root_key);
        let issuing = confines.issuing(now, entropy).signed_by(&issuing_key, &issuer)?;
        Ok(Self {
            root: root.pem(),
            issuing: Credential {
                certificate: issuing.pem(),
                key: Secret::new(issuing_key.serialize_der()),
            },
        })
    }

    /// Signs a server certificate for `names`; what the authority may not sign for, every verifier refuses. The
    /// result's certificate is the chain that a server sends: leaf, then issuing certificate.
    ///
    /// # Errors
    /// When the authority cannot be read, or a key not be made.
    pub fn sign_leaf(
        &self,
        confines: &Confines,
        names: Vec<SanType>,
        (now, entropy): (Timestamp, Entropy),
    ) -> Result<Credential, AuthorityError> {
        let issuing_key = KeyPair::try_from(&PrivatePkcs8KeyDer::from(self.issuing.key.expose().as_slice()))?;
        let issuer = Issuer::new(confines.issuing(now, entropy), issuing_key);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = confines.params("server", (now, entropy), confines.leaf_lifetime);
        params.subject_alt_names = names;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let leaf = params.signed_by(&key, &issuer)?;
        Ok(Credential {
            certificate: format!("{}{}", leaf.pem(), self.issuing.certificate),
            key: Secret::new(key.serialize_der()),
        })
    }
}

impl Confines {
    fn root(&self, now: Timestamp, entropy: Entropy) -> CertificateParams {
        self.authority("root", 1, (now, entropy))
    }

    fn issuing(&self, now: Timestamp, entropy: Entropy) -> CertificateParams {
        self.authority("issuing authority", 0, (now, entropy))
    }

    fn authority(&self, title: &str, tiers_below: u8, made: (Timestamp, Entropy)) -> CertificateParams {
        let mut params = self.params(title, made, self.lifetime);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(tiers_below));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let names = self.dns.iter().cloned().map(GeneralSubtree::DnsName);
        let others = [
            GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 0], [255, 0, 0, 0])),
            GeneralSubtree::IpAddress(CidrSubnet::V6(Ipv6Addr::LOCALHOST.octets(), [255; 16])),
            // A form of name without a permitted subtree would be free: confine e-mail to a name that cannot be.
            GeneralSubtree::Rfc822Name("localhost.invalid".to_owned()),
        ];
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: names.chain(others).collect(),
            excluded_subtrees: vec![],
        });
        params
    }

    fn params(
        &self,
        title: &str,
        (now, entropy): (Timestamp, Entropy),
        lifetime: Duration,
    ) -> CertificateParams {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, format!("{} {title}", self.name));
        params.serial_number = Some(SerialNumber::from(serial(entropy)));
        params.not_before = at(now.minus(Duration::hours(24)));
        params.not_after = at(now.plus(lifetime));
        params
    }
}

/// A random positive serial number (RFC 5280 §4.1.2.2).
fn serial(entropy: Entropy) -> Vec<u8> {
    let mut serial = [0_u8; 16];
    entropy(&mut serial);
    if let Some(first) = serial.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    serial.to_vec()
}

fn at(instant: Timestamp) -> time::OffsetDateTime {
    time::OffsetDateTime::from_unix_timestamp(instant.unix_seconds())
        .unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
}
