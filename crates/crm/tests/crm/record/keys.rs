//! Records by keys: upserts, parents, unique values, hierarchies, and what is made once.

use futures_util::FutureExt as _;
use salesforce::{
    Code, Id, Version,
    record::{Scalar, Upserted},
};
use serde_json::json;
use switchboard_crm::{Error, Once, Operation, Outcome};

use super::office::{Office, caller, code, create, id, record, saved, update, upsert};

fn update_only(operation: Operation) -> Operation {
    match operation {
        Operation::Upsert { object, key, value, record, uploads, .. } => {
            Operation::Upsert { object, key, value, record, uploads, update_only: true }
        }
        other => other,
    }
}

#[tokio::test]
async fn an_upsert_makes_what_there_is_not_and_changes_what_there_is() {
    for office in Office::all().await {
        let outcomes = office
            .change(vec![
                upsert("Account", "ext__c", "A-1", json!({"Name": "One"})),
                upsert("Account", "Ext__c", "A-2", json!({"Name": "Two"})),
            ])
            .await;
        let (one, two) = match &outcomes[..] {
            [Outcome::Upserted(Upserted::Created(one)), Outcome::Upserted(Upserted::Created(two))] => (*one, *two),
            other => panic!("{other:?}"),
        };
        let outcomes = office
            .change(vec![
                upsert("Account", "Ext__c", "a-1", json!({"Name": "Uno"})),
                upsert("Account", "Ext__c", "A-3", json!({"Name": "Three"})),
                upsert("Account", "Ext__c", "A-4", json!({})),
            ])
            .await;
        assert_eq!(outcomes[0], Outcome::Upserted(Upserted::Updated(one)), "a key is the same in any case");
        assert!(matches!(outcomes[1], Outcome::Upserted(Upserted::Created(_))));
        assert_eq!(code(&outcomes[2]), Code::RequiredFieldMissing);
        assert_eq!(office.see(one, &["Name", "Ext__c"]).await, json!({"Name": "Uno", "Ext__c": "A-1"}));
        assert_eq!(office.see(two, &["Name", "Ext__c"]).await, json!({"Name": "Two", "Ext__c": "A-2"}));
        office.end().await;
    }
}

#[tokio::test]
async fn an_upsert_that_is_not_clear_writes_nothing() {
    for office in Office::all().await {
        let one = office.make("Account", json!({"Name": "One", "Group__c": "G"})).await;
        let two = office.make("Account", json!({"Name": "Two", "Group__c": "g"})).await;
        let outcomes = office
            .change(vec![
                upsert("Account", "Group__c", "G", json!({"Name": "x"})),
                upsert("Account", "Ext__c", "same", json!({"Name": "x"})),
                upsert("Account", "Ext__c", "SAME", json!({"Name": "x"})),
                upsert("Account", "Ext__c", "", json!({"Name": "x"})),
                upsert("Account", "Ext__c", "A", json!({"Name": "x", "Ext__c": "B"})),
                upsert("Account", "Name", "A", json!({"Name": "x"})),
                upsert("Nothing", "Name", "A", json!({"Name": "x"})),
                upsert("Account", "Id", "nonsense", json!({"Name": "x"})),
                upsert("Account", "Id", &id("001", 77).to_string(), json!({"Name": "x"})),
                update_only(upsert("Account", "Ext__c", "none", json!({"Name": "x"}))),
            ])
            .await;
        assert_eq!(outcomes[0], Outcome::Upserted(Upserted::Several(vec![one, two])));
        let codes: Vec<_> = outcomes[1..].iter().map(code).collect();
        use Code::*;
        assert_eq!(
            codes,
            [DuplicateExternalId, DuplicateExternalId, MissingArgument, InvalidField, NotFound, NotFound, MalformedId, NotFound, NotFound]
        );
        let found = office.records(&office.boss).by_key("Account", "Ext__c", &Scalar::Text("same".into())).await.unwrap();
        assert_eq!(found, [] as [Id; 0]);
        office.end().await;
    }
}

