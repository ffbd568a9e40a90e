//! What the endpoint says, as lines for a person.

use liveagent::ServerMessage;
use liveagent::message::FileTransfer;

/// The line of a message; None for what a visitor need not know.
pub(super) fn line(message: &ServerMessage) -> Option<String> {
    Some(match message {
        ServerMessage::ChatRequestSuccess(success) => queue(success.queue_position, success.estimated_wait_time),
        ServerMessage::QueueUpdate(update) => queue(update.position, update.estimated_wait_time),
        ServerMessage::ChatRequestFail(fail) => match fail.reason.as_str() {
            "Unavailable" => "* Nobody is available. Please try again later.".to_owned(),
            reason => format!("* The chat request failed: {}.", clean(reason)),
        },
        ServerMessage::ChatEstablished(agent) => format!("* {} joined.", name(&agent.name)),
        ServerMessage::ChatTransferred(agent) => format!("* {} took over.", name(&agent.name)),
        ServerMessage::TransferToButtonInitiated(_) => "* You are being transferred.".to_owned(),
        ServerMessage::ChatMessage(said) => format!("{}: {}", name(&said.name), indented(&said.text)),
        ServerMessage::AgentTyping(agent) => format!("* {} is typing.", name(agent.name.as_deref().map_or("", String::as_str))),
        ServerMessage::AgentDisconnect(_) => "* The agent lost the connection. You can wait for another.".to_owned(),
        ServerMessage::FileTransfer(transfer) if transfer.kind == FileTransfer::REQUESTED => {
            "* The agent asks for a file. Send it with /file PATH.".to_owned()
        }
        ServerMessage::FileTransfer(transfer) => format!("* The request for a file is closed: {}.", clean(&transfer.kind)),
        ServerMessage::CustomEvent(event) => format!("* Event {}: {}", clean(&event.kind), indented(&event.data)),
        ServerMessage::ChasitorSessionData(_) => "* The session is restored.".to_owned(),
        ServerMessage::Unknown { kind, .. } => format!("* Something that this program does not know: {}.", clean(kind)),
        _ => return None,
    })
}

fn queue(position: i64, wait: Option<i64>) -> String {
    let mut text = match position {
        ..=0 => "* Waiting for an agent; you are next.".to_owned(),
        position => format!("* Waiting for an agent; your place in the queue: {position}."),
    };
    match wait {
        Some(0..90) => text.push_str(" It may take about a minute."),
        Some(wait @ 90..) => text.push_str(&format!(" It may take about {} minutes.", (wait + 30) / 60)),
        _ => {}
    }
    text
}

fn name(name: &str) -> String {
    let name = clean(name);
    if name.trim().is_empty() { "Agent".to_owned() } else { name }
}

/// Text in one line: nothing in it reaches the terminal as a command, or turns the direction of what follows.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_directional(c) { '\u{fffd}' } else { c }).collect()
}

/// Text of several lines: those after the first are indented, so that none looks like another speaker.
pub(super) fn indented(text: &str) -> String {
    text.lines().map(|line| clean(&line.replace('\t', "    "))).collect::<Vec<_>>().join("\n  ")
}

fn is_directional(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use liveagent::message::{AgentText, QueueUpdate};

    #[test]
    fn an_agents_text_cannot_command_the_terminal_or_pass_for_another_speaker() {
        let said = AgentText { name: "Jo\u{1b}[2Jhn".into(), text: "a\u{1b}]0;x\u{7}\r\nYou: b\u{202e}".into(), ..AgentText::default() };
        assert_eq!(line(&ServerMessage::ChatMessage(said)).unwrap(), "Jo\u{fffd}[2Jhn: a\u{fffd}]0;x\u{fffd}\n  You: b\u{fffd}");
    }

    #[test]
    fn the_place_in_the_queue_is_told_with_the_wait_when_it_is_known() {
        let told = |position, wait| line(&ServerMessage::QueueUpdate(QueueUpdate { position, estimated_wait_time: wait })).unwrap();
        assert_eq!(told(0, None), "* Waiting for an agent; you are next.");
        assert_eq!(told(3, Some(-1)), "* Waiting for an agent; your place in the queue: 3.");
        assert_eq!(told(2, Some(61)), "* Waiting for an agent; your place in the queue: 2. It may take about a minute.");
        assert_eq!(told(2, Some(150)), "* Waiting for an agent; your place in the queue: 2. It may take about 3 minutes.");
    }
}
