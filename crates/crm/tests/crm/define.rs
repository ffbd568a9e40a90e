//! Objects and fields that administrators make.

use std::time::Duration;

use salesforce::error::Code;
use sea_query::{Expr, Order, Query};
use serde_json::{Value, json};
use store::{
    AuditFilter,
    sql::{Built, Row},
};
use switchboard_crm::{
    Error,
    access::{Caller, Rights},
    schema::{
        FieldType, OnDelete, Sharing,
        define::{Author, FieldDefinition, ObjectDefinition, StandardFieldDefinition},
    },
};

use crate::world::{World, worlds};

fn invoice() -> ObjectDefinition {
    serde_json::from_value(json!({ "name": "Invoice", "label": "Invoice", "label_plural": "Invoices" })).unwrap()
}

fn defined(field: Value) -> FieldDefinition {
    serde_json::from_value(field).unwrap()
}

/// Why it was refused: the property and the sentence.
fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> (String, String) {
    match result {
        Err(Error::Refused(error)) => {
            assert!(matches!(error.code(), Code::FieldIntegrityException | Code::DuplicateValue), "{error:?}");
            (error.fields().concat(), error.message().to_owned())
        }
        other => panic!("{other:?}"),
    }
}

impl World {
    async fn field(&self, object: &str, field: Value) -> Result<switchboard_crm::schema::Field, Error> {
        self.crm.define_field(&self.system(), Author::default(), object, defined(field)).await
    }

    /// Writes a row as it is.
    async fn store(&self, table: &'static str, values: Vec<(&'static str, &'static str)>) {
        self.crm
            .store()
            .write(move |tx| {
                let values = values.clone();
                Box::pin(async move {
                    let built = {
                        let mut insert = Query::insert();
                        let (names, values): (Vec<_>, Vec<_>) = values.into_iter().unzip();
                        insert.into_table(table).columns(names).values_panic(values.into_iter().map(Expr::val));
                        Built::new("insert", tx.backend(), &insert)?
                    };
                    tx.run_built(built).await
                })
            })
            .await
            .unwrap();
    }

    async fn stored(&self, table: &'static str, columns: &[&'static str]) -> Vec<Row> {
        let mut snapshot = self.crm.store().record_snapshot(Duration::from_secs(60)).await.unwrap();
        let select = {
            let mut select = Query::select();
            select.columns(columns.iter().copied()).from(table).order_by("id", Order::Asc);
            Built::new("select", snapshot.backend(), &select).unwrap()
        };
        snapshot.fetch_built(select).await.unwrap()
    }
}

