//! What the JSON looks like: changes here are changes of the promised interface.

use domain::{ids::*, secret::Text, time::Timestamp};
use native::{
    Instant, Page, Position, Problem, ProblemKind,
    admin::{AgentSettings, DeploymentSettings, Permission, RoutingSettings},
    agent::{AgentEvent, SignIn},
    conversation::{Author, ClosedBy, Closure, EndedBecause, Entry, TransferTarget, What},
    visitor::{RouteOverride, StartConversation, VisitorEntry, VisitorEvent, VisitorWhat},
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

pub(crate) const AT: Instant = Instant(Timestamp(1_795_233_906_000_007));

pub(crate) fn id<T: From<Uuid>>(n: u128) -> T {
    T::from(Uuid::from_u128(n))
}

/// The JSON of a value that reads back as itself.
fn json<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) -> String {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value);
    text
}

#[test]
fn instants_are_rfc_3339_with_microseconds_and_any_offset_is_read() {
    insta::assert_snapshot!(json(&AT), @r#""2026-11-21T04:05:06.000007Z""#);
    assert_eq!(serde_json::from_str::<Instant>(r#""2026-11-21T05:05:06.000007+01:00""#).unwrap(), AT);
    insta::assert_snapshot!(serde_json::from_str::<Instant>(r#""yesterday""#).unwrap_err(), @"not an RFC 3339 instant such as 2026-11-21T04:05:06Z");
}

#[test]
fn positions_have_one_spelling() {
    insta::assert_snapshot!(json(&Position { epoch: 2, position: 4711 }), @r#""2:4711""#);
    for bad in ["", "1", "1:", ":1", "+1:1", "1:-1", "1:1:1", "1:99999999999999999999", "a:b", "١:١"] {
        assert!(bad.parse::<Position>().is_err(), "{bad}");
    }
}

#[test]
fn a_problem_says_what_went_wrong_for_programs_and_people() {
    insta::assert_snapshot!(json(&Problem::new(ProblemKind::Invalid, "at most 40 characters", "r-1").at("details[2].label")), @r#"{"type":"invalid","title":"That is not acceptable","status":422,"detail":"at most 40 characters","property":"details[2].label","request_id":"r-1"}"#);
    let unknown = r#"{"type":"of_tomorrow","title":"t","status":418,"detail":"d","request_id":"r"}"#;
    assert_eq!(serde_json::from_str::<Problem>(unknown).unwrap().kind, ProblemKind::Unknown);
    assert!(ProblemKind::ALL.iter().all(|kind| (400..=503).contains(&kind.status()) && !kind.title().is_empty()));
}

#[test]
fn an_entry_is_flat_and_names_its_kind() {
    let message = What::Message { author: Author::Agent { id: id(7), name: "Ada".into() }, text: "hello".into() };
    let event = AgentEvent::Entry { conversation: id(1), entry: Entry { sequence: 4, at: AT, what: message } };
    insta::assert_snapshot!(json(&event), @r#"{"event":"entry","conversation":"00000000-0000-0000-0000-000000000001","entry":{"sequence":4,"at":"2026-11-21T04:05:06.000007Z","kind":"message","author":{"role":"agent","id":"00000000-0000-0000-0000-000000000007","name":"Ada"},"text":"hello"}}"#);
    let moved = What::TransferStarted { agent: id(7), target: TransferTarget::Skill { id: id(9) } };
    insta::assert_snapshot!(json(&Entry { sequence: 5, at: AT, what: moved }), @r#"{"sequence":5,"at":"2026-11-21T04:05:06.000007Z","kind":"transfer_started","agent":"00000000-0000-0000-0000-000000000007","target":{"kind":"skill","id":"00000000-0000-0000-0000-000000000009"}}"#);
    let closure = Closure { by: ClosedBy::System, because: EndedBecause::ConnectionTimeout, reason: None, at: AT };
    let ended = VisitorEvent::Entry { entry: VisitorEntry { sequence: 6, at: AT, what: VisitorWhat::Ended { closure } } };
    insta::assert_snapshot!(json(&ended), @r#"{"event":"entry","entry":{"sequence":6,"at":"2026-11-21T04:05:06.000007Z","kind":"ended","closure":{"by":"system","because":"connection_timeout","reason":null,"at":"2026-11-21T04:05:06.000007Z"}}}"#);
}

#[test]
fn ephemeral_events_and_resets_name_themselves_the_same_way() {
    insta::assert_snapshot!(json(&AgentEvent::Draft { conversation: id(1), text: "hel".into() }), @r#"{"event":"draft","conversation":"00000000-0000-0000-0000-000000000001","text":"hel"}"#);
    insta::assert_snapshot!(json(&VisitorEvent::Reset { reason: native::visitor::ResetReason::TooSlow }), @r#"{"event":"reset","reason":"too_slow"}"#);
}

#[test]
fn a_start_needs_little_and_refuses_what_it_does_not_know() {
    let deployment = Uuid::from_u128(1);
    let start: StartConversation = serde_json::from_value(serde_json::json!({
        "deployment": deployment,
        "overrides": [{ "kind": "agent", "id": deployment }],
        "details": [{ "label": "E-mail", "value": "a@b" }],
    }))
    .unwrap();
    assert_eq!(start.overrides, [RouteOverride::Agent { id: id(1), or_button: None }]);
    assert!(start.details[0].visible_to_agent);
    let misspelt = serde_json::json!({ "deployment": deployment, "buton": deployment });
    insta::assert_snapshot!(serde_json::from_value::<StartConversation>(misspelt).unwrap_err().to_string().split(',').next().unwrap(), @"unknown field `buton`");
}

#[test]
fn settings_that_are_left_out_are_defaults() {
    let deployment: DeploymentSettings = serde_json::from_str(r#"{"name":"App"}"#).unwrap();
    insta::assert_snapshot!(json(&deployment), @r#"{"name":"App","allowed_origins":[],"connection_timeout_ms":280000,"connection_warning_ms":null,"idle_backstop_seconds":null,"show_queue_position":true,"visitor_transcript":true,"max_message_chars":4000,"files":{"max_bytes":10485760,"media_types":["image/*","application/pdf","text/plain"],"unasked":false,"link_seconds":86400},"retention":{"conversation_days":null,"message_days":null,"file_days":null,"detail_days":null},"polling":{"batch":"one","hold_seconds":25,"own_end":"after_form","timeout_unit":"milliseconds","overlap":"newer_wins","first_sequence":0,"insist_on_request_mark":false,"switch_server":null},"appearance":{"title":null,"logo_url":null,"primary_color":null,"background_color":null,"language":null,"texts":{}},"redirect_hosts":[],"prechat_api":false}"#);
    assert_eq!(serde_json::from_str::<RoutingSettings>("{}").unwrap(), RoutingSettings::default());
    let agent: AgentSettings = serde_json::from_str(r#"{"login":"ada","name":"Ada"}"#).unwrap();
    insta::assert_snapshot!(json(&agent), @r#"{"login":"ada","name":"Ada","public_name":null,"active":true,"roles":[],"skills":[],"queues":[],"capacity":5,"greeting":null,"auto_accept":false,"away_on_decline":false,"away_on_timeout":false,"critical_wait_seconds":null,"after_work_seconds":0,"transfer_buttons":null,"transfer_skills":null}"#);
}

#[test]
fn a_permission_has_its_stable_name() {
    insta::assert_snapshot!(json(&vec![Permission::SeeWaiting, Permission::ReadHiddenDetails]), @r#"["queues.see_waiting","details.read_hidden"]"#);
}

#[test]
fn the_last_page_says_so() {
    insta::assert_snapshot!(json(&Page { items: vec![1], next: None }), @r#"{"items":[1],"next":null}"#);
}

#[test]
fn what_people_write_and_passwords_are_not_in_debug_output() {
    let message = What::Message { author: Author::Visitor, text: Text("my card is 4711".into()) };
    insta::assert_snapshot!(format!("{message:?}"), @"Message { author: Visitor, text: Text(15 bytes) }");
    let sign_in =
        SignIn { workspace: None, login: "ada".into(), password: "hunter2".to_owned().into(), totp: Some("123456".to_owned().into()) };
    insta::assert_snapshot!(format!("{sign_in:?}"), @r#"SignIn { workspace: None, login: "ada", password: Secret(…), totp: Some(Secret(…)) }"#);
}

#[test]
fn every_shape_describes_itself_under_a_name_of_its_own() {
    use utoipa::ToSchema;
    let mut schemas = Vec::new();
    native::agent::AgentSnapshot::schemas(&mut schemas);
    native::visitor::StartedConversation::schemas(&mut schemas);
    native::admin::PersonExport::schemas(&mut schemas);
    let mut seen = std::collections::BTreeMap::new();
    for (name, schema) in schemas {
        let text = serde_json::to_string(&schema).unwrap();
        let before = seen.insert(name.clone(), text.clone());
        assert!(before.is_none_or(|before| before == text), "two shapes are called {name}");
    }
    assert!(seen.contains_key("Entry") && seen.contains_key("ConversationId"));
    let _: AgentId = id(1);
}
