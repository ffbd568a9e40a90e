//! A conversation from the request to the end, on a database in a temporary folder.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the verdict")]

use std::{sync::Arc, time::Duration};

use domain::{
    conversation::Phase,
    ids::*,
    journal::{Author, EndedBecause, Event},
    permission::Permissions,
    routing::Attempt,
    time::{Clock as _, Timestamp},
};
use futures_util::FutureExt as _;
use store::{NewDefinition, Options, Store, Workspace};
use switchboard_engine::{
    App, Keys, Parts, Settings,
    conversation::{EndConversation, PostMessage, StartConversation, Started},
    definition::{Agent, Button, Defined, Deployment, Role},
    visitor::{PollOutcome, PollRequest},
};
use testkit::{CountingIds, SeededRandomness, TestClock};
use tokio_util::sync::CancellationToken;

struct World {
    app: App,
    workspace: WorkspaceId,
    deployment: DeploymentId,
    button: ButtonId,
    agent: AgentId,
    closing: CancellationToken,
    _folder: tempfile::TempDir,
}

fn document<T: Defined>(json: serde_json::Value) -> serde_json::Value {
    let read: T = serde_json::from_value(json).unwrap();
    serde_json::to_value(read).unwrap()
}

async fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("switchboard.sqlite").display());
    let store = Store::open(Options::new(url.parse().unwrap())).await.unwrap();
    let ids = Arc::new(CountingIds::default());
    let clock = Arc::new(TestClock::default());
    let (workspace, deployment, button, agent, role) =
        (WorkspaceId(ids.next()), DeploymentId(ids.next()), ButtonId(ids.next()), AgentId(ids.next()), RoleId(ids.next()));
    let now = clock.now();
    store
        .write::<_, store::Error, _>(move |tx| {
            async move {
                let made = Workspace { id: workspace, name: "demo".into(), zone: "UTC".into(), settings: serde_json::json!({}) };
                tx.insert_workspace(&made, 1, now).await?;
                for new in [
                    NewDefinition {
                        kind: Deployment::KIND,
                        id: deployment.0,
                        name: "Site".into(),
                        body: document::<Deployment>(serde_json::json!({"name": "Site"})),
                    },
                    NewDefinition {
                        kind: Button::KIND,
                        id: button.0,
                        name: "Help".into(),
                        body: document::<Button>(serde_json::json!({"name": "Help", "greeting": "Hello, this is {agent}."})),
                    },
                    NewDefinition {
                        kind: Role::KIND,
                        id: role.0,
                        name: "agent".into(),
                        body: serde_json::json!({"name": "agent", "permissions": serde_json::to_value(Permissions::all()).unwrap()}),
                    },
                    NewDefinition {
                        kind: Agent::KIND,
                        id: agent.0,
                        name: "Ann".into(),
                        body: serde_json::json!({"login": "ann", "name": "Ann", "roles": [role.0], "auto_accept": true}),
                    },
                ] {
                    tx.save_definition(workspace, &new, now).await?;
                }
                let online = store::Presence {
                    agent,
                    status: "online".into(),
                    reason: None,
                    note: None,
                    lease_until: now + Duration::from_secs(30),
                    changed_at: now,
                    assigned_at: Timestamp(0),
                };
                tx.save_presence(workspace, &online).await
            }
            .boxed()
        })
        .await
        .unwrap();
    let closing = CancellationToken::new();
    let app = App::start(Parts {
        store,
        clock,
        ids,
        randomness: Arc::new(SeededRandomness::from_seed(7)),
        keys: Keys::new([1; 32]),
        settings: Settings::default(),
        closing: closing.clone(),
        crm: None,
        outbound: None,
    })
    .await
    .unwrap();
    World { app, workspace, deployment, button, agent, closing, _folder: folder }
}

impl World {
    async fn start(&self) -> Started {
        self.app
            .start_conversation(StartConversation {
                workspace: self.workspace,
                session: self.app.new_session_key().session,
                deployment: Some(self.deployment),
                button: Some(self.button),
                attempts: vec![Attempt::Button(self.button)],
                visitor: None,
                name: "Ana".into(),
                language: "en-US".into(),
                user_agent: "test".into(),
                screen: String::new(),
                address: None,
                page: String::new(),
                referrer: String::new(),
                details: Vec::new(),
                entity_plan: Default::default(),
                queue_updates: true,
                refuse: None,
                post_number: Some(1),
                visit: None,
            })
            .await
            .unwrap()
    }

