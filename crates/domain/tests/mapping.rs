//! The table of what a mapping makes of what is known: `tests/mapping/cases.json`, one line a case.
//!
//! Each case is the destination's settings as they are on the wire, the traits and properties, and what must come of them. It is run here
//! against the domain, through the server's own reading of settings in `http`, and by the page's destination in `widget/`: all must agree.
//! Whoever finds an edge adds a line.

use domain::{
    detail::EntityLink,
    mapping::{EntityMapping, EventMapping, Known, Mapped, MappingRow, STARTED, ValueSource},
};
use serde_json::{Map, Value, json};
use switchboard_domain as domain;

const CASES: &str = include_str!("mapping/cases.json");

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn flag(value: &Value) -> bool {
    !matches!(value, Value::Null) && *value != json!(false) && *value != json!(0) && *value != json!("")
}

fn rows(list: &Value, key: &str) -> Vec<MappingRow> {
    let list = list.as_array().expect("a list of rows");
    let row = |item: &Value| {
        let item = item.get("value").unwrap_or(item);
        MappingRow {
            path: text(&item[key]).expect("a row's path"),
            label: text(&item["label"]).expect("a row's label"),
            field: text(&item["fieldName"]),
            display_to_agent: flag(&item["displayToAgent"]),
            find: flag(&item["doFind"]),
            exact: flag(&item["isExactMatch"]),
            create: flag(&item["doCreate"]),
        }
    };
    list.iter().map(row).collect()
}

fn mapping(settings: &Value) -> EventMapping {
    let entity = |entity: &str, from, rows| EntityMapping {
        entity: entity.to_owned(),
        from,
        save_to_transcript: None,
        show_on_create: false,
        link: None,
        rows,
    };
    let entities = match settings["objects"].as_array() {
        Some(objects) => objects
            .iter()
            .map(|object| {
                let from = match object["source"].as_str() {
                    Some("traits") => ValueSource::User,
                    Some("properties") => ValueSource::Event,
                    Some("group") => ValueSource::Group,
                    other => panic!("no such source: {other:?}"),
                };
                let link = text(&object["linkToEntityName"]).zip(text(&object["linkToEntityField"]));
                EntityMapping {
                    save_to_transcript: text(&object["saveToTranscript"]),
                    show_on_create: flag(&object["showOnCreate"]),
                    link: link.map(|(entity, field)| EntityLink { entity, field }),
                    ..entity(object["entityName"].as_str().expect("a name"), from, rows(&object["mappings"], "path"))
                }
            })
            .collect(),
        None => vec![
            entity("Contact", ValueSource::User, rows(&settings["contactMappings"], "trait")),
            entity("Case", ValueSource::Event, rows(&settings["caseMappings"], "property")),
            entity("Account", ValueSource::Group, rows(&settings["accountMappings"], "property")),
        ],
    };
    EventMapping { entities }
}

fn written(mapped: &Mapped) -> Value {
    let details: Vec<Value> = mapped
        .details
        .iter()
        .map(|detail| json!({"label": detail.label, "value": detail.value.reveal(), "displayToAgent": detail.visible_to_agent}))
        .collect();
    let entities: Vec<Value> = mapped
        .plan
        .steps
        .iter()
        .map(|step| {
            let fields: Vec<Value> = step
                .fields
                .iter()
                .map(|map| {
                    json!({"fieldName": map.field, "label": map.label, "doFind": map.find, "isExactMatch": map.exact, "doCreate": map.create})
                })
                .collect();
            json!({
                "entityName": step.entity,
                "saveToTranscript": step.save_to.as_deref().unwrap_or_default(),
                "showOnCreate": step.show_on_create,
                "linkToEntityName": step.link.as_ref().map_or("", |link| &link.entity),
                "linkToEntityField": step.link.as_ref().map_or("", |link| &link.field),
                "fields": fields,
            })
        })
        .collect();
    json!({
        "details": details,
        "name": mapped.name.as_ref().map(|name| name.reveal()),
        "entities": entities,
        "warnings": mapped.warnings,
        "initialised": !mapped.refused,
    })
}

#[test]
fn every_case_of_the_table_comes_out_as_it_says() {
    let cases: Vec<Value> = serde_json::from_str(CASES).expect("the table is JSON");
    let nothing = json!({"details": [], "name": null, "entities": [], "warnings": [], "initialised": false});
    let mut names = std::collections::BTreeSet::new();
    for case in &cases {
        let name = case["name"].as_str().expect("a case's name");
        assert!(names.insert(name), "two cases are called {name:?}");
        let object = |value: &Value| -> Map<String, Value> { value.as_object().cloned().unwrap_or_else(|| panic!("{name}: no object")) };
        let (user, group, event) = (object(&case["user"]), object(&case["group"]), object(&case["event"]["properties"]));
        let got = if case["event"]["event"] == STARTED {
            let known = Known { user: &user, group: &group, event: &event };
            written(&mapping(&case["settings"]).apply(known, flag(&case["settings"]["strict"])))
        } else {
            nothing.clone()
        };
        assert_eq!(got, case["expect"], "{name} ({})", case["source"]);
    }
}