#[tokio::test]
async fn fields_that_find_records_and_ids_are_keys_too() {
    for office in Office::all().await {
        let outcomes = office
            .change(vec![
                upsert("Contact", "Email", "jo@example.org", json!({"LastName": "Jo"})),
                upsert("Contact", "Id", "", json!({"LastName": "New"})),
            ])
            .await;
        let ids = saved(&outcomes);
        let outcomes = office
            .change(vec![
                upsert("Contact", "Email", "JO@example.org", json!({"LastName": "Joe"})),
                upsert("Contact", "Id", &ids[1].to_string(), json!({"LastName": "Newer"})),
            ])
            .await;
        assert_eq!(outcomes, [Outcome::Upserted(Upserted::Updated(ids[0])), Outcome::Upserted(Upserted::Updated(ids[1]))]);
        let found = office.records(&office.boss).by_key("contact", "EMAIL", &Scalar::Text("Jo@Example.org".into())).await.unwrap();
        assert_eq!(found, [ids[0]]);
        let line = |number: &str| upsert("Line__c", "Number__c", number, json!({"Invoice__r": {"Id": id("a00", 1).to_string()}}));
        office.make("Invoice__c", json!({})).await;
        let first = saved(&office.change(vec![line("7")]).await);
        assert_eq!(office.change(vec![line("7.0")]).await, [Outcome::Upserted(Upserted::Updated(first[0]))], "numbers are keys as numbers");
        office.end().await;
    }
}

#[tokio::test]
async fn a_parent_is_named_by_its_key() {
    for office in Office::all().await {
        let parent = office.make("Account", json!({"Name": "Parent", "Ext__c": "P", "Group__c": "two"})).await;
        office.make("Account", json!({"Name": "Other", "Group__c": "two"})).await;
        let outcomes = office
            .change(vec![
                create("Contact", json!({"LastName": "A", "Account": {"Ext__c": "p"}})),
                create("Contact", json!({"LastName": "B", "Account": {"Group__c": "two"}})),
                create("Contact", json!({"LastName": "C", "account": {"ext__c": "none"}})),
                create("Contact", json!({"LastName": "D", "Account": {"Ext__c": null}})),
                create("Task", json!({"What": {"Ext__c": "P"}})),
                create("Task", json!({"What": {"attributes": {"type": "Account"}, "Ext__c": "P"}})),
            ])
            .await;
        assert_eq!(office.see(saved(&outcomes[..1])[0], &["AccountId"]).await, json!({"AccountId": parent.to_string()}));
        assert_eq!(code(&outcomes[1]), Code::DuplicateExternalId);
        assert_eq!(code(&outcomes[2]), Code::InvalidField);
        assert_eq!(office.see(saved(&outcomes[3..4])[0], &["AccountId"]).await, json!({"AccountId": null}));
        assert_eq!(code(&outcomes[4]), Code::JsonParserError, "it could be of several objects");
        assert_eq!(office.see(saved(&outcomes[5..])[0], &["WhatId"]).await, json!({"WhatId": parent.to_string()}));
        office.end().await;
    }
}

