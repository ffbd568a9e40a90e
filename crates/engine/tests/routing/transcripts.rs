//! Transcripts that a CRM keeps: written when a conversation begins, in between and at its end; none twice, none missing.

use std::time::Duration;

use domain::{
    detail::Detail,
    ids::ConversationId,
    journal::{EndedBecause, TransferTarget},
    presence::Presence,
    routing::Attempt,
    transcript::{BODY_CHARACTERS, OccurrenceKind as Kind, Responses, Side, Status},
};
use futures_util::FutureExt as _;
use serde_json::json;
use switchboard_engine::{
    App, ReconcilerReport,
    conversation::{EndConversation, PostMessage},
};
use testkit::wait_for;

use super::world::*;
use crate::keeper::Mood;

const PASS: Duration = Duration::from_secs(6 * 60 * 60 + 1);

fn report(app: &App) -> ReconcilerReport {
    app.reconcilers().into_iter().find(|report| report.name == "transcripts").unwrap()
}

/// A conversation that Ann has; its transcript is written.
async fn begun(world: &World) -> (domain::ids::AgentId, switchboard_engine::conversation::Started) {
    let (site, help) = (world.deployment(json!({})).await, world.button(json!({"auto_accept": true})).await);
    let ann = world.online(json!({"capacity": 5})).await;
    let started = world.start(site, help).await;
    world.pass(SECOND * 10).await;
    (ann, started)
}

async fn ends(world: &World, id: ConversationId) {
    let by = EndConversation { by: domain::journal::Author::Visitor, because: EndedBecause::Visitor };
    assert!(world.app.end_conversation(world.workspace, id, by).await.unwrap());
}

