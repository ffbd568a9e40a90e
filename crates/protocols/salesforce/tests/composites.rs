//! Requests in requests: the documented and recorded shapes, the limits, and references (1.9).

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json, value::to_raw_value};
use switchboard_salesforce::{
    Code, Error, Id, Version,
    composite::{
        Answers, Batch, BatchAnswer, BatchResult, Collection, Composite, CompositeAnswer, Deletion, GraphAnswer, Graphs, GraphsAnswer,
        Method, Reading, SubAnswer, Tree, TreeAnswer, TreeResult,
    },
    record::{Given, Saved, Scalar},
};

fn bytes(json: &Value) -> Vec<u8> {
    json.to_string().into_bytes()
}

fn composite(requests: impl IntoIterator<Item = Value>) -> Result<Composite, Error> {
    Composite::parse(&bytes(&json!({"compositeRequest": requests.into_iter().collect::<Vec<_>>()})))
}

fn row(name: &str) -> Value {
    json!({"method": "POST", "url": "/services/data/v66.0/sobjects/Account", "referenceId": name, "body": {}})
}

#[test]
fn a_composite_is_read_as_documented() {
    let body = br#"{"allOrNone":true,"collateSubrequests":false,"compositeRequest":[
     {"method":"POST","url":"/services/data/v66.0/sobjects/LiveChatVisitor","referenceId":"vis","body":{}},
     {"method":"PATCH","url":"/services/data/v66.0/sobjects/LiveChatTranscript/ChatKey/abc-123","referenceId":"tr",
      "body":{"LiveChatVisitorId":"@{vis.id}","Status":"Completed"},
      "httpHeaders":{"If-Modified-Since":"Tue, 31 May 2026 18:00:00 GMT"}},
     {"method":"GET","url":"/services/data/v66.0/query?q=SELECT Id FROM Account LIMIT 1","referenceId":"q"}]}"#;
    let composite = Composite::parse(body).unwrap();
    let [visitor, transcript, query] = composite.requests.as_slice() else { panic!("{composite:?}") };
    assert!(composite.all_or_none && !composite.collate_subrequests);
    assert_eq!((visitor.method, visitor.reference_id.as_str(), visitor.body.as_ref().unwrap().get()), (Method::Post, "vis", "{}"));
    assert_eq!(transcript.http_headers["If-Modified-Since"], "Tue, 31 May 2026 18:00:00 GMT");
    assert_eq!(transcript.resource(), Some(("sobjects/LiveChatTranscript/ChatKey/abc-123", None)));
    // Spaces that are not escaped (recorded).
    assert_eq!(query.resource(), Some(("query", Some("q=SELECT Id FROM Account LIMIT 1"))));
}

#[test]
fn a_composite_is_answered_as_recorded() {
    let not_modified = SubAnswer {
        body: None,
        http_headers: BTreeMap::from([
            ("ETag".to_owned(), "\"baf7f695\"".to_owned()),
            ("Last-Modified".to_owned(), "Fri, 14 Aug 2020 20:53:02 GMT".to_owned()),
        ]),
        http_status_code: 304,
        reference_id: "CCI__RefId__0__".into(),
    };
    let found = SubAnswer {
        body: Some(to_raw_value(&json!([])).unwrap()),
        http_headers: BTreeMap::new(),
        http_status_code: 200,
        reference_id: "one".into(),
    };
    let answer = CompositeAnswer { composite_response: vec![not_modified, found, SubAnswer::refused("tr", &Error::processing_halted())] };
    assert_eq!(
        serde_json::to_string(&answer).unwrap(),
        concat!(
            r#"{"compositeResponse":[{"body":null,"httpHeaders":{"ETag":"\"baf7f695\"","Last-Modified":"Fri, 14 Aug 2020 20:53:02 GMT"},"#,
            r#""httpStatusCode":304,"referenceId":"CCI__RefId__0__"},{"body":[],"httpHeaders":{},"httpStatusCode":200,"referenceId":"one"},"#,
            r#"{"body":[{"message":"The transaction was rolled back since another operation in the same transaction failed.","#,
            r#""errorCode":"PROCESSING_HALTED"}],"httpHeaders":{},"httpStatusCode":400,"referenceId":"tr"}]}"#,
        )
    );
}

