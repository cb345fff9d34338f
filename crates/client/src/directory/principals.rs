//! Whoever can have a role: users, groups and service principals, by any of their names.

use super::DirectoryClient;
use crate::Error;
use doorward_names::ObjectId;
use doorward_protocol::graph::{GetByIds, List, MAX_IDS};
use doorward_protocol::paths::GraphPath;
use serde_json::Value;

/// What kind of principal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrincipalKind {
    /// A person.
    User,
    /// A group.
    Group,
    /// A service principal.
    ServicePrincipal,
}

impl PrincipalKind {
    /// As role assignments name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
            Self::ServicePrincipal => "ServicePrincipal",
        }
    }
}

/// Somebody who can have a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The object id.
    pub id: ObjectId,
    /// What kind it is.
    pub kind: PrincipalKind,
    /// How people know it: a user principal name, an application id, or a group's name.
    pub name: String,
}

impl Principal {
    /// Reads a directory object; `None` for one that can't have a role.
    fn read(object: &Value, kind: Option<PrincipalKind>) -> Option<Self> {
        let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
        let kind = match (kind, text("@odata.type").as_deref()) {
            (Some(kind), _) => kind,
            (None, Some("#microsoft.graph.user")) => PrincipalKind::User,
            (None, Some("#microsoft.graph.group")) => PrincipalKind::Group,
            (None, Some("#microsoft.graph.servicePrincipal")) => PrincipalKind::ServicePrincipal,
            (None, _) => return None,
        };
        let name = match kind {
            PrincipalKind::User => text("userPrincipalName"),
            PrincipalKind::ServicePrincipal => text("appId"),
            PrincipalKind::Group => text("displayName"),
        };
        Some(Self {
            id: text("id")?.parse().ok()?,
            kind,
            name: name.unwrap_or_default(),
        })
    }
}

impl DirectoryClient {
    /// The principal that people name so: a user by user principal name, a service principal by application id or
    /// identifier URI, and any by object id.
    ///
    /// # Errors
    /// As [`Error`] says; that there is none is no error.
    pub async fn find_principal(&self, name: &str) -> Result<Option<Principal>, Error> {
        if name.contains('@') {
            match self.user(name).await {
                Ok(user) => return Ok(Principal::read(&user, Some(PrincipalKind::User))),
                Err(Error::NotFound(_)) => {}
                Err(e) => return Err(e),
            }
        }
        let filter = format!("servicePrincipalNames/any(c:c eq {})", super::literal(name));
        if let Some(found) = self.service_principals(Some(&filter)).await?.first() {
            return Ok(Principal::read(found, Some(PrincipalKind::ServicePrincipal)));
        }
        match name.parse::<ObjectId>() {
            Ok(id) => Ok(self.principals(&[id]).await?.into_iter().next()),
            Err(_) => Ok(None),
        }
    }

    /// Those of these ids that are there and can have a role.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn principals(&self, ids: &[ObjectId]) -> Result<Vec<Principal>, Error> {
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(MAX_IDS) {
            let body = GetByIds {
                ids: some.iter().map(ToString::to_string).collect(),
                types: None,
            };
            let body = serde_json::to_value(&body)
                .map_err(|e| Error::Invalid(format!("the request can't be written: {e}")))?;
            let page = self.post(&GraphPath::GetByIds, &body).await?;
            let page: List<Value> =
                serde_json::from_value(page).map_err(|e| self.nonsense(&e.to_string()))?;
            found.extend(
                page.value
                    .iter()
                    .filter_map(|object| Principal::read(object, None)),
            );
        }
        Ok(found)
    }
}
