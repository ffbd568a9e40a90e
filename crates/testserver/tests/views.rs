//! Snapshot + events == fresh snapshot, for agents whose view changes by transfer, role and skill, over the real event stream.
//!
//! Three agents (supervisors, when they may be), an admin and visitors do what chance finds. After every few steps each agent's view, kept up to date by events alone, must be
//! what a fresh snapshot says; so must a view that begins with the snapshot of the last comparison and is told everything since. What chance
//! once found has a test of its own.

use std::{sync::Arc, time::Duration};

use domain::{
    ids::{ButtonId, DeploymentId, RoleId, SkillId},
    permission::BuiltInRole,
    secret::Secret,
};
use engine::setup::{Demo, DemoAgent};
use native::{
    admin::{
        Agent as AgentRecord, AgentSettings, Button, ButtonSettings, Permission, ResetPassword, Role, RoleSettings, Skill, SkillSettings,
    },
    agent::{AgentEvent, AgentSnapshot, DeclineOffer, PresenceStatus, SetPresence, SignIn, TakeConversation, TransferConversation},
    client::{AdminClient, AgentClient, Connection, Error, VisitorClient, Watch, Watched},
    conversation::{ConversationState, Rating, TransferTarget, WebPage},
    desk::RaiseFlag,
    view::{AgentView, Applied, VisitorView},
    visitor::{EndConversation, StartConversation, VisitPage, VisitorSnapshot},
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use server::ambient::{FreshIds, SystemRandomness};
use switchboard_testserver::{Backend, PATIENCE, TestServer};
use tokio::{sync::watch, task::JoinHandle};

const PASSWORD: &str = "correct horse battery";
const AGENTS: [&str; 3] = ["ben", "carla", "dora"];
/// Steps between two comparisons.
const STEPS: usize = 6;

/// A view that a task keeps up to date. Who borrows it awaits nothing meanwhile: the task would block its thread, and with it the server.
struct Followed<S> {
    seen: watch::Receiver<S>,
    task: JoinHandle<Error>,
}

impl<S> Drop for Followed<S> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn follow_agent(mut watch: Watch<AgentView>) -> Followed<AgentSnapshot> {
    let (sender, seen) = watch::channel(watch.view().snapshot());
    let task = tokio::spawn(async move {
        loop {
            match watch.next().await {
                Ok(Watched::Event(_) | Watched::Resynced) => drop(sender.send_replace(watch.view().snapshot())),
                Err(error) => return error,
            }
        }
    });
    Followed { seen, task }
}

fn follow_visitor(mut watch: Watch<VisitorView>) -> Followed<VisitorSnapshot> {
    let (sender, seen) = watch::channel(watch.view().conversation.clone());
    let task = tokio::spawn(async move {
        loop {
            match watch.next().await {
                Ok(Watched::Event(_) | Watched::Resynced) => drop(sender.send_replace(watch.view().conversation.clone())),
                Err(error) => return error,
            }
        }
    });
    Followed { seen, task }
}

struct Person {
    login: &'static str,
    client: AgentClient,
    view: Followed<AgentSnapshot>,
    /// The snapshot of the last comparison.
    kept: AgentSnapshot,
}

struct Guest {
    client: VisitorClient,
    view: Followed<VisitorSnapshot>,
}

struct World {
    server: TestServer,
    demo: Demo,
    chance: StdRng,
    admin: AdminClient,
    people: Vec<Person>,
    guests: Vec<Guest>,
    role: RoleId,
    skills: Vec<SkillId>,
    buttons: Vec<ButtonId>,
    said: usize,
    /// Views that were told everything since an older snapshot, without being told to begin anew.
    replayed: usize,
}

fn connection(server: &TestServer) -> Connection {
    Connection::new(&server.url(), Arc::new(FreshIds), Arc::new(SystemRandomness)).expect("an address")
}

async fn sign_in(server: &TestServer, demo: &Demo, login: &str) -> AgentClient {
    let (workspace, login) = (Some(demo.workspace_name.clone()), login.to_owned());
    let request = SignIn { workspace, login, password: Secret(PASSWORD.to_owned()), totp: None };
    AgentClient::sign_in(connection(server), &request).await.expect("the sign-in is right").0
}

/// What a role may allow besides answering, one by one taken away and given back.
const CHANGING: [Permission; 4] =
    [Permission::SeeWaiting, Permission::BlockVisitors, Permission::SuperviseConversations, Permission::SeeDrafts];

fn permissions(more: &[Permission]) -> Vec<Permission> {
    use Permission::{AnswerConversations, ExchangeFiles, TransferToAgent, TransferToButton, TransferToQueue, TransferToSkill};
    [AnswerConversations, ExchangeFiles, TransferToAgent, TransferToButton, TransferToSkill, TransferToQueue]
        .iter()
        .chain(more)
        .copied()
        .collect()
}

/// A refusal that may come when things change while somebody acts.
fn may_be_refused<T>(result: Result<T, Error>) {
    match result {
        Err(Error::Problem { problem, .. }) if (400..500).contains(&problem.status) => {}
        Err(error) => panic!("{error:?}"),
        Ok(_) => {}
    }
}

impl World {
    async fn new(backend: Backend, seed: u64) -> Self {
        let server = TestServer::start(backend).await;
        let agent = |login: &str, role| DemoAgent {
            login: login.to_owned(),
            name: login.to_owned(),
            password: Secret(PASSWORD.to_owned()),
            role,
            robot: false,
        };
        let mut agents = vec![agent("admin", BuiltInRole::Admin)];
        agents.extend(AGENTS.iter().map(|login| agent(login, BuiltInRole::Agent)));
        let demo = server.app().seed_demo(agents).await.expect("agents");
        let admin = sign_in(&server, &demo, "admin").await.admin();
        let role: Role =
            admin.create(&RoleSettings { name: "changing".to_owned(), permissions: permissions(&CHANGING) }).await.expect("a role");
        let mut skills = Vec::new();
        for name in ["one", "other"] {
            let made: Skill = admin.create(&SkillSettings { name: name.to_owned() }).await.expect("a skill");
            skills.push(made.id);
        }
        let mut buttons = vec![demo.button];
        for (name, routing) in [
            ("skilled", serde_json::json!({ "skills": [skills[0]], "queueing": true })),
            ("choice", serde_json::json!({ "strategy": "choice", "queueing": true, "priority": 3 })),
            ("automatic", serde_json::json!({ "auto_accept": true, "skills": [skills[1]] })),
        ] {
            let settings: ButtonSettings =
                serde_json::from_value(serde_json::json!({ "name": name, "routing": routing })).expect("a button");
            let made: Button = admin.create(&settings).await.expect("a button");
            buttons.push(made.id);
        }
        let mut world = Self {
            chance: StdRng::seed_from_u64(seed),
            people: Vec::new(),
            guests: Vec::new(),
            role: role.id,
            skills,
            buttons,
            said: 0,
            replayed: 0,
            server,
            demo,
            admin,
        };
        for login in AGENTS {
            world
                .change_agent(login, |settings, world| {
                    settings.roles = vec![world.role];
                    settings.skills.clone_from(&world.skills);
                    settings.after_work_seconds = if login == "dora" { None } else { Some(0) };
                    settings.capacity = 2;
                })
                .await;
            let client = sign_in(&world.server, &world.demo, login).await;
            client
                .set_presence(&SetPresence { status: PresenceStatus::Online, note: Some("Here".to_owned()) })
                .await
                .expect("an agent may be online");
            let view = follow_agent(client.watch().await.expect("a snapshot"));
            let kept = client.snapshot().await.expect("a snapshot");
            world.people.push(Person { login, client, view, kept });
        }
        world
    }

    async fn change_agent(&mut self, login: &str, change: impl FnOnce(&mut AgentSettings, &Self)) {
        let id = self.demo.agents[login];
        let mut settings = self.admin.read::<AgentRecord>(id).await.expect("the agent").settings;
        change(&mut settings, self);
        self.admin.replace::<AgentRecord>(id, &settings).await.expect("an agent may be changed");
    }

    fn some<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.chance.random_range(0..all.len())]
    }

    async fn step(&mut self) {
        match self.chance.random_range(0..100) {
            0..18 if self.guests.len() < 8 => self.somebody_asks().await,
            0..30 => self.a_guest_acts().await,
            30..34 => self.an_admin_acts().await,
            34..37 => self.a_sign_in_is_lost().await,
            _ => self.an_agent_acts().await,
        }
    }

    async fn somebody_asks(&mut self) {
        let button = Some(self.some(&self.buttons.clone()));
        let deployment: DeploymentId = self.demo.deployment;
        let start: StartConversation =
            serde_json::from_value(serde_json::json!({ "deployment": deployment, "button": button, "name": "Vera" })).expect("a request");
        let (client, _) = VisitorClient::start(connection(&self.server), &start).await.expect("a conversation may be asked for");
        let view = follow_visitor(client.watch().await.expect("a snapshot"));
        self.guests.push(Guest { client, view });
    }

    async fn a_guest_acts(&mut self) {
        if self.guests.is_empty() {
            return;
        }
        let n = self.chance.random_range(0..self.guests.len());
        let client = self.guests[n].client.clone();
        match self.chance.random_range(0..10) {
            0..5 => {
                self.said += 1;
                may_be_refused(client.send_message(format!("visitor's message {}", self.said)).await);
            }
            5 => may_be_refused(client.visit_page(&VisitPage { page: page(self.said) }).await),
            6 => may_be_refused(client.set_idle_warning(self.chance.random_bool(0.5)).await),
            7 => {
                let rating = Rating { score: self.chance.random_range(1..6), comment: None };
                may_be_refused(client.rate(&rating).await);
            }
            _ => {
                may_be_refused(client.end(&EndConversation { reason: None }).await);
                if self.chance.random_bool(0.7) {
                    self.guests.remove(n);
                }
            }
        }
    }

    async fn an_agent_acts(&mut self) {
        let n = self.chance.random_range(0..self.people.len());
        let client = self.people[n].client.clone();
        let view = self.people[n].view.seen.borrow().clone();
        if let Some(offer) = view.offers.first()
            && self.chance.random_bool(0.7)
        {
            let accepts = self.chance.random_bool(0.75);
            return if accepts {
                may_be_refused(client.accept(offer.id).await);
            } else {
                may_be_refused(client.decline(offer.id, &DeclineOffer { reason: None }).await);
            };
        }
        if let Some(waiting) = view.waiting.first()
            && self.chance.random_bool(0.3)
        {
            return may_be_refused(client.take(waiting.conversation).await);
        }
        if view.me.presence.status != PresenceStatus::Online || self.chance.random_bool(0.06) {
            let status = self.some(&[PresenceStatus::Online, PresenceStatus::Online, PresenceStatus::Away, PresenceStatus::Offline]);
            let note = self.chance.random_bool(0.5).then(|| "Lunch".to_owned());
            return may_be_refused(client.set_presence(&SetPresence { status, note }).await);
        }
        if view.me.permissions.contains(&Permission::SuperviseConversations) && self.chance.random_bool(0.25) {
            return self.a_supervisor_acts(&client, &view).await;
        }
        if view.conversations.is_empty() {
            return;
        }
        let conversation = &view.conversations[self.chance.random_range(0..view.conversations.len())];
        if conversation.state == ConversationState::Ended {
            return may_be_refused(client.finish(conversation.id).await);
        }
        match self.chance.random_range(0..15) {
            14 => match &conversation.flag {
                Some(_) => may_be_refused(client.lower_flag(conversation.id).await),
                None => may_be_refused(client.raise_flag(conversation.id, &RaiseFlag { note: Some("help".into()) }).await),
            },
            12.. => may_be_refused(client.note(conversation.id, format!("a note {}", self.said)).await),
            10.. => match conversation.file_requests.first() {
                Some(open) => may_be_refused(client.cancel_file_request(conversation.id, open.id).await),
                None => may_be_refused(client.request_file(conversation.id).await),
            },
            0..5 => {
                self.said += 1;
                may_be_refused(client.send_message(conversation.id, format!("agent's message {}", self.said)).await);
            }
            5..8 => {
                let others: Vec<_> = AGENTS.iter().map(|login| self.demo.agents[*login]).collect();
                let to = match self.chance.random_range(0..4) {
                    0 | 1 => TransferTarget::Agent { id: self.some(&others) },
                    2 => TransferTarget::Button { id: self.some(&self.buttons.clone()) },
                    _ => TransferTarget::Skill { id: self.some(&self.skills.clone()) },
                };
                let note = self.chance.random_bool(0.5).then(|| "please take over".into());
                may_be_refused(client.transfer(conversation.id, &TransferConversation { to, note }).await);
            }
            _ => may_be_refused(client.end(conversation.id, &EndConversation { reason: None }).await),
        }
    }

    /// Watches a conversation, lets one be, whispers, or takes one over.
    async fn a_supervisor_acts(&mut self, client: &AgentClient, view: &AgentSnapshot) {
        let watched: Vec<_> =
            view.conversations.iter().filter(|seen| seen.monitored_by.contains(&view.me.id)).map(|seen| (seen.id, seen.owner)).collect();
        let running: Vec<_> = self.guests.iter().map(|guest| guest.view.seen.borrow().id).collect();
        if running.is_empty() {
            return;
        }
        match self.chance.random_range(0..6) {
            0 if !watched.is_empty() => {
                let (id, _) = self.some(&watched);
                may_be_refused(client.end_monitor(id).await);
            }
            1 if !watched.is_empty() => {
                let (id, _) = self.some(&watched);
                may_be_refused(client.note(id, format!("a whisper {}", self.said)).await);
            }
            2 if !watched.is_empty() => {
                let (id, from) = self.some(&watched);
                may_be_refused(client.take_over(id, &TakeConversation { from }).await);
            }
            _ => {
                let id = self.some(&running);
                may_be_refused(client.monitor(id).await);
            }
        }
    }

    async fn an_admin_acts(&mut self) {
        if self.chance.random_bool(0.5) {
            let some: Vec<Permission> = CHANGING.into_iter().filter(|_| self.chance.random_bool(0.6)).collect();
            let settings = RoleSettings { name: "changing".to_owned(), permissions: permissions(&some) };
            self.admin.replace::<Role>(self.role, &settings).await.expect("a role may be changed");
        } else {
            let login = self.some(&AGENTS);
            let skills: Vec<SkillId> = self.skills.clone().into_iter().filter(|_| self.chance.random_bool(0.6)).collect();
            let capacity = self.chance.random_range(1..4);
            self.change_agent(login, |settings, _| {
                settings.skills = skills;
                settings.capacity = capacity;
            })
            .await;
        }
    }

    /// An admin resets a password: what was signed in with the old one sees nothing more, and signs in again.
    async fn a_sign_in_is_lost(&mut self) {
        let n = self.chance.random_range(0..self.people.len());
        let login = self.people[n].login;
        let reset = ResetPassword { password: Secret("quite another password".to_owned()), remove_totp: false };
        self.admin.reset_password(self.demo.agents[login], &reset).await.expect("a password may be reset");
        let person = &mut self.people[n];
        let ended = tokio::time::timeout(PATIENCE, &mut person.view.task).await;
        let error = ended.unwrap_or_else(|_| panic!("{login}'s stream goes on without a sign-in")).expect("it does not panic");
        assert_eq!(error.kind(), Some(native::ProblemKind::NotSignedIn), "{error:?}");
        self.server.app().reset_password(self.demo.workspace, login, Secret(PASSWORD.to_owned()), false).await.expect("a password");
        let client = sign_in(&self.server, &self.demo, login).await;
        let view = follow_agent(client.watch().await.expect("a snapshot"));
        let kept = client.snapshot().await.expect("a snapshot");
        self.people[n] = Person { login, client, view, kept };
    }

    async fn compare(&mut self) {
        for person in &mut self.people {
            let fresh = same(person.login, &person.client, &person.view.seen).await;
            // From the snapshot before to now by events alone.
            let mut view = AgentView::from(person.kept.clone());
            let mut events = person.client.events(person.kept.position);
            let replay = async {
                loop {
                    let (mut now, mut then) = (view.snapshot(), person.client.snapshot().await.expect("a snapshot"));
                    (now.position, then.position) = (fresh.position, fresh.position);
                    if now == then {
                        return true;
                    }
                    if view.apply(events.next().await.expect("the stream goes on")) == Applied::Resync {
                        // What the agent may do has changed since: nothing else ends a replay here.
                        return false;
                    }
                }
            };
            match tokio::time::timeout(PATIENCE, replay).await {
                Ok(whole) => self.replayed += usize::from(whole),
                Err(_) => similar(person.login, &view.snapshot(), &person.client.snapshot().await.expect("a snapshot")),
            }
            person.kept = fresh;
        }
        for guest in &self.guests {
            let look = async {
                loop {
                    let mut fresh = guest.client.snapshot().await.expect("a snapshot");
                    let mut seen = guest.view.seen.borrow().clone();
                    (seen.position, fresh.position) = (nowhere(), nowhere());
                    if seen == fresh {
                        return;
                    }
                    let _ = tokio::time::timeout(Duration::from_millis(200), guest.view.seen.clone().changed()).await;
                }
            };
            if tokio::time::timeout(PATIENCE, look).await.is_err() {
                let fresh = guest.client.snapshot().await.expect("a snapshot");
                let seen = guest.view.seen.borrow().clone();
                panic!("a visitor's view:\n{seen:#?}\nand fresh:\n{fresh:#?}");
            }
        }
    }
}

