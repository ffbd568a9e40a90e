//! `cargo xtask bench`: the figures that a release is judged by, each beside the baseline of the same run.

use std::{
    os::unix::process::CommandExt,
    process::{ExitCode, Stdio},
};

use crate::{
    project::{Failure, Project},
    setup, web,
};

/// Builds as a release is built, and becomes the program that measures, so that Ctrl-C reaches it and its exit code is ours.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<ExitCode, Failure> {
    setup::for_tests(project)?;
    println!("bench: building as a release is built (the first time takes some minutes)");
    // A release holds the pages.
    web::build(project)?;
    // Each by itself, as a release is: built together, the server would be compiled with what only the measurements need.
    for package in ["switchboard", "switchboard-bench"] {
        match project.cargo(["build", "--release", "--package", package]).status() {
            Ok(status) if status.success() => {}
            Ok(_) => return Err(Failure(format!("{package} does not build; the compiler says above what to mend"))),
            Err(e) => return Err(Failure(format!("cargo cannot be started: {e}"))),
        }
    }
    let binary = project.target.join("release/switchboard-bench");
    let server = project.target.join("release/switchboard");
    // Only returns if it could not be started.
    let error = web::Tools::find(project)?
        .seen_by(project.command(&binary))
        .stdin(Stdio::inherit())
        .env("SWITCHBOARD_BINARY", server)
        .env("SWITCHBOARD_ROOT", &project.root)
        .args(arguments)
        .exec();
    Err(Failure(format!("{} cannot be started: {error}", binary.display())))
}
