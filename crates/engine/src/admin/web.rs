//! What visitors are shown, checked before it is kept: pages read it as it is.

use domain::{
    detail::{MAX_FIELD_MAPS, MAX_FIELDS, MAX_STEPS},
    hours::HoursProblem,
    invitation::Filter,
    text_limits::{self, LABEL_CHARACTERS, NAME_CHARACTERS, TECHNICAL_CHARACTERS},
};

use super::check::{line_or_none, web_address, within};
use crate::{
    Error, Result,
    definition::{
        Appearance, Button, Deployment, Hours, Invitation, InvitationOperator, InvitationRule, InvitationRuleKind, OfflineForm,
        PrechatField, PrechatForm, PrechatKind, Survey,
    },
};

/// The most hosts that a deployment may name.
const MAX_HOSTS: usize = 50;
/// The most texts that a deployment may have of its own.
const MAX_TEXTS: usize = 64;
/// The longest text of the window.
const TEXT_CHARACTERS: usize = 500;
/// The longest introduction to a form.
const INTRODUCTION_CHARACTERS: usize = 2_000;
/// The most fields of a form.
const MAX_FORM_FIELDS: usize = 20;
/// The most choices of a field.
const MAX_CHOICES: usize = 100;
/// The most rules of an invitation.
const MAX_INVITATION_RULES: usize = 50;
/// The widest and highest image of an invitation, in pixels.
const MAX_PIXELS: u64 = 4_096;
/// The longest that an invitation waits before it is rejected by itself.
const DAY_SECONDS: u64 = 86_400;

/// Several lines for people, or none; spaces around them go.
fn words(property: &'static str, text: &mut Option<String>, most: usize) -> Result<()> {
    let Some(given) = text else { return Ok(()) };
    let kept = text_limits::storable(given.trim()).into_owned();
    let got = kept.chars().count();
    if got > most {
        return Err(Error::invalid(property, format!("it has {got} characters, at most {most} are allowed")));
    }
    *text = Some(kept).filter(|kept| !kept.is_empty());
    Ok(())
}

fn color(property: &'static str, color: &mut Option<String>) -> Result<()> {
    let Some(given) = color else { return Ok(()) };
    let is_color = given.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if !is_color {
        return Err(Error::invalid(property, "a colour is written like #1a2b3c"));
    }
    given.make_ascii_lowercase();
    Ok(())
}

/// The form of a BCP 47 tag; whether anybody speaks it is not looked at.
fn language(property: &'static str, tag: &mut Option<String>) -> Result<()> {
    line_or_none(property, tag, 35)?;
    let is_tag = |tag: &str| {
        let mut parts = tag.split('-');
        let first = parts.next().unwrap_or_default();
        (2..=8).contains(&first.len())
            && first.bytes().all(|byte| byte.is_ascii_alphabetic())
            && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    match tag {
        Some(tag) if !is_tag(tag) => Err(Error::invalid(property, "a language is written like de or pt-BR")),
        _ => Ok(()),
    }
}

/// An https address, or a path of our own host.
fn image(property: &'static str, address: &mut Option<String>) -> Result<()> {
    line_or_none(property, address, TECHNICAL_CHARACTERS)?;
    let Some(address) = address else { return Ok(()) };
    let is_path = address.starts_with('/') && !address.starts_with("//");
    let fits = if is_path {
        !address.contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>\\".contains(c))
    } else {
        address.starts_with("https://") && web_address(property, address, true).is_ok()
    };
    if fits { Ok(()) } else { Err(Error::invalid(property, "it must be an https address, or a path of this server that begins with /")) }
}

fn page(property: &'static str, address: &mut Option<String>) -> Result<()> {
    line_or_none(property, address, TECHNICAL_CHARACTERS)?;
    address.as_deref().map_or(Ok(()), |address| web_address(property, address, true))
}

/// `host` or `host:port`, without a scheme.
fn host(text: &mut str) -> Result<()> {
    text.make_ascii_lowercase();
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !text.ends_with(']') => (name, Some(port)),
        _ => (&*text, None),
    };
    let is_name = !name.is_empty()
        && name.len() <= 253
        && name.split('.').all(|label| {
            !label.is_empty() && label.len() <= 63 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        });
    let is_address =
        name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).is_some_and(|ip| ip.parse::<std::net::Ipv6Addr>().is_ok());
    let is_port = port.is_none_or(|port| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0));
    if (is_name || is_address) && is_port {
        Ok(())
    } else {
        Err(Error::invalid("redirect_hosts", "it must be a host such as forms.example.com or forms.example.com:8443, without https://"))
    }
}

