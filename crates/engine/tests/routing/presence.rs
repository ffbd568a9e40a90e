//! Agents come and go.

use domain::{
    conversation::Phase,
    journal::Event,
    presence::{Presence, PresenceReason},
};
use serde_json::json;
use switchboard_engine::{Actor, ErrorKind};

use super::world::*;

fn by(agent: domain::ids::AgentId) -> Actor {
    Actor::Agent { agent, address: None }
}

on_both! {
    async fn a_lapsed_lease_gives_conversations_back_to_the_head_of_their_queue(world) {
        let (site, help) = (world.deployment(json!({})).await, world.button(json!({"auto_accept": true})).await);
        let (ann, ben) = (world.online(json!({})).await, world.online(json!({})).await);
        let _bens = world.app.fanout().subscribe(world.workspace, ben, false);
        let (lost, kept) = (world.start(site, help).await.conversation, world.start(site, help).await.conversation);
        let (lost, kept) = if world.phase(lost).await.owner() == Some(ann) { (lost, kept) } else { (kept, lost) };
        let waits = world.start(site, help).await.conversation;
        assert_eq!(world.phase(waits).await, Phase::Waiting);
        world.pass(SECOND * 29).await;
        assert_eq!(world.phase(lost).await.owner(), Some(ann), "the lease lasts 30 seconds");
        world.pass(SECOND * 2).await;
        assert_eq!(world.phase(lost).await, Phase::Waiting);
        assert!(world.events(lost).await.contains(&Event::AgentLost { agent: ann, nobody_left: false }), "Ben is there: nothing is said yet");
        let ann_is = world.app.presence_of(world.workspace, ann).await.unwrap();
        assert_eq!((ann_is.status, ann_is.reason), (Presence::Offline, Some(PresenceReason::LeaseLapsed)));
        assert_eq!(world.phase(kept).await.owner(), Some(ben), "an agent with a stream stays");
        world.app.agent_ends(world.workspace, ben, kept, false).await.unwrap();
        assert_eq!(world.phase(lost).await.owner(), Some(ben), "it comes before the one that waited longer");
        assert_eq!(world.phase(waits).await, Phase::Waiting);
    }
}

on_both! {
    async fn when_the_last_agent_leaves_visitors_are_sent_away_after_the_grace(world) {
        let (site, help) = (world.deployment(json!({})).await, world.button(json!({"no_agent_grace_seconds": 20})).await);
        let ann = world.online(json!({})).await;
        let (talks, waits) = (world.start(site, help).await.conversation, world.start(site, help).await.conversation);
        world.accept(talks).await;
        world.app.set_presence(world.workspace, ann, Presence::Offline, Some("Home")).await.unwrap();
        assert!(world.events(talks).await.contains(&Event::AgentLost { agent: ann, nobody_left: true }), "the visitor is told");
        world.pass(SECOND * 19).await;
        assert_eq!((world.phase(talks).await, world.phase(waits).await), (Phase::Waiting, Phase::Waiting));

        // Somebody is there for a moment: the grace begins anew.
        world.presence(ann, Presence::Online).await;
        assert_eq!(world.offer(talks).await.1, ann, "who lost his agent comes first");
        world.presence(ann, Presence::Away).await;
        world.pass(SECOND * 19).await;
        assert_eq!((world.phase(talks).await, world.phase(waits).await), (Phase::Waiting, Phase::Waiting));
        world.pass(SECOND * 2).await;
        assert_eq!((world.phase(talks).await, world.phase(waits).await), (Phase::Ended, Phase::Ended));
        assert_eq!(world.kinds(waits).await.last(), Some(&"refused"));
        assert_eq!(world.kinds(talks).await.last(), Some(&"ended"), "a conversation that was answered ends, it is not refused");
    }
}

on_both! {
    async fn rights_and_notes_of_presences_are_checked(world) {
        let ann = world.agent(json!({"roles": []})).await;
        let refused = world.app.set_presence(world.workspace, ann, Presence::Online, None).await.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::Forbidden);
        let ben = world.agent(json!({})).await;
        let long = world.app.set_presence(world.workspace, ben, Presence::Away, Some(&"x".repeat(81))).await.unwrap_err();
        assert!(matches!(long.kind, ErrorKind::Invalid { property: "note", .. }));
        assert_eq!(world.app.supervise_presence(world.workspace, by(ann), ben, Presence::Away, None).await.unwrap_err().kind, ErrorKind::Forbidden);
        let carla = world.agent(json!({})).await;
        world.app.supervise_presence(world.workspace, by(carla), ben, Presence::Away, Some("Training")).await.unwrap();
        let ben_is = world.app.presence_of(world.workspace, ben).await.unwrap();
        assert_eq!((ben_is.reason, ben_is.note.as_deref()), (Some(PresenceReason::Supervisor), Some("Training")));
    }
}

on_both! {
    async fn whoever_has_refused_is_asked_again_when_the_others_leave(world) {
        let (site, help) = (world.deployment(json!({})).await, world.button(json!({})).await);
        let (ann, ben) = (world.online(json!({})).await, world.online(json!({})).await);
        let busy = world.start(site, help).await.conversation;
        let has_one = world.accept(busy).await;
        let free = if has_one == ann { ben } else { ann };
        let id = world.start(site, help).await.conversation;
        let (offer, asked) = world.offer(id).await;
        assert_eq!(asked, free);
        world.app.decline_offer(world.workspace, free, offer, None).await.unwrap();
        assert_eq!(world.phase(id).await, Phase::Waiting, "it waits for the one who has not been asked");
        world.presence(has_one, Presence::Away).await;
        assert_eq!(world.offer(id).await.1, free);
    }
}
