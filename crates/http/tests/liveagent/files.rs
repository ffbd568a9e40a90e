//! Files: the upload that an agent asked for, an image in a custom event, and a file of the agent's (liveagent.md 2.6).

use std::time::Duration;

use axum::body::Body;
use domain::{
    ids::{FileRequestId, Randomness as _, SignInId},
    journal::Author,
    permission::Permissions,
    secret::Text,
};
use engine::{
    SignedInAgent,
    file::{NewFile, Sender},
    idempotency::Done,
};
use http::{Request, StatusCode};
use serde_json::{Value, json};
use testkit::SeededRandomness;

use crate::world::{Answer, Given, ORGANISATION, On, Visitor, World, on_both};

on_both!(
    a_requested_file_is_uploaded_by_its_token_once,
    whoever_has_no_token_uploads_nothing,
    a_refused_upload_leaves_the_request_and_the_chat,
    a_withdrawn_request_is_canceled_and_an_ended_chat_takes_no_file,
    an_image_in_a_custom_event_is_a_file_for_the_agent,
    a_file_of_the_agents_is_a_message_with_a_link_that_expires,
    what_a_browser_could_run_is_for_keeping,
    however_a_form_is_broken_it_is_refused_and_never_a_fault_of_ours,
);

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const BOUNDARY: &str = "------------------------d74496d66958873e";

impl World {
    fn ann(&self) -> SignedInAgent {
        SignedInAgent {
            workspace: self.workspace,
            agent: self.agent,
            sign_in: self.app.id::<SignInId>(),
            permissions: Permissions::all(),
            address: None,
            expires_at: self.app.now() + Duration::from_secs(3_600),
            must_change_password: false,
        }
    }

    async fn asks_for_a_file(&self, visitor: &Visitor<'_>) -> FileRequestId {
        match self.app.request_file(&self.ann(), visitor.conversation(), None).await.unwrap() {
            Done::Now(asked) => asked.request,
            Done::Before(answer) => panic!("{answer:?}"),
        }
    }

    async fn sends_a_file(&self, visitor: &Visitor<'_>, name: &str, content: &[u8]) {
        let id = visitor.conversation();
        let mut upload = self.app.begin_upload(self.workspace, id, Sender::Agent(self.agent), false).await.unwrap();
        upload.push(content).await.unwrap();
        let new = NewFile { name: Text(name.into()), content: upload.finish().await.unwrap(), request: None };
        self.app.agent_sends_file(&self.ann(), id, new, None).await.unwrap();
    }

    /// The files of a conversation: who sent it, name, type.
    async fn files(&self, visitor: &Visitor<'_>) -> Vec<(bool, String, String)> {
        let files = self.app.files_of(self.workspace, visitor.conversation()).await.unwrap();
        files.into_iter().map(|file| (file.by == Author::Visitor, file.name.0, file.mime)).collect()
    }

    async fn uploads(&self, query: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
        let path = format!("/services/liveagent/file?{query}");
        let request = Request::post(path).header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
        self.send(request.body(Body::from(multipart(parts))).unwrap()).await
    }
}

fn multipart(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"\r\nContent-Type: application/octet-stream")).unwrap_or_default();
        body.extend_from_slice(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

/// Both parts, as clients send them.
fn both<'p>(name: &'p str, content: &'p [u8]) -> [(&'p str, Option<&'p str>, &'p [u8]); 2] {
    [("file", Some(name), content), ("filename", None, name.as_bytes())]
}

fn query(visitor: &Visitor<'_>, token: &str) -> String {
    format!("orgId={ORGANISATION}&chatKey={}&fileToken={token}&encoding=UTF-8", visitor.id)
}

/// The visitor is told of the request; gives its token.
async fn told(visitor: &Visitor<'_>) -> String {
    let message = visitor.poll("").await.message();
    assert_eq!(message["type"], "Requested");
    assert_eq!(message["uploadServletUrl"], "http://127.0.0.1:8080/services/liveagent/file");
    assert_eq!(message["cdmServletUrl"], "http://127.0.0.1:8080/");
    message["fileToken"].as_str().unwrap().to_owned()
}

