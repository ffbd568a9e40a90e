//! What SOQL means, said a second time: a query is answered over plain rows in memory, after the text of `salesforce.md` 2.3 and 2.4 and without
//! a thought of SQL. The property that compares the two is in `query::property`.
//!
//! Slow, small, and only of what the property asks; everything else panics.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap},
};

use jiff::{
    Timestamp,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use salesforce::{
    Id,
    describe::{FieldType, PicklistValue},
};
use serde_json::{Value, json};
use soql::ast::{
    Argument, Call, Comparison, Condition, DateLiteral, Direction, Expression, Function, FunctionKind, GroupingKind, Literal, Nulls,
    Operator, Path, Period, Piece, Predicate, Query, Select, SelectItem, SemiJoin, Source, Unit,
};
use switchboard_crm::schema::{Object, Schema};

/// A value of a field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    Boolean(bool),
    Number(f64),
    Text(String),
    Id(Id),
    /// Of a datetime; of a date its midnight in UTC.
    Micros(i64),
}

/// A record: its fields by their names.
pub(crate) type Record = HashMap<String, Cell>;

/// The records that somebody sees, and their calendar.
pub(crate) struct Interpreter<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) records: &'a BTreeMap<String, Vec<Record>>,
    pub(crate) now: Timestamp,
    pub(crate) zone: TimeZone,
    pub(crate) first_weekday: Weekday,
    pub(crate) fiscal_month: i8,
}

/// What is known of a field besides its value.
#[derive(Clone)]
struct Kind<'a> {
    field_type: FieldType,
    picklist: &'a [PicklistValue],
    exact: bool,
    name: String,
}

/// Something to sort by, smaller first.
#[derive(Clone, Debug, PartialEq)]
struct Rank(usize, Cell);

impl<'a> Interpreter<'a> {
    /// The rows of an answer, or their number.
    pub(crate) fn answer(&self, query: &Query) -> Value {
        let object = self.object(&query.from[0]);
        let records = self.matching(query, object, self.all(object));
        match &query.select {
            Select::Count(_) => json!(records.len().min(query.limit.map_or(usize::MAX, |limit| limit.rows as usize))),
            Select::Items(items) if is_grouped(query, items) => self.groups(query, items, object, records),
            Select::Items(_) => Value::Array(self.rows(query, object, records)),
        }
    }

