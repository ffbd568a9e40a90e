//! What a user may, read from the rows of rights.
//!
//! Rights are what the profile's hidden permission set and all assigned ones give together. They are read whole, in a handful of statements, and
//! kept until the workspace's revision of rights rises, an assignment runs out, or the schema changes. Whoever changes rows of rights raises the
//! revision in the same transaction ([`raise`]), so that every server reads anew with its next request.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::{
    ids::{AgentId, WorkspaceId},
    time::Timestamp,
};
use salesforce::Id;
use sea_query::{Expr, ExprTrait as _, JoinType, Query, SelectStatement};
use store::{
    Tx,
    sql::{Built, Row},
};
use uuid::Uuid;

use super::{Caller, ObjectRights, Rights, grant};
use crate::{
    Crm, Reader, Result, held,
    schema::{Object, Schema},
};

/// Users whose rights are kept. Beyond that all are read anew: nobody has so many at work.
const KEPT: usize = 10_000;
/// How long reading somebody's rights may take.
pub(super) const LONGEST: Duration = Duration::from_secs(5);
/// How deep groups are in groups.
const GROUP_LEVELS: usize = 5;
/// Under which scheme the conversation server's ids name records.
pub(crate) const RECORDS: &str = engine::RECORD_IDS;

/// Rights by object.
type Given = Arc<HashMap<String, ObjectRights>>;

/// Rights that were read, and of which revision they are.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    users: HashMap<(WorkspaceId, Id), Known>,
    /// What permission sets give together, which many users share.
    sets: HashMap<(WorkspaceId, Vec<Id>), (Revision, Given)>,
    /// An agent is the same user always.
    agents: HashMap<(WorkspaceId, AgentId), Id>,
    /// Of which revision of the schema everything is there that comes with a workspace.
    ready: HashMap<WorkspaceId, i64>,
    /// How rights' revisions are read.
    revisions: HashMap<WorkspaceId, Arc<Revisions>>,
}

/// Readings of a workspace's revision of rights, shared by all who ask while one goes on: many requests at once read it once. Whoever asks is
/// told by a reading that was begun after the question, so that everything counts that was changed before.
#[derive(Debug, Default)]
struct Revisions {
    /// How many readings were begun.
    begun: AtomicU64,
    /// The latest that has ended: its number, and what it read.
    latest: tokio::sync::Mutex<(u64, i64)>,
}

impl Revisions {
    async fn now<F: Future<Output = Result<i64>>>(&self, read: impl FnOnce() -> F) -> Result<i64> {
        let before = self.begun.load(Ordering::SeqCst);
        let mut latest = self.latest.lock().await;
        if latest.0 > before {
            return Ok(latest.1);
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        *latest = (number, read().await?);
        Ok(latest.1)
    }
}

/// What somebody might do when it was last read. It may have been taken back since, so that nothing is answered by it alone: see
/// [`Crm::query_supposing`].
#[derive(Clone, Debug)]
pub struct Supposed {
    /// With what might be done then.
    pub caller: Caller,
    agent: AgentId,
    /// Of which revision of rights it is.
    pub(crate) revision: i64,
}

#[derive(Debug)]
struct Known {
    revision: Revision,
    until: Option<Timestamp>,
    rights: Arc<Rights>,
}

/// Of the rows of rights, and of the schema that they are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Revision {
    rights: i64,
    schema: i64,
}

impl Cache {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        // Nothing panics while it is held.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was read of a user, if it is of this revision and nothing of it has run out.
    fn still(&self, workspace: WorkspaceId, user: Id, revision: Revision, now: Timestamp) -> Option<Caller> {
        let kept = self.lock();
        let known = kept.users.get(&(workspace, user))?;
        let counts = known.revision == revision && known.until.is_none_or(|until| now < until);
        counts.then(|| Caller { workspace, user, rights: known.rights.clone() })
    }

    pub(super) fn is_ready(&self, workspace: WorkspaceId, schema: i64) -> bool {
        self.lock().ready.get(&workspace) == Some(&schema)
    }

    pub(super) fn now_ready(&self, workspace: WorkspaceId, schema: i64) {
        self.lock().ready.insert(workspace, schema);
    }
}

/// The counter that is the revision.
const COUNTER: (&str, &str) = ("Rights", "revision");

