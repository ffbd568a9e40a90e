//! What was seen: values with the call or place that they stand in.

use std::ops::Range;

use super::{
    Confidence, Field,
    problem::{Problem, ProblemKind},
    scan::Place,
    text::Text,
    value::{Address, Value, blank},
};
use crate::ids::{Id, IdKind};

/// A call of a snippet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// `liveagent.init(…)`
    Init,
    /// `embedded_svc.init(…)`
    Embedded,
    /// `embeddedservice_bootstrap.init(…)`
    Messaging,
    /// `showWhenOnline(…)` and those that also name a button first.
    Button,
}

impl Call {
    pub(super) fn of(object: &str, name: &str) -> Option<Self> {
        match name {
            "init" if object.eq_ignore_ascii_case("liveagent") => Some(Self::Init),
            "init" if object == "embedded_svc" => Some(Self::Embedded),
            "init" if object == "embeddedservice_bootstrap" => Some(Self::Messaging),
            "showWhenOnline" | "showWhenOffline" | "startChat" | "startChatWithWindow" | "rejectChat" | "addButtonEventHandler" => {
                Some(Self::Button)
            }
            _ => None,
        }
    }

    /// What each argument is, by how many there are.
    fn order(self, arguments: u16) -> &'static [Option<Field>] {
        use Field::{Button, Content, Deployment, Endpoint, Organisation};
        match (self, arguments) {
            (Self::Init, _) => &[Some(Endpoint), Some(Deployment), Some(Organisation)],
            // 1.0 to 2.2 and before (8.3).
            (Self::Embedded, 9..) => &[None, Some(Endpoint), Some(Content), None, Some(Deployment), Some(Organisation), Some(Button)],
            (Self::Embedded, _) => &[None, None, None, Some(Organisation)],
            _ => &[],
        }
    }

    /// What it needs.
    fn needs(self) -> &'static [Field] {
        use Field::{Button, Deployment, Endpoint, Organisation};
        match self {
            Self::Init => &[Endpoint, Deployment, Organisation],
            Self::Embedded => &[Endpoint, Deployment, Organisation, Button],
            Self::Messaging | Self::Button => &[],
        }
    }
}

/// An open bracket.
pub(super) struct Frame {
    pub(super) shape: usize,
    pub(super) call: Option<Call>,
    /// The place in the stack of the call that literals here belong to.
    pub(super) owner: Option<usize>,
    /// The argument that is being read.
    pub(super) index: u16,
    /// The arguments that have words in them, a bit each.
    pub(super) words: u16,
    offset: usize,
    values: Vec<(Value, usize, Option<u16>)>,
}

impl Frame {
    pub(super) fn new(shape: usize, call: Option<Call>, owner: Option<usize>, offset: usize) -> Self {
        Self { shape, call, owner, index: 0, words: 0, offset, values: Vec::new() }
    }
}

/// A value that was seen somewhere.
#[derive(Clone, Debug)]
pub(super) struct Sighting {
    pub(super) field: Field,
    pub(super) value: String,
    pub(super) confidence: Confidence,
    pub(super) offset: usize,
    pub(super) commented: bool,
}

/// All that was seen.
#[derive(Default)]
pub(super) struct Sightings {
    pub(super) all: Vec<Sighting>,
    pub(super) problems: Vec<Problem>,
    /// A call of the newer product.
    pub(super) messaging: bool,
    /// Live calls of each kind.
    pub(super) inits: usize,
    pub(super) embedded: usize,
    /// Work done, in bytes looked at: a test holds it to be linear.
    pub(super) steps: usize,
}

/// Elements of the button code are named after the button.
const ELEMENTS: [&str; 3] = ["liveagent_button_online_", "liveagent_button_offline_", "liveagent_invite_button_"];
/// Addresses with one of these are those of the deployment's scripts.
const SCRIPTS: [&str; 3] = ["/content/g/", "deployment.js", "prechat.js"];

fn field(id: Id) -> Field {
    match id.kind() {
        IdKind::Organization => Field::Organisation,
        IdKind::Deployment => Field::Deployment,
        IdKind::Button => Field::Button,
        _ => Field::Agent,
    }
}

