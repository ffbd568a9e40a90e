//! `/services/liveagent/file`: the file that the agent asked for (liveagent.md 2.6).
//!
//! The request's token, told by `FileTransfer`, is all that the client needs: there is no Live Agent header. A refused upload leaves the request
//! open, so that the visitor can choose another file.

use axum::{body::Body, extract::Request, response::Response};
use domain::{ids::WorkspaceId, secret::Text};
use engine::{
    App, ErrorKind,
    file::{NewFile, Sender, Upload},
    idempotency::{Answer, Done, Keep, RequestName},
    view::FileRequest,
};
use http::Method;
use liveagent::{BodyError, ids::identity, query::UploadQuery, status};

use super::{Parts, error::Failure, typed};
use crate::{
    serve::{Class, Permit},
    upload::{Form, NotUploaded, pass_over_body, read_form},
};

impl From<NotUploaded> for Failure {
    fn from(why: NotUploaded) -> Self {
        match why {
            NotUploaded::Engine(error) => Self::Engine(error),
            NotUploaded::Unread(error) => Self::Unread(error),
            NotUploaded::Malformed(why) => Self::Body(BodyError::new(why)),
        }
    }
}

/// Takes a file in and answers `Success`.
pub(super) async fn take(parts: &Parts, request: Request<Body>) -> Result<Response, Failure> {
    if *request.method() != Method::POST {
        return Err(Failure::WrongMethod(Method::POST.as_str().to_owned()));
    }
    let app = &parts.app;
    let query = request.uri().query().unwrap_or_default().to_owned();
    let Begun { workspace, open, name, upload, _permit } = match begin(parts, &query).await {
        Ok(begun) => begun,
        Err(failure) => {
            pass_over_body(request).await;
            return Err(failure);
        }
    };
    let Form { content, name: own, mut fields } = read_form(request, upload, parts.body_patience).await?;
    let given = fields.remove("filename").filter(|given| !given.trim().is_empty()).unwrap_or(own);
    let fingerprint = app.fingerprint(&[given.as_bytes(), content.digest()]);
    let new = NewFile { name: Text(given), content, request: Some(open.id) };
    let working = app.clone();
    app.once(name, fingerprint, move |once| async move {
        let success = || Answer { status: 200, body: Text(status::UPLOADED.to_owned()) };
        let keep = Keep::new(once, move |_| success());
        Ok(match working.visitor_sends_file(workspace, open.conversation, new, Some(keep)).await? {
            Done::Now(_) => success(),
            Done::Before(earlier) => earlier,
        })
    })
    .await?;
    Ok(typed("text/plain;charset=UTF-8", Body::from(status::UPLOADED)))
}

/// An upload that may come.
struct Begun {
    workspace: WorkspaceId,
    open: FileRequest,
    name: RequestName,
    upload: Upload,
    _permit: Permit,
}

/// What can be refused before the file comes.
async fn begin(parts: &Parts, query: &str) -> Result<Begun, Failure> {
    let permit = parts.admission.admit(Class::Running)?;
    let app = &parts.app;
    let (workspace, open) = asked(app, UploadQuery::parse(query)).await?;
    // One request, one file: the same file again is the one that came, another one is refused.
    let name = RequestName { workspace, scope: "file request".to_owned(), key: open.id.to_string() };
    let repeated = app.is_answered(&name).await?;
    if !repeated && !open.is_open(app.now()) {
        return Err(ErrorKind::Conflict("the request for a file is over").into());
    }
    let upload = app.begin_upload(workspace, open.conversation, Sender::Visitor, repeated).await?;
    Ok(Begun { workspace, open, name, upload, _permit: permit })
}

/// The request that an upload answers. Its token is the proof; the rest of the query says where to look for it.
async fn asked(app: &App, query: UploadQuery) -> Result<(WorkspaceId, FileRequest), Failure> {
    const NONE: ErrorKind = ErrorKind::NotFound("request for a file");
    let token = query.file_token.ok_or(NONE)?;
    let session = query.chat_key.map(|key| key.0.parse()).transpose().map_err(|_| NONE)?;
    let organisation = query.organization_id;
    let directories = app.directories();
    let workspace = organisation.and_then(|id| directories.by_organisation(identity(&id)).map(|directory| directory.id()));
    Ok(app.file_request_by_token(workspace, session, &token.0).await?)
}
