//! What the verbs share that work on what is stored and then end: which database, what they leave with, progress.

use std::{future::Future, path::PathBuf, process::ExitCode};

use clap::Args;
use store::{Location, Options, Progress};

use super::{ServerArgs, refuse};
use crate::{
    config::{Config, ConfigError},
    data_folder, logs, wiring,
};

/// Which database a verb works on. Give what the server is given; settings come from the same file and environment.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct StorageArgs {
    /// The server's data folder [default: ./switchboard-data]
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// The server's database: sqlite:PATH or postgres://… [default: SQLite in the data folder]
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// The server's file with settings [default: ./switchboard.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl StorageArgs {
    fn settings(self) -> Result<Config, ConfigError> {
        ServerArgs { data: self.data, database: self.database, config: self.config, ..ServerArgs::default() }.settings()
    }
}

/// Why the work was not done: a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub(super) enum Undone {
    /// The settings name nothing that can be worked on: 2.
    #[error("{0}")]
    Settings(String),
    /// The work failed or was refused: 1.
    #[error("{0}")]
    Work(String),
}

impl From<store::Error> for Undone {
    fn from(error: store::Error) -> Self {
        Self::Work(wiring::sentence(&error))
    }
}

impl From<engine::Error> for Undone {
    fn from(error: engine::Error) -> Self {
        Self::Work(wiring::sentence(&error))
    }
}

impl From<wiring::WiringError> for Undone {
    fn from(error: wiring::WiringError) -> Self {
        Self::Work(error.to_string())
    }
}

/// Reads the settings, does the work, and says in one sentence why it was not done.
pub(super) fn work<F: Future<Output = Result<ExitCode, Undone>>>(args: StorageArgs, work: impl FnOnce(Config) -> F) -> ExitCode {
    let mut config = match args.settings() {
        Ok(config) => config,
        Err(error) => return refuse(&error),
    };
    // What is printed is for a person; what is logged is not.
    if config.logs.filter == Config::default().logs.filter {
        "warn".clone_into(&mut config.logs.filter);
    }
    logs::start(&config.logs);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&error),
    };
    match runtime.block_on(work(config)) {
        Ok(code) => code,
        Err(error @ Undone::Settings(_)) => refuse(&error),
        Err(error @ Undone::Work(_)) => {
            eprintln!("switchboard: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Where the database is, which must be there: a look must not make an empty one.
pub(super) fn existing(config: &Config) -> Result<Options, Undone> {
    let options = options(config)?;
    match &options.location {
        Location::Sqlite(path) if !path.exists() => Err(Undone::Settings(format!(
            "there is no database at {}: name the server's folder with --data or its database with --database",
            path.display()
        ))),
        _ => Ok(options),
    }
}

/// Where the database is or will be. With SQLite its folder is made, for its owner only.
pub(super) fn existing_or_new(config: &Config) -> Result<Options, Undone> {
    let options = options(config)?;
    if let Location::Sqlite(path) = &options.location
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists())
    {
        data_folder::make(folder).map_err(|error| Undone::Settings(format!("cannot make the folder {}: {error}", folder.display())))?;
    }
    Ok(options)
}

fn options(config: &Config) -> Result<Options, Undone> {
    wiring::store_options(config).map_err(|error| Undone::Settings(wiring::sentence(&error)))
}

/// The database's place, as a person would name it; never a password.
pub(super) fn place(location: &Location) -> String {
    match location {
        Location::Sqlite(path) => format!("the database {}", path.display()),
        Location::Postgres(_) => "the PostgreSQL database".to_owned(),
    }
}

/// `1 row`, `2 rows`.
pub(super) fn counted(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// Says on standard error how far it is: each table that is done, and now and then within a long one.
pub(super) fn say_progress() -> impl FnMut(Progress) + Send {
    let mut said = 0;
    move |progress: Progress| {
        if progress.done {
            said = 0;
            if progress.rows > 0 {
                eprintln!("{}: {}", progress.table, counted(progress.rows, "row"));
            }
        } else if progress.rows >= said + 50_000 {
            said = progress.rows;
            eprintln!("{}: {} so far", progress.table, counted(progress.rows, "row"));
        }
    }
}
