//! What a person must know about settings that were read.

use std::fmt;

use serde::Serialize;

/// What is wrong. The names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The destination has no setting of this name.
    UnknownSetting,
    /// The value is of another type than the setting, and was left out or, where its meaning is clear, turned into it.
    WrongType,
    /// More rows or objects than there may be; those beyond were left out.
    TooMany,
    /// A text is longer than it may be, and was left out.
    TooLong,
    /// A row says no trait or property; it was left out.
    PathMissing,
    /// A row says no label; it was left out.
    LabelMissing,
    /// An object says no name; it was left out.
    EntityMissing,
    /// A row has no field and is not shown to the agent: nothing comes of it.
    RowWithoutUse,
    /// Two rows have one label, so that a field's value would depend on their order.
    DuplicateLabel,
    /// Only one half of a link is there; it was left out.
    LinkIncomplete,
    /// The id is none that `deployment.js` takes for a deployment: it refuses to be initialised with it.
    DeploymentIdRefused,
    /// The id is none that `deployment.js` takes for an organisation: it refuses to be initialised with it.
    OrgIdRefused,
    /// An address that no page could load.
    AddressRefused,
    /// An address that is not https: pages that are will not load it.
    NotEncrypted,
    /// Needed for a chat to begin, and not there.
    SettingMissing,
    /// Something about a deployment code: see the sentence.
    DeploymentCode,
}

impl Code {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownSetting => "unknown_setting",
            Self::WrongType => "wrong_type",
            Self::TooMany => "too_many",
            Self::TooLong => "too_long",
            Self::PathMissing => "path_missing",
            Self::LabelMissing => "label_missing",
            Self::EntityMissing => "entity_missing",
            Self::RowWithoutUse => "row_without_use",
            Self::DuplicateLabel => "duplicate_label",
            Self::LinkIncomplete => "link_incomplete",
            Self::DeploymentIdRefused => "deployment_id_refused",
            Self::OrgIdRefused => "org_id_refused",
            Self::AddressRefused => "address_refused",
            Self::NotEncrypted => "not_encrypted",
            Self::SettingMissing => "setting_missing",
            Self::DeploymentCode => "deployment_code",
        }
    }
}

/// One of them, and where. It repeats no value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Which.
    pub code: Code,
    /// A sentence for the person who pasted.
    pub detail: String,
    /// Where in the settings, such as `contactMappings[2].trait`; the setting's name for what came of a deployment code.
    pub path: String,
}

impl Warning {
    pub(super) fn new(code: Code, path: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), path: path.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.detail)
    }
}
