//! On random records, rights and defaults, each database gives whom it should, and nobody else: told by rules that are written down a second
//! time here, over plain rows.

use std::{cell::RefCell, sync::Arc, time::Duration};

use domain::{ids::WorkspaceId, time::Timestamp};
use futures_util::FutureExt as _;
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use salesforce::{
    Id,
    id::{Instance, KeyPrefix},
};
use sea_query::{Alias, ColumnDef, Query, Table};
use store::{
    Backend, Location, Options, Store, Workspace,
    sql::{Built, RecordSnapshot, Row},
};
use testkit::{Cluster, Database};
use uuid::Uuid;

use super::*;
use crate::{
    access::ObjectRights,
    schema::{FieldType, OnDelete},
};

/// Name, prefix, how it is shared (none: as the case says), and the fields that refer to others: name, to what, nillable, master.
type Plan = (&'static str, &'static str, Option<Sharing>, &'static [(&'static str, &'static [&'static str], bool, bool)]);

const OBJECTS: &[Plan] = &[
    ("Account", "001", None, &[]),
    ("Contact", "003", Some(Sharing::Parent("AccountId")), &[("AccountId", &["Account"], true, false)]),
    ("Case", "500", None, &[]),
    ("CaseComment", "00a", Some(Sharing::Parent("ParentId")), &[("ParentId", &["Case"], false, false)]),
    ("Note", "002", Some(Sharing::Parent("ParentId")), &[("ParentId", &["Contact", "Case"], true, false)]),
    ("Line__c", "a00", Some(Sharing::Master), &[("Case__c", &["Case"], false, true)]),
    ("Part__c", "a01", Some(Sharing::Master), &[("Line__c", &["Line__c"], false, true), ("Account__c", &["Account"], false, true)]),
    ("ContentDocument", "069", Some(Sharing::Linked(LINK)), &[]),
    (
        LINK,
        "06A",
        Some(Sharing::Parent("ContentDocumentId")),
        &[("ContentDocumentId", &["ContentDocument"], false, false), ("LinkedEntityId", &["Contact", "Case", "User"], false, false)],
    ),
    ("ContentVersion", "068", Some(Sharing::Parent("ContentDocumentId")), &[("ContentDocumentId", &["ContentDocument"], false, false)]),
];
const LINK: &str = "ContentDocumentLink";

fn id(prefix: &str, number: u64) -> Id {
    Id::numbered(KeyPrefix::parse(prefix).unwrap(), Instance::parse("xx0").unwrap(), number).unwrap()
}

fn reference(name: &str, to: &[&str], nillable: bool, master: bool) -> Field {
    Field {
        name: name.to_owned(),
        label: name.to_owned(),
        field_type: FieldType::Reference,
        length: 18,
        precision: 0,
        scale: 0,
        create: true,
        update: true,
        nillable,
        defaulted: false,
        filter: true,
        sort: true,
        group: true,
        id_lookup: false,
        unique: false,
        case_sensitive: false,
        external_id: false,
        auto_number: None,
        permissionable: false,
        is_name: false,
        reference: Some(Reference {
            to: to.iter().map(|name| (*name).to_owned()).collect(),
            parent_name: None,
            child_name: None,
            on_delete: OnDelete::Clear,
            master,
        }),
        picklist: Vec::new(),
        restricted: false,
        default: None,
        help: None,
        compound: None,
        custom: false,
    }
}

/// A record: who owns it (those without owners: who made it), to what it refers, by the place of the field, and of a link how it shares.
#[derive(Clone, Debug)]
struct Record {
    id: Id,
    owner: Id,
    to: Vec<Option<Id>>,
    share: &'static str,
}

#[derive(Clone, Debug)]
struct World {
    sharing: Vec<Sharing>,
    records: Vec<Vec<Record>>,
    rights: Rights,
}

fn has_owner(object: &str) -> bool {
    !matches!(object, "CaseComment" | "Line__c" | "Part__c" | LINK | "ContentVersion")
}

