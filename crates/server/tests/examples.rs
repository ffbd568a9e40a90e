//! What the documents say to do is done, against `switchboard demo`: the examples of `docs/apps.md` hear their own words from the robot.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

/// The demonstration, ended with the test, however that ends.
struct Demo {
    child: Child,
    url: String,
    _lines: BufReader<ChildStdout>,
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn demo(folder: &Path) -> Demo {
    let mut child = Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .args(["demo", "--listen", "127.0.0.1:0"])
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("http://") {
        line.clear();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it ended before it was ready");
    }
    let url = line[line.find("http://").unwrap()..].trim().to_owned();
    Demo { child, url, _lines: lines }
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// Runs an example and gives what it prints.
fn chat(program: &str, file: &str) -> String {
    chat_of(program, file, "Where is my \"order\"?")
}

/// The same, with a last argument of its own.
fn chat_of(program: &str, file: &str, last: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    let output = Command::new(program)
        .arg(docs().join("examples").join(file))
        .args([&demo.url, "00DSB0000000001", "572SB0000000001", "573SB0000000001", last])
        .output()
        .unwrap_or_else(|error| panic!("{program} cannot be started: {error}; `cargo xtask test` installs it"));
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_chat_in_curl_hears_the_robot() {
    let said = chat("bash", "chat.sh");
    assert!(said.starts_with("Robot is here\nRobot: ") && said.contains("Where is my \"order\"?"), "{said}");
}

#[test]
fn the_chat_in_javascript_hears_the_robot() {
    let said = chat("node", "chat.mjs");
    assert!(said.starts_with("Robot is here\nRobot: ") && said.contains("Where is my \"order\"?"), "{said}");
}

#[test]
fn the_file_in_curl_reaches_the_robot() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my notes.txt");
    std::fs::write(&file, "Grüße").unwrap();
    let said = chat_of("bash", "file.sh", file.to_str().unwrap());
    assert_eq!(said, "Success\nthe agent has it\nRobot: I have your file my notes.txt.\n");
}

#[test]
fn a_connected_app_logs_in_as_the_document_for_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    let written = std::fs::read_to_string(folder.path().join("switchboard-data/demo.json")).unwrap();
    let written: serde_json::Value = serde_json::from_str(&written).unwrap();
    let password = written["sign_ins"]["admin"]["password"].as_str().unwrap();
    let example = docs().join("examples/connected_app.sh");
    // Twice: it leaves nothing behind.
    for _ in 0..2 {
        let output = Command::new("bash").arg(&example).args([&demo.url, "admin", password]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.starts_with("client credentials: ") && said.ends_with("\nsigned statement: admin\ngrants taken back: 1\n"), "{said}");
    }
    let document = std::fs::read_to_string(docs().join("connected-apps.md")).unwrap();
    let code = std::fs::read_to_string(&example).unwrap();
    assert!(document.contains(&format!("```sh\n{code}```\n")), "docs/connected-apps.md does not show the example as it is");
}

#[test]
fn the_document_for_app_developers_shows_the_examples_as_they_are_run() {
    let document = std::fs::read_to_string(docs().join("apps.md")).unwrap();
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/examples/chat.rs");
    for (language, file) in [
        ("sh", docs().join("examples/chat.sh")),
        ("sh", docs().join("examples/file.sh")),
        ("js", docs().join("examples/chat.mjs")),
        ("rust", client),
    ] {
        let code = std::fs::read_to_string(&file).unwrap();
        assert!(document.contains(&format!("```{language}\n{code}```\n")), "docs/apps.md does not show {} as it is", file.display());
    }
}

#[test]
fn the_table_of_settings_in_the_document_for_operators_is_the_programs() {
    let document = std::fs::read_to_string(docs().join("operators.md")).unwrap();
    let defaults: toml::Table = toml::from_str(switchboard::config::DEFAULTS).unwrap();
    let expected: Vec<String> = defaults
        .iter()
        .flat_map(|(section, keys)| {
            let keys = keys.as_table().unwrap().iter();
            keys.map(move |(key, value)| format!("| `{section}.{key}` | `{value}` |"))
        })
        .collect();
    let section = document.split("\n## Settings\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let shown: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    for line in &expected {
        assert!(shown.iter().any(|shown| shown.starts_with(line.as_str())), "docs/operators.md lacks the line beginning {line}");
    }
    assert_eq!(shown.len(), expected.len(), "docs/operators.md has settings that there are not: {shown:#?}");
}
