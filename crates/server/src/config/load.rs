//! Where settings come from, and the sentence about one that is wrong.

use std::{fs, io, path::PathBuf};

use figment::{
    Figment, Metadata, Profile, Provider,
    error::Kind,
    util::nest,
    value::{Dict, Map, Value},
};

use super::{
    Config, DEFAULTS,
    check::{allowed, first_wrong, known_keys},
};

const PREFIX: &str = "SWITCHBOARD__";

/// Settings given as flags; they win over everything.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--listen ADDRESS`.
    pub listen: Option<String>,
    /// `--data DIR`.
    pub data: Option<String>,
    /// `--database URL`.
    pub database: Option<String>,
    /// `--public-url URL`.
    pub public_url: Option<String>,
}

/// Everything that settings are taken from. Given, not fetched, so that a test can say what there is.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// `--config FILE`: must exist.
    pub file: Option<PathBuf>,
    /// Read if it exists and `file` is not given; the binary says `./switchboard.toml`.
    pub usual_file: Option<PathBuf>,
    /// The environment. Only `SWITCHBOARD__…` is looked at.
    pub environment: Vec<(String, String)>,
    /// Flags.
    pub flags: Flags,
}

/// Why settings cannot be used. `Display` is one sentence for the operator; it shows no value, which may be a password.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not TOML.
    #[error("{} is not TOML at line {line}: {message}", path.display())]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// Where, from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// There is no such setting.
    #[error("there is no setting {key} (in {place}); did you mean {nearest}?")]
    Unknown {
        /// As it was written.
        key: String,
        /// Where it was written.
        place: String,
        /// The known setting most like it.
        nearest: String,
    },
    /// The setting may not be that.
    #[error("{key} (from {place}) must be {allowed}")]
    Invalid {
        /// Which setting.
        key: String,
        /// Where it was set.
        place: String,
        /// What it may be.
        allowed: String,
    },
}

/// One place's settings, under the name by which the operator knows the place.
struct Layer {
    place: String,
    values: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.place.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

impl Sources {
    /// Puts all places together: defaults, file, environment, flags; the later wins.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn load(&self) -> Result<Config, ConfigError> {
        let known = known_keys();
        let mut layers = vec![Layer {
            place: "the defaults".to_owned(),
            values: toml::from_str(DEFAULTS).expect("the embedded file is TOML; a test reads it"),
        }];
        layers.extend(self.file_layer()?);
        let mut variables: Vec<_> = self.environment.iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
        variables.sort();
        for (name, value) in variables {
            let key = name[PREFIX.len()..].to_ascii_lowercase().replacen("__", ".", 1);
            layers.push(layer(format!("the environment variable {name}"), &key, value, &layers[0].values));
        }
        let flags = &self.flags;
        for (flag, key, value) in [
            ("--listen", "server.listen", &flags.listen),
            ("--data", "data.dir", &flags.data),
            ("--database", "database.url", &flags.database),
            ("--public-url", "server.public_url", &flags.public_url),
        ] {
            if let Some(value) = value {
                layers.push(layer(format!("the flag {flag}"), key, value, &layers[0].values));
            }
        }
        let mut figment = Figment::new();
        for layer in layers {
            if let Some(key) = keys_of(&layer.values).into_iter().find(|key| !known.contains(key)) {
                if known.iter().any(|known| known.split('.').next() == Some(&*key)) {
                    let allowed = format!("a section: its settings go below a line [{key}]");
                    return Err(ConfigError::Invalid { key, place: layer.place, allowed });
                }
                let nearest = known.iter().max_by(|a, b| likeness(a, &key).total_cmp(&likeness(b, &key))).cloned().unwrap_or_default();
                return Err(ConfigError::Unknown { key, place: layer.place, nearest });
            }
            figment = figment.merge(layer);
        }
        let config: Config = figment.extract().map_err(|error| wrong_kind(&figment, &error))?;
        match first_wrong(&config) {
            Some(key) => Err(invalid(&figment, key, None)),
            None => Ok(config),
        }
    }

    fn file_layer(&self) -> Result<Option<Layer>, ConfigError> {
        let (path, text) = match (&self.file, &self.usual_file) {
            (Some(path), _) => (path, fs::read_to_string(path)),
            (None, Some(path)) => match fs::read_to_string(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                read => (path, read),
            },
            (None, None) => return Ok(None),
        };
        let text = text.map_err(|source| ConfigError::File { path: path.clone(), source })?;
        let values = toml::from_str(&text).map_err(|error: toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start).min(text.len());
            let line = 1 + text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
            ConfigError::Syntax { path: path.clone(), line, message: error.message().replace('\n', " ") }
        })?;
        Ok(Some(Layer { place: format!("the file {}", path.display()), values }))
    }
}

