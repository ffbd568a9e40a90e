//! What happened, as the messages that clients are told (liveagent.md 3). Each event that reaches a visitor is one message.

use domain::{
    ids::{AgentId, ButtonId, FileId, FileRequestId},
    journal::{Author, EndedBecause, Event, FileRequestOutcome, MessageKind, RefusedBecause},
};
use engine::{
    App, Directory, Told,
    definition::{Button, Deployment, RuleAction, RuleScope, TimeoutUnit},
    visitor::{Live, QueuePlace, ResumeView, SaidBy, ShownDetail, Typing, VisitorFacts},
};
use liveagent::{
    ServerMessage,
    chat::CustomEvent,
    init::CustomDetail,
    message::{
        AgentSign, AgentText, ChasitorSessionData, ChatEnded, ChatRequestFail, ChatRequestSuccess, Empty, Established, FileTransfer,
        GeoLocation, IdleTimeout, QueueUpdate, SensitiveDataRule, SensitiveDataRules, TranscriptEntry,
    },
    resource::UPLOAD_PATH,
};

use super::{error::Failure, old_id};

/// A wait that is not known (liveagent.md 3).
const UNKNOWN_WAIT: i64 = -1;
/// What is told of a file that was erased since.
const ERASED_FILE: &str = "(a file that is no longer available)";

/// What the answers of one connection are rendered from.
struct House<'h> {
    directory: &'h Directory,
    deployment: Option<&'h Deployment>,
    button: Option<&'h Button>,
    live: &'h Live,
}

impl<'h> House<'h> {
    fn of(directory: &'h Directory, live: &'h Live) -> Self {
        let button = |id: ButtonId| directory.buttons.get(&id);
        Self {
            directory,
            deployment: directory.deployments.get(&live.entrance.deployment),
            button: live.entrance.button.and_then(button),
            live,
        }
    }

    fn agent_id(&self, agent: AgentId) -> String {
        old_id::shown(self.directory, agent)
    }

    /// The page after the chat, if there is one.
    fn post_chat(&self) -> Option<String> {
        self.button?.form_after.clone().filter(|url| !url.trim().is_empty())
    }

    /// The name by which visitors know an agent here.
    fn face(&self, agent: AgentId) -> Option<String> {
        let profile = self.directory.agents.get(&agent)?;
        Some(profile.face(self.button.and_then(|button| button.agent_name.as_deref())).to_owned())
    }

    /// Whether the visitor may know its place: it asked to, and the deployment lets it.
    fn shows_place(&self) -> bool {
        self.live.entrance.queue_updates && self.deployment.is_none_or(|deployment| deployment.show_queue_position)
    }

    fn idle_timeout(&self) -> IdleTimeout {
        let seconds = |button: fn(&Button) -> Option<u32>| self.button.and_then(button).map_or(0, i64::from);
        let timeout = seconds(|button| button.idle_timeout_seconds);
        IdleTimeout { is_enabled: timeout > 0, warning_time: seconds(|button| button.idle_warning_seconds), timeout }
    }

    fn rules(&self) -> Vec<SensitiveDataRule> {
        let mut rules: Vec<_> =
            self.directory.rules.iter().filter(|(_, rule)| rule.active && rule.applies_to.contains(&RuleScope::Visitor)).collect();
        rules.sort_by_key(|(_, rule)| rule.priority);
        rules
            .into_iter()
            .map(|(id, rule)| {
                let (action, replacement) = match rule.action {
                    RuleAction::Remove => (SensitiveDataRule::REMOVE, None),
                    RuleAction::Replace => (SensitiveDataRule::REPLACE, Some(rule.replacement.clone())),
                };
                SensitiveDataRule {
                    id: Some(old_id::shown(self.directory, *id)),
                    name: rule.name.clone(),
                    pattern: rule.pattern.clone(),
                    replacement,
                    action_type: Some(action.to_owned()),
                }
            })
            .collect()
    }

