//! Which of a transcript's fields has what, in the vendor's words (`salesforce.md` 3.1, 3.2).

use std::{borrow::Cow, collections::BTreeMap};

use domain::{
    time::Timestamp,
    transcript::{OccurrenceKind, Side, Status},
};
use engine::crm::{FieldProblem, TranscriptRecord};
use salesforce::Id;

use crate::{
    port::typed,
    schema::{Field, FieldType, Object},
    value::Value,
};

/// Other records that a transcript refers to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    pub(super) visitor: Id,
    pub(super) owner: Id,
    pub(super) deployment: Option<Id>,
    pub(super) button: Option<Id>,
    pub(super) skill: Option<Id>,
}

/// Fields whose values are what somebody said or where they are: emptied when the conversation is forgotten, with all custom ones.
pub(super) const PERSONAL: [&str; 15] = [
    "Body",
    "SupervisorTranscriptBody",
    "Browser",
    "BrowserLanguage",
    "Platform",
    "UserAgent",
    "ScreenResolution",
    "IpAddress",
    "ReferrerUri",
    "Location",
    "VisitorNetwork",
    "AccountId",
    "ContactId",
    "LeadId",
    "CaseId",
];

/// Fields that details and links may set besides custom ones.
const SETTABLE: [&str; 6] = ["AccountId", "ContactId", "LeadId", "CaseId", "Location", "VisitorNetwork"];

fn text(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::Text(text.to_owned()) }
}

fn seconds(seconds: Option<i64>) -> Value {
    // The fields have nine digits.
    seconds.map_or(Value::Null, |seconds| Value::Int(seconds.min(999_999_999)))
}

fn at(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| Value::Instant(at.0))
}

fn reference(id: Option<Id>) -> Value {
    id.map_or(Value::Null, Value::Id)
}

/// What the server knows of a conversation, field by field.
pub(super) fn known(record: &TranscriptRecord, named: &Named) -> Vec<(&'static str, Value)> {
    let numbers = &record.numbers;
    vec![
        ("ChatKey", text(&record.key)),
        ("LiveChatVisitorId", Value::Id(named.visitor)),
        ("OwnerId", Value::Id(named.owner)),
        ("LiveChatDeploymentId", reference(named.deployment)),
        ("LiveChatButtonId", reference(named.button)),
        ("SkillId", reference(named.skill)),
        ("EndedBy", record.ended_by.map_or(Value::Null, |side| text(ended_by(side)))),
        ("RequestTime", at(Some(record.requested_at))),
        ("StartTime", at(record.accepted_at)),
        ("EndTime", at(record.ended_at)),
        ("WaitTime", seconds(numbers.wait)),
        ("Abandoned", seconds(numbers.abandoned)),
        ("ChatDuration", seconds(numbers.duration)),
        ("AverageResponseTimeOperator", seconds(numbers.agent.average)),
        ("MaxResponseTimeOperator", seconds(numbers.agent.max)),
        ("AverageResponseTimeVisitor", seconds(numbers.visitor.average)),
        ("MaxResponseTimeVisitor", seconds(numbers.visitor.max)),
        ("OperatorMessageCount", Value::Int(numbers.agent_messages)),
        ("VisitorMessageCount", Value::Int(numbers.visitor_messages)),
        ("Body", text(record.body.reveal())),
        ("SupervisorTranscriptBody", text(record.supervisor_body.reveal())),
        ("Browser", text(&record.browser)),
        ("BrowserLanguage", text(&record.language)),
        ("Platform", text(&record.platform)),
        ("UserAgent", text(&record.user_agent)),
        ("ScreenResolution", text(&record.screen)),
        ("IpAddress", text(&record.address)),
        ("ReferrerUri", text(&record.referrer)),
    ]
}

fn problem(field: &str, kind: &str, reason: &str) -> FieldProblem {
    FieldProblem { field: field.to_owned(), kind: kind.to_owned(), reason: reason.to_owned() }
}

/// A field that details and links may set.
fn settable<'o>(object: &'o Object, name: &str) -> Result<&'o Field, FieldProblem> {
    let field = object.field(name).ok_or_else(|| problem(name, "unknown_field", "transcripts have no such field"))?;
    let fits = SETTABLE.contains(&field.name.as_str()) || (field.custom && is_ours(field));
    // Two conversations may say the same.
    if !fits || field.unique {
        return Err(problem(name, "not_allowed", "the field is not one that a conversation's values may be saved to"));
    }
    Ok(field)
}

/// A custom field whose value nobody but a conversation gives.
fn is_ours(field: &Field) -> bool {
    field.is_stored() && field.auto_number.is_none() && field.field_type != FieldType::Base64
}

/// What a conversation's details and links give a transcript.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// By the fields' canonical names: every custom one, and those that can be set besides.
    pub(super) values: BTreeMap<String, Value>,
    /// What could not be taken.
    pub(super) left_out: Vec<FieldProblem>,
}

