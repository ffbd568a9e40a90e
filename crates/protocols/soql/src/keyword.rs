//! Words that mean something to the grammar, and which of them may be names all the same.

macro_rules! keywords {
    ($($name:ident $text:literal $reserved:literal),* $(,)?) => {
        /// A word of the grammar. Whether one is meant, or a name that is written alike, is for the parser to say.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Keyword {
            $(#[doc = $text] $name,)*
        }

        impl Keyword {
            /// Which one this word is, in any case.
            pub(crate) fn of(word: &str) -> Option<Self> {
                let mut upper = [0_u8; Self::LONGEST];
                let upper = upper.get_mut(..word.len())?;
                upper.copy_from_slice(word.as_bytes());
                upper.make_ascii_uppercase();
                $(if upper == $text.as_bytes() { return Some(Self::$name); })*
                None
            }

            /// As it is printed.
            pub(crate) fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Whether it can never be the name of an object, a field, a function or an alias.
            pub(crate) fn is_reserved(self) -> bool {
                match self { $(Self::$name => $reserved,)* }
            }

            /// Whether it means nothing by itself: these are names like any others, save beside another word.
            pub(crate) fn is_plain(self) -> bool {
                matches!(self, Self::All | Self::Rows | Self::Tracking | Self::Viewstat)
            }
        }
    };
}

impl Keyword {
    const LONGEST: usize = 14;
}

// Which are reserved is what Salesforce's own grammar says (npm `@salesforce/soql-common`); names with a dot may have any of them as a part.
keywords! {
    Above "ABOVE" false,
    AboveOrBelow "ABOVE_OR_BELOW" false,
    All "ALL" false,
    And "AND" true,
    As "AS" true,
    Asc "ASC" true,
    At "AT" false,
    Below "BELOW" false,
    Bind "BIND" true,
    By "BY" true,
    Category "CATEGORY" false,
    Count "COUNT" false,
    Cube "CUBE" true,
    Data "DATA" false,
    Desc "DESC" true,
    Distance "DISTANCE" false,
    Else "ELSE" true,
    End "END" false,
    Excludes "EXCLUDES" true,
    False "FALSE" true,
    Fields "FIELDS" false,
    First "FIRST" true,
    For "FOR" true,
    From "FROM" true,
    Geolocation "GEOLOCATION" false,
    Group "GROUP" false,
    Having "HAVING" true,
    In "IN" true,
    Includes "INCLUDES" true,
    Last "LAST" true,
    Like "LIKE" true,
    Limit "LIMIT" true,
    Lookup "LOOKUP" true,
    Not "NOT" true,
    Null "NULL" true,
    Nulls "NULLS" true,
    Offset "OFFSET" false,
    Or "OR" true,
    Order "ORDER" false,
    Reference "REFERENCE" false,
    Rollup "ROLLUP" true,
    Rows "ROWS" false,
    Scope "SCOPE" false,
    Select "SELECT" true,
    Then "THEN" false,
    Tracking "TRACKING" false,
    True "TRUE" true,
    Typeof "TYPEOF" false,
    Update "UPDATE" true,
    Using "USING" true,
    View "VIEW" false,
    Viewstat "VIEWSTAT" false,
    When "WHEN" false,
    Where "WHERE" true,
    With "WITH" true,
}
