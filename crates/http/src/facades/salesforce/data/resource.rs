//! Which resource of the data API an address names (salesforce.md 1.4), and by which methods it is asked.

use percent_encoding::percent_decode_str;
use salesforce::{Error, Version, version::ROOT};

/// An address, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Which versions are spoken: the only one that asks for no token.
    Versions,
    /// Something in one of them.
    In(Version, Resource),
}

/// A resource below a version. Names are as they were written, without escapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    /// What there is in the version.
    Resources,
    /// All objects.
    Objects,
    /// One object, or a new record of it.
    Object(String),
    /// All about an object.
    Describe(String),
    /// One record, by its id; or a new one, by the key `Id`.
    Row { object: String, id: String },
    /// A record by a key, or something of a record: which of them is told by the object's fields.
    Below { object: String, step: String, last: Vec<String> },
    /// The first page of a query.
    Query,
    /// The same, with records in the recycle bin.
    QueryAll,
    /// Another page of one.
    QueryPage(String),
    /// Requests that know of each other.
    Composite,
    /// Requests that do not.
    Batch,
    /// Many records at once.
    Collection,
    /// Many records of one object are read.
    CollectionOf(String),
    /// Many records of one object are made or changed by a key.
    CollectionBy { object: String, field: String },
    /// New records with their children.
    Tree(String),
    /// Several composites, each wholly or not at all.
    Graph,
    /// How much may be asked.
    Limits,
    /// How many records there are.
    RecordCount,
    /// What an organisation may have, and this server has not.
    Unavailable,
}

/// Resources of an organisation that this server does not offer, by the first word of their addresses.
const UNAVAILABLE: &[&str] = &[
    "search",
    "parameterizedsearch",
    "jobs",
    "tooling",
    "recent",
    "actions",
    "quickactions",
    "analytics",
    "appmenu",
    "chatter",
    "compactlayouts",
    "connect",
    "consent",
    "eventschema",
    "flexipage",
    "knowledgemanagement",
    "licensing",
    "localizedvalue",
    "metadata",
    "process",
    "scheduling",
    "sfcc",
    "support",
    "tabs",
    "theme",
    "ui-api",
    "wave",
];

/// Patterns of the addresses above, each a route of its own, so that metrics tell them apart.
pub(super) const PATTERNS: &[&str] = &[
    "/services/data",
    "/services/data/{version}",
    "/services/data/{version}/sobjects",
    "/services/data/{version}/sobjects/{object}",
    "/services/data/{version}/sobjects/{object}/describe",
    "/services/data/{version}/sobjects/{object}/{id}",
    "/services/data/{version}/sobjects/{object}/{key}/{value}",
    "/services/data/{version}/query",
    "/services/data/{version}/query/{locator}",
    "/services/data/{version}/queryAll",
    "/services/data/{version}/composite",
    "/services/data/{version}/composite/batch",
    "/services/data/{version}/composite/graph",
    "/services/data/{version}/composite/sobjects",
    "/services/data/{version}/composite/sobjects/{object}",
    "/services/data/{version}/composite/sobjects/{object}/{key}",
    "/services/data/{version}/composite/tree/{object}",
    "/services/data/{version}/limits",
    "/services/data/{version}/limits/recordCount",
];

impl Place {
    /// From the path of an address. One slash at its end is no matter, two in a row name nothing (1.1).
    pub(super) fn parse(path: &str) -> Result<Self, Error> {
        let below = match path.strip_prefix(ROOT).ok_or_else(Error::not_found)? {
            "" | "/" => return Ok(Self::Versions),
            below => below.strip_prefix('/').ok_or_else(Error::not_found)?,
        };
        let (version, below) = below.split_once('/').unwrap_or((below, ""));
        let version = Version::parse(version)?;
        Ok(Self::In(version, if below.is_empty() { Resource::Resources } else { Resource::parse(below)? }))
    }
}

