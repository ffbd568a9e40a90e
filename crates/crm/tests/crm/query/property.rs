//! The compiled answer of a query equals what an interpreter gives that knows no SQL and sees only what the caller may see: random objects,
//! records, rights, calendars and queries, on both databases (C15).

use std::{collections::BTreeMap, sync::Arc};

use jiff::{civil::Weekday, tz::TimeZone};
use proptest::{
    collection::vec,
    prelude::any,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner},
};
use salesforce::{Id, describe::FieldType};
use serde_json::Value;
use store::Backend;
use switchboard_crm::{
    Scope,
    query::Calendar,
    schema::{Field, Object, Schema, Sharing, table},
};
use tokio::sync::Mutex;

use super::data::{NOW, Org, Put, field, id, instance, micros, object, picklist, plain, reference};
use crate::{
    interpreter::{Cell, Interpreter, Record},
    world::worlds,
};

/// Raised when there is time: many more have passed.
const CASES: u32 = 16;
const QUERIES: usize = 40;

/// What is chosen, number after number; without further ones always the first.
pub(crate) struct Choices<'a>(pub(crate) std::slice::Iter<'a, u16>);

impl Choices<'_> {
    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::from(*self.0.next().unwrap_or(&0)) % count
    }

    pub(crate) fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// One time in so many; never when choices are used up.
    pub(crate) fn rarely(&mut self, often: usize) -> bool {
        self.below(often) == often - 1
    }
}

const TEXTS: [&str; 16] = ["a", "A", "ab", "Ab", "b", "B_", "a%c", "Ä", "ä", "äb", "Zoë", "zo", "_", "%", "a'b", "\u{1f600}"];
const LISTED: [&str; 5] = ["Warm", "cold", "Änd", "b", "x y"];
const INSTANTS: [&str; 14] = [
    "2026-11-18T12:00:00Z",
    "2026-11-17T23:30:00Z",
    "2026-11-18T04:59:59.999Z",
    "2026-11-15T05:00:00Z",
    "2026-11-01T00:00:00Z",
    "2026-10-31T23:15:00Z",
    "2026-10-25T00:59:59Z",
    "2026-10-25T01:00:00Z",
    "2026-03-29T01:00:00Z",
    "2026-01-01T00:00:00Z",
    "2025-12-31T22:59:59.999Z",
    "2024-02-29T10:00:00Z",
    "2026-12-07T07:00:00Z",
    "2027-01-01T03:00:00Z",
];
const DAYS: [&str; 12] = [
    "2026-11-18",
    "2026-11-17",
    "2026-11-19",
    "2026-11-15",
    "2026-11-16",
    "2026-10-31",
    "2026-10-01",
    "2026-01-01",
    "2025-12-31",
    "2024-02-29",
    "1969-07-20",
    "2027-02-03",
];
const NUMBERS: [&str; 7] = ["0", "1", "-1", "2", "2.5", "-0.25", "1000"];

pub(crate) fn random_field(choices: &mut Choices<'_>, number: usize) -> Field {
    let name = format!("F{number}__c");
    let mut listed = || {
        let count = 1 + choices.below(3);
        let from = choices.below(LISTED.len());
        let labels = ["One", "two", "Ärger", "b", "T h"];
        (0..count).map(|at| (LISTED[(from + at) % LISTED.len()], labels[(from * 3 + at) % labels.len()])).collect::<Vec<_>>()
    };
    let (several, one) = (listed(), listed());
    match choices.below(11) {
        0 => Field { case_sensitive: true, ..field(&name, FieldType::Text) },
        1 => picklist(&name, FieldType::Picklist, &one),
        2 => picklist(&name, FieldType::Multipicklist, &several),
        3 => field(&name, FieldType::Int),
        4 => field(&name, FieldType::Double),
        5 => field(&name, FieldType::Currency),
        6 => field(&name, FieldType::Boolean),
        7 => field(&name, FieldType::Date),
        8 => field(&name, FieldType::DateTime),
        9 => field(&name, FieldType::Email),
        _ => field(&name, FieldType::Text),
    }
}