impl Said {
    /// Reads details and links. Of references it says only what they would be: whether there are such records is to be looked up.
    pub(super) fn of(record: &TranscriptRecord, object: &Object) -> Self {
        let mut said = Self::default();
        let all = object.fields.iter().filter(|field| SETTABLE.contains(&field.name.as_str()) || (field.custom && is_ours(field)));
        for field in all {
            // What is not said (any more) is empty.
            said.values
                .insert(field.name.clone(), if field.field_type == FieldType::Boolean { Value::Boolean(false) } else { Value::Null });
        }
        for detail in &record.details {
            match settable(object, &detail.field).and_then(|field| Ok((field, typed::value(field, detail.value.reveal())?))) {
                Ok((field, value)) => {
                    said.values.insert(field.name.clone(), value);
                }
                Err(problem) => said.left_out.push(problem),
            }
        }
        for linked in &record.records {
            let name = &linked.save_to;
            let read = settable(object, name).and_then(|field| {
                let refers = field.reference.as_ref().is_some_and(|reference| reference.to.contains(&linked.record.entity));
                let id = Id::parse(&linked.record.id).map_err(|_| problem(name, "other", "it is not the id of a record"));
                if refers { Ok((field, id?)) } else { Err(problem(name, "not_allowed", "the field does not refer to such records")) }
            });
            match read {
                Ok((field, id)) => {
                    said.values.insert(field.name.clone(), Value::Id(id));
                }
                Err(problem) => said.left_out.push(problem),
            }
        }
        said
    }

    /// What a field refers to is not there.
    pub(super) fn leave_out_reference(&mut self, field: &str) {
        self.values.insert(field.to_owned(), Value::Null);
        self.left_out.push(problem(field, "other", "there is no such record"));
    }
}

/// Fields to empty when a conversation is forgotten.
pub(super) fn forgotten(object: &Object) -> Vec<(Cow<'static, str>, Value)> {
    let custom = object.fields.iter().filter(|field| field.custom && is_ours(field));
    let personal = PERSONAL.iter().map(|name| (Cow::Borrowed(*name), Value::Null));
    personal
        .chain(custom.map(|field| {
            let empty = if field.field_type == FieldType::Boolean { Value::Boolean(false) } else { Value::Null };
            (Cow::Owned(field.name.clone()), empty)
        }))
        .collect()
}

pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Waiting => "Waiting",
        Status::InProgress => "InProgress",
        Status::Completed => "Completed",
        Status::Missed => "Missed",
        Status::Blocked => "Blocked",
        Status::Dropped => "Dropped",
    }
}

fn ended_by(side: Side) -> &'static str {
    match side {
        Side::Visitor => "Visitor",
        Side::Agent => "Agent",
        Side::System => "System",
    }
}

/// What an occurrence is called as a transcript's event.
pub(super) fn event_type(kind: OccurrenceKind) -> &'static str {
    use OccurrenceKind as Kind;
    match kind {
        Kind::Requested => "ChatRequest",
        Kind::TurnedAwayBlocked => "CancelBlocked",
        Kind::TurnedAwayNobody => "CancelNoAgent",
        Kind::Queued => "Enqueue",
        Kind::Assigned => "PushAssignment",
        Kind::Declined => "DeclineManual",
        Kind::DeclinedByTimeout => "DeclineTimeout",
        Kind::Unassigned => "Unassigned",
        Kind::Accepted => "Accept",
        Kind::TakenOver => "Transfer",
        Kind::TransferToAgent => "TransferRequest",
        Kind::TransferToButton => "TransferredToButton",
        Kind::TransferToSkill => "TransferredToSbrSkill",
        Kind::TransferToQueue => "TransferredToQueue",
        Kind::TransferToAgentFailed => "TransferDeclined",
        Kind::TransferToButtonFailed => "TransferToButtonFailed",
        Kind::TransferToSkillFailed => "TransferredToSbrSkillFailed",
        Kind::TransferToQueueFailed => "TransferToQueueFailed",
        Kind::AgentLeft => "LeaveAgent",
        Kind::FileRequested => "FileTransferRequested",
        Kind::FileReceived => "FileTransferSuccess",
        Kind::FileCancelledByAgent => "FileCanceledAgent",
        Kind::FileCancelledByVisitor => "FileCanceledChasitor",
        Kind::FileFailed => "FileTransferFailure",
        Kind::FileSentByAgent => "FileTransferToChasitor",
        Kind::IdleWarning => "ChasitorIdleTimeoutWarningTriggered",
        Kind::IdleWarningCleared => "ChasitorIdleTimeoutWarningCleared",
        Kind::ConnectionWarning => "ConnectionWarning",
        Kind::MaskedOfAgent => "SensitiveDataAgent",
        Kind::MaskedOfVisitor => "SensitiveDataVisitor",
        Kind::CriticalWait => "AlertCriticalWaitChat",
        Kind::CriticalWaitCleared => "ClearCriticalWaitChat",
        Kind::FlagRaised => "FlagRaised",
        Kind::FlagLoweredByOwner => "FlagLoweredAgent",
        Kind::FlagLoweredBySupervisor => "FlagLoweredSupervisor",
        Kind::Cancelled => "CancelVisitor",
        Kind::EndedByVisitor => "EndVisitor",
        Kind::EndedByAgent => "EndAgent",
        Kind::EndedByConnection => "ConnectionTimeout",
        Kind::EndedByIdleness => "ChasitorIdleTimeout",
        Kind::TurnedAway | Kind::EndedByError => "Other",
    }
}
