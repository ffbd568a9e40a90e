//! What agents do with records.

use domain::record::RecordRef;
use switchboard_engine::{
    ErrorKind,
    records::{MadeRecord, NewRecordOf},
};

use crate::world::*;

fn form(entity: &str, fields: &[(&str, &str)], part: Option<&str>, name: &str) -> NewRecordOf {
    let fields = fields.iter().map(|(field, value)| ((*field).to_owned(), (*value).into())).collect();
    NewRecordOf { entity: entity.into(), fields, part: part.map(str::to_owned), name: name.into() }
}

#[tokio::test]
async fn an_agent_chooses_takes_back_and_chooses_again() {
    for world in worlds().await {
        for name in ["Lovelace", "King"] {
            world.crm.has("Contact", &[("LastName", name), ("Email", "ada@example.com")]);
        }
        let id = world.carried_out(contact_and_case(), ada()).await;
        let (agent, other) = (world.who("agent").await, world.who("other").await);
        let king = world.crm.all("Contact")[1].0.id.clone();
        let choose = |who, record: &str| world.app.choose_record(who, id, "plan-1".into(), record.to_owned());
        assert_eq!(
            choose(&agent, "Contact77").await.unwrap_err().kind,
            ErrorKind::Conflict("this record is not one of those that were found")
        );
        assert_eq!(choose(&other, &king).await.unwrap_err().kind, ErrorKind::NotFound("conversation"), "it is another's");
        choose(&agent, &king).await.unwrap();
        choose(&agent, &king).await.unwrap();
        world.app.run_due().await.unwrap();
        assert_eq!(world.told(id).await, "plan-1 Contact King Chosen\nplan-0 Case Broken Created");
        assert_eq!(world.crm.all("Case")[0].1["ContactId"], king, "the case was there before");

        let undo = |part: &str| world.app.undo_record(&agent, id, part.to_owned());
        undo("plan-1").await.unwrap();
        assert_eq!(world.told(id).await, "plan-0 Case Broken Created\nplan-1 Contact 2 of");
        world.app.make_planned_record(&agent, id, "plan-1".into()).await.unwrap();
        world.crm.asked();
        world.app.run_due().await.unwrap();
        assert!(world.crm.asked().contains(&"create Contact agent".to_owned()), "with the agent's own rights");
        assert_eq!(world.told(id).await, "plan-1 Contact Ada MadeByAgent\nplan-0 Case Broken Created");
        assert_eq!(world.crm.all("Contact").len(), 3);

        // What was made goes, and what somebody has written into since stays.
        undo("plan-1").await.unwrap();
        assert_eq!(world.crm.all("Contact").len(), 2);
        let case = world.crm.all("Case")[0].0.clone();
        world.crm.touch(&case);
        assert_eq!(undo("plan-0").await.unwrap_err().kind, ErrorKind::Conflict("somebody has changed the record since it was made"));
        world.app.unlink_record(&agent, id, "plan-0".into()).await.unwrap();
        assert_eq!(world.told(id).await, "plan-0 Case Broken Created undone\nplan-1 Contact 2 of");
        assert_eq!(world.crm.all("Case").len(), 1);
        world.end().await;
    }
}

#[tokio::test]
async fn an_agent_looks_for_links_and_makes_records_once() {
    for world in worlds().await {
        let known = world.crm.has("Account", &[("Name", "Analytical Engines")]);
        let id = world.carried_out(contact_and_case(), vec![]).await;
        assert_eq!(world.told(id).await, "", "nothing to look for, nothing to make it of");
        let agent = world.who("agent").await;
        let found = world.app.search_records(&agent, "Account", &"Engines".into()).await.unwrap();
        assert_eq!(found[0].at, known);
        world.app.link_record(&agent, id, known.clone()).await.unwrap();
        world.app.link_record(&agent, id, known.clone()).await.unwrap();
        let nobody = RecordRef { entity: "Account".into(), id: "nobody".into() };
        assert_eq!(world.app.link_record(&agent, id, nobody).await.unwrap_err().kind, ErrorKind::NotFound("record"));
        let records = world.records("agent", id).await;
        assert_eq!((records.links.len(), records.links[0].by), (1, Some(agent.agent)));
        assert_eq!(world.app.record_form(&agent, "Contact").await.unwrap().fields[0].label, "The LastName");
        assert_eq!(world.app.record_form(&agent, "Profile").await.unwrap_err().kind, ErrorKind::NotFound("kind of record"));

        let make = |fields: &[(&str, &str)]| world.app.make_record(&agent, id, form("Contact", fields, None, "agent-1"));
        let MadeRecord::Refused(reasons) = make(&[("Email", "a@b.c")]).await.unwrap() else { panic!("it has no name") };
        assert_eq!((reasons[0].label.as_str(), reasons[0].kind.as_str()), ("The LastName", "required"));
        for _ in 0..2 {
            let MadeRecord::Made(records) = make(&[("LastName", "Byron")]).await.unwrap() else { panic!("it is not made") };
            assert_eq!(records.links.len(), 2);
        }
        assert_eq!(world.crm.all("Contact").len(), 1, "the same request is the same record");
        let part = world.records("agent", id).await.links[1].part.clone();
        world.app.undo_record(&agent, id, part).await.unwrap();
        assert!(world.crm.all("Contact").is_empty());

        // In the place of one that could not be.
        let named = domain::detail::EntityPlan { steps: vec![step("Contact", vec![map("Email", "Mail", true, true)], None)] };
        let id = world.asks(named, ada()).await.conversation;
        world.accepts("agent", id).await;
        world.app.run_due().await.unwrap();
        let new = form("Contact", &[("LastName", "Noel")], Some("plan-0"), "agent-2");
        assert!(matches!(world.app.make_record(&agent, id, new).await.unwrap(), MadeRecord::Made(_)));
        assert_eq!(world.told(id).await, "plan-0 Contact Noel MadeByAgent");
        world.app.undo_record(&agent, id, "plan-0".into()).await.unwrap();
        assert!(world.crm.all("Contact").is_empty(), "it was made under another name, and is found by it");
        world.end().await;
    }
}

#[tokio::test]
async fn nobody_sees_of_a_record_what_the_crm_keeps_from_him() {
    for world in worlds().await {
        for name in ["Lovelace", "King"] {
            world.crm.has("Contact", &[("LastName", name), ("Email", "ada@example.com")]);
        }
        let id = world.carried_out(contact_and_case(), ada()).await;
        world.crm.hides_from(world.demo.agents["agent"]);
        let records = world.records("agent", id).await;
        assert!(records.pending[0].candidates.is_empty() && records.links[0].record.is_none());
        assert_eq!(world.records("supervisor", id).await.pending[0].candidates.len(), 2);
        // Whoever had it last still sees to it after the end; others do not.
        world.app.agent_ends(world.demo.workspace, world.demo.agents["agent"], id, false).await.unwrap();
        world.app.make_planned_record(&world.who("agent").await, id, "plan-1".into()).await.unwrap();
        let other = world.who("other").await;
        assert_eq!(world.app.undo_record(&other, id, "plan-0".into()).await.unwrap_err().kind, ErrorKind::NotFound("conversation"));
        world.end().await;
    }
}
