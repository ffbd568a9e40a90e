//! `switchboard chat`: a visitor in the terminal, against any Live Agent endpoint.
//!
//! Plain lines in and out: nothing is drawn, no colour carries a meaning, so that a screen reader, a pipe and a log can follow.

mod conversation;
mod input;
mod lines;
mod saved_file;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use liveagent::init::{ChasitorInit, CustomDetail};
use liveagent_client::{Chat, ChatOptions, Endpoint, Error, Events};
use tokio::sync::mpsc;

use self::conversation::Conversation;
use self::saved_file::SavedFile;
use super::refuse;

/// What `chat` leaves with; also printed by its help.
mod code {
    /// The chat took place and ended, or was left to be resumed.
    pub(super) const FINE: u8 = 0;
    /// Something was not delivered, or the terminal or the session's file failed.
    pub(super) const UNDELIVERED: u8 = 1;
    /// A flag or a file cannot be used.
    pub(super) const USAGE: u8 = 2;
    /// The endpoint cannot be reached, or refuses.
    pub(super) const ENDPOINT: u8 = 3;
    /// The chat request failed: nobody is there, or the visitor is blocked.
    pub(super) const NO_CHAT: u8 = 4;
    /// The session expired before its end.
    pub(super) const EXPIRED: u8 = 5;
}

/// The four values, who the visitor is, and how the terminal behaves.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct ChatArgs {
    /// The endpoint: https://host, https://host/chat or https://host/chat/rest/
    #[arg(long, value_name = "URL", required_unless_present = "resume")]
    host: Option<String>,
    /// Organisation id (00D…)
    #[arg(long, value_name = "ID", required_unless_present = "resume")]
    org: Option<String>,
    /// Deployment id (572…)
    #[arg(long, value_name = "ID", required_unless_present = "resume")]
    deployment: Option<String>,
    /// Button id (573…)
    #[arg(long, value_name = "ID", required_unless_present_any = ["resume", "agent"])]
    button: Option<String>,
    /// Ask for this agent (005…) instead of the button's next one
    #[arg(long, value_name = "ID")]
    agent: Option<String>,
    /// When that agent cannot, go to the button
    #[arg(long, requires = "agent", requires = "button")]
    fallback: bool,
    /// Your name
    #[arg(long, default_value = "Visitor")]
    name: String,
    /// A pre-chat value that the agent sees; may be given several times
    #[arg(long, value_name = "LABEL=VALUE", value_parser = labelled)]
    detail: Vec<(String, String)>,
    /// A pre-chat value that the agent does not see; may be given several times
    #[arg(long, value_name = "LABEL=VALUE", value_parser = labelled)]
    hidden_detail: Vec<(String, String)>,
    /// Your language
    #[arg(long, default_value = "en-US", value_name = "TAG")]
    language: String,
    /// Protocol version to speak
    #[arg(long, default_value_t = 50, value_name = "NUMBER")]
    api_version: u16,
    /// PEM file with a certificate authority, or a self-signed certificate, to trust too
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// Keep the session in this file, readable by you only; when it holds one, carry that on
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// After the last line of piped input: end the chat after this long without an answer
    #[arg(long, default_value_t = 10, value_name = "SECONDS")]
    wait: u64,
}

/// The long help of the verb.
pub(super) const LONG_ABOUT: &str = "Chat as a visitor, in the terminal, with any Live Agent endpoint.\n\n\
    Each line is a message. /help lists the commands (/end, /file, /image, /event). Ctrl-C ends the chat, a second one at once; with --resume it leaves \
    the chat open and keeps the session in the file, for the same command to carry on.\n\n\
    When lines are piped in, they are sent once an agent is there. After the last one the chat ends a second after the latest answer, \
    or after --wait seconds without one.\n\n\
    It leaves with 0 when the chat took place, 1 when something was not delivered, 2 when a flag or file cannot be used, 3 when the \
    endpoint cannot be reached or refuses, 4 when the request failed (nobody is there), 5 when the session expired.";

fn labelled(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((label, value)) if !label.trim().is_empty() => Ok((label.trim().to_owned(), value.to_owned())),
        _ => Err("must be LABEL=VALUE".to_owned()),
    }
}

