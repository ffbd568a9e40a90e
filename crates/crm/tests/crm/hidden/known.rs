//! What still tells of something hidden: each line of the list in [`super`], so that it says what is so.

use salesforce::Code;
use serde_json::json;
use switchboard_crm::Outcome;

use crate::record::office::{Office, all_of, code, create, delete, id, saved, update};

fn message(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Refused(errors) => errors[0].message().to_owned(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_unique_value_that_is_taken() {
    for office in Office::all_shared(true).await {
        office.make("Account", json!({"Name": "Theirs", "Ext__c": "x"})).await;
        let ann = office.records(&office.ann(&[("Account", all_of(&office.schema, "Account"))]));
        let outcomes = ann.change(vec![create("Account", json!({"Name": "Mine", "Ext__c": "X"}))], false).await.unwrap();
        assert_eq!(code(&outcomes[0]), Code::DuplicateValue);
        assert_eq!(message(&outcomes[0]), "duplicate value found: <unknown> duplicates value on record with id: <unknown>");
        // Nor is it told where the record is seen and the field is not, and a record comes back with its value.
        let mut rights = all_of(&office.schema, "Account");
        rights.fields.remove("Ext__c");
        let ann = office.records(&office.ann(&[("Account", rights)]));
        let mine = office.make("Account", json!({"Name": "Old", "Ext__c": "y", "OwnerId": id("005", 2).to_string()})).await;
        saved(&office.change(vec![delete(mine)]).await);
        office.make("Account", json!({"Name": "New", "Ext__c": "y", "OwnerId": id("005", 2).to_string()})).await;
        let outcomes = ann.change(vec![switchboard_crm::Operation::Undelete { id: mine }], false).await.unwrap();
        assert_eq!(message(&outcomes[0]), "duplicate value found: <unknown> duplicates value on record with id: <unknown>");
        office.end().await;
    }
}

#[tokio::test]
async fn what_holds_a_record() {
    for office in Office::all_shared(true).await {
        let mine = office.make("Account", json!({"Name": "Mine", "OwnerId": id("005", 2).to_string()})).await;
        office.make("Case", json!({"AccountId": mine.to_string()})).await;
        let rights = |name: &'static str| (name, all_of(&office.schema, name));
        for (objects, what) in [(vec![rights("Account"), rights("Case")], "cases"), (vec![rights("Account")], "records")] {
            let outcomes = office.records(&office.ann(&objects)).change(vec![delete(mine)], false).await.unwrap();
            assert_eq!(code(&outcomes[0]), Code::DeleteFailed);
            assert!(message(&outcomes[0]).ends_with(&format!("associated with the following {what}.")), "{}", message(&outcomes[0]));
        }
        office.end().await;
    }
}

#[tokio::test]
async fn a_circle_through_what_is_hidden() {
    for office in Office::all_shared(true).await {
        let ann = id("005", 2).to_string();
        let top = office.make("Account", json!({"Name": "Top", "OwnerId": ann})).await;
        let hidden = office.make("Account", json!({"Name": "Hidden", "ParentId": top.to_string()})).await;
        let low = office.make("Account", json!({"Name": "Low", "OwnerId": ann, "ParentId": hidden.to_string()})).await;
        let records = office.records(&office.ann(&[("Account", all_of(&office.schema, "Account"))]));
        let outcomes = records.change(vec![update("Account", top, json!({"ParentId": low.to_string()}))], false).await.unwrap();
        assert_eq!(code(&outcomes[0]), Code::CircularDependency);
        office.end().await;
    }
}

#[tokio::test]
async fn whose_records_can_be() {
    for office in Office::all_shared(true).await {
        // Without any right to people.
        let ann = office.records(&office.ann(&[("Account", all_of(&office.schema, "Account"))]));
        let owned = |number| create("Account", json!({"Name": "A", "OwnerId": id("005", number).to_string()}));
        let outcomes = ann.change(vec![owned(1), owned(3), owned(99)], false).await.unwrap();
        assert!(matches!(outcomes[0], Outcome::Saved(_)));
        assert_eq!([code(&outcomes[1]), code(&outcomes[2])], [Code::InactiveOwnerOrUser, Code::InvalidCrossReferenceKey]);
        office.end().await;
    }
}

#[tokio::test]
async fn how_many_there_are() {
    for office in Office::all_shared(true).await {
        let ann = office.records(&office.ann(&[("Account", all_of(&office.schema, "Account"))]));
        let mut made = Vec::new();
        for _ in 0..2 {
            made.extend(saved(&ann.change(vec![create("Account", json!({"Name": "Mine"}))], false).await.unwrap()));
            office.make("Account", json!({"Name": "Theirs"})).await;
        }
        assert_eq!(made, [id("001", 1), id("001", 3)]);
        office.end().await;
    }
}

#[tokio::test]
async fn when_it_was_touched() {
    for office in Office::all_shared(true).await {
        let mut rights = all_of(&office.schema, "Contact");
        rights.fields.remove("ReportsToId");
        let ann = office.records(&office.ann(&[("Contact", rights)]));
        let chief = office.make("Contact", json!({"LastName": "Chief"})).await;
        let mine = json!({"LastName": "Mine", "OwnerId": id("005", 2).to_string(), "ReportsToId": chief.to_string()});
        let mine = office.make("Contact", mine).await;
        let seen = async || {
            let read = ann.read("Contact", &[mine], None, salesforce::Version::LATEST).await.unwrap();
            serde_json::to_value(&read[0]).unwrap()
        };
        let before = seen().await;
        office.world.clock.advance(std::time::Duration::from_secs(60));
        saved(&office.change(vec![delete(chief)]).await);
        let after = seen().await;
        let changed: Vec<_> = before.as_object().unwrap().keys().filter(|name| before[name.as_str()] != after[name.as_str()]).collect();
        assert_eq!(changed, ["LastModifiedDate", "SystemModstamp"], "{before} {after}");
        office.end().await;
    }
}
