//! Waiting for a condition, never for a time.

use std::{panic::Location, time::Duration};

use tokio::time::{sleep, timeout};

/// The longest pause between two looks.
const PAUSE: Duration = Duration::from_millis(40);

/// Waits until `condition` is true.
///
/// # Panics
/// With `what` and the caller's place, if it is not true within `limit` (a look that hangs counts).
#[track_caller]
pub fn wait_for(what: &str, limit: Duration, mut condition: impl AsyncFnMut() -> bool) -> impl Future<Output = ()> {
    wait_for_some(what, limit, async move || condition().await.then_some(()))
}

/// Waits until `look` finds something, and returns it.
///
/// # Panics
/// With `what` and the caller's place, if nothing is found within `limit` (a look that hangs counts).
#[track_caller]
pub fn wait_for_some<T>(what: &str, limit: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> impl Future<Output = T> {
    let caller = Location::caller();
    async move {
        let found = timeout(limit, async {
            let mut pause = Duration::from_millis(1);
            loop {
                if let Some(found) = look().await {
                    return found;
                }
                sleep(pause).await;
                pause = (pause * 2).min(PAUSE);
            }
        });
        match found.await {
            Ok(found) => found,
            Err(_) => panic!("waited {limit:?} in vain for {what} (at {caller})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_returns_what_is_found_as_soon_as_it_is_there() {
        let mut looks = 0;
        let found = wait_for_some("the third look", Duration::from_secs(5), async || {
            looks += 1;
            (looks == 3).then_some(looks)
        });
        assert_eq!(found.await, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "in vain for a miracle (at crates/testkit/src/wait.rs:")]
    async fn it_panics_with_what_it_waited_for() {
        wait_for("a miracle", Duration::from_millis(5), async || false).await;
    }

    #[tokio::test]
    #[should_panic(expected = "in vain for an answer")]
    async fn a_look_that_hangs_is_cut_off() {
        wait_for("an answer", Duration::from_millis(5), async || std::future::pending().await).await;
    }
}