#[test]
fn a_composite_beyond_its_limits_is_refused_before_it_begins() {
    let rows = |count: usize| (0..count).map(|number| row(&format!("r{number}")));
    assert_eq!(composite(rows(25)).unwrap().requests.len(), 25);
    assert_eq!(composite(rows(26)).unwrap_err().code(), Code::LimitExceeded);
    for large in ["query?q=x", "queryAll/?q=x", "composite/sobjects", "composite/sobjects/Account/Ext__c", "composite/graph"] {
        let many = |count: usize| {
            let url = format!("/services/data/v66.0/{large}");
            composite((0..count).map(|number| json!({"method": "GET", "url": url, "referenceId": format!("r{number}")})))
        };
        assert!(many(5).is_ok(), "{large}");
        assert_eq!(many(6).unwrap_err().code(), Code::LimitExceeded, "{large}");
    }
    let mut bad = vec![
        vec![row("a"), row("a")],
        vec![row("")],
        vec![row("a b")],
        vec![row("ä")],
        vec![json!({"method": "FETCH", "url": "/services/data/v66.0/limits", "referenceId": "a"})],
        vec![json!({"method": "GET", "url": "/services/data/v66.0/limits"})],
        vec![json!({"method": "GET", "url": "https://elsewhere.example/", "referenceId": "a"})],
        vec![json!(5)],
    ];
    for header in ["accept", "Authorization", "Content-Type"] {
        let mut request = row("a");
        request["httpHeaders"] = json!({header: "x"});
        bad.push(vec![request]);
    }
    for requests in bad {
        assert_eq!(composite(requests.clone()).unwrap_err().code(), Code::JsonParserError, "{requests:?}");
    }
    assert!(composite([row("a"), row("A")]).is_ok(), "names are compared with regard to case");
    assert_eq!(Composite::parse(b"{}").unwrap_err().code(), Code::JsonParserError);
}

fn answers() -> Answers {
    let mut answers = Answers::default();
    answers.insert("vis", json!({"id": "0015500001QdQWaAAN", "success": true, "errors": []}));
    let account = json!({"Id": "001", "Name": "A&B \"Söhne\"", "Owner": {"Email": "a@b.c"}, "Fax": null, "Employees": 7});
    answers.insert("acc", account.clone());
    answers.insert("q", json!({"totalSize": 1, "records": [account]}));
    answers
}

#[test]
fn references_are_replaced_in_bodies_and_addresses() {
    let body = r#"{"A":"@{vis.id}","B":"@{acc.Employees}","C":"nr. @{acc.Employees} of @{q.records[0].Owner.Email}","D":["@{vis.success}"],
                   "E":"@\u007bvis.id}","F":"@{", "G":"@{}", "H":"me@{you} @{no such.thing} @{acc.}", "I":{"attributes":{"type":"@{acc.Name}"}}}"#;
    let resolved = answers().resolve(body).unwrap();
    assert_eq!(
        resolved,
        json!({"A": "0015500001QdQWaAAN", "B": 7, "C": "nr. 7 of a@b.c", "D": [true], "E": "0015500001QdQWaAAN", "F": "@{", "G": "@{}",
            "H": "me@{you} @{no such.thing} @{acc.}", "I": {"attributes": {"type": "A&B \"Söhne\""}}})
    );
    let url = |text| answers().resolve_url(text).map(|url| url.into_owned());
    assert_eq!(url("/sobjects/Account/@{vis.id}?fields=Name"), Ok("/sobjects/Account/0015500001QdQWaAAN?fields=Name".into()));
    assert_eq!(url("/x?q=@{q.records[0].Name}&y"), Ok("/x?q=A%26B%20%22S%C3%B6hne%22&y".into()));
    assert_eq!(url("/query?q=SELECT Id FROM Account"), Ok("/query?q=SELECT Id FROM Account".into()));
}

