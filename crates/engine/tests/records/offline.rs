//! What visitors write when nobody is there becomes a case.

use std::time::Duration;

use serde_json::json;
use switchboard_engine::{offline::NewOfflineMessage, visitor::Once};

use crate::world::*;

async fn left(world: &World, key: u8, text: &str) -> domain::ids::OfflineMessageId {
    let new = NewOfflineMessage {
        button: Some(world.demo.button),
        name: "Ada".into(),
        email: "ada@example.com".into(),
        text: text.into(),
        ..NewOfflineMessage::default()
    };
    let once = Once::new(format!("left-{key}"), vec![key]);
    world.app.leave_offline_message(world.demo.workspace, world.demo.deployment, new, once).await.unwrap()
}

#[tokio::test]
async fn a_message_becomes_one_case_unless_the_workspace_says_no() {
    for world in worlds().await {
        world.button(json!({"offline_form": {}})).await;
        left(&world, 1, "The engine\nhas stopped.").await;
        let id = left(&world, 1, "The engine\nhas stopped.").await;
        world.crm.fails(true);
        world.app.run_due().await.unwrap();
        let kept = |id| {
            let app = world.app.clone();
            async move { app.store().snapshot().await.unwrap().offline_record(world.demo.workspace, id).await.unwrap() }
        };
        assert_eq!(kept(id).await.unwrap().trouble.as_deref(), Some("The CRM cannot be reached now."));
        world.crm.fails(false);
        world.later(Duration::from_secs(2));
        world.app.run_due().await.unwrap();
        world.app.run_due().await.unwrap();
        let cases = world.crm.all("Case");
        assert_eq!(cases.len(), 1);
        assert_eq!((cases[0].1["Subject"].as_str(), cases[0].1["SuppliedEmail"].as_str()), ("The engine has stopped.", "ada@example.com"));
        let done = kept(id).await.unwrap();
        assert_eq!((done.record.as_ref(), done.due, done.trouble), (Some(&cases[0].0), None, None));

        world.set(json!({"offline_messages": false})).await;
        let id = left(&world, 2, "Again").await;
        world.app.run_due().await.unwrap();
        assert_eq!((world.crm.all("Case").len(), kept(id).await), (1, None));
        world.end().await;
    }
}
