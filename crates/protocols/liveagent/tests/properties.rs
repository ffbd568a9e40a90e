//! Properties of the codecs: no input panics, what is printed is read back the same, and the laws of ids and sequences.

mod checks;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use switchboard_liveagent::init::{ChasitorInit, CustomDetail, Entity, EntityField, EntityMap, PageView, VisitorInfo};
use switchboard_liveagent::key::SessionKey;
use switchboard_liveagent::message::{AgentText, ChatEnded, ChatRequestSuccess, Established, QueueUpdate, TranscriptEntry};
use switchboard_liveagent::sequence::{self, OutOfSequence, Verdict};
use switchboard_liveagent::{Envelope, ServerMessage, ids, message};

/// Text with something in it: empty and missing are the same on this wire.
fn filled() -> impl Strategy<Value = String> {
    "\\PC{1,20}"
}

fn detail() -> impl Strategy<Value = CustomDetail> {
    let map = (filled(), filled(), any::<[bool; 3]>()).prop_map(|(entity_name, field_name, [a, b, c])| EntityMap {
        entity_name,
        field_name,
        is_fast_fillable: a,
        is_auto_queryable: b,
        is_exact_matchable: c,
    });
    (filled(), any::<String>(), vec(filled(), 0..3), any::<[bool; 2]>(), vec(map, 0..3)).prop_map(
        |(label, value, transcript_fields, [display_to_agent, do_knowledge_search], entity_maps)| CustomDetail {
            transcript_fields,
            display_to_agent,
            entity_maps,
            do_knowledge_search,
            ..CustomDetail::new(label, value)
        },
    )
}

fn entity() -> impl Strategy<Value = Entity> {
    let field = (filled(), any::<String>(), any::<[bool; 3]>()).prop_map(|(field_name, label, [a, b, c])| EntityField {
        field_name,
        label: label.into(),
        do_find: a,
        is_exact_match: b,
        do_create: c,
    });
    (filled(), any::<bool>(), option::of(filled()), option::of(filled()), option::of(filled()), vec(field, 0..3)).prop_map(
        |(entity_name, show_on_create, link_to_entity_name, link_to_entity_field, save_to_transcript, entity_fields_maps)| Entity {
            entity_name,
            show_on_create,
            link_to_entity_name,
            link_to_entity_field,
            save_to_transcript,
            entity_fields_maps,
        },
    )
}

fn request() -> impl Strategy<Value = ChasitorInit> {
    let page = (any::<String>(), option::of(any::<i64>())).prop_map(|(location, time)| PageView { location: location.into(), time });
    let info = (option::of(any::<i64>()), option::of(filled()), vec(page, 0..3)).prop_map(|(visit_count, referrer, pages)| VisitorInfo {
        visit_count,
        original_referrer: referrer.map(Into::into),
        pages,
    });
    let id = "[0-9A-Za-z]{15}";
    (
        (id, id, option::of(id), option::of(id), any::<bool>(), option::of(any::<bool>())),
        (option::of(filled()), option::of(filled()), option::of(filled())),
        (vec(detail(), 0..3), vec(entity(), 0..3), vec(id, 0..3), option::of(info)),
    )
        .prop_map(|(ids, texts, lists)| ChasitorInit {
            organization_id: ids.0,
            deployment_id: ids.1,
            button_id: ids.2,
            agent_id: ids.3,
            do_fallback: ids.4,
            is_post: ids.5,
            session_id: texts.0.map(Into::into),
            visitor_name: texts.1.map(Into::into),
            screen_resolution: texts.2,
            prechat_details: lists.0,
            prechat_entities: lists.1,
            button_overrides: lists.2,
            visitor_info: lists.3,
            ..ChasitorInit::default()
        })
}

