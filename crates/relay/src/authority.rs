//! The run's certificate authority: made at the start, confined to Azure's names, and without a key as soon as its one
//! leaf is signed.

use doorward_authority::{Authority, AuthorityError, Confines, SanType};
use doorward_names::{Duration, Timestamp};
use doorward_protocol::azure_hosts::{NAMES, WORKSPACE_SUFFIX};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::sync::Arc;

/// Longer than a run takes; a certificate that outlives its run can do nothing, for nobody has its key.
const LIFETIME: Duration = Duration::days(30);

/// A certificate for every name, the TLS configuration that shows it, and what has to be trusted for that.
pub struct Leaf {
    /// The root's certificate, PEM.
    pub root: String,
    pub(crate) tls: Arc<ServerConfig>,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum LeafError {
    /// A certificate could not be made.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// It could not be used.
    #[error("the run's certificate cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}

impl Leaf {
    /// Makes authority and leaf; the keys of root and issuing authority are gone when this returns.
    ///
    /// # Errors
    /// When the cryptographic library refuses.
    pub fn make(now: Timestamp) -> Result<Self, LeafError> {
        let confines = Confines {
            name: "Doorward run",
            dns: NAMES
                .iter()
                .map(|(name, _)| (*name).to_owned())
                .chain([WORKSPACE_SUFFIX.trim_start_matches('.').to_owned()])
                .collect(),
            lifetime: LIFETIME,
            leaf_lifetime: LIFETIME,
        };
        let authority = Authority::make(&confines, now, entropy)?;
        let names = NAMES
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .chain([format!("*{WORKSPACE_SUFFIX}")]);
        let names = names.filter_map(|name| name.try_into().ok().map(SanType::DnsName));
        let leaf = authority.sign_leaf(&confines, names.collect(), (now, entropy))?;
        let chain: Vec<_> = CertificateDer::pem_slice_iter(leaf.certificate.as_bytes())
            .filter_map(Result::ok)
            .collect();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf.key.expose().clone()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut tls = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            root: authority.root,
            tls: Arc::new(tls),
        })
    }
}

/// Random bytes of the cryptographic library.
pub(crate) fn entropy(buffer: &mut [u8]) {
    if aws_lc_rs::rand::fill(buffer).is_err() {
        tracing::error!("the system gives no random bytes; stopping");
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

    #[derive(Debug)]
    struct Now;

    impl rustls::time_provider::TimeProvider for Now {
        fn current_time(&self) -> Option<rustls_pki_types::UnixTime> {
            let since = std::time::Duration::from_secs(NOW.unix_seconds().unsigned_abs());
            Some(rustls_pki_types::UnixTime::since_unix_epoch(since))
        }
    }

    #[test]
    fn the_leaf_is_good_for_every_name_and_for_no_other() {
        let leaf = Leaf::make(NOW).unwrap();
        let root = CertificateDer::from_pem_slice(leaf.root.as_bytes()).unwrap();
        let mut roots = rustls::RootCertStore::empty();
        roots.add(root).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let client = rustls::ClientConfig::builder_with_details(provider, Arc::new(Now))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let verifier = Arc::new(client);
        let good = |name: &str| {
            let name = rustls_pki_types::ServerName::try_from(name.to_owned()).unwrap();
            let mut client = rustls::ClientConnection::new(Arc::clone(&verifier), name).unwrap();
            let mut server = rustls::ServerConnection::new(Arc::clone(&leaf.tls)).unwrap();
            shake_hands(&mut client, &mut server)
        };
        for (name, _) in NAMES {
            assert!(good(name), "{name}");
        }
        assert!(good("westeurope.api.azureml.ms"));
        for name in [
            "portal.azure.com",
            "example.com",
            "a.b.api.azureml.ms",
            "www.aka.ms",
        ] {
            assert!(!good(name), "{name}");
        }
    }

    fn shake_hands(client: &mut rustls::ClientConnection, server: &mut rustls::ServerConnection) -> bool {
        for _ in 0..10 {
            let mut bytes = Vec::new();
            while client.wants_write() {
                client.write_tls(&mut bytes).unwrap();
            }
            let mut read = bytes.as_slice();
            while !read.is_empty() {
                server.read_tls(&mut read).unwrap();
            }
            if server.process_new_packets().is_err() {
                return false;
            }
            let mut bytes = Vec::new();
            while server.wants_write() {
                server.write_tls(&mut bytes).unwrap();
            }
            let mut read = bytes.as_slice();
            while !read.is_empty() {
                client.read_tls(&mut read).unwrap();
            }
            if client.process_new_packets().is_err() {
                return false;
            }
            if !client.is_handshaking() && !server.is_handshaking() {
                return true;
            }
        }
        false
    }
}
