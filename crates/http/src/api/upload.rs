//! Files that come in by the native API: read whole, then sent once for their key.
//!
//! The key is looked at first, but what tells one request from another with the same key is the content, which is known when all of it came.

use std::{str::FromStr as _, time::Duration};

use axum::{body::Body, extract::Request, response::Response};
use domain::{
    ids::{ConversationId, FileRequestId, WorkspaceId},
    secret::Text,
};
use engine::{
    Result as Engine,
    file::{NewFile, Sender, SentFile},
    idempotency::{Answer, Done, Keep, RequestName},
};
use native::{ProblemKind, visitor::UploadedFile};

use super::{Answered, ApiState, Failure, answer, key_of, once};
use crate::{
    api::view,
    serve::BodyError,
    upload::{NotUploaded, pass_over_body, read_form},
};

/// The longest silence of somebody who sends a file.
const PATIENCE: Duration = Duration::from_secs(30);

impl From<NotUploaded> for Failure {
    fn from(why: NotUploaded) -> Self {
        match why {
            NotUploaded::Engine(error) => error.into(),
            NotUploaded::Unread(BodyError::TooLarge) => Self::new(ProblemKind::TooLarge, "the file is larger than is allowed here"),
            NotUploaded::Unread(_) => Self::new(ProblemKind::InvalidBody, "the body did not arrive whole"),
            NotUploaded::Malformed(why) => Self::new(ProblemKind::InvalidBody, why),
        }
    }
}

/// Into which conversation, and whose keys count.
pub(super) struct Incoming {
    pub(super) workspace: WorkspaceId,
    pub(super) conversation: ConversationId,
    pub(super) sender: Sender,
    pub(super) scope: String,
}

/// Takes a file in and sends it with `send`. The answer is an [`UploadedFile`].
pub(super) async fn take<F, W>(state: &ApiState, incoming: Incoming, request: Request<Body>, send: F) -> Answered<Response>
where
    F: FnOnce(NewFile, Keep<SentFile>) -> W + Send + 'static,
    W: Future<Output = Engine<Done<SentFile>>> + Send,
{
    let app = state.app.clone();
    let Incoming { workspace, conversation, sender, scope } = incoming;
    let path = request.uri().path().to_owned();
    let key = key_of(request.headers());
    let begin = async {
        let name = RequestName { workspace, scope, key: key? };
        let repeated = app.is_answered(&name).await?;
        Ok::<_, Failure>((name, app.begin_upload(workspace, conversation, sender, repeated).await?))
    };
    let (name, upload) = match begin.await {
        Ok(begun) => begun,
        Err(failure) => {
            pass_over_body(request).await;
            return Err(failure);
        }
    };
    let form = read_form(request, upload, PATIENCE).await?;
    let request = match form.fields.get("request").map(|text| text.trim()).filter(|text| !text.is_empty()) {
        Some(text) => {
            let not_an_id = |_| Failure::new(ProblemKind::Invalid, "this is not the id of a request").at("request");
            Some(FileRequestId::from_str(text).map_err(not_an_id)?)
        }
        None => None,
    };
    let asked = request.map(|request| request.to_string()).unwrap_or_default();
    let fingerprint = app.fingerprint(&[path.as_bytes(), asked.as_bytes(), form.name.as_bytes(), form.content.digest()]);
    let new = NewFile { name: Text(form.name), content: form.content, request };
    Ok(once(state, name, fingerprint, move |once| async move {
        let directory = app.directory(workspace)?;
        let told = move |sent: &SentFile| -> Answer {
            let sequence = u64::try_from(sent.sequence).unwrap_or(0);
            answer(201, &UploadedFile { sequence, file: view::sent_file(&directory, sent) })
        };
        let keep = Keep::new(once, told.clone());
        Ok(match send(new, keep).await? {
            Done::Now(sent) => told(&sent),
            Done::Before(earlier) => earlier,
        })
    })
    .await)
}
