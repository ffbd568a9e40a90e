//! Deliveries: one visitor's in order, each once, whoever takes them and whoever dies with them.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use domain::{
    delivery::{Breaker, FailureClass},
    ids::{DeliveryId, DestinationId},
    secret::Secret,
};

use super::*;
use crate::*;

const LEASE: Duration = Duration::from_secs(30);

fn new(destination: DestinationId, subject: VisitorId, place: i64) -> NewDelivery {
    NewDelivery {
        id: id(),
        destination,
        subject,
        conversation: ConversationId(subject.0),
        event: format!("{}-{place}", subject.0.simple()),
        kind: "message_sent",
        place,
        at: NOON,
        payload: format!("{{\"n\":{place}}}").as_str().into(),
    }
}

async fn insert(f: &Fixture, rows: Vec<NewDelivery>) -> u64 {
    let workspace = f.workspace;
    f.write(move |tx| {
        let rows = rows.clone();
        Box::pin(async move { tx.insert_deliveries(workspace, &rows, NOON).await })
    })
    .await
}

async fn take(store: &Store, workspace: WorkspaceId, destination: DestinationId, now: Timestamp, limit: i64) -> Vec<TakenDelivery> {
    store
        .write(move |tx: &mut Tx| Box::pin(async move { tx.take_deliveries(workspace, destination, now, now + LEASE, limit).await }))
        .await
        .unwrap()
}

fn settled(taken: &TakenDelivery, state: DeliveryState, due: Timestamp) -> Settled {
    let class = (state != DeliveryState::Delivered).then(|| "transient".to_owned());
    let attempt = Attempt {
        number: taken.turn,
        at: NOON,
        took: 5,
        code: class.as_ref().map(|_| "timeout".to_owned()),
        class,
        status: None,
        request: "{}".into(),
        response: "{}".into(),
    };
    Settled { state, due, failures: 1, attempt }
}

async fn settle(store: &Store, workspace: WorkspaceId, taken: &TakenDelivery, state: DeliveryState, due: Timestamp) -> bool {
    let work = (taken.clone(), settled(taken, state, due));
    store
        .write(move |tx: &mut Tx| {
            let work = work.clone();
            Box::pin(async move { tx.settle_delivery(workspace, &work.0, &work.1).await })
        })
        .await
        .unwrap()
}

fn events(taken: &[TakenDelivery]) -> Vec<&str> {
    let mut events: Vec<&str> = taken.iter().map(|one| one.payload.reveal()).collect();
    events.sort_unstable();
    events
}

#[tokio::test]
async fn of_each_visitor_one_is_taken_at_a_time_and_who_is_late_has_lost_it() {
    for f in fixtures().await {
        let (store, workspace) = (&f.store, f.workspace);
        let (destination, other, a, b): (DestinationId, DestinationId, VisitorId, VisitorId) = (id(), id(), id(), id());
        let rows = vec![new(destination, a, 1), new(destination, a, 2), new(destination, b, 3), new(destination, a, 4), new(other, a, 1)];
        assert_eq!(insert(&f, rows).await, 5);
        // The same event again, under another id, is the same delivery.
        assert_eq!(insert(&f, vec![new(destination, a, 2), new(other, a, 2)]).await, 1);

        let taken = take(store, workspace, destination, NOON, 10).await;
        assert_eq!(events(&taken), ["{\"n\":1}", "{\"n\":3}"]);
        assert!(take(store, workspace, destination, NOON, 10).await.is_empty(), "the others wait for these");
        let first = taken.iter().find(|one| one.payload.reveal() == "{\"n\":1}").unwrap().clone();
        assert!(settle(store, workspace, &first, DeliveryState::Delivered, NOON).await);
        let second = take(store, workspace, destination, NOON, 10).await;
        assert_eq!(events(&second), ["{\"n\":2}"]);

        // It fails and comes again later: nothing of the same visitor overtakes it.
        let later = NOON + Duration::from_secs(5);
        assert!(settle(store, workspace, &second[0], DeliveryState::Waiting, later).await);
        assert!(take(store, workspace, destination, NOON, 10).await.is_empty());
        let mut snapshot = store.snapshot().await.unwrap();
        assert_eq!(snapshot.next_delivery(workspace, destination, NOON).await.unwrap(), Some(later));
        assert_eq!(snapshot.waiting_deliveries(workspace).await.unwrap(), [(destination, 3), (other, 2)]);
        drop(snapshot);

        // Whoever took the one of the other visitor died; another takes it over, and a word from the dead counts no more.
        let again = take(store, workspace, destination, NOON + LEASE, 10).await;
        assert_eq!(events(&again), ["{\"n\":2}", "{\"n\":3}"]);
        let lost = taken.iter().find(|one| one.payload.reveal() == "{\"n\":3}").unwrap();
        assert!(!settle(store, workspace, lost, DeliveryState::Dead, NOON).await);
        let now = again.iter().find(|one| one.id == lost.id).unwrap();
        assert!(settle(store, workspace, now, DeliveryState::Delivered, NOON).await);
        assert!(!settle(store, workspace, now, DeliveryState::Delivered, NOON).await, "once");
        let mut snapshot = store.snapshot().await.unwrap();
        let attempts = snapshot.attempts(workspace, lost.id, 10).await.unwrap();
        assert_eq!(attempts.iter().map(|attempt| attempt.number).collect::<Vec<_>>(), [2]);
        assert_eq!(snapshot.delivery(workspace, lost.id).await.unwrap().unwrap().state, DeliveryState::Delivered);
    }
}

