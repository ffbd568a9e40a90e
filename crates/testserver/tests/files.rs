//! Files through whole servers: a visitor with our client for the protocol of old, an agent over the native API.

use std::sync::Arc;

use domain::ids::{ButtonId, ConversationId, DeploymentId};
use engine::definition::{Defined as _, Deployment};
use liveagent::{ServerMessage, message::FileTransfer};
use liveagent_client::{Error, Events, ImageSent};
use native::{
    ProblemKind,
    client::{Connection, Error as NativeError, Upload, VisitorClient},
    conversation::{Author, File, What},
};
use server::ambient::{FreshIds, SystemRandomness};
use store::NewDefinition;
use switchboard_testserver::{Agent, Backend, Manner, PATIENCE, TestServer, begin_chat, hears};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const MEGABYTE: usize = 1_000_000;

async fn transfer(events: &mut Events) -> String {
    hears(events, "FileTransfer", |message| match message {
        ServerMessage::FileTransfer(transfer) => Some(transfer.kind.clone()),
        _ => None,
    })
    .await
}

/// Waits until the agent sees so many files; gives them.
async fn files(agent: &Agent, conversation: ConversationId, number: usize) -> Vec<File> {
    testkit::wait_for_some("files in the agent's view", PATIENCE, async || {
        let seen = agent.conversations().into_iter().find(|seen| seen.id == conversation)?;
        let files: Vec<File> = seen
            .timeline
            .into_iter()
            .filter_map(|entry| match entry.what {
                What::File { file } => Some(file),
                _ => None,
            })
            .collect();
        (files.len() == number).then_some(files)
    })
    .await
}

fn upload(name: &str, content: &[u8]) -> Upload {
    Upload { name: name.to_owned(), media_type: "application/octet-stream".to_owned(), content: content.to_vec().into(), request: None }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, NativeError>) -> ProblemKind {
    match result {
        Err(NativeError::Problem { problem, .. }) => problem.kind,
        other => panic!("{other:?} is no problem of the server's"),
    }
}

/// A server whose deployment takes files of a megabyte; with the ids of deployment and button.
async fn server_of_small_files(backend: Backend) -> (TestServer, DeploymentId, ButtonId) {
    let server = TestServer::start(backend).await;
    let app = server.app();
    let directory = app.directories().all().next().cloned().expect("the demonstration's workspace");
    let (id, deployment) = directory.deployments.iter().next().expect("its deployment");
    let button = directory.buttons.keys().next().expect("its button");
    let mut deployment = deployment.clone();
    deployment.files.max_bytes = MEGABYTE as u64;
    let body = serde_json::to_value(&deployment).expect("a document");
    let (workspace, id, name, now) = (directory.id(), *id, deployment.name, app.now());
    app.store()
        .write::<_, store::Error, _>(move |tx| {
            let new = NewDefinition { kind: Deployment::KIND, id: id.into(), name: name.clone(), body: body.clone() };
            Box::pin(async move { tx.save_definition(workspace, &new, now).await })
        })
        .await
        .expect("the deployment is stored");
    app.reload().await.expect("it is known");
    (server, id, *button)
}

