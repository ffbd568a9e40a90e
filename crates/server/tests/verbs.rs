//! The verbs that work on what is stored, as an operator gives them, beside a running server where that is promised.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, ChildStderr, Command, Output, Stdio},
};

/// The server, ended with the test, however that ends.
struct Served {
    child: Child,
    address: SocketAddr,
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
    let address = line.split("http://").nth(1).unwrap().trim().trim_matches('"').parse().unwrap();
    Served { child, address, _lines: lines }
}

/// What a verb says on standard output; it must have left with this code.
fn said(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = switchboard(folder).args(arguments).output().unwrap();
    checked(output, code)
}

fn checked(output: Output, code: i32) -> String {
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(code), "{out}{err}");
    if code == 0 { out } else { out + &err }
}

fn with_input(folder: &Path, arguments: &[&str], input: &str, code: i32) -> String {
    let mut child = switchboard(folder).args(arguments).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    checked(child.wait_with_output().unwrap(), code)
}

/// The status of a sign-in.
fn sign_in(address: SocketAddr, login: &str, password: &str) -> String {
    let body = format!("{{\"login\":\"{login}\",\"password\":\"{password}\"}}");
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST /api/v1/sign-in HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().to_owned()
}

fn printed_password(text: &str) -> String {
    text.lines().find_map(|line| line.strip_prefix("password: ")).unwrap().to_owned()
}

#[test]
fn an_admin_made_before_the_first_start_signs_in_and_gets_a_new_password_beside_the_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let made = said(folder.path(), &["admin", "create", "--login", "ada", "--name", "Ada"], 0);
    assert!(made.starts_with("made the admin \"ada\" in the workspace \"default\"\n"), "{made}");
    let first = printed_password(&made);
    let server = serve(folder.path());
    assert_eq!(sign_in(server.address, "ada", &first), "201");

    let arguments = ["admin", "reset-password", "--login", "ada", "--password-stdin"];
    let reset = with_input(folder.path(), &arguments, "another long password\n", 0);
    assert_eq!(reset, "\"ada\" has a new password; all earlier sign-ins have ended\n");
    assert_eq!(sign_in(server.address, "ada", "another long password"), "201");
    assert_eq!(sign_in(server.address, "ada", &first), "401");
}

#[test]
fn what_an_admin_verb_cannot_do_is_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = said(folder.path(), &["admin", "reset-password", "--login", "ada"], 2);
    assert!(nowhere.starts_with("switchboard: there is no database at ./switchboard-data/switchboard.sqlite"), "{nowhere}");
    assert!(!folder.path().join("switchboard-data").exists(), "a look makes nothing");

    let create = ["admin", "create", "--login", "ada", "--name", "Ada", "--password-stdin"];
    assert_eq!(with_input(folder.path(), &create, "short\n", 1), "switchboard: a password has at least 12 characters\n");
    assert_eq!(
        with_input(folder.path(), &create, "", 1),
        "switchboard: there is no password on standard input: write it as the first line\n"
    );
    with_input(folder.path(), &create, "a long enough password\n", 0);
    let taken = with_input(folder.path(), &create, "a long enough password\n", 1);
    assert_eq!(taken, "switchboard: the login \"ada\" belongs to somebody else\n");
    let nobody = said(folder.path(), &["admin", "reset-password", "--login", "bob"], 1);
    assert_eq!(nobody, "switchboard: nobody has the login \"bob\"\n");
    let other = said(folder.path(), &["admin", "reset-password", "--login", "ada", "--workspace", "shop"], 1);
    assert_eq!(other, "switchboard: there is no workspace \"shop\"; there is default\n");
}

#[test]
fn a_backup_of_a_running_server_restores_into_a_new_folder_that_the_doctor_finds_sound() {
    let folder = tempfile::tempdir().unwrap();
    let password = printed_password(&said(folder.path(), &["admin", "create", "--login", "ada", "--name", "Ada"], 0));
    let server = serve(folder.path());
    let backup = said(folder.path(), &["backup", "--to", "all.backup"], 0);
    assert!(backup.starts_with("all.backup is complete: 0 conversations, 0 messages, 0 files\n"), "{backup}");
    let again = said(folder.path(), &["backup", "--to", "all.backup"], 1);
    assert_eq!(again, "switchboard: all.backup is there already: choose another name\n");
    assert_eq!(
        said(folder.path(), &["doctor"], 0),
        "the database ./switchboard-data/switchboard.sqlite is as it should be\n",
        "also beside the server"
    );

    let restored = said(folder.path(), &["restore", "--from", "all.backup", "--data", "new"], 0);
    assert_eq!(
        restored,
        "restored into the database new/switchboard.sqlite: 0 conversations, 0 messages, 0 files\nBefore the server starts, put the root key \
         that belongs to it at new/root.key\n"
    );
    let keyless = said(folder.path(), &["doctor", "--data", "new"], 1);
    assert!(keyless.starts_with("error: root key: there is no file new/root.key\n    put the one that belongs"), "{keyless}");
    assert!(keyless.ends_with("1 finding in the database new/switchboard.sqlite\n"), "{keyless}");
    std::fs::copy(folder.path().join("switchboard-data/root.key"), folder.path().join("new/root.key")).unwrap();
    assert_eq!(said(folder.path(), &["doctor", "--data", "new"], 0), "the database new/switchboard.sqlite is as it should be\n");
    let full = said(folder.path(), &["restore", "--from", "all.backup", "--data", "new"], 1);
    assert!(full.contains("the database holds something already"), "{full}");

    drop(server);
    std::fs::remove_dir_all(folder.path().join("switchboard-data")).unwrap();
    std::fs::rename(folder.path().join("new"), folder.path().join("switchboard-data")).unwrap();
    assert_eq!(sign_in(serve(folder.path()).address, "ada", &password), "201");
}

