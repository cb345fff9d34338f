//! What can be allowed: the operations of each provider, in words.

use doorward_domain::rbac::{Operation, Plane, operations_by_provider, operations_by_type};
use doorward_names::Scope;
use doorward_protocol::arm::{self as wire, List};
use doorward_protocol::paths::{ArmPath, AuthorizationTail};

use crate::arm::ArmError;
use crate::arm::call::ok;
use crate::arm::providers::unknown;
use crate::http::Response;

/// GET /providers/Microsoft.Authorization/providerOperations
pub fn list() -> Response {
    ok(&List::from(
        operations_by_provider().filter_map(to_wire).collect::<Vec<_>>(),
    ))
}

/// GET /providers/Microsoft.Authorization/providerOperations/{namespace}
pub fn get(namespace: &str) -> Result<Response, ArmError> {
    let found = of(namespace).and_then(to_wire);
    Ok(ok(&found.ok_or_else(|| unknown(namespace))?))
}

/// GET /providers/{namespace}/operations
pub fn of_provider(namespace: &str) -> Result<Response, ArmError> {
    let all = of(namespace).ok_or_else(|| unknown(namespace))?;
    let all = all.iter().map(|operation| wire::ProviderOperation {
        name: operation.action.to_string(),
        is_data_action: operation.plane == Plane::Data,
        display: wire::OperationDisplay {
            provider: operation.provider_words(),
            resource: operation.resource_words(),
            operation: operation.words(),
            description: operation.words(),
        },
    });
    Ok(ok(&List::from(all.collect::<Vec<_>>())))
}

fn of(namespace: &str) -> Option<&'static [Operation]> {
    operations_by_provider().find(|of_provider| {
        of_provider
            .first()
            .is_some_and(|first| first.provider.eq_ignore_ascii_case(namespace))
    })
}

fn to_wire(of_provider: &[Operation]) -> Option<wire::ProviderOperations> {
    let first = of_provider.first()?;
    let mut operations = Vec::new();
    let mut resource_types = Vec::new();
    for of_type in operations_by_type(of_provider) {
        let all: Vec<_> = of_type.iter().map(one).collect();
        match of_type.first() {
            Some(first) if !first.resource_type.is_empty() => {
                resource_types.push(wire::ProviderOperationsType {
                    name: first.resource_type.to_string(),
                    display_name: first.resource_words(),
                    operations: all,
                })
            }
            _ => operations.extend(all),
        }
    }
    let name = first.provider.to_string();
    let tail = AuthorizationTail::ProviderOperationsOf(name.clone());
    Some(wire::ProviderOperations {
        id: ArmPath::Authorization(Scope::root(), tail).to_string(),
        name,
        kind: "Microsoft.Authorization/providerOperations".to_owned(),
        display_name: first.provider_words(),
        resource_types,
        operations,
    })
}

fn one(operation: &Operation) -> wire::Operation {
    wire::Operation {
        name: operation.action.to_string(),
        display_name: operation.words(),
        description: operation.words(),
        origin: None,
        is_data_action: operation.plane == Plane::Data,
    }
}
