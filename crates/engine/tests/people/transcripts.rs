//! What the CRM keeps of a conversation goes when a person is erased, and when retention takes it away.

use std::time::Duration;

use serde_json::json;
use switchboard_engine::{crm::TranscriptRecord, definition::Deployment};
use testkit::wait_for;

use crate::{
    person::conversation,
    world::{World, worlds},
};

const PATIENCE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Nothing of the visitor is in it.
fn is_blank(record: &TranscriptRecord) -> bool {
    let texts = [record.body.reveal(), record.supervisor_body.reveal(), &record.user_agent, &record.address, &record.referrer];
    texts.iter().all(|text| !["4711", "Vera", "192.0.2", "test"].iter().any(|told| text.contains(told)))
        && record.details.iter().all(|detail| detail.value.reveal().is_empty())
}

async fn over(world: &World) -> switchboard_engine::conversation::Started {
    let started = conversation(world).await;
    let supervisor = world.demo.agents["supervisor"];
    world.app.agent_ends(world.workspace(), supervisor, started.conversation, true).await.unwrap();
    wait_for("the transcript of its end", PATIENCE, async || {
        world.keeper.state().kept.get(&started.conversation).is_some_and(|kept| kept.ended_at.is_some())
    })
    .await;
    started
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_a_person_reaches_the_transcript() {
    for world in worlds().await {
        let started = over(&world).await;
        let kept = world.keeper.kept(started.conversation);
        assert!(kept.body.reveal().contains("Vera: my number is 4711"));
        // Hidden ones too: it was said that they go there.
        assert_eq!(kept.details.iter().map(|one| (one.field.as_str(), one.value.reveal())).collect::<Vec<_>>(), [("Email__c", "hunter2")]);
        assert_eq!((kept.visitor, kept.key), (started.visitor, started.live.session.to_string()));

        let admin = world.signed_in("admin").await;
        world.app.erase_person(&admin, started.visitor, None).await.unwrap();
        wait_for("a blank transcript", PATIENCE, async || is_blank(&world.keeper.kept(started.conversation))).await;
        let blank = world.keeper.kept(started.conversation);
        assert_eq!((blank.numbers, blank.status, blank.details.len()), (kept.numbers, kept.status, 1), "numbers stay");
        assert!(blank.body.reveal().contains("Visitor: (erased)"));
        world.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_reaches_the_transcript_and_at_last_the_crm_forgets_it() {
    for world in worlds().await {
        let admin = world.signed_in("admin").await;
        let kept = json!({"name": "Site", "retention": {"message_days": 1, "detail_days": 1, "conversation_days": 5}});
        world.app.replace::<Deployment>(&admin, world.demo.deployment, serde_json::from_value(kept).unwrap()).await.unwrap();
        let id = over(&world).await.conversation;
        world.clock.advance(2 * DAY);
        world.app.run_due().await.unwrap();
        wait_for("a blank transcript", PATIENCE, async || is_blank(&world.keeper.kept(id))).await;
        world.clock.advance(4 * DAY);
        world.app.run_due().await.unwrap();
        wait_for("a transcript that is forgotten", PATIENCE, async || world.keeper.state().forgotten.contains(&id)).await;
        assert!(!world.keeper.state().kept.contains_key(&id));
        world.end().await;
    }
}