impl World {
    fn schema(&self) -> Schema {
        let objects = OBJECTS.iter().zip(&self.sharing).map(|((name, prefix, _, references), sharing)| {
            let by = if has_owner(name) { "OwnerId" } else { "CreatedById" };
            let mut fields = vec![reference(by, &["User"], false, false)];
            fields.extend(references.iter().map(|(name, to, nillable, master)| reference(name, to, *nillable, *master)));
            if *name == LINK {
                fields.push(Field::new(SHARED_HOW, SHARED_HOW, FieldType::Picklist, 40));
            }
            let mut object = Object::new(*name, *name, *name, fields);
            object.prefix = KeyPrefix::parse(prefix).ok();
            object.sharing = *sharing;
            object
        });
        Schema::new(1, 7, Instance::parse("xx0").unwrap(), objects.collect())
    }

    fn at(&self, id: Id) -> Option<(usize, &Record)> {
        let object = OBJECTS.iter().position(|(_, prefix, ..)| *prefix == id.prefix().as_str())?;
        Some((object, self.records[object].iter().find(|record| record.id == id)?))
    }

    fn object_rights(&self, object: usize) -> ObjectRights {
        self.rights.objects.get(OBJECTS[object].0).cloned().unwrap_or_default()
    }

    fn may_see_object(&self, object: usize) -> bool {
        let rights = self.object_rights(object);
        self.rights.view_all_data || self.rights.modify_all_data || rights.read || rights.view_all || rights.modify_all
    }

    /// The rules for one record, once it is clear that the object may be touched so.
    fn is_shared(&self, object: usize, record: &Record, wish: Wish) -> bool {
        let rights = self.object_rights(object);
        let everything = self.rights.modify_all_data || rights.modify_all;
        if everything || (wish == Wish::See && (self.rights.view_all_data || rights.view_all)) {
            return true;
        }
        let own = self.rights.owners.contains(&record.owner);
        let above = if wish == Wish::See { Wish::See } else { Wish::Change };
        let parent = |id: Id| {
            let (object, parent) = self.at(id).expect("records refer to records");
            self.may_see_object(object) && self.is_shared(object, parent, above)
        };
        match self.sharing[object] {
            Sharing::Private => own,
            Sharing::Read => wish == Wish::See || own,
            Sharing::ReadWrite => wish != Wish::Delete || own,
            Sharing::Parent(_) => record.to[0].map_or(own, parent),
            Sharing::Master => record.to.iter().all(|to| parent(to.expect("details have masters"))),
            Sharing::Linked(_) if own || wish == Wish::Delete => own,
            Sharing::Linked(_) => {
                let links = &self.records[OBJECTS.iter().position(|(name, ..)| *name == LINK).unwrap()];
                links.iter().any(|link| link.to[0] == Some(record.id) && self.shares(link, wish))
            }
        }
    }

    /// Whether a link opens its file: `V` to whoever sees what it is linked with, `C` to them for changes too, `I` as that itself is open.
    fn shares(&self, link: &Record, wish: Wish) -> bool {
        let with = link.to[1].expect("links have two ends");
        let Some((object, record)) = self.at(with) else {
            return self.rights.owners.contains(&with) && (wish == Wish::See || link.share != "V");
        };
        let may = |wish| self.may_see_object(object) && self.is_shared(object, record, wish);
        match (wish, link.share) {
            (Wish::See, _) | (_, "C") => may(Wish::See),
            (_, "I") => may(Wish::Change),
            _ => false,
        }
    }

    fn expected(&self, object: usize, wish: Wish) -> Vec<String> {
        let rights = self.object_rights(object);
        let all = self.rights.modify_all_data || rights.modify_all;
        let may = match wish {
            Wish::See => self.may_see_object(object),
            Wish::Change => all || rights.edit,
            Wish::Delete => all || rights.delete,
        };
        let mut ids: Vec<String> = self.records[object]
            .iter()
            .filter(|record| may && self.is_shared(object, record, wish))
            .map(|record| record.id.short().to_owned())
            .collect();
        ids.sort();
        ids
    }
}

const PEOPLE: u64 = 4;

