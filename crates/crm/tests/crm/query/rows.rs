//! What queries answer: tables of queries with their rows and refusals, the same on both databases.

use switchboard_crm::{access::Caller, query::Unsupported};

use super::data::{Org, id, orgs};

/// Each query's answer, which must be the same on both databases.
async fn answers(orgs: &[Org], queries: &str) -> String {
    let mut told = String::new();
    for query in queries.lines().map(str::trim).filter(|query| !query.is_empty()) {
        let mut answers = Vec::new();
        for org in orgs {
            let answer = org.told(&org.system(), query).await;
            let mut lines: Vec<_> = answer.lines().map(str::to_owned).collect();
            if !query.contains("ORDER BY") && !answer.contains("\n  ! ") {
                // Without an order any is right.
                lines[1..].sort();
            }
            answers.push(lines.join("\n") + "\n");
        }
        assert_eq!(answers[0], answers[1]);
        told.push_str(&answers[0]);
    }
    told
}

#[tokio::test]
async fn fields_conditions_and_order() {
    let orgs = orgs().await;
    insta::assert_snapshot!(answers(&orgs, include_str!("records.soql")).await);
    insta::assert_snapshot!(answers(&orgs, include_str!("groups.soql")).await);
    insta::assert_snapshot!(answers(&orgs, include_str!("refused.soql")).await);
    for org in orgs {
        org.world.end().await;
    }
}

#[tokio::test]
async fn records_have_their_objects_and_addresses() {
    for org in orgs().await {
        let page = org
            .ask(
                &org.system(),
                "SELECT Id, Owner.Name, Contact.Account.Name, (SELECT Title__c FROM CaseComments) FROM Case WHERE CaseNumber = '0003'",
            )
            .await
            .unwrap();
        let case = serde_json::to_value(&page.records[0]).unwrap();
        // In the order of SELECT, attributes first.
        let places = ["\"attributes\"", "\"Id\"", "\"Owner\"", "\"Contact\"", "\"CaseComments\""];
        let text = serde_json::to_string(&page.records[0]).unwrap();
        assert!(places.map(|name| text.find(name).unwrap()).is_sorted());
        assert_eq!(case["attributes"]["url"], format!("/services/data/v66.0/sobjects/Case/{}", id("500", 3)));
        assert_eq!(case["Owner"]["attributes"]["type"], "Name");
        assert_eq!(case["Owner"]["attributes"]["url"], format!("/services/data/v66.0/sobjects/Group/{}", id("00G", 1)));
        assert_eq!(case["Contact"]["Account"]["attributes"]["type"], "Account");
        assert_eq!(case["CaseComments"]["records"][0]["attributes"]["type"], "CaseComment");
        org.world.end().await;
    }
}

/// What the documentation says of what is not carried out is what the program says.
#[test]
fn the_documentation_names_all_that_is_refused() {
    let rows = Unsupported::ALL.iter().map(|refused| format!("| {} | {} |\n", refused.name(), refused.reason()));
    let table = format!("| | why |\n|---|---|\n{}", rows.collect::<String>());
    let documented = include_str!("../../../../../docs/soql.md");
    assert!(documented.ends_with(&table), "docs/soql.md ends with:\n{table}");
}

/// A user in Auckland, where it is tomorrow already and weeks begin on Monday.
#[tokio::test]
async fn days_are_the_users() {
    for org in orgs().await {
        let of = |number| org.scope(Caller::system(org.world.workspace, id("005", number)));
        for (user, soql, expected) in [
            (1, "SELECT Name FROM Account WHERE Founded__c = TODAY", "  {\"Name\":\"acme_100%\"}\n"),
            (2, "SELECT Name FROM Account WHERE Founded__c = TODAY", ""),
            (2, "SELECT Name FROM Account WHERE Founded__c = YESTERDAY", "  {\"Name\":\"acme_100%\"}\n"),
            // Its midnight was an hour before now.
            (2, "SELECT Name FROM Account WHERE CreatedDate = TODAY", "  {\"Name\":\"Ärzte GmbH\"}\n"),
            (1, "SELECT COUNT() FROM Account WHERE HOUR_IN_DAY(convertTimezone(CreatedDate)) = 11", "  total 1\n"),
            (
                2,
                "SELECT HOUR_IN_DAY(convertTimezone(CreatedDate)) h FROM Account WHERE CreatedDate = TODAY GROUP BY HOUR_IN_DAY(convertTimezone(CreatedDate))",
                "  {\"h\":0}\n",
            ),
            (2, "SELECT Name FROM Contact WHERE CreatedDate = LAST_WEEK AND Name = 'Fay'", "  {\"Name\":\"Fay\"}\n"),
            (2, "SELECT Name FROM Contact WHERE CreatedDate = THIS_WEEK", ""),
        ] {
            assert_eq!(org.told(&of(user), soql).await, format!("{soql}\n{expected}"), "user {user}");
        }
        org.world.end().await;
    }
}
