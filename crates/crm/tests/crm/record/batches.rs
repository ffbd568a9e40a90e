//! Random lists of operations do what a few lines over plain rows say that they do.

use std::collections::HashSet;

use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use salesforce::{Code, Id, Version, record::Upserted};
use serde_json::json;
use switchboard_crm::{Operation, Outcome};

use super::office::{Office, code, create, delete, id, update, upsert};

/// An operation, with records by their place among those that were made.
#[derive(Clone, Debug)]
enum Step {
    Create { key: Option<u8> },
    Update { place: usize, key: Option<u8> },
    Upsert { key: u8 },
    Delete { place: usize },
    Undelete { place: usize },
}

#[derive(Clone, Debug)]
struct Row {
    id: Id,
    key: Option<u8>,
    name: usize,
    deleted: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Expected {
    Done(Id, Option<bool>),
    Refused(Code),
}

fn steps() -> impl Strategy<Value = Vec<(Vec<Step>, bool)>> {
    let key = || prop::option::weighted(0.8, 0..5u8);
    let place = || 0..8usize;
    let step = prop_oneof![
        key().prop_map(|key| Step::Create { key }),
        (place(), key()).prop_map(|(place, key)| Step::Update { place, key }),
        (0..5u8).prop_map(|key| Step::Upsert { key }),
        place().prop_map(|place| Step::Delete { place }),
        place().prop_map(|place| Step::Undelete { place }),
    ];
    // Runs of the same kind are what is done as a set.
    let run = prop::collection::vec(step, 1..10).prop_map(|mut steps| {
        steps.sort_by_key(|step| std::mem::discriminant(step) != std::mem::discriminant(&Step::Create { key: None }));
        steps
    });
    prop::collection::vec((run, prop::bool::weighted(0.3)), 1..6)
}

/// Whether two steps are done together.
fn together(one: &Step, other: &Step) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

#[derive(Clone)]
struct Model {
    rows: Vec<Row>,
    /// How many of them a list can name: those that were there before it.
    known: usize,
    next: u64,
}

impl Model {
    fn place(&self, place: usize) -> Option<usize> {
        (self.known > 0).then(|| place % self.known)
    }

    fn live(&self, key: u8) -> Option<usize> {
        self.rows.iter().position(|row| !row.deleted && row.key == Some(key))
    }

    fn make(&mut self, key: Option<u8>, name: usize) -> Id {
        let id = id("001", self.next);
        self.next += 1;
        self.rows.push(Row { id, key, name, deleted: false });
        id
    }

    /// One list; names are numbered from `first`.
    fn list(&mut self, steps: &[Step], first: usize) -> Vec<Expected> {
        self.known = self.rows.len();
        let mut expected = vec![None; steps.len()];
        let mut from = 0;
        while from < steps.len() {
            let mut seen = HashSet::new();
            let run = steps[from..].iter().take_while(|step| {
                let twice = match step {
                    Step::Update { place, .. } | Step::Delete { place } | Step::Undelete { place } => !seen.insert(self.place(*place)),
                    Step::Create { .. } | Step::Upsert { .. } => false,
                };
                together(&steps[from], step) && !twice
            });
            let to = from + run.count();
            self.run(&steps[from..to], from, first, &mut expected);
            from = to;
        }
        expected.into_iter().map(Option::unwrap).collect()
    }

    fn run(&mut self, steps: &[Step], from: usize, first: usize, expected: &mut [Option<Expected>]) {
        let before = self.clone();
        let mut given = HashSet::new();
        let asked: Vec<_> = steps.iter().map(|step| if let Step::Upsert { key } = step { Some(*key) } else { None }).collect();
        for (at, step) in steps.iter().enumerate() {
            let name = first + from + at;
            let taken = |key: Option<u8>, by: Option<usize>| key.and_then(|key| before.live(key)).is_some_and(|holder| Some(holder) != by);
            expected[from + at] = Some(match step {
                Step::Create { key } => {
                    if taken(*key, None) || key.is_some_and(|key| !given.insert(key)) {
                        Expected::Refused(Code::DuplicateValue)
                    } else {
                        Expected::Done(self.make(*key, name), None)
                    }
                }
                Step::Upsert { key } => match before.live(*key) {
                    _ if asked.iter().filter(|other| **other == Some(*key)).count() > 1 => Expected::Refused(Code::DuplicateExternalId),
                    Some(place) => {
                        self.rows[place].name = name;
                        Expected::Done(self.rows[place].id, Some(false))
                    }
                    None => Expected::Done(self.make(Some(*key), name), Some(true)),
                },
                Step::Update { place, .. } | Step::Delete { place } | Step::Undelete { place } => match self.place(*place) {
                    None => Expected::Refused(Code::NotFound),
                    Some(place) => self.touch(&before, step, place, name, &mut given),
                },
            });
        }
    }

