//! Kills a server again and again while visitors and an agent talk, and looks at what is left.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use liveagent::ServerMessage;
use liveagent_client::Event;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use testkit::Proxy;
use tokio_util::sync::CancellationToken;

use crate::{Agent, Backend, Manner, PATIENCE, Process, Site, begin_chat};

/// How many talk at once.
const VISITORS: usize = 3;

/// What a visitor has said and heard when all is over.
struct Talk {
    said: Vec<String>,
    heard: Vec<String>,
}

/// Kills the server so often, at moments that follow from the seed; each time it starts again on the same files. Tells how many messages were
/// acknowledged.
///
/// # Panics
/// When a message that was acknowledged is not stored, is stored twice or out of order, an echo is lost or heard twice, a client does not carry on,
/// the server logs an ERROR, or `doctor` finds anything.
pub async fn survives(backend: Backend, kills: usize, seed: u64) -> usize {
    eprintln!("{kills} kills, seed {seed}");
    let mut chance = StdRng::seed_from_u64(seed);
    let site = Site::new(backend).await;
    let mut server = Process::alone(&site).await;
    let proxy = Proxy::to(server.address()).await.expect("a proxy");
    let url = format!("http://{}", proxy.address());
    let agent = Agent::sign_in(&site, &url, Manner::Echoing).await;
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let enough = CancellationToken::new();
    let talks: Vec<_> =
        (0..VISITORS).map(|visitor| tokio::spawn(talk(visitor, url.clone(), Arc::clone(&acknowledged), enough.clone()))).collect();
    let progress = async |more: usize| {
        let target = acknowledged.load(Ordering::SeqCst) + more;
        testkit::wait_for("messages to be acknowledged", PATIENCE, async || acknowledged.load(Ordering::SeqCst) >= target).await;
    };
    for kill in 1..=kills {
        // Nothing more is now and then enough: it dies while clients come back.
        progress(chance.random_range(0..=7)).await;
        for _ in 0..chance.random_range(0..200) {
            tokio::task::yield_now().await;
        }
        server.kill();
        server = Process::alone(&site).await;
        proxy.retarget(server.address());
        if kill % 50 == 0 {
            eprintln!("seed {seed}: {kill} kills, {} messages", acknowledged.load(Ordering::SeqCst));
        }
    }
    progress(2 * VISITORS).await;
    enough.cancel();
    let mut ended = Vec::new();
    for talk in talks {
        ended.push(talk.await.expect("a visitor carries on to the end"));
    }
    drop(agent);
    server.stop().await;

    let stored = site.stored().await;
    assert_eq!(stored.len(), VISITORS, "a repeated request is one conversation");
    for talk in ended {
        let mut of_talk = stored.iter().filter(|conversation| conversation.visitor.first() == talk.said.first());
        let conversation = of_talk.next().expect("the conversation is stored");
        assert_eq!(conversation.visitor, talk.said, "each acknowledged message once and in order");
        assert_eq!(conversation.agent, talk.said, "each echo once and in order");
        assert_eq!(talk.heard, talk.said, "each echo is heard once and in order");
    }
    acknowledged.load(Ordering::SeqCst)
}

/// Says something, waits for the acknowledgement and for the echo, and goes on until it is enough; then ends the chat.
async fn talk(visitor: usize, url: String, acknowledged: Arc<AtomicUsize>, enough: CancellationToken) -> Talk {
    let (chat, mut events) = begin_chat(&url).await;
    let (mut said, mut heard) = (Vec::new(), Vec::new());
    while !enough.is_cancelled() {
        let text = format!("{visitor}: {}", said.len());
        chat.message(text.clone()).await.expect("what waits for its acknowledgement gets it");
        acknowledged.fetch_add(1, Ordering::SeqCst);
        said.push(text);
        let echo = async {
            while heard.len() < said.len() {
                match events.next().await.expect("the chat goes on") {
                    Event::Server { message: ServerMessage::ChatMessage(message), .. } => heard.push(message.text.to_string()),
                    Event::Ended(how) => panic!("visitor {visitor}: the chat ended: {how}"),
                    _ => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, echo).await.unwrap_or_else(|_| panic!("visitor {visitor} waits in vain for an echo"));
    }
    chat.end("client").await.expect("the end is acknowledged");
    Talk { said, heard }
}