#[tokio::test]
async fn servers_that_work_on_a_destination_at_once_take_each_once_and_in_order() {
    for f in fixtures().await {
        let workspace = f.workspace;
        let destination: DestinationId = id();
        let visitors: Vec<VisitorId> = (0..7).map(|_| id()).collect();
        let rows = (0..70).map(|n| new(destination, visitors[n % 7], i64::try_from(n).unwrap())).collect();
        assert_eq!(insert(&f, rows).await, 70);
        let told: Mutex<BTreeMap<String, Vec<String>>> = Mutex::default();
        // A second server on PostgreSQL; SQLite has one.
        let second = match &f.options.location {
            Location::Postgres { .. } => Some(Store::open(f.options.clone()).await.unwrap()),
            Location::Sqlite(_) => None,
        };
        let stores: Vec<&Store> = [Some(&f.store), second.as_ref(), Some(&f.store), second.as_ref()].into_iter().flatten().collect();
        let workers = stores.into_iter().map(|store| {
            let told = &told;
            async move {
                loop {
                    let taken = take(store, workspace, destination, NOON, 3).await;
                    for one in &taken {
                        let (visitor, _) = one.event.split_once('-').unwrap();
                        told.lock().unwrap().entry(visitor.to_owned()).or_default().push(one.payload.reveal().to_owned());
                        assert!(settle(store, workspace, one, DeliveryState::Delivered, NOON).await);
                    }
                    if store.snapshot().await.unwrap().waiting_deliveries(workspace).await.unwrap().is_empty() {
                        return;
                    }
                }
            }
        });
        futures_util::future::join_all(workers).await;
        let told = told.into_inner().unwrap();
        assert_eq!(told.len(), 7);
        for (n, visitor) in visitors.iter().enumerate() {
            let expected: Vec<String> = (0..10).map(|round| format!("{{\"n\":{}}}", n + round * 7)).collect();
            assert_eq!(told[&visitor.0.simple().to_string()], expected);
        }
        if let Some(second) = second {
            second.close().await;
        }
    }
}

