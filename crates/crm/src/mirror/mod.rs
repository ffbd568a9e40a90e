//! Pictures of what the conversation server knows, as records: users of agents, groups of queues, chat buttons, deployments, skills, and the
//! organisation itself.
//!
//! The conversation server's definitions are true, and these rows follow: whoever changes a definition is shown the change by the time they are
//! answered, and a look now and then repairs what was missed. Every server does it; they wait for each other, and whoever comes second finds
//! nothing to do. Only what differs is written.
//!
//! A thing that clients of the old service knew by an id has that id as a record too. Where it has none it is given one, by which those clients
//! can name it from then on. The id that a record has it keeps: other records refer to it.

mod people;
mod web;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    ids::WorkspaceId,
    journal::{Event, Numbered},
};
use engine::{Directory, OLD_IDS, crm::Definitions};
use futures_util::FutureExt as _;
use salesforce::{Id, id::KeyPrefix};
use sea_query::{Expr, ExprTrait as _, Query};
use store::{Tx, sql::Built};
use uuid::Uuid;

use crate::{
    Crm, Error, Result,
    access::{
        install::lock,
        load::{self, RECORDS, the},
    },
    held::{self, Difference, Held, Stamp},
    schema::{Object, Schema},
    value::Value,
};

impl Crm {
    /// Makes the pictures equal to these definitions.
    pub async fn mirror(&self, definitions: Definitions) -> Result<()> {
        let workspace = definitions.directory.id();
        let schema = self.ready(workspace).await?;
        let now = self.now();
        let definitions = Arc::new(definitions);
        self.store()
            .write::<_, Error, _>(move |tx| {
                let (schema, definitions) = (schema.clone(), definitions.clone());
                async move {
                    lock(tx, workspace).await?;
                    let stamp = Stamp { at: now, by: load::system_user(&schema)? };
                    Mirror { tx, schema: &schema, directory: &definitions.directory, workspace, stamp, ids: BTreeMap::new() }
                        .all(&definitions.organisation_ids)
                        .await
                }
                .boxed()
            })
            .await
    }
}

struct Mirror<'a> {
    tx: &'a mut Tx,
    schema: &'a Schema,
    directory: &'a Directory,
    workspace: WorkspaceId,
    stamp: Stamp,
    /// Which record is of which thing.
    ids: BTreeMap<Uuid, Id>,
}

