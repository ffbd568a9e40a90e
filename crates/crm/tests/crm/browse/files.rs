//! Lists as files.

use switchboard_crm::{
    browse::{Is, Listing},
    exchange::{Cells, Format},
};

use super::{all_pages, browsing, filter};
use crate::{
    query::data::{Org, Put, id, orgs, schema},
    world::worlds,
};

async fn file(org: &Org, object: &str, listing: &Listing, format: Format) -> String {
    let mut export = browsing(org, org.system()).export(object, listing, format).unwrap();
    let mut file = Vec::new();
    while let Some(part) = export.next().await.unwrap() {
        file.extend(part);
    }
    assert!(export.next().await.unwrap().is_none());
    String::from_utf8(file).unwrap()
}

#[tokio::test]
async fn a_file_has_the_list_in_its_order_with_the_names_of_parents() {
    for org in orgs().await {
        let columns = ["Name", "ParentId", "Rating", "AnnualRevenue", "Founded__c"].map(str::to_owned).to_vec();
        let listing = Listing { columns, sort: Some("Name".to_owned()), filter: filter("Rating", Is::NotEmpty, &[]), ..Listing::default() };
        let (first, second) = (id("001", 1), id("001", 2));
        assert_eq!(
            file(&org, "Account", &listing, Format::Csv(Cells::Safe)).await,
            format!(
                "Id,Name,ParentId,Parent.Name,Rating,AnnualRevenue,Founded__c\n{},Acme,{first},Ärzte GmbH,Cold,50.25,\n\
                 {second},acme_100%,{first},Ärzte GmbH,warm,,2026-11-18\n{},zeta,,,Other,7,2026-10-25\n\
                 {first},Ärzte GmbH,,,Hot,1000.5,2020-02-29\n",
                id("001", 3),
                id("001", 5)
            )
        );
        let json: serde_json::Value = serde_json::from_str(&file(&org, "Account", &listing, Format::Json).await).unwrap();
        assert_eq!(json[0]["Parent"]["Name"], "Ärzte GmbH");
        assert_eq!(json.as_array().unwrap().len(), 4);
        // Nothing is a file too.
        let none = Listing { filter: filter("Name", Is::Equal, &["nobody"]), ..listing };
        assert_eq!(file(&org, "Account", &none, Format::Json).await, "[]\n");
        org.world.end().await;
    }
}

#[tokio::test]
async fn a_long_file_equals_the_list_and_runs_nothing() {
    for world in worlds().await {
        let org = Org::new(world, schema()).await;
        let contacts = (1..=2_345_u32).map(|number| {
            let name = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "Ann, \"B\"", "\tTab"][number as usize % 5];
            vec![
                ("Id", Put::from(id("003", number.into()))),
                ("Name", name.into()),
                ("CreatedDate", 5.into()),
                ("Score__c", if number.is_multiple_of(3) { Put::Null } else { Put::from(f64::from(number % 9)) }),
            ]
        });
        org.insert_all("Contact", contacts.collect()).await;
        for sort in ["Name", "-Score__c"] {
            let listing = Listing { columns: vec!["Name".to_owned()], sort: Some(sort.to_owned()), ..Listing::default() };
            let rows = all_pages(&browsing(&org, org.system()), "Contact", &listing, 500).await;
            let csv = file(&org, "Contact", &listing, Format::Csv(Cells::Safe)).await;
            let mut read = csv::Reader::from_reader(csv.as_bytes());
            let cells: Vec<(String, String)> =
                read.records().map(|row| row.unwrap()).map(|row| (row[0].to_owned(), row[1].to_owned())).collect();
            assert_eq!(cells.len(), rows.len());
            for ((id, name), row) in cells.iter().zip(&rows) {
                let expected = if row.name.starts_with("Ann") { row.name.clone() } else { format!("'{}", row.name) };
                assert_eq!((id, name), (&row.id.to_string(), &expected));
            }
            let json: Vec<serde_json::Value> = serde_json::from_str(&file(&org, "Contact", &listing, Format::Json).await).unwrap();
            assert!(json.iter().zip(&rows).all(|(json, row)| json["Name"] == row.name.as_str()));
            assert_eq!(json.len(), rows.len());
        }
        org.world.end().await;
    }
}
