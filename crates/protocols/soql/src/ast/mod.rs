//! What a query says.
//!
//! Every node knows where it stood ([`Span`]); parentheses that only group, the case of keywords and the way in which a literal was written
//! are not kept. `Debug` hides quoted text, which may be a person's: print a node with `Display` to read it.

mod condition;
mod date_literal;
mod expression;
mod name;
mod value;

pub use condition::{Comparison, Condition, Operator, Predicate, SemiJoin};
pub(crate) use date_literal::NamedDateLiteral;
pub use date_literal::{DateLiteral, Period, Unit};
pub use expression::{Argument, Call, Distance, Expression, Function, FunctionKind, Point, UnitOfDistance};
pub use name::{Ident, Path};
pub use value::{Literal, Number, Pattern, Piece, Text, Value};

use crate::Span;

/// A whole query, or a child query in the SELECT list of one (salesforce.md 2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// What each row shows.
    pub select: Select,
    /// The object, and then relationships that are given an alias; never empty.
    pub from: Vec<Source>,
    /// `USING SCOPE mine`: the name as written, since which there are depends on the object.
    pub scope: Option<Ident>,
    /// `WHERE`
    pub condition: Option<Condition>,
    /// `WITH …`, in their order.
    pub with: Vec<With>,
    /// `GROUP BY`
    pub group: Option<Grouping>,
    /// `HAVING`; only with [`Self::group`].
    pub having: Option<Condition>,
    /// `ORDER BY`; empty when there is none.
    pub order: Vec<Ordering>,
    /// `LIMIT`
    pub limit: Option<Count>,
    /// `OFFSET`
    pub offset: Option<Count>,
    /// `FOR VIEW, REFERENCE`: what is noted as seen. Empty when there is none.
    pub viewing: Vec<Viewing>,
    /// `UPDATE TRACKING, VIEWSTAT`. Empty when there is none.
    pub statistics: Vec<Statistic>,
    /// `FOR UPDATE`, which Salesforce takes only in Apex (salesforce.md 2.6).
    pub for_update: Option<Span>,
    /// `ALL ROWS`, which Salesforce takes only in Apex (salesforce.md 2.1).
    pub all_rows: Option<Span>,
    /// From SELECT to the last token.
    pub span: Span,
}

/// What each row shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Select {
    /// `COUNT()`, alone: no rows, only how many there are.
    Count(Span),
    /// A list; never empty.
    Items(Vec<SelectItem>),
}

/// One item of a SELECT list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectItem {
    /// A field or a function.
    Expression {
        /// What is shown.
        expression: Expression,
        /// Under which name, if not its own.
        alias: Option<Ident>,
        /// With the alias.
        span: Span,
    },
    /// `FIELDS(ALL)`
    Fields {
        /// Which ones.
        set: FieldSet,
        /// The whole item.
        span: Span,
    },
    /// `(SELECT … FROM Contacts)`
    Child {
        /// Its FROM holds the name of a child relationship.
        query: Box<Query>,
        /// With the parentheses.
        span: Span,
    },
    /// `TYPEOF What WHEN Account THEN Phone ELSE Name END`
    Typeof(Typeof),
}

/// Which fields FIELDS() stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldSet {
    /// `FIELDS(ALL)`
    All,
    /// `FIELDS(STANDARD)`
    Standard,
    /// `FIELDS(CUSTOM)`
    Custom,
}

/// What a polymorphic relationship shows, by the object that it points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typeof {
    /// The relationship: `What`, `Owner`.
    pub relationship: Path,
    /// In their order; never empty.
    pub branches: Vec<TypeofBranch>,
    /// `ELSE`: for all other objects. Empty when there is none.
    pub otherwise: Vec<Path>,
    /// From TYPEOF to END.
    pub span: Span,
}

/// `WHEN Account THEN Phone, Name`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeofBranch {
    /// The object.
    pub object: Ident,
    /// Its fields; never empty.
    pub fields: Vec<Path>,
    /// From WHEN.
    pub span: Span,
}

