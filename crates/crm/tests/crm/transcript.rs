//! Transcripts as records: one of each conversation, whole, whoever writes it and however often.

use std::collections::BTreeMap;

use domain::{
    ids::{AgentId, ButtonId, ConversationId, DeploymentId, SkillId, VisitorId},
    time::{Clock as _, Timestamp},
    transcript::{Numbers, OccurrenceKind as Kind, Responses, Side, Status},
};
use engine::crm::{LinkedRecord, Put, RecordRef, SpanOfTranscripts, TranscriptDetail, TranscriptEvent, TranscriptRecord, Transcripts as _};
use engine::definition::{Button, Deployment, Skill};
use salesforce::{
    Id,
    record::{Claimed, Given, Incoming, Scalar},
};
use sea_query::{Expr, ExprTrait as _, Order, Query};
use serde_json::json;
use store::sql::Built;
use switchboard_crm::{
    Crm, Operation, Outcome,
    schema::define::{Author, FieldDefinition},
};
use uuid::Uuid;

use crate::{
    defined::BOB,
    world::{World, worlds},
};

const TRANSCRIPT: &str = "LiveChatTranscript";
const EVENT: &str = "LiveChatTranscriptEvent";
const ALL: SpanOfTranscripts = SpanOfTranscripts { after: (Timestamp(i64::MIN), ConversationId(Uuid::nil())), up_to: None };

fn record(world: &World, n: u128) -> TranscriptRecord {
    TranscriptRecord {
        conversation: ConversationId(Uuid::from_u128(n)),
        revision: 1,
        key: Uuid::from_u128(n + 1_000).to_string(),
        visitor: VisitorId(Uuid::from_u128(7)),
        deployment: None,
        button: None,
        skill: None,
        owner: None,
        complete: true,
        status: Status::Waiting,
        ended_by: None,
        requested_at: world.clock.now(),
        accepted_at: None,
        ended_at: None,
        numbers: Numbers::default(),
        body: "<p>Chat Started</p>".into(),
        supervisor_body: "<p>Chat Started</p>".into(),
        whole: None,
        language: "en-US".into(),
        browser: "Firefox 128.0".into(),
        platform: "Linux".into(),
        user_agent: "Mozilla/5.0 ".repeat(30),
        screen: "1280x800".into(),
        address: "192.0.2.9".into(),
        referrer: "https://search.example/".into(),
        details: Vec::new(),
        records: Vec::new(),
        events: vec![event(world, 0, Kind::Requested), event(world, 0, Kind::Queued)],
    }
}

fn event(world: &World, seconds: i64, kind: Kind) -> TranscriptEvent {
    let at = Timestamp(world.clock.now().0 + seconds * 1_000_000);
    TranscriptEvent { at, kind, agent: None, detail: "First line".into() }
}

fn ended(world: &World, n: u128) -> TranscriptRecord {
    let start = record(world, n);
    let at = |seconds: i64| Some(Timestamp(start.requested_at.0 + seconds * 1_000_000));
    let mut events = start.events.clone();
    events.extend([event(world, 20, Kind::Accepted), event(world, 90, Kind::EndedByVisitor)]);
    let numbers = Numbers {
        wait: Some(20),
        abandoned: None,
        duration: Some(70),
        agent: Responses { average: Some(4), max: Some(6) },
        visitor: Responses { average: Some(9), max: Some(12) },
        agent_messages: 3,
        visitor_messages: 2,
    };
    TranscriptRecord {
        revision: 2,
        status: Status::Completed,
        ended_by: Some(Side::Visitor),
        accepted_at: at(20),
        ended_at: at(90),
        numbers,
        body: "( 4s ) Ana: my number is 4711<br>".into(),
        events,
        ..start
    }
}

/// Rows of an object that are not deleted, in their order: these fields as text.
async fn rows(world: &World, object: &str, fields: &[&str]) -> Vec<Vec<String>> {
    let schema = world.crm.schema(world.workspace).await.unwrap();
    let object = schema.object(object).unwrap();
    let mut snapshot = world.crm.store().record_snapshot(std::time::Duration::from_secs(60)).await.unwrap();
    let mut query = Query::select();
    query.from(schema.table(object)).order_by("id", Order::Asc);
    for field in fields {
        query.expr(Expr::col(field.to_ascii_lowercase()).cast_as("TEXT"));
    }
    if object.field("IsDeleted").is_some() {
        query.and_where(Expr::col("isdeleted").eq(0_i64));
    }
    let built = Built::new("rows of a test", snapshot.backend(), &query).unwrap();
    let found = snapshot.fetch_built(built).await.unwrap();
    found.iter().map(|row| (0..fields.len()).map(|at| row.get::<Option<String>>(at).unwrap().unwrap_or_default()).collect()).collect()
}

