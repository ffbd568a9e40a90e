//! What happens is told to other people's servers: each event once they have taken it, one visitor's in order, and nothing is lost however they behave.

use std::{collections::BTreeSet, time::Duration};

use domain::{
    delivery::FailureClass,
    ids::{AgentId, ConversationId, DestinationId},
    journal::{Author, EndedBecause},
    secret::Secret,
};
use serde_json::{Value, json};
use switchboard_engine::{
    AgentStream, ErrorKind,
    conversation::{EndConversation, PostMessage},
    definition::Destination,
    delivery::{DeliveryFilter, DeliveryState, Funnel, Secrets},
};

use super::world::*;
use crate::told::Mood;

const ONE: &str = "https://one.example/";
const OTHER: &str = "https://other.example/";
const HOUR: Duration = Duration::from_secs(3_600);

/// A destination that can be told.
async fn destination(world: &World, url: &str, more: Value) -> DestinationId {
    let id = without_secret(world, url, more).await;
    let secrets = Secrets { own: None, overlap: HOUR };
    world.app.replace_destination_secret(&world.admin(), id, secrets).await.unwrap();
    world.app.run_due().await.unwrap();
    id
}

async fn without_secret(world: &World, url: &str, more: Value) -> DestinationId {
    let id: DestinationId = world.id();
    world.define::<Destination>(id.0, merged(json!({"name": url, "kind": "webhook", "url": url}), more)).await;
    // From now on it is told.
    world.app.run_due().await.unwrap();
    id
}

/// A conversation that an agent has, who stays while his stream is open.
async fn begun(world: &World) -> (AgentId, ConversationId, AgentStream) {
    let (site, help) = (world.deployment(json!({})).await, world.button(json!({"auto_accept": true})).await);
    let ann = world.online(json!({"capacity": 50})).await;
    let stays = world.app.fanout().subscribe(world.workspace, ann, false);
    (ann, world.start(site, help).await.conversation, stays)
}

async fn says(world: &World, id: ConversationId, by: Author, text: &str) {
    let post = PostMessage::text(text);
    match by {
        Author::Agent { agent } => world.app.agent_posts(world.workspace, agent, id, post).await.unwrap(),
        _ => {
            let all = world.app.visitors().all();
            let live = all.iter().find(|live| live.conversation == id).unwrap();
            world.app.visitor_posts(live, post).await.unwrap()
        }
    };
}

async fn ends(world: &World, id: ConversationId) {
    let by = EndConversation { by: Author::Visitor, because: EndedBecause::Visitor };
    assert!(world.app.end_conversation(world.workspace, id, by).await.unwrap());
}

async fn found(world: &World, filter: &DeliveryFilter) -> Vec<switchboard_engine::delivery::Delivery> {
    world.app.deliveries(&world.admin(), filter, None, 100).await.unwrap().items
}

async fn funnel(world: &World, id: DestinationId) -> Funnel {
    let now = world.now();
    world.app.funnel(&world.admin(), id, now - HOUR * 48, now + HOUR).await.unwrap().total
}

