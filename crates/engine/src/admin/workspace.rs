//! The workspace's own settings, the ids that shipped apps know, and unknown ids that knocked.

use std::{cmp::Reverse, collections::BTreeMap};

use domain::{ids::WorkspaceId, journal::Event, permission::Permission, text_limits, time::Timestamp, transcript};
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use store::Workspace;
use uuid::Uuid;

use crate::{
    Actor, App, Directories, Directory, Error, ErrorKind, OLD_IDS, Result, SignedInAgent, audit,
    listing::{self, Asked, Listed, Sought},
    routing::NOTE_CHARACTERS,
};

/// The most reasons that agents pick from.
const REASONS: usize = 50;
/// The most entities that records are found and made of.
const ENTITIES: usize = 100;
/// The most knocks that are looked at.
const KNOCKS: i64 = 1_000;

/// What can be set of a workspace besides its name and zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkspaceSettings {
    /// All stored files together, in bytes; none for the server's limit alone.
    pub file_quota_bytes: Option<u64>,
    /// Days that the audit log is kept; none for ever.
    pub audit_retention_days: Option<u32>,
    /// What agents pick from when they go away.
    pub away_reasons: Vec<String>,
    /// What agents pick from when they decline an offer.
    pub decline_reasons: Vec<String>,
    /// What becomes of records of the CRM.
    pub records: RecordSettings,
}

/// What becomes of records of the CRM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordSettings {
    /// Records are found and made for conversations, as visitors' forms ask for it.
    pub find_or_create: bool,
    /// Of which entities; empty for all.
    pub entities: Vec<String>,
    /// What visitors write when nobody is there becomes a case.
    pub offline_messages: bool,
}

impl Default for RecordSettings {
    fn default() -> Self {
        Self { find_or_create: true, entities: Vec::new(), offline_messages: true }
    }
}

impl RecordSettings {
    /// Records of this entity may be found and made. Case matters.
    pub(crate) fn allows(&self, entity: &str) -> bool {
        self.entities.is_empty() || self.entities.iter().any(|allowed| allowed == entity)
    }
}

impl WorkspaceSettings {
    /// Those of a workspace.
    pub fn of(workspace: &Workspace) -> Self {
        // Whatever an older release left there: what cannot be read is as it is by default.
        serde_json::from_value(workspace.settings.clone()).unwrap_or_default()
    }
}

/// What an old id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Named {
    /// The workspace: an organisation's id.
    Workspace(WorkspaceId),
    /// A deployment.
    Deployment(Uuid),
    /// A button.
    Button(Uuid),
    /// An agent.
    Agent(Uuid),
}

impl Named {
    fn id(self) -> Uuid {
        match self {
            Self::Workspace(id) => id.into(),
            Self::Deployment(id) | Self::Button(id) | Self::Agent(id) => id,
        }
    }
}

/// As what an unknown id knocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KnockedAs {
    /// An organisation.
    Workspace,
    /// A deployment.
    Deployment,
    /// A button, or an agent.
    Button,
}

/// An unknown id that clients came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownId {
    /// As it was sent last.
    pub old_id: String,
    /// As what.
    pub as_what: KnockedAs,
    /// First when.
    pub first_at: Timestamp,
    /// Last when.
    pub last_at: Timestamp,
    /// How often.
    pub times: i64,
}

/// A place in the list of unknown ids.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnockPlace {
    /// When it came last: the latest stands first.
    pub last_at: Reverse<Timestamp>,
    /// Which.
    pub old_id: String,
    /// As what.
    pub as_what: KnockedAs,
}

/// The identity of an old id: the first 15 of its 15 or 18 letters and digits.
pub fn old_identity(text: &str) -> Result<String> {
    let text = text.trim();
    if matches!(text.len(), 15 | 18) && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(text[..15].to_owned())
    } else {
        Err(Error::invalid("old_id", "an old id has 15 or 18 letters and digits"))
    }
}

fn identity(text: &str) -> &str {
    if text.len() == 18 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) { &text[..15] } else { text }
}

/// Lines to pick from, each once.
fn reasons(property: &'static str, given: &mut Vec<String>, most: usize) -> Result<()> {
    if given.len() > REASONS {
        return Err(Error::invalid(property, format!("at most {REASONS} reasons are allowed")));
    }
    let mut kept: Vec<String> = Vec::with_capacity(given.len());
    for reason in given.iter() {
        let reason = text_limits::line(reason, most).map_err(|problem| Error::invalid(property, problem.to_string()))?;
        if !kept.contains(&reason) {
            kept.push(reason);
        }
    }
    *given = kept;
    Ok(())
}

