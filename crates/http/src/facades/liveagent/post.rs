//! The POSTs of a session (liveagent.md 2.1 to 2.3): alone, or several in `System/MultiNoun`.

use std::{net::IpAddr, sync::Arc};

use axum::{extract::Request, response::Response};
use bytes::Bytes;
use domain::{
    journal::{Author, EndedBecause, MessageKind},
    secret::Text,
};
use engine::{
    App, ErrorKind,
    conversation::{EndConversation, PostMessage},
    visitor::{Live, Once, PostNumbering, SessionState, VisitorReport},
};
use http::HeaderMap;
use liveagent::{
    BodyError, Post, Resource,
    chat::{ChatEnd, IdleWarningEvent, RichMessageAnswer},
    headers,
    multi_noun::NounCall,
};

use super::{
    Parts,
    caller::{Caller, header, idempotency_key, sequence},
    error::Failure,
    image,
    init::{self, Asking},
    ok,
};
use crate::serve::{Class, RequestInfo, read_body};

/// A POST with what its headers say.
struct Posting<'r> {
    app: &'r App,
    caller: &'r Caller,
    headers: &'r HeaderMap,
    address: Option<IpAddr>,
    /// The request's number.
    number: Option<i64>,
    /// The client's own id of the request, and a hash of it.
    once: Option<Once>,
}

/// How a POST counts.
#[derive(Clone, Debug)]
enum Counting {
    /// By its own number, or without one.
    Alone { number: Option<i64>, key: Option<String> },
    /// As a part of a request whose number counts once all parts are done: a part is known by its key.
    Part { key: Option<String> },
}

/// Carries a POST out and answers `OK`.
pub(super) async fn take(parts: &Parts, resource: Resource, request: Request) -> Result<Response, Failure> {
    let (head, body) = request.into_parts();
    let app = &parts.app;
    if tells_of_masking(resource) && headers::session_key(header(&head.headers, headers::SESSION_KEY)).is_none() {
        // Its page in the guide names no session (liveagent.md 2.3). Without one there is no conversation to note it in.
        let _permit = parts.admission.admit(Class::Running)?;
        Post::decode(resource, &read_body(body, parts.body_patience).await?)?;
        return Ok(ok());
    }
    let caller = Caller::of(app, &head.headers)?;
    let class = if resource == Resource::ChasitorInit { Class::New } else { Class::Running };
    let _permit = parts.admission.admit(class)?;
    let body: Bytes = read_body(body, parts.body_patience).await?;
    let state = caller.session(app).await?;
    let post = Post::decode(resource, &body)?;
    let key = idempotency_key(&head.headers)?;
    let posting = Posting {
        app,
        caller: &caller,
        headers: &head.headers,
        address: head.extensions.get::<RequestInfo>().map(|info| info.client().0),
        number: if resource.has_sequence() { sequence(&head.headers) } else { None },
        once: key.map(|key| Once::new(key, app.fingerprint(&[&body]))),
    };
    let live = match state {
        SessionState::Live(live) => Some(live),
        SessionState::Unused => None,
        SessionState::Ended(_) => return Err(ErrorKind::SessionInvalid.into()),
    };
    match post {
        Post::MultiNoun(multi) => posting.several(live, multi.nouns).await?,
        post => {
            let counting = Counting::Alone { number: posting.number, key: posting.once.as_ref().map(|once| once.key.clone()) };
            posting.one(live, resource, post, counting).await?;
        }
    }
    Ok(ok())
}

fn tells_of_masking(resource: Resource) -> bool {
    matches!(resource, Resource::ChasitorSensitiveData | Resource::AgentSensitiveData)
}

/// The words of an answer to a rich message. Rich messages are sent by bots, whose choices are words.
fn choice(answer: &RichMessageAnswer) -> String {
    let words: Vec<&str> = answer.actions.iter().filter_map(|action| action.value.as_ref().map(|value| value.0.as_str())).collect();
    words.join("\n")
}

/// Refuses a message that is longer than the deployment allows. Custom events are the application's own and bounded by their body.
fn refuse_long(app: &App, live: &Live, post: &Post) -> Result<(), Failure> {
    let directory = app.directory(live.workspace)?;
    let Some(deployment) = directory.deployments.get(&live.entrance.deployment) else { return Ok(()) };
    let most = usize::try_from(deployment.max_message_chars).unwrap_or(usize::MAX);
    let is_long = |text: &str| text.len() > most && text.chars().nth(most).is_some();
    let refused = match post {
        Post::Message(message) => is_long(&message.text),
        Post::RichMessage(answer) => is_long(&choice(answer)),
        _ => false,
    };
    if refused { Err(Failure::TooLong { most }) } else { Ok(()) }
}