fn worlds() -> impl Strategy<Value = World> {
    let free = prop_oneof![3 => Just(Sharing::Private), 1 => Just(Sharing::Read), 1 => Just(Sharing::ReadWrite)];
    let sharing = prop::collection::vec(free, OBJECTS.len())
        .prop_map(|free| OBJECTS.iter().zip(free).map(|((_, _, fixed, _), free)| fixed.unwrap_or(free)).collect::<Vec<_>>());
    // Owner, and two numbers that choose what the record refers to, if it may refer to nothing then the first of them says so.
    let record = (0..PEOPLE, any::<(u8, u8)>());
    let records = prop::collection::vec(prop::collection::vec(record, 1..5), OBJECTS.len()).prop_map(|drawn| {
        let mut made: Vec<Vec<Record>> = Vec::new();
        for ((_, prefix, _, references), drawn) in OBJECTS.iter().zip(drawn) {
            let records = drawn.into_iter().enumerate().map(|(number, (owner, choices))| {
                let to = references.iter().zip([choices.0, choices.1]).map(|((_, to, nillable, _), choice)| {
                    let candidates: Vec<Id> = to
                        .iter()
                        .flat_map(|name| match OBJECTS.iter().position(|(object, ..)| object == name) {
                            Some(object) => made[object].iter().map(|record| record.id).collect(),
                            None => (0..PEOPLE).map(|number| id("005", number)).collect::<Vec<_>>(),
                        })
                        .collect();
                    let choice = usize::from(choice);
                    let count = candidates.len() + usize::from(*nillable);
                    candidates.get(choice % count).copied()
                });
                let share = ["V", "C", "I"][usize::from(choices.0 ^ choices.1) % 3];
                Record { id: id(prefix, number as u64), owner: id("005", owner), to: to.collect(), share }
            });
            let records = records.collect();
            made.push(records);
        }
        made
    });
    let object = prop::collection::vec(prop::bool::weighted(0.7), 6).prop_map(|flags| ObjectRights {
        read: flags[0] || flags[1],
        edit: flags[2],
        delete: flags[3],
        view_all: !flags[4] && flags[0],
        modify_all: flags.iter().skip(1).all(|flag| !flag),
        ..ObjectRights::default()
    });
    let rights = (
        prop::collection::vec(object, OBJECTS.len()),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
        prop::collection::btree_set(0..PEOPLE, 0..4),
    )
        .prop_map(|(objects, view_all_data, modify_all_data, owners)| Rights {
            view_all_data,
            modify_all_data,
            objects: Arc::new(OBJECTS.iter().map(|(name, ..)| (*name).to_owned()).zip(objects).collect()),
            owners: owners.into_iter().map(|number| id("005", number)).collect(),
            ..Rights::default()
        });
    (sharing, records, rights).prop_map(|(sharing, records, rights)| World { sharing, records, rights })
}

fn columns(object: &Object) -> Vec<String> {
    std::iter::once("id".to_owned()).chain(object.fields.iter().map(Field::column)).collect()
}

async fn make_tables(store: &Store, workspace: WorkspaceId, schema: &Schema) {
    let backend = store.backend();
    let tables: Vec<Built> = schema
        .objects()
        .iter()
        .map(|object| {
            let mut table = Table::create();
            table.table(Alias::new(schema.table(object)));
            for column in columns(object) {
                table.col(ColumnDef::new(Alias::new(column)).text());
            }
            Built::definition("a table", backend, &table)
        })
        .collect();
    store
        .define::<_, store::Error, _>(workspace, |tx| {
            async move {
                for table in tables {
                    tx.run_built(table).await?;
                }
                Ok(())
            }
            .boxed()
        })
        .await
        .unwrap();
}

async fn fill(store: &Store, schema: &Schema, world: &World) {
    let backend = store.backend();
    let mut statements = Vec::new();
    for (object, records) in schema.objects().iter().zip(&world.records) {
        let table = Alias::new(schema.table(object));
        statements.push(Built::new("clear", backend, Query::delete().from_table(table.clone())).unwrap());
        let mut insert = Query::insert();
        insert.into_table(table).columns(columns(object).into_iter().map(Alias::new));
        for record in records {
            let given = [Some(record.id), Some(record.owner)].into_iter().chain(record.to.iter().copied());
            let share = (object.name == LINK).then(|| record.share.to_owned());
            let texts = given.map(|id| id.map(|id| id.short().to_owned())).chain(share.map(Some));
            insert.values_panic(texts.map(Expr::val));
        }
        statements.push(Built::new("fill", backend, &insert).unwrap());
    }
    store
        .write::<_, store::Error, _>(move |tx| {
            let statements = statements.clone();
            async move {
                for statement in statements {
                    tx.run_built(statement).await?;
                }
                Ok(())
            }
            .boxed()
        })
        .await
        .unwrap();
}

