//! What is known of customers: profiles, and that somebody is to be forgotten.

use domain::{
    ids::WorkspaceId,
    profile::{Key, Profile, ProfileKind},
    time::Timestamp,
};

use crate::{
    driver::{Row, Sql, statements, values},
    error::{Error, Result},
    read::Snapshot,
    rows::{Rows, row_statements},
    tx::Tx,
};

/// Somebody whose events are being blanked.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileErasure {
    /// Whose.
    pub key: Key,
    /// Blanked up to this position.
    pub done: i64,
    /// To be blanked up to this one.
    pub until: i64,
}

fn key(row: &Row, kind: usize) -> Result<Key> {
    let name: String = row.get(kind)?;
    Ok((ProfileKind::from_stored(&name).ok_or(Error::broken("profile.kind"))?, row.get(kind + 1)?))
}

fn profile(row: &Row) -> Result<(Key, Profile)> {
    let traits: String = row.get(2)?;
    let traits = serde_json::from_str(&traits).map_err(|error| Error::Broken { what: "profile.traits", source: Some(Box::new(error)) })?;
    let profile = Profile { traits, user_key: row.get(3)?, group_key: row.get(4)?, first_at: row.get(5)?, last_at: row.get(6)? };
    Ok((key(row, 0)?, profile))
}

fn erasure(row: &Row) -> Result<ProfileErasure> {
    Ok(ProfileErasure { key: key(row, 0)?, done: row.get(2)?, until: row.get(3)? })
}

fn keys(statement: crate::rows::RowsStatement, workspace: WorkspaceId, keys: &[Key]) -> Rows {
    let mut rows = Rows::of(statement, keys.len());
    for (kind, key) in keys {
        rows.push([workspace.into(), kind.as_str().into(), key.into()]);
    }
    rows
}

impl Snapshot {
    /// What is known of some.
    pub async fn profiles(&mut self, workspace: WorkspaceId, of: &[Key]) -> Result<Vec<(Key, Profile)>> {
        if of.is_empty() {
            return Ok(Vec::new());
        }
        self.conn.fetch_rows(keys(LOAD, workspace, of)).await?.iter().map(profile).collect()
    }

    /// The devices, and keys of before, that are a user's, at most `limit`.
    pub async fn profiles_of_user(&mut self, workspace: WorkspaceId, user_key: &str, limit: i64) -> Result<Vec<(Key, Profile)>> {
        self.conn.fetch_all(OF_USER, values![workspace, user_key, limit]).await?.iter().map(profile).collect()
    }

    /// Erasures that are not done.
    pub async fn profile_erasures(&mut self, workspace: WorkspaceId) -> Result<Vec<ProfileErasure>> {
        self.conn.fetch_all(ERASURES, values![workspace]).await?.iter().map(erasure).collect()
    }
}

impl Tx {
    /// Erasures that are not done: what is said of these, up to their position, is not to be learnt.
    pub async fn profile_erasures(&mut self, workspace: WorkspaceId) -> Result<Vec<ProfileErasure>> {
        self.fetch_all(ERASURES, values![workspace]).await?.iter().map(erasure).collect()
    }

    /// What is known of some. Whoever reads them to write them holds the following of events ([`Tx::claim_customer_events`]).
    pub async fn profiles(&mut self, workspace: WorkspaceId, of: &[Key]) -> Result<Vec<(Key, Profile)>> {
        if of.is_empty() {
            return Ok(Vec::new());
        }
        self.fetch_rows(keys(LOAD, workspace, of)).await?.iter().map(profile).collect()
    }

    /// Writes profiles, in place of what was there.
    pub async fn save_profiles(&mut self, workspace: WorkspaceId, profiles: &[(&Key, &Profile)]) -> Result<()> {
        if profiles.is_empty() {
            return Ok(());
        }
        let mut rows = Rows::of(SAVE, profiles.len());
        for ((kind, key), profile) in profiles {
            rows.push([
                workspace.into(),
                kind.as_str().into(),
                key.into(),
                crate::json(&profile.traits)?.into(),
                profile.user_key.as_ref().into(),
                profile.group_key.as_ref().into(),
                profile.first_at.into(),
                profile.last_at.into(),
            ]);
        }
        self.execute_rows(rows).await?;
        Ok(())
    }

    /// Forgets what is known of somebody, of a user with all devices; and has the events blanked, up to those that are there now. Tells whether
    /// anything was known. Who calls it holds the following of events, so that nothing is written again from events of before.
    pub async fn forget_profile(&mut self, workspace: WorkspaceId, of: &Key) -> Result<bool> {
        let mut all = vec![of.clone()];
        if of.0 == ProfileKind::User {
            for row in self.fetch_all(OF_USER, values![workspace, &of.1, i64::MAX]).await? {
                all.push(key(&row, 0)?);
            }
        }
        let gone = self.execute_rows(keys(REMOVE, workspace, &all)).await?;
        // A group is no person: of its events those of its members remain.
        all.retain(|(kind, _)| *kind != ProfileKind::Group);
        let mut erased = Rows::of(ERASE, all.len());
        for (kind, key) in &all {
            erased.push([workspace.into(), kind.as_str().into(), key.into()]);
        }
        if !erased.is_empty() {
            self.execute_rows(erased).await?;
        }
        Ok(gone > 0)
    }

