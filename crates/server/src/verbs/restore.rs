//! `switchboard restore`: a backup into an empty database.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use domain::time::Clock as _;

use super::storage::{StorageArgs, Undone, counted, existing_or_new, place, say_progress, work};
use crate::{ambient::SystemClock, config::Config, wiring};

pub(super) const LONG_ABOUT: &str = "Bring a backup into an empty database: a new --data folder, or a new PostgreSQL database. Everything or \
    nothing is restored; checksums are compared.\n\n\
    Put the root key that belongs to it in its place before the server starts. Clients that were following notice that they must start \
    from a fresh snapshot.\n\n\
    It leaves with 0 when everything is restored, 1 when it is not (the database holds something, the file is damaged or of another version), \
    2 when the settings make no sense.";

/// What goes where.
#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// The file that `switchboard backup` wrote
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    #[command(flatten)]
    storage: StorageArgs,
}

pub(super) fn run(args: RestoreArgs) -> ExitCode {
    let RestoreArgs { from, storage } = args;
    work(storage, |config| Box::pin(restore(config, from)))
}

#[expect(clippy::print_stdout, reason = "what the operator asked for")]
async fn restore(config: Config, from: PathBuf) -> Result<ExitCode, Undone> {
    if !from.exists() {
        return Err(Undone::Work(format!("there is no file {}", from.display())));
    }
    let options = existing_or_new(&config)?;
    let summary = store::restore(&from, &options, SystemClock.now(), &mut say_progress()).await?;
    let rows = |table: &str| summary.rows.get(table).copied().unwrap_or_default();
    println!(
        "restored into {}: {}, {}, {}",
        place(&options.location),
        counted(rows("conversation"), "conversation"),
        counted(rows("message"), "message"),
        counted(rows("file"), "file"),
    );
    let key = wiring::root_key_file(&config);
    if !key.exists() {
        println!("Before the server starts, put the root key that belongs to it at {}", key.display());
    }
    Ok(ExitCode::SUCCESS)
}
