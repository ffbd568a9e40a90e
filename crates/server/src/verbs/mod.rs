//! What the command line can do: one file a verb.

mod admin;
mod backup;
mod chat;
mod crm;
mod demo;
mod doctor;
mod import;
mod migrate;
mod restore;
mod robot;
mod serve;
mod storage;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::config::{Config, ConfigError, Flags, Sources};

/// The server of chats: Live Agent's protocol, queues, agents, history, in one program.
#[derive(Debug, Parser)]
#[command(name = "switchboard", version, propagate_version = true, max_term_width = 100)]
struct CommandLine {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run the server until it is told to end
    #[command(long_about = "Run the server until it is told to end (SIGTERM or Ctrl-C).\n\n\
        It then accepts nothing new, answers what is waiting, and leaves after at most server.shutdown_s seconds; a second signal ends \
        it at once. SIGHUP reads the TLS certificate again.\n\n\
        Without any setting it listens on 127.0.0.1:8080 and keeps everything in ./switchboard-data.\n\n\
        It leaves with 0 after a graceful end, 1 when it fails while running, 2 when it cannot start because of its settings.")]
    Serve(ServerArgs),
    /// Chat as a visitor, in the terminal, with any Live Agent endpoint
    #[command(long_about = chat::LONG_ABOUT)]
    Chat(Box<chat::ChatArgs>),
    /// Run a server with a seeded workspace and a robot that answers
    #[command(
        long_about = "Run a server on loopback with a seeded workspace: a deployment, a button, an admin, a supervisor, an agent, and a robot \
        that answers while no person is online.\n\nIt prints what to do next, and writes its addresses, ids and sign-ins to DIR/demo.json. \
        Nothing that is there already is lost: conversations stay, passwords are new."
    )]
    Demo(ServerArgs),
    /// Be an agent that says back what it hears, over the native API
    Robot(robot::RobotArgs),
    /// Make an admin, reset a password, replace the root key
    #[command(subcommand)]
    Admin(admin::AdminVerb),
    /// Take over how another system was set up
    #[command(subcommand)]
    Import(import::ImportVerb),
    /// Ask for, describe, import and export records of the CRM
    #[command(subcommand)]
    Crm(crm::CrmVerb),
    /// Write everything that is stored to one file, while servers go on
    #[command(long_about = backup::LONG_ABOUT)]
    Backup(backup::BackupArgs),
    /// Bring a backup into an empty database
    #[command(long_about = restore::LONG_ABOUT)]
    Restore(restore::RestoreArgs),
    /// Look for what is not as it should be in what is stored
    #[command(long_about = doctor::LONG_ABOUT)]
    Doctor(storage::StorageArgs),
    /// Bring the database's schema up to date
    #[command(long_about = migrate::LONG_ABOUT)]
    Migrate(storage::StorageArgs),
}

/// Settings on the command line. They win over the environment (SWITCHBOARD__SECTION__KEY) and the file.
#[derive(Debug, Clone, Default, Args)]
pub struct ServerArgs {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Folder for what the server keeps on disk [default: ./switchboard-data]
    #[arg(long, value_name = "DIR")]
    pub data: Option<String>,
    /// Where conversations are stored: sqlite:PATH or postgres://… [default: SQLite in the data folder]
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// File with settings [default: ./switchboard.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address by which clients reach the server, e.g. https://chat.example.com
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
}

impl ServerArgs {
    /// The settings that follow from these flags, the environment and the file.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn settings(self) -> Result<Config, ConfigError> {
        // Names or values that are not UTF-8 cannot be settings of ours.
        let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        Sources {
            file: self.config,
            usual_file: Some("switchboard.toml".into()),
            environment: std::env::vars_os().filter_map(text).collect(),
            flags: Flags { listen: self.listen, data: self.data, database: self.database, public_url: self.public_url },
        }
        .load()
    }
}

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    // One provider of cryptography for everything that speaks TLS in this process; a second installation would be an error of ours.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match CommandLine::parse().verb {
        Verb::Serve(args) => serve::run(args),
        Verb::Chat(args) => chat::run(&args),
        Verb::Demo(args) => demo::run(args),
        Verb::Robot(args) => robot::run(args),
        Verb::Admin(verb) => admin::run(verb),
        Verb::Import(verb) => import::run(verb),
        Verb::Crm(verb) => crm::run(verb),
        Verb::Backup(args) => backup::run(args),
        Verb::Restore(args) => restore::run(args),
        Verb::Doctor(args) => doctor::run(args),
        Verb::Migrate(args) => migrate::run(args),
    }
}

/// Says on standard error, in one sentence, why the settings do not work, and what the process leaves with.
pub(crate) fn refuse(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("switchboard: {error}");
    ExitCode::from(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn the_flags_have_their_stable_names() {
        let line = ["switchboard", "serve", "--listen", "a", "--data", "b", "--database", "c", "--config", "d", "--public-url", "e"];
        let CommandLine { verb: Verb::Serve(args) } = CommandLine::try_parse_from(line).unwrap() else { panic!("serve") };
        assert_eq!((args.listen.as_deref(), args.data.as_deref(), args.public_url.as_deref()), (Some("a"), Some("b"), Some("e")));
    }
}