/// What a deployment says of pages and windows.
pub(super) fn check_deployment(deployment: &mut Deployment) -> Result<()> {
    if deployment.redirect_hosts.len() > MAX_HOSTS {
        return Err(Error::invalid("redirect_hosts", format!("at most {MAX_HOSTS} hosts are allowed")));
    }
    deployment.redirect_hosts.iter_mut().try_for_each(|text| host(text))?;
    appearance(&mut deployment.appearance)
}

fn appearance(looks: &mut Appearance) -> Result<()> {
    line_or_none("appearance.title", &mut looks.title, NAME_CHARACTERS)?;
    image("appearance.logo_url", &mut looks.logo_url)?;
    color("appearance.primary_color", &mut looks.primary_color)?;
    color("appearance.background_color", &mut looks.background_color)?;
    language("appearance.language", &mut looks.language)?;
    if looks.texts.len() > MAX_TEXTS {
        return Err(Error::invalid("appearance.texts", format!("at most {MAX_TEXTS} texts are allowed")));
    }
    for (key, text) in &mut looks.texts {
        let is_key = (1..=100).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if !is_key {
            return Err(Error::invalid("appearance.texts", "the key of a text is made of letters, digits, '.', '_' and '-'"));
        }
        let kept = text_limits::storable(text).into_owned();
        let got = kept.chars().count();
        if got > TEXT_CHARACTERS {
            return Err(Error::invalid(
                "appearance.texts",
                format!("{key}: it has {got} characters, at most {TEXT_CHARACTERS} are allowed"),
            ));
        }
        *text = kept;
    }
    Ok(())
}

/// What a button says of pages, forms and invitations.
pub(super) fn check_button(button: &mut Button) -> Result<()> {
    page("form_before", &mut button.form_before)?;
    page("form_after", &mut button.form_after)?;
    page("chat_page", &mut button.chat_page)?;
    if let Some(form) = &mut button.prechat_form {
        prechat_form(form)?;
    }
    if let Some(Survey { question, comment: _ }) = &mut button.survey {
        words("survey.question", question, TEXT_CHARACTERS)?;
    }
    if let Some(OfflineForm { introduction, ask_phone: _ }) = &mut button.offline_form {
        words("offline_form.introduction", introduction, INTRODUCTION_CHARACTERS)?;
    }
    button.invitation.as_mut().map_or(Ok(()), invitation)
}

const FIELDS: &str = "prechat_form.fields";

fn prechat_form(form: &mut PrechatForm) -> Result<()> {
    words("prechat_form.introduction", &mut form.introduction, INTRODUCTION_CHARACTERS)?;
    if form.fields.len() > MAX_FORM_FIELDS {
        return Err(Error::invalid(FIELDS, format!("at most {MAX_FORM_FIELDS} fields are allowed")));
    }
    for (n, field) in (1..).zip(&mut form.fields) {
        prechat_field(n, field)?;
    }
    for (n, field) in (1..).zip(&form.fields) {
        if form.fields.iter().take(n - 1).any(|earlier| earlier.label == field.label) {
            return Err(Error::invalid(FIELDS, format!("field {n}: another field asks for {:?} too", field.label)));
        }
    }
    if form.fields.iter().filter(|field| field.is_name).count() > 1 {
        return Err(Error::invalid(FIELDS, "the visitor has one name: only one field can be it"));
    }
    let entities: std::collections::BTreeSet<_> = form.fields.iter().flat_map(|field| &field.map).map(|map| &map.entity).collect();
    if entities.len() > MAX_STEPS {
        return Err(Error::invalid(FIELDS, format!("answers can be mapped to at most {MAX_STEPS} kinds of records")));
    }
    let most =
        entities.iter().map(|entity| form.fields.iter().flat_map(|field| &field.map).filter(|map| map.entity == **entity).count()).max();
    if most.unwrap_or(0) > MAX_FIELD_MAPS {
        return Err(Error::invalid(FIELDS, format!("a kind of record can have at most {MAX_FIELD_MAPS} answers mapped to it")));
    }
    Ok(())
}

