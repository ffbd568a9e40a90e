//! Where clusters lie, who uses them, and how they go away.
//!
//! All is under `$TMPDIR/switchboard-testkit-<uid>/`. Who uses a cluster holds a shared lock on its lock file; the kernel lets go of it when
//! the process ends, in whatever way. A watchdog, a small shell process in a group of its own, waits for the exclusive lock, stops the
//! server and removes its files. Lock order: users' lock, then `start.lock`.

use std::{
    fs::{self, File, OpenOptions},
    os::unix::{
        fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use nix::unistd::geteuid;

use super::{
    Error,
    programs::Programs,
    server::{self, Server},
};

/// $1 cluster's folder, $2 its users' lock, $3 seconds that a cluster without users is kept: 0 is a private one, whose lock goes too.
/// File 8 is held so that a cluster has one watchdog; it is let go before file 9, so that whoever waits for 9 can start the next one.
const WATCHDOG: &str = r#"
exec 8<>"$2.watchdog" 9<>"$2" || exit 1
flock --exclusive --nonblock 8 || exit 0
while :; do
  flock --exclusive 9; flock --unlock 9
  sleep "$3"
  flock --exclusive --nonblock 9 && break
done
read -r leader <"$1/data/postmaster.pid" || leader=
runs() { [ -n "$leader" ] && [ "$(readlink "/proc/$leader/cwd")" = "$1/data" ]; }
if runs "$1"; then
  kill -QUIT "$leader"
  while runs "$1"; do sleep 0.02; done
fi
rm -rf "$1" "$2.watchdog"
[ "$3" != 0 ] || rm -f "$2"
exec 8>&-
"#;

/// How long a shared cluster waits for the next process, in seconds: test runners start one after the other.
const LINGER: &str = "4";

/// A private cluster's folder, removed when dropped.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
        let _ = fs::remove_file(lock_of(&self.0));
    }
}

/// The address of the shared cluster, started if it does not run. This process is one of its users until it ends.
pub(super) fn share(programs: &Programs, durable: bool) -> Result<String, Error> {
    static USED: [OnceLock<File>; 2] = [OnceLock::new(), OnceLock::new()];
    let base = base()?;
    let folder = base.join(if durable { "durable" } else { "fast" });
    let users = open(&lock_of(&folder))?;
    users.lock_shared().map_err(Error::io("the cluster's lock cannot be had"))?;
    let starting = exclusive(&base.join("start.lock"))?;
    remove_abandoned(&base);

    let address = folder.join("address");
    let url = match fs::read_to_string(&address) {
        Ok(url) if server::runs(&folder.join("data")) => url,
        _ => {
            server::end_abandoned(&folder.join("data"));
            if folder.exists() {
                fs::remove_dir_all(&folder).map_err(Error::io(format!("{} cannot be removed", folder.display())))?;
            }
            make_folder(programs, &folder)?;
            let server = Server::create(programs, &folder, durable)?;
            let url = server.url().to_owned();
            let mut options = OpenOptions::new();
            let file = options.write(true).create_new(true).mode(0o600).open(&address);
            file.and_then(|mut file| std::io::Write::write_all(&mut file, url.as_bytes()))
                .map_err(Error::io("the address cannot be kept"))?;
            server.release();
            url
        }
    };
    watch(&folder, LINGER)?;
    drop(starting);
    // Kept to the end of the process. A second call for the same cluster does not happen: its result is kept too.
    let _ = USED[usize::from(durable)].set(users);
    Ok(url)
}

/// A folder of the caller's own with the lock that keeps it.
pub(super) fn private(programs: &Programs) -> Result<(Folder, File), Error> {
    let base = base()?;
    // Held until our own lock is: an unlocked folder is an abandoned one.
    let _starting = exclusive(&base.join("start.lock"))?;
    remove_abandoned(&base);
    let folder = base.join(format!("private-{:016x}", server::random()?));
    let lock = open(&lock_of(&folder))?;
    lock.lock_shared().map_err(Error::io("the cluster's lock cannot be had"))?;
    let folder = Folder(folder);
    make_folder(programs, folder.path())?;
    watch(folder.path(), "0")?;
    Ok((folder, lock))
}

fn lock_of(folder: &Path) -> PathBuf {
    folder.with_extension("lock")
}

fn watch(folder: &Path, linger: &str) -> Result<(), Error> {
    let mut command = Command::new("sh");
    command.args(["-c", WATCHDOG, "switchboard-testkit-watchdog"]).arg(folder).arg(lock_of(folder)).arg(linger);
    server::silent(command.current_dir("/").process_group(0)).spawn().map_err(Error::io("the watchdog cannot be started"))?;
    Ok(())
}

/// Removes private clusters whose process is gone and whose watchdog was killed too.
fn remove_abandoned(base: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_private = entry.file_name().to_str().is_some_and(|name| name.starts_with("private-"));
        if is_private && path.is_dir() && open(&lock_of(&path)).is_ok_and(|lock| lock.try_lock().is_ok()) {
            server::end_abandoned(&path.join("data"));
            drop(Folder(path));
        }
    }
}

/// The folder of all clusters of this user. The server's own user must be able to reach what is below it.
fn base() -> Result<PathBuf, Error> {
    let temporary = std::env::temp_dir();
    let temporary = temporary.canonicalize().map_err(Error::io(format!("{} cannot be used", temporary.display())))?;
    let base = temporary.join(format!("switchboard-testkit-{}", geteuid()));
    match fs::DirBuilder::new().mode(0o711).create(&base) {
        Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => return Err(Error::io(format!("{} cannot be made", base.display()))(e)),
        _ => {}
    }
    let about = fs::symlink_metadata(&base).map_err(Error::io(format!("{} cannot be read", base.display())))?;
    if !about.is_dir() || about.uid() != geteuid().as_raw() || about.mode() & 0o022 != 0 {
        let said = format!("{} is not a folder of ours alone: remove it", base.display());
        return Err(Error::Program { program: "testkit".to_owned(), said });
    }
    // Whatever umask was in force.
    fs::set_permissions(&base, fs::Permissions::from_mode(0o711)).map_err(Error::io(format!("{} cannot be opened", base.display())))?;
    Ok(base)
}

fn make_folder(programs: &Programs, folder: &Path) -> Result<(), Error> {
    fs::DirBuilder::new().mode(0o700).create(folder).map_err(Error::io(format!("{} cannot be made", folder.display())))?;
    server::give(programs, folder)
}

fn open(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options.open(path).map_err(Error::io(format!("{} cannot be opened", path.display())))
}

fn exclusive(path: &Path) -> Result<File, Error> {
    let file = open(path)?;
    file.lock().map_err(Error::io(format!("{} cannot be locked", path.display())))?;
    Ok(file)
}
