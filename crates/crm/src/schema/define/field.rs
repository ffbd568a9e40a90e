//! Custom fields, and the values of standard picklists.

use std::collections::HashMap;

use salesforce::Error;
use sea_query::{Expr, ExprTrait as _, Query};
use serde_json::json;
use store::{CrmDefinition, Tx, sql::Built};

use super::{
    Author, FieldDefinition, Kept, Kind, MOST_FIELDS, MOST_LOOKUPS, StandardFieldDefinition, ValueDefinition, build,
    change::{Audited, Before, settled},
    check::{self, refuse, taken},
    read::takes_values,
    rows,
};
use crate::{
    Crm, Result,
    access::{
        Caller,
        install::{dropped_for_good, field_defined},
    },
    held::Stamp,
    schema::{Field, FieldType, Object, Schema, fold, seed, standard::STANDARD, table},
};

/// How many masters a detail can have, and how many objects a line from detail to master to its master.
const MASTERS: usize = 2;
const LEVELS: usize = 3;

fn audited(action: &'static str, object: &str, field: &str, change: serde_json::Value) -> Audited {
    Audited { action, subject: format!("{object}.{field}"), change }
}

impl Crm {
    /// Adds a custom field to an object. A default is given to records that are there only where they need one: to required fields and
    /// checkboxes.
    ///
    /// # Errors
    /// What the definition lacks, in words for the administrator; a name that another field has or had; records that do not allow it.
    pub async fn define_field(&self, caller: &Caller, author: Author, object: &str, mut definition: FieldDefinition) -> Result<Field> {
        check::field(&mut definition)?;
        let (asked, name, by) = (object.to_owned(), definition.name.clone(), caller.user);
        self.defining(caller, author, audited("crm_field.created", object, &name, json!(definition)), move |tx, before| {
            Box::pin(async move {
                let object = before.object(&asked)?;
                let seen_by = definition.seen_by.take();
                fits(before, object, &definition)?;
                if definition.refers_to.is_some() {
                    refer(&before.schema, object, &mut definition)?;
                }
                let field = build::field(&definition);
                let count = rows::count(tx, &before.schema, object).await?;
                if count > 0 && definition.kind == Kind::MasterDetail {
                    return refuse("kind", format!("{} has {count} records, which have no master: use a lookup", object.label_plural));
                }
                if count > 0 && definition.required && definition.default.is_none() && field.default.is_none() {
                    return refuse(
                        "required",
                        format!(
                            "{} has {count} records, which have no value for it: give a default, or make it required when they have one",
                            object.label_plural
                        ),
                    );
                }
                let backend = tx.backend();
                tx.run_definitions(&table::add(&before.schema, object, &field, backend)).await?;
                let is_given = definition.required || (definition.kind == Kind::Checkbox && field.default.as_deref() == Some("true"));
                if count > 0 && is_given {
                    rows::fill(tx, &before.schema, object, || stored_default(&field)).await?;
                }
                if definition.kind == Kind::AutoNumber {
                    let first = definition.start.unwrap_or(1);
                    set_counter(tx, before, &object.name, &field.name, Some(i64::from(first))).await?;
                }
                let stamp = Stamp { at: before.now, by };
                field_defined(tx, before.workspace, &before.schema, object, &field, seen_by.as_deref(), stamp).await?;
                save(tx, before, &object.name, &field.name, Kept::Field(definition)).await
            })
        })
        .await?;
        self.field_now(caller, object, &name).await
    }

    /// Changes a custom field to this definition: all but its name, its kind, and to what it refers. Texts and numbers can become longer, and
    /// texts shorter where no record has a longer one.
    ///
    /// # Errors
    /// As [`Self::define_field`]: records without a value that is now required, or with one that is now to be unique, are counted and named.
    pub async fn change_field(&self, caller: &Caller, author: Author, object: &str, mut definition: FieldDefinition) -> Result<Field> {
        check::field(&mut definition)?;
        let (asked, name) = (object.to_owned(), definition.name.clone());
        self.defining(caller, author, audited("crm_field.changed", object, &name, json!(definition)), move |tx, before| {
            Box::pin(async move {
                let object = before.object(&asked)?;
                let kept = before.kept(&object.name, Some(&definition.name)).filter(|kept| kept.dropped_at.is_none());
                let Some(Kept::Field(old)) = kept.map(Kept::read).transpose()? else { return Err(Error::not_found().into()) };
                definition.name.clone_from(&old.name);
                definition.relationship = definition.relationship.take().or_else(|| old.relationship.clone());
                if definition.kind != old.kind || definition.refers_to != old.refers_to || definition.relationship != old.relationship {
                    return refuse("kind", "What a field holds cannot be changed: make another one");
                }
                let (field, was) = (build::field(&definition), build::field(&old));
                allowed_by_rows(tx, &before.schema, object, &was, &field).await?;
                let indexed = |field: &Field| (field.unique, field.external_id, field.case_sensitive);
                if indexed(&field) != indexed(&was) {
                    tx.run_built(table::drop_index(&before.schema, object, &field, tx.backend())).await?;
                    if let Some(index) = table::add_index(&before.schema, object, &field, tx.backend()) {
                        tx.run_built(index).await?;
                    }
                }
                save(tx, before, &object.name, &field.name, Kept::Field(definition)).await
            })
        })
        .await?;
        self.field_now(caller, object, &name).await
    }

