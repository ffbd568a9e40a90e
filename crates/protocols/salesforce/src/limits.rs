//! What `GET /limits` and `GET /limits/recordCount` answer (1.4, 1.16).

use serde::{Serialize, Serializer};

/// One of an organisation's limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Limit {
    /// In all.
    pub max: u64,
    /// That are left.
    pub remaining: u64,
}

/// Limits by their names: `DailyApiRequests`, `DataStorageMB`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits<'a>(pub Vec<(&'a str, Limit)>);

impl Serialize for Limits<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

/// How many records of an object there are, roughly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordCount {
    /// The records.
    pub count: u64,
    /// The object.
    pub name: String,
}

/// The counts of some objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RecordCounts {
    /// In the order of their names.
    #[serde(rename = "sObjects")]
    pub objects: Vec<RecordCount>,
}
