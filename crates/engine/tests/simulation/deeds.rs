//! What people do, one use case each. A deed owns its inputs, so that many can be done at once.

use std::{sync::Arc, time::Duration};

use domain::{
    conversation::Phase,
    ids::*,
    journal::{Author, EndedBecause, TransferTarget},
    permission::BuiltInRole,
    presence::Presence,
    routing::Attempt,
    secret::Text,
    time::Timestamp,
};
use futures_util::{FutureExt as _, future::BoxFuture};
use switchboard_engine::{
    App, Error, ErrorKind, SignedInAgent,
    conversation::{EndConversation, PostMessage, StartConversation, Started},
    visitor::{Live, PollOutcome, PollRequest, SessionState},
};

/// Something that somebody is about to do.
pub(crate) type Deed = BoxFuture<'static, Done>;

/// What came of it.
pub(crate) enum Done {
    /// Nothing to remember.
    Nothing,
    /// A visitor asked for a conversation.
    Started { visitor: usize, started: Box<Started> },
    /// Somebody wrote, and it was acknowledged.
    Said { conversation: ConversationId, by: Author, sequence: i64, text: String },
    /// The conversation was over before the words came.
    TooLate { conversation: ConversationId },
    /// A visitor was told these, with their numbers.
    Told { visitor: usize, told: Vec<(i64, Option<String>)> },
    /// A visitor was told that all is over.
    Over { visitor: usize },
    /// A supervisor has it, whoever had it before.
    TakenOver { conversation: ConversationId, by: AgentId },
    /// A visitor goes on at another server.
    Moved { visitor: usize, live: Arc<Live> },
}

/// How often somebody is told to try again before that is a defect.
const PATIENCE: usize = 100;

/// Asks again while the server says that it cannot take it now: a database on a machine that does ten things at once may be slower than its
/// time-outs, which is answered honestly and undone.
pub(crate) async fn patient<T, F: Future<Output = Result<T, Error>>>(mut ask: impl FnMut() -> F) -> Result<T, Error> {
    for _ in 0..PATIENCE {
        match ask().await {
            Err(error) if error.kind == ErrorKind::Unavailable => {}
            answer => return answer,
        }
    }
    ask().await
}

/// A refusal that may come when things change while somebody acts; every other error is a defect.
fn refused<T>(what: &str, result: Result<T, Error>) -> Option<T> {
    match result {
        Ok(done) => Some(done),
        Err(error) => match error.kind {
            ErrorKind::OfferGone | ErrorKind::Conflict(_) | ErrorKind::ConversationEnded | ErrorKind::SessionInvalid => None,
            kind => panic!("{what}: {kind:?}, {:?}", error.source),
        },
    }
}

pub(crate) fn ask(app: App, visitor: usize, start: StartConversation) -> Deed {
    async move {
        let started = patient(|| app.start_conversation(start.clone())).await.expect("a conversation may be asked for");
        Done::Started { visitor, started: Box::new(started) }
    }
    .boxed()
}

/// The visitor writes. `twice`: the same request comes twice at once.
pub(crate) fn say(app: App, live: Arc<Live>, number: i64, text: String, twice: bool) -> Deed {
    async move {
        let conversation = live.conversation;
        let post = || app.visitor_posts(&live, PostMessage { post_number: Some(number), ..PostMessage::text(text.clone()) });
        let posted = if twice {
            let (one, other) = tokio::join!(patient(post), patient(post));
            match (refused("a message", one), refused("the same message", other)) {
                (Some(one), Some(other)) => {
                    assert!(one.repeated != other.repeated, "{conversation}: request {number} is one message");
                    Some(if one.repeated { other } else { one })
                }
                (one, other) => one.or(other).filter(|posted| !posted.repeated),
            }
        } else {
            refused("a message", patient(post).await)
        };
        match posted {
            Some(posted) => {
                let sequence = posted.sequence.expect("a new message has its number");
                Done::Said { conversation, by: Author::Visitor, sequence, text }
            }
            None => Done::TooLate { conversation },
        }
    }
    .boxed()
}

/// The visitor sends a request again that was answered before.
pub(crate) fn say_again(app: App, live: Arc<Live>, number: i64, text: String) -> Deed {
    async move {
        let again = PostMessage { post_number: Some(number), ..PostMessage::text(text) };
        if let Some(posted) = refused("an old message", patient(|| app.visitor_posts(&live, again.clone())).await) {
            assert!(posted.repeated, "{}: request {number} was carried out before", live.conversation);
        }
        Done::Nothing
    }
    .boxed()
}