async fn found(snapshot: &mut RecordSnapshot, schema: &Schema, object: &Object, condition: Option<Condition>) -> Vec<String> {
    let mut query = Query::select();
    query.column((Alias::new("t"), Alias::new("id"))).from_as(Alias::new(schema.table(object)), Alias::new("t"));
    if let Some(condition) = condition {
        query.cond_where(condition);
    }
    let built = Built::new("shared", snapshot.backend(), &query).unwrap();
    let rows: Vec<Row> = snapshot.fetch_built(built).await.unwrap();
    let mut ids: Vec<String> = rows.iter().map(|row| row.get(0).unwrap()).collect();
    ids.sort();
    ids
}

async fn agrees(store: &Store, world: &World) -> Result<(), TestCaseError> {
    let schema = world.schema();
    fill(store, &schema, world).await;
    let mut snapshot = store.record_snapshot(Duration::from_secs(60)).await.unwrap();
    for (at, object) in schema.objects().iter().enumerate() {
        type Narrow = fn(&Schema, &Object, &Rights, &str) -> Option<Condition>;
        let narrows: [(Wish, Narrow); 3] = [(Wish::See, visible), (Wish::Change, changeable), (Wish::Delete, deletable)];
        for (wish, narrow) in narrows {
            let found = found(&mut snapshot, &schema, object, narrow(&schema, object, &world.rights, "t")).await;
            prop_assert_eq!(found, world.expected(at, wish), "{} {:?} on {:?}", object.name, wish, store.backend());
        }
    }
    Ok(())
}

#[expect(dead_code, reason = "held, not read")]
enum Guard {
    Folder(tempfile::TempDir),
    Database(Database),
}

async fn open(backend: Backend) -> (Store, Guard) {
    let (location, guard) = match backend {
        Backend::Sqlite => {
            let folder = tempfile::tempdir().unwrap();
            (Location::Sqlite(folder.path().join("switchboard.db")), Guard::Folder(folder))
        }
        Backend::Postgres => {
            let database = Cluster::fast().database();
            (Location::Postgres(Box::new(database.url().parse().unwrap())), Guard::Database(database))
        }
    };
    let store = Store::open(Options::new(location)).await.unwrap();
    (store, guard)
}

#[test]
fn everybody_gets_the_records_that_are_shared_with_them_and_no_others() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let (store, guard) = runtime.block_on(open(backend));
        let workspace = WorkspaceId(Uuid::from_u128(1));
        let row = Workspace { id: workspace, name: "Acme".into(), zone: "UTC".into(), settings: serde_json::json!({}) };
        let empty = World {
            sharing: OBJECTS.iter().map(|(_, _, sharing, _)| sharing.unwrap_or(Sharing::Private)).collect(),
            records: Vec::new(),
            rights: Rights::default(),
        };
        runtime.block_on(async {
            store
                .write::<_, store::Error, _>(move |tx| {
                    let row = row.clone();
                    async move { tx.insert_workspace(&row, 1, Timestamp(0)).await }.boxed()
                })
                .await
                .unwrap();
            make_tables(&store, workspace, &empty.schema()).await;
        });
        let config = Config { cases: 96, failure_persistence: None, ..Config::default() };
        // How often an object had records of which some were shared: a test in which nobody or everybody sees all shows nothing.
        let told_apart = RefCell::new([0; OBJECTS.len()]);
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
            .run(&worlds(), |world| {
                for (at, times) in told_apart.borrow_mut().iter_mut().enumerate() {
                    let some = world.expected(at, Wish::See).len();
                    *times += u32::from(some > 0 && some < world.records[at].len());
                }
                runtime.block_on(agrees(&store, &world))
            })
            .unwrap();
        assert!(told_apart.borrow().iter().all(|times| *times > 0), "{told_apart:?}");
        runtime.block_on(store.close());
        drop(guard);
    }
}
