//! `/{tenant}/oauth2/…` and discovery.

mod admin_consent;
mod authorize;
mod claims;
mod client_credentials;
mod conditional_access;
mod consent;
mod device_code;
mod discovery;
mod guests;
mod keys;
mod lockout;
mod many;
mod on_behalf_of;
mod optional_claims;
mod own_password;
mod password_grant;
mod people;
mod refresh_token;
pub mod registered;
mod registered_programs;
mod revocation;
mod second_factor;
mod sign_out;
mod staying;
mod throttle;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_protocol::jose::{JwkSet, UnverifiedToken};
use serde_json::Value;

use crate::harness::World;

/// The claims of a token, verified against the keys that the tenant's discovery leads to.
pub async fn verified(world: &World, tenant: &str, token: &str) -> Value {
    let document = world
        .get(&format!("/{tenant}/v2.0/.well-known/openid-configuration"))
        .await
        .ok();
    let jwks_uri = document["jwks_uri"]
        .as_str()
        .unwrap()
        .strip_prefix(crate::harness::ORIGIN)
        .unwrap()
        .to_owned();
    let keys: JwkSet = serde_json::from_value(world.get(&jwks_uri).await.ok()).unwrap();
    let unverified = UnverifiedToken::parse(token).unwrap();
    let key = keys
        .find(unverified.header().kid.as_ref().unwrap())
        .expect("the token's key is published");
    unverified
        .verify::<Value>(&key.public_key().unwrap())
        .unwrap()
        .into_inner()
}

/// The header of a token.
pub fn header(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap()
}
