//! TLS by rustls and aws-lc-rs: the system's certificate authorities, and one more from a file.

use crate::Error;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;
use std::path::Path;
use std::sync::Arc;

/// The configuration of every connection.
///
/// # Errors
/// [`Error::CaFile`] when the file can't be read or holds no certificate.
pub(crate) fn configuration(ca_file: Option<&Path>) -> Result<rustls::ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let extra = ca_file.map(read_certificates).transpose()?.unwrap_or_default();
    let unusable = |e: rustls::Error| Error::Invalid(format!("TLS can't be set up: {e}"));
    let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(&provider)).map_err(unusable)?;
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let fail = |reason: String| Error::CaFile {
        path: path.to_owned(),
        reason,
    };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| match e {
            rustls::pki_types::pem::Error::Io(e) => fail(e.to_string()),
            _ => fail("it is not in PEM form".to_owned()),
        })?;
    if certificates.is_empty() {
        Err(fail("it holds no certificate".to_owned()))
    } else {
        Ok(certificates)
    }
}
