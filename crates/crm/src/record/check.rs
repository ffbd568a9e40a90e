//! Whether a value may stand in a field, and as what it is kept (`salesforce.md` 1.1, 1.14).

use salesforce::{Error as Refusal, id::MASTER_RECORD_TYPE, record::Scalar};

use crate::{
    schema::{Field, FieldType},
    value::Value,
};

/// The longest text of a field that names no length.
const LONGEST: usize = 131_072;
/// What stands between the values of a multipicklist.
const BETWEEN: char = ';';

/// What a client gave, as the field's type.
pub(crate) fn value(field: &Field, given: &Scalar) -> Result<Value, Refusal> {
    Ok(match field.field_type {
        FieldType::Id | FieldType::Reference => match given.id(&field.label, &field.name)? {
            // A record without a record type is of this one, which is none.
            None | Some(MASTER_RECORD_TYPE) => Value::Null,
            Some(id) => Value::Id(id),
        },
        FieldType::Boolean => Value::Boolean(given.boolean()?),
        FieldType::Int => given.int()?.map_or(Value::Null, |number| Value::Int(number.into())),
        FieldType::Double | FieldType::Currency | FieldType::Percent => match given.double()? {
            None => Value::Null,
            Some(number) => Value::Double(within(field, number)?),
        },
        FieldType::Date => given.date()?.map_or(Value::Null, |date| {
            let midnight = date.0.to_datetime(jiff::civil::Time::midnight());
            Value::Instant(jiff::tz::Offset::UTC.to_timestamp(midnight).map_or(0, |at| at.as_microsecond()))
        }),
        FieldType::DateTime => given.datetime()?.map_or(Value::Null, |at| Value::Instant(at.0.as_microsecond())),
        FieldType::Time => given.time()?.map_or(Value::Null, |time| {
            let time = time.0;
            let seconds = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
            Value::Time(seconds * 1_000_000 + i64::from(time.subsec_nanosecond()) / 1_000)
        }),
        FieldType::Base64 | FieldType::Address | FieldType::Location | FieldType::Any => match given {
            Scalar::Null => Value::Null,
            _ => return Err(Refusal::not_writable(&[&field.name])),
        },
        _ => match given.text() {
            None => Value::Null,
            Some(text) => Value::Text(text_of(field, text)?),
        },
    })
}

fn text_of(field: &Field, text: String) -> Result<String, Refusal> {
    if text.contains('\0') {
        // PostgreSQL keeps none, and SQLite's tools cut a text there.
        let sentence = format!("{}: a text cannot have the character U+0000", field.label);
        return Err(Refusal::field_integrity(&[&field.name], sentence));
    }
    let text = match field.field_type {
        FieldType::Picklist => one_of(field, text)?,
        FieldType::Multipicklist => some_of(field, &text)?,
        FieldType::Email if !is_email(&text) => return Err(Refusal::invalid_email(&field.label, &field.name, &text)),
        _ => text,
    };
    let most = if field.length == 0 { LONGEST } else { field.length as usize };
    // No text has more characters than bytes.
    if text.len() > most && text.chars().count() > most {
        return Err(Refusal::string_too_long(&field.label, &field.name, &text, most));
    }
    Ok(text)
}

/// The picklist's own value, in its own case; another one where others are taken.
fn one_of(field: &Field, text: String) -> Result<String, Refusal> {
    if field.picklist.iter().any(|value| value.active && value.value == text) {
        return Ok(text);
    }
    let folded = text.to_lowercase();
    match field.picklist.iter().find(|value| value.active && value.value.to_lowercase() == folded) {
        Some(value) => Ok(value.value.clone()),
        None if field.restricted => Err(Refusal::restricted_picklist(&field.label, &field.name, &text)),
        None => Ok(text),
    }
}

/// Each once, in the picklist's order, those that are not in it last.
fn some_of(field: &Field, text: &str) -> Result<String, Refusal> {
    let mut values: Vec<String> = Vec::new();
    for part in text.split(BETWEEN).map(str::trim).filter(|part| !part.is_empty()) {
        let value = one_of(field, part.to_owned())?;
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values.sort_by_key(|value| field.picklist.iter().position(|known| known.value == *value).unwrap_or(usize::MAX));
    Ok(values.join(&BETWEEN.to_string()))
}

/// A number with as many digits before the point as the field has. Those behind it are rounded, as the vendor rounds amounts of money; the
/// reference does not say it of other numbers.
fn within(field: &Field, number: f64) -> Result<f64, Refusal> {
    if field.precision == 0 {
        return Ok(number);
    }
    let rounded = rounded(number, field.scale);
    let whole = field.precision.saturating_sub(field.scale).min(300);
    if rounded.abs() >= 10f64.powi(whole.cast_signed()) {
        return Err(Refusal::number_outside_range(&field.label, &field.name));
    }
    Ok(rounded)
}

/// To so many digits behind the point, halves away from zero. What is 1.005 in decimal is a little less in binary, and is a half all the same.
fn rounded(number: f64, scale: u32) -> f64 {
    let by = 10f64.powi(scale.min(18).cast_signed());
    let shifted = (number * by * (1.0 + f64::EPSILON)).round() / by;
    if shifted.is_finite() { shifted } else { number }
}

/// An address as mail servers take it: one `@`, a name of the usual characters before it, a domain with a point behind it.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else { return false };
    let name_fits = !name.is_empty()
        && name.len() <= 64
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..")
        && name.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c));
    let label_fits = |label: &str| {
        !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    name_fits && domain.contains('.') && domain.split('.').all(label_fits)
}
