//! `switchboard migrate`: the schema, brought up to date without starting a server.

use std::process::ExitCode;

use store::{SCHEMA_VERSION, Store};

use super::storage::{StorageArgs, Undone, existing_or_new, place, work};
use crate::{config::Config, wiring};

pub(super) const LONG_ABOUT: &str = "Bring the database's schema up to date, or make it in an empty database.\n\n\
    `switchboard serve` does the same when it starts; this is for those who want it done before. With SQLite the server must be stopped.\n\n\
    It leaves with 0 when the schema is the newest that this program knows, 1 when it could not be brought there, 2 when the settings make no \
    sense.";

pub(super) fn run(args: StorageArgs) -> ExitCode {
    work(args, |config| Box::pin(migrate(config)))
}

#[expect(clippy::print_stdout, reason = "what the operator asked for")]
async fn migrate(config: Config) -> Result<ExitCode, Undone> {
    let options = existing_or_new(&config)?;
    let store = Store::open(wiring::store_options(&config)?).await?;
    store.close().await;
    println!("{} has schema {SCHEMA_VERSION}, the newest that this program knows", place(&options.location));
    Ok(ExitCode::SUCCESS)
}
