//! Who may write what: rights by object and field, owners, and what a refusal tells of it.

use salesforce::{Code, Version};
use serde_json::json;
use switchboard_crm::{Operation, Outcome, access::ObjectRights};

use super::office::{Office, all_of, code, create, delete, id, refused, saved, update, upsert};

#[tokio::test]
async fn without_the_right_to_an_object_nothing_is_done_with_it() {
    for office in Office::all().await {
        let account = office.make("Account", json!({"Name": "A"})).await;
        let readable = ObjectRights { create: false, edit: false, delete: false, ..all_of(&office.schema, "Account") };
        let ann = office.records(&office.ann(&[("Account", readable)]));
        let outcomes = ann
            .change(
                vec![
                    create("Account", json!({"Name": "B"})),
                    update("Account", account, json!({"Name": "B"})),
                    delete(account),
                    Operation::Undelete { id: account },
                    upsert("Account", "Ext__c", "x", json!({"Name": "B"})),
                    create("Contact", json!({"LastName": "B"})),
                    update("Contact", id("003", 1), json!({"LastName": "B"})),
                    delete(id("003", 1)),
                    upsert("Contact", "Email", "a@example.org", json!({})),
                ],
                false,
            )
            .await
            .unwrap();
        let codes: Vec<_> = outcomes.iter().map(code).collect();
        use Code::*;
        assert_eq!(
            codes,
            [
                CannotInsertUpdateActivateEntity,
                InsufficientAccessOrReadonly,
                InsufficientAccessOrReadonly,
                InsufficientAccessOrReadonly,
                CannotInsertUpdateActivateEntity,
                NotFound,
                NotFound,
                NotFound,
                NotFound
            ]
        );
        assert!(ann.read("Contact", &[], None, Version::LATEST).await.is_err());
        office.end().await;
    }
}

#[tokio::test]
async fn a_hidden_field_is_none_and_a_fixed_one_is_refused_by_name() {
    for office in Office::all().await {
        let account = office.make("Account", json!({"Name": "A", "Ext__c": "secret", "Rating": "Hot"})).await;
        let mut rights = all_of(&office.schema, "Account");
        rights.fields.remove("Ext__c");
        rights.fields.insert("Rating".into(), false);
        let ann = office.records(&office.ann(&[("Account", rights)]));
        let outcomes = ann
            .change(
                vec![
                    update("Account", account, json!({"Ext__c": "x"})),
                    update("Account", account, json!({"Rating": "Cold"})),
                    upsert("Account", "Ext__c", "secret", json!({"Name": "B"})),
                    create("Account", json!({"Name": "B", "Parent": {"Ext__c": "secret"}})),
                ],
                false,
            )
            .await
            .unwrap();
        assert_eq!(code(&outcomes[0]), Code::InvalidField);
        assert_eq!(refused(&outcomes[1]), [(Code::InvalidFieldForInsertUpdate, vec!["Rating".to_owned()])]);
        assert_eq!([code(&outcomes[2]), code(&outcomes[3])], [Code::NotFound; 2]);
        let read = ann.read("Account", &[account], None, Version::LATEST).await.unwrap();
        let json = serde_json::to_value(&read[0]).unwrap();
        assert_eq!((json.get("Ext__c"), &json["Rating"]), (None, &json!("Hot")));
        let fields = ["Ext__c".to_owned()];
        assert!(ann.read("Account", &[account], Some(&fields), Version::LATEST).await.is_err());
        office.end().await;
    }
}

#[tokio::test]
async fn records_of_others_are_not_there() {
    for office in Office::all_shared(true).await {
        let theirs = office.make("Account", json!({"Name": "Theirs", "Ext__c": "x"})).await;
        let rights = |name: &'static str| (name, all_of(&office.schema, name));
        let ann = office.records(&office.ann(&[rights("Account"), rights("Contact"), rights("Case"), rights("CaseComment")]));
        let own = saved(&ann.change(vec![create("Account", json!({"Name": "Own"}))], false).await.unwrap())[0];
        let outcomes = ann
            .change(
                vec![
                    update("Account", theirs, json!({"Name": "x"})),
                    delete(theirs),
                    create("Contact", json!({"LastName": "C", "AccountId": theirs.to_string()})),
                    create("Contact", json!({"LastName": "C", "Account": {"Ext__c": "x"}})),
                    create("Account", json!({"Name": "B", "Ext__c": "x"})),
                    upsert("Account", "Ext__c", "x", json!({"Name": "B"})),
                    create("Contact", json!({"LastName": "C", "AccountId": own.to_string()})),
                ],
                false,
            )
            .await
            .unwrap();
        let codes: Vec<_> = outcomes[..6].iter().map(code).collect();
        use Code::*;
        assert_eq!(codes, [NotFound, NotFound, InvalidCrossReferenceKey, InvalidField, DuplicateValue, DuplicateValue]);
        for outcome in &outcomes[..6] {
            let Outcome::Refused(errors) = outcome else { panic!("{outcome:?}") };
            assert!(!errors[0].message().contains(&theirs.to_string()), "{}", errors[0]);
        }
        assert!(matches!(outcomes[6], Outcome::Saved(_)));
        let read = ann.read("Account", &[theirs, own], None, Version::LATEST).await.unwrap();
        assert_eq!(read.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true]);
        office.end().await;
    }
}

#[tokio::test]
async fn a_part_is_written_by_whoever_may_change_the_whole() {
    for office in Office::all_shared(true).await {
        let case = office.make("Case", json!({"Subject": "Theirs"})).await;
        let mut cases = all_of(&office.schema, "Case");
        cases.view_all = true;
        let comments = all_of(&office.schema, "CaseComment");
        let ann = office.records(&office.ann(&[("Case", cases), ("CaseComment", comments)]));
        let comment = || vec![create("CaseComment", json!({"ParentId": case.to_string(), "CommentBody": "x"}))];
        assert_eq!(code(&ann.change(comment(), false).await.unwrap()[0]), Code::InsufficientAccessOnCrossReferenceEntity);
        saved(&office.change(vec![update("Case", case, json!({"OwnerId": id("005", 2).to_string()}))]).await);
        saved(&ann.change(comment(), false).await.unwrap());
        office.end().await;
    }
}
