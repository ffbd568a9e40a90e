//! One record: made, changed, deleted and taken back by a person.

use salesforce::{Id, error::Code, record::Value};
use serde_json::json;
use switchboard_crm::{
    Error, Scope,
    access::{Caller, ObjectRights},
    browse::{Browsing, Listing, Row, Written},
};

use crate::record::office::{Office, all_of, id, update};

fn browsing(office: &Office, caller: &Caller) -> Browsing {
    let crm = &office.world.crm;
    Browsing::new(crm.clone(), Scope { schema: office.schema.clone(), caller: caller.clone(), now: crm.now() })
}

fn typed(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn saved(written: Written) -> Row {
    match written {
        Written::Saved(row) => *row,
        other => panic!("{other:?}"),
    }
}

fn refused(written: Written) -> Vec<(String, String)> {
    match written {
        Written::Refused(problems) => problems.into_iter().map(|problem| (problem.field, problem.kind)).collect(),
        other => panic!("{other:?}"),
    }
}

fn code<T: std::fmt::Debug>(answer: Result<T, Error>) -> Code {
    match answer {
        Err(Error::Refused(error)) => error.code(),
        other => panic!("{other:?}"),
    }
}

fn value<'r>(row: &'r Row, name: &str) -> &'r Value {
    row.values.iter().find(|(known, _)| **known == *name).map(|(_, value)| value).unwrap()
}

#[tokio::test]
async fn a_record_is_made_once_of_what_was_typed() {
    for office in Office::all().await {
        let boss = browsing(&office, &office.boss);
        let fields = typed(&[
            ("Name", " Acme "),
            ("annualrevenue", "12.50"),
            ("Since__c", "2020-02-29"),
            ("Seen__c", "2026-01-01T10:00:00+02:00"),
            ("At__c", "09:30:00Z"),
            ("Rating", "hot"),
            ("Website", ""),
        ]);
        let row = saved(boss.create("Account", &fields, "key 1").await.unwrap());
        assert_eq!(row.name, "Acme");
        assert_eq!(*value(&row, "AnnualRevenue"), Value::Double(12.5));
        assert_eq!(*value(&row, "Rating"), Value::Text("Hot".to_owned()));
        assert_eq!(*value(&row, "Website"), Value::Null);
        assert!(row.can_edit && row.can_delete && !row.deleted && row.changed_at.is_some());
        let owner = row.references.iter().find(|(field, ..)| &**field == "OwnerId").unwrap();
        assert_eq!((&*owner.1, owner.2.as_str()), ("User", "Boss Doe"));
        // Asked again, it is the same one.
        assert_eq!(saved(boss.create("Account", &fields, "key 1").await.unwrap()), row);
        assert_eq!(boss.list("Account", &Listing::default(), None, 10).await.unwrap().total, Some(1));
        office.end().await;
    }
}

#[tokio::test]
async fn what_a_field_cannot_have_is_told_of_every_field_and_nothing_is_written() {
    for office in Office::all().await {
        let boss = browsing(&office, &office.boss);
        let fields = typed(&[
            ("Name", "Acme"),
            ("AnnualRevenue", "12,50"),
            ("Since__c", "29.02.2020"),
            ("Rating", "Boiling"),
            ("CreatedDate", "2020-01-01T00:00:00Z"),
            ("BillingAddress", "here"),
            ("Nothing__c", "x"),
            ("Name", "Again"),
        ]);
        let problems = refused(boss.create("Account", &fields, "key").await.unwrap());
        let problems: Vec<_> = problems.iter().map(|(field, kind)| (field.as_str(), kind.as_str())).collect();
        assert_eq!(
            problems,
            [
                ("AnnualRevenue", "not_a_number"),
                ("Since__c", "not_a_date"),
                ("Rating", "not_a_choice"),
                ("CreatedDate", "not_allowed"),
                ("BillingAddress", "not_allowed"),
                ("Nothing__c", "unknown_field"),
                ("Name", "other"),
            ]
        );
        let none = refused(boss.create("Account", &typed(&[("Website", "x.org")]), "key").await.unwrap());
        assert_eq!(none, [("Name".to_owned(), "required".to_owned())]);
        let stranger = typed(&[("Name", "A"), ("ParentId", &id("001", 99).to_string())]);
        assert_eq!(refused(boss.create("Account", &stranger, "key").await.unwrap())[0].0, "ParentId");
        assert_eq!(boss.list("Account", &Listing::default(), None, 10).await.unwrap().total, Some(0));
        office.end().await;
    }
}

