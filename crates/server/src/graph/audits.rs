//! `/auditLogs/directoryAudits`: what was done and refused in the tenant, on every plane.

use doorward_domain::audit::{AuditRow, Event};
use doorward_domain::directory::rights::Action;
use doorward_names::{ObjectId, TenantId, Timestamp};
use doorward_protocol::graph::{
    AuditApp, AuditDetail, AuditInitiator, AuditResult, AuditTarget, AuditUser, DirectoryAudit, List, context,
};
use doorward_protocol::odata::{FilterExpr, Literal, Order, QueryOptions, SkipToken};
use doorward_store::audit::{AuditCursor, Between};
use doorward_store::{self as store, QueryError, View};
use http::StatusCode;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::access::{OrFail as _, look};
use super::{Call, GraphError, query};
use crate::http::{Response, json};

/// Rows on a page, when nothing else is asked for.
const PAGE: usize = 100;

/// GET /v1.0/auditLogs/directoryAudits
pub async fn list(call: Call) -> Result<Response, GraphError> {
    let size = call.options.top.map_or(PAGE, usize::from);
    let between = between(&call, size + 1)?;
    let (mut rows, names) = look(&call.ctx, call.bearer.clone(), move |view, acting| {
        acting.require_any(Action::ReadAudit)?;
        let rows = store::audit::page_of_tenant(view, acting.tenant, &between).or_fail()?;
        let names = names(view, acting.tenant, &rows).or_fail()?;
        Ok((rows, names))
    })
    .await?;
    let more = rows.len() > size;
    rows.truncate(size);
    let next_link = rows.last().filter(|_| more).map(|(cursor, _)| {
        let after = ObjectId::from_bytes(*cursor.as_bytes());
        let next = QueryOptions {
            skip_token: Some(SkipToken { after }),
            ..call.options.clone()
        };
        format!("{}{}?{next}", call.ctx.origin.url(), call.path)
    });
    let value = rows
        .iter()
        .map(|(cursor, row)| query::selected(&call.options, &to_wire(*cursor, row, &names)))
        .collect();
    let list = List::<serde_json::Value> {
        context: Some(context(call.ctx.origin.url(), "auditLogs/directoryAudits")),
        next_link,
        value,
    };
    Ok(json(StatusCode::OK, &list))
}

/// Which rows are asked for: `activityDateTime` in bounds, `initiatedBy/id` of one principal, joined by `and`.
fn between(call: &Call, limit: usize) -> Result<Between, GraphError> {
    let mut between = Between {
        since: Timestamp::from_micros(0),
        // What is being written now is not over yet, and would be missed by who goes on from here.
        until: Timestamp::from_micros(i64::MAX),
        actor: None,
        after: call
            .options
            .skip_token
            .map(|token| AuditCursor::from_bytes(*token.after.as_bytes())),
        limit,
    };
    let parts = match &call.options.filter {
        None => Vec::new(),
        Some(FilterExpr::And(parts)) => parts.clone(),
        Some(one) => vec![one.clone()],
    };
    for part in &parts {
        let unsupported = || GraphError::UnsupportedFilter(part.to_string());
        match part {
            FilterExpr::Compare(field, order, instant)
                if field
                    .single()
                    .is_some_and(|name| name.eq_ignore_ascii_case("activityDateTime")) =>
            {
                let next = instant.plus(doorward_names::Duration::from_micros(1));
                match order {
                    Order::AtLeast => between.since = between.since.max(*instant),
                    Order::After => between.since = between.since.max(next),
                    Order::AtMost => between.until = between.until.min(next),
                    Order::Before => between.until = between.until.min(*instant),
                }
            }
            FilterExpr::Eq(field, Literal::Text(id) | Literal::Guid(id)) => {
                let path = field.segments().join("/").to_ascii_lowercase();
                let known = [
                    "initiatedby/id",
                    "initiatedby/user/id",
                    "initiatedby/app/serviceprincipalid",
                ];
                if !known.contains(&path.as_str()) {
                    return Err(unsupported());
                }
                between.actor = Some(id.parse().map_err(|_| unsupported())?);
            }
            _ => return Err(unsupported()),
        }
    }
    Ok(between)
}

