//! The engine with this CRM: a conversation is a transcript, and stays one whatever becomes of the record.

use std::{sync::Arc, time::Duration};

use domain::{
    detail::Detail,
    ids::{ButtonId, ConversationId, DeploymentId},
    journal::{Author, EndedBecause},
    presence::Presence,
    routing::Attempt,
};
use engine::{
    App, Keys, Settings,
    conversation::{EndConversation, PostMessage, StartConversation},
    definition::{Agent, Button, Deployment},
};
use salesforce::record::Incoming;
use sea_query::Query;
use serde_json::json;
use store::sql::Built;
use switchboard_crm::{Operation, Outcome, record::BIN_KEEPS};
use testkit::{CountingIds, SeededRandomness};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    defined::{AGENTS, BOB},
    world::{World, worlds},
};

const HELP: Uuid = Uuid::from_u128(0xC2);
const SITE: Uuid = Uuid::from_u128(0xC3);

async fn serve(world: &World, closing: &CancellationToken) -> App {
    App::start(engine::Parts {
        store: world.crm.store().clone(),
        clock: world.clock.clone(),
        ids: Arc::new(CountingIds::starting_at(9_000_000)),
        randomness: Arc::new(SeededRandomness::from_seed(3)),
        keys: Keys::new([1; 32]),
        settings: Settings { reconcilers: false, ..Settings::default() },
        closing: closing.clone(),
        crm: Some(Arc::new(world.crm.clone())),
        outbound: None,
    })
    .await
    .unwrap()
}

