//! A record on its way to its table: what was given, what was there, what is wrong with it.

use std::collections::HashMap;

use salesforce::{
    Error as Refusal, Id,
    record::{Given, Incoming, Scalar},
};

use super::{Upload, check};
use crate::{
    Scope,
    schema::{Field, FieldType, Object},
    value::Value,
};

/// A record that is made or changed.
#[derive(Debug)]
pub(crate) struct Draft {
    /// Which of the request's operations it is.
    pub(super) at: usize,
    /// The record's; a new one has it once it is counted.
    pub(super) id: Option<Id>,
    /// What the record had, by the place of the field; nothing of a new one.
    pub(super) old: Vec<Value>,
    /// What it gets, by the place of the field; none where it stays as it is.
    pub(super) new: Vec<Option<Value>>,
    /// Parents that are named by a key, to be looked up.
    pub(super) parents: Vec<ParentKey>,
    /// Bytes.
    pub(super) uploads: Vec<(usize, Upload)>,
    /// It is the first version of a document that was made for it.
    pub(super) publishes: bool,
    /// What a case was told as a comment.
    pub(super) comment: Option<Value>,
    /// The places of fields whose values do not fit.
    pub(super) unfit: Vec<usize>,
    /// It could not be read at all: nothing else is looked for.
    pub(super) unread: bool,
    /// Why it is refused.
    pub(super) errors: Vec<Refusal>,
}

/// A parent by one of its fields.
#[derive(Debug)]
pub(super) struct ParentKey {
    /// The place of the field that refers to it.
    pub(super) field: usize,
    /// The parent's object, canonically.
    pub(super) object: String,
    /// The name of its field.
    pub(super) key: String,
    /// The field's value.
    pub(super) value: Value,
}

/// One record of a request, before it is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input<'a> {
    pub(super) at: usize,
    pub(super) record: &'a Incoming,
    pub(super) uploads: &'a [Upload],
}

impl Draft {
    /// What the field has now.
    pub(super) fn get(&self, place: usize) -> &Value {
        const NULL: &Value = &Value::Null;
        self.new[place].as_ref().or_else(|| self.old.get(place)).unwrap_or(NULL)
    }

    /// What the field had.
    pub(super) fn was(&self, place: usize) -> &Value {
        const NULL: &Value = &Value::Null;
        self.old.get(place).unwrap_or(NULL)
    }

    /// What the field gets, if it is another value than it had.
    pub(super) fn changed(&self, place: usize) -> Option<&Value> {
        self.new[place].as_ref().filter(|new| *new != self.was(place))
    }

    /// It is made, not changed.
    pub(super) fn is_new(&self) -> bool {
        self.old.is_empty()
    }

    pub(super) fn set(&mut self, place: usize, value: Value) {
        self.new[place] = Some(value);
    }

    pub(super) fn refuse(&mut self, error: Refusal) {
        self.errors.push(error);
    }

    pub(super) fn is_sound(&self) -> bool {
        self.errors.is_empty()
    }

    /// An empty one, for records that come from a rule.
    pub(super) fn blank(object: &Object, at: usize) -> Self {
        Self {
            at,
            id: None,
            old: Vec::new(),
            new: vec![None; object.fields.len()],
            parents: Vec::new(),
            uploads: Vec::new(),
            publishes: false,
            comment: None,
            unfit: Vec::new(),
            unread: false,
            errors: Vec::new(),
        }
    }
}

/// Reads records of one object. What a name means is found once, since the records of a request mostly have the same.
pub(super) struct Reading<'a> {
    scope: &'a Scope,
    object: &'a Object,
    /// They are made, not changed.
    new: bool,
    names: HashMap<&'a str, Named>,
}

/// What a name in a record means.
#[derive(Clone)]
enum Named {
    /// The field at this place, which the caller may write.
    Field(usize),
    /// One that the caller sees and may not write.
    Fixed(usize),
    /// The field behind this relationship.
    Parent(usize),
    /// Nothing.
    Unknown,
}

impl<'a> Reading<'a> {
    pub(super) fn of(scope: &'a Scope, object: &'a Object, new: bool) -> Self {
        Self { scope, object, new, names: HashMap::new() }
    }

    fn named(&mut self, name: &'a str) -> Named {
        if let Some(named) = self.names.get(name) {
            return named.clone();
        }
        let named = self.find(name);
        self.names.insert(name, named.clone());
        named
    }

    fn find(&self, name: &str) -> Named {
        let (object, rights) = (self.object, &self.scope.caller.rights);
        if let Some(place) = object.position(name) {
            let field = &object.fields[place];
            if !rights.sees_field(object, field) {
                return Named::Unknown;
            }
            return if self.may_write(field) { Named::Field(place) } else { Named::Fixed(place) };
        }
        match object.parent(name).and_then(|(field, _)| object.position(&field.name)) {
            Some(place) if rights.sees_field(object, &object.fields[place]) => {
                if self.may_write(&object.fields[place]) {
                    Named::Parent(place)
                } else {
                    Named::Fixed(place)
                }
            }
            _ => Named::Unknown,
        }
    }

