//! What supervisors do to agents, what visitors are told before they ask, and what follows when an agent goes.

use domain::conversation::Phase;
use native::{agent::Presence, visitor::Availability};
use serde_json::json;

use crate::world::{World, on_both};

async fn phase(world: &World, id: domain::ids::ConversationId) -> Phase {
    world.app.store().snapshot().await.unwrap().conversation(world.demo.workspace, id).await.unwrap().unwrap().phase
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_sets_an_agents_presence_and_it_is_audited() {
    on_both(|world| async move {
        let started = world.conversation("Vera", "hello").await;
        let (supervisor, path) = (world.token("supervisor").await, format!("/admin/agents/{}/presence", world.agent()));
        let set = world.put(&supervisor, &path, json!({"status": "away", "note": "Training"})).await.good();
        let set: Presence = serde_json::from_value(set).unwrap();
        assert_eq!((serde_json::to_value(set.reason).unwrap(), set.note.as_deref()), (json!("supervisor"), Some("Training")));
        assert_eq!(phase(&world, started.conversation).await, Phase::Active { agent: world.agent() });
        let me = world.get(&world.token("agent").await, "/me").await.good();
        assert_eq!((&me["presence"]["status"], &me["presence"]["note"]), (&json!("away"), &json!("Training")));
        world.put(&supervisor, &path, json!({"status": "offline"})).await.good();
        assert_eq!(phase(&world, started.conversation).await, Phase::Waiting);
        assert_eq!(world.audited(world.agent()).await[1..], ["agent.presence_set", "agent.presence_set"]);

        let agent = world.token("agent").await;
        assert_eq!(world.put(&agent, &path, json!({"status": "online"})).await.problem().0, 403);
        let long = world.put(&supervisor, &path, json!({"status": "away", "note": "x".repeat(81)})).await;
        assert_eq!((long.problem(), &long.body["property"]), ((422, "invalid".to_owned()), &json!("note")));
        let unknown = "/admin/agents/0190163d-8694-739b-aea5-966c26f8ad91/presence";
        assert_eq!(world.put(&supervisor, unknown, json!({"status": "away"})).await.problem().0, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn visitors_are_told_who_is_available_without_a_token() {
    on_both(|world| async move {
        let (deployment, button, agent) = (world.demo.deployment, world.demo.button, world.agent());
        let ask = async |query: String| world.get("", &format!("/visitor/availability?{query}")).await;
        let nobody = "0190163d-8694-739b-aea5-966c26f8ad91";
        let query = format!("deployment={deployment}&buttons={button},{nobody}&agents={agent}");
        let told: Availability = serde_json::from_value(ask(query.clone()).await.good()).unwrap();
        assert_eq!(told.buttons.iter().map(|told| (told.button, told.available)).collect::<Vec<_>>(), [(button, false)]);
        assert_eq!(told.agents.iter().map(|told| (told.agent, told.available)).collect::<Vec<_>>(), [(agent, false)]);
        world.app.set_presence(world.demo.workspace, agent, domain::presence::Presence::Online, None).await.unwrap();
        let told: Availability = serde_json::from_value(ask(query).await.good()).unwrap();
        assert!(told.buttons[0].available && told.agents[0].available);
        assert_eq!(told.buttons[0].estimated_wait_seconds, Some(0));

        assert_eq!(ask(format!("deployment={nobody}")).await.problem().0, 404);
        let wrong = ask(format!("deployment={deployment}&buttons=help")).await;
        assert_eq!((wrong.problem(), &wrong.body["property"]), ((400, "invalid_parameter".to_owned()), &json!("buttons")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_of_an_agent_who_goes_wait_again() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let path = format!("/admin/agents/{}", world.agent());
        let (first, agent) = (world.conversation("Vera", "hello").await, world.token("agent").await);
        world.delete(&agent, "/sign-in").await.good();
        assert_eq!(phase(&world, first.conversation).await, Phase::Waiting, "signed out");
        assert_eq!(world.get(&agent, "/me").await.problem().0, 401);
        let shown = world.get(&admin, &path).await.good();
        assert_eq!((&shown["presence"]["status"], &shown["presence"]["reason"]), (&json!("offline"), &json!("signed_out")));

        // Back again, he has what waits; then he is switched off.
        let second = world.conversation("Wim", "hello").await;
        assert_eq!(phase(&world, first.conversation).await, Phase::Active { agent: world.agent() });
        let mut settings = shown["settings"].clone();
        settings["active"] = json!(false);
        world.put(&admin, &path, settings.clone()).await.good();
        assert_eq!([phase(&world, first.conversation).await, phase(&world, second.conversation).await], [Phase::Waiting; 2]);

        settings["active"] = json!(true);
        world.put(&admin, &path, settings).await.good();
        world.conversation("Xaver", "hello").await;
        assert_eq!(phase(&world, first.conversation).await, Phase::Active { agent: world.agent() });
        world.delete(&admin, &path).await.good();
        assert_eq!([phase(&world, first.conversation).await, phase(&world, second.conversation).await], [Phase::Waiting; 2]);
        assert_eq!(world.get(&admin, &path).await.problem().0, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_with_the_same_key_is_one_transfer() {
    on_both(|world| async move {
        let started = world.conversation("Vera", "hello").await;
        let agent = world.token("agent").await;
        let colleague = world.demo.agents["supervisor"];
        world.app.set_presence(world.demo.workspace, colleague, domain::presence::Presence::Online, None).await.unwrap();
        let path = format!("/conversations/{}/transfer", started.conversation);
        let body = json!({"to": {"kind": "agent", "id": colleague}, "note": "a regular"});
        let send = || world.send(http::Method::POST, &path, &agent, "once", Some(body.clone()));
        let (one, other) = futures_util::future::join(send(), send()).await;
        assert_eq!(one.good(), other.good());
        let first = send().await.good();
        let mut changed = body.clone();
        changed["note"] = json!("another note");
        let reused = world.send(http::Method::POST, &path, &agent, "once", Some(changed)).await;
        assert_eq!(reused.problem(), (422, "idempotency_key_reused".to_owned()));
        let entries = world.app.store().conversation_after(world.demo.workspace, started.conversation, 0, 100).await.unwrap();
        let sent: Vec<_> = entries.iter().filter(|entry| entry.event.kind() == "transfer_started").collect();
        assert_eq!((sent.len(), json!(sent[0].sequence)), (1, first["sequence"].clone()));
    })
    .await;
}
