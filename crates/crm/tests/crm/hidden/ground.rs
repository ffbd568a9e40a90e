//! Random objects, rights and records; who sees and changes which of them, said a second time; and other worlds that look the same to somebody.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use salesforce::{Id, describe::FieldType};
use switchboard_crm::{
    access::{ObjectRights, Rights},
    schema::{Field, Object, OnDelete, Reference, Schema, Sharing},
};

use crate::{
    interpreter::{Cell, Record},
    query::{
        data::{field, id, instance, object, reference},
        property::{Choices, random_field, value},
    },
};

/// All records of all objects.
pub(super) type Records = BTreeMap<String, Vec<Record>>;

/// Fields that are the same of every object: of these nobody is told by rights to fields.
fn open(field: Field) -> Field {
    Field { permissionable: false, ..field }
}

fn leads(name: &str, to: &[&str], parent: &str, child: &str, on_delete: OnDelete) -> Field {
    let made = reference(name, to, parent, child);
    Field { reference: made.reference.map(|reference| Reference { on_delete, ..reference }), ..made }
}

/// Its object's rights come from there.
fn master(name: &str, to: &str, parent: &str, child: &str) -> Field {
    let made = leads(name, &[to], parent, child, OnDelete::Cascade);
    Field {
        nillable: false,
        permissionable: false,
        reference: made.reference.map(|reference| Reference { master: true, ..reference }),
        ..made
    }
}

pub(super) fn random_schema(choices: &mut Choices<'_>, number: i64) -> Schema {
    let mut made = |name: &str, prefix: &str, sharing: Option<Sharing>, more: Vec<Field>| {
        let written = |field: Field| Field { create: false, update: false, ..open(field) };
        let all = [
            Field { is_name: true, nillable: false, ..open(field("Name", FieldType::Text)) },
            Field { nillable: false, ..written(field("CreatedDate", FieldType::DateTime)) },
            Field { nillable: false, ..written(field("SystemModstamp", FieldType::DateTime)) },
            Field { nillable: false, ..written(leads("CreatedById", &["User"], "CreatedBy", "", OnDelete::Keep)) },
            Field { unique: true, external_id: true, ..field("Key__c", FieldType::Text) },
            Field { id_lookup: true, ..field("Mail__c", FieldType::Email) },
        ];
        let count = 2 + choices.below(3);
        let fields = all.into_iter().chain(more).chain((0..count).map(|number| random_field(choices, number)));
        let mut object = object(name, prefix, fields.collect());
        object.sharing = sharing.unwrap_or_else(|| choices.of(&[Sharing::Private, Sharing::Private, Sharing::Read, Sharing::ReadWrite]));
        object
    };
    let owner = || open(leads("OwnerId", &["User", "Group"], "Owner", "", OnDelete::Keep));
    let part = |name: &str| Field { compound: Some("BillingAddress".to_owned()), ..field(name, FieldType::Text) };
    let address = Field { filter: false, sort: false, group: false, ..field("BillingAddress", FieldType::Address) };
    let top = made("P__c", "a01", None, vec![owner(), part("BillingCity"), part("BillingStreet"), address]);
    let middle = made(
        "M__c",
        "a02",
        None,
        vec![
            owner(),
            leads("P__c", &["P__c"], "P__r", "Ms__r", OnDelete::Restrict),
            leads("Self__c", &["M__c"], "Self__r", "Selves__r", OnDelete::Clear),
        ],
    );
    let low = made(
        "C__c",
        "a03",
        None,
        vec![
            owner(),
            leads("M__c", &["M__c"], "M__r", "Cs__r", OnDelete::Clear),
            leads("Any__c", &["P__c", "M__c"], "Any__r", "Anys__r", OnDelete::Clear),
        ],
    );
    let detail =
        made("D__c", "a04", Some(Sharing::Master), vec![master("M__c", "M__c", "M__r", "Ds__r"), master("P__c", "P__c", "P__r", "Ds__r")]);
    let note =
        made("N__c", "a05", Some(Sharing::Parent("Up__c")), vec![leads("Up__c", &["P__c", "M__c"], "Up__r", "Notes__r", OnDelete::Clear)]);
    let extra = made(
        "X__c",
        "a06",
        None,
        vec![
            owner(),
            leads("M__c", &["M__c"], "M__r", "Xs__r", OnDelete::Restrict),
            leads("P__c", &["P__c"], "P__r", "Xs__r", OnDelete::Clear),
        ],
    );
    let named = || Field { is_name: true, nillable: false, ..open(field("Name", FieldType::Text)) };
    let [user, group] = [("User", "005"), ("Group", "00G")].map(|(name, prefix)| object(name, prefix, vec![named()]));
    Schema::new(1, number, instance(), vec![user, group, top, middle, low, detail, note, extra])
}

