//! What tables there are, as the database itself says: for backups, and to compare the two databases' schemas.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    driver::{Backend, Conn, Row, Sql, Value, statements, values},
    error::{Error, Result},
    tx::Tx,
};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A number.
    Int,
    /// A number with a fraction.
    Double,
    /// Text.
    Text,
    /// Bytes; on SQLite an id too.
    Bytes,
    /// An id (PostgreSQL only).
    Id,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ColumnOf {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) nullable: bool,
    /// Its place in the primary key, from 1; 0 if it is not in it.
    pub(crate) key: i64,
}

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<ColumnOf>,
}

impl Table {
    /// The columns' names, with commas between.
    pub(crate) fn names(&self) -> String {
        self.columns.iter().map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ")
    }

    /// The primary key's columns, with commas between. Both databases sort by it the same way: numbers, and bytes one by one.
    pub(crate) fn key(&self) -> String {
        let mut key: Vec<&ColumnOf> = self.columns.iter().filter(|column| column.key > 0).collect();
        key.sort_by_key(|column| column.key);
        key.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// A row's values, in the order of the columns. Ids come as bytes.
    pub(crate) fn values(&self, row: &Row) -> Result<Vec<Value>> {
        self.columns
            .iter()
            .enumerate()
            .map(|(n, column)| {
                Ok(match column.kind {
                    Kind::Int => Value::Int(row.get(n)?),
                    Kind::Double => Value::Double(row.get(n)?),
                    Kind::Text => Value::Text(row.get(n)?),
                    Kind::Bytes => Value::Bytes(row.get(n)?),
                    Kind::Id => Value::Bytes(row.get::<Option<uuid::Uuid>>(n)?.map(|id| id.as_bytes().to_vec())),
                })
            })
            .collect()
    }
}

/// An index of a table of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndexOf {
    pub(crate) name: String,
    pub(crate) table: String,
    pub(crate) unique: bool,
    /// Their names, with commas between.
    pub(crate) columns: String,
    /// Which rows are in it.
    pub(crate) rows: IndexedRows,
}

/// Which rows are in an index: there are no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IndexedRows {
    /// All.
    All = 0,
    /// Those that have a value.
    Given = 1,
    /// Those that are not deleted.
    Alive = 2,
}

impl IndexedRows {
    pub(crate) const ALL: [Self; 3] = [Self::All, Self::Given, Self::Alive];

    /// From the condition as the database tells it.
    fn of(condition: Option<&str>) -> Result<Self> {
        match condition {
            None => Ok(Self::All),
            Some(text) if text.trim_end_matches(')').ends_with("IS NOT NULL") => Ok(Self::Given),
            Some(text) if text.trim_end_matches(')').ends_with("= 0") => Ok(Self::Alive),
            Some(_) => Err(Error::broken("an index of a kind that we never make")),
        }
    }
}

/// Whether a table is one of records, made at run time: `crm1_contact`. Its name and those of its columns are letters, digits and underscores.
pub(crate) fn is_of_records(name: &str) -> bool {
    let number = name.strip_prefix("crm").and_then(|rest| rest.split_once('_')).map(|(number, _)| number);
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())) && is_name(name)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 63 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// What makes a table of records like another, for this database; none if a name in it is none of ours.
pub(crate) fn make_table(table: &Table, backend: Backend) -> Option<String> {
    let mut columns = Vec::with_capacity(table.columns.len());
    for column in &table.columns {
        let kind = match (column.kind, backend) {
            (Kind::Int, Backend::Sqlite) => "INTEGER",
            (Kind::Int, Backend::Postgres) => "BIGINT",
            (Kind::Double, Backend::Sqlite) => "REAL",
            (Kind::Double, Backend::Postgres) => "DOUBLE PRECISION",
            (Kind::Text, Backend::Sqlite) => "TEXT",
            (Kind::Text, Backend::Postgres) => "TEXT COLLATE \"C\"",
            (Kind::Bytes | Kind::Id, _) => return None,
        };
        let rest = match (column.key, column.nullable, column.kind) {
            (1, ..) => " NOT NULL PRIMARY KEY",
            // A checkbox.
            (_, false, Kind::Int) => " NOT NULL DEFAULT 0",
            (_, true, _) => "",
            (_, false, _) => return None,
        };
        columns.push(is_name(&column.name).then(|| format!("\"{}\" {kind}{rest}", column.name))?);
    }
    let strict = if backend == Backend::Sqlite { " STRICT" } else { "" };
    is_of_records(&table.name).then(|| format!("CREATE TABLE \"{}\" ({}){strict}", table.name, columns.join(", ")))
}

/// What makes an index like another; none if a name in it is none of ours.
pub(crate) fn make_index(index: &IndexOf) -> Option<String> {
    let columns: Vec<&str> = index.columns.split(',').collect();
    let first = columns.first().copied().unwrap_or_default();
    let condition = match index.rows {
        IndexedRows::All => String::new(),
        IndexedRows::Given => format!(" WHERE \"{first}\" IS NOT NULL"),
        IndexedRows::Alive => " WHERE \"isdeleted\" = 0".to_owned(),
    };
    let unique = if index.unique { "UNIQUE " } else { "" };
    let is_ours = is_name(&index.name) && is_of_records(&index.table) && columns.iter().all(|column| is_name(column));
    let columns: Vec<_> = columns.iter().map(|column| format!("\"{column}\"")).collect();
    is_ours.then(|| format!("CREATE {unique}INDEX \"{}\" ON \"{}\" ({}){condition}", index.name, index.table, columns.join(", ")))
}