/// Names of entities, each once.
fn entities(given: &mut Vec<String>) -> Result<()> {
    if given.len() > ENTITIES {
        return Err(Error::invalid("records.entities", format!("at most {ENTITIES} entities are allowed")));
    }
    let mut kept: Vec<String> = Vec::with_capacity(given.len());
    for name in given.iter() {
        let name = text_limits::line(name, text_limits::LABEL_CHARACTERS);
        let name = name.map_err(|problem| Error::invalid("records.entities", problem.to_string()))?;
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    *given = kept;
    Ok(())
}

fn named(directory: &Directory, id: Uuid) -> Option<Named> {
    if directory.deployments.contains_key(&id.into()) {
        Some(Named::Deployment(id))
    } else if directory.buttons.contains_key(&id.into()) {
        Some(Named::Button(id))
    } else if directory.agents.contains_key(&id.into()) {
        Some(Named::Agent(id))
    } else {
        None
    }
}

/// What people call it; empty once it is gone.
fn name_of(directory: &Directory, named: Named) -> &str {
    match named {
        Named::Workspace(_) => Some(&directory.workspace.name),
        Named::Deployment(id) => directory.deployments.get(&id.into()).map(|deployment| &deployment.name),
        Named::Button(id) => directory.buttons.get(&id.into()).map(|button| &button.name),
        Named::Agent(id) => directory.agents.get(&id.into()).map(|agent| &agent.name),
    }
    .map_or("", String::as_str)
}

/// Of several ids of a thing one that it was not given here, as its record's, if there is one.
fn brought<'a>(all: &[&'a str], record: Option<&str>) -> Option<&'a str> {
    all.iter().find(|id| Some(**id) != record).or(all.first()).copied()
}

impl App {
    /// Replaces what can be set of the workspace.
    pub async fn replace_workspace(&self, who: &SignedInAgent, name: &str, zone: &str, mut settings: WorkspaceSettings) -> Result<()> {
        who.require(Permission::ManageWorkspace)?;
        let name = text_limits::line(name, text_limits::NAME_CHARACTERS).map_err(|problem| Error::invalid("name", problem.to_string()))?;
        transcript::zone(zone).map_err(|unknown| Error::invalid("time_zone", unknown.to_string()))?;
        if settings.audit_retention_days == Some(0) {
            return Err(Error::invalid("audit_retention_days", "it must be at least 1"));
        }
        reasons("away_reasons", &mut settings.away_reasons, NOTE_CHARACTERS)?;
        reasons("decline_reasons", &mut settings.decline_reasons, text_limits::LABEL_CHARACTERS)?;
        entities(&mut settings.records.entities)?;
        if self.directories().all().any(|other| other.id() != who.workspace && other.workspace.name == name) {
            return Err(ErrorKind::Taken { property: "name", message: format!("there is a workspace {name:?} already") }.into());
        }
        let settings = serde_json::to_value(&settings).map_err(Error::internal)?;
        let workspace = Workspace { id: who.workspace, name, zone: zone.to_owned(), settings };
        let (scope, actor) = (self.scope(who.workspace)?, who.actor());
        self.store()
            .write::<_, Error, _>(move |tx| {
                let (scope, workspace) = (scope.clone(), workspace.clone());
                async move {
                    tx.save_workspace(&workspace).await?;
                    let id = Uuid::from(workspace.id);
                    scope.journal_event(tx, Event::DefinitionChanged { definition: "workspace".to_owned(), id });
                    let change = serde_json::json!({ "name": workspace.name, "time_zone": workspace.zone, "settings": workspace.settings });
                    audit::write(tx, &scope, actor, "workspace.changed", id.to_string(), change).await
                }
                .boxed()
            })
            .await?;
        self.reload().await
    }