on_both! {
    async fn who_asks_for_an_event_is_told_once_and_in_order_and_of_words_only_if_he_may(world) {
        let (ann, id, _stays) = begun(&world).await;
        says(&world, id, Author::Visitor, "before anybody was told").await;
        let whole = destination(&world, ONE, json!({"with_bodies": true})).await;
        let some = destination(&world, OTHER, json!({"events": ["ended", "message_received"]})).await;
        let ended = {
            let (site, help) = (world.deployment(json!({})).await, world.button(json!({"auto_accept": true})).await);
            world.start(site, help).await.conversation
        };
        says(&world, ended, Author::Visitor, "one").await;
        world.clock.advance(SECOND * 9);
        says(&world, ended, Author::Agent { agent: ann }, "two").await;
        says(&world, ended, Author::Visitor, "three").await;
        ends(&world, ended).await;
        says(&world, id, Author::Visitor, "later").await;
        world.pass(SECOND * 2).await;
        let mut taken = world.told.taken(ONE);
        let elsewhere = taken.iter().position(|one| one == "message_sent later").unwrap();
        taken.remove(elsewhere);
        assert_eq!(taken, ["started", "message_sent one", "message_received two", "message_sent three", "ended"]);
        assert_eq!(world.told.taken(OTHER), ["message_received", "ended"]);
        let expected = Funnel { received: 6, delivered: 6, ..Funnel::default() };
        assert_eq!(funnel(&world, whole).await, expected);
        assert_eq!(funnel(&world, some).await, Funnel { received: 6, filtered: 4, delivered: 2, ..Funnel::default() });
        let calls: Vec<Value> = world.told.state().taken.iter().map(|(.., call)| call.clone()).collect();
        let received = calls.iter().find(|call| call["kind"] == "message_received").unwrap();
        assert_eq!((&received["agent"], &received["seconds"]), (&json!("Ann"), &json!(9)));

        // Nobody who is not active is told of what happens meanwhile.
        for (id, url) in [(whole, ONE), (some, OTHER)] {
            world.define::<Destination>(id.0, json!({"name": url, "kind": "webhook", "url": url, "active": false})).await;
        }
        world.pass(SECOND).await;
        says(&world, id, Author::Visitor, "missed").await;
        world.pass(SECOND).await;
        world.define::<Destination>(whole.0, json!({"name": ONE, "kind": "webhook", "url": ONE, "with_bodies": true})).await;
        world.pass(SECOND).await;
        says(&world, id, Author::Visitor, "heard").await;
        world.pass(SECOND * 2).await;
        assert_eq!(world.told.taken(ONE).last().unwrap(), "message_sent heard");
        assert!(!world.told.taken(ONE).iter().any(|one| one.ends_with("missed")));
    }
}

on_both! {
    async fn one_that_is_gone_harms_no_other_and_loses_nothing(world) {
        let (gone, _) = (destination(&world, ONE, json!({"with_bodies": true})).await, destination(&world, OTHER, json!({})).await);
        world.told.behaves(ONE, Mood::Gone);
        let (_, id, _stays) = begun(&world).await;
        let mut others = Vec::new();
        for _ in 0..2 {
            others.push(begun(&world).await);
        }
        for (_, other, _) in &others {
            says(&world, *other, Author::Visitor, "and me").await;
        }
        for n in 0..12 {
            says(&world, id, Author::Visitor, &n.to_string()).await;
            world.pass(SECOND * 5).await;
        }
        assert_eq!(world.told.taken(OTHER).len(), 13 + 2 * 2);
        assert_eq!(world.told.taken(ONE).len(), 0);
        let state = world.app.destination_state(&world.admin(), gone).await.unwrap();
        assert_eq!((state.waiting, state.because, state.code.as_deref()), (17, Some(FailureClass::Transient), Some("unreachable")));
        assert!(state.held_until.is_some());
        let tries = world.told.state().sent.iter().filter(|(url, ..)| url == ONE).count();
        assert!((5..12).contains(&tries), "it is left alone: {tries} tries in a minute");

        world.told.behaves(ONE, Mood::Answers(200, None));
        world.clock.advance(SECOND * 700);
        world.pass(SECOND * 3).await;
        let expected: Vec<String> = std::iter::once("started".to_owned()).chain((0..12).map(|n| format!("message_sent {n}"))).collect();
        let mine: Vec<String> = world.told.taken_of(ONE, id);
        assert_eq!(mine[..13], expected);
        // Whatever happened since, both know.
        let ids = |url: &str| world.told.state().taken.iter().filter(|(at, ..)| at == url).map(|(_, id, _)| id.clone()).collect::<Vec<_>>();
        let (one, other) = (ids(ONE), ids(OTHER));
        assert_eq!(one.len(), one.iter().collect::<BTreeSet<_>>().len(), "none twice");
        assert_eq!(one.iter().collect::<BTreeSet<_>>(), other.iter().collect::<BTreeSet<_>>());
        let state = world.app.destination_state(&world.admin(), gone).await.unwrap();
        assert_eq!((state.waiting, state.held_until, state.code), (0, None, None));
        let funnel = funnel(&world, gone).await;
        assert_eq!((funnel.delivered, funnel.failed), (funnel.received, 0));
        assert_eq!(funnel.retried as usize, tries);
    }
}

