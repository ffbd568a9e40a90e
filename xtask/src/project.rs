//! The work tree that the commands act on, and how they start other programs in it.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

/// Why a command cannot go on: one sentence that names the cure.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl From<String> for Failure {
    fn from(sentence: String) -> Self {
        Self(sentence)
    }
}

/// One package of the workspace.
pub(crate) struct Package {
    /// As cargo knows it: `switchboard-store`.
    pub(crate) name: String,
    /// As we speak of it: `store`; the binary's package `switchboard` is `server`.
    pub(crate) short: String,
    /// Where its Cargo.toml is.
    pub(crate) manifest: PathBuf,
    /// What it depends on, of every kind.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a package's dependencies.
pub(crate) struct Dependency {
    /// The package's name in its registry or path.
    pub(crate) package: String,
    /// The name that the manifest gives it, where that differs.
    pub(crate) rename: Option<String>,
    /// Only for tests, benches and examples.
    pub(crate) dev: bool,
    /// One of our own.
    pub(crate) ours: bool,
}

/// The work tree.
pub(crate) struct Project {
    /// The repository's root.
    pub(crate) root: PathBuf,
    /// Where cargo builds to.
    pub(crate) target: PathBuf,
    /// The members of the workspace.
    pub(crate) packages: Vec<Package>,
    cargo: OsString,
}

impl Project {
    /// Asks cargo about the workspace that this command was built from.
    pub(crate) fn find() -> Result<Self, Failure> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .ok_or_else(|| Failure("xtask is not inside a workspace; run it from a clone of the repository".into()))?
            .to_path_buf();
        let mut project = Self { root, target: PathBuf::new(), packages: Vec::new(), cargo };
        let output = project
            .cargo(["metadata", "--format-version=1", "--no-deps"])
            .stderr(Stdio::inherit())
            .output()
            .map_err(|e| Failure(format!("cargo cannot be started ({e}); install Rust from https://rustup.rs")))?;
        if !output.status.success() {
            return Err(Failure("`cargo metadata` failed; mend the manifest that it names above".into()));
        }
        let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|e| Failure(format!("cargo's metadata is not JSON: {e}")))?;
        project.target = PathBuf::from(text(&metadata["target_directory"]));
        project.packages = list(&metadata["packages"]).map(package).collect();
        Ok(project)
    }

    /// cargo with these arguments, from the root.
    pub(crate) fn cargo<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I) -> Command {
        let mut command = self.command(&self.cargo);
        command.args(arguments);
        command
    }

    /// Another program, started from the root without standard input.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).stdin(Stdio::null());
        // `cargo run` describes xtask itself in these. Build scripts that watch them (ring's does) would run again for nothing.
        for (name, _) in env::vars_os() {
            let described = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
            if name.to_str().is_some_and(|name| described.iter().any(|prefix| name.starts_with(prefix))) {
                command.env_remove(&name);
            }
        }
        command
    }

    /// A path as people write it, from the root.
    pub(crate) fn relative<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }
}

/// Where on the PATH a program is.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// Every file under a folder, sorted; empty if there is no such folder. Leaves out what is built, installed or hidden.
pub(crate) fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let hidden = name.to_str().is_some_and(|name| name.starts_with('.'));
            if hidden || name == "target" || name == "node_modules" {
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() => found.push(path),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

fn package(value: &Value) -> Package {
    let name = text(&value["name"]);
    let short = match name.strip_prefix("switchboard-") {
        Some(short) => short.to_owned(),
        None if name == "switchboard" => "server".to_owned(),
        None => name.clone(),
    };
    let dependencies = list(&value["dependencies"])
        .map(|dependency| Dependency {
            package: text(&dependency["name"]),
            rename: dependency["rename"].as_str().map(str::to_owned),
            dev: dependency["kind"] == "dev",
            ours: dependency["path"].is_string(),
        })
        .collect();
    Package { name, short, manifest: PathBuf::from(text(&value["manifest_path"])), dependencies }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