    /// A page of the workspace's old ids, in their order: those that hold what is searched for, or name something whose name does. An item is
    /// its own place.
    pub fn old_ids(&self, who: &SignedInAgent, asked: &Asked<'_, (String, Named)>) -> Result<Listed<(String, Named), (String, Named)>> {
        who.require(Permission::ManageDeployments)?;
        let (directories, directory) = (self.directories(), self.directory(who.workspace)?);
        let sought = Sought::of(asked.search);
        let organisations = directories.organisations_of(who.workspace).map(|old| (old, Named::Workspace(who.workspace)));
        let things = directory.old_ids().filter_map(|(old, id)| Some((old, named(&directory, id)?)));
        let found = organisations
            .chain(things)
            .filter(|(old, named)| {
                sought.as_ref().is_none_or(|sought| sought.is_in_old_id(old) || sought.is_in(name_of(&directory, *named)))
            })
            .map(|(old, named)| ((old.to_owned(), named), (old.to_owned(), named)));
        Ok(listing::page(found, asked.after, asked.limit))
    }

    /// Lets an old id name a thing; several may name one. An id that knocked is thereby adopted.
    pub async fn set_old_id(&self, who: &SignedInAgent, old_id: &str, names: Named) -> Result<String> {
        who.require(Permission::ManageDeployments)?;
        let old = old_identity(old_id)?;
        let directory = self.directory(who.workspace)?;
        match names {
            Named::Workspace(id) if id == who.workspace => {
                if self.directories().by_organisation(&old).is_some_and(|other| other.id() != who.workspace) {
                    return Err(ErrorKind::Taken { property: "old_id", message: "another workspace has this id".to_owned() }.into());
                }
            }
            Named::Workspace(_) => return Err(Error::invalid("id", "an organisation's id names your own workspace only")),
            other if named(&directory, other.id()) == Some(other) => {}
            _ => return Err(Error::invalid("id", "there is no such thing of that kind")),
        }
        let (scope, actor, workspace) = (self.scope(who.workspace)?, who.actor(), who.workspace);
        let kept = old.clone();
        self.store()
            .write::<_, Error, _>(move |tx| {
                let (scope, old) = (scope.clone(), old.clone());
                async move {
                    match names {
                        Named::Workspace(_) => tx.set_workspace_alias(OLD_IDS, &old, workspace).await?,
                        _ => tx.set_alias(workspace, OLD_IDS, &old, names.id()).await?,
                    }
                    scope.journal_event(tx, Event::DefinitionChanged { definition: "alias".to_owned(), id: names.id() });
                    audit::write(tx, &scope, actor, "old_id.set", names.id().to_string(), serde_json::json!({ "old_id": old })).await
                }
                .boxed()
            })
            .await?;
        self.reload().await?;
        Ok(kept)
    }

    /// An id of a thing that clients of old can use: one that it has, else a new one, which begins with `prefix` and is kept.
    pub async fn ensure_old_id(&self, who: &SignedInAgent, names: Named, prefix: &str) -> Result<String> {
        who.require(Permission::ManageDeployments)?;
        if let Some(known) = self.old_id_of(who.workspace, names, prefix)? {
            return Ok(known);
        }
        let directory = self.directory(who.workspace)?;
        match names {
            Named::Workspace(id) if id == who.workspace => {}
            other if named(&directory, other.id()) == Some(other) => {}
            _ => return Err(ErrorKind::NotFound("thing").into()),
        }
        let made = old_identity(&format!("{prefix}SB{}", self.letters::<10>()))?;
        let (scope, actor, workspace) = (self.scope(who.workspace)?, who.actor(), who.workspace);
        self.store()
            .write::<_, Error, _>(move |tx| {
                let (scope, made) = (scope.clone(), made.clone());
                async move {
                    // Who asks at the same time waits here and finds the first one's.
                    tx.lock_routing_lane(workspace).await?;
                    let there = match names {
                        Named::Workspace(_) => tx.workspace_alias_of(OLD_IDS, workspace).await?,
                        _ => tx.alias_of(workspace, OLD_IDS, names.id()).await?,
                    };
                    if there.is_some() {
                        return Ok(());
                    }
                    match names {
                        Named::Workspace(_) => tx.set_workspace_alias(OLD_IDS, &made, workspace).await?,
                        _ => tx.set_alias(workspace, OLD_IDS, &made, names.id()).await?,
                    }
                    scope.journal_event(tx, Event::DefinitionChanged { definition: "alias".to_owned(), id: names.id() });
                    audit::write(tx, &scope, actor, "old_id.made", names.id().to_string(), serde_json::json!({ "old_id": made })).await
                }
                .boxed()
            })
            .await?;
        self.reload().await?;
        self.old_id_of(who.workspace, names, prefix)?.ok_or_else(|| ErrorKind::NotFound("thing").into())
    }

