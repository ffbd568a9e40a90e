//! Every statement is prepared on both databases.

use std::path::Path;

use crate::{
    driver::{Backend, Statement},
    open::{Connector, Location, Options},
    rows::RowsStatement,
};

fn all() -> Vec<(&'static str, &'static [Statement])> {
    vec![
        ("audit", crate::audit::ALL),
        ("authorization", crate::authorization::ALL),
        ("blob", crate::blob::ALL),
        ("board", crate::board::ALL),
        ("catalogue", crate::catalogue::ALL),
        ("conversation", crate::conversation::ALL),
        ("credential", crate::credential::ALL),
        ("crm", crate::crm::ALL),
        ("customer_event", crate::customer_event::ALL),
        ("definition", crate::definition::ALL),
        ("delivery", crate::delivery::ALL),
        ("destination", crate::destination::ALL),
        ("detail", crate::detail::ALL),
        ("doctor", crate::doctor::ALL),
        ("erase", crate::erase::ALL),
        ("figure", crate::figure::ALL),
        ("file", crate::file::ALL),
        ("flag", crate::flag::ALL),
        ("journal", crate::journal::ALL),
        ("message", crate::message::ALL),
        ("monitor", crate::monitor::ALL),
        ("offline", crate::offline::ALL),
        ("open", crate::open::ALL),
        ("partition", crate::partition::ALL),
        ("prepared_details", crate::prepared_details::ALL),
        ("presence", crate::presence::ALL),
        ("profile", crate::profile::ALL),
        ("request_key", crate::request_key::ALL),
        ("record_part", crate::record_part::ALL),
        ("offline_record", crate::offline_record::ALL),
        ("retention", crate::retention::ALL),
        ("root_key", crate::root_key::ALL),
        ("session", crate::session::ALL),
        ("timer", crate::timer::ALL),
        ("transcript", crate::transcript::ALL),
        ("visit", crate::visit::ALL),
        ("workspace", crate::workspace::ALL),
        ("fate", crate::fate::ALL),
    ]
}

fn all_over_rows() -> Vec<(&'static str, &'static [RowsStatement])> {
    vec![
        ("blob", crate::blob::ROWS),
        ("customer_event", crate::customer_event::ROWS),
        ("delivery", crate::delivery::ROWS),
        ("destination", crate::destination::ROWS),
        ("detail", crate::detail::ROWS),
        ("erase", crate::erase::ROWS),
        ("figure", crate::figure::ROWS),
        ("file", crate::file::ROWS),
        ("history", crate::history::ROWS),
        ("journal", crate::journal::ROWS),
        ("message", crate::message::ROWS),
        ("monitor", crate::monitor::ROWS),
        ("presence", crate::presence::ROWS),
        ("profile", crate::profile::ROWS),
        ("record_part", crate::record_part::ROWS),
        ("retention", crate::retention::ROWS),
        ("session", crate::session::ROWS),
        ("transcript", crate::transcript::ROWS),
    ]
}

/// Tables that find the workspace and so cannot begin with it.
const WITHOUT_WORKSPACE: &[&str] =
    &["workspace", "workspace_alias", "session_place", "knock", "timer", "journal_head", "writer_mark", "schema_reader", "sqlite_schema"];

/// Statements that SQLite never sees: its writer's answers are not lost.
const ONLY_POSTGRES: &[&str] = &["BEGIN_MARK", "STATUS", "MARK", "ALLOCATE_AND_MARK"];

async fn every_statement_prepares(location: Location) {
    let connector = Connector::new(Options::new(location));
    connector.migrate().await.unwrap();
    let mut conn = connector.connect().await.unwrap();
    let mut blobs = connector.blobs().await.unwrap().writers.borrow().await.unwrap();
    for (module, statements) in all() {
        for statement in statements {
            if conn.backend() == Backend::Sqlite && ONLY_POSTGRES.contains(&statement.name) {
                continue;
            }
            let conn = if module == "blob" { &mut blobs } else { &mut conn };
            let text = statement.sql.of(conn.backend()).to_owned();
            conn.prepare(text).await.unwrap_or_else(|error| panic!("{module}::{}: {error}", statement.name));
        }
    }
    for (module, statements) in all_over_rows() {
        for statement in statements {
            for rows in [1, 2] {
                let text = statement.text(conn.backend(), rows);
                conn.prepare(text).await.unwrap_or_else(|error| panic!("{module}::{}: {error}", statement.name));
            }
        }
    }
}

#[tokio::test]
async fn every_statement_prepares_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    every_statement_prepares(Location::Sqlite(folder.path().join("switchboard.sqlite"))).await;
}

