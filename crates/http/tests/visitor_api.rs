//! The visitor's side of the native API: the real router on a real engine, on both databases.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use std::{collections::BTreeSet, future::Future, pin::Pin, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use domain::{
    ids::*,
    journal::{Author, EndedBecause},
    permission::Permissions,
    time::{Clock, Timestamp},
};
use engine::{
    App, Keys, Parts, Settings,
    conversation::{EndConversation, PostMessage},
    definition::{Agent, Button, Defined, Deployment, Role},
};
use futures_util::{FutureExt as _, StreamExt as _};
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use native::{
    Problem,
    conversation::ConversationState,
    view::{Applied, Streamed, VisitorView},
    visitor::*,
};
use serde_json::{Value, json};
use sse_stream::SseStream;
use store::{NewDefinition, Options, Store, Workspace};
use switchboard_http::{
    api::{ApiState, router},
    serve::{AddressLimitSettings, AddressLimits},
};
use testkit::{Cluster, CountingIds, SeededRandomness, TestClock};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// Ends what waits for something that must come.
const LIMIT: Duration = Duration::from_secs(20);

struct World {
    app: App,
    router: Router,
    clock: Arc<TestClock>,
    workspace: WorkspaceId,
    deployment: DeploymentId,
    closed: DeploymentId,
    button: ButtonId,
    elsewhere: ButtonId,
    agent: AgentId,
    closing: CancellationToken,
}

fn document<T: Defined>(json: Value) -> Value {
    serde_json::to_value(serde_json::from_value::<T>(json).unwrap()).unwrap()
}

