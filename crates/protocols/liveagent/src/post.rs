//! Any POST of a session, decoded: what a server switches on, whether it came alone or inside MultiNoun.

use crate::chat::{ChatEnd, ChatMessage, CustomEvent, IdleWarning, ResyncState, RichMessageAnswer, SensitiveDataRuleTriggered, SneakPeek};
use crate::error::{BodyError, decode, decode_or_default};
use crate::init::ChasitorInit;
use crate::multi_noun::MultiNoun;
use crate::resource::Resource;
use crate::visitor::Breadcrumb;

/// A POST and its body.
#[derive(Debug, Clone, PartialEq)]
pub enum Post {
    /// `Chasitor/ChasitorInit`
    Init(Box<ChasitorInit>),
    /// `Chasitor/ChasitorResyncState`
    ResyncState(ResyncState),
    /// `Chasitor/ChatMessage`
    Message(ChatMessage),
    /// `Chasitor/ChasitorTyping`
    Typing,
    /// `Chasitor/ChasitorNotTyping`
    NotTyping,
    /// `Chasitor/ChasitorSneakPeek`
    SneakPeek(SneakPeek),
    /// `Chasitor/CustomEvent`
    CustomEvent(CustomEvent),
    /// `Chasitor/ChatEnd`
    End(ChatEnd),
    /// `Chasitor/ChasitorIdleTimeoutWarningEvent`
    IdleWarning(IdleWarning),
    /// `Chasitor/SensitiveDataRuleTriggered` or `Agent/SensitiveDataRuleTriggered`
    SensitiveData(SensitiveDataRuleTriggered),
    /// `Chasitor/RichMessage`
    RichMessage(RichMessageAnswer),
    /// `System/MultiNoun`
    MultiNoun(MultiNoun),
    /// `Visitor/Breadcrumb`
    Breadcrumb(Breadcrumb),
}

impl Post {
    /// Decodes the body of `resource`, whatever its Content-Type (1.2).
    ///
    /// # Errors
    /// [`BodyError`], also for a resource that is no POST.
    pub fn decode(resource: Resource, body: &[u8]) -> Result<Self, BodyError> {
        Ok(match resource {
            Resource::ChasitorInit => Self::Init(Box::new(decode(body)?)),
            Resource::ChasitorResyncState => Self::ResyncState(decode_or_default(body)?),
            Resource::ChatMessage => Self::Message(decode(body)?),
            Resource::ChasitorTyping => nothing(body).map(|()| Self::Typing)?,
            Resource::ChasitorNotTyping => nothing(body).map(|()| Self::NotTyping)?,
            Resource::ChasitorSneakPeek => Self::SneakPeek(decode(body)?),
            Resource::CustomEvent => Self::CustomEvent(decode(body)?),
            Resource::ChatEnd => Self::End(ChatEnd::decode(body)?),
            Resource::IdleWarning => Self::IdleWarning(decode(body)?),
            Resource::ChasitorSensitiveData | Resource::AgentSensitiveData => Self::SensitiveData(decode(body)?),
            Resource::RichMessage => Self::RichMessage(decode(body)?),
            Resource::MultiNoun => Self::MultiNoun(MultiNoun::decode(body)?),
            Resource::Breadcrumb => Self::Breadcrumb(decode(body)?),
            Resource::SessionId
            | Resource::EndSession
            | Resource::ReconnectSession
            | Resource::ResyncSession
            | Resource::Messages
            | Resource::MultiNounJsonp
            | Resource::Availability
            | Resource::Settings
            | Resource::VisitorId
            | Resource::PrechatDetails
            | Resource::PrechatDetailsJsonp
            | Resource::AvailabilityJsonp
            | Resource::SettingsJsonp
            | Resource::VisitorIdJsonp
            | Resource::BreadcrumbJsonp => return Err(BodyError::new("The resource takes no body")),
        })
    }
}

/// Typing carries no body, or an empty object (2.3).
fn nothing(body: &[u8]) -> Result<(), BodyError> {
    #[derive(Default, serde::Deserialize)]
    struct Nothing {}

    decode_or_default::<Nothing>(body).map(|Nothing {}| ())
}
