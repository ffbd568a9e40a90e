//! A chat against a scripted endpoint: what arrives, what is sent, and what happens when the network or the endpoint fails.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the verdict")]

mod stub;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use stub::{KEY, Reply, Stub, envelope, established, next, requested, said, texts};
use switchboard_client::liveagent::ServerMessage;
use switchboard_client::{Chat, ChatOptions, Ending, Error, Event, SavedSession};

fn kind(event: &Event) -> String {
    match event {
        Event::Server { message, .. } => message.kind().to_owned(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn a_conversation_goes_from_request_to_end_with_the_headers_that_the_protocol_asks_for() {
    let stub = Stub::start().await;
    let (chat, mut events) = stub.chat().await;
    stub.poll(envelope(0, &[requested()]));
    stub.poll(Reply::Status(204, String::new()));
    stub.poll(envelope(1, &[established()]));
    assert_eq!(kind(&next(&mut events).await.unwrap()), "ChatRequestSuccess");
    assert_eq!(kind(&next(&mut events).await.unwrap()), "ChatEstablished");
    chat.message("hello").await.unwrap();
    stub.poll(envelope(2, &[said("echo: hello")]));
    assert_eq!(texts(&mut events, 1).await, ["echo: hello"]);
    stub.poll(envelope(3, &[json!({"type": "ChatEnded", "message": {"reason": "agent"}})]));
    assert_eq!(kind(&next(&mut events).await.unwrap()), "ChatEnded");
    assert_eq!(next(&mut events).await, Some(Event::Ended(Ending::Ended { reason: Some("agent".into()) })));
    assert_eq!(next(&mut events).await, None);
    assert!(matches!(chat.message("too late").await, Err(Error::SessionOver)));

    let posts = stub.posts();
    assert_eq!(posts.iter().map(|p| (p.noun(), p.sequence())).collect::<Vec<_>>(), [("ChasitorInit", Some(1)), ("ChatMessage", Some(2))]);
    let init: Value = serde_json::from_str(&posts[0].body).unwrap();
    assert_eq!(init["sessionId"], KEY.split('!').next().unwrap());
    assert_eq!(init["isPost"], true);
    for post in &posts {
        assert_eq!(post.header("x-liveagent-session-key"), Some(KEY));
        assert_eq!(post.header("x-liveagent-affinity"), Some("73061fa0"));
        assert_eq!(post.header("x-liveagent-api-version"), Some("50"));
    }
    let session = &stub.seen()[0];
    assert_eq!((session.path.as_str(), session.header("x-liveagent-affinity")), ("/chat/rest/System/SessionId", Some("null")));
    let acks: Vec<_> = stub.polls().into_iter().map(|p| p.query).collect();
    assert_eq!(acks, ["ack=-1", "ack=0", "ack=0", "ack=1", "ack=2"], "a 204 repeats the ack, and nothing is polled after the end");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn events_come_one_by_one_in_order_whatever_the_batches_and_the_breaks(sizes in prop::collection::vec((1_usize..6, any::<bool>()), 1..8)) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let stub = Stub::start().await;
            let (_chat, mut events) = stub.chat().await;
            let mut count = 0;
            for (size, breaks) in sizes {
                let batch: Vec<Value> = (count..count + size).map(|n| said(&n.to_string())).collect();
                count += size;
                if breaks {
                    stub.poll(Reply::Broken);
                }
                stub.poll(envelope(count as i64 - 1, &batch));
            }
            let expected: Vec<String> = (0..count).map(|n| n.to_string()).collect();
            assert_eq!(texts(&mut events, count).await, expected);
        });
    }
}

#[tokio::test]
async fn a_lost_poll_answer_is_asked_for_again_with_the_same_ack() {
    let stub = Stub::start().await;
    let (_chat, mut events) = stub.chat().await;
    stub.poll(envelope(4, &[said("a")]));
    stub.poll(Reply::Broken);
    stub.poll(Reply::Status(502, String::new()));
    stub.poll(envelope(5, &[said("b")]));
    let mut kinds = Vec::new();
    for _ in 0..4 {
        kinds.push(kind(&next(&mut events).await.unwrap()));
    }
    assert_eq!(kinds, ["ChatMessage", "ConnectionLost", "ConnectionRestored", "ChatMessage"]);
    stub.until("the poll after b", |s| s.polls().len() == 5).await;
    let acks: Vec<_> = stub.polls().into_iter().map(|p| p.query).collect();
    assert_eq!(acks, ["ack=-1", "ack=4", "ack=4", "ack=4", "ack=5"]);
    let naps = stub.naps.lock().unwrap().clone();
    assert!(naps.len() == 2 && naps[1] >= naps[0] / 2 && naps.iter().all(|n| *n <= Duration::from_millis(20)), "{naps:?}");
}

