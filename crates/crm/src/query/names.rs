//! Names of a query: which object, relationship and field is meant, and which tables are joined for it.
//!
//! What the caller may not see is not there: it gives the same error as a name that nobody has (`salesforce.md` 2.6). A parent that the caller
//! may not see, or that was deleted, is as none.

use std::{cell::Cell, sync::Arc};

use salesforce::describe::FieldType;
use sea_query::{Condition, Expr, ExprTrait as _, Func, JoinType, SelectStatement};
use soql::{
    Span,
    ast::{Ident, Path, Source},
};
use store::Backend;

use super::{Scope, Unsupported, calendar::Calendar, operand::Operand};
use crate::{
    Result, access,
    schema::{Field, Object, Reference},
};

/// How far up a path goes (`salesforce.md` 2.3).
const MAX_LEVELS: usize = 5;
/// How many parents a query joins (`salesforce.md` 2.3).
const MAX_PARENTS: usize = 55;
/// SQLite joins no more than 64 tables.
const MAX_TABLES: usize = 60;
/// SQLite binds no more than 32,766 values.
const MAX_VALUES: usize = 30_000;

/// What fields the pseudo-object Name has, which stands for a record of several possible objects (`salesforce.md` 2.3).
const NAME: [&str; 11] = ["Id", "Name", "Type", "FirstName", "LastName", "Email", "Phone", "Title", "Alias", "Username", "IsActive"];

/// A table that a query reads.
pub(super) struct Joined<'s> {
    pub(super) alias: String,
    pub(super) object: &'s Arc<Object>,
    /// From which table, by which of its fields; none for the query's own object.
    by: Option<(usize, &'s str)>,
    on: Option<Condition>,
}

/// Where a path has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A record of this table.
    Table(usize),
    /// A record of one of these tables, which shows what Name has.
    Name {
        /// One for each object that it can be of.
        tables: Vec<usize>,
    },
}

/// A path that was followed up to its field.
pub(super) struct Followed<'s> {
    /// Each relationship by its canonical name, and where it led.
    pub(super) through: Vec<(&'s str, Step)>,
}

impl Followed<'_> {
    pub(super) fn end(&self) -> Step {
        self.through.last().map_or(Step::Table(0), |(_, step)| step.clone())
    }
}

/// What makes SQL of a query: knows its text, its tables, and how much was asked for.
pub(super) struct Compiler<'s> {
    pub(super) scope: &'s Scope,
    pub(super) text: &'s str,
    calendar: &'s Calendar,
    /// Whether the answer depends on the calendar.
    pub(super) asks: &'s Cell<bool>,
    pub(super) backend: Backend,
    pub(super) all_rows: bool,
    pub(super) tables: Vec<Joined<'s>>,
    aliases: Vec<(String, Step)>,
    letter: char,
    parents: usize,
    pub(super) values: usize,
}

impl<'s> Compiler<'s> {
    /// For a query of this object; its letter tells its tables from those of a query around it.
    pub(super) fn new(
        scope: &'s Scope,
        text: &'s str,
        (calendar, asks): (&'s Calendar, &'s Cell<bool>),
        backend: Backend,
        all_rows: bool,
        object: &'s Arc<Object>,
        letter: char,
    ) -> Self {
        let root = Joined { alias: format!("{letter}0"), object, by: None, on: None };
        Self { scope, text, calendar, asks, backend, all_rows, tables: vec![root], aliases: Vec::new(), letter, parents: 0, values: 0 }
    }

