//! `cargo xtask soak`: what `cargo xtask test` does in the small, for as long as it takes to believe it.
//!
//! A part is one test that is ignored otherwise, or a file of browser tests with those that are left out otherwise. It prints its progress, and last a line that begins with `soaked: `, which the closing
//! table repeats.

use std::{
    collections::HashSet,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, ExitCode, Stdio},
    time::Instant,
};

use clap::Args;
use serde_json::Value;

use crate::{
    project::{Failure, Project},
    setup, web,
};

#[derive(Args)]
pub(crate) struct Options {
    /// Only this part: `simulation`, `kills-sqlite`, `kills-postgres` or `kills-browser`; may be given several times
    #[arg(long, value_name = "PART")]
    only: Vec<String>,
    /// How many conversations are simulated
    #[arg(long, default_value_t = 100_000)]
    conversations: u64,
    /// How often the server is killed, on each database
    #[arg(long, default_value_t = 1_000)]
    kills: u64,
    /// Where chance begins; the next run with the same number tries the same again
    #[arg(long, default_value_t = 1_000)]
    seed: u64,
}

struct Part {
    name: &'static str,
    what: What,
}

/// What a part runs.
enum What {
    /// A test of a test program.
    Test { program: &'static str, test: &'static str },
    /// A file of browser tests.
    Browser(&'static str),
}

const PARTS: &[Part] = &[
    Part { name: "simulation", what: What::Test { program: "simulation", test: "soak" } },
    Part {
        name: "kills-sqlite",
        what: What::Test { program: "soak_crash", test: "what_was_acknowledged_survives_a_thousand_kills_on_sqlite" },
    },
    Part {
        name: "kills-postgres",
        what: What::Test { program: "soak_crash", test: "what_was_acknowledged_survives_a_thousand_kills_on_postgres" },
    },
    Part { name: "kills-browser", what: What::Browser("tests/records_crash.spec.ts") },
];

impl Part {
    /// The test program that it needs.
    fn program(&self) -> Option<&'static str> {
        match self.what {
            What::Test { program, .. } => Some(program),
            What::Browser(_) => None,
        }
    }
}

/// The profile: fast, but with the checks that tests have.
const PROFILE: &str = "soak";

/// Builds, runs the parts that were asked for (all if none was named), and prints what they found.
pub(crate) fn run(project: &Project, options: &Options) -> Result<ExitCode, Failure> {
    let parts = chosen(&options.only)?;
    setup::for_tests(project)?;
    println!("soak: building (the first time takes some minutes)");
    let programs = build(project)?;
    let mut table = Vec::new();
    let mut failed = false;
    for part in parts {
        println!("\n=== {}", part.name);
        let began = Instant::now();
        let (succeeded, found) = soak(&mut command(project, options, &part.what, &programs)?)?;
        let (minutes, seconds) = (began.elapsed().as_secs() / 60, began.elapsed().as_secs() % 60);
        // A part that says nothing has shown nothing.
        let verdict = if succeeded && !found.is_empty() { "held  " } else { "FAILED" };
        failed |= !succeeded || found.is_empty();
        table.push(format!("{:<15} {verdict} {minutes:>4} min {seconds:02} s  {}", part.name, found.join("; ")));
    }
    println!("\n{}", table.join("\n"));
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn chosen(only: &[String]) -> Result<Vec<&'static Part>, Failure> {
    let known: HashSet<&str> = PARTS.iter().map(|part| part.name).collect();
    if let Some(unknown) = only.iter().find(|name| !known.contains(name.as_str())) {
        let names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        return Err(Failure(format!("there is no part `{unknown}`; the parts are {}", names.join(", "))));
    }
    Ok(PARTS.iter().filter(|part| only.is_empty() || only.iter().any(|name| name == part.name)).collect())
}