    fn request_success(&self, facts: VisitorFacts, position: i64, wait: Option<i64>) -> ChatRequestSuccess {
        let polling = self.deployment.map(|deployment| deployment.polling.clone()).unwrap_or_default();
        let timeout = self.deployment.map_or(280_000, |deployment| i64::from(deployment.connection_timeout_ms));
        let shows_place = self.shows_place();
        ChatRequestSuccess {
            connection_timeout: Some(match polling.timeout_unit {
                TimeoutUnit::Milliseconds => timeout,
                TimeoutUnit::Seconds => timeout.div_euclid(1000),
            }),
            custom_details: facts.details.into_iter().map(detail).collect(),
            geo_location: GeoLocation::default(),
            queue_position: if shows_place { position } else { 0 },
            estimated_wait_time: shows_place.then(|| wait.unwrap_or(UNKNOWN_WAIT)),
            sensitive_data_rules: self.rules(),
            transcript_save_enabled: self.deployment.is_some_and(|deployment| deployment.visitor_transcript),
            url: facts.page.into(),
            oref: facts.referrer.into(),
            post_chat_url: self.post_chat(),
            visitor_id: facts.visitor.to_string(),
        }
    }

    fn established(&self, agent: AgentId, name: &str, sneak_peek: bool) -> Established {
        Established {
            name: name.into(),
            user_id: self.agent_id(agent),
            sneak_peek_enabled: sneak_peek,
            chasitor_idle_timeout: self.idle_timeout(),
            items: Vec::new(),
        }
    }

    fn says(&self, by: Author, name: Option<&str>, text: String) -> ServerMessage {
        ServerMessage::ChatMessage(AgentText {
            agent_id: by.agent().map(|agent| self.agent_id(agent)).unwrap_or_default(),
            name: name.unwrap_or_default().into(),
            text: text.into(),
            schedule: None,
        })
    }

    fn posted(&self, by: Author, kind: MessageKind, name: Option<&str>, told: &Told) -> Option<ServerMessage> {
        let text = || told.text.as_ref().map(|text| text.reveal().to_owned()).unwrap_or_default();
        match kind {
            MessageKind::Text | MessageKind::File => Some(self.says(by, name, text())),
            MessageKind::CustomEvent => {
                Some(ServerMessage::CustomEvent(CustomEvent { kind: told.label.clone().unwrap_or_default(), data: text().into() }))
            }
            MessageKind::Note => None,
        }
    }

    fn ended(&self, because: EndedBecause) -> ChatEnded {
        ChatEnded {
            reason: end_reason(because).to_owned(),
            // Only where a page after the chat waits for them. They are the CRM's records that the entity plan found or made (liveagent.md 3, 6.5).
            // Nothing carries entity plans out yet, so no conversation has a record: an empty list is the whole truth.
            attached_records: self.post_chat().map(|_| Vec::new()),
        }
    }
}

fn detail(shown: ShownDetail) -> CustomDetail {
    CustomDetail { transcript_fields: shown.transcript_fields, ..CustomDetail::new(shown.label, shown.value.0) }
}

fn refusal_reason(because: RefusedBecause) -> &'static str {
    match because {
        RefusedBecause::Unavailable => ChatRequestFail::UNAVAILABLE,
        RefusedBecause::Blocked => ChatRequestFail::BLOCKED,
        RefusedBecause::NotARequest => ChatRequestFail::NO_POST,
        RefusedBecause::Internal => ChatRequestFail::INTERNAL_FAILURE,
    }
}

fn end_reason(because: EndedBecause) -> &'static str {
    match because {
        EndedBecause::Visitor => ChatEnded::CLIENT,
        EndedBecause::Agent => ChatEnded::AGENT,
        EndedBecause::VisitorIdle => ChatEnded::CLIENT_IDLE_TIMEOUT,
        EndedBecause::AgentsUnavailable => ChatEnded::AGENTS_UNAVAILABLE,
        EndedBecause::ConnectionTimeout | EndedBecause::Error | EndedBecause::Refused => ChatEnded::ERROR,
    }
}

