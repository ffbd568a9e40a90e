//! `POST Chasitor/ChasitorInit`: a visitor asks for a conversation (2.2).

use serde::{Deserialize, Serialize};

use crate::error::{BodyError, decode};
use crate::ids::IdKind;
use crate::redacted::Sensitive;
use crate::tolerant;

/// Body of ChasitorInit. Unknown keys are ignored.
///
/// Required are `organizationId` and `deploymentId`; everything else may be missing, `null` or empty (2.2).
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChasitorInit {
    /// Organisation, 15 or 18 characters.
    pub organization_id: String,
    /// Deployment, 15 or 18 characters.
    pub deployment_id: String,
    /// Button; may be missing when an agent or overrides are named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub button_id: Option<String>,
    /// Direct to this agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// With `agent_id`: when he cannot, the button.
    pub do_fallback: bool,
    /// The session's id, or its key (the seed), or nothing. The header decides, not this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<Sensitive>,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Such as `en-US`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Such as `1280x800`; the seed sends it empty, which is `None` here.
    #[serde(serialize_with = "or_empty")]
    pub screen_resolution: Option<String>,
    /// The visitor's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visitor_name: Option<Sensitive>,
    /// Pre-chat values.
    pub prechat_details: Vec<CustomDetail>,
    /// Find-or-create instructions.
    pub prechat_entities: Vec<Entity>,
    /// Ordered targets as sent; see [`ChasitorInit::targets`].
    pub button_overrides: Vec<String>,
    /// Whether QueueUpdate is wanted.
    pub receive_queue_updates: bool,
    /// `None` when missing: only a false one may be refused (`NoPost`), and that is an option of the server (2.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_post: Option<bool>,
    /// What the visitor did on the site before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visitor_info: Option<VisitorInfo>,
}

/// Clients send the field even when it is empty.
fn or_empty<S: serde::Serializer>(value: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.as_deref().unwrap_or_default())
}

/// The body as it arrives: lists that have several names are separate fields, since a client may send both.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReceivedInit {
    #[serde(deserialize_with = "tolerant::required_id")]
    organization_id: String,
    #[serde(deserialize_with = "tolerant::required_id")]
    deployment_id: String,
    #[serde(default, deserialize_with = "tolerant::optional_text")]
    button_id: Option<String>,
    #[serde(default, deserialize_with = "tolerant::optional_text")]
    agent_id: Option<String>,
    #[serde(default, deserialize_with = "tolerant::flag")]
    do_fallback: bool,
    #[serde(default, deserialize_with = "tolerant::optional_text")]
    session_id: Option<Sensitive>,
    #[serde(default, deserialize_with = "tolerant::optional_text")]
    user_agent: Option<String>,
    #[serde(default, deserialize_with = "tolerant::optional_text")]
    language: Option<String>,
    #[serde(default, deserialize_with = "tolerant::optional_text")]
    screen_resolution: Option<String>,
    #[serde(default, deserialize_with = "tolerant::optional_text")]
    visitor_name: Option<Sensitive>,
    #[serde(default, deserialize_with = "tolerant::list")]
    prechat_details: Vec<CustomDetail>,
    #[serde(default, deserialize_with = "tolerant::list")]
    pre_chat_details: Vec<CustomDetail>,
    #[serde(default, deserialize_with = "tolerant::list")]
    prechat_entities: Vec<Entity>,
    #[serde(default, deserialize_with = "tolerant::list")]
    pre_chat_entities: Vec<Entity>,
    #[serde(default, deserialize_with = "tolerant::texts")]
    button_overrides: Vec<String>,
    #[serde(default, deserialize_with = "tolerant::flag")]
    receive_queue_updates: bool,
    #[serde(default, deserialize_with = "tolerant::optional_flag")]
    is_post: Option<bool>,
    #[serde(default)]
    visitor_info: Option<VisitorInfo>,
}

impl<'de> Deserialize<'de> for ChasitorInit {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut received = ReceivedInit::deserialize(deserializer)?;
        received.prechat_details.append(&mut received.pre_chat_details);
        received.prechat_entities.append(&mut received.pre_chat_entities);
        received.button_overrides.retain(|target| !target.trim().is_empty());
        Ok(Self {
            organization_id: received.organization_id,
            deployment_id: received.deployment_id,
            button_id: received.button_id,
            agent_id: received.agent_id,
            do_fallback: received.do_fallback,
            session_id: received.session_id,
            user_agent: received.user_agent,
            language: received.language,
            screen_resolution: received.screen_resolution,
            visitor_name: received.visitor_name,
            prechat_details: received.prechat_details,
            prechat_entities: received.prechat_entities,
            button_overrides: received.button_overrides,
            receive_queue_updates: received.receive_queue_updates,
            is_post: received.is_post,
            visitor_info: received.visitor_info,
        })
    }
}

