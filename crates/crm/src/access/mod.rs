//! Who asks, and what they may: rights by object and by field, and to whose records.

pub(crate) mod administer;
mod given;
pub(crate) mod grant;
pub(crate) mod install;
pub(crate) mod load;
mod people;
mod sharing;

use std::{collections::HashMap, sync::Arc};

use domain::ids::WorkspaceId;
use salesforce::Id;

pub(crate) use self::load::Cache;
pub use self::sharing::{changeable, deletable, visible};
pub use self::{
    administer::FieldRight,
    given::{AssignedSet, FieldGrant, HolderRights, ObjectGrant, RightsHolder, SystemRight, UserRights, UserRightsAsked},
    load::Supposed,
};
use crate::schema::{Field, Object};

/// Whoever reads or writes records. There is no request without one.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Whose records.
    pub workspace: WorkspaceId,
    /// Which user: owner of what they make, in `CreatedById`.
    pub user: Id,
    /// What they may.
    pub rights: Arc<Rights>,
}

/// What somebody may, from their profile and permission sets together (`salesforce.md` 3.5).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rights {
    /// Everything, and objects that callers do not write too: the server itself.
    pub system: bool,
    /// Reads all records of all objects, whoever owns them (`ViewAllData`).
    pub view_all_data: bool,
    /// Changes them too (`ModifyAllData`).
    pub modify_all_data: bool,
    /// May change objects, fields and rights (`CustomizeApplication`).
    pub customize: bool,
    /// May change who is a user, and what users may (`ManageUsers`).
    pub manage_users: bool,
    /// May use the API (`ApiEnabled`).
    pub api: bool,
    /// By canonical name. All who have the same profile and permission sets share it.
    pub objects: Arc<HashMap<String, ObjectRights>>,
    /// Themselves, and the groups that they are in: whose records are theirs.
    pub owners: Vec<Id>,
}

/// Rights to one object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectRights {
    /// See the object, and records as sharing says.
    pub read: bool,
    /// Make records.
    pub create: bool,
    /// Change records.
    pub edit: bool,
    /// Delete records.
    pub delete: bool,
    /// See all records.
    pub view_all: bool,
    /// Change and delete all records.
    pub modify_all: bool,
    /// By canonical name of the field: of permissionable fields only these are readable (false) or also editable (true).
    pub fields: HashMap<String, bool>,
    /// All fields are readable, and editable where the object is: rights by field do not apply.
    pub every_field: bool,
}

impl Rights {
    /// May know that the object exists. Whoever may not is told that there is none (`salesforce.md` 2.6).
    pub fn sees(&self, object: &Object) -> bool {
        self.system
            || self.view_all_data
            || self.modify_all_data
            || self.objects.get(&object.name).is_some_and(|rights| rights.read || rights.view_all || rights.modify_all)
    }

    /// May know that the field exists. A hidden one behaves as if it did not.
    pub fn sees_field(&self, object: &Object, field: &Field) -> bool {
        self.system
            || (self.sees(object)
                && (!field.permissionable
                    || self.objects.get(&object.name).is_some_and(|rights| rights.every_field || rights.fields.contains_key(&field.name))))
    }

    /// May give the field a value.
    pub fn edits_field(&self, object: &Object, field: &Field) -> bool {
        let by_row = |rights: &ObjectRights| rights.every_field || rights.fields.get(&field.name).copied().unwrap_or(false);
        self.system || !field.permissionable || self.objects.get(&object.name).is_some_and(by_row)
    }

    /// May make records.
    pub fn creates(&self, object: &Object) -> bool {
        self.system || self.modify_all_data || self.objects.get(&object.name).is_some_and(|rights| rights.create)
    }

    /// May change records, those that sharing lets them.
    pub fn edits(&self, object: &Object) -> bool {
        self.changes_all(object) || self.objects.get(&object.name).is_some_and(|rights| rights.edit)
    }

    /// May delete records, those that sharing lets them.
    pub fn deletes(&self, object: &Object) -> bool {
        self.changes_all(object) || self.objects.get(&object.name).is_some_and(|rights| rights.delete)
    }

    /// Sees all records of the object, whoever owns them.
    pub fn sees_all(&self, object: &Object) -> bool {
        self.system
            || self.view_all_data
            || self.modify_all_data
            || self.objects.get(&object.name).is_some_and(|rights| rights.view_all || rights.modify_all)
    }

    /// Changes all records of the object that sharing lets nobody else change.
    pub fn changes_all(&self, object: &Object) -> bool {
        self.system || self.modify_all_data || self.objects.get(&object.name).is_some_and(|rights| rights.modify_all)
    }
}

impl ObjectRights {
    /// With what each right needs: who deletes may edit, who edits or makes may read (`salesforce.md` 3.5).
    #[must_use]
    pub fn whole(mut self) -> Self {
        self.delete |= self.modify_all;
        self.view_all |= self.modify_all;
        self.edit |= self.delete;
        self.read |= self.edit || self.create || self.view_all;
        self
    }

    /// Adds what another permission set gives.
    pub(crate) fn widen(&mut self, other: Self) {
        self.read |= other.read;
        self.create |= other.create;
        self.edit |= other.edit;
        self.delete |= other.delete;
        self.view_all |= other.view_all;
        self.modify_all |= other.modify_all;
        self.every_field |= other.every_field;
        for (field, edits) in other.fields {
            *self.fields.entry(field).or_default() |= edits;
        }
    }
}

impl Caller {
    /// The server itself: for transcripts, mirrors and plans that an administrator set up. Never for a person's request.
    pub fn system(workspace: WorkspaceId, user: Id) -> Self {
        Self { workspace, user, rights: Arc::new(Rights { system: true, api: true, ..Rights::default() }) }
    }
}