/// The indexes of all tables of records, by name; but for those of primary keys.
pub(crate) async fn indexes(conn: &mut Conn) -> Result<Vec<IndexOf>> {
    let mut indexes = Vec::new();
    for row in conn.fetch_all(INDEXES, vec![]).await? {
        let table: String = row.get(1)?;
        if is_of_records(&table) {
            let rows = IndexedRows::of(row.get::<Option<String>>(4)?.as_deref())?;
            indexes.push(IndexOf { name: row.get(0)?, table, unique: row.get(2)?, columns: row.get(3)?, rows });
        }
    }
    Ok(indexes)
}

/// Every table of ours, by name; but for the marks of PostgreSQL's writers, which mean nothing to anybody else ([`crate::fate`]).
pub(crate) async fn tables(conn: &mut Conn) -> Result<BTreeMap<String, Table>> {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let backend = conn.backend();
    for row in conn.fetch_all(COLUMNS, vec![]).await? {
        let (table, name, kind, nullable, key): (String, String, String, bool, i64) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
        let kind = match (backend, kind.as_str()) {
            (_, "INTEGER" | "int8") => Kind::Int,
            (_, "REAL" | "float8") => Kind::Double,
            (_, "TEXT" | "text") => Kind::Text,
            (_, "BLOB" | "bytea") => Kind::Bytes,
            (Backend::Postgres, "uuid") => Kind::Id,
            _ => return Err(Error::broken("a column of a kind that we never make")),
        };
        tables.entry(table.clone()).or_insert_with(|| Table { name: table, columns: vec![] }).columns.push(ColumnOf {
            name,
            kind,
            nullable,
            key,
        });
    }
    Ok(tables)
}

impl Tx {
    /// The names of the columns of every table whose name begins so.
    pub async fn columns(&mut self, prefix: &str) -> Result<BTreeMap<String, BTreeSet<String>>> {
        let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in self.fetch_all(COLUMNS_OF, values![prefix]).await? {
            tables.entry(row.get(0)?).or_default().insert(row.get(1)?);
        }
        Ok(tables)
    }
}

/// The newest schema that this database has; none if it has no tables of ours.
pub(crate) async fn schema_version(conn: &mut Conn) -> Result<Option<i64>> {
    if !tables(conn).await?.contains_key("schema_reader") {
        return Ok(None);
    }
    conn.fetch_optional(SCHEMA, values![]).await?.map(|row| row.get(0)).transpose().map(Option::flatten)
}

statements! {
    COLUMNS = Sql::Each {
        sqlite: "SELECT t.name, c.name, c.type, c.\"notnull\" = 0, c.pk FROM sqlite_schema t JOIN pragma_table_info(t.name) c
                 WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '\\_sqlx%' ESCAPE '\\' ORDER BY t.name, c.cid",
        postgres: "SELECT t.relname::text, a.attname::text, y.typname::text, (NOT a.attnotnull)::int::bigint,
                          coalesce(array_position(x.indkey::int2[], a.attnum), -1)::bigint + 1
                   FROM pg_catalog.pg_class t
                   JOIN pg_catalog.pg_namespace s ON s.oid = t.relnamespace AND s.nspname = current_schema()
                   JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
                   JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
                   LEFT JOIN pg_catalog.pg_index x ON x.indrelid = t.oid AND x.indisprimary
                   WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition AND t.relname NOT LIKE '\\_sqlx%' AND t.relname <> 'writer_mark'
                   ORDER BY t.relname COLLATE \"C\", a.attnum",
    };
    COLUMNS_OF = Sql::Each {
        sqlite: "SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c
                 WHERE t.type = 'table' AND substr(t.name, 1, length($1)) = $1",
        postgres: "SELECT t.relname::text, a.attname::text
                   FROM pg_catalog.pg_class t
                   JOIN pg_catalog.pg_namespace s ON s.oid = t.relnamespace AND s.nspname = current_schema()
                   JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
                   WHERE t.relkind = 'r' AND starts_with(t.relname, $1)",
    };
    INDEXES = Sql::Each {
        sqlite: "SELECT i.name, i.tbl_name, l.\"unique\", (SELECT group_concat(c.name) FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) c),
                        CASE WHEN l.partial THEN i.sql END
                 FROM sqlite_schema i JOIN pragma_index_list(i.tbl_name) l ON l.name = i.name
                 WHERE i.type = 'index' AND l.origin = 'c' ORDER BY i.name",
        postgres: "SELECT i.relname::text, t.relname::text, x.indisunique::int::bigint,
                          (SELECT string_agg(a.attname, ',' ORDER BY k.place)
                           FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
                           JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum),
                          pg_catalog.pg_get_expr(x.indpred, x.indrelid)
                   FROM pg_catalog.pg_index x
                   JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
                   JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
                   JOIN pg_catalog.pg_namespace s ON s.oid = t.relnamespace AND s.nspname = current_schema()
                   WHERE NOT x.indisprimary AND t.relkind = 'r' ORDER BY i.relname COLLATE \"C\"",
    };
    SCHEMA = Sql::Both("SELECT max(version) FROM schema_reader");
}
