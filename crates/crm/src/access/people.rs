//! Who has which profile and permission sets, and who is in a group, as administrators set it.

use domain::time::Timestamp;
use futures_util::FutureExt as _;
use salesforce::{Error as Refusal, Id};
use serde_json::{Value as Json, json};

use super::{
    Caller,
    administer::{Change, audited},
    load::the,
};
use crate::{
    Crm, Result,
    held::{self, Held},
    value::Value,
};

impl Crm {
    /// Gives a user a profile.
    pub async fn set_profile(&self, caller: &Caller, user: Id, profile: Id) -> Result<()> {
        let audited = audited("crm_user.profile_set", user, json!({ "profile": profile.to_string() }));
        self.administer(caller, audited, move |mut change| async move { change.set_profile(user, profile).await }.boxed()).await
    }

    /// Assigns a permission set to a user, for good or until then. Again, it only changes until when.
    ///
    /// # Errors
    /// `Refused` when that is over already, and for a profile's own set.
    pub async fn assign(&self, caller: &Caller, user: Id, set: Id, until: Option<Timestamp>) -> Result<Id> {
        if until.is_some_and(|until| until <= self.now()) {
            let why = "An assignment ends in the future.".to_owned();
            return Err(Refusal::field_integrity(&["ExpirationDate"], why).into());
        }
        let audited =
            audited("crm_user.set_assigned", user, json!({ "set": set.to_string(), "until": until.map(|until| until.to_string()) }));
        self.administer(caller, audited, move |mut change| async move { change.assign(user, set, until).await }.boxed()).await
    }

    /// Takes it away.
    pub async fn unassign(&self, caller: &Caller, user: Id, set: Id) -> Result<()> {
        let audited = audited("crm_user.set_taken", user, json!({ "set": set.to_string() }));
        self.administer(caller, audited, move |mut change| async move { change.unassign(user, set).await }.boxed()).await
    }

    /// Makes a group of users and groups.
    pub async fn create_group(&self, caller: &Caller, name: &str) -> Result<Id> {
        let audited = audited("crm_group.created", name, Json::Null);
        let name = name.to_owned();
        self.administer(caller, audited, move |mut change| {
            let name = name.clone();
            async move { change.create_group(&name).await }.boxed()
        })
        .await
    }

    /// Puts a user or a group into a group, or takes it out. Who serves a queue is set with the agents.
    pub async fn set_member(&self, caller: &Caller, group: Id, member: Id, belongs: bool) -> Result<()> {
        let audited = audited("crm_group.member_set", group, json!({ "member": member.to_string(), "belongs": belongs }));
        self.administer(caller, audited, move |mut change| async move { change.set_member(group, member, belongs).await }.boxed()).await
    }
}

impl Change<'_> {
    async fn set_profile(&mut self, user: Id, profile: Id) -> Result<()> {
        let schema = self.schema.clone();
        let (users, profiles) = (the(&schema, "User")?, the(&schema, "Profile")?);
        if !self.any(profiles, "id", profile).await? {
            return Err(Refusal::invalid_cross_reference(Some("ProfileId")).into());
        }
        if !self.any(users, "id", user).await? {
            return Err(Refusal::not_found().into());
        }
        held::update(self.tx, &schema, users, user, [("ProfileId", Value::Id(profile))].into_iter(), self.stamp).await
    }

    async fn assign(&mut self, user: Id, set: Id, until: Option<Timestamp>) -> Result<Id> {
        let schema = self.schema.clone();
        let (users, sets) = (the(&schema, "User")?, the(&schema, "PermissionSet")?);
        if !self.any(sets, "id", set).await? || self.is_hidden(sets, set).await? {
            return Err(Refusal::invalid_cross_reference(Some("PermissionSetId")).into());
        }
        if !self.any(users, "id", user).await? {
            return Err(Refusal::invalid_cross_reference(Some("AssigneeId")).into());
        }
        let rows = the(&schema, "PermissionSetAssignment")?;
        let until = until.map_or(Value::Null, |until| Value::Instant(until.0));
        if let Some(there) = self.one(rows, &[("permissionsetid", set.short()), ("assigneeid", user.short())]).await? {
            held::update(self.tx, &schema, rows, there, [("ExpirationDate", until)].into_iter(), self.stamp).await?;
            return Ok(there);
        }
        let id = self.new_id(rows).await?;
        let row = Held::new(id)
            .with("PermissionSetId", Value::Id(set))
            .with("AssigneeId", Value::Id(user))
            .with("IsActive", Value::Boolean(true))
            .with("ExpirationDate", until);
        held::insert(self.tx, &schema, rows, vec![row], self.stamp).await?;
        Ok(id)
    }

    async fn unassign(&mut self, user: Id, set: Id) -> Result<()> {
        let schema = self.schema.clone();
        let rows = the(&schema, "PermissionSetAssignment")?;
        let there = self.one(rows, &[("permissionsetid", set.short()), ("assigneeid", user.short())]).await?;
        held::delete(self.tx, &schema, rows, &[there.ok_or_else(Refusal::not_found)?]).await
    }

    async fn create_group(&mut self, name: &str) -> Result<Id> {
        let schema = self.schema.clone();
        let groups = the(&schema, "Group")?;
        let name = name.trim();
        if name.is_empty() {
            return Err(Refusal::required_missing(&["Name"]).into());
        }
        let id = self.new_id(groups).await?;
        let row = Held::new(id).text("Name", name).text("DeveloperName", &format!("G_{}", id.short())).text("Type", "Regular");
        held::insert(self.tx, &schema, groups, vec![row], self.stamp).await?;
        Ok(id)
    }

    async fn set_member(&mut self, group: Id, member: Id, belongs: bool) -> Result<()> {
        let schema = self.schema.clone();
        let (groups, members) = (the(&schema, "Group")?, the(&schema, "GroupMember")?);
        if self.one(groups, &[("id", group.short()), ("type", "Regular")]).await?.is_none() {
            return Err(Refusal::invalid_cross_reference(Some("GroupId")).into());
        }
        let kind = schema.object_of(member.prefix()).filter(|object| object.name == "User" || object.name == "Group");
        let known = match kind {
            Some(object) => member != group && self.any(object, "id", member).await?,
            None => false,
        };
        if !known {
            return Err(Refusal::invalid_cross_reference(Some("UserOrGroupId")).into());
        }
        let there = self.one(members, &[("groupid", group.short()), ("userorgroupid", member.short())]).await?;
        match (there, belongs) {
            (None, true) => {
                let id = self.new_id(members).await?;
                let row = Held::new(id).with("GroupId", Value::Id(group)).with("UserOrGroupId", Value::Id(member));
                held::insert(self.tx, &schema, members, vec![row], self.stamp).await
            }
            (Some(there), false) => held::delete(self.tx, &schema, members, &[there]).await,
            _ => Ok(()),
        }
    }
}
