//! Ordered ways to reach somebody: an agent, a button, or an agent and then a button.

use serde::{Deserialize, Serialize};

use super::{Admission, Lane, Target, Unavailable, admit};
use crate::ids::{AgentId, ButtonId, ConversationId};

/// One of the ways, in the order in which they are to be tried (`liveagent.md` 2.2, overrides, and direct to an agent).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attempt {
    /// A button.
    Button(ButtonId),
    /// An agent and nobody else: direct without fallback.
    Agent(AgentId),
    /// An agent, and if he cannot take it the button: direct with fallback.
    AgentThenButton(AgentId, ButtonId),
}

/// A way that can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Which step of the flattened list it is; when it fails later (a decline), go on with `step + 1`.
    pub step: usize,
    /// Which attempt that step belongs to.
    pub attempt: Attempt,
    /// Whom the conversation now asks for.
    pub target: Target,
    /// An offer or a wait, never a refusal.
    pub admission: Admission,
}

fn steps(attempts: &[Attempt]) -> impl Iterator<Item = (Attempt, Target)> {
    attempts.iter().flat_map(|&attempt| {
        let (first, second) = match attempt {
            Attempt::Button(button) => (Target::Button(button), None),
            Attempt::Agent(agent) => (Target::Agent(agent), None),
            Attempt::AgentThenButton(agent, button) => (Target::Agent(agent), Some(Target::Button(button))),
        };
        [Some(first), second].into_iter().flatten().map(move |target| (attempt, target))
    })
}

/// The first way, from `from_step` on, that can be taken; else why the last of them could not.
///
/// A step counts one target: `AgentThenButton` is two. Begin with step 0; after a taken way has failed, with its step + 1. With nothing left
/// the reason is [`Unavailable::Unknown`] for an empty list and [`Unavailable::AllDeclined`] for one that is used up.
pub fn next_attempt(conversation: ConversationId, attempts: &[Attempt], from_step: usize, lane: Lane<'_>) -> Result<Taken, Unavailable> {
    let mut reason = if attempts.is_empty() { Unavailable::Unknown } else { Unavailable::AllDeclined };
    for (step, (attempt, target)) in steps(attempts).enumerate().skip(from_step) {
        match admit(conversation, &target, lane) {
            Admission::Refuse(why) => reason = why,
            admission => return Ok(Taken { step, attempt, target, admission }),
        }
    }
    Err(reason)
}