/// A single setting written as text: taken as the kind that its default has.
fn layer(place: String, key: &str, text: &str, defaults: &Dict) -> Layer {
    let default = Value::from(defaults.clone()).find(key);
    let value = match default {
        Some(Value::String(..)) => Value::from(text),
        Some(Value::Array(..)) if !text.trim_start().starts_with('[') => {
            Value::from(text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(Value::from).collect::<Vec<_>>())
        }
        _ => text.parse().unwrap_or_else(|never: std::convert::Infallible| match never {}),
    };
    let values = nest(key, value).into_dict().unwrap_or_default();
    Layer { place, values }
}

/// `section.name` of everything in a layer; a value outside a section under its own name.
fn keys_of(values: &Dict) -> Vec<String> {
    values
        .iter()
        .flat_map(|(section, value)| match value.as_dict() {
            Some(keys) => keys.keys().map(|key| format!("{section}.{key}")).collect(),
            None => vec![section.clone()],
        })
        .collect()
}

/// How alike two keys are. The name counts more than the section: settings are more often put in the wrong section, or in none, than misspelt.
fn likeness(known: &str, given: &str) -> f64 {
    let (section, name) = known.split_once('.').unwrap_or(("", known));
    match given.split_once('.') {
        Some((given_section, given_name)) => strsim::jaro_winkler(section, given_section) + 2.0 * strsim::jaro_winkler(name, given_name),
        // A name alone most often means the server's; a section alone means something in it.
        None => strsim::jaro_winkler(name, given).max(strsim::jaro_winkler(section, given)) + if section == "server" { 0.1 } else { 0.0 },
    }
}

fn wrong_kind(figment: &Figment, error: &figment::Error) -> ConfigError {
    let expected = match &error.kind {
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => expected.clone(),
        _ => "something else".to_owned(),
    };
    // A list's element is numbered; the setting is the list.
    let key = error.path.iter().take(2).cloned().collect::<Vec<_>>().join(".");
    invalid(figment, &key, Some(expected))
}

