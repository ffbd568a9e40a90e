//! What a site's pages say of a visitor goes into every conversation of the visit, and nowhere else.

use std::time::Duration;

use domain::{
    conversation::Phase,
    detail::{Detail, EntityPlan, EntityStep, FieldMap},
    presence::Presence,
    routing::Attempt,
    secret::Text,
    time::{Clock as _, Timestamp},
};
use switchboard_engine::{
    ErrorKind,
    conversation::{StartConversation, Started},
    web_visit::{SeenPage, Visit, VisitNote},
};

use crate::{
    person::detail,
    world::{World, worlds},
};

const SESSION: &str = "0c8f2a52-5f0b-4bd0-9f39-0f3d1e2a4b5c";

fn step(entity: &str, field: &str) -> EntityStep {
    let fields = vec![FieldMap { field: field.into(), label: "Mail".into(), find: true, exact: true, create: true }];
    EntityStep { entity: entity.into(), fields, show_on_create: false, save_to: None, link: None }
}

fn page(n: u64, at: Timestamp) -> SeenPage {
    SeenPage { location: format!("https://shop.example/{n}").into(), title: format!("Page {n}").into(), at }
}

async fn note(world: &World, session: &str, visit: Visit) -> switchboard_engine::Result<()> {
    world.app.note_web_visit(VisitNote { deployment: world.demo.deployment, session: session.into(), visit }).await
}

/// What somebody asks with.
pub(crate) fn asks(world: &World, visit: Option<&str>, name: &str, details: Vec<Detail>) -> StartConversation {
    StartConversation {
        workspace: world.workspace(),
        session: world.app.new_session_key().session,
        deployment: Some(world.demo.deployment),
        button: Some(world.demo.button),
        attempts: vec![Attempt::Button(world.demo.button)],
        visitor: None,
        name: name.into(),
        language: "en".into(),
        user_agent: "test".into(),
        screen: String::new(),
        address: None,
        page: String::new(),
        referrer: String::new(),
        details,
        entity_plan: EntityPlan::default(),
        queue_updates: false,
        refuse: None,
        post_number: None,
        visit: visit.map(str::to_owned),
    }
}

async fn ask(world: &World, visit: Option<&str>, name: &str, page: &str, details: Vec<Detail>, plan: Vec<EntityStep>) -> Started {
    let entity_plan = EntityPlan { steps: plan };
    let start = StartConversation { page: page.into(), entity_plan, ..asks(world, visit, name, details) };
    world.app.start_conversation(start).await.unwrap()
}

#[tokio::test]
async fn what_the_pages_said_comes_before_what_the_request_says_which_wins() {
    for world in worlds().await {
        let now = world.clock.now();
        let minute = Duration::from_secs(60);
        let first = Visit {
            permanent_id: Some(SESSION.into()),
            visit_count: Some(3),
            referrer: "https://search.example/".into(),
            name: Text("Vera".into()),
            details: vec![detail("Mail", "old@example.org", true), detail("Customer", "4711", false)],
            entity_plan: EntityPlan {
                steps: vec![step("Contact", "Email"), EntityStep { fields: vec![], show_on_create: true, ..step("Contact", "") }],
            },
            pages: vec![page(1, now - minute * 2)],
            ..Visit::default()
        };
        note(&world, SESSION, first).await.unwrap();
        let second = Visit {
            details: vec![detail("Mail", "vera@example.org", true)],
            pages: vec![page(2, now - minute), page(1, now - minute * 2)],
            ..Visit::default()
        };
        note(&world, SESSION, second).await.unwrap();
        let known = world.app.web_visit(world.demo.deployment, SESSION).await.unwrap().unwrap();
        assert_eq!((known.name.reveal(), known.referrer.as_str(), known.visit_count), ("Vera", "https://search.example/", Some(3)));
        assert_eq!(known.details.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["Customer", "Mail"]);
        assert_eq!((known.entity_plan.steps.len(), known.entity_plan.steps[0].show_on_create), (1, true));

        let asked = vec![detail("Topic", "Order", true), detail("Customer", "0815", true)];
        let plan = vec![step("Case", "Subject"), step("Contact", "Phone")];
        let started = ask(&world, Some(SESSION), "", "", asked, plan).await;
        let told = world.app.export_person(&world.signed_in("admin").await, started.visitor).await.unwrap();
        let stored = &told.conversations[0].stored;
        let details: Vec<_> = stored.details.iter().map(|one| (one.label.as_str(), one.value.reveal())).collect();
        assert_eq!(details, [("Mail", "vera@example.org"), ("Topic", "Order"), ("Customer", "0815")]);
        assert_eq!((stored.origin.name.reveal(), stored.origin.referrer.as_str()), ("Vera", "https://search.example/"));
        assert_eq!(stored.origin.page, "https://shop.example/2", "the page that the visitor was seen on last");
        let plan: EntityPlan = serde_json::from_value(stored.origin.entity_plan.clone()).unwrap();
        let steps: Vec<_> = plan.steps.iter().map(|step| (step.entity.as_str(), step.fields.len())).collect();
        assert_eq!(steps, [("Contact", 2), ("Case", 1)]);
        let seen: Vec<_> = stored.breadcrumbs.iter().map(|page| (page.location.reveal(), page.title.reveal(), page.at)).collect();
        let expected = [("https://shop.example/1", "Page 1", now - minute * 2), ("https://shop.example/2", "Page 2", now - minute)];
        assert_eq!(seen, expected);
        assert_eq!((told.visits.len(), told.visits[0].0.details.len()), (1, 2));

        // Another conversation of the visit: the same visitor. What the request says of him counts.
        let again = ask(&world, Some(SESSION), "Vera Vox", "https://shop.example/help", vec![], vec![]).await;
        assert_eq!(again.visitor, started.visitor);
        let told = world.app.export_person(&world.signed_in("admin").await, again.visitor).await.unwrap();
        assert_eq!(told.conversations[1].stored.origin.name.reveal(), "Vera Vox");
        assert_eq!((told.conversations[1].stored.details.len(), told.conversations[1].stored.breadcrumbs.len()), (2, 2));
        // Nobody else's.
        let other = ask(&world, Some("another-session"), "", "", vec![], vec![]).await;
        assert_ne!(other.visitor, started.visitor);

        world.app.erase_person(&world.signed_in("admin").await, started.visitor, None).await.unwrap();
        assert_eq!(world.app.web_visit(world.demo.deployment, SESSION).await.unwrap(), None);
        world.end().await;
    }
}