#[tokio::test]
async fn a_change_is_made_unless_somebody_else_was_quicker() {
    for office in Office::all().await {
        let boss = browsing(&office, &office.boss);
        let account = office.make("Account", json!({"Name": "Acme", "Rating": "Hot", "Website": "x.org"})).await;
        let seen = boss.one("Account", account).await.unwrap();
        office.world.clock.advance(std::time::Duration::from_secs(5));
        let boss = browsing(&office, &office.boss);
        let row = saved(boss.update("Account", account, &typed(&[("Name", "Ajax"), ("Rating", "")]), seen.changed_at).await.unwrap());
        assert_eq!(row.name, "Ajax");
        assert_eq!((value(&row, "Rating"), value(&row, "Website")), (&Value::Null, &Value::Text("x.org".to_owned())));
        assert!(row.changed_at > seen.changed_at);
        // Who still has the old one in front of them writes nothing; who does not say what they saw does.
        assert_eq!(boss.update("Account", account, &typed(&[("Name", "Late")]), seen.changed_at).await.unwrap(), Written::Changed);
        assert_eq!(boss.one("Account", account).await.unwrap().name, "Ajax");
        saved(boss.update("Account", account, &typed(&[("Name", "Blind")]), None).await.unwrap());
        let nameless = refused(boss.update("Account", account, &typed(&[("Name", "")]), None).await.unwrap());
        assert_eq!(nameless, [("Name".to_owned(), "required".to_owned())]);
        for (object, id) in [("Account", id("001", 99)), ("Contact", account), ("Account", id("003", 1))] {
            assert_eq!(code(boss.update(object, id, &typed(&[]), None).await), Code::NotFound);
        }
        office.end().await;
    }
}

#[tokio::test]
async fn of_many_who_saw_the_same_one_changes_it() {
    for office in Office::all().await {
        let account = office.make("Account", json!({"Name": "Acme"})).await;
        let seen = browsing(&office, &office.boss).one("Account", account).await.unwrap().changed_at;
        office.world.clock.advance(std::time::Duration::from_secs(1));
        let boss = browsing(&office, &office.boss);
        let fields: Vec<_> = (0..6).map(|number| typed(&[("Name", &format!("Name {number}"))])).collect();
        let all = futures_util::future::join_all(fields.iter().map(|fields| boss.update("Account", account, fields, seen))).await;
        let saved = all.iter().filter(|written| matches!(written, Ok(Written::Saved(_)))).count();
        let changed = all.iter().filter(|written| matches!(written, Ok(Written::Changed))).count();
        assert_eq!((saved, changed), (1, 5));
        office.end().await;
    }
}

#[tokio::test]
async fn what_was_deleted_is_in_the_bin_and_comes_back() {
    for office in Office::all().await {
        let boss = browsing(&office, &office.boss);
        let account = office.make("Account", json!({"Name": "Acme"})).await;
        boss.delete("Account", account).await.unwrap();
        assert_eq!(boss.list("Account", &Listing::default(), None, 10).await.unwrap().total, Some(0));
        let bin = Listing { deleted: true, ..Listing::default() };
        let rows = boss.list("Account", &bin, None, 10).await.unwrap();
        assert!(rows.items.len() == 1 && rows.items[0].deleted && !rows.items[0].can_edit && rows.items[0].can_delete);
        assert_eq!(code(boss.delete("Account", account).await), Code::EntityIsDeleted);
        assert_eq!(code(boss.update("Account", account, &typed(&[("Name", "x")]), None).await), Code::EntityIsDeleted);
        let row = boss.restore("Account", account).await.unwrap();
        assert!(!row.deleted && row.can_edit);
        assert_eq!(code(boss.restore("Account", account).await), Code::UndeleteFailed);
        assert_eq!(code(boss.restore("Contact", account).await), Code::NotFound);
        // What others need stays.
        office.make("Invoice__c", json!({"Account__c": account.to_string()})).await;
        assert_eq!(code(boss.delete("Account", account).await), Code::DeleteFailed);
        office.end().await;
    }
}