    /// Blanks the next `window` events of somebody who is to be forgotten; tells how many lost something, and whether there are more to look at.
    pub async fn erase_customer_events(&mut self, workspace: WorkspaceId, of: &Key, window: i64) -> Result<(u64, bool)> {
        let Some(row) = self.fetch_optional(LOCK_ERASURE, values![workspace, of.0.as_str(), &of.1]).await? else { return Ok((0, false)) };
        let (done, until): (i64, i64) = (row.get(0)?, row.get(1)?);
        let to = done.saturating_add(window).min(until);
        let statement = if of.0 == ProfileKind::User { BLANK_OF_USER } else { BLANK_OF_DEVICE };
        let blanked = self.execute(statement, values![workspace, done, to, &of.1]).await?;
        self.execute(ERASED_TO, values![workspace, of.0.as_str(), &of.1, to]).await?;
        self.execute(ERASED, values![workspace, of.0.as_str(), &of.1]).await?;
        Ok((blanked, to < until))
    }

    /// Removes profiles of those who were last seen before `before`, the oldest first, at most `limit`; tells how many went.
    pub async fn prune_profiles(&mut self, workspace: WorkspaceId, before: Timestamp, limit: i64) -> Result<u64> {
        self.execute(PRUNE, values![workspace, before, limit]).await
    }
}

row_statements! {
    LOAD (workspace Id, kind Text, profile_key Text) = Sql::Both(
        "SELECT p.kind, p.profile_key, p.traits, p.user_key, p.group_key, p.first_at, p.last_at
         FROM k JOIN profile p ON p.workspace = k.workspace AND p.kind = k.kind AND p.profile_key = k.profile_key"
    );
    SAVE (workspace Id, kind Text, profile_key Text, traits Text, user_key Text, group_key Text, first_at Int, last_at Int) = Sql::Both(
        "INSERT INTO profile (workspace, kind, profile_key, traits, user_key, group_key, first_at, last_at)
         SELECT workspace, kind, profile_key, traits, user_key, group_key, first_at, last_at FROM k WHERE workspace IS NOT NULL
         ON CONFLICT (workspace, kind, profile_key) DO UPDATE SET traits = excluded.traits, user_key = excluded.user_key,
            group_key = excluded.group_key, first_at = excluded.first_at, last_at = excluded.last_at"
    );
    REMOVE (workspace Id, kind Text, profile_key Text) = Sql::Both(
        "DELETE FROM profile WHERE (workspace, kind, profile_key) IN (SELECT workspace, kind, profile_key FROM k)"
    );
    ERASE (workspace Id, kind Text, profile_key Text) = Sql::Both(
        "INSERT INTO profile_erasure (workspace, kind, profile_key, done, until)
         SELECT k.workspace, k.kind, k.profile_key, 0, h.position FROM k JOIN customer_event_head h ON h.workspace = k.workspace
         WHERE k.workspace IS NOT NULL
         ON CONFLICT (workspace, kind, profile_key) DO UPDATE SET until = excluded.until"
    );
}

statements! {
    OF_USER = Sql::Both(
        "SELECT kind, profile_key, traits, user_key, group_key, first_at, last_at FROM profile
         WHERE workspace = $1 AND user_key = $2 ORDER BY kind, profile_key LIMIT $3"
    );
    ERASURES = Sql::Both("SELECT kind, profile_key, done, until FROM profile_erasure WHERE workspace = $1 ORDER BY kind, profile_key");
    LOCK_ERASURE = Sql::Each {
        sqlite: "SELECT done, until FROM profile_erasure WHERE workspace = $1 AND kind = $2 AND profile_key = $3",
        postgres: "SELECT done, until FROM profile_erasure WHERE workspace = $1 AND kind = $2 AND profile_key = $3 FOR UPDATE",
    };
    BLANK_OF_USER = Sql::Both(
        "UPDATE customer_event SET body = '{}', reasons = '[]', name = NULL, user_key = NULL, device_key = NULL, group_key = NULL, verdict = 'erased'
         WHERE workspace = $1 AND position > $2 AND position <= $3 AND user_key = $4"
    );
    BLANK_OF_DEVICE = Sql::Both(
        "UPDATE customer_event SET body = '{}', reasons = '[]', name = NULL, user_key = NULL, device_key = NULL, group_key = NULL, verdict = 'erased'
         WHERE workspace = $1 AND position > $2 AND position <= $3 AND device_key = $4"
    );
    // It stands until profiles have followed as far, so that nothing is learnt again from an event of before.
    ERASED = Sql::Both(
        "DELETE FROM profile_erasure WHERE workspace = $1 AND kind = $2 AND profile_key = $3 AND done >= until
           AND until <= (SELECT m.position FROM customer_event_mark m WHERE m.workspace = $1)"
    );
    ERASED_TO = Sql::Both("UPDATE profile_erasure SET done = $4 WHERE workspace = $1 AND kind = $2 AND profile_key = $3");
    PRUNE = Sql::Both(
        "DELETE FROM profile WHERE workspace = $1 AND (kind, profile_key) IN (
           SELECT kind, profile_key FROM profile WHERE workspace = $1 AND last_at < $2 ORDER BY last_at LIMIT $3)"
    );
}