#[tokio::test]
async fn what_is_said_while_a_conversation_waits_goes_into_it_and_what_the_form_said_stays() {
    for world in worlds().await {
        let (workspace, agent) = (world.workspace(), world.demo.agents["agent"]);
        world.app.set_presence(workspace, agent, Presence::Online, None).await.unwrap();
        let of = |details, plan| Visit { details, entity_plan: EntityPlan { steps: plan }, ..Visit::default() };
        note(&world, SESSION, of(vec![detail("Topic", "Order", true), detail("Mail", "old@example.org", true)], vec![])).await.unwrap();
        let waits = ask(&world, Some(SESSION), "", "", vec![detail("Mail", "form@example.org", true)], vec![step("Case", "Subject")]).await;
        let elsewhere = ask(&world, Some("another-session"), "", "", vec![], vec![]).await;
        let late = Visit {
            name: Text("Vera".into()),
            ..of(
                vec![detail("Topic", "Refund", true), detail("Mail", "page@example.org", true), detail("Plan", "gold", false)],
                vec![step("Contact", "Email"), EntityStep { show_on_create: true, ..step("Case", "Subject") }],
            )
        };
        note(&world, SESSION, late.clone()).await.unwrap();
        let stored = async |started: &Started| {
            let told = world.app.export_person(&world.signed_in("admin").await, started.visitor).await.unwrap();
            let stored = told.conversations[0].stored.clone();
            let mut details: Vec<_> =
                stored.details.iter().map(|one| (one.label.clone(), one.value.reveal().to_owned(), one.visible)).collect();
            details.sort();
            let plan: EntityPlan = serde_json::from_value(stored.origin.entity_plan.clone()).unwrap();
            let steps: Vec<_> = plan.steps.iter().map(|step| (step.entity.clone(), step.show_on_create)).collect();
            (details, steps, stored.origin.name.reveal().to_owned())
        };
        let line = |label: &str, value: &str, shown| (label.to_owned(), value.to_owned(), shown);
        let (details, steps, name) = stored(&waits).await;
        assert_eq!(details, [line("Mail", "form@example.org", true), line("Plan", "gold", false), line("Topic", "Refund", true)]);
        assert_eq!(steps, [("Case".to_owned(), true), ("Contact".to_owned(), false)]);
        assert_eq!(name, "Vera");
        // Said again, it changes nothing.
        note(&world, SESSION, late).await.unwrap();
        assert_eq!(stored(&waits).await.0.len(), 3);
        assert_eq!(stored(&elsewhere).await, (vec![], vec![], String::new()), "nobody else's");

        // Once an agent has accepted, it is for the visit's next conversation.
        let held = world.app.store().snapshot().await.unwrap().conversation(workspace, waits.conversation).await.unwrap().unwrap();
        let Phase::Offered { offer, .. } = held.phase else { panic!("{:?}", held.phase) };
        let asked = of(vec![detail("Asked", "1", true)], vec![]);
        note(&world, SESSION, asked).await.unwrap();
        assert!(stored(&waits).await.0.iter().any(|(label, ..)| label == "Asked"), "an agent who is asked has not accepted");
        world.app.accept_offer(workspace, agent, offer).await.unwrap();
        note(&world, SESSION, of(vec![detail("Later", "1", true)], vec![])).await.unwrap();
        assert!(stored(&waits).await.0.iter().all(|(label, ..)| label != "Later"));
        let next = ask(&world, Some(SESSION), "", "", vec![], vec![]).await;
        let told = world.app.export_person(&world.signed_in("admin").await, next.visitor).await.unwrap();
        assert!(told.conversations[1].stored.details.iter().any(|one| one.label == "Later"));
        world.end().await;
    }
}

