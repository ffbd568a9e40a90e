//! Which column of a file is which field, by its heading, and rows as records of that.
//!
//! A heading is the name or the label of a field in whatever case, or a relationship and a field by which its records are found:
//! `Account.Ext__c`, `Contact:Who.Email` where it leads to several objects. What it means for every row is settled before the first is written.

use std::{collections::HashMap, fmt, sync::Arc};

use salesforce::{
    describe::FieldType,
    record::{Claimed, Given, Incoming, Scalar},
};

use super::{
    read::{Content, SourceRow, heading},
    write::{NOTHING, unsafe_again},
};
use crate::{
    Scope, port,
    record::key_field,
    schema::{Field, Object, WrittenBy},
    value::Value,
};

/// The columns that a file of refused rows has more than the file that they are from; a file that has them both is one.
pub const REASONS: [&str; 2] = ["Error", "Error row"];
/// Columns of the vendor's files of results begin so (`salesforce.md` 1.11).
const RESULTS: &str = "sf__";
/// How alike a name is that is proposed for another, from 0 to 1.
const ALIKE: f64 = 0.85;
/// How many names are proposed.
const PROPOSED: usize = 3;

/// How a file's columns are read.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// Records are found by this field, and changed; those that there are not are made. Without it all rows are new records.
    pub key: Option<String>,
    /// What headings stand for, if it is not what they say; an empty name leaves the column out.
    pub renamed: Vec<(String, String)>,
    /// What an empty cell says.
    pub empty: Empty,
}

/// What an empty cell says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Empty {
    /// Nothing: a new record has what it has without, another keeps what it has.
    #[default]
    Nothing,
    /// That the field is empty.
    Null,
}

/// What a column is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// By it records are found.
    Key(String),
    /// A field's value.
    Field(String),
    /// A reference, by a field of the record that it leads to.
    Parent {
        /// The relationship.
        relationship: String,
        /// The field that has the reference.
        field: String,
        /// The object that it leads to.
        object: String,
        /// Its field.
        key: String,
    },
    /// Nothing.
    LeftOut(Why),
}

/// Why a column is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Somebody said so.
    Asked,
    /// It has no heading.
    NoHeading,
    /// It says why a row was refused.
    Reason,
    /// The server itself gives the field its value.
    Server,
    /// New records get ids of their own, and others are found by another field.
    Id,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(field) => write!(f, "{field}, by which records are found"),
            Self::Field(field) => f.write_str(field),
            Self::Parent { field, object, key, .. } => write!(f, "{field}, the {object} with this {key}"),
            Self::LeftOut(why) => write!(f, "left out: {why}"),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Asked => "as it was asked for",
            Self::NoHeading => "it has no heading",
            Self::Reason => "it says why a row was refused",
            Self::Server => "the server gives it",
            Self::Id => "records get ids of their own",
        })
    }
}

/// Why columns cannot be read so. `Display` is a sentence for whoever has the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmapped {
    /// No such object, or none whose records are written so.
    #[error("{0}")]
    Object(String),
    /// A heading that names no field.
    #[error("{object} has no field {heading:?}{}", proposals(.near))]
    Unknown {
        /// The heading.
        heading: String,
        /// Of which object.
        object: String,
        /// Names like it.
        near: Vec<String>,
    },
    /// A heading that several fields have as their label.
    #[error("several fields are called {heading:?}: use a name of {}", .fields.join(", "))]
    Ambiguous {
        /// The heading.
        heading: String,
        /// Names of the fields.
        fields: Vec<String>,
    },
    /// A path that leads nowhere, or not to one record.
    #[error("{heading}: {sentence}")]
    Path {
        /// The heading.
        heading: String,
        /// What is wrong.
        sentence: String,
    },
    /// Two columns for one field.
    #[error("the columns {one:?} and {other:?} are both {field}: leave one of them out")]
    Twice {
        /// The field.
        field: String,
        /// The first.
        one: String,
        /// The second.
        other: String,
    },
    /// A field that this caller may not write.
    #[error("{heading}: you may not write {field}")]
    NotWritable {
        /// The heading.
        heading: String,
        /// The field.
        field: String,
    },
    /// A field by which records are not found.
    #[error("records of {object} are not found by {key}{}", proposals(.keys))]
    NoKey {
        /// The object.
        object: String,
        /// What was asked for.
        key: String,
        /// By which they are.
        keys: Vec<String>,
    },
    /// No column has the key.
    #[error("no column is {0}, by which records are to be found")]
    KeyMissing(String),
    /// A name is given to a column that there is not.
    #[error("there is no column {heading:?}{}", proposals(.near))]
    NoColumn {
        /// The name.
        heading: String,
        /// Headings like it.
        near: Vec<String>,
    },
    /// No column is left.
    #[error("no column of the file is a field that can be written")]
    Nothing,
}

