//! How rights to an object are given: by rows of permission sets, or to everybody by what the object is.

use super::ObjectRights;
use crate::schema::{Field, Object};

/// How rights to an object are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// By rows of `ObjectPermissions` and `FieldPermissions`: what a business keeps.
    ByRows,
    /// Everybody who has rights reads it: who works here, and how the conversation server is set up. Whoever manages users writes it.
    ToAll,
    /// Everybody may make, change and delete it, and sharing says of what: what hangs on another record.
    AsItsRecord,
    /// Rights themselves: for whoever may look at the setup; whoever manages users writes them.
    Setup,
}

const TO_ALL: &[&str] = &[
    "BusinessHours",
    "CaseStatus",
    "ContractStatus",
    "Group",
    "GroupMember",
    "LeadStatus",
    "LiveChatButton",
    "LiveChatButtonSkill",
    "LiveChatDeployment",
    "OpportunityStage",
    "Organization",
    "Profile",
    "QueueSobject",
    "RecordType",
    "ServicePresenceStatus",
    "ServiceChannel",
    "Skill",
    "SkillUser",
    "TaskPriority",
    "TaskStatus",
    "User",
    "UserLicense",
    "UserRole",
];
const AS_ITS_RECORD: &[&str] = &[
    "Attachment",
    "CaseComment",
    "CaseHistory",
    "ContactHistory",
    "AccountHistory",
    "LeadHistory",
    "ContentDocument",
    "ContentDocumentLink",
    "ContentVersion",
    "EmailMessage",
    "LiveChatTranscriptHistory",
    "Note",
];
const SETUP: &[&str] =
    &["FieldPermissions", "ObjectPermissions", "PermissionSet", "PermissionSetAssignment", "PermissionSetGroup", "PermissionSetLicense"];

/// How rights to this object are given.
pub(crate) fn given(object: &Object) -> Given {
    let is_in = |names: &[&str]| names.contains(&object.name.as_str());
    if object.custom {
        Given::ByRows
    } else if is_in(TO_ALL) {
        Given::ToAll
    } else if is_in(AS_ITS_RECORD) {
        Given::AsItsRecord
    } else if is_in(SETUP) {
        Given::Setup
    } else {
        Given::ByRows
    }
}

/// Rights to an object that has no rows of its own; none: it is not for this person.
pub(crate) fn rights(given: Given, sees_setup: bool, manages_users: bool) -> Option<ObjectRights> {
    let all = ObjectRights { read: true, create: true, edit: true, delete: true, every_field: true, ..ObjectRights::default() };
    match given {
        Given::ByRows => None,
        Given::AsItsRecord => Some(all),
        Given::ToAll | Given::Setup if manages_users => Some(ObjectRights { view_all: true, modify_all: true, ..all }),
        Given::ToAll => Some(ObjectRights { create: false, edit: false, delete: false, ..all }),
        Given::Setup => sees_setup.then_some(ObjectRights { create: false, edit: false, delete: false, ..all }),
    }
}

/// May somebody be given the right to write the field at all? Of read-only ones there is only the right to see.
pub(crate) fn is_editable(field: &Field) -> bool {
    field.create || field.update
}

/// A profile that comes with every workspace.
#[derive(Debug)]
pub(crate) struct BuiltIn {
    /// Its number, and that of its permission set.
    pub(crate) number: u64,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    /// `Permissions…` columns; none: all that there are.
    pub(crate) system: Option<&'static [&'static str]>,
    /// Rights by object: of `read`, `create`, `edit`, `delete` the first letters; none: all to all.
    pub(crate) objects: Option<&'static [(&'static str, &'static str)]>,
}

/// Whoever administers: may do everything, and nobody can take any of it away.
pub(crate) const ADMINISTRATOR: BuiltIn =
    BuiltIn { number: 1, name: "System Administrator", description: "May do everything.", system: None, objects: None };

/// Whoever talks with customers.
pub(crate) const STANDARD: BuiltIn = BuiltIn {
    number: 2,
    name: "Standard User",
    description: "Works with customers' records.",
    system: Some(&["PermissionsApiEnabled", "PermissionsRunReports", "PermissionsConvertLeads"]),
    objects: Some(&[
        ("Account", "rce"),
        ("Contact", "rce"),
        ("Lead", "rce"),
        ("Case", "rce"),
        ("Opportunity", "rce"),
        ("Task", "rced"),
        ("Event", "rced"),
        ("QuickText", "r"),
        ("LiveAgentSession", "r"),
        ("LiveChatVisitor", "r"),
        ("LiveChatTranscript", "r"),
        ("LiveChatTranscriptEvent", "r"),
    ]),
};

/// A program that is given what it needs by permission sets.
pub(crate) const MINIMUM: BuiltIn = BuiltIn {
    number: 3,
    name: "Minimum Access - API Only Integrations",
    description: "May use the API, and nothing that permission sets do not give.",
    system: Some(&["PermissionsApiEnabled", "PermissionsApiUserOnly"]),
    objects: Some(&[]),
};

/// All of them.
pub(crate) const BUILT_IN: [&BuiltIn; 3] = [&ADMINISTRATOR, &STANDARD, &MINIMUM];

impl BuiltIn {
    /// What it gives of an object whose rights are given by rows; none: nothing.
    pub(crate) fn rights(&self, object: &Object) -> Option<ObjectRights> {
        let Some(objects) = self.objects else {
            return Some(ObjectRights {
                read: true,
                create: true,
                edit: true,
                delete: true,
                view_all: true,
                modify_all: true,
                ..ObjectRights::default()
            });
        };
        let (_, letters) = objects.iter().find(|(name, _)| *name == object.name)?;
        let has = |letter: char| letters.contains(letter);
        Some(ObjectRights { read: has('r'), create: has('c'), edit: has('e'), delete: has('d'), ..ObjectRights::default() })
    }

    /// Whether it gives a system right.
    pub(crate) fn allows(&self, column: &str) -> bool {
        match self.system {
            Some(system) => system.contains(&column),
            // This one takes away.
            None => column != "PermissionsApiUserOnly",
        }
    }
}
