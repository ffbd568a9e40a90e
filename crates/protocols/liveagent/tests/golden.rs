//! Bodies as real clients and servers print them. `golden/README.md` says where each comes from.

use liveagent::chat::{ChatEnd, ChatMessage};
use liveagent::init::{ChasitorInit, CustomDetail, Entity, EntityField, EntityMap, Target};
use liveagent::message::{AgentText, ChatRequestSuccess};
use liveagent::multi_noun::MultiNoun;
use liveagent::session::SessionCreated;
use liveagent::{Envelope, Post, Resource, ServerMessage};
use serde_json::Value;
use switchboard_liveagent as liveagent;

macro_rules! golden {
    ($name:literal) => {
        include_bytes!(concat!("golden/", $name, ".json"))
    };
}

#[test]
fn the_seeds_session_is_read() {
    let session: SessionCreated = serde_json::from_slice(golden!("seed_session_id")).unwrap();
    assert_eq!(session.client_poll_timeout, 40);
    assert_eq!(session.id, liveagent::key::chat_key(&session.key));
    let key = liveagent::key::SessionKey::parse(&session.key).unwrap();
    assert_eq!((key.id.as_ref(), key.millis), (session.id.as_str(), 1_495_522_493_087));
}

#[test]
fn the_seeds_request_is_read_with_its_numbers_for_booleans_and_its_empty_lists() {
    let init = ChasitorInit::decode(golden!("seed_chasitor_init")).unwrap();
    let key = "24e6a6f3-5601-446b-9250-cea8e0955a3e!1495522493087!Wkr3R+LhSXlgl9xc7vpVc0S2d4o=";
    assert_eq!(
        init,
        ChasitorInit {
            organization_id: "00D260000000001".into(),
            deployment_id: "572260000000001".into(),
            button_id: Some("573260000000001".into()),
            session_id: Some(key.into()),
            user_agent: Some("iOS".into()),
            language: Some("en-US".into()),
            screen_resolution: None,
            visitor_name: Some("John Doe".into()),
            prechat_details: vec![CustomDetail { display_to_agent: false, ..CustomDetail::new("Session Key", key) }],
            receive_queue_updates: true,
            is_post: Some(true),
            ..ChasitorInit::default()
        }
    );
    assert_eq!(init.targets(), [Target::Button("573260000000001".into())]);
}

#[test]
fn the_references_request_is_read() {
    let init = ChasitorInit::decode(golden!("reference_init")).unwrap();
    assert_eq!(init.screen_resolution.as_deref(), Some("1280x800"));
    assert_eq!(
        init.prechat_details,
        [CustomDetail { transcript_fields: vec!["Email__c".into()], ..CustomDetail::new("Email", "ana@example.org") }]
    );
    assert_eq!(
        init.prechat_entities,
        [Entity {
            entity_name: "Contact".into(),
            show_on_create: true,
            save_to_transcript: Some("ContactId".into()),
            entity_fields_maps: vec![EntityField {
                field_name: "Email".into(),
                label: "Email".into(),
                do_find: true,
                is_exact_match: true,
                do_create: true,
            }],
            ..Entity::default()
        }]
    );
}

#[test]
fn the_other_spellings_of_maps_are_read() {
    let init = ChasitorInit::decode(golden!("assistant_init")).unwrap();
    assert_eq!(init.is_post, Some(true));
    assert_eq!(
        init.prechat_details[0].entity_maps,
        [EntityMap { entity_name: "LiveChatTranscript".into(), field_name: "plan__c".into(), ..EntityMap::default() }]
    );
    assert!(!init.prechat_details[0].display_to_agent);
    assert_eq!(init.prechat_entities[0].entity_fields_maps[0].label, "plan");
    assert_eq!(
        init.targets(),
        [
            Target::AgentThenButton { agent: "005xx0000000001".into(), button: "573xx0000000001".into() },
            Target::Button("573xx0000000002".into()),
        ]
    );
}

#[test]
fn the_seeds_posts_are_read() {
    assert_eq!(ChatMessage::decode(golden!("seed_post_message")).unwrap(), ChatMessage::new("Message text goes here"));
    assert_eq!(ChatEnd::decode(golden!("seed_chat_end")).unwrap(), ChatEnd::because("Closed by client"));
}

#[test]
fn a_multi_noun_is_read_with_objects_and_texts() {
    let batch = MultiNoun::decode(golden!("reference_multi_noun")).unwrap();
    let posts: Vec<Post> = batch.nouns.iter().map(|call| Post::decode(call.resource().unwrap(), call.body.as_bytes()).unwrap()).collect();
    assert_eq!(
        posts,
        [Post::Message(ChatMessage::new("a")), Post::Message(ChatMessage::new("b")), Post::NotTyping, Post::End(ChatEnd::default()),]
    );
    assert_eq!(MultiNoun::decode(batch.encode().as_bytes()).unwrap(), batch);
    assert_eq!(batch.nouns[3].resource(), Ok(Resource::ChatEnd));
}

#[test]
fn the_seeds_messages_are_read() {
    let envelope: Envelope = serde_json::from_slice(golden!("seed_request_success")).unwrap();
    assert_eq!((envelope.sequence, envelope.offset), (Some(0), None));
    assert_eq!(
        envelope.messages,
        [ServerMessage::ChatRequestSuccess(Box::new(ChatRequestSuccess {
            connection_timeout: Some(280_000),
            queue_position: 1,
            visitor_id: "f0dc2e61-5b22-4297-ae91-f98dfc1131c6".into(),
            ..ChatRequestSuccess::default()
        }))]
    );

    let envelope: Envelope = serde_json::from_slice(golden!("seed_chat_message")).unwrap();
    assert_eq!((envelope.sequence, envelope.offset), (Some(4), Some(30_211_368)));
    assert_eq!(
        envelope.messages,
        [ServerMessage::ChatMessage(AgentText {
            agent_id: "005260000025AUK".into(),
            name: "John".into(),
            text: "Message text goes here".into(),
            schedule: None,
        })]
    );
}

#[test]
fn every_field_that_the_seed_prints_is_printed() {
    for golden in [golden!("seed_request_success").as_slice(), golden!("seed_chat_message").as_slice()] {
        let seed: Value = serde_json::from_slice(golden).unwrap();
        let envelope: Envelope = serde_json::from_slice(golden).unwrap();
        let printed = serde_json::to_value(&envelope).unwrap();
        let (seed, printed) = (&seed["messages"][0], &printed["messages"][0]);
        assert_eq!(seed["type"], printed["type"]);
        for (name, value) in seed["message"].as_object().unwrap() {
            assert_eq!(&printed["message"][name], value, "{name}");
        }
    }
}
