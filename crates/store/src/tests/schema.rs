//! The schema: the same on both databases, each released one can be brought up to date, a newer one is refused.

use std::collections::BTreeMap;

use super::*;
use crate::{
    catalogue::{self, Kind, Table},
    driver::Conn,
    open::Connector,
    *,
};

async fn tables(location: &Location) -> BTreeMap<String, Table> {
    let mut conn = Connector::new(Options::new(location.clone())).connect().await.unwrap();
    catalogue::tables(&mut conn).await.unwrap()
}

#[tokio::test]
async fn both_databases_have_the_same_tables_columns_and_keys() {
    let [sqlite, postgres]: [Fixture; 2] = fixtures().await.try_into().ok().unwrap();
    let mut one = tables(&sqlite.options.location).await;
    one.extend(tables(&Location::Sqlite(sqlite.options.blobs_file().unwrap())).await);
    let mut other = tables(&postgres.options.location).await;
    for table in other.values_mut() {
        for column in &mut table.columns {
            if column.kind == Kind::Id {
                column.kind = Kind::Bytes;
            }
        }
        // The time is part of the key there, since the journal is partitioned by it.
        if table.name == "journal" {
            let at = table.columns.iter_mut().find(|column| column.name == "at").unwrap();
            assert_eq!(std::mem::take(&mut at.key), 3);
        }
    }
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (name, table) in &one {
        assert_eq!(table, &other[name]);
    }
}

/// Every released schema, as its server left a database: the ladder begins at each rung.
const RELEASED: &[(i64, &str, &str)] = &[
    (1, include_str!("../../migrations/sqlite/0001_first.sql"), include_str!("../../migrations/postgres/0001_first.sql")),
    (2, include_str!("../../migrations/sqlite/0002_desk.sql"), include_str!("../../migrations/postgres/0002_desk.sql")),
    (3, include_str!("../../migrations/sqlite/0003_web.sql"), include_str!("../../migrations/postgres/0003_web.sql")),
    (4, include_str!("../../migrations/sqlite/0004_figures.sql"), include_str!("../../migrations/postgres/0004_figures.sql")),
    (5, include_str!("../../migrations/sqlite/0005_crm.sql"), include_str!("../../migrations/postgres/0005_crm.sql")),
    (6, include_str!("../../migrations/sqlite/0006_transcripts.sql"), include_str!("../../migrations/postgres/0006_transcripts.sql")),
    (7, include_str!("../../migrations/sqlite/0007_authorization.sql"), include_str!("../../migrations/postgres/0007_authorization.sql")),
    (8, include_str!("../../migrations/sqlite/0008_record_blobs.sql"), include_str!("../../migrations/postgres/0008_record_blobs.sql")),
    (9, include_str!("../../migrations/sqlite/0009_records.sql"), include_str!("../../migrations/postgres/0009_records.sql")),
    (10, include_str!("../../migrations/sqlite/0010_deliveries.sql"), include_str!("../../migrations/postgres/0010_deliveries.sql")),
    (
        11,
        include_str!("../../migrations/sqlite/0011_customer_events.sql"),
        include_str!("../../migrations/postgres/0011_customer_events.sql"),
    ),
    (
        12,
        include_str!("../../migrations/sqlite/0012_prepared_details.sql"),
        include_str!("../../migrations/postgres/0012_prepared_details.sql"),
    ),
];

#[tokio::test]
async fn every_released_schema_is_a_rung_and_the_last_is_ours() {
    assert_eq!(RELEASED.last().unwrap().0, SCHEMA_VERSION, "a new migration needs its fixture here");
    for f in fixtures().await {
        let Fixture { store, options, workspace, .. } = &f;
        let c = f.conversation().await;
        store.post(f.says(&c, "kept")).await.unwrap().unwrap();
        store.close().await;
        // Twice: opening an up-to-date database changes nothing.
        for _ in 0..2 {
            let store = Store::open(options.clone()).await.unwrap();
            let messages = store.snapshot().await.unwrap().messages(*workspace, c.id, 0, 10).await.unwrap();
            assert_eq!(messages[0].text.reveal(), "kept");
            store.close().await;
        }
    }
}