fn proposals(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("; there is {}", near.join(", ")) }
}

/// A file's columns.
#[derive(Debug)]
pub struct Mapping {
    scope: Arc<Scope>,
    object: Arc<Object>,
    wishes: Wishes,
    /// The place of the key.
    key: Option<usize>,
    columns: Vec<(String, Target)>,
    /// Of JSON, whose objects each have names of their own: those that came later.
    later: HashMap<String, Result<Target, Unmapped>>,
}

/// A row as a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Ready {
    /// Which row.
    pub number: u64,
    /// The value of the key, if there is a key.
    pub key: Option<Scalar>,
    /// The other values.
    pub record: Incoming,
}

impl Mapping {
    /// Settles what each heading stands for.
    ///
    /// # Errors
    /// See [`Unmapped`].
    pub fn new(scope: Arc<Scope>, object: &str, headings: &[String], wishes: Wishes) -> Result<Self, Unmapped> {
        let rights = &scope.caller.rights;
        let object = scope.schema.object(object).filter(|object| rights.sees(object)).cloned().ok_or_else(|| {
            let names = scope.schema.objects().iter().filter(|object| rights.sees(object)).map(|object| object.name.as_str());
            Unmapped::Object(format!("there is no object {object:?}{}", proposals(&like(object, names))))
        })?;
        let (creates, edits) = (rights.creates(&object) && object.can.create, rights.edits(&object) && object.can.update);
        if object.written_by == WrittenBy::Server || !(creates || (edits && wishes.key.is_some())) {
            return Err(Unmapped::Object(format!("records of {} are not yours to write", object.name)));
        }
        let key = match &wishes.key {
            None => None,
            Some(name) => {
                let found = key_field(&scope, &object, name).and_then(|field| object.position(&field.name));
                Some(found.ok_or_else(|| Unmapped::NoKey {
                    object: object.name.clone(),
                    key: name.clone(),
                    keys: keys(&scope, &object),
                })?)
            }
        };
        for (heading, _) in &wishes.renamed {
            if !headings.iter().any(|known| known.eq_ignore_ascii_case(heading)) {
                let near = like(heading, headings.iter().map(String::as_str));
                return Err(Unmapped::NoColumn { heading: heading.clone(), near });
            }
        }
        let mut mapping = Self { scope, object, wishes, key, columns: Vec::with_capacity(headings.len()), later: HashMap::new() };
        let has_reasons = REASONS.iter().all(|reason| headings.iter().any(|heading| heading.eq_ignore_ascii_case(reason)));
        let mut taken: HashMap<String, String> = HashMap::new();
        for heading in headings {
            let target = mapping.target(heading, has_reasons)?;
            let field = match &target {
                Target::Key(field) | Target::Field(field) | Target::Parent { field, .. } => Some(field.clone()),
                Target::LeftOut(_) => None,
            };
            if let Some(field) = field
                && let Some(one) = taken.insert(field.clone(), heading.clone())
            {
                return Err(Unmapped::Twice { field, one, other: heading.clone() });
            }
            mapping.columns.push((heading.clone(), target));
        }
        if let Some(key) = key
            && !mapping.columns.iter().any(|(_, target)| matches!(target, Target::Key(_)))
        {
            return Err(Unmapped::KeyMissing(mapping.object.fields[key].name.clone()));
        }
        if mapping.columns.iter().all(|(_, target)| matches!(target, Target::LeftOut(_))) {
            return Err(Unmapped::Nothing);
        }
        Ok(mapping)
    }

