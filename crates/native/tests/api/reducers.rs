//! Snapshot + events == a fresh snapshot, wherever the stream begins, is cut and goes on.
//!
//! The model keeps whole histories and works out every snapshot by looking back through them; it shares no code with the reducers.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::*;
use native::{
    Position,
    agent::*,
    conversation::*,
    view::{AgentView, Applied, Streamed, TIMELINE, VisitorView},
    visitor::*,
};
use proptest::prelude::*;

use crate::shapes::{AT, id};

const ME: u128 = 1;
const OTHER: u128 = 2;

/// What may happen to one of three conversations.
#[derive(Clone, Copy, Debug)]
enum Step {
    OfferToMe,
    Take,
    Give,
    Say,
    Answer,
    Ask,
    AskEnded,
    Silent(bool),
    Critical(bool),
    Records(u64),
    Flag(bool),
    Monitor(u128, bool),
    Rate(u8),
    StartTransfer,
    FailTransfer,
    End,
    AfterWork,
    AfterWorkDone,
    Wait(i32),
    StopWaiting,
    Capacity(u32),
}

fn step() -> impl Strategy<Value = (usize, Step)> {
    let what = prop_oneof![
        Just(Step::OfferToMe),
        Just(Step::Take),
        Just(Step::Give),
        Just(Step::Say),
        Just(Step::Say),
        Just(Step::Answer),
        Just(Step::Ask),
        Just(Step::AskEnded),
        any::<bool>().prop_map(Step::Silent),
        any::<bool>().prop_map(Step::Critical),
        (1..9_u64).prop_map(Step::Records),
        any::<bool>().prop_map(Step::Flag),
        (1..4u128, any::<bool>()).prop_map(|(agent, starts)| Step::Monitor(agent, starts)),
        (1..6u8).prop_map(Step::Rate),
        Just(Step::StartTransfer),
        Just(Step::FailTransfer),
        Just(Step::End),
        Just(Step::AfterWork),
        Just(Step::AfterWorkDone),
        (0..3i32).prop_map(Step::Wait),
        Just(Step::StopWaiting),
        (0..9u32).prop_map(Step::Capacity),
    ];
    (0..3usize, what)
}

fn me(used: u32) -> Me {
    Me {
        id: id(ME),
        workspace: "w".into(),
        login: "ada".into(),
        name: "Ada".into(),
        public_name: "Ada".into(),
        roles: vec![],
        permissions: vec![],
        skills: vec![],
        queues: vec![],
        presence: Presence { status: PresenceStatus::Online, reason: PresenceReason::Chosen, note: None, since: AT },
        capacity: Capacity { total: 9, used },
        totp: false,
    }
}

fn conversation_id(n: usize) -> ConversationId {
    id(100 + n as u128)
}

fn offer(n: usize) -> Offer {
    Offer {
        id: id(200 + n as u128),
        conversation: conversation_id(n),
        at: AT,
        expires_at: None,
        visitor_name: None,
        button: None,
        queue: None,
        waiting_since: AT,
        transferred_by: None,
        note: None,
        can_decline: true,
    }
}

/// One server with three conversations and one onlooker.
#[derive(Clone, Default)]
struct Model {
    position: u64,
    histories: [Vec<Entry>; 3],
    in_view: BTreeSet<usize>,
    offered: BTreeSet<usize>,
    waiting: BTreeMap<usize, i32>,
    used: u32,
}

impl Model {
    fn last<T>(&self, n: usize, find: impl Fn(&What) -> Option<T>) -> Option<T> {
        self.histories[n].iter().rev().find_map(|entry| find(&entry.what))
    }

    fn ended(&self, n: usize) -> bool {
        self.last(n, |what| matches!(what, What::Ended { .. }).then_some(())).is_some()
    }

