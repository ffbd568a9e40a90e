//! From the socket to the router and back: what every request has in common, whichever protocol it speaks.
//!
//! The loop is our own because most of what this server holds are parked long polls: a connection costs one task and nothing that a
//! waiting request does not need (design 6). What is *not* here: any protocol's shapes (facades, [`Refusals`]), any use case (engine).
//!
//! - [`Serving`]: listeners, connections, graceful end.
//! - [`Edge`]: what happens around each request: id, client address, body limit, headers, log line, metrics, panics.
//! - [`Certificates`]: TLS whose certificate is replaced without dropping a connection.
//! - [`Admission`], [`AddressLimits`]: who is turned away when there is too much.
//! - [`probes`]: `/healthz`, `/readyz`, `/metrics`.

mod accept;
mod address_limits;
mod admission;
mod body;
mod client_addr;
mod connection;
mod edge;
pub mod probes;
mod request_info;
mod response_headers;
mod route_metrics;
mod tls;

pub use accept::{Closed, ConnectionSettings, Serving};
pub use address_limits::{AddressLimitSettings, AddressLimits, LimitedFor};
pub use admission::{Admission, AdmissionSettings, Busy, Class, Permit};
pub(crate) use body::drain;
pub use body::{BodyError, BodyLimits, is_length_limit, read_body};
pub use client_addr::{ClientAddr, ClientKey, ForwardedBy, TrustedProxies};
pub use edge::{Edge, EdgeSettings, PlainRefusals, Refusal, Refusals};
pub use request_info::{RequestInfo, current_request_id};
pub(crate) use request_info::{current_request, in_request};
pub use response_headers::PageSecurity;
pub use tls::{CertificateError, Certificates};
