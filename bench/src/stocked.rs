//! What the figures of the CRM share: a data folder whose CRM holds so many contacts, and an app that may ask for them.
//!
//! One account and one contact are made by the server itself; the others are copies of these rows with an id, a name and an address of their
//! own, written into the tables as the server made them, with their indexes. Ten contacts are of one account.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use native::agent::SignIn;
use serde::Deserialize;
use serde_json::{Value, json};
use server::wiring::Ambient;
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, Row as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tempfile::TempDir;

use crate::{
    Result,
    client::{self, Connection, Target},
    process::Process,
    serving::{ADMIN, PASSWORD},
};

/// Contacts of one account.
pub(crate) const OF_AN_ACCOUNT: usize = 10;
/// Rows of one transaction while the folder is filled.
const AT_ONCE: usize = 20_000;
/// The interface that is asked.
pub(crate) const DATA: &str = "/services/data/v60.0";
/// Characters of an id as it is stored.
const SHORT: usize = 15;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A data folder with contacts.
pub(crate) struct Stocked {
    folder: TempDir,
    /// An app that acts as somebody who may do everything.
    app: App,
    /// How many contacts there are.
    pub(crate) contacts: usize,
    /// The first account's id; the others count on from it.
    account: Id,
    /// The tables' prefix.
    pub(crate) tables: String,
}

/// What an app shows of itself.
#[derive(Clone, Debug)]
struct App {
    client_id: String,
    secret: String,
}

/// A server on a data folder, and a token of its data API.
pub(crate) struct Serving {
    pub(crate) process: Process,
    token: String,
}

/// A record's id: whose, and its number.
#[derive(Clone, Debug)]
struct Id {
    prefix: String,
    number: u64,
}

impl Id {
    fn read(text: &str) -> Result<Self> {
        let short = text.get(..SHORT).ok_or("an id of fewer than 15 characters")?;
        let (prefix, digits) = short.split_at(6);
        let mut number = 0;
        for byte in digits.bytes() {
            let digit = DIGITS.iter().position(|digit| *digit == byte).ok_or("an id with another character")?;
            number = number * 62 + u64::try_from(digit)?;
        }
        Ok(Self { prefix: prefix.to_owned(), number })
    }

    /// So many after this one, as it is stored.
    fn after(&self, many: usize) -> String {
        let mut left = self.number + many as u64;
        let mut digits = [b'0'; SHORT - 6];
        for digit in digits.iter_mut().rev() {
            *digit = DIGITS[usize::try_from(left % 62).unwrap_or_default()];
            left /= 62;
        }
        format!("{}{}", self.prefix, String::from_utf8_lossy(&digits))
    }
}

/// The address of a contact.
pub(crate) fn email(n: usize) -> String {
    format!("person.{n:07}@example.org")
}

/// A contact as clients send it.
pub(crate) fn contact(n: usize, account: &str) -> Value {
    json!({
        "attributes": {"type": "Contact"},
        "FirstName": format!("Given {n:07}"),
        "LastName": format!("Family {n:07}"),
        "Email": email(n),
        "Phone": "+49 30 1234567",
        "AccountId": account,
    })
}

/// The SQLite file of a data folder.
pub(crate) fn file(data: &Path) -> PathBuf {
    data.join("switchboard.sqlite")
}

/// Opens a data folder's database by itself, with the server's own settings.
pub(crate) fn options(data: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file(data))
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(2))
        .pragma("wal_autocheckpoint", "4000")
        .pragma("temp_store", "memory")
        .pragma("secure_delete", "fast")
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
struct Secret {
    secret: String,
}

#[derive(Deserialize)]
struct Told {
    access_token: String,
}

