//! Processes that are measured: this program again, under another verb.

use std::{collections::BTreeMap, path::Path, process::Stdio};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, BufReader},
    process::{Child, Command},
};

use crate::Result;

/// What a process says in its first line, when it answers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ready {
    /// Where it listens.
    pub(crate) address: String,
    /// The workspace's name.
    pub(crate) workspace: String,
    /// The logins of its agents.
    pub(crate) agents: Vec<String>,
}

/// A running process; ended when dropped.
pub(crate) struct Process {
    child: Child,
    /// Kept open: a process that cannot print would fail.
    _out: Box<dyn AsyncRead + Send + Sync + Unpin>,
    pub(crate) ready: Ready,
}

impl Process {
    /// Starts it and waits until it says that it is ready.
    pub(crate) async fn start(arguments: &[&str]) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut out = BufReader::new(child.stdout.take().ok_or("a process without output")?);
        let mut line = String::new();
        out.read_line(&mut line).await?;
        let ready = serde_json::from_str(&line).map_err(|_| format!("`{}` did not start: {line:?}", arguments.join(" ")))?;
        Ok(Self { child, _out: Box::new(out), ready })
    }

    /// Starts the program that is deployed (`SWITCHBOARD_BINARY`, which `cargo xtask bench` sets) and waits until it says where it listens.
    pub(crate) async fn deployed(data: &Path) -> Result<Self> {
        Self::deployed_with(data, &BTreeMap::new()).await
    }

    /// The same, with settings of its environment.
    pub(crate) async fn deployed_with(data: &Path, environment: &BTreeMap<&str, &str>) -> Result<Self> {
        let program = std::env::var_os("SWITCHBOARD_BINARY").ok_or("SWITCHBOARD_BINARY names no server: run `cargo xtask bench`")?;
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut out = BufReader::new(child.stderr.take().ok_or("a process without a log")?);
        let mut line = String::new();
        while !line.contains("http://") {
            line.clear();
            if out.read_line(&mut line).await? == 0 {
                return Err("the server did not say where it listens".into());
            }
        }
        Ok(Self { child, _out: Box::new(out), ready: Ready::default() })
    }

    /// Memory that it holds, bytes.
    pub(crate) fn resident(&self) -> Result<u64> {
        let pid = self.child.id().ok_or("the server ended")?;
        let status = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").trim().parse::<u64>()? * 1024)
    }

    /// Tells it to end, and waits until it has.
    pub(crate) async fn end(mut self) -> Result<()> {
        if let Some(pid) = self.child.id().and_then(|pid| i32::try_from(pid).ok()) {
            nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGTERM)?;
        }
        self.child.wait().await?;
        Ok(())
    }
}

/// Says the first line.
#[expect(clippy::print_stdout, reason = "how a process tells that it is ready")]
pub(crate) fn say(ready: &Ready) -> Result<()> {
    println!("{}", serde_json::to_string(ready)?);
    Ok(())
}

/// Ten thousand visitors are ten thousand open files here and there.
pub(crate) fn raise_open_files() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    if let Ok((_, most)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, most, most);
    }
}
