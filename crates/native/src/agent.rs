//! The agent's side: sign-in, presence, offers, conversations.

use domain::{
    ids::{AgentId, ButtonId, ConversationId, FileRequestId, OfferId, QueueId, RoleId, SkillId},
    secret::{Secret, Text},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Instant, Position,
    admin::Permission,
    conversation::{AgentConversation, Entry, File, OfferOutcome, TransferTarget},
    visitor::ResetReason,
};

/// `POST /sign-in`. Needs no token and no idempotency key (two keys would be two sign-ins anyway).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The workspace's name; may be left out where there is only one.
    pub workspace: Option<String>,
    /// The agent's login.
    pub login: String,
    /// The agent's password.
    pub password: Secret,
    /// Six digits, when a second factor is enrolled.
    pub totp: Option<Secret>,
}

/// The answer to [`SignIn`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedIn {
    /// The Bearer token. `DELETE /sign-in` revokes it.
    pub token: Secret,
    /// Until when, unless used before: use extends it.
    pub expires_at: Instant,
    /// Only `POST /me/password` works until the password is changed.
    pub password_change_required: bool,
    /// Who it is.
    pub me: Me,
}

/// `POST /me/password`. Ends every other sign-in of the agent. Answered 204.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The password now.
    pub current: Secret,
    /// The new one, at least 12 characters.
    pub new: Secret,
}

/// The answer to `POST /me/totp`: enrolment begins, and counts only once it is confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TotpEnrolment {
    /// Base32, for typing in.
    pub secret: Secret,
    /// `otpauth://…`, for a QR code.
    pub url: Secret,
}

/// `POST /me/totp/confirm`, `POST /me/totp/remove`: a code of the authenticator. Answered 204.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TotpCode {
    /// Six digits.
    pub code: Secret,
}

/// Whether an agent takes work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PresenceStatus {
    /// Offers come.
    Online,
    /// No offers; conversations stay.
    Away,
    /// Not there; conversations go back to their queue.
    Offline,
}

/// Why a presence is as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PresenceReason {
    /// The agent set it.
    Chosen,
    /// The agent signed in.
    SignedIn,
    /// The agent signed out.
    SignedOut,
    /// The agent declined an offer.
    Declined,
    /// The agent let an offer time out.
    TimedOut,
    /// The lease lapsed: no event stream for 30 s.
    LeaseLapsed,
    /// A supervisor set it.
    Supervisor,
    /// An admin disabled or removed the agent.
    Removed,
}

/// An agent's presence. Durable: it outlives connections by the lease of 30 s, which an open event stream renews.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Presence {
    /// Whether offers come.
    pub status: PresenceStatus,
    /// Why.
    pub reason: PresenceReason,
    /// In the agent's words, such as `Lunch`.
    pub note: Option<String>,
    /// Since when.
    pub since: Instant,
}

/// `PUT /me/presence`; answered with [`Me`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPresence {
    /// Whether offers shall come.
    pub status: PresenceStatus,
    /// In the agent's words, at most 80 characters.
    pub note: Option<String>,
}

/// How much an agent carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Capacity {
    /// How many conversations the agent can carry.
    pub total: u32,
    /// Conversations, after-conversation work and open offers now.
    pub used: u32,
}

/// `GET /me`: the agent who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// Which agent.
    pub id: AgentId,
    /// The workspace's name.
    pub workspace: String,
    /// What the agent signs in with.
    pub login: String,
    /// The name that colleagues see.
    pub name: String,
    /// The name that visitors see.
    pub public_name: String,
    /// Roles held.
    pub roles: Vec<RoleId>,
    /// What they allow together, sorted.
    pub permissions: Vec<Permission>,
    /// Skills held.
    pub skills: Vec<SkillId>,
    /// Queues served.
    pub queues: Vec<QueueId>,
    /// Whether offers come.
    pub presence: Presence,
    /// How much more fits.
    pub capacity: Capacity,
    /// Whether a second factor is enrolled.
    pub totp: bool,
}

/// A conversation that one agent is asked to take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Offer {
    /// Names it.
    pub id: OfferId,
    /// Which conversation.
    pub conversation: ConversationId,
    /// When it was made.
    pub at: Instant,
    /// When it times out; null where there is no push time-out.
    pub expires_at: Option<Instant>,
    /// The visitor's name.
    pub visitor_name: Option<Text>,
    /// Where the visitor came in.
    pub button: Option<ButtonId>,
    /// From which queue.
    pub queue: Option<QueueId>,
    /// Since when the visitor waits.
    pub waiting_since: Instant,
    /// Who sends it on, when it is a transfer.
    pub transferred_by: Option<AgentId>,
    /// That agent's note.
    pub note: Option<Text>,
    /// Whether the agent may decline it.
    pub can_decline: bool,
}

/// A conversation that waits to be picked. Seen with the permission `queues.see_waiting`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaitingConversation {
    /// Which.
    pub conversation: ConversationId,
    /// The visitor's name.
    pub visitor_name: Option<Text>,
    /// Where the visitor came in.
    pub button: Option<ButtonId>,
    /// In which queue it waits.
    pub queue: Option<QueueId>,
    /// Since when.
    pub since: Instant,
    /// Lower is served first.
    pub priority: i32,
}

