//! Reading records has an end, and what is left of it bothers nobody.

use std::time::Duration;

use sea_query::{Expr, Query};

use super::*;
use crate::{record_reader::RECORD_READERS, sql::Built};

/// Longer than any test.
const LONG: Duration = Duration::from_secs(600);

fn number(store: &Store, expression: &'static str) -> Built {
    Built::new("a number", store.backend(), Query::select().expr(Expr::cust(expression))).unwrap()
}

fn one(store: &Store) -> Built {
    number(store, "CAST(1 AS BIGINT)")
}

fn endless(store: &Store) -> Built {
    number(store, "(WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT COUNT(*) FROM n)")
}

#[tokio::test]
async fn what_takes_too_long_is_ended_and_the_next_goes_on() {
    for f in fixtures().await {
        // More often than there are connections.
        for _ in 0..=RECORD_READERS {
            let error = f.store.record_rows(Duration::from_millis(20), endless(&f.store)).await.unwrap_err();
            assert!(error.is_over_time(), "{error:?}");
        }
        let mut snapshot = f.store.record_snapshot(Duration::from_millis(20)).await.unwrap();
        assert!(snapshot.fetch_built(endless(&f.store)).await.unwrap_err().is_over_time());
        drop(snapshot);
        let rows = f.store.record_rows(LONG, one(&f.store)).await.unwrap();
        assert_eq!(rows[0].get::<i64>(0).unwrap(), 1);
    }
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_ended() {
    // PostgreSQL hears of it when the statement has ended by itself.
    let f = sqlite().await;
    for _ in 0..=RECORD_READERS {
        let left = tokio::time::timeout(Duration::from_millis(20), f.store.record_rows(LONG, endless(&f.store))).await;
        assert!(left.is_err());
    }
    assert_eq!(f.store.record_rows(LONG, one(&f.store)).await.unwrap().len(), 1);
    f.store.close().await;
    assert!(matches!(f.store.record_rows(LONG, one(&f.store)).await, Err(crate::Error::Closing)));
}

#[tokio::test]
async fn a_snapshot_sees_one_instant_and_the_next_a_later_one() {
    for f in fixtures().await {
        let workspaces = || number(&f.store, "(SELECT COUNT(*) FROM workspace)");
        let count = |rows: Vec<crate::sql::Row>| rows[0].get::<i64>(0).unwrap();
        for there in 1..=4 {
            let mut snapshot = f.store.record_snapshot(LONG).await.unwrap();
            assert_eq!(count(snapshot.fetch_built(workspaces()).await.unwrap()), there);
            let row = Workspace { id: id(), name: format!("Acme {there}"), zone: "UTC".into(), settings: serde_json::json!({}) };
            f.write(move |tx| {
                let row = row.clone();
                Box::pin(async move { tx.insert_workspace(&row, 1, NOON).await })
            })
            .await;
            assert_eq!(count(snapshot.fetch_built(workspaces()).await.unwrap()), there);
            assert_eq!(count(f.store.record_rows(LONG, workspaces()).await.unwrap()), there + 1);
        }
    }
}
