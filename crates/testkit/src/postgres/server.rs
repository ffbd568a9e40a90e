//! One server process and its data.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, chown},
};
use rand::{TryRng, rngs::SysRng};

use super::{
    Error,
    programs::{Programs, finish},
};

/// How long a server may take to answer: recovery on a slow disk included.
const PATIENCE: Duration = Duration::from_secs(60);
/// Below the ports that the kernel hands out to outgoing connections, which would steal ours between a kill and a start.
const PORTS: std::ops::Range<u32> = 20_000..32_000;

/// A server with its data in `folder/data` and its log in `folder/log`. Killed when dropped; its files stay.
#[derive(Debug)]
pub(super) struct Server {
    programs: Programs,
    folder: PathBuf,
    durable: bool,
    port: u16,
    url: String,
    child: Option<Child>,
}

impl Server {
    /// Makes a new cluster in an empty folder and starts it.
    pub(super) fn create(programs: &Programs, folder: &Path, durable: bool) -> Result<Self, Error> {
        let secret = format!("{:016x}{:016x}", random()?, random()?);
        let password = folder.join("password");
        fs::write(&password, &secret).map_err(Error::io("the password file cannot be written"))?;
        fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).map_err(Error::io("the password file cannot be protected"))?;
        let data = folder.join("data");
        fs::create_dir(&data).map_err(Error::io("the data folder cannot be made"))?;
        for path in [folder, &password, &data] {
            give(programs, path)?;
        }
        let mut initdb = programs.as_server("initdb", folder);
        initdb.arg("--pgdata").arg(&data).arg("--pwfile").arg(&password);
        // A collation in which "a" < "B", as on most people's servers: a statement that forgot COLLATE "C" is found out.
        initdb.args(["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"]);
        initdb.args(["--username=switchboard", "--auth=password", "--no-sync", "--no-instructions"]);
        finish("initdb", &mut initdb)?;
        // initdb does not sync; what a durable cluster promises begins with its first start, whose checkpoint does.
        let mut server = Self { programs: programs.clone(), folder: folder.to_owned(), durable, port: 0, url: String::new(), child: None };
        let mut attempts = 0;
        loop {
            server.port = free_port()?;
            server.url = format!("postgres://switchboard:{secret}@127.0.0.1:{}/postgres", server.port);
            match server.start() {
                Ok(()) => return Ok(server),
                // Another process took the port between our look and the start.
                Err(Error::Program { said, .. }) if attempts < 5 && said.contains("could not bind") => attempts += 1,
                Err(e) => return Err(e),
            }
        }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Starts it and returns when it answers.
    pub(super) fn start(&mut self) -> Result<(), Error> {
        if self.child.is_some() {
            return Ok(());
        }
        let log = File::create(self.folder.join("log")).map_err(Error::io("the server's log cannot be made"))?;
        let errors = log.try_clone().map_err(Error::io("the server's log cannot be made"))?;
        let mut command = self.programs.as_server("postgres", &self.folder);
        command.arg("-D").arg(self.folder.join("data")).args(["-p", &self.port.to_string()]);
        let on = if self.durable { "on" } else { "off" };
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=400",
            "shared_buffers=64MB",
            "log_min_messages=warning",
            &format!("fsync={on}"),
            &format!("full_page_writes={on}"),
        ] {
            command.args(["-c", setting]);
        }
        // Its own group: Ctrl-C in a terminal must not stop a server that other test processes share.
        let child = command.stdout(log).stderr(errors).process_group(0).spawn().map_err(Error::io("postgres cannot be started"))?;
        self.child = Some(child);
        self.until_ready()
    }

    fn until_ready(&mut self) -> Result<(), Error> {
        let began = Instant::now();
        loop {
            let child = self.child.as_mut().expect("only called after the start");
            let ended = child.try_wait().map_err(Error::io("postgres was lost"))?;
            if ended.is_none() && is_ready(&self.folder.join("data"), child.id()) {
                return Ok(());
            }
            if ended.is_some() || began.elapsed() > PATIENCE {
                self.kill();
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                let last = log.lines().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n");
                return Err(Error::Program { program: "postgres".to_owned(), said: last });
            }
            pause();
        }
    }

    /// Ends the server and the processes it made with SIGKILL.
    pub(super) fn kill(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let leader = pid(child.id());
        // Stopped first, so that it makes no process while we count them.
        let _ = kill(leader, Signal::SIGSTOP);
        let children = children_of(child.id());
        let _ = kill(leader, Signal::SIGKILL);
        for child in &children {
            let _ = kill(pid(*child), Signal::SIGKILL);
        }
        let _ = child.wait();
        // The next start refuses while one of them still holds the shared memory.
        while children.iter().any(|child| parent_of(*child).is_some()) {
            pause();
        }
    }

    /// Ends it in order.
    pub(super) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = kill(pid(child.id()), Signal::SIGINT);
            let _ = child.wait();
        }
    }

    /// Leaves the server running when this value, and this process, are gone.
    pub(super) fn release(mut self) {
        self.child = None;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Ends a server that nobody owns any more. Its process is known by the folder in which it works, since numbers are used again.
pub(super) fn end_abandoned(data: &Path) {
    if let Some(leader) = leader_of(data)
        && fs::read_link(format!("/proc/{leader}/cwd")).is_ok_and(|folder| folder == data)
    {
        // SIGQUIT: it ends its children and itself at once, without writing.
        let _ = kill(pid(leader), Signal::SIGQUIT);
        let began = Instant::now();
        while parent_of(leader).is_some() && began.elapsed() < PATIENCE {
            pause();
        }
    }
}

/// Whether the server of this data folder runs.
pub(super) fn runs(data: &Path) -> bool {
    leader_of(data).is_some_and(|leader| {
        parent_of(leader).is_some()
            && fs::read_link(format!("/proc/{leader}/cwd")).is_ok_and(|folder| folder == data)
            && is_ready(data, leader)
    })
}

fn leader_of(data: &Path) -> Option<u32> {
    fs::read_to_string(data.join("postmaster.pid")).ok()?.lines().next()?.trim().parse().ok()
}

/// PostgreSQL writes its state into the eighth line of its pid file.
fn is_ready(data: &Path, leader: u32) -> bool {
    let Ok(text) = fs::read_to_string(data.join("postmaster.pid")) else { return false };
    let mut lines = text.lines();
    let ours = lines.next().is_some_and(|line| line.trim() == leader.to_string());
    ours && lines.nth(6).is_some_and(|line| line.trim() == "ready")
}

fn children_of(leader: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.filter(|process| parent_of(*process) == Some(leader)).collect()
}

/// The parent of a process that lives; a zombie does not.
fn parent_of(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in brackets, may hold anything; the state and the parent follow its last bracket.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    fields.next()?.parse().ok()
}

fn pid(number: u32) -> Pid {
    Pid::from_raw(i32::try_from(number).expect("Linux numbers processes below 2^22"))
}

/// Gives a file to the user that the server runs as.
pub(super) fn give(programs: &Programs, path: &Path) -> Result<(), Error> {
    let Some((user, group)) = programs.user() else { return Ok(()) };
    chown(path, Some(user), Some(group)).map_err(|e| Error::io(format!("{} cannot be given away", path.display()))(e.into()))
}

fn free_port() -> Result<u16, Error> {
    for _ in 0..100 {
        let port = PORTS.start + u32::try_from(random()? % u64::from(PORTS.end - PORTS.start)).expect("a remainder of 12,000 fits");
        let port = u16::try_from(port).expect("the range is below 65,536");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    Err(Error::io("no free port was found")(std::io::ErrorKind::AddrInUse.into()))
}

pub(super) fn random() -> Result<u64, Error> {
    SysRng.try_next_u64().map_err(|e| Error::io("the system gives no randomness")(std::io::Error::other(e.to_string())))
}

/// Between two looks at a process or file that tells nobody when it changes.
pub(super) fn pause() {
    #[expect(clippy::disallowed_methods, reason = "part of waiting for a condition")]
    std::thread::sleep(Duration::from_millis(10));
}

/// Discards what a program would write to the test's own output: a pipe that stays open looks like a leak to test runners.
pub(super) fn silent(command: &mut std::process::Command) -> &mut std::process::Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}
