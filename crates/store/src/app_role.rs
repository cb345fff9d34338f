//! Roles in applications that people, groups and service principals were given. Permissions on Microsoft Graph stand in
//! [`crate::permission`].

use crate::group_member::Part;
use crate::row::Row;
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::app_role::{Assignment, AssignmentRefusal, MAX_OF_GROUPS, MAX_OF_PRINCIPAL};
use doorward_domain::group::MemberKind;
use doorward_names::{ObjectId, PermissionId, TenantId};

const fn word(kind: MemberKind) -> &'static str {
    match kind {
        MemberKind::User => "user",
        MemberKind::Group => "group",
        MemberKind::ServicePrincipal => "service_principal",
    }
}

fn read(row: &mut Row) -> Result<Assignment, QueryError> {
    Ok(Assignment {
        id: row.id("id")?,
        principal: row.id("principal")?,
        kind: row.word("kind", |word| match word {
            "user" => Some(MemberKind::User),
            "group" => Some(MemberKind::Group),
            "service_principal" => Some(MemberKind::ServicePrincipal),
            _ => None,
        })?,
        resource: row.id("resource")?,
        role: row.id("role")?,
        created_at: row.time("created_at")?,
    })
}

/// The least id, before all others: where a list begins.
const START: ObjectId = ObjectId::from_u128(0);

fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The assignment with this id.
///
/// # Errors
/// When the store fails.
pub fn find(view: &View<'_>, tenant: TenantId, id: ObjectId) -> Result<Option<Assignment>, QueryError> {
    let sql = "SELECT id, principal, kind, resource, role, created_at FROM app_role_assignment \
               WHERE tenant = $1 AND id = $2";
    view.find("app_role_assignment", sql, values![tenant, id], read)
}

/// What a principal was given itself, by id.
///
/// # Errors
/// When the store fails.
pub fn of_principal(
    view: &View<'_>,
    tenant: TenantId,
    principal: ObjectId,
    part: Part,
) -> Result<Vec<Assignment>, QueryError> {
    let sql = "SELECT id, principal, kind, resource, role, created_at FROM app_role_assignment \
               WHERE tenant = $1 AND principal = $2 AND id > $3 ORDER BY id LIMIT $4";
    let after = part.after.unwrap_or(START);
    view.list(
        "app_role_assignment",
        sql,
        values![tenant, principal, after, limit(part.limit)],
        read,
    )
}

/// What was given in an application, by id.
///
/// # Errors
/// When the store fails.
pub fn in_resource(
    view: &View<'_>,
    tenant: TenantId,
    resource: ObjectId,
    part: Part,
) -> Result<Vec<Assignment>, QueryError> {
    let sql = "SELECT id, principal, kind, resource, role, created_at FROM app_role_assignment \
               WHERE tenant = $1 AND resource = $2 AND id > $3 ORDER BY id LIMIT $4";
    let after = part.after.unwrap_or(START);
    view.list(
        "app_role_assignment",
        sql,
        values![tenant, resource, after, limit(part.limit)],
        read,
    )
}

/// The roles that a principal has in an application, by itself or, a person, by a group that they are in themselves.
/// However many groups they are in, no more rows are looked at than groups have roles there.
///
/// # Errors
/// When the store fails.
pub fn held(
    view: &View<'_>,
    tenant: TenantId,
    (principal, kind): (ObjectId, MemberKind),
    resource: ObjectId,
) -> Result<Vec<PermissionId>, QueryError> {
    let sql = match kind {
        MemberKind::User => {
            "SELECT role FROM app_role_assignment WHERE tenant = $1 AND principal = $2 AND resource = $3 \
             UNION \
             SELECT a.role FROM app_role_assignment a WHERE a.tenant = $1 AND a.resource = $3 \
             AND a.kind = 'group' AND EXISTS (SELECT 1 FROM group_member m WHERE m.tenant = $1 \
             AND m.parent = a.principal AND m.member = $2)"
        }
        MemberKind::Group | MemberKind::ServicePrincipal => {
            "SELECT role FROM app_role_assignment WHERE tenant = $1 AND principal = $2 AND resource = $3"
        }
    };
    view.list(
        "app_role_assignment",
        sql,
        values![tenant, principal, resource],
        |row| row.id("role"),
    )
}

/// Some of the groups that have a role in an application and in which a person is themselves, at most `limit`.
///
/// # Errors
/// When the store fails.
pub fn groups_of(
    view: &View<'_>,
    tenant: TenantId,
    (person, resource): (ObjectId, ObjectId),
    most: usize,
) -> Result<Vec<ObjectId>, QueryError> {
    let sql = "SELECT DISTINCT a.principal FROM app_role_assignment a WHERE a.tenant = $1 AND a.resource = $2 \
               AND a.kind = 'group' AND EXISTS (SELECT 1 FROM group_member m WHERE m.tenant = $1 \
               AND m.parent = a.principal AND m.member = $3) ORDER BY a.principal LIMIT $4";
    view.list(
        "app_role_assignment",
        sql,
        values![tenant, resource, person, limit(most)],
        |row| row.id("principal"),
    )
}

/// Gives a role, as far as there is room.
///
/// # Errors
/// When the store fails.
pub fn insert(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    assignment: &Assignment,
) -> Result<Result<Inserted, AssignmentRefusal>, QueryError> {
    let Assignment {
        id,
        principal,
        kind,
        resource,
        role,
        created_at,
    } = assignment;
    let sql = "SELECT id FROM app_role_assignment WHERE tenant = $1 AND principal = $2 LIMIT 1 OFFSET $3";
    if tx.exists(sql, values![tenant, principal, limit(MAX_OF_PRINCIPAL - 1)])? {
        return Ok(Err(AssignmentRefusal::TooManyOfPrincipal));
    }
    let sql = "SELECT id FROM app_role_assignment WHERE tenant = $1 AND resource = $2 AND kind = 'group' \
               LIMIT 1 OFFSET $3";
    if *kind == MemberKind::Group && tx.exists(sql, values![tenant, resource, limit(MAX_OF_GROUPS - 1)])? {
        return Ok(Err(AssignmentRefusal::TooManyOfGroups));
    }
    let sql = "INSERT INTO app_role_assignment (tenant, id, principal, kind, resource, role, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let written = tx.execute(
        sql,
        values![tenant, id, principal, word(*kind), resource, role, created_at],
    )?;
    Ok(Ok(match written {
        0 => Err(Conflict {
            what: Unique::Permission,
        }),
        _ => Ok(()),
    }))
}

/// Takes a role back; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, tenant: TenantId, id: ObjectId) -> Result<bool, QueryError> {
    let sql = "DELETE FROM app_role_assignment WHERE tenant = $1 AND id = $2";
    Ok(tx.execute(sql, values![tenant, id])? > 0)
}

/// Takes back what an object has, and what others have in it.
pub(crate) fn delete_all_of(tx: &mut Tx<'_>, tenant: TenantId, object: ObjectId) -> Result<(), QueryError> {
    tx.execute(
        "DELETE FROM app_role_assignment WHERE tenant = $1 AND principal = $2",
        values![tenant, object],
    )?;
    tx.execute(
        "DELETE FROM app_role_assignment WHERE tenant = $1 AND resource = $2",
        values![tenant, object],
    )?;
    Ok(())
}
