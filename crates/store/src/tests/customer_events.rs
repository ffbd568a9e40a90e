//! Events of customers: each once, in the order of commits, for all; what is known of customers, and that they can be forgotten.

use std::time::Duration;

use domain::{
    customer_event::{EventBody, EventKind, Reason},
    ids::EventSourceId,
    profile::{Key, Profile, ProfileKind},
};
use futures_util::future::join_all;

use super::*;
use crate::{CustomerEventFilter, NewCustomerEvent, TakenIn};

const DAY: Duration = crate::EVENTS_KNOWN_FOR;

fn event(message: &str, at: Timestamp) -> NewCustomerEvent {
    let mut body = EventBody::default();
    body.properties.insert("secret".into(), "words".into());
    NewCustomerEvent {
        source: EventSourceId(Uuid::from_u128(7)),
        message_id: message.into(),
        kind: Some(EventKind::Track),
        name: Some("Bought".into()),
        user_key: Some("u".into()),
        device_key: None,
        group_key: None,
        at,
        received_at: at,
        verdict: "accepted",
        reasons: vec![],
        body,
    }
}

async fn all(f: &Fixture) -> Vec<crate::CustomerEvent> {
    f.store.snapshot().await.unwrap().customer_events_after(f.workspace, 0, i64::MAX).await.unwrap()
}