#[tokio::test]
async fn posts_go_one_at_a_time_in_call_order_even_when_nobody_awaits_them() {
    let stub = Stub::start().await;
    let (chat, _events) = stub.chat().await;
    for n in 0..50 {
        drop(chat.message(n.to_string()));
    }
    chat.flush().await;
    let posts = stub.posts();
    assert_eq!(posts.iter().skip(1).map(|p| p.text()).collect::<Vec<_>>(), (0..50).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(posts.iter().map(|p| p.sequence().unwrap()).collect::<Vec<_>>(), (1..=51).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_conflict_is_answered_with_the_expected_number() {
    let stub = Stub::start().await;
    let (chat, _events) = stub.chat().await;
    stub.post(Reply::Status(200, "OK".into()));
    stub.post(Reply::Status(409, "Sequence 2 received, 7 expected".into()));
    chat.message("a").await.unwrap();
    chat.message("b").await.unwrap();
    let posts = stub.posts();
    assert_eq!(
        posts.iter().skip(1).map(|p| (p.text(), p.sequence().unwrap())).collect::<Vec<_>>(),
        [("a".to_owned(), 2), ("a".to_owned(), 7), ("b".to_owned(), 8)]
    );
    assert_eq!(posts[1].header("idempotency-key"), posts[2].header("idempotency-key"));
    assert_ne!(posts[2].header("idempotency-key"), posts[3].header("idempotency-key"));
}

#[tokio::test]
async fn a_post_whose_answer_was_lost_is_repeated_with_its_number_and_counts_as_arrived_when_the_endpoint_is_past_it() {
    let stub = Stub::start().await;
    let (chat, _events) = stub.chat().await;
    stub.post(Reply::Status(200, "OK".into()));
    stub.post(Reply::Broken);
    stub.post(Reply::Status(409, "Sequence 2 received, 3 expected".into()));
    chat.message("a").await.unwrap();
    chat.message("b").await.unwrap();
    let sent: Vec<_> = stub.posts().into_iter().skip(1).map(|p| (p.text(), p.sequence().unwrap())).collect();
    assert_eq!(sent, [("a".to_owned(), 2), ("a".to_owned(), 2), ("b".to_owned(), 3)]);
}

#[tokio::test]
async fn conflicts_without_end_lead_to_a_reconnect_and_then_give_up_one_post_only() {
    let stub = Stub::start().await;
    let (chat, _events) = stub.chat().await;
    stub.post(Reply::Status(200, "OK".into()));
    for _ in 0..2 {
        stub.post(Reply::Status(409, "no".into()));
    }
    let lost = chat.message("a");
    stub.poll(Reply::Status(204, String::new()));
    stub.poll(Reply::Status(204, String::new()));
    assert!(matches!(lost.await, Err(Error::Refused { status: 409, .. })));
    chat.message("b").await.unwrap();
    assert_eq!(stub.seen().iter().filter(|s| s.noun() == "ReconnectSession").count(), 1);
}

#[tokio::test]
async fn a_503_leads_through_reconnect_and_session_data_to_the_unsent_posts() {
    let stub = Stub::start().await;
    let (chat, mut events) = stub.chat().await;
    stub.poll(envelope(0, &[requested()]));
    stub.poll(envelope(1, &[established()]));
    stub.poll(envelope(2, &[said("before")]));
    assert_eq!(texts(&mut events, 1).await, ["before"]);
    stub.post(Reply::Status(503, "Invalid Affinity Token".into()));
    let a = chat.message("a");
    let b = chat.message("b");
    stub.until("the poll after the reconnect", |s| {
        s.seen()
            .iter()
            .rposition(|r| r.noun() == "ReconnectSession")
            .is_some_and(|at| s.seen()[at..].iter().any(|r| r.noun() == "Messages"))
    })
    .await;
    assert_eq!(stub.posts().len(), 2, "nothing is sent again before the session data came");
    // The interrupted poll still takes the first answer that the stub has.
    let data = json!({"type": "ChasitorSessionData", "message": {"queuePosition": 0, "chatMessages": []}});
    for _ in 0..2 {
        stub.poll(envelope(2, std::slice::from_ref(&data)));
    }
    a.await.unwrap();
    b.await.unwrap();
    let reconnect = stub.seen().into_iter().find(|s| s.noun() == "ReconnectSession").unwrap();
    assert_eq!(reconnect.query, "ReconnectSession.offset=1002");
    assert_eq!((reconnect.header("x-liveagent-affinity"), reconnect.header("x-liveagent-session-key")), (Some("null"), Some(KEY)));
    let posts = stub.posts();
    assert_eq!(
        posts.iter().skip(1).map(|p| (p.text(), p.sequence().unwrap())).collect::<Vec<_>>(),
        [("a".to_owned(), 2), ("a".to_owned(), 1), ("b".to_owned(), 2)]
    );
    assert_eq!(posts[1].header("idempotency-key"), posts[2].header("idempotency-key"));
    assert_eq!(posts[2].header("x-liveagent-affinity"), Some("aaaa1fa0"));
    assert!(stub.polls().iter().any(|p| p.query == "ack=-1" && p.header("x-liveagent-affinity") == Some("aaaa1fa0")));
}

#[tokio::test]
async fn what_is_repeated_after_a_reconnect_is_told_once_and_what_is_new_is_told() {
    let stub = Stub::start().await;
    let (_chat, mut events) = stub.chat().await;
    stub.poll(envelope(0, &[said("same")]));
    stub.poll(envelope(1, &[said("same")]));
    stub.poll(Reply::Status(503, String::new()));
    stub.poll(envelope(1, &[said("same"), said("same")]));
    stub.poll(envelope(2, &[said("same")]));
    stub.poll(envelope(3, &[said("new")]));
    assert_eq!(texts(&mut events, 4).await, ["same", "same", "same", "new"]);
}

#[tokio::test]
async fn what_an_endpoint_tells_again_under_a_number_that_we_have_is_dropped() {
    let stub = Stub::start().await;
    let (_chat, mut events) = stub.chat().await;
    stub.poll(envelope(0, &[requested()]));
    stub.poll(envelope(1, &[said("one")]));
    stub.poll(envelope(2, &[said("two")]));
    // It died, and has forgotten what was acknowledged: one by one, and some of them with news behind them.
    stub.poll(envelope(1, &[said("one")]));
    stub.poll(envelope(2, &[said("two")]));
    stub.poll(envelope(4, &[said("one"), said("two"), said("two"), said("four")]));
    stub.poll(envelope(4, &[json!({"type": "AgentTyping", "message": {}})]));
    stub.poll(envelope(5, &[said("five")]));
    assert_eq!(texts(&mut events, 5).await, ["one", "two", "two", "four", "five"]);
    stub.until("the last poll", |s| s.polls().len() == 9).await;
    let acks: Vec<_> = stub.polls().into_iter().map(|p| p.query).collect();
    assert_eq!(acks, ["ack=-1", "ack=0", "ack=1", "ack=2", "ack=2", "ack=2", "ack=4", "ack=4", "ack=5"], "a repeat takes nothing back");
}

#[tokio::test]
async fn an_endpoint_that_counts_answers_loses_nothing_by_it() {
    let stub = Stub::start().await;
    let (_chat, mut events) = stub.chat().await;
    stub.poll(envelope(0, &[said("a")]));
    stub.poll(envelope(1, &[said("b"), said("c")]));
    stub.poll(envelope(2, &[said("c"), said("c"), said("d")]));
    stub.poll(envelope(2, &[said("c"), said("c"), said("d")]));
    stub.poll(envelope(3, &[said("d"), said("e")]));
    assert_eq!(texts(&mut events, 8).await, ["a", "b", "c", "c", "c", "d", "d", "e"]);
}

#[tokio::test]
async fn an_endpoint_without_reconnect_is_asked_to_resync_and_then_simply_used_on() {
    let stub = Stub::start().await;
    let (chat, mut events) = stub.chat().await;
    stub.reconnect(Reply::Status(404, String::new()));
    stub.poll(Reply::Status(503, String::new()));
    stub.poll(envelope(0, &[said("on")]));
    assert_eq!(texts(&mut events, 1).await, ["on"]);
    chat.message("a").await.unwrap();
    assert!(stub.seen().iter().any(|s| s.noun() == "ResyncSession"));
}

#[tokio::test]
async fn a_reconnect_that_fails_is_tried_again_after_longer_waits_and_nothing_else_is_sent_meanwhile() {
    let stub = Stub::start().await;
    let (chat, mut events) = stub.chat().await;
    stub.poll(envelope(0, &[said("before")]));
    assert_eq!(texts(&mut events, 1).await, ["before"]);
    for reply in [Reply::Status(502, String::new()), Reply::Broken, Reply::Status(503, "Invalid Affinity Token".into()), Reply::Busy(3)] {
        stub.reconnect(reply);
    }
    stub.naps.lock().unwrap().clear();
    stub.poll(Reply::Status(503, String::new()));
    let (a, b) = (chat.message("a"), chat.message("b"));
    stub.until("a poll after the reconnect", |s| {
        let seen = s.seen();
        let reconnects: Vec<_> = seen.iter().enumerate().filter(|(_, r)| r.noun() == "ReconnectSession").map(|(at, _)| at).collect();
        // Between the first and the last nothing but reconnects went out.
        reconnects.len() == 5
            && reconnects.windows(2).all(|pair| pair[1] == pair[0] + 1)
            && seen[reconnects[4]..].iter().any(|r| r.noun() == "Messages")
    })
    .await;
    let naps = stub.naps.lock().unwrap().clone();
    assert!(naps[0] < naps[2] && naps.contains(&Duration::from_secs(3)), "waits grow, and what the endpoint asks for is kept: {naps:?}");
    stub.poll(envelope(1, &[said("after")]));
    a.await.unwrap();
    b.await.unwrap();
    let sent: Vec<_> = stub.posts().iter().rev().take(2).map(|p| (p.text(), p.sequence().unwrap())).collect();
    assert_eq!(sent, [("b".to_owned(), 2), ("a".to_owned(), 1)]);
    let heard: Vec<String> =
        [next(&mut events).await, next(&mut events).await, next(&mut events).await].iter().flatten().map(kind).collect();
    assert_eq!(heard, ["ConnectionLost", "ConnectionRestored", "ChatMessage"]);
}

#[tokio::test]
async fn a_reconnect_that_is_refused_ends_the_chat_and_keeps_what_was_not_sent() {
    let stub = Stub::start().await;
    let (chat, mut events) = stub.chat().await;
    stub.post(Reply::Status(200, "OK".into()));
    stub.post(Reply::Status(503, "Invalid Affinity Token".into()));
    stub.reconnect(Reply::Status(403, "Session required but was invalid or not found".into()));
    assert!(matches!(chat.message("unsent").await, Err(Error::SessionOver)));
    assert_eq!(next(&mut events).await, Some(Event::Ended(Ending::Expired)));
    assert!(chat.save().posts[0].body.contains("unsent"));
}

#[tokio::test]
async fn a_busy_endpoint_is_polled_again_when_it_says() {
    let stub = Stub::start().await;
    let (_chat, mut events) = stub.chat().await;
    stub.poll(envelope(0, &[said("a")]));
    stub.poll(Reply::Busy(4));
    stub.poll(envelope(1, &[said("b")]));
    assert_eq!(texts(&mut events, 2).await, ["a", "b"]);
    assert!(stub.naps.lock().unwrap().contains(&Duration::from_secs(4)));
    assert!(!stub.seen().iter().any(|s| s.noun() == "ReconnectSession"), "it is there, and only has no time");
}

#[tokio::test]
async fn a_busy_endpoint_gets_the_same_post_again_without_a_reconnect() {
    let stub = Stub::start().await;
    let (chat, _events) = stub.chat().await;
    stub.post(Reply::Status(200, "OK".into()));
    stub.post(Reply::Busy(2));
    chat.message("a").await.unwrap();
    assert_eq!(stub.posts().iter().skip(1).map(|p| p.sequence().unwrap()).collect::<Vec<_>>(), [2, 2]);
    assert!(stub.naps.lock().unwrap().contains(&Duration::from_secs(2)));
    assert!(!stub.seen().iter().any(|s| s.noun() == "ReconnectSession"));
}

#[tokio::test]
async fn a_post_that_fails_before_an_agent_is_there_waits_for_one() {
    let stub = Stub::start().await;
    let (chat, _events) = stub.chat().await;
    stub.poll(envelope(0, &[requested()]));
    stub.post(Reply::Status(200, "OK".into()));
    stub.post(Reply::Status(500, "null".into()));
    let early = chat.message("early");
    stub.until("the early post", |s| s.posts().len() == 2).await;
    stub.poll(envelope(1, &[established()]));
    early.await.unwrap();
    assert_eq!(stub.posts().last().unwrap().text(), "early");
}

#[tokio::test]
async fn a_refused_post_fails_alone() {
    let stub = Stub::start().await;
    let (chat, _events) = stub.chat().await;
    stub.post(Reply::Status(200, "OK".into()));
    stub.post(Reply::Status(413, "too large".into()));
    let (large, fine) = (chat.message("large"), chat.message("fine"));
    assert!(matches!(large.await, Err(Error::Refused { status: 413, .. })));
    fine.await.unwrap();
}

#[tokio::test]
async fn dropping_any_future_loses_nothing() {
    let stub = Stub::start().await;
    let (chat, mut events) = stub.chat().await;
    let mut heard = Vec::new();
    for n in 0..20 {
        stub.poll(envelope(n, &[said(&n.to_string())]));
        // Each future is polled once and dropped.
        let mut posted = chat.message(n.to_string());
        tokio::select! { biased; _ = &mut posted => {}, () = std::future::ready(()) => {} }
        tokio::select! {
            biased;
            event = events.next() => heard.extend(event),
            () = tokio::task::yield_now() => {}
        }
        tokio::select! { biased; () = chat.flush() => {}, () = std::future::ready(()) => {} }
    }
    while heard.len() < 20 {
        heard.extend(next(&mut events).await);
    }
    let heard: Vec<_> = heard.iter().map(|e| if let Event::Server { sequence, .. } = e { sequence.unwrap() } else { -1 }).collect();
    assert_eq!(heard, (0..20).collect::<Vec<_>>());
    chat.flush().await;
    assert_eq!(stub.posts().iter().skip(1).map(|p| p.text()).collect::<Vec<_>>(), (0..20).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_paused_chat_goes_on_elsewhere_with_unread_events_and_unanswered_posts() {
    let stub = Stub::start().await;
    let (chat, mut events) = stub.chat().await;
    stub.post(Reply::Status(200, "OK".into()));
    stub.post(Reply::Hang);
    stub.poll(envelope(0, &[requested()]));
    stub.poll(envelope(2, &[said("first words"), said("two")]));
    assert_eq!(kind(&next(&mut events).await.unwrap()), "ChatRequestSuccess");
    drop(chat.message("in flight"));
    drop(chat.message("waiting"));
    stub.until("post and poll", |s| s.posts().len() == 2 && s.polls().len() == 3).await;
    let saved = chat.pause().await;
    assert!(matches!(chat.message("after").await, Err(Error::Paused)));
    drop((chat, events));

    let shown = format!("{saved:?}");
    assert!(!shown.contains("in flight") && !shown.contains("first words") && !shown.contains("Wkr3R"), "{shown}");
    let saved: SavedSession = serde_json::from_str(&serde_json::to_string(&saved).unwrap()).unwrap();
    let (chat, mut events) = Chat::resume(&stub.endpoint(), saved, ChatOptions::default()).unwrap();
    assert_eq!(texts(&mut events, 2).await, ["first words", "two"]);
    chat.flush().await;
    let posts = stub.posts();
    assert_eq!(
        posts.iter().skip(1).map(|p| (p.text(), p.sequence().unwrap())).collect::<Vec<_>>(),
        [("in flight".to_owned(), 2), ("in flight".to_owned(), 2), ("waiting".to_owned(), 3)]
    );
    assert_eq!(posts[1].header("idempotency-key"), posts[2].header("idempotency-key"));
    assert!(!stub.seen().iter().any(|s| s.noun() == "ReconnectSession"));
    stub.until("the next poll", |s| s.polls().last().is_some_and(|p| p.query == "ack=2")).await;
}

#[tokio::test]
async fn a_copy_that_may_be_stale_begins_with_a_reconnect() {
    let stub = Stub::start().await;
    let (chat, mut events) = stub.chat().await;
    stub.poll(envelope(0, &[requested()]));
    assert_eq!(kind(&next(&mut events).await.unwrap()), "ChatRequestSuccess");
    let stale = chat.save();
    chat.message("a").await.unwrap();
    chat.pause().await;
    let (chat, _events) = Chat::resume(&stub.endpoint(), stale, ChatOptions::default()).unwrap();
    let posted = chat.message("b");
    stub.poll(Reply::Status(204, String::new()));
    stub.poll(Reply::Status(204, String::new()));
    posted.await.unwrap();
    assert_eq!(stub.posts().last().unwrap().sequence(), Some(1), "the numbers start anew");
}

#[tokio::test]
async fn what_is_acknowledged_and_what_is_sent_was_kept_before() {
    let stub = Stub::start().await;
    let kept: Arc<Mutex<Vec<SavedSession>>> = Arc::default();
    let keeper = kept.clone();
    let witness = stub.clone();
    let options = ChatOptions::default().persist(move |saved: &SavedSession| {
        assert!(
            !witness.polls().iter().any(|p| p.query == format!("ack={}", saved.ack))
                || saved.ack == -1
                || keeper.lock().unwrap().iter().any(|k: &SavedSession| k.ack == saved.ack)
        );
        for post in &saved.posts {
            let sent = witness.posts().iter().any(|p| p.header("idempotency-key") == Some(post.key.as_str()));
            let was_kept = keeper.lock().unwrap().iter().any(|k: &SavedSession| k.posts.iter().any(|p| p.key == post.key));
            assert!(!sent || was_kept);
        }
        keeper.lock().unwrap().push(saved.clone());
    });
    let (chat, mut events) = stub.chat_with(options).await;
    stub.poll(envelope(0, &[requested()]));
    stub.poll(envelope(1, &[said("one")]));
    chat.message("a").await.unwrap();
    assert_eq!(texts(&mut events, 1).await, ["one"]);
    stub.until("ack of one", |s| s.polls().iter().any(|p| p.query == "ack=1")).await;
    let kept = kept.lock().unwrap();
    assert!(kept.iter().any(|k| k.ack == 1 && !k.unread.is_empty()), "the event was kept before its ack was sent");
    assert!(kept.iter().any(|k| k.posts.iter().any(|p| p.noun == "ChatMessage")));
}

#[tokio::test]
async fn an_expired_session_ends_the_chat_and_keeps_what_was_not_sent() {
    let stub = Stub::start().await;
    let (chat, mut events) = stub.chat().await;
    stub.post(Reply::Status(200, "OK".into()));
    stub.post(Reply::Status(403, "Session required but was invalid or not found".into()));
    let unsent = chat.message("unsent");
    assert!(matches!(unsent.await, Err(Error::SessionOver)));
    stub.poll(envelope(0, &[said("last words")]));
    stub.poll(Reply::Status(403, "Session required but was invalid or not found".into()));
    assert_eq!(texts(&mut events, 1).await, ["last words"], "what the endpoint still has is read first");
    assert_eq!(next(&mut events).await, Some(Event::Ended(Ending::Expired)));
    assert_eq!(next(&mut events).await, None);
    assert!(chat.save().posts[0].body.contains("unsent"));
    assert_eq!(chat.ending(), Some(Ending::Expired));
}

#[tokio::test]
async fn a_failed_request_ends_the_chat_with_its_reason() {
    let stub = Stub::start().await;
    let (_chat, mut events) = stub.chat().await;
    stub.poll(envelope(0, &[json!({"type": "ChatRequestFail", "message": {"reason": "Unavailable"}})]));
    assert_eq!(kind(&next(&mut events).await.unwrap()), "ChatRequestFail");
    assert_eq!(next(&mut events).await, Some(Event::Ended(Ending::RequestFailed { reason: Some("Unavailable".into()) })));
}

#[tokio::test]
async fn our_own_end_goes_last_and_waits_for_the_endpoints_last_word() {
    for last in [
        Reply::Status(204, String::new()),
        Reply::Status(403, String::new()),
        envelope(0, &[json!({"type": "ChatEnded", "message": {"reason": "client"}})]),
    ] {
        let stub = Stub::start().await;
        let (chat, mut events) = stub.chat().await;
        drop(chat.message("bye"));
        chat.end("client").await.unwrap();
        assert!(matches!(chat.message("after").await, Err(Error::SessionOver)));
        stub.poll(last);
        let mut end = next(&mut events).await;
        if matches!(end, Some(Event::Server { .. })) {
            end = next(&mut events).await;
        }
        assert_eq!(end, Some(Event::Ended(Ending::Left)));
        assert_eq!(stub.posts().iter().map(|p| p.noun().to_owned()).collect::<Vec<_>>(), ["ChasitorInit", "ChatMessage", "ChatEnd"]);
    }
}

#[tokio::test]
async fn an_answer_that_comes_after_the_end_still_counts() {
    for (last, ending) in [
        (Reply::Status(403, String::new()), Ending::Left),
        (envelope(0, &[json!({"type": "ChatEnded", "message": {"reason": "client"}})]), Ending::Left),
        (envelope(0, &[json!({"type": "ChatEnded", "message": {"reason": "agent"}})]), Ending::Ended { reason: Some("agent".into()) }),
    ] {
        let stub = Stub::start().await;
        let (chat, mut events) = stub.chat().await;
        stub.post(Reply::Status(200, "OK".into()));
        stub.post(Reply::Late);
        let end = chat.end("client");
        stub.until("the end is on its way", |s| s.posts().len() == 2).await;
        stub.poll(last);
        while !matches!(next(&mut events).await, Some(Event::Ended(how)) if how == ending) {}
        stub.release();
        end.await.unwrap();
    }
}

#[tokio::test]
async fn our_own_end_does_not_wait_for_ever() {
    let stub = Stub::start().await;
    let mut options = ChatOptions::default();
    options.linger = Duration::from_millis(1);
    let (chat, mut events) = stub.chat_with(options).await;
    chat.end("client").await.unwrap();
    assert_eq!(next(&mut events).await, Some(Event::Ended(Ending::Left)));
}

#[tokio::test]
async fn malformed_answers_are_asked_for_again_then_passed_over_and_unknown_messages_are_shown_as_such() {
    let stub = Stub::start().await;
    let (_chat, mut events) = stub.chat().await;
    for bad in ["<html>", "{\"messages\":", "{}"] {
        stub.poll(Reply::Status(200, bad.into()));
    }
    stub.poll(envelope(
        1,
        &[json!({"type": "Novelty", "message": {"x": 1}}), json!(7), json!({"type": "ChatMessage", "message": "no object"}), said("fine")],
    ));
    assert_eq!(next(&mut events).await, Some(Event::Unreadable));
    let Some(Event::Server { message: ServerMessage::Unknown { kind, .. }, .. }) = next(&mut events).await else {
        panic!("an unknown message")
    };
    assert_eq!(kind, "Novelty");
    assert_eq!(texts(&mut events, 1).await, ["fine"]);
    stub.until("the next poll", |s| s.polls().len() == 5).await;
    assert_eq!(stub.polls().into_iter().map(|p| p.query).collect::<Vec<_>>(), ["ack=-1", "ack=-1", "ack=-1", "ack=0", "ack=1"]);
}

#[tokio::test]
async fn an_endpoint_that_refuses_polls_ends_the_chat_and_one_that_answers_204_at_once_is_not_hammered() {
    let stub = Stub::start().await;
    let (_chat, mut events) = stub.chat().await;
    for _ in 0..3 {
        stub.poll(Reply::Status(204, String::new()));
    }
    for _ in 0..3 {
        stub.poll(Reply::Status(404, String::new()));
    }
    assert_eq!(next(&mut events).await, Some(Event::Ended(Ending::Refused { status: 404 })));
    assert!(stub.naps.lock().unwrap().len() >= 3, "each empty answer was followed by a wait");
}

#[tokio::test]
async fn of_drafts_and_typing_that_wait_only_the_last_is_sent() {
    let stub = Stub::start().await;
    let (chat, _events) = stub.chat().await;
    for draft in ["H", "He", "Hey"] {
        drop(chat.sneak_peek(draft));
    }
    drop(chat.message("Hey"));
    drop(chat.typing());
    drop(chat.not_typing());
    chat.flush().await;
    let sent: Vec<_> = stub.posts().iter().skip(1).map(|p| p.noun().to_owned()).collect();
    assert_eq!(sent, ["ChasitorSneakPeek", "ChatMessage", "ChasitorNotTyping"]);
    assert_eq!(stub.posts()[1].text(), "Hey");
}

#[tokio::test]
async fn an_app_that_takes_no_events_is_not_flooded() {
    let stub = Stub::start().await;
    let mut options = ChatOptions::default();
    options.unread_limit = 3;
    let (_chat, mut events) = stub.chat_with(options).await;
    for n in 0..10 {
        stub.poll(envelope(n, &[said(&n.to_string())]));
    }
    stub.until("three polls", |s| s.polls().len() == 3).await;
    assert_eq!(texts(&mut events, 10).await.len(), 10);
}
