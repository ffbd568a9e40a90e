//! What a query answers, and how the next page is found (1.7).

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{Error, Id, Version, id::KeyPrefix, record::Record, version::ROOT};

/// Rows on a page when nobody asks for another number.
pub const DEFAULT_PAGE: u16 = 2_000;
/// The fewest that can be asked for.
pub const MIN_PAGE: u16 = 200;

/// Some rows of a query, outermost or of children.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// How many rows the whole query has.
    pub total_size: u64,
    /// Where the next are, if any are left.
    pub next: Option<(Version, Locator)>,
    /// These rows.
    pub records: Vec<Record>,
}

impl Page {
    /// The answer to `COUNT()`: the number alone (1.7, recorded).
    pub fn count(total_size: u64) -> Self {
        Self { total_size, next: None, records: Vec::new() }
    }

    /// Whether the query has no rows at all.
    pub fn is_empty(&self) -> bool {
        self.total_size == 0
    }
}

impl Serialize for Page {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("totalSize", &self.total_size)?;
        map.serialize_entry("done", &self.next.is_none())?;
        if let Some((version, locator)) = self.next {
            map.serialize_entry("nextRecordsUrl", &format_args!("{ROOT}/{version}/query/{locator}"))?;
        }
        map.serialize_entry("records", &self.records)?;
        map.end()
    }
}

/// A cursor and how many rows were read of it: `01gRO0000016PIAYA2-2000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Locator {
    /// The cursor, with [`KeyPrefix::QUERY_LOCATOR`].
    pub id: Id,
    /// The first row of the page, from 0.
    pub offset: u32,
}

impl Locator {
    /// From the last part of an address.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let read = || {
            let (id, offset) = text.split_once('-')?;
            let id = Id::parse(id).ok().filter(|id| id.prefix() == KeyPrefix::QUERY_LOCATOR)?;
            let digits = !offset.is_empty() && offset.bytes().all(|byte| byte.is_ascii_digit());
            Some(Self { id, offset: offset.parse().ok().filter(|_| digits)? })
        };
        read().ok_or_else(Error::invalid_query_locator)
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.id, self.offset)
    }
}
