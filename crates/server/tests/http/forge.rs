//! Tokens made by hand with the server's true keys, to differ from right ones in a single thing.

use crate::harness::{Caller, NOW, World};
use doorward_domain::signing_key::KeyUse;
use doorward_protocol::jose::{JwsHeader, SigningKeyPair, encode_rs256};
use doorward_store::signing_key::StoredKey;
use doorward_store::{self as store};
use serde_json::{Value, json};

/// The keys of a server.
pub struct Forge(Vec<StoredKey>);

impl Forge {
    pub async fn of(world: &World) -> Self {
        Self(world.app.store.read(store::signing_key::list).await.unwrap())
    }

    /// A token with these claims, signed by the key of that use.
    pub fn sign(&self, key_use: KeyUse, claims: &Value) -> String {
        let of_use = |stored: &&StoredKey| stored.key.signs() && stored.key.key_use == key_use;
        let stored = self.0.iter().find(of_use).unwrap();
        let pair = SigningKeyPair::from_pkcs8(stored.private.expose()).unwrap();
        let bytes = serde_json::to_vec(claims).unwrap();
        let header = JwsHeader::v1(&stored.key.name.0);
        let token = encode_rs256(&header, &bytes, |input| pair.sign(input)).unwrap();
        token.expose().clone()
    }
}

/// The claims of a service principal's right token.
pub fn claims_of(app: &Caller, issuer: &str, audience: &str) -> Value {
    let now = NOW.unix_seconds();
    let is_v2 = issuer.ends_with("v2.0");
    let (client, version) = if is_v2 { ("azp", "2.0") } else { ("appid", "1.0") };
    let mut claims = json!({
        "aud": audience, "iss": issuer, "iat": now, "nbf": now, "exp": now + 3600,
        "oid": app.id.to_string(), "sub": app.id.to_string(), "tid": app.tenant.to_string(),
        "uti": "AAAA", "ver": version,
    });
    claims[client] = json!(app.name);
    claims[format!("{client}acr")] = json!("1");
    claims
}
