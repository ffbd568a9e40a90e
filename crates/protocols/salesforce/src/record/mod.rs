//! Records: as clients send them ([`Incoming`]), as they are answered ([`Record`]), and what is said of those that were written ([`Saved`]).

mod incoming;
mod outgoing;
mod saved;

use std::{fmt, sync::Arc};

use serde::{Serialize, Serializer, ser::SerializeMap};

pub(crate) use incoming::Object as IncomingObject;
pub use incoming::{Claimed, Given, Incoming, Scalar};
pub use outgoing::{Address, Record, Value};
pub use saved::{Saved, Upserted};

use crate::{Id, Version, version::ROOT};

/// The path of a record: `/services/data/v66.0/sobjects/Account/0015500001QdQWaAAN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordPath<'a> {
    /// In which version.
    pub version: Version,
    /// The object's canonical name.
    pub object: &'a str,
    /// Which.
    pub id: Id,
}

impl fmt::Display for RecordPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ROOT}/{}/sobjects/{}/{}", self.version, self.object, self.id)
    }
}

impl Serialize for RecordPath<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What stands first in every record that is answered (1.1): its object, and its path unless it is a row of an aggregate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributes {
    object: Arc<str>,
    /// What it is called instead of the object in its path.
    called: Option<Arc<str>>,
    place: Option<(Version, Id)>,
}

impl Attributes {
    /// Of a record of this object, by its canonical name.
    pub fn of(object: impl Into<Arc<str>>, version: Version, id: Id) -> Self {
        Self { object: object.into(), called: None, place: Some((version, id)) }
    }

    /// Of a row that is no record.
    pub fn aggregate() -> Self {
        Self { object: "AggregateResult".into(), called: None, place: None }
    }

    /// A parent that can be of several objects is called `Name`; its path stays its own.
    #[must_use]
    pub fn called(self, name: impl Into<Arc<str>>) -> Self {
        Self { called: Some(name.into()), ..self }
    }
}

impl Serialize for Attributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", self.called.as_ref().unwrap_or(&self.object))?;
        if let Some((version, id)) = self.place {
            map.serialize_entry("url", &RecordPath { version, object: &self.object, id })?;
        }
        map.end()
    }
}
