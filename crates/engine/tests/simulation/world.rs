//! Visitors and agents who do as they like, by a seed, until every conversation is over.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use domain::{
    ids::*,
    journal::{Author, Event, TransferTarget},
    presence::Presence,
    routing::Attempt,
    time::Timestamp,
};
use futures_util::FutureExt as _;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use switchboard_engine::{AgentStream, App, visitor::Live};

use crate::{
    deeds::{self, Deed, Done, Hand, Work},
    laws::Laws,
    site::{On, Site},
};

/// What is simulated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) on: On,
    /// How many conversations are asked for.
    pub(crate) conversations: usize,
}

/// What came out of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) conversations: u64,
    pub(crate) messages: u64,
    /// How often each kind of thing happened.
    pub(crate) seen: BTreeMap<&'static str, u64>,
    /// Stands for everything that the journal holds, in its order.
    pub(crate) digest: u64,
}

impl Figures {
    pub(crate) fn add(&mut self, other: Self) {
        self.conversations += other.conversations;
        self.messages += other.messages;
        for (kind, times) in other.seen {
            *self.seen.entry(kind).or_default() += times;
        }
    }
}

/// Rounds in which everything must be over once nobody new comes: more than an hour of the simulated clock.
const LAST_ROUNDS: usize = 3_000;
/// Conversations that are open at once.
const OPEN: usize = 28;
/// Deeds that are in work at once.
const AT_ONCE: usize = 12;
/// How long a poll is held when all that is to come is on its way.
const HOLD: Duration = Duration::from_secs(30);

struct Visitor {
    server: usize,
    session: SessionId,
    live: Arc<Live>,
    /// Number of the last request.
    number: i64,
    said: Vec<String>,
    ack: i64,
    told: Vec<Option<String>>,
    /// How much longer he stays, in messages.
    wishes: u32,
    /// He went away without a word.
    gone: bool,
    over: bool,
}

struct Colleague {
    id: AgentId,
    server: usize,
    stream: Option<AgentStream>,
    presence: Presence,
    said: usize,
    /// How likely he answers an offer within a step.
    diligence: f64,
    /// He does not come back before.
    back_at: Timestamp,
}

struct World {
    site: Site,
    chance: StdRng,
    laws: Laws,
    visitors: Vec<Option<Visitor>>,
    colleagues: Vec<Colleague>,
    started: Vec<ConversationId>,
    /// Deeds of one round are done at once, as they are on several servers; else one after the other, so that a seed replays.
    at_once: bool,
}

/// Says which seed it was when a law is broken, and what the journal holds.
struct Seed(Plan);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Plan { seed, on, conversations } = self.0;
            eprintln!(
                "the simulation of seed {seed} failed ({on:?}, {conversations} conversations); to see it again:\n  SWITCHBOARD_SIMULATION_SEED={seed} \
                 cargo test -p switchboard-engine --test simulation one_seed -- --ignored --nocapture"
            );
        }
    }
}

/// Runs a simulation to its end.
///
/// # Panics
/// When a law is broken, with the seed.
pub(crate) async fn simulate(plan: Plan) -> Figures {
    let _seed = Seed(plan);
    let mut chance = StdRng::seed_from_u64(plan.seed);
    let site = Site::new(plan.on, plan.seed, &mut chance).await;
    let mut colleagues = Vec::new();
    for id in &site.agents {
        let diligence = [0.02, 0.1, 0.4, 0.7][chance.random_range(0..4)];
        colleagues.push(Colleague {
            id: *id,
            server: 0,
            stream: None,
            presence: Presence::Offline,
            said: 0,
            diligence,
            back_at: site.now(),
        });
    }
    let mut world = World {
        laws: Laws::new(site.workspace),
        colleagues,
        visitors: Vec::new(),
        started: Vec::new(),
        at_once: matches!(plan.on, On::Postgres { .. }),
        site,
        chance,
    };
    let mut last_rounds = 0;
    while world.visitors.len() < plan.conversations || !world.laws.open().is_empty() {
        let more = plan.conversations - world.visitors.len();
        if more == 0 {
            last_rounds += 1;
            assert!(last_rounds < LAST_ROUNDS, "not over after {LAST_ROUNDS} rounds: {}", world.story().await);
        }
        world.round(more).await;
    }
    world.finish().await
}

