//! Figures: how much was asked, answered and missed over a time, and how long it took.

use domain::ids::{AgentId, ButtonId, DeploymentId, QueueId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Instant;

/// How long a step is, by the clock of the workspace's time zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FigureStep {
    /// An hour.
    Hour,
    /// A day: 23 or 25 hours where the clock is changed in it.
    #[default]
    Day,
    /// A week from Monday.
    Week,
}

/// `GET /figures`: over which time, and whose. Needs `figures.read`. Filters that are set must all hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FiguresQuery {
    /// From, inclusive, taken back to the quarter of an hour; unless told, the beginning of the day six days before the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub from: Option<Instant>,
    /// Until, exclusive, taken on to the quarter of an hour; now unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub until: Option<Instant>,
    /// How long a step is: `hour`, `day` (unless told) or `week`; at most 1,000 steps.
    #[serde(default)]
    #[param(inline)]
    pub step: FigureStep,
    /// What is booked at this agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub agent: Option<AgentId>,
    /// Conversations that waited last in this queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub queue: Option<QueueId>,
    /// Conversations that came in by this button.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub button: Option<ButtonId>,
    /// Conversations that came in here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub deployment: Option<DeploymentId>,
}

/// How long something took, over many times. In whole seconds, each time rounded: the sums of parts are the sum of the whole, and
/// `sum / count` is the mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct FigureSeconds {
    /// All together.
    pub sum: u64,
    /// How many times.
    pub count: u64,
    /// The longest; 0 where there is none.
    pub max: u64,
}

/// What is counted. Each number is booked at an instant, which says to which step it belongs, and most at an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct FigureNumbers {
    /// Conversations that were asked for and taken on; requests that were refused at once are none. Booked when they were asked for, at no agent.
    pub asked: u64,
    /// Conversations that an agent took for the first time. Booked then, at that agent.
    pub answered: u64,
    /// Offers that the asked agent declined, or did not answer in time. Booked then, at the asked agent. One conversation may be missed by several,
    /// and answered after all.
    pub missed: u64,
    /// Conversations that were over before anybody took them because the visitor left: ended them, was lost, or was idle. Booked at the end, at no
    /// agent.
    pub abandoned: u64,
    /// Conversations that were over, however they ended; those abandoned, and those turned away after waiting, too. Booked at the end, at the agent
    /// who had it last.
    pub ended: u64,
    /// From asking to being answered. Booked with `answered`.
    pub waiting_seconds: FigureSeconds,
    /// From being answered to the first message or file of an agent; greetings that are sent by themselves are none. Booked then, at the agent who
    /// wrote.
    pub first_response_seconds: FigureSeconds,
    /// How long an agent had a conversation: each time from getting it until it ended, was sent on, or was lost to him. Without the work after its
    /// end. Booked then, at that agent.
    pub handling_seconds: FigureSeconds,
    /// Messages and files from visitors. Booked when they came, at the agent who had the conversation then.
    pub messages_visitor: u64,
    /// Messages and files from agents; notes and greetings that are sent by themselves are none. Booked at who wrote them.
    pub messages_agent: u64,
    /// How often visitors gave 1, 2, 3, 4 and 5, within 30 days after the end. Booked when they did, at the agent who had the conversation last.
    #[schema(value_type = Vec<u64>, min_items = 5, max_items = 5)]
    pub ratings: [u64; 5],
}

/// Figures over a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Figures {
    /// From, inclusive.
    pub from: Instant,
    /// Until, exclusive.
    pub until: Instant,
    /// The workspace's time zone, by whose clock the time is cut: an IANA name.
    pub time_zone: String,
    /// What happened before this is counted: mostly now, and a little less while much is going on.
    pub complete_until: Instant,
    /// In order, those without anything too. The first begins at `from`, the others where an hour, a day or a week does.
    pub steps: Vec<StepFigures>,
    /// All steps together.
    pub total: FigureNumbers,
    /// By agent, by name; agents without anything are not listed, and what is booked at no agent is in none.
    pub by_agent: Vec<AgentFigures>,
    /// By button, by name; last what came in by none.
    pub by_button: Vec<ButtonFigures>,
}

/// Figures of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepFigures {
    /// When it begins; it ends where the next one begins, or with the time that was asked for.
    pub at: Instant,
    /// What was counted.
    #[serde(flatten)]
    pub numbers: FigureNumbers,
}

/// Figures of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgentFigures {
    /// Who.
    pub agent: AgentId,
    /// What was booked at him.
    #[serde(flatten)]
    pub numbers: FigureNumbers,
}

/// Figures of a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ButtonFigures {
    /// Which; null for conversations that came in by none.
    pub button: Option<ButtonId>,
    /// What was counted of them.
    #[serde(flatten)]
    pub numbers: FigureNumbers,
}
