//! Messages: the hot path, in sets; and the reading of them.
//!
//! A group of messages costs one load, one pure decision each, one save and one append, whatever its size (design 5).

use std::collections::HashMap;

use domain::{
    conversation::{Conversation, Refusal},
    ids::{AgentId, ConversationId, FileId, SessionId, WorkspaceId},
    journal::{Author, MessageKind},
    secret::Text,
    session::{self, PostNumber},
    time::Timestamp,
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    conversation::conversation_from,
    driver::{Row, Sql, statements, values},
    error::{Error, Result},
    read::Snapshot,
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

#[derive(Serialize)]
struct Key {
    w: uuid::fmt::Simple,
    c: uuid::fmt::Simple,
    #[serde(skip_serializing_if = "Option::is_none")]
    k: Option<String>,
}

#[derive(Serialize)]
struct Line<'m> {
    w: uuid::fmt::Simple,
    c: uuid::fmt::Simple,
    s: i64,
    k: &'static str,
    a: &'static str,
    g: Option<uuid::fmt::Simple>,
    n: Option<&'m str>,
    l: Option<&'m str>,
    t: &'m str,
    f: Option<uuid::fmt::Simple>,
    ck: Option<&'m str>,
    at: i64,
}

#[derive(Serialize)]
struct Saved {
    w: uuid::fmt::Simple,
    c: uuid::fmt::Simple,
    s: i64,
    vs: i64,
    u: Option<i64>,
    aw: Option<i64>,
    cr: i64,
}

