//! TLS by rustls and aws-lc-rs: one certificate authority from a file, and the system's.
//!
//! The system's are many, and reading them takes longer than most commands; so they are read only when the one from the
//! file doesn't settle the matter.

use crate::Error;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The configuration of every connection.
///
/// # Errors
/// [`Error::CaFile`] when the file can't be read or holds no certificate.
pub(crate) fn configuration(ca_file: Option<&Path>) -> Result<rustls::ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let unusable = |e: rustls::Error| Error::Invalid(format!("TLS can't be set up: {e}"));
    let verifier: Arc<dyn ServerCertVerifier> = match ca_file {
        None => Arc::new(Verifier::new(Arc::clone(&provider)).map_err(unusable)?),
        Some(path) => Arc::new(FileFirst::new(path, Arc::clone(&provider))?),
    };
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

/// Verifies by the authorities of a file, and, where these don't know the server, by the system's.
#[derive(Debug)]
struct FileFirst {
    file: Arc<WebPkiServerVerifier>,
    system: OnceLock<Result<Verifier, rustls::Error>>,
    provider: Arc<CryptoProvider>,
}

impl FileFirst {
    fn new(path: &Path, provider: Arc<CryptoProvider>) -> Result<Self, Error> {
        let unusable = |reason: String| Error::CaFile {
            path: path.to_owned(),
            reason,
        };
        let mut roots = RootCertStore::empty();
        for certificate in read_certificates(path)? {
            roots.add(certificate).map_err(|e| unusable(e.to_string()))?;
        }
        let file = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(|e| unusable(e.to_string()))?;
        Ok(Self {
            file,
            system: OnceLock::new(),
            provider,
        })
    }
}

impl ServerCertVerifier for FileFirst {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let by_file =
            self.file
                .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let unknown = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        match by_file {
            Err(error) if error == unknown => {
                let system = self
                    .system
                    .get_or_init(|| Verifier::new(Arc::clone(&self.provider)));
                system.as_ref().map_err(Clone::clone)?.verify_server_cert(
                    end_entity,
                    intermediates,
                    server_name,
                    ocsp_response,
                    now,
                )
            }
            settled => settled,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.file.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.file.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.file.supported_verify_schemes()
    }
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
