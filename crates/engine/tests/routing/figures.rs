//! Figures follow the journal: every entry counts once, whoever is at it and wherever it was interrupted.

use futures_util::future::join_all;
use serde_json::json;
use switchboard_engine::conversation::PostMessage;

use super::{recount, world::*};

/// Some thousand entries that nobody has followed yet.
async fn much_is_said(world: &World) {
    let site = world.deployment(json!({})).await;
    let help = world.button(json!({"push_timeout_seconds": null})).await;
    let agent = world.online(json!({"capacity": 100, "auto_accept": true})).await;
    for _ in 0..4 {
        let started = join_all((0..10).map(|_| world.start(site, help))).await;
        let owners = join_all(started.iter().map(|one| world.phase(one.conversation))).await;
        let owned: Vec<_> = owners.iter().zip(&started).map(|(phase, one)| (phase.owner().unwrap(), one.conversation)).collect();
        world.clock.advance(SECOND * 7);
        for _ in 0..9 {
            for said in join_all(started.iter().map(|one| world.app.visitor_posts(&one.live, PostMessage::text("hello")))).await {
                said.unwrap();
            }
            world.clock.advance(SECOND);
            let answers = owned.iter().map(|(agent, id)| world.app.agent_posts(world.workspace, *agent, *id, PostMessage::text("yes?")));
            for said in join_all(answers).await {
                said.unwrap();
            }
        }
        for ended in join_all(owned.iter().map(|(agent, id)| world.app.agent_ends(world.workspace, *agent, *id, false))).await {
            assert!(ended.unwrap());
        }
        world.presence(agent, domain::presence::Presence::Online).await;
    }
}

on_both! {
    async fn runs_that_are_given_up_half_way_count_nothing_twice_and_leave_nothing_out(world) {
        much_is_said(&world).await;
        // Given up at the first, second, third … point at which it waits for anything.
        for polls in 1..40 {
            let mut run = std::pin::pin!(world.app.run_due());
            for _ in 0..polls {
                if futures_util::poll!(run.as_mut()).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(recount::check(std::slice::from_ref(&world.app), world.workspace).await, 40);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn servers_that_follow_the_journal_at_once_count_every_entry_once() {
    let mut world = World::new(On::Postgres).await;
    let mut apps = vec![world.app.clone()];
    for _ in 0..2 {
        apps.push(world.second_server().await);
    }
    much_is_said(&world).await;
    assert_eq!(recount::check(&apps, world.workspace).await, 40);
    much_is_said(&world).await;
    assert_eq!(recount::check(&apps, world.workspace).await, 80);
    world.finish().await;
}