on_both! {
    async fn a_conversation_of_two_agents_is_kept_from_its_beginning_to_its_end(world) {
        world.may_exceed_capacity();
        let site = world.deployment(json!({})).await;
        let skill = world.skill().await;
        let help = world.button(json!({"skills": [skill]})).await;
        let ann = world.online(json!({"skills": [skill]})).await;
        let _ann_stays = world.app.fanout().subscribe(world.workspace, ann, false);
        let started = {
            let detail = |label: &str, field: &str, value: &str| Detail {
                label: label.into(),
                value: value.into(),
                transcript_fields: vec![field.into()],
                visible_to_agent: true,
                entity_maps: Vec::new(),
                knowledge_search: false,
            };
            world.keeper.state().lacks = Some("Color__c");
            let asks = |start: &mut switchboard_engine::conversation::StartConversation| {
                start.details = vec![detail("Mail", "Email__c", "ana@example.org"), detail("Color", "Color__c", "red")];
                start.user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0".into();
                start.referrer = "https://search.example/".into();
                start.screen = "1280x800".into();
                start.address = Some("192.0.2.9".parse().unwrap());
            };
            world.ask_with(&world.app, site, Some(help), vec![Attempt::Button(help)], asks).await.unwrap()
        };
        let id = started.conversation;
        world.app.run_due().await.unwrap();
        let waiting = world.keeper.kept(id);
        assert_eq!((waiting.status, waiting.owner, waiting.numbers.wait, waiting.ended_by), (Status::Waiting, None, None, None));
        assert_eq!((waiting.deployment, waiting.button, waiting.skill), (Some(site), Some(help), Some(skill)));
        assert_eq!((waiting.browser.as_str(), waiting.platform.as_str()), ("Firefox 128.0", "Linux"));
        assert_eq!(
            [waiting.language, waiting.screen, waiting.address, waiting.referrer],
            ["en-US", "1280x800", "192.0.2.9", "https://search.example/"].map(str::to_owned)
        );
        let problems = world.app.transcript_problems(world.workspace, id).await.unwrap();
        assert_eq!(problems.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(), ["Color__c"]);

        world.clock.advance(SECOND * 20);
        world.accept(id).await;
        world.clock.advance(SECOND * 10);
        world.app.agent_posts(world.workspace, ann, id, PostMessage::text("hello <b>")).await.unwrap();
        world.clock.advance(SECOND * 4);
        world.app.visitor_posts(&started.live, PostMessage::text("my order")).await.unwrap();
        world.app.run_due().await.unwrap();
        let running = world.keeper.kept(id);
        assert_eq!((running.status, running.owner, running.numbers.wait), (Status::InProgress, Some(ann), Some(20)));

        let ben = world.online(json!({"name": "Ben", "skills": [skill]})).await;
        let _ben_stays = world.app.fanout().subscribe(world.workspace, ben, false);
        world.app.transfer(world.workspace, ann, id, TransferTarget::Agent { agent: ben }, Some("a difficult one")).await.unwrap();
        world.accept(id).await;
        world.clock.advance(SECOND * 26);
        world.app.agent_posts(world.workspace, ben, id, PostMessage::text("one moment")).await.unwrap();
        world.clock.advance(SECOND * 30);
        assert!(world.app.agent_ends(world.workspace, ben, id, false).await.unwrap());
        world.app.run_due().await.unwrap();

        let kept = world.keeper.kept(id);
        assert_eq!((kept.status, kept.owner, kept.ended_by), (Status::Completed, Some(ben), Some(Side::Agent)));
        let numbers = kept.numbers;
        assert_eq!((numbers.wait, numbers.abandoned, numbers.duration), (Some(20), None, Some(70)));
        assert_eq!((numbers.agent_messages, numbers.visitor_messages), (2, 1));
        assert_eq!(numbers.agent, Responses { average: Some(26), max: Some(26) });
        assert_eq!(numbers.visitor, Responses { average: Some(4), max: Some(4) });
        assert_eq!(
            kept.body.reveal(),
            "<p align=\"center\">Chat Started: Monday, March 02, 2026, 09:00:20 (+0000)</p><p align=\"center\">Chat Origin: Help</p>\
             <p align=\"center\">Agent Ann</p>( 10s ) Ann: hello &lt;b&gt;<br>( 14s ) Ana: my order<br>\
             <p align=\"center\">Chat Transferred From Ann To Ben</p>( 40s ) Ben: one moment<br>"
        );
        assert!(kept.supervisor_body.reveal().contains("Ann (Whisper): a difficult one"));
        assert_eq!(kept.whole, None);
        let events: Vec<_> = kept.events.iter().map(|event| (event.kind, event.agent)).collect();
        assert_eq!(
            events,
            [
                (Kind::Requested, None),
                (Kind::Queued, None),
                (Kind::Assigned, Some(ann)),
                (Kind::Accepted, Some(ann)),
                (Kind::TransferToAgent, Some(ann)),
                (Kind::Queued, None),
                (Kind::Assigned, Some(ben)),
                (Kind::TakenOver, Some(ben)),
                (Kind::EndedByAgent, Some(ben)),
            ]
        );
        assert_eq!((kept.events[0].detail.as_str(), kept.events[4].detail.as_str()), ("Help", "Ben"));

        // What is as it was given is not given again.
        let writes = world.keeper.writes(id);
        world.pass(SECOND * 90).await;
        assert_eq!(world.keeper.writes(id), writes);
        assert_eq!(report(&world.app).backlog, 0);
        assert_eq!(world.app.transcript_problems(world.workspace, id).await.unwrap().len(), 1);
    }
}

on_both! {
    async fn what_nobody_took_is_missed_and_what_came_from_a_blocked_address_is_blocked(world) {
        let (site, help) = (world.deployment(json!({})).await, world.button(json!({})).await);
        let refused = world.start(site, help).await;
        assert!(refused.refused);
        let ann = world.agent(json!({})).await;
        world.presence(ann, Presence::Online).await;
        let busy = world.start(site, help).await.conversation;
        world.accept(busy).await;
        let left = world.start(site, help).await;
        world.app.visitor_posts(&left.live, PostMessage::text("anybody?")).await.unwrap();
        world.clock.advance(SECOND * 33);
        ends(&world, left.conversation).await;
        let blocks = |start: &mut switchboard_engine::conversation::StartConversation| {
            start.refuse = Some(domain::journal::RefusedBecause::Blocked);
        };
        let blocked = world.ask_with(&world.app, site, Some(help), vec![Attempt::Button(help)], blocks).await.unwrap();
        world.app.run_due().await.unwrap();

        let of = |id| {
            let kept = world.keeper.kept(id);
            let events: Vec<_> = kept.events.iter().map(|event| event.kind).collect();
            (kept.status, kept.numbers.abandoned, kept.ended_by, events)
        };
        assert_eq!(of(refused.conversation), (Status::Missed, None, Some(Side::System), vec![Kind::TurnedAwayNobody]));
        assert_eq!(of(left.conversation), (Status::Missed, Some(33), Some(Side::Visitor), vec![Kind::Requested, Kind::Queued, Kind::Cancelled]));
        assert_eq!(of(blocked.conversation), (Status::Blocked, None, Some(Side::System), vec![Kind::TurnedAwayBlocked]));
        assert!(world.keeper.kept(left.conversation).body.reveal().ends_with("( 0s ) Ana: anybody?<br>"));
    }
}

