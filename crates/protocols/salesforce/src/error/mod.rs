//! What the data API says when it refuses (1.14).
//!
//! An [`Error`] is made by a constructor that knows its code, its words and its fields; there is no other way, so that nothing can be
//! answered that the vendor's clients do not know. OAuth refuses in another shape: see [`crate::oauth`].
//!
//! Statuses for which the reference names no code (409, 412, 414, 415, 428, 431) are not here.

mod duplicates;
mod wording;

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap};

pub use duplicates::{DuplicateResult, MatchRecord, MatchResult};
pub use wording::JsonToken;

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident $text:literal $status:literal),* $(,)?) => {
        /// Why something is refused (1.14).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[doc = $doc])* $name,)*
        }

        impl Code {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// As it is written: `MALFORMED_QUERY`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The HTTP status of an answer that says nothing else.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }
        }
    };
}

codes! {
    /// The text is no SOQL, or SOQL that is not carried out.
    MalformedQuery "MALFORMED_QUERY" 400,
    /// The text is no search.
    MalformedSearch "MALFORMED_SEARCH" 400,
    /// A field that there is not, or not here.
    InvalidField "INVALID_FIELD" 400,
    /// An object that there is not.
    InvalidType "INVALID_TYPE" 400,
    /// An operator or a value that a field cannot be compared with.
    InvalidQueryFilterOperator "INVALID_QUERY_FILTER_OPERATOR" 400,
    /// A field that the caller may not write.
    InvalidFieldForInsertUpdate "INVALID_FIELD_FOR_INSERT_UPDATE" 400,
    /// A value is missing.
    RequiredFieldMissing "REQUIRED_FIELD_MISSING" 400,
    /// A text is longer than its field.
    StringTooLong "STRING_TOO_LONG" 400,
    /// A rule of an administrator.
    FieldCustomValidationException "FIELD_CUSTOM_VALIDATION_EXCEPTION" 400,
    /// A rule of the object.
    FieldIntegrityException "FIELD_INTEGRITY_EXCEPTION" 400,
    /// The filter of a lookup.
    FieldFilterValidationException "FIELD_FILTER_VALIDATION_EXCEPTION" 400,
    /// None of a picklist's values.
    InvalidOrNullForRestrictedPicklist "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST" 400,
    /// No address of e-mail.
    InvalidEmailAddress "INVALID_EMAIL_ADDRESS" 400,
    /// A reference to nothing, or to something else.
    InvalidCrossReferenceKey "INVALID_CROSS_REFERENCE_KEY" 400,
    /// A reference to what the caller may not see.
    InsufficientAccessOnCrossReferenceEntity "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY" 400,
    /// A duplicate rule found similar records.
    DuplicatesDetected "DUPLICATES_DETECTED" 400,
    /// A unique value is taken.
    DuplicateValue "DUPLICATE_VALUE" 400,
    /// One key twice in a request.
    DuplicateExternalId "DUPLICATE_EXTERNAL_ID" 400,
    /// Somebody else writes this row.
    UnableToLockRow "UNABLE_TO_LOCK_ROW" 400,
    /// No id, or one of another object.
    MalformedId "MALFORMED_ID" 400,
    /// No id where an update needs one.
    InvalidIdField "INVALID_ID_FIELD" 400,
    /// The body is not the JSON that is wanted.
    JsonParserError "JSON_PARSER_ERROR" 400,
    /// A cursor that there never was, or is no longer.
    InvalidQueryLocator "INVALID_QUERY_LOCATOR" 400,
    /// A number that is too large or too small.
    NumberOutsideValidRange "NUMBER_OUTSIDE_VALID_RANGE" 400,
    /// More rows than one answer can have.
    ExceededIdLimit "EXCEEDED_ID_LIMIT" 400,
    /// A query that did not finish.
    QueryTimeout "QUERY_TIMEOUT" 400,
    /// A query that would not finish.
    QueryTooComplicated "QUERY_TOO_COMPLICATED" 400,
    /// A query over more rows than its form can be carried out for.
    OperationTooLarge "OPERATION_TOO_LARGE" 400,
    /// Code of the organisation refused.
    CannotInsertUpdateActivateEntity "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" 400,
    /// A flow of the organisation failed.
    CannotExecuteFlowTrigger "CANNOT_EXECUTE_FLOW_TRIGGER" 400,
    /// Code of the organisation failed.
    ApexError "APEX_ERROR" 400,
    /// A lead that became a contact.
    CannotUpdateConvertedLead "CANNOT_UPDATE_CONVERTED_LEAD" 400,
    /// The organisation is full.
    StorageLimitExceeded "STORAGE_LIMIT_EXCEEDED" 400,
    /// More than there may be.
    LimitExceeded "LIMIT_EXCEEDED" 400,
    /// The caller may not change this record.
    InsufficientAccessOrReadonly "INSUFFICIENT_ACCESS_OR_READONLY" 400,
    /// A record would be above itself.
    CircularDependency "CIRCULAR_DEPENDENCY" 400,
    /// Something holds the record that was to be deleted.
    DeleteFailed "DELETE_FAILED" 400,
    /// The record cannot come out of the recycle bin.
    UndeleteFailed "UNDELETE_FAILED" 400,
    /// The new owner cannot sign in.
    InactiveOwnerOrUser "INACTIVE_OWNER_OR_USER" 400,
    /// The key of an upsert has no value.
    MissingArgument "MISSING_ARGUMENT" 400,
    /// One of a composite request that was undone, or not begun, for another's sake (1.9).
    ProcessingHalted "PROCESSING_HALTED" 400,
    /// One of a collection that was undone for another's sake (1.9).
    AllOrNoneOperationRolledBack "ALL_OR_NONE_OPERATION_ROLLED_BACK" 400,
    /// No token, or one that is no longer taken.
    InvalidSessionId "INVALID_SESSION_ID" 401,
    /// An `Authorization` that is of no known kind.
    InvalidAuthHeader "INVALID_AUTH_HEADER" 401,
    /// The caller may not do this.
    InsufficientAccess "INSUFFICIENT_ACCESS" 403,
    /// Too many requests.
    RequestLimitExceeded "REQUEST_LIMIT_EXCEEDED" 403,
    /// The organisation or the user may not use the API.
    ApiDisabledForOrg "API_DISABLED_FOR_ORG" 403,
    /// The same, for now.
    ApiCurrentlyDisabled "API_CURRENTLY_DISABLED" 403,
    /// A feature that this organisation has not.
    FunctionalityNotEnabled "FUNCTIONALITY_NOT_ENABLED" 403,
    /// A policy took too long.
    TxnSecurityMeteringError "TXN_SECURITY_METERING_ERROR" 403,
    /// A resource, object, record or key that there is not.
    NotFound "NOT_FOUND" 404,
    /// A record in the recycle bin.
    EntityIsDeleted "ENTITY_IS_DELETED" 404,
    /// A resource that does not know the method.
    MethodNotAllowed "METHOD_NOT_ALLOWED" 405,
    /// A version that is no longer spoken.
    UnsupportedApiVersion "UNSUPPORTED_API_VERSION" 410,
    /// One of a batch that was not begun because another failed (1.9).
    BatchProcessingHalted "BATCH_PROCESSING_HALTED" 412,
    /// Something is wrong with the server.
    UnknownException "UNKNOWN_EXCEPTION" 500,
    /// Not now.
    ServerUnavailable "SERVER_UNAVAILABLE" 503,
}

