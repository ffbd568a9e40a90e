//! What can be defined: names, labels, lengths, defaults (limits are Salesforce's where there is no other reason).

use salesforce::Error;

use super::{FieldDefinition, Kind, MOST_VALUES, ObjectDefinition, ValueDefinition};
use crate::Result;

/// The longest name, without `__c`, and the longest label.
const LONGEST: usize = 40;
const LONGEST_HELP: usize = 510;

pub(super) fn refuse<T>(property: &str, message: impl Into<String>) -> Result<T> {
    Err(Error::field_integrity(&[property], message.into()).into())
}

/// A name that another has or had.
pub(super) fn taken<T>(property: &str, message: impl Into<String>) -> Result<T> {
    Err(Error::duplicate_name(property, message.into()).into())
}

/// A custom name, with its ending.
pub(super) fn custom_name(property: &str, given: &str) -> Result<String> {
    let bare = given.strip_suffix("__c").unwrap_or(given);
    plain_name(property, bare)?;
    Ok(format!("{bare}__c"))
}

pub(super) fn plain_name(property: &str, name: &str) -> Result<()> {
    let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    if !letters || !begins || name.contains("__") || name.ends_with('_') || name.len() > LONGEST {
        return refuse(
            property,
            "A name has only letters, digits and single underscores, begins with a letter, does not end with an underscore, and has at most \
             40 characters",
        );
    }
    Ok(())
}

pub(super) fn label(property: &str, label: &str) -> Result<()> {
    if label.trim().is_empty() || label.chars().count() > LONGEST || label.chars().any(char::is_control) {
        return refuse(property, "A label has 1 to 40 characters");
    }
    Ok(())
}

pub(super) fn help(text: Option<&String>) -> Result<()> {
    match text {
        Some(text) if text.chars().count() > LONGEST_HELP => refuse("help", "The help text has at most 510 characters"),
        _ => Ok(()),
    }
}

pub(super) fn object(made: &mut ObjectDefinition) -> Result<()> {
    made.name = custom_name("name", &made.name)?;
    label("label", &made.label)?;
    label("label_plural", &made.label_plural)?;
    label("name_label", &made.name_label)?;
    made.name_format.as_deref().map_or(Ok(()), format)
}

/// `{0000}` with something before or after it.
fn format(format: &str) -> Result<()> {
    let digits = format.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(digits, _)| digits);
    let counts = digits.is_some_and(|digits| (1..=10).contains(&digits.len()) && digits.bytes().all(|byte| byte == b'0'));
    let braces = format.matches(['{', '}']).count();
    if !counts || braces != 2 || format.chars().count() > 30 || format.chars().any(char::is_control) {
        return refuse(
            "format",
            "The form of an automatic number has its digits once in braces, as in INV-{0000}, and at most 30 characters",
        );
    }
    Ok(())
}

pub(super) fn values(values: &[ValueDefinition]) -> Result<()> {
    if values.is_empty() || values.len() > MOST_VALUES {
        return refuse("values", format!("A picklist has 1 to {MOST_VALUES} values"));
    }
    let mut seen = std::collections::HashSet::new();
    for value in values {
        let label = value.label.as_deref().unwrap_or(&value.value);
        for text in [value.value.as_str(), label] {
            if text.trim().is_empty() || text.chars().count() > 255 || text.contains(';') || text.chars().any(char::is_control) {
                return refuse("values", "A value of a picklist has 1 to 255 characters, and no semicolon among them");
            }
        }
        if !seen.insert(crate::schema::fold(&value.value)) {
            return refuse("values", format!("The value {} is there twice", value.value));
        }
        if value.default && !value.active {
            return refuse("values", format!("New records cannot have {}, which is not active", value.value));
        }
    }
    if values.iter().filter(|value| value.default).count() > 1 {
        return refuse("values", "New records can have one value only");
    }
    Ok(())
}

