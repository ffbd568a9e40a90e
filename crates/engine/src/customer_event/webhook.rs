//! Secrets by which the webhooks of somebody else's service are known to be theirs.
//!
//! A secret is a code over the source's key that it belongs to, so nothing of it is stored; a new key of the source brings a new one. After
//! the root key was rotated the one of before is good as long as its line is in the root key's file.

use std::fmt::Write as _;

use domain::{
    ids::{EventSourceId, WorkspaceId},
    secret::Secret,
};

use crate::{App, Purpose};

/// Bytes of a secret.
const BYTES: usize = 24;

impl App {
    /// The secrets of a source's key: the one to be given out, and those of before.
    pub fn event_webhook_secrets(&self, workspace: WorkspaceId, source: EventSourceId, write_key: &str) -> Vec<Secret> {
        let parts: [&[u8]; 3] = [workspace.0.as_bytes(), source.0.as_bytes(), write_key.as_bytes()];
        let text = |code: [u8; 32]| {
            code[..BYTES].iter().fold(String::with_capacity(2 * BYTES), |mut text, byte| {
                // Writing to a String cannot fail.
                let _ = write!(text, "{byte:02x}");
                text
            })
        };
        self.keys().codes(Purpose::EventWebhook, &parts).map(|code| Secret(text(code))).collect()
    }
}
