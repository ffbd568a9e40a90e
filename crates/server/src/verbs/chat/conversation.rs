//! One chat in the terminal, from its first event to its last.

use std::future::Future;
use std::io::Write;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use liveagent::ServerMessage;
use liveagent_client::{Chat, Ending, Error, Event, Events};
use tokio::io::AsyncRead;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::code;
use super::input::{HELP, Input, lines};
use super::lines::{indented, line};
use super::saved_file::SavedFile;

/// After the last piped line: the silence after an answer that ends the chat.
const SETTLED: Duration = Duration::from_secs(1);

/// How long the end of a chat, and all that was written before, may take to be acknowledged.
const LAST_WORD: Duration = Duration::from_secs(60);

type Delivery = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

pub(super) struct Conversation<W> {
    chat: Chat,
    events: Events,
    output: W,
    /// Whether a person types; otherwise lines are piped in.
    typed: bool,
    wait: Duration,
    settled: Duration,
    deliveries: FuturesUnordered<Delivery>,
    undelivered: bool,
    /// Whether the agent's typing was told already.
    typing: bool,
    established: bool,
    /// Whether the input is at its end.
    finished: bool,
    /// Whether an agent said something after our last line.
    answered: bool,
    /// When something last happened.
    last: Instant,
    /// Since when the chat is being ended from here.
    leaving: Option<Instant>,
}

impl<W: Write> Conversation<W> {
    pub(super) fn new(chat: Chat, events: Events, output: W, typed: bool, wait: u64) -> Self {
        let established = chat.save().established;
        Self {
            chat,
            events,
            output,
            typed,
            wait: Duration::from_secs(wait),
            settled: SETTLED,
            deliveries: FuturesUnordered::new(),
            undelivered: false,
            typing: false,
            established,
            finished: false,
            answered: false,
            last: Instant::now(),
            leaving: None,
        }
    }

    #[cfg(test)]
    pub(super) fn settling(mut self, settled: Duration) -> Self {
        self.settled = settled;
        self
    }

    /// Runs the chat to its end and gives what the process leaves with.
    pub(super) async fn run(
        &mut self,
        input: impl AsyncRead + Send + Unpin + 'static,
        interrupts: mpsc::Receiver<()>,
        file: Option<SavedFile>,
    ) -> u8 {
        match self.talk(input, interrupts, file.as_ref()).await {
            Ok(code) => code,
            // The reader of our output is gone: there is nobody to tell.
            Err(_) => {
                self.leave();
                let _ = tokio::time::timeout(LAST_WORD, self.chat.flush()).await;
                code::UNDELIVERED
            }
        }
    }

    async fn talk(
        &mut self,
        input: impl AsyncRead + Send + Unpin + 'static,
        mut interrupts: mpsc::Receiver<()>,
        file: Option<&SavedFile>,
    ) -> std::io::Result<u8> {
        self.say("* Connected. /help lists the commands.")?;
        let mut source = Some(input);
        let mut typed = None;
        loop {
            // Piped lines wait for an agent: not every endpoint takes them earlier (liveagent.md 2.3).
            if typed.is_none() && (self.typed || self.established) {
                typed = source.take().map(lines);
            }
            if let Some(error) = file.and_then(SavedFile::failure) {
                self.undelivered = true;
                self.say(&format!("! The session cannot be kept in its file: {error}."))?;
            }
            let end = self.end_of_silence();
            tokio::select! {
                biased;
                event = self.events.next() => match event {
                    Some(Event::Ended(ending)) => {
                        self.outstanding().await?;
                        if let Some(file) = file {
                            file.remove();
                        }
                        return self.ended(&ending);
                    }
                    Some(event) => self.heard(event)?,
                    None => return Ok(code::UNDELIVERED),
                },
                Some(outcome) = self.deliveries.next(), if !self.deliveries.is_empty() => self.delivered(outcome)?,
                Some(()) = interrupts.recv() => {
                    if self.leaving.is_some() {
                        // The second time: without the endpoint's last word.
                        return Ok(code::UNDELIVERED);
                    }
                    if let Some(file) = file {
                        let saved = self.chat.pause().await;
                        file.write(&saved);
                        self.say(&format!("* Left open. Carry on with --resume {}.", file.path().display()))?;
                        return Ok(if file.failure().is_some() { code::UNDELIVERED } else { code::FINE });
                    }
                    self.leave();
                }
                line = next_line(&mut typed), if !self.finished && self.leaving.is_none() => match line {
                    Some(line) => self.typed_line(Input::parse(&line)).await?,
                    None => {
                        self.finished = true;
                        self.last = Instant::now();
                        if self.typed {
                            self.leave();
                        }
                    }
                },
                () = silence(end), if self.leaving.is_some() => {
                    self.say("! The endpoint did not acknowledge the end of the chat.")?;
                    return Ok(code::ENDPOINT);
                }
                () = silence(end) => self.leave(),
            }
        }
    }

    /// When the chat ends by itself: after the last piped line, once nothing more comes.
    fn end_of_silence(&self) -> Option<Instant> {
        if let Some(since) = self.leaving {
            return Some(since + LAST_WORD);
        }
        let waiting = !self.finished || !self.established || self.typing || !self.deliveries.is_empty();
        (!waiting).then(|| self.last + if self.answered { self.settled.min(self.wait) } else { self.wait })
    }

