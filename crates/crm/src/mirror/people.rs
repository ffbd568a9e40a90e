//! Agents as users, queues as groups with their members.

use std::collections::{BTreeMap, BTreeSet};

use domain::permission::Permission;
use engine::definition::Agent;
use salesforce::Id;
use sea_query::{Expr, ExprTrait as _, Query};
use store::sql::Built;

use super::{DeveloperNames, Mirror};
use crate::{
    Result,
    access::{
        administer::somebody_customizes,
        grant::{ADMINISTRATOR, STANDARD},
        install::profile_id,
        load::the,
    },
    held::{self, Held},
    schema::{FieldType, Object, fold},
    value::Value,
};

/// Of what a queue's records are.
const OF_QUEUES: [&str; 2] = ["Case", "LiveChatTranscript"];

impl Mirror<'_> {
    /// Tells whether anybody's rights changed by it. Nobody's user is ever deleted: records have owners.
    pub(super) async fn users(&mut self) -> Result<bool> {
        let object = the(self.schema, "User")?;
        let directory = self.directory;
        self.name(object, directory.agents.keys().map(|id| (*id).into()), true).await?;
        let mut rows = Vec::with_capacity(directory.agents.len());
        for (id, agent) in &directory.agents {
            let Some(user) = self.id_of(*id) else { continue };
            let administers = directory.allows(*id, Permission::ManageWorkspace);
            let profile = profile_id(self.schema, if administers { &ADMINISTRATOR } else { &STANDARD })?;
            rows.push(self.user(user, agent).at_first("ProfileId", Value::Id(profile)));
        }
        self.free_usernames(object, &rows).await?;
        let difference = self.keep(object, rows, Some(("usertype", "Standard"))).await?;
        let mut changed = difference.changed;
        let active = self.those(object, &difference.gone, "isactive").await?;
        for gone in difference.gone.into_iter().filter(|id| active.contains(id.short())) {
            held::update(self.tx, self.schema, object, gone, [("IsActive", Value::Boolean(false))].into_iter(), self.stamp).await?;
            changed = true;
        }
        Ok(changed)
    }

    /// What the original takes for a name to sign in with looks like an address of e-mail: one is made up where the login is none.
    fn username(&self, login: &str) -> String {
        match login.contains('@') {
            true => login.to_owned(),
            false => format!("{login}@w{}.invalid", self.schema.number),
        }
    }

    /// Takes usernames from those who have them no longer, before others get them: no two may have the same at any moment.
    async fn free_usernames(&mut self, users: &Object, wanted: &[Held]) -> Result<()> {
        let name = |row: &Held| row.values.iter().find_map(|(field, value)| (field == "Username").then(|| value.clone()));
        let wanted: BTreeMap<String, Id> = wanted
            .iter()
            .filter_map(|row| match name(row)? {
                Value::Text(name) => Some((fold(&name), row.id)),
                _ => None,
            })
            .collect();
        let built = {
            let mut query = Query::select();
            query.columns(["id", "username_f"]).from(self.schema.table(users)).and_where(Expr::col("username_f").is_not_null());
            Built::new("usernames", self.tx.backend(), &query)?
        };
        let rows = self.tx.fetch_built(built).await?;
        for row in &rows {
            let id: String = row.get(0)?;
            if wanted.get(&row.get::<String>(1)?).is_some_and(|wanted| wanted.short() != id) {
                let id = Id::parse(&id).map_err(|_| store::Error::broken("a record's id"))?;
                let free = Value::Text(format!("{id}@w{}.invalid", self.schema.number));
                held::update(self.tx, self.schema, users, id, [("Username", free)].into_iter(), self.stamp).await?;
            }
        }
        Ok(())
    }

    fn user(&self, id: Id, agent: &Agent) -> Held {
        let login = agent.login.trim();
        let username = self.username(login);
        let name = agent.name.trim();
        let (first, last) = name.rsplit_once(char::is_whitespace).map_or(("", name), |(first, last)| (first.trim_end(), last));
        let last = if last.is_empty() { login } else { last };
        let nickname: String = login.chars().take(40).collect();
        let alias: String = login.split('@').next().unwrap_or(login).chars().take(8).collect();
        Held::new(id)
            .text("Username", &username)
            .text("Email", &username)
            .text("FirstName", first)
            .text("LastName", last)
            .text("Name", [first, last].join(" ").trim())
            .text("UserType", "Standard")
            .with("IsActive", Value::Boolean(agent.active))
            .at_first("Alias", Value::Text(alias))
            .at_first("CommunityNickname", Value::Text(nickname))
            .at_first("TimeZoneSidKey", Value::Text(self.directory.workspace.zone.clone()))
            .at_first("LocaleSidKey", Value::Text("en_US".to_owned()))
            .at_first("LanguageLocaleKey", Value::Text("en_US".to_owned()))
            .at_first("EmailEncodingKey", Value::Text("UTF-8".to_owned()))
    }

    /// Whoever administers the conversation server may always change the CRM, when nobody else can any more. Tells whether it was so.
    pub(super) async fn keep_an_administrator(&mut self) -> Result<bool> {
        if somebody_customizes(self.tx, self.schema, self.stamp.at).await? {
            return Ok(false);
        }
        let (object, directory) = (the(self.schema, "User")?, self.directory);
        let administrator = profile_id(self.schema, &ADMINISTRATOR)?;
        let mut changed = false;
        for id in directory.agents.keys().filter(|id| directory.allows(**id, Permission::ManageWorkspace)) {
            let Some(user) = self.id_of(*id) else { continue };
            let profile = [("ProfileId", Value::Id(administrator))];
            held::update(self.tx, self.schema, object, user, profile.into_iter(), self.stamp).await?;
            changed = true;
        }
        Ok(changed)
    }

    /// Tells whether anybody's rights changed by it: a queue's records are its members'.
    pub(super) async fn queues(&mut self) -> Result<bool> {
        let object = the(self.schema, "Group")?;
        let directory = self.directory;
        self.name(object, directory.queues.keys().map(|id| (*id).into()), false).await?;
        let mut names = DeveloperNames::default();
        let mut rows = Vec::with_capacity(directory.queues.len());
        for (id, queue) in &directory.queues {
            let Some(group) = self.id_of(*id) else { continue };
            let row = Held::new(group).text("Name", &queue.name).text("DeveloperName", &names.of(&queue.name, group)).text("Type", "Queue");
            rows.push(row);
        }
        let queues: Vec<Id> = rows.iter().map(|row| row.id).collect();
        let difference = self.keep(object, rows, Some(("type", "Queue"))).await?;
        let mut members = BTreeSet::new();
        for (id, agent) in &directory.agents {
            let queues = agent.queues.iter().filter_map(|queue| self.id_of(*queue));
            members.extend(self.id_of(*id).into_iter().flat_map(|user| queues.clone().map(move |queue| (queue, user.short().to_owned()))));
        }
        let served = queues.iter().flat_map(|queue| OF_QUEUES.map(|object| (*queue, object.to_owned()))).collect();
        let of: Vec<Id> = queues.iter().chain(&difference.gone).copied().collect();
        let moved = self.pairs("GroupMember", "GroupId", "UserOrGroupId", &of, members).await?;
        self.pairs("QueueSobject", "QueueId", "SobjectType", &of, served).await?;
        self.leave(object, &difference.gone).await?;
        Ok(difference.changed || moved || !difference.gone.is_empty())
    }

    /// Queues that are gone go, except those that own records: as the original has it, records do not lose their owner.
    async fn leave(&mut self, groups: &Object, gone: &[Id]) -> Result<()> {
        if gone.is_empty() {
            return Ok(());
        }
        let mut owning = BTreeSet::new();
        for object in self.schema.objects().iter().filter(|object| object.name != groups.name) {
            let owner = object.field("OwnerId").filter(|field| field.reference.as_ref().is_some_and(|to| to.to.contains(&groups.name)));
            let Some(owner) = owner else { continue };
            let built = {
                let mut query = Query::select();
                query
                    .distinct()
                    .column(owner.column())
                    .from(self.schema.table(object))
                    .and_where(Expr::col(owner.column()).is_in(gone.iter().map(|id| id.short().to_owned())));
                Built::new("queues that own records", self.tx.backend(), &query)?
            };
            let rows = self.tx.fetch_built(built).await?;
            for row in &rows {
                owning.insert(row.get::<String>(0)?);
            }
        }
        let gone: Vec<Id> = gone.iter().copied().filter(|id| !owning.contains(id.short())).collect();
        held::delete(self.tx, self.schema, groups, &gone).await
    }

    /// Keeps rows that only say that two things belong together equal to these pairs, of the first things that are given.
    async fn pairs(
        &mut self,
        name: &'static str,
        first: &'static str,
        second: &'static str,
        of: &[Id],
        mut wanted: BTreeSet<(Id, String)>,
    ) -> Result<bool> {
        let object = the(self.schema, name)?;
        let column = |name: &'static str| object.field(name).ok_or(store::Error::broken(name));
        let (one, other) = (column(first)?, column(second)?);
        let built = {
            let mut query = Query::select();
            query
                .columns(["id".to_owned(), one.column(), other.column()])
                .from(self.schema.table(object))
                .and_where(Expr::col(one.column()).is_in(of.iter().map(|id| id.short().to_owned())));
            Built::new("what belongs together", self.tx.backend(), &query)?
        };
        let rows = self.tx.fetch_built(built).await?;
        let mut gone = Vec::new();
        for row in &rows {
            let [id, one] =
                [row.get::<String>(0)?, row.get(1)?].map(|id| Id::parse(&id).map_err(|_| store::Error::broken("a record's id")));
            if !wanted.remove(&(one?, row.get(2)?)) {
                gone.push(id?);
            }
        }
        let changed = !gone.is_empty() || !wanted.is_empty();
        held::delete(self.tx, self.schema, object, &gone).await?;
        let ids = held::new_ids(self.tx, self.workspace, self.schema, object, wanted.len()).await?;
        let is_reference = other.field_type == FieldType::Reference;
        let rows = ids.into_iter().zip(wanted).map(|(id, (one, other))| {
            let other = match Id::parse(&other) {
                Ok(other) if is_reference => Value::Id(other),
                _ => Value::Text(other),
            };
            Held::new(id).with(first, Value::Id(one)).with(second, other)
        });
        held::insert(self.tx, self.schema, object, rows.collect(), self.stamp).await?;
        Ok(changed)
    }
}
