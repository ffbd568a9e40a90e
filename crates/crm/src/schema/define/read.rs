//! What there is, as whoever administers it reads it: with what was dropped, and what of it can be changed.

use std::{sync::Arc, time::Duration};

use domain::time::Timestamp;
use salesforce::Error;
use store::CrmDefinition;

use super::{FieldDefinition, Kept, ObjectDefinition, ValueDefinition, build, change::may};
use crate::{
    Crm, Reader, Result,
    access::{
        Caller,
        grant::{self, Given},
    },
    schema::{Field, FieldType, Object, Schema, seed, standard::STANDARD},
};

/// How long reading what values mean may take.
const LONGEST: Duration = Duration::from_secs(5);

/// An object, standard or custom, dropped or not.
#[derive(Clone, Debug)]
pub struct DefinedObject {
    /// As it is, or was.
    pub object: Arc<Object>,
    /// Of a custom one.
    pub definition: Option<ObjectDefinition>,
    /// It can be restored until it is erased.
    pub dropped_at: Option<Timestamp>,
    /// Its records are written by whoever manages users, not by whoever has a right to the object.
    pub for_administrators: bool,
    /// Fields can be added to it.
    pub takes_fields: bool,
    /// How many it has that are not dropped.
    pub custom_fields: usize,
}

/// A field, likewise.
#[derive(Clone, Debug)]
pub struct DefinedField {
    /// As it is, or was.
    pub field: Field,
    /// Of a custom one.
    pub definition: Option<FieldDefinition>,
    /// It can be restored until it is erased.
    pub dropped_at: Option<Timestamp>,
    /// Its picklist can be given other values.
    pub values_changeable: bool,
}

/// A standard picklist that takes other values than those that it came with, or a custom one.
pub(super) fn takes_values(field: &Field) -> bool {
    let is_list = matches!(field.field_type, FieldType::Picklist | FieldType::Multipicklist | FieldType::Combobox);
    is_list && (field.custom || !(field.restricted || field.picklist.is_empty()))
}

/// What there is, and what is kept of definitions.
struct Whole {
    schema: Arc<Schema>,
    kept: Vec<CrmDefinition>,
}

impl Whole {
    fn of<'a>(&'a self, object: &'a str) -> impl Iterator<Item = &'a CrmDefinition> {
        self.kept.iter().filter(move |kept| kept.object.eq_ignore_ascii_case(object))
    }

    fn object(&self, name: &str) -> Result<DefinedObject> {
        let kept = self.of(name).find(|kept| kept.field.is_none());
        let made = match kept.map(Kept::read).transpose()? {
            Some(Kept::Object { definition, prefix }) => Some((definition, prefix)),
            _ => None,
        };
        let there = self.schema.object(name).cloned();
        let object = match (there, &made) {
            (Some(object), _) => object,
            (None, Some((definition, prefix))) => Arc::new(build::object(definition, *prefix)),
            (None, None) => return Err(Error::not_found().into()),
        };
        let dropped_at = kept.and_then(|kept| kept.dropped_at);
        let takes_fields = dropped_at.is_none() && (object.custom || STANDARD.customizable.contains(object.name.as_str()));
        let mut custom_fields = 0;
        for kept in self.of(name).filter(|kept| kept.field.is_some() && kept.dropped_at.is_none()) {
            custom_fields += usize::from(matches!(Kept::read(kept)?, Kept::Field(_)));
        }
        let for_administrators = matches!(grant::given(&object), Given::ToAll | Given::Setup);
        let definition = made.map(|(definition, _)| definition);
        Ok(DefinedObject { object, definition, dropped_at, for_administrators, takes_fields, custom_fields })
    }

    /// In their order; what is dropped, or refers to what is, comes last.
    fn fields(&self, object: &Object) -> Result<Vec<DefinedField>> {
        let mut made = Vec::new();
        for kept in self.of(&object.name) {
            if let Kept::Field(definition) = Kept::read(kept)? {
                made.push((definition, kept.dropped_at));
            }
        }
        let there = object.fields.iter().map(|field| {
            let definition = made.iter().find(|(definition, _)| field.custom && definition.name.eq_ignore_ascii_case(&field.name));
            (field.clone(), definition.map(|(definition, _)| definition.clone()), None)
        });
        let gone = made.iter().filter(|(definition, _)| object.field(&definition.name).is_none());
        let gone = gone.map(|(definition, dropped_at)| (build::field(definition), Some(definition.clone()), *dropped_at));
        let all = there.chain(gone).map(|(field, definition, dropped_at)| {
            let values_changeable = takes_values(&field) && dropped_at.is_none();
            DefinedField { field, definition, dropped_at, values_changeable }
        });
        Ok(all.collect())
    }
}

impl Crm {
    /// Every object, standard ones first; custom ones that were dropped come last.
    ///
    /// # Errors
    /// `Refused` for whoever may not customize, here as in all that is read of definitions.
    pub async fn defined_objects(&self, caller: &Caller) -> Result<Vec<DefinedObject>> {
        let whole = self.whole(caller).await?;
        let there = whole.schema.objects().iter().map(|object| object.name.as_str());
        let gone = whole.kept.iter().filter(|kept| kept.field.is_none() && whole.schema.object(&kept.object).is_none());
        there.chain(gone.map(|kept| kept.object.as_str())).map(|name| whole.object(name)).collect()
    }

    /// An object and its fields, by its name in whatever case.
    ///
    /// # Errors
    /// `NOT_FOUND` when there is none, nor was.
    pub async fn defined_object(&self, caller: &Caller, name: &str) -> Result<(DefinedObject, Vec<DefinedField>)> {
        let whole = self.whole(caller).await?;
        let object = whole.object(name)?;
        let fields = whole.fields(&object.object)?;
        Ok((object, fields))
    }

    /// A field, and the values of its picklist with what they mean.
    ///
    /// # Errors
    /// `NOT_FOUND` when there is none, nor was.
    pub async fn defined_field(&self, caller: &Caller, object: &str, name: &str) -> Result<(DefinedField, Vec<ValueDefinition>)> {
        let whole = self.whole(caller).await?;
        let object = whole.object(object)?.object;
        let field = whole.fields(&object)?.into_iter().find(|one| one.field.name.eq_ignore_ascii_case(name));
        let field = field.ok_or_else(Error::not_found)?;
        let mut snapshot = self.store().record_snapshot(LONGEST).await?;
        let means = seed::meanings(&mut Reader::Snapshot(&mut snapshot), &whole.schema, &object, &field.field).await?;
        let mut values = build::values(&field.field);
        for value in &mut values {
            value.closed = means.get(&value.value).copied();
        }
        Ok((field, values))
    }

    async fn whole(&self, caller: &Caller) -> Result<Whole> {
        may(caller)?;
        let schema = self.schema(caller.workspace).await?;
        let kept = self.store().snapshot().await?.crm_definitions(caller.workspace).await?;
        Ok(Whole { schema, kept })
    }
}
