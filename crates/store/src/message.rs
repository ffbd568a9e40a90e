//! Messages: the hot path, in sets; and the reading of them.
//!
//! A group of messages costs one load, one pure decision each, one save and one append, whatever its size (design 5).

use std::collections::{HashMap, HashSet};

use domain::{
    conversation::{Conversation, Refusal},
    ids::{AgentId, ConversationId, FileId, SessionId, WorkspaceId},
    journal::{Author, MessageKind},
    secret::Text,
    session::{self, PostNumber},
    time::Timestamp,
};

use crate::{
    conversation::conversation_from,
    driver::{Row, Sql, Value, statements, values},
    error::{Error, Result},
    read::Snapshot,
    rows::{Rows, row_statements},
    tx::Tx,
};

/// Somebody writes into a conversation.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// In which workspace.
    pub workspace: WorkspaceId,
    /// In which conversation.
    pub conversation: ConversationId,
    /// The visitor's connection and its number for this POST, if it numbers them.
    pub session: Option<(SessionId, Option<i64>)>,
    /// Who.
    pub by: Author,
    /// What.
    pub kind: MessageKind,
    /// The name the other side sees, for an agent.
    pub name: Option<String>,
    /// A custom event's type.
    pub label: Option<String>,
    /// The words.
    pub text: Text,
    /// The file.
    pub file: Option<FileId>,
    /// The same key again is the same message.
    pub client_key: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is on the disk under this number.
    New(i64),
    /// It was there already, under this number if a key told.
    Again(Option<i64>),
}

/// Why it was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWritten {
    /// The conversation says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No such conversation.
    #[error("there is no such conversation")]
    Unknown,
    /// The POST's number skips some.
    #[error("the number of the request skips some")]
    OutOfSequence {
        /// What it said.
        received: i64,
        /// What it should have said.
        expected: i64,
    },
}

/// What goes through the hot path.
#[derive(Debug)]
pub(crate) enum Hot {
    /// A message.
    Message(NewMessage),
    /// A numbered request that writes nothing (typing): its number counts all the same, so that the next one is not taken for a gap.
    Count { workspace: WorkspaceId, session: SessionId, number: i64 },
}

/// One message's way through a group.
pub(crate) struct Item {
    pub(crate) hot: Hot,
    pub(crate) result: Option<Result<Written, NotWritten>>,
}

struct Loaded {
    conversation: Conversation,
    changed: bool,
}

struct Session {
    workspace: WorkspaceId,
    last: PostNumber,
    changed: bool,
}

pub(crate) fn author_name(author: Author) -> &'static str {
    match author {
        Author::Visitor => "visitor",
        Author::Agent { .. } => "agent",
        Author::System => "system",
    }
}

pub(crate) fn author_from(name: &str, agent: Option<AgentId>) -> Result<Author> {
    match (name, agent) {
        ("visitor", _) => Ok(Author::Visitor),
        ("agent", Some(agent)) => Ok(Author::Agent { agent }),
        ("system", _) => Ok(Author::System),
        _ => Err(Error::broken("message.author")),
    }
}

