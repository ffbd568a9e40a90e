//! D16: deliveries a second to healthy destinations beside one that is dead and one that takes 30 seconds for an answer ÷ the same without those.
//!
//! All is stored before the server starts: as many deliveries for each destination, one a visitor. The rate is that of the healthy ones' receiver, from its
//! first request to its last.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use domain::{
    ids::{ConversationId, DestinationId, IdSource as _, VisitorId, WorkspaceId},
    permission::Permissions,
    secret::Secret,
    time::{Clock as _, Timestamp},
};
use engine::{App, SignedInAgent, definition::Destination, delivery::Secrets, idempotency::Done, setup::DemoAgent};
use serde_json::json;
use server::{
    ambient::{FreshIds, SystemClock},
    config::Config,
    wiring::{self, Ambient},
};
use store::NewDelivery;
use tokio::{net::TcpListener, sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    Result,
    process::Process,
    table::{Figure, median},
};

/// Healthy destinations.
const HEALTHY: usize = 3;
/// Nothing is waited for longer.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long the slow one takes.
const SLOW: Duration = Duration::from_secs(30);

/// What healthy receivers count together.
#[derive(Default)]
struct Counted {
    taken: AtomicUsize,
    awaited: usize,
    first: std::sync::OnceLock<Instant>,
    all: Notify,
}

async fn healthy(State(counted): State<Arc<Counted>>, _: String) -> StatusCode {
    counted.first.get_or_init(Instant::now);
    if counted.taken.fetch_add(1, Ordering::SeqCst) + 1 == counted.awaited {
        counted.all.notify_one();
    }
    StatusCode::OK
}

async fn slow(_: String) -> StatusCode {
    tokio::time::sleep(SLOW).await;
    StatusCode::OK
}

/// A destination with so many deliveries that wait.
async fn stock(app: &App, admin: &SignedInAgent, name: &str, url: &str, many: usize) -> Result<()> {
    let settings: Destination = serde_json::from_value(json!({ "name": name, "kind": "webhook", "url": url }))?;
    let Done::Now((id, _)) = app.create(admin, settings, None).await? else {
        return Err("a destination without a key is made once".into());
    };
    let secrets = Secrets { own: Some(Secret("a-secret-for-measuring".to_owned())), overlap: Duration::ZERO };
    app.replace_destination_secret(admin, id, secrets).await?;
    let deliveries: Vec<NewDelivery> = (0..many).map(|n| delivery(id, n)).collect();
    for some in deliveries.chunks(500) {
        let (workspace, some, now): (WorkspaceId, _, _) = (admin.workspace, some.to_vec(), SystemClock.now());
        app.store()
            .write::<_, store::Error, _>(move |tx| {
                let some = some.clone();
                Box::pin(async move { tx.insert_deliveries(workspace, &some, now).await })
            })
            .await?;
    }
    Ok(())
}

fn delivery(destination: DestinationId, n: usize) -> NewDelivery {
    let visitor: VisitorId = FreshIds.make();
    let conversation: ConversationId = FreshIds.make();
    NewDelivery {
        id: FreshIds.make(),
        destination,
        subject: visitor,
        conversation,
        event: format!("{conversation}-{n}"),
        kind: "message_sent",
        place: i64::try_from(n).unwrap_or(i64::MAX),
        at: SystemClock.now(),
        payload: json!({
            "type": "track", "event": "Live Chat Message Sent", "messageId": format!("{conversation}-{n}"), "anonymousId": visitor,
            "properties": { "conversation_id": conversation, "conversation_duration": 12, "message_body": "Where is my parcel?" },
        })
        .to_string()
        .into(),
    }
}

/// Deliveries a second to healthy destinations, with or without unhealthy ones beside them.
async fn rate(many: usize, beside: bool) -> Result<f64> {
    let counted = Arc::new(Counted { awaited: HEALTHY * many, ..Counted::default() });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let at = listener.local_addr()?;
    let router = Router::new().route("/healthy/{n}", post(healthy)).with_state(counted.clone()).route("/slow", post(slow));
    let receiving = tokio::spawn(async move { axum::serve(listener, router).await });
    // Nobody listens there any more.
    let dead = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;

    let folder = tempfile::tempdir()?;
    let mut config = Config::default();
    config.data.dir = folder.path().display().to_string();
    stocked(&config, at, beside.then_some(dead), many).await?;
    let networks = "[\"127.0.0.0/8\"]";
    let environment =
        BTreeMap::from([("SWITCHBOARD__OUTBOUND__PLAIN_HTTP", "true"), ("SWITCHBOARD__OUTBOUND__ALLOWED_NETWORKS", networks)]);
    let server = Process::deployed_with(Path::new(&config.data.dir), &environment).await?;
    tokio::time::timeout(PATIENCE, counted.all.notified())
        .await
        .map_err(|_| format!("{} of {} deliveries arrived", counted.taken.load(Ordering::SeqCst), counted.awaited))?;
    let took = counted.first.get().ok_or("nothing arrived")?.elapsed();
    server.end().await?;
    receiving.abort();
    Ok((counted.awaited - 1) as f64 / took.as_secs_f64())
}

/// A database with destinations, to each of which as much is to be told.
async fn stocked(config: &Config, at: std::net::SocketAddr, dead: Option<std::net::SocketAddr>, many: usize) -> Result<()> {
    let closing = CancellationToken::new();
    // Nothing is sent before the server that is measured starts: this one does not look.
    let made = wiring::open(config, &Ambient::default(), "http://127.0.0.1".to_owned(), closing.clone()).await?;
    let demo = made.0.seed_demo(Vec::<DemoAgent>::new()).await?;
    closing.cancel();
    made.0.stopped().await;
    made.0.store().close().await;
    let closing = CancellationToken::new();
    let app = wiring::open_beside(config, &Ambient::default(), closing.clone()).await?;
    let nobody = "00000000-0000-0000-0000-000000000000";
    let admin = SignedInAgent {
        workspace: demo.workspace,
        agent: nobody.parse()?,
        sign_in: nobody.parse()?,
        permissions: Permissions::all(),
        address: None,
        expires_at: Timestamp(i64::MAX),
        must_change_password: false,
    };
    for n in 0..HEALTHY {
        stock(&app, &admin, &format!("Healthy {n}"), &format!("http://{at}/healthy/{n}"), many).await?;
    }
    if let Some(dead) = dead {
        stock(&app, &admin, "Dead", &format!("http://{dead}/"), many).await?;
        stock(&app, &admin, "Slow", &format!("http://{at}/slow"), many).await?;
    }
    closing.cancel();
    app.stopped().await;
    app.store().close().await;
    Ok(())
}

pub(crate) async fn measure(quick: bool) -> Result<Vec<Figure>> {
    let (many, runs) = if quick { (1_000, 3) } else { (4_000, 5) };
    let (mut beside, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        alone.push(rate(many, false).await?);
        beside.push(rate(many, true).await?);
    }
    let ratio = median(beside.iter().zip(&alone).map(|(beside, alone)| beside / alone).collect());
    let (beside, alone) = (median(beside), median(alone));
    Ok(vec![Figure {
        what: "D16 deliveries to healthy destinations beside a dead one and one at 30 s an answer, /s".into(),
        ours: format!("{beside:.0}"),
        baseline: format!("without them {alone:.0}"),
        figure: format!("{ratio:.2}"),
        asked: "≥ 0.95".into(),
        met: ratio >= 0.95,
        limit: "commits: what came of each delivery is on the disk before the next of the same lane is taken",
    }])
}
