//! Server messages exactly as the wire prints them (liveagent.md 2.4, 2.5, 3): clients read some fields unguarded.

use serde_json::{Value, json};
use switchboard_liveagent::message::{ChatEnded, ChatRequestFail, ChatRequestSuccess, Empty, QueueUpdate, ReconnectSession};
use switchboard_liveagent::visitor::{Availability, AvailabilityResult, Button, Invitation, Settings};
use switchboard_liveagent::{Envelope, ServerMessage, chat};

fn printed(message: ServerMessage) -> String {
    serde_json::to_string(&message).expect("a message prints")
}

#[test]
fn an_envelope_has_its_numbers_only_in_an_answer_of_messages() {
    let message = || ServerMessage::TransferToButtonInitiated(Empty {});
    assert_eq!(
        serde_json::to_string(&Envelope::polled(vec![message()], 3, 474_445_959)).unwrap(),
        r#"{"messages":[{"type":"TransferToButtonInitiated","message":{}}],"sequence":3,"offset":474445959}"#
    );
    assert_eq!(
        serde_json::to_string(&Envelope::wrapped([message()])).unwrap(),
        r#"{"messages":[{"type":"TransferToButtonInitiated","message":{}}]}"#
    );
}

#[test]
fn fields_that_clients_read_unguarded_are_always_there() {
    assert_eq!(
        printed(ServerMessage::ChatEstablished(Default::default())),
        r#"{"type":"ChatEstablished","message":{"name":"","userId":"","sneakPeekEnabled":false,"chasitorIdleTimeout":{"isEnabled":false,"warningTime":0,"timeout":0},"items":[]}}"#
    );
    assert_eq!(
        printed(ServerMessage::ChatMessage(Default::default())),
        r#"{"type":"ChatMessage","message":{"agentId":"","name":"","text":""}}"#
    );
    let success = ChatRequestSuccess { connection_timeout: Some(280_000), estimated_wait_time: Some(-1), ..Default::default() };
    assert_eq!(
        printed(ServerMessage::ChatRequestSuccess(Box::new(success))),
        r#"{"type":"ChatRequestSuccess","message":{"connectionTimeout":280000,"customDetails":[],"geoLocation":{},"queuePosition":0,"estimatedWaitTime":-1,"sensitiveDataRules":[],"transcriptSaveEnabled":false,"url":"","oref":"","visitorId":""}}"#
    );
}

#[test]
fn optional_fields_are_left_out() {
    assert_eq!(printed(ServerMessage::AgentTyping(Default::default())), r#"{"type":"AgentTyping","message":{}}"#);
    assert_eq!(
        printed(ServerMessage::ChatRequestFail(ChatRequestFail::because(ChatRequestFail::UNAVAILABLE))),
        r#"{"type":"ChatRequestFail","message":{"reason":"Unavailable"}}"#
    );
    assert_eq!(
        printed(ServerMessage::ChatEnded(ChatEnded { reason: ChatEnded::AGENT.into(), attached_records: None })),
        r#"{"type":"ChatEnded","message":{"reason":"agent"}}"#
    );
    assert_eq!(
        printed(ServerMessage::QueueUpdate(QueueUpdate { position: 2, estimated_wait_time: None })),
        r#"{"type":"QueueUpdate","message":{"position":2}}"#
    );
    assert_eq!(
        printed(ServerMessage::CustomEvent(chat::CustomEvent { kind: "t".into(), data: "d".into() })),
        r#"{"type":"CustomEvent","message":{"type":"t","data":"d"}}"#
    );
}

#[test]
fn visitor_resources_are_printed_with_availability_and_both_spellings_of_the_ping_rate() {
    let result = AvailabilityResult { id: "573a".into(), ..Default::default() };
    assert_eq!(
        printed(ServerMessage::Availability(Availability { results: vec![result] })),
        r#"{"type":"Availability","message":{"results":[{"id":"573a","isAvailable":false}]}}"#
    );
    let standard = Button { id: "573a".into(), kind: "Standard".into(), is_available: true, ..Default::default() };
    let invitation = Invitation { invite_renderer: "Fade".into(), ..Default::default() };
    let invite = Button { invitation: Some(invitation), kind: "Invite".into(), ..standard.clone() };
    let settings = ServerMessage::Settings(Settings { ping_rate: 50_000, content_server_url: "u".into(), buttons: vec![standard, invite] });
    let value = serde_json::to_value(&settings).unwrap();
    assert_eq!((&value["message"]["pingRate"], &value["message"]["pingrate"]), (&json!(50_000), &json!(50_000)));
    assert_eq!(value["message"]["buttons"][0], json!({ "id": "573a", "type": "Standard", "isAvailable": true }));
    assert_eq!(value["message"]["buttons"][1]["inviteRenderer"], "Fade");
    assert_eq!(serde_json::from_value::<ServerMessage>(value).unwrap(), settings);
}

#[test]
fn a_client_reads_what_it_does_not_know_and_what_is_missing() {
    let read = |value: Value| serde_json::from_value::<ServerMessage>(value).unwrap();
    assert!(
        matches!(read(json!({ "type": "RichMessage", "message": { "items": [] } })), ServerMessage::Unknown { kind, .. } if kind == "RichMessage")
    );
    assert!(
        matches!(read(json!({ "type": "ChatMessage", "message": "odd" })), ServerMessage::Unknown { kind, .. } if kind == "ChatMessage")
    );
    assert_eq!(read(json!({ "type": "AgentNotTyping" })), ServerMessage::AgentNotTyping(Default::default()));
    assert_eq!(
        read(json!({ "type": "ReconnectSession", "message": { "affinityToken": "a" } })),
        ServerMessage::ReconnectSession(ReconnectSession { reset_sequence: true, affinity_token: "a".into() })
    );
    let ServerMessage::ChatEstablished(established) = read(
        json!({ "type": "ChatEstablished", "message": { "name": "Ana", "chasitorIdletimeout": { "isEnabled": true, "timeout": 60 } } }),
    ) else {
        panic!("another message")
    };
    assert!(established.chasitor_idle_timeout.is_enabled && established.chasitor_idle_timeout.timeout == 60);
    let ServerMessage::ChatEnded(ended) = read(
        json!({ "type": "ChatEnded", "message": { "reason": "client", "attachedRecords": "[{\"fieldName\":\"CaseId\",\"fieldValue\":\"500\"}]" } }),
    ) else {
        panic!("another message")
    };
    assert_eq!(ended.attached_records.unwrap()[0].field_value, "500");
}
