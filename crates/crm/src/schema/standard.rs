//! The objects and fields that every workspace has: data, read once from `crates/crm/schema/` (its README says what stands where).

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, LazyLock},
};

use salesforce::id::KeyPrefix;

use super::{Abilities, Field, FieldType, Object, OnDelete, PicklistValue, Reference, Sharing, WrittenBy};

/// Rises with every change of the data, so that tables are extended where they were made of an older one.
pub(super) const REVISION: i64 = 1;

const OBJECTS: &str = include_str!("../../schema/objects.tsv");
const FIELDS: &str = include_str!("../../schema/fields.tsv");
const PICKLISTS: &str = include_str!("../../schema/picklists.tsv");

/// The standard schema.
pub(super) struct Standard {
    /// In their order. References to groups of objects name the standard ones of the group.
    pub(super) objects: Vec<Arc<Object>>,
    /// Fields that refer to whatever takes part, custom objects too: object, field.
    pub(super) open: Vec<(String, String)>,
    /// To which administrators may add fields.
    pub(super) customizable: HashSet<&'static str>,
}

/// It, read.
pub(super) static STANDARD: LazyLock<Standard> = LazyLock::new(|| read().expect("the standard schema is checked by tests"));

/// Which line of which file is wrong, for the tests that read them.
#[derive(Debug)]
pub(super) struct Wrong(#[expect(dead_code, reason = "shown by tests")] String);

fn rows<const N: usize>(file: &'static str) -> impl Iterator<Item = Result<[&'static str; N], Wrong>> {
    file.lines().map(|line| line.split('\t').collect::<Vec<_>>().try_into().map_err(|_| Wrong(line.to_owned())))
}

fn read() -> Result<Standard, Wrong> {
    let mut lists: HashMap<&str, Vec<PicklistValue>> = HashMap::new();
    for row in rows(PICKLISTS) {
        let [list, value, label, default] = row?;
        let value = PicklistValue {
            active: true,
            default_value: default == "default",
            label: label.to_owned(),
            valid_for: None,
            value: value.to_owned(),
        };
        lists.entry(list).or_default().push(value);
    }
    let mut customizable = HashSet::new();
    let mut groups: HashMap<char, Vec<String>> = HashMap::new();
    for row in rows(OBJECTS) {
        let [name, .., group]: [&'static str; 9] = row?;
        if group.contains('c') {
            customizable.insert(name);
        }
        for group in group.chars() {
            groups.entry(group).or_default().push(name.to_owned());
        }
    }
    let mut fields: HashMap<&str, Vec<Field>> = HashMap::new();
    let mut open = Vec::new();
    for row in rows(FIELDS) {
        let row: [&str; 7] = row?;
        let (field, is_open) = field(row, &groups, &lists).ok_or_else(|| Wrong(row.join(" ")))?;
        if is_open {
            open.push((row[0].to_owned(), field.name.clone()));
        }
        fields.entry(row[0]).or_default().push(field);
    }
    let objects = rows(OBJECTS).map(|row| {
        let row: [&str; 9] = row?;
        object(row, fields.remove(row[0]).unwrap_or_default()).map(Arc::new).ok_or_else(|| Wrong(row.join(" ")))
    });
    let objects = objects.collect::<Result<Vec<_>, _>>()?;
    match fields.keys().next() {
        Some(object) => Err(Wrong(format!("fields of {object}, which is no object"))),
        None => Ok(Standard { objects, open, customizable }),
    }
}

fn object([name, label, plural, prefix, writer, can, sharing, system, _]: [&'static str; 9], fields: Vec<Field>) -> Option<Object> {
    let system = match system {
        "all" => "Id IsDeleted CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp",
        "undeletable" => "Id CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp",
        some => some,
    };
    let (first, last): (Vec<_>, Vec<_>) = system.split(' ').partition(|name| matches!(*name, "Id" | "IsDeleted"));
    let made = |names: Vec<&str>| names.into_iter().map(|name| system_field(name, label)).collect::<Option<Vec<_>>>();
    let fields = made(first)?.into_iter().chain(fields).chain(made(last)?).collect();
    let mut object = Object::new(name, label, plural, fields);
    object.prefix = Some(KeyPrefix::parse(prefix).ok()?);
    object.written_by = match writer {
        "callers" => WrittenBy::Callers,
        "server" => WrittenBy::Server,
        _ => return None,
    };
    object.can = Abilities {
        create: can.contains('C'),
        update: can.contains('U'),
        delete: can.contains('D'),
        undelete: can.contains('N'),
        query: can.contains('Q'),
        search: can.contains('S'),
    };
    object.sharing = match sharing.split_once(' ') {
        None if sharing == "read" => Sharing::Read,
        None if sharing == "read-write" => Sharing::ReadWrite,
        None if sharing == "private" => Sharing::Private,
        Some(("parent", field)) => Sharing::Parent(field),
        Some(("links", object)) => Sharing::Linked(object),
        _ => return None,
    };
    Some(object)
}

/// A field that the server fills on every record of an object that has it (`salesforce.md` 3.0).
pub(super) fn system_field(name: &str, object_label: &str) -> Option<Field> {
    let (label, field_type) = match name {
        "Id" => (format!("{object_label} ID"), FieldType::Id),
        "IsDeleted" => ("Deleted".to_owned(), FieldType::Boolean),
        "CreatedDate" => ("Created Date".to_owned(), FieldType::DateTime),
        "CreatedById" => ("Created By ID".to_owned(), FieldType::Reference),
        "LastModifiedDate" => ("Last Modified Date".to_owned(), FieldType::DateTime),
        "LastModifiedById" => ("Last Modified By ID".to_owned(), FieldType::Reference),
        "SystemModstamp" => ("System Modstamp".to_owned(), FieldType::DateTime),
        _ => return None,
    };
    let reference = (field_type == FieldType::Reference).then(|| Reference {
        to: vec!["User".to_owned()],
        parent_name: name.strip_suffix("Id").map(str::to_owned),
        child_name: None,
        on_delete: OnDelete::Keep,
        master: false,
    });
    let field = Field::new(name, label, field_type, 0);
    Some(Field { create: false, update: false, nillable: false, defaulted: true, permissionable: false, reference, ..field })
}

/// A field, and whether custom objects become part of what it refers to.
fn field(
    [_, name, label, kind, size, flags, more]: [&'static str; 7],
    groups: &HashMap<char, Vec<String>>,
    lists: &HashMap<&str, Vec<PicklistValue>>,
) -> Option<(Field, bool)> {
    let field_type = FieldType::ALL.iter().copied().find(|known| known.as_str() == kind)?;
    let (length, precision, scale) = match size.split_once(',') {
        Some((precision, scale)) => (0, precision.parse().ok()?, scale.parse().ok()?),
        None if size.is_empty() => (0, 0, 0),
        None => (size.parse().ok()?, 0, 0),
    };
    let has = |flag: char| flags.contains(flag);
    let mut field = Field {
        precision,
        scale,
        create: has('c'),
        update: has('u'),
        nillable: has('n'),
        defaulted: has('d'),
        filter: has('f'),
        sort: has('s'),
        group: has('g'),
        id_lookup: has('k'),
        unique: has('U'),
        permissionable: has('P'),
        restricted: has('r'),
        is_name: has('N'),
        ..Field::new(name, label, field_type, length)
    };
    let mut is_open = false;
    let mut reference = Reference { to: Vec::new(), parent_name: None, child_name: None, on_delete: OnDelete::Clear, master: false };
    for word in more.split_whitespace() {
        match word.split_once('=').unwrap_or((word, "")) {
            ("to", objects) => {
                for object in objects.split(',') {
                    match object.strip_prefix('@') {
                        None => reference.to.push(object.to_owned()),
                        Some(group) => {
                            is_open = true;
                            reference.to.extend(groups.get(&group.chars().next()?)?.iter().cloned());
                        }
                    }
                }
            }
            ("parent", name) => reference.parent_name = Some(name.to_owned()),
            ("child", name) => reference.child_name = Some(name.to_owned()),
            ("delete", what) => {
                reference.on_delete = match what {
                    "clear" => OnDelete::Clear,
                    "cascade" => OnDelete::Cascade,
                    "restrict" => OnDelete::Restrict,
                    "keep" => OnDelete::Keep,
                    _ => return None,
                }
            }
            ("master", "") => reference.master = true,
            ("auto", format) => field.auto_number = Some(format.to_owned()),
            ("list", list) => field.picklist.clone_from(lists.get(list)?),
            ("part", whole) => field.compound = Some(whole.to_owned()),
            ("default", value) => field.default = Some(value.to_owned()),
            _ => return None,
        }
    }
    if let Some(value) = field.picklist.iter().find(|value| value.default_value) {
        field.default = Some(value.value.clone());
    }
    field.reference = (!reference.to.is_empty()).then_some(reference);
    Some((field, is_open))
}
