//! Records of the CRM.

use engine::{
    crm::{self, EntityField, FieldKind},
    records::{self, How, PendingState},
};
use native::record::{
    ConversationRecords, FieldReason, PendingRecord, PendingRecordState, Record, RecordChoice, RecordEntity, RecordFact, RecordFieldKind,
    RecordForm, RecordFormField, RecordHow, RecordLink,
};

/// A record.
pub(crate) fn record(seen: &crm::Record) -> Record {
    Record {
        id: seen.at.id.clone(),
        entity: seen.at.entity.clone(),
        entity_label: seen.entity_label.clone(),
        title: seen.title.clone(),
        subtitle: seen.facts.first().map(|(_, value)| value.clone()),
        facts: seen.facts.iter().map(|(label, value)| RecordFact { label: label.clone(), value: value.clone() }).collect(),
        url: None,
    }
}

/// Why something could not be.
pub(crate) fn field_reasons(reasons: &[records::Reason]) -> Vec<FieldReason> {
    let shown = |reason: &records::Reason| FieldReason {
        field: reason.field.clone(),
        label: reason.label.clone(),
        kind: reason.kind.clone(),
        reason: reason.reason.clone(),
    };
    reasons.iter().map(shown).collect()
}

/// The records of a conversation.
pub(crate) fn conversation_records(seen: &records::ConversationRecords) -> ConversationRecords {
    ConversationRecords {
        links: seen
            .links
            .iter()
            .map(|link| RecordLink {
                part: link.part.clone(),
                entity: link.at.entity.clone(),
                id: link.at.id.clone(),
                record: link.record.as_ref().map(record),
                how: match link.how {
                    How::Found => RecordHow::Found,
                    How::Created => RecordHow::Created,
                    How::Chosen => RecordHow::Chosen,
                    How::MadeByAgent => RecordHow::MadeByAgent,
                },
                by: link.by,
                at: link.since.into(),
                undone: link.undone,
                show: link.shows,
                reasons: field_reasons(&link.reasons),
            })
            .collect(),
        pending: seen
            .pending
            .iter()
            .map(|pending| PendingRecord {
                part: pending.part.clone(),
                entity: pending.entity.clone(),
                entity_label: pending.entity_label.clone(),
                state: match pending.state {
                    PendingState::Waiting => PendingRecordState::Waiting,
                    PendingState::Choosing => PendingRecordState::Choosing,
                    PendingState::Refused => PendingRecordState::Refused,
                    PendingState::Failed => PendingRecordState::Failed,
                },
                candidates: pending.candidates.iter().map(record).collect(),
                more_candidates: pending.more_candidates,
                reasons: field_reasons(&pending.reasons),
                can_make: pending.can_make,
            })
            .collect(),
        revision: u64::try_from(seen.revision).unwrap_or(0),
    }
}

/// An entity, without its fields.
pub(crate) fn record_entity(entity: &crm::Entity) -> RecordEntity {
    RecordEntity { entity: entity.name.clone(), label: entity.label.clone(), can_create: entity.can_create }
}

/// What a form for a new record needs.
pub(crate) fn record_form(entity: crm::Entity) -> RecordForm {
    RecordForm {
        entity: entity.name,
        label: entity.label,
        can_create: entity.can_create,
        fields: entity.fields.into_iter().map(form_field).collect(),
    }
}

fn form_field(field: EntityField) -> RecordFormField {
    RecordFormField {
        name: field.name,
        label: field.label,
        kind: match field.kind {
            FieldKind::Text => RecordFieldKind::Text,
            FieldKind::LongText => RecordFieldKind::LongText,
            FieldKind::Email => RecordFieldKind::Email,
            FieldKind::Phone => RecordFieldKind::Phone,
            FieldKind::Url => RecordFieldKind::Url,
            FieldKind::Checkbox => RecordFieldKind::Checkbox,
            FieldKind::Number => RecordFieldKind::Number,
            FieldKind::Date => RecordFieldKind::Date,
            FieldKind::DateTime => RecordFieldKind::DateTime,
            FieldKind::Time => RecordFieldKind::Time,
            FieldKind::Choice => RecordFieldKind::Choice,
            FieldKind::Choices => RecordFieldKind::Choices,
            FieldKind::Reference => RecordFieldKind::Reference,
            FieldKind::Other => RecordFieldKind::Other,
        },
        required: field.required,
        usual: field.usual,
        length: field.length,
        choices: field.choices.into_iter().map(|(value, label)| RecordChoice { value, label }).collect(),
        default: field.default,
        refers_to: field.refers_to,
    }
}
