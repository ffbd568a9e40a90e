//! A workspace's definitions in memory, as one immutable picture.
//!
//! Loaded whole; replaced when a definition changes here, or when the journal says that it changed elsewhere. Whoever holds a picture decides
//! from it consistently.

use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use domain::{
    hours::Schedule,
    ids::{
        AgentId, BlockId, ButtonId, ConnectedAppId, DeploymentId, DestinationId, EventSourceId, HoursId, QueueId, QuickTextId, RoleId,
        RuleId, SkillId, WorkspaceId,
    },
    permission::{BuiltInRole, Permission, Permissions},
    routing::{Queueing, Routes, Routing},
    rules::CompiledRules,
};
use store::{Snapshot, Store, Workspace};
use uuid::Uuid;

use crate::{
    definition::{
        AddressRange, Agent, Block, Button, ButtonRouting, ConnectedApp, Defined, Deployment, Destination, EventSource, Hours, Queue,
        QuickText, Role, Rule, Skill,
    },
    error::Result,
};

/// The scheme of ids that clients of the switched-off service know.
pub const OLD_IDS: &str = "old";
/// The scheme of the ids that records of things have in a CRM.
pub const RECORD_IDS: &str = "record";
/// The scheme of the ids that connected apps call themselves by.
pub(crate) const CLIENT_IDS: &str = "client";
/// The scheme of the keys that sources of events send with.
pub(crate) const WRITE_KEYS: &str = "write";
/// The scheme of names that things had in the system from which they were imported.
pub(crate) const SOURCE_NAMES: &str = "source";

/// All definitions of one workspace.
#[derive(Debug)]
pub struct Directory {
    /// The workspace.
    pub workspace: Workspace,
    /// Deployments.
    pub deployments: BTreeMap<DeploymentId, Deployment>,
    /// Buttons.
    pub buttons: BTreeMap<ButtonId, Button>,
    /// Queues.
    pub queues: BTreeMap<QueueId, Queue>,
    /// Skills.
    pub skills: BTreeMap<SkillId, Skill>,
    /// Agents, inactive ones too.
    pub agents: BTreeMap<AgentId, Agent>,
    /// Roles.
    pub roles: BTreeMap<RoleId, Role>,
    /// Rules.
    pub rules: BTreeMap<RuleId, Rule>,
    /// Blocks.
    pub blocks: BTreeMap<BlockId, Block>,
    /// Texts that agents insert.
    pub quick_texts: BTreeMap<QuickTextId, QuickText>,
    /// Business hours.
    pub hours: BTreeMap<HoursId, Hours>,
    /// Programs of others that may act as agents.
    pub connected_apps: BTreeMap<ConnectedAppId, ConnectedApp>,
    /// Who sends us events of customers.
    pub event_sources: BTreeMap<EventSourceId, EventSource>,
    /// Other people's servers that are told what happens.
    pub destinations: BTreeMap<DestinationId, Destination>,
    /// The rules, compiled; one that cannot be compiled is left out and was logged.
    pub compiled_rules: CompiledRules,
    /// How buttons and queues route.
    pub routes: Routes,
    aliases: BTreeMap<(String, String), Uuid>,
    /// The same the other way round, of the scheme of old ids: every request of a program asks for two.
    old_ids: HashMap<Uuid, Vec<String>>,
    /// And of the scheme of records.
    records: HashMap<Uuid, String>,
    ranges: Vec<AddressRange>,
}

impl Directory {
    /// Reads it from one instant of the database.
    pub async fn load(store: &Store, workspace: Workspace) -> Result<Self> {
        let mut snapshot = store.snapshot().await?;
        Self::read(&mut snapshot, workspace).await
    }

