//! What SOQL's grammar takes and this server does not carry out: refused by its name, with the reason.
//!
//! One list, from which the compatibility table is made.

use std::fmt;

macro_rules! unsupported {
    ($($(#[doc = $doc:literal])* $variant:ident $name:literal $reason:literal),* $(,)?) => {
        /// A part of SOQL that is parsed and refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Unsupported {
            $($(#[doc = $doc])* $variant,)*
        }

        impl Unsupported {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// As SOQL has it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Why, in a sentence without its end.
            pub fn reason(self) -> &'static str {
                match self { $(Self::$variant => $reason,)* }
            }
        }
    };
}

unsupported! {
    /// `DISTANCE(Place__c, GEOLOCATION(1, 2), 'km')`
    Distance "DISTANCE" "distances between places are not reckoned",
    /// `FORMAT(Amount)`
    Format "FORMAT" "values are answered as they are kept, and the client writes them in the user's way",
    /// `convertCurrency(Amount)`
    ConvertCurrency "convertCurrency" "there is one currency",
    /// `Amount > USD5000`
    CurrencyAmount "an amount with a currency" "there is one currency",
    /// `convertTimezone(CreatedDate)` by itself
    ConvertTimezone "convertTimezone outside a date function" "instants are answered in UTC",
    /// `FORMULA('…')` and others that the documentation does not have
    OtherFunction "a function that SOQL's documentation does not have" "nobody knows what it means",
    /// `toLabel(Tags__c) = 'x'`
    LabelsOfSeveral "toLabel of a multi-select picklist in a condition" "INCLUDES compares with the values",
    /// `MailingLocation__c`
    Location "a geolocation as one value" "its latitude and longitude can be asked for",
    /// `USING SCOPE team`
    Scope "USING SCOPE with another scope than everything, mine or mine_and_my_groups" "there are no teams, territories or delegates",
    /// `WITH DATA CATEGORY`
    DataCategory "WITH DATA CATEGORY" "there are no articles",
    /// `WITH Division = 'East'`
    Division "WITH and a name" "there are no divisions and no networks",
    /// `WITH SYSTEM_MODE`
    SystemMode "WITH SYSTEM_MODE" "every query is in its user's name",
    /// `UPDATE TRACKING`
    Tracking "UPDATE TRACKING" "there are no articles",
    /// `UPDATE VIEWSTAT`
    Viewstat "UPDATE VIEWSTAT" "there are no articles",
    /// `FOR UPDATE`
    ForUpdate "FOR UPDATE" "it is for Apex",
    /// `ALL ROWS`
    AllRows "ALL ROWS" "it is for Apex; queryAll is for REST",
    /// `SELECT (SELECT COUNT(Id) FROM Contacts) FROM Account`
    GroupedChildren "an aggregate in a child query" "aggregates are of whole queries",
    /// `HAVING MIN(Status) = 'New'`
    RankedExtreme "MIN or MAX of a picklist in HAVING" "it follows the order of the list, and what it is compared with does not",
    /// `GROUP BY Account.Owner.Profile.Name` beyond the pseudo-object Name
    BeyondName "a path through a record of several possible objects" "only fields of Name are behind it",
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not supported: {}", self.name(), self.reason())
    }
}