async fn count(world: &World, object: &str) -> usize {
    rows(world, object, &["Id"]).await.len()
}

async fn put(world: &World, record: TranscriptRecord) -> Put {
    world.crm.put_transcript(world.workspace, record).await.unwrap()
}

/// What is left out, by field and kind.
fn left_out(put: &Put) -> BTreeMap<&str, &str> {
    let Put::Kept(kept) = put else { panic!("{put:?}") };
    kept.left_out.iter().map(|problem| (problem.field.as_str(), problem.kind.as_str())).collect()
}

async fn intact(world: &World) -> Vec<(u128, i64, bool)> {
    let kept = world.crm.kept_transcripts(world.workspace, ALL).await.unwrap();
    kept.into_iter().map(|one| (one.conversation.0.as_u128(), one.revision, one.intact)).collect()
}

/// Somebody changes rows behind the server's back.
async fn behind(world: &World, object: &str, change: impl Fn(&mut sea_query::UpdateStatement) + Send + Sync + 'static) {
    let schema = world.crm.schema(world.workspace).await.unwrap();
    let table = schema.table(schema.object(object).unwrap());
    world
        .crm
        .store()
        .write::<_, store::Error, _>(move |tx| {
            let built = {
                let mut update = Query::update();
                update.table(table.clone());
                change(&mut update);
                Built::new("behind the server's back", tx.backend(), &update)
            };
            Box::pin(async move { tx.run_built(built?).await.map(drop) })
        })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_one_transcript_from_its_beginning_to_its_end() {
    for world in worlds().await {
        assert_eq!(put(&world, record(&world, 1)).await, Put::Kept(Default::default()));
        let begun =
            rows(&world, TRANSCRIPT, &["Id", "Name", "ChatKey", "Status", "LiveChatVisitorId", "EndTime", "IpAddress", "UserAgent"]).await;
        let [id, name, key, status, visitor, end, address, agent] = &begun[0][..] else { panic!("{begun:?}") };
        assert_eq!((name.as_str(), status.as_str(), end.as_str(), address.as_str()), ("00000001", "Waiting", "", "192.0.2.9"));
        assert_eq!((key, agent.len()), (&Uuid::from_u128(1_001).to_string(), 200), "cut to what the field takes");

        assert_eq!(put(&world, ended(&world, 1)).await, Put::Kept(Default::default()));
        let fields = [
            "Id",
            "Status",
            "EndedBy",
            "WaitTime",
            "Abandoned",
            "ChatDuration",
            "AverageResponseTimeOperator",
            "MaxResponseTimeOperator",
            "AverageResponseTimeVisitor",
            "MaxResponseTimeVisitor",
            "OperatorMessageCount",
            "VisitorMessageCount",
            "Body",
        ];
        let over = rows(&world, TRANSCRIPT, &fields).await;
        let body = "( 4s ) Ana: my number is 4711<br>";
        assert_eq!(over, [[id.as_str(), "Completed", "Visitor", "20", "", "70", "4", "6", "9", "12", "3", "2", body]]);
        let events = rows(&world, EVENT, &["Type", "Detail", "LiveChatTranscriptId", "Name"]).await;
        let types: Vec<_> = events.iter().map(|event| event[0].as_str()).collect();
        assert_eq!(types, ["ChatRequest", "Enqueue", "Accept", "EndVisitor"]);
        assert!(events.iter().all(|event| event[1] == "First line" && event[2] == *id));
        assert_eq!(events[3][3], "00000004");

        // What is older changes nothing, the same again neither.
        assert_eq!(put(&world, record(&world, 1)).await, Put::Older(2));
        put(&world, ended(&world, 1)).await;
        assert_eq!(rows(&world, TRANSCRIPT, &fields).await, over);
        assert_eq!(rows(&world, EVENT, &["Type", "Detail", "LiveChatTranscriptId", "Name"]).await, events);

        // Another conversation of the same visitor, one of another, and another workspace.
        put(&world, ended(&world, 2)).await;
        put(&world, TranscriptRecord { visitor: VisitorId(Uuid::from_u128(8)), ..ended(&world, 3) }).await;
        let visitors: Vec<String> = rows(&world, TRANSCRIPT, &["LiveChatVisitorId"]).await.into_iter().flatten().collect();
        assert_eq!((&visitors[0], &visitors[1], visitors[2] == *visitor), (visitor, visitor, false));
        assert_eq!(count(&world, "LiveChatVisitor").await, 2);
        assert_eq!(intact(&world).await, [(1, 2, true), (2, 2, true), (3, 2, true)]);
        world.end().await;
    }
}

fn text(name: &str, value: &str) -> (String, Given) {
    (name.to_owned(), Given::Scalar(Scalar::Text(value.to_owned())))
}

async fn contact(world: &World) -> Id {
    let caller = world.crm.system(world.workspace).await.unwrap();
    let record = Incoming { attributes: Claimed::default(), fields: vec![text("LastName", "Lovelace")] };
    let made = vec![Operation::Create { object: "Contact".into(), record, uploads: Vec::new() }];
    match &world.crm.change(&caller, made, true).await.unwrap()[0] {
        Outcome::Saved(id) => *id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn details_and_links_are_saved_and_what_cannot_be_has_a_reason() {
    for world in worlds().await {
        let contact = contact(&world).await;
        let detail = |field: &str, value: &str| TranscriptDetail { field: field.into(), label: "Label".into(), value: value.into() };
        let linked = |entity: &str, id: &str, save_to: &str| LinkedRecord {
            record: RecordRef { entity: entity.into(), id: id.into() },
            save_to: save_to.into(),
        };
        let mut told = ended(&world, 1);
        told.details = vec![
            detail("location", "Vienna"),
            detail("Mail__c", "ana@example.org"),
            detail("Body", "forged"),
            detail("VisitorNetwork", &"x".repeat(201)),
            detail("CaseId", "no id"),
        ];
        told.records = vec![
            linked("Contact", &contact.to_string(), "ContactId"),
            linked("Contact", &contact.to_string(), "LeadId"),
            linked("Account", "001000000000001", "AccountId"),
        ];
        let kept = put(&world, told.clone()).await;
        let problems = left_out(&kept);
        assert_eq!(
            problems,
            BTreeMap::from([
                ("AccountId", "other"),
                ("Body", "not_allowed"),
                ("CaseId", "other"),
                ("LeadId", "not_allowed"),
                ("Mail__c", "unknown_field"),
                ("VisitorNetwork", "too_long"),
            ])
        );
        let fields = ["Location", "VisitorNetwork", "ContactId", "AccountId", "LeadId", "CaseId"];
        assert_eq!(rows(&world, TRANSCRIPT, &fields).await, [["Vienna", "", contact.short(), "", "", ""]]);
        assert_eq!(intact(&world).await, [(1, 2, true)]);

        // Unlinked, and erased.
        told.revision = 3;
        told.records.clear();
        told.details = vec![detail("Location", "")];
        assert!(left_out(&put(&world, told).await).is_empty());
        assert_eq!(rows(&world, TRANSCRIPT, &fields).await, [["", "", "", "", "", ""]]);
        world.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn details_become_values_of_their_fields_types_and_definitions_are_named() {
    for world in worlds().await {
        let (help, site, french) = (Uuid::from_u128(0xC2), Uuid::from_u128(0xC3), Uuid::from_u128(0xC1));
        world.staff().await;
        world.define::<Skill>(french, json!({"name": "French"})).await;
        world.define::<Button>(help, json!({"name": "Help"})).await;
        world.define::<Deployment>(site, json!({"name": "Site"})).await;
        world.mirror().await;
        let caller = world.crm.system(world.workspace).await.unwrap();
        for field in [
            json!({"name": "Mail", "label": "Mail", "kind": "text", "length": 80}),
            json!({"name": "Vip", "label": "VIP", "kind": "checkbox"}),
            json!({"name": "Born", "label": "Born", "kind": "date"}),
            json!({"name": "Number", "label": "Number", "kind": "text", "length": 10, "unique": true}),
            json!({"name": "Level", "label": "Level", "kind": "number", "precision": 5, "scale": 0}),
        ] {
            let field: FieldDefinition = serde_json::from_value(field).unwrap();
            world.crm.define_field(&caller, Author::default(), TRANSCRIPT, field).await.unwrap();
        }
        let detail = |field: &str, value: &str| TranscriptDetail { field: field.into(), label: "L".into(), value: value.into() };
        let mut told = ended(&world, 1);
        (told.owner, told.button, told.deployment, told.skill) =
            (Some(BOB), Some(ButtonId(help)), Some(DeploymentId(site)), Some(SkillId(french)));
        told.events[2].agent = Some(BOB);
        told.details = vec![
            detail("Mail__c", "ana@example.org"),
            detail("vip__c", "true"),
            detail("Born__c", "2001-03-31"),
            detail("Number__c", "1"),
            detail("Level__c", "high"),
        ];
        let kept = put(&world, told.clone()).await;
        assert_eq!(left_out(&kept), BTreeMap::from([("Level__c", "not_a_number"), ("Number__c", "not_allowed")]));
        let Put::Kept(reasons) = &kept else { unreachable!() };
        assert!(reasons.left_out.iter().all(|problem| !problem.reason.contains("high")), "a customer's words are in no reason");
        let custom = ["Mail__c", "Vip__c", "Born__c", "Level__c"];
        assert_eq!(rows(&world, TRANSCRIPT, &custom).await, [["ana@example.org", "1", "985996800000000", ""]]);

        let named = ["OwnerId", "LiveChatButtonId", "LiveChatDeploymentId", "SkillId"];
        let bob = world.crm.caller(world.workspace, BOB).await.unwrap().user;
        let mut ids = vec![bob.short().to_owned()];
        for object in ["LiveChatButton", "LiveChatDeployment", "Skill"] {
            ids.push(rows(&world, object, &["Id"]).await[0][0].clone());
        }
        assert_eq!(rows(&world, TRANSCRIPT, &named).await, [ids]);
        assert_eq!(rows(&world, EVENT, &["AgentId"]).await[2], [bob.short()]);

        // What was erased is empty.
        told.revision = 3;
        told.details.iter_mut().for_each(|detail| detail.value = "".into());
        put(&world, told).await;
        assert_eq!(rows(&world, TRANSCRIPT, &custom).await, [["", "0", "", ""]]);
        assert_eq!(intact(&world).await, [(1, 3, true)]);
        world.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_is_a_file_on_it_and_goes_with_what_is_erased() {
    for world in worlds().await {
        let long = |text: &str| TranscriptRecord { whole: Some(text.into()), ..ended(&world, 1) };
        put(&world, long("all that was said")).await;
        put(&world, long("all that was said")).await;
        let versions =
            rows(&world, "ContentVersion", &["Title", "PathOnClient", "ContentSize", "FirstPublishLocationId", "ContentDocumentId"]).await;
        let transcript = rows(&world, TRANSCRIPT, &["Id"]).await[0][0].clone();
        let title = format!("Chat transcript {}", Uuid::from_u128(1_001));
        assert_eq!(versions.len(), 1, "the same again is no other file");
        assert_eq!(versions[0][..4], [title, "transcript.txt".into(), "17".into(), transcript.clone()]);
        let links = rows(&world, "ContentDocumentLink", &["ContentDocumentId", "LinkedEntityId"]).await;
        assert!(links.contains(&vec![versions[0][4].clone(), transcript]), "{links:?}");
        assert_eq!(intact(&world).await, [(1, 2, true)]);

        put(&world, TranscriptRecord { revision: 3, ..long("something else was said") }).await;
        let sizes: Vec<_> = rows(&world, "ContentVersion", &["ContentSize"]).await.into_iter().flatten().collect();
        assert_eq!(sizes, ["23"]);

        // Not even in the recycle bin.
        put(&world, TranscriptRecord { revision: 4, ..ended(&world, 1) }).await;
        for object in ["ContentVersion", "ContentDocument", "ContentDocumentLink"] {
            behind(&world, object, |update| {
                update.value("isdeleted", 0_i64);
            })
            .await;
            assert_eq!(count(&world, object).await, 0, "{object}");
        }
        assert_eq!(intact(&world).await, [(1, 4, true)]);
        world.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_is_gone_is_forgotten_but_for_its_numbers() {
    for world in worlds().await {
        let contact = contact(&world).await;
        let mut told = ended(&world, 1);
        told.whole = Some("all".into());
        told.records =
            vec![LinkedRecord { record: RecordRef { entity: "Contact".into(), id: contact.to_string() }, save_to: "ContactId".into() }];
        put(&world, told.clone()).await;
        for _ in 0..2 {
            world.crm.forget_transcript(world.workspace, told.conversation, 3).await.unwrap();
        }
        let fields = ["Body", "SupervisorTranscriptBody", "IpAddress", "UserAgent", "ReferrerUri", "ContactId", "ChatDuration", "Status"];
        assert_eq!(rows(&world, TRANSCRIPT, &fields).await, [["", "", "", "", "", "", "70", "Completed"]]);
        assert_eq!(count(&world, "ContentVersion").await, 0);
        assert!(intact(&world).await.is_empty(), "nobody asks for it any more");
        // Whoever was late changes nothing.
        put(&world, TranscriptRecord { revision: 4, ..told }).await;
        assert_eq!(rows(&world, TRANSCRIPT, &["Body"]).await, [[""]]);
        let unknown = ConversationId(Uuid::from_u128(99));
        world.crm.forget_transcript(world.workspace, unknown, 1).await.unwrap();
        world.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_somebody_does_behind_its_back_is_seen_and_mended() {
    for world in worlds().await {
        for n in 1..=6 {
            put(&world, ended(&world, n)).await;
        }
        let fields = ["ChatKey", "Status", "Body", "ChatDuration", "LiveChatVisitorId"];
        let before = rows(&world, TRANSCRIPT, &fields).await;
        let ids: Vec<String> = rows(&world, TRANSCRIPT, &["Id"]).await.into_iter().flatten().collect();
        let events = count(&world, EVENT).await;
        let on = |id: &String| Expr::col("id").eq(id.as_str());
        let (deleted, altered, doubled, eventless, rekeyed) = (on(&ids[0]), on(&ids[1]), ids[2].clone(), ids[3].clone(), on(&ids[4]));
        behind(&world, TRANSCRIPT, move |update| {
            update.value("isdeleted", 1_i64).and_where(deleted.clone());
        })
        .await;
        behind(&world, TRANSCRIPT, move |update| {
            update.value("body", "I owe you").and_where(altered.clone());
        })
        .await;
        behind(&world, EVENT, move |update| {
            update.value("type", "Other").and_where(Expr::col("livechattranscriptid").eq(eventless.as_str()));
        })
        .await;
        behind(&world, TRANSCRIPT, move |update| {
            update.value("chatkey", "x").value("chatkey_f", "x").and_where(rekeyed.clone());
        })
        .await;
        // A second one with the key of the third: the one that is deleted comes back as it.
        let key = rows(&world, TRANSCRIPT, &["Id", "ChatKey"]).await.into_iter().find(|row| row[0] == doubled).unwrap()[1].clone();
        let spare = on(&ids[0]);
        behind(&world, TRANSCRIPT, move |update| {
            update.value("isdeleted", 0_i64).value("chatkey", key.as_str()).value("chatkey_f", key.as_str()).and_where(spare.clone());
        })
        .await;
        let seen = intact(&world).await;
        assert_eq!(seen.iter().map(|(_, _, intact)| *intact).collect::<Vec<_>>(), [false, false, false, false, false, true]);

        for (n, _, _) in seen.iter().filter(|(_, _, intact)| !intact) {
            put(&world, TranscriptRecord { revision: 3, ..ended(&world, *n) }).await;
        }
        let mut after = rows(&world, TRANSCRIPT, &fields).await;
        let mut before = before;
        after.sort();
        before.sort();
        assert_eq!(after, before);
        assert_eq!(count(&world, EVENT).await, events);
        assert!(intact(&world).await.iter().all(|(_, _, intact)| *intact));
        world.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_that_write_the_same_at_once_write_it_once() {
    for world in worlds().await {
        let servers = [world.crm.clone(), world.another_server(2).await];
        let tasks: Vec<_> = (0..24_u32)
            .map(|n| {
                let crm: Crm = servers[n as usize % 2].clone();
                let record = TranscriptRecord { revision: i64::from(n / 6), ..ended(&world, u128::from(n % 3) + 1) };
                let workspace = world.workspace;
                tokio::spawn(async move { crm.put_transcript(workspace, record).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!((count(&world, TRANSCRIPT).await, count(&world, "LiveChatVisitor").await, count(&world, EVENT).await), (3, 1, 12));
        assert_eq!(intact(&world).await, [(1, 3, true), (2, 3, true), (3, 3, true)]);
        servers[1].store().close().await;
        world.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_journal_has_lost_does_not_change_what_was_written() {
    for world in worlds().await {
        put(&world, ended(&world, 1)).await;
        let lost = TranscriptRecord {
            revision: 3,
            complete: false,
            status: Status::Missed,
            events: Vec::new(),
            body: "blank".into(),
            owner: Some(AgentId(Uuid::from_u128(5))),
            ..ended(&world, 1)
        };
        put(&world, lost.clone()).await;
        assert_eq!(rows(&world, TRANSCRIPT, &["Status", "Body"]).await, [["Completed", "blank"]]);
        assert_eq!(count(&world, EVENT).await, 4);
        // Of one that was never written it is what is known.
        put(&world, TranscriptRecord { conversation: ConversationId(Uuid::from_u128(2)), key: "other".into(), ..lost }).await;
        assert_eq!(rows(&world, TRANSCRIPT, &["Status"]).await, [["Completed"], ["Missed"]]);
        world.end().await;
    }
}
