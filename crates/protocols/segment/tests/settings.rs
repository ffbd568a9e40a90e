//! Settings of the chat destination: in, out, and what is said of them.

use proptest::prelude::*;
use serde_json::{Value, json};
use switchboard_segment::settings::{ChatSettings, Code, NotRead, Object, Row, Source, endpoint, from_value, read, script};

fn codes(pasted: &str) -> Vec<(Code, String)> {
    read(pasted).expect("it is read").warnings.into_iter().map(|warning| (warning.code, warning.path)).collect()
}

fn row(path: &str, label: &str, field: &str) -> Row {
    Row { path: path.into(), label: label.into(), field_name: field.into(), ..Row::default() }
}

/// As Segment's destination has them (10).
fn flat() -> Value {
    json!({
        "hostname": "c.la3-c1cs-phx", "liveAgentEndpointUrl": "d.la3-c1cs-phx",
        "deploymentId": "572D00000000001", "orgId": "00D3D000000FObV", "enableLogging": true,
        "contactMappings": [{"trait": "email", "label": "Email", "fieldName": "Email", "displayToAgent": true, "doFind": true,
                             "isExactMatch": true, "doCreate": true}],
        "caseMappings": [{"property": "topic", "label": "Topic", "fieldName": "Subject", "displayToAgent": true, "doFind": false,
                          "isExactMatch": false, "doCreate": true}],
        "accountMappings": [{"property": "plan", "label": "Plan", "fieldName": "Plan__c", "displayToAgent": false, "doFind": false,
                             "isExactMatch": false, "doCreate": true}],
    })
}

#[test]
fn what_segment_has_is_read_and_written_as_it_was() {
    let (settings, warnings) = from_value(&flat());
    assert_eq!(warnings, []);
    let mut written = serde_json::to_value(&settings).unwrap();
    assert_eq!(written.as_object_mut().unwrap().remove("strict"), Some(json!(false)));
    assert_eq!(written, flat(), "the unmodified integration reads what we write");
    assert_eq!(serde_json::from_value::<ChatSettings>(written).unwrap(), settings);
}

#[test]
fn every_form_that_segments_tools_print_says_the_same() {
    let plain = from_value(&flat()).0;
    let keyed = |list: &Value| -> Value { list.as_array().unwrap().iter().map(|item| json!({"key": "0", "value": item})).collect() };
    let mut pairs = flat();
    for list in ["contactMappings", "caseMappings", "accountMappings"] {
        pairs[list] = keyed(&pairs[list]);
    }
    let as_list: Value = pairs.as_object().unwrap().iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
    let inside = json!({"integrations": {"Segment.io": {"apiKey": "k"}, "Salesforce Live Agent": pairs}, "plan": {}});
    for form in [pairs, as_list, inside, json!({"settings": flat()}), json!({"data": {"destination": {"settings": flat()}}})] {
        let read = read(&form.to_string()).unwrap();
        assert_eq!((read.settings, read.warnings), (plain.clone(), vec![]), "{form}");
    }
    // What the other list calls it is understood, too.
    let swapped = json!({"contactMappings": [{"property": "email", "label": "E"}, {"key": "phone", "value": {"label": "P"}}],
                         "accountMappings": [{"trait": "plan", "label": "L"}]});
    let (settings, _) = from_value(&swapped);
    assert_eq!(settings.contact_mappings, [row("email", "E", ""), row("phone", "P", "")]);
    assert_eq!(settings.account_mappings, [row("plan", "L", "")]);
}

#[test]
fn flags_are_as_the_integration_takes_them_but_for_words_that_say_no() {
    let mapping = |flag: Value| json!({"contactMappings": [{"trait": "a", "label": "A", "fieldName": "F", "displayToAgent": flag}]});
    for (flag, is, warned) in [
        (json!(true), true, false),
        (json!(1), true, false),
        (json!("1"), true, false),
        (json!("true"), true, true),
        (json!(false), false, false),
        (json!(0), false, false),
        (json!(""), false, false),
        (json!(null), false, false),
        (json!("false"), false, true),
        (json!("maybe"), true, true),
        (json!({}), true, true),
    ] {
        let (settings, warnings) = from_value(&mapping(flag.clone()));
        assert_eq!((settings.contact_mappings[0].display_to_agent, !warnings.is_empty()), (is, warned), "{flag}");
    }
    let (settings, _) = from_value(&json!({"contactMappings": [{"trait": "a", "label": "A", "fieldName": "F"}]}));
    assert_eq!(settings.contact_mappings, [row("a", "A", "F")], "missing flags are false, not the API's default true (10)");
}

