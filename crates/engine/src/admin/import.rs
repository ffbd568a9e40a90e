//! Definitions that come from another system's files: made once, and found again by the name that they have there.
//!
//! Each is one transaction, checked and audited like any other change. A trial run decides the same on a picture in memory and writes nothing.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    ids::{AgentId, SignInId, WorkspaceId},
    journal::Event,
    permission::Permissions,
    time::Timestamp,
};
use futures_util::FutureExt as _;
use uuid::Uuid;

use super::{check::Administered, definitions::present, put};
use crate::{Actor, App, Directory, Error, ErrorKind, Result, SignedInAgent, directory::SOURCE_NAMES};

/// What became of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Imported {
    /// It is new.
    Created,
    /// It was there and is different now.
    Updated,
    /// It was there and is the same.
    Unchanged,
}

/// One import: who does it, and whether for trial.
#[derive(Debug)]
pub struct Importing {
    app: App,
    who: SignedInAgent,
    actor: Actor,
    sources: BTreeMap<String, Uuid>,
    /// With a trial: how the definitions would be.
    trial: Option<Vec<store::Definition>>,
}

/// What is to be made of the definition that is there, or of none.
type Change<T> = Arc<dyn Fn(Option<&T>) -> T + Send + Sync>;

struct Decided<T: Administered> {
    id: T::Id,
    definition: T,
    how: Imported,
}

fn decide<T: Administered>(
    directory: &Directory,
    (found, makes): (Option<Uuid>, bool),
    fresh: T::Id,
    change: &Change<T>,
    who: &SignedInAgent,
    now: Timestamp,
) -> Result<Decided<T>> {
    let all = T::all(directory);
    let known = found.map(T::Id::from).filter(|id| all.contains_key(id)).or_else(|| {
        // Somebody made it by hand before.
        let named = change(None).name().trim().to_lowercase();
        all.iter().find(|(_, item)| item.name().to_lowercase() == named).map(|(id, _)| *id)
    });
    if known.is_none() && !makes {
        return Err(ErrorKind::NotFound(T::KIND).into());
    }
    let id = known.unwrap_or(fresh);
    let old = known.and_then(|id| all.get(&id));
    let mut new = change(old);
    new.check(id, old, directory, who, now)?;
    let json = |item: &T| serde_json::to_value(item).map_err(Error::internal);
    let how = match old {
        None => Imported::Created,
        Some(old) if json(old)? == json(&new)? => Imported::Unchanged,
        Some(_) => Imported::Updated,
    };
    Ok(Decided { id, definition: new, how })
}

impl Importing {
    /// An import by an admin.
    pub async fn begin(app: &App, who: &SignedInAgent, trial: bool) -> Result<Self> {
        Self::new(app, who.clone(), who.actor(), trial).await
    }

    /// An import by who has the machine: without anybody's leave.
    pub async fn begin_unasked(app: &App, workspace: WorkspaceId, trial: bool) -> Result<Self> {
        let who = SignedInAgent {
            workspace,
            agent: AgentId(Uuid::nil()),
            sign_in: SignInId(Uuid::nil()),
            permissions: Permissions::all(),
            address: None,
            expires_at: app.now(),
            must_change_password: false,
        };
        Self::new(app, who, Actor::System, trial).await
    }

    async fn new(app: &App, who: SignedInAgent, actor: Actor, trial: bool) -> Result<Self> {
        let mut snapshot = app.store().snapshot().await?;
        let aliases = snapshot.aliases(who.workspace).await?;
        let sources = aliases.into_iter().filter(|(scheme, ..)| scheme == SOURCE_NAMES).map(|(_, name, id)| (name, id)).collect();
        let trial = if trial { Some(snapshot.definitions(who.workspace).await?) } else { None };
        Ok(Self { app: app.clone(), who, actor, sources, trial })
    }

    /// Whether nothing is written.
    pub fn is_trial(&self) -> bool {
        self.trial.is_some()
    }

    /// The engine.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The workspace's definitions as they were at the beginning.
    pub fn directory(&self) -> Result<Arc<Directory>> {
        self.app.directory(self.who.workspace)
    }

    /// What has this name in the other system, from this import or an earlier one.
    pub fn known(&self, source: &str) -> Option<Uuid> {
        self.sources.get(source).copied()
    }

