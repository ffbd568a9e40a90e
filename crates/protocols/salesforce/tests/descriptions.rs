//! Descriptions against recorded ones (1.12): which keys, in which order, with which values.

use serde::Serialize;
use serde_json::{Value, json};
use switchboard_salesforce::{
    Version,
    describe::{ChildRelationship, Description, Field, FieldType, Object, PicklistValue, RecordType, global},
    id::KeyPrefix,
};

/// As 1.12 lists them; the four newer ones are where the alphabet puts them.
const OBJECT_KEYS: &str = "actionOverrides activateable associateEntityType associateParentEntity childRelationships compactLayoutable createable custom \
    customSetting dataTranslationEnabled deepCloneable defaultImplementation deletable deprecatedAndHidden extendedBy extendsInterfaces feedEnabled \
    fields hasSubtypes implementedBy implementsInterfaces isInterface isSubtype keyPrefix label labelPlural layoutable listviewable lookupLayoutable \
    mergeable mruEnabled name namedLayoutInfos networkScopeFieldName queryable recordTypeInfos replicateable retrieveable searchLayoutable searchable \
    sobjectDescribeOption supportedScopes triggerable undeletable updateable urls";
const FIELD_KEYS: &str = "aggregatable aiPredictionField autoNumber byteLength calculated calculatedFormula cascadeDelete caseSensitive \
    compoundFieldName controllerName createable custom defaultValue defaultValueFormula defaultedOnCreate dependentPicklist deprecatedAndHidden digits \
    displayLocationInDecimal encrypted externalId extraTypeInfo filterable filteredLookupInfo formulaTreatNullNumberAsZero groupable highScaleNumber \
    htmlFormatted idLookup inlineHelpText label length mask maskType name nameField namePointing nillable permissionable picklistValues \
    polymorphicForeignKey precision queryByDistance referenceTargetField referenceTo relationshipName relationshipOrder restrictedDelete \
    restrictedPicklist scale searchPrefilterable soapType sortable type unique updateable writeRequiresMasterRead";
/// Recorded with version 52.
const GLOBAL_KEYS: &str = "activateable associateEntityType associateParentEntity createable custom customSetting deepCloneable deletable \
    deprecatedAndHidden feedEnabled hasSubtypes isInterface isSubtype keyPrefix label labelPlural layoutable mergeable mruEnabled name queryable \
    replicateable retrieveable searchable triggerable undeletable updateable urls";

/// The keys of the outermost object, in the order in which they are written.
fn keys(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).expect("it is JSON");
    let (mut keys, mut depth, mut rest) = (Vec::new(), 0, text.as_str());
    while let Some(character) = rest.chars().next() {
        match character {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            '"' => {
                let (word, after) = rest[1..].split_once('"').expect("no text here has quotation marks");
                if depth == 1 && after.starts_with(':') {
                    keys.push(word.to_owned());
                }
                rest = after;
                continue;
            }
            _ => {}
        }
        rest = &rest[character.len_utf8()..];
    }
    keys.join(" ")
}

fn case() -> Object {
    Object {
        name: "Case".into(),
        label: "Case".into(),
        label_plural: "Cases".into(),
        key_prefix: KeyPrefix::parse("500").ok(),
        createable: true,
        queryable: true,
        ..Object::default()
    }
}

#[test]
fn every_recorded_key_is_there_in_its_order() {
    let (object, version) = (case(), Version::FIRST);
    let description = Description { version, object: &object, fields: &[], child_relationships: &[], record_types: &[], scopes: &[] };
    assert_eq!(keys(&description), OBJECT_KEYS);
    assert_eq!(keys(&object.global(version)), GLOBAL_KEYS);
    assert_eq!(keys(&object.basic(version)), "objectDescribe recentItems");
    for field_type in FieldType::ALL {
        assert_eq!(keys(&Field::new(*field_type, "A", "A", 40)), FIELD_KEYS);
    }
}

