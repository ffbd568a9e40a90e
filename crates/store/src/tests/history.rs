//! Searching what was.

use std::time::Duration;

use domain::ids::VisitorId;
use serde_json::json;

use super::*;
use crate::*;

async fn found(f: &Fixture, filter: HistoryFilter) -> Vec<ConversationId> {
    let mut snapshot = f.store.snapshot().await.unwrap();
    snapshot.history(f.workspace, &filter, None, 100).await.unwrap().into_iter().map(|line| line.conversation).collect()
}

#[tokio::test]
async fn history_is_paged_newest_first_without_gap_or_repeat() {
    for f in fixtures().await {
        let mut made = vec![];
        for n in 0..7u64 {
            // Pairs at the same instant: the id decides.
            made.push(f.conversation_of(id(), "Vera", NOON + Duration::from_secs(n / 2)).await.id);
        }
        made.reverse();
        let (mut seen, mut cursor) = (vec![], None);
        loop {
            let mut snapshot = f.store.snapshot().await.unwrap();
            let page = snapshot.history(f.workspace, &HistoryFilter::default(), cursor, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            cursor = Some(last.cursor());
            seen.extend(page.iter().map(|line| line.conversation));
        }
        assert_eq!(seen, made);
    }
}

#[tokio::test]
async fn history_is_filtered_by_what_a_conversation_was() {
    for f in fixtures().await {
        let workspace = f.workspace;
        let visitor: VisitorId = id();
        let old = f.conversation_of(visitor, "Vera", NOON).await;
        let young = f.conversation_of(id(), "Wim", NOON + Duration::from_secs(60)).await;
        f.write(move |tx| {
            Box::pin(async move {
                let mut conversation = tx.conversation(workspace, old.id).await?.unwrap();
                conversation.phase = domain::conversation::Phase::Ended;
                tx.save_conversation(workspace, &conversation).await?;
                tx.mark_ended(workspace, old.id, "agent", "agent", NOON).await
            })
        })
        .await;
        let filter = HistoryFilter::default;
        let only_old = [
            HistoryFilter { until: Some(NOON + Duration::from_secs(60)), ..filter() },
            HistoryFilter { deployment: Some(old.deployment), ..filter() },
            HistoryFilter { agent: Some(old.agent), ..filter() },
            HistoryFilter { visitor: Some(visitor), ..filter() },
            HistoryFilter { name: Some("era".into()), ..filter() },
            HistoryFilter { phase: Some("ended"), ..filter() },
            HistoryFilter { ended_because: Some("agent".into()), ..filter() },
        ];
        for filter in only_old {
            assert_eq!(found(&f, filter.clone()).await, [old.id], "{filter:?}");
        }
        assert_eq!(found(&f, HistoryFilter { from: Some(NOON + Duration::from_secs(1)), ..filter() }).await, [young.id]);
        assert_eq!(found(&f, HistoryFilter { phase: Some("active"), ..filter() }).await, [young.id]);
        assert_eq!(found(&f, HistoryFilter { button: Some(id()), ..filter() }).await, []);
        let mut snapshot = f.store.snapshot().await.unwrap();
        assert_eq!(snapshot.history(id(), &filter(), None, 10).await.unwrap(), [], "another workspace");
    }
}

#[tokio::test]
async fn text_is_found_in_any_case_and_means_itself() {
    for f in fixtures().await {
        let (workspace, c) = (f.workspace, f.conversation_of(id(), "ÄNNE O'Neil", NOON).await);
        let text = "100% sure: [a-z]* \\d+ under_score ^$ (Ünïcødé) 'quote' straße";
        f.store.post(f.says(&c, text)).await.unwrap().unwrap();
        f.write(move |tx| {
            Box::pin(async move {
                let of = |label: &str, value: &str, visible| Detail {
                    label: label.into(),
                    value: value.into(),
                    visible,
                    fields: vec![],
                    maps: json!([]),
                };
                tx.insert_details(workspace, c.id, &[of("City", "Überlingen", true), of("Pin", "hidden4711", false)]).await
            })
        })
        .await;
        let message = |text: &str| HistoryFilter { message: Some(text.into()), ..HistoryFilter::default() };
        for needle in ["100%", "[A-Z]*", "\\D+", "UNDER_SCORE", "^$", "(üNÏCØDÉ)", "'Quote'", "straße", text] {
            assert_eq!(found(&f, message(needle)).await, [c.id], "{needle}");
        }
        for needle in ["100_", "[b]", "underXscore", "d+ +", "??", "'; DROP TABLE message; --", "hidden4711"] {
            assert_eq!(found(&f, message(needle)).await, [], "{needle}");
        }
        let anywhere = |text: &str| HistoryFilter { anywhere: Some(text.into()), ..HistoryFilter::default() };
        for needle in ["änne o'neil", "überLINGEN", "sure"] {
            assert_eq!(found(&f, anywhere(needle)).await, [c.id], "{needle}");
        }
        // What agents may not see is not found either.
        assert_eq!(found(&f, anywhere("hidden4711")).await, []);
        assert_eq!(found(&f, HistoryFilter { detail: Some("hidden4711".into()), ..HistoryFilter::default() }).await, []);
        assert_eq!(found(&f, HistoryFilter { detail: Some("ÜBERLINGEN".into()), ..HistoryFilter::default() }).await, [c.id]);
    }
}

#[tokio::test]
async fn notes_among_agents_are_not_searched() {
    for f in fixtures().await {
        let c = f.conversation().await;
        let note = NewMessage {
            kind: MessageKind::Note,
            by: Author::Agent { agent: c.agent },
            name: Some("Ann".into()),
            ..f.says(&c, "a difficult one")
        };
        f.store.post(note).await.unwrap().unwrap();
        assert_eq!(found(&f, HistoryFilter { anywhere: Some("difficult".into()), ..HistoryFilter::default() }).await, []);
    }
}
