//! Builds the test programs once, runs them, and counts what they say.

use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::project::{Failure, Project};

/// How many passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl Tally {
    /// One check that holds.
    pub(super) const PASSED: Self = Self { passed: 1, failed: 0 };
    /// One check that does not.
    pub(super) const FAILED: Self = Self { passed: 0, failed: 1 };

    pub(super) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// A test program that cargo built.
pub(super) struct Program {
    /// Short name of its package.
    pub(super) package: String,
    /// Name of its target: `it`, `faults_network`, or the crate's own.
    pub(super) target: String,
    folder: PathBuf,
    path: PathBuf,
}

/// Builds every target of the workspace (so the server's binary too, which some tests start) and returns the test programs.
pub(super) fn build(project: &Project) -> Result<Vec<Program>, Failure> {
    let mut command = project.cargo(["build", "--workspace", "--all-targets", "--message-format=json-render-diagnostics"]);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|e| Failure(format!("cargo cannot be started: {e}")))?;
    let mut programs = Vec::new();
    for line in BufReader::new(child.stdout.take().expect("stdout was piped")).lines().map_while(Result::ok) {
        let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
        programs.extend(program(project, &message));
    }
    let status = child.wait().map_err(|e| Failure(format!("cargo was lost: {e}")))?;
    if !status.success() {
        return Err(Failure("the workspace does not build; the compiler says above what to mend".into()));
    }
    programs.sort_by(|a, b| (&a.package, &a.target).cmp(&(&b.package, &b.target)));
    Ok(programs)
}

fn program(project: &Project, message: &Value) -> Option<Program> {
    let path = message["executable"].as_str()?;
    if message["profile"]["test"] != true {
        return None;
    }
    let manifest = PathBuf::from(message["manifest_path"].as_str()?);
    let package = project.packages.iter().find(|package| package.manifest == manifest)?;
    Some(Program {
        package: package.short.clone(),
        target: message["target"]["name"].as_str()?.to_owned(),
        folder: manifest.parent()?.to_path_buf(),
        path: path.into(),
    })
}

/// Runs programs one after the other with the same arguments.
pub(super) fn run<'a>(project: &Project, programs: impl IntoIterator<Item = &'a Program>, arguments: &[String]) -> Result<Tally, Failure> {
    let mut total = Tally::default();
    for program in programs {
        println!("--- {} ({})", program.package, program.target);
        let mut command = project.command(&program.path);
        // As cargo would start it, but for snapshots: a difference is a failure, and nothing is written.
        command.current_dir(&program.folder).env("CARGO_MANIFEST_DIR", &program.folder);
        command.env("INSTA_UPDATE", "no").env("INSTA_WORKSPACE_ROOT", &project.root);
        command.args(arguments);
        total.add(tests_of(&mut command, &program.target)?);
    }
    Ok(total)
}

/// Runs a program of the repository.
pub(super) fn script(project: &Project, path: &str) -> Result<Tally, Failure> {
    let mut command = project.command(project.root.join(path));
    command.env("SWITCHBOARD_BINARY", project.target.join("debug/switchboard"));
    tests_of(&mut command, path)
}

/// Runs a test program, lets its output through, and adds up its `test result:` lines.
/// One that fails without saying so in such a line (killed, say) counts as one failure.
pub(super) fn tests_of(command: &mut Command, name: &str) -> Result<Tally, Failure> {
    counted(command, name, &mut std::io::stdout())
}

fn counted(command: &mut Command, name: &str, out: &mut impl Write) -> Result<Tally, Failure> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|e| Failure(format!("{name} cannot be started: {e}")))?;
    let mut tally = Tally::default();
    let mut reader = BufReader::new(child.stdout.take().expect("stdout was piped"));
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        // A reader that went away does not end the tests.
        let _ = out.write_all(&line).and_then(|()| out.flush());
        tally.add(summary(&String::from_utf8_lossy(&line)).unwrap_or_default());
        line.clear();
    }
    let status = child.wait().map_err(|e| Failure(format!("{name} was lost: {e}")))?;
    if !status.success() && tally.failed == 0 {
        let _ = writeln!(out, "{name} ended with {status} and named no failed test");
        tally.add(Tally::FAILED);
    }
    Ok(tally)
}

