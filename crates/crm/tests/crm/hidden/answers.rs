//! Random questions, asked in two worlds that look the same.

use std::sync::Arc;

use jiff::{civil::Weekday, tz::TimeZone};
use proptest::{
    collection::vec,
    prelude::any,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use salesforce::{
    Code, Id, Version,
    record::{Incoming, Scalar},
};
use sea_query::Query;
use serde_json::{Value, json};
use store::sql::Built;
use switchboard_crm::{
    Error, Operation, Outcome, Records as Api, Scope,
    access::{Caller, Rights},
    query::Calendar,
    schema::{Field, FieldType, Object, Schema, table},
};
use tokio::sync::Mutex;

use super::ground::{Records, Sight, ids, random_records, random_rights, random_schema};
use crate::{
    interpreter::{Cell, Interpreter, Record},
    query::{
        data::{NOW, Org, id, instance, plain},
        property::{Choices, Writer, put, unordered},
    },
    world::worlds,
};

/// Raised when there is time.
const CASES: u32 = 10;
const QUERIES: usize = 24;
const NOSY: usize = 24;
const WRITES: usize = 20;

/// Something that somebody asks.
#[derive(Clone, Debug)]
enum Question {
    Soql { text: String, deleted_too: bool },
    Read { object: String, ids: Vec<Id>, fields: Option<Vec<String>> },
    ByKey { object: String, field: String, value: Scalar },
    Write { operations: Vec<Operation>, all_or_none: bool },
}

/// What is answered.
#[derive(Clone, Debug, PartialEq)]
enum Answer {
    Told(String),
    /// Of each operation, and what is seen afterwards.
    Written(Vec<(String, Option<Code>)>, String),
}

fn refusal(error: &Error) -> String {
    match error {
        Error::Refused(error) => format!("! {} {} {:?}", error.code(), error.message(), error.fields()),
        error => panic!("{error:?}: {error}"),
    }
}

fn outcome(outcome: &Outcome) -> (String, Option<Code>) {
    match outcome {
        Outcome::Refused(errors) => {
            let told: Vec<_> = errors.iter().map(|error| refusal(&Error::Refused(error.clone()))).collect();
            (told.join("; "), errors.first().map(salesforce::Error::code))
        }
        outcome => (format!("{outcome:?}"), None),
    }
}

/// What may differ between the two worlds: see the module.
fn is_known(one: &(String, Option<Code>), other: &(String, Option<Code>)) -> bool {
    [one, other].into_iter().any(|(told, code)| match code {
        Some(Code::DuplicateValue) => told.contains("duplicate value found: <unknown> duplicates value on record with id: <unknown>"),
        Some(Code::DeleteFailed | Code::CircularDependency) => true,
        _ => false,
    })
}

/// Whether two answers tell the same.
fn tell_the_same(one: &Answer, other: &Answer) -> bool {
    match (one, other) {
        (Answer::Written(ones, after), Answer::Written(others, also)) => {
            let differ = ones.iter().zip(others).find(|(one, other)| one != other);
            match differ {
                // What follows one that was done in one world only is another story.
                Some((one, other)) => is_known(one, other),
                None => ones.len() == others.len() && after == also,
            }
        }
        (one, other) => one == other,
    }
}

async fn ask(org: &Org, scope: &Scope, question: &Question) -> Answer {
    let api = Api::new(org.world.crm.clone(), scope.clone());
    let version = Version::new(66).unwrap();
    Answer::Told(match question {
        Question::Soql { text, deleted_too } => {
            let mut options = org.options.clone();
            options.all_rows = *deleted_too;
            match org.world.crm.query_in(scope, text, &options).await {
                Ok(page) => format!("{} {:?} {}", page.total_size, page.next, serde_json::to_string(&page.records).unwrap()),
                Err(error) => refusal(&error),
            }
        }
        Question::Read { object, ids, fields } => match api.read(object, ids, fields.as_deref(), version).await {
            Ok(records) => serde_json::to_string(&records).unwrap(),
            Err(error) => refusal(&error),
        },
        Question::ByKey { object, field, value } => match api.by_key(object, field, value).await {
            Ok(ids) => format!("{ids:?}"),
            Err(error) => refusal(&error),
        },
        Question::Write { operations, all_or_none } => return write(&api, scope, operations.clone(), *all_or_none).await,
    })
}

/// Writes, looks, and takes everything back.
async fn write(api: &Api, scope: &Scope, operations: Vec<Operation>, all_or_none: bool) -> Answer {
    let rights = scope.caller.rights.clone();
    let looks: Vec<String> = scope
        .schema
        .objects()
        .iter()
        .filter(|object| rights.sees(object))
        .map(|object| {
            let fields = object.fields.iter().filter(|field| rights.sees_field(object, field) && field.name != "SystemModstamp");
            let names: Vec<_> = fields.map(|field| field.name.as_str()).collect();
            format!("SELECT {} FROM {} ORDER BY Id", names.join(", "), object.name)
        })
        .collect();
    let told = Arc::new(std::sync::Mutex::new(Answer::Written(Vec::new(), String::new())));
    let shared = Arc::new((operations, looks, told.clone()));
    let result = api
        .together(move |mut unit| {
            let shared = shared.clone();
            Box::pin(async move {
                let (operations, looks, told) = &*shared;
                let outcomes = match unit.change(operations, all_or_none).await {
                    Ok(outcomes) => outcomes.iter().map(outcome).collect(),
                    Err(Error::Refused(error)) => vec![(refusal(&Error::Refused(error.clone())), Some(error.code()))],
                    Err(error) => return Err(error),
                };
                let mut options = switchboard_crm::QueryOptions::new(Version::new(66).unwrap());
                options.all_rows = true;
                let mut after = String::new();
                for look in looks {
                    let page = unit.query(look, &options).await?;
                    after.push_str(&serde_json::to_string(&page.records).unwrap());
                }
                *told.lock().unwrap() = Answer::Written(outcomes, after);
                Err::<(), _>(salesforce::Error::undelete_failed().into())
            })
        })
        .await;
    match result {
        Err(Error::Refused(error)) if error.code() == Code::UndeleteFailed => {}
        other => return Answer::Told(format!("{other:?}")),
    }
    told.lock().unwrap().clone()
}

/// Puts these records where others were.
pub(super) async fn fill(org: &Org, records: &Records) {
    let tables: Vec<_> = org.schema.objects().iter().map(|object| org.schema.table(object)).collect();
    org.world
        .crm
        .store()
        .write(move |tx| {
            let tables = tables.clone();
            Box::pin(async move {
                for table in tables {
                    tx.run_built(Built::new("clear", tx.backend(), Query::delete().from_table(table))?).await?;
                }
                Ok::<(), Error>(())
            })
        })
        .await
        .unwrap();
    for object in org.schema.objects() {
        let stored = || object.fields.iter().filter(|field| field.is_stored());
        let rows = records[&object.name]
            .iter()
            .map(|record| stored().map(|field| (field.name.as_str(), put(&record[&field.name], field))).collect::<Vec<_>>());
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            org.insert_all(&object.name, rows).await;
        }
    }
}

