//! Security groups. Who is in them stands in [`crate::group_member`].

use crate::query::{Compiled, Field, Search, search};
use crate::row::Row;
use crate::value::values;
use crate::{Conflict, Inserted, QueryError, Tx, Unique, View, group_member, owner};
use doorward_domain::directory::query::{GroupField, Query};
use doorward_domain::group::Group;
use doorward_names::{ObjectId, TenantId};

const SELECT: &str =
    "SELECT id, tenant, display_name, mail_nickname, description, created_at FROM security_group";

fn read(row: &mut Row) -> Result<Group, QueryError> {
    Ok(Group {
        id: row.id("id")?,
        tenant: row.id("tenant")?,
        display_name: row.display_name("display_name")?,
        mail_nickname: row.parse("mail_nickname")?,
        description: row.opt_text("description")?,
        created_at: row.time("created_at")?,
    })
}

/// The tenant's group with this id.
///
/// # Errors
/// When the store fails.
pub fn find(view: &View<'_>, tenant: TenantId, id: ObjectId) -> Result<Option<Group>, QueryError> {
    let sql = format!("{SELECT} WHERE tenant = $1 AND id = $2");
    Ok(view
        .list("security_group", &sql, values![tenant, id], read)?
        .into_iter()
        .next())
}

impl Field for GroupField {
    fn compile(self) -> Compiled {
        match self {
            Self::Id => Compiled::Id("id"),
            Self::DisplayName => Compiled::Text("display_name_key"),
            Self::MailNickname => Compiled::Text("mail_nickname_key"),
            Self::SecurityEnabled => Compiled::ConstantBool(true),
            Self::MailEnabled => Compiled::ConstantBool(false),
            Self::GroupTypes => Compiled::Nothing,
        }
    }
}

/// One page of the tenant's groups, by id.
///
/// # Errors
/// When the store fails.
pub fn list(view: &View<'_>, tenant: TenantId, query: &Query<GroupField>) -> Result<Vec<Group>, QueryError> {
    search(
        view,
        &Search {
            table: "security_group",
            select: SELECT,
            tenant,
        },
        query,
        read,
    )
}

/// Adds a group.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx<'_>, group: &Group) -> Result<Inserted, QueryError> {
    let written = tx.execute(
        "INSERT INTO security_group (tenant, id, display_name, display_name_key, mail_nickname, \
         mail_nickname_key, description, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT DO NOTHING",
        values![
            group.tenant,
            group.id,
            group.display_name,
            group.display_name.folded(),
            group.mail_nickname,
            group.mail_nickname.folded(),
            group.description,
            group.created_at
        ],
    )?;
    Ok(if written == 0 {
        Err(Conflict { what: Unique::Id })
    } else {
        Ok(())
    })
}

/// Writes a group that is there; says whether it was. Its time of making stays.
///
/// # Errors
/// When the store fails.
pub fn update(tx: &mut Tx<'_>, group: &Group) -> Result<bool, QueryError> {
    let written = tx.execute(
        "UPDATE security_group SET display_name = $3, display_name_key = $4, mail_nickname = $5, \
         mail_nickname_key = $6, description = $7 WHERE tenant = $1 AND id = $2",
        values![
            group.tenant,
            group.id,
            group.display_name,
            group.display_name.folded(),
            group.mail_nickname,
            group.mail_nickname.folded(),
            group.description
        ],
    )?;
    Ok(written > 0)
}

/// Deletes a group with its memberships, both ways, and its ownerships; says whether it was there.
///
/// # Errors
/// When the store fails.
pub fn delete(tx: &mut Tx<'_>, tenant: TenantId, id: ObjectId) -> Result<bool, QueryError> {
    let sql = "DELETE FROM security_group WHERE tenant = $1 AND id = $2";
    let deleted = tx.execute(sql, values![tenant, id])? > 0;
    if deleted {
        group_member::delete_all_in(tx, tenant, id)?;
        group_member::delete_all_of(tx, tenant, id)?;
        crate::app_role::delete_all_of(tx, tenant, id)?;
        owner::delete_all_of(tx, tenant, id)?;
    }
    Ok(deleted)
}
