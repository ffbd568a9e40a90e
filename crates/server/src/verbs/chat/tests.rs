//! The verb against a small endpoint of its own, that echoes.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::sync::watch;

use super::*;

/// An endpoint with one session, whose agent says `echo: …`, asks for a file at `file?`, and ends at `bye`.
#[derive(Clone)]
struct Echo(Arc<Mutex<Inner>>, Arc<watch::Sender<()>>);

#[derive(Default)]
struct Inner {
    events: VecDeque<Value>,
    sequence: i64,
    posts: Vec<(String, String)>,
    over: bool,
    nobody: bool,
    address: String,
}

impl Echo {
    async fn start(nobody: bool) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let inner = Inner { sequence: -1, nobody, address, ..Inner::default() };
        let echo = Self(Arc::new(Mutex::new(inner)), Arc::new(watch::channel(()).0));
        let router = Router::new().fallback(answer).with_state(echo.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        echo
    }

    fn args(&self, more: &[&str]) -> ChatArgs {
        let address = self.0.lock().unwrap().address.clone();
        let four = ["chat", "--host", &address, "--org", "00D", "--deployment", "572", "--button", "573"];
        parse(&[&four, more].concat())
    }

    fn nouns(&self) -> Vec<String> {
        self.0.lock().unwrap().posts.iter().map(|(noun, _)| noun.clone()).collect()
    }
}

fn parse(line: &[&str]) -> ChatArgs {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: ChatArgs,
    }
    <Line as clap::Parser>::try_parse_from(line).unwrap().args
}

async fn answer(State(echo): State<Echo>, method: Method, uri: Uri, body: Bytes) -> Response {
    let noun = uri.path().rsplit('/').next().unwrap_or_default().to_owned();
    if noun == "SessionId" {
        return axum::Json(json!({"id": "a", "key": "a!1!b=", "affinityToken": "t", "clientPollTimeout": 40})).into_response();
    }
    if method == Method::POST {
        let text = String::from_utf8_lossy(&body).into_owned();
        let mut inner = echo.0.lock().unwrap();
        inner.posts.push((noun.clone(), text.clone()));
        let said = serde_json::from_str::<Value>(&text).ok().and_then(|v| Some(v["text"].as_str()?.to_owned())).unwrap_or_default();
        let event = |kind: &str, message: Value| json!({"type": kind, "message": message});
        match (noun.as_str(), said.as_str()) {
            ("ChasitorInit", _) if inner.nobody => inner.events.push_back(event("ChatRequestFail", json!({"reason": "Unavailable"}))),
            ("ChasitorInit", _) => inner.events.extend([
                event("ChatRequestSuccess", json!({"queuePosition": 1})),
                event("ChatEstablished", json!({"name": "John", "userId": "005"})),
            ]),
            ("ChatMessage", "bye") => inner.events.push_back(event("ChatEnded", json!({"reason": "agent"}))),
            ("ChatMessage", "file?") => {
                let message = json!({"type": "Requested", "fileToken": "f", "uploadServletUrl": "/services/liveagent/file"});
                inner.events.push_back(event("FileTransfer", message));
            }
            ("ChatMessage", said) => inner.events.extend([
                event("AgentTyping", json!({"name": "John"})),
                event("AgentTyping", json!({"name": "John"})),
                event("ChatMessage", json!({"name": "John", "text": format!("echo: {said}"), "agentId": "005"})),
            ]),
            ("ChatEnd", _) => inner.over = true,
            ("file", _) => return "Success".into_response(),
            _ => {}
        }
        drop(inner);
        echo.1.send_modify(|()| ());
        return "OK".into_response();
    }
    let mut changes = echo.1.subscribe();
    loop {
        changes.borrow_and_update();
        {
            let mut inner = echo.0.lock().unwrap();
            if inner.over {
                return StatusCode::FORBIDDEN.into_response();
            }
            if let Some(event) = inner.events.pop_front() {
                inner.sequence += 1;
                return axum::Json(json!({"messages": [event], "sequence": inner.sequence, "offset": 5})).into_response();
            }
        }
        changes.changed().await.unwrap();
    }
}

