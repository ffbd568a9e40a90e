//! A small organisation: hand-made objects of all types, with a few records.

use std::sync::Arc;

use domain::time::Timestamp;
use salesforce::{
    Id, Version,
    id::{Instance, KeyPrefix},
    query::Page,
};
use sea_query::{Expr, Query};
use store::sql::Built;
use switchboard_crm::{
    Error, QueryOptions, Result, Scope,
    access::{Caller, ObjectRights, Rights},
    schema::{Abilities, Field, FieldType, Object, OnDelete, PicklistValue, Reference, Schema, Sharing, fold, table},
};

use crate::world::{World, worlds};

/// A Wednesday, at noon in UTC.
pub(crate) const NOW: &str = "2026-11-18T12:00:00Z";

/// What a test puts into a column.
#[derive(Clone, Debug)]
pub(crate) enum Put {
    Null,
    Int(i64),
    Double(f64),
    Text(String),
}

impl From<&str> for Put {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Put {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<f64> for Put {
    fn from(number: f64) -> Self {
        Self::Double(number)
    }
}

impl From<Id> for Put {
    fn from(id: Id) -> Self {
        Self::Text(id.short().to_owned())
    }
}

pub(crate) fn micros(instant: &str) -> i64 {
    instant.parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

pub(crate) fn day(date: &str) -> i64 {
    micros(&format!("{date}T00:00:00Z"))
}

pub(crate) fn instance() -> Instance {
    Instance::parse("0Aa").unwrap()
}

pub(crate) fn id(prefix: &str, number: u64) -> Id {
    Id::numbered(KeyPrefix::parse(prefix).unwrap(), instance(), number).unwrap()
}

pub(crate) fn field(name: &str, field_type: FieldType) -> Field {
    let length = if field_type.is_text() { 80 } else { 0 };
    Field { permissionable: true, custom: name.ends_with("__c"), ..Field::new(name, name, field_type, length) }
}

pub(crate) fn picklist(name: &str, field_type: FieldType, values: &[(&str, &str)]) -> Field {
    let value = |(value, label): &(&str, &str)| PicklistValue {
        active: true,
        default_value: false,
        label: (*label).to_owned(),
        valid_for: None,
        value: (*value).to_owned(),
    };
    Field { picklist: values.iter().map(value).collect(), ..field(name, field_type) }
}

pub(crate) fn reference(name: &str, to: &[&str], parent: &str, child: &str) -> Field {
    let reference = Reference {
        to: to.iter().map(|to| (*to).to_owned()).collect(),
        parent_name: Some(parent.to_owned()),
        child_name: Some(child.to_owned()).filter(|name| !name.is_empty()),
        on_delete: OnDelete::Clear,
        master: false,
    };
    Field { reference: Some(reference), ..field(name, FieldType::Reference) }
}

pub(crate) fn object(name: &str, prefix: &str, fields: Vec<Field>) -> Object {
    let system = [
        Field { nillable: false, permissionable: false, ..field("Id", FieldType::Id) },
        Field { permissionable: false, ..field("IsDeleted", FieldType::Boolean) },
    ];
    let all = Abilities { create: true, update: true, delete: true, undelete: true, query: true, search: true };
    let fields = system.into_iter().chain(fields).collect();
    let mut object = Object::new(name, name, format!("{name}s"), fields);
    object.prefix = Some(KeyPrefix::parse(prefix).unwrap());
    object.can = all;
    object
}

fn named(name: &str) -> Field {
    Field { is_name: true, nillable: false, permissionable: false, ..field(name, FieldType::Text) }
}

fn created() -> Field {
    Field { nillable: false, permissionable: false, ..field("CreatedDate", FieldType::DateTime) }
}

fn part(name: &str, of: &str, field_type: FieldType) -> Field {
    Field { compound: Some(of.to_owned()), ..field(name, field_type) }
}

pub(crate) fn schema() -> Arc<Schema> {
    let account = object(
        "Account",
        "001",
        vec![
            named("Name"),
            created(),
            picklist("Rating", FieldType::Picklist, &[("Hot", "Very hot"), ("Warm", "Lukewarm"), ("Cold", "Cold")]),
            field("NumberOfEmployees", FieldType::Int),
            field("AnnualRevenue", FieldType::Currency),
            field("Active__c", FieldType::Boolean),
            field("Founded__c", FieldType::Date),
            Field { length: 32_000, filter: false, sort: false, group: false, ..field("Description", FieldType::Textarea) },
            Field { unique: true, external_id: true, case_sensitive: true, ..field("Code__c", FieldType::Text) },
            Field { unique: true, external_id: true, ..field("Key__c", FieldType::Text) },
            reference("ParentId", &["Account"], "Parent", "ChildAccounts"),
            reference("OwnerId", &["User"], "Owner", ""),
            part("BillingStreet", "BillingAddress", FieldType::Textarea),
            part("BillingCity", "BillingAddress", FieldType::Text),
            Field { filter: false, sort: false, group: false, ..field("BillingAddress", FieldType::Address) },
        ],
    );
    let contact = object(
        "Contact",
        "003",
        vec![
            named("Name"),
            created(),
            field("Email", FieldType::Email),
            reference("AccountId", &["Account"], "Account", "Contacts"),
            picklist("Tags__c", FieldType::Multipicklist, &[("a", "Letter A"), ("b", "Letter B"), ("c", "Letter C")]),
            field("Birthdate", FieldType::Date),
            field("Starts__c", FieldType::Time),
            field("Score__c", FieldType::Double),
        ],
    );
    let mut case = object(
        "Case",
        "500",
        vec![
            named("CaseNumber"),
            created(),
            field("Subject", FieldType::Text),
            picklist("Status", FieldType::Picklist, &[("New", "Neu"), ("Working", "In Arbeit"), ("Closed", "Zu")]),
            reference("ContactId", &["Contact"], "Contact", "Cases"),
            reference("AccountId", &["Account"], "Account", "Cases"),
            reference("OwnerId", &["User", "Group"], "Owner", ""),
        ],
    );
    let comment = object(
        "CaseComment",
        "00a",
        vec![
            named("Title__c"),
            Field { length: 4_000, ..field("CommentBody", FieldType::Textarea) },
            reference("ParentId", &["Case"], "Parent", "CaseComments"),
        ],
    );
    let user = object(
        "User",
        "005",
        vec![
            named("Name"),
            field("Username", FieldType::Text),
            field("Email", FieldType::Email),
            field("IsActive", FieldType::Boolean),
            field("TimeZoneSidKey", FieldType::Text),
            field("LocaleSidKey", FieldType::Text),
        ],
    );
    let group = object("Group", "00G", vec![named("Name"), field("Email", FieldType::Email)]);
    let link = object(
        "ContentDocumentLink",
        "06A",
        vec![
            reference("LinkedEntityId", &["Account", "Case"], "LinkedEntity", "ContentDocumentLinks"),
            reference("ContentDocumentId", &["Document"], "ContentDocument", "ContentDocumentLinks"),
        ],
    );
    let task = object("Task", "00T", vec![named("Subject"), reference("WhatId", &["Account", "Case"], "What", "Tasks")]);
    let file = object(
        "Document",
        "015",
        vec![named("Name"), Field { filter: false, sort: false, group: false, ..field("Body", FieldType::Base64) }],
    );
    case.sharing = Sharing::Private;
    Arc::new(Schema::new(1, 1, instance(), vec![account, contact, case, comment, user, group, link, task, file]))
}

/// An organisation on one database.
pub(crate) struct Org {
    pub(crate) world: World,
    pub(crate) schema: Arc<Schema>,
    pub(crate) options: QueryOptions,
}

impl Org {
    pub(crate) async fn new(world: World, schema: Arc<Schema>) -> Self {
        table::make(world.crm.store(), world.workspace, &schema).await.unwrap();
        Self { world, schema, options: QueryOptions::new(Version::new(66).unwrap()) }
    }

    pub(crate) fn scope(&self, caller: Caller) -> Scope {
        Scope { schema: self.schema.clone(), caller, now: Timestamp(micros(NOW)) }
    }

    pub(crate) fn system(&self) -> Scope {
        self.scope(Caller::system(self.world.workspace, id("005", 1)))
    }

    /// Somebody who may read these objects with all their fields but some.
    pub(crate) fn reader(&self, user: Id, objects: &[&str], hidden: &[(&str, &str)]) -> Scope {
        let rights = objects.iter().map(|name| {
            let object = self.schema.object(name).unwrap();
            let seen = object.fields.iter().filter(|field| field.permissionable && !hidden.contains(&(*name, &field.name)));
            let fields = seen.map(|field| (field.name.clone(), false)).collect();
            ((*name).to_owned(), ObjectRights { read: true, fields, ..ObjectRights::default() })
        });
        let rights = Rights { objects: Arc::new(rights.collect()), owners: vec![user], api: true, ..Rights::default() };
        self.scope(Caller { workspace: self.world.workspace, user, rights: Arc::new(rights) })
    }

    pub(crate) async fn insert(&self, object: &str, values: Vec<(&str, Put)>) {
        self.insert_all(object, vec![values]).await;
    }

    /// Records with the same fields.
    pub(crate) async fn insert_all(&self, object: &str, records: Vec<Vec<(&str, Put)>>) {
        let object = self.schema.object(object).unwrap();
        let mut columns = Vec::new();
        for (name, _) in &records[0] {
            let field = object.field(name).unwrap_or_else(|| panic!("{name}"));
            columns.extend([Some(field.column()), field.folded_column()].into_iter().flatten());
        }
        let rows: Vec<Vec<Expr>> = records
            .iter()
            .map(|record| {
                let mut row: Vec<Expr> = Vec::new();
                for (name, put) in record {
                    let field = object.field(name).unwrap();
                    let folds = field.folded_column().is_some();
                    match put {
                        Put::Int(value) => row.push((*value).into()),
                        Put::Double(value) => row.push((*value).into()),
                        Put::Text(text) => {
                            row.push(text.as_str().into());
                            row.extend(folds.then(|| Expr::from(fold(text))));
                        }
                        Put::Null => {
                            let null = || match field.field_type {
                                FieldType::Double | FieldType::Currency | FieldType::Percent => Expr::val(None::<f64>),
                                FieldType::Int | FieldType::Date | FieldType::DateTime | FieldType::Time => Expr::val(None::<i64>),
                                _ => Expr::val(None::<String>),
                            };
                            row.push(null());
                            row.extend(folds.then(null));
                        }
                    }
                }
                row
            })
            .collect();
        let table = self.schema.table(object);
        self.world
            .crm
            .store()
            .write(move |tx| {
                let (table, columns, rows) = (table.clone(), columns.clone(), rows.clone());
                Box::pin(async move {
                    for rows in rows.chunks(500) {
                        let mut insert = Query::insert();
                        insert.into_table(table.clone()).columns(columns.clone());
                        for row in rows {
                            insert.values_panic(row.clone());
                        }
                        tx.run_built(Built::new("insert", tx.backend(), &insert)?).await?;
                    }
                    Ok::<(), Error>(())
                })
            })
            .await
            .unwrap();
    }

    /// The next new record of these objects has this number.
    pub(crate) async fn count_from(&self, objects: &'static [&'static str], number: i64) {
        let workspace = uuid::Uuid::from(self.world.workspace);
        let mut insert = Query::insert();
        insert.into_table("crm_counter").columns(["workspace", "object", "name", "next"]);
        for object in objects {
            insert.values_panic([workspace.into(), (*object).into(), "Id".into(), number.into()]);
        }
        let store = self.world.crm.store();
        let built = Built::new("counters", store.backend(), &insert).unwrap();
        store
            .write(move |tx| {
                let built = built.clone();
                Box::pin(async move { tx.run_built(built).await.map(drop) })
            })
            .await
            .unwrap();
    }

    pub(crate) async fn ask(&self, scope: &Scope, soql: &str) -> Result<Page> {
        self.world.crm.query_in(scope, soql, &self.options).await
    }

    /// The answer in a few lines: one for each row, without attributes.
    pub(crate) async fn told(&self, scope: &Scope, soql: &str) -> String {
        match self.ask(scope, soql).await {
            Ok(page) => {
                let mut lines = format!("{soql}\n");
                if page.records.len() as u64 != page.total_size {
                    lines.push_str(&format!("  total {}\n", page.total_size));
                }
                for record in &page.records {
                    lines.push_str(&format!("  {}\n", plain(serde_json::to_value(record).unwrap())));
                }
                lines
            }
            Err(Error::Refused(error)) => format!("{soql}\n  ! {} {}\n", error.code(), error.message().replace('\n', "\n  | ")),
            Err(error) => panic!("{soql}: {error:?} {error}"),
        }
    }
}

/// Without attributes and ids' check characters.
pub(crate) fn plain(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(members) => {
            members.into_iter().filter(|(name, _)| name != "attributes").map(|(name, value)| (name, plain(value))).collect()
        }
        Value::Array(values) => values.into_iter().map(plain).collect(),
        value => value,
    }
}

/// The same organisation on both databases.
pub(crate) async fn orgs() -> Vec<Org> {
    let mut orgs = Vec::new();
    for world in worlds().await {
        let org = Org::new(world, schema()).await;
        fill(&org).await;
        orgs.push(org);
    }
    orgs
}

async fn fill(org: &Org) {
    let user = |number| Put::from(id("005", number));
    let null = || Put::Null;
    for (number, name, active, zone, locale) in [(1, "Ada", 1, "GMT", "en_US"), (2, "Bob", 0, "Pacific/Auckland", "de_DE")] {
        org.insert(
            "User",
            vec![
                ("Id", user(number)),
                ("Name", name.into()),
                ("Username", format!("{name}@x.org").as_str().into()),
                ("IsActive", active.into()),
                ("TimeZoneSidKey", zone.into()),
                ("LocaleSidKey", locale.into()),
            ],
        )
        .await;
    }
    org.insert("Group", vec![("Id", id("00G", 1).into()), ("Name", "Second Level".into())]).await;
    let accounts = [
        (
            1,
            "Ärzte GmbH",
            Put::from("Hot"),
            Put::from(10),
            Put::from(1000.5),
            1,
            Put::from(day("2020-02-29")),
            Put::from("aB"),
            0,
            "2026-11-18T11:00:00Z",
        ),
        (2, "acme_100%", "warm".into(), 200.into(), Put::Null, 0, day("2026-11-18").into(), "AB".into(), 1, "2026-11-17T23:30:00Z"),
        (3, "Acme", "Cold".into(), Put::Null, 50.25.into(), 1, Put::Null, Put::Null, 1, "2026-11-01T00:00:00Z"),
        (4, "Zoë", Put::Null, (-5).into(), 50.25.into(), 0, day("1999-12-31").into(), Put::Null, 0, "2025-12-31T23:59:59.999999Z"),
        (5, "zeta", "Other".into(), 10.into(), 7.0.into(), 0, day("2026-10-25").into(), Put::Null, 0, "2026-10-25T00:30:00Z"),
    ];
    for (number, name, rating, employees, revenue, active, founded, code, parent, created) in accounts {
        let parent = if parent == 0 { null() } else { id("001", parent).into() };
        org.insert(
            "Account",
            vec![
                ("Id", id("001", number).into()),
                ("Name", name.into()),
                ("CreatedDate", micros(created).into()),
                ("Rating", rating),
                ("NumberOfEmployees", employees),
                ("AnnualRevenue", revenue),
                ("Active__c", active.into()),
                ("Founded__c", founded),
                ("Code__c", code),
                ("ParentId", parent),
                ("OwnerId", user(1 + number % 2)),
                ("BillingCity", if number == 1 { "Köln".into() } else { null() }),
            ],
        )
        .await;
    }
    org.insert(
        "Account",
        vec![("Id", id("001", 9).into()), ("Name", "Gone".into()), ("CreatedDate", micros(NOW).into()), ("IsDeleted", 1.into())],
    )
    .await;
    let contacts = [
        (1, "Chloé", "c@x.org", 1, Put::from("a;b"), Put::from(2.5)),
        (2, "dora", "D@X.org", 2, "b".into(), Put::Null),
        (3, "Emil", "", 2, Put::Null, 4.0.into()),
        (4, "Fay", "", 0, "a;c".into(), Put::Null),
        (5, "Gus", "", 9, "c".into(), 2.5.into()),
    ];
    for (number, name, email, account, tags, score) in contacts {
        org.insert(
            "Contact",
            vec![
                ("Id", id("003", number).into()),
                ("Name", name.into()),
                ("CreatedDate", micros("2026-11-10T09:00:00Z").into()),
                ("Email", if email.is_empty() { null() } else { email.into() }),
                ("AccountId", if account == 0 { null() } else { id("001", account).into() }),
                ("Tags__c", tags),
                ("Starts__c", (3_600_000_000 * number as i64).into()),
                ("Score__c", score),
            ],
        )
        .await;
    }
    let cases = [
        (1, "0001", "Hilfe", "New", 1, 1, "005"),
        (2, "0002", "it's", "Closed", 1, 2, "005"),
        (3, "0003", "HILFE", "Working", 2, 1, "00G"),
    ];
    for (number, name, subject, status, contact, owner, kind) in cases {
        org.insert(
            "Case",
            vec![
                ("Id", id("500", number).into()),
                ("CaseNumber", name.into()),
                ("CreatedDate", micros("2026-11-18T08:00:00Z").into()),
                ("Subject", subject.into()),
                ("Status", status.into()),
                ("ContactId", id("003", contact).into()),
                ("OwnerId", id(kind, owner).into()),
            ],
        )
        .await;
    }
    for (number, case) in [(1, 1), (2, 1), (3, 3)] {
        org.insert(
            "CaseComment",
            vec![
                ("Id", id("00a", number).into()),
                ("Title__c", format!("t{number}").as_str().into()),
                ("ParentId", id("500", case).into()),
            ],
        )
        .await;
    }
    for (number, what) in [(1, id("001", 1)), (2, id("500", 2))] {
        org.insert(
            "Task",
            vec![("Id", id("00T", number).into()), ("Subject", format!("task {number}").as_str().into()), ("WhatId", what.into())],
        )
        .await;
    }
    org.insert(
        "ContentDocumentLink",
        vec![("Id", id("06A", 1).into()), ("LinkedEntityId", id("001", 1).into()), ("ContentDocumentId", id("069", 1).into())],
    )
    .await;
    org.insert("Document", vec![("Id", id("015", 1).into()), ("Name", "plan.pdf".into()), ("Body", "ab".into())]).await;
}