/// A custom field by itself; makes its name whole.
pub(super) fn field(made: &mut FieldDefinition) -> Result<()> {
    made.name = custom_name("name", &made.name)?;
    label("label", &made.label)?;
    help(made.help.as_ref())?;
    let kind = made.kind;
    belongs("length", made.length.is_some(), matches!(kind, Kind::Text | Kind::LongText))?;
    match (kind, made.length) {
        (Kind::Text, Some(length)) if !(1..=255).contains(&length) => return refuse("length", "A text has a length of 1 to 255"),
        (Kind::LongText, Some(length)) if !(256..=131_072).contains(&length) => {
            return refuse("length", "A long text has a length of 256 to 131072");
        }
        _ => {}
    }
    let is_number = matches!(kind, Kind::Number | Kind::Currency | Kind::Percent);
    belongs("precision", made.precision.is_some(), is_number)?;
    belongs("scale", made.scale.is_some(), is_number)?;
    let (precision, scale) = (made.precision.unwrap_or(18), made.scale.unwrap_or(0));
    if !(1..=18).contains(&precision) || scale > precision || scale > 17 {
        return refuse("precision", "A number has 1 to 18 digits, and no more of them after the point");
    }
    let is_picklist = matches!(kind, Kind::Picklist | Kind::Multipicklist);
    belongs("values", !made.values.is_empty(), is_picklist)?;
    belongs("restricted", made.restricted, is_picklist)?;
    if is_picklist {
        values(&made.values)?;
    }
    let keys = matches!(kind, Kind::Text | Kind::Email | Kind::Number | Kind::AutoNumber);
    belongs("unique", made.unique, matches!(kind, Kind::Text | Kind::Email | Kind::Number))?;
    belongs("external_id", made.external_id, keys)?;
    belongs("case_sensitive", made.case_sensitive, kind == Kind::Text && made.unique)?;
    belongs("required", made.required, !matches!(kind, Kind::Checkbox | Kind::AutoNumber | Kind::LongText))?;
    let is_reference = matches!(kind, Kind::Lookup | Kind::MasterDetail);
    belongs("refers_to", made.refers_to.is_some(), is_reference)?;
    belongs("relationship", made.relationship.is_some(), is_reference)?;
    belongs("when_deleted", made.when_deleted != super::WhenDeleted::Clear, kind == Kind::Lookup)?;
    if kind == Kind::Lookup && made.required && made.when_deleted == super::WhenDeleted::Clear {
        return refuse("when_deleted", "A required lookup cannot be emptied when the other record is deleted: choose restrict or cascade");
    }
    if is_reference && made.refers_to.is_none() {
        return refuse("refers_to", "To which object does it refer?");
    }
    if let Some(name) = &made.relationship {
        plain_name("relationship", name)?;
    }
    belongs("format", made.format.is_some(), kind == Kind::AutoNumber)?;
    belongs("start", made.start.is_some(), kind == Kind::AutoNumber)?;
    if kind == Kind::AutoNumber {
        format(made.format.get_or_insert_with(|| "{0000}".to_owned()))?;
    }
    default(made)
}

fn belongs(property: &str, is_given: bool, may_be: bool) -> Result<()> {
    if is_given && !may_be { refuse(property, format!("A field of this kind has no property {property}")) } else { Ok(()) }
}

fn default(made: &FieldDefinition) -> Result<()> {
    let Some(text) = &made.default else { return Ok(()) };
    let is_value = match made.kind {
        Kind::Text => text.chars().count() <= made.length.unwrap_or(255) as usize,
        Kind::TextArea | Kind::Url => text.chars().count() <= 255,
        Kind::Phone => text.chars().count() <= 40,
        Kind::Email => text.len() <= 80 && text.split_once('@').is_some_and(|(who, host)| !who.is_empty() && !host.is_empty()),
        Kind::Checkbox => matches!(text.as_str(), "true" | "false"),
        Kind::Number | Kind::Currency | Kind::Percent => {
            let whole = made.precision.unwrap_or(18) - made.scale.unwrap_or(0);
            text.parse::<f64>().is_ok_and(|number| number.is_finite() && number.abs() < 10f64.powi(whole as i32))
        }
        Kind::Date => text.parse::<jiff::civil::Date>().is_ok(),
        Kind::DateTime => text.parse::<jiff::Timestamp>().is_ok(),
        Kind::Time => text.strip_suffix('Z').unwrap_or(text).parse::<jiff::civil::Time>().is_ok(),
        Kind::LongText | Kind::Picklist | Kind::Multipicklist | Kind::Lookup | Kind::MasterDetail | Kind::AutoNumber => {
            return belongs("default", true, false);
        }
    };
    if text.is_empty() || !is_value {
        return refuse("default", format!("{text:?} is no value of this field"));
    }
    if made.unique {
        return refuse("default", "A unique field has no default: all records would have the same");
    }
    Ok(())
}
