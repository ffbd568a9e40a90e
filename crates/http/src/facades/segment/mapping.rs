//! A source's mapping as the settings of Segment's chat destination, and back.

use domain::{
    detail::EntityLink,
    mapping::{EntityMapping, EventMapping, MappingRow, ValueSource},
};
use segment::settings::{ChatSettings, Object, Row, Source};

/// The mapping that settings say.
pub fn mapping_of(settings: &ChatSettings) -> EventMapping {
    let filled = |text: String| Some(text).filter(|text| !text.is_empty());
    let row = |row: Row| MappingRow {
        path: row.path,
        label: row.label,
        field: filled(row.field_name),
        display_to_agent: row.display_to_agent,
        find: row.do_find,
        exact: row.is_exact_match,
        create: row.do_create,
    };
    let entity = |object: Object| EntityMapping {
        entity: object.entity_name,
        from: match object.source {
            Source::Traits => ValueSource::User,
            Source::Properties => ValueSource::Event,
            Source::Group => ValueSource::Group,
        },
        save_to_transcript: filled(object.save_to_transcript),
        show_on_create: object.show_on_create,
        link: filled(object.link_to_entity_name)
            .zip(filled(object.link_to_entity_field))
            .map(|(entity, field)| EntityLink { entity, field }),
        rows: object.mappings.into_iter().map(row).collect(),
    };
    EventMapping { entities: settings.objects_in_order().into_iter().map(entity).collect() }
}

/// The objects that settings have for a mapping.
pub fn objects_of(mapping: &EventMapping) -> Vec<Object> {
    let row = |row: &MappingRow| Row {
        path: row.path.clone(),
        label: row.label.clone(),
        field_name: row.field.clone().unwrap_or_default(),
        display_to_agent: row.display_to_agent,
        do_find: row.find,
        is_exact_match: row.exact,
        do_create: row.create,
    };
    let object = |entity: &EntityMapping| {
        let (link_to_entity_name, link_to_entity_field) =
            entity.link.as_ref().map(|link| (link.entity.clone(), link.field.clone())).unwrap_or_default();
        Object {
            entity_name: entity.entity.clone(),
            source: match entity.from {
                ValueSource::User => Source::Traits,
                ValueSource::Event => Source::Properties,
                ValueSource::Group => Source::Group,
            },
            save_to_transcript: entity.save_to_transcript.clone().unwrap_or_default(),
            show_on_create: entity.show_on_create,
            link_to_entity_name,
            link_to_entity_field,
            mappings: entity.rows.iter().map(row).collect(),
        }
    };
    mapping.entities.iter().map(object).collect()
}

#[cfg(test)]
mod tests {
    use domain::mapping::{Known, STARTED};
    use segment::settings::from_value;
    use serde_json::{Map, Value, json};

    use super::*;

    /// The table that the domain and the page's destination run, too.
    const CASES: &str = include_str!("../../../../domain/tests/mapping/cases.json");

    #[test]
    fn the_table_of_mappings_comes_out_the_same_through_the_settings_that_pages_have() {
        assert_eq!(STARTED, segment::settings::STARTED);
        let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
        for case in cases.iter().filter(|case| case["event"]["event"] == STARTED) {
            let (settings, _) = from_value(&case["settings"]);
            let mapping = mapping_of(&settings);
            let object = |value: &Value| -> Map<String, Value> { value.as_object().cloned().unwrap() };
            let (user, group, event) = (object(&case["user"]), object(&case["group"]), object(&case["event"]["properties"]));
            let mapped = mapping.apply(Known { user: &user, group: &group, event: &event }, settings.strict);
            let expect = &case["expect"];
            let details: Vec<Value> = mapped
                .details
                .iter()
                .map(|detail| json!({"label": detail.label, "value": detail.value, "displayToAgent": detail.visible_to_agent}))
                .collect();
            assert_eq!(json!(details), expect["details"], "{case}");
            assert_eq!(json!(mapped.warnings), expect["warnings"], "{case}");
            assert_eq!((json!(mapped.name), json!(!mapped.refused)), (expect["name"].clone(), expect["initialised"].clone()), "{case}");
            let entities: Vec<&str> = mapped.plan.steps.iter().map(|step| step.entity.as_str()).collect();
            let expected: Vec<&str> =
                expect["entities"].as_array().unwrap().iter().map(|one| one["entityName"].as_str().unwrap()).collect();
            assert_eq!(entities, expected, "{case}");

            // A source that keeps the mapping gives pages settings that say the same.
            let written = ChatSettings::default().with_objects(objects_of(&mapping));
            assert_eq!(mapping_of(&from_value(&serde_json::to_value(&written).unwrap()).0), mapping, "{case}");
        }
    }
}
