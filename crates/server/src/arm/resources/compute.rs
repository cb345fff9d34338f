//! What a compute is made of: an instance or a cluster, as a record with a state.

use doorward_names::Timestamp;
use doorward_protocol::arm::Resource as Wire;
use serde_json::{Map, Value, json};

use super::putting::{Putting, body};
use crate::arm::ArmError;
use crate::arm::catalogue::VM_SIZES;

/// An instance's type.
pub const INSTANCE: &str = "ComputeInstance";
const CLUSTER: &str = "AmlCompute";

/// Where an instance says for whom it was made.
pub const SETTINGS: &str = "personalComputeInstanceSettings";

/// Nodes of a cluster at most.
const MAX_NODES: u64 = 1000;

/// A compute, new or replaced.
pub fn make(
    putting: &Putting,
    (location, asked): (&str, &Wire),
    before: Option<&Wire>,
) -> Result<Wire, ArmError> {
    let outer = asked.properties.clone().unwrap_or_default();
    let word = outer
        .get("computeType")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let kind = [INSTANCE, CLUSTER]
        .into_iter()
        .find(|kind| kind.eq_ignore_ascii_case(word))
        .ok_or_else(|| {
            let shown: String = word.chars().filter(|c| !c.is_control()).take(64).collect();
            ArmError::Invalid(
                "InvalidComputeType",
                format!("The compute type '{shown}' is not served: '{INSTANCE}' and '{CLUSTER}' are."),
            )
        })?;
    let old = before
        .and_then(|before| before.properties.clone())
        .unwrap_or_default();
    if old.get("computeType").is_some_and(|there| there != kind) {
        return Err(ArmError::Conflict(
            "ComputeTypeMismatch",
            "A compute of this name and another type is there.".to_owned(),
        ));
    }
    let old_inner = old
        .get("properties")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let inner = outer
        .get("properties")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let inner = match kind {
        INSTANCE => instance(putting, inner, &old_inner)?,
        _ => cluster(putting, inner, &old_inner)?,
    };
    let time = putting.now.to_seven_digits();
    let mut properties = Map::new();
    for (name, value) in [
        ("computeType", json!(kind)),
        ("computeLocation", json!(location)),
        ("provisioningState", json!("Succeeded")),
        (
            "createdOn",
            old.get("createdOn").cloned().unwrap_or_else(|| json!(time)),
        ),
        ("modifiedOn", json!(time)),
        (
            "description",
            text(&outer, "description")?.map_or(Value::Null, |text| json!(text)),
        ),
        ("resourceId", Value::Null),
        ("isAttachedCompute", json!(false)),
        ("provisioningErrors", Value::Null),
        (
            "disableLocalAuth",
            outer.get("disableLocalAuth").cloned().unwrap_or(Value::Null),
        ),
        ("properties", Value::Object(inner)),
    ] {
        properties.insert(name.to_owned(), value);
    }
    let mut made = body(properties, asked);
    if made.identity.is_none() {
        made.identity = before.and_then(|before| before.identity.clone());
    }
    Ok(made)
}

fn text(from: &Map<String, Value>, name: &str) -> Result<Option<String>, ArmError> {
    match from.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.chars().count() <= 2048 => Ok(Some(text.clone())),
        Some(_) => Err(ArmError::InvalidRequest(format!(
            "The property '{name}' is a text of at most 2048 characters."
        ))),
    }
}

fn vm_size(inner: &Map<String, Value>) -> Result<String, ArmError> {
    let asked = text(inner, "vmSize")?.unwrap_or_default();
    let found = VM_SIZES
        .iter()
        .find(|(name, ..)| name.eq_ignore_ascii_case(&asked));
    found.map(|(name, ..)| name.to_uppercase()).ok_or_else(|| {
        let shown: String = asked.chars().filter(|c| !c.is_control()).take(64).collect();
        let all: Vec<_> = VM_SIZES.iter().map(|(name, ..)| *name).collect();
        ArmError::Invalid(
            "InvalidVmSize",
            format!(
                "The virtual machine size '{shown}' is not there. There are: {}.",
                all.join(", ")
            ),
        )
    })
}