    /// The user's calendar, on which the answer depends from now on.
    pub(super) fn calendar(&self) -> &'s Calendar {
        self.asks.set(true);
        self.calendar
    }

    /// For another object within the same query.
    pub(super) fn beside(&self, object: &'s Arc<Object>, letter: char) -> Self {
        Self::new(self.scope, self.text, (self.calendar, self.asks), self.backend, self.all_rows, object, letter)
    }

    /// Where something stands.
    pub(super) fn place(&self, span: Span) -> soql::Place {
        soql::Place::of(self.text, span)
    }

    /// The query means nothing.
    pub(super) fn malformed(&self, span: Span, sentence: impl std::fmt::Display) -> crate::Error {
        salesforce::Error::malformed_query(&self.place(span), sentence).into()
    }

    /// A field is used as it cannot be.
    pub(super) fn misused(&self, span: Span, sentence: impl std::fmt::Display) -> crate::Error {
        salesforce::Error::query_field(&self.place(span), sentence).into()
    }

    /// What is not carried out.
    pub(super) fn unsupported(&self, span: Span, what: Unsupported) -> crate::Error {
        self.malformed(span, what)
    }

    /// The object that the query is of.
    pub(super) fn root(&self) -> &'s Arc<Object> {
        self.tables[0].object
    }

    /// Counts what is bound, and refuses what no database takes.
    pub(super) fn count_values(&mut self, count: usize) -> Result<()> {
        self.values += count;
        if self.values > MAX_VALUES {
            return Err(salesforce::Error::query_too_complicated(format!("The query compares with more than {MAX_VALUES} values.")).into());
        }
        Ok(())
    }

    /// An object, if the caller may see it.
    pub(super) fn object(&self, name: &Ident) -> Result<&'s Arc<Object>> {
        object(self.scope, self.text, name)
    }

    /// Remembers the names that FROM gives.
    pub(super) fn sources(&mut self, sources: &[Source]) -> Result<()> {
        let (first, rest) = sources.split_first().expect("FROM is not empty");
        if let Some(alias) = &first.alias {
            self.aliases.push((alias.text.to_ascii_lowercase(), Step::Table(0)));
        }
        for source in rest {
            let followed = self.follow(&source.path.names, &source.path)?;
            let Step::Table(at) = followed.end() else {
                return Err(self.unsupported(source.span, Unsupported::BeyondName));
            };
            let Some(alias) = &source.alias else {
                return Err(self.malformed(source.span, "a relationship in FROM needs an alias"));
            };
            self.aliases.push((alias.text.to_ascii_lowercase(), Step::Table(at)));
        }
        Ok(())
    }

    /// Follows what stands before a path's last name.
    pub(super) fn parents(&mut self, path: &Path) -> Result<Followed<'s>> {
        self.follow(path.parents(), path)
    }

    fn follow(&mut self, names: &[Ident], path: &Path) -> Result<Followed<'s>> {
        let mut at = Step::Table(0);
        let mut names = names;
        if let Some((first, rest)) = names.split_first() {
            let known = self.aliases.iter().find(|(alias, _)| first.is(alias)).map(|(_, step)| step.clone());
            if let Some(step) = known {
                (at, names) = (step, rest);
            } else if first.is(&self.root().name) && self.root().parent(&first.text).is_none() {
                names = rest;
            }
        }
        if names.len() > MAX_LEVELS {
            return Err(self.malformed(path.span, "a path goes up more than five levels"));
        }
        // An alias of a parent stands for the whole way to it.
        let mut through = self.way_to(&at);
        for name in names {
            let Step::Table(table) = at else {
                return Err(self.unsupported(path.span, Unsupported::BeyondName));
            };
            let (relationship, step) = self.step(table, name)?;
            through.push((relationship, step.clone()));
            at = step;
        }
        Ok(Followed { through })
    }

    fn way_to(&self, step: &Step) -> Vec<(&'s str, Step)> {
        let mut way = Vec::new();
        let Step::Table(mut at) = *step else { return way };
        while let Some((from, relationship)) = self.tables[at].by {
            way.push((relationship, Step::Table(at)));
            at = from;
        }
        way.reverse();
        way
    }

    /// From a record to the parent that this relationship names.
    fn step(&mut self, from: usize, name: &Ident) -> Result<(&'s str, Step)> {
        let object = self.tables[from].object;
        let rights = &self.scope.caller.rights;
        let seen = object.parent(&name.text).filter(|(field, _)| rights.sees_field(object, field));
        let targets = seen.map(|(field, reference)| {
            let targets = reference.to.iter().filter_map(|target| self.scope.schema.object(target));
            (field, reference, targets.filter(|target| rights.sees(target)).collect::<Vec<_>>())
        });
        let Some((field, reference, targets)) = targets.filter(|(.., targets)| !targets.is_empty()) else {
            return Err(salesforce::Error::no_such_relationship_in_query(&self.place(name.span), &name.text).into());
        };
        let relationship = reference.parent_name.as_deref().expect("it was found by this name");
        if let ([_], [target]) = (reference.to.as_slice(), targets.as_slice()) {
            return Ok((relationship, Step::Table(self.join(from, field, reference, target)?)));
        }
        let tables = targets.into_iter().map(|target| self.join(from, field, reference, target)).collect::<Result<_>>()?;
        Ok((relationship, Step::Name { tables }))
    }

    /// The table of a parent's object, joined once.
    pub(super) fn join(&mut self, from: usize, field: &'s Field, reference: &'s Reference, target: &'s Arc<Object>) -> Result<usize> {
        let relationship = reference.parent_name.as_deref().unwrap_or(&field.name);
        let there = self.tables.iter().position(|table| table.by == Some((from, relationship)) && table.object.name == target.name);
        if let Some(at) = there {
            return Ok(at);
        }
        self.parents += 1;
        if self.parents > MAX_PARENTS || self.tables.len() >= MAX_TABLES {
            return Err(salesforce::Error::query_too_complicated("The query has more than 55 parent relationships.".to_owned()).into());
        }
        let alias = format!("{}{}", self.letter, self.tables.len());
        let on = Condition::all()
            .add(Expr::col((alias.clone(), "id")).equals((self.tables[from].alias.clone(), field.column())))
            .add_option(self.present(target, &alias));
        self.tables.push(Joined { alias, object: target, by: Some((from, relationship)), on: Some(on) });
        Ok(self.tables.len() - 1)
    }

    /// What records of an object are there for the caller: not deleted, and visible.
    fn present(&self, object: &Object, alias: &str) -> Option<Condition> {
        // In the text and not bound, since indexes have the same condition.
        let deleted = (!self.all_rows && object.field("IsDeleted").is_some())
            .then(|| Expr::col((alias.to_owned(), "isdeleted")).eq(Expr::Constant(0i64.into())));
        let visible = access::visible(&self.scope.schema, object, &self.scope.caller.rights, alias);
        (deleted.is_some() || visible.is_some()).then(|| Condition::all().add_option(deleted).add_option(visible))
    }

    /// FROM with its joins, and which of the object's records there are for the caller.
    pub(super) fn read(&self, select: &mut SelectStatement) {
        let root = &self.tables[0];
        select.from_as(self.scope.schema.table(root.object), root.alias.clone());
        for table in &self.tables[1..] {
            let on = table.on.clone().expect("a parent's table is joined on its id");
            select.join_as(JoinType::LeftJoin, self.scope.schema.table(table.object), table.alias.clone(), on);
        }
        if let Some(present) = self.present(root.object, &root.alias) {
            select.cond_where(present);
        }
    }

    /// A column of a table.
    pub(super) fn column(&self, table: usize, column: impl Into<String>) -> Expr {
        Expr::col((self.tables[table].alias.clone(), column.into()))
    }

    /// The field at the end of a path.
    pub(super) fn field(&mut self, path: &Path) -> Result<Operand<'s>> {
        let followed = self.parents(path)?;
        self.field_of(&followed, path.last())
    }

    /// A field of what a path has led to.
    pub(super) fn field_of(&self, followed: &Followed<'s>, name: &Ident) -> Result<Operand<'s>> {
        let mut operand = match followed.end() {
            Step::Table(table) => {
                let field = self.seen_field(self.tables[table].object, name)?;
                self.operand_of(table, field)
            }
            Step::Name { tables } => self.of_name(&tables, name)?,
        };
        for (relationship, _) in followed.through.iter().rev() {
            operand.path.insert_str(0, &format!("{relationship}."));
        }
        Ok(operand)
    }

    /// A field of an object, if the caller may see it.
    pub(super) fn seen_field(&self, object: &'s Object, name: &Ident) -> Result<&'s Field> {
        let seen = object.field(&name.text).filter(|field| self.scope.caller.rights.sees_field(object, field));
        seen.ok_or_else(|| salesforce::Error::no_such_column_in_query(&self.place(name.span), &name.text, &object.name).into())
    }

    pub(super) fn operand_of(&self, table: usize, field: &'s Field) -> Operand<'s> {
        let raw = self.column(table, field.column());
        let is_parent = table != 0;
        let raw = match field.field_type {
            // The field of no record is false.
            FieldType::Boolean if is_parent => Expr::from(Func::coalesce([raw, Expr::val(0i64)])),
            _ => raw,
        };
        let key = match field.folded_column() {
            Some(folded) if !field.case_sensitive => self.column(table, folded),
            _ => raw.clone(),
        };
        Operand {
            path: field.name.clone(),
            field_type: field.field_type,
            picklist: &field.picklist,
            filter: field.filter,
            sort: field.sort,
            group: field.group,
            nullable: field.field_type != FieldType::Boolean && (is_parent || field.nillable),
            exact: field.case_sensitive || !field.is_folded(),
            raw,
            key,
            calculated: false,
        }
    }

    /// A field of Name: of whichever record there is.
    fn of_name(&self, tables: &[usize], name: &Ident) -> Result<Operand<'s>> {
        let Some(canonical) = NAME.iter().find(|known| name.is(known)) else {
            return Err(salesforce::Error::no_such_column_in_query(&self.place(name.span), &name.text, "Name").into());
        };
        let ids = || tables.iter().map(|table| self.column(*table, "id"));
        let made = |field_type, raw: Expr, key: Expr| Operand {
            path: (*canonical).to_owned(),
            field_type,
            picklist: &[],
            filter: true,
            sort: true,
            group: true,
            nullable: field_type != FieldType::Boolean,
            exact: field_type != FieldType::Text,
            raw,
            key,
            calculated: false,
        };
        match *canonical {
            "Id" => {
                let id = Expr::from(Func::coalesce(ids()));
                Ok(made(FieldType::Id, id.clone(), id))
            }
            "Type" => {
                let which = |name: &dyn Fn(&Object) -> String| -> Expr {
                    let cases = tables.iter().zip(ids()).fold(sea_query::CaseStatement::new(), |cases, (table, id)| {
                        cases.case(id.is_not_null(), Expr::val(name(self.tables[*table].object)))
                    });
                    match self.backend {
                        Backend::Sqlite => cases.into(),
                        // Bound text has the database's own order, columns have that of code points.
                        Backend::Postgres => Expr::cust_with_exprs("($1) COLLATE \"C\"", [cases.into()]),
                    }
                };
                Ok(made(FieldType::Text, which(&|object| object.name.clone()), which(&|object| crate::schema::fold(&object.name))))
            }
            canonical => {
                let rights = &self.scope.caller.rights;
                let found = tables.iter().filter_map(|table| {
                    let object = self.tables[*table].object;
                    let field = if canonical == "Name" { object.name_field() } else { object.field(canonical) };
                    Some((*table, field.filter(|field| rights.sees_field(object, field))?))
                });
                let field_type = if canonical == "IsActive" { FieldType::Boolean } else { FieldType::Text };
                let found: Vec<_> = found
                    .filter(|(_, field)| if field_type == FieldType::Boolean { field.field_type == field_type } else { field.is_folded() })
                    .collect();
                let first_of = |columns: Vec<Expr>| match (columns.len(), field_type) {
                    (0, FieldType::Boolean) => Expr::val(0i64),
                    (0, _) => Expr::cust("CAST(NULL AS TEXT)"),
                    (_, FieldType::Boolean) => Expr::from(Func::coalesce(columns.into_iter().chain([Expr::val(0i64)]))),
                    (1, _) => columns.into_iter().next().expect("there is one"),
                    _ => Expr::from(Func::coalesce(columns)),
                };
                let raw = first_of(found.iter().map(|(table, field)| self.column(*table, field.column())).collect());
                let key = match field_type {
                    FieldType::Boolean => raw.clone(),
                    _ => first_of(
                        found
                            .iter()
                            .map(|(table, field)| self.column(*table, field.folded_column().expect("only folded fields are here")))
                            .collect(),
                    ),
                };
                Ok(made(field_type, raw, key))
            }
        }
    }
}

/// An object, if the caller may see and ask for it.
pub(super) fn object<'s>(scope: &'s Scope, text: &str, name: &Ident) -> Result<&'s Arc<Object>> {
    let seen = scope.schema.object(&name.text).filter(|object| scope.caller.rights.sees(object) && object.can.query);
    seen.ok_or_else(|| salesforce::Error::unsupported_type(&soql::Place::of(text, name.span), &name.text).into())
}