on_both! {
    async fn one_that_is_too_long_is_cut_and_the_whole_comes_with_its_end(world) {
        let (ann, started) = begun(&world).await;
        let _stays = world.app.fanout().subscribe(world.workspace, ann, false);
        for n in 0..5 {
            let text = format!("{n}{}", "<".repeat(9_000));
            world.app.visitor_posts(&started.live, PostMessage::text(text)).await.unwrap();
        }
        world.pass(SECOND * 62).await;
        let running = world.keeper.kept(started.conversation);
        assert_eq!((running.body.reveal().chars().count() <= BODY_CHARACTERS, running.whole), (true, None), "it is not over yet");
        ends(&world, started.conversation).await;
        world.app.run_due().await.unwrap();
        let kept = world.keeper.kept(started.conversation);
        assert!(kept.body.reveal().ends_with("<br><p align=\"center\">The rest is in the attached file.</p>"));
        assert!(kept.supervisor_body.reveal().ends_with("<p align=\"center\">The rest is left out.</p>"));
        let whole = kept.whole.unwrap();
        assert!((0..5).all(|n| whole.reveal().contains(&format!("Visitor Ana: {n}<<<"))));
    }
}

on_both! {
    async fn a_crm_that_is_down_gets_everything_when_it_is_back(world) {
        let (_, started) = begun(&world).await;
        let (id, writes) = (started.conversation, world.keeper.writes(started.conversation));
        world.keeper.state().mood = Mood::Down;
        world.app.visitor_posts(&started.live, PostMessage::text("still there?")).await.unwrap();
        ends(&world, id).await;
        world.pass(SECOND * 40).await;
        let down = report(&world.app);
        assert_eq!(down.backlog, 1, "what could not be given stands in the report");
        assert_eq!(world.keeper.kept(id).status, Status::InProgress);
        // It comes again ever more rarely: after 5, 10, 20 s.
        let mut snapshot = world.app.store().snapshot().await.unwrap();
        let next = snapshot.transcript_backlog(world.workspace, world.now()).await.unwrap().next.unwrap();
        drop(snapshot);
        assert!(next.since(world.now()) > SECOND * 20, "{:?}", next.since(world.now()));

        world.keeper.state().mood = Mood::Willing;
        world.clock.advance(next.since(world.now()));
        world.app.run_due().await.unwrap();
        assert_eq!((world.keeper.kept(id).status, world.keeper.writes(id)), (Status::Completed, writes + 1));
        let up = report(&world.app);
        assert_eq!((up.backlog, up.last_error), (0, None));
    }
}

on_both! {
    async fn who_dies_before_or_after_the_crm_has_written_leaves_it_to_the_others(world) {
        for mood in [Mood::SilentBefore, Mood::SilentAfter] {
            let (_, started) = begun(&world).await;
            let id = started.conversation;
            ends(&world, id).await;
            world.keeper.state().mood = mood;
            let dying = tokio::spawn({
                let app = world.app.clone();
                async move { app.run_due().await }
            });
            let workspace = world.workspace;
            wait_for("the transcript to be taken", SECOND * 60, async || {
                let mut snapshot = world.app.store().snapshot().await.unwrap();
                let backlog = snapshot.transcript_backlog(workspace, world.now()).await.unwrap();
                backlog.next.is_some_and(|next| next > world.now())
            })
            .await;
            if mood == Mood::SilentAfter {
                wait_for("the write", SECOND * 60, async || world.keeper.kept(id).status == Status::Completed).await;
            }
            dying.abort();
            let _ = dying.await;
            world.keeper.state().mood = Mood::Willing;

            world.app.run_due().await.unwrap();
            let taken = world.keeper.kept(id).revision;
            world.clock.advance(SECOND * 61);
            world.app.run_due().await.unwrap();
            let kept = world.keeper.kept(id);
            assert_eq!(kept.status, Status::Completed);
            assert!(kept.revision > taken, "given in a turn of its own");
            assert_eq!(world.keeper.state().kept.keys().filter(|kept| **kept == id).count(), 1);
        }
    }
}

