//! What a visitor's side says besides messages: pages, idleness, a rating, a declined request for a file.
//!
//! Each is recorded once, however often it is asked for with the same key: the key is kept in the transaction that records.

use std::sync::Arc;

use domain::{
    conversation::Phase,
    ids::{ConversationId, FileRequestId, SessionId, WorkspaceId},
    journal::{Event, FileRequestOutcome},
    rules::AuthorKind,
    secret::Text,
    text_limits,
    time::Timestamp,
};
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use store::{Breadcrumb, FileRequestState, Rating, RequestKey, Tx};

use crate::{App, Error, ErrorKind, Result, conversation::masked, file::close_request};

/// A request that may be repeated: the same key with the same request is done once, with another it is refused.
#[derive(Clone, Debug)]
pub struct Once {
    /// The key.
    pub key: String,
    fingerprint: Vec<u8>,
}

impl Once {
    /// A key, and what tells the request from another one with the same key: [`App::fingerprint`].
    pub fn new(key: impl Into<String>, fingerprint: Vec<u8>) -> Self {
        Self { key: key.into(), fingerprint }
    }

    /// What was answered before.
    ///
    /// # Errors
    /// [`ErrorKind::KeyReused`] when the key came with another request.
    pub(crate) async fn before<T: for<'d> Deserialize<'d>>(&self, tx: &mut Tx, workspace: WorkspaceId, scope: &str) -> Result<Option<T>> {
        let Some(known) = tx.request_key(workspace, scope, &self.key).await? else { return Ok(None) };
        if known.fingerprint != self.fingerprint {
            return Err(ErrorKind::KeyReused.into());
        }
        serde_json::from_str(known.answer.reveal()).map(Some).map_err(Error::internal)
    }

    /// Keeps the answer.
    pub(crate) async fn keep(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        scope: &str,
        answer: &impl Serialize,
        at: Timestamp,
    ) -> Result<()> {
        let answer = RequestKey {
            scope: scope.to_owned(),
            key: self.key.clone(),
            fingerprint: self.fingerprint.clone(),
            status: 200,
            answer: Text(serde_json::to_string(answer).map_err(Error::internal)?),
            at,
        };
        Ok(tx.insert_request_key(workspace, &answer).await?)
    }
}

/// It is on the disk, as this entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// Its number in the conversation.
    pub sequence: i64,
    /// When.
    pub at: Timestamp,
}

/// What is noted.
#[derive(Clone, Debug)]
enum Note {
    Page { location: Text, title: Text },
    IdleWarning(bool),
    Rating(i64, Text),
    Decline(FileRequestId),
}

impl Note {
    fn scope(&self) -> &'static str {
        match self {
            Self::Page { .. } => "page",
            Self::IdleWarning(_) => "idle warning",
            Self::Rating(..) => "rating",
            Self::Decline(_) => "decline",
        }
    }

    /// The event to record; none when it changes nothing.
    async fn write(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        id: ConversationId,
        phase: Phase,
        sequence: i64,
        at: Timestamp,
    ) -> Result<Option<Event>> {
        let ended = phase == Phase::Ended;
        match self {
            Self::Page { .. } | Self::IdleWarning(_) if ended => Err(domain::conversation::Refusal::Ended.into()),
            Self::Page { location, title } => {
                let page = Breadcrumb { sequence, location: location.clone(), title: title.clone(), at };
                tx.insert_breadcrumb(workspace, id, &page).await?;
                Ok(Some(Event::PageVisited))
            }
            Self::IdleWarning(triggered) => Ok(Some(Event::IdleWarning { triggered: *triggered })),
            Self::Rating(score, comment) => {
                // Once: entries cite the rating's row, and what they tell must not change afterwards.
                if tx.rating(workspace, id).await?.is_some() {
                    return Err(ErrorKind::Conflict("the conversation has been rated").into());
                }
                tx.save_rating(workspace, id, &Rating { score: *score, comment: comment.clone(), at }).await?;
                Ok(Some(Event::Rated))
            }
            Self::Decline(request) => {
                let known = tx.file_request(workspace, *request).await?.filter(|known| known.conversation == id);
                let known = known.ok_or(ErrorKind::NotFound("file request"))?;
                let outcome = FileRequestOutcome::CancelledByVisitor;
                match known.state {
                    FileRequestState::Over(over) if over == outcome => return Ok(None),
                    _ if ended => return Err(domain::conversation::Refusal::Ended.into()),
                    _ => close_request(tx, workspace, *request, outcome).await?,
                }
                Ok(Some(Event::FileRequestEnded { request: *request, outcome, file: None }))
            }
        }
    }
}

impl App {
    /// The visitor is on another page. Refused once the conversation has ended.
    pub async fn visitor_visits(
        &self,
        of: (WorkspaceId, SessionId, ConversationId),
        location: &str,
        title: Option<&str>,
        once: Once,
    ) -> Result<Noted> {
        let line = |text: &str, most| Text(text_limits::shortened_line(text, most).unwrap_or_default());
        let title = title.map(|title| line(title, text_limits::NAME_CHARACTERS)).unwrap_or_default();
        let page = Note::Page { location: line(location, text_limits::TECHNICAL_CHARACTERS), title };
        self.noted(of, page, Some(once)).await
    }

    /// The visitor's side shows the idle warning, or took it back. Refused once the conversation has ended.
    pub async fn visitor_idles(&self, of: (WorkspaceId, SessionId, ConversationId), warned: bool, once: Once) -> Result<Noted> {
        self.noted(of, Note::IdleWarning(warned), Some(once)).await
    }

    /// The visitor judges the conversation, at any time, once.
    pub async fn visitor_rates(&self, of: (WorkspaceId, SessionId, ConversationId), score: u8, comment: &str, once: Once) -> Result<Noted> {
        let directory = self.directory(of.0)?;
        let (comment, _) = masked(&directory, AuthorKind::Visitor, text_limits::storable(comment));
        self.noted(of, Note::Rating(i64::from(score), Text(comment)), Some(once)).await
    }

    /// The visitor declines a request for a file. Declining again changes nothing.
    pub async fn visitor_declines_file(&self, of: (WorkspaceId, SessionId, ConversationId), request: FileRequestId) -> Result<()> {
        self.noted(of, Note::Decline(request), None).await.map(drop)
    }

    async fn noted(&self, of: (WorkspaceId, SessionId, ConversationId), note: Note, once: Option<Once>) -> Result<Noted> {
        let (workspace, session, id) = of;
        if let Some(live) = self.visitors().get(session) {
            live.heard_of(self.now());
        }
        let scope = self.scope(workspace)?;
        let keyed = format!("visitor {session} {}", note.scope());
        let work = Arc::new((scope, note, once, keyed));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, note, once, keyed) = &*work;
                    if let Some(once) = once
                        && let Some(before) = once.before::<Noted>(tx, workspace, keyed).await?
                    {
                        return Ok(before);
                    }
                    let mut conversation = tx.conversation(workspace, id).await?.ok_or(ErrorKind::NotFound("conversation"))?;
                    let next = conversation.sequence + 1;
                    let event = note.write(tx, workspace, id, conversation.phase, next, scope.now).await?;
                    if let Some(event) = event {
                        let recorded = conversation.record(event);
                        scope.journal(tx, recorded);
                        tx.save_conversation(workspace, &conversation).await?;
                    }
                    let noted = Noted { sequence: conversation.sequence, at: scope.now };
                    if let Some(once) = once {
                        once.keep(tx, workspace, keyed, &noted, scope.now).await?;
                    }
                    Ok(noted)
                }
                .boxed()
            })
            .await
    }
}
