//! Records as people tell them from others, found in one query with their parents' names.

use domain::{
    record::{Criterion, FieldProblem, RecordRef},
    secret::Text,
};
use engine::crm::Record;
use salesforce::Id;
use sea_query::{Condition, Expr, ExprTrait as _, JoinType, LikeExpr, Order, Query, SelectStatement};
use store::sql::{Built, Row};

use super::{shape, typed};
use crate::{
    Reader, Result, Scope, access,
    record::column,
    schema::{Field, Object, fold},
    value::Value,
};

/// The record itself in a query.
const SELF: &str = "t";

/// Something that is told of a record.
struct Fact<'s> {
    label: String,
    field: &'s Field,
    /// The reference that leads to the record with the field; none for the record itself.
    parent: Option<(&'s Field, &'s Object)>,
}

/// How an object's records are shown to somebody.
pub(super) struct Look<'s> {
    scope: &'s Scope,
    object: &'s Object,
    title: Option<&'s Field>,
    facts: Vec<Fact<'s>>,
}

impl<'s> Look<'s> {
    pub(super) fn at(scope: &'s Scope, object: &'s Object) -> Self {
        let rights = &scope.caller.rights;
        let title = object.name_field().filter(|field| field.is_stored() && rights.sees_field(object, field));
        let facts = shape::facts(object).into_iter().filter_map(|name| fact(scope, object, &name)).collect();
        Self { scope, object, title, facts }
    }

    /// Records that meet the condition, of those that the asker sees, the latest changed first.
    fn query(&self, condition: Condition, limit: usize) -> SelectStatement {
        let (schema, rights) = (&self.scope.schema, &self.scope.caller.rights);
        let mut query = Query::select();
        query.expr(col("id")).from_as(schema.table(self.object), SELF).cond_where(condition);
        if let Some(title) = self.title {
            query.expr(col(title.column()));
        }
        for (at, fact) in self.facts.iter().enumerate() {
            match fact.parent {
                None => {
                    query.expr(col(fact.field.column()));
                }
                Some((reference, parent)) => {
                    let alias = format!("p{at}");
                    let mut on = Condition::all().add(Expr::col((alias.clone(), "id")).equals((SELF, reference.column())));
                    if let Some(narrowed) = access::visible(schema, parent, rights, &alias) {
                        on = on.add(narrowed);
                    }
                    if let Some(deleted) = parent.field("IsDeleted") {
                        on = on.add(Expr::col((alias.clone(), deleted.column())).eq(Expr::Constant(0_i64.into())));
                    }
                    query.join_as(JoinType::LeftJoin, schema.table(parent), alias.clone(), on);
                    query.expr(Expr::col((alias, fact.field.column())));
                }
            }
        }
        if self.object.field("IsDeleted").is_some() {
            query.and_where(col("isdeleted").eq(0_i64));
        }
        if let Some(narrowed) = access::visible(schema, self.object, rights, SELF) {
            query.cond_where(narrowed);
        }
        if self.object.field("LastModifiedDate").is_some() {
            query.order_by((SELF, "lastmodifieddate"), Order::Desc);
        }
        query.order_by((SELF, "id"), Order::Desc).limit(u64::try_from(limit).unwrap_or(u64::MAX));
        query
    }

    fn record(&self, row: &Row) -> Result<Record> {
        let id: String = row.get(0)?;
        let id = Id::parse(&id).map_err(|_| store::Error::broken("a record's id"))?;
        let mut at = 1;
        let mut next = |field: &Field| {
            let value = column::read(row, at, field).map(|value| typed::shown(field, &value));
            at += 1;
            value
        };
        let title = self.title.map(&mut next).transpose()?.filter(|title| !title.is_empty());
        let mut facts = Vec::with_capacity(self.facts.len());
        for fact in &self.facts {
            let value = next(fact.field)?;
            if !value.is_empty() {
                facts.push((fact.label.clone(), Text(value)));
            }
        }
        Ok(Record {
            at: RecordRef { entity: self.object.name.clone(), id: id.to_string() },
            entity_label: self.object.label.clone(),
            title: Text(title.unwrap_or_else(|| id.to_string())),
            facts,
        })
    }

    async fn fetch(&self, reader: &mut Reader<'_>, built: Built) -> Result<Vec<Record>> {
        reader.fetch(built).await?.iter().map(|row| self.record(row)).collect()
    }

    /// The record with this id.
    pub(super) async fn one(&self, reader: &mut Reader<'_>, id: Id) -> Result<Option<Record>> {
        let built = {
            let condition = Condition::all().add(col("id").eq(id.short()));
            Built::new("a record shown", reader.backend(), &self.query(condition, 1))?.kept()
        };
        Ok(self.fetch(reader, built).await?.pop())
    }

