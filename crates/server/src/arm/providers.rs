//! `/providers`: what can be made, and whether a subscription may.

use doorward_domain::audit::Event;
use doorward_names::SubscriptionId;
use doorward_protocol::arm::{List, Provider, ProviderType};
use doorward_protocol::paths::ArmPath;
use doorward_store as store;

use super::ArmError;
use super::access::Authorized;
use super::call::{Call, ok};
use super::catalogue::{PLACES, PROVIDERS, ProviderEntry, find_provider};
use crate::http::Response;

/// GET [/subscriptions/{id}]/providers
pub async fn list(call: &Call, of: Option<SubscriptionId>) -> Result<Response, ArmError> {
    let states = states(call, of).await?;
    let all: Vec<_> = PROVIDERS
        .iter()
        .map(|entry| to_wire(entry, of, &states))
        .collect();
    Ok(ok(&List::from(all)))
}

/// GET [/subscriptions/{id}]/providers/{namespace}
pub async fn get(call: &Call, of: Option<SubscriptionId>, namespace: &str) -> Result<Response, ArmError> {
    let entry = find_provider(namespace).ok_or_else(|| unknown(namespace))?;
    Ok(ok(&to_wire(entry, of, &states(call, of).await?)))
}

/// POST /subscriptions/{id}/providers/{namespace}/register and …/unregister
pub async fn register(
    call: &Call,
    id: SubscriptionId,
    namespace: &str,
    (registered, authorized): (bool, Authorized),
) -> Result<Response, ArmError> {
    let entry = find_provider(namespace).ok_or_else(|| unknown(namespace))?;
    if entry.registration {
        let (tenant, now, key) = (call.tenant(), call.ctx.now, entry.namespace.to_lowercase());
        call.change(&authorized, Event::ResourceWritten, move |tx| {
            store::provider_registration::put(tx, (tenant, id), &key, (registered, now)).map(Ok)
        })
        .await?;
    }
    get(call, Some(id), namespace).await
}

/// The refusal of a namespace that isn't here.
pub fn unknown(namespace: &str) -> ArmError {
    let shown: String = namespace.chars().filter(|c| !c.is_control()).take(64).collect();
    ArmError::NotFound(
        "InvalidResourceNamespace",
        format!("The resource namespace '{shown}' is invalid."),
    )
}

async fn states(call: &Call, of: Option<SubscriptionId>) -> Result<Vec<(String, bool)>, ArmError> {
    let Some(id) = of else { return Ok(Vec::new()) };
    let tenant = call.tenant();
    let found = call
        .ctx
        .app
        .store
        .read(move |view| store::provider_registration::list(view, tenant, id));
    Ok(found.await?)
}

/// Whether a provider may be used: it may until somebody says otherwise.
pub fn is_registered(entry: &ProviderEntry, states: &[(String, bool)]) -> bool {
    let key = entry.namespace.to_lowercase();
    let found = states.iter().find(|(namespace, _)| *namespace == key);
    !entry.registration || found.is_none_or(|(_, registered)| *registered)
}

fn to_wire(entry: &ProviderEntry, of: Option<SubscriptionId>, states: &[(String, bool)]) -> Provider {
    let state = if is_registered(entry, states) {
        "Registered"
    } else {
        "Unregistered"
    };
    let locations: Vec<String> = PLACES.iter().map(|place| place.display_name.to_owned()).collect();
    let types = entry.types.iter().map(|kind| ProviderType {
        resource_type: kind.name.to_owned(),
        locations: locations.clone(),
        api_versions: kind
            .versions
            .iter()
            .map(|version| (*version).to_owned())
            .collect(),
        capabilities: "None".to_owned(),
    });
    Provider {
        id: ArmPath::Provider(of, entry.namespace.to_owned()).to_string(),
        namespace: entry.namespace.to_owned(),
        registration_policy: match entry.registration {
            true => "RegistrationRequired",
            false => "RegistrationFree",
        }
        .to_owned(),
        registration_state: of.map(|_| state.to_owned()),
        resource_types: types.collect(),
    }
}
