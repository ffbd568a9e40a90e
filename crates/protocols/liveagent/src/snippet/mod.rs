//! The snippets that site owners have in their pages: the values in them are read, never run, and new ones are written.
//!
//! [`read`] takes whatever a person pastes (deployment code, button code, both, the code of Embedded Service, escaped or bent by a word
//! processor) and says which values are in it, how sure that is, and where each stands. Nothing is evaluated, fetched or stored, and
//! what it gives is ids and addresses only. [`Deployment`] and [`Button`] write the same codes for our own host.
//!
//! Facts: deployment_segment.md 8, assistant.md 1.2.

mod calls;
mod problem;
mod scan;
mod text;
mod value;
mod write;

use serde::Serialize;

pub use problem::{Problem, ProblemKind, Severity};
pub use write::{Button, ButtonStyle, Deployment, Invitation};

use calls::{Sighting, Sightings};
use scan::Place;
use text::Text;

/// The longest paste that is read, in bytes.
pub const LIMIT: usize = 64 * 1024;
/// The most values that a reading holds; a paste with more is no pair of snippets.
const MOST: usize = 200;

/// What a value is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The address of the API, `https://…/chat`.
    Endpoint,
    /// The address of scripts and pages, `https://…/content`.
    Content,
    /// `00D…`
    Organisation,
    /// `572…`
    Deployment,
    /// `573…`, of a button or an invitation.
    Button,
    /// `005…`
    Agent,
}

impl Field {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Endpoint => "server address",
            Self::Content => "address of the scripts",
            Self::Organisation => "organisation",
            Self::Deployment => "deployment",
            Self::Button => "button",
            Self::Agent => "agent",
        }
    }
}

/// How sure a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Commented out, or not where a snippet has it.
    Low,
    /// Follows from another value.
    Derived,
    /// Stands where a snippet has it.
    Certain,
}

/// A value that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// What it is for.
    pub field: Field,
    /// An id in its form of 15 characters, or an address. Letters, digits and what addresses consist of, nothing else.
    pub value: String,
    /// How sure.
    pub confidence: Confidence,
    /// Where it, or what it follows from, stands in the paste: bytes from its start.
    pub offset: usize,
}

/// Which kind of snippet it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Generation {
    /// `liveagent.init(…)`, or values with no such call.
    LiveAgent,
    /// `embedded_svc.init(…)`.
    EmbeddedService,
    /// `embeddedservice_bootstrap.init(…)`, which is refused.
    MessagingForWeb,
}

/// What a paste holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// Which kind of snippet it is.
    pub generation: Generation,
    /// What was found, each value once: by field, the surest and then the first one first.
    pub found: Vec<Found>,
    /// What a person must know, in the order of the paste; errors before warnings.
    pub problems: Vec<Problem>,
}

impl Reading {
    /// The one value of a field, unless there is none or somebody must choose.
    pub fn value(&self, field: Field) -> Option<&str> {
        let mut of_field = self.found.iter().filter(|found| found.field == field);
        let first = of_field.next()?;
        let second = of_field.next();
        (second.is_none_or(|second| second.confidence == Confidence::Low && first.confidence > Confidence::Low))
            .then_some(first.value.as_str())
    }

    /// Whether there is such a problem.
    pub fn has(&self, kind: ProblemKind) -> bool {
        self.problems.iter().any(|problem| problem.kind == kind)
    }

    fn refused(generation: Generation, kind: ProblemKind) -> Self {
        Self { generation, found: Vec::new(), problems: vec![Problem { kind, field: None, offset: None }] }
    }
}

/// Reads what was pasted.
pub fn read(pasted: &str) -> Reading {
    if pasted.len() > LIMIT {
        return Reading::refused(Generation::LiveAgent, ProblemKind::TooLong);
    }
    judge(best(pasted))
}

/// The paste as it is, or with its escapes undone: whichever says most. As it is, when that says as much.
fn best(pasted: &str) -> Sightings {
    let raw = Text::pasted(pasted);
    let mut best = look(&raw);
    if sureness(&best) == sureness_of_all() {
        return best;
    }
    let mut others = Vec::new();
    if pasted.contains('\\') {
        let unescaped = raw.without_escapes();
        others.extend(pasted.contains('&').then(|| unescaped.without_entities()));
        others.push(unescaped);
    }
    if pasted.contains('&') {
        let once = raw.without_entities();
        others.extend(once.as_str().contains('&').then(|| once.without_entities()));
        others.push(once);
    }
    // Those that undo least come first.
    for other in others.into_iter().rev() {
        let steps = best.steps;
        let mut seen = look(&other);
        seen.steps += steps;
        if sureness(&seen) > sureness(&best) { best = seen } else { best.steps = seen.steps }
    }
    best
}

fn look(text: &Text) -> Sightings {
    let mut seen = Sightings::default();
    scan::document(&mut seen, text, 0..text.len(), Place::TOP);
    seen
}

const NEEDED: [Field; 5] = [Field::Endpoint, Field::Content, Field::Organisation, Field::Deployment, Field::Button];

/// How much of what is needed is there, and how surely.
fn sureness(seen: &Sightings) -> u32 {
    let mut best = [0; NEEDED.len()];
    for sighting in &seen.all {
        if let Some(place) = NEEDED.iter().position(|field| *field == sighting.field) {
            best[place] = best[place].max(sighting.confidence as u32 + 1);
        }
    }
    best.iter().sum()
}

