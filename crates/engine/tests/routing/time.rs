//! What happens by time alone.

use std::time::Duration;

use domain::{
    conversation::Phase,
    journal::{Author, EndedBecause, Event},
};
use serde_json::json;
use switchboard_engine::{
    conversation::PostMessage,
    visitor::{PollOutcome, PollRequest, SessionState},
};

use super::world::*;

on_both! {
    async fn a_silent_visitor_is_noted_and_then_gone(world) {
        let site = world.deployment(json!({"connection_timeout_ms": 40_000, "connection_warning_ms": 15_000})).await;
        let help = world.button(json!({"auto_accept": true})).await;
        let ann = world.online(json!({})).await;
        let _stream = world.app.fanout().subscribe(world.workspace, ann, false);
        let started = world.start(site, help).await;
        let id = started.conversation;
        let warned = async |triggered| world.events(id).await.contains(&Event::ConnectionWarning { triggered });
        world.pass(SECOND * 14).await;
        assert!(!warned(true).await);
        world.pass(SECOND).await;
        assert!(warned(true).await && !warned(false).await);
        world.app.visitor_posts(&started.live, PostMessage::text("still here")).await.unwrap();
        world.pass(SECOND).await;
        assert!(warned(false).await, "heard of again");
        world.pass(SECOND * 38).await;
        assert_eq!(world.phase(id).await, Phase::Active { agent: ann });
        world.pass(SECOND * 2).await;
        assert_eq!(world.phase(id).await, Phase::Ended);
        let end = Event::Ended { by: Author::System, because: EndedBecause::ConnectionTimeout, announce: true };
        assert_eq!(world.events(id).await.last(), Some(&end));
        let state = world.app.find_session(started.live.session, world.now()).await.unwrap();
        assert!(matches!(state, SessionState::Ended(_)), "the session is closed");
        assert_eq!(world.kinds(id).await.iter().filter(|kind| **kind == "connection_warning").count(), 3, "warned, cleared, warned");
    }
}

on_both! {
    async fn a_visitor_who_polls_is_there_and_the_session_of_an_ended_conversation_closes_when_he_goes(world) {
        let site = world.deployment(json!({"connection_timeout_ms": 40_000})).await;
        let help = world.button(json!({"auto_accept": true})).await;
        let ann = world.online(json!({})).await;
        let _stream = world.app.fanout().subscribe(world.workspace, ann, false);
        let started = world.start(site, help).await;
        let ask = |hold| PollRequest { acknowledged: None, most: 100, hold, refuse_overlap: false };
        let PollOutcome::Told(_, receipt) = world.app.poll(&started.live, ask(SECOND)).await.unwrap() else { panic!("nothing told") };
        receipt.arrived();
        let (app, live) = (world.app.clone(), started.live.clone());
        let waits = tokio::spawn(async move { app.poll(&live, ask(Duration::from_secs(60))).await });
        testkit::wait_for("the poll waits", SECOND * 20, async || {
            let probe = PollRequest { refuse_overlap: true, ..ask(Duration::ZERO) };
            matches!(world.app.poll(&started.live, probe).await.unwrap(), PollOutcome::Overlaps)
        })
        .await;
        world.pass(SECOND * 100).await;
        assert_eq!(world.phase(started.conversation).await, Phase::Active { agent: ann });
        world.app.agent_ends(world.workspace, ann, started.conversation, false).await.unwrap();
        let PollOutcome::Told(told, receipt) = waits.await.unwrap().unwrap() else { panic!("nothing told") };
        assert_eq!(told.last().unwrap().entry.event.kind(), "ended");
        receipt.arrived();
        world.pass(SECOND * 41).await;
        assert!(world.app.visitors().get(started.live.session).is_none());
        let state = world.app.find_session(started.live.session, world.now()).await.unwrap();
        assert!(matches!(state, SessionState::Ended(_)));
        assert_eq!(world.kinds(started.conversation).await.iter().filter(|kind| **kind == "ended").count(), 1);
    }
}

