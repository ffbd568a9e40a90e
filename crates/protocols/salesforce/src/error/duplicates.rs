//! What a duplicate rule found (1.14).

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{Id, Version};

/// A rule that stopped a record, and which records it took for the same.
///
/// The reference's shape comes from the SOAP types and a client's parser, not from a recorded answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DuplicateResult {
    /// Whether `Sforce-Duplicate-Rule-Header: allowSave=true` lets it pass.
    pub allow_save: bool,
    /// Developer name of the rule.
    pub duplicate_rule: String,
    /// The object that it is about.
    pub duplicate_rule_entity_type: String,
    /// What it tells the person.
    pub error_message: String,
    /// One for each of its matching rules.
    pub match_results: Vec<MatchResult>,
}

/// What one matching rule found.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchResult {
    /// The object that was searched.
    pub entity_type: String,
    /// `ExactMatchEngine`, `FuzzyMatchEngine`
    pub match_engine: String,
    /// Developer name of the rule.
    pub rule: String,
    /// The records.
    pub records: Vec<MatchRecord>,
}

/// A record that was taken for the same. Of its values none is told: the caller may not be allowed to see them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatchRecord {
    /// Which.
    pub id: Id,
    /// Up to 100.
    pub confidence: f64,
    /// In which version its address is written.
    pub version: Version,
}

impl Serialize for MatchResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let records: Vec<_> = self.records.iter().map(|record| (self.entity_type.as_str(), record)).map(Matched).collect();
        let mut map = serializer.serialize_map(Some(7))?;
        map.serialize_entry("entityType", &self.entity_type)?;
        map.serialize_entry("errors", &[(); 0])?;
        map.serialize_entry("matchEngine", &self.match_engine)?;
        map.serialize_entry("rule", &self.rule)?;
        map.serialize_entry("size", &self.records.len())?;
        map.serialize_entry("success", &true)?;
        map.serialize_entry("matchRecords", &records)?;
        map.end()
    }
}

struct Matched<'a>((&'a str, &'a MatchRecord));

impl Serialize for Matched<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (object, record) = self.0;
        let attributes = crate::record::Attributes::of(object, record.version, record.id);
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("additionalInformation", &[(); 0])?;
        map.serialize_entry("fieldDiffs", &[(); 0])?;
        map.serialize_entry("matchConfidence", &record.confidence)?;
        map.serialize_entry("record", &Bare { attributes, id: record.id })?;
        map.end()
    }
}

#[derive(Serialize)]
struct Bare {
    attributes: crate::record::Attributes,
    #[serde(rename = "Id")]
    id: Id,
}