    fn leave(&mut self) {
        if self.leaving.is_none() {
            self.leaving = Some(Instant::now());
            self.deliveries.push(Box::pin(self.chat.end("client")));
        }
    }

    async fn typed_line(&mut self, input: Input) -> std::io::Result<()> {
        match input {
            Input::Message(text) => {
                if !self.typed {
                    self.say(&format!("You: {}", indented(&text)))?;
                }
                self.answered = false;
                self.deliveries.push(Box::pin(self.chat.message(text)));
            }
            Input::Event { kind, data } => self.deliveries.push(Box::pin(self.chat.custom_event(kind, data))),
            Input::End => self.leave(),
            Input::Help => {
                for line in HELP {
                    self.say(line)?;
                }
            }
            Input::File(path) => self.send_file(&path, false).await?,
            Input::Image(path) => self.send_file(&path, true).await?,
            Input::Wrong(why) => {
                self.undelivered |= !self.typed;
                self.say(&format!("! {why}."))?;
            }
            Input::Nothing => {}
        }
        self.last = Instant::now();
        Ok(())
    }

    async fn send_file(&mut self, path: &Path, image: bool) -> std::io::Result<()> {
        let bytes = match tokio::fs::read(path).await {
            Ok(bytes) => bytes,
            Err(error) => {
                self.undelivered = true;
                return self.say(&format!("! {} cannot be read: {error}.", path.display()));
            }
        };
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let mime = match infer::get(&bytes) {
            Some(found) => found.mime_type(),
            None if std::str::from_utf8(&bytes).is_ok() => "text/plain",
            None => "application/octet-stream",
        };
        if image && !mime.starts_with("image/") {
            self.undelivered = true;
            return self.say(&format!("! {} is no image.", path.display()));
        }
        let sent: Result<Delivery, Error> = if image {
            self.chat.send_image(&name, mime, bytes).map(|sent| Box::pin(sent.done()) as Delivery)
        } else {
            self.chat.send_file(&name, mime, bytes).map(|sent| Box::pin(sent) as Delivery)
        };
        match sent {
            Ok(delivery) => {
                self.deliveries.push(delivery);
                self.say(&format!("* Sending {}.", super::lines::clean(&name)))
            }
            Err(error) => self.delivered(Err(error)),
        }
    }

    fn heard(&mut self, event: Event) -> std::io::Result<()> {
        self.last = Instant::now();
        let message = match event {
            Event::Server { message, .. } => message,
            Event::ConnectionLost => return self.say("* The connection is lost. What you write is sent when it is back."),
            Event::ConnectionRestored => return self.say("* The connection is back."),
            Event::Unreadable => return self.say("* The endpoint said something unreadable."),
            _ => return Ok(()),
        };
        match &message {
            ServerMessage::AgentTyping(_) if std::mem::replace(&mut self.typing, true) => return Ok(()),
            ServerMessage::AgentNotTyping(_) => self.typing = false,
            ServerMessage::ChatMessage(_) => {
                self.typing = false;
                self.answered = true;
            }
            ServerMessage::ChatEstablished(_) | ServerMessage::ChatTransferred(_) => {
                self.typing = false;
                self.established = true;
            }
            _ => {}
        }
        line(&message).map_or(Ok(()), |line| self.say(&line))
    }

    fn delivered(&mut self, outcome: Result<(), Error>) -> std::io::Result<()> {
        self.last = Instant::now();
        match outcome {
            Ok(()) => Ok(()),
            Err(error) => {
                self.undelivered = true;
                self.say(&format!("! Not delivered: {}.", super::lines::clean(&super::chain(&error))))
            }
        }
    }

    /// At the end every delivery has its verdict; an upload under way is waited for.
    async fn outstanding(&mut self) -> std::io::Result<()> {
        while let Some(outcome) = self.deliveries.next().await {
            // Our own end is answered by the end itself.
            if !(self.leaving.is_some() && matches!(outcome, Err(Error::SessionOver)) && self.deliveries.is_empty()) {
                self.delivered(outcome)?;
            }
        }
        Ok(())
    }

    fn ended(&mut self, ending: &Ending) -> std::io::Result<u8> {
        self.say(&format!("* {}.", super::lines::clean(&capitalised(&ending.to_string()))))?;
        Ok(match ending {
            Ending::RequestFailed { .. } => code::NO_CHAT,
            Ending::Expired => code::EXPIRED,
            Ending::Refused { .. } => code::ENDPOINT,
            _ if self.undelivered => code::UNDELIVERED,
            _ => code::FINE,
        })
    }

    fn say(&mut self, line: &str) -> std::io::Result<()> {
        writeln!(self.output, "{line}")?;
        self.output.flush()
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}

async fn next_line(lines: &mut Option<mpsc::Receiver<String>>) -> Option<String> {
    match lines {
        Some(lines) => lines.recv().await,
        None => std::future::pending().await,
    }
}

async fn silence(end: Option<Instant>) {
    match end {
        Some(end) => tokio::time::sleep_until(end).await,
        None => std::future::pending().await,
    }
}
