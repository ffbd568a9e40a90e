//! The writers when storage fails: a full disk, a database that dies.

use std::time::Duration;

use testkit::wait_for;

use super::*;
use crate::*;

/// Holds the write lock of a SQLite file from outside, and limits its size.
async fn outside(f: &Fixture) -> sqlx::SqliteConnection {
    let Location::Sqlite(path) = &f.options.location else { unreachable!() };
    <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&sqlx::sqlite::SqliteConnectOptions::new().filename(path)).await.unwrap()
}

#[tokio::test]
async fn a_database_locked_by_another_program_is_busy_and_then_goes_on() {
    let f = sqlite().await;
    let c = f.conversation().await;
    let mut other = outside(&f).await;
    sqlx::Executor::execute(&mut other, "BEGIN IMMEDIATE").await.unwrap();
    let error = f.store.post(f.says(&c, "while locked")).await.unwrap_err();
    assert!(error.may_run_again(), "{error:?}");
    sqlx::Executor::execute(&mut other, "ROLLBACK").await.unwrap();
    f.store.post(f.says(&c, "after")).await.unwrap().unwrap();
    let messages = f.store.snapshot().await.unwrap().messages(f.workspace, c.id, 0, 10).await.unwrap();
    assert_eq!(messages.iter().map(|message| message.text.reveal()).collect::<Vec<_>>(), ["after"], "what was refused is not there");
}

#[tokio::test]
async fn a_full_disk_acknowledges_nothing_and_is_survived() {
    let f = sqlite().await;
    let c = f.conversation().await;
    // The writer's own connection is told that the file may not grow: SQLITE_FULL, as a full disk says.
    let limit = |pages: i64| f.write(move |tx| Box::pin(async move { tx.limit_pages(pages).await }));
    limit(1).await;
    let mut acknowledged = vec![];
    let mut full = 0;
    let large = "x".repeat(3000);
    for n in 0..40 {
        match f.store.post(f.says(&c, &format!("{n} {large}"))).await {
            Ok(Ok(_)) => acknowledged.push(n),
            Err(Error::Unavailable(_)) => full += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(full > 30, "{full}");
    let group = futures_util::future::join_all((0..20).map(|_| f.store.post(f.says(&c, &large)))).await;
    assert!(group.iter().all(|result| matches!(result, Err(Error::Unavailable(_)))), "{group:?}");
    let workspace = f.workspace;
    let work = f.store.write::<(), Error, _>(move |tx| {
        let name = "y".repeat(9000);
        Box::pin(async move { tx.set_alias(workspace, "test", &name, Uuid::nil()).await })
    });
    assert!(matches!(work.await, Err(Error::Unavailable(_))));
    limit(1_000_000).await;
    f.store.post(f.says(&c, "space again")).await.unwrap().unwrap();
    let messages = f.store.snapshot().await.unwrap().messages(workspace, c.id, 0, 100).await.unwrap();
    assert_eq!(messages.len(), acknowledged.len() + 1, "acknowledged is there, refused is not");
    let numbers: Vec<i64> = messages.iter().map(|message| message.sequence).collect();
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
}

#[tokio::test]
async fn what_was_committed_reaches_the_file_without_the_writer() {
    let f = sqlite().await;
    let c = f.conversation().await;
    let Location::Sqlite(path) = &f.options.location else { unreachable!() };
    let before = std::fs::metadata(path).unwrap().len();
    // Far fewer pages than make the writer's own checkpoint.
    f.store.post(f.says(&c, &"x".repeat(100_000))).await.unwrap().unwrap();
    wait_for("a checkpoint", Duration::from_secs(20), async || std::fs::metadata(path).unwrap().len() >= before + 100_000).await;
    f.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_that_dies_loses_nothing_acknowledged_and_is_found_again() {
    let mut cluster = tokio::task::spawn_blocking(Cluster::private).await.unwrap();
    let f = Fixture::new(Options::new(cluster.url().parse().unwrap()), Guard::None).await;
    let mut conversations = vec![];
    for _ in 0..4 {
        conversations.push(f.conversation().await);
    }
    for round in 0..3 {
        let store = f.store.clone();
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let writers: Vec<_> = conversations
            .iter()
            .map(|c| {
                let (store, mut message, stopped) = (store.clone(), f.says(c, ""), stopped.clone());
                tokio::spawn(async move {
                    let mut acknowledged = vec![];
                    for n in 0.. {
                        if *stopped.borrow() {
                            break;
                        }
                        message.text = format!("{round}.{n}").as_str().into();
                        match store.post(message.clone()).await {
                            Ok(Ok(Written::New(sequence))) => acknowledged.push((sequence, message.text.clone())),
                            // How many are refused is not promised: one that was waiting for its turn when the
                            // database died may be written when it is back.
                            Err(Error::Unavailable(_) | Error::Contended(_)) => {}
                            other => panic!("{other:?}"),
                        }
                    }
                    acknowledged
                })
            })
            .collect();
        let before = f.store.heads().await.unwrap()[0].at.position;
        wait_for("messages", Duration::from_secs(20), async || f.store.heads().await.is_ok_and(|heads| heads[0].at.position > before + 50))
            .await;
        let cluster_back = tokio::task::spawn_blocking(move || {
            cluster.kill();
            cluster
        });
        cluster = cluster_back.await.unwrap();
        assert!(matches!(f.store.post(f.says(&conversations[0], "dead")).await, Err(Error::Unavailable(_))));
        cluster = tokio::task::spawn_blocking(move || {
            cluster.start();
            cluster
        })
        .await
        .unwrap();
        // The same store finds it again.
        wait_for("the database", Duration::from_secs(20), async || f.store.post(f.says(&conversations[0], "back")).await.is_ok()).await;
        stop.send(true).unwrap();
        for (writer, c) in writers.into_iter().zip(&conversations) {
            let acknowledged = writer.await.unwrap();
            let kept = f.store.snapshot().await.unwrap().messages(f.workspace, c.id, 0, i64::MAX).await.unwrap();
            for (sequence, text) in acknowledged {
                assert!(kept.iter().any(|message| message.sequence == sequence && message.text == text), "{sequence} is lost");
            }
        }
    }
    f.store.close().await;
}
