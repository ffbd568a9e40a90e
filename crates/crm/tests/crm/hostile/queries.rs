//! Queries: what looks like SQL, what is too long or too deep, and literals of other types.

use salesforce::{Version, record::Scalar};
use serde_json::json;
use switchboard_crm::{Outcome, schema::FieldType};

use super::{asked, everything, is_refusal};
use crate::record::office::{Office, create, id, update, upsert};

const HOSTILE: [&str; 22] = [
    "'; DROP TABLE crm1_account; --",
    "' OR '1'='1",
    "x' UNION SELECT * FROM crm_cursor --",
    "\\'; --",
    "\"; DROP TABLE crm1_account; --",
    "`name`",
    "$1",
    "?1",
    ":name",
    "%",
    "_",
    "*",
    "[a-z]",
    "{0}",
    "\u{1}\u{2}",
    "\u{0}",
    "\u{202e}abc",
    "a\nb\r\n",
    "NULL",
    "1; --",
    "\u{1f600}\u{1f600}",
    "a)) OR 1=1 --",
];

#[tokio::test]
async fn what_looks_like_sql_is_text_or_no_name() {
    for office in Office::all().await {
        let account = office.make("Account", json!({"Name": "A", "Ext__c": "x", "Since__c": "2026-01-01"})).await;
        let before = everything(&office).await;
        let caller = office.records(&office.boss);
        for text in HOSTILE {
            let quoted = text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n").replace('\r', "\\r");
            // As a literal of every kind, in every place that takes one, and as each kind of name.
            for soql in [
                format!("SELECT Id FROM Account WHERE Name = '{quoted}'"),
                format!("SELECT Id FROM Account WHERE Name LIKE '%{quoted}%'"),
                format!("SELECT Id FROM Account WHERE Name NOT IN ('{quoted}', 'a')"),
                format!("SELECT Id FROM Account WHERE Rating = '{quoted}' OR Website > '{quoted}'"),
                format!("SELECT Id FROM Account WHERE Needs__c INCLUDES ('{quoted};A', 'B')"),
                format!("SELECT Id FROM Account WHERE Id = '{quoted}'"),
                format!("SELECT Id FROM Account WHERE OwnerId IN ('{quoted}')"),
                format!("SELECT Id FROM Account WHERE AnnualRevenue = '{quoted}'"),
                format!("SELECT Id FROM Account WHERE AnnualRevenue = {text}"),
                format!("SELECT Id FROM Account WHERE Since__c = {text}"),
                format!("SELECT Id FROM Account WHERE Seen__c > LAST_N_DAYS:{text}"),
                format!("SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE Email = '{quoted}')"),
                format!("SELECT COUNT(Id) n FROM Account GROUP BY Name HAVING MIN(Name) = '{quoted}'"),
                format!("SELECT COUNT(Id) {text} FROM Account"),
                format!("SELECT {text} FROM Account"),
                format!("SELECT Id FROM {text}"),
                format!("SELECT Id FROM Account a{text}"),
                format!("SELECT Id FROM Account ORDER BY {text}"),
                format!("SELECT Id FROM Account LIMIT {text}"),
                format!("SELECT Id, Parent.{text} FROM Account"),
                format!("SELECT Id FROM Account USING SCOPE {text}"),
            ] {
                asked(&office, &soql).await;
            }
            let key = |field: &'static str| (field, Scalar::Text(text.to_owned()));
            for (field, value) in [key("Ext__c"), key("Id"), (text, Scalar::Text("x".into()))] {
                match caller.by_key("Account", field, &value).await {
                    Ok(found) => assert!(field == "Ext__c" && found.is_empty(), "{field} {text:?}"),
                    Err(error) => assert!(is_refusal(error), "{field} {text:?}"),
                }
            }
            assert!(caller.read(text, &[account], None, Version::LATEST).await.is_err_and(is_refusal));
            assert!(caller.read("Account", &[account], Some(&[text.to_owned()]), Version::LATEST).await.is_err_and(is_refusal));
            let outcomes = office
                .change(vec![
                    create("Account", json!({"Name": "A", text: "x"})),
                    create(text, json!({"Name": "A"})),
                    update("Account", account, json!({text: text})),
                    upsert("Account", text, "x", json!({"Name": "A"})),
                    create("Contact", json!({"LastName": "A", "Account": {text: "x"}})),
                    create("Account", json!({"Name": "A", "ParentId": text})),
                ])
                .await;
            assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Refused(_))), "{text:?} {outcomes:?}");
        }
        assert_eq!(everything(&office).await, before);
        // As a value it is a value.
        for text in HOSTILE.into_iter().filter(|text| !text.contains('\0')) {
            let made = office.make("Account", json!({"Name": text, "Website": text})).await;
            assert_eq!(office.see(made, &["Name", "Website"]).await, json!({"Name": text, "Website": text}));
        }
        office.end().await;
    }
}