#[derive(Clone, Default)]
struct Screen(Arc<Mutex<Vec<u8>>>, Arc<tokio::sync::Notify>);

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        self.1.notify_one();
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Screen {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
    async fn shows(&self, what: &str) {
        let wait = async {
            while !self.text().contains(what) {
                self.1.notified().await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(20), wait).await.is_err() {
            panic!("waited in vain for {what:?} in:\n{}", self.text());
        }
    }
}

async fn piped(args: &ChatArgs, input: &str) -> (u8, String) {
    let screen = Screen::default();
    let (chat, events, file) = begin(args).await.unwrap();
    let mut conversation = Conversation::new(chat, events, screen.clone(), false, args.wait).settling(Duration::from_millis(50));
    let source = std::io::Cursor::new(input.to_owned().into_bytes());
    let (_sender, interrupts) = mpsc::channel(1);
    let code = tokio::time::timeout(Duration::from_secs(30), conversation.run(source, interrupts, file)).await.unwrap();
    (code, screen.text())
}

#[tokio::test]
async fn piped_lines_are_sent_once_an_agent_is_there_and_the_chat_ends_when_the_answers_have_settled() {
    let echo = Echo::start(false).await;
    let (code, shown) =
        piped(&echo.args(&["--name", "Ana", "--detail", "Order=12=3", "--hidden-detail", "Key=k"]), "hello\n/event ping x\n").await;
    insta::assert_snapshot!(shown, @r"
    * Connected. /help lists the commands.
    * Waiting for an agent; your place in the queue: 1.
    * John joined.
    You: hello
    * John is typing.
    John: echo: hello
    * You ended the chat.
    ");
    assert_eq!(code, code::FINE);
    assert_eq!(echo.nouns(), ["ChasitorInit", "ChatMessage", "CustomEvent", "ChatEnd"]);
    let init: Value = serde_json::from_str(&echo.0.lock().unwrap().posts[0].1).unwrap();
    assert_eq!((&init["visitorName"], &init["receiveQueueUpdates"]), (&json!("Ana"), &json!(true)));
    assert_eq!((&init["prechatDetails"][0]["value"], &init["prechatDetails"][1]["displayToAgent"]), (&json!("12=3"), &json!(false)));
}

#[tokio::test]
async fn the_agent_ends_the_chat_and_nobody_available_has_its_own_exit_code() {
    let echo = Echo::start(false).await;
    let (code, shown) = piped(&echo.args(&[]), "bye\n").await;
    assert!(shown.ends_with("* The chat was ended (agent).\n"), "{shown}");
    assert_eq!(code, code::FINE);
    let (code, shown) = piped(&Echo::start(true).await.args(&[]), "hello\n").await;
    assert!(shown.contains("* Nobody is available."), "{shown}");
    assert_eq!(code, code::NO_CHAT);
}

#[tokio::test]
async fn files_and_images_are_sent_and_what_cannot_be_sent_is_told() {
    let echo = Echo::start(false).await;
    let folder = tempfile::tempdir().unwrap();
    let (text, image) = (folder.path().join("a.txt"), folder.path().join("b.png"));
    std::fs::write(&text, "some words").unwrap();
    std::fs::write(&image, b"\x89PNG\r\n\x1a\nrest").unwrap();
    let screen = Screen::default();
    let (chat, events, file) = begin(&echo.args(&[])).await.unwrap();
    let mut conversation = Conversation::new(chat, events, screen.clone(), true, 10);
    let (mut keyboard, source) = tokio::io::duplex(1000);
    let (_sender, interrupts) = mpsc::channel(1);
    let run = tokio::spawn(async move { conversation.run(source, interrupts, file).await });
    for (line, shows) in [
        (format!("/file {}", text.display()), "! Not delivered: the agent has not asked for a file"),
        (format!("/image {}", text.display()), "is no image"),
        (format!("/image {}", image.display()), "* Sending b.png."),
        ("/file /no/such/file".to_owned(), "cannot be read"),
        ("/quit".to_owned(), "! there is no command /quit"),
        ("file?".to_owned(), "asks for a file"),
        (format!("/file {}", text.display()), "* Sending a.txt."),
        ("/end".to_owned(), "* You ended the chat."),
    ] {
        keyboard.write_all(format!("{line}\n").as_bytes()).await.unwrap();
        screen.shows(shows).await;
    }
    assert_eq!(run.await.unwrap(), code::UNDELIVERED);
    let mut nouns = echo.nouns();
    nouns.retain(|noun| noun != "file");
    assert_eq!(nouns, ["ChasitorInit", "CustomEvent", "ChatMessage", "ChatEnd"]);
    let posts = echo.0.lock().unwrap().posts.clone();
    assert!(posts.iter().any(|(noun, body)| noun == "file" && body.contains("some words")));
}

#[tokio::test]
async fn an_interrupted_chat_stays_open_in_its_file_and_is_carried_on() {
    let echo = Echo::start(false).await;
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("session");
    let flag = kept.to_str().unwrap().to_owned();
    let (chat, events, file) = begin(&echo.args(&["--resume", &flag])).await.unwrap();
    let screen = Screen::default();
    let mut conversation = Conversation::new(chat, events, screen.clone(), true, 10);
    let (mut keyboard, source) = tokio::io::duplex(1000);
    let (sender, interrupts) = mpsc::channel(1);
    let run = tokio::spawn(async move { conversation.run(source, interrupts, file).await });
    keyboard.write_all(b"first\n").await.unwrap();
    screen.shows("John: echo: first").await;
    sender.send(()).await.unwrap();
    assert_eq!(run.await.unwrap(), code::FINE);
    assert!(screen.text().contains("* Left open."));
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);

    let (code, shown) = piped(&parse(&["chat", "--resume", &flag]), "second\n").await;
    assert!(shown.contains("John: echo: second") && !shown.contains("first"), "{shown}");
    assert_eq!(code, code::FINE);
    assert!(!kept.exists(), "an ended chat leaves no session behind");
    assert_eq!(echo.nouns().iter().filter(|noun| *noun == "ChasitorInit").count(), 1);
}

#[tokio::test]
async fn what_cannot_begin_says_why_and_has_its_exit_code() {
    let refusal = |line: &'static [&'static str]| async move {
        let refusal = begin(&parse(line)).await.err().unwrap();
        (refusal.to_string(), refusal.code())
    };
    let (text, code) = refusal(&["chat", "--resume", "/no/such/session"]).await;
    assert_eq!((text.contains("holds no session"), code), (true, code::USAGE), "{text}");
    let four = ["--org", "a", "--deployment", "b", "--button", "c"];
    let args = parse(&[&["chat", "--host", "ftp://x"][..], &four].concat());
    assert_eq!(begin(&args).await.err().unwrap().code(), code::USAGE);
    let closed = { std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap() };
    let host = format!("http://{closed}");
    let args = parse(&[&["chat", "--host", &host][..], &four].concat());
    let refusal = begin(&args).await.err().unwrap();
    assert_eq!(refusal.code(), code::ENDPOINT);
    assert!(refusal.to_string().contains("refused"), "{refusal}");
}
