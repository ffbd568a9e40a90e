//! Headers of the data API (1.13).
//!
//! What cannot be read is as if it were not there; only who asks must be right.

use std::fmt;

use jiff::{Timestamp, fmt::rfc2822};

use crate::{
    Error, Id,
    id::KeyPrefix,
    oauth::Secret,
    query::{DEFAULT_PAGE, MIN_PAGE},
};

/// `Sforce-Auto-Assign`
pub const AUTO_ASSIGN: &str = "Sforce-Auto-Assign";
/// `Sforce-Duplicate-Rule-Header`, from version 52.
pub const DUPLICATE_RULE: &str = "Sforce-Duplicate-Rule-Header";
/// `Sforce-Query-Options`
pub const QUERY_OPTIONS: &str = "Sforce-Query-Options";
/// `Sforce-Call-Options`
pub const CALL_OPTIONS: &str = "Sforce-Call-Options";
/// `Sforce-Mru`, from version 60.
pub const MRU: &str = "Sforce-Mru";
/// `Sforce-Limit-Info`
pub const LIMIT_INFO: &str = "Sforce-Limit-Info";
/// What every answer says about keeping it (1.1).
pub const CACHE_CONTROL: &str = "no-cache,must-revalidate,max-age=0,no-store,private";

/// The token of `Authorization`: `Bearer T`, or `OAuth T` as older clients send it (1.1).
pub fn authorization(header: Option<&str>) -> Result<Secret, Error> {
    let header = header.map(str::trim).filter(|header| !header.is_empty()).ok_or_else(Error::invalid_session)?;
    let (scheme, token) = header.split_once(' ').ok_or_else(Error::invalid_auth_header)?;
    if !["bearer", "oauth"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Err(Error::invalid_auth_header());
    }
    match token.trim() {
        "" => Err(Error::invalid_session()),
        token => Ok(token.into()),
    }
}

/// Whether an assignment rule says who has a new case or lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AutoAssign {
    /// The active rule; what holds without the header.
    #[default]
    Active,
    /// None: the owner is the one of the request, or whoever asks.
    Off,
    /// This one.
    Rule(Id),
}

impl AutoAssign {
    /// `TRUE`, `FALSE` or the id of a rule.
    pub fn parse(header: Option<&str>) -> Self {
        match header.map(str::trim) {
            Some(off) if off.eq_ignore_ascii_case("false") => Self::Off,
            Some(rule) => Id::parse(rule).ok().filter(|id| id.prefix() == KeyPrefix::ASSIGNMENT_RULE).map_or(Self::Active, Self::Rule),
            None => Self::Active,
        }
    }
}

impl fmt::Display for AutoAssign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Active => f.write_str("TRUE"),
            Self::Off => f.write_str("FALSE"),
            Self::Rule(id) => id.fmt(f),
        }
    }
}

/// What a duplicate rule may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DuplicateRule {
    /// Save what the rule would only warn of.
    pub allow_save: bool,
    /// Tell the fields of the records that were found.
    pub include_record_details: bool,
    /// Find only what the user may see.
    pub run_as_current_user: bool,
}

impl DuplicateRule {
    /// `allowSave=true; includeRecordDetails=true; runAsCurrentUser=true`, or fewer.
    pub fn parse(header: Option<&str>) -> Self {
        let header = header.unwrap_or_default();
        let on = |name| option(header, ';', name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        Self {
            allow_save: on("allowSave"),
            include_record_details: on("includeRecordDetails"),
            run_as_current_user: on("runAsCurrentUser"),
        }
    }
}

impl fmt::Display for DuplicateRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { allow_save, include_record_details, run_as_current_user } = self;
        write!(f, "allowSave={allow_save}; includeRecordDetails={include_record_details}; runAsCurrentUser={run_as_current_user}")
    }
}

/// How many rows a page is to have: `batchSize=500`, taken to the nearest number that there may be.
pub fn page_size(query_options: Option<&str>) -> u16 {
    let asked = query_options.and_then(|header| option(header, ',', "batchSize")).and_then(|number| number.parse::<u32>().ok());
    asked.and_then(|number| u16::try_from(number.clamp(MIN_PAGE.into(), DEFAULT_PAGE.into())).ok()).unwrap_or(DEFAULT_PAGE)
}

/// Who calls, and for which package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallOptions {
    /// The client's name.
    pub client: Option<String>,
    /// What stands before custom names that have no prefix.
    pub default_namespace: Option<String>,
}

impl CallOptions {
    /// `client=Name, defaultNamespace=ns`
    pub fn parse(header: Option<&str>) -> Self {
        let own = |name| option(header.unwrap_or_default(), ',', name).filter(|value| !value.is_empty()).map(str::to_owned);
        Self { client: own("client"), default_namespace: own("defaultNamespace") }
    }
}

/// Whether what is written is to be among what the user used last: `updateMru=true`.
pub fn updates_mru(header: Option<&str>) -> bool {
    header.and_then(|header| option(header, ';', "updateMru")).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// The value of `name=value` among several.
fn option<'a>(header: &'a str, separator: char, name: &str) -> Option<&'a str> {
    let mut pairs = header.split(separator).filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// How much of the day's requests is used: `api-usage=18/15000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitInfo {
    /// So far.
    pub used: u64,
    /// In all.
    pub max: u64,
}

impl LimitInfo {
    /// The organisation's; what it says of single apps is not read.
    pub fn parse(header: &str) -> Option<Self> {
        let (used, max) = option(header, ';', "api-usage")?.split_once('/')?;
        Some(Self { used: used.parse().ok()?, max: max.parse().ok()? })
    }
}

impl fmt::Display for LimitInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "api-usage={}/{}", self.used, self.max)
    }
}

/// The instant of `If-Modified-Since`, `If-Unmodified-Since` and `Last-Modified`: `Tue, 31 May 2026 18:00:00 GMT`.
pub fn http_date(header: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(header.trim()).ok()
}

/// The same as text, without the part of a second; none for years that it cannot hold.
pub fn http_date_text(at: Timestamp) -> Option<String> {
    rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()
}
