//! Lists that succeed together or not at all.

use salesforce::{Code, Version};
use serde_json::{Value as Json, json};
use switchboard_crm::Operation;

use super::{everything, is_refusal};
use crate::record::office::{Office, code, create, delete, id, saved, update, upsert};

/// One of a list is refused, whatever for: nothing of the others is in any table.
#[tokio::test]
async fn all_or_none_leaves_every_table_as_it_was() {
    for office in Office::all().await {
        let kept = office.make("Account", json!({"Name": "Kept", "Ext__c": "taken"})).await;
        let going = office.make("Account", json!({"Name": "Going"})).await;
        let part = office.make("Contact", json!({"LastName": "Part", "AccountId": going.to_string()})).await;
        let gone = office.make("Account", json!({"Name": "Gone"})).await;
        let held = office.make("Account", json!({"Name": "Held"})).await;
        office.make("Case", json!({"AccountId": held.to_string()})).await;
        saved(&office.change(vec![delete(gone)]).await);
        let before = everything(&office).await;
        use Code::*;
        let account = |more: Json| {
            let mut body = json!({"Name": "Bad"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            create("Account", body)
        };
        for (bad, expected) in [
            (account(json!({"Nobody__c": 1})), InvalidField),
            (create("Nothing", json!({})), NotFound),
            (account(json!({"NumberOfEmployees": "many"})), JsonParserError),
            (account(json!({"Website": "x".repeat(300)})), StringTooLong),
            (account(json!({"Ext__c": "TAKEN"})), DuplicateValue),
            (upsert("Account", "Ext__c", "", json!({"Name": "x"})), MissingArgument),
            (account(json!({"ParentId": part.to_string()})), MalformedId),
            (account(json!({"ParentId": gone.to_string()})), InvalidCrossReferenceKey),
            (account(json!({"OwnerId": id("005", 3).to_string()})), InactiveOwnerOrUser),
            (account(json!({"Rating": "Tepid"})), InvalidOrNullForRestrictedPicklist),
            (update("Account", kept, json!({"ParentId": kept.to_string()})), CircularDependency),
            (update("Account", gone, json!({"Name": "x"})), EntityIsDeleted),
            (delete(gone), EntityIsDeleted),
            (delete(held), DeleteFailed),
            (Operation::Undelete { id: kept }, UndeleteFailed),
            (delete(id("001", 99)), NotFound),
            (create("ContentVersion", json!({"PathOnClient": "a.txt"})), RequiredFieldMissing),
            (create("ContentVersion", json!({"PathOnClient": "a.txt", "VersionData": "no base64!"})), JsonParserError),
            (create("LiveChatTranscript", json!({"ChatKey": "x"})), CannotInsertUpdateActivateEntity),
        ] {
            // Of every kind of operation one that would have been done, before it and after it.
            let sound = |key: &str| {
                vec![
                    create("Account", json!({"Name": key, "Ext__c": key})),
                    create("ContentVersion", json!({"PathOnClient": "a.txt", "VersionData": "aGVsbG8="})),
                    create("Case", json!({"Subject": key, "Comments": "a comment"})),
                    update("Account", kept, json!({"Name": key})),
                    upsert("Account", "Ext__c", &format!("new {key}"), json!({"Name": key})),
                ]
            };
            let mut operations = sound("before");
            operations.extend([delete(going), Operation::Undelete { id: going }, delete(going), bad.clone()]);
            operations.extend(sound("after"));
            let at = 8;
            let outcomes = office.records(&office.boss).change(operations, true).await.unwrap();
            for (place, outcome) in outcomes.iter().enumerate() {
                let wanted = if place == at { expected } else { AllOrNoneOperationRolledBack };
                assert_eq!(code(outcome), wanted, "{bad:?} at {place}");
            }
            assert_eq!(everything(&office).await, before, "{bad:?}");
        }
        // Nor does a request in which a later part is refused.
        let result = office
            .records(&office.boss)
            .together(move |mut unit| {
                Box::pin(async move {
                    saved(&unit.change(&[create("Account", json!({"Name": "x"})), delete(going)], true).await?);
                    unit.read("Nothing", &[], None, Version::LATEST).await.map(drop)
                })
            })
            .await;
        assert!(result.is_err_and(is_refusal));
        assert_eq!(everything(&office).await, before);
        office.end().await;
    }
}
