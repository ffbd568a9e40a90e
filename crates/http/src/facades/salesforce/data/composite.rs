//! Requests in requests (salesforce.md 1.9): composite, graph and batch.
//!
//! Each part is a request as it would come alone, but that it is read from JSON. Where all of them hold together, they are carried out in one
//! transaction, which the first failure undoes.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::StatusCode;
use salesforce::{
    Error,
    composite::{
        Answers, Batch, BatchAnswer, BatchPart, BatchResult, Composite, CompositeAnswer, GraphAnswer, Graphs, GraphsAnswer,
        MAX_FAILED_GRAPHS, SubAnswer, Subrequest,
    },
    query::DEFAULT_PAGE,
};
use serde_json::value::RawValue;

use super::{
    Shared,
    answer::{Answer, Content},
    ask::{Ask, Conditions},
    carry_out,
    failure::Failure,
    resource::{Place, Resource},
    transaction::{Asking, Transaction, together},
};

/// `POST /composite`
pub(super) async fn composite(shared: &Arc<Shared>, asking: &Asking, ask: &Ask) -> Result<Answer, Failure> {
    let Composite { all_or_none, requests, .. } = Composite::parse(&ask.body)?;
    let composite_response =
        if all_or_none { all_or_none_of(shared, asking, requests.into()).await?.0 } else { one_by_one(shared, asking, &requests).await? };
    Answer::ok(&CompositeAnswer { composite_response })
}

/// `POST /composite/graph`: each graph wholly or not at all; when too many have failed, the rest is not begun.
pub(super) async fn graph(shared: &Arc<Shared>, asking: &Asking, ask: &Ask) -> Result<Answer, Failure> {
    let Graphs { graphs } = Graphs::parse(&ask.body)?;
    let (mut answers, mut failed) = (Vec::with_capacity(graphs.len()), 0);
    for graph in graphs {
        let requests: Arc<[Subrequest]> = graph.requests.into();
        let (composite_response, is_successful) = if failed >= MAX_FAILED_GRAPHS {
            (requests.iter().map(halted).collect(), false)
        } else {
            all_or_none_of(shared, asking, requests).await?
        };
        failed += usize::from(!is_successful);
        answers.push(GraphAnswer { graph_id: graph.graph_id, graph_response: CompositeAnswer { composite_response }, is_successful });
    }
    Answer::ok(&GraphsAnswer { graphs: answers })
}

/// `POST /composite/batch`
pub(super) async fn batch(shared: &Arc<Shared>, asking: &Asking, ask: &Ask) -> Result<Answer, Failure> {
    let Batch { halt_on_error, requests } = Batch::parse(&ask.body)?;
    let mut results: Vec<BatchResult> = Vec::with_capacity(requests.len());
    for part in &requests {
        if halt_on_error && results.last().is_some_and(|last| last.status_code >= 400) {
            results.push(BatchResult::refused(&Error::batch_halted()));
            continue;
        }
        let answer = match batch_ask(part) {
            Ok(ask) => alone(shared, asking, &ask).await?,
            Err(error) => Failure::from(error).into_answer(),
        };
        let SubAnswer { body, http_status_code, .. } = inner(answer, "")?;
        results.push(BatchResult { status_code: http_status_code, result: body });
    }
    Answer::ok(&BatchAnswer::of(results))
}

fn batch_ask(part: &BatchPart) -> Result<Ask, Error> {
    let (version, below) = part.resource()?;
    let (path, query) = below.split_once('?').unwrap_or((below, ""));
    let body = part.rich_input.as_ref().map(|body| Bytes::copy_from_slice(body.get().as_bytes())).unwrap_or_default();
    Ok(Ask {
        method: part.method,
        version,
        resource: Resource::parse(path)?,
        query: query.to_owned(),
        body,
        conditions: Conditions::default(),
        page: DEFAULT_PAGE,
    })
}

/// Requests that may hang on each other's answers, each in a transaction of its own.
async fn one_by_one(shared: &Arc<Shared>, asking: &Asking, requests: &[Subrequest]) -> Result<Vec<SubAnswer>, Failure> {
    let mut references = References::of(requests);
    let mut answers = Vec::with_capacity(requests.len());
    for request in requests {
        let answer = match references.ask(request) {
            Ok(ask) => alone(shared, asking, &ask).await?,
            Err(error) => Failure::from(error).into_answer(),
        };
        answers.push(references.keep(request, answer)?);
    }
    Ok(answers)
}