/// What a profile and permission sets give together: any of them is enough.
pub(super) fn random_rights(choices: &mut Choices<'_>, schema: &Schema) -> Rights {
    let mut objects: HashMap<String, ObjectRights> = HashMap::new();
    for _ in 0..1 + choices.below(3) {
        for object in schema.objects().iter().filter(|object| object.name.ends_with("__c") && object.name != "X__c") {
            let mut once_in = |often| choices.rarely(often);
            if once_in(3) {
                continue;
            }
            let (change, delete) = (!once_in(3), once_in(2));
            let (view_all, modify_all) = (once_in(12), once_in(25));
            let given = ObjectRights {
                read: !once_in(4),
                create: !once_in(3),
                edit: change,
                delete,
                view_all,
                modify_all,
                ..ObjectRights::default()
            };
            let given = given.whole();
            let all = objects.entry(object.name.clone()).or_default();
            all.read |= given.read;
            all.create |= given.create;
            all.edit |= given.edit;
            all.delete |= given.delete;
            all.view_all |= given.view_all;
            all.modify_all |= given.modify_all;
            for field in object.fields.iter().filter(|field| field.permissionable) {
                if choices.below(5) < 2 {
                    *all.fields.entry(field.name.clone()).or_default() |= choices.below(3) > 0;
                }
            }
        }
    }
    for name in ["User", "Group"] {
        objects.insert(name.to_owned(), ObjectRights { read: true, every_field: true, ..ObjectRights::default() });
    }
    let groups: Vec<Id> = [1, 2].map(|number| id("00G", number)).into_iter().filter(|_| choices.below(3) == 0).collect();
    Rights {
        api: true,
        view_all_data: choices.rarely(16),
        modify_all_data: choices.rarely(20),
        objects: Arc::new(objects),
        owners: std::iter::once(id("005", 1)).chain(groups).collect(),
        ..Rights::default()
    }
}

/// Its records come and go, and some see them and others do not.
fn is_work(object: &Object) -> bool {
    !matches!(object.name.as_str(), "User" | "Group")
}

/// A value of a field of one of these records.
fn random_value(choices: &mut Choices<'_>, records: &BTreeMap<String, Vec<Id>>, field: &Field) -> Cell {
    match (&field.reference, field.name.as_str()) {
        (_, "Key__c") => Cell::Text(format!("k{}", choices.below(40))),
        (_, "Mail__c") => Cell::Text(format!("m{}@example.org", choices.below(6))),
        (Some(reference), name) => {
            let to: Vec<Id> = reference.to.iter().filter_map(|to| records.get(to)).flatten().copied().collect();
            let may_be_none = field.nillable && !matches!(name, "OwnerId" | "CreatedById");
            if to.is_empty() || (may_be_none && choices.rarely(4)) { Cell::Null } else { Cell::Id(choices.of(&to)) }
        }
        _ => value(choices, field),
    }
}

pub(super) fn random_record(choices: &mut Choices<'_>, ids: &BTreeMap<String, Vec<Id>>, object: &Object, id: Id) -> Record {
    let cell = |field: &Field| match field.name.as_str() {
        "Id" => Cell::Id(id),
        "IsDeleted" => Cell::Boolean(is_work(object) && choices.rarely(7)),
        _ if field.field_type == FieldType::Address => Cell::Null,
        _ => random_value(choices, ids, field),
    };
    let mut cell = cell;
    object.fields.iter().map(|field| (field.name.clone(), cell(field))).collect()
}

