//! Carrying out plans: turn by turn, outside any transaction.

use std::sync::Arc;

use domain::{
    entity_plan::{Answer, Ask, Change, Instructions, MAX_CANDIDATES, State},
    ids::ConversationId,
    time::Timestamp,
};
use futures_util::{FutureExt as _, StreamExt as _};
use store::DueRecords;

use super::{GIVEN_UP_AFTER, Held, Looked, TURN, again_at, instructions, patiently, problem};
use crate::{
    App, Directory, Error, ErrorKind, Result,
    crm::{self, Asker, Created, Crm, Found, Linked, NewRecord},
};

/// Conversations of one run; what is left over waits for the next, which comes at once.
const BATCH: i64 = 64;
/// Conversations at once.
const AT_ONCE: usize = 8;
/// Questions of one turn: more than the largest plan has.
const QUESTIONS: usize = 200;

/// Looks after all that is due.
pub(crate) async fn due(app: &App, crm: &Arc<dyn Crm>) -> Result<Looked> {
    let turns = app.store().due_records(app.now(), BATCH).await?;
    let (mut failed, mut trouble) = (None, None);
    let mut all = futures_util::stream::iter(turns.into_iter().map(|turn| carry(app, crm, turn))).buffer_unordered(AT_ONCE);
    while let Some(result) = all.next().await {
        match result {
            Ok(stuck) => trouble = trouble.or(stuck),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    let next = app.store().next_due_records().await?;
    Ok(Looked { next, trouble })
}

/// Gives why it did not get on.
async fn carry(app: &App, crm: &Arc<dyn Crm>, turn: DueRecords) -> Result<Option<&'static str>> {
    let Ok(directory) = app.directory(turn.workspace) else { return Ok(None) };
    let until = app.now() + TURN;
    let id = turn.conversation;
    let planned = match instructions(&mut app.store().snapshot().await?, &directory, id).await {
        Ok(planned) => Arc::new(planned),
        Err(error) => {
            // Others come before it is tried again.
            app.store().write::<_, Error, _>(move |tx| async move { Ok(tx.claim_records(&turn, until).await?) }.boxed()).await?;
            // It is gone, and what it wanted with it.
            return if matches!(error.kind, ErrorKind::NotFound(_)) { Ok(None) } else { Err(error) };
        }
    };
    let mut ask = took_in(app, &directory, id, &planned, Step::Begin { turn, until }).await?;
    for _ in 0..QUESTIONS {
        let Some(open) = ask else { return Ok(None) };
        let answer = match asked(crm, &directory, id, &open).await {
            Ok(answer) => answer,
            Err(error) => return stuck(app, &directory, id, &planned, error).await.map(Some),
        };
        ask = took_in(app, &directory, id, &planned, Step::Answered(open, answer)).await?;
    }
    Ok(None)
}

/// Asks the CRM.
async fn asked(crm: &Arc<dyn Crm>, directory: &Directory, id: ConversationId, ask: &Ask) -> Result<Answer> {
    let server = Asker { workspace: directory.id(), agent: None };
    let answer = match ask {
        Ask::Find { entity, criteria, .. } => match patiently(crm.find(server, entity, criteria, MAX_CANDIDATES + 1)).await {
            Ok(Found::Records(records)) => Ok(Answer::Found(records.into_iter().map(|record| record.at).collect())),
            Ok(Found::Unreadable(problems)) => Ok(Answer::Unreadable(problems)),
            Err(error) => Err(error),
        },
        Ask::Make { part, entity, fields, by, .. } => {
            let record = NewRecord { entity: entity.clone(), fields: fields.clone(), key: crm::key(id, part), lenient: true };
            match patiently(crm.create(Asker { agent: *by, ..server }, record)).await {
                Ok(Created::Made { record, before, left_out }) => Ok(Answer::Made { record: record.at, before, left_out }),
                Ok(Created::Refused(problems)) => Ok(Answer::Refused(problems)),
                Err(error) => Err(error),
            }
        }
        Ask::Link { child, field, parent, .. } => match patiently(crm.link(server, child, field, parent)).await {
            Ok(Linked::Done) => Ok(Answer::Linked),
            Ok(Linked::Taken) => Ok(Answer::Taken),
            Ok(Linked::Refused(problem)) => Ok(Answer::NotLinked(problem)),
            Err(error) => Err(error),
        },
    };
    match answer {
        // What will not be otherwise the next time is an answer.
        Err(error) if is_final(&error.kind) => {
            let refused = problem("not_allowed", "The CRM refuses this.");
            Ok(match ask {
                Ask::Find { .. } => Answer::Unreadable(vec![refused]),
                Ask::Make { .. } => Answer::Refused(vec![refused]),
                Ask::Link { .. } => Answer::NotLinked(refused),
            })
        }
        answer => answer,
    }
}

fn is_final(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::Forbidden | ErrorKind::NotFound(_) | ErrorKind::Invalid { .. } | ErrorKind::Conflict(_))
}

