//! Files become records and records files, and what cannot be is said with its reasons.

use std::{io::Cursor, sync::Arc, time::Duration};

use domain::ids::WorkspaceId;
use salesforce::record::Record;
use serde_json::json;
use switchboard_crm::{
    access::{Caller, FieldRight, ObjectRights},
    exchange::{
        Cells, Column, Format, Pages, RecordWriter, RejectedWriter,
        import::{Done, Importer, Manner},
        map::{Empty, Mapping, Unmapped, Wishes},
        query_of,
        read::{RowReader, Shape},
        write::text,
    },
    schema::define::Author,
};

use crate::{
    defined::BOB,
    world::{World, worlds},
};

/// A workspace and who imports there.
struct Desk<'w> {
    world: &'w World,
    caller: Caller,
}

/// What became of a file.
#[derive(Debug, Default)]
struct Imported {
    created: usize,
    updated: usize,
    unchanged: usize,
    refused: Vec<(u64, String)>,
    rejected: String,
    shown: Vec<Record>,
}

impl Imported {
    fn counts(&self) -> [usize; 4] {
        [self.created, self.updated, self.unchanged, self.refused.len()]
    }
}

fn by(key: &str) -> Wishes {
    Wishes { key: Some(key.to_owned()), ..Wishes::default() }
}

impl Desk<'_> {
    async fn of(world: &World, workspace: WorkspaceId) -> Desk<'_> {
        Desk { world, caller: world.crm.operator(workspace).await.unwrap() }
    }

    async fn field(&self, object: &str, field: serde_json::Value) {
        let definition = serde_json::from_value(field).unwrap();
        let administrator = self.world.crm.operator(self.caller.workspace).await.unwrap();
        self.world.crm.define_field(&administrator, Author::default(), object, definition).await.unwrap();
    }

    async fn object(&self, name: &str) {
        let definition = serde_json::from_value(json!({ "name": name, "label": name, "label_plural": name })).unwrap();
        self.world.crm.define_object(&self.caller, Author::default(), definition).await.unwrap();
    }

    async fn mapping(&self, object: &str, reader: &RowReader, wishes: Wishes) -> Result<Mapping, Unmapped> {
        let records = self.world.crm.records(&self.caller).await.unwrap();
        Mapping::new(Arc::new(records.scope().clone()), object, reader.headings(), wishes)
    }

    async fn all_of(&self, object: &str, file: &str, shape: Shape, wishes: Wishes, manner: Manner, all_or_none: bool) -> Imported {
        let mut reader = RowReader::open(Cursor::new(file.to_owned().into_bytes()), shape).unwrap();
        let mapping = self.mapping(object, &reader, wishes).await.unwrap();
        let mut importer = Importer::new(self.world.crm.clone(), mapping, all_or_none);
        let mut rejected = RejectedWriter::new(Vec::new(), reader.form()).unwrap();
        let mut imported = Imported::default();
        loop {
            let mut rows = Vec::new();
            while rows.len() < 100
                && let Some(row) = reader.read().unwrap()
            {
                rows.push(row);
            }
            if rows.is_empty() {
                break;
            }
            let batch = importer.run(&rows, manner).await.unwrap();
            imported.shown.extend(batch.records);
            for (row, done) in rows.iter().zip(batch.done) {
                match done {
                    Done::Created(_) => imported.created += 1,
                    Done::Updated(_) => imported.updated += 1,
                    Done::Unchanged(_) => imported.unchanged += 1,
                    Done::Refused(reasons) => {
                        rejected.write(row, &reasons).unwrap();
                        imported.refused.push((row.number, reasons.join("; ")));
                    }
                }
            }
        }
        imported.rejected = String::from_utf8(rejected.finish().unwrap()).unwrap();
        imported
    }

    async fn import(&self, object: &str, file: &str, wishes: Wishes) -> Imported {
        let shape = if file.starts_with(['[', '{']) { Shape::Json } else { Shape::Csv };
        self.all_of(object, file, shape, wishes, Manner::Write, false).await
    }

    async fn query(&self, query: &str, format: Format) -> String {
        let mut pages = Pages::of(&self.world.crm, &self.caller, query, false).await.unwrap();
        let mut writer = RecordWriter::new(Vec::new(), format, pages.columns().to_vec()).unwrap();
        while let Some(page) = pages.next().await.unwrap() {
            writer.write(&page.records).unwrap();
        }
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    async fn csv(&self, query: &str) -> String {
        self.query(query, Format::Csv(Cells::Safe)).await
    }

    /// Why a heading is none.
    async fn unmapped(&self, heading: &str, wishes: Wishes) -> String {
        let reader = RowReader::open(Cursor::new(heading.to_owned().into_bytes()), Shape::Csv).unwrap();
        self.mapping("Contact", &reader, wishes).await.unwrap_err().to_string()
    }
}

