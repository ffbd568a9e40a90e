//! The settings of the chat destination in a page: where the chat's scripts are, and which trait or property becomes which detail and field.
//!
//! The names are those of Segment's own destination (10), so that its settings can be brought along and its unmodified integration reads
//! ours. Beyond them are [`ChatSettings::strict`] and [`ChatSettings::objects`], which that integration does not look at.
//!
//! [`read`] takes what a person pastes: those settings in any form that Segment's tools print them in, or a deployment code. What is not
//! understood is left out and warned of.

mod address;
mod paste;
mod value;
mod warning;

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeMap as _};

pub use address::{Address, AddressProblem, endpoint, script};
pub use paste::{LIMIT, NotRead, Read, from_value, read};
pub use warning::{Code, Warning};

/// The name under which Segment knows the destination, a key of `integrations` objects. Case matters.
pub const DESTINATION: &str = "Salesforce Live Agent";
/// The event with which a chat begins (11). Case matters.
pub const STARTED: &str = "Live Chat Conversation Started";

/// The most rows of one object; rows beyond are left out.
pub const MOST_ROWS: usize = 100;
/// The most objects.
pub const MOST_OBJECTS: usize = 20;
/// The most characters of a path, label, field, object or address.
pub const MOST_CHARACTERS: usize = 255;

/// The destination's settings. As JSON they have Segment's names; whatever JSON there is can be read ([`from_value`]).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatSettings {
    /// Where `deployment.js` is: a bare label such as `c.la1`, or a whole address ([`script`]).
    pub hostname: String,
    /// What is initialised with: a bare label such as `d.la1`, or a whole address ([`endpoint`]).
    pub live_agent_endpoint_url: String,
    /// `572…`
    pub deployment_id: String,
    /// `00D…`
    pub org_id: String,
    /// The page's console says what `deployment.js` does.
    pub enable_logging: bool,
    /// Traits of the user to a `Contact`.
    #[serde(serialize_with = "by_trait")]
    pub contact_mappings: Vec<Row>,
    /// Properties of the event to a `Case`.
    #[serde(serialize_with = "by_property")]
    pub case_mappings: Vec<Row>,
    /// Traits of the group to an `Account`; Segment's key is `property` here too.
    #[serde(serialize_with = "by_property")]
    pub account_mappings: Vec<Row>,
    /// A value that is missing keeps the chat from beginning, as at Segment; otherwise it is left out and warned of.
    pub strict: bool,
    /// Objects of any name. When they are there, the three lists are for Segment's own integration only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objects: Option<Vec<Object>>,
}

/// One object of the CRM and what it is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Object {
    /// As the CRM has it, such as `Contact`. Case matters.
    pub entity_name: String,
    /// Where its values come from.
    pub source: Source,
    /// The transcript's field that gets the record's id; empty for none.
    pub save_to_transcript: String,
    /// The agent is shown a record that was made.
    pub show_on_create: bool,
    /// Another object that the record is linked to; empty for none.
    pub link_to_entity_name: String,
    /// That object's field.
    pub link_to_entity_field: String,
    /// What becomes what.
    pub mappings: Vec<Row>,
}

/// Where an object's values come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Traits of the user, from `identify`.
    #[default]
    Traits,
    /// Properties of the event.
    Properties,
    /// Traits of the group, from `group`.
    Group,
}

/// One value: a detail of the conversation, a field of the record, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Which trait or property; dots lead into objects.
    pub path: String,
    /// What the agent sees it called, and what the record's field refers to.
    pub label: String,
    /// The record's field; empty for a value that only the agent sees.
    pub field_name: String,
    /// The agent sees it.
    pub display_to_agent: bool,
    /// Records are looked for with it.
    pub do_find: bool,
    /// Only the whole value matches.
    pub is_exact_match: bool,
    /// It is set on a record that is made.
    pub do_create: bool,
}

/// A row under the name that its list has for the path.
struct Keyed<'r>(&'static str, &'r Row);

impl Serialize for Keyed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(key, row) = self;
        let mut map = serializer.serialize_map(Some(7))?;
        map.serialize_entry(key, &row.path)?;
        map.serialize_entry("label", &row.label)?;
        map.serialize_entry("fieldName", &row.field_name)?;
        map.serialize_entry("displayToAgent", &row.display_to_agent)?;
        map.serialize_entry("doFind", &row.do_find)?;
        map.serialize_entry("isExactMatch", &row.is_exact_match)?;
        map.serialize_entry("doCreate", &row.do_create)?;
        map.end()
    }
}

fn by_trait<S: Serializer>(rows: &[Row], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(rows.iter().map(|row| Keyed("trait", row)))
}

fn by_property<S: Serializer>(rows: &[Row], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(rows.iter().map(|row| Keyed("property", row)))
}

impl<'de> Deserialize<'de> for ChatSettings {
    /// Any JSON; what is not understood is absent. Warnings are [`from_value`]'s.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_json::Value::deserialize(deserializer).map(|value| from_value(&value).0)
    }
}

impl ChatSettings {
    /// The objects that count: [`ChatSettings::objects`], or else the three lists in the order in which Segment's integration goes through
    /// them (10): contact, case, account. A list without rows is no object.
    pub fn objects_in_order(&self) -> Vec<Object> {
        if let Some(objects) = &self.objects {
            return objects.clone();
        }
        let lists = [
            ("Contact", Source::Traits, &self.contact_mappings),
            ("Case", Source::Properties, &self.case_mappings),
            ("Account", Source::Group, &self.account_mappings),
        ];
        let used = lists.into_iter().filter(|(_, _, rows)| !rows.is_empty());
        used.map(|(name, source, rows)| Object { entity_name: name.to_owned(), source, mappings: rows.clone(), ..Object::default() })
            .collect()
    }

    /// Sets the objects, and the three lists to what Segment's own integration can do of them: a contact of the user's traits, a case of the
    /// event's properties, an account of the group's traits; rows without a field have nowhere to go there, nor have paths into objects.
    #[must_use]
    pub fn with_objects(mut self, objects: Vec<Object>) -> Self {
        let rows = |name: &str, source: Source| -> Vec<Row> {
            let of_it = objects.iter().filter(|object| object.entity_name == name && object.source == source);
            of_it.flat_map(|object| &object.mappings).filter(|row| !row.field_name.is_empty() && !row.path.contains('.')).cloned().collect()
        };
        self.contact_mappings = rows("Contact", Source::Traits);
        self.case_mappings = rows("Case", Source::Properties);
        self.account_mappings = rows("Account", Source::Group);
        self.objects = Some(objects);
        self
    }
}
