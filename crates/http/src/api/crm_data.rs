//! Records of the CRM as people browse them: everything with the rights of the user that the signed-in agent is, and no others.

use ::crm::{
    browse::{Browsing, Listing, Unlisted, Written},
    exchange::{Cells, Format},
};
use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use domain::{record::FieldProblem, secret::Text};
use engine::{ErrorKind, SignedInAgent, idempotency::Answer};
use futures_util::stream;
use http::{HeaderValue, StatusCode, header};
use native::{
    Problem, ProblemKind,
    crm::{
        ChangeDataRow, DataExportQuery, DataFieldValue, DataFilter, DataFormat, DataObjectPage, DataObjects, DataQuery, DataRow, DataRows,
        MakeDataRow,
    },
    record::FieldReason,
};
use salesforce::Id;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Answered, ApiState, Failure, Json, Path, Posted, Query, SignedIn, answer, view};

/// How many rows a page has unless told.
const ROWS: u32 = 50;
/// How many values one request gives.
const MAX_VALUES: usize = 500;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(objects))
        .routes(routes!(object))
        .routes(routes!(list, make))
        .routes(routes!(read, change, delete))
        .routes(routes!(restore))
        .routes(routes!(export))
}

impl From<Unlisted> for Failure {
    fn from(error: Unlisted) -> Self {
        match error {
            Unlisted::Wrong(wrong) => Self::new(ProblemKind::InvalidParameter, wrong.sentence).at(wrong.parameter),
            Unlisted::Failed(error) => error.into(),
        }
    }
}

async fn browsing(state: &ApiState, who: &SignedInAgent) -> Answered<Browsing> {
    Ok(state.crm.browse(&state.crm_user(who).await?).await?)
}

/// What is no id names no record.
fn id(text: &str) -> Answered<Id> {
    Id::parse(text).map_err(|_| ErrorKind::NotFound("record").into())
}

/// The objects whose records the agent browses.
#[utoipa::path(get, path = "/crm/objects", tag = "agent", operation_id = "data_objects",
    responses((status = 200, body = DataObjects), (status = 403, body = Problem)))]
async fn objects(State(state): State<ApiState>, SignedIn(who): SignedIn) -> Answered<axum::Json<DataObjects>> {
    let items = browsing(&state, &who).await?.objects();
    Ok(axum::Json(DataObjects { items: items.iter().map(view::data_object).collect() }))
}

/// An object with what lists and forms need.
#[utoipa::path(get, path = "/crm/objects/{object}", tag = "agent", operation_id = "data_object", params(("object" = String, Path)),
    responses((status = 200, body = DataObjectPage), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn object(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(object): Path<String>,
) -> Answered<axum::Json<DataObjectPage>> {
    Ok(axum::Json(view::data_object_page(browsing(&state, &who).await?.described_object(&object)?)))
}

fn listing(
    columns: Option<&str>,
    filter: Option<&Text>,
    text: Option<Text>,
    sort: Option<String>,
    deleted: Option<bool>,
) -> Answered<Listing> {
    let named = |columns: &str| columns.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let filter = filter.map(Text::reveal).map(|text| text.trim()).filter(|text| !text.is_empty()).map(read_filter).transpose()?;
    Ok(Listing {
        columns: columns.map(named).unwrap_or_default(),
        filter: filter.map(view::data_filter).unwrap_or_default(),
        text: text.map(|text| text.0).unwrap_or_default(),
        sort,
        deleted: deleted.unwrap_or_default(),
    })
}

/// The filter, or where in it something is wrong; never a value of it.
fn read_filter(text: &str) -> Answered<DataFilter> {
    super::extract::read_json(text.as_bytes()).map_err(|failure| {
        let problem = failure.problem();
        // A text that ends too early is wrong nowhere in it.
        let path = problem.property.as_ref().filter(|path| path.as_str() != "?");
        let property = path.map_or_else(|| "filter".to_owned(), |path| format!("filter.{path}"));
        Failure::new(ProblemKind::InvalidParameter, problem.detail.clone()).at(property)
    })
}

/// A page of a list of records.
#[utoipa::path(get, path = "/crm/objects/{object}/records", tag = "agent", operation_id = "data_rows", params(("object" = String, Path), DataQuery),
    responses((status = 200, body = DataRows), (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(object): Path<String>,
    Query(query): Query<DataQuery>,
) -> Answered<axum::Json<DataRows>> {
    let limit = match query.limit.unwrap_or(ROWS) {
        limit @ 1..=500 => limit as usize,
        _ => return Err(Failure::new(ProblemKind::InvalidParameter, "a page has 1 to 500 rows").at("limit")),
    };
    let listing = listing(query.columns.as_deref(), query.filter.as_ref(), query.text, query.sort, query.deleted)?;
    let rows = browsing(&state, &who).await?.list(&object, &listing, query.cursor.as_deref(), limit).await?;
    Ok(axum::Json(view::data_rows(rows)))
}

/// A list as a file. Each page of it is read when the one before was taken.
#[utoipa::path(get, path = "/crm/objects/{object}/export", tag = "agent", operation_id = "data_export", params(("object" = String, Path), DataExportQuery),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 400, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
async fn export(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path(object): Path<String>,
    Query(query): Query<DataExportQuery>,
) -> Answered<Response> {
    let listing = listing(query.columns.as_deref(), query.filter.as_ref(), query.text, query.sort, query.deleted)?;
    let (format, media_type, ending) = match query.format {
        DataFormat::Csv => (Format::Csv(Cells::Safe), "text/csv; charset=utf-8; header=present", "csv"),
        DataFormat::Json => (Format::Json, "application/json", "json"),
    };
    let mut export = browsing(&state, &who).await?.export(&object, &listing, format)?;
    let name = format!("attachment; filename=\"{}.{ending}\"", export.object());
    let name = HeaderValue::try_from(name).map_err(engine::Error::internal)?;
    // What is wrong with the list is told instead of the file; what goes wrong later leaves half a file, which ends without its end.
    let first = export.next().await?;
    let first = stream::iter(first.map(|part| Ok(Bytes::from(part))));
    let rest = stream::try_unfold(export, |mut export| async move {
        match export.next().await {
            Ok(part) => Ok(part.map(|part| (Bytes::from(part), export))),
            Err(error) => {
                let failure = Failure::from(error);
                tracing::warn!(kind = ?failure.problem().kind, "a file of records is cut off");
                Err(std::io::Error::other("the file is cut off"))
            }
        }
    });
    let body = Body::from_stream(futures_util::StreamExt::chain(first, rest));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, body).into_response())
}