/// A file of the agent's, in words that any client shows: its name and a link that expires.
async fn file_words(app: &App, live: &Live, file: Option<FileId>) -> Result<String, Failure> {
    let told = match file {
        Some(file) => app.told_file(live.workspace, live.entrance.deployment, file).await?,
        None => None,
    };
    Ok(told.map_or_else(|| ERASED_FILE.to_owned(), |(file, link)| format!("{}: {}", file.name.reveal(), link.url.reveal())))
}

/// The agent asks for a file: with which token, and where it goes (liveagent.md 2.6).
fn file_requested(app: &App, live: &Live, request: FileRequestId) -> FileTransfer {
    let settings = app.settings();
    let base = settings.public_url.trim_end_matches('/');
    FileTransfer {
        kind: FileTransfer::REQUESTED.to_owned(),
        upload_servlet_url: Some(settings.upload_url.clone().unwrap_or_else(|| format!("{base}{UPLOAD_PATH}"))),
        cdm_servlet_url: Some(format!("{base}/")),
        ..file_transfer(app, live, request)
    }
}

fn file_transfer(app: &App, live: &Live, request: FileRequestId) -> FileTransfer {
    let token = app.file_request_token(live.workspace, request);
    FileTransfer { file_token: Some(token.reveal().into()), ..FileTransfer::default() }
}

fn file_outcome(outcome: FileRequestOutcome) -> &'static str {
    match outcome {
        FileRequestOutcome::Received => FileTransfer::SUCCESS,
        FileRequestOutcome::CancelledByAgent | FileRequestOutcome::CancelledByVisitor => FileTransfer::CANCELED,
        FileRequestOutcome::Failed => FileTransfer::FAILURE,
    }
}

/// Events as messages, in order.
pub(super) async fn events(app: &App, live: &Live, told: &[Told]) -> Result<Vec<ServerMessage>, Failure> {
    let directory = app.directory(live.workspace)?;
    let house = House::of(&directory, live);
    let mut messages = Vec::with_capacity(told.len());
    for told in told {
        messages.extend(event(app, &house, told).await?);
    }
    Ok(messages)
}

async fn event(app: &App, house: &House<'_>, told: &Told) -> Result<Option<ServerMessage>, Failure> {
    Ok(match &told.entry.event {
        Event::Requested { position, estimated_wait, .. } => {
            let facts = app.visitor_facts(house.live).await?;
            Some(ServerMessage::ChatRequestSuccess(Box::new(house.request_success(facts, *position, *estimated_wait))))
        }
        Event::Refused { because } => Some(ServerMessage::ChatRequestFail(ChatRequestFail {
            reason: refusal_reason(*because).to_owned(),
            post_chat_url: house.post_chat(),
        })),
        Event::Established { agent, name, transferred, sneak_peek } => {
            let established = house.established(*agent, name, *sneak_peek);
            // Also after TransferToButtonInitiated, where the old service's choice is not known: clients greet, and some send a bot's whole
            // transcript, whenever a chat is established (assistant.md 5.4).
            Some(if *transferred { ServerMessage::ChatTransferred(established) } else { ServerMessage::ChatEstablished(established) })
        }
        Event::Posted { by, message: MessageKind::File, name, file } => {
            Some(house.says(*by, name.as_deref(), file_words(app, house.live, *file).await?))
        }
        Event::Posted { by, message, name, .. } => house.posted(*by, *message, name.as_deref(), told),
        Event::TransferStarted { .. } => Some(ServerMessage::TransferToButtonInitiated(Empty {})),
        Event::AgentLost { agent, .. } => {
            let sign = AgentSign { name: house.face(*agent).map(Into::into), agent_id: Some(house.agent_id(*agent)) };
            Some(ServerMessage::AgentDisconnect(sign))
        }
        Event::FileRequested { request, .. } => Some(ServerMessage::FileTransfer(file_requested(app, house.live, *request))),
        Event::FileRequestEnded { request, outcome, .. } => {
            let kind = file_outcome(*outcome).to_owned();
            Some(ServerMessage::FileTransfer(FileTransfer { kind, ..file_transfer(app, house.live, *request) }))
        }
        Event::Ended { because, .. } => Some(ServerMessage::ChatEnded(house.ended(*because))),
        // Told by no connection of this protocol.
        Event::Queued { .. }
        | Event::Offered { .. }
        | Event::OfferDeclined { .. }
        | Event::OfferTimedOut { .. }
        | Event::OfferWithdrawn { .. }
        | Event::TransferFailed { .. }
        | Event::PageVisited
        | Event::IdleWarning { .. }
        | Event::ConnectionWarning { .. }
        | Event::TextMasked { .. }
        | Event::CriticalWait { .. }
        | Event::FlagRaised { .. }
        | Event::FlagLowered { .. }
        | Event::MonitorStarted { .. }
        | Event::MonitorEnded { .. }
        | Event::Reconnected
        | Event::Rated
        | Event::AfterWorkStarted { .. }
        | Event::AfterWorkEnded { .. }
        | Event::RecordsChanged { .. }
        | Event::Erased
        | Event::Expired
        | Event::PresenceChanged { .. }
        | Event::DefinitionChanged { .. } => None,
    })
}

