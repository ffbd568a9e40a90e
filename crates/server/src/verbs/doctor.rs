//! `switchboard doctor`: is what is stored as it should be, and if not, what to do.

use std::process::ExitCode;

use store::{Location, Options, RootKey, Severity, Store};

use super::storage::{StorageArgs, Undone, counted, existing, place, work};
use crate::{ambient::SystemClock, config::Config, wiring};

pub(super) const LONG_ABOUT: &str = "Look for what is not as it should be in what is stored, and say what to do about it: damaged files, missing \
    messages, offers and timers that were left behind, clocks that disagree, a root key that is not there.\n\n\
    It reads everything, which takes minutes for millions of messages; servers may go on meanwhile. What people wrote is never shown.\n\n\
    It leaves with 0 when nothing was found, 1 when something was or when it could not look, 2 when the settings name no database.";

pub(super) fn run(args: StorageArgs) -> ExitCode {
    work(args, |config| Box::pin(examine(config)))
}

#[expect(clippy::print_stdout, reason = "what the operator asked for")]
async fn examine(config: Config) -> Result<ExitCode, Undone> {
    let options = existing(&config)?;
    let mut found = 0;
    let mut say = |severity, check: &str, what: &str, cure: &str| {
        found += 1;
        let severity = match severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        println!("{severity}: {check}: {what}\n    {cure}");
    };
    if let Some((what, cure)) = root_key(&config, &options.location) {
        say(Severity::Error, "root key", &what, cure);
    }
    let store = Store::open(Options { exclusive: false, ..options.clone() }).await?;
    let findings = store.examine(&SystemClock).await;
    store.close().await;
    for finding in findings? {
        say(finding.severity, finding.check, &finding.what, finding.cure);
    }
    if found == 0 {
        println!("{} is as it should be", place(&options.location));
        Ok(ExitCode::SUCCESS)
    } else {
        println!("{} in {}", counted(found, "finding"), place(&options.location));
        Ok(ExitCode::FAILURE)
    }
}

/// What is wrong with the root key, and the cure.
fn root_key(config: &Config, location: &Location) -> Option<(String, &'static str)> {
    let path = wiring::root_key_file(config);
    if path.exists() {
        return RootKey::load(&path).err().map(|error| (error.to_string(), "until then no server starts on this database"));
    }
    let what = format!("there is no file {}", path.display());
    Some(match location {
        Location::Sqlite(_) => (
            what,
            "put the one that belongs to this database there: else the next start makes a new one, and sign-ins, running conversations and \
             second factors made with the old one are lost",
        ),
        Location::Postgres(_) => (what, "copy it from another server of this database, or from where you keep it"),
    })
}