impl ChasitorInit {
    /// Decodes the body.
    ///
    /// # Errors
    /// [`BodyError`] for malformed JSON, a missing or empty organisation or deployment, or a value of the wrong shape.
    pub fn decode(body: &[u8]) -> Result<Self, BodyError> {
        decode(body)
    }

    /// Where the conversation should go, first choice first: `buttonOverrides`, else `agentId`, else `buttonId` (2.2). Empty when
    /// the request names nothing.
    pub fn targets(&self) -> Vec<Target> {
        if !self.button_overrides.is_empty() {
            return self.button_overrides.iter().map(|target| Target::parse(target)).collect();
        }
        match (&self.agent_id, &self.button_id) {
            (Some(agent), Some(button)) if self.do_fallback => {
                vec![Target::AgentThenButton { agent: agent.clone(), button: button.clone() }]
            }
            (Some(agent), _) => vec![Target::Agent(agent.clone())],
            (None, Some(button)) => vec![Target::Button(button.clone())],
            (None, None) => Vec::new(),
        }
    }
}

/// One place that a conversation can go to. Ids are as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A button: `573…`.
    Button(String),
    /// An agent and nobody else: `005…`.
    Agent(String),
    /// An agent, and when he cannot, a button: `005…_573…`.
    AgentThenButton {
        /// The agent.
        agent: String,
        /// The button.
        button: String,
    },
    /// An id whose prefix says neither; the server may know it.
    Unrecognised(String),
}

impl Target {
    /// Reads an element of `buttonOverrides`, which is also a value of the pre-chat form's `liveagent.prechat.buttons` (2.7).
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if let Some((agent, button)) = text.split_once('_') {
            if is(agent, IdKind::Agent) && is(button, IdKind::Button) {
                return Self::AgentThenButton { agent: agent.to_owned(), button: button.to_owned() };
            }
        } else if is(text, IdKind::Button) {
            return Self::Button(text.to_owned());
        } else if is(text, IdKind::Agent) {
            return Self::Agent(text.to_owned());
        }
        Self::Unrecognised(text.to_owned())
    }

    /// The element of `buttonOverrides` that says this.
    pub fn to_wire(&self) -> String {
        match self {
            Self::Button(id) | Self::Agent(id) | Self::Unrecognised(id) => id.clone(),
            Self::AgentThenButton { agent, button } => format!("{agent}_{button}"),
        }
    }
}

/// The prefix alone decides, so that an id with a typing error is still refused as what it meant to be.
fn is(text: &str, kind: IdKind) -> bool {
    let prefix = match kind {
        IdKind::Agent => "005",
        IdKind::Button => "573",
        _ => return false,
    };
    text.starts_with(prefix)
}

/// A labelled pre-chat value (4, `CustomDetail`).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomDetail {
    /// Its name; entities refer to it.
    pub label: Sensitive,
    /// Its value; `null` arrives as the empty text, numbers and booleans as their JSON text.
    pub value: Sensitive,
    /// Fields of the transcript that it is saved to.
    pub transcript_fields: Vec<String>,
    /// Whether agents may see it; true when missing.
    pub display_to_agent: bool,
    /// The legacy find form, sent as `entityMaps` or `entityFieldMaps`.
    pub entity_maps: Vec<EntityMap>,
    /// Whether knowledge is searched with the value.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub do_knowledge_search: bool,
}

impl CustomDetail {
    /// A detail that agents see and nothing is mapped to.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            label: label.into().into(),
            value: value.into().into(),
            transcript_fields: Vec::new(),
            display_to_agent: true,
            entity_maps: Vec::new(),
            do_knowledge_search: false,
        }
    }
}

fn yes() -> bool {
    true
}

impl<'de> Deserialize<'de> for CustomDetail {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Received {
            #[serde(deserialize_with = "tolerant::required_text")]
            label: Sensitive,
            #[serde(default, deserialize_with = "tolerant::text")]
            value: Sensitive,
            #[serde(default, deserialize_with = "tolerant::texts")]
            transcript_fields: Vec<String>,
            #[serde(default = "yes", deserialize_with = "tolerant::flag_or_true")]
            display_to_agent: bool,
            #[serde(default, deserialize_with = "tolerant::list")]
            entity_maps: Vec<EntityMap>,
            #[serde(default, deserialize_with = "tolerant::list")]
            entity_field_maps: Vec<EntityMap>,
            #[serde(default, deserialize_with = "tolerant::list")]
            entity_fields_maps: Vec<EntityMap>,
            #[serde(default, deserialize_with = "tolerant::flag")]
            do_knowledge_search: bool,
        }