#[tokio::test]
async fn an_object_has_every_kind_of_field() {
    for world in worlds().await {
        let (crm, system) = (&world.crm, world.system());
        let object = crm.define_object(&system, Author::default(), invoice()).await.unwrap();
        assert_eq!((object.name.as_str(), object.prefix.unwrap().as_str(), object.sharing), ("Invoice__c", "a00", Sharing::ReadWrite));
        let kinds = json!([
            { "name": "Text", "label": "A text", "kind": "text", "length": 40, "default": "x" },
            { "name": "Area", "label": "Lines", "kind": "text_area" },
            { "name": "Long", "label": "Long", "kind": "long_text", "length": 1000 },
            { "name": "Mail", "label": "Mail", "kind": "email", "unique": true },
            { "name": "Call", "label": "Call", "kind": "phone" },
            { "name": "Web", "label": "Web", "kind": "url" },
            { "name": "Paid", "label": "Paid", "kind": "checkbox", "default": "true" },
            { "name": "Size", "label": "Size", "kind": "number", "precision": 6, "scale": 2, "external_id": true },
            { "name": "Sum", "label": "Sum", "kind": "currency", "scale": 2 },
            { "name": "Part", "label": "Part", "kind": "percent" },
            { "name": "Due", "label": "Due", "kind": "date" },
            { "name": "Sent", "label": "Sent", "kind": "date_time" },
            { "name": "At", "label": "At", "kind": "time" },
            { "name": "State", "label": "State", "kind": "picklist", "restricted": true, "values": [{ "value": "Open", "default": true }, { "value": "Done", "label": "Over" }] },
            { "name": "Tags", "label": "Tags", "kind": "multipicklist", "values": [{ "value": "A" }, { "value": "B" }] },
            { "name": "Buyer", "label": "Buyer", "kind": "lookup", "refers_to": "contact", "relationship": "Bought", "when_deleted": "restrict" },
            { "name": "Number", "label": "Number", "kind": "auto_number", "format": "I-{0000}", "start": 7 },
        ]);
        for field in kinds.as_array().unwrap() {
            world.field("invoice__C", field.clone()).await.unwrap();
        }
        let schema = crm.schema(world.workspace).await.unwrap();
        let object = schema.object("Invoice__c").unwrap();
        let types: Vec<_> = object.fields.iter().filter(|field| field.custom).map(|field| field.field_type.as_str()).collect();
        let expected = "string textarea textarea email phone url boolean double currency percent date datetime time picklist multipicklist reference string";
        assert_eq!(types.join(" "), expected);
        let state = object.field("state__c").unwrap();
        assert_eq!((state.default.as_deref(), state.restricted, state.picklist[1].label.as_str()), (Some("Open"), true, "Over"));
        let (buyer, reference) = object.parent("Buyer__r").unwrap();
        assert_eq!(
            (buyer.name.as_str(), reference.to.as_slice(), reference.on_delete),
            ("Buyer__c", &["Contact".to_owned()][..], OnDelete::Restrict)
        );
        assert!(!object.field("Long__c").unwrap().filter);
        let contact = schema.object("Contact").unwrap();
        assert!(
            schema
                .children(contact)
                .any(|(child, _, reference)| child.name == "Invoice__c" && reference.child_name.as_deref() == Some("Bought__r"))
        );
        let what = schema.object("Task").unwrap().field("WhatId").unwrap();
        assert!(what.reference.as_ref().unwrap().to.contains(&"Invoice__c".to_owned()), "activities are about custom objects too");

        // Another server learns of it when its picture is a second old.
        let other = world.another_server(9).await;
        assert_eq!(other.schema(world.workspace).await.unwrap().revision, schema.revision);
        world.field("Invoice__c", json!({ "name": "Late", "label": "Late", "kind": "text" })).await.unwrap();
        assert!(other.schema(world.workspace).await.unwrap().object("Invoice__c").unwrap().field("Late__c").is_none());
        world.clock.advance(Duration::from_secs(1));
        assert!(other.schema(world.workspace).await.unwrap().object("Invoice__c").unwrap().field("Late__c").is_some());
        other.store().close().await;
        world.end().await;
    }
}

