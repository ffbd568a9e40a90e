//! From the engine's views to the native API's shapes.

mod agent;
mod board;
mod crm_data;
mod entry;
mod figures;
mod record;
mod transcript;
mod web;

pub(super) use agent::{agent_presence, agent_snapshot, conversation, me, offer, visitor_card, waiting};
pub(super) use board::board;
pub(super) use crm_data::{data_filter, data_object, data_object_page, data_row, data_rows};
pub(super) use entry::{detail, entry, file, offer_outcome, sent_file, transfer_target, transfer_target_from};
pub(super) use figures::figures;
pub(super) use record::{conversation_records, field_reasons, record, record_entity, record_form};
pub(super) use transcript::{closure, domain_detail, everything, hidden_detail, lines, named, plain_text, rating, teller, transcript};
pub(super) use web::{exported_offline_message, offline_message, visit};