/// Writes a group. Each item gets its own result; an error is the whole group's.
pub(crate) async fn write_set(tx: &mut Tx, items: &mut [Item]) -> Result<()> {
    let mut keys = Rows::of(LOAD, items.len());
    let mut client_keys = Rows::of(LOAD_CLIENT_KEYS, 0);
    let mut sessions = Rows::of(LOAD_SESSIONS, items.len());
    // Each row once: a group may hold several messages of one conversation.
    let (mut asked, mut asked_sessions) = (HashSet::with_capacity(items.len()), HashSet::with_capacity(items.len()));
    for item in items.iter() {
        let (workspace, session) = match &item.hot {
            Hot::Message(message) => {
                if asked.insert(message.conversation) {
                    keys.push([message.workspace.into(), message.conversation.into()]);
                }
                if let Some(key) = &message.client_key {
                    client_keys.push([message.workspace.into(), message.conversation.into(), key.into()]);
                }
                (message.workspace, message.session.map(|(session, _)| session))
            }
            Hot::Count { workspace, session, .. } => (*workspace, Some(*session)),
        };
        if let Some(session) = session
            && asked_sessions.insert(session)
        {
            sessions.push([workspace.into(), session.into()]);
        }
    }
    let mut conversations: HashMap<ConversationId, Loaded> = HashMap::with_capacity(asked.len());
    if !keys.is_empty() {
        for row in tx.fetch_rows(keys).await? {
            let conversation = conversation_from(&row)?;
            conversations.insert(conversation.id, Loaded { conversation, changed: false });
        }
    }
    let mut posts: HashMap<SessionId, Session> = HashMap::with_capacity(asked_sessions.len());
    if !sessions.is_empty() {
        for row in tx.fetch_rows(sessions).await? {
            posts.insert(row.get(1)?, Session { workspace: row.get(0)?, last: PostNumber(row.get(2)?), changed: false });
        }
    }
    let mut known: HashMap<(ConversationId, String), i64> = HashMap::new();
    if !client_keys.is_empty() {
        for row in tx.fetch_rows(client_keys).await? {
            known.insert((row.get(0)?, row.get(1)?), row.get(2)?);
        }
    }

    let mut entries = Vec::with_capacity(items.len());
    for item in items.iter_mut() {
        item.result = Some(match &item.hot {
            Hot::Message(message) => decide(message, &mut conversations, &mut posts, &mut known, &mut entries),
            Hot::Count { session, number, .. } => count(&mut posts, *session, *number),
        });
    }

    let (mut lines, mut saved) = (Rows::of(INSERT, items.len()), Rows::of(SAVE, conversations.len()));
    for item in items.iter_mut() {
        let Hot::Message(message) = &mut item.hot else { continue };
        if let Some(Ok(Written::New(sequence))) = &item.result {
            lines.push(line(message, *sequence));
        }
        let Some(loaded) = conversations.get_mut(&message.conversation) else { continue };
        if std::mem::take(&mut loaded.changed) {
            let conversation = &loaded.conversation;
            saved.push([
                message.workspace.into(),
                conversation.id.into(),
                conversation.sequence.into(),
                conversation.next_visitor_sequence.into(),
                conversation.unanswered_since.into(),
                conversation.agent_wrote_at.into(),
                conversation.critical.into(),
                conversation.last_message.map(|last| last.at).into(),
                conversation.last_message.map(|last| last.by_agent).into(),
            ]);
        }
    }
    let mut posted = Rows::of(SAVE_POSTS, posts.len());
    for (id, session) in posts.iter().filter(|(_, session)| session.changed) {
        posted.push([session.workspace.into(), (*id).into(), session.last.0.into()]);
    }

    if !saved.is_empty() {
        tx.execute_rows(saved).await?;
        tx.execute_rows(lines).await?;
    }
    if !posted.is_empty() {
        tx.execute_rows(posted).await?;
    }
    for (workspace, at, numbered) in entries {
        tx.journal(workspace, at, numbered);
    }
    Ok(())
}

fn count(posts: &mut HashMap<SessionId, Session>, session: SessionId, number: i64) -> Result<Written, NotWritten> {
    let post = posts.get_mut(&session).ok_or(NotWritten::Unknown)?;
    match post.last.take(Some(number)) {
        Ok(session::Verdict::Again) => Ok(Written::Again(None)),
        Ok(session::Verdict::New(last)) => {
            post.changed |= post.last != last;
            post.last = last;
            Ok(Written::New(0))
        }
        Err(session::Skipped { received, expected }) => Err(NotWritten::OutOfSequence { received, expected }),
    }
}

type Entries = Vec<(WorkspaceId, Timestamp, domain::journal::Numbered)>;

