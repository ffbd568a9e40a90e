//! Query strings (2.1, 2.4, 2.5, 2.6). Nothing in them is an error: what is not understood counts as absent.

use std::borrow::Cow;
use std::fmt;

use crate::headers::ApiVersion;
use crate::redacted::Sensitive;
use crate::tolerant::flag_of;

/// The pairs of a query string, decoded, in order.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl fmt::Debug for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl<'a> Query<'a> {
    /// Reads the part of the URL after `?`.
    pub fn parse(query: &'a str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).collect())
    }

    /// The first value of that name; empty, `null` and `undefined` (2.7) are `None`.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(found, _)| found == name)?;
        Some(value.trim()).filter(|value| !matches!(*value, "" | "null" | "undefined"))
    }

    /// A whole number.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.get(name)?.parse().ok()
    }

    /// A boolean, false when absent.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(flag_of).flatten().unwrap_or(false)
    }

    /// A list of ids: `[573…,005…]`, without the brackets, or one id a parameter (2.5). Quotes around ids are dropped.
    pub fn ids(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(found, _)| found == name).flat_map(|(_, value)| id_list(value)).filter(|id| id != "undefined").collect()
    }

    /// All pairs.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }
}

/// Reads `[573…,005…]` or `573…,005…`; see [`Query::ids`].
pub fn id_list(text: &str) -> Vec<String> {
    let text = text.trim();
    let text = text.strip_prefix('[').unwrap_or(text);
    let text = text.strip_suffix(']').unwrap_or(text);
    text.split(',')
        .map(|id| id.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\''))
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Writes `[573…,005…]`, the form that the guide shows.
pub fn write_id_list<S: AsRef<str>>(ids: &[S]) -> String {
    let ids: Vec<&str> = ids.iter().map(AsRef::as_ref).collect();
    format!("[{}]", ids.join(","))
}

/// Query of `GET System/Messages` (2.4). `pc` is ignored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MessagesQuery {
    /// The last sequence that the client has; many never send it.
    pub ack: Option<i64>,
}

impl MessagesQuery {
    /// Reads the query; an `ack` that is no number counts as absent, because `ack` is never an error.
    pub fn parse(query: &str) -> Self {
        Self { ack: Query::parse(query).integer("ack") }
    }
}

/// Query of `GET System/ReconnectSession` (2.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReconnectQuery {
    /// `offset` of the last answer of Messages.
    pub offset: Option<i64>,
}

impl ReconnectQuery {
    /// Reads the query.
    pub fn parse(query: &str) -> Self {
        Self { offset: Query::parse(query).integer("ReconnectSession.offset") }
    }
}

/// Query of `GET System/ResyncSession` (2.1, old guides).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResyncQuery {
    /// The session key, beside the header.
    pub session_key: Option<Sensitive>,
}

impl ResyncQuery {
    /// Reads the query.
    pub fn parse(query: &str) -> Self {
        let query = Query::parse(query);
        let key = query.get("SessionId").or_else(|| query.get("ResyncSession.SessionId"));
        Self { session_key: key.map(Sensitive::from) }
    }
}

/// What every `Visitor/*` query may say (2.5, 2.7).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VisitorQuery {
    /// `org_id`
    pub organization_id: Option<String>,
    /// `deployment_id`
    pub deployment_id: Option<String>,
    /// `sid`: the visitor session (its name is uncertain).
    pub session_id: Option<Sensitive>,
    /// `version`, which stands for the header in JSONP.
    pub version: Option<ApiVersion>,
}

impl VisitorQuery {
    /// Picks the parameters out.
    pub fn from_query(query: &Query<'_>) -> Self {
        Self {
            organization_id: query.get("org_id").map(str::to_owned),
            deployment_id: query.get("deployment_id").map(str::to_owned),
            session_id: query.get("sid").map(Sensitive::from),
            version: query.get("version").and_then(ApiVersion::parse),
        }
    }
}

/// Parameters of `Visitor/Availability` (2.5).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AvailabilityQuery {
    /// Buttons and agents asked for, as sent; `005…_573…` may be among them.
    pub ids: Vec<String>,
    /// Whether the estimated wait is wanted (47).
    pub need_estimated_wait_time: bool,
}

impl AvailabilityQuery {
    /// Picks the parameters out.
    pub fn from_query(query: &Query<'_>) -> Self {
        Self { ids: query.ids("Availability.ids"), need_estimated_wait_time: query.flag("Availability.needEstimatedWaitTime") }
    }
}

/// Parameters of `Visitor/Settings` (2.5).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsQuery {
    /// Buttons asked for; empty means all of the deployment.
    pub button_ids: Vec<String>,
    /// Whether the estimated wait is wanted (47).
    pub need_estimated_wait_time: bool,
    /// Whether the page that asks is the visitor's new page.
    pub update_breadcrumb: bool,
    /// A prefix for the URLs in the answer.
    pub url_prefix: Option<String>,
}

impl SettingsQuery {
    /// Picks the parameters out.
    pub fn from_query(query: &Query<'_>) -> Self {
        Self {
            button_ids: query.ids("Settings.buttonIds"),
            need_estimated_wait_time: query.flag("Settings.needEstimatedWaitTime"),
            update_breadcrumb: query.flag("Settings.updateBreadcrumb"),
            url_prefix: query.get("Settings.urlPrefix").map(str::to_owned),
        }
    }
}

/// The page of `Visitor/Breadcrumb.jsonp`.
pub fn breadcrumb_location(query: &Query<'_>) -> Option<Sensitive> {
    query.get("Breadcrumb.location").or_else(|| query.get("location")).map(Sensitive::from)
}

/// Query of a file upload (2.6).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UploadQuery {
    /// `orgId`
    pub organization_id: Option<String>,
    /// `chatKey`: the session's id, which is its key before the first `!`.
    pub chat_key: Option<Sensitive>,
    /// `fileToken` of the FileTransfer message.
    pub file_token: Option<Sensitive>,
    /// `encoding`, always `UTF-8`.
    pub encoding: Option<String>,
}

impl UploadQuery {
    /// Reads the query. A whole session key as `chatKey` is cut to its id.
    pub fn parse(query: &str) -> Self {
        let query = Query::parse(query);
        Self {
            organization_id: query.get("orgId").map(str::to_owned),
            chat_key: query.get("chatKey").map(|key| Sensitive::from(crate::key::chat_key(key))),
            file_token: query.get("fileToken").map(Sensitive::from),
            encoding: query.get("encoding").map(str::to_owned),
        }
    }

    /// The query string, without `?`.
    pub fn encode(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let pairs = [
            ("orgId", self.organization_id.as_deref()),
            ("chatKey", self.chat_key.as_ref().map(|key| key.0.as_str())),
            ("fileToken", self.file_token.as_ref().map(|token| token.0.as_str())),
            ("encoding", Some(self.encoding.as_deref().unwrap_or("UTF-8"))),
        ];
        for (name, value) in pairs {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }
}
