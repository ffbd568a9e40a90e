//! Plans against a CRM of two maps: each rule, and that order, repetition and death change nothing.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::detail::{Detail, EntityLink, EntityMap, EntityPlan, EntityStep, FieldMap};

const AT: Timestamp = Timestamp(1);

fn agent() -> AgentId {
    AgentId(uuid::Uuid::from_u128(7))
}

fn detail(label: &str, value: &str) -> Detail {
    Detail {
        label: label.to_owned(),
        value: value.into(),
        transcript_fields: Vec::new(),
        visible_to_agent: true,
        entity_maps: Vec::new(),
        knowledge_search: false,
    }
}

fn map(field: &str, label: &str, find: bool, create: bool) -> FieldMap {
    FieldMap { field: field.into(), label: label.into(), find, exact: true, create }
}

fn step(entity: &str, fields: Vec<FieldMap>, link: Option<(&str, &str)>) -> EntityStep {
    let link = link.map(|(entity, field)| EntityLink { entity: entity.into(), field: field.into() });
    EntityStep { entity: entity.into(), fields, show_on_create: true, save_to: Some(format!("{entity}Id")), link }
}

/// Finds by what stands in a map, makes by key, and sets fields that are empty.
#[derive(Clone, Debug, Default, PartialEq)]
struct Crm {
    there: BTreeMap<String, usize>,
    made: BTreeMap<String, RecordRef>,
    fields: BTreeMap<(RecordRef, String), String>,
}

impl Crm {
    fn with(there: &[(&str, usize)]) -> Self {
        Self { there: there.iter().map(|(entity, count)| ((*entity).to_owned(), *count)).collect(), ..Self::default() }
    }

    fn asked(&mut self, ask: &Ask) -> Answer {
        match ask {
            Ask::Find { entity, .. } => {
                let there = (0..self.there.get(entity).copied().unwrap_or(0)).map(|n| format!("{entity}-{n}"));
                let records = there.map(|id| RecordRef { entity: entity.clone(), id });
                // What was made is found like any other.
                Answer::Found(records.chain(self.made.values().filter(|made| made.entity == *entity).cloned()).collect())
            }
            Ask::Make { part, entity, fields, .. } => {
                if let Some(record) = self.made.get(part) {
                    return Answer::Made { record: record.clone(), before: true, left_out: Vec::new() };
                }
                let record = RecordRef { entity: entity.clone(), id: format!("{entity}-new") };
                for (field, value) in fields {
                    self.fields.insert((record.clone(), field.clone()), value.reveal().to_owned());
                }
                self.made.insert(part.clone(), record.clone());
                Answer::Made { record, before: false, left_out: Vec::new() }
            }
            Ask::Link { child, field, parent, .. } => {
                let set = self.fields.entry((child.clone(), field.clone())).or_insert_with(|| parent.id.clone());
                if *set == parent.id { Answer::Linked } else { Answer::Taken }
            }
        }
    }
}

/// Asks until nothing is left to ask.
fn run(course: &mut Course, instructions: &Instructions, crm: &mut Crm) {
    for _ in 0..200 {
        let Some(ask) = course.next(instructions) else { return };
        let answer = crm.asked(&ask);
        assert_ne!(course.answer(instructions, &ask, answer, AT), Change::None, "{ask:?} leads nowhere");
    }
    panic!("it never ends");
}

fn carried_out(plan: &EntityPlan, details: &[Detail], crm: &mut Crm) -> (Instructions, Course) {
    let instructions = Instructions::of_plan(plan, details, |_| true);
    let mut course = Course::begin(&instructions, AT);
    run(&mut course, &instructions, crm);
    (instructions, course)
}