    /// Worked out by looking back, property by property.
    fn conversation(&self, n: usize) -> AgentConversation {
        let history = &self.histories[n];
        let ended = self.ended(n);
        let owner = self
            .last(n, |what| match what {
                What::Joined { agent, .. } | What::TransferFailed { agent, .. } => Some(Some(*agent)),
                What::Queued { .. } | What::TransferStarted { .. } => Some(None),
                _ => None,
            })
            .flatten();
        let closed: BTreeSet<FileRequestId> = history
            .iter()
            .filter_map(|entry| if let What::FileRequestEnded { request, .. } = &entry.what { Some(*request) } else { None })
            .collect();
        let requests =
            history.iter().filter_map(|entry| if let What::FileRequested { request } = &entry.what { Some(request) } else { None });
        AgentConversation {
            id: conversation_id(n),
            sequence: history.last().map_or(0, |entry| entry.sequence),
            state: match (ended, owner) {
                (true, _) => ConversationState::Ended,
                (false, Some(_)) => ConversationState::Active,
                (false, None) => ConversationState::Waiting,
            },
            started_at: AT,
            owner,
            deployment: id(50),
            button: None,
            queue: None,
            visitor: VisitorCard {
                id: id(60),
                name: None,
                language: None,
                user_agent: None,
                screen_resolution: None,
                referrer: None,
                address: None,
                page: None,
                pages: vec![],
                connection: self
                    .last(n, |what| if let What::ConnectionChanged { connection } = what { Some(*connection) } else { None })
                    .unwrap_or(Connection::Connected),
            },
            details: vec![],
            transfer: self
                .last(n, |what| match what {
                    What::TransferStarted { target, .. } => Some(Some(*target)),
                    What::TransferFailed { .. } | What::Joined { .. } | What::Ended { .. } => Some(None),
                    _ => None,
                })
                .flatten(),
            file_requests: if ended { vec![] } else { requests.filter(|request| !closed.contains(&request.id)).cloned().collect() },
            idle_warning: false,
            critical_wait: self
                .last(n, |what| match what {
                    What::CriticalWait { raised } => Some(*raised),
                    What::Ended { .. } | What::Message { author: Author::Agent { .. }, .. } => Some(false),
                    _ => None,
                })
                .unwrap_or(false),
            flag: self
                .last(n, |what| match what {
                    What::FlagRaised { note, .. } => Some(Some(Flag { by: id(ME), note: note.clone(), at: AT })),
                    What::FlagLowered { .. } | What::Ended { .. } => Some(None),
                    _ => None,
                })
                .flatten(),
            monitored_by: (1..4u128)
                .map(id)
                .filter(|agent| {
                    let last = self.last(n, |what| match what {
                        What::MonitorStarted { agent: who } if who == agent => Some(true),
                        What::MonitorEnded { agent: who } if who == agent => Some(false),
                        What::Ended { .. } => Some(false),
                        _ => None,
                    });
                    last == Some(true)
                })
                .collect(),
            rating: self.last(n, |what| if let What::Rated { rating } = what { Some(rating.clone()) } else { None }),
            closure: self.last(n, |what| if let What::Ended { closure } = what { Some(closure.clone()) } else { None }),
            after_work: self
                .last(n, |what| match what {
                    What::AfterWorkStarted { .. } => Some(true),
                    What::AfterWorkEnded => Some(false),
                    _ => None,
                })
                .unwrap_or(false),
            records_revision: self
                .last(n, |what| if let What::RecordsChanged { revision } = what { Some(*revision) } else { None })
                .unwrap_or(0),
            timeline: history[history.len().saturating_sub(TIMELINE)..].to_vec(),
            earlier: history.len() > TIMELINE,
        }
    }

    fn waiting(&self, n: usize) -> WaitingConversation {
        WaitingConversation {
            conversation: conversation_id(n),
            visitor_name: None,
            button: None,
            queue: None,
            since: AT,
            priority: self.waiting[&n],
        }
    }

    fn snapshot(&self) -> AgentSnapshot {
        let mut waiting: Vec<_> = self.waiting.keys().map(|n| self.waiting(*n)).collect();
        waiting.sort_by_key(|waiting| (waiting.priority, waiting.conversation));
        AgentSnapshot {
            position: Position { epoch: 1, position: self.position },
            me: me(self.used),
            offers: self.offered.iter().map(|n| offer(*n)).collect(),
            conversations: self.in_view.iter().map(|n| self.conversation(*n)).collect(),
            waiting,
        }
    }

