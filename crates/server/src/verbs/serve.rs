//! `switchboard serve`: a server from its settings to its end.

use std::{io, path::Path, process::ExitCode};

use tokio_util::sync::CancellationToken;

use super::{ServerArgs, refuse};
use crate::{
    config::Config,
    data_folder::DataFolder,
    logs,
    wiring::{self, Ambient, Wired},
};

pub(super) fn run(args: ServerArgs) -> ExitCode {
    let config = match args.settings() {
        Ok(config) => config,
        Err(error) => return refuse(&error),
    };
    logs::start(&config.logs);
    let folder = match DataFolder::open(Path::new(&config.data.dir)) {
        Ok(folder) => folder,
        Err(error) => return refuse(&error),
    };
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.enable_all().thread_name("switchboard");
    if config.server.worker_threads > 0 {
        runtime.worker_threads(config.server.worker_threads);
    }
    let runtime = match runtime.build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&error),
    };
    let code = runtime.block_on(serve(config));
    drop(folder);
    code
}

async fn serve(config: Config) -> ExitCode {
    let connections = config.server.max_connections;
    let Wired { running, .. } = match wiring::serve(config, Ambient::default()).await {
        Ok(wired) => wired,
        Err(error) => return refuse(&error),
    };
    // Only now: a server that cannot start says one sentence, why.
    raise_open_files(connections);
    let (closing, url) = (running.closing(), running.addresses().url());
    if let Err(error) = end_on_signals(closing) {
        return refuse(&error);
    }
    tracing::info!(version = env!("CARGO_PKG_VERSION"), url, "ready");
    let closed = running.wait().await;
    if closed.cut > 0 {
        tracing::warn!(connections = closed.cut, "ended; connections that were still busy were cut");
    } else {
        tracing::info!("ended");
    }
    ExitCode::SUCCESS
}

/// Takes as many open files as the system allows this process: each waiting visitor holds one, and the usual limit of 1024 is not many.
fn raise_open_files(connections: usize) {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let Ok((now, most)) = getrlimit(Resource::RLIMIT_NOFILE) else { return };
    let got = if setrlimit(Resource::RLIMIT_NOFILE, most, most).is_ok() { most } else { now };
    // Some for the database, files and listeners.
    let needed = connections as u64 + 256;
    if got < needed {
        tracing::warn!(
            allowed = got,
            needed,
            "fewer files may be open than server.max_connections needs: raise the limit (LimitNOFILE with systemd, ulimit -n in a shell)"
        );
    }
}

/// Cancels the token at the first SIGTERM or Ctrl-C, and ends the process at the second.
pub(super) fn end_on_signals(closing: CancellationToken) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminations = signal(SignalKind::terminate())?;
    let mut interruptions = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        for again in [false, true] {
            tokio::select! {
                _ = terminations.recv() => {}
                _ = interruptions.recv() => {}
            }
            if again {
                tracing::warn!("told to end again: ending at once");
                std::process::exit(1);
            }
            tracing::info!("told to end: answering what is waiting");
            closing.cancel();
        }
    });
    Ok(())
}
