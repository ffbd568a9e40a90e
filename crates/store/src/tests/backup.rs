//! Backup and restore, from each database into each.

use std::{path::Path, time::Duration};

use domain::ids::FileId;

use super::*;
use crate::*;

/// An empty database of each kind.
fn empty_ones() -> Vec<(Location, Guard)> {
    let folder = tempfile::tempdir().unwrap();
    let (postgres, database) = empty_postgres();
    vec![(Location::Sqlite(folder.path().join("new/switchboard.sqlite")), Guard::Folder(folder)), (postgres, Guard::Database(database))]
}

async fn back_up(f: &Fixture, to: &Path) -> BackupSummary {
    backup(&f.options, to, NOON, &mut |_| {}).await.unwrap()
}

async fn contents(store: &Store, workspace: WorkspaceId, c: &Conversed) -> ConversationExport {
    store.snapshot().await.unwrap().export_conversation(workspace, c.id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_backup_made_while_writes_go_on_restores_into_either_database() {
    for f in fixtures().await {
        let (workspace, c) = (f.workspace, f.conversation().await);
        let bytes = vec![42u8; 700_000];
        let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes.clone())]);
        let blob = f.store.write_blob(workspace, id(), pieces, u64::MAX, NOON).await.unwrap();
        f.write(move |tx| {
            Box::pin(async move {
                tx.insert_details(
                    workspace,
                    c.id,
                    &[Detail {
                        label: "ü".into(), value: "ä'\"\\".into(), visible: false, fields: vec![], maps: serde_json::json!(null)
                    }],
                )
                .await?;
                let file = File {
                    id: FileId(uuid::Uuid::from_u128(7)),
                    conversation: c.id,
                    blob: Some(blob.id),
                    name: "a".into(),
                    mime: "b".into(),
                    size: 700_000,
                    by: Author::Visitor,
                    at: NOON,
                };
                tx.insert_file(workspace, &file).await
            })
        })
        .await;
        for n in 0..700 {
            f.store.post(f.says(&c, &format!("message {n}"))).await.unwrap().unwrap();
        }
        let before = contents(&f.store, workspace, &c).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("backup.sqlite");
        // Writers go on while it is made, and are not held up.
        let busy = async {
            for n in 0..50 {
                f.store.post(f.says(&c, &format!("meanwhile {n}"))).await.unwrap().unwrap();
            }
        };
        let (summary, ()) = tokio::join!(back_up(&f, &file), busy);
        assert!(summary.rows["message"] >= 700 && summary.rows["blob_chunk"] == 3, "{summary:?}");
        assert!(matches!(backup(&f.options, &file, NOON, &mut |_| {}).await, Err(Error::Refused(_))), "never over another");

        for (location, _guard) in empty_ones() {
            let mut tables = vec![];
            let restored = restore(&file, &Options::new(location.clone()), NOON + Duration::from_secs(60), &mut |p: Progress| {
                if p.done {
                    tables.push((p.table, p.rows));
                }
            })
            .await
            .unwrap();
            assert_eq!(restored, summary);
            assert_eq!(tables.into_iter().collect::<std::collections::BTreeMap<_, _>>(), summary.rows, "progress tells every table");
            let store = Store::open(Options::new(location.clone())).await.unwrap();
            let after = contents(&store, workspace, &c).await;
            assert_eq!(after.messages[..700], before.messages);
            assert_eq!((after.details, after.files, after.origin), (before.details.clone(), before.files.clone(), before.origin.clone()));
            let mut reader = store.blob(workspace, blob.id).await.unwrap().unwrap();
            let mut read = vec![];
            while let Some(bytes) = reader.next().await.unwrap() {
                read.extend_from_slice(&bytes);
            }
            assert!(read == bytes);

            // A new epoch, and positions go on.
            let head = store.heads().await.unwrap()[0];
            assert!(head.at.epoch > f.store.heads().await.unwrap()[0].at.epoch);
            store.post(NewMessage { workspace, ..f.says(&c, "after") }).await.unwrap().unwrap();
            assert_eq!(store.heads().await.unwrap()[0].at.position, head.at.position + 1);
            store.close().await;
            let again = restore(&file, &Options::new(location.clone()), NOON, &mut |_| {}).await.unwrap_err();
            assert!(matches!(&again, Error::Refused(sentence) if sentence.contains("holds something already")), "{again}");
        }
    }
}

