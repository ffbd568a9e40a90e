//! Records by their ids and keys.

use std::{collections::HashMap, sync::Arc};

use salesforce::{
    Error as Refusal, Id, Version,
    instant::{Date, DateTime, Time},
    record::{Address, Attributes, Record, Scalar, Value as Answer},
};
use sea_query::ExprTrait as _;
use store::sql::{Built, Row};

use super::{check, column, draft::key_field, lookup};
use crate::{
    Reader, Result, Scope, access,
    schema::{Field, FieldType, Object},
    value::Value,
};

/// Most records of one statement.
const CHUNK: usize = 1_000;

/// Reads records that the caller sees, in the order of the ids; none for each that there is not.
pub(crate) async fn read_in(
    reader: &mut Reader<'_>,
    scope: &Scope,
    object: &str,
    ids: &[Id],
    fields: Option<&[String]>,
    version: Version,
) -> Result<Vec<Option<Record>>> {
    let rights = &scope.caller.rights;
    let object = scope.schema.object(object).filter(|object| rights.sees(object)).ok_or_else(Refusal::not_found)?;
    let places = places(scope, object, fields)?;
    let reading = Reading::of(scope, object, &places, version);
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let mut query = lookup::select(scope, object);
        query.expr(lookup::col("id"));
        for field in &reading.columns {
            query.expr(lookup::col(object.fields[*field].column()));
        }
        query.and_where(lookup::col("id").is_in(ids.iter().map(|id| id.short().to_owned())));
        if lookup::has_bin(object) {
            query.and_where(lookup::col("isdeleted").eq(0_i64));
        }
        if let Some(condition) = access::visible(&scope.schema, object, rights, lookup::ALIAS) {
            query.cond_where(condition);
        }
        for row in reader.fetch(Built::new("records", reader.backend(), &query)?).await? {
            let id = lookup::id_at(&row, 0)?;
            found.insert(id, reading.record(&row, id)?);
        }
    }
    let mut records = Vec::with_capacity(ids.len());
    for (at, id) in ids.iter().enumerate() {
        // Who asks for one twice gets it twice.
        let again = ids[at + 1..].contains(id);
        records.push(if again { found.get(id).cloned() } else { found.remove(id) });
    }
    Ok(records)
}

/// Which records the caller sees that have this value in a field by which records are found.
pub(crate) async fn by_key_in(reader: &mut Reader<'_>, scope: &Scope, object: &str, field: &str, value: &Scalar) -> Result<Vec<Id>> {
    let rights = &scope.caller.rights;
    let object = scope.schema.object(object).filter(|object| rights.sees(object)).ok_or_else(Refusal::not_found)?;
    let field = key_field(scope, object, field).ok_or_else(|| Refusal::no_such_key(field))?;
    let value = check::value(field, value)?;
    if value.is_null() {
        return Ok(Vec::new());
    }
    let narrowed = access::visible(&scope.schema, object, rights, lookup::ALIAS);
    let found = lookup::by_values(reader, scope, object, field, &[&value], narrowed).await?;
    Ok(found.into_values().flatten().collect())
}

fn places(scope: &Scope, object: &Object, fields: Option<&[String]>) -> Result<Vec<usize>, Refusal> {
    let rights = &scope.caller.rights;
    let Some(names) = fields else {
        return Ok((0..object.fields.len()).filter(|place| rights.sees_field(object, &object.fields[*place])).collect());
    };
    let mut places = Vec::with_capacity(names.len());
    for name in names {
        let place = object.position(name).filter(|place| rights.sees_field(object, &object.fields[*place]));
        let place = place.ok_or_else(|| Refusal::no_such_column(name, &object.name))?;
        if !places.contains(&place) {
            places.push(place);
        }
    }
    Ok(places)
}

/// How rows become records: which columns are read, and what is put together of them.
struct Reading<'a> {
    object: &'a Object,
    version: Version,
    name: Arc<str>,
    shown: Vec<(Arc<str>, usize)>,
    columns: Vec<usize>,
}

