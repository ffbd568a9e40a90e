//! `switchboard crm`, as an operator gives it: what it prints, what it leaves with, and that it works beside a running server.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStderr, Command, Output, Stdio},
};

use nix::{sys::signal, unistd::Pid};

/// The server, ended with the test, however that ends.
struct Served {
    child: Child,
    _lines: BufReader<ChildStderr>,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn switchboard(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.current_dir(folder).env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn serve(folder: &Path) -> Served {
    let mut child = switchboard(folder).args(["serve", "--listen", "127.0.0.1:0"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("http://") {
        line.clear();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it ended before it was ready");
    }
    Served { child, _lines: lines }
}

/// A folder with an admin.
fn office() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["admin", "create", "--login", "ada", "--name", "Ada King"], 0);
    folder
}

fn run(folder: &Path, arguments: &[&str], code: i32) -> (String, String) {
    printed(switchboard(folder).args(arguments).output().unwrap(), code)
}

/// What it printed, and what it said on standard error.
fn printed(output: Output, code: i32) -> (String, String) {
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(code), "{out}{err}");
    (out, err)
}

/// The same of a `crm` verb.
fn crm(folder: &Path, arguments: &[&str], code: i32) -> (String, String) {
    run(folder, &[&["crm"], arguments].concat(), code)
}

#[test]
fn every_verb_says_what_it_does_and_what_it_leaves_with() {
    let folder = tempfile::tempdir().unwrap();
    for verb in ["query", "describe", "import", "export"] {
        let (help, _) = crm(folder.path(), &[verb, "--help"], 0);
        assert!(help.contains("Examples:") && help.contains("It leaves with 0 when ") && help.contains("--as <LOGIN>"), "{help}");
    }
    let (_, said) = crm(folder.path(), &["describe"], 2);
    assert!(said.starts_with("switchboard: there is no database at ./switchboard-data/switchboard.sqlite"), "{said}");
    let (_, said) = crm(folder.path(), &["import", "Contact", "a.csv", "--batch", "201"], 2);
    assert!(said.contains("201 is not in 1..=200"), "{said}");
}

#[test]
fn records_go_in_and_out_beside_the_running_server() {
    let folder = office();
    let folder = folder.path();
    let _server = serve(folder);
    fs::write(folder.join("accounts.csv"), "\u{feff}Account Name,Account Number\nAcme,A-1\n\"=1+1, Ltd\",A-2\n").unwrap();
    let (out, err) = crm(folder, &["import", "account", "accounts.csv"], 0);
    assert_eq!((out.as_str(), err.as_str()), ("2 rows: 2 created, 0 updated, 0 unchanged, 0 refused\n", ""));
    let ids = crm(folder, &["query", "select Id, Name from Account order by Name desc", "--format", "json"], 0).0;
    let ids: serde_json::Value = serde_json::from_str(&ids).unwrap();
    let acme = ids[0]["Id"].as_str().unwrap();
    let contacts =
        format!(r#"[{{"LastName":"Ruiz","FirstName":"Ana","AccountId":"{acme}"}},{{"LastName":"King","HasOptedOutOfEmail":true}}]"#);
    fs::write(folder.join("contacts.json"), contacts).unwrap();
    assert_eq!(crm(folder, &["import", "Contact", "contacts.json"], 0).0, "2 rows: 2 created, 0 updated, 0 unchanged, 0 refused\n");

    let parents = "select Name, Account.Name from Contact order by Name";
    assert_eq!(
        crm(folder, &["query", parents], 0).0,
        "| Name     | Account.Name |\n|----------|--------------|\n| Ana Ruiz | Acme         |\n| King     |              |\n2 rows\n"
    );
    assert_eq!(crm(folder, &["query", parents, "--format", "csv"], 0).0, "Name,Account.Name\nAna Ruiz,Acme\nKing,\n");
    let children = "select Name, (select LastName from Contacts) from Account order by Name desc";
    assert_eq!(
        crm(folder, &["query", children], 0).0,
        "| Name      | Contacts |\n|-----------|----------|\n| Acme      | 1: Ruiz  |\n| =1+1, Ltd |          |\n2 rows\n"
    );
    assert_eq!(
        crm(folder, &["query", children, "--format", "json"], 0).0,
        "[\n{\"Name\":\"Acme\",\"Contacts\":[{\"LastName\":\"Ruiz\"}]},\n{\"Name\":\"=1+1, Ltd\",\"Contacts\":null}\n]\n"
    );
    fs::write(folder.join("count.soql"), "select count(Id), Name n from Account group by Name order by Name").unwrap();
    assert_eq!(crm(folder, &["query", "--file", "count.soql", "--format", "csv"], 0).0, "expr0,n\n1,\"'=1+1, Ltd\"\n1,Acme\n");
    assert_eq!(crm(folder, &["query", "--file", "count.soql", "--format", "csv", "--plain"], 0).0, "expr0,n\n1,\"=1+1, Ltd\"\n1,Acme\n");
    let mut child = switchboard(folder).args(["crm", "query", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"select count() from Contact").unwrap();
    assert_eq!(printed(child.wait_with_output().unwrap(), 0).0, "2\n");

    // Out, and in again.
    assert_eq!(crm(folder, &["export", "Account", "--output", "out.csv"], 0).1, "out.csv has 2 records\n");
    assert!(!folder.join("out.csv.partial").exists());
    let (out, err) = crm(folder, &["import", "Account", "out.csv", "--key", "Id"], 0);
    assert_eq!(out, "2 rows: 0 created, 0 updated, 2 unchanged, 0 refused\n");
    assert!(err.contains("CreatedDate: left out: the server gives it\n"), "{err}");
    let some = ["export", "Account", "--columns", "AccountNumber,Owner.Name", "--where", "Name like 'A%'", "--format", "json"];
    let (out, _) = crm(folder, &some, 0);
    assert!(out.starts_with("[\n{\"AccountNumber\":\"A-1\",\"Owner\":{\"Name\":\""), "{out}");
}

#[test]
fn what_cannot_be_asked_is_shown_where_it_stands() {
    let folder = office();
    let folder = folder.path();
    assert_eq!(
        crm(folder, &["query", "select Id form Account"], 1).1.lines().take(4).collect::<Vec<_>>(),
        ["switchboard: MALFORMED_QUERY:", "select Id form Account", "          ^", "ERROR at Row:1:Column:11"]
    );
    let (_, said) = crm(folder, &["query", "select Nonsense from Account"], 1);
    assert!(said.starts_with("switchboard: INVALID_FIELD:\nselect Nonsense from Account\n       ^\nERROR at Row:1:Column:8\n"), "{said}");
    let (_, said) = crm(folder, &["export", "Contact", "--where", "Email ="], 1);
    assert!(said.starts_with("switchboard: MALFORMED_QUERY:\n") && said.contains('^'), "{said}");
    assert_eq!(crm(folder, &["export", "Contract"], 1).1, "switchboard: there is no object \"Contract\"\n");
    assert_eq!(crm(folder, &["describe", "Contract"], 1).1, "switchboard: there is no object \"Contract\"\n");
    assert_eq!(crm(folder, &["query", "select Id from Case", "--as", "bob"], 1).1, "switchboard: nobody has the login \"bob\"\n");
    // Who stops reading gets no complaint.
    let mut child = switchboard(folder).args(["crm", "describe", "Contact", "--format", "json"]).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(printed(child.wait_with_output().unwrap(), 0).1, "");
}

#[test]
fn objects_and_fields_are_described() {
    let folder = office();
    let folder = folder.path();
    let (all, _) = crm(folder, &["describe"], 0);
    let line = |text: &str, name: &str| {
        text.lines().find(|line| line.starts_with(&format!("| {name} "))).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line(&all, "Contact"), "| Contact | Contact | made, changed, deleted, read |");
    assert_eq!(line(&all, "LiveChatTranscript"), "| LiveChatTranscript | Live Chat Transcript | read |");
    let (contact, _) = crm(folder, &["describe", "contact"], 0);
    assert!(contact.starts_with("Contact (Contact), ids begin with 003\n\n| field "), "{contact}");
    assert_eq!(line(&contact, "LastName"), "| LastName | Last Name | string(80) | required | |");
    assert_eq!(line(&contact, "AccountId"), "| AccountId | Account ID | reference | | → Account |");
    assert_eq!(line(&contact, "CreatedDate"), "| CreatedDate | Created Date | datetime | read only | |");
    let json: serde_json::Value = serde_json::from_str(&crm(folder, &["describe", "Contact", "--format", "json"], 0).0).unwrap();
    assert_eq!((&json["keyPrefix"], &json["fields"][0]["name"]), (&"003".into(), &"Id".into()));
    let json: serde_json::Value = serde_json::from_str(&crm(folder, &["describe", "--format", "json"], 0).0).unwrap();
    assert!(json.as_array().unwrap().iter().any(|object| object["name"] == "Case" && object["createable"] == true));
}

#[test]
fn a_file_is_tried_refused_corrected_and_read_again() {
    let folder = office();
    let folder = folder.path();
    let file = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    file("wrong.csv", "LastName,Emial\nRuiz,a@example.com\n");
    let (_, said) = crm(folder, &["import", "Contact", "wrong.csv"], 1);
    assert!(said.starts_with("switchboard: Contact has no field \"Emial\"; there is Email"), "{said}");
    assert_eq!(crm(folder, &["import", "Contact", "none.csv"], 1).1, "switchboard: none.csv: No such file or directory (os error 2)\n");
    assert_eq!(
        crm(folder, &["import", "Contact", "wrong.csv", "--map", "Emial"], 1).1,
        "switchboard: --map \"Emial\": write HEADING=FIELD\n"
    );

    file("c.csv", "last name;Born;Emial\nRuiz;1990-01-02;a@example.com\nKing;1990;\n;1990-01-02;\n\u{1b}[31mred;;\n");
    let arguments = ["import", "Contact", "c.csv", "--map", "Emial=Email", "--map", "born=Birthdate"];
    let (out, err) = crm(folder, &[&arguments[..], &["--preview"]].concat(), 1);
    assert_eq!(
        out,
        "| column    | field of Contact | record 1      | record 2 |\n\
         |-----------|------------------|---------------|----------|\n\
         | last name | LastName         | Ruiz          | \u{fffd}[31mred |\n\
         | Born      | Birthdate        | 1990-01-02    |          |\n\
         | Emial     | Email            | a@example.com |          |\n\
         nothing was written: 4 rows: 2 created, 0 updated, 0 unchanged, 2 refused\n\
         --rejected FILE writes the refused rows to a file that can be corrected and imported\n"
    );
    assert_eq!(
        err,
        "row 2: Birthdate: Birthdate must be a day, as YYYY-MM-DD\nrow 3: REQUIRED_FIELD_MISSING: Required fields are missing: [LastName]\n"
    );
    assert_eq!(crm(folder, &["query", "select count() from Contact"], 0).0, "0\n");

    let (out, _) = crm(folder, &[&arguments[..], &["--rejected", "r.csv"]].concat(), 1);
    assert!(out.starts_with("4 rows: 2 created, 0 updated, 0 unchanged, 2 refused\nr.csv has the refused rows"), "{out}");
    let rejected = fs::read_to_string(folder.join("r.csv")).unwrap();
    assert_eq!(
        rejected,
        "Error;Error row;last name;Born;Emial\n\
         Birthdate: Birthdate must be a day, as YYYY-MM-DD;2;King;1990;\n\
         REQUIRED_FIELD_MISSING: Required fields are missing: [LastName];3;;1990-01-02;\n"
    );
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(folder.join("r.csv")).unwrap().permissions()) & 0o077, 0);
    let (_, said) = crm(folder, &[&arguments[..], &["--rejected", "r.csv"]].concat(), 1);
    assert_eq!(said, "switchboard: r.csv is there already: give refused rows a new file\n");

    file("r.csv", &rejected.replace("King;1990;", "King;1990-12-31;").replace(";;1990", ";Lovelace;1990"));
    let again = ["import", "Contact", "r.csv", "--map", "Emial=Email", "--map", "born=Birthdate", "--as", "ADA"];
    let (out, _) = crm(folder, &again, 0);
    assert_eq!(out, "2 rows: 2 created, 0 updated, 0 unchanged, 0 refused\n");
    assert_eq!(
        crm(
            folder,
            &["query", "select Name, CreatedBy.Name from Contact where Birthdate > 1990-01-01 order by Name", "--format", "csv"],
            0
        )
        .0,
        "Name,CreatedBy.Name\nKing,Ada King\nLovelace,Ada King\nRuiz,Automated Process\n"
    );
}

#[test]
fn an_import_that_is_told_to_end_says_where_to_go_on() {
    let folder = office();
    let folder = folder.path();
    let heading = "LastName\n".to_owned();
    let row = |number: usize| format!("Contact {number:04}\n");
    fs::write(folder.join("all.csv"), heading.clone() + &(0..650).map(row).collect::<String>()).unwrap();
    let mut child = switchboard(folder).args(["crm", "import", "Contact", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // More than is looked at before it begins: 64 KiB.
    let blank = "\n".repeat(70_000);
    input.write_all((heading + &(0..250).map(row).collect::<String>() + &blank).as_bytes()).unwrap();
    while crm(folder, &["query", "select count() from Contact"], 0).0 != "200\n" {}
    signal::kill(Pid::from_raw(child.id().cast_signed()), signal::Signal::SIGINT).unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert_eq!(line, "it ends after this batch; again to end at once\n");
    drop(input);
    line.clear();
    said.read_line(&mut line).unwrap();
    assert_eq!(line, "switchboard: it was told to end; the first 200 rows are done: go on with --skip 200\n");
    let (out, _) = printed(child.wait_with_output().unwrap(), 1);
    assert_eq!(out, "200 rows: 200 created, 0 updated, 0 unchanged, 0 refused\n");
    assert_eq!(
        crm(folder, &["import", "Contact", "all.csv", "--skip", "200"], 0).0,
        "450 rows: 450 created, 0 updated, 0 unchanged, 0 refused\n"
    );
    let (all, _) = crm(folder, &["query", "select LastName from Contact order by LastName", "--format", "csv"], 0);
    assert_eq!(all, fs::read_to_string(folder.join("all.csv")).unwrap());
}

#[test]
fn the_example_of_the_document_does_what_it_shows() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let example = docs.join("examples/crm.sh");
    let code = fs::read_to_string(&example).unwrap();
    let document = fs::read_to_string(docs.join("crm.md")).unwrap();
    assert!(document.contains(&format!("```sh\n{code}```\n")), "docs/crm.md does not show the example as it is");
    let folder = office();
    let programs = Path::new(env!("CARGO_BIN_EXE_switchboard")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var_os("PATH").unwrap().to_str().unwrap());
    let output = Command::new("bash").arg(&example).current_dir(folder.path()).env("PATH", path).output().unwrap();
    let (out, _) = printed(output, 0);
    let shown = document.split("It prints:\n\n```text\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(out, shown);
}
