//! Values as somebody typed them, read as their field's type (`deployment_segment.md` 4): checkboxes are `true` or `false`, days `YYYY-MM-DD`,
//! numbers have no signs of currencies or percents.

use domain::record::FieldProblem;
use salesforce::{
    Id,
    instant::{Date, DateTime, Time},
    record::Scalar,
};

use crate::{
    schema::{Field, FieldType, fold},
    value::Value,
};

/// Most characters of a text without a length of its own.
const LONGEST: usize = 131_072;

fn problem(field: &Field, kind: &str, reason: String) -> FieldProblem {
    FieldProblem { field: field.name.clone(), kind: kind.to_owned(), reason }
}

/// The value; null for nothing.
pub(crate) fn value(field: &Field, text: &str) -> Result<Value, FieldProblem> {
    let typed = text.trim();
    if typed.is_empty() {
        return Ok(Value::Null);
    }
    let label = &field.label;
    match field.field_type {
        FieldType::Boolean => match typed.to_ascii_lowercase().as_str() {
            "true" => Ok(Value::Boolean(true)),
            "false" => Ok(Value::Boolean(false)),
            _ => Err(problem(field, "not_a_checkbox", format!("{label} must be true or false"))),
        },
        FieldType::Int => match typed.parse::<i32>() {
            Ok(number) => Ok(Value::Int(i64::from(number))),
            Err(_) => Err(problem(field, "not_a_number", format!("{label} must be a whole number, without signs or separators"))),
        },
        FieldType::Double | FieldType::Currency | FieldType::Percent => match number(typed) {
            Some(number) => Ok(Value::Double(number)),
            None => Err(problem(field, "not_a_number", format!("{label} must be a number, without currency or percent signs"))),
        },
        FieldType::Date => match Date::parse(typed) {
            Ok(Date(day)) if typed.len() == "2026-11-22".len() => Ok(Value::Instant(midnight(day))),
            _ => Err(problem(field, "not_a_date", format!("{label} must be a day, as YYYY-MM-DD"))),
        },
        FieldType::DateTime => match DateTime::parse(typed) {
            Ok(DateTime(at)) => Ok(Value::Instant(at.as_microsecond())),
            Err(_) => Err(problem(field, "not_a_date", format!("{label} must be a day and a time, as 2026-11-22T09:30:00Z"))),
        },
        FieldType::Time => match Time::parse(typed) {
            Ok(Time(time)) => Ok(Value::Time(since_midnight(time))),
            Err(_) => Err(problem(field, "not_a_date", format!("{label} must be a time of day, as 09:30:00Z"))),
        },
        FieldType::Id | FieldType::Reference => match Id::parse(typed) {
            Ok(id) => Ok(Value::Id(id)),
            Err(_) => Err(problem(field, "other", format!("{label} must be the id of a record"))),
        },
        FieldType::Picklist if field.restricted => {
            let wanted = fold(typed);
            let choice =
                field.picklist.iter().find(|choice| choice.active && (fold(&choice.value) == wanted || fold(&choice.label) == wanted));
            match choice {
                Some(choice) => Ok(Value::Text(choice.value.clone())),
                None => Err(problem(field, "not_a_choice", format!("{label} has no such choice"))),
            }
        }
        FieldType::Address | FieldType::Location | FieldType::Base64 | FieldType::EncryptedText => {
            Err(problem(field, "not_allowed", format!("{label} cannot be given as text")))
        }
        _ => {
            let longest = if field.length == 0 { LONGEST } else { usize::try_from(field.length).unwrap_or(LONGEST) };
            if typed.chars().count() > longest {
                return Err(problem(field, "too_long", format!("{label} has at most {longest} characters")));
            }
            Ok(Value::Text(typed.to_owned()))
        }
    }
}

/// Digits, with one point among them and a minus before.
fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.matches('.').count() <= 1;
    text.parse().ok().filter(|number: &f64| is_number && number.is_finite())
}

fn midnight(day: jiff::civil::Date) -> i64 {
    day.to_zoned(jiff::tz::TimeZone::UTC).map_or(i64::MIN, |at| at.timestamp().as_microsecond())
}