/// Bob has talked with a visitor; it is over.
async fn conversation(world: &World, app: &App) -> ConversationId {
    let started = app
        .start_conversation(StartConversation {
            workspace: world.workspace,
            session: app.new_session_key().session,
            deployment: Some(DeploymentId(SITE)),
            button: Some(ButtonId(HELP)),
            attempts: vec![Attempt::Button(ButtonId(HELP))],
            visitor: None,
            name: "Ana".into(),
            language: "en-US".into(),
            user_agent: "test".into(),
            screen: String::new(),
            address: None,
            page: String::new(),
            referrer: String::new(),
            details: vec![Detail {
                label: "City".into(),
                value: "Vienna".into(),
                transcript_fields: vec!["Location".into(), "Nothing__c".into()],
                visible_to_agent: true,
                entity_maps: Vec::new(),
                knowledge_search: false,
            }],
            entity_plan: Default::default(),
            queue_updates: false,
            refuse: None,
            post_number: None,
            visit: None,
        })
        .await
        .unwrap();
    app.run_due().await.unwrap();
    world.clock.advance(Duration::from_secs(5));
    app.agent_posts(world.workspace, BOB, started.conversation, PostMessage::text("hello")).await.unwrap();
    world.clock.advance(Duration::from_secs(7));
    app.visitor_posts(&started.live, PostMessage::text("my order")).await.unwrap();
    let by = EndConversation { by: Author::Visitor, because: EndedBecause::Visitor };
    assert!(app.end_conversation(world.workspace, started.conversation, by).await.unwrap());
    app.run_due().await.unwrap();
    started.conversation
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_a_transcript_and_is_one_again_when_somebody_loses_it() {
    for world in worlds().await {
        world.staff().await;
        world.define::<Agent>(BOB, json!({"login": "bob", "name": "Bob", "roles": [AGENTS], "capacity": 5, "auto_accept": true})).await;
        world.define::<Button>(HELP, json!({"name": "Help"})).await;
        world.define::<Deployment>(SITE, json!({"name": "Site"})).await;
        world.mirror().await;
        let closing = CancellationToken::new();
        let app = serve(&world, &closing).await;
        app.set_presence(world.workspace, BOB, Presence::Online, None).await.unwrap();
        let (one, two) = (conversation(&world, &app).await, conversation(&world, &app).await);

        let fields = ["ChatKey", "Status", "OwnerId", "LiveChatButtonId", "WaitTime", "ChatDuration", "Location", "Body", "EndedBy"];
        let told = world.rows("LiveChatTranscript", &fields).await;
        let bob = world.crm.caller(world.workspace, BOB).await.unwrap().user;
        let button = world.rows("LiveChatButton", &["MasterLabel"]).await.into_keys().next().unwrap();
        assert_eq!(told.len(), 2);
        for row in told.values() {
            assert_eq!(row[1..7], ["Completed", bob.short(), button.as_str(), "0", "12", "Vienna"]);
            assert!(row[7].ends_with("<p align=\"center\">Agent Bob</p>( 5s ) Bob: hello<br>( 12s ) Ana: my order<br>"), "{row:?}");
            assert_eq!(row[8], "Visitor");
        }
        for id in [one, two] {
            let problems = app.transcript_problems(world.workspace, id).await.unwrap();
            assert_eq!(
                problems.iter().map(|one| (one.field.as_str(), one.kind.as_str())).collect::<Vec<_>>(),
                [("Nothing__c", "unknown_field")]
            );
        }
        let events = world.rows("LiveChatTranscriptEvent", &["Type"]).await.len();

        // One is gone for good, with what hung on it; of the other somebody has changed the words.
        let schema = world.crm.schema(world.workspace).await.unwrap();
        let table = schema.table(schema.object("LiveChatTranscript").unwrap());
        let gone = told.keys().next().unwrap().clone();
        world
            .crm
            .store()
            .write::<_, store::Error, _>(move |tx| {
                let (table, gone) = (table.clone(), gone.clone());
                Box::pin(async move {
                    let backend = tx.backend();
                    let delete = Query::delete()
                        .from_table(table.clone())
                        .and_where(sea_query::ExprTrait::eq(sea_query::Expr::col("id"), gone))
                        .to_owned();
                    tx.run_built(Built::new("lost", backend, &delete)?).await?;
                    let update = Query::update().table(table).value("body", "forged").to_owned();
                    tx.run_built(Built::new("forged", backend, &update)?).await.map(drop)
                })
            })
            .await
            .unwrap();
        world.clock.advance(Duration::from_secs(7 * 60 * 60));
        // One run compares, one gives.
        for _ in 0..2 {
            app.run_due().await.unwrap();
        }
        let mended = world.rows("LiveChatTranscript", &fields).await;
        let sorted = |rows: std::collections::BTreeMap<String, Vec<String>>| {
            let mut rows: Vec<_> = rows.into_values().collect();
            rows.sort();
            rows
        };
        assert_eq!(sorted(mended), sorted(told));
        let left = world.rows("LiveChatTranscriptEvent", &["LiveChatTranscriptId"]).await;
        let transcripts = world.rows("LiveChatTranscript", &[]).await;
        assert_eq!(left.values().filter(|row| transcripts.contains_key(&row[0])).count(), events);
        let report = app.reconcilers().into_iter().find(|report| report.name == "transcripts").unwrap();
        assert_eq!((report.backlog, report.last_error), (0, None));
        closing.cancel();
        app.stopped().await;
        world.end().await;
    }
}

/// A workspace's deleted records go for good by themselves, once, however many servers there are.
#[tokio::test(flavor = "multi_thread")]
async fn the_recycle_bin_is_emptied_by_the_servers() {
    const LEADS: usize = 520;
    for world in worlds().await {
        world.staff().await;
        world.mirror().await;
        let ada = world.ada().await;
        let mut ids = Vec::new();
        for _ in 0..LEADS / 130 {
            let create = |_| Operation::Create {
                object: "Lead".into(),
                record: Incoming::parse(br#"{"LastName": "Doe", "Company": "Acme"}"#).unwrap(),
                uploads: Vec::new(),
            };
            for outcome in world.crm.change(&ada, (0..130).map(create).collect(), true).await.unwrap() {
                let Outcome::Saved(id) = outcome else { panic!("{outcome:?}") };
                ids.push(id);
            }
        }
        let delete = async |ids: &[salesforce::Id]| {
            for ids in ids.chunks(130) {
                let deletes = ids.iter().map(|id| Operation::Delete { object: None, id: *id });
                let outcomes = world.crm.change(&ada, deletes.collect(), true).await.unwrap();
                assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Deleted(_))));
            }
        };
        let (late, rest) = ids.split_at(5);
        let (kept, old) = rest.split_at(5);
        delete(old).await;
        world.clock.advance(BIN_KEEPS);
        delete(late).await;
        let closing = CancellationToken::new();
        let (app, other) = (serve(&world, &closing).await, world.another_server(2).await);
        let there = async || world.rows("Lead", &["IsDeleted"]).await;
        app.run_due().await.unwrap();
        assert_eq!(there().await.len(), LEADS, "they can be taken back to the last instant");
        world.clock.advance(Duration::from_millis(1));
        // A step takes 500, and says that there are more; two servers at once take nothing twice.
        let report = || app.reconcilers().into_iter().find(|report| report.name == "recycle_bin").unwrap();
        let (mine, theirs) = tokio::join!(app.run_due(), engine::crm::Crm::empty_bin(&other, world.workspace));
        mine.unwrap();
        theirs.unwrap();
        assert_eq!(report().last_error, None);
        app.run_due().await.unwrap();
        assert_eq!(report().backlog, 0);
        let left = there().await;
        let wanted: std::collections::BTreeMap<_, _> = late
            .iter()
            .map(|id| (id.short().to_owned(), vec!["1".to_owned()]))
            .chain(kept.iter().map(|id| (id.short().to_owned(), vec!["0".to_owned()])))
            .collect();
        assert_eq!(left, wanted);
        closing.cancel();
        app.stopped().await;
        other.store().close().await;
        world.end().await;
    }
}
