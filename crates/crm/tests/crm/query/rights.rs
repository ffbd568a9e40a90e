//! What somebody may not see is not there, wherever a query names it (C15).

use salesforce::error::Code;
use switchboard_crm::Error;

use super::data::{id, orgs};

#[tokio::test]
async fn hidden_fields_and_objects_are_as_those_that_do_not_exist() {
    for org in orgs().await {
        let hidden =
            [("Account", "Rating"), ("Account", "BillingCity"), ("Contact", "AccountId"), ("Case", "ContactId"), ("User", "Email")];
        let scope = org.reader(id("005", 1), &["Account", "Contact", "Case", "User"], &hidden);
        for (soql, code) in [
            ("SELECT Rating FROM Account", Code::InvalidField),
            ("SELECT toLabel(Rating) FROM Account", Code::InvalidField),
            ("SELECT Id FROM Account WHERE Rating = 'Hot'", Code::InvalidField),
            ("SELECT Id FROM Account WHERE NOT (toLabel(Rating) LIKE 'x%')", Code::InvalidField),
            ("SELECT Id FROM Account ORDER BY Rating", Code::InvalidField),
            ("SELECT COUNT(Id) FROM Account GROUP BY Rating", Code::InvalidField),
            ("SELECT MIN(Rating) FROM Account", Code::InvalidField),
            ("SELECT Name FROM Account GROUP BY Name HAVING MIN(Rating) > 'a'", Code::InvalidField),
            ("SELECT Name FROM Account GROUP BY Name ORDER BY MIN(Rating)", Code::InvalidField),
            ("SELECT COUNT() FROM Account WHERE Rating = 'Hot'", Code::InvalidField),
            ("SELECT Parent.Rating FROM Account", Code::InvalidField),
            ("SELECT Id FROM Account WHERE Parent.Rating = 'Hot'", Code::InvalidField),
            ("SELECT Account.Name FROM Contact", Code::InvalidField),
            ("SELECT Id FROM Contact WHERE Account.Name = 'x'", Code::InvalidField),
            ("SELECT c.Id FROM Contact c, c.Account a", Code::InvalidField),
            ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", Code::InvalidField),
            ("SELECT Id, (SELECT Rating FROM ChildAccounts) FROM Account", Code::InvalidField),
            ("SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact)", Code::InvalidField),
            ("SELECT Id FROM Contact WHERE Id IN (SELECT ContactId FROM Case)", Code::InvalidField),
            ("SELECT Id FROM Contact WHERE Id NOT IN (SELECT Id FROM Account WHERE Rating = 'Hot')", Code::InvalidField),
            ("SELECT Id FROM Task", Code::InvalidType),
            ("SELECT COUNT() FROM CaseComment", Code::InvalidType),
            ("SELECT Id FROM Contact WHERE Id IN (SELECT ParentId FROM CaseComment)", Code::InvalidType),
            ("SELECT Id, (SELECT Id FROM CaseComments) FROM Case", Code::InvalidField),
        ] {
            let Err(Error::Refused(error)) = org.ask(&scope, soql).await else { panic!("{soql}") };
            assert_eq!(error.code(), code, "{soql}");
            // As the same query about a name that nobody has: nothing tells the two apart but the name.
            let unknown = soql.replace("Rating", "Nobody").replace("AccountId", "NobodyId").replace("ContactId", "NobodyId");
            if unknown != soql {
                let Err(Error::Refused(of_unknown)) = org.ask(&scope, &unknown).await else { panic!("{unknown}") };
                assert_eq!(of_unknown.code(), code, "{unknown}");
            }
        }
        // FIELDS() and compound fields leave out what is hidden; a group that may not be seen is no owner.
        let all = org.told(&scope, "SELECT FIELDS(ALL) FROM Account WHERE Name = 'Ärzte GmbH' LIMIT 1").await;
        assert!(!all.contains("Rating") && !all.contains("Köln") && all.contains("\"BillingAddress\":null"), "{all}");
        let owners = org.told(&org.reader(id("005", 9), &["Case", "User"], &[]), "SELECT Owner.Name FROM Case").await;
        assert!(!owners.contains("Second Level"), "{owners}");
        org.world.end().await;
    }
}

#[tokio::test]
async fn records_of_others_are_no_rows_and_no_part_of_anything() {
    for org in orgs().await {
        // Cases are their owners': the second of them is user 2's.
        let objects = ["Account", "Contact", "Case", "CaseComment", "User", "Group", "Task"];
        let scope = org.reader(id("005", 2), &objects, &[]);
        for (soql, expected) in [
            ("SELECT CaseNumber FROM Case", "  {\"CaseNumber\":\"0002\"}\n"),
            ("SELECT CaseNumber FROM Case WHERE Id = '5000Aa000000001'", ""),
            ("SELECT COUNT() FROM Case", "  total 1\n"),
            ("SELECT COUNT(Id) n FROM Case", "  {\"n\":1}\n"),
            ("SELECT Status FROM Case GROUP BY ROLLUP (Status) ORDER BY Status", "  {\"Status\":null}\n  {\"Status\":\"Closed\"}\n"),
            ("SELECT Name FROM Contact WHERE Id IN (SELECT ContactId FROM Case WHERE Status = 'New')", ""),
            ("SELECT COUNT() FROM Contact WHERE Id NOT IN (SELECT ContactId FROM Case)", "  total 4\n"),
            (
                "SELECT Name, (SELECT CaseNumber FROM Cases) FROM Contact WHERE Name = 'Chloé'",
                "  {\"Cases\":{\"done\":true,\"records\":[{\"CaseNumber\":\"0002\"}],\"totalSize\":1},\"Name\":\"Chloé\"}\n",
            ),
            ("SELECT Title__c, Parent.CaseNumber FROM CaseComment ORDER BY Title__c LIMIT 1", "  {\"Parent\":null,\"Title__c\":\"t1\"}\n"),
            ("SELECT COUNT() FROM CaseComment WHERE Parent.Subject = 'hilfe'", ""),
            ("SELECT COUNT() FROM CaseComment WHERE Parent.Subject = null", "  total 3\n"),
            ("SELECT MAX(Parent.CaseNumber) m FROM CaseComment", "  {\"m\":null}\n"),
            ("SELECT What.Name, What.Type FROM Task WHERE Subject = 'task 2'", "  {\"What\":{\"Name\":\"0002\",\"Type\":\"Case\"}}\n"),
            ("SELECT Title__c FROM CaseComment ORDER BY Parent.Status DESC, Title__c DESC LIMIT 1", "  {\"Title__c\":\"t3\"}\n"),
        ] {
            assert_eq!(org.told(&scope, soql).await, format!("{soql}\n{expected}"));
        }
        org.world.end().await;
    }
}