impl Code {
    /// The one that is written so.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One refusal. As JSON it is one element of the array that the data API answers; [`Self::row`] is the other form.
///
/// `Display` may quote what a customer wrote, `Debug` does not.
#[derive(Clone, PartialEq)]
pub struct Error {
    code: Code,
    message: Cow<'static, str>,
    /// Known only of records' errors; an empty list is written (1.14).
    fields: Option<Vec<String>>,
    duplicates: Option<Box<DuplicateResult>>,
}

impl Error {
    /// Without fields.
    fn plain(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), fields: None, duplicates: None }
    }

    /// Of these fields of a record, if any.
    fn of<'a>(fields: impl IntoIterator<Item = &'a str>, code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        let fields = fields.into_iter().map(str::to_owned).collect();
        Self { code, message: message.into(), fields: Some(fields), duplicates: None }
    }

    /// Why.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The HTTP status of an answer that says only this.
    pub fn status(&self) -> u16 {
        self.code.status()
    }

    /// In words.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Of which fields; none are known of what is no record's error.
    pub fn fields(&self) -> &[String] {
        self.fields.as_deref().unwrap_or_default()
    }

    /// The body of an answer: an array, even of one (1.14).
    pub fn body(&self) -> &[Self] {
        std::slice::from_ref(self)
    }

    /// As collections and trees have it: `statusCode`, and always `fields` (1.9).
    pub fn row(&self) -> RowError<'_> {
        RowError(self)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.code, self.fields())
    }
}

impl std::error::Error for Error {}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("message", &self.message)?;
        map.serialize_entry("errorCode", &self.code)?;
        if let Some(fields) = &self.fields {
            map.serialize_entry("fields", fields)?;
        }
        if let Some(duplicates) = &self.duplicates {
            map.serialize_entry("duplicateResult", duplicates)?;
        }
        map.end()
    }
}

/// An error in a result of many rows. What a duplicate rule found is not told there (1.14).
#[derive(Clone, Copy, Debug)]
pub struct RowError<'a>(&'a Error);

impl Serialize for RowError<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("statusCode", &self.0.code)?;
        map.serialize_entry("message", &self.0.message)?;
        map.serialize_entry("fields", self.0.fields())?;
        map.end()
    }
}

/// An error as a client gets it from any organisation, in either form: there are hundreds of codes (1.14).
#[derive(Clone, Deserialize, PartialEq, Eq)]
pub struct Received {
    /// `errorCode`, or `statusCode` in results of many rows.
    #[serde(rename = "errorCode", alias = "statusCode")]
    pub code: String,
    /// In words, which may quote what a customer wrote.
    #[serde(default)]
    pub message: String,
    /// Of which fields.
    #[serde(default)]
    pub fields: Vec<String>,
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.code, self.fields)
    }
}
