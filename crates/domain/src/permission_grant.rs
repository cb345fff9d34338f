//! What was agreed to: the scopes that a client has on a resource, for one person or for everybody in a tenant.

use doorward_names::{ObjectId, Timestamp};

/// Longest list of scopes of one grant, in bytes.
pub const MAX_SCOPE: usize = 4096;

/// For whom a client may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Consenter {
    /// One person, who agreed (Graph `Principal`).
    Person(ObjectId),
    /// Everybody: an administrator agreed (Graph `AllPrincipals`).
    Everybody,
}

/// Scopes that a client was given (Graph `oAuth2PermissionGrant`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionGrant {
    /// Its id.
    pub id: ObjectId,
    /// The client's service principal.
    pub client: ObjectId,
    /// For whom.
    pub consenter: Consenter,
    /// The resource's service principal.
    pub resource: ObjectId,
    /// The scopes, each once.
    pub scopes: Vec<String>,
    /// Since when.
    pub created_at: Timestamp,
}

impl PermissionGrant {
    /// Adds scopes that are not there yet; says whether there were any.
    pub fn add<'a>(&mut self, scopes: impl IntoIterator<Item = &'a str>) -> bool {
        let before = self.scopes.len();
        for scope in scopes {
            if !self.scopes.iter().any(|known| known == scope) {
                self.scopes.push(scope.to_owned());
            }
        }
        self.scopes.len() > before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scope_is_there_once() {
        let mut grant = PermissionGrant {
            id: ObjectId::from_u128(1),
            client: ObjectId::from_u128(2),
            consenter: Consenter::Everybody,
            resource: ObjectId::from_u128(3),
            scopes: vec!["Read".to_owned()],
            created_at: Timestamp::from_unix_seconds(0),
        };
        assert!(grant.add(["Read", "Write", "Write"]));
        assert!(!grant.add(["Write"]));
        assert_eq!(grant.scopes, ["Read", "Write"]);
    }
}
