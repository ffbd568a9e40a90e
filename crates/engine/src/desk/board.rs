//! All that supervisors look over at once: agents, lines, conversations that run.
//!
//! A function of what is stored at one position of the journal, so the position tells whether anything on it may have changed. Presences are as
//! they are stored: a lease that is over is journalled when it is acted on.

use std::collections::{BTreeMap, HashMap};

use domain::{
    ids::{AgentId, ButtonId, QueueId},
    journal::Position,
    permission::Permission,
    presence::Presence,
    routing::{self, Line, Target},
    secret::Text,
    time::Timestamp,
};
use store::{Flag, Load, Running};

use crate::{
    App, Directory, Result, Scope, SignedInAgent,
    routing::{Loaded, presence_from},
    view::queue_of,
};

/// The most conversations that a board shows.
const CONVERSATIONS: i64 = 500;

/// An agent on the board.
#[derive(Clone, Debug)]
pub struct BoardAgent {
    /// Who.
    pub id: AgentId,
    /// The name that colleagues see.
    pub name: String,
    /// Whether offers come, as it is stored; none for an agent who was never there.
    pub presence: Option<store::Presence>,
    /// How many conversations the agent can carry.
    pub capacity: u32,
    /// How much of that is used.
    pub load: Load,
}

/// Where visitors wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardLine {
    /// The queue, if it is one.
    pub queue: Option<QueueId>,
    /// The button, if it has a line of its own.
    pub button: Option<ButtonId>,
    /// What it is called; an agent's or a skill's name where visitors wait for that alone.
    pub name: String,
    /// How many wait.
    pub waiting: u32,
    /// Since when the one who waits longest does.
    pub longest_waiting_since: Option<Timestamp>,
    /// How long a visitor who came now would wait, in seconds: 0 when an agent is free; none if unknown.
    pub estimated_wait: Option<u64>,
    /// Agents who are online for it.
    pub online_agents: u32,
    /// How many more conversations they can take together.
    pub free_capacity: u32,
}

/// A conversation on the board.
#[derive(Clone, Debug)]
pub struct BoardConversation {
    /// The row.
    pub running: Running,
    /// In which queue it waits, or waited last.
    pub queue: Option<QueueId>,
    /// The flag that is up, and in which words.
    pub flag: Option<(Flag, Option<Text>)>,
    /// Who watches it, in order.
    pub monitored_by: Vec<AgentId>,
}

/// The board.
#[derive(Clone, Debug)]
pub struct Board {
    /// The journal's position at that instant.
    pub position: Position,
    /// When it was read.
    pub at: Timestamp,
    /// Active agents who may answer, by name.
    pub agents: Vec<BoardAgent>,
    /// Lines of queues and buttons that are switched on, by name; then others in which somebody waits.
    pub lines: Vec<BoardLine>,
    /// Conversations that run, the newest first.
    pub conversations: Vec<BoardConversation>,
    /// How many no agent has: they wait or are being offered.
    pub waiting: u32,
    /// How many agents have.
    pub active: u32,
    /// How many agents are online.
    pub online_agents: u32,
}

fn narrow(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

/// What a line is called, and the target that leads there.
fn named_lines(directory: &Directory) -> Vec<(Target, String)> {
    let routes = &directory.routes;
    let mut lines: Vec<(Target, String)> = directory
        .queues
        .iter()
        .map(|(id, queue)| (Target::Queue(*id), queue.name.clone()))
        .chain(directory.buttons.iter().map(|(id, button)| (Target::Button(*id), button.name.clone())))
        .filter(|(target, _)| match routes.line(target) {
            Some((Line::Button(_) | Line::Queue(_), _)) => {
                routes.is_open(target) && !matches!((target, routes.line(target)), (Target::Button(_), Some((Line::Queue(_), _))))
            }
            _ => false,
        })
        .collect();
    lines.sort_by_cached_key(|(_, name)| name.to_lowercase());
    lines
}

/// What a line without an entry point is called.
fn other_name(directory: &Directory, line: Line<'_>) -> String {
    match line {
        Line::Agent(agent) => directory.agents.get(&agent).map_or_else(String::new, |agent| agent.name.clone()),
        Line::Skills(skills) => {
            let names: Vec<&str> = skills.iter().filter_map(|skill| directory.skills.get(skill)).map(|skill| skill.name.as_str()).collect();
            names.join(", ")
        }
        Line::Button(button) => directory.buttons.get(&button).map_or_else(String::new, |button| button.name.clone()),
        Line::Queue(queue) => directory.queues.get(&queue).map_or_else(String::new, |queue| queue.name.clone()),
    }
}

/// The lines, with who waits in them and who is there for them.
fn lines(scope: &Scope, loaded: &Loaded, averages: &HashMap<ButtonId, u64>) -> Vec<BoardLine> {
    let directory = &*scope.directory;
    let lane = loaded.lane(scope);
    let named = named_lines(directory);
    let mut waits: BTreeMap<Line<'_>, (u32, Timestamp)> = BTreeMap::new();
    let mut targets: BTreeMap<Line<'_>, &Target> = BTreeMap::new();
    for entry in &loaded.waiting {
        let Some((line, _)) = directory.routes.line(&entry.target) else { continue };
        let known = waits.entry(line).or_insert((0, entry.queued_at));
        *known = (known.0.saturating_add(1), known.1.min(entry.queued_at));
        targets.entry(line).or_insert(&entry.target);
    }
    let shown = |target: &Target, line: Line<'_>, name: String, wait: Option<(u32, Timestamp)>| {
        let (mut online_agents, mut free_capacity) = (0u32, 0u32);
        for agent in routing::qualified(lane, target) {
            online_agents += 1;
            free_capacity = free_capacity.saturating_add(agent.free());
        }
        let (waiting, since) = wait.map_or((0, None), |(waiting, since)| (waiting, Some(since)));
        let leads_here = |button: &ButtonId| directory.routes.line(&Target::Button(*button)).is_some_and(|(other, _)| other == line);
        let known: Vec<u64> = averages.iter().filter(|(button, _)| leads_here(button)).map(|(_, seconds)| *seconds).collect();
        let average = (!known.is_empty()).then(|| known.iter().sum::<u64>() / known.len() as u64);
        let estimated_wait = match (online_agents, waiting, free_capacity) {
            (0, ..) => None,
            (_, 0, 1..) => Some(0),
            _ => average,
        };
        let (queue, button) = match line {
            Line::Queue(queue) => (Some(queue), None),
            Line::Button(button) => (None, Some(button)),
            Line::Agent(_) | Line::Skills(_) => (None, None),
        };
        BoardLine { queue, button, name, waiting, longest_waiting_since: since, estimated_wait, online_agents, free_capacity }
    };
    let mut all = Vec::new();
    for (target, name) in &named {
        if let Some((line, _)) = directory.routes.line(target) {
            all.push(shown(target, line, name.clone(), waits.remove(&line)));
        }
    }
    for (line, wait) in waits {
        if let Some(target) = targets.get(&line) {
            all.push(shown(target, line, other_name(directory, line), Some(wait)));
        }
    }
    all
}