/// Asks for whatever there is, seen or not.
struct Nosy<'a, 'c> {
    choices: &'a mut Choices<'c>,
    schema: &'a Arc<Schema>,
    /// As the server: all names are known.
    everything: &'a Scope,
    /// Who asks, and what they see: mostly they write what they may.
    rights: &'a Rights,
    seen: &'a Records,
}

impl Nosy<'_, '_> {
    fn object(&mut self) -> Arc<Object> {
        let all: Vec<_> = self.schema.objects().iter().filter(|object| object.name.ends_with("__c")).cloned().collect();
        self.choices.of(&all)
    }

    fn id(&mut self, object: &Object) -> Id {
        id(object.prefix.unwrap().as_str(), 1 + self.choices.below(9) as u64)
    }

    fn any_id(&mut self) -> Id {
        let prefix = self.choices.of(&["a01", "a02", "a03", "a04", "a05", "a06", "005", "00G", "a09"]);
        id(prefix, 1 + self.choices.below(9) as u64)
    }

    fn field(&mut self, object: &Object) -> String {
        let names: Vec<_> = object.fields.iter().map(|field| field.name.clone()).chain(["Nobody__c".to_owned()]).collect();
        self.choices.of(&names)
    }

    fn question(&mut self) -> Question {
        let object = self.object();
        let deleted_too = self.choices.rarely(3);
        let name = &object.name;
        let soql = |text: String| Question::Soql { text, deleted_too };
        match self.choices.below(9) {
            0..=2 => soql(Writer { choices: self.choices, scope: self.everything }.query()),
            3 => soql(match self.choices.below(7) {
                0 => format!("SELECT FIELDS(ALL) FROM {name} ORDER BY Id LIMIT 200"),
                1 => "SELECT Id, BillingAddress FROM P__c ORDER BY Id".to_owned(),
                2 => "SELECT Id, TYPEOF Any__r WHEN P__c THEN Name, Key__c WHEN M__c THEN Name, P__c ELSE Name END FROM C__c ORDER BY Id"
                    .to_owned(),
                3 => "SELECT Id, Any__r.Type, Any__r.Name, Owner.Name FROM C__c WHERE Any__r.Type != 'P__c' ORDER BY Any__r.Name, Id"
                    .to_owned(),
                4 => format!("SELECT Id FROM {name} USING SCOPE {} ORDER BY Id", self.choices.of(&["mine", "mine_and_my_groups"])),
                5 => "SELECT Id, (SELECT FIELDS(STANDARD) FROM Xs__r ORDER BY Id) FROM M__c ORDER BY Id".to_owned(),
                _ => format!("SELECT COUNT() FROM {name}"),
            }),
            4 => Question::ByKey {
                field: self.choices.of(&["Key__c", "Mail__c", "Id", "Name"]).to_owned(),
                value: match self.choices.below(3) {
                    0 => Scalar::Text(format!("k{}", self.choices.below(40))),
                    1 => Scalar::Text(format!("m{}@example.org", self.choices.below(6))),
                    _ => Scalar::Text(self.id(&object).to_string()),
                },
                object: object.name.clone(),
            },
            _ => {
                let ids = (0..1 + self.choices.below(12)).map(|_| self.id(&object)).collect();
                let fields = (self.choices.below(2) == 0).then(|| (0..1 + self.choices.below(3)).map(|_| self.field(&object)).collect());
                Question::Read { object: object.name.clone(), ids, fields }
            }
        }
    }

