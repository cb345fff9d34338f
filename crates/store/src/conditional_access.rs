//! A tenant's policies of conditional access.

use crate::revision::Kind;
use crate::row::Row;
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::conditional_access::{Applications, People, Policy};
use doorward_domain::directory::DirectoryRole;
use doorward_names::{AppId, ObjectId, TenantId};
use std::fmt::Display;

const EVERYONE: &str = "everyone";
const GUESTS: &str = "guests";
const USER: &str = "user:";
const ROLE: &str = "role:";
const ALL: &str = "all";

fn read(row: &mut Row, tenant: TenantId) -> Result<Policy, QueryError> {
    Ok(Policy {
        id: row.id("id")?,
        tenant,
        display_name: row.display_name("display_name")?,
        enabled: row.bool("enabled")?,
        people: row.word("people", people)?,
        except_people: row.word("except_people", people)?,
        applications: row.word("applications", |text| match text {
            ALL => Some(Applications::All),
            named => ids(named).map(Applications::Named),
        })?,
        except_resources: row.word("except_resources", ids)?,
        created_at: row.time("created_at")?,
        modified_at: row.opt_time("modified_at")?,
    })
}

fn people(text: &str) -> Option<People> {
    let mut people = People::default();
    for word in text.split_ascii_whitespace() {
        match word {
            EVERYONE => people.everyone = true,
            GUESTS => people.guests = true,
            word => match (word.strip_prefix(USER), word.strip_prefix(ROLE)) {
                (Some(id), _) => people.users.push(id.parse().ok()?),
                (_, Some(id)) => people.roles.push(DirectoryRole::of_template(id.parse().ok()?)?),
                (None, None) => return None,
            },
        }
    }
    Some(people)
}

fn people_text(people: &People) -> String {
    let mut words = Vec::new();
    if people.everyone {
        words.push(EVERYONE.to_owned());
    }
    if people.guests {
        words.push(GUESTS.to_owned());
    }
    words.extend(people.users.iter().map(|id| format!("{USER}{id}")));
    let roles = people.roles.iter();
    words.extend(roles.map(|role| format!("{ROLE}{}", role.template_id())));
    words.join(" ")
}

fn ids(text: &str) -> Option<Vec<AppId>> {
    text.split_ascii_whitespace()
        .map(|word| word.parse().ok())
        .collect()
}

fn joined<T: Display>(ids: &[T]) -> String {
    let words: Vec<_> = ids.iter().map(ToString::to_string).collect();
    words.join(" ")
}

fn applications_text(applications: &Applications) -> String {
    match applications {
        Applications::All => ALL.to_owned(),
        Applications::Named(named) => joined(named),
    }
}

/// The columns, in the order in which they are read.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, display_name, enabled, people, except_people, applications, except_resources, \
             created_at, modified_at FROM conditional_access_policy WHERE tenant = $1",
            $rest
        )
    };
}

/// Every policy of a tenant, the oldest first.
///
/// # Errors
/// When the store fails.
pub fn list(view: &View<'_>, tenant: TenantId) -> Result<Vec<Policy>, QueryError> {
    let sql = select!(" ORDER BY created_at, id");
    view.list("conditional_access_policy", sql, values![tenant], |row| {
        read(row, tenant)
    })
}

/// One policy.
///
/// # Errors
/// When the store fails.
pub fn find(view: &View<'_>, tenant: TenantId, id: ObjectId) -> Result<Option<Policy>, QueryError> {
    let sql = select!(" AND id = $2");
    view.find("conditional_access_policy", sql, values![tenant, id], |row| {
        read(row, tenant)
    })
}

/// Makes a policy.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, policy: &Policy) -> Result<Inserted, QueryError> {
    let sql = "INSERT INTO conditional_access_policy (tenant, id, display_name, enabled, people, except_people, \
               applications, except_resources, created_at, modified_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
    let written = tx.execute(
        sql,
        values![
            policy.tenant,
            policy.id,
            policy.display_name,
            policy.enabled,
            people_text(&policy.people),
            people_text(&policy.except_people),
            applications_text(&policy.applications),
            joined(&policy.except_resources),
            policy.created_at,
            policy.modified_at
        ],
    )?;
    if written == 0 {
        return Ok(Err(Conflict { what: Unique::Id }));
    }
    tx.bump(Kind::Directory, policy.tenant);
    Ok(Ok(()))
}

/// Writes a policy that is there; says whether it was.
///
/// # Errors
/// When the store fails.
pub fn update(tx: &mut Tx<'_>, policy: &Policy) -> Result<bool, QueryError> {
    let sql = "UPDATE conditional_access_policy SET display_name = $3, enabled = $4, people = $5, \
               except_people = $6, applications = $7, except_resources = $8, modified_at = $9 \
               WHERE tenant = $1 AND id = $2";
    let written = tx.execute(
        sql,
        values![
            policy.tenant,
            policy.id,
            policy.display_name,
            policy.enabled,
            people_text(&policy.people),
            people_text(&policy.except_people),
            applications_text(&policy.applications),
            joined(&policy.except_resources),
            policy.modified_at
        ],
    )?;
    if written > 0 {
        tx.bump(Kind::Directory, policy.tenant);
    }
    Ok(written > 0)
}

/// Takes a policy away; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, tenant: TenantId, id: ObjectId) -> Result<bool, QueryError> {
    let sql = "DELETE FROM conditional_access_policy WHERE tenant = $1 AND id = $2";
    let deleted = tx.execute(sql, values![tenant, id])? > 0;
    if deleted {
        tx.bump(Kind::Directory, tenant);
    }
    Ok(deleted)
}
