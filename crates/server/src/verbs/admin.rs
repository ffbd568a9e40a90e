//! `switchboard admin`: what needs the machine rather than a sign-in: the first admin, a forgotten password, the root key.

use std::{io::Read as _, process::ExitCode};

use clap::{Args, Subcommand};
use domain::{ids::WorkspaceId, secret::Secret};
use engine::App;
use store::{Location, RootKey, Store};
use tokio_util::sync::CancellationToken;

use super::{
    demo,
    storage::{StorageArgs, Undone, counted, existing, existing_or_new, work},
};
use crate::{
    ambient::SystemRandomness,
    config::Config,
    wiring::{self, Ambient},
};

const LEAVES: &str = "It leaves with 0 when it is done, 1 when it could not be done, 2 when the settings name no database.";

/// Work that needs the machine, not a sign-in.
#[derive(Debug, Subcommand)]
pub(super) enum AdminVerb {
    /// Make an admin, who can make everybody else
    #[command(after_long_help = LEAVES)]
    Create(CreateArgs),
    /// Give somebody a new password; all sign-ins of theirs end
    #[command(after_long_help = LEAVES)]
    ResetPassword(ResetArgs),
    /// Replace the root key
    #[command(
        long_about = "Replace the root key, under which secrets are stored and sessions are signed. The old one stays in its file, so that \
        what is stored can be read.\n\n\
        Running conversations of visitors and sign-ins of agents end, and links to files stop working: they are signed with the current key.\n\n\
        With SQLite: stop the server, run this, start it. What is stored is sealed anew at once.\n\n\
        With PostgreSQL: run this on one machine, copy the file to all servers, restart them, then run it with --reseal. After that the old \
        line of the file can be removed.",
        after_long_help = LEAVES
    )]
    RotateKey(RotateArgs),
}

/// Who, and in which workspace.
#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// The login
    #[arg(long)]
    login: String,
    /// The name that colleagues and visitors see
    #[arg(long)]
    name: String,
    #[command(flatten)]
    account: AccountArgs,
    #[command(flatten)]
    storage: StorageArgs,
}

/// Whose password.
#[derive(Debug, Args)]
pub(super) struct ResetArgs {
    /// The login
    #[arg(long)]
    login: String,
    /// Remove the second factor too, for who lost it
    #[arg(long)]
    remove_second_factor: bool,
    #[command(flatten)]
    account: AccountArgs,
    #[command(flatten)]
    storage: StorageArgs,
}

/// In which workspace, and where the password comes from.
#[derive(Debug, Args)]
struct AccountArgs {
    /// Read the password from standard input, its first line; without this one is made and printed once
    #[arg(long)]
    password_stdin: bool,
    /// The workspace's name; may be left out where there is only one
    #[arg(long, value_name = "NAME")]
    workspace: Option<String>,
}

/// Which half of it.
#[derive(Debug, Args)]
pub(super) struct RotateArgs {
    /// Make no new key: seal what is stored with the current one
    #[arg(long)]
    reseal: bool,
    #[command(flatten)]
    storage: StorageArgs,
}

pub(super) fn run(verb: AdminVerb) -> ExitCode {
    match verb {
        AdminVerb::Create(CreateArgs { login, name, account, storage }) => {
            work(storage, |config| Box::pin(create(config, login, name, account)))
        }
        AdminVerb::ResetPassword(ResetArgs { login, remove_second_factor, account, storage }) => {
            work(storage, |config| Box::pin(reset(config, login, remove_second_factor, account)))
        }
        AdminVerb::RotateKey(RotateArgs { reseal, storage }) => work(storage, move |config| Box::pin(rotate(config, reseal))),
    }
}

/// A password, and whether we made it.
fn password(args: &AccountArgs) -> Result<(Secret, bool), Undone> {
    if !args.password_stdin {
        return Ok((demo::password(), true));
    }
    let mut text = String::new();
    // More than any password; a pipe without end must not fill the memory.
    std::io::stdin()
        .take(64 << 10)
        .read_to_string(&mut text)
        .map_err(|error| Undone::Work(format!("cannot read the password: {error}")))?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok((Secret(line.to_owned()), false)),
        _ => Err(Undone::Work("there is no password on standard input: write it as the first line".to_owned())),
    }
}

#[expect(clippy::print_stdout, reason = "the one time that the password is shown")]
fn say_password(password: &Secret, made: bool) {
    if made {
        println!("password: {}", password.reveal());
        println!("It is not shown again.");
    }
}

