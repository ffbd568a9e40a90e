//! What an event has prepared joins the conversation of whoever it was prepared for, and nobody else's.

use std::time::Duration;

use domain::{
    customer_event::{EventBody, EventKind, Reason},
    detail::{Detail, EntityPlan},
    ids::EventSourceId,
    mapping::{EntityMapping, EventMapping, MappingRow, STARTED, ValueSource, WarningCode},
    profile::ProfileKind,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use switchboard_engine::{
    ErrorKind,
    conversation::{Arrival, StartConversation},
    customer_event::{NOT_FOR_CHAT, OWN_EVENT, Told},
    definition::{EventSource, ServerMapping},
    idempotency::Done,
    prepared::{Preparation, Prepares, Traits},
    web_visit::{Visit, VisitNote},
};

use crate::{
    person::detail,
    web::asks,
    world::{World, worlds},
};

fn row(path: &str, label: &str, field: &str) -> MappingRow {
    let (path, label, field) = (path.into(), label.into(), Some(field.into()));
    MappingRow { path, label, field, display_to_agent: true, find: true, exact: true, create: true }
}

fn entity(entity: &str, from: ValueSource, row: MappingRow) -> EntityMapping {
    EntityMapping { entity: entity.into(), from, save_to_transcript: None, show_on_create: false, link: None, rows: vec![row] }
}

async fn source(world: &World, name: &str) -> EventSourceId {
    let mapping = EventMapping {
        entities: vec![
            entity("Contact", ValueSource::User, row("email", "Mail", "Email")),
            entity("Case", ValueSource::Event, row("topic", "Topic", "Subject")),
            entity("Account", ValueSource::Group, row("plan", "Plan", "Plan__c")),
        ],
    };
    let source = EventSource {
        name: name.into(),
        active: true,
        deployment: Some(world.demo.deployment),
        write_keys: Vec::new(),
        mapping,
        browser: Default::default(),
        server: ServerMapping { enabled: true, keep_minutes: 60 },
        announce_started_by_page: false,
    };
    match world.app.create(&world.signed_in("admin").await, source, None).await.unwrap() {
        Done::Now((id, _)) => id,
        Done::Before(answer) => panic!("{answer:?}"),
    }
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn event(source: EventSourceId, position: i64) -> Prepares {
    Prepares {
        position,
        source,
        session: None,
        device_key: None,
        user_key: None,
        properties: object(json!({"topic": format!("Topic {position}")})),
        by_device: Traits {
            own: object(json!({"email": "told@example.org", "firstName": "Vera", "lastName": "Vox"})),
            group: object(json!({"plan": "gold"})),
        },
        by_user: Traits {
            own: object(json!({"email": "known@example.org", "firstName": "Vera", "lastName": "Known"})),
            group: object(json!({"plan": "platinum"})),
        },
    }
}

/// What a conversation begins with: details, name, entities.
async fn begins(world: &World, start: StartConversation, arrival: Arrival) -> (Vec<(String, String)>, String, Vec<String>) {
    let started = world.app.start_arriving(start, arrival).await.unwrap();
    let told = world.app.export_person(&world.signed_in("admin").await, started.visitor).await.unwrap();
    let stored = &told.conversations.last().unwrap().stored;
    let plan: EntityPlan = serde_json::from_value(stored.origin.entity_plan.clone()).unwrap();
    let details = stored.details.iter().map(|one| (one.label.clone(), one.value.reveal().to_owned())).collect();
    (details, stored.origin.name.reveal().to_owned(), plan.steps.into_iter().map(|step| step.entity).collect())
}

fn pairs(details: &[(&str, &str)]) -> Vec<(String, String)> {
    details.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect()
}

fn of_device(device: &str) -> Arrival {
    Arrival { device: Some(device.into()), ..Arrival::default() }
}

fn of_user(user: Option<String>) -> Arrival {
    Arrival { user, ..Arrival::default() }
}

#[tokio::test]
async fn what_was_prepared_joins_by_session_device_or_signed_user_and_lapses() {
    for world in worlds().await {
        let (app, workspace, deployment) = (&world.app, world.workspace(), world.demo.deployment);
        let site = source(&world, "Site").await;
        let of_all =
            Prepares { session: Some("s-1".into()), device_key: Some("d-1".into()), user_key: Some("u-1".into()), ..event(site, 1) };
        assert_eq!(app.prepare(workspace, of_all.clone()).await.unwrap(), Preparation::Waits(vec![]));
        // The follower may come by twice.
        assert_eq!(app.prepare(workspace, of_all).await.unwrap(), Preparation::Waits(vec![]));
        let told = pairs(&[("Mail", "told@example.org"), ("Topic", "Topic 1"), ("Plan", "gold")]);
        let entities = ["Contact", "Case", "Account"].map(str::to_owned).to_vec();
        let expected = (told.clone(), "Vera Vox".to_owned(), entities.clone());
        assert_eq!(begins(&world, asks(&world, Some("s-1"), "", vec![]), Arrival::default()).await, expected);
        assert_eq!(begins(&world, asks(&world, None, "", vec![]), of_device("d-1")).await, expected);

        // A page that knows its browser's key says it with the visit.
        let note = |visit| VisitNote { deployment, session: "s-2".into(), visit };
        app.note_web_visit(note(Visit { device: Some("d-1".into()), ..Visit::default() })).await.unwrap();
        app.note_web_visit(note(Visit { details: vec![detail("Cart", "3", true)], ..Visit::default() })).await.unwrap();
        let (details, ..) = begins(&world, asks(&world, Some("s-2"), "", vec![]), Arrival::default()).await;
        assert_eq!(details.len(), 4, "{details:?}");

        // A user's id that somebody merely says leads nowhere; a signed one to what is known of the user.
        let directory = app.directory(workspace).unwrap();
        let admin = world.signed_in("admin").await;
        let key = app.identity_key(&admin, site).await.unwrap();
        let sign = |key: &str, user: &str| -> String {
            let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
            mac.update(user.as_bytes());
            mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
        };
        let signature = sign(key.reveal(), "u-1");
        for (user, signature) in
            [("u-1", sign("another key", "u-1")), ("u-2", signature.clone()), ("u-1", String::new()), ("", signature.clone())]
        {
            assert_eq!(app.signed_user(&directory, deployment, user, &signature), None);
        }
        assert_eq!(begins(&world, asks(&world, None, "", vec![]), of_user(None)).await.0, pairs(&[]));
        for signature in [signature.clone(), signature.to_uppercase()] {
            let user = app.signed_user(&directory, deployment, "u-1", &signature);
            let (details, name, _) = begins(&world, asks(&world, None, "", vec![]), of_user(user)).await;
            let known = pairs(&[("Mail", "known@example.org"), ("Topic", "Topic 1"), ("Plan", "platinum")]);
            assert_eq!((details, name.as_str()), (known, "Vera Known"));
        }
        let other = source(&world, "Other").await;
        assert_ne!(app.identity_key(&admin, other).await.unwrap().reveal(), key.reveal());
        let agent = world.signed_in("agent").await;
        assert_eq!(app.identity_key(&agent, site).await.unwrap_err().kind, ErrorKind::Forbidden);

        // Others' devices, other sites' conversations and later ones have nothing of it.
        assert_eq!(begins(&world, asks(&world, Some("s-3"), "", vec![]), of_device("d-2")).await.0, pairs(&[]));
        world.clock.advance(Duration::from_secs(60 * 60));
        assert_eq!(begins(&world, asks(&world, Some("s-1"), "", vec![]), of_device("d-1")).await.0, pairs(&[]));
        app.run_due().await.unwrap();
        let whom = store::PreparedFor { device_key: Some("d-1"), ..Default::default() };
        let long_ago = domain::time::Timestamp(0);
        let left = app.store().snapshot().await.unwrap().prepared_details(workspace, deployment, whom, long_ago).await.unwrap();
        assert_eq!(left, [], "the reconciler has removed it");
        world.end().await;
    }
}

#[tokio::test]
async fn what_the_visitor_and_the_pages_say_counts_more_and_events_are_put_together() {
    for world in worlds().await {
        let (app, workspace, deployment) = (&world.app, world.workspace(), world.demo.deployment);
        let site = source(&world, "Site").await;
        let of_device_one = |position| Prepares { device_key: Some("d-1".into()), ..event(site, position) };
        app.prepare(workspace, of_device_one(1)).await.unwrap();
        let without_traits = Prepares { by_device: Traits::default(), ..of_device_one(2) };
        let Preparation::Waits(warnings) = app.prepare(workspace, without_traits).await.unwrap() else { panic!("it waits") };
        let codes: Vec<_> = warnings.iter().map(|warning| warning.code).collect();
        assert_eq!(codes, [WarningCode::MissingIdentify, WarningCode::MissingGroup]);
        let visit = Visit { details: vec![detail("Plan", "silver", true)], name: "Page".into(), ..Visit::default() };
        app.note_web_visit(VisitNote { deployment, session: "s-1".into(), visit }).await.unwrap();
        let form: Vec<Detail> = vec![detail("Mail", "form@example.org", true)];
        let (details, name, entities) = begins(&world, asks(&world, Some("s-1"), "", form), of_device("d-1")).await;
        assert_eq!(details, pairs(&[("Topic", "Topic 2"), ("Plan", "silver"), ("Mail", "form@example.org")]));
        assert_eq!((name.as_str(), entities.len()), ("Page", 3), "one set of details, one plan");

        // Nothing of a source that is switched off, or does not do it here, or of nobody.
        let (_, mut settings) = app.list::<EventSource>(&world.signed_in("admin").await, &all()).unwrap().items.remove(0);
        assert_eq!(app.prepare(workspace, event(site, 3)).await.unwrap(), Preparation::NotWanted);
        settings.browser.strict = true;
        app.replace(&world.signed_in("admin").await, site, settings.clone()).await.unwrap();
        let lacking = Prepares { properties: object(json!({"other": 1})), ..of_device_one(4) };
        let Preparation::Refused(warnings) = app.prepare(workspace, lacking).await.unwrap() else { panic!("it is refused") };
        assert_eq!(warnings.last().unwrap().code, WarningCode::Refused);
        settings.server.enabled = false;
        app.replace(&world.signed_in("admin").await, site, settings).await.unwrap();
        assert_eq!(app.prepare(workspace, of_device_one(5)).await.unwrap(), Preparation::NotWanted);
        assert_eq!(begins(&world, asks(&world, None, "", vec![]), of_device("d-1")).await.0, pairs(&[]));
        world.end().await;
    }
}

#[tokio::test]
async fn events_that_are_followed_by_two_servers_at_once_wait_once() {
    for world in worlds().await {
        let (app, workspace) = (&world.app, world.workspace());
        let site = source(&world, "Site").await;
        let work = (0..40).map(|n| {
            let event = Prepares { device_key: Some("d-1".into()), ..event(site, n / 2) };
            async move { app.prepare(workspace, event).await.unwrap() }
        });
        for prepared in futures_util::future::join_all(work).await {
            assert_eq!(prepared, Preparation::Waits(vec![]));
        }
        let whom = store::PreparedFor { device_key: Some("d-1"), ..Default::default() };
        let found =
            app.store().snapshot().await.unwrap().prepared_details(workspace, world.demo.deployment, whom, app.now()).await.unwrap();
        assert_eq!(found.iter().map(|one| one.position).collect::<Vec<_>>(), (0..20).collect::<Vec<_>>());
        let (details, ..) = begins(&world, asks(&world, None, "", vec![]), of_device("d-1")).await;
        assert_eq!(details[1], ("Topic".to_owned(), "Topic 19".to_owned()), "the latest counts: {details:?}");
        world.end().await;
    }
}

#[tokio::test]
async fn events_that_come_in_prepare_the_conversation_unless_their_sender_keeps_them_from_it() {
    for world in worlds().await {
        let (app, workspace) = (&world.app, world.workspace());
        let site = source(&world, "Site").await;
        let told = |kind: EventKind, key: &str, body: EventBody, notes: Vec<Reason>| Told {
            message_id: None,
            kind: Some(kind),
            name: (kind == EventKind::Track).then(|| STARTED.to_owned()),
            user_key: Some("u-1".into()),
            device_key: Some(key.into()),
            group_key: (kind == EventKind::Group).then(|| "g-1".into()),
            at: app.now(),
            problem: None,
            notes,
            body,
        };
        let traits = |traits: Value| EventBody { traits: object(traits), ..EventBody::default() };
        let started = |session: &str| EventBody {
            properties: object(json!({"topic": "Shoes"})),
            context: object(json!({ "visitor_session": session })),
            ..EventBody::default()
        };
        let known = Told { device_key: None, ..told(EventKind::Identify, "", traits(json!({"email": "known@example.org"})), vec![]) };
        let events = [
            known,
            told(EventKind::Identify, "d-1", traits(json!({"email": "told@example.org"})), vec![]),
            told(EventKind::Group, "d-1", traits(json!({"plan": "gold"})), vec![]),
            told(EventKind::Track, "d-1", started("s-1"), vec![]),
            // Somebody who merely claims to be that user.
            told(EventKind::Track, "d-2", started("s-2"), vec![]),
            told(EventKind::Track, "d-3", started("s-3"), vec![Reason::new(NOT_FOR_CHAT, None)]),
            told(EventKind::Track, "d-4", started("s-4"), vec![Reason::new(OWN_EVENT, None)]),
        ];
        app.take_in(workspace, site, app.now(), events).await.unwrap();
        app.run_due().await.unwrap();
        let whole = pairs(&[("Mail", "told@example.org"), ("Topic", "Shoes"), ("Plan", "gold")]);
        assert_eq!(begins(&world, asks(&world, None, "", vec![]), of_device("d-1")).await.0, whole);
        assert_eq!(begins(&world, asks(&world, Some("s-1"), "", vec![]), Arrival::default()).await.0, whole);
        let claimed = begins(&world, asks(&world, None, "", vec![]), of_device("d-2")).await.0;
        assert_eq!(claimed, pairs(&[("Topic", "Shoes")]), "what is known of a user is nobody's who claims to be him");
        for kept_away in ["d-3", "d-4"] {
            assert_eq!(begins(&world, asks(&world, None, "", vec![]), of_device(kept_away)).await.0, pairs(&[]));
        }
        let signed = begins(&world, asks(&world, None, "", vec![]), of_user(Some("u-1".into()))).await.0;
        assert!(signed.contains(&("Plan".to_owned(), "gold".to_owned())), "{signed:?}");
        let admin = world.signed_in("admin").await;
        app.forget_profile(&admin, (ProfileKind::Device, "d-1".to_owned())).await.unwrap();
        assert_eq!(
            begins(&world, asks(&world, None, "", vec![]), of_device("d-1")).await.0,
            pairs(&[]),
            "who is forgotten is not waited for"
        );
        world.end().await;
    }
}

fn all() -> switchboard_engine::listing::Asked<'static, switchboard_engine::listing::NamePlace> {
    switchboard_engine::listing::Asked { search: None, after: None, limit: 10 }
}
