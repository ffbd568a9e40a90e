//! Writes a conversation's transcript, wholly, in one transaction.

use std::{borrow::Cow, collections::HashMap};

use domain::ids::ConversationId;
use engine::crm::{Kept, Put, TranscriptRecord};
use salesforce::{
    Id,
    record::{Claimed, Given, Incoming, Scalar},
};
use sea_query::{Expr, ExprTrait as _, LockType, OnConflict, Order, Query};
use store::{Tx, sql::Built};
use uuid::Uuid;

use super::{
    fields::{self, Named, Said},
    kept,
};
use crate::{
    Error, Operation, Outcome, Reader, Result, Scope,
    access::load::{RECORDS, the},
    held::{self, Held, Stamp},
    record::{Upload, change_in, column, numbered},
    schema::{Field, FieldType, Object, Schema},
    value::Value,
};

const TRANSCRIPT: &str = "LiveChatTranscript";
const VISITOR: &str = "LiveChatVisitor";
const EVENT: &str = "LiveChatTranscriptEvent";

/// What is known of a conversation that was written before.
struct Before {
    revision: i64,
    record: Id,
    document: Option<Id>,
    forgotten: bool,
}

/// A transaction that writes one transcript.
struct Writing<'a> {
    tx: &'a mut Tx,
    scope: &'a Scope,
    stamp: Stamp,
}

/// Keeps a transcript as it is now.
pub(super) async fn put(tx: &mut Tx, scope: &Scope, record: &TranscriptRecord, file: Option<&Upload>) -> Result<Put> {
    let stamp = Stamp { at: scope.now, by: scope.caller.user };
    Writing { tx, scope, stamp }.put(record, file).await
}

/// Forgets what a transcript says of its visitor.
pub(super) async fn forget(tx: &mut Tx, scope: &Scope, conversation: ConversationId, revision: i64) -> Result<()> {
    let stamp = Stamp { at: scope.now, by: scope.caller.user };
    Writing { tx, scope, stamp }.forget(conversation, revision).await
}