/// Fields of every kind, on an object that refers to accounts.
async fn invoices<'w>(world: &'w World, workspace: WorkspaceId) -> Desk<'w> {
    let desk = Desk::of(world, workspace).await;
    desk.field("Account", json!({ "name": "Ext", "label": "Ext", "kind": "text", "length": 20, "external_id": true, "unique": true }))
        .await;
    desk.object("Invoice").await;
    for field in [
        json!({ "name": "Ext", "label": "Ext", "kind": "text", "length": 20, "external_id": true, "unique": true }),
        json!({ "name": "Text", "label": "A text", "kind": "text", "length": 80, "default": "x" }),
        json!({ "name": "Area", "label": "Lines", "kind": "text_area" }),
        json!({ "name": "Mail", "label": "Mail", "kind": "email" }),
        json!({ "name": "Paid", "label": "Paid", "kind": "checkbox", "default": "true" }),
        json!({ "name": "Size", "label": "Size", "kind": "number", "precision": 6, "scale": 2, "external_id": true }),
        json!({ "name": "Sum", "label": "Sum", "kind": "currency", "scale": 2 }),
        json!({ "name": "Due", "label": "Due", "kind": "date" }),
        json!({ "name": "Sent", "label": "Sent", "kind": "date_time" }),
        json!({ "name": "At", "label": "At", "kind": "time" }),
        json!({ "name": "State", "label": "State", "kind": "picklist", "restricted": true, "values": [{ "value": "Open", "default": true }, { "value": "Done", "label": "Over" }] }),
        json!({ "name": "Tags", "label": "Tags", "kind": "multipicklist", "values": [{ "value": "A" }, { "value": "B" }] }),
        json!({ "name": "Buyer", "label": "Buyer", "kind": "lookup", "refers_to": "Account", "relationship": "Bought" }),
    ] {
        desk.field("Invoice__c", field).await;
    }
    // With the rights to what there is now.
    Desk::of(world, workspace).await
}

const ALL: &str = "SELECT Ext__c, Text__c, Area__c, Mail__c, Paid__c, Size__c, Sum__c, Due__c, Sent__c, At__c, State__c, Tags__c, Buyer__r.Ext__c \
    FROM Invoice__c ORDER BY Ext__c";

const INVOICES: &str = "\
Ext,Text__c,lines,Mail__c,Paid__c,Size__c,Sum__c,Due__c,Sent__c,At__c,State__c,Tags__c,Buyer__r.Ext__c
I-1,'=1+1,\"two
\"\"lines\"\"\",ana@example.com,true,1.5,-12.25,2026-11-22,2026-11-22T09:30:00Z,09:30:00Z,Over,B;A,a-1
I-2,'#N/A,  blanks  ,,0,,,,,,open,,A-1
I-3,#N/A,''=2,,false,9999,0,1999-12-31,2026-11-22T09:30:00+01:00,23:59:59.999Z,#N/A,A,
";

const SAME: &str = "\
Ext__c,Text__c,Area__c,Mail__c,Paid__c,Size__c,Sum__c,Due__c,Sent__c,At__c,State__c,Tags__c,Buyer__r.Ext__c
I-1,'=1+1,\"two
\"\"lines\"\"\",ana@example.com,true,1.5,-12.25,2026-11-22,2026-11-22T09:30:00.000+0000,09:30:00.000Z,Done,A;B,A-1
I-2,'#N/A,  blanks  ,,false,,,,,,Open,,A-1
I-3,,''=2,,false,9999,0,1999-12-31,2026-11-22T08:30:00.000+0000,23:59:59.999Z,,A,
";