impl Stocked {
    /// A folder with so many contacts.
    pub(crate) async fn with(contacts: usize) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let process = start(folder.path()).await?;
        let app = App::make(&process).await?;
        let server = Serving { token: app.token(&process).await?, process };
        let mut connection = server.target().connect().await?;
        let account = json!({"Name": "Company 0000000"});
        let account: Named = serde_json::from_slice(&connection.succeed(server.post("/sobjects/Account", &account)?).await?)?;
        let mut first = contact(0, &account.id);
        first.as_object_mut().ok_or("a contact is an object")?.remove("attributes");
        let first: Named = serde_json::from_slice(&connection.succeed(server.post("/sobjects/Contact", &first)?).await?)?;
        drop(connection);
        server.process.end().await?;
        let (account, first) = (Id::read(&account.id)?, Id::read(&first.id)?);
        let tables = fill(folder.path(), &account, &first, contacts).await?;
        Ok(Self { folder, app, contacts, account, tables })
    }

    /// The same once more, for what changes it.
    pub(crate) fn copy(&self) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        for entry in std::fs::read_dir(self.data())? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                std::fs::copy(entry.path(), folder.path().join(entry.file_name()))?;
            }
        }
        let (app, account, tables) = (self.app.clone(), self.account.clone(), self.tables.clone());
        Ok(Self { folder, app, contacts: self.contacts, account, tables })
    }

    /// Where it is.
    pub(crate) fn data(&self) -> &Path {
        self.folder.path()
    }

    /// A server on it.
    pub(crate) async fn serve(&self) -> Result<Serving> {
        let process = start(self.data()).await?;
        // Passwords are set anew at each start, which ends what was given out before.
        Ok(Serving { token: self.app.token(&process).await?, process })
    }

    /// How many accounts there are.
    pub(crate) fn accounts(&self) -> usize {
        self.contacts.div_ceil(OF_AN_ACCOUNT)
    }

    /// The id of account `n`, as it is stored.
    pub(crate) fn account(&self, n: usize) -> String {
        self.account.after(n)
    }
}

impl Serving {
    pub(crate) fn target(&self) -> Target {
        Target::plain(&self.process.ready.address)
    }

    /// A query over REST.
    pub(crate) fn query(&self, soql: &str) -> Result<Request<Full<Bytes>>> {
        let mut path = format!("{DATA}/query?q=");
        for byte in soql.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                path.push(char::from(byte));
            } else {
                path.push_str(&format!("%{byte:02X}"));
            }
        }
        Ok(Request::get(path).header("host", "localhost").header("authorization", format!("Bearer {}", self.token)).body(Full::default())?)
    }

    /// Something to be written over REST.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Request<Full<Bytes>>> {
        Ok(Request::post(format!("{DATA}{path}"))
            .header("host", "localhost")
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Full::new(body.to_string().into()))?)
    }
}

/// A server with an agent who takes what comes.
async fn start(data: &Path) -> Result<Process> {
    Process::start(&["server", "--data", &data.to_string_lossy(), "--agents", "1"]).await
}

/// Signs somebody in at a server.
pub(crate) async fn sign_in(server: &Process, login: &str) -> Result<(native::client::AgentClient, String)> {
    let ambient = Ambient::default();
    let connection = native::client::Connection::new(&format!("http://{}", server.ready.address), ambient.ids.clone(), ambient.randomness)?;
    let request = SignIn {
        workspace: Some(server.ready.workspace.clone()),
        login: login.to_owned(),
        password: domain::secret::Secret(PASSWORD.to_owned()),
        totp: None,
    };
    let (client, signed_in) = native::client::AgentClient::sign_in(connection, &request).await?;
    Ok((client, signed_in.token.reveal().to_owned()))
}

impl App {
    /// One that acts as the admin.
    async fn make(server: &Process) -> Result<Self> {
        let (client, session) = sign_in(server, ADMIN).await?;
        let admin = client.me().await?.id;
        let mut connection = Target::plain(&server.ready.address).connect().await?;
        let app = json!({"name": "Bench", "flows": ["client_credentials"], "run_as": admin});
        let made: Value = serde_json::from_slice(&native(&mut connection, &session, "/admin/connected-apps", &app).await?)?;
        let (Some(id), Some(client_id)) = (made["id"].as_str(), made["settings"]["client_id"].as_str()) else {
            return Err("an app without an id".into());
        };
        let secret = native(&mut connection, &session, &format!("/admin/connected-apps/{id}/secret"), &json!({})).await?;
        let Secret { secret } = serde_json::from_slice(&secret)?;
        Ok(Self { client_id: client_id.to_owned(), secret })
    }

    async fn token(&self, server: &Process) -> Result<String> {
        let form = format!("grant_type=client_credentials&client_id={}&client_secret={}", self.client_id, self.secret);
        let request = Request::post("/services/oauth2/token")
            .header("host", "localhost")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Full::new(form.into()))?;
        let mut connection = Target::plain(&server.ready.address).connect().await?;
        let told: Told = serde_json::from_slice(&connection.succeed(request).await?)?;
        Ok(told.access_token)
    }
}