impl App {
    /// Where the journal stands, for whoever may see the board: while it does not move, neither does the board.
    pub async fn board_position(&self, who: &SignedInAgent) -> Result<Position> {
        who.require(Permission::SuperviseConversations)?;
        Ok(self.store().snapshot().await?.head(who.workspace).await?.at)
    }

    /// The board.
    pub async fn board(&self, who: &SignedInAgent) -> Result<Board> {
        who.require(Permission::SuperviseConversations)?;
        let workspace = who.workspace;
        let (mut snapshot, position, directory) = self.snapshot_with_definitions(workspace).await?;
        let scope = Scope { directory, ..self.scope(workspace)? };
        let mut presences: HashMap<AgentId, store::Presence> =
            snapshot.presences(workspace).await?.into_iter().map(|presence| (presence.agent, presence)).collect();
        let loads: HashMap<AgentId, Load> = snapshot.loads(workspace).await?.into_iter().map(|load| (load.agent, load)).collect();
        let loaded = Loaded::look_as_stored(&mut snapshot, &scope).await?;
        let averages = snapshot.wait_averages(workspace).await?;
        let averages = averages.into_iter().map(|(button, average)| (button, average.as_secs_f64().round() as u64)).collect();
        let mut flags: HashMap<_, _> =
            snapshot.flags(workspace).await?.into_iter().map(|(flag, note)| (flag.conversation, (flag, note))).collect();
        let mut monitors: HashMap<_, Vec<AgentId>> = HashMap::new();
        for watched in snapshot.monitors(workspace).await? {
            monitors.entry(watched.conversation).or_default().push(watched.agent);
        }
        let conversations = snapshot
            .running(workspace, CONVERSATIONS)
            .await?
            .into_iter()
            .map(|running| BoardConversation {
                queue: running.target.as_ref().and_then(|target| queue_of(&scope.directory, target)),
                flag: flags.remove(&running.conversation),
                monitored_by: monitors.remove(&running.conversation).unwrap_or_default(),
                running,
            })
            .collect();
        let waiting: i64 = snapshot.waiting_counts(workspace).await?.into_iter().map(|(_, count)| count).sum();
        drop(snapshot);
        let offered: i64 = loads.values().map(|load| load.offered).sum();
        let active: i64 = loads.values().map(|load| load.active).sum();
        let mut agents: Vec<BoardAgent> = scope
            .directory
            .agents
            .iter()
            .filter(|(id, _)| scope.directory.allows(**id, Permission::AnswerConversations))
            .map(|(id, agent)| BoardAgent {
                id: *id,
                name: agent.name.clone(),
                presence: presences.remove(id),
                capacity: agent.capacity,
                load: loads.get(id).copied().unwrap_or(Load { agent: *id, active: 0, offered: 0, after_work: 0 }),
            })
            .collect();
        agents.sort_by_cached_key(|agent| agent.name.to_lowercase());
        let is_online =
            |agent: &&BoardAgent| agent.presence.as_ref().is_some_and(|presence| presence_from(&presence.status) == Presence::Online);
        let online_agents = u32::try_from(agents.iter().filter(is_online).count()).unwrap_or(u32::MAX);
        Ok(Board {
            position,
            at: scope.now,
            lines: lines(&scope, &loaded, &averages),
            agents,
            conversations,
            waiting: narrow(waiting + offered),
            active: narrow(active),
            online_agents,
        })
    }
}
