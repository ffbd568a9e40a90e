//! Import of how Live Agent was set up: its metadata files become deployments, buttons, skills, rules, and settings of agents who are here.
//!
//! The files' shapes are `liveagent::metadata`'s; what is made of them, and what is not, is decided here and told in a report. The native API
//! and the command line use the same.

mod agent;
mod button;
mod deployment;
mod notes;
mod rule;

use std::collections::BTreeMap;

use engine::{
    Error, ErrorKind,
    admin::{Administered, Imported, Importing},
    definition,
};
use liveagent::metadata::{self, ARCHIVE_LIMIT, ArchiveProblem, Document, Kind, PassedOver, Source};
use native::admin::{ImportAction, ImportReport, ImportedKind, ImportedThing, NotTaken};
use uuid::Uuid;

use self::notes::Notes;

/// The largest body, bytes.
pub const LIMIT: usize = ARCHIVE_LIMIT;

/// The files of an import.
#[derive(Debug, Default)]
pub struct Files {
    /// Those that can be read, each with its place for people.
    sources: Vec<Source>,
    passed_over: Vec<(String, PassedOver)>,
}

impl Files {
    /// A zip, or one XML file of this name.
    ///
    /// # Errors
    /// [`ArchiveProblem`], with a sentence for people.
    pub fn of_bytes(name: &str, bytes: Vec<u8>) -> Result<Self, ArchiveProblem> {
        if bytes.starts_with(b"PK") {
            let unpacked = metadata::unpack(&bytes)?;
            return Ok(Self { sources: unpacked.sources, passed_over: unpacked.passed_over });
        }
        if bytes.trim_ascii_start().starts_with(b"<") || bytes.starts_with(b"\xef\xbb\xbf") {
            return Ok(Self::of_sources(vec![Source { path: name.to_owned(), bytes }]));
        }
        Err(ArchiveProblem::NotAnArchive)
    }

    /// Files that were read from a folder.
    pub fn of_sources(sources: Vec<Source>) -> Self {
        Self { sources, passed_over: Vec::new() }
    }
}

/// What things are called where they come from: `button:Sales_Button`.
fn source_name(kind: Kind, developer_name: &str) -> String {
    let kind = match kind {
        Kind::Skill => "skill",
        Kind::Deployment => "deployment",
        Kind::Button => "button",
        Kind::AgentConfig => "agent_config",
        Kind::SensitiveDataRule => "rule",
    };
    // Developer names differ by more than case nowhere.
    format!("{kind}:{}", developer_name.to_lowercase())
}

/// One import under way.
struct Import<'p> {
    importing: Importing,
    report: ImportReport,
    progress: &'p mut (dyn FnMut(&ImportedThing) + Send),
}

/// Takes over what can be. `progress` hears of each thing when it is done.
///
/// # Errors
/// When storage fails. What one file has wrong is in the report, and the others are taken over all the same.
pub async fn import(importing: Importing, files: Files, progress: &mut (dyn FnMut(&ImportedThing) + Send)) -> Result<ImportReport, Error> {
    let report = ImportReport { dry_run: importing.is_trial(), ..ImportReport::default() };
    let mut import = Import { importing, report, progress };
    for (file, why) in &files.passed_over {
        import.not_taken(file, None, why.to_string());
    }
    let documents = import.read(files.sources);
    let mut changes = agent::Changes::default();
    for (file, mut document) in documents {
        import.take(&file, &mut document, &mut changes).await?;
    }
    import.agents(changes).await?;
    let Import { importing, mut report, .. } = import;
    importing.finish().await?;
    report.not_taken.sort_by(|a, b| (&a.file, &a.property).cmp(&(&b.file, &b.property)));
    Ok(report)
}