    /// The id that begins with `prefix` by which the workspace or a thing of it is known to the programs of others: one that it has, of several
    /// the first, else a new one, which is kept. Nobody's leave is needed: whoever is told it may know it.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for what there is not.
    pub async fn own_old_id(&self, workspace: WorkspaceId, names: Named, prefix: &str) -> Result<String> {
        let known = |directories: &Directories| -> Result<Option<String>> {
            let directory = directories.get(workspace).ok_or(ErrorKind::NotFound("workspace"))?;
            let begins = |id: &&str| id.starts_with(prefix);
            match names {
                Named::Workspace(id) if id == workspace => {
                    // No record refers to the organisation: the id that its clients brought counts more than the one it was given here.
                    let all: Vec<&str> = directories.organisations_of(workspace).filter(begins).collect();
                    Ok(brought(&all, directory.record_id_of(workspace)).map(str::to_owned))
                }
                other if named(directory, other.id()) == Some(other) => {
                    // Its record's, where there is one: of several old ids that is the one by which records speak of it.
                    let record = directory.record_id_of(other.id()).filter(begins);
                    Ok(record.or_else(|| directory.old_ids_of(other.id()).find(begins)).map(str::to_owned))
                }
                _ => Err(ErrorKind::NotFound("thing").into()),
            }
        };
        if let Some(known) = known(&self.directories())? {
            return Ok(known);
        }
        let made = old_identity(&format!("{prefix}SB{}", self.letters::<10>()))?;
        let (scope, wanted) = (self.scope(workspace)?, prefix.to_owned());
        self.store()
            .write::<_, Error, _>(move |tx| {
                let (scope, made, wanted) = (scope.clone(), made.clone(), wanted.clone());
                async move {
                    // Who asks at the same time waits here and finds the first one's.
                    tx.lock_routing_lane(workspace).await?;
                    let there = match names {
                        Named::Workspace(_) => tx.workspace_aliases_of(OLD_IDS, workspace).await?,
                        _ => tx.aliases_of(workspace, OLD_IDS, names.id()).await?,
                    };
                    if there.iter().any(|id| id.starts_with(&wanted)) {
                        return Ok(());
                    }
                    match names {
                        // Another workspace's stays its own; by chance alone it is not hit.
                        Named::Workspace(_) if !tx.claim_workspace_alias(OLD_IDS, &made, workspace).await? => {
                            return Err(ErrorKind::Unavailable.into());
                        }
                        Named::Workspace(_) => {}
                        _ => tx.set_alias(workspace, OLD_IDS, &made, names.id()).await?,
                    }
                    scope.journal_event(tx, Event::DefinitionChanged { definition: "alias".to_owned(), id: names.id() });
                    let change = serde_json::json!({ "old_id": made });
                    audit::write(tx, &scope, Actor::System, "old_id.made", names.id().to_string(), change).await
                }
                .boxed()
            })
            .await?;
        self.reload().await?;
        known(&self.directories())?.ok_or_else(|| ErrorKind::NotFound("thing").into())
    }

    /// The id that is shown of several: one with the prefix of its kind first, and of those one that clients brought.
    fn old_id_of(&self, workspace: WorkspaceId, names: Named, prefix: &str) -> Result<Option<String>> {
        let (directories, directory) = (self.directories(), self.directory(workspace)?);
        let all: Vec<&str> = match names {
            Named::Workspace(id) if id == workspace => directories.organisations_of(workspace).collect(),
            Named::Workspace(_) => Vec::new(),
            other => directory.old_ids_of(other.id()).collect(),
        };
        let fitting: Vec<&str> = all.iter().copied().filter(|id| id.starts_with(prefix)).collect();
        Ok(brought(&fitting, directory.record_id_of(names.id())).or(all.first().copied()).map(str::to_owned))
    }

    /// Unguessable letters and digits.
    pub(super) fn letters<const N: usize>(&self) -> String {
        const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let numbers: [[u8; 2]; N] = std::array::from_fn(|_| self.random());
        numbers.iter().map(|pair| char::from(LETTERS[usize::from(u16::from_le_bytes(*pair)) % LETTERS.len()])).collect()
    }