#[test]
fn objects_beyond_segments_are_read_and_what_segment_can_do_of_them_stands_in_its_lists() {
    let pasted = json!({"strict": true, "objects": [
        {"entityName": "Contact", "source": "traits", "saveToTranscript": "ContactId", "showOnCreate": true,
         "mappings": [{"path": "email", "label": "Email", "fieldName": "Email", "doFind": true},
                      {"path": "address.city", "label": "City", "fieldName": "MailingCity"},
                      {"path": "nickname", "label": "Nickname", "displayToAgent": true}]},
        {"entityName": "Lead__c", "source": "properties", "linkToEntityName": "Contact", "linkToEntityField": "Lead__c",
         "mappings": [{"path": "score", "label": "Score", "fieldName": "Score__c", "doCreate": true}]}]});
    let (settings, warnings) = from_value(&pasted);
    assert_eq!(warnings, []);
    let objects = settings.objects.clone().unwrap();
    assert_eq!(objects[0].source, Source::Traits);
    assert_eq!((objects[1].link_to_entity_name.as_str(), objects[1].link_to_entity_field.as_str()), ("Contact", "Lead__c"));
    assert_eq!(settings.objects_in_order(), objects);
    let written = serde_json::to_value(settings.with_objects(objects)).unwrap();
    assert_eq!(written["contactMappings"].as_array().unwrap().len(), 1, "its paths are keys, and its rows have fields");
    assert_eq!(written["contactMappings"][0]["trait"], "email");
    assert_eq!(written["caseMappings"], json!([]));
    assert_eq!(written["objects"][1]["source"], "properties");
    assert_eq!(from_value(&written).1, []);
}

#[test]
fn segments_lists_are_gone_through_in_its_order() {
    let names: Vec<String> = from_value(&flat()).0.objects_in_order().into_iter().map(|object: Object| object.entity_name).collect();
    assert_eq!(names, ["Contact", "Case", "Account"]);
    assert!(ChatSettings::default().objects_in_order().is_empty());
}

/// The sample of Segment's own page, whose deployment id is none.
const SAMPLE: &str =
    "<script type='text/javascript' src='https://c.la3-c1cs-phx.salesforceliveagent.com/content/g/js/42.0/deployment.js'></script>
<script type='text/javascript'>
liveagent.init('https://d.la3-c1cs-phx.salesforceliveagent.com/chat', '1111D00000000FT', '00D3D000000FObV');
</script>";

#[test]
fn the_sample_of_segments_page_is_read_with_the_reason_why_it_cannot_work() {
    let read = read(SAMPLE).unwrap();
    let settings = &read.settings;
    assert_eq!((settings.deployment_id.as_str(), settings.org_id.as_str()), ("1111D00000000FT", "00D3D000000FObV"));
    assert_eq!(endpoint(&settings.live_agent_endpoint_url).unwrap().url, "https://d.la3-c1cs-phx.salesforceliveagent.com/chat");
    assert_eq!(script(&settings.hostname).unwrap().url, "https://c.la3-c1cs-phx.salesforceliveagent.com/content/g/js/36.0/deployment.js");
    assert_eq!(read.warnings[0].code, Code::DeploymentIdRefused);
    assert!(read.warnings[0].detail.contains("begins with 572"), "{}", read.warnings[0].detail);
    assert!(read.warnings.iter().all(|warning| warning.path == "deploymentId"), "{:?}", read.warnings);
}

#[test]
fn a_deployment_code_of_our_own_host_is_read_without_warnings() {
    let code = SAMPLE.replace("1111D00000000FT", "572D00000000001").replace("salesforceliveagent.com", "example.org");
    assert_eq!(codes(&code), []);
    assert_eq!(
        codes(&code.replace("https://d.", "http://d.")),
        [(Code::NotEncrypted, "liveAgentEndpointUrl".into()), (Code::DeploymentCode, "liveAgentEndpointUrl".into())]
    );
    let half = code.lines().next().unwrap();
    assert_eq!(codes(half), [(Code::DeploymentCode, "deploymentId".into()), (Code::SettingMissing, "orgId".into())]);
}