    /// The headings, each with what it stands for.
    pub fn columns(&self) -> &[(String, Target)] {
        &self.columns
    }

    /// The object.
    pub fn object(&self) -> &Arc<Object> {
        &self.object
    }

    /// For whom.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// By which field records are found.
    pub fn key(&self) -> Option<&Field> {
        self.key.map(|place| &self.object.fields[place])
    }

    fn target(&self, heading: &str, has_reasons: bool) -> Result<Target, Unmapped> {
        let wished = self.wishes.renamed.iter().find(|(from, _)| from.eq_ignore_ascii_case(heading));
        let name = match wished {
            Some((_, name)) if name.trim().is_empty() => return Ok(Target::LeftOut(Why::Asked)),
            Some((_, name)) => name.trim(),
            None if heading.trim().is_empty() => return Ok(Target::LeftOut(Why::NoHeading)),
            None if heading.starts_with(RESULTS) => return Ok(Target::LeftOut(Why::Reason)),
            None if has_reasons && REASONS.iter().any(|reason| heading.eq_ignore_ascii_case(reason)) => {
                return Ok(Target::LeftOut(Why::Reason));
            }
            None => heading.trim(),
        };
        if let Some((path, key)) = name.rsplit_once('.') {
            return self.parent(heading, path, key);
        }
        let (object, rights) = (&*self.object, &self.scope.caller.rights);
        let seen = || object.fields.iter().filter(|field| rights.sees_field(object, field));
        let field = match seen().find(|field| field.name.eq_ignore_ascii_case(name)) {
            Some(field) => field,
            None => {
                let folded = name.to_lowercase();
                let called: Vec<_> = seen().filter(|field| field.label.to_lowercase() == folded).collect();
                // A relationship alone has the ids of the records to which it leads.
                let parent = object.parent(name).map(|(field, _)| field).filter(|field| rights.sees_field(object, field));
                match (called.as_slice(), parent) {
                    ([only], _) => only,
                    ([], Some(field)) => field,
                    ([], None) => {
                        let near = like(name, seen().flat_map(|field| [field.name.as_str(), field.label.as_str()]));
                        return Err(Unmapped::Unknown { heading: heading.to_owned(), object: object.name.clone(), near });
                    }
                    (several, _) => {
                        let fields = several.iter().map(|field| field.name.clone()).collect();
                        return Err(Unmapped::Ambiguous { heading: heading.to_owned(), fields });
                    }
                }
            }
        };
        if self.key().is_some_and(|key| key.name == field.name) {
            return Ok(Target::Key(field.name.clone()));
        }
        if field.field_type == FieldType::Id {
            return Ok(Target::LeftOut(Why::Id));
        }
        if !(field.create || field.update) || !field.is_stored() {
            return Ok(Target::LeftOut(Why::Server));
        }
        if !rights.edits_field(object, field) {
            return Err(Unmapped::NotWritable { heading: heading.to_owned(), field: field.name.clone() });
        }
        Ok(Target::Field(field.name.clone()))
    }

