//! Ids: the recorded ones, and what holds of all.

use proptest::prelude::*;
use switchboard_salesforce::id::{Id, Instance, KeyPrefix, MASTER_RECORD_TYPE, Malformed};

/// Recorded, or printed in Salesforce's documentation (1.2, 1.5, 1.15).
const KNOWN: [(&str, &str); 6] = [
    ("0015500001QdQWa", "0015500001QdQWaAAN"),
    ("0035500001H9cak", "0035500001H9cakAAB"),
    ("012000000000000", "012000000000000AAA"),
    ("005xx000001SwiU", "005xx000001SwiUAAS"),
    ("00Dxx0000001gEF", "00Dxx0000001gEFEAY"),
    ("01gRO0000016PIA", "01gRO0000016PIAYA2"),
];

#[test]
fn known_ids_are_read_in_both_forms_and_written_long() {
    for (short, long) in KNOWN {
        for text in [short, long] {
            assert_eq!(Id::parse(text).map(|id| id.to_string()), Ok(long.to_owned()), "{text}");
        }
    }
    assert_eq!(MASTER_RECORD_TYPE.to_string(), "012000000000000AAA");
}

#[test]
fn the_two_ids_that_are_wrong_in_the_vendors_documentation_are_refused() {
    for (wrong, right) in [("a00D0000008pQRAIX2", "a00D0000008pQRAIA2"), ("00QR00000006LE8OAM", "00QR00000006LE8MAM")] {
        assert_eq!(Id::parse(wrong), Err(Malformed));
        assert_eq!(Id::parse(right).map(|id| id.to_string()), Ok(right.to_owned()));
    }
}

#[test]
fn what_is_no_id_is_refused() {
    for text in ["", "001", "0015500001QdQW", "0015500001QdQWaAA", "0015500001QdQWaAANN", "0015500001QdQW-", "0015500001QdQWä", "ääääääääA"]
    {
        assert_eq!((Id::parse(text), Id::restore(text)), (Err(Malformed), Err(Malformed)), "{text}");
    }
    // A capital where a digit stands, and a check character that is none.
    assert_eq!(Id::restore("001550000100000BAA"), Err(Malformed));
    assert_eq!(Id::restore("001550000100000AA9"), Err(Malformed));
}

#[test]
fn an_organisations_ids_carry_its_instance() {
    let (user, instance) = (KeyPrefix::USER, Instance::parse("SB0").unwrap());
    let first = Id::numbered(user, instance, 1).unwrap();
    assert_eq!(first.to_string(), "005SB0000000001YAA");
    assert_eq!(Id::numbered(user, instance, Id::MAX_COUNTER).unwrap().short(), "005SB0zzzzzzzzz");
    assert_eq!(Id::numbered(user, instance, Id::MAX_COUNTER + 1), None);
    assert_eq!((KeyPrefix::parse("00"), Instance::parse("S-0")), (Err(Malformed), Err(Malformed)));
}

#[test]
fn custom_objects_have_prefixes_that_begin_with_a() {
    let named = |number| KeyPrefix::custom(number).map(|prefix| prefix.to_string());
    assert_eq!([named(0), named(61), named(62)].map(Option::unwrap), ["a00", "a0z", "a10"]);
    assert_eq!((named(KeyPrefix::CUSTOM - 1), named(KeyPrefix::CUSTOM)), (Some("azz".to_owned()), None));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_id_survives_both_forms_and_the_loss_of_its_case(short in "[0-9A-Za-z]{15}") {
        let id = Id::parse(&short).unwrap();
        let long = id.to_string();
        prop_assert_eq!(id.short(), short.as_str());
        prop_assert_eq!(Id::parse(&long), Ok(id));
        prop_assert_eq!(Id::restore(&long.to_uppercase()), Ok(id));
        prop_assert_eq!(Id::restore(&long.to_lowercase()), Ok(id));
        prop_assert_eq!(Id::numbered(id.prefix(), id.instance(), id.counter()), Some(id));
    }

    #[test]
    fn numbers_and_their_ids_have_the_same_order(a in 0..=Id::MAX_COUNTER, b in 0..=Id::MAX_COUNTER) {
        let of = |number| Id::numbered(KeyPrefix::USER, Instance::parse("SB0").unwrap(), number).unwrap();
        prop_assert_eq!(of(a).counter(), a);
        prop_assert_eq!(of(a).cmp(&of(b)), a.cmp(&b));
        prop_assert_eq!(of(a).short().cmp(of(b).short()), a.cmp(&b));
    }

    #[test]
    fn a_wrong_case_is_noticed(before in "[0-9A-Za-z]{0,14}", letter in "[A-Za-z]", after in "[0-9A-Za-z]{14}") {
        let (place, short) = (before.len(), &format!("{before}{letter}{after}")[..15]);
        let mut long = Id::parse(short).unwrap().to_string().into_bytes();
        long[place] ^= 0x20;
        prop_assert_eq!(Id::parse(std::str::from_utf8(&long).unwrap()), Err(Malformed));
    }

    #[test]
    fn any_text_is_answered(text in any::<String>(), near in "[0-9A-Za-zä]{14,19}") {
        for text in [&text, &near] {
            for id in [Id::parse(text), Id::restore(text)].into_iter().flatten() {
                prop_assert!(id.to_string()[..15].eq_ignore_ascii_case(&text[..15]));
            }
        }
    }
}