fn random_schema(choices: &mut Choices<'_>, number: i64) -> Schema {
    let named = || Field { is_name: true, nillable: false, permissionable: false, ..field("Name", FieldType::Text) };
    let created = || Field { nillable: false, permissionable: false, ..field("CreatedDate", FieldType::DateTime) };
    let mut made = |name: &str, prefix: &str, more: Vec<Field>| {
        let count = 2 + choices.below(4);
        let fields = [named(), created()].into_iter().chain(more).chain((0..count).map(|number| random_field(choices, number)));
        let mut object = object(name, prefix, fields.collect());
        if choices.rarely(3) {
            object.sharing = Sharing::Private;
        }
        object
    };
    let owner = |to: &[&str]| Field { permissionable: false, ..reference("OwnerId", to, "Owner", "") };
    let top = made("P__c", "a01", vec![owner(&["User"])]);
    let middle = made(
        "M__c",
        "a02",
        vec![
            owner(&["User", "Group"]),
            reference("P__c", &["P__c"], "P__r", "Ms__r"),
            reference("Self__c", &["M__c"], "Self__r", "Selves__r"),
        ],
    );
    let low = made("C__c", "a03", vec![owner(&["User"]), reference("M__c", &["M__c"], "M__r", "Cs__r")]);
    let user = object("User", "005", vec![named()]);
    let group = object("Group", "00G", vec![named()]);
    Schema::new(1, number, instance(), vec![user, group, top, middle, low])
}

pub(crate) fn value(choices: &mut Choices<'_>, field: &Field) -> Cell {
    if field.nillable && choices.rarely(4) {
        return Cell::Null;
    }
    match field.field_type {
        FieldType::Boolean => Cell::Boolean(choices.below(2) == 1),
        FieldType::Int => Cell::Number(choices.of(&[0.0, 1.0, -1.0, 2.0, 1000.0])),
        FieldType::Double | FieldType::Currency => Cell::Number(choices.of(&NUMBERS).parse().unwrap()),
        FieldType::Date => Cell::Micros(super::data::day(choices.of(&DAYS))),
        FieldType::DateTime => Cell::Micros(micros(choices.of(&INSTANTS))),
        FieldType::Picklist => Cell::Text(choices.of(&["Warm", "warm", "Cold", "änd", "B", "x y", "other", "Other"]).to_owned()),
        FieldType::Multipicklist => Cell::Text(choices.of(&["b", "Warm;cold", "cold;Änd", "x y", "B;x y", "other;b"]).to_owned()),
        _ => Cell::Text(choices.of(&TEXTS).to_owned()),
    }
}

/// Records of all objects; deleted ones among them.
fn random_records(choices: &mut Choices<'_>, schema: &Schema) -> BTreeMap<String, Vec<Record>> {
    let counts = BTreeMap::from([
        ("User", 2),
        ("Group", 2),
        ("P__c", 1 + choices.below(5)),
        ("M__c", 1 + choices.below(9)),
        ("C__c", choices.below(7)),
    ]);
    let ids = |name: &str| {
        let prefix = schema.object(name).unwrap().prefix.unwrap();
        (1..=counts[name]).map(|number| Id::numbered(prefix, instance(), number as u64).unwrap()).collect::<Vec<_>>()
    };
    let mut records = BTreeMap::new();
    for object in schema.objects() {
        let made = ids(&object.name).into_iter().map(|id| {
            let value = |field: &Field| match field.name.as_str() {
                "Id" => Cell::Id(id),
                "IsDeleted" => Cell::Boolean(object.name.ends_with("__c") && choices.rarely(8)),
                _ => match &field.reference {
                    Some(reference) => {
                        let to: Vec<Id> = reference.to.iter().flat_map(|to| ids(to)).collect();
                        if field.name != "OwnerId" && choices.rarely(4) { Cell::Null } else { Cell::Id(choices.of(&to)) }
                    }
                    None => value(choices, field),
                },
            };
            object.fields.iter().map(value_of(value)).collect::<Record>()
        });
        records.insert(object.name.clone(), made.collect());
    }
    records
}

