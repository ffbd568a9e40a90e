//! `switchboard crm`: the records of the embedded CRM on the command line, also beside a running server.

mod describe;
mod export;
mod import;
mod progress;
mod query;
mod table;

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use ::crm::{Crm, access::Caller, exchange::Pages};
use clap::{Args, Subcommand, ValueEnum};
use domain::ids::WorkspaceId;
use engine::{App, crm::Definitions};

use super::{
    admin::{chosen, with_app},
    storage::{StorageArgs, Undone, existing, work},
};
use crate::{
    config::Config,
    wiring::{self, Ambient},
};

/// What is done with records.
#[derive(Debug, Subcommand)]
pub(super) enum CrmVerb {
    /// Ask for records in SOQL
    #[command(long_about = query::LONG_ABOUT, after_long_help = query::EXAMPLES)]
    Query(query::QueryArgs),
    /// Say which objects there are, or which fields an object has
    #[command(after_long_help = describe::EXAMPLES)]
    Describe(describe::DescribeArgs),
    /// Make records of a file's rows, or change them
    #[command(long_about = import::LONG_ABOUT, after_long_help = import::EXAMPLES)]
    Import(Box<import::ImportArgs>),
    /// Write an object's records to a file
    #[command(long_about = export::LONG_ABOUT, after_long_help = export::EXAMPLES)]
    Export(export::ExportArgs),
}

/// Whose records, with whose rights.
#[derive(Debug, Args)]
struct WhoArgs {
    /// Do it with the rights, and in the name, of the agent with this login; without it, all records are there
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<String>,
    /// The workspace's name; may be left out where there is only one
    #[arg(long, value_name = "NAME")]
    workspace: Option<String>,
    #[command(flatten)]
    storage: StorageArgs,
}

/// How records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    Table,
    /// For spreadsheets
    Csv,
    /// For programs
    Json,
}

pub(super) fn run(verb: CrmVerb) -> ExitCode {
    match verb {
        CrmVerb::Query(args) => query::run(args),
        CrmVerb::Describe(args) => describe::run(args),
        CrmVerb::Import(args) => import::run(*args),
        CrmVerb::Export(args) => export::run(args),
    }
}

/// Why it is not done.
enum Failure {
    Undone(Undone),
    /// Whoever reads what is printed has had enough, as `head` has: no failure at all.
    Closed,
}

impl From<Undone> for Failure {
    fn from(undone: Undone) -> Self {
        Self::Undone(undone)
    }
}

impl From<::crm::Error> for Failure {
    fn from(error: ::crm::Error) -> Self {
        Self::Undone(Undone::Work(sentence(&error)))
    }
}

/// Of what is printed.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Undone(Undone::Work(format!("cannot write: {error}"))),
        }
    }
}

fn sentence(error: &::crm::Error) -> String {
    match error {
        // Of a query it begins with the line and a caret under the place.
        ::crm::Error::Refused(error) => {
            let (code, message) = (error.code(), error.message());
            let between = if message.starts_with('\n') { ":" } else { ": " };
            printable(&format!("{code}{between}{message}"))
        }
        ::crm::Error::Storage(error) => wiring::sentence(error),
    }
}

/// Lines that a terminal can be shown: what stands in records and files comes from anywhere.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// The CRM and whoever works with it.
struct Desk {
    crm: Crm,
    caller: Caller,
}

/// Does something with records.
fn with_crm(who: WhoArgs, done: impl AsyncFnOnce(Desk) -> Result<ExitCode, Failure>) -> ExitCode {
    let WhoArgs { login, workspace, storage } = who;
    work(storage, move |config: Config| {
        Box::pin(async move {
            existing(&config)?;
            with_app(&config, async |app: &App| {
                let workspace = chosen(app, workspace.as_deref())?
                    .ok_or_else(|| Undone::Work("there is no workspace yet: make an admin with `switchboard admin create`".to_owned()))?;
                let crm = wiring::embedded_crm(&Ambient::default(), app.store().clone());
                let caller = match &login {
                    Some(login) => caller(app, &crm, workspace, login).await?,
                    None => crm.operator(workspace).await.map_err(|error| Undone::Work(sentence(&error)))?,
                };
                match done(Desk { crm, caller }).await {
                    Ok(code) => Ok(code),
                    Err(Failure::Closed) => Ok(ExitCode::SUCCESS),
                    Err(Failure::Undone(undone)) => Err(undone),
                }
            })
            .await
        })
    })
}

async fn caller(app: &App, crm: &Crm, workspace: WorkspaceId, login: &str) -> Result<Caller, Undone> {
    let directory = app.directory(workspace)?;
    let folded = login.trim().to_lowercase();
    let agent = directory.agents.iter().find(|(_, agent)| agent.login.trim().to_lowercase() == folded).map(|(id, _)| *id);
    let agent = agent.ok_or_else(|| Undone::Work(format!("nobody has the login {login:?}")))?;
    if let Ok(caller) = crm.caller(workspace, agent).await {
        return Ok(caller);
    }
    // The server has not been started since the agent was made: nobody has shown the CRM who works here.
    let organisation_ids = app.directories().organisations_of(workspace).map(str::to_owned).collect();
    let refused = |error: ::crm::Error| Undone::Work(sentence(&error));
    crm.mirror(Definitions { directory, organisation_ids }).await.map_err(refused)?;
    crm.caller(workspace, agent).await.map_err(|error| match error {
        ::crm::Error::Refused(_) => Undone::Work(format!("{login:?} is not active")),
        error => refused(error),
    })
}

/// Prints records, a page at a time; how many there were.
async fn print(out: &mut impl Write, pages: &mut Pages, form: ::crm::exchange::Format) -> Result<u64, Failure> {
    let mut writer = ::crm::exchange::RecordWriter::new(out, form, pages.columns().to_vec())?;
    let mut count = 0;
    while let Some(page) = pages.next().await? {
        count += page.records.len() as u64;
        writer.write(&page.records)?;
        writer.out().flush()?;
    }
    writer.finish()?;
    Ok(count)
}

/// A new file for its owner only: records are of people.
fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
