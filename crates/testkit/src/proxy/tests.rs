use super::*;
use crate::wait_for;

const LIMIT: Duration = Duration::from_secs(10);
/// Long enough for a byte on loopback to arrive if it is going to.
const QUIET: Duration = Duration::from_millis(100);

/// A server that answers every byte with itself, and a proxy before it.
async fn echo() -> (Proxy, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let upstream = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut read, mut write) = stream.split();
                let _ = tokio::io::copy(&mut read, &mut write).await;
            });
        }
    });
    (Proxy::to(upstream).await.unwrap(), upstream)
}

async fn say(stream: &mut TcpStream, text: &str) -> io::Result<String> {
    stream.write_all(text.as_bytes()).await?;
    let mut answer = vec![0; text.len()];
    stream.read_exact(&mut answer).await?;
    Ok(String::from_utf8(answer).unwrap())
}

async fn connect(proxy: &Proxy) -> TcpStream {
    TcpStream::connect(proxy.address()).await.unwrap()
}

#[tokio::test]
async fn it_passes_bytes_and_the_end_of_them() {
    let (proxy, _) = echo().await;
    let mut stream = connect(&proxy).await;
    assert_eq!(say(&mut stream, "hello").await.unwrap(), "hello");
    assert_eq!(proxy.open(), 1);
    stream.shutdown().await.unwrap();
    assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    wait_for("the connection to be closed", LIMIT, async || proxy.open() == 0).await;
    assert_eq!(proxy.accepted(), 1);
}

#[tokio::test]
async fn refusing_ends_new_connections_and_leaves_open_ones() {
    let (proxy, _) = echo().await;
    let mut open = connect(&proxy).await;
    assert_eq!(say(&mut open, "a").await.unwrap(), "a");
    proxy.set(Fault::Refuse);
    let mut refused = connect(&proxy).await;
    assert!(say(&mut refused, "b").await.is_err());
    assert_eq!(say(&mut open, "c").await.unwrap(), "c");
    proxy.set(Fault::Pass);
    assert_eq!(say(&mut connect(&proxy).await, "d").await.unwrap(), "d");
}

#[tokio::test]
async fn a_cut_comes_after_exactly_so_many_bytes() {
    let (proxy, _) = echo().await;
    proxy.set(Fault::CutAfter(Direction::ToClient, 3));
    let mut stream = connect(&proxy).await;
    stream.write_all(b"hello").await.unwrap();
    let mut answer = Vec::new();
    let error = stream.read_to_end(&mut answer).await.unwrap_err();
    assert_eq!((error.kind(), answer.len()), (io::ErrorKind::ConnectionReset, 3));
}

#[tokio::test]
async fn bytes_before_the_fault_was_set_do_not_count() {
    let (proxy, _) = echo().await;
    let mut stream = connect(&proxy).await;
    assert_eq!(say(&mut stream, "hello").await.unwrap(), "hello");
    proxy.set(Fault::CutAfter(Direction::ToUpstream, 2));
    assert_eq!(say(&mut stream, "x").await.unwrap(), "x");
    assert!(say(&mut stream, "yz").await.is_err());
}

#[tokio::test]
async fn a_stall_holds_bytes_and_keeps_the_connection_and_loses_nothing() {
    let (proxy, _) = echo().await;
    let mut stream = connect(&proxy).await;
    assert_eq!(say(&mut stream, "a").await.unwrap(), "a");
    proxy.set(Fault::Stall(Direction::ToClient));
    stream.write_all(b"bcd").await.unwrap();
    let mut answer = [0; 3];
    assert!(timeout(QUIET, stream.read_exact(&mut answer)).await.is_err(), "nothing comes through a stall");
    assert_eq!(proxy.open(), 1);
    proxy.set(Fault::Pass);
    timeout(LIMIT, stream.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(&answer, b"bcd");
}

#[tokio::test]
async fn slow_bounds_the_rate_and_can_be_lifted() {
    let (proxy, _) = echo().await;
    proxy.set(Fault::Slow(Direction::ToClient, 1_000));
    let mut stream = connect(&proxy).await;
    let began = tokio::time::Instant::now();
    let text = "x".repeat(200);
    assert_eq!(say(&mut stream, &text).await.unwrap(), text);
    assert!(began.elapsed() >= Duration::from_millis(190), "{:?}", began.elapsed());
    proxy.set(Fault::Slow(Direction::ToClient, 1));
    stream.write_all(text.as_bytes()).await.unwrap();
    assert!(timeout(QUIET, stream.read_u8()).await.is_err());
    proxy.set(Fault::Pass);
    let mut answer = vec![0; 200];
    timeout(LIMIT, stream.read_exact(&mut answer)).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_delay_is_paid_each_way() {
    let (proxy, _) = echo().await;
    proxy.set(Fault::Delay(Duration::from_millis(30)));
    let mut stream = connect(&proxy).await;
    let began = tokio::time::Instant::now();
    assert_eq!(say(&mut stream, "hello").await.unwrap(), "hello");
    assert!(began.elapsed() >= Duration::from_millis(60), "{:?}", began.elapsed());
}

#[tokio::test]
async fn dropped_responses_are_gone_for_good() {
    let (proxy, _) = echo().await;
    let mut stream = connect(&proxy).await;
    assert_eq!(say(&mut stream, "a").await.unwrap(), "a");
    proxy.set(Fault::DropResponses);
    stream.write_all(b"lost").await.unwrap();
    assert!(timeout(QUIET, stream.read_u8()).await.is_err());
    proxy.set(Fault::Pass);
    assert_eq!(say(&mut stream, "kept").await.unwrap(), "kept");
}

#[tokio::test]
async fn a_cut_ends_what_is_open_and_new_ones_go_where_they_are_sent() {
    let (proxy, _) = echo().await;
    let mut stream = connect(&proxy).await;
    assert_eq!(say(&mut stream, "a").await.unwrap(), "a");
    proxy.cut();
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    let (_other, upstream) = echo().await;
    proxy.retarget(upstream);
    assert_eq!(say(&mut connect(&proxy).await, "b").await.unwrap(), "b");
}

#[tokio::test]
async fn the_next_request_is_answered_in_upstreams_place_and_the_one_after_is_passed_on() {
    let (proxy, _) = echo().await;
    let answer = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    proxy.answer_next(answer);
    let mut stream = connect(&proxy).await;
    stream.write_all(b"POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\nhe").await.unwrap();
    assert!(timeout(QUIET, stream.read_u8()).await.is_err(), "an answer before the request is whole");
    stream.write_all(b"llo").await.unwrap();
    let mut answered = String::new();
    timeout(LIMIT, stream.read_to_string(&mut answered)).await.unwrap().unwrap();
    assert_eq!(answered, answer);
    let request = "GET / HTTP/1.1\r\n\r\n";
    assert_eq!(say(&mut connect(&proxy).await, request).await.unwrap(), request);
}

#[test]
fn a_request_is_whole_with_its_body() {
    assert!(is_whole(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"));
    assert!(!is_whole(b"GET / HTTP/1.1\r\nhost: a\r\n"));
    assert!(!is_whole(b"POST / HTTP/1.1\r\nCONTENT-LENGTH: 3\r\n\r\nab"));
    assert!(is_whole(b"POST / HTTP/1.1\r\nCONTENT-LENGTH: 3\r\n\r\nabc"));
    assert!(!is_whole(b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"));
    assert!(is_whole(b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"));
}
