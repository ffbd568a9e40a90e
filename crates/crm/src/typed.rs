//! Values as people type them into forms, read as a field's type: "yes" in a checkbox, "31.3.2026" in a date.
//!
//! What cannot be read is told without the value, since that is a customer's.

use jiff::civil::{Date, DateTime, Time};
use salesforce::{Code, record::Scalar};

use crate::{
    record::check,
    schema::{Field, FieldType},
    value::Value,
};

/// Why a value cannot stand in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unfit {
    /// As [`engine::crm::FieldProblem::kind`] has it.
    pub(crate) kind: &'static str,
    /// In a sentence.
    pub(crate) reason: String,
}

impl Unfit {
    pub(crate) fn new(kind: &'static str, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into() }
    }
}

/// Reads a value. An empty one is null.
pub(crate) fn value(field: &Field, text: &str) -> Result<Value, Unfit> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(if field.field_type == FieldType::Boolean { Value::Boolean(false) } else { Value::Null });
    }
    match field.field_type {
        FieldType::Boolean => checkbox(trimmed).map(Value::Boolean).ok_or_else(|| Unfit::new("not_a_checkbox", "it is neither yes nor no")),
        FieldType::Int => match number(trimmed) {
            Some(number) if number.fract() == 0.0 && number.abs() <= f64::from(i32::MAX) => Ok(Value::Int(number as i64)),
            Some(_) => Err(Unfit::new("not_a_number", "it is not a whole number that fits")),
            None => Err(Unfit::new("not_a_number", "it is not a number")),
        },
        FieldType::Double | FieldType::Currency | FieldType::Percent => {
            let number = number(trimmed).and_then(serde_json::Number::from_f64);
            let number = number.ok_or_else(|| Unfit::new("not_a_number", "it is not a number"))?;
            checked(field, &Scalar::Number(number))
        }
        FieldType::Date => {
            // Of an instant, the day that stands in it.
            let day = trimmed.split_once(['T', ' ']).map_or(trimmed, |(day, _)| day);
            let date = date(day);
            let date = date.ok_or_else(|| Unfit::new("not_a_date", "it is not a day of the form 2026-03-31"))?;
            checked(field, &Scalar::Text(date.to_string()))
        }
        FieldType::DateTime => {
            let instant = trimmed.parse::<jiff::Timestamp>().ok().map(|at| at.as_microsecond());
            let local = || {
                let at = date_time(trimmed).or_else(|| date(trimmed).map(|date| date.to_datetime(Time::midnight())))?;
                jiff::tz::Offset::UTC.to_timestamp(at).ok().map(|at| at.as_microsecond())
            };
            let read = instant.or_else(local).map(Value::Instant);
            read.ok_or_else(|| Unfit::new("not_a_date", "it is not an instant of the form 2026-03-31T09:00:00Z"))
        }
        FieldType::Time => {
            let time: Option<Time> = trimmed.parse().ok();
            let time = time.ok_or_else(|| Unfit::new("not_a_date", "it is not a time of day of the form 09:00"))?;
            let seconds = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
            Ok(Value::Time(seconds * 1_000_000 + i64::from(time.subsec_nanosecond()) / 1_000))
        }
        // Spaces may belong to it.
        _ => checked(field, &Scalar::Text(text.to_owned())),
    }
}

fn checked(field: &Field, scalar: &Scalar) -> Result<Value, Unfit> {
    check::value(field, scalar).map_err(|error| match error.code() {
        Code::StringTooLong => Unfit::new("too_long", format!("it has more than {} characters", field.length)),
        Code::InvalidOrNullForRestrictedPicklist => Unfit::new("not_a_choice", "it is none of the values that can be chosen"),
        Code::NumberOutsideValidRange => Unfit::new("not_a_number", "the number has too many digits"),
        Code::InvalidEmailAddress => Unfit::new("other", "it is not an address of e-mail"),
        Code::MalformedId => Unfit::new("other", "it is not the id of a record"),
        _ => Unfit::new("other", "it does not fit the field"),
    })
}

