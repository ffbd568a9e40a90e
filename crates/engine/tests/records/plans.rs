//! When plans are carried out, and what becomes of their parts.

use std::time::Duration;

use domain::{
    detail::{EntityMap, EntityPlan},
    journal::Event,
};
use serde_json::json;

use crate::world::*;

#[tokio::test]
async fn a_plan_waits_for_an_agent_unless_a_queue_finds_him() {
    for world in worlds().await {
        world.online("agent").await;
        let started = world.asks(contact_and_case(), ada()).await;
        world.app.run_due().await.unwrap();
        assert!(world.crm.asked().is_empty(), "nobody has accepted");
        assert_eq!(world.told(started.conversation).await, "plan-1 Contact Waiting\nplan-0 Case Waiting");
        world.crm.asked();
        world.accepts("agent", started.conversation).await;
        world.app.run_due().await.unwrap();
        assert_eq!(world.crm.asked(), ["find Contact server", "create Contact server", "create Case server"]);
        assert_eq!(world.told(started.conversation).await, "plan-1 Contact Ada Created\nplan-0 Case Broken Created");
        assert_eq!(world.crm.all("Case")[0].1["ContactId"], world.crm.all("Contact")[0].0.id);
        world.crm.asked();
        world.app.run_due().await.unwrap();
        assert!(world.crm.asked().is_empty(), "it is done once");

        // Agents hear of it.
        let mut snapshot = world.app.store().snapshot().await.unwrap();
        let entries = snapshot.conversation_entries(world.demo.workspace, started.conversation, 0, 100).await.unwrap();
        drop(snapshot);
        let told: Vec<_> = entries.iter().filter(|entry| matches!(entry.event, Event::RecordsChanged { .. })).collect();
        let revision = world.records("agent", started.conversation).await.revision;
        assert_eq!(told.last().unwrap().event, Event::RecordsChanged { revision });
        assert!(told.iter().all(|entry| entry.visitor_sequence.is_none()));
        let linked = world.app.linked_records(world.demo.workspace, started.conversation).await.unwrap();
        assert_eq!(linked.iter().map(|record| record.entity.as_str()).collect::<Vec<_>>(), ["Contact", "Case"]);

        // As soon as it is asked for, also for who leaves before anybody answers.
        world.button(json!({"record_timing": "at_request"})).await;
        let started = world.asks(contact_and_case(), ada()).await;
        world.app.run_due().await.unwrap();
        assert_eq!(world.told(started.conversation).await, "plan-1 Contact Ada Found\nplan-0 Case Broken Created");
        world.end().await;
    }
}

#[tokio::test]
async fn what_is_there_is_found_and_several_are_told_apart() {
    for world in worlds().await {
        let there = world.crm.has("Contact", &[("LastName", "Lovelace"), ("Email", "ADA@example.com")]);
        let id = world.carried_out(contact_and_case(), ada()).await;
        assert_eq!(world.told(id).await, "plan-1 Contact Lovelace Found\nplan-0 Case Broken Created");
        assert_eq!(world.crm.all("Case")[0].1["ContactId"], there.id);
        assert_eq!(world.crm.all("Contact").len(), 1);

        world.crm.has("Contact", &[("LastName", "King"), ("Email", "ada@example.com")]);
        let id = world.asks(contact_and_case(), ada()).await.conversation;
        world.accepts("agent", id).await;
        world.app.run_due().await.unwrap();
        assert_eq!(world.told(id).await, "plan-0 Case Broken Created\nplan-1 Contact 2 of");
        let records = world.records("agent", id).await;
        let candidate = &records.pending[0].candidates[1];
        assert_eq!((candidate.title.reveal(), candidate.facts.len()), ("King", 2));
        assert!(records.pending[0].can_make && records.links[0].shows);
        world.end().await;
    }
}

#[tokio::test]
async fn the_workspace_says_whether_and_of_what_records_are_made() {
    for world in worlds().await {
        world.set(json!({"entities": ["Case"]})).await;
        let id = world.carried_out(contact_and_case(), ada()).await;
        assert_eq!(world.told(id).await, "plan-0 Case Broken Created\nplan-1 Contact Refused :not_allowed");
        assert!(world.crm.all("Contact").is_empty());
        world.set(json!({"find_or_create": false})).await;
        let id = world.asks(contact_and_case(), ada()).await.conversation;
        world.accepts("agent", id).await;
        world.app.run_due().await.unwrap();
        assert_eq!(world.told(id).await, "");
        // Names are matched exactly.
        world.set(json!({"entities": ["contact"]})).await;
        let id = world.asks(EntityPlan { steps: vec![contact_and_case().steps.remove(1)] }, ada()).await.conversation;
        world.accepts("agent", id).await;
        world.app.run_due().await.unwrap();
        assert_eq!(world.told(id).await, "plan-0 Contact Refused :not_allowed");
        world.end().await;
    }
}

