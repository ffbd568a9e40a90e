//! The constructors: each error's code, words and fields (1.5, 1.7, 1.9, 1.14).
//!
//! Names in messages are canonical, as the object's description has them; values are cut, so that an answer does not repeat a megabyte.

use std::{borrow::Cow, fmt};

use soql::Place;

use super::{Code, DuplicateResult, Error};
use crate::Id;

/// How much of a value a message repeats, in characters.
const QUOTED: usize = 255;

/// What there is in JSON, as the vendor's parser calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonToken {
    /// `null`
    Null,
    /// `true`
    True,
    /// `false`
    False,
    /// `5`
    Int,
    /// `5.0`
    Float,
    /// `"text"`
    Text,
    /// `[`
    Array,
    /// `{`
    Object,
}

impl JsonToken {
    /// Of a value.
    pub fn of(value: &serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Null,
            Value::Bool(true) => Self::True,
            Value::Bool(false) => Self::False,
            Value::Number(number) if number.is_f64() => Self::Float,
            Value::Number(_) => Self::Int,
            Value::String(_) => Self::Text,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }
}

impl fmt::Display for JsonToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "VALUE_NULL",
            Self::True => "VALUE_TRUE",
            Self::False => "VALUE_FALSE",
            Self::Int => "VALUE_NUMBER_INT",
            Self::Float => "VALUE_NUMBER_FLOAT",
            Self::Text => "VALUE_STRING",
            Self::Array => "START_ARRAY",
            Self::Object => "START_OBJECT",
        })
    }
}

fn cut(value: &str) -> Cow<'_, str> {
    match value.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &value[..end]).into(),
        None => value.into(),
    }
}

/// Objects and records that there are not.
impl Error {
    /// No such object, record or address.
    pub fn not_found() -> Self {
        Self::plain(Code::NotFound, "The requested resource does not exist")
    }

    /// The field of a key is unknown, is no key, or may not be seen.
    pub fn no_such_key(field: &str) -> Self {
        let field = cut(field);
        Self::plain(Code::NotFound, format!("Provided external ID field does not exist or is not accessible: {field}"))
    }

    /// The record is in the recycle bin.
    pub fn entity_is_deleted() -> Self {
        Self::of([], Code::EntityIsDeleted, "entity is deleted")
    }

    /// A text that is no id, or an id of another object; `label` is the field's: `Account ID`.
    pub fn malformed_id(label: &str, field: &str, value: &str) -> Self {
        Self::of([field], Code::MalformedId, format!("{label}: id value of incorrect type: {}", cut(value)))
    }

    /// A record to be changed that does not say which it is.
    pub fn missing_id() -> Self {
        Self::of(["Id"], Code::InvalidIdField, "Id not specified in an update call")
    }
}

/// Fields of records that are written.
impl Error {
    /// A field that the object has not, in a body.
    pub fn no_such_column(column: &str, object: &str) -> Self {
        Self::plain(Code::InvalidField, format!("No such column '{}' on sobject of type {object}", cut(column)))
    }

    /// The id, or the key of an upsert, stands in the body too.
    pub fn key_in_body(field: &str) -> Self {
        Self::plain(Code::InvalidField, format!("The {field} field should not be specified in the sobject data."))
    }

    /// Fields that the caller may not write.
    pub fn not_writable(fields: &[&str]) -> Self {
        let message = format!(
            "Unable to create/update fields: {}. Please check the security settings of this field and verify that it is read/write \
             for your profile or permission set.",
            fields.join(", ")
        );
        Self::of(fields.iter().copied(), Code::InvalidFieldForInsertUpdate, message)
    }

    /// Required fields have no value.
    pub fn required_missing(fields: &[&str]) -> Self {
        let message = format!("Required fields are missing: [{}]", fields.join(", "));
        Self::of(fields.iter().copied(), Code::RequiredFieldMissing, message)
    }

    /// A text has more characters than its field takes.
    pub fn string_too_long(label: &str, field: &str, value: &str, max: usize) -> Self {
        Self::of([field], Code::StringTooLong, format!("{label}: data value too large: {} (max length={max})", cut(value)))
    }

    /// A rule of an administrator, in the administrator's words.
    pub fn custom_validation(field: Option<&str>, message: String) -> Self {
        Self::of(field, Code::FieldCustomValidationException, message)
    }

    /// A rule of the object, in its words.
    pub fn field_integrity(fields: &[&str], message: String) -> Self {
        Self::of(fields.iter().copied(), Code::FieldIntegrityException, message)
    }