    fn object(&self, source: &Source) -> &'a Object {
        self.schema.object(&source.path.last().text).unwrap()
    }

    fn all(&self, object: &Object) -> Vec<&'a Record> {
        self.records[&object.name].iter().collect()
    }

    fn matching(&self, query: &Query, object: &'a Object, records: Vec<&'a Record>) -> Vec<&'a Record> {
        records
            .into_iter()
            .filter(|record| query.condition.as_ref().is_none_or(|condition| self.holds(condition, object, record)))
            .collect()
    }

    fn rows(&self, query: &Query, object: &'a Object, mut records: Vec<&'a Record>) -> Vec<Value> {
        records.sort_by(|one, other| {
            let mut order = Ordering::Equal;
            for item in &query.order {
                let key = |record| {
                    let (cell, kind) = self.left(&item.expression, object, record);
                    rank(&cell, &kind)
                };
                let backwards = item.direction == Some(Direction::Descending);
                order = order.then_with(|| sorted(&key(one), &key(other), backwards, item.nulls == Some(Nulls::Last)));
            }
            order
        });
        let skipped = query.offset.map_or(0, |offset| offset.rows as usize);
        let most = query.limit.map_or(usize::MAX, |limit| limit.rows as usize);
        records.into_iter().skip(skipped).take(most).map(|record| self.shown(query, object, record)).collect()
    }

    fn shown(&self, query: &Query, object: &'a Object, record: &'a Record) -> Value {
        let Select::Items(items) = &query.select else { panic!("records have fields") };
        let mut row = json!({});
        for item in items {
            match item {
                SelectItem::Expression { expression: Expression::Field(path), .. } => self.show(&mut row, object, record, &path.names),
                SelectItem::Expression { expression: Expression::Call(call), alias, .. } => {
                    let Argument::Field(path) = &call.argument else { panic!("toLabel of a field") };
                    let (cell, kind) = self.value(path, object, record);
                    let name = alias.as_ref().map_or(kind.name.clone(), |alias| alias.text.clone());
                    row[name] = label(&cell, &kind).map_or(Value::Null, Value::String);
                }
                SelectItem::Child { query, .. } => {
                    let relationship = query.from[0].path.last();
                    let (child, field, _) = self
                        .schema
                        .children(object)
                        .find(|(.., reference)| reference.child_name.as_deref() == Some(&relationship.text))
                        .unwrap();
                    let mine = self.all(child).into_iter().filter(|child| child[&field.name] == record["Id"]).collect();
                    let rows = self.rows(query, child, self.matching(query, child, mine));
                    row[relationship.text.as_str()] =
                        if rows.is_empty() { Value::Null } else { json!({ "totalSize": rows.len(), "done": true, "records": rows }) };
                }
                item => panic!("{item:?}"),
            }
        }
        row
    }

    /// Puts a field into a row, within its parents.
    fn show(&self, row: &mut Value, object: &'a Object, record: &'a Record, names: &[soql::ast::Ident]) {
        let (name, rest) = names.split_first().unwrap();
        if rest.is_empty() {
            let (cell, kind) = self.field(object, record, &name.text);
            row[kind.name.as_str()] = told(&cell, kind.field_type);
            return;
        }
        let (field, reference) = object.parent(&name.text).unwrap();
        let relationship = reference.parent_name.as_deref().unwrap();
        match self.referred(&record[&field.name]) {
            None => row[relationship] = Value::Null,
            Some((parent, found)) => {
                if row.get(relationship).is_none_or(Value::is_null) {
                    row[relationship] = json!({});
                }
                if reference.to.len() > 1 {
                    let (cell, field_type) = of_name(parent, found, &rest[0].text);
                    row[relationship][rest[0].text.as_str()] = told(&cell, field_type);
                } else {
                    self.show(&mut row[relationship], parent, found, rest);
                }
            }
        }
    }

    fn referred(&self, cell: &Cell) -> Option<(&'a Object, &'a Record)> {
        let Cell::Id(id) = cell else { return None };
        let object = self.schema.object_of(id.prefix())?;
        let found = self.records[&object.name].iter().find(|record| record["Id"] == Cell::Id(*id))?;
        Some((object, found))
    }

    fn field(&self, object: &'a Object, record: &'a Record, name: &str) -> (Cell, Kind<'a>) {
        let field = object.field(name).unwrap();
        let kind = Kind { field_type: field.field_type, picklist: &field.picklist, exact: field.case_sensitive, name: field.name.clone() };
        (record[&field.name].clone(), kind)
    }

    /// What a path leads to; nothing behind a parent that is not there, and no for a boolean.
    fn value(&self, path: &Path, object: &'a Object, record: &'a Record) -> (Cell, Kind<'a>) {
        let (mut object, mut record) = (object, Some(record));
        for name in path.parents() {
            let (field, reference) = object.parent(&name.text).unwrap();
            let next = record.and_then(|record| self.referred(&record[&field.name]));
            if reference.to.len() > 1 {
                let name = &path.last().text;
                let (cell, field_type) = next.map_or((Cell::Null, FieldType::Text), |(object, found)| of_name(object, found, name));
                return (cell, Kind { field_type, picklist: &[], exact: false, name: name.clone() });
            }
            object = self.schema.object(&reference.to[0]).unwrap();
            record = next.map(|(_, record)| record);
        }
        let field = object.field(&path.last().text).unwrap();
        let kind = Kind { field_type: field.field_type, picklist: &field.picklist, exact: field.case_sensitive, name: field.name.clone() };
        let cell = match record {
            Some(record) => record[&field.name].clone(),
            None if field.field_type == FieldType::Boolean => Cell::Boolean(false),
            None => Cell::Null,
        };
        (cell, kind)
    }

    /// The left side of a comparison, for one record.
    fn left(&self, expression: &Expression, object: &'a Object, record: &'a Record) -> (Cell, Kind<'a>) {
        match expression {
            Expression::Field(path) => self.value(path, object, record),
            Expression::Call(call) if call.function == Function::ToLabel => {
                let Argument::Field(path) = &call.argument else { panic!("toLabel of a field") };
                let (cell, kind) = self.value(path, object, record);
                let cell = label(&cell, &kind).map_or(Cell::Null, Cell::Text);
                (cell, Kind { picklist: &[], ..kind })
            }
            Expression::Call(call) => self.date_function(call, object, record),
            Expression::Distance(_) => panic!("no distances"),
        }
    }

    fn date_function(&self, call: &Call, object: &'a Object, record: &'a Record) -> (Cell, Kind<'a>) {
        let (path, zone) = match &call.argument {
            Argument::Field(path) => (path, TimeZone::UTC),
            Argument::Call(inner) => match &inner.argument {
                Argument::Field(path) => (path, self.zone.clone()),
                Argument::Call(_) => panic!("convertTimezone of a field"),
            },
        };
        let (cell, kind) = self.value(path, object, record);
        let is_day = call.function == Function::DayOnly;
        let kind =
            Kind { field_type: if is_day { FieldType::Date } else { FieldType::Int }, name: call.function.name().to_owned(), ..kind };
        let Cell::Micros(micros) = cell else { return (Cell::Null, kind) };
        let at = Timestamp::from_microsecond(micros).unwrap().to_zoned(zone);
        let (month, day, day_of_year) = (i32::from(at.month()), i32::from(at.day()), i32::from(at.day_of_year()));
        // January is 0 when the fiscal year begins with it.
        let fiscal = (month + 12 - i32::from(self.fiscal_month)) % 12;
        let part = match call.function {
            Function::CalendarYear => at.year().into(),
            Function::CalendarQuarter => (month + 2) / 3,
            Function::CalendarMonth => month,
            Function::DayInMonth => day,
            Function::DayInWeek => i32::from(at.weekday().to_sunday_one_offset()),
            Function::DayInYear => day_of_year,
            Function::HourInDay => at.hour().into(),
            Function::WeekInMonth => (day + 6) / 7,
            Function::WeekInYear => (day_of_year + 6) / 7,
            Function::FiscalMonth => fiscal + 1,
            Function::FiscalQuarter => fiscal / 3 + 1,
            Function::FiscalYear => i32::from(at.year()) + i32::from(self.fiscal_month > 1 && month >= i32::from(self.fiscal_month)),
            Function::DayOnly => return (Cell::Micros(midnight(at.date())), kind),
            ref other => panic!("{other:?}"),
        };
        (Cell::Number(part.into()), kind)
    }

    fn holds(&self, condition: &Condition, object: &'a Object, record: &'a Record) -> bool {
        match condition {
            Condition::And { conditions, .. } => conditions.iter().all(|part| self.holds(part, object, record)),
            Condition::Or { conditions, .. } => conditions.iter().any(|part| self.holds(part, object, record)),
            Condition::Not { condition, .. } => !self.holds(condition, object, record),
            Condition::Comparison(Comparison { left, predicate: Predicate::InQuery { negated, query }, .. }) => {
                let (cell, _) = self.left(left, object, record);
                // Nothing is in no query, and so it is always outside.
                (cell != Cell::Null && self.semi_join(query).contains(&cell)) != *negated
            }
            Condition::Comparison(comparison) => {
                let (cell, kind) = self.left(&comparison.left, object, record);
                self.compares(&cell, &kind, &comparison.predicate)
            }
        }
    }

    fn semi_join(&self, query: &SemiJoin) -> Vec<Cell> {
        let object = self.object(&query.from[0]);
        let matching =
            self.all(object).into_iter().filter(|record| query.condition.as_ref().is_none_or(|part| self.holds(part, object, record)));
        matching.map(|record| self.value(&query.field, object, record).0).collect()
    }

    fn compares(&self, cell: &Cell, kind: &Kind<'_>, predicate: &Predicate) -> bool {
        match predicate {
            Predicate::Compare { operator, value } => match operator {
                Operator::Equal => self.equals(cell, kind, &value.literal),
                Operator::NotEqual => !self.equals(cell, kind, &value.literal),
                Operator::Less => self.against(cell, kind, &value.literal) == Some(Ordering::Less),
                Operator::Greater => self.against(cell, kind, &value.literal) == Some(Ordering::Greater),
                Operator::LessOrEqual => self.against(cell, kind, &value.literal).is_some_and(Ordering::is_le),
                Operator::GreaterOrEqual => self.against(cell, kind, &value.literal).is_some_and(Ordering::is_ge),
            },
            Predicate::In { negated, values } => values.iter().any(|value| self.equals(cell, kind, &value.literal)) != *negated,
            Predicate::Like(pattern) => {
                let Cell::Text(text) = cell else { return false };
                let text: Vec<char> = kind.folded(text).chars().collect();
                let mut wanted = Vec::new();
                for piece in &pattern.pieces {
                    match piece {
                        Piece::Text(text) => wanted.extend(kind.folded(text).chars().map(Wanted::This)),
                        Piece::Any => wanted.push(Wanted::Any),
                        Piece::One => wanted.push(Wanted::One),
                    }
                }
                matches(&text, &wanted)
            }
            Predicate::Includes { negated, sets } => {
                let Cell::Text(text) = cell else { return *negated };
                let folded = kind.folded(text);
                let has: Vec<&str> = folded.split(';').collect();
                let any = sets.iter().any(|set| kind.folded(&set.text).split(';').all(|value| has.contains(&value)));
                any != *negated
            }
            Predicate::InQuery { .. } => unreachable!("it was answered before"),
        }
    }

    fn equals(&self, cell: &Cell, kind: &Kind<'_>, literal: &Literal) -> bool {
        match (literal, cell) {
            (Literal::Null, Cell::Boolean(value)) => !value,
            (Literal::Null, cell) => *cell == Cell::Null,
            (Literal::Text(text), cell) if text.text.is_empty() => *cell == Cell::Null,
            _ => self.against(cell, kind, literal) == Some(Ordering::Equal),
        }
    }

    /// How a value stands to a literal; not at all, if there is none on either side.
    fn against(&self, cell: &Cell, kind: &Kind<'_>, literal: &Literal) -> Option<Ordering> {
        match (cell, literal) {
            (Cell::Null, _) | (_, Literal::Null) => None,
            (Cell::Text(text), Literal::Text(other)) => Some(kind.folded(text).cmp(&kind.folded(&other.text))),
            (Cell::Id(id), Literal::Text(text)) => Some(id.cmp(&Id::parse(&text.text).unwrap())),
            (Cell::Boolean(value), Literal::Boolean(other)) => Some(value.cmp(other)),
            (Cell::Number(number), Literal::Number(other)) => number.partial_cmp(&other.as_f64()),
            (Cell::Micros(micros), Literal::Date(date)) => Some(micros.cmp(&midnight(*date))),
            (Cell::Micros(micros), Literal::DateTime(at)) => Some(micros.cmp(&at.as_microsecond())),
            (Cell::Micros(micros), Literal::DateLiteral(literal)) => {
                let at = Timestamp::from_microsecond(*micros).unwrap();
                let zone = if kind.field_type == FieldType::Date { TimeZone::UTC } else { self.zone.clone() };
                Some(self.within(at.to_zoned(zone).date(), *literal))
            }
            (cell, literal) => panic!("{cell:?} {literal:?}"),
        }
    }

    /// Whether a day is before, in or after what a literal means: days, weeks and so on are counted through from one beginning.
    fn within(&self, day: Date, literal: DateLiteral) -> Ordering {
        let today = self.now.to_zoned(self.zone.clone()).date();
        let (unit, first, last) = match literal {
            DateLiteral::Yesterday => (Unit::Day, -1, -1),
            DateLiteral::Today => (Unit::Day, 0, 0),
            DateLiteral::Tomorrow => (Unit::Day, 1, 1),
            DateLiteral::Last90Days => (Unit::Day, -90, 0),
            DateLiteral::Next90Days => (Unit::Day, 1, 90),
            DateLiteral::Last(period) => (Unit::Period(period), -1, -1),
            DateLiteral::This(period) => (Unit::Period(period), 0, 0),
            DateLiteral::Next(period) => (Unit::Period(period), 1, 1),
            DateLiteral::LastN(Unit::Day, n) => (Unit::Day, -i64::from(n), 0),
            DateLiteral::LastN(unit, n) => (unit, -i64::from(n), -1),
            DateLiteral::NextN(unit, n) => (unit, 1, i64::from(n)),
            DateLiteral::Ago(unit, n) => (unit, -i64::from(n), -i64::from(n)),
        };
        let away = self.number(day, unit) - self.number(today, unit);
        if away < first {
            Ordering::Less
        } else if away > last {
            Ordering::Greater
        } else {
            Ordering::Equal
        }
    }

    fn number(&self, day: Date, unit: Unit) -> i64 {
        let days = midnight(day) / 86_400_000_000;
        let months = i64::from(day.year()) * 12 + i64::from(day.month());
        match unit {
            Unit::Day => days,
            // 1970-01-01 was a Thursday.
            Unit::Period(Period::Week) => (days - i64::from(self.first_weekday.since(Weekday::Thursday))).div_euclid(7),
            Unit::Period(Period::Month) => months,
            Unit::Period(Period::Quarter) => (months - 1).div_euclid(3),
            Unit::Period(Period::Year) => day.year().into(),
            Unit::Period(Period::FiscalQuarter) => (months - i64::from(self.fiscal_month)).div_euclid(3),
            Unit::Period(Period::FiscalYear) => (months - i64::from(self.fiscal_month)).div_euclid(12),
        }
    }

    fn groups(&self, query: &Query, items: &[SelectItem], object: &'a Object, records: Vec<&'a Record>) -> Value {
        let keys = query.group.as_ref().map_or(&[][..], |group| &group.items);
        let kind = query.group.as_ref().map_or(GroupingKind::Plain, |group| group.kind);
        let mut rows = Vec::new();
        for set in 0..1usize << keys.len() {
            let grouped: Vec<bool> = (0..keys.len()).map(|at| set >> at & 1 == 1).collect();
            let wanted = match kind {
                GroupingKind::Plain => grouped.iter().all(|grouped| *grouped),
                GroupingKind::Rollup => grouped.is_sorted_by(|one, other| one >= other),
                GroupingKind::Cube => true,
            };
            if !wanted {
                continue;
            }
            let mut found: Vec<(Vec<Rank>, Vec<&Record>)> = Vec::new();
            for record in &records {
                let key: Vec<Rank> = keys
                    .iter()
                    .zip(&grouped)
                    .filter(|(_, grouped)| **grouped)
                    .map(|(key, _)| {
                        let (cell, kind) = self.left(key, object, record);
                        rank(&cell, &kind)
                    })
                    .collect();
                match found.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, records)) => records.push(record),
                    None => found.push((key, vec![record])),
                }
            }
            if query.group.is_none() && found.is_empty() {
                found.push((Vec::new(), Vec::new()));
            }
            for (_, members) in found {
                let group = Group { of: self, object, keys, grouped: &grouped, members };
                if query.having.as_ref().is_none_or(|having| group.holds(having)) {
                    rows.push(group.shown(items));
                }
            }
        }
        Value::Array(rows)
    }
}