on_both! {
    async fn what_is_refused_is_a_dead_letter_that_a_person_reads_repairs_and_sends_again(world) {
        let destination = destination(&world, ONE, json!({"with_bodies": true})).await;
        world.told.behaves(ONE, Mood::WantsRepaired);
        let (ann, id, _stays) = begun(&world).await;
        says(&world, id, Author::Visitor, "hello").await;
        says(&world, id, Author::Agent { agent: ann }, "hi").await;
        world.pass(SECOND * 2).await;
        let dead = DeliveryFilter { destination: Some(destination), state: Some(DeliveryState::Dead), ..DeliveryFilter::default() };
        let letters = found(&world, &dead).await;
        assert_eq!(letters.len(), 3, "one that is refused does not hold up the next");
        let admin = world.admin();
        let letter = letters.iter().find(|letter| letter.kind == "message_sent").unwrap();
        let shown = world.app.delivery(&admin, letter.id).await.unwrap();
        assert_eq!((shown.attempts[0].attempt.status, shown.attempts[0].attempt.code.as_deref()), (Some(422), Some("rejected")));
        assert_eq!((&shown.attempts[0].request["url"], &shown.attempts[0].response["body"]), (&json!(ONE), &json!("said the server")));
        assert!(shown.delivery.payload.reveal().contains("hello"));

        let repaired = json!({"kind": "message_sent", "repaired": true, "body": "mended"}).to_string();
        let refused = world.app.repair_delivery(&admin, letter.id, "{").await.unwrap_err();
        assert!(matches!(refused.kind, ErrorKind::Invalid { property: "payload", .. }));
        world.app.repair_delivery(&admin, letter.id, &repaired).await.unwrap();
        world.app.send_delivery(&admin, letter.id).await.unwrap();
        world.pass(SECOND).await;
        assert_eq!(world.told.taken(ONE), ["message_sent mended"]);
        assert_eq!(world.told.state().taken[0].1, letter.event, "it is the same event");
        let shown = world.app.delivery(&admin, letter.id).await.unwrap();
        assert_eq!((shown.delivery.state, shown.delivery.tries), (DeliveryState::Delivered, 2));
        assert_eq!(shown.delivery.original, Some(letter.payload.clone()));
        let refused = world.app.repair_delivery(&admin, letter.id, &repaired).await.unwrap_err();
        assert!(matches!(refused.kind, ErrorKind::Conflict(_)), "it was delivered");

        // One is let be; the rest is sent again at once.
        let ended = letters.iter().find(|letter| letter.kind == "started").unwrap();
        world.app.discard_delivery(&admin, ended.id).await.unwrap();
        world.told.behaves(ONE, Mood::Answers(200, None));
        assert_eq!(world.app.send_deliveries(&admin, dead.clone()).await.unwrap(), 1);
        world.pass(SECOND).await;
        assert_eq!(world.told.taken(ONE), ["message_sent mended", "message_received hi"]);
        assert_eq!(found(&world, &dead).await, []);
        assert_eq!(world.app.send_deliveries(&admin, dead).await.unwrap(), 0);
    }
}

