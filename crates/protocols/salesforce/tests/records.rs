//! Records in and out (1.1, 1.5, 1.7).

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use switchboard_salesforce::{
    Code, Error, Id, Version,
    instant::{Date, DateTime, Time},
    query::{Locator, Page},
    record::{Address, Attributes, Given, Incoming, Record, RecordPath, Saved, Scalar, Upserted, Value},
};

fn id(text: &str) -> Id {
    Id::parse(text).expect("an id")
}

fn v(number: u8) -> Version {
    Version::new(number).expect("a version")
}

fn incoming(body: &str) -> Incoming {
    Incoming::parse(body.as_bytes()).expect(body)
}

fn refused(body: &str) -> String {
    let error = Incoming::parse(body.as_bytes()).expect_err(body);
    assert_eq!(error.code(), Code::JsonParserError, "{body}");
    error.message().to_owned()
}

fn text(text: &str) -> Scalar {
    Scalar::Text(text.to_owned())
}

#[test]
fn attributes_of_a_request_are_read_leniently_and_are_no_field() {
    let record =
        incoming(r#"{"attributes":{"type":"Account","url":"/x","referenceId":"a1","more":[1]},"Name":"Acme","Phone":"","Fax":null}"#);
    assert_eq!((record.attributes.object.as_deref(), record.attributes.reference_id.as_deref()), (Some("Account"), Some("a1")));
    // An empty text is null (1.1).
    let fields = [("Name", text("Acme")), ("Phone", Scalar::Null), ("Fax", Scalar::Null)];
    assert_eq!(record.fields, fields.map(|(name, value)| (name.to_owned(), Given::Scalar(value))));
    for ignored in ["null", "5", "[]", r#"{"type":7}"#] {
        assert_eq!(incoming(&format!(r#"{{"attributes":{ignored},"A":1}}"#)).attributes.object, None);
    }
}

#[test]
fn a_parent_may_be_given_by_an_external_id() {
    // The two documented forms (1.5).
    let record = incoming(r#"{"Account":{"Ext__c":"A-1"},"LastName":"Doe","Merchandise__r":{"MerchandiseExtID__c":123}}"#);
    assert_eq!(record.fields[0].1, Given::Reference { object: None, key: "Ext__c".into(), value: text("A-1") });
    assert_eq!(record.fields[2].1, Given::Reference { object: None, key: "MerchandiseExtID__c".into(), value: Scalar::Number(123.into()) });
    let record = incoming(r#"{"Owner":{"attributes":{"type":"User"},"Username":"a@b.c"}}"#);
    assert_eq!(record.fields[0].1, Given::Reference { object: Some("User".into()), key: "Username".into(), value: text("a@b.c") });
    for body in [r#"{"Account":{}}"#, r#"{"Account":{"A":1,"B":2}}"#, r#"{"Account":{"Owner":{"Ext__c":1}}}"#, r#"{"Account":{"A":[]}}"#] {
        assert_eq!(refused(body), "Account: a reference to another record has exactly one field, with a value");
    }
}

#[test]
fn children_of_a_tree_are_records_themselves() {
    // As in 1.9.
    let mut record = incoming(
        r#"{"attributes":{"type":"Account","referenceId":"a1"},"Name":"X",
            "Contacts":{"records":[{"attributes":{"type":"Contact","referenceId":"c1"},"LastName":"Y"}]}}"#,
    );
    let Some(Given::Children(children)) = record.take("contacts") else { panic!("{record:?}") };
    assert_eq!((children.len(), children[0].attributes.reference_id.as_deref()), (1, Some("c1")));
    assert_eq!((record.fields.len(), record.take("contacts")), (1, None));
}

#[test]
fn hostile_bodies_are_refused_in_the_vendors_words() {
    assert_eq!(refused(r#"{"Name":x}"#), "Unexpected character ('x' (code 120)): expected value at [line:1, column:9]");
    assert_eq!(refused("{\"Name\":\n"), "Unexpected end-of-input: EOF while parsing a value at [line:2, column:0]");
    assert!(refused(r#"{"Name":"a","name":"b"}"#).starts_with("Duplicate field 'name' at [line:1, column:"));
    assert_eq!(
        refused(r#"{"Tags":[]}"#),
        "Cannot deserialize instance of string from START_ARRAY value [ or request may be missing a required field"
    );
    assert!(refused("[]").contains("expected a record"));
    assert!(refused(&format!("{}1{}", r#"{"a":"#.repeat(100_000), "}".repeat(100_000))).contains("recursion limit exceeded"));
    assert!(refused(&format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000))).len() < 500);
    assert!(refused(r#"{"a":1e999}"#).contains("number out of range"));
    refused("");
    refused("\u{feff}{}");
    refused(r#"{"a":"\ud800"}"#);
    assert_eq!(Incoming::parse(&[b'"', 0xff, b'"']).unwrap_err().code(), Code::JsonParserError);
    let error = Incoming::from_json(&json!([1])).unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::JsonParserError, "invalid type: sequence, expected a record"));
}

#[test]
fn values_are_read_by_the_type_of_their_field() {
    let number = |json: serde_json::Value| match json {
        serde_json::Value::Number(number) => Scalar::Number(number),
        other => panic!("{other}"),
    };
    assert_eq!((text("5").int(), number(json!(5)).int(), Scalar::Null.int()), (Ok(Some(5)), Ok(Some(5)), Ok(None)));
    assert_eq!((text("5.5").double(), number(json!(5)).double()), (Ok(Some(5.5)), Ok(Some(5.0))));
    assert_eq!((text("TRUE").boolean(), Scalar::Null.boolean()), (Ok(true), Ok(false)));
    assert_eq!((number(json!(5)).text(), Scalar::Boolean(true).text()), (Some("5".into()), Some("true".into())));
    assert_eq!(text("2026-11-21").date(), Ok(Some(Date::parse("2026-11-21").unwrap())));
    assert_eq!(text("2026-11-21").datetime(), Ok(Some(DateTime::parse("2026-11-21T00:00:00Z").unwrap())));
    assert_eq!((text("aGk=").bytes(), Scalar::Null.bytes()), (Ok(Some(b"hi".to_vec())), Ok(None)));
    assert_eq!(text("a").bytes().unwrap_err().code(), Code::JsonParserError);
    assert_eq!(text("14:30:00.000Z").time(), Ok(Some(Time::parse("14:30:00Z").unwrap())));
    assert_eq!(text("0015500001QdQWa").id("Account ID", "AccountId"), Ok(Some(id("0015500001QdQWaAAN"))));

    let words = |result: Result<(), Error>| result.unwrap_err().message().to_owned();
    let from = |wanted, token, value| {
        format!("Cannot deserialize instance of {wanted} from {token} value {value} or request may be missing a required field")
    };
    assert_eq!(words(text("soon").date().map(drop)), from("date", "VALUE_STRING", "soon"));
    assert_eq!(words(number(json!(5)).datetime().map(drop)), from("datetime", "VALUE_NUMBER_INT", "5"));
    assert_eq!(words(number(json!(5.5)).int().map(drop)), from("int", "VALUE_NUMBER_FLOAT", "5.5"));
    assert_eq!(words(number(json!(3_000_000_000u64)).int().map(drop)), from("int", "VALUE_NUMBER_INT", "3000000000"));
    assert_eq!(words(Scalar::Boolean(true).double().map(drop)), from("double", "VALUE_TRUE", "true"));
    assert_eq!(words(text("inf").double().map(drop)), from("double", "VALUE_STRING", "inf"));
    assert_eq!(words(text("1e999").double().map(drop)), from("double", "VALUE_STRING", "1e999"));
    assert_eq!(words(text("yes").boolean().map(drop)), from("boolean", "VALUE_STRING", "yes"));
    assert_eq!(words(number(json!(1)).id("Account ID", "AccountId").map(drop)), "Account ID: id value of incorrect type: 1");
}

#[test]
fn a_record_is_answered_with_its_attributes_first_and_its_fields_in_their_order() {
    let parent = Record {
        attributes: Attributes::of("Account", v(66), id("0015500001QdQWa")),
        fields: vec![("Name".into(), Value::Text("Acme".into()))],
    };
    let case = Record { attributes: Attributes::of("Case", v(66), id("500000000000001")), fields: vec![] };
    let version_data =
        Value::Blob { version: v(66), object: "ContentVersion".into(), id: id("068000000000001"), field: "VersionData".into() };
    let fields = vec![
        ("Id", Value::Id(id("0035500001H9cak"))),
        ("Account", Value::Parent(Box::new(parent))),
        ("Cases", Value::Children(Box::new(Page { total_size: 1, next: None, records: vec![case] }))),
        ("Tasks", Value::Children(Box::new(Page::count(0)))),
        ("Birthdate", Value::Date(Date::parse("1990-02-03").unwrap())),
        ("CreatedDate", Value::DateTime(DateTime::parse("2026-11-21T02:40:00Z").unwrap())),
        ("At__c", Value::Time(Time::parse("14:30:00Z").unwrap())),
        ("Score__c", Value::Double(100_000_000.0)),
        ("Count__c", Value::Int(3)),
        ("HasOptedOutOfEmail", Value::Boolean(false)),
        ("Fax", Value::Null),
        ("VersionData", version_data),
        ("MailingAddress", Value::Address(Box::new(Address { city: Some("Ulm".into()), ..Address::default() }))),
    ];
    let record = Record {
        attributes: Attributes::of("Contact", v(66), id("0035500001H9cak")),
        fields: fields.into_iter().map(|(name, value)| (name.into(), value)).collect(),
    };
    assert_eq!(
        serde_json::to_string(&record).unwrap(),
        concat!(
            r#"{"attributes":{"type":"Contact","url":"/services/data/v66.0/sobjects/Contact/0035500001H9cakAAB"},"#,
            r#""Id":"0035500001H9cakAAB","#,
            r#""Account":{"attributes":{"type":"Account","url":"/services/data/v66.0/sobjects/Account/0015500001QdQWaAAN"},"Name":"Acme"},"#,
            r#""Cases":{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Case","url":"/services/data/v66.0/sobjects/Case/500000000000001AAA"}}]},"#,
            r#""Tasks":null,"Birthdate":"1990-02-03","CreatedDate":"2026-11-21T02:40:00.000+0000","At__c":"14:30:00.000Z","#,
            r#""Score__c":100000000.0,"Count__c":3,"HasOptedOutOfEmail":false,"Fax":null,"#,
            r#""VersionData":"/services/data/v66.0/sobjects/ContentVersion/068000000000001AAA/VersionData","#,
            r#""MailingAddress":{"city":"Ulm","country":null,"geocodeAccuracy":null,"latitude":null,"longitude":null,"#,
            r#""postalCode":null,"state":null,"street":null}}"#,
        )
    );
    let debug = format!("{record:?}");
    assert!(!debug.contains("Acme") && !debug.contains("Ulm") && !debug.contains("1990"), "{debug}");
    assert!(!format!("{:?}", incoming(r#"{"LastName":"Lovelace","Account":{"Ext__c":"A-1"}}"#)).contains("Lovelace"));
}

#[test]
fn rows_of_aggregates_have_no_address() {
    let row = Record { attributes: Attributes::aggregate(), fields: vec![("expr0".into(), Value::Int(17))] };
    assert_eq!(serde_json::to_string(&row).unwrap(), r#"{"attributes":{"type":"AggregateResult"},"expr0":17}"#);
}

#[test]
fn pages_say_where_the_next_is() {
    // As in 1.7; the second is recorded.
    let locator = Locator::parse("01gRO0000016PIAYA2-2000").unwrap();
    let page = Page { total_size: 3214, next: Some((v(66), locator)), records: vec![] };
    let next = r#"{"totalSize":3214,"done":false,"nextRecordsUrl":"/services/data/v66.0/query/01gRO0000016PIAYA2-2000","records":[]}"#;
    assert_eq!(serde_json::to_string(&page).unwrap(), next);
    assert_eq!(serde_json::to_string(&Page::count(17)).unwrap(), r#"{"totalSize":17,"done":true,"records":[]}"#);
    assert_eq!((locator.id.short(), locator.offset), ("01gRO0000016PIA", 2000));
    for text in [
        "",
        "01gRO0000016PIAYA2",
        "01gRO0000016PIAYA2-",
        "01gRO0000016PIAYA2--1",
        "01gRO0000016PIAYA2-+1",
        "01gRO0000016PIAYA2-4294967296",
        "0015500001QdQWa-2000",
    ] {
        assert_eq!(Locator::parse(text).unwrap_err().code(), Code::InvalidQueryLocator, "{text}");
    }
}

#[test]
fn what_was_written_is_answered_by_operation_and_version() {
    let account = id("0015500001QdQWa");
    // 1.5; the second is recorded in a collection.
    assert_eq!(serde_json::to_string(&Saved::written(account)).unwrap(), r#"{"id":"0015500001QdQWaAAN","success":true,"errors":[]}"#);
    let created = Saved::Written { id: account, created: Some(true) };
    assert_eq!(serde_json::to_string(&created).unwrap(), r#"{"id":"0015500001QdQWaAAN","success":true,"errors":[],"created":true}"#);
    let refused = Saved::Refused(vec![Error::required_missing(&["Name"])]);
    assert_eq!(
        serde_json::to_string(&refused).unwrap(),
        r#"{"success":false,"errors":[{"statusCode":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: [Name]","fields":["Name"]}]}"#
    );
    let path = RecordPath { version: v(66), object: "Account", id: account };
    assert_eq!(path.to_string(), "/services/data/v66.0/sobjects/Account/0015500001QdQWaAAN");

    let answer = |upserted: &Upserted, version| {
        (upserted.status(v(version)), upserted.body(v(version), "Account").map(|body| serde_json::to_value(body).unwrap()))
    };
    let whole = |created| Some(json!({"id": account, "success": true, "errors": [], "created": created}));
    assert_eq!(answer(&Upserted::Created(account), 45), (201, whole(true)));
    assert_eq!(answer(&Upserted::Updated(account), 46), (200, whole(false)));
    assert_eq!(answer(&Upserted::Updated(account), 45), (204, None));
    assert_eq!(
        answer(&Upserted::Several(vec![account]), 66),
        (300, Some(json!(["/services/data/v66.0/sobjects/Account/0015500001QdQWaAAN"])))
    );
}

fn any_json() -> impl Strategy<Value = Json> {
    let name = || prop_oneof!["[a-cA-C]", Just("records".to_owned()), Just("attributes".to_owned())];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from);
        let object = prop::collection::vec((name(), inner), 0..4).prop_map(|entries| Json::Object(entries.into_iter().collect()));
        prop_oneof![list, object]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_body_is_answered(json in any_json(), text in any::<Vec<u8>>(), cut in any::<prop::sample::Index>()) {
        let body = json.to_string().into_bytes();
        for body in [&body[..], &text, &body[..cut.index(body.len())]] {
            let Ok(record) = Incoming::parse(body) else { continue };
            let names: HashSet<_> = record.fields.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
            prop_assert_eq!(names.len(), record.fields.len());
            for (_, given) in &record.fields {
                let Given::Scalar(value) = given else { continue };
                let _ = (value.int(), value.double(), value.boolean(), value.date(), value.time(), value.datetime(), value.bytes(), value.id("A", "A"));
            }
        }
        // What is read from a body is read from a part of one.
        let part: Json = serde_json::from_slice(&body).unwrap();
        prop_assert_eq!(Incoming::parse(&body).ok(), Incoming::from_json(&part).ok());
    }
}
