//! Supervisors: the board, watching, taking over.

use std::time::Duration;

use domain::{
    conversation::Phase,
    ids::{AgentId, ConversationId},
    presence::Presence,
};
use engine::conversation::PostMessage;
use native::{
    agent::AgentSnapshot,
    conversation::{AgentConversation, ConversationState},
    desk::{Board, LastAuthor},
};
use serde_json::json;

use crate::world::{World, on_both};

async fn board(world: &World, token: &str) -> Board {
    serde_json::from_value(world.get(token, "/board").await.good()).unwrap()
}

async fn snapshot(world: &World, token: &str) -> AgentSnapshot {
    serde_json::from_value(world.get(token, "/snapshot").await.good()).unwrap()
}

async fn phase(world: &World, id: ConversationId) -> Phase {
    world.app.store().snapshot().await.unwrap().conversation(world.demo.workspace, id).await.unwrap().unwrap().phase
}

async fn watchers(world: &World, id: ConversationId) -> Vec<AgentId> {
    world.app.store().snapshot().await.unwrap().monitors_of(world.demo.workspace, id).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_shows_agents_lines_and_what_runs_and_costs_nothing_while_nothing_moves() {
    on_both(|world| async move {
        let [supervisor, agent] = [world.token("supervisor").await, world.token("agent").await];
        assert_eq!(world.get(&agent, "/board").await.problem(), (403, "not_permitted".to_owned()));
        let first = world.conversation("Vera", "hello").await;
        let seen = board(&world, &supervisor).await;
        let mine = seen.agents.iter().find(|agent| agent.id == world.agent()).unwrap();
        assert_eq!((mine.conversations, mine.capacity.used), (1, 1));
        assert_eq!((seen.totals.waiting, seen.totals.active, seen.totals.online_agents), (0, 1, 1));
        let shown = &seen.conversations[0];
        assert_eq!((shown.id, shown.state, shown.owner), (first.conversation, ConversationState::Active, Some(world.agent())));
        assert_eq!((shown.last_author, shown.last_message_at.map(|at| at.0)), (Some(LastAuthor::Visitor), Some(world.app.now())));
        let line = seen.queues.iter().find(|line| line.button == Some(world.demo.button)).unwrap();
        assert_eq!((line.waiting, line.online_agents, line.estimated_wait_seconds), (0, 1, Some(0)));

        world.clock.advance(Duration::from_secs(5));
        world.app.agent_posts(world.demo.workspace, world.agent(), first.conversation, PostMessage::text("yes?")).await.unwrap();
        world.post(&agent, &format!("/conversations/{}/flag", first.conversation), json!({"note": "help"})).await.good();
        world.post(&agent, &format!("/conversations/{}/notes", first.conversation), json!({"text": "hm"})).await.good();
        world.post(&supervisor, &format!("/conversations/{}/monitor", first.conversation), json!({})).await.good();
        world.app.set_presence(world.demo.workspace, world.agent(), Presence::Away, Some("Lunch")).await.unwrap();
        let answer = world.get(&supervisor, "/board").await;
        let etag = answer.headers["etag"].to_str().unwrap().to_owned();
        let seen: Board = serde_json::from_value(answer.good()).unwrap();
        let shown = &seen.conversations[0];
        assert_eq!((shown.last_author, shown.monitored_by.as_slice()), (Some(LastAuthor::Agent), &[world.demo.agents["supervisor"]][..]));
        assert_eq!(shown.flag.as_ref().unwrap().note.as_ref().unwrap().reveal(), "help");
        let mine = seen.agents.iter().find(|agent| agent.id == world.agent()).unwrap();
        assert_eq!(mine.note.as_deref(), Some("Lunch"));

        let ask = async |etag: &str| {
            let request = http::Request::get("/api/v1/board")
                .header("authorization", format!("Bearer {supervisor}"))
                .header("if-none-match", etag)
                .body(axum::body::Body::empty());
            world.raw(request.unwrap()).await
        };
        world.clock.advance(Duration::from_secs(5));
        let same = ask(&format!("\"other\", {etag}")).await;
        assert_eq!((same.status.as_u16(), same.headers["etag"].to_str().unwrap()), (304, etag.as_str()));
        assert_eq!(ask("\"other\"").await.status, 200);
        world.app.visitor_posts(&first.live, PostMessage::text("no")).await.unwrap();
        assert_eq!(ask(&etag).await.status, 200);
        world.app.agent_ends(world.demo.workspace, world.agent(), first.conversation, false).await.unwrap();
        let seen = board(&world, &supervisor).await;
        assert_eq!((seen.conversations.len(), seen.totals.active), (0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_watches_until_he_lets_be_or_it_ends() {
    on_both(|world| async move {
        let [supervisor, agent] = [world.token("supervisor").await, world.token("agent").await];
        let me = world.demo.agents["supervisor"];
        let first = world.conversation("Vera", "hello").await.conversation;
        let second = world.conversation("Wim", "hello").await.conversation;
        let path = |id: ConversationId| format!("/conversations/{id}/monitor");
        assert_eq!(world.post(&agent, &path(first), json!({})).await.problem(), (403, "not_permitted".to_owned()));
        for id in [first, second, first] {
            world.post(&supervisor, &path(id), json!({})).await.good();
        }
        let seen = snapshot(&world, &supervisor).await;
        assert_eq!(
            seen.conversations.iter().map(|seen| (seen.id, seen.monitored_by.clone())).collect::<Vec<_>>(),
            [(first, vec![me]), (second, vec![me])]
        );
        assert_eq!(snapshot(&world, &agent).await.conversations[0].monitored_by, [me], "the owner sees it");
        assert_eq!(world.audited(first).await, ["conversation.monitored"]);

        assert_eq!(world.delete(&supervisor, &path(first)).await.status, 204);
        assert_eq!(world.delete(&supervisor, &path(first)).await.status, 204);
        assert_eq!(snapshot(&world, &supervisor).await.conversations.iter().map(|seen| seen.id).collect::<Vec<_>>(), [second]);
        world.agent_ends(second).await;
        assert_eq!((snapshot(&world, &supervisor).await.conversations, watchers(&world, second).await), (vec![], vec![]));
        assert_eq!(world.post(&supervisor, &path(second), json!({})).await.problem(), (409, "conversation_ended".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_ends_with_the_lease_the_sign_in_and_the_right() {
    on_both(|world| async move {
        let (workspace, me) = (world.demo.workspace, world.demo.agents["supervisor"]);
        let supervisor = world.token("supervisor").await;
        let started = world.conversation("Vera", "hello").await;
        let id = started.conversation;
        let path = format!("/conversations/{id}/monitor");
        let pass = async |seconds: u64| {
            for _ in 0..seconds / 5 {
                world.clock.advance(Duration::from_secs(5));
                // Both stay: the visitor polls, the agent has a stream.
                started.live.heard_of(world.app.now());
                world.app.run_due().await.unwrap();
            }
        };
        let _agent = world.app.fanout().subscribe(workspace, world.agent(), false);
        // The lease of a server that has just started is not over.
        pass(60).await;
        world.post(&supervisor, &path, json!({})).await.good();
        {
            let _stream = world.app.fanout().subscribe(workspace, me, false);
            pass(60).await;
            assert_eq!(watchers(&world, id).await, [me], "while the stream is open");
        }
        pass(45).await;
        assert_eq!(watchers(&world, id).await, [], "without a stream");

        world.post(&supervisor, &path, json!({})).await.good();
        world.delete(&supervisor, "/sign-in").await;
        assert_eq!(watchers(&world, id).await, [], "signed out");

        let (supervisor, admin) = (world.token("supervisor").await, world.token("admin").await);
        world.post(&supervisor, &path, json!({})).await.good();
        let agent = format!("/admin/agents/{me}");
        let mut settings = world.get(&admin, &agent).await.good()["settings"].clone();
        settings["roles"] = json!([]);
        world.put(&admin, &agent, settings).await.good();
        assert_eq!(snapshot(&world, &supervisor).await.conversations, [], "at once");
        assert_eq!(world.delete(&supervisor, &path).await.problem().0, 403);
        world.app.run_due().await.unwrap();
        assert_eq!(watchers(&world, id).await, []);
        let owners: AgentConversation = serde_json::from_value(world.get(&admin, &format!("/conversations/{id}")).await.good()).unwrap();
        assert_eq!((owners.state, owners.monitored_by), (ConversationState::Active, vec![]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_supervisors_who_take_over_at_once_one_has_it() {
    on_both(|world| async move {
        let workspace = world.demo.workspace;
        let [admin, supervisor, agent] = [world.token("admin").await, world.token("supervisor").await, world.token("agent").await];
        let id = world.conversation("Vera", "hello").await.conversation;
        world.post(&agent, &format!("/conversations/{id}/flag"), json!({"note": "help"})).await.good();
        world.post(&supervisor, &format!("/conversations/{id}/monitor"), json!({})).await.good();
        let path = format!("/conversations/{id}/take");
        let from = json!({"from": world.agent()});
        assert_eq!(world.post(&supervisor, &path, from.clone()).await.problem(), (409, "wrong_state".to_owned()), "offline");
        for colleague in ["admin", "supervisor"] {
            world.app.set_presence(workspace, world.demo.agents[colleague], Presence::Away, None).await.unwrap();
        }
        let (one, other) =
            futures_util::future::join(world.post(&admin, &path, from.clone()), world.post(&supervisor, &path, from.clone())).await;
        let (winner, loser) = if one.status == 200 { ("admin", other) } else { ("supervisor", one) };
        assert_eq!(loser.problem(), (409, "wrong_state".to_owned()));
        let winner_id = world.demo.agents[winner];
        assert_eq!(phase(&world, id).await, Phase::Active { agent: winner_id });
        let entries = world.app.store().conversation_after(workspace, id, 0, 100).await.unwrap();
        assert_eq!(entries.iter().filter(|entry| entry.event.kind() == "established").count(), 2);
        assert_eq!(snapshot(&world, &agent).await.conversations, [], "the owner is left without it");
        let token = if winner == "admin" { &admin } else { &supervisor };
        let mine = snapshot(&world, token).await.conversations.into_iter().find(|seen| seen.id == id).unwrap();
        assert_eq!((mine.owner, mine.flag), (Some(winner_id), None), "help came");
        assert!(!watchers(&world, id).await.contains(&winner_id), "who owns it does not watch it");
        let again = world.post(token, &path, json!({})).await.good();
        assert_eq!(again["conversation"]["id"], json!(id));
        assert!(world.audited(id).await.contains(&"conversation.taken_over".to_owned()));

        // Sent on by a supervisor who does not have it.
        let (other_name, other_token) = if winner == "admin" { ("supervisor", &supervisor) } else { ("admin", &admin) };
        world.app.set_presence(workspace, world.agent(), Presence::Online, None).await.unwrap();
        let to = json!({"to": {"kind": "agent", "id": world.agent()}, "note": "yours again"});
        world.post(other_token, &format!("/conversations/{id}/transfer"), to).await.good();
        assert_eq!(
            phase(&world, id).await,
            Phase::Active { agent: world.agent() },
            "{other_name} sent it to the agent, who accepts at once"
        );
        assert_eq!(world.post(&agent, &path, from).await.status, 200, "it is his");
        assert_eq!(world.post(&agent, "/conversations/0190163d-8694-739b-aea5-966c26f8ad91/take", json!({})).await.problem().0, 404);
    })
    .await;
}