    /// Changes a standard field's help text, or the values of a standard picklist that takes others. Those of a status are what they were, or
    /// what [`ValueDefinition::closed`] says.
    pub async fn change_standard_field(
        &self,
        caller: &Caller,
        author: Author,
        object: &str,
        field: &str,
        change: StandardFieldDefinition,
    ) -> Result<Field> {
        check::help(change.help.as_ref())?;
        change.values.as_deref().map_or(Ok(()), check::values)?;
        let (asked, name) = (object.to_owned(), field.to_owned());
        self.defining(caller, author, audited("crm_field.changed", object, field, json!(change)), move |tx, before| {
            Box::pin(async move {
                let object = before.object(&asked)?;
                let field = object.field(&name).filter(|field| !field.custom).ok_or_else(Error::not_found)?;
                if change.values.is_some() && !takes_values(field) {
                    return refuse("values", format!("The values of {} cannot be changed", field.label));
                }
                let longest = field.length as usize;
                let values: &[ValueDefinition] = change.values.as_deref().unwrap_or_default();
                if let Some(long) = values.iter().find(|value| value.value.chars().count() > longest) {
                    return refuse("values", format!("{} is longer than {longest} characters", long.value));
                }
                if seed::is_status(object, field) && change.values.is_some() && !values.iter().any(|value| value.default) {
                    return refuse("values", "One of the values must be what new records have");
                }
                let means: HashMap<String, bool> = values.iter().filter_map(|value| Some((value.value.clone(), value.closed?))).collect();
                let mut after = field.clone();
                if let Some(values) = &change.values {
                    (after.picklist, after.default) = build::picklist(values);
                    seed::follow(tx, before.workspace, &before.schema, (object, &after), &means, before.now).await?;
                }
                let name = field.name.clone();
                save(tx, before, &object.name, &name, Kept::StandardField(change)).await
            })
        })
        .await?;
        self.field_now(caller, object, field).await
    }

    /// The values of a picklist, standard or custom, as they would be defined.
    pub async fn picklist_values(&self, caller: &Caller, object: &str, field: &str) -> Result<Vec<ValueDefinition>> {
        Ok(build::values(&self.field_now(caller, object, field).await?))
    }

    /// Takes a custom field out of the schema. Its values are kept until it is erased.
    pub async fn drop_field(&self, caller: &Caller, author: Author, object: &str, field: &str) -> Result<()> {
        let (asked, name) = (object.to_owned(), field.to_owned());
        self.defining(caller, author, audited("crm_field.dropped", object, field, json!(null)), move |tx, before| {
            Box::pin(async move {
                let object = before.object(&asked)?;
                let field = object.field(&name).ok_or_else(Error::not_found)?;
                if !field.custom {
                    return refuse("name", "A standard field cannot be dropped");
                }
                let is_master = field.reference.as_ref().is_some_and(|reference| reference.master);
                let count = if is_master { rows::count(tx, &before.schema, object).await? } else { 0 };
                if count > 0 {
                    return refuse("name", format!("{} has {count} records, whose rights come from their master", object.label_plural));
                }
                let kept = before.kept(&object.name, Some(&field.name)).ok_or_else(Error::not_found)?;
                let row = CrmDefinition { dropped_at: Some(before.now), ..kept.clone() };
                Ok(tx.save_crm_definition(before.workspace, &row, before.schema.revision).await?)
            })
        })
        .await
    }

    /// Takes a custom field that was dropped back. If it was required and there are records without a value by now, it is required no longer.
    pub async fn restore_field(&self, caller: &Caller, author: Author, object: &str, field: &str) -> Result<Field> {
        let (asked, name) = (object.to_owned(), field.to_owned());
        self.defining(caller, author, audited("crm_field.restored", object, field, json!(null)), move |tx, before| {
            Box::pin(async move {
                let object = before.object(&asked)?;
                let mut definition = dropped(before, object, &name)?;
                let built = build::field(&definition);
                if definition.required && rows::without(tx, &before.schema, object, &built).await?.is_some() {
                    definition.required = false;
                }
                save(tx, before, &object.name, &built.name, Kept::Field(definition)).await
            })
        })
        .await?;
        self.field_now(caller, object, field).await
    }

