//! Puts a server together: settings → root key → store → engine → routes.
//!
//! The only place that knows all parts. Tests start a server through it too, with a clock and ids of their own.

use std::{
    future::Future,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use connect::{ChatEvents, Client, SystemResolver};
use crm::Crm;
use domain::{
    ids::{IdSource, Randomness},
    time::Clock,
};
use engine::{
    App, Keys,
    definition::{self, Deployment, Polling, Retention},
    file::Ceilings,
};
use http_api::{
    ByProtocol, Router, api,
    facades::{
        liveagent,
        salesforce::{data, oauth},
        segment::{self, tracking},
    },
    files,
    pages::{self, BuiltFiles},
    serve::probes::Readiness,
};
use store::{Location, Options, RootKey, Store};
use tokio_util::sync::CancellationToken;

use crate::{
    ambient::{FreshIds, SystemClock, SystemRandomness},
    config::{Batch, Config, UnknownKeys},
    running::{Parts, RunningServer, Server, StartError},
};

/// Where time, ids and randomness come from.
#[derive(Clone, Debug)]
pub struct Ambient {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
    /// Unguessable bytes.
    pub randomness: Arc<dyn Randomness>,
}

impl Default for Ambient {
    /// The machine's own.
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), ids: Arc::new(FreshIds), randomness: Arc::new(SystemRandomness) }
    }
}

