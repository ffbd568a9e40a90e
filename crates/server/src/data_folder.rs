//! The data folder, and that one server at a time uses it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

/// Why the data folder cannot be used. `Display` is one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    /// Another process holds it.
    #[error("the data folder {} is in use by another server{process}: stop it, or give this one a folder of its own with --data", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
        /// ` (process N)`, if it is known.
        process: String,
    },
    /// The folder cannot be made or written.
    #[error("cannot use the data folder {}: {source}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}

/// The data folder, held for as long as this lives. The lock is the operating system's: it ends with the process, however that ends.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    lock: File,
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        // Closing is not enough: a child that this process has forked, and that has not yet begun its own program, has the file open too.
        let _ = self.lock.unlock();
    }
}

impl DataFolder {
    /// Makes the folder if there is none (for its owner only) and takes it.
    ///
    /// # Errors
    /// See [`DataFolderError`].
    pub fn open(path: &Path) -> Result<Self, DataFolderError> {
        let failed = |source| DataFolderError::Io { path: path.to_owned(), source };
        make(path).map_err(failed)?;
        let mut lock = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path.join("lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // The number only helps; a lock without one is held all the same.
                let _ = lock.read_to_string(&mut text);
                let process = text.trim().parse::<u32>().map_or_else(|_| String::new(), |id| format!(" (process {id})"));
                return Err(DataFolderError::InUse { path: path.to_owned(), process });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        lock.set_len(0).and_then(|()| lock.rewind()).and_then(|()| writeln!(lock, "{}", std::process::id())).map_err(failed)?;
        Ok(Self { path: path.to_owned(), lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes the folder if there is none, for its owner only: it holds what people wrote.
pub(crate) fn make(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_uses_it() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/b");
        let held = DataFolder::open(&path).unwrap();
        let refused = DataFolder::open(&path).unwrap_err().to_string().replace(&path.display().to_string(), "DIR");
        assert_eq!(
            refused,
            format!(
                "the data folder DIR is in use by another server (process {}): stop it, or give this one a folder of its own with --data",
                std::process::id()
            )
        );
        drop(held);
        assert_eq!(DataFolder::open(&path).unwrap().path(), path);
    }

    #[test]
    fn a_folder_that_cannot_be_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let refused = DataFolder::open(file.path()).unwrap_err();
        assert!(refused.to_string().starts_with("cannot use the data folder"), "{refused}");
    }
}