#[test]
fn a_reference_without_a_value_is_refused_in_the_vendors_words() {
    for (text, sentence) in [
        ("@{vis.Id}", "Invalid reference specified. No value for Id found in vis"),
        ("@{Vis.id}", "Invalid reference specified. No value for id found in Vis"),
        ("x@{acc.Fax}", "Invalid reference specified. No value for Fax found in acc"),
        ("@{acc.Owner}", "Invalid reference specified. No value for Owner found in acc"),
        ("@{q.records[1].Name}", "Invalid reference specified. No value for records[1].Name found in q"),
        (
            "@{q.records[99999999999999999999].Name}",
            "Invalid reference specified. No value for records[99999999999999999999].Name found in q",
        ),
    ] {
        let error = answers().resolve(&json!({"A": text}).to_string()).unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::ProcessingHalted, sentence));
        assert_eq!(answers().resolve_url(text).unwrap_err(), error);
    }
}

#[test]
fn references_cannot_make_a_little_much() {
    let mut answers = Answers::default();
    answers.insert("a", json!({"Body": "x".repeat(1_000_000)}));
    let whole = json!(["@{a.Body}"]).to_string();
    assert!(answers.resolve(&whole).is_ok());
    let many = json!({"A": "@{a.Body}".repeat(1_000)}).to_string();
    assert_eq!(answers.resolve(&many).unwrap_err().code(), Code::LimitExceeded);
    assert_eq!(answers.resolve(&whole).unwrap_err().code(), Code::LimitExceeded, "the limit is that of the whole composite");
}

#[test]
fn graphs_are_about_rows_and_not_too_deep() {
    let graphs = |graphs: Value| Graphs::parse(&bytes(&json!({"graphs": graphs})));
    let chain = |length: usize| {
        let requests: Vec<_> = (0..length)
            .map(|number| {
                let mut request = row(&format!("r{number}"));
                if number > 0 {
                    request["body"] = json!({"ParentId": format!("@{{r{}.id}}", number - 1)});
                }
                request
            })
            .collect();
        json!({"graphId": "g", "compositeRequest": requests})
    };
    assert_eq!(graphs(json!([chain(15)])).unwrap().graphs[0].requests.len(), 15);
    assert_eq!(graphs(json!([chain(16)])).unwrap_err().code(), Code::LimitExceeded);
    assert_eq!(graphs(json!([chain(1), chain(1)])).unwrap_err().code(), Code::JsonParserError);
    let wide = |name: usize, count: usize| json!({"graphId": name.to_string(), "compositeRequest": (0..count).map(|number| row(&format!("r{number}"))).collect::<Vec<_>>()});
    assert!(graphs(json!([wide(0, 250), wide(1, 250)])).is_ok());
    assert_eq!(graphs(json!([wide(0, 250), wide(1, 251)])).unwrap_err().code(), Code::LimitExceeded);
    assert_eq!(graphs((0..76).map(|name| wide(name, 1)).collect()).unwrap_err().code(), Code::LimitExceeded);
    let query = json!({"method": "GET", "url": "/services/data/v66.0/query?q=x", "referenceId": "a"});
    assert_eq!(graphs(json!([{"graphId": "g", "compositeRequest": [query]}])).unwrap_err().code(), Code::JsonParserError);

    let answer = GraphsAnswer {
        graphs: vec![GraphAnswer {
            graph_id: "g1".into(),
            graph_response: CompositeAnswer { composite_response: vec![] },
            is_successful: true,
        }],
    };
    let documented = r#"{"graphs":[{"graphId":"g1","graphResponse":{"compositeResponse":[]},"isSuccessful":true}]}"#;
    assert_eq!(serde_json::to_string(&answer).unwrap(), documented);
}

#[test]
fn a_batch_is_read_and_answered_as_documented() {
    let body = br#"{"haltOnError":false,"batchRequests":[{"method":"GET","url":"v66.0/sobjects/Account/001?fields=Name"},
                    {"method":"POST","url":"/services/data/v66.0/sobjects/Task","richInput":{"Subject":"x"}},{"method":"GET","url":"limits"}]}"#;
    let batch = Batch::parse(body).unwrap();
    let version = Version::new(66).unwrap();
    assert_eq!(batch.requests[0].resource(), Ok((version, "sobjects/Account/001?fields=Name")));
    assert_eq!(batch.requests[1].resource(), Ok((version, "sobjects/Task")));
    assert_eq!(batch.requests[2].resource(), Err(Error::not_found()));
    let many = |count| Batch::parse(&bytes(&json!({"batchRequests": vec![json!({"method": "GET", "url": "v66.0/limits"}); count]})));
    assert!(many(25).is_ok());
    assert_eq!(many(26).unwrap_err().code(), Code::LimitExceeded);

    let result = BatchResult { status_code: 200, result: Some(to_raw_value(&json!({"Name": "x"})).unwrap()) };
    let empty = || BatchResult { status_code: 204, result: None };
    let answer = BatchAnswer::of(vec![result, empty()]);
    let documented = r#"{"hasErrors":false,"results":[{"statusCode":200,"result":{"Name":"x"}},{"statusCode":204,"result":null}]}"#;
    assert_eq!(serde_json::to_string(&answer).unwrap(), documented);
    let halted = serde_json::to_value(BatchAnswer::of(vec![empty(), BatchResult::refused(&Error::batch_halted())])).unwrap();
    assert_eq!((&halted["hasErrors"], &halted["results"][1]["statusCode"]), (&json!(true), &json!(412)));
    assert_eq!(halted["results"][1]["result"][0]["errorCode"], "BATCH_PROCESSING_HALTED");
}

