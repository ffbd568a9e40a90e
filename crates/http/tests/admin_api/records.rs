//! History, transcripts, hidden details, persons, the audit log.

use domain::secret::Text;
use engine::conversation::{EndConversation, PostMessage};
use native::{
    Page,
    admin::{Erased, HistoryItem, PersonExport},
    conversation::{AgentConversation, ConversationState, Transcript},
};
use serde_json::{Value, json};

use crate::world::{DAY, on_both};

#[tokio::test(flavor = "multi_thread")]
async fn history_is_read_by_cursor_and_filter_and_says_how_it_went() {
    on_both(|world| async move {
        let supervisor = world.token("supervisor").await;
        let mut made = Vec::new();
        for n in 0..5 {
            made.push(world.conversation("Vera", &format!("order {n}")).await);
            world.clock.advance(std::time::Duration::from_secs(60));
        }
        let last = &made[4];
        world.app.agent_posts(world.demo.workspace, world.agent(), last.conversation, PostMessage::text("sure")).await.unwrap();
        let reason: Text = "all is said".into();
        world.app.agent_ends_saying(world.demo.workspace, world.agent(), last.conversation, false, Some(&reason)).await.unwrap();

        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = world.get(&supervisor, &format!("/admin/history?limit=2{cursor}")).await.good();
            let page: Page<HistoryItem> = serde_json::from_value(page).unwrap();
            seen.extend(page.items);
            let Some(next) = page.next else { break };
            cursor = format!("&cursor={next}");
        }
        let ids: Vec<_> = seen.iter().map(|item| item.conversation).collect();
        assert_eq!(ids, made.iter().rev().map(|started| started.conversation).collect::<Vec<_>>());
        let newest = &seen[0];
        assert_eq!((newest.state, newest.visitor_messages, newest.agent_messages), (ConversationState::Ended, 1, 1));
        assert_eq!((newest.agent, newest.button), (Some(world.agent()), Some(world.demo.button)));
        assert_eq!(newest.closure.as_ref().unwrap().reason, Some(reason));
        assert_eq!((seen[1].state, &seen[1].closure), (ConversationState::Active, &None));

        let found = async |query: &str| {
            let page = world.get(&supervisor, &format!("/admin/history?{query}")).await.good();
            page["items"].as_array().unwrap().len()
        };
        assert_eq!(found("text=order%203").await, 1);
        assert_eq!(found("text=hunter2").await, 0, "hidden details are not searched");
        assert_eq!(found("text=%00%5B%5C").await, 0, "what is hostile is only not found");
        assert_eq!(found("text=VERA@example").await, 5);
        assert_eq!((found("state=ended").await, found("state=active").await), (1, 4));
        assert_eq!(found(&format!("visitor={}", made[1].visitor)).await, 1);
        assert_eq!(found(&format!("agent={}", world.agent())).await, 5);
        assert_eq!(found(&format!("agent={}", world.demo.agents["supervisor"])).await, 0);
        assert_eq!(found(&format!("button={}&deployment={}", world.demo.button, world.demo.deployment)).await, 5);
        let between = format!("from={}&until={}", seen[3].started_at, seen[1].started_at);
        assert_eq!(found(&between).await, 2);

        for wrong in ["cursor=x", "cursor=12.x", "limit=0", "limit=501", "colour=red", "from=yesterday"] {
            let answer = world.get(&supervisor, &format!("/admin/history?{wrong}")).await;
            assert_eq!(answer.problem(), (400, "invalid_parameter".to_owned()), "{wrong}");
        }
        let audited = world.audited(world.demo.workspace).await;
        assert!(audited.iter().filter(|action| *action == "history.read").count() >= 10);
        let log = world.get(&world.token("admin").await, &format!("/admin/audit?subject={}", world.demo.workspace)).await.good();
        assert!(!log.to_string().contains("hunter2"), "what was searched for is not written down");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transcript_is_for_those_who_may_read_it_and_never_holds_hidden_details() {
    on_both(|world| async move {
        let started = world.conversation("Vera", "hello\nis anybody there?").await;
        let id = started.conversation;
        let [admin, supervisor, agent] = [world.token("admin").await, world.token("supervisor").await, world.token("agent").await];
        world.app.agent_posts(world.demo.workspace, world.agent(), id, PostMessage::text("I am")).await.unwrap();
        let ended = world.post(&agent, &format!("/conversations/{id}/end"), json!({"reason": "  solved "})).await;
        ended.good();

        // It is over and no longer his: he may not read it any more.
        let answer = world.get(&agent, &format!("/conversations/{id}/transcript")).await;
        assert_eq!(answer.problem(), (404, "not_found".to_owned()));
        let (_, nobody) = world.nobody().await;
        assert_eq!(world.get(&nobody, &format!("/conversations/{id}/transcript.txt")).await.problem().0, 403);

        let read = world.get(&supervisor, &format!("/conversations/{id}/transcript")).await.good();
        assert!(!read.to_string().contains("hunter2"));
        let transcript: Transcript = serde_json::from_value(read.clone()).unwrap();
        assert_eq!(transcript.details.iter().map(|detail| detail.label.as_str()).collect::<Vec<_>>(), ["Mail"]);
        assert_eq!(transcript.closure.as_ref().unwrap().reason, Some("solved".into()));
        let kinds: Vec<&str> = read["entries"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["requested", "joined", "message", "message", "ended"]);
        assert_eq!(
            transcript.entries.last().map(|entry| serde_json::to_value(entry).unwrap()["closure"]["reason"].clone()),
            Some(json!("solved"))
        );

        let text = world.get(&supervisor, &format!("/conversations/{id}/transcript.txt")).await;
        assert_eq!(text.headers[http::header::CONTENT_TYPE], "text/plain; charset=utf-8");
        let text = text.good().as_str().unwrap().replace(&id.to_string(), "[id]");
        insta::allow_duplicates! {
            insta::assert_snapshot!(text, @r"
            Conversation [id]
            Started: 2026-03-02 09:00:00 +00:00 (UTC)
            Ended: 2026-03-02 09:00:00 +00:00 (UTC)
            Reason: solved
            - Mail: vera@example.org

            [2026-03-02 09:00:00] * Visitor Vera asked for a conversation
            [2026-03-02 09:00:00] * Agent The agent joined the conversation
            [2026-03-02 09:00:00] Visitor Vera: hello
                is anybody there?
            [2026-03-02 09:00:00] Agent The agent: I am
            [2026-03-02 09:00:00] * Agent The agent ended the conversation
            ");
        }
        assert_eq!(world.audited(id).await, ["conversation.read", "conversation.read"], "each reading of what is another's");

        assert_eq!(world.get(&supervisor, &format!("/conversations/{id}/hidden-details")).await.problem().0, 403);
        let hidden = world.get(&admin, &format!("/conversations/{id}/hidden-details")).await.good();
        assert_eq!(hidden, json!({"details": [{"label": "Account", "value": "hunter2", "transcript_fields": ["Email__c"]}]}));
        assert_eq!(world.audited(id).await.last().unwrap(), "conversation.hidden_details_read");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_outlives_the_journal() {
    on_both(|world| async move {
        let started = world.conversation("Vera", "hello").await;
        let id = started.conversation;
        world.app.agent_posts(world.demo.workspace, world.agent(), id, PostMessage::text("hi")).await.unwrap();
        world.agent_ends(id).await;
        world.clock.advance(11 * DAY);
        world.app.run_due().await.unwrap();
        assert_eq!(world.app.store().conversation_after(world.demo.workspace, id, 0, 10).await.unwrap(), [], "the journal is gone");

        // Eleven days later he signs in again.
        let supervisor = world.token("supervisor").await;
        let read = world.get(&supervisor, &format!("/conversations/{id}/transcript")).await.good();
        let texts: Vec<&Value> = read["entries"].as_array().unwrap().iter().map(|entry| &entry["text"]).collect();
        assert_eq!(texts, ["hello", "hi"]);
        assert_eq!(read["closure"]["by"], "agent");
        let shown: AgentConversation =
            serde_json::from_value(world.get(&supervisor, &format!("/conversations/{id}")).await.good()).unwrap();
        assert_eq!((shown.state, shown.timeline.len(), shown.earlier), (ConversationState::Ended, 2, true));
        assert!(shown.closure.is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_exported_and_erased_once_and_both_are_audited() {
    on_both(|world| async move {
        let started = world.conversation("Vera", "my number is 4711").await;
        let (admin, visitor) = (world.token("admin").await, started.visitor);
        let end = EndConversation { by: domain::journal::Author::Visitor, because: domain::journal::EndedBecause::Visitor };
        let reason: Text = "4711 again".into();
        world.app.end_conversation_saying(world.demo.workspace, started.conversation, end, Some(&reason)).await.unwrap();
        let exported = world.get(&admin, &format!("/admin/persons/{visitor}/export")).await.good();
        let export: PersonExport = serde_json::from_value(exported).unwrap();
        assert_eq!((export.name, export.address.as_deref()), (Some("Vera".into()), Some("192.0.2.50")));
        let told = &export.conversations[0];
        assert_eq!(told.visitor.page.as_ref().unwrap().url, "https://shop.example/cart");
        assert_eq!(told.hidden_details[0].value, "hunter2".into());
        let text = serde_json::to_string(&told.transcript).unwrap();
        assert!(text.contains("4711") && text.contains("vera@example.org") && text.contains("4711 again"));

        let path = format!("/admin/persons/{visitor}/erase");
        let erased = world.send(http::Method::POST, &path, &admin, "erase", None).await.good();
        assert_eq!(serde_json::from_value::<Erased>(erased.clone()).unwrap(), Erased { conversations: 1, messages: 1, files: 0 });
        let again = world.send(http::Method::POST, &path, &admin, "erase", None).await.good();
        assert_eq!(again, erased, "the same key is the same answer");
        let left = world.get(&admin, &format!("/admin/persons/{visitor}/export")).await.good().to_string();
        for gone in ["4711", "Vera", "vera@", "hunter2", "192.0.2.50", "shop.example"] {
            assert!(!left.contains(gone), "{gone} is left in {left}");
        }
        assert_eq!(world.audited(visitor).await, ["person.exported", "person.erased", "person.exported"]);
        let unknown = world.get(&admin, "/admin/persons/0190163d-8694-739b-aea5-966c26f8ad91/export").await;
        assert_eq!(unknown.problem(), (404, "not_found".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_a_person_takes_kept_answers_that_show_the_conversation() {
    on_both(|world| async move {
        let started = world.conversation("Vera", "my number is 4711").await;
        let (admin, agent) = (world.token("admin").await, world.token("agent").await);
        // Taking what is one's own succeeds, and its answer is kept under the key.
        let path = format!("/conversations/{}/take", started.conversation);
        let taken = world.send(http::Method::POST, &path, &agent, "take", None).await.good();
        assert!(taken.to_string().contains("4711"));
        world.post(&admin, &format!("/admin/persons/{}/erase", started.visitor), json!({})).await.good();
        let again = world.send(http::Method::POST, &path, &agent, "take", None).await.good();
        assert!(!again.to_string().contains("4711"), "{again}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_is_read_by_cursor_and_filter() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let mut made = Vec::new();
        for n in 0..5 {
            let skill = world.post(&admin, "/admin/skills", json!({"name": format!("Skill {n}")})).await.good();
            made.push(skill["id"].as_str().unwrap().to_owned());
        }
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        let by = world.demo.agents["admin"];
        loop {
            let page = world.get(&admin, &format!("/admin/audit?limit=2&agent={by}{cursor}")).await.good();
            seen.extend(page["items"].as_array().unwrap().iter().map(|line| line["subject"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        made.reverse();
        assert_eq!(seen, made);
        let one = world.get(&admin, &format!("/admin/audit?subject={}", made[0])).await.good();
        let line = &one["items"][0];
        assert_eq!((&line["action"], &line["address"]), (&json!("skill.created"), &json!(null)));
        assert_eq!((&line["agent"], &line["change"]["name"]), (&json!(by), &json!("Skill 4")));
        let supervisor = world.token("supervisor").await;
        assert_eq!(world.get(&supervisor, "/admin/audit").await.problem().0, 403);

        // The workspace may let old lines go.
        let workspace = json!({"name": "Switchboard", "time_zone": "UTC", "file_quota_bytes": null, "audit_retention_days": 7});
        world.put(&admin, "/admin/workspace", workspace).await.good();
        world.clock.advance(8 * DAY);
        world.app.run_due().await.unwrap();
        assert_eq!(world.audited(&made[0]).await, [""; 0]);
    })
    .await;
}