/// One item of FROM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// An object; in a child query a relationship; after the first item a path that begins with an earlier alias.
    pub path: Path,
    /// The name that the rest of the query may begin paths with.
    pub alias: Option<Ident>,
    /// With the alias.
    pub span: Span,
}

/// One WITH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum With {
    /// `WITH SECURITY_ENFORCED`, `WITH USER_MODE`, `WITH SYSTEM_MODE`
    Access {
        /// Which one.
        mode: AccessMode,
        /// With the word WITH.
        span: Span,
    },
    /// `WITH DATA CATEGORY Geography AT usa AND …`; only as the first.
    DataCategory {
        /// All of them must hold; never empty.
        filters: Vec<CategoryFilter>,
        /// With the word WITH.
        span: Span,
    },
    /// `WITH Division = 'East'`; only as the first.
    Equals {
        /// The left side.
        name: Ident,
        /// The right side.
        value: Text,
        /// With the word WITH.
        span: Span,
    },
    /// Any other: `WITH RecordVisibilityContext (maxDescriptorPerRecord = 100)`
    Named {
        /// Which one.
        name: Ident,
        /// What stands in parentheses behind it; empty when there are none.
        options: Vec<WithOption>,
        /// With the word WITH.
        span: Span,
    },
}

/// In whose name rows and fields are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessMode {
    /// `SECURITY_ENFORCED`: fields and objects that the user may not see are an error.
    SecurityEnforced,
    /// `USER_MODE`
    User,
    /// `SYSTEM_MODE`
    System,
}

/// `maxDescriptorPerRecord = 100`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithOption {
    /// The left side.
    pub name: Ident,
    /// A text, a whole number, TRUE or FALSE.
    pub value: Value,
    /// Both sides.
    pub span: Span,
}

/// `Geography ABOVE_OR_BELOW (usa, uk)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryFilter {
    /// The group of categories.
    pub group: Ident,
    /// Which part of the tree.
    pub selector: CategorySelector,
    /// Any of them; never empty.
    pub categories: Vec<Ident>,
    /// The whole filter.
    pub span: Span,
}

/// Which part of the tree of categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CategorySelector {
    /// `AT`
    At,
    /// `ABOVE`
    Above,
    /// `BELOW`
    Below,
    /// `ABOVE_OR_BELOW`
    AboveOrBelow,
}

/// GROUP BY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grouping {
    /// With or without subtotals.
    pub kind: GroupingKind,
    /// Fields and functions of fields, never DISTANCE; never empty.
    pub items: Vec<Expression>,
    /// From GROUP.
    pub span: Span,
}

/// Which rows GROUP BY adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupingKind {
    /// None.
    Plain,
    /// `ROLLUP (a, b)`: subtotals from the right.
    Rollup,
    /// `CUBE (a, b)`: subtotals of every combination.
    Cube,
}

/// One item of ORDER BY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ordering {
    /// What rows are sorted by; a path of one name may also be an alias.
    pub expression: Expression,
    /// ASC or DESC, if written. Without, it is ascending.
    pub direction: Option<Direction>,
    /// NULLS FIRST or NULLS LAST, if written. Without, they come first.
    pub nulls: Option<Nulls>,
    /// The whole item.
    pub span: Span,
}

/// Which way rows are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `ASC`
    Ascending,
    /// `DESC`
    Descending,
}

/// Where rows without a value come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// `NULLS FIRST`
    First,
    /// `NULLS LAST`
    Last,
}

/// The number of LIMIT or OFFSET.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// How many rows.
    pub rows: u32,
    /// The number.
    pub span: Span,
}

/// One item of FOR VIEW, REFERENCE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewing {
    /// `VIEW`
    View(Span),
    /// `REFERENCE`
    Reference(Span),
}

/// One item of UPDATE TRACKING, VIEWSTAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// `TRACKING`: the search words of an article.
    Tracking(Span),
    /// `VIEWSTAT`: how often an article was seen.
    Viewstat(Span),
}
