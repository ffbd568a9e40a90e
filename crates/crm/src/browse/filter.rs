//! What people narrow a list to, as a condition of SOQL: its tree is made here, and values are values in it, never text of a query.
//!
//! A field that the caller may not see is answered like one that nobody has.

use domain::record::FieldProblem;
use salesforce::Id;
use soql::{
    MAX_TEXT, Span,
    ast::{Comparison, Condition, DateLiteral, Expression, Literal, Number, Operator, Pattern, Piece, Predicate, Text, Value as Given},
};

use super::{Wrong, ask};
use crate::{
    Scope,
    port::typed,
    schema::{Field, FieldType, Object},
    value::Value,
};

/// How many conditions a filter has.
const MAX_CONDITIONS: usize = 50;
/// How many values one condition compares with.
const MAX_VALUES: usize = 500;

/// Conditions of which all or any must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// One is enough.
    pub any: bool,
    /// Without one, every record fulfils the filter.
    pub conditions: Vec<FilterCondition>,
}

/// What must hold of a field.
#[derive(Clone, PartialEq, Eq)]
pub struct FilterCondition {
    /// The field, in whatever case.
    pub field: String,
    /// How it is compared.
    pub is: Is,
    /// With what, as people type it. Several for [`Is::OneOf`], none for [`Is::Empty`] and [`Is::NotEmpty`].
    pub values: Vec<String>,
}

impl std::fmt::Debug for FilterCondition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What is looked for may be a person's.
        write!(f, "{} {:?} {} values", self.field, self.is, self.values.len())
    }
}

/// How a field is compared. No letter's case counts, and no character of a value is a wildcard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Is {
    /// It is this.
    Equal,
    /// It is something else, or nothing.
    NotEqual,
    /// This stands in it; of a reference, in the name of what it refers to; of several choices, it is one.
    Contains,
    /// This does not.
    NotContains,
    /// It begins with this.
    StartsWith,
    /// It comes before this.
    Less,
    /// It comes after this.
    Greater,
    /// It is this, or comes before.
    AtMost,
    /// It is this, or comes after.
    AtLeast,
    /// There is none.
    Empty,
    /// There is one.
    NotEmpty,
    /// It is one of these.
    OneOf,
    /// It is in this stretch of time: `TODAY`, `LAST_N_DAYS:30`, by the user's calendar.
    Period,
}

/// The filter as a condition; none where everything fulfils it.
pub(super) fn condition(scope: &Scope, object: &Object, filter: &Filter) -> Result<Option<Condition>, Wrong> {
    if filter.conditions.len() > MAX_CONDITIONS {
        return Err(Wrong::new("filter.conditions", format!("a filter has at most {MAX_CONDITIONS} conditions")));
    }
    let each = filter.conditions.iter().enumerate().map(|(at, condition)| {
        one(scope, object, condition).map_err(|(part, sentence)| Wrong::new(format!("filter.conditions[{at}].{part}"), sentence))
    });
    let conditions = each.collect::<Result<Vec<_>, _>>()?;
    Ok(if filter.any { ask::any(conditions) } else { ask::all(conditions) })
}

type Misfit = (&'static str, String);

/// As what a field's values are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Text,
    Choices,
    Checkbox,
    Number,
    Moment,
    Time,
    Id,
}

fn class(field: &Field) -> Class {
    match field.field_type {
        FieldType::Multipicklist => Class::Choices,
        FieldType::Boolean => Class::Checkbox,
        FieldType::Int | FieldType::Double | FieldType::Currency | FieldType::Percent => Class::Number,
        FieldType::Date | FieldType::DateTime => Class::Moment,
        FieldType::Time => Class::Time,
        FieldType::Id | FieldType::Reference => Class::Id,
        _ => Class::Text,
    }
}