/// Reads a runner's own summary line: cargo's, vitest's or Playwright's.
fn summary(line: &str) -> Option<Tally> {
    cargo(line).or_else(|| vitest(line)).or_else(|| playwright(line))
}

/// `Tests  1 failed | 12 passed (13)`.
fn vitest(line: &str) -> Option<Tally> {
    let (counts, _all) = line.trim().strip_prefix("Tests  ")?.rsplit_once(" (")?;
    let count = |word: &str| counts.split(" | ").find_map(|part| part.strip_suffix(word)?.trim().parse::<u64>().ok());
    Some(Tally { passed: count("passed").unwrap_or(0), failed: count("failed").unwrap_or(0) })
}

/// One line a verdict: `12 passed (1.3m)`, `1 failed`; what was not run at all is as bad as what failed.
fn playwright(line: &str) -> Option<Tally> {
    let line = line.strip_prefix("  ")?;
    let (count, rest) = line.trim_end().split_once(' ')?;
    let count = count.parse().ok()?;
    match rest.split_once(" (").map_or(rest, |(word, _took)| word) {
        "passed" => Some(Tally { passed: count, failed: 0 }),
        "failed" | "flaky" | "interrupted" | "did not run" => Some(Tally { passed: 0, failed: count }),
        _ => None,
    }
}

/// `test result: ok. 12 passed; 0 failed; …`.
fn cargo(line: &str) -> Option<Tally> {
    let rest = line.trim().strip_prefix("test result: ")?;
    let counts = rest.split_once(". ")?.1;
    let count = |word: &str| counts.split("; ").find_map(|part| part.strip_suffix(word)?.trim().parse::<u64>().ok());
    Some(Tally { passed: count("passed")?, failed: count("failed")? })
}

/// Runs a command that succeeds or does not.
pub(super) fn succeeds(command: &mut Command, cure: &str) -> Result<Tally, Failure> {
    match command.status() {
        Ok(status) if status.success() => Ok(Tally::PASSED),
        Ok(_) => Err(Failure(cure.to_owned())),
        Err(e) => Err(Failure(format!("cargo cannot be started: {e}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_line_is_read_and_other_lines_are_not() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.05s\n";
        assert_eq!(summary(line), Some(Tally { passed: 12, failed: 3 }));
        assert_eq!(summary("      Tests  2 failed | 12 passed (14)\n"), Some(Tally { passed: 12, failed: 2 }));
        assert_eq!(summary("      Tests  12 passed (12)\n"), Some(Tally { passed: 12, failed: 0 }));
        assert_eq!(summary(" Test Files  2 passed (2)\n"), None);
        assert_eq!(summary("  12 passed (1.3m)\n"), Some(Tally { passed: 12, failed: 0 }));
        assert_eq!(summary("  1 failed\n"), Some(Tally { passed: 0, failed: 1 }));
        assert_eq!(summary("  3 did not run\n"), Some(Tally { passed: 0, failed: 3 }));
        assert_eq!(summary("  1 skipped\n"), None);
        assert_eq!(summary("test some::name ... ok"), None);
        assert_eq!(summary("test result: ok"), None);
    }

    #[test]
    fn a_program_that_dies_without_a_summary_is_a_failure() {
        let mut out = Vec::new();
        let tally =
            counted(Command::new("sh").args(["-c", "echo 'test result: ok. 2 passed; 0 failed; 0 ignored'; kill -9 $$"]), "sh", &mut out);
        assert_eq!(tally.expect("sh starts"), Tally { passed: 2, failed: 1 });
        let said = String::from_utf8(out).expect("sh writes text");
        assert!(said.starts_with("test result: ok. 2 passed"), "its own output goes through: {said}");
        assert!(said.contains("named no failed test"), "{said}");
    }

    #[test]
    fn failures_that_were_counted_are_not_counted_twice() {
        let tally = counted(
            Command::new("sh").args(["-c", "echo 'test result: FAILED. 2 passed; 1 failed; 0 ignored'; exit 101"]),
            "sh",
            &mut Vec::new(),
        );
        assert_eq!(tally.expect("sh starts"), Tally { passed: 2, failed: 1 });
    }
}
