//! Collections: one operation on many records (1.9).

use serde::Deserialize;

use super::{MAX_CHUNKS, MAX_COLLECTION, MAX_READ, limited};
use crate::{
    Error, Id,
    record::{Incoming, IncomingObject},
};

/// Records to be made, changed or upserted.
#[derive(Debug)]
pub struct Collection {
    /// Whether one failure undoes all.
    pub all_or_none: bool,
    /// In their order, each with its object in `attributes`.
    pub records: Vec<Incoming>,
}

impl Collection {
    /// From a body, within the limits. `upserted` is the object in the address of an upsert, which is the only one then.
    pub fn parse(body: &[u8], upserted: Option<&str>) -> Result<Self, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            #[serde(default)]
            all_or_none: bool,
            records: Vec<IncomingObject>,
        }
        let Body { all_or_none, records } = serde_json::from_slice(body).map_err(|error| Error::json(body, &error))?;
        limited("records", records.len(), MAX_COLLECTION)?;
        let mut records = records.into_iter().map(IncomingObject::interpreted).collect::<Result<Vec<_>, _>>()?;
        let (mut chunks, mut last) = (0, None);
        for record in &mut records {
            let object = record.attributes.object.get_or_insert_with(|| upserted.unwrap_or_default().to_owned()).to_ascii_lowercase();
            if object.is_empty() {
                return Err(Error::json_shape("The type attribute is missing on a record"));
            }
            if upserted.is_some_and(|only| !only.eq_ignore_ascii_case(&object)) {
                return Err(Error::json_shape("A record's type attribute is another than the address has"));
            }
            if last.as_ref() != Some(&object) {
                chunks += 1;
                last = Some(object);
            }
        }
        limited("chunks of records of one type", chunks, MAX_CHUNKS)?;
        Ok(Self { all_or_none, records })
    }
}

/// `DELETE /composite/sobjects?ids=a,b&allOrNone=false`
#[derive(Clone, Debug, PartialEq)]
pub struct Deletion {
    /// Whether one failure undoes all.
    pub all_or_none: bool,
    /// In their order; one that is no id is refused in its place.
    pub ids: Vec<Result<Id, Error>>,
}

impl Deletion {
    /// From what is behind the question mark.
    pub fn parse(query: &str) -> Result<Self, Error> {
        let (mut all_or_none, mut ids) = (false, Vec::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "ids" => ids.extend(listed(&value).map(read_id)),
                "allOrNone" => all_or_none = value.eq_ignore_ascii_case("true"),
                _ => {}
            }
        }
        limited("ids", ids.len(), MAX_COLLECTION)?;
        Ok(Self { all_or_none, ids })
    }
}

/// `GET` or `POST /composite/sobjects/{T}`: many records by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// In their order; for one that is no id the answer has null, as for one that there is not.
    pub ids: Vec<Option<Id>>,
    /// Names as they were written.
    pub fields: Vec<String>,
}

impl Reading {
    /// From the body of a POST.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Body {
            ids: Vec<String>,
            fields: Vec<String>,
        }
        let Body { ids, fields } = serde_json::from_slice(body).map_err(|error| Error::json(body, &error))?;
        Self::of(ids.iter().map(String::as_str), fields)
    }

    /// From what is behind the question mark of a GET.
    pub fn parse_query(query: &str) -> Result<Self, Error> {
        let (mut ids, mut fields) = (String::new(), Vec::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "ids" => ids = value.into_owned(),
                "fields" => fields = listed(&value).map(str::to_owned).collect(),
                _ => {}
            }
        }
        Self::of(listed(&ids), fields)
    }

    fn of<'a>(ids: impl Iterator<Item = &'a str>, fields: Vec<String>) -> Result<Self, Error> {
        let ids: Vec<_> = ids.map(|id| Id::parse(id).ok()).collect();
        limited("ids", ids.len(), MAX_READ)?;
        if fields.is_empty() {
            return Err(Error::json_shape("The fields to read are missing"));
        }
        Ok(Self { ids, fields })
    }
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn read_id(text: &str) -> Result<Id, Error> {
    Id::parse(text).map_err(|_| Error::malformed_id("ID", "Id", text))
}
