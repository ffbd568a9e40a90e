//! A request of the data API, whether it came alone or within another one.

use bytes::Bytes;
use http::HeaderMap;
use salesforce::{
    Version,
    composite::Method,
    headers::{QUERY_OPTIONS, http_date, page_size},
    record::{Record, Value},
};

use super::{failure::Failure, resource::Resource};

/// A request.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) version: Version,
    pub(super) resource: Resource,
    /// What stands behind the question mark, as it was written.
    pub(super) query: String,
    pub(super) body: Bytes,
    pub(super) conditions: Conditions,
    /// How many rows a page is to have.
    pub(super) page: u16,
}

impl Ask {
    /// The same, for work that has read the body already.
    pub(super) fn without_body(&self) -> Self {
        Self {
            method: self.method,
            version: self.version,
            resource: self.resource.clone(),
            query: self.query.clone(),
            body: Bytes::new(),
            conditions: self.conditions.clone(),
            page: self.page,
        }
    }

    /// The value of a parameter; the first, if it is there twice. Names are compared without regard to case.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        parameter(&self.query, name)
    }

    /// The names that a parameter lists.
    pub(super) fn listed(&self, name: &str) -> Option<Vec<String>> {
        let listed = self.parameter(name)?;
        Some(listed.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect())
    }

    /// Whether nothing is to be changed.
    pub(super) fn reads(&self) -> bool {
        matches!(self.method, Method::Get | Method::Head)
    }

    /// Refuses a method that the resource does not know.
    pub(super) fn check_method(&self) -> Result<(), Failure> {
        let (method, allowed) = (method_name(self.method), self.resource.methods());
        if allowed.contains(&method) {
            return Ok(());
        }
        Err(Failure::WrongMethod { method: method.to_owned(), allowed })
    }
}

/// The value of a parameter behind the question mark.
pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.into_owned())
}

/// As it is written.
pub(super) fn method_name(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Patch => "PATCH",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
    }
}

/// The method with this name; none of others has a resource here.
pub(super) fn method_named(name: &str) -> Option<Method> {
    use Method::{Delete, Get, Head, Patch, Post, Put};
    [Get, Head, Post, Patch, Put, Delete].into_iter().find(|method| method_name(*method).eq_ignore_ascii_case(name))
}

/// Under which conditions something is asked (1.13).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Conditions {
    /// Seconds since 1970: answer only if it was changed since.
    pub(super) modified_since: Option<i64>,
    /// The same: do nothing if it was changed since.
    pub(super) unmodified_since: Option<i64>,
    /// Of accounts only: do nothing unless it is one of these.
    pub(super) matches: Option<String>,
    /// Of accounts only: answer only if it is none of these.
    pub(super) none_matches: Option<String>,
}

impl Conditions {
    /// By headers, whoever keeps them. A date that cannot be read is as if it were not there.
    pub(super) fn of<'h>(header: impl Fn(&str) -> Option<&'h str>) -> Self {
        let seconds = |name| header(name).and_then(http_date).map(|at| at.as_second());
        let text = |name| header(name).map(str::to_owned);
        Self {
            modified_since: seconds("If-Modified-Since"),
            unmodified_since: seconds("If-Unmodified-Since"),
            matches: text("If-Match"),
            none_matches: text("If-None-Match"),
        }
    }

    /// None at all.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether something that was changed then, and has this tag if it has one, may be worked on.
    pub(super) fn hold(&self, changed: Option<i64>, tag: Option<&str>) -> bool {
        let untouched = match (self.unmodified_since, changed) {
            (Some(since), Some(changed)) => changed <= since,
            _ => true,
        };
        untouched && tag.is_none_or(|tag| self.matches.as_deref().is_none_or(|wanted| lists(wanted, tag)))
    }

    /// Whether a reader knows it already.
    pub(super) fn is_known(&self, changed: Option<i64>, tag: Option<&str>) -> bool {
        match (&self.none_matches, tag) {
            // A tag is exact, and the date beside it is not looked at (RFC 9110 13.1.3).
            (Some(known), Some(tag)) => lists(known, tag),
            _ => self.modified_since.zip(changed).is_some_and(|(since, changed)| changed <= since),
        }
    }
}

/// Whether a list of tags has this one. Weak and strong ones are the same here, and some proxies add what they did to the body.
fn lists(list: &str, tag: &str) -> bool {
    let bare = |text: &str| text.trim().trim_start_matches("W/").trim_matches('"').trim_end_matches("-gzip").to_owned();
    list.split(',').any(|one| one.trim() == "*" || bare(one) == bare(tag))
}

/// When a record was changed: seconds since 1970, and in words for a header.
pub(super) fn changed(record: &Record) -> Option<(i64, String)> {
    record.fields.iter().find_map(|(name, value)| match value {
        Value::DateTime(at) if &**name == "LastModifiedDate" => Some((at.0.as_second(), salesforce::headers::http_date_text(at.0)?)),
        _ => None,
    })
}

/// How many rows a page is to have, as the headers say.
pub(super) fn page_of(headers: &HeaderMap) -> u16 {
    page_size(headers.get(QUERY_OPTIONS).and_then(|value| value.to_str().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions(name: &'static str, value: &'static str) -> Conditions {
        Conditions::of(|asked| asked.eq_ignore_ascii_case(name).then_some(value))
    }

    #[test]
    fn a_reader_who_knows_it_is_told_so_and_a_writer_who_does_not_is_stopped() {
        let since = conditions("if-modified-since", "Tue, 31 May 2026 18:00:00 GMT");
        let at = since.modified_since.unwrap();
        assert!(since.is_known(Some(at), None) && !since.is_known(Some(at + 1), None) && !since.is_known(None, None));
        assert!(since.hold(Some(at + 1), None));
        let unless = conditions("if-unmodified-since", "Tue, 31 May 2026 18:00:00 GMT");
        assert!(unless.hold(Some(at), None) && !unless.hold(Some(at + 1), None) && unless.hold(None, None));
        let matches = conditions("if-match", "\"abc\", W/\"def-gzip\"");
        assert!(matches.hold(None, Some("\"abc\"")) && matches.hold(None, Some("\"def\"")) && !matches.hold(None, Some("\"x\"")));
        let none = conditions("if-none-match", "*");
        assert!(none.is_known(None, Some("\"abc\"")) && !none.is_known(None, None));
        assert!(conditions("if-modified-since", "yesterday").is_empty());
    }

    #[test]
    fn parameters_are_found_in_whatever_case() {
        assert_eq!(parameter("Fields=A%2CB&fields=C", "fields").as_deref(), Some("A,B"));
        assert_eq!(parameter("q", "q").as_deref(), Some(""));
        assert_eq!(parameter("", "q"), None);
        assert_eq!(method_named("patch"), Some(Method::Patch));
        assert_eq!(method_named("TRACE"), None);
    }
}
