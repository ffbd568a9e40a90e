//! Why a text is no query, and where.

use std::fmt;

use crate::Span;

/// How much of a line an excerpt shows.
const EXCERPT: usize = 80;
/// How much of a token a sentence quotes.
const QUOTED: usize = 40;

macro_rules! problems {
    ($($(#[doc = $doc:literal])* $name:ident $code:literal $sentence:literal),* $(,)?) => {
        /// What is wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Problem {
            $($(#[doc = $doc])* $name,)*
        }

        impl Problem {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// A short name that does not change, for tables and tests.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// `{}` stands for the token in quotation marks, `{bare}` for the token.
            fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }
        }
    };
}

// The first words of what Salesforce is known to say are kept, as they are since Summer '24: tools look for them (salesforce.md 1.14).
problems! {
    /// A token where the grammar has another.
    Unexpected "unexpected-token" "unexpected token: {}",
    /// More than [`crate::MAX_CHARACTERS`].
    QueryTooLong "query-too-long" "the query is longer than 100,000 characters",
    /// Deeper than [`crate::MAX_DEPTH`] or [`crate::MAX_QUERY_DEPTH`].
    TooDeep "too-deep" "parentheses are nested more than 64 deep, or queries more than 8",
    /// A character that begins no token.
    Character "character" "the character {} has no meaning outside quoted text",
    /// `"text"`
    DoubleQuote "double-quote" "text stands in single quotation marks, not in double ones",
    /// A quotation mark without another.
    OpenText "open-text" "the text that begins with {} has no closing quotation mark",
    /// A line that ends inside quoted text.
    LineBreak "line-break" "line breaks not allowed in string literals, where they are written \\n",
    /// A backslash before a character that needs none.
    Escape "escape" "a backslash in text may stand before n, r, t, b, f, \", ', \\ or u with four hexadecimal digits, not as in {}",
    /// `\_` or `\%` outside LIKE.
    LikeEscape "like-escape" "{} may be escaped only in the text of LIKE",
    /// An escape for half a character, or for none.
    CodePoint "code-point" "{} is no character",
    /// More than [`crate::MAX_TEXT`].
    TextTooLong "text-too-long" "text in a condition is longer than 4,000 characters",
    /// `Account..Name`, `Ärger__c`
    Name "name" "the parts of a name have a letter first and then letters, digits and underscores, with one dot between two parts, not as in {}; a no-break space is a part of the word",
    /// `WITH a.b`, `USING SCOPE a.b`, `TYPEOF What WHEN a.b`
    NamePath "name-path" "a name without dots is wanted, not {}",
    /// `2026-11-21T02:40:00`
    Zone "zone" "{} is no date and time: that is written 2026-11-21T02:40:00Z or 2026-11-21T02:40:00+01:00, with the '+' as %2B in an address",
    /// 30 February, or a year that Salesforce does not take.
    Date "date" "Invalid date: {bare}",
    /// The same, 25 o'clock, an offset of a day, a fraction of more than nine digits.
    DateTime "datetime" "Invalid datetime: {bare}",
    /// The same of a time of day.
    Time "time" "Invalid time: {bare}",
    /// `:name`
    Bind "bind" "Bind variables only allowed in Apex code: {}",
    /// `a AND b OR c`
    Mixed "mixed" "unexpected token: {}; AND and OR beside each other need parentheses",
    /// `a AND NOT b`, `NOT a AND b`, `NOT NOT a`
    BareNot "bare-not" "unexpected token: {}; a condition with NOT stands in parentheses beside another operator, as in a AND (NOT b)",
    /// A word on the right of a comparison.
    NotAValue "not-a-value" "unexpected token: {}; it is no value, and text stands in single quotation marks",
    /// `LAST_N_DAYS`
    DateLiteralNumber "date-literal-number" "{} needs a colon and a whole number after it",
    /// `TODAY:3`
    DateLiteralAlone "date-literal-alone" "{} takes no number",
    /// `LIKE 5`
    LikeText "like-text" "LIKE compares with quoted text, not with {}",
    /// `INCLUDES (5)`
    IncludesText "includes-text" "INCLUDES and EXCLUDES compare with quoted text, not with {}",
    /// `a + b > 5`
    Calculation "calculation" "unexpected token: {}; SOQL does not calculate",
    /// `< =`
    SpacedOperator "spaced-operator" "the two characters of an operator stand beside each other, not as in {}",
    /// `LIMIT -1`
    SignedCount "signed-count" "the number of rows is a whole number without a sign, not {}",
    /// A count of rows or days beyond 4,294,967,295.
    LargeCount "large-count" "{} is too large",
    /// `SELECT (SELECT Id FROM Contacts) c`
    AliasPlace "alias-place" "unexpected token: {}; a child query, TYPEOF and FIELDS() take no alias",
    /// `Name a.b`
    AliasPath "alias-path" "an alias is one name, not {}",
    /// `FROM Account GROUP`
    AliasReserved "alias-reserved" "{} cannot be an alias",
    /// `FROM Account AS`
    AliasMissing "alias-missing" "unexpected token: {}; expected an alias after AS",
    /// `a.b(c)`
    FunctionPath "function-path" "a function has one name, not {}",
    /// `MAX(a, b)`, `FORMAT('a')`, `FORMULA('a')`
    FunctionArgument "function-argument" "a function takes one field or one function of a field, not {}",
    /// `FORMAT(MAX(convertCurrency(Amount)))`
    FunctionDepth "function-depth" "unexpected token: {}; a function may be of a function of a field, and goes no deeper",
    /// `FIELDS(Name)`
    FieldSet "field-set" "FIELDS() takes ALL, STANDARD or CUSTOM, not {}",
    /// `DISTANCE(Place__c)`
    Distance "distance" "unexpected token: {}; the form is DISTANCE(field, GEOLOCATION(latitude, longitude), 'km')",
    /// `'m'`
    DistanceUnit "distance-unit" "the unit of DISTANCE is 'mi' or 'km', not {}",
    /// `IN (SELECT Id FROM Contact LIMIT 5)`
    SemiJoin "semi-join" "unexpected token: {}; the query of IN has one field, FROM and WHERE, and nothing else",
    /// `USING LOOKUP x`
    Using "using" "unexpected token: {}; after USING comes SCOPE",
    /// `FROM Account USING SCOPE mine, Account.Contacts c`
    ScopePlace "scope-place" "unexpected token: {}; USING SCOPE follows the last object of FROM",
    /// `UPDATE Name`
    Statistic "statistic" "UPDATE takes TRACKING or VIEWSTAT, not {}",
    /// `BIND a = 5`
    BindClause "bind-clause" "unexpected token: {}; there is no such clause",
}

/// A place in a query, as people count it and as tools read it out of an error.
///
/// `Display` is the head of Salesforce's message (salesforce.md 1.7): the line, a caret below, the row and the column.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub row: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Of the line, what is near.
    excerpt: String,
    /// How many characters of the excerpt stand before the place.
    before: usize,
}

impl Place {
    /// Where in the text this span begins.
    pub fn of(text: &str, span: Span) -> Self {
        let at = floor(text, span.start());
        let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let row = text[..at].matches('\n').count() + 1;
        let column = text[line_start..at].chars().count() + 1;
        let line = text[line_start..].split('\n').next().unwrap_or_default().trim_end_matches('\r');
        // Half of what is shown stands before the place, if there is so much.
        let skipped = (column - 1).saturating_sub(EXCERPT / 2);
        let excerpt = line.chars().skip(skipped).take(EXCERPT).map(|c| if c.is_control() { ' ' } else { c }).collect();
        Self { row, column, excerpt, before: column - 1 - skipped }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { row, column, excerpt, before } = self;
        write!(f, "\n{excerpt}\n{:before$}^\nERROR at Row:{row}:Column:{column}\n", "")
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {} column {}", self.row, self.column)
    }
}

/// Why a text is no query. `Display` is one sentence, which quotes the token; [`Error::report`] shows the place too. `Debug` quotes nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    problem: Problem,
    expected: Vec<&'static str>,
    span: Span,
    found: String,
    place: Place,
}

