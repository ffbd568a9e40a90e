//! A visitor asks for a conversation.

use std::{net::IpAddr, sync::Arc};

use domain::{
    conversation::Conversation,
    detail::{self, Detail, EntityPlan},
    ids::{ButtonId, ConversationId, DeploymentId, SessionId, VisitorId, WorkspaceId},
    journal::{Event, RefusedBecause},
    routing::Attempt,
    secret::Text,
    text_limits,
};
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use store::{Breadcrumb, Origin, PreparedFor, VisitorSession};

use crate::{
    App, Directory, Error, ErrorKind, Result,
    definition::RecordTiming,
    records, routing,
    view::queue_of,
    visitor::{Entrance, Live, Once, QueuePlace, SessionKey},
    web_visit::{MAX_PAGES, SeenPage},
};

/// What a visitor asks with.
#[derive(Clone, Debug)]
pub struct StartConversation {
    /// In which workspace.
    pub workspace: WorkspaceId,
    /// The visitor's session; it must not have asked before.
    pub session: SessionId,
    /// Where from; none if it is not known, which is refused as unavailable.
    pub deployment: Option<DeploymentId>,
    /// Through which entry point, for statistics and settings.
    pub button: Option<ButtonId>,
    /// The ways to try, in order.
    pub attempts: Vec<Attempt>,
    /// Who, if a page or app knows from before; must be vouched for by the caller.
    pub visitor: Option<VisitorId>,
    /// The visitor's name; empty for none.
    pub name: String,
    /// As `en-US`.
    pub language: String,
    /// The client's own word.
    pub user_agent: String,
    /// As `1280x800`.
    pub screen: String,
    /// Where the request came from.
    pub address: Option<IpAddr>,
    /// The page the visitor is on.
    pub page: String,
    /// Where the visitor came from.
    pub referrer: String,
    /// Labelled values, hidden ones too.
    pub details: Vec<Detail>,
    /// What to find or create in the CRM.
    pub entity_plan: EntityPlan,
    /// Wants to be told its place in the queue.
    pub queue_updates: bool,
    /// Refuse it for this reason, whatever routing says: the request lacks what the deployment insists on.
    pub refuse: Option<RefusedBecause>,
    /// The request's number, if it has one.
    pub post_number: Option<i64>,
    /// The session of the visit of the site that it came of, if one is known: what the pages said of the visitor comes with it.
    pub visit: Option<String>,
}

/// What a session's own request brings besides.
#[derive(Clone, Debug, Default)]
pub struct Arrival {
    /// Pages seen before, in order, with their times; only the latest are kept.
    pub pages: Vec<SeenPage>,
    /// The key by which events tell the visitor's device from others, where no visit says it.
    pub device: Option<String>,
    /// The user, where who knows him has signed his id ([`App::signed_user`]) and no visit says it.
    pub user: Option<String>,
    /// The request's idempotency key: the same key again is the same request of the session, whatever its number.
    pub once: Option<Once>,
}

/// The most pages kept from before a conversation: those of the visit, and as many that the request brings.
const MOST_PAGES: usize = 2 * MAX_PAGES;

/// A conversation that was asked for.
#[derive(Clone, Debug)]
pub struct Started {
    /// Which one.
    pub conversation: ConversationId,
    /// The visitor.
    pub visitor: VisitorId,
    /// The connection.
    pub live: Arc<Live>,
    /// It was refused: the connection will be told.
    pub refused: bool,
}

/// How asking went.
enum Answer {
    Started(Started),
    Before(ConversationId, VisitorId),
    Repeated(KeptStart),
}

/// How a session's first request went.
enum Asked {
    Now(Box<(VisitorSession, QueuePlace, i64, bool)>),
    Before(ConversationId),
    /// The same key asked before, in this session.
    Repeated(KeptStart),
}

/// What a key that started a conversation is answered with again: enough to make the same session key.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct KeptStart {
    session: SessionId,
    millis: i64,
    conversation: ConversationId,
}

impl App {
    /// Starts a conversation. The same session asking again gets [`ErrorKind::Conflict`], unless it repeats the request's number or key.
    pub async fn start_conversation(&self, start: StartConversation) -> Result<Started> {
        self.start_arriving(start, Arrival::default()).await
    }

    /// The same, for a session whose request brings more.
    ///
    /// # Errors
    /// [`ErrorKind::KeyReused`] when the key came with another request.
    pub async fn start_arriving(&self, start: StartConversation, arrival: Arrival) -> Result<Started> {
        let (session_id, now) = (start.session, self.now());
        match self.ask(start, None, arrival).await? {
            Answer::Started(started) => Ok(started),
            Answer::Before(conversation, visitor) => match self.find_session(session_id, now).await? {
                crate::visitor::SessionState::Live(live) => Ok(Started { conversation, visitor, live, refused: false }),
                _ => Err(ErrorKind::SessionInvalid.into()),
            },
            Answer::Repeated(_) => Err(Error::internal("a start without a key was answered by a key")),
        }
    }