impl World {
    async fn on(url: &str, agent_is_there: bool) -> Self {
        let store = Store::open(Options::new(url.parse().unwrap())).await.unwrap();
        let ids = Arc::new(CountingIds::starting_at(1));
        let clock = Arc::new(TestClock::at(Timestamp(1_790_000_000_000_000)));
        let now = clock.now();
        let workspace: WorkspaceId = ids.make();
        let (deployment, closed): (DeploymentId, DeploymentId) = (ids.make(), ids.make());
        let (button, elsewhere): (ButtonId, ButtonId) = (ids.make(), ids.make());
        let (agent, role): (AgentId, RoleId) = (ids.make(), ids.make());
        store
            .write::<_, store::Error, _>(move |tx| {
                async move {
                    let made = Workspace { id: workspace, name: "demo".into(), zone: "UTC".into(), settings: json!({}) };
                    tx.insert_workspace(&made, 1, now).await?;
                    let new = |kind, id, name: &str, body| NewDefinition { kind, id, name: name.into(), body };
                    for new in [
                        new(
                            Deployment::KIND,
                            deployment.0,
                            "Site",
                            document::<Deployment>(json!({"name": "Site", "max_message_chars": 20})),
                        ),
                        new(
                            Deployment::KIND,
                            closed.0,
                            "Shop",
                            document::<Deployment>(
                                json!({"name": "Shop", "allowed_origins": ["https://shop.example"], "visitor_transcript": false}),
                            ),
                        ),
                        new(Button::KIND, button.0, "Help", document::<Button>(json!({"name": "Help", "greeting": "This is {agent}."}))),
                        new(Button::KIND, elsewhere.0, "Other", document::<Button>(json!({"name": "Other", "deployments": [closed.0]}))),
                        new(Role::KIND, role.0, "agent", json!({"name": "agent", "permissions": Permissions::all()})),
                        new(
                            Agent::KIND,
                            agent.0,
                            "Ann",
                            document::<Agent>(
                                json!({"login": "ann", "name": "Ann", "roles": [role.0], "auto_accept": true, "capacity": 100}),
                            ),
                        ),
                    ] {
                        tx.save_definition(workspace, &new, now).await?;
                    }
                    if agent_is_there {
                        let present = store::Presence {
                            agent,
                            status: "online".into(),
                            reason: None,
                            note: None,
                            lease_until: now + Duration::from_secs(3_600),
                            changed_at: now,
                            assigned_at: Timestamp(0),
                        };
                        tx.save_presence(workspace, &present).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
            .unwrap();
        let closing = CancellationToken::new();
        let app = App::start(Parts {
            store,
            clock: clock.clone(),
            ids,
            randomness: Arc::new(SeededRandomness::from_seed(1)),
            keys: Keys::new([1; 32]),
            settings: Settings::default(),
            closing: closing.clone(),
            crm: None,
            outbound: None,
        })
        .await
        .unwrap();
        let limits = Arc::new(AddressLimits::new(AddressLimitSettings::default()));
        let crm = crm::Crm::new(crm::Parts {
            store: app.store().clone(),
            clock: clock.clone(),
            ids: Arc::new(CountingIds::starting_at(5_000_000)),
            randomness: Arc::new(SeededRandomness::from_seed(2)),
        });
        let router = router(ApiState { app: app.clone(), crm, limits });
        Self { app, router, clock, workspace, deployment, closed, button, elsewhere, agent, closing }
    }

    async fn call(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn send(&self, method: Method, path: &str, token: Option<&str>, key: Option<&str>, body: Option<Value>) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(format!("/api/v1/visitor/{path}"));
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.call(request.body(body).unwrap()).await;
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned())))
    }

    async fn post(&self, path: &str, token: &str, key: &str, body: Value) -> (StatusCode, Value) {
        self.send(Method::POST, path, Some(token), Some(key), Some(body)).await
    }

    async fn get(&self, path: &str, token: &str) -> (StatusCode, Value) {
        self.send(Method::GET, path, Some(token), None, None).await
    }

    async fn start(&self, key: &str) -> StartedConversation {
        let body = json!({"deployment": self.deployment, "button": self.button, "name": "Ana"});
        let (status, started) = self.send(Method::POST, "conversations", None, Some(key), Some(body)).await;
        assert_eq!(status, StatusCode::CREATED, "{started}");
        serde_json::from_value(started).unwrap()
    }

    async fn snapshot(&self, token: &str) -> VisitorSnapshot {
        let (status, snapshot) = self.get("conversation", token).await;
        assert_eq!(status, StatusCode::OK, "{snapshot}");
        serde_json::from_value(snapshot).unwrap()
    }

    async fn events(&self, token: &str, after: &str) -> Events {
        let request = Request::get(format!("/api/v1/visitor/events?after={after}"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap();
        let response = self.call(request).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Events(Box::pin(SseStream::new(response.into_body()).map(|sse| sse.unwrap())))
    }

    async fn agent_says(&self, conversation: ConversationId, text: &str) {
        self.app.agent_posts(self.workspace, self.agent, conversation, PostMessage::text(text)).await.unwrap();
    }
}

type Blocks = Pin<Box<dyn futures_util::Stream<Item = sse_stream::Sse> + Send>>;

struct Events(Blocks);

impl Events {
    /// The next event; `None` once the stream has ended.
    async fn next(&mut self) -> Option<Streamed<VisitorEvent>> {
        loop {
            let block = tokio::time::timeout(LIMIT, self.0.next()).await.expect("an event within the limit")?;
            let Some(data) = block.data else { continue };
            let position = block.id.map(|id| id.parse().unwrap());
            return Some(Streamed { position, event: serde_json::from_str(&data).unwrap() });
        }
    }

    async fn until(&mut self, view: &mut VisitorView, mut reached: impl FnMut(&VisitorView) -> bool) {
        while !reached(view) {
            let event = self.next().await.expect("the stream goes on");
            assert_ne!(view.apply(event), Applied::Resync);
        }
    }
}

/// Runs a test on SQLite and on PostgreSQL.
async fn on_both<F: Future<Output = ()>>(agent_is_there: bool, test: impl Fn(World) -> F) {
    let folder = tempfile::tempdir().unwrap();
    let world = World::on(&format!("sqlite:{}", folder.path().join("s.sqlite").display()), agent_is_there).await;
    let closing = world.closing.clone();
    test(world).await;
    closing.cancel();
    let database = tokio::task::spawn_blocking(|| Cluster::fast().database()).await.unwrap();
    let world = World::on(database.url(), agent_is_there).await;
    let closing = world.closing.clone();
    test(world).await;
    closing.cancel();
}

fn problem(answer: Value) -> String {
    let problem: Problem = serde_json::from_value(answer).unwrap();
    format!("{} {:?} {:?}: {}", problem.status, problem.kind, problem.property.unwrap_or_default(), problem.detail)
}

fn kinds(snapshot: &VisitorSnapshot) -> Vec<String> {
    snapshot
        .timeline
        .iter()
        .map(|entry| {
            let json = serde_json::to_value(entry).unwrap();
            match json.get("text") {
                Some(text) => format!("{}: {}", json["kind"].as_str().unwrap(), text.as_str().unwrap()),
                None => json["kind"].as_str().unwrap().to_owned(),
            }
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_started_answered_rated_and_read_again() {
    on_both(true, |world| async move {
        let started = world.start("k1").await;
        let token = started.resume_token.reveal();
        assert_eq!(started.settings.max_message_chars, 20);
        assert_eq!(started.conversation.state, ConversationState::Active);
        assert_eq!(kinds(&started.conversation), ["requested", "waiting", "joined", "message: This is Ann."]);

        let (status, accepted) = world.post("messages", token, "m1", json!({"text": "hi"})).await;
        assert_eq!(status, StatusCode::OK, "{accepted}");
        assert_eq!(world.post("messages", token, "m1", json!({"text": "hi"})).await.1, accepted, "the same key is the same message");
        assert_eq!(world.post("custom-events", token, "e1", json!({"name": "cart", "data": "{}"})).await.0, StatusCode::OK);
        assert_eq!(world.post("page", token, "p1", json!({"page": {"url": "https://a.example/", "title": null}})).await.0, StatusCode::OK);
        for path in ["typing", "draft", "idle-warning"] {
            let body = match path {
                "typing" => json!({"typing": true}),
                "draft" => json!({"text": "how"}),
                _ => json!({"raised": true}),
            };
            assert_eq!(world.post(path, token, "t1", body).await.0, StatusCode::NO_CONTENT, "{path}");
        }
        world.agent_says(started.conversation.id, "Hello").await;
        let (status, ended) = world.post("end", token, "x1", json!({"reason": null})).await;
        assert_eq!(status, StatusCode::OK, "{ended}");
        world.clock.advance(Duration::from_secs(5));
        assert_eq!(world.post("end", token, "x2", json!({"reason": null})).await.1, ended, "it ends once");
        let rating = json!({"score": 4, "comment": "good"});
        assert_eq!(world.post("rating", token, "r1", rating.clone()).await.0, StatusCode::OK);
        assert_eq!(world.post("rating", token, "r1", rating).await.0, StatusCode::OK, "the same key again");

        let snapshot = world.snapshot(token).await;
        assert_eq!(
            kinds(&snapshot),
            [
                "requested",
                "waiting",
                "joined",
                "message: This is Ann.",
                "message: hi",
                "custom_event",
                "idle_warning",
                "message: Hello",
                "ended",
                "rated"
            ]
        );
        assert_eq!(snapshot.state, ConversationState::Ended);
        assert_eq!(snapshot.rating.unwrap().score, 4);
        let (_, transcript) = world.get("transcript", token).await;
        let transcript: VisitorTranscript = serde_json::from_value(transcript).unwrap();
        assert_eq!(transcript.entries, snapshot.timeline);
        let (_, text) = world.get("transcript.txt", token).await;
        let lines: Vec<&str> = text.as_str().unwrap().lines().filter_map(|line| line.split_once("] ").map(|(_, rest)| rest)).collect();
        assert_eq!(
            lines,
            [
                "* Visitor Ana asked for a conversation",
                "* Agent Ann joined the conversation",
                "Agent Ann: This is Ann.",
                "Visitor Ana: hi",
                "Agent Ann: Hello",
                "* Visitor Ana ended the conversation",
            ]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_malformed_unknown_or_too_long_is_a_problem_that_names_the_place() {
    on_both(true, |world| async move {
        let ask = async |body: Value| {
            let (_, answer) = world.send(Method::POST, "conversations", None, Some("k"), Some(body)).await;
            problem(answer)
        };
        let deployment = world.deployment;
        let nothing = "00000000-0000-7000-8000-0000000000ff";
        assert_eq!(
            ask(json!({"deployment": nothing, "button": world.button})).await,
            r#"404 NotFound "deployment": there is no such deployment"#
        );
        assert_eq!(
            ask(json!({"deployment": deployment, "button": nothing})).await,
            r#"422 Invalid "button": the deployment has no such button"#
        );
        assert_eq!(
            ask(json!({"deployment": deployment, "button": world.elsewhere})).await,
            r#"422 Invalid "button": the deployment has no such button"#
        );
        assert_eq!(
            ask(json!({"deployment": deployment, "button": null})).await,
            r#"422 Invalid "button": name a button, an agent, or overrides"#
        );
        assert_eq!(
            ask(json!({"deployment": deployment, "button": world.button, "known_as": "sbv1.a.b.c"})).await,
            r#"422 Invalid "known_as": this is not a resume token of ours"#
        );

        let started = world.start("good").await;
        let token = started.resume_token.reveal();
        let post = async |path: &str, key: Option<&str>, body: Value| {
            problem(world.send(Method::POST, path, Some(token), key, Some(body)).await.1)
        };
        assert_eq!(
            post("messages", None, json!({"text": "hi"})).await,
            r#"400 IdempotencyKeyMissing "": send the header Idempotency-Key with 1 to 255 visible ASCII characters"#
        );
        assert_eq!(post("messages", Some("1"), json!({"text": " "})).await, r#"422 Invalid "text": a message must not be empty"#);
        assert_eq!(
            post("messages", Some("1"), json!({"text": "é".repeat(21)})).await,
            r#"413 TooLarge "text": a message has at most 20 characters"#
        );
        assert_eq!(post("rating", Some("1"), json!({"score": 6, "comment": null})).await, r#"422 Invalid "score": a score is 1 to 5"#);
        assert_eq!(world.post("messages", token, "2", json!({"text": "é".repeat(20)})).await.0, StatusCode::OK);
        assert_eq!(
            post("messages", Some("2"), json!({"text": "other"})).await,
            r#"422 IdempotencyKeyReused "": this idempotency key was used for another request"#
        );
        assert_eq!(world.post("page", token, "3", json!({"page": {"url": "a", "title": null}})).await.0, StatusCode::OK);
        assert_eq!(
            post("page", Some("3"), json!({"page": {"url": "b", "title": null}})).await,
            r#"422 IdempotencyKeyReused "": this idempotency key was used for another request"#
        );
        let (_, answer) = world.send(Method::DELETE, &format!("file-requests/{nothing}"), Some(token), None, None).await;
        assert_eq!(problem(answer), r#"404 NotFound "": there is no such file request"#);

        let mut forged = token.to_owned();
        forged.replace_range(token.len() - 3.., "AAA");
        for token in ["", "sbv1", &forged, &format!("{token}.x")] {
            assert_eq!(world.get("conversation", token).await.0, StatusCode::UNAUTHORIZED, "{token}");
        }
        assert_eq!(world.send(Method::GET, "conversation", None, None, None).await.0, StatusCode::UNAUTHORIZED);

        world.post("end", token, "x", json!({"reason": null})).await;
        assert_eq!(post("messages", Some("9"), json!({"text": "late"})).await, r#"409 ConversationEnded "": the conversation has ended"#);
        assert_eq!(
            post("page", Some("9"), json!({"page": {"url": "b", "title": null}})).await,
            r#"409 ConversationEnded "": the conversation has ended"#
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_starts_one_conversation_and_an_earlier_token_is_the_same_visitor() {
    on_both(true, |world| async move {
        let first = world.start("same").await;
        world.clock.advance(Duration::from_secs(1));
        let (one, two) = tokio::join!(world.start("same"), world.start("same"));
        assert_eq!(one.resume_token, first.resume_token);
        assert_eq!(two.conversation.id, first.conversation.id);
        let body = json!({"deployment": world.deployment, "button": world.button, "name": "Bo"});
        let (_, reused) = world.send(Method::POST, "conversations", None, Some("same"), Some(body)).await;
        assert_eq!(problem(reused), r#"422 IdempotencyKeyReused "": this idempotency key was used for another request"#);

        let (both_at_once, again) = tokio::join!(world.start("at-once"), world.start("at-once"));
        assert_eq!(both_at_once.conversation.id, again.conversation.id);

        let body = json!({"deployment": world.deployment, "button": world.button, "known_as": first.resume_token.reveal()});
        let (status, second) = world.send(Method::POST, "conversations", None, Some("second"), Some(body)).await;
        assert_eq!(status, StatusCode::CREATED, "{second}");
        let second: StartedConversation = serde_json::from_value(second).unwrap();
        assert_ne!(second.conversation.id, first.conversation.id);
        let visitor = async |started: &StartedConversation| world.app.visitor_of(world.workspace, started.conversation.id).await.unwrap();
        assert_eq!(visitor(&second).await, visitor(&first).await);
        assert_ne!(visitor(&both_at_once).await, visitor(&first).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_nobody_can_take_is_a_conversation_that_was_refused() {
    on_both(false, |world| async move {
        let started = world.start("k").await;
        assert_eq!(started.conversation.state, ConversationState::Ended);
        assert_eq!(kinds(&started.conversation), ["refused"]);
        assert_eq!(world.snapshot(started.resume_token.reveal()).await, started.conversation);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_follow_the_snapshot_and_what_passes_comes_with_them() {
    on_both(true, |world| async move {
        let started = world.start("k").await;
        let (token, id) = (started.resume_token.reveal(), started.conversation.id);
        let mut events = world.events(token, &started.conversation.position.to_string()).await;
        let mut view = VisitorView::from(started.conversation.clone());
        world.app.agent_types(world.workspace, world.agent, id, true).await.unwrap();
        events.until(&mut view, |view| view.typing).await;
        world.agent_says(id, "one").await;
        events.until(&mut view, |view| !view.typing && view.conversation.timeline.len() == 5).await;
        // A reader that lost its connection goes on where it stood, by its own word.
        let request = Request::get("/api/v1/visitor/events?after=1:0")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header("last-event-id", view.conversation.position.to_string())
            .body(Body::empty())
            .unwrap();
        drop(events);
        world.agent_says(id, "two").await;
        let response = world.call(request).await;
        let mut events =
            Events(Box::pin(SseStream::new(response.into_body()).map(|sse| sse.unwrap())));
        let next = events.next().await.unwrap();
        assert!(matches!(&next.event, VisitorEvent::Entry { entry } if matches!(&entry.what, VisitorWhat::Message { text, .. } if text.reveal() == "two")));
        assert_eq!(view.apply(next), Applied::Changed);
        assert_eq!(view.conversation, world.snapshot(token).await);

        world.closing.cancel();
        assert_eq!(events.next().await.unwrap().event, VisitorEvent::Reset { reason: ResetReason::ShuttingDown });
        assert_eq!(events.next().await, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_position_and_an_erasure_begin_anew() {
    on_both(true, |world| async move {
        let started = world.start("k").await;
        let token = started.resume_token.reveal();
        for foreign in ["7:1", "1:999"] {
            let mut events = world.events(token, foreign).await;
            assert_eq!(events.next().await.unwrap().event, VisitorEvent::Reset { reason: ResetReason::ForeignEpoch });
            assert_eq!(events.next().await, None);
        }
        let mut events = world.events(token, &started.conversation.position.to_string()).await;
        let (workspace, id, now) = (world.workspace, started.conversation.id, world.clock.now());
        let visitor = world.app.visitor_of(workspace, id).await.unwrap();
        world
            .app
            .store()
            .write::<_, store::Error, _>(move |tx| {
                async move {
                    tx.erase_visitor(workspace, visitor).await?;
                    let mut conversation = tx.conversation(workspace, id).await?.unwrap();
                    let erased = conversation.record(domain::journal::Event::Erased);
                    tx.journal(workspace, now, erased);
                    tx.save_conversation(workspace, &conversation).await
                }
                .boxed()
            })
            .await
            .unwrap();
        assert_eq!(events.next().await.unwrap().event, VisitorEvent::Reset { reason: ResetReason::Erased });
        assert_eq!(events.next().await, None);
        let snapshot = world.snapshot(token).await;
        assert_eq!(kinds(&snapshot), ["requested", "waiting", "joined", "message: "]);
        let mut events = world.events(token, &snapshot.position.to_string()).await;
        world.agent_says(id, "on").await;
        assert!(matches!(events.next().await.unwrap().event, VisitorEvent::Entry { .. }), "it goes on after the snapshot");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_origins_that_no_deployment_allows_are_kept_out() {
    on_both(true, |world| async move {
        let preflight = async |origin: &str| {
            let request = Request::options("/api/v1/visitor/messages")
                .header(header::ORIGIN, origin)
                .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
                .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,idempotency-key")
                .body(Body::empty())
                .unwrap();
            world.call(request).await.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN).map(|origin| origin.to_str().unwrap().to_owned())
        };
        assert_eq!(preflight("https://any.example").await.as_deref(), Some("https://any.example"), "the site's deployment allows all");
        let start = async |origin: Option<&str>| {
            let mut request =
                Request::post("/api/v1/visitor/conversations").header("idempotency-key", format!("k{origin:?}").replace(' ', "_"));
            if let Some(origin) = origin {
                request = request.header(header::ORIGIN, origin);
            }
            let body = json!({"deployment": world.closed, "button": world.elsewhere});
            world.call(request.body(Body::from(body.to_string())).unwrap()).await.status()
        };
        assert_eq!(start(Some("https://shop.example")).await, StatusCode::CREATED);
        assert_eq!(start(Some("https://evil.example")).await, StatusCode::FORBIDDEN);
        assert_eq!(start(None).await, StatusCode::CREATED, "an app is no page");
    })
    .await;
}

/// What a generated conversation consists of.
#[derive(Clone, Copy, Debug)]
enum Step {
    VisitorWrites,
    AgentWrites,
    VisitsPage,
    Idles(bool),
    AgentTypes(bool),
    Event,
    Rates(u8),
    Ends,
}

/// The steps that a number names: a generator without a dependency on time or chance.
fn steps(seed: u64) -> Vec<Step> {
    let mut state = seed;
    let mut draw = move |of: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % of
    };
    (0..draw(30) + 5)
        .map(|_| match draw(24) {
            0..=6 => Step::VisitorWrites,
            7..=13 => Step::AgentWrites,
            14..=15 => Step::VisitsPage,
            16..=17 => Step::Idles(draw(2) == 0),
            18..=19 => Step::AgentTypes(draw(2) == 0),
            20..=21 => Step::Event,
            22 => Step::Rates(u8::try_from(draw(5)).unwrap() + 1),
            _ => Step::Ends,
        })
        .collect()
}

/// Snapshot + events == fresh snapshot, from every snapshot that was taken on the way.
async fn folds(world: &World, seed: u64) {
    let started = world.start(&format!("seed-{seed}")).await;
    let (token, id) = (started.resume_token.reveal(), started.conversation.id);
    let mut taken = vec![started.conversation.clone()];
    for (n, step) in steps(seed).into_iter().enumerate() {
        let key = format!("s{n}");
        match step {
            Step::VisitorWrites => drop(world.post("messages", token, &key, json!({"text": format!("v{n}")})).await),
            Step::AgentWrites => {
                drop(world.app.agent_posts(world.workspace, world.agent, id, PostMessage::text(format!("a{n}"))).await);
            }
            Step::VisitsPage => drop(world.post("page", token, &key, json!({"page": {"url": "u", "title": null}})).await),
            Step::Idles(raised) => drop(world.post("idle-warning", token, &key, json!({"raised": raised})).await),
            Step::AgentTypes(typing) => world.app.agent_types(world.workspace, world.agent, id, typing).await.unwrap(),
            Step::Event => drop(world.post("custom-events", token, &key, json!({"name": "e", "data": "d"})).await),
            Step::Rates(score) => drop(world.post("rating", token, &key, json!({"score": score, "comment": null})).await),
            Step::Ends => {
                let end = EndConversation { by: Author::Agent { agent: world.agent }, because: EndedBecause::Agent };
                world.app.end_conversation(world.workspace, id, end).await.unwrap();
            }
        }
        taken.push(world.snapshot(token).await);
    }
    let fresh = world.snapshot(token).await;
    let positions: BTreeSet<u64> = taken.iter().map(|snapshot| snapshot.position.position).collect();
    assert!(positions.len() > 1, "something happened");
    for snapshot in taken {
        let mut events = world.events(token, &snapshot.position.to_string()).await;
        let mut view = VisitorView::from(snapshot);
        events.until(&mut view, |view| view.conversation.position == fresh.position).await;
        assert_eq!(view.conversation, fresh, "seed {seed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_and_the_events_after_it_are_a_fresh_snapshot() {
    on_both(true, |world| async move {
        for seed in 1..=8 {
            folds(&world, seed).await;
        }
    })
    .await;
}
