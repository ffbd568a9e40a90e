//! The facade and the native API behind the edge, over sockets: refusals that no handler makes, in the caller's own protocol.

use std::{collections::HashMap, num::NonZeroU32, sync::Arc, time::Duration};

use axum::{Router, routing::get};
use domain::ids::BlockId;
use engine::{definition::Block, offline::OfflineFilter};
use http::StatusCode;
use serde_json::{Value, json};
use switchboard_http::{
    ByProtocol, api,
    serve::{
        AddressLimitSettings, AddressLimits, Admission, AdmissionSettings, BodyLimits, ConnectionSettings, Edge, EdgeSettings, Serving,
        TrustedProxies,
    },
};
use testkit::CountingIds;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;

use crate::world::{DEPLOYMENT, Given, On, World, on_both};

#[expect(clippy::panic, reason = "the test needs a handler that panics")]
async fn broken() -> StatusCode {
    panic!("secret content")
}

/// Everything of a server that refuses, on a free port.
struct Site {
    client: BufReader<TcpStream>,
    serving: Serving,
    closing: CancellationToken,
}

/// One answer.
struct Said {
    status: u16,
    headers: HashMap<String, String>,
    body: String,
}

impl Said {
    /// Of Live Agent's shape: a sentence.
    fn plain(&self) -> (u16, &str) {
        assert_eq!(self.headers["content-type"], "text/plain;charset=UTF-8", "{}", self.body);
        (self.status, &self.body)
    }

    /// Of the native API's: a problem that cites the request.
    fn problem(&self) -> (u16, String) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.body);
        let problem: Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!((&problem["status"], &problem["request_id"]), (&json!(self.status), &json!(self.headers["x-request-id"])));
        (self.status, problem["type"].as_str().unwrap().to_owned())
    }
}

impl Site {
    async fn of(world: &World, admission: AdmissionSettings) -> Self {
        Self::limited(world, admission, AddressLimitSettings::default()).await
    }

    async fn limited(world: &World, admission: AdmissionSettings, limits: AddressLimitSettings) -> Self {
        let admission = Admission::new(admission);
        let native = api::admitting(world.native(AddressLimits::new(limits)), admission.clone());
        let routes = Router::new()
            .route("/api/v1/broken", get(broken))
            .route("/chat/rest/System/Broken", get(broken))
            .merge(native)
            .merge(world.router_with(admission));
        let mut settings = EdgeSettings::new(Arc::new(CountingIds::starting_at(9_000)));
        settings.refusals = Arc::new(ByProtocol);
        settings.bodies = BodyLimits::new(1000);
        settings.proxies = TrustedProxies::new(vec!["127.0.0.1/32".parse().unwrap()], Default::default());
        let closing = CancellationToken::new();
        let serving = Serving::new(Edge::new(settings, routes), ConnectionSettings::default(), closing.clone());
        let address = serving.listen(Serving::bind("127.0.0.1:0".parse().unwrap()).unwrap(), None).unwrap();
        Self { client: BufReader::new(TcpStream::connect(address).await.unwrap()), serving, closing }
    }

    /// Sends a request with this head (without its last line) and body, always on the same connection.
    async fn ask(&mut self, line: &str, headers: &[(&str, &str)], body: &str) -> Said {
        let mut request = format!("{line} HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        self.client.write_all(format!("{request}\r\n{body}").as_bytes()).await.unwrap();
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let read = tokio::time::timeout(Duration::from_secs(20), self.client.read_line(&mut head)).await.unwrap().unwrap();
            assert_ne!(read, 0, "the connection ended within: {head}");
        }
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let headers: HashMap<String, String> =
            head.lines().filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let mut body = vec![0; headers.get("content-length").map_or(0, |length| length.parse().unwrap())];
        self.client.read_exact(&mut body).await.unwrap();
        Said { status, headers, body: String::from_utf8(body).unwrap() }
    }

    async fn close(self) {
        drop(self.client);
        self.closing.cancel();
        self.serving.close(Duration::from_secs(5)).await;
    }
}