#[test]
fn collections_are_read_within_their_limits() {
    // Recorded: an upsert by Id whose records have none.
    let body = br#"{"allOrNone": false, "records": [{"Name": "Sitwell-Bluth", "AccountNumber": "420", "Id": null, "attributes": {"type": "Account"}}]}"#;
    let mut collection = Collection::parse(body, Some("account")).unwrap();
    assert_eq!((collection.all_or_none, collection.records[0].take("id")), (false, Some(Given::Scalar(Scalar::Null))));

    let record = |object: &str| json!({"attributes": {"type": object}, "Name": "x"});
    let parse = |records: Vec<Value>, upserted| Collection::parse(&bytes(&json!({"allOrNone": true, "records": records})), upserted);
    assert_eq!(parse(vec![record("Account"); 200], None).unwrap().records.len(), 200);
    assert_eq!(parse(vec![record("Account"); 201], None).unwrap_err().code(), Code::LimitExceeded);
    let changing = |times: usize| (0..times).map(|number| record(if number % 2 == 0 { "Account" } else { "Contact" })).collect();
    assert!(parse(changing(10), None).is_ok());
    assert_eq!(parse(changing(11), None).unwrap_err().code(), Code::LimitExceeded);
    for (records, upserted) in [(vec![json!({"Name": "x"})], None), (vec![record("Contact")], Some("Account")), (vec![json!([])], None)] {
        assert_eq!(parse(records, upserted).unwrap_err().code(), Code::JsonParserError);
    }

    let id = Id::parse("0015500001QdQWa").unwrap();
    let refused = Saved::Refused(vec![Error::all_or_none_rolled_back()]);
    assert_eq!(
        serde_json::to_value([Saved::Written { id, created: Some(true) }, refused]).unwrap(),
        json!([{"id": "0015500001QdQWaAAN", "success": true, "errors": [], "created": true},
            {"success": false, "errors": [{"statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK", "fields": [],
             "message": "Record rolled back because not all records were valid and the request was using AllOrNone header"}]}])
    );
}

