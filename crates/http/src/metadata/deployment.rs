//! `*.liveChatDeployment` as a deployment.

use engine::definition::Deployment;

use super::notes::Notes;

/// What to make of it, and what it is called.
pub(super) fn map(
    developer_name: &str,
    base: Deployment,
    notes: &mut Notes,
) -> (String, impl Fn(Option<&Deployment>) -> Deployment + Send + Sync + 'static) {
    let name = notes.properties.text("label").unwrap_or_else(|| developer_name.to_owned());
    let origins = origins(notes);
    let timeout = notes.properties.number("connectionTimeoutDuration").filter(|seconds| *seconds > 0);
    // The guide spells it with a capital letter, files do not.
    let warning =
        ["connectionWarningDuration", "ConnectionWarningDuration"].into_iter().filter_map(|name| notes.properties.number(name)).last();
    let place = notes.properties.flag("displayQueuePosition");
    let transcript = notes.properties.flag("enableTranscriptSave");
    let prechat_api = notes.properties.flag("enablePrechatApi");
    let title = notes.properties.text("windowTitle");
    notes.upload("brandingImage", "The image above the conversation: upload it and set it as the deployment's logo.");
    notes.upload("mobileBrandingImage", "The image above the conversation on phones: the deployment has one logo for all.");
    if notes.properties.text("site").is_some() {
        notes.not_taken("site", "Images and pages come from this server or from addresses of yours, not from a site.");
    }
    if let (Some(timeout), Some(warning)) = (timeout, warning)
        && warning >= timeout
    {
        notes.not_taken("connectionWarningDuration", "A warning must come before the time-out, so there is none.");
    }
    let called = name.clone();
    let change = move |old: Option<&Deployment>| {
        let mut new = old.cloned().unwrap_or_else(|| base.clone());
        new.name.clone_from(&name);
        if let Some(origins) = &origins {
            new.allowed_origins.clone_from(origins);
        }
        if let Some(seconds) = timeout {
            new.connection_timeout_ms = seconds.saturating_mul(1_000);
        }
        if let Some(seconds) = warning {
            new.connection_warning_ms = Some(seconds.saturating_mul(1_000)).filter(|ms| (1..new.connection_timeout_ms).contains(ms));
        }
        new.show_queue_position = place.unwrap_or(new.show_queue_position);
        new.visitor_transcript = transcript.unwrap_or(new.visitor_transcript);
        new.prechat_api = prechat_api.unwrap_or(new.prechat_api);
        if title.is_some() {
            new.appearance.title.clone_from(&title);
        }
        new
    };
    (called, change)
}

/// Domains as origins; none when there is no list, or an empty one, which allowed all.
fn origins(notes: &mut Notes) -> Option<Vec<String>> {
    let domains = notes.properties.list("domainWhiteList", "domain")?;
    let (mut origins, named) = (Vec::new(), !domains.is_empty());
    for domain in domains {
        match origin(&domain) {
            Some(origin) if !origins.contains(&origin) => origins.push(origin),
            Some(_) => {}
            None => {
                let shown: String = domain.chars().filter(|c| !c.is_control()).take(120).collect();
                notes.not_taken(
                    "domainWhiteList",
                    format!("{shown:?} is no host: add the origins of its pages, such as https://www.example.com."),
                );
            }
        }
    }
    // None at all would let pages of every origin in, which the list was to prevent; so a list that names none that can be used is not taken.
    Some(origins).filter(|origins| !origins.is_empty() || !named)
}

fn origin(domain: &str) -> Option<String> {
    let (scheme, rest) = match domain.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => {
            (scheme.to_ascii_lowercase(), rest)
        }
        Some(_) => return None,
        None => ("https".to_owned(), domain),
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let fits = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    fits.then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn domains_become_origins() {
        for (domain, wanted) in [
            ("www.example.com", Some("https://www.example.com")),
            ("http://www.Example.com/shop", Some("http://www.example.com")),
            ("localhost:8443", Some("https://localhost:8443")),
            ("*.example.com", None),
            ("ftp://example.com", None),
            ("a b", None),
            ("", None),
        ] {
            assert_eq!(origin(domain).as_deref(), wanted, "{domain}");
        }
    }
}