fn server_message() -> impl Strategy<Value = ServerMessage> {
    prop_oneof![
        (vec(detail(), 0..3), any::<i64>(), option::of(any::<i64>()), any::<String>()).prop_map(|(custom_details, position, wait, url)| {
            ServerMessage::ChatRequestSuccess(Box::new(ChatRequestSuccess {
                connection_timeout: Some(280_000),
                custom_details,
                queue_position: position,
                estimated_wait_time: wait,
                url: url.into(),
                ..ChatRequestSuccess::default()
            }))
        }),
        (any::<String>(), any::<String>(), any::<String>()).prop_map(|(agent_id, name, text)| ServerMessage::ChatMessage(AgentText {
            agent_id,
            name: name.into(),
            text: text.into(),
            schedule: None,
        })),
        (any::<String>(), any::<bool>(), any::<i64>()).prop_map(|(name, is_enabled, timeout)| ServerMessage::ChatEstablished(
            Established {
                name: name.into(),
                chasitor_idle_timeout: message::IdleTimeout { is_enabled, warning_time: timeout / 2, timeout },
                ..Established::default()
            }
        )),
        (any::<i64>(), option::of(any::<i64>()))
            .prop_map(|(position, estimated_wait_time)| ServerMessage::QueueUpdate(QueueUpdate { position, estimated_wait_time })),
        (any::<String>(), option::of(vec((any::<String>(), any::<String>()), 0..3))).prop_map(|(reason, records)| {
            let record = |(field_name, field_value)| message::AttachedRecord { field_name, field_value };
            ServerMessage::ChatEnded(ChatEnded {
                reason,
                attached_records: records.map(|records| records.into_iter().map(record).collect()),
            })
        }),
        vec((any::<String>(), any::<i64>()), 0..3).prop_map(|entries| {
            let entry = |(content, timestamp): (String, i64)| TranscriptEntry {
                kind: TranscriptEntry::AGENT.into(),
                content: content.into(),
                timestamp,
                ..TranscriptEntry::default()
            };
            ServerMessage::ChasitorSessionData(Box::new(message::ChasitorSessionData {
                chat_messages: entries.into_iter().map(entry).collect(),
                ..Default::default()
            }))
        }),
        any::<String>().prop_map(|text| ServerMessage::from_parts("Presence/WorkAssigned", serde_json::json!({ "text": text }))),
    ]
}

/// JSON that comes near what the protocol says, so that decoders are reached beyond their first field.
fn near_json() -> impl Strategy<Value = serde_json::Value> {
    let names = prop::sample::select(vec![
        "text",
        "reason",
        "type",
        "ChatEndReason",
        "nouns",
        "prefix",
        "noun",
        "object",
        "data",
        "organizationId",
        "deploymentId",
        "buttonId",
        "prechatDetails",
        "prechatEntities",
        "label",
        "value",
        "entityMaps",
        "entityFieldMaps",
        "entityFieldsMaps",
        "entityName",
        "fieldName",
        "buttonOverrides",
        "isPost",
        "visitorInfo",
        "pages",
        "location",
        "messages",
        "message",
        "sequence",
        "offset",
        "customDetails",
        "geoLocation",
        "results",
        "buttons",
        "inviteRenderer",
        "attachedRecords",
        "idleTimeoutWarningEvent",
        "rules",
        "position",
        "items",
    ]);
    let kinds = ServerMessage::KINDS.to_vec();
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
        prop::sample::select(kinds).prop_map(Into::into),
        prop::sample::select(vec!["ChatMessage", "Chasitor", "System", "1", "true", "triggered", "{\"text\":\"a\"}"]).prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 64, 8, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Into::into),
            vec((names.clone(), inner), 0..8).prop_map(|entries| entries
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<serde_json::Map<_, _>>()
                .into()),
        ]
    })
}

/// Two numbers that are often close, also at the ends of the range.
/// Queries as pages, scripts and apps send them, and as they should not.
fn near_query() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        prop::sample::select(vec![
            "nouns",
            "callback",
            "VisitorId.prefix",
            "Settings.prefix",
            "Settings.buttonIds",
            "Settings.updateBreadcrumb",
            "Availability.ids",
            "Availability.needEstimatedWaitTime",
            "org_id",
            "deployment_id",
            "version",
            "sid",
            "ack",
            "ReconnectSession.offset",
            "SessionId",
            "location",
            "orgId",
            "chatKey",
            "fileToken",
            "encoding",
        ])
        .prop_map(str::to_owned),
        "[A-Za-z.%]{0,12}",
    ];
    let value = prop_oneof![
        "(VisitorId|Settings|Availability|Breadcrumb|ChatMessage|,| |%2C){0,20}",
        "\\[?(573[A-Za-z0-9]{0,15}|005|_|,|%22){0,6}\\]?",
        "[A-Za-z_$][A-Za-z0-9_$.(){};<]{0,140}",
        "-?[0-9]{0,22}",
        "(%[0-9a-fA-F]{0,2}|\\+|&|=|;|\u{2028}|\u{0}){0,12}",
        any::<String>(),
    ];
    vec((name, value), 0..8).prop_map(|pairs| pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&"))
}