#[derive(Serialize)]
struct Post {
    w: uuid::fmt::Simple,
    i: uuid::fmt::Simple,
    n: Option<i64>,
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
    let mut keys: Vec<Key> = Vec::with_capacity(items.len());
    let mut client_keys: Vec<Key> = Vec::new();
    let mut sessions: Vec<Post> = Vec::new();
    for item in items.iter() {
        match &item.hot {
            Hot::Message(message) => {
                let (w, c) = (Uuid::from(message.workspace).simple(), Uuid::from(message.conversation).simple());
                keys.push(Key { w, c, k: None });
                if let Some(key) = &message.client_key {
                    client_keys.push(Key { w, c, k: Some(key.clone()) });
                }
                if let Some((session, _)) = message.session {
                    sessions.push(Post { w, i: Uuid::from(session).simple(), n: None });
                }
            }
            Hot::Count { workspace, session, .. } => {
                sessions.push(Post { w: Uuid::from(*workspace).simple(), i: Uuid::from(*session).simple(), n: None });
            }
        }
    }
    let mut conversations: HashMap<ConversationId, (Conversation, bool)> = HashMap::with_capacity(items.len());
    if !keys.is_empty() {
        for row in tx.fetch_all(LOAD, values![crate::json(&keys)?]).await? {
            let conversation = conversation_from(&row)?;
            conversations.insert(conversation.id, (conversation, false));
        }
    }
    let mut posts: HashMap<SessionId, Session> = HashMap::new();
    if !sessions.is_empty() {
        for row in tx.fetch_all(LOAD_SESSIONS, values![crate::json(&sessions)?]).await? {
            posts.insert(row.get(1)?, Session { workspace: row.get(0)?, last: PostNumber(row.get(2)?), changed: false });
        }
    }
    let mut known: HashMap<(ConversationId, String), i64> = HashMap::new();
    if !client_keys.is_empty() {
        for row in tx.fetch_all(LOAD_CLIENT_KEYS, values![crate::json(&client_keys)?]).await? {
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

    let lines: Vec<Line<'_>> = items
        .iter()
        .filter_map(|item| match (&item.hot, &item.result) {
            (Hot::Message(message), Some(Ok(Written::New(sequence)))) => Some(line(message, *sequence)),
            _ => None,
        })
        .collect();
    let saved: Vec<Saved> = items
        .iter()
        .filter_map(|item| {
            let Hot::Message(message) = &item.hot else { return None };
            let (conversation, changed) = conversations.get_mut(&message.conversation)?;
            std::mem::take(changed).then(|| Saved {
                w: Uuid::from(message.workspace).simple(),
                c: Uuid::from(conversation.id).simple(),
                s: conversation.sequence,
                vs: conversation.next_visitor_sequence,
                u: conversation.unanswered_since.map(|at| at.0),
                aw: conversation.agent_wrote_at.map(|at| at.0),
                cr: i64::from(conversation.critical),
            })
        })
        .collect();
    let posted: Vec<Post> = posts
        .iter()
        .filter(|(_, session)| session.changed)
        .map(|(id, session)| Post { w: Uuid::from(session.workspace).simple(), i: Uuid::from(*id).simple(), n: session.last.0 })
        .collect();

    if !saved.is_empty() {
        tx.execute(SAVE, values![crate::json(&saved)?]).await?;
        tx.execute(INSERT, values![crate::json(&lines)?]).await?;
    }
    if !posted.is_empty() {
        tx.execute(SAVE_POSTS, values![crate::json(&posted)?]).await?;
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
    conversations: &mut HashMap<ConversationId, (Conversation, bool)>,
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
    let (conversation, changed) = conversations.get_mut(&message.conversation).ok_or(NotWritten::Unknown)?;
    let numbered = conversation.post(message.by, message.kind, message.name.as_deref(), message.file, message.at)?;
    *changed = true;
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

fn line(message: &NewMessage, sequence: i64) -> Line<'_> {
    Line {
        w: Uuid::from(message.workspace).simple(),
        c: Uuid::from(message.conversation).simple(),
        s: sequence,
        k: message.kind.as_str(),
        a: author_name(message.by),
        g: message.by.agent().map(|agent| Uuid::from(agent).simple()),
        n: message.name.as_deref(),
        l: message.label.as_deref(),
        t: message.text.reveal(),
        f: message.file.map(|file| Uuid::from(file).simple()),
        ck: message.client_key.as_deref(),
        at: message.at.0,
    }
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
        #[derive(Serialize)]
        struct At {
            c: uuid::fmt::Simple,
            s: i64,
        }
        let set: Vec<At> = at.iter().map(|(c, s)| At { c: Uuid::from(*c).simple(), s: *s }).collect();
        self.conn
            .fetch_all(MESSAGES_AT, values![workspace, crate::json(&set)?])
            .await?
            .iter()
            .map(|row| Ok((row.get(9)?, message(row)?)))
            .collect()
    }
}

impl Tx {
    /// Writes a message that a use case recorded itself (a greeting, a transfer note): its entry has this number.
    pub async fn insert_message(&mut self, message: &NewMessage, sequence: i64) -> Result<()> {
        self.execute(INSERT, values![crate::json(&[line(message, sequence)])?]).await?;
        Ok(())
    }
}

statements! {
    LOAD = Sql::Each {
        sqlite: "SELECT c.id, c.phase, c.agent, c.offer, c.sequence, c.next_visitor_sequence, c.was_established, c.unanswered_since,
                        c.agent_wrote_at, c.critical
                 FROM json_each($1) k JOIN conversation c ON c.workspace = unhex(k.value->>'w') AND c.id = unhex(k.value->>'c')",
        // Locks the union of the group's conversations, first and in id order.
        postgres: "SELECT c.id, c.phase, c.agent, c.offer, c.sequence, c.next_visitor_sequence, c.was_established, c.unanswered_since,
                          c.agent_wrote_at, c.critical
                   FROM conversation c
                   WHERE (c.workspace, c.id) IN (SELECT w, c FROM json_to_recordset($1::json) AS k (w uuid, c uuid))
                   ORDER BY c.id FOR UPDATE",
    };
    LOAD_SESSIONS = Sql::Each {
        sqlite: "SELECT s.workspace, s.id, s.post_sequence
                 FROM json_each($1) k JOIN visitor_session s ON s.workspace = unhex(k.value->>'w') AND s.id = unhex(k.value->>'i')",
        postgres: "SELECT s.workspace, s.id, s.post_sequence FROM visitor_session s
                   WHERE (s.workspace, s.id) IN (SELECT w, i FROM json_to_recordset($1::json) AS k (w uuid, i uuid))
                   ORDER BY s.id FOR UPDATE",
    };
    LOAD_CLIENT_KEYS = Sql::Each {
        sqlite: "SELECT m.conversation, m.client_key, m.sequence
                 FROM json_each($1) k
                 JOIN message m ON m.workspace = unhex(k.value->>'w') AND m.conversation = unhex(k.value->>'c') AND m.client_key = k.value->>'k'",
        postgres: "SELECT m.conversation, m.client_key, m.sequence
                   FROM json_to_recordset($1::json) AS key (w uuid, c uuid, k text)
                   JOIN message m ON m.workspace = key.w AND m.conversation = key.c AND m.client_key = key.k",
    };
    SAVE = Sql::Each {
        sqlite: "UPDATE conversation SET sequence = k.value->>'s', next_visitor_sequence = k.value->>'vs', unanswered_since = k.value->>'u',
                        agent_wrote_at = k.value->>'aw', critical = k.value->>'cr'
                 FROM json_each($1) k WHERE conversation.workspace = unhex(k.value->>'w') AND conversation.id = unhex(k.value->>'c')",
        postgres: "UPDATE conversation SET sequence = k.s, next_visitor_sequence = k.vs, unanswered_since = k.u, agent_wrote_at = k.aw, critical = k.cr
                   FROM json_to_recordset($1::json) AS k (w uuid, c uuid, s bigint, vs bigint, u bigint, aw bigint, cr bigint)
                   WHERE conversation.workspace = k.w AND conversation.id = k.c",
    };
    INSERT = Sql::Each {
        sqlite: "INSERT INTO message (workspace, conversation, sequence, kind, author, agent, name, label, text, file, client_key, at)
                 SELECT unhex(value->>'w'), unhex(value->>'c'), value->>'s', value->>'k', value->>'a', unhex(value->>'g'), value->>'n', value->>'l',
                        value->>'t', unhex(value->>'f'), value->>'ck', value->>'at'
                 FROM json_each($1)",
        postgres: "INSERT INTO message (workspace, conversation, sequence, kind, author, agent, name, label, text, file, client_key, at)
                   SELECT w, c, s, k, a, g, n, l, t, f, ck, at
                   FROM json_to_recordset($1::json)
                     AS m (w uuid, c uuid, s bigint, k text, a text, g uuid, n text, l text, t text, f uuid, ck text, at bigint)",
    };
    SAVE_POSTS = Sql::Each {
        sqlite: "UPDATE visitor_session SET post_sequence = k.value->>'n'
                 FROM json_each($1) k WHERE visitor_session.workspace = unhex(k.value->>'w') AND visitor_session.id = unhex(k.value->>'i')",
        postgres: "UPDATE visitor_session SET post_sequence = k.n FROM json_to_recordset($1::json) AS k (w uuid, i uuid, n bigint)
                   WHERE visitor_session.workspace = k.w AND visitor_session.id = k.i",
    };
    MESSAGES = Sql::Both(
        "SELECT sequence, kind, author, agent, name, label, text, file, at FROM message
         WHERE workspace = $1 AND conversation = $2 AND sequence > $3 ORDER BY sequence LIMIT $4"
    );
    MESSAGE = Sql::Both(
        "SELECT sequence, kind, author, agent, name, label, text, file, at FROM message WHERE workspace = $1 AND conversation = $2 AND sequence = $3"
    );
    MESSAGES_AT = Sql::Each {
        sqlite: "SELECT m.sequence, m.kind, m.author, m.agent, m.name, m.label, m.text, m.file, m.at, m.conversation
                 FROM json_each($2) k JOIN message m ON m.workspace = $1 AND m.conversation = unhex(k.value->>'c') AND m.sequence = k.value->>'s'",
        postgres: "SELECT m.sequence, m.kind, m.author, m.agent, m.name, m.label, m.text, m.file, m.at, m.conversation
                   FROM json_to_recordset($2::json) AS k (c uuid, s bigint)
                   JOIN message m ON m.workspace = $1 AND m.conversation = k.c AND m.sequence = k.s",
    };
}
