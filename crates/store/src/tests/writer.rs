//! The writers: groups, refusals, panics, order, keys, closing.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize},
    },
};

use domain::journal::{Event, Numbered};
use futures_util::future::{BoxFuture, join_all};

use super::*;
use crate::*;

/// An error of a work's own.
#[derive(Debug, thiserror::Error)]
enum Said {
    #[error("no")]
    No,
    #[error(transparent)]
    Store(#[from] Error),
}

impl Failure for Said {
    fn storage(&self) -> Option<&Error> {
        match self {
            Self::No => None,
            Self::Store(error) => Some(error),
        }
    }
}

impl Fixture {
    async fn messages(&self, c: &Conversed) -> Vec<Message> {
        self.store.snapshot().await.unwrap().messages(self.workspace, c.id, 0, i64::MAX).await.unwrap()
    }
}

#[tokio::test]
async fn a_work_that_refuses_or_panics_undoes_only_itself() {
    for f in fixtures().await {
        let workspace = f.workspace;
        let works = (0..30).map(|n| {
            f.store.write::<(), Said, _>(move |tx| {
                Box::pin(async move {
                    let name = format!("n{n}");
                    tx.set_alias(workspace, "test", &name, Uuid::nil()).await?;
                    tx.journal(
                        workspace,
                        NOON,
                        Numbered::of_workspace(Event::DefinitionChanged { definition: "test".into(), id: Uuid::nil() }),
                    );
                    match n % 3 {
                        0 => Ok(()),
                        1 => Err(Said::No),
                        _ => panic!("as it was told"),
                    }
                })
            })
        });
        let before = f.store.heads().await.unwrap()[0].at.position;
        for (n, result) in join_all(works).await.into_iter().enumerate() {
            match (n % 3, result) {
                (0, Ok(())) | (1, Err(Said::No)) | (2, Err(Said::Store(Error::Panicked))) => {}
                (_, other) => panic!("{n}: {other:?}"),
            }
        }
        let mut snapshot = f.store.snapshot().await.unwrap();
        let kept: Vec<String> = snapshot.aliases(workspace).await.unwrap().into_iter().map(|(_, name, _)| name).collect();
        let mut expected: Vec<String> = (0..30).step_by(3).map(|n| format!("n{n}")).collect();
        expected.sort();
        assert_eq!(kept, expected);
        let entries = f.store.journal_after(workspace, before, 100).await.unwrap();
        assert_eq!(entries.len(), 10, "nothing of those undone is told");
    }
}

#[tokio::test]
async fn a_work_that_storage_fails_is_run_again() {
    for f in fixtures().await {
        let workspace = f.workspace;
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = runs.clone();
        let result = f
            .store
            .write::<(), Error, _>(move |tx| {
                let counted = counted.clone();
                Box::pin(async move {
                    tx.set_alias(workspace, "test", "a", Uuid::nil()).await?;
                    if counted.fetch_add(1, Ordering::SeqCst) == 0 {
                        return Err(Error::Unavailable("the first time".into()));
                    }
                    Ok(())
                })
            })
            .await;
        assert!(result.is_ok() && runs.load(Ordering::SeqCst) == 2, "{result:?}");
        // One that always fails is given up after its second run, and keeps nothing.
        let counted = runs.clone();
        let result = f
            .store
            .write::<(), Error, _>(move |tx| {
                let counted = counted.clone();
                Box::pin(async move {
                    counted.fetch_add(1, Ordering::SeqCst);
                    tx.set_alias(workspace, "test", "b", Uuid::nil()).await?;
                    Err(Error::Unavailable("every time".into()))
                })
            })
            .await;
        assert!(matches!(result, Err(Error::Unavailable(_))));
        assert_eq!(runs.load(Ordering::SeqCst), 4);
        assert_eq!(f.store.snapshot().await.unwrap().aliases(workspace).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn one_bad_message_of_a_group_leaves_the_others() {
    for f in fixtures().await {
        let c = f.conversation().await;
        let posts = (0..40).map(|n| {
            let mut message = f.says(&c, &format!("message {n}"));
            if n == 20 {
                // PostgreSQL takes no NUL in JSON; callers remove it. Unknown on SQLite would be as good.
                message.text = "bad \0 byte".into();
            }
            if n == 30 {
                message.conversation = id();
            }
            f.store.post(message)
        });
        let results = join_all(posts).await;
        assert!(matches!(results[30], Ok(Err(NotWritten::Unknown))));
        let good =
            results.iter().enumerate().filter(|(n, result)| ![20, 30].contains(n) && matches!(result, Ok(Ok(Written::New(_))))).count();
        assert_eq!(good, 38, "{results:?}");
        let numbers: Vec<i64> = f.messages(&c).await.iter().map(|message| message.sequence).collect();
        assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "dense: {numbers:?}");
    }
}

#[tokio::test]
async fn the_same_key_is_one_message_also_at_once_and_from_two_servers() {
    for f in fixtures().await {
        let c = f.conversation().await;
        let other = match f.store.backend() {
            Backend::Sqlite => f.store.clone(),
            Backend::Postgres => Store::open(f.options.clone()).await.unwrap(),
        };
        let posts = (0..32).map(|n| {
            let store = if n % 2 == 0 { &f.store } else { &other };
            store.post(NewMessage { client_key: Some("key".into()), ..f.says(&c, "once") })
        });
        let results: Vec<Written> = join_all(posts).await.into_iter().map(|result| result.unwrap().unwrap()).collect();
        let new = results.iter().filter(|written| matches!(written, Written::New(_))).count();
        assert_eq!(new, 1, "{results:?}");
        let sequence = f.messages(&c).await[0].sequence;
        assert!(results.iter().all(|written| matches!(written, Written::New(n) | Written::Again(Some(n)) if *n == sequence)));
        assert_eq!(f.messages(&c).await.len(), 1);
        // The same key in another conversation is another message.
        let d = f.conversation().await;
        let there = f.store.post(NewMessage { client_key: Some("key".into()), ..f.says(&d, "once") }).await.unwrap().unwrap();
        assert!(matches!(there, Written::New(_)));
    }
}

#[tokio::test]
async fn whoever_follows_the_journal_misses_nothing_while_many_write() {
    for f in fixtures().await {
        let workspace = f.workspace;
        let other = match f.store.backend() {
            Backend::Sqlite => f.store.clone(),
            Backend::Postgres => Store::open(f.options.clone()).await.unwrap(),
        };
        let mut conversations = vec![];
        for _ in 0..16 {
            conversations.push(f.conversation().await);
        }
        let start = f.store.heads().await.unwrap()[0].at.position;
        let done = AtomicBool::new(false);
        let writers = async {
            join_all(conversations.iter().enumerate().map(|(n, c)| {
                let store = if n % 2 == 0 { &f.store } else { &other };
                let f = &f;
                async move {
                    for _ in 0..30 {
                        store.post(f.says(c, "x")).await.unwrap().unwrap();
                        store
                            .write::<(), Error, _>(move |tx| {
                                let event = Event::DefinitionChanged { definition: "test".into(), id: Uuid::nil() };
                                Box::pin(async move {
                                    tx.journal(workspace, NOON, Numbered::of_workspace(event));
                                    Ok(())
                                })
                            })
                            .await
                            .unwrap();
                    }
                }
            }))
            .await;
            done.store(true, Ordering::SeqCst);
        };
        let tailer = async {
            let (mut at, mut seen) = (start, vec![]);
            loop {
                let last = done.load(Ordering::SeqCst);
                let entries = f.store.journal_after(workspace, at, 7).await.unwrap();
                if let Some(entry) = entries.last() {
                    at = entry.position;
                } else if last {
                    return seen;
                } else {
                    tokio::task::yield_now().await;
                }
                seen.extend(entries.into_iter().map(|entry| (entry.position, entry.conversation, entry.sequence)));
            }
        };
        let ((), seen) = tokio::join!(writers, tailer);
        assert_eq!(seen.len(), 16 * 30 * 2, "a position that was committed late is missed");
        assert_eq!(seen.iter().map(|(position, ..)| position).collect::<HashSet<_>>().len(), seen.len());
        for c in &conversations {
            let numbers: Vec<i64> = seen.iter().filter(|(_, id, _)| *id == Some(c.id)).map(|(.., n)| *n).collect();
            assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "in the conversation's order: {numbers:?}");
        }
    }
}

#[tokio::test]
async fn closing_finishes_what_was_accepted_and_refuses_what_comes_after() {
    for f in fixtures().await {
        let c = f.conversation().await;
        let (store, options) = (f.store.clone(), f.options.clone());
        let posts: Vec<_> = (0..200)
            .map(|n| {
                let (store, message) = (store.clone(), f.says(&c, &n.to_string()));
                tokio::spawn(async move { store.post(message).await })
            })
            .collect();
        tokio::task::yield_now().await;
        f.store.close().await;
        let mut accepted = 0;
        for post in posts {
            match post.await.unwrap() {
                Ok(Ok(Written::New(_))) => accepted += 1,
                Err(Error::Closing) => {}
                other => panic!("{other:?}"),
            }
        }
        assert!(matches!(f.store.post(f.says(&c, "late")).await, Err(Error::Closing)));
        let again = Store::open(options).await.unwrap();
        let kept = again.snapshot().await.unwrap().messages(f.workspace, c.id, 0, 1000).await.unwrap().len();
        assert_eq!(kept, accepted, "all that was acknowledged, nothing else");
        again.close().await;
    }
}

#[tokio::test]
async fn the_journal_is_pruned_from_its_old_end_and_says_so() {
    for f in fixtures().await {
        let (workspace, c) = (f.workspace, f.conversation().await);
        for n in 0..10 {
            let message = NewMessage { at: NOON + std::time::Duration::from_secs(n), ..f.says(&c, "x") };
            f.store.post(message).await.unwrap().unwrap();
        }
        let head = f.store.heads().await.unwrap()[0];
        let prune = |limit| {
            f.write(move |tx| Box::pin(async move { tx.prune_journal(workspace, NOON + std::time::Duration::from_secs(5), limit).await }))
        };
        assert_eq!(prune(4).await, 0, "figures have not followed it yet");
        f.figures_followed(head.at.position).await;
        // The entry of the conversation's beginning, and five messages.
        assert_eq!((prune(4).await, prune(4).await, prune(4).await), (4, 2, 0));
        let after = f.store.heads().await.unwrap()[0];
        assert_eq!((after.at, after.pruned), (head.at, head.at.position - 5));
        assert_eq!(f.store.journal_after(workspace, 0, 100).await.unwrap().len(), 5);
    }
}

/// A work that holds the writer up until it is told to end. Answers when it has begun.
async fn holds_up(store: &Store) -> (tokio::task::JoinHandle<Result<()>>, Arc<tokio::sync::Semaphore>) {
    let (begun, goes) = (Arc::new(tokio::sync::Semaphore::new(0)), Arc::new(tokio::sync::Semaphore::new(0)));
    let held = tokio::spawn({
        let (store, begun, goes) = (store.clone(), begun.clone(), goes.clone());
        async move {
            store
                .write::<(), Error, _>(move |_| {
                    let (begun, goes) = (begun.clone(), goes.clone());
                    Box::pin(async move {
                        begun.add_permits(1);
                        goes.acquire().await.unwrap().forget();
                        Ok(())
                    })
                })
                .await
        }
    });
    begun.acquire().await.unwrap().forget();
    (held, goes)
}

/// Queues a work that notes its letter when it is run; in front of others, or behind them.
fn noted(f: &Fixture, ran: &Arc<std::sync::Mutex<String>>, letter: char, behind: bool) -> BoxFuture<'static, Result<()>> {
    fn notes(ran: Arc<std::sync::Mutex<String>>, letter: char) -> impl for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<()>> + Send + Sync {
        move |_| {
            ran.lock().unwrap().push(letter);
            Box::pin(async { Ok(()) })
        }
    }
    let (store, work) = (f.store.clone(), notes(ran.clone(), letter));
    Box::pin(async move { if behind { store.write_behind(work).await } else { store.write(work).await } })
}

/// Asks all of them, in this order, so that each is in its queue before the writer looks.
async fn queued(works: Vec<BoxFuture<'static, Result<()>>>) -> Vec<tokio::task::JoinHandle<Result<()>>> {
    let mut tasks = Vec::new();
    for mut work in works {
        // Once polled it is in its queue, which is long enough.
        assert!(futures_util::poll!(&mut work).is_pending());
        tasks.push(tokio::spawn(work));
    }
    tasks
}

#[tokio::test]
async fn what_nobody_waits_for_comes_behind_what_somebody_does_and_has_its_turn_all_the_same() {
    let f = sqlite().await;
    let ran = Arc::new(std::sync::Mutex::new(String::new()));
    let (held, goes) = holds_up(&f.store).await;
    let works = [('b', true), ('c', true), ('a', false)].map(|(letter, behind)| noted(&f, &ran, letter, behind));
    let tasks = queued(works.into()).await;
    goes.add_permits(1);
    for task in tasks.into_iter().chain([held]) {
        task.await.unwrap().unwrap();
    }
    assert_eq!(*ran.lock().unwrap(), "abc");

    // However many come in front, a group at a time: those behind are not put off for ever.
    ran.lock().unwrap().clear();
    let (held, goes) = holds_up(&f.store).await;
    let many = 40 * 32;
    let works = std::iter::once(noted(&f, &ran, 'b', true)).chain((0..many).map(|_| noted(&f, &ran, 'a', false)));
    let tasks = queued(works.collect()).await;
    goes.add_permits(1);
    for task in tasks.into_iter().chain([held]) {
        task.await.unwrap().unwrap();
    }
    let ran = ran.lock().unwrap();
    assert_eq!(ran.len(), many + 1);
    let before = ran.find('b').unwrap();
    assert!(before > 0 && before < many, "after {before} of {many}");
}

#[tokio::test]
async fn what_is_behind_is_done_before_the_store_closes() {
    for f in fixtures().await {
        let ran = Arc::new(std::sync::Mutex::new(String::new()));
        let works = (0..50).map(|n| noted(&f, &ran, 'x', n % 2 == 0));
        let tasks = queued(works.collect()).await;
        f.store.close().await;
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(ran.lock().unwrap().len(), 50);
    }
}