on_both! {
    async fn a_conversation_in_which_nobody_says_anything_is_ended_and_counts_from_the_last_word(world) {
        let site = world.deployment(json!({"idle_backstop_seconds": 60})).await;
        let help = world.button(json!({"auto_accept": true})).await;
        let ann = world.online(json!({"critical_wait_seconds": 20})).await;
        let _stream = world.app.fanout().subscribe(world.workspace, ann, false);
        let started = world.start(site, help).await;
        let id = started.conversation;
        world.pass(SECOND * 50).await;
        world.app.visitor_posts(&started.live, PostMessage::text("anybody?")).await.unwrap();
        world.pass(SECOND * 19).await;
        assert!(!world.conversation(id).await.critical);
        world.pass(SECOND).await;
        assert!(world.conversation(id).await.critical, "the visitor has waited 20 seconds for an answer");
        world.pass(SECOND * 5).await;
        assert_eq!(world.kinds(id).await.iter().filter(|kind| **kind == "critical_wait").count(), 1);
        world.app.agent_posts(world.workspace, ann, id, PostMessage::text("yes")).await.unwrap();
        assert!(!world.conversation(id).await.critical, "an answer clears it");
        world.pass(SECOND * 59).await;
        assert_eq!(world.phase(id).await, Phase::Active { agent: ann });
        world.pass(SECOND).await;
        let end = Event::Ended { by: Author::System, because: EndedBecause::VisitorIdle, announce: true };
        assert_eq!(world.events(id).await.last(), Some(&end));
    }
}

on_both! {
    async fn after_conversation_work_takes_room_until_it_is_finished_or_its_time_is_up(world) {
        let (site, help) = (world.deployment(json!({})).await, world.button(json!({"auto_accept": true})).await);
        let ann = world.online(json!({"after_work_seconds": 20})).await;
        let _stream = world.app.fanout().subscribe(world.workspace, ann, false);
        let ids = [world.start(site, help).await.conversation, world.start(site, help).await.conversation, world.start(site, help).await.conversation];
        world.app.agent_ends(world.workspace, ann, ids[0], false).await.unwrap();
        assert_eq!(world.phase(ids[1]).await, Phase::Waiting, "he finishes up first");
        let ben = world.agent(json!({})).await;
        assert!(world.app.end_after_work(world.workspace, ben, ids[0]).await.is_err(), "not his");
        assert!(world.app.end_after_work(world.workspace, ann, ids[0]).await.unwrap());
        assert!(!world.app.end_after_work(world.workspace, ann, ids[0]).await.unwrap());
        assert_eq!(world.phase(ids[1]).await, Phase::Active { agent: ann });
        world.app.agent_ends(world.workspace, ann, ids[1], false).await.unwrap();
        world.pass(SECOND * 19).await;
        assert_eq!(world.phase(ids[2]).await, Phase::Waiting);
        world.pass(SECOND).await;
        assert_eq!(world.phase(ids[2]).await, Phase::Active { agent: ann });
        assert_eq!(world.kinds(ids[1]).await.last(), Some(&"after_work_ended"));
    }
}

on_both! {
    async fn visitors_who_wait_are_told_their_place_when_it_changes(world) {
        let (site, help) = (world.deployment(json!({})).await, world.button(json!({"auto_accept": true})).await);
        let ann = world.online(json!({})).await;
        let (one, _two, three) = (world.start(site, help).await, world.start(site, help).await, world.start(site, help).await);
        let ask = PollRequest { acknowledged: None, most: 100, hold: SECOND * 20, refuse_overlap: false };
        let PollOutcome::Told(_, receipt) = world.app.poll(&three.live, ask).await.unwrap() else { panic!("nothing told") };
        receipt.arrived();
        world.app.agent_ends(world.workspace, ann, one.conversation, false).await.unwrap();
        let position = loop {
            match world.app.poll(&three.live, ask).await.unwrap() {
                PollOutcome::Place(place, _) if place.position == 2 => {}
                PollOutcome::Place(place, _) => break place.position,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(position, 1);
    }
}
