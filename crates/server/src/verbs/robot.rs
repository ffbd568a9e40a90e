//! `switchboard robot`: an agent that is a program, over the native API. It takes whatever it is offered and says back what it hears, files too;
//! told "file", it asks for one; told "bye", it ends.
//!
//! It is a client like any other: what it does, a bot of one's own can do.

use std::{collections::HashMap, process::ExitCode, time::Duration};

use clap::Args;
use domain::{
    ids::{ConversationId, WorkspaceId},
    secret::Secret,
};
use engine::App;
use native::{
    agent::{PresenceStatus, SetPresence, SignIn},
    client::Upload,
    conversation::{AgentConversation, Author, ConversationState, File, What},
    visitor::EndConversation,
};
use tokio_util::sync::CancellationToken;

use super::refuse;

/// A robot's settings.
#[derive(Debug, Args)]
pub(super) struct RobotArgs {
    /// Where the server is
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    host: String,
    /// The workspace's name; may be left out where there is only one
    #[arg(long, value_name = "NAME")]
    workspace: Option<String>,
    /// The login of the agent that the robot is
    #[arg(long, value_name = "LOGIN")]
    login: String,
    /// A file whose first line is the password
    #[arg(long, value_name = "FILE")]
    password_file: std::path::PathBuf,
}

pub(super) fn run(args: RobotArgs) -> ExitCode {
    let password = match std::fs::read_to_string(&args.password_file) {
        Ok(text) => Secret(text.lines().next().unwrap_or_default().to_owned()),
        Err(error) => {
            eprintln!("switchboard: the password file {} cannot be read: {error}", args.password_file.display());
            return ExitCode::from(2);
        }
    };
    crate::logs::start(&crate::config::Config::default().logs);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&error),
    };
    runtime.block_on(async {
        let closing = CancellationToken::new();
        if let Err(error) = super::serve::end_on_signals(closing.clone()) {
            return refuse(&error);
        }
        let there = CancellationToken::new();
        let robot = Robot { url: args.host, workspace: args.workspace, login: args.login, password, stands_back: None, there, closing };
        match answer(robot).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("switchboard: the robot stopped: {error}");
                ExitCode::FAILURE
            }
        }
    })
}

/// A robot at work.
#[derive(Debug)]
pub(super) struct Robot {
    /// Where the server is.
    pub(super) url: String,
    /// The workspace's name.
    pub(super) workspace: Option<String>,
    /// Who the robot is.
    pub(super) login: String,
    /// Its password.
    pub(super) password: Secret,
    /// In the demonstration: it is away while a person in this workspace is online.
    pub(super) stands_back: Option<(App, WorkspaceId)>,
    /// Cancelled once it is signed in and has said whether it is online.
    pub(super) there: CancellationToken,
    /// Ends it.
    pub(super) closing: CancellationToken,
}

/// Signs in, is online, and answers until told to end. Lost connections are taken up again.
///
/// # Errors
/// What trying again cannot mend: the sign-in is refused, an answer is not understood.
pub(super) async fn answer(robot: Robot) -> Result<(), native::client::Error> {
    let ambient = crate::wiring::Ambient::default();
    let connection = native::client::Connection::new(&robot.url, ambient.ids.clone(), ambient.randomness.clone())?;
    let sign_in = SignIn { workspace: robot.workspace.clone(), login: robot.login.clone(), password: robot.password.clone(), totp: None };
    let (client, signed_in) = native::client::AgentClient::sign_in(connection, &sign_in).await?;
    let me = signed_in.me.id;
    let mut status = None;
    let mut watch = client.watch().await?;
    let mut said: HashMap<ConversationId, u64> = HashMap::new();
    let mut look = tokio::time::interval(Duration::from_secs(1));
    loop {
        let wanted = match &robot.stands_back {
            Some((app, workspace)) if somebody_else_is_online(app, *workspace, me).await => PresenceStatus::Away,
            _ => PresenceStatus::Online,
        };
        if status != Some(wanted) || watch.view().me.presence.status == PresenceStatus::Offline {
            client.set_presence(&SetPresence { status: wanted, note: None }).await?;
            status = Some(wanted);
        }
        robot.there.cancel();
        for offer in watch.view().offers.keys().copied().collect::<Vec<_>>() {
            // Somebody else may have it by now: the stream will say so.
            let _ = client.accept(offer).await;
        }
        for conversation in watch.view().conversations.values() {
            converse(&client, conversation, said.entry(conversation.id).or_default()).await;
        }
        said.retain(|id, _| watch.view().conversations.contains_key(id));
        tokio::select! {
            () = robot.closing.cancelled() => {
                let _ = client.sign_out().await;
                return Ok(());
            }
            _ = look.tick(), if robot.stands_back.is_some() => {}
            next = watch.next() => match next {
                Ok(_) => {}
                Err(error) => return Err(error),
            },
        }
    }
}

