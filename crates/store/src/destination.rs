//! What belongs to a destination besides its definition and its deliveries: the circuit breaker, secrets, figures.

use domain::{
    delivery::{Breaker, FailureClass},
    ids::{DestinationId, WorkspaceId},
    secret::Secret,
    time::Timestamp,
};

use crate::{
    Store,
    driver::{Row, Sql, statements, values},
    error::{Error, Result},
    read::Snapshot,
    rows::{Rows, row_statements},
    tx::Tx,
};

/// How a destination does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    /// Whether anything is sent there.
    pub breaker: Breaker,
    /// What went wrong last, while it is open.
    pub code: Option<String>,
}

/// A secret, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestinationSecret {
    /// Counts up: the newest has the highest.
    pub number: i64,
    /// Sealed by the root key.
    pub sealed: Secret,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when, once it was replaced.
    pub until: Option<Timestamp>,
}

/// What became of events in a span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funnel {
    /// There were so many.
    pub received: i64,
    /// The destination does not want them.
    pub filtered: i64,
    /// Attempts that failed and are repeated.
    pub retried: i64,
    /// They became dead letters.
    pub failed: i64,
    /// They were taken.
    pub delivered: i64,
}

fn lane_at(row: &Row, first: usize) -> Result<Lane> {
    let because: Option<String> = row.get(first + 3)?;
    let because = because.map(|name| FailureClass::from_stored(&name).ok_or(Error::broken("delivery_lane.because"))).transpose()?;
    let count = |at| Ok::<_, Error>(u32::try_from(row.get::<i64>(at)?).unwrap_or(u32::MAX));
    let breaker = Breaker { failures: count(first)?, opened: count(first + 1)?, until: row.get(first + 2)?, because };
    Ok(Lane { breaker, code: row.get(first + 4)? })
}

fn secret(row: &Row) -> Result<DestinationSecret> {
    Ok(DestinationSecret { number: row.get(0)?, sealed: row.get(1)?, created_at: row.get(2)?, until: row.get(3)? })
}

impl Snapshot {
    /// How all destinations do that were ever told of anything, those that are gone too.
    pub async fn lanes(&mut self, workspace: WorkspaceId) -> Result<Vec<(DestinationId, Lane)>> {
        self.conn.fetch_all(LANES, values![workspace]).await?.iter().map(|row| Ok((row.get(0)?, lane_at(row, 1)?))).collect()
    }

    /// A destination's secrets, the newest first.
    pub async fn destination_secrets(&mut self, workspace: WorkspaceId, destination: DestinationId) -> Result<Vec<DestinationSecret>> {
        self.conn.fetch_all(SECRETS, values![workspace, destination]).await?.iter().map(secret).collect()
    }

    /// What became of a destination's events in hours that begin from `from` on and before `until`.
    pub async fn funnel(
        &mut self,
        workspace: WorkspaceId,
        destination: DestinationId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<(Timestamp, Funnel)>> {
        let funnel = |row: &Row| {
            Ok::<_, Error>(Funnel {
                received: row.get(1)?,
                filtered: row.get(2)?,
                retried: row.get(3)?,
                failed: row.get(4)?,
                delivered: row.get(5)?,
            })
        };
        let rows = self.conn.fetch_all(FUNNEL, values![workspace, destination, from, until]).await?;
        rows.iter().map(|row| Ok((row.get(0)?, funnel(row)?))).collect()
    }
}

impl Tx {
    /// How a destination does, held for this transaction: first of what a delivery locks.
    pub async fn lane(&mut self, workspace: WorkspaceId, destination: DestinationId) -> Result<Lane> {
        if let Some(row) = self.fetch_optional(LOCK_LANE, values![workspace, destination]).await? {
            return lane_at(&row, 0);
        }
        self.execute(BEGIN_LANE, values![workspace, destination]).await?;
        let row = self.fetch_optional(LOCK_LANE, values![workspace, destination]).await?.ok_or(Error::broken("delivery_lane"))?;
        lane_at(&row, 0)
    }

    /// How it does from now on.
    pub async fn save_lane(&mut self, workspace: WorkspaceId, destination: DestinationId, lane: &Lane) -> Result<()> {
        let Breaker { failures, opened, until, because } = lane.breaker;
        let because = because.map(FailureClass::as_str);
        let (failures, opened) = (i64::from(failures), i64::from(opened));
        self.execute(SAVE_LANE, values![workspace, destination, failures, opened, until, because, lane.code.as_ref()]).await?;
        Ok(())
    }

    /// A destination's secrets, the newest first, held for this transaction by [`Tx::lane`].
    pub async fn destination_secrets(&mut self, workspace: WorkspaceId, destination: DestinationId) -> Result<Vec<DestinationSecret>> {
        self.fetch_all(SECRETS, values![workspace, destination]).await?.iter().map(secret).collect()
    }

    /// A new secret; the one before it is good until `until`, and all others are gone.
    pub async fn add_destination_secret(
        &mut self,
        workspace: WorkspaceId,
        destination: DestinationId,
        new: &DestinationSecret,
        until: Timestamp,
    ) -> Result<()> {
        self.execute(REMOVE_OLD_SECRETS, values![workspace, destination, new.number - 1]).await?;
        self.execute(REPLACE_SECRET, values![workspace, destination, until]).await?;
        self.execute(ADD_SECRET, values![workspace, destination, new.number, &new.sealed, new.created_at]).await?;
        Ok(())
    }

