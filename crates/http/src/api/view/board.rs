//! What a supervisor looks over.

use engine::desk::{Board, BoardAgent, BoardConversation, BoardLine};
use native::{
    agent::Capacity,
    conversation::ConversationState,
    desk::{self, BoardTotals, LastAuthor},
};

use super::{
    agent::{flag, presence},
    transcript::named,
};

fn agent(seen: &BoardAgent) -> desk::BoardAgent {
    let presence = presence(seen.presence.as_ref());
    let used = seen.load.active + seen.load.offered + seen.load.after_work;
    desk::BoardAgent {
        id: seen.id,
        name: seen.name.clone(),
        status: presence.status,
        reason: presence.reason,
        note: presence.note,
        since: presence.since,
        capacity: Capacity { total: seen.capacity, used: u32::try_from(used).unwrap_or(u32::MAX) },
        conversations: u32::try_from(seen.load.active).unwrap_or(u32::MAX),
    }
}

fn queue(seen: &BoardLine) -> desk::BoardQueue {
    desk::BoardQueue {
        id: seen.queue,
        button: seen.button,
        name: seen.name.clone(),
        waiting: seen.waiting,
        longest_waiting_since: seen.longest_waiting_since.map(Into::into),
        estimated_wait_seconds: seen.estimated_wait,
        online_agents: seen.online_agents,
        free_capacity: seen.free_capacity,
    }
}

fn conversation(seen: &BoardConversation) -> desk::BoardConversation {
    let running = &seen.running;
    let state = match running.phase.as_str() {
        "active" => ConversationState::Active,
        "offered" => ConversationState::Offered,
        _ => ConversationState::Waiting,
    };
    desk::BoardConversation {
        id: running.conversation,
        state,
        visitor_name: named(&running.name),
        button: running.button,
        queue: seen.queue,
        owner: running.agent.filter(|_| state == ConversationState::Active),
        started_at: running.requested_at.into(),
        answered_at: running.established_at.map(Into::into),
        last_message_at: running.last_message.map(|last| last.at.into()),
        last_author: running.last_message.map(|last| if last.by_agent { LastAuthor::Agent } else { LastAuthor::Visitor }),
        critical_wait: running.critical,
        flag: seen.flag.as_ref().map(flag),
        monitored_by: seen.monitored_by.clone(),
    }
}

/// The board.
pub(crate) fn board(board: &Board) -> desk::Board {
    desk::Board {
        at: board.at.into(),
        agents: board.agents.iter().map(agent).collect(),
        queues: board.lines.iter().map(queue).collect(),
        conversations: board.conversations.iter().map(conversation).collect(),
        totals: BoardTotals { waiting: board.waiting, active: board.active, online_agents: board.online_agents },
    }
}