#[test]
fn ids_to_delete_and_to_read_are_taken_from_addresses_and_bodies() {
    let id = Id::parse("0015500001QdQWa").unwrap();
    let deletion = Deletion::parse("ids=0015500001QdQWa,0015500001QdQWaAAN&allOrNone=true").unwrap();
    assert_eq!((deletion.all_or_none, deletion.ids), (true, vec![Ok(id), Ok(id)]));
    let ids = vec!["0015500001QdQWa"; 201].join("%2C");
    assert_eq!(Deletion::parse(&format!("ids={ids}")).unwrap_err().code(), Code::LimitExceeded);
    assert_eq!(Deletion::parse("ids=x").unwrap().ids[0].as_ref().unwrap_err().code(), Code::MalformedId);

    let reading = Reading { ids: vec![Some(id), None], fields: vec!["Id".into(), "Name".into()] };
    assert_eq!(Reading::parse(br#"{"ids":["0015500001QdQWaAAN","x"],"fields":["Id","Name"]}"#).as_ref(), Ok(&reading));
    assert_eq!(Reading::parse_query("ids=0015500001QdQWa,x&fields=Id,%20Name").as_ref(), Ok(&reading));
    let ids = |count| Reading::parse(&bytes(&json!({"ids": vec!["x"; count], "fields": ["Id"]})));
    assert!(ids(2_000).is_ok());
    assert_eq!(ids(2_001).unwrap_err().code(), Code::LimitExceeded);
    assert_eq!(Reading::parse_query("ids=x").unwrap_err().code(), Code::JsonParserError);
}

#[test]
fn a_tree_becomes_a_list_in_which_parents_come_first() {
    let body = br#"{"records":[{"attributes":{"type":"Account","referenceId":"a1"},"Name":"X",
        "Contacts":{"records":[{"attributes":{"type":"Contact","referenceId":"c1"},"LastName":"Y"}]},"Phone":"1"},
        {"attributes":{"type":"Account","referenceId":"a2"},"Name":"Z"}]}"#;
    let tree = Tree::parse(body, "account").unwrap();
    let shape: Vec<_> = tree.nodes.iter().map(|node| (node.reference_id.as_str(), node.object.as_str(), node.parent.clone())).collect();
    assert_eq!(shape, [("a1", "Account", None), ("a2", "Account", None), ("c1", "Contact", Some((0, "Contacts".to_owned())))]);
    assert_eq!(tree.nodes[0].record.fields.len(), 2, "children are records of their own");

    let id = Id::parse("0015500001QdQWa").unwrap();
    let made = TreeAnswer::Made(vec![("a1".into(), id)]);
    assert_eq!(made.status(), 201);
    let documented = r#"{"hasErrors":false,"results":[{"referenceId":"a1","id":"0015500001QdQWaAAN"}]}"#;
    assert_eq!(serde_json::to_string(&made).unwrap(), documented);
    let refused =
        TreeAnswer::Refused(vec![TreeResult { reference_id: "c1".into(), errors: vec![Error::invalid_email("Email", "Email", "x")] }]);
    assert_eq!(refused.status(), 400);
    assert_eq!(
        serde_json::to_string(&refused).unwrap(),
        r#"{"hasErrors":true,"results":[{"referenceId":"c1","errors":[{"statusCode":"INVALID_EMAIL_ADDRESS","message":"Email: invalid email address: x","fields":["Email"]}]}]}"#
    );
}

#[test]
fn trees_beyond_their_limits_are_refused() {
    let node = |object: &str, name: String, children: Vec<Value>| {
        let mut node = json!({"attributes": {"type": object, "referenceId": name}, "Name": "x"});
        if !children.is_empty() {
            node["Children__r"] = json!({"records": children});
        }
        node
    };
    let parse = |records: Vec<Value>| Tree::parse(&bytes(&json!({"records": records})), "A");
    let deep =
        |depth: usize| vec![(1..depth).fold(node("A", "r0".into(), vec![]), |below, level| node("A", format!("r{level}"), vec![below]))];
    let wide = |count: usize| (0..count).map(|number| node("A", format!("r{number}"), vec![])).collect();
    let objects = |count: usize| {
        let children = (1..count).map(|number| node(&format!("B{number}"), format!("c{number}"), vec![])).collect();
        vec![node("A", "r".into(), children)]
    };
    assert!(parse(deep(5)).is_ok() && parse(wide(200)).is_ok() && parse(objects(5)).is_ok());
    for beyond in [deep(6), wide(201), objects(6)] {
        assert_eq!(parse(beyond).unwrap_err().code(), Code::LimitExceeded);
    }
    for bad in [
        vec![node("A", "r".into(), vec![]), node("A", "r".into(), vec![])],
        vec![node("A", String::new(), vec![])],
        vec![node("B", "r".into(), vec![])],
        vec![json!({"Name": "x"})],
    ] {
        assert_eq!(parse(bad).unwrap_err().code(), Code::JsonParserError);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(text in any::<String>(), near in "[@{}.a-c0\\[\\]ä]{0,30}") {
        for text in [&text, &near] {
            let _ = answers().resolve_url(text);
            let body = Value::String(text.clone()).to_string();
            if let Ok(Value::String(resolved)) = answers().resolve(&body) {
                prop_assert_eq!(&resolved, text, "nothing here has a value");
            }
            let _ = (Composite::parse(text.as_bytes()), Tree::parse(text.as_bytes(), "A"), Deletion::parse(text), Reading::parse_query(text));
        }
    }
}
