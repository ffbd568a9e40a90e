//! The server that is measured: the whole one, with agents that take whatever comes.

use std::{path::PathBuf, time::Duration};

use domain::{permission::BuiltInRole, presence::Presence, secret::Secret};
use engine::setup::DemoAgent;
use server::{
    config::Config,
    wiring::{self, Ambient, Wired},
};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    Result,
    process::{Ready, say},
};

/// The agents' password.
pub(crate) const PASSWORD: &str = "only for measuring";

/// Who looks over the agents' shoulders.
pub(crate) const SUPERVISOR: &str = "supervisor";

/// Who may set things up.
pub(crate) const ADMIN: &str = "admin";

/// How the logins of agents begin who take whatever comes.
const ROBOT: &str = "robot-";

/// How to serve.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The data folder
    #[arg(long)]
    data: PathBuf,
    /// The database; SQLite in the data folder unless told
    #[arg(long, default_value = "")]
    database: String,
    /// PEM files of a certificate and its key: TLS
    #[arg(long, num_args = 2)]
    tls: Vec<String>,
    /// How many agents; each takes up to 1,000 conversations. 0: the server as it is, with nothing in it
    #[arg(long, default_value_t = 0)]
    agents: usize,
}

pub(crate) async fn run(arguments: Arguments) -> Result<()> {
    std::fs::create_dir_all(&arguments.data)?;
    let mut config = Config::default();
    config.server.listen = "127.0.0.1:0".parse()?;
    config.data.dir = arguments.data.to_string_lossy().into_owned();
    config.database.url = arguments.database;
    if !config.database.url.is_empty() {
        let file = arguments.data.join("root.key");
        store::RootKey::load_or_make(&file, &*Ambient::default().randomness)?;
        config.secrets.root_key_file = file.to_string_lossy().into_owned();
    }
    if let [certificate, key] = &arguments.tls[..] {
        config.tls.certificate = certificate.clone();
        config.tls.key = key.clone();
    }
    // All visitors come from one address here.
    config.limits.exempt = vec!["127.0.0.0/8".parse()?];
    // So do all events.
    config.events.per_second = 0;
    // A day's requests are made in minutes.
    config.limits.api_requests_per_day = 1_000_000_000;
    let Wired { running, app } = wiring::serve(config, Ambient::default()).await?;
    let mut ready = Ready { ..Ready::default() };
    let addresses = running.addresses();
    ready.address = addresses.https.or(addresses.http).ok_or("no address")?.to_string();
    if arguments.agents > 0 {
        let robots = (0..arguments.agents).map(|n| DemoAgent {
            login: format!("{ROBOT}{n}"),
            name: format!("Robot {n}"),
            password: Secret(PASSWORD.to_owned()),
            role: BuiltInRole::Agent,
            robot: true,
        });
        let person = |login: &str, name: &str, role| DemoAgent {
            login: login.to_owned(),
            name: name.to_owned(),
            password: Secret(PASSWORD.to_owned()),
            role,
            robot: false,
        };
        let people = [person(SUPERVISOR, "A Supervisor", BuiltInRole::Supervisor), person(ADMIN, "An Admin", BuiltInRole::Admin)];
        let demo = app.seed_demo(robots.chain(people).collect()).await?;
        ready.workspace = demo.workspace_name.clone();
        ready.agents = demo.agents.keys().filter(|login| login.starts_with(ROBOT)).cloned().collect();
        // They are there as long as this process is.
        let presences = app.clone();
        let robots: Vec<_> = demo.agents.iter().filter(|(login, _)| login.starts_with(ROBOT)).map(|(_, agent)| *agent).collect();
        for robot in &robots {
            presences.set_presence(demo.workspace, *robot, Presence::Online, None).await?;
        }
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_secs(10)).await;
                for robot in &robots {
                    let _ = presences.set_presence(demo.workspace, *robot, Presence::Online, None).await;
                }
            }
        });
    }
    say(&ready)?;
    let mut end = signal(SignalKind::terminate())?;
    end.recv().await;
    running.shutdown();
    running.wait().await;
    Ok(())
}
