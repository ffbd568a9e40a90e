//! What one agent sees.

use domain::{conversation::Phase, permission::Permission, presence::PresenceReason as Reason, secret::Text, time::Timestamp};
use engine::{
    Directory,
    routing::AgentPresence,
    view::{AgentView, ConversationView, MeView, OfferView, Origin, WaitingView},
};
use native::{
    Position,
    agent::{AgentSnapshot, Capacity, Me, Offer, Presence, PresenceReason, PresenceStatus, WaitingConversation},
    conversation::{AgentConversation, Connection, ConversationState, Flag, VisitedPage, VisitorCard, WebPage, What},
};

use super::{
    detail, entry,
    transcript::{closure, named, rating},
};
use crate::api::sign_in::never_present;

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn reason(reason: Option<Reason>) -> PresenceReason {
    match reason {
        None | Some(Reason::Chosen) => PresenceReason::Chosen,
        Some(Reason::SignedIn) => PresenceReason::SignedIn,
        Some(Reason::SignedOut) => PresenceReason::SignedOut,
        Some(Reason::Declined) => PresenceReason::Declined,
        Some(Reason::TimedOut) => PresenceReason::TimedOut,
        Some(Reason::LeaseLapsed) => PresenceReason::LeaseLapsed,
        Some(Reason::Supervisor) => PresenceReason::Supervisor,
        Some(Reason::Removed) => PresenceReason::Removed,
    }
}

/// A presence as it is stored: a lease that has lapsed is told when it is acted on.
pub(crate) fn presence(presence: Option<&engine::view::Presence>) -> Presence {
    let Some(known) = presence else { return never_present() };
    let why = known.reason.as_deref().and_then(|text| serde_json::from_value::<Reason>(serde_json::Value::String(text.to_owned())).ok());
    Presence {
        status: match known.status.as_str() {
            "online" => PresenceStatus::Online,
            "away" => PresenceStatus::Away,
            _ => PresenceStatus::Offline,
        },
        reason: reason(why),
        note: known.note.clone(),
        since: known.changed_at.into(),
    }
}

/// A presence as it counts now.
pub(crate) fn agent_presence(presence: AgentPresence) -> Presence {
    Presence {
        status: match presence.status {
            domain::presence::Presence::Online => PresenceStatus::Online,
            domain::presence::Presence::Away => PresenceStatus::Away,
            domain::presence::Presence::Offline => PresenceStatus::Offline,
        },
        reason: reason(presence.reason),
        note: presence.note,
        since: presence.since.unwrap_or(Timestamp(0)).into(),
    }
}

/// The agent himself.
pub(crate) fn me(view: &MeView) -> Me {
    let used = view.load.active + view.load.offered + view.load.after_work;
    Me {
        id: view.id,
        workspace: view.workspace.clone(),
        login: view.profile.login.clone(),
        name: view.profile.name.clone(),
        public_name: view.profile.face(None).to_owned(),
        roles: view.profile.roles.clone(),
        permissions: view
            .permissions
            .iter()
            .filter_map(|permission| serde_json::from_value(serde_json::json!(permission.as_str())).ok())
            .collect(),
        skills: view.profile.skills.clone(),
        queues: view.profile.queues.clone(),
        presence: presence(view.presence.as_ref()),
        capacity: Capacity { total: view.profile.capacity, used: u32::try_from(used).unwrap_or(u32::MAX) },
        totp: view.totp,
    }
}

/// An open offer.
pub(crate) fn offer(view: &OfferView) -> Offer {
    Offer {
        id: view.id,
        conversation: view.conversation,
        at: view.made_at.into(),
        expires_at: view.expires_at.map(Into::into),
        visitor_name: named(&view.visitor_name),
        button: view.button,
        queue: view.queue,
        waiting_since: view.waiting_since.into(),
        transferred_by: view.transferred_by,
        note: view.note.clone(),
        can_decline: true,
    }
}

/// A conversation that waits.
pub(crate) fn waiting(view: &WaitingView) -> WaitingConversation {
    WaitingConversation {
        conversation: view.conversation,
        visitor_name: named(&view.visitor_name),
        button: view.button,
        queue: view.queue,
        since: view.since.into(),
        priority: i32::try_from(view.priority).unwrap_or(i32::MAX),
    }
}