fn prechat_field(n: usize, field: &mut PrechatField) -> Result<()> {
    let of_field = |what: &str, problem: &dyn std::fmt::Display| Error::invalid(FIELDS, format!("field {n}: {what}: {problem}"));
    let named = |what: &str, text: &mut String| {
        *text = text_limits::line(text, LABEL_CHARACTERS).map_err(|problem| of_field(what, &problem))?;
        Ok::<_, Error>(())
    };
    named("label", &mut field.label)?;
    if let Some(placeholder) = field.placeholder.take().filter(|text| !text.trim().is_empty()) {
        field.placeholder = Some(placeholder);
        field.placeholder.iter_mut().try_for_each(|text| named("placeholder", text))?;
    }
    match (field.kind, field.choices.len()) {
        (PrechatKind::Choice, 1..=MAX_CHOICES) | (PrechatKind::Text | PrechatKind::Email, 0) => {}
        (PrechatKind::Choice, _) => return Err(of_field("choices", &format!("a choice needs 1 to {MAX_CHOICES} of them"))),
        (_, 0) => {}
        _ => return Err(of_field("choices", &"only a choice has them")),
    }
    field.choices.iter_mut().try_for_each(|choice| named("choices", choice))?;
    for (what, got) in [("transcript_fields", field.transcript_fields.len()), ("map", field.map.len())] {
        if got > MAX_FIELDS {
            return Err(of_field(what, &format!("at most {MAX_FIELDS} are allowed")));
        }
    }
    field.transcript_fields.iter_mut().try_for_each(|name| named("transcript_fields", name))?;
    for map in &mut field.map {
        named("map.entity", &mut map.entity)?;
        named("map.field", &mut map.field)?;
    }
    Ok(())
}

fn invitation(invitation: &mut Invitation) -> Result<()> {
    image("invitation.image_url", &mut invitation.image_url)?;
    words("invitation.text", &mut invitation.text, TEXT_CHARACTERS)?;
    for (property, pixels) in [("invitation.image_width", invitation.image_width), ("invitation.image_height", invitation.image_height)] {
        pixels.map_or(Ok(()), |pixels| within(property, pixels.into(), 1, MAX_PIXELS))?;
    }
    if let Some(seconds) = invitation.reject_after_seconds {
        within("invitation.reject_after_seconds", seconds.into(), 1, DAY_SECONDS)?;
    }
    if invitation.rules.len() > MAX_INVITATION_RULES {
        return Err(Error::invalid("invitation.rules", format!("at most {MAX_INVITATION_RULES} rules are allowed")));
    }
    for (n, rule) in (1..).zip(&mut invitation.rules) {
        invitation_rule(rule).map_err(|problem| Error::invalid("invitation.rules", format!("rule {n}: {problem}")))?;
    }
    line_or_none("invitation.filter", &mut invitation.filter, domain::invitation::MAX_FILTER_CHARACTERS)?;
    if let Some(text) = &mut invitation.filter {
        let wrong = |problem: domain::invitation::FilterProblem| Error::invalid("invitation.filter", problem.to_string());
        let filter: Filter = text.parse().map_err(wrong)?;
        filter.check(invitation.rules.len()).map_err(wrong)?;
        *text = filter.to_string();
    }
    Ok(())
}