impl Sightings {
    fn see(&mut self, field: Field, value: impl Into<String>, confidence: Confidence, offset: usize, place: Place) {
        let confidence = if place.commented { Confidence::Low } else { confidence };
        self.all.push(Sighting { field, value: value.into(), confidence, offset, commented: place.commented });
    }

    fn problem(&mut self, kind: ProblemKind, field: Option<Field>, offset: usize, place: Place) {
        if !place.commented {
            self.problems.push(Problem { kind, field, offset: Some(offset) });
        }
    }

    fn id(&mut self, id: Id, fits: bool, confidence: Confidence, offset: usize, place: Place) {
        self.see(field(id), id.as_str(), confidence, offset, place);
        if !fits {
            self.problem(ProblemKind::Checksum, Some(field(id)), offset, place);
        }
    }

    fn pair(&mut self, agent: Id, button: Id, confidence: Confidence, offset: usize, place: Place) {
        self.id(agent, true, confidence, offset, place);
        self.id(button, true, confidence, offset, place);
    }

    fn address(&mut self, field: Field, address: &Address, confidence: Confidence, offset: usize, place: Place) {
        let confidence = if address.assumed { confidence.min(Confidence::Derived) } else { confidence };
        self.see(field, address.text.clone(), confidence, offset, place);
        if field == Field::Endpoint && !address.encrypted && confidence > Confidence::Low {
            self.problem(ProblemKind::NotEncrypted, Some(field), offset, place);
        }
    }

    /// A string. Within a call of a snippet it is kept until the call is read.
    pub(super) fn literal(&mut self, owner: Option<(&mut Frame, bool)>, text: &Text, range: Range<usize>, place: Place) {
        let raw = &text.as_str()[range.clone()];
        let shown = raw.trim_start_matches(blank);
        let start = range.start + (raw.len() - shown.len());
        let shown = shown.trim_end_matches(blank);
        if let Some(element) = ELEMENTS.iter().find(|element| shown.starts_with(*element)) {
            // `…_online_005…_573…` is that of an agent at a button.
            let offset = text.origin(start + element.len());
            match Value::of(&shown[element.len()..]) {
                Value::Known(id, fits) => self.id(id, fits, Confidence::Certain, offset, place),
                Value::Pair(agent, button) => self.pair(agent, button, Confidence::Certain, offset, place),
                _ => {}
            }
            return;
        }
        let offset = text.origin(start);
        let value = Value::of(shown);
        if let Some((frame, direct)) = owner {
            let index = direct.then_some(frame.index);
            frame.values.push((value, offset, index));
            return;
        }
        match value {
            Value::Content(address) => {
                let script = SCRIPTS.iter().any(|script| shown.contains(script));
                self.address(Field::Content, &address, if script { Confidence::Certain } else { Confidence::Low }, offset, place);
            }
            Value::Endpoint(address) => self.address(Field::Endpoint, &address, Confidence::Low, offset, place),
            Value::Host(host) => self.see(Field::Endpoint, format!("https://{host}/chat"), Confidence::Low, offset, place),
            Value::Known(id, fits) => self.id(id, fits, Confidence::Low, offset, place),
            Value::Pair(agent, button) => self.pair(agent, button, Confidence::Low, offset, place),
            _ => {}
        }
    }

    /// The value of an attribute that is made for one of ours.
    pub(super) fn attribute(&mut self, text: &Text, place: Place) {
        let offset = text.origin(0);
        match Value::of(text.as_str()) {
            Value::Known(id, fits) => self.id(id, fits, Confidence::Certain, offset, place),
            Value::Endpoint(address) => self.address(Field::Endpoint, &address, Confidence::Certain, offset, place),
            Value::Content(address) => self.address(Field::Content, &address, Confidence::Certain, offset, place),
            Value::Host(host) => self.see(Field::Endpoint, format!("https://{host}/chat"), Confidence::Derived, offset, place),
            Value::Refused => self.problem(ProblemKind::EndpointRefused, Some(Field::Endpoint), offset, place),
            _ => {}
        }
    }

    /// A word of code or of text: an id that lost its quotes, or the newer product's name.
    pub(super) fn word(&mut self, text: &Text, range: Range<usize>, place: Place) {
        let word = &text.as_str()[range.clone()];
        match word {
            "embeddedservice_bootstrap" | "scrt2URL" => self.messaging |= !place.commented,
            _ => {
                if let Value::Known(id, fits) = Value::of(word) {
                    self.id(id, fits, Confidence::Low, text.origin(range.start), place);
                }
            }
        }
    }

