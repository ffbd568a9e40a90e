//! Overload: what of the native API is turned away first.

use axum::{
    Router,
    extract::{Request, State},
    http::Method,
    middleware::{Next, from_fn_with_state},
    response::Response,
};

use super::ProblemRefusals;
use crate::serve::{Admission, Class, Refusal, Refusals as _};

/// The routes of [`super::router`], each request of which takes a place while it is worked on. An open stream takes none.
pub fn admitting(routes: Router, admission: Admission) -> Router {
    routes.layer(from_fn_with_state(admission, admit))
}

async fn admit(State(admission): State<Admission>, request: Request, next: Next) -> Response {
    match admission.admit(class(request.method(), request.uri().path())) {
        // Given back with the answer's head: a stream's body is not work.
        Ok(_permit) => next.run(request).await,
        Err(busy) => ProblemRefusals.refuse(request.uri().path(), Refusal::Busy { retry_after: busy.retry_after }),
    }
}

fn class(method: &Method, path: &str) -> Class {
    let path = path.strip_prefix("/api/v1/").unwrap_or(path);
    let reads = method == Method::GET || method == Method::HEAD;
    match path {
        "sign-in" | "visitor/conversations" if method == Method::POST => Class::New,
        path if reads && (path.starts_with("admin/") || path.starts_with("history")) => Class::Report,
        _ => Class::Running,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_and_reports_are_turned_away_before_what_runs() {
        let of = |method, path| class(&method, path);
        assert_eq!(of(Method::POST, "/api/v1/visitor/conversations"), Class::New);
        assert_eq!(of(Method::POST, "/api/v1/sign-in"), Class::New);
        assert_eq!(of(Method::DELETE, "/api/v1/sign-in"), Class::Running);
        assert_eq!(of(Method::GET, "/api/v1/admin/agents"), Class::Report);
        assert_eq!(of(Method::PUT, "/api/v1/admin/agents/1"), Class::Running);
        assert_eq!(of(Method::POST, "/api/v1/visitor/messages"), Class::Running);
        assert_eq!(of(Method::GET, "/api/v1/events"), Class::Running);
    }
}