/// Some records, and what they have in common.
struct Group<'g, 'a> {
    of: &'g Interpreter<'a>,
    object: &'a Object,
    keys: &'g [Expression],
    grouped: &'g [bool],
    members: Vec<&'a Record>,
}

impl<'a> Group<'_, 'a> {
    fn shown(&self, items: &[SelectItem]) -> Value {
        let (mut row, mut functions) = (json!({}), 0);
        for item in items {
            let SelectItem::Expression { expression, alias, .. } = item else { panic!("groups have expressions") };
            let (cell, kind) = self.value(expression);
            let own = match expression {
                Expression::Field(_) if alias.is_none() => kind.name.clone(),
                _ if alias.is_none() => {
                    functions += 1;
                    format!("expr{}", functions - 1)
                }
                _ => String::new(),
            };
            row[alias.as_ref().map_or(own, |alias| alias.text.clone())] = told(&cell, kind.field_type);
        }
        row
    }

    fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::And { conditions, .. } => conditions.iter().all(|part| self.holds(part)),
            Condition::Or { conditions, .. } => conditions.iter().any(|part| self.holds(part)),
            Condition::Not { condition, .. } => !self.holds(condition),
            Condition::Comparison(comparison) => {
                let (cell, kind) = self.value(&comparison.left);
                self.of.compares(&cell, &kind, &comparison.predicate)
            }
        }
    }

    fn value(&self, expression: &Expression) -> (Cell, Kind<'a>) {
        let number =
            |number: f64, field_type| (Cell::Number(number), Kind { field_type, picklist: &[], exact: false, name: String::new() });
        match expression {
            Expression::Call(call) if call.function == Function::Grouping => {
                let Argument::Field(path) = &call.argument else { panic!("GROUPING of a field") };
                let at = self.keys.iter().position(|key| *key == Expression::Field(path.clone())).unwrap();
                number(f64::from(u8::from(!self.grouped[at])), FieldType::Int)
            }
            Expression::Call(call) if call.function.kind() == Some(FunctionKind::Aggregate) => {
                let Argument::Field(path) = &call.argument else { panic!("an aggregate of a field") };
                let mut kind = Kind { field_type: FieldType::Text, picklist: &[], exact: false, name: String::new() };
                let mut cells: Vec<(Rank, Cell)> = Vec::new();
                for record in &self.members {
                    let (cell, of) = self.of.value(path, self.object, record);
                    if cell != Cell::Null {
                        cells.push((rank(&cell, &of), cell));
                    }
                    kind = of;
                }
                let numbers = || cells.iter().map(|(_, cell)| if let Cell::Number(number) = cell { *number } else { panic!("a number") });
                #[expect(clippy::cast_precision_loss, reason = "a few records")]
                let count = |count: usize| number(count as f64, FieldType::Int);
                let is_none = cells.is_empty();
                match call.function {
                    Function::Count => count(cells.len()),
                    Function::CountDistinct => {
                        let mut distinct: Vec<&Rank> = Vec::new();
                        cells.iter().for_each(|(rank, _)| {
                            if !distinct.contains(&rank) {
                                distinct.push(rank)
                            }
                        });
                        count(distinct.len())
                    }
                    Function::Sum | Function::Average if is_none => (Cell::Null, Kind { field_type: FieldType::Double, ..kind }),
                    Function::Sum => {
                        let field_type = if kind.field_type == FieldType::Int { FieldType::Int } else { FieldType::Double };
                        number(numbers().sum(), field_type)
                    }
                    #[expect(clippy::cast_precision_loss, reason = "a few records")]
                    Function::Average => number(numbers().sum::<f64>() / cells.len() as f64, FieldType::Double),
                    _ => {
                        // Of texts that differ in case alone, the first of them all, or the last.
                        cells.sort_by(|one, other| sorted(&one.0, &other.0, false, false).then_with(|| plainly(&one.1, &other.1)));
                        let found = if call.function == Function::Minimum { cells.first() } else { cells.last() };
                        (found.map_or(Cell::Null, |(_, cell)| cell.clone()), kind)
                    }
                }
            }
            expression => {
                let at = self.keys.iter().position(|key| key == expression).unwrap();
                let mut cells: Vec<Cell> = Vec::new();
                let mut of = None;
                for record in &self.members {
                    let (cell, kind) = self.of.left(expression, self.object, record);
                    cells.push(cell);
                    of = Some(kind);
                }
                cells.sort_by(plainly);
                let cell = if self.grouped[at] { cells.swap_remove(0) } else { Cell::Null };
                (cell, of.unwrap())
            }
        }
    }
}

