//! Where a page of a list begins, as clients hand it back: opaque to them, and whatever they make of it is no more than a place in an order.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::query::Mark;

/// Longer than every one that we make: the longest text that is sorted by, twice over.
const LONGEST: usize = 40_000;

/// A place in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    /// The order that it is a place in.
    #[serde(rename = "s")]
    pub(super) sort: String,
    /// After what.
    #[serde(rename = "m")]
    pub(super) marks: Vec<Mark>,
    /// How many records the list had when its first page was read.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub(super) total: Option<u64>,
}

impl Place {
    pub(super) fn print(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).expect("texts and numbers are JSON"))
    }

    pub(super) fn read(cursor: &str, sort: &str) -> Option<Self> {
        if cursor.len() > LONGEST {
            return None;
        }
        let place: Self = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        (place.sort == sort).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_printed_and_only_of_its_own_order() {
        let marks = vec![Mark::Fraction(0.1_f64.to_bits()), Mark::Null, Mark::Whole(-5), Mark::Text("ä\"b".to_owned())];
        let place = Place { sort: "-Amount".to_owned(), marks, total: Some(7) };
        let printed = place.print();
        assert_eq!(Place::read(&printed, "-Amount"), Some(place));
        assert_eq!(Place::read(&printed, "Amount"), None);
        for wrong in ["", "%", "AAAA", "e30", &printed[1..], &"A".repeat(50_000)] {
            assert_eq!(Place::read(wrong, "-Amount"), None);
        }
    }
}