async fn files_go_both_ways(backend: Backend) {
    let (server, ..) = server_of_small_files(backend).await;
    let agent = server.agent(Manner::Silent).await;
    let (chat, mut events) = begin_chat(&server.url()).await;
    let id = agent.conversation().await;

    // Without being asked: an image in a custom event.
    let sent = chat.send_image("cat.png", "image/png", PNG).expect("small enough");
    assert!(matches!(sent, ImageSent::Event(_)), "{sent:?}");
    sent.done().await.expect("it is taken");
    let seen = files(&agent, id, 1).await.remove(0);
    assert_eq!((seen.name.reveal(), seen.media_type.as_str(), &seen.author), ("cat.png", "image/png", &Author::Visitor));
    assert_eq!(agent.client.file(id, seen.id).await.expect("its content"), PNG);

    // On request: of the wrong type, too large, and then a good one.
    let asked = agent.client.with_key("ask").request_file(id).await.expect("an agent may ask");
    assert_eq!(agent.client.with_key("ask").request_file(id).await.expect("again"), asked, "the same key is the same request");
    assert_eq!(refusal(agent.client.request_file(id).await), ProblemKind::WrongState);
    assert_eq!(transfer(&mut events).await, FileTransfer::REQUESTED);
    let status = |error: Result<(), Error>| match error {
        Err(Error::Refused { status, .. }) => status,
        other => panic!("{other:?} is no refusal"),
    };
    let program = chat.send_file("cat.png", "image/png", &b"MZ\x90\0\x03"[..]).expect("a request is open");
    assert_eq!(status(program.await), 415);
    let large = [PNG, &vec![0; MEGABYTE]].concat();
    assert_eq!(status(chat.send_file("cat.png", "image/png", large.clone()).expect("it is still open").await), 413);
    let document = [PNG, &vec![7; MEGABYTE - 100]].concat();
    chat.send_file("große Katze.png", "image/png", document.clone()).expect("it is still open").await.expect("it is taken");
    assert_eq!(transfer(&mut events).await, FileTransfer::SUCCESS);
    let seen = files(&agent, id, 2).await.remove(1);
    assert_eq!((seen.name.reveal(), seen.size), ("große Katze.png", document.len() as u64));
    assert_eq!(agent.client.files(id).await.expect("the files").files.len(), 2);
    assert!(agent.client.file(id, seen.id).await.expect("its content") == document);

    // Withdrawn.
    let asked = agent.client.request_file(id).await.expect("an agent may ask");
    assert_eq!(transfer(&mut events).await, FileTransfer::REQUESTED);
    for _ in 0..2 {
        agent.client.cancel_file_request(id, asked.request).await.expect("an agent may think again");
    }
    assert_eq!(transfer(&mut events).await, FileTransfer::CANCELED);
    assert!(!chat.is_file_requested());

    // From the agent: the same key is the same file; another content under it is refused.
    let prices = upload("prices.txt", b"all is free");
    let sent = agent.client.with_key("prices").send_file(id, &prices).await.expect("an agent may send");
    assert_eq!(agent.client.with_key("prices").send_file(id, &prices).await.expect("again"), sent);
    let other = upload("prices.txt", b"nothing is free");
    assert_eq!(refusal(agent.client.with_key("prices").send_file(id, &other).await), ProblemKind::IdempotencyKeyReused);
    assert_eq!(refusal(agent.client.send_file(id, &upload("a.exe", b"MZ\x90\0\x03")).await), ProblemKind::UnsupportedType);
    assert_eq!(refusal(agent.client.send_file(id, &upload("a.png", &large)).await), ProblemKind::TooLarge);
    let told = hears(&mut events, "the agent's file", |message| match message {
        ServerMessage::ChatMessage(said) => Some((*said.text).clone()),
        _ => None,
    })
    .await;
    let link = told.strip_prefix("prices.txt: ").expect("name and link");
    assert!(link.starts_with(&server.url()), "{link}");
    let made = agent.client.file_link(id, sent.file.id).await.expect("an agent may make a link");
    for link in [link, made.url.reveal()] {
        let answer = reqwest::get(link).await.expect("the server answers");
        assert_eq!(answer.headers()["content-security-policy"], "default-src 'none'; sandbox");
        assert_eq!(answer.text().await.expect("its content"), "all is free");
    }
    chat.end("client").await.expect("the end is taken");
    assert_eq!(refusal(agent.client.send_file(id, &prices).await), ProblemKind::ConversationEnded);
    drop(agent);
    server.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_go_both_ways_on_sqlite() {
    files_go_both_ways(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_go_both_ways_on_postgres() {
    files_go_both_ways(Backend::Postgres).await;
}

async fn a_visitor_of_the_native_api_answers_requests(backend: Backend) {
    let (server, deployment, button) = server_of_small_files(backend).await;
    let agent = server.agent(Manner::Silent).await;
    let connection = Connection::new(&server.url(), Arc::new(FreshIds), Arc::new(SystemRandomness)).expect("an address");
    let body = serde_json::json!({"deployment": deployment, "button": button, "name": "Ana"});
    let body = serde_json::from_value(body).expect("a request");
    let (visitor, started) = VisitorClient::start(connection, &body).await.expect("a conversation");
    assert_eq!(started.settings.max_file_bytes, MEGABYTE as u64);
    let id = agent.conversation().await;
    let mut watch = visitor.watch().await.expect("a view");

    let unasked = upload("cat.png", PNG);
    assert_eq!(refusal(visitor.with_key("unasked").send_file(&unasked).await), ProblemKind::WrongState);
    let asked = agent.client.request_file(id).await.expect("an agent may ask");
    while watch.view().conversation.file_requests.is_empty() {
        watch.next().await.expect("the request is told");
    }
    assert_eq!(watch.view().conversation.file_requests[0].id, asked.request);
    let answer = Upload { request: Some(asked.request), ..upload("cat.png", PNG) };
    let sent = visitor.with_key("cat").send_file(&answer).await.expect("it is taken");
    assert_eq!(visitor.with_key("cat").send_file(&answer).await.expect("again"), sent);
    assert_eq!((sent.file.media_type.as_str(), &sent.file.author), ("image/png", &Author::Visitor));
    assert_eq!(refusal(visitor.send_file(&answer).await), ProblemKind::WrongState, "one request, one file");
    assert_eq!(visitor.file(sent.file.id).await.expect("its own"), PNG);
    assert_eq!(files(&agent, id, 1).await[0].id, sent.file.id);

    let asked = agent.client.request_file(id).await.expect("another one");
    while watch.view().conversation.file_requests.iter().all(|open| open.id != asked.request) {
        watch.next().await.expect("the request is told");
    }
    for _ in 0..2 {
        visitor.decline_file_request(asked.request).await.expect("it may decline");
    }
    let prices = agent.client.send_file(id, &upload("prices.txt", b"all is free")).await.expect("an agent may send");
    assert_eq!(visitor.file(prices.file.id).await.expect("the agent's"), &b"all is free"[..]);
    while watch.view().conversation.timeline.last().map(|entry| entry.sequence) != Some(prices.sequence) {
        watch.next().await.expect("the file is told");
    }
    let fresh = visitor.snapshot().await.expect("a snapshot");
    assert_eq!(watch.view().conversation, fresh, "snapshot and events make what a fresh snapshot is");
    assert!(fresh.file_requests.is_empty());
    let text = visitor.transcript_text().await.expect("a transcript");
    assert!(text.reveal().contains("sent a file: cat.png") && text.reveal().contains("sent a file: prices.txt"), "{}", text.reveal());
    drop(agent);
    server.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_of_the_native_api_answers_requests_on_sqlite() {
    a_visitor_of_the_native_api_answers_requests(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_of_the_native_api_answers_requests_on_postgres() {
    a_visitor_of_the_native_api_answers_requests(Backend::Postgres).await;
}
