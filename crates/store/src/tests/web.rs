//! Visits of sites and messages that were left: kept, found, lapsed, forgotten.

use std::time::Duration;

use domain::ids::{AgentId, OfflineMessageId};
use serde_json::json;

use super::*;
use crate::*;

const DAY: Duration = Duration::from_secs(86_400);

fn visit(session: &str, deployment: DeploymentId, at: Timestamp) -> WebVisit {
    let body = json!({"name": "Vera", "details": []});
    WebVisit { session: session.into(), deployment, visitor: None, body, at, expires_at: at + DAY }
}

async fn keep_visit(f: &Fixture, visit: &WebVisit) {
    let (workspace, visit) = (f.workspace, visit.clone());
    f.write(move |tx| {
        let visit = visit.clone();
        Box::pin(async move { tx.save_web_visit(workspace, &visit).await })
    })
    .await;
}

#[tokio::test]
async fn a_visit_is_kept_under_its_session_until_it_lapses() {
    for f in fixtures().await {
        let (workspace, site, vera): (_, DeploymentId, VisitorId) = (f.workspace, id(), id());
        let first = visit("s-1", site, NOON);
        keep_visit(&f, &first).await;
        let second = WebVisit { body: json!({"name": "Vera Vox"}), ..visit("s-1", site, NOON + DAY / 2) };
        keep_visit(&f, &second).await;
        keep_visit(&f, &visit("s-2", site, NOON)).await;
        let found = |session: &'static str, now| {
            let store = f.store.clone();
            async move { store.snapshot().await.unwrap().web_visit(workspace, session, now).await.unwrap() }
        };
        assert_eq!(found("s-1", NOON + DAY).await.as_ref(), Some(&second));
        assert_eq!(found("s-2", NOON + DAY).await, None, "a day later it has lapsed");
        assert_eq!(found("s-3", NOON).await, None);
        f.write(move |tx| Box::pin(async move { tx.set_visitor_of_web_visit(workspace, "s-1", vera).await })).await;
        let known = f.store.snapshot().await.unwrap().web_visits_of(workspace, vera).await.unwrap();
        assert_eq!(known, [WebVisit { visitor: Some(vera), ..second }]);
        let pruned = |now| f.write(move |tx| Box::pin(async move { tx.prune_web_visits(workspace, now, 10).await }));
        assert_eq!(pruned(NOON + DAY).await, 1);
        assert_eq!(pruned(NOON + DAY).await, 0);
        assert_eq!(pruned(NOON + DAY * 2).await, 1);
    }
}

fn left(visitor: VisitorId, deployment: DeploymentId, text: &str, at: Timestamp) -> OfflineMessage {
    OfflineMessage {
        id: id(),
        visitor,
        deployment,
        button: None,
        name: "Vera".into(),
        email: "vera@example.org".into(),
        phone: "+49 30 1234".into(),
        text: text.into(),
        page: "https://shop.example/cart".into(),
        page_title: "Cart".into(),
        details: json!([{"label": "Order", "value": "4711"}]),
        at,
        done: false,
        assigned_to: None,
        done_by: None,
        done_at: None,
    }
}

async fn keep(f: &Fixture, messages: &[OfflineMessage]) {
    let (workspace, messages) = (f.workspace, messages.to_vec());
    f.write(move |tx| {
        let messages = messages.clone();
        Box::pin(async move {
            for message in &messages {
                tx.touch_visitor(workspace, message.visitor, &message.name, "192.0.2.7", message.at).await?;
                tx.insert_offline_message(workspace, message).await?;
            }
            Ok(())
        })
    })
    .await;
}

async fn read(f: &Fixture, id: OfflineMessageId) -> Option<OfflineMessage> {
    f.store.snapshot().await.unwrap().offline_message(f.workspace, id).await.unwrap()
}

