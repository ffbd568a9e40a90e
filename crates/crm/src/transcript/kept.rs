//! Whether what was written of conversations still stands there as it was.
//!
//! The digest of a transcript is made of its record's fields, its events and whether its file is there, as they are read back. Fields that say
//! when and by whom something was changed or looked at are not in it.

use std::collections::{BTreeMap, HashMap};

use domain::{
    ids::{ConversationId, WorkspaceId},
    time::Timestamp,
};
use engine::crm::{KeptTranscript, SpanOfTranscripts};
use salesforce::Id;
use sea_query::{Expr, ExprTrait as _, Func, Order, Query, SelectStatement};
use sha2::{Digest as _, Sha256};
use store::sql::Built;
use uuid::Uuid;

use crate::{
    Crm, Reader, Result,
    access::load::the,
    record::column,
    schema::{Field, Object, Schema},
    value::Value,
};

/// How long reading a page may take.
const READS_TAKE: std::time::Duration = std::time::Duration::from_secs(30);
/// Most ids of one condition.
const CHUNK: usize = 500;
/// Fields that change by themselves, or by being looked at.
const UNTOLD: [&str; 7] =
    ["CreatedDate", "LastModifiedDate", "LastModifiedById", "SystemModstamp", "LastViewedDate", "LastReferencedDate", "IsDeleted"];

/// What the record of a transcript is known by.
struct Line {
    conversation: ConversationId,
    revision: i64,
    record: Id,
    document: Option<Id>,
    digest: String,
}

/// What is kept of a span.
pub(super) async fn of(crm: &Crm, workspace: WorkspaceId, span: SpanOfTranscripts) -> Result<Vec<KeptTranscript>> {
    let schema = crm.schema(workspace).await?;
    let mut snapshot = crm.store().record_snapshot(READS_TAKE).await?;
    let reader = &mut Reader::Snapshot(&mut snapshot);
    let lines = lines(reader, workspace, span).await?;
    let mut kept = Vec::with_capacity(lines.len());
    for lines in lines.chunks(CHUNK) {
        let records: Vec<(Id, Option<Id>)> = lines.iter().map(|line| (line.record, line.document)).collect();
        let now = digests(reader, &schema, &records).await?;
        let twice = doubled(reader, &schema, &records).await?;
        kept.extend(lines.iter().map(|line| KeptTranscript {
            conversation: line.conversation,
            revision: line.revision,
            intact: now.get(&line.record) == Some(&line.digest) && !twice.contains(&line.record),
        }));
    }
    Ok(kept)
}

async fn lines(reader: &mut Reader<'_>, workspace: WorkspaceId, span: SpanOfTranscripts) -> Result<Vec<Line>> {
    let place = || Expr::tuple([Expr::col("asked_at"), Expr::col("conversation")]);
    let value = |(at, id): (Timestamp, ConversationId)| Expr::tuple([Expr::val(at.0), Expr::val(Uuid::from(id))]);
    let built = {
        let mut query = Query::select();
        query
            .columns(["conversation", "revision", "record", "document", "digest"])
            .from("crm_transcript")
            .and_where(Expr::col("workspace").eq(Uuid::from(workspace)))
            .and_where(Expr::col("forgotten").eq(0_i64))
            .and_where(place().gt(value(span.after)));
        if let Some(up_to) = span.up_to {
            query.and_where(place().lte(value(up_to)));
        }
        query.order_by("asked_at", Order::Asc).order_by("conversation", Order::Asc);
        Built::new("transcripts kept", reader.backend(), &query)?.kept()
    };
    let rows = reader.fetch(built).await?;
    rows.iter()
        .map(|row| {
            Ok(Line {
                conversation: row.get(0)?,
                revision: row.get(1)?,
                record: id(&row.get::<String>(2)?)?,
                document: row.get::<Option<String>>(3)?.as_deref().map(id).transpose()?,
                digest: row.get(4)?,
            })
        })
        .collect()
}

pub(super) fn id(text: &str) -> Result<Id> {
    Ok(Id::parse(text).map_err(|_| store::Error::broken("a record's id"))?)
}

/// Records of an object that are not deleted and whose field is one of these ids.
pub(super) fn undeleted(schema: &Schema, object: &Object, field: &str, ids: impl Iterator<Item = Id>) -> SelectStatement {
    let mut query = Query::select();
    query.from(schema.table(object)).and_where(Expr::col(field.to_ascii_lowercase()).is_in(ids.map(|id| id.short().to_owned())));
    if object.field("IsDeleted").is_some() {
        query.and_where(Expr::cust("isdeleted = 0"));
    }
    query
}