    pub(super) fn may_write(&self, field: &Field) -> bool {
        let rights = &self.scope.caller.rights;
        let possible = if self.new { field.create } else { field.update };
        rights.system || (possible && rights.edits_field(self.object, field))
    }

    /// Reads a record. `key` is the place of the field by which it was asked for, which may not be in it.
    pub(super) fn read(&mut self, input: Input<'a>, key: Option<usize>) -> Draft {
        let mut draft = Draft::blank(self.object, input.at);
        match self.fill(&mut draft, input, key) {
            Ok(()) => {}
            Err(error) => {
                draft.errors = vec![error];
                draft.unread = true;
            }
        }
        draft
    }

    fn fill(&mut self, draft: &mut Draft, input: Input<'a>, key: Option<usize>) -> Result<(), Refusal> {
        let object = self.object;
        let mut fixed = Vec::new();
        let mut given = Vec::with_capacity(input.record.fields.len());
        for (name, value) in &input.record.fields {
            match self.named(name) {
                Named::Field(place) | Named::Fixed(place) if object.fields[place].field_type == FieldType::Id || Some(place) == key => {
                    return Err(Refusal::key_in_body(&object.fields[place].name));
                }
                Named::Field(place) => given.push((place, value)),
                Named::Parent(place) => match value {
                    Given::Reference { .. } => given.push((place, value)),
                    Given::Scalar(_) | Given::Children(_) => return Err(Refusal::no_such_column(name, &object.name)),
                },
                Named::Fixed(place) => fixed.push(place),
                Named::Unknown => return Err(Refusal::no_such_column(name, &object.name)),
            }
        }
        for upload in input.uploads {
            match self.find(&upload.field) {
                Named::Field(place) if object.fields[place].field_type == FieldType::Base64 => draft.uploads.push((place, upload.clone())),
                Named::Field(place) | Named::Fixed(place) => fixed.push(place),
                Named::Parent(_) | Named::Unknown => return Err(Refusal::no_such_column(&upload.field, &object.name)),
            }
        }
        if !fixed.is_empty() {
            let names: Vec<_> = fixed.iter().map(|place| object.fields[*place].name.as_str()).collect();
            return Err(Refusal::not_writable(&names));
        }
        for (place, value) in given {
            let field = &object.fields[place];
            match value {
                Given::Scalar(scalar) => match check::value(field, scalar) {
                    Ok(value) => draft.set(place, value),
                    // What cannot be read at all is told alone; what does not fit, together.
                    Err(error) if error.code() == salesforce::Code::JsonParserError => return Err(error),
                    Err(error) => {
                        draft.unfit.push(place);
                        draft.refuse(error);
                    }
                },
                Given::Reference { object: said, key, value } => {
                    let parent = self.parent(field, said.as_deref(), key, value)?;
                    draft.parents.push(ParentKey { field: place, ..parent });
                }
                Given::Children(_) => return Err(Refusal::no_such_column(&field.name, &object.name)),
            }
        }
        for (place, upload) in &draft.uploads {
            draft.new[*place] = Some(Value::Text(upload.blob.id.to_string()));
        }
        Ok(())
    }

    fn parent(&self, field: &Field, said: Option<&str>, key: &str, value: &Scalar) -> Result<ParentKey, Refusal> {
        let (schema, rights) = (&self.scope.schema, &self.scope.caller.rights);
        let to = field.reference.as_ref().map_or(&[][..], |reference| &reference.to);
        let name = match (said, to) {
            (Some(said), to) => to.iter().find(|name| name.eq_ignore_ascii_case(said)),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        let object = name.and_then(|name| schema.object(name)).filter(|object| rights.sees(object));
        let object = object.ok_or_else(|| {
            Refusal::json_shape(format!("{}: a reference to another record names one of the objects that it may be of", field.name))
        })?;
        let key_field = key_field(self.scope, object, key).ok_or_else(|| Refusal::no_such_key(key))?;
        Ok(ParentKey { field: 0, object: object.name.clone(), key: key_field.name.clone(), value: check::value(key_field, value)? })
    }
}

/// The field by which records are found: an external id, or another that is good for it (1.5, fact 7).
pub(crate) fn key_field<'a>(scope: &Scope, object: &'a Object, name: &str) -> Option<&'a Field> {
    object
        .field(name)
        .filter(|field| field.external_id || field.id_lookup || field.field_type == FieldType::Id)
        .filter(|field| scope.caller.rights.sees_field(object, field))
}
