//! Files: asking for them, taking them in, giving them out.
//!
//! The bytes of a file go into a blob piece by piece, before anything is decided; one transaction then decides whether the file is part of the
//! conversation. What is refused leaves a blob that nobody cites, and goes by itself. Nothing here holds more of a file than one chunk.

mod image;
mod kind;
mod link;
mod read;
mod request;
mod send;
mod upload;

use std::time::Duration;

use domain::{ids::DeploymentId, secret::Text, text_limits};

use crate::{
    Directory,
    admin::WorkspaceSettings,
    definition::{Deployment, FileRules},
};

pub use self::{
    image::SendImage,
    link::{FileLink, Linked},
    read::FileContent,
    request::RequestedFile,
    send::{NewFile, SentFile},
    upload::{Content, Sender, Upload},
};
pub(crate) use self::{
    request::{REQUEST_TIMER, close_request, request_over},
    upload::Uploads,
};

/// What a file is called when its sender gave it no name.
const NAMELESS: &str = "file";

/// What an operator sets for the whole server. A deployment or a workspace may be stricter, never laxer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceilings {
    /// The largest file, in bytes.
    pub max_bytes: u64,
    /// All files of one conversation, in bytes.
    pub per_conversation_bytes: u64,
    /// All files of one workspace, in bytes.
    pub per_workspace_bytes: u64,
    /// Media types, judged by content; `image/*` covers all of a kind.
    pub types: Vec<String>,
    /// How long a link works.
    pub link: Duration,
}

impl Default for Ceilings {
    fn default() -> Self {
        let types = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/heic", "application/pdf", "text/plain"]
            .map(str::to_owned)
            .to_vec();
        Self {
            max_bytes: 25 << 20,
            per_conversation_bytes: 100 << 20,
            per_workspace_bytes: 10 << 30,
            types,
            link: Duration::from_secs(86_400),
        }
    }
}

impl Ceilings {
    /// What may be sent where conversations came in at this deployment.
    pub fn within(&self, directory: &Directory, deployment: DeploymentId) -> Limits {
        let rules = directory.deployments.get(&deployment).map_or_else(FileRules::default, |known: &Deployment| known.files.clone());
        let quota = WorkspaceSettings::of(&directory.workspace).file_quota_bytes.unwrap_or(u64::MAX);
        Limits {
            max_bytes: self.max_bytes.min(rules.max_bytes),
            per_conversation_bytes: self.per_conversation_bytes,
            per_workspace_bytes: self.per_workspace_bytes.min(quota),
            unasked: rules.unasked,
            link: self.link.min(Duration::from_secs(rules.link_seconds.into())),
            types: [self.types.clone(), rules.media_types],
        }
    }
}

/// What may be sent in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest file, in bytes.
    pub max_bytes: u64,
    /// All files of the conversation, in bytes.
    pub per_conversation_bytes: u64,
    /// All files of the workspace, in bytes.
    pub per_workspace_bytes: u64,
    /// Visitors may send files that no agent asked for.
    pub unasked: bool,
    /// How long a link works.
    pub link: Duration,
    types: [Vec<String>; 2],
}

impl Limits {
    /// Whether files of this type may be sent: the operator and the deployment both say so.
    pub fn allow(&self, mime: &str) -> bool {
        self.types.iter().all(|types| types.iter().any(|pattern| covers(pattern, mime)))
    }

    /// Whether any file at all may be sent.
    pub fn allow_any(&self) -> bool {
        self.types.iter().all(|types| !types.is_empty())
    }

    /// The room that is left for one more file, in bytes, where so many are stored.
    fn room(&self, of_conversation: i64, of_workspace: i64) -> u64 {
        let left = |most: u64, stored: i64| most.saturating_sub(u64::try_from(stored).unwrap_or(0));
        left(self.per_conversation_bytes, of_conversation).min(left(self.per_workspace_bytes, of_workspace))
    }
}

/// `image/*` covers every image, `*/*` everything.
fn covers(pattern: &str, mime: &str) -> bool {
    match pattern.split_once('/') {
        Some(("*", "*")) => true,
        Some((kind, "*")) => mime.split_once('/').is_some_and(|(of, _)| of.eq_ignore_ascii_case(kind)),
        _ => pattern.eq_ignore_ascii_case(mime),
    }
}

/// A file's name as it is stored: without folders and without what cannot be seen.
fn stored_name(given: &str) -> Text {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = text_limits::shortened_line(last, text_limits::NAME_CHARACTERS).filter(|name| !name.trim_matches('.').is_empty());
    Text(name.unwrap_or_else(|| NAMELESS.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(server: &[&str], deployment: &[&str]) -> Limits {
        let types = [server, deployment].map(|types| types.iter().map(|kind| (*kind).to_owned()).collect());
        let all = Ceilings::default();
        let (max_bytes, per_conversation_bytes, per_workspace_bytes) = (all.max_bytes, all.per_conversation_bytes, all.per_workspace_bytes);
        Limits { max_bytes, per_conversation_bytes, per_workspace_bytes, unasked: false, link: all.link, types }
    }

    #[test]
    fn a_type_is_allowed_where_operator_and_deployment_both_allow_it() {
        let both = limits(&["image/png", "text/plain"], &["image/*"]);
        assert!(both.allow("image/png"));
        assert!(!both.allow("image/jpeg"), "not by the operator");
        assert!(!both.allow("text/plain"), "not by the deployment");
        assert!(limits(&["IMAGE/*"], &["*/*"]).allow("image/gif"));
        assert!(!limits(&["image/*"], &["image/*"]).allow("imagery/png"));
        assert!(!limits(&["image/*"], &[]).allow_any());
    }

    #[test]
    fn the_room_is_what_conversation_and_workspace_leave() {
        let limits = Limits { per_conversation_bytes: 100, per_workspace_bytes: 1_000, ..limits(&[], &[]) };
        assert_eq!(limits.room(30, 100), 70);
        assert_eq!(limits.room(0, 990), 10);
        assert_eq!(limits.room(101, 0), 0, "a limit may be lowered below what is stored");
    }

    #[test]
    fn names_lose_folders_and_what_cannot_be_seen() {
        for (given, stored) in [
            ("C:\\Users\\ana\\photo 1.png", "photo 1.png"),
            ("../../etc/passwd", "passwd"),
            ("a\u{202e}gnp.exe\r\n", "agnp.exe"),
            ("..", "file"),
            ("dir/", "file"),
            ("", "file"),
        ] {
            assert_eq!(stored_name(given).reveal(), stored, "{given:?}");
        }
        assert_eq!(stored_name(&"é".repeat(1_000)).reveal().chars().count(), 255);
    }
}