#[tokio::test]
async fn a_unique_value_is_had_once() {
    for office in Office::all().await {
        let one = office.make("Account", json!({"Name": "One", "Ext__c": "x"})).await;
        let two = office.make("Account", json!({"Name": "Two", "Ext__c": "y"})).await;
        let outcomes = office
            .change(vec![
                create("Account", json!({"Name": "A", "Ext__c": "X"})),
                create("Account", json!({"Name": "B", "Ext__c": "z"})),
                create("Account", json!({"Name": "C", "Ext__c": "Z"})),
                update("Account", two, json!({"Ext__c": "x"})),
                update("Account", one, json!({"Ext__c": "X"})),
                create("Account", json!({"Name": "D", "Ext__c": null})),
                create("Account", json!({"Name": "E"})),
            ])
            .await;
        for at in [0, 3] {
            match &outcomes[at] {
                Outcome::Refused(errors) => {
                    assert_eq!(errors[0].message(), format!("duplicate value found: Ext__c duplicates value on record with id: {one}"))
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(code(&outcomes[2]), Code::DuplicateValue);
        assert!([1, 4, 5, 6].iter().all(|at| matches!(outcomes[*at], Outcome::Saved(_))), "{outcomes:?}");
        // What is deleted keeps its value from nobody.
        office.change(vec![super::office::delete(two)]).await;
        office.make("Account", json!({"Name": "F", "Ext__c": "y"})).await;
        assert_eq!(code(&office.change(vec![Operation::Undelete { id: two }]).await[0]), Code::DuplicateValue);
        office.end().await;
    }
}

#[tokio::test]
async fn nobody_is_above_themselves() {
    for office in Office::all().await {
        let mut ids = Vec::new();
        for number in 0..4 {
            ids.push(office.make("Account", json!({"Name": format!("A{number}"), "ParentId": ids.last().map(Id::to_string)})).await);
        }
        let under = |at: usize, parent: usize| update("Account", ids[at], json!({"ParentId": ids[parent].to_string()}));
        let codes: Vec<_> = office.change(vec![under(0, 0), under(0, 3)]).await.iter().map(code).collect();
        assert_eq!(codes, [Code::CircularDependency; 2]);
        // Two that are sound alone and not together: neither is written, since no order of theirs is the caller's.
        let loose = [office.make("Account", json!({"Name": "L"})).await, office.make("Account", json!({"Name": "M"})).await];
        let each = |at: usize| update("Account", loose[at], json!({"ParentId": loose[1 - at].to_string()}));
        let codes: Vec<_> = office.change(vec![each(0), each(1)]).await.iter().map(code).collect();
        assert_eq!(codes, [Code::CircularDependency; 2]);
        assert_eq!(saved(&office.change(vec![under(3, 0)]).await), [ids[3]]);
        office.end().await;
    }
}

#[tokio::test]
async fn what_is_asked_for_under_one_key_is_made_once() {
    for office in Office::all().await {
        let records = office.records(&office.boss);
        let refused = records.create_once("c:1", "Case", record(&json!({"Nothing": 1}))).await.unwrap();
        assert!(matches!(refused, Once::Refused(_)));
        let Once::Made(made) = records.create_once("c:1", "Case", record(&json!({"Subject": "S"}))).await.unwrap() else { panic!() };
        let again = records.create_once("c:1", "Case", record(&json!({"Subject": "T"}))).await.unwrap();
        assert_eq!(again, Once::Before(made));
        assert_eq!(records.made_under("c:1").await.unwrap(), Some((made, office.world.crm.now())));
        assert_eq!(records.made_under("c:2").await.unwrap(), None);
        office.end().await;
    }
}

#[tokio::test]
async fn of_two_servers_that_upsert_the_same_key_one_makes_the_record() {
    for office in Office::all().await {
        // Two servers at once are PostgreSQL's; SQLite has one writer, and two requests.
        let other = if office.world.crm.store().backend() == store::Backend::Postgres {
            office.world.another_server(9).await
        } else {
            office.world.crm.clone()
        };
        for round in 0..10 {
            let key = format!("K{round}");
            let one = office.records(&office.boss);
            let two = office.records_of(&other, &office.boss);
            let ask = || vec![upsert("Account", "Ext__c", &key, json!({"Name": "N"}))];
            let (one, two) = tokio::join!(one.change(ask(), false), two.change(ask(), false));
            let outcomes = [one.unwrap().remove(0), two.unwrap().remove(0)];
            let created = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Upserted(Upserted::Created(_)))).count();
            assert_eq!(created, 1, "{outcomes:?}");
            let ids = saved(&outcomes);
            assert_eq!(ids[0], ids[1]);
            let once = |crm| office.records_of(crm, &office.boss);
            let (one, two) = (once(&office.world.crm), once(&other));
            let make = || record(&json!({"Subject": "S"}));
            let (one, two) = tokio::join!(one.create_once(&key, "Case", make()), two.create_once(&key, "Case", make()));
            let both = [one.unwrap(), two.unwrap()];
            assert!(matches!(both, [Once::Made(a), Once::Before(b)] | [Once::Before(a), Once::Made(b)] if a == b), "{both:?}");
        }
        if office.world.crm.store().backend() == store::Backend::Postgres {
            other.store().close().await;
        }
        office.end().await;
    }
}

#[tokio::test]
async fn several_requests_succeed_together_or_not_at_all() {
    for office in Office::all().await {
        let records = office.records(&caller(office.world.workspace, id("005", 2), &office.schema));
        let run = |name: &'static str, subject: serde_json::Value| {
            let records = records.clone();
            async move {
                records
                    .together(move |mut unit| {
                        let subject = subject.clone();
                        async move {
                            let account = saved(&unit.change(&[create("Account", json!({"Name": name, "Ext__c": name}))], false).await?)[0];
                            let found = unit.by_key("Account", "Ext__c", &Scalar::Text(name.into())).await?;
                            assert_eq!(found, [account], "what was written is there for what follows");
                            let case = create("Case", json!({"AccountId": account.to_string(), "Subject": subject}));
                            match unit.change(&[case], false).await?.remove(0) {
                                Outcome::Refused(mut errors) => Err(Error::Refused(errors.remove(0))),
                                other => Ok(saved(&[other])[0]),
                            }
                        }
                        .boxed()
                    })
                    .await
            }
        };
        assert!(matches!(run("A", json!("x".repeat(256))).await, Err(Error::Refused(error)) if error.code() == Code::StringTooLong));
        assert_eq!(records.by_key("Account", "Ext__c", &Scalar::Text("A".into())).await.unwrap(), [] as [Id; 0]);
        let case = run("B", json!("fits")).await.unwrap();
        let read = records.read("Case", &[case], None, Version::LATEST).await.unwrap();
        assert!(read[0].is_some());
        office.end().await;
    }
}