impl Mirror<'_> {
    async fn all(mut self, organisations: &[String]) -> Result<()> {
        self.ids = self.known().await?;
        self.organisation(organisations).await?;
        let mut rights = self.users().await?;
        rights |= self.keep_an_administrator().await?;
        rights |= self.queues().await?;
        self.skills().await?;
        self.deployments().await?;
        self.buttons().await?;
        if rights {
            load::raise(self.tx, self.workspace).await?;
        }
        Ok(())
    }

    /// Records that things have already.
    async fn known(&mut self) -> Result<BTreeMap<Uuid, Id>> {
        let built = {
            let mut query = Query::select();
            query
                .columns(["id", "foreign_id"])
                .from("alias")
                .and_where(Expr::col("workspace").eq(Uuid::from(self.workspace)))
                .and_where(Expr::col("scheme").eq(RECORDS));
            Built::new("records of things", self.tx.backend(), &query)?
        };
        let rows = self.tx.fetch_built(built).await?;
        rows.iter()
            .map(|row| {
                let id: String = row.get(1)?;
                Ok((row.get(0)?, Id::parse(&id).map_err(|_| store::Error::broken("a record's id"))?))
            })
            .collect()
    }

    /// Finds or makes the records' ids of things that have none yet.
    async fn name(&mut self, object: &Object, things: impl Iterator<Item = Uuid>, clients_know: bool) -> Result<()> {
        let prefix = object.prefix.ok_or(store::Error::broken("an object without a prefix"))?;
        let mut taken: BTreeSet<String> = self.ids.values().map(|id| id.short().to_owned()).collect();
        let mut nameless = Vec::new();
        for thing in things.filter(|thing| !self.ids.contains_key(thing)).collect::<Vec<_>>() {
            let old = self.directory.old_ids_of(thing).filter_map(|old| of_prefix(old, prefix)).find(|id| !taken.contains(id.short()));
            match old {
                Some(id) => {
                    taken.insert(id.short().to_owned());
                    self.remember(thing, id).await?;
                }
                None => nameless.push(thing),
            }
        }
        let made = held::new_ids(self.tx, self.workspace, self.schema, object, nameless.len()).await?;
        for (thing, id) in nameless.into_iter().zip(made) {
            self.remember(thing, id).await?;
            if clients_know && self.directory.by_old_id(id.short()).is_none() {
                self.tx.set_alias(self.workspace, OLD_IDS, id.short(), thing).await?;
                let event = Event::DefinitionChanged { definition: "alias".to_owned(), id: thing };
                self.tx.journal(self.workspace, self.stamp.at, Numbered::of_workspace(event));
            }
        }
        Ok(())
    }

    async fn remember(&mut self, thing: Uuid, id: Id) -> Result<()> {
        self.tx.set_alias(self.workspace, RECORDS, id.short(), thing).await?;
        self.ids.insert(thing, id);
        Ok(())
    }

    /// The record of a thing, if it has one.
    fn id_of(&self, thing: impl Into<Uuid>) -> Option<Id> {
        self.ids.get(&thing.into()).copied()
    }

    /// The same as a field's value.
    fn reference(&self, thing: Option<impl Into<Uuid>>) -> Value {
        thing.and_then(|thing| self.id_of(thing)).map_or(Value::Null, Value::Id)
    }

    async fn keep(&mut self, object: &Object, rows: Vec<Held>, ours: Option<(&'static str, &'static str)>) -> Result<Difference> {
        held::keep_equal(self.tx, self.schema, object, rows, ours, self.stamp).await
    }

    /// Keeps records that go to the recycle bin when their thing is gone: those that refer to them still find them.
    async fn keep_or_bin(&mut self, name: &'static str, rows: Vec<Held>) -> Result<()> {
        let object = the(self.schema, name)?;
        let rows = rows.into_iter().map(|row| row.with("IsDeleted", Value::Boolean(false))).collect();
        let difference = self.keep(object, rows, None).await?;
        let binned = self.those(object, &difference.gone, "isdeleted").await?;
        for gone in difference.gone.into_iter().filter(|id| !binned.contains(id.short())) {
            held::update(self.tx, self.schema, object, gone, [("IsDeleted", Value::Boolean(true))].into_iter(), self.stamp).await?;
        }
        Ok(())
    }

    /// Of these records, those of which a boolean is true.
    async fn those(&mut self, object: &Object, ids: &[Id], column: &'static str) -> Result<BTreeSet<String>> {
        let built = {
            let mut query = Query::select();
            query
                .column("id")
                .from(self.schema.table(object))
                .and_where(Expr::col("id").is_in(ids.iter().map(|id| id.short().to_owned())))
                .and_where(Expr::col(column).eq(1_i64));
            Built::new("records that are so", self.tx.backend(), &query)?
        };
        let rows = self.tx.fetch_built(built).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?)
    }

    /// The one row of the organisation, under the id that clients of old know it by.
    async fn organisation(&mut self, known: &[String]) -> Result<()> {
        let object = the(self.schema, "Organization")?;
        let prefix = object.prefix.ok_or(store::Error::broken("an object without a prefix"))?;
        let workspace = &self.directory.workspace;
        let id = match self.id_of(self.workspace) {
            Some(id) => id,
            None => {
                let id = match known.iter().find_map(|old| of_prefix(old, prefix)) {
                    Some(id) => id,
                    None => self.made_organisation(object).await?,
                };
                self.remember(self.workspace.into(), id).await?;
                id
            }
        };
        let row = Held::new(id)
            .text("Name", &workspace.name)
            .text("TimeZoneSidKey", &workspace.zone)
            .text("InstanceName", self.schema.instance.as_str())
            .text("OrganizationType", "Developer Edition")
            .at_first("DefaultLocaleSidKey", Value::Text("en_US".to_owned()))
            .at_first("LanguageLocaleKey", Value::Text("en_US".to_owned()));
        let difference = self.keep(object, vec![row], None).await?;
        held::delete(self.tx, self.schema, object, &difference.gone).await
    }

    /// The id that the organisation has as a record becomes one that clients know it by.
    async fn made_organisation(&mut self, object: &Object) -> Result<Id> {
        let built = {
            let mut query = Query::select();
            query.column("id").from(self.schema.table(object)).limit(1);
            Built::new("the organisation", self.tx.backend(), &query)?
        };
        let rows = self.tx.fetch_built(built).await?;
        let there = rows.first().map(|row| row.get::<String>(0)).transpose()?;
        let id = match there.and_then(|id| Id::parse(&id).ok()) {
            Some(id) => id,
            None => {
                let made = held::new_ids(self.tx, self.workspace, self.schema, object, 1).await?;
                made.first().copied().ok_or(store::Error::broken("crm_counter"))?
            }
        };
        self.tx.set_workspace_alias(OLD_IDS, id.short(), self.workspace).await?;
        let event = Event::DefinitionChanged { definition: "alias".to_owned(), id: self.workspace.into() };
        self.tx.journal(self.workspace, self.stamp.at, Numbered::of_workspace(event));
        Ok(id)
    }
}

/// An old id that can be a record's: one of this prefix.
fn of_prefix(old: &str, prefix: KeyPrefix) -> Option<Id> {
    Id::parse(old).ok().filter(|id| id.prefix() == prefix)
}

/// Names for programs, made of names for people: letters, digits and single underscores, a letter first, no two the same.
#[derive(Debug, Default)]
struct DeveloperNames {
    taken: BTreeSet<String>,
}

impl DeveloperNames {
    fn of(&mut self, name: &str, id: Id) -> String {
        let mut made = String::with_capacity(name.len());
        for letter in name.chars() {
            match letter {
                letter if letter.is_ascii_alphanumeric() => made.push(letter),
                _ if made.ends_with('_') || made.is_empty() => {}
                _ => made.push('_'),
            }
        }
        made.truncate(60);
        let made = made.trim_end_matches('_');
        let made = if made.starts_with(|first: char| first.is_ascii_alphabetic()) { made.to_owned() } else { format!("X{made}") };
        // Two things of one name differ by the record, so that neither changes when the other goes.
        let made = if self.taken.insert(made.to_lowercase()) { made } else { format!("{made}_{}", id.short()) };
        self.taken.insert(made.to_lowercase());
        made
    }
}