#[tokio::test]
async fn a_definition_that_cannot_be_is_refused_in_words() {
    let world = worlds().await.remove(0);
    let crm = &world.crm;
    crm.define_object(&world.system(), Author::default(), invoice()).await.unwrap();
    let (property, _) =
        refusal(crm.define_object(&world.system(), Author::default(), ObjectDefinition { name: "INVOICE__c".into(), ..invoice() }).await);
    assert_eq!(property, "name");
    for (field, property) in [
        (json!({ "name": "a__b", "label": "L", "kind": "text" }), "name"),
        (json!({ "name": "1a", "label": "L", "kind": "text" }), "name"),
        (json!({ "name": "a_", "label": "L", "kind": "text" }), "name"),
        (json!({ "name": "a\"; DROP TABLE x", "label": "L", "kind": "text" }), "name"),
        (json!({ "name": "a".repeat(41), "label": "L", "kind": "text" }), "name"),
        (json!({ "name": "A", "label": " ", "kind": "text" }), "label"),
        (json!({ "name": "A", "label": "L", "kind": "text", "length": 256 }), "length"),
        (json!({ "name": "A", "label": "L", "kind": "date", "length": 3 }), "length"),
        (json!({ "name": "A", "label": "L", "kind": "number", "precision": 19 }), "precision"),
        (json!({ "name": "A", "label": "L", "kind": "number", "precision": 2, "default": "100" }), "default"),
        (json!({ "name": "A", "label": "L", "kind": "date", "default": "2026-02-30" }), "default"),
        (json!({ "name": "A", "label": "L", "kind": "picklist" }), "values"),
        (json!({ "name": "A", "label": "L", "kind": "picklist", "values": [{ "value": "a" }, { "value": "A" }] }), "values"),
        (json!({ "name": "A", "label": "L", "kind": "multipicklist", "values": [{ "value": "a;b" }] }), "values"),
        (json!({ "name": "A", "label": "L", "kind": "lookup" }), "refers_to"),
        (json!({ "name": "A", "label": "L", "kind": "lookup", "refers_to": "Nothing" }), "refers_to"),
        (json!({ "name": "A", "label": "L", "kind": "master_detail", "refers_to": "User" }), "refers_to"),
        (json!({ "name": "A", "label": "L", "kind": "master_detail", "refers_to": "Invoice__c" }), "refers_to"),
        (json!({ "name": "A", "label": "L", "kind": "auto_number", "format": "none" }), "format"),
        (json!({ "name": "A", "label": "L", "kind": "long_text", "unique": true }), "unique"),
    ] {
        assert_eq!(refusal(world.field("Invoice__c", field.clone()).await).0, property, "{field}");
    }
    let text = json!({ "name": "A", "label": "L", "kind": "text" });
    assert_eq!(refusal(world.field("CaseStatus", text.clone()).await).0, "object");
    let nobody = Caller { rights: Rights::default().into(), ..world.system() };
    let refused = crm.define_field(&nobody, Author::default(), "Invoice__c", defined(text.clone())).await;
    assert!(matches!(refused, Err(Error::Refused(error)) if error.code() == Code::InsufficientAccessOrReadonly));
    world.field("Invoice__c", text.clone()).await.unwrap();
    assert_eq!(refusal(world.field("Invoice__c", text).await).0, "name");
    world.end().await;
}

#[tokio::test]
async fn records_are_asked_before_a_field_becomes_stricter() {
    for world in worlds().await {
        let (crm, system) = (&world.crm, world.system());
        crm.define_object(&system, Author::default(), invoice()).await.unwrap();
        let code = json!({ "name": "Code", "label": "Code", "kind": "text", "length": 20 });
        world.field("Invoice__c", code.clone()).await.unwrap();
        for (id, code) in [("a00000000000001", "One"), ("a00000000000002", "ONE"), ("a00000000000003", "Two")] {
            let folded = if code == "Two" { "two" } else { "one" };
            world.store("crm1_invoice__c", vec![("id", id), ("code__c", code), ("code__c_f", folded)]).await;
        }
        let change = |more: Value| {
            let mut field = code.clone();
            field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            crm.change_field(&system, Author::default(), "Invoice__c", defined(field))
        };
        let (property, message) = refusal(change(json!({ "unique": true })).await);
        assert_eq!(
            (property.as_str(), message.as_str()),
            ("unique", "1 values are in more than one record, among them those of a00000000000001 and a00000000000002")
        );
        change(json!({ "unique": true, "case_sensitive": true, "external_id": true })).await.unwrap();
        assert_eq!(refusal(change(json!({ "unique": true, "case_sensitive": false })).await).0, "unique", "which is stricter");
        change(json!({})).await.unwrap();
        assert_eq!(
            refusal(change(json!({ "length": 2 })).await).1,
            "3 records have a longer text, among them a00000000000001, a00000000000002, a00000000000003"
        );
        change(json!({ "length": 3 })).await.unwrap();
        world.store("crm1_invoice__c", vec![("id", "a00000000000004")]).await;
        assert_eq!(
            refusal(change(json!({ "required": true })).await).1,
            "1 records have no value, among them a00000000000004: fill it in first"
        );
        assert_eq!(refusal(change(json!({ "kind": "email", "length": null })).await).0, "kind");

        let needed = json!({ "name": "Needed", "label": "Needed", "kind": "date", "required": true });
        assert!(
            refusal(world.field("Invoice__c", needed.clone()).await).1.starts_with("Invoices has 4 records, which have no value for it")
        );
        let mut with_default = needed;
        with_default["default"] = json!("1970-01-02");
        world.field("Invoice__c", with_default).await.unwrap();
        let rows = world.stored("crm1_invoice__c", &["needed__c"]).await;
        assert!(rows.iter().all(|row| row.get::<i64>(0).unwrap() == 86_400_000_000), "every record has the default");
        assert_eq!(
            refusal(world.field("Invoice__c", json!({ "name": "M", "label": "M", "kind": "master_detail", "refers_to": "Account" })).await)
                .0,
            "kind"
        );
        world.end().await;
    }
}