fn invitation_rule(rule: &mut InvitationRule) -> Result<(), String> {
    use InvitationOperator::{Contains, Greater, GreaterOrEqual, Less, LessOrEqual, NotContains, StartsWith};
    use InvitationRuleKind::{CustomVariable, PageViews, SecondsOnPage, SecondsOnSite, Url};
    rule.name = rule.name.take().filter(|name| !name.trim().is_empty());
    match (rule.kind, &mut rule.name) {
        (CustomVariable, Some(name)) => *name = text_limits::line(name, LABEL_CHARACTERS).map_err(|problem| format!("name: {problem}"))?,
        (CustomVariable, None) => return Err("name: say which variable".to_owned()),
        (_, Some(_)) => return Err("name: only a custom variable has one".to_owned()),
        (_, None) => {}
    }
    match (rule.kind, rule.operator) {
        (PageViews | SecondsOnPage | SecondsOnSite, StartsWith | Contains | NotContains) => {
            return Err("operator: a number cannot begin with something or hold it".to_owned());
        }
        (Url, Less | Greater | LessOrEqual | GreaterOrEqual) => return Err("operator: an address is neither less nor greater".to_owned()),
        _ => {}
    }
    match rule.kind {
        PageViews | SecondsOnPage | SecondsOnSite => {
            let number: u32 = rule.value.trim().parse().map_err(|_| "value: it must be a whole number".to_owned())?;
            rule.value = number.to_string();
        }
        Url | CustomVariable => {
            rule.value = text_limits::storable(&rule.value).into_owned();
            if rule.value.chars().count() > TECHNICAL_CHARACTERS {
                return Err(format!("value: at most {TECHNICAL_CHARACTERS} characters are allowed"));
            }
        }
    }
    Ok(())
}

/// Business hours, but for their name.
pub(super) fn check_hours(hours: &mut Hours) -> Result<()> {
    for (n, holiday) in (1..).zip(&mut hours.holidays) {
        let name = text_limits::line(&holiday.name, NAME_CHARACTERS);
        holiday.name =
            name.map_err(|_| Error::invalid("holidays", format!("holiday {n}: give it a name of 1 to {NAME_CHARACTERS} characters")))?;
    }
    let problem = match hours.schedule() {
        Ok(_) => return Ok(()),
        Err(problem) => problem,
    };
    let property = match &problem {
        HoursProblem::Zone => "time_zone",
        HoursProblem::Openings(_) | HoursProblem::Opening(..) => "weekly",
        HoursProblem::Holidays(_) | HoursProblem::Holiday(..) => "holidays",
    };
    Err(Error::invalid(property, problem.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host_of(text: &str) -> Option<String> {
        let mut text = text.to_owned();
        host(&mut text).ok().map(|()| text)
    }

    #[test]
    fn hosts_are_names_or_addresses_with_a_port_or_without() {
        for good in ["forms.example.com", "forms.example.com:8443", "localhost:80", "192.0.2.1", "[2001:db8::1]", "[2001:db8::1]:443"] {
            assert_eq!(host_of(good).as_deref(), Some(good));
        }
        assert_eq!(host_of("FORMS.Example").as_deref(), Some("forms.example"));
        for bad in [
            "",
            ":80",
            "https://a.example",
            "a.example/",
            "a.example:0",
            "a.example:65536",
            "a.example:+80",
            "a..b",
            "a b",
            "user@a.example",
            "*.example.com",
            "a.example:80:90",
            "[::1",
            "::1",
            "[a.example]",
            "a.example\n",
            "ä.example",
            "2001:db8::1",
        ] {
            assert_eq!(host_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn images_come_from_here_or_by_https() {
        let fits = |text: &str| image("i", &mut Some(text.to_owned())).is_ok();
        assert!(fits("/logo.png") && fits("https://a.example/logo.png") && fits(""));
        for bad in [
            "http://a.example/i.png",
            "//a.example/i.png",
            "javascript:alert(1)",
            "data:image/png;base64,AA",
            "/a\"b",
            "/\\a.example",
            "i.png",
        ] {
            assert!(!fits(bad), "{bad}");
        }
    }
}
