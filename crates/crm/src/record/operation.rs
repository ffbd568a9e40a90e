//! What can be done with records, and what became of it.

use salesforce::{
    Id,
    record::{Incoming, Scalar, Upserted},
};
use store::StoredBlob;

/// Something to be done with one record (`salesforce.md` 1.5). Objects and fields are named in whatever case.
#[derive(Clone, Debug)]
pub enum Operation {
    /// Make one.
    Create {
        /// Of which object.
        object: String,
        /// Its values.
        record: Incoming,
        /// Bytes that did not come in the record.
        uploads: Vec<Upload>,
    },
    /// Change one.
    Update {
        /// Of which object it must be.
        object: String,
        /// Which.
        id: Id,
        /// What changes; the rest stays.
        record: Incoming,
        /// Bytes that did not come in the record.
        uploads: Vec<Upload>,
    },
    /// Change the one that has this key, or make it.
    Upsert {
        /// Of which object.
        object: String,
        /// An external id, another field by which records are found, or `Id`.
        key: String,
        /// Its value. Null makes a record, where the key is `Id`.
        value: Scalar,
        /// Its other values.
        record: Incoming,
        /// Bytes that did not come in the record.
        uploads: Vec<Upload>,
        /// If there is none, that is an error.
        update_only: bool,
    },
    /// Put one into the recycle bin, with what hangs on it.
    Delete {
        /// Of which object it must be, if that was said.
        object: Option<String>,
        /// Which.
        id: Id,
    },
    /// Take one out of the recycle bin, with what was deleted together with it.
    Undelete {
        /// Which.
        id: Id,
    },
}

impl Operation {
    /// The values that it gives, if it gives any.
    pub(super) fn given(&self) -> Option<(&Incoming, &[Upload])> {
        match self {
            Self::Create { record, uploads, .. } | Self::Update { record, uploads, .. } | Self::Upsert { record, uploads, .. } => {
                Some((record, uploads))
            }
            Self::Delete { .. } | Self::Undelete { .. } => None,
        }
    }
}

/// What became of an [`Operation`].
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Made or changed.
    Saved(Id),
    /// Made, changed, or not decided because several have the key.
    Upserted(Upserted),
    /// In the recycle bin.
    Deleted(Id),
    /// Out of it.
    Undeleted(Id),
    /// Nothing was written, because of all this.
    Refused(Vec<salesforce::Error>),
}

/// Bytes that are on the disk already, for a field of a record that will cite them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The field, in whatever case.
    pub field: String,
    /// Where they are.
    pub blob: StoredBlob,
    /// Their MD5: what the vendor calls a checksum.
    pub md5: [u8; 16],
}