fn told(course: &Course) -> String {
    let line = |part: &Part| {
        let record = part.record.as_ref().map_or("-", |record| &record.id);
        format!("{} {} {:?} {record} {:?} {:?}", part.name, part.entity, part.state, part.how, part.link)
    };
    course.parts.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn contact_and_case() -> EntityPlan {
    EntityPlan {
        steps: vec![
            step("Case", vec![map("Subject", "Topic", false, true)], None),
            step("Contact", vec![map("Email", "Mail", true, true), map("LastName", "Name", false, true)], Some(("Case", "ContactId"))),
        ],
    }
}

fn said() -> Vec<Detail> {
    vec![detail("Topic", "Broken"), detail("Mail", " ada@example.com "), detail("Name", "Ada")]
}

#[test]
fn none_is_made_one_is_linked_and_several_are_chosen_from() {
    let mut crm = Crm::default();
    let (_, course) = carried_out(&contact_and_case(), &said(), &mut crm);
    // The contact first: the case has its id from the beginning.
    insta::assert_snapshot!(told(&course), @r"
    plan-1 Contact Linked Contact-new Some(Created) Done
    plan-0 Case Linked Case-new Some(Created) Open
    ");
    let case = course.part("plan-0").unwrap().record.clone().unwrap();
    assert_eq!(crm.fields[&(case, "ContactId".to_owned())], "Contact-new");
    let contact = course.part("plan-1").unwrap();
    assert!(contact.shows && contact.save_to.as_deref() == Some("ContactId"));
    assert_eq!(crm.fields[&(contact.record.clone().unwrap(), "Email".to_owned())], "ada@example.com", "trimmed");

    let (_, course) = carried_out(&contact_and_case(), &said(), &mut Crm::with(&[("Contact", 1)]));
    insta::assert_snapshot!(told(&course), @r"
    plan-1 Contact Linked Contact-0 Some(Found) Done
    plan-0 Case Linked Case-new Some(Created) Open
    ");
    assert!(!course.part("plan-1").unwrap().shows, "only what was made is shown");

    let mut crm = Crm::with(&[("Contact", MAX_CANDIDATES + 1)]);
    let (instructions, mut course) = carried_out(&contact_and_case(), &said(), &mut crm);
    let contact = course.part("plan-1").unwrap();
    assert_eq!((contact.state, contact.candidates.len(), contact.more_candidates), (State::Choosing, MAX_CANDIDATES, true));
    let chosen = contact.candidates[3].clone();
    let stranger = RecordRef { entity: "Contact".into(), id: "other".into() };
    assert_eq!(course.choose("plan-1", &stranger, agent(), AT), Err(Refusal::NoCandidate));
    assert_eq!(course.choose("plan-1", &chosen, agent(), AT), Ok(Change::Visible));
    assert_eq!(course.choose("plan-1", &chosen, agent(), AT), Ok(Change::None), "again");
    run(&mut course, &instructions, &mut crm);
    // The case was made before the choice, and gets the id after it.
    insta::assert_snapshot!(told(&course), @r"
    plan-1 Contact Linked Contact-3 Some(Chosen) Done
    plan-0 Case Linked Case-new Some(Created) Open
    ");
    assert_eq!(crm.fields.values().filter(|value| *value == "Contact-3").count(), 1);
}

#[test]
fn what_was_found_is_never_written_to() {
    let plan = EntityPlan {
        steps: vec![
            step("Account", vec![map("Name", "Name", true, true)], None),
            step("Contact", vec![map("Email", "Mail", true, true)], Some(("Account", "PrimaryId"))),
        ],
    };
    let mut crm = Crm::with(&[("Account", 1)]);
    let (_, course) = carried_out(&plan, &said(), &mut crm);
    insta::assert_snapshot!(told(&course), @r"
    plan-1 Contact Linked Contact-new Some(Created) Open
    plan-0 Account Linked Account-0 Some(Found) Open
    ");
    assert!(crm.fields.keys().all(|(_, field)| field != "PrimaryId"));
}

#[test]
fn the_first_of_two_that_want_a_field_has_it() {
    let plan = EntityPlan {
        steps: vec![
            step("Lead", vec![map("Email", "Mail", true, false)], Some(("Case", "PersonId"))),
            step("Contact", vec![map("Email", "Mail", true, true)], Some(("Case", "PersonId"))),
            step("Case", vec![map("Subject", "Topic", false, true)], None),
        ],
    };
    let person = |crm: &Crm| crm.fields.iter().find(|((_, field), _)| field == "PersonId").map(|(_, id)| id.clone());
    // Nobody for the first: the second has it.
    let mut crm = Crm::default();
    carried_out(&plan, &said(), &mut crm);
    assert_eq!(person(&crm).as_deref(), Some("Contact-new"));
    // While the first may still have a record, the second waits.
    let mut crm = Crm::with(&[("Lead", 2)]);
    let (instructions, mut course) = carried_out(&plan, &said(), &mut crm);
    assert_eq!(person(&crm), None);
    let lead = course.part("plan-0").unwrap().candidates[1].clone();
    course.choose("plan-0", &lead, agent(), AT).unwrap();
    run(&mut course, &instructions, &mut crm);
    assert_eq!(person(&crm).as_deref(), Some("Lead-1"));
}

#[test]
fn empty_values_neither_look_nor_write_and_a_plan_may_come_to_nothing() {
    let plan = |find, create| EntityPlan { steps: vec![step("Contact", vec![map("Email", "Mail", find, create)], None)] };
    let state = |plan: &EntityPlan, details: &[Detail]| carried_out(plan, details, &mut Crm::with(&[("Contact", 3)])).1.parts[0].state;
    assert_eq!(state(&plan(true, true), &[detail("Mail", " ")]), State::Nothing, "nothing to look for, nothing to make it of");
    assert_eq!(state(&plan(true, true), &[]), State::Nothing, "a label that no detail has");
    assert_eq!(state(&plan(false, true), &[detail("Mail", "x")]), State::Linked, "not looked for: always made");
    assert_eq!(state(&plan(false, false), &[detail("Mail", "x")]), State::Nothing);
    assert_eq!(state(&plan(true, false), &[detail("Mail", "x")]), State::Choosing);
    let (_, found_none) = carried_out(&plan(true, false), &[detail("Mail", "x")], &mut Crm::default());
    assert_eq!(found_none.parts[0].state, State::Nothing);
    let both = [map("Email", "Mail", true, true), map("Phone", "Phone", true, true)];
    let two = EntityPlan { steps: vec![step("Contact", both.to_vec(), None)] };
    let instructions = Instructions::of_plan(&two, &[detail("Mail", "x"), detail("Phone", "")], |_| true);
    let fields = |instruction: &Instruction| instruction.criteria.iter().map(|criterion| criterion.field.clone()).collect::<Vec<_>>();
    assert_eq!(fields(&instructions.all[0]), ["Email"]);
    assert_eq!(instructions.all[0].fields.len(), 1);
}

#[test]
fn the_older_form_looks_and_shows_and_makes_nothing() {
    let with = |label: &str, value: &str, entity: &str, find: bool| {
        let maps = vec![EntityMap { entity: entity.into(), field: label.into(), fill: true, find, exact: true }];
        Detail { entity_maps: maps, ..detail(label, value) }
    };
    let details = [with("Email", "a@b", "Contact", true), with("Phone", "1", "Contact", true), with("Fax", "2", "Contact", false)];
    let instructions = Instructions::of_plan(&EntityPlan::default(), &details, |_| true);
    assert_eq!(instructions.all.len(), 1);
    assert_eq!(instructions.all[0].criteria.len(), 2, "together");
    let (_, course) = carried_out(&EntityPlan::default(), &details, &mut Crm::with(&[("Contact", 1)]));
    assert!(course.parts[0].state == State::Linked && course.parts[0].shows);
    let (_, course) = carried_out(&EntityPlan::default(), &details, &mut Crm::default());
    assert_eq!(course.parts[0].state, State::Nothing);
    let planned = Instructions::of_plan(&contact_and_case(), &details, |_| true);
    assert_eq!(planned.all.len(), 2, "the plan has a step for that entity");
}

#[test]
fn entities_that_are_not_allowed_are_refused_with_a_reason_and_cannot_be_tried_again() {
    let instructions = Instructions::of_plan(&contact_and_case(), &said(), |entity| entity == "Case");
    let mut course = Course::begin(&instructions, AT);
    run(&mut course, &instructions, &mut Crm::default());
    let contact = course.part("plan-1").unwrap();
    assert_eq!((contact.state, contact.reasons[0].kind.as_str()), (State::Refused, "not_allowed"));
    assert_eq!(course.retry(&instructions, "plan-1", AT), Err(Refusal::NotNow));
    assert_eq!(course.part("plan-0").unwrap().state, State::Linked);
}

#[test]
fn agents_retry_make_link_unlink_and_take_back() {
    let plan = contact_and_case();
    let instructions = Instructions::of_plan(&plan, &said(), |_| true);
    let mut course = Course::begin(&instructions, AT);
    let problem = FieldProblem { field: "Email".into(), kind: "other".into(), reason: "No.".into() };
    let ask = course.next(&instructions).unwrap();
    assert_eq!(course.answer(&instructions, &ask, Answer::Unreadable(vec![problem.clone()]), AT), Change::Visible);
    assert_eq!(course.part("plan-1").unwrap().reasons, [problem]);
    assert_eq!(course.retry(&instructions, "plan-1", AT), Ok(Change::Visible));
    let mut crm = Crm::with(&[("Contact", 2)]);
    run(&mut course, &instructions, &mut crm);

    assert_eq!(course.make(&instructions, "plan-1", agent(), AT), Ok(Change::Visible));
    let asked = course.next(&instructions).unwrap();
    assert!(matches!(&asked, Ask::Make { by: Some(_), .. }), "with the agent's rights");
    run(&mut course, &instructions, &mut crm);
    assert_eq!(course.part("plan-1").unwrap().how, Some(How::MadeByAgent));
    assert_eq!(course.part("plan-1").unwrap().link, LinkState::Done);

    // Taken back, there are still those that were found.
    assert_eq!(course.undo(&instructions, "plan-1", agent(), AT), Ok(Change::Visible));
    assert_eq!(course.part("plan-1").unwrap().state, State::Choosing);
    assert_eq!(course.undo(&instructions, "plan-1", agent(), AT), Ok(Change::None), "again");
    let first = course.part("plan-1").unwrap().candidates[0].clone();
    course.choose("plan-1", &first, agent(), AT).unwrap();
    assert_eq!(course.unlink(&instructions, "plan-1", agent(), AT), Ok(Change::Visible));
    assert_eq!(course.unlink(&instructions, "plan-1", agent(), AT), Ok(Change::None), "again");

    assert_eq!(course.add("agent-1", first.clone(), How::Chosen, agent(), AT), Ok(Change::Visible));
    assert_eq!(course.add("agent-2", first.clone(), How::Chosen, agent(), AT), Ok(Change::None), "it is there already");
    assert_eq!(course.undo(&instructions, "agent-1", agent(), AT), Ok(Change::Visible));
    assert_eq!(course.part("agent-1").unwrap().state, State::Undone);
    let made = RecordRef { entity: "Contact".into(), id: "made".into() };
    assert_eq!(course.made_by_agent(Some("plan-1"), "agent-3", made, agent(), AT), Ok(Change::Visible));
    let contact = course.part("plan-1").unwrap();
    assert_eq!((contact.state, contact.made_as.as_deref()), (State::Linked, Some("agent-3")));
    for n in 0..MAX_ADDED {
        let record = RecordRef { entity: "Task".into(), id: n.to_string() };
        let added = course.add(&format!("agent-x{n}"), record, How::Chosen, agent(), AT);
        assert_eq!(added.is_err(), n == MAX_ADDED - 1, "{n}");
    }
}

/// What another server, a crash or an agent does in between.
#[derive(Clone, Copy, Debug)]
enum Deed {
    /// Asks, and takes the answer in.
    Works,
    /// Asks and dies.
    Dies,
    /// Takes the answer in twice.
    Twice,
    /// Knows what to ask and is slow.
    Slow,
    /// The slow one asks now.
    Late,
    /// The answer of a slow one comes.
    Comes,
    /// The agent chooses.
    Chooses,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        Just(Deed::Works),
        Just(Deed::Dies),
        Just(Deed::Twice),
        Just(Deed::Slow),
        Just(Deed::Late),
        Just(Deed::Comes),
        Just(Deed::Chooses)
    ]
}

const ENTITIES: [&str; 4] = ["A", "B", "C", "D"];

fn a_plan() -> impl Strategy<Value = EntityPlan> {
    let one = (0..ENTITIES.len(), proptest::option::of((0..ENTITIES.len(), 0..2_usize)), any::<bool>(), any::<bool>());
    proptest::collection::vec(one, 1..5).prop_map(|steps| {
        let steps = steps.into_iter().map(|(entity, link, find, create)| {
            let link = link.map(|(entity, field)| (ENTITIES[entity], ["F", "G"][field]));
            step(ENTITIES[entity], vec![map("Name", "Name", find, create)], link)
        });
        EntityPlan::merged(steps)
    })
}

fn choose_all(course: &mut Course) {
    let open: Vec<(String, RecordRef)> = course
        .parts
        .iter()
        .filter(|part| part.state == State::Choosing)
        .map(|part| (part.name.clone(), part.candidates[0].clone()))
        .collect();
    for (part, record) in open {
        course.choose(&part, &record, agent(), AT).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn order_repetition_and_death_end_in_the_same_records(
        plan in a_plan(),
        there in proptest::collection::vec(0..3_usize, ENTITIES.len()),
        deeds in proptest::collection::vec(deed(), 0..40),
    ) {
        let details = [detail("Name", "x")];
        let there: Vec<(&str, usize)> = ENTITIES.iter().copied().zip(there).collect();
        let instructions = Instructions::of_plan(&plan, &details, |_| true);

        let (mut straight, mut expected) = (Course::begin(&instructions, AT), Crm::with(&there));
        run(&mut straight, &instructions, &mut expected);
        choose_all(&mut straight);
        run(&mut straight, &instructions, &mut expected);

        let (mut course, mut crm) = (Course::begin(&instructions, AT), Crm::with(&there));
        let (mut slow, mut coming) = (Vec::new(), Vec::new());
        for deed in deeds {
            match deed {
                Deed::Works | Deed::Twice | Deed::Dies => {
                    let Some(ask) = course.next(&instructions) else { continue };
                    let answer = crm.asked(&ask);
                    if matches!(deed, Deed::Works | Deed::Twice) {
                        course.answer(&instructions, &ask, answer.clone(), AT);
                    }
                    if matches!(deed, Deed::Twice) {
                        prop_assert_eq!(course.answer(&instructions, &ask, answer, AT), Change::None);
                    }
                }
                Deed::Slow => slow.extend(course.next(&instructions)),
                Deed::Late => {
                    if let Some(ask) = slow.pop() {
                        let answer = crm.asked(&ask);
                        coming.push((ask, answer));
                    }
                }
                Deed::Comes => {
                    if let Some((ask, answer)) = coming.pop() {
                        course.answer(&instructions, &ask, answer, AT);
                    }
                }
                Deed::Chooses => choose_all(&mut course),
            }
        }
        run(&mut course, &instructions, &mut crm);
        choose_all(&mut course);
        run(&mut course, &instructions, &mut crm);
        // Whatever was still under way comes at last, and changes nothing.
        for ask in slow {
            let answer = crm.asked(&ask);
            prop_assert_eq!(course.answer(&instructions, &ask, answer, AT), Change::None);
        }
        prop_assert_eq!(told(&course), told(&straight));
        prop_assert_eq!(&crm, &expected);
    }
}
