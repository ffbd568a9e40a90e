//! Files and images, and encrypted endpoints with an authority of their own.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the verdict")]

mod stub;

use std::sync::Arc;

use serde_json::{Value, json};
use stub::{Reply, Stub, envelope, next};
use switchboard_client::{Endpoint, Error, IMAGE_LIMIT, ImageSent, Site};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn asked(stub: &Stub, events: &mut switchboard_client::Events, url: &str) {
    let transfer = json!({"type": "Requested", "fileToken": "tok/en", "uploadServletUrl": url, "cdmServletUrl": "http://cdm/x"});
    stub.poll(envelope(0, &[json!({"type": "FileTransfer", "message": transfer})]));
    next(events).await.unwrap();
}

#[tokio::test]
async fn a_file_goes_to_the_address_that_the_agent_asked_with() {
    let stub = Stub::start().await;
    let (chat, mut events) = stub.chat().await;
    assert!(matches!(chat.send_file("a.txt", "text/plain", "x"), Err(Error::NoFileRequest)));
    asked(&stub, &mut events, &format!("{}/services/liveagent/file", stub.address)).await;
    stub.until("the chat request", |s| !s.posts().is_empty()).await;

    stub.post(Reply::Status(500, String::new()));
    assert!(chat.send_file("a.txt", "text/plain", "hello").unwrap().await.is_err());
    assert!(chat.is_file_requested(), "a failed upload can be tried again");
    stub.post(Reply::Status(200, "Success".into()));
    // Dropping the future does not stop the upload.
    drop(chat.send_file("a \"1\".txt", "not a type", "hello").unwrap());
    stub.until("the upload", |s| s.posts().len() == 3).await;
    let seen = stub.posts().pop().unwrap();
    assert_eq!(seen.path, "/services/liveagent/file");
    assert_eq!(seen.query, "orgId=00DSB0000000001&chatKey=24e6a6f3-5601-446b-9250-cea8e0955a3e&fileToken=tok%2Fen&encoding=UTF-8");
    assert!(
        seen.body.contains("name=\"file\"; filename=") && seen.body.contains("name=\"filename\"") && seen.body.contains("hello"),
        "{}",
        seen.body
    );
    assert_eq!(seen.header("referer"), Some("http://cdm/x"));
    assert!(seen.headers.keys().all(|name| !name.as_str().starts_with("x-liveagent")));
}

#[tokio::test]
async fn the_agent_may_withdraw_his_request() {
    let stub = Stub::start().await;
    let (chat, mut events) = stub.chat().await;
    asked(&stub, &mut events, "/upload").await;
    assert!(chat.is_file_requested());
    stub.poll(envelope(1, &[json!({"type": "FileTransfer", "message": {"type": "Canceled", "fileToken": "tok/en"}})]));
    next(&mut events).await.unwrap();
    assert!(!chat.is_file_requested());
}

#[tokio::test]
async fn an_image_answers_an_open_request_and_is_an_event_otherwise() {
    let stub = Stub::start().await;
    let (chat, mut events) = stub.chat().await;
    chat.send_image("a.png", "image/png", &b"\x89PNG"[..]).unwrap().done().await.unwrap();
    let event: Value = serde_json::from_str(&stub.posts()[1].body).unwrap();
    assert_eq!(event["type"], "image");
    let data: Value = serde_json::from_str(event["data"].as_str().unwrap()).unwrap();
    assert_eq!(data, json!({"name": "a.png", "mime": "image/png", "base64": "iVBORw=="}));

    let large = vec![0; IMAGE_LIMIT + 1];
    assert!(matches!(chat.send_image("b.png", "image/png", large.clone()), Err(Error::TooLarge { .. })));
    asked(&stub, &mut events, "/upload").await;
    let sent = chat.send_image("b.png", "image/png", large).unwrap();
    assert!(matches!(sent, ImageSent::Uploaded(_)));
    stub.post(Reply::Status(200, "Success".into()));
    sent.done().await.unwrap();
    assert!(!chat.is_file_requested());
}

#[tokio::test]
async fn visitor_requests_are_typed_and_follow_to_another_server() {
    let stub = Stub::start().await;
    let second = Stub::start().await;
    let site = Site { organization_id: "00D".into(), deployment_id: "572".into() };
    // The stub knows no Visitor resources: a refusal is an error with its status.
    let refused = stub.endpoint().availability(&site, &["573a"]).await;
    assert!(matches!(refused, Err(Error::Refused { status: 404, .. })), "{refused:?}");
    let request = stub.seen().pop().unwrap();
    assert_eq!(request.query, "org_id=00D&deployment_id=572&Availability.ids=%5B573a%5D&Availability.needEstimatedWaitTime=1");
    assert_eq!((request.header("x-liveagent-affinity"), request.header("x-liveagent-session-key")), (None, None));

    stub.visitor(Reply::Json(json!({"messages": [{"type": "SwitchServer", "message": {"newUrl": format!("{}/chat", second.address)}}]})));
    let results = json!([{"id": "573a", "isAvailable": true}, {"id": "573b"}]);
    second.visitor(Reply::Json(json!({"messages": [{"type": "Availability", "message": {"results": results}}]})));
    let found = stub.endpoint().availability(&site, &["573a", "573b"]).await.unwrap();
    assert_eq!(found.results.iter().map(|r| r.is_available).collect::<Vec<_>>(), [true, false]);
}

#[tokio::test]
async fn a_server_with_an_authority_of_its_own_is_trusted_only_when_told() {
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let pem = signed.cert.pem();
    let key = tokio_rustls::rustls::pki_types::PrivateKeyDer::try_from(signed.signing_key.serialize_der()).unwrap();
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let config =
        tokio_rustls::rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(vec![signed.cert.der().clone()], key).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://localhost:{}/chat", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let body = r#"{"id":"a","key":"a!1!b","affinityToken":"t","clientPollTimeout":40}"#;
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    let trusting = Endpoint::builder(&address).unwrap().trust(pem).build().unwrap();
    assert_eq!(trusting.session().await.unwrap().id, "a");
    assert!(matches!(Endpoint::builder(&address).unwrap().trust("no certificate").build(), Err(Error::Tls(_))));
    // The test machine may have no trust store at all, which refuses even earlier.
    if let Ok(endpoint) = Endpoint::new(&address) {
        assert!(matches!(endpoint.session().await, Err(Error::Unreachable(_))));
    }
}
