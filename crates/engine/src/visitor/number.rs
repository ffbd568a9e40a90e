//! Numbers of requests that write nothing, or write in several steps.

use domain::{
    ids::{SessionId, WorkspaceId},
    session::{PostNumber, Verdict},
};
use store::{Tx, Written};

use super::{Live, PostNumbering};
use crate::{App, ErrorKind, Result, conversation::Posted};

/// Takes a request's number in the transaction that carries it out; tells whether it was carried out before.
pub(crate) async fn take_number(tx: &mut Tx, workspace: WorkspaceId, session: SessionId, numbering: PostNumbering) -> Result<bool> {
    let PostNumbering::Numbered(number) = numbering else { return Ok(false) };
    let known = tx.session(workspace, session).await?.ok_or(ErrorKind::SessionInvalid)?;
    match PostNumber(known.post_sequence).take(number) {
        Ok(Verdict::Again) => Ok(true),
        Ok(Verdict::New(PostNumber(last))) => {
            if last != known.post_sequence {
                tx.reset_post_sequence(workspace, session, last).await?;
            }
            Ok(false)
        }
        Err(skipped) => Err(ErrorKind::OutOfSequence { received: skipped.received, expected: skipped.expected }.into()),
    }
}

impl App {
    /// A numbered request of the visitor that writes nothing (typing): its number counts.
    pub async fn count_visitor_request(&self, live: &Live, number: i64) -> Result<Posted> {
        let at = self.now();
        live.heard_of(at);
        live.carries_number(true);
        let written = self.store().count_request(live.workspace, live.conversation, live.session, number).await??;
        Ok(Posted { sequence: None, repeated: matches!(written, Written::Again(_)), at })
    }

    /// A request without a number that writes nothing: numbers are not followed until the next one that has one. Writes only if the request
    /// before had a number.
    pub async fn forget_visitor_number(&self, live: &Live) -> Result<()> {
        if live.carries_number(false) { self.renumber_session(live).await } else { Ok(()) }
    }

    /// Whether a numbered request was carried out before (true), before its parts are. Counts nothing: the number counts when all of it was
    /// done, so that a request which broke off in the middle can be sent again; its parts are known by their keys.
    pub async fn visitor_request_repeats(&self, live: &Live, number: i64) -> Result<bool> {
        let session = self.store().session(live.workspace, live.session).await?.ok_or(ErrorKind::SessionInvalid)?;
        match PostNumber(session.post_sequence).take(Some(number)) {
            Ok(verdict) => Ok(verdict == Verdict::Again),
            Err(skipped) => Err(ErrorKind::OutOfSequence { received: skipped.received, expected: skipped.expected }.into()),
        }
    }
}
