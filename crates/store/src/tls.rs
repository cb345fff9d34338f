//! TLS certificates with their sealed private keys, by name.

use crate::revision::EVERYWHERE;
use crate::sealing::{Place, Purpose};
use crate::value::values;
use crate::{QueryError, Tx, View};
use doorward_names::Secret;

/// A certificate and its private key.
pub type Certificate = (Vec<u8>, Secret<Vec<u8>>);

fn place(name: &str) -> Place<'_> {
    Place {
        table: "tls_certificate",
        column: "private",
        tenant: EVERYWHERE,
        row: name.as_bytes(),
    }
}

/// The certificate of that name with its private key, both in the form they were put in.
///
/// # Errors
/// When the store fails, or the private key is not what was sealed here.
pub fn get(view: &View<'_>, name: &str) -> Result<Option<Certificate>, QueryError> {
    let sql = "SELECT name, certificate, private FROM tls_certificate WHERE name = $1";
    let found = view.find("tls_certificate", sql, values![name], |row| {
        row.text("name")?;
        Ok((row.bytes("certificate")?, row.bytes("private")?))
    })?;
    match found {
        None => Ok(None),
        Some((certificate, sealed)) => Ok(Some((
            certificate,
            view.unseal(Purpose::Tls, &place(name), &sealed)?,
        ))),
    }
}

/// Writes the certificate of that name, sealing its private key.
///
/// # Errors
/// When the store fails.
pub fn put(
    tx: &mut Tx<'_>,
    name: &str,
    certificate: &[u8],
    private: &Secret<Vec<u8>>,
) -> Result<(), QueryError> {
    let sealed = tx.seal(Purpose::Tls, &place(name), private.expose())?;
    let sql = "INSERT INTO tls_certificate (name, certificate, private) VALUES ($1, $2, $3) \
               ON CONFLICT (name) DO UPDATE SET certificate = excluded.certificate, private = excluded.private";
    tx.execute(sql, values![name, certificate, sealed]).map(|_| ())
}