/// Why a server cannot be put together. `Display` is one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum WiringError {
    /// Addresses or certificates.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The database or the root key.
    #[error("{}", sentence(.0))]
    Store(#[from] store::Error),
    /// The engine.
    #[error("{}", sentence(.0))]
    Engine(#[from] engine::Error),
}

/// An error with its causes, as one sentence.
pub(crate) fn sentence(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    text
}

/// How the settings open the database.
///
/// # Errors
/// When the address makes no sense.
pub fn store_options(config: &Config) -> Result<Options, store::Error> {
    let location: Location = if config.database.url.is_empty() {
        Location::Sqlite(Path::new(&config.data.dir).join("switchboard.sqlite"))
    } else {
        config.database.url.parse()?
    };
    Ok(Options {
        readers: config.database.readers,
        message_writers: config.database.message_writers,
        command_writers: config.database.command_writers,
        statement_timeout: Duration::from_millis(config.database.statement_timeout_ms),
        blobs: Some(config.files.place.as_str()).filter(|place| *place != "database").map(PathBuf::from),
        ..Options::new(location)
    })
}

/// The root key: made on first use beside SQLite; with PostgreSQL every server must be given the same one.
///
/// # Errors
/// When there is none and none may be made, or it cannot be read.
pub fn root_key(config: &Config, location: &Location, randomness: &dyn Randomness) -> Result<RootKey, store::Error> {
    let path = root_key_file(config);
    match location {
        Location::Sqlite(_) => RootKey::load_or_make(&path, randomness),
        Location::Postgres(_) => RootKey::load(&path),
    }
}

/// Where the root key is.
pub fn root_key_file(config: &Config) -> PathBuf {
    match config.secrets.root_key_file.as_str() {
        "" => Path::new(&config.data.dir).join("root.key"),
        given => given.into(),
    }
}

/// What the settings say to use cases.
fn engine_settings(config: &Config) -> engine::Settings {
    let days = |days: u32| (days > 0).then_some(days);
    let kept = |days: u32| (days > 0).then(|| Duration::from_secs(u64::from(days) * 24 * 60 * 60));
    let whole = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let (chat, retention) = (&config.chat, &config.retention);
    let new_deployment = Deployment {
        connection_timeout_ms: whole(chat.connection_timeout_ms),
        polling: Polling {
            batch: match chat.batch {
                Batch::One => definition::Batch::One,
                Batch::All => definition::Batch::All,
            },
            hold_seconds: whole(chat.poll_hold_s),
            ..Polling::default()
        },
        retention: Retention {
            conversation_days: days(retention.conversation_days),
            message_days: days(retention.message_days),
            file_days: days(retention.file_days),
            detail_days: days(retention.detail_days),
        },
        ..Deployment::default()
    };
    engine::Settings {
        new_deployment,
        client_poll_timeout: Duration::from_secs(chat.client_poll_timeout_s),
        events_kept: kept(retention.event_days),
        profiles_kept: kept(retention.profile_days),
        journal_kept: Duration::from_secs(u64::from(retention.journal_days) * 24 * 60 * 60),
        ..engine::Settings::default()
    }
}

/// The engine for short work on the command line, also beside a running server: it reconciles nothing and listens nowhere. Cancel `closing`,
/// await [`App::stopped`], then close the store.
///
/// # Errors
/// See [`WiringError`].
pub async fn open_beside(config: &Config, ambient: &Ambient, closing: CancellationToken) -> Result<App, WiringError> {
    let options = Options { exclusive: false, ..store_options(config)? };
    let root_key = root_key(config, &options.location, &*ambient.randomness)?;
    let store = Store::open(options).await?;
    let started = App::start(engine::Parts {
        store: store.clone(),
        clock: ambient.clock.clone(),
        ids: ambient.ids.clone(),
        randomness: ambient.randomness.clone(),
        keys: Keys::new(*root_key.derive(store::Purpose::SessionKey).reveal()).with_root_key(Arc::new(root_key)),
        settings: engine::Settings { reconcilers: false, ..engine_settings(config) },
        closing,
        crm: None,
        outbound: None,
    })
    .await;
    if started.is_err() {
        store.close().await;
    }
    Ok(started?)
}

/// The engine on its database, and the CRM that it asks.
///
/// # Errors
/// See [`WiringError`].
pub async fn open(config: &Config, ambient: &Ambient, public_url: String, closing: CancellationToken) -> Result<(App, Crm), WiringError> {
    let options = store_options(config)?;
    let root_key = root_key(config, &options.location, &*ambient.randomness)?;
    let store = Store::open(options).await?;
    let started = start(config, ambient, public_url, closing, store.clone(), root_key).await;
    if started.is_err() {
        store.close().await;
    }
    started
}

async fn start(
    config: &Config,
    ambient: &Ambient,
    public_url: String,
    closing: CancellationToken,
    store: Store,
    root_key: RootKey,
) -> Result<(App, Crm), WiringError> {
    store.refuse_clock_skew(&*ambient.clock).await?;
    let signing = *root_key.derive(store::Purpose::SessionKey).reveal();
    let crm = embedded_crm(ambient, store.clone());
    let app = App::start(engine::Parts {
        store,
        clock: ambient.clock.clone(),
        ids: ambient.ids.clone(),
        randomness: ambient.randomness.clone(),
        keys: Keys::new(signing).with_root_key(Arc::new(root_key)),
        settings: engine::Settings { public_url, upload_url: upload_url(config), files: ceilings(config), ..engine_settings(config) },
        closing,
        crm: Some(Arc::new(crm.clone())),
        outbound: Some(Arc::new(outbound(config))),
    })
    .await?;
    app.ensure_workspace().await?;
    Ok((app, crm))
}

/// The CRM inside the binary, on the same database.
pub(crate) fn embedded_crm(ambient: &Ambient, store: Store) -> Crm {
    Crm::new(crm::Parts { store, clock: ambient.clock.clone(), ids: ambient.ids.clone(), randomness: ambient.randomness.clone() })
}

/// Who calls other people's servers.
fn outbound(config: &Config) -> ChatEvents {
    let outbound = &config.outbound;
    let settings = connect::Settings {
        timeout: Duration::from_secs(outbound.timeout_s),
        plain_http: outbound.plain_http,
        allowed_networks: outbound.allowed_networks.clone(),
        ..connect::Settings::default()
    };
    ChatEvents::new(Client::new(settings, Arc::new(SystemResolver)))
}

/// What the settings let files be at most.
fn ceilings(config: &Config) -> Ceilings {
    let files = &config.files;
    Ceilings {
        max_bytes: files.max_bytes,
        per_conversation_bytes: files.per_conversation_bytes,
        per_workspace_bytes: files.per_workspace_bytes,
        types: files.types.clone(),
        link: Duration::from_secs(files.link_s),
    }
}

fn upload_url(config: &Config) -> Option<String> {
    Some(config.files.upload_url.clone()).filter(|url| !url.is_empty())
}

/// A running server and the engine in it.
#[derive(Debug)]
pub struct Wired {
    /// The server.
    pub running: RunningServer,
    /// Its engine.
    pub app: App,
}

/// Starts a whole server.
///
/// # Errors
/// See [`WiringError`].
pub async fn serve(config: Config, ambient: Ambient) -> Result<Wired, WiringError> {
    let server = Server::bind(config.clone())?;
    let (app, crm) = open(&config, &ambient, server.public_url(), server.closing()).await?;
    let limits = Arc::new(server.address_limits());
    let admission = server.admission();
    let chats = liveagent::Parts {
        app: app.clone(),
        admission: admission.clone(),
        addresses: limits.clone(),
        body_patience: Duration::from_secs(config.server.write_s),
    };
    let pages = pages::Parts {
        app: app.clone(),
        admission: admission.clone(),
        addresses: limits.clone(),
        body_patience: Duration::from_secs(config.server.write_s),
        widget: BuiltFiles::widget(),
        console: BuiltFiles::console(),
    };
    let logins = oauth::Parts {
        app: app.clone(),
        admission: admission.clone(),
        addresses: limits.clone(),
        body_patience: Duration::from_secs(config.server.write_s),
    };
    let records = data::Parts {
        app: app.clone(),
        crm: crm.clone(),
        admission: admission.clone(),
        usage: Arc::new(data::Usage::new(config.limits.api_requests_per_day)),
        body_patience: Duration::from_secs(config.server.write_s),
        max_file: config.files.max_bytes,
    };
    let events = tracking::Parts {
        app: app.clone(),
        admission: admission.clone(),
        pace: Arc::new(tracking::Pace::new(config.events.per_second)),
        refuse_unknown_keys: config.events.unknown_keys == UnknownKeys::Refuse,
        body_patience: Duration::from_secs(config.server.write_s),
    };
    let native = api::admitting(api::router(api::ApiState { app: app.clone(), crm, limits }), admission);
    let routes = Router::new()
        .merge(native)
        .merge(liveagent::router(chats))
        .merge(oauth::router(logins))
        .merge(data::router(records))
        .merge(tracking::router(events))
        .merge(segment::settings::router(app.clone()))
        .merge(files::router(app.clone()))
        .merge(pages::router(pages));
    let end = app.clone();
    let parts = Parts {
        readiness: Arc::new(Storage(app.clone())),
        refusals: Arc::new(ByProtocol),
        end: Box::pin(async move {
            end.stopped().await;
            end.store().close().await;
        }),
        ..Parts::new(routes, ambient.ids)
    };
    let running = server.start(parts)?;
    Ok(Wired { running, app })
}

/// Ready while the database answers.
struct Storage(App);

impl Readiness for Storage {
    fn ready(&self) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        Box::pin(async {
            match self.0.store().heads().await {
                Ok(_) => Ok(()),
                Err(error) => Err(error.to_string()),
            }
        })
    }
}
