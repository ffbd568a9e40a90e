//! A small organisation: the objects that rules are about, with the fields that they need, and some of its own.

use std::{collections::HashMap, sync::Arc};

use domain::ids::WorkspaceId;
use salesforce::{
    Code, Id, Version,
    id::{Instance, KeyPrefix},
    record::{Incoming, Scalar},
};
use serde_json::{Value as Json, json};
use switchboard_crm::{
    Crm, Operation, Outcome, Records, Scope,
    access::{Caller, ObjectRights, Rights},
    schema::{Field, FieldType, Object, OnDelete, PicklistValue, Reference, Schema, Sharing, WrittenBy, table},
};

use crate::world::World;

pub(crate) const INSTANCE: &str = "0Aa";

pub(crate) fn text(name: &str, length: u32) -> Field {
    Field::new(name, name, FieldType::Text, length)
}

fn of(name: &str, field_type: FieldType) -> Field {
    Field::new(name, name, field_type, if field_type.is_text() { 255 } else { 0 })
}

fn fixed(field: Field) -> Field {
    Field { create: false, update: false, ..field }
}

fn required(field: Field) -> Field {
    Field { nillable: false, permissionable: false, ..field }
}

pub(crate) fn lookup(name: &str, parent: &str, to: &[&str], on_delete: OnDelete) -> Field {
    let reference = Reference {
        to: to.iter().map(|name| (*name).to_owned()).collect(),
        parent_name: Some(parent.to_owned()),
        child_name: None,
        on_delete,
        master: false,
    };
    Field { reference: Some(reference), ..of(name, FieldType::Reference) }
}

fn picklist(name: &str, values: &[&str], default: Option<&str>, restricted: bool) -> Field {
    let value = |text: &&str| PicklistValue {
        active: true,
        default_value: default == Some(*text),
        label: (*text).to_owned(),
        valid_for: None,
        value: (*text).to_owned(),
    };
    Field { picklist: values.iter().map(value).collect(), restricted, ..of(name, FieldType::Picklist) }
}

fn object(name: &str, prefix: &str, owned: bool, fields: Vec<Field>) -> Object {
    let mut all = vec![fixed(of("Id", FieldType::Id)), fixed(of("IsDeleted", FieldType::Boolean))];
    if owned {
        all.push(Field { defaulted: true, ..required(lookup("OwnerId", "Owner", &["User", "Group"], OnDelete::Keep)) });
    }
    for (at, by) in [("CreatedDate", "CreatedById"), ("LastModifiedDate", "LastModifiedById")] {
        all.push(fixed(of(at, FieldType::DateTime)));
        all.push(fixed(lookup(by, by.trim_end_matches("Id"), &["User"], OnDelete::Keep)));
    }
    all.push(fixed(of("SystemModstamp", FieldType::DateTime)));
    all.extend(fields);
    let mut object = Object::new(name, name, format!("{name}s"), all);
    object.prefix = KeyPrefix::parse(prefix).ok();
    object.can.create = true;
    object.can.update = true;
    object.can.delete = true;
    object.can.undelete = true;
    object.can.query = true;
    object
}

fn people() -> Vec<Object> {
    let user = object(
        "User",
        "005",
        false,
        vec![
            text("FirstName", 40),
            required(text("LastName", 80)),
            Field { is_name: true, ..fixed(text("Name", 121)) },
            of("IsActive", FieldType::Boolean),
        ],
    );
    let group = object("Group", "00G", false, vec![Field { is_name: true, ..required(text("Name", 40)) }, text("Type", 40)]);
    let serves = object(
        "QueueSobject",
        "03g",
        false,
        vec![lookup("QueueId", "Queue", &["Group"], OnDelete::Cascade), picklist("SobjectType", &["Case"], None, false)],
    );
    let account = object(
        "Account",
        "001",
        true,
        vec![
            Field { is_name: true, ..required(text("Name", 255)) },
            lookup("ParentId", "Parent", &["Account"], OnDelete::Clear),
            Field { external_id: true, unique: true, custom: true, ..text("Ext__c", 20) },
            Field { external_id: true, custom: true, ..text("Group__c", 20) },
            Field { scale: 2, precision: 8, ..of("AnnualRevenue", FieldType::Currency) },
            of("NumberOfEmployees", FieldType::Int),
            of("Website", FieldType::Url),
            picklist("Rating", &["Hot", "Warm", "Cold"], None, true),
            Field {
                restricted: true,
                ..Field { field_type: FieldType::Multipicklist, ..picklist("Needs__c", &["A", "B", "C"], None, true) }
            },
            of("Since__c", FieldType::Date),
            of("At__c", FieldType::Time),
            of("Seen__c", FieldType::DateTime),
            of("BillingAddress", FieldType::Address),
            Field { compound: Some("BillingAddress".into()), ..text("BillingStreet", 255) },
            Field { compound: Some("BillingAddress".into()), ..text("BillingCity", 40) },
        ],
    );
    let contact = object(
        "Contact",
        "003",
        true,
        vec![
            text("FirstName", 40),
            required(text("LastName", 80)),
            text("Salutation", 40),
            Field { is_name: true, ..fixed(text("Name", 121)) },
            lookup("AccountId", "Account", &["Account"], OnDelete::Cascade),
            lookup("ReportsToId", "ReportsTo", &["Contact"], OnDelete::Clear),
            Field { id_lookup: true, length: 80, ..of("Email", FieldType::Email) },
            of("Phone", FieldType::Phone),
            of("HasOptedOutOfEmail", FieldType::Boolean),
        ],
    );
    vec![user, group, serves, account, contact]
}

