//! The console opened beside much that was and is said, ÷ opened beside little: an agent's desk, a supervisor's board, the history.
//!
//! A browser opens both in turn (`e2e/bench/open.mjs`), each time as one that has never been there, until every line that the page shows at once
//! is painted.

use std::{collections::BTreeMap, env, path::PathBuf, process::Stdio, sync::Arc};

use serde::{Deserialize, Serialize};
use tokio::{
    io::AsyncWriteExt as _,
    process::Command,
    task::{JoinHandle, JoinSet},
};

use crate::{
    Result,
    client::Target,
    process::Process,
    serving::{PASSWORD, SUPERVISOR},
    table::Figure,
    visitor::{Polls, Session, establish},
};

/// Agents; each has an equal share of what runs.
const AGENTS: usize = 10;
/// Conversations that are lived through at once while the past is made.
const AT_ONCE: usize = 8;
/// What a visitor has written in a conversation that runs.
const MESSAGES: i64 = 5;
/// Lines of a page of the history.
const HISTORY_LINES: usize = 50;

/// How much a server holds.
#[derive(Clone, Copy)]
struct Load {
    past: usize,
    running: usize,
}

const LITTLE: Load = Load { past: 10, running: 10 };

/// A server with its load, kept alive by visitors who poll.
struct Loaded {
    server: Process,
    load: Load,
    polling: Vec<JoinHandle<()>>,
    _folder: tempfile::TempDir,
}

impl Drop for Loaded {
    fn drop(&mut self) {
        self.polling.iter().for_each(JoinHandle::abort);
    }
}

fn line(n: i64) -> String {
    format!(r#"{{"text":"{n}: Hello, I would like to know where my order is."}}"#)
}

/// Conversations that began, had a message and ended.
async fn live_through(target: &Target, many: usize) -> Result<()> {
    for _ in 0..many {
        let mut connection = target.connect().await?;
        let session = Session::start(&mut connection).await?;
        let mut polls = Polls::new(connection, session.clone());
        polls.established().await?;
        let mut connection = polls.done();
        connection.succeed(session.message(2, line(0))?).await?;
        connection.succeed(session.end(3)?).await?;
    }
    Ok(())
}

async fn start(load: Load) -> Result<Loaded> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data").to_string_lossy().into_owned();
    let server = Process::start(&["server", "--data", &data, "--agents", &AGENTS.to_string()]).await?;
    let target = Arc::new(Target::plain(&server.ready.address));
    let mut past = JoinSet::new();
    for n in 0..AT_ONCE {
        let (target, many) = (target.clone(), (load.past + n) / AT_ONCE);
        past.spawn(async move { live_through(&target, many).await });
    }
    while let Some(lived) = past.join_next().await {
        lived??;
    }
    let mut polling = Vec::new();
    for (session, mut polls) in establish(&target, load.running).await? {
        let mut connection = target.connect().await?;
        for n in 0..MESSAGES {
            connection.succeed(session.message(2 + n, line(n))?).await?;
        }
        polling.push(tokio::spawn(async move { while polls.next().await.is_ok() {} }));
    }
    Ok(Loaded { server, load, polling, _folder: folder })
}

#[derive(Serialize)]
struct Page {
    name: &'static str,
    login: &'static str,
    password: &'static str,
    path: &'static str,
    /// A selector of its lines.
    shown: &'static str,
    /// How many there must be, on each server.
    many: Vec<usize>,
}

#[derive(Serialize)]
struct Opening {
    servers: Vec<Server>,
    pages: Vec<Page>,
    rounds: usize,
}

#[derive(Serialize)]
struct Server {
    url: String,
}

#[derive(Clone, Copy, Deserialize)]
struct Cost {
    /// From the address to the last line painted.
    milliseconds: f64,
    /// The page's processor time until then.
    processor: f64,
}

/// Starts the browser's part. Node.js is the one that `cargo xtask bench` found.
async fn open(opening: &Opening) -> Result<BTreeMap<String, Vec<Cost>>> {
    let root = env::var_os("SWITCHBOARD_ROOT").map(PathBuf::from).ok_or("SWITCHBOARD_ROOT names no sources: run `cargo xtask bench`")?;
    let mut child = Command::new("node")
        .arg("bench/open.mjs")
        .current_dir(root.join("e2e"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut input = child.stdin.take().ok_or("a process without input")?;
    input.write_all(&serde_json::to_vec(opening)?).await?;
    drop(input);
    let output = child.wait_with_output().await?;
    if !output.status.success() {
        return Err("the browser could not open the console; what it says is above".into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let much = if quick { Load { past: 1_000, running: 200 } } else { Load { past: 10_000, running: 200 } };
    let loaded = [start(LITTLE).await?, start(much).await?];
    let many = |of: fn(Load) -> usize| loaded.iter().map(|each| of(each.load)).collect();
    let page = |name, login, path, shown, many| Page { name, login, password: PASSWORD, path, shown, many };
    let opening = Opening {
        servers: loaded.iter().map(|each| Server { url: format!("http://{}", each.server.ready.address) }).collect(),
        pages: vec![
            page("an agent's desk", "robot-0", "", "nav a[href*='/c/']", many(|load| load.running / AGENTS)),
            page("the board", SUPERVISOR, "supervise", "tbody a[href*='/supervise/']", many(|load| load.running)),
            page(
                "the history",
                SUPERVISOR,
                "history",
                "tbody a[href*='/history/']",
                many(|load| (load.past + load.running).min(HISTORY_LINES)),
            ),
        ],
        rounds: if quick { 5 } else { 21 },
    };
    let costs = open(&opening).await?;
    let mut figures = Vec::new();
    for page in &opening.pages {
        let [little, much_] = costs.get(page.name).and_then(|costs| costs.first_chunk::<2>()).ok_or("a page was not opened")?;
        let ratio = much_.milliseconds / little.milliseconds;
        figures.push(Figure {
            what: format!("B12 {} opened beside {} past and {} running", page.name, much.past, much.running),
            ours: format!("{:.0} ms, {:.0} of the page's processor", much_.milliseconds, much_.processor),
            baseline: format!("beside 10 and 10 {:.0} ms, {:.0}", little.milliseconds, little.processor),
            figure: format!("{ratio:.2}"),
            asked: "≤ 2".into(),
            met: ratio <= 2.0,
            limit: "the browser: loading, compiling and laying out the page",
        });
    }
    Ok(figures)
}