    async fn read(snapshot: &mut Snapshot, workspace: Workspace) -> Result<Self> {
        let id = workspace.id;
        let mut directory = Self::of(workspace, snapshot.definitions(id).await?);
        directory.aliases = snapshot.aliases(id).await?.into_iter().map(|(scheme, foreign, id)| ((scheme, foreign), id)).collect();
        for ((scheme, foreign), id) in &directory.aliases {
            match scheme.as_str() {
                OLD_IDS => directory.old_ids.entry(*id).or_default().push(foreign.clone()),
                RECORD_IDS => _ = directory.records.insert(*id, foreign.clone()),
                _ => {}
            }
        }
        Ok(directory)
    }

    /// The picture that these definitions give, without the ids of other systems.
    pub(crate) fn of(workspace: Workspace, definitions: Vec<store::Definition>) -> Self {
        let mut directory = Self {
            deployments: BTreeMap::new(),
            buttons: BTreeMap::new(),
            queues: BTreeMap::new(),
            skills: BTreeMap::new(),
            agents: BTreeMap::new(),
            roles: BTreeMap::new(),
            rules: BTreeMap::new(),
            blocks: BTreeMap::new(),
            quick_texts: BTreeMap::new(),
            hours: BTreeMap::new(),
            connected_apps: BTreeMap::new(),
            event_sources: BTreeMap::new(),
            destinations: BTreeMap::new(),
            compiled_rules: CompiledRules::default(),
            routes: Routes::default(),
            aliases: BTreeMap::new(),
            old_ids: HashMap::new(),
            records: HashMap::new(),
            ranges: Vec::new(),
            workspace,
        };
        for definition in definitions {
            directory.take(definition);
        }
        directory.finish();
        directory
    }

    fn take(&mut self, definition: store::Definition) {
        fn put<T: Defined>(into: &mut BTreeMap<T::Id, T>, definition: store::Definition)
        where
            T::Id: Ord,
        {
            match serde_json::from_value(definition.body) {
                Ok(read) => {
                    into.insert(definition.id.into(), read);
                }
                Err(error) => tracing::error!(kind = T::KIND, id = %definition.id, %error, "a definition cannot be read and is left out"),
            }
        }
        match definition.kind.as_str() {
            Deployment::KIND => put(&mut self.deployments, definition),
            Button::KIND => put(&mut self.buttons, definition),
            Queue::KIND => put(&mut self.queues, definition),
            Skill::KIND => put(&mut self.skills, definition),
            Agent::KIND => put(&mut self.agents, definition),
            Role::KIND => put(&mut self.roles, definition),
            Rule::KIND => put(&mut self.rules, definition),
            Block::KIND => put(&mut self.blocks, definition),
            QuickText::KIND => put(&mut self.quick_texts, definition),
            Hours::KIND => put(&mut self.hours, definition),
            ConnectedApp::KIND => put(&mut self.connected_apps, definition),
            EventSource::KIND => put(&mut self.event_sources, definition),
            Destination::KIND => put(&mut self.destinations, definition),
            other => tracing::warn!(kind = other, id = %definition.id, "a definition of a kind that this server does not know"),
        }
    }

    fn finish(&mut self) {
        for role in self.roles.values_mut().filter(|role| role.built_in) {
            // What a built-in role allows is this release's, not that of the release that wrote it.
            if let Some(built_in) = BuiltInRole::ALL.into_iter().find(|built_in| built_in.as_str() == role.name) {
                role.permissions = built_in.permissions();
            }
        }
        let rules: Vec<_> = self.rules.iter().map(|(id, rule)| rule.to_domain(*id)).collect();
        let (compiled, problems) = CompiledRules::compile(&rules);
        for (id, problem) in problems {
            tracing::error!(rule = %id, %problem, "a sensitive-data rule cannot be used");
        }
        self.compiled_rules = compiled;
        self.ranges = self.blocks.values().filter_map(|block| block.range().ok()).collect();
        self.routes = Routes {
            buttons: self.buttons.iter().map(|(id, button)| (*id, routing(&button.routing, button.active))).collect(),
            queues: self.queues.iter().map(|(id, queue)| (*id, Routing { queue: None, ..routing(&queue.routing, queue.active) })).collect(),
            // Every offer ends: one to an agent asked for by name, too.
            direct: Routing {
                queueing: Queueing::Off,
                reroute_declined: false,
                push_timeout: Some(Duration::from_secs(30)),
                ..Routing::default()
            },
            hours: self.schedules(),
        };
    }