/// A request of the native API.
pub(crate) async fn native(connection: &mut Connection, session: &str, path: &str, body: &Value) -> Result<Bytes> {
    let mut request = client::json(&format!("/api/v1{path}"), body.to_string())?;
    let headers = request.headers_mut();
    headers.insert("authorization", format!("Bearer {session}").parse()?);
    headers.insert("idempotency-key", format!("bench{path}").replace('/', "-").parse()?);
    connection.succeed(request).await
}

/// Copies the first account and the first contact; tells how the tables' names begin.
async fn fill(data: &Path, account: &Id, contact: &Id, contacts: usize) -> Result<String> {
    // What is lost when the machine stops now is made anew.
    let mut conn = SqliteConnection::connect_with(&options(data).synchronous(SqliteSynchronous::Off)).await?;
    let number: i64 = sqlx::query("SELECT number FROM crm_workspace WHERE instance = ?")
        .bind(&account.prefix[3..])
        .fetch_one(&mut conn)
        .await?
        .try_get(0)?;
    let tables = format!("crm{number}_");
    let accounts = contacts.div_ceil(OF_AN_ACCOUNT);
    let table = format!("{tables}account");
    let own = [("id", "n.value ->> 'id'"), ("name", "n.value ->> 'name'"), ("name_f", "LOWER(n.value ->> 'name')")];
    copy(&mut conn, &table, &own, &account.after(0), accounts, |n| json!({"id": account.after(n), "name": format!("Company {n:07}")}))
        .await?;
    let table = format!("{tables}contact");
    let own = [
        ("id", "n.value ->> 'id'"),
        ("firstname", "n.value ->> 'given'"),
        ("firstname_f", "LOWER(n.value ->> 'given')"),
        ("lastname", "n.value ->> 'family'"),
        ("lastname_f", "LOWER(n.value ->> 'family')"),
        ("name", "(n.value ->> 'given') || ' ' || (n.value ->> 'family')"),
        ("name_f", "LOWER((n.value ->> 'given') || ' ' || (n.value ->> 'family'))"),
        ("email", "n.value ->> 'email'"),
        ("email_f", "n.value ->> 'email'"),
        ("accountid", "n.value ->> 'account'"),
    ];
    copy(&mut conn, &table, &own, &contact.after(0), contacts, |n| {
        json!({
            "id": contact.after(n),
            "given": format!("Given {n:07}"),
            "family": format!("Family {n:07}"),
            "email": email(n),
            "account": account.after(n / OF_AN_ACCOUNT),
        })
    })
    .await?;
    for (object, first, many) in [("Account", account, accounts), ("Contact", contact, contacts)] {
        sqlx::query("UPDATE crm_counter SET next = ? WHERE object = ? AND name = 'Id'")
            .bind(i64::try_from(first.number)? + i64::try_from(many)?)
            .bind(object)
            .execute(&mut conn)
            .await?;
    }
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    conn.close().await?;
    Ok(tables)
}

/// Copies a row as numbers 1 up to, and without, `many`, each with some columns of its own.
async fn copy(
    conn: &mut SqliteConnection,
    table: &str,
    own: &[(&str, &str)],
    id: &str,
    many: usize,
    of: impl Fn(usize) -> Value,
) -> Result<()> {
    let columns = sqlx::query("SELECT name FROM pragma_table_info(?)").bind(table).fetch_all(&mut *conn).await?;
    let columns = columns.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
    let values: Vec<String> = columns
        .iter()
        .map(|column| own.iter().find(|(name, _)| name == column).map_or(format!("t.{column}"), |(_, value)| (*value).to_owned()))
        .collect();
    let text =
        format!("INSERT INTO {table} ({}) SELECT {} FROM json_each(?) n, {table} t WHERE t.id = ?", columns.join(", "), values.join(", "));
    let numbers: Vec<usize> = (1..many).collect();
    for some in numbers.chunks(AT_ONCE) {
        let rows: Vec<Value> = some.iter().map(|n| of(*n)).collect();
        // Safe: the names are those of the server's own table.
        sqlx::query(AssertSqlSafe(text.clone())).bind(serde_json::to_string(&rows)?).bind(id).execute(&mut *conn).await?;
    }
    Ok(())
}