#[tokio::test]
async fn dead_letters_are_found_repaired_sent_again_and_discarded() {
    for f in fixtures().await {
        let (store, workspace) = (&f.store, f.workspace);
        let destination: DestinationId = id();
        let visitors: Vec<VisitorId> = (0..4).map(|_| id()).collect();
        insert(&f, visitors.iter().enumerate().map(|(n, visitor)| new(destination, *visitor, n as i64)).collect()).await;
        let taken = take(store, workspace, destination, NOON, 10).await;
        for one in &taken[..3] {
            settle(store, workspace, one, DeliveryState::Dead, NOON).await;
        }
        let found = async |filter: DeliveryFilter, before: Option<DeliveryId>, limit: i64| {
            let found = store.snapshot().await.unwrap().deliveries(workspace, &filter, before, limit).await.unwrap();
            found.into_iter().map(|one| one.id).collect::<Vec<_>>()
        };
        let dead = DeliveryFilter { destination: Some(destination), state: Some(DeliveryState::Dead), ..DeliveryFilter::default() };
        let mut ids: Vec<DeliveryId> = taken[..3].iter().map(|one| one.id).collect();
        ids.sort_unstable();
        ids.reverse();
        assert_eq!(found(dead.clone(), None, 10).await, ids);
        assert_eq!(found(dead.clone(), Some(ids[1]), 10).await, [ids[2]]);
        assert_eq!(found(DeliveryFilter { class: Some("auth".into()), ..dead.clone() }, None, 10).await, []);
        assert_eq!(found(DeliveryFilter { class: Some("transient".into()), ..dead.clone() }, None, 2).await, ids[..2]);
        let of = |about: Uuid| DeliveryFilter { about: Some(about), ..DeliveryFilter::default() };
        assert_eq!(found(of(ids[0].0), None, 10).await, [ids[0]]);
        let event = taken[0].event.clone();
        assert_eq!(found(DeliveryFilter { event: Some(event), ..DeliveryFilter::default() }, None, 10).await, [taken[0].id]);
        assert_eq!(found(DeliveryFilter { from: Some(NOON + LEASE), ..DeliveryFilter::default() }, None, 10).await, []);
        assert_eq!(found(DeliveryFilter::default(), None, 10).await.len(), 4);

        let (repaired, discarded) = (ids[0], ids[1]);
        f.write(move |tx| {
            Box::pin(async move {
                let before = tx.delivery(workspace, repaired).await?.unwrap();
                tx.repair_delivery(workspace, repaired, &"{\"n\":0}".into()).await?;
                tx.repair_delivery(workspace, repaired, &"{\"n\":100}".into()).await?;
                let after = tx.delivery(workspace, repaired).await?.unwrap();
                assert_eq!((after.payload.reveal(), after.original.as_ref()), ("{\"n\":100}", Some(&before.payload)));
                assert_eq!(tx.discard_deliveries(workspace, &[discarded], NOON).await?, 1);
                assert_eq!(tx.send_deliveries_again(workspace, &[repaired, discarded], NOON).await?, 2);
                assert_eq!(tx.send_deliveries_again(workspace, &[repaired], NOON).await?, 0, "it waits already");
                Ok(())
            })
        })
        .await;
        let again = take(store, workspace, destination, NOON, 10).await;
        assert_eq!(again.len(), 2);
        let sent = again.iter().find(|one| one.id == repaired).unwrap();
        assert_eq!((sent.payload.reveal(), sent.turn, sent.failures, sent.first_at), ("{\"n\":100}", 2, 0, None));

        // Time goes by, and the destination is removed.
        settle(store, workspace, sent, DeliveryState::Delivered, NOON).await;
        let pruned = f
            .write(move |tx| Box::pin(async move { tx.prune_deliveries(workspace, destination, NOON + Duration::from_secs(1), 10).await }))
            .await;
        assert_eq!(pruned, 2, "the delivered one and the dead one; those on their way stay");
        assert_eq!(store.snapshot().await.unwrap().attempts(workspace, repaired, 10).await.unwrap(), []);
        assert_eq!(f.write(move |tx| Box::pin(async move { tx.remove_deliveries_of(workspace, destination, 10).await })).await, 2);
        assert_eq!(found(DeliveryFilter::default(), None, 10).await, []);
    }
}

#[tokio::test]
async fn what_is_erased_is_sent_to_nobody_and_shown_to_nobody() {
    for f in fixtures().await {
        let (store, workspace) = (&f.store, f.workspace);
        let c = f.conversation().await;
        let destination: DestinationId = id();
        let (visitor, conversation) = (c.visitor, c.id);
        let row = move |place| NewDelivery { conversation, ..new(destination, visitor, place) };
        insert(&f, vec![row(1), row(2)]).await;
        let taken = take(store, workspace, destination, NOON, 10).await;
        settle(store, workspace, &taken[0], DeliveryState::Waiting, NOON).await;
        let taken = take(store, workspace, destination, NOON, 10).await;
        f.write(move |tx| Box::pin(async move { tx.erase_visitor(workspace, visitor).await })).await;
        assert!(!settle(store, workspace, &taken[0], DeliveryState::Delivered, NOON).await, "it may have arrived; nothing of it is kept");
        let mut snapshot = store.snapshot().await.unwrap();
        let all = snapshot.deliveries(workspace, &DeliveryFilter::default(), None, 10).await.unwrap();
        assert_eq!(all.len(), 2);
        for one in &all {
            assert_eq!((one.state, one.payload.reveal()), (DeliveryState::Discarded, ""));
            for attempt in snapshot.attempts(workspace, one.id, 10).await.unwrap() {
                assert_eq!((attempt.request.reveal(), attempt.response.reveal()), ("", ""));
            }
        }
        drop(snapshot);
        let ids: Vec<DeliveryId> = all.iter().map(|one| one.id).collect();
        let again = f
            .write(move |tx| {
                let ids = ids.clone();
                Box::pin(async move { tx.send_deliveries_again(workspace, &ids, NOON).await })
            })
            .await;
        assert_eq!(again, 0);
    }
}

