//! Temporary PostgreSQL clusters: a fresh database for every test, on servers that nobody has to set up or clean away.
//!
//! [`Cluster::durable`] and [`Cluster::fast`] are shared by all test processes of a user: the first starts the cluster, and a few seconds
//! after the last has ended, however it ended, a watchdog stops and removes it. [`Cluster::private`] is a test's own, to be killed.
//!
//! The address of a server in `SWITCHBOARD_TEST_POSTGRES` (`postgres://user:password@host:port/name`, a role that may create databases)
//! takes the place of the two shared clusters.

mod folder;
mod programs;
mod server;

use std::{
    ffi::OsString,
    fs::File,
    path::Path,
    process::{self, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use self::{folder::Folder, programs::Programs, server::Server};

/// Why there is no cluster. Says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server's programs are not on this machine.
    #[error("PostgreSQL 15 or newer was not found in /usr/lib/postgresql or on the PATH: run `cargo xtask test --only setup`")]
    NotInstalled,
    /// A program was started and failed; `said` is what it wrote.
    #[error("{program} failed: {said}")]
    Program {
        /// Its name.
        program: String,
        /// Its output or log.
        said: String,
    },
    /// A file or process could not be handled.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
}

impl Error {
    fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

/// A running PostgreSQL server.
#[derive(Debug)]
pub struct Cluster {
    programs: Programs,
    url: String,
    own: Option<Own>,
}

/// What a private cluster has to stop and remove. Dropped in this order: the server ends before its folder goes.
#[derive(Debug)]
struct Own {
    server: Server,
    folder: Folder,
    #[expect(dead_code, reason = "held, not read")]
    lock: File,
}

impl Cluster {
    /// The shared cluster that writes through to the disk (`fsync` on).
    ///
    /// # Panics
    /// If it cannot be had, with an [`Error`].
    pub fn durable() -> &'static Self {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        CLUSTER.get_or_init(|| Self::shared(true).unwrap_or_else(|e| panic!("{e}")))
    }

    /// The shared cluster for tests that are not about surviving a crash (`fsync` off).
    ///
    /// # Panics
    /// If it cannot be had, with an [`Error`].
    pub fn fast() -> &'static Self {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        CLUSTER.get_or_init(|| Self::shared(false).unwrap_or_else(|e| panic!("{e}")))
    }

    /// A durable cluster of the caller's own, to be killed and started again; stopped and removed when dropped.
    ///
    /// # Panics
    /// If it cannot be had, with an [`Error`].
    pub fn private() -> Self {
        Self::try_private().unwrap_or_else(|e| panic!("{e}"))
    }

    fn shared(durable: bool) -> Result<Self, Error> {
        let programs = Programs::find()?;
        if let Some(url) = std::env::var_os("SWITCHBOARD_TEST_POSTGRES").and_then(|url| OsString::into_string(url).ok()) {
            return Ok(Self { programs, url, own: None });
        }
        let url = folder::share(&programs, durable)?;
        Ok(Self { programs, url, own: None })
    }

    fn try_private() -> Result<Self, Error> {
        let programs = Programs::find()?;
        let (folder, lock) = folder::private(&programs)?;
        let server = Server::create(&programs, folder.path(), true)?;
        Ok(Self { programs, url: server.url().to_owned(), own: Some(Own { server, folder, lock }) })
    }

    /// The address of the cluster's own database `postgres`, as a superuser.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where its data and its log lie; none for a shared cluster, whose files are nobody's business.
    pub fn folder(&self) -> Option<&Path> {
        self.own.as_ref().map(|own| own.folder.path())
    }

    /// A fresh, empty database, dropped with the value that is returned. Takes some tens of milliseconds, and blocks.
    ///
    /// # Panics
    /// If PostgreSQL does not create it.
    pub fn database(&self) -> Database {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        loop {
            let name = format!("test_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
            match self.programs.execute(&self.url, &format!("CREATE DATABASE {name}")) {
                Ok(()) => {
                    let url = with_database(&self.url, &name);
                    return Database { url, name, maintenance: self.url.clone(), programs: self.programs.clone() };
                }
                // A process of an earlier hour had our number, and was killed before it dropped its databases.
                Err(Error::Program { said, .. }) if said.contains("already exists") => {}
                Err(e) => panic!("{e}"),
            }
        }
    }

    /// Ends every process of the cluster as a power cut would: SIGKILL, nothing is written any more. Does nothing if it does not run.
    ///
    /// # Panics
    /// If the cluster is a shared one.
    pub fn kill(&mut self) {
        self.own().kill();
    }

    /// Starts it again, on the same files, port and addresses; returns when it answers. Does nothing if it runs.
    ///
    /// # Panics
    /// If the cluster is a shared one, or does not start; with the end of its log.
    pub fn start(&mut self) {
        self.own().start().unwrap_or_else(|e| panic!("{e}"));
    }

    /// Stops it in order (SIGINT: connections are ended, everything is written). Does nothing if it does not run.
    ///
    /// # Panics
    /// If the cluster is a shared one.
    pub fn stop(&mut self) {
        self.own().stop();
    }

    fn own(&mut self) -> &mut Server {
        &mut self.own.as_mut().expect("shared clusters are handed out by shared reference only").server
    }
}

/// A database of one test. Dropped, with what is in it and whoever is connected, when this value is.
#[derive(Debug)]
#[must_use = "the database is dropped with this value"]
pub struct Database {
    url: String,
    name: String,
    maintenance: String,
    programs: Programs,
}

impl Database {
    /// Its address: `postgres://…/name`.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Not waited for: it outlives this process if it must, and a cluster that is gone needs no drop.
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = self.programs.psql(&self.maintenance, &statement).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    }
}

/// The same address with another database.
fn with_database(url: &str, name: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, None), |(address, query)| (address, Some(query)));
    let authority = address.find("://").map_or(0, |at| at + 3);
    let end = address[authority..].find('/').map_or(address.len(), |at| authority + at);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{name}{query}", &address[..end])
}

#[cfg(test)]
mod tests;