impl Import<'_> {
    fn not_taken(&mut self, file: &str, property: Option<&str>, sentence: impl Into<String>) {
        let (file, property) = (file.to_owned(), property.map(str::to_owned));
        self.report.not_taken.push(NotTaken { file, property, sentence: sentence.into() });
    }

    /// The files in the order in which they need each other.
    fn read(&mut self, sources: Vec<Source>) -> Vec<(String, Document)> {
        let mut documents: BTreeMap<(Kind, String), (String, Document)> = BTreeMap::new();
        for Source { path, bytes } in sources {
            match metadata::read(&path, &bytes) {
                Ok(document) => {
                    let key = (document.kind, source_name(document.kind, &document.developer_name));
                    if let Some((other, _)) = documents.insert(key, (path.clone(), document)) {
                        self.not_taken(&other, None, format!("Another file describes the same: {path}."));
                    }
                }
                Err(problem) => self.not_taken(&path, None, problem.to_string()),
            }
        }
        documents.into_values().collect()
    }

    async fn take(&mut self, file: &str, document: &mut Document, changes: &mut agent::Changes) -> Result<(), Error> {
        let name = document.developer_name.clone();
        let mut notes = Notes::new(file, std::mem::take(&mut document.properties));
        let source = source_name(document.kind, &name);
        match document.kind {
            Kind::Skill => {
                let label = notes.properties.text("label").unwrap_or_else(|| name.clone());
                let _ = notes.properties.text("description");
                let (users, profiles) = notes.properties.assignments();
                notes.profiles(&profiles);
                let skill = definition::Skill { name: label.clone() };
                let taken =
                    self.make(&mut notes, ImportedKind::Skill, &source, label, move |_: Option<&definition::Skill>| skill.clone()).await?;
                if let Some(id) = taken {
                    changes.skill(file, id, &users);
                }
            }
            Kind::Deployment => {
                let base = self.importing.app().settings().new_deployment.clone();
                let (label, change) = deployment::map(&name, base, &mut notes);
                self.make(&mut notes, ImportedKind::Deployment, &source, label, change).await?;
            }
            Kind::Button => {
                let (label, change) = button::map(&name, &self.importing, &mut notes)?;
                self.make(&mut notes, ImportedKind::Button, &source, label, change).await?;
            }
            Kind::SensitiveDataRule => {
                if let Some((label, change)) = rule::map(&name, &mut notes) {
                    self.make(&mut notes, ImportedKind::Rule, &source, label, change).await?;
                }
            }
            Kind::AgentConfig => agent::map(&name, &self.importing, &mut notes, changes)?,
        }
        notes.end(&mut self.report);
        Ok(())
    }

    /// Makes or changes one thing. What is wrong with it is a note; only failures of ours end the import.
    async fn make<T: Administered>(
        &mut self,
        notes: &mut Notes,
        kind: ImportedKind,
        source: &str,
        name: String,
        change: impl Fn(Option<&T>) -> T + Send + Sync + 'static,
    ) -> Result<Option<T::Id>, Error> {
        match self.importing.take(source, change).await {
            Ok((id, how)) => {
                self.took(notes.file.clone(), kind, name, id.into(), how);
                Ok(Some(id))
            }
            Err(error) => {
                notes.refused(error)?;
                Ok(None)
            }
        }
    }

    fn took(&mut self, file: String, kind: ImportedKind, name: String, id: Uuid, how: Imported) {
        let trial = self.importing.is_trial();
        let action = match (how, trial) {
            (Imported::Created, false) => ImportAction::Created,
            (Imported::Updated, false) => ImportAction::Updated,
            (Imported::Unchanged, _) => ImportAction::Unchanged,
            (Imported::Created, true) => ImportAction::WouldCreate,
            (Imported::Updated, true) => ImportAction::WouldUpdate,
        };
        let id = Some(id).filter(|_| action != ImportAction::WouldCreate);
        let thing = ImportedThing { file, kind, name, id, action };
        (self.progress)(&thing);
        self.report.taken.push(thing);
    }

    /// What configurations and skills say of agents who are here.
    async fn agents(&mut self, changes: agent::Changes) -> Result<(), Error> {
        let directory = self.importing.directory()?;
        let by_login: BTreeMap<String, _> = directory.agents.iter().map(|(id, agent)| (agent.login.to_lowercase(), (*id, agent))).collect();
        let mut unknown: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (login, agent::Wanted { files, change }) in changes.into_agents() {
            let file = files.join(", ");
            let Some((id, agent)) = by_login.get(&login.to_lowercase()) else {
                files.into_iter().for_each(|file| unknown.entry(file).or_default().push(login.clone()));
                continue;
            };
            match self.importing.change(*id, move |agent| change(agent)).await {
                Ok(how) => self.took(file, ImportedKind::Agent, agent.name.clone(), (*id).into(), how),
                Err(error) => {
                    let sentence = notes::sentence(&error).ok_or(error)?;
                    self.not_taken(&file, Some("assignments"), format!("{}: {sentence}", agent.name));
                }
            }
        }
        for (file, logins) in unknown {
            self.not_taken(&file, Some("assignments"), notes::unknown_agents(&logins));
        }
        Ok(())
    }
}

/// What somebody sent is none of the files.
impl From<ArchiveProblem> for crate::api::Failure {
    fn from(problem: ArchiveProblem) -> Self {
        use native::ProblemKind::{Invalid, TooLarge};
        let kind = if problem == ArchiveProblem::TooLarge { TooLarge } else { Invalid };
        Self::new(kind, problem.to_string())
    }
}

/// Whether a failure is about what was sent, and not ours.
fn is_refusal(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Invalid { .. } | ErrorKind::Taken { .. } | ErrorKind::Conflict(_) | ErrorKind::Forbidden | ErrorKind::NotFound(_)
    )
}