/// The visitor polls, and says what it has.
pub(crate) fn hear(app: App, visitor: usize, live: Arc<Live>, ack: i64, most: i64, hold: Duration) -> Deed {
    async move {
        let request = PollRequest { acknowledged: Some(ack), most, hold, refuse_overlap: false };
        match patient(|| app.poll(&live, request)).await.expect("a poll is answered") {
            PollOutcome::Told(told, receipt) => {
                receipt.arrived();
                let told = told.into_iter().map(|told| {
                    let number = told.entry.visitor_sequence.expect("only what has a number is told");
                    (number, told.text.map(|text| text.reveal().to_owned()))
                });
                Done::Told { visitor, told: told.collect() }
            }
            PollOutcome::Over => Done::Over { visitor },
            _ => Done::Nothing,
        }
    }
    .boxed()
}

pub(crate) fn move_to(app: App, visitor: usize, session: SessionId) -> Deed {
    async move {
        match patient(|| app.find_session(session, app.now())).await.expect("a session is found everywhere") {
            SessionState::Live(live) => Done::Moved { visitor, live },
            SessionState::Ended(_) => Done::Over { visitor },
            SessionState::Unused => panic!("a session that has asked is not unused"),
        }
    }
    .boxed()
}

pub(crate) fn hang_up(app: App, workspace: WorkspaceId, conversation: ConversationId) -> Deed {
    async move {
        let end = EndConversation { by: Author::Visitor, because: EndedBecause::Visitor };
        patient(|| app.end_conversation(workspace, conversation, end)).await.expect("a visitor may end");
        Done::Nothing
    }
    .boxed()
}

/// An agent at one of the servers.
#[derive(Clone)]
pub(crate) struct Hand {
    pub(crate) app: App,
    pub(crate) workspace: WorkspaceId,
    pub(crate) agent: AgentId,
}

impl Hand {
    pub(crate) fn presence(self, status: Presence) -> Deed {
        async move {
            patient(|| self.app.set_presence(self.workspace, self.agent, status, None)).await.expect("an agent may say where he is");
            Done::Nothing
        }
        .boxed()
    }

    pub(crate) fn accept(self, offer: OfferId) -> Deed {
        async move {
            refused("an acceptance", patient(|| self.app.accept_offer(self.workspace, self.agent, offer)).await);
            Done::Nothing
        }
        .boxed()
    }

    pub(crate) fn decline(self, offer: OfferId) -> Deed {
        async move {
            refused("a decline", patient(|| self.app.decline_offer(self.workspace, self.agent, offer, None)).await);
            Done::Nothing
        }
        .boxed()
    }

    pub(crate) fn take(self, conversation: ConversationId) -> Deed {
        async move {
            refused("a pick", patient(|| self.app.take_conversation(self.workspace, self.agent, conversation)).await);
            Done::Nothing
        }
        .boxed()
    }

    /// The agent writes, with a key. `twice`: the same request comes twice at once.
    pub(crate) fn say(self, conversation: ConversationId, text: String, twice: bool) -> Deed {
        async move {
            let post = || {
                let message = PostMessage { key: Some(format!("key of {text}")), ..PostMessage::text(text.clone()) };
                self.app.agent_posts(self.workspace, self.agent, conversation, message)
            };
            let mut posted = refused("an answer", patient(post).await);
            if twice && let Some(first) = posted {
                let (one, other) = tokio::join!(patient(post), patient(post));
                for again in [refused("the same answer", one), refused("the same answer", other)].into_iter().flatten() {
                    assert_eq!(
                        (again.sequence, again.repeated),
                        (first.sequence, true),
                        "{conversation}: the same key is the same message"
                    );
                }
                posted = Some(first);
            }
            match posted.and_then(|posted| posted.sequence) {
                Some(sequence) => Done::Said { conversation, by: Author::Agent { agent: self.agent }, sequence, text },
                None => Done::Nothing,
            }
        }
        .boxed()
    }

    pub(crate) fn send_on(self, conversation: ConversationId, target: TransferTarget, note: Option<&'static str>) -> Deed {
        async move {
            refused("a transfer", patient(|| self.app.transfer(self.workspace, self.agent, conversation, target, note)).await);
            Done::Nothing
        }
        .boxed()
    }

    pub(crate) fn end(self, conversation: ConversationId) -> Deed {
        async move {
            refused("an end", patient(|| self.app.agent_ends(self.workspace, self.agent, conversation, false)).await);
            Done::Nothing
        }
        .boxed()
    }