fn decide(
    message: &NewMessage,
    conversations: &mut HashMap<ConversationId, Loaded>,
    posts: &mut HashMap<SessionId, Session>,
    known: &mut HashMap<(ConversationId, String), i64>,
    entries: &mut Entries,
) -> Result<Written, NotWritten> {
    let key = message.client_key.as_ref().map(|key| (message.conversation, key.clone()));
    if let Some(sequence) = key.as_ref().and_then(|key| known.get(key)) {
        // The same message under a new number (after a reconnect) still counts as that number's request.
        if let Some((session, given)) = message.session
            && let Some(post) = posts.get_mut(&session)
            && let Ok(session::Verdict::New(last)) = post.last.take(given)
        {
            post.changed |= post.last != last;
            post.last = last;
        }
        return Ok(Written::Again(Some(*sequence)));
    }
    let mut counted = None;
    if let Some((session, given)) = message.session
        && let Some(post) = posts.get(&session)
    {
        match post.last.take(given) {
            Ok(session::Verdict::Again) => return Ok(Written::Again(None)),
            Ok(session::Verdict::New(last)) => counted = Some((session, last)),
            Err(session::Skipped { received, expected }) => return Err(NotWritten::OutOfSequence { received, expected }),
        }
    }
    let loaded = conversations.get_mut(&message.conversation).ok_or(NotWritten::Unknown)?;
    let numbered = loaded.conversation.post(message.by, message.kind, message.name.as_deref(), message.file, message.at)?;
    loaded.changed = true;
    if let Some((session, last)) = counted
        && let Some(post) = posts.get_mut(&session)
    {
        post.changed |= post.last != last;
        post.last = last;
    }
    let sequence = numbered.sequence;
    entries.push((message.workspace, message.at, numbered));
    if let Some(key) = key {
        known.insert(key, sequence);
    }
    Ok(Written::New(sequence))
}

/// A row of [`INSERT`].
fn line(message: &NewMessage, sequence: i64) -> [Value; 12] {
    [
        message.workspace.into(),
        message.conversation.into(),
        sequence.into(),
        message.kind.as_str().into(),
        author_name(message.by).into(),
        message.by.agent().into(),
        message.name.as_ref().into(),
        message.label.as_ref().into(),
        (&message.text).into(),
        message.file.into(),
        message.client_key.as_ref().into(),
        message.at.into(),
    ]
}

/// A message as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its number in the conversation.
    pub sequence: i64,
    /// What it is.
    pub kind: MessageKind,
    /// Who wrote.
    pub by: Author,
    /// The name the other side saw.
    pub name: Option<String>,
    /// A custom event's type.
    pub label: Option<String>,
    /// The words.
    pub text: Text,
    /// The file.
    pub file: Option<FileId>,
    /// When.
    pub at: Timestamp,
}

fn message(row: &Row) -> Result<Message> {
    let kind: String = row.get(1)?;
    let author: String = row.get(2)?;
    Ok(Message {
        sequence: row.get(0)?,
        kind: MessageKind::from_stored(&kind).ok_or(Error::broken("message.kind"))?,
        by: author_from(&author, row.get(3)?)?,
        name: row.get(4)?,
        label: row.get(5)?,
        text: row.get(6)?,
        file: row.get(7)?,
        at: row.get(8)?,
    })
}

impl Snapshot {
    /// A conversation's messages after a number, in order, at most `limit`.
    pub async fn messages(&mut self, workspace: WorkspaceId, conversation: ConversationId, after: i64, limit: i64) -> Result<Vec<Message>> {
        self.conn.fetch_all(MESSAGES, values![workspace, conversation, after, limit]).await?.iter().map(message).collect()
    }

    /// One message.
    pub async fn message(&mut self, workspace: WorkspaceId, conversation: ConversationId, sequence: i64) -> Result<Option<Message>> {
        self.conn.fetch_optional(MESSAGE, values![workspace, conversation, sequence]).await?.as_ref().map(message).transpose()
    }

    /// The messages of several (conversation, number) pairs, in no order.
    pub async fn messages_at(&mut self, workspace: WorkspaceId, at: &[(ConversationId, i64)]) -> Result<Vec<(ConversationId, Message)>> {
        let mut wanted = Rows::of(MESSAGES_AT, at.len());
        for (conversation, sequence) in at {
            wanted.push([workspace.into(), (*conversation).into(), (*sequence).into()]);
        }
        self.conn.fetch_rows(wanted).await?.iter().map(|row| Ok((row.get(9)?, message(row)?))).collect()
    }
}

