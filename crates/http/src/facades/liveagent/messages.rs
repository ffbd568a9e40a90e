//! `System/Messages`: the long poll (liveagent.md 2.4).

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use domain::journal::{Author, EndedBecause};
use engine::{
    App, ErrorKind,
    conversation::EndConversation,
    definition::{Batch, Overlap, Polling},
    visitor::{Live, PollOutcome, PollRequest, Receipt, SessionState},
};
use http::StatusCode;
use liveagent::{Envelope, ServerMessage, query::MessagesQuery};

use super::{Answering, Parts, caller::Caller, error::Failure, render, telling::Telling, typed};

/// The least that a poll is held: a client may take an answer before five seconds for a failure.
const LEAST_HOLD: Duration = Duration::from_secs(6);
/// Before a client gives up, the answer must have arrived.
const ON_THE_WAY: Duration = Duration::from_secs(5);
/// The most events of one answer where the deployment sends all that wait.
const BATCH: i64 = 200;
/// Where `offset` counts from; it is opaque to clients, and grows with what was told.
const OFFSET: i64 = 30_000_000;

/// The `offset` of an answer whose last event is this one.
fn offset(last_told: i64) -> i64 {
    OFFSET + 1 + last_told
}

/// The event that an `offset` stands for; none if it is none of ours.
pub(super) fn last_told(offset: i64) -> Option<i64> {
    offset.checked_sub(OFFSET + 1).filter(|told| *told >= -1)
}

/// How a connection's deployment wants its polls answered.
fn polling(app: &App, live: &Live) -> Polling {
    app.directory(live.workspace)
        .ok()
        .and_then(|directory| directory.deployments.get(&live.entrance.deployment).map(|deployment| deployment.polling.clone()))
        .unwrap_or_default()
}

/// How long a poll is held that is to be held so many seconds.
fn hold(app: &App, seconds: u32) -> Duration {
    let most = app.settings().client_poll_timeout.saturating_sub(ON_THE_WAY).max(LEAST_HOLD);
    Duration::from_secs(u64::from(seconds)).clamp(LEAST_HOLD, most)
}

/// Answers a poll. Takes from the request what it needs and keeps nothing else while it waits.
pub(super) fn poll(parts: Arc<Parts>, request: &Request) -> Answering {
    let ack = MessagesQuery::parse(request.uri().query().unwrap_or_default()).ack;
    match Caller::of(&parts.app, request.headers()) {
        Ok(caller) => Box::pin(async move { Ok(wait(&parts, caller, ack).await.unwrap_or_else(IntoResponse::into_response)) }),
        Err(failure) => super::done(failure.into_response()),
    }
}

/// The connection that a poll waits on; none when the session asked for nothing in time.
async fn connection(app: &App, caller: Caller) -> Result<Option<Arc<Live>>, Failure> {
    match caller.session(app).await? {
        SessionState::Live(live) => Ok(Some(live)),
        // Some clients poll while their first POST is still on its way.
        SessionState::Unused => {
            let held = hold(app, app.settings().new_deployment.polling.hold_seconds);
            Ok(app.await_session(caller.session, caller.made_at, held).await?)
        }
        SessionState::Ended(_) => Err(ErrorKind::SessionInvalid.into()),
    }
}

async fn wait(parts: &Parts, caller: Caller, ack: Option<i64>) -> Result<Response, Failure> {
    let app = &parts.app;
    let Some(live) = Box::pin(connection(app, caller)).await? else { return Ok(nothing()) };
    let (request, first) = {
        let polling = polling(app, &live);
        let first = i64::from(polling.first_sequence);
        let request = PollRequest {
            acknowledged: ack.map(|ack| ack.saturating_sub(first).max(-1)),
            most: if polling.batch == Batch::One { 1 } else { BATCH },
            hold: hold(app, polling.hold_seconds),
            refuse_overlap: polling.overlap == Overlap::Conflict,
        };
        (request, first)
    };
    loop {
        let outcome = app.poll(&live, request).await?;
        if let Some(answer) = Box::pin(answer(app, &live, first, outcome)).await? {
            return Ok(answer);
        }
    }
}

/// Renders an outcome; none when there was nothing to say in it.
async fn answer(app: &App, live: &Live, first: i64, outcome: PollOutcome) -> Result<Option<Response>, Failure> {
    Ok(Some(match outcome {
        PollOutcome::Told(told, receipt) => {
            let last = told.last().and_then(|told| told.entry.visitor_sequence).unwrap_or(-1);
            let messages = render::events(app, live, &told).await?;
            if messages.is_empty() {
                receipt.arrived();
                return Ok(None);
            }
            tell(messages, last, first, Some(receipt))?
        }
        PollOutcome::Resumed(receipt, last) => tell(vec![render::session_data(app, live, last).await?], last, first, Some(receipt))?,
        PollOutcome::Typing(typing, last) => tell(vec![render::typing(app, live, typing)?], last, first, None)?,
        PollOutcome::Place(place, last) => match render::place(app, live, place)? {
            Some(message) => tell(vec![message], last, first, None)?,
            None => return Ok(None),
        },
        PollOutcome::Rules(last) => tell(vec![render::rules(app, live)?], last, first, None)?,
        PollOutcome::Nothing | PollOutcome::Superseded => nothing(),
        PollOutcome::Overlaps => {
            let end = EndConversation { by: Author::System, because: EndedBecause::Error };
            app.end_conversation(live.workspace, live.conversation, end).await?;
            return Err(Failure::SecondPoll);
        }
        PollOutcome::Over => {
            app.close_session(live).await?;
            return Err(ErrorKind::SessionInvalid.into());
        }
    }))
}

fn nothing() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

fn tell(messages: Vec<ServerMessage>, last: i64, first: i64, receipt: Option<Receipt>) -> Result<Response, Failure> {
    let envelope = Envelope::polled(messages, last + first, offset(last));
    let bytes = Bytes::from(serde_json::to_vec(&envelope).map_err(engine::Error::internal)?);
    let body = match receipt {
        Some(receipt) => Body::new(Telling::new(bytes, receipt)),
        None => Body::from(bytes),
    };
    Ok(typed("application/json;charset=UTF-8", body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_names_the_last_event_and_fits_a_double() {
        for told in [-1, 0, 7, 1_000_000] {
            assert_eq!(last_told(offset(told)), Some(told));
            assert!(offset(told) < 1 << 53);
        }
        assert_eq!(last_told(5), None);
        assert_eq!(last_told(i64::MIN), None);
    }
}
