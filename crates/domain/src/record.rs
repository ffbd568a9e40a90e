//! Records of a CRM, as far as decisions about them need: which one, by what it is looked for, why it could not be made.

use serde::{Deserialize, Serialize};

use crate::secret::Text;

/// Which record.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordRef {
    /// The entity's canonical name.
    pub entity: String,
    /// As the CRM writes it.
    pub id: String,
}

/// A field and what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// The field's name, exactly.
    pub field: String,
    /// As somebody typed it; the CRM reads it as the field's type.
    pub value: Text,
    /// The whole value, without regard to case; else a part of it.
    pub exact: bool,
}

/// Why a field could not be set or looked for, for the agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The field's name as it was asked for; empty for the record as a whole.
    pub field: String,
    /// What kind of problem, for programs and translations: `unknown_field`, `unknown_entity`, `not_a_date`, `not_a_number`, `not_a_checkbox`,
    /// `too_long`, `not_allowed`, `required`, `not_a_choice`, `duplicate`, `other`.
    pub kind: String,
    /// In a sentence, without the value.
    pub reason: String,
}