/// Says, in the transaction that changes them, that rights have changed.
pub(crate) async fn raise(tx: &mut Tx, workspace: WorkspaceId) -> Result<()> {
    held::raise(tx, workspace, COUNTER.0, COUNTER.1, 1).await?;
    Ok(())
}

/// The statement that reads the revision; no row before it was raised for the first time.
pub(crate) fn revision_statement(workspace: WorkspaceId) -> SelectStatement {
    let mut query = Query::select();
    query
        .column("next")
        .from("crm_counter")
        .and_where(Expr::col("workspace").eq(Uuid::from(workspace)))
        .and_where(Expr::col("object").eq(COUNTER.0))
        .and_where(Expr::col("name").eq(COUNTER.1));
    query
}

async fn revision(reader: &mut Reader<'_>, workspace: WorkspaceId) -> Result<i64> {
    let built = Built::new("the revision of rights", reader.backend(), &revision_statement(workspace))?.kept();
    let rows = reader.fetch(built).await?;
    Ok(rows.first().map(|row| row.get(0)).transpose()?.unwrap_or(0))
}

/// Which user an agent is; none if there is none yet.
pub(crate) async fn user_of(reader: &mut Reader<'_>, workspace: WorkspaceId, agent: AgentId) -> Result<Option<Id>> {
    record_of(reader, workspace, agent.into()).await
}

/// Which record is of a thing of the conversation server; none if there is none yet.
pub(crate) async fn record_of(reader: &mut Reader<'_>, workspace: WorkspaceId, thing: Uuid) -> Result<Option<Id>> {
    let built = {
        let mut query = Query::select();
        query
            .column("foreign_id")
            .from("alias")
            .and_where(Expr::col("workspace").eq(Uuid::from(workspace)))
            .and_where(Expr::col("scheme").eq(RECORDS))
            .and_where(Expr::col("id").eq(thing));
        Built::new("the record of a thing", reader.backend(), &query)?.kept()
    };
    let rows = reader.fetch(built).await?;
    rows.first().map(read_id).transpose()
}

fn read_id(row: &Row) -> Result<Id> {
    let id: String = row.get(0)?;
    Ok(Id::parse(&id).map_err(|_| store::Error::broken("a record's id"))?)
}

impl Crm {
    /// Whoever this agent is as a user, with what the user may. What another server changed before now counts.
    ///
    /// # Errors
    /// `Refused`, as to somebody whose session is over, when the agent is no user or is not active.
    pub async fn caller(&self, workspace: WorkspaceId, agent: AgentId) -> Result<Caller> {
        let schema = self.ready(workspace).await?;
        let known = self.inner.rights.lock().agents.get(&(workspace, agent)).copied();
        if let Some(user) = known
            && let Some(caller) = self.known(&schema, workspace, user).await?
        {
            return Ok(caller);
        }
        let mut snapshot = self.store().record_snapshot(LONGEST).await?;
        let mut reader = Reader::Snapshot(&mut snapshot);
        let user = match known {
            Some(user) => user,
            None => {
                let user = user_of(&mut reader, workspace, agent).await?.ok_or_else(salesforce::Error::invalid_session)?;
                self.inner.rights.lock().agents.insert((workspace, agent), user);
                user
            }
        };
        self.read_rights(&mut reader, &schema, workspace, user).await
    }

