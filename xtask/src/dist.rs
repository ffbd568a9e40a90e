//! `cargo xtask dist`: the one binary that is deployed, in an archive with what belongs to it.

use std::{
    fs,
    path::Path,
    process::{Command, ExitCode},
};

use crate::{
    project::{Failure, Project},
    setup, web,
};

/// What goes into the archive beside the binary: where it is in the work tree, and its name there.
const BESIDE: &[(&str, &str)] =
    &[("LICENSE", "LICENSE"), ("README.md", "README.md"), ("crates/server/config.default.toml", "config.default.toml")];

/// Writes `target/dist/switchboard-<version>-<triple>.tar.gz` and `SHA256SUMS` beside it.
pub(crate) fn run(project: &Project) -> Result<ExitCode, Failure> {
    for (source, _) in BESIDE {
        if !project.root.join(source).is_file() {
            return Err(Failure(format!("{source} is missing: an archive is not made without it")));
        }
    }
    setup::for_build(project)?;
    setup::for_web(project)?;
    web::build(project)?;
    finish(&mut project.cargo(["build", "--release", "--package", "switchboard", "--locked"]))?;

    let name = format!("switchboard-{}-{}", env!("CARGO_PKG_VERSION"), host(project)?);
    let dist = project.target.join("dist");
    let folder = dist.join(&name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).map_err(|e| Failure(format!("{} cannot be made: {e}", folder.display())))?;
    let binary = folder.join("switchboard");
    copy(&project.target.join("release/switchboard"), &binary)?;
    finish(project.command("strip").arg(&binary))?;
    for (source, target) in BESIDE {
        copy(&project.root.join(source), &folder.join(target))?;
    }

    // Sorted, owned by nobody in particular and dated by the commit: the same tree gives the same archive.
    let commit = output(project.command("git").args(["log", "-1", "--format=@%ct"])).unwrap_or_else(|_| "@0".into());
    let archive = format!("{name}.tar.gz");
    let tar = [
        "--create",
        "--gzip",
        "--sort=name",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--mtime",
        commit.trim(),
        "--file",
        &archive,
        &name,
    ];
    finish(project.command("tar").current_dir(&dist).args(tar))?;
    let sums = output(project.command("sha256sum").current_dir(&dist).arg(&archive))?;
    fs::write(dist.join("SHA256SUMS"), &sums).map_err(|e| Failure(format!("SHA256SUMS cannot be written: {e}")))?;

    println!("binary   {:>6.1} MiB  {}", mebibytes(&binary), project.relative(&binary).display());
    println!("archive  {:>6.1} MiB  {}", mebibytes(&dist.join(&archive)), project.relative(&dist.join(&archive)).display());
    println!("sha256   {}", sums.split(' ').next().unwrap_or_default());
    Ok(ExitCode::SUCCESS)
}

/// The triple that the toolchain builds for.
fn host(project: &Project) -> Result<String, Failure> {
    let version = output(project.command("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure("`rustc -vV` names no host".into()))
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::copy(from, to).map(|_| ()).map_err(|e| Failure(format!("{} cannot be copied: {e}", from.display())))
}

fn finish(command: &mut Command) -> Result<(), Failure> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure(format!("`{}` failed ({status}); it says above why", command.get_program().display()))),
        Err(e) => Err(Failure(format!("`{}` cannot be started: {e}; install it", command.get_program().display()))),
    }
}

fn output(command: &mut Command) -> Result<String, Failure> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(output) => {
            Err(Failure(format!("`{}` failed: {}", command.get_program().display(), String::from_utf8_lossy(&output.stderr).trim())))
        }
        Err(e) => Err(Failure(format!("`{}` cannot be started: {e}; install it", command.get_program().display()))),
    }
}

fn mebibytes(path: &Path) -> f64 {
    fs::metadata(path).map_or(0.0, |about| about.len() as f64 / 1_048_576.0)
}
