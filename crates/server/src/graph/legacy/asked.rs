//! An application of an older client, whose password was made by the client.

use doorward_domain::application::{MAX_PASSWORD_CREDENTIALS, PasswordCredential};
use doorward_names::{ChosenSecret, CredentialId, MIN_CHOSEN_SECRET};
use doorward_protocol::graph::legacy::{LegacyCreateApplication, LegacyPassword};
use doorward_protocol::graph::{CreateApplication, RequestedParts};

use super::super::{Call, GraphError, applications, passwords};
use crate::entropy;
use crate::http::Response;

/// POST /{tenant}/applications
pub async fn create_application(call: Call) -> Result<Response, GraphError> {
    let asked: LegacyCreateApplication = call.body()?;
    if asked.password_credentials.len() > MAX_PASSWORD_CREDENTIALS {
        return Err(GraphError::TooManyCredentials);
    }
    let credentials = asked
        .password_credentials
        .into_iter()
        .map(|password| credential(&call, password))
        .collect::<Result<Vec<_>, _>>()?;
    let audience = match asked.available_to_other_tenants {
        Some(true) => "AzureADMultipleOrgs",
        _ => "AzureADMyOrg",
    };
    let wish = CreateApplication {
        display_name: asked.display_name,
        identifier_uris: Some(asked.identifier_uris),
        parts: RequestedParts {
            sign_in_audience: Some(audience.to_owned()),
            ..RequestedParts::default()
        },
    };
    applications::create_with(call, wish, credentials).await
}

/// A short text is good enough for development alone, where nobody but this machine reaches the server.
fn credential(call: &Call, asked: LegacyPassword) -> Result<PasswordCredential, GraphError> {
    let app = &call.ctx.app;
    let min = if app.development.is_some() {
        1
    } else {
        MIN_CHOSEN_SECRET
    };
    let secret = asked
        .value
        .and_then(|text| ChosenSecret::new(text, min))
        .ok_or_else(|| {
            let text =
                format!("A password's value has to have {min} to 256 characters, all of them printable.");
            GraphError::Invalid(text)
        })?;
    let starts_at = asked.start_date.unwrap_or(call.ctx.now);
    let ends_at = asked
        .end_date
        .unwrap_or_else(|| starts_at.plus(passwords::DEFAULT_LIFETIME));
    if ends_at <= starts_at {
        let text = "endDate has to be later than startDate.".to_owned();
        return Err(GraphError::Invalid(text));
    }
    Ok(PasswordCredential {
        id: asked
            .key_id
            .unwrap_or_else(|| CredentialId::from_random(entropy::bytes())),
        display_name: None,
        hint: secret.hint(),
        hash: app.hasher.hash_chosen(&secret).ok_or(GraphError::Unavailable)?,
        starts_at,
        ends_at,
    })
}
