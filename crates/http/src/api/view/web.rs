//! What visitors left beside conversations: messages when nobody was there, and what their pages said of them.

use engine::{
    offline::{self, details_of},
    web_visit::Visit,
};
use native::{
    admin::{ExportedOfflineMessage, ExportedVisit},
    conversation::{Detail, HiddenDetail, VisitedPage, WebPage},
    offline::{OfflineMessage, OfflineState},
};

use super::transcript::named;
use crate::api::Answered;

fn shown(detail: &domain::detail::Detail) -> Detail {
    Detail { label: detail.label.clone(), value: detail.value.clone() }
}

fn hidden(detail: &domain::detail::Detail) -> HiddenDetail {
    HiddenDetail { label: detail.label.clone(), value: detail.value.clone(), transcript_fields: detail.transcript_fields.clone() }
}

/// A message that a visitor left, as agents may see it.
pub(crate) fn offline_message(message: &offline::OfflineMessage) -> Answered<OfflineMessage> {
    let details = details_of(message)?;
    Ok(OfflineMessage {
        id: message.id,
        at: message.at.into(),
        visitor: message.visitor,
        deployment: message.deployment,
        button: message.button,
        name: named(&message.name),
        email: named(&message.email),
        phone: named(&message.phone),
        text: message.text.clone(),
        page: named(&message.page).map(|url| WebPage { url: url.0, title: named(&message.page_title).map(|title| title.0) }),
        details: domain::detail::visible(&details).map(shown).collect(),
        assigned_to: message.assigned_to,
        state: if message.done { OfflineState::Done } else { OfflineState::Open },
        done_by: message.done_by,
        done_at: message.done_at.map(Into::into),
    })
}

/// All that is stored of a message, for its author.
pub(crate) fn exported_offline_message(message: &offline::OfflineMessage) -> Answered<ExportedOfflineMessage> {
    let hidden_details = details_of(message)?.iter().filter(|detail| !detail.visible_to_agent).map(hidden).collect();
    Ok(ExportedOfflineMessage { message: offline_message(message)?, hidden_details })
}

/// What a person's pages said.
pub(crate) fn visit(visit: &Visit, at: domain::time::Timestamp) -> Answered<ExportedVisit> {
    Ok(ExportedVisit {
        at: at.into(),
        name: named(&visit.name),
        referrer: Some(visit.referrer.clone()).filter(|referrer| !referrer.is_empty()),
        permanent_id: visit.permanent_id.clone(),
        visit_count: visit.visit_count,
        details: domain::detail::visible(&visit.details).map(shown).collect(),
        hidden_details: visit.details.iter().filter(|detail| !detail.visible_to_agent).map(hidden).collect(),
        entity_plan: serde_json::to_value(&visit.entity_plan).map_err(engine::Error::internal)?,
        pages: visit
            .pages
            .iter()
            .map(|seen| VisitedPage {
                page: WebPage { url: seen.location.reveal().to_owned(), title: named(&seen.title).map(|title| title.0) },
                at: seen.at.into(),
            })
            .collect(),
    })
}
