//! `/auditLogs/directoryAudits`: what was done and refused.

use super::{DirectoryClient, literal};
use crate::Error;
use doorward_names::{ObjectId, Timestamp};
use doorward_protocol::paths::GraphPath;
use serde_json::Value;

/// Which rows are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AuditQuery {
    /// Those from then on.
    pub since: Option<Timestamp>,
    /// Those of one principal.
    pub who: Option<ObjectId>,
}

impl AuditQuery {
    fn filter(&self) -> Option<String> {
        let since = self
            .since
            .map(|since| format!("activityDateTime ge {}", since.to_rfc3339()));
        let who = self
            .who
            .map(|who| format!("initiatedBy/id eq {}", literal(&who.to_string())));
        match (since, who) {
            (Some(since), Some(who)) => Some(format!("{since} and {who}")),
            (since, who) => since.or(who),
        }
    }
}

impl DirectoryClient {
    /// The rows of the audit log that a query asks for, in the order of the server.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn audits(&self, query: &AuditQuery) -> Result<Vec<Value>, Error> {
        self.list(&GraphPath::DirectoryAudits, query.filter().as_deref())
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_a_filter() {
        let since = Some(Timestamp::from_unix_seconds(0));
        let who = Some(ObjectId::from_bytes([7; 16]));
        let text = |since, who| AuditQuery { since, who }.filter().unwrap_or_default();
        assert_eq!(text(None, None), "");
        assert_eq!(text(since, None), "activityDateTime ge 1970-01-01T00:00:00Z");
        assert_eq!(
            text(since, who),
            "activityDateTime ge 1970-01-01T00:00:00Z and initiatedBy/id eq '07070707-0707-0707-0707-070707070707'"
        );
    }
}