on_both! {
    async fn what_the_crm_lost_or_somebody_changed_is_found_and_given_again(world) {
        let mut all = Vec::new();
        for _ in 0..4 {
            let (_, started) = begun(&world).await;
            ends(&world, started.conversation).await;
            all.push(started.conversation);
        }
        world.pass(SECOND * 10).await;
        let before = world.keeper.state().kept.clone();
        let [lost, damaged, sound, older] = all[..] else { panic!("four") };
        let ghost: ConversationId = world.id();
        {
            let mut state = world.keeper.state();
            state.kept.remove(&lost);
            state.damaged.push(damaged);
            state.kept.get_mut(&older).unwrap().revision -= 1;
            let mut of_nobody = before[&sound].clone();
            of_nobody.conversation = ghost;
            state.kept.insert(ghost, of_nobody);
            state.puts.clear();
        }
        // What a transcript does not show is no reason to give it again.
        let (workspace, now) = (world.workspace, world.now());
        world
            .app
            .store()
            .write::<_, store::Error, _>(move |tx| {
                async move {
                    let mut conversation = tx.conversation(workspace, sound).await?.unwrap();
                    let entry = conversation.record(domain::journal::Event::Reconnected);
                    tx.journal(workspace, now, entry);
                    tx.save_conversation(workspace, &conversation).await
                }
                .boxed()
            })
            .await
            .unwrap();
        world.clock.advance(PASS);
        // One run compares, one gives.
        for _ in 0..2 {
            world.app.run_due().await.unwrap();
        }
        let told = |record: &switchboard_engine::crm::TranscriptRecord| {
            let mut record = record.clone();
            record.revision = 0;
            record
        };
        let after = world.keeper.state().kept.clone();
        assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
        for (id, record) in &after {
            assert_eq!(told(record), told(&before[id]), "{id}");
        }
        let mut written: Vec<_> = world.keeper.state().puts.iter().map(|(id, _)| *id).collect();
        written.sort_unstable();
        let mut wrong = vec![lost, damaged, older];
        wrong.sort_unstable();
        assert_eq!(written, wrong, "each once, and no other");
        assert!(world.keeper.state().damaged.is_empty());
        assert_eq!(world.keeper.state().forgotten, [ghost]);

        // Nothing is wrong any more.
        world.keeper.state().puts.clear();
        world.clock.advance(PASS);
        for _ in 0..2 {
            world.app.run_due().await.unwrap();
        }
        assert!(world.keeper.state().puts.is_empty());
    }
}

on_both! {
    async fn a_crm_whose_count_is_ahead_of_ours_gets_the_next_one_all_the_same(world) {
        let (_, started) = begun(&world).await;
        let id = started.conversation;
        world.keeper.state().kept.get_mut(&id).unwrap().revision = 1_000;
        ends(&world, id).await;
        world.app.run_due().await.unwrap();
        assert_eq!(world.keeper.kept(id).status, Status::InProgress, "the CRM takes nothing older");
        world.pass(SECOND * 6).await;
        let kept = world.keeper.kept(id);
        assert_eq!((kept.status, kept.revision), (Status::Completed, 1_001));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_servers_at_once_give_each_conversation_once() {
    let mut world = World::new(On::Postgres).await;
    let (site, help) = (world.deployment(json!({})).await, world.button(json!({"auto_accept": true})).await);
    world.online(json!({"capacity": 100})).await;
    let others = [world.second_server().await, world.second_server().await];
    let mut all = Vec::new();
    for _ in 0..40 {
        let started = world.start(site, help).await;
        ends(&world, started.conversation).await;
        all.push(started.conversation);
    }
    let apps = [&world.app, &others[0], &others[1]];
    for outcome in futures_util::future::join_all(apps.map(|app| app.run_due().boxed())).await {
        outcome.unwrap();
    }
    world.app.run_due().await.unwrap();
    for id in all {
        assert_eq!((world.keeper.writes(id), world.keeper.kept(id).status), (1, Status::Completed), "{id}");
    }
    world.finish().await;
}
