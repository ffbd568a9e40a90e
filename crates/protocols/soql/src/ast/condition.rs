//! WHERE and HAVING.

use super::{Expression, Path, Pattern, Source, Text, Value};
use crate::Span;

/// What a row, or a group of rows, must fulfil. Parentheses are where the tree says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// All of them; at least two.
    And {
        /// In their order.
        conditions: Vec<Condition>,
        /// Without parentheses around it.
        span: Span,
    },
    /// Any of them; at least two.
    Or {
        /// In their order.
        conditions: Vec<Condition>,
        /// Without parentheses around it.
        span: Span,
    },
    /// The opposite.
    Not {
        /// Of what.
        condition: Box<Condition>,
        /// From NOT.
        span: Span,
    },
    /// One comparison.
    Comparison(Comparison),
}

impl Condition {
    /// Where it stood.
    pub fn span(&self) -> Span {
        match self {
            Self::And { span, .. } | Self::Or { span, .. } | Self::Not { span, .. } => *span,
            Self::Comparison(comparison) => comparison.span,
        }
    }
}

/// `Name LIKE 'A%'`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// What is looked at; a distance only with [`Predicate::Compare`]. An aggregate only in HAVING, which is for the executor to say.
    pub left: Expression,
    /// What must hold of it.
    pub predicate: Predicate,
    /// The whole comparison.
    pub span: Span,
}

/// What must hold of the left side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// `= 5`
    Compare {
        /// How.
        operator: Operator,
        /// With what.
        value: Value,
    },
    /// `LIKE 'A%'`
    Like(Pattern),
    /// `IN ('a', 'b')`, `NOT IN (1, 2)`
    In {
        /// NOT IN.
        negated: bool,
        /// Never empty.
        values: Vec<Value>,
    },
    /// `IN (SELECT AccountId FROM Contact)`: a semi-join, or with NOT an anti-join.
    InQuery {
        /// NOT IN.
        negated: bool,
        /// Whose values count.
        query: Box<SemiJoin>,
    },
    /// `INCLUDES ('A;B', 'C')`, `EXCLUDES ('A')`, of a multi-select picklist.
    Includes {
        /// EXCLUDES.
        negated: bool,
        /// Any of them; in each, all values between semicolons. Never empty.
        sets: Vec<Text>,
    },
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`, `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// The query inside `IN ( )`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SemiJoin {
    /// The one field whose values count.
    pub field: Path,
    /// FROM; never empty.
    pub from: Vec<Source>,
    /// WHERE.
    pub condition: Option<Condition>,
    /// Without the parentheses.
    pub span: Span,
}