/// The engine for the work, ended after it.
pub(super) async fn with_app<T>(config: &Config, work: impl AsyncFnOnce(&App) -> Result<T, Undone>) -> Result<T, Undone> {
    let closing = CancellationToken::new();
    let app = wiring::open_beside(config, &Ambient::default(), closing.clone()).await?;
    let done = Box::pin(work(&app)).await;
    closing.cancel();
    app.stopped().await;
    app.store().close().await;
    done
}

/// The workspace of that name, or the only one.
pub(super) fn chosen(app: &App, name: Option<&str>) -> Result<Option<WorkspaceId>, Undone> {
    let directories = app.directories();
    let all: Vec<(WorkspaceId, &str)> = directories.all().map(|directory| (directory.id(), directory.workspace.name.as_str())).collect();
    let names = || all.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(", ");
    match (name, all.as_slice()) {
        (None, []) => Ok(None),
        (None, [(only, _)]) => Ok(Some(*only)),
        (None, _) => Err(Undone::Work(format!("there are several workspaces: say which with --workspace ({})", names()))),
        (Some(name), []) => Err(Undone::Work(format!("there is no workspace {name:?}: there is none at all yet"))),
        (Some(name), _) => match all.iter().find(|(_, known)| *known == name) {
            Some((id, _)) => Ok(Some(*id)),
            None => Err(Undone::Work(format!("there is no workspace {name:?}; there is {}", names()))),
        },
    }
}

#[expect(clippy::print_stdout, reason = "what the operator asked for")]
async fn create(config: Config, login: String, name: String, args: AccountArgs) -> Result<ExitCode, Undone> {
    let (password, made) = password(&args)?;
    existing_or_new(&config)?;
    let workspace = with_app(&config, async |app: &App| {
        let workspace = match chosen(app, args.workspace.as_deref())? {
            Some(workspace) => workspace,
            None => app.ensure_workspace().await?,
        };
        app.create_admin(workspace, &login, &name, password.clone()).await?;
        Ok(app.directory(workspace)?.workspace.name.clone())
    })
    .await?;
    println!("made the admin {login:?} in the workspace {workspace:?}");
    say_password(&password, made);
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "what the operator asked for")]
async fn reset(config: Config, login: String, removes_second_factor: bool, args: AccountArgs) -> Result<ExitCode, Undone> {
    let (password, made) = password(&args)?;
    existing(&config)?;
    with_app(&config, async |app: &App| {
        let workspace = chosen(app, args.workspace.as_deref())?
            .ok_or_else(|| Undone::Work("there is no workspace yet: make an admin with `switchboard admin create`".to_owned()))?;
        app.reset_password(workspace, &login, password.clone(), removes_second_factor).await.map_err(|error| match error.kind {
            engine::ErrorKind::NotFound(_) => Undone::Work(format!("nobody has the login {login:?}")),
            _ => error.into(),
        })?;
        Ok(())
    })
    .await?;
    println!("{login:?} has a new password; all earlier sign-ins have ended");
    say_password(&password, made);
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "what the operator asked for")]
async fn rotate(config: Config, reseal: bool) -> Result<ExitCode, Undone> {
    let options = existing(&config)?;
    let path = wiring::root_key_file(&config);
    let mut key = RootKey::load(&path)?;
    let alone = matches!(options.location, Location::Sqlite(_));
    if !alone && !reseal {
        key.rotate(&path, &SystemRandomness)?;
        println!(
            "{} has a new key. Copy it to all servers of this database, restart them, then run `switchboard admin rotate-key --reseal`",
            path.display()
        );
        return Ok(ExitCode::SUCCESS);
    }
    // With SQLite nobody else may use it: a running server knows only the keys of its start.
    let store = Store::open(wiring::store_options(&config)?).await?;
    let sealed = async {
        if !reseal {
            key.rotate(&path, &SystemRandomness)?;
        }
        store.reseal(&key, &SystemRandomness).await
    }
    .await;
    store.close().await;
    let sealed = sealed?;
    if !reseal {
        println!("{} has a new key", path.display());
    }
    println!("{} sealed with the current key, which opens all of them", counted(sealed, "stored secret"));
    println!("the old keys can be removed from the file when the conversations that run now are over: their sessions are signed with them");
    Ok(ExitCode::SUCCESS)
}