/// What there is to take in.
enum Step {
    /// A turn begins: nobody else looks after these records until then.
    Begin { turn: DueRecords, until: Timestamp },
    /// The CRM has answered.
    Answered(Ask, Answer),
}

/// Takes a step in, and says what to ask next: nothing when all is done, somebody else has the turn, or the plan is not to be carried out any
/// more.
async fn took_in(app: &App, directory: &Directory, id: ConversationId, planned: &Arc<Instructions>, step: Step) -> Result<Option<Ask>> {
    let work = Arc::new((app.scope(directory.id())?, planned.clone(), step, Instructions::default()));
    app.store()
        .write::<_, Error, _>(move |tx| {
            let work = work.clone();
            async move {
                let (scope, planned, step, none) = &*work;
                let Some(mut held) = Held::lock(tx, scope, id, planned, none).await? else { return Ok(None) };
                if held.kept.due.is_none() {
                    return Ok(None);
                }
                let begins = held.before.len() < held.course.parts.len();
                // Those that are refused from the beginning, or come to nothing, are seen at once.
                let mut change = if begins && held.course.parts.iter().any(|part| part.state == State::Refused) {
                    Change::Visible
                } else {
                    Change::None
                };
                match step {
                    // Who was quicker has named another one.
                    Step::Begin { turn, .. } if held.kept.due != Some(turn.due) => return Ok(None),
                    Step::Begin { until, .. } => {
                        held.kept.due = Some(*until);
                        held.kept.tries += 1;
                    }
                    Step::Answered(ask, answer) => {
                        let came_of_it = held.course.answer(held.instructions, ask, answer.clone(), scope.now);
                        if came_of_it != Change::None {
                            change = if came_of_it == Change::Visible { came_of_it } else { change };
                            held.kept.tries = 0;
                            if held.kept.trouble.take().is_some() {
                                change = Change::Visible;
                            }
                        }
                    }
                }
                let next = held.course.next(held.instructions);
                if next.is_none() {
                    (held.kept.due, held.kept.tries, held.kept.trouble) = (None, 0, None);
                }
                held.save(tx, scope, change).await?;
                Ok(next)
            }
            .boxed()
        })
        .await
}

/// The CRM did not answer: it is asked again later, and agents see why they wait. After a day it is given up.
async fn stuck(app: &App, directory: &Directory, id: ConversationId, planned: &Arc<Instructions>, error: Error) -> Result<&'static str> {
    tracing::warn!(conversation = %id, error = &error as &dyn std::error::Error, "the CRM did not do what a conversation wants of it; it is asked again");
    let trouble = trouble_of(&error);
    let work = Arc::new((app.scope(directory.id())?, planned.clone(), Instructions::default()));
    app.store()
        .write::<_, Error, _>(move |tx| {
            let work = work.clone();
            async move {
                let (scope, planned, none) = &*work;
                let Some(mut held) = Held::lock(tx, scope, id, planned, none).await? else { return Ok(()) };
                if held.kept.due.is_none() {
                    return Ok(());
                }
                let mut change = if held.kept.trouble.as_deref() == Some(trouble) { Change::None } else { Change::Visible };
                held.kept.trouble = Some(trouble.to_owned());
                held.kept.due = Some(again_at(scope.now, held.kept.tries));
                if scope.now.since(held.kept.since) >= GIVEN_UP_AFTER {
                    held.kept.due = None;
                    held.course.give_up(&problem("unavailable", trouble), scope.now);
                    change = Change::Visible;
                }
                held.save(tx, scope, change).await?;
                Ok(())
            }
            .boxed()
        })
        .await?;
    Ok(trouble)
}

/// What agents are told of a failure.
pub(super) fn trouble_of(error: &Error) -> &'static str {
    match error.kind {
        ErrorKind::Unavailable | ErrorKind::TooMany => "The CRM cannot be reached now.",
        _ => "The CRM failed.",
    }
}
