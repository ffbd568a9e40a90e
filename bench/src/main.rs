//! Measures Switchboard against the bare baseline of the same run: a machine's speed falls out of the ratio.
//!
//! A figure is a file. Servers and baselines are processes of their own (this program again, under another verb), so that what is measured
//! shares nothing with what measures. No figure is an absolute time, and nothing here fails for being slow: it prints.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

mod append_rate;
mod bare;
mod client;
mod collection;
mod console;
mod deliveries;
mod echo;
mod events;
mod find_or_create;
mod latency;
mod memory;
mod message_rate;
mod process;
mod serving;
mod soql;
mod stocked;
mod table;
mod visitor;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::table::Figure;

/// What goes wrong in a measurement: said to the person who started it.
pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;
/// A measurement, or why there is none.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Parser)]
#[command(name = "cargo xtask bench", about = "Measures Switchboard against the baselines of the same run")]
struct Arguments {
    /// Smaller numbers: minutes instead of an hour, and less exact
    #[arg(long)]
    quick: bool,
    /// What to measure; everything unless told
    #[arg(value_enum)]
    figures: Vec<What>,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Acknowledged messages a second over HTTP, SQLite
    Sqlite,
    /// The same, PostgreSQL
    Postgres,
    /// Memory of parked visitors
    Memory,
    /// From one side to the other
    Latency,
    /// With a million messages stored
    Volume,
    /// The console in a browser, beside much that was said
    Console,
    /// Queries of the CRM over REST
    Soql,
    /// Records inserted over REST
    Collection,
    /// Contacts found or made for conversations
    FindOrCreate,
    /// Events of customers
    Events,
    /// Deliveries to destinations beside unhealthy ones
    Deliveries,
}

#[derive(Subcommand)]
enum Verb {
    /// (internal) The server that is measured
    #[command(hide = true)]
    Server(serving::Arguments),
    /// (internal) A baseline
    #[command(hide = true)]
    Echo(echo::Arguments),
    /// (internal) A baseline of the CRM
    #[command(hide = true)]
    Bare(bare::Arguments),
    /// (internal) A baseline of events
    #[command(hide = true)]
    BareEvents(events::Arguments),
    /// Appends to the store without HTTP for some seconds, for a profiler
    Append(append_rate::Arguments),
}

fn main() -> ExitCode {
    let _ = rustls::crypto::ring::default_provider().install_default();
    process::raise_open_files();
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("bench: {error}");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(async {
        match arguments.verb {
            Some(Verb::Server(server)) => serving::run(server).await,
            Some(Verb::Echo(echo)) => echo::run(echo).await,
            Some(Verb::Bare(bare)) => bare::run(bare).await,
            Some(Verb::BareEvents(bare)) => events::insert(bare).await,
            Some(Verb::Append(append)) => append_rate::alone(append).await,
            None => measure(arguments.quick, &arguments.figures).await,
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(quick: bool, wanted: &[What]) -> Result<()> {
    let all = [
        What::Sqlite,
        What::Postgres,
        What::Memory,
        What::Latency,
        What::Volume,
        What::Console,
        What::Soql,
        What::Collection,
        What::FindOrCreate,
        What::Events,
        What::Deliveries,
    ];
    let mut figures: Vec<Figure> = Vec::new();
    let mut failed = false;
    for what in all.into_iter().filter(|what| wanted.is_empty() || wanted.contains(what)) {
        let measured = match what {
            What::Sqlite => message_rate::measure(quick, false).await,
            What::Postgres => message_rate::measure(quick, true).await,
            What::Memory => memory::measure(quick).await,
            What::Latency => latency::measure(quick).await,
            What::Volume => append_rate::measure(quick).await,
            What::Console => console::measure(quick).await,
            What::Soql => soql::measure(quick).await,
            What::Collection => collection::measure(quick).await,
            What::FindOrCreate => find_or_create::measure(quick).await,
            What::Events => events::measure(quick).await,
            What::Deliveries => deliveries::measure(quick).await,
        };
        match measured {
            Ok(measured) => figures.extend(measured),
            Err(error) => {
                failed = true;
                eprintln!("bench: {}: {error}", what.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned()));
            }
        }
    }
    println!("{}", table::render(&figures));
    if failed { Err("not everything could be measured".into()) } else { Ok(()) }
}