    /// Makes a definition, or changes the one that is known by `source`, else the one of the same name.
    ///
    /// # Errors
    /// As making or changing it by hand. Nothing of it was written then; what was taken before stays.
    pub async fn take<T: Administered>(
        &mut self,
        source: &str,
        change: impl Fn(Option<&T>) -> T + Send + Sync + 'static,
    ) -> Result<(T::Id, Imported)> {
        self.who.require(T::PERMISSION)?;
        let known = self.known(source);
        let taken = self.apply(Some(source.to_owned()), known, Arc::new(change)).await?;
        self.sources.insert(source.to_owned(), taken.0.into());
        Ok(taken)
    }

    /// Changes a definition that is there.
    ///
    /// # Errors
    /// As [`Importing::take`]; [`ErrorKind::NotFound`] when it is gone.
    pub async fn change<T: Administered>(&mut self, id: T::Id, change: impl Fn(&mut T) + Send + Sync + 'static) -> Result<Imported> {
        self.who.require(T::PERMISSION)?;
        let directory = self.directory()?;
        let first = T::all(&directory).get(&id).cloned().ok_or(ErrorKind::NotFound(T::KIND))?;
        let change = move |old: Option<&T>| {
            let mut new = old.unwrap_or(&first).clone();
            change(&mut new);
            new
        };
        Ok(self.apply(None, Some(id.into()), Arc::new(change)).await?.1)
    }

    async fn apply<T: Administered>(
        &mut self,
        source: Option<String>,
        known: Option<Uuid>,
        change: Change<T>,
    ) -> Result<(T::Id, Imported)> {
        match &mut self.trial {
            Some(definitions) => tried(&self.app, &self.who, definitions, (known, source.is_some()), &change),
            None => self.written(source, known, change).await,
        }
    }

    async fn written<T: Administered>(&self, source: Option<String>, known: Option<Uuid>, change: Change<T>) -> Result<(T::Id, Imported)> {
        let scope = self.app.scope(self.who.workspace)?;
        let fresh: T::Id = scope.id();
        let work = Arc::new((scope, self.who.clone(), self.actor, source, change));
        self.app
            .store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, who, actor, source, change) = &*work;
                    let workspace = scope.workspace();
                    let directory = present(tx, scope).await?;
                    // Another import may have made it meanwhile.
                    let found = match source {
                        Some(source) => tx.alias(workspace, SOURCE_NAMES, source).await?.or(known),
                        None => known,
                    };
                    let decided = decide::<T>(&directory, (found, source.is_some()), fresh, change, who, scope.now)?;
                    match decided.how {
                        Imported::Created => put(tx, scope, *actor, decided.id, &decided.definition, "created").await?,
                        Imported::Updated => put(tx, scope, *actor, decided.id, &decided.definition, "changed").await?,
                        Imported::Unchanged => {}
                    }
                    let id: Uuid = decided.id.into();
                    if let Some(source) = source
                        && found != Some(id)
                    {
                        tx.set_alias(workspace, SOURCE_NAMES, source, id).await?;
                        scope.journal_event(tx, Event::DefinitionChanged { definition: "alias".to_owned(), id });
                    }
                    Ok((decided.id, decided.how))
                }
                .boxed()
            })
            .await
    }

    /// Ends the import: what it wrote is in effect on this server.
    ///
    /// # Errors
    /// When the definitions cannot be read; they are read again within a second.
    pub async fn finish(self) -> Result<()> {
        if self.is_trial() { Ok(()) } else { self.app.reload().await }
    }
}

fn tried<T: Administered>(
    app: &App,
    who: &SignedInAgent,
    definitions: &mut Vec<store::Definition>,
    found: (Option<Uuid>, bool),
    change: &Change<T>,
) -> Result<(T::Id, Imported)> {
    let workspace = app.directory(who.workspace)?.workspace.clone();
    let directory = Directory::of(workspace, definitions.clone());
    let now = app.now();
    let decided = decide::<T>(&directory, found, app.id(), change, who, now)?;
    let id: Uuid = decided.id.into();
    definitions.retain(|definition| (definition.kind.as_str(), definition.id) != (T::KIND, id));
    definitions.push(store::Definition {
        kind: T::KIND.to_owned(),
        id,
        name: decided.definition.name().to_owned(),
        body: serde_json::to_value(&decided.definition).map_err(Error::internal)?,
        revision: 1,
        created_at: now,
        changed_at: now,
    });
    Ok((decided.id, decided.how))
}