    /// As a request of his would come. Everybody here may supervise.
    fn signed_in(&self) -> SignedInAgent {
        SignedInAgent {
            workspace: self.workspace,
            agent: self.agent,
            sign_in: SignInId(uuid::Uuid::nil()),
            permissions: BuiltInRole::Supervisor.permissions(),
            address: None,
            expires_at: Timestamp(i64::MAX),
            must_change_password: false,
        }
    }

    /// The agent asks for help. `note`: says why.
    pub(crate) fn raise_flag(self, conversation: ConversationId, note: Option<&'static str>) -> Deed {
        async move {
            let (who, note) = (self.signed_in(), note.map(Text::from));
            refused("a flag", patient(|| self.app.raise_flag(&who, conversation, note.as_ref(), None)).await);
            Done::Nothing
        }
        .boxed()
    }

    /// Somebody helped, or it is not needed any more.
    pub(crate) fn lower_flag(self, conversation: ConversationId) -> Deed {
        async move {
            let who = self.signed_in();
            refused("a lowered flag", patient(|| self.app.lower_flag(&who, conversation)).await);
            Done::Nothing
        }
        .boxed()
    }

    pub(crate) fn watch(self, conversation: ConversationId) -> Deed {
        async move {
            let who = self.signed_in();
            refused("a look", patient(|| self.app.start_monitoring(&who, conversation, None)).await);
            Done::Nothing
        }
        .boxed()
    }

    pub(crate) fn let_be(self, conversation: ConversationId) -> Deed {
        async move {
            let who = self.signed_in();
            patient(|| self.app.end_monitoring(&who, conversation)).await.expect("whoever watches may stop");
            Done::Nothing
        }
        .boxed()
    }

    /// A supervisor takes it, from whoever has it or from that one agent only.
    pub(crate) fn take_over(self, conversation: ConversationId, from: Option<AgentId>) -> Deed {
        async move {
            let who = self.signed_in();
            match refused("a take-over", patient(|| self.app.take_over(&who, conversation, from)).await) {
                Some(()) => Done::TakenOver { conversation, by: self.agent },
                None => Done::Nothing,
            }
        }
        .boxed()
    }

    /// The agent writes for colleagues what the visitor is not told.
    pub(crate) fn note(self, conversation: ConversationId) -> Deed {
        async move {
            let (who, text) = (self.signed_in(), Text::from("called back"));
            refused("a note", patient(|| self.app.write_note(&who, conversation, &text, None)).await);
            Done::Nothing
        }
        .boxed()
    }

    pub(crate) fn finish_up(self, conversation: ConversationId) -> Deed {
        async move {
            refused("an end of work", patient(|| self.app.end_after_work(self.workspace, self.agent, conversation)).await);
            Done::Nothing
        }
        .boxed()
    }
}

/// What a visitor asks with.
pub(crate) fn request(
    workspace: WorkspaceId,
    session: SessionId,
    deployment: DeploymentId,
    button: Option<ButtonId>,
    attempts: Vec<Attempt>,
) -> StartConversation {
    StartConversation {
        workspace,
        session,
        deployment: Some(deployment),
        button,
        attempts,
        visitor: None,
        name: "Ana".into(),
        language: "en-US".into(),
        user_agent: "simulated".into(),
        screen: String::new(),
        address: None,
        page: String::new(),
        referrer: String::new(),
        details: Vec::new(),
        entity_plan: Default::default(),
        queue_updates: false,
        refuse: None,
        post_number: Some(1),
        visit: None,
    }
}

/// What an agent has on his hands.
pub(crate) struct Work {
    pub(crate) offers: Vec<OfferId>,
    pub(crate) conversations: Vec<ConversationId>,
    pub(crate) finishing: Vec<ConversationId>,
    pub(crate) watched: Vec<ConversationId>,
}

impl Work {
    pub(crate) async fn of(snapshot: &mut store::Snapshot, workspace: WorkspaceId, agent: AgentId) -> Self {
        let (mut offers, mut conversations) = (Vec::new(), Vec::new());
        for conversation in snapshot.conversations_of(workspace, agent).await.expect("a reading") {
            match conversation.phase {
                Phase::Offered { offer, .. } => offers.push(offer),
                Phase::Active { .. } => conversations.push(conversation.id),
                Phase::Waiting | Phase::Ended => {}
            }
        }
        let finishing = snapshot.after_work_of(workspace, agent).await.expect("a reading").into_iter().map(|(id, _)| id).collect();
        let watched = snapshot.monitored_by(workspace, agent).await.expect("a reading");
        Self { offers, conversations, finishing, watched }
    }
}
