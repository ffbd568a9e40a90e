//! The guarded client against servers that are slow, lie, redirect, never end, and live where nobody should be called.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the verdict")]

use std::{
    collections::VecDeque,
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use domain::delivery::Transport;
use http::{HeaderMap, HeaderValue};
use switchboard_connect::{Answer, Client, NotAllowed, Resolve, Settings};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Answers look-ups one after the other; the last one for ever.
#[derive(Debug)]
struct Names(Mutex<VecDeque<Vec<IpAddr>>>);

impl Names {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        Arc::new(Self(Mutex::new(answers.iter().map(|found| found.iter().map(|ip| ip.parse().unwrap()).collect()).collect())))
    }
}

impl Resolve for Names {
    fn resolve(&self, _: &str) -> futures_util::future::BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let mut answers = self.0.lock().unwrap();
        let found = if answers.len() > 1 { answers.pop_front().unwrap() } else { answers.front().cloned().unwrap_or_default() };
        Box::pin(async move { Ok(found) })
    }
}

fn settings() -> Settings {
    Settings {
        timeout: Duration::from_secs(20),
        answer_bytes: 1_000,
        plain_http: true,
        allowed_networks: vec!["127.0.0.1/32".parse().unwrap()],
    }
}

fn client(settings: Settings, names: &[&[&str]]) -> Client {
    Client::new(settings, Names::new(names))
}

/// A server that does with each connection what it is told to. How many there were is counted.
async fn server<F: Future<Output = io::Result<()>> + Send + 'static>(each: fn(TcpStream) -> F) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, count) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(each(stream));
        }
    });
    (address, count)
}