impl Tx {
    /// Writes a message that a use case recorded itself (a greeting, a transfer note): its entry has this number.
    pub async fn insert_message(&mut self, message: &NewMessage, sequence: i64) -> Result<()> {
        let mut rows = Rows::of(INSERT, 1);
        rows.push(line(message, sequence));
        self.execute_rows(rows).await?;
        Ok(())
    }
}

row_statements! {
    LOAD (workspace Id, conversation Id) = Sql::Each {
        sqlite: "SELECT c.id, c.phase, c.agent, c.offer, c.sequence, c.next_visitor_sequence, c.was_established, c.unanswered_since,
                        c.agent_wrote_at, c.critical, c.last_message_at, c.last_message_by_agent
                 FROM k JOIN conversation c ON c.workspace = k.workspace AND c.id = k.conversation",
        // Locks the union of the group's conversations, first and in id order.
        postgres: "SELECT c.id, c.phase, c.agent, c.offer, c.sequence, c.next_visitor_sequence, c.was_established, c.unanswered_since,
                          c.agent_wrote_at, c.critical, c.last_message_at, c.last_message_by_agent
                   FROM conversation c WHERE (c.workspace, c.id) IN (SELECT workspace, conversation FROM k) ORDER BY c.id FOR UPDATE",
    };
    LOAD_SESSIONS (workspace Id, session Id) = Sql::Each {
        sqlite: "SELECT s.workspace, s.id, s.post_sequence
                 FROM k JOIN visitor_session s ON s.workspace = k.workspace AND s.id = k.session",
        postgres: "SELECT s.workspace, s.id, s.post_sequence FROM visitor_session s
                   WHERE (s.workspace, s.id) IN (SELECT workspace, session FROM k) ORDER BY s.id FOR UPDATE",
    };
    LOAD_CLIENT_KEYS (workspace Id, conversation Id, client_key Text) = Sql::Both(
        "SELECT m.conversation, m.client_key, m.sequence
         FROM k JOIN message m ON m.workspace = k.workspace AND m.conversation = k.conversation AND m.client_key = k.client_key"
    );
    SAVE (workspace Id, conversation Id, sequence Int, next_visitor_sequence Int, unanswered_since Int, agent_wrote_at Int, critical Int,
          last_message_at Int, last_message_by_agent Int) = Sql::Both(
        "UPDATE conversation SET sequence = k.sequence, next_visitor_sequence = k.next_visitor_sequence, unanswered_since = k.unanswered_since,
                agent_wrote_at = k.agent_wrote_at, critical = k.critical, last_message_at = k.last_message_at,
                last_message_by_agent = k.last_message_by_agent
         FROM k WHERE conversation.workspace = k.workspace AND conversation.id = k.conversation"
    );
    INSERT (workspace Id, conversation Id, sequence Int, kind Text, author Text, agent Id, name Text, label Text, text Text, file Id,
            client_key Text, at Int) = Sql::Both(
        "INSERT INTO message (workspace, conversation, sequence, kind, author, agent, name, label, text, file, client_key, at)
         SELECT workspace, conversation, sequence, kind, author, agent, name, label, text, file, client_key, at FROM k WHERE workspace IS NOT NULL"
    );
    SAVE_POSTS (workspace Id, session Id, post_sequence Int) = Sql::Both(
        "UPDATE visitor_session SET post_sequence = k.post_sequence
         FROM k WHERE visitor_session.workspace = k.workspace AND visitor_session.id = k.session"
    );
    MESSAGES_AT (workspace Id, conversation Id, sequence Int) = Sql::Both(
        "SELECT m.sequence, m.kind, m.author, m.agent, m.name, m.label, m.text, m.file, m.at, m.conversation
         FROM k JOIN message m ON m.workspace = k.workspace AND m.conversation = k.conversation AND m.sequence = k.sequence"
    );
}

statements! {
    MESSAGES = Sql::Both(
        "SELECT sequence, kind, author, agent, name, label, text, file, at FROM message
         WHERE workspace = $1 AND conversation = $2 AND sequence > $3 ORDER BY sequence LIMIT $4"
    );
    MESSAGE = Sql::Both(
        "SELECT sequence, kind, author, agent, name, label, text, file, at FROM message WHERE workspace = $1 AND conversation = $2 AND sequence = $3"
    );
}