fn value_of(mut value: impl FnMut(&Field) -> Cell) -> impl FnMut(&Field) -> (String, Cell) {
    move |field| (field.name.clone(), value(field))
}

pub(crate) fn put(cell: &Cell, field: &Field) -> Put {
    match cell {
        Cell::Null => Put::Null,
        Cell::Boolean(value) => Put::Int((*value).into()),
        #[expect(clippy::cast_possible_truncation, reason = "a whole number")]
        Cell::Number(number) if field.field_type == FieldType::Int => Put::Int(*number as i64),
        Cell::Number(number) => Put::Double(*number),
        Cell::Text(text) => Put::Text(text.clone()),
        Cell::Id(id) => Put::from(*id),
        Cell::Micros(micros) => Put::Int(*micros),
    }
}

/// Writes queries of the custom objects that somebody sees.
pub(crate) struct Writer<'a, 'c> {
    pub(crate) choices: &'a mut Choices<'c>,
    pub(crate) scope: &'a Scope,
}

impl Writer<'_, '_> {
    fn object(&self, name: &str) -> Arc<Object> {
        self.scope.schema.object(name).unwrap().clone()
    }

    fn sees(&self, object: &Object, field: &Field) -> bool {
        let rights = &self.scope.caller.rights;
        // A reference leads nowhere where nothing is seen that it may lead to.
        let leads = |to: &String| self.scope.schema.object(to).is_some_and(|target| rights.sees(target));
        rights.sees_field(object, field) && field.reference.as_ref().is_none_or(|reference| reference.to.iter().any(leads))
    }

    fn objects(&self) -> Vec<Arc<Object>> {
        let seen = |object: &&Arc<Object>| object.name.ends_with("__c") && self.scope.caller.rights.sees(object);
        self.scope.schema.objects().iter().filter(seen).cloned().collect()
    }

    /// A field, perhaps of a parent, with the path to it.
    fn path(&mut self, object: &Object, levels: usize) -> (String, Field) {
        let up: Vec<Field> = object.fields.iter().filter(|field| field.reference.is_some() && self.sees(object, field)).cloned().collect();
        if levels > 0 && !up.is_empty() && self.choices.rarely(3) {
            let reference = self.choices.of(&up).reference.unwrap();
            let relationship = reference.parent_name.unwrap();
            if reference.to.len() > 1 {
                let name = self.choices.of(&["Name", "Type"]);
                return (format!("{relationship}.{name}"), Field { case_sensitive: false, ..field(name, FieldType::Text) });
            }
            let (path, field) = self.path(&self.object(&reference.to[0]), levels - 1);
            return (format!("{relationship}.{path}"), field);
        }
        let seen: Vec<Field> = object.fields.iter().filter(|field| field.filter && self.sees(object, field)).cloned().collect();
        let field = self.choices.of(&seen);
        (field.name.clone(), field)
    }

    fn text(&mut self) -> String {
        let text = self.choices.of(&[&TEXTS[..], &["Warm", "COLD", "änd", "One", "user", "ä", "other"]].concat());
        text.replace('\'', "\\'")
    }

    fn id(&mut self) -> String {
        let prefix = self.choices.of(&["005", "00G", "a01", "a02", "a03"]);
        let id = id(prefix, 1 + self.choices.below(4) as u64);
        if self.choices.below(2) == 0 { id.to_string() } else { id.short().to_owned() }
    }

