//! What a line of the visitor's means.

use std::path::PathBuf;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::sync::mpsc;

/// A line, understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Input {
    Message(String),
    End,
    File(PathBuf),
    Image(PathBuf),
    Event {
        kind: String,
        data: String,
    },
    Help,
    Nothing,
    /// What is wrong with the command.
    Wrong(String),
}

pub(super) const HELP: &[&str] = &[
    "/end               end the chat",
    "/file PATH         send a file, when the agent has asked for one",
    "/image PATH        send an image",
    "/event TYPE DATA   send an event to listeners on the agent's side",
    "/help              this list",
    "//…                a message that begins with /",
];

impl Input {
    pub(super) fn parse(line: &str) -> Self {
        let line = line.trim_end_matches(['\r', '\n']);
        if line.trim().is_empty() {
            return Self::Nothing;
        }
        if let Some(message) = line.strip_prefix("//") {
            return Self::Message(format!("/{message}"));
        }
        let Some(command) = line.strip_prefix('/') else { return Self::Message(line.to_owned()) };
        let (name, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let rest = rest.trim();
        match (name, rest) {
            ("end", "") => Self::End,
            ("help", _) => Self::Help,
            ("file" | "image", "") => Self::Wrong(format!("/{name} needs the path of a file")),
            ("file", path) => Self::File(path.into()),
            ("image", path) => Self::Image(path.into()),
            ("event", "") => Self::Wrong("/event needs a type, and may have data".to_owned()),
            ("event", rest) => {
                let (kind, data) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
                Self::Event { kind: kind.to_owned(), data: data.trim_start().to_owned() }
            }
            ("end", _) => Self::Wrong("/end takes nothing after it".to_owned()),
            _ => Self::Wrong(format!("there is no command /{name}; /help lists them, and // begins a message with /")),
        }
    }
}

/// The lines of `source` as they come, one ahead; the channel closes at its end. What is not UTF-8 is replaced.
pub(super) fn lines(source: impl AsyncRead + Send + Unpin + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut source = BufReader::new(source);
        let mut line = Vec::new();
        while let Ok(1..) = source.read_until(b'\n', &mut line).await {
            let text = String::from_utf8_lossy(&line).into_owned();
            line.clear();
            if sender.send(text).await.is_err() {
                return;
            }
        }
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_messages_and_commands() {
        assert_eq!(Input::parse("hello there\r\n"), Input::Message("hello there".into()));
        assert_eq!(Input::parse("  \n"), Input::Nothing);
        assert_eq!(Input::parse("//end"), Input::Message("/end".into()));
        assert_eq!(Input::parse("/end \n"), Input::End);
        assert_eq!(Input::parse("/file a b.txt"), Input::File("a b.txt".into()));
        assert_eq!(Input::parse("/image x.png"), Input::Image("x.png".into()));
        assert_eq!(Input::parse("/event order {\"id\": 1}"), Input::Event { kind: "order".into(), data: "{\"id\": 1}".into() });
        assert_eq!(Input::parse("/event ping"), Input::Event { kind: "ping".into(), data: String::new() });
        for wrong in ["/file", "/image ", "/event", "/end now", "/quit", "/"] {
            assert!(matches!(Input::parse(wrong), Input::Wrong(_)), "{wrong}");
        }
    }
}