    /// An old id names nothing any more.
    pub async fn remove_old_id(&self, who: &SignedInAgent, old_id: &str) -> Result<()> {
        who.require(Permission::ManageDeployments)?;
        let old = old_identity(old_id)?;
        let (scope, actor, workspace) = (self.scope(who.workspace)?, who.actor(), who.workspace);
        self.store()
            .write::<_, Error, _>(move |tx| {
                let (scope, old) = (scope.clone(), old.clone());
                async move {
                    let organisation = tx.remove_workspace_alias(OLD_IDS, &old, workspace).await? > 0;
                    if !tx.remove_alias(workspace, OLD_IDS, &old).await? && !organisation {
                        return Err(ErrorKind::NotFound("old id").into());
                    }
                    scope.journal_event(tx, Event::DefinitionChanged { definition: "alias".to_owned(), id: Uuid::from(workspace) });
                    audit::write(tx, &scope, actor, "old_id.removed", workspace.to_string(), serde_json::json!({ "old_id": old })).await
                }
                .boxed()
            })
            .await?;
        self.reload().await
    }

    /// A page of unknown ids that clients came with, the latest first. Those of unknown organisations only where there is one workspace: they
    /// may be another tenant's. What knocks again while they are paged stands before the pages that follow.
    pub async fn knocks(&self, who: &SignedInAgent, asked: &Asked<'_, KnockPlace>) -> Result<Listed<UnknownId, KnockPlace>> {
        who.require(Permission::ManageDeployments)?;
        let mut found: BTreeMap<(String, KnockedAs), UnknownId> = BTreeMap::new();
        for (knock, unknown) in self.knocks_of(who.workspace).await? {
            for (old_id, as_what) in unknown {
                let key = (identity(&old_id).to_owned(), as_what);
                let entry =
                    found.entry(key).or_insert(UnknownId { old_id, as_what, first_at: knock.first_at, last_at: knock.last_at, times: 0 });
                entry.first_at = entry.first_at.min(knock.first_at);
                entry.last_at = entry.last_at.max(knock.last_at);
                entry.times += knock.times;
            }
        }
        let sought = Sought::of(asked.search);
        let found =
            found.into_values().filter(|unknown| sought.as_ref().is_none_or(|sought| sought.is_in_old_id(identity(&unknown.old_id))));
        let placed = found.map(|unknown| {
            let place = KnockPlace { last_at: Reverse(unknown.last_at), old_id: unknown.old_id.clone(), as_what: unknown.as_what };
            (place, unknown)
        });
        Ok(listing::page(placed, asked.after, asked.limit))
    }

    async fn knocks_of(&self, workspace: WorkspaceId) -> Result<Vec<(store::Knock, Vec<(String, KnockedAs)>)>> {
        let (directories, directory) = (self.directories(), self.directory(workspace)?);
        let alone = directories.all().count() == 1;
        let mut all = Vec::new();
        for knock in self.store().knocks(KNOCKS).await? {
            let home = directories.by_organisation(identity(&knock.organisation)).map(|home| home.id());
            if home.map_or(!alone, |home| home != workspace) {
                continue;
            }
            let mut unknown = Vec::new();
            if home.is_none() && !knock.organisation.is_empty() {
                unknown.push((knock.organisation.clone(), KnockedAs::Workspace));
            }
            for (id, as_what) in [(&knock.deployment, KnockedAs::Deployment), (&knock.button, KnockedAs::Button)] {
                if !id.is_empty() && directory.by_old_id(identity(id)).is_none() {
                    unknown.push((id.clone(), as_what));
                }
            }
            if !unknown.is_empty() {
                all.push((knock, unknown));
            }
        }
        Ok(all)
    }

    /// Forgets an unknown id.
    pub async fn forget_knock(&self, who: &SignedInAgent, old_id: &str) -> Result<()> {
        who.require(Permission::ManageDeployments)?;
        let wanted = identity(old_id.trim()).to_owned();
        let mut rows = self.knocks_of(who.workspace).await?;
        rows.retain(|(_, unknown)| unknown.iter().any(|(id, _)| identity(id) == wanted));
        if rows.is_empty() {
            return Err(ErrorKind::NotFound("knock").into());
        }
        let rows = std::sync::Arc::new(rows);
        self.store()
            .write::<_, Error, _>(move |tx| {
                let rows = rows.clone();
                async move {
                    for (knock, _) in rows.iter() {
                        tx.forget_knock(&knock.scheme, &knock.organisation, &knock.deployment, &knock.button).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}
