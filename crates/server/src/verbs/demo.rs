//! `switchboard demo`: a server with something in it, and somebody who answers.

use std::{collections::BTreeMap, os::unix::fs::OpenOptionsExt as _, path::Path, process::ExitCode};

use domain::{
    ids::Randomness as _,
    permission::{BuiltInRole, Permission},
    secret::Secret,
};
use engine::setup::{Demo, DemoAgent, demo_ids};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{ServerArgs, refuse, robot, serve};
use crate::{
    ambient::SystemRandomness,
    config::Config,
    data_folder::DataFolder,
    logs,
    wiring::{Ambient, Wired, serve as start},
};

/// What `demo.json` holds: everything a client, a script or a test needs to talk to the demonstration.
#[derive(Debug, Serialize)]
struct Card {
    url: String,
    liveagent: String,
    api: String,
    organisation: &'static str,
    deployment: &'static str,
    button: &'static str,
    workspace: String,
    workspace_id: domain::ids::WorkspaceId,
    deployment_id: domain::ids::DeploymentId,
    button_id: domain::ids::ButtonId,
    sign_ins: BTreeMap<String, SignIn>,
}

#[derive(Debug, Serialize)]
struct SignIn {
    password: Secret,
    agent: domain::ids::AgentId,
    /// The same agent as visitors' clients see it: `agentId`.
    old_id: String,
}

pub(super) fn run(args: ServerArgs) -> ExitCode {
    let mut config = match args.settings() {
        Ok(config) => config,
        Err(error) => return refuse(&error),
    };
    if !config.server.listen.ip().is_loopback() {
        eprintln!(
            "switchboard: the demonstration has well-known sign-ins and listens on loopback only; use `switchboard serve` to be reached by others"
        );
        return ExitCode::from(2);
    }
    // What it prints is for a person; what it logs is not.
    if config.logs.filter == Config::default().logs.filter {
        "warn".clone_into(&mut config.logs.filter);
    }
    logs::start(&config.logs);
    let folder = match DataFolder::open(Path::new(&config.data.dir)) {
        Ok(folder) => folder,
        Err(error) => return refuse(&error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("switchboard").build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&error),
    };
    let code = runtime.block_on(show(config));
    drop(folder);
    code
}

#[expect(clippy::print_stdout, reason = "what to do next, for the person who started it")]
async fn show(config: Config) -> ExitCode {
    let Wired { running, app } = match start(config.clone(), Ambient::default()).await {
        Ok(wired) => wired,
        Err(error) => return refuse(&error),
    };
    let people = [
        ("admin", "Ada Admin", BuiltInRole::Admin, false),
        ("supervisor", "Sam Supervisor", BuiltInRole::Supervisor, false),
        ("agent", "Ann Agent", BuiltInRole::Agent, false),
        ("robot", "Robot", BuiltInRole::Agent, true),
    ];
    let agents: Vec<DemoAgent> = people
        .iter()
        .map(|(login, name, role, robot)| DemoAgent {
            login: (*login).to_owned(),
            name: (*name).to_owned(),
            password: password(),
            role: *role,
            robot: *robot,
        })
        .collect();
    let passwords: BTreeMap<String, Secret> = agents.iter().map(|agent| (agent.login.clone(), agent.password.clone())).collect();
    let demo = match app.seed_demo(agents).await {
        Ok(demo) => demo,
        Err(error) => return refuse(&error),
    };
    let url = running.addresses().url();
    let card = card(&url, &demo, &passwords);
    let page = Path::new(&config.data.dir).join("shop.html");
    if let Err(error) = std::fs::write(&page, shop(&card)) {
        eprintln!("switchboard: {} cannot be written: {error}", page.display());
        return ExitCode::FAILURE;
    }
    let path = Path::new(&config.data.dir).join("demo.json");
    if let Err(error) = write_card(&path, &card) {
        eprintln!("switchboard: {} cannot be written: {error}", path.display());
        return ExitCode::FAILURE;
    }
    let there = CancellationToken::new();
    let mut robot = tokio::spawn(robot::answer(robot::Robot {
        url: url.clone(),
        workspace: Some(demo.workspace_name.clone()),
        login: "robot".to_owned(),
        password: passwords["robot"].clone(),
        // With a person online who answers, the robot stands back.
        stands_back: Some((app.clone(), demo.workspace)),
        there: there.clone(),
        closing: running.closing(),
    }));
    if let Err(error) = serve::end_on_signals(running.closing()) {
        return refuse(&error);
    }
    // Whoever does at once what the greeting says finds the robot there.
    tokio::select! {
        () = there.cancelled() => {}
        ended = &mut robot => {
            if let Ok(Err(error)) = ended {
                eprintln!("switchboard: the robot stopped: {error}");
            }
            running.shutdown();
            running.wait().await;
            return ExitCode::FAILURE;
        }
    }
    println!("{}", greeting(&url, &path, &page, &card));
    running.wait().await;
    let _ = robot.await;
    ExitCode::SUCCESS
}