    /// Records that have all these values.
    pub(super) async fn that_have(&self, reader: &mut Reader<'_>, values: Vec<Sought<'_>>, limit: usize) -> Result<Vec<Record>> {
        let built = {
            let condition = values.into_iter().fold(Condition::all(), |all, sought| all.add(sought.condition()));
            Built::new("records found", reader.backend(), &self.query(condition, limit))?.kept()
        };
        self.fetch(reader, built).await
    }

    /// Records in whose name or other telling fields this stands: first those where one begins with it, which indexes know, then others.
    pub(super) async fn with_words(&self, reader: &mut Reader<'_>, words: &str, limit: usize) -> Result<Vec<Record>> {
        let rights = &self.scope.caller.rights;
        let fields: Vec<&Field> = shape::sought(self.object).into_iter().filter(|field| rights.sees_field(self.object, field)).collect();
        let words = fold(words.trim());
        if words.is_empty() || fields.is_empty() {
            return Ok(Vec::new());
        }
        let built = {
            let condition = fields.iter().fold(Condition::any(), |any, field| {
                let column = || col(field.folded_column().unwrap_or_default());
                any.add(column().gte(words.as_str()).and(column().lt(format!("{words}\u{10FFFF}"))))
            });
            Built::new("records beginning with words", reader.backend(), &self.query(condition, limit))?.kept()
        };
        let mut found = self.fetch(reader, built).await?;
        if found.len() >= limit {
            return Ok(found);
        }
        let built = {
            let condition = fields.iter().fold(Condition::any(), |any, field| any.add(contains(field, &words)));
            Built::new("records with words", reader.backend(), &self.query(condition, limit))?.kept()
        };
        match self.fetch(reader, built).await {
            Ok(more) => {
                for record in more {
                    if found.len() < limit && found.iter().all(|known| known.at != record.at) {
                        found.push(record);
                    }
                }
                Ok(found)
            }
            // Many records, and none of them quickly: what begins with the words is an answer.
            Err(crate::Error::Storage(error)) if error.is_over_time() => Ok(found),
            Err(error) => Err(error),
        }
    }
}

fn fact<'s>(scope: &'s Scope, object: &'s Object, name: &str) -> Option<Fact<'s>> {
    let rights = &scope.caller.rights;
    if let Some(field) = object.field(name).filter(|field| field.is_stored() && field.reference.is_none()) {
        return rights.sees_field(object, field).then(|| Fact { label: field.label.clone(), field, parent: None });
    }
    let (reference, to) = object.parent(name).filter(|(field, _)| rights.sees_field(object, field))?;
    // Of a reference to several objects, the first that the asker sees.
    let parent = to.to.iter().filter_map(|name| scope.schema.object(name)).find(|parent| rights.sees(parent))?;
    let field = parent.name_field().filter(|field| field.is_stored() && rights.sees_field(parent, field))?;
    Some(Fact { label: parent.label.clone(), field, parent: Some((reference, parent)) })
}

fn col(name: impl Into<String>) -> Expr {
    Expr::col((SELF, name.into()))
}

fn contains(field: &Field, folded: &str) -> Expr {
    let escaped = folded.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    col(field.folded_column().unwrap_or_default()).like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}

/// A value that records must have.
pub(super) struct Sought<'s> {
    field: &'s Field,
    value: Value,
    exact: bool,
}

impl<'s> Sought<'s> {
    /// Reads what somebody typed. It must be a field that the asker sees, named exactly, and something must be there to look for.
    pub(super) fn read(scope: &Scope, object: &'s Object, criterion: &Criterion) -> Result<Self, FieldProblem> {
        let field = object.field(&criterion.field).filter(|field| field.name == criterion.field);
        let field = field.filter(|field| scope.caller.rights.sees_field(object, field));
        let problem = |kind: &str, reason: String| FieldProblem { field: criterion.field.clone(), kind: kind.to_owned(), reason };
        let Some(field) = field else {
            return Err(problem("unknown_field", format!("{} has no field {}", object.label, criterion.field)));
        };
        if !field.filter || !field.is_stored() {
            return Err(problem("not_allowed", format!("{} cannot be looked for", field.label)));
        }
        let value = typed::value(field, criterion.value.reveal())?;
        if value.is_null() {
            return Err(problem("required", format!("{} is empty: there is nothing to look for", field.label)));
        }
        Ok(Self { field, value, exact: criterion.exact })
    }

    fn condition(self) -> Expr {
        match (&self.value, self.field.folded_column()) {
            (Value::Text(text), Some(_)) if !self.exact => contains(self.field, &fold(text)),
            (Value::Text(text), Some(folded)) => col(folded).eq(fold(text)),
            _ => col(self.field.column()).eq(Expr::val(column::bound(self.field, self.value))),
        }
    }
}