    /// An id that is seen, mostly.
    fn seen_id(&mut self, object: &Object) -> Id {
        let seen: Vec<Id> = ids(self.seen)[&object.name].clone();
        if seen.is_empty() || self.choices.rarely(4) { self.id(object) } else { self.choices.of(&seen) }
    }

    /// A field that may be written, mostly.
    fn written(&mut self, object: &Object) -> String {
        let may = |field: &&Field| field.update && self.rights.sees_field(object, field) && self.rights.edits_field(object, field);
        let names: Vec<_> = object.fields.iter().filter(may).map(|field| field.name.clone()).collect();
        if names.is_empty() || self.choices.rarely(4) { self.field(object) } else { self.choices.of(&names) }
    }

    fn record(&mut self, object: &Object, new: bool) -> Incoming {
        let mut fields = serde_json::Map::new();
        if new && !self.choices.rarely(8) {
            fields.insert("Name".to_owned(), json!("made"));
            for field in object.fields.iter().filter(|field| field.reference.as_ref().is_some_and(|reference| reference.master)) {
                let to = field.name.as_str();
                let parent = self.schema.object(to).unwrap().clone();
                fields.insert(to.to_owned(), json!(self.seen_id(&parent)));
            }
        }
        for _ in 0..1 + self.choices.below(2) {
            let name = self.written(object);
            let Some(field) = object.field(&name) else {
                fields.insert(name, json!("x"));
                continue;
            };
            let value = match (&field.reference, field.field_type) {
                (Some(reference), _) if self.choices.rarely(3) && reference.to.len() == 1 && reference.to[0].ends_with("__c") => {
                    fields.insert(reference.parent_name.clone().unwrap(), json!({ "Key__c": format!("k{}", self.choices.below(40)) }));
                    continue;
                }
                (Some(reference), _) if self.choices.below(3) < 2 => {
                    let to = self.choices.of(&reference.to);
                    let to = self.schema.object(&to).unwrap().clone();
                    json!(self.seen_id(&to))
                }
                (Some(_), _) => json!(self.any_id()),
                (None, FieldType::Boolean) => json!(true),
                (None, FieldType::Int | FieldType::Double | FieldType::Currency) => json!(3),
                (None, FieldType::Date) => json!("2026-11-18"),
                (None, FieldType::DateTime) => json!("2026-11-18T12:00:00Z"),
                (None, FieldType::Email) => json!(format!("m{}@example.org", self.choices.below(6))),
                (None, FieldType::Id) => json!(self.id(object)),
                _ if name == "Key__c" => json!(format!("K{}", self.choices.below(40))),
                _ => json!("text"),
            };
            fields.insert(name, value);
        }
        Incoming::parse(Value::Object(fields).to_string().as_bytes()).unwrap()
    }

