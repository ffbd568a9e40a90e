//! An image that comes inside another request, whole: clients that know no request for a file send it so.

use std::sync::Arc;

use domain::{conversation::Refusal, journal::Author, secret::Text};
use futures_util::FutureExt as _;

use super::{NewFile, Sender};
use crate::{
    App, Error, ErrorKind, Result,
    conversation::Posted,
    visitor::{Live, Once, PostNumbering, take_number},
};

/// An image, decoded.
#[derive(Clone)]
pub struct SendImage {
    /// What its sender calls it.
    pub name: Text,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for SendImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SendImage({} bytes)", self.bytes.len())
    }
}

impl App {
    /// The visitor sends an image that no agent asked for. It is stored as a file; what is no image by its content is refused.
    pub async fn visitor_sends_image(&self, live: &Live, image: SendImage, numbering: PostNumbering, once: Option<Once>) -> Result<Posted> {
        live.heard_of(self.now());
        let (workspace, session, id) = (live.workspace, live.session, live.conversation);
        if let PostNumbering::Numbered(number) = numbering {
            live.carries_number(number.is_some());
            // Of a repeated request nothing is looked at: the room may be used up by what it stored itself.
            if let Some(number) = number
                && self.visitor_request_repeats(live, number).await?
            {
                return Ok(Posted { sequence: None, repeated: true, at: self.now() });
            }
        }
        let key_scope = format!("visitor {session} image");
        let known = match &once {
            Some(once) => self.store().request_key(workspace, &key_scope, &once.key).await?.is_some(),
            None => false,
        };
        let mut upload = self.begin_upload(workspace, id, Sender::Visitor, known).await?;
        upload.push(&image.bytes).await?;
        let content = upload.finish().await?;
        if !content.mime().starts_with("image/") {
            return Err(ErrorKind::TypeRefused.into());
        }
        let new = NewFile { name: image.name, content, request: None };
        let sending = self.sending(workspace, id, Author::Visitor, None, &new)?;
        let work = Arc::new((self.clone(), self.scope(workspace)?, sending, once, key_scope));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (app, scope, sending, once, key_scope) = &*work;
                    tx.lock_files(workspace).await?;
                    let mut conversation = tx.conversation(workspace, id).await?.ok_or(ErrorKind::SessionInvalid)?;
                    let mut repeated = match once {
                        Some(once) => once.before::<()>(tx, workspace, key_scope).await?.is_some(),
                        None => false,
                    };
                    repeated |= take_number(tx, workspace, session, numbering).await?;
                    if repeated {
                        return Ok(Posted { sequence: None, repeated, at: scope.now });
                    }
                    let origin = tx.origin(workspace, id).await?.ok_or(Refusal::Ended)?;
                    let limits = app.settings().files.within(&scope.directory, origin.deployment);
                    let sent = sending.write(tx, scope, &mut conversation, &limits).await?;
                    tx.save_conversation(workspace, &conversation).await?;
                    if let Some(once) = once {
                        once.keep(tx, workspace, key_scope, &(), scope.now).await?;
                    }
                    Ok(Posted { sequence: Some(sent.sequence), repeated: false, at: scope.now })
                }
                .boxed()
            })
            .await
    }
}