    /// Adds to figures: of each destination, for the hour that begins at an instant. In the order of destinations and hours.
    pub async fn add_to_funnel(&mut self, workspace: WorkspaceId, add: &[(DestinationId, Timestamp, Funnel)]) -> Result<()> {
        let mut rows = Rows::of(ADD, add.len());
        for (destination, begins, funnel) in add {
            rows.push([
                workspace.into(),
                (*destination).into(),
                (*begins).into(),
                funnel.received.into(),
                funnel.filtered.into(),
                funnel.retried.into(),
                funnel.failed.into(),
                funnel.delivered.into(),
            ]);
        }
        self.execute_rows(rows).await?;
        Ok(())
    }

    /// Removes figures of hours before one.
    pub async fn prune_funnel(&mut self, workspace: WorkspaceId, before: Timestamp) -> Result<u64> {
        self.execute(PRUNE, values![workspace, before]).await
    }

    /// Removes what is left of a destination that is gone, when it has no deliveries any more.
    pub async fn remove_lane(&mut self, workspace: WorkspaceId, destination: DestinationId) -> Result<()> {
        self.execute(REMOVE_SECRETS, values![workspace, destination]).await?;
        self.execute(REMOVE_FIGURES, values![workspace, destination]).await?;
        self.execute(REMOVE_LANE, values![workspace, destination]).await?;
        Ok(())
    }
}

impl Store {
    /// All sealed secrets of a workspace's destinations.
    pub(crate) async fn sealed_destination_secrets(&self, workspace: WorkspaceId) -> Result<Vec<(DestinationId, i64, Secret)>> {
        let rows = self.borrow().await?.fetch_all(SEALED, values![workspace]).await?;
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
    }
}

impl Tx {
    /// A secret is sealed anew, unless it was replaced meanwhile.
    pub(crate) async fn reseal_destination_secret(
        &mut self,
        workspace: WorkspaceId,
        destination: DestinationId,
        number: i64,
        new: &Secret,
    ) -> Result<u64> {
        self.execute(RESEAL, values![workspace, destination, number, new]).await
    }
}

statements! {
    LANES = Sql::Both(
        "SELECT destination, failures, opened, until, because, code FROM delivery_lane WHERE workspace = $1 ORDER BY destination"
    );
    LOCK_LANE = Sql::Each {
        sqlite: "SELECT failures, opened, until, because, code FROM delivery_lane WHERE workspace = $1 AND destination = $2",
        postgres: "SELECT failures, opened, until, because, code FROM delivery_lane WHERE workspace = $1 AND destination = $2 FOR UPDATE",
    };
    BEGIN_LANE = Sql::Both(
        "INSERT INTO delivery_lane (workspace, destination, failures, opened) VALUES ($1, $2, 0, 0)
         ON CONFLICT (workspace, destination) DO NOTHING"
    );
    SAVE_LANE = Sql::Both(
        "UPDATE delivery_lane SET failures = $3, opened = $4, until = $5, because = $6, code = $7 WHERE workspace = $1 AND destination = $2"
    );
    SECRETS = Sql::Both(
        "SELECT number, sealed, created_at, until FROM destination_secret WHERE workspace = $1 AND destination = $2 ORDER BY number DESC"
    );
    REMOVE_OLD_SECRETS = Sql::Both("DELETE FROM destination_secret WHERE workspace = $1 AND destination = $2 AND number < $3");
    REPLACE_SECRET = Sql::Both("UPDATE destination_secret SET until = $3 WHERE workspace = $1 AND destination = $2");
    ADD_SECRET = Sql::Both(
        "INSERT INTO destination_secret (workspace, destination, number, sealed, created_at) VALUES ($1, $2, $3, $4, $5)"
    );
    FUNNEL = Sql::Both(
        "SELECT begins, received, filtered, retried, failed, delivered FROM delivery_figure
         WHERE workspace = $1 AND destination = $2 AND begins >= $3 AND begins < $4 ORDER BY begins"
    );
    PRUNE = Sql::Both("DELETE FROM delivery_figure WHERE workspace = $1 AND begins < $2");
    REMOVE_SECRETS = Sql::Both("DELETE FROM destination_secret WHERE workspace = $1 AND destination = $2");
    REMOVE_FIGURES = Sql::Both("DELETE FROM delivery_figure WHERE workspace = $1 AND destination = $2");
    REMOVE_LANE = Sql::Both("DELETE FROM delivery_lane WHERE workspace = $1 AND destination = $2");
    SEALED = Sql::Both("SELECT destination, number, sealed FROM destination_secret WHERE workspace = $1 ORDER BY destination, number");
    RESEAL = Sql::Both("UPDATE destination_secret SET sealed = $4 WHERE workspace = $1 AND destination = $2 AND number = $3");
}

row_statements! {
    ADD (workspace Id, destination Id, begins Int, received Int, filtered Int, retried Int, failed Int, delivered Int) = Sql::Both(
        "INSERT INTO delivery_figure (workspace, destination, begins, received, filtered, retried, failed, delivered)
         SELECT workspace, destination, begins, received, filtered, retried, failed, delivered FROM k WHERE workspace IS NOT NULL
         ON CONFLICT (workspace, destination, begins) DO UPDATE SET
           received = delivery_figure.received + excluded.received, filtered = delivery_figure.filtered + excluded.filtered,
           retried = delivery_figure.retried + excluded.retried, failed = delivery_figure.failed + excluded.failed,
           delivered = delivery_figure.delivered + excluded.delivered"
    );
}
