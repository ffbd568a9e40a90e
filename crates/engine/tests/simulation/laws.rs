//! What must be true whatever happens: the journal is followed from its first entry, and held against what is stored.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::{
    conversation::Phase,
    ids::*,
    journal::{Author, Event, MessageKind, TransferTarget},
    presence::{self, LEASE},
    routing::{self, Entry, Line, Strategy, Target},
};
use store::{Place, Snapshot};
use switchboard_engine::App;

use crate::site::Site;

/// A conversation as its journal tells it.
#[derive(Debug, Default)]
struct Course {
    sequence: i64,
    told: i64,
    owner: Option<AgentId>,
    asked: Option<(OfferId, AgentId)>,
    /// Who finishes up after it.
    finishing: Option<AgentId>,
    /// It came to whoever has it by his name or as his own transfer that failed: it may be more than he has room for.
    excused: bool,
    /// It is being sent to an agent by name.
    by_name: bool,
    /// Its owner asked for help.
    flag: bool,
    watchers: BTreeSet<AgentId>,
    ends: u32,
}

/// Follows one workspace.
pub(crate) struct Laws {
    workspace: WorkspaceId,
    position: i64,
    courses: HashMap<ConversationId, Course>,
    open: HashSet<ConversationId>,
    /// Conversations given to agents since anything else moved: nobody who comes before them and could have gone there is left.
    given: Vec<(ConversationId, AgentId)>,
    /// The conversation that was asked for last, while nothing else has moved since.
    newest: Option<ConversationId>,
    /// Supervisors who were told that they have taken one over, and the journal was not read since.
    taken_over: HashSet<(ConversationId, AgentId)>,
    /// Flags, watchers or owners of these have changed, and what is stored was not looked at since.
    stirred: BTreeSet<ConversationId>,
    /// All that was acknowledged, by its number.
    said: HashMap<ConversationId, BTreeMap<i64, (Author, String)>>,
    /// How often each kind of thing happened.
    pub(crate) seen: BTreeMap<&'static str, u64>,
    pub(crate) messages: u64,
}

fn entry(conversation: ConversationId, place: &Place) -> Entry {
    Entry {
        conversation,
        target: serde_json::from_value(place.target.clone()).expect("a target"),
        priority: i32::try_from(place.priority).expect("a priority"),
        queued_at: place.queued_at,
        ahead: place.ahead,
        tried: place.tried.iter().copied().collect(),
        reroutes: 0,
    }
}

/// Whose turn it is: whoever lost his agent first, then by priority, then whoever came first.
fn turn(entry: &Entry) -> impl Ord + use<> {
    (!entry.ahead, entry.priority, entry.queued_at, entry.conversation)
}

impl Laws {
    pub(crate) fn new(workspace: WorkspaceId) -> Self {
        Self {
            workspace,
            position: 0,
            courses: HashMap::new(),
            open: HashSet::new(),
            given: Vec::new(),
            newest: None,
            taken_over: HashSet::new(),
            stirred: BTreeSet::new(),
            said: HashMap::new(),
            seen: BTreeMap::new(),
            messages: 0,
        }
    }

    /// Conversations that are not over.
    pub(crate) fn open(&self) -> &HashSet<ConversationId> {
        &self.open
    }

    pub(crate) fn is_over(&self, conversation: ConversationId) -> bool {
        !self.open.contains(&conversation) && self.courses.contains_key(&conversation)
    }

    /// Somebody was told that this is on the disk.
    pub(crate) fn acknowledged(&mut self, conversation: ConversationId, by: Author, sequence: i64, text: String) {
        self.messages += 1;
        let before = self.said.entry(conversation).or_default().insert(sequence, (by, text));
        assert_eq!(before, None, "{conversation}: entry {sequence} was given to two messages");
    }

    /// A supervisor was told that the conversation is his: out of turn, and over his capacity if need be.
    pub(crate) fn taken_over(&mut self, conversation: ConversationId, by: AgentId) {
        *self.seen.entry("taken over").or_default() += 1;
        self.taken_over.insert((conversation, by));
    }

    /// Who has a conversation.
    pub(crate) fn owner(&self, conversation: ConversationId) -> Option<AgentId> {
        self.courses.get(&conversation).and_then(|course| course.owner)
    }

    /// Reads on to the end of the journal, and checks what is true at that instant.
    pub(crate) async fn check(&mut self, site: &Site) {
        let mut snapshot = site.apps[0].store().snapshot().await.expect("a snapshot");
        let before = self.position;
        loop {
            let entries = snapshot.journal_entries(self.workspace, self.position, 500).await.expect("the journal");
            let Some(last) = entries.last() else { break };
            self.position = last.position;
            for entry in entries {
                *self.seen.entry(entry.event.kind()).or_default() += 1;
                self.follow(entry.conversation, entry.sequence, entry.visitor_sequence, &entry.event);
            }
        }
        self.taken_over.clear();
        if self.position > before {
            self.check_loads(site, &mut snapshot).await;
        }
        if !self.stirred.is_empty() {
            self.check_supervision(&mut snapshot).await;
        }
        if !self.given.is_empty() || self.newest.is_some() {
            self.check_order(site, &mut snapshot).await;
        }
    }