    /// Polls like a client that acknowledges, and says what it was told until nothing more came.
    async fn told(&self, started: &Started, ack: &mut i64) -> Vec<String> {
        let mut all = Vec::new();
        loop {
            let request = PollRequest { acknowledged: Some(*ack), most: 1, hold: Duration::from_millis(300), refuse_overlap: false };
            match self.app.poll(&started.live, request).await.unwrap() {
                PollOutcome::Told(told, receipt) => {
                    for told in told {
                        assert_eq!(told.entry.visitor_sequence, Some(*ack + 1), "one after the other, none left out");
                        *ack += 1;
                        all.push(match told.text {
                            Some(text) => format!("{}: {}", told.entry.event.kind(), text.reveal()),
                            None => told.entry.event.kind().to_owned(),
                        });
                    }
                    receipt.arrived();
                }
                PollOutcome::Typing(..) | PollOutcome::Place(..) => {}
                PollOutcome::Nothing => return all,
                PollOutcome::Over => {
                    all.push("over".to_owned());
                    return all;
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_answered_and_ends() {
    let world = world().await;
    let started = world.start().await;
    let mut ack = -1;
    assert_eq!(world.told(&started, &mut ack).await, ["requested", "established", "posted: Hello, this is Ann."]);

    let first = world.app.visitor_posts(&started.live, PostMessage { post_number: Some(2), ..PostMessage::text("hi") }).await.unwrap();
    let again = world.app.visitor_posts(&started.live, PostMessage { post_number: Some(2), ..PostMessage::text("hi") }).await.unwrap();
    assert!(!first.repeated && again.repeated, "the same number is the same request");
    let skipped =
        world.app.visitor_posts(&started.live, PostMessage { post_number: Some(9), ..PostMessage::text("hi") }).await.unwrap_err();
    assert_eq!(skipped.kind, switchboard_engine::ErrorKind::OutOfSequence { received: 9, expected: 3 });

    world.app.agent_posts(world.workspace, world.agent, started.conversation, PostMessage::text("How can I help?")).await.unwrap();
    assert_eq!(world.told(&started, &mut ack).await, ["posted: How can I help?"]);

    let end = EndConversation { by: Author::Agent { agent: world.agent }, because: EndedBecause::Agent };
    assert!(world.app.end_conversation(world.workspace, started.conversation, end).await.unwrap());
    assert!(!world.app.end_conversation(world.workspace, started.conversation, end).await.unwrap(), "it ends once");
    assert_eq!(world.told(&started, &mut ack).await, ["ended", "over"]);

    let mut snapshot = world.app.store().snapshot().await.unwrap();
    let conversation = snapshot.conversation(world.workspace, started.conversation).await.unwrap().unwrap();
    assert_eq!(conversation.phase, Phase::Ended);
    let texts: Vec<String> =
        snapshot.messages(world.workspace, started.conversation, 0, 100).await.unwrap().into_iter().map(|m| m.text.0).collect();
    assert_eq!(texts, ["Hello, this is Ann.", "hi", "How can I help?"]);
    world.closing.cancel();
}

/// It is thousands of times in memory (A16): whatever it does only for an instant belongs into a box of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_poll_is_small() {
    let world = world().await;
    let started = world.start().await;
    let request = PollRequest { acknowledged: None, most: 1, hold: Duration::ZERO, refuse_overlap: false };
    let waiting = world.app.poll(&started.live, request);
    assert!(std::mem::size_of_val(&waiting) <= 1_200, "{} bytes", std::mem::size_of_val(&waiting));
    drop(waiting);
    world.closing.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_that_is_given_up_loses_nothing_and_the_same_number_tells_it_again() {
    let world = world().await;
    let started = world.start().await;
    let ask = |ack| PollRequest { acknowledged: Some(ack), most: 1, hold: Duration::from_secs(5), refuse_overlap: false };
    for _ in 0..3 {
        let PollOutcome::Told(told, receipt) = world.app.poll(&started.live, ask(-1)).await.unwrap() else { panic!("nothing told") };
        assert!(matches!(told[0].entry.event, Event::Requested { .. }));
        drop(receipt);
    }
    let PollOutcome::Told(_, receipt) = world.app.poll(&started.live, ask(-1)).await.unwrap() else { panic!("nothing told") };
    receipt.arrived();
    let PollOutcome::Told(told, _) = world.app.poll(&started.live, ask(-1)).await.unwrap() else { panic!("nothing told") };
    assert!(matches!(told[0].entry.event, Event::Requested { .. }), "written out, but asked for again with the same number");
    let PollOutcome::Told(told, _) = world.app.poll(&started.live, ask(0)).await.unwrap() else { panic!("nothing told") };
    assert!(matches!(told[0].entry.event, Event::Established { .. }));
    world.closing.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newer_poll_wins_and_a_parked_one_is_woken_by_an_answer() {
    let world = world().await;
    let started = world.start().await;
    let mut ack = -1;
    world.told(&started, &mut ack).await;
    let ask = PollRequest { acknowledged: Some(ack), most: 1, hold: Duration::from_secs(20), refuse_overlap: false };
    let (app, live) = (world.app.clone(), started.live.clone());
    let older = tokio::spawn(async move { app.poll(&live, ask).await.unwrap() });
    while !matches!(
        world.app.poll(&started.live, PollRequest { refuse_overlap: true, hold: Duration::ZERO, ..ask }).await.unwrap(),
        PollOutcome::Overlaps
    ) {
        tokio::task::yield_now().await;
    }
    let (app, live) = (world.app.clone(), started.live.clone());
    let newer = tokio::spawn(async move { app.poll(&live, ask).await.unwrap() });
    assert!(matches!(older.await.unwrap(), PollOutcome::Superseded));
    world.app.agent_posts(world.workspace, world.agent, started.conversation, PostMessage::text("there?")).await.unwrap();
    let PollOutcome::Told(told, _) = newer.await.unwrap() else { panic!("nothing told") };
    assert_eq!(told[0].text.as_ref().unwrap().reveal(), "there?");
    world.closing.cancel();
}
