//! Records with bytes: which part of a multipart body is what, and how large it may be (1.10). The body itself is taken apart elsewhere.

use crate::Error;

/// Of a ContentVersion, by multipart, in bytes.
pub const MAX_CONTENT_VERSION: u64 = 2 << 30;
/// Of any other record, by multipart, in bytes.
pub const MAX_OTHER: u64 = 500 << 20;
/// As base64 in JSON, in bytes of what it stands for.
pub const MAX_IN_JSON: u64 = 37_500_000;
/// What a download says that it is.
pub const CONTENT_TYPE: &str = "application/octetstream";

/// What a part of a multipart body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// The record, as JSON, for [`crate::record::Incoming::parse`] or [`crate::composite::Collection::parse`].
    Record,
    /// The bytes of a field. In a collection the name is that of a record's `binaryPartName` instead.
    Blob {
        /// The field's name, as it was written.
        field: &'a str,
        /// The file's.
        filename: &'a str,
    },
}

impl<'a> Part<'a> {
    /// By its place, from 0, and its headers. The first is the record, whatever its name; each other has the name of its field and a file's.
    pub fn of(place: usize, name: Option<&'a str>, filename: Option<&'a str>, content_type: Option<&str>) -> Result<Self, Error> {
        if place == 0 {
            let essence = content_type.and_then(|content_type| content_type.split(';').next()).map(str::trim);
            let is_json = essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
            return if is_json {
                Ok(Self::Record)
            } else {
                Err(Error::json_shape("The first part of a multipart body is the record, as application/json"))
            };
        }
        match (name.filter(|name| !name.is_empty()), filename) {
            (Some(field), Some(filename)) => Ok(Self::Blob { field, filename }),
            _ => Err(Error::json_shape("A part with bytes has the name of its field, and a filename")),
        }
    }
}