impl World {
    fn yes(&mut self, probability: f64) -> bool {
        self.chance.random_bool(probability)
    }

    fn app(&self, server: usize) -> App {
        self.site.apps[server].clone()
    }

    fn some_server(&mut self) -> usize {
        self.chance.random_range(0..self.site.apps.len())
    }

    /// One step of the clock: everybody may do something, then what is due is done.
    async fn round(&mut self, more: usize) {
        let seconds = self.chance.random_range(1..=3);
        self.site.clock.advance(Duration::from_secs(seconds));
        let mut todo = Vec::new();
        for _ in 0..more.min(3) {
            if self.laws.open().len() + todo.len() < OPEN && self.yes(0.5) {
                todo.push(self.somebody_asks());
            }
        }
        self.visitors_wish(&mut todo);
        self.agents_work(more > 0, &mut todo).await;
        self.perform(todo).await;
        for app in self.site.apps.clone() {
            deeds::patient(|| app.run_due()).await.expect("what is due is done");
        }
        self.laws.check(&self.site).await;
        self.laws.check_leases(&self.site).await;
    }

    async fn perform(&mut self, todo: Vec<Deed>) {
        if self.at_once {
            let mut todo = todo.into_iter();
            while todo.len() > 0 {
                let some: Vec<_> = todo.by_ref().take(AT_ONCE).map(tokio::spawn).collect();
                for one in some {
                    match one.await {
                        Ok(done) => self.note(done),
                        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
                    }
                }
            }
            self.laws.check(&self.site).await;
        } else {
            for deed in todo {
                let done = deed.await;
                self.note(done);
                self.laws.check(&self.site).await;
            }
        }
    }

    fn note(&mut self, done: Done) {
        match done {
            Done::Nothing => {}
            Done::Started { visitor, started } => {
                self.started.push(started.conversation);
                let wishes = self.chance.random_range(0..6);
                self.visitors[visitor] = Some(Visitor {
                    server: self.visitors_server(visitor),
                    session: started.live.session,
                    live: started.live,
                    number: 1,
                    said: Vec::new(),
                    ack: -1,
                    told: Vec::new(),
                    wishes,
                    gone: false,
                    over: false,
                });
            }
            Done::Said { conversation, by, sequence, text } => {
                if by == Author::Visitor
                    && let Some(visitor) = self.visitor_of(conversation)
                {
                    visitor.number += 1;
                    visitor.said.push(text.clone());
                }
                self.laws.acknowledged(conversation, by, sequence, text);
            }
            Done::TooLate { conversation } => {
                if let Some(visitor) = self.visitor_of(conversation) {
                    visitor.wishes = 0;
                }
            }
            Done::Told { visitor, told } => {
                let Some(visitor) = &mut self.visitors[visitor] else { return };
                for (number, text) in told {
                    if number <= visitor.ack {
                        // A server that did not see the last acknowledgement tells it again, with its number.
                        continue;
                    }
                    assert_eq!(number, visitor.ack + 1, "{}: told one after the other, none left out", visitor.live.conversation);
                    visitor.ack = number;
                    visitor.told.push(text);
                }
            }
            Done::Over { visitor } => {
                if let Some(visitor) = &mut self.visitors[visitor] {
                    visitor.over = true;
                }
            }
            Done::TakenOver { conversation, by } => self.laws.taken_over(conversation, by),
            Done::Moved { visitor, live } => {
                if let Some(visitor) = &mut self.visitors[visitor] {
                    visitor.live = live;
                }
            }
        }
    }

    fn visitor_of(&mut self, conversation: ConversationId) -> Option<&mut Visitor> {
        self.visitors.iter_mut().flatten().rev().find(|visitor| visitor.live.conversation == conversation)
    }