on_both! {
    async fn one_that_is_set_up_wrongly_is_held_until_somebody_mends_it(world) {
        let destination = without_secret(&world, ONE, json!({})).await;
        let (_, id, _stays) = begun(&world).await;
        says(&world, id, Author::Visitor, "hello").await;
        world.pass(SECOND * 3).await;
        let admin = world.admin();
        let state = world.app.destination_state(&admin, destination).await.unwrap();
        assert_eq!((state.because, state.code.as_deref(), state.waiting), (Some(FailureClass::SetUp), Some("no_secret"), 2));
        assert_eq!(world.told.state().sent.len(), 0, "nothing leaves unsigned");
        let trial = world.app.test_destination(&admin, destination).await.unwrap();
        assert_eq!(trial.failure.map(|failure| failure.code), Some("no_secret"));

        // A secret mends that; then the address is wrong, and whoever mends it says so.
        world.told.behaves(ONE, Mood::Answers(404, None));
        let made = world.app.replace_destination_secret(&admin, destination, Secrets { own: None, overlap: HOUR }).await.unwrap();
        world.pass(SECOND).await;
        assert_eq!(world.told.state().secrets, [made.secret]);
        let state = world.app.destination_state(&admin, destination).await.unwrap();
        assert_eq!((state.code.as_deref(), state.waiting), (Some("wrong_address"), 2));
        world.told.behaves(ONE, Mood::Answers(200, None));
        world.pass(SECOND * 2).await;
        assert_eq!(world.told.taken(ONE), Vec::<String>::new());
        assert_eq!(world.app.test_destination(&admin, destination).await.unwrap().failure, None);
        world.told.state().taken.clear();
        world.app.resume_destination(&admin, destination).await.unwrap();
        world.pass(SECOND).await;
        assert_eq!(world.told.taken(ONE), ["started", "message_sent"]);

        // Whoever changes how it is set up need not say so.
        world.told.behaves(ONE, Mood::Answers(301, None));
        says(&world, id, Author::Visitor, "hello again").await;
        world.pass(SECOND * 2).await;
        let state = world.app.destination_state(&admin, destination).await.unwrap();
        assert_eq!((state.because, state.code.as_deref()), (Some(FailureClass::SetUp), Some("redirected")));
        let moved = Destination { url: OTHER.to_owned(), ..world.app.read(&admin, destination).unwrap() };
        world.app.replace(&admin, destination, moved).await.unwrap();
        world.pass(SECOND).await;
        assert_eq!(world.told.taken(OTHER), ["message_sent"]);
    }
}

on_both! {
    async fn two_secrets_are_good_while_one_is_replaced_and_none_is_shown_again(world) {
        let destination = destination(&world, ONE, json!({})).await;
        let admin = world.admin();
        let own = Secret("one that they have already".replace(' ', "-"));
        let replaced = world.app.replace_destination_secret(&admin, destination, Secrets { own: Some(own.clone()), overlap: HOUR }).await.unwrap();
        assert_eq!(replaced.secret, own);
        world.app.test_destination(&admin, destination).await.unwrap();
        let both = world.told.state().secrets.clone();
        assert_eq!((both.len(), &both[0]), (2, &own));
        world.clock.advance(HOUR);
        world.app.test_destination(&admin, destination).await.unwrap();
        assert_eq!(world.told.state().secrets, [own]);
        for wrong in ["short", "with spaces in it", "ünïcödé-ünïcödé"] {
            let secrets = Secrets { own: Some(Secret(wrong.into())), overlap: HOUR };
            assert!(world.app.replace_destination_secret(&admin, destination, secrets).await.is_err(), "{wrong}");
        }
        let state = world.app.destination_state(&admin, destination).await.unwrap();
        assert!(!format!("{state:?}").contains("already"));
    }
}

on_both! {
    async fn who_asks_for_patience_gets_it(world) {
        let destination = destination(&world, ONE, json!({})).await;
        world.told.behaves(ONE, Mood::Answers(429, Some("30")));
        let (_, id, _stays) = begun(&world).await;
        says(&world, id, Author::Visitor, "hello").await;
        world.pass(SECOND * 29).await;
        assert_eq!(world.told.state().sent.len(), 1);
        world.told.behaves(ONE, Mood::Answers(200, None));
        world.pass(SECOND * 5).await;
        assert_eq!(world.told.taken(ONE), ["started", "message_sent"]);
        assert_eq!(funnel(&world, destination).await.retried, 1);
    }
}

