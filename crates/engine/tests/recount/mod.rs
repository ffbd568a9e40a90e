//! Figures, counted once more in the plainest way: from the whole journal, conversation by conversation.
//!
//! What the follower of the journal has added up must be the same, whatever happened, however many servers were at it, and wherever it was
//! interrupted.

use std::collections::BTreeMap;

use domain::{
    figures::{Grain, Numbers, Seconds, slot_of},
    ids::{AgentId, ButtonId, ConversationId, WorkspaceId},
    journal::{Author, EndedBecause, Event, MessageKind},
    time::Timestamp,
};
use store::{FigureFilter, FigureSpan, Recorded};
use switchboard_engine::App;

#[derive(Debug, Default, PartialEq, Eq)]
struct Counted {
    by_time: BTreeMap<Timestamp, Numbers>,
    by_agent: BTreeMap<Option<AgentId>, Numbers>,
    by_button: BTreeMap<Option<ButtonId>, Numbers>,
}

impl Counted {
    fn add(&mut self, at: Timestamp, button: Option<ButtonId>, agent: Option<AgentId>, numbers: Numbers) {
        self.by_time.entry(slot_of(at)).or_default().add(&numbers);
        self.by_agent.entry(agent).or_default().add(&numbers);
        self.by_button.entry(button).or_default().add(&numbers);
    }

    fn conversation(&mut self, entries: &[Recorded]) {
        let Some((asked_at, button)) = entries.iter().find_map(|entry| match &entry.event {
            Event::Requested { button, .. } => Some((entry.at, *button)),
            _ => None,
        }) else {
            return;
        };
        let none = Numbers::default();
        self.add(asked_at, button, None, Numbers { asked: 1, ..none });
        // Who had it, from which entry to which.
        let mut spans: Vec<(usize, usize, AgentId)> = Vec::new();
        for (n, entry) in entries.iter().enumerate() {
            if let Event::Established { agent, .. } | Event::TransferFailed { by: agent, .. } = &entry.event {
                let goes =
                    |entry: &Recorded| matches!(entry.event, Event::TransferStarted { .. } | Event::AgentLost { .. } | Event::Ended { .. });
                let until = entries[n..].iter().position(goes).map_or(entries.len(), |after| n + after);
                spans.push((n, until, *agent));
                if let Some(end) = entries.get(until) {
                    self.add(end.at, button, Some(*agent), Numbers { handling: Seconds::once(end.at.since(entry.at)), ..none });
                }
            }
        }
        let first = spans.first().copied();
        let had_last = |before: usize| spans.iter().rev().find(|(from, ..)| *from < before).map(|(.., agent)| *agent);
        if let Some((n, _, agent)) = first {
            let waiting = Seconds::once(entries[n].at.since(asked_at));
            self.add(entries[n].at, button, Some(agent), Numbers { answered: 1, waiting, ..none });
        }
        let mut silent = true;
        for (n, entry) in entries.iter().enumerate() {
            match &entry.event {
                Event::OfferDeclined { agent, .. } | Event::OfferTimedOut { agent, .. } => {
                    self.add(entry.at, button, Some(*agent), Numbers { missed: 1, ..none });
                }
                Event::Posted { by: Author::Visitor, message: MessageKind::Text | MessageKind::File, .. } => {
                    let holder = spans.iter().find(|(from, until, _)| *from < n && n < *until).map(|(.., agent)| *agent);
                    self.add(entry.at, button, holder, Numbers { messages_visitor: 1, ..none });
                }
                Event::Posted { by: Author::Agent { agent }, message: MessageKind::Text | MessageKind::File, .. } => {
                    let answered = first.map(|(answered, ..)| &entries[answered]).expect("who writes has it");
                    if entry.sequence == answered.sequence + 1 && entry.at == answered.at {
                        continue;
                    }
                    let first_response =
                        if std::mem::take(&mut silent) { Seconds::once(entry.at.since(answered.at)) } else { Seconds::default() };
                    self.add(entry.at, button, Some(*agent), Numbers { messages_agent: 1, first_response, ..none });
                }
                Event::Ended { by, because, .. } => {
                    let left = *by == Author::Visitor || [EndedBecause::ConnectionTimeout, EndedBecause::VisitorIdle].contains(because);
                    let abandoned = i64::from(left && first.is_none());
                    self.add(entry.at, button, had_last(n), Numbers { ended: 1, abandoned, ..none });
                }
                Event::Refused { .. } => self.add(entry.at, button, had_last(n), Numbers { ended: 1, ..none }),
                _ => {}
            }
        }
    }
}

/// Lets every server follow the journal at once, and holds what it made against a recount. Tells how much was asked for.
pub(crate) async fn check(apps: &[App], workspace: WorkspaceId) -> i64 {
    let at_once = futures_util::future::join_all(apps.iter().map(App::run_due)).await;
    for outcome in at_once {
        outcome.expect("what is due is done");
    }
    apps[0].run_due().await.expect("what is due is done");

    let mut snapshot = apps[0].store().snapshot().await.expect("a snapshot");
    let head = snapshot.head(workspace).await.expect("a journal");
    let mark = snapshot.figure_mark(workspace).await.expect("a mark").expect("a mark");
    assert_eq!(mark.position, head.at.position, "the journal was followed to its end");
    assert_eq!(head.pruned, 0, "the whole journal is there");
    let mut conversations: BTreeMap<ConversationId, Vec<Recorded>> = BTreeMap::new();
    let mut position = 0;
    loop {
        let entries = snapshot.journal_entries(workspace, position, 1_000).await.expect("the journal");
        let Some(last) = entries.last() else { break };
        position = last.position;
        for entry in entries {
            if let Some(id) = entry.conversation {
                conversations.entry(id).or_default().push(entry);
            }
        }
    }
    let mut counted = Counted::default();
    for entries in conversations.values() {
        counted.conversation(entries);
    }

    let filter = FigureFilter::default();
    let total = |sums: &mut dyn Iterator<Item = &Numbers>| {
        sums.fold(Numbers::default(), |mut sum, numbers| {
            sum.add(numbers);
            sum
        })
    };
    for grain in [Grain::Quarter, Grain::Day] {
        let span = FigureSpan { grain, from: Timestamp(i64::MIN), until: Timestamp(i64::MAX) };
        let kept = Counted {
            by_time: snapshot.figures_by_time(workspace, span, &filter).await.expect("figures").into_iter().collect(),
            by_agent: snapshot.figures_by_agent(workspace, span, &filter).await.expect("figures").into_iter().collect(),
            by_button: snapshot.figures_by_button(workspace, span, &filter).await.expect("figures").into_iter().collect(),
        };
        if grain == Grain::Quarter {
            assert_eq!(kept, counted);
        } else {
            assert_eq!((&kept.by_agent, &kept.by_button), (&counted.by_agent, &counted.by_button));
            assert_eq!(total(&mut kept.by_time.values()), total(&mut counted.by_time.values()));
        }
    }
    total(&mut counted.by_time.values()).asked
}
