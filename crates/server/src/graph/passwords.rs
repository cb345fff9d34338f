//! `addPassword` and `removePassword` of applications and service principals. The server makes the text and shows it
//! once; what stays is its keyed hash.

use doorward_domain::application::{MAX_PASSWORD_CREDENTIALS, PasswordCredential};
use doorward_domain::audit::Event;
use doorward_domain::directory::rights::Action;
use doorward_names::{CredentialId, DisplayName, Duration, GeneratedSecret, SecretKind};
use doorward_protocol::graph as wire;
use doorward_store as store;

use super::access::{OrFail as _, change};
use super::holder::{Holder, permitted};
use super::{Call, GraphError, entity, no_content, to_wire};
use crate::entropy;
use crate::http::Response;

/// How long a password is valid when nobody says (Graph: two years).
pub(super) const DEFAULT_LIFETIME: Duration = Duration::days(730);

/// POST …/addPassword
pub async fn add(call: Call, holder: Holder) -> Result<Response, GraphError> {
    let asked = call
        .body::<wire::AddPassword>()?
        .password_credential
        .unwrap_or_default();
    let secret = GeneratedSecret::from_entropy(SecretKind::Client, entropy::bytes());
    let starts_at = asked.start_date_time.unwrap_or(call.ctx.now);
    let ends_at = asked
        .end_date_time
        .unwrap_or_else(|| starts_at.plus(DEFAULT_LIFETIME));
    if ends_at <= starts_at {
        return Err(GraphError::Invalid(
            "endDateTime has to be later than startDateTime.".to_owned(),
        ));
    }
    let credential = PasswordCredential {
        id: CredentialId::from_random(entropy::bytes()),
        display_name: asked.display_name.as_deref().map(DisplayName::new).transpose()?,
        hint: secret.hint(),
        hash: call.ctx.app.hasher.hash(&secret).ok_or(GraphError::Unavailable)?,
        starts_at,
        ends_at,
    };
    let new = credential.clone();
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let object = permitted(tx, acting, &holder, Action::AddCredential)?;
        if store::credential::list(tx, acting.tenant, object)
            .or_fail()?
            .len()
            >= MAX_PASSWORD_CREDENTIALS
        {
            return Err(GraphError::TooManyCredentials.into());
        }
        store::credential::insert(tx, acting.tenant, object, &new).or_fail()??;
        acting.record(
            tx,
            Event::CredentialAdded,
            object,
            &format!("password {}", new.id),
        )
    })
    .await?;
    let shown = wire::PasswordCredential {
        secret_text: Some(secret.as_secret().clone()),
        ..to_wire::password(&credential)
    };
    Ok(entity(&call, "microsoft.graph.passwordCredential", &shown))
}

/// POST …/removePassword
pub async fn remove(call: Call, holder: Holder) -> Result<Response, GraphError> {
    let asked: wire::RemovePassword = call.body()?;
    change(&call.ctx, call.bearer.clone(), move |tx, acting| {
        let object = permitted(tx, acting, &holder, Action::RemoveCredential)?;
        if !store::credential::delete(tx, acting.tenant, object, asked.key_id).or_fail()? {
            let text = format!("No password credential found with keyId '{}'.", asked.key_id);
            return Err(GraphError::Invalid(text).into());
        }
        acting.record(
            tx,
            Event::CredentialRemoved,
            object,
            &format!("password {}", asked.key_id),
        )
    })
    .await?;
    Ok(no_content())
}