#[test]
fn the_root_key_is_replaced_only_while_no_server_runs_and_what_was_stored_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let password = printed_password(&said(folder.path(), &["admin", "create", "--login", "ada", "--name", "Ada"], 0));
    let key = || std::fs::read_to_string(folder.path().join("switchboard-data/root.key")).unwrap();
    let before = key();
    {
        let _server = serve(folder.path());
        let refused = said(folder.path(), &["admin", "rotate-key"], 1);
        assert!(refused.starts_with("switchboard: another process uses the data folder"), "{refused}");
        assert_eq!(key(), before);
    }
    let rotated = said(folder.path(), &["admin", "rotate-key"], 0);
    assert!(rotated.starts_with("./switchboard-data/root.key has a new key\n"), "{rotated}");
    let keys = |text: &str| text.lines().filter(|line| line.len() == 64).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(keys(&key())[1..], keys(&before), "the old one stays, after the new one");
    assert_eq!(sign_in(serve(folder.path()).address, "ada", &password), "201");
}

#[test]
fn migrate_makes_the_schema_and_says_its_version() {
    let folder = tempfile::tempdir().unwrap();
    let newest = store::SCHEMA_VERSION;
    let made = format!("the database ./switchboard-data/switchboard.sqlite has schema {newest}, the newest that this program knows\n");
    assert_eq!(said(folder.path(), &["migrate"], 0), made);
    assert_eq!(said(folder.path(), &["migrate"], 0), made);
}

#[test]
fn metadata_is_taken_over_from_a_folder_beside_the_running_server_and_told() {
    let folder = tempfile::tempdir().unwrap();
    said(folder.path(), &["admin", "create", "--login", "ada", "--name", "Ada"], 0);
    let _server = serve(folder.path());
    let skills = folder.path().join("unpackaged/main/skills");
    std::fs::create_dir_all(&skills).unwrap();
    // Names go to a terminal.
    std::fs::write(skills.join("French\u{1b}[31m.skill-meta.xml"), "<Skill><label>French</label>").unwrap();
    std::fs::write(skills.join("Greek.skill-meta.xml"), "<Skill><label>Greek</label><color>blue</color></Skill>").unwrap();
    std::fs::write(folder.path().join("unpackaged/package.xml"), "<Package/>").unwrap();

    let tried = said(folder.path(), &["import", "metadata", "unpackaged", "--dry-run"], 0);
    assert!(tried.contains("would create  skill       Greek  (main/skills/Greek.skill-meta.xml)\n"), "{tried}");
    assert!(tried.ends_with("nothing was written: 1 change, 0 unchanged, 2 not taken over, 0 to upload again\n"), "{tried}");
    assert!(!tried.contains('\u{1b}'), "{tried:?}");
    let done = said(folder.path(), &["import", "metadata", "unpackaged"], 0);
    assert!(done.contains("created       skill       Greek  (main/skills/Greek.skill-meta.xml)\n"), "{done}");
    assert!(done.contains("  main/skills/Greek.skill-meta.xml: color: There is nothing like it here.\n"), "{done}");
    let again = said(folder.path(), &["import", "metadata", "unpackaged/main/skills/Greek.skill-meta.xml"], 0);
    assert!(again.starts_with("unchanged     skill       Greek  (Greek.skill-meta.xml)\n"), "{again}");

    assert_eq!(
        said(folder.path(), &["import", "metadata", "nowhere"], 1),
        "switchboard: cannot read nowhere: No such file or directory (os error 2)\n"
    );
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    assert_eq!(said(folder.path(), &["import", "metadata", "empty"], 1), "switchboard: there is no metadata file in empty\n");
}
