//! Headers, limits and the parts of multipart bodies (1.10, 1.13, 1.16).

use jiff::Timestamp;
use switchboard_salesforce::{
    Code, Id,
    blob::Part,
    headers::{AutoAssign, CallOptions, DuplicateRule, LimitInfo, authorization, http_date, http_date_text, page_size, updates_mru},
    limits::{Limit, Limits, RecordCount, RecordCounts},
};

#[test]
fn tokens_are_taken_from_both_schemes() {
    for header in ["Bearer 00Dxx!abc", "OAuth 00Dxx!abc", "bearer  00Dxx!abc "] {
        assert_eq!(authorization(Some(header)).unwrap().reveal(), "00Dxx!abc", "{header}");
    }
    for (header, code) in [
        (None, Code::InvalidSessionId),
        (Some(""), Code::InvalidSessionId),
        (Some("Bearer"), Code::InvalidAuthHeader),
        (Some("Basic b3RoZXI="), Code::InvalidAuthHeader),
    ] {
        assert_eq!(authorization(header).unwrap_err().code(), code, "{header:?}");
    }
    assert_eq!(authorization(Some("Bearer x")).map(|token| format!("{token:?}")), Ok("[redacted]".to_owned()));
}

#[test]
fn assignment_is_on_unless_it_is_off() {
    let rule = Id::parse("01Q000000000001").unwrap();
    for (header, read) in [
        (None, AutoAssign::Active),
        (Some("TRUE"), AutoAssign::Active),
        (Some("nonsense"), AutoAssign::Active),
        (Some("005000000000001"), AutoAssign::Active),
        (Some(" false"), AutoAssign::Off),
        (Some("01Q000000000001"), AutoAssign::Rule(rule)),
    ] {
        assert_eq!(AutoAssign::parse(header), read, "{header:?}");
        assert_eq!(AutoAssign::parse(Some(&read.to_string())), read);
    }
}

#[test]
fn options_are_read_in_any_order_and_case() {
    let all = DuplicateRule { allow_save: true, include_record_details: true, run_as_current_user: true };
    assert_eq!(DuplicateRule::parse(Some("allowSave=true; includeRecordDetails=true; runAsCurrentUser=true")), all);
    assert_eq!(DuplicateRule::parse(Some(&all.to_string())), all);
    assert_eq!(
        DuplicateRule::parse(Some("ALLOWSAVE = TRUE;x;=;includeRecordDetails=1")),
        DuplicateRule { allow_save: true, ..Default::default() }
    );
    assert_eq!(DuplicateRule::parse(None), DuplicateRule::default());
    for (header, size) in [
        (None, 2000),
        (Some("batchSize=500"), 500),
        (Some("batchSize=1"), 200),
        (Some("batchSize=99999"), 2000),
        (Some("batchSize=-5"), 2000),
    ] {
        assert_eq!(page_size(header), size, "{header:?}");
    }
    let options = CallOptions::parse(Some("client=SfdcInternal/1, defaultNamespace=ns"));
    assert_eq!((options.client.as_deref(), options.default_namespace.as_deref()), (Some("SfdcInternal/1"), Some("ns")));
    assert!(updates_mru(Some("updateMru=true")) && !updates_mru(Some("updateMru=false")) && !updates_mru(None));
}

#[test]
fn usage_is_told_as_documented() {
    let info = LimitInfo { used: 18, max: 15_000 };
    assert_eq!((info.to_string().as_str(), LimitInfo::parse("api-usage=18/15000")), ("api-usage=18/15000", Some(info)));
    let with_app = "api-usage=25/5000; per-app-api-usage=17/250(appName=sample-app)";
    assert_eq!(LimitInfo::parse(with_app), Some(LimitInfo { used: 25, max: 5000 }));
    assert_eq!((LimitInfo::parse(""), LimitInfo::parse("api-usage=18"), LimitInfo::parse("api-usage=-1/2")), (None, None, None));
}

#[test]
fn dates_of_conditions_are_those_of_http() {
    let at: Timestamp = "2020-08-14T20:53:02Z".parse().unwrap();
    assert_eq!(http_date("Fri, 14 Aug 2020 20:53:02 GMT"), Some(at));
    assert_eq!(http_date_text(at).as_deref(), Some("Fri, 14 Aug 2020 20:53:02 GMT"));
    // The reference's own example has the wrong day of the week.
    assert_eq!(http_date("Tue, 31 May 2026 18:00:00 GMT"), "2026-05-31T18:00:00Z".parse().ok());
    for none in ["", "2020-08-14T20:53:02Z", "Fri, 32 Aug 2020 20:53:02 GMT", "Fri, 14 Aug 2020"] {
        assert_eq!(http_date(none), None, "{none}");
    }
}

#[test]
fn limits_and_counts_have_the_documented_shape() {
    let limits = Limits(vec![("DailyApiRequests", Limit { max: 15_000, remaining: 14_998 })]);
    assert_eq!(serde_json::to_string(&limits).unwrap(), r#"{"DailyApiRequests":{"Max":15000,"Remaining":14998}}"#);
    // Recorded.
    let counts = RecordCounts { objects: vec![RecordCount { count: 1, name: "Account".into() }] };
    assert_eq!(serde_json::to_string(&counts).unwrap(), r#"{"sObjects":[{"count":1,"name":"Account"}]}"#);
}

#[test]
fn the_parts_of_a_multipart_body_are_told_apart() {
    assert_eq!(Part::of(0, Some("entity_document"), None, Some("application/json; charset=UTF-8")), Ok(Part::Record));
    let blob = Part::Blob { field: "VersionData", filename: "chat-42.txt" };
    assert_eq!(Part::of(1, Some("VersionData"), Some("chat-42.txt"), Some("text/plain")), Ok(blob));
    for (place, name, filename, content_type) in [
        (0, Some("a"), None, Some("text/plain")),
        (0, None, None, None),
        (1, None, Some("f"), None),
        (1, Some(""), Some("f"), None),
        (1, Some("a"), None, None),
    ] {
        assert_eq!(Part::of(place, name, filename, content_type).unwrap_err().code(), Code::JsonParserError);
    }
}