/// Digests of transcripts, as they stand now, with the documents that they should have; none of one that is not there.
pub(super) async fn digests(reader: &mut Reader<'_>, schema: &Schema, records: &[(Id, Option<Id>)]) -> Result<HashMap<Id, String>> {
    let transcripts = the(schema, "LiveChatTranscript")?;
    let told: Vec<&Field> = transcripts
        .fields
        .iter()
        .filter(|field| field.is_stored() && !UNTOLD.contains(&field.name.as_str()) && field.name != "Id")
        .collect();
    let mut digests: BTreeMap<Id, Sha256> = BTreeMap::new();
    let built = {
        let mut query = undeleted(schema, transcripts, "Id", records.iter().map(|(id, _)| *id));
        query.column("id").columns(told.iter().map(|field| field.column()));
        Built::new("transcripts as they stand", reader.backend(), &query)?
    };
    for row in reader.fetch(built).await? {
        let mut digest = Sha256::new();
        for (at, field) in told.iter().enumerate() {
            add(&mut digest, &field.name, &column::read(&row, at + 1, field)?);
        }
        digests.insert(id(&row.get::<String>(0)?)?, digest);
    }
    let events = the(schema, "LiveChatTranscriptEvent")?;
    let parts = ["LiveChatTranscriptId", "Type", "Time", "AgentId", "Detail"].map(|name| events.field(name));
    let [Some(of), Some(kind), Some(time), Some(agent), Some(detail)] = parts else {
        return Err(store::Error::broken("LiveChatTranscriptEvent").into());
    };
    let built = {
        let mut query = undeleted(schema, events, &of.name, records.iter().map(|(id, _)| *id));
        query.columns([of, kind, time, agent, detail].map(Field::column)).order_by("id", Order::Asc);
        Built::new("events of transcripts as they stand", reader.backend(), &query)?
    };
    for row in reader.fetch(built).await? {
        let Some(digest) = digests.get_mut(&id(&row.get::<String>(0)?)?) else { continue };
        for (at, field) in [kind, time, agent, detail].into_iter().enumerate() {
            add(digest, &field.name, &column::read(&row, at + 1, field)?);
        }
    }
    let with_file: BTreeMap<Id, Id> = records.iter().filter_map(|(record, document)| Some(((*document)?, *record))).collect();
    if !with_file.is_empty() {
        let versions = the(schema, "ContentVersion")?;
        let built = {
            let mut query = undeleted(schema, versions, "ContentDocumentId", with_file.keys().copied());
            query.column("contentdocumentid").and_where(Expr::col("islatest").eq(1_i64));
            Built::new("files of transcripts as they stand", reader.backend(), &query)?
        };
        for row in reader.fetch(built).await? {
            let record = with_file.get(&id(&row.get::<String>(0)?)?);
            if let Some(digest) = record.and_then(|record| digests.get_mut(record)) {
                add(digest, "file", &Value::Boolean(true));
            }
        }
    }
    Ok(digests.into_iter().map(|(id, digest)| (id, hexadecimal(&digest.finalize()))).collect())
}

/// Adds a value, so that no two lists of values are the same to it; an empty one adds nothing, as a field does that is new.
fn add(digest: &mut Sha256, name: &str, value: &Value) {
    let text = match value {
        Value::Null => return,
        Value::Boolean(false) => return,
        Value::Boolean(true) => "true".to_owned(),
        Value::Int(number) | Value::Instant(number) | Value::Time(number) => number.to_string(),
        Value::Double(number) => number.to_bits().to_string(),
        Value::Text(text) => text.clone(),
        Value::Id(id) => id.short().to_owned(),
    };
    for part in [name, &text] {
        digest.update(part.len().to_be_bytes());
        digest.update(part.as_bytes());
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Those of which there is another with the same key.
async fn doubled(reader: &mut Reader<'_>, schema: &Schema, records: &[(Id, Option<Id>)]) -> Result<Vec<Id>> {
    let transcripts = the(schema, "LiveChatTranscript")?;
    let key = transcripts.field("ChatKey").and_then(Field::folded_column).ok_or(store::Error::broken("ChatKey"))?;
    let built = {
        let ids = records.iter().map(|(id, _)| *id);
        let mut keys = undeleted(schema, transcripts, "Id", ids);
        keys.column(key.clone()).and_where(Expr::col(key.clone()).is_not_null());
        let mut query = Query::select();
        query
            .expr(Func::min(Expr::col("id")))
            .expr(Func::max(Expr::col("id")))
            .from(schema.table(transcripts))
            .and_where(Expr::col(key.clone()).in_subquery(keys.take()))
            .and_where(Expr::cust("isdeleted = 0"))
            .group_by_col(key)
            .and_having(Func::count(Expr::col("id")).gt(1_i64));
        Built::new("transcripts that are there twice", reader.backend(), &query)?
    };
    let mut twice = Vec::new();
    for row in reader.fetch(built).await? {
        twice.push(id(&row.get::<String>(0)?)?);
        twice.push(id(&row.get::<String>(1)?)?);
    }
    Ok(twice)
}
