//! What the whole server refuses before any handler sees it: in the caller's own protocol, and the chat goes on.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard_testserver::{Backend, Manner, TestServer, Visitor};

const PLAIN: &str = "text/plain;charset=UTF-8";
const PROBLEM: &str = "application/problem+json";

async fn on(backend: Backend) {
    let server = TestServer::start(backend).await;
    let agent = server.agent(Manner::Silent).await;
    let visitor = Visitor::begin(&server.url()).await;
    visitor.post("ChasitorInit", &visitor.init()).await;
    let http = reqwest::Client::new();
    let ask = async |method: Method, path: &str, body: String| {
        let request = http.request(method, format!("{}{path}", server.url())).header("X-LIVEAGENT-SESSION-KEY", visitor.key()).body(body);
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let kind = headers["content-type"].to_str().expect("a media type").to_owned();
        (status, kind, answer.text().await.expect("a text"))
    };
    let plain = |status: u16, text: &str| (status, PLAIN.to_owned(), text.to_owned());
    let large = json!({"text": "x".repeat(3 << 20)}).to_string();
    assert_eq!(ask(Method::POST, "/chat/rest/Chasitor/ChatMessage", large.clone()).await, plain(413, "The body is too large"));
    assert_eq!(ask(Method::GET, "/chat/rest/System/Nothing", String::new()).await, plain(404, "There is no such resource"));
    assert_eq!(ask(Method::GET, "/chat", String::new()).await, plain(404, "There is no such resource"));
    assert_eq!(ask(Method::GET, "/chat/rest/Chasitor/ChatMessage", String::new()).await, plain(405, "The resource takes only POST"));
    for (method, path, body, status, kind) in [
        (Method::POST, "/api/v1/sign-in", large, 413, "too_large"),
        (Method::GET, "/api/v1/nothing", String::new(), 404, "not_found"),
        (Method::GET, "/api/v2/me", String::new(), 404, "not_found"),
        (Method::PUT, "/api/v1/me", String::new(), 405, "method_not_allowed"),
    ] {
        let (got, media_type, text) = ask(method, path, body).await;
        let problem: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(
            (got, media_type.as_str(), &problem["type"], &problem["status"]),
            (status, PROBLEM, &json!(kind), &json!(status)),
            "{path}"
        );
        assert!(problem["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{text}");
    }
    assert_eq!(ask(Method::GET, "/nothing", String::new()).await.2, "There is nothing at this path.");
    assert_eq!(ask(Method::POST, "/healthz", String::new()).await.0, StatusCode::METHOD_NOT_ALLOWED.as_u16());

    visitor.post("ChatMessage", &json!({"text": "still here"})).await;
    assert_eq!(server.stored().await[0].visitor, ["still here"]);
    drop(agent);
    server.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_is_refused_in_the_callers_protocol_on_sqlite() {
    on(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_is_refused_in_the_callers_protocol_on_postgres() {
    on(Backend::Postgres).await;
}
