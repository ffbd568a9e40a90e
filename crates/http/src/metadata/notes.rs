//! What is told of a file: what of it was not taken over, and what is to be uploaded again.

use engine::{Error, ErrorKind};
use liveagent::metadata::Properties;
use native::admin::{ImportReport, NotTaken, UploadAgain};

use super::is_refusal;

/// The most names in one sentence.
const NAMED: usize = 10;

/// A file while it is mapped.
pub(super) struct Notes {
    pub(super) file: String,
    pub(super) properties: Properties,
    not_taken: Vec<NotTaken>,
    upload_again: Vec<UploadAgain>,
}

impl Notes {
    pub(super) fn new(file: &str, properties: Properties) -> Self {
        Self { file: file.to_owned(), properties, not_taken: Vec::new(), upload_again: Vec::new() }
    }

    pub(super) fn not_taken(&mut self, property: &str, sentence: impl Into<String>) {
        let note = NotTaken { file: self.file.clone(), property: Some(property.to_owned()), sentence: sentence.into() };
        self.not_taken.push(note);
    }

    /// A property that says something only when it is true.
    pub(super) fn when_true(&mut self, property: &str, sentence: &str) {
        if self.properties.flag(property) == Some(true) {
            self.not_taken(property, sentence);
        }
    }

    /// A property that names an image or a page.
    pub(super) fn upload(&mut self, property: &str, sentence: &str) {
        if let Some(what) = self.properties.text(property) {
            let what = what.chars().filter(|c| !c.is_control()).take(255).collect();
            self.upload_again.push(UploadAgain { file: self.file.clone(), what, sentence: sentence.to_owned() });
        }
    }

    pub(super) fn profiles(&mut self, profiles: &[String]) {
        if !profiles.is_empty() {
            let names = listed(profiles);
            self.not_taken("assignments", format!("There are no profiles here: give it to the agents who had {names}."));
        }
    }

    /// A change that was refused; a failure of ours is handed on.
    pub(super) fn refused(&mut self, error: Error) -> Result<(), Error> {
        let sentence = sentence(&error).ok_or(error)?;
        self.not_taken.push(NotTaken { file: self.file.clone(), property: None, sentence });
        Ok(())
    }

    /// The rest of the file, which nobody took.
    pub(super) fn end(mut self, report: &mut ImportReport) {
        let (left, wrong) = std::mem::take(&mut self.properties).rest();
        for property in left {
            let property: String = property.chars().filter(|c| !c.is_control()).take(80).collect();
            self.not_taken(&property, "There is nothing like it here.");
        }
        for wrong in wrong {
            self.not_taken(&wrong.property, format!("It should be {}, so it is as it was.", wrong.expected));
        }
        report.not_taken.append(&mut self.not_taken);
        report.upload_again.append(&mut self.upload_again);
    }
}

/// A refusal as a sentence; none for a failure of ours.
pub(super) fn sentence(error: &Error) -> Option<String> {
    if !is_refusal(&error.kind) {
        return None;
    }
    Some(match &error.kind {
        ErrorKind::Forbidden => "You do not have the permission for this.".to_owned(),
        ErrorKind::Invalid { property, message } if !property.is_empty() => format!("It was refused: {property}: {message}."),
        kind => format!("It was refused: {kind}."),
    })
}

pub(super) fn unknown_agents(logins: &[String]) -> String {
    let names = listed(logins);
    format!("There is no agent with the login {names}: make the agents with these logins, then import the file again.")
}

fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(NAMED).map(|name| name.chars().filter(|c| !c.is_control()).take(120).collect()).collect();
    let more = names.len().saturating_sub(NAMED);
    let shown = shown.join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