fn nowhere() -> native::Position {
    native::Position { epoch: 0, position: 0 }
}

fn page(n: usize) -> WebPage {
    WebPage { url: format!("https://shop.example/{n}"), title: None }
}

/// Fails with what differs, but for the position.
fn similar(login: &str, seen: &AgentSnapshot, fresh: &AgentSnapshot) {
    assert_eq!(seen.me, fresh.me, "{login}");
    assert_eq!(seen.offers, fresh.offers, "{login}");
    assert_eq!(seen.waiting, fresh.waiting, "{login}");
    for (one, other) in seen.conversations.iter().zip(&fresh.conversations) {
        assert_eq!(one, other, "{login}");
    }
    assert_eq!(seen.conversations.len(), fresh.conversations.len(), "{login}");
}

/// Waits until the view that events keep up to date is what a fresh snapshot says; gives that.
async fn same(login: &str, client: &AgentClient, seen: &watch::Receiver<AgentSnapshot>) -> AgentSnapshot {
    let look = async {
        loop {
            let fresh = client.snapshot().await.expect("a snapshot");
            let view = AgentSnapshot { position: fresh.position, ..seen.borrow().clone() };
            if view == fresh {
                return fresh;
            }
            let _ = tokio::time::timeout(Duration::from_millis(200), seen.clone().changed()).await;
        }
    };
    match tokio::time::timeout(PATIENCE, look).await {
        Ok(fresh) => fresh,
        Err(_) => {
            let fresh = client.snapshot().await.expect("a snapshot");
            let view = seen.borrow().clone();
            similar(login, &view, &fresh);
            fresh
        }
    }
}

