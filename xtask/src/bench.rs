//! `cargo xtask bench`: the figures that a release is judged by, each beside the baseline of the same run.

use std::{
    os::unix::process::CommandExt,
    process::{ExitCode, Stdio},
};

use crate::{
    project::{Failure, Project},
    setup,
};

/// Builds as a release is built, and becomes the program that measures, so that Ctrl-C reaches it and its exit code is ours.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<ExitCode, Failure> {
    setup::for_tests(project)?;
    println!("bench: building as a release is built (the first time takes some minutes)");
    let built = project.cargo(["build", "--release", "--package", "switchboard-bench"]).status();
    match built {
        Ok(status) if status.success() => {}
        Ok(_) => return Err(Failure("the measurements do not build; the compiler says above what to mend".into())),
        Err(e) => return Err(Failure(format!("cargo cannot be started: {e}"))),
    }
    let binary = project.target.join("release/switchboard-bench");
    // Only returns if it could not be started.
    let error = project.command(&binary).stdin(Stdio::inherit()).args(arguments).exec();
    Err(Failure(format!("{} cannot be started: {error}", binary.display())))
}