#[tokio::test]
async fn nobody_writes_what_they_may_not_or_learns_of_what_they_do_not_see() {
    for office in Office::all_shared(true).await {
        let theirs = office.make("Account", json!({"Name": "Theirs", "Ext__c": "secret"})).await;
        let hers = office.make("Account", json!({"Name": "Hers", "Ext__c": "e", "OwnerId": id("005", 2).to_string()})).await;
        let mut rights = all_of(&office.schema, "Account");
        rights.fields.remove("Ext__c");
        rights.fields.insert("Rating".into(), false);
        let ann = browsing(&office, &office.ann(&[("Account", rights.clone())]));
        for unseen in [theirs, id("001", 99)] {
            // Not even that it was changed since.
            let since = Some(domain::time::Timestamp(5));
            assert_eq!(code(ann.update("Account", unseen, &typed(&[("Name", "x")]), since).await), Code::NotFound);
            assert_eq!(code(ann.delete("Account", unseen).await), Code::NotFound);
            assert_eq!(code(ann.restore("Account", unseen).await), Code::NotFound);
            assert_eq!(code(ann.one("Account", unseen).await), Code::NotFound);
        }
        let fields = typed(&[("Ext__c", "x"), ("Nothing__c", "x"), ("Rating", "Hot")]);
        let problems = refused(ann.update("Account", hers, &fields, None).await.unwrap());
        let kinds: Vec<_> = problems.iter().map(|(_, kind)| kind.as_str()).collect();
        assert_eq!(kinds, ["unknown_field", "unknown_field", "not_allowed"]);
        let seen = ann.one("Account", hers).await.unwrap();
        assert!(seen.can_edit && seen.can_delete && seen.values.iter().all(|(name, _)| &**name != "Ext__c"));
        // Given away, it is out of sight.
        let away = typed(&[("OwnerId", &id("005", 1).to_string())]);
        let gone = saved(ann.update("Account", hers, &away, None).await.unwrap());
        assert_eq!((gone.id, gone.name, gone.values.len()), (hers, hers.to_string(), 0));
        // Who only reads writes nothing.
        let reads = ObjectRights { create: false, edit: false, delete: false, view_all: true, ..rights };
        let reader = browsing(&office, &office.ann(&[("Account", reads)]));
        let row = reader.one("Account", theirs).await.unwrap();
        assert!(!row.can_edit && !row.can_delete);
        let described = reader.described_object("Account").unwrap();
        assert!(!described.can_create && !described.can_edit && !described.can_delete);
        assert!(described.fields.iter().all(|field| !field.can_create && !field.can_update));
        let fields = typed(&[("Name", "x")]);
        assert_eq!(code(reader.create("Account", &fields, "key").await), Code::InsufficientAccessOrReadonly);
        assert_eq!(code(reader.update("Account", theirs, &fields, None).await), Code::InsufficientAccessOrReadonly);
        assert_eq!(code(reader.delete("Account", theirs).await), Code::InsufficientAccessOrReadonly);
        assert_eq!(office.see(theirs, &["Name", "IsDeleted"]).await, json!({"Name": "Theirs", "IsDeleted": false}));
        office.end().await;
    }
}

#[tokio::test]
async fn rows_say_of_each_what_may_be_done_with_it() {
    for office in Office::all().await {
        let mine = office.make("Account", json!({"Name": "Mine", "OwnerId": id("005", 2).to_string()})).await;
        let other: Id = office.make("Account", json!({"Name": "Other"})).await;
        office.change(vec![update("Account", other, json!({"Website": "x.org"}))]).await;
        let ann = browsing(&office, &office.ann(&[("Account", all_of(&office.schema, "Account"))]));
        let listing = Listing { sort: Some("Name".to_owned()), ..Listing::default() };
        let rows = ann.list("Account", &listing, None, 10).await.unwrap();
        let told: Vec<_> = rows.items.iter().map(|row| (row.id, row.can_edit, row.can_delete)).collect();
        // All change all; only owners delete.
        assert_eq!(told, [(mine, true, true), (other, true, false)]);
        office.end().await;
    }
}