    /// A bracket that was closed, or that the end of the code closed.
    pub(super) fn call(&mut self, frame: Frame, place: Place, closed: bool) {
        let Some(call) = frame.call else { return };
        if !closed {
            self.problem(ProblemKind::CutOff, None, frame.offset, place);
        }
        match call {
            Call::Messaging => self.messaging |= !place.commented,
            Call::Button => self.button(frame, place),
            Call::Init | Call::Embedded => self.init(call, frame, place),
        }
    }

    fn button(&mut self, frame: Frame, place: Place) {
        let first = frame.values.iter().any(|(_, _, index)| *index == Some(0));
        if !first && frame.words & 1 == 1 {
            self.problem(ProblemKind::Variables, Some(Field::Button), frame.offset, place);
        }
        for (value, offset, index) in frame.values {
            match value {
                Value::Known(id, fits) => self.id(id, fits, Confidence::Certain, offset, place),
                Value::Pair(agent, button) => self.pair(agent, button, Confidence::Certain, offset, place),
                Value::Unusual(id) if index == Some(0) => {
                    self.see(Field::Button, id.as_str(), Confidence::Low, offset, place);
                    self.problem(ProblemKind::UnusualPrefix, Some(Field::Button), offset, place);
                }
                Value::Template if index == Some(0) => self.problem(ProblemKind::Template, Some(Field::Button), offset, place),
                _ => {}
            }
        }
    }

    fn init(&mut self, call: Call, frame: Frame, place: Place) {
        if !place.commented {
            *(if call == Call::Init { &mut self.inits } else { &mut self.embedded }) += 1;
        }
        let order = call.order(frame.index.saturating_add(1));
        let mut found: Vec<Field> = Vec::new();
        let mut disordered = false;
        let mut template = None;
        for (value, offset, index) in frame.values {
            let meant = index.and_then(|index| order.get(usize::from(index)).copied().flatten());
            let is = match value {
                Value::Known(id, fits) => {
                    self.id(id, fits, Confidence::Certain, offset, place);
                    field(id)
                }
                Value::Endpoint(address) => {
                    self.address(Field::Endpoint, &address, Confidence::Certain, offset, place);
                    Field::Endpoint
                }
                Value::Content(address) => {
                    self.address(Field::Content, &address, Confidence::Certain, offset, place);
                    Field::Content
                }
                Value::Host(host) if meant == Some(Field::Endpoint) || call == Call::Init => {
                    self.see(Field::Endpoint, format!("https://{host}/chat"), Confidence::Derived, offset, place);
                    Field::Endpoint
                }
                Value::Web(address) if meant == Some(Field::Endpoint) => {
                    if address.text.matches('/').count() == 2 {
                        self.see(Field::Endpoint, format!("{}/chat", address.text), Confidence::Derived, offset, place);
                    } else {
                        self.problem(ProblemKind::EndpointRefused, meant, offset, place);
                    }
                    Field::Endpoint
                }
                Value::Refused if meant == Some(Field::Endpoint) => {
                    self.problem(ProblemKind::EndpointRefused, meant, offset, place);
                    Field::Endpoint
                }
                Value::Unusual(id) => match meant {
                    Some(field @ (Field::Deployment | Field::Organisation | Field::Button)) => {
                        self.see(field, id.as_str(), Confidence::Low, offset, place);
                        self.problem(ProblemKind::UnusualPrefix, meant, offset, place);
                        field
                    }
                    _ => continue,
                },
                Value::Template => {
                    template = template.or(Some(offset));
                    if let Some(field) = meant {
                        self.problem(ProblemKind::Template, meant, offset, place);
                        found.push(field);
                    }
                    continue;
                }
                _ => continue,
            };
            disordered |= meant.is_some_and(|meant| meant != is);
            found.push(is);
        }
        if disordered {
            self.problem(ProblemKind::WrongOrder, None, frame.offset, place);
        }
        for field in call.needs().iter().filter(|field| !found.contains(field)) {
            self.problem(
                if template.is_some() { ProblemKind::Template } else { ProblemKind::Variables },
                Some(*field),
                frame.offset,
                place,
            );
        }
    }
}
