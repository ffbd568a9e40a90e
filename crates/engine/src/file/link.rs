//! Links to files, for those who have no token: signed, and good for a while.
//!
//! A link is made of what it names and when it ends, so nothing is stored of it, and the same is made again for an event that is told again.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{
    ids::{ConversationId, DeploymentId, FileId, WorkspaceId},
    secret::Secret,
    time::Timestamp,
};
use store::File;
use uuid::Uuid;

use super::FileContent;
use crate::{App, ErrorKind, Keys, Purpose, Result};

/// Bytes of the code: 160 bits.
const CODE: usize = 20;
/// Workspace, file, end, code.
const BYTES: usize = 16 + 16 + 8 + CODE;

/// A link to a file.
#[derive(Clone, Debug)]
pub struct FileLink {
    /// The absolute address. Whoever has it can read the file.
    pub url: Secret,
    /// Until when.
    pub expires_at: Timestamp,
}

/// What a link leads to.
#[derive(Debug)]
pub enum Linked {
    /// The file.
    File(Box<FileContent>),
    /// Nothing any more: its time is up.
    Expired,
    /// Nothing any more: the file was erased.
    Erased,
}

fn code(keys: &Keys, named: &[u8]) -> [u8; 32] {
    keys.sign(Purpose::FileLink, &[named])
}

/// The part of a link that names the file.
fn name(keys: &Keys, workspace: WorkspaceId, file: FileId, expires_at: Timestamp) -> String {
    let mut bytes = Vec::with_capacity(BYTES);
    bytes.extend_from_slice(Uuid::from(workspace).as_bytes());
    bytes.extend_from_slice(Uuid::from(file).as_bytes());
    bytes.extend_from_slice(&expires_at.as_millis().to_be_bytes());
    let code = code(keys, &bytes);
    bytes.extend_from_slice(&code[..CODE]);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// What a genuine name says; none for any other text.
fn read(keys: &Keys, name: &str) -> Option<(WorkspaceId, FileId, Timestamp)> {
    let bytes: [u8; BYTES] = BASE64_URL_SAFE_NO_PAD.decode(name).ok()?.try_into().ok()?;
    let (named, given) = bytes.split_at(BYTES - CODE);
    if !keys.verify(Purpose::FileLink, &[named], given) {
        return None;
    }
    let (workspace, rest) = named.split_first_chunk::<16>()?;
    let (file, millis) = rest.split_first_chunk::<16>()?;
    let millis = i64::from_be_bytes(millis.try_into().ok()?);
    Some((WorkspaceId(Uuid::from_bytes(*workspace)), FileId(Uuid::from_bytes(*file)), Timestamp::from_millis(millis)))
}

impl App {
    fn link(&self, workspace: WorkspaceId, file: FileId, since: Timestamp, life: Duration) -> FileLink {
        let expires_at = Timestamp::from_millis((since + life).as_millis());
        let name = name(self.keys(), workspace, file, expires_at);
        FileLink { url: Secret(format!("{}/files/{name}", self.settings().public_url.trim_end_matches('/'))), expires_at }
    }

    /// A link to a file of a conversation, from now on; the caller has checked who asks.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if it is none of the conversation's, or was erased.
    pub async fn file_link(&self, workspace: WorkspaceId, conversation: ConversationId, id: FileId) -> Result<FileLink> {
        let file = self.store().file(workspace, id).await?.filter(|file| file.conversation == conversation && file.blob.is_some());
        let file = file.ok_or(ErrorKind::NotFound("file"))?;
        let entrance = self.entrance_of(workspace, conversation).await?;
        let limits = self.settings().files.within(&*self.directory(workspace)?, entrance.deployment);
        Ok(self.link(workspace, file.id, self.now(), limits.link))
    }

    /// A file with the link under which a visitor is told of it: the same whenever it is told. None once it was erased.
    pub async fn told_file(&self, workspace: WorkspaceId, deployment: DeploymentId, id: FileId) -> Result<Option<(File, FileLink)>> {
        let Some(file) = self.store().file(workspace, id).await?.filter(|file| file.blob.is_some()) else { return Ok(None) };
        let limits = self.settings().files.within(&*self.directory(workspace)?, deployment);
        let link = self.link(workspace, file.id, file.at, limits.link);
        Ok(Some((file, link)))
    }

    /// What the name in a link leads to.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for a name that is none of ours.
    pub async fn linked_file(&self, name: &str) -> Result<Linked> {
        const NONE: ErrorKind = ErrorKind::NotFound("file");
        let (workspace, file, expires_at) = read(self.keys(), name).ok_or(NONE)?;
        if self.now() >= expires_at {
            return Ok(Linked::Expired);
        }
        // Removed with its conversation, or blanked: for whoever holds the link it is the same.
        let Some(file) = self.store().file(workspace, file).await? else { return Ok(Linked::Erased) };
        Ok(self.open(workspace, file).await?.map_or(Linked::Erased, |content| Linked::File(Box::new(content))))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_link_names_one_file_for_one_time_and_cannot_be_changed() {
        let keys = Keys::new([3; 32]);
        let (workspace, file) = (WorkspaceId(Uuid::from_u128(1)), FileId(Uuid::from_u128(2)));
        let ends = Timestamp::from_millis(1_790_000_000_123);
        let name = name(&keys, workspace, file, ends);
        assert_eq!(read(&keys, &name), Some((workspace, file, ends)));
        assert_eq!(read(&Keys::new([4; 32]), &name), None, "another server's");
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&name).unwrap();
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert_eq!(read(&keys, &BASE64_URL_SAFE_NO_PAD.encode(other)), None, "byte {at}");
        }
        assert_eq!(read(&keys, &BASE64_URL_SAFE_NO_PAD.encode(&bytes[..bytes.len() - 1])), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,100}") {
            prop_assert_eq!(read(&Keys::new([3; 32]), &text), None);
        }
    }
}
