//! Values that do not fit their field, or whoever they name.

use salesforce::{Code, Id, Version, record::Scalar};
use serde_json::json;
use switchboard_crm::{Error, Operation, Outcome, schema::FieldType};

use super::{everything, second};
use crate::record::office::{Office, code, create, delete, id, refused, saved, system, update, upsert};

#[tokio::test]
async fn every_value_in_every_field_is_kept_or_refused() {
    let values = [
        json!(null),
        json!(true),
        json!("true"),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(""),
        json!(" "),
        json!("x"),
        json!("1"),
        json!("-1e5"),
        json!("NaN"),
        json!("Infinity"),
        json!("2026-02-28"),
        json!("2026-02-30"),
        json!("0000-00-00"),
        json!("99999-01-01"),
        json!("2026-02-28T24:00:00Z"),
        json!("2026-02-28T12:00:00+99:00"),
        json!("25:00:00Z"),
        json!("a@b.example"),
        json!("A;B;;C;"),
        json!(";"),
        json!("\u{0}"),
        json!("001000000000001"),
        json!("001000000000001ZZZ"),
        json!(id("001", 1).to_string()),
        json!({}),
        json!({"Name": {"Name": "x"}}),
        json!({"attributes": 5}),
        json!([]),
        json!([[[]]]),
        json!({"records": []}),
    ];
    for office in Office::all().await {
        let mut done = 0;
        for name in ["Account", "Contact", "Case", "Task", "ContentVersion", "Line__c"] {
            let object = office.schema.object(name).unwrap();
            let given = match name {
                "Account" => json!({"Name": "A"}),
                "Contact" => json!({"LastName": "A"}),
                _ => json!({}),
            };
            let mut operations = Vec::new();
            for field in &object.fields {
                for value in &values {
                    let mut body = given.clone();
                    body[field.name.as_str()] = value.clone();
                    if let Ok(record) = salesforce::record::Incoming::parse(body.to_string().as_bytes()) {
                        operations.push(Operation::Create { object: object.name.clone(), record, uploads: vec![] });
                    }
                }
            }
            for some in operations.chunks(200) {
                let mut made = Vec::new();
                for outcome in office.change(some.to_vec()).await {
                    match outcome {
                        Outcome::Saved(id) => made.push(id),
                        Outcome::Refused(errors) => assert!(!errors.is_empty() && errors.iter().all(|error| !error.message().is_empty())),
                        other => panic!("{other:?}"),
                    }
                }
                // What was kept can be read, whole.
                let read = office.records(&office.boss).read(name, &made, None, Version::LATEST).await.unwrap();
                assert!(read.iter().all(Option::is_some));
                done += made.len();
            }
        }
        assert!(done > 100, "{done}");
        office.end().await;
    }
}

#[tokio::test]
async fn a_text_is_as_long_as_its_field_and_no_longer() {
    for office in Office::all().await {
        let mut kinds = std::collections::HashSet::new();
        for object in ["Account", "Contact", "Case", "CaseComment", "Task"] {
            let object = office.schema.object(object).unwrap().clone();
            let case = office.make("Case", json!({})).await;
            let given = match object.name.as_str() {
                "Account" => json!({"Name": "A"}),
                "Contact" => json!({"LastName": "A"}),
                "CaseComment" => json!({"ParentId": case.to_string()}),
                _ => json!({}),
            };
            let is_text = |field_type: FieldType| field_type.is_text() || matches!(field_type, FieldType::Url | FieldType::Phone);
            for field in
                object.fields.iter().filter(|field| field.create && is_text(field.field_type) && !field.restricted && field.length > 0)
            {
                if matches!(field.field_type, FieldType::Base64 | FieldType::Reference | FieldType::Id) {
                    continue;
                }
                let length = field.length as usize;
                let text = |characters: usize| match field.field_type {
                    FieldType::Email => {
                        let end = ".example".to_owned();
                        format!("a@{}{end}", "ä".repeat(characters - 2 - end.len()))
                    }
                    _ => "ä".repeat(characters),
                };
                let with = |characters: usize| {
                    let mut body = given.clone();
                    body[field.name.as_str()] = json!(text(characters));
                    create(&object.name, body)
                };
                let outcomes = office.change(vec![with(length), with(length + 1), with(length + 200_000)]).await;
                let place = format!("{}.{} {length}", object.name, field.name);
                let made = saved(&outcomes[..1])[0];
                if field.name != "Comments" {
                    assert_eq!(office.see(made, &[&field.name]).await[&field.name], json!(text(length)), "{place}");
                }
                for outcome in &outcomes[1..] {
                    assert_eq!(refused(outcome), [(Code::StringTooLong, vec![field.name.clone()])], "{place}");
                }
                kinds.insert(field.field_type.as_str());
            }
        }
        use FieldType::{Email, Phone, Picklist, Text, Textarea, Url};
        assert!([Email, Phone, Picklist, Text, Textarea, Url].iter().all(|kind| kinds.contains(kind.as_str())), "{kinds:?}");
        office.end().await;
    }
}