    fn follow(&mut self, conversation: Option<ConversationId>, sequence: i64, told: Option<i64>, event: &Event) {
        let Some(id) = conversation else {
            return self.moved(None);
        };
        let taken_over = matches!(event, Event::Established { agent, .. } if self.taken_over.contains(&(id, *agent)));
        let course = self.courses.entry(id).or_insert_with(|| {
            self.open.insert(id);
            Course::default()
        });
        course.sequence += 1;
        assert_eq!(sequence, course.sequence, "{id}: the numbers are dense");
        if let Some(told) = told {
            assert_eq!(told, course.told, "{id}: what the visitor is told is dense");
            course.told += 1;
        }
        let mut given = None;
        match event {
            Event::Offered { offer, agent, .. } => {
                assert_eq!(
                    (course.owner, course.asked, course.ends),
                    (None, None, 0),
                    "{id}: one agent at a time is asked, and nobody has it"
                );
                course.asked = Some((*offer, *agent));
                course.excused = course.by_name;
                given = Some(*agent);
            }
            Event::OfferDeclined { offer, agent } | Event::OfferTimedOut { offer, agent } | Event::OfferWithdrawn { offer, agent } => {
                assert_eq!(course.asked.take(), Some((*offer, *agent)), "{id}: only an open offer ends");
                course.excused = false;
            }
            Event::Established { agent, .. } => {
                assert_eq!((course.owner.replace(*agent), course.ends), (None, 0), "{id}: never two agents");
                match course.asked.take() {
                    Some((_, asked)) => assert_eq!(asked, *agent, "{id}: who was asked has it"),
                    None => {
                        // By name, or taken by who may: whoever waits longer was not passed over.
                        course.excused = course.by_name || taken_over;
                        given = (!course.excused).then_some(*agent);
                    }
                }
                course.by_name = false;
                self.stirred.insert(id);
            }
            Event::TransferStarted { by, target } => {
                assert_eq!(course.owner.take(), Some(*by), "{id}: only its owner sends it on");
                (course.excused, course.by_name) = (false, matches!(target, TransferTarget::Agent { .. }));
            }
            Event::TransferFailed { by, .. } => {
                assert_eq!((course.owner.replace(*by), course.asked), (None, None), "{id}: it returns to one who lost it");
                (course.excused, course.by_name) = (true, false);
                self.stirred.insert(id);
            }
            Event::AgentLost { agent, .. } => {
                assert_eq!(course.owner.take(), Some(*agent), "{id}: only who has it is lost");
                course.excused = false;
            }
            Event::Queued { ahead, .. } if *ahead => course.by_name = false,
            Event::Posted { by: Author::Agent { agent }, message, .. } if *message != MessageKind::Note => {
                assert_eq!(course.owner, Some(*agent), "{id}: only who has it writes to the visitor");
            }
            Event::Posted { by: Author::Agent { agent }, .. } if course.ends > 0 => {
                assert_eq!(course.finishing, Some(*agent), "{id}: after the end only who finishes up writes, and only notes");
            }
            Event::Posted { .. } => assert_eq!(course.ends, 0, "{id}: nobody writes after the end"),
            Event::FlagRaised { by } => {
                assert_eq!((course.owner, course.ends), (Some(*by), 0), "{id}: who has it asks for help");
                assert!(!std::mem::replace(&mut course.flag, true), "{id}: a flag that is up is not raised");
                self.stirred.insert(id);
            }
            Event::FlagLowered { .. } => {
                assert!(std::mem::take(&mut course.flag), "{id}: a flag that is down is not lowered");
                self.stirred.insert(id);
            }
            Event::MonitorStarted { agent } => {
                assert_eq!(course.ends, 0, "{id}: nobody begins to watch what is over");
                assert_ne!(course.owner, Some(*agent), "{id}: who has it does not watch it");
                assert!(course.watchers.insert(*agent), "{id}: {agent} watches it already");
                self.stirred.insert(id);
            }
            Event::MonitorEnded { agent } => {
                assert!(course.watchers.remove(agent), "{id}: {agent} did not watch it");
                self.stirred.insert(id);
            }
            Event::Ended { .. } | Event::Refused { .. } => {
                course.ends += 1;
                assert_eq!((course.ends, course.asked), (1, None), "{id}: it ends once");
                // The end lowers the flag, and is told as that.
                (course.owner, course.flag) = (None, false);
                self.stirred.insert(id);
                self.open.remove(&id);
            }
            Event::AfterWorkStarted { agent, .. } => assert_eq!(course.finishing.replace(*agent), None, "{id}: one finishes up"),
            Event::AfterWorkEnded { agent } => assert_eq!(course.finishing.take(), Some(*agent), "{id}: who finishes up has begun to"),
            _ => {}
        }
        match (event, given) {
            (_, Some(agent)) => self.given.push((id, agent)),
            (Event::Posted { .. } | Event::TextMasked { .. } | Event::ConnectionWarning { .. } | Event::CriticalWait { .. }, _) => {}
            (Event::FlagRaised { .. } | Event::FlagLowered { .. } | Event::MonitorStarted { .. } | Event::MonitorEnded { .. }, _) => {}
            (Event::Requested { .. }, _) => self.moved(Some(id)),
            (Event::Queued { ahead: false, .. }, _) if self.newest == Some(id) => {}
            _ => self.moved(None),
        }
    }