/// Builds the server, which is to be killed, and the test programs; gives these with their names.
fn build(project: &Project) -> Result<Vec<(String, PathBuf)>, Failure> {
    // The server, and what gives browser tests a database.
    for what in [["--package", "switchboard"].as_slice(), &["--package", "switchboard-testkit", "--example", "database"]] {
        let built = project.cargo(["build", "--profile", PROFILE]).args(what).status();
        if !built.is_ok_and(|status| status.success()) {
            return Err(Failure("the server does not build; the compiler says above what to mend".into()));
        }
    }
    let mut command = project.cargo(["test", "--profile", PROFILE, "--no-run", "--message-format=json-render-diagnostics"]);
    command.args(["--package", "switchboard-engine", "--package", "switchboard-testserver"]);
    for program in PARTS.iter().filter_map(Part::program).collect::<std::collections::BTreeSet<_>>() {
        command.args(["--test", program]);
    }
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|e| Failure(format!("cargo cannot be started: {e}")))?;
    let mut programs = Vec::new();
    for line in BufReader::new(child.stdout.take().expect("stdout was piped")).lines().map_while(Result::ok) {
        let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
        if let (Some(name), Some(path)) = (message["target"]["name"].as_str(), message["executable"].as_str()) {
            programs.push((name.to_owned(), PathBuf::from(path)));
        }
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(programs),
        Ok(_) => Err(Failure("the tests do not build; the compiler says above what to mend".into())),
        Err(e) => Err(Failure(format!("cargo was lost: {e}"))),
    }
}

/// What runs a part.
fn command(project: &Project, options: &Options, what: &What, programs: &[(String, PathBuf)]) -> Result<Command, Failure> {
    let mut command = match what {
        What::Test { program, test } => {
            let path = programs.iter().find(|(name, _)| name == program).map(|(_, path)| path);
            let mut command = project.command(path.ok_or_else(|| Failure(format!("cargo built no test program {program}")))?);
            command.args([test, "--exact", "--ignored", "--nocapture"]);
            command
        }
        What::Browser(file) => {
            let tools = web::Tools::find(project)?;
            tools.install(project)?;
            web::build(project)?;
            let mut command = tools.npm(project, &["run", "--silent", "test", "--workspace", "e2e", "--", file]);
            command.env("SWITCHBOARD_SOAK", "1");
            command
        }
    };
    command.env("SWITCHBOARD_BINARY", project.target.join(PROFILE).join("switchboard"));
    command.env("SWITCHBOARD_SOAK_CONVERSATIONS", options.conversations.to_string());
    command.env("SWITCHBOARD_SOAK_KILLS", options.kills.to_string());
    command.env("SWITCHBOARD_SOAK_SEED", options.seed.to_string());
    Ok(command)
}

/// Runs one part and lets its output through; tells whether it succeeded, and what it found.
fn soak(command: &mut Command) -> Result<(bool, Vec<String>), Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|e| Failure(format!("{program} cannot be started: {e}")))?;
    let mut found = Vec::new();
    for line in BufReader::new(child.stdout.take().expect("stdout was piped")).lines().map_while(Result::ok) {
        println!("{line}");
        found.extend(finding(&line));
    }
    let status = child.wait().map_err(|e| Failure(format!("{program} was lost: {e}")))?;
    Ok((status.success(), found))
}

/// What a closing line says; it may stand behind the test's name.
fn finding(line: &str) -> Option<String> {
    line.split_once("soaked: ").map(|(_, found)| found.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_chosen_by_name_and_others_refused() {
        assert_eq!(chosen(&[]).expect("all").len(), PARTS.len());
        assert_eq!(chosen(&["kills-sqlite".into()]).expect("it is one").iter().map(|part| part.name).collect::<Vec<_>>(), ["kills-sqlite"]);
        let refused = chosen(&["fly".into()]).err().expect("there is no such part");
        assert!(refused.0.contains("simulation, kills-sqlite, kills-postgres, kills-browser"), "{}", refused.0);
    }

    #[test]
    fn a_closing_line_is_found_wherever_it_stands() {
        assert_eq!(finding("test soak ... soaked: 12 kills"), Some("12 kills".to_owned()));
        assert_eq!(finding("test soak ... ok"), None);
    }

    #[test]
    fn every_part_is_a_test_that_exists() {
        let project = Project::find().expect("the tests run inside the workspace");
        for part in PARTS {
            let (file, test) = match part.what {
                What::Test { program: "simulation", test } => {
                    ("crates/engine/tests/simulation/main.rs".to_owned(), format!("async fn {test}()"))
                }
                What::Test { program, test } => (format!("crates/testserver/tests/{program}.rs"), format!("async fn {test}()")),
                What::Browser(file) => (format!("e2e/{file}"), "@soak".to_owned()),
            };
            let text = std::fs::read_to_string(project.root.join(&file)).expect("the test's source");
            assert!(text.contains(&test), "{file} has no {test}");
        }
    }
}