#[tokio::test]
async fn what_is_dropped_can_be_restored_until_it_is_erased() {
    for world in worlds().await {
        let (crm, system, author) = (&world.crm, world.system(), Author::default());
        crm.define_object(&system, author, invoice()).await.unwrap();
        let code = json!({ "name": "Code", "label": "Code", "kind": "text", "unique": true });
        world.field("Invoice__c", code.clone()).await.unwrap();
        world.field("Contact", json!({ "name": "Last", "label": "Last", "kind": "lookup", "refers_to": "Invoice__c" })).await.unwrap();
        world.store("crm1_invoice__c", vec![("id", "a00000000000001"), ("code__c", "A"), ("code__c_f", "a")]).await;

        assert_eq!(
            refusal(crm.drop_object(&system, author, "Invoice__c").await).1,
            "These fields refer to Invoice__c; drop them first: Contact.Last__c"
        );
        crm.drop_field(&system, author, "contact", "LAST__C").await.unwrap();
        crm.drop_object(&system, author, "Invoice__c").await.unwrap();
        let schema = crm.schema(world.workspace).await.unwrap();
        assert!(schema.object("Invoice__c").is_none() && schema.object("Contact").unwrap().field("Last__c").is_none());
        assert_eq!(
            refusal(crm.define_object(&system, author, invoice()).await).1,
            "There was an object Invoice__c: restore it, or erase it first"
        );
        assert!(crm.definitions(&system).await.unwrap().iter().filter(|one| one.dropped_at.is_some()).count() == 2);
        crm.restore_object(&system, author, "Invoice__c").await.unwrap();

        crm.drop_field(&system, author, "Invoice__c", "Code__c").await.unwrap();
        world.store("crm1_invoice__c", vec![("id", "a00000000000002")]).await;
        let restored = crm.restore_field(&system, author, "Invoice__c", "Code__c").await.unwrap();
        assert!(restored.unique && restored.custom);
        let kept = world.stored("crm1_invoice__c", &["code__c"]).await;
        assert_eq!(kept[0].get::<Option<String>>(0).unwrap().as_deref(), Some("A"));

        crm.drop_field(&system, author, "Invoice__c", "Code__c").await.unwrap();
        assert!(refusal(crm.erase_field(&system, author, "Invoice__c", "Code__c").await).1.starts_with("It was dropped just now"));
        world.clock.advance(Duration::from_secs(2));
        crm.erase_field(&system, author, "Invoice__c", "Code__c").await.unwrap();
        world.field("Invoice__c", code).await.unwrap();
        let kept = world.stored("crm1_invoice__c", &["code__c"]).await;
        assert_eq!(kept[0].get::<Option<String>>(0).unwrap(), None, "it is another field of that name");

        crm.erase_field(&system, author, "Contact", "Last__c").await.unwrap();
        crm.drop_object(&system, author, "Invoice__c").await.unwrap();
        world.clock.advance(Duration::from_secs(2));
        crm.erase_object(&system, author, "Invoice__c").await.unwrap();
        let again = crm.define_object(&system, author, invoice()).await.unwrap();
        assert_eq!(again.prefix.unwrap().as_str(), "a01", "ids of what was erased are never given again");
        assert!(world.stored("crm1_invoice__c", &["id"]).await.is_empty());

        let lines = crm.store().snapshot().await.unwrap().audit(world.workspace, &AuditFilter::default(), None, 100).await.unwrap();
        let actions: Vec<_> = lines.iter().rev().map(|line| format!("{} {}", line.action, line.subject)).collect();
        assert_eq!(actions.first().unwrap(), "crm_object.created Invoice__c");
        assert!(actions.contains(&"crm_field.erased Invoice__c.Code__c".to_owned()), "{actions:?}");
        assert_eq!(lines.len(), 15, "what was refused is no change");
        world.end().await;
    }
}