    /// A reference to a record that the lookup's filter leaves out, in the filter's words.
    pub fn lookup_filter(field: &str, message: String) -> Self {
        Self::of([field], Code::FieldFilterValidationException, message)
    }

    /// None of a restricted picklist's values.
    pub fn restricted_picklist(label: &str, field: &str, value: &str) -> Self {
        let message = format!("{label}: bad value for restricted picklist field: {}", cut(value));
        Self::of([field], Code::InvalidOrNullForRestrictedPicklist, message)
    }

    /// No address of e-mail.
    pub fn invalid_email(label: &str, field: &str, value: &str) -> Self {
        Self::of([field], Code::InvalidEmailAddress, format!("{label}: invalid email address: {}", cut(value)))
    }

    /// A number with more digits than its field takes.
    pub fn number_outside_range(label: &str, field: &str) -> Self {
        Self::of([field], Code::NumberOutsideValidRange, format!("{label}: value outside of valid range on numeric field"))
    }

    /// A reference to a record that there is not, or that the caller may not know of.
    pub fn invalid_cross_reference(field: Option<&str>) -> Self {
        Self::of(field, Code::InvalidCrossReferenceKey, "invalid cross reference id")
    }

    /// A reference to a record that the caller may see and not use.
    pub fn insufficient_access_on_cross_reference() -> Self {
        Self::of([], Code::InsufficientAccessOnCrossReferenceEntity, "insufficient access rights on cross-reference id")
    }

    /// A unique value that another record has: its field and id, if the caller may know them.
    pub fn duplicate_value(found: Option<(&str, Id)>) -> Self {
        let message = match found {
            Some((field, id)) => format!("duplicate value found: {field} duplicates value on record with id: {id}"),
            None => "duplicate value found: <unknown> duplicates value on record with id: <unknown>".to_owned(),
        };
        Self::of([], Code::DuplicateValue, message)
    }

    /// A name that something else has, in words; `field` is where it was given.
    pub fn duplicate_name(field: &str, message: String) -> Self {
        Self::of([field], Code::DuplicateValue, message)
    }

    /// The same key twice in one request.
    pub fn duplicate_external_id(field: &str) -> Self {
        Self::of([field], Code::DuplicateExternalId, format!("Duplicate external id specified: {field}"))
    }

    /// The key of an upsert has no value.
    pub fn key_not_given(field: &str) -> Self {
        Self::of([field], Code::MissingArgument, format!("{field} not specified"))
    }

    /// A parent that is named by a key which several records have.
    pub fn ambiguous_key(field: &str) -> Self {
        Self::of([field], Code::DuplicateExternalId, format!("{field}: more than one record found for external id field"))
    }

    /// A parent that is named by a key which no record has.
    pub fn no_record_with_key(value: &str, field: &str, object: &str) -> Self {
        let value = cut(value);
        Self::plain(Code::InvalidField, format!("Foreign key external ID: {value} not found for field {field} in entity {object}"))
    }

    /// A record would be above itself.
    pub fn circular(field: &str) -> Self {
        Self::of([field], Code::CircularDependency, "attempt to violate hierarchy constraints")
    }

    /// Records of other objects hold the one that was to be deleted; `what` they are, of many: `cases`.
    pub fn delete_failed(name: &str, what: &str) -> Self {
        let name = cut(name);
        let message = format!("Your attempt to delete {name} could not be completed because it is associated with the following {what}.");
        Self::of([], Code::DeleteFailed, message)
    }

    /// The record is in no recycle bin, or what it hangs on is.
    pub fn undelete_failed() -> Self {
        Self::of([], Code::UndeleteFailed, "Entity is not in the recycle bin")
    }

    /// The new owner cannot sign in.
    pub fn inactive_owner(owner: Id) -> Self {
        Self::of(["OwnerId"], Code::InactiveOwnerOrUser, format!("operation performed with inactive user [{owner}] as owner"))
    }

    /// An object whose records nobody, or not this caller, can write so: `inserted`, `updated`.
    pub fn type_not_writable(done: &str, object: &str) -> Self {
        Self::of([], Code::CannotInsertUpdateActivateEntity, format!("entity type cannot be {done}: {object}"))
    }

    /// A duplicate rule stops the record.
    pub fn duplicates_detected(found: DuplicateResult) -> Self {
        let message = found.error_message.clone();
        Self { duplicates: Some(Box::new(found)), ..Self::of([], Code::DuplicatesDetected, message) }
    }

