//! Several servers at once, and servers that die at every point.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use crate::world::*;

/// Polls a future so often, then drops it: a server that dies at that point. True if it was done before.
async fn dies_after(polls: usize, work: impl Future) -> bool {
    let mut work = pin!(work);
    let polled = AtomicUsize::new(0);
    std::future::poll_fn(|context: &mut Context<'_>| {
        if work.as_mut().poll(context).is_ready() {
            return Poll::Ready(true);
        }
        if polled.fetch_add(1, Ordering::Relaxed) + 1 >= polls { Poll::Ready(false) } else { Poll::Pending }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn servers_that_work_at_once_make_one_record_of_each() {
    let mut world = on_postgres().await;
    let mut apps = vec![world.app.clone()];
    for _ in 0..2 {
        apps.push(world.another().await);
    }
    world.button(serde_json::json!({"record_timing": "at_request"})).await;
    for app in &apps {
        app.reload().await.unwrap();
    }
    world.online("agent").await;
    let mut asked = Vec::new();
    for n in 0..8 {
        let mut details = ada();
        details[1].value = format!("{n}@example.com").as_str().into();
        asked.push(world.asks(contact_and_case(), details).await.conversation);
    }
    let apps = Arc::new(apps);
    // Turns that began are over after some seconds: then others take them, whether or not they are still at work.
    let runs = (0..9).map(|n| {
        let (apps, clock) = (apps.clone(), world.clock.clone());
        tokio::spawn(async move {
            clock.advance(std::time::Duration::from_secs(2));
            apps[n % 3].run_due().await.unwrap();
        })
    });
    for run in futures_util::future::join_all(runs).await {
        run.unwrap();
    }
    world.later(std::time::Duration::from_secs(60));
    world.app.run_due().await.unwrap();
    assert_eq!((world.crm.all("Contact").len(), world.crm.all("Case").len()), (8, 8));
    for id in asked {
        assert_eq!(world.told(id).await, "plan-1 Contact Ada Created\nplan-0 Case Broken Created");
    }
    for (_, case) in world.crm.all("Case") {
        assert!(case.contains_key("ContactId"));
    }
    world.end().await;
}

#[tokio::test]
async fn a_server_that_dies_anywhere_leaves_one_record_of_each() {
    let world = World::new(None).await;
    world.button(serde_json::json!({"record_timing": "at_request"})).await;
    let mut polls = 1;
    loop {
        let mut details = ada();
        details[1].value = format!("{polls}@example.com").as_str().into();
        world.online("agent").await;
        let id = world.asks(contact_and_case(), details).await.conversation;
        let (contacts, cases) = (world.crm.all("Contact").len(), world.crm.all("Case").len());
        let done = dies_after(polls, world.app.run_due()).await;
        for _ in 0..3 {
            world.later(std::time::Duration::from_secs(6));
            world.app.run_due().await.unwrap();
        }
        assert_eq!(world.told(id).await, "plan-1 Contact Ada Created\nplan-0 Case Broken Created", "after {polls} polls");
        assert_eq!((world.crm.all("Contact").len(), world.crm.all("Case").len()), (contacts + 1, cases + 1), "after {polls} polls");
        if done {
            break;
        }
        polls += 1;
    }
    assert!(polls > 15, "it gave way {polls} times only");
    world.end().await;
}

#[tokio::test]
async fn an_agents_record_is_one_however_often_he_asks_after_a_crash() {
    let world = World::new(None).await;
    let id = world.carried_out(contact_and_case(), vec![]).await;
    let agent = world.who("agent").await;
    let mut polls = 1;
    loop {
        let new = || switchboard_engine::records::NewRecordOf {
            entity: "Contact".into(),
            fields: vec![("LastName".into(), "Byron".into())],
            part: None,
            name: format!("agent-{polls}"),
        };
        let made = world.crm.all("Contact").len();
        let done = dies_after(polls, world.app.make_record(&agent, id, new())).await;
        world.app.make_record(&agent, id, new()).await.unwrap();
        assert_eq!(world.crm.all("Contact").len(), made + 1, "after {polls} polls");
        assert_eq!(world.records("agent", id).await.links.len(), made + 1, "after {polls} polls");
        if done {
            break;
        }
        polls += 1;
    }
    assert!(polls > 5, "it gave way {polls} times only");
    world.end().await;
}