#[tokio::test]
async fn what_cannot_be_read_says_why() {
    for world in worlds().await {
        let with = |find| {
            let fields =
                vec![map("LastName", "Name", false, true), map("Birthdate", "Born", find, true), map("Nonsense", "Name", false, true)];
            EntityPlan { steps: vec![step("Contact", fields, None)] }
        };
        let details = || vec![detail("Name", "Ada"), detail("Born", "in 1815")];
        let id = world.carried_out(with(false), details()).await;
        assert_eq!(world.told(id).await, "plan-0 Contact Ada Created");
        let left_out = &world.records("agent", id).await.links[0].reasons;
        let left_out: Vec<_> = left_out.iter().map(|reason| (reason.label.as_str(), reason.kind.as_str())).collect();
        assert_eq!(left_out, [("The Birthdate", "not_a_date"), ("Nonsense", "unknown_field")]);
        // By what cannot be read nothing can be looked for.
        let id = world.asks(with(true), details()).await.conversation;
        world.accepts("agent", id).await;
        world.app.run_due().await.unwrap();
        assert_eq!(world.told(id).await, "plan-0 Contact Refused The Birthdate:not_a_date");
        // What a record needs and the visitor did not say.
        let nameless = EntityPlan { steps: vec![step("Contact", vec![map("Email", "Mail", true, true)], None)] };
        let id = world.asks(nameless, ada()).await.conversation;
        world.accepts("agent", id).await;
        world.app.run_due().await.unwrap();
        assert_eq!(world.told(id).await, "plan-0 Contact Refused The LastName:required");
        world.end().await;
    }
}

#[tokio::test]
async fn the_older_form_finds_and_shows() {
    for world in worlds().await {
        world.crm.has("Contact", &[("LastName", "Lovelace"), ("Email", "ada@example.com")]);
        let mut mail = detail("Mail", "ada@example.com");
        mail.entity_maps = vec![EntityMap { entity: "Contact".into(), field: "Email".into(), fill: true, find: true, exact: true }];
        let id = world.carried_out(EntityPlan::default(), vec![mail]).await;
        assert_eq!(world.told(id).await, "query-0 Contact Lovelace Found");
        assert!(world.records("agent", id).await.links[0].shows);
        world.end().await;
    }
}

#[tokio::test]
async fn a_crm_that_fails_is_asked_again_ever_later_and_given_up_after_a_day() {
    for world in worlds().await {
        world.crm.fails(true);
        let id = world.carried_out(contact_and_case(), ada()).await;
        assert_eq!(world.told(id).await, "plan-1 Contact Failed :unavailable\nplan-0 Case Failed :unavailable");
        world.crm.asked();
        world.app.run_due().await.unwrap();
        assert!(world.crm.asked().is_empty(), "not at once");
        let mut asked = 0;
        for _ in 0..60 {
            world.later(Duration::from_secs(10));
            world.app.run_due().await.unwrap();
            asked += world.crm.asked().len();
        }
        assert!((5..=9).contains(&asked), "{asked} times in ten minutes");
        world.crm.fails(false);
        world.later(Duration::from_secs(300));
        world.app.run_due().await.unwrap();
        assert_eq!(world.told(id).await, "plan-1 Contact Ada Created\nplan-0 Case Broken Created");

        world.crm.fails(true);
        // Nobody's presence outlasts ten minutes without a sign of him.
        world.online("other").await;
        let id = world.asks(contact_and_case(), ada()).await.conversation;
        world.accepts("other", id).await;
        world.app.run_due().await.unwrap();
        world.later(Duration::from_secs(25 * 60 * 60));
        world.app.run_due().await.unwrap();
        assert_eq!(world.told(id).await, "plan-1 Contact Refused :unavailable\nplan-0 Case Refused :unavailable");
        world.crm.fails(false);
        world.later(Duration::from_secs(600));
        world.app.run_due().await.unwrap();
        assert_eq!(world.crm.all("Case").len(), 1, "only when somebody says so");
        world.app.retry_record(&world.who("supervisor").await, id, "plan-0".into()).await.unwrap();
        world.app.run_due().await.unwrap();
        assert_eq!(world.told(id).await, "plan-0 Case Broken Created\nplan-1 Contact Refused :unavailable");
        world.end().await;
    }
}