fn instance(
    putting: &Putting,
    mut inner: Map<String, Value>,
    old: &Map<String, Value>,
) -> Result<Map<String, Value>, ArmError> {
    let size = vm_size(&inner)?;
    let before = text(old, "applicationSharingPolicy")?;
    let policy = text(&inner, "applicationSharingPolicy")?
        .or_else(|| before.clone())
        .unwrap_or_else(|| "Shared".to_owned());
    let policy = ["Personal", "Shared"]
        .into_iter()
        .find(|word| word.eq_ignore_ascii_case(&policy));
    let policy = policy.ok_or_else(|| {
        ArmError::InvalidRequest(
            "The property 'applicationSharingPolicy' is 'Personal' or 'Shared'.".to_owned(),
        )
    })?;
    if before.is_some_and(|before| before != policy) {
        // Else whoever may write an instance could enter another person's.
        return Err(ArmError::Conflict(
            "ComputeInstanceSharingPolicyFixed",
            "The property 'applicationSharingPolicy' of an instance stays as it was made.".to_owned(),
        ));
    }
    match old.get(SETTINGS) {
        Some(settings) => inner.insert(SETTINGS.to_owned(), settings.clone()),
        None if old.is_empty() => None,
        None => inner.remove(SETTINGS),
    };
    let created_by = json!({
        "userId": putting.caller, "userOrgId": putting.tenant, "userName": putting.caller_name,
    });
    let operation = if old.is_empty() { "Create" } else { "Update" };
    for (name, value) in [
        ("vmSize", json!(size)),
        ("applicationSharingPolicy", json!(policy)),
        (
            "state",
            old.get("state").cloned().unwrap_or_else(|| json!("Running")),
        ),
        ("createdBy", old.get("createdBy").cloned().unwrap_or(created_by)),
        ("applications", json!([])),
        ("errors", json!([])),
        ("lastOperation", last_operation(operation, putting.now)),
    ] {
        inner.insert(name.to_owned(), value);
    }
    Ok(inner)
}

fn last_operation(name: &str, now: Timestamp) -> Value {
    json!({"operationName": name, "operationTime": now.to_seven_digits(), "operationStatus": "Succeeded"})
}

fn cluster(
    putting: &Putting,
    mut inner: Map<String, Value>,
    old: &Map<String, Value>,
) -> Result<Map<String, Value>, ArmError> {
    let size = vm_size(&inner)?;
    let scale = scale(inner.get("scaleSettings"), old.get("scaleSettings"))?;
    let priority = text(&inner, "vmPriority")?.unwrap_or_else(|| "Dedicated".to_owned());
    let priority = ["Dedicated", "LowPriority"]
        .into_iter()
        .find(|word| word.eq_ignore_ascii_case(&priority));
    let priority = priority.ok_or_else(|| {
        ArmError::InvalidRequest("The property 'vmPriority' is 'Dedicated' or 'LowPriority'.".to_owned())
    })?;
    // A password or key for its nodes is never kept: there are none to sign in to.
    inner.remove("userAccountCredentials");
    for (name, value) in [
        ("vmSize", json!(size)),
        ("vmPriority", json!(priority)),
        ("osType", json!("Linux")),
    ] {
        inner.insert(name.to_owned(), value);
    }
    set_scale(&mut inner, scale, putting.now);
    Ok(inner)
}

fn set_scale(inner: &mut Map<String, Value>, scale: Value, now: Timestamp) {
    let least = scale.get("minNodeCount").cloned().unwrap_or_else(|| json!(0));
    for (name, value) in [
        ("scaleSettings", scale),
        ("allocationState", json!("Steady")),
        ("allocationStateTransitionTime", json!(now.to_seven_digits())),
        ("currentNodeCount", least.clone()),
        ("targetNodeCount", least.clone()),
        ("errors", Value::Null),
        (
            "nodeStateCounts",
            json!({
                "preparingNodeCount": 0, "runningNodeCount": 0, "idleNodeCount": least, "unusableNodeCount": 0,
                "leavingNodeCount": 0, "preemptedNodeCount": 0,
            }),
        ),
    ] {
        inner.insert(name.to_owned(), value);
    }
}

