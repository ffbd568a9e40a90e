//! The project's own commands: `cargo xtask demo`, `cargo xtask test`, `cargo xtask arch`, `cargo xtask bench`,
//! `cargo xtask soak`, `cargo xtask dist`, `cargo xtask web`.
//!
//! Depends on little, so that it is built in seconds on a machine that has nothing yet. Not a build system: cargo builds.
#![expect(clippy::print_stdout, reason = "what a command says to the person who ran it")]

mod arch;
mod bench;
mod demo;
mod dist;
mod docs;
mod project;
mod setup;
mod soak;
mod test;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use project::{Failure, Project};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Switchboard's own commands", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Set up what is needed, build, and run a demo server; arguments after `--` go to `switchboard demo`
    Demo {
        /// Passed on to `switchboard demo`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Set up what is needed, then run every check and test
    Test(test::Options),
    /// Check the dependency directions and the other invariants of ARCHITECTURE.md
    Arch,
    /// Set up what is needed, then measure the server against the bare baselines of the same run
    Bench {
        /// Passed on to the measurements: `--quick`, and which figures
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Set up what is needed, then run for an hour what the tests do in minutes: 1000 kills, 100,000 simulated conversations
    Soak(soak::Options),
    /// Build the one binary that is deployed, packed with its licence and default configuration
    Dist,
    /// Set up what is needed, then build the console and the visitor's scripts, which the server serves
    Web,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.verb) {
        Ok(code) => code,
        Err(Failure(sentence)) => {
            eprintln!("xtask: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run(verb: Verb) -> Result<ExitCode, Failure> {
    let project = Project::find()?;
    match verb {
        Verb::Demo { arguments } => demo::run(&project, &arguments),
        Verb::Test(options) => test::run(&project, &options),
        Verb::Arch => {
            let findings = arch::check(&project)?;
            for finding in &findings {
                println!("{finding}");
            }
            println!("arch: {}", arch::verdict(findings.len()));
            Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Verb::Bench { arguments } => bench::run(&project, &arguments),
        Verb::Soak(options) => soak::run(&project, &options),
        Verb::Dist => dist::run(&project),
        Verb::Web => web::run(&project),
    }
}