fn since_midnight(time: jiff::civil::Time) -> i64 {
    i64::try_from(time.duration_since(jiff::civil::Time::midnight()).as_micros()).unwrap_or(i64::MAX)
}

/// The value as a client would send it.
pub(crate) fn scalar(field: &Field, value: &Value) -> Scalar {
    match value {
        Value::Null => Scalar::Null,
        Value::Boolean(value) => Scalar::Boolean(*value),
        Value::Int(value) => Scalar::Number((*value).into()),
        Value::Double(value) => serde_json::Number::from_f64(*value).map_or(Scalar::Null, Scalar::Number),
        Value::Text(text) => Scalar::Text(text.clone()),
        Value::Id(id) => Scalar::Text(id.to_string()),
        Value::Instant(_) | Value::Time(_) => Scalar::Text(shown(field, value)),
    }
}

/// The value for people; empty for nothing.
pub(super) fn shown(field: &Field, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Boolean(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Double(value) => value.to_string(),
        Value::Text(text) => text.clone(),
        Value::Id(id) => id.to_string(),
        Value::Instant(at) => match jiff::Timestamp::from_microsecond(*at) {
            Ok(at) if field.field_type == FieldType::Date => at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string(),
            Ok(at) => at.to_string(),
            Err(_) => String::new(),
        },
        Value::Time(since) => {
            let time = jiff::civil::Time::midnight().saturating_add(jiff::SignedDuration::from_micros(*since));
            format!("{time}Z")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(field_type: FieldType) -> Field {
        Field::new("Field__c", "The field", field_type, 5)
    }

    #[test]
    fn values_are_read_as_their_fields_hold_them_or_told_why_not() {
        let cases: &[(FieldType, &str, Result<&str, &str>)] = &[
            (FieldType::Boolean, " TRUE ", Ok("true")),
            (FieldType::Boolean, "yes", Err("not_a_checkbox")),
            (FieldType::Date, "2024-02-29", Ok("2024-02-29")),
            (FieldType::Date, "2023-02-29", Err("not_a_date")),
            (FieldType::Date, "29.02.2024", Err("not_a_date")),
            (FieldType::DateTime, "2024-02-29T10:00:00+01:00", Ok("2024-02-29T09:00:00Z")),
            (FieldType::DateTime, "yesterday", Err("not_a_date")),
            (FieldType::Time, "09:30:00Z", Ok("09:30:00Z")),
            (FieldType::Int, "-12", Ok("-12")),
            (FieldType::Int, "1,200", Err("not_a_number")),
            (FieldType::Currency, "12.50", Ok("12.5")),
            (FieldType::Currency, "$12.50", Err("not_a_number")),
            (FieldType::Percent, "12%", Err("not_a_number")),
            (FieldType::Double, "1e3", Err("not_a_number")),
            (FieldType::Double, "NaN", Err("not_a_number")),
            (FieldType::Double, "inf", Err("not_a_number")),
            (FieldType::Reference, "003xx000001Sv6AAAX", Err("other")),
            (FieldType::Reference, "003xx000001Sv6A", Ok("003xx000001Sv6AAAS")),
            (FieldType::Text, "ÄÖÜäö", Ok("ÄÖÜäö")),
            (FieldType::Text, "ÄÖÜäöü", Err("too_long")),
            (FieldType::Text, "   ", Ok("")),
        ];
        for (field_type, text, wanted) in cases {
            let field = field(*field_type);
            let read = value(&field, text);
            let read = read.as_ref().map(|value| shown(&field, value)).map_err(|problem| problem.kind.as_str());
            assert_eq!(read, wanted.map(str::to_owned), "{field_type:?} {text}");
        }
    }

    #[test]
    fn a_restricted_list_has_its_choices_only_by_value_or_label() {
        let mut field = field(FieldType::Picklist);
        field.length = 40;
        assert_eq!(value(&field, "other"), Ok(Value::Text("other".to_owned())));
        field.restricted = true;
        assert_eq!(value(&field, "other").unwrap_err().kind, "not_a_choice");
    }
}