/// A flag that is up.
pub(super) fn flag((flag, note): &(engine::view::Flag, Option<Text>)) -> Flag {
    Flag { by: flag.by, note: note.clone().filter(|note| !note.reveal().is_empty()), at: flag.at.into() }
}

/// What is known of the visitor's side.
pub(crate) fn visitor_card(origin: &Origin, sees_addresses: bool) -> VisitorCard {
    VisitorCard {
        id: origin.visitor,
        name: named(&origin.name),
        language: some(&origin.language),
        user_agent: some(&origin.user_agent),
        screen_resolution: some(&origin.screen),
        referrer: some(&origin.referrer),
        address: some(&origin.address).filter(|_| sees_addresses),
        page: some(&origin.page).map(|url| WebPage { url, title: None }),
        pages: some(&origin.page)
            .map(|url| VisitedPage { page: WebPage { url, title: None }, at: origin.requested_at.into() })
            .into_iter()
            .collect(),
        connection: Connection::Connected,
    }
}

/// A conversation: what the reducer makes of its entries, one after the other. So a snapshot and a replayed stream cannot differ.
pub(crate) fn conversation(directory: &Directory, view: &ConversationView, sees_addresses: bool) -> AgentConversation {
    let origin = &view.origin;
    let mut conversation = AgentConversation {
        id: view.conversation.id,
        sequence: 0,
        state: ConversationState::Waiting,
        started_at: origin.requested_at.into(),
        owner: None,
        deployment: origin.deployment,
        button: origin.button,
        queue: view.queue,
        visitor: visitor_card(origin, sees_addresses),
        details: view.details.iter().map(detail).collect(),
        transfer: None,
        file_requests: Vec::new(),
        idle_warning: false,
        critical_wait: false,
        flag: None,
        monitored_by: Vec::new(),
        rating: None,
        closure: None,
        after_work: false,
        records_revision: 0,
        timeline: Vec::new(),
        earlier: false,
    };
    for seen in &view.entries {
        // Erased entries are in the rows themselves: their texts are empty. A view that was open then is told to start again.
        if let Some(entry) = entry(directory, seen).filter(|entry| !matches!(entry.what, What::Erased)) {
            conversation.apply(entry);
        }
    }
    if view.incomplete {
        // Where the first entries are gone from the journal, the rows say what they came to.
        conversation.earlier = true;
        conversation.rating = view.rating.as_ref().map(rating);
        conversation.monitored_by.clone_from(&view.monitors);
        conversation.flag = view.flag.as_ref().map(flag);
        conversation.records_revision = u64::try_from(view.records_revision).unwrap_or(0);
        match view.conversation.phase {
            Phase::Ended => {
                conversation.state = ConversationState::Ended;
                conversation.closure = closure(origin);
            }
            Phase::Active { agent } => (conversation.state, conversation.owner) = (ConversationState::Active, Some(agent)),
            Phase::Offered { .. } => conversation.state = ConversationState::Offered,
            Phase::Waiting => conversation.state = ConversationState::Waiting,
        }
    }
    // Entries that agents do not see count too: the stream goes on after the last of all.
    conversation.sequence = u64::try_from(view.conversation.sequence).unwrap_or(0);
    conversation
}

/// All that an agent sees.
pub(crate) fn agent_snapshot(directory: &Directory, view: &AgentView) -> AgentSnapshot {
    let sees_addresses = view.me.permissions.allows(Permission::BlockVisitors);
    let mut offers: Vec<Offer> = view.offers.iter().map(offer).collect();
    offers.sort_by_key(|offer| offer.id);
    let mut conversations: Vec<AgentConversation> =
        view.conversations.iter().map(|seen| conversation(directory, seen, sees_addresses)).collect();
    conversations.sort_by_key(|conversation| conversation.id);
    let mut listed: Vec<WaitingConversation> = view.waiting.iter().map(waiting).collect();
    listed.sort_by_key(|waiting| (waiting.priority, waiting.since, waiting.conversation));
    AgentSnapshot { position: position(view.position), me: me(&view.me), offers, conversations, waiting: listed }
}

fn position(at: domain::journal::Position) -> Position {
    Position { epoch: u64::try_from(at.epoch).unwrap_or(0), position: u64::try_from(at.position).unwrap_or(0) }
}
