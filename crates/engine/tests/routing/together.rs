//! Many at once, and two servers on one database.

use std::collections::{HashMap, HashSet};

use domain::{conversation::Phase, presence::Presence, routing::Attempt};
use serde_json::json;

use super::world::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn queue_limits_and_capacity_are_exact_while_many_ask_at_two_servers_at_once() {
    let mut world = World::new(On::Postgres).await;
    let other = world.second_server().await;
    let site = world.deployment(json!({})).await;
    let help = world.button(json!({"queue_limit_overall": 7, "queue_limit_per_agent": 3, "push_timeout_seconds": null})).await;
    for _ in 0..3 {
        world.online(json!({"capacity": 2})).await;
    }
    let asked = (0..32).map(|n| {
        let app = if n % 2 == 0 { &world.app } else { &other };
        world.ask(app, site, Some(help), vec![Attempt::Button(help)])
    });
    let started = futures_util::future::join_all(asked).await;
    let mut phases: HashMap<&str, usize> = HashMap::new();
    for one in started {
        let one = one.unwrap();
        *phases.entry(world.phase(one.conversation).await.as_str()).or_default() += 1;
    }
    // Six are offered, seven wait (the overall limit is below three times three), all others are refused: not one too many, not one too few.
    assert_eq!(phases, HashMap::from([("offered", 6), ("waiting", 7), ("ended", 19)]));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_servers_route_the_same_workspace_and_no_conversation_has_two_agents() {
    let mut world = World::new(On::Postgres).await;
    let other = world.second_server().await;
    let site = world.deployment(json!({})).await;
    let help = world.button(json!({"push_timeout_seconds": 10, "strategy": "most_available"})).await;
    let mut agents = Vec::new();
    for _ in 0..4 {
        agents.push(world.online(json!({"capacity": 2})).await);
    }
    let apps = [world.app.clone(), other.clone()];
    let streams: Vec<_> =
        agents.iter().enumerate().map(|(n, agent)| apps[n % 2].fanout().subscribe(world.workspace, *agent, false)).collect();
    let mut ended = HashSet::new();
    for round in 0..12_usize {
        let asked = (0..4).map(|n| world.ask(&apps[n % 2], site, Some(help), vec![Attempt::Button(help)]));
        for one in futures_util::future::join_all(asked).await {
            one.unwrap();
        }
        world.clock.advance(SECOND);
        // Everybody acts at once, at both servers: agents answer twice, reconcilers run, one agent comes and goes.
        let mut snapshot = world.app.store().snapshot().await.unwrap();
        let mut answers = Vec::new();
        for (n, agent) in agents.iter().enumerate() {
            for conversation in snapshot.conversations_of(world.workspace, *agent).await.unwrap() {
                match conversation.phase {
                    Phase::Offered { offer, agent } => {
                        for app in &apps {
                            answers.push(tokio::spawn({
                                let (app, workspace) = (app.clone(), world.workspace);
                                async move {
                                    if (n + round) % 5 == 0 {
                                        app.decline_offer(workspace, agent, offer, None).await.map(|()| None)
                                    } else {
                                        app.accept_offer(workspace, agent, offer).await.map(Some)
                                    }
                                }
                            }));
                        }
                    }
                    Phase::Active { agent } if (n + round) % 2 == 0 => {
                        ended.insert(conversation.id);
                        let (app, workspace) = (apps[n % 2].clone(), world.workspace);
                        answers.push(tokio::spawn(
                            async move { app.agent_ends(workspace, agent, conversation.id, false).await.map(|_| None) },
                        ));
                    }
                    _ => {}
                }
            }
        }
        drop(snapshot);
        let leaves = agents[round % agents.len()];
        let presence = async {
            other.set_presence(world.workspace, leaves, Presence::Offline, None).await.unwrap();
            world.app.set_presence(world.workspace, leaves, Presence::Online, None).await.unwrap();
        };
        let (first, second, ()) = tokio::join!(apps[0].run_due(), apps[1].run_due(), presence);
        first.unwrap();
        second.unwrap();
        for answer in answers {
            // An offer that was withdrawn meanwhile, or a conversation that was lost meanwhile, is refused; storage never fails.
            if let Err(error) = answer.await.unwrap() {
                use switchboard_engine::ErrorKind::{Conflict, OfferGone};
                assert!(matches!(error.kind, OfferGone | Conflict(_)), "{error:?}");
            }
        }
        world.check().await;
    }
    assert!(!ended.is_empty());
    drop(streams);
    // Everybody leaves: nobody waits for ever.
    for agent in &agents {
        world.presence(*agent, Presence::Offline).await;
    }
    world.pass(SECOND * 31).await;
    let mut snapshot = world.app.store().snapshot().await.unwrap();
    assert!(snapshot.waiting(world.workspace, 10).await.unwrap().is_empty());
    drop(snapshot);
    world.finish().await;
}