    fn operation(&mut self) -> Operation {
        let object = self.object();
        let name = object.name.clone();
        match self.choices.below(6) {
            0 => Operation::Create { object: name, record: self.record(&object, true), uploads: vec![] },
            1 | 2 => Operation::Update { object: name, id: self.seen_id(&object), record: self.record(&object, false), uploads: vec![] },
            3 => {
                let key = self.choices.of(&["Key__c", "Mail__c", "Id", "Name"]).to_owned();
                let value = match key.as_str() {
                    "Mail__c" => format!("m{}@example.org", self.choices.below(6)),
                    "Id" => self.seen_id(&object).to_string(),
                    _ => format!("k{}", self.choices.below(40)),
                };
                let update_only = self.choices.rarely(4);
                Operation::Upsert {
                    object: name,
                    key,
                    value: Scalar::Text(value),
                    record: self.record(&object, true),
                    uploads: vec![],
                    update_only,
                }
            }
            4 => Operation::Delete { object: self.choices.rarely(5).then(|| "X__c".to_owned()), id: self.seen_id(&object) },
            _ => Operation::Undelete { id: self.seen_id(&object) },
        }
    }

    fn write(&mut self) -> Question {
        let operations = (0..1 + self.choices.below(2)).map(|_| self.operation()).collect();
        Question::Write { operations, all_or_none: self.choices.rarely(4) }
    }
}

/// What all cases together were about: a property that nothing was hidden from shows nothing.
#[derive(Debug, Default)]
struct Tally {
    different: usize,
    hidden_records: usize,
    hidden_fields: usize,
    refused: usize,
    done: usize,
    wrong: Vec<String>,
}

async fn check(orgs: &mut [Org], tally: &mut Tally, number: i64, choices: &[u16]) {
    let choices = &mut Choices(choices.iter());
    let schema = Arc::new(random_schema(choices, number));
    let rights = random_rights(choices, &schema);
    let records = random_records(choices, &schema);
    let sight = Sight { schema: &schema, rights: &rights };
    let (elsewhere, different) = sight.elsewhere(choices, &records);
    let other_schema = Arc::new(sight.without_the_hidden());
    let calendar = Calendar { zone: TimeZone::UTC, first_weekday: Weekday::Sunday, fiscal_month: 1 };
    let seen = sight.records(&records);
    tally.different += different;
    tally.hidden_records += records.iter().map(|(name, all)| all.len() - seen[name].len()).sum::<usize>();
    let fields = |schema: &Schema| schema.objects().iter().map(|object| object.fields.len()).sum::<usize>();
    tally.hidden_fields += fields(&schema) - fields(&other_schema);

    let scope_of = |org: &Org, schema: &Arc<Schema>| Scope {
        schema: schema.clone(),
        caller: Caller { workspace: org.world.workspace, user: id("005", 1), rights: Arc::new(rights.clone()) },
        now: org.system().now,
    };
    for org in orgs.iter_mut() {
        org.schema = schema.clone();
        org.options.calendar = calendar.clone();
        table::make(org.world.crm.store(), org.world.workspace, &schema).await.unwrap();
        fill(org, &records).await;
    }
    let scope = scope_of(&orgs[0], &schema);
    let everything = orgs[0].system();
    let mut questions = Vec::new();
    if schema.objects().iter().any(|object| object.name.ends_with("__c") && sight.sees(object)) {
        for _ in 0..QUERIES {
            questions.push(Question::Soql { text: Writer { choices, scope: &scope }.query(), deleted_too: choices.rarely(4) });
        }
    }
    let honest = questions.len();
    let mut nosy = Nosy { choices, schema: &schema, everything: &everything, rights: &rights, seen: &seen };
    questions.extend((0..NOSY).map(|_| nosy.question()));
    questions.extend((0..WRITES).map(|_| nosy.write()));

    let mut answers: Vec<Vec<Answer>> = Vec::new();
    for org in orgs.iter() {
        let scope = scope_of(org, &schema);
        let mut told = Vec::new();
        for (at, question) in questions.iter().enumerate() {
            let answer = ask(org, &scope, question).await;
            if at < honest {
                tally.wrong.extend(as_the_interpreter(org, &scope, &seen, question, &calendar).await);
            }
            told.push(answer);
        }
        answers.push(told);
    }
    for (org, answers) in orgs.iter().zip(&answers) {
        fill(org, &elsewhere).await;
        let scope = scope_of(org, &other_schema);
        for (question, answer) in questions.iter().zip(answers) {
            let other = ask(org, &scope, question).await;
            if let Answer::Written(outcomes, _) = &other {
                let refused = outcomes.iter().filter(|(_, code)| code.is_some()).count();
                (tally.refused, tally.done) = (tally.refused + refused, tally.done + outcomes.len() - refused);
            }
            let is_lost = |answer: &Answer| matches!((question, answer), (Question::Write { .. }, Answer::Told(_)));
            if is_lost(&other) || !tell_the_same(answer, &other) {
                let backend = org.world.crm.store().backend();
                tally.wrong.push(format!("case {number}, {backend:?}: {question:?}\nhere:      {answer:?}\nelsewhere: {other:?}"));
            }
        }
    }
    if !tally.wrong.is_empty() {
        tally.wrong.push(format!("case {number}: {rights:?}\nhere {records:?}\nelsewhere {elsewhere:?}"));
    }
}

