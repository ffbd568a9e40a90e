//! The baselines of the CRM's figures: what somebody writes by hand for exactly this, with the libraries that the server is made of.
//!
//! Reading: a bare axum that takes one parameter, runs one statement that is kept prepared, and writes the answer that the CRM writes, letter by
//! letter, from a struct; nobody has to show a token, and as many connections read as the CRM has. Writing: a loop in one thread that inserts 200
//! rows with one prepared statement and commits, without HTTP, JSON or anybody who asks; the same columns in the same table with the same
//! indexes, as durable as the server.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{Query, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqlSafeStr as _, SqlStr, SqliteConnection, SqlitePool, sqlite::SqlitePoolOptions};

use crate::{
    Result,
    collection::A_CALL,
    process::{Ready, say},
    stocked::{DATA, options},
};

/// As many as the CRM reads with.
const READERS: u32 = 3;

/// Which baseline.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The data folder
    #[arg(long)]
    data: PathBuf,
    /// How the tables' names begin
    #[arg(long)]
    tables: String,
    /// Insert for so many seconds instead of serving, and say how many rows a second
    #[arg(long)]
    insert: Option<u64>,
}

pub(crate) async fn run(arguments: Arguments) -> Result<()> {
    if let Some(seconds) = arguments.insert {
        return insert(&arguments, Duration::from_secs(seconds)).await;
    }
    let pool = SqlitePoolOptions::new()
        .max_connections(READERS)
        .test_before_acquire(false)
        .connect_with(options(&arguments.data).pragma("query_only", "1"))
        .await?;
    let tables = &arguments.tables;
    // Safe: the names are those of the server's own table.
    let text = |by: &str| {
        let text = format!(
            "SELECT c.id, c.name, c.email, c.phone, a.id, a.name FROM {tables}contact c LEFT JOIN {tables}account a \
             ON a.id = c.accountid AND a.isdeleted = 0 WHERE c.{by} = ? AND c.isdeleted = 0"
        );
        AssertSqlSafe(text).into_sql_str()
    };
    let state = Arc::new(Served { pool, by_email: text("email_f"), of_account: text("accountid") });
    let routes = Router::new().route("/by-email", get(by_email)).route("/of-account", get(of_account)).with_state(state);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    say(&Ready { address: listener.local_addr()?.to_string(), ..Ready::default() })?;
    axum::serve(listener, routes).await?;
    Ok(())
}

struct Served {
    pool: SqlitePool,
    by_email: SqlStr,
    of_account: SqlStr,
}

#[derive(Deserialize)]
struct Asked {
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    total_size: usize,
    done: bool,
    records: Vec<Contact>,
}