#[test]
fn an_object_is_described_as_recorded() {
    let object = case();
    let child = ChildRelationship {
        cascade_delete: true,
        child_object: "CaseComment".into(),
        deprecated_and_hidden: false,
        field: "ParentId".into(),
        junction_id_list_names: vec![],
        junction_reference_to: vec![],
        relationship_name: Some("CaseComments".into()),
        restricted_delete: false,
    };
    let description = Description {
        version: Version::new(48).unwrap(),
        object: &object,
        fields: &[],
        child_relationships: &[child],
        record_types: &[RecordType::master(true)],
        scopes: &[("everything", "All cases"), ("mine", "My cases")],
    };
    let description = serde_json::to_value(description).unwrap();
    let recorded = [
        (
            "recordTypeInfos",
            json!([{"active": true, "available": true, "defaultRecordTypeMapping": true, "developerName": "Master", "master": true,
                "name": "Master", "recordTypeId": "012000000000000AAA",
                "urls": {"layout": "/services/data/v48.0/sobjects/Case/describe/layouts/012000000000000AAA"}}]),
        ),
        ("supportedScopes", json!([{"label": "All cases", "name": "everything"}, {"label": "My cases", "name": "mine"}])),
        (
            "childRelationships",
            json!([{"cascadeDelete":true,"childSObject":"CaseComment","deprecatedAndHidden":false,"field":"ParentId","junctionIdListNames":[],
                "junctionReferenceTo":[],"relationshipName":"CaseComments","restrictedDelete":false}]),
        ),
        (
            "urls",
            json!({"rowTemplate": "/services/data/v48.0/sobjects/Case/{ID}", "describe": "/services/data/v48.0/sobjects/Case/describe",
                "sobject": "/services/data/v48.0/sobjects/Case"}),
        ),
        ("keyPrefix", json!("500")),
        ("listviewable", Value::Null),
        ("namedLayoutInfos", json!([])),
    ];
    for (key, value) in recorded {
        assert_eq!(description[key], value, "{key}");
    }
    let objects = [object];
    let all = serde_json::to_value(global(&objects, Version::new(52).unwrap())).unwrap();
    assert_eq!((&all["encoding"], &all["maxBatchSize"], &all["sobjects"][0]["name"]), (&json!("UTF-8"), &json!(200), &json!("Case")));
}

/// What a recorded field has other than false, null, nought and nothing.
fn notable(field: &Field) -> Value {
    let Value::Object(map) = serde_json::to_value(field).expect("it is JSON") else { panic!("a field is an object") };
    let nothing = [json!(null), json!(false), json!(0), json!([])];
    map.into_iter().filter(|(key, value)| key == "defaultValue" && !value.is_null() || !nothing.contains(value)).collect()
}

#[test]
fn fields_are_described_as_recorded() {
    let id = Field { createable: false, updateable: false, defaulted_on_create: true, ..Field::new(FieldType::Id, "Id", "Case ID", 0) };
    assert_eq!(
        notable(&id),
        json!({"aggregatable": true, "byteLength": 18, "defaultedOnCreate": true, "filterable": true, "groupable": true, "idLookup": true,
            "label": "Case ID", "length": 18, "name": "Id", "soapType": "tns:ID", "sortable": true, "type": "id"})
    );
    let account = Field {
        reference_to: vec!["Account".into()],
        relationship_name: Some("Account".into()),
        ..Field::new(FieldType::Reference, "AccountId", "Account ID", 0)
    };
    assert_eq!(
        notable(&account),
        json!({"aggregatable": true, "byteLength": 18, "createable": true, "filterable": true, "groupable": true, "label": "Account ID",
            "length": 18, "name": "AccountId", "nillable": true, "permissionable": true, "referenceTo": ["Account"], "relationshipName": "Account",
            "searchPrefilterable": true, "soapType": "tns:ID", "sortable": true, "type": "reference", "updateable": true})
    );
    let new = PicklistValue { active: true, default_value: true, label: "New".into(), valid_for: None, value: "New".into() };
    let status = Field {
        default_value: Some("New".into()),
        defaulted_on_create: true,
        permissionable: false,
        picklist_values: vec![new],
        ..Field::new(FieldType::Picklist, "Status", "Status", 40)
    };
    assert_eq!(
        notable(&status),
        json!({"aggregatable": true, "byteLength": 120, "createable": true, "defaultValue": "New", "defaultedOnCreate": true, "filterable": true,
            "groupable": true, "label": "Status", "length": 40, "name": "Status", "nillable": true,
            "picklistValues": [{"active": true, "defaultValue": true, "label": "New", "validFor": null, "value": "New"}],
            "soapType": "xsd:string", "sortable": true, "type": "picklist", "updateable": true})
    );
    assert_eq!(
        notable(&Field::long_text("Description", "Description", 32_000)),
        json!({"byteLength": 96_000, "createable": true, "extraTypeInfo": "plaintextarea", "label": "Description", "length": 32_000,
            "name": "Description", "nillable": true, "permissionable": true, "soapType": "xsd:string", "type": "textarea", "updateable": true})
    );
    let deleted =
        Field { createable: false, updateable: false, permissionable: false, ..Field::new(FieldType::Boolean, "IsDeleted", "Deleted", 0) };
    assert_eq!(
        notable(&deleted),
        json!({"defaultValue": false, "defaultedOnCreate": true, "filterable": true, "groupable": true, "label": "Deleted", "name": "IsDeleted",
            "soapType": "xsd:boolean", "sortable": true, "type": "boolean"})
    );
}

#[test]
fn what_a_new_record_needs_is_read_off_a_description() {
    let name = Field::new(FieldType::Text, "LastName", "Last Name", 80);
    assert!(!name.is_required());
    let name = Field { nillable: false, ..name };
    assert!(name.is_required());
    assert!(!Field { createable: false, ..name.clone() }.is_required());
    assert!(!Field { defaulted_on_create: true, ..name }.is_required());
    assert!(!Field { defaulted_on_create: false, ..Field::new(FieldType::Boolean, "A", "A", 0) }.is_required());
}
