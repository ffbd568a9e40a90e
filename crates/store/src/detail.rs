//! What a visitor brought along and left behind: details of the pre-chat form, pages seen, a rating; and the visitor.
//!
//! A detail that agents may not see has a reading of its own, so that a view cannot take it by mistake.

use domain::{
    ids::{ConversationId, VisitorId, WorkspaceId},
    secret::Text,
    time::Timestamp,
};

use crate::{
    driver::{Conn, Row, Sql, statements, values},
    error::{Error, Result},
    read::Snapshot,
    rows::{Rows, row_statements},
    tx::Tx,
};

/// A labelled value of the pre-chat form.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    /// What it is called.
    pub label: String,
    /// What the visitor gave.
    pub value: Text,
    /// Agents, search and transcripts may show it.
    pub visible: bool,
    /// The transcript's fields that it is saved to.
    pub fields: Vec<String>,
    /// More about it: the engine's own document.
    pub maps: serde_json::Value,
}

/// A page that the visitor saw.
#[derive(Clone, Debug, PartialEq)]
pub struct Breadcrumb {
    /// Its number in the conversation.
    pub sequence: i64,
    /// The page's address.
    pub location: Text,
    /// Its title; empty for none.
    pub title: Text,
    /// When.
    pub at: Timestamp,
}

/// What the visitor thought of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rating {
    /// The score, as the deployment's scale has it.
    pub score: i64,
    /// Words, or none.
    pub comment: Text,
    /// When.
    pub at: Timestamp,
}

/// A person on the customer's side, known over conversations.
#[derive(Clone, Debug, PartialEq)]
pub struct Visitor {
    /// Who.
    pub id: VisitorId,
    /// The last name given.
    pub name: Text,
    /// The last address.
    pub address: String,
    /// First heard of.
    pub first_at: Timestamp,
    /// Last heard of.
    pub last_at: Timestamp,
}

fn detail(row: &Row) -> Result<Detail> {
    let (fields, maps): (String, String) = (row.get(3)?, row.get(4)?);
    Ok(Detail {
        label: row.get(0)?,
        value: row.get(1)?,
        visible: row.get(2)?,
        fields: serde_json::from_str(&fields).map_err(|error| Error::Broken { what: "detail.fields", source: Some(Box::new(error)) })?,
        maps: serde_json::from_str(&maps).map_err(|error| Error::Broken { what: "detail.maps", source: Some(Box::new(error)) })?,
    })
}

