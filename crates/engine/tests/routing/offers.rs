//! Offers: yes, no, nothing in time, and what follows.

use domain::{
    conversation::Phase,
    presence::{Presence, PresenceReason},
    routing::Attempt,
};
use serde_json::json;
use switchboard_engine::ErrorKind;

use super::world::*;

on_both! {
    async fn an_accepted_offer_makes_the_agent_the_owner_once_and_nobody_else(world) {
        let (site, help) = (world.deployment(json!({})).await, world.button(json!({})).await);
        let (ann, ben) = (world.online(json!({})).await, world.agent(json!({})).await);
        let started = world.start(site, help).await;
        let (offer, asked) = world.offer(started.conversation).await;
        assert_eq!(asked, ann);
        let stranger = world.app.accept_offer(world.workspace, ben, offer).await.unwrap_err();
        assert_eq!(stranger.kind, ErrorKind::NotFound("offer"));
        for _ in 0..2 {
            assert_eq!(world.app.accept_offer(world.workspace, ann, offer).await.unwrap(), started.conversation);
        }
        assert_eq!(world.phase(started.conversation).await, Phase::Active { agent: ann });
        let late = world.app.decline_offer(world.workspace, ann, offer, None).await.unwrap_err();
        assert_eq!(late.kind, ErrorKind::OfferGone);
        assert_eq!(world.kinds(started.conversation).await, ["requested", "queued", "offered", "established"]);
        world.pass(SECOND * 31).await;
        assert!(world.app.reconcilers().iter().all(|report| report.last_run == Some(world.now()) && report.last_error.is_none()));
    }
}

on_both! {
    async fn a_declined_offer_goes_to_the_next_agent_and_when_all_have_declined_it_is_refused(world) {
        let (site, help) = (world.deployment(json!({})).await, world.button(json!({"reroute_declined": false})).await);
        let (ann, ben) = (world.online(json!({})).await, world.online(json!({})).await);
        let id = world.start(site, help).await.conversation;
        let (first, asked) = world.offer(id).await;
        world.app.decline_offer(world.workspace, asked, first, Some("lunch\u{7}")).await.unwrap();
        let (second, next) = world.offer(id).await;
        assert!(asked != next && [ann, ben].contains(&next));
        let gone = world.app.accept_offer(world.workspace, asked, first).await.unwrap_err();
        assert_eq!(gone.kind, ErrorKind::OfferGone);
        world.app.decline_offer(world.workspace, next, second, None).await.unwrap();
        world.app.decline_offer(world.workspace, next, second, None).await.unwrap();
        assert_eq!(world.phase(id).await, Phase::Ended);
        assert_eq!(
            world.kinds(id).await,
            ["requested", "queued", "offered", "offer_declined", "offered", "offer_declined", "refused"]
        );
    }
}

on_both! {
    async fn with_rerouting_all_are_asked_again_as_often_as_allowed(world) {
        let (site, help) = (world.deployment(json!({})).await, world.button(json!({"reroute_declined": true, "max_reroutes": 2})).await);
        let ann = world.online(json!({})).await;
        let id = world.start(site, help).await.conversation;
        for _ in 0..3 {
            let (offer, _) = world.offer(id).await;
            world.app.decline_offer(world.workspace, ann, offer, None).await.unwrap();
        }
        assert_eq!(world.kinds(id).await.iter().filter(|kind| **kind == "offered").count(), 3);
        assert_eq!(world.phase(id).await, Phase::Ended);
    }
}