#[tokio::test]
async fn one_of_many_servers_has_a_key() {
    for office in Office::all().await {
        let other = second(&office).await;
        for round in 0..6 {
            let key = format!("key {round}");
            let make = |crm| {
                let records = office.records_of(crm, &office.boss);
                let operations = vec![create("Account", json!({"Name": "N", "Ext__c": key}))];
                async move { records.change(operations, false).await.unwrap().remove(0) }
            };
            let outcomes: [Outcome; 4] = tokio::join!(make(&office.world.crm), make(&other), make(&office.world.crm), make(&other)).into();
            let made = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Saved(_))).count();
            assert_eq!(made, 1, "{outcomes:?}");
            for outcome in outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Refused(_))) {
                assert!(matches!(code(outcome), Code::DuplicateValue | Code::UnableToLockRow), "{outcome:?}");
            }
            let found = office.records(&office.boss).by_key("Account", "Ext__c", &Scalar::Text(key.clone())).await.unwrap();
            assert_eq!(found.len(), 1);
        }
        if office.world.crm.store().backend() == store::Backend::Postgres {
            other.store().close().await;
        }
        office.end().await;
    }
}

#[tokio::test]
async fn an_id_is_of_its_object() {
    for office in Office::all().await {
        let account = office.make("Account", json!({"Name": "A"})).await;
        let contact = office.make("Contact", json!({"LastName": "C"})).await;
        let before = everything(&office).await;
        let unknown = Id::parse("zzz000000000001").unwrap();
        let deleted = |object: &str, id| Operation::Delete { object: Some(object.to_owned()), id };
        let outcomes = office
            .change(vec![
                update("Account", contact, json!({"Name": "x"})),
                update("Account", unknown, json!({"Name": "x"})),
                deleted("Account", contact),
                deleted("Nothing", contact),
                delete(unknown),
                Operation::Undelete { id: unknown },
                Operation::Undelete { id: contact },
                upsert("Account", "Id", &contact.to_string(), json!({"Name": "x"})),
                create("Contact", json!({"LastName": "x", "AccountId": contact.to_string()})),
                create("Contact", json!({"LastName": "x", "AccountId": unknown.to_string()})),
                create("Task", json!({"WhoId": account.to_string()})),
                create("Task", json!({"WhatId": contact.to_string()})),
                create("Account", json!({"Name": "x", "OwnerId": account.to_string()})),
                create("ContentDocumentLink", json!({"ContentDocumentId": account.to_string(), "LinkedEntityId": account.to_string()})),
                create("Line__c", json!({"Invoice__c": account.to_string()})),
            ])
            .await;
        use Code::*;
        let codes: Vec<_> = outcomes.iter().map(code).collect();
        assert_eq!(
            codes,
            [
                MalformedId,
                MalformedId,
                MalformedId,
                MalformedId,
                NotFound,
                NotFound,
                UndeleteFailed,
                MalformedId,
                MalformedId,
                InvalidCrossReferenceKey,
                MalformedId,
                MalformedId,
                MalformedId,
                MalformedId,
                MalformedId
            ]
        );
        let read = office.records(&office.boss).read("Account", &[contact, unknown], None, Version::LATEST).await.unwrap();
        assert_eq!(read, [None, None]);
        assert_eq!(everything(&office).await, before);
        office.end().await;
    }
}

#[tokio::test]
async fn no_hierarchy_has_a_circle() {
    for office in Office::all().await {
        for (object, field, given) in [
            ("Account", "ParentId", json!({"Name": "A", "Ext__c": null})),
            ("Case", "ParentId", json!({})),
            ("Contact", "ReportsToId", json!({"LastName": "C"})),
        ] {
            let mut ids = Vec::new();
            for _ in 0..3 {
                ids.push(office.make(object, given.clone()).await);
            }
            let under = |child: usize, parent: usize| update(object, ids[child], json!({field: ids[parent].to_string()}));
            let by_id =
                |child: usize, parent: usize| upsert(object, "Id", &ids[child].to_string(), json!({field: ids[parent].to_string()}));
            // One that is above itself costs those below it nothing.
            for (operations, sound) in [
                (vec![under(0, 0), under(1, 0)], vec![false, true]),
                (vec![by_id(0, 1)], vec![false]),
                (vec![under(2, 1)], vec![true]),
                (vec![under(0, 2), under(1, 0)], vec![false, true]),
            ] {
                let outcomes = office.change(operations).await;
                for (outcome, sound) in outcomes.iter().zip(sound) {
                    match outcome {
                        Outcome::Refused(_) => assert!(!sound && code(outcome) == Code::CircularDependency, "{object} {outcome:?}"),
                        done => assert!(sound, "{object} {done:?}"),
                    }
                }
            }
        }
        // Two servers that each set half of a circle: never both.
        let other = second(&office).await;
        for _ in 0..3 {
            let ids = [office.make("Account", json!({"Name": "A"})).await, office.make("Account", json!({"Name": "B"})).await];
            let half = |crm, at: usize| {
                let records = office.records_of(crm, &office.boss);
                let operations = vec![update("Account", ids[at], json!({"ParentId": ids[1 - at].to_string()}))];
                async move { records.change(operations, false).await }
            };
            let (one, two) = tokio::join!(half(&office.world.crm, 0), half(&other, 1));
            let done = [one, two].into_iter().filter(|outcomes| match outcomes {
                Ok(outcomes) => matches!(outcomes[0], Outcome::Saved(_)),
                Err(Error::Refused(error)) => {
                    assert_eq!(error.code(), Code::UnableToLockRow);
                    false
                }
                Err(error) => panic!("{error}"),
            });
            assert!(done.count() < 2, "each is above the other");
        }
        if office.world.crm.store().backend() == store::Backend::Postgres {
            other.store().close().await;
        }
        office.end().await;
    }
}