/// SQLite chooses its plan without knowing how large the tables will be: the rows must lead to the tables' keys, never the other way round.
#[tokio::test]
async fn statements_over_rows_find_tables_by_their_keys() {
    let folder = tempfile::tempdir().unwrap();
    let connector = Connector::new(Options::new(Location::Sqlite(folder.path().join("switchboard.sqlite"))));
    connector.migrate().await.unwrap();
    let mut conn = connector.connect().await.unwrap();
    for (module, statements) in all_over_rows() {
        for statement in statements {
            let text = format!("EXPLAIN QUERY PLAN {}", statement.text(Backend::Sqlite, 64));
            for row in conn.fetch_built("a plan", text, vec![], false).await.unwrap() {
                let step: String = row.get(3).unwrap();
                let scanned = step.strip_prefix("SCAN ").filter(|what| *what != "k" && !what.ends_with("CONSTANT ROWS"));
                assert_eq!(scanned, None, "{module}::{}", statement.name);
            }
        }
    }
}

#[tokio::test]
async fn every_statement_on_a_backup_prepares() {
    let fixture = crate::tests::sqlite().await;
    let Location::Sqlite(path) = &fixture.options.location else { unreachable!() };
    let file = path.with_file_name("backup");
    crate::backup(&fixture.options, &file, crate::tests::NOON, &mut |_| {}).await.unwrap();
    let mut conn = Connector::new(Options::new(Location::Sqlite(file))).plain_file(false).await.unwrap();
    for statement in crate::backup::ALL {
        let text = statement.sql.of(Backend::Sqlite).to_owned();
        conn.prepare(text).await.unwrap_or_else(|error| panic!("backup::{}: {error}", statement.name));
    }
}

#[tokio::test]
async fn every_statement_prepares_on_postgres() {
    let (location, _database) = crate::tests::empty_postgres();
    every_statement_prepares(location).await;
}

#[test]
fn every_statement_on_a_tenants_table_names_the_workspace() {
    let plain = all().into_iter().flat_map(|(module, statements)| statements.iter().map(move |one| (module, one.name, one.sql)));
    let over_rows =
        all_over_rows().into_iter().flat_map(|(module, statements)| statements.iter().map(move |one| (module, one.name, one.sql)));
    for (module, name, sql) in plain.chain(over_rows) {
        for backend in [Backend::Sqlite, Backend::Postgres] {
            if backend == Backend::Sqlite && ONLY_POSTGRES.contains(&name) {
                continue;
            }
            let text = sql.of(backend);
            let exempt = WITHOUT_WORKSPACE
                .iter()
                .any(|table| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == *table))
                || ["SERVER_VERSION", "STATUS", "HAS_READERS", "COLUMNS", "COLUMNS_OF", "INDEXES", "NOW", "INTEGRITY", "KNOWN", "ALONE"]
                    .contains(&name);
            assert!(exempt || text.contains("workspace"), "{module}::{name} does not name the workspace");
        }
    }
}

#[test]
fn every_table_begins_its_keys_with_the_workspace() {
    for file in [
        "migrations/sqlite/0001_first.sql",
        "migrations/sqlite/0002_desk.sql",
        "migrations/sqlite/0003_web.sql",
        "migrations/sqlite/0004_figures.sql",
        "migrations/sqlite/0005_crm.sql",
        "migrations/sqlite/0006_transcripts.sql",
        "migrations/sqlite/0007_authorization.sql",
        "migrations/sqlite/0008_record_blobs.sql",
        "migrations/sqlite/0009_records.sql",
        "migrations/sqlite/0010_deliveries.sql",
        "migrations/sqlite/0011_customer_events.sql",
        "migrations/sqlite/0012_prepared_details.sql",
        "migrations/sqlite/blobs.sql",
        "migrations/postgres/0001_first.sql",
        "migrations/postgres/0002_desk.sql",
        "migrations/postgres/0003_web.sql",
        "migrations/postgres/0004_figures.sql",
        "migrations/postgres/0005_crm.sql",
        "migrations/postgres/0006_transcripts.sql",
        "migrations/postgres/0007_authorization.sql",
        "migrations/postgres/0008_record_blobs.sql",
        "migrations/postgres/0009_records.sql",
        "migrations/postgres/0010_deliveries.sql",
        "migrations/postgres/0011_customer_events.sql",
        "migrations/postgres/0012_prepared_details.sql",
    ] {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        for table in text.replace("IF NOT EXISTS ", "").split("CREATE TABLE ").skip(1) {
            let name = table.split_whitespace().next().unwrap();
            if ["schema_reader", "workspace", "workspace_alias", "session_place", "knock", "journal_rest", "writer_mark"].contains(&name) {
                continue;
            }
            assert!(table.contains("PRIMARY KEY (workspace"), "{file}: {name}");
        }
    }
}