#[tokio::test]
async fn a_conversation_tells_who_writes_first_and_the_mark_is_one_followers() {
    for f in fixtures().await {
        let (store, workspace) = (&f.store, f.workspace);
        let c = f.conversation().await;
        let silent = f.conversation().await;
        store.post(f.says(&c, "first")).await.unwrap().unwrap();
        store.post(f.says(&c, "second")).await.unwrap().unwrap();
        let (with, without) = (c.id, silent.id);
        let (courses, texts) = f
            .write(move |tx| {
                Box::pin(async move {
                    let courses = tx.chat_courses(workspace, &[with, without]).await?;
                    let first = courses.iter().find_map(|course| course.first_written).unwrap();
                    Ok((courses, tx.texts_at(workspace, &[(with, first), (with, first + 1), (with, 999)]).await?))
                })
            })
            .await;
        let of = |id| courses.iter().find(|course| course.conversation == id).unwrap();
        assert_eq!(of(without).first_written, None);
        assert_eq!(of(with).visitor, c.visitor);
        assert_eq!(texts.iter().map(|(_, _, text)| text.reveal()).collect::<Vec<_>>(), ["first", "second"]);

        assert_eq!(store.snapshot().await.unwrap().delivery_mark(workspace).await.unwrap(), None);
        f.write(move |tx| Box::pin(async move { tx.begin_deliveries(workspace).await })).await;
        let head = store.snapshot().await.unwrap().head(workspace).await.unwrap().at.position;
        assert_eq!(store.snapshot().await.unwrap().delivery_mark(workspace).await.unwrap(), Some(head), "nothing of before is told");
        f.write(move |tx| {
            Box::pin(async move {
                tx.begin_deliveries(workspace).await?;
                assert!(!tx.claim_delivery_mark(workspace, head - 1).await?);
                assert!(tx.claim_delivery_mark(workspace, head).await?);
                tx.save_delivery_mark(workspace, head + 3).await
            })
        })
        .await;
        assert_eq!(store.snapshot().await.unwrap().delivery_mark(workspace).await.unwrap(), Some(head + 3));
    }
}

#[tokio::test]
async fn breakers_secrets_and_figures_are_kept_of_each_destination() {
    for f in fixtures().await {
        let (store, workspace) = (&f.store, f.workspace);
        let (one, other): (DestinationId, DestinationId) = (id(), id());
        let breaker = Breaker { failures: 5, opened: 2, until: Some(NOON), because: Some(FailureClass::SetUp) };
        let lane = Lane { breaker, code: Some("wrong_address".into()) };
        let kept = lane.clone();
        f.write(move |tx| {
            let lane = lane.clone();
            Box::pin(async move {
                assert_eq!(tx.lane(workspace, one).await?, Lane::default());
                tx.save_lane(workspace, one, &lane).await?;
                assert_eq!(tx.lane(workspace, other).await?, Lane::default());
                for number in 1..=3 {
                    let secret = DestinationSecret { number, sealed: Secret(format!("s{number}")), created_at: NOON, until: None };
                    tx.add_destination_secret(workspace, one, &secret, NOON + LEASE).await?;
                }
                let funnel = |received, delivered| Funnel { received, delivered, ..Funnel::default() };
                let hour = NOON + Duration::from_secs(3_600);
                tx.add_to_funnel(workspace, &[(one, NOON, funnel(1, 0)), (one, hour, funnel(0, 1)), (other, NOON, funnel(5, 0))]).await?;
                tx.add_to_funnel(workspace, &[(one, NOON, funnel(2, 7))]).await
            })
        })
        .await;
        let mut snapshot = store.snapshot().await.unwrap();
        assert_eq!(snapshot.lanes(workspace).await.unwrap(), [(one, kept), (other, Lane::default())]);
        let secrets = snapshot.destination_secrets(workspace, one).await.unwrap();
        let secrets: Vec<_> = secrets.iter().map(|secret| (secret.number, secret.sealed.reveal(), secret.until)).collect();
        assert_eq!(secrets, [(3, "s3", None), (2, "s2", Some(NOON + LEASE))]);
        let funnel = snapshot.funnel(workspace, one, NOON, NOON + Duration::from_secs(1)).await.unwrap();
        assert_eq!(funnel, [(NOON, Funnel { received: 3, delivered: 7, ..Funnel::default() })]);
        drop(snapshot);
        f.write(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.prune_funnel(workspace, NOON + Duration::from_secs(1)).await?, 2);
                tx.remove_lane(workspace, one).await
            })
        })
        .await;
        let mut snapshot = store.snapshot().await.unwrap();
        assert_eq!(snapshot.lanes(workspace).await.unwrap(), [(other, Lane::default())]);
        assert!(snapshot.destination_secrets(workspace, one).await.unwrap().is_empty());
    }
}