async fn what_no_handler_answers_is_refused_in_the_callers_own_protocol(on: On) {
    let world = World::default(on).await;
    let mut site = Site::of(&world, AdmissionSettings::default()).await;
    for path in ["/chat", "/chat/rest", "/chat/rest/", "/chat/rest/System/Nothing", "/services/liveagent/x", "/content/g/js/43.0/x.js"] {
        assert_eq!(site.ask(&format!("GET {path}"), &[], "").await.plain(), (404, "There is no such resource"), "{path}");
    }
    for path in ["/api/v1", "/api/v1/", "/api/v1/nothing", "/api", "/api/v9/me"] {
        assert_eq!(site.ask(&format!("GET {path}"), &[], "").await.problem(), (404, "not_found".to_owned()), "{path}");
    }
    assert_eq!(site.ask("GET /nothing", &[], "").await.body, "There is nothing at this path.");
    for line in ["PUT /chat/rest/Chasitor/ChatMessage", "BREW /chat/rest/Chasitor/ChatMessage"] {
        let wrong = site.ask(line, &[], "").await;
        assert_eq!((wrong.plain(), wrong.headers["allow"].as_str()), ((405, "The resource takes only POST"), "POST"));
    }
    let wrong = site.ask("DELETE /api/v1/me", &[], "").await;
    assert_eq!(wrong.problem(), (405, "method_not_allowed".to_owned()));
    for (path, native) in [("/api/v1/broken", true), ("/chat/rest/System/Broken", false)] {
        let failed = site.ask(&format!("GET {path}"), &[], "").await;
        assert!(!failed.body.contains("secret"), "{}", failed.body);
        if native {
            assert_eq!(failed.problem(), (500, "internal".to_owned()));
        } else {
            assert_eq!(failed.plain(), (500, "The server failed"));
        }
    }
    site.close().await;
    world.finish().await;
}