    /// The server at which a visitor asks first.
    fn visitors_server(&self, visitor: usize) -> usize {
        visitor % self.site.apps.len()
    }

    fn somebody_asks(&mut self) -> Deed {
        let visitor = self.visitors.len();
        self.visitors.push(None);
        let app = self.app(self.visitors_server(visitor));
        let some_button = |world: &mut Self| world.site.buttons[world.chance.random_range(0..world.site.buttons.len())];
        let some_agent = |world: &mut Self| world.site.agents[world.chance.random_range(0..world.site.agents.len())];
        let button = some_button(self);
        let attempts = match self.chance.random_range(0..10) {
            0 => vec![Attempt::Agent(some_agent(self))],
            1 => vec![Attempt::AgentThenButton(some_agent(self), button)],
            2 => vec![Attempt::Button(some_button(self)), Attempt::Agent(some_agent(self)), Attempt::Button(button)],
            _ => vec![Attempt::Button(button)],
        };
        let session = app.new_session_key().session;
        deeds::ask(app, visitor, deeds::request(self.site.workspace, session, self.site.deployment, Some(button), attempts))
    }

    fn visitors_wish(&mut self, todo: &mut Vec<Deed>) {
        for n in 0..self.visitors.len() {
            let Some(visitor) = &self.visitors[n] else { continue };
            let (conversation, over) = (visitor.live.conversation, visitor.over || self.laws.is_over(visitor.live.conversation));
            if visitor.gone || over {
                continue;
            }
            let (live, number, ack, wishes, said) = (visitor.live.clone(), visitor.number, visitor.ack, visitor.wishes, visitor.said.len());
            let (app, session, last) = (self.app(visitor.server), visitor.session, visitor.said.last().cloned());
            todo.push(deeds::hear(app.clone(), n, live.clone(), ack, 1 + self.chance.random_range(0..3) * 50, Duration::ZERO));
            match self.chance.random_range(0..100) {
                0..20 if wishes > 0 => {
                    let twice = self.yes(0.1);
                    todo.push(deeds::say(app, live, number + 1, format!("visitor {n} says {said}"), twice));
                    if let Some(visitor) = &mut self.visitors[n] {
                        visitor.wishes -= 1;
                    }
                }
                20..22 => {
                    if let Some(text) = last {
                        todo.push(deeds::say_again(app, live, number, text));
                    }
                }
                22..30 if wishes == 0 => todo.push(deeds::hang_up(app, self.site.workspace, conversation)),
                30 => todo.push(deeds::hang_up(app, self.site.workspace, conversation)),
                31 if self.site.patience.is_some() => {
                    if let Some(visitor) = &mut self.visitors[n] {
                        visitor.gone = true;
                    }
                }
                32..36 if self.site.apps.len() > 1 => {
                    let server = self.some_server();
                    if let Some(visitor) = &mut self.visitors[n] {
                        visitor.server = server;
                    }
                    todo.push(deeds::move_to(self.app(server), n, session));
                }
                _ => {}
            }
        }
    }