fn work() -> Vec<Object> {
    let case = object(
        "Case",
        "500",
        true,
        vec![
            Field { auto_number: Some("{00000000}".into()), is_name: true, id_lookup: true, ..fixed(text("CaseNumber", 30)) },
            lookup("AccountId", "Account", &["Account"], OnDelete::Restrict),
            lookup("ContactId", "Contact", &["Contact"], OnDelete::Restrict),
            lookup("ParentId", "Parent", &["Case"], OnDelete::Clear),
            text("Subject", 255),
            picklist("Status", &["New", "Working", "Closed"], Some("New"), false),
            fixed(of("IsClosed", FieldType::Boolean)),
            fixed(of("ClosedDate", FieldType::DateTime)),
            fixed(Field { length: 80, ..of("ContactEmail", FieldType::Email) }),
            Field { filter: false, ..Field::new("Comments", "Comments", FieldType::Textarea, 4_000) },
        ],
    );
    let mut comment = object(
        "CaseComment",
        "00a",
        false,
        vec![
            required(lookup("ParentId", "Parent", &["Case"], OnDelete::Cascade)),
            Field::new("CommentBody", "Body", FieldType::Textarea, 4_000),
        ],
    );
    comment.sharing = Sharing::Parent("ParentId");
    let task = object(
        "Task",
        "00T",
        true,
        vec![
            lookup("WhoId", "Who", &["Contact"], OnDelete::Cascade),
            lookup("WhatId", "What", &["Account", "Case"], OnDelete::Cascade),
            fixed(lookup("AccountId", "Account", &["Account"], OnDelete::Keep)),
            picklist("Status", &["Not Started", "Completed"], Some("Not Started"), false),
            picklist("Priority", &["High", "Normal"], Some("Normal"), false),
            fixed(of("IsClosed", FieldType::Boolean)),
            fixed(of("IsHighPriority", FieldType::Boolean)),
        ],
    );
    let mut transcript = object("LiveChatTranscript", "570", true, vec![text("ChatKey", 40)]);
    transcript.written_by = WrittenBy::Server;
    vec![case, comment, task, transcript]
}