    fn date_literal(&mut self) -> String {
        let unit = self.choices.of(&["WEEK", "MONTH", "QUARTER", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR", "DAY"]);
        let number = self.choices.below(15);
        match self.choices.below(5) {
            0 => self.choices.of(&["TODAY", "YESTERDAY", "TOMORROW", "LAST_90_DAYS", "NEXT_90_DAYS"]).to_owned(),
            1 if unit != "DAY" => format!("{}_{unit}", self.choices.of(&["LAST", "THIS", "NEXT"])),
            2 => format!("LAST_N_{unit}S:{number}"),
            3 => format!("NEXT_N_{unit}S:{number}"),
            _ => format!("N_{unit}S_AGO:{number}"),
        }
    }

    /// A value to compare a field of this type with.
    fn literal(&mut self, field: &Field) -> String {
        if self.choices.rarely(6) {
            return "null".to_owned();
        }
        match field.field_type {
            FieldType::Boolean => self.choices.of(&["true", "false"]).to_owned(),
            FieldType::Int | FieldType::Double | FieldType::Currency => self.choices.of(&NUMBERS).to_owned(),
            FieldType::Date | FieldType::DateTime if self.choices.below(2) == 0 => self.date_literal(),
            FieldType::Date => self.choices.of(&DAYS).to_owned(),
            FieldType::DateTime => self.choices.of(&INSTANTS).to_owned(),
            FieldType::Id | FieldType::Reference => format!("'{}'", self.id()),
            FieldType::Multipicklist => format!("'{}'", self.choices.of(&["b", "warm;cold", "x y", ""])),
            _ => format!("'{}'", self.text()),
        }
    }

    fn comparison(&mut self, object: &Object) -> String {
        let (path, field) = self.path(object, 2);
        let is_text = field.field_type.is_text() && field.field_type != FieldType::Multipicklist;
        let is_ordered = !matches!(field.field_type, FieldType::Boolean | FieldType::Multipicklist);
        let left = match field.field_type {
            FieldType::Picklist if self.choices.rarely(4) => format!("toLabel({path})"),
            FieldType::Date | FieldType::DateTime if self.choices.rarely(3) => return self.of_date(&path, field.field_type),
            _ => path,
        };
        match self.choices.below(5) {
            0 if is_text => {
                let pattern: String =
                    (0..1 + self.choices.below(3)).map(|_| self.choices.of(&["a", "B", "%", "_", "ä", "\\%", "\\_", "o"])).collect();
                format!("{left} LIKE '{pattern}'")
            }
            1 => {
                let values: Vec<String> = (0..1 + self.choices.below(3)).map(|_| self.literal(&field)).collect();
                format!("{left} {}IN ({})", self.choices.of(&["", "NOT "]), values.join(", "))
            }
            2 if field.field_type == FieldType::Multipicklist => {
                let sets: Vec<String> = (0..1 + self.choices.below(2))
                    .map(|_| format!("'{}'", self.choices.of(&["b", "Cold", "warm;cold", "x y;B"])))
                    .collect();
                format!("{left} {} ({})", self.choices.of(&["INCLUDES", "EXCLUDES"]), sets.join(", "))
            }
            3 if is_ordered => format!("{left} {} {}", self.choices.of(&["<", "<=", ">", ">="]), self.literal(&field)),
            _ => format!("{left} {} {}", self.choices.of(&["=", "!="]), self.literal(&field)),
        }
    }

    fn date_function(&mut self, path: &str, field_type: FieldType) -> String {
        let mut functions = vec![
            "CALENDAR_YEAR",
            "CALENDAR_QUARTER",
            "CALENDAR_MONTH",
            "DAY_IN_MONTH",
            "DAY_IN_WEEK",
            "DAY_IN_YEAR",
            "WEEK_IN_MONTH",
            "WEEK_IN_YEAR",
            "FISCAL_YEAR",
            "FISCAL_QUARTER",
            "FISCAL_MONTH",
        ];
        if field_type == FieldType::DateTime {
            functions.extend(["HOUR_IN_DAY", "DAY_ONLY"]);
        }
        let function = self.choices.of(&functions);
        let local = field_type == FieldType::DateTime && self.choices.below(2) == 1;
        if local { format!("{function}(convertTimezone({path}))") } else { format!("{function}({path})") }
    }

    fn of_date(&mut self, path: &str, field_type: FieldType) -> String {
        let left = self.date_function(path, field_type);
        let operator = self.choices.of(&["=", "!=", "<", ">="]);
        if left.starts_with("DAY_ONLY") {
            return format!("{left} {operator} {}", self.choices.of(&DAYS));
        }
        format!("{left} {operator} {}", self.choices.of(&["1", "2", "4", "11", "18", "2026"]))
    }

    fn condition(&mut self, object: &Object, depth: usize) -> String {
        match self.choices.below(6) {
            choice @ (0 | 1) if depth > 0 => {
                let parts: Vec<String> =
                    (0..2 + self.choices.below(2)).map(|_| format!("({})", self.condition(object, depth - 1))).collect();
                parts.join(if choice == 0 { " AND " } else { " OR " })
            }
            2 if depth > 0 => format!("NOT ({})", self.condition(object, depth - 1)),
            _ => self.comparison(object),
        }
    }

    fn semi_join(&mut self, object: &Object) -> Option<String> {
        let mut joins: Vec<(String, String, Arc<Object>)> = Vec::new();
        for other in self.objects().into_iter().filter(|other| other.name != object.name) {
            for field in other.fields.iter().filter(|field| self.sees(&other, field)) {
                if field.reference.as_ref().is_some_and(|reference| reference.to.contains(&object.name)) {
                    joins.push(("Id".to_owned(), field.name.clone(), other.clone()));
                }
            }
            for field in object.fields.iter().filter(|field| self.sees(object, field)) {
                if field.reference.as_ref().is_some_and(|reference| reference.to.contains(&other.name)) {
                    joins.push((field.name.clone(), "Id".to_owned(), other.clone()));
                    // What both refer to.
                    let same = other.fields.iter().filter(|same| self.sees(&other, same) && same.reference.is_some());
                    joins.extend(same.map(|same| (field.name.clone(), same.name.clone(), other.clone())));
                }
            }
        }
        if joins.is_empty() {
            return None;
        }
        let (left, inner, from) = self.choices.of(&joins);
        let condition = if self.choices.below(2) == 0 { String::new() } else { format!(" WHERE {}", self.condition(&from, 1)) };
        Some(format!("{left} {}IN (SELECT {inner} FROM {}{condition})", self.choices.of(&["", "NOT "]), from.name))
    }

    fn filter(&mut self, object: &Object) -> String {
        let mut parts = Vec::new();
        if self.choices.below(4) != 0 {
            parts.push(format!("({})", self.condition(object, 2)));
        }
        if self.choices.rarely(4) {
            parts.extend(self.semi_join(object));
        }
        if parts.is_empty() { String::new() } else { format!(" WHERE {}", parts.join(" AND ")) }
    }

    /// A whole order, so that there is one right answer.
    fn order(&mut self, object: &Object) -> String {
        let mut items = Vec::new();
        for _ in 0..self.choices.below(3) {
            let (path, field) = self.path(object, 2);
            if field.sort {
                let nulls = self.choices.of(&["", " NULLS FIRST", " NULLS LAST"]);
                items.push(format!("{path}{}{nulls}", self.choices.of(&["", " ASC", " DESC"])));
            }
        }
        items.push("Id".to_owned());
        format!(" ORDER BY {}", items.join(", "))
    }

    fn rows(&mut self, object: &Object) -> String {
        let mut fields = vec!["Id".to_owned()];
        for _ in 0..self.choices.below(5) {
            let (path, field) = self.path(object, 2);
            if fields.contains(&path) {
                continue;
            }
            let is_listed = matches!(field.field_type, FieldType::Picklist | FieldType::Multipicklist);
            fields.push(if is_listed && self.choices.below(2) == 0 { format!("toLabel({path}) l{}", fields.len()) } else { path });
        }
        let schema = self.scope.schema.clone();
        for (child, field, reference) in schema.children(object) {
            let Some(relationship) = &reference.child_name else { continue };
            if self.sees(child, field) && self.choices.rarely(3) {
                let limit = if self.choices.below(2) == 0 { "" } else { " LIMIT 1" };
                let (filter, order) = (self.filter(child), self.order(child));
                fields.push(format!("(SELECT Id, Name FROM {relationship}{filter}{order}{limit})"));
            }
        }
        let (filter, order) = (self.filter(object), self.order(object));
        let limit = self.choices.of(&["", "", " LIMIT 2", " LIMIT 3 OFFSET 1", " OFFSET 2"]);
        format!("SELECT {} FROM {}{filter}{order}{limit}", fields.join(", "), object.name)
    }

    fn groups(&mut self, object: &Object) -> String {
        let mut keys: Vec<String> = Vec::new();
        for _ in 0..self.choices.below(4) {
            let (path, field) = self.path(object, 1);
            let key = match field.field_type {
                FieldType::Date | FieldType::DateTime if self.choices.below(2) == 0 => self.date_function(&path, field.field_type),
                _ if field.group => path,
                _ => continue,
            };
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let subtotals = self.choices.of(&["", "", "ROLLUP ", "CUBE "]);
        let mut items: Vec<String> = keys.iter().enumerate().map(|(at, key)| format!("{key} k{at}")).collect();
        let mut having = Vec::new();
        for at in 0..1 + self.choices.below(3) {
            let (path, field) = self.path(object, 1);
            let functions: &[&str] = match field.field_type {
                FieldType::Int | FieldType::Double | FieldType::Currency => &["COUNT", "SUM", "AVG", "MIN", "MAX", "COUNT_DISTINCT"],
                FieldType::Boolean | FieldType::Multipicklist => continue,
                _ => &["COUNT", "MIN", "MAX", "COUNT_DISTINCT"],
            };
            let function = self.choices.of(functions);
            items.push(format!("{function}({path}) a{at}"));
            let counts = function.starts_with("COUNT");
            if counts || field.field_type != FieldType::Picklist {
                let of = if counts || function == "AVG" { field_of(FieldType::Int) } else { field };
                let operator = self.choices.of(&["=", "!=", "<", ">="]);
                having.push(format!("{function}({path}) {operator} {}", self.literal(&of)));
            }
        }
        if let (Some(key), true) = (keys.first(), subtotals.is_empty())
            && !key.contains('(')
        {
            having.push(format!("{key} != null"));
        }
        if items.len() == keys.len() {
            items.push("COUNT(Id) n".to_owned());
        }
        if !subtotals.is_empty() && !keys.is_empty() && !keys[0].contains('(') {
            items.push(format!("GROUPING({}) g", keys[0]));
        }
        let filter = self.filter(object);
        let mut query = format!("SELECT {} FROM {}{filter}", items.join(", "), object.name);
        if !keys.is_empty() {
            let keys = keys.join(", ");
            query.push_str(&if subtotals.is_empty() { format!(" GROUP BY {keys}") } else { format!(" GROUP BY {subtotals}({keys})") });
            if !having.is_empty() && self.choices.below(2) == 0 {
                query.push_str(&format!(" HAVING ({})", having.join(self.choices.of(&[") AND (", ") OR ("]))));
            }
        }
        query
    }

    /// A query; of somebody who sees one object at least.
    pub(crate) fn query(&mut self) -> String {
        let objects = self.objects();
        let object = self.choices.of(&objects);
        match self.choices.below(8) {
            0 => format!("SELECT COUNT() FROM {}{}{}", object.name, self.filter(&object), self.choices.of(&["", " LIMIT 2"])),
            1..=3 => self.groups(&object),
            _ => self.rows(&object),
        }
    }
}

fn field_of(field_type: FieldType) -> Field {
    field("X__c", field_type)
}

fn told(error: &switchboard_crm::Error) -> String {
    match error {
        switchboard_crm::Error::Refused(error) => error.to_string(),
        error => format!("{error:?}"),
    }
}

/// The parts of a row in no order of their own.
pub(crate) fn unordered(rows: Value) -> Vec<String> {
    let mut rows: Vec<String> = rows.as_array().map_or_else(|| vec![rows.to_string()], |rows| rows.iter().map(Value::to_string).collect());
    rows.sort();
    rows
}

async fn check(orgs: &mut [Org], number: i64, choices: &[u16]) -> Result<(), TestCaseError> {
    let choices = &mut Choices(choices.iter());
    let schema = Arc::new(random_schema(choices, number));
    let records = random_records(choices, &schema);
    let calendar = Calendar {
        zone: TimeZone::get(choices.of(&["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"])).unwrap(),
        first_weekday: choices.of(&[Weekday::Sunday, Weekday::Monday]),
        fiscal_month: choices.of(&[1, 4, 10]),
    };
    let hidden: Vec<(&str, &str)> = schema
        .objects()
        .iter()
        .flat_map(|object| object.fields.iter().map(|field| (object.name.as_str(), field.name.as_str())))
        .filter(|_| choices.rarely(7))
        .collect();
    let owners = [id("005", 1), id("00G", 1)];
    for org in orgs.iter_mut() {
        org.schema = schema.clone();
        org.options.calendar = calendar.clone();
        table::make(org.world.crm.store(), org.world.workspace, &schema).await.unwrap();
        for object in schema.objects() {
            let rows: Vec<_> = records[&object.name]
                .iter()
                .map(|record| object.fields.iter().map(|field| (field.name.as_str(), put(&record[&field.name], field))).collect())
                .collect();
            if !rows.is_empty() {
                org.insert_all(&object.name, rows).await;
            }
        }
    }
    let system = choices.rarely(4);
    let scope = |org: &Org| {
        if system {
            return org.system();
        }
        let mut scope = org.reader(owners[0], &["User", "Group", "P__c", "M__c", "C__c"], &hidden);
        let mut rights = (*scope.caller.rights).clone();
        rights.owners = owners.to_vec();
        scope.caller.rights = Arc::new(rights);
        scope
    };
    // What there is for somebody without all rights, and for the server.
    let visible = records.iter().map(|(name, all)| {
        let object = schema.object(name).unwrap();
        let private = object.sharing == Sharing::Private && !system;
        let seen = |record: &&Record| {
            let owned = !private || matches!(record["OwnerId"], Cell::Id(owner) if owners.contains(&owner));
            record["IsDeleted"] == Cell::Boolean(false) && owned
        };
        (name.clone(), all.iter().filter(seen).cloned().collect())
    });
    let visible: BTreeMap<String, Vec<Record>> = visible.collect();
    let interpreter = Interpreter {
        schema: &schema,
        records: &visible,
        now: NOW.parse().unwrap(),
        zone: calendar.zone.clone(),
        first_weekday: calendar.first_weekday,
        fiscal_month: calendar.fiscal_month,
    };
    for _ in 0..QUERIES {
        let soql = Writer { choices, scope: &scope(&orgs[0]) }.query();
        let query = soql::parse(&soql).map_err(|error| TestCaseError::fail(format!("{soql}: {error}")))?;
        let expected = interpreter.answer(&query);
        for org in orgs.iter() {
            let page = org.ask(&scope(org), &soql).await;
            let page = page.map_err(|error| TestCaseError::fail(format!("{soql}\n{}", told(&error))))?;
            let found = if expected.is_number() { page.total_size.into() } else { plain(serde_json::to_value(&page.records).unwrap()) };
            let is_equal = if query.order.is_empty() { unordered(found.clone()) == unordered(expected.clone()) } else { found == expected };
            if !is_equal {
                let backend = if org.world.url().starts_with("sqlite") { Backend::Sqlite } else { Backend::Postgres };
                let message = format!("{soql}\n{backend:?}: {found}\nmeant:  {expected}\n{calendar:?}\n{visible:#?}");
                return Err(TestCaseError::fail(message));
            }
        }
    }
    Ok(())
}

#[test]
fn the_compiled_answer_is_the_interpreters() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let orgs = runtime.block_on(async {
        let mut orgs = Vec::new();
        for world in worlds().await {
            orgs.push(Org::new(world, Arc::new(Schema::new(1, 1, instance(), Vec::new()))).await);
        }
        orgs
    });
    let state = Mutex::new((orgs, 10));
    let config = Config { cases: CASES, max_shrink_iters: 60, failure_persistence: None, ..Config::default() };
    // The same cases every time: who looks for more raises their number.
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&vec(any::<u16>(), 4_000..6_000), |choices| {
        runtime.block_on(async {
            let (orgs, number) = &mut *state.lock().await;
            *number += 1;
            check(orgs, *number, &choices).await
        })
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    runtime.block_on(async {
        for org in state.into_inner().0 {
            org.world.end().await;
        }
    });
}
