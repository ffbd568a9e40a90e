//! `cargo xtask demo`: from a clone to a running server with a workspace, a robot and addresses to open.

use std::{
    os::unix::process::CommandExt,
    process::{ExitCode, Stdio},
};

use crate::{
    project::{Failure, Project},
    setup, web,
};

/// Builds the server and becomes it, so that Ctrl-C reaches the server itself and its exit code is ours.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<ExitCode, Failure> {
    setup::for_build(project)?;
    setup::for_web(project)?;
    println!("demo: building the console and the visitor's scripts");
    web::build(project)?;
    println!("demo: building the server (the first time takes some minutes)");
    let built = project.cargo(["build", "--package", "switchboard"]).status();
    match built {
        Ok(status) if status.success() => {}
        Ok(_) => return Err(Failure("the server does not build; the compiler says above what to mend".into())),
        Err(e) => return Err(Failure(format!("cargo cannot be started: {e}"))),
    }
    let binary = project.target.join("debug/switchboard");
    // Only returns if it could not be started.
    let error = project.command(&binary).stdin(Stdio::inherit()).arg("demo").args(arguments).exec();
    Err(Failure(format!("{} cannot be started: {error}", binary.display())))
}
