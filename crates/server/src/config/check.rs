//! What each setting may be, and the sentence that says so.

use std::net::SocketAddr;

use super::{Config, DEFAULTS};

type Rule = (&'static str, &'static str, fn(&Config) -> bool);

/// Settings whose type alone does not say what is allowed: key, what is allowed, whether it holds.
const RULES: &[Rule] = &[
    ("server.listen", "an address and a port such as \"127.0.0.1:8080\" or \"[::]:8080\"", |_| true),
    ("server.public_url", "empty or an address such as \"https://chat.example.com\", without anything after the host and port", |config| {
        config.server.public_url.is_empty() || is_origin(&config.server.public_url)
    }),
    ("server.trusted_proxies", "a list of ranges such as [\"10.0.0.0/8\", \"fd00::/8\"]", |_| true),
    ("server.forwarded_header", "\"x-forwarded-for\" or \"forwarded\"", |_| true),
    ("server.max_connections", "a whole number from 1 to 1000000", |config| (1..=1_000_000).contains(&config.server.max_connections)),
    ("server.max_requests", "a whole number from 1 to 1000000", |config| (1..=1_000_000).contains(&config.server.max_requests)),
    ("server.max_requests_new", "a whole number from 1 to server.max_requests", |config| {
        (1..=config.server.max_requests).contains(&config.server.max_requests_new)
    }),
    ("server.body_limit_bytes", "a whole number from 1024 to 1073741824", |config| {
        (1 << 10..=1 << 30).contains(&config.server.body_limit_bytes)
    }),
    ("server.chat_body_limit_bytes", "a whole number from 65536 to 1073741824", |config| {
        (1 << 16..=1 << 30).contains(&config.server.chat_body_limit_bytes)
    }),
    ("server.head_limit_bytes", "a whole number from 8192 to 1048576", |config| {
        (8 << 10..=1 << 20).contains(&config.server.head_limit_bytes)
    }),
    ("server.idle_s", "a whole number from 1 to 86400", |config| (1..=86_400).contains(&config.server.idle_s)),
    ("server.head_s", "a whole number from 1 to 3600", |config| (1..=3600).contains(&config.server.head_s)),
    ("server.write_s", "a whole number from 1 to 3600", |config| (1..=3600).contains(&config.server.write_s)),
    ("server.shutdown_s", "a whole number from 0 to 3600", |config| config.server.shutdown_s <= 3600),
    ("server.worker_threads", "a whole number from 0 to 1024", |config| config.server.worker_threads <= 1024),
    (
        "server.frame_ancestors",
        "a list of addresses such as [\"https://shop.example\"], without anything after the host and port",
        |config| http_api::serve::PageSecurity::new(&config.server.frame_ancestors, 0).is_ok(),
    ),
    ("server.hsts_days", "a whole number from 0 to 3650", |config| config.server.hsts_days <= 3650),
    ("tls.certificate", "a file, together with tls.key", |config| !config.tls.certificate.is_empty() || config.tls.key.is_empty()),
    ("tls.key", "a file, together with tls.certificate", |config| !config.tls.key.is_empty() || config.tls.certificate.is_empty()),
    ("tls.listen", "empty or an address and a port such as \"0.0.0.0:8443\", together with tls.certificate", |config| {
        config.tls.listen.is_empty() || (is_address(&config.tls.listen) && !config.tls.certificate.is_empty())
    }),
    ("database.url", "empty, \"sqlite:PATH\" or \"postgres://user:password@host/name\"", |config| {
        let url = &config.database.url;
        url.is_empty()
            || ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.len() > scheme.len() && url.starts_with(scheme))
    }),
    ("database.readers", "a whole number from 1 to 1000", |config| (1..=1000).contains(&config.database.readers)),
    ("database.message_writers", "a whole number from 1 to 100", |config| (1..=100).contains(&config.database.message_writers)),
    ("database.command_writers", "a whole number from 1 to 100", |config| (1..=100).contains(&config.database.command_writers)),
    ("database.statement_timeout_ms", "a whole number from 100 to 60000", |config| {
        (100..=60_000).contains(&config.database.statement_timeout_ms)
    }),
    ("data.dir", "a folder", |config| !config.data.dir.is_empty()),
    ("secrets.root_key_file", "a file; with PostgreSQL it must be given, the same for every server", |config| {
        !config.database.url.starts_with("postgres") || !config.secrets.root_key_file.is_empty()
    }),
    ("files.place", "\"database\", or with SQLite a folder", |config| {
        !config.files.place.is_empty() && (config.files.place == "database" || !config.database.url.starts_with("postgres"))
    }),
    ("files.max_bytes", "a whole number from 1 to files.per_conversation_bytes", |config| {
        (1..=config.files.per_conversation_bytes).contains(&config.files.max_bytes)
    }),
    ("files.per_conversation_bytes", "a whole number from 1 to files.per_workspace_bytes", |config| {
        (1..=config.files.per_workspace_bytes).contains(&config.files.per_conversation_bytes)
    }),
    ("files.types", "a list of media types such as [\"image/png\", \"image/*\"]", |config| {
        config
            .files
            .types
            .iter()
            .all(|kind| kind.split_once('/').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty() && !right.contains('/')))
    }),
    ("files.link_s", "a whole number from 60 to 31536000", |config| (60..=31_536_000).contains(&config.files.link_s)),
    ("files.upload_url", "empty or an address such as \"https://chat.example.com/services/liveagent/file\"", |config| {
        let url = &config.files.upload_url;
        url.is_empty() || ["https://", "http://"].iter().any(|scheme| url.len() > scheme.len() && url.starts_with(scheme))
    }),
    ("chat.connection_timeout_ms", "a whole number from 5000 to 86400000", |config| {
        (5000..=86_400_000).contains(&config.chat.connection_timeout_ms)
    }),
    ("chat.poll_hold_s", "a whole number from 6 up to 5 less than chat.client_poll_timeout_s", |config| {
        (6..=config.chat.client_poll_timeout_s.saturating_sub(5)).contains(&config.chat.poll_hold_s)
    }),
    ("chat.client_poll_timeout_s", "a whole number from 12 to 600", |config| (12..=600).contains(&config.chat.client_poll_timeout_s)),
    ("chat.batch", "\"one\" or \"all\"", |_| true),
    ("logs.format", "\"text\" or \"json\"", |_| true),
    ("logs.filter", "a level such as \"info\", or levels by part such as \"info,switchboard_http=debug\"", |config| {
        config.logs.filter.parse::<tracing_subscriber::filter::Targets>().is_ok()
    }),
    ("metrics.listen", "empty or an address and a port such as \"127.0.0.1:9090\"", |config| {
        config.metrics.listen.is_empty() || is_address(&config.metrics.listen)
    }),
    ("limits.sessions_per_minute", "a whole number from 1 to 4294967295", |config| config.limits.sessions_per_minute > 0),
    ("limits.failed_sign_ins", "a whole number from 1 to 100000", |config| (1..=100_000).contains(&config.limits.failed_sign_ins)),
    ("limits.exempt", "a list of ranges such as [\"203.0.113.0/24\"]", |_| true),
    ("limits.remembered_addresses", "a whole number from 100 to 10000000", |config| {
        (100..=10_000_000).contains(&config.limits.remembered_addresses)
    }),
    ("limits.api_requests_per_day", "a whole number from 1 to 1000000000000", |config| {
        (1..=1_000_000_000_000).contains(&config.limits.api_requests_per_day)
    }),
    ("outbound.timeout_s", "a whole number from 1 to 120", |config| (1..=120).contains(&config.outbound.timeout_s)),
    ("outbound.plain_http", "true or false", |_| true),
    ("outbound.allowed_networks", "a list of ranges such as [\"10.1.2.0/24\"]", |_| true),
    ("retention.conversation_days", "a whole number from 0 to 36500", |config| config.retention.conversation_days <= 36_500),
    ("retention.message_days", "a whole number from 0 to 36500", |config| config.retention.message_days <= 36_500),
    ("retention.file_days", "a whole number from 0 to 36500", |config| config.retention.file_days <= 36_500),
    ("retention.detail_days", "a whole number from 0 to 36500", |config| config.retention.detail_days <= 36_500),
    ("events.unknown_keys", "\"refuse\" or \"accept\"", |_| true),
    ("events.per_second", "a whole number from 0 to 1000000", |config| config.events.per_second <= 1_000_000),
    ("retention.event_days", "a whole number from 0 to 36500", |config| config.retention.event_days <= 36_500),
    ("retention.profile_days", "a whole number from 0 to 36500", |config| config.retention.profile_days <= 36_500),
    ("retention.journal_days", "a whole number from 1 to 3650", |config| (1..=3650).contains(&config.retention.journal_days)),
];

