//! What a developer needs, kept in the data directory: `dev-credentials`, and the private authority's certificate.

use doorward_names::{Secret, SecretString, Timestamp};
use doorward_store::{self as store, QueryError, Store};
use rustls::sign::CertifiedKey;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde::{Deserialize, Serialize};

use super::BootError;
use super::data_directory::DataDirectory;
use crate::tls::authority::{self, Authority, Credential};
use crate::tls::files::certified_key;

const FILE: &str = "dev-credentials";
const CA_FILE: &str = "ca.pem";

/// The content of `dev-credentials`.
#[derive(Serialize, Deserialize)]
pub struct DevCredentials {
    /// The administrator's sign-in name.
    pub admin_upn: String,
    /// The administrator's password.
    #[serde(with = "as_text")]
    pub admin_password: SecretString,
}

mod as_text {
    use doorward_names::{Secret, SecretString};
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}

impl DevCredentials {
    /// Reads them; `None` when the file is not there.
    pub fn load(data: &DataDirectory) -> Result<Option<Self>, BootError> {
        let path = data.file(FILE);
        let fail = |reason: String| BootError::File {
            path: path.clone(),
            reason,
        };
        match std::fs::read(&path) {
            Ok(bytes) => {
                let bytes = zeroize::Zeroizing::new(bytes);
                serde_json::from_slice(&bytes)
                    .map(Some)
                    .map_err(|_| fail("holds no credentials".to_owned()))
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(fail(e.to_string())),
        }
    }

    /// Writes them.
    pub fn save(&self, data: &DataDirectory) -> Result<(), BootError> {
        let json = zeroize::Zeroizing::new(serde_json::to_vec_pretty(self).unwrap_or_default());
        data.write_private(FILE, &json)?;
        Ok(())
    }
}

/// The server's certificate under the private authority, made or renewed when needed; also writes the authority's
/// certificate to `ca.pem`, for others to trust.
pub async fn certificate(
    data: &DataDirectory,
    store: &Store,
    now: Timestamp,
) -> Result<(CertifiedKey, std::path::PathBuf), BootError> {
    let authority = match load(store).await? {
        Some(authority) => authority,
        None => save(store, authority::make(now)?).await?,
    };
    let ca_file = data.file(CA_FILE);
    if std::fs::read(&ca_file).ok().as_deref() != Some(authority.root.as_bytes()) {
        data.write_private(CA_FILE, authority.root.as_bytes())?;
    }
    // A fresh leaf for every start: nothing has to be renewed, and nothing old lies about.
    let leaf = authority::sign_loopback_leaf(&authority, now)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf.key.expose().clone()));
    Ok((certified_key(leaf.certificate.as_bytes(), key)?, ca_file))
}

/// The names under which the store keeps the two tiers; of the root there is no key.
const ROOT: &str = "development-root";
const ISSUING: &str = "development-issuing";

async fn load(store: &Store) -> Result<Option<Authority>, BootError> {
    let found = store
        .read(|view| Ok::<_, QueryError>((store::tls::get(view, ROOT)?, store::tls::get(view, ISSUING)?)))
        .await?;
    let (Some((root, _)), Some((certificate, key))) = found else {
        return Ok(None);
    };
    let text = |bytes| {
        String::from_utf8(bytes).map_err(|_| {
            BootError::Store("table `tls_certificate` holds an impossible `certificate`".to_owned())
        })
    };
    let issuing = Credential {
        certificate: text(certificate)?,
        key,
    };
    Ok(Some(Authority {
        root: text(root)?,
        issuing,
    }))
}

async fn save(store: &Store, authority: Authority) -> Result<Authority, BootError> {
    let kept = authority.clone();
    store
        .write(move |tx| {
            store::tls::put(tx, ROOT, kept.root.as_bytes(), &Secret::new(Vec::new()))?;
            store::tls::put(
                tx,
                ISSUING,
                kept.issuing.certificate.as_bytes(),
                &kept.issuing.key,
            )
        })
        .await?;
    Ok(authority)
}