    /// Takes a step and says what the stream brings of it; only the last event carries the position.
    fn take(&mut self, n: usize, step: Step) -> Vec<Streamed<AgentEvent>> {
        // Sequences and positions have gaps.
        self.position += 3;
        let sequence = self.histories[n].last().map_or(1, |entry| entry.sequence + 2);
        let mut events = Vec::new();
        let mut entry = None;
        let request = |sequence: u64| FileRequest { id: id(300 + u128::from(sequence)), author: Author::System, expires_at: None };
        let owned_by_me = self.conversation(n).owner == Some(id(ME));
        match step {
            _ if self.ended(n) && !matches!(step, Step::AfterWork | Step::AfterWorkDone | Step::Rate(_) | Step::Capacity(_)) => {}
            Step::OfferToMe => {
                self.offered.insert(n);
                events.push(AgentEvent::OfferMade { offer: offer(n) });
            }
            Step::Take if !self.in_view.contains(&n) => {
                if self.offered.remove(&n) {
                    events.push(AgentEvent::OfferEnded { offer: offer(n).id, outcome: OfferOutcome::Accepted });
                }
                let transferred = self.histories[n].iter().any(|entry| matches!(entry.what, What::Joined { .. }));
                let joined = What::Joined { agent: id(ME), name: "Ada".into(), transferred };
                self.histories[n].push(Entry { sequence, at: AT, what: joined });
                self.in_view.insert(n);
                self.used += 1;
                events.push(AgentEvent::ConversationEntered { conversation: Box::new(self.conversation(n)) });
                events.push(AgentEvent::MeChanged { me: me(self.used) });
            }
            Step::Give if self.in_view.remove(&n) => {
                let joined = What::Joined { agent: id(OTHER), name: "Bob".into(), transferred: true };
                self.histories[n].push(Entry { sequence, at: AT, what: joined });
                events.push(AgentEvent::ConversationLeft { conversation: conversation_id(n), reason: LeaveReason::Transferred });
            }
            Step::Take | Step::Give => {}
            Step::Say => entry = Some(What::Message { author: Author::Visitor, text: format!("{sequence}").into() }),
            Step::Answer => {
                let author = Author::Agent { id: id(ME), name: "Ada".into() };
                entry = Some(What::Message { author, text: format!("{sequence}").into() });
            }
            Step::Ask => entry = Some(What::FileRequested { request: request(sequence) }),
            Step::AskEnded => {
                let open = self.conversation(n).file_requests.first().map(|open| open.id);
                entry = open.map(|request| What::FileRequestEnded { request, outcome: FileRequestOutcome::Failed });
            }
            Step::Silent(silent) => {
                entry = Some(What::ConnectionChanged { connection: if silent { Connection::Silent } else { Connection::Connected } });
            }
            Step::Flag(up) => {
                let author = Author::Agent { id: id(ME), name: "Ada".into() };
                let note = Some(format!("{sequence}").into());
                entry = Some(if up { What::FlagRaised { author, note } } else { What::FlagLowered { author } });
            }
            Step::Monitor(agent, starts) => {
                let agent = id(agent);
                entry = Some(if starts { What::MonitorStarted { agent } } else { What::MonitorEnded { agent } });
            }
            Step::Critical(raised) => entry = Some(What::CriticalWait { raised }),
            Step::Records(revision) => entry = Some(What::RecordsChanged { revision }),
            Step::Rate(score) => {
                // A server keeps one rating: whatever is read of an earlier one is the latest.
                for earlier in &mut self.histories[n] {
                    if let What::Rated { rating } = &mut earlier.what {
                        rating.score = score;
                    }
                }
                entry = Some(What::Rated { rating: Rating { score, comment: None } });
            }
            Step::StartTransfer if owned_by_me => {
                entry = Some(What::TransferStarted { agent: id(ME), target: TransferTarget::Agent { id: id(OTHER) } });
            }
            Step::FailTransfer if self.conversation(n).transfer.is_some() => {
                entry = Some(What::TransferFailed { agent: id(ME), target: TransferTarget::Agent { id: id(OTHER) } });
            }
            Step::StartTransfer | Step::FailTransfer => {}
            Step::End => {
                let closure = Closure { by: ClosedBy::Agent, because: EndedBecause::Agent, reason: None, at: AT };
                entry = Some(What::Ended { closure });
            }
            Step::AfterWork if self.ended(n) => entry = Some(What::AfterWorkStarted { until: None }),
            Step::AfterWorkDone if self.ended(n) => entry = Some(What::AfterWorkEnded),
            Step::AfterWork | Step::AfterWorkDone => {}
            Step::Wait(priority) => {
                self.waiting.insert(n, priority);
                events.push(AgentEvent::WaitingChanged { waiting: self.waiting(n) });
            }
            Step::StopWaiting => {
                self.waiting.remove(&n);
                events.push(AgentEvent::WaitingLeft { conversation: conversation_id(n) });
            }
            Step::Capacity(used) => {
                self.used = used;
                events.push(AgentEvent::MeChanged { me: me(used) });
            }
        }
        if let Some(what) = entry {
            let entry = Entry { sequence, at: AT, what };
            self.histories[n].push(entry.clone());
            if self.in_view.contains(&n) {
                events.push(AgentEvent::Entry { conversation: conversation_id(n), entry });
            }
        }
        if events.is_empty() {
            events.push(AgentEvent::Advanced);
        }
        let last = events.len() - 1;
        let position = Position { epoch: 1, position: self.position };
        events.into_iter().enumerate().map(|(n, event)| Streamed { position: (n == last).then_some(position), event }).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// A reader begins anywhere, is cut anywhere (in the middle of one position's events too), and goes on after the last id that it saw.
    #[test]
    fn a_view_equals_a_fresh_snapshot_wherever_it_began_and_was_cut(
        steps in prop::collection::vec(step(), 1..60),
        begin in any::<prop::sample::Index>(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let mut model = Model::default();
        let begin = begin.index(steps.len());
        let mut view = AgentView::from(model.snapshot());
        let mut stream = Vec::new();
        for (at, (n, step)) in steps.into_iter().enumerate() {
            if at == begin {
                view = AgentView::from(model.snapshot());
                stream.clear();
            }
            stream.extend(model.take(n, step));
        }
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len())).collect();
        cuts.sort_unstable();
        let mut next = 0;
        for cut in cuts.into_iter().chain([stream.len()]) {
            for streamed in &stream[next..cut.max(next)] {
                prop_assert_ne!(view.apply(streamed.clone()), Applied::Resync);
            }
            // The server goes on after the last id, which may repeat events without one.
            let seen = view.position;
            next = stream
                .iter()
                .rposition(|streamed| streamed.position.is_some_and(|position| position.is_covered_by(seen)))
                .map_or(0, |at| at + 1);
        }
        prop_assert_eq!(view.snapshot(), model.snapshot());
    }