/// A workspace with a conversation in which somebody has written, as every released server left them.
const LEFT: [&str; 6] = [
    "INSERT INTO schema_reader (version, min_reader) VALUES (1, 1)",
    "INSERT INTO workspace (id, name, zone, settings, created_at) VALUES ({1}, 'Acme', 'UTC', '{}', 1)",
    "INSERT INTO journal_head (workspace, epoch, position, pruned) VALUES ({1}, 1, 0, 0)",
    "INSERT INTO conversation (workspace, id, phase, agent, sequence, next_visitor_sequence, was_established, critical)
     VALUES ({1}, {2}, 'active', {3}, 1, 0, 1, 0)",
    "INSERT INTO origin (workspace, conversation, session, visitor, deployment, name, language, user_agent, screen, address, page, referrer,
                         queue_updates, entity_plan, requested_at)
     VALUES ({1}, {2}, {4}, {5}, {6}, 'Vera', '', '', '', '', '', '', 0, 'null', 5)",
    "INSERT INTO message (workspace, conversation, sequence, kind, author, text, at) VALUES ({1}, {2}, 1, 'text', 'visitor', 'kept', 6)",
];

#[tokio::test]
async fn what_an_older_server_left_is_brought_up_to_date() {
    for (version, ..) in RELEASED {
        let folder = tempfile::tempdir().unwrap();
        let (postgres, _database) = empty_postgres();
        for location in [Location::Sqlite(folder.path().join("switchboard.sqlite")), postgres] {
            let options = Options::new(location);
            let mut conn = Connector::new(options.clone()).connect().await.unwrap();
            let ladder = open::migrator(conn.backend(), *version);
            match &mut conn {
                Conn::Sqlite(conn) => ladder.run_direct(None, &mut **conn, false).await.unwrap(),
                Conn::Postgres(conn) => ladder.run_direct(None, &mut **conn, false).await.unwrap(),
                other => panic!("{other:?}"),
            }
            for text in LEFT {
                let mut text = text.to_owned();
                for n in 1..=6u128 {
                    let id = match &conn {
                        Conn::Sqlite(_) => format!("x'{n:032x}'"),
                        _ => format!("'{}'", uuid::Uuid::from_u128(n)),
                    };
                    text = text.replace(&format!("{{{n}}}"), &id);
                }
                say(&mut conn, text.leak()).await;
            }
            drop(conn);
            let store = Store::open(options.clone()).await.unwrap();
            let (workspace, id) = (WorkspaceId(Uuid::from_u128(1)), ConversationId(Uuid::from_u128(2)));
            let mut snapshot = store.snapshot().await.unwrap();
            assert_eq!(snapshot.conversation(workspace, id).await.unwrap().unwrap().last_message, None);
            assert_eq!(snapshot.messages(workspace, id, 0, 10).await.unwrap()[0].text.reveal(), "kept");
            let filter = HistoryFilter { visitor: Some(VisitorId(Uuid::from_u128(5))), ..HistoryFilter::default() };
            assert_eq!(snapshot.history(workspace, &filter, None, 10).await.unwrap().len(), 1);
            drop(snapshot);
            store.close().await;
        }
    }
}

async fn say(conn: &mut Conn, sql: &'static str) {
    conn.command(sql, sql).await.unwrap();
}

#[tokio::test]
async fn a_newer_schema_is_refused_unless_it_lets_us_read() {
    for f in fixtures().await {
        f.store.close().await;
        let mut conn = Connector::new(f.options.clone()).connect().await.unwrap();
        say(&mut conn, "INSERT INTO schema_reader (version, min_reader) VALUES (1000, 1)").await;
        Store::open(f.options.clone()).await.unwrap().close().await;
        say(&mut conn, "INSERT INTO schema_reader (version, min_reader) VALUES (1001, 1000)").await;
        let error = Store::open(f.options.clone()).await.unwrap_err();
        assert!(matches!(&error, Error::Refused(sentence) if sentence.contains("use the newer server")), "{error}");
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    for location in [Location::Sqlite(file.join("switchboard.sqlite")), "postgres://nobody@127.0.0.1:1/none".parse().unwrap()] {
        let error = Store::open(Options::new(location.clone())).await.unwrap_err();
        assert!(matches!(error, Error::Refused(_)), "{location:?}: {error:?}");
    }
    assert!(matches!("mysql://x".parse::<Location>(), Err(Error::Refused(_))));
}