    /// Erases a custom field that was dropped, with its values in all records. Nothing takes them back.
    pub async fn erase_field(&self, caller: &Caller, author: Author, object: &str, field: &str) -> Result<()> {
        let (asked, name) = (object.to_owned(), field.to_owned());
        self.defining(caller, author, audited("crm_field.erased", object, field, json!(null)), move |tx, before| {
            Box::pin(async move {
                let object = before.object(&asked)?;
                let field = build::field(&dropped(before, object, &name)?);
                before.kept(&object.name, Some(&field.name)).map_or(Ok(()), |kept| settled(kept, before.now))?;
                let backend = tx.backend();
                tx.run_definitions(&table::drop_columns(&before.schema, object, &field, backend)).await?;
                set_counter(tx, before, &object.name, &field.name, None).await?;
                dropped_for_good(tx, before.workspace, &before.schema, object, Some(&field)).await?;
                Ok(tx.remove_crm_field(before.workspace, &object.name, &field.name).await?)
            })
        })
        .await
    }

    async fn field_now(&self, caller: &Caller, object: &str, field: &str) -> Result<Field> {
        let object = self.object_now(caller, object).await?;
        object.field(field).cloned().ok_or_else(|| Error::not_found().into())
    }
}

async fn save(tx: &mut Tx, before: &Before, object: &str, field: &str, kept: Kept) -> Result<()> {
    Ok(tx.save_crm_definition(before.workspace, &kept.row(object, Some(field), None)?, before.schema.revision).await?)
}

fn dropped(before: &Before, object: &Object, field: &str) -> Result<FieldDefinition> {
    let kept = before.kept(&object.name, Some(field)).filter(|kept| kept.dropped_at.is_some());
    match kept.map(Kept::read).transpose()? {
        Some(Kept::Field(definition)) => Ok(definition),
        _ => Err(Error::not_found().into()),
    }
}

/// Whether the object takes another field, and this one.
fn fits(before: &Before, object: &Object, definition: &FieldDefinition) -> Result<()> {
    if !object.custom && !STANDARD.customizable.contains(object.name.as_str()) {
        return refuse("object", format!("Fields cannot be added to {}", object.label_plural));
    }
    if object.field(&definition.name).is_some() {
        return taken("name", format!("{} has a field {} already", object.label, definition.name));
    }
    if before.kept(&object.name, Some(&definition.name)).is_some() {
        return taken("name", format!("{} had a field {}: restore it, or erase it first", object.label, definition.name));
    }
    let own = before.definitions.iter().filter(|kept| kept.object == object.name && kept.field.is_some()).count();
    if own >= MOST_FIELDS {
        return refuse("object", format!("An object can have {MOST_FIELDS} custom fields"));
    }
    let lookups = object.fields.iter().filter(|field| field.custom && field.reference.is_some()).count();
    if definition.refers_to.is_some() && lookups >= MOST_LOOKUPS {
        return refuse("refers_to", format!("An object can have {MOST_LOOKUPS} lookup fields"));
    }
    Ok(())
}

/// Makes a reference whole: the object's canonical name, and the relationship's.
fn refer(schema: &Schema, object: &Object, definition: &mut FieldDefinition) -> Result<()> {
    let asked = definition.refers_to.as_deref().unwrap_or_default();
    let Some(parent) = schema.object(asked) else { return refuse("refers_to", format!("There is no object {asked}")) };
    let taken = |name: &str| {
        let name = format!("{name}__r");
        schema.children(parent).any(|(.., reference)| reference.child_name.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(&name)))
    };
    match &definition.relationship {
        Some(name) if taken(name) => {
            return check::taken("relationship", format!("{} has children under the name {name} already", parent.label));
        }
        Some(_) => {}
        None => {
            let plural: String = object.label_plural.chars().filter(char::is_ascii_alphanumeric).take(30).collect();
            let plural = if plural.starts_with(|first: char| first.is_ascii_alphabetic()) { plural } else { "Children".to_owned() };
            let numbered = (1..).map(|number| if number == 1 { plural.clone() } else { format!("{plural}{number}") });
            definition.relationship = numbered.into_iter().find(|name| !taken(name));
        }
    }
    definition.refers_to = Some(parent.name.clone());
    if definition.kind != Kind::MasterDetail {
        return Ok(());
    }
    if !object.custom {
        return refuse("kind", "Only a custom object can be a detail");
    }
    if parent.name == object.name || parent.name == "User" {
        return refuse("refers_to", format!("{} cannot be a master", parent.label));
    }
    let masters = |object: &Object| object.fields.iter().filter(|field| field.reference.as_ref().is_some_and(|one| one.master)).count();
    if masters(object) >= MASTERS {
        return refuse("kind", format!("An object can have {MASTERS} masters"));
    }
    let above = levels(schema, parent, &object.name, LEVELS);
    match above {
        Some(above) if above + below(schema, object, LEVELS) <= LEVELS => Ok(()),
        _ => {
            refuse("refers_to", format!("No more than {LEVELS} objects can be masters and details of each other, and none its own master"))
        }
    }
}