    /// Starts a conversation once, however often the same key asks in the same deployment. Gives the session's key, the same each time, and
    /// the conversation; that it was refused is told by its entries.
    ///
    /// # Errors
    /// [`ErrorKind::KeyReused`] when the key came with another request.
    pub async fn start_conversation_once(
        &self,
        start: StartConversation,
        once: Once,
        arrival: Arrival,
    ) -> Result<(SessionKey, ConversationId)> {
        let key = self.session_key(start.session);
        match self.ask(start, Some((once, key.millis)), arrival).await? {
            Answer::Started(started) => Ok((key, started.conversation)),
            Answer::Before(conversation, _) => Ok((key, conversation)),
            Answer::Repeated(kept) => Ok((self.session_key_made_at(kept.session, kept.millis), kept.conversation)),
        }
    }

    /// Puts what waits for the visitor and what is known of the visit before what the request says.
    async fn bring_visit(&self, directory: &Directory, start: &mut StartConversation, arrival: &mut Arrival) -> Result<()> {
        let Some(deployment) = start.deployment else { return Ok(()) };
        let session = start.visit.take();
        let visit = match &session {
            Some(session) => self.visit_and_visitor(directory, deployment, session).await?,
            None => None,
        };
        let (mut device, mut user) = (arrival.device.take(), arrival.user.take());
        if let Some((mut visit, visitor)) = visit {
            start.visit.clone_from(&session);
            device = device.or(visit.device.take());
            user = user.or(visit.user.take());
            // The same session of the same browser: the same visitor.
            start.visitor = start.visitor.or(visitor);
            let mut pages = visit.begins(start);
            pages.append(&mut arrival.pages);
            arrival.pages = pages;
        }
        let whom = PreparedFor { session: session.as_deref(), device_key: device.as_deref(), user_key: user.as_deref() };
        self.bring_prepared(directory, start, whom).await
    }