#[tokio::test]
async fn a_details_rights_come_from_its_master() {
    let world = worlds().await.remove(0);
    let (crm, system, author) = (&world.crm, world.system(), Author::default());
    for name in ["Invoice", "Line", "Note_of_line"] {
        crm.define_object(&system, author, ObjectDefinition { name: name.into(), ..invoice() }).await.unwrap();
    }
    let master = |to: &str| json!({ "name": "Master", "label": "Master", "kind": "master_detail", "refers_to": to });
    let field = world.field("Line__c", master("Invoice__c")).await.unwrap();
    assert!(!field.nillable && !field.update && !field.permissionable && field.field_type == FieldType::Reference);
    let schema = crm.schema(world.workspace).await.unwrap();
    let line = schema.object("Line__c").unwrap();
    assert!(!line.is_owned() && line.sharing == Sharing::Master && line.master().unwrap().1.on_delete == OnDelete::Cascade);
    assert!(refusal(world.field("Invoice__c", master("Line__c")).await).1.contains("none its own master"));
    world.field("Note_of_line__c", master("Line__c")).await.unwrap();
    assert!(refusal(world.field("Invoice__c", master("Account")).await).1.starts_with("No more than 3 objects"));
    world.end().await;
}

#[tokio::test]
async fn values_of_a_standard_picklist_and_what_they_mean_are_changed_together() {
    for world in worlds().await {
        let (crm, system, author) = (&world.crm, world.system(), Author::default());
        let change = |values: Value| -> StandardFieldDefinition {
            serde_json::from_value(json!({ "help": "How far it is.", "values": values })).unwrap()
        };
        let status = change(json!([
            { "value": "Closed" },
            { "value": "New", "label": "Fresh", "default": true },
            { "value": "Dropped", "closed": true },
            { "value": "Escalated", "active": false },
        ]));
        let field = crm.change_standard_field(&system, author, "case", "status", status).await.unwrap();
        assert_eq!((field.help.as_deref(), field.default.as_deref(), field.picklist.len()), (Some("How far it is."), Some("New"), 4));
        let rows = world.stored("crm1_casestatus", &["apiname", "masterlabel", "isclosed", "isdefault", "sortorder"]).await;
        let rows: Vec<(String, String, bool, bool, i64)> = rows
            .iter()
            .map(|row| (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap(), row.get(3).unwrap(), row.get(4).unwrap()))
            .collect();
        let expected = [("New", "Fresh", false, true, 2), ("Closed", "Closed", true, false, 1), ("Dropped", "Dropped", true, false, 3)];
        assert_eq!(rows, expected.map(|(name, label, closed, default, order)| (name.to_owned(), label.to_owned(), closed, default, order)));
        let none = change(json!([{ "value": "Closed" }]));
        assert_eq!(
            refusal(crm.change_standard_field(&system, author, "Case", "Status", none).await).0,
            "values",
            "new cases must have one"
        );
        let restricted = change(json!([{ "value": "X" }]));
        assert_eq!(refusal(crm.change_standard_field(&system, author, "Task", "TaskSubtype", restricted).await).0, "values");
        let values = crm.picklist_values(&system, "Case", "Origin").await.unwrap();
        assert_eq!(values.iter().map(|value| value.value.as_str()).collect::<Vec<_>>(), ["Phone", "Email", "Web"]);
        world.end().await;
    }
}

