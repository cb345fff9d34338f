//! Who is in which group: directly, and through groups that are in groups. Every change is noted in
//! [`crate::access_change`], for roles are decided by it.
//!
//! What follows memberships remembers where it was (`UNION`, not `UNION ALL`), so that a circle of groups ends.

use crate::access_change::{AccessChange, record};
use crate::row::Row;
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View};
use doorward_domain::group::{Member, MemberKind};
use doorward_names::{ObjectId, TenantId};
use std::collections::BTreeSet;

/// Which part of a list that is ordered by object id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Only objects with a greater id than this.
    pub after: Option<ObjectId>,
    /// Most objects.
    pub limit: usize,
}

/// How far memberships are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Not at all.
    Direct,
    /// Through groups in groups. The group or object that is asked about is not among the found.
    Transitive,
}

const fn word(kind: MemberKind) -> &'static str {
    match kind {
        MemberKind::User => "user",
        MemberKind::Group => "group",
        MemberKind::ServicePrincipal => "service_principal",
    }
}

fn read(row: &mut Row) -> Result<Member, QueryError> {
    Ok(Member {
        id: row.id("member")?,
        kind: row.word("kind", |word| match word {
            "user" => Some(MemberKind::User),
            "group" => Some(MemberKind::Group),
            "service_principal" => Some(MemberKind::ServicePrincipal),
            _ => None,
        })?,
    })
}

/// The least id, before all others: where a list begins.
const START: ObjectId = ObjectId::from_u128(0);

/// The members of a group, by id.
///
/// # Errors
/// When the store fails.
pub fn members(
    view: &View<'_>,
    tenant: TenantId,
    group: ObjectId,
    reach: Reach,
    part: Part,
) -> Result<Vec<Member>, QueryError> {
    let sql = match reach {
        Reach::Direct => {
            "SELECT member, kind FROM group_member WHERE tenant = $1 AND parent = $2 AND member > $3 \
             ORDER BY member LIMIT $4"
        }
        Reach::Transitive => {
            "WITH RECURSIVE below (member, kind) AS (\
             SELECT member, kind FROM group_member WHERE tenant = $1 AND parent = $2 \
             UNION \
             SELECT m.member, m.kind FROM below b JOIN group_member m ON m.tenant = $1 AND m.parent = b.member \
             WHERE b.kind = 'group') \
             SELECT member, kind FROM below WHERE member > $3 AND member <> $2 ORDER BY member LIMIT $4"
        }
    };
    let after = part.after.unwrap_or(START);
    view.list(
        "group_member",
        sql,
        values![tenant, group, after, limit(part)],
        read,
    )
}

/// The groups that an object is in, by id.
///
/// # Errors
/// When the store fails.
pub fn groups_of(
    view: &View<'_>,
    tenant: TenantId,
    member: ObjectId,
    reach: Reach,
    part: Part,
) -> Result<Vec<ObjectId>, QueryError> {
    let sql = match reach {
        Reach::Direct => {
            "SELECT parent FROM group_member WHERE tenant = $1 AND member = $2 AND parent > $3 \
             ORDER BY parent LIMIT $4"
        }
        Reach::Transitive => {
            "WITH RECURSIVE above (parent) AS (\
             SELECT parent FROM group_member WHERE tenant = $1 AND member = $2 \
             UNION \
             SELECT m.parent FROM above a JOIN group_member m ON m.tenant = $1 AND m.member = a.parent) \
             SELECT parent FROM above WHERE parent > $3 AND parent <> $2 ORDER BY parent LIMIT $4"
        }
    };
    let after = part.after.unwrap_or(START);
    view.list(
        "group_member",
        sql,
        values![tenant, member, after, limit(part)],
        |row| row.id("parent"),
    )
}

/// Some of the groups that an object is in, also through others; all of them, by id, when they are fewer than `most`.
/// However many there are, no more than `most` groups are gone on from, and of none more than `most` rows are looked at.
///
/// # Errors
/// When the store fails.
pub fn some_groups_of(
    view: &View<'_>,
    tenant: TenantId,
    member: ObjectId,
    most: usize,
) -> Result<Vec<ObjectId>, QueryError> {
    let part = Part {
        after: None,
        limit: most,
    };
    let mut found = BTreeSet::new();
    let mut next = vec![member];
    while let Some(one) = next.pop() {
        for group in groups_of(view, tenant, one, Reach::Direct, part)? {
            if found.len() >= most {
                return Ok(found.into_iter().collect());
            }
            if group != member && found.insert(group) {
                next.push(group);
            }
        }
    }
    Ok(found.into_iter().collect())
}

fn limit(part: Part) -> i64 {
    i64::try_from(part.limit).unwrap_or(i64::MAX)
}

/// Whether an object is in a group itself, not through another.
///
/// # Errors
/// When the store fails.
pub fn is_member(
    view: &View<'_>,
    tenant: TenantId,
    group: ObjectId,
    member: ObjectId,
) -> Result<bool, QueryError> {
    let sql = "SELECT member FROM group_member WHERE tenant = $1 AND parent = $2 AND member = $3";
    view.exists(sql, values![tenant, group, member])
}

/// Puts an object into a group. Both have to be there.
///
/// # Errors
/// When the store fails.
pub fn insert(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    group: ObjectId,
    member: Member,
) -> Result<Inserted, QueryError> {
    let sql = "INSERT INTO group_member (tenant, parent, member, kind) VALUES ($1, $2, $3, $4) \
               ON CONFLICT DO NOTHING";
    if tx.execute(sql, values![tenant, group, member.id, word(member.kind)])? == 0 {
        return Ok(Err(Conflict { what: Unique::Member }));
    }
    record(tx, tenant, &AccessChange::Members(group))?;
    Ok(Ok(()))
}

/// Takes an object out of a group; says whether it was in.
///
/// # Errors
/// When the store fails.
pub fn delete(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    group: ObjectId,
    member: ObjectId,
) -> Result<bool, QueryError> {
    let sql = "DELETE FROM group_member WHERE tenant = $1 AND parent = $2 AND member = $3";
    let deleted = tx.execute(sql, values![tenant, group, member])? > 0;
    if deleted {
        record(tx, tenant, &AccessChange::Members(group))?;
    }
    Ok(deleted)
}

/// Empties a group, which is deleted.
pub(crate) fn delete_all_in(tx: &mut Tx<'_>, tenant: TenantId, group: ObjectId) -> Result<(), QueryError> {
    tx.execute(
        "DELETE FROM group_member WHERE tenant = $1 AND parent = $2",
        values![tenant, group],
    )?;
    record(tx, tenant, &AccessChange::Members(group))
}

/// Takes an object, which is deleted, out of every group.
pub(crate) fn delete_all_of(tx: &mut Tx<'_>, tenant: TenantId, member: ObjectId) -> Result<(), QueryError> {
    let all = Part {
        after: None,
        limit: usize::MAX,
    };
    let groups = groups_of(tx, tenant, member, Reach::Direct, all)?;
    if groups.is_empty() {
        return Ok(());
    }
    tx.execute(
        "DELETE FROM group_member WHERE tenant = $1 AND member = $2",
        values![tenant, member],
    )?;
    for group in groups {
        record(tx, tenant, &AccessChange::Members(group))?;
    }
    Ok(())
}