fn scale(asked: Option<&Value>, old: Option<&Value>) -> Result<Value, ArmError> {
    let of = |name: &str| {
        let found = asked
            .and_then(|asked| asked.get(name))
            .filter(|value| !value.is_null());
        found.or_else(|| old.and_then(|old| old.get(name))).cloned()
    };
    let count = |name: &str, value: Option<Value>| match value {
        None => Ok(None),
        Some(value) => value
            .as_u64()
            .filter(|count| *count <= MAX_NODES)
            .map(Some)
            .ok_or_else(|| {
                ArmError::InvalidRequest(format!(
                    "The property '{name}' is a whole number from 0 to {MAX_NODES}."
                ))
            }),
    };
    let most = count("maxNodeCount", of("maxNodeCount"))?.ok_or_else(|| {
        ArmError::InvalidRequest("The property 'scaleSettings.maxNodeCount' is required.".to_owned())
    })?;
    let least = count("minNodeCount", of("minNodeCount"))?.unwrap_or(0);
    if least > most {
        return Err(ArmError::InvalidRequest(
            "'minNodeCount' is not greater than 'maxNodeCount'.".to_owned(),
        ));
    }
    let idle = of("nodeIdleTimeBeforeScaleDown").unwrap_or_else(|| json!("PT120S"));
    let is_span = idle
        .as_str()
        .is_some_and(|text| text.starts_with('P') && text.len() <= 32);
    match is_span {
        true => Ok(json!({"minNodeCount": least, "maxNodeCount": most, "nodeIdleTimeBeforeScaleDown": idle})),
        false => Err(ArmError::InvalidRequest(
            "The property 'nodeIdleTimeBeforeScaleDown' is a span of ISO 8601, such as 'PT120S'.".to_owned(),
        )),
    }
}

/// PATCH: the scale of a cluster.
pub fn patch(body: &mut Wire, asked: &Wire, now: Timestamp) -> Result<(), ArmError> {
    let properties = body.properties.get_or_insert_default();
    let is_cluster = properties.get("computeType").is_some_and(|kind| kind == CLUSTER);
    let outer = asked.properties.clone().unwrap_or_default();
    let asked_scale = outer.get("scaleSettings").or_else(|| {
        outer
            .get("properties")
            .and_then(|inner| inner.get("scaleSettings"))
    });
    if let Some(asked_scale) = asked_scale {
        let inner = properties.get_mut("properties").and_then(Value::as_object_mut);
        let Some(inner) = inner.filter(|_| is_cluster) else {
            return Err(ArmError::InvalidRequest(
                "Only a cluster has 'scaleSettings'.".to_owned(),
            ));
        };
        let scale = scale(Some(asked_scale), inner.get("scaleSettings"))?;
        set_scale(inner, scale, now);
    }
    properties.insert("modifiedOn".to_owned(), json!(now.to_seven_digits()));
    if asked.identity.is_some() {
        body.identity.clone_from(&asked.identity);
    }
    Ok(())
}

/// Refuses a DELETE that doesn't say what becomes of the machines.
pub fn check_delete(underlying: Option<&str>) -> Result<(), ArmError> {
    match underlying {
        Some(word) if word.eq_ignore_ascii_case("Delete") || word.eq_ignore_ascii_case("Detach") => Ok(()),
        _ => Err(ArmError::InvalidRequest(
            "The query parameter 'underlyingResourceAction' is 'Delete' or 'Detach'.".to_owned(),
        )),
    }
}

/// What an instance is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Run.
    Start,
    /// Stop.
    Stop,
    /// Stop and run again.
    Restart,
}

impl Order {
    const fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::Start => ("Start", "Running"),
            Self::Stop => ("Stop", "Stopped"),
            Self::Restart => ("Restart", "Running"),
        }
    }
}

/// Changes an instance's state as it is told.
pub fn obey(body: &mut Wire, order: Order, now: Timestamp) -> Result<(), ArmError> {
    let (name, state) = order.parts();
    let properties = body.properties.get_or_insert_default();
    let is_instance = properties.get("computeType").is_some_and(|kind| kind == INSTANCE);
    let inner = properties.get_mut("properties").and_then(Value::as_object_mut);
    let Some(inner) = inner.filter(|_| is_instance) else {
        return Err(ArmError::InvalidRequest(format!(
            "'{name}' is for compute instances: a cluster runs when it has something to run."
        )));
    };
    let stopped = inner.get("state").is_some_and(|there| there == "Stopped");
    if order == Order::Restart && stopped {
        return Err(ArmError::Conflict(
            "ComputeInstanceNotRunning",
            "The compute instance is stopped: start it instead.".to_owned(),
        ));
    }
    inner.insert("state".to_owned(), json!(state));
    inner.insert("lastOperation".to_owned(), last_operation(name, now));
    Ok(())
}
