//! A zip becomes a list of files in memory. No name in it is ever a path on this machine.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use super::{ARCHIVE_LIMIT, FILE_LIMIT, FILES, Kind};

/// The most entries that are looked at.
const ENTRIES: usize = 20_000;
/// All files of our kinds together, unpacked.
const UNPACKED: u64 = 64 * 1024 * 1024;

/// A file as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it lies in the archive or folder, for people.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Why a file of an archive is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum PassedOver {
    /// `package.xml` and its like.
    #[error("A list of what is in the archive; it is not needed.")]
    Manifest,
    /// Larger than [`FILE_LIMIT`], by what it says or by what came out of it.
    #[error("The file is larger than 1 MiB, which no such file is.")]
    TooLarge,
    /// A link, or sealed with a password.
    #[error("The file is a link or is encrypted: pack the files themselves, without a password.")]
    NotPlain,
    /// Its name leads out of the archive.
    #[error("The file's name leads out of the archive, so it is not read.")]
    Path,
    /// What is packed cannot be unpacked.
    #[error("The file is damaged in the archive: pack it anew.")]
    Broken,
    /// An image, a page or a template that is to be uploaded again.
    #[error("Images, pages and components are not taken along: upload what is needed where your pages are.")]
    Other,
}

/// Why an archive cannot be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveProblem {
    /// Larger than [`ARCHIVE_LIMIT`].
    #[error(
        "the archive is larger than 20 MiB: pack the folders liveChatDeployments, liveChatButtons, liveChatAgentConfigs, skills and rules only"
    )]
    TooLarge,
    /// Not a zip, or a broken one.
    #[error("this is not a zip archive, or it is damaged")]
    NotAnArchive,
    /// More entries than are looked at, or more of our kinds than one import takes.
    #[error("there are too many files in the archive: import it in parts of at most {FILES}")]
    TooMany,
    /// It unpacks to more than anybody has.
    #[error("the archive unpacks to more than 64 MiB")]
    TooMuch,
}

/// What was in an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// Files of our kinds, by path.
    pub sources: Vec<Source>,
    /// Others, by path: what was there and why it was not looked at.
    pub passed_over: Vec<(String, PassedOver)>,
}

/// Files that may be named in what we read.
const OTHERS: [&str; 6] = [".resource", ".resource-meta.xml", ".page", ".page-meta.xml", ".component", ".site"];

/// Unpacks what is ours of a zip.
///
/// # Errors
/// [`ArchiveProblem`].
pub fn unpack(bytes: &[u8]) -> Result<Unpacked, ArchiveProblem> {
    if bytes.len() > ARCHIVE_LIMIT {
        return Err(ArchiveProblem::TooLarge);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ArchiveProblem::NotAnArchive)?;
    if archive.len() > ENTRIES {
        return Err(ArchiveProblem::TooMany);
    }
    let (mut unpacked, mut total) = (Unpacked::default(), 0);
    for index in 0..archive.len() {
        let Ok(mut entry) = archive.by_index(index) else {
            // Encrypted, or packed in a way that such archives never are.
            unpacked.passed_over.push((format!("entry {}", index + 1), PassedOver::NotPlain));
            continue;
        };
        let Ok(name) = entry.name().map(|name| shown(&name)) else { continue };
        if entry.is_dir() {
            continue;
        }
        let why = match Kind::of_file(&name) {
            None if is_manifest(&name) => Some(PassedOver::Manifest),
            None if OTHERS.iter().any(|end| name.ends_with(end)) => Some(PassedOver::Other),
            // Whatever else lies in such folders.
            None => continue,
            Some(_) if entry.enclosed_name().is_none() => Some(PassedOver::Path),
            Some(_) if entry.is_symlink() || entry.encrypted() => Some(PassedOver::NotPlain),
            Some(_) if entry.size() > FILE_LIMIT as u64 => Some(PassedOver::TooLarge),
            Some(_) => None,
        };
        if let Some(why) = why {
            if unpacked.passed_over.len() < FILES {
                unpacked.passed_over.push((name, why));
            }
            continue;
        }
        // What an entry says of its size need not be true.
        let mut bytes = Vec::new();
        let read = entry.by_ref().take(FILE_LIMIT as u64 + 1).read_to_end(&mut bytes);
        total += bytes.len() as u64;
        if total > UNPACKED {
            return Err(ArchiveProblem::TooMuch);
        }
        match read {
            Ok(_) if bytes.len() > FILE_LIMIT => unpacked.passed_over.push((name, PassedOver::TooLarge)),
            Ok(_) if unpacked.sources.len() == FILES => return Err(ArchiveProblem::TooMany),
            Ok(_) => unpacked.sources.push(Source { path: name, bytes }),
            Err(_) => unpacked.passed_over.push((name, PassedOver::Broken)),
        }
    }
    unpacked.sources.sort_by(|a, b| a.path.cmp(&b.path));
    unpacked.passed_over.sort();
    Ok(unpacked)
}

/// A name as it can be shown: without control characters, and not endless.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(300).collect()
}

fn is_manifest(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    matches!(file.as_str(), "package.xml" | "destructivechanges.xml" | "destructivechangespre.xml" | "destructivechangespost.xml")
}