impl Writing<'_> {
    fn schema(&self) -> &Schema {
        &self.scope.schema
    }

    fn workspace(&self) -> Uuid {
        self.scope.caller.workspace.into()
    }

    async fn put(mut self, record: &TranscriptRecord, file: Option<&Upload>) -> Result<Put> {
        let before = self.before(record.conversation).await?;
        match &before {
            Some(before) if before.forgotten => return Ok(Put::Kept(Kept::default())),
            Some(before) if before.revision > record.revision => return Ok(Put::Older(before.revision)),
            _ => {}
        }
        let scope = self.scope;
        let transcripts = the(&scope.schema, TRANSCRIPT)?;
        let agents = record.events.iter().filter_map(|event| event.agent).chain(record.owner).map(Uuid::from);
        let things = [record.button.map(Uuid::from), record.deployment.map(Uuid::from), record.skill.map(Uuid::from)];
        let ids = self.named(agents.chain(things.into_iter().flatten()).collect()).await?;
        let find = |id: Option<Uuid>| id.and_then(|id| ids.get(&id)).copied();
        let named = Named {
            visitor: self.visitor(record.visitor.into()).await?,
            // Whom nobody has is the server's.
            owner: find(record.owner.map(Uuid::from)).unwrap_or(scope.caller.user),
            deployment: find(record.deployment.map(Uuid::from)),
            button: find(record.button.map(Uuid::from)),
            skill: find(record.skill.map(Uuid::from)),
        };
        let mut said = Said::of(record, transcripts);
        self.check_references(transcripts, &mut said).await?;

        let there = self.there(transcripts, before.as_ref().map(|before| before.record), &record.key).await?;
        let mut values: Vec<(Cow<'static, str>, Value)> =
            fields::known(record, &named).into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
        values.extend(said.values.into_iter().map(|(name, value)| (Cow::Owned(name), value)));
        if record.complete || there.is_none() {
            values.push(("Status".into(), Value::Text(fields::status(record.status).to_owned())));
        }
        let id = match there {
            Some(id) => {
                let values = values.iter().map(|(name, value)| (name.as_ref(), value.clone()));
                held::update(self.tx, &scope.schema, transcripts, id, values, self.stamp).await?;
                id
            }
            None => self.make(transcripts, values).await?,
        };
        if record.complete {
            self.events(id, record, &ids).await?;
        }
        let (is_new, document) = (before.is_none(), before.and_then(|before| before.document));
        let document = self.document(id, document, record, file).await?;
        self.note(record, id, document, is_new).await?;
        Ok(Put::Kept(Kept { left_out: said.left_out }))
    }

    async fn forget(mut self, conversation: ConversationId, revision: i64) -> Result<()> {
        let Some(before) = self.before(conversation).await? else { return Ok(()) };
        if before.forgotten {
            return Ok(());
        }
        let scope = self.scope;
        let transcripts = the(&scope.schema, TRANSCRIPT)?;
        let values = fields::forgotten(transcripts);
        let values = values.iter().map(|(name, value)| (name.as_ref(), value.clone()));
        held::update(self.tx, &scope.schema, transcripts, before.record, values, self.stamp).await?;
        if let Some(document) = before.document {
            self.remove_document(document).await?;
        }
        let built = {
            let mut update = Query::update();
            update
                .table("crm_transcript")
                .value("forgotten", 1_i64)
                .value("revision", Ord::max(revision, before.revision))
                .value("document", None::<String>)
                .and_where(Expr::col("workspace").eq(self.workspace()))
                .and_where(Expr::col("conversation").eq(Uuid::from(conversation)));
            Built::new("a transcript forgotten", self.tx.backend(), &update)?
        };
        self.tx.run_built(built).await?;
        Ok(())
    }

    /// What was written of it before. Whoever else writes it waits.
    async fn before(&mut self, conversation: ConversationId) -> Result<Option<Before>> {
        let built = {
            let mut query = Query::select();
            query
                .columns(["revision", "record", "document", "forgotten"])
                .from("crm_transcript")
                .and_where(Expr::col("workspace").eq(self.workspace()))
                .and_where(Expr::col("conversation").eq(Uuid::from(conversation)))
                .lock(LockType::Update);
            Built::new("a transcript written before", self.tx.backend(), &query)?.kept()
        };
        let rows = self.tx.fetch_built(built).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(Before {
            revision: row.get(0)?,
            record: kept::id(&row.get::<String>(1)?)?,
            document: row.get::<Option<String>>(2)?.as_deref().map(kept::id).transpose()?,
            forgotten: row.get::<i64>(3)? != 0,
        }))
    }

    /// The records of agents, buttons, deployments and skills.
    async fn named(&mut self, mut things: Vec<Uuid>) -> Result<HashMap<Uuid, Id>> {
        things.sort_unstable();
        things.dedup();
        let built = {
            let mut query = Query::select();
            query
                .columns(["id", "foreign_id"])
                .from("alias")
                .and_where(Expr::col("workspace").eq(self.workspace()))
                .and_where(Expr::col("scheme").eq(RECORDS))
                .and_where(Expr::col("id").is_in(things));
            Built::new("records of things", self.tx.backend(), &query)?
        };
        let rows = self.tx.fetch_built(built).await?;
        rows.iter().map(|row| Ok((row.get(0)?, kept::id(&row.get::<String>(1)?)?))).collect()
    }

    /// The visitor's record: one for all conversations.
    async fn visitor(&mut self, visitor: Uuid) -> Result<Id> {
        let schema = self.scope.schema.clone();
        let visitors = the(&schema, VISITOR)?;
        let built = {
            let mut query = Query::select();
            query
                .column("record")
                .from("crm_visitor")
                .and_where(Expr::col("workspace").eq(self.workspace()))
                .and_where(Expr::col("visitor").eq(visitor))
                .lock(LockType::Update);
            Built::new("a visitor's record", self.tx.backend(), &query)?.kept()
        };
        let rows = self.tx.fetch_built(built).await?;
        let known = rows.first().map(|row| kept::id(&row.get::<String>(0)?)).transpose()?;
        if let Some(id) = known
            && self.exists(visitors, id).await?
        {
            return Ok(id);
        }
        let id = self.make(visitors, vec![("SessionKey".into(), Value::Text(visitor.to_string()))]).await?;
        let built = {
            let mut insert = Query::insert();
            insert.into_table("crm_visitor").columns(["workspace", "visitor", "record"]).values_panic([
                self.workspace().into(),
                visitor.into(),
                id.short().into(),
            ]);
            if known.is_some() {
                insert.on_conflict(OnConflict::columns(["workspace", "visitor"]).update_column("record").to_owned());
            }
            // Somebody who was quicker makes this fail: then all is done again, and theirs is found.
            Built::new("a new visitor's record", self.tx.backend(), &insert)?
        };
        self.tx.run_built(built).await?;
        Ok(id)
    }

    async fn exists(&mut self, object: &Object, id: Id) -> Result<bool> {
        let built = {
            let mut query = kept::undeleted(self.schema(), object, "Id", std::iter::once(id));
            query.column("id");
            Built::new("a record that should be there", self.tx.backend(), &query)?.kept()
        };
        Ok(!self.tx.fetch_built(built).await?.is_empty())
    }

    /// Makes a record that counts by itself.
    async fn make(&mut self, object: &Object, values: Vec<(Cow<'static, str>, Value)>) -> Result<Id> {
        let workspace = self.scope.caller.workspace;
        let schema = self.scope.schema.clone();
        let ids = held::new_ids(self.tx, workspace, &schema, object, 1).await?;
        let id = *ids.first().ok_or(store::Error::broken("crm_counter"))?;
        let mut row = Held { values, ..Held::new(id) };
        for field in object.fields.iter().filter(|field| field.auto_number.is_some()) {
            let next = held::raise(self.tx, workspace, &object.name, &field.name, 1).await?;
            let form = field.auto_number.as_deref().unwrap_or_default();
            row = row.with(field.name.clone(), Value::Text(numbered(form, next - 1)));
        }
        held::insert(self.tx, &schema, object, vec![row], self.stamp).await?;
        Ok(id)
    }

    /// The record that there is already: the one that was written, or another with the key, where ours was lost. Whatever else has the key is
    /// nobody's and goes.
    async fn there(&mut self, object: &Object, ours: Option<Id>, key: &str) -> Result<Option<Id>> {
        let by_key = object.field("ChatKey").ok_or(store::Error::broken("ChatKey"))?;
        let (column, value) = column::compared(by_key, &Value::Text(key.to_owned()));
        let built = {
            let mut found = Expr::col(column).eq(value);
            if let Some(ours) = ours {
                found = found.or(Expr::col("id").eq(ours.short()));
            }
            let mut query = Query::select();
            query.column("id").from(self.schema().table(object)).and_where(found).and_where(Expr::cust("isdeleted = 0"));
            query.order_by("id", Order::Asc);
            Built::new("a transcript that is there", self.tx.backend(), &query)?
        };
        let rows = self.tx.fetch_built(built).await?;
        let found = rows.iter().map(|row| kept::id(&row.get::<String>(0)?)).collect::<Result<Vec<_>>>()?;
        let id = ours.filter(|ours| found.contains(ours)).or_else(|| found.first().copied());
        let spare: Vec<Id> = found.into_iter().filter(|found| Some(*found) != id).collect();
        if !spare.is_empty() {
            let schema = self.scope.schema.clone();
            let events = self.event_ids(&spare).await?;
            held::delete(self.tx, &schema, the(&schema, EVENT)?, &events).await?;
            held::delete(self.tx, &schema, object, &spare).await?;
        }
        Ok(id)
    }

    /// Takes references out whose record is not there.
    async fn check_references(&mut self, transcripts: &Object, said: &mut Said) -> Result<()> {
        let references: Vec<(String, Id)> = said
            .values
            .iter()
            .filter_map(|(name, value)| match value {
                Value::Id(id) => Some((name.clone(), *id)),
                _ => None,
            })
            .collect();
        for (name, id) in references {
            let schema = self.scope.schema.clone();
            let to = transcripts.field(&name).and_then(|field| field.reference.as_ref());
            let object = schema.object_of(id.prefix()).filter(|object| to.is_some_and(|to| to.to.contains(&object.name)));
            let is_there = match object {
                Some(object) => self.exists(object, id).await?,
                None => false,
            };
            if !is_there {
                said.leave_out_reference(&name);
            }
        }
        Ok(())
    }

    async fn event_ids(&mut self, transcripts: &[Id]) -> Result<Vec<Id>> {
        let events = the(&self.scope.schema, EVENT)?;
        let built = {
            let mut query = Query::select();
            let of = transcripts.iter().map(|id| id.short().to_owned());
            query.column("id").from(self.schema().table(events)).and_where(Expr::col("livechattranscriptid").is_in(of));
            Built::new("events of transcripts", self.tx.backend(), &query)?
        };
        let rows = self.tx.fetch_built(built).await?;
        rows.iter().map(|row| kept::id(&row.get::<String>(0)?)).collect()
    }

    /// Events are added: what happened does not change. Where others stand there than should, all are written anew.
    async fn events(&mut self, transcript: Id, record: &TranscriptRecord, ids: &HashMap<Uuid, Id>) -> Result<()> {
        let schema = self.scope.schema.clone();
        let workspace = self.scope.caller.workspace;
        let events = the(&schema, EVENT)?;
        let compared = ["Type", "Time", "AgentId", "Detail"];
        let wanted: Vec<[Value; 4]> = record
            .events
            .iter()
            .map(|event| {
                let agent = event.agent.and_then(|agent| ids.get(&Uuid::from(agent)));
                let detail: String = event.detail.chars().take(longest(events.field("Detail"))).collect();
                [
                    Value::Text(fields::event_type(event.kind).to_owned()),
                    Value::Instant(event.at.0),
                    agent.map_or(Value::Null, |id| Value::Id(*id)),
                    Some(detail.trim_end().to_owned()).filter(|detail| !detail.is_empty()).map_or(Value::Null, Value::Text),
                ]
            })
            .collect();
        let read: Vec<&Field> = compared.iter().filter_map(|name| events.field(name)).collect();
        let built = {
            let mut query = kept::undeleted(&schema, events, "LiveChatTranscriptId", std::iter::once(transcript));
            query.columns(read.iter().map(|field| field.column())).order_by("id", Order::Asc);
            Built::new("events that are there", self.tx.backend(), &query)?
        };
        let rows = self.tx.fetch_built(built).await?;
        let mut there = Vec::with_capacity(rows.len());
        for row in &rows {
            there.push(read.iter().enumerate().map(|(at, field)| column::read(row, at, field)).collect::<Result<Vec<_>>>()?);
        }
        let stand = there.len() <= wanted.len() && there.iter().zip(&wanted).all(|(there, wanted)| there[..] == wanted[..]);
        let missing = if stand {
            &wanted[there.len()..]
        } else {
            let gone = self.event_ids(&[transcript]).await?;
            held::delete(self.tx, &schema, events, &gone).await?;
            &wanted[..]
        };
        if missing.is_empty() {
            return Ok(());
        }
        let new = held::new_ids(self.tx, workspace, &schema, events, missing.len()).await?;
        let mut rows = Vec::with_capacity(missing.len());
        for (id, values) in new.into_iter().zip(missing) {
            let named = compared.into_iter().zip(values.iter().cloned());
            let row = named.fold(Held::new(id), |row, (name, value)| row.with(name, value));
            rows.push(row.with("LiveChatTranscriptId", Value::Id(transcript)));
        }
        for field in events.fields.iter().filter(|field| field.auto_number.is_some()) {
            let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
            let next = held::raise(self.tx, workspace, EVENT, &field.name, count).await?;
            let form = field.auto_number.as_deref().unwrap_or_default();
            rows = rows
                .into_iter()
                .zip(next - count..)
                .map(|(row, number)| row.with(field.name.clone(), Value::Text(numbered(form, number))))
                .collect();
        }
        held::insert(self.tx, &schema, events, rows, self.stamp).await
    }

    /// The file with the whole of one that was cut: made once, and again if it says something else. Nothing of it stays of one that is erased.
    async fn document(
        &mut self,
        transcript: Id,
        before: Option<Id>,
        record: &TranscriptRecord,
        file: Option<&Upload>,
    ) -> Result<Option<Id>> {
        let schema = self.scope.schema.clone();
        let versions = the(&schema, "ContentVersion")?;
        let mut stands = None;
        if let Some(before) = before {
            let built = {
                let mut query = kept::undeleted(&schema, versions, "ContentDocumentId", std::iter::once(before));
                query.column("versiondata").and_where(Expr::col("islatest").eq(1_i64));
                Built::new("a transcript's file", self.tx.backend(), &query)?
            };
            let bytes: Option<String> = match self.tx.fetch_built(built).await?.first() {
                Some(row) => row.get(0)?,
                None => None,
            };
            stands = file.filter(|file| bytes.as_deref() == Some(file.blob.id.to_string().as_str())).map(|_| before);
            if stands.is_none() {
                self.remove_document(before).await?;
            }
        }
        let Some(file) = file.filter(|_| stands.is_none()) else { return Ok(stands) };
        let text = |text: String| Given::Scalar(Scalar::Text(text));
        let fields = vec![
            ("Title".to_owned(), text(format!("Chat transcript {}", record.key))),
            ("PathOnClient".to_owned(), text("transcript.txt".to_owned())),
            ("FirstPublishLocationId".to_owned(), text(transcript.to_string())),
        ];
        let operation = Operation::Create {
            object: versions.name.clone(),
            record: Incoming { attributes: Claimed::default(), fields },
            uploads: vec![file.clone()],
        };
        let made = match change_in(self.tx, self.scope, &[operation]).await?.pop() {
            Some(Outcome::Saved(id)) => id,
            Some(Outcome::Refused(errors)) => {
                return Err(errors.into_iter().next().map_or_else(|| store::Error::broken("a file refused").into(), Error::Refused));
            }
            _ => return Err(store::Error::broken("a creation that is none").into()),
        };
        let built = {
            let mut query = kept::undeleted(&schema, versions, "Id", std::iter::once(made));
            query.column("contentdocumentid");
            Built::new("a new file's document", self.tx.backend(), &query)?
        };
        let rows = self.tx.fetch_built(built).await?;
        let document: String = rows.first().ok_or(store::Error::broken("a new file without a document"))?.get(0)?;
        Ok(Some(kept::id(&document)?))
    }

    /// Removes a file for good, with its bytes: what is erased does not lie in the recycle bin.
    async fn remove_document(&mut self, document: Id) -> Result<()> {
        let schema = self.scope.schema.clone();
        let workspace = self.scope.caller.workspace;
        for (name, field) in
            [("ContentDocumentLink", "ContentDocumentId"), ("ContentVersion", "ContentDocumentId"), ("ContentDocument", "Id")]
        {
            let object = the(&schema, name)?;
            let built = {
                let mut query = Query::select();
                query.column("id").from(schema.table(object));
                query.and_where(Expr::col(field.to_ascii_lowercase()).eq(document.short()));
                Built::new("a file's records", self.tx.backend(), &query)?
            };
            let rows = self.tx.fetch_built(built).await?;
            let ids = rows.iter().map(|row| kept::id(&row.get::<String>(0)?)).collect::<Result<Vec<_>>>()?;
            let named: Vec<String> = ids.iter().map(|id| id.short().to_owned()).collect();
            self.tx.uncite_blobs(workspace, &named).await?;
            held::delete(self.tx, &schema, object, &ids).await?;
        }
        Ok(())
    }

    /// Notes which record it is, in which revision, and what stands in it.
    async fn note(&mut self, record: &TranscriptRecord, id: Id, document: Option<Id>, is_new: bool) -> Result<()> {
        let schema = self.scope.schema.clone();
        let digests = kept::digests(&mut Reader::Tx(self.tx), &schema, &[(id, document)]).await?;
        let digest = digests.get(&id).ok_or(store::Error::broken("a transcript that was written is not there"))?;
        let columns = ["workspace", "conversation", "asked_at", "revision", "record", "document", "digest", "forgotten"];
        let built = {
            let mut insert = Query::insert();
            insert.into_table("crm_transcript").columns(columns).values_panic([
                self.workspace().into(),
                Uuid::from(record.conversation).into(),
                record.requested_at.0.into(),
                record.revision.into(),
                id.short().into(),
                document.map(|id| id.short().to_owned()).into(),
                digest.as_str().into(),
                0_i64.into(),
            ]);
            // Somebody who was quicker makes a new one fail: then all is done again, and theirs is found.
            if !is_new {
                insert.on_conflict(
                    OnConflict::columns(["workspace", "conversation"])
                        .update_columns(["asked_at", "revision", "record", "document", "digest"])
                        .to_owned(),
                );
            }
            Built::new("what was written of a transcript", self.tx.backend(), &insert)?
        };
        self.tx.run_built(built).await?;
        Ok(())
    }
}

fn longest(field: Option<&Field>) -> usize {
    field.filter(|field| field.field_type != FieldType::Id).map_or(255, |field| usize::try_from(field.length).unwrap_or(255))
}
