//! XML as such files have it: elements and text. Entities of its own, and whatever else makes XML dangerous, are refused.

use quick_xml::{Reader, events::Event};

use super::FILE_LIMIT;

/// How deep elements are in each other; such files have four levels.
const DEPTH: usize = 16;
/// How many elements there are.
const ELEMENTS: usize = 20_000;

/// An element. Attributes say nothing in such files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name, without a prefix.
    pub name: String,
    /// Its own text.
    pub text: String,
    /// The elements in it, in order.
    pub children: Vec<Element>,
}

/// Why a file cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum XmlProblem {
    /// Larger than [`FILE_LIMIT`].
    #[error("The file is larger than 1 MiB, which no such file is.")]
    TooLarge,
    /// Not UTF-8.
    #[error("The file is not UTF-8 text: retrieve it again.")]
    NotUtf8,
    /// Not well-formed.
    #[error("The file is not well-formed XML: retrieve it again.")]
    Malformed,
    /// It brings entities or a document type of its own.
    #[error("The file has a document type or entities of its own. Such files never have them, so it is not read.")]
    Entities,
    /// More elements, or deeper ones, than such a file has.
    #[error("The file has more elements than such a file can have.")]
    TooManyElements,
    /// The outermost element is of none of the kinds.
    #[error("This is none of the files that are taken over: deployments, buttons, agent configurations, skills, sensitive-data rules.")]
    OtherKind,
}

/// Reads a whole file: its outermost element.
pub(super) fn read(bytes: &[u8]) -> Result<Element, XmlProblem> {
    if bytes.len() > FILE_LIMIT {
        return Err(XmlProblem::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| XmlProblem::NotUtf8)?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let (mut open, mut root, mut elements) = (Vec::<Element>::new(), None, 0);
    loop {
        match reader.read_event().map_err(|_| XmlProblem::Malformed)? {
            Event::Start(start) => {
                elements += 1;
                if open.len() == DEPTH || elements > ELEMENTS {
                    return Err(XmlProblem::TooManyElements);
                }
                open.push(Element { name: start.local_name().as_ref().to_owned(), ..Element::default() });
            }
            Event::Empty(start) => {
                elements += 1;
                if elements > ELEMENTS {
                    return Err(XmlProblem::TooManyElements);
                }
                let element = Element { name: start.local_name().as_ref().to_owned(), ..Element::default() };
                close(element, &mut open, &mut root)?;
            }
            Event::End(_) => {
                let element = open.pop().ok_or(XmlProblem::Malformed)?;
                close(element, &mut open, &mut root)?;
            }
            Event::Text(text) => add(&mut open, &text.xml10_content())?,
            Event::CData(text) => add(&mut open, &text.xml10_content())?,
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(c)) => c.to_string(),
                    Ok(None) => quick_xml::escape::resolve_xml_entity(&reference.xml10_content()).ok_or(XmlProblem::Entities)?.to_owned(),
                    Err(_) => return Err(XmlProblem::Malformed),
                };
                add(&mut open, &resolved)?;
            }
            Event::DocType(_) => return Err(XmlProblem::Entities),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => return if open.is_empty() { root.ok_or(XmlProblem::Malformed) } else { Err(XmlProblem::Malformed) },
        }
    }
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), XmlProblem> {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None if root.is_none() => *root = Some(element),
        None => return Err(XmlProblem::Malformed),
    }
    Ok(())
}

fn add(open: &mut [Element], text: &str) -> Result<(), XmlProblem> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(XmlProblem::Malformed),
    }
    Ok(())
}