on_both! {
    async fn an_offer_times_out_puts_the_agent_away_and_goes_to_another(world) {
        let (site, help) = (world.deployment(json!({})).await, world.button(json!({"push_timeout_seconds": 10})).await);
        let ann = world.online(json!({"away_on_timeout": true, "away_on_decline": true})).await;
        let _stream = world.app.fanout().subscribe(world.workspace, ann, false);
        let id = world.start(site, help).await.conversation;
        let ben = world.online(json!({})).await;
        world.pass(SECOND * 9).await;
        assert_eq!(world.offer(id).await.1, ann);
        world.pass(SECOND).await;
        assert_eq!(world.offer(id).await.1, ben);
        let ann_is = world.app.presence_of(world.workspace, ann).await.unwrap();
        assert_eq!((ann_is.status, ann_is.reason), (Presence::Away, Some(PresenceReason::TimedOut)));
        world.accept(id).await;

        world.presence(ann, Presence::Online).await;
        let other = world.start(site, help).await.conversation;
        let (offer, asked) = world.offer(other).await;
        assert_eq!(asked, ann);
        world.app.decline_offer(world.workspace, ann, offer, None).await.unwrap();
        let ann_is = world.app.presence_of(world.workspace, ann).await.unwrap();
        assert_eq!((ann_is.status, ann_is.reason), (Presence::Away, Some(PresenceReason::Declined)));
        assert_eq!(world.phase(other).await, Phase::Waiting, "Ben is busy, and has not been asked yet");
    }
}

on_both! {
    async fn overrides_are_tried_in_order(world) {
        let site = world.deployment(json!({})).await;
        let (skilled, help) = {
            let skill = world.skill().await;
            (world.button(json!({"skills": [skill], "reroute_declined": false})).await, world.button(json!({"reroute_declined": false})).await)
        };
        let (ann, ben) = (world.online(json!({})).await, world.online(json!({})).await);
        let ways = vec![Attempt::Button(skilled), Attempt::AgentThenButton(ann, help)];
        let id = world.ask(&world.app, site, Some(help), ways).await.unwrap().conversation;
        let (offer, asked) = world.offer(id).await;
        assert_eq!(asked, ann, "nobody has the skill, so the second way is taken");
        world.app.decline_offer(world.workspace, ann, offer, None).await.unwrap();
        let (_, asked) = world.offer(id).await;
        assert!([ann, ben].contains(&asked), "the fallback asks whoever serves the button");
        let direct = world.ask(&world.app, site, None, vec![Attempt::Agent(if asked == ann { ben } else { ann })]).await.unwrap();
        let (offer, only) = world.offer(direct.conversation).await;
        world.app.decline_offer(world.workspace, only, offer, None).await.unwrap();
        assert_eq!(world.phase(direct.conversation).await, Phase::Ended, "direct without fallback: that agent and nobody else");
    }
}

on_both! {
    async fn agents_pick_where_they_choose_within_their_capacity(world) {
        let (site, help) = (world.deployment(json!({})).await, world.button(json!({"strategy": "choice"})).await);
        let (ann, ben) = (world.online(json!({})).await, world.online(json!({})).await);
        let (one, two) = (world.start(site, help).await.conversation, world.start(site, help).await.conversation);
        assert_eq!(world.phase(one).await, Phase::Waiting);
        for _ in 0..2 {
            world.app.take_conversation(world.workspace, ann, one).await.unwrap();
        }
        let taken = world.app.take_conversation(world.workspace, ben, one).await.unwrap_err();
        assert_eq!(taken.kind, ErrorKind::Conflict("the conversation is not waiting any more"));
        let full = world.app.take_conversation(world.workspace, ann, two).await.unwrap_err();
        assert_eq!(full.kind, ErrorKind::Conflict("the agent is at capacity"));
        assert_eq!(world.phase(one).await, Phase::Active { agent: ann });
    }
}

on_both! {
    async fn the_least_active_or_the_most_available_agent_is_asked_and_automatic_acceptance_asks_nobody(world) {
        let site = world.deployment(json!({})).await;
        let (least, most) = (
            world.button(json!({"strategy": "least_active", "auto_accept": true})).await,
            world.button(json!({"strategy": "most_available", "auto_accept": true})).await,
        );
        let (small, large) = (world.online(json!({"capacity": 2})).await, world.online(json!({"capacity": 6})).await);
        let owner = async |id| world.phase(id).await.owner().unwrap();
        // Most room: the large one has it until both have as much left.
        for _ in 0..4 {
            assert_eq!(owner(world.start(site, most).await.conversation).await, large);
        }
        assert_eq!(owner(world.start(site, least).await.conversation).await, small, "who has least");
        assert_eq!(owner(world.start(site, least).await.conversation).await, small);
        assert_eq!(owner(world.start(site, least).await.conversation).await, large, "the small one is full");
    }
}
