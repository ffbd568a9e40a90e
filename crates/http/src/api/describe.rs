//! What all operations have in common, said once in the document that describes the API: who may call, how a request is repeated, and what a
//! refusal looks like.

use utoipa::openapi::{
    ContentBuilder, ObjectBuilder, OpenApi, Ref, RefOr, Required, ResponseBuilder, Type,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn},
    security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
};

/// Of agents, supervisors and admins.
const AGENT: &str = "agent";
/// Of visitors.
const VISITOR: &str = "visitor";

/// Completes the document.
pub(super) fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_with(Default::default);
    for scheme in [AGENT, VISITOR] {
        components.add_security_scheme(scheme, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
    for (path, item) in &mut document.paths.paths {
        let is_visitors = path.starts_with("/visitor/");
        for operation in [&mut item.get, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten() {
            describe(operation, is_visitors);
        }
        if let Some(operation) = &mut item.post {
            describe(operation, is_visitors);
            // Signing in twice is two sign-ins, and what passes is not kept.
            if !path.ends_with("/sign-in") && !path.ends_with("/typing") && !path.ends_with("/draft") {
                carries_key(operation);
            }
        }
    }
}

fn describe(operation: &mut Operation, is_visitors: bool) {
    if is_visitors && let Some(id) = &mut operation.operation_id {
        id.insert_str(0, "visitor_");
    }
    let scheme = if is_visitors { VISITOR } else { AGENT };
    operation.security.get_or_insert_with(|| vec![SecurityRequirement::new::<_, [&str; 0], &str>(scheme, [])]);
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let refused = ResponseBuilder::new().description("refused; `type` says why").content(super::problem::PROBLEM_JSON, problem).build();
    operation.responses.responses.entry("default".to_owned()).or_insert(RefOr::T(refused));
}

fn carries_key(operation: &mut Operation) {
    let parameters = operation.parameters.get_or_insert_default();
    let is_key = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(known) if known.name.eq_ignore_ascii_case("idempotency-key"));
    if parameters.iter().any(is_key) {
        return;
    }
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255)).build();
    let key = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some("visible ASCII characters; the same key with the same request gets the same answer"))
        .schema(Some(text))
        .build();
    parameters.push(RefOr::T(key));
}
