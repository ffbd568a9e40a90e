//! Details, credentials, keys, audit, files; erasing, exporting and retention.

use std::time::Duration;

use domain::{
    ids::{AgentId, AuditId, FileId, FileRequestId, SignInId, VisitorId},
    journal::{Author, FileRequestOutcome},
};
use serde_json::json;

use super::*;
use crate::*;

fn detail(label: &str, value: &str, visible: bool) -> Detail {
    Detail { label: label.into(), value: value.into(), visible, fields: vec![format!("{label}__c")], maps: json!([{"entity": "Contact"}]) }
}

#[tokio::test]
async fn details_keep_their_order_and_hidden_ones_have_a_reading_of_their_own() {
    for f in fixtures().await {
        let (workspace, c) = (f.workspace, f.conversation().await);
        let given = vec![detail("Zoo", "ünï \"quoted\"", true), detail("Pin", "0000", false), detail("Anna", "", true)];
        let write = given.clone();
        f.write(move |tx| {
            let write = write.clone();
            Box::pin(async move { tx.insert_details(workspace, c.id, &write).await })
        })
        .await;
        let mut snapshot = f.store.snapshot().await.unwrap();
        assert_eq!(snapshot.details(workspace, c.id).await.unwrap(), given);
        let visible = snapshot.visible_details(workspace, c.id).await.unwrap();
        assert_eq!(visible, [given[0].clone(), given[2].clone()]);
    }
}