    fn touch(&mut self, before: &Self, step: &Step, place: usize, name: usize, given: &mut HashSet<u8>) -> Expected {
        let row = &mut self.rows[place];
        let mut is_taken =
            |key: Option<u8>| key.is_some_and(|key| before.live(key).is_some_and(|holder| holder != place) || !given.insert(key));
        match step {
            Step::Undelete { .. } if !row.deleted => return Expected::Refused(Code::UndeleteFailed),
            Step::Update { .. } | Step::Delete { .. } if row.deleted => return Expected::Refused(Code::EntityIsDeleted),
            Step::Undelete { .. } if is_taken(row.key) => return Expected::Refused(Code::DuplicateValue),
            Step::Update { key, .. } if *key != row.key && is_taken(*key) => return Expected::Refused(Code::DuplicateValue),
            Step::Update { key, .. } => {
                row.key = *key;
                row.name = name;
            }
            Step::Delete { .. } => row.deleted = true,
            _ => row.deleted = false,
        }
        Expected::Done(row.id, None)
    }
}

fn operation(model: &Model, step: &Step, case: usize, name: usize) -> Operation {
    let key = |key: &Option<u8>| key.map(|key| format!("c{case}k{key}"));
    let at = |place: usize| model.place(place).map_or_else(|| id("001", 900_000), |place| model.rows[place].id);
    let name = format!("N{name}");
    match step {
        Step::Create { key: of } => create("Account", json!({"Name": name, "Ext__c": key(of)})),
        Step::Update { place, key: of } => update("Account", at(*place), json!({"Name": name, "Ext__c": key(of)})),
        Step::Upsert { key: of } => upsert("Account", "Ext__c", &key(&Some(*of)).unwrap(), json!({"Name": name})),
        Step::Delete { place } => delete(at(*place)),
        Step::Undelete { place } => Operation::Undelete { id: at(*place) },
    }
}

fn told(outcome: &Outcome) -> Expected {
    match outcome {
        Outcome::Saved(id) | Outcome::Deleted(id) | Outcome::Undeleted(id) => Expected::Done(*id, None),
        Outcome::Upserted(Upserted::Created(id)) => Expected::Done(*id, Some(true)),
        Outcome::Upserted(Upserted::Updated(id)) => Expected::Done(*id, Some(false)),
        other => Expected::Refused(code(other)),
    }
}

#[tokio::test]
async fn lists_of_operations_do_what_they_do_one_set_after_the_other() {
    for office in Office::all().await {
        let config = Config { failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let (mut next, mut met) = (1, HashSet::new());
        for case in 0..40 {
            let lists = steps().new_tree(&mut runner).unwrap().current();
            let mut model = Model { rows: Vec::new(), known: 0, next };
            for (number, (list, all_or_none)) in lists.iter().enumerate() {
                let first = number * 100;
                model.known = model.rows.len();
                let operations = list.iter().enumerate().map(|(at, step)| operation(&model, step, case, first + at)).collect();
                let mut after = model.clone();
                let mut expected = after.list(list, first);
                let is_refused = |expected: &Expected| matches!(expected, Expected::Refused(_));
                if *all_or_none && expected.iter().any(is_refused) {
                    let undone = Expected::Refused(Code::AllOrNoneOperationRolledBack);
                    expected.iter_mut().filter(|expected| !is_refused(expected)).for_each(|expected| *expected = undone.clone());
                } else {
                    model = after;
                }
                let outcomes = office.records(&office.boss).change(operations, *all_or_none).await.unwrap();
                let found: Vec<_> = outcomes.iter().map(told).collect();
                met.extend(found.iter().filter_map(|told| if let Expected::Refused(code) = told { Some(*code) } else { None }));
                assert_eq!(found, expected, "case {case}, list {number}: {lists:?}");
            }
            let ids: Vec<_> = model.rows.iter().map(|row| row.id).collect();
            let fields = ["Name".to_owned(), "Ext__c".to_owned()];
            let read = office.records(&office.boss).read("Account", &ids, Some(&fields), Version::LATEST).await.unwrap();
            for (row, record) in model.rows.iter().zip(read) {
                let record = serde_json::to_value(&record).unwrap();
                let expected = if row.deleted {
                    json!([null, null])
                } else {
                    json!([format!("N{}", row.name), row.key.map(|key| format!("c{case}k{key}"))])
                };
                assert_eq!(json!([record["Name"], record["Ext__c"]]), expected, "case {case}: {lists:?}");
            }
            next = model.next;
        }
        use Code::*;
        for code in [DuplicateValue, DuplicateExternalId, EntityIsDeleted, UndeleteFailed, NotFound, AllOrNoneOperationRolledBack] {
            assert!(met.contains(&code), "{code} was never met");
        }
        office.end().await;
    }
}