fn checkbox(text: &str) -> Option<bool> {
    let text = text.to_lowercase();
    match text.as_str() {
        "true" | "yes" | "on" | "1" | "y" | "t" | "checked" | "x" => Some(true),
        "false" | "no" | "off" | "0" | "n" | "f" | "unchecked" => Some(false),
        _ => None,
    }
}

/// `1234.5`, `1,234.5`, `1 234.5`. A comma that may be a decimal one is not guessed at.
fn number(text: &str) -> Option<f64> {
    let text: String = text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}')).collect();
    let grouped = || {
        let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(whole, fraction)| (whole, Some(fraction)));
        let mut groups = whole.trim_start_matches(['-', '+']).split(',');
        let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()));
        let digits = fraction.is_none_or(|fraction| fraction.bytes().all(|b| b.is_ascii_digit()));
        (first && digits && groups.all(|group| group.len() == 3)).then(|| text.replace(',', ""))
    };
    let plain = if text.contains(',') { grouped()? } else { text };
    // What `f64` reads besides: words, and exponents, which nobody types.
    let digits = plain.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+'));
    digits.then(|| plain.parse::<f64>().ok()).flatten().filter(|number| number.is_finite())
}

/// `2026-03-31`, `31.3.2026`. Slashes mean one thing here and another there.
fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('.');
    if let (Some(day), Some(month), Some(year), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        && year.len() == 4
    {
        return Date::new(year.parse().ok()?, month.trim().parse().ok()?, day.trim().parse().ok()?).ok();
    }
    let is_iso = text.len() == 10 && text.bytes().filter(|b| *b == b'-').count() == 2;
    is_iso.then(|| text.parse().ok()).flatten()
}

/// `2026-03-31T09:00`, `2026-03-31 09:00:00`
fn date_time(text: &str) -> Option<DateTime> {
    (text.len() >= 16).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(field_type: FieldType, text: &str) -> Result<Value, &'static str> {
        let mut field = Field::new("X__c", "X", field_type, 5);
        (field.precision, field.scale) = (6, 2);
        value(&field, text).map_err(|unfit| unfit.kind)
    }

    #[test]
    fn what_people_type_is_read_as_the_fields_type_and_the_rest_is_told_by_kind() {
        assert_eq!(read(FieldType::Boolean, " Yes "), Ok(Value::Boolean(true)));
        assert_eq!(read(FieldType::Boolean, ""), Ok(Value::Boolean(false)));
        assert_eq!(read(FieldType::Boolean, "maybe"), Err("not_a_checkbox"));
        for (text, number) in
            [("7", Ok(7)), ("1,234", Ok(1_234)), ("-3", Ok(-3)), ("1.5", Err("not_a_number")), ("1,23", Err("not_a_number"))]
        {
            assert_eq!(read(FieldType::Int, text), number.map(Value::Int), "{text}");
        }
        assert_eq!(read(FieldType::Currency, "1 234.50"), Ok(Value::Double(1_234.5)));
        for wrong in ["12345678", "nan", "1e3", "inf", "12 apples"] {
            assert_eq!(read(FieldType::Double, wrong), Err("not_a_number"), "{wrong}");
        }
        let day = Ok(Value::Instant(1_774_915_200_000_000));
        for text in ["2026-03-31", "31.3.2026", "31.03.2026", "2026-03-31T09:00:00Z"] {
            assert_eq!(read(FieldType::Date, text), day, "{text}");
        }
        for wrong in ["3/31/2026", "2026-02-30", "tomorrow", "31.3.26"] {
            assert_eq!(read(FieldType::Date, wrong), Err("not_a_date"), "{wrong}");
        }
        let nine = Ok(Value::Instant(1_774_947_600_000_000));
        for text in ["2026-03-31T09:00:00Z", "2026-03-31T11:00:00+02:00", "2026-03-31T09:00", "2026-03-31 09:00:00"] {
            assert_eq!(read(FieldType::DateTime, text), nine, "{text}");
        }
        assert_eq!(read(FieldType::Time, "09:00"), Ok(Value::Time(32_400_000_000)));
        assert_eq!(read(FieldType::Text, "red"), Ok(Value::Text("red".into())));
        assert_eq!(read(FieldType::Text, "reddish"), Err("too_long"));
        assert_eq!(read(FieldType::Text, "  "), Ok(Value::Null));
    }
}
