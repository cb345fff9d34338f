//! azure_identity: `ClientSecretCredential`, its tokens verified with the jsonwebtoken crate.

use std::error::Error;

use azure_core::credentials::{Secret, TokenCredential};
use azure_identity::ClientSecretCredential;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Scene {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    tenant: String,
    client_id: String,
    client_secret: String,
    scope: String,
    times: u32,
    audience: String,
    discovery: String,
}

type Failure = Box<dyn Error>;

async fn document(url: &str) -> Result<Value, Failure> {
    let text = reqwest::get(url).await?.error_for_status()?.text().await?;
    Ok(serde_json::from_str(&text)?)
}

/// The token's header and claims, after jsonwebtoken has verified it against the published keys.
async fn verify(token: &str, case: &Case) -> Result<Value, Failure> {
    let discovery = document(&case.discovery).await?;
    let (Some(issuer), Some(keys)) = (discovery["issuer"].as_str(), discovery["jwks_uri"].as_str()) else {
        return Err("the discovery document lacks issuer or jwks_uri".into());
    };
    let keys: JwkSet = serde_json::from_value(document(keys).await?)?;
    let header = jsonwebtoken::decode_header(token)?;
    let kid = header.kid.clone().ok_or("the token has no kid")?;
    let key = keys.find(&kid).ok_or("the token's kid is not published")?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[&case.audience]);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["aud", "exp", "iss", "sub"]);
    let decoded = jsonwebtoken::decode::<Value>(token, &DecodingKey::from_jwk(key)?, &validation)?;
    Ok(json!({"header": serde_json::to_value(header)?, "claims": decoded.claims}))
}

async fn call(case: &Case) -> Result<(Vec<Value>, String), Failure> {
    let secret = Secret::new(case.client_secret.clone());
    let credential = ClientSecretCredential::new(&case.tenant, case.client_id.clone(), secret, None)?;
    let mut verified = Vec::new();
    let mut shown = String::new();
    for _ in 0..case.times {
        let token = credential.get_token(&[&case.scope], None).await?;
        verified.push(verify(token.token.secret(), case).await?);
        shown = format!("expires_on={}", token.expires_on);
    }
    Ok((verified, shown))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let path = std::env::args()
        .nth(1)
        .ok_or("usage: azure-identity-judge CASES")?;
    let scene: Scene = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    for case in &scene.cases {
        let line = match call(case).await {
            Ok((tokens, shown)) => json!({"case": case.name, "tokens": tokens, "shown": shown}),
            Err(error) => json!({"case": case.name, "shown": chain(error.as_ref())}),
        };
        println!("{line}");
    }
    Ok(())
}

/// An error and its causes, one a line, as most programs print them.
fn chain(error: &dyn Error) -> String {
    let mut lines = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(inner) = cause {
        lines.push(format!("caused by: {inner}"));
        cause = inner.source();
    }
    lines.join("\n")
}
