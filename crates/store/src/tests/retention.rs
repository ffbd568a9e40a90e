//! What lapses after a conversation's end, and what of it goes when.

use std::time::Duration;

use domain::ids::FileId;
use serde_json::json;

use super::*;
use crate::{
    driver::{Sql, Statement, values},
    *,
};

const ONE_SITE: Statement = Statement { name: "ONE_SITE", sql: Sql::Both("UPDATE origin SET deployment = $2 WHERE workspace = $1") };

/// Three conversations of one deployment with something of every kind in each, that ended a second apart.
async fn site(f: &Fixture) -> (DeploymentId, [Conversed; 3]) {
    let (workspace, deployment): (_, DeploymentId) = (f.workspace, id());
    let all = [f.conversation().await, f.conversation().await, f.conversation().await];
    for (n, c) in all.into_iter().enumerate() {
        f.store.post(f.says(&c, "words")).await.unwrap().unwrap();
        f.write(move |tx| {
            Box::pin(async move {
                let value = Detail { label: "Pin".into(), value: "0000".into(), visible: false, fields: vec![], maps: json!({}) };
                tx.insert_details(workspace, c.id, &[value]).await?;
                tx.insert_breadcrumb(
                    workspace,
                    c.id,
                    &Breadcrumb { sequence: 9, location: "https://page".into(), title: "A title".into(), at: NOON },
                )
                .await?;
                tx.save_rating(workspace, c.id, &Rating { score: 2, comment: "rant".into(), at: NOON }).await?;
                let file = File {
                    id: id::<FileId>(),
                    conversation: c.id,
                    blob: Some(BlobId([1; 32])),
                    name: "pass.png".into(),
                    mime: "image/png".into(),
                    size: 10,
                    by: Author::Visitor,
                    at: NOON,
                };
                tx.insert_file(workspace, &file).await?;
                tx.save_end_reason(workspace, c.id, &"rude".into()).await?;
                tx.mark_ended(workspace, c.id, "agent", "agent", NOON + Duration::from_secs(n as u64)).await
            })
        })
        .await;
    }
    f.write(move |tx| {
        Box::pin(async move {
            tx.execute(ONE_SITE, values![workspace, deployment]).await?;
            Ok(())
        })
    })
    .await;
    (deployment, all)
}

async fn lapse(f: &Fixture, deployment: DeploymentId, what: Lapsing, before: Timestamp, limit: i64) -> (Vec<ConversationId>, bool) {
    let workspace = f.workspace;
    let done = f.write(move |tx| Box::pin(async move { tx.lapse(workspace, deployment, what, before, limit).await })).await;
    (done.conversations, done.more)
}

async fn held(f: &Fixture, c: &Conversed) -> Option<ConversationExport> {
    f.store.snapshot().await.unwrap().export_conversation(f.workspace, c.id).await.unwrap()
}

const LATER: Timestamp = Timestamp(NOON.0 + 60_000_000);

#[tokio::test]
async fn each_kind_lapses_by_itself_and_rows_and_numbers_stay() {
    for f in fixtures().await {
        let (deployment, [first, ..]) = site(&f).await;
        let before = held(&f, &first).await.unwrap();

        assert_eq!(lapse(&f, deployment, Lapsing::Messages, LATER, 10).await.0.len(), 3);
        let after = held(&f, &first).await.unwrap();
        assert_eq!((after.messages.len(), after.messages[0].text.reveal()), (1, ""));
        assert_eq!((after.rating.as_ref().unwrap().score, after.rating.as_ref().unwrap().comment.reveal()), (2, ""));
        assert_eq!((&after.origin.ended_reason, &after.origin.ended_because), (&None, &before.origin.ended_because));
        assert_eq!((&after.details, &after.files, &after.breadcrumbs), (&before.details, &before.files, &before.breadcrumbs));

        assert_eq!(lapse(&f, deployment, Lapsing::Files, LATER, 10).await.0.len(), 3);
        let after = held(&f, &first).await.unwrap();
        assert_eq!((after.files[0].blob, after.files[0].name.reveal(), after.files[0].size), (None, "", 0));
        assert_eq!(after.details, before.details);

        assert_eq!(lapse(&f, deployment, Lapsing::Details, LATER, 10).await.0.len(), 3);
        let after = held(&f, &first).await.unwrap();
        assert_eq!((after.details[0].value.reveal(), after.breadcrumbs[0].location.reveal()), ("", ""));
        let origin = &after.origin;
        assert_eq!([origin.name.reveal(), &origin.address, &origin.user_agent, &origin.page, &origin.referrer, &origin.screen], [""; 6]);
        assert_eq!(origin.requested_at, before.origin.requested_at);
        let visitor = f.store.snapshot().await.unwrap().visitor(f.workspace, first.visitor).await.unwrap().unwrap();
        assert_eq!((visitor.name.reveal(), visitor.address.as_str()), ("", ""));
    }
}

#[tokio::test]
async fn batches_go_from_the_oldest_on_and_nothing_is_looked_at_twice() {
    for f in fixtures().await {
        let (deployment, [first, second, third]) = site(&f).await;
        let until = |seconds| NOON + Duration::from_secs(seconds);
        assert_eq!(lapse(&f, deployment, Lapsing::Messages, NOON, 2).await, (vec![], false), "nothing is that old");
        assert_eq!(lapse(&f, deployment, Lapsing::Messages, until(9), 2).await, (vec![first.id, second.id], true));
        assert_eq!(held(&f, &third).await.unwrap().messages[0].text.reveal(), "words");
        assert_eq!(lapse(&f, deployment, Lapsing::Messages, until(9), 2).await, (vec![third.id], false));
        assert_eq!(lapse(&f, deployment, Lapsing::Messages, until(9), 2).await, (vec![], false));
        assert_eq!(lapse(&f, id(), Lapsing::Files, until(9), 2).await, (vec![], false), "another deployment's");
        // A kind that held nothing is not told.
        assert_eq!(lapse(&f, deployment, Lapsing::Files, until(1), 2).await, (vec![first.id], false));
    }
}

#[tokio::test]
async fn whole_conversations_go_with_visitors_who_have_no_other() {
    for f in fixtures().await {
        let (deployment, [first, second, third]) = site(&f).await;
        let young = f.conversation_of(second.visitor, "Vera", NOON).await;
        assert_eq!(
            lapse(&f, deployment, Lapsing::Conversations, NOON + Duration::from_secs(2), 10).await,
            (vec![first.id, second.id], false)
        );
        assert_eq!((held(&f, &first).await, held(&f, &second).await), (None, None));
        assert!(held(&f, &third).await.is_some() && held(&f, &young).await.is_some());
        assert_eq!(f.store.session_workspace(first.session).await.unwrap(), None);
        assert_eq!(f.store.session_workspace(third.session).await.unwrap(), Some(f.workspace));
        let mut snapshot = f.store.snapshot().await.unwrap();
        assert_eq!(snapshot.messages(f.workspace, first.id, 0, 10).await.unwrap(), []);
        assert_eq!(snapshot.visitor(f.workspace, first.visitor).await.unwrap(), None);
        assert!(snapshot.visitor(f.workspace, second.visitor).await.unwrap().is_some(), "she has another conversation");
    }
}