async fn details(conn: &mut Conn, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<Detail>> {
    conn.fetch_all(DETAILS, values![workspace, conversation]).await?.iter().map(detail).collect()
}

async fn visible_details(conn: &mut Conn, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<Detail>> {
    conn.fetch_all(VISIBLE_DETAILS, values![workspace, conversation]).await?.iter().map(detail).collect()
}

async fn rating(conn: &mut Conn, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<Rating>> {
    conn.fetch_optional(RATING, values![workspace, conversation])
        .await?
        .map(|row| Ok(Rating { score: row.get(0)?, comment: row.get(1)?, at: row.get(2)? }))
        .transpose()
}

async fn visitor(conn: &mut Conn, workspace: WorkspaceId, id: VisitorId) -> Result<Option<Visitor>> {
    conn.fetch_optional(VISITOR, values![workspace, id])
        .await?
        .map(|row| Ok(Visitor { id: row.get(0)?, name: row.get(1)?, address: row.get(2)?, first_at: row.get(3)?, last_at: row.get(4)? }))
        .transpose()
}

impl Snapshot {
    /// All details of a conversation in the order given, hidden ones too: for readers with the permission.
    pub async fn details(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<Detail>> {
        details(&mut self.conn, workspace, conversation).await
    }

    /// The details that agents may see, in the order given.
    pub async fn visible_details(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<Detail>> {
        visible_details(&mut self.conn, workspace, conversation).await
    }

    /// The pages that the visitor saw, in order.
    pub async fn breadcrumbs(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<Breadcrumb>> {
        self.conn
            .fetch_all(BREADCRUMBS, values![workspace, conversation])
            .await?
            .iter()
            .map(|row| Ok(Breadcrumb { sequence: row.get(0)?, location: row.get(1)?, title: row.get(2)?, at: row.get(3)? }))
            .collect()
    }

    /// What the visitor thought of it.
    pub async fn rating(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<Rating>> {
        rating(&mut self.conn, workspace, conversation).await
    }

    /// A visitor.
    pub async fn visitor(&mut self, workspace: WorkspaceId, id: VisitorId) -> Result<Option<Visitor>> {
        visitor(&mut self.conn, workspace, id).await
    }
}

impl Tx {
    /// Writes a conversation's details; their order is kept.
    pub async fn insert_details(&mut self, workspace: WorkspaceId, conversation: ConversationId, details: &[Detail]) -> Result<()> {
        let mut rows = Rows::of(INSERT_DETAILS, details.len());
        for (n, detail) in (0_i64..).zip(details) {
            rows.push([
                workspace.into(),
                conversation.into(),
                n.into(),
                (&detail.label).into(),
                (&detail.value).into(),
                detail.visible.into(),
                crate::json(&detail.fields)?.into(),
                crate::json(&detail.maps)?.into(),
            ]);
        }
        self.execute_rows(rows).await?;
        Ok(())
    }

    /// Writes a conversation's details in place of those that it had. The caller holds the conversation's lock.
    pub async fn replace_details(&mut self, workspace: WorkspaceId, conversation: ConversationId, details: &[Detail]) -> Result<()> {
        self.execute(REMOVE_DETAILS, values![workspace, conversation]).await?;
        self.insert_details(workspace, conversation, details).await
    }

    /// All details of a conversation in the order given, hidden ones too.
    pub async fn details(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<Detail>> {
        details(&mut self.conn, workspace, conversation).await
    }

    /// The details that agents may see, in the order given.
    pub async fn visible_details(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Vec<Detail>> {
        visible_details(&mut self.conn, workspace, conversation).await
    }

    /// The visitor saw a page; its number in the conversation is the journal entry's.
    pub async fn insert_breadcrumb(&mut self, workspace: WorkspaceId, conversation: ConversationId, breadcrumb: &Breadcrumb) -> Result<()> {
        let Breadcrumb { sequence, location, title, at } = breadcrumb;
        self.execute(INSERT_BREADCRUMB, values![workspace, conversation, *sequence, location, title, *at]).await?;
        Ok(())
    }

    /// The visitor rates; a later rating replaces an earlier one.
    pub async fn save_rating(&mut self, workspace: WorkspaceId, conversation: ConversationId, rating: &Rating) -> Result<()> {
        self.execute(SAVE_RATING, values![workspace, conversation, rating.score, &rating.comment, rating.at]).await?;
        Ok(())
    }

    /// What the visitor thought of it.
    pub async fn rating(&mut self, workspace: WorkspaceId, conversation: ConversationId) -> Result<Option<Rating>> {
        rating(&mut self.conn, workspace, conversation).await
    }

    /// A visitor was heard of: writes it, or brings name and address up to date (an empty one changes nothing).
    pub async fn touch_visitor(&mut self, workspace: WorkspaceId, id: VisitorId, name: &Text, address: &str, now: Timestamp) -> Result<()> {
        self.execute(TOUCH_VISITOR, values![workspace, id, name, address, now]).await?;
        Ok(())
    }

    /// A visitor.
    pub async fn visitor(&mut self, workspace: WorkspaceId, id: VisitorId) -> Result<Option<Visitor>> {
        visitor(&mut self.conn, workspace, id).await
    }
}

statements! {
    DETAILS = Sql::Both(
        "SELECT label, value, visible, fields, maps FROM detail WHERE workspace = $1 AND conversation = $2 ORDER BY n"
    );
    VISIBLE_DETAILS = Sql::Both(
        "SELECT label, value, visible, fields, maps FROM detail WHERE workspace = $1 AND conversation = $2 AND visible = 1 ORDER BY n"
    );
    REMOVE_DETAILS = Sql::Both("DELETE FROM detail WHERE workspace = $1 AND conversation = $2");
    BREADCRUMBS = Sql::Both(
        "SELECT sequence, location, title, at FROM breadcrumb WHERE workspace = $1 AND conversation = $2 ORDER BY sequence"
    );
    INSERT_BREADCRUMB = Sql::Both(
        "INSERT INTO breadcrumb (workspace, conversation, sequence, location, title, at) VALUES ($1, $2, $3, $4, $5, $6)"
    );
    RATING = Sql::Both("SELECT score, comment, at FROM rating WHERE workspace = $1 AND conversation = $2");
    SAVE_RATING = Sql::Both(
        "INSERT INTO rating (workspace, conversation, score, comment, at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (workspace, conversation) DO UPDATE SET score = excluded.score, comment = excluded.comment, at = excluded.at"
    );
    VISITOR = Sql::Both("SELECT id, name, address, first_at, last_at FROM visitor WHERE workspace = $1 AND id = $2");
    TOUCH_VISITOR = Sql::Both(
        "INSERT INTO visitor (workspace, id, name, address, first_at, last_at) VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (workspace, id) DO UPDATE SET
            name = CASE WHEN excluded.name = '' THEN visitor.name ELSE excluded.name END,
            address = CASE WHEN excluded.address = '' THEN visitor.address ELSE excluded.address END,
            last_at = CASE WHEN excluded.last_at > visitor.last_at THEN excluded.last_at ELSE visitor.last_at END"
    );
}

row_statements! {
    INSERT_DETAILS (workspace Id, conversation Id, n Int, label Text, value Text, visible Int, fields Text, maps Text) = Sql::Both(
        "INSERT INTO detail (workspace, conversation, n, label, value, visible, fields, maps)
         SELECT workspace, conversation, n, label, value, visible, fields, maps FROM k WHERE workspace IS NOT NULL"
    );
}