async fn somebody_else_is_online(app: &App, workspace: WorkspaceId, me: domain::ids::AgentId) -> bool {
    let Ok(mut snapshot) = app.store().snapshot().await else { return false };
    let Ok(directory) = app.directory(workspace) else { return false };
    let now = app.now();
    snapshot.presences(workspace).await.is_ok_and(|all| {
        all.iter().any(|presence| {
            presence.agent != me
                && presence.status == "online"
                && presence.lease_until > now
                && directory.allows(presence.agent, super::demo::ANSWERS)
        })
    })
}

/// Answers what was said since the robot last spoke. Every answer's key is made of what it answers, so that it is said once.
async fn converse(client: &native::client::AgentClient, conversation: &AgentConversation, said: &mut u64) {
    if conversation.state != ConversationState::Active {
        if conversation.state == ConversationState::Ended && conversation.after_work {
            let _ = client.finish(conversation.id).await;
        }
        return;
    }
    let since = *said;
    for entry in conversation.timeline.iter().filter(|entry| entry.sequence > since) {
        let mut sent_file = None;
        let answer = match &entry.what {
            What::Message { author: Author::Visitor, text } if text.reveal().trim().eq_ignore_ascii_case("bye") => {
                let _ = client
                    .with_key(format!("robot-bye-{}-{}", conversation.id, entry.sequence))
                    .send_message(conversation.id, "Goodbye.")
                    .await;
                let _ = client.end(conversation.id, &EndConversation::default()).await;
                *said = entry.sequence;
                return;
            }
            What::Message { author: Author::Visitor, text } if text.reveal().trim().eq_ignore_ascii_case("file") => {
                // Refused while a request is open: then there is nothing to ask for.
                let _ = client.with_key(format!("robot-ask-{}-{}", conversation.id, entry.sequence)).request_file(conversation.id).await;
                *said = entry.sequence;
                continue;
            }
            What::Message { author: Author::Visitor, text } => text.reveal().to_owned(),
            What::File { file } if file.author == Author::Visitor => {
                sent_file = Some(file);
                format!("I have your file {}.", file.name.reveal())
            }
            _ => continue,
        };
        let sent = client.with_key(format!("robot-{}-{}", conversation.id, entry.sequence)).send_message(conversation.id, answer).await;
        match sent {
            Ok(_) => {
                *said = entry.sequence;
                if let Some(file) = sent_file {
                    give_back(client, conversation.id, file).await;
                }
            }
            // The next look at the view tries again.
            Err(_) => return,
        }
    }
}

/// Sends a visitor's file back, as a message is said back. One that cannot be read or sent any more is let be.
async fn give_back(client: &native::client::AgentClient, conversation: ConversationId, file: &File) {
    let Ok(content) = client.file(conversation, file.id).await else { return };
    let upload = Upload { name: file.name.reveal().to_owned(), media_type: file.media_type.clone(), content, request: None };
    let _ = client.with_key(format!("robot-file-{}", file.id)).send_file(conversation, &upload).await;
}