fn is_address(text: &str) -> bool {
    text.parse::<SocketAddr>().is_ok()
}

fn is_origin(text: &str) -> bool {
    http_api::serve::PageSecurity::new(&[text.to_owned()], 0).is_ok()
}

/// The first setting that is not what it may be.
pub(super) fn first_wrong(config: &Config) -> Option<&'static str> {
    RULES.iter().find(|(_, _, holds)| !holds(config)).map(|(key, _, _)| *key)
}

/// What a setting may be. Those that have no rule are told by their type.
pub(super) fn allowed(key: &str) -> Option<&'static str> {
    RULES.iter().find(|(known, _, _)| *known == key).map(|(_, allowed, _)| *allowed)
}

/// Every setting's key, `section.name`.
pub(super) fn known_keys() -> Vec<String> {
    let table: toml::Table = toml::from_str(DEFAULTS).expect("the embedded file is TOML; a test reads it");
    table
        .iter()
        .flat_map(|(section, keys)| {
            let keys = keys.as_table().into_iter().flat_map(toml::Table::keys);
            keys.map(move |key| format!("{section}.{key}")).collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_allowed_and_each_rule_names_a_setting() {
        assert_eq!(first_wrong(&Config::default()), None);
        let known = known_keys();
        for (key, _, _) in RULES {
            assert!(known.iter().any(|known| known == key), "{key}");
        }
    }

    #[test]
    fn every_setting_says_what_it_may_be() {
        for key in known_keys() {
            assert!(allowed(&key).is_some() || key == "files.per_workspace_bytes", "{key}");
        }
    }
}
