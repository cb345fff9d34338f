//! What a location of Microsoft.MachineLearningServices has: sizes of machines. Nothing is rationed here.

use doorward_protocol::arm::List;
use serde_json::{Value, json};

use crate::arm::call::ok;
use crate::arm::catalogue::VM_SIZES;
use crate::http::Response;

/// GET …/locations/{location}/vmSizes
pub fn vm_sizes() -> Response {
    let all: Vec<Value> = VM_SIZES
        .iter()
        .map(|(name, family, cores, memory, gpus)| {
            json!({
                "name": name, "family": family, "vCPUs": cores, "gpus": gpus, "osVhdSizeMB": 1_047_552,
                "maxResourceVolumeMB": 7168, "memoryGB": memory, "lowPriorityCapable": true, "premiumIO": true,
                "supportedComputeTypes": ["AmlCompute", "ComputeInstance"],
            })
        })
        .collect();
    ok(&json!({"value": all}))
}

/// GET …/locations/{location}/usages
pub fn usages() -> Response {
    ok(&List::<Value>::from(Vec::new()))
}

/// GET …/locations/{location}/quotas
pub fn quotas() -> Response {
    ok(&List::<Value>::from(Vec::new()))
}