    async fn agents_work(&mut self, may_leave: bool, todo: &mut Vec<Deed>) {
        let mut snapshot = self.site.apps[0].store().snapshot().await.expect("a snapshot");
        let waiting = snapshot.waiting(self.site.workspace, 50).await.expect("the queue");
        for n in 0..self.colleagues.len() {
            let colleague = &mut self.colleagues[n];
            if let Some(stream) = &mut colleague.stream {
                // Whoever has a stream reads it.
                while let Some(streamed) = stream.next().now_or_never() {
                    assert!(streamed.is_some(), "a stream that is read is not cut");
                }
            }
            let (id, presence) = (colleague.id, colleague.presence);
            let hand = Hand { app: self.site.apps[colleague.server].clone(), workspace: self.site.workspace, agent: id };
            let appears = if may_leave { 0.08 } else { 0.3 };
            match presence {
                Presence::Offline if self.site.now() >= self.colleagues[n].back_at && self.yes(appears) => {
                    let server = self.some_server();
                    let app = self.app(server);
                    let colleague = &mut self.colleagues[n];
                    colleague.stream = Some(app.fanout().subscribe(self.site.workspace, id, false));
                    (colleague.server, colleague.presence) = (server, Presence::Online);
                    todo.push(Hand { app, ..hand }.presence(Presence::Online));
                    continue;
                }
                Presence::Offline => continue,
                Presence::Away if self.yes(0.15) => {
                    self.colleagues[n].presence = Presence::Online;
                    todo.push(hand.clone().presence(Presence::Online));
                }
                Presence::Online if self.yes(0.01) => {
                    self.colleagues[n].presence = Presence::Away;
                    todo.push(hand.clone().presence(Presence::Away));
                }
                // He may have been put away for an offer that he did not take.
                Presence::Online if self.yes(0.1) => todo.push(hand.clone().presence(Presence::Online)),
                _ => {}
            }
            if may_leave && self.yes(0.025) {
                let signs_out = self.yes(0.4);
                // Long enough for a lease to lapse, or not.
                let back_at = self.site.now() + Duration::from_secs(self.chance.random_range(5..90));
                let colleague = &mut self.colleagues[n];
                (colleague.stream, colleague.presence, colleague.back_at) = (None, Presence::Offline, back_at);
                if signs_out {
                    todo.push(hand.clone().presence(Presence::Offline));
                }
                continue;
            }
            let work = Work::of(&mut snapshot, self.site.workspace, id).await;
            self.works(n, &hand, work, &waiting, todo);
        }
    }

    /// An agent who is there answers offers and visitors.
    fn works(&mut self, n: usize, hand: &Hand, work: Work, waiting: &[store::Waiting], todo: &mut Vec<Deed>) {
        for offer in work.offers {
            if self.yes(self.colleagues[n].diligence) {
                todo.push(if self.yes(0.75) { hand.clone().accept(offer) } else { hand.clone().decline(offer) });
            }
        }
        for conversation in work.conversations {
            match self.chance.random_range(0..40) {
                0..8 => {
                    let said = self.colleagues[n].said;
                    self.colleagues[n].said += 1;
                    let twice = self.yes(0.1);
                    todo.push(hand.clone().say(conversation, format!("agent {n} says {said}"), twice));
                }
                8..12 => {
                    let target = match self.chance.random_range(0..4) {
                        0 => TransferTarget::Agent { agent: self.site.agents[self.chance.random_range(0..self.site.agents.len())] },
                        1 => TransferTarget::Button { button: self.site.buttons[self.chance.random_range(0..self.site.buttons.len())] },
                        2 => TransferTarget::Skill { skill: self.site.skills[self.chance.random_range(0..self.site.skills.len())] },
                        _ => TransferTarget::Queue { queue: self.site.queue },
                    };
                    let note = self.yes(0.5).then_some("please");
                    todo.push(hand.clone().send_on(conversation, target, note));
                }
                12..14 => todo.push(hand.clone().end(conversation)),
                14 => todo.push(hand.clone().raise_flag(conversation, self.chance.random_bool(0.5).then_some("what now?"))),
                15 if self.yes(0.3) => todo.push(hand.clone().lower_flag(conversation)),
                _ => {}
            }
        }
        for conversation in work.finishing {
            if self.yes(0.1) {
                todo.push(hand.clone().finish_up(conversation));
            }
            if self.yes(0.1) {
                todo.push(hand.clone().note(conversation));
            }
        }
        if !waiting.is_empty() && self.yes(0.2) {
            let pick = waiting[self.chance.random_range(0..waiting.len())].conversation;
            todo.push(hand.clone().take(pick));
        }
        self.supervises(hand, &work.watched, todo);
    }

