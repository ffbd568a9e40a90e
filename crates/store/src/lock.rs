//! One server a data folder: a lock that the operating system gives back when the process ends, however it ends.

use std::{
    fs::{File, TryLockError},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use crate::error::{Error, Result};

/// The lock of a data folder; held until released, or the last copy is dropped.
#[derive(Clone, Debug, Default)]
pub(crate) struct FolderLock(Arc<Mutex<Option<Held>>>);

#[derive(Debug)]
struct Held(File);

impl Drop for Held {
    fn drop(&mut self) {
        // Closing is not enough: a child that this process has forked, and that has not yet begun its own program, has the file open too.
        let _ = self.0.unlock();
    }
}

impl FolderLock {
    /// Takes the lock of the folder that holds this database file.
    pub(crate) fn take(database: &Path) -> Result<Self> {
        let path = database.with_file_name("switchboard.lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| Error::Refused(format!("the data folder cannot be written: {}: {error}", path.display())))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(Arc::new(Mutex::new(Some(Held(file)))))),
            Err(TryLockError::WouldBlock) => Err(Error::Refused(format!(
                "another process uses the data folder {}: stop it, or choose another folder with --data",
                path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).display()
            ))),
            Err(TryLockError::Error(error)) => {
                Err(Error::Refused(format!("the data folder cannot be locked: {}: {error}", path.display())))
            }
        }
    }

    /// Gives the lock back.
    pub(crate) fn release(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