#[tokio::test]
async fn a_visit_lapses_after_a_day_and_is_removed() {
    for world in worlds().await {
        note(&world, SESSION, Visit { name: Text("Vera".into()), ..Visit::default() }).await.unwrap();
        world.clock.advance(Duration::from_secs(24 * 60 * 60 - 1));
        assert!(world.app.web_visit(world.demo.deployment, SESSION).await.unwrap().is_some());
        world.clock.advance(Duration::from_secs(1));
        assert_eq!(world.app.web_visit(world.demo.deployment, SESSION).await.unwrap(), None);
        let started = ask(&world, Some(SESSION), "", "", vec![], vec![]).await;
        assert_eq!(world.app.export_person(&world.signed_in("admin").await, started.visitor).await.unwrap().visitor.name.reveal(), "");
        world.app.run_due().await.unwrap();
        let workspace = world.workspace();
        let stored = world.app.store().snapshot().await.unwrap().web_visit(workspace, SESSION, Timestamp(0)).await.unwrap();
        assert_eq!(stored, None, "the reconciler has removed it");
        world.end().await;
    }
}

#[tokio::test]
async fn hostile_visits_are_refused_or_cut_and_never_stop_a_conversation() {
    for world in worlds().await {
        let refused = |property| ErrorKind::Invalid { property, message: String::new() };
        let kind = |error: switchboard_engine::Error| match error.kind {
            ErrorKind::Invalid { property, .. } => ErrorKind::Invalid { property, message: String::new() },
            other => other,
        };
        let long = "x".repeat(1_000_000);
        for session in ["", "a b", "sid\n", "ümlaut", &"x".repeat(256)] {
            assert_eq!(kind(note(&world, session, Visit::default()).await.unwrap_err()), refused("session"), "{session}");
        }
        let visit = Visit { details: vec![detail("a", &long, true)], ..Visit::default() };
        assert_eq!(kind(note(&world, SESSION, visit).await.unwrap_err()), refused("details"));
        let steps = (0..21).map(|n| step(&format!("e{n}"), "f")).collect();
        let visit = Visit { entity_plan: EntityPlan { steps }, ..Visit::default() };
        assert_eq!(kind(note(&world, SESSION, visit).await.unwrap_err()), refused("entity_plans"));
        let elsewhere = VisitNote { deployment: world.app.id(), session: SESSION.into(), visit: Visit::default() };
        assert_eq!(world.app.note_web_visit(elsewhere).await.unwrap_err().kind, ErrorKind::NotFound("deployment"));

        let now = world.clock.now();
        let pages = (0..1_000).map(|n| page(n, Timestamp(i64::MAX - i64::try_from(n).unwrap()))).chain([SeenPage {
            location: "\u{0}\u{202e}".into(),
            title: "".into(),
            at: Timestamp(i64::MIN),
        }]);
        let visit =
            Visit { name: Text(format!("V\u{0}\u{202e}{long}")), referrer: long.clone(), pages: pages.collect(), ..Visit::default() };
        note(&world, SESSION, visit).await.unwrap();
        let known = world.app.web_visit(world.demo.deployment, SESSION).await.unwrap().unwrap();
        assert_eq!((known.name.reveal().len(), known.referrer.len(), known.pages.len()), (255, 2_048, 25));
        assert!(known.pages.iter().all(|page| page.at <= now));

        // As much as a visit may hold, and as much as a request may.
        let many: Vec<Detail> = (0..200).map(|n| detail(&format!("v{n}"), "x", true)).collect();
        note(&world, SESSION, Visit { details: many, ..Visit::default() }).await.unwrap();
        let own: Vec<Detail> = (0..200).map(|n| detail(&format!("r{n}"), "x", true)).collect();
        let started = ask(&world, Some(SESSION), "", "", own, vec![]).await;
        let told = world.app.export_person(&world.signed_in("admin").await, started.visitor).await.unwrap();
        assert_eq!(told.conversations[0].stored.details[0].label, "r0");
        for odd in [long.as_str(), "", "\u{0}", "' OR 1=1 --"] {
            ask(&world, Some(odd), "", "", vec![], vec![]).await;
        }
        world.end().await;
    }
}
