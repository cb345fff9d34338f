//! TLS: development's private authority, production's certificates from files, and the acceptor over both.
//!
//! TLS always uses the true clock.

pub mod authority;
pub mod files;

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::server::ResolvesServerCert;
use std::sync::Arc;

/// Why no TLS configuration can be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A certificate or key could not be made.
    #[error("could not make a certificate: {0}")]
    Make(#[from] rcgen::Error),
    /// The private authority failed.
    #[error(transparent)]
    Authority(#[from] doorward_authority::AuthorityError),
    /// A certificate and key do not fit, or are not usable.
    #[error("the certificate cannot be used: {0}")]
    Use(#[from] rustls::Error),
    /// A file could not be read.
    #[error("`{path}`: {reason}")]
    File {
        /// Which file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// The one cryptographic provider of every TLS configuration here.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// A server configuration for HTTP/2 and HTTP/1.1 with TLS 1.2 and 1.3 over whatever `resolver` holds now.
///
/// # Errors
/// When the provider supports no protocol version.
pub fn server_config(resolver: Arc<dyn ResolvesServerCert>) -> Result<Arc<ServerConfig>, TlsError> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