#[tokio::test]
async fn what_was_exported_is_the_same_in_an_empty_workspace_and_changes_nothing_where_it_is() {
    for world in worlds().await {
        let desk = invoices(&world, world.workspace).await;
        assert_eq!(desk.import("Account", "Name;EXT__C\nAcme;A-1\n", Wishes::default()).await.counts(), [1, 0, 0, 0]);
        let first = desk.import("Invoice__c", INVOICES, by("Ext__c")).await;
        assert_eq!((first.counts(), &first.refused[..]), ([3, 0, 0, 0], &[][..]));
        let csv = desk.csv(ALL).await;
        assert_eq!(csv, SAME);
        let json = desk.query(ALL, Format::Json).await;
        let records: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(records[0]["Text__c"], "=1+1");
        assert_eq!(records[2]["Buyer__r"], json!(null));

        // Again, from what came out: nothing is written.
        let stamps = world.rows("Invoice__c", &["SystemModstamp"]).await;
        world.clock.advance(Duration::from_secs(60));
        for file in [&csv, &json] {
            let again = desk.import("Invoice__c", file, Wishes { empty: Empty::Null, ..by("ext__c") }).await;
            assert_eq!((again.counts(), again.refused), ([0, 0, 3, 0], Vec::new()));
        }
        assert_eq!(world.rows("Invoice__c", &["SystemModstamp"]).await, stamps);
        let changed = desk.import("Invoice__c", "ext,due\nI-2,2026-01-01\nI-3,1999-12-31\n", by("Ext__c")).await;
        assert_eq!(changed.counts(), [0, 1, 1, 0]);
        desk.import("Invoice__c", "ext,due\nI-2,#N/A\n", by("Ext__c")).await;
        assert_eq!(desk.csv(ALL).await, csv);
        // By a number, and by ids.
        assert_eq!(desk.import("Invoice__c", "Size,Text__c\n1.5,'=1+1\n", by("Size__c")).await.counts(), [0, 0, 1, 0]);
        let ids = desk.csv("SELECT Id, Ext__c FROM Invoice__c").await;
        assert_eq!(desk.import("Invoice__c", &ids, by("Id")).await.counts(), [0, 0, 3, 0]);

        for (number, file) in [(7, &csv), (8, &json)] {
            let workspace = world.another_workspace(number).await;
            let empty = invoices(&world, workspace).await;
            empty.import("Account", "Name,Ext__c\nAcme,A-1\n", Wishes::default()).await;
            let wishes = Wishes { empty: Empty::Null, ..Wishes::default() };
            assert_eq!(empty.import("Invoice__c", file, wishes).await.refused, Vec::new());
            assert_eq!(empty.csv(ALL).await, csv);
            assert_eq!(empty.query(ALL, Format::Json).await, json);
        }
        // A whole object's export has columns that the server gives: they are left out.
        let scope = world.crm.records(&desk.caller).await.unwrap().scope().clone();
        let whole = desk.csv(&query_of(&scope, "Account", None, Some("Name = 'Acme'")).unwrap()).await;
        assert!(whole.starts_with("Id,") && whole.contains(",CreatedDate,"), "{whole}");
        assert_eq!(desk.import("Account", &whole, by("Ext__c")).await.counts(), [0, 0, 1, 0]);
        world.end().await;
    }
}

