//! Somebody who answers, over the native API.

use std::{collections::HashMap, sync::Arc};

use domain::{ids::ConversationId, secret::Secret};
use native::{
    agent::{PresenceStatus, SetPresence, SignIn},
    client::{AgentClient, Connection},
    conversation::{AgentConversation, Author, ConversationState, What},
};
use server::ambient::{FreshIds, SystemRandomness};
use tokio::{sync::watch, task::JoinHandle};

use crate::{PATIENCE, Site, site::LOGIN};

/// How an agent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Takes what comes and says nothing by itself.
    Silent,
    /// Says back what it hears.
    Echoing,
}

/// An agent at work: signed in, online, taking whatever is offered, until dropped. Lost connections are taken up again.
#[derive(Debug)]
pub struct Agent {
    /// To do things as the agent.
    pub client: AgentClient,
    conversations: watch::Receiver<Vec<AgentConversation>>,
    work: JoinHandle<()>,
}

impl Agent {
    /// Signs the site's agent in at the server of this address.
    ///
    /// # Panics
    /// If the sign-in is refused.
    pub async fn sign_in(site: &Site, url: &str, manner: Manner) -> Self {
        crate::crypto();
        let connection = Connection::new(url, Arc::new(FreshIds), Arc::new(SystemRandomness)).expect("an address");
        let client = client(site, connection).await;
        let (seen, conversations) = watch::channel(Vec::new());
        let online = SetPresence { status: PresenceStatus::Online, note: None };
        client.set_presence(&online).await.expect("an agent may be online");
        let work = tokio::spawn(work(client.clone(), manner, seen));
        Self { client, conversations, work }
    }

    /// The conversations that the agent sees.
    pub fn conversations(&self) -> Vec<AgentConversation> {
        self.conversations.borrow().clone()
    }

    /// Waits for the only active conversation.
    ///
    /// # Panics
    /// If there is none in time.
    pub async fn conversation(&self) -> ConversationId {
        testkit::wait_for_some("an active conversation", PATIENCE, async || {
            self.conversations().into_iter().find(|found| found.state == ConversationState::Active).map(|found| found.id)
        })
        .await
    }
}

/// Signs somebody of a demonstration in.
///
/// # Panics
/// If the sign-in is refused.
pub async fn sign_in(url: &str, login: &str, password: &str) -> AgentClient {
    crate::crypto();
    let connection = Connection::new(url, Arc::new(FreshIds), Arc::new(SystemRandomness)).expect("an address");
    let request = SignIn { workspace: None, login: login.to_owned(), password: Secret(password.to_owned()), totp: None };
    AgentClient::sign_in(connection, &request).await.expect("the sign-in is right").0
}

/// Signs the site's agent in, who does nothing by himself.
pub(crate) async fn client(site: &Site, connection: Connection) -> AgentClient {
    let (workspace, password) = site.sign_in();
    let request = SignIn { workspace: Some(workspace), login: LOGIN.to_owned(), password, totp: None };
    AgentClient::sign_in(connection, &request).await.expect("the sign-in is right").0
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.work.abort();
    }
}

/// Works for ever. What a lost server makes fail is tried again; what it refuses for good ends the work, and the test waits in vain.
async fn work(client: AgentClient, manner: Manner, seen: watch::Sender<Vec<AgentConversation>>) {
    let mut said: HashMap<ConversationId, u64> = HashMap::new();
    loop {
        let mut watch = match client.watch().await {
            Ok(watch) => watch,
            Err(error) if error.is_transient() => continue,
            Err(error) => return eprintln!("the agent stopped: {error}"),
        };
        let error = loop {
            let mut unsaid = false;
            if watch.view().me.presence.status == PresenceStatus::Offline {
                unsaid |= client.set_presence(&SetPresence { status: PresenceStatus::Online, note: None }).await.is_err();
            }
            for offer in watch.view().offers.keys().copied().collect::<Vec<_>>() {
                // It may have been withdrawn by now: the stream will say so.
                let _ = client.accept(offer).await;
            }
            seen.send_replace(watch.view().conversations.values().cloned().collect());
            if manner == Manner::Echoing {
                for conversation in watch.view().conversations.values() {
                    unsaid |= !echo(&client, conversation, said.entry(conversation.id).or_default()).await;
                }
            }
            if unsaid {
                // What was not acknowledged is said again, with its key; the client has waited between its attempts.
                continue;
            }
            if let Err(error) = watch.next().await {
                break error;
            }
        };
        if !error.is_transient() {
            return eprintln!("the agent stopped: {error}");
        }
    }
}

/// Says what was not said back yet. The key is made of what is answered, so that it is said once, however often it is sent.
async fn echo(client: &AgentClient, conversation: &AgentConversation, said: &mut u64) -> bool {
    if conversation.state != ConversationState::Active {
        return true;
    }
    let since = *said;
    for entry in conversation.timeline.iter().filter(|entry| entry.sequence > since) {
        let What::Message { author: Author::Visitor, text } = &entry.what else { continue };
        let key = format!("echo-{}-{}", conversation.id, entry.sequence);
        match client.with_key(key).send_message(conversation.id, text.reveal().to_owned()).await {
            Ok(_) => *said = entry.sequence,
            Err(error) if error.is_transient() => return false,
            // The conversation has ended meanwhile.
            Err(_) => return true,
        }
    }
    true
}