#[tokio::test]
async fn administrators_read_what_there_is_and_was() {
    for world in worlds().await {
        let (crm, system, author) = (&world.crm, world.system(), Author::default());
        let of = async |name: &str| crm.defined_object(&system, name).await.unwrap();
        crm.define_object(&system, author, invoice()).await.unwrap();
        for name in ["Code", "Due"] {
            world.field("Invoice__c", json!({ "name": name, "label": name, "kind": "text" })).await.unwrap();
        }
        world
            .field("Contact", json!({ "name": "Level", "label": "Level", "kind": "picklist", "values": [{ "value": "A" }] }))
            .await
            .unwrap();
        crm.drop_field(&system, author, "Invoice__c", "Due__c").await.unwrap();
        let (object, fields) = of("invoice__C").await;
        assert_eq!((object.custom_fields, object.takes_fields, object.dropped_at), (1, true, None));
        assert_eq!(object.definition.unwrap().label_plural, "Invoices");
        let last: Vec<_> = fields.iter().rev().take(2).map(|one| (one.field.name.as_str(), one.dropped_at.is_some())).collect();
        assert_eq!(last, [("Due__c", true), ("Code__c", false)]);
        let (contact, fields) = of("Contact").await;
        assert!(contact.definition.is_none() && contact.takes_fields && contact.custom_fields == 1);
        let changeable: Vec<_> = fields.iter().filter(|one| one.values_changeable).map(|one| one.field.name.as_str()).collect();
        assert!(changeable.contains(&"Salutation") && changeable.contains(&"Level__c"), "{changeable:?}");
        assert!(!of("CaseStatus").await.0.takes_fields);

        crm.drop_object(&system, author, "Invoice__c").await.unwrap();
        let objects = crm.defined_objects(&system).await.unwrap();
        let last = objects.last().unwrap();
        assert_eq!((last.object.name.as_str(), last.dropped_at.is_some(), last.takes_fields), ("Invoice__c", true, false));
        assert_eq!(objects.iter().filter(|one| one.dropped_at.is_some()).count(), 1);
        let names: Vec<_> = of("Invoice__c").await.1.into_iter().map(|one| one.field.name).collect();
        assert!(names.contains(&"Name".to_owned()) && names.contains(&"Code__c".to_owned()), "{names:?}");

        let (status, values) = crm.defined_field(&system, "Case", "status").await.unwrap();
        assert!(status.values_changeable && !status.field.custom);
        let closed: Vec<_> = values.iter().filter(|value| value.closed == Some(true)).map(|value| value.value.as_str()).collect();
        assert_eq!(closed, ["Closed"]);
        assert!(crm.defined_field(&system, "Contact", "Salutation").await.unwrap().1.iter().all(|value| value.closed.is_none()));
        for (object, field) in [("Nothing", "Name"), ("Contact", "Nothing__c")] {
            let Err(Error::Refused(error)) = crm.defined_field(&system, object, field).await else { panic!("{object}.{field}") };
            assert_eq!(error.code(), Code::NotFound);
        }
        let nobody = Caller { rights: std::sync::Arc::new(Rights::default()), ..system.clone() };
        assert!(crm.defined_objects(&nobody).await.is_err() && crm.defined_object(&nobody, "Contact").await.is_err());
        world.end().await;
    }
}