#[tokio::test]
async fn headings_are_names_labels_and_paths_and_others_are_told_with_names_like_them() {
    for world in worlds().await {
        let desk = Desk::of(&world, world.workspace).await;
        desk.field("Contact", json!({ "name": "Level", "label": "E-Mail", "kind": "text", "length": 20 })).await;
        desk.field("Contact", json!({ "name": "Grade", "label": "E-mail", "kind": "text", "length": 20 })).await;
        let desk = Desk::of(&world, world.workspace).await;
        let reader = RowReader::open(
            Cursor::new("LASTNAME;Account ID;Owner.Username;Wage;CreatedDate;Id;;sf__Error;Fax;Error;Error row"),
            Shape::Csv,
        )
        .unwrap();
        let renamed = vec![("wage".to_owned(), "Title".to_owned()), ("FAX".to_owned(), String::new())];
        let mapping = desk.mapping("contact", &reader, Wishes { renamed, ..Wishes::default() }).await.unwrap();
        let columns: Vec<_> = mapping.columns().iter().map(|(heading, target)| format!("{heading} → {target}")).collect();
        assert_eq!(
            columns,
            [
                "LASTNAME → LastName",
                "Account ID → AccountId",
                "Owner.Username → OwnerId, the User with this Username",
                "Wage → Title",
                "CreatedDate → left out: the server gives it",
                "Id → left out: records get ids of their own",
                " → left out: it has no heading",
                "sf__Error → left out: it says why a row was refused",
                "Fax → left out: as it was asked for",
                "Error → left out: it says why a row was refused",
                "Error row → left out: it says why a row was refused",
            ]
        );
        for (heading, wishes, said) in [
            ("LastNam", Wishes::default(), "Contact has no field \"LastNam\"; there is LastName, Last Name"),
            ("Zzzz", Wishes::default(), "Contact has no field \"Zzzz\""),
            ("Error,LastName", Wishes::default(), "Contact has no field \"Error\""),
            ("e-mail", Wishes::default(), "several fields are called \"e-mail\": use a name of Level__c, Grade__c"),
            ("LastName,lastname", Wishes::default(), "the columns \"LastName\" and \"lastname\" are both LastName: leave one of them out"),
            ("AccountId,Account", Wishes::default(), "the columns \"AccountId\" and \"Account\" are both AccountId: leave one of them out"),
            ("Acount.Id", Wishes::default(), "Acount.Id: Contact has no relationship \"Acount\"; there is Account"),
            ("Account.Name", Wishes::default(), "Account.Name: \"Name\" is no field by which a Account is found; there is Id"),
            ("LastName", by("Email__c"), "records of Contact are not found by Email__c; there is Id, "),
            ("LastName", by("Email"), "no column is Email, by which records are to be found"),
            ("CreatedDate", Wishes::default(), "no column of the file is a field that can be written"),
            (
                "LastName",
                Wishes { renamed: vec![("Lastname ".into(), String::new())], ..Wishes::default() },
                "there is no column \"Lastname \"; there is LastName",
            ),
        ] {
            let unmapped = desk.unmapped(heading, wishes).await;
            assert!(unmapped.starts_with(said), "{unmapped}");
        }
        for (object, said) in
            [("Contac", "there is no object \"Contac\"; there is Contact"), ("User", "records of User are not yours to write")]
        {
            let error = desk.mapping(object, &reader, Wishes::default()).await.unwrap_err().to_string();
            assert!(error.starts_with(said), "{error}");
        }
        world.end().await;
    }
}

#[tokio::test]
async fn refused_rows_are_corrected_and_read_again() {
    for world in worlds().await {
        let desk = invoices(&world, world.workspace).await;
        let long = "x".repeat(81);
        let file = format!(
            "Ext;Text__c;Due;Buyer__r.Ext__c;Mail__c\n\
             I-1;good;;;\n\
             I-2;{long};22.11.2026;;\n\
             I-3;too;many;cells;;here\n\
             I-4;\"no parent\";2026-11-22;Nobody;\n\
             I-5;nul\0;;;\n\
             I-6;=mail;;;nobody\n\
             I-1;twice;;;\n"
        );
        let first = desk.import("Invoice__c", &file, Wishes::default()).await;
        assert_eq!(first.counts(), [1, 0, 0, 6]);
        let reasons: Vec<_> =
            first.refused.iter().map(|(number, reason)| format!("{number} {}", reason.split(": ").next().unwrap())).collect();
        assert_eq!(
            reasons,
            [
                "2 Due__c",
                "3 the row has 6 cells, and the heading 5",
                "4 INVALID_FIELD",
                "5 FIELD_INTEGRITY_EXCEPTION",
                "6 INVALID_EMAIL_ADDRESS",
                "7 DUPLICATE_VALUE"
            ]
        );
        let mut lines = first.rejected.lines();
        assert_eq!(lines.next(), Some("Error;Error row;Ext;Text__c;Due;Buyer__r.Ext__c;Mail__c"));
        assert!(lines.next().unwrap().starts_with(&format!("Due__c: Due must be a day, as YYYY-MM-DD;2;I-2;{long};22.11.2026;;")));

        // The dates are corrected, and a mail: the next file has what is left, with new reasons.
        let corrected = first.rejected.replace("22.11.2026", "2026-11-22").replace("nobody", "");
        let second = desk.import("Invoice__c", &corrected, Wishes::default()).await;
        assert_eq!(second.counts(), [1, 0, 0, 5]);
        assert!(second.refused[0].1.starts_with("STRING_TOO_LONG: "), "{:?}", second.refused);
        let last =
            second.rejected.replace(&long, "short").replace("Nobody", "").replace('\0', "").replace(";I-1;", ";I-9;").replace(";;here", "");
        assert_eq!(last.lines().next(), Some("Error;Error row;Ext;Text__c;Due;Buyer__r.Ext__c;Mail__c"));
        let third = desk.import("Invoice__c", &last.replace("I-3;too;many;cells", "I-3;too;;;"), Wishes::default()).await;
        assert_eq!((third.counts(), &third.refused[..]), ([5, 0, 0, 0], &[][..]));
        assert_eq!(
            desk.csv("SELECT Ext__c, Text__c FROM Invoice__c ORDER BY Ext__c").await,
            "Ext__c,Text__c\nI-1,good\nI-2,short\nI-3,too\nI-4,no parent\nI-5,nul\nI-6,'=mail\nI-9,twice\n"
        );
        world.end().await;
    }
}