/// The sign-in names of the people among those who acted.
fn names(
    view: &View<'_>,
    tenant: TenantId,
    rows: &[(AuditCursor, AuditRow)],
) -> Result<HashMap<ObjectId, Option<String>>, QueryError> {
    let mut names = HashMap::new();
    for actor in rows.iter().filter_map(|(_, row)| row.actor) {
        if let Entry::Vacant(slot) = names.entry(actor) {
            let user = store::user::find(view, tenant, actor)?;
            slot.insert(user.map(|user| user.upn.to_string()));
        }
    }
    Ok(names)
}

fn to_wire(cursor: AuditCursor, row: &AuditRow, names: &HashMap<ObjectId, Option<String>>) -> DirectoryAudit {
    let refused = matches!(
        row.event,
        Event::TokenRefused | Event::DirectoryRefused | Event::SignInRefused | Event::ResourceRefused
    );
    let person = row.actor.and_then(|actor| names.get(&actor).cloned().flatten());
    let initiated_by = match (row.actor, person) {
        (Some(actor), Some(name)) => AuditInitiator {
            user: Some(AuditUser {
                id: Some(actor.to_string()),
                user_principal_name: Some(name),
            }),
            app: None,
        },
        (Some(actor), None) => AuditInitiator {
            user: None,
            app: Some(AuditApp {
                app_id: row.client.map(|client| client.to_string()),
                service_principal_id: Some(actor.to_string()),
            }),
        },
        (None, _) => AuditInitiator::default(),
    };
    let target = match (&row.scope, row.target) {
        (Some(scope), _) => Some((
            scope.clone(),
            scope.rsplit('/').next().map(str::to_owned),
            "Resource",
        )),
        (None, Some(target)) => Some((target.to_string(), None, "DirectoryObject")),
        (None, None) => None,
    };
    let mut details = vec![("requestId", row.trace.to_string())];
    details.extend(row.action.clone().map(|action| ("action", action)));
    details.extend(row.scope.clone().map(|scope| ("scope", scope)));
    details.extend(row.client.map(|client| ("client", client.to_string())));
    details.extend(row.uti.clone().map(|uti| ("tokenId", uti)));
    if !refused && !row.detail.is_empty() {
        details.push(("detail", row.detail.clone()));
    }
    let word = row.event.as_str();
    DirectoryAudit {
        id: ObjectId::from_bytes(*cursor.as_bytes()).to_string(),
        activity_date_time: row.at.to_seven_digits(),
        activity_display_name: word.to_owned(),
        category: word.split('.').next().unwrap_or_default().to_owned(),
        correlation_id: Some(row.correlation.to_string()),
        result: if refused {
            AuditResult::Failure
        } else {
            AuditResult::Success
        },
        result_reason: if refused {
            row.detail.clone()
        } else {
            String::new()
        },
        logged_by_service: match row.event {
            Event::ResourceWritten
            | Event::ResourceDeleted
            | Event::ResourceActed
            | Event::ResourceRefused => "Resource Manager",
            Event::TokenIssued
            | Event::TokenRefused
            | Event::SignedIn
            | Event::SignInRefused
            | Event::SignedOut => "Token Service",
            Event::DirectoryCreated
            | Event::DirectoryUpdated
            | Event::DirectoryDeleted
            | Event::DirectoryRefused
            | Event::CredentialAdded
            | Event::CredentialRemoved
            | Event::RoleGranted
            | Event::RoleRevoked => "Core Directory",
            Event::LinkPrinted | Event::LinkUsed | Event::KeyChanged | Event::RunBegan | Event::RunEnded => {
                "Server"
            }
        }
        .to_owned(),
        initiated_by,
        target_resources: target
            .map(|(id, display_name, kind)| AuditTarget {
                id: Some(id),
                display_name,
                kind: Some(kind.to_owned()),
            })
            .into_iter()
            .collect(),
        additional_details: details
            .into_iter()
            .map(|(key, value)| AuditDetail {
                key: key.to_owned(),
                value,
            })
            .collect(),
    }
}