pub(super) fn ids(records: &Records) -> BTreeMap<String, Vec<Id>> {
    let id = |record: &Record| if let Cell::Id(id) = record["Id"] { id } else { unreachable!("every record has an id") };
    records.iter().map(|(name, all)| (name.clone(), all.iter().map(id).collect())).collect()
}

/// Of live records no two have the same key; whose key another has is without.
fn keys_are_unique(records: &mut Records) {
    for all in records.values_mut() {
        let mut known = BTreeSet::new();
        for record in all.iter_mut().filter(|record| record.get("IsDeleted") == Some(&Cell::Boolean(false))) {
            if let Some(Cell::Text(key)) = record.get("Key__c")
                && !known.insert(key.clone())
            {
                record.insert("Key__c".to_owned(), Cell::Null);
            }
        }
    }
}

/// Records of all objects; deleted ones among them.
pub(super) fn random_records(choices: &mut Choices<'_>, schema: &Schema) -> Records {
    let ids: BTreeMap<String, Vec<Id>> = schema
        .objects()
        .iter()
        .map(|object| {
            let count = if is_work(object) { 2 + choices.below(6) } else { 3 };
            (
                object.name.clone(),
                (1..=count).map(|number| Id::numbered(object.prefix.unwrap(), instance(), number as u64).unwrap()).collect(),
            )
        })
        .collect();
    let mut records: Records = BTreeMap::new();
    for object in schema.objects() {
        let all = ids[&object.name].iter().map(|id| random_record(choices, &ids, object, *id));
        records.insert(object.name.clone(), all.collect());
    }
    keys_are_unique(&mut records);
    records
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    See,
    Change,
    Delete,
}

/// What somebody can learn of a record.
#[derive(PartialEq)]
struct Seen {
    told: BTreeMap<String, String>,
    changes: bool,
    deletes: bool,
}

/// Somebody's sight: written from the rules (`salesforce.md` 3.5), apart from [`switchboard_crm::access`].
pub(super) struct Sight<'a> {
    pub(super) schema: &'a Schema,
    pub(super) rights: &'a Rights,
}

