//! Every setting. `config.default.toml` says what each one means; here is their shape.
//!
//! What is not here: how settings become the options of other crates (that is where those are made), and what an administrator sets
//! in the console (that is stored).

mod check;
mod load;

use std::net::SocketAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

pub use load::{ConfigError, Flags, Sources};

/// The operator's reference: every setting with its unit, meaning and default.
pub const DEFAULTS: &str = include_str!("../../config.default.toml");

macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty = $default:expr,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$field_doc])* pub $field: $kind,)* }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }
    };
}

section! {
    /// All settings, one field a section of the file.
    Config {
        /// Listening and limits.
        server: Server = Server::default(),
        /// TLS by the server itself.
        tls: Tls = Tls::default(),
        /// Where conversations are stored.
        database: Database = Database::default(),
        /// The data folder.
        data: Data = Data::default(),
        /// Keys.
        secrets: Secrets = Secrets::default(),
        /// Files of conversations.
        files: Files = Files::default(),
        /// Defaults for deployments.
        chat: Chat = Chat::default(),
        /// Logging.
        logs: Logs = Logs::default(),
        /// `/metrics`.
        metrics: Metrics = Metrics::default(),
        /// Limits by client address.
        limits: Limits = Limits::default(),
        /// Calls to other people's servers.
        outbound: Outbound = Outbound::default(),
        /// Events of customers.
        events: Events = Events::default(),
        /// How long things are kept.
        retention: Retention = Retention::default(),
    }
}

section! {
    /// `[server]`.
    Server {
        /// Address to answer on.
        listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080)),
        /// How clients reach this server; empty: as it listens.
        public_url: String = String::new(),
        /// Ranges of proxies that are believed.
        trusted_proxies: Vec<IpNet> = ["127.0.0.0/8", "::1/128"].map(|range| range.parse().expect("a range")).to_vec(),
        /// The header that they write.
        forwarded_header: ForwardedHeader = ForwardedHeader::XForwardedFor,
        /// Connections at once.
        max_connections: usize = 50_000,
        /// Requests being worked on at once.
        max_requests: usize = 4096,
        /// The same, from which new conversations are refused.
        max_requests_new: usize = 1024,
        /// Largest body, bytes.
        body_limit_bytes: usize = 256 << 10,
        /// Largest body of the Live Agent protocol, bytes.
        chat_body_limit_bytes: usize = 2 << 20,
        /// Largest head, bytes.
        head_limit_bytes: usize = 32 << 10,
        /// Longest time between requests of a connection, seconds.
        idle_s: u64 = 90,
        /// Longest time of a head, seconds.
        head_s: u64 = 15,
        /// Longest time without progress in writing, seconds.
        write_s: u64 = 30,
        /// Longest time of ending, seconds.
        shutdown_s: u64 = 10,
        /// Worker threads; 0: one a processor.
        worker_threads: usize = 0,
        /// Origins that may frame our pages.
        frame_ancestors: Vec<String> = Vec::new(),
        /// Days of Strict-Transport-Security; 0: none.
        hsts_days: u32 = 180,
    }
}

/// The header by which trusted proxies name the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`.
    XForwardedFor,
    /// `Forwarded`.
    Forwarded,
}

section! {
    /// `[tls]`.
    Tls {
        /// PEM file of the chain; empty: no TLS.
        certificate: String = String::new(),
        /// PEM file of the private key.
        key: String = String::new(),
        /// Address of its own; empty: `server.listen`.
        listen: String = String::new(),
    }
}

section! {
    /// `[database]`.
    Database {
        /// `sqlite:PATH`, `postgres://…`, or empty for SQLite in the data folder. May hold a password: never logged.
        url: String = String::new(),
        /// Connections that read.
        readers: u32 = 4,
        /// Connections that write messages (PostgreSQL).
        message_writers: u32 = 2,
        /// Connections that write all else (PostgreSQL).
        command_writers: u32 = 4,
        /// Longest statement, milliseconds (PostgreSQL).
        statement_timeout_ms: u64 = 2000,
    }
}

section! {
    /// `[data]`.
    Data {
        /// The data folder.
        dir: String = "./switchboard-data".to_owned(),
    }
}