    /// Whoever this agent was as a user when somebody last looked, if anybody did.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn supposed(&self, workspace: WorkspaceId, agent: AgentId) -> Result<Option<Supposed>> {
        let schema = self.ready(workspace).await?;
        let kept = self.inner.rights.lock();
        let Some(user) = kept.agents.get(&(workspace, agent)).copied() else { return Ok(None) };
        let Some(known) = kept.users.get(&(workspace, user)) else { return Ok(None) };
        let counts = known.revision.schema == schema.revision && known.until.is_none_or(|until| self.now() < until);
        Ok(counts.then(|| Supposed {
            caller: Caller { workspace, user, rights: known.rights.clone() },
            agent,
            revision: known.revision.rights,
        }))
    }

    /// The same agent, as it is now.
    ///
    /// # Errors
    /// Those of [`Crm::caller`].
    pub async fn certain(&self, supposed: &Supposed) -> Result<Caller> {
        self.caller(supposed.caller.workspace, supposed.agent).await
    }

    /// Whether nothing was changed until now.
    pub(crate) async fn still_holds(&self, supposed: &Supposed) -> Result<bool> {
        Ok(self.revision_now(supposed.caller.workspace).await? == supposed.revision)
    }

    /// Whoever this user is, likewise.
    ///
    /// # Errors
    /// Likewise, when there is no such user or the user is not active.
    pub async fn caller_user(&self, workspace: WorkspaceId, user: Id) -> Result<Caller> {
        let schema = self.ready(workspace).await?;
        if let Some(caller) = self.known(&schema, workspace, user).await? {
            return Ok(caller);
        }
        let mut snapshot = self.store().record_snapshot(LONGEST).await?;
        self.read_rights(&mut Reader::Snapshot(&mut snapshot), &schema, workspace, user).await
    }

    /// The server itself, which may do everything: never for a person's request.
    pub async fn system(&self, workspace: WorkspaceId) -> Result<Caller> {
        let schema = self.ready(workspace).await?;
        Ok(Caller::system(workspace, system_user(&schema)?))
    }

    /// Whoever has the machine that the server runs on: all records and all fields that people write, in the server's name. What only the server
    /// writes, this caller does not write either.
    pub async fn operator(&self, workspace: WorkspaceId) -> Result<Caller> {
        let schema = self.ready(workspace).await?;
        let user = system_user(&schema)?;
        let all = ObjectRights { modify_all: true, create: true, delete: true, every_field: true, ..ObjectRights::default() }.whole();
        let rights = Rights {
            system: false,
            view_all_data: true,
            modify_all_data: true,
            customize: true,
            manage_users: true,
            api: true,
            objects: Arc::new(schema.objects().iter().map(|object| (object.name.clone(), all.clone())).collect()),
            owners: vec![user],
        };
        Ok(Caller { workspace, user, rights: Arc::new(rights) })
    }

    /// Whoever this user is, by what was read before and still counts.
    async fn known(&self, schema: &Schema, workspace: WorkspaceId, user: Id) -> Result<Option<Caller>> {
        let rights = self.revision_now(workspace).await?;
        Ok(self.inner.rights.still(workspace, user, Revision { rights, schema: schema.revision }, self.now()))
    }

    async fn revision_now(&self, workspace: WorkspaceId) -> Result<i64> {
        let revisions = self.inner.rights.lock().revisions.entry(workspace).or_default().clone();
        revisions.now(|| async move { revision(&mut Reader::Alone(self.store(), LONGEST), workspace).await }).await
    }

    async fn read_rights(&self, reader: &mut Reader<'_>, schema: &Schema, workspace: WorkspaceId, user: Id) -> Result<Caller> {
        let now = self.now();
        let revision = Revision { rights: revision(reader, workspace).await?, schema: schema.revision };
        let cache = &self.inner.rights;
        if let Some(caller) = cache.still(workspace, user, revision, now) {
            return Ok(caller);
        }
        let sets = sets_of(reader, schema, user, now).await?.ok_or_else(salesforce::Error::invalid_session)?;
        let kept = cache.lock().sets.get(&(workspace, sets.ids.clone())).filter(|(of, _)| *of == revision).map(|(_, kept)| kept.clone());
        let objects = match kept {
            Some(objects) => objects,
            None => {
                let objects = Arc::new(objects_of(reader, schema, &sets).await?);
                let mut kept = cache.lock();
                kept.sets.retain(|(of, _), (then, _)| *of != workspace || *then == revision);
                kept.sets.insert((workspace, sets.ids.clone()), (revision, objects.clone()));
                objects
            }
        };
        let rights = Arc::new(Rights {
            system: false,
            view_all_data: sets.view_all_data,
            modify_all_data: sets.modify_all_data,
            customize: sets.customize,
            manage_users: sets.manage_users,
            api: sets.api,
            objects,
            owners: owners(reader, schema, user).await?,
        });
        let mut kept = cache.lock();
        if kept.users.len() >= KEPT {
            kept.users.clear();
        }
        kept.users.insert((workspace, user), Known { revision, until: sets.until, rights: rights.clone() });
        Ok(Caller { workspace, user, rights })
    }
}

/// The user in whose name the server writes.
pub(crate) fn system_user(schema: &Schema) -> Result<Id> {
    held::built_in(schema, the(schema, "User")?, 1)
}

