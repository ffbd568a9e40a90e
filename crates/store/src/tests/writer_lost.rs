//! Connections to PostgreSQL that are cut at any byte: what was acknowledged is there once, what was not is there once or not at all.

use std::{net::SocketAddr, time::Duration};

use testkit::{Direction, Fault, Proxy, wait_for};

use super::*;
use crate::*;

const PATIENCE: Duration = Duration::from_secs(60);

/// A store that reaches its database through a proxy.
async fn behind_proxy() -> (Fixture, Proxy) {
    let database = tokio::task::spawn_blocking(|| Cluster::fast().database()).await.unwrap();
    let (before, rest) = database.url().split_once('@').unwrap();
    let (address, name) = rest.split_once('/').unwrap();
    let proxy = Proxy::to(address.parse::<SocketAddr>().unwrap()).await.unwrap();
    let location = format!("{before}@{}/{name}", proxy.address()).parse().unwrap();
    // One writer, so that it is known whose bytes are counted.
    let options = Options { message_writers: 1, ..Options::new(location) };
    (Fixture::new(options, Guard::Database(database)).await, proxy)
}

/// What was posted, in order: its text, and the number under which it was acknowledged.
type Posted = Vec<(String, Option<i64>)>;

async fn post(f: &Fixture, c: &Conversed, text: String, posted: &mut Posted) -> bool {
    let sequence = match f.store.post(f.says(c, &text)).await {
        Ok(Ok(Written::New(sequence))) => Some(sequence),
        Err(Error::Unavailable(_)) => None,
        other => panic!("{other:?}"),
    };
    posted.push((text, sequence));
    sequence.is_some()
}

/// What was acknowledged is there under its number, and nothing is there twice.
async fn assert_kept(f: &Fixture, c: &Conversed, posted: &Posted) {
    let kept = f.store.snapshot().await.unwrap().messages(f.workspace, c.id, 0, i64::MAX).await.unwrap();
    for (text, sequence) in posted {
        let found: Vec<i64> = kept.iter().filter(|message| message.text.reveal() == text).map(|message| message.sequence).collect();
        match sequence {
            Some(sequence) => assert_eq!(found, [*sequence], "{text} was acknowledged"),
            None => assert!(found.len() <= 1, "{text} was refused, and is there {} times", found.len()),
        }
    }
    assert!(kept.windows(2).all(|pair| pair[1].sequence == pair[0].sequence + 1), "the numbers are dense");
}

/// The connection is cut when so many bytes of answers have passed, and mended at once. True if it was cut; false if all was over before.
async fn cut_after(f: &Fixture, proxy: &Proxy, c: &Conversed, bytes: usize, posted: &mut Posted) -> (bool, bool) {
    // A new connection has prepared nothing yet: this one's answers are as long as the next one's.
    assert!(post(f, c, format!("before {bytes}"), posted).await);
    let accepted = proxy.accepted();
    proxy.set(Fault::CutAfter(Direction::ToClient, bytes));
    let mended = async {
        // Whoever is cut comes back: until then the message is in work, or done.
        wait_for("the next connection", PATIENCE, async || proxy.accepted() > accepted).await;
        proxy.set(Fault::Pass);
    };
    let text = format!("cut after {bytes}");
    tokio::select! {
        biased;
        acknowledged = async {
            let sending = post(f, c, text, posted);
            tokio::pin!(sending);
            tokio::select! {
                acknowledged = &mut sending => acknowledged,
                () = mended => sending.await,
            }
        } => {
            let cut = proxy.accepted() > accepted;
            proxy.set(Fault::Pass);
            (cut, acknowledged)
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_cut_at_any_byte_of_a_transaction_doubles_nothing_and_loses_nothing_acknowledged() {
    let (f, proxy) = behind_proxy().await;
    let c = f.conversation().await;
    let mut posted = Posted::new();
    let (mut bytes, mut survived) = (1, 0);
    // The answer to COMMIT is 18 bytes long: a step of 7 cuts inside it twice.
    loop {
        let (cut, acknowledged) = cut_after(&f, &proxy, &c, bytes, &mut posted).await;
        if !cut {
            assert!(acknowledged, "nothing was in the way");
            break;
        }
        survived += usize::from(acknowledged);
        bytes += 7;
    }
    assert!(bytes > 60 && survived > 0, "cut {} times up to byte {bytes}, {survived} acknowledged all the same", posted.len() / 2);
    assert_kept(&f, &c, &posted).await;
    f.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_nobody_can_say_whether_a_commit_was_done_it_is_refused_and_not_done_again() {
    let (f, proxy) = behind_proxy().await;
    let c = f.conversation().await;
    let mut posted = Posted::new();
    // The last byte that still cuts is in the answer to COMMIT.
    let mut bytes = 40;
    while cut_after(&f, &proxy, &c, bytes, &mut posted).await.0 {
        bytes += 9;
    }
    for bytes in [bytes - 9, bytes - 10, bytes - 11] {
        assert!(post(&f, &c, format!("again {bytes}"), &mut posted).await);
        let (open, accepted) = (proxy.open(), proxy.accepted());
        proxy.set(Fault::CutAfter(Direction::ToClient, bytes));
        let (store, message) = (f.store.clone(), f.says(&c, &format!("unknown {bytes}")));
        let sending = tokio::spawn(async move { store.post(message).await });
        wait_for("the cut", PATIENCE, async || proxy.open() < open || proxy.accepted() > accepted).await;
        proxy.set(Fault::Refuse);
        // The writer asks twenty times what became of it. Whoever did it all again after that would be let in.
        wait_for("attempts", PATIENCE, async || proxy.accepted() >= accepted + 20 || sending.is_finished()).await;
        proxy.set(Fault::Pass);
        let sent = sending.await.unwrap();
        let text = format!("unknown {bytes}");
        match sent {
            Ok(Ok(Written::New(sequence))) => posted.push((text, Some(sequence))),
            Err(Error::Unavailable(_)) => posted.push((text, None)),
            other => panic!("{other:?}"),
        }
        wait_for("the database", PATIENCE, async || f.store.heads().await.is_ok()).await;
    }
    assert_kept(&f, &c, &posted).await;
    f.store.close().await;
}
