//! A plan with the values of its conversation: what is to be done for each part, in order.

use crate::{
    detail::{Detail, EntityPlan, EntityStep, FieldMap, MAX_STEPS},
    record::{Criterion, FieldProblem},
    secret::Text,
};

use super::State;

/// What is to be done for a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// The part's name: the same whenever the plan is read.
    pub part: String,
    /// Of which entity.
    pub entity: String,
    /// What it is looked for by; empty: it is not looked for.
    pub criteria: Vec<Criterion>,
    /// What a new record says; empty: none is made.
    pub fields: Vec<(String, Text)>,
    /// An agent is shown what was made.
    pub show_on_create: bool,
    /// An agent is shown what was found.
    pub show_on_find: bool,
    /// The field of the transcript's record that gets its id.
    pub save_to: Option<String>,
    /// The part whose record gets its id, and in which field.
    pub link: Option<(String, String)>,
    /// Nothing is done for it, and why.
    pub refused: Option<FieldProblem>,
}

impl Instruction {
    /// There is something to make a record of.
    pub fn can_make(&self) -> bool {
        !self.fields.is_empty()
    }

    /// How it begins.
    pub(super) fn first(&self) -> State {
        match () {
            () if self.refused.is_some() => State::Refused,
            () if !self.criteria.is_empty() => State::Waiting,
            () if self.can_make() => State::Making,
            () => State::Nothing,
        }
    }
}

/// What is to be done for all parts, in the order in which it is done: what others refer to comes before them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instructions {
    /// In order.
    pub(super) all: Vec<Instruction>,
    /// The parts that write into others, in the order of the plan, where the first wins.
    links: Vec<usize>,
}

/// A detail's value, if there is one. Of several with the same label the last counts.
fn value<'d>(details: &'d [Detail], label: &str) -> Option<&'d str> {
    details.iter().rev().find(|detail| detail.label == label).map(|detail| detail.value.reveal().trim()).filter(|value| !value.is_empty())
}

fn instruction(part: String, step: &EntityStep, details: &[Detail]) -> Instruction {
    let said = |wanted: fn(&FieldMap) -> bool| {
        step.fields.iter().filter(move |map| wanted(map)).filter_map(|map| Some((map, value(details, &map.label)?)))
    };
    Instruction {
        part,
        entity: step.entity.clone(),
        criteria: said(|map| map.find)
            .map(|(map, value)| Criterion { field: map.field.clone(), value: value.into(), exact: map.exact })
            .collect(),
        fields: said(|map| map.create).map(|(map, value)| (map.field.clone(), value.into())).collect(),
        show_on_create: step.show_on_create,
        show_on_find: false,
        save_to: step.save_to.clone().filter(|field| !field.is_empty()),
        link: None,
        refused: None,
    }
}

/// The older form: a detail says by itself that records with its value are looked for. All of an entity together are one part; nothing is made.
/// An entity that the plan has a step for is looked for by that step.
fn older(plan: &EntityPlan, details: &[Detail]) -> Vec<Instruction> {
    let mut found: Vec<Instruction> = Vec::new();
    for detail in details {
        let said = detail.value.reveal().trim();
        for map in detail.entity_maps.iter().filter(|map| map.find && !said.is_empty()) {
            if plan.steps.iter().any(|step| step.entity == map.entity) {
                continue;
            }
            let criterion = Criterion { field: map.field.clone(), value: said.into(), exact: map.exact };
            let part = found.len();
            match found.iter_mut().find(|known| known.entity == map.entity) {
                Some(known) => known.criteria.push(criterion),
                None if part == MAX_STEPS => {}
                None => found.push(Instruction {
                    part: format!("query-{part}"),
                    entity: map.entity.clone(),
                    criteria: vec![criterion],
                    fields: Vec::new(),
                    show_on_create: false,
                    show_on_find: true,
                    save_to: None,
                    link: None,
                    refused: None,
                }),
            }
        }
    }
    found
}

impl Instructions {
    /// What a plan comes to with these values, hidden ones too. `allowed` says of which entities records may be found and made.
    pub fn of_plan(plan: &EntityPlan, details: &[Detail], allowed: impl Fn(&str) -> bool) -> Self {
        let name = |step: usize| format!("plan-{step}");
        let mut steps: Vec<Instruction> = plan.steps.iter().enumerate().map(|(at, step)| instruction(name(at), step, details)).collect();
        for (at, step) in plan.steps.iter().enumerate() {
            let Some(link) = &step.link else { continue };
            let child = plan.steps.iter().position(|other| other.entity == link.entity).filter(|child| *child != at);
            steps[at].link = child.map(|child| (name(child), link.field.clone()));
        }
        steps.extend(older(plan, details));
        for step in steps.iter_mut().filter(|step| !allowed(&step.entity)) {
            step.refused = Some(FieldProblem {
                field: String::new(),
                kind: "not_allowed".to_owned(),
                reason: "Records of this kind are not found or made for conversations here.".to_owned(),
            });
        }
        let order = order(&steps);
        let links =
            (0..steps.len()).filter(|at| steps[*at].link.is_some()).filter_map(|at| order.iter().position(|own| *own == at)).collect();
        let mut steps: Vec<Option<Instruction>> = steps.into_iter().map(Some).collect();
        Self { all: order.iter().filter_map(|at| steps[*at].take()).collect(), links }
    }

    /// Nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// What is to be done for a part.
    pub fn of(&self, part: &str) -> Option<&Instruction> {
        self.all.iter().find(|instruction| instruction.part == part)
    }

    /// The parts that write their records' ids into others: which, into which, in which field. In the order of the plan.
    pub(super) fn links(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.links.iter().filter_map(|at| {
            let instruction = self.all.get(*at)?;
            let (child, field) = instruction.link.as_ref()?;
            Some((instruction.part.as_str(), child.as_str(), field.as_str()))
        })
    }

    /// The parts whose ids a part's record gets, and in which fields.
    pub(super) fn parents_of(&self, child: &str) -> impl Iterator<Item = (&str, &str)> {
        self.links().filter(move |(_, into, _)| *into == child).map(|(part, _, field)| (part, field))
    }
}

/// Every step after those whose ids it gets; where they go in a circle, the first in the plan is done first.
fn order(steps: &[Instruction]) -> Vec<usize> {
    fn visit(steps: &[Instruction], at: usize, begun: &mut [bool], done: &mut Vec<usize>) {
        if std::mem::replace(&mut begun[at], true) {
            return;
        }
        for (parent, step) in steps.iter().enumerate() {
            if step.link.as_ref().is_some_and(|(child, _)| *child == steps[at].part) {
                visit(steps, parent, begun, done);
            }
        }
        done.push(at);
    }
    let (mut begun, mut done) = (vec![false; steps.len()], Vec::with_capacity(steps.len()));
    for at in 0..steps.len() {
        visit(steps, at, &mut begun, &mut done);
    }
    done
}