/// An object that comes with every workspace.
pub(crate) fn the<'a>(schema: &'a Schema, name: &'static str) -> Result<&'a Object> {
    Ok(schema.object(name).ok_or(store::Error::broken(name))?)
}

/// The permission sets that count for a user, and the system rights that they give together.
#[derive(Debug, Default)]
struct Sets {
    /// In their order.
    ids: Vec<Id>,
    view_all_data: bool,
    modify_all_data: bool,
    customize: bool,
    manage_users: bool,
    api: bool,
    view_setup: bool,
    /// When the first assignment runs out.
    until: Option<Timestamp>,
}

/// A boolean column of an object, or no, where there is none.
fn flag(object: &Object, alias: &str, field: &str) -> Expr {
    match object.field(field) {
        Some(field) => Expr::col((alias.to_owned(), field.column())),
        None => Expr::val(0_i64),
    }
}

/// Permission sets that are assigned to a user and count, and until when the first of them does.
async fn assigned(reader: &mut Reader<'_>, schema: &Schema, user: Id, now: Timestamp) -> Result<(Vec<String>, Option<Timestamp>)> {
    let assignments = the(schema, "PermissionSetAssignment")?;
    let ends = Expr::col(("a", "expirationdate"));
    let built = {
        let mut query = Query::select();
        query
            .expr(Expr::col(("a", "permissionsetid")))
            .expr(ends.clone())
            .from_as(schema.table(assignments), "a")
            .and_where(Expr::col(("a", "assigneeid")).eq(user.short()))
            .and_where(ends.clone().is_null().or(ends.gt(now.0)))
            .and_where(Expr::col(("a", "isactive")).eq(1_i64));
        Built::new("permission sets assigned", reader.backend(), &query)?.kept()
    };
    let rows = reader.fetch(built).await?;
    let mut sets = Vec::new();
    let mut until: Option<Timestamp> = None;
    for row in &rows {
        sets.extend(row.get::<Option<String>>(0)?);
        if let Some(ends) = row.get::<Option<i64>>(1)?.map(Timestamp) {
            until = Some(until.map_or(ends, |earlier| earlier.min(ends)));
        }
    }
    Ok((sets, until))
}

/// None: there is no such user, or the user is not active.
async fn sets_of(reader: &mut Reader<'_>, schema: &Schema, user: Id, now: Timestamp) -> Result<Option<Sets>> {
    let (users, sets) = (the(schema, "User")?, the(schema, "PermissionSet")?);
    let (assigned, until) = assigned(reader, schema, user, now).await?;
    let of_profile = Expr::col(("s", "profileid")).equals(("u", "profileid")).and(Expr::col(("s", "isownedbyprofile")).eq(1_i64));
    let built = {
        let mut query = Query::select();
        query.expr(Expr::col(("s", "id")));
        for name in SYSTEM {
            query.expr(flag(sets, "s", name));
        }
        query
            .from_as(schema.table(users), "u")
            .join_as(JoinType::LeftJoin, schema.table(sets), "s", of_profile.or(Expr::col(("s", "id")).is_in(assigned)))
            .and_where(Expr::col(("u", "id")).eq(user.short()))
            .and_where(Expr::col(("u", "isactive")).eq(1_i64));
        Built::new("permission sets of a user", reader.backend(), &query)?
    };
    let rows = reader.fetch(built).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut all = Sets { until, ..Sets::default() };
    for row in &rows {
        // A user without any has one row without a set.
        let Some(id) = row.get::<Option<String>>(0)? else { continue };
        all.ids.push(Id::parse(&id).map_err(|_| store::Error::broken("a record's id"))?);
        let [view_all, modify_all, customize, manage_users, api, view_setup]: [bool; SYSTEM.len()] = flags(row, 1)?;
        all.view_all_data |= view_all || modify_all;
        all.modify_all_data |= modify_all;
        all.customize |= customize;
        all.manage_users |= manage_users || customize;
        all.api |= api;
        all.view_setup |= view_setup || customize || manage_users;
    }
    all.ids.sort_by(|one, other| one.short().cmp(other.short()));
    Ok(Some(all))
}

/// The system rights that count here, in the order in which they are read.
const SYSTEM: [&str; 6] = [
    "PermissionsViewAllData",
    "PermissionsModifyAllData",
    "PermissionsCustomizeApplication",
    "PermissionsManageUsers",
    "PermissionsApiEnabled",
    "PermissionsViewSetup",
];

