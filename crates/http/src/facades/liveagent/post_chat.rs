//! What a post-chat page of a customer's own is told: the fields that such pages know (deployment_segment.md 7).

use domain::{journal::EndedBecause, record::RecordRef, secret::Text, time::Timestamp};
use engine::{
    Directory,
    visitor::{Reading, VisitorFacts},
};
use serde_json::json;

use super::old_id;

/// What is told of a place that is not known: nobody's address is looked up.
const UNKNOWN: &str = "Unknown";

/// The fields of a conversation that is over, in the order of the reference. `transcript` is empty where visitors may not have one.
pub(crate) fn fields(
    directory: &Directory,
    reading: &Reading,
    facts: VisitorFacts,
    last_page: Text,
    transcript: String,
    records: &[RecordRef],
) -> Vec<(&'static str, Text)> {
    let origin = &reading.origin;
    let millis = |at: Timestamp| at.as_millis().to_string();
    let shown = |id: uuid::Uuid| if id.is_nil() { String::new() } else { old_id::shown(directory, id) };
    let because = origin.ended_because.as_deref().and_then(|because| serde_json::from_value(because.into()).ok());
    let details: Vec<_> = facts
        .details
        .iter()
        .map(|detail| json!({"label": detail.label, "value": detail.value, "transcriptFields": detail.transcript_fields}))
        .collect();
    let details = json!({"customDetails": details, "visitorName": facts.name});
    let said = |text: &str| Text(text.to_owned());
    vec![
        ("requestTime", Text(millis(origin.requested_at))),
        // Empty tells the page that nobody answered.
        ("startTime", Text(origin.established_at.map(millis).unwrap_or_default())),
        ("deploymentId", Text(shown(origin.deployment.0))),
        ("buttonId", Text(origin.button.map(|id| shown(id.0)).unwrap_or_default())),
        ("chatKey", Text(origin.session.to_string())),
        ("lastVisitedPage", last_page),
        ("originalReferrer", said(&origin.referrer)),
        ("latitude", said(UNKNOWN)),
        ("longitude", said(UNKNOWN)),
        ("city", said(UNKNOWN)),
        ("region", said(UNKNOWN)),
        ("country", said(UNKNOWN)),
        ("organization", said(UNKNOWN)),
        ("disconnectedBy", said(disconnected_by(because))),
        ("windowLanguage", Text(origin.language.replace('-', "_"))),
        ("chatDetails", Text(details.to_string())),
        ("transcript", Text(transcript)),
        ("attachedRecords", Text(json!(records.iter().map(|record| &record.id).collect::<Vec<_>>()).to_string())),
        ("error", said(error(because))),
    ]
}

/// `agent`, `client`, `error`, `clientIdleTimeout` or `agentsUnavailable`.
fn disconnected_by(because: Option<EndedBecause>) -> &'static str {
    match because {
        Some(EndedBecause::Visitor) => "client",
        Some(EndedBecause::Agent) => "agent",
        Some(EndedBecause::VisitorIdle) => "clientIdleTimeout",
        Some(EndedBecause::AgentsUnavailable | EndedBecause::Refused) => "agentsUnavailable",
        Some(EndedBecause::ConnectionTimeout | EndedBecause::Error) | None => "error",
    }
}

/// A sentence for what went wrong; empty when nothing did.
fn error(because: Option<EndedBecause>) -> &'static str {
    match because {
        Some(EndedBecause::ConnectionTimeout) => "The visitor's connection was lost.",
        Some(EndedBecause::Error) => "The server failed.",
        _ => "",
    }
}
