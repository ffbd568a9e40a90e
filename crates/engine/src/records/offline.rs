//! Messages that visitors left when nobody was there become records of the CRM.

use std::sync::Arc;

use domain::{secret::Text, text_limits};
use futures_util::{FutureExt as _, StreamExt as _};
use store::OfflineRecord;

use super::{GIVEN_UP_AFTER, Looked, TURN, again_at, carry::trouble_of, patiently};
use crate::{
    App, Error, Result,
    crm::{Asker, Created, Crm, OfflineMatter},
};

/// Messages of one run.
const BATCH: i64 = 64;
/// Messages at once.
const AT_ONCE: usize = 4;
/// The longest subject, in characters.
const SUBJECT_CHARACTERS: usize = 80;

/// The beginning of what was written, as one line.
fn subject_of(text: &Text) -> Text {
    Text(text_limits::shortened_line(text.reveal(), SUBJECT_CHARACTERS).unwrap_or_default())
}

/// Looks after all that is due.
pub(crate) async fn due(app: &App, crm: &Arc<dyn Crm>) -> Result<Looked> {
    let turns = app.store().due_offline_records(app.now(), BATCH).await?;
    let (mut failed, mut trouble) = (None, None);
    let mut all = futures_util::stream::iter(turns.into_iter().map(|turn| file(app, crm, turn))).buffer_unordered(AT_ONCE);
    while let Some(result) = all.next().await {
        match result {
            Ok(stuck) => trouble = trouble.or(stuck),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    let next = app.store().next_due_offline_record().await?;
    Ok(Looked { next, trouble })
}

/// Gives why it did not get on.
async fn file(app: &App, crm: &Arc<dyn Crm>, mut turn: OfflineRecord) -> Result<Option<&'static str>> {
    let (until, claims) = (app.now() + TURN, turn.clone());
    let claimed = app
        .store()
        .write::<_, Error, _>(move |tx| {
            let claims = claims.clone();
            async move { Ok(tx.claim_offline_record(&claims, until).await?) }.boxed()
        })
        .await?;
    if !claimed {
        return Ok(None);
    }
    turn.tries += 1;
    let mut stuck = None;
    let found = app.store().snapshot().await?.offline_message(turn.workspace, turn.message).await?;
    match found.filter(|message| !message.text.reveal().is_empty()) {
        // It was erased, or not kept.
        None => turn.due = None,
        Some(message) => {
            let matter = OfflineMatter {
                message: message.id,
                key: format!("{}:offline", message.id),
                subject: subject_of(&message.text),
                text: message.text,
                name: message.name,
                email: message.email,
                phone: message.phone,
                page: message.page,
                deployment: message.deployment,
                button: message.button,
                at: message.at,
            };
            match patiently(crm.file_offline_message(Asker { workspace: turn.workspace, agent: None }, matter)).await {
                Ok(Created::Made { record, .. }) => {
                    (turn.due, turn.trouble, turn.record) = (None, None, Some(record.at));
                }
                Ok(Created::Refused(problems)) => {
                    // Reasons are sentences about fields and hold no value.
                    let reason = problems.into_iter().map(|problem| problem.reason).collect::<Vec<_>>().join(" ");
                    (turn.due, turn.trouble) = (None, Some(reason));
                }
                Err(error) => {
                    tracing::warn!(message = %turn.message, error = &error as &dyn std::error::Error, "the CRM did not take a message; it is asked again");
                    let given_up = app.now().since(turn.since) >= GIVEN_UP_AFTER;
                    turn.due = (!given_up).then(|| again_at(app.now(), turn.tries));
                    stuck = Some(trouble_of(&error));
                    turn.trouble = stuck.map(str::to_owned);
                }
            }
        }
    }
    app.store()
        .write::<_, Error, _>(move |tx| {
            let turn = turn.clone();
            async move { Ok(tx.save_offline_record(&turn).await?) }.boxed()
        })
        .await?;
    Ok(stuck)
}