    /// `Account.Ext__c`, `Contact:Who.Email`
    fn parent(&self, heading: &str, path: &str, key: &str) -> Result<Target, Unmapped> {
        let (object, rights) = (&*self.object, &self.scope.caller.rights);
        let no = |sentence: String| Unmapped::Path { heading: heading.to_owned(), sentence };
        let (said, relationship) = match path.split_once(':') {
            Some((said, relationship)) => (Some(said), relationship),
            None => (None, path),
        };
        let found = object.parent(relationship).filter(|(field, _)| rights.sees_field(object, field));
        let (field, reference) = found.ok_or_else(|| {
            let parents = object.fields.iter().filter_map(|field| field.reference.as_ref()?.parent_name.as_deref());
            no(format!("{} has no relationship {relationship:?}{}", object.name, proposals(&like(relationship, parents))))
        })?;
        let objects = reference.to.iter().filter(|name| said.is_none_or(|said| name.eq_ignore_ascii_case(said)));
        let objects: Vec<_> = objects.filter_map(|name| self.scope.schema.object(name)).filter(|object| rights.sees(object)).collect();
        let mut with_key = objects.iter().filter_map(|object| Some((*object, key_field(&self.scope, object, key)?)));
        let (to, key) = match (with_key.next(), with_key.next()) {
            (Some(only), None) => only,
            (None, _) => {
                let keys: Vec<_> = objects.iter().flat_map(|object| keys(&self.scope, object)).collect();
                let known = if objects.len() == 1 { proposals(&keys) } else { String::new() };
                return Err(no(format!("{key:?} is no field by which a {relationship} is found{known}")));
            }
            (Some((one, _)), Some((other, _))) => {
                let (one, other) = (&one.name, &other.name);
                return Err(no(format!(
                    "it may be a {one} or a {other}: write {one}:{relationship}.{key} or {other}:{relationship}.{key}"
                )));
            }
        };
        if !(field.create || field.update) || !rights.edits_field(object, field) {
            return Err(Unmapped::NotWritable { heading: heading.to_owned(), field: field.name.clone() });
        }
        Ok(Target::Parent {
            relationship: reference.parent_name.clone().unwrap_or_default(),
            field: field.name.clone(),
            object: to.name.clone(),
            key: key.name.clone(),
        })
    }

    /// A row as a record, or all that is wrong with its values.
    pub fn record(&mut self, row: &SourceRow) -> Result<Ready, Vec<String>> {
        let content = row.content.as_ref().map_err(|trouble| vec![trouble.clone()])?;
        let mut making = Making { key: None, fields: Vec::new(), reasons: Vec::new() };
        match content {
            Content::Cells(cells) => {
                for ((_, target), cell) in self.columns.iter().zip(cells) {
                    self.cell(&mut making, target, unsafe_again(cell), cell == NOTHING);
                }
            }
            Content::Object(object) => {
                for (name, given) in &object.fields {
                    self.member(&mut making, name, given);
                }
            }
        }
        if !making.reasons.is_empty() {
            return Err(making.reasons);
        }
        let key = self.key.map(|_| making.key.unwrap_or(Scalar::Null));
        Ok(Ready { number: row.number, key, record: Incoming { attributes: Claimed::default(), fields: making.fields } })
    }

    fn cell(&self, making: &mut Making, target: &Target, text: &str, is_null: bool) {
        if matches!(target, Target::LeftOut(_)) || (text.trim().is_empty() && self.wishes.empty == Empty::Nothing) {
            return;
        }
        let text = if is_null { "" } else { text };
        self.put(making, target, &Scalar::Text(text.to_owned()));
    }

    fn member(&mut self, making: &mut Making, name: &str, given: &Given) {
        let heading = heading(name, given);
        let scalar = match given {
            Given::Scalar(value) | Given::Reference { value, .. } => value,
            Given::Children(_) => return making.reasons.push(format!("{name}: children are not written with their parent")),
        };
        // The parent of a record that has none: it is said without a key.
        if matches!(scalar, Scalar::Null)
            && let Some((field, _)) = self.object.parent(name)
        {
            let target = Target::Field(field.name.clone());
            return self.put(making, &target, scalar);
        }
        let known = self.columns.iter().find(|(known, _)| *known == heading).map(|(_, target)| target.clone());
        let target = match known {
            Some(target) => Ok(target),
            None => match self.later.get(&heading) {
                Some(target) => target.clone(),
                None => {
                    let target = self.target(&heading, true);
                    // A file with ever new names has nothing to be kept.
                    if self.later.len() < 10_000 {
                        self.later.insert(heading.clone(), target.clone());
                    }
                    target
                }
            },
        };
        match target {
            Ok(Target::LeftOut(_)) => {}
            Ok(target) => self.put(making, &target, scalar),
            Err(error) => making.reasons.push(error.to_string()),
        }
    }

