//! Messages that visitors leave when nobody is there, and what agents make of them.

use std::{net::IpAddr, sync::Arc};

use domain::{
    detail::{self, Detail},
    ids::{AgentId, ButtonId, DeploymentId, OfflineMessageId, VisitorId, WorkspaceId},
    permission::Permission,
    rules::AuthorKind,
    secret::Text,
    text_limits::{self, NAME_CHARACTERS, TECHNICAL_CHARACTERS},
};
use futures_util::FutureExt as _;
use serde_json::json;
pub use store::{AssignedTo, OfflineFilter, OfflineMessage};

use crate::{
    App, Directory, Error, ErrorKind, Result, SignedInAgent, admin::WorkspaceSettings, audit, conversation::masked, visitor::Once,
};

/// The longest e-mail address, in characters.
const EMAIL_CHARACTERS: usize = 254;
/// The longest telephone number, in characters.
const PHONE_CHARACTERS: usize = 64;
/// The most messages of a page.
const PAGE: usize = 500;

/// What a visitor leaves.
#[derive(Clone, Debug, Default)]
pub struct NewOfflineMessage {
    /// Through which entry point, if one is known.
    pub button: Option<ButtonId>,
    /// The visitor's name; empty for none.
    pub name: Text,
    /// Where an answer is to go; empty for nowhere.
    pub email: Text,
    /// A telephone number; empty for none.
    pub phone: Text,
    /// The words.
    pub text: Text,
    /// The page that the visitor is on; empty if it is not known.
    pub page: String,
    /// Its title.
    pub page_title: String,
    /// Labelled values, hidden ones too.
    pub details: Vec<Detail>,
    /// Where the request came from.
    pub address: Option<IpAddr>,
}

/// What an agent makes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfflineUpdate {
    /// Who sees to it.
    pub assigned_to: Option<AgentId>,
    /// Nothing more is to be done.
    pub done: bool,
}

/// A page of messages.
#[derive(Clone, Debug)]
pub struct OfflinePage {
    /// The newest first.
    pub items: Vec<OfflineMessage>,
    /// There are more after the last.
    pub more: bool,
}

/// Whether a button has the form, or, without a button, any of the deployment's has.
fn takes_messages(directory: &Directory, deployment: DeploymentId, button: Option<ButtonId>) -> bool {
    directory
        .buttons
        .iter()
        .filter(|(id, own)| {
            button.is_none_or(|asked| asked == **id) && (own.deployments.is_empty() || own.deployments.contains(&deployment))
        })
        .any(|(_, own)| own.offline_form.is_some())
}

/// Cleans and masks what was left, or says what is wrong with it.
fn cleaned(directory: &Directory, deployment: DeploymentId, new: NewOfflineMessage) -> Result<NewOfflineMessage> {
    let line = |text: &str, most| text_limits::shortened_line(text, most).unwrap_or_default();
    let masked = |text: &str| masked(directory, AuthorKind::Visitor, text_limits::storable(text)).0;
    let text = masked(new.text.reveal().trim());
    let most = directory.deployments.get(&deployment).map_or(0, |deployment| deployment.max_message_chars) as usize;
    match text.chars().count() {
        0 => return Err(Error::invalid("text", "it is empty")),
        got if got > most => return Err(Error::invalid("text", format!("it has {got} characters, at most {most} are allowed"))),
        _ => {}
    }
    let email = line(new.email.reveal(), EMAIL_CHARACTERS + 1);
    let is_email = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'));
    if !email.is_empty() && (!is_email || email.contains(' ') || email.chars().count() > EMAIL_CHARACTERS) {
        return Err(Error::invalid("email", "it must be an address such as ada@example.com"));
    }
    detail::check_details(&new.details).map_err(|problem| Error::invalid("details", problem.to_string()))?;
    let details = new.details.into_iter().map(|detail| Detail {
        label: text_limits::storable(&detail.label).into_owned(),
        value: Text(masked(detail.value.reveal())),
        ..detail
    });
    Ok(NewOfflineMessage {
        button: new.button,
        name: Text(line(&masked(new.name.reveal()), NAME_CHARACTERS)),
        email: Text(email),
        phone: Text(line(new.phone.reveal(), PHONE_CHARACTERS)),
        text: Text(text),
        page: line(&new.page, TECHNICAL_CHARACTERS),
        page_title: line(&new.page_title, NAME_CHARACTERS),
        details: details.collect(),
        address: new.address.map(|address| address.to_canonical()),
    })
}

/// The details of a message.
pub fn details_of(message: &OfflineMessage) -> Result<Vec<Detail>> {
    serde_json::from_value(message.details.clone()).map_err(Error::internal)
}