fn sureness_of_all() -> u32 {
    NEEDED.len() as u32 * (Confidence::Certain as u32 + 1)
}

fn judge(seen: Sightings) -> Reading {
    let live_ids = seen.all.iter().any(|sighting| sighting.confidence == Confidence::Certain && sighting.field >= Field::Deployment);
    if seen.messaging && !live_ids {
        return Reading::refused(Generation::MessagingForWeb, ProblemKind::MessagingForWeb);
    }
    let generation = if seen.embedded > 0 && seen.inits == 0 { Generation::EmbeddedService } else { Generation::LiveAgent };
    let mut found = each_once(&seen.all);
    if found.is_empty() {
        return match seen.problems.is_empty() {
            true => Reading::refused(generation, ProblemKind::NothingFound),
            false => Reading { generation, found, problems: in_order(seen.problems) },
        };
    }
    derive(&mut found);
    found.sort_by(|a, b| a.field.cmp(&b.field).then(b.confidence.cmp(&a.confidence)).then(a.offset.cmp(&b.offset)));
    found.truncate(MOST);
    let mut problems = seen.problems;
    missing_or_many(&found, &seen.all, &mut problems);
    Reading { generation, found, problems: in_order(problems) }
}

fn each_once(all: &[Sighting]) -> Vec<Found> {
    let mut found: std::collections::BTreeMap<(Field, &str), Found> = std::collections::BTreeMap::new();
    for sighting in all {
        let Sighting { field, value, confidence, offset, .. } = sighting;
        let here = Found { field: *field, value: value.clone(), confidence: *confidence, offset: *offset };
        found
            .entry((*field, value))
            .and_modify(|known| {
                if (here.confidence, std::cmp::Reverse(here.offset)) > (known.confidence, std::cmp::Reverse(known.offset)) {
                    *known = here.clone();
                }
            })
            .or_insert(here);
    }
    found.into_values().collect()
}

/// The endpoint follows from where the scripts are, and the reverse (8.5).
fn derive(found: &mut Vec<Found>) {
    let surely = |found: &[Found], field| found.iter().find(|one| one.field == field && one.confidence > Confidence::Low).cloned();
    for (from, to, label, other, path) in
        [(Field::Content, Field::Endpoint, "//c.", "//d.", "/chat"), (Field::Endpoint, Field::Content, "//d.", "//c.", "/content")]
    {
        if surely(found, to).is_none()
            && let Some(base) = surely(found, from)
        {
            let host = base.value.rsplit_once('/').map_or(base.value.as_str(), |(host, _)| host);
            let value = format!(
                "{}{path}",
                if base.value.contains("salesforceliveagent.com") { host.replacen(label, other, 1) } else { host.to_owned() }
            );
            found.retain(|one| one.field != to || one.value != value);
            found.push(Found { field: to, value, confidence: Confidence::Derived, offset: base.offset });
        }
    }
}

fn missing_or_many(found: &[Found], all: &[Sighting], problems: &mut Vec<Problem>) {
    let of = |field: Field| found.iter().filter(move |one| one.field == field);
    let sure = |field: Field| of(field).filter(|one| one.confidence > Confidence::Low).count();
    let mut tell = |kind, field| problems.push(Problem { kind, field, offset: None });
    if all.iter().all(|sighting| sighting.commented) {
        tell(ProblemKind::OnlyCommentedOut, None);
    }
    if of(Field::Deployment).next().is_none() {
        tell(ProblemKind::DeploymentCodeMissing, Some(Field::Deployment));
    } else {
        if of(Field::Organisation).next().is_none() {
            tell(ProblemKind::OrganisationMissing, Some(Field::Organisation));
        }
        if of(Field::Endpoint).next().is_none() {
            tell(ProblemKind::EndpointMissing, Some(Field::Endpoint));
        }
    }
    if of(Field::Button).next().is_none() && of(Field::Agent).next().is_none() {
        tell(ProblemKind::ButtonCodeMissing, Some(Field::Button));
    }
    for (field, kind) in [
        (Field::Organisation, ProblemKind::SeveralOrganisations),
        (Field::Deployment, ProblemKind::SeveralDeployments),
        (Field::Endpoint, ProblemKind::SeveralEndpoints),
        (Field::Button, ProblemKind::SeveralButtons),
    ] {
        if sure(field) > 1 || (sure(field) == 0 && of(field).count() > 1) {
            tell(kind, Some(field));
        }
    }
    // What is missing in a call is not in the way when the value stands elsewhere for sure, as in the second of two copies.
    problems.retain(|problem| match (problem.kind, problem.field) {
        (ProblemKind::Variables | ProblemKind::Template, Some(field)) => sure(field) == 0,
        _ => true,
    });
}

/// Errors first, each problem once.
fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by_key(|problem| (std::cmp::Reverse(problem.kind.severity()), problem.offset.is_none(), problem.offset, problem.kind));
    let mut known = std::collections::BTreeSet::new();
    problems.retain(|problem| known.insert((problem.kind, problem.field)));
    problems
}

#[cfg(test)]
mod tests;
