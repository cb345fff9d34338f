//! `/groups`: security groups, their members and owners, and who is in which.

use super::DirectoryClient;
use crate::Error;
use doorward_protocol::graph::{CheckMemberGroups, GetMemberGroups, List};
use doorward_protocol::paths::{GraphPath, GroupTail as Tail, Memberships};
use serde_json::{Value, json};

fn at(id: &str, tail: Tail) -> GraphPath {
    GraphPath::Group(id.to_owned(), tail)
}

impl DirectoryClient {
    /// All groups that the OData `filter` lets through.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn groups(&self, filter: Option<&str>) -> Result<Vec<Value>, Error> {
        self.list(&GraphPath::Groups, filter).await
    }

    /// The group with that object id.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`Error`] says.
    pub async fn group(&self, id: &str) -> Result<Value, Error> {
        self.get(&at(id, Tail::Itself)).await
    }

    /// Makes a security group.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn create_group(
        &self,
        display_name: &str,
        mail_nickname: &str,
        description: Option<&str>,
    ) -> Result<Value, Error> {
        let mut group = json!({
            "displayName": display_name,
            "mailNickname": mail_nickname,
            "mailEnabled": false,
            "securityEnabled": true,
        });
        if let (Some(description), Some(group)) = (description, group.as_object_mut()) {
            group.insert("description".to_owned(), json!(description));
        }
        self.post(&GraphPath::Groups, &group).await
    }

    /// Changes those properties of a group that stand in `changes`.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn update_group(&self, id: &str, changes: &Value) -> Result<(), Error> {
        self.patch(&at(id, Tail::Itself), changes).await
    }

    /// Deletes a group; its members stay.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn delete_group(&self, id: &str) -> Result<(), Error> {
        self.delete(&at(id, Tail::Itself)).await
    }

    /// Who is in a group, not counting those who are in it through another.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn group_members(&self, id: &str) -> Result<Vec<Value>, Error> {
        self.list(&at(id, Tail::Members), None).await
    }

    /// Who is in a group, also through groups that are in it.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn group_transitive_members(&self, id: &str) -> Result<Vec<Value>, Error> {
        self.list(&at(id, Tail::TransitiveMembers), None).await
    }

    /// Puts a user, service principal or group into a group.
    ///
    /// # Errors
    /// As [`Error`] says; who is in already is refused.
    pub async fn add_group_member(&self, id: &str, member: &str) -> Result<(), Error> {
        self.post(&at(id, Tail::MemberReferences), &self.reference(member)?)
            .await
            .map(drop)
    }

    /// Takes somebody out of a group.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`Error`] says.
    pub async fn remove_group_member(&self, id: &str, member: &str) -> Result<(), Error> {
        self.delete(&at(id, Tail::MemberReference(member.to_owned())))
            .await
    }

    /// Who owns a group.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn group_owners(&self, id: &str) -> Result<Vec<Value>, Error> {
        self.list(&at(id, Tail::Owners), None).await
    }

    /// Makes a user or service principal an owner of a group.
    ///
    /// # Errors
    /// As [`Error`] says; who is one already is refused.
    pub async fn add_group_owner(&self, id: &str, owner: &str) -> Result<(), Error> {
        self.post(&at(id, Tail::OwnerReferences), &self.reference(owner)?)
            .await
            .map(drop)
    }

    /// Makes an owner of a group one no more.
    ///
    /// # Errors
    /// As [`Error`] says; the last person stays.
    pub async fn remove_group_owner(&self, id: &str, owner: &str) -> Result<(), Error> {
        self.delete(&at(id, Tail::OwnerReference(owner.to_owned()))).await
    }

    /// The ids of the groups that a user (by id or user principal name) is in, also through other groups.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn user_member_groups(
        &self,
        id_or_upn: &str,
        security_enabled_only: bool,
    ) -> Result<Vec<String>, Error> {
        let path = GraphPath::UserMemberships(id_or_upn.to_owned(), Memberships::GetMemberGroups);
        self.member_groups(&path, security_enabled_only).await
    }

    /// The ids of the groups that a group is in, also through other groups.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn group_member_groups(
        &self,
        id: &str,
        security_enabled_only: bool,
    ) -> Result<Vec<String>, Error> {
        let path = at(id, Tail::Memberships(Memberships::GetMemberGroups));
        self.member_groups(&path, security_enabled_only).await
    }

    async fn member_groups(
        &self,
        path: &GraphPath,
        security_enabled_only: bool,
    ) -> Result<Vec<String>, Error> {
        let asked = GetMemberGroups {
            security_enabled_only: Some(security_enabled_only),
        };
        self.ids(path, &json!(asked)).await
    }

    /// Those of `groups` that an object is in, also through other groups. At most 20 can be asked about at a time.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn check_member_groups(&self, object: &str, groups: &[&str]) -> Result<Vec<String>, Error> {
        let asked = CheckMemberGroups {
            group_ids: groups.iter().map(|group| (*group).to_owned()).collect(),
        };
        let path = GraphPath::DirectoryObjectMemberships(object.to_owned(), Memberships::CheckMemberGroups);
        self.ids(&path, &json!(asked)).await
    }

    async fn ids(&self, path: &GraphPath, asked: &Value) -> Result<Vec<String>, Error> {
        let answer = self.post(path, asked).await?;
        serde_json::from_value::<List<String>>(answer)
            .map(|list| list.value)
            .map_err(|_| self.nonsense("the answer is no list of ids"))
    }
}