impl<'a> Reading<'a> {
    fn of(scope: &Scope, object: &'a Object, places: &[usize], version: Version) -> Self {
        let is_seen = |place: &usize| scope.caller.rights.sees_field(object, &object.fields[*place]);
        let mut columns = Vec::with_capacity(places.len());
        for place in places {
            let field = &object.fields[*place];
            if field.is_stored() {
                columns.push(*place);
            } else {
                columns.extend(parts(object, field).filter(is_seen));
            }
        }
        let shown = places.iter().map(|place| (Arc::from(object.fields[*place].name.as_str()), *place)).collect();
        Self { object, version, name: object.name.as_str().into(), shown, columns }
    }

    fn record(&self, row: &Row, id: Id) -> Result<Record> {
        let mut values = HashMap::with_capacity(self.columns.len());
        for (at, place) in self.columns.iter().enumerate() {
            values.insert(*place, column::read(row, at + 1, &self.object.fields[*place])?);
        }
        let fields = self.shown.iter().map(|(name, place)| {
            let field = &self.object.fields[*place];
            let value = match values.get(place) {
                Some(value) => self.answer(name, field, id, value.clone()),
                None => address(self.object, field, &values),
            };
            (name.clone(), value)
        });
        Ok(Record { attributes: Attributes::of(self.name.clone(), self.version, id), fields: fields.collect() })
    }

    fn answer(&self, name: &Arc<str>, field: &Field, id: Id, value: Value) -> Answer {
        match (field.field_type, value) {
            (_, Value::Null) => Answer::Null,
            (FieldType::Base64, _) => Answer::Blob { version: self.version, object: self.name.clone(), id, field: name.clone() },
            (field_type, value) => answer(field_type, value),
        }
    }
}

/// A value as it is answered.
pub(crate) fn answer(field_type: FieldType, value: Value) -> Answer {
    match value {
        Value::Null => Answer::Null,
        Value::Boolean(value) => Answer::Boolean(value),
        Value::Int(value) => Answer::Int(value),
        Value::Double(value) => Answer::Double(value),
        Value::Text(value) => Answer::Text(value),
        Value::Id(value) => Answer::Id(value),
        Value::Instant(at) => match jiff::Timestamp::from_microsecond(at) {
            Ok(at) if field_type == FieldType::Date => Answer::Date(Date(jiff::tz::Offset::UTC.to_datetime(at).date())),
            Ok(at) => Answer::DateTime(DateTime(at)),
            Err(_) => Answer::Null,
        },
        Value::Time(since) => {
            let time = jiff::civil::Time::midnight().saturating_add(jiff::SignedDuration::from_micros(since));
            Answer::Time(Time(time))
        }
    }
}

/// The fields that a compound one is put together from.
fn parts(object: &Object, field: &Field) -> impl Iterator<Item = usize> {
    let of = |(place, part): (usize, &Field)| (part.compound.as_ref() == Some(&field.name) && part.is_stored()).then_some(place);
    object.fields.iter().enumerate().filter_map(of).collect::<Vec<_>>().into_iter()
}

fn address(object: &Object, field: &Field, values: &HashMap<usize, Value>) -> Answer {
    let mut address = Address::default();
    let mut is_there = false;
    for place in parts(object, field) {
        let name = object.fields[place].name.as_str();
        match values.get(&place) {
            Some(Value::Text(text)) => {
                let text = Some(text.clone());
                is_there = true;
                if name.ends_with("Street") {
                    address.street = text;
                } else if name.ends_with("City") {
                    address.city = text;
                } else if name.ends_with("State") {
                    address.state = text;
                } else if name.ends_with("PostalCode") {
                    address.postal_code = text;
                } else if name.ends_with("Country") {
                    address.country = text;
                } else if name.ends_with("GeocodeAccuracy") {
                    address.geocode_accuracy = text;
                }
            }
            Some(Value::Double(number)) => {
                is_there = true;
                if name.ends_with("Latitude") {
                    address.latitude = Some(*number);
                } else if name.ends_with("Longitude") {
                    address.longitude = Some(*number);
                }
            }
            _ => {}
        }
    }
    if is_there { Answer::Address(Box::new(address)) } else { Answer::Null }
}
