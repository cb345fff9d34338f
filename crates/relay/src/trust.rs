//! The run's authority in the forms in which programs take what they trust: beside the system's authorities in one PEM
//! file, and as a key store of Java's.

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use std::collections::HashSet;

/// The password by which Java checks a key store that has no secrets.
pub const JAVA_PASSWORD: &str = "changeit";

/// The authorities of `bases`, each once, and then the run's.
pub fn with_authority(bases: &[String], root: &str) -> String {
    let bases = match bases {
        [] => String::new(),
        [one] => one.trim().to_owned(),
        several => once(several),
    };
    format!("{bases}\n{}\n", root.trim()).trim_start().to_owned()
}

/// Every certificate of several files, once.
fn once(files: &[String]) -> String {
    let mut seen = HashSet::new();
    let mut text = String::new();
    for file in files {
        let certificates = CertificateDer::pem_slice_iter(file.as_bytes());
        for certificate in certificates.filter_map(Result::ok) {
            if seen.insert(certificate.to_vec()) {
                let body = STANDARD.encode(&certificate);
                let lines: Vec<_> = body.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
                text.push_str(&format!(
                    "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
                    lines.join("\n")
                ));
            }
        }
    }
    text
}

/// The certificates of a PEM file as a key store in Java's own format, JKS version 2 (`sun.security.provider.JavaKeyStore`),
/// which every Java reads: header, a trusted certificate for each, and a digest keyed by the password. `made_at`:
/// milliseconds since the epoch.
pub fn java_trust_store(pem: &str, made_at: i64) -> Vec<u8> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .filter_map(Result::ok)
        .collect();
    let mut store = Vec::new();
    let number = |store: &mut Vec<u8>, number: usize| {
        store.extend(u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes());
    };
    let text = |store: &mut Vec<u8>, text: &str| {
        store.extend(u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes());
        store.extend(text.as_bytes());
    };
    number(&mut store, 0xfeed_feed);
    number(&mut store, 2);
    number(&mut store, certificates.len());
    for (place, certificate) in certificates.iter().enumerate() {
        // A trusted certificate; the other kind of entry is a private key.
        number(&mut store, 2);
        text(&mut store, &format!("authority-{place}"));
        store.extend(made_at.to_be_bytes());
        text(&mut store, "X.509");
        number(&mut store, certificate.len());
        store.extend_from_slice(certificate);
    }
    let mut digest = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    let password: Vec<u8> = JAVA_PASSWORD.encode_utf16().flat_map(u16::to_be_bytes).collect();
    digest.update(&password);
    digest.update(b"Mighty Aphrodite");
    digest.update(&store);
    store.extend(digest.finish().as_ref());
    store
}