    fn moved(&mut self, newest: Option<ConversationId>) {
        self.given.clear();
        self.newest = newest;
    }

    /// Loads are what the journal says, and nobody was given more than his capacity.
    async fn check_loads(&self, site: &Site, snapshot: &mut Snapshot) {
        let (mut counted, mut excused): (BTreeMap<AgentId, [i64; 3]>, BTreeMap<AgentId, i64>) = Default::default();
        for course in self.courses.values() {
            let has = course.owner.or(course.asked.map(|(_, agent)| agent));
            for (part, agent) in [(0, course.owner), (1, course.asked.map(|(_, agent)| agent)), (2, course.finishing)] {
                if let Some(agent) = agent {
                    counted.entry(agent).or_default()[part] += 1;
                }
            }
            if let Some(agent) = has.or(course.finishing).filter(|_| course.excused) {
                *excused.entry(agent).or_default() += 1;
            }
        }
        let stored: BTreeMap<AgentId, [i64; 3]> = snapshot
            .loads(self.workspace)
            .await
            .expect("loads")
            .into_iter()
            .map(|load| (load.agent, [load.active, load.offered, load.after_work]))
            .collect();
        assert_eq!(counted, stored, "the loads are what the journal tells");
        let directory = site.apps[0].directory(self.workspace).expect("the workspace");
        for (agent, parts) in counted {
            let capacity = i64::from(directory.agents[&agent].capacity);
            let own = parts.iter().sum::<i64>() - excused.get(&agent).copied().unwrap_or_default();
            assert!(own <= capacity, "{agent} has {parts:?}, {own} of them within a capacity of {capacity}");
        }
    }

    /// Flags and watchers are what the journal says; nobody watches what is his own or over.
    async fn check_supervision(&mut self, snapshot: &mut Snapshot) {
        let mut watchers: BTreeMap<ConversationId, BTreeSet<AgentId>> = BTreeMap::new();
        for watched in snapshot.monitors(self.workspace).await.expect("monitors") {
            watchers.entry(watched.conversation).or_default().insert(watched.agent);
        }
        for id in std::mem::take(&mut self.stirred) {
            let course = &self.courses[&id];
            assert_eq!(watchers.remove(&id).unwrap_or_default(), course.watchers, "{id}: who watches it is what the journal tells");
            assert!(course.owner.is_none_or(|owner| !course.watchers.contains(&owner)), "{id}: its owner watches it: {course:?}");
            assert!(course.ends == 0 || course.watchers.is_empty(), "{id} is over and watched: {course:?}");
            let flag = snapshot.flag(self.workspace, id).await.expect("a flag");
            assert_eq!(flag.is_some(), course.flag, "{id}: its flag is what the journal tells: {flag:?}");
        }
        for (id, watchers) in watchers {
            assert_eq!(watchers, self.courses[&id].watchers, "{id}: who watches it is what the journal tells");
        }
    }