    /// The hours of the buttons that have some.
    fn schedules(&self) -> BTreeMap<ButtonId, Schedule> {
        let mut schedules = BTreeMap::new();
        for (id, hours) in &self.hours {
            match hours.schedule() {
                Ok(schedule) => {
                    let open_by_it = self.buttons.iter().filter(|(_, button)| button.hours == Some(*id));
                    schedules.extend(open_by_it.map(|(button, _)| (*button, schedule.clone())));
                }
                Err(problem) => tracing::error!(hours = %id, %problem, "business hours cannot be read: their buttons are always open"),
            }
        }
        schedules
    }

    /// The workspace's id.
    pub fn id(&self) -> WorkspaceId {
        self.workspace.id
    }

    /// What an id of another system names. 15 and 18 characters are told apart by the caller: pass the identity of the id.
    pub fn by_old_id(&self, identity: &str) -> Option<Uuid> {
        self.aliases.get(&(OLD_IDS.to_owned(), identity.to_owned())).copied()
    }

    /// The ids of another system that name a thing.
    pub fn old_ids_of(&self, id: impl Into<Uuid>) -> impl Iterator<Item = &str> {
        self.old_ids.get(&id.into()).into_iter().flatten().map(String::as_str)
    }

    /// The id of the record that a thing has in a CRM.
    pub fn record_id_of(&self, id: impl Into<Uuid>) -> Option<&str> {
        self.records.get(&id.into()).map(String::as_str)
    }

    /// All ids of another system: foreign id and what it names.
    pub fn old_ids(&self) -> impl Iterator<Item = (&str, Uuid)> {
        self.aliases.iter().filter(|((scheme, _), _)| scheme == OLD_IDS).map(|((_, foreign), id)| (foreign.as_str(), *id))
    }

    /// Everything that an agent may do.
    pub fn permissions(&self, agent: AgentId) -> Permissions {
        let Some(agent) = self.agents.get(&agent).filter(|agent| agent.active) else { return Permissions::default() };
        agent.roles.iter().filter_map(|role| self.roles.get(role)).fold(Permissions::default(), |all, role| all.union(&role.permissions))
    }

    /// Whether an agent may do it.
    pub fn allows(&self, agent: AgentId, permission: Permission) -> bool {
        self.agents.get(&agent).is_some_and(|agent| {
            agent.active && agent.roles.iter().filter_map(|role| self.roles.get(role)).any(|role| role.permissions.allows(permission))
        })
    }

    /// Whether visitors from this address are turned away.
    pub fn blocks(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| range.contains(address))
    }

    /// How long those who wait go on waiting after their last agent has left.
    pub fn grace(&self, button: Option<ButtonId>) -> Duration {
        let seconds = button.and_then(|id| self.buttons.get(&id)).map_or(30, |button| button.routing.no_agent_grace_seconds);
        Duration::from_secs(u64::from(seconds))
    }
}

fn routing(settings: &ButtonRouting, active: bool) -> Routing {
    Routing {
        is_active: active,
        skills: settings.skills.iter().copied().collect(),
        skill_match: settings.skill_match,
        queue: settings.queue,
        strategy: settings.strategy,
        push_timeout: settings.push_timeout_seconds.filter(|seconds| *seconds > 0).map(|seconds| Duration::from_secs(u64::from(seconds))),
        auto_accept: settings.auto_accept,
        reroute_declined: settings.reroute_declined,
        max_reroutes: settings.max_reroutes,
        queueing: if settings.queueing {
            Queueing::On { per_agent: settings.queue_limit_per_agent, overall: settings.queue_limit_overall }
        } else {
            Queueing::Off
        },
        priority: settings.priority,
    }
}

