//! What is asked for below an object in two steps and more: records by a key, the bytes of a field, parents and children
//! (salesforce.md 1.4, 1.5).

use std::sync::Arc;

use axum::body::Body;
use crm::{
    Operation, Outcome,
    phrase::children_of,
    schema::{Field, FieldType, Object, Schema},
};
use http::{StatusCode, header::LOCATION};
use salesforce::{
    Error, Id,
    blob::CONTENT_TYPE,
    composite::Method,
    record::{Incoming, RecordPath, Scalar, Upserted, Value},
};

use super::{
    answer::{Answer, Content},
    ask::{Ask, method_name},
    failure::Failure,
    sobject::{changed_or_deleted, not_done, object, read, row_id, row_of},
    transaction::{Asking, Transaction},
};

/// How far a path of parents may go (salesforce.md 1.4).
const PARENTS: usize = 5;

/// `/sobjects/{T}/{step}/{last…}`
pub(super) async fn below(
    asking: &Asking,
    records: &mut Transaction<'_>,
    ask: &Ask,
    name: &str,
    step: &str,
    last: &[String],
) -> Result<Answer, Failure> {
    let (schema, object) = (asking.schema(), object(asking, name)?);
    let key = object.field(step).filter(|field| asking.caller().rights.sees_field(&object, field));
    match (key, last) {
        (Some(field), [value]) => by_key(asking, records, ask, &object, field, value).await,
        (None, [_, ..]) if Id::parse(step).is_ok() => {
            let id = row_id(&object, step)?;
            if !ask.reads() {
                return Err(Failure::WrongMethod { method: method_name(ask.method).to_owned(), allowed: &["GET", "HEAD"] });
            }
            let field = |name: &str| object.field(name).filter(|field| asking.caller().rights.sees_field(&object, field));
            match last {
                [name] if field(name).is_some_and(|field| field.field_type == FieldType::Base64) => {
                    bytes(asking, records, &object, id, name).await
                }
                _ => related(asking, records, ask, schema, object, id, last).await,
            }
        }
        _ => Err(Error::no_such_key(step).into()),
    }
}

/// A record by a key.
async fn by_key(
    asking: &Asking,
    records: &mut Transaction<'_>,
    ask: &Ask,
    object: &Arc<Object>,
    field: &Field,
    value: &str,
) -> Result<Answer, Failure> {
    if field.field_type == FieldType::Id {
        return row_of(asking, records, ask, object, row_id(object, value)?).await;
    }
    let value = Scalar::Text(value.to_owned());
    if ask.method == Method::Patch {
        let record = Incoming::parse(&ask.body)?;
        let update_only = ask.parameter("updateOnly").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let (object_name, key) = (object.name.clone(), field.name.clone());
        let operation = Operation::Upsert { object: object_name, key, value, record, uploads: Vec::new(), update_only };
        return match records.change_one(asking, operation).await? {
            Outcome::Upserted(upserted) => upserted_answer(ask, object, &upserted),
            other => Err(not_done(other)),
        };
    }
    match *records.by_key(asking, &object.name, &field.name, &value).await?.as_slice() {
        [] => Err(Error::not_found().into()),
        [id] if ask.method == Method::Delete => {
            let operation = Operation::Delete { object: Some(object.name.clone()), id };
            changed_or_deleted(records.change_one(asking, operation).await?)
        }
        [id] => read(asking, records, ask, object, id).await,
        ref several => upserted_answer(ask, object, &Upserted::Several(several.to_vec())),
    }
}

fn upserted_answer(ask: &Ask, object: &Object, upserted: &Upserted) -> Result<Answer, Failure> {
    let status = StatusCode::from_u16(upserted.status(ask.version)).map_err(Failure::defect)?;
    let Some(body) = upserted.body(ask.version, &object.name) else { return Ok(Answer::empty(status)) };
    let answer = Answer::json(status, &body)?;
    Ok(match upserted {
        Upserted::Created(id) => answer.with(LOCATION, RecordPath { version: ask.version, object: &object.name, id: *id }.to_string()),
        _ => answer,
    })
}

/// The bytes of a field (salesforce.md 1.10).
async fn bytes(asking: &Asking, records: &Transaction<'_>, object: &Object, id: Id, field: &str) -> Result<Answer, Failure> {
    if records.is_shared() {
        let message = "The bytes of a field are not answered within another request".to_owned();
        return Err(Failure::Status(StatusCode::BAD_REQUEST, message));
    }
    let blob = asking.records.blob(&object.name, id, field).await?.ok_or_else(Error::not_found)?;
    let size = blob.size();
    let content = Content::Bytes { body: Body::from_stream(blob.stream()), size, kind: CONTENT_TYPE };
    Ok(Answer::of(StatusCode::OK, content))
}

/// A parent, up to five steps away, or children.
async fn related(
    asking: &Asking,
    records: &mut Transaction<'_>,
    ask: &Ask,
    schema: &Schema,
    mut object: Arc<Object>,
    mut id: Id,
    path: &[String],
) -> Result<Answer, Failure> {
    let rights = &asking.caller().rights;
    if path.len() > PARENTS {
        return Err(Error::not_found().into());
    }
    for (place, step) in path.iter().enumerate() {
        let parent = object.parent(step).filter(|(field, _)| rights.sees_field(&object, field));
        let Some((field, _)) = parent else {
            if place + 1 == path.len() {
                return children(asking, records, ask, schema, &object, id, step).await;
            }
            return Err(Error::not_found().into());
        };
        let name = field.name.clone();
        let record = records.read_one(asking, &object.name, id, Some(std::slice::from_ref(&name)), ask.version).await?;
        let record = record.ok_or_else(Error::not_found)?;
        let referred = record.fields.iter().find_map(|(field, value)| match value {
            Value::Id(id) if **field == *name => Some(*id),
            _ => None,
        });
        id = referred.ok_or_else(Error::not_found)?;
        object = schema.object_of(id.prefix()).filter(|object| rights.sees(object)).cloned().ok_or_else(Error::not_found)?;
    }
    read(asking, records, ask, &object, id).await
}

async fn children(
    asking: &Asking,
    records: &mut Transaction<'_>,
    ask: &Ask,
    schema: &Schema,
    object: &Object,
    id: Id,
    relationship: &str,
) -> Result<Answer, Failure> {
    let rights = &asking.caller().rights;
    let (child, reference) = schema
        .children(object)
        .filter(|(child, field, _)| rights.sees_field(child, field))
        .find(|(_, _, reference)| reference.child_name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(relationship)))
        .map(|(child, field, _)| (child, field))
        .ok_or_else(Error::not_found)?;
    // Empty for a record that is there; for one that is not, there are no children to speak of.
    let there = records.read_one(asking, &object.name, id, Some(&["Id".to_owned()]), ask.version).await?;
    there.ok_or_else(Error::not_found)?;
    let seen = |name: &str| child.field(name).filter(|field| rights.sees_field(child, field));
    let fields: Vec<&Field> = match ask.listed("fields") {
        Some(names) => {
            let named = |name: &String| seen(name).ok_or_else(|| Error::no_such_column(name, &child.name));
            names.iter().map(named).collect::<Result<_, _>>()?
        }
        None => child.fields.iter().filter(|field| rights.sees_field(child, field)).collect(),
    };
    let soql = children_of(child, reference, id, &fields);
    Answer::ok(&records.query(asking, &soql, &asking.query_options(ask, false)).await?)
}