    /// An agent who is there looks after the conversations of others.
    fn supervises(&mut self, hand: &Hand, watched: &[ConversationId], todo: &mut Vec<Deed>) {
        for conversation in watched {
            match self.chance.random_range(0..30) {
                0..3 => todo.push(hand.clone().let_be(*conversation)),
                3 => todo.push(hand.clone().lower_flag(*conversation)),
                // Whom he saw having it.
                4 => todo.push(hand.clone().take_over(*conversation, self.laws.owner(*conversation))),
                _ => {}
            }
        }
        if !self.yes(0.08) {
            return;
        }
        let open: Vec<ConversationId> = self.started.iter().copied().filter(|id| !self.laws.is_over(*id)).collect();
        if open.is_empty() {
            return;
        }
        let some = open[self.chance.random_range(0..open.len())];
        todo.push(if self.yes(0.15) { hand.clone().take_over(some, None) } else { hand.clone().watch(some) });
    }

    /// What every visitor who stayed is told to the end, and that nothing is left behind.
    async fn finish(mut self) -> Figures {
        for n in 0..self.visitors.len() {
            let Some(visitor) = &self.visitors[n] else { panic!("visitor {n} asked and was never answered") };
            if visitor.gone {
                continue;
            }
            let (conversation, app) = (visitor.live.conversation, self.app(visitor.server));
            while let Some(visitor) = &self.visitors[n]
                && !visitor.over
                && visitor.ack + 1 < self.laws.told(conversation)
            {
                let deed = deeds::hear(app.clone(), n, visitor.live.clone(), visitor.ack, 100, HOLD);
                let done = deed.await;
                self.note(done);
            }
            let Some(visitor) = &self.visitors[n] else { continue };
            assert!(visitor.over || visitor.ack + 1 == self.laws.told(conversation), "{conversation}: all was told");
            let messages = {
                let mut snapshot = app.store().snapshot().await.expect("a snapshot");
                snapshot.messages(self.site.workspace, conversation, 0, i64::MAX).await.expect("messages")
            };
            let answers: Vec<&str> = messages
                .iter()
                .filter(|message| message.kind == domain::journal::MessageKind::Text && message.by != Author::Visitor)
                .map(|message| message.text.reveal())
                .collect();
            let told: Vec<&str> = visitor.told.iter().flatten().map(String::as_str).collect();
            assert!(
                visitor.over && answers.starts_with(&told) || answers == told,
                "{conversation}: {answers:?} were written, {told:?} told"
            );
        }
        self.laws.check_end(&self.site.apps[0], &self.started).await;
        let asked = crate::recount::check(&self.site.apps, self.site.workspace).await;
        assert_eq!(
            asked,
            i64::try_from(self.laws.seen.get("requested").copied().unwrap_or(0)).unwrap_or(0),
            "all that was asked for is counted"
        );
        let figures = Figures {
            conversations: self.started.len() as u64,
            messages: self.laws.messages,
            seen: self.laws.seen.clone(),
            digest: self.digest().await,
        };
        self.colleagues.clear();
        self.site.close().await;
        figures
    }

    async fn digest(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        let mut hasher = DefaultHasher::new();
        let mut position = 0;
        loop {
            let entries = self.site.apps[0].store().journal_after(self.site.workspace, position, 1_000).await.expect("the journal");
            let Some(last) = entries.last() else { return hasher.finish() };
            position = last.position;
            for entry in &entries {
                (entry.position, entry.conversation, entry.sequence, entry.at.0).hash(&mut hasher);
                serde_json::to_string(&entry.event).expect("an event is JSON").hash(&mut hasher);
            }
        }
    }

    /// What happened in conversations that are not over.
    async fn story(&self) -> String {
        let mut story = String::new();
        for id in self.laws.open() {
            let entries = self.site.apps[0].store().conversation_after(self.site.workspace, *id, 0, 10_000).await.expect("the journal");
            let kinds: Vec<(i64, &'static str)> = entries.iter().map(|entry| (entry.at.as_millis(), Event::kind(&entry.event))).collect();
            story.push_str(&format!("\n{id}: {kinds:?}"));
        }
        story
    }
}