    /// A lead that became a contact.
    pub fn converted_lead() -> Self {
        Self::of([], Code::CannotUpdateConvertedLead, "cannot reference converted lead")
    }

    /// Another request writes the same record.
    pub fn unable_to_lock_row() -> Self {
        Self::of([], Code::UnableToLockRow, "unable to obtain exclusive access to this record")
    }

    /// The caller may not change or delete this record.
    pub fn insufficient_access_or_readonly() -> Self {
        Self::of([], Code::InsufficientAccessOrReadonly, "insufficient access rights on object id")
    }

    /// Undone because another of the collection failed.
    pub fn all_or_none_rolled_back() -> Self {
        Self::of(
            [],
            Code::AllOrNoneOperationRolledBack,
            "Record rolled back because not all records were valid and the request was using AllOrNone header",
        )
    }
}

/// JSON that is not what is wanted.
impl Error {
    /// A value of another type than its field's; `wanted` is the field's type: `date`.
    pub fn cannot_deserialize(wanted: &str, token: JsonToken, value: &str) -> Self {
        let value = cut(value);
        let message =
            format!("Cannot deserialize instance of {wanted} from {token} value {value} or request may be missing a required field");
        Self::plain(Code::JsonParserError, message)
    }

    /// A body that is no JSON, or too deep, or of another shape.
    pub fn json(body: &[u8], error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        // The library's sentence ends with the place, which is written in the vendor's way here.
        let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
        if line == 0 {
            // What was read is no text any more, and has no places.
            return Self::plain(Code::JsonParserError, cut(what).into_owned());
        }
        let place = format!("[line:{line}, column:{column}]");
        let character = (column > 0)
            .then(|| body.split(|byte| *byte == b'\n').nth(line - 1).and_then(|line| line.get(column - 1)))
            .flatten()
            .filter(|_| error.is_syntax());
        let message = match character {
            _ if error.is_eof() => format!("Unexpected end-of-input: {what} at {place}"),
            Some(byte) if byte.is_ascii_graphic() => format!("Unexpected character ('{}' (code {byte})): {what} at {place}", *byte as char),
            _ => format!("{} at {place}", cut(what)),
        };
        Self::plain(Code::JsonParserError, message)
    }

    /// A body that is JSON and says what cannot be.
    pub fn json_shape(message: impl Into<Cow<'static, str>>) -> Self {
        Self::plain(Code::JsonParserError, message)
    }
}

/// Queries.
impl Error {
    /// A text that is no SOQL.
    pub fn not_soql(error: &soql::Error) -> Self {
        Self::plain(Code::MalformedQuery, error.report())
    }

    /// SOQL that means nothing or is not carried out, in a sentence.
    pub fn malformed_query(place: &Place, sentence: impl fmt::Display) -> Self {
        Self::plain(Code::MalformedQuery, format!("{place}{sentence}"))
    }

    /// A field that a query uses as it cannot be used, in a sentence.
    pub fn query_field(place: &Place, sentence: impl fmt::Display) -> Self {
        Self::plain(Code::InvalidField, format!("{place}{sentence}"))
    }

    /// An operator, or a text that is no id, that a field cannot be compared with, in a sentence (2.6).
    pub fn query_filter(place: &Place, sentence: impl fmt::Display) -> Self {
        Self::plain(Code::InvalidQueryFilterOperator, format!("{place}{sentence}"))
    }

    /// A field that the object has not, or that the caller may not see.
    pub fn no_such_column_in_query(place: &Place, column: &str, entity: &str) -> Self {
        Self::query_field(
            place,
            format_args!(
                "No such column '{}' on entity '{entity}'. If you are attempting to use a custom field, be sure to append the '__c' after \
                 the custom field name. Please reference your WSDL or the describe call for the appropriate names.",
                cut(column)
            ),
        )
    }

    /// A relationship that the object has not.
    pub fn no_such_relationship_in_query(place: &Place, relationship: &str) -> Self {
        Self::query_field(
            place,
            format_args!(
                "Didn't understand relationship '{}' in field path. If you are attempting to use a custom relationship, be sure to append \
                 the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.",
                cut(relationship)
            ),
        )
    }

    /// An object that there is not, or that the caller may not see.
    pub fn unsupported_type(place: &Place, object: &str) -> Self {
        Self::plain(
            Code::InvalidType,
            format!(
                "{place}sObject type '{}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after \
                 the entity name. Please reference your WSDL or the describe call for the appropriate names.",
                cut(object)
            ),
        )
    }