#[tokio::test]
async fn refused_objects_of_json_are_corrected_and_read_again() {
    for world in worlds().await {
        let desk = invoices(&world, world.workspace).await;
        let file = r#"[
            {"attributes": {"type": "Invoice__c"}, "Ext__c": "J-1", "Size__c": 4, "Paid__c": false, "Buyer__r": null},
            {"Ext__c": "J-2", "Sise__c": 4},
            {"Ext__c": "J-3", "Size__c": "four"},
            {"Ext__c": "J-4", "Size__c": },
            17,
            {"Ext__c": "J-5", "Lines__r": {"records": []}}
        ]"#;
        let first = desk.import("Invoice__c", file, Wishes::default()).await;
        assert_eq!(first.counts(), [1, 0, 0, 5]);
        let rejected: serde_json::Value = serde_json::from_str(&first.rejected).unwrap();
        assert_eq!(rejected[0]["Error"], "Invoice__c has no field \"Sise__c\"; there is Size, Size__c");
        assert_eq!(
            rejected[1],
            json!({ "Error": "Size__c: Size must be a number, without currency or percent signs", "Error row": 3, "Ext__c": "J-3", "Size__c": "four" })
        );
        assert_eq!((&rejected[3]["Error"], &rejected[3]["Error text"]), (&json!("it is no JSON object"), &json!("17")));
        let corrected = first.rejected.replace("Sise__c", "Size__c").replace("\"four\"", "4.5");
        let second = desk.import("Invoice__c", &corrected, Wishes::default()).await;
        assert_eq!(second.counts(), [2, 0, 0, 3]);
        assert_eq!(
            desk.csv("SELECT Ext__c, Size__c, Paid__c FROM Invoice__c ORDER BY Ext__c").await,
            "Ext__c,Size__c,Paid__c\nJ-1,4,false\nJ-2,4,true\nJ-3,4.5,true\n"
        );
        world.end().await;
    }
}

#[tokio::test]
async fn a_trial_writes_nothing_and_shows_what_would_be() {
    for world in worlds().await {
        let desk = Desk::of(&world, world.workspace).await;
        let file = "Last Name,Email\nRuiz,ana@example.com\nKing,nobody\n";
        let tried = desk.all_of("Contact", file, Shape::Csv, Wishes::default(), Manner::Try, false).await;
        assert_eq!(tried.counts(), [1, 0, 0, 1]);
        let [record] = tried.shown.as_slice() else { panic!("{:?}", tried.shown) };
        assert_eq!(["Name", "Email"].map(|name| text(Column::new(name).of(record))), ["Ruiz", "ana@example.com"]);
        assert!(world.rows("Contact", &[]).await.is_empty());

        // All or none of a batch.
        let none = desk.all_of("Contact", file, Shape::Csv, Wishes::default(), Manner::Write, true).await;
        assert_eq!(none.counts(), [0, 0, 0, 2]);
        assert!(none.refused[0].1.starts_with("ALL_OR_NONE_OPERATION_ROLLED_BACK"), "{:?}", none.refused);
        let untyped = "Last Name,Account ID\nRuiz,\nKing,nobody\n";
        let none = desk.all_of("Contact", untyped, Shape::Csv, Wishes::default(), Manner::Write, true).await;
        assert_eq!(none.counts(), [0, 0, 0, 2]);
        assert!(world.rows("Contact", &[]).await.is_empty());
        // The trial has taken no number.
        desk.import("Contact", "LastName\nRuiz\n", Wishes::default()).await;
        assert_eq!(world.rows("Contact", &[]).await.len(), 1);
        world.end().await;
    }
}