impl ChatArgs {
    fn request(&self) -> Option<ChasitorInit> {
        let detail = |shown: bool| {
            move |(label, value): &(String, String)| CustomDetail {
                display_to_agent: shown,
                ..CustomDetail::new(label.as_str(), value.as_str())
            }
        };
        Some(ChasitorInit {
            organization_id: self.org.clone()?,
            deployment_id: self.deployment.clone()?,
            button_id: self.button.clone(),
            agent_id: self.agent.clone(),
            do_fallback: self.fallback,
            user_agent: Some(concat!("switchboard-chat/", env!("CARGO_PKG_VERSION")).to_owned()),
            language: Some(self.language.clone()),
            visitor_name: Some(self.name.as_str().into()),
            prechat_details: self.detail.iter().map(detail(true)).chain(self.hidden_detail.iter().map(detail(false))).collect(),
            receive_queue_updates: true,
            is_post: Some(true),
            ..ChasitorInit::default()
        })
    }
}

/// Why there is no chat, and what the process leaves with.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("the file {file} cannot be used: {source}", file = .file.display())]
    File { file: PathBuf, source: std::io::Error },
    #[error("{file} holds no session; give --host, --org, --deployment and --button to begin a chat", file = .0.display())]
    NothingToResume(PathBuf),
    #[error("{}", chain(.0))]
    Client(#[from] Error),
}

impl Refusal {
    fn code(&self) -> u8 {
        match self {
            Self::Client(Error::Address { .. } | Error::Tls(_) | Error::OtherEndpoint { .. })
            | Self::File { .. }
            | Self::NothingToResume(_) => code::USAGE,
            Self::Client(_) => code::ENDPOINT,
        }
    }
}

/// An error with its causes, since "cannot be reached" alone helps nobody.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}

/// Runs the verb on the process's own terminal.
pub(super) fn run(args: &ChatArgs) -> ExitCode {
    use std::io::IsTerminal;
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&error),
    };
    let typed = std::io::stdin().is_terminal();
    let code = runtime.block_on(async {
        match begin(args).await {
            Ok((chat, events, file)) => {
                let mut conversation = Conversation::new(chat, events, std::io::stdout(), typed, args.wait);
                conversation.run(tokio::io::stdin(), interrupts(), file).await
            }
            Err(refusal) => {
                eprintln!("switchboard: {refusal}");
                refusal.code()
            }
        }
    });
    // A read of the terminal cannot be broken off; it must not hold the process up.
    runtime.shutdown_background();
    ExitCode::from(code)
}

/// Starts a chat, or carries the one in the file on.
async fn begin(args: &ChatArgs) -> Result<(Chat, Events, Option<SavedFile>), Refusal> {
    let file = args.resume.clone().map(SavedFile::new);
    let saved = match &file {
        Some(file) => file.read().map_err(|source| Refusal::File { file: file.path().to_owned(), source })?,
        None => None,
    };
    let host = match (&args.host, &saved) {
        (Some(host), _) => host.clone(),
        (None, Some(saved)) => saved.host.clone(),
        (None, None) => return Err(Refusal::NothingToResume(args.resume.clone().unwrap_or_default())),
    };
    let mut endpoint = Endpoint::builder(&host)?.api_version(args.api_version);
    if let Some(trust) = &args.trust {
        endpoint = endpoint.trust(std::fs::read(trust).map_err(|source| Refusal::File { file: trust.clone(), source })?);
    }
    let endpoint: Endpoint = endpoint.build()?;
    let mut options = ChatOptions::default();
    if let Some(file) = &file {
        let keeper = file.clone();
        options = options.persist(move |saved| keeper.write(saved));
    }
    let (chat, events) = match saved {
        Some(saved) => Chat::resume(&endpoint, saved, options)?,
        None => {
            let request = args.request().ok_or_else(|| Refusal::NothingToResume(args.resume.clone().unwrap_or_default()))?;
            Chat::start(&endpoint, request, options).await?
        }
    };
    Ok((chat, events, file))
}

/// One element for each SIGINT or SIGTERM.
fn interrupts() -> mpsc::Receiver<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (sender, receiver) = mpsc::channel(1);
    // Where signals cannot be taken, they end the process as they always did.
    if let (Ok(mut terminations), Ok(mut interruptions)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = terminations.recv() => {}
                    _ = interruptions.recv() => {}
                }
                if sender.send(()).await.is_err() {
                    return;
                }
            }
        });
    }
    receiver
}

#[cfg(test)]
mod tests;
