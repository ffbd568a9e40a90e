//! What a deployment does not keep for ever goes by itself, some days after a conversation's end.

use std::time::Duration;

use domain::{
    ids::{ConversationId, FileId},
    journal::{Author, Event},
    secret::Text,
};
use futures_util::FutureExt as _;
use serde_json::json;
use store::{AuditFilter, ConversationExport};
use switchboard_engine::{ErrorKind, definition::Deployment, visitor::Once};

use crate::{
    person::conversation,
    world::{World, worlds},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn keeps(world: &World, retention: serde_json::Value) {
    let admin = world.signed_in("admin").await;
    let settings = json!({"name": "Site", "retention": retention});
    world.app.replace::<Deployment>(&admin, world.demo.deployment, serde_json::from_value(settings).unwrap()).await.unwrap();
}

/// A conversation that ended with everything in it that can lapse.
async fn over(world: &World) -> (domain::ids::VisitorId, ConversationId) {
    let started = conversation(world).await;
    let (workspace, id, now) = (world.workspace(), started.conversation, world.app.now());
    let file = store::File {
        id: world.app.id::<FileId>(),
        conversation: id,
        blob: Some(store::BlobId([7; 32])),
        name: "pass.png".into(),
        mime: "image/png".into(),
        size: 10,
        by: Author::Visitor,
        at: now,
    };
    world
        .app
        .store()
        .write::<_, store::Error, _>(move |tx| {
            let file = file.clone();
            async move { tx.insert_file(workspace, &file).await }.boxed()
        })
        .await
        .unwrap();
    let supervisor = world.demo.agents["supervisor"];
    let reason: Text = "rude".into();
    world.app.agent_ends_saying(workspace, supervisor, id, true, Some(&reason)).await.unwrap();
    let of = (workspace, started.live.session, id);
    world.app.visitor_rates(of, 1, "a rant", Once::new("rate", vec![1])).await.unwrap();
    (started.visitor, id)
}

async fn held(world: &World, id: ConversationId) -> Option<ConversationExport> {
    world.app.store().snapshot().await.unwrap().export_conversation(world.workspace(), id).await.unwrap()
}

/// What is left of it: words, the file, details, in one line.
async fn left(world: &World, id: ConversationId) -> String {
    let Some(held) = held(world, id).await else { return "nothing".to_owned() };
    let words = held.messages[0].text.reveal().len()
        + held.rating.unwrap().comment.reveal().len()
        + held.origin.ended_reason.map_or(0, |reason| reason.reveal().len());
    let details = held.details.iter().map(|detail| detail.value.reveal().len()).sum::<usize>() + held.origin.address.len();
    let parts = [(words > 0, "words"), (held.files[0].blob.is_some(), "file"), (details > 0, "details")];
    parts.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn each_kind_goes_after_its_days_and_journal_and_audit_log_say_so() {
    for world in worlds().await {
        keeps(&world, json!({"message_days": 1, "file_days": 2, "detail_days": 3, "conversation_days": 4})).await;
        let (visitor, id) = over(&world).await;
        let mut seen = vec![left(&world, id).await];
        world.clock.advance(DAY);
        world.app.run_due().await.unwrap();
        seen.push(left(&world, id).await);
        for _ in 0..4 {
            world.clock.advance(DAY);
            world.app.run_due().await.unwrap();
            // Twice is as once.
            world.app.run_due().await.unwrap();
            seen.push(left(&world, id).await);
        }
        assert_eq!(seen[..2], ["words file details", "words file details"], "a day is not yet over");
        assert_eq!(seen[2..], ["file details", "details", "", "nothing"]);

        let entries = world.app.store().conversation_after(world.workspace(), id, 0, 100).await.unwrap();
        assert_eq!(entries.iter().filter(|entry| entry.event == Event::Expired).count(), 3);
        let admin = world.signed_in("admin").await;
        let filter = AuditFilter { action: Some("retention.applied".into()), ..AuditFilter::default() };
        let mut lines = world.app.audit_log(&admin, &filter, None, 10).await.unwrap().lines;
        lines.reverse();
        let said: Vec<_> = lines.iter().map(|line| (line.subject.clone(), line.body["change"]["what"].clone())).collect();
        let site = world.demo.deployment.to_string();
        assert_eq!(said, ["messages", "files", "details", "conversations"].map(|what| (site.clone(), json!(what))));
        assert!(lines.iter().all(|line| line.actor == "system" && line.body["change"]["conversations"] == 1));
        assert_eq!(
            world.app.export_person(&admin, visitor).await.unwrap_err().kind,
            ErrorKind::NotFound("person"),
            "the visitor is gone too"
        );
        world.end().await;
    }
}

#[tokio::test]
async fn what_is_kept_for_ever_and_what_is_not_over_long_enough_stays() {
    for world in worlds().await {
        keeps(&world, json!({"message_days": 0, "detail_days": null, "file_days": 1})).await;
        let (_, ended) = over(&world).await;
        let running = conversation(&world).await;
        world.clock.advance(5 * DAY);
        world.app.run_due().await.unwrap();
        assert_eq!(left(&world, ended).await, "words details");
        let held = held(&world, running.conversation).await.unwrap();
        assert_eq!(held.messages[0].text.reveal(), "my number is 4711");
        world.end().await;
    }
}

#[tokio::test]
async fn many_that_lapse_at_once_go_in_batches_in_one_run() {
    for world in worlds().await {
        keeps(&world, json!({"message_days": 1})).await;
        let supervisor = world.demo.agents["supervisor"];
        let mut all = Vec::new();
        for _ in 0..120 {
            let started = conversation(&world).await;
            world.app.agent_ends(world.workspace(), supervisor, started.conversation, true).await.unwrap();
            all.push(started.conversation);
        }
        world.clock.advance(2 * DAY);
        world.app.run_due().await.unwrap();
        for id in all {
            assert_eq!(held(&world, id).await.unwrap().messages[0].text.reveal(), "");
        }
        let report = world.app.reconcilers().into_iter().find(|report| report.name == "retention").unwrap();
        assert_eq!((report.backlog, report.last_error), (0, None));
        world.end().await;
    }
}
