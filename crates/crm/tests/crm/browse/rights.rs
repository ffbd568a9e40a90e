//! What somebody may not see is not there, wherever a list names it (C15).

use salesforce::error::Code;
use switchboard_crm::{
    Error,
    browse::{Is, Listing, Unlisted},
};

use super::{browsing, condition, filter, names, wrong};
use crate::query::data::{id, orgs};

fn listings(field: &str) -> Vec<Listing> {
    let is = [Is::Equal, Is::NotEqual, Is::Contains, Is::NotContains, Is::StartsWith, Is::Less, Is::OneOf];
    let mut listings: Vec<_> = is.into_iter().map(|is| Listing { filter: filter(field, is, &["x"]), ..Listing::default() }).collect();
    listings.push(Listing { filter: filter(field, Is::Empty, &[]), ..Listing::default() });
    listings.push(Listing { filter: filter(field, Is::Period, &["TODAY"]), ..Listing::default() });
    let any = switchboard_crm::browse::Filter {
        any: true,
        conditions: vec![condition("Name", Is::NotEmpty, &[]), condition(field, Is::Empty, &[])],
    };
    listings.push(Listing { filter: any, ..Listing::default() });
    listings.push(Listing { sort: Some(field.to_owned()), ..Listing::default() });
    listings.push(Listing { sort: Some(format!("-{field}")), ..Listing::default() });
    listings.push(Listing { columns: vec![field.to_owned()], ..Listing::default() });
    listings
}

#[tokio::test]
async fn a_hidden_field_is_as_one_that_nobody_has() {
    for org in orgs().await {
        let scope =
            org.reader(id("005", 1), &["Account", "Contact"], &[("Account", "Rating"), ("Contact", "AccountId"), ("Contact", "Email")]);
        let browsing = browsing(&org, scope);
        for (object, hidden) in [("Account", "Rating"), ("Contact", "AccountId"), ("Contact", "email")] {
            for (of_hidden, of_none) in listings(hidden).iter().zip(&listings("Nothing__c")) {
                let hidden = wrong(browsing.list(object, of_hidden, None, 10).await);
                assert_eq!(hidden, wrong(browsing.list(object, of_none, None, 10).await));
            }
        }
        let contact = browsing.described_object("Contact").unwrap();
        assert!(contact.fields.iter().all(|field| !["AccountId", "Email"].contains(&field.name.as_str())));
        assert!(!contact.columns.iter().any(|column| column == "Email" || column == "AccountId"));
        let one = browsing.one("Contact", id("003", 1)).await.unwrap();
        assert!(one.values.iter().all(|(name, _)| !["AccountId", "Email"].contains(&&**name)) && one.references.is_empty());
        // Nor is it searched.
        let by_email = Listing { text: "x.org".to_owned(), ..Listing::default() };
        assert_eq!(browsing.list("Contact", &by_email, None, 10).await.unwrap().total, Some(0));
        org.world.end().await;
    }
}

#[tokio::test]
async fn hidden_objects_are_as_those_that_there_are_not() {
    for org in orgs().await {
        let browsing = browsing(&org, org.reader(id("005", 1), &["Contact"], &[]));
        for object in ["Account", "Case", "Nothing__c", "contact; DROP TABLE crm1_contact"] {
            match browsing.list(object, &Listing::default(), None, 10).await {
                Err(Unlisted::Failed(Error::Refused(error))) => assert_eq!(error.code(), Code::NotFound),
                other => panic!("{other:?}"),
            }
            assert!(browsing.described_object(object).is_err());
            assert!(browsing.one(object, id("001", 1)).await.is_err());
        }
        assert_eq!(browsing.objects().into_iter().map(|object| object.name).collect::<Vec<_>>(), ["Contact"]);
        // A parent that is hidden has no name: nothing is told of it, looked for in it or sorted by it.
        let listing = Listing { columns: vec!["AccountId".to_owned()], ..Listing::default() };
        let rows = browsing.list("Contact", &listing, None, 10).await.unwrap();
        assert!(rows.items.len() == 5 && rows.items.iter().all(|row| row.references.is_empty()));
        let by_name = Listing { filter: filter("AccountId", Is::Contains, &["acme"]), ..Listing::default() };
        assert_eq!(wrong(browsing.list("Contact", &by_name, None, 10).await).parameter, "filter.conditions[0].is");
        let by_id = Listing { sort: Some("AccountId".to_owned()), ..Listing::default() };
        let rows = browsing.list("Contact", &by_id, None, 10).await.unwrap();
        assert_eq!(names(&rows), ["Chloé", "dora", "Emil", "Gus", "Fay"]);
        org.world.end().await;
    }
}

#[tokio::test]
async fn records_of_others_are_no_rows_and_no_part_of_a_count() {
    for org in orgs().await {
        // Cases are private: Ada owns the first.
        let scope = org.reader(id("005", 1), &["Case", "CaseComment", "User", "Contact"], &[]);
        let browsing = browsing(&org, scope);
        let listing = Listing { sort: Some("CaseNumber".to_owned()), ..Listing::default() };
        let rows = browsing.list("Case", &listing, None, 10).await.unwrap();
        assert_eq!((names(&rows), rows.total), (vec!["0001"], Some(1)));
        assert!(rows.items.iter().all(|row| !row.can_edit && !row.can_delete));
        for text in ["it's", "0002", &id("500", 2).to_string()] {
            let listing = Listing { text: text.to_owned(), ..Listing::default() };
            assert_eq!(browsing.list("Case", &listing, None, 10).await.unwrap().total, Some(0), "{text}");
        }
        assert!(browsing.one("Case", id("500", 1)).await.is_ok());
        match browsing.one("Case", id("500", 2)).await {
            Err(Error::Refused(error)) => assert_eq!(error.code(), Code::NotFound),
            other => panic!("{other:?}"),
        }
        // A comment on somebody else's case is told without its name.
        let listing = Listing { columns: vec!["ParentId".to_owned()], sort: Some("Title__c".to_owned()), ..Listing::default() };
        let rows = browsing.list("CaseComment", &listing, None, 10).await.unwrap();
        let parents: Vec<_> =
            rows.items.iter().map(|row| row.references.first().map(|(_, object, label)| (&**object, label.as_str()))).collect();
        assert_eq!(parents, [Some(("Case", "0001")), Some(("Case", "0001")), None]);
        org.world.end().await;
    }
}
