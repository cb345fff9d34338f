//! Objects whose type is not known beforehand (Graph `directoryObject`), and references to them.

use doorward_names::ObjectId;
use serde::{Deserialize, Serialize};

use super::{Application, DirectoryRole, Group, RequestBody, ServicePrincipal, User};

/// An object that says what it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "@odata.type")]
#[expect(
    clippy::large_enum_variant,
    reason = "each is written at once, and kept nowhere"
)]
pub enum DirectoryObject {
    /// A person.
    #[serde(rename = "#microsoft.graph.user")]
    User(User),
    /// A service principal.
    #[serde(rename = "#microsoft.graph.servicePrincipal")]
    ServicePrincipal(ServicePrincipal),
    /// An application.
    #[serde(rename = "#microsoft.graph.application")]
    Application(Application),
    /// A group.
    #[serde(rename = "#microsoft.graph.group")]
    Group(Group),
    /// A directory role.
    #[serde(rename = "#microsoft.graph.directoryRole")]
    DirectoryRole(DirectoryRole),
}

/// Most ids in one [`GetByIds`].
pub const MAX_IDS: usize = 1000;

/// Body of `POST /directoryObjects/getByIds`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GetByIds {
    /// Which objects, at most [`MAX_IDS`]; unknown ones are left out of the answer.
    pub ids: Vec<String>,
    /// Only these types (`user`, `servicePrincipal`, …); all when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<String>>,
}

impl RequestBody for GetByIds {
    const KEPT: &'static [&'static str] = &["ids", "types"];
    const EMPTY_ONLY: &'static [&'static str] = &[];
}

/// Body of `POST …/$ref`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The object's URL, `https://…/v1.0/directoryObjects/{id}`.
    #[serde(rename = "@odata.id")]
    pub url: String,
}

impl RequestBody for Reference {
    const KEPT: &'static [&'static str] = &["@odata.id"];
    const EMPTY_ONLY: &'static [&'static str] = &[];
}

impl Reference {
    /// The object of that id on `origin`.
    pub fn to_object(origin: &str, id: ObjectId) -> Self {
        let path = crate::paths::GraphPath::DirectoryObject(id.to_string());
        Self {
            url: format!("{}{path}", origin.trim_end_matches('/')),
        }
    }

    /// The id at the URL's end.
    pub fn object_id(&self) -> Option<ObjectId> {
        object_id(&self.url)
    }
}

/// The id at the end of an object's URL, `https://…/v1.0/directoryObjects/{id}`.
pub fn object_id(url: &str) -> Option<ObjectId> {
    url.trim_end_matches('/').rsplit('/').next()?.parse().ok()
}
