//! PostgreSQL's own programs: where they are, and as whom they run.

use std::{
    fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use nix::unistd::{Gid, Uid, User, geteuid};

use super::Error;

/// Oldest version that the store supports.
const OLDEST: u32 = 15;

/// The folder of PostgreSQL's programs, and whom they run as.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    folder: PathBuf,
    /// PostgreSQL refuses root; then it runs as this user.
    user: Option<(Uid, Gid)>,
}

impl Programs {
    /// The newest of Debian's folders, else what is on the PATH.
    pub(super) fn find() -> Result<Self, Error> {
        let folders = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut versions: Vec<(u32, PathBuf)> = folders
            .filter_map(|folder| Some((folder.file_name().to_str()?.parse().ok()?, folder.path().join("bin"))))
            .filter(|(version, folder)| *version >= OLDEST && folder.join("initdb").is_file())
            .collect();
        versions.sort();
        let folder = versions.pop().map(|(_, folder)| folder).or_else(on_path).ok_or(Error::NotInstalled)?;
        let user = if geteuid().is_root() { Some(servant()?) } else { None };
        Ok(Self { folder, user })
    }

    /// Whom files of the server must belong to, if not to us.
    pub(super) fn user(&self) -> Option<(Uid, Gid)> {
        self.user
    }

    /// A program that PostgreSQL's rules forbid to root, in a folder that its user can read.
    pub(super) fn as_server(&self, program: &str, folder: &Path) -> Command {
        let mut command = self.command(program);
        command.current_dir(folder);
        if let Some((user, group)) = self.user {
            command.gid(group.as_raw()).uid(user.as_raw());
        }
        command
    }

    /// psql with one statement.
    pub(super) fn psql(&self, url: &str, statement: &str) -> Command {
        let mut command = self.command("psql");
        command.args(["--no-psqlrc", "--quiet", "--no-password", "--tuples-only", "--no-align", "-v", "ON_ERROR_STOP=1"]);
        command.args(["--command", statement, url]);
        command
    }

    /// Runs one statement and waits for it.
    pub(super) fn execute(&self, url: &str, statement: &str) -> Result<(), Error> {
        finish("psql", &mut self.psql(url, statement)).map(|_| ())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.folder.join(program));
        // A message that is looked at must not be translated; settings of the user's own psql must not reach us.
        command.stdin(Stdio::null()).env("LC_MESSAGES", "C").env_remove("LC_ALL").env_remove("PGOPTIONS").env_remove("PGSERVICE");
        command
    }
}

/// Runs a program to its end and returns what it wrote.
pub(super) fn finish(name: &str, command: &mut Command) -> Result<String, Error> {
    let output = command.output().map_err(Error::io(format!("{name} cannot be started")))?;
    if !output.status.success() {
        let said = format!("{}{}", String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
        return Err(Error::Program { program: name.to_owned(), said: said.trim().to_owned() });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find(|folder| {
        let version = Command::new(folder.join("postgres")).arg("--version").output();
        let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        folder.join("initdb").is_file() && major(&version).is_some_and(|major| major >= OLDEST)
    })
}

/// 15 of `postgres (PostgreSQL) 15.3 (Debian 15.3-0+deb12u1)`.
fn major(version: &str) -> Option<u32> {
    version.split_once(") ")?.1.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Who runs the server where we are root.
fn servant() -> Result<(Uid, Gid), Error> {
    for name in ["postgres", "nobody"] {
        if let Ok(Some(user)) = User::from_name(name) {
            return Ok((user.uid, user.gid));
        }
    }
    let said = "it refuses to run as root, and there is neither a user `postgres` nor `nobody`: run the tests as another user".to_owned();
    Err(Error::Program { program: "PostgreSQL".to_owned(), said })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major("postgres (PostgreSQL) 15.3 (Debian 15.3-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major("command not found"), None);
    }
}
