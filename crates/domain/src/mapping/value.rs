//! Values out of traits and properties, and their text.

use serde_json::{Map, Number, Value};

/// How deep a path leads at most.
const DEPTH: usize = 16;

/// The value at a path; none if there is none, or null. Of each object the key that is the whole rest of the path counts, else what is before
/// the first dot leads on: keys may have dots in them.
pub(super) fn at<'v>(values: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    let mut rest = path;
    let mut found = values.get(rest);
    let mut inside = values.get(rest.split_once('.').map_or(rest, |(head, _)| head));
    for _ in 0..DEPTH {
        if found.is_some() {
            break;
        }
        rest = rest.split_once('.')?.1;
        let head = rest.split_once('.').map_or(rest, |(head, _)| head);
        (found, inside) = match inside? {
            Value::Object(map) => (map.get(rest), map.get(head)),
            Value::Array(list) => (item(list, rest), item(list, head)),
            _ => return None,
        };
    }
    found.filter(|value| !value.is_null())
}

fn item<'v>(list: &'v [Value], index: &str) -> Option<&'v Value> {
    // As a list's own keys are: no sign, no leading zero.
    let plain = index.bytes().all(|byte| byte.is_ascii_digit()) && (index == "0" || !index.starts_with('0'));
    if plain { list.get(index.parse::<usize>().ok()?) } else { None }
}

/// A value's text, and whether it was no single value.
pub(super) fn text(value: &Value) -> (String, bool) {
    match value {
        Value::Null => (String::new(), false),
        Value::Bool(flag) => (flag.to_string(), false),
        Value::Number(number) => (number_text(number), false),
        Value::String(text) => (text.clone(), false),
        Value::Array(_) | Value::Object(_) => (value.to_string(), true),
    }
}

/// A first or last name: what scripts take for true, of single values.
pub(super) fn part_of_a_name(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) if number.as_f64() != Some(0.0) => Some(number_text(number)),
        Value::Bool(true) => Some("true".to_owned()),
        _ => None,
    }
}

/// A number as scripts write it (ECMAScript's Number::toString), so that a page's destination says the same; integers keep all their digits.
fn number_text(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => float_text(float),
        _ => number.to_string(),
    }
}

fn float_text(float: f64) -> String {
    if float == 0.0 {
        return "0".to_owned();
    }
    let sign = if float < 0.0 { "-" } else { "" };
    // The shortest digits that are read as the same number, as d.ddde±x.
    let scientific = format!("{:e}", float.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let (point, length) = (exponent + 1, digits.len() as i32);
    let written = match point {
        point if (length..=21).contains(&point) => format!("{digits}{}", "0".repeat((point - length) as usize)),
        1..=21 => format!("{}.{}", &digits[..point as usize], &digits[point as usize..]),
        -5..=0 => format!("0.{}{digits}", "0".repeat(-point as usize)),
        _ => {
            let (first, others) = digits.split_at(1);
            let dot = if others.is_empty() { "" } else { "." };
            format!("{first}{dot}{others}e{}{}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
        }
    };
    format!("{sign}{written}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_as_scripts_write_them() {
        for (number, text) in [
            ("0", "0"),
            ("-0.0", "0"),
            ("1.0", "1"),
            ("-2.50", "-2.5"),
            ("12345678901234567890", "12345678901234567890"),
            ("1e20", "100000000000000000000"),
            ("1e21", "1e+21"),
            ("1.5e300", "1.5e+300"),
            ("0.000001", "0.000001"),
            ("0.00000123", "0.00000123"),
            ("1e-7", "1e-7"),
            ("-1.25e-9", "-1.25e-9"),
            ("123456.789", "123456.789"),
            ("5e-324", "5e-324"),
        ] {
            assert_eq!(super::text(&serde_json::from_str(number).unwrap()).0, text, "{number}");
        }
    }

    #[test]
    fn paths_lead_through_keys_with_dots_objects_and_lists() {
        let values = json!({"a.b": 1, "a": {"b": 2, "c.d": 3, "c": {"e": null, "f": [10, {"g": 11}]}}, "": 4, "x": "text"});
        let values = values.as_object().unwrap();
        let at = |path| at(values, path).map(|value| value.to_string());
        assert_eq!(at("a.b").as_deref(), Some("1"), "the whole key first");
        assert_eq!(at("a.c.d").as_deref(), Some("3"));
        assert_eq!(at("a.c.f.0").as_deref(), Some("10"));
        assert_eq!(at("a.c.f.1.g").as_deref(), Some("11"));
        assert_eq!(at("").as_deref(), Some("4"));
        for missing in ["a.c.e", "a.c.f.2", "a.c.f.01", "a.c.f.-1", "a.c.f.length", "x.0", "x.length", "a..b", ".", "b", "a.", "A.b"] {
            assert_eq!(at(missing), None, "{missing}");
        }
        assert_eq!(at(&".".repeat(100_000)), None);
    }

    proptest! {
        #[test]
        fn every_float_is_read_as_it_was(float in any::<f64>().prop_filter("finite", |float| float.is_finite())) {
            prop_assert_eq!(float_text(float).parse::<f64>().unwrap(), float);
        }
    }
}
