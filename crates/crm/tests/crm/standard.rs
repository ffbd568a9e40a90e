//! The standard schema as it is read: whole, unambiguous, and as a real organisation describes it.

use std::collections::{BTreeSet, HashMap};

use switchboard_crm::schema::{Field, FieldType, Object, Schema, WrittenBy};

use crate::world::worlds;

async fn schema() -> std::sync::Arc<Schema> {
    let world = worlds().await.remove(0);
    let schema = world.crm.schema(world.workspace).await.unwrap();
    world.end().await;
    schema
}

#[tokio::test]
async fn every_name_is_one_things_and_every_reference_leads_somewhere() {
    let schema = schema().await;
    let mut prefixes = BTreeSet::new();
    let mut tables = BTreeSet::new();
    for object in schema.objects() {
        assert!(prefixes.insert(object.prefix.unwrap()), "{}", object.name);
        assert!(tables.insert(schema.table(object)), "{}", object.name);
        assert!(object.fields.iter().filter(|field| field.is_name).count() <= 1, "{}", object.name);
        let mut columns = BTreeSet::new();
        let mut parents = BTreeSet::new();
        for field in &object.fields {
            let what = format!("{}.{}", object.name, field.name);
            assert!(!field.label.is_empty() && field.label.chars().count() <= 40, "{what}: {}", field.label);
            assert!(columns.insert(field.column()), "{what}");
            if let Some(folded) = field.folded_column() {
                assert!(columns.insert(folded), "{what}");
            }
            assert_eq!(field.field_type == FieldType::Reference, field.reference.is_some(), "{what}");
            if let Some(reference) = &field.reference {
                for to in &reference.to {
                    assert_eq!(schema.object(to).unwrap().name, *to, "{what}");
                }
                if let Some(parent) = &reference.parent_name {
                    assert!(parents.insert(parent.to_ascii_lowercase()), "{what}");
                    assert!(object.field(parent).is_none(), "{what}: a path's step is no field");
                }
            }
            if let Some(whole) = &field.compound {
                assert!(object.field(whole).is_some(), "{what}");
            }
            let values: BTreeSet<_> = field.picklist.iter().map(|value| value.value.to_lowercase()).collect();
            assert_eq!(values.len(), field.picklist.len(), "{what}");
            assert!(!field.restricted || !field.picklist.is_empty(), "{what}: nothing could be chosen");
            assert!(field.picklist.iter().filter(|value| value.default_value).count() <= 1, "{what}");
            let needs = field.create && !field.nillable && !field.defaulted;
            assert!(!(needs && field.permissionable), "{what}: what is required cannot be hidden");
        }
        let mut children = BTreeSet::new();
        for (child, field, reference) in schema.children(object) {
            if let Some(name) = &reference.child_name {
                assert!(children.insert(name.to_ascii_lowercase()), "{}: {name} of {}.{}", object.name, child.name, field.name);
            }
        }
    }
    let server: Vec<_> =
        schema.objects().iter().filter(|object| object.written_by == WrittenBy::Server).map(|object| &object.name).collect();
    assert!(server.contains(&&"LiveChatTranscript".to_owned()) && !server.contains(&&"Contact".to_owned()));
    assert_eq!(schema.object("CONTACT").unwrap().name, "Contact");
    assert_eq!(schema.object("contact").unwrap().field("lastNAME").unwrap().name, "LastName");
}

fn flags(field: &Field) -> String {
    let flags = [
        ('c', field.create),
        ('u', field.update),
        ('n', field.nillable),
        ('d', field.defaulted),
        ('f', field.filter),
        ('s', field.sort),
        ('g', field.group),
        ('k', field.id_lookup),
        ('P', field.permissionable),
        ('r', field.restricted),
        ('N', field.is_name),
        ('a', field.auto_number.is_some()),
    ];
    flags.into_iter().filter(|(_, is_set)| *is_set).map(|(flag, _)| flag).collect()
}

fn line(object: &Object, field: &Field) -> String {
    let reference = field.reference.as_ref();
    [
        object.name.clone(),
        field.name.clone(),
        field.label.clone(),
        field.field_type.as_str().to_owned(),
        field.length.to_string(),
        format!("{},{}", field.precision, field.scale),
        flags(field),
        reference.map(|reference| reference.to.join(",")).unwrap_or_default(),
        reference.and_then(|reference| reference.parent_name.clone()).unwrap_or_default(),
    ]
    .join("\t")
}

/// `recorded.tsv`: the fields that we have of what a real organisation described (CumulusCI 4.10.1, BSD-3, tests/shared_cassettes, API 48): name,
/// label, type, length, digits, flags as above, to what it refers, and by which name.
#[tokio::test]
async fn fields_are_described_as_a_real_organisation_describes_them() {
    let schema = schema().await;
    let recorded: HashMap<(&str, &str), &str> = include_str!("recorded.tsv")
        .lines()
        .map(|line| {
            let mut parts = line.split('\t');
            ((parts.next().unwrap(), parts.next().unwrap()), line)
        })
        .collect();
    assert!(recorded.len() > 150);
    let mut compared = 0;
    let mut different = Vec::new();
    for object in schema.objects() {
        for field in &object.fields {
            if let Some(recorded) = recorded.get(&(object.name.as_str(), field.name.as_str())) {
                compared += 1;
                let ours = line(object, field);
                if ours != *recorded {
                    different.push(format!("- {recorded}\n+ {ours}"));
                }
            }
        }
    }
    assert_eq!(compared, recorded.len());
    insta::assert_snapshot!(different.join("\n"));
}