/// All workspaces' pictures.
#[derive(Debug, Default)]
pub struct Directories {
    by_workspace: BTreeMap<WorkspaceId, Arc<Directory>>,
    organisations: BTreeMap<(String, String), WorkspaceId>,
    /// Of every event that comes in one is asked for.
    write_keys: HashMap<String, (WorkspaceId, EventSourceId)>,
}

fn write_keys(by_workspace: &BTreeMap<WorkspaceId, Arc<Directory>>) -> HashMap<String, (WorkspaceId, EventSourceId)> {
    let sources = by_workspace.iter().flat_map(|(workspace, directory)| directory.event_sources.iter().map(|source| (*workspace, source)));
    let keys = sources.flat_map(|(workspace, (id, source))| source.write_keys.iter().map(move |key| (key.key.clone(), (workspace, *id))));
    keys.collect()
}

impl Directories {
    /// Reads all.
    pub async fn load(store: &Store) -> Result<Self> {
        let mut all = Self::default();
        for workspace in store.workspaces().await? {
            all.by_workspace.insert(workspace.id, Arc::new(Directory::load(store, workspace).await?));
        }
        all.organisations = store.workspace_aliases().await?.into_iter().map(|(scheme, foreign, id)| ((scheme, foreign), id)).collect();
        all.write_keys = write_keys(&all.by_workspace);
        Ok(all)
    }

    /// One workspace's picture.
    pub fn get(&self, workspace: WorkspaceId) -> Option<&Arc<Directory>> {
        self.by_workspace.get(&workspace)
    }

    /// The workspace that an organisation id of another system names.
    pub fn by_organisation(&self, identity: &str) -> Option<&Arc<Directory>> {
        self.organisations.get(&(OLD_IDS.to_owned(), identity.to_owned())).and_then(|id| self.get(*id))
    }

    /// The connected app that calls itself so, and whose it is.
    pub fn by_client_id(&self, client_id: &str) -> Option<(&Arc<Directory>, ConnectedAppId, &ConnectedApp)> {
        let directory = self.organisations.get(&(CLIENT_IDS.to_owned(), client_id.to_owned())).and_then(|id| self.get(*id))?;
        let (id, app) = directory.connected_apps.iter().find(|(_, app)| app.client_id.as_deref() == Some(client_id))?;
        Some((directory, *id, app))
    }

    /// The source of events that sends with this key, and whose it is; one that is switched off, too.
    pub fn by_write_key(&self, key: &str) -> Option<(&Arc<Directory>, EventSourceId, &EventSource)> {
        let (workspace, id) = self.write_keys.get(key)?;
        let directory = self.get(*workspace)?;
        Some((directory, *id, directory.event_sources.get(id)?))
    }

    /// The organisation ids that name a workspace.
    pub fn organisations_of(&self, workspace: WorkspaceId) -> impl Iterator<Item = &str> {
        self.organisations
            .iter()
            .filter(move |((scheme, _), id)| scheme == OLD_IDS && **id == workspace)
            .map(|((_, foreign), _)| foreign.as_str())
    }

    /// The workspace of this name; with no name, the only one there is.
    pub fn named(&self, name: Option<&str>) -> Option<&Arc<Directory>> {
        match name {
            Some(name) => self.by_workspace.values().find(|directory| directory.workspace.name == name),
            None => self.by_workspace.values().next().filter(|_| self.by_workspace.len() == 1),
        }
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Directory>> {
        self.by_workspace.values()
    }

    /// The same with one picture replaced.
    #[must_use]
    pub fn with(&self, directory: Arc<Directory>) -> Self {
        let mut by_workspace = self.by_workspace.clone();
        by_workspace.insert(directory.id(), directory);
        Self { write_keys: write_keys(&by_workspace), by_workspace, organisations: self.organisations.clone() }
    }
}