/// Requests that may hang on each other's answers, all of which are undone if one fails; and whether none did.
async fn all_or_none_of(shared: &Arc<Shared>, asking: &Asking, requests: Arc<[Subrequest]>) -> Result<(Vec<SubAnswer>, bool), Failure> {
    let work = (Arc::clone(shared), asking.clone(), Arc::clone(&requests));
    let done = together(asking, move |mut records| {
        let (shared, asking, requests) = work.clone();
        async move {
            let mut references = References::of(&requests);
            let mut answers = Vec::with_capacity(requests.len());
            for (place, request) in requests.iter().enumerate() {
                let answered = match references.ask(request) {
                    Ok(ask) => within(&shared, &asking, &mut records, &ask).await,
                    Err(error) => Err(error.into()),
                };
                let answer = match answered {
                    Ok(answer) => answer,
                    // The transaction may be carried out again, or is told to be over.
                    Err(failure @ Failure::Storage(_)) => return Err(failure),
                    Err(failure) => failure.into_answer(),
                };
                let failed = answer.is_refusal();
                let answer = references.keep(request, answer)?;
                if failed {
                    return Err(Failure::Halted(Box::new((place, answer))));
                }
                answers.push(answer);
            }
            Ok(answers)
        }
        .boxed()
    });
    match done.await {
        Ok(answers) => Ok((answers, true)),
        Err(Failure::Halted(halting)) => {
            let (place, answer) = *halting;
            let mut answers: Vec<_> = requests.iter().map(halted).collect();
            answers[place] = answer;
            Ok((answers, false))
        }
        Err(failure) => Err(failure),
    }
}

fn halted(request: &Subrequest) -> SubAnswer {
    SubAnswer::refused(&request.reference_id, &Error::processing_halted())
}

/// A request in a request, in a transaction of its own. Only what is wrong with the server is an error of the whole.
async fn alone(shared: &Shared, asking: &Asking, ask: &Ask) -> Result<Answer, Failure> {
    Ok(within(shared, asking, &mut Transaction::Each, ask).await.unwrap_or_else(Failure::into_answer))
}

async fn within(shared: &Shared, asking: &Asking, records: &mut Transaction<'_>, ask: &Ask) -> Result<Answer, Failure> {
    if !ask.resource.is_nestable() {
        let message = "A request in another one holds no more requests".to_owned();
        return Err(Failure::Status(StatusCode::BAD_REQUEST, message));
    }
    ask.check_method()?;
    let answer = carry_out(shared, asking, records, ask).await?;
    if matches!(answer.content, Content::Bytes { .. }) {
        let message = "The bytes of a field are not answered within another request".to_owned();
        return Err(Failure::Status(StatusCode::BAD_REQUEST, message));
    }
    Ok(answer)
}

/// An answer that stands within another one.
fn inner(answer: Answer, reference_id: &str) -> Result<SubAnswer, Failure> {
    let Answer { status, headers, content, .. } = answer;
    let body = match content {
        Content::Json(text) => Some(RawValue::from_string(text).map_err(Failure::defect)?),
        Content::None | Content::Bytes { .. } => None,
    };
    let headers = headers.into_iter().filter_map(|(name, value)| Some((title_case(name.as_str()), value.to_str().ok()?.to_owned())));
    Ok(SubAnswer { body, http_headers: headers.collect(), http_status_code: status.as_u16(), reference_id: reference_id.to_owned() })
}

/// As they stand in answers of this kind: `Last-Modified`, and `ETag` (recorded).
fn title_case(name: &str) -> String {
    if name == "etag" {
        return "ETag".to_owned();
    }
    let word = |word: &str| word.get(..1).unwrap_or_default().to_ascii_uppercase() + word.get(1..).unwrap_or_default();
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

/// What was answered so far, for whoever refers to it.
struct References {
    answers: Answers,
    /// Somebody refers to something: answers are worth keeping.
    wanted: bool,
}

impl References {
    fn of(requests: &[Subrequest]) -> Self {
        let refers = |text: &str| text.contains("@{") || text.contains("\\u");
        let wanted = requests.iter().any(|request| refers(&request.url) || request.body.as_ref().is_some_and(|body| refers(body.get())));
        Self { answers: Answers::default(), wanted }
    }

    /// The request, with values for its references.
    fn ask(&mut self, request: &Subrequest) -> Result<Ask, Error> {
        let url = self.answers.resolve_url(&request.url)?;
        let (path, query) = url.split_once('?').unwrap_or((&url, ""));
        let Place::In(version, resource) = Place::parse(path)? else { return Err(Error::not_found()) };
        let body = match &request.body {
            None => Bytes::new(),
            Some(body) if self.wanted => serde_json::to_vec(&self.answers.resolve(body.get())?).map_or_else(|_| Bytes::new(), Bytes::from),
            Some(body) => Bytes::copy_from_slice(body.get().as_bytes()),
        };
        let header =
            |name: &str| request.http_headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
        let page = salesforce::headers::page_size(header(salesforce::headers::QUERY_OPTIONS));
        Ok(Ask { method: request.method, version, resource, query: query.to_owned(), body, conditions: Conditions::of(header), page })
    }

    /// Remembers an answer for later requests.
    fn keep(&mut self, request: &Subrequest, answer: Answer) -> Result<SubAnswer, Failure> {
        let answer = inner(answer, &request.reference_id)?;
        if self.wanted
            && let Some(body) = &answer.body
        {
            let json = serde_json::from_str(body.get()).map_err(Failure::defect)?;
            self.answers.insert(request.reference_id.clone(), json);
        }
        Ok(answer)
    }
}
