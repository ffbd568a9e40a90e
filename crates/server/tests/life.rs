//! A server from outside: what it answers, and how the process starts and ends.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::Arc,
};

use axum::Router;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use switchboard::{
    ambient::FreshIds,
    config::Config,
    running::{Parts, Server},
};

fn ask(address: SocketAddr, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{headers}\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

async fn asked(address: SocketAddr, path: &'static str, headers: &'static str) -> String {
    tokio::task::spawn_blocking(move || ask(address, path, headers)).await.unwrap()
}

fn settings() -> Config {
    let mut config = Config::default();
    config.server.listen = "127.0.0.1:0".parse().unwrap();
    config
}

fn parts() -> Parts {
    Parts::new(Router::new(), Arc::new(FreshIds))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_probes_answer_and_metrics_are_for_this_machine_only() {
    let server = Server::bind(settings()).unwrap();
    assert_eq!(server.public_url(), server.addresses().url());
    let running = server.start(parts()).unwrap();
    let address = running.addresses().http.unwrap();
    assert!(asked(address, "/healthz", "").await.starts_with("HTTP/1.1 200"));
    assert!(asked(address, "/readyz", "").await.ends_with("ready\n"));
    let metrics = asked(address, "/metrics", "").await;
    assert!(metrics.contains("http_requests_total{method=\"GET\",route=\"/healthz\",status=\"2xx\"}"), "{metrics}");
    assert!(asked(address, "/metrics", "x-forwarded-for: 192.0.2.1\r\n").await.starts_with("HTTP/1.1 404"));
    running.shutdown();
    assert_eq!(running.wait().await.cut, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_on_an_address_of_their_own_are_not_on_the_main_one() {
    let mut config = settings();
    config.metrics.listen = "127.0.0.1:0".to_owned();
    config.server.public_url = "https://chat.example/".to_owned();
    let server = Server::bind(config).unwrap();
    assert_eq!(server.public_url(), "https://chat.example");
    let running = server.start(parts()).unwrap();
    let (main, own) = (running.addresses().http.unwrap(), running.addresses().metrics.unwrap());
    assert!(asked(main, "/metrics", "").await.starts_with("HTTP/1.1 404"));
    assert!(asked(own, "/metrics", "x-forwarded-for: 192.0.2.1\r\n").await.starts_with("HTTP/1.1 200"));
    running.shutdown();
    running.wait().await;
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let held = Server::bind(settings()).unwrap();
    let mut config = settings();
    config.server.listen = held.addresses().http.unwrap();
    let error = Server::bind(config).unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot listen on {}", held.addresses().http.unwrap())), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_routes_used_ends_after_the_last_answer() {
    let ended = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let server = Server::bind(settings()).unwrap();
    let mut parts = parts();
    let noted = Arc::clone(&ended);
    parts.end = Box::pin(async move { noted.store(true, std::sync::atomic::Ordering::SeqCst) });
    let running = server.start(parts).unwrap();
    running.shutdown();
    assert!(!ended.load(std::sync::atomic::Ordering::SeqCst));
    running.wait().await;
    assert!(ended.load(std::sync::atomic::Ordering::SeqCst));
}

fn switchboard(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.current_dir(folder).env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Starts `switchboard serve` on a free port and waits until it says where it is ready.
fn serve(folder: &Path) -> (Child, SocketAddr, BufReader<std::process::ChildStderr>) {
    let mut child = switchboard(folder).args(["serve", "--listen", "127.0.0.1:0"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("http://") {
        line.clear();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it ended before it was ready");
    }
    let address = line.split("http://").nth(1).unwrap().trim().trim_matches('"').parse().unwrap();
    (child, address, lines)
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_termination_ends_it_gracefully_and_its_folder_is_free_again() {
    let folder = tempfile::tempdir().unwrap();
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let (mut child, address, mut lines) = serve(folder.path());
        assert!(ask(address, "/readyz", "").starts_with("HTTP/1.1 200"));
        kill(Pid::from_raw(child.id().try_into().unwrap()), signal).unwrap();
        let mut rest = String::new();
        lines.read_to_string(&mut rest).unwrap();
        assert!(child.wait().unwrap().success(), "{rest}");
        assert!(rest.contains("ended"), "{rest}");
    }
}

#[test]
fn a_data_folder_in_use_is_a_sentence_and_exit_2() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, _, _lines) = serve(folder.path());
    let output = switchboard(folder.path()).args(["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    let text = refused(&output);
    let expected = format!(
        "switchboard: the data folder ./switchboard-data is in use by another server (process {}): stop it, or give this one a folder of its own \
         with --data\n",
        child.id()
    );
    assert_eq!(text, expected);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn wrong_settings_are_a_sentence_and_exit_2() {
    let folder = tempfile::tempdir().unwrap();
    let output = switchboard(folder.path()).arg("serve").env("SWITCHBOARD__SERVER__MAX_CONECTIONS", "5").output().unwrap();
    assert_eq!(
        refused(&output),
        "switchboard: there is no setting server.max_conections (in the environment variable SWITCHBOARD__SERVER__MAX_CONECTIONS); did you mean \
         server.max_connections?\n"
    );
    std::fs::write(folder.path().join("switchboard.toml"), "[logs]\nformat = \"xml\"\n").unwrap();
    let output = switchboard(folder.path()).arg("serve").output().unwrap();
    assert_eq!(refused(&output), "switchboard: logs.format (from the file switchboard.toml) must be \"text\" or \"json\"\n");
    assert!(!folder.path().join("switchboard-data").exists(), "nothing is made when the settings are wrong");
}

#[test]
fn a_certificate_that_is_not_there_is_a_sentence_and_exit_2() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("switchboard.toml"), "[tls]\ncertificate = \"a.pem\"\nkey = \"b.pem\"\n").unwrap();
    let output = switchboard(folder.path()).args(["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert!(refused(&output).starts_with("switchboard: cannot read a certificate from a.pem: "), "{output:?}");
}