impl Kind<'_> {
    fn folded(&self, text: &str) -> String {
        if self.exact { text.to_owned() } else { text.to_lowercase() }
    }
}

enum Wanted {
    This(char),
    One,
    Any,
}

fn matches(text: &[char], wanted: &[Wanted]) -> bool {
    match (wanted.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((Wanted::Any, rest)), _) => (0..=text.len()).any(|skipped| matches(&text[skipped..], rest)),
        (Some((Wanted::One, rest)), Some((_, text))) => matches(text, rest),
        (Some((Wanted::This(c), rest)), Some((d, text))) => c == d && matches(text, rest),
        _ => false,
    }
}

/// A picklist's values in the order of the list, then all others; text without regard to case.
fn rank(cell: &Cell, kind: &Kind<'_>) -> Rank {
    match cell {
        Cell::Text(text) if kind.field_type == FieldType::Picklist => {
            let folded = text.to_lowercase();
            let at = kind.picklist.iter().position(|listed| listed.value.to_lowercase() == folded).unwrap_or(kind.picklist.len());
            Rank(at, Cell::Text(folded))
        }
        Cell::Text(text) => Rank(0, Cell::Text(kind.folded(text))),
        cell => Rank(0, cell.clone()),
    }
}

fn sorted(one: &Rank, other: &Rank, backwards: bool, nulls_last: bool) -> Ordering {
    let nulls = match (&one.1, &other.1) {
        (Cell::Null, Cell::Null) => return Ordering::Equal,
        (Cell::Null, _) => Some(Ordering::Less),
        (_, Cell::Null) => Some(Ordering::Greater),
        _ => None,
    };
    if let Some(nulls) = nulls {
        return if nulls_last { nulls.reverse() } else { nulls };
    }
    let order = one.0.cmp(&other.0).then_with(|| plainly(&one.1, &other.1));
    if backwards { order.reverse() } else { order }
}