fn files() -> Vec<Object> {
    let mut document = object(
        "ContentDocument",
        "069",
        true,
        vec![
            text("Title", 255),
            fixed(text("FileType", 20)),
            fixed(text("FileExtension", 40)),
            fixed(of("ContentSize", FieldType::Int)),
            fixed(lookup("LatestPublishedVersionId", "LatestPublishedVersion", &["ContentVersion"], OnDelete::Keep)),
        ],
    );
    document.sharing = Sharing::Linked("ContentDocumentLink");
    let mut version = object(
        "ContentVersion",
        "068",
        true,
        vec![
            required(lookup("ContentDocumentId", "ContentDocument", &["ContentDocument"], OnDelete::Cascade)),
            required(text("Title", 255)),
            text("PathOnClient", 500),
            fixed(text("FileType", 20)),
            fixed(text("FileExtension", 40)),
            fixed(text("Checksum", 50)),
            fixed(text("VersionNumber", 20)),
            fixed(of("ContentSize", FieldType::Int)),
            fixed(of("IsLatest", FieldType::Boolean)),
            Field { update: false, ..of("VersionData", FieldType::Base64) },
            lookup("FirstPublishLocationId", "FirstPublishLocation", &["Account", "Case", "User"], OnDelete::Keep),
        ],
    );
    version.sharing = Sharing::Parent("ContentDocumentId");
    let mut link = object(
        "ContentDocumentLink",
        "06A",
        false,
        vec![
            required(lookup("ContentDocumentId", "ContentDocument", &["ContentDocument"], OnDelete::Cascade)),
            required(lookup("LinkedEntityId", "LinkedEntity", &["Account", "Case", "User"], OnDelete::Cascade)),
            text("ShareType", 40),
            text("Visibility", 40),
        ],
    );
    link.sharing = Sharing::Parent("ContentDocumentId");
    let mut attachment = object(
        "Attachment",
        "00P",
        true,
        vec![
            required(lookup("ParentId", "Parent", &["Account", "Case"], OnDelete::Cascade)),
            Field { is_name: true, ..required(text("Name", 255)) },
            fixed(of("BodyLength", FieldType::Int)),
            of("Body", FieldType::Base64),
        ],
    );
    attachment.sharing = Sharing::Parent("ParentId");
    vec![document, version, link, attachment]
}

fn invoices() -> Vec<Object> {
    let mut invoice = object(
        "Invoice__c",
        "a00",
        true,
        vec![
            Field { auto_number: Some("INV-{0000}".into()), is_name: true, ..fixed(text("Name", 80)) },
            lookup("Account__c", "Account__r", &["Account"], OnDelete::Restrict),
        ],
    );
    invoice.custom = true;
    let mut master = required(lookup("Invoice__c", "Invoice__r", &["Invoice__c"], OnDelete::Cascade));
    master.reference.as_mut().unwrap().master = true;
    let mut line = object(
        "Line__c",
        "a01",
        false,
        vec![
            Field { is_name: true, ..text("Name", 80) },
            master,
            Field { external_id: true, unique: true, ..Field { precision: 18, ..of("Number__c", FieldType::Double) } },
        ],
    );
    line.sharing = Sharing::Master;
    vec![invoice, line]
}

pub(crate) fn schema(private: bool) -> Schema {
    let mut objects: Vec<_> = [people(), work(), files(), invoices()].concat();
    if private {
        for object in objects.iter_mut().filter(|object| object.sharing == Sharing::ReadWrite && object.is_owned()) {
            object.sharing = Sharing::Private;
        }
    }
    Schema::new(1, 1, Instance::parse(INSTANCE).unwrap(), objects)
}

/// The organisation on one database.
pub(crate) struct Office {
    pub(crate) world: World,
    pub(crate) schema: Arc<Schema>,
    /// Who may everything that people may.
    pub(crate) boss: Caller,
}

impl Office {
    pub(crate) async fn on(world: World, private: bool) -> Self {
        let schema = Arc::new(schema(private));
        table::make(world.crm.store(), world.workspace, &schema).await.unwrap();
        let office = Self { boss: caller(world.workspace, id("005", 1), &schema), world, schema };
        let user = |first: &str, active: bool| json!({"FirstName": first, "LastName": "Doe", "IsActive": active});
        let users = vec![create("User", user("Boss", true)), create("User", user("Ann", true)), create("User", user("Gone", false))];
        let made = office.records(&system(office.world.workspace)).change(users, true).await.unwrap();
        assert_eq!(saved(&made), [id("005", 1), id("005", 2), id("005", 3)]);
        office
    }

    /// On each database.
    pub(crate) async fn all() -> Vec<Self> {
        Self::all_shared(false).await
    }

    pub(crate) async fn all_shared(private: bool) -> Vec<Self> {
        let mut offices = Vec::new();
        for world in crate::world::worlds().await {
            offices.push(Self::on(world, private).await);
        }
        offices
    }

    pub(crate) fn records(&self, caller: &Caller) -> Records {
        self.records_of(&self.world.crm, caller)
    }

    pub(crate) fn records_of(&self, crm: &Crm, caller: &Caller) -> Records {
        Records::new(crm.clone(), Scope { schema: self.schema.clone(), caller: caller.clone(), now: crm.now() })
    }

    /// Ann, who may this with these objects.
    pub(crate) fn ann(&self, objects: &[(&str, ObjectRights)]) -> Caller {
        let user = id("005", 2);
        let objects: HashMap<_, _> = objects.iter().map(|(name, rights)| ((*name).to_owned(), rights.clone())).collect();
        let rights = Rights { api: true, objects: objects.into(), owners: vec![user], ..Rights::default() };
        Caller { workspace: self.world.workspace, user, rights: Arc::new(rights) }
    }