/// A query of what is seen answers what there is of it; else how it does not.
async fn as_the_interpreter(org: &Org, scope: &Scope, seen: &Records, question: &Question, calendar: &Calendar) -> Option<String> {
    let Question::Soql { text, deleted_too } = question else { return None };
    let is_there = |record: &&Record| *deleted_too || record.get("IsDeleted") != Some(&Cell::Boolean(true));
    let there: Records = seen.iter().map(|(name, all)| (name.clone(), all.iter().filter(is_there).cloned().collect())).collect();
    let interpreter = Interpreter {
        schema: &scope.schema,
        records: &there,
        now: NOW.parse().unwrap(),
        zone: calendar.zone.clone(),
        first_weekday: calendar.first_weekday,
        fiscal_month: calendar.fiscal_month,
    };
    let query = soql::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let expected = interpreter.answer(&query);
    let mut options = org.options.clone();
    options.all_rows = *deleted_too;
    let found = match org.world.crm.query_in(scope, text, &options).await {
        Ok(page) if expected.is_number() => page.total_size.into(),
        Ok(page) => plain(serde_json::to_value(&page.records).unwrap()),
        Err(error) => Value::String(refusal(&error)),
    };
    let is_equal = if query.order.is_empty() { unordered(found.clone()) == unordered(expected.clone()) } else { found == expected };
    (!is_equal).then(|| format!("{text}\n{:?}: {found}\nmeant:  {expected}", org.world.crm.store().backend()))
}

#[test]
fn what_is_hidden_changes_no_answer() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let orgs = runtime.block_on(async {
        let mut orgs = Vec::new();
        for world in worlds().await {
            let org = Org::new(world, Arc::new(Schema::new(1, 1, instance(), Vec::new()))).await;
            // New records are counted after those that are put here.
            org.count_from(&["P__c", "M__c", "C__c", "D__c", "N__c", "X__c"], 1_000).await;
            orgs.push(org);
        }
        orgs
    });
    let state = Mutex::new((orgs, Tally::default(), 10));
    let config = Config { cases: CASES, max_shrink_iters: 0, failure_persistence: None, ..Config::default() };
    // The same cases every time: who looks for more raises their number.
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&vec(any::<u16>(), 8_000..10_000), |choices| {
        runtime.block_on(async {
            let (orgs, tally, number) = &mut *state.lock().await;
            *number += 1;
            check(orgs, tally, *number, &choices).await;
        });
        Ok(())
    });
    outcome.unwrap();
    runtime.block_on(async {
        let (orgs, tally, _) = state.into_inner();
        assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
        let counts = [tally.different, tally.hidden_records, tally.hidden_fields, tally.refused, tally.done];
        assert!(counts.iter().all(|count| *count > 50), "{tally:?}");
        for org in orgs {
            org.world.end().await;
        }
    });
}