async fn a_requested_file_is_uploaded_by_its_token_once(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    world.asks_for_a_file(&visitor).await;
    let token = told(&visitor).await;
    let query = query(&visitor, &token);

    let done = world.uploads(&query, &both("cat.png", PNG)).await;
    assert_eq!(done.says(), (200, "Success"));
    let answer = visitor.poll("").await;
    assert_eq!(answer.kinds(), ["FileTransfer"]);
    assert_eq!(answer.message(), json!({"type": "Success", "fileToken": token}));
    let stored = [(true, "cat.png".to_owned(), "image/png".to_owned())];
    assert_eq!(world.files(&visitor).await, stored);

    // The same once more is the file that came; another one is none.
    assert_eq!(world.uploads(&query, &both("cat.png", PNG)).await.says(), (200, "Success"));
    assert_eq!(world.uploads(&query, &both("dog.png", PNG)).await.status, StatusCode::CONFLICT);
    assert_eq!(world.files(&visitor).await, stored);
    assert_eq!(visitor.post("Chasitor/ChatMessage", r#"{"text":"did you get it?"}"#).await.ok(), "OK");
    world.finish().await;
}

async fn whoever_has_no_token_uploads_nothing(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    world.asks_for_a_file(&visitor).await;
    let token = told(&visitor).await;
    let other = world.chatting().await;
    let gone = (404, "There is no such request for a file");
    for wrong in [
        query(&visitor, "guess"),
        query(&visitor, ""),
        query(&other, &token),
        format!("orgId={ORGANISATION}&chatKey={}", visitor.id),
        format!("orgId=00DSB0000000009&fileToken={token}"),
        format!("chatKey=no-session&fileToken={token}"),
        format!("fileToken={token}"),
        String::new(),
    ] {
        assert_eq!(world.uploads(&wrong, &both("a.png", PNG)).await.says(), gone, "{wrong}");
    }
    assert_eq!(world.get("/services/liveagent/file", &[]).await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(world.files(&visitor).await, []);
    // The whole session key for its first part, as some clients have it; or the organisation alone.
    let key = format!("orgId=x&chatKey={}&fileToken={token}", visitor.key.replace('=', "%3D").replace('+', "%2B"));
    assert_eq!(world.uploads(&key, &both("a.png", PNG)).await.says(), (200, "Success"));
    world.asks_for_a_file(&other).await;
    let token = told(&other).await;
    assert_eq!(world.uploads(&format!("orgId={ORGANISATION}&fileToken={token}"), &both("a.png", PNG)).await.says(), (200, "Success"));
    world.finish().await;
}

async fn a_refused_upload_leaves_the_request_and_the_chat(on: On) {
    let world = World::new(on, Given { deployment: json!({"name": "Site", "files": {"max_bytes": 1_000}}), ..Given::default() }).await;
    let visitor = world.chatting().await;
    world.asks_for_a_file(&visitor).await;
    let token = told(&visitor).await;
    let query = query(&visitor, &token);

    let large = [PNG, &[0; 1_000]].concat();
    assert_eq!(world.uploads(&query, &both("large.png", &large)).await.says(), (413, "At most 1000 bytes are allowed"));
    let wrong = world.uploads(&query, &both("photo.png", b"MZ\x90\0\x03")).await;
    assert_eq!(wrong.says(), (415, "Files of this type are not allowed"));
    for (parts, why) in [
        (vec![("filename", None, &b"a.png"[..])], "no part"),
        (vec![("file", Some("a.png"), PNG), ("file", Some("b.png"), PNG)], "two parts"),
        (vec![("file", Some("a.png"), PNG), ("filename", None, &[b'a'; 5_000])], "too long"),
        (vec![("x", None, &b""[..]); 20], "too many parts"),
    ] {
        let refused = world.uploads(&query, &parts).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.body.contains(why), "{} should say {why}", refused.body);
    }
    let mut cut = multipart(&both("a.png", PNG));
    cut.truncate(cut.len() - 40);
    let path = format!("/services/liveagent/file?{query}");
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    for (kind, body) in [(kind.as_str(), cut), ("multipart/form-data", multipart(&[])), ("image/png", PNG.to_vec()), ("", Vec::new())] {
        let refused = world.send(Request::post(&path).header("content-type", kind).body(Body::from(body)).unwrap()).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{kind}: {}", refused.body);
    }
    assert_eq!(world.files(&visitor).await, []);

    // The chat goes on, and the visitor may choose another file.
    assert_eq!(visitor.post("Chasitor/ChatMessage", r#"{"text":"too large?"}"#).await.ok(), "OK");
    assert_eq!(world.uploads(&query, &both("a.png", PNG)).await.says(), (200, "Success"));
    assert_eq!(visitor.poll("").await.message()["type"], "Success");
    world.finish().await;
}

async fn a_withdrawn_request_is_canceled_and_an_ended_chat_takes_no_file(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    let request = world.asks_for_a_file(&visitor).await;
    let token = told(&visitor).await;
    world.app.cancel_file_request(&world.ann(), visitor.conversation(), request).await.unwrap();
    assert_eq!(visitor.poll("").await.message(), json!({"type": "Canceled", "fileToken": token}));
    let over = world.uploads(&query(&visitor, &token), &both("a.png", PNG)).await;
    assert_eq!(over.says(), (409, "the request for a file is over"));

    world.asks_for_a_file(&visitor).await;
    let token = told(&visitor).await;
    let conversation = visitor.conversation();
    assert_eq!(visitor.post("Chasitor/ChatEnd", r#"{"reason":"client"}"#).await.ok(), "OK");
    let over = world.uploads(&query(&visitor, &token), &both("a.png", PNG)).await;
    assert_eq!(over.says(), (403, "Session required but was invalid or not found"));
    assert_eq!(world.app.files_of(world.workspace, conversation).await.unwrap(), []);
    world.finish().await;
}

fn image(name: &str, base64: &str) -> String {
    let data = json!({"name": name, "mime": "image/png", "base64": base64}).to_string();
    json!({"type": "image", "data": data}).to_string()
}

async fn an_image_in_a_custom_event_is_a_file_for_the_agent(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    let encoded = "iVBORw0KGgoAAAANSUhEUg==";
    assert_eq!(visitor.numbered(1, "Chasitor/CustomEvent", &image("cat.png", encoded)).await.ok(), "OK");
    assert_eq!(visitor.numbered(1, "Chasitor/CustomEvent", &image("cat.png", encoded)).await.ok(), "OK", "again, and once");
    let stored = (true, "cat.png".to_owned(), "image/png".to_owned());
    assert_eq!(world.files(&visitor).await, std::slice::from_ref(&stored));

    let wrong = visitor.numbered(2, "Chasitor/CustomEvent", &image("cat.png", "&&&&")).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.body.contains("data") && wrong.body.contains("not base64"), "{}", wrong.body);
    let text = visitor.numbered(2, "Chasitor/CustomEvent", &image("cat.png", "aGVsbG8=")).await;
    assert_eq!(text.says(), (415, "Files of this type are not allowed"));
    // An app's own event of that type passes as it came; and the chat goes on.
    let own = json!({"type": "image", "data": "https://cdn.example/cat.png"}).to_string();
    assert_eq!(visitor.numbered(2, "Chasitor/CustomEvent", &own).await.ok(), "OK");
    let several: Value = json!({"nouns": [
        {"prefix": "Chasitor", "noun": "ChatMessage", "object": {"text": "look"}},
        {"prefix": "Chasitor", "noun": "CustomEvent", "object": serde_json::from_str::<Value>(&image("dog.png", encoded)).unwrap()},
    ]});
    for _ in 0..2 {
        assert_eq!(visitor.numbered(3, "System/MultiNoun", &several.to_string()).await.ok(), "OK");
    }
    assert_eq!(world.files(&visitor).await, [stored, (true, "dog.png".to_owned(), "image/png".to_owned())]);
    let said = world.said(visitor.conversation()).await;
    assert_eq!(said, ["visitor: ", "visitor image: https://cdn.example/cat.png", "visitor: look", "visitor: "]);
    world.finish().await;
}

async fn a_file_of_the_agents_is_a_message_with_a_link_that_expires(on: On) {
    let given = Given { deployment: json!({"name": "Site", "files": {"link_seconds": 600}}), ..Given::default() };
    let world = World::new(on, given).await;
    let visitor = world.chatting().await;
    world.sends_a_file(&visitor, "prices \"2026\".txt", "Grüße".as_bytes()).await;
    let answer = visitor.poll("?ack=1").await;
    assert_eq!(answer.kinds(), ["ChatMessage"]);
    let text = answer.message()["text"].as_str().unwrap().to_owned();
    let (name, link) = text.split_once(": ").unwrap();
    assert_eq!((name, &answer.message()["name"]), ("prices \"2026\".txt", &json!("Ann")));
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(visitor.poll("?ack=1").await.body, answer.body, "told again, it is the same event");

    let path = link.strip_prefix("http://127.0.0.1:8080").unwrap();
    let file = world.get(path, &[]).await;
    assert_eq!(file.ok(), "Grüße");
    let header = |name: &str| file.headers[name].to_str().unwrap();
    assert_eq!((header("content-type"), header("content-length")), ("text/plain; charset=utf-8", "7"));
    assert_eq!(header("content-disposition"), "inline; filename=\"prices _2026_.txt\"; filename*=UTF-8''prices%20%222026%22.txt");
    assert_eq!((header("x-content-type-options"), header("cache-control")), ("nosniff", "private, no-store"));
    assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
    let (_, forged) = path.split_at(path.len() - 1);
    let forged = format!("{}{}", &path[..path.len() - 1], if forged == "A" { "B" } else { "A" });
    assert_eq!(world.get(&forged, &[]).await.says(), (404, "There is no such file."));
    assert_eq!(world.get("/files/x", &[]).await.status, StatusCode::NOT_FOUND);

    world.clock.advance(Duration::from_secs(540));
    assert_eq!(world.get(path, &[]).await.says(), (410, "This link has expired. Ask for a new one."));
    world.finish().await;
}

async fn what_a_browser_could_run_is_for_keeping(on: On) {
    let world = World::default(on).await;
    let visitor = world.chatting().await;
    world.sends_a_file(&visitor, "form.pdf", b"%PDF-1.7\n").await;
    let text = visitor.poll("").await.message()["text"].as_str().unwrap().to_owned();
    let file = world.get(text.split_once("http://127.0.0.1:8080").unwrap().1, &[]).await;
    assert_eq!(file.headers["content-type"], "application/pdf");
    assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"form.pdf\""));
    world.finish().await;
}

async fn however_a_form_is_broken_it_is_refused_and_never_a_fault_of_ours(on: On) {
    let world = World::new(on, Given { deployment: json!({"name": "Site", "files": {"max_bytes": 2_000}}), ..Given::default() }).await;
    let visitor = world.chatting().await;
    world.asks_for_a_file(&visitor).await;
    let token = told(&visitor).await;
    let path = format!("/services/liveagent/file?{}", query(&visitor, &token));
    let whole = multipart(&[("file", Some("a.png"), &[PNG, &[7; 1_500]].concat()), ("filename", None, b"a.png"), ("x", None, b"y")]);
    let randomness = SeededRandomness::from_seed(11);
    let draw = || {
        let mut bytes = [0; 8];
        randomness.fill(&mut bytes);
        u64::from_le_bytes(bytes) as usize
    };
    for n in 0..150 {
        let mut body = whole.clone();
        for _ in 0..draw() % 4 {
            if body.is_empty() {
                break;
            }
            // Mostly where the form itself is written, before and after the content.
            let at = if draw() % 4 == 0 { draw() % body.len() } else { (draw() % 400 + body.len().saturating_sub(250)) % body.len() };
            match draw() % 4 {
                0 => body[at] = draw() as u8,
                1 => drop(body.drain(at..(at + draw() % 40).min(body.len()))),
                2 => body.splice(at..at, whole[..draw() % 200].iter().copied()).for_each(drop),
                _ => body.truncate(at.max(1)),
            }
        }
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let pieces: Vec<Result<Vec<u8>, std::io::Error>> = body.chunks(1 + draw() % 700).map(|piece| Ok(piece.to_vec())).collect();
        let body = Body::from_stream(futures_util::stream::iter(pieces));
        let answer = world.send(Request::post(&path).header("content-type", kind).body(body).unwrap()).await;
        let expected = [200, 400, 409, 413, 415];
        assert!(expected.contains(&answer.status.as_u16()), "form {n}: {} {}", answer.status, answer.body);
    }
    let files = world.files(&visitor).await;
    assert!(files.len() <= 1, "one request, one file: {files:?}");
    assert_eq!(visitor.post("Chasitor/ChatMessage", r#"{"text":"still here"}"#).await.ok(), "OK");
    world.finish().await;
}