    async fn ask(&self, mut start: StartConversation, once: Option<(Once, i64)>, mut arrival: Arrival) -> Result<Answer> {
        let scope = self.scope(start.workspace)?;
        self.bring_visit(&scope.directory, &mut start, &mut arrival).await?;
        detail::check_details(&start.details).map_err(|problem| Error::invalid("details", problem.to_string()))?;
        start.entity_plan.check().map_err(|problem| Error::invalid("entity_plan", problem.to_string()))?;
        let line = |text: &str, most| text_limits::shortened_line(text, most).unwrap_or_default();
        let visitor: VisitorId = start.visitor.unwrap_or_else(|| self.id());
        let id: ConversationId = self.id();
        let address = start.address.map(|address| address.to_canonical());
        let blocked = address.is_some_and(|address| scope.directory.blocks(address));
        let deployment = start.deployment.and_then(|id| scope.directory.deployments.get(&id));
        let timeout = deployment.map_or(280_000, |deployment| u64::from(deployment.connection_timeout_ms));
        let refuse = if blocked {
            Some(RefusedBecause::Blocked)
        } else {
            start.refuse.or(deployment.is_none().then_some(RefusedBecause::Unavailable))
        };
        let origin = Origin {
            session: start.session,
            visitor,
            deployment: start.deployment.unwrap_or(DeploymentId(uuid::Uuid::nil())),
            button: start.button,
            name: Text(line(&start.name, text_limits::NAME_CHARACTERS)),
            language: line(&start.language, 35),
            user_agent: line(&start.user_agent, text_limits::TECHNICAL_CHARACTERS),
            screen: line(&start.screen, 64),
            address: address.map(|address| address.to_string()).unwrap_or_default(),
            page: line(&start.page, text_limits::TECHNICAL_CHARACTERS),
            referrer: line(&start.referrer, text_limits::TECHNICAL_CHARACTERS),
            queue_updates: start.queue_updates,
            entity_plan: serde_json::to_value(&start.entity_plan).map_err(Error::internal)?,
            requested_at: scope.now,
            established_at: None,
            ended_at: None,
            ended_by: None,
            ended_because: None,
            ended_reason: None,
            answered_by: None,
        };
        let session = VisitorSession {
            id: start.session,
            conversation: Some(id),
            generation: 0,
            post_sequence: start.post_number,
            delivered: -1,
            seen_at: scope.now,
            timeout: std::time::Duration::from_millis(timeout),
            open: true,
        };
        let entrance = Entrance { deployment: origin.deployment, button: origin.button, queue_updates: origin.queue_updates };
        let (workspace, now) = (scope.workspace(), scope.now);
        let details = start.details.iter().map(stored).collect::<Result<Vec<_>>>()?;
        let keyed = format!("start {}", origin.deployment);
        let records = match self.crm() {
            Some(_) => records::timing(&scope.directory, start.deployment, start.button, &start.entity_plan, &start.details),
            None => None,
        };
        let work = Arc::new((scope, origin, session, start, details, once, keyed, arrival));
        let asked = self
            .store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, origin, session, start, details, once, keyed, arrival) = &*work;
                    // The lane first: whoever asks twice at once meets itself here.
                    let mut loaded = routing::Loaded::lock(tx, scope).await?;
                    if let Some((once, _)) = once
                        && let Some(kept) = once.before(tx, workspace, keyed).await?
                    {
                        return Ok(Asked::Repeated(kept));
                    }
                    let key_scope = format!("visitor {} start", session.id);
                    if let Some(known) = tx.session(workspace, session.id).await? {
                        let same_key = match &arrival.once {
                            Some(once) => once.before::<()>(tx, workspace, &key_scope).await?.is_some(),
                            None => false,
                        };
                        // A number that is not above the last one is that of a request which was carried out.
                        let same_number = start.post_number.is_some() && start.post_number <= known.post_sequence;
                        return match known.conversation {
                            Some(conversation) if same_key || same_number => Ok(Asked::Before(conversation)),
                            Some(_) => Err(ErrorKind::Conflict("this session has asked for a conversation before").into()),
                            None => Err(ErrorKind::SessionInvalid.into()),
                        };
                    }
                    let mut conversation = Conversation::new(id);
                    let begun = routing::begin(tx, scope, &mut loaded, &mut conversation, start.attempts.clone(), refuse).await?;
                    let standing = begun.standing.unwrap_or((0, None));
                    if !begun.refused {
                        let requested = conversation.record(Event::Requested {
                            deployment: origin.deployment,
                            button: origin.button,
                            position: standing.0,
                            estimated_wait: standing.1,
                        });
                        scope.journal(tx, requested);
                        let queue = queue_of(&scope.directory, &begun.place.target);
                        let queued = conversation.record(Event::Queued { ahead: false, queue });
                        scope.journal(tx, queued);
                    }
                    let mut seen = Vec::new();
                    for page in arrival.pages.iter().skip(arrival.pages.len().saturating_sub(MOST_PAGES)) {
                        let location = text_limits::shortened_line(page.location.reveal(), text_limits::TECHNICAL_CHARACTERS);
                        if let Some(location) = location {
                            let visited = conversation.record(Event::PageVisited);
                            let title = text_limits::shortened_line(page.title.reveal(), text_limits::NAME_CHARACTERS);
                            let (title, at) = (Text(title.unwrap_or_default()), page.at.min(now));
                            seen.push(Breadcrumb { sequence: visited.sequence, location: Text(location), title, at });
                            scope.journal(tx, visited);
                        }
                    }
                    tx.insert_conversation(workspace, &conversation, &begun.place, origin).await?;
                    for breadcrumb in &seen {
                        tx.insert_breadcrumb(workspace, id, breadcrumb).await?;
                    }
                    if let Some(once) = &arrival.once {
                        once.keep(tx, workspace, &key_scope, &(), now).await?;
                    }
                    tx.insert_details(workspace, id, details).await?;
                    if let Some(timing) = records.filter(|_| !begun.refused) {
                        tx.plan_records(workspace, id, timing == RecordTiming::OnAcceptance, now).await?;
                    }
                    if let Some(visit) = &start.visit {
                        tx.set_visitor_of_web_visit(workspace, visit, visitor).await?;
                    }
                    tx.touch_visitor(workspace, visitor, &origin.name, &origin.address, now).await?;
                    tx.insert_session(workspace, session, now).await?;
                    if let Some((once, millis)) = once {
                        let kept = KeptStart { session: session.id, millis: *millis, conversation: id };
                        once.keep(tx, workspace, keyed, &kept, now).await?;
                    }
                    if begun.refused {
                        tx.mark_ended(workspace, id, "system", "refused", now).await?;
                    } else {
                        routing::settle(tx, scope, &mut loaded).await?;
                    }
                    let place = QueuePlace { position: standing.0, estimated_wait: standing.1 };
                    Ok(Asked::Now(Box::new((session.clone(), place, conversation.next_visitor_sequence - 1, begun.refused))))
                }
                .boxed()
            })
            .await?;
        match asked {
            Asked::Now(now_asked) => {
                let (session, place, newest, refused) = *now_asked;
                let live = self.visitors().insert(workspace, &session, id, entrance, newest, refused, now);
                live.place_was_told(place);
                // What was written between the commit and now was told to nobody here.
                self.bring_up_to_date(&live).await?;
                Ok(Answer::Started(Started { conversation: id, visitor, live, refused }))
            }
            Asked::Before(conversation) => Ok(Answer::Before(conversation, visitor)),
            Asked::Repeated(kept) => Ok(Answer::Repeated(kept)),
        }
    }
}

/// What a detail's document beside label and value holds.
#[derive(Serialize)]
struct Maps<'d> {
    entities: &'d [domain::detail::EntityMap],
    knowledge_search: bool,
}

pub(crate) fn stored(detail: &Detail) -> Result<store::Detail> {
    let maps = Maps { entities: &detail.entity_maps, knowledge_search: detail.knowledge_search };
    Ok(store::Detail {
        label: text_limits::storable(&detail.label).into_owned(),
        value: Text(text_limits::storable(detail.value.reveal()).into_owned()),
        visible: detail.visible_to_agent,
        fields: detail.transcript_fields.clone(),
        maps: serde_json::to_value(maps).map_err(Error::internal)?,
    })
}
