//! The files in which Salesforce gives out and takes in how Live Agent is set up: `*.liveChatDeployment`, `*.liveChatButton`,
//! `*.liveChatAgentConfig`, `*.skill`, `*.liveChatSensitiveDataRule`, with and without `-meta.xml`, alone or in a zip.
//!
//! What is here: an archive becomes [`Source`]s, a source a [`Document`] with its properties. What a property means is decided by whoever
//! takes them ([`Properties`] tells at the end which nobody took). Every input is bounded; nothing in it is followed: no path, no entity.
//!
//! Facts: liveagent.md 7.6; the metadata guide's pages of the five types.

mod archive;
mod xml;

pub use archive::{ArchiveProblem, PassedOver, Source, Unpacked, unpack};
pub use xml::{Element, XmlProblem};

use std::collections::BTreeMap;

/// The largest archive, in bytes.
pub const ARCHIVE_LIMIT: usize = 20 * 1024 * 1024;
/// The largest file, in bytes.
pub const FILE_LIMIT: usize = 1024 * 1024;
/// The most files of our kinds in one archive.
pub const FILES: usize = 500;

/// What a file describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `*.skill`
    Skill,
    /// `*.liveChatDeployment`
    Deployment,
    /// `*.liveChatButton`, invitations too.
    Button,
    /// `*.liveChatAgentConfig`
    AgentConfig,
    /// `*.liveChatSensitiveDataRule`
    SensitiveDataRule,
}

impl Kind {
    /// All, each after those that it refers to.
    pub const ALL: [Self; 5] = [Self::Skill, Self::Deployment, Self::Button, Self::AgentConfig, Self::SensitiveDataRule];

    /// How its files end, and what their outermost element is called.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Skill => ("skill", "Skill"),
            Self::Deployment => ("liveChatDeployment", "LiveChatDeployment"),
            Self::Button => ("liveChatButton", "LiveChatButton"),
            Self::AgentConfig => ("liveChatAgentConfig", "LiveChatAgentConfig"),
            Self::SensitiveDataRule => ("liveChatSensitiveDataRule", "LiveChatSensitiveDataRule"),
        }
    }

    /// Of a file of this name.
    pub fn of_file(path: &str) -> Option<Self> {
        let name = without_meta(path);
        Self::ALL.into_iter().find(|kind| name.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case(kind.names().0)))
    }
}

fn without_meta(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_suffix("-meta.xml").or_else(|| name.strip_suffix(".xml")).unwrap_or(name)
}

/// One file, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What it describes.
    pub kind: Kind,
    /// The name by which others refer to it. It is the file's.
    pub developer_name: String,
    /// What it says.
    pub properties: Properties,
}

/// Reads one file.
///
/// # Errors
/// [`XmlProblem`], with a sentence for people.
pub fn read(path: &str, bytes: &[u8]) -> Result<Document, XmlProblem> {
    let root = xml::read(bytes)?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.names().1 == root.name).ok_or(XmlProblem::OtherKind)?;
    let named = root.children.iter().find(|child| child.name == "fullName").map(|child| child.text.trim().to_owned());
    let name = without_meta(path);
    let of_file = name.rsplit_once('.').filter(|(_, end)| end.eq_ignore_ascii_case(kind.names().0)).map_or(name, |(stem, _)| stem);
    // Names are escaped for file systems.
    let of_file = percent_encoding::percent_decode_str(of_file).decode_utf8_lossy().into_owned();
    let developer_name = named.filter(|name| !name.is_empty()).unwrap_or(of_file);
    let mut properties = Properties::default();
    for child in root.children.into_iter().filter(|child| child.name != "fullName") {
        properties.left.entry(child.name.clone()).or_default().push(child);
    }
    Ok(Document { kind, developer_name, properties })
}

/// What a file says, taken property by property. What nobody took is told at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties {
    left: BTreeMap<String, Vec<Element>>,
    wrong: Vec<Wrong>,
}

/// A property whose value is none that it can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Which.
    pub property: String,
    /// What it should be: "a whole number".
    pub expected: &'static str,
}

impl Properties {
    fn element(&mut self, name: &str) -> Option<Element> {
        let elements = self.left.remove(name)?;
        // The last one counts, as in any other reader of such files.
        elements.into_iter().next_back()
    }

    fn wrong(&mut self, property: &str, expected: &'static str) {
        self.wrong.push(Wrong { property: property.to_owned(), expected });
    }

    /// A text; none when it is absent or empty.
    pub fn text(&mut self, name: &str) -> Option<String> {
        self.element(name).map(|element| element.text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// `true` or `false`.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        let flag = match self.text(name)?.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        };
        if flag.is_none() {
            self.wrong(name, "true or false");
        }
        flag
    }

    /// A whole number that is not negative.
    pub fn number(&mut self, name: &str) -> Option<u32> {
        let number = self.text(name)?.parse().ok();
        if number.is_none() {
            self.wrong(name, "a whole number");
        }
        number
    }

    /// One of some words, whatever their case.
    pub fn choice<T: Copy>(&mut self, name: &str, expected: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(name)?;
        let found = choices.iter().find(|(word, _)| word.eq_ignore_ascii_case(&text)).map(|(_, choice)| *choice);
        if found.is_none() {
            self.wrong(name, expected);
        }
        found
    }

    /// The texts of a list: `<skills><skill>A</skill></skills>`; none when the list is absent.
    pub fn list(&mut self, name: &str, item: &str) -> Option<Vec<String>> {
        let elements = self.left.remove(name)?;
        Some(texts(elements.iter().flat_map(|element| &element.children), item))
    }

    /// `<assignments><users><user>A</user></users></assignments>` and the same of profiles: users, then profiles.
    pub fn assignments(&mut self) -> (Vec<String>, Vec<String>) {
        let elements = self.left.remove("assignments").unwrap_or_default();
        let of = |list: &str, item: &str| {
            let lists = elements.iter().flat_map(|element| &element.children).filter(|child| child.name == list);
            texts(lists.flat_map(|list| &list.children), item)
        };
        (of("users", "user"), of("profiles", "profile"))
    }

    /// What nobody took, by name; and what had no value that it can have.
    pub fn rest(self) -> (Vec<String>, Vec<Wrong>) {
        (self.left.into_keys().collect(), self.wrong)
    }
}

fn texts<'e>(elements: impl Iterator<Item = &'e Element>, item: &str) -> Vec<String> {
    elements.filter(|child| child.name == item).map(|child| child.text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}
