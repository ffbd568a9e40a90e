//! Composite and graph: requests that may hang on each other's answers (1.9).

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    MAX_GRAPH_DEPTH, MAX_GRAPHS, MAX_LARGE_SUBREQUESTS, MAX_NODES, MAX_SUBREQUESTS, limited,
    reference::{is_name, referred},
};
use crate::{Error, version::ROOT};

/// Headers that a request in a request has from the outer one.
const OUTER_HEADERS: [&str; 3] = ["Accept", "Authorization", "Content-Type"];
/// What a row's address has behind the version.
const ROWS: &str = "sobjects/";

/// How a resource is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Reads headers.
    Head,
    /// Makes.
    Post,
    /// Changes, or upserts.
    Patch,
    /// Replaces; few resources know it.
    Put,
    /// Deletes.
    Delete,
}

/// One request in a composite or in a graph.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subrequest {
    /// How.
    pub method: Method,
    /// What, as it was written: with references, and perhaps with spaces that are not escaped (1.9, recorded).
    pub url: String,
    /// The name by which later ones refer to its answer.
    pub reference_id: String,
    /// Its own headers.
    #[serde(default)]
    pub http_headers: BTreeMap<String, String>,
    /// With references.
    #[serde(default)]
    pub body: Option<Box<RawValue>>,
}

impl fmt::Debug for Subrequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} as {:?}", self.method, self.reference_id)
    }
}

impl Subrequest {
    /// The path below the version, and what is behind the question mark: `("query", Some("q=SELECT Id FROM Account"))`.
    pub fn resource(&self) -> Option<(&str, Option<&str>)> {
        let below = self.url.strip_prefix(ROOT)?.strip_prefix('/')?.split_once('/')?.1;
        Some(below.split_once('?').map_or((below, None), |(path, query)| (path, Some(query))))
    }

    fn is_large(&self) -> bool {
        let path = self.resource().map_or("", |(path, _)| path);
        ["query", "queryAll", "composite/sobjects", "composite/graph"]
            .iter()
            .any(|large| path.strip_prefix(large).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }

    /// Whether it is about one row, which is all that a graph takes.
    fn is_row(&self) -> bool {
        self.resource().is_some_and(|(path, _)| path.starts_with(ROWS)) && !matches!(self.method, Method::Head | Method::Put)
    }

    fn referred(&self) -> impl Iterator<Item = &str> {
        referred(&self.url).chain(self.body.iter().flat_map(|body| referred(body.get())))
    }
}

/// What holds of the requests of a composite and of those of a graph.
fn check(requests: &[Subrequest]) -> Result<(), Error> {
    let mut names = HashSet::new();
    for request in requests {
        let name = request.reference_id.as_str();
        if !is_name(name) {
            return Err(Error::json_shape("A referenceId has letters, digits and underscores, and at least one of them"));
        }
        if !names.insert(name) {
            return Err(Error::json_shape(format!("Duplicate referenceId '{name:.80}'")));
        }
        if let Some(header) = OUTER_HEADERS.iter().find(|outer| request.http_headers.keys().any(|own| own.eq_ignore_ascii_case(outer))) {
            return Err(Error::json_shape(format!("httpHeaders may not contain {header}")));
        }
        if request.resource().is_none() {
            return Err(Error::json_shape(format!("The url of '{name:.80}' does not begin with {ROOT}/ and a version")));
        }
    }
    Ok(())
}

/// `POST /composite`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Composite {
    /// Whether one failure undoes all.
    #[serde(default)]
    pub all_or_none: bool,
    /// Whether independent requests may be carried out together.
    #[serde(default)]
    pub collate_subrequests: bool,
    /// In their order.
    #[serde(rename = "compositeRequest")]
    pub requests: Vec<Subrequest>,
}

impl Composite {
    /// From a body, within the limits.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        let composite: Self = serde_json::from_slice(body).map_err(|error| Error::json(body, &error))?;
        limited("subrequests", composite.requests.len(), MAX_SUBREQUESTS)?;
        let large = composite.requests.iter().filter(|request| request.is_large()).count();
        limited("subrequests that are queries, collections or graphs", large, MAX_LARGE_SUBREQUESTS)?;
        check(&composite.requests)?;
        Ok(composite)
    }
}

/// What one of the requests was answered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SubAnswer {
    /// As it would be alone; null where there is none.
    pub body: Option<Box<RawValue>>,
    /// `Location`, `ETag`, `Last-Modified`
    pub http_headers: BTreeMap<String, String>,
    /// As it would be alone.
    pub http_status_code: u16,
    /// Of the request.
    pub reference_id: String,
}

impl SubAnswer {
    /// Of a request that was refused.
    pub fn refused(reference_id: impl Into<String>, error: &Error) -> Self {
        let body = serde_json::value::to_raw_value(error.body()).expect("an error is JSON");
        let http_status_code = error.status();
        Self { body: Some(body), http_headers: BTreeMap::new(), http_status_code, reference_id: reference_id.into() }
    }
}

impl fmt::Debug for SubAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as {:?}", self.http_status_code, self.reference_id)
    }
}

/// What `POST /composite` answers, with status 200.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompositeAnswer {
    /// In the order of the requests.
    pub composite_response: Vec<SubAnswer>,
}

/// One graph.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Graph {
    /// The graph's name.
    pub graph_id: String,
    /// In their order.
    #[serde(rename = "compositeRequest")]
    pub requests: Vec<Subrequest>,
}

impl Graph {
    /// The longest row of requests that hang on each other.
    fn depth(&self) -> usize {
        let mut depths: HashMap<&str, usize> = HashMap::new();
        for request in &self.requests {
            let above = request.referred().filter_map(|name| depths.get(name)).max().copied().unwrap_or(0);
            depths.insert(&request.reference_id, above + 1);
        }
        depths.into_values().max().unwrap_or(0)
    }
}

/// `POST /composite/graph`
#[derive(Debug, Deserialize)]
pub struct Graphs {
    /// Each is carried out wholly or not at all.
    pub graphs: Vec<Graph>,
}

impl Graphs {
    /// From a body, within the limits.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        let graphs: Self = serde_json::from_slice(body).map_err(|error| Error::json(body, &error))?;
        limited("graphs", graphs.graphs.len(), MAX_GRAPHS)?;
        limited("nodes", graphs.graphs.iter().map(|graph| graph.requests.len()).sum(), MAX_NODES)?;
        let mut names = HashSet::new();
        for graph in &graphs.graphs {
            if !names.insert(graph.graph_id.as_str()) {
                return Err(Error::json_shape(format!("Duplicate graphId '{:.80}'", graph.graph_id)));
            }
            check(&graph.requests)?;
            if let Some(other) = graph.requests.iter().find(|request| !request.is_row()) {
                return Err(Error::json_shape(format!("The request '{:.80}' of a graph is not about a record", other.reference_id)));
            }
            limited("levels of a graph", graph.depth(), MAX_GRAPH_DEPTH)?;
        }
        Ok(graphs)
    }
}

/// What one graph was answered.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphAnswer {
    /// Of the graph.
    pub graph_id: String,
    /// Of its requests.
    pub graph_response: CompositeAnswer,
    /// Whether it was carried out.
    pub is_successful: bool,
}

/// What `POST /composite/graph` answers, with status 200.
#[derive(Debug, Serialize)]
pub struct GraphsAnswer {
    /// In the order of the request.
    pub graphs: Vec<GraphAnswer>,
}
