//! The file that a session is kept in: replaced as a whole, readable by its owner only, gone when the chat is over.

use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use liveagent_client::SavedSession;

/// A file with at most one session.
#[derive(Clone, Debug)]
pub(super) struct SavedFile {
    path: PathBuf,
    /// The last failure to write; the chat goes on, its owner is told.
    failure: Arc<Mutex<Option<io::Error>>>,
}

impl SavedFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, failure: Arc::default() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The session in it; None when the file is missing or empty.
    pub(super) fn read(&self) -> io::Result<Option<SavedSession>> {
        match std::fs::read(&self.path) {
            Ok(bytes) if bytes.is_empty() => Ok(None),
            // serde's own text would repeat values from the file.
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|e| {
                io::Error::new(io::ErrorKind::InvalidData, format!("it holds no session (line {}, column {})", e.line(), e.column()))
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Replaces the session; a failure is kept for [`SavedFile::failure`].
    pub(super) fn write(&self, saved: &SavedSession) {
        if let Err(error) = self.replace(saved) {
            *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
    }

    fn replace(&self, saved: &SavedSession) -> io::Result<()> {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let fresh = self.path.with_file_name(name);
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        serde_json::to_writer(&mut file, saved)?;
        file.flush()?;
        file.sync_data()?;
        std::fs::rename(&fresh, &self.path)
    }

    /// The last failure to write, told once.
    pub(super) fn failure(&self) -> Option<io::Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Drops the session: its chat is over.
    pub(super) fn remove(&self) {
        // What cannot be removed holds a session that the endpoint no longer knows.
        let _ = std::fs::remove_file(&self.path);
    }
}
