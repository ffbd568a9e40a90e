//! What a list is narrowed to.

use switchboard_crm::browse::{Filter, Is, Listing};

use super::{browsing, condition, filter, names, wrong};
use crate::query::data::{id, orgs};

#[tokio::test]
async fn every_kind_of_field_is_compared_as_people_mean_it() {
    let (acme, percent, zeta, zoe, doctors) = ("Acme", "acme_100%", "zeta", "Zoë", "Ärzte GmbH");
    let first = id("001", 1).to_string();
    let accounts: &[(&str, Is, &[&str], &[&str])] = &[
        ("Name", Is::Equal, &["ACME"], &[acme]),
        ("name", Is::NotEqual, &["acme"], &[percent, zeta, zoe, doctors]),
        ("Name", Is::Contains, &["%"], &[percent]),
        ("Name", Is::Contains, &["_"], &[percent]),
        ("Name", Is::Contains, &["' OR '1'='1"], &[]),
        ("Name", Is::NotContains, &["E"], &[zoe]),
        ("Name", Is::StartsWith, &["ä"], &[doctors]),
        ("Name", Is::AtLeast, &["ZETA"], &[zeta, zoe, doctors]),
        ("Name", Is::OneOf, &["zoË", "zeta", "nobody"], &[zeta, zoe]),
        ("Rating", Is::Empty, &[], &[zoe]),
        ("Rating", Is::NotEmpty, &[], &[acme, percent, zeta, doctors]),
        ("Rating", Is::Equal, &["WARM"], &[percent]),
        ("Rating", Is::NotEqual, &["hot"], &[acme, percent, zeta, zoe]),
        ("Rating", Is::OneOf, &["hot", "Cold"], &[acme, doctors]),
        ("NumberOfEmployees", Is::AtLeast, &["10"], &[percent, zeta, doctors]),
        ("NumberOfEmployees", Is::AtMost, &["10"], &[zeta, zoe, doctors]),
        ("NumberOfEmployees", Is::Less, &["0"], &[zoe]),
        ("NumberOfEmployees", Is::Greater, &["10"], &[percent]),
        ("AnnualRevenue", Is::Equal, &["50.25"], &[acme, zoe]),
        ("AnnualRevenue", Is::OneOf, &["7", "1000.5"], &[zeta, doctors]),
        ("Active__c", Is::Equal, &["true"], &[acme, doctors]),
        ("Active__c", Is::NotEqual, &["true"], &[percent, zeta, zoe]),
        ("Founded__c", Is::Equal, &["2020-02-29"], &[doctors]),
        ("Founded__c", Is::Period, &["this_month"], &[percent]),
        ("Founded__c", Is::Empty, &[], &[acme]),
        ("CreatedDate", Is::Period, &["TODAY"], &[doctors]),
        ("CreatedDate", Is::Period, &["LAST_N_DAYS:30"], &[acme, percent, zeta, doctors]),
        ("CreatedDate", Is::Greater, &["2026-11-17T23:00:00Z"], &[percent, doctors]),
        ("ParentId", Is::Equal, &[&first], &[acme, percent]),
        ("ParentId", Is::Contains, &["ÄRZTE"], &[acme, percent]),
        ("ParentId", Is::NotContains, &["ärzte"], &[zeta, zoe, doctors]),
        ("ParentId", Is::Empty, &[], &[zeta, zoe, doctors]),
        ("Code__c", Is::Equal, &["ab"], &[]),
        ("Code__c", Is::Equal, &["AB"], &[percent]),
    ];
    let contacts: &[(&str, Is, &[&str], &[&str])] = &[
        ("Tags__c", Is::Contains, &["a"], &["Chloé", "Fay"]),
        ("Tags__c", Is::NotContains, &["a"], &["dora", "Emil", "Gus"]),
        ("Tags__c", Is::OneOf, &["b", "c"], &["Chloé", "dora", "Fay", "Gus"]),
        ("Tags__c", Is::Equal, &["a;b"], &["Chloé"]),
        ("Starts__c", Is::AtMost, &["02:00:00Z"], &["Chloé", "dora"]),
        ("Email", Is::Equal, &["d@x.ORG"], &["dora"]),
        ("Score__c", Is::NotEqual, &["2.5"], &["dora", "Emil", "Fay"]),
    ];
    let cases: &[(&str, Is, &[&str], &[&str])] =
        &[("OwnerId", Is::Contains, &["second"], &["0003"]), ("OwnerId", Is::StartsWith, &["A"], &["0001"])];
    for org in orgs().await {
        let browsing = browsing(&org, org.system());
        for (object, cases) in [("Account", accounts), ("Contact", contacts), ("Case", cases)] {
            let sort = if object == "Case" { "CaseNumber" } else { "Name" };
            for (field, is, values, expected) in cases {
                let listing = Listing { filter: filter(field, *is, values), sort: Some(sort.to_owned()), ..Listing::default() };
                let rows = browsing.list(object, &listing, None, 100).await.unwrap_or_else(|error| panic!("{field} {is:?} {error:?}"));
                assert_eq!(names(&rows), *expected, "{field} {is:?} {values:?}");
                assert_eq!((rows.total, rows.next), (Some(expected.len() as u64), None));
            }
        }
        for (any, expected) in [(true, vec![acme, zoe]), (false, vec![])] {
            let conditions = vec![condition("Name", Is::Equal, &["acme"]), condition("Rating", Is::Empty, &[])];
            let listing = Listing { filter: Filter { any, conditions }, sort: Some("Name".to_owned()), ..Listing::default() };
            assert_eq!(names(&browsing.list("Account", &listing, None, 100).await.unwrap()), expected);
        }
        org.world.end().await;
    }
}