impl App {
    /// A visitor leaves a message; the same key again is the same message. Sensitive-data rules are applied before anything is stored.
    ///
    /// # Errors
    /// [`ErrorKind::Forbidden`] for a visitor who is blocked, [`ErrorKind::Conflict`] where no form is set up, [`ErrorKind::Invalid`] for what
    /// is empty, too long or no address.
    pub async fn leave_offline_message(
        &self,
        workspace: WorkspaceId,
        deployment: DeploymentId,
        new: NewOfflineMessage,
        once: Once,
    ) -> Result<OfflineMessageId> {
        let scope = self.scope(workspace)?;
        if new.address.is_some_and(|address| scope.directory.blocks(address.to_canonical())) {
            return Err(ErrorKind::Forbidden.into());
        }
        if !takes_messages(&scope.directory, deployment, new.button) {
            return Err(ErrorKind::Conflict("no messages can be left here").into());
        }
        let new = cleaned(&scope.directory, deployment, new)?;
        let message = OfflineMessage {
            id: self.id(),
            visitor: self.id::<VisitorId>(),
            deployment,
            button: new.button,
            name: new.name,
            email: new.email,
            phone: new.phone,
            text: new.text,
            page: Text(new.page),
            page_title: Text(new.page_title),
            details: serde_json::to_value(&new.details).map_err(Error::internal)?,
            at: scope.now,
            done: false,
            assigned_to: None,
            done_by: None,
            done_at: None,
        };
        let address = new.address.map(|address| address.to_string()).unwrap_or_default();
        let files = self.crm().is_some() && WorkspaceSettings::of(&scope.directory.workspace).records.offline_messages;
        let work = Arc::new((message, address, once, format!("offline message {deployment}")));
        let left = self
            .store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (message, address, once, keyed) = &*work;
                    if let Some(before) = once.before::<OfflineMessageId>(tx, workspace, keyed).await? {
                        return Ok(before);
                    }
                    tx.touch_visitor(workspace, message.visitor, &message.name, address, message.at).await?;
                    tx.insert_offline_message(workspace, message).await?;
                    if files {
                        tx.want_offline_record(workspace, message.id, message.at).await?;
                    }
                    once.keep(tx, workspace, keyed, &message.id, message.at).await?;
                    Ok(message.id)
                }
                .boxed()
            })
            .await?;
        self.records_wait();
        Ok(left)
    }

    /// A page of messages that were left, the newest first.
    pub async fn offline_messages(
        &self,
        who: &SignedInAgent,
        filter: &OfflineFilter,
        before: Option<OfflineMessageId>,
        limit: usize,
    ) -> Result<OfflinePage> {
        who.require(Permission::AnswerOfflineMessages)?;
        let limit = limit.clamp(1, PAGE);
        let mut items = self.store().snapshot().await?.offline_messages(who.workspace, filter, before, limit as u64 + 1).await?;
        let more = items.len() > limit;
        items.truncate(limit);
        Ok(OfflinePage { items, more })
    }

    /// A message that was left.
    pub async fn offline_message(&self, who: &SignedInAgent, id: OfflineMessageId) -> Result<OfflineMessage> {
        who.require(Permission::AnswerOfflineMessages)?;
        let found = self.store().snapshot().await?.offline_message(who.workspace, id).await?;
        found.ok_or_else(|| ErrorKind::NotFound("offline message").into())
    }

    /// Says who sees to a message and whether it is done. Audited.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when it is given to somebody who may not answer such messages.
    pub async fn update_offline_message(&self, who: &SignedInAgent, id: OfflineMessageId, update: OfflineUpdate) -> Result<OfflineMessage> {
        who.require(Permission::AnswerOfflineMessages)?;
        let scope = self.scope(who.workspace)?;
        let work = Arc::new((scope, who.actor(), who.agent));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, actor, agent) = &*work;
                    let workspace = scope.workspace();
                    let mut message = tx.offline_message(workspace, id).await?.ok_or(ErrorKind::NotFound("offline message"))?;
                    let mut told = Vec::new();
                    if message.assigned_to != update.assigned_to {
                        let may = |agent| scope.directory.allows(agent, Permission::AnswerOfflineMessages);
                        if update.assigned_to.is_some_and(|agent| !may(agent)) {
                            return Err(Error::invalid("assigned_to", "this is not the id of an agent who may answer offline messages"));
                        }
                        told.push(("offline_message.assigned", json!({ "from": message.assigned_to, "to": update.assigned_to })));
                        message.assigned_to = update.assigned_to;
                    }
                    if message.done != update.done {
                        let verb = if update.done { "offline_message.done" } else { "offline_message.reopened" };
                        told.push((verb, json!({})));
                        message.done = update.done;
                        (message.done_by, message.done_at) = if update.done { (Some(*agent), Some(scope.now)) } else { (None, None) };
                    }
                    tx.save_offline_message(workspace, &message).await?;
                    for (action, change) in told {
                        audit::write(tx, scope, *actor, action, id.to_string(), change).await?;
                    }
                    Ok(message)
                }
                .boxed()
            })
            .await
    }
}