#[tokio::test]
async fn long_and_deep_queries_are_answered_or_refused() {
    for office in Office::all().await {
        office.make("Account", json!({"Name": "A"})).await;
        let long = |count: usize| {
            let soql = "SELECT Id FROM Account WHERE Name = 'A'";
            format!("{soql}{}", " ".repeat(count - soql.len()))
        };
        assert_eq!(asked(&office, &long(100_000)).await, None);
        assert!(asked(&office, &long(100_001)).await.is_some(), "100,000 characters are the most (salesforce.md 1.16)");
        assert!(asked(&office, &format!("SELECT Id FROM Account WHERE Name = '{}'", "x".repeat(90_000))).await.is_some());
        let wrapped = |open: &str, inner: &str, close: &str, times: usize| {
            format!("SELECT Id FROM Account WHERE {}{inner}{}", open.repeat(times), close.repeat(times))
        };
        for times in [10, 100, 1_000, 10_000, 24_000] {
            for soql in [
                wrapped("(", "Name = 'A'", ")", times),
                wrapped("NOT (", "Name = 'A'", ")", times),
                wrapped("(Name = 'B' OR (", "Name = 'A'", "))", times),
                format!("SELECT Id FROM Account WHERE {}", vec!["Name = 'A'"; times / 4 + 1].join(" OR ")),
                format!("SELECT Id FROM Account WHERE {}", vec!["Name != 'A'"; times / 4 + 1].join(" AND ")),
                format!("SELECT Id FROM Account WHERE Name IN ({})", vec!["'A'"; times].join(",")),
                format!("SELECT Id FROM Account WHERE Name LIKE '{}x'", "%a".repeat(times)),
                format!("SELECT Id FROM Account WHERE Name LIKE '{}x'", "%a_a".repeat(times)),
                format!("SELECT {} FROM Account", vec!["Name"; times].join(",")),
                format!("SELECT {}Name FROM Account", "Parent.".repeat(times)),
                format!("SELECT Id, {} FROM Account", "(SELECT Id FROM Contacts),".repeat(times).trim_end_matches(',')),
                format!(
                    "SELECT Id FROM Account WHERE {}",
                    wrapped("Id IN (SELECT AccountId FROM Contact WHERE ", "Name = 'x'", ")", times)
                ),
                format!("SELECT Name FROM Account ORDER BY {}", vec!["Name"; times].join(",")),
                format!("SELECT COUNT(Id) FROM Account GROUP BY {}", vec!["Name"; times].join(",")),
            ] {
                asked(&office, &soql).await;
            }
        }
        office.end().await;
    }
}

#[tokio::test]
async fn a_literal_of_another_type_is_refused() {
    // Which kinds of literal a field of each type is compared with; all are compared with null.
    let kinds = ["'x'", "1", "true", "2026-01-01", "2026-01-01T00:00:00Z", "12:00:00Z", "TODAY"];
    let fits = |field_type: FieldType| -> &[usize] {
        match field_type {
            FieldType::Boolean => &[2],
            FieldType::Int | FieldType::Double | FieldType::Currency | FieldType::Percent => &[1],
            FieldType::Date => &[3, 6],
            FieldType::DateTime => &[4, 6],
            FieldType::Time => &[5],
            // 'x' is no id.
            FieldType::Id | FieldType::Reference => &[],
            _ => &[0],
        }
    };
    for office in Office::all().await {
        for object in office.schema.objects() {
            for field in object.fields.iter().filter(|field| field.filter && field.is_stored() && field.field_type != FieldType::Base64) {
                for (at, literal) in kinds.iter().enumerate() {
                    let operator = if field.field_type == FieldType::Multipicklist { "!=" } else { "=" };
                    let soql =
                        format!("SELECT Id FROM {} WHERE {} {operator} {literal} AND Id IN ('{}')", object.name, field.name, id("001", 1));
                    let told = asked(&office, &soql).await;
                    assert_eq!(told.is_none(), fits(field.field_type).contains(&at), "{soql}: {told:?}");
                }
            }
        }
        office.end().await;
    }
}
