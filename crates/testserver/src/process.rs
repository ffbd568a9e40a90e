//! The real program as a child, to be killed and started again.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError, mpsc},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{PATIENCE, Site};

/// A running `switchboard`. Killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    address: SocketAddr,
    log: Arc<Mutex<String>>,
}

/// `SWITCHBOARD_BINARY`, else the one that cargo built beside this test.
fn binary() -> PathBuf {
    if let Some(given) = std::env::var_os("SWITCHBOARD_BINARY") {
        return given.into();
    }
    let test = std::env::current_exe().expect("this program has a path");
    let folder = test.ancestors().find(|folder| folder.join("switchboard").is_file());
    folder.expect("the server was built: run `cargo build -p switchboard`, or set SWITCHBOARD_BINARY").join("switchboard")
}

impl Process {
    /// `switchboard serve` on a site. `folder` is its data folder, which no two servers share; the site's own with SQLite.
    pub async fn serve(site: &Site, folder: &Path) -> Self {
        let config = site.config();
        let mut command = Command::new(binary());
        command.args(["serve".as_ref(), "--data".as_ref(), folder.as_os_str()]);
        if !config.database.url.is_empty() {
            command.arg("--database").arg(&config.database.url);
        }
        command.env("SWITCHBOARD__SECRETS__ROOT_KEY_FILE", &config.secrets.root_key_file);
        Self::start(command, folder).await
    }

    /// `switchboard serve` on a site of one server.
    pub async fn alone(site: &Site) -> Self {
        Self::serve(site, Path::new(&site.config().data.dir)).await
    }

    /// `switchboard demo`, with everything in this folder.
    pub async fn demo(folder: &Path) -> Self {
        let mut command = Command::new(binary());
        command.args([OsStr::new("demo"), "--data".as_ref(), folder.as_os_str()]);
        Self::start(command, folder).await
    }

    async fn start(mut command: Command, folder: &Path) -> Self {
        command.current_dir(folder).args(["--listen", "127.0.0.1:0"]);
        command.env("SWITCHBOARD__LIMITS__EXEMPT", r#"["127.0.0.0/8"]"#).env("SWITCHBOARD__SERVER__SHUTDOWN_S", "5");
        // What tests tell listens beside it, and a call that a killed server made is given up soon.
        command.env("SWITCHBOARD__OUTBOUND__PLAIN_HTTP", "true").env("SWITCHBOARD__OUTBOUND__ALLOWED_NETWORKS", r#"["127.0.0.0/8"]"#);
        command.env("SWITCHBOARD__OUTBOUND__TIMEOUT_S", "2");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().expect("the server's program starts");
            let log = Arc::default();
            let (found, address) = mpsc::channel();
            read(child.stdout.take().expect("stdout is a pipe"), &log, found.clone());
            read(child.stderr.take().expect("stderr is a pipe"), &log, found);
            match address.recv_timeout(PATIENCE) {
                Ok(address) => Self { child, address, log },
                Err(_) => {
                    let _ = child.kill();
                    panic!("the server did not say where it listens; it said:\n{}", log.lock().unwrap_or_else(PoisonError::into_inner));
                }
            }
        })
        .await
        .expect("the server starts")
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as an URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// SIGKILL: it writes nothing any more. Returns when it is gone.
    pub fn kill(mut self) {
        self.child.kill().expect("it still ran");
        self.child.wait().expect("it ends");
        self.assert_no_errors();
    }

    /// SIGTERM, and its end.
    ///
    /// # Panics
    /// When it does not end with success, or logged an ERROR.
    pub async fn stop(mut self) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).expect("a process id")), Signal::SIGTERM).expect("it still runs");
        testkit::wait_for("the server's end", PATIENCE, async || {
            self.child.try_wait().expect("it is our child").is_some_and(|status| {
                assert!(status.success(), "{status}");
                true
            })
        })
        .await;
        self.assert_no_errors();
    }

    fn assert_no_errors(&self) {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let errors: Vec<&str> = log.lines().filter(|line| line.contains(" ERROR ")).collect();
        assert!(errors.is_empty(), "the server logged errors:\n{}", errors.join("\n"));
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keeps what is written, and sends the first address in it.
fn read(pipe: impl Read + Send + 'static, log: &Arc<Mutex<String>>, found: mpsc::Sender<SocketAddr>) {
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        let mut found = Some(found);
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if let Some(address) = address(&line)
                && let Some(found) = found.take()
            {
                let _ = found.send(address);
            }
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            log.push_str(&line);
            log.push('\n');
        }
    });
}

fn address(line: &str) -> Option<SocketAddr> {
    line.split_once("http://")?.1.split(|letter: char| !letter.is_ascii_digit() && !".:".contains(letter)).next()?.parse().ok()
}