#[tokio::test]
async fn a_later_rating_replaces_an_earlier_one_and_pages_keep_their_order() {
    for f in fixtures().await {
        let (workspace, c) = (f.workspace, f.conversation().await);
        f.write(move |tx| {
            Box::pin(async move {
                for sequence in [3, 2] {
                    let location = format!("https://shop.example/{sequence}");
                    tx.insert_breadcrumb(
                        workspace,
                        c.id,
                        &Breadcrumb { sequence, location: location.into(), title: "A title".into(), at: NOON },
                    )
                    .await?;
                }
                for score in [1, 5] {
                    tx.save_rating(workspace, c.id, &Rating { score, comment: "fine".into(), at: NOON }).await?;
                }
                Ok(())
            })
        })
        .await;
        let mut snapshot = f.store.snapshot().await.unwrap();
        let pages = snapshot.breadcrumbs(workspace, c.id).await.unwrap();
        assert_eq!(pages.iter().map(|page| page.sequence).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(snapshot.rating(workspace, c.id).await.unwrap().unwrap().score, 5);
    }
}

#[tokio::test]
async fn a_visitor_without_a_name_keeps_the_one_known() {
    for f in fixtures().await {
        let (workspace, visitor): (_, VisitorId) = (f.workspace, id());
        for (name, address, seconds) in [("Vera", "192.0.2.7", 0), ("", "192.0.2.8", 9), ("", "", 5)] {
            f.write(move |tx| {
                Box::pin(
                    async move { tx.touch_visitor(workspace, visitor, &name.into(), address, NOON + Duration::from_secs(seconds)).await },
                )
            })
            .await;
        }
        let found = f.store.snapshot().await.unwrap().visitor(workspace, visitor).await.unwrap().unwrap();
        assert_eq!((found.name.reveal(), found.address.as_str(), found.first_at), ("Vera", "192.0.2.8", NOON));
        assert_eq!(found.last_at, NOON + Duration::from_secs(9), "never goes back");
    }
}

fn credential(agent: AgentId, login: &str) -> Credential {
    Credential {
        agent,
        login: login.into(),
        password_hash: "$argon2id$".to_owned().into(),
        totp: Some("sealed".to_owned().into()),
        totp_step: None,
        must_change: false,
        changed_at: NOON,
    }
}

#[tokio::test]
async fn a_login_belongs_to_one_agent() {
    for f in fixtures().await {
        let (workspace, ann, bob): (_, AgentId, AgentId) = (f.workspace, id(), id());
        let save = |agent, login: &'static str| {
            f.write(move |tx| Box::pin(async move { tx.save_credential(workspace, &credential(agent, login)).await }))
        };
        assert!(save(ann, "ann").await);
        assert!(!save(bob, "ann").await, "taken");
        assert!(save(ann, "anne").await, "renamed");
        assert!(save(bob, "ann").await, "free again");
        let found = f.store.credential_by_login(workspace, "anne").await.unwrap().unwrap();
        assert_eq!(found, credential(ann, "anne"));
        assert_eq!(f.store.credential_by_login(id(), "anne").await.unwrap(), None, "another workspace");
        assert!(f.write(move |tx| Box::pin(async move { tx.remove_credential(workspace, ann).await })).await);
        assert_eq!(f.store.credential_of(workspace, ann).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_one_time_code_is_used_once_even_by_many_at_once() {
    for f in fixtures().await {
        let (workspace, ann): (_, AgentId) = (f.workspace, id());
        f.write(move |tx| Box::pin(async move { tx.save_credential(workspace, &credential(ann, "ann")).await })).await;
        let uses = (0..8).map(|_| f.write(move |tx| Box::pin(async move { tx.use_totp_step(workspace, ann, 77).await })));
        let accepted = futures_util::future::join_all(uses).await.into_iter().filter(|accepted| *accepted).count();
        assert_eq!(accepted, 1);
        assert!(!f.write(move |tx| Box::pin(async move { tx.use_totp_step(workspace, ann, 76).await })).await, "an earlier step");
        assert!(f.write(move |tx| Box::pin(async move { tx.use_totp_step(workspace, ann, 78).await })).await);
    }
}

#[tokio::test]
async fn sign_ins_are_touched_in_steps_and_end() {
    for f in fixtures().await {
        let (workspace, ann): (_, AgentId) = (f.workspace, id());
        let sign_ins: Vec<SignIn> = (0..3u64)
            .map(|n| SignIn {
                id: id(),
                agent: ann,
                token_hash: vec![7; 32],
                address: "192.0.2.7".into(),
                created_at: NOON,
                expires_at: NOON + Duration::from_secs(100 * (n + 1)),
                used_at: NOON,
            })
            .collect();
        let write = sign_ins.clone();
        f.write(move |tx| {
            let write = write.clone();
            Box::pin(async move {
                for sign_in in &write {
                    tx.insert_sign_in(workspace, sign_in).await?;
                }
                Ok(())
            })
        })
        .await;
        let first: SignInId = sign_ins[0].id;
        assert_eq!(f.store.sign_in(workspace, first).await.unwrap().unwrap(), sign_ins[0]);
        let touch = |seconds| {
            let now = NOON + Duration::from_secs(seconds);
            f.write(move |tx| Box::pin(async move { tx.touch_sign_in(workspace, first, now, Duration::from_secs(60)).await }))
        };
        assert!(!touch(59).await, "too soon to be worth a write");
        assert!(touch(60).await);
        let pruned = f.write(move |tx| Box::pin(async move { tx.prune_sign_ins(workspace, NOON + Duration::from_secs(150)).await })).await;
        assert_eq!(pruned, 1);
        let keep = sign_ins[2].id;
        let removed = f.write(move |tx| Box::pin(async move { tx.remove_sign_ins_of(workspace, ann, Some(keep)).await })).await;
        assert_eq!((removed, f.store.sign_ins_of(workspace, ann).await.unwrap().len()), (1, 1));
        assert!(f.write(move |tx| Box::pin(async move { tx.remove_sign_in(workspace, keep).await })).await);
    }
}

#[tokio::test]
async fn requests_with_the_same_key_at_once_do_their_work_once() {
    for f in fixtures().await {
        let workspace = f.workspace;
        let attempts = (0..8).map(|n| {
            f.write(move |tx| {
                Box::pin(async move {
                    if let Some(earlier) = tx.request_key(workspace, "agent", "key").await? {
                        return Ok((false, earlier.status));
                    }
                    let answer = RequestKey {
                        scope: "agent".into(),
                        key: "key".into(),
                        fingerprint: vec![1],
                        status: 200 + n,
                        answer: "{}".into(),
                        at: NOON,
                    };
                    tx.insert_request_key(workspace, &answer).await?;
                    Ok((true, answer.status))
                })
            })
        });
        let results = futures_util::future::join_all(attempts).await;
        assert_eq!(results.iter().filter(|(did, _)| *did).count(), 1);
        let kept = f.store.request_key(workspace, "agent", "key").await.unwrap().unwrap();
        assert!(results.iter().all(|(_, status)| *status == kept.status), "everybody got the one answer: {results:?}");
        assert_eq!(f.store.request_key(workspace, "visitor", "key").await.unwrap(), None, "another scope");
        let prune = |now| f.write(move |tx| Box::pin(async move { tx.prune_request_keys(workspace, now).await }));
        assert_eq!(prune(NOON + REQUEST_KEYS_LIVE).await, 0);
        assert_eq!(prune(NOON + REQUEST_KEYS_LIVE + Duration::from_micros(1)).await, 1);
    }
}

#[tokio::test]
async fn the_audit_log_is_read_newest_first_by_cursor_and_filter() {
    for f in fixtures().await {
        let workspace = f.workspace;
        let lines: Vec<AuditLine> = (0..10u64)
            .map(|n| AuditLine {
                id: id(),
                at: NOON + Duration::from_secs(n),
                actor: if n % 2 == 0 { "ann".into() } else { "bob".into() },
                action: "agent.save".into(),
                subject: n.to_string(),
                body: json!({"n": n}),
            })
            .collect();
        let write = lines.clone();
        f.write(move |tx| {
            let write = write.clone();
            Box::pin(async move {
                for line in &write {
                    tx.audit(workspace, line).await?;
                }
                Ok(())
            })
        })
        .await;
        let mut snapshot = f.store.snapshot().await.unwrap();
        let filter = AuditFilter { actor: Some("ann".into()), from: Some(NOON + Duration::from_secs(1)), ..AuditFilter::default() };
        let (mut seen, mut cursor): (Vec<String>, Option<AuditId>) = (vec![], None);
        loop {
            let page = snapshot.audit(workspace, &filter, cursor, 3).await.unwrap();
            let Some(last) = page.last() else { break };
            cursor = Some(last.id);
            seen.extend(page.into_iter().map(|line| line.subject));
        }
        assert_eq!(seen, ["8", "6", "4", "2"]);
        let all = snapshot.audit(workspace, &AuditFilter::default(), None, 100).await.unwrap();
        assert_eq!(all, lines.into_iter().rev().collect::<Vec<_>>());
        let until = AuditFilter { until: Some(NOON), action: Some("agent.save".into()), subject: None, ..AuditFilter::default() };
        assert_eq!(snapshot.audit(workspace, &until, None, 100).await.unwrap(), []);
    }
}

fn file(c: &Conversed, blob: u8, size: i64) -> File {
    File {
        id: id::<FileId>(),
        conversation: c.id,
        blob: Some(BlobId([blob; 32])),
        name: "passport.png".into(),
        mime: "image/png".into(),
        size,
        by: Author::Visitor,
        at: NOON,
    }
}

impl Fixture {
    async fn keep_files(&self, files: &[File]) {
        let (workspace, files) = (self.workspace, files.to_vec());
        self.write(move |tx| {
            let files = files.clone();
            Box::pin(async move {
                for file in &files {
                    tx.insert_file(workspace, file).await?;
                }
                Ok(())
            })
        })
        .await;
    }
}

#[tokio::test]
async fn a_file_request_is_used_once_even_by_many_at_once() {
    for f in fixtures().await {
        let (workspace, c) = (f.workspace, f.conversation().await);
        let request = FileRequest {
            id: id::<FileRequestId>(),
            conversation: c.id,
            agent: c.agent,
            token_hash: vec![9; 32],
            state: FileRequestState::Open,
            asked_at: NOON,
            expires_at: NOON + Duration::from_secs(600),
        };
        let (write, request_id) = (request.clone(), request.id);
        f.write(move |tx| {
            let write = write.clone();
            Box::pin(async move { tx.insert_file_request(workspace, &write).await })
        })
        .await;
        assert_eq!(f.store.file_request_by_token(workspace, &[9; 32]).await.unwrap().unwrap(), request);
        assert_eq!(f.store.snapshot().await.unwrap().open_file_requests(workspace, c.id).await.unwrap(), [request]);
        let received = FileRequestState::Over(FileRequestOutcome::Received);
        let uses = (0..8).map(|_| {
            f.write(move |tx| {
                Box::pin(async move { tx.set_file_request_state(workspace, request_id, FileRequestState::Open, received).await })
            })
        });
        assert_eq!(futures_util::future::join_all(uses).await.into_iter().filter(|used| *used).count(), 1);
        assert_eq!(f.store.file_request(workspace, request_id).await.unwrap().unwrap().state, received);
        assert_eq!(f.store.snapshot().await.unwrap().open_file_requests(workspace, c.id).await.unwrap(), []);
    }
}

#[tokio::test]
async fn bytes_of_files_are_summed_for_quotas() {
    for f in fixtures().await {
        let (workspace, one, two) = (f.workspace, f.conversation().await, f.conversation().await);
        assert_eq!(f.store.file_bytes_of_workspace(workspace).await.unwrap(), 0);
        let files = [file(&one, 1, 10), file(&one, 2, 20), file(&two, 3, 5)];
        f.keep_files(&files).await;
        assert_eq!(f.store.file_bytes_of_conversation(workspace, one.id).await.unwrap(), 30);
        assert_eq!(f.store.file_bytes_of_workspace(workspace).await.unwrap(), 35);
        assert_eq!(f.store.file(workspace, files[2].id).await.unwrap().unwrap(), files[2]);
        assert_eq!(f.store.snapshot().await.unwrap().files(workspace, one.id).await.unwrap(), files[..2]);
    }
}

#[tokio::test]
async fn an_erased_person_is_nowhere_and_others_lose_nothing() {
    for f in fixtures().await {
        let (workspace, vera): (_, VisitorId) = (f.workspace, id());
        let hers = f.conversation_of(vera, "Vera Private", NOON).await;
        let other = f.conversation().await;
        // A file that both sent is one blob: it stays.
        let files = [file(&hers, 1, 10), file(&hers, 2, 20), file(&other, 2, 20)];
        f.keep_files(&files).await;
        for c in [hers, other] {
            let mut event = f.says(&c, "private data");
            (event.kind, event.label) = (MessageKind::CustomEvent, Some("private label".into()));
            f.store.post(event).await.unwrap().unwrap();
            f.store.post(NewMessage { file: Some(files[0].id), ..f.says(&c, "private words") }).await.unwrap().unwrap();
            f.write(move |tx| {
                Box::pin(async move {
                    tx.insert_details(workspace, c.id, &[detail("Name", "private name", true), detail("Pin", "private pin", false)])
                        .await?;
                    tx.insert_breadcrumb(
                        workspace,
                        c.id,
                        &Breadcrumb { sequence: 9, location: "https://private".into(), title: "A title".into(), at: NOON },
                    )
                    .await?;
                    tx.save_rating(workspace, c.id, &Rating { score: 1, comment: "private rant".into(), at: NOON }).await
                })
            })
            .await;
        }
        let others = |mut snapshot: Snapshot| async move { snapshot.export_conversation(workspace, other.id).await.unwrap().unwrap() };
        let before = others(f.store.snapshot().await.unwrap()).await;
        let mut snapshot = f.store.snapshot().await.unwrap();
        let export = snapshot.export_visitor(workspace, vera).await.unwrap().unwrap();
        assert_eq!(export.conversations, [hers.id]);
        let told = snapshot.export_conversation(workspace, hers.id).await.unwrap().unwrap();
        assert_eq!((told.messages.len(), told.details.len(), told.files.len(), told.breadcrumbs.len()), (2, 2, 2, 1));
        assert_eq!(told.messages[0].text.reveal(), "private data");
        drop(snapshot);

        let erased = f.write(move |tx| Box::pin(async move { tx.erase_visitor(workspace, vera).await })).await;
        assert_eq!(erased, [hers.id]);

        let mut snapshot = f.store.snapshot().await.unwrap();
        let left = snapshot.export_conversation(workspace, hers.id).await.unwrap().unwrap();
        assert_eq!(left.messages.len(), 2, "rows and numbers stay");
        assert_eq!(left.rating.as_ref().unwrap().score, 1);
        let everything = [
            left.messages.iter().map(|m| format!("{}{}", m.text.reveal(), m.label.as_deref().unwrap_or(""))).collect::<String>(),
            left.details.iter().map(|d| d.value.reveal().to_owned()).collect(),
            left.breadcrumbs.iter().map(|b| format!("{}{}", b.location.reveal(), b.title.reveal())).collect(),
            left.files.iter().map(|f| f.name.reveal().to_owned()).collect(),
            left.rating.unwrap().comment.reveal().to_owned(),
            left.origin.name.reveal().to_owned(),
            left.origin.address + &left.origin.user_agent + &left.origin.page + &left.origin.referrer + &left.origin.screen,
        ];
        assert_eq!(everything.concat(), "");
        assert_eq!(left.origin.entity_plan, json!(null));
        assert!(left.files.iter().all(|file| file.blob.is_none()));
        let visitor = snapshot.visitor(workspace, vera).await.unwrap().unwrap();
        assert_eq!((visitor.name.reveal(), visitor.address.as_str()), ("", ""));
        assert_eq!(others(snapshot).await, before, "the other conversation is as it was");
    }
}