impl Sight<'_> {
    fn given(&self, object: &Object) -> ObjectRights {
        self.rights.objects.get(&object.name).cloned().unwrap_or_default()
    }

    pub(super) fn sees(&self, object: &Object) -> bool {
        let given = self.given(object);
        given.read || given.view_all || given.modify_all || self.rights.view_all_data || self.rights.modify_all_data
    }

    pub(super) fn sees_field(&self, object: &Object, field: &Field) -> bool {
        let given = self.given(object);
        self.sees(object) && (!field.permissionable || given.every_field || given.fields.contains_key(&field.name))
    }

    fn may(&self, records: &Records, object: &Object, record: &Record, wish: Wish) -> bool {
        let given = self.given(object);
        let all = self.rights.modify_all_data || given.modify_all;
        let allowed = match wish {
            Wish::See => self.sees(object),
            Wish::Change => all || given.edit,
            Wish::Delete => all || given.delete,
        };
        allowed && self.is_shared(records, object, record, wish)
    }

    fn is_shared(&self, records: &Records, object: &Object, record: &Record, wish: Wish) -> bool {
        let given = self.given(object);
        let sees_all = wish == Wish::See && (self.rights.view_all_data || given.view_all);
        if self.rights.modify_all_data || given.modify_all || sees_all {
            return true;
        }
        let whose = record.get("OwnerId").or_else(|| record.get("CreatedById"));
        let own = matches!(whose, Some(Cell::Id(owner)) if self.rights.owners.contains(owner));
        let as_parent = |cell: &Cell| {
            let Cell::Id(parent) = cell else { return None };
            let object = self.schema.object_of(parent.prefix())?;
            let found = records[&object.name].iter().find(|record| record["Id"] == *cell);
            let above = if wish == Wish::See { Wish::See } else { Wish::Change };
            Some(self.sees(object) && found.is_some_and(|parent| self.is_shared(records, object, parent, above)))
        };
        match object.sharing {
            Sharing::ReadWrite => wish != Wish::Delete || own,
            Sharing::Read => wish == Wish::See || own,
            Sharing::Private => own,
            Sharing::Parent(field) => as_parent(&record[field]).unwrap_or(own),
            Sharing::Master => {
                let masters = object.fields.iter().filter(|field| field.reference.as_ref().is_some_and(|reference| reference.master));
                masters.into_iter().all(|field| as_parent(&record[&field.name]) == Some(true))
            }
            Sharing::Linked(_) => unreachable!("no files here: the property of sharing has them"),
        }
    }

    /// What there is for them: records and fields that they see, deleted ones too.
    pub(super) fn records(&self, records: &Records) -> Records {
        let seen = |object: &Arc<Object>| {
            let all = records[&object.name].iter().filter(|record| self.may(records, object, record, Wish::See));
            let of = |record: &Record| {
                let fields = object.fields.iter().filter(|field| self.sees_field(object, field));
                fields.map(|field| (field.name.clone(), record[&field.name].clone())).collect()
            };
            (object.name.clone(), all.map(of).collect())
        };
        self.schema.objects().iter().map(seen).collect()
    }

    /// What they can learn: that, and what they may do with it.
    fn view(&self, records: &Records) -> BTreeMap<String, Vec<Seen>> {
        let mut view = BTreeMap::new();
        for object in self.schema.objects().iter().filter(|object| self.sees(object)) {
            let mut seen = Vec::new();
            for record in records[&object.name].iter().filter(|record| self.may(records, object, record, Wish::See)) {
                let fields = object.fields.iter().filter(|field| self.sees_field(object, field));
                let told = fields.map(|field| (field.name.clone(), format!("{:?}", record[&field.name])));
                let [changes, deletes] = [Wish::Change, Wish::Delete].map(|wish| self.may(records, object, record, wish));
                seen.push(Seen { told: told.collect(), changes, deletes });
            }
            view.insert(object.name.clone(), seen);
        }
        view
    }

    /// Other records that look the same to them: hidden ones come, change and go, and so does what is hidden of those that they see. Tells how
    /// much is different.
    pub(super) fn elsewhere(&self, choices: &mut Choices<'_>, records: &Records) -> (Records, usize) {
        let (mut other, view) = (records.clone(), self.view(records));
        let mut different = 0;
        for number in 0..60 {
            let mut tried = other.clone();
            let object = choices.of(self.schema.objects());
            if !is_work(&object) {
                continue;
            }
            let all_ids = ids(&other);
            let all = tried.get_mut(&object.name).unwrap();
            match choices.below(6) {
                0 => {
                    let id = Id::numbered(object.prefix.unwrap(), instance(), 100 + number).unwrap();
                    all.push(random_record(choices, &all_ids, &object, id));
                }
                1 if !all.is_empty() => drop(all.remove(choices.below(all.len()))),
                _ if !all.is_empty() => {
                    let at = choices.below(all.len());
                    for _ in 0..1 + choices.below(3) {
                        let field = choices.of(&object.fields);
                        let cell = match field.name.as_str() {
                            "Id" => continue,
                            "IsDeleted" => Cell::Boolean(choices.below(2) == 0),
                            _ if field.field_type == FieldType::Address => continue,
                            _ => random_value(choices, &all_ids, &field),
                        };
                        all[at].insert(field.name.clone(), cell);
                    }
                }
                _ => continue,
            }
            keys_are_unique(&mut tried);
            if tried != other && self.view(&tried) == view {
                (other, different) = (tried, different + 1);
            }
        }
        (other, different)
    }

    /// The schema without what they do not see: fields that no right comes from and whose values nothing else keeps apart, and the object that
    /// nothing refers to.
    pub(super) fn without_the_hidden(&self) -> Schema {
        let stays = |object: &Object, field: &Field| {
            self.sees_field(object, field) || field.name == "Up__c" || field.unique || !field.permissionable
        };
        let objects = self.schema.objects().iter().filter(|object| object.name != "X__c" || self.sees(object)).map(|known| {
            let fields = known.fields.iter().filter(|field| !self.sees(known) || stays(known, field)).cloned().collect();
            let mut object = Object::new(&*known.name, &*known.label, &*known.label_plural, fields);
            (object.prefix, object.custom, object.written_by, object.can, object.sharing) =
                (known.prefix, known.custom, known.written_by, known.can, known.sharing);
            object
        });
        Schema::new(1, self.schema.number, instance(), objects.collect())
    }
}
