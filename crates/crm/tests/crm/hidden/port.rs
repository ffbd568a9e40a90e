//! What the engine and forms ask for an agent, with rights from rows: searches, candidates, what is shown of a record, forms, descriptions.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use domain::{
    record::{Criterion, RecordRef},
    secret::Text,
};
use engine::crm::{Asker, Crm as Port};
use proptest::{
    collection::vec,
    prelude::any,
    strategy::{Strategy as _, ValueTree as _},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use salesforce::{Id, Version};
use serde_json::json;
use switchboard_crm::{
    QueryOptions,
    access::{Caller, FieldRight, ObjectRights},
    schema::{
        Schema,
        define::{Author, ObjectChange, ObjectSharing},
        fold,
    },
};

use super::{
    answers::fill,
    ground::{Records, Sight, random_record},
};
use crate::{
    defined::BOB,
    interpreter::{Cell, Record},
    query::{data::Org, property::Choices},
    world::{World, worlds},
};

const WORK: [&str; 3] = ["Account", "Contact", "Case"];
const ROUNDS: usize = 4;

fn id_of(record: &Record) -> Id {
    if let Cell::Id(id) = record["Id"] { id } else { unreachable!("every record has an id") }
}

/// Gives a holder of rights some of everything; tells what.
async fn give(world: &World, ada: &Caller, holder: Id, schema: &Schema, choices: &mut Choices<'_>) -> HashMap<String, ObjectRights> {
    let mut given = HashMap::new();
    for name in WORK {
        let object = schema.object(name).unwrap();
        let mut rights = ObjectRights {
            read: !choices.rarely(3),
            edit: choices.rarely(3),
            create: choices.rarely(3),
            view_all: choices.rarely(8),
            ..ObjectRights::default()
        }
        .whole();
        world.crm.set_object_rights(ada, holder, name, rights.clone()).await.unwrap();
        let mut fields = Vec::new();
        for field in object.fields.iter().filter(|field| field.permissionable) {
            let right = if rights.read && choices.below(5) < 3 { FieldRight::Read } else { FieldRight::None };
            if right == FieldRight::Read {
                rights.fields.insert(field.name.clone(), false);
            }
            fields.push((field.name.clone(), right));
        }
        world.crm.set_field_rights(ada, holder, name, fields).await.unwrap();
        given.insert(name.to_owned(), rights);
    }
    given
}

/// Everything that an agent's console asks.
async fn asked(org: &Org, ids: &BTreeMap<&str, Vec<Id>>) -> Vec<(String, String)> {
    let (crm, workspace) = (&org.world.crm, org.world.workspace);
    let port: &dyn Port = crm;
    let bob = crm.caller(workspace, BOB).await.unwrap();
    let asker = Asker { workspace, agent: Some(BOB) };
    let mut told = vec![("entities".to_owned(), format!("{:?}", port.entities(asker).await.unwrap()))];
    told.push(("global".to_owned(), format!("{:?}", crm.describe_global(&bob).await.unwrap())));
    for name in WORK {
        told.push((format!("entity {name}"), format!("{:?}", port.entity(asker, name).await.unwrap())));
        let described = crm.describe(&bob, name).await;
        told.push((format!("describe {name}"), format!("{described:?}")));
        for words in ["a", "Ä", "zo", "b", "x", "a%", "_", "00"] {
            let found = port.search(asker, name, &Text(words.to_owned()), 50).await.unwrap();
            told.push((format!("search {name} {words}"), format!("{found:?}")));
        }
        for (field, value, exact) in [
            ("Name", "a", false),
            ("Email", "A", true),
            ("Phone", "b", false),
            ("Subject", "ä", true),
            ("Rating", "Hot", true),
            ("Nobody", "x", true),
        ] {
            let criteria = [Criterion { field: field.to_owned(), value: Text(value.to_owned()), exact }];
            let found = port.find(asker, name, &criteria, 50).await.unwrap();
            told.push((format!("find {name} {field}"), format!("{found:?}")));
        }
        for id in &ids[name] {
            let at = RecordRef { entity: name.to_owned(), id: id.to_string() };
            told.push((format!("read {id}"), format!("{:?}", port.read(asker, &at).await.unwrap())));
        }
    }
    let options = QueryOptions::new(Version::LATEST);
    for soql in [
        "SELECT Id, Name, Account.Name, Account.Owner.Name FROM Contact ORDER BY Account.Name, Id",
        "SELECT COUNT(Id), Status FROM Case GROUP BY Status ORDER BY Status",
        "SELECT Id, (SELECT Id, Email FROM Contacts ORDER BY Id) FROM Account ORDER BY Id",
        "SELECT Id FROM Account WHERE Id NOT IN (SELECT AccountId FROM Case) ORDER BY Id",
        "SELECT Id, Contact.Email, Parent.CaseNumber FROM Case WHERE Contact.Account.Name != null ORDER BY Id",
    ] {
        let page = crm.query(&bob, soql, &options).await;
        let page = page.map(|page| serde_json::to_string(&page.records).unwrap());
        told.push((soql.to_owned(), format!("{page:?}")));
    }
    told
}

/// A search finds every record that the agent sees whose name has the words, and none that they do not see.
async fn searches_are_whole(org: &Org, seen: &Records) {
    let port: &dyn Port = &org.world.crm;
    let asker = Asker { workspace: org.world.workspace, agent: Some(BOB) };
    for (name, words) in WORK.into_iter().flat_map(|name| ["a", "ä", "zo", "b"].map(|words| (name, words))) {
        let found = port.search(asker, name, &Text(words.to_owned()), 200).await.unwrap();
        let found: Vec<_> = found.into_iter().map(|record| record.at.id).collect();
        let there = seen[name].iter().filter(|record| record["IsDeleted"] == Cell::Boolean(false));
        let called = org.schema.object(name).unwrap().name_field().unwrap();
        for record in there.clone() {
            let is_meant = matches!(record.get(&called.name), Some(Cell::Text(text)) if fold(text).contains(&fold(words)));
            assert!(!is_meant || found.contains(&id_of(record).to_string()), "{name} {words}: {record:?}");
        }
        let all: Vec<_> = there.map(|record| id_of(record).to_string()).collect();
        assert!(found.iter().all(|id| all.contains(id)), "{name} {words}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_agents_and_forms_ask_tells_nothing_of_what_is_hidden() {
    // The same rounds every time.
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let drawn = vec(any::<u16>(), 40_000).new_tree(&mut runner).unwrap().current();
    for world in worlds().await {
        let choices = &mut Choices(drawn.iter());
        world.staff().await;
        world.mirror().await;
        let ada = world.ada().await;
        for name in WORK {
            let private = ObjectChange { label: None, label_plural: None, sharing: Some(ObjectSharing::Private) };
            world.crm.change_object(&ada, Author::default(), name, private).await.unwrap();
        }
        let bob = world.crm.caller(world.workspace, BOB).await.unwrap().user;
        let profiles = world.rows("Profile", &["Name"]).await;
        let (standard, _) = profiles.iter().find(|(_, row)| row[0] == "Standard User").unwrap();
        let desk = world.crm.clone_profile(&ada, Id::parse(standard).unwrap(), "Desk").await.unwrap();
        let more = world.crm.create_permission_set(&ada, "More", "More", None).await.unwrap();
        world.crm.set_profile(&ada, bob, desk).await.unwrap();
        world.crm.assign(&ada, bob, more, None).await.unwrap();
        let whole = world.crm.schema(world.workspace).await.unwrap();
        let work = WORK.map(|name| (**whole.object(name).unwrap()).clone());
        let schema = Arc::new(Schema::new(1, whole.number, whole.instance, work.to_vec()));
        let org = Org::new(world, schema.clone()).await;
        let (mut different, mut hidden) = (0, 0);
        for round in 0..ROUNDS {
            let mut expected = give(&org.world, &ada, desk, &schema, choices).await;
            for (name, also) in give(&org.world, &ada, more, &schema, choices).await {
                let rights = expected.get_mut(&name).unwrap();
                rights.read |= also.read;
                rights.create |= also.create;
                rights.edit |= also.edit;
                rights.view_all |= also.view_all;
                rights.fields.extend(also.fields);
            }
            let rights = org.world.crm.caller(org.world.workspace, BOB).await.unwrap().rights;
            for (name, expected) in &expected {
                assert_eq!(rights.objects.get(name).cloned().unwrap_or_default(), *expected, "{name}: what both sets give together");
            }
            let mut ids: BTreeMap<String, Vec<Id>> = BTreeMap::from([("User".to_owned(), vec![bob, ada.user])]);
            for object in schema.objects() {
                let number = |number| Id::numbered(object.prefix.unwrap(), schema.instance, number).unwrap();
                ids.insert(object.name.clone(), (1..8).map(number).collect());
            }
            let mut records: Records = BTreeMap::new();
            for object in schema.objects() {
                let all = ids[&object.name].iter().map(|id| random_record(choices, &ids, object, *id));
                records.insert(object.name.clone(), all.collect());
            }
            let people = ids["User"].iter().map(|id| Record::from([("Id".to_owned(), Cell::Id(*id))])).collect();
            records.insert("User".to_owned(), people);
            let sight = Sight { schema: &schema, rights: &rights };
            let (elsewhere, difference) = sight.elsewhere(choices, &records);
            let seen = sight.records(&records);
            different += difference;
            hidden += WORK.iter().map(|name| records[*name].len() - seen[*name].len()).sum::<usize>();
            let all_ids: BTreeMap<&str, Vec<Id>> =
                WORK.map(|name| (name, records[name].iter().chain(&elsewhere[name]).map(id_of).collect())).into_iter().collect();
            fill(&org, &records).await;
            let here = asked(&org, &all_ids).await;
            searches_are_whole(&org, &seen).await;
            fill(&org, &elsewhere).await;
            if round == ROUNDS - 1 {
                // There is more that Bob knows nothing of: an object, and fields that refer to what he sees.
                let vault = serde_json::from_value(json!({"name": "Vault", "label": "Vault", "label_plural": "Vaults"})).unwrap();
                org.world.crm.define_object(&ada, Author::default(), vault).await.unwrap();
                for (object, field) in [
                    (
                        "Vault__c",
                        json!({"name": "Contact", "label": "Contact", "kind": "lookup", "refers_to": "Contact", "relationship": "Vaults"}),
                    ),
                    ("Contact", json!({"name": "Secret", "label": "Secret", "kind": "text", "length": 20, "seen_by": []})),
                ] {
                    let field = serde_json::from_value(field).unwrap();
                    org.world.crm.define_field(&ada, Author::default(), object, field).await.unwrap();
                }
            }
            for ((question, here), (_, there)) in here.iter().zip(asked(&org, &all_ids).await) {
                assert_eq!(*here, there, "{question} {:?}", org.world.crm.store().backend());
            }
        }
        assert!(different > 40 && hidden > 10, "{different} {hidden}");
        org.world.end().await;
    }
}