/// `GET /snapshot`: all that the agent sees, and where the event stream goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgentSnapshot {
    /// `after` for `GET /events`.
    pub position: Position,
    /// The agent.
    pub me: Me,
    /// Open offers to the agent, by id.
    pub offers: Vec<Offer>,
    /// Conversations that the agent owns, the ended ones with after-conversation work too, and those that he watches as a supervisor; by id.
    pub conversations: Vec<AgentConversation>,
    /// Conversations to pick from, first come first within priority; empty without `queues.see_waiting`.
    pub waiting: Vec<WaitingConversation>,
}

/// Why a conversation left the agent's view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    /// Another agent has it now, or a transfer took it away.
    Transferred,
    /// It went back to its queue.
    Returned,
    /// It ended and nothing is left to do.
    Closed,
    /// The agent watches it no longer.
    MonitoringEnded,
    /// Rights, skills or queues changed.
    RightsChanged,
}

/// `GET /events` (`text/event-stream`): the `data` of each event.
///
/// Durable events carry the SSE id `epoch:position`. Where one journal entry makes several, only the last carries it, so that a reader who is cut
/// between them gets all of them again; applying one twice changes nothing. Events marked ephemeral have no id and are never repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum AgentEvent {
    /// A conversation came into view: accepted, picked, transferred here, taken over or watched.
    ConversationEntered {
        /// All of it, up to its `sequence`.
        conversation: Box<AgentConversation>,
    },
    /// A conversation is no longer seen.
    ConversationLeft {
        /// Which.
        conversation: ConversationId,
        /// Why.
        reason: LeaveReason,
    },
    /// Something happened in a conversation in view.
    Entry {
        /// In which.
        conversation: ConversationId,
        /// What; one with a `sequence` not above the conversation's is known already.
        entry: Entry,
    },
    /// The agent is asked to take a conversation.
    OfferMade {
        /// Which.
        offer: Offer,
    },
    /// An offer is no longer open.
    OfferEnded {
        /// Which.
        offer: OfferId,
        /// How.
        outcome: OfferOutcome,
    },
    /// Presence, capacity, name, skills or queues of the agent are now these.
    MeChanged {
        /// All of it.
        me: Me,
    },
    /// A conversation waits to be picked, or waits otherwise than before.
    WaitingChanged {
        /// All of it.
        waiting: WaitingConversation,
    },
    /// A conversation no longer waits to be picked.
    WaitingLeft {
        /// Which.
        conversation: ConversationId,
    },
    /// Nothing in view changed up to the event's id, which saves replaying it.
    Advanced,
    /// Ephemeral: the visitor types, or stopped.
    Typing {
        /// In which conversation.
        conversation: ConversationId,
        /// Whether.
        typing: bool,
    },
    /// Ephemeral: what the visitor is typing.
    Draft {
        /// In which conversation.
        conversation: ConversationId,
        /// All of the input field.
        text: Text,
    },
    /// The stream cannot go on from where the reader stands: read the snapshot, then connect after its position.
    Reset {
        /// Why.
        reason: ResetReason,
    },
}

/// `POST /conversations/{id}/take`: picks one that waits; a supervisor takes one over from its owner, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeConversation {
    /// Only if this agent still has it; absent: from whoever has it.
    #[serde(default)]
    pub from: Option<AgentId>,
}

/// The answer to `POST /offers/{id}/accept` and `POST /conversations/{id}/take`: the conversation is the agent's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Taken {
    /// All of it.
    pub conversation: AgentConversation,
}

/// `POST /offers/{id}/decline`. Answered 204.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineOffer {
    /// In the agent's words, at most 255 characters.
    pub reason: Option<String>,
}

/// `POST /conversations/{id}/transfer`; answered with [`crate::visitor::Accepted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferConversation {
    /// Where to.
    pub to: TransferTarget,
    /// For the next agent; never shown to the visitor.
    pub note: Option<Text>,
}

/// `POST /conversations/{id}/file-requests`: asks the visitor for a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestFile {}

/// The answer to [`RequestFile`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct FileRequested {
    /// Names it; `DELETE /conversations/{id}/file-requests/{request}` withdraws it.
    pub request: FileRequestId,
    /// The entry's place in the conversation.
    pub sequence: u64,
}

/// `GET /conversations/{id}/entries`: entries before one, newest page first, each page oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EntriesQuery {
    /// Only entries with a lower sequence; absent: the latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// How many, 1 to 500; 100 unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// The answer to [`EntriesQuery`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Entries {
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// Whether there are older ones.
    pub earlier: bool,
}

/// `GET /conversations/{id}/files`: every file of the conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Files {
    /// Oldest first.
    pub files: Vec<File>,
}

/// `GET /transfer-targets`: where the agent may send conversations now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TransferTargets {
    /// Each with what may be shown of it.
    pub targets: Vec<TransferChoice>,
}

/// One place to transfer to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TransferChoice {
    /// What to send as `to`.
    pub to: TransferTarget,
    /// Its name.
    pub name: String,
    /// Whether somebody there can take it now.
    pub available: bool,
}