/// An agent types, or stopped.
pub(super) fn typing(app: &App, live: &Live, typing: Typing) -> Result<ServerMessage, Failure> {
    let directory = app.directory(live.workspace)?;
    let sign = AgentSign { name: Some(typing.name.into()), agent_id: Some(old_id::shown(&directory, typing.agent)) };
    Ok(if typing.typing { ServerMessage::AgentTyping(sign) } else { ServerMessage::AgentNotTyping(sign) })
}

/// The rules by which the client is to mask text from now on.
pub(super) fn rules(app: &App, live: &Live) -> Result<ServerMessage, Failure> {
    let directory = app.directory(live.workspace)?;
    let sensitive_data_rules = House::of(&directory, live).rules();
    Ok(ServerMessage::SensitiveDataRules(SensitiveDataRules { sensitive_data_rules }))
}

/// The place in the queue; none for a visitor who is not to know it.
pub(super) fn place(app: &App, live: &Live, place: QueuePlace) -> Result<Option<ServerMessage>, Failure> {
    let directory = app.directory(live.workspace)?;
    Ok(House::of(&directory, live).shows_place().then(|| {
        let estimated_wait_time = Some(place.estimated_wait.unwrap_or(UNKNOWN_WAIT));
        ServerMessage::QueueUpdate(QueueUpdate { position: place.position, estimated_wait_time })
    }))
}

/// Where things stand, for a client that came back having events up to `last`.
pub(super) async fn session_data(app: &App, live: &Live, last: i64) -> Result<ServerMessage, Failure> {
    let directory = app.directory(live.workspace)?;
    let house = House::of(&directory, live);
    let ResumeView { facts, sneak_peek, lines } = app.resume_view(live, last).await?;
    let position = live.place().filter(|_| house.shows_place()).map_or(0, |place| place.position);
    let mut said = Vec::with_capacity(lines.len());
    for line in lines {
        let content = match line.file {
            Some(file) => file_words(app, live, Some(file)).await?,
            None => line.text.0,
        };
        let kind = match line.by {
            SaidBy::Visitor => TranscriptEntry::CHASITOR,
            SaidBy::Agent => TranscriptEntry::AGENT,
            SaidBy::Takeover => TranscriptEntry::OPERATOR_TRANSFERRED,
        };
        said.push(TranscriptEntry {
            kind: kind.to_owned(),
            name: line.name.0.into(),
            content: content.into(),
            timestamp: line.at.as_millis(),
            sequence: line.sequence,
        });
    }
    Ok(ServerMessage::ChasitorSessionData(Box::new(ChasitorSessionData {
        queue_position: position,
        geo_location: GeoLocation::default(),
        url: facts.page.into(),
        oref: facts.referrer.into(),
        post_chat_url: house.post_chat(),
        sneak_peek_enabled: sneak_peek,
        chat_messages: said,
    })))
}