    pub(crate) async fn change(&self, operations: Vec<Operation>) -> Vec<Outcome> {
        self.records(&self.boss).change(operations, false).await.unwrap()
    }

    /// Makes one record as the boss.
    pub(crate) async fn make(&self, object: &str, record: Json) -> Id {
        saved(&self.change(vec![create(object, record)]).await)[0]
    }

    /// What a record has in some fields, as it is answered; null if there is none.
    pub(crate) async fn see(&self, id: Id, fields: &[&str]) -> Json {
        let object = self.schema.object_of(id.prefix()).unwrap().name.clone();
        let fields: Vec<_> = fields.iter().map(|name| (*name).to_owned()).collect();
        let found = self.records(&self.boss).read(&object, &[id], Some(&fields), Version::LATEST).await.unwrap();
        let mut json = serde_json::to_value(&found[0]).unwrap();
        if let Some(record) = json.as_object_mut() {
            record.remove("attributes");
        }
        json
    }

    pub(crate) async fn end(self) {
        self.world.end().await;
    }
}

/// Whoever may do with every object and field what people may.
pub(crate) fn caller(workspace: WorkspaceId, user: Id, schema: &Schema) -> Caller {
    let objects: HashMap<_, _> = schema.objects().iter().map(|object| (object.name.clone(), all_of(schema, &object.name))).collect();
    let rights =
        Rights { api: true, view_all_data: true, modify_all_data: true, objects: objects.into(), owners: vec![user], ..Rights::default() };
    Caller { workspace, user, rights: Arc::new(rights) }
}

/// All rights to an object that do not reach beyond sharing.
pub(crate) fn all_of(schema: &Schema, object: &str) -> ObjectRights {
    let fields = schema.object(object).unwrap().fields.iter().map(|field| (field.name.clone(), true)).collect();
    ObjectRights { read: true, create: true, edit: true, delete: true, fields, ..ObjectRights::default() }
}

pub(crate) fn system(workspace: WorkspaceId) -> Caller {
    Caller::system(workspace, id("005", 1))
}

pub(crate) fn id(prefix: &str, number: u64) -> Id {
    Id::numbered(KeyPrefix::parse(prefix).unwrap(), Instance::parse(INSTANCE).unwrap(), number).unwrap()
}

pub(crate) fn record(json: &Json) -> Incoming {
    Incoming::parse(json.to_string().as_bytes()).unwrap()
}

pub(crate) fn create(object: &str, json: Json) -> Operation {
    Operation::Create { object: object.to_owned(), record: record(&json), uploads: vec![] }
}

pub(crate) fn update(object: &str, id: Id, json: Json) -> Operation {
    Operation::Update { object: object.to_owned(), id, record: record(&json), uploads: vec![] }
}

pub(crate) fn upsert(object: &str, key: &str, value: &str, json: Json) -> Operation {
    let value = if value.is_empty() { Scalar::Null } else { Scalar::Text(value.to_owned()) };
    Operation::Upsert { object: object.to_owned(), key: key.to_owned(), value, record: record(&json), uploads: vec![], update_only: false }
}

pub(crate) fn delete(id: Id) -> Operation {
    Operation::Delete { object: None, id }
}

/// The ids of what was written; fails if something was not.
pub(crate) fn saved(outcomes: &[Outcome]) -> Vec<Id> {
    use salesforce::record::Upserted;
    let id = |outcome: &Outcome| match outcome {
        Outcome::Saved(id)
        | Outcome::Deleted(id)
        | Outcome::Undeleted(id)
        | Outcome::Upserted(Upserted::Created(id) | Upserted::Updated(id)) => *id,
        other => panic!("{other:?}"),
    };
    outcomes.iter().map(id).collect()
}

/// Why something was refused: codes with their fields.
pub(crate) fn refused(outcome: &Outcome) -> Vec<(Code, Vec<String>)> {
    match outcome {
        Outcome::Refused(errors) => errors.iter().map(|error| (error.code(), error.fields().to_vec())).collect(),
        other => panic!("{other:?}"),
    }
}

/// The only code.
pub(crate) fn code(outcome: &Outcome) -> Code {
    let refused = refused(outcome);
    assert_eq!(refused.len(), 1, "{refused:?}");
    refused[0].0
}
