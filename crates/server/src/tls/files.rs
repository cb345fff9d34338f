//! Production's certificate: read from files, and read again when they change.

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::{TlsError, provider};

/// Holds the certificate in use.
#[derive(Debug)]
pub struct CertificateSlot {
    current: arc_swap::ArcSwap<CertifiedKey>,
}

impl CertificateSlot {
    /// A slot with this certificate.
    pub fn new(certificate: CertifiedKey) -> Arc<Self> {
        Arc::new(Self {
            current: arc_swap::ArcSwap::new(Arc::new(certificate)),
        })
    }

    /// Puts another in its place; connections that stand keep theirs.
    pub fn replace(&self, certificate: CertifiedKey) {
        self.current.store(Arc::new(certificate));
    }
}

impl ResolvesServerCert for CertificateSlot {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load_full())
    }
}

/// A certificate chain and its key, checked to fit.
///
/// # Errors
/// When either cannot be read as PEM, or they do not fit.
pub fn certified_key(chain_pem: &[u8], key_der: PrivateKeyDer<'static>) -> Result<CertifiedKey, TlsError> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(chain_pem)
        .collect::<Result<_, _>>()
        .map_err(|e| TlsError::File {
            path: "certificate".to_owned(),
            reason: format!("not PEM certificates: {e}"),
        })?;
    if chain.is_empty() {
        return Err(TlsError::File {
            path: "certificate".to_owned(),
            reason: "holds no certificate".to_owned(),
        });
    }
    Ok(CertifiedKey::from_der(chain, key_der, &provider())?)
}

/// Where production's certificate lies.
#[derive(Debug, Clone)]
pub struct CertificateFiles {
    /// The chain, leaf first, PEM.
    pub certificate: PathBuf,
    /// The leaf's private key, PEM.
    pub key: PathBuf,
}

impl CertificateFiles {
    /// Reads both.
    ///
    /// # Errors
    /// Which file is wrong, and how.
    pub fn load(&self) -> Result<CertifiedKey, TlsError> {
        let chain = read(&self.certificate)?;
        let key_pem = zeroize::Zeroizing::new(read(&self.key)?);
        let key = PrivateKeyDer::from_pem_slice(&key_pem).map_err(|_| TlsError::File {
            path: self.key.display().to_string(),
            reason: "holds no private key in PEM form".to_owned(),
        })?;
        certified_key(&chain, key)
    }

    /// When either was last written.
    pub fn modified(&self) -> Option<(SystemTime, SystemTime)> {
        let of = |path: &Path| std::fs::metadata(path).and_then(|m| m.modified()).ok();
        Some((of(&self.certificate)?, of(&self.key)?))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|e| TlsError::File {
        path: path.display().to_string(),
        reason: e.to_string(),
    })
}
