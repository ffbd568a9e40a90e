//! What visitors are shown: how the window looks, the forms before and after a conversation, the form for when nobody is there, invitations.

use std::collections::BTreeMap;

pub use domain::invitation::{InvitationAnimation, InvitationEnd, InvitationOperator, InvitationRuleKind, InvitationStart};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How the window of a deployment looks and which language it speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Appearance {
    /// What the window is called; null for the page's own words.
    pub title: Option<String>,
    /// An image: an https address, or a path of our own host that begins with `/`.
    pub logo_url: Option<String>,
    /// The colour of buttons and headings, as `#rrggbb`.
    pub primary_color: Option<String>,
    /// The colour behind everything, as `#rrggbb`.
    pub background_color: Option<String>,
    /// BCP 47 tag of the language; null for the visitor's own. A button's language wins.
    pub language: Option<String>,
    /// Texts of the window by their keys, instead of those that come with it; at most 64 of 500 characters.
    pub texts: BTreeMap<String, String>,
}

/// What is asked before a conversation begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrechatForm {
    /// What stands above the fields.
    #[serde(default)]
    pub introduction: Option<String>,
    /// The fields in order, at most 20.
    pub fields: Vec<PrechatField>,
}

/// One field of the form before a conversation. Its answer becomes a detail with the same label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrechatField {
    /// What is asked; no two fields of a form ask the same.
    pub label: String,
    /// What kind of answer is wanted.
    pub kind: PrechatKind,
    /// The form is not sent without an answer.
    #[serde(default)]
    pub required: bool,
    /// What can be chosen, at most 100; only with `choice`.
    #[serde(default)]
    pub choices: Vec<String>,
    /// Shown while the field is empty.
    #[serde(default)]
    pub placeholder: Option<String>,
    /// The answer is the visitor's name; of one field at most.
    #[serde(default)]
    pub is_name: bool,
    /// False: the answer is kept from agents, search and transcript text.
    #[serde(default = "yes")]
    pub visible_to_agent: bool,
    /// Names of transcript fields that the answer is saved to.
    #[serde(default)]
    pub transcript_fields: Vec<String>,
    /// How the answer takes part in finding or making CRM records.
    #[serde(default)]
    pub map: Vec<PrechatMap>,
}

fn yes() -> bool {
    true
}

/// What kind of answer a field wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrechatKind {
    /// One line.
    Text,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// Several lines.
    Multiline,
    /// One of the choices.
    Choice,
    /// Yes or no; the detail's value is `true` or `false`.
    Checkbox,
}

/// How an answer takes part in finding or making a CRM record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrechatMap {
    /// What kind of record, such as `Contact`.
    pub entity: String,
    /// The record's field.
    pub field: String,
    /// Look for records by it.
    #[serde(default)]
    pub find: bool,
    /// With `find`: the whole value must be equal.
    #[serde(default)]
    pub exact: bool,
    /// Set it on a new record.
    #[serde(default)]
    pub create: bool,
}

/// What is asked after a conversation: a rating from 1 to 5, with `POST /visitor/rating`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Survey {
    /// The question; null for the window's own.
    pub question: Option<String>,
    /// The visitor may add words.
    pub comment: bool,
}

/// The form for when nobody is there: `POST /visitor/offline-messages`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OfflineForm {
    /// What stands above the fields.
    pub introduction: Option<String>,
    /// Ask for a telephone number too.
    pub ask_phone: bool,
}

/// An invitation that a page shows by itself to visitors whom its rules find.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Invitation {
    /// The image that invites; null for a card of the window's own.
    pub image_url: Option<String>,
    /// Its width in pixels.
    pub image_width: Option<u32>,
    /// Its height in pixels.
    pub image_height: Option<u32>,
    /// What the card says where there is no image.
    pub text: Option<String>,
    /// How it comes in.
    pub animation: InvitationAnimation,
    /// Where it starts.
    pub start: InvitationStart,
    /// Where it comes to rest.
    pub end: InvitationEnd,
    /// Shown again on later pages to a visitor who accepted it.
    pub after_accept: bool,
    /// Shown again on later pages to a visitor who rejected it.
    pub after_reject: bool,
    /// Rejected by itself after so many seconds; null for never.
    pub reject_after_seconds: Option<u32>,
    /// Who is invited, at most 50 rules.
    pub rules: Vec<InvitationRule>,
    /// How the rules are put together, by their numbers from 1: `AND(1,NOT(2))`. Null: all of them must hold.
    pub filter: Option<String>,
}

/// What must hold of a visitor who is invited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationRule {
    /// What is looked at.
    pub kind: InvitationRuleKind,
    /// With `custom_variable`: which one. A variable that the page never set fails the rule.
    #[serde(default)]
    pub name: Option<String>,
    /// How it is compared.
    pub operator: InvitationOperator,
    /// With what; a whole number for counts and seconds.
    pub value: String,
}
