//! Visitors who wait are told their place, whenever queues have moved.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::{
    ids::{ConversationId, WorkspaceId},
    routing,
};
use tokio::sync::Notify;

use super::lane::{WAITING, entry, estimate};
use crate::{App, Result, visitor::QueuePlace};

/// Movements of so long are told together.
const TOGETHER: Duration = Duration::from_millis(100);

/// Workspaces whose queues have moved since places were last told.
#[derive(Debug, Default)]
pub(crate) struct Moved {
    workspaces: Mutex<HashSet<WorkspaceId>>,
    wake: Notify,
}

impl App {
    /// Queues have moved: places are told soon.
    pub(crate) fn places_moved(&self, workspace: WorkspaceId) {
        let moved = &self.inner.moved;
        moved.workspaces.lock().unwrap_or_else(PoisonError::into_inner).insert(workspace);
        moved.wake.notify_one();
    }

    /// Tells visitors who are connected here, and want to know, where they stand.
    pub(crate) async fn tell_places(&self, workspace: WorkspaceId) -> Result<()> {
        if self.visitors().count() == 0 {
            return Ok(());
        }
        let directory = self.directory(workspace)?;
        let now = self.now();
        let mut snapshot = self.store().snapshot().await?;
        let mut watchers = snapshot.place_watchers(workspace).await?;
        watchers.retain(|watcher| {
            directory.deployments.get(&watcher.deployment).is_some_and(|deployment| deployment.show_queue_position)
                && !self.visitors().of_conversation(watcher.conversation).is_empty()
        });
        if watchers.is_empty() {
            return Ok(());
        }
        let (mut waiting, mut since) = (Vec::new(), HashMap::new());
        for line in snapshot.waiting(workspace, WAITING).await? {
            waiting.push(entry(line.conversation, &line.place)?);
            since.insert(line.conversation, (line.place.button, line.place.queued_at));
        }
        let positions: HashMap<ConversationId, u32> = routing::positions(&waiting, &directory.routes).into_iter().collect();
        let mut averages = HashMap::new();
        for watcher in watchers {
            let mut place = QueuePlace { position: 0, estimated_wait: None };
            if !watcher.offered {
                let Some(position) = positions.get(&watcher.conversation) else { continue };
                place.position = i64::from(*position);
                if let Some((Some(button), queued_at)) = since.get(&watcher.conversation) {
                    let average = match averages.get(button) {
                        Some(known) => *known,
                        None => *averages.entry(*button).or_insert(snapshot.wait_average(workspace, *button).await?),
                    };
                    place.estimated_wait = average.map(|average| estimate(average, now.since(*queued_at)));
                }
            }
            for live in self.visitors().of_conversation(watcher.conversation) {
                live.stands_at(place);
            }
        }
        Ok(())
    }
}

/// Tells places until the server closes.
pub(crate) fn keep_places(app: &App) {
    let keeper = app.clone();
    app.spawn(async move {
        loop {
            tokio::select! {
                () = keeper.closing().cancelled() => return,
                () = keeper.inner.moved.wake.notified() => {}
            }
            tokio::select! {
                () = keeper.closing().cancelled() => return,
                () = tokio::time::sleep(TOGETHER) => {}
            }
            let moved = std::mem::take(&mut *keeper.inner.moved.workspaces.lock().unwrap_or_else(PoisonError::into_inner));
            for workspace in moved {
                if let Err(error) = keeper.tell_places(workspace).await {
                    // The next movement tells them again.
                    tracing::warn!(error = &error as &dyn std::error::Error, "places in queues could not be told");
                }
            }
        }
    });
}
