use domain::{detail::Detail, ids::*, presence::Presence, routing::Attempt, secret::Text};
use store::{AuditFilter, HistoryFilter};
use switchboard_engine::{
    ErrorKind, SignedInAgent,
    conversation::{PostMessage, StartConversation, Started},
    idempotency::Done,
};

use crate::world::{World, worlds};

pub(crate) fn detail(label: &str, value: &str, visible_to_agent: bool) -> Detail {
    Detail {
        label: label.into(),
        value: Text(value.into()),
        transcript_fields: vec!["Email__c".into()],
        visible_to_agent,
        entity_maps: Vec::new(),
        knowledge_search: false,
    }
}

/// A visitor who has written, to an agent who is there.
pub(crate) async fn conversation(world: &World) -> Started {
    let (workspace, agent) = (world.workspace(), world.demo.agents["agent"]);
    world.app.set_presence(workspace, agent, Presence::Online, None).await.unwrap();
    let started = world
        .app
        .start_conversation(StartConversation {
            workspace,
            session: world.app.new_session_key().session,
            deployment: Some(world.demo.deployment),
            button: Some(world.demo.button),
            attempts: vec![Attempt::Button(world.demo.button)],
            visitor: None,
            name: "Vera".into(),
            language: "en".into(),
            user_agent: "test".into(),
            screen: String::new(),
            address: Some("192.0.2.50".parse().unwrap()),
            page: "https://shop.example/secret-page".into(),
            referrer: String::new(),
            details: vec![detail("Mail", "vera@example.org", true), detail("Account", "hunter2", false)],
            entity_plan: Default::default(),
            queue_updates: false,
            refuse: None,
            post_number: None,
            visit: None,
        })
        .await
        .unwrap();
    world.app.visitor_posts(&started.live, PostMessage::text("my number is 4711")).await.unwrap();
    started
}

async fn actions(world: &World, subject: String) -> Vec<String> {
    let filter = AuditFilter { subject: Some(subject), ..AuditFilter::default() };
    let admin = world.signed_in("admin").await;
    world.app.audit_log(&admin, &filter, None, 10).await.unwrap().lines.into_iter().map(|line| line.action).collect()
}

#[tokio::test]
async fn hidden_details_need_the_permission_are_never_found_and_each_reading_is_audited() {
    for world in worlds().await {
        let started = conversation(&world).await;
        let (admin, supervisor) = (world.signed_in("admin").await, world.signed_in("supervisor").await);
        let read = |who: SignedInAgent| {
            let (app, id) = (world.app.clone(), started.conversation);
            async move { app.hidden_details(&who, id).await }
        };
        assert_eq!(read(supervisor.clone()).await.unwrap_err().kind, ErrorKind::Forbidden);
        let hidden = read(admin.clone()).await.unwrap();
        assert_eq!(hidden.iter().map(|one| (one.label.as_str(), one.value.reveal())).collect::<Vec<_>>(), [("Account", "hunter2")]);
        assert_eq!(actions(&world, started.conversation.to_string()).await, ["conversation.hidden_details_read"]);
        for (text, found) in [("hunter2", 0), ("vera@example", 1), ("4711", 1)] {
            let filter = HistoryFilter { anywhere: Some(text.into()), ..HistoryFilter::default() };
            let page = world.app.history(&supervisor, &filter, None, 10).await.unwrap();
            assert_eq!((page.lines.len(), page.next), (found, None), "{text}");
        }
        let agent = world.signed_in("agent").await;
        assert_eq!(world.app.history(&agent, &HistoryFilter::default(), None, 10).await.unwrap_err().kind, ErrorKind::Forbidden);
        world.end().await;
    }
}

#[tokio::test]
async fn a_person_is_told_everything_and_then_forgotten() {
    for world in worlds().await {
        let started = conversation(&world).await;
        let (app, admin, visitor) = (&world.app, world.signed_in("admin").await, started.visitor);
        let agent = world.signed_in("agent").await;
        assert_eq!(app.export_person(&agent, visitor).await.unwrap_err().kind, ErrorKind::Forbidden);
        assert_eq!(app.erase_person(&agent, visitor, None).await.unwrap_err().kind, ErrorKind::Forbidden);
        let nobody: VisitorId = app.id();
        assert_eq!(app.erase_person(&admin, nobody, None).await.unwrap_err().kind, ErrorKind::NotFound("person"));

        let told = app.export_person(&admin, visitor).await.unwrap();
        let conversation = &told.conversations[0];
        assert_eq!(told.visitor.name.reveal(), "Vera");
        let conversation = &conversation.stored;
        assert_eq!((conversation.details.len(), conversation.messages[0].text.reveal()), (2, "my number is 4711"));

        let Done::Now(erased) = app.erase_person(&admin, visitor, None).await.unwrap() else { panic!("no key was given") };
        assert_eq!((erased.conversations, erased.messages, erased.files), (1, 1, 0));
        let left = app.export_person(&admin, visitor).await.unwrap();
        let conversation = &left.conversations[0].stored;
        assert_eq!((left.visitor.name.reveal(), left.visitor.address.as_str()), ("", ""));
        assert!(conversation.messages.iter().all(|message| message.text.reveal().is_empty()));
        assert!(conversation.details.iter().all(|detail| detail.value.reveal().is_empty()));
        assert_eq!(
            (conversation.origin.name.reveal(), conversation.origin.page.as_str(), conversation.origin.address.as_str()),
            ("", "", "")
        );
        let mut said = actions(&world, visitor.to_string()).await;
        said.reverse();
        assert_eq!(said, ["person.exported", "person.erased", "person.exported"]);
        world.end().await;
    }
}
