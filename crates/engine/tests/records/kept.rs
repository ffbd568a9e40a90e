//! What is kept of records goes with what they were found by.

use std::time::Duration;

use domain::entity_plan::State;
use serde_json::json;
use switchboard_engine::definition::Deployment;

use crate::world::*;

#[tokio::test]
async fn erasing_a_person_leaves_no_trace_of_the_records_and_stops_what_is_due() {
    for world in worlds().await {
        for name in ["Lovelace", "King"] {
            world.crm.has("Contact", &[("LastName", name), ("Email", "ada@example.com")]);
        }
        world.online("agent").await;
        let started = world.asks(contact_and_case(), ada()).await;
        world.accepts("agent", started.conversation).await;
        world.app.run_due().await.unwrap();
        let waits = world.asks(contact_and_case(), ada()).await;
        let admin = world.who("admin").await;
        for visitor in [started.visitor, waits.visitor] {
            world.app.erase_person(&admin, visitor, None).await.unwrap();
        }
        let mut snapshot = world.app.store().snapshot().await.unwrap();
        let export = snapshot.export_conversation(world.demo.workspace, started.conversation).await.unwrap().unwrap();
        drop(snapshot);
        assert_eq!(export.records.len(), 2);
        for part in &export.records {
            assert!(part.record.is_none() && part.candidates.is_empty() && part.state == State::Nothing, "{part:?}");
        }
        world.crm.asked();
        world.later(Duration::from_secs(60));
        world.app.run_due().await.unwrap();
        assert!(world.crm.asked().is_empty());
        assert_eq!(world.told(started.conversation).await, "");
        assert_eq!(world.told(waits.conversation).await, "");
        world.end().await;
    }
}

#[tokio::test]
async fn with_the_details_go_the_candidates_and_with_the_conversation_everything() {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    for world in worlds().await {
        for name in ["Lovelace", "King"] {
            world.crm.has("Contact", &[("LastName", name), ("Email", "ada@example.com")]);
        }
        let admin = world.who("admin").await;
        let keeps = json!({"name": "Site", "retention": {"detail_days": 1, "conversation_days": 3}});
        world.app.replace::<Deployment>(&admin, world.demo.deployment, serde_json::from_value(keeps).unwrap()).await.unwrap();
        let id = world.carried_out(contact_and_case(), ada()).await;
        world.app.agent_ends(world.demo.workspace, world.demo.agents["agent"], id, false).await.unwrap();
        world.later(DAY + Duration::from_secs(60));
        world.app.run_due().await.unwrap();
        assert_eq!(world.told(id).await, "plan-0 Case Broken Created", "which case it was is no detail");
        world.later(DAY * 2);
        world.app.run_due().await.unwrap();
        let mut snapshot = world.app.store().snapshot().await.unwrap();
        assert!(snapshot.record_parts(world.demo.workspace, id).await.unwrap().is_empty());
        assert_eq!(snapshot.record_course(world.demo.workspace, id).await.unwrap(), None);
        drop(snapshot);
        world.end().await;
    }
}