#[tokio::test]
async fn what_is_deleted_is_neither_changed_nor_referred_to() {
    for office in Office::all().await {
        let gone = office.make("Account", json!({"Name": "Gone", "Ext__c": "gone"})).await;
        let case = office.make("Case", json!({"Subject": "Gone"})).await;
        saved(&office.change(vec![delete(gone), delete(case)]).await);
        let before = everything(&office).await;
        let outcomes = office
            .change(vec![
                update("Account", gone, json!({"Name": "x"})),
                delete(gone),
                upsert("Account", "Id", &gone.to_string(), json!({"Name": "x"})),
                create("Contact", json!({"LastName": "x", "AccountId": gone.to_string()})),
                create("Contact", json!({"LastName": "x", "Account": {"Ext__c": "gone"}})),
                create("CaseComment", json!({"ParentId": case.to_string()})),
                create("Account", json!({"Name": "x", "ParentId": gone.to_string()})),
                Operation::Undelete { id: id("001", 77) },
            ])
            .await;
        use Code::*;
        let codes: Vec<_> = outcomes.iter().map(code).collect();
        assert_eq!(
            codes,
            [
                EntityIsDeleted,
                EntityIsDeleted,
                EntityIsDeleted,
                InvalidCrossReferenceKey,
                InvalidField,
                InvalidCrossReferenceKey,
                InvalidCrossReferenceKey,
                NotFound
            ]
        );
        assert_eq!(everything(&office).await, before);
        let read = office.records(&office.boss).read("Account", &[gone], None, Version::LATEST).await.unwrap();
        assert_eq!(read, [None]);
        // Its key is free, and then it cannot come back; taken back, a second time is once too often.
        office.make("Account", json!({"Name": "Heir", "Ext__c": "GONE"})).await;
        let outcomes =
            office.change(vec![Operation::Undelete { id: gone }, Operation::Undelete { id: case }, Operation::Undelete { id: case }]).await;
        assert_eq!((code(&outcomes[0]), code(&outcomes[2])), (DuplicateValue, UndeleteFailed));
        assert_eq!(outcomes[1], Outcome::Undeleted(case));
        office.end().await;
    }
}

#[tokio::test]
async fn whoever_cannot_own_does_not() {
    for office in Office::all().await {
        let records = office.records(&system(office.world.workspace));
        let groups = vec![
            create("Group", json!({"Name": "Second Level", "Type": "Queue"})),
            create("Group", json!({"Name": "Nothing", "Type": "Queue"})),
            create("Group", json!({"Name": "Friends", "Type": "Regular"})),
        ];
        let groups = saved(&records.change(groups, true).await.unwrap());
        let serves = create("QueueSobject", json!({"QueueId": groups[0].to_string(), "SobjectType": "Case"}));
        saved(&records.change(vec![serves], true).await.unwrap());
        let owned = |object: &str, owner: Id| match object {
            "Account" => create("Account", json!({"Name": "A", "OwnerId": owner.to_string()})),
            object => create(object, json!({"OwnerId": owner.to_string()})),
        };
        let before = everything(&office).await;
        let outcomes = office
            .change(vec![
                owned("Case", id("005", 3)),
                owned("Case", id("005", 88)),
                owned("Case", groups[1]),
                owned("Case", groups[2]),
                owned("Account", groups[0]),
                owned("Case", id("00G", 88)),
                owned("Case", Id::parse("0055500000000AA").unwrap()),
            ])
            .await;
        use Code::*;
        let codes: Vec<_> = outcomes.iter().map(code).collect();
        assert_eq!(
            codes,
            [
                InactiveOwnerOrUser,
                InvalidCrossReferenceKey,
                FieldIntegrityException,
                InvalidCrossReferenceKey,
                FieldIntegrityException,
                InvalidCrossReferenceKey,
                InvalidCrossReferenceKey
            ]
        );
        assert_eq!(everything(&office).await, before);
        let sound = office.change(vec![owned("Case", groups[0]), owned("Case", id("005", 2)), owned("Invoice__c", groups[1])]).await;
        assert_eq!(saved(&sound).len(), 3, "a queue that takes cases, a colleague, and a queue for an object that nobody says of");
        office.end().await;
    }
}