#[tokio::test]
async fn many_rows_come_in_and_go_out_in_pages() {
    for world in worlds().await {
        let desk = Desk::of(&world, world.workspace).await;
        let rows: String = (0..4_100).map(|number| format!("Contact {number:05},c{number}@example.com\n")).collect();
        let file = format!("LastName,Email\n{rows}");
        assert_eq!(desk.import("Contact", &file, Wishes::default()).await.counts(), [4_100, 0, 0, 0]);
        assert_eq!(desk.csv("SELECT LastName, Email FROM Contact ORDER BY LastName").await, file);
        world.end().await;
    }
}

#[tokio::test]
async fn who_imports_has_their_own_rights() {
    for world in worlds().await {
        world.staff().await;
        world.mirror().await;
        let office = Desk::of(&world, world.workspace).await;
        office.field("Contact", json!({ "name": "Secret", "label": "Secret", "kind": "text", "length": 20, "seen_by": [] })).await;
        let bob = Desk { world: &world, caller: world.crm.caller(world.workspace, BOB).await.unwrap() };
        assert!(bob.unmapped("LastName,Secret__c", Wishes::default()).await.starts_with("Contact has no field \"Secret__c\""));
        let done = bob.import("Contact", "LastName,Email\nRuiz,ana@example.com\n", Wishes::default()).await;
        assert_eq!(done.counts(), [1, 0, 0, 0]);
        assert_eq!(office.csv("SELECT CreatedBy.Name, Owner.Name FROM Contact").await, "CreatedBy.Name,Owner.Name\nBob,Bob\n");
        office.import("Contact", "LastName,Secret__c\nKing,s3cret\n", Wishes::default()).await;
        let scope = world.crm.records(&bob.caller).await.unwrap().scope().clone();
        let seen = bob.csv(&query_of(&scope, "contact", None, None).unwrap()).await;
        assert!(seen.contains("King") && !seen.to_lowercase().contains("s3cret") && !seen.contains("Secret"), "{seen}");

        // Who may only read a field does not write it, and who may not make records makes none.
        let ada = world.ada().await;
        let profiles = world.rows("Profile", &["Name"]).await;
        let id = |name: &str| salesforce::Id::parse(profiles.iter().find(|(_, row)| row[0] == name).unwrap().0).unwrap();
        world.crm.set_profile(&ada, bob.caller.user, id("Minimum Access - API Only Integrations")).await.unwrap();
        let set = world.crm.create_permission_set(&ada, "Contacts", "Contacts", None).await.unwrap();
        let rights = ObjectRights { read: true, create: true, ..ObjectRights::default() };
        world.crm.set_object_rights(&ada, set, "Contact", rights).await.unwrap();
        world.crm.set_field_rights(&ada, set, "Contact", vec![("Email".to_owned(), FieldRight::Read)]).await.unwrap();
        world.crm.assign(&ada, bob.caller.user, set, None).await.unwrap();
        let bob = Desk { world: &world, caller: world.crm.caller(world.workspace, BOB).await.unwrap() };
        assert_eq!(bob.unmapped("LastName", by("Id")).await, "no column is Id, by which records are to be found");
        assert_eq!(bob.unmapped("LastName,Email", Wishes::default()).await, "Email: you may not write Email");
        let rights = ObjectRights { read: true, ..ObjectRights::default() };
        world.crm.set_object_rights(&ada, set, "Contact", rights).await.unwrap();
        let bob = Desk { world: &world, caller: world.crm.caller(world.workspace, BOB).await.unwrap() };
        assert_eq!(bob.unmapped("LastName", Wishes::default()).await, "records of Contact are not yours to write");
        world.end().await;
    }
}
