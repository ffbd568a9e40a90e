//! Deleting, with what hangs on a record; taking back; emptying the recycle bin.

use std::time::Duration;

use salesforce::{Code, Id, Version};
use serde_json::json;
use switchboard_crm::{Operation, Outcome, record::BIN_KEEPS};

use super::office::{Office, code, delete, id, saved, update};

async fn there(office: &Office, ids: &[Id]) -> Vec<bool> {
    let mut there = Vec::new();
    for id in ids {
        there.push(!office.see(*id, &["Id"]).await.is_null());
    }
    there
}

#[tokio::test]
async fn what_hangs_on_a_record_goes_with_it_and_comes_back_with_it() {
    for office in Office::all().await {
        let account = office.make("Account", json!({"Name": "A"})).await;
        let child = office.make("Account", json!({"Name": "Child", "ParentId": account.to_string()})).await;
        let contact = office.make("Contact", json!({"LastName": "C", "AccountId": account.to_string()})).await;
        let task = office.make("Task", json!({"WhoId": contact.to_string()})).await;
        let alone = office.make("Contact", json!({"LastName": "D", "AccountId": account.to_string()})).await;
        // What was deleted before stays deleted.
        saved(&office.change(vec![delete(alone)]).await);
        office.world.clock.advance(Duration::from_secs(1));
        assert_eq!(office.change(vec![delete(account)]).await, [Outcome::Deleted(account)]);
        let all = [account, contact, task, alone, child];
        assert_eq!(there(&office, &all).await, [false, false, false, false, true]);
        assert_eq!(office.see(child, &["ParentId"]).await, json!({"ParentId": null}), "another lookup is emptied");
        let outcomes = office
            .change(vec![
                delete(account),
                update("Contact", contact, json!({"LastName": "E"})),
                Operation::Undelete { id: contact },
                Operation::Delete { object: Some("Contact".into()), id: child },
                delete(id("001", 99)),
                delete(id("zzz", 1)),
                Operation::Undelete { id: child },
            ])
            .await;
        let codes: Vec<_> = outcomes.iter().map(code).collect();
        use Code::*;
        assert_eq!(codes, [EntityIsDeleted, EntityIsDeleted, UndeleteFailed, MalformedId, NotFound, NotFound, UndeleteFailed]);
        office.world.clock.advance(Duration::from_secs(1));
        assert_eq!(office.change(vec![Operation::Undelete { id: account }]).await, [Outcome::Undeleted(account)]);
        assert_eq!(there(&office, &all).await, [true, true, true, false, true]);
        assert_eq!(saved(&office.change(vec![Operation::Undelete { id: alone }]).await), [alone]);
        office.end().await;
    }
}

#[tokio::test]
async fn what_is_held_stays_and_says_by_what() {
    for office in Office::all().await {
        let held = office.make("Account", json!({"Name": "Held"})).await;
        let free = office.make("Account", json!({"Name": "Free"})).await;
        let contact = office.make("Contact", json!({"LastName": "C", "AccountId": held.to_string()})).await;
        let case = office.make("Case", json!({"ContactId": contact.to_string(), "AccountId": null})).await;
        let comment = office.make("CaseComment", json!({"ParentId": case.to_string()})).await;
        let outcomes = office.change(vec![delete(held), delete(free)]).await;
        match &outcomes[0] {
            Outcome::Refused(errors) => {
                assert_eq!(errors[0].code(), Code::DeleteFailed);
                assert_eq!(
                    errors[0].message(),
                    "Your attempt to delete Held could not be completed because it is associated with the following cases."
                );
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(outcomes[1], Outcome::Deleted(free));
        assert_eq!(there(&office, &[held, contact, case, comment, free]).await, [true, true, true, true, false]);
        saved(&office.change(vec![delete(case), delete(held)]).await);
        assert_eq!(there(&office, &[held, contact, case, comment]).await, [false; 4]);
        office.end().await;
    }
}

#[tokio::test]
async fn the_bin_is_emptied_of_what_has_been_in_it_long_enough() {
    for office in Office::all().await {
        let old = office.make("Account", json!({"Name": "Old"})).await;
        let new = office.make("Account", json!({"Name": "New"})).await;
        let stays = office.make("Account", json!({"Name": "Stays"})).await;
        saved(&office.change(vec![delete(old)]).await);
        office.world.clock.advance(Duration::from_secs(60));
        saved(&office.change(vec![delete(new)]).await);
        office.world.clock.advance(BIN_KEEPS - Duration::from_secs(30));
        assert_eq!(office.records(&office.boss).empty_bin().await.unwrap().removed, 1);
        assert_eq!(code(&office.change(vec![Operation::Undelete { id: old }]).await[0]), Code::NotFound);
        assert_eq!(saved(&office.change(vec![Operation::Undelete { id: new }]).await), [new]);
        office.world.clock.advance(BIN_KEEPS * 2);
        assert_eq!(office.records(&office.boss).empty_bin().await.unwrap().removed, 0);
        let found = office.records(&office.boss).read("Account", &[stays, new], None, Version::LATEST).await.unwrap();
        assert!(found.iter().all(Option::is_some));
        office.end().await;
    }
}

#[tokio::test]
async fn what_would_come_back_with_a_record_must_still_be_unique() {
    for office in Office::all().await {
        let old = office.make("Invoice__c", json!({})).await;
        let part = office.make("Line__c", json!({"Invoice__c": old.to_string(), "Number__c": 7})).await;
        saved(&office.change(vec![delete(old)]).await);
        let new = office.make("Invoice__c", json!({})).await;
        let taking = office.make("Line__c", json!({"Invoice__c": new.to_string(), "Number__c": 7})).await;
        assert_eq!(code(&office.change(vec![Operation::Undelete { id: old }]).await[0]), Code::DuplicateValue);
        assert_eq!(there(&office, &[old, part, new, taking]).await, [false, false, true, true]);
        saved(&office.change(vec![delete(taking)]).await);
        saved(&office.change(vec![Operation::Undelete { id: old }]).await);
        assert_eq!(there(&office, &[old, part]).await, [true; 2]);
        office.end().await;
    }
}