fn invalid(figment: &Figment, key: &str, expected: Option<String>) -> ConfigError {
    let place = figment.find_metadata(key).map_or_else(|| "the defaults".to_owned(), |metadata| metadata.name.to_string());
    let allowed = allowed(key).map(str::to_owned).or(expected).unwrap_or_default();
    ConfigError::Invalid { key: key.to_owned(), place, allowed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Batch, ForwardedHeader};

    fn environment(pairs: &[(&str, &str)]) -> Sources {
        Sources { environment: pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(), ..Default::default() }
    }

    fn file(text: &str) -> (tempfile::TempDir, Sources) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.toml");
        fs::write(&path, text).unwrap();
        (folder, Sources { file: Some(path), ..Default::default() })
    }

    fn complaint(sources: &Sources) -> String {
        let folder = sources.file.as_ref().and_then(|path| path.parent()).map(|folder| folder.display().to_string()).unwrap_or_default();
        let text = sources.load().unwrap_err().to_string();
        if folder.is_empty() { text } else { text.replace(&format!("{folder}/"), "") }
    }

    #[test]
    fn nothing_given_is_the_defaults() {
        assert_eq!(Sources::default().load().unwrap(), Config::default());
        let missing = Sources { usual_file: Some("/nonexistent/switchboard.toml".into()), ..Default::default() };
        assert_eq!(missing.load().unwrap(), Config::default());
    }

    #[test]
    fn the_later_place_wins() {
        let (_folder, mut sources) = file("[server]\nlisten = \"127.0.0.1:1\"\nidle_s = 7\n[chat]\nbatch = \"all\"\n");
        sources.environment = vec![("SWITCHBOARD__SERVER__LISTEN".into(), "127.0.0.1:2".into()), ("OTHER".into(), "x".into())];
        let config = sources.load().unwrap();
        assert_eq!((config.server.listen.port(), config.server.idle_s, config.chat.batch), (2, 7, Batch::All));
        sources.flags.listen = Some("127.0.0.1:3".into());
        assert_eq!(sources.load().unwrap().server.listen.port(), 3);
    }

    #[test]
    fn the_environment_gives_each_kind_of_setting() {
        let config = environment(&[
            ("SWITCHBOARD__SERVER__TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8"),
            ("SWITCHBOARD__LIMITS__EXEMPT", "[\"192.0.2.0/24\"]"),
            ("SWITCHBOARD__SERVER__FORWARDED_HEADER", "forwarded"),
            ("SWITCHBOARD__DATA__DIR", "12"),
            ("SWITCHBOARD__SERVER__MAX_CONNECTIONS", "12"),
        ])
        .load()
        .unwrap();
        assert_eq!(config.server.trusted_proxies.len(), 2);
        assert_eq!(config.limits.exempt.len(), 1);
        assert_eq!(config.server.forwarded_header, ForwardedHeader::Forwarded);
        assert_eq!(config.data.dir, "12");
        assert_eq!(config.server.max_connections, 12);
    }

    #[test]
    fn an_unknown_setting_is_named_with_the_one_most_like_it() {
        insta::assert_snapshot!(complaint(&file("[server]\nlisten_on = \"x\"\n").1), @"there is no setting server.listen_on (in the file s.toml); did you mean server.listen?");
        insta::assert_snapshot!(complaint(&file("[serve]\nidle_s = 3\n").1), @"there is no setting serve.idle_s (in the file s.toml); did you mean server.idle_s?");
        insta::assert_snapshot!(complaint(&file("listen = \"x\"\n").1), @"there is no setting listen (in the file s.toml); did you mean server.listen?");
        insta::assert_snapshot!(complaint(&environment(&[("SWITCHBOARD__DATABASE__URI", "x")])), @"there is no setting database.uri (in the environment variable SWITCHBOARD__DATABASE__URI); did you mean database.url?");
    }

    #[test]
    fn a_wrong_setting_is_named_with_its_place_and_what_is_allowed() {
        insta::assert_snapshot!(complaint(&file("[server]\nmax_connections = \"many\"\n").1), @"server.max_connections (from the file s.toml) must be a whole number from 1 to 1000000");
        insta::assert_snapshot!(complaint(&file("[server]\ntrusted_proxies = [\"everyone\"]\n").1), @r#"server.trusted_proxies (from the file s.toml) must be a list of ranges such as ["10.0.0.0/8", "fd00::/8"]"#);
        insta::assert_snapshot!(complaint(&file("[chat]\npoll_hold_s = 50\n").1), @"chat.poll_hold_s (from the file s.toml) must be a whole number from 6 up to 5 less than chat.client_poll_timeout_s");
        insta::assert_snapshot!(complaint(&file("[tls]\ncertificate = \"a.pem\"\n").1), @"tls.key (from the defaults) must be a file, together with tls.certificate");
        insta::assert_snapshot!(complaint(&file("server = 3\n").1), @"server (from the file s.toml) must be a section: its settings go below a line [server]");
        insta::assert_snapshot!(complaint(&environment(&[("SWITCHBOARD__CHAT__BATCH", "some")])), @r#"chat.batch (from the environment variable SWITCHBOARD__CHAT__BATCH) must be "one" or "all""#);
        insta::assert_snapshot!(complaint(&environment(&[("SWITCHBOARD__LOGS__FILTER", "a=b=c")])), @r#"logs.filter (from the environment variable SWITCHBOARD__LOGS__FILTER) must be a level such as "info", or levels by part such as "info,switchboard_http=debug""#);
        let mut flags = Sources::default();
        flags.flags.listen = Some("8080".into());
        insta::assert_snapshot!(complaint(&flags), @r#"server.listen (from the flag --listen) must be an address and a port such as "127.0.0.1:8080" or "[::]:8080""#);
        flags.flags = Flags { database: Some("mysql://root:secret@host/x".into()), ..Default::default() };
        insta::assert_snapshot!(complaint(&flags), @r#"database.url (from the flag --database) must be empty, "sqlite:PATH" or "postgres://user:password@host/name""#);
        flags.flags = Flags { database: Some("postgres://u:secret@host/x".into()), ..Default::default() };
        insta::assert_snapshot!(complaint(&flags), @"secrets.root_key_file (from the defaults) must be a file; with PostgreSQL it must be given, the same for every server");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_and_shows_none_of_its_text() {
        insta::assert_snapshot!(complaint(&file("[database]\nurl = \"postgres://u:secret@h/x\n").1), @r#"s.toml is not TOML at line 2: invalid basic string, expected `"`"#);
        let missing = Sources { file: Some("/nonexistent/s.toml".into()), ..Default::default() };
        insta::assert_snapshot!(complaint(&missing), @"cannot read the configuration file s.toml: No such file or directory (os error 2)");
    }
}