/// What chance may leave out: an owner asks for help, and a supervisor looks, helps and lets him be.
async fn somebody_is_helped(world: &mut World) {
    let other_buttons = world.buttons.split_off(1);
    world.somebody_asks().await;
    world.buttons.extend(other_buttons);
    let owner = offered(world, None).await;
    let (owner, supervisor) = (world.people[owner].client.clone(), world.people[(owner + 1) % AGENTS.len()].client.clone());
    let offer = owner.snapshot().await.expect("a snapshot").offers[0].id;
    owner.accept(offer).await.expect("who is asked may accept");
    let id = world.guests[0].view.seen.borrow().id;
    owner.raise_flag(id, &RaiseFlag { note: Some("help".into()) }).await.expect("an owner may ask for help");
    supervisor.monitor(id).await.expect("a supervisor may watch");
    world.compare().await;
    supervisor.lower_flag(id).await.expect("a supervisor may answer");
    supervisor.end_monitor(id).await.expect("who watches may stop");
    world.compare().await;
}

async fn views_follow(backend: Backend, seed: u64, comparisons: usize) {
    let mut world = World::new(backend, seed).await;
    somebody_is_helped(&mut world).await;
    for _ in 0..comparisons {
        for _ in 0..STEPS {
            world.step().await;
        }
        world.compare().await;
    }
    assert!(world.replayed > comparisons, "most replays are whole: {} of {}", world.replayed, comparisons * AGENTS.len());
    let happened = world.server.app().store().journal_after(world.demo.workspace, 0, i64::MAX).await.expect("the journal");
    for kind in ["monitor_started", "monitor_ended", "flag_raised", "flag_lowered"] {
        assert!(happened.iter().any(|entry| entry.event.kind() == kind), "{kind} never happened");
    }
    world.people.clear();
    world.guests.clear();
    world.server.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_events_make_of_a_snapshot_is_a_fresh_snapshot_on_sqlite() {
    views_follow(Backend::Sqlite, 31, 30).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_events_make_of_a_snapshot_is_a_fresh_snapshot_on_postgres() {
    views_follow(Backend::Postgres, 32, 30).await;
}

/// Who has an offer now, but for one.
async fn offered(world: &World, but: Option<usize>) -> usize {
    testkit::wait_for_some("an offer", PATIENCE, async || {
        (0..world.people.len()).find(|n| Some(*n) != but && !world.people[*n].view.seen.borrow().offers.is_empty())
    })
    .await
}

async fn an_offer_that_went_on_is_not_told_of(backend: Backend) {
    let mut world = World::new(backend, 1).await;
    world.buttons.truncate(1);
    world.somebody_asks().await;
    let first = offered(&world, None).await;
    let person = &world.people[first];
    let offer = person.view.seen.borrow().offers[0].id;
    person.client.decline(offer, &DeclineOffer { reason: None }).await.expect("an offer may be declined");
    offered(&world, Some(first)).await;
    // Who was away meanwhile is told of an offer that is over, while another agent's is open.
    let now = person.client.snapshot().await.expect("a snapshot").position;
    let mut events = person.client.events(person.kept.position);
    loop {
        let told = events.next().await.expect("the stream goes on");
        assert!(!matches!(told.event, AgentEvent::OfferMade { .. }), "{told:?}");
        if told.position == Some(now) {
            break;
        }
    }
    world.people.clear();
    world.guests.clear();
    world.server.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_that_went_on_is_not_told_of_on_sqlite() {
    an_offer_that_went_on_is_not_told_of(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_that_went_on_is_not_told_of_on_postgres() {
    an_offer_that_went_on_is_not_told_of(Backend::Postgres).await;
}
