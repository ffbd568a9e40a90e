//! `cargo xtask test`: every check and test, in one order, with one build.
//!
//! [`STEPS`] is the place where a step is added. Everything is built once for the whole workspace; a step then runs the test programs
//! that are its own, so that no two steps ever build the same crate with different features.

mod runner;

use std::{
    collections::HashSet,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Args;

use self::runner::{Program, Tally};
use crate::{
    arch, docs,
    project::{Failure, Project},
    setup, web,
};

#[derive(Args)]
pub(crate) struct Options {
    /// Only this step; may be given several times
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// List the steps and end
    #[arg(long)]
    list: bool,
}

/// One step: its name, what it says, how long it may take on two cores, and what it does.
struct Step {
    name: &'static str,
    says: &'static str,
    minutes: u64,
    what: What,
}

/// What a step does.
enum What {
    /// Something that succeeds or not: counts as one.
    Check(fn(&Project) -> Result<Tally, Failure>),
    /// Builds every test program.
    Build,
    /// Runs the tests of those packages that the predicate takes.
    Packages(fn(&str) -> bool),
    /// Runs testserver's tests: the [`PARTS`] named, or (for `None`) all that belong to no part.
    Part(Option<&'static str>),
    /// Runs the browser's tests against the server that was built.
    Browser,
    /// Runs a program of the repository, which prints the same `test result:` lines as a Rust test.
    Script(&'static str),
}

/// The steps, in their order.
const STEPS: &[Step] = &[
    Step { name: "setup", says: "what the machine lacks is installed", minutes: 6, what: What::Check(prepare) },
    Step { name: "format", says: "cargo fmt --check", minutes: 1, what: What::Check(format) },
    Step { name: "lints", says: "clippy, warnings are errors", minutes: 8, what: What::Check(lints) },
    Step { name: "arch", says: "dependency directions and the other invariants", minutes: 1, what: What::Check(invariants) },
    Step {
        name: "web",
        says: "the console and the visitor's scripts: format, types, unit tests, build within its budgets",
        minutes: 5,
        what: What::Check(scripts),
    },
    Step { name: "build", says: "the server and every test program", minutes: 12, what: What::Build },
    Step {
        name: "unit",
        says: "every crate by itself",
        minutes: 4,
        what: What::Packages(|package| !["store", "testserver"].contains(&package)),
    },
    Step { name: "store", says: "storage on SQLite and PostgreSQL", minutes: 4, what: What::Packages(|package| package == "store") },
    Step { name: "http", says: "the whole server over HTTP, on both databases", minutes: 6, what: What::Part(None) },
    Step { name: "faults", says: "killed servers, broken networks, lost databases", minutes: 4, what: What::Part(Some("faults")) },
    Step { name: "conformance", says: "published clients, unmodified", minutes: 3, what: What::Script("conformance/run.sh") },
    Step { name: "browser", says: "people at their pages, in Chromium", minutes: 8, what: What::Browser },
    Step { name: "docs", says: "links, commands and examples of the documents", minutes: 2, what: What::Check(documents) },
];

/// Parts of testserver's tests that are no part of the `http` step: integration test programs of that name or modules of that name.
/// A part is a step of its own or, like `soak`, not a part of `test` at all.
const PARTS: &[&str] = &["faults", "soak"];

/// Runs the steps that were asked for, all of them if none was named.
pub(crate) fn run(project: &Project, options: &Options) -> Result<ExitCode, Failure> {
    if options.list {
        for step in STEPS.iter().filter(|step| exists(project, step)) {
            println!("{:<12} {} (budget {} min)", step.name, step.says, step.minutes);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let steps = chosen(project, &options.only)?;
    let mut programs: Option<Vec<Program>> = None;
    let mut total = Tally::default();
    let mut report = Vec::new();
    for step in steps {
        println!("\n=== {}: {}", step.name, step.says);
        let began = Instant::now();
        let tally = take(project, step, &mut programs, &mut total);
        let took = began.elapsed();
        total.add(tally);
        let over = if took > Duration::from_secs(60 * step.minutes) {
            format!(", over its budget of {} min", step.minutes)
        } else {
            String::new()
        };
        report.push(format!("{:<12} {:>5} passed {:>4} failed {:>7.1} s{over}", step.name, tally.passed, tally.failed, took.as_secs_f64()));
    }
    println!("\n{}", report.join("\n"));
    println!("\n{} passed, {} failed", total.passed, total.failed);
    Ok(if total.failed == 0 && total.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs one step, after the build if it needs that. A step that ran nothing has failed: it proves nothing.
fn take(project: &Project, step: &Step, programs: &mut Option<Vec<Program>>, total: &mut Tally) -> Tally {
    let needs_build = !matches!(step.what, What::Check(_));
    if needs_build && programs.is_none() {
        match runner::build(project) {
            Ok(built) => *programs = Some(built),
            Err(Failure(sentence)) => {
                println!("{}: {sentence}", step.name);
                // Remembered as an empty list: the steps after this one fail without building again.
                *programs = Some(Vec::new());
                return Tally::FAILED;
            }
        }
        if !matches!(step.what, What::Build) {
            total.add(Tally::PASSED);
        }
    }
    let built = programs.as_deref().unwrap_or_default();
    if needs_build && built.is_empty() {
        println!("{}: not run, as nothing was built", step.name);
        return Tally::FAILED;
    }
    let outcome = match &step.what {
        What::Check(check) => check(project),
        What::Build => Ok(Tally::PASSED),
        What::Packages(takes) => runner::run(project, built.iter().filter(|program| takes(&program.package)), &[]),
        What::Part(part) => run_part(project, built, *part),
        What::Script(path) => runner::script(project, path),
        What::Browser => browser(project),
    };
    match outcome {
        Ok(Tally { passed: 0, failed: 0 }) => {
            println!("{}: no test was run; a step without a test proves nothing", step.name);
            Tally::FAILED
        }
        Ok(tally) => tally,
        Err(Failure(sentence)) => {
            println!("{}: {sentence}", step.name);
            Tally::FAILED
        }
    }
}

/// testserver's tests of one part: programs of that name whole, modules of that name inside the others.
fn run_part(project: &Project, programs: &[Program], part: Option<&str>) -> Result<Tally, Failure> {
    let ours: Vec<&Program> = programs.iter().filter(|program| program.package == "testserver").collect();
    let is_part = |program: &Program, part: &str| program.target.starts_with(part);
    let Some(part) = part else {
        let rest = ours.into_iter().filter(|program| !PARTS.iter().any(|part| is_part(program, part)));
        let skipped: Vec<String> = PARTS.iter().flat_map(|part| ["--skip".to_owned(), format!("{part}::")]).collect();
        return runner::run(project, rest, &skipped);
    };
    let (whole, rest): (Vec<&Program>, Vec<&Program>) = ours.into_iter().partition(|program| is_part(program, part));
    let mut tally = runner::run(project, whole, &[])?;
    tally.add(runner::run(project, rest, &[format!("{part}::")])?);
    Ok(tally)
}

/// Whether the repository has what a step runs. A step whose subject is not there yet is not listed and not run.
fn exists(project: &Project, step: &Step) -> bool {
    match &step.what {
        What::Part(Some(part)) => {
            let tests = project.root.join("crates/testserver/tests");
            crate::project::files_under(&tests).iter().any(|path| {
                let inside = path.strip_prefix(&tests).unwrap_or(path);
                inside.components().any(|piece| piece.as_os_str().to_str().is_some_and(|name| name.starts_with(part)))
            })
        }
        What::Script(path) => project.root.join(path).is_file(),
        What::Check(_) | What::Build | What::Packages(_) | What::Part(None) | What::Browser => true,
    }
}

fn chosen(project: &Project, only: &[String]) -> Result<Vec<&'static Step>, Failure> {
    let existing: Vec<&Step> = STEPS.iter().filter(|step| exists(project, step)).collect();
    let known: HashSet<&str> = existing.iter().map(|step| step.name).collect();
    if let Some(unknown) = only.iter().find(|name| !known.contains(name.as_str())) {
        let names: Vec<&str> = existing.iter().map(|step| step.name).collect();
        return Err(Failure(format!("there is no step `{unknown}`; the steps are {}", names.join(", "))));
    }
    Ok(existing.into_iter().filter(|step| only.is_empty() || only.iter().any(|name| name == step.name)).collect())
}

fn prepare(project: &Project) -> Result<Tally, Failure> {
    setup::for_tests(project)?;
    println!("setup: nothing is missing");
    Ok(Tally::PASSED)
}

fn format(project: &Project) -> Result<Tally, Failure> {
    runner::succeeds(&mut project.cargo(["fmt", "--all", "--check"]), "run `cargo fmt --all`")
}

fn lints(project: &Project) -> Result<Tally, Failure> {
    let clippy = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"];
    runner::succeeds(&mut project.cargo(clippy), "mend what clippy names above")
}

/// What npm checks, tests and builds, each in its own words.
fn scripts(project: &Project) -> Result<Tally, Failure> {
    let tools = web::Tools::find(project)?;
    tools.install(project)?;
    let mut tally = Tally::default();
    for (script, cure) in [
        ("format:check", "run `npm run format`"),
        ("check", "mend what the type checker names above"),
        ("build", "the web does not build, or is over its budgets; what to mend is said above"),
    ] {
        tally.add(runner::succeeds(&mut tools.npm(project, &["run", "--silent", script]), cure)?);
    }
    tally.add(runner::tests_of(&mut tools.npm(project, &["run", "--silent", "test"]), "npm test")?);
    Ok(tally)
}

fn browser(project: &Project) -> Result<Tally, Failure> {
    let tools = web::Tools::find(project)?;
    tools.install(project)?;
    // The scripts may be of another day when this step runs alone.
    web::build(project)?;
    let mut command = tools.npm(project, &["run", "--silent", "test", "--workspace", "e2e"]);
    command.env("SWITCHBOARD_BINARY", project.target.join("debug/switchboard"));
    runner::tests_of(&mut command, "playwright")
}

fn invariants(project: &Project) -> Result<Tally, Failure> {
    let findings = arch::check(project)?;
    for finding in &findings {
        println!("{finding}");
    }
    println!("arch: {}", arch::verdict(findings.len()));
    Ok(if findings.is_empty() { Tally::PASSED } else { Tally { passed: 0, failed: findings.len() as u64 } })
}

fn documents(project: &Project) -> Result<Tally, Failure> {
    let (read, findings) = docs::check(project);
    for finding in &findings {
        println!("{finding}");
    }
    let lost: HashSet<&str> = findings.iter().filter_map(|finding| finding.split(':').next()).collect();
    let mut tally = Tally { passed: (read - lost.len()) as u64, failed: lost.len() as u64 };
    println!("docs: {read} documents read, {} with findings", lost.len());
    // Examples in doc comments; the flags are those of the build, so that nothing is built twice.
    let mut command = project.cargo(["test", "--workspace", "--doc", "--quiet"]);
    tally.add(runner::tests_of(&mut command, "cargo test --doc")?);
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_a_name_of_its_own_and_a_budget() {
        let names: HashSet<&str> = STEPS.iter().map(|step| step.name).collect();
        assert_eq!(names.len(), STEPS.len());
        assert!(STEPS.iter().all(|step| step.minutes > 0));
    }

    #[test]
    fn only_takes_the_named_steps_in_the_order_of_the_table_and_refuses_others() {
        let project = Project::find().expect("the tests run inside the workspace");
        let steps = chosen(&project, &["arch".into(), "format".into()]).expect("both exist");
        assert_eq!(steps.iter().map(|step| step.name).collect::<Vec<_>>(), ["format", "arch"]);
        let refused = chosen(&project, &["fly".into()]).err().expect("there is no such step");
        assert!(refused.0.starts_with("there is no step `fly`; the steps are setup, format, "), "{}", refused.0);
    }
}