fn near_numbers() -> impl Strategy<Value = (u64, u64)> {
    let last = prop_oneof![any::<u64>(), 0..5u64, u64::MAX - 5..=u64::MAX];
    (last, prop_oneof![any::<i64>(), -3..=3i64]).prop_map(|(last, step)| (last, last.saturating_add_signed(step)))
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in vec(any::<u8>(), 0..512)) {
        checks::body(&bytes);
        checks::answer(&bytes);
    }

    #[test]
    fn no_json_panics(value in near_json()) {
        let bytes = value.to_string().into_bytes();
        checks::body(&bytes);
        checks::answer(&bytes);
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        checks::text(&text);
    }

    #[test]
    fn no_near_text_panics(text in "(/chat/rest/)?(System|Visitor)?/?[A-Za-z]{0,12}[!%&=.,+/_\\[\\]0-9a-zA-Z-]{0,60}") {
        checks::text(&text);
    }

    #[test]
    fn no_near_query_panics(query in near_query()) {
        checks::text(&query);
    }

    #[test]
    fn a_request_is_read_as_it_was_printed(request in request()) {
        let printed = serde_json::to_vec(&request).unwrap();
        prop_assert_eq!(ChasitorInit::decode(&printed).unwrap(), request);
    }

    #[test]
    fn messages_are_read_as_they_were_printed(messages in vec(server_message(), 0..5), sequence in 0..1_000_000i64, offset in 0..1i64 << 53) {
        let envelope = Envelope::polled(messages, sequence, offset);
        let printed = serde_json::to_string(&envelope).unwrap();
        prop_assert_eq!(serde_json::from_str::<Envelope>(&printed).unwrap(), envelope);
    }

    #[test]
    fn debug_shows_no_content(secret in "[a-z]{12}") {
        let secret = format!("#{secret}#");
        let init = ChasitorInit {
            session_id: Some(secret.as_str().into()),
            visitor_name: Some(secret.as_str().into()),
            prechat_details: vec![CustomDetail::new(secret.as_str(), secret.as_str())],
            ..ChasitorInit::default()
        };
        let printed = format!("{init:?}");
        prop_assert!(!printed.contains(&secret));
        for body in [
            serde_json::json!({ "text": secret }), serde_json::json!({ "reason": secret }), serde_json::json!({ "type": "t", "data": secret }),
            serde_json::json!({ "nouns": [{ "prefix": "Chasitor", "noun": "ChatMessage", "object": { "text": secret } }] }),
            serde_json::json!({ "location": secret }),
            // Where the value does not fit, the error must not repeat it either.
            serde_json::json!({ "text": [secret], "type": { "a": secret }, "reason": [secret], "location": [secret], "nouns": secret }),
            serde_json::json!({ "organizationId": "o", "deploymentId": "d", "isPost": secret, "idleTimeoutWarningEvent": secret, "rules": secret }),
        ] {
            for resource in switchboard_liveagent::Resource::ALL {
                let post = switchboard_liveagent::Post::decode(*resource, body.to_string().as_bytes());
                let printed = format!("{post:?}");
                prop_assert!(!printed.contains(&secret), "{resource:?} {printed}");
            }
        }
        let message = ServerMessage::from_parts("ChatMessage", serde_json::json!({ "name": secret, "text": secret }));
        let printed = format!("{message:?}");
        prop_assert!(!printed.contains(&secret));
    }

    #[test]
    fn both_forms_of_an_id_are_one(text in "[0-9A-Za-z]{15}") {
        let id = ids::Id::parse(&text).unwrap();
        prop_assert_eq!(id.as_str(), &text);
        prop_assert_eq!(ids::Id::parse_checked(&id.to_18()), Ok(id));
        // Any change of case shows in the suffix.
        if let Some(at) = text.find(|c: char| c.is_ascii_alphabetic()) {
            let mut bytes = id.to_18().into_bytes();
            bytes[at] ^= 0x20;
            prop_assert_eq!(ids::Id::parse_checked(&String::from_utf8(bytes).unwrap()), Err(ids::IdError::Checksum));
        }
    }

    #[test]
    fn a_key_is_read_as_it_was_printed_raw_and_encoded(id in "[0-9a-f-]{36}", millis in any::<u64>(), mac in any::<[u8; 20]>()) {
        let key = SessionKey { id: id.into(), millis, mac };
        let text = key.to_string();
        prop_assert_eq!(SessionKey::parse(&text), Ok(key.clone()));
        let encoded = text.replace('!', "%21").replace('=', "%3D");
        prop_assert_eq!(SessionKey::parse(&encoded), Ok(key.clone()));
        let standard = text.replace('_', "/");
        prop_assert_eq!(SessionKey::parse(&standard), Ok(key.clone()));
        prop_assert_eq!(SessionKey::parse(text.trim_end_matches('=')), Ok(key));
    }

    #[test]
    fn a_sequence_is_processed_once_and_in_order((last, received) in near_numbers()) {
        match sequence::check(Some(last), Some(received)) {
            Verdict::Accept { last: next } => prop_assert!(next == Some(received) && Some(received) == last.checked_add(1)),
            Verdict::Duplicate => prop_assert!(received <= last),
            Verdict::OutOfSequence(gap) => {
                prop_assert!(received > last);
                let expected = last + 1;
                prop_assert_eq!(gap, OutOfSequence { received, expected });
                prop_assert_eq!(sequence::expected(&gap.to_string()), Some(gap.expected));
            }
        }
        prop_assert_eq!(sequence::check(Some(last), None), Verdict::Accept { last: None });
        prop_assert_eq!(sequence::check(None, Some(received)), Verdict::Accept { last: Some(received) });
    }
}
