//! Asking for a file, and the file that comes.

use std::time::Duration;

use domain::{
    journal::{Author, Event, FileRequestOutcome, MessageKind},
    text_limits,
};
use switchboard_engine::{ErrorKind, file::Ceilings, view::Supplement};

use crate::world::*;

const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_asks_and_the_visitors_file_is_in_the_conversation() {
    for world in worlds(Ceilings::default()).await {
        let (app, workspace) = (&world.app, world.workspace);
        let live = world.chat().await;
        let id = live.conversation;
        let request = world.ann_asks(id).await;
        assert_eq!(
            refusal(app.request_file(&world.ann, id, None).await),
            ErrorKind::Conflict("a request for a file is open already"),
            "one at a time"
        );

        // The token leads to the request, by the session or by the workspace, and in no other conversation.
        let token = app.file_request_token(workspace, request);
        let by = |workspace, session| app.file_request_by_token(workspace, session, token.reveal());
        assert_eq!(by(None, Some(live.session)).await.unwrap().1.id, request);
        assert_eq!(by(Some(workspace), None).await.unwrap().0, workspace);
        let stranger = world.chat().await;
        let none = ErrorKind::NotFound("request for a file");
        assert_eq!(refusal(by(None, Some(stranger.session)).await), none);
        assert_eq!(refusal(by(None, None).await), none);
        assert_eq!(refusal(app.file_request_by_token(Some(workspace), None, "guess").await), none);

        let png = [PNG, &[7; 600_000]].concat();
        let sent = world.visitor_sends(id, "C:\\photos\\cat\u{202e}.png", &png, Some(request)).await.unwrap();
        assert_eq!((sent.file.name.reveal(), sent.file.mime.as_str(), sent.file.size), ("cat.png", "image/png", png.len() as i64));
        assert_eq!(world.read(id, sent.file.id).await.unwrap(), png);
        assert_eq!(refusal(world.read(stranger.conversation, sent.file.id).await), ErrorKind::NotFound("file"), "not another's");

        let events = world.events(id).await;
        let [.., asked, posted, ended] = &events[..] else { panic!("{events:?}") };
        assert_eq!(asked, &Event::FileRequested { request, agent: agent(&world) });
        assert_eq!(posted, &Event::Posted { by: Author::Visitor, message: MessageKind::File, name: None, file: Some(sent.file.id) });
        let outcome = FileRequestOutcome::Received;
        assert_eq!(ended, &Event::FileRequestEnded { request, outcome, file: Some(sent.file.id) });

        // Agents see it as a file; so does whoever reads as the visitor.
        let view = app.conversation_view(workspace, id).await.unwrap();
        let seen = view.entries.iter().find(|seen| seen.entry.sequence == sent.sequence).unwrap();
        assert!(matches!(&seen.supplement, Some(Supplement::File(file)) if *file == sent.file), "{seen:?}");
        let read = app.entries_after(workspace, id, sent.sequence - 1, 1).await.unwrap();
        assert_eq!(read[0].file.as_ref(), Some(&sent.file));

        // One request, one file.
        let over = ErrorKind::Conflict("the request for a file is over");
        assert_eq!(refusal(world.visitor_sends(id, "b.png", PNG, Some(request)).await), over);
        assert_eq!(refusal(app.cancel_file_request(&world.ann, id, request).await), over);
        assert_eq!(refusal(app.visitor_declines_file((workspace, live.session, id), request).await), over);
        world.ann_asks(id).await;
        world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_files_that_answer_one_request_at_once_one_is_taken() {
    for mut world in worlds(Ceilings::default()).await {
        let second = if world.app.store().backend() == store::Backend::Postgres { world.second_server().await } else { world.app.clone() };
        let live = world.chat().await;
        let id = live.conversation;
        for round in 0..5 {
            let request = world.ann_asks(id).await;
            let mut sends = Vec::new();
            for n in 0..4u8 {
                let app = if n % 2 == 0 { &world.app } else { &second };
                let content = world.upload(id, &[PNG, &[round, n]].concat()).await.unwrap();
                let new = switchboard_engine::file::NewFile { name: "a.png".into(), content, request: Some(request) };
                sends.push(app.visitor_sends_file(world.workspace, id, new, None));
            }
            let done = futures_util::future::join_all(sends).await;
            assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "{done:?}");
        }
        assert_eq!(world.app.files_of(world.workspace, id).await.unwrap().len(), 5);
        world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_ends_by_the_agent_the_visitor_its_time_and_the_conversation() {
    for world in worlds(Ceilings::default()).await {
        let (app, workspace) = (&world.app, world.workspace);
        let live = world.chat().await;
        let id = live.conversation;
        let over = ErrorKind::Conflict("the request for a file is over");

        let request = world.ann_asks(id).await;
        let sue = world.signed_in("sue").await;
        assert_eq!(
            refusal(app.cancel_file_request(&sue, id, request).await),
            ErrorKind::Conflict("the conversation belongs to somebody else")
        );
        app.cancel_file_request(&world.ann, id, request).await.unwrap();
        let told = world.events(id).await.len();
        app.cancel_file_request(&world.ann, id, request).await.unwrap();
        assert_eq!(world.events(id).await.len(), told, "again changes nothing");
        assert_eq!(refusal(world.visitor_sends(id, "a.png", PNG, Some(request)).await), over);

        let request = world.ann_asks(id).await;
        app.visitor_declines_file((workspace, live.session, id), request).await.unwrap();
        assert_eq!(refusal(world.visitor_sends(id, "a.png", PNG, Some(request)).await), over);

        let request = world.ann_asks(id).await;
        world.clock.advance(HOUR);
        live.heard_of(world.app.now());
        assert_eq!(refusal(world.visitor_sends(id, "a.png", PNG, Some(request)).await), over, "before its timer has run");
        app.run_due().await.unwrap();
        let events = world.events(id).await;
        let failed = Event::FileRequestEnded { request, outcome: FileRequestOutcome::Failed, file: None };
        assert!(events.contains(&failed), "{events:?}");

        let live = world.chat().await;
        let id = live.conversation;
        let request = world.ann_asks(id).await;
        world.end(id, Author::Visitor).await;
        assert_eq!(refusal(world.visitor_sends(id, "a.png", PNG, Some(request)).await), ErrorKind::ConversationEnded);
        let before = world.kinds(id).await;
        world.pass(HOUR * 2).await;
        let after = world.kinds(id).await;
        assert!(!after[before.len()..].contains(&"file_request_ended"), "nobody is told after the end: {after:?}");
        world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_sent_is_refused_and_leaves_no_trace() {
    for world in worlds(Ceilings { max_bytes: 500_000, ..Ceilings::default() }).await {
        let live = world.chat().await;
        let id = live.conversation;
        let before = world.kinds(id).await;
        let request = {
            assert_eq!(
                refusal(world.visitor_sends(id, "a.png", PNG, None).await),
                ErrorKind::Conflict("the agent has not asked for a file")
            );
            world.ann_asks(id).await
        };
        let large = [PNG, &[0; 500_000]].concat();
        assert_eq!(refusal(world.visitor_sends(id, "a.png", &large, Some(request)).await), ErrorKind::TooLarge { limit: 500_000 });
        for (name, content) in [("a.png", &b"MZ\x90\0\x03"[..]), ("a.txt", b"a\0b"), ("a.png", b"<html><script>")] {
            assert_eq!(refusal(world.visitor_sends(id, name, content, Some(request)).await), ErrorKind::TypeRefused, "{name}");
        }
        // Judged before all of it came: the first chunk is enough.
        let mut upload = world.app.begin_upload(world.workspace, id, switchboard_engine::file::Sender::Visitor, false).await.unwrap();
        assert_eq!(refusal(upload.push(&[0; 100_000]).await), ErrorKind::TypeRefused);
        drop(upload);
        assert_eq!(world.kinds(id).await[before.len()..], ["file_requested"]);
        assert_eq!(world.app.files_of(world.workspace, id).await.unwrap(), []);
        // The request is still open: another file may be chosen.
        world.visitor_sends(id, "a.txt", "Grüße".as_bytes(), Some(request)).await.unwrap();

        let sue = world.signed_in("sue").await;
        let sender = switchboard_engine::file::Sender::Agent(sue.agent);
        let others = upload_as(&world, id, sender).await;
        assert_eq!(refusal(others), ErrorKind::Conflict("the conversation belongs to somebody else"));

        world.deployment_says(serde_json::json!({"media_types": [], "unasked": true})).await;
        assert_eq!(refusal(world.ann_sends(id, "a.png", PNG).await), ErrorKind::TypeRefused);
        assert_eq!(refusal(world.app.request_file(&world.ann, id, None).await), ErrorKind::Conflict("no files may be sent here"));
        world.deployment_says(serde_json::json!({"media_types": ["image/png"], "unasked": true})).await;
        world.visitor_sends(id, "unasked.png", PNG, None).await.unwrap();
        world.end(id, Author::Agent { agent: agent(&world) }).await;
        assert_eq!(refusal(world.ann_sends(id, "a.png", PNG).await), ErrorKind::ConversationEnded);
        world.finish().await;
    }
}

async fn upload_as(
    world: &World,
    id: domain::ids::ConversationId,
    sender: switchboard_engine::file::Sender,
) -> switchboard_engine::Result<switchboard_engine::file::Content> {
    upload(&world.app, world.workspace, id, sender, PNG).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agents_file_reaches_the_visitor_under_the_name_that_visitors_see() {
    for world in worlds(Ceilings::default()).await {
        let live = world.chat().await;
        let id = live.conversation;
        let sent = world.ann_sends(id, &"é".repeat(1_000), b"%PDF-1.7\n").await.unwrap();
        assert_eq!(sent.file.name.reveal().chars().count(), text_limits::NAME_CHARACTERS);
        assert_eq!(sent.author_name.as_deref(), Some("The ann"));
        let told = world.app.store().visitor_after(world.workspace, id, -1, 100).await.unwrap();
        let last = told.last().unwrap();
        assert!(
            matches!(&last.entry.event, Event::Posted { message: MessageKind::File, file: Some(file), name: Some(name), .. }
                if *file == sent.file.id && name == "The ann"),
            "{last:?}"
        );
        world.finish().await;
    }
}