#[tokio::test]
async fn a_damaged_backup_is_refused_and_leaves_the_target_empty() {
    for f in fixtures().await {
        let c = f.conversation().await;
        for n in 0..10 {
            f.store.post(f.says(&c, &format!("message {n}"))).await.unwrap().unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        for (n, damage) in [
            "UPDATE message SET text = 'forged' WHERE sequence = 5",
            "DELETE FROM message WHERE sequence = 5",
            "DELETE FROM backup_manifest WHERE name = 'message'",
            "DROP TABLE backup_about",
        ]
        .into_iter()
        .enumerate()
        {
            let file = folder.path().join(format!("{n}.sqlite"));
            back_up(&f, &file).await;
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
            let mut conn = <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.unwrap();
            sqlx::Executor::execute(&mut conn, damage).await.unwrap();
            sqlx::Connection::close(conn).await.unwrap();
            for (location, _guard) in empty_ones() {
                let error = restore(&file, &Options::new(location.clone()), NOON, &mut |_| {}).await.unwrap_err();
                assert!(matches!(&error, Error::Refused(sentence) if sentence.contains("take another one")), "{damage}: {error}");
                let store = Store::open(Options::new(location)).await.unwrap();
                assert_eq!(store.workspaces().await.unwrap(), [], "{damage}");
                store.close().await;
            }
        }
        std::fs::write(folder.path().join("text"), "not a database").unwrap();
        let (location, _guard) = empty_ones().remove(0);
        let error = restore(&folder.path().join("text"), &Options::new(location), NOON, &mut |_| {}).await.unwrap_err();
        assert!(matches!(error, Error::Refused(_)), "{error}");
    }
}

/// A table of records, as servers make it at run time.
async fn make_records(f: &Fixture) {
    use crate::sql::Built;
    f.store
        .define(f.workspace, |tx| {
            Box::pin(async move {
                let mut id = sea_query::ColumnDef::new("id");
                let kind = if tx.backend() == Backend::Sqlite { "TEXT" } else { "TEXT COLLATE \"C\"" };
                id.custom(kind).not_null().primary_key();
                let mut table = sea_query::Table::create();
                table.table("crm1_contact").col(id);
                if tx.backend() == Backend::Sqlite {
                    table.extra("STRICT");
                }
                let index = sea_query::Index::create().name("crm1_contact_id").table("crm1_contact").col("id").to_owned();
                let definitions = [Built::definition("table", tx.backend(), &table), Built::definition("index", tx.backend(), &index)];
                tx.run_definitions(&definitions).await
            })
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn names_in_a_backup_become_no_statements() {
    for f in fixtures().await {
        make_records(&f).await;
        let folder = tempfile::tempdir().unwrap();
        for (n, damage) in [
            "ALTER TABLE crm1_contact ADD COLUMN \"x\"\" TEXT); DROP TABLE workspace; --\" TEXT",
            "ALTER TABLE crm1_contact ADD COLUMN y BLOB",
            "UPDATE backup_index SET columns = 'id\") ; DROP TABLE workspace; --'",
            "UPDATE backup_index SET records = 'workspace'",
            "UPDATE backup_index SET rows = 7",
        ]
        .into_iter()
        .enumerate()
        {
            let file = folder.path().join(format!("{n}.sqlite"));
            back_up(&f, &file).await;
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
            let mut conn = <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.unwrap();
            sqlx::Executor::execute(&mut conn, damage).await.unwrap();
            sqlx::Connection::close(conn).await.unwrap();
            for (location, _guard) in empty_ones() {
                let error = restore(&file, &Options::new(location.clone()), NOON, &mut |_| {}).await.unwrap_err();
                assert!(matches!(&error, Error::Refused(sentence) if sentence.contains("take another one")), "{damage}: {error}");
                let store = Store::open(Options::new(location)).await.unwrap();
                assert_eq!(store.workspaces().await.unwrap(), [], "{damage}");
                store.close().await;
            }
        }
    }
}

#[tokio::test]
async fn a_backup_holds_no_root_key_and_is_its_owners() {
    use std::os::unix::fs::PermissionsExt as _;
    #[derive(Debug)]
    struct Sevens;
    impl domain::ids::Randomness for Sevens {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0x77);
        }
    }
    let f = sqlite().await;
    let Location::Sqlite(database) = f.options.location.clone() else { unreachable!() };
    RootKey::load_or_make(&database.with_file_name("root.key"), &Sevens).unwrap();
    let file = database.with_file_name("backup.sqlite");
    back_up(&f, &file).await;
    let bytes = std::fs::read(&file).unwrap();
    assert!(!bytes.windows(32).any(|window| window == [0x77; 32]) && !bytes.windows(8).any(|window| window == b"77777777"));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!database.with_file_name("backup.sqlite.partial").exists());
}