    /// A field twice in one list.
    pub fn duplicate_field_selected(field: &str) -> Self {
        Self::plain(Code::InvalidField, format!("duplicate field selected: {field}"))
    }

    /// A cursor that is none, of somebody else, or too old.
    pub fn invalid_query_locator() -> Self {
        Self::plain(Code::InvalidQueryLocator, "invalid query locator")
    }

    /// More groups than one page has.
    pub fn aggregate_has_no_more() -> Self {
        Self::plain(
            Code::ExceededIdLimit,
            "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch",
        )
    }

    /// More than 2,000.
    pub fn offset_too_large() -> Self {
        Self::plain(Code::NumberOutsideValidRange, "Maximum SOQL offset allowed is 2000")
    }

    /// It took too long.
    pub fn query_timeout() -> Self {
        Self::plain(Code::QueryTimeout, "Your query request was running for too long.")
    }

    /// It would take too long, in a sentence that says why.
    pub fn query_too_complicated(sentence: String) -> Self {
        Self::plain(Code::QueryTooComplicated, sentence)
    }

    /// It is over too many rows for its form, in a sentence that says what would do.
    pub fn operation_too_large(sentence: String) -> Self {
        Self::plain(Code::OperationTooLarge, sentence)
    }
}

/// Requests as such.
impl Error {
    /// No token, or one that is no longer taken.
    pub fn invalid_session() -> Self {
        Self::plain(Code::InvalidSessionId, "Session expired or invalid")
    }

    /// An `Authorization` of no known kind.
    pub fn invalid_auth_header() -> Self {
        Self::plain(Code::InvalidAuthHeader, "INVALID_HEADER_TYPE")
    }

    /// The caller may not do this at all.
    pub fn insufficient_access() -> Self {
        Self::plain(Code::InsufficientAccess, "insufficient access rights")
    }

    /// The day's requests are used up.
    pub fn request_limit() -> Self {
        Self::plain(Code::RequestLimitExceeded, "TotalRequests Limit exceeded.")
    }

    /// Too many requests at once.
    pub fn concurrent_request_limit() -> Self {
        Self::plain(Code::RequestLimitExceeded, "ConcurrentRequests (Concurrent API Requests) Limit exceeded.")
    }

    /// This user or organisation may not use the API.
    pub fn api_disabled() -> Self {
        Self::plain(Code::ApiDisabledForOrg, "The REST API is not enabled for this Organization.")
    }

    /// What this server does not offer.
    pub fn functionality_not_enabled() -> Self {
        Self::plain(Code::FunctionalityNotEnabled, "This feature is not currently enabled for this user.")
    }

    /// A resource that does not know the method.
    pub fn method_not_allowed(method: &str, allowed: &[&str]) -> Self {
        let message = format!("HTTP Method '{}' not allowed. Allowed are {}", cut(method), allowed.join(","));
        Self::plain(Code::MethodNotAllowed, message)
    }

    /// A version that is no longer spoken.
    pub fn unsupported_version() -> Self {
        Self::plain(Code::UnsupportedApiVersion, "The requested API version is not supported.")
    }

    /// More than there may be of something, in a sentence that says the limit.
    pub fn limit_exceeded(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::plain(Code::LimitExceeded, sentence)
    }

    /// There is no room.
    pub fn storage_limit() -> Self {
        Self::of([], Code::StorageLimitExceeded, "storage limit exceeded")
    }

    /// Something is wrong here; the number finds it in the log.
    pub fn unknown(error_id: &str) -> Self {
        Self::plain(
            Code::UnknownException,
            format!("An unexpected error occurred. Please include this ErrorId if you contact support: {error_id}"),
        )
    }

    /// Not now.
    pub fn unavailable() -> Self {
        Self::plain(Code::ServerUnavailable, "The server is temporarily unavailable. Please try again later.")
    }
}

/// Requests in requests (1.9).
impl Error {
    /// Undone, or not begun, because another failed.
    pub fn processing_halted() -> Self {
        Self::plain(Code::ProcessingHalted, "The transaction was rolled back since another operation in the same transaction failed.")
    }

    /// Not begun, because another of the batch failed and the batch halts on errors.
    pub fn batch_halted() -> Self {
        Self::plain(Code::BatchProcessingHalted, "Batch processing halted per request.")
    }

    /// `@{ref.field}` for which there is no value.
    pub fn invalid_reference(field: &str, reference: &str) -> Self {
        let (field, reference) = (cut(field), cut(reference));
        Self::plain(Code::ProcessingHalted, format!("Invalid reference specified. No value for {field} found in {reference}"))
    }
}