fn one(scope: &Scope, object: &Object, asked: &FilterCondition) -> Result<Condition, Misfit> {
    let field = ask::field(scope, object, &asked.field).ok_or_else(|| ("field", format!("{} has no such field", object.label)))?;
    if !field.filter {
        return Err(("field", format!("{} cannot be compared with anything", field.label)));
    }
    let class = class(field);
    let not_so = || Err(("is", format!("{} cannot be compared like this", field.label)));
    let count = asked.values.len();
    match asked.is {
        Is::Empty | Is::NotEmpty if count > 0 => return Err(("value", "nothing is compared with a value here".to_owned())),
        Is::OneOf if count == 0 || count > MAX_VALUES => return Err(("values", format!("there must be 1 to {MAX_VALUES} values"))),
        Is::Empty | Is::NotEmpty | Is::OneOf => {}
        _ if count != 1 => return Err(("value", "there must be one value".to_owned())),
        _ => {}
    }
    if asked.values.iter().any(String::is_empty) {
        return Err(("value", "there is no value: ask for what is empty instead".to_owned()));
    }
    if asked.values.iter().any(|value| value.contains('\0') || value.chars().count() > MAX_TEXT) {
        return Err(("value", format!("a value has at most {MAX_TEXT} characters")));
    }
    let operator = match asked.is {
        Is::Equal => Operator::Equal,
        Is::NotEqual => Operator::NotEqual,
        Is::Less => Operator::Less,
        Is::Greater => Operator::Greater,
        Is::AtMost => Operator::LessOrEqual,
        Is::AtLeast => Operator::GreaterOrEqual,
        Is::Empty | Is::NotEmpty => {
            if class == Class::Checkbox {
                return not_so();
            }
            let operator = if asked.is == Is::Empty { Operator::Equal } else { Operator::NotEqual };
            return Ok(compare(field, operator, Literal::Null));
        }
        Is::Contains | Is::NotContains | Is::StartsWith => return text(scope, object, field, class, asked),
        Is::OneOf => {
            return match class {
                Class::Choices => Ok(comparison(field, Predicate::Includes { negated: false, sets: sets(&asked.values) })),
                Class::Checkbox => not_so(),
                _ => {
                    let values =
                        asked.values.iter().map(|value| Ok(given(literal(field, class, value)?))).collect::<Result<_, Misfit>>()?;
                    Ok(comparison(field, Predicate::In { negated: false, values }))
                }
            };
        }
        Is::Period => {
            if class != Class::Moment {
                return not_so();
            }
            let period = DateLiteral::parse(asked.values[0].trim());
            let period = period.ok_or_else(|| ("value", "a period is TODAY, LAST_WEEK, LAST_N_DAYS:30 and the like".to_owned()))?;
            return Ok(compare(field, Operator::Equal, Literal::DateLiteral(period)));
        }
    };
    let ordered = !matches!(asked.is, Is::Equal | Is::NotEqual);
    if ordered && matches!(class, Class::Checkbox | Class::Choices) {
        return not_so();
    }
    Ok(compare(field, operator, literal(field, class, &asked.values[0])?))
}

/// What stands in a text, in the name of a parent, among choices.
fn text(scope: &Scope, object: &Object, field: &Field, class: Class, asked: &FilterCondition) -> Result<Condition, Misfit> {
    let value = &asked.values[0];
    let not_so = || ("is", format!("{} cannot be compared like this", field.label));
    let left = match class {
        Class::Text => ask::path(&[&field.name]),
        Class::Choices if asked.is != Is::StartsWith => {
            let negated = asked.is == Is::NotContains;
            return Ok(comparison(field, Predicate::Includes { negated, sets: sets(std::slice::from_ref(value)) }));
        }
        Class::Id => {
            let label = ask::label(scope, object, field).filter(|label| label.filter).ok_or_else(not_so)?;
            ask::path(&[label.relationship, label.name])
        }
        _ => return Err(not_so()),
    };
    let mut pieces = vec![Piece::Text(value.clone()), Piece::Any];
    if asked.is != Is::StartsWith {
        pieces.insert(0, Piece::Any);
    }
    let like = ask::like(left, pieces);
    Ok(if asked.is == Is::NotContains { Condition::Not { condition: Box::new(like), span: Span::default() } } else { like })
}