    /// Every event twice, each time after the other, changes nothing.
    #[test]
    fn applying_the_whole_stream_twice_changes_nothing(steps in prop::collection::vec(step(), 1..40)) {
        let mut model = Model::default();
        let mut view = AgentView::from(model.snapshot());
        let stream: Vec<_> = steps.into_iter().flat_map(|(n, step)| model.take(n, step)).collect();
        for streamed in &stream {
            view.apply(streamed.clone());
        }
        for streamed in stream.iter().filter(|streamed| streamed.position.is_some()) {
            prop_assert_eq!(view.apply(streamed.clone()), Applied::Nothing);
        }
        prop_assert_eq!(view.snapshot(), model.snapshot());
    }
}

#[test]
fn a_timeline_keeps_the_latest_and_says_that_there_is_more() {
    let mut model = Model::default();
    model.take(0, Step::Take);
    let mut view = AgentView::from(model.snapshot());
    for _ in 0..TIMELINE + 10 {
        for streamed in model.take(0, Step::Say) {
            view.apply(streamed);
        }
    }
    let kept = &view.conversations[&conversation_id(0)];
    assert_eq!((kept.timeline.len(), kept.earlier), (TIMELINE, true));
    assert_eq!(view.snapshot(), model.snapshot());
}

/// A server may read the conversation when it writes the event, later than the entry that caused it.
#[test]
fn entries_that_an_entering_conversation_includes_already_are_not_taken_in_again() {
    let mut model = Model::default();
    let mut view = AgentView::from(model.snapshot());
    let mut stream = model.take(0, Step::Take);
    stream.extend(model.take(0, Step::Ask));
    stream.extend(model.take(0, Step::Say));
    for streamed in &mut stream {
        if let AgentEvent::ConversationEntered { conversation } = &mut streamed.event {
            **conversation = model.conversation(0);
        }
    }
    for streamed in stream {
        view.apply(streamed);
    }
    assert_eq!(view.snapshot(), model.snapshot());
}

#[test]
fn another_epoch_and_a_reset_ask_for_a_fresh_snapshot_but_a_shutdown_does_not() {
    let mut view = AgentView::from(Model::default().snapshot());
    let foreign = Streamed { position: Some(Position { epoch: 2, position: 1 }), event: AgentEvent::Advanced };
    assert_eq!(view.apply(foreign), Applied::Resync);
    let reset = |reason| Streamed { position: None, event: AgentEvent::Reset { reason } };
    assert_eq!(view.apply(reset(ResetReason::RightsChanged)), Applied::Resync);
    assert_eq!(view.apply(reset(ResetReason::ShuttingDown)), Applied::Nothing);
}

