//! What is said of records that were written (1.5, 1.9).

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::RecordPath;
use crate::{Error, Id, Version};

/// What became of one record.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    /// It was written.
    Written {
        /// Which record it is.
        id: Id,
        /// For an upsert: whether it is new.
        created: Option<bool>,
    },
    /// It was not, and has no id.
    Refused(Vec<Error>),
}

impl Saved {
    /// One that was inserted, updated or deleted.
    pub fn written(id: Id) -> Self {
        Self::Written { id, created: None }
    }
}

/// With errors in the form of rows (1.9): the body of a single row's refusal is [`Error::body`] instead.
impl Serialize for Saved {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Written { id, created } => {
                map.serialize_entry("id", id)?;
                map.serialize_entry("success", &true)?;
                map.serialize_entry("errors", &[(); 0])?;
                if let Some(created) = created {
                    map.serialize_entry("created", created)?;
                }
            }
            Self::Refused(errors) => {
                let errors: Vec<_> = errors.iter().map(Error::row).collect();
                map.serialize_entry("success", &false)?;
                map.serialize_entry("errors", &errors)?;
            }
        }
        map.end()
    }
}

/// What an upsert by key found (1.5). That nothing was found for an update only, or the key is none, is an [`Error`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upserted {
    /// No record had the key; this one has it now.
    Created(Id),
    /// This one had it and was changed.
    Updated(Id),
    /// Several have it, and nothing was written.
    Several(Vec<Id>),
}

impl Upserted {
    /// The HTTP status; that of a change was another up to version 45.
    pub fn status(&self, version: Version) -> u16 {
        match self {
            Self::Created(_) => 201,
            Self::Updated(_) if version.number() >= 46 => 200,
            Self::Updated(_) => 204,
            Self::Several(_) => 300,
        }
    }

    /// The body, if the status has one.
    pub fn body<'a>(&'a self, version: Version, object: &'a str) -> Option<impl Serialize + 'a> {
        (self.status(version) != 204).then_some(UpsertBody { upserted: self, version, object })
    }
}

struct UpsertBody<'a> {
    upserted: &'a Upserted,
    version: Version,
    object: &'a str,
}

impl Serialize for UpsertBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { upserted, version, object } = *self;
        match upserted {
            Upserted::Created(id) => Saved::Written { id: *id, created: Some(true) }.serialize(serializer),
            Upserted::Updated(id) => Saved::Written { id: *id, created: Some(false) }.serialize(serializer),
            Upserted::Several(ids) => serializer.collect_seq(ids.iter().map(|id| RecordPath { version, object, id: *id })),
        }
    }
}
