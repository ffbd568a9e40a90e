//! A file as `multipart/form-data`: its bytes go on as they come, beside a few short fields.

use std::{collections::HashMap, time::Duration};

use axum::{
    body::Body,
    extract::{FromRequest as _, Multipart, Request, multipart::Field},
};
use engine::file::{Content, Upload};
use http::{
    StatusCode,
    header::{CONTENT_TYPE, EXPECT},
};

use crate::serve;

/// The name of the field that is the file.
const FILE: &str = "file";
/// The most bytes of another field.
const SHORT: usize = 4 * 1024;
/// The most fields; a form of ours has three.
const FIELDS: usize = 16;
/// The longest time of an upload. An unfinished file's bytes are kept for an hour.
const LONGEST: Duration = Duration::from_secs(20 * 60);
/// How long what is refused is read on.
const PASSED_OVER: Duration = Duration::from_secs(10);

/// Why an upload is not carried out.
#[derive(Debug)]
pub(crate) enum NotUploaded {
    /// The engine says no.
    Engine(engine::Error),
    /// The body did not come whole.
    Unread(serve::BodyError),
    /// It is not a form with a file; in a sentence.
    Malformed(&'static str),
}

impl From<engine::Error> for NotUploaded {
    fn from(error: engine::Error) -> Self {
        Self::Engine(error)
    }
}

/// A form that came whole.
#[derive(Debug)]
pub(crate) struct Form {
    /// The file's bytes, on the disk.
    pub(crate) content: Content,
    /// The file's name, as its own part says; empty if that does not.
    pub(crate) name: String,
    /// The other fields.
    pub(crate) fields: HashMap<String, String>,
}

/// Reads a form, whose file's bytes go into `upload`. `patience` bounds the time between two pieces.
///
/// # Errors
/// See [`NotUploaded`].
pub(crate) async fn read_form(request: Request<Body>, upload: Upload, patience: Duration) -> Result<Form, NotUploaded> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
        return Err(NotUploaded::Malformed("send the file as multipart/form-data"));
    }
    let form = Multipart::from_request(request, &()).await.map_err(|_| NotUploaded::Malformed("the multipart boundary is missing"))?;
    match tokio::time::timeout(LONGEST, fields(form, upload, patience)).await {
        Ok(read) => read,
        Err(_) => Err(NotUploaded::Unread(serve::BodyError::TooSlow)),
    }
}

async fn fields(mut form: Multipart, upload: Upload, patience: Duration) -> Result<Form, NotUploaded> {
    let (mut upload, mut file, mut fields) = (Some(upload), None, HashMap::new());
    for _ in 0..FIELDS {
        let Some(mut field) = patiently(patience, form.next_field()).await? else {
            let (name, content) = file.ok_or(NotUploaded::Malformed("the form has no part \"file\""))?;
            return Ok(Form { content, name, fields });
        };
        if field.name() == Some(FILE) {
            let mut upload = upload.take().ok_or(NotUploaded::Malformed("the form has two parts \"file\""))?;
            let name = field.file_name().unwrap_or_default().to_owned();
            while let Some(bytes) = patiently(patience, field.chunk()).await? {
                if let Err(error) = upload.push(&bytes).await {
                    drop(upload);
                    pass_over(&mut field).await;
                    return Err(error.into());
                }
            }
            file = Some((name, upload.finish().await?));
        } else {
            let name = field.name().unwrap_or_default().to_owned();
            fields.insert(name, short(&mut field, patience).await?);
        }
    }
    Err(NotUploaded::Malformed("the form has too many parts"))
}

/// Reads the rest of a file that is refused, within the body's limit and some time: a client that sends all of it before it reads the answer
/// would else see the connection reset.
async fn pass_over(field: &mut Field<'_>) {
    let _ = tokio::time::timeout(PASSED_OVER, async { while let Ok(Some(_)) = field.chunk().await {} }).await;
}

/// The same for a request whose body nobody has begun to read.
pub(crate) async fn pass_over_body(request: Request<Body>) {
    pass_over_up_to(request, u64::MAX).await;
}

/// The same up to so many bytes.
pub(crate) async fn pass_over_up_to(request: Request<Body>, at_most: u64) {
    let (head, body) = request.into_parts();
    // A client that asks first has sent nothing yet, and sends nothing once it is refused.
    if !head.headers.contains_key(EXPECT) {
        serve::drain(body, at_most, PASSED_OVER).await;
    }
}

async fn short(field: &mut Field<'_>, patience: Duration) -> Result<String, NotUploaded> {
    let mut bytes = Vec::new();
    while let Some(more) = patiently(patience, field.chunk()).await? {
        if bytes.len() + more.len() > SHORT {
            return Err(NotUploaded::Malformed("a part beside the file is too long"));
        }
        bytes.extend_from_slice(&more);
    }
    // A name that is not UTF-8 is shown as well as it can be.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

async fn patiently<T>(
    patience: Duration,
    reading: impl Future<Output = Result<T, axum::extract::multipart::MultipartError>>,
) -> Result<T, NotUploaded> {
    match tokio::time::timeout(patience, reading).await {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE || serve::is_length_limit(&error) => {
            Err(NotUploaded::Unread(serve::BodyError::TooLarge))
        }
        Ok(Err(_)) => Err(NotUploaded::Malformed("the form is malformed or broke off")),
        Err(_) => Err(NotUploaded::Unread(serve::BodyError::TooSlow)),
    }
}