/// A record, with every field that the agent sees.
#[utoipa::path(get, path = "/crm/objects/{object}/records/{id}", tag = "agent", operation_id = "data_row",
    params(("object" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = DataRow), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn read(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((object, record)): Path<(String, String)>,
) -> Answered<axum::Json<DataRow>> {
    let browsing = browsing(&state, &who).await?;
    Ok(axum::Json(view::data_row(browsing.one(&object, id(&record)?).await?)))
}

fn typed(fields: Vec<DataFieldValue>) -> Answered<Vec<(String, String)>> {
    if fields.len() > MAX_VALUES {
        return Err(Failure::new(ProblemKind::Invalid, format!("a record is given at most {MAX_VALUES} values at once")).at("fields"));
    }
    Ok(fields.into_iter().map(|field| (field.name, field.value.map(|value| value.0).unwrap_or_default())).collect())
}

/// The record as it is now, or why it is not.
fn written(browsing: &Browsing, object: &str, written: Written) -> Answered<DataRow> {
    match written {
        Written::Saved(row) => Ok(view::data_row(*row)),
        Written::Changed => Err(Failure::new(ProblemKind::WrongState, "somebody else has changed this record since it was read")),
        Written::Refused(problems) => {
            let reason = |problem: FieldProblem| FieldReason {
                label: browsing.label(object, &problem.field).map_or_else(|| problem.field.clone(), str::to_owned),
                field: problem.field,
                kind: problem.kind,
                reason: problem.reason,
            };
            let reasons: Vec<_> = problems.into_iter().map(reason).collect();
            let first = reasons.first().cloned();
            let failure = match &first {
                Some(first) => Failure::new(ProblemKind::Invalid, &first.reason),
                None => Failure::new(ProblemKind::Invalid, "the CRM refuses this record"),
            };
            let failure = failure.because(reasons);
            Err(match first.map(|first| first.field).filter(|field| !field.is_empty()) {
                Some(field) => failure.at(format!("fields.{field}")),
                None => failure,
            })
        }
    }
}

/// Makes a record: once, however often it is asked with the same key.
#[utoipa::path(post, path = "/crm/objects/{object}/records", tag = "agent", operation_id = "data_row_make", params(("object" = String, Path)),
    request_body = MakeDataRow,
    responses((status = 201, body = DataRow), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn make(State(state): State<ApiState>, SignedIn(who): SignedIn, Path(object): Path<String>, posted: Posted<MakeDataRow>) -> Response {
    let (its, agent) = (state.clone(), who.clone());
    posted
        .once(&state, &who, move |make, once| async move {
            let browsing = browsing(&its, &agent).await?;
            let made = browsing.create(&object, &typed(make.fields)?, &format!("data-{}", once.name_of_work())).await?;
            Ok(answer(201, &written(&browsing, &object, made)?))
        })
        .await
}

/// Changes a record.
#[utoipa::path(patch, path = "/crm/objects/{object}/records/{id}", tag = "agent", operation_id = "data_row_change",
    params(("object" = String, Path), ("id" = String, Path)), request_body = ChangeDataRow,
    responses((status = 200, body = DataRow), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn change(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((object, record)): Path<(String, String)>,
    Json(change): Json<ChangeDataRow>,
) -> Answered<axum::Json<DataRow>> {
    let browsing = browsing(&state, &who).await?;
    let since = change.changed_at.map(Into::into);
    let changed = browsing.update(&object, id(&record)?, &typed(change.fields)?, since).await?;
    Ok(axum::Json(written(&browsing, &object, changed)?))
}

/// Puts a record into the recycle bin, with what hangs on it.
#[utoipa::path(delete, path = "/crm/objects/{object}/records/{id}", tag = "agent", operation_id = "data_row_delete",
    params(("object" = String, Path), ("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn delete(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((object, record)): Path<(String, String)>,
) -> Answered<StatusCode> {
    browsing(&state, &who).await?.delete(&object, id(&record)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a record out of the recycle bin, with what went into it together.
#[utoipa::path(post, path = "/crm/objects/{object}/records/{id}/restore", tag = "agent", operation_id = "data_row_restore",
    params(("object" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = DataRow), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn restore(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    Path((object, record)): Path<(String, String)>,
    posted: Posted<serde_json::Value>,
) -> Response {
    let (its, agent) = (state.clone(), who.clone());
    posted
        .once(&state, &who, move |_, _| async move {
            let row = browsing(&its, &agent).await?.restore(&object, id(&record)?).await?;
            Ok::<Answer, Failure>(answer(200, &view::data_row(row)))
        })
        .await
}
