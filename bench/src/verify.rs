//! Every token of a run: its signature, issuer and audience are right, and its `uti` is its own.

use std::collections::HashMap;
use std::collections::HashSet;
use std::io::Write;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Failure;

#[derive(Deserialize)]
pub struct Wish {
    tokens: String,
    /// The published keys, a JWK set.
    keys: Value,
    issuer: String,
    audience: String,
    /// Where the `uti` of every token goes, one a line.
    utis: String,
}

#[derive(Serialize)]
pub struct Verified {
    tokens: usize,
    distinct_utis: usize,
    distinct_clients: usize,
}

pub fn verify(wish: &Wish) -> Result<Verified, Failure> {
    let mut keys = HashMap::new();
    for key in wish.keys["keys"]
        .as_array()
        .ok_or("the key document has no keys")?
    {
        let part = |name: &str| -> Result<Vec<u8>, Failure> {
            Ok(URL_SAFE_NO_PAD.decode(key[name].as_str().ok_or("a key without n or e")?)?)
        };
        let kid = key["kid"].as_str().ok_or("a key without kid")?;
        keys.insert(
            kid.to_owned(),
            RsaPublicKeyComponents {
                n: part("n")?,
                e: part("e")?,
            },
        );
    }
    let text = std::fs::read_to_string(&wish.tokens)?;
    let (mut utis, mut clients, mut count) = (HashSet::new(), HashSet::new(), 0);
    for token in text.lines() {
        let (signed, signature) = token.rsplit_once('.').ok_or("not a JWS")?;
        let (header, claims) = signed.split_once('.').ok_or("not a JWS")?;
        let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header)?)?;
        if header["alg"] != "RS256" {
            return Err(format!("alg is {}", header["alg"]).into());
        }
        let key = keys
            .get(header["kid"].as_str().unwrap_or_default())
            .ok_or("a kid that isn't published")?;
        key.verify(
            &RSA_PKCS1_2048_8192_SHA256,
            signed.as_bytes(),
            &URL_SAFE_NO_PAD.decode(signature)?,
        )
        .map_err(|_| "a signature is wrong")?;
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?;
        if claims["iss"] != wish.issuer.as_str() || claims["aud"] != wish.audience.as_str() {
            return Err(format!("iss is {}, aud is {}", claims["iss"], claims["aud"]).into());
        }
        utis.insert(claims["uti"].as_str().ok_or("a token without uti")?.to_owned());
        clients.insert(
            claims["appid"]
                .as_str()
                .ok_or("a token without appid")?
                .to_owned(),
        );
        count += 1;
    }
    let mut out = std::io::BufWriter::new(std::fs::File::create(&wish.utis)?);
    for uti in &utis {
        writeln!(out, "{uti}")?;
    }
    out.flush()?;
    Ok(Verified {
        tokens: count,
        distinct_utis: utis.len(),
        distinct_clients: clients.len(),
    })
}
