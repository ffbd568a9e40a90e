//! `switchboard backup`: everything that is stored, in one file, while servers go on.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use domain::time::Clock as _;

use super::storage::{StorageArgs, Undone, counted, existing, say_progress, work};
use crate::{ambient::SystemClock, config::Config, wiring};

pub(super) const LONG_ABOUT: &str = "Write everything that is stored to one file, files of conversations too, as it was at one instant, while servers go on.\n\n\
    The file is readable by you only, has checksums, and can be restored into SQLite and into PostgreSQL, whichever it came from. It appears \
    under its name when it is complete.\n\n\
    The root key is not in it. Keep a copy of root.key (or of secrets.root_key_file) elsewhere: without it, restored second factors cannot be \
    used.\n\n\
    It leaves with 0 when the file is complete, 1 when it could not be made, 2 when the settings name no database.";

/// What goes where.
#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// The file to write; it must not be there yet
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    #[command(flatten)]
    storage: StorageArgs,
}

pub(super) fn run(args: BackupArgs) -> ExitCode {
    let BackupArgs { to, storage } = args;
    work(storage, |config| Box::pin(backup(config, to)))
}

#[expect(clippy::print_stdout, reason = "what the operator asked for")]
async fn backup(config: Config, to: PathBuf) -> Result<ExitCode, Undone> {
    let options = existing(&config)?;
    let summary = store::backup(&options, &to, SystemClock.now(), &mut say_progress()).await?;
    let rows = |table: &str| summary.rows.get(table).copied().unwrap_or_default();
    println!(
        "{} is complete: {}, {}, {}",
        to.display(),
        counted(rows("conversation"), "conversation"),
        counted(rows("message"), "message"),
        counted(rows("file"), "file"),
    );
    println!("The root key is not in it: keep a copy of {} elsewhere", wiring::root_key_file(&config).display());
    Ok(ExitCode::SUCCESS)
}
