//! Findings of the doctor, and the journal's partitions.

use std::time::Duration;

use domain::ids::FileId;
use testkit::TestClock;

use super::*;
use crate::{open::Connector, *};

async fn findings(f: &Fixture) -> Vec<&'static str> {
    let clock = clock_of(f).await;
    let mut checks: Vec<_> = f.store.examine(&clock).await.unwrap().into_iter().map(|finding| finding.check).collect();
    checks.dedup();
    checks
}

/// Noon; the database's own time where it has one.
async fn clock_of(f: &Fixture) -> TestClock {
    let skew = f.store.clock_skew(&TestClock::at(NOON)).await.unwrap();
    let clock = TestClock::at(NOON + skew);
    if f.store.clock_skew(&clock).await.unwrap() < Duration::from_secs(60) { clock } else { TestClock::at(NOON - skew) }
}

async fn say(f: &Fixture, sql: &str) {
    let mut conn = Connector::new(f.options.clone()).connect().await.unwrap();
    conn.execute_built("test", sql.to_owned(), vec![]).await.unwrap();
}

#[tokio::test]
async fn a_sound_database_has_no_findings_and_each_damage_has_its_own() {
    for (check, damage) in [
        ("sequence", "DELETE FROM journal WHERE sequence = 3"),
        ("sequence", "UPDATE conversation SET sequence = 4"),
        ("offer", "UPDATE conversation SET phase = 'offered', offer = id"),
        ("place", "UPDATE place SET waiting = 1"),
        ("origin", "DELETE FROM origin"),
        ("timer", "UPDATE timer SET due = 5"),
        ("blob", "UPDATE file SET name = 'changed'"),
    ] {
        for f in fixtures().await {
            let (workspace, c) = (f.workspace, f.conversation().await);
            for _ in 0..5 {
                f.store.post(f.says(&c, "x")).await.unwrap().unwrap();
            }
            let now = clock_of(&f).await;
            let due = domain::time::Clock::now(&now) + Duration::from_secs(60);
            let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>(b"abc")]);
            let blob = f.store.write_blob(workspace, id(), pieces, 10, NOON).await.unwrap();
            f.write(move |tx| {
                Box::pin(async move {
                    tx.set_timer(workspace, "wait", Uuid::nil(), due, "").await?;
                    let file = File {
                        id: FileId(Uuid::nil()),
                        conversation: c.id,
                        blob: Some(blob.id),
                        name: "a".into(),
                        mime: "b".into(),
                        size: 3,
                        by: Author::Visitor,
                        at: NOON,
                    };
                    tx.insert_file(workspace, &file).await
                })
            })
            .await;
            assert_eq!(findings(&f).await, [] as [&str; 0]);
            say(&f, damage).await;
            if check == "blob" {
                // As if the bytes had been lost on the disk.
                let blobs = match f.options.blobs_file() {
                    Some(file) => Options::new(Location::Sqlite(file)),
                    None => f.options.clone(),
                };
                let mut conn = Connector::new(blobs).connect().await.unwrap();
                conn.execute_built("test", "DELETE FROM blob_chunk".into(), vec![]).await.unwrap();
            }
            assert!(findings(&f).await.contains(&check), "{check} after {damage}: {:?}", findings(&f).await);
        }
    }
}

#[tokio::test]
async fn a_clock_that_disagrees_with_the_database_is_refused() {
    let f = postgres().await;
    let clock = clock_of(&f).await;
    f.store.refuse_clock_skew(&clock).await.unwrap();
    for wrong in [domain::time::Clock::now(&clock) + Duration::from_secs(60), domain::time::Clock::now(&clock) - Duration::from_secs(60)] {
        let error = f.store.refuse_clock_skew(&TestClock::at(wrong)).await.unwrap_err();
        assert!(matches!(&error, Error::Refused(sentence) if sentence.contains("NTP")), "{error}");
    }
    sqlite().await.store.refuse_clock_skew(&TestClock::at(NOON)).await.unwrap();
}

#[tokio::test]
async fn partitions_are_made_ahead_and_dropped_whole() {
    let f = postgres().await;
    let (workspace, c) = (f.workspace, f.conversation().await);
    let week = Duration::from_secs(7 * 24 * 3600);
    assert_eq!(f.store.keep_partitions(NOON, 4, NOON - week).await.unwrap(), Partitions { made: 4, dropped: 0 });
    assert_eq!(f.store.keep_partitions(NOON, 4, NOON - week).await.unwrap(), Partitions::default(), "nothing to do");
    for n in 1..4 {
        f.store.post(NewMessage { at: NOON + week * n, ..f.says(&c, "x") }).await.unwrap().unwrap();
    }
    let last = f.store.heads().await.unwrap()[0].at.position;
    let later = NOON + week * 4;
    f.figures_followed(last - 2).await;
    assert_eq!(f.store.keep_partitions(later, 0, NOON + week * 3).await.unwrap(), Partitions { made: 0, dropped: 1 }, "figures are behind");
    f.figures_followed(last).await;
    assert_eq!(f.store.keep_partitions(later, 1, NOON + week * 3).await.unwrap(), Partitions { made: 1, dropped: 1 });
    assert_eq!(f.store.heads().await.unwrap()[0].pruned, last - 1);
    let left = f.store.journal_after(workspace, 1, 10).await.unwrap();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(sqlite().await.store.keep_partitions(NOON, 4, NOON).await.unwrap(), Partitions::default());
}