#[test]
fn each_address_is_what_the_table_says() {
    let table: Vec<Value> = serde_json::from_str(include_str!("addresses.json")).unwrap();
    for line in table {
        let setting = line["setting"].as_str().unwrap();
        assert_eq!(script(setting).ok().map(|address| address.url).as_deref(), line["script"].as_str(), "the script of {setting:?}");
        assert_eq!(endpoint(setting).ok().map(|address| address.url).as_deref(), line["endpoint"].as_str(), "the endpoint of {setting:?}");
    }
}

#[test]
fn what_cannot_be_used_is_named() {
    let said = |value: Value| from_value(&value).1.into_iter().map(|warning| (warning.code, warning.path)).collect::<Vec<_>>();
    assert_eq!(
        said(json!({"hostname": "a b", "colour": 1})),
        [(Code::UnknownSetting, "colour".to_owned()), (Code::AddressRefused, "hostname".to_owned())]
    );
    assert_eq!(
        said(json!({"orgId": "00D1", "deploymentId": 572})),
        [(Code::WrongType, "deploymentId".to_owned()), (Code::OrgIdRefused, "orgId".to_owned())]
    );
    let rows = json!([{"trait": "a"}, {"label": "L"}, 7, {"trait": "a", "label": "L"}, {"trait": "b", "label": "L", "fieldName": "F"}]);
    assert_eq!(
        said(json!({"contactMappings": rows})),
        [
            (Code::LabelMissing, "contactMappings[0].label".to_owned()),
            (Code::PathMissing, "contactMappings[1].trait".to_owned()),
            (Code::WrongType, "contactMappings[2]".to_owned()),
            (Code::RowWithoutUse, "contactMappings[3]".to_owned()),
            (Code::DuplicateLabel, "Contact.b".to_owned())
        ]
    );
    assert_eq!(
        said(json!({"objects": [{"source": "trait"}, {"entityName": "A", "linkToEntityName": "B"}, {"mappings": 1}]})),
        [
            (Code::WrongType, "objects[0].source".to_owned()),
            (Code::LinkIncomplete, "objects[1]".to_owned()),
            (Code::WrongType, "objects[2].mappings".to_owned()),
            (Code::EntityMissing, "objects[2].entityName".to_owned())
        ]
    );
}

#[test]
fn what_is_no_settings_says_so() {
    assert_eq!(read("").unwrap_err(), NotRead::Neither);
    assert_eq!(read("hello").unwrap_err(), NotRead::Neither);
    assert_eq!(read("{\"hostname\": ").unwrap_err(), NotRead::Json { line: 1, column: 12 });
    assert_eq!(read("{\"name\": \"x\"}").unwrap_err(), NotRead::NoSettings);
    assert_eq!(read(&"x".repeat(256 * 1024 + 1)).unwrap_err(), NotRead::TooLong);
    assert!(matches!(read(&"[".repeat(100_000)), Err(NotRead::Json { .. })), "nesting is bounded");
}

#[test]
fn what_is_far_too_much_is_bounded() {
    let rows: Vec<Value> = (0..5_000).map(|at| json!({"trait": format!("t{at}"), "label": format!("l{at}")})).collect();
    let (settings, warnings) = from_value(&json!({"contactMappings": rows, "orgId": "x".repeat(100_000)}));
    assert_eq!(settings.contact_mappings.len(), 100);
    assert_eq!(settings.org_id, "");
    assert!(warnings.len() <= 200 && warnings.iter().any(|warning| warning.code == Code::TooMany));
    let many: serde_json::Map<String, Value> = (0..100_000).map(|at| (format!("trait {at}"), json!(null))).collect();
    assert_eq!(from_value(&Value::Object(many)).1.len(), 200);
}

fn any_json() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "hostname",
        "deploymentId",
        "contactMappings",
        "caseMappings",
        "objects",
        "mappings",
        "trait",
        "property",
        "path",
        "label",
        "fieldName",
        "displayToAgent",
        "key",
        "value",
        "settings",
        "integrations",
        "source",
        "entityName",
        "strict",
    ]);
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from)
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|pairs| { Value::Object(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()) }),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_read_is_read_again_as_it_was(value in any_json()) {
        let (settings, _) = from_value(&value);
        let written = serde_json::to_value(&settings).unwrap();
        prop_assert_eq!(serde_json::from_value::<ChatSettings>(written).unwrap(), settings);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let _ = read(&text);
        if let Ok(address) = script(&text) {
            prop_assert!(address.url.ends_with(".js"));
        }
        let _ = endpoint(&text);
    }
}
