//! Interfaces beside the data API that this server has not: each says so in its own shape (salesforce.md 1.11, 1.17).

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::any,
};
use http::{StatusCode, header::CONTENT_TYPE};

use crate::{serve::Refusal, serve::Refusals as _};

use super::failure::SalesforceRefusals;

/// What a client of SOAP reads when logging in is switched off, which is how new organisations are set up (salesforce.md 0.1).
const SOAP_FAULT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:sf=\"urn:fault.partner.soap.sforce.com\" \
xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body><soapenv:Fault><faultcode>sf:INVALID_OPERATION</faultcode>\
<faultstring>INVALID_OPERATION: SOAP API is not enabled. Log in with OAuth 2.0 and use the REST API.</faultstring><detail>\
<sf:UnexpectedErrorFault xsi:type=\"sf:UnexpectedErrorFault\"><sf:exceptionCode>INVALID_OPERATION</sf:exceptionCode>\
<sf:exceptionMessage>SOAP API is not enabled. Log in with OAuth 2.0 and use the REST API.</sf:exceptionMessage>\
</sf:UnexpectedErrorFault></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>";

/// What a client of the first Bulk API reads.
const BULK_ERROR: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
<error xmlns=\"http://www.force.com/2009/06/asyncapi/dataload\"><exceptionCode>FeatureNotEnabled</exceptionCode>\
<exceptionMessage>Async API is not enabled</exceptionMessage></error>";

/// Their routes.
pub(super) fn router() -> Router {
    let nothing = || async { SalesforceRefusals.refuse("", Refusal::NoSuchPath) };
    Router::new()
        .route("/services/Soap/{*rest}", any(|| async { soap() }))
        .route("/services/async/{*rest}", any(|| async { xml(StatusCode::BAD_REQUEST, BULK_ERROR) }))
        .route("/services/apexrest/{*rest}", any(nothing))
}

/// SOAP 1.1 wants 500 for every fault, but that is for faults of the server, and nothing is wrong with this one. Clients read the body.
fn soap() -> Response {
    xml(StatusCode::FORBIDDEN, SOAP_FAULT)
}

fn xml(status: StatusCode, text: &'static str) -> Response {
    (status, [(CONTENT_TYPE, "text/xml;charset=UTF-8")], text).into_response()
}