#[derive(Serialize)]
struct Attributes {
    #[serde(rename = "type")]
    object: &'static str,
    url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Contact {
    #[serde(rename = "attributes")]
    attributes: Attributes,
    id: String,
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    account: Option<Account>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Account {
    #[serde(rename = "attributes")]
    attributes: Attributes,
    name: Option<String>,
}

impl Attributes {
    fn of(object: &'static str, id: &str) -> Self {
        Self { object, url: format!("{DATA}/sobjects/{object}/{id}") }
    }
}

/// The 18 characters of an id of 15: the last three tell which of the others are capitals.
fn long(mut id: String) -> String {
    const CHECKS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    let bits = |five: &[u8]| five.iter().rev().fold(0, |bits, byte| bits * 2 + usize::from(byte.is_ascii_uppercase()));
    let checks: Vec<char> = id.as_bytes().chunks(5).map(|five| char::from(CHECKS[bits(five)])).collect();
    id.extend(checks);
    id
}

async fn by_email(State(served): State<Arc<Served>>, Query(asked): Query<Asked>) -> Result<Response, StatusCode> {
    answer(&served.pool, &served.by_email, asked).await
}

async fn of_account(State(served): State<Arc<Served>>, Query(asked): Query<Asked>) -> Result<Response, StatusCode> {
    answer(&served.pool, &served.of_account, asked).await
}

async fn answer(pool: &SqlitePool, text: &SqlStr, asked: Asked) -> Result<Response, StatusCode> {
    let failed = |_| StatusCode::INTERNAL_SERVER_ERROR;
    let rows = sqlx::query(text.clone()).bind(asked.value).fetch_all(pool).await.map_err(failed)?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let id = long(row.try_get(0).map_err(failed)?);
        let account: Option<String> = row.try_get(4).map_err(failed)?;
        let account = match account {
            Some(id) => Some(Account { attributes: Attributes::of("Account", &long(id)), name: row.try_get(5).map_err(failed)? }),
            None => None,
        };
        records.push(Contact {
            attributes: Attributes::of("Contact", &id),
            id,
            name: row.try_get(1).map_err(failed)?,
            email: row.try_get(2).map_err(failed)?,
            phone: row.try_get(3).map_err(failed)?,
            account,
        });
    }
    let page = Page { total_size: records.len(), done: true, records };
    let body = serde_json::to_vec(&page).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(([(CONTENT_TYPE, "application/json;charset=UTF-8")], body).into_response())
}

/// Copies the table's latest row, 200 at a time, each with an id, a name and an address of its own.
#[expect(clippy::print_stdout, reason = "how a process tells what it measured")]
async fn insert(arguments: &Arguments, lasting: Duration) -> Result<()> {
    let table = format!("{}contact", arguments.tables);
    let mut conn = SqliteConnection::connect_with(&options(&arguments.data)).await?;
    let columns = sqlx::query("SELECT name FROM pragma_table_info(?)").bind(&table).fetch_all(&mut conn).await?;
    let columns = columns.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
    // What the row has no value for is not written, as the CRM does not.
    let counted: Vec<String> = columns.iter().map(|column| format!("\"{column}\" IS NOT NULL")).collect();
    let newest = format!("FROM {table} ORDER BY id DESC LIMIT 1");
    let text = format!("SELECT {} {newest}", counted.join(", "));
    let there = sqlx::query(AssertSqlSafe(text)).fetch_one(&mut conn).await?;
    let mut kept = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        if there.try_get::<bool, _>(at)? {
            kept.push(column.as_str());
        }
    }
    let read: Vec<String> = kept.iter().map(|column| format!("CAST(\"{column}\" AS TEXT), TYPEOF(\"{column}\")")).collect();
    let row = sqlx::query(AssertSqlSafe(format!("SELECT {} {newest}", read.join(", ")))).fetch_one(&mut conn).await?;
    let mut values = Vec::new();
    for at in 0..kept.len() {
        let (text, kind): (String, String) = (row.try_get(at * 2)?, row.try_get(at * 2 + 1)?);
        values.push(if kind == "integer" { Sample::Whole(text.parse()?) } else { Sample::Text(text) });
    }
    let places = format!("({})", vec!["?"; kept.len()].join(", "));
    let text = format!("INSERT INTO {table} ({}) VALUES {}", kept.join(", "), vec![places; A_CALL].join(", "));
    let text = AssertSqlSafe(text).into_sql_str();
    let begun = Instant::now();
    let mut written = 0_usize;
    while begun.elapsed() < lasting {
        let mut transaction = conn.begin().await?;
        let mut query = sqlx::query(text.clone());
        for n in written..written + A_CALL {
            for (column, value) in kept.iter().zip(&values) {
                query = match value {
                    Sample::Whole(number) => query.bind(*number),
                    Sample::Text(text) => query.bind(match *column {
                        "id" => format!("003bench{n:07}"),
                        "firstname" => format!("Given {n:07}"),
                        "firstname_f" => format!("given {n:07}"),
                        "lastname" => format!("Family {n:07}"),
                        "lastname_f" => format!("family {n:07}"),
                        "name" => format!("Given {n:07} Family {n:07}"),
                        "name_f" => format!("given {n:07} family {n:07}"),
                        "email" | "email_f" => format!("new.{n:07}@example.org"),
                        _ => text.clone(),
                    }),
                };
            }
        }
        query.execute(&mut *transaction).await?;
        transaction.commit().await?;
        written += A_CALL;
    }
    println!("{}", written as f64 / begun.elapsed().as_secs_f64());
    Ok(())
}

/// A value of the row that is copied.
enum Sample {
    Whole(i64),
    Text(String),
}