        let mut received = Received::deserialize(deserializer)?;
        received.entity_maps.append(&mut received.entity_field_maps);
        received.entity_maps.append(&mut received.entity_fields_maps);
        received.transcript_fields.retain(|field| !field.is_empty());
        Ok(Self {
            label: received.label,
            value: received.value,
            transcript_fields: received.transcript_fields,
            display_to_agent: received.display_to_agent,
            entity_maps: received.entity_maps,
            do_knowledge_search: received.do_knowledge_search,
        })
    }
}

/// The legacy find instruction inside a detail (4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityMap {
    /// Object, case-sensitive.
    #[serde(deserialize_with = "tolerant::required_text")]
    pub entity_name: String,
    /// Field, case-sensitive.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub field_name: String,
    /// Fill the field of a new record.
    #[serde(default, alias = "fastFill", deserialize_with = "tolerant::flag")]
    pub is_fast_fillable: bool,
    /// Search by the field.
    #[serde(default, alias = "autoQuery", deserialize_with = "tolerant::flag")]
    pub is_auto_queryable: bool,
    /// Compare the whole value.
    #[serde(default, alias = "isExactMatch", alias = "exactMatch", deserialize_with = "tolerant::flag")]
    pub is_exact_matchable: bool,
}

/// A find-or-create instruction (4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entity {
    /// Object, case-sensitive.
    pub entity_name: String,
    /// Open the record for the agent when it was created.
    pub show_on_create: bool,
    /// The parent object that gets this record's id (2.7); empty and `null` are `None`.
    pub link_to_entity_name: Option<String>,
    /// The parent's field that gets it.
    pub link_to_entity_field: Option<String>,
    /// Field of the transcript that gets the record's id; empty is `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub save_to_transcript: Option<String>,
    /// Its fields, sent as `entityFieldsMaps` or `entityFieldMaps`.
    pub entity_fields_maps: Vec<EntityField>,
}

impl<'de> Deserialize<'de> for Entity {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Received {
            #[serde(deserialize_with = "tolerant::required_text")]
            entity_name: String,
            #[serde(default, deserialize_with = "tolerant::flag")]
            show_on_create: bool,
            #[serde(default, deserialize_with = "tolerant::optional_text")]
            link_to_entity_name: Option<String>,
            #[serde(default, deserialize_with = "tolerant::optional_text")]
            link_to_entity_field: Option<String>,
            #[serde(default, deserialize_with = "tolerant::optional_text")]
            save_to_transcript: Option<String>,
            #[serde(default, deserialize_with = "tolerant::list")]
            entity_fields_maps: Vec<EntityField>,
            #[serde(default, deserialize_with = "tolerant::list")]
            entity_field_maps: Vec<EntityField>,
            #[serde(default, deserialize_with = "tolerant::list")]
            entity_maps: Vec<EntityField>,
        }

        let mut received = Received::deserialize(deserializer)?;
        received.entity_fields_maps.append(&mut received.entity_field_maps);
        received.entity_fields_maps.append(&mut received.entity_maps);
        Ok(Self {
            entity_name: received.entity_name,
            show_on_create: received.show_on_create,
            link_to_entity_name: received.link_to_entity_name,
            link_to_entity_field: received.link_to_entity_field,
            save_to_transcript: received.save_to_transcript,
            entity_fields_maps: received.entity_fields_maps,
        })
    }
}

/// How one field of an [`Entity`] is filled and searched (4, `EntityFieldsMaps`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityField {
    /// Field, case-sensitive.
    #[serde(deserialize_with = "tolerant::required_text")]
    pub field_name: String,
    /// Label of the detail that holds the value.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub label: Sensitive,
    /// Search by it.
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub do_find: bool,
    /// Compare the whole value.
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub is_exact_match: bool,
    /// Fill it in a new record.
    #[serde(default, deserialize_with = "tolerant::flag")]
    pub do_create: bool,
}

/// What the visitor did on the site before the chat (2.2, undocumented).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VisitorInfo {
    /// Number of visits.
    #[serde(default, deserialize_with = "tolerant::optional_integer")]
    pub visit_count: Option<i64>,
    /// Where he came from first.
    #[serde(default, deserialize_with = "tolerant::optional_text")]
    pub original_referrer: Option<Sensitive>,
    /// Pages seen.
    #[serde(default, deserialize_with = "tolerant::list")]
    pub pages: Vec<PageView>,
}

/// One page seen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageView {
    /// Its URL.
    #[serde(default, deserialize_with = "tolerant::text")]
    pub location: Sensitive,
    /// When, in epoch milliseconds.
    #[serde(default, deserialize_with = "tolerant::optional_integer")]
    pub time: Option<i64>,
}