#[tokio::test]
async fn what_means_nothing_is_refused_by_the_part_that_is_wrong() {
    for org in orgs().await {
        let browsing = browsing(&org, org.system());
        let many = vec!["1"; 501];
        let long = "x".repeat(4_001);
        let cases: &[(&str, Is, &[&str], &str)] = &[
            ("Nmae", Is::Equal, &["x"], "field"),
            ("Parent.Name", Is::Equal, &["x"], "field"),
            ("Id) OR (Name", Is::Equal, &["x"], "field"),
            ("", Is::Empty, &[], "field"),
            ("Description", Is::Contains, &["x"], "field"),
            ("BillingAddress", Is::Empty, &[], "field"),
            ("Name", Is::Equal, &[], "value"),
            ("Name", Is::Equal, &["a", "b"], "value"),
            ("Name", Is::Equal, &[""], "value"),
            ("Name", Is::Equal, &["a\0"], "value"),
            ("Name", Is::Contains, &[&long], "value"),
            ("Name", Is::Empty, &["x"], "value"),
            ("Name", Is::Period, &["TODAY"], "is"),
            ("Name", Is::OneOf, &[], "values"),
            ("NumberOfEmployees", Is::OneOf, &many, "values"),
            ("NumberOfEmployees", Is::Equal, &["ten"], "value"),
            ("NumberOfEmployees", Is::Contains, &["1"], "is"),
            ("AnnualRevenue", Is::Equal, &["1e400"], "value"),
            ("Active__c", Is::Equal, &["maybe"], "value"),
            ("Active__c", Is::Less, &["true"], "is"),
            ("Active__c", Is::Empty, &[], "is"),
            ("Active__c", Is::OneOf, &["true"], "is"),
            ("Founded__c", Is::Equal, &["29.02.2020"], "value"),
            ("Founded__c", Is::Period, &["LAST_N_DAYS"], "value"),
            ("Founded__c", Is::Period, &["LAST_N_DAYS:-1"], "value"),
            ("Founded__c", Is::Period, &["TODAY OR Name != null"], "value"),
            ("CreatedDate", Is::Equal, &["yesterday"], "value"),
            ("ParentId", Is::Equal, &["Ärzte"], "value"),
        ];
        for (field, is, values, part) in cases {
            let conditions = vec![condition("Name", Is::NotEmpty, &[]), condition(field, *is, values)];
            let listing = Listing { filter: Filter { any: false, conditions }, ..Listing::default() };
            let wrong = wrong(browsing.list("Account", &listing, None, 10).await);
            assert_eq!(wrong.parameter, format!("filter.conditions[1].{part}"), "{field} {is:?}");
            let tells = |value: &&str| *is != Is::Period && value.len() > 6 && wrong.sentence.contains(*value);
            assert!(!values.iter().any(tells), "{}", wrong.sentence);
        }
        // Beyond all calendars, which is known only there.
        let far = Listing { filter: filter("Founded__c", Is::Period, &["NEXT_N_FISCAL_YEARS:4000000000"]), ..Listing::default() };
        assert_eq!(wrong(browsing.list("Account", &far, None, 10).await).parameter, "filter");
        let many = vec![condition("Name", Is::NotEmpty, &[]); 51];
        let many = Listing { filter: Filter { any: true, conditions: many }, ..Listing::default() };
        assert_eq!(wrong(browsing.list("Account", &many, None, 10).await).parameter, "filter.conditions");
        for (listing, parameter) in [
            (Listing { columns: vec!["Name".into(), "Parent.Name".into()], ..Listing::default() }, "columns"),
            (Listing { columns: vec!["Name".into(); 101], ..Listing::default() }, "columns"),
            (Listing { sort: Some("--Name".into()), ..Listing::default() }, "sort"),
            (Listing { sort: Some("Description".into()), ..Listing::default() }, "sort"),
            (Listing { text: "x".repeat(201), ..Listing::default() }, "text"),
        ] {
            assert_eq!(wrong(browsing.list("Account", &listing, None, 10).await).parameter, parameter);
        }
        org.world.end().await;
    }
}

#[tokio::test]
async fn words_are_looked_for_in_what_tells_records_and_an_id_finds_its_record() {
    for org in orgs().await {
        let browsing = browsing(&org, org.system());
        let second = id("001", 2);
        for (object, text, expected) in [
            ("Account", " ACME ", vec!["Acme", "acme_100%"]),
            ("Account", "%", vec!["acme_100%"]),
            ("Account", &second.to_string(), vec!["acme_100%"]),
            ("Account", second.short(), vec!["acme_100%"]),
            ("Contact", "x.org", vec!["Chloé", "dora"]),
            ("Case", "hilfe", vec!["0001", "0003"]),
            ("Group", "nowhere", vec![]),
        ] {
            let sort = if object == "Case" { "CaseNumber" } else { "Name" };
            let listing = Listing { text: text.to_owned(), sort: Some(sort.to_owned()), ..Listing::default() };
            let rows = browsing.list(object, &listing, None, 10).await.unwrap();
            assert_eq!(names(&rows), expected, "{object} {text}");
            assert_eq!(rows.total, Some(expected.len() as u64));
        }
        org.world.end().await;
    }
}