impl Posting<'_> {
    /// The parts in their order. Nothing is done before all are understood.
    async fn several(&self, live: Option<Arc<Live>>, calls: Vec<NounCall>) -> Result<(), Failure> {
        let mut posts = Vec::with_capacity(calls.len());
        for (at, call) in calls.iter().enumerate() {
            let place = format!("nouns[{at}]");
            let resource = call.resource().map_err(|error| BodyError::property(format!("{place}.noun"), error.to_string()))?;
            if resource == Resource::MultiNoun {
                return Err(BodyError::property(format!("{place}.noun"), "cannot be a MultiNoun itself").into());
            }
            let post = Post::decode(resource, call.body.as_bytes()).map_err(|error| error.within(&format!("{place}.object")))?;
            if let Some(live) = &live {
                refuse_long(self.app, live, &post)?;
            }
            posts.push((resource, post));
        }
        let key = |at: usize| match (&self.once, self.number, &live) {
            (Some(once), _, _) => Some(format!("{}#{at}", once.key)),
            (None, Some(number), Some(live)) => Some(format!("#{}.{number}.{at}", live.generation())),
            (None, _, _) => None,
        };
        if let (Some(number), Some(live)) = (self.number, &live)
            && self.app.visitor_request_repeats(live, number).await?
        {
            return Ok(());
        }
        let mut now_live = live.clone();
        for (at, (resource, post)) in posts.into_iter().enumerate() {
            now_live = Some(self.one(now_live, resource, post, Counting::Part { key: key(at) }).await?);
        }
        if let Some(live) = &now_live {
            self.count(live, self.number).await?;
        }
        Ok(())
    }

    /// Counts a request that writes nothing itself; tells whether it was there before.
    async fn count(&self, live: &Live, number: Option<i64>) -> Result<bool, Failure> {
        match number {
            Some(number) => Ok(self.app.count_visitor_request(live, number).await?.repeated),
            None => {
                self.app.forget_visitor_number(live).await?;
                Ok(false)
            }
        }
    }

    async fn one(&self, live: Option<Arc<Live>>, resource: Resource, post: Post, counting: Counting) -> Result<Arc<Live>, Failure> {
        let app = self.app;
        if let Post::Init(init) = post {
            let number = if let Counting::Alone { number, .. } = counting { number } else { None };
            let asking = Asking {
                session: self.caller.session,
                headers: self.headers,
                address: self.address,
                number: number.or(self.number),
                once: self.once.clone(),
            };
            return Box::pin(init::start(app, *init, asking)).await;
        }
        let live = live.ok_or(Failure::NotStarted)?;
        refuse_long(app, &live, &post)?;
        let alone = if let Counting::Alone { number, .. } = &counting { Some(*number) } else { None };
        let numbering = match alone {
            Some(number) if resource.has_sequence() => PostNumbering::Numbered(number),
            _ => PostNumbering::Outside,
        };
        match post {
            Post::Init(_) => {}
            Post::MultiNoun(_) => return Err(BodyError::new("A MultiNoun cannot hold another one").into()),
            Post::ResyncState(_) => app.resynchronise_session(&live).await?,
            Post::Message(message) => self.write(&live, MessageKind::Text, None, message.text.into(), counting).await?,
            Post::CustomEvent(event) => {
                if let Some(image) = image::of(&event)? {
                    app.visitor_sends_image(&live, image, numbering, self.once_of(&counting)).await?;
                    return Ok(live);
                }
                self.write(&live, MessageKind::CustomEvent, Some(event.kind), event.data.into(), counting).await?;
            }
            Post::RichMessage(answer) => match choice(&answer) {
                nothing if nothing.is_empty() => {
                    self.counted(&live, alone).await?;
                }
                words => self.write(&live, MessageKind::Text, None, words, counting).await?,
            },
            Post::Typing | Post::NotTyping => {
                if !self.counted(&live, alone).await? {
                    app.visitor_types(&live, matches!(post, Post::Typing));
                }
            }
            Post::SneakPeek(draft) => {
                if !self.counted(&live, alone).await? {
                    app.visitor_drafts(&live, &draft.text)?;
                }
            }
            Post::End(end) => {
                // Ending twice changes nothing, so a repetition of a request that broke off before its end is carried out.
                self.counted(&live, alone).await?;
                end_chat(app, &live, &end).await?;
            }
            Post::IdleWarning(warning) => {
                let report = VisitorReport::IdleWarning { triggered: warning.event == IdleWarningEvent::Triggered };
                app.visitor_reports(&live, report, numbering, self.once_of(&counting)).await?;
            }
            Post::SensitiveData(triggered) => {
                let report = VisitorReport::TextMasked { rules: i64::try_from(triggered.rules.len()).unwrap_or(i64::MAX) };
                app.visitor_reports(&live, report, numbering, self.once_of(&counting)).await?;
            }
            Post::Breadcrumb(page) => {
                let report = VisitorReport::PageVisited(Text(page.location.into()));
                app.visitor_reports(&live, report, numbering, self.once_of(&counting)).await?;
            }
        }
        Ok(live)
    }

    /// Counts a request of its own; tells whether it was there before. A part is not counted.
    async fn counted(&self, live: &Live, alone: Option<Option<i64>>) -> Result<bool, Failure> {
        match alone {
            Some(number) => self.count(live, number).await,
            None => Ok(false),
        }
    }

    /// The key of a report, alone or as a part: the parts of a request are told apart by their places in it.
    fn once_of(&self, counting: &Counting) -> Option<Once> {
        match counting {
            Counting::Alone { .. } => self.once.clone(),
            Counting::Part { key } => key.as_ref().map(|key| Once::new(key, Vec::new())),
        }
    }

    async fn write(&self, live: &Live, kind: MessageKind, label: Option<String>, text: String, counting: Counting) -> Result<(), Failure> {
        let message = |number, key| PostMessage { kind, label, text: Text(text), file: None, key, post_number: number };
        match counting {
            Counting::Alone { number, key } => self.app.visitor_posts(live, message(number, key)).await?,
            Counting::Part { key } => self.app.visitor_posts_part(live, message(None, key)).await?,
        };
        Ok(())
    }
}

async fn end_chat(app: &App, live: &Live, end: &ChatEnd) -> Result<(), Failure> {
    let because = if end.is_idle_timeout() { EndedBecause::VisitorIdle } else { EndedBecause::Visitor };
    app.end_conversation(live.workspace, live.conversation, EndConversation { by: Author::Visitor, because }).await?;
    Ok(())
}
