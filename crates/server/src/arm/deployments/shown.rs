//! A deployment and its steps, as they are shown and kept.

use doorward_domain::arm::Resource;
use doorward_names::Scope;
use doorward_protocol::arm::{
    Deployment, DeploymentOperation, DeploymentOperationProperties, DeploymentProperties, PutDeployment,
    TargetResource,
};
use doorward_protocol::paths::{ArmPath, DeploymentTail};
use serde_json::{Map, Value, json};

use super::Kept;
use crate::arm::ArmError;
use crate::arm::call::Call;
use crate::arm::catalogue::find_type;
use crate::arm::template::{Plan, Step};

const TYPE: &str = "Microsoft.Resources/deployments";

/// What a plan makes at its own level, as operations tell it: resources alone, which is what clients know to read.
fn operations(call: &Call, at: &Scope, plan: &Plan) -> Vec<DeploymentOperation> {
    let made = plan.steps.iter().filter_map(|step| match step {
        Step::Resource { scope, .. } => Some(scope),
        Step::Group { .. } | Step::Deployment { .. } => None,
    });
    made.enumerate()
        .map(|(number, scope)| {
            let id = format!("{:016X}", number + 1);
            DeploymentOperation {
                id: format!("{at}/operations/{id}"),
                operation_id: id,
                properties: DeploymentOperationProperties {
                    provisioning_operation: "Create".to_owned(),
                    provisioning_state: "Succeeded".to_owned(),
                    timestamp: call.ctx.now.to_seven_digits(),
                    duration: "PT0.1S".to_owned(),
                    status_code: "OK".to_owned(),
                    target_resource: Some(target(scope)),
                },
            }
        })
        .collect()
}

/// A resource as operations name it, spelt in the one way.
fn target(scope: &Scope) -> TargetResource {
    let kind = scope.resource_type().unwrap_or_default();
    let spelt = find_type(&kind).map(|(provider, entry)| format!("{}/{}", provider.namespace, entry.name));
    let kind_text = spelt.unwrap_or_else(|| kind.clone());
    TargetResource {
        id: spell(scope, &kind, &kind_text),
        resource_type: kind_text,
        resource_name: scope.name().to_owned(),
    }
}

fn spell(scope: &Scope, kind: &str, spelt: &str) -> String {
    let text = scope.to_string();
    match (kind.split_once('/'), spelt.split_once('/')) {
        (Some((old, _)), Some((new, _))) => {
            text.replacen(&format!("/providers/{old}/"), &format!("/providers/{new}/"), 1)
        }
        _ => text,
    }
}

/// A deployment that was carried out.
pub fn deployment(
    call: &Call,
    (at, scope): (&Scope, &Scope),
    asked: &PutDeployment,
    plan: &Plan,
    operations: &[DeploymentOperation],
) -> Deployment {
    let outputs = operations
        .iter()
        .filter_map(|operation| operation.properties.target_resource.as_ref());
    Deployment {
        id: ArmPath::Deployments(scope.clone(), DeploymentTail::One(at.name().to_owned())).to_string(),
        name: at.name().to_owned(),
        kind: TYPE.to_owned(),
        location: asked.location.clone(),
        properties: DeploymentProperties {
            provisioning_state: "Succeeded".to_owned(),
            correlation_id: call.ctx.correlation.to_string(),
            timestamp: call.ctx.now.to_seven_digits(),
            duration: "PT0.1S".to_owned(),
            mode: "Incremental".to_owned(),
            parameters: plan.parameters.clone(),
            outputs: plan.outputs.clone(),
            providers: providers(operations),
            dependencies: plan.dependencies.clone(),
            output_resources: outputs.map(|target| json!({"id": target.id})).collect(),
        },
    }
}

fn providers(operations: &[DeploymentOperation]) -> Vec<Value> {
    let mut all: Map<String, Value> = Map::new();
    for target in operations
        .iter()
        .filter_map(|operation| operation.properties.target_resource.as_ref())
    {
        if let Some((namespace, kind)) = target.resource_type.split_once('/') {
            let types = all.entry(namespace.to_owned()).or_insert_with(|| json!([]));
            let shown = json!({"resourceType": kind, "locations": [null]});
            if let Some(types) = types.as_array_mut().filter(|types| !types.contains(&shown)) {
                types.push(shown);
            }
        }
    }
    all.into_iter()
        .map(|(namespace, types)| json!({"namespace": namespace, "resourceTypes": types}))
        .collect()
}

/// What is kept of a deployment.
pub fn record(
    call: &Call,
    (at, scope): (&Scope, &Scope),
    asked: &PutDeployment,
    plan: &Plan,
) -> Result<Resource, ArmError> {
    let operations = operations(call, at, plan);
    let kept = Kept {
        deployment: deployment(call, (at, scope), asked, plan, &operations),
        operations,
    };
    Ok(Resource {
        tenant: call.tenant(),
        scope: at.clone(),
        location: asked.location.clone(),
        tags: asked.tags.clone().unwrap_or_default(),
        body: serde_json::to_string(&kept).map_err(|e| ArmError::Body(e.to_string()))?,
        version: 1,
        created_at: call.ctx.now,
        changed_at: call.ctx.now,
    })
}
