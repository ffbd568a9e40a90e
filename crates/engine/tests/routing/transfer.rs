//! Conversations are sent on, and come back when nobody takes them.

use domain::{
    conversation::Phase,
    journal::{Author, Event, MessageKind, TransferTarget},
    presence::Presence,
    routing::Target,
};
use serde_json::json;
use switchboard_engine::ErrorKind;

use super::world::*;

on_both! {
    async fn a_conversation_sent_to_an_agent_is_offered_to_him_even_at_capacity_and_returns_when_he_declines(world) {
        world.may_exceed_capacity();
        let (site, help) = (world.deployment(json!({})).await, world.button(json!({"auto_accept": true})).await);
        let (ann, ben) = (world.online(json!({})).await, world.online(json!({})).await);
        let (one, two) = (world.start(site, help).await.conversation, world.start(site, help).await.conversation);
        let id = if world.phase(one).await.owner() == Some(ann) { one } else { two };
        let to_ben = TransferTarget::Agent { agent: ben };
        world.app.transfer(world.workspace, ann, id, to_ben, Some("  a difficult one ")).await.unwrap();
        let (offer, asked) = world.offer(id).await;
        assert_eq!(asked, ben);
        world.app.decline_offer(world.workspace, ben, offer, None).await.unwrap();
        assert_eq!(world.phase(id).await, Phase::Active { agent: ann }, "back where it came from");
        assert!(world.events(id).await.contains(&Event::TransferFailed { by: ann, target: to_ben }));

        world.app.transfer(world.workspace, ann, id, to_ben, None).await.unwrap();
        world.accept(id).await;
        assert_eq!(world.phase(id).await, Phase::Active { agent: ben });
        let notes: Vec<_> = world
            .events(id)
            .await
            .into_iter()
            .filter(|event| matches!(event, Event::Posted { by: Author::Agent { .. }, message: MessageKind::Note, .. }))
            .collect();
        assert_eq!(notes.len(), 1);
        let mut snapshot = world.app.store().snapshot().await.unwrap();
        assert_eq!(snapshot.messages(world.workspace, id, 0, 10).await.unwrap()[0].text.reveal(), "a difficult one");
        assert!(world.kinds(id).await.ends_with(&["transfer_started", "queued", "offered", "established"]));
    }
}

on_both! {
    async fn an_offer_of_a_transfer_times_out_and_goes_to_the_queue_if_the_sender_has_left(world) {
        world.may_exceed_capacity();
        let (site, help) = (world.deployment(json!({})).await, world.button(json!({"auto_accept": true})).await);
        let ann = world.online(json!({})).await;
        let id = world.start(site, help).await.conversation;
        let ben = world.online(json!({})).await;
        let _ben = world.app.fanout().subscribe(world.workspace, ben, false);
        world.app.transfer(world.workspace, ann, id, TransferTarget::Agent { agent: ben }, None).await.unwrap();
        assert_eq!(world.offer(id).await.1, ben);
        world.presence(ann, Presence::Offline).await;
        let busy = world.start(site, help).await.conversation;
        assert_eq!(world.phase(busy).await, Phase::Waiting, "the open offer takes his room");
        world.pass(SECOND * 30).await;
        assert_eq!(world.phase(id).await, Phase::Active { agent: ben }, "first in its own queue, where he is asked like anybody");
        assert!(world.kinds(id).await.contains(&"offer_timed_out"));
    }
}

on_both! {
    async fn a_conversation_goes_to_a_button_a_skill_or_a_queue_but_not_where_nobody_is(world) {
        world.may_exceed_capacity();
        let (skill, line) = (world.skill().await, world.queue(json!({})).await);
        let (site, help) = (world.deployment(json!({})).await, world.button(json!({"auto_accept": true})).await);
        let sales = world.button(json!({"skills": [skill], "reroute_declined": false, "push_timeout_seconds": 10})).await;
        let ann = world.online(json!({"transfer_buttons": [sales]})).await;
        let id = world.start(site, help).await.conversation;
        let send = async |to| world.app.transfer(world.workspace, ann, id, to, None).await;
        assert_eq!(send(TransferTarget::Button { button: help }).await.unwrap_err().kind, ErrorKind::Forbidden, "not on his list");
        let to_sales = TransferTarget::Button { button: sales };
        let nobody = send(to_sales).await.unwrap_err();
        assert_eq!(nobody.kind, ErrorKind::Conflict("nobody who could take it there is online"));
        assert_eq!(world.phase(id).await, Phase::Active { agent: ann }, "he keeps it");

        let ben = world.online(json!({"skills": [skill], "queues": [line], "capacity": 3})).await;
        let choices = world.app.transfer_targets(world.workspace, ann).await.unwrap();
        let to: Vec<_> = choices.iter().map(|choice| (choice.target, choice.available)).collect();
        assert_eq!(
            to,
            [
                (TransferTarget::Agent { agent: ben }, true),
                (to_sales, true),
                (TransferTarget::Skill { skill }, true),
                (TransferTarget::Queue { queue: line }, true),
            ]
        );
        send(to_sales).await.unwrap();
        let (offer, asked) = world.offer(id).await;
        assert_eq!(asked, ben);
        world.app.decline_offer(world.workspace, ben, offer, None).await.unwrap();
        assert_eq!(world.phase(id).await, Phase::Active { agent: ann }, "everybody there has declined");
        for to in [TransferTarget::Skill { skill }, TransferTarget::Queue { queue: line }] {
            send(to).await.unwrap();
            assert_eq!(world.accept(id).await, ben);
            let back = TransferTarget::Agent { agent: ann };
            world.app.transfer(world.workspace, ben, id, back, None).await.unwrap();
            assert_eq!(world.accept(id).await, ann);
        }
        let other = world.agent(json!({"roles": []})).await;
        let no_right = world.app.transfer(world.workspace, other, id, to_sales, None).await.unwrap_err();
        assert_eq!(no_right.kind, ErrorKind::Forbidden);
    }
}

on_both! {
    async fn availability_is_what_a_request_would_find(world) {
        let site = world.deployment(json!({})).await;
        let (help, walk_in) = (world.button(json!({"auto_accept": true})).await, world.button(json!({"queueing": false})).await);
        let ann = world.agent(json!({})).await;
        let targets = [Target::Button(help), Target::Button(walk_in), Target::Agent(ann)];
        let look = async || {
            let told = world.app.availability(world.workspace, &targets).await.unwrap();
            told.iter().map(|one| (one.is_available(), one.estimated_wait)).collect::<Vec<_>>()
        };
        assert_eq!(look().await, [(false, None), (false, None), (false, None)], "nobody is online");
        world.presence(ann, Presence::Online).await;
        assert_eq!(look().await, [(true, Some(0)), (true, Some(0)), (true, Some(0))]);
        world.start(site, help).await;
        assert_eq!(look().await, [(true, Some(0)), (false, None), (false, None)], "at capacity: only a queue takes more");
        world.presence(ann, Presence::Away).await;
        assert_eq!(look().await, [(false, None), (false, None), (false, None)]);
    }
}