#[tokio::test]
async fn the_same_event_again_within_a_day_is_one() {
    for f in fixtures().await {
        let w = f.workspace;
        let first = f.store.take_in(w, vec![event("a", NOON), event("b", NOON), event("a", NOON)]).await.unwrap();
        assert_eq!(first, [TakenIn::New(1), TakenIn::New(2), TakenIn::Again(1)]);
        let later = NOON + DAY - Duration::from_secs(1);
        assert_eq!(f.store.take_in(w, vec![event("b", later)]).await.unwrap(), [TakenIn::Again(2)]);
        let next_day = f.store.take_in(w, vec![event("b", NOON + DAY)]).await.unwrap();
        assert!(matches!(next_day[0], TakenIn::New(at) if at > 2), "{next_day:?}");
        let all = all(&f).await;
        assert_eq!(all.iter().map(|event| (event.message_id.as_str(), event.repeats)).collect::<Vec<_>>(), [("a", 1), ("b", 1), ("b", 0)]);
        assert_eq!(all[0].body, event("a", NOON).body);
        assert_eq!(f.store.take_in(w, vec![]).await.unwrap(), []);
        // Another workspace's ids are others.
        let other = Workspace { id: id(), name: "Other".into(), zone: "UTC".into(), settings: serde_json::json!({}) };
        let inserted = other.clone();
        f.write(move |tx| {
            let other = inserted.clone();
            Box::pin(async move { tx.insert_workspace(&other, 1, NOON).await })
        })
        .await;
        assert_eq!(f.store.take_in(other.id, vec![event("a", NOON)]).await.unwrap(), [TakenIn::New(1)]);
        assert_eq!(f.store.snapshot().await.unwrap().customer_events_after(other.id, 0, 10).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn more_than_one_transaction_takes_are_taken_in_their_order() {
    for f in fixtures().await {
        let many = crate::customer_event::MOST_OF_A_GROUP * 2 + 3;
        let events = (0..many).map(|n| event(&format!("m{n}"), NOON)).collect();
        let taken = f.store.take_in(f.workspace, events).await.unwrap();
        assert_eq!(taken.len(), many);
        let all = all(&f).await;
        assert_eq!(
            all.iter().map(|event| event.message_id.clone()).collect::<Vec<_>>(),
            (0..many).map(|n| format!("m{n}")).collect::<Vec<_>>()
        );
        assert_eq!(taken, all.iter().map(|event| TakenIn::New(event.position)).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn the_same_event_at_two_servers_at_once_is_one_and_who_follows_misses_none() {
    let f = postgres().await;
    let other = Store::open(f.options.clone()).await.unwrap();
    let w = f.workspace;
    let follower = async {
        let (mut seen, mut at) = (Vec::new(), 0);
        while seen.len() < 400 {
            for event in f.store.snapshot().await.unwrap().customer_events_after(w, at, 50).await.unwrap() {
                at = event.position;
                seen.push(event.message_id);
            }
            tokio::task::yield_now().await;
        }
        seen
    };
    let senders = join_all((0..8).map(|sender: usize| {
        let store = if sender.is_multiple_of(2) { &f.store } else { &other };
        async move {
            let mut new = 0;
            for n in 0..100 {
                // Each pair of senders sends the same.
                let taken = store.take_in(w, vec![event(&format!("{}-{n}", sender / 2), NOON)]).await.unwrap();
                new += usize::from(matches!(taken[0], TakenIn::New(_)));
            }
            new
        }
    }));
    let (new, mut seen) = tokio::join!(senders, follower);
    assert_eq!(new.iter().sum::<usize>(), 400);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 400, "each came by once, and none was passed over");
    assert_eq!(all(&f).await.iter().map(|event| event.repeats).sum::<i64>(), 400);
    other.close().await;
}

#[tokio::test]
async fn a_page_finds_what_is_asked_for() {
    for f in fixtures().await {
        let w = f.workspace;
        let invalid = NewCustomerEvent {
            kind: None,
            verdict: "invalid",
            reasons: vec![Reason::new("unknown_type", Some("type"))],
            name: None,
            user_key: None,
            device_key: Some("d-1".into()),
            source: EventSourceId(Uuid::from_u128(8)),
            ..event("bad", NOON)
        };
        f.store.take_in(w, vec![event("a", NOON), invalid.clone(), event("b", NOON), event("a", NOON)]).await.unwrap();
        let found = async |filter: CustomerEventFilter| {
            let page = f.store.snapshot().await.unwrap().customer_events_before(w, &filter, i64::MAX, 10).await.unwrap();
            assert_eq!(page.next, None);
            let fitting = all(&f).await.into_iter().filter(|event| filter.fits(event)).rev().collect::<Vec<_>>();
            assert_eq!(fitting, page.events);
            page.events.into_iter().map(|event| event.message_id).collect::<Vec<_>>()
        };
        let any = CustomerEventFilter::default;
        let search = |text: &str| CustomerEventFilter { search: Some(text.into()), ..any() };
        assert_eq!(found(any()).await, ["b", "bad", "a"]);
        assert_eq!(found(CustomerEventFilter { source: Some(invalid.source), ..any() }).await, ["bad"]);
        assert_eq!(found(CustomerEventFilter { kind: Some(EventKind::Track), ..any() }).await, ["b", "a"]);
        assert_eq!(found(CustomerEventFilter { verdict: Some("invalid".into()), ..any() }).await, ["bad"]);
        assert_eq!(found(CustomerEventFilter { verdict: Some("duplicate".into()), ..any() }).await, ["a"]);
        assert_eq!(found(search("b")).await, ["b", "a"], "an id, or in a name of any case");
        assert_eq!(found(search("d-1")).await, ["bad"]);
        assert_eq!(found(search("%")).await, Vec::<String>::new());
        let mut snapshot = f.store.snapshot().await.unwrap();
        let page = snapshot.customer_events_before(w, &any(), i64::MAX, 2).await.unwrap();
        assert_eq!((page.events.len(), page.next), (2, Some(2)));
        let page = snapshot.customer_events_before(w, &any(), 2, 2).await.unwrap();
        assert_eq!((page.events[0].message_id.as_str(), page.events.len(), page.next), ("a", 1, None));
        let one = snapshot.customer_event(w, 2).await.unwrap().unwrap();
        assert_eq!((one.kind, one.reasons), (None, invalid.reasons));
    }
}

fn user(key: &str) -> Key {
    (ProfileKind::User, key.into())
}

async fn profile_keys(f: &Fixture, keys: &[Key]) -> Vec<Key> {
    let mut found: Vec<_> =
        f.store.snapshot().await.unwrap().profiles(f.workspace, keys).await.unwrap().into_iter().map(|(key, _)| key).collect();
    found.sort();
    found
}

#[tokio::test]
async fn somebody_is_forgotten_with_all_devices_and_stays_so() {
    for f in fixtures().await {
        let w = f.workspace;
        let of_device = NewCustomerEvent { user_key: None, device_key: Some("d".into()), ..event("b", NOON) };
        let of_other = NewCustomerEvent { user_key: Some("v".into()), ..event("c", NOON) };
        f.store.take_in(w, vec![event("a", NOON), of_device, of_other]).await.unwrap();
        let keys = vec![user("u"), (ProfileKind::Device, "d".into()), user("v"), (ProfileKind::Group, "g".into())];
        let known = keys.clone();
        f.write(move |tx| {
            let keys = known.clone();
            Box::pin(async move {
                assert!(!tx.claim_customer_events(w, 1).await?);
                assert!(tx.claim_customer_events(w, 0).await?);
                let mut profile = Profile::new(NOON);
                profile.traits.insert("email".into(), "ana@example.org".into());
                let mut device = profile.clone();
                device.user_key = Some("u".into());
                let saved: Vec<_> = keys.iter().map(|key| (key, if key.0 == ProfileKind::Device { &device } else { &profile })).collect();
                tx.save_profiles(w, &saved).await?;
                tx.save_profiles(w, &saved[..1]).await
            })
        })
        .await;
        assert_eq!(profile_keys(&f, &keys).await.len(), 4);
        let of_user = f.store.snapshot().await.unwrap().profiles_of_user(w, "u", 10).await.unwrap();
        assert_eq!((of_user[0].0.clone(), of_user[0].1.traits["email"].as_str()), (keys[1].clone(), Some("ana@example.org")));

        let forgotten = f
            .write(move |tx| {
                Box::pin(async move {
                    tx.claim_customer_events(w, 0).await?;
                    Ok((tx.forget_profile(w, &user("u")).await?, tx.forget_profile(w, &user("nobody")).await?))
                })
            })
            .await;
        assert_eq!(forgotten, (true, false));
        assert_eq!(profile_keys(&f, &keys).await, [user("v"), (ProfileKind::Group, "g".into())]);
        let blank = async |window: i64| {
            let mut blanked = 0;
            for erasure in f.store.snapshot().await.unwrap().profile_erasures(w).await.unwrap() {
                blanked += f
                    .write(move |tx| {
                        let key = erasure.key.clone();
                        Box::pin(async move { tx.erase_customer_events(w, &key, window).await })
                    })
                    .await
                    .0;
            }
            blanked
        };
        assert_eq!(blank(1).await, 1, "a window at a time");
        assert_eq!(blank(10).await, 1);
        let kept = all(&f).await;
        assert_eq!(kept.iter().map(|event| event.verdict.as_str()).collect::<Vec<_>>(), ["erased", "erased", "accepted"]);
        assert_eq!((&kept[0].body, &kept[0].user_key, &kept[0].name), (&EventBody::default(), &None, &None));
        assert_eq!(kept[2].user_key.as_deref(), Some("v"));
        // It stands until profiles have followed as far.
        assert_eq!(f.store.snapshot().await.unwrap().profile_erasures(w).await.unwrap().len(), 3);
        f.write(move |tx| Box::pin(async move { tx.save_customer_event_mark(w, 3).await })).await;
        blank(10).await;
        assert_eq!(f.store.snapshot().await.unwrap().profile_erasures(w).await.unwrap(), []);
    }
}

#[tokio::test]
async fn what_is_old_and_followed_goes() {
    for f in fixtures().await {
        let w = f.workspace;
        f.store.take_in(w, (0..5).map(|n| event(&n.to_string(), NOON + Duration::from_secs(n))).collect()).await.unwrap();
        let prune = async |before: Timestamp, limit: i64| {
            f.write(move |tx| Box::pin(async move { tx.prune_customer_events(w, before, limit).await })).await
        };
        let later = NOON + Duration::from_secs(3);
        assert_eq!(prune(later, 10).await, 0, "nothing has been followed");
        f.write(move |tx| {
            Box::pin(async move {
                tx.claim_customer_events(w, 0).await?;
                tx.save_customer_event_mark(w, 5).await?;
                tx.save_verdicts(w, &[(4, "prepared", &[Reason::new("missing_trait", Some("email"))])]).await?;
                let old = Profile::new(NOON);
                let young = Profile::new(later);
                tx.save_profiles(w, &[(&user("old"), &old), (&user("young"), &young)]).await
            })
        })
        .await;
        assert_eq!((prune(later, 2).await, prune(later, 10).await, prune(later, 10).await), (2, 1, 0));
        let kept = all(&f).await;
        assert_eq!(kept.iter().map(|event| event.message_id.as_str()).collect::<Vec<_>>(), ["3", "4"]);
        assert_eq!((kept[0].verdict.as_str(), kept[0].reasons[0].code.as_str()), ("prepared", "missing_trait"));
        let gone = f.write(move |tx| Box::pin(async move { tx.prune_profiles(w, later, 10).await })).await;
        assert_eq!(gone, 1);
        assert_eq!(profile_keys(&f, &[user("old"), user("young")]).await, [user("young")]);
    }
}
