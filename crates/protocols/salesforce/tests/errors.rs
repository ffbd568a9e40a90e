//! What is said, in the vendor's words and shapes (1.5, 1.7, 1.9, 1.14).

use serde_json::{Value, json};
use soql::{
    Place,
    ast::{Select, SelectItem},
};
use switchboard_salesforce::{
    Code, Error, Id, Version,
    error::{DuplicateResult, JsonToken, MatchRecord, MatchResult, Received},
};

fn body(error: &Error) -> Value {
    serde_json::to_value(error.body()).expect("it is JSON")
}

fn id() -> Id {
    Id::parse("0015500001QdQWa").expect("an id")
}

#[test]
fn a_refusal_is_an_array_whose_first_element_clients_read() {
    let recorded = r#"[{"message":"The requested resource does not exist","errorCode":"NOT_FOUND"}]"#;
    assert_eq!(serde_json::to_string(Error::not_found().body()).unwrap(), recorded);
    let missing =
        r#"[{"message":"Required fields are missing: [Name, Status]","errorCode":"REQUIRED_FIELD_MISSING","fields":["Name","Status"]}]"#;
    assert_eq!(serde_json::to_string(Error::required_missing(&["Name", "Status"]).body()).unwrap(), missing);
}

#[test]
fn in_results_of_many_rows_the_code_is_called_otherwise_and_fields_are_always_there() {
    let row = |error: Error| serde_json::to_string(&error.row()).unwrap();
    assert_eq!(
        row(Error::invalid_email("Email", "Email", "x")),
        r#"{"statusCode":"INVALID_EMAIL_ADDRESS","message":"Email: invalid email address: x","fields":["Email"]}"#
    );
    assert_eq!(row(Error::not_found()), r#"{"statusCode":"NOT_FOUND","message":"The requested resource does not exist","fields":[]}"#);
}

#[test]
fn words_fields_and_statuses_are_the_documented_ones() {
    for (error, status, code, message, fields) in [
        (Error::no_such_column("foo", "Bar"), 400, "INVALID_FIELD", "No such column 'foo' on sobject of type Bar", vec![]),
        (Error::key_in_body("Id"), 400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.", vec![]),
        (Error::duplicate_field_selected("Id"), 400, "INVALID_FIELD", "duplicate field selected: Id", vec![]),
        (
            Error::malformed_id("Account ID", "Id", "001900K0001pPuOAAU"),
            400,
            "MALFORMED_ID",
            "Account ID: id value of incorrect type: 001900K0001pPuOAAU",
            vec!["Id"],
        ),
        (
            Error::string_too_long("Account Name", "Name", "xx", 1),
            400,
            "STRING_TOO_LONG",
            "Account Name: data value too large: xx (max length=1)",
            vec!["Name"],
        ),
        (Error::no_such_key("Ext__c"), 404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: Ext__c", vec![]),
        (Error::entity_is_deleted(), 404, "ENTITY_IS_DELETED", "entity is deleted", vec![]),
        (Error::invalid_cross_reference(None), 400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", vec![]),
        (
            Error::insufficient_access_on_cross_reference(),
            400,
            "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
            "insufficient access rights on cross-reference id",
            vec![],
        ),
        (
            Error::duplicate_value(Some(("Ext__c", id()))),
            400,
            "DUPLICATE_VALUE",
            "duplicate value found: Ext__c duplicates value on record with id: 0015500001QdQWaAAN",
            vec![],
        ),
        (
            Error::duplicate_value(None),
            400,
            "DUPLICATE_VALUE",
            "duplicate value found: <unknown> duplicates value on record with id: <unknown>",
            vec![],
        ),
        (Error::unable_to_lock_row(), 400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", vec![]),
        (Error::invalid_session(), 401, "INVALID_SESSION_ID", "Session expired or invalid", vec![]),
        (Error::invalid_auth_header(), 401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", vec![]),
        (Error::request_limit(), 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", vec![]),
        (
            Error::method_not_allowed("PUT", &["HEAD", "GET"]),
            405,
            "METHOD_NOT_ALLOWED",
            "HTTP Method 'PUT' not allowed. Allowed are HEAD,GET",
            vec![],
        ),
        (
            Error::processing_halted(),
            400,
            "PROCESSING_HALTED",
            "The transaction was rolled back since another operation in the same transaction failed.",
            vec![],
        ),
        (
            Error::all_or_none_rolled_back(),
            400,
            "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "Record rolled back because not all records were valid and the request was using AllOrNone header",
            vec![],
        ),
        (
            Error::aggregate_has_no_more(),
            400,
            "EXCEEDED_ID_LIMIT",
            "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch",
            vec![],
        ),
        (
            Error::invalid_reference("id", "vis"),
            400,
            "PROCESSING_HALTED",
            "Invalid reference specified. No value for id found in vis",
            vec![],
        ),
        (
            Error::cannot_deserialize("date", JsonToken::Text, "soon"),
            400,
            "JSON_PARSER_ERROR",
            "Cannot deserialize instance of date from VALUE_STRING value soon or request may be missing a required field",
            vec![],
        ),
    ] {
        assert_eq!((error.status(), error.code().as_str(), error.message(), error.fields()), (status, code, message, &*owned(fields)));
    }
}

fn owned(fields: Vec<&str>) -> Vec<String> {
    fields.into_iter().map(str::to_owned).collect()
}

#[test]
fn errors_of_queries_point_at_the_place_as_recorded() {
    let text = "SELECT SetupOwnerId FROM X";
    let query = soql::parse(text).unwrap();
    let Select::Items(items) = query.select else { panic!("{text}") };
    let [SelectItem::Expression { span, .. }] = items.as_slice() else { panic!("{items:?}") };
    let error = Error::no_such_column_in_query(&Place::of(text, *span), "SetupOwnerId", "X");
    let head = "\nSELECT SetupOwnerId FROM X\n       ^\nERROR at Row:1:Column:8\nNo such column 'SetupOwnerId' on entity 'X'. \
                If you are attempting to use a custom field, be sure to append the '__c'";
    assert!(error.message().starts_with(head), "{}", error.message());
    assert_eq!(error.code(), Code::InvalidField);

    let text = "select count() from XYZZY";
    let query = soql::parse(text).unwrap();
    let error = Error::unsupported_type(&Place::of(text, query.from[0].span), "XYZZY");
    let head = "\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\nsObject type 'XYZZY' is not supported.";
    assert!(error.message().starts_with(head), "{}", error.message());
    assert_eq!(error.code(), Code::InvalidType);

    let error = Error::not_soql(&soql::parse("SELECT Id FORM Account").unwrap_err());
    assert!(error.message().contains("ERROR at Row:1:Column:11\nunexpected token: 'FORM'"), "{}", error.message());
    assert_eq!(error.code(), Code::MalformedQuery);
}

#[test]
fn what_a_duplicate_rule_found_is_told_in_a_single_rows_answer() {
    let found = DuplicateResult {
        allow_save: true,
        duplicate_rule: "Standard_Contact_Duplicate_Rule".into(),
        duplicate_rule_entity_type: "Contact".into(),
        error_message: "Use one of these records?".into(),
        match_results: vec![MatchResult {
            entity_type: "Contact".into(),
            match_engine: "FuzzyMatchEngine".into(),
            rule: "Standard_Contact_Match_Rule_v1_1".into(),
            records: vec![MatchRecord { id: Id::parse("0035500001H9cak").unwrap(), confidence: 100.0, version: Version::new(66).unwrap() }],
        }],
    };
    let error = Error::duplicates_detected(found);
    assert_eq!(
        body(&error),
        json!([{"message":"Use one of these records?","errorCode":"DUPLICATES_DETECTED","fields":[],
          "duplicateResult":{"allowSave":true,"duplicateRule":"Standard_Contact_Duplicate_Rule","duplicateRuleEntityType":"Contact",
           "errorMessage":"Use one of these records?",
           "matchResults":[{"entityType":"Contact","errors":[],"matchEngine":"FuzzyMatchEngine","rule":"Standard_Contact_Match_Rule_v1_1",
             "size":1,"success":true,
             "matchRecords":[{"additionalInformation":[],"fieldDiffs":[],"matchConfidence":100.0,
                "record":{"attributes":{"type":"Contact","url":"/services/data/v66.0/sobjects/Contact/0035500001H9cakAAB"},
                          "Id":"0035500001H9cakAAB"}}]}]}}])
    );
    assert_eq!(serde_json::to_value(error.row()).unwrap().as_object().unwrap().len(), 3, "1.14: collections do not have it");
}

#[test]
fn a_client_reads_both_forms_and_codes_that_we_do_not_know() {
    let read = |text| serde_json::from_str::<Received>(text).unwrap();
    let single = read(r#"{"message":"m","errorCode":"APEX_ERROR"}"#);
    let row = read(r#"{"statusCode":"TOO_MANY_APEX_REQUESTS","message":"m","fields":["Name"],"extendedErrorDetails":null}"#);
    assert_eq!((Code::parse(&single.code), single.fields.len()), (Some(Code::ApexError), 0));
    assert_eq!((Code::parse(&row.code), row.fields), (None, owned(vec!["Name"])));
}

#[test]
fn codes_are_distinct_and_read_as_they_are_written() {
    for (number, code) in Code::ALL.iter().enumerate() {
        assert_eq!(Code::parse(code.as_str()), Some(*code));
        assert!(!Code::ALL[..number].iter().any(|other| other.as_str() == code.as_str()), "{code}");
        assert!((400..=503).contains(&code.status()));
    }
}

#[test]
fn a_large_value_is_not_repeated_and_debug_repeats_none() {
    let error = Error::string_too_long("Name", "Name", &"ä".repeat(1_000_000), 255);
    assert!(error.message().len() < 1_000);
    let error = Error::invalid_email("Email", "Email", "ada@example.com");
    assert!(!format!("{error:?}").contains("ada"));
}