#[tokio::test]
async fn messages_are_listed_by_state_by_whose_they_are_and_by_text() {
    for f in fixtures().await {
        let (workspace, site, ann): (_, DeploymentId, AgentId) = (f.workspace, id(), id());
        let mut all: Vec<OfflineMessage> =
            ["Où est ma commande?", "100% [wool]?", "third"].map(|text| left(id(), site, text, NOON)).to_vec();
        keep(&f, &all).await;
        (all[1].assigned_to, all[2].done, all[2].done_by, all[2].done_at) = (Some(ann), true, Some(ann), Some(NOON));
        let changed = all.clone();
        f.write(move |tx| {
            let changed = changed.clone();
            Box::pin(async move {
                for message in &changed {
                    assert_eq!(tx.offline_message(workspace, message.id).await?.map(|known| known.text), Some(message.text.clone()));
                    tx.save_offline_message(workspace, message).await?;
                }
                Ok(())
            })
        })
        .await;
        assert_eq!(read(&f, all[2].id).await.as_ref(), Some(&all[2]));
        let list = |filter: OfflineFilter, before: Option<OfflineMessageId>, limit| {
            let (store, all) = (f.store.clone(), all.clone());
            async move {
                let found = store.snapshot().await.unwrap().offline_messages(workspace, &filter, before, limit).await.unwrap();
                found.iter().map(|message| all.iter().position(|known| known == message).unwrap()).collect::<Vec<_>>()
            }
        };
        assert_eq!(list(OfflineFilter::default(), None, 2).await, [2, 1]);
        assert_eq!(list(OfflineFilter::default(), Some(all[1].id), 2).await, [0]);
        assert_eq!(list(OfflineFilter { done: Some(false), ..Default::default() }, None, 9).await, [1, 0]);
        assert_eq!(list(OfflineFilter { done: Some(true), ..Default::default() }, None, 9).await, [2]);
        assert_eq!(list(OfflineFilter { assigned: Some(AssignedTo::Agent(ann)), ..Default::default() }, None, 9).await, [1]);
        assert_eq!(list(OfflineFilter { assigned: Some(AssignedTo::Nobody), ..Default::default() }, None, 9).await, [2, 0]);
        for (text, found) in [("OÙ", vec![0]), ("% [W", vec![1]), ("_", vec![]), ("example.ORG", vec![2, 1, 0]), ("'; --", vec![])] {
            assert_eq!(list(OfflineFilter { text: Some(text.into()), ..Default::default() }, None, 9).await, found, "{text}");
        }
    }
}

#[tokio::test]
async fn a_person_who_is_erased_is_in_no_message_and_no_visit() {
    for f in fixtures().await {
        let (workspace, site, vera): (_, DeploymentId, VisitorId) = (f.workspace, id(), id());
        let (hers, other) = (left(vera, site, "private words", NOON), left(id(), site, "words", NOON));
        keep(&f, &[hers.clone(), other.clone()]).await;
        keep_visit(&f, &WebVisit { visitor: Some(vera), ..visit("s-1", site, NOON) }).await;
        let told = f.store.snapshot().await.unwrap().export_visitor(workspace, vera).await.unwrap().unwrap();
        assert_eq!((told.offline_messages.as_slice(), told.visits.len()), ([hers.clone()].as_slice(), 1));
        f.write(move |tx| Box::pin(async move { tx.erase_visitor(workspace, vera).await })).await;
        let gone = read(&f, hers.id).await.unwrap();
        let everything =
            [&gone.name, &gone.email, &gone.phone, &gone.text, &gone.page, &gone.page_title].map(|text| text.reveal()).concat();
        assert_eq!((everything.as_str(), gone.details), ("", json!([])));
        assert_eq!(read(&f, other.id).await, Some(other));
        assert_eq!(f.store.snapshot().await.unwrap().export_visitor(workspace, vera).await.unwrap().unwrap().visits, []);
    }
}

#[tokio::test]
async fn messages_lapse_by_kind_and_by_age_of_their_deployment() {
    for f in fixtures().await {
        let (workspace, site, elsewhere): (_, DeploymentId, DeploymentId) = (f.workspace, id(), id());
        let [old, young, foreign] =
            [left(id(), site, "old", NOON), left(id(), site, "young", NOON + DAY), left(id(), elsewhere, "x", NOON)];
        keep(&f, &[old.clone(), young.clone(), foreign.clone()]).await;
        let lapse =
            |what| f.write(move |tx| Box::pin(async move { tx.lapse_offline_messages(workspace, site, what, NOON + DAY, 10).await }));
        assert_eq!(lapse(Lapsing::Messages).await, 1);
        assert_eq!(lapse(Lapsing::Messages).await, 0, "nothing is told twice");
        assert_eq!(read(&f, old.id).await, Some(OfflineMessage { text: "".into(), ..old.clone() }));
        assert_eq!(lapse(Lapsing::Details).await, 1);
        assert_eq!(lapse(Lapsing::Details).await, 0);
        let blank = read(&f, old.id).await.unwrap();
        assert_eq!((blank.name.reveal(), blank.email.reveal(), blank.page.reveal(), &blank.details), ("", "", "", &json!([])));
        let visitor = f.store.snapshot().await.unwrap().visitor(workspace, old.visitor).await.unwrap().unwrap();
        assert_eq!((visitor.name.reveal(), visitor.address.as_str()), ("", ""));
        assert_eq!(lapse(Lapsing::Files).await, 0);
        assert_eq!(lapse(Lapsing::Conversations).await, 1);
        assert_eq!(read(&f, old.id).await, None);
        assert_eq!(f.store.snapshot().await.unwrap().visitor(workspace, old.visitor).await.unwrap(), None);
        for kept in [young, foreign] {
            assert_eq!(read(&f, kept.id).await, Some(kept));
        }
    }
}