fn plainly(one: &Cell, other: &Cell) -> Ordering {
    match (one, other) {
        (Cell::Text(one), Cell::Text(other)) => one.cmp(other),
        (Cell::Number(one), Cell::Number(other)) => one.total_cmp(other),
        (Cell::Micros(one), Cell::Micros(other)) => one.cmp(other),
        (Cell::Boolean(one), Cell::Boolean(other)) => one.cmp(other),
        (Cell::Id(one), Cell::Id(other)) => one.cmp(other),
        _ => Ordering::Equal,
    }
}

fn label(cell: &Cell, kind: &Kind<'_>) -> Option<String> {
    let Cell::Text(text) = cell else { return None };
    let one = |text: &str| {
        let listed = kind.picklist.iter().find(|listed| listed.value.to_lowercase() == text.to_lowercase());
        listed.map_or(text.to_owned(), |listed| listed.label.clone())
    };
    Some(text.split(';').map(one).collect::<Vec<_>>().join(";"))
}

/// What Name shows of a record.
fn of_name(object: &Object, record: &Record, name: &str) -> (Cell, FieldType) {
    match name {
        "Type" => (Cell::Text(object.name.clone()), FieldType::Text),
        "Id" => (record["Id"].clone(), FieldType::Id),
        _ => (record[&object.name_field().unwrap().name].clone(), FieldType::Text),
    }
}

fn midnight(day: Date) -> i64 {
    day.to_zoned(TimeZone::UTC).unwrap().timestamp().as_microsecond()
}

/// As it is answered.
fn told(cell: &Cell, field_type: FieldType) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Boolean(value) => json!(value),
        #[expect(clippy::cast_possible_truncation, reason = "a whole number")]
        Cell::Number(number) if field_type == FieldType::Int => json!(*number as i64),
        Cell::Number(number) => json!(number),
        Cell::Text(text) => json!(text),
        Cell::Id(id) => json!(id.to_string()),
        Cell::Micros(micros) => {
            let at = Timestamp::from_microsecond(*micros).unwrap();
            let format = if field_type == FieldType::Date { "%Y-%m-%d" } else { "%Y-%m-%dT%H:%M:%S.%3f+0000" };
            json!(at.strftime(format).to_string())
        }
    }
}

fn is_grouped(query: &Query, items: &[SelectItem]) -> bool {
    let aggregates = |item: &SelectItem| matches!(item, SelectItem::Expression { expression: Expression::Call(call), .. } if call.function.kind() == Some(FunctionKind::Aggregate));
    query.group.is_some() || items.iter().any(aggregates)
}