/// 16 letters and digits that are not mistaken for each other.
pub(super) fn password() -> Secret {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut bytes = [0u8; 16];
    SystemRandomness.fill(&mut bytes);
    Secret(bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect())
}

fn card(url: &str, demo: &Demo, passwords: &BTreeMap<String, Secret>) -> Card {
    Card {
        url: url.to_owned(),
        liveagent: format!("{url}/chat/rest/"),
        api: format!("{url}/api/v1"),
        organisation: demo_ids::ORGANISATION,
        deployment: demo_ids::DEPLOYMENT,
        button: demo_ids::BUTTON,
        workspace: demo.workspace_name.clone(),
        workspace_id: demo.workspace,
        deployment_id: demo.deployment,
        button_id: demo.button,
        sign_ins: demo
            .agents
            .iter()
            .filter_map(|(login, agent)| {
                let (password, old_id) = (passwords.get(login)?.clone(), demo.agents_old_ids.get(login)?.clone());
                Some((login.clone(), SignIn { password, agent: *agent, old_id }))
            })
            .collect(),
    }
}

/// Only the owner may read it: it holds passwords.
fn write_card(path: &Path, card: &Card) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(serde_json::to_string_pretty(card)?.as_bytes())?;
    file.write_all(b"\n")
}

/// A page of a customer, with the code that Live Agent gave out and the tag for new pages. Opened as a file: another origin than the server's.
fn shop(card: &Card) -> String {
    include_str!("demo_page.html")
        .replace("@HOST@", &card.url)
        .replace("@BUTTON@", card.button)
        .replace("@DEPLOYMENT@", card.deployment)
        .replace("@ORGANISATION@", card.organisation)
}

fn greeting(url: &str, path: &Path, page: &Path, card: &Card) -> String {
    let host = url;
    let page = std::path::absolute(page).unwrap_or_else(|_| page.to_path_buf());
    format!(
        "Switchboard's demonstration is ready at {host}\n\
         \n\
         A customer's page: file://{}\n\
         The console:       {host}/console/  (sign in as agent; passwords are in {})\n\
         \n\
         Chat from another terminal:\n\
         \n\
         \x20 switchboard chat --host {host} --org {} --deployment {} --button {} --name Ana\n\
         \n\
         (from a checkout: cargo run -p switchboard -- chat …)\n\
         \n\
         Point an app at it: its host is {host}, its ids are those above.\n\
         Ask by hand:      curl -H 'X-LIVEAGENT-API-VERSION: 38' -H 'X-LIVEAGENT-AFFINITY: null' {host}/chat/rest/System/SessionId\n\
         The native API:   {host}/api/v1/openapi.json\n\
         \n\
         The robot answers while no person is online. Ctrl-C ends.",
        page.display(),
        path.display(),
        card.organisation,
        card.deployment,
        card.button,
    )
}

/// The permission that makes somebody an agent who answers.
pub(super) const ANSWERS: Permission = Permission::AnswerConversations;
