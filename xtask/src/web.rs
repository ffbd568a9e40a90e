//! `cargo xtask web`: the visitor's scripts and the console, built into the folders that the server serves.
//!
//! npm builds; here is only what a clone needs before it can. The Rust build never starts npm: a server that was built without
//! these folders says which command makes them.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use crate::{
    project::{Failure, Project},
    setup,
};

/// The oldest Node.js that the build tools run on.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Builds, after setting up what is needed.
pub(crate) fn run(project: &Project) -> Result<ExitCode, Failure> {
    setup::for_web(project)?;
    build(project)?;
    println!("web: built {}", BUILT.join(" and "));
    Ok(ExitCode::SUCCESS)
}

/// What the server serves.
const BUILT: [&str; 2] = ["console/dist", "widget/dist"];

/// Installs the packages that the lock file names and builds both folders.
pub(crate) fn build(project: &Project) -> Result<(), Failure> {
    let tools = Tools::find(project)?;
    tools.install(project)?;
    tools.run(project, &["run", "build", "--silent"], "the web does not build; what to mend is said above")
}

/// Node.js and npm, new enough.
pub(crate) struct Tools {
    /// Goes in front of the PATH, where the machine's own Node.js is too old.
    before_path: Option<PathBuf>,
}

impl Tools {
    /// The machine's own, or, where that is too old (Debian 12 has 18), one that its npm installs into `target/node`.
    pub(crate) fn find(project: &Project) -> Result<Self, Failure> {
        if version("node").is_some_and(|version| version >= OLDEST_NODE) {
            return Ok(Self { before_path: None });
        }
        let place = project.target.join("node");
        let bin = place.join("node_modules/node/bin");
        if version(bin.join("node")).is_none_or(|version| version < OLDEST_NODE) {
            println!("web: this machine's Node.js is older than {}.{}; npm installs one into target/node", OLDEST_NODE.0, OLDEST_NODE.1);
            fs::create_dir_all(&place).map_err(|e| Failure(format!("{} cannot be made: {e}", place.display())))?;
            let mut npm = project.command("npm");
            npm.args(["install", "--no-audit", "--no-fund", "--no-save", "--loglevel=error", "--prefix"]).arg(&place).arg("node@20");
            succeed(&mut npm, "Node.js could not be installed; install Node.js 20.19 or newer by hand, then run this again")?;
        }
        Ok(Self { before_path: Some(bin) })
    }

    /// Installs what the lock file names, unless that is what is there.
    pub(crate) fn install(&self, project: &Project) -> Result<(), Failure> {
        let stamp = project.root.join("node_modules/.switchboard-lock");
        let lock =
            fs::read(project.root.join("package-lock.json")).map_err(|e| Failure(format!("package-lock.json cannot be read: {e}")))?;
        if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
            return Ok(());
        }
        println!("web: npm installs what package-lock.json names");
        self.run(
            project,
            &["ci", "--loglevel=error"],
            "npm could not install; mend what it names above (network? registry?), then run this again",
        )?;
        fs::write(&stamp, lock).map_err(|e| Failure(format!("{} cannot be written: {e}", stamp.display())))
    }

    /// npm with these arguments, from the root.
    pub(crate) fn npm(&self, project: &Project, arguments: &[&str]) -> Command {
        let mut npm = self.seen_by(project.command("npm"));
        npm.args(arguments).env("NO_COLOR", "1").env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        npm
    }

    /// A command that finds this Node.js where it looks for one.
    pub(crate) fn seen_by(&self, mut command: Command) -> Command {
        if let Some(before) = &self.before_path {
            let rest = env::var_os("PATH").unwrap_or_default();
            let folders = std::iter::once(before.clone()).chain(env::split_paths(&rest));
            command.env("PATH", env::join_paths(folders).unwrap_or(rest.clone()));
        }
        command
    }

    fn run(&self, project: &Project, arguments: &[&str], cure: &str) -> Result<(), Failure> {
        succeed(&mut self.npm(project, arguments), cure)
    }
}

fn succeed(command: &mut Command, cure: &str) -> Result<(), Failure> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Failure(cure.to_owned())),
        Err(e) => Err(Failure(format!("npm cannot be started: {e}"))),
    }
}

/// `v20.19.2` as (20, 19).
fn version(node: impl AsRef<Path>) -> Option<(u32, u32)> {
    let output = Command::new(node.as_ref()).arg("--version").output().ok()?;
    parsed(std::str::from_utf8(&output.stdout).ok()?)
}

fn parsed(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim().strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(parsed("v20.19.2\n"), Some((20, 19)));
        assert!(parsed("v18.20.4").is_some_and(|old| old < OLDEST_NODE));
        assert!(parsed("v22.3.0").is_some_and(|new| new > OLDEST_NODE));
        assert_eq!(parsed("node: not found"), None);
    }
}
