use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use super::{programs::finish, *};
use crate::wait_for;

const LIMIT: Duration = Duration::from_secs(60);

fn ask(cluster: &Cluster, url: &str, statement: &str) -> Result<String, Error> {
    finish("psql", &mut cluster.programs.psql(url, statement)).map(|answer| answer.trim().to_owned())
}

#[test]
fn a_database_is_empty_and_nobody_elses_and_goes_with_its_value() {
    let cluster = Cluster::fast();
    let (one, other) = (cluster.database(), cluster.database());
    ask(cluster, one.url(), "CREATE TABLE t (a text)").unwrap();
    assert_eq!(ask(cluster, one.url(), "SELECT count(*) FROM t").unwrap(), "0");
    assert!(ask(cluster, other.url(), "SELECT count(*) FROM t").is_err(), "databases are apart");
    let gone = one.url().to_owned();
    drop(one);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(wait_for("the database to be dropped", LIMIT, async || ask(cluster, &gone, "SELECT 1").is_err()));
    assert_eq!(ask(cluster, other.url(), "SELECT 1").unwrap(), "1");
}

#[test]
fn the_clusters_are_as_durable_as_they_say_and_sort_as_people_do() {
    let (durable, fast) = (Cluster::durable(), Cluster::fast());
    assert_eq!(ask(durable, durable.url(), "SHOW fsync").unwrap(), "on");
    assert_eq!(ask(fast, fast.url(), "SHOW fsync").unwrap(), "off");
    assert_eq!(ask(fast, fast.url(), "SELECT 'a' < 'B'").unwrap(), "t");
    assert!(ask(fast, fast.url(), "SHOW port").unwrap().parse::<u32>().unwrap() < 32_768);
}

#[test]
fn a_killed_cluster_comes_back_with_what_was_committed() {
    let mut cluster = Cluster::private();
    let database = cluster.database();
    ask(&cluster, database.url(), "CREATE TABLE t (a int)").unwrap();
    ask(&cluster, database.url(), "INSERT INTO t VALUES (1)").unwrap();
    cluster.kill();
    assert!(ask(&cluster, database.url(), "SELECT 1").is_err(), "a killed server answers nobody");
    cluster.start();
    assert_eq!(ask(&cluster, database.url(), "SELECT count(*) FROM t").unwrap(), "1");
    cluster.stop();
    assert!(ask(&cluster, database.url(), "SELECT 1").is_err());
    cluster.start();
    assert_eq!(ask(&cluster, database.url(), "SELECT count(*) FROM t").unwrap(), "1");
    let folder = folder_of(&cluster);
    assert!(folder.exists());
    drop(database);
    drop(cluster);
    assert!(!folder.exists(), "nothing is left behind");
}

#[test]
#[ignore = "no test by itself: the process that the next one kills"]
fn holder() {
    let cluster = Cluster::private();
    println!("holding {} {}", folder_of(&cluster).display(), cluster.url());
    loop {
        std::thread::park();
    }
}

#[tokio::test]
async fn a_cluster_goes_away_when_its_process_is_killed() {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "postgres::tests::holder", "--ignored", "--nocapture"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let line = lines.map(Result::unwrap).find_map(|line| Some(line.split_once("holding ")?.1.to_owned())).unwrap();
    let (folder, url) = line.split_once(' ').unwrap();
    let programs = Programs::find().unwrap();
    programs.execute(url, "SELECT 1").unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let folder = PathBuf::from(folder);
    wait_for("the watchdog to clear up", LIMIT, async || !folder.exists()).await;
    assert!(programs.execute(url, "SELECT 1").is_err(), "the server is gone too");
}

#[test]
fn the_database_of_an_address_is_exchanged() {
    assert_eq!(with_database("postgres://a:b@h:1/postgres", "x"), "postgres://a:b@h:1/x");
    assert_eq!(with_database("postgres://a:b@h:1/postgres?sslmode=disable", "x"), "postgres://a:b@h:1/x?sslmode=disable");
    assert_eq!(with_database("postgres://a:b@h:1", "x"), "postgres://a:b@h:1/x");
}

fn folder_of(cluster: &Cluster) -> PathBuf {
    cluster.folder().unwrap().to_owned()
}