async fn a_body_that_is_too_large_is_refused_and_the_chat_goes_on_over_the_same_connection(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    let mut site = Site::of(&world, AdmissionSettings::default()).await;
    let large = json!({"text": "x".repeat(2000)}).to_string();
    let line = "POST /chat/rest/Chasitor/ChatMessage";
    assert_eq!(site.ask(line, &visitor.headers(), &large).await.plain(), (413, "The body is too large"));
    assert_eq!(site.ask(line, &visitor.headers(), r#"{"text":"smaller"}"#).await.plain(), (200, "OK"));
    assert_eq!(site.ask("POST /api/v1/sign-in", &[], &large).await.problem(), (413, "too_large".to_owned()));
    assert_eq!(world.said(visitor.conversation()).await, ["visitor: smaller"]);
    site.close().await;
    world.finish().await;
}

async fn a_busy_server_turns_new_conversations_away_and_carries_on_the_others(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    let mut site = Site::of(&world, AdmissionSettings { new: 0, report: 0, ..Default::default() }).await;
    let later = |said: &Said| said.headers["retry-after"].parse::<u64>().unwrap() >= 5;
    let busy = (503, "The server is busy, please try again");
    for line in ["GET /chat/rest/System/SessionId", "GET /chat/rest/Visitor/Availability?org_id=00DSB0000000001"] {
        let said = site.ask(line, &[], "").await;
        assert!(later(&said));
        assert_eq!(said.plain(), busy, "{line}");
    }
    let said = site.ask("POST /chat/rest/Chasitor/ChasitorInit", &visitor.headers(), "{}").await;
    assert_eq!((said.plain(), later(&said)), (busy, true));
    for line in ["POST /api/v1/sign-in", "POST /api/v1/visitor/conversations", "GET /api/v1/admin/agents"] {
        let said = site.ask(line, &[], "{}").await;
        assert_eq!((said.problem(), later(&said)), ((503, "busy".to_owned()), true), "{line}");
    }
    assert_eq!(site.ask("POST /chat/rest/Chasitor/ChatMessage", &visitor.headers(), r#"{"text":"on"}"#).await.plain(), (200, "OK"));
    assert_eq!(site.ask("GET /api/v1/me", &[], "").await.problem().0, 401, "what is no beginning is answered");
    site.close().await;

    let mut full = Site::of(&world, AdmissionSettings { running: 0, new: 0, report: 0 }).await;
    let said = full.ask("POST /chat/rest/Chasitor/ChatMessage", &visitor.headers(), r#"{"text":"lost"}"#).await;
    assert_eq!(said.plain(), busy);
    assert_eq!(full.ask("GET /api/v1/me", &[], "").await.problem(), (503, "busy".to_owned()));
    full.close().await;
    assert_eq!(world.said(visitor.conversation()).await, ["visitor: on"], "what was refused is not there");
    world.finish().await;
}

async fn a_blocked_address_is_told_so_by_the_poll(on: On) {
    let world = World::default(on).await;
    world.define::<Block>(world.id::<BlockId>(), json!({"from": "127.0.0.1", "to": "127.0.0.1"})).await;
    let visitor = world.visitor().await;
    let mut site = Site::of(&world, AdmissionSettings::default()).await;
    let init = visitor.init_body(json!({})).to_string();
    assert_eq!(site.ask("POST /chat/rest/Chasitor/ChasitorInit", &visitor.headers(), &init).await.plain(), (200, "OK"));
    let said = site.ask("GET /chat/rest/System/Messages", &visitor.headers(), "").await;
    let told: Value = serde_json::from_str(&said.body).unwrap();
    assert_eq!(told["messages"], json!([{"type": "ChatRequestFail", "message": {"reason": "Blocked"}}]));
    let over = site.ask("GET /chat/rest/System/Messages", &visitor.headers(), "").await;
    assert_eq!(over.plain(), (403, "Session required but was invalid or not found"));
    site.close().await;
    world.finish().await;
}

async fn one_address_leaves_so_many_messages_and_no_more(on: On) {
    let world = World::new(on, Given { button: json!({"name": "Help", "offline_form": {}}), ..Given::default() }).await;
    let one_a_minute = AddressLimitSettings { sessions_per_minute: NonZeroU32::MIN, ..AddressLimitSettings::default() };
    let mut site = Site::limited(&world, AdmissionSettings::default(), one_a_minute).await;
    let deployment = world.app.directory(world.workspace).unwrap().by_old_id(DEPLOYMENT).unwrap();
    let mut leave = async |from: &str, key: &str| {
        let headers = [("idempotency-key", key), ("content-type", "application/json"), ("x-forwarded-for", from)];
        let body = json!({"deployment": deployment, "text": format!("{key} of {from}")}).to_string();
        site.ask("POST /api/v1/visitor/offline-messages", &headers, &body).await
    };
    assert_eq!(leave("192.0.2.1", "first").await.status, 201);
    let refused = leave("192.0.2.1", "second").await;
    assert_eq!(refused.problem(), (429, "too_many_requests".to_owned()));
    assert!((1..=60).contains(&refused.headers["retry-after"].parse::<u64>().unwrap()), "{:?}", refused.headers);
    assert_eq!(leave("2001:db8::1", "third").await.status, 201, "another address may");
    assert_eq!(leave("2001:db8::2", "fourth").await.status, 429, "whoever has one address of a network has all of it");
    let mut snapshot = world.app.store().snapshot().await.unwrap();
    let kept = snapshot.offline_messages(world.workspace, &OfflineFilter::default(), None, 10).await.unwrap();
    let texts: Vec<_> = kept.iter().map(|message| message.text.reveal()).collect();
    assert_eq!(texts, ["third of 2001:db8::1", "first of 192.0.2.1"], "what was refused is not there");
    drop(snapshot);
    site.close().await;
    world.finish().await;
}

on_both! {
    one_address_leaves_so_many_messages_and_no_more,
    what_no_handler_answers_is_refused_in_the_callers_own_protocol,
    a_body_that_is_too_large_is_refused_and_the_chat_goes_on_over_the_same_connection,
    a_busy_server_turns_new_conversations_away_and_carries_on_the_others,
    a_blocked_address_is_told_so_by_the_poll,
}
