//! Many rows for one statement: a table `k` of them stands before its text.
//!
//! SQLite gets `WITH k (…) AS (VALUES (?, …), …)`, PostgreSQL `WITH k (…) AS (SELECT * FROM unnest($1::uuid[], …))`; what follows mostly is the
//! same text for both. SQLite prepares one text for each number of rows, so the number is rounded up to a power of two with rows of nothing but
//! NULL: a text must do nothing for a row whose first column is NULL, which a key's comparison does by itself and an INSERT must say.

use std::fmt::Write as _;

use domain::ids::WorkspaceId;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::{
    driver::{Backend, Conn, Driver, Row, Sql, Value, bind},
    error::{Error, Result},
};

/// Most rows of one execution: SQLite binds at most 32,766 values, of which the widest table takes 18 a row.
const MOST: usize = 512;

/// What a column of `k` holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A number, an instant, a flag.
    Int,
    /// Text or JSON.
    Text,
    /// An id.
    Id,
    /// Bytes.
    Bytes,
}

/// A statement over many rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowsStatement {
    /// Its name, for errors and logs.
    pub(crate) name: &'static str,
    /// The columns of `k`.
    pub(crate) columns: &'static [(&'static str, Kind)],
    /// Its text, `k` not included.
    pub(crate) sql: Sql,
}