    /// A value, as its field's type.
    fn put(&self, making: &mut Making, target: &Target, given: &Scalar) {
        let field = |name: &str| self.object.field(name).expect("the mapping has fields of the object");
        let (said, typed) = match target {
            Target::LeftOut(_) => return,
            Target::Key(name) | Target::Field(name) => (name, typed(field(name), given)),
            Target::Parent { field: name, object, key, .. } => {
                let parent = self.scope.schema.object(object);
                let key = parent.and_then(|parent| parent.field(key)).expect("the mapping has fields of the object");
                (name, typed(key, given))
            }
        };
        let scalar = match typed {
            Ok(scalar) => scalar,
            Err(reason) => return making.reasons.push(format!("{said}: {reason}")),
        };
        match target {
            Target::Key(_) => making.key = Some(scalar),
            Target::Parent { relationship, object, key, .. } if !matches!(scalar, Scalar::Null) => {
                let given = Given::Reference { object: Some(object.clone()), key: key.clone(), value: scalar };
                making.give(relationship, said, given);
            }
            _ => making.give(said, said, Given::Scalar(scalar)),
        }
    }
}

struct Making {
    key: Option<Scalar>,
    fields: Vec<(String, Given)>,
    reasons: Vec<String>,
}

impl Making {
    fn give(&mut self, name: &str, field: &str, given: Given) {
        // Of JSON, whose names can differ from object to object.
        if self.fields.iter().any(|(known, _)| known == name) {
            self.reasons.push(format!("{field} is given twice"));
        } else {
            self.fields.push((name.to_owned(), given));
        }
    }
}

/// A value as its field takes it. Whether a text fits (its length, its list) is the CRM's to say with the record.
fn typed(field: &Field, given: &Scalar) -> Result<Scalar, String> {
    let text = match given {
        Scalar::Text(text) if text.trim().is_empty() => return Ok(Scalar::Null),
        Scalar::Text(text) => text,
        Scalar::Null | Scalar::Boolean(_) | Scalar::Number(_) => return Ok(given.clone()),
    };
    let is_plain = field.field_type.is_text() || field.field_type == FieldType::Base64;
    // A list may be given by what people see of it.
    if is_plain && !(field.field_type == FieldType::Picklist && field.restricted) {
        return Ok(given.clone());
    }
    let text = match (field.field_type, text.trim()) {
        (FieldType::Boolean, "1") => "true",
        (FieldType::Boolean, "0") => "false",
        (_, text) => text,
    };
    match port::typed::value(field, text) {
        Ok(Value::Null) => Ok(Scalar::Null),
        Ok(value) => Ok(port::typed::scalar(field, &value)),
        Err(problem) => Err(problem.reason),
    }
}

/// By which fields an object's records are found.
fn keys(scope: &Scope, object: &Object) -> Vec<String> {
    object.fields.iter().filter(|field| key_field(scope, object, &field.name).is_some()).map(|field| field.name.clone()).collect()
}

/// Names like another, the likest first. That a field is an administrator's makes it like no other.
fn like<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let bare = |name: &str| name.to_lowercase().trim_end_matches("__c").to_owned();
    let name = bare(name);
    let alike = names.map(|known| (strsim::jaro_winkler(&name, &bare(known)), known));
    let mut alike: Vec<(f64, &str)> = alike.filter(|(alike, _)| *alike >= ALIKE).collect();
    alike.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    alike.dedup_by(|one, other| one.1 == other.1);
    alike.into_iter().take(PROPOSED).map(|(_, known)| known.to_owned()).collect()
}