#[test]
fn a_draft_goes_when_the_message_comes_or_the_conversation_leaves() {
    let mut model = Model::default();
    model.take(0, Step::Take);
    let mut view = AgentView::from(model.snapshot());
    let draft = || Streamed { position: None, event: AgentEvent::Draft { conversation: conversation_id(0), text: "he".into() } };
    assert_eq!(view.apply(draft()), Applied::Changed);
    for streamed in model.take(0, Step::Say) {
        view.apply(streamed);
    }
    assert!(view.drafts.is_empty());
    view.apply(draft());
    for streamed in model.take(0, Step::Give) {
        view.apply(streamed);
    }
    assert!(view.drafts.is_empty());
    assert_eq!(view.apply(draft()), Applied::Nothing);
}

#[test]
fn pages_are_shown_newest_first_each_run_of_one_once_and_at_most_so_many() {
    let mut model = Model::default();
    model.take(0, Step::Take);
    let mut conversation = model.conversation(0);
    let mut visit = |url: &str, title: Option<&str>, second: i64| {
        let page = WebPage { url: url.to_owned(), title: title.map(str::to_owned) };
        let at = native::Instant(domain::time::Timestamp(AT.0.0 + second * 1_000_000));
        let entry = Entry { sequence: conversation.sequence + 1, at, what: What::PageVisited { page } };
        assert_eq!(conversation.apply(entry), Applied::Changed);
        let pages = &conversation.visitor.pages;
        assert_eq!(conversation.visitor.page.as_ref(), pages.first().map(|newest| &newest.page));
        let shown = |seen: &VisitedPage| {
            let second = (seen.at.0.0 - AT.0.0) / 1_000_000;
            format!("{}{}@{second}", seen.page.url, seen.page.title.as_deref().map(|title| format!(" {title}")).unwrap_or_default())
        };
        pages.iter().map(shown).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(visit("a", None, 10), "a@10");
    assert_eq!(visit("b", Some("B"), 20), "b B@20, a@10");
    assert_eq!(visit("c", None, 5), "b B@20, a@10, c@5", "seen before, told later");
    assert_eq!(visit("b", None, 20), "b B@20, a@10, c@5", "the same again");
    assert_eq!(visit("b", None, 30), "b B@20, a@10, c@5", "still there");
    assert_eq!(visit("a", Some("A"), 8), "b B@20, a A@8, c@5", "longer there than was known");
    assert_eq!(visit("d", None, 20), "d@20, b B@20, a A@8, c@5", "of one instant the later told is the newer");
    assert_eq!(visit("", None, 40), "d@20, b B@20, a A@8, c@5", "what is erased is no page");
    for n in 0..40 {
        visit(&format!("p{n}"), None, 100 + n);
    }
    assert_eq!(visit("last", None, 200).split(", ").count(), native::view::PAGES);
}

#[test]
fn a_visitor_is_answered_sent_on_and_told_of_the_end_once_each() {
    let blank = VisitorSnapshot {
        id: conversation_id(0),
        position: Position { epoch: 1, position: 0 },
        state: ConversationState::Waiting,
        started_at: AT,
        agent: None,
        transferring: false,
        file_requests: vec![],
        rating: None,
        closure: None,
        timeline: vec![],
        earlier: false,
    };
    let mut view = VisitorView::from(blank);
    let mut sequence = 0;
    let mut entry = |what| {
        sequence += 2;
        let entry = VisitorEntry { sequence, at: AT, what };
        Streamed { position: Some(Position { epoch: 1, position: sequence }), event: VisitorEvent::Entry { entry } }
    };
    let place = QueuePlace { place: 2, estimated_wait_seconds: None };
    assert_eq!(view.apply(Streamed { position: None, event: VisitorEvent::QueuePlace { place } }), Applied::Changed);
    assert_eq!(view.place, Some(place));
    let ada = AgentCard { id: id(ME), name: "Ada".into() };
    let joined = entry(VisitorWhat::Joined { agent: ada.clone() });
    assert_eq!(view.apply(joined.clone()), Applied::Changed);
    assert_eq!(view.apply(joined), Applied::Nothing);
    assert_eq!((view.conversation.state, &view.conversation.agent, view.place), (ConversationState::Active, &Some(ada), None));
    view.apply(entry(VisitorWhat::Transferring));
    assert!(view.conversation.transferring);
    let closure = Closure { by: ClosedBy::Visitor, because: EndedBecause::Visitor, reason: None, at: AT };
    view.apply(entry(VisitorWhat::Ended { closure }));
    assert_eq!(
        (view.conversation.state, view.conversation.transferring, view.conversation.timeline.len()),
        (ConversationState::Ended, false, 3)
    );
}