/// Declares such statements as constants and lists them, so that a test prepares every one on both databases.
macro_rules! row_statements {
    ($($(#[$doc:meta])* $name:ident ($($column:ident $kind:ident),+) = $sql:expr;)*) => {
        $($(#[$doc])* pub(crate) const $name: $crate::rows::RowsStatement = $crate::rows::RowsStatement {
            name: stringify!($name),
            columns: &[$((stringify!($column), $crate::rows::Kind::$kind)),+],
            sql: $sql,
        };)*
        #[cfg(test)]
        pub(crate) const ROWS: &[$crate::rows::RowsStatement] = &[$($name),*];
    };
}
pub(crate) use row_statements;

impl RowsStatement {
    /// The whole text, for so many rows.
    pub(crate) fn text(&self, backend: Backend, rows: usize) -> String {
        let mut text = String::with_capacity(256 + rows * self.columns.len() * 2);
        text.push_str("WITH k (");
        for (at, (name, _)) in self.columns.iter().enumerate() {
            text.push_str(if at == 0 { "" } else { ", " });
            text.push_str(name);
        }
        match backend {
            Backend::Sqlite => {
                text.push_str(") AS (VALUES ");
                for row in 0..rows {
                    text.push_str(if row == 0 { "(" } else { ",(" });
                    for at in 0..self.columns.len() {
                        text.push_str(if at == 0 { "?" } else { ",?" });
                    }
                    text.push(')');
                }
            }
            Backend::Postgres => {
                text.push_str(") AS (SELECT * FROM unnest(");
                for (at, (_, kind)) in self.columns.iter().enumerate() {
                    let kind = match kind {
                        Kind::Int => "bigint",
                        Kind::Text => "text",
                        Kind::Id => "uuid",
                        Kind::Bytes => "bytea",
                    };
                    let comma = if at == 0 { "" } else { ", " };
                    // Writing to a String cannot fail.
                    let _ = write!(text, "{comma}${}::{kind}[]", at + 1);
                }
                text.push(')');
            }
        }
        text.push_str(") ");
        text.push_str(self.sql.of(backend));
        text
    }
}

/// Rows to be bound: their values, one row after the other.
#[derive(Debug)]
pub(crate) struct Rows {
    statement: RowsStatement,
    values: Vec<Value>,
}

/// Binds one chunk of rows as SQLite wants it: value after value, and NULL for the rows that fill it up.
macro_rules! bind_sqlite {
    ($query:expr, $values:expr, $padding:expr) => {{
        let mut query = bind!($query, $values.iter_mut().map(Value::take));
        for _ in 0..$padding {
            query = query.bind(None::<i64>);
        }
        query
    }};
}

/// Binds one chunk of rows as PostgreSQL wants it: an array a column.
macro_rules! bind_postgres {
    ($query:expr, $statement:expr, $values:expr) => {{
        let mut query = $query;
        let (columns, values) = ($statement.columns, $values);
        let wrong = || Error::broken($statement.name);
        for (at, (_, kind)) in columns.iter().enumerate() {
            let column = values.iter_mut().skip(at).step_by(columns.len());
            query = match kind {
                Kind::Int => {
                    let take = |value: &mut Value| if let Value::Int(value) = value { Ok(value.take()) } else { Err(wrong()) };
                    query.bind(column.map(take).collect::<Result<Vec<Option<i64>>>>()?)
                }
                Kind::Text => {
                    let take = |value: &mut Value| if let Value::Text(value) = value { Ok(value.take()) } else { Err(wrong()) };
                    query.bind(column.map(take).collect::<Result<Vec<Option<String>>>>()?)
                }
                Kind::Id => {
                    let take = |value: &mut Value| if let Value::Id(value) = value { Ok(value.take()) } else { Err(wrong()) };
                    query.bind(column.map(take).collect::<Result<Vec<Option<Uuid>>>>()?)
                }
                Kind::Bytes => {
                    let take = |value: &mut Value| if let Value::Bytes(value) = value { Ok(value.take()) } else { Err(wrong()) };
                    query.bind(column.map(take).collect::<Result<Vec<Option<Vec<u8>>>>>()?)
                }
            };
        }
        query
    }};
}

impl Rows {
    /// No rows yet, with room for some.
    pub(crate) fn of(statement: RowsStatement, capacity: usize) -> Self {
        Self { statement, values: Vec::with_capacity(capacity * statement.columns.len()) }
    }

    /// A row for each of some ids of a workspace.
    pub(crate) fn ids<I: Copy + Into<Value>>(statement: RowsStatement, workspace: WorkspaceId, ids: &[I]) -> Self {
        let mut rows = Self::of(statement, ids.len());
        for id in ids {
            rows.push([workspace.into(), (*id).into()]);
        }
        rows
    }

    /// One more row: a value a column, of the column's kind.
    pub(crate) fn push<const N: usize>(&mut self, row: [Value; N]) {
        debug_assert_eq!(N, self.statement.columns.len(), "{}", self.statement.name);
        self.values.extend(row);
    }

    /// There are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The chunks that are executed one after the other, and to how many rows each is filled up.
    fn chunks(&mut self) -> impl Iterator<Item = (&mut [Value], usize)> {
        let width = self.statement.columns.len();
        self.values.chunks_mut(MOST * width).map(move |chunk| {
            let rows = (chunk.len() / width).next_power_of_two();
            (chunk, rows)
        })
    }
}

impl Conn {
    /// Runs a statement over rows; tells how many rows it touched.
    pub(crate) async fn execute_rows(&mut self, mut rows: Rows) -> Result<u64> {
        let (statement, backend, mut touched) = (rows.statement, self.backend(), 0);
        for (values, filled) in rows.chunks() {
            // Safe: the text is made of our own constants, and every value is bound.
            let text = AssertSqlSafe(statement.text(backend, filled));
            touched += match self.driver() {
                Driver::Sqlite(conn) => {
                    let padding = filled * statement.columns.len() - values.len();
                    bind_sqlite!(sqlx::query(text), values, padding).execute(conn).await.map(|done| done.rows_affected())
                }
                Driver::Postgres(conn) => {
                    bind_postgres!(sqlx::query(text), statement, values).execute(conn).await.map(|done| done.rows_affected())
                }
            }
            .map_err(|error| Error::from_sqlx(error, statement.name))?;
        }
        Ok(touched)
    }

    /// Runs a statement over rows; gives what it selects.
    pub(crate) async fn fetch_rows(&mut self, mut rows: Rows) -> Result<Vec<Row>> {
        let (statement, backend, mut found) = (rows.statement, self.backend(), Vec::new());
        for (values, filled) in rows.chunks() {
            // Safe: as above.
            let text = AssertSqlSafe(statement.text(backend, filled));
            match self.driver() {
                Driver::Sqlite(conn) => {
                    let padding = filled * statement.columns.len() - values.len();
                    bind_sqlite!(sqlx::query(text), values, padding)
                        .fetch_all(conn)
                        .await
                        .map(|rows| found.extend(rows.into_iter().map(Row::Sqlite)))
                }
                Driver::Postgres(conn) => bind_postgres!(sqlx::query(text), statement, values)
                    .fetch_all(conn)
                    .await
                    .map(|rows| found.extend(rows.into_iter().map(Row::Postgres))),
            }
            .map_err(|error| Error::from_sqlx(error, statement.name))?;
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: RowsStatement = RowsStatement {
        name: "SOME",
        columns: &[("w", Kind::Id), ("n", Kind::Int)],
        sql: Sql::Both("SELECT n FROM k WHERE w IS NOT NULL"),
    };

    #[test]
    fn the_rows_stand_before_the_text() {
        assert_eq!(SOME.text(Backend::Sqlite, 2), "WITH k (w, n) AS (VALUES (?,?),(?,?)) SELECT n FROM k WHERE w IS NOT NULL");
        assert_eq!(
            SOME.text(Backend::Postgres, 2),
            "WITH k (w, n) AS (SELECT * FROM unnest($1::uuid[], $2::bigint[])) SELECT n FROM k WHERE w IS NOT NULL"
        );
    }

    #[tokio::test]
    async fn every_row_comes_once_however_many_they_are() {
        let (location, _database) = crate::tests::empty_postgres();
        let folder = tempfile::tempdir().unwrap();
        for location in [crate::Location::Sqlite(folder.path().join("switchboard.sqlite")), location] {
            let mut conn = crate::open::Connector::new(crate::Options::new(location)).connect().await.unwrap();
            for count in [0, 1, 3, 512, 513, 1_500] {
                let mut rows = Rows::of(SOME, count);
                for n in 0..count {
                    rows.push([Uuid::from_u128(7).into(), i64::try_from(n).unwrap().into()]);
                }
                let found = conn.fetch_rows(rows).await.unwrap();
                let found: Vec<i64> = found.iter().map(|row| row.get(0).unwrap()).collect();
                assert_eq!(found, (0..count).map(|n| i64::try_from(n).unwrap()).collect::<Vec<_>>());
            }
        }
    }
}