on_both! {
    async fn who_dies_with_a_delivery_leaves_it_to_the_others_under_the_same_id(world) {
        destination(&world, ONE, json!({})).await;
        let (_, id, _stays) = begun(&world).await;
        says(&world, id, Author::Visitor, "hello").await;
        world.told.behaves(ONE, Mood::Silent);
        let dying = tokio::spawn({
            let app = world.app.clone();
            async move { app.run_due().await }
        });
        testkit::wait_for("it is on its way", Duration::from_secs(60), async || world.told.state().sent.len() == 1).await;
        dying.abort();
        assert!(dying.await.unwrap_err().is_cancelled());
        world.told.behaves(ONE, Mood::Answers(200, None));
        world.pass(SECOND * 10).await;
        assert_eq!(world.told.taken(ONE), Vec::<String>::new(), "it may still be on its way");
        world.pass(SECOND * 20).await;
        assert_eq!(world.told.taken(ONE), ["started", "message_sent"]);
        let state = world.told.state();
        assert_eq!(state.sent[0].1, state.taken[0].1, "under the same id");
    }
}

on_both! {
    async fn what_is_erased_before_it_is_told_is_not_told(world) {
        destination(&world, ONE, json!({"with_bodies": true})).await;
        world.told.behaves(ONE, Mood::Gone);
        let (_, id, _stays) = begun(&world).await;
        says(&world, id, Author::Visitor, "my number is 4711").await;
        world.pass(SECOND).await;
        let workspace = world.workspace;
        let visitor = world.app.store().snapshot().await.unwrap().origin(workspace, id).await.unwrap().unwrap().visitor;
        says(&world, id, Author::Visitor, "it is 4712").await;
        world.app.store().write::<_, store::Error, _>(move |tx| Box::pin(async move { tx.erase_visitor(workspace, visitor).await })).await.unwrap();
        world.told.state().sent.clear();
        world.told.behaves(ONE, Mood::Answers(200, None));
        world.pass(SECOND * 60).await;
        let sent = format!("{:?}", world.told.state().sent);
        assert!(!sent.contains("471"), "{sent}");
        let all = found(&world, &DeliveryFilter::default()).await;
        assert!(all.iter().all(|delivery| !delivery.payload.reveal().contains("471")));
        let admin = world.admin();
        for delivery in all.iter().filter(|delivery| delivery.state == DeliveryState::Discarded) {
            assert!(world.app.send_delivery(&admin, delivery.id).await.is_err());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_tell_at_once_tell_each_event_once_on_postgres() {
    let mut world = World::new(On::Postgres).await;
    let second = world.second_server().await;
    destination(&world, ONE, json!({"with_bodies": true})).await;
    destination(&world, OTHER, json!({})).await;
    second.reload().await.unwrap();
    let (site, help) = (world.deployment(json!({})).await, world.button(json!({"auto_accept": true})).await);
    world.online(json!({"capacity": 50})).await;
    let mut conversations = Vec::new();
    for _ in 0..6 {
        conversations.push(world.start(site, help).await.conversation);
    }
    for n in 0..8 {
        for id in &conversations {
            says(&world, *id, Author::Visitor, &format!("{id} {n}")).await;
        }
        let both = [&world.app, &second].map(|app| app.run_due());
        for outcome in futures_util::future::join_all(both).await {
            outcome.unwrap();
        }
    }
    world.pass(SECOND * 2).await;
    for url in [ONE, OTHER] {
        let ids: Vec<String> = world.told.state().sent.iter().filter(|(at, ..)| at == url).map(|(_, id, _)| id.clone()).collect();
        assert_eq!(ids.len(), 6 * 9);
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "none twice");
    }
    for id in &conversations {
        let told = world.told.taken(ONE);
        let told: Vec<&String> = told.iter().filter(|one| one.contains(&id.to_string())).collect();
        let expected: Vec<String> = (0..8).map(|n| format!("message_sent {id} {n}")).collect();
        assert_eq!(told, expected.iter().collect::<Vec<_>>());
    }
    world.finish().await;
}
