//! What a location of Microsoft.MachineLearningServices has: sizes of machines. Nothing is rationed here.

use doorward_protocol::arm::List;
use serde_json::{Value, json};

use super::super::call::ok;
use crate::http::Response;

/// Sizes that computes may have: name, family, cores, memory in GiB, and GPUs.
pub const VM_SIZES: &[(&str, &str, u32, f64, u32)] = &[
    ("Standard_DS1_v2", "standardDSv2Family", 1, 3.5, 0),
    ("Standard_DS2_v2", "standardDSv2Family", 2, 7.0, 0),
    ("Standard_DS3_v2", "standardDSv2Family", 4, 14.0, 0),
    ("Standard_DS4_v2", "standardDSv2Family", 8, 28.0, 0),
    ("Standard_DS11_v2", "standardDSv2Family", 2, 14.0, 0),
    ("Standard_DS12_v2", "standardDSv2Family", 4, 28.0, 0),
    ("Standard_D2_v2", "standardDv2Family", 2, 7.0, 0),
    ("Standard_D4s_v3", "standardDSv3Family", 4, 16.0, 0),
    ("Standard_E4s_v3", "standardESv3Family", 4, 32.0, 0),
    ("Standard_F4s_v2", "standardFSv2Family", 4, 8.0, 0),
    ("Standard_NC6", "standardNCFamily", 6, 56.0, 1),
    ("Standard_NC6s_v3", "standardNCSv3Family", 6, 112.0, 1),
    (
        "Standard_NC24ads_A100_v4",
        "standardNCADSA100v4Family",
        24,
        220.0,
        1,
    ),
    ("Standard_ND96asr_v4", "standardNDASv4_A100Family", 96, 900.0, 8),
];

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
