//! What may stand in a field, and what a record has without being given it.

use salesforce::{Code, Version};
use serde_json::json;
use switchboard_crm::{Operation, Outcome};

use super::office::{Office, code, create, id, refused, saved, system, update};

#[tokio::test]
async fn a_new_record_has_what_it_was_given_and_what_every_record_has() {
    for office in Office::all().await {
        let account = office
            .make(
                "account",
                json!({
                    "name": "Ünïcode & Söhne",
                    "NumberOfEmployees": "12",
                    "annualrevenue": 1_234.567,
                    "Rating": "hot",
                    "Needs__c": "c; a;C",
                    "Since__c": "2026-02-28",
                    "At__c": "14:30:00.500Z",
                    "Seen__c": "2026-02-28T23:30:00+01:00",
                    "BillingCity": "Köln",
                    "Website": "",
                }),
            )
            .await;
        assert_eq!(account, id("001", 1), "ids are counted");
        let fields = [
            "Id",
            "Name",
            "NumberOfEmployees",
            "AnnualRevenue",
            "Rating",
            "Needs__c",
            "Since__c",
            "At__c",
            "Seen__c",
            "BillingAddress",
            "Website",
            "OwnerId",
            "IsDeleted",
            "CreatedDate",
            "CreatedById",
            "LastModifiedDate",
            "SystemModstamp",
        ];
        let boss = id("005", 1).to_string();
        assert_eq!(
            office.see(account, &fields).await,
            json!({
                "Id": account.to_string(),
                "Name": "Ünïcode & Söhne",
                "NumberOfEmployees": 12,
                "AnnualRevenue": 1_234.57,
                "Rating": "Hot",
                "Needs__c": "A;C",
                "Since__c": "2026-02-28",
                "At__c": "14:30:00.500Z",
                "Seen__c": "2026-02-28T22:30:00.000+0000",
                "BillingAddress": {
                    "city": "Köln", "country": null, "geocodeAccuracy": null, "latitude": null, "longitude": null, "postalCode": null,
                    "state": null, "street": null,
                },
                "Website": null,
                "OwnerId": boss,
                "IsDeleted": false,
                "CreatedDate": "2026-03-02T09:00:00.000+0000",
                "CreatedById": boss,
                "LastModifiedDate": "2026-03-02T09:00:00.000+0000",
                "SystemModstamp": "2026-03-02T09:00:00.000+0000",
            })
        );
        office.end().await;
    }
}

