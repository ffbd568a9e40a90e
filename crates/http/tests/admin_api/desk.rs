//! What agents and supervisors do at their desks beside answering: names for ids, texts to insert, notes, flags, blocks, what was before.

use domain::{conversation::Phase, ids::ConversationId};
use futures_util::FutureExt as _;
use native::{
    Page,
    admin::HistoryItem,
    conversation::{AgentConversation, Transcript, What},
};
use serde_json::{Value, json};

use crate::world::{World, on_both};

/// A conversation as its reader sees it.
async fn shown(world: &World, token: &str, id: ConversationId) -> AgentConversation {
    serde_json::from_value(world.get(token, &format!("/conversations/{id}")).await.good()).unwrap()
}

/// How often something of a kind happened.
async fn times(world: &World, id: ConversationId, kind: &str) -> usize {
    let entries = world.app.store().conversation_after(world.demo.workspace, id, 0, 1_000).await.unwrap();
    entries.iter().filter(|entry| entry.event.kind() == kind).count()
}

/// All that the visitor of a conversation was ever told in words.
async fn told(world: &World, id: ConversationId) -> String {
    let told = world.app.store().visitor_after(world.demo.workspace, id, -1, 1_000).await.unwrap();
    told.iter().filter_map(|told| told.text.as_ref()).map(|text| text.reveal().to_owned()).collect::<Vec<_>>().join("|")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_agent_reads_what_ids_are_called_and_what_there_is_to_pick_from() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let mut settings = world.get(&admin, "/admin/workspace").await.good()["settings"].clone();
        assert_eq!((&settings["away_reasons"], &settings["decline_reasons"]), (&json!([]), &json!([])));
        settings["away_reasons"] = json!([" Lunch ", "Training", "Lunch"]);
        settings["decline_reasons"] = json!(["Not my language"]);
        let kept = world.put(&admin, "/admin/workspace", settings.clone()).await.good();
        assert_eq!(kept["settings"]["away_reasons"], json!(["Lunch", "Training"]));

        let (nobody, token) = world.nobody().await;
        let told = world.get(&token, "/directory").await.good();
        assert_eq!(told["workspace"], json!({"name": settings["name"], "time_zone": settings["time_zone"]}));
        assert_eq!((&told["away_reasons"], &told["decline_reasons"]), (&json!(["Lunch", "Training"]), &json!(["Not my language"])));
        let known = json!({"id": nobody, "name": "No Body", "public_name": "No Body", "active": true});
        assert!(told["agents"].as_array().unwrap().contains(&known), "{told}");
        assert_eq!(told["deployments"][0]["id"], json!(world.demo.deployment));
        assert_eq!(told["buttons"][0]["id"], json!(world.demo.button));

        for (property, wrong) in
            [("away_reasons", json!(["x".repeat(81)])), ("decline_reasons", json!([" "])), ("away_reasons", json!(vec!["x"; 51]))]
        {
            let mut changed = settings.clone();
            changed[property] = wrong;
            let refused = world.put(&admin, "/admin/workspace", changed).await;
            assert_eq!((refused.problem(), &refused.body["property"]), ((422, "invalid".to_owned()), &json!(property)));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn supervisors_write_texts_and_agents_find_them_by_what_is_in_them() {
    on_both(|world| async move {
        let (supervisor, agent) = (world.token("supervisor").await, world.token("agent").await);
        for (name, shortcut, text) in
            [("Öffnungszeiten", "zeit", "Von neun bis fünf."), ("bye", "bye", "Goodbye {visitor.name}!"), ("Hello", "hi", "Good day!")]
        {
            let new = json!({"name": name, "shortcut": shortcut, "text": text, "folder": "General"});
            assert_eq!(world.post(&agent, "/admin/quick-texts", new.clone()).await.problem(), (403, "not_permitted".to_owned()));
            world.post(&supervisor, "/admin/quick-texts", new).await.good();
        }
        let names = async |query: &str| -> Vec<Value> {
            let page = world.get(&agent, &format!("/quick-texts{query}")).await.good();
            page["items"].as_array().unwrap().iter().map(|item| item["settings"]["name"].clone()).collect()
        };
        assert_eq!(names("").await, ["bye", "Hello", "Öffnungszeiten"]);
        assert_eq!(names("?search=GOOD").await, ["bye", "Hello"]);
        assert_eq!(names("?search=%C3%96FFN").await, ["Öffnungszeiten"]);
        assert_eq!(names("?search=zeit&limit=1").await, ["Öffnungszeiten"]);
        assert_eq!(names("?search=nothing").await, [] as [&str; 0]);

        let first = world.get(&agent, "/quick-texts?limit=1").await.good();
        // The page after it begins where it ended, also when what it ended with is gone.
        world.delete(&supervisor, &format!("/admin/quick-texts/{}", first["items"][0]["id"].as_str().unwrap())).await.good();
        let second = world.get(&agent, &format!("/quick-texts?limit=1&cursor={}", first["next"].as_str().unwrap())).await.good();
        assert_eq!(second["items"][0]["settings"]["name"], "Hello");
        assert_eq!(world.get(&agent, "/quick-texts?cursor=nonsense").await.problem(), (400, "invalid_parameter".to_owned()));

        for (wrong, status, property) in [
            (json!({"name": "A", "shortcut": "HI", "text": "x"}), 409, "shortcut"),
            (json!({"name": "hello", "shortcut": "hey", "text": "x"}), 409, "name"),
            (json!({"name": "A", "shortcut": "two words", "text": "x"}), 422, "shortcut"),
            (json!({"name": "A", "shortcut": "a", "text": " "}), 422, "text"),
            (json!({"name": "A", "shortcut": "a", "text": "x".repeat(4_001)}), 422, "text"),
        ] {
            let refused = world.post(&supervisor, "/admin/quick-texts", wrong).await;
            assert_eq!((refused.problem().0, &refused.body["property"]), (status, &json!(property)), "{refused:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_notes_and_a_supervisor_whispers_and_no_visitor_is_told() {
    on_both(|world| async move {
        let [admin, supervisor, agent] = [world.token("admin").await, world.token("supervisor").await, world.token("agent").await];
        let rule = json!({"name": "Names", "pattern": "Rumpelstiltskin", "action": "remove", "applies_to": ["supervisor"]});
        world.post(&admin, "/admin/rules", rule).await.good();
        let id = world.conversation("Vera", "hello").await.conversation;
        let path = format!("/conversations/{id}/notes");
        let send = || world.send(http::Method::POST, &path, &agent, "once", Some(json!({"text": " a regular "})));
        let (one, other) = futures_util::future::join(send(), send()).await;
        assert_eq!(one.good(), other.good(), "the same key is one note");
        world.post(&supervisor, &path, json!({"text": "offer a discount, Rumpelstiltskin"})).await.good();
        let seen = shown(&world, &agent, id).await;
        let notes: Vec<(String, String)> = seen
            .timeline
            .iter()
            .filter_map(|entry| match &entry.what {
                What::Note { author: native::conversation::Author::Agent { name, .. }, text } => {
                    Some((name.clone(), text.reveal().to_owned()))
                }
                _ => None,
            })
            .collect();
        let expected =
            [("The agent", "a regular"), ("The supervisor", "offer a discount, ")].map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(notes, expected);
        assert_eq!(times(&world, id, "text_masked").await, 1);
        let heard = told(&world, id).await;
        assert!(!heard.contains("regular") && !heard.contains("discount"), "{heard}");

        let empty = world.post(&agent, &path, json!({"text": " "})).await;
        assert_eq!((empty.problem(), &empty.body["property"]), ((422, "invalid".to_owned()), &json!("text")));
        let colleague = world.demo.agents["supervisor"];
        world.app.set_presence(world.demo.workspace, colleague, domain::presence::Presence::Online, None).await.unwrap();
        let away = json!({"to": {"kind": "agent", "id": colleague}});
        world.post(&agent, &format!("/conversations/{id}/transfer"), away).await.good();
        assert_eq!(world.post(&agent, &path, json!({"text": "mine?"})).await.problem(), (409, "wrong_state".to_owned()));
        let offer = &world.get(&supervisor, "/snapshot").await.good()["offers"][0];
        assert_eq!(offer["note"], Value::Null, "a note of before is not that of the transfer");
        world.app.agent_ends(world.demo.workspace, world.agent(), id, true).await.unwrap();
        assert_eq!(world.post(&supervisor, &path, json!({"text": "late"})).await.problem(), (409, "conversation_ended".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_are_taken_until_the_work_after_a_conversation_is_finished() {
    on_both(|world| async move {
        let [admin, supervisor, agent] = [world.token("admin").await, world.token("supervisor").await, world.token("agent").await];
        let settings = format!("/admin/agents/{}", world.agent());
        let mut changed = world.get(&admin, &settings).await.good()["settings"].clone();
        changed["after_work_seconds"] = Value::Null;
        world.put(&admin, &settings, changed).await.good();
        let id = world.conversation("Vera", "hello").await.conversation;
        world.app.agent_ends(world.demo.workspace, world.agent(), id, true).await.unwrap();
        let path = format!("/conversations/{id}/notes");
        world.post(&agent, &path, json!({"text": "will call back"})).await.good();
        let late = world.post(&supervisor, &path, json!({"text": "well done"})).await;
        assert_eq!(late.problem(), (409, "conversation_ended".to_owned()), "there is nobody left to whisper to");
        let seen = shown(&world, &agent, id).await;
        assert!(seen.timeline.iter().any(|entry| matches!(&entry.what, What::Note { text, .. } if text.reveal() == "will call back")));
        assert!(!told(&world, id).await.contains("call back"));
        world.post(&agent, &format!("/conversations/{id}/finish"), json!({})).await.good();
        assert_eq!(world.post(&agent, &path, json!({"text": "late"})).await.problem(), (409, "conversation_ended".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_is_raised_once_and_lowered_by_its_owner_a_supervisor_or_the_end() {
    on_both(|world| async move {
        let [supervisor, agent] = [world.token("supervisor").await, world.token("agent").await];
        let id = world.conversation("Vera", "hello").await.conversation;
        let path = format!("/conversations/{id}/flag");
        let raise = |note: &str| world.post(&agent, &path, json!({"note": note}));
        let (one, other) = futures_util::future::join(raise("is this allowed?"), raise("is this allowed?")).await;
        let (one, other) = (one.good(), other.good());
        assert_eq!((&one["sequence"], times(&world, id, "flag_raised").await), (&other["sequence"], 1));
        let flag = shown(&world, &supervisor, id).await.flag.unwrap();
        assert_eq!((flag.by, flag.note.unwrap().reveal()), (world.agent(), "is this allowed?"));
        let transcript: Transcript =
            serde_json::from_value(world.get(&agent, &format!("/conversations/{id}/transcript")).await.good()).unwrap();
        assert!(transcript.entries.iter().any(|entry| matches!(&entry.what, What::FlagRaised { note: Some(_), .. })));
        let text = world.get(&agent, &format!("/conversations/{id}/transcript.txt")).await.body;
        assert!(text.as_str().unwrap().contains("is this allowed?"), "{text}");
        assert!(!told(&world, id).await.contains("allowed"));

        assert_eq!(world.post(&supervisor, &path, json!({})).await.problem(), (409, "wrong_state".to_owned()), "not the owner");
        for _ in 0..2 {
            assert_eq!(world.delete(&supervisor, &path).await.status, 204);
        }
        assert_eq!((shown(&world, &agent, id).await.flag, times(&world, id, "flag_lowered").await), (None, 1));
        world.post(&agent, &path, json!({})).await.good();
        let flag = shown(&world, &agent, id).await.flag.unwrap();
        assert_eq!((flag.note, flag.by), (None, world.agent()));
        world.agent_ends(id).await;
        assert_eq!(shown(&world, &supervisor, id).await.flag, None);
        assert_eq!(world.app.store().snapshot().await.unwrap().flag(world.demo.workspace, id).await.unwrap(), None);
        for refused in [world.post(&agent, &path, json!({})).await, world.delete(&agent, &path).await] {
            assert_eq!(refused.problem(), (409, "conversation_ended".to_owned()));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_outlives_the_journal_and_its_words_go_with_the_person() {
    on_both(|world| async move {
        let [admin, agent] = [world.token("admin").await, world.token("agent").await];
        let started = world.conversation("Vera", "hello").await;
        let id = started.conversation;
        world.post(&agent, &format!("/conversations/{id}/flag"), json!({"note": "call 4711"})).await.good();
        world.app.run_due().await.unwrap();
        let (workspace, after) = (world.demo.workspace, world.app.now() + std::time::Duration::from_secs(1));
        let gone = world
            .app
            .store()
            .write::<_, store::Error, _>(move |tx| async move { tx.prune_journal(workspace, after, 10_000).await }.boxed());
        assert!(gone.await.unwrap() > 0);
        let seen = shown(&world, &agent, id).await;
        assert!(seen.earlier && seen.timeline.iter().all(|entry| !matches!(entry.what, What::FlagRaised { .. })), "the journal is gone");
        assert_eq!(seen.flag.unwrap().note.unwrap().reveal(), "call 4711");
        let export = world.get(&admin, &format!("/admin/persons/{}/export", started.visitor)).await.good();
        assert!(export.to_string().contains("call 4711"));
        world.post(&admin, &format!("/admin/persons/{}/erase", started.visitor), json!({})).await.good();
        let seen = world.get(&agent, &format!("/conversations/{id}")).await.good();
        assert!(!seen.to_string().contains("4711"), "{seen}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_is_blocked_by_address_by_those_who_may() {
    on_both(|world| async move {
        let [admin, supervisor, agent] = [world.token("admin").await, world.token("supervisor").await, world.token("agent").await];
        let id = world.conversation("Vera", "hello").await.conversation;
        let path = format!("/conversations/{id}/block");
        assert_eq!(world.post(&agent, &path, json!({})).await.problem(), (403, "not_permitted".to_owned()));
        let one = world.post(&supervisor, &path, json!({"note": "Spam"})).await;
        assert_eq!(one.status, 201);
        assert_eq!((&one.body["settings"]["from"], &one.body["settings"]["note"]), (&json!("192.0.2.50"), &json!("Spam")));
        assert_eq!(world.post(&supervisor, &path, json!({})).await.good()["id"], one.body["id"], "blocked before");
        assert!(matches!(
            world.app.store().snapshot().await.unwrap().conversation(world.demo.workspace, id).await.unwrap().unwrap().phase,
            Phase::Active { .. }
        ));
        let all = world.post(&supervisor, &path, json!({"network": true, "end": true})).await.good();
        assert_eq!((&all["settings"]["from"], &all["settings"]["to"]), (&json!("192.0.2.0"), &json!("192.0.2.255")));
        assert!(world.app.directory(world.demo.workspace).unwrap().blocks("192.0.2.99".parse().unwrap()));
        let over = shown(&world, &supervisor, id).await;
        assert_eq!(over.closure.unwrap().because, native::conversation::EndedBecause::Agent);
        assert_eq!(world.audited(all["id"].as_str().unwrap()).await, ["block.created"]);

        // Where the address is gone, there is nothing to block.
        let visitor = over.visitor.id;
        world.post(&admin, &format!("/admin/persons/{visitor}/erase"), json!({})).await.good();
        assert_eq!(world.post(&supervisor, &path, json!({})).await.problem(), (409, "wrong_state".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_talks_with_a_visitor_reads_what_was_before_and_nobody_else_does() {
    on_both(|world| async move {
        let [supervisor, agent] = [world.token("supervisor").await, world.token("agent").await];
        let mut before = Vec::new();
        let mut visitor = None;
        for n in 0..3 {
            let started = world.conversation_of(visitor, "Vera", &format!("order {n}")).await;
            visitor = Some(started.visitor);
            before.push(started.conversation);
            world.agent_ends(started.conversation).await;
            world.clock.advance(std::time::Duration::from_secs(60));
        }
        let other = world.conversation("Wim", "somebody else").await.conversation;
        world.agent_ends(other).await;
        let transcript = |id: ConversationId| format!("/conversations/{id}/transcript");
        assert_eq!(world.get(&agent, &transcript(before[0])).await.problem(), (404, "not_found".to_owned()), "she is not here");

        let now = world.conversation_of(visitor, "Vera", "me again").await.conversation;
        let page = async |token: &str, query: &str| -> Page<HistoryItem> {
            serde_json::from_value(world.get(token, &format!("/conversations/{now}/past{query}")).await.good()).unwrap()
        };
        let first = page(&agent, "?limit=2").await;
        assert_eq!(first.items.iter().map(|item| item.conversation).collect::<Vec<_>>(), [before[2], before[1]]);
        let rest = page(&agent, &format!("?limit=2&cursor={}", first.next.unwrap())).await;
        assert_eq!((rest.items.iter().map(|item| item.conversation).collect::<Vec<_>>(), rest.next), (vec![before[0]], None));
        assert_eq!(page(&supervisor, "").await.items.len(), 3);
        // A cursor of another list shows nothing that comes later.
        assert_eq!(page(&agent, &format!("?cursor={}.{now}", i64::MAX)).await.items.len(), 3);

        let read = world.get(&agent, &transcript(before[0])).await.good();
        assert!(read.to_string().contains("order 0") && !read.to_string().contains("hunter2"));
        assert_eq!(world.get(&agent, &format!("/conversations/{}/files", before[0])).await.good()["files"], json!([]));
        assert_eq!(world.audited(before[0]).await, ["conversation.read", "conversation.read"]);
        assert_eq!(world.get(&agent, &transcript(other)).await.problem(), (404, "not_found".to_owned()), "another visitor's");
        let (_, nobody) = world.nobody().await;
        assert_eq!(world.get(&nobody, &format!("/conversations/{now}/past")).await.problem().0, 403);
        world.agent_ends(now).await;
        assert_eq!(world.get(&agent, &transcript(before[0])).await.problem().0, 404, "she has gone");
    })
    .await;
}
