//! Can a conversation be asked for now? Told to visitors before they ask.

use std::time::Duration;

use domain::{
    ids::{ConversationId, WorkspaceId},
    routing::{self, Admission, Target, Unavailable},
};

use super::{
    lane::{Loaded, estimate},
    offer::button_of,
};
use crate::{App, Result};

/// Whether a target takes conversations now (`liveagent.md` 7.6, availability).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Availability {
    /// Who was asked about.
    pub target: Target,
    /// Why a conversation that was asked for now would be refused; none if it would be offered or wait.
    pub unavailable: Option<Unavailable>,
    /// Seconds until an agent takes it: 0 when one is free now; none if unknown or unavailable.
    pub estimated_wait: Option<i64>,
}

impl Availability {
    /// A conversation that was asked for now would be offered or wait.
    pub fn is_available(&self) -> bool {
        self.unavailable.is_none()
    }
}

impl App {
    /// Whether these targets take conversations now, in the order asked. Locks nothing: a moment later it may be different.
    pub async fn availability(&self, workspace: WorkspaceId, targets: &[Target]) -> Result<Vec<Availability>> {
        let scope = self.scope(workspace)?;
        let mut snapshot = self.store().snapshot().await?;
        let loaded = Loaded::look(&mut snapshot, &scope).await?;
        let mut told = Vec::with_capacity(targets.len());
        for target in targets {
            // The greatest id stands for a conversation that does not exist yet.
            let admission = routing::admit(ConversationId(uuid::Uuid::max()), target, loaded.lane(&scope));
            let (unavailable, estimated_wait) = match admission {
                Admission::Offer(_) => (None, Some(0)),
                Admission::Refuse(reason) => (Some(reason), None),
                Admission::Wait => match button_of(target) {
                    None => (None, None),
                    Some(button) => {
                        let average = snapshot.wait_average(workspace, button).await?;
                        (None, average.map(|average| estimate(average, Duration::ZERO)))
                    }
                },
            };
            told.push(Availability { target: target.clone(), unavailable, estimated_wait });
        }
        Ok(told)
    }
}
