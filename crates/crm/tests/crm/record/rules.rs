//! What follows from what: names, cases, tasks, numbers.

use salesforce::Code;
use serde_json::json;

use super::office::{Office, code, create, id, saved, update};

#[tokio::test]
async fn a_persons_name_is_put_together_from_its_parts() {
    for office in Office::all().await {
        let contact = office.make("Contact", json!({"Salutation": "Dr.", "FirstName": "Ada", "LastName": "Lovelace"})).await;
        assert_eq!(office.see(contact, &["Name"]).await, json!({"Name": "Ada Lovelace"}));
        saved(&office.change(vec![update("Contact", contact, json!({"FirstName": null}))]).await);
        assert_eq!(office.see(contact, &["Name"]).await, json!({"Name": "Lovelace"}));
        let refused = office.change(vec![update("Contact", contact, json!({"Name": "Somebody"}))]).await;
        assert_eq!(code(&refused[0]), Code::InvalidFieldForInsertUpdate);
        office.end().await;
    }
}

#[tokio::test]
async fn a_case_is_numbered_closed_and_of_its_contacts_account() {
    for office in Office::all().await {
        let account = office.make("Account", json!({"Name": "A"})).await;
        let contact = office.make("Contact", json!({"LastName": "C", "AccountId": account.to_string(), "Email": "c@example.org"})).await;
        let case = office.make("Case", json!({"ContactId": contact.to_string()})).await;
        let fields = ["CaseNumber", "Status", "IsClosed", "ClosedDate", "AccountId", "ContactEmail"];
        let mut expected = json!({
            "CaseNumber": "00000001", "Status": "New", "IsClosed": false, "ClosedDate": null, "AccountId": account.to_string(),
            "ContactEmail": "c@example.org",
        });
        assert_eq!(office.see(case, &fields).await, expected);
        saved(
            &office
                .change(vec![
                    update("Case", case, json!({"Status": "Closed"})),
                    update("Contact", contact, json!({"Email": "d@example.org"})),
                ])
                .await,
        );
        expected["Status"] = json!("Closed");
        expected["IsClosed"] = json!(true);
        expected["ClosedDate"] = json!("2026-03-02T09:00:00.000+0000");
        expected["ContactEmail"] = json!("d@example.org");
        assert_eq!(office.see(case, &fields).await, expected);
        saved(&office.change(vec![update("Case", case, json!({"Status": "Working"}))]).await);
        assert_eq!(office.see(case, &["IsClosed", "ClosedDate"]).await, json!({"IsClosed": false, "ClosedDate": null}));
        let second = saved(&office.change(vec![create("Case", json!({})), create("Case", json!({"Status": "Closed"}))]).await);
        assert_eq!(office.see(second[1], &["CaseNumber", "IsClosed"]).await, json!({"CaseNumber": "00000003", "IsClosed": true}));
        office.end().await;
    }
}

#[tokio::test]
async fn what_a_case_is_told_as_comments_becomes_one() {
    for office in Office::all().await {
        let case = office.make("Case", json!({"Subject": "S", "Comments": "First"})).await;
        saved(&office.change(vec![update("Case", case, json!({"Comments": "Second"}))]).await);
        assert_eq!(office.see(case, &["Comments"]).await, json!({"Comments": null}));
        for (number, body) in [(1, "First"), (2, "Second")] {
            let seen = office.see(id("00a", number), &["ParentId", "CommentBody"]).await;
            assert_eq!(seen, json!({"ParentId": case.to_string(), "CommentBody": body}));
        }
        office.end().await;
    }
}

#[tokio::test]
async fn a_task_knows_whether_it_is_done_and_of_which_account_it_is() {
    for office in Office::all().await {
        let account = office.make("Account", json!({"Name": "A"})).await;
        let contact = office.make("Contact", json!({"LastName": "C", "AccountId": account.to_string()})).await;
        let task = office.make("Task", json!({"WhoId": contact.to_string(), "Priority": "High"})).await;
        let fields = ["Status", "IsClosed", "IsHighPriority", "AccountId"];
        let mut expected = json!({"Status": "Not Started", "IsClosed": false, "IsHighPriority": true, "AccountId": account.to_string()});
        assert_eq!(office.see(task, &fields).await, expected);
        saved(&office.change(vec![update("Task", task, json!({"Status": "Completed", "Priority": "Normal"}))]).await);
        expected["Status"] = json!("Completed");
        expected["IsClosed"] = json!(true);
        expected["IsHighPriority"] = json!(false);
        assert_eq!(office.see(task, &fields).await, expected);
        office.end().await;
    }
}

#[tokio::test]
async fn numbers_count_by_themselves_in_their_form() {
    for office in Office::all().await {
        let made = saved(&office.change(vec![create("Invoice__c", json!({})), create("Invoice__c", json!({}))]).await);
        assert_eq!(office.see(made[1], &["Name"]).await, json!({"Name": "INV-0002"}));
        let line = office.make("Line__c", json!({"Name": "L", "Invoice__c": made[0].to_string()})).await;
        assert_eq!(line, id("a01", 1));
        let missing = office.change(vec![create("Line__c", json!({"Name": "L"}))]).await;
        assert_eq!(code(&missing[0]), Code::RequiredFieldMissing);
        office.end().await;
    }
}