/// Reads a request's head and the body that it announces.
async fn request(stream: &mut TcpStream) -> io::Result<String> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let announced = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
            if body.len() >= announced.and_then(|length| length.parse().ok()).unwrap_or(0) {
                return Ok(text);
            }
        }
        if stream.read_buf(&mut read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

async fn answering(mut stream: TcpStream, answer: &str) -> io::Result<()> {
    request(&mut stream).await?;
    stream.write_all(answer.as_bytes()).await
}

async fn post(client: &Client, address: &str) -> Result<Answer, Transport> {
    let mut headers = HeaderMap::new();
    headers.insert("x-signature", HeaderValue::from_static("abc"));
    client.post(address, headers, Bytes::from_static(b"{\"a\":1}")).await
}

#[tokio::test]
async fn an_answer_is_read_and_little_of_it_kept() {
    let (at, _) = server(|mut stream| async move {
        let asked = request(&mut stream).await?;
        let right =
            asked.starts_with("POST /in?x=1 HTTP/1.1\r\n") && asked.contains("x-signature: abc\r\n") && asked.ends_with("{\"a\":1}");
        let status = if right { 202 } else { 400 };
        let answer = format!("HTTP/1.1 {status} Well\r\nRetry-After: 7\r\nSet-Cookie: a=b\r\nContent-Length: 4\r\n\r\n\u{e9}ok");
        stream.write_all(answer.as_bytes()).await
    })
    .await;
    let client = client(settings(), &[&["127.0.0.1"]]);
    let answer = post(&client, &format!("http://hooks.example:{}/in?x=1", at.port())).await.unwrap();
    assert_eq!((answer.status, answer.body.as_str(), answer.cut), (202, "\u{e9}ok", false));
    assert_eq!(answer.headers, [("retry-after", "7".to_owned())]);
}

#[tokio::test]
async fn a_redirection_is_an_answer_and_nobody_follows_it() {
    let (elsewhere, visited) = server(|stream| answering(stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        answering(stream, &format!("HTTP/1.1 307 Away\r\nLocation: http://{elsewhere}/\r\nContent-Length: 0\r\n\r\n")).await.unwrap();
    });
    let answer = post(&client(settings(), &[&["127.0.0.1"]]), &format!("http://hooks.example:{}/", at.port())).await.unwrap();
    assert_eq!(answer.status, 307);
    assert_eq!(visited.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn names_that_lead_into_private_networks_are_not_called() {
    let (at, visited) = server(|stream| answering(stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")).await;
    let strict = Settings { allowed_networks: Vec::new(), ..settings() };
    for hidden in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00:ec2::254", "0.0.0.0", "2002:7f00:1::"] {
        let client = client(strict.clone(), &[&[hidden]]);
        assert_eq!(post(&client, &format!("http://hooks.example:{}/", at.port())).await, Err(Transport::Guarded), "{hidden}");
    }
    // Numbers, in every way in which a number can be written.
    let client = client(strict, &[&["1.1.1.1"]]);
    for number in ["127.0.0.1", "2130706433", "0x7f.1", "017700000001", "[::1]", "[::ffff:7f00:1]", "169.254.169.254"] {
        let address = format!("http://{number}:{}/", at.port());
        assert_eq!(client.check(&address), Err(NotAllowed::Private), "{number}");
        assert_eq!(post(&client, &address).await, Err(Transport::Guarded), "{number}");
    }
    assert_eq!(visited.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_was_judged_is_what_is_called_however_the_name_changes() {
    let (at, visited) = server(|stream| answering(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")).await;
    // Allowed the first time; then somewhere on the same machine that is not.
    let client = client(settings(), &[&["127.0.0.1"], &["127.0.0.2"], &["127.0.0.2", "127.0.0.1"]]);
    let address = format!("http://hooks.example:{}/", at.port());
    assert_eq!(post(&client, &address).await.map(|answer| answer.status), Ok(200));
    assert_eq!(post(&client, &address).await, Err(Transport::Guarded));
    // Of several addresses those that may be called are.
    assert_eq!(post(&client, &address).await.map(|answer| answer.status), Ok(200));
    assert_eq!(visited.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn nobody_is_waited_for_longer_than_is_said() {
    let quick = Settings { timeout: Duration::from_millis(300), ..settings() };
    let client = client(quick, &[&["127.0.0.1"]]);
    // Never answers; answers byte by byte; sends a body byte by byte.
    let (silent, _) = server(|mut stream| async move {
        request(&mut stream).await.map(drop)?;
        std::future::pending().await
    })
    .await;
    let (head, _) = server(|mut stream| async move {
        request(&mut stream).await?;
        for byte in b"HTTP/1.1 200 OK\r\nX-Long: ".iter().chain(std::iter::repeat(&b'a')) {
            stream.write_all(&[*byte]).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    })
    .await;
    let (body, _) = server(|mut stream| async move {
        request(&mut stream).await?;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n").await?;
        loop {
            stream.write_all(b"a").await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    for at in [silent, head, body] {
        assert_eq!(post(&client, &format!("http://hooks.example:{}/", at.port())).await, Err(Transport::Timeout), "{at}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_and_one_that_lies_is_none() {
    let client = client(settings(), &[&["127.0.0.1"]]);
    let (endless, _) = server(|mut stream| async move {
        request(&mut stream).await?;
        stream.write_all(b"HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n").await?;
        loop {
            stream.write_all(b"5\r\naaaaa\r\n").await?;
        }
    })
    .await;
    let answer = post(&client, &format!("http://hooks.example:{}/", endless.port())).await.unwrap();
    assert_eq!((answer.status, answer.body.len(), answer.cut), (500, 1_000, true));

    let (short, _) = server(|stream| answering(stream, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nonly this")).await;
    let (garbage, _) = server(|stream| answering(stream, "SSH-2.0-OpenSSH_9.2\r\n\r\n")).await;
    let (nothing, _) = server(|mut stream| async move { request(&mut stream).await.map(drop) }).await;
    let (head, _) = server(|mut stream| async move {
        request(&mut stream).await?;
        stream.write_all(b"HTTP/1.1 200 OK\r\nX-Long: ").await?;
        loop {
            stream.write_all(&[b'a'; 1_024]).await?;
        }
    })
    .await;
    for at in [short, garbage, nothing, head] {
        assert_eq!(post(&client, &format!("http://hooks.example:{}/", at.port())).await, Err(Transport::Broken), "{at}");
    }
}

#[tokio::test]
async fn nobody_there_and_no_name_are_told_apart() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let there = client(settings(), &[&["127.0.0.1"]]);
    assert_eq!(post(&there, &format!("http://hooks.example:{}/", free.port())).await, Err(Transport::Unreachable));
    assert_eq!(post(&client(settings(), &[&[]]), "http://hooks.example/").await, Err(Transport::Unresolved));
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_not_trusted() {
    let certified = rcgen::generate_simple_self_signed(vec!["hooks.example".to_owned()]).unwrap();
    let key = rustls_pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certified.cert.der().clone()], key).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    let client = client(settings(), &[&["127.0.0.1"]]);
    assert_eq!(post(&client, &format!("https://hooks.example:{}/", at.port())).await, Err(Transport::Certificate));
}

#[test]
fn addresses_that_cannot_be_called_are_refused_with_a_reason() {
    let secure = client(Settings { plain_http: false, ..settings() }, &[]);
    assert!(secure.check(" https://hooks.example.com:8443/a?b=c ").is_ok());
    for (address, why) in [
        ("", NotAllowed::NoAddress),
        ("hooks.example.com", NotAllowed::NoAddress),
        ("https://", NotAllowed::NoAddress),
        ("http://hooks.example.com/", NotAllowed::Scheme),
        ("file:///etc/passwd", NotAllowed::Scheme),
        ("gopher://hooks.example.com/", NotAllowed::Scheme),
        ("https://user@hooks.example.com/", NotAllowed::Credentials),
        ("https://:secret@hooks.example.com/", NotAllowed::Credentials),
        ("https://192.168.0.1/", NotAllowed::Private),
        ("https://[fe80::1]/", NotAllowed::Private),
    ] {
        assert_eq!(secure.check(address), Err(why), "{address}");
    }
    assert!(client(settings(), &[]).check("http://hooks.example.com/").is_ok());
}
