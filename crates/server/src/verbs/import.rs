//! `switchboard import`: settings of another system become ours.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand};
use engine::{App, admin::Importing};
use http_api::metadata::{self, Files, LIMIT};
use liveagent::metadata::{FILE_LIMIT, FILES, Kind, Source};
use native::admin::{ImportAction, ImportReport, ImportedKind, ImportedThing};

use super::{
    admin::{chosen, with_app},
    storage::{StorageArgs, Undone, counted, existing, work},
};

/// How deep folders are looked into; an unpacked project has six.
const DEPTH: u32 = 12;
/// The most files and folders that are looked at.
const ENTRIES: usize = 20_000;

/// What comes from where.
#[derive(Debug, Subcommand)]
pub(super) enum ImportVerb {
    /// Take over how Live Agent was set up, from Salesforce's metadata files
    #[command(
        long_about = "Take over deployments, buttons, invitations, skills, sensitive-data rules and settings of agents from Salesforce's metadata \
        files: *.liveChatDeployment, *.liveChatButton, *.liveChatAgentConfig, *.skill, *.liveChatSensitiveDataRule, as they are retrieved.\n\n\
        PATH is a zip, a folder, or one file. What is said here of a thing replaces what was said before; importing the same again changes nothing. \
        Agents are found by their logins, and are not made.\n\n\
        It prints what was taken over, what was not and why, and which images and pages to upload again. Also while the server runs.",
        after_long_help = "It leaves with 0 when it is done, 1 when it could not be done, 2 when the settings name no database."
    )]
    Metadata(MetadataArgs),
}

/// From where, and into which workspace.
#[derive(Debug, Args)]
pub(super) struct MetadataArgs {
    /// A zip, a folder, or one file
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// The workspace's name; may be left out where there is only one
    #[arg(long, value_name = "NAME")]
    workspace: Option<String>,
    #[command(flatten)]
    storage: StorageArgs,
}

pub(super) fn run(verb: ImportVerb) -> ExitCode {
    let ImportVerb::Metadata(MetadataArgs { path, dry_run, workspace, storage }) = verb;
    work(storage, move |config| {
        Box::pin(async move {
            existing(&config)?;
            let files = tokio::task::spawn_blocking(move || files(&path)).await.map_err(|error| Undone::Work(error.to_string()))??;
            let report = with_app(&config, async |app: &App| {
                let workspace = chosen(app, workspace.as_deref())?
                    .ok_or_else(|| Undone::Work("there is no workspace yet: make an admin with `switchboard admin create`".to_owned()))?;
                let importing = Importing::begin_unasked(app, workspace, dry_run).await?;
                Ok(metadata::import(importing, files, &mut say_taken).await?)
            })
            .await?;
            say_rest(&report);
            Ok(ExitCode::SUCCESS)
        })
    })
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Undone {
    Undone::Work(format!("cannot read {}: {error}", path.display()))
}

/// At most `limit` bytes of a file, and one more where there is more.
fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Undone> {
    let file = fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut bytes = Vec::new();
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    Ok(bytes)
}

fn files(path: &Path) -> Result<Files, Undone> {
    if !path.is_dir() {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        return Files::of_bytes(&name, read(path, LIMIT)?).map_err(|problem| unreadable(path, &problem));
    }
    let (mut sources, mut seen) = (Vec::new(), 0);
    let mut folders = vec![(path.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))? {
            let entry = entry.map_err(|error| unreadable(&folder, &error))?;
            seen += 1;
            if seen > ENTRIES {
                return Err(unreadable(
                    path,
                    &format!("there are more than {ENTRIES} files in it: name the folder that holds the metadata"),
                ));
            }
            // Links are not followed: they may lead in circles.
            let kind = entry.file_type().map_err(|error| unreadable(&entry.path(), &error))?;
            let place = entry.path();
            if kind.is_dir() && depth < DEPTH {
                folders.push((place, depth + 1));
            } else if kind.is_file() && Kind::of_file(&place.to_string_lossy()).is_some() {
                let shown = place.strip_prefix(path).unwrap_or(&place).to_string_lossy().into_owned();
                sources.push(Source { path: shown, bytes: read(&place, FILE_LIMIT)? });
            }
        }
    }
    if sources.len() > FILES {
        return Err(unreadable(path, &format!("there are more than {FILES} metadata files in it: import it in parts")));
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    if sources.is_empty() {
        return Err(Undone::Work(format!("there is no metadata file in {}", path.display())));
    }
    Ok(Files::of_sources(sources))
}

/// What a terminal can be shown: names come from files.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[expect(clippy::print_stdout, reason = "what the operator asked for, as it goes")]
fn say_taken(thing: &ImportedThing) {
    let action = match thing.action {
        ImportAction::Created => "created",
        ImportAction::Updated => "updated",
        ImportAction::Unchanged => "unchanged",
        ImportAction::WouldCreate => "would create",
        ImportAction::WouldUpdate => "would update",
    };
    let kind = match thing.kind {
        ImportedKind::Skill => "skill",
        ImportedKind::Deployment => "deployment",
        ImportedKind::Button => "button",
        ImportedKind::Agent => "agent",
        ImportedKind::Rule => "rule",
    };
    println!("{action:<12}  {kind:<10}  {}  ({})", plain(&thing.name), plain(&thing.file));
}

#[expect(clippy::print_stdout, reason = "what the operator asked for")]
fn say_rest(report: &ImportReport) {
    if !report.not_taken.is_empty() {
        println!("\nnot taken over:");
    }
    for note in &report.not_taken {
        let property = note.property.as_deref().map(|property| format!(" {}:", plain(property))).unwrap_or_default();
        println!("  {}:{property} {}", plain(&note.file), plain(&note.sentence));
    }
    if !report.upload_again.is_empty() {
        println!("\nto upload again:");
    }
    for upload in &report.upload_again {
        println!("  {}: {}: {}", plain(&upload.file), plain(&upload.what), plain(&upload.sentence));
    }
    let unchanged = report.taken.iter().filter(|thing| thing.action == ImportAction::Unchanged).count();
    let changed = report.taken.len() - unchanged;
    println!(
        "\n{}{}, {unchanged} unchanged, {} not taken over, {} to upload again",
        if report.dry_run { "nothing was written: " } else { "" },
        counted(changed as u64, "change"),
        report.not_taken.len(),
        report.upload_again.len()
    );
}
