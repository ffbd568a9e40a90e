//! Records of conversations over the API: what agents see of them and do with them.

use domain::{
    detail::{EntityLink, EntityPlan, EntityStep, FieldMap},
    ids::ConversationId,
};
use engine::conversation::StartConversation;
use http::Method;
use native::{
    admin::Workspace,
    record::{ConversationRecords, FoundRecords, PendingRecordState, RecordForm, RecordHow},
};
use serde_json::{Value, json};

use crate::world::{World, on_both};

/// A contact by its e-mail address, and a case of it.
fn plan() -> EntityPlan {
    let map = |field: &str, label: &str, find| FieldMap { field: field.into(), label: label.into(), find, exact: true, create: true };
    let step = |entity: &str, fields, link| EntityStep { entity: entity.into(), fields, show_on_create: true, save_to: None, link };
    let link = EntityLink { entity: "Case".into(), field: "ContactId".into() };
    EntityPlan {
        steps: vec![
            step("Contact", vec![map("Email", "Mail", true), map("LastName", "Account", false)], Some(link)),
            step("Case", vec![map("Subject", "Mail", false)], None),
        ],
    }
}

async fn asked(world: &World) -> ConversationId {
    world.app.set_presence(world.demo.workspace, world.agent(), domain::presence::Presence::Online, None).await.unwrap();
    let asks = StartConversation { entity_plan: plan(), ..world.asks(None, "Vera") };
    let id = world.app.start_conversation(asks).await.unwrap().conversation;
    world.app.run_due().await.unwrap();
    id
}

fn records(answer: Value) -> ConversationRecords {
    serde_json::from_value(answer).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_chooses_among_candidates_and_is_told_of_every_change() {
    on_both(|world| async move {
        for name in ["Lovelace", "King"] {
            world.crm.has("Contact", &[("LastName", name), ("Email", "vera@example.org")]);
        }
        let id = asked(&world).await;
        let (agent, path) = (world.token("agent").await, format!("/conversations/{id}/records"));
        let seen = records(world.get(&agent, &path).await.good());
        assert_eq!((seen.links[0].how, seen.links[0].show), (RecordHow::Created, true));
        let choice = &seen.pending[0];
        assert_eq!((choice.state, choice.candidates.len(), choice.entity_label.as_str()), (PendingRecordState::Choosing, 2, "A Contact"));
        let king = choice.candidates.iter().find(|candidate| candidate.title.reveal() == "King").unwrap();
        assert_eq!(king.facts[0].label, "Email");

        let choose = format!("{path}/{}/choose", choice.part);
        assert_eq!(world.post(&agent, &choose, json!({"record": "Contact99"})).await.problem(), (409, "wrong_state".into()));
        let chosen = records(world.post(&agent, &choose, json!({"record": king.id})).await.good());
        assert_eq!(chosen.links.iter().filter(|link| link.how == RecordHow::Chosen).count(), 1);
        assert!(chosen.revision > seen.revision && chosen.pending.is_empty());
        world.app.run_due().await.unwrap();
        assert_eq!(world.crm.all("Case")[0].1["ContactId"], king.id);

        // The view that is told of it stands where a fresh one does.
        let shown = world.get(&agent, &format!("/conversations/{id}")).await.good();
        assert_eq!(shown["records_revision"], chosen.revision);
        let told = shown["timeline"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "records_changed").count();
        assert_eq!(told as u64, chosen.revision);

        let undone = records(world.post(&agent, &format!("{path}/{}/undo", choice.part), Value::Null).await.good());
        assert_eq!(undone.pending[0].candidates.len(), 2);
        let made = records(world.post(&agent, &format!("{path}/{}/make", choice.part), Value::Null).await.good());
        assert_eq!(made.pending[0].state, PendingRecordState::Waiting);
        world.app.run_due().await.unwrap();
        assert_eq!(world.crm.all("Contact").len(), 3);
        assert_eq!(world.post(&agent, &format!("{path}/nothing/retry"), Value::Null).await.problem().0, 404);
        let part = &records(world.get(&agent, &path).await.good()).links[0].part;
        assert_eq!(world.delete(&agent, &format!("{path}/{part}")).await.status, 204);
        assert!(records(world.get(&agent, &path).await.good()).links[0].undone);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_makes_a_record_once_and_says_what_is_wrong_with_each_field() {
    on_both(|world| async move {
        let id = world.conversation("Vera", "hello").await.conversation;
        let (agent, path) = (world.token("agent").await, format!("/conversations/{id}/records"));
        let form: RecordForm = serde_json::from_value(world.get(&agent, "/records/form?entity=Contact").await.good()).unwrap();
        assert!(form.fields[0].required && form.can_create);
        assert_eq!(world.get(&agent, "/records/form?entity=Nothing").await.problem().0, 404);
        assert_eq!(world.get(&agent, "/records/entities").await.good()["entities"].as_array().unwrap().len(), 3);

        let wrong = world.post(&agent, &format!("{path}/new"), json!({"entity": "Contact", "fields": {"Birthdate": "soon"}})).await;
        assert_eq!((wrong.problem(), &wrong.body["property"]), ((422, "invalid".to_owned()), &json!("fields.Birthdate")));
        assert_eq!(
            (&wrong.body["reasons"][0]["label"], &wrong.body["reasons"][0]["kind"]),
            (&json!("The Birthdate"), &json!("not_a_date"))
        );
        let body = json!({"entity": "Contact", "fields": {"LastName": "Byron"}});
        for key in ["one", "one", "two"] {
            world.send(Method::POST, &format!("{path}/new"), &agent, key, Some(body.clone())).await.good();
        }
        assert_eq!(world.crm.all("Contact").len(), 2, "a key is a record");
        let found = world.get(&agent, "/records/search?entity=Contact&text=Byron").await.good();
        let found: FoundRecords = serde_json::from_value(found).unwrap();
        assert_eq!(found.records.len(), 2);
        let account = world.crm.has("Account", &[("Name", "Engines")]);
        let link = json!({"entity": "Account", "record": account.id});
        let linked = records(world.post(&agent, &path, link).await.good());
        assert_eq!((linked.links.len(), linked.links[2].how), (3, RecordHow::Chosen));
        let nobody = json!({"entity": "Account", "record": "nobody"});
        assert_eq!(world.post(&agent, &path, nobody).await.problem().0, 404);
        assert_eq!(world.get(&agent, "/records/search?entity=Contact&text=").await.problem().0, 422);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_says_of_what_records_are_made() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let shown: Workspace = serde_json::from_value(world.get(&admin, "/admin/workspace").await.good()).unwrap();
        assert!(shown.settings.records.find_or_create && shown.settings.records.offline_messages);
        let mut settings = serde_json::to_value(&shown.settings).unwrap();
        settings["records"] = json!({"entities": ["Case", "Case"]});
        let set = world.put(&admin, "/admin/workspace", settings.clone()).await.good();
        assert_eq!(set["settings"]["records"], json!({"find_or_create": true, "entities": ["Case"], "offline_messages": true}));
        settings["records"] = json!({"entities": vec!["x"; 101]});
        let many = world.put(&admin, "/admin/workspace", settings).await;
        assert_eq!((many.problem().0, &many.body["property"]), (422, &json!("records.entities")));
        let id = asked(&world).await;
        let seen = records(world.get(&world.token("agent").await, &format!("/conversations/{id}/records")).await.good());
        assert_eq!((seen.links.len(), seen.pending[0].reasons[0].kind.as_str()), (1, "not_allowed"));
    })
    .await;
}