/// What the permission sets give of each object, together.
async fn objects_of(reader: &mut Reader<'_>, schema: &Schema, sets: &Sets) -> Result<HashMap<String, ObjectRights>> {
    let mut all: HashMap<String, ObjectRights> = HashMap::new();
    for object in schema.objects() {
        if let Some(rights) = grant::rights(grant::given(object), sets.view_setup, sets.manage_users) {
            all.insert(object.name.clone(), rights);
        }
    }
    for row in rows_of(reader, schema, "ObjectPermissions", &OBJECT_COLUMNS, &sets.ids).await? {
        let Some(object) = row.get::<Option<String>>(0)?.and_then(|name| schema.object(&name)) else { continue };
        let rights = object_rights(&row)?;
        all.entry(object.name.clone()).or_default().widen(rights);
    }
    for row in rows_of(reader, schema, "FieldPermissions", &FIELD_COLUMNS, &sets.ids).await? {
        let Some(path) = row.get::<Option<String>>(0)? else { continue };
        let Some((object, field)) = path.split_once('.') else { continue };
        let Some(object) = schema.object(object) else { continue };
        let Some(field) = object.field(field) else { continue };
        let [reads, edits]: [bool; 2] = flags(&row, 1)?;
        if reads || edits {
            *all.entry(object.name.clone()).or_default().fields.entry(field.name.clone()).or_default() |= edits;
        }
    }
    Ok(all)
}

/// What a row with [`OBJECT_COLUMNS`] gives.
pub(super) fn object_rights(row: &Row) -> Result<ObjectRights> {
    let [read, create, edit, delete, view_all, modify_all]: [bool; 6] = flags(row, 1)?;
    Ok(ObjectRights { read, create, edit, delete, view_all, modify_all, ..ObjectRights::default() }.whole())
}

pub(super) const OBJECT_COLUMNS: [&str; 7] = [
    "SobjectType",
    "PermissionsRead",
    "PermissionsCreate",
    "PermissionsEdit",
    "PermissionsDelete",
    "PermissionsViewAllRecords",
    "PermissionsModifyAllRecords",
];
pub(super) const FIELD_COLUMNS: [&str; 3] = ["Field", "PermissionsRead", "PermissionsEdit"];

pub(super) fn flags<const N: usize>(row: &Row, from: usize) -> Result<[bool; N]> {
    let mut flags = [false; N];
    for (at, flag) in flags.iter_mut().enumerate() {
        *flag = row.get::<i64>(from + at)? != 0;
    }
    Ok(flags)
}

/// The rows of rights that the sets have.
pub(super) async fn rows_of(
    reader: &mut Reader<'_>,
    schema: &Schema,
    object: &'static str,
    columns: &[&str],
    sets: &[Id],
) -> Result<Vec<Row>> {
    if sets.is_empty() {
        return Ok(Vec::new());
    }
    let object = the(schema, object)?;
    let built = {
        let mut query = Query::select();
        for name in columns {
            let field = object.field(name).ok_or(store::Error::broken("a column of rights"))?;
            query.column(field.column());
        }
        query.from(schema.table(object)).and_where(Expr::col("parentid").is_in(sets.iter().map(|id| id.short().to_owned())));
        Built::new("rows of rights", reader.backend(), &query)?
    };
    reader.fetch(built).await
}

/// The user, and all groups that the user is in, also by another group.
async fn owners(reader: &mut Reader<'_>, schema: &Schema, user: Id) -> Result<Vec<Id>> {
    let members = the(schema, "GroupMember")?;
    let mut all = vec![user];
    let mut newest = vec![user];
    for _ in 0..GROUP_LEVELS {
        let built = {
            let mut query = Query::select();
            query
                .distinct()
                .column("groupid")
                .from(schema.table(members))
                .and_where(Expr::col("userorgroupid").is_in(newest.iter().map(|id| id.short().to_owned())))
                .and_where(Expr::col("groupid").is_not_null());
            Built::new("groups of a user", reader.backend(), &query)?
        };
        let rows = reader.fetch(built).await?;
        newest = rows.iter().map(read_id).collect::<Result<_>>()?;
        newest.retain(|group| !all.contains(group));
        if newest.is_empty() {
            break;
        }
        all.extend(&newest);
    }
    Ok(all)
}