/// A value of the field's type.
fn literal(field: &Field, class: Class, value: &str) -> Result<Literal, Misfit> {
    let text = |text: &str| Literal::Text(Text { text: text.to_owned(), span: Span::default() });
    let unfit = |problem: FieldProblem| ("value", problem.reason);
    let mistaken = || ("value", format!("{} cannot have this value", field.label));
    match class {
        // What a text cannot have yet, as a choice that was taken away, some record may have all the same.
        Class::Text | Class::Choices => Ok(text(value)),
        Class::Id => match Id::parse(value.trim()) {
            Ok(id) => Ok(text(id.short())),
            Err(_) => Err(("value", format!("{} must be the id of a record", field.label))),
        },
        Class::Checkbox | Class::Number | Class::Moment | Class::Time => match typed::value(field, value).map_err(unfit)? {
            Value::Boolean(value) => Ok(Literal::Boolean(value)),
            Value::Int(_) | Value::Double(_) => Number::parse(value.trim()).map(Literal::Number).ok_or_else(mistaken),
            Value::Instant(at) => {
                let at = jiff::Timestamp::from_microsecond(at).map_err(|_| mistaken())?;
                Ok(match field.field_type {
                    FieldType::Date => Literal::Date(at.to_zoned(jiff::tz::TimeZone::UTC).date()),
                    _ => Literal::DateTime(at),
                })
            }
            Value::Time(since) => {
                let midnight = jiff::civil::Time::midnight();
                midnight.checked_add(jiff::SignedDuration::from_micros(since)).map(Literal::Time).map_err(|_| mistaken())
            }
            Value::Null => Err(("value", "there is no value: ask for what is empty instead".to_owned())),
            Value::Text(_) | Value::Id(_) => Err(mistaken()),
        },
    }
}

fn sets(values: &[String]) -> Vec<Text> {
    values.iter().map(|value| Text { text: value.clone(), span: Span::default() }).collect()
}

fn given(literal: Literal) -> Given {
    Given { literal, span: Span::default() }
}

fn comparison(field: &Field, predicate: Predicate) -> Condition {
    Condition::Comparison(Comparison { left: Expression::Field(ask::path(&[&field.name])), predicate, span: Span::default() })
}

fn compare(field: &Field, operator: Operator, literal: Literal) -> Condition {
    comparison(field, Predicate::Compare { operator, value: given(literal) })
}

/// A text in any of these fields.
pub(super) fn words(fields: &[&Field], words: &str) -> Option<Condition> {
    let like = |field: &&Field| {
        let pattern = vec![Piece::Any, Piece::Text(words.to_owned()), Piece::Any];
        ask::like(ask::path(&[&field.name]), pattern)
    };
    ask::any(fields.iter().map(like).collect())
}

/// The one with this id.
pub(super) fn is_id(id: Id) -> Condition {
    let value = given(Literal::Text(Text { text: id.short().to_owned(), span: Span::default() }));
    let predicate = Predicate::Compare { operator: Operator::Equal, value };
    Condition::Comparison(Comparison { left: Expression::Field(ask::path(&["Id"])), predicate, span: Span::default() })
}

/// Those in the recycle bin.
pub(super) fn is_deleted() -> Condition {
    let predicate = Predicate::Compare { operator: Operator::Equal, value: given(Literal::Boolean(true)) };
    Condition::Comparison(Comparison { left: Expression::Field(ask::path(&["IsDeleted"])), predicate, span: Span::default() })
}

/// `LIKE`
pub(super) fn pattern(pieces: Vec<Piece>) -> Predicate {
    Predicate::Like(Pattern { pieces, span: Span::default() })
}