#[tokio::test]
async fn a_change_touches_what_it_names_and_says_when() {
    for office in Office::all().await {
        let one = office.make("Account", json!({"Name": "One", "Rating": "Hot", "Ext__c": "x"})).await;
        let two = office.make("Account", json!({"Name": "Two", "BillingCity": "Rom"})).await;
        office.world.clock.advance(std::time::Duration::from_secs(60));
        let outcomes = office
            .change(vec![
                update("Account", one, json!({"Rating": null, "NumberOfEmployees": 5})),
                update("Account", two, json!({"Name": "Deux"})),
                // The same record twice is changed twice, in order.
                update("Account", two, json!({"Name": "Trois"})),
            ])
            .await;
        assert_eq!(saved(&outcomes), [one, two, two]);
        let fields = ["Name", "Rating", "NumberOfEmployees", "BillingCity", "Ext__c", "CreatedDate", "SystemModstamp"];
        assert_eq!(
            office.see(one, &fields).await,
            json!({
                "Name": "One", "Rating": null, "NumberOfEmployees": 5, "BillingCity": null, "Ext__c": "x",
                "CreatedDate": "2026-03-02T09:00:00.000+0000", "SystemModstamp": "2026-03-02T09:01:00.000+0000",
            })
        );
        assert_eq!(office.see(two, &["Name", "BillingCity"]).await, json!({"Name": "Trois", "BillingCity": "Rom"}));
        office.end().await;
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused_by_its_own_code_and_nothing_else_suffers() {
    use Code::*;
    let account = |json| create("Account", json);
    let long = "ä".repeat(256);
    let cases = || {
        vec![
            (account(json!({"Name": "A", "Nothing": 1})), InvalidField, vec![]),
            (account(json!({"Name": "A", "Id": id("001", 9).to_string()})), InvalidField, vec![]),
            (account(json!({"Name": "A", "CreatedDate": "2026-01-01T00:00:00Z"})), InvalidFieldForInsertUpdate, vec!["CreatedDate"]),
            (account(json!({"Rating": "Hot"})), RequiredFieldMissing, vec!["Name"]),
            (account(json!({"Name": ""})), RequiredFieldMissing, vec!["Name"]),
            (account(json!({"Name": long})), StringTooLong, vec!["Name"]),
            (account(json!({"Name": "a\u{0}b"})), FieldIntegrityException, vec!["Name"]),
            (account(json!({"Name": "A", "AnnualRevenue": 1_000_000})), NumberOutsideValidRange, vec!["AnnualRevenue"]),
            (account(json!({"Name": "A", "AnnualRevenue": "much"})), JsonParserError, vec![]),
            (account(json!({"Name": "A", "NumberOfEmployees": 1.5})), JsonParserError, vec![]),
            (account(json!({"Name": "A", "NumberOfEmployees": 3_000_000_000_i64})), JsonParserError, vec![]),
            (account(json!({"Name": "A", "Since__c": "28.02.2026"})), JsonParserError, vec![]),
            (account(json!({"Name": "A", "Since__c": "2026-02-30"})), JsonParserError, vec![]),
            (account(json!({"Name": "A", "Rating": "Tepid"})), InvalidOrNullForRestrictedPicklist, vec!["Rating"]),
            (account(json!({"Name": "A", "Needs__c": "A;D"})), InvalidOrNullForRestrictedPicklist, vec!["Needs__c"]),
            (account(json!({"Name": "A", "BillingAddress": "here"})), InvalidFieldForInsertUpdate, vec!["BillingAddress"]),
            (account(json!({"Name": "A", "ParentId": "nonsense"})), MalformedId, vec!["ParentId"]),
            (account(json!({"Name": "A", "ParentId": id("003", 1).to_string()})), MalformedId, vec!["ParentId"]),
            (account(json!({"Name": "A", "ParentId": id("001", 99).to_string()})), InvalidCrossReferenceKey, vec!["ParentId"]),
            (account(json!({"Name": "A", "OwnerId": id("005", 3).to_string()})), InactiveOwnerOrUser, vec!["OwnerId"]),
            (account(json!({"Name": "A", "Parent": {"Ext__c": "none"}})), InvalidField, vec![]),
            (account(json!({"Name": "A", "Parent": {"Name": "none"}})), NotFound, vec![]),
            (create("Contact", json!({"LastName": "A", "Email": "a@b"})), InvalidEmailAddress, vec!["Email"]),
            (create("Contact", json!({"LastName": "A", "Email": "a b@example.org"})), InvalidEmailAddress, vec!["Email"]),
            (create("Nothing", json!({})), NotFound, vec![]),
            (create("LiveChatTranscript", json!({"ChatKey": "k"})), CannotInsertUpdateActivateEntity, vec![]),
            (update("Account", id("001", 99), json!({"Name": "A"})), NotFound, vec![]),
            (update("Account", id("003", 1), json!({"Name": "A"})), MalformedId, vec!["Id"]),
        ]
    };
    for office in Office::all().await {
        let mut operations = Vec::new();
        for (operation, ..) in cases() {
            operations.push(operation);
            operations.push(account(json!({"Name": "sound"})));
        }
        let outcomes = office.change(operations).await;
        for ((at, pair), (_, expected, fields)) in outcomes.chunks(2).enumerate().zip(cases()) {
            let found = refused(&pair[0]);
            assert_eq!(found, [(expected, fields.iter().map(|field| (*field).to_owned()).collect())], "case {at}");
            assert!(matches!(pair[1], Outcome::Saved(_)), "case {at}");
        }
        // Everything that is wrong with one record is told at once, what is missing first.
        let many = office.change(vec![create("Account", json!({"Rating": "x", "Ext__c": "y".repeat(21)}))]).await;
        let codes: Vec<_> = refused(&many[0]).into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, [RequiredFieldMissing, StringTooLong, InvalidOrNullForRestrictedPicklist]);
        // A required field cannot be emptied, and what is emptied is told by its name.
        let sound = saved(&outcomes[1..2])[0];
        let emptied = office.change(vec![update("Account", sound, json!({"Name": null}))]).await;
        assert_eq!(refused(&emptied[0]), [(RequiredFieldMissing, vec!["Name".to_owned()])]);
        office.end().await;
    }
}

#[tokio::test]
async fn all_or_none_writes_all_or_none() {
    for office in Office::all().await {
        let records = office.records(&office.boss);
        let outcomes = records
            .change(
                vec![
                    create("Account", json!({"Name": "One"})),
                    create("Contact", json!({"LastName": "Two"})),
                    create("Account", json!({"Rating": "Hot"})),
                    create("Account", json!({"Name": "Four"})),
                ],
                true,
            )
            .await
            .unwrap();
        let codes: Vec<_> = outcomes.iter().map(code).collect();
        let undone = Code::AllOrNoneOperationRolledBack;
        assert_eq!(codes, [undone, undone, Code::RequiredFieldMissing, undone]);
        let found = records.read("Account", &[id("001", 1), id("001", 2)], None, Version::LATEST).await.unwrap();
        assert_eq!(found, [None, None]);
        let outcomes = records
            .change(vec![create("Account", json!({"Name": "One"})), create("Contact", json!({"LastName": "Two"}))], true)
            .await
            .unwrap();
        assert_eq!(saved(&outcomes).len(), 2);
        office.end().await;
    }
}

#[tokio::test]
async fn two_hundred_at_once_and_no_more() {
    for office in Office::all().await {
        let many = |count: usize| -> Vec<Operation> {
            (0..count).map(|number| create("Contact", json!({"LastName": format!("L{number}"), "FirstName": "F"}))).collect()
        };
        let outcomes = office.change(many(200)).await;
        let ids = saved(&outcomes);
        assert_eq!(ids, (1..=200).map(|number| id("003", number)).collect::<Vec<_>>());
        assert_eq!(office.see(ids[199], &["Name"]).await, json!({"Name": "F L199"}));
        let error = office.records(&office.boss).change(many(201), false).await.unwrap_err();
        assert!(matches!(&error, switchboard_crm::Error::Refused(error) if error.code() == Code::LimitExceeded), "{error:?}");
        office.end().await;
    }
}

#[tokio::test]
async fn the_server_itself_writes_what_nobody_else_may() {
    for office in Office::all().await {
        let records = office.records(&system(office.world.workspace));
        let outcomes = records
            .change(vec![create("LiveChatTranscript", json!({"ChatKey": "k", "CreatedDate": "2026-01-01T00:00:00Z"}))], false)
            .await
            .unwrap();
        let made = saved(&outcomes)[0];
        let seen = office.see(made, &["ChatKey", "CreatedDate"]).await;
        assert_eq!(seen, json!({"ChatKey": "k", "CreatedDate": "2026-01-01T00:00:00.000+0000"}));
        assert_eq!(
            code(&office.change(vec![update("LiveChatTranscript", made, json!({"ChatKey": "x"}))]).await[0]),
            Code::CannotInsertUpdateActivateEntity
        );
        assert_eq!(code(&office.change(vec![super::office::delete(made)]).await[0]), Code::InsufficientAccessOrReadonly);
        office.end().await;
    }
}