    /// First come, first served within priority: whoever still waits could not have gone where somebody behind him went.
    async fn check_order(&mut self, site: &Site, snapshot: &mut Snapshot) {
        let (given, newest) = (std::mem::take(&mut self.given), self.newest.take());
        let directory = site.apps[0].directory(self.workspace).expect("the workspace");
        let waiting: Vec<Entry> = snapshot
            .waiting(self.workspace, 100_000)
            .await
            .expect("the queue")
            .into_iter()
            .map(|waiting| entry(waiting.conversation, &waiting.place))
            .collect();
        for (conversation, agent) in given {
            let place = snapshot.place(self.workspace, conversation).await.expect("a place").expect("a place");
            let served = entry(conversation, &place);
            let picked = directory.routes.line(&served.target).is_none_or(|(_, routing)| routing.strategy == Strategy::Choice);
            if picked || matches!(served.target, Target::Agent(_)) {
                continue;
            }
            let profile = &directory.agents[&agent];
            let qualified = routing::Agent {
                id: agent,
                presence: presence::Presence::Online,
                lease_until: site.now() + LEASE,
                skills: profile.skills.iter().copied().collect(),
                queues: profile.queues.iter().copied().collect(),
                capacity: profile.capacity,
                load: Default::default(),
                last_assigned_at: None,
            };
            for other in waiting.iter().filter(|other| turn(other) < turn(&served) && !other.tried.contains(&agent)) {
                let Some((line, routing)) = directory.routes.line(&other.target) else { continue };
                let could = routing.strategy != Strategy::Choice && line.admits(routing, &qualified);
                assert!(
                    !could,
                    "{conversation} went to {agent} and {} still waits before it:\n{served:#?}\n{other:#?}",
                    other.conversation
                );
            }
        }
        let Some(newcomer) = newest.and_then(|newest| waiting.iter().find(|entry| entry.conversation == newest)) else { return };
        let Some((line, routing)) = directory.routes.line(&newcomer.target) else { return };
        if let (routing::Queueing::On { overall: Some(limit), .. }, Line::Button(_) | Line::Queue(_)) = (routing.queueing, line) {
            let same = |other: &&Entry| directory.routes.line(&other.target).is_some_and(|(own, _)| own == line);
            let before = waiting.iter().filter(same).count() - 1;
            assert!(before < limit as usize, "{before} waited in {line:?} already, {limit} may");
        }
    }

    /// Nobody has a conversation, or is asked, who is not heard from any more. Looked at after everything that was due has run.
    pub(crate) async fn check_leases(&self, site: &Site) {
        if site.now() < site.apps[0].started_at() + LEASE {
            return;
        }
        let mut snapshot = site.apps[0].store().snapshot().await.expect("a snapshot");
        for watched in snapshot.monitors(self.workspace).await.expect("monitors") {
            assert!(watched.lease_until > site.now(), "somebody who is gone still watches: {watched:?}");
        }
        let presences = snapshot.presences(self.workspace).await.expect("presences");
        for load in snapshot.loads(self.workspace).await.expect("loads").into_iter().filter(|load| load.active + load.offered > 0) {
            let presence = presences.iter().find(|presence| presence.agent == load.agent).expect("who was given something was there");
            assert!(presence.status != "offline" && presence.lease_until > site.now(), "{load:?} of an agent who is gone: {presence:?}");
            assert!(load.offered == 0 || presence.status == "online", "{load:?} of an agent who takes no offers: {presence:?}");
        }
    }

    /// When all is over: every conversation that was asked for has ended, nothing is left behind, and what was acknowledged is there, once
    /// and in order, and nothing else.
    pub(crate) async fn check_end(&self, app: &App, started: &[ConversationId]) {
        assert!(self.open.is_empty(), "lost: {:?}", self.open);
        assert_eq!(self.courses.len(), started.len(), "no conversation that nobody asked for");
        let mut snapshot = app.store().snapshot().await.expect("a snapshot");
        assert_eq!(snapshot.waiting(self.workspace, 1).await.expect("the queue"), [], "nobody waits");
        for id in started {
            let conversation = snapshot.conversation(self.workspace, *id).await.expect("a reading").expect("it is stored");
            assert_eq!(conversation.phase, Phase::Ended, "{id}");
            let course = &self.courses[id];
            assert_eq!((conversation.sequence, conversation.next_visitor_sequence), (course.sequence, course.told), "{id}");
            let messages = snapshot.messages(self.workspace, *id, 0, i64::MAX).await.expect("messages");
            let stored: BTreeMap<i64, (Author, String)> = messages
                .into_iter()
                .filter(|message| message.kind == MessageKind::Text)
                .map(|message| (message.sequence, (message.by, message.text.reveal().to_owned())))
                .collect();
            let said = self.said.get(id).cloned().unwrap_or_default();
            assert_eq!(stored, said, "{id}: what was acknowledged is there, once, and nothing else");
            let mut last: HashMap<Author, usize> = HashMap::new();
            for (sequence, (by, text)) in &stored {
                let n: usize = text.rsplit(' ').next().and_then(|n| n.parse().ok()).expect("every message says which one it is");
                let before = last.insert(*by, n);
                assert!(before < Some(n), "{id}: message {n} of {by:?} comes after {before:?} (entry {sequence})");
            }
        }
    }

    /// How many entries the visitor of a conversation is told.
    pub(crate) fn told(&self, conversation: ConversationId) -> i64 {
        self.courses.get(&conversation).map_or(0, |course| course.told)
    }
}