/// How many objects stand in the longest line from this one up; none if the other is among them, or there are too many.
fn levels(schema: &Schema, object: &Object, other: &str, most: usize) -> Option<usize> {
    if object.name == other || most == 0 {
        return None;
    }
    let masters = object.fields.iter().filter_map(|field| field.reference.as_ref().filter(|reference| reference.master));
    let mut longest = 0;
    for master in masters.flat_map(|reference| &reference.to) {
        longest = Ord::max(longest, schema.object(master).map_or(Some(0), |master| levels(schema, master, other, most - 1))?);
    }
    Some(longest + 1)
}

/// How many in the longest line from this one down.
fn below(schema: &Schema, object: &Object, most: usize) -> usize {
    let details = schema.children(object).filter(|(.., reference)| reference.master && most > 0);
    1 + details.map(|(detail, ..)| below(schema, detail, most - 1)).max().unwrap_or(0)
}

/// Whether the records there are fit what a field becomes.
async fn allowed_by_rows(tx: &mut Tx, schema: &Schema, object: &Object, was: &Field, field: &Field) -> Result<()> {
    let whole = |field: &Field| field.precision.saturating_sub(field.scale);
    if field.scale < was.scale || whole(field) < whole(was) {
        return refuse("precision", "A number can be given more digits, not fewer");
    }
    if field.length < was.length
        && let Some((count, ids)) = rows::longer(tx, schema, object, field, field.length).await?
    {
        return refuse("length", format!("{count} records have a longer text, among them {ids}"));
    }
    if was.nillable
        && !field.nillable
        && let Some((count, ids)) = rows::without(tx, schema, object, field).await?
    {
        return refuse("required", format!("{count} records have no value, among them {ids}: fill it in first"));
    }
    let is_stricter = field.unique && (!was.unique || (was.case_sensitive && !field.case_sensitive));
    if is_stricter && let Some((count, ids)) = rows::duplicates(tx, schema, object, field).await? {
        return refuse("unique", format!("{count} values are in more than one record, among them those of {ids}"));
    }
    Ok(())
}

/// A field's default as its columns hold it.
fn stored_default(field: &Field) -> Vec<(String, Expr)> {
    let text = field.default.as_deref().unwrap_or_default();
    let instant = |instant: jiff::Timestamp| instant.as_microsecond();
    let value = match field.field_type {
        FieldType::Boolean => Expr::val(i64::from(text == "true")),
        FieldType::Double | FieldType::Currency | FieldType::Percent => Expr::val(text.parse::<f64>().ok()),
        FieldType::Date => {
            let date = text.parse::<jiff::civil::Date>().and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC));
            Expr::val(date.ok().map(|midnight| instant(midnight.timestamp())))
        }
        FieldType::DateTime => Expr::val(text.parse::<jiff::Timestamp>().ok().map(instant)),
        FieldType::Time => {
            let time = text.strip_suffix('Z').unwrap_or(text).parse::<jiff::civil::Time>();
            Expr::val(time.ok().and_then(|time| i64::try_from(time.duration_since(jiff::civil::Time::midnight()).as_micros()).ok()))
        }
        _ => Expr::val(text),
    };
    let folded = field.folded_column().map(|column| (column, Expr::val(fold(text))));
    std::iter::once((field.column(), value)).chain(folded).collect()
}

/// Where an automatic number begins; none takes the counter away.
async fn set_counter(tx: &mut Tx, before: &Before, object: &str, field: &str, first: Option<i64>) -> Result<()> {
    let (workspace, backend) = (before.workspace.0, tx.backend());
    let built = match first {
        Some(first) => {
            let values: [Expr; 4] = [Expr::val(workspace), Expr::val(object), Expr::val(field), Expr::val(first)];
            let mut insert = Query::insert();
            insert.into_table("crm_counter").columns(["workspace", "object", "name", "next"]).values_panic(values);
            Built::new("a counter", backend, &insert)?
        }
        None => {
            let mut delete = Query::delete();
            delete.from_table("crm_counter").and_where(Expr::col("workspace").eq(workspace));
            delete.and_where(Expr::col("object").eq(object)).and_where(Expr::col("name").eq(field));
            Built::new("a counter", backend, &delete)?
        }
    };
    tx.run_built(built).await?;
    Ok(())
}