impl Resource {
    /// From the path below a version, without the slash before it.
    pub(super) fn parse(below: &str) -> Result<Self, Error> {
        let below = below.strip_suffix('/').unwrap_or(below);
        let segments = below
            .split('/')
            .map(|segment| match percent_decode_str(segment).decode_utf8() {
                Ok(text) if !text.is_empty() && !text.contains('\0') => Ok(text.into_owned()),
                _ => Err(Error::not_found()),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let words: Vec<String> = segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let name = |place: usize| segments[place].clone();
        Ok(match *words.as_slice() {
            ["sobjects"] => Self::Objects,
            ["sobjects", _] => Self::Object(name(1)),
            ["sobjects", _, "describe"] => Self::Describe(name(1)),
            // Layouts and the rest of what an object may have besides its records.
            ["sobjects", _, "describe", ..] => Self::Unavailable,
            ["sobjects", _, "listviews" | "quickactions" | "deleted" | "updated", ..] => Self::Unavailable,
            ["sobjects", _, _] => Self::Row { object: name(1), id: name(2) },
            ["sobjects", _, _, ..] => Self::Below { object: name(1), step: name(2), last: segments[3..].to_vec() },
            ["query"] => Self::Query,
            ["query", _] => Self::QueryPage(name(1)),
            ["queryall"] => Self::QueryAll,
            ["queryall", _] => Self::QueryPage(name(1)),
            ["composite"] => Self::Composite,
            ["composite", "batch"] => Self::Batch,
            ["composite", "graph"] => Self::Graph,
            ["composite", "sobjects"] => Self::Collection,
            ["composite", "sobjects", _] => Self::CollectionOf(name(2)),
            ["composite", "sobjects", _, _] => Self::CollectionBy { object: name(2), field: name(3) },
            ["composite", "tree", _] => Self::Tree(name(2)),
            ["limits"] => Self::Limits,
            ["limits", "recordcount"] => Self::RecordCount,
            [first, ..] if UNAVAILABLE.contains(&first) => Self::Unavailable,
            _ => return Err(Error::not_found()),
        })
    }

    /// How it may be asked. `HEAD` may be wherever `GET` may.
    pub(super) fn methods(&self) -> &'static [&'static str] {
        match self {
            Self::Resources | Self::Objects | Self::Describe(_) | Self::Query | Self::QueryAll | Self::QueryPage(_) => &["GET", "HEAD"],
            Self::Limits | Self::RecordCount => &["GET", "HEAD"],
            Self::Object(_) => &["GET", "HEAD", "POST"],
            Self::Row { id, .. } if id.eq_ignore_ascii_case("id") => &["POST"],
            Self::Row { .. } | Self::Below { .. } => &["GET", "HEAD", "PATCH", "DELETE"],
            Self::Composite | Self::Batch | Self::Tree(_) | Self::Graph => &["POST"],
            Self::Collection => &["POST", "PATCH", "DELETE"],
            Self::CollectionOf(_) => &["GET", "HEAD", "POST"],
            Self::CollectionBy { .. } => &["PATCH"],
            Self::Unavailable => &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        }
    }

    /// Whether it may be asked within another request (1.9).
    pub(super) fn is_nestable(&self) -> bool {
        !matches!(self, Self::Composite | Self::Batch | Self::Graph)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(path: &str) -> Option<Resource> {
        match Place::parse(path) {
            Ok(Place::In(_, resource)) => Some(resource),
            _ => None,
        }
    }

    #[test]
    fn addresses_are_read_without_regard_to_case_or_a_last_slash() {
        assert_eq!(Place::parse("/services/data"), Ok(Place::Versions));
        assert_eq!(Place::parse("/services/data/"), Ok(Place::Versions));
        assert_eq!(place("/services/data/v66.0"), Some(Resource::Resources));
        assert_eq!(place("/services/data/v66.0/"), Some(Resource::Resources));
        assert_eq!(place("/services/data/v31.0/SObjects/contact/Describe/"), Some(Resource::Describe("contact".into())));
        assert_eq!(place("/services/data/v66.0/QUERYALL"), Some(Resource::QueryAll));
        assert_eq!(place("/services/data/v66.0/tooling/query"), Some(Resource::Unavailable));
        assert_eq!(place("/services/data/v66.0/sobjects/Case/describe/layouts"), Some(Resource::Unavailable));
    }

    #[test]
    fn a_value_may_hold_what_stands_escaped_in_an_address() {
        let below = Resource::Below { object: "Contact".into(), step: "Key__c".into(), last: vec!["a/b c".into()] };
        assert_eq!(place("/services/data/v66.0/sobjects/Contact/Key__c/a%2Fb%20c"), Some(below));
    }

    #[test]
    fn what_is_no_address_is_not_found_and_a_retired_version_is_told() {
        for none in [
            "/services/dat",
            "/services/datax",
            "/services/data//v66.0",
            "/services/data/v66.0//sobjects",
            "/services/data/v66.0/sobjects//Account",
            "/services/data/v66.0/sobjects/Account//",
            "/services/data/v66.0/nothing",
            "/services/data/v99.0/sobjects",
            "/services/data/66/sobjects",
            "/services/data/v66.0/sobjects/%FF",
            "/services/data/v66.0/sobjects/a%00b",
        ] {
            assert_eq!(Place::parse(none).map_err(|error| error.status()), Err(404), "{none}");
        }
        assert_eq!(Place::parse("/services/data/v30.0/sobjects").map_err(|error| error.status()), Err(410));
    }

    proptest! {
        #[test]
        fn any_path_is_read_or_refused(path in "/services/data(/[ -~]{0,12}){0,6}") {
            if let Ok(Place::In(_, resource)) = Place::parse(&path) {
                prop_assert!(!resource.methods().is_empty());
            }
        }
    }
}