impl Error {
    pub(crate) fn new(text: &str, problem: Problem, span: Span, expected: Vec<&'static str>) -> Self {
        let range = floor(text, span.start())..floor(text, span.end());
        let mut characters = text.get(range).unwrap_or_default().chars();
        let mut found: String = characters.by_ref().take(QUOTED).map(|c| if c.is_control() { ' ' } else { c }).collect();
        if characters.next().is_some() {
            found.push('…');
        }
        Self { problem, expected, span, found, place: Place::of(text, span) }
    }

    /// What is wrong.
    pub fn problem(&self) -> Problem {
        self.problem
    }

    /// Of which part of the text.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Where that is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What could have stood there; only for [`Problem::Unexpected`].
    pub fn expected(&self) -> &[&'static str] {
        &self.expected
    }

    /// The message as Salesforce forms it: excerpt, caret, `ERROR at Row:1:Column:8`, the sentence.
    pub fn report(&self) -> String {
        format!("{}{self}", self.place)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = if self.found.is_empty() { "<EOF>" } else { &self.found };
        let sentence = self.problem.sentence();
        match (sentence.split_once("{}"), sentence.split_once("{bare}")) {
            (Some((before, after)), _) => write!(f, "{before}'{found}'{after}")?,
            (_, Some((before, after))) => write!(f, "{before}{found}{after}")?,
            (None, None) => f.write_str(sentence)?,
        }
        for (number, expected) in self.expected.iter().enumerate() {
            f.write_str(match number {
                0 => "; expected ",
                _ if number + 1 == self.expected.len() => " or ",
                _ => ", ",
            })?;
            f.write_str(expected)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {:?}", self.problem, self.place)
    }
}

impl std::error::Error for Error {}

/// The nearest boundary of characters at or before this byte.
fn floor(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}