section! {
    /// `[secrets]`.
    Secrets {
        /// File of the root key; empty: `root.key` in the data folder.
        root_key_file: String = String::new(),
    }
}

section! {
    /// `[files]`.
    Files {
        /// `database`, or a folder (SQLite).
        place: String = "database".to_owned(),
        /// Largest file, bytes.
        max_bytes: u64 = 25 << 20,
        /// All files of a conversation, bytes.
        per_conversation_bytes: u64 = 100 << 20,
        /// All files of a workspace, bytes.
        per_workspace_bytes: u64 = 10 << 30,
        /// Media types that may be sent.
        types: Vec<String> = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/heic", "application/pdf", "text/plain"].map(str::to_owned).to_vec(),
        /// Life of a link, seconds.
        link_s: u64 = 86_400,
        /// Where clients of the Live Agent protocol upload; empty: under `server.public_url`.
        upload_url: String = String::new(),
    }
}

section! {
    /// `[chat]`.
    Chat {
        /// A visitor without a poll lives so long, milliseconds.
        connection_timeout_ms: u64 = 280_000,
        /// A poll waits so long, seconds.
        poll_hold_s: u64 = 25,
        /// Clients are told to wait so long, seconds.
        client_poll_timeout_s: u64 = 40,
        /// Events in one answer.
        batch: Batch = Batch::One,
    }
}

/// How many events one answer of a poll carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Batch {
    /// One (liveagent.md 6.2: what every client understands).
    One,
    /// All that are waiting.
    All,
}

section! {
    /// `[logs]`.
    Logs {
        /// How lines look.
        format: LogFormat = LogFormat::Text,
        /// How much is logged.
        filter: String = "info".to_owned(),
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

section! {
    /// `[metrics]`.
    Metrics {
        /// Address of its own; empty: `server.listen`, for loopback.
        listen: String = String::new(),
    }
}

section! {
    /// `[limits]`.
    Limits {
        /// New sessions a minute and address.
        sessions_per_minute: u32 = 120,
        /// Failed sign-ins a quarter of an hour and address.
        failed_sign_ins: u32 = 10,
        /// Ranges that are not limited.
        exempt: Vec<IpNet> = Vec::new(),
        /// Addresses remembered.
        remembered_addresses: usize = 100_000,
        /// Requests of the data API in 24 hours and workspace.
        api_requests_per_day: u64 = 1_000_000,
    }
}

/// What senders of events with an unknown key are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownKeys {
    /// That it is unknown.
    Refuse,
    /// That all is well (deployment_segment.md 12.2).
    Accept,
}

section! {
    /// `[events]`.
    Events {
        /// What senders with an unknown key are told.
        unknown_keys: UnknownKeys = UnknownKeys::Refuse,
        /// Requests a second and workspace; 0: as many as come.
        per_second: u32 = 1_000,
    }
}

section! {
    /// `[outbound]`.
    Outbound {
        /// Longest call, seconds.
        timeout_s: u64 = 15,
        /// Plain HTTP may be spoken.
        plain_http: bool = false,
        /// Private networks that are called all the same.
        allowed_networks: Vec<IpNet> = Vec::new(),
    }
}

section! {
    /// `[retention]`.
    Retention {
        /// Days after their end that conversations are kept; 0: for ever.
        conversation_days: u32 = 0,
        /// The same of what was written in them.
        message_days: u32 = 0,
        /// The same of files.
        file_days: u32 = 0,
        /// The same of pre-chat values and what is known of visitors' devices.
        detail_days: u32 = 0,
        /// Days of events of customers; 0: for ever.
        event_days: u32 = 30,
        /// Days after the last event of what is known of a customer; 0: for ever.
        profile_days: u32 = 365,
        /// Days of the journal.
        journal_days: u32 = 30,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_file_says_what_the_program_does() {
        assert_eq!(toml::from_str::<Config>(DEFAULTS).unwrap(), Config::default());
    }

    #[test]
    fn every_setting_of_the_reference_file_is_explained() {
        let mut explained = false;
        for line in DEFAULTS.lines() {
            match line.chars().next() {
                Some('#') => explained = true,
                Some('[') | None => explained = false,
                Some(_) => assert!(explained, "{line} has no comment above it"),
            }
        }
    }
}
